"""What asking texts ask, as numbers: the weights of their words, as a whole and point by point, and vectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.matching.encoding.encoders import encode_texts
from matcher.matching.library.base import BaseIndex
from matcher.matching.reasons.asking import Asking, Wanted

_TITLE_IN_POINT = 0.15  # what a word of the title counts in each of several points


class Wishes(NamedTuple):
    """What all asking texts ask. Text i has those from first[i]: the whole, objects, problems, points."""

    words: list[str]
    number: dict[str, int]
    first: NDArray[np.int64]
    weights: csr_array
    vectors: NDArray[np.float32]
    importance: NDArray[np.float64]
    library: int


def wishes_of_texts(index: BaseIndex, asking: list[Asking]) -> Wishes:
    """What texts ask, as weights over their asked words and as vectors. Words that the library lacks are rarest."""
    words = sorted({word for one in asking for phrase in one.phrases for word in phrase.asked})
    number = {word: i for i, word in enumerate(words)}
    idf2 = index.lexical.idf2(words)
    importance = np.sqrt(np.where(idf2 > 0, idf2, (np.log(1 + index.lexical.texts) + 1) ** 2))
    first: list[int] = [0]
    rows: list[int] = []
    columns: list[int] = []
    data: list[float] = []
    texts: list[str] = []
    row = 0
    for one in asking:
        sums: list[dict[int, float]] = [{} for _ in range(3 + len(one.points))]
        for phrase in one.phrases:
            own = {number[word]: float(importance[number[word]]) for word in phrase.asked}
            for wish, factor in _wishes_of(phrase, len(one.points)):
                for word, weight in own.items():
                    sums[wish][word] = max(sums[wish].get(word, 0.0), weight * phrase.weight * factor)
        own_points = {phrase.point for phrase in one.phrases}
        for wish, weights in enumerate(sums):
            if wish > 2 and len(one.points) > 1 and wish - 3 not in own_points:
                weights.clear()  # a figure alone is answered by what is near in meaning
            total = sum(weights.values()) or 1.0
            rows += [row] * len(weights)
            columns += weights
            data += [weight / total for weight in weights.values()]
            row += 1
        whole = "。".join(one.points)
        texts += [whole, "", "", *one.points]
        first.append(row)
    shape = (row, len(words))
    matrix = csr_array((np.array(data, np.float32), (np.array(rows, int), np.array(columns, int))), shape=shape)
    vectors = encode_texts(index.encoder, texts, role="query")
    return Wishes(words, number, np.array(first, np.int64), matrix, vectors, importance, index.lexical.texts)


def _wishes_of(phrase: Wanted, points: int) -> Iterable[tuple[int, float]]:
    """The wishes of its text that a phrase belongs to, and what it counts there: a title's word a little in all."""
    yield 0, 1.0
    yield (1 if phrase.is_thing else 2), 1.0
    if phrase.point >= 0:
        yield 3 + phrase.point, 1.0
    elif phrase.in_title:
        yield from ((3 + point, _TITLE_IN_POINT if points > 1 else 1.0) for point in range(points))
