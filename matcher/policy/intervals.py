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


def _decimal(value: float) -> Fraction | int:
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


@dataclass(frozen=True)
class Quotient:
    """Top over bottom. A ratio to zero or to less does not exist and answers no comparison. `step` is the smallest
    positive value of the bottom.
    """

    top: Span
    bottom: Span
    step: float

    def compare(self, word: str, limit: Fraction) -> Truth:
        """Compare it with a positive limit."""
        known = holds(excess(self.top.lo, self.bottom.lo, limit), word) & self._exists
        if self._open is None:
            return Truth.known(known)
        rows, part = self._open
        return _with_open(known, rows, part._compare_open(word, limit))

    @cached_property
    def _exists(self) -> Bools:
        return self.bottom.lo > 0

    @cached_property
    def _open(self) -> tuple[NDArray[np.int64], Quotient] | None:
        """The rows in which a side is unknown, and the quotient there."""
        if self.top.settled and self.bottom.settled:
            return None
        rows = np.flatnonzero((self.top.lo != self.top.hi) | (self.bottom.lo != self.bottom.hi))
        if not len(rows):
            return None
        return rows, Quotient(self.top.take(rows), self.bottom.take(rows), self.step)

    @cached_property
    def _smallest(self) -> Floats:
        """The smallest positive bottom."""
        return np.where(self.bottom.lo > 0, self.bottom.lo, np.minimum(self.step, self.bottom.hi))

    def _compare_open(self, word: str, limit: Fraction) -> Truth:
        top, bottom = self.top, self.bottom
        below_zero = bool((top.lo < 0).any())
        if word in RISING:
            sure = holds(excess(top.lo, bottom.hi, limit), word)
            if below_zero:
                sure &= holds(excess(top.lo, self._smallest, limit), word)
            may = holds(excess(top.hi, self._smallest, limit), word)
        else:
            sure = holds(excess(top.hi, self._smallest, limit), word)
            may = holds(excess(top.lo, bottom.hi, limit), word)
            if below_zero:
                may |= holds(excess(top.lo, self._smallest, limit), word)
        return Truth(sure & self._exists, may & (bottom.hi > 0))


def _with_open(known: Bools, rows: NDArray[np.int64], open_: Truth) -> Truth:
    """What holds where all is known, with the answers of the other rows in their places."""
    sure, may = known, known.copy()
    sure[rows], may[rows] = open_.sure, open_.may
    return Truth(sure, may)


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


