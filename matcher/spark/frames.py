"""Spark data frames to the tables that the library takes and back: Arrow in between, typed at both ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from matcher.errors import ArgumentTypeError, TableError
from matcher.policy.streaming import frame_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Batches = Iterable[pa.RecordBatch]
Kinds = Mapping[str, str]  # column -> its type, in Spark's words
ARROW = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "array<string>": pa.list_(pa.string()),
    "array<bigint>": pa.list_(pa.int64()),
    "binary": pa.binary(),
}
_ROWS = 10_000  # of a batch that goes back: what Spark itself sends


def check_spark(frame: Any, name: str) -> None:
    """Raises ArgumentTypeError unless an argument is a Spark data frame."""
    if not hasattr(frame, "mapInArrow"):
        raise ArgumentTypeError(f"{name} is a Spark DataFrame, not {type(frame).__module__}.{type(frame).__name__}")


def plain(frame: DataFrame, names: Sequence[str], texts: Sequence[str] = ()) -> DataFrame:
    """These columns of a data frame, in kinds that a table of the library has.

    Timestamps become days in the time zone of the session, decimals become doubles, `texts` (ids) strings. Raises
    TableError for columns that hold lists, maps, structures or bytes.
    """
    from pyspark.sql import functions as f

    kinds, columns, refused = dict(frame.dtypes), [], []
    for name in names:
        kind, column = kinds[name], f.col(f"`{name}`")
        if kind.startswith(("array", "map", "struct", "binary", "variant", "interval")):
            refused.append(f"{name}（{kind.split('<')[0]}）")
        elif name in texts:
            column = column.cast("string")
        elif kind.startswith("timestamp"):
            column = column.cast("date")
        elif kind.startswith("decimal"):
            column = column.cast("double")
        columns.append(column.alias(name))
    if refused:
        raise TableError(f"这些列不是单个的值：{'、'.join(refused)}；请先展开成文本、数字或日期，或去掉")
    return frame.select(*columns)


def pieces(batches: Batches, rows: float) -> Iterator[pa.Table]:
    """The rows of Arrow batches as tables of so many rows, the last one of fewer; none is empty."""
    held: list[pa.RecordBatch] = []
    many = 0
    for batch in batches:
        held.append(batch)
        many += batch.num_rows
        while many >= rows:
            table = pa.Table.from_batches(held)
            yield table[: int(rows)]
            held = table[int(rows) :].to_batches()
            many -= int(rows)
    if many:
        yield pa.Table.from_batches(held)


def ddl(kinds: Kinds) -> str:
    """Kinds as a schema of Spark."""
    return ", ".join(f"`{name}` {kind}" for name, kind in kinds.items())


def typed(table: pd.DataFrame | pa.Table, kinds: Kinds) -> pa.Table:
    """A table in these kinds, in this order; NaN and NA are null."""
    schema = pa.schema([(name, ARROW[kind]) for name, kind in kinds.items()])
    if isinstance(table, pd.DataFrame):
        return pa.Table.from_pandas(table, schema=schema, preserve_index=False)
    return table.select(schema.names).cast(schema)


def numbered(frame: DataFrame) -> DataFrame:
    """The same columns as _0, _1 and so on: Spark takes the dot in `tech-sme.rd_staff` for one of a field."""
    return frame.toDF(*(f"_{place}" for place in range(len(frame.columns))))


def mapped(
    frame: DataFrame,
    work: Callable[[Iterator[pd.DataFrame]], Iterable[pd.DataFrame | pa.Table]],
    kinds: Kinds,
    rows: float = math.inf,
) -> DataFrame:
    """A data frame of the tables that `work` makes of each partition, given in pieces of so many rows."""
    names = frame.columns

    def of_partition(batches: Batches) -> Iterator[pa.RecordBatch]:
        tables = (frame_of(piece.rename_columns(names)) for piece in pieces(batches, rows))
        for table in work(tables):
            yield from typed(table, kinds).combine_chunks().to_batches(max_chunksize=_ROWS)

    return numbered(frame).mapInArrow(of_partition, ddl(kinds))
