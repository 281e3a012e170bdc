"""What a score means before there are labels: how two texts of this library score that were put together at random.

Both cosines are put on one scale by their mean and deviation over random pairs and added. Between bare titles the
lexical one is the stronger of the two, between whole texts the semantic one (`models/ranker-zh/CARD.md` has the
figures), so their shares depend on how much text a library's records have. Beside a library's own random pairs stand
200 of a large one (`models/ranker-zh/random_pairs.json`): a few records alone have nearly no spread. A score is the
share of random pairs that lie below. Up to the 99 % point it is read off the sample, beyond it off a generalised
Pareto tail (Pickands 1975, its shape by probability-weighted moments, Hosking and Wallis 1987), so that it never
reaches 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArgumentError

Numbers = NDArray[np.floating[Any]]
GRID = np.linspace(0, 0.99, 100)
SHAPES = (0.1, 0.4)  # of the tail: never so light that strong pairs tie at 1, never so heavy that none is told apart
SHARE, SHARE_OF_TEXTS = 0.3, 0.7  # of the semantic channel: where records are bare titles; where they have whole texts
WHOLE = 100  # characters of a body from which on a record counts as a whole text
ACROSS = 0.7  # and between texts of two languages, which share hardly a word
LEAST = 5e-3  # spread of a library of equal or wholly unlike records, whose own is rounding; others have 0.01 and more


@dataclass(frozen=True)
class ScoreScale:
    """The scale of a library. `centre` and `spread`: of the semantic and the lexical cosine over random pairs. `texts`:
    how far its records are whole texts, from 0 (bare titles) to 1.
    """

    centre: tuple[float, float] = (0.0, 0.0)
    spread: tuple[float, float] = (1.0, 1.0)
    quantiles: tuple[float, ...] = tuple(GRID.tolist())  # of the sum of both parts, at GRID
    tail: tuple[float, float] = (1.0, SHAPES[0])  # scale and shape beyond the last quantile
    out_of_library: tuple[float, ...] = ()  # ascending: the best sums of texts whose subject was taken out
    texts: float = 0.0

    @classmethod
    def fit(cls, semantic: NDArray[np.float32], lexical: NDArray[np.float32], texts: float = 0.0) -> ScoreScale:
        """Read the scale off the cosines of random pairs."""
        centre = float(semantic.mean(dtype=float)), float(lexical.mean(dtype=float))
        spread = max(float(semantic.std(dtype=float)), LEAST), max(float(lexical.std(dtype=float)), LEAST)
        scale = cls(centre, spread, texts=texts)
        total = np.sort(np.add(*scale.parts(semantic, lexical)))
        quantiles = np.quantile(total, GRID)
        quantiles = np.maximum.accumulate(quantiles + np.arange(len(quantiles)) * 1e-9)
        excess = total[total > quantiles[-1]] - quantiles[-1]
        return replace(scale, quantiles=tuple(quantiles.tolist()), tail=_pareto(excess))

    def with_best_afar(self, best: Numbers) -> ScoreScale:
        """The same with the best sums of texts whose subject was taken out; -inf: nothing else was there."""
        return replace(self, out_of_library=tuple(np.sort(best[np.isfinite(best)]).tolist()))

    @property
    def share(self) -> float:
        """The share of the semantic channel in a sum of parts."""
        return SHARE + (SHARE_OF_TEXTS - SHARE) * self.texts

    def steps(self, semantic: Numbers, lexical: Numbers) -> tuple[Numbers, Numbers]:
        """What a difference in each cosine is worth in the sum of parts."""
        return semantic * (self.share / self.spread[0]), lexical * ((1 - self.share) / self.spread[1])

    def parts(self, semantic: Numbers, lexical: Numbers) -> tuple[Numbers, Numbers]:
        """The two parts of a score: deviations from a random pair, times their share; their sum orders the pairs."""
        return self.steps(semantic - self.centre[0], lexical - self.centre[1])

    @property
    def factors(self) -> tuple[np.float32, np.float32, np.float32]:
        """What each cosine is multiplied with in the sum of parts, and what is added."""
        per = np.float32(self.share / self.spread[0]), np.float32((1 - self.share) / self.spread[1])
        return *per, -np.float32(self.centre[0] * per[0] + self.centre[1] * per[1])

    def rough(self, semantic: NDArray[np.float32], lexical: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum of parts in single precision, quickly."""
        meaning, words, rest = self.factors
        total = semantic * meaning
        total += lexical * words
        total += rest
        return total

    def across(self, centre: float, spread: float) -> AcrossScale:
        """The scale of pairs of two languages, given the mean and deviation of their semantic cosines."""
        return AcrossScale((centre, 0.0), (spread, self.spread[1]))

    def alike(self, cosine: Numbers) -> Numbers:
        """A semantic cosine on the scale where random pairs have 0 (and what is below too) and equal texts 1."""
        above: Numbers = np.maximum(cosine - self.centre[0], 0)
        return above / max(1 - self.centre[0], 1e-6)

    def share_below(self, total: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of random pairs whose parts sum to less; strictly increasing, inside (0, 1)."""
        grid = np.asarray(self.quantiles)
        inside = np.interp(total, grid, 0.005 + GRID * (0.985 / 0.99))
        scale, shape = self.tail
        above = 1 - 0.01 * (1 + shape * np.maximum(total - grid[-1], 0) / scale) ** (-1 / shape)
        below = 0.005 / (1 + np.maximum(grid[0] - total, 0))
        return np.where(total > grid[-1], above, np.where(total < grid[0], below, inside))

    def good_from(self, false_alarm: float) -> float:
        """The sum of parts from which a pair is called good.

        So high that, of texts whose subject the library lacks, no more than a share `false_alarm` finds anything that
        reaches it. Taken as lacking: the tenth of the library that is nearest in meaning to a text.
        """
        if not 0 < false_alarm < 1:
            raise ArgumentError(f"false_alarm lies between 0 and 1, not at {false_alarm}")
        if not self.out_of_library:
            return np.inf
        may = int(false_alarm * len(self.out_of_library))
        return float(np.nextafter(self.out_of_library[len(self.out_of_library) - 1 - may], np.inf))


def texts_share(bodies: Sequence[str]) -> float:
    """How far records are whole texts: the mean of their bodies' lengths over `WHOLE`, each at most 1."""
    return float(np.mean([min(len(body) / WHOLE, 1.0) for body in bodies])) if bodies else 0.0


class AcrossScale(ScoreScale):
    """The scale of pairs of two languages, where the meaning has the larger share and a word in common is a find."""

    @property
    def share(self) -> float:
        """The share of the semantic channel in a sum of parts."""
        return ACROSS


def _pareto(excess: NDArray[np.float64]) -> tuple[float, float]:
    """Scale and shape of a generalised Pareto distribution from excesses in ascending order."""
    if len(excess) < 2 or excess[-1] <= 0:
        return 1.0, SHAPES[0]
    n = len(excess)
    first = excess.mean()
    second = ((n - 1 - np.arange(n)) / (n - 1) * excess).mean()
    shape = float(np.clip(2 - first / max(first - 2 * second, 1e-12), *SHAPES))
    return float(max(first * (1 - shape), 1e-9)), shape
