"""What the words of the rule language mean: tests of facts and of points, evaluated for many firms at once.

A test compares a measure (`Compare`), asks for a yes or a choice (`Is`), compares a score (`ScoreTest`), joins tests
(`Joined`, `Not`) or picks one by the bracket that another figure lies in (`ByBracket`). Nothing here knows a policy, a
file or a table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

import numpy as np

from matcher.policy.language.intervals import Bools, Facts, Floats, Span, Truth, excess, holds, within
from matcher.policy.language.measures import Measure, never, short_of


@dataclass(frozen=True)
class Points:
    """Points a row. An item judged by people has a range even with every fact known: `low` to `high`.

    Unknown facts move both ends: the low end lies in `low_min`..`low_max`, the high end in `high_min`..`high_max`.
    """

    low_min: Floats
    low_max: Floats
    high_min: Floats
    high_max: Floats

    @classmethod
    def fixed(cls, low: Floats, high: Floats) -> Points:
        """No fact is unknown."""
        return cls(low, low, high, high)

    @property
    def settled(self) -> bool:
        """Whether no fact is unknown in any row."""
        return self.low_min is self.low_max and self.high_min is self.high_max

    def ends(self) -> tuple[Floats, ...]:
        """The four ends."""
        return (self.low_min, self.low_max, self.high_min, self.high_max)


@dataclass(frozen=True)
class State:
    """What can come out a row: pass, left to judgement, fail. Exactly one of the three where no fact that matters is
    open.
    """

    can_hold: Bools
    can_be_open: Bools | None
    can_fail: Bools

    @classmethod
    def of(cls, truth: Truth) -> State:
        """From a test of facts, which leaves nothing to judgement."""
        return cls(truth.may, None, ~truth.sure)

    def open(self) -> Bools:
        """Rows in which judgement can decide."""
        return self.can_be_open if self.can_be_open is not None else np.zeros(len(self.can_hold), dtype=bool)

    def __invert__(self) -> State:
        return State(self.can_fail, self.can_be_open, self.can_hold)


def join(states: Sequence[State], *, every: bool) -> State:
    """All (`every`) or any of several independent conditions, each with its possible outcomes."""
    if not every:
        return ~join([~state for state in states], every=True)
    hold = states[0].can_hold
    fail = states[0].can_fail
    judged = any(state.can_be_open is not None for state in states)
    upright = states[0].can_hold | states[0].open() if judged else states[0].can_hold
    some_open = states[0].open() if judged else None
    for state in states[1:]:
        hold = hold & state.can_hold
        fail = fail | state.can_fail
        if judged and some_open is not None:
            upright = upright & (state.can_hold | state.open())
            some_open = some_open | state.open()
    return State(hold, upright & some_open if judged and some_open is not None else None, fail)


@dataclass(frozen=True)
class Frame:
    """What a test can look at: facts, and the points given so far."""

    facts: Facts
    points: Mapping[str, Points]


@dataclass(frozen=True)
class Shown:
    """Figures to show beside an answer; NaN where there is none. `missing`: 1 where a ratio or a growth does not exist,
    because there is nothing to divide by, 0 elsewhere.
    """

    value: Floats
    limit: Floats
    gap: Floats
    missing: Floats

    @classmethod
    def nothing(cls, size: int) -> Shown:
        """No figure."""
        none = np.full(size, np.nan)
        return cls(none, none, none, np.zeros(size))


class Test(Protocol):
    """A condition over facts and points."""

    def columns(self) -> tuple[str, ...]:
        """The facts that it reads."""

    def state(self, frame: Frame) -> State:
        """Possible outcomes a row."""

    def truth(self, facts: Facts) -> Truth:
        """The same for a test of facts alone."""

    def missing(self, facts: Facts) -> Bools:
        """Rows in which a ratio or a growth that the test needs does not exist: there is nothing to divide by."""

    def show(self, frame: Frame) -> Shown:
        """Figures to show."""


class FactTest(ABC):
    """Base of the tests that look at facts alone."""

    @abstractmethod
    def truth(self, facts: Facts) -> Truth:
        """Whether it holds, row by row."""

    def state(self, frame: Frame) -> State:
        """Outcomes from the truth."""
        return State.of(self.truth(frame.facts))

    def missing(self, facts: Facts) -> Bools:
        """No row."""
        return never(facts)

    def show(self, frame: Frame) -> Shown:
        """Nothing to show."""
        return Shown.nothing(frame.facts.size)


@dataclass(frozen=True)
class Compare(FactTest):
    """A measure against a limit."""

    measure: Measure
    word: str
    limit: Fraction

    def columns(self) -> tuple[str, ...]:
        """The measure's."""
        return self.measure.columns()

    def truth(self, facts: Facts) -> Truth:
        """Exact comparison."""
        return facts.once(self, "truth", lambda: self.measure.compare(facts, self.word, self.limit))

    def missing(self, facts: Facts) -> Bools:
        """The measure's."""
        return self.measure.missing(facts)

    def show(self, frame: Frame) -> Shown:
        """Figure, limit and distance."""
        facts, limit = frame.facts, np.full(frame.facts.size, float(self.limit))
        gap = self.measure.gap(facts, self.word, self.limit)
        return Shown(self.measure.value(facts), limit, gap, self.missing(facts).astype(np.float64))


