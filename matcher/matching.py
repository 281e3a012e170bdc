"""Needs against an index of outcomes, or outcomes against an index of needs: ranked pairs with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.filters import Agreement, Mask, allowed_for_all, labels_of
from matcher.index import BLOCK, ID_COLUMNS, Asked, Index, id_column_of, texts_of
from matcher.progress import track
from matcher.reasons import explain

SLACK = 1e-3  # how far single precision may be off; rows this near to the k-th are looked at exactly
THREADS = 2


class _Found(NamedTuple):
    """The best rows of one text, best first."""

    rows: NDArray[np.int64]
    semantic: NDArray[np.float64]
    lexical: NDArray[np.float64]
    preference: NDArray[np.float64]


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
    (from 1), `score`, `good_match`, then the reasons `shared_terms`, `evidence` and `unanswered` (see
    `matcher.reasons.explain`), then `semantic`, `lexical` and, with `weights`, `preference`: the parts, in standard
    deviations of random pairs, whose sum orders the pairs. `score` is the share of random pairs of this library that
    score lower; with `weights` it takes no notice of them. Ties break by id, so equal inputs give equal tables, for one row
    or many, on any number of threads.

    Filters act before the best k are taken. where: column -> label or labels of which a record must have one; a label
    above it ("装备制造" for "装备制造-自动化") agrees too. same: columns in which the record must agree with the asking row;
    an empty cell agrees with nothing. valid_on: records whose `valid_until` lies before that day are left out. exclude:
    pairs of ids that must not be shown. weights: column -> what agreement in it adds to the sum; they are the user's, nothing
    is learned about them.

    good_match: the pair scores as high as only a share `false_alarm` of texts would reach whose subject the library lacks
    (see `matcher.chance.Chance.good_from`); a row without any good match keeps its k rows, all marked False. A row for which
    the filters leave nothing keeps one line: an empty id, rank 0, an unknown score.

    Raises TableError when `queries` has no id column or the same kind of id as the index, ValueError for a column that
    does not exist.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    asking = id_column_of(queries)
    if asking == index.id_column:
        raise TableError(f"both the table and the index hold {asking}; match needs with outcomes")
    limits = _Limits(queries, index, where or {}, same, valid_on, exclude, weights or {})
    titles, bodies = texts_of(queries)
    chance, starts = index.chance, range(0, len(queries), BLOCK)
    index.lexical, index.order  # worked out once, before threads share them  # noqa: B018

    def search(start: int) -> list[_Found]:
        asked = index.asked(titles[start : start + BLOCK], bodies[start : start + BLOCK])
        return _search(index, asked, limits, start, k)

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(search, start) for start in starts]
        try:
            found = [one for future in track(futures, "匹配", progress) for one in future.result()]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    counts = [len(one.rows) for one in found]
    at = np.repeat(np.arange(len(found)), counts)
    rows, semantic, lexical, preference = (np.concatenate(parts) for parts in zip(*found, strict=True)) if found else _NONE
    total = semantic + lexical
    pairs = pd.DataFrame(
        {
            asking: queries[asking].astype(str).to_numpy(object)[at],
            index.id_column: index.ids[rows],
            "rank": np.concatenate([np.arange(1, n + 1) for n in counts]) if counts else np.zeros(0, np.int64),
            "score": chance.share_below(total),
            "good_match": total >= chance.good_from(false_alarm),
        }
    )
    if reasons:
        said = explain(queries, index, at, rows, progress=progress)
        pairs = pd.concat([pairs, said], axis=1)
    pairs["semantic"], pairs["lexical"] = semantic, lexical
    if weights:
        pairs["preference"] = preference
    return _with_empty(pairs, queries[asking].astype(str), np.asarray(counts))


_NONE = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


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
        cells = {column: [labels_of(value) for value in queries[column]] for column in columns}
        self._same = [(columns[column], cells[column]) for column in same]
        self._weights = [(weight, columns[column], cells[column]) for column, weight in weights.items()]
        self._excluded = _excluded(queries, index, exclude)

    def allowed(self, row: int) -> Mask:
        """The rows of the index that this row may be matched with."""
        allowed = self._everyone
        for column, cells in self._same:
            allowed = allowed & column.rows(cells[row])
        if row in self._excluded:
            allowed = allowed.copy()
            allowed[self._excluded[row]] = False
        return allowed

    def preference(self, row: int) -> NDArray[np.float64] | float:
        """What the user's weights add to the sum of each row of the index."""
        return sum((weight * column.rows(cells[row]) for weight, column, cells in self._weights), 0.0)


def _excluded(queries: pd.DataFrame, index: Index, exclude: pd.DataFrame | None) -> dict[int, list[int]]:
    if exclude is None:
        return {}
    asking = id_column_of(queries)
    if missing := {asking, index.id_column} - set(exclude.columns):
        raise TableError(f"exclude needs the columns {asking} and {index.id_column}; it lacks {sorted(missing)}")
    asked = {name: row for row, name in enumerate(queries[asking].astype(str))}
    records: dict[str, list[int]] = {}
    for row, name in enumerate(index.ids.tolist()):
        records.setdefault(name, []).append(row)
    result: dict[int, list[int]] = {}
    for left, right in zip(exclude[asking].astype(str), exclude[index.id_column].astype(str), strict=True):
        if left in asked:
            result.setdefault(asked[left], []).extend(records.get(right, []))
    return result


def _search(index: Index, asked: list[Asked], limits: _Limits, start: int, k: int) -> list[_Found]:
    semantic, lexical, rare = index.channels(asked)
    scale = index.chance
    found = []
    for i, text in enumerate(asked):
        allowed, preference = limits.allowed(start + i), limits.preference(start + i)
        rough = np.add(*scale.parts(semantic[i], lexical[i]))
        rough += preference
        rough[~allowed] = -np.inf
        rows = _near_the_best(rough, min(k, int(allowed.sum())))
        parts = scale.parts(*index.exact(text, rare[i], rows))
        wish = np.broadcast_to(preference, rough.shape)[rows]
        best = np.lexsort((index.order[rows], -(parts[0] + parts[1] + wish)))[:k]
        found.append(_Found(rows[best], parts[0][best], parts[1][best], wish[best]))
    return found


def _near_the_best(rough: NDArray[np.float64], k: int) -> NDArray[np.int64]:
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
    texts = [c for c in pairs.columns[1:] if c not in ("rank", "score", "good_match", "semantic", "lexical", "preference")]
    nothing[texts] = ""
    nothing = nothing.assign(rank=0, good_match=False)
    order = np.argsort(np.concatenate([np.repeat(np.arange(len(counts)), counts), np.flatnonzero(counts == 0)]), kind="stable")
    return pd.concat([pairs, nothing.astype(pairs.dtypes.to_dict())], ignore_index=True).iloc[order].reset_index(drop=True)
