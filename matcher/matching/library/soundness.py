"""Whether what a saved index says of itself can be: kinds, shapes, ranges and ids, beyond what hashes show.

A file may be whole and still be wrong, when another program wrote it with hashes that fit. Every check raises
ValueError (KeyError or TypeError where something is missing or of another kind).
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.judgements import Feedback
from matcher.matching.library.base import Part
from matcher.matching.library.candidates import Candidates
from matcher.matching.library.postings import Postings
from matcher.matching.library.records import ID_COLUMNS, WORK_ID, id_column_of, texts_of
from matcher.matching.library.score_scale import GRID, ScoreScale
from matcher.matching.library.statistics import Statistics

_PIECE = 1 << 24  # numbers looked at together
_LENGTH = 1e-3  # by how much the length of a stored vector may differ from 1
SCALE = {"out_of_library": "strangers"}  # what the format calls them
_FEEDBACK = ("asking_id", "title", "description", "record_id", "level", "stated", "reason")


def check_arrays(vectors: NDArray[Any], postings: Postings, alive: NDArray[Any]) -> None:
    """Kinds, shapes and ranges: a number out of its range would be read beyond an array's end."""
    n, offsets, rows, counts = postings.size, postings.offsets, postings.rows, postings.counts
    kinds: dict[str, tuple[NDArray[Any], Any, int]] = {
        "vectors": (vectors, np.float32, 2),
        "offsets": (offsets, np.int64, 1),
        "rows": (rows, np.int32, 1),
    }
    kinds |= {"counts": (counts, np.uint8, 1), "alive": (alive, np.bool_, 1)}
    for name, (array, dtype, dimensions) in kinds.items():
        if array.dtype != dtype or array.ndim != dimensions:
            raise ValueError(f"{name}: {array.dtype}, {array.ndim} dimensions")
    if not (len(vectors) == len(alive) == n and len(offsets) == len(postings.names) + 1 and len(rows) == len(counts)):
        raise ValueError("arrays of different lengths")
    if offsets[0] != 0 or offsets[-1] != len(rows) or (np.diff(offsets) < 0).any():
        raise ValueError("offsets out of order")
    if len(rows) and not (rows.min() >= 0 and rows.max() < n and counts.min() > 0):
        raise ValueError("rows out of range")
    if not _rising(rows, offsets):
        raise ValueError("rows out of order")
    if not all(map(operator.lt, postings.names, itertools.islice(postings.names, 1, None))):
        raise ValueError("terms out of order")
    squares = np.einsum("ij,ij->i", vectors, vectors)
    if not (np.isclose(squares, 1, atol=_LENGTH) | (squares == 0)).all():
        raise ValueError("vectors whose length is not 1")


def check_contents(postings: Postings) -> None:
    """The same of what is known by text."""
    (starts, terms, counts), many = postings.contents, len(postings.rows)
    kinds = ((starts, np.int64), (terms, np.int32), (counts, np.uint8))
    if any(array.dtype != dtype or array.ndim != 1 for array, dtype in kinds):
        raise ValueError("contents of texts: another kind of array")
    if not (len(starts) == postings.size + 1 and len(terms) == len(counts) == many):
        raise ValueError("contents of texts: arrays of different lengths")
    if starts[0] != 0 or starts[-1] != many or (np.diff(starts) < 0).any():
        raise ValueError("contents of texts: starts out of order")
    if many and not (terms.min() >= 0 and terms.max() < len(postings.names) and counts.min() > 0):
        raise ValueError("contents of texts: terms out of range")
    if not _rising(terms, starts):
        raise ValueError("contents of texts: terms out of order")


def _rising(values: NDArray[Any], starts: NDArray[np.int64]) -> bool:
    """Whether values ascend between one start and the next. Looked at in pieces: they may fill the memory."""
    for at in range(0, len(values) - 1, _PIECE):
        some = values[at : at + _PIECE + 1]
        rising = some[1:] > some[:-1]
        first = starts[np.searchsorted(starts, at + 1) : np.searchsorted(starts, at + len(rising), side="right")]
        rising[first - at - 1] = True  # a new run begins behind these
        if not rising.all():
            return False
    return True


