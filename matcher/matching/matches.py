"""Needs against an index of outcomes, or outcomes against an index of needs: ranked pairs with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.encoders import StaticEncoder
from matcher.matching.explanation import explain
from matcher.matching.filters import Agreement, Mask, allowed_for_all, labels_of
from matcher.matching.index import BLOCK, Asked, Index, id_column_of, texts_of
from matcher.matching.learned_ranker import REACH
from matcher.matching.tokens import language
from matcher.progress import advancing

SLACK = 1e-3  # how far single precision may be off; rows this near to the k-th are looked at exactly
THREADS = 2
FOREIGN = "语言不同，默认编码器难以比较"
CHUNK = 2048  # asking rows looked at together


class _Found(NamedTuple):
    """The best rows of one text, best first."""

    rows: NDArray[np.int64]
    semantic: NDArray[np.floating[Any]]
    lexical: NDArray[np.floating[Any]]
    preference: NDArray[np.floating[Any]]
    feedback: NDArray[np.floating[Any]]
    beyond: NDArray[np.floating[Any]]  # (rows, 3): see `matcher.matching.learned_ranker.Ranker.correction`


def match(
    queries: pd.DataFrame,
    index: Index,
    *,
    k: int = 10,
    where: Mapping[str, str | Sequence[str]] | None = None,
    same: Sequence[str] = (),
    valid_on: dt.date | str | None = None,
    exclude: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    false_alarm: float = 0.05,
    reasons: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """Rank the records of an index for every row of a table: outcomes for needs, or needs for outcomes.

    One row a pair, the table's rows in their order, best first: the id of the asking row, the id of the record, `rank`
    (from 1), `score`, `level`, `probability`, `good_match`, `note`, then the reasons `shared_terms`, `evidence` and
    `unanswered` (see `matcher.matching.explanation.explain`), then `semantic`, `lexical` and, with `weights`,
    `preference`, and, for an index with judged pairs (`matcher.matching.feedback.fit_feedback`), `feedback`: the parts,
    in standard deviations of random pairs, whose sum orders the pairs. `note` says what judges found wanting in the
    record, and where a Chinese text meets a foreign one, which the default encoder cannot compare (a multilingual
    `encoder` can). `score` is the share of random pairs of this library that score lower; with `weights` it takes no
    notice of them. `level` (1..4) and `probability` (0..1, of level 3 or 4) are what people would say, increasing in
    the score as long as nobody judged any pair; unknown for an encoder without calibration (see
    `matcher.matching.calibration`). Ties break by id, so equal inputs give equal tables, for one row or many, on any
    number of threads.

    Filters act before the best k are taken. where: column -> label or labels of which a record must have one; a label
    above it ("装备制造" for "装备制造-自动化") agrees too. same: columns in which the record must agree with the
    asking row; an empty cell agrees with nothing. valid_on: records whose `valid_until` lies before that day are left
    out. exclude: pairs of ids that must not be shown. weights: column -> what agreement in it adds to the sum; they
    are the user's, nothing is learned about them.

    good_match: the pair scores as high as only a share `false_alarm` of texts would reach whose subject the library
    lacks (see `matcher.matching.score_scale.Chance.good_from`), and its probability, where known, reaches the
    calibration's `good` (0.4; the base rate of judged pairs was 0.13). A row without any good match keeps its k rows,
    all marked False. A row for which the filters leave nothing keeps one line: an empty id, rank 0, an unknown score.

    Raises TableError when `queries` has no id column or the same kind of id as the index, ValueError for a column that
    does not exist.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    asking = id_column_of(queries)
    if asking == index.id_column:
        raise TableError(f"both the table and the index hold {asking}; match needs with outcomes")
    limits = _Limits(queries, index, where or {}, same, valid_on, exclude, weights or {})
    stages = 2 if reasons else 1
    with advancing(stages * len(queries), "匹配", progress) as advance:
        parts = [
            _match_some(queries, index, slice(start, start + CHUNK), limits, k, reasons, advance)
            for start in range(0, max(1, len(queries)), CHUNK)
        ]
    pairs = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    total = (pairs["semantic"] + pairs["lexical"] + pairs["feedback"]).to_numpy(float)
    beyond = np.stack([pairs.pop(name).to_numpy(float) for name in _BEYOND], axis=1) if index.ranker else None
    level = probability = np.full(len(pairs), np.nan)
    if (calibration := index.calibration) is not None:
        level, probability = calibration.level(total, beyond), calibration.probability(total, beyond)
    found = {"score": index.chance.share_below(total), "level": level, "probability": probability}
    found |= {"good_match": index.is_good(total, false_alarm, beyond), "note": pairs.pop("note").to_numpy(object)}
    for place, (name, values) in enumerate(found.items(), start=3):
        pairs.insert(place, name, values)
    unused = ([] if weights else ["preference"]) + ([] if index.feedback else ["feedback"])
    return pairs.drop(columns=unused)


