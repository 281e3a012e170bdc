"""The lexical channel: TF-IDF cosine over the terms of a text, held as postings.

A term that occurs c times in a text weighs (1 + ln c) x idf, idf = ln((1 + n) / (1 + df)) + 1 over the n living texts,
and a score is the cosine of the two weighted texts: what scikit-learn's TfidfVectorizer(sublinear_tf=True) computes.
Postings hold 1 + ln c alone; idf and norms are worked out when a `Lexical` is put together, so that texts can come and
go.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from matcher.matching.statistics import Statistics
from matcher.matching.tokens import Terms

PIECE = 1 << 24  # postings looked at together
GATHERED = 1 << 21  # and postings that are put together out of many terms
FEW = 64  # texts up to which it is quicker to look each up in the postings of a term than to go through these
COMMON = 256  # terms at most whose weights are multiplied as a dense block, where every text's score is wanted
FREQUENT = 512  # terms at most whose counts are held text by text: half of all postings are theirs
Held = TypeVar("Held", bound=np.generic)
_SUBLINEAR = np.concatenate([[0], 1 + np.log(np.arange(1, 256))]).astype(np.float32)


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
        pieces: list[tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]] = []
        for terms in batches:
            numbered = np.fromiter(
                (numbers.setdefault(name, len(numbers)) for name in terms.names), np.int32, len(terms.names)
            )
            counts = np.minimum(terms.counts, 255).astype(np.uint8)
            pieces.append((counts, numbered[terms.ids], terms.offsets))
        size = sum(len(starts) - 1 for _, _, starts in pieces)
        names = sorted(numbers)  # so that equal texts get equal bits, in whatever company they were indexed
        place = np.empty(len(names), np.int32)
        place[np.fromiter(map(numbers.__getitem__, names), np.int32, len(names))] = np.arange(len(names))
        for i, (counts, ids, starts) in enumerate(pieces):
            pieces[i] = counts, place[ids], starts
        return cls(names, *_by_term(pieces, len(names)), size)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Term to its place in `names`."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def matrix(self) -> csc_array:
        """(texts, terms): 1 + ln count."""
        offsets = (
            self.offsets.astype(np.int32) if len(self.rows) < 2**31 else self.offsets
        )  # so that rows are not copied
        return csc_array((_SUBLINEAR[self.counts], self.rows, offsets), shape=(self.size, len(self.names)))

    def squares(self, idf2: NDArray[np.float64]) -> NDArray[np.float32]:
        """The squared norm of each text, given the squared idf of each term."""
        total = np.zeros(self.size, np.float32)
        bounds = np.searchsorted(self.offsets, np.arange(0, self.offsets[-1] + PIECE, PIECE)).clip(max=len(self.names))
        for start, end in itertools.pairwise(np.unique(bounds).tolist()):
            here = slice(self.offsets[start], self.offsets[end])
            offsets = (self.offsets[start : end + 1] - self.offsets[start]).astype(np.int32)
            squared = csc_array((self.matrix.data[here] ** 2, self.rows[here], offsets), shape=(self.size, end - start))
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

    def holding(self, terms: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places in `terms` and in `rows` of the pairs in which the text has the term; -1 stands for no term."""
        if len(rows) <= FEW:
            known = np.flatnonzero(terms >= 0)
            numbers, texts = np.nonzero(self.weights(terms[known], rows))
            return known[numbers], texts
        place = np.full(self.size, -1, np.int64)
        place[rows] = np.arange(len(rows))
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for numbers, holders in self.holders(terms):
            texts = place[holders]
            found.append((numbers[texts >= 0], texts[texts >= 0]))
        numbers, texts = (np.concatenate(some) for some in zip(*found, strict=True))
        return numbers, texts

    def columns(self, terms: NDArray[np.int64]) -> csc_array:
        """`matrix` of some terms alone."""
        offsets = np.concatenate([[0], np.cumsum(self.offsets[terms + 1] - self.offsets[terms])]).astype(np.int32)
        bounds = [(0, 0), *zip(self.offsets[terms].tolist(), self.offsets[terms + 1].tolist(), strict=True)]
        data, rows = (
            np.concatenate([of[start:end] for start, end in bounds]) for of in (self.matrix.data, np.asarray(self.rows))
        )
        return csc_array((data, rows, offsets), shape=(self.size, len(terms)))

    def weights(self, terms: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(terms, rows): what `matrix` holds of some terms of some rows."""
        held, wanted = np.asarray(self.rows), rows.astype(np.int32)  # of one kind, so that postings are not copied
        starts, ends = self.offsets[terms], self.offsets[terms + 1]
        places = np.empty((len(terms), len(rows)), np.int64)
        for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            places[i] = held[start:end].searchsorted(wanted)
        places = np.minimum(places + starts[:, None], ends[:, None] - 1)
        return np.where(held[places] == wanted, self.matrix.data[places], np.float32(0))

    def frequencies(self, alive: NDArray[np.bool_]) -> NDArray[np.int64]:
        """In how many living texts each term occurs."""
        if alive.all():
            return np.diff(self.offsets)
        return np.diff(np.concatenate([[0], np.cumsum(alive[self.rows])])[self.offsets])


def _by_term(
    pieces: list[tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]], terms: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """Text-major pieces to one term-major table, in order of text within a term."""
    sizes = np.zeros(terms, np.int64)
    for _, ids, _ in pieces:
        sizes += np.bincount(ids, minlength=terms)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.empty(offsets[-1], np.int32)
    counts = np.empty(offsets[-1], np.uint8)
    free, first = offsets[:-1].copy(), 0
    while pieces:
        values, ids, starts = pieces.pop(0)
        texts = len(starts) - 1
        part = csr_array((values, ids, starts), shape=(texts, terms)).tocsc()
        present = np.flatnonzero(np.diff(part.indptr))
        lengths = np.diff(part.indptr)[present]
        places = np.repeat(free[present] - part.indptr[present], lengths) + np.arange(part.nnz)
        rows[places] = part.indices + first
        counts[places] = part.data
        free[present] += lengths
        first += texts
    return offsets, rows, counts


class Query(NamedTuple):
    """A query's weights: for each part the columns of its rarer terms and their weights; a row for the common terms.

    seldom: for each part, which of `sparse` are no frequent terms. frequent: a row for these, the common ones first.
    bound: the length of what the query asks of frequent terms; no text has more of it than this times its own length.
    """

    sparse: tuple[tuple[NDArray[np.int64], NDArray[np.float32]], ...]
    common: NDArray[np.float32]
    seldom: tuple[NDArray[np.bool_], ...]
    frequent: NDArray[np.float32]
    bound: np.float32


class Lexical:
    """Postings put together under one idf. Reads only what it was given, so threads may share it."""

    def __init__(
        self, parts: Sequence[Postings], alive: Sequence[NDArray[np.bool_]], whole: Statistics | None = None
    ) -> None:
        """`whole`: of the library that these texts are a part of."""
        self.parts, self._whole = tuple(parts), whole
        if whole is None:
            self.texts = int(sum(mask.sum() for mask in alive))
            frequencies = [part.frequencies(mask) for part, mask in zip(self.parts, alive, strict=True)]
            totals = [self._everywhere(frequencies, i) for i in range(len(self.parts))]
        else:
            self.texts = whole.texts
            totals = [whole.frequencies(part.names) for part in self.parts]
        self._idf2 = [self._idf2_of(total) for total in totals]
        self._scale = []
        for part, idf2 in zip(self.parts, self._idf2, strict=True):
            norms = np.sqrt(part.squares(idf2))
            self._scale.append(np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0))
        self._frequent = self._most_common(totals)
        self._common = dict(itertools.islice(self._frequent.items(), COMMON))
        self._counts = [self._counts_of(part) for part in self.parts]
        self._lengths = [
            np.sqrt(part.squares(np.where(self._is_frequent(part), idf2, 0)))
            for part, idf2 in zip(self.parts, self._idf2, strict=True)
        ]

    def _idf2_of(self, frequencies: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(frequencies > 0, np.log((1 + self.texts) / (1 + frequencies)) + 1, 0) ** 2

    def _everywhere(self, frequencies: list[NDArray[np.int64]], i: int) -> NDArray[np.int64]:
        """How often each term of part i occurs in all the parts together."""
        total = frequencies[i].copy()
        for j, other in enumerate(self.parts):
            if j == i:
                continue
            few, many = (
                (self.parts[i], other) if len(self.parts[i].names) <= len(other.names) else (other, self.parts[i])
            )
            places = _places(many, few.names)
            here, there = (np.arange(len(places)), places) if few is self.parts[i] else (places, np.arange(len(places)))
            both = places >= 0
            total[here[both]] += frequencies[j][there[both]]
        return total

    def _most_common(self, totals: list[NDArray[np.int64]]) -> dict[str, int]:
        """The most frequent terms, each in at least a sixteenth of the texts; ties by name."""
        often: dict[str, int] = {}
        if self._whole is not None:
            here = np.flatnonzero(self._whole.counts * 16 > self.texts).tolist()
            often = {self._whole.names[i]: int(self._whole.counts[i]) for i in here}
        for part, total in zip(self.parts, totals, strict=True):
            often.update((part.names[i], int(total[i])) for i in np.flatnonzero(total * 16 > self.texts).tolist())
        names = sorted(often, key=lambda name: (-often[name], name))[: max(COMMON, FREQUENT)]
        return {name: number for number, name in enumerate(names)}

    def _is_frequent(self, part: Postings) -> NDArray[np.bool_]:
        result = np.zeros(len(part.names), bool)
        places = _places(part, list(self._frequent))
        result[places[places >= 0]] = True
        return result

    def _counts_of(self, part: Postings) -> NDArray[np.uint8]:
        """(texts, frequent terms): how often."""
        block = np.zeros((part.size, len(self._frequent)), np.uint8)
        for number, column in enumerate(_places(part, list(self._frequent)).tolist()):
            if column >= 0:
                here = slice(part.offsets[column], part.offsets[column + 1])
                block[part.rows[here], number] = part.counts[here]
        return block

    @cached_property
    def _dense(self) -> list[NDArray[np.float32]]:
        """(texts, common terms) of each part: 1 + ln count."""
        return [_SUBLINEAR[counts[:, : len(self._common)]] for counts in self._counts]

    @property
    def informative(self) -> float:
        """The squared idf of a term that every eighth text has; more common ones say little to a reader."""
        return float((np.log((1 + self.texts) / (1 + self.texts / 8)) + 1) ** 2)

    def idf2(self, names: Sequence[str]) -> NDArray[np.float64]:
        """The squared idf of each term; 0 for a term that no text of the library holds."""
        if self._whole is not None:
            return self._idf2_of(self._whole.frequencies(names))
        result = np.zeros(len(names))
        for part, idf2 in zip(self.parts, self._idf2, strict=True):
            places = _places(part, names)
            result[places >= 0] = idf2[places[places >= 0]]
        return result

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """(texts) the squared idf of the terms of each text, summed."""
        return np.concatenate([part.sums(idf2) for part, idf2 in zip(self.parts, self._idf2, strict=True)])

    def holding(self, names: Sequence[str], rows: NDArray[np.int64]) -> csr_array:
        """(rows, names): which of the terms some texts, given in ascending order, have."""
        frequent = np.fromiter(map(self._frequent.get, names, itertools.repeat(-1)), np.int64, len(names))
        texts, terms = np.nonzero(take(self._counts, rows)[:, frequent[frequent >= 0]])
        found = [(texts, np.flatnonzero(frequent >= 0)[terms])]
        first = 0
        for part in self.parts:
            start, stop = np.searchsorted(rows, [first, first + part.size])
            if start < stop:
                columns = np.where(frequent >= 0, -1, _places(part, names))
                number, texts = part.holding(columns, rows[start:stop] - first)
                found.append((texts + start, number))
            first += part.size
        texts, terms = (np.concatenate(some) for some in zip(*found, strict=True))
        return csr_array((np.ones(len(texts), np.float32), (texts, terms)), shape=(len(rows), len(names)))

    def weigh(self, terms: Terms, idf2: NDArray[np.float64] | None = None) -> csr_array:
        """(texts, terms): the weights of a query's terms, so that their product with a text's 1 + ln c is the cosine
        times that text's norm. idf2: of the terms, where it is known.

        How rare a term is that this library lacks cannot be known: in the query's norm it counts as the average of the
        terms that the library has, so that a query which is mostly unknown here scores low.
        """
        idf2 = self.idf2(terms.names) if idf2 is None else idf2
        rows = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))
        local = 1 + np.log(terms.counts)
        weights = local * idf2[terms.ids]
        known = np.bincount(rows, weights=local**2 * (weights > 0), minlength=len(terms)).astype(float)
        share = np.divide(known, np.bincount(rows, weights=local**2, minlength=len(terms)), where=known > 0, out=known)
        norms = np.sqrt(np.bincount(rows, weights=local * weights, minlength=len(terms)))
        scale = np.divide(np.sqrt(share), norms, where=norms > 0, out=np.zeros_like(norms))
        return csr_array((weights * scale[rows], terms.ids, terms.offsets), shape=(len(terms), len(terms.names)))

    def queries(self, terms: Terms, idf2: NDArray[np.float64] | None = None) -> list[Query]:
        """The texts behind `terms`, ready to be searched for. idf2: of the terms, where it is known."""
        weights = self.weigh(terms, idf2)
        frequent = np.fromiter(map(self._frequent.get, terms.names, itertools.repeat(-1)), np.int64, len(terms.names))
        common = (frequent >= 0) & (frequent < len(self._common))
        places = [np.where(common, -1, _places(part, terms.names)) for part in self.parts]
        of_frequent = self.idf2(list(self._frequent))
        made = []
        for row in range(weights.shape[0]):
            here = slice(weights.indptr[row], weights.indptr[row + 1])
            ids, values = weights.indices[here], weights.data[here].astype(np.float32)
            dense = np.zeros(len(self._frequent), np.float32)
            dense[frequent[ids][frequent[ids] >= 0]] = values[frequent[ids] >= 0]
            sparse, seldom = [], []
            for place in places:
                order = np.argsort(place[ids])[np.count_nonzero(place[ids] < 0) :]
                sparse.append((place[ids][order], values[order]))
                seldom.append(frequent[ids][order] < 0)
            asked = dense > 0
            bound = np.float32(np.sqrt(np.sum(dense[asked].astype(float) ** 2 / of_frequent[asked])))
            made.append(Query(tuple(sparse), dense[: len(self._common)], tuple(seldom), dense, bound))
        return made

    def scores(self, queries: Sequence[Query]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(queries, texts) cosines, twice: whole, and without the common terms (which `exact` adds)."""
        total = sum(part.size for part in self.parts)
        rare = np.empty((len(queries), total), np.float32)
        whole = np.empty_like(rare)
        wanted = np.stack([query.common for query in queries])
        first = 0
        for i, (part, scale, dense) in enumerate(zip(self.parts, self._scale, self._dense, strict=True)):
            here = slice(first, first + part.size)
            for row, query in enumerate(queries):
                columns, values = query.sparse[i]
                rare[row, here] = part.matrix[:, columns] @ values
            np.matmul(wanted, dense.T, out=whole[:, here])
            whole[:, here] += rare[:, here]
            whole[:, here] *= scale
            first += part.size
        return whole, rare

    def seldom(self, query: Query) -> NDArray[np.float32]:
        """(texts) what the terms that are not frequent add to each score, times the text's norm."""
        added = []
        for part, (columns, values), some in zip(self.parts, query.sparse, query.seldom, strict=True):
            added.append(part.columns(columns[some]) @ values[some])
        return added[0] if len(added) == 1 else np.concatenate(added)

    def upper(self, query: Query, seldom: NDArray[np.float32]) -> NDArray[np.float32]:
        """(texts) what no cosine is above, by the inequality of Cauchy and Schwarz for the frequent terms."""
        result = self._all_lengths * query.bound
        result += seldom
        result *= self._all_scales
        return result

    def near(self, query: Query, seldom: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosines of single texts in single precision."""
        asked = np.flatnonzero(query.frequent)
        held = _SUBLINEAR[take(self._counts, rows)[:, asked]]
        result: NDArray[np.float32] = (held @ query.frequent[asked] + seldom[rows]) * self._all_scales[rows]
        return result

    @cached_property
    def _all_scales(self) -> NDArray[np.float32]:
        return np.concatenate(self._scale)

    @cached_property
    def _all_lengths(self) -> NDArray[np.float32]:
        return np.concatenate(self._lengths)

    def exact(self, query: Query, rare: NDArray[np.float32] | None, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The cosines of single texts to the last digit.

        rare: the query's row as `scores` gives it; without it the texts, in ascending order, are looked up.
        """
        held, scale = _SUBLINEAR[take(self._counts, rows)[:, : len(self._common)]], take(self._scale, rows)
        common: NDArray[np.float64] = np.einsum("ij,j->i", held.astype(np.float64), query.common.astype(np.float64))
        cosines: NDArray[np.float64] = (common + (self._rare(query, rows) if rare is None else rare[rows])) * scale
        return cosines

    def _rare(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What `scores` gives of the rarer terms for texts in ascending order, added up in the same order of terms."""
        result, first = np.zeros(len(rows), np.float32), 0
        for part, (columns, values) in zip(self.parts, query.sparse, strict=True):
            here = slice(*np.searchsorted(rows, [first, first + part.size]))
            if here.start < here.stop and len(columns):
                added = part.weights(columns, rows[here] - first) * values[:, None]
                result[here] = np.cumsum(added, axis=0)[-1]  # one by one; a plain sum of a single text goes by pairs
            first += part.size
        return result


def _places(part: Postings, names: Sequence[str]) -> NDArray[np.int64]:
    """Where each term stands among a part's; -1 where it does not occur."""
    return np.fromiter(map(part.numbers.get, names, itertools.repeat(-1)), np.int64, len(names))


def take(parts: Sequence[NDArray[Held]], rows: NDArray[np.int64]) -> NDArray[Held]:
    """Rows of arrays that lie one behind the other, without putting them together."""
    if len(parts) == 1:
        return parts[0][rows]
    firsts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    where = np.searchsorted(firsts, rows, side="right") - 1
    result: NDArray[Held] = np.empty((len(rows), *parts[0].shape[1:]), parts[0].dtype)
    for i, part in enumerate(parts):
        result[where == i] = part[rows[where == i] - firsts[i]]
    return result