def check_candidates(candidates: Candidates) -> None:
    """Kinds, shapes and ranges, as faiss takes them."""
    vectors, centres, lists = candidates.vectors, candidates.centres, candidates.lists
    if centres.dtype != np.float32 or centres.ndim != 2 or lists.dtype != np.int64 or lists.shape != vectors.shape[:1]:
        raise ValueError("the lists of candidates")
    if not (centres.shape[1] == vectors.shape[1] and np.isfinite(centres).all()):
        raise ValueError("the centres of lists")
    if not (len(lists) and lists.min() >= 0 and lists.max() < len(centres)):
        raise ValueError("lists out of range")


def check_parts(parts: Sequence[Part], id_column: str, dim: int) -> None:
    """Ids and texts of all parts together, and whether the encoder that reads them is as wide as their vectors."""
    if id_column not in (*ID_COLUMNS, WORK_ID) or not parts:
        raise ValueError("id_column, or no parts")
    ids: list[str] = []
    for part in parts:
        if id_column_of(part.records) != id_column or part.vectors.shape[1] != dim:
            raise ValueError("parts of different kinds")
        texts_of(part.records[:0])
        ids += part.records[id_column][part.alive].tolist()
    if not all(isinstance(name, str) for name in ids) or len(set(ids)) != len(ids):
        raise ValueError("ids that are no texts, or stand twice")


def scale_of(entry: Mapping[str, Any]) -> ScoreScale:
    """The scale of scores of a manifest."""
    names = {stored: name for name, stored in SCALE.items()}
    scale = ScoreScale(**{names.get(key, key): _numbers(value) for key, value in entry.items()})
    sizes = (len(scale.centre), len(scale.spread), len(scale.quantiles), len(scale.tail))
    if sizes != (2, 2, len(GRID), 2) or min(*scale.spread, *scale.tail) <= 0:
        raise ValueError("the scale of scores")
    if any(list(row) != sorted(row) for row in (scale.quantiles, scale.out_of_library)):
        raise ValueError("the scale of scores is not ascending")
    return scale


def feedback_of(table: pd.DataFrame, prior: Any) -> Feedback:
    """Judged pairs and the calibration from which they start."""
    if not set(_FEEDBACK) <= set(table) or not (table["level"].isna() | table["level"].isin([1, 2, 3, 4])).all():
        raise ValueError("judged pairs")
    if not prior:
        return Feedback(table, None)
    calibration = Calibration.of({key: _numbers(value) for key, value in prior.items()})
    if not (len(calibration.slopes) == len(calibration.cuts) == 3 and min(calibration.slopes) > 0):
        raise ValueError("the calibration")
    return Feedback(table, calibration)


def statistics_of(table: pd.DataFrame, texts: Any, scale: ScoreScale) -> Statistics:
    """The statistics of the library that an index is a part of."""
    names, counts = table["term"].tolist(), table["records"].to_numpy(np.int64)
    if not all(map(operator.lt, names, itertools.islice(names, 1, None))):
        raise ValueError("terms out of order")
    if (
        isinstance(texts, bool)
        or not isinstance(texts, int)
        or (len(counts) and not 0 < counts.min() <= counts.max() <= texts)
    ):
        raise ValueError("frequencies out of range")
    return Statistics(texts, tuple(names), counts, scale)


def approximate_from_of(value: Any) -> int | None:
    """From how many records on parts get candidates, in a manifest."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("approximate_from")
    return None if value is None else int(value)


def words_of(words: Any) -> list[str]:
    """The user's words of a manifest."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("words")
    return words


def _numbers(value: Any) -> Any:
    """A finite number, or a tuple of them."""
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return tuple(_numbers(part) for part in value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]} is no finite number")
    return value
