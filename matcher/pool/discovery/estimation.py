"""Whom to visit from a thin list: each firm's chance to pass a policy under what is unknown of it, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.advice import Part, parts
from matcher.policy.evaluation import Prepared, judged_columns
from matcher.policy.facts import build, numbers
from matcher.policy.identity import has_ended
from matcher.policy.intervals import Floats
from matcher.policy.policy import Policy, PolicyName, load_policy
from matcher.policy.scoring import decision_codes, prepared_for
from matcher.pool.discovery.explanation import asks, reasons
from matcher.pool.discovery.imputation import Latent
from matcher.pool.discovery.scope_text import text_scores
from matcher.pool.discovery.simulation import Run, judged_chance
from matcher.pool.discovery.variables import EXTRA, Variable, newest_known, rebuild, variables
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.ordering import order_inside
from matcher.tables.arguments import Day, as_day, check_firms

LISTED = ("enterprise_id", "rank", "chance", "reasons", "ask")
EXPECTED = ("policy", "on", "firms", "expected", "low", "high")
APART = 3  # steps of the chain from one draw of all firms to the next
APIECE = 8.0  # draws that the conditions one by one weigh beside the draws of the firm
FIRST, SECOND, TOP = 16, 48, 3000  # draws of every firm, further draws of the best, how many are best
MERIT = 0.5  # assumption: how far the places in ranges that people judge go with what a firm has, normal deviations
LEAN, LEAN_UNSEEN = 0.25, 0.5  # assumption: how far all experts of a place may lean; where nobody's points are seen
MODEL = 0.4  # deviation of the log of expected over true passes that made-up cities leave (docs/discovery.md)

# assumptions for facts that a table hardly shows (fewer than 100 firms): lowest, likely, highest
ASSUMED: dict[str, tuple[float, float, float]] = {
    "yesno": (0.0, 0.5, 1.0),
    "share": (0.0, 0.5, 1.0),
    "growth": (0.5, 0.95, 1.6),
    "count": (0.0, 0.0, 9.0),
    "resident": (0.99, 0.99, 0.99),
    "in_field": (0.3, 0.3, 0.3),
    "major_safety_accident_365d": (0.01, 0.01, 0.01),
    "major_quality_accident_365d": (0.01, 0.01, 0.01),
    "serious_env_violation_365d": (0.01, 0.01, 0.01),
    "rd_expense_y1": (0.0, 0.03, 0.15),
    "rd_expense_y2": (0.0, 0.03, 0.15),
    "rd_expense_y3": (0.0, 0.03, 0.15),
    "rd_staff": (0.0, 0.05, 0.4),
    "rd_domestic_3y": (0.8, 1.0, 1.0),
    "standards_participation": (0.05, 0.05, 0.05),
}


@dataclass(frozen=True)
class Discovery:
    """`listed`: one row a firm, the likeliest first. `expected`: how many pass, with a 90 % interval. `assumed`: the
    facts that the table hardly shows, with the range that they were drawn from (column, title, low, likely, high).
    `ended`: the firms that are no more by their registration, which are not listed (enterprise_id, status).
    """

    listed: pd.DataFrame
    expected: pd.DataFrame
    assumed: pd.DataFrame
    ended: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["enterprise_id", "status"]))


@dataclass
class _Sums:
    """Running sums over draws, a row a firm."""

    draws: Floats
    chance: Floats
    holds: dict[str, Floats]
    score: Floats
    square: Floats
    cross: Floats
    chance_square: Floats

    @classmethod
    def none(cls, conditions: list[str], shape: tuple[int, int]) -> _Sums:
        one = np.zeros(shape[0])
        return cls(
            one, one.copy(), {name: one.copy() for name in conditions},
            np.zeros(shape), np.zeros(shape), np.zeros(shape), one.copy(),
        )  # fmt: skip

    def add(self, rows: np.ndarray, run: Run, scores: Floats) -> None:
        self.draws[rows] += 1
        self.chance[rows] += run.chance
        self.chance_square[rows] += run.chance**2
        for name, held in run.holds.items():
            self.holds[name][rows] += held
        self.score[rows] += scores
        self.square[rows] += scores**2
        self.cross[rows] += scores * run.chance[:, None]

    def join(self, more: _Sums) -> None:
        for name in ("draws", "chance", "score", "square", "cross", "chance_square"):
            total = getattr(self, name)
            total += getattr(more, name)
        for name, held in more.holds.items():
            self.holds[name] += held


def discover(
    firms: pd.DataFrame,
    policy: PolicyName,
    *,
    on: Day,
    assume: Mapping[str, tuple[float, float, float]] | None = None,
    card: ScoreCard | None = None,
    rng: int = 0,
) -> Discovery:
    """Rank firms by their chance to pass a policy on a day, given what is known of them.

    Parameters
    ----------
    firms
        The policy's columns as far as they are known, and of a registry: `scope` (text), `capital` (yuan),
        `patents_granted_3y`. Firms whose `status` (登记状态) is 注销, 吊销 and the like are not listed
        (`matcher.policy.identity.has_ended`).
    policy
        By its name, its folder, or itself.
    on
        The day; a row's own `apply_on` wins.
    assume
        (lowest, likely, highest) of facts that the table hardly shows (fewer than 100 firms), for a yes/no fact the
        share of yes as its likely value; besides `ASSUMED`.
    card
        A score card: firms of one rule decision then stand in its order (see `order_inside`), and its columns are
        added.
    rng
        Seed of the draws; equal inputs and seeds give equal tables.

    Returns
    -------
    `listed`: enterprise_id, rank (from 1), chance, reasons and ask (Chinese; up to three facts to ask for, the most
    telling first), sorted; ties by the mean chance of the conditions, then by id. `ended`: firms left
    out. `expected`: policy, on, firms,
    expected (the sum of the chances), low and high: a 90 % predictive interval of the number that pass, which allows
    for the uncertainty of the distributions that all firms share. `assumed`: which assumptions were used. No firms give
    empty tables.

    Raises
    ------
    PolicyError
        There is no such policy.
    PoolError
        The card is of another policy.

    Notes
    -----
    What is known is used as it is: a firm that no value of its unknown facts lets pass has chance 0, one that every
    value lets pass has 1. What is unknown is drawn from the distributions that the table itself shows, given what is
    known of the firm (`matcher.pool.discovery.imputation`), and brought within its bounds where it is known within
    bounds only (these teach nothing of other firms); the rules are run on every draw, and points that are left
    to experts are drawn within the range of the rule.

    Examples
    --------
    >>> import pandas as pd
    >>> firms = pd.DataFrame({"enterprise_id": ["A", "B"], "resident": ["否", "是"], "in_field": ["是", "是"]})
    >>> discover(firms, "hte", on="2026-11-24").listed[["enterprise_id", "rank"]].to_numpy().tolist()
    [['B', 1], ['A', 2]]
    """
    check_firms(firms)
    policy, day = load_policy(policy), as_day(on)
    if bad := [name for name, ends in (assume or {}).items() if not ends[0] <= ends[1] <= ends[2]]:
        raise ArgumentError(f"假设的取值须为 最低 ≤ 最可能 ≤ 最高：{'、'.join(bad)}")
    gone = has_ended(firms["status"]) if "status" in firms else np.zeros(len(firms), bool)
    ended = firms.loc[gone].reindex(columns=["enterprise_id", "status"]).reset_index(drop=True)
    firms = firms[~gone]
    ready = prepared_for(firms, policy, day)
    scored = None if card is None else card.score_prepared(ready).firms
    discovery = replace(_discover(firms, ready, day, {**ASSUMED, **(assume or {})}, rng), ended=ended)
    if scored is None:
        return discovery
    listed = order_inside(discovery.listed, scored)
    return replace(discovery, listed=listed.assign(rank=np.arange(1, len(listed) + 1)))


def _discover(
    firms: pd.DataFrame,
    ready: Prepared,
    day: dt.date,
    assume: Mapping[str, tuple[float, float, float]],
    seed: int,
) -> Discovery:
    policy, size = ready.policy, len(firms)
    chance, soft = np.zeros(size), np.zeros(size)
    words, questions = np.full(size, "该日没有适用的政策版本", dtype=object), np.full(size, "", dtype=object)
    counts: list[tuple[float, Floats]] = []
    used: list[pd.DataFrame] = []
    if size:
        for part in parts(ready):
            result = _part(policy, part, firms, np.random.default_rng(seed), assume)
            chance[part.rows], soft[part.rows] = result.chance, result.soft
            words[part.rows], questions[part.rows] = result.reasons, result.ask
            counts.append((float(result.chance.sum()), result.totals))
            used.append(result.assumed)
    listed = pd.DataFrame(
        {"enterprise_id": ready.ids, "chance": np.round(chance, 6), "reasons": words, "ask": questions, "_soft": -soft}
    )
    listed = listed.sort_values(["chance", "_soft", "enterprise_id"], ascending=[False, True, True], kind="stable")
    listed.insert(1, "rank", np.arange(1, size + 1))
    totals = np.sum([each for _, each in counts], axis=0) if counts else np.zeros(1)
    low, high = np.quantile(totals, [0.05, 0.95])
    expected = pd.DataFrame(
        [(policy.id, day, size, float(sum(each for each, _ in counts)), float(np.floor(low)), float(np.ceil(high)))],
        columns=list(EXPECTED),
    )
    assumed = (
        pd.concat(used, ignore_index=True)
        if used
        else pd.DataFrame(columns=["column", "title", "low", "likely", "high"])
    )
    return Discovery(listed[list(LISTED)].reset_index(drop=True), expected, assumed.drop_duplicates(ignore_index=True))


@dataclass(frozen=True)
class _Result:
    chance: Floats
    soft: Floats
    reasons: np.ndarray
    ask: np.ndarray
    totals: Floats
    assumed: pd.DataFrame


def _seen_values(policy: Policy, part: Part, firms: pd.DataFrame) -> dict[str, Floats]:
    values = {name: column[part.rows] for name, column in part.ready.values.items()}
    for name in EXTRA:
        if name in firms and name not in values:
            values[name] = numbers(firms[name])[0][part.rows]
    return values


def _guesses(variable: Variable, policy: Policy, assume: Mapping[str, tuple[float, float, float]]) -> Floats:
    """Ten values that stand in for those never seen: quantiles of a triangular distribution, or shares of yes."""
    column = policy.columns.get(variable.name)
    if column is None or variable.only_seen:
        return np.zeros(0)
    kind = column.kind
    if variable.base:
        kind = "growth" if variable.growth else "share"
    given = assume.get(variable.name, assume.get(kind))
    if given is None:
        return np.zeros(0)
    low, likely, high = given
    if column.kind == "yesno":
        share = likely
        return np.array([1.0] * round(share * 100) + [0.0] * (100 - round(share * 100)))
    at = (np.arange(10) + 0.5) / 10
    if high <= low:
        return np.full(10, likely)
    turn = (likely - low) / (high - low)
    up = low + np.sqrt(at * (high - low) * (likely - low))
    down = high - np.sqrt((1 - at) * (high - low) * (high - likely))
    return np.where(at < turn, up, down)


def _part(
    policy: Policy,
    part: Part,
    firms: pd.DataFrame,
    rng: np.random.Generator,
    assume: Mapping[str, tuple[float, float, float]],
) -> _Result:
    size = len(part.rows)
    codes = decision_codes(part.answer.decision, size)
    values = _seen_values(policy, part, firms)
    order, table, guesses = _quantities(policy, part, firms, values, assume)
    assumed = pd.DataFrame(
        [
            (v.name, policy.columns[v.name].title, float(g.min()), float(np.median(g)), float(g.max()))
            for v, c, g in zip(order, table.T, guesses, strict=True)
            if len(g) and (~np.isnan(c)).sum() < 100
        ],
        columns=["column", "title", "low", "likely", "high"],
    )
    judged = judged_columns(policy)
    alike = [j for j, v in enumerate(order) if v.name in judged]
    latent = Latent.settled(table, guesses, alike, rng)
    place = {v.name: j for j, v in enumerate(order) if not v.only_seen}
    parts = [
        (j, place[v.base[0]], np.where(np.isnan(table[:, j]) & np.isnan(values[v.base[0]]), values[v.name], np.nan))
        for j, v in enumerate(order)
        if len(v.base) == 1 and v.base[0] in place and not v.growth
    ]
    merits = [j for j, v in enumerate(order) if _is_merit(v, policy)]
    of_all = latent.draw(parts)[:, merits].mean(axis=1)
    middle, spread = of_all.mean(), max(of_all.std(), 1e-9)
    lean_by = LEAN if alike else LEAN_UNSEEN

    def run(rows: np.ndarray, scores: Floats) -> tuple[Run, Floats]:
        drawn = {v: latent.margins[j].draw(scores[:, j]) for j, v in enumerate(order) if not v.only_seen}
        full = rebuild(drawn, {name: column[rows] for name, column in values.items()}, policy, order)
        for name, span in part.ready.bounds.items():
            low, high = span.lo[part.rows][rows], span.hi[part.rows][rows]
            full[name] = np.where(np.isnan(values[name][rows]), np.clip(full[name], low, high), full[name])
        days = part.ready.days[part.rows][rows].astype(np.float64)
        facts = build(policy.columns, {name: full[name] for name in policy.columns}, days, policy.years)
        better = (scores[:, merits].mean(axis=1) - middle) / spread
        lean = lean_by * rng.standard_normal() + MERIT * better
        return judged_chance(policy, part.ruleset, facts, rng, times=4, lean=lean), scores

    alive, sums = np.flatnonzero(codes != 1), _Sums.none(list(part.answer.states), table.shape)
    totals, learned = [], []
    for _ in range(FIRST if ((codes != 0) & (codes != 1)).any() else 0):
        for _ in range(APART):
            latent.sweep()
        drawn = run(alive, latent.draw(parts)[alive])
        sums.add(alive, *drawn)
        totals.append(float(drawn[0].chance.sum()))
        learned.append(latent.learned())
    expected = float(np.mean(totals)) if totals else 0.0
    guess = _smooth(sums, sums, expected, alive)
    best = alive[np.argsort(-guess[alive], kind="stable")[:TOP]]
    again, few = _Sums.none(list(part.answer.states), table.shape), Latent(table[best], latent.margins, alike, rng)
    for k in range(SECOND if learned else 0):
        few.take(learned[k % FIRST])
        few.firms()
        few.firms()
        again.add(best, *run(best, few.draw([(j, base, known[best]) for j, base, known in parts])))
    chance = guess.copy()
    chance[best] = _smooth(again, sums, expected, alive)[best]
    rest = np.setdiff1d(alive, best)
    left = max(expected - float(chance[best].sum()), 0.0)
    if len(rest) and guess[rest].sum() > 0:
        chance[rest] = np.minimum(guess[rest] * np.clip(left / guess[rest].sum(), 0.2, 5.0), 0.5)
    chance[codes == 0] = 1.0
    chance[codes == 1] = 0.0
    sums.join(again)
    many = np.maximum(sums.draws, 1)
    holds = {name: held / many for name, held in sums.holds.items()}
    soft = np.where(codes == 1, 0.0, np.mean(list(holds.values()), axis=0))
    ask = asks(policy, order, values, sums, alive, part.ruleset, size, codes)
    words = reasons(policy, part, values, chance, holds, codes, firms)
    return _Result(chance, soft, words, ask, _totals(totals, int((codes == 0).sum()), rng), assumed)


def _is_merit(variable: Variable, policy: Policy) -> bool:
    """Counts, and shares of another quantity: more of them counts in favour of a firm."""
    column = policy.columns.get(variable.name)
    return (
        column is not None
        and not variable.only_seen
        and ((bool(variable.base) and not variable.growth) or column.kind == "count")
    )


def _smooth(sums: _Sums, all_: _Sums, expected: float, alive: np.ndarray) -> Floats:
    """Few draws to a chance: what passed, and the product of what each condition held alone as APIECE further draws.

    The products of all firms are scaled to the number expected, so that conditions that go together count as such.
    """
    many = np.maximum(all_.draws, 1)
    alone = np.prod([(held + 0.05) / (many + 0.1) for held in all_.holds.values()], axis=0)
    if expected > 0:
        alone = np.minimum(alone * expected / max(alone[alive].sum(), 1e-9), 0.9)
    out = np.zeros(len(many))
    out[alive] = ((sums.chance + APIECE * alone) / (sums.draws + APIECE))[alive]
    return out


def _totals(totals: list[float], sure: int, rng: np.random.Generator) -> Floats:
    """Draws of how many pass; `totals`: what single draws of everything gave, `sure`: those that no draw can change."""
    if not totals:
        return np.full(4000, float(sure))
    logs = np.log(np.maximum(np.array(totals) - sure, 0.5))
    spread = np.sqrt(logs.var(ddof=1) + MODEL**2)
    return np.asarray(sure + np.exp(logs.mean() + spread * rng.standard_normal(4000)))


def _quantities(
    policy: Policy,
    part: Part,
    firms: pd.DataFrame,
    values: Mapping[str, Floats],
    assume: Mapping[str, tuple[float, float, float]],
) -> tuple[list[Variable], Floats, list[Floats]]:
    """What is learned from: the quantities, a column each, and what stands in for those hardly seen."""
    order: list[Variable] = []
    columns: list[Floats] = []
    guesses: list[Floats] = []
    for variable in variables(policy, part.ruleset, judged_columns(policy), values):
        column, guess = newest_known(variable, values), _guesses(variable, policy, assume)
        if variable.only_seen:  # a level informs only where what is measured from it is not seen itself
            measured = [c for v, c in zip(order, columns, strict=True) if v.name == variable.name]
            column = np.where(np.isnan(measured[0]), column, np.nan)
        if len(guess) or (~np.isnan(column)).sum() >= 20:
            order, columns, guesses = [*order, variable], [*columns, column], [*guesses, guess]
    more = {"known": np.sum([~np.isnan(c) for c in columns], axis=0).astype(float)}
    if "scope" in firms:
        texts = firms["scope"].fillna("").astype(str).to_numpy()[part.rows].tolist()
        merits = [_is_merit(v, policy) for v in order]
        ranks = pd.DataFrame(np.stack(columns, axis=1)[:, merits]).rank(pct=True).mean(axis=1).to_numpy()
        yes = [
            c
            for v, c in zip(order, columns, strict=True)
            if v.name in policy.columns and policy.columns[v.name].kind == "yesno"
        ]
        for k, figure in enumerate(text_scores(texts, [*yes, ranks])):
            more[f"scope_{k}"] = figure
    for name, column in more.items():
        order, columns, guesses = (
            [*order, Variable(name, (), only_seen=True)],
            [*columns, column],
            [*guesses, np.zeros(0)],
        )
    return order, np.stack(columns, axis=1), guesses