@dataclass(frozen=True)
class Is(FactTest):
    """A yes/no or a choice (as its number) equals one value."""

    name: str
    code: float

    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self.name,)

    def truth(self, facts: Facts) -> Truth:
        """Equal for sure, or among the possible."""
        span = facts[self.name]
        if span.settled:
            return Truth.known(span.lo == self.code)
        return Truth((span.lo == self.code) & (span.hi == self.code), (span.lo <= self.code) & (span.hi >= self.code))

    def show(self, frame: Frame) -> Shown:
        """1 for yes, 0 for no."""
        value, limit = frame.facts[self.name].value(), np.full(frame.facts.size, self.code)
        return replace(Shown.nothing(frame.facts.size), value=value, limit=limit)


@dataclass(frozen=True)
class ScoreTest:
    """The sum of some items against a limit."""

    items: tuple[str, ...]
    word: str
    limit: Fraction

    def columns(self) -> tuple[str, ...]:
        """None."""
        return ()

    def truth(self, facts: Facts) -> Truth:
        """Not a test of facts."""
        raise TypeError("a test of points has no truth apart from a frame")

    def missing(self, facts: Facts) -> Bools:
        """No row: points always exist."""
        return never(facts)

    def _sum(self, frame: Frame) -> Points:
        return add_points([frame.points[name] for name in self.items])

    def state(self, frame: Frame) -> State:
        """Sure, impossible, or open to the experts; see `State`."""
        points = self._sum(frame)

        def meets(values: Floats) -> Bools:
            return holds(excess(values, 1.0, self.limit), self.word)

        if points.settled:
            low, high = meets(points.low_min), meets(points.high_min)
            return State(low, ~low & high, ~high)
        low_worst, low_best, high_worst, high_best = (meets(end) for end in points.ends())
        can_open = (~low_worst & high_worst) | (~low_best & high_best) | (low_best & ~high_worst)
        return State(low_best, can_open, ~high_worst)

    def show(self, frame: Frame) -> Shown:
        """The score where it is one number; the gap of its low end."""
        points = self._sum(frame)
        limit = np.full(frame.facts.size, float(self.limit))
        value = np.where(points.low_min == points.high_max, points.low_min, np.nan)
        return Shown(value, limit, short_of(points.low_min, limit, self.word), np.zeros(frame.facts.size))


