"""The answering side of pairs: its texts in pieces, which asked words each says, and how near it is in meaning."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from matcher.matching.encoding.encoders import StaticEncoder, encode_texts
from matcher.matching.library.base import BaseIndex
from matcher.matching.library.records import WORK_ID
from matcher.matching.library.remembered import remembered, texts_of_rows
from matcher.matching.texts.meanings import SUBSTANCE_ENDS, said_by
from matcher.matching.texts.passages import MOST_ADDED, Piece, pieces_of, worth
from matcher.matching.texts.tokens import Terms, together

_TITLE_ALONE = 0.33  # what becomes of the value of an outcome's title, which is shown beside it anyway
_REACH = 12  # sentences of a text whose wording is looked at


class Cut(NamedTuple):
    """Texts cut: the pieces of each, the terms of all pieces and then of the titles, and the vectors of the pieces."""

    pieces: list[list[Piece]]
    terms: Terms
    vectors: NDArray[np.float32]


def cut_texts(index: BaseIndex, titles: Sequence[str], bodies: Sequence[str]) -> Cut:
    """Texts cut into the pieces that may be shown; a text without any has one, its title."""
    alone = 1.0 if index.id_column == WORK_ID else _TITLE_ALONE
    pieces = [pieces_of(body) or [Piece(title, alone)] for title, body in zip(titles, bodies, strict=True)]
    texts = [piece.text for some in pieces for piece in some]
    terms = index.segmenter.terms([*texts, *titles])
    if isinstance(index.encoder, StaticEncoder):
        return Cut(pieces, terms, index.encoder.encode_terms(terms[: len(texts)]))
    return Cut(pieces, terms, encode_texts(index.encoder, texts, role="document"))


def cut_records(index: BaseIndex, rows: NDArray[np.int64]) -> Cut:
    """`cut_texts` of records of an index that are remembered."""
    cuts = remembered(index, "cut", rows, lambda some: _each(cut_texts(index, *texts_of_rows(index, some))))
    terms = together([*(cut.terms[:-1] for cut in cuts), *(cut.terms[-1:] for cut in cuts)])
    return Cut([cut.pieces[0] for cut in cuts], terms, np.concatenate([cut.vectors for cut in cuts]))


def _each(cut: Cut) -> list[Cut]:
    """Cut texts one by one."""
    ends, first = np.cumsum([0, *map(len, cut.pieces)]).tolist(), len(cut.vectors)
    return [
        Cut(
            [pieces],
            together([cut.terms[start:end], cut.terms[first + i : first + i + 1]]).trimmed(),
            cut.vectors[start:end].copy(),
        )
        for i, (pieces, (start, end)) in enumerate(zip(cut.pieces, itertools.pairwise(ends), strict=True))
    ]


class Answering:
    """Answering texts, held against asked words.

    plain: each text whole, as it is written for comparison. pieces: the pieces of all the texts, text i has those from
    `first[i]` to `first[i + 1]`; vectors: of the pieces; merits: which of them say what the record can do. covered:
    (texts, words) how far a text says an asked word; doubtful: those words that may only begin another.
    cover: (pieces, wishes) what share of a wish's weight a piece says; of_titles: (texts, wishes) and a title.
    """

    def __init__(
        self,
        index: BaseIndex,
        titles: Sequence[str],
        plain: Sequence[str],
        cut: Cut,
        words: Sequence[str],
        wishes: csr_array,
    ) -> None:
        some, terms, self.vectors = cut
        self.pieces = list(itertools.chain.from_iterable(some))
        self.first = np.concatenate([[0], np.cumsum([len(one) for one in some])]).astype(np.int64)
        self.merits = np.array([piece.merit for piece in self.pieces], bool)
        self.plain = plain
        self._of = np.repeat(np.arange(len(some)), np.diff(self.first))
        self._titles = [title if one[0].text != title else "" for title, one in zip(titles, some, strict=True)]
        self._worth: dict[int, tuple[float, float]] = {}
        known = set(terms.names)
        self.doubtful = {word for word in words if any(word[-1] + end in known for end in SUBSTANCE_ENDS)}
        says = said_by(words, terms, index.segmenter, index.encoder)
        rows = np.concatenate([self._of, np.arange(len(some))])
        add = csr_array((np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))), shape=(len(some), len(rows)))
        self.covered = csr_array(add @ says)
        self.cover, self.of_titles = (
            csc_array(csr_array(some) @ wishes.T) for some in (says[: len(self._of)], says[len(self._of) :])
        )

    def worth(self, number: int) -> tuple[float, float]:
        """What becomes of the value of a piece: see `matcher.matching.texts.passages.worth`."""
        if (known := self._worth.get(number)) is None:
            piece = self.pieces[number]
            factor, added = worth(piece.text, self._titles[self._of[number]])
            self._worth[number] = known = factor * piece.factor, added + piece.added
        return known

    def best(self, pieces: NDArray[np.int64], values: NDArray[np.floating[Any]]) -> tuple[int, float]:
        """The best of some pieces by value and worth, among a few of the highest values; (-1, -inf): none may be shown.

        A negative value is that of a piece that answers nothing.
        """
        chosen, highest = -1, -math.inf
        for i in np.argsort(-values, kind="stable")[:_REACH].tolist():
            value = float(values[i])
            if value < 0 or value + MOST_ADDED <= highest:
                break
            factor, added = self.worth(int(pieces[i]))
            if factor and (total := factor * value + added) > highest:
                chosen, highest = int(pieces[i]), total
        return chosen, highest
