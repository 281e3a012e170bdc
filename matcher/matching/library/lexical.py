"""The lexical channel: TF-IDF cosine over the terms of a text, held as postings.

A term that occurs c times in a text weighs (1 + ln c) x idf, idf = ln((1 + n) / (1 + df)) + 1 over the n living texts,
and a score is the cosine of the two weighted texts: what scikit-learn's TfidfVectorizer(sublinear_tf=True) computes.
Postings hold 1 + ln c alone; idf and norms are worked out when a `Lexical` is put together, so that texts can come and
go.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from matcher.matching.library.postings import SUBLINEAR, Postings
from matcher.matching.library.products import Product, at_once
from matcher.matching.library.statistics import Statistics
from matcher.matching.texts.tokens import Terms

COMMON = 256  # terms at most whose weights are multiplied as a dense block, where every text's score is wanted
LEVELS = (256, 512, 1024, 2048, 4096)  # so many of the most frequent terms may be bounded together
LEAST = 1e-9  # by which equal squared idf may differ
READ = (0.5, 6.0)  # postings for each text that a query reads at first, and at most, of terms that are seldom
Held = TypeVar("Held", bound=np.generic)


class Query(NamedTuple):
    """A query's weights: for each part the columns of its rarer terms and their weights; a row for the common terms.

    tiers: for each part, which terms of `sparse` are read: 0 those that are more frequent than either of two levels,
    1 those between the levels, 2 those that are seldom. lengths: (2, levels) what is asked of terms beyond the first
    and the second level, at the place of the level, 0 at the others; no text has more of it than this times its own
    length there (by the inequality of Cauchy and Schwarz). uncommon: these lengths without the common
    terms.
    """

    sparse: tuple[tuple[NDArray[np.int64], NDArray[np.float32]], ...]
    common: NDArray[np.float32]
    tiers: tuple[NDArray[np.int8], ...]
    lengths: NDArray[np.float32]
    uncommon: NDArray[np.float32]


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
        self._common = self._most_common(totals)
        self._counts = [self._counts_of(part) for part in self.parts]
        self._levels = self._least_of_levels(totals)

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
        names = sorted(often, key=lambda name: (-often[name], name))[:COMMON]
        return {name: number for number, name in enumerate(names)}

    def _least_of_levels(self, totals: list[NDArray[np.int64]]) -> NDArray[np.float64]:
        """(levels) The squared idf of the last of the most frequent terms; no smaller one is that of another term.

        Terms of one frequency have one idf, so that the parts agree on which belong to a level.
        """
        ascending = [np.sort(total) for total in totals]
        last = [max((one[-level] for one in ascending if len(one) >= level), default=1) for level in LEVELS]
        return self._idf2_of(np.array(last, np.int64))

    def _counts_of(self, part: Postings) -> NDArray[np.uint8]:
        """(texts, common terms): how often."""
        block = np.zeros((part.size, len(self._common)), np.uint8)
        for number, column in enumerate(_places(part, list(self._common)).tolist()):
            if column >= 0:
                here = slice(part.offsets[column], part.offsets[column + 1])
                block[part.rows[here], number] = part.counts[here]
        return block

    @cached_property
    def _dense(self) -> list[NDArray[np.float32]]:
        """(texts, common terms) of each part: 1 + ln count."""
        return [SUBLINEAR[counts] for counts in self._counts]

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
        found, first = [csr_array((0, len(names)), dtype=np.float32)], 0
        for part in self.parts:
            start, stop = np.searchsorted(rows, [first, first + part.size])
            within, places = part.within(rows[start:stop] - first), _places(part, names)
            column = np.full(len(part.names), -1, np.int64)
            column[places[places >= 0]] = np.flatnonzero(places >= 0)
            columns = column[within.indices]
            offsets = np.concatenate([[0], np.cumsum(columns >= 0)])[within.indptr]
            columns = columns[columns >= 0]
            ones = np.ones(len(columns), np.float32)
            found.append(csr_array((ones, columns, offsets), shape=(stop - start, len(names))))
            first += part.size
        return csr_array(vstack(found))

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
        numbers = np.fromiter(map(self._common.get, terms.names, itertools.repeat(-1)), np.int64, len(terms.names))
        places = [_places(part, terms.names) for part in self.parts]
        idf2 = self.idf2(terms.names) if idf2 is None else idf2
        squares = np.divide(weights.data**2, idf2[weights.indices], where=weights.data > 0, out=np.zeros(weights.nnz))
        postings = np.zeros(len(terms.names), np.int64)
        for part, place in zip(self.parts, places, strict=True):
            known = place[place >= 0]
            postings[place >= 0] += part.offsets[known + 1] - part.offsets[known]
        size = sum(part.size for part in self.parts)
        made = []
        for row in range(weights.shape[0]):
            here = slice(weights.indptr[row], weights.indptr[row + 1])
            ids, values = weights.indices[here], weights.data[here].astype(np.float32)
            number, idf = numbers[ids], idf2[ids]
            common = np.zeros(len(self._common), np.float32)
            common[number[number >= 0]] = values[number >= 0]
            read = np.array([postings[ids[idf > least]].sum() for least in self._levels])
            lengths, tier = np.zeros((2, 2, len(LEVELS)), np.float32), np.zeros(len(ids), np.int8)
            for which, most in enumerate(READ):
                level = min(int(np.searchsorted(-read, -most * size)), len(LEVELS) - 1)
                often = idf <= self._levels[level]
                for beside, some in enumerate((often, often & (number < 0))):
                    lengths[beside, which, level] = np.sqrt(squares[here][some].sum())
                tier += ~often
            sparse, tiers = [], []
            for place in places:
                there = np.where(number >= 0, -1, place[ids])
                order = np.argsort(there)[np.count_nonzero(there < 0) :]
                sparse.append((there[order], values[order]))
                tiers.append(tier[order])
            made.append(Query(tuple(sparse), common, tuple(tiers), *lengths))
        return made

    def scores(
        self, queries: Sequence[Query], multiply: Product = at_once
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
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
                rare[row, here] = part.columns(columns) @ values
            multiply(wanted, dense, whole[:, here])
            whole[:, here] += rare[:, here]
            whole[:, here] *= scale
            first += part.size
        return whole, rare

    def added(self, query: Query, tier: int) -> NDArray[np.float32]:
        """(texts) what the terms of a tier add to each score, times the text's norm."""
        added = []
        for part, (columns, values), tiers in zip(self.parts, query.sparse, query.tiers, strict=True):
            some = tiers == tier
            added.append(part.columns(columns[some]) @ values[some])
        return added[0] if len(added) == 1 else np.concatenate(added)

    def common(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the common terms add to the scores of single texts, times their norms, in single precision."""
        asked = np.flatnonzero(query.common)
        result: NDArray[np.float32] = SUBLINEAR[take(self._counts, rows)[:, asked]] @ query.common[asked]
        return result

    @cached_property
    def scales(self) -> NDArray[np.float32]:
        """(texts) one over the norm of each."""
        return np.concatenate(self._scale)

    @cached_property
    def lengths(self) -> NDArray[np.float32]:
        """(levels, texts): the length of each text in the terms of a level."""
        squares = [
            part.squares(np.where(idf2[:, None] <= self._levels + LEAST, idf2[:, None], 0))
            for part, idf2 in zip(self.parts, self._idf2, strict=True)
        ]
        return np.ascontiguousarray(np.sqrt(np.concatenate(squares)).T)

    def exact(self, query: Query, rare: NDArray[np.float32] | None, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The cosines of single texts to the last digit.

        rare: the query's row as `scores` gives it; without it the texts, in ascending order, are looked up.
        """
        held, scale = SUBLINEAR[take(self._counts, rows)], take(self._scale, rows)
        common: NDArray[np.float64] = np.einsum("ij,j->i", held.astype(np.float64), query.common.astype(np.float64))
        cosines: NDArray[np.float64] = (common + (self.rare(query, rows) if rare is None else rare[rows])) * scale
        return cosines

    def rare(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What `scores` gives of the rarer terms for texts in ascending order, added up in the same order of terms."""
        result, first = np.zeros(len(rows), np.float32), 0
        for part, (columns, values) in zip(self.parts, query.sparse, strict=True):
            here = slice(*np.searchsorted(rows, [first, first + part.size]))
            if here.start < here.stop:
                wanted = np.zeros(len(part.names), np.float32)
                wanted[columns] = values
                result[here] = part.within(rows[here] - first) @ wanted
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