def _match_some(
    queries: pd.DataFrame,
    index: Index,
    some: slice,
    limits: _Limits,
    k: int,
    reasons: bool,
    advance: Callable[[int], object],
) -> pd.DataFrame:
    """The pairs of some asking rows, without score and good_match."""
    asking = queries.iloc[some]
    asked = index.asked(*texts_of(asking))
    ids = asking[id_column_of(asking)].astype(str).tolist()
    index.chance, index.order, index.ranker  # worked out once, before threads share them  # noqa: B018

    def search(start: int) -> list[_Found]:
        return _search(index, asked, slice(start, start + BLOCK), ids, limits, some.start, k)

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(search, start) for start in range(0, len(asking), BLOCK)]
        found: list[_Found] = []
        try:
            for future in futures:
                block = future.result()
                found += block
                advance(len(block))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    counts = np.array([len(one.rows) for one in found], np.int64)
    at = np.repeat(np.arange(len(found)), counts)
    rows, semantic, lexical, preference, feedback, beyond = map(np.concatenate, zip(_NOTHING, *found, strict=True))
    said = None
    if reasons:
        said = explain(asked, index, at, rows)
        advance(len(asking))
    id_column = id_column_of(queries)
    pairs = pd.DataFrame(
        {id_column: asking[id_column].astype(str).to_numpy(object)[at], index.id_column: index.ids[rows]}
    )
    pairs["rank"] = np.concatenate([np.zeros(0, np.int64), *(np.arange(1, n + 1) for n in counts)])
    if said is not None:
        pairs = pd.concat([pairs, said], axis=1)
    pairs["semantic"], pairs["lexical"] = semantic, lexical
    pairs["preference"], pairs["feedback"] = preference, feedback
    if index.ranker:
        pairs[_BEYOND] = beyond
    pairs["note"] = _notes(index, asking, at, rows)
    return _with_empty(pairs, asking[id_column].astype(str), counts)


_NOTHING = _Found(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros((0, 3)))
_BEYOND = ["beyond 2", "beyond 3", "beyond 4"]


class _Limits:
    """What a row of the asking table may be matched with, and what agreement is worth to the user."""

    def __init__(
        self,
        queries: pd.DataFrame,
        index: Index,
        where: Mapping[str, str | Sequence[str]],
        same: Sequence[str],
        valid_on: dt.date | str | None,
        exclude: pd.DataFrame | None,
        weights: Mapping[str, float],
    ) -> None:
        for column in (*same, *weights):
            if column not in queries:
                raise ValueError(f"the table has no column {column!r}; it has {list(queries.columns)}")
        self._everyone = allowed_for_all(index, where, valid_on)
        columns = {column: Agreement(index, column) for column in {*same, *weights}}
        cells = {column: [labels_of(value, column=column) for value in queries[column]] for column in columns}
        self._same = [(columns[column], cells[column]) for column in same]
        self._weights = [(weight, columns[column], cells[column]) for column, weight in weights.items()]
        self._excluded = _excluded(queries, index, exclude)
        self.prefers = bool(self._weights)

    def allowed(self, row: int) -> Mask | None:
        """The rows of the index that this row may be matched with; None for all of them."""
        if self._everyone.all() and not self._same and row not in self._excluded:
            return None
        allowed = self._everyone
        for column, cells in self._same:
            allowed = allowed & column.rows(cells[row])
        if row in self._excluded:
            allowed = allowed.copy()
            allowed[self._excluded[row]] = False
        return allowed

    def preference(self, row: int) -> NDArray[np.float64]:
        """What the user's weights add to the sum of each row of the index."""
        total = np.zeros(len(self._everyone) if self.prefers else 0)
        for weight, column, cells in self._weights:
            total += weight * column.rows(cells[row])
        return total


