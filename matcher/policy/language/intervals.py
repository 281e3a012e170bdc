"""Three-valued, exact comparisons over columns of figures, some of them unknown.

A fact is a `Span`: the smallest and the largest value it can have, one pair a row; a known figure has both alike. A
comparison answers with a `Truth`: rows where it holds for every possible value (`sure`) and rows where it holds for
some (`may`). Distinct facts vary independently. Figures are float64, which holds whole yuan exactly up to 9e15;
limits are fractions, a ratio is compared by cross-multiplication, and where two sides come close with figures that
are not whole, the comparison is done again in decimal arithmetic. So a firm at exactly 5 % is at 5 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EXACT = float(2**53)
_PRECISE = Context(prec=10_000, traps=[Inexact])


@dataclass(frozen=True)
class Span:
    """Smallest and largest possible value a row (float64). Where all are known, `lo is hi`."""

    lo: Floats
    hi: Floats

    @classmethod
    def known(cls, values: Floats) -> Span:
        """Every row known."""
        return cls(values, values)

    @classmethod
    def of(cls, values: Floats, lowest: float, highest: float) -> Span:
        """NaN becomes the whole domain from `lowest` to `highest`."""
        missing = np.isnan(values)
        if not missing.any():
            return cls(values, values)
        return cls(np.where(missing, lowest, values), np.where(missing, highest, values))

    @property
    def settled(self) -> bool:
        """Whether every row has one value only."""
        return self.lo is self.hi

    @cached_property
    def open_rows(self) -> NDArray[np.int64]:
        """Rows that have several values."""
        return np.empty(0, dtype=np.int64) if self.settled else np.flatnonzero(self.lo != self.hi)

    def value(self) -> Floats:
        """The figure where there is one, NaN elsewhere."""
        return self.lo if self.settled else self._value

    @cached_property
    def _value(self) -> Floats:
        return np.where(self.lo == self.hi, self.lo, np.nan)

    def take(self, rows: NDArray[np.int64]) -> Span:
        """Some of the rows."""
        return Span.known(self.lo[rows]) if self.settled else Span(self.lo[rows], self.hi[rows])

    def plus(self, other: Span) -> Span:
        """Sum of two independent facts."""
        if self.settled and other.settled:
            return Span.known(self.lo + other.lo)
        return Span(self.lo + other.lo, self.hi + other.hi)


@dataclass(frozen=True)
class Truth:
    """`sure`: holds whatever the unknown facts are. `may`: holds for some of them. `sure` implies `may`."""

    sure: Bools
    may: Bools

    @classmethod
    def known(cls, holds: Bools) -> Truth:
        """No doubt in any row."""
        return cls(holds, holds)

    def __and__(self, other: Truth) -> Truth:
        if self.sure is self.may and other.sure is other.may:
            return Truth.known(self.sure & other.sure)
        return Truth(self.sure & other.sure, self.may & other.may)

    def __or__(self, other: Truth) -> Truth:
        if self.sure is self.may and other.sure is other.may:
            return Truth.known(self.sure | other.sure)
        return Truth(self.sure | other.sure, self.may | other.may)

    def __invert__(self) -> Truth:
        return Truth.known(~self.sure) if self.sure is self.may else Truth(~self.may, ~self.sure)


class Reader(Protocol):
    """A measure or a test: something hashable that reads some of the facts."""

    def columns(self) -> tuple[str, ...]:
        """The facts that it reads."""

    def __hash__(self) -> int: ...


Result = TypeVar("Result")


@dataclass(frozen=True)
class Facts:
    """The facts of `size` firms. `years`: how many of the accounting years y1..y3 exist, where a policy asks for that.

    `steps` is the smallest positive value of a column: 1 for yuan and counts, a very small number for the others.
    `partial` marks, for the columns that have any, the rows whose fact is neither known nor open over its whole domain.
    """

    size: int
    spans: Mapping[str, Span]
    steps: Mapping[str, float] = field(default_factory=dict)
    years: NDArray[np.int64] | None = None
    on: Floats | None = None
    partial: Mapping[str, Bools] = field(default_factory=dict)
    _known: dict[tuple[Reader, str], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> Span:
        return self.spans[name]

    def step(self, names: Sequence[str]) -> float:
        """Smallest positive value that a sum of these columns can have."""
        return min((self.steps.get(name, 1.0) for name in names), default=1.0)

    def once(self, reader: Reader, what: str, work: Callable[[], Result]) -> Result:
        """What a reader works out of these facts, done at its first asking and kept."""
        if (reader, what) not in self._known:
            self._known[reader, what] = work()
        known: Result = self._known[reader, what]
        return known

    def narrowed(self, name: str, span: Span) -> Facts:
        """The same firms with one fact held to a smaller range."""
        facts = replace(self, spans={**self.spans, name: span})
        facts._known.update((key, known) for key, known in self._known.items() if name not in key[0].columns())
        return facts

    def lasting(self, years: NDArray[np.int64]) -> Facts:
        """The same firms with so many accounting years."""
        return replace(self, years=years)

    def take(self, rows: NDArray[np.int64]) -> Facts:
        """Some of the firms."""
        held = self.years[rows] if self.years is not None else None
        on = self.on[rows] if self.on is not None else None
        spans = {name: span.take(rows) for name, span in self.spans.items()}
        partial = {name: marked[rows] for name, marked in self.partial.items()}
        return replace(self, size=len(rows), spans=spans, years=held, on=on, partial=partial)

    def sum(self, names: Sequence[str]) -> Span:
        """Sum of independent facts; no names give zero."""
        total: Span | None = None
        for name in names:
            total = self.spans[name] if total is None else total.plus(self.spans[name])
        return total if total is not None else Span.known(np.zeros(self.size))


def as_fraction(value: float) -> Fraction | int:
    """A figure exactly as it is written in decimal digits."""
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < EXACT else Fraction(repr(value))


def excess(left: Floats, right: Floats | float, limit: Fraction) -> Floats:
    """Something with the sign of `left - limit * right`, exact; infinite sides allowed on one side at a time."""
    times, over = float(limit.denominator), float(limit.numerator)
    with np.errstate(invalid="ignore"):
        b = right * over
        gap = left * times - b
        rows = np.flatnonzero(np.abs(gap) <= 2e-9 * np.abs(b))  # all that are near, and few others
    if len(rows):
        x, y = left[rows], np.broadcast_to(right, left.shape)[rows]
        a, b = x * times, y * over
        near = (a != 0) & (b != 0) & np.isfinite(a) & np.isfinite(b)
        near &= np.abs(gap[rows]) <= 1e-9 * np.maximum(np.abs(a), np.abs(b))
        whole = (x == np.floor(x)) & (y == np.floor(y)) & (np.abs(a) < EXACT) & (np.abs(b) < EXACT)
        whole &= (limit.denominator < EXACT) & (limit.numerator < EXACT)
        for at in np.flatnonzero(near & ~whole).tolist():
            one = _PRECISE.multiply(Decimal(repr(float(x[at]))), limit.denominator)
            other = _PRECISE.multiply(Decimal(repr(float(y[at]))), limit.numerator)
            gap[rows[at]] = (one > other) - (one < other)
    return gap


def holds(gap: Floats, word: str) -> Bools:
    """Whether a difference answers the comparison `word` against nothing."""
    with np.errstate(invalid="ignore"):
        if word == "at_least":
            return gap >= 0
        if word == "more_than":
            return gap > 0
        if word == "at_most":
            return gap <= 0
        return gap < 0


RISING = ("at_least", "more_than")
COMPARISONS = ("at_least", "more_than", "at_most", "less_than")


def compare_span(span: Span, word: str, limit: Fraction) -> Truth:
    """Compare a figure with a limit."""
    low = holds(excess(span.lo, 1.0, limit), word)
    if not len(span.open_rows):
        return Truth.known(low)
    high = low.copy()
    high[span.open_rows] = holds(excess(span.hi[span.open_rows], 1.0, limit), word)
    return Truth(low, high) if word in RISING else Truth(high, low)


def within(
    span: Span, above: float | None, upto: float | None, *, open_below: bool, open_above: bool
) -> tuple[Span, Bools, Bools]:
    """A whole-number fact held to a bracket: its span there, rows that surely lie in it, rows that may.

    `open_below`: the bracket begins just above `above`; `open_above`: it ends just below `upto`.
    """
    floor = -np.inf if above is None else (above + 1 if open_below else above)
    ceiling = np.inf if upto is None else (upto - 1 if open_above else upto)

    def inside(values: Floats) -> Bools:
        ok = np.ones(len(values), dtype=bool)
        if above is not None:
            ok &= values > above if open_below else values >= above
        if upto is not None:
            ok &= values < upto if open_above else values <= upto
        return ok

    if span.settled:
        sure = inside(span.lo)
        return span, sure, sure
    known = span.lo == span.hi
    lo = np.where(known, span.lo, np.maximum(span.lo, floor))
    hi = np.where(known, span.hi, np.minimum(span.hi, ceiling))
    sure = inside(span.lo) & inside(span.hi)
    may = np.where(known, inside(span.lo), lo <= hi)
    return Span(lo, hi), sure, may
