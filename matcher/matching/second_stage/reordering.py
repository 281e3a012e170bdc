"""The best rows of asking texts put into another order: by a user's numbers, or by a third part of the sums.

What was read off a place stays there: whoever is put at a rank gets the total of the row that had it before.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import ArgumentError
from matcher.matching.library.base import BaseIndex
from matcher.matching.second_stage.late_interaction import Numbers, Voice

Rerank = Callable[[list[tuple[str, str]]], ArrayLike]


class Best(NamedTuple):
    """The best rows of one text, best first. `total` and `beyond` belong to the places, the rest to the rows."""

    rows: NDArray[np.int64]
    semantic: NDArray[np.floating[Any]]
    lexical: NDArray[np.floating[Any]]
    preference: NDArray[np.floating[Any]]
    feedback: NDArray[np.floating[Any]]
    rerank: NDArray[np.floating[Any]]
    total: NDArray[np.floating[Any]]  # what score, level, probability and good_match are read off
    beyond: NDArray[np.floating[Any]]  # (rows, 3): see `matcher.matching.learning.learned_ranker.Ranker.correction`


_NONE = np.zeros(0)
NOTHING = Best(np.zeros(0, np.int64), _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, np.zeros((0, 3)))


def reranked(
    ranked: list[Best], index: BaseIndex, titles: list[str], bodies: list[str], rerank: Rerank, top: int, k: int
) -> list[Best]:
    """The best k of each text, the first `top` in the order that `rerank` gives; totals stay at their places."""
    heads = [one.rows[:top] for one in ranked]
    records, place = np.unique(np.concatenate([NOTHING.rows, *heads]), return_inverse=True)
    texts = [_whole(*record) for record in zip(*index.texts(records), strict=True)]
    asking = [_whole(*text) for text in zip(titles, bodies, strict=True)]
    of = np.repeat(np.arange(len(heads)), [len(head) for head in heads]).tolist()
    pairs = [(asking[text], texts[record]) for text, record in zip(of, place.tolist(), strict=True)]
    scores = np.zeros(0)
    if pairs:
        try:
            scores = np.asarray(rerank(pairs), float)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"rerank must give one number a pair: {type(error).__name__}: {error}") from error
    if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
        raise ArgumentError(f"rerank must give {len(pairs)} finite numbers for {len(pairs)} pairs")
    given = _by_text(scores, heads)
    return [_reordered(one, index, numbers, numbers, k) for one, numbers in zip(ranked, given, strict=True)]


def with_voice(
    ranked: list[Best], index: BaseIndex, titles: list[str], bodies: list[str], voice: Voice, top: int, k: int
) -> list[Best]:
    """The best k of each text, the first `top` in the order of their sums with the third part."""
    heads = [one.rows[:top] for one in ranked]
    records, place = np.unique(np.concatenate([NOTHING.rows, *heads]), return_inverse=True)
    parts = voice.parts((titles, bodies), index.texts(records), _by_text(place, heads))
    sums = [one.total[:top] + one.preference[:top] + part for one, part in zip(ranked, parts, strict=True)]
    return [_reordered(one, index, order, part, k) for one, order, part in zip(ranked, sums, parts, strict=True)]


def _by_text(values: NDArray[Any], heads: list[NDArray[np.int64]]) -> list[NDArray[Any]]:
    """Values that lie one behind the other, as many for each text as its head has rows."""
    ends = np.cumsum([0, *(len(head) for head in heads)]).tolist()
    return [values[start:end] for start, end in itertools.pairwise(ends)]


def _reordered(one: Best, index: BaseIndex, by: Numbers, shown: Numbers, k: int) -> Best:
    """The best k of a text, the first ones in descending order of `by`; `shown` tells what was given to each."""
    head, rest = one.rows[: len(by)], np.arange(len(by), len(one.rows))
    order = np.concatenate([np.lexsort((index.order[head], -by)), rest])[:k]
    places = np.concatenate([np.argsort(-one.total[: len(head)], kind="stable"), rest])[:k]
    given = np.concatenate([shown, np.full(len(rest), np.nan)])
    moved = {name: getattr(one, name)[order] for name in Best._fields[:5]}
    at_places = {"total": one.total[places], "beyond": one.beyond[places]}
    return one._replace(**moved, rerank=given[order], **at_places)


def _whole(title: str, body: str) -> str:
    return "\n".join(filter(None, (title, body)))
