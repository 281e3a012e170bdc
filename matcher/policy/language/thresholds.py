"""Where a rule changes its answer: the values of a fact, or the amounts of a change, at which some comparison turns.

Between two neighbouring critical values every rule answers alike, so trying one value in each gap tries them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from matcher.policy.language.conditions import ByBracket, Compare, Is, Joined, Not, ScoreTest, Test
from matcher.policy.language.intervals import RISING, Facts, Floats, Span
from matcher.policy.language.measures import (
    Compound,
    DaysSince,
    MeanGrowth,
    Measure,
    MonthsSince,
    Ratio,
    Total,
    YearsSince,
    last_start,
    year_of,
)
from matcher.policy.language.model import Rule, Ruleset
from matcher.policy.language.points import Bands, BestOf, SumOf


@dataclass(frozen=True)
class Turn:
    """A comparison that can turn: a measure and its limit, or a bracket's upper end of one column."""

    measure: Measure
    limit: Fraction


def turns(test: Test) -> Iterator[Turn]:
    """Every comparison inside a test, brackets included."""
    if isinstance(test, Compare):
        yield Turn(test.measure, test.limit)
    elif isinstance(test, Joined):
        for part in test.tests:
            yield from turns(part)
    elif isinstance(test, Not):
        yield from turns(test.test)
    elif isinstance(test, ByBracket):
        for bracket in test.brackets:
            if bracket.upto is not None:
                yield Turn(Total((test.name,)), Fraction(int(bracket.upto)))
            if bracket.test is not None:
                yield from turns(bracket.test)


def tests_of(ruleset: Ruleset) -> Iterator[Test]:
    """The tests of conditions and of bands."""
    for rule in ruleset.rules:
        if rule.test is not None:
            yield rule.test
        if isinstance(rule.item, Bands):
            for band in rule.item.bands:
                yield band.test


def all_turns(ruleset: Ruleset) -> list[Turn]:
    """Every comparison of a ruleset, each once."""
    out: dict[tuple[Measure, Fraction], Turn] = {}
    for test in tests_of(ruleset):
        for turn in turns(test):
            out.setdefault((turn.measure, turn.limit), turn)
    return list(out.values())


def columns_of(ruleset: Ruleset) -> list[str]:
    """The facts that some rule reads, in the order of the rules."""
    names: dict[str, None] = {}
    for rule in ruleset.rules:
        part = rule.test or rule.item or rule.amount
        if part is not None:
            names.update(dict.fromkeys(part.columns()))
        if rule.only_when is not None:
            names[rule.only_when[0]] = None
    return list(names)


def amounts(turn: Turn, facts: Facts, change: Mapping[str, float]) -> Floats | None:
    """How often `change` must be added to the facts for a comparison to turn, a row; NaN where it cannot, None where
    it never can.

    Unknown facts stand at their lowest value.
    """

    def low(names: Sequence[str]) -> Floats:
        total = facts.sum(names).lo
        return np.where(np.isfinite(total), total, np.nan)

    def slope(names: Sequence[str]) -> float:
        return sum(change.get(name, 0.0) for name in names)

    measure, limit = turn.measure, float(turn.limit)
    if not set(change) & set(measure.columns()):
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(measure, Total):
            step = slope(measure.names)
            return (limit - low(measure.names)) / step if step else None
        if isinstance(measure, Ratio):
            top, bottom = slope(measure.top), slope(measure.bottom)
            if measure.divisor is not None:
                return (limit * float(measure.divisor) - low(measure.top) - measure.plus) / top if top else None
            rate = top - limit * bottom
            return (limit * low(measure.bottom) - low(measure.top) - measure.plus) / rate if rate else None
        if isinstance(measure, Compound):
            factor = float((1 + turn.limit) ** measure.years)
            rate = change.get(measure.last, 0.0) - factor * change.get(measure.first, 0.0)
            return (factor * low((measure.first,)) - low((measure.last,))) / rate if rate else None
        if isinstance(measure, DaysSince):
            assert facts.on is not None
            if isinstance(measure, MonthsSince):
                return (last_start(facts.on, int(limit)) - low((measure.name,))) / change[measure.name]
            return (facts.on - limit - low((measure.name,))) / change[measure.name]
        if isinstance(measure, YearsSince):
            assert facts.on is not None
            last = (year_of(facts.on) - np.floor(limit) + 1 - 1970).astype(np.int64).astype("datetime64[Y]")
            ends = (
                last.astype("datetime64[D]").astype(np.int64) - 1.0
            )  # 31 December of the last year that is old enough
            return np.asarray((ends - low((measure.name,))) / change[measure.name], dtype=np.float64)
        if isinstance(measure, MeanGrowth):
            return _growth_amounts(measure, limit, facts, change, low)
    return None


