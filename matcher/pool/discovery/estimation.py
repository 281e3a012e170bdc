"""Whom to visit from a thin list: each firm's chance to pass a policy under what is unknown of it, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.answers.advice import Part, parts
from matcher.policy.answers.evaluation import Prepared
from matcher.policy.firms.facts import build
from matcher.policy.firms.identity import has_ended
from matcher.policy.language.intervals import Floats
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.scoring import decision_codes, prepared_for
from matcher.pool.discovery.assumptions import ASSUMED, COLUMNS, Ranges, assumptions_used
from matcher.pool.discovery.chances import Tally, chances_of
from matcher.pool.discovery.explanation import asks, reasons
from matcher.pool.discovery.imputation import Latent
from matcher.pool.discovery.quantities import Quantities
from matcher.pool.discovery.simulation import Run, judged_chance
from matcher.pool.discovery.technology import Industries
from matcher.pool.discovery.variables import rebuild
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.ordering import order_inside
from matcher.tables.arguments import Day, as_day, as_whole, check_firms
from matcher.tables.naming.writings import KnownIds
from matcher.tables.rows.ids import ids_of

LISTED = ("enterprise_id", "rank", "chance", "reasons", "ask")
EXPECTED = ("policy", "on", "firms", "expected", "low", "high")
APART = 3  # steps of the chain from one draw of all firms to the next
TURNS = 4  # draws in one state of the chain
FIRST, SECOND, TOP = 16, 48, 3000  # states of all firms, further ones of the best, how many are best
SMALL, ROUNDS, ENOUGH = 1000, 4, 0.95  # so few firms get up to so many rounds of further states, until they agree
AGREE = 0.9  # rank correlation of the lists of two seeds below which no rank is shown
MERIT = 0.5  # assumption: how far the places in ranges that people judge go with what a firm has, normal deviations
LEAN, LEAN_UNSEEN = 0.25, 0.5  # assumption: how far all experts of a place may lean; where nobody's points are seen
MODEL = 0.3  # deviation of the log of expected over true passes beyond that of the draws (docs/discovery.md)


@dataclass(frozen=True)
class Discovery:
    """`listed`: one row a firm, the likeliest first. `expected`: how many pass, with a 90 % interval. `assumed`: the
    facts that the table hardly shows, with the range that they were drawn from (column, title, low, likely, high).
    `ended`: the firms that are no more by their registration, which are not listed (enterprise_id, status).
    `agreement`: the rank correlation that the lists of two seeds may be expected to have; below AGREE no rank is given.
    `by_text`: no count and no share is known of enough firms, so industry, scope, name and date alone make the order.
    """

    listed: pd.DataFrame
    expected: pd.DataFrame
    assumed: pd.DataFrame
    ended: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["enterprise_id", "status"]))
    agreement: float = 1.0
    by_text: bool = False


def discover(
    firms: pd.DataFrame,
    policy: PolicyName,
    *,
    on: Day,
    assume: Ranges | None = None,
    industries: str | Path | pd.DataFrame | None = None,
    card: ScoreCard | None = None,
    rng: int = 0,
) -> Discovery:
    """Rank firms by their chance to pass a policy on a day, given what is known of them.

    Parameters
    ----------
    firms
        The policy's columns as far as they are known, and of a registry: `name`, `industry` (code or name of GB/T
        4754), `scope` (text), `capital` (yuan), `patents_granted_3y`. Firms whose `status` (登记状态) is 注销, 吊销 and
        the like are not listed (`matcher.policy.firms.identity.has_ended`).
    policy
        By its name, its folder, or itself.
    on
        The day; a row's own `apply_on` wins.
    assume
        (lowest, likely, highest) of facts that the table hardly shows (fewer than 100 firms), for a yes/no fact the
        share of yes as its likely value, for a date the years since it; besides
        `matcher.pool.discovery.assumptions.ASSUMED`. A fact shown by fewer than 20 firms is held at it.
    industries
        The share of firms of an industry that is near to technology: a table of 行业代码 or 行业名称 and 占比, in place
        of the shipped assumption, which has no source (`matcher.pool.discovery.technology`). Only differences count.
    card
        A score card: firms of one rule decision then stand in its order (see `order_inside`), and its columns are
        added.
    rng
        Seed of the draws; equal inputs and seeds give equal tables, in whatever order the firms (with ids) stand.

    Returns
    -------
    `listed`: enterprise_id, rank (from 1; NA throughout where another seed would give another order), chance, reasons
    and ask (Chinese; up to three facts to ask for, the most telling first), sorted by chance; ties by the mean chance
    of the conditions, then by id. `ended`: firms left out. `expected`: policy, on, firms, expected (the sum of the
    chances), low and high: a 90 % predictive interval of the number that pass, which allows for the uncertainty of the
    distributions that all firms share. `assumed`: which assumptions were used. No firms give empty tables.

    Raises
    ------
    PolicyError
        There is no such policy.
    TableError
        An id is empty or stands twice.
    ArgumentError
        `assume` names a column that the policy does not have, or no range.
    PoolError
        The card is of another policy.

    Notes
    -----
    What is known is used as it is: a firm that no value of its unknown facts lets pass has chance 0, one that every
    value lets pass has 1. What is unknown is drawn from the distributions that the table itself shows, given what is
    known of the firm (`matcher.pool.discovery.imputation`), and within its bounds where it is known within bounds only
    (of these only dates teach something of other firms); the rules are run on every draw, and points that are left to
    experts are drawn within the range of the rule. What the draws of one firm leave to luck is taken from all
    (`matcher.pool.discovery.chances`).

    Examples
    --------
    >>> import pandas as pd
    >>> firms = pd.DataFrame({"enterprise_id": ["A", "B"], "resident": ["否", "是"], "in_field": ["是", "是"]})
    >>> discover(firms, "hte", on="2026-11-24").listed[["enterprise_id", "rank"]].to_numpy().tolist()
    [['B', 1], ['A', 2]]
    """
    check_firms(firms)
    shares = Industries.load(industries)
    policy, day, rng = load_policy(policy), as_day(on), as_whole(rng, "rng", 0)
    if lost := KnownIds([*policy.columns, *ASSUMED]).unknown(assume or {}):
        raise ArgumentError(f"假设中有“{policy.title}”没有的字段：{lost}")
    if bad := [name for name, ends in (assume or {}).items() if not ends[0] <= ends[1] <= ends[2]]:
        raise ArgumentError(f"假设的取值须为 最低 ≤ 最可能 ≤ 最高：{'、'.join(bad)}")
    if "enterprise_id" in firms:
        firms = firms.assign(enterprise_id=ids_of(firms, "enterprise_id", distinct=True))
    gone = has_ended(firms["status"]) if "status" in firms else np.zeros(len(firms), bool)
    ended = firms.loc[gone].reindex(columns=["enterprise_id", "status"]).reset_index(drop=True)
    firms = firms[~gone]
    if "enterprise_id" in firms:
        firms = firms.sort_values("enterprise_id")  # so that the draws do not hang on the order of the table
    ready = prepared_for(firms, policy, day)
    scored = None if card is None else card.score_prepared(ready).firms
    discovery = replace(_discover(firms, ready, day, {**ASSUMED, **(assume or {})}, shares, rng), ended=ended)
    if scored is None:
        return discovery
    listed = order_inside(discovery.listed, scored)
    return replace(discovery, listed=listed.assign(rank=_ranks(len(listed), discovery.agreement)))


def _ranks(size: int, agreement: float) -> pd.Series[Any]:
    """Places from 1, or none where another seed would give others."""
    ranks = pd.Series(np.arange(1, size + 1), dtype="Int64")
    return ranks if agreement >= AGREE else ranks.mask(ranks > 0)


def _discover(
    firms: pd.DataFrame, ready: Prepared, day: dt.date, assume: Ranges, industries: Industries, seed: int
) -> Discovery:
    policy, size = ready.policy, len(firms)
    chance, soft = np.zeros(size), np.zeros(size)
    words, questions = np.full(size, "该日没有适用的政策版本", dtype=object), np.full(size, "", dtype=object)
    counts: list[tuple[float, Floats]] = []
    used: list[pd.DataFrame] = []
    agreement, by_text = 1.0, False
    if size:
        for part in parts(ready):
            result = _part(part, firms, np.random.default_rng(seed), assume, industries)
            chance[part.rows], soft[part.rows] = result.chance, result.soft
            words[part.rows], questions[part.rows] = result.reasons, result.ask
            counts.append((float(result.chance.sum()), result.totals))
            used.append(result.assumed)
            agreement, by_text = min(agreement, result.agreement), by_text or result.by_text
    listed = pd.DataFrame(
        {"enterprise_id": ready.ids, "chance": np.round(chance, 9), "reasons": words, "ask": questions, "_soft": -soft}
    )
    listed = listed.sort_values(["chance", "_soft", "enterprise_id"], ascending=[False, True, True], kind="stable")
    listed = listed.reset_index(drop=True)
    listed.insert(1, "rank", _ranks(size, agreement))
    totals = np.sum([each for _, each in counts], axis=0) if counts else np.zeros(1)
    low, high = np.quantile(totals, [0.05, 0.95])
    expected = pd.DataFrame(
        [(policy.id, day, size, float(sum(each for each, _ in counts)), float(np.floor(low)), float(np.ceil(high)))],
        columns=list(EXPECTED),
    )
    assumed = pd.concat(used, ignore_index=True) if used else pd.DataFrame(columns=list(COLUMNS))
    return Discovery(
        listed[list(LISTED)],
        expected,
        assumed.drop_duplicates(ignore_index=True),
        agreement=agreement,
        by_text=by_text,
    )


@dataclass(frozen=True)
class _Result:
    chance: Floats
    soft: Floats
    reasons: np.ndarray
    ask: np.ndarray
    totals: Floats
    assumed: pd.DataFrame
    agreement: float
    by_text: bool


def _part(part: Part, firms: pd.DataFrame, rng: np.random.Generator, assume: Ranges, industries: Industries) -> _Result:
    """What one ruleset makes of the firms that it answers."""
    size, policy = len(part.rows), part.ready.policy
    codes = decision_codes(part.answer.decision, size)
    given = Quantities.of(part, firms, assume, industries)
    draws = _Draws(part, given, rng)
    alive, open_ = np.flatnonzero(codes != 1), np.flatnonzero((codes != 0) & (codes != 1))
    halves, totals = draws.tallies(alive) if len(open_) else draws.nothing()
    chance, agreement = np.zeros(size), 1.0
    if len(open_):
        chance[open_], agreement = chances_of(halves, draws.known(open_), open_)
    chance[codes == 0] = 1.0
    sums = halves[0].plus(halves[1])
    holds = {name: held / np.maximum(sums.states, 1) for name, held in sums.holds.items()}
    soft = np.where(codes == 1, 0.0, np.mean(list(holds.values()), axis=0))
    ask = asks(policy, given.order, given.values, sums, alive, part.ruleset, size, codes)
    by_text = not given.held.merits and bool(given.merits)
    near = given.held.lead if by_text else np.zeros(size)
    words = reasons(policy, part, given.values, holds, codes, given.learned_names(), near)
    used = assumptions_used(given.order, given.table, given.stand_in, policy, assume)
    return _Result(chance, soft, words, ask, _totals(totals, int((codes == 0).sum()), rng), used, agreement, by_text)


class _Draws:
    """Draws of what is not known of some firms, and the rules over them."""

    def __init__(self, part: Part, given: Quantities, rng: np.random.Generator) -> None:
        self.part, self.given, self.rng = part, given, rng
        self.parts = given.known_parts()
        self.latent = Latent.settled(given.table, given.stand_in, given.groups, rng, given.held)
        of_all = next(self.latent.draw(self.parts))[:, given.merits].mean(axis=1) if given.merits else np.zeros(1)
        self.middle, self.spread = of_all.mean(), max(of_all.std(), 1e-9)

    def nothing(self) -> tuple[tuple[Tally, Tally], list[float]]:
        """No draws at all."""
        conditions, shape = list(self.part.answer.states), self.given.table.shape
        return (Tally.none(conditions, shape), Tally.none(conditions, shape)), []

    def tallies(self, alive: np.ndarray) -> tuple[tuple[Tally, Tally], list[float]]:
        """Two halves of the states, and how many pass in draws of all firms. alive: those that can pass."""
        halves, totals = self.nothing()
        learned = []
        for k in range(FIRST):
            for _ in range(APART):
                self.latent.sweep()
            runs = self._state(alive, self.latent, alive, self.parts)
            halves[2 * k // FIRST].add(alive, runs, self.latent.expected()[alive], self.part.ruleset.decision)
            totals += [float(run.chance.sum()) for run, _ in runs]
            learned.append(self.latent.learned())
        guess, _ = chances_of(halves, self.known(alive), alive)
        best = alive[np.argsort(-guess, kind="stable")[:TOP]]
        again, _ = self.nothing() if len(best) < len(alive) else (halves, [])
        held = self.given.held.of(best)
        few = Latent(self.given.table[best], self.latent.margins, self.given.groups, self.rng, held)
        parts = [(j, base, known[best]) for j, base, known in self.parts]
        for _ in range(ROUNDS):
            for k in range(SECOND):
                few.take(learned[k % FIRST])
                few.firms()
                few.firms()
                runs = self._state(best, few, np.arange(len(best)), parts)
                again[2 * (k % FIRST) // FIRST].add(best, runs, few.expected(), self.part.ruleset.decision)
            if len(alive) > SMALL or chances_of(halves, self.known(alive), alive)[1] >= ENOUGH:
                break
        if again is not halves:  # of those chosen for their first draws only the further ones count
            for half, more in zip(halves, again, strict=True):
                half.replace(best, more)
        return halves, totals

    def known(self, rows: np.ndarray) -> Floats:
        """What a chance may depend on beside scores: what is known, and how many accounting years there are."""
        known = ~np.isnan(self.given.table[rows])
        years = self.part.ready.facts_of(self.part.rows[rows], {}).years
        steps = [] if years is None else [(years == n)[:, None] for n in range(-1, 3)]
        return np.concatenate([known, *steps], axis=1).astype(np.float64)

    def _state(
        self, rows: np.ndarray, chain: Latent, places: np.ndarray, parts: Sequence[tuple[int, int, Floats]]
    ) -> list[tuple[Run, Floats]]:
        """The turns of one state of a chain; places: of `rows` in the chain."""
        lean = (LEAN if self.given.groups.judged else LEAN_UNSEEN) * float(self.rng.standard_normal())
        return [self._run(rows, scores[places], lean) for scores in chain.draw(parts, TURNS)]

    def _run(self, rows: np.ndarray, scores: Floats, lean: float) -> tuple[Run, Floats]:
        part, policy, order = self.part, self.part.ready.policy, self.given.order
        drawn = {v: self.latent.margins[j].draw(scores[:, j]) for j, v in enumerate(order) if not v.only_seen}
        full = rebuild(drawn, {name: column[rows] for name, column in self.given.values.items()}, policy, order)
        for name, span in part.ready.bounds.items():
            low, high = span.lo[part.rows][rows], span.hi[part.rows][rows]
            unknown = np.isnan(self.given.values[name][rows])
            full[name] = np.where(unknown, _within(full[name], low, high, self.rng), full[name])
        days = part.ready.days[part.rows][rows].astype(np.float64)
        facts = build(policy.columns, {name: full[name] for name in policy.columns}, days, policy.years)
        better = (scores[:, self.given.merits].mean(axis=1) - self.middle) / self.spread if self.given.merits else 0.0
        places = np.zeros(len(rows)) + lean + MERIT * better
        return judged_chance(policy, part.ruleset, facts, self.rng, times=1, lean=places), scores


def _within(drawn: Floats, low: Floats, high: Floats, rng: np.random.Generator) -> Floats:
    """Draws within bounds: one beyond them is drawn again, evenly, where there are two."""
    outside = ~((drawn >= low) & (drawn <= high)) & np.isfinite(low) & np.isfinite(high)
    below, above = np.where(outside, low, 0.0), np.where(outside, high, 0.0)
    even = np.floor(below + (above - below + 1) * rng.random(len(drawn)))
    return np.clip(np.where(outside, even, drawn), low, high)


def _totals(totals: list[float], sure: int, rng: np.random.Generator) -> Floats:
    """Draws of how many pass; `totals`: what single draws of everything gave, `sure`: those that no draw can change."""
    if not totals:
        return np.full(4000, float(sure))
    logs = np.log(np.maximum(np.array(totals) - sure, 0.5))
    spread = np.sqrt(logs.var(ddof=1) + MODEL**2)
    return np.asarray(sure + np.exp(logs.mean() + spread * rng.standard_normal(4000)))
