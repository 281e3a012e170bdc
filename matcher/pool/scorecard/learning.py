"""A history of applications to a score card: points, calibration, and the check that may refuse it.

Items and their points are learned as `matcher.pool.scorecard.points` says, in the direction that the policy's rules
give. A second logistic regression says what a sum of points means, learned from sums of cards that have not seen the
firm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from matcher.errors import HistoryError, TableError
from matcher.policy.language.intervals import Bools
from matcher.policy.policy import Policy, PolicyName, load_policy
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, NORMAL, calibrate, figures_of, moved, verify
from matcher.pool.scorecard.history import read_outcomes
from matcher.pool.scorecard.items import left_open
from matcher.pool.scorecard.measurements import measured
from matcher.pool.scorecard.points import EVENTS, Cases, Cut, choose, fit_items, points_of, sums_of, unseen_sums
from matcher.tables.cells.dates import local_times
from matcher.tables.cells.texts import first_few

# Harrell 2015 (Regression Modeling Strategies, 2nd ed., 10.2.3): a rate within 0.1 at 95 % needs 96 cases.
LEAST = 96
FOLDS, CARDS = 5, 50  # assumptions: folds of firms, cards of resampled firms


@dataclass(frozen=True)
class Learned:
    """`card`: the card, learned on every round. `used`: how each row of the history was used, in its order:
    enterprise_id, round, use ("learned", "by rule", "no outcome", "no day") and a Chinese note. `left_out`: items that
    are not on the card, with the reason in Chinese (rule, title, reason).
    """

    card: ScoreCard
    used: pd.DataFrame
    left_out: pd.DataFrame


def learn_card(history: pd.DataFrame, policy: PolicyName, *, rng: int = 0) -> Learned:
    """Learn a score card from past applications, check it on the last round, and refuse where it shows no gain.

    Parameters
    ----------
    history
        One row an application: enterprise_id, apply_on (the day), outcome (true: passed, false: not, NA: unknown),
        `round` (a name; by default the year of apply_on), and the facts of the firm table as they were then. Left aside
        are experts' points (they are the outcome, and no firm has them before), rows that fail by rule on that day, and
        rows without a day or an outcome.
    policy
        By its name, its folder, or itself.
    rng
        The seed of folds and resamples; equal inputs and seeds give equal cards.

    Returns
    -------
    The card, how each row was used, and the items that were left out.

    Raises
    ------
    TableError
        A column is missing.
    HistoryError
        With the figures, where there are fewer than two rounds, fewer than 96 earlier rows, fewer than 10 of the rarer
        outcome before or in the last round, no item that can be learned, where points say nothing of unseen firms
        within the rounds (95 % interval of the slope reaches 0), or where the 95 % interval (bootstrap over firms) of
        the Brier skill on the last round reaches 0 or that of the AUC reaches 0.5.

    Notes
    -----
    Items are what the policy's rules measure; which way is better comes from the rules. There are at most as many as
    the rarer outcome has tens in the earlier rounds, those first that the rules give most points for and that are known
    most often; a choice that looks at no outcome. Cuts are the limits of the rules, then fifths of the history. The
    check learns on all rounds but the last and predicts the last.
    """
    policy = load_policy(policy)
    if lacking := [name for name in ("apply_on", "outcome") if name not in history]:
        raise TableError(f"历史缺少列：{'、'.join(lacking)}")
    cases, names, used = _cases(history, policy)
    last = cases.round == len(names) - 1 if names else np.zeros(0, dtype=bool)
    _enough(cases, names, last)
    budget = _rarer(cases.passed[~last]) // EVENTS
    generator = np.random.default_rng(rng)
    earlier = cases.take(~last)
    chosen, _ = choose(earlier, budget)
    if not chosen:
        raise HistoryError(_NO_ITEMS)
    early = _card(earlier, chosen, policy, names[:-1], generator)
    if early is None:
        raise HistoryError(_NO_SIGNAL)
    later = cases.take(last)
    points, unknown = points_of(early.items, later)
    chance = early.chance(points.sum(axis=0), left_open(early.items, unknown, early.together))[0]
    check, groups = verify(
        chance, later.passed, later.firm, base=float(earlier.passed.mean()), before=len(earlier.passed), rng=generator
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
    chosen, left_out = choose(cases, _rarer(cases.passed) // EVENTS)
    card = _card(cases, chosen, policy, names, generator)
    if card is None:
        raise HistoryError(_NO_SIGNAL)
    card = replace(card, unsteady=_unsteady(cases, chosen, generator))
    kept = {item.rule for item in card.items}
    more = [(q.rule, q.title, "学习后各档分值相同，没有作用") for q, _ in chosen if q.rule not in kept]
    left = pd.DataFrame([*left_out, *more], columns=["rule", "title", "reason"])
    return Learned(replace(card, check=check, groups=groups), used, left)


_NO_ITEMS = "不生成评分卡：没有一项事实在历史中既有足够的已知值、又有足够的差别；请补全当时的事实"
_NO_SIGNAL = (
    "不生成评分卡：历史中的事实没有按规则的方向与通过明显有关（各轮之内的交叉检验，95%）；"
    "请核对结果一列是否填反，或积累更多轮次、补全当时的事实"
)


def _cases(history: pd.DataFrame, policy: Policy) -> tuple[Cases, tuple[str, ...], pd.DataFrame]:
    days = pd.to_datetime(local_times(history["apply_on"]), errors="coerce")
    outcome, unclear = read_outcomes(history["outcome"])
    if unclear.any():
        shown = first_few([f"“{word}”" for word in history.loc[unclear, "outcome"].astype(str).unique()], "种")
        raise TableError(f"{unclear.sum()} 行的结果（outcome）看不懂：{shown}；请写 True、False，或“通过”“未通过”")
    passed, known = outcome.fillna(False).to_numpy(dtype=bool), outcome.notna().to_numpy()
    dated = days.notna().to_numpy()
    given = history["round"].fillna("").astype(str).str.strip() if "round" in history else pd.Series("", history.index)
    years = days.dt.year.astype("Int64").astype(str) + "年"
    label = given.where(given != "", years).to_numpy(dtype=object)
    seen = measured(history, policy, on=pd.Timestamp(1970, 1, 1).date(), judged=False)
    fails, absent = seen.decisions == "fails", seen.decisions == "not_in_force"
    use = np.select(
        [~dated, absent, ~known, fails], ["no day", "no edition", "no outcome", "by rule"], "learned"
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
    return Cases(passed[rows], firm, round_, part), names, used


_USES = {
    "learned": "", "no day": "没有申请日期，未用于学习", "no edition": "该日没有适用的政策版本，未用于学习",
    "no outcome": "没有结果，未用于学习", "by rule": "按规则已不可能通过，由规则决定，未用于学习",
}  # fmt: skip


def _rarer(passed: Bools) -> int:
    return int(min(passed.sum(), (~passed).sum()))


def _enough(cases: Cases, names: Sequence[str], last: Bools) -> None:
    """HistoryError with every rule of size that the history breaks."""
    faults = []
    if len(names) < 2:
        rounds = f"只有 {len(names)} 轮（{'、'.join(names) or '无'}）"
        faults.append(f"{rounds}；至少要两轮，才能用此前各轮学习、用最后一轮检验")
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


# ---- the card


def _unsteady(cases: Cases, chosen: Sequence[Cut], rng: np.random.Generator) -> float:
    """The mean variance of a case's points, less the mean of all, over cards of resampled firms."""
    firms = int(cases.firm.max()) + 1
    rows_of = np.split(np.argsort(cases.firm, kind="stable"), np.cumsum(np.bincount(cases.firm))[:-1])
    sums = []
    for _ in range(CARDS):
        rows = np.concatenate([rows_of[firm] for firm in rng.integers(firms, size=firms)])
        again = cases.take(rows)
        points = points_of(fit_items(again, chosen, np.ones(len(rows), dtype=bool)), cases)[0].sum(axis=0)
        sums.append(points - points.mean())
    return float(np.var(sums, axis=0, ddof=1).mean())


def _card(
    cases: Cases,
    chosen: Sequence[Cut],
    policy: Policy,
    names: Sequence[str],
    rng: np.random.Generator,
) -> ScoreCard | None:
    """Points from all cases, calibrated on sums of cards that have not seen the firm; None where those say nothing."""
    everyone = np.ones(len(cases.passed), dtype=bool)
    items = [item for item in fit_items(cases, chosen, everyone) if max(item.points) > 0]
    fold = rng.permutation(int(cases.firm.max()) + 1)[cases.firm] % FOLDS
    unseen = unseen_sums(cases, chosen, fold)
    intercept, slope, spread = calibrate(unseen, cases.passed, cases.firm)
    if not items or slope <= NORMAL * np.sqrt(spread[2]):
        return None
    sums, unsure, together = sums_of(items, cases)
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