@dataclass(frozen=True)
class Growth:
    """Mean yearly growth g = (y2/y1 + y3/y2)/2 - 1 over accounting years.

    A year known in part is taken as wholly unknown unless all that exist are positive and bounded (`_bounded`).

    With two years g = y3/y2 - 1; with y1 = 0 too, where `base_zero_uses_last_two`. A firm and its possible figures
    fall into three outcomes: no rate can be formed (`no_rate`), a base year is negative (`unaddressed`), or there is
    a rate to compare.
    """

    first: Span
    middle: Span
    last: Span
    years: NDArray[np.int64]
    base_zero_uses_last_two: bool

    def no_rate(self) -> Truth:
        """The rule gives its zero band: y2 = 0, or y1 = 0 where that is not passed over."""
        y1, y2 = self.first, self.middle
        may, sure = (y2.lo <= 0) & (y2.hi >= 0), (y2.lo == 0) & (y2.hi == 0)
        if not self.base_zero_uses_last_two:
            three = self.years >= 3
            may = may | (three & (y1.lo <= 0) & (y1.hi >= 0) & (y2.hi >= 0))
            sure = sure | (three & (y1.lo == 0) & (y1.hi == 0) & (y2.lo >= 0))
        several = self.years >= 2
        return Truth(sure & several, may & several)

    def too_short(self) -> Truth:
        """Fewer than two accounting years: no growth can be formed."""
        return Truth.known(self.years <= 1)

    def unaddressed(self) -> Truth:
        """A base year is negative: the text does not speak of it."""
        y1, y2 = self.first, self.middle
        three, several = self.years >= 3, self.years >= 2
        zero = (y2.lo == 0) & (y2.hi == 0)
        may = ((y2.lo < 0) | (three & (y1.lo < 0))) & ~zero
        sure = (y2.hi < 0) | (three & (y1.hi < 0) & (y2.lo > 0))
        return Truth(sure & several, may & several)

    def compare(self, word: str, limit: Fraction) -> Truth:
        """A rate exists and answers `word` (`at_least`, `more_than`): for every possible value, for some."""
        known = self._based & self._reaches(word, limit + 1)
        if self._open is None:
            return Truth.known(known)
        rows, part = self._open
        return _with_open(known, rows, part._compare_open(word, limit))

    @cached_property
    def _based(self) -> Bools:
        """The lower ends of the base years are positive, or one that is zero is passed over."""
        y1, y2, three = self.first.lo, self.middle.lo, self.years >= 3
        based: Bools = (y2 > 0) & ((self.years == 2) | (three & (y1 > 0)))
        if self.base_zero_uses_last_two:
            based |= (y2 > 0) & three & (y1 == 0)
        return based

    @cached_property
    def _open(self) -> tuple[NDArray[np.int64], Growth] | None:
        """The rows in which a year is unknown, and the growth there."""
        y1, y2, y3 = self.first, self.middle, self.last
        if y1.settled and y2.settled and y3.settled:
            return None
        rows = np.flatnonzero(((self.years >= 3) & (y1.lo < y1.hi)) | (y2.lo < y2.hi) | (y3.lo < y3.hi))
        if not len(rows):
            return None
        part = replace(self, first=y1.take(rows), middle=y2.take(rows), last=y3.take(rows), years=self.years[rows])
        return rows, part

    def _compare_open(self, word: str, limit: Fraction) -> Truth:
        """`compare` where a year is unknown in every row."""
        y1, y2, y3 = self.first, self.middle, self.last
        three, two = self.years >= 3, self.years == 2
        factor = limit + 1
        m1, m2, m3 = (three & (y1.lo < y1.hi)), (y2.lo < y2.hi), (y3.lo < y3.hi)
        several = two | three
        zero_ok = self.base_zero_uses_last_two
        first_ok = two | m1 | (y1.lo > 0) | ((y1.lo == 0) & zero_ok)
        by_one = holds(excess(np.where(m3, np.inf, y3.lo), 1.0, factor), word)
        no_base = two | (three & ~m1 & (y1.lo == 0))
        # y2 unknown: it may be zero, so nothing is sure; it may be huge, or one yuan where only y3 / y2 counts
        may = m2 & several & first_ok & np.where(no_base, by_one, True)
        plain = ~m2 & (y2.lo > 0) & several
        may |= plain & m3 & first_ok
        floor = (y3.lo >= 0) & np.isfinite(y3.lo)
        sure = plain & m3 & ~m1 & three & (y1.lo > 0) & floor & holds(excess(y2.lo, y1.lo, 2 * factor), word)
        # only y1 unknown: at one yuan the rate is highest, and it falls towards half of y3 / y2 without getting there
        only = plain & m1 & ~m3
        with np.errstate(invalid="ignore", divide="ignore"):
            highest = (y2.lo + y3.lo / y2.lo) / 2 - float(factor)
        may |= only & (holds(highest, word) | (zero_ok & holds(excess(y3.lo, y2.lo, factor), word)))
        sure |= only & (y1.lo >= 0) & zero_ok & holds(excess(y3.lo, y2.lo, 2 * factor), "at_least")
        bounded, least, most = self._bounded
        margin = 1e-9 * (np.abs(least) + np.abs(most) + 1)
        sure |= bounded & (least - margin > float(limit))
        may &= ~bounded | (most + margin >= float(limit))
        return Truth(sure, may)

    @cached_property
    def _bounded(self) -> tuple[Bools, Floats, Floats]:
        """Rows whose years are all positive and bounded, and the least and the largest rate there.

        The rate falls with y1, rises with y3, and is convex in y2, with its least value where y2**2 = y1 * y3.
        """
        y1, y2, y3 = self.first, self.middle, self.last
        two = self.years == 2
        positive = (y2.lo > 0) & (y3.lo >= 0) & np.isfinite(y2.hi) & np.isfinite(y3.hi)
        positive &= two | ((self.years >= 3) & (y1.lo > 0) & np.isfinite(y1.hi))
        first_lo, first_hi = np.where(positive & ~two, y1.lo, 1.0), np.where(positive & ~two, y1.hi, 1.0)
        lo2, hi2 = np.where(positive, y2.lo, 1.0), np.where(positive, y2.hi, 1.0)
        lo3, hi3 = np.where(positive, y3.lo, 1.0), np.where(positive, y3.hi, 1.0)
        turn = np.clip(np.sqrt(first_hi) * np.sqrt(lo3), lo2, hi2)
        least = np.where(two, lo3 / hi2, (turn / first_hi + lo3 / turn) / 2) - 1
        most = np.where(two, hi3 / lo2, np.maximum(lo2 / first_lo + hi3 / lo2, hi2 / first_lo + hi3 / hi2) / 2)
        return positive, least, most - 1

    def rate(self) -> Floats:
        """The rate where every year is known and one exists, NaN elsewhere."""
        y1, y2, y3 = self.first.value(), self.middle.value(), self.last.value()
        with np.errstate(invalid="ignore", divide="ignore"):
            short = y3 / y2 - 1
            full = np.where(y1 > 0, (y2 / y1 + y3 / y2) / 2 - 1, np.nan)
            if self.base_zero_uses_last_two:
                full = np.where(y1 == 0, short, full)
            out = np.where(self.years >= 3, full, np.where(self.years == 2, short, np.nan))
            return np.where(y2 > 0, out, np.nan)

    @cached_property
    def _mean(self) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """One plus the rate, read off the lower ends, and how near to a limit it is not sure by floating point; the
        rows that have no rate over three years.
        """
        y1, y2, y3 = self.first.lo, self.middle.lo, self.last.lo
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            forward, latest = y2 / y1, y3 / y2
            mean = (forward + latest) / 2
            full = (self.years >= 3) & (y1 > 0) & (y2 > 0) & np.isfinite(mean)
            margin = np.where(full, 1e-9 * (np.abs(forward) + np.abs(latest) + 1), -1.0)
        return mean, margin, np.flatnonzero(~full)

    def _reaches(self, word: str, factor: Fraction) -> Bools:
        """g answers the comparison, read off the lower ends; meaningful where all years are known and y2 > 0."""
        y1, y2, y3 = self.first.lo, self.middle.lo, self.last.lo
        mean, margin, short = self._mean
        with np.errstate(invalid="ignore"):
            rate = mean - float(factor)
            near = np.flatnonzero(np.abs(rate) <= margin)
        out = holds(rate, word)
        out[short] = holds(excess(y3[short], y2[short], factor), word)
        for row in near.tolist():
            p, q, r = _decimal(y1[row]), _decimal(y2[row]), _decimal(y3[row])
            exact = (q * q + p * r) * factor.denominator - 2 * factor.numerator * p * q
            out[row] = exact > 0 or (exact == 0 and word == "at_least")
        return out
