"""A history of applications to a score card: bins, points, calibration, and the check that may refuse it.

The model is a logistic regression on steps: a firm's figure passes a cut or does not, and a step in the direction that
the rules call better has a weight of 0 or more. So the card is monotone by construction. An unknown figure stands at
the mean of the known ones. Weights become whole points (20 points double the odds of passing), and a second
logistic regression says what a sum of points means, learned from sums of cards that have not seen the firm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.special import expit, log_expit

from matcher.errors import HistoryError, TableError
from matcher.policy.intervals import Bools, Floats
from matcher.policy.policy import Policy, load_policy
from matcher.pool.scorecard.card import Item, ScoreCard, bin_side, left_open
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, NORMAL, calibrate, figures_of, moved, verify
from matcher.pool.scorecard.measurements import Quantity, measured

# Peduzzi et al. 1996 (J. Clin. Epidemiol. 49, 1373-1379): ten of the rarer outcome for each variable. A rule of thumb
# and no guarantee (van Smeden et al. 2019, Stat. Methods Med. Res. 28, 2455-2474), so the out-of-time check decides.
EVENTS = 10
# Harrell 2015 (Regression Modeling Strategies, 2nd ed., 10.2.3): a rate within 0.1 at 95 % needs 96 cases.
LEAST = 96
# assumptions of this library: bins of an item, smallest bin, its least share of the known, folds, resampled cards
BINS, SMALLEST, SHARE, FOLDS, CARDS = 5, 15, 0.05, 5, 50
RIDGE = 2.0  # of the steps' weights
POINTS = 20 / np.log(2)  # points a unit of log odds


@dataclass(frozen=True)
class Learned:
    """`card`: the card, learned on every round. `used`: how each row of the history was used, in its order:
    enterprise_id, round, use ("learned", "by rule", "no outcome", "no day") and a Chinese note. `left_out`: items that
    are not on the card, with the reason in Chinese (rule, title, reason).
    """

    card: ScoreCard
    used: pd.DataFrame
    left_out: pd.DataFrame


@dataclass(frozen=True)
class _Cases:
    """Rows that can be learned from: outcome, firm (as a number), round (as a number, from 0), figures."""

    passed: Bools
    firm: np.ndarray
    round: np.ndarray
    quantities: tuple[Quantity, ...]

    def take(self, rows: np.ndarray) -> _Cases:
        part = tuple(replace(q, values=q.values[rows]) for q in self.quantities)
        return _Cases(self.passed[rows], self.firm[rows], self.round[rows], part)


def learn_card(history: pd.DataFrame, policy: str | Policy, *, seed: int = 0) -> Learned:
    """Learn a score card from past applications, check it on the last round, and refuse where it shows no gain.

    history: one row an application: enterprise_id, apply_on (the day), outcome (true: passed, false: not, NA: unknown),
    `round` (a name; by default the year of apply_on), and the firm table's facts as they were then. Experts' points
    are left aside: they are the outcome, and no firm has them before. So are rows that fail by rule on that day, and
    rows without a day or an outcome.

    Items are what the policy's rules measure; which way is better comes from the rules. There are at most as many as
    the rarer outcome has tens in the earlier rounds, those first that the rules give most points for and that are known
    most often; a choice that looks at no outcome. Cuts are the limits of the rules, then fifths of the history.

    The check learns on all rounds but the last and predicts the last. Equal inputs and seeds give equal cards. Raises
    TableError for a missing column, and HistoryError, with the figures, where there are fewer than two rounds, fewer
    than 96 earlier rows, fewer than 10 of the rarer outcome before or in the last round, no item that can be learned,
    where points say nothing of unseen firms within the rounds (95 % interval of the slope reaches 0), or where the 95 %
    interval (bootstrap over firms) of the Brier skill on the last round reaches 0 or that of the AUC reaches 0.5.
    """
    policy = load_policy(policy)
    if lacking := [name for name in ("apply_on", "outcome") if name not in history]:
        raise TableError(f"历史缺少列：{'、'.join(lacking)}")
    cases, names, used = _cases(history, policy)
    last = cases.round == len(names) - 1 if names else np.zeros(0, dtype=bool)
    _enough(cases, names, last)
    budget = _rarer(cases.passed[~last]) // EVENTS
    rng = np.random.default_rng(seed)
    earlier = cases.take(~last)
    chosen, _ = _choose(earlier, budget)
    if not chosen:
        raise HistoryError(_NO_ITEMS)
    early = _card(earlier, chosen, policy, names[:-1], rng)
    if early is None:
        raise HistoryError(_NO_SIGNAL)
    later = cases.take(last)
    points, unknown = _each(early.items, later)
    chance = early.chance(points.sum(axis=0), left_open(early.items, unknown, early.together))[0]
    check, groups = verify(
        chance, later.passed, later.firm, base=float(earlier.passed.mean()), before=len(earlier.passed), rng=rng
    )
    skill, auc = (figures_of(check)[name] for name in ("brier_skill", "auc"))
    if not (skill.low > 0 and auc.low > 0.5):
        raise HistoryError(
            f"不生成评分卡：跨轮检验（用此前各轮学习，预测“{names[-1]}”）没有显示出比只报以往通过率更好。"
            f"布里尔技巧分 {skill.value:.3f}（95% 区间 {skill.low:.3f} 至 {skill.high:.3f}，须整个大于 0），"
            f"AUC {auc.value:.3f}（{auc.low:.3f} 至 {auc.high:.3f}，须整个大于 0.5）；"
            "请积累更多轮次，或补全当时的事实",
            check,
        )
    chosen, left_out = _choose(cases, _rarer(cases.passed) // EVENTS)
    card = _card(cases, chosen, policy, names, rng)
    if card is None:
        raise HistoryError(_NO_SIGNAL)
    card = replace(card, unsteady=_unsteady(cases, chosen, rng))
    kept = {item.rule for item in card.items}
    more = [(q.rule, q.title, "学习后各档分值相同，没有作用") for q, _ in chosen if q.rule not in kept]
    left = pd.DataFrame([*left_out, *more], columns=["rule", "title", "reason"])
    return Learned(replace(card, check=check, groups=groups), used, left)


_NO_ITEMS = "不生成评分卡：没有一项事实在历史中既有足够的已知值、又有足够的差别；请补全当时的事实"
_NO_SIGNAL = (
    "不生成评分卡：历史中的事实没有按规则的方向与通过明显有关（各轮之内的交叉检验，95%）；"
    "请核对结果一列是否填反，或积累更多轮次、补全当时的事实"
)


def _cases(history: pd.DataFrame, policy: Policy) -> tuple[_Cases, tuple[str, ...], pd.DataFrame]:
    days = pd.to_datetime(history["apply_on"], errors="coerce")
    outcome = history["outcome"].astype("boolean")
    passed, told = outcome.fillna(False).to_numpy(dtype=bool), outcome.notna().to_numpy()
    dated = days.notna().to_numpy()
    given = history["round"].fillna("").astype(str).str.strip() if "round" in history else pd.Series("", history.index)
    years = days.dt.year.astype("Int64").astype(str) + "年"
    label = given.where(given != "", years).to_numpy(dtype=object)
    seen = measured(history, policy, on=pd.Timestamp(1970, 1, 1).date(), judged=False)
    fails, absent = seen.decisions == "fails", seen.decisions == "not_in_force"
    use = np.select(
        [~dated, absent, ~told, fails], ["no day", "no edition", "no outcome", "by rule"], "learned"
    ).astype(object)
    notes = np.array([_USES[word] for word in use], dtype=object)
    notes[(use == "by rule") & passed] = "按规则已不可能通过，历史却写着通过：请核对事实或结果；未用于学习"
    used = pd.DataFrame({"enterprise_id": seen.ids, "round": label, "use": use, "note": notes})
    used.loc[~dated, "round"] = ""
    rows = use == "learned"
    ends = pd.Series(days[rows].to_numpy(), index=label[rows]).groupby(level=0).max().sort_values(kind="stable")
    names = tuple(str(name) for name in ends.index)
    places = {name: place for place, name in enumerate(names)}
    firm = pd.factorize(seen.ids[rows], sort=True)[0]
    round_ = np.array([places[name] for name in label[rows]], dtype=np.int64)
    part = tuple(replace(q, values=q.values[rows]) for q in seen.quantities)
    return _Cases(passed[rows], firm, round_, part), names, used


_USES = {
    "learned": "", "no day": "没有申请日期，未用于学习", "no edition": "该日没有适用的政策版本，未用于学习",
    "no outcome": "没有结果，未用于学习", "by rule": "按规则已不可能通过，由规则决定，未用于学习",
}  # fmt: skip


def _rarer(passed: Bools) -> int:
    return int(min(passed.sum(), (~passed).sum()))


def _enough(cases: _Cases, names: Sequence[str], last: Bools) -> None:
    """HistoryError with every rule of size that the history breaks."""
    faults = []
    if len(names) < 2:
        told = f"只有 {len(names)} 轮（{'、'.join(names) or '无'}）"
        faults.append(f"{told}；至少要两轮，才能用此前各轮学习、用最后一轮检验")
    else:
        before, many = int((~last).sum()), _rarer(cases.passed[~last])
        if before < LEAST:
            faults.append(f"此前各轮共 {before} 例可用；只估通过率一个数也须 {LEAST} 例（Harrell 2015：误差 0.1 以内）")
        if many < EVENTS:
            faults.append(
                f"此前各轮较少的一种结果只有 {many} 例；每个变量至少 {EVENTS} 例（Peduzzi 等 1996），连一项也学不了"
            )
        if (many := _rarer(cases.passed[last])) < EVENTS:
            faults.append(
                f"最后一轮“{names[-1]}”有 {int(last.sum())} 例可用，较少的一种结果 {many} 例；检验须至少 {EVENTS} 例"
            )
    if faults:
        raise HistoryError("不生成评分卡：历史太少。\n  " + "\n  ".join(faults))


# ---- bins


def _choose(cases: _Cases, budget: int) -> tuple[list[tuple[Quantity, tuple[float, ...]]], list[tuple[str, str, str]]]:
    """The quantities to learn, with their cuts, and those left out with the reason. Looks at no outcome."""
    found, left = [], []
    for place, quantity in enumerate(cases.quantities):
        known = quantity.values[~np.isnan(quantity.values)]
        cuts = _cuts(known, quantity)
        if not cuts:
            few = len(known) < 2 * SMALLEST
            why = f"已知的只有 {len(known)} 例" if few else "历史中的取值几乎相同"
            left.append((quantity.rule, quantity.title, why))
            continue
        found.append((-quantity.weight * len(known), -len(known), place, quantity, cuts))
    found.sort(key=lambda one: one[:3])
    for *_, quantity, _ in found[budget:]:
        left.append((quantity.rule, quantity.title, f"历史只够学 {budget} 项（较少的一种结果每 {EVENTS} 例一项）"))
    kept = sorted(found[:budget], key=lambda one: one[2])
    return [(quantity, cuts) for *_, quantity, cuts in kept], left


def _cuts(known: Floats, quantity: Quantity) -> tuple[float, ...]:
    """Cuts with enough of the known on either side: the rule's limits first, then fifths, written short."""
    least = max(SMALLEST, int(np.ceil(SHARE * len(known))))
    if len(known) < 2 * least:
        return ()
    fifths = np.quantile(known, np.arange(1, BINS) / BINS)
    ordered = np.sort(known)
    cuts: list[float] = []
    for cut in (*quantity.limits, *(_short(value) for value in fifths)):
        if len(cuts) == BINS - 1:
            break
        tried = sorted({*cuts, cut})
        ends = np.searchsorted(ordered, tried, side=bin_side(not quantity.up))  # how many lie below each cut
        if len(tried) > len(cuts) and np.diff([0, *ends, len(ordered)]).min() >= least:
            cuts = tried
    return tuple(cuts)


