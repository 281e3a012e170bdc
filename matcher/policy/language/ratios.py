"""Figures worked out of several facts, each of which lies between bounds: quotients, and growth over three years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.policy.language.intervals import RISING, Bools, Floats, Span, Truth, as_fraction, excess, holds


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
            p, q, r = as_fraction(y1[row]), as_fraction(y2[row]), as_fraction(y3[row])
            exact = (q * q + p * r) * factor.denominator - 2 * factor.numerator * p * q
            out[row] = exact > 0 or (exact == 0 and word == "at_least")
        return out