def _excluded(queries: pd.DataFrame, index: Index, exclude: pd.DataFrame | None) -> dict[int, list[int]]:
    if exclude is None:
        return {}
    asking = id_column_of(queries)
    if missing := {asking, index.id_column} - set(exclude.columns):
        raise TableError(f"exclude needs the columns {asking} and {index.id_column}; it lacks {sorted(missing)}")
    asked: dict[str, list[int]] = {}
    for row, name in enumerate(queries[asking].astype(str)):
        asked.setdefault(name, []).append(row)
    records: dict[str, list[int]] = {}
    for row, name in enumerate(index.ids.tolist()):
        records.setdefault(name, []).append(row)
    result: dict[int, list[int]] = {}
    for left, right in zip(exclude[asking].astype(str), exclude[index.id_column].astype(str), strict=True):
        for row in asked.get(left, []):
            result.setdefault(row, []).extend(records.get(right, []))
    return result


def _notes(index: Index, asking: pd.DataFrame, at: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """What a reader must know of each pair: two languages that the encoder cannot compare, and what judges said."""
    judged = index.ranker.wishes.notes if index.ranker else {}
    records, place = np.unique(rows, return_inverse=True)
    asked, answering = (
        np.array([language(title or body) for title, body in zip(*texts_of(table), strict=True)], object)
        for table in (asking, index.rows(records))
    )
    left, right = asked[at], answering[place]
    apart = (left != right) & (left != "") & (right != "") & isinstance(index.encoder, StaticEncoder)
    notes = zip(apart.tolist(), rows.tolist(), strict=True)
    return np.array(["；".join(filter(None, [FOREIGN * one, judged.get(row, "")])) for one, row in notes], object)


def _search(
    index: Index, asked: Asked, block: slice, ids: list[str], limits: _Limits, first: int, k: int
) -> list[_Found]:
    """The best rows of a block of asking texts; `first` is the place of the first asked text in the table."""
    semantic, lexical, rare = index.channels(asked, block)
    scale, ranker = index.chance, index.ranker
    reach = max(k, REACH) if ranker else k
    found = []
    for i in range(len(semantic)):
        text = block.start + i
        allowed, preference = limits.allowed(first + text), limits.preference(first + text)
        if ranker and (shown := ranker.wishes.shown(ids[text])) is not None:
            allowed = shown if allowed is None else allowed & shown
        rough = scale.rough(semantic[i], lexical[i])
        if limits.prefers:
            rough += preference.astype(np.float32)
        if allowed is not None:
            rough[~allowed] = -np.inf
        rows = _near_the_best(rough, min(reach, len(rough) if allowed is None else int(allowed.sum())))
        if ranker:
            judged = ranker.judged.get(ids[text], rows[:0])
            rows = np.union1d(rows, judged[np.isfinite(rough[judged])])
        parts = scale.parts(*index.exact(asked, text, rare[i], rows))
        wish, told = preference[rows] if limits.prefers else np.zeros(len(rows)), np.zeros(len(rows))
        beyond = np.zeros((len(rows), 3))
        if ranker:
            told, beyond = ranker.correction(asked.vectors[text], rows, index.vectors(rows), parts)
            told -= ranker.wishes.lost(ids[text], rows)
        best = np.lexsort((index.order[rows], -(parts[0] + parts[1] + wish + told)))[:k]
        found.append(_Found(rows[best], parts[0][best], parts[1][best], wish[best], told[best], beyond[best]))
    return found


def _near_the_best(rough: NDArray[np.floating[Any]], k: int) -> NDArray[np.int64]:
    """The rows that reach the k-th largest value, or come so near that single precision cannot tell."""
    if k == 0:
        return np.zeros(0, np.int64)
    limit = np.partition(rough, len(rough) - k)[len(rough) - k]
    return np.flatnonzero(rough >= limit - SLACK)


def _with_empty(pairs: pd.DataFrame, asking: pd.Series, counts: NDArray[np.int64]) -> pd.DataFrame:
    """A line of its own for each asking row that the filters leave nothing for."""
    if counts.all():
        return pairs
    nothing = pd.DataFrame({asking.name: asking.to_numpy(object)[counts == 0]}).reindex(columns=pairs.columns)
    texts = [
        c for c in pairs.columns[1:] if c not in ("rank", "semantic", "lexical", "preference", "feedback", *_BEYOND)
    ]
    nothing[texts] = ""
    nothing["rank"] = 0
    order = np.argsort(
        np.concatenate([np.repeat(np.arange(len(counts)), counts), np.flatnonzero(counts == 0)]), kind="stable"
    )
    return (
        pd.concat([pairs, nothing.astype(pairs.dtypes.to_dict())], ignore_index=True).iloc[order].reset_index(drop=True)
    )
