"""How an item gives its points: bands, experts' judgement, a score given from outside, the better of several, sums
with caps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.policy.language.conditions import Compare, Frame, Points, Shown, Test, add_points
from matcher.policy.language.intervals import Bools, Facts, Floats, Truth
from matcher.policy.language.measures import MeanGrowth

Range = tuple[float, float]


class Item(Protocol):
    """Something that gives points."""

    def columns(self) -> tuple[str, ...]:
        """The facts that it reads."""

    def points(self, frame: Frame) -> Points:
        """Points a row."""

    def show(self, frame: Frame) -> Shown:
        """The figure behind them, the next better band, and the distance to it."""


@dataclass(frozen=True)
class Band:
    """Points `low`..`high` where `test` holds and no earlier band's does."""

    test: Test
    low: float
    high: float


@dataclass(frozen=True)
class Bands:
    """The first band whose test holds; `otherwise` where none does.

    For `mean_growth`: `no_rate` gives the points where a base year is zero, `unaddressed` where one is negative,
    `too_short` where there are fewer than two years.
    """

    bands: tuple[Band, ...]
    otherwise: Range
    no_rate: Range | None = None
    unaddressed: Range | None = None
    too_short: Range | None = None

    def columns(self) -> tuple[str, ...]:
        """Of all the bands, each once."""
        return tuple(dict.fromkeys(name for band in self.bands for name in band.test.columns()))

    def _ladder(self, facts: Facts) -> list[tuple[Truth, Range]]:
        ladder: list[tuple[Truth, Range]] = []
        first = self.bands[0].test
        if isinstance(first, Compare) and isinstance(first.measure, MeanGrowth):
            growth = first.measure.growth(facts)
            if self.too_short is not None and facts.years is not None:
                ladder.append((growth.too_short(), self.too_short))
            if self.no_rate is not None:
                ladder.append((growth.no_rate(), self.no_rate))
            if self.unaddressed is not None:
                ladder.append((growth.unaddressed(), self.unaddressed))
        return ladder + [(band.test.truth(facts), (band.low, band.high)) for band in self.bands]

    def points(self, frame: Frame) -> Points:
        """Ends over every band that a possible figure can reach."""
        size, ladder = frame.facts.size, self._ladder(frame.facts)
        place = np.full(size, len(ladder), dtype=np.int8)
        open_ = np.zeros(size, dtype=bool)
        for at, (truth, _) in reversed(list(enumerate(ladder))):
            place[truth.sure] = at
            if truth.sure is not truth.may:
                open_ |= truth.sure != truth.may
        ladder.append((Truth.known(np.ones(size, dtype=bool)), self.otherwise))
        low, high = (np.array([ends[end] for _, ends in ladder])[place] for end in (0, 1))
        rows = np.flatnonzero(open_)
        if not len(rows):
            return Points.fixed(low, high)
        few = [(Truth(truth.sure[rows], truth.may[rows]), ends) for truth, ends in ladder]
        lows = _with_reached(low, rows, [(truth, ends[0]) for truth, ends in few])
        if all(ends[0] == ends[1] for _, ends in ladder):
            return Points(*lows, *lows)
        return Points(*lows, *_with_reached(high, rows, [(truth, ends[1]) for truth, ends in few]))

    def show(self, frame: Frame) -> Shown:
        """The measure of the bands where they share one; the limit of the lowest band not yet surely reached."""
        measures = [band.test.measure for band in self.bands if isinstance(band.test, Compare)]
        size = frame.facts.size
        if len(measures) < len(self.bands):
            return Shown.nothing(size)
        first = measures[0]
        if any(measure != first for measure in measures):
            return Shown.nothing(size)
        limit, gap = np.full(size, np.nan), np.zeros(size)
        open_: Bools = np.ones(size, dtype=bool)
        for band in self.bands:
            test = band.test
            assert isinstance(test, Compare)
            open_ = open_ & ~test.truth(frame.facts).sure
            if not open_.any():
                break
            limit = np.where(open_, float(test.limit), limit)
            gap = np.where(open_, first.gap(frame.facts, test.word, test.limit), gap)
        return Shown(first.value(frame.facts), limit, gap, first.missing(frame.facts).astype(np.float64))


def _with_reached(
    known: Floats, rows: NDArray[np.int64], ladder: Sequence[tuple[Truth, float]]
) -> tuple[Floats, Floats]:
    """Points where all is known, with the least and the most of the bands that the other rows can reach."""
    alive = np.ones(len(rows), dtype=bool)
    least, most = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for truth, points in ladder:
        reached = alive & truth.may
        np.minimum(least, points, out=least, where=reached)
        np.maximum(most, points, out=most, where=reached)
        alive &= ~truth.sure
    low, high = known, known.copy()
    low[rows], high[rows] = least, most
    return low, high


