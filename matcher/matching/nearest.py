"""The best rows of a text. In a small library every row's sum is worked out; in a large one what no sum is above comes
first, then the sums of the few rows for which that reaches the k-th best. Nothing is lost; see Broder et al. (2003) and
Turtle and Flood (1995) on such bounds.

Of the meaning, vectors rounded to whole numbers are read, and what rounding may hide is added; of the words, the
postings of those that are not frequent, and what a text's frequent ones can add at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.base import Asked, BaseIndex, Part

SLACK = 1e-3  # how far single precision may be off; rows this near to the k-th are looked at exactly
ROWS = 1024  # vectors made numbers again at a time, so that they stay in the processor's own memory
SMALL = 4096  # rows of a library up to which it is quicker to work out every sum
FEW, THREADS = 4, 2  # texts up to which a product is waiting for memory, so that it is shared by threads
SPARE = 32  # rows looked at first beyond twice those wanted
RUN = 64  # neighbouring rows of which the largest is looked at first


@dataclass(frozen=True, eq=False)
class Bound:
    """What no sum of a text and a row is above: `upper` (rows). seldom: see `Lexical.seldom`.

    Where `rare` (see `BaseIndex.channels`) is known instead, `upper` are the sums themselves.
    """

    index: BaseIndex
    asked: Asked
    text: int
    upper: NDArray[np.float32]
    seldom: NDArray[np.float32] | None = None
    rare: NDArray[np.float32] | None = None

    def nearest(
        self, k: int, allowed: NDArray[np.bool_] | None, preference: NDArray[np.float64] | None
    ) -> NDArray[np.int64]:
        """The allowed rows that reach the k-th largest sum, or come so near that single precision cannot separate them.

        preference: (rows) what is added to the sums.
        """
        upper = self.upper if preference is None else self.upper + preference.astype(np.float32)
        if allowed is not None:
            upper = np.where(allowed, upper, np.float32(-np.inf))
            k = min(k, int(allowed.sum()))
        k = min(k, len(upper))
        if k == 0:
            return np.zeros(0, np.int64)
        if self.rare is not None:
            return np.flatnonzero(upper >= _largest(upper, k) - SLACK)
        start = _largest(upper, min(2 * k + SPARE, len(upper)))
        rows = np.flatnonzero((upper >= start) & (upper > -np.inf))
        sums = self._sums(rows, preference)
        limit = _largest(sums, k) - SLACK
        if limit < start:
            more = np.flatnonzero((upper >= limit) & (upper < start))
            rows = np.concatenate([rows, more])
            sums = np.concatenate([sums, self._sums(more, preference)])
            limit = _largest(sums, k) - SLACK
        return np.sort(rows[sums >= limit])

    def _sums(self, rows: NDArray[np.int64], preference: NDArray[np.float64] | None) -> NDArray[np.float32]:
        """The sums of some rows in single precision."""
        assert self.seldom is not None
        semantic = self.index.vectors(rows) @ self.asked.vectors[self.text]
        lexical = self.index.lexical.near(self.asked.words[self.text], self.seldom, rows)
        sums = self.index.rough(self.asked, self.text, semantic, lexical, rows)
        return sums if preference is None else sums + preference[rows].astype(np.float32)


def bounds(index: BaseIndex, asked: Asked, texts: slice) -> Iterator[Bound]:
    """The bounds of some texts, one after the other."""
    if len(index.ids) <= SMALL:
        for i, (meaning, words, rare) in enumerate(zip(*index.channels(asked, texts), strict=True)):
            text = texts.start + i
            yield Bound(index, asked, text, index.rough(asked, text, meaning, words), rare=rare)
        return
    semantic = _meanings(index, asked.vectors[texts])
    for i, query in enumerate(asked.words[texts]):
        text = texts.start + i
        seldom = index.lexical.seldom(query)
        upper = index.rough(asked, text, semantic[i], index.lexical.upper(query, seldom))
        yield Bound(index, asked, text, upper, seldom=seldom)


def _meanings(index: BaseIndex, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """(texts, rows): what no cosine of unit rows is above."""
    result = np.empty((len(wanted), len(index.ids)), np.float32)
    pieces: list[tuple[Part, int, int]] = []
    first = 0
    for part in index.parts:
        pieces += [(part, at, first + at) for at in range(0, len(part.vectors), ROWS)]
        first += len(part.vectors)

    def multiply(some: list[tuple[Part, int, int]]) -> None:
        for part, at, place in some:
            rounded = part.rounded
            codes = rounded.codes[at : at + ROWS].astype(np.float32)
            here = result[:, place : place + len(codes)]
            here[...] = (codes @ wanted.T).T
            here *= rounded.steps[at : at + ROWS]
            here += rounded.lost[at : at + ROWS]

    if len(wanted) > FEW or len(pieces) < 2 * THREADS:
        multiply(pieces)
        return result
    half = -(-len(pieces) // THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(multiply, (pieces[start : start + half] for start in range(0, len(pieces), half))))
    return result


def _largest(values: NDArray[np.float32], k: int) -> float:
    """The k-th largest; k is at least 1."""
    if len(values) > 4 * RUN * k:
        even = len(values) // RUN * RUN
        highest = np.concatenate([values[:even].reshape(-1, RUN).max(axis=1), values[even:]])
        values = values[values >= np.partition(highest, len(highest) - k)[len(highest) - k]]
    return float(np.partition(values, len(values) - k)[len(values) - k])
