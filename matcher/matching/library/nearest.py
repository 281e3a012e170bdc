"""The best rows of a text. In a small library every row's sum is worked out; in a large one what no sum is above comes
first, then the sums of the few rows for which that reaches the k-th best. Nothing is lost; see Broder et al. (2003) and
Turtle and Flood (1995) on such bounds.

Of the meaning, half of the numbers of rounded vectors are read (`matcher.matching.library.rounded`), and what the other
half and rounding may hide is added; of the words, the postings of those that are seldom, and what a text's others can
add at most. Where that leaves many rows, the rest is read too, for them alone.

In rows that have `Candidates`, no vector is read at first: those that faiss finds near have their cosines, and all
others no larger one than the last of these. Only what faiss misses can be lost there; the words are bounded as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.matching.library.base import Asked, BaseIndex, Part
from matcher.matching.library.candidates import Near
from matcher.matching.library.products import in_pieces
from matcher.matching.library.rounded import Turned

Rows = NDArray[np.int64]
Sums = NDArray[np.float32]
Seen = Turned | list[Near]  # texts, by rounded vectors or by candidates
SLACK = 1e-3  # how far single precision may be off; rows this near to the k-th are looked at exactly
ROWS = 4096  # vectors made numbers again at a time, so that they stay in the processor's own memory
SMALL = 4096  # rows of a library up to which it is quicker to work out every sum
MANY = 64  # rows from which on it is quicker to read all of the words' postings than to look each row up in them
SHARE = (
    32  # of rows, this part; where more may be among the best, more of the words are read before these are looked at
)
RUN = 64  # neighbouring rows of which the largest is looked at first


class Scales(NamedTuple):
    """What is worth what in the sums of a library's rows: `meaning`, a cosine of meaning in most of them, and `apart`,
    how much more in other rows, where there are such; words: (rows) what words add, times the text's norm.

    beside: (3 + levels, rows), the most that rounding and the second half of a vector can hide, what is added to every
    sum, and the most that frequent words of a text can add, per length asked (see `Query.lengths`).
    """

    meaning: np.float32
    apart: Sums | None
    words: Sums
    beside: NDArray[np.float32]


@dataclass(eq=False)
class Bound:
    """What no sum of a text and a row is above: `upper` (rows). Where `rare` (see `BaseIndex.channels`) is known from
    the beginning, these are the sums themselves.
    """

    index: BaseIndex
    asked: Asked
    text: int
    upper: Sums
    rare: NDArray[np.float32] | None = None
    seen: tuple[Seen, ...] = ()  # how each part sees the texts of its block
    place: int = 0  # of the text in its block

    def nearest(self, k: int, allowed: NDArray[np.bool_] | None, preference: NDArray[np.float64] | None) -> Rows:
        """The allowed rows that reach the k-th largest sum, or come so near that single precision cannot separate them.

        preference: (rows) what is added to the sums.
        """
        wish = None if preference is None else preference.astype(np.float32)
        upper = self.upper if wish is None else self.upper + wish
        if allowed is not None:
            upper = np.where(allowed, upper, np.float32(-np.inf))
            k = min(k, int(allowed.sum()))
        k = min(k, len(upper))
        if k == 0:
            return np.zeros(0, np.int64)
        runs = Runs.of(upper)
        if self.rare is not None:
            return runs.reaching(runs.largest(k) - SLACK)
        seen = np.zeros(0, np.int64)
        sums = np.zeros(0, np.float32)

        def look(rows: Rows) -> float:
            """Work out the sums of more rows; the limit that others have to reach."""
            nonlocal seen, sums
            rows = np.setdiff1d(rows, seen, assume_unique=True)
            seen, sums = np.concatenate([seen, rows]), np.concatenate([sums, self._sums(rows, wish)])
            return _largest(sums, k) - SLACK

        limit, finer = look(runs.best(2 * k)), False
        if self._is_coarse and len(runs.reaching(limit)) * SHARE > len(upper):
            runs, finer = Runs.of(self._finer(upper)), True
            limit = look(runs.best(2 * k))
        more = np.setdiff1d(runs.reaching(limit), seen, assume_unique=True)
        above = runs.values[more]
        for tighten in (self._with_meaning, lambda rows, above: self._with_common(rows, above, finer)):
            if len(more) > MANY:
                above = tighten(more, above)
                more, above = more[above >= limit], above[above >= limit]
        while len(more):
            first = above >= _largest(above, min(MANY, len(above)))
            limit = look(more[first])
            left = ~first & (above >= limit)
            more, above = more[left], above[left]
        return np.sort(seen[sums >= limit])

    def parts_of(self, rows: Rows) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
        """The two parts of the sums of some rows, in ascending order, to the last digit."""
        if self.rare is not None:
            return self.index.parts_of(self.asked, self.text, self.rare, rows)
        known, rare = self._looked_up
        if len(new := rows[~known[rows]]):
            rare[new], known[new] = self.index.lexical.rare(self.asked.words[self.text], new), True
        return self.index.parts_of(self.asked, self.text, rare, rows)

    @cached_property
    def _looked_up(self) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """(rows) Of which rows the rarer terms were looked up, and what they add."""
        return np.zeros(len(self.upper), bool), np.zeros(len(self.upper), np.float32)

    def _sums(self, rows: Rows, wish: Sums | None) -> Sums:
        """The sums of some rows in ascending order."""
        sums: Sums = np.add(*self.parts_of(rows)).astype(np.float32)
        return sums if wish is None else sums + wish[rows]

    @property
    def _is_coarse(self) -> bool:
        """Whether more of the words may be read before they are bounded."""
        return any((tiers == 1).any() for tiers in self.asked.words[self.text].tiers)

    def _finer(self, upper: Sums) -> Sums:
        """The same with more of the words read."""
        lexical, query = self.index.lexical, self.asked.words[self.text]
        change = lexical.added(query, 1)
        for lengths, sign in zip(query.lengths, (-1, 1), strict=True):
            for level in np.flatnonzero(lengths).tolist():
                change += lexical.lengths[level] * (sign * lengths[level])
        change *= _scales(self.index, bool(self.asked.foreign[self.text])).words
        return upper + change

    def _with_common(self, rows: Rows, upper: Sums, finer: bool) -> Sums:
        """What no sum of some rows is above when their common words are counted."""
        lexical, query = self.index.lexical, self.asked.words[self.text]
        change = lexical.common(query, rows)
        for level in np.flatnonzero(query.lengths[int(finer)]).tolist():
            less = query.uncommon[int(finer), level] - query.lengths[int(finer), level]
            change += lexical.lengths[level, rows] * less
        change *= _scales(self.index, bool(self.asked.foreign[self.text])).words[rows]
        return upper + change

    def _with_meaning(self, rows: Rows, upper: Sums) -> Sums:
        """What no sum of some rows, ascending, is above when their vectors are read to the end."""
        scales = _scales(self.index, bool(self.asked.foreign[self.text]))
        hidden, first = np.empty(len(rows), np.float32), 0
        for part, seen in zip(self.index.parts, self.seen, strict=True):
            here = slice(*np.searchsorted(rows, [first, first + len(part.vectors)]))
            some = rows[here] - first
            if isinstance(seen, list):
                hidden[here] = self._beyond(part, seen[self.place], some)
            else:
                rounded = part.rounded
                hidden[here] = rounded.codes[some, rounded.half :] @ seen.numbers[self.place, rounded.half :]
                hidden[here] -= rounded.rest[some] * seen.rest[self.place]
            first += len(part.vectors)
        hidden *= scales.meaning if scales.apart is None else scales.meaning * scales.apart[rows]
        return upper + hidden

    def _beyond(self, part: Part, near: Near, rows: Rows) -> Sums:
        """By how much cosines of some rows of a part are above what was taken for them; mostly less than 0."""
        cosines = np.empty(len(rows), np.float32)
        for at in range(0, len(rows), ROWS):
            cosines[at : at + ROWS] = part.vectors[rows[at : at + ROWS]] @ self.asked.vectors[self.text]
        return np.where(np.isin(rows, near.rows, assume_unique=True), np.float32(0), cosines - near.beyond)


class Runs(NamedTuple):
    """Numbers of rows, and the largest of every `RUN` neighbouring ones, so that large ones are found quickly."""

    values: Sums
    highest: Sums

    @classmethod
    def of(cls, values: Sums) -> Runs:
        """Look at them once."""
        even = len(values) // RUN * RUN
        tail = [values[even:].max(keepdims=True)] if even < len(values) else []
        return cls(values, np.concatenate([values[:even].reshape(-1, RUN).max(axis=1), *tail]))

    def best(self, k: int) -> Rows:
        """The rows of the k largest, and of those equal to the last of them; none of -inf."""
        return self.reaching(max(self.largest(min(k, len(self.values))), float(np.finfo(np.float32).min)))

    def largest(self, k: int) -> float:
        """The k-th largest; k is at least 1."""
        if k >= len(self.highest):
            return _largest(self.values, k)
        return _largest(self.values[self.reaching(_largest(self.highest, k))], k)

    def reaching(self, limit: float) -> Rows:
        """The rows of the numbers that are at least so large, ascending."""
        runs = np.flatnonzero(self.highest >= limit)
        rows: Rows = (runs[:, None] * RUN + np.arange(RUN)).ravel()
        rows = rows[: np.searchsorted(rows, len(self.values))]
        found: Rows = rows[self.values[rows] >= limit]
        return found


def bounds(index: BaseIndex, asked: Asked, texts: slice) -> Iterator[Bound]:
    """The bounds of some texts, one after the other."""
    if len(index.ids) <= SMALL:
        for i, (meaning, words, rare) in enumerate(zip(*index.channels(asked, texts, in_pieces), strict=True)):
            text = texts.start + i
            yield Bound(index, asked, text, index.rough(asked, text, meaning, words), rare=rare)
        return
    seen = tuple(_seen(part, asked.vectors[texts]) for part in index.parts)
    upper = _uppers(index, asked, texts, seen)
    for i, query in enumerate(asked.words[texts]):
        text = texts.start + i
        added = index.lexical.added(query, 2)
        added *= _scales(index, bool(asked.foreign[text])).words
        upper[i] += added
        yield Bound(index, asked, text, upper[i], seen=seen, place=i)


def _seen(part: Part, vectors: NDArray[np.float32]) -> Seen:
    if part.candidates is None:
        return part.rounded.turn(vectors)
    return [part.candidates.near(vector) for vector in vectors]


def _scales(index: BaseIndex, foreign: bool) -> Scales:
    """Of the rows for a text that has no Chinese character, or one that has."""
    known: dict[bool, Scales] = index.derived.setdefault("scales", {})
    if foreign not in known:
        factors = np.empty((len(index.ids), 3), np.float32)
        factors[:], apart = index.scale.factors, None
        if index.across is not None and (other := index.foreign != foreign).any():
            factors[other] = index.across.factors
            apart = factors[:, 0] / np.float32(index.scale.factors[0])
        words = factors[:, 1] * index.lexical.scales
        beside = np.zeros((3 + len(index.lexical.lengths), len(index.ids)), np.float32)
        first = 0
        for part in index.parts:
            there = slice(first, first := first + len(part.vectors))
            if part.candidates is None:
                beside[0, there], beside[1, there] = part.rounded.lost, part.rounded.rest
        beside[:2] *= factors[:, 0]
        beside[2], beside[3:] = factors[:, 2], words * index.lexical.lengths
        known[foreign] = Scales(index.scale.factors[0], apart, words, beside)
    return known[foreign]


def _uppers(index: BaseIndex, asked: Asked, texts: slice, seen: tuple[Seen, ...]) -> Sums:
    """(texts, rows): what no sum of parts is above, but for what the seldom terms add."""
    foreign = asked.foreign[texts]
    often = np.stack([query.lengths[0] for query in asked.words[texts]])
    result = np.empty((len(foreign), len(index.ids)), np.float32)
    for language in np.unique(foreign).tolist():
        some, scales = np.flatnonzero(foreign == language), _scales(index, language)
        first = 0
        for part, one in zip(index.parts, seen, strict=True):
            there = slice(first, first := first + len(part.vectors))
            if isinstance(one, list):
                for text in some.tolist():
                    _take_near(one[text], often[text], scales, there, result[text, there])
            elif len(some) == len(foreign):
                _multiply(part, one, often, scales, there, result[:, there])
            else:
                among = np.empty((len(some), len(part.vectors)), np.float32)
                _multiply(part, Turned(*(of[some] for of in one)), often[some], scales, there, among)
                result[some, there] = among
    return result


def _take_near(near: Near, often: Sums, scales: Scales, there: slice, result: Sums) -> None:
    """Fill `result` (rows) with the sums of a text and the rows of a part that has candidates."""
    apart = np.float32(1) if scales.apart is None else scales.apart[there]
    np.add(scales.beside[2, there], apart * (scales.meaning * near.beyond), out=result)
    result[near.rows] += (near.cosines - near.beyond) * np.broadcast_to(apart * scales.meaning, result.shape)[near.rows]
    for level in np.flatnonzero(often).tolist():
        result += scales.beside[3 + level, there] * often[level]


def _multiply(part: Part, turned: Turned, often: Sums, scales: Scales, there: slice, result: Sums) -> None:
    """Fill `result` (texts, rows) with the sums of texts and the rows of a part, by one product.

    Behind the first half of a vector stands what lies beside it.
    """
    rounded, (numbers, lengths, rest) = part.rounded, turned
    texts = np.column_stack([numbers[:, : rounded.half] * scales.meaning, lengths, rest, np.ones_like(rest), often])
    held = np.empty((ROWS, texts.shape[1]), np.float32)
    beside, apart = scales.beside[:, there], None if scales.apart is None else scales.apart[there]
    for at in range(0, len(part.vectors), ROWS):
        here = slice(at, at + ROWS)
        codes = rounded.codes[here, : rounded.half]
        rows = held[: len(codes)]
        rows[:, : rounded.half], rows[:, rounded.half :] = codes, beside[:, here].T
        if apart is not None and len(other := np.flatnonzero(apart[here] != 1)):
            rows[other, : rounded.half] *= apart[here][other, None]
        in_pieces(texts, rows, result[:, here])


def _largest(values: Sums, k: int) -> float:
    """The k-th largest; k is at least 1."""
    return float(np.partition(values, len(values) - k)[len(values) - k])