@dataclass(frozen=True)
class Joined:
    """All or any of several tests."""

    tests: tuple[Test, ...]
    every: bool

    def columns(self) -> tuple[str, ...]:
        """Of all the tests, each once."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.columns()))

    def truth(self, facts: Facts) -> Truth:
        """Three-valued and / or."""
        out = self.tests[0].truth(facts)
        for test in self.tests[1:]:
            out = out & test.truth(facts) if self.every else out | test.truth(facts)
        return out

    def state(self, frame: Frame) -> State:
        """Joined outcomes."""
        return join([test.state(frame) for test in self.tests], every=self.every)

    def missing(self, facts: Facts) -> Bools:
        """Of one of the tests where all must hold, of every one where any may."""
        join_rows = np.logical_or if self.every else np.logical_and
        return np.asarray(join_rows.reduce([test.missing(facts) for test in self.tests]), dtype=bool)

    def show(self, frame: Frame) -> Shown:
        """Yes/no facts only, all of which must be yes or all no: how many are yes. Otherwise nothing."""
        asked = [test for test in self.tests if isinstance(test, Is)]
        if len(asked) == len(self.tests) and len({test.code for test in asked}) == 1:
            names = [test.name for test in asked]
            return replace(Shown.nothing(frame.facts.size), value=frame.facts.sum(names).value())
        return replace(Shown.nothing(frame.facts.size), missing=self.missing(frame.facts).astype(np.float64))


@dataclass(frozen=True)
class Not(FactTest):
    """The contrary."""

    test: Test

    def columns(self) -> tuple[str, ...]:
        """The same."""
        return self.test.columns()

    def truth(self, facts: Facts) -> Truth:
        """Negated."""
        return ~self.test.truth(facts)

    def missing(self, facts: Facts) -> Bools:
        """The same."""
        return self.test.missing(facts)


@dataclass(frozen=True)
class Unsettled(FactTest):
    """A point on which the sources allow two readings: neither holds for sure nor fails for sure. `reading`: the open
    point that may be chosen; "" for none.
    """

    reading: str = ""

    def columns(self) -> tuple[str, ...]:
        """None."""
        return ()

    def truth(self, facts: Facts) -> Truth:
        """May hold, never surely."""
        return Truth(np.zeros(facts.size, dtype=bool), np.ones(facts.size, dtype=bool))


@dataclass(frozen=True)
class Bracket:
    """One bracket: figures above the one before, up to `upto` (itself included where `closed`); None: no test passes
    here.
    """

    upto: float | None
    closed: bool
    test: Test | None


@dataclass(frozen=True)
class ByBracket(FactTest):
    """The test of the bracket that a whole-number fact lies in."""

    name: str
    brackets: tuple[Bracket, ...]

    def columns(self) -> tuple[str, ...]:
        """The bracket's fact, then those of the tests."""
        inner = [name for b in self.brackets if b.test is not None for name in b.test.columns()]
        return tuple(dict.fromkeys([self.name, *inner]))

    def parts(self, facts: Facts) -> list[tuple[Bracket, Span, Bools, Bools]]:
        """Each bracket, the fact held inside it, and the rows that surely and that possibly lie in it."""
        parts = []
        above: float | None = None
        open_below = False
        for bracket in self.brackets:
            span, sure, may = within(
                facts[self.name], above, bracket.upto, open_below=open_below, open_above=not bracket.closed
            )
            parts.append((bracket, span, sure, may))
            above, open_below = bracket.upto, bracket.closed
        return parts

    def truth(self, facts: Facts) -> Truth:
        """Each bracket is tried with the fact held inside it."""
        sure = np.ones(facts.size, dtype=bool)
        may = np.zeros(facts.size, dtype=bool)
        for bracket, span, _, inside in self.parts(facts):
            if bracket.test is None:
                sure &= ~inside
                continue
            truth = bracket.test.truth(facts.narrowed(self.name, span))
            sure &= truth.sure | ~inside
            may |= truth.may & inside
        return Truth.known(sure) if facts[self.name].settled and bool((sure == may).all()) else Truth(sure, may)

    def missing(self, facts: Facts) -> Bools:
        """Of the bracket where it is known."""
        out = never(facts)
        for bracket, _, inside, _ in self.parts(facts):
            if bracket.test is not None:
                out = np.where(inside, bracket.test.missing(facts), out)
        return out

    def show(self, frame: Frame) -> Shown:
        """The figures of the bracket where it is known."""
        out = Shown.nothing(frame.facts.size)
        for bracket, _, inside, _ in self.parts(frame.facts):
            if bracket.test is None:
                continue
            shown = bracket.test.show(frame)
            out = Shown(
                np.where(inside, shown.value, out.value),
                np.where(inside, shown.limit, out.limit),
                np.where(inside, shown.gap, out.gap),
                np.where(inside, shown.missing, out.missing),
            )
        return out


def leaves_readings_open(test: Test) -> bool:
    """Whether a point on which the sources allow two readings stands anywhere in a test."""
    if isinstance(test, Joined):
        return any(leaves_readings_open(part) for part in test.tests)
    if isinstance(test, ByBracket):
        return any(leaves_readings_open(part.test) for part in test.brackets if part.test is not None)
    if isinstance(test, Not):
        return leaves_readings_open(test.test)
    return isinstance(test, Unsettled)


def must_pass(test: Test) -> set[str]:
    """The comparisons by which a figure must lie beyond its limit (`more_than`, `less_than`), anywhere in a test that
    shows a figure.
    """
    if isinstance(test, ByBracket):
        return set().union(*(must_pass(part.test) for part in test.brackets if part.test is not None))
    return {test.word} & {"more_than", "less_than"} if isinstance(test, Compare | ScoreTest) else set()


def add_points(parts: Sequence[Points], cap: float | None = None) -> Points:
    """Sum items that rest on independent facts (or move with shared ones), rounded to a millionth, held to `cap`."""

    def total(index: int) -> Floats:
        out = parts[0].ends()[index]
        for part in parts[1:]:
            out = out + part.ends()[index]
        out = np.round(out, 6)
        return out if cap is None else np.minimum(out, cap)

    if all(part.settled for part in parts):
        return Points.fixed(total(0), total(2))
    return Points(total(0), total(1), total(2), total(3))
