"""Texts of a library that are nearest to a text: by words, by meaning, by figures. Strings in, rows and shares out.

A copy shows in runs of characters, a text on the same subject in rare pairs of them, a rewording only in its meaning
and its figures, which are held against what the words that both texts use explain already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.matching.encoding.encoders import StaticEncoder, encode_texts, unit
from matcher.matching.second_stage.late_interaction import TokenModel, max_sim
from matcher.projects.figures import figures_of, shared_figures
from matcher.projects.fingerprints import BLOCK, Subjects, bare, shared_runs

NEAR = 24  # texts of a library that are looked at for each new one
MEANING = 20_000  # texts of a library of which all are held against a new one; of a larger one the nearest by words
_NEAR = 6  # of a larger one
_STANDING = 2000  # texts that stand for the whole library
_CROWD = 10  # neighbours whose mean cosine says how crowded a text's place is
_CROWDED, _WORDS, _FIGURES = 0.5, 2.0, 0.09  # the parts of `reworded`, chosen on examples/rewordings.csv
_PLAUSIBLE = 0.3  # cosine from which shared figures count in full
_LATE, _LATE_WORDS = 0.5, 0.25  # the parts of `reworded` that late interaction adds, chosen there too

Floats = NDArray[np.float64]
Whole = NDArray[np.signedinteger[Any]]


class Near(NamedTuple):
    """The nearest library texts of one text, best first.

    overlap, likeness, meaning, adds: as in `find_duplicates`. reworded: what meaning and shared figures tell beyond the
    likeness of the words and beyond how crowded the old text's place is.
    """

    rows: Whole
    overlap: Floats
    likeness: Floats
    meaning: Floats
    reworded: Floats
    adds: Floats

    def among(self, which: NDArray[np.bool_] | Whole) -> Near:
        """Some of them, or all in another order."""
        return Near(self.rows[which], *(part[which] for part in self[1:]))

    def ordered(self) -> Near:
        """The same, best first."""
        value = self.overlap + (1 + _WORDS) * self.likeness + self.reworded
        return self.among(np.lexsort((self.rows, -np.round(value, 6))))


class _Sense:
    """Meaning and figures of asked texts and of those rows of a library that were made ready."""

    def __init__(self, asked: Sequence[str], library: Sequence[str]) -> None:
        self._encoder, self._texts = StaticEncoder.load(), library
        self.whole = len(library) <= MEANING
        self._mine = [figures_of(text) for text in asked]
        self._known: dict[int, tuple[NDArray[np.float32], set[float]]] = {}
        self._standing = np.arange(0, len(library), len(library) // _STANDING + 1)
        vectors = self._encode(self._standing)
        self._mean = vectors.mean(axis=0, keepdims=True) if len(vectors) else np.zeros((1, self._encoder.dim))
        self._around = unit(vectors - self._mean)
        self._vectors = unit(encode_texts(self._encoder, asked, role="document") - self._mean)
        if self.whole:
            self.read(np.arange(len(library)))

    def _encode(self, rows: Whole) -> NDArray[np.float32]:
        return encode_texts(self._encoder, [self._texts[row] for row in rows.tolist()], role="document")

    def prepare(self, rows: Whole) -> None:
        """Read the texts of these rows, as far as nobody did: what takes longest, in parts."""
        new = np.array([row for row in rows.tolist() if row not in self._known], int)
        for row, vector in zip(new.tolist(), self._encode(new), strict=True):
            self._known[row] = vector, figures_of(self._texts[row])

    def read(self, rows: Whole) -> None:
        """Make these rows ready."""
        self.prepare(rows)
        read = [self._known[row] for row in rows.tolist()]
        self._place = np.full(len(self._texts), -1)
        self._place[rows] = np.arange(len(rows))
        vectors = np.array([vector for vector, _ in read], np.float32).reshape(len(read), -1)
        self._library = unit(vectors - self._mean)
        self._crowded = np.zeros(len(rows))
        for start in range(0, len(rows), _STANDING):
            cosines = self._library[start : start + _STANDING] @ self._around.T
            cosines[rows[start : start + _STANDING, None] == self._standing] = 0
            best = -np.partition(-cosines, min(_CROWD, cosines.shape[1]) - 1, axis=1)[:, :_CROWD]
            self._crowded[start : start + _STANDING] = np.maximum(best, 0).mean(axis=1)
        self._figures, having = shared_figures(self._mine, [figures for _, figures in read])
        self._having = csr_array(having.T)

    def of(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """(asked, ready rows) of neighbouring asked texts: cosines; and cosines less how crowded a row's place is, with
        the figures that both texts have, as far as their meaning makes that plausible.
        """
        meaning = np.asarray(self._vectors[start:stop] @ self._library.T, float)
        figures = np.sqrt((self._figures[start:stop] @ self._having).toarray())
        figures *= np.clip(meaning / _PLAUSIBLE, 0, 1)
        return meaning, meaning - _CROWDED * self._crowded + _FIGURES * figures

    def place(self, rows: Whole) -> Whole:
        """Where the rows stand among those made ready."""
        return self._place[rows]


def nearest(asked: Sequence[str], library: Sequence[str], own: Sequence[int], least: int) -> list[Near]:
    """The nearest texts of the library for each asked one; `own`: the row that is the asked text itself, -1 for none.

    least: how many at least, of a library of more than 20,000 texts, of which only the nearest by words are looked at.
    """
    with ThreadPoolExecutor(1) as pool:  # words are cut by one core while the other one hashes
        reading = pool.submit(_Sense, asked, library)
        texts, known = bare(asked), bare(library)
        mine, theirs = shared_runs(texts, known)
        subjects = Subjects(known)
        sense = reading.result()
    count = NEAR if sense.whole else max(least, _NEAR)
    held = csr_array(theirs.T)
    sizes = np.maximum(np.diff(mine.indptr), 1)
    scratch = np.zeros(len(library))
    found: list[tuple[Whole, Floats, Floats]] = []
    for block, likeness in enumerate(subjects.likeness(texts)):
        start = block * BLOCK
        runs = csr_array(mine[start : start + BLOCK] @ held)
        apart = sense.of(start, start + likeness.shape[0])[1] if sense.whole else None
        for i in range(likeness.shape[0]):
            at = start + i
            if apart is None:  # of the nearest by each
                rows = np.unique(np.concatenate([_largest(likeness, i, 2 * count), _largest(runs, i, 2 * count)]))
                rows = rows[rows != own[at]]
                alike, shares = _at(likeness, i, rows, scratch), _at(runs, i, rows, scratch) / sizes[at]
                best = _best(alike + shares, count)
                found.append((rows[best], shares[best], alike[best]))
                continue
            alike, shares = _dense(likeness, i), _dense(runs, i) / sizes[at]
            value = alike + shares + apart[i]
            if own[at] >= 0:
                value[own[at]] = -np.inf
            rows = _best(value, count)
            rows = rows[rows != own[at]]
            found.append((rows, shares[rows], alike[rows]))
        if not sense.whole:  # while the next block is made
            sense.prepare(np.unique(np.concatenate([rows for rows, *_ in found[start:]])))
    if not sense.whole:
        sense.read(np.unique(np.concatenate([rows for rows, *_ in found])))
    return [
        near
        for start in range(0, len(found), BLOCK)
        for near in _together(sense, mine, theirs, start, found[start : start + BLOCK])
    ]


def read_closely(
    near: Sequence[Near],
    asked: Sequence[str],
    library: Sequence[str],
    model: TokenModel,
    advance: Callable[[int], object] = lambda done: None,
) -> list[Near]:
    """The same texts with what their pieces say of each other in context added to `reworded`, in their new order.

    advance: is told of every text that has been read, of the asked ones and of those of the library that are near.
    """
    used = near_rows(near)
    texts = [library[row] for row in used.tolist()]
    records = dict(zip(used.tolist(), model.encode([""] * len(texts), texts, "record", advance), strict=True))
    pieces = model.encode([""] * len(asked), asked, "asking", advance)
    result = []
    for one, mine in zip(near, pieces, strict=True):
        late = max_sim(mine, [records[row] for row in one.rows.tolist()], model.idf)
        reworded = one.reworded + _LATE * late - _LATE_WORDS * one.likeness
        result.append(one._replace(reworded=reworded).ordered())
    return result


def near_rows(near: Sequence[Near]) -> Whole:
    """The library's rows that are near any of the texts, each once."""
    return np.unique(np.concatenate([np.zeros(0, int), *(one.rows for one in near)]))


