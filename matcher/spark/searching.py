"""`match` with a library that lies on a cluster: every shard is searched, and asked for reasons of what it won only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.errors import TableError
from matcher.matching.filters import Where
from matcher.matching.index import Index
from matcher.matching.matches import match as local_match
from matcher.matching.records import id_column_of
from matcher.matching.shards import merge_matches
from matcher.policy.streaming import frame_of
from matcher.spark.frames import check_spark, mapped, plain
from matcher.spark.shards import check_ids, counted, opened, shards_of, with_scale

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FIGURES = {"rank": "bigint", **dict.fromkeys(("score", "level", "probability"), "double")}
_FIGURES |= dict.fromkeys(("probability_low", "probability_high", "semantic", "lexical", "preference"), "double")
_FIGURES |= dict.fromkeys(("recommended", "good_match"), "boolean")
_FOUND = {"asking": "string", "id": "string", "total": "double", "shard": "string"}


def match(
    queries: DataFrame,
    records: DataFrame,
    *,
    k: int = 10,
    where: Where | None = None,
    same: Sequence[str] = (),
    valid_on: dt.date | str | None = None,
    weights: Mapping[str, float] | None = None,
    false_alarm: float = 0.05,
    reasons: bool = True,
) -> DataFrame:
    """Rank the rows of one Spark data frame for every row of another: outcomes for needs, or needs for outcomes.

    Parameters
    ----------
    queries
        The asking rows, `need_id` or `outcome_id` and `title`, `description` or both. They are fetched to the driver
        and sent to every executor.
    records
        The library, with the other id. Every partition becomes an index where it lies: give it as many
        (`records.repartition(n)`) as make each small enough for the memory of one core's share of an executor.
    k, where, same, valid_on, weights, false_alarm, reasons
        As in `matcher.match`.

    Returns
    -------
    DataFrame
        The rows of `matcher.match(queries, Index.build(records))`, in no order; what is unknown is null. The search is
        done when the call returns, the reasons are worked out when the rows are asked for. The indexes are kept on the
        disks of the executors until the session ends.

    Raises
    ------
    TableError
        A table has no id column, both have the same, an id occurs twice, or there are no records.
    ArgumentError, ArgumentTypeError
        As `matcher.match`, and for what is no Spark data frame.
    """
    check_spark(queries, "queries")
    check_spark(records, "records")
    from pyspark import StorageLevel

    options: dict[str, Any] = {"where": where, "same": same, "valid_on": valid_on, "weights": weights}
    options["false_alarm"] = false_alarm
    asking, recorded = (id_column_of(pd.DataFrame(columns=table.columns)) for table in (queries, records))
    records = plain(records, records.columns, [recorded])
    needs = frame_of(plain(queries, queries.columns, [asking]).toArrow())
    if twice := needs.loc[needs[asking].duplicated(), asking].unique().tolist():
        raise TableError(f"{len(twice)} 个编号重复：{'、'.join(twice[:10])}")
    first = frame_of(records.limit(1).toArrow())
    if not len(first):
        raise TableError("库表没有任何记录，没有可匹配的")
    typical = local_match(needs[:1], Index.build(first[:0]), k=k, reasons=reasons, **options)  # says what is wrong
    check_ids(records, recorded)
    shards = shards_of(records).persist(StorageLevel.DISK_ONLY)
    send = shards.sparkSession.sparkContext.broadcast
    terms = counted(shards)
    shared, asked = send(terms), send(needs)
    scale = with_scale(terms, shared, shards, records).scale

    def answers(files: Any, table: pd.DataFrame, most: int, why: bool) -> pd.DataFrame:
        index = opened(files, replace(shared.value, scale=scale))
        return local_match(table, index, k=most, reasons=why, **options)

    def search(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            for shard, files in zip(part["shard"], part["files"], strict=True):
                table = answers(files, asked.value, k, False)
                total = table["semantic"] + table["lexical"] + (table["preference"] if weights else 0.0)
                yield pd.DataFrame({"asking": table[asking], "id": table[recorded], "total": total, "shard": shard})

    found = mapped(shards.select("shard", "files"), search, _FOUND)
    won = send(_won(found, k))

    def explain(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            for shard, files in zip(part["shard"], part["files"], strict=True):
                for many, ids in won.value.get(shard, {}).items():
                    yield answers(files, asked.value[asked.value[asking].isin(ids)], many, reasons)

    def merge(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            yield merge_matches([part], k=k)

    kinds = {name: _FIGURES.get(name, "string") for name in map(str, typical)}
    best = mapped(shards.select("shard", "files"), explain, kinds)
    return mapped(best.repartition(asking), merge, kinds)


def _won(found: DataFrame, k: int) -> dict[str, dict[int, list[str]]]:
    """Shard -> how many of an asking row's best k it has -> these asking rows.

    A row that nothing was found for is left to one shard, as one that has one row for it.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    order = Window.partitionBy("asking").orderBy(f.col("total").desc_nulls_last(), "id", "shard")
    best = found.withColumn("rank", f.row_number().over(order)).filter(f.col("rank") <= k)
    best = best.filter(f.col("total").isNotNull() | (f.col("rank") == 1))
    table = best.groupBy("shard", "asking").count().toArrow().to_pandas()
    won: dict[str, dict[int, list[str]]] = {}
    for (shard, many), rows in table.groupby(["shard", "count"]):
        won.setdefault(str(shard), {})[int(many)] = rows["asking"].tolist()
    return won
