"""A library on a cluster: an index of each partition where it lies, and the statistics that make them one library.

An index travels as the files of its folder, in rows of at most `DATA` bytes or `TERMS` terms, and no index holds more
than `SIZE` records: so what Java holds of a library at a time does not grow with it. What is known of the whole is what
`matcher.matching.shards` works out on one machine: terms are counted in Spark, the scale of random pairs is read off
the sample on the driver, and each shard says how its records stand to the texts of the sample.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.index import Index
from matcher.matching.library.base import AFAR
from matcher.matching.library.records import id_column_of
from matcher.matching.library.score_scale import ScoreScale
from matcher.matching.library.statistics import SAMPLE, Statistics
from matcher.policy.streaming import frame_of
from matcher.spark.frames import mapped

if TYPE_CHECKING:
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

SIZE = 32_768  # records of an index at most
DATA = 1 << 20  # bytes of a file in one row
TERMS = 10_000  # terms in one row
SHARD_KINDS = {
    "shard": "string",  # the lowest id in it
    "texts": "bigint",  # how many records it has, in its first row; 0 in the others
    "names": "array<string>",  # some of its terms,
    "counts": "array<bigint>",  # and in how many records each occurs
    "file": "string",  # or the next bytes of a file of its folder
    "data": "binary",
}
_NOTHING = Statistics(0, (), np.zeros(0, np.int64))
_TOGETHER = 16  # rows of files looked at together
_HALF = 16  # bits of a cosine that are counted; those of the other half tell apart what is counted together
_Texts = tuple[list[str], list[str]]


def shards_of(records: DataFrame, size: int = SIZE) -> DataFrame:
    """Rows (`SHARD_KINDS`) of the indexes of each partition of a library: its records in the order of their ids, so
    many to an index. The rows of an index stand together.
    """
    id_column = id_column_of(pd.DataFrame(columns=records.columns))

    def built(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            index = Index.build(part)
            for row in rows_of(index):
                row["shard"] = index.ids[0]
                yield pd.DataFrame({name: [row.get(name)] for name in SHARD_KINDS})

    return mapped(records.sortWithinPartitions(id_column), built, SHARD_KINDS, size)


def rows_of(index: Index) -> Iterator[dict[str, Any]]:
    """An index as rows of `SHARD_KINDS`, but for its name."""
    names, counts = index.census.names, index.census.counts
    for at in range(0, max(1, len(names)), TERMS):
        some = slice(at, at + TERMS)
        yield {"texts": 0 if at else len(index), "names": names[some], "counts": counts[some]}
    with tempfile.TemporaryDirectory() as folder:
        replace(index, whole=_NOTHING).save(folder)  # its own scale is never asked for
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            with path.open("rb") as file:
                for _ in range(0, max(1, path.stat().st_size), DATA):
                    yield {"texts": 0, "file": path.relative_to(folder).as_posix(), "data": file.read(DATA)}


def opened(rows: Iterable[tuple[str, str, bytes]], statistics: Statistics) -> Iterator[tuple[str, Index]]:
    """The indexes behind rows of (shard, file, data), one after the other, as parts of a library."""
    for shard, pieces in itertools.groupby(rows, key=itemgetter(0)):
        with tempfile.TemporaryDirectory() as folder:
            for _, name, data in pieces:
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                with path.open("ab") as file:
                    file.write(data)
            yield shard, replace(Index.load(folder), whole=statistics)


def each_shard(
    shards: DataFrame,
    shared: Broadcast,
    work: Callable[[str, Index], Iterable[pd.DataFrame]],
    kinds: Mapping[str, str],
    scale: ScoreScale | None = None,
) -> DataFrame:
    """A data frame of what `work` makes of each shard, given its name and its index.

    shared: the library's `Statistics`, broadcast; scale: of random pairs, where these lack it.
    """

    def of_partition(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        statistics = shared.value if scale is None else replace(shared.value, scale=scale)
        rows = (row for part in parts for row in zip(part["shard"], part["file"], part["data"], strict=True))
        for shard, index in opened(rows, statistics):
            yield from work(shard, index)

    files = shards.filter("file is not null").select("shard", "file", "data")
    return mapped(files, of_partition, kinds, _TOGETHER)


def check_ids(records: DataFrame, id_column: str) -> None:
    """Raises TableError where an id occurs twice."""
    often = records.groupBy(id_column).count().filter("count > 1").limit(10)
    if twice := sorted(str(row[0]) for row in often.collect()):
        raise TableError(f"有编号重复：{'、'.join(twice)}")


def counted(shards: DataFrame) -> Statistics:
    """How many records a library has, and in how many of them each term occurs."""
    from pyspark.sql import functions as f

    [texts] = shards.select(f.sum("texts")).toArrow()[0].to_pylist()
    terms = shards.select(f.inline(f.arrays_zip("names", "counts"))).groupBy("names").agg(f.sum("counts").alias("many"))
    table = terms.toArrow().sort_by("names")
    return Statistics(int(texts), tuple(table["names"].to_pylist()), table["many"].to_numpy())


def scale_of(bare: Statistics, shared: Broadcast, shards: DataFrame, records: DataFrame) -> ScoreScale:
    """The scale of random pairs; `shared` is `bare`, broadcast, and `records` what the shards were made of."""
    from pyspark.sql import functions as f

    if bare.texts < 2:
        return bare.scale
    order = f.sha2(f.col(id_column_of(pd.DataFrame(columns=records.columns))), 256)
    sample = frame_of(records.orderBy(order).limit(SAMPLE).toArrow())
    among = Index.build(sample, statistics=bare)
    scale, texts = among.sampled_scale()
    near = _quantile(shards, shared, texts, bare.texts)

    def best_of(_: str, index: Index) -> Iterator[pd.DataFrame]:
        best = index.best_afar(texts, scale, near)
        yield pd.DataFrame({"text": np.arange(len(best)), "best": best})

    best = each_shard(shards, shared, best_of, {"text": "bigint", "best": "double"})
    highest = best.groupBy("text").agg(f.max("best").alias("best")).toArrow()["best"].to_numpy()
    return scale.with_best_afar(highest)


def _quantile(shards: DataFrame, shared: Broadcast, texts: _Texts, size: int) -> NDArray[np.float32]:
    """The quantile `AFAR` of each text's cosines over all shards, exactly.

    The upper halves of the cosines' bits are counted; of the two cosines next to the quantile it is then known what
    they share with few others, and these alone are fetched.
    """
    from pyspark.sql import functions as f

    place = (size - 1) * AFAR
    low = int(place)
    wanted = np.array([low, min(low + 1, size - 1)])

    def coarse(_: str, index: Index) -> Iterator[pd.DataFrame]:
        for text, row in enumerate(index.meanings(texts)):
            keys, many = np.unique(_sortable(row) >> _HALF, return_counts=True)
            yield pd.DataFrame({"text": text, "key": keys.astype(np.int64), "many": many})

    counts = each_shard(shards, shared, coarse, {"text": "bigint", "key": "bigint", "many": "bigint"})
    table = counts.groupBy("text", "key").agg(f.sum("many").alias("many")).toArrow().to_pandas()
    held: dict[int, tuple[list[int], int]] = {}  # text -> the keys next to its quantile, and how many lie below them
    for text, rows in table.sort_values(["text", "key"]).groupby("text"):
        upto = np.cumsum(rows["many"].to_numpy())
        at = np.searchsorted(upto, wanted, side="right")
        held[int(text)] = rows["key"].to_numpy()[at].tolist(), int(upto[at[0]] - rows["many"].to_numpy()[at[0]])

    def fine(_: str, index: Index) -> Iterator[pd.DataFrame]:
        for text, row in enumerate(index.meanings(texts)):
            values = row[np.isin(_sortable(row) >> _HALF, held[text][0])]
            yield pd.DataFrame({"text": text, "cosine": values.astype(np.float64)})

    few = each_shard(shards, shared, fine, {"text": "bigint", "cosine": "double"}).toArrow().to_pandas()
    ends = np.empty((len(held), 2), np.float32)
    for text, rows in few.groupby("text"):
        ends[text] = np.sort(rows["cosine"].to_numpy(np.float32))[wanted - held[text][1]]
    return ends[:, 0] + (ends[:, 1] - ends[:, 0]) * np.float32(place - low)


def _sortable(cosines: NDArray[np.float32]) -> NDArray[np.uint32]:
    """The bits of numbers, so turned that they are in the order of the numbers."""
    bits = (np.ascontiguousarray(cosines) + np.float32(0)).view(np.uint32)
    return np.where(bits >> 31 == 1, ~bits, bits | np.uint32(1 << 31))