@dataclass(frozen=True)
class Judged:
    """Experts' points in a column from 0 to `most`; an empty cell is no unknown fact but judgement still to come."""

    name: str
    most: float

    def columns(self) -> tuple[str, ...]:
        """The experts' column."""
        return (self.name,)

    def points(self, frame: Frame) -> Points:
        """The points given, or the whole range."""
        span = frame.facts[self.name]
        return Points.fixed(span.lo, span.hi)

    def show(self, frame: Frame) -> Shown:
        """The points given."""
        return replace(Shown.nothing(frame.facts.size), value=frame.facts[self.name].value())


@dataclass(frozen=True)
class Given:
    """Points computed by somebody else and put into a column; an empty cell is an unknown fact."""

    name: str
    most: float

    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self.name,)

    def points(self, frame: Frame) -> Points:
        """The points, or 0 to the most."""
        span = frame.facts[self.name]
        if span.settled:
            return Points.fixed(span.lo, span.lo)
        return Points(span.lo, span.hi, span.lo, span.hi)

    def show(self, frame: Frame) -> Shown:
        """The points given."""
        return replace(Shown.nothing(frame.facts.size), value=frame.facts[self.name].value())


@dataclass(frozen=True)
class BestOf:
    """The best of several items: the enterprise chooses."""

    items: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """None."""
        return ()

    def points(self, frame: Frame) -> Points:
        """The larger, end by end."""
        parts = [frame.points[name] for name in self.items]

        def best(index: int) -> Floats:
            out = parts[0].ends()[index]
            for part in parts[1:]:
                out = np.maximum(out, part.ends()[index])
            return out

        if all(part.settled for part in parts):
            return Points.fixed(best(0), best(2))
        return Points(best(0), best(1), best(2), best(3))

    def show(self, frame: Frame) -> Shown:
        """Nothing."""
        return Shown.nothing(frame.facts.size)


@dataclass(frozen=True)
class SumOf:
    """Sum of groups of items, each group held to its cap where it has one."""

    groups: tuple[tuple[tuple[str, ...], float | None], ...]

    def columns(self) -> tuple[str, ...]:
        """None."""
        return ()

    def points(self, frame: Frame) -> Points:
        """The capped sum."""
        return add_points([add_points([frame.points[name] for name in items], cap) for items, cap in self.groups])

    def show(self, frame: Frame) -> Shown:
        """The score where it is one number."""
        total = self.points(frame)
        value = np.where(total.low_min == total.high_max, total.low_min, np.nan)
        return replace(Shown.nothing(frame.facts.size), value=value)


class Amount(Protocol):
    """A sum of money that a rule allows."""

    def columns(self) -> tuple[str, ...]:
        """The facts that it reads."""

    def value(self, facts: Facts) -> Floats:
        """Yuan where every possible figure gives the same amount, NaN elsewhere."""


@dataclass(frozen=True)
class Weighted:
    """A fixed sum and a weighted one, held to `at_most`; a part may itself be held to a share of another weighted sum
    (`capped`).
    """

    parts: tuple[tuple[str, float], ...]
    capped: tuple[str, float, tuple[tuple[str, float], ...]] | None = None
    fixed: float = 0.0
    at_most: float | None = None

    def columns(self) -> tuple[str, ...]:
        """Of all the parts, each once."""
        extra = () if self.capped is None else (self.capped[0], *(name for name, _ in self.capped[2]))
        return tuple(dict.fromkeys([*(name for name, _ in self.parts), *extra]))

    @staticmethod
    def _sum(facts: Facts, parts: tuple[tuple[str, float], ...]) -> tuple[Floats, Floats]:
        lo, hi = np.zeros(facts.size), np.zeros(facts.size)
        for name, weight in parts:
            if not weight:
                continue
            span = facts[name]
            ends = (span.lo * weight, span.hi * weight)
            lo, hi = lo + np.minimum(*ends), hi + np.maximum(*ends)
        return lo, hi

    def value(self, facts: Facts) -> Floats:
        """Rounded to a hundredth of a yuan."""
        lo, hi = self._sum(facts, self.parts)
        lo, hi = lo + self.fixed, hi + self.fixed
        if self.capped is not None:
            name, share, base = self.capped
            base_lo, base_hi = self._sum(facts, base)
            lo = lo + np.minimum(facts[name].lo, share * base_lo)
            hi = hi + np.minimum(facts[name].hi, share * base_hi)
        if self.at_most is not None:
            lo, hi = np.minimum(lo, self.at_most), np.minimum(hi, self.at_most)
        with np.errstate(invalid="ignore"):
            return np.where(lo == hi, np.round(lo, 2), np.nan)