def _together(
    sense: _Sense, mine: csr_array, theirs: csr_array, start: int, found: Sequence[tuple[Whole, Floats, Floats]]
) -> Iterator[Near]:
    meanings, apart = sense.of(start, start + len(found))
    for i, (rows, shares, alike) in enumerate(found):
        here = sense.place(rows)
        beyond = apart[i, here]
        near = Near(rows, shares, alike, meanings[i, here], beyond - _WORDS * alike, np.zeros(len(rows))).ordered()
        yield near._replace(adds=_added(_runs(mine, start + i), theirs, near.rows, near.overlap))


def _runs(matrix: csr_array, row: int) -> Whole:
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]


def _dense(matrix: csr_array, row: int) -> Floats:
    values = np.zeros(matrix.shape[1])
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    values[matrix.indices[here]] = matrix.data[here]
    return values


def _at(matrix: csr_array, row: int, columns: Whole, scratch: Floats) -> Floats:
    """The values of a row in some columns; scratch: zeros as long as the row, and zeros again afterwards."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    scratch[matrix.indices[here]] = matrix.data[here]
    values = scratch[columns]
    scratch[matrix.indices[here]] = 0
    return values


def _largest(matrix: csr_array, row: int, count: int) -> Whole:
    """The columns with the largest values of a row."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[here][_best(matrix.data[here], count)]


def _best(values: Floats, count: int) -> Whole:
    if len(values) <= count:
        return np.arange(len(values))
    return np.argpartition(-values, count - 1)[:count]


def _added(mine: Whole, theirs: csr_array, rows: Whole, shares: Floats) -> Floats:
    """What each of the rows adds to the shared part, taken greedily: the largest first."""
    adds = np.zeros(len(rows))
    left = set(mine.tolist()) if (shares > 0).any() else set()
    size = max(len(mine), 1)
    open_ = {
        int(i): left & set(_runs(theirs, rows[i]).tolist()) for i in np.argsort(-shares, kind="stable") if shares[i] > 0
    }
    while open_ and left:
        best = max(open_, key=lambda i: len(open_[i] & left))
        gain = open_.pop(best) & left
        if not gain:
            break
        adds[best] = len(gain) / size
        left -= gain
    return adds