def _growth_amounts(
    measure: MeanGrowth, limit: float, facts: Facts, change: Mapping[str, float], low: object
) -> Floats | None:
    assert callable(low)
    first, middle, last = (low((name,)) for name in measure.names)
    years = facts.years if facts.years is not None else np.full(facts.size, 3)
    factor = 1 + limit
    if set(change) & set(measure.names) == {measure.names[2]}:
        full = (2 * factor - middle / first) * middle
        need = np.where((years >= 3) & (first > 0), full, factor * middle)
        return np.asarray((need - last) / change[measure.names[2]], dtype=np.float64)
    return None


def candidates(ruleset_turns: Sequence[Turn], facts: Facts, name: str, step: float) -> Floats:
    """Values of one fact, a row, with at least one in every gap between its critical values that its span reaches:
    shape (rows, values), NaN for none.
    """
    span, zero = facts[name], facts.narrowed(name, Span.known(np.zeros(facts.size)))
    floor = np.where(np.isfinite(span.lo), span.lo, -1e15)
    ceiling = np.where(np.isfinite(span.hi), span.hi, 1e15)
    columns = [floor, ceiling, *(np.full(facts.size, value) for value in (0.0, 1.0, -1.0))]
    unit = 1.0 if step >= 1 else 0.01
    for turn in ruleset_turns:
        value = amounts(turn, zero, {name: 1.0})
        if value is None:
            continue
        up = np.ceil(value / unit) * unit
        columns += [up - unit, up, up + unit, value]
    grid = np.round(np.stack(columns, axis=1), 6)
    if unit == 1.0:
        grid = np.where(grid == np.floor(grid), grid, np.nan)
    grid = np.sort(np.where((grid >= floor[:, None]) & (grid <= ceiling[:, None]), grid, np.nan), axis=1)
    grid[:, 1:][grid[:, 1:] == grid[:, :-1]] = np.nan
    return grid


def signs(test: Test, up: float = 1.0) -> Iterator[tuple[str, float]]:
    """Whether more of a fact helps (+1) or hurts (-1) a test; both signs where it can do either."""
    if isinstance(test, Compare):
        side = up if test.word in RISING else -up
        measure = test.measure
        if isinstance(measure, Ratio):
            yield from ((name, side) for name in measure.top)
            yield from ((name, -side) for name in measure.bottom)
        elif isinstance(measure, Compound):
            yield from ((measure.last, side), (measure.first, -side))
        elif isinstance(measure, MeanGrowth):
            first, middle, last = measure.names
            yield from ((first, -side), (middle, side), (middle, -side), (last, side))
        elif isinstance(measure, (DaysSince, YearsSince)):
            yield measure.name, -side
        else:
            yield from ((name, side) for name in measure.columns())
    elif isinstance(test, Is):
        yield test.name, up if test.code else -up
    elif isinstance(test, Not):
        yield from signs(test.test, -up)
    elif isinstance(test, Joined):
        for part in test.tests:
            yield from signs(part, up)
    elif isinstance(test, ByBracket):
        yield from ((test.name, up), (test.name, -up))
        for bracket in test.brackets:
            if bracket.test is not None:
                yield from signs(bracket.test, up)


def torn_columns(ruleset: Ruleset) -> list[str]:
    """Facts of which more helps one rule of the decision and hurts another, so that the two do not vary freely.

    A fact that does both inside a single rule is no matter: each rule by itself is exact.
    """
    scored = any(isinstance(rule.test, ScoreTest) for rule in ruleset.rules)
    seen: dict[str, set[float]] = {}
    users: dict[str, set[tuple[str, str]]] = {}
    for rule in ruleset.rules:
        tests = [rule.test] if rule.test is not None else []
        if scored and isinstance(rule.item, Bands):
            tests = [band.test for band in rule.item.bands]
        for test in tests:
            for name, sign in signs(test):
                seen.setdefault(name, set()).add(sign)
                users.setdefault(name, set()).add((rule.kind, rule.id))
    return [name for name, both in seen.items() if len(both) > 1 and len(users[name]) > 1]


def reads(rule: Rule, ruleset: Ruleset) -> list[str]:
    """The facts behind a rule, through the items that it sums."""
    part = rule.test or rule.item
    names = list(part.columns()) if part is not None else []
    items = {r.id: r for r in ruleset.of_kind("points")}
    below: Sequence[str] = ()
    if isinstance(rule.test, ScoreTest):
        below = rule.test.items
    elif isinstance(rule.item, BestOf):
        below = rule.item.items
    elif isinstance(rule.item, SumOf):
        below = [name for group, _ in rule.item.groups for name in group]
    for name in below:
        names += reads(items[name], ruleset)
    return names
