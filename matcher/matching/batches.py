"""Asking rows in batches: the pairs of one batch at a time, for tables that are longer than memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pandas as pd

from matcher.errors import TableError
from matcher.matching.library.base import BaseIndex, check_index
from matcher.matching.library.records import id_column_of
from matcher.matching.matches import match
from matcher.tables.arguments import as_whole, check_frame
from matcher.tables.rows.ids import ids_of

ROWS = 10_000  # asking rows of one batch, where a whole table is cut


def match_batches(
    queries: pd.DataFrame | Iterable[pd.DataFrame], index: BaseIndex, *, rows: int = ROWS, **choices: Any
) -> Iterator[pd.DataFrame]:
    """Match some asking rows at a time; the tables one after the other are the table of `match` for all of them.

    `matcher.export.write_pieces` keeps such results in a folder, and goes on where work was broken off.

    Parameters
    ----------
    queries : DataFrame or iterable of DataFrames
        A table that is cut into batches, or the batches, each as `match` takes it: from a generator over a Parquet data
        set, for instance. A generator is gone through once, and no further than the tables that are asked for.
    index : Index
        The records to be ranked.
    rows : int
        Asking rows of a batch, where `queries` is one table.
    **choices
        As `match` takes them.

    Yields
    ------
    DataFrame
        The pairs of a batch, as `match` gives them.

    Raises
    ------
    TableError
        An id stands in two batches, or a batch is none that `match` takes.
    ArgumentTypeError
        `queries` is neither a table nor tables.

    Examples
    --------
    >>> from matcher import Index
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "桃采后保鲜"]})
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["齿轮磨削烧伤怎样检测", "鲜桃怎样保鲜"]})
    >>> for pairs in match_batches(needs, Index.build(outcomes), rows=1, k=1):
    ...     print(pairs[["need_id", "outcome_id"]].values.tolist())
    [['N1', 'C1']]
    [['N2', 'C2']]
    """
    check_index(index)
    rows = as_whole(rows, "rows", 1)
    if isinstance(queries, pd.DataFrame) or hasattr(queries, "rows") or not isinstance(queries, Iterable):
        check_frame(queries, "queries")
        table = cast(pd.DataFrame, queries)
        batches = (table[at : at + rows] for at in range(0, max(1, len(table)), rows))
        return _matched(batches, index, choices)
    return _matched(queries, index, choices)


def _matched(batches: Iterable[pd.DataFrame], index: BaseIndex, choices: dict[str, Any]) -> Iterator[pd.DataFrame]:
    seen: set[str] = set()
    for batch in batches:
        check_frame(batch, "a batch")
        ids = set(ids_of(batch, id_column_of(batch), distinct=True))
        if again := sorted(ids & seen):
            raise TableError(f"{len(again)} 个编号在前面的批次里已经有：{'、'.join(again[:10])}")
        seen |= ids
        yield match(batch, index, **choices)
