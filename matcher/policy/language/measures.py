"""What a rule can measure: sums, ratios, growth, days. Each compares itself exactly and tells what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.policy.language.intervals import RISING, Bools, Facts, Floats, Span, Truth, compare_span
from matcher.policy.language.ratios import Growth, Quotient


class Measure(Protocol):
    """A figure read off the facts."""

    def columns(self) -> tuple[str, ...]:
        """The facts that it reads."""

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Compare it with a limit, exactly."""

    def value(self, facts: Facts) -> Floats:
        """The figure where it is known, NaN elsewhere."""

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """What is missing to the limit, in the unit of the measure (a ratio: of its numerator); 0 where nothing is, NaN
        where the figure is unknown or does not exist.
        """

    def missing(self, facts: Facts) -> Bools:
        """Rows in which the figure does not exist whatever the unknown facts are: there is nothing to divide by."""


def never(facts: Facts) -> Bools:
    """No row: for measures that always exist."""
    return np.zeros(facts.size, dtype=bool)


def short_of(have: Floats, need: Floats, word: str) -> Floats:
    """How far a figure is from what the comparison `word` needs; 0 where it is there, NaN where it is unknown."""
    with np.errstate(invalid="ignore"):
        missing = need - have if word in RISING else have - need
        return np.where(np.isnan(missing), np.nan, np.maximum(missing, 0.0))


@dataclass(frozen=True)
class Total:
    """The sum of one or several columns."""

    names: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """The columns summed."""
        return self.names

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Compare the sum with a limit."""
        return compare_span(self._span(facts), word, limit)

    def _span(self, facts: Facts) -> Span:
        return facts.once(self, "sum", lambda: facts.sum(self.names))

    def value(self, facts: Facts) -> Floats:
        """The sum."""
        return self._span(facts).value()

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """Distance to the limit."""
        value = self.value(facts)
        return short_of(value, np.full(facts.size, float(limit)), word)

    def missing(self, facts: Facts) -> Bools:
        """A sum always exists."""
        return never(facts)


@dataclass(frozen=True)
class Ratio:
    """Sum over sum, or over a constant. A ratio to zero or to a negative sum does not exist and answers no
    comparison. `plus` is added to the numerator.
    """

    top: tuple[str, ...]
    bottom: tuple[str, ...]
    divisor: Fraction | None = None
    plus: int = 0

    def columns(self) -> tuple[str, ...]:
        """Numerator, then denominator."""
        return self.top + self.bottom

    def above(self, facts: Facts) -> Span:
        """The numerator."""
        return self._quotient(facts).top

    def _quotient(self, facts: Facts) -> Quotient:
        def work() -> Quotient:
            top = facts.sum(self.top)
            top = Span(top.lo + self.plus, top.hi + self.plus) if self.plus else top
            return Quotient(top, facts.sum(self.bottom), facts.step(self.bottom))

        return facts.once(self, "quotient", work)

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Cross-multiply."""
        if self.divisor is not None:
            return compare_span(self.above(facts), word, limit * self.divisor)
        return self._quotient(facts).compare(word, limit)

    def value(self, facts: Facts) -> Floats:
        """The quotient; NaN where the denominator is not positive."""
        top = self.above(facts).value()
        if self.divisor is not None:
            return top / float(self.divisor)
        bottom = self._quotient(facts).bottom.value()
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(bottom > 0, top / bottom, np.nan)

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """How much more (or less, for an upper limit) the numerator needs with this denominator."""
        if self.divisor is not None:
            need = np.full(facts.size, float(limit * self.divisor))
        else:
            bottom = self._quotient(facts).bottom.value()
            need = np.where(bottom > 0, bottom * float(limit.numerator) / float(limit.denominator), np.nan)
        return short_of(self.above(facts).value(), need, word)

    def missing(self, facts: Facts) -> Bools:
        """The denominator is zero or less."""
        return never(facts) if self.divisor is not None else self._quotient(facts).bottom.hi <= 0


