"""`match` with a library that lies on a cluster: every shard is searched, and asked for reasons of what it won only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.index import Index
from matcher.matching.library.filters import Where
from matcher.matching.library.records import id_column_of
from matcher.matching.likely_first import FIRST
from matcher.matching.matches import match as local_match
from matcher.matching.shards import merge_matches
from matcher.policy.streaming import frame_of
from matcher.spark.frames import check_spark, mapped, plain
from matcher.spark.shards import check_ids, counted, each_shard, scale_of, shards_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FIGURES = {"rank": "bigint", **dict.fromkeys(("score", "level", "probability"), "double")}
_FIGURES |= dict.fromkeys(("probability_low", "probability_high", "semantic", "lexical", "preference"), "double")
_FIGURES |= dict.fromkeys(("recommended", "good_match"), "boolean")
_FOUND = {"asking": "bigint", "id": "string", "total": "double", "shard": "string"}
_NEEDS = 4096  # asking rows searched for together
_PAIRS = 20_000  # rows merged together


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
        The library, with the other id. Every partition becomes indexes of at most 32,768 records where it lies: give
        it at least as many (`records.repartition(n)`) as there are cores, and more, smaller ones, where texts are long.
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
    most = max(k, FIRST)  # of which the last step puts the likely ones first
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
    shards = _of_this_call(shards_of(records)).persist(StorageLevel.DISK_ONLY)
    send = shards.sparkSession.sparkContext.broadcast
    terms = counted(shards)
    shared, asked = send(terms), send(needs)
    scale = scale_of(terms, shared, shards, records)

    def search(shard: str, index: Index) -> Iterator[pd.DataFrame]:
        for start in range(0, max(1, len(asked.value)), _NEEDS):
            some = asked.value[start : start + _NEEDS]
            table = local_match(some, index, k=most, reasons=False, **options)
            total = table["semantic"] + table["lexical"] + (table["preference"] if weights else 0.0)
            place = start + pd.Index(some[asking]).get_indexer(table[asking])
            yield pd.DataFrame({"asking": place, "id": table[recorded], "total": total, "shard": shard})

    won = send(_won(each_shard(shards, shared, search, _FOUND, scale), most))

    def explain(shard: str, index: Index) -> Iterator[pd.DataFrame]:
        for many, places in won.value.get(shard, {}).items():
            for start in range(0, len(places), _NEEDS):
                some = asked.value.iloc[places[start : start + _NEEDS]]
                yield local_match(some, index, k=max(many, FIRST), reasons=reasons, **options)

    def merge(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        last: list[pd.DataFrame] = []  # rows of the last asking row, which the next part may go on with
        for part in parts:
            both = pd.concat([*last, part], ignore_index=True)
            goes_on = both[asking] == both[asking].iloc[-1]
            if not goes_on.all():
                yield merge_matches([both[~goes_on]], k=k)
            last = [both[goes_on]]
        if last:
            yield merge_matches(last, k=k)

    kinds = {name: _FIGURES.get(name, "string") for name in map(str, typical)}
    best = each_shard(shards, shared, explain, kinds, scale)
    return mapped(best.repartition(asking).sortWithinPartitions(asking), merge, kinds, _PAIRS)


def _of_this_call(shards: DataFrame) -> DataFrame:
    """The same rows under a plan of its own: of an equal one Spark keeps what its files held before."""
    from pyspark.sql import functions as f

    return shards.filter(f.lit(uuid.uuid4().hex).isNotNull())


def _won(found: DataFrame, k: int) -> dict[str, dict[int, NDArray[np.int32]]]:
    """Shard -> how many of an asking row's best k it has -> the places of these asking rows.

    A row that nothing was found for is left to one shard, as one that has one row for it.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    order = Window.partitionBy("asking").orderBy(f.col("total").desc_nulls_last(), "id", "shard")
    best = found.withColumn("rank", f.row_number().over(order)).filter(f.col("rank") <= k)
    best = best.filter(f.col("total").isNotNull() | (f.col("rank") == 1))
    table = best.groupBy("shard", "asking").count().toArrow().to_pandas()
    won: dict[str, dict[int, NDArray[np.int32]]] = {}
    for (shard, many), rows in table.groupby(["shard", "count"]):
        won.setdefault(str(shard), {})[int(many)] = np.sort(rows["asking"].to_numpy(np.int32))
    return won
