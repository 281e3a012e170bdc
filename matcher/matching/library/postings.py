"""Where terms occur among texts, and what is read off that: some terms, some texts, sums over all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from matcher.matching.texts.tokens import Terms

PIECE = 1 << 24  # postings looked at together
TURNED = 1 << 23  # and kept in one array while they are put in order: so large ones go back to the system at once
GATHERED = 1 << 21  # and postings that are put together out of many terms
SUBLINEAR = np.concatenate([[0], 1 + np.log(np.arange(1, 256))]).astype(np.float32)  # of a count


class _Piece(NamedTuple):
    """Of some texts (or terms) the terms (texts), one behind the other: i has those from `starts[i]` on."""

    counts: NDArray[np.uint8]
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def joined(cls, pieces: list[_Piece]) -> _Piece:
        """Neighbouring pieces as one."""
        before = np.cumsum([0, *(len(piece.ids) for piece in pieces)])
        starts = [piece.starts[:-1] + shift for piece, shift in zip(pieces, before[:-1], strict=True)]
        counts, ids = (np.concatenate([piece[i] for piece in pieces]) for i in (0, 1))
        return cls(counts, ids, np.concatenate([*starts, before[-1:]]))


class Contents(NamedTuple):
    """Which terms n texts have: text i `terms[starts[i]:starts[i + 1]]`, ascending, `counts` times (at most 255)."""

    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.uint8]


@dataclass(frozen=True)
class Postings:
    """Where terms occur among n texts: term t in `rows[offsets[t]:offsets[t + 1]]`, `counts` times (at most 255)."""

    names: list[str]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    size: int

    @classmethod
    def build(cls, batches: Iterable[Terms]) -> Postings:
        """Put together the terms of texts that are segmented a batch at a time."""
        numbers: dict[str, int] = {}
        pieces: list[_Piece] = []
        last: list[_Piece] = []
        for terms in batches:
            numbered = np.fromiter(
                (numbers.setdefault(name, len(numbers)) for name in terms.names), np.int32, len(terms.names)
            )
            counts = np.minimum(terms.counts, 255).astype(np.uint8)
            last.append(_Piece(counts, numbered[terms.ids], terms.offsets))
            if sum(len(piece.ids) for piece in last) >= TURNED:
                pieces.append(_Piece.joined(last))
                last = []
        pieces += last
        size = sum(len(piece.starts) - 1 for piece in pieces)
        names = sorted(numbers)  # so that equal texts get equal bits, in whatever company they were indexed
        place = np.empty(len(names), np.int32)
        place[np.fromiter(map(numbers.__getitem__, names), np.int32, len(names))] = np.arange(len(names))
        for i, piece in enumerate(pieces):
            pieces[i] = piece._replace(ids=place[piece.ids])
        return cls(names, *_turned(pieces, len(names)), size)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Term to its place in `names`."""
        return {name: number for number, name in enumerate(self.names)}

    def squares(self, idf2: NDArray[np.float64]) -> NDArray[np.float32]:
        """The squared norm of each text, given the squared idf of each term; (terms, m) gives (texts, m)."""
        total, squares = np.zeros((self.size, *idf2.shape[1:]), np.float32), SUBLINEAR**2
        bounds = np.searchsorted(self.offsets, np.arange(0, self.offsets[-1] + PIECE, PIECE)).clip(max=len(self.names))
        for start, end in itertools.pairwise(np.unique(bounds).tolist()):
            here = slice(self.offsets[start], self.offsets[end])
            offsets = (self.offsets[start : end + 1] - self.offsets[start]).astype(np.int32)
            squared = csc_array((squares[self.counts[here]], self.rows[here], offsets), shape=(self.size, end - start))
            total += squared @ idf2[start:end].astype(np.float32)
        return total

    def sums(self, idf2: NDArray[np.float64]) -> NDArray[np.float64]:
        """The squared idf of the terms of each text, summed."""
        total = np.zeros(self.size)
        for number, holders in self.holders(np.arange(len(self.names))):
            total += np.bincount(holders, idf2[number], self.size)
        return total

    def holders(self, terms: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
        """Places in `terms` and texts that have the term there (none where it is -1), about `GATHERED` at a time."""
        known = np.flatnonzero(terms >= 0)
        starts = self.offsets[terms[known]]
        sizes = self.offsets[terms[known] + 1] - starts
        before = np.concatenate([[0], np.cumsum(sizes)])
        bounds = np.unique([*np.searchsorted(before, np.arange(0, before[-1], GATHERED)), len(known)])
        for some in (slice(*bound) for bound in itertools.pairwise(bounds.tolist())):
            at = np.arange(before[some.start], before[some.stop]) + np.repeat(
                starts[some] - before[:-1][some], sizes[some]
            )
            yield np.repeat(known[some], sizes[some]), np.asarray(self.rows)[at]

    def columns(self, terms: NDArray[np.int64]) -> csc_array:
        """(texts, terms): 1 + ln count of some terms."""
        offsets = np.concatenate([[0], np.cumsum(self.offsets[terms + 1] - self.offsets[terms])]).astype(np.int32)
        bounds = [(0, 0), *zip(self.offsets[terms].tolist(), self.offsets[terms + 1].tolist(), strict=True)]
        counts, rows = (
            np.concatenate([of[start:end] for start, end in bounds]) for of in map(np.asarray, (self.counts, self.rows))
        )
        return csc_array((SUBLINEAR[counts], rows, offsets), shape=(self.size, len(terms)))

    @cached_property
    def contents(self) -> Contents:
        """The same by text."""
        bounds = np.searchsorted(self.offsets, np.arange(0, self.offsets[-1] + TURNED, TURNED)).clip(
            max=len(self.names)
        )
        pieces = []
        for start, end in itertools.pairwise(np.unique(bounds).tolist()):
            here = slice(self.offsets[start], self.offsets[end])
            pieces.append(_Piece(self.counts[here], self.rows[here], self.offsets[start : end + 1] - here.start))
        return Contents(*_turned(pieces, self.size))

    def within(self, rows: NDArray[np.int64]) -> csr_array:
        """(rows, terms): 1 + ln count of the terms of some texts."""
        starts, terms, counts = self.contents
        sizes = starts[rows + 1] - starts[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(offsets[-1]) + np.repeat(starts[rows] - offsets[:-1], sizes)
        weights = SUBLINEAR[np.asarray(counts)[at]]
        return csr_array((weights, np.asarray(terms)[at], offsets.astype(np.int32)), shape=(len(rows), len(self.names)))

    def frequencies(self, alive: NDArray[np.bool_]) -> NDArray[np.int64]:
        """In how many living texts each term occurs."""
        if alive.all():
            return np.diff(self.offsets)
        return np.diff(np.concatenate([[0], np.cumsum(alive[self.rows])])[self.offsets])


def _turned(pieces: list[_Piece], others: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """What each text holds as what holds each term, or the other way round, in ascending order. Empties `pieces`.

    others: how many there are of what the ids name.
    """
    sizes = np.zeros(others, np.int64)
    for _, ids, _ in pieces:
        sizes += np.bincount(ids, minlength=others)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.empty(offsets[-1], np.int32)
    counts = np.empty(offsets[-1], np.uint8)
    free, first = offsets[:-1].copy(), 0
    while pieces:
        values, ids, starts = pieces.pop(0)
        many = len(starts) - 1
        part = csr_array((values, ids, starts), shape=(many, others)).tocsc()
        present = np.flatnonzero(np.diff(part.indptr))
        lengths = np.diff(part.indptr)[present]
        places = np.repeat(free[present] - part.indptr[present], lengths) + np.arange(part.nnz)
        rows[places] = part.indices + first
        counts[places] = part.data
        free[present] += lengths
        first += many
    return offsets, rows, counts