@dataclass(frozen=True)
class Compound:
    """(last / first) ** (1 / years) - 1, which exists where `first` is positive."""

    first: str
    last: str
    years: int

    def columns(self) -> tuple[str, ...]:
        """First year, last year."""
        return (self.first, self.last)

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Compare last / first with (1 + limit) ** years."""
        factor = (1 + limit) ** self.years
        return self._quotient(facts).compare(word, factor)

    def _quotient(self, facts: Facts) -> Quotient:
        first = facts[self.first]
        return facts.once(self, "quotient", lambda: Quotient(facts[self.last], first, facts.step((self.first,))))

    def value(self, facts: Facts) -> Floats:
        """The rate; NaN where there is none."""
        first, last = facts[self.first].value(), facts[self.last].value()
        with np.errstate(invalid="ignore", divide="ignore"):
            quotient = np.where(first > 0, last / first, np.nan)
            return np.where(quotient >= 0, np.power(np.maximum(quotient, 0), 1 / self.years) - 1, np.nan)

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """How much more the last year needs."""
        first = facts[self.first].value()
        need = np.where(first > 0, first * float((1 + limit) ** self.years), np.nan)
        return short_of(facts[self.last].value(), need, word)

    def missing(self, facts: Facts) -> Bools:
        """The first year is zero or less."""
        return facts[self.first].hi <= 0


@dataclass(frozen=True)
class MeanGrowth:
    """(y2/y1 + y3/y2)/2 - 1; of missing years and zero bases see `matcher.policy.language.intervals.Growth`."""

    names: tuple[str, str, str]
    base_zero_uses_last_two: bool = False

    def columns(self) -> tuple[str, ...]:
        """Oldest to newest."""
        return self.names

    def growth(self, facts: Facts) -> Growth:
        """The outcomes a row."""

        def work() -> Growth:
            first, middle, last = (facts[name] for name in self.names)
            years = facts.years if facts.years is not None else np.full(facts.size, 3, dtype=np.int64)
            return Growth(first, middle, last, years, self.base_zero_uses_last_two)

        return facts.once(self, "growth", work)

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """A rate exists and reaches the limit."""
        return self.growth(facts).compare(word, limit)

    def value(self, facts: Facts) -> Floats:
        """The rate; NaN where there is none."""
        return self.growth(facts).rate()

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """How much more the newest year needs."""
        first, middle, last = (facts[name].value() for name in self.names)
        years = facts.years if facts.years is not None else np.full(facts.size, 3)
        with np.errstate(invalid="ignore", divide="ignore"):
            full = (2 * float(1 + limit) - middle / first) * middle
            short = float(1 + limit) * middle
            last_two = (years == 2) | ((years >= 3) & (first == 0) & self.base_zero_uses_last_two)
            need = np.where((years >= 3) & (first > 0), full, np.where(last_two, short, np.nan))
            return short_of(last, np.where(middle > 0, need, np.nan), word)

    def missing(self, facts: Facts) -> Bools:
        """A base year is zero or less, or there are fewer than two years."""
        growth = self.growth(facts)
        return growth.too_short().sure | growth.no_rate().sure | growth.unaddressed().sure


@dataclass(frozen=True)
class YearsSince:
    """The calendar year of the application minus the calendar year of a date."""

    name: str

    def columns(self) -> tuple[str, ...]:
        """The date."""
        return (self.name,)

    def _span(self, facts: Facts) -> Span:
        return facts.once(self, "years", lambda: self._passed(facts))

    def _passed(self, facts: Facts) -> Span:
        assert facts.on is not None
        span, year = facts[self.name], year_of(facts.on)
        if span.settled:
            return Span.known(year - year_of(span.lo))
        return Span(year - year_of(span.hi), year - year_of(span.lo))

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Compare the years."""
        return compare_span(self._span(facts), word, limit)

    def value(self, facts: Facts) -> Floats:
        """Years."""
        return self._span(facts).value()

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """Years to wait."""
        return short_of(self.value(facts), np.full(facts.size, float(limit)), word)

    def missing(self, facts: Facts) -> Bools:
        """A date always exists."""
        return never(facts)


def year_of(days: Floats) -> Floats:
    """Days since 1970-01-01 to calendar years; what is no finite day stays as it is."""
    out = np.array(days, dtype=np.float64)
    known = np.isfinite(out)
    stamps = out[known].astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]")
    out[known] = stamps.astype(np.int64) + 1970
    return out


@dataclass(frozen=True)
class DaysSince:
    """Calendar days from a date to the day of the application."""

    name: str

    def columns(self) -> tuple[str, ...]:
        """The date."""
        return (self.name,)

    def _span(self, facts: Facts) -> Span:
        return facts.once(self, "time", lambda: self._passed(facts))

    def _passed(self, facts: Facts) -> Span:
        assert facts.on is not None
        span = facts[self.name]
        return Span.known(facts.on - span.lo) if span.settled else Span(facts.on - span.hi, facts.on - span.lo)

    def compare(self, facts: Facts, word: str, limit: Fraction) -> Truth:
        """Compare the days."""
        return compare_span(self._span(facts), word, limit)

    def value(self, facts: Facts) -> Floats:
        """Days."""
        return self._span(facts).value()

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """Days to wait."""
        return short_of(self.value(facts), np.full(facts.size, float(limit)), word)

    def missing(self, facts: Facts) -> Bools:
        """Days can always be counted."""
        return never(facts)


@dataclass(frozen=True)
class MonthsSince(DaysSince):
    """Whole calendar months from a date to the day of the application.

    A month is over on the day of the same number, or on the last day of a month that has none (民法典第二百零二条).
    """

    def _passed(self, facts: Facts) -> Span:
        assert facts.on is not None
        span = facts[self.name]
        if span.settled:
            return Span.known(_months(span.lo, facts.on))
        return Span(_months(span.hi, facts.on), _months(span.lo, facts.on))

    def gap(self, facts: Facts, word: str, limit: Fraction) -> Floats:
        """Months to wait."""
        return short_of(self.value(facts), np.full(facts.size, float(limit)), word)


def last_start(on: Floats, months: int) -> Floats:
    """The latest date from which so many whole months have passed by `on`; both as days since 1970-01-01."""
    month, day, last = _calendar(on)
    earlier = month - months
    length = (earlier + 1).astype("datetime64[D]") - earlier.astype("datetime64[D]")
    kept = np.where(last, length.astype(np.int64), np.minimum(day, length.astype(np.int64)))
    start: Floats = earlier.astype("datetime64[D]").astype(np.float64) + kept - 1
    return start


def _calendar(days: Floats) -> tuple[NDArray[np.datetime64], NDArray[np.int64], Bools]:
    """The month of each day, its number in the month, and whether it is the last one."""
    dates = days.astype(np.int64).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    number = (dates - month.astype("datetime64[D]")).astype(np.int64) + 1
    return month, number, (dates + 1).astype("datetime64[M]") != month


def _months(start: Floats, on: Floats) -> Floats:
    """Whole months between two days; a day that is not known, or endless, stays so."""
    known = np.isfinite(start)
    first, number, _ = _calendar(np.where(known, start, 0.0))
    month, day, last = _calendar(on)
    whole = (month - first).astype(np.int64) - ((day < number) & ~last)
    return np.where(known, whole.astype(np.float64), -start)