def _short(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


# ---- points


def _steps(values: Floats, cuts: tuple[float, ...], up: bool) -> Floats:
    """(n, cuts): whether a figure is past each cut in the better direction; NaN where it is unknown."""
    line = np.array(cuts)
    past = values[:, None] >= line if up else values[:, None] <= line
    return np.where(np.isnan(values)[:, None], np.nan, past.astype(np.float64))


def _weights(steps: Floats, passed: Bools) -> Floats:
    """Weights of 0 or more of a logistic regression with a ridge: Newton's steps, each a least-squares problem with
    weights of 0 or more (Lawson and Hanson 1974), halved while they do not help. The intercept is not kept.
    """
    sign, many = np.where(passed, 1.0, -1.0), steps.shape[1]

    def loss(weights: Floats, intercept: float) -> float:
        margin = sign * (steps @ weights + intercept)
        return float(RIDGE / 2 * weights @ weights - log_expit(margin).sum())

    weights, intercept = np.zeros(many), float(np.log(passed.sum() / (~passed).sum()))
    now = loss(weights, intercept)
    for _ in range(100):
        chance = expit(steps @ weights + intercept)
        bend = np.maximum(chance * (1 - chance), 1e-9)
        target = steps @ weights + intercept + (passed - chance) / bend
        centre, middle = bend @ steps / bend.sum(), bend @ target / bend.sum()
        moved = steps - centre
        root = np.linalg.cholesky(moved.T @ (moved * bend[:, None]) + RIDGE * np.eye(many))
        wanted = nnls(root.T, solve_triangular(root, moved.T @ (bend * (target - middle)), lower=True))[0]
        step = wanted - weights, float(middle - centre @ wanted) - intercept
        size = 1.0
        while (then := loss(weights + size * step[0], intercept + size * step[1])) > now and size > 1e-6:
            size /= 2
        weights, intercept = weights + size * step[0], intercept + size * step[1]
        if now - then < 1e-10:
            break
        now = then
    return np.maximum(weights, 0.0)


def _items(cases: _Cases, chosen: Sequence[tuple[Quantity, tuple[float, ...]]], fit: Bools) -> list[Item]:
    """Items with their points, learned from the rows `fit`."""
    at = {quantity.rule: quantity.values for quantity in cases.quantities}
    blocks = [_steps(at[quantity.rule], cuts, quantity.up) for quantity, cuts in chosen]
    filled = []
    for block in blocks:
        known = fit & ~np.isnan(block[:, 0])
        mean = block[known].mean(axis=0) if known.any() else np.zeros(block.shape[1])
        filled.append(np.where(np.isnan(block), mean, block)[fit])
    weights = _weights(np.column_stack(filled), cases.passed[fit])
    items, place = [], 0
    for quantity, cuts in chosen:
        own = weights[place : place + len(cuts)]
        place += len(cuts)
        ladder = np.concatenate([[0.0], np.cumsum(own if quantity.up else own[::-1])])
        points = np.round(ladder * POINTS).astype(int)
        points = points if quantity.up else points[::-1]
        values = at[quantity.rule][fit]
        apart = np.diff(points) != 0  # a cut that changes no points is none
        cuts, points = tuple(np.array(cuts)[apart].tolist()), points[np.append(True, apart)]
        places = np.where(np.isnan(values), len(points), np.searchsorted(cuts, values, side=bin_side(quantity.up)))
        rows = np.bincount(places, minlength=len(points) + 1)
        passed = np.bincount(places, weights=cases.passed[fit], minlength=len(points) + 1).astype(int)
        many = rows[:-1].sum()
        unknown = int(np.round(rows[:-1] @ points / many)) if many else 0
        items.append(
            Item(
                quantity.rule,
                quantity.title,
                quantity.up,
                quantity.unit,
                cuts,
                tuple(points.tolist()),
                unknown,
                tuple(rows.tolist()),
                tuple(passed.tolist()),
                quantity.source,
            )
        )
    return items


def _each(items: Sequence[Item], cases: _Cases) -> tuple[Floats, Bools]:
    """(items, cases): points, and which figures are unknown."""
    at = {quantity.rule: quantity.values for quantity in cases.quantities}
    points = [np.array((*item.points, item.unknown))[item.bins(at[item.rule])] for item in items]
    return np.array(points, dtype=np.float64), np.array([np.isnan(at[item.rule]) for item in items])


def _sums(items: Sequence[Item], cases: _Cases) -> tuple[Floats, Floats, float]:
    """Points of every case, the variance that its unknown facts leave, and the mean correlation of items."""
    points, unknown = _each(items, cases)
    covariance = pd.DataFrame(np.where(unknown, np.nan, points).T).cov(min_periods=2 * SMALLEST).to_numpy()
    apart = ~np.eye(len(items), dtype=bool) & ~np.isnan(covariance)
    deviation = np.sqrt(np.array([item.unsure for item in items]))
    most = float(np.outer(deviation, deviation)[apart].sum())
    together = float(np.clip(covariance[apart].sum() / most, 0, 1)) if most > 0 else 0.0
    return points.sum(axis=0), left_open(items, unknown, together), together


def _unsteady(cases: _Cases, chosen: Sequence[tuple[Quantity, tuple[float, ...]]], rng: np.random.Generator) -> float:
    """The mean variance of a case's points, less the mean of all, over cards of resampled firms."""
    firms = int(cases.firm.max()) + 1
    rows_of = np.split(np.argsort(cases.firm, kind="stable"), np.cumsum(np.bincount(cases.firm))[:-1])
    sums = []
    for _ in range(CARDS):
        rows = np.concatenate([rows_of[firm] for firm in rng.integers(firms, size=firms)])
        again = cases.take(rows)
        points = _each(_items(again, chosen, np.ones(len(rows), dtype=bool)), cases)[0].sum(axis=0)
        sums.append(points - points.mean())
    return float(np.var(sums, axis=0, ddof=1).mean())


def _card(
    cases: _Cases,
    chosen: Sequence[tuple[Quantity, tuple[float, ...]]],
    policy: Policy,
    names: Sequence[str],
    rng: np.random.Generator,
) -> ScoreCard | None:
    """Points from all cases, calibrated on sums of cards that have not seen the firm; None where those say nothing."""
    everyone = np.ones(len(cases.passed), dtype=bool)
    items = [item for item in _items(cases, chosen, everyone) if max(item.points) > 0]
    fold = rng.permutation(int(cases.firm.max()) + 1)[cases.firm] % FOLDS
    unseen = np.zeros(len(cases.passed))
    for k in range(FOLDS):
        sums = _each(_items(cases, chosen, fold != k), cases)[0].sum(axis=0)
        # cards of fewer cases give fewer points to all, so that each is centred on what it was learned from
        unseen[fold == k] = (sums - sums[fold != k].mean())[fold == k]
    intercept, slope, spread = calibrate(unseen, cases.passed, cases.firm)
    if not items or slope <= NORMAL * np.sqrt(spread[2]):
        return None
    sums, unsure, together = _sums(items, cases)
    intercept, spread = moved(intercept, slope, spread, float(sums.mean()))
    nothing = pd.DataFrame(columns=list(CHECK)), pd.DataFrame(columns=list(GROUPS))
    return ScoreCard(
        policy.id,
        tuple(names),
        len(everyone),
        int(cases.passed.sum()),
        tuple(items),
        intercept,
        slope,
        spread,
        together,
        float(unsure.mean()),
        0.0,
        *nothing,
    )
