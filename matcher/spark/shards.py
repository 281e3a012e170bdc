"""A library on a cluster: an index of each partition where it lies, and the statistics that make them one library.

An index travels as the files of its folder. What is known of the whole is what `matcher.matching.shards` works out on
one machine: terms are counted in Spark, the scale of random pairs is read off the sample on the driver, and each shard
says how its records stand to the texts of the sample.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.base import AFAR
from matcher.matching.encoders import StaticEncoder
from matcher.matching.index import Index
from matcher.matching.records import id_column_of
from matcher.matching.statistics import SAMPLE, Statistics
from matcher.policy.streaming import frame_of
from matcher.spark.frames import mapped

if TYPE_CHECKING:
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

SHARD_KINDS = {
    "shard": "string",  # the lowest id in it
    "texts": "bigint",
    "names": "array<string>",
    "counts": "array<bigint>",
    "files": "map<string,binary>",
}
_NOTHING = Statistics(0, (), np.zeros(0, np.int64))
_HALF = 16  # bits of a cosine that are counted; those of the other half tell apart what is counted together
_Texts = tuple[list[str], list[str]]


def shards_of(records: DataFrame) -> DataFrame:
    """One row (`SHARD_KINDS`) for each partition of a library that is not empty."""

    def built(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            id_column = id_column_of(part)
            index = Index.build(part.sort_values(id_column, ignore_index=True), encoder=_encoder())
            names, counts = index.census.names, index.census.counts
            row = {
                "shard": index.ids[0],
                "texts": len(index),
                "names": names,
                "counts": counts,
                "files": _packed(index),
            }
            yield pd.DataFrame({name: [value] for name, value in row.items()})

    return mapped(records, built, SHARD_KINDS)


@functools.cache
def _encoder() -> StaticEncoder:
    """Read once in every worker."""
    return StaticEncoder.load()


def _packed(index: Index) -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        replace(index, whole=_NOTHING).save(folder)  # its own scale is never asked for
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def opened(files: list[tuple[str, bytes]], statistics: Statistics) -> Index:
    """The index that a row of `shards_of` holds, as a part of a library."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files:
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return replace(Index.load(folder, encoder=_encoder()), whole=statistics)


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
    table = terms.toArrow()
    names = table["names"].to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    return Statistics(int(texts), tuple(names[at] for at in order), table["many"].to_numpy()[order].astype(np.int64))


def with_scale(bare: Statistics, shared: Broadcast, shards: DataFrame, records: DataFrame) -> Statistics:
    """Statistics with their scale; `shared` is `bare`, broadcast, and `records` what the shards were made of."""
    from pyspark.sql import functions as f

    if bare.texts < 2:
        return bare
    order = f.sha2(f.col(id_column_of(pd.DataFrame(columns=records.columns))), 256)
    sample = frame_of(records.orderBy(order).limit(SAMPLE).toArrow())
    among = Index.build(sample, encoder=_encoder(), statistics=bare)
    scale, texts = among.sampled_scale()
    near = _quantile(shards, shared, texts, bare.texts)

    def best_of(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for files in _files(parts):
            best = opened(files, shared.value).best_afar(texts, scale, near)
            yield pd.DataFrame({"text": np.arange(len(best)), "best": best})

    best = mapped(shards.select("files"), best_of, {"text": "bigint", "best": "double"})
    highest = best.groupBy("text").agg(f.max("best").alias("best")).toArrow()["best"].to_numpy()
    return replace(bare, scale=replace(scale, out_of_library=tuple(np.sort(highest).tolist())))


def _files(parts: Iterable[pd.DataFrame]) -> Iterator[list[tuple[str, bytes]]]:
    for part in parts:
        yield from part["files"]


def _quantile(shards: DataFrame, shared: Broadcast, texts: _Texts, size: int) -> NDArray[np.float32]:
    """The quantile `AFAR` of each text's cosines over all shards, exactly.

    The upper halves of the cosines' bits are counted; of the two cosines next to the quantile it is then known what
    they share with few others, and these alone are fetched.
    """
    from pyspark.sql import functions as f

    place = (size - 1) * AFAR
    low = int(place)
    wanted = np.array([low, min(low + 1, size - 1)])

    def coarse(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for files in _files(parts):
            for text, row in enumerate(opened(files, shared.value).meanings(texts)):
                keys, many = np.unique(_sortable(row) >> _HALF, return_counts=True)
                yield pd.DataFrame({"text": text, "key": keys.astype(np.int64), "many": many})

    counts = mapped(shards.select("files"), coarse, {"text": "bigint", "key": "bigint", "many": "bigint"})
    table = counts.groupBy("text", "key").agg(f.sum("many").alias("many")).toArrow().to_pandas()
    held: dict[int, tuple[list[int], int]] = {}  # text -> the keys next to its quantile, and how many lie below them
    for text, rows in table.sort_values(["text", "key"]).groupby("text"):
        upto = np.cumsum(rows["many"].to_numpy())
        at = np.searchsorted(upto, wanted, side="right")
        held[int(text)] = rows["key"].to_numpy()[at].tolist(), int(upto[at[0]] - rows["many"].to_numpy()[at[0]])

    def fine(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for files in _files(parts):
            for text, row in enumerate(opened(files, shared.value).meanings(texts)):
                values = row[np.isin(_sortable(row) >> _HALF, held[text][0])]
                yield pd.DataFrame({"text": text, "cosine": values.astype(np.float64)})

    few = mapped(shards.select("files"), fine, {"text": "bigint", "cosine": "double"}).toArrow().to_pandas()
    ends = np.empty((len(held), 2), np.float32)
    for text, rows in few.groupby("text"):
        ends[text] = np.sort(rows["cosine"].to_numpy(np.float32))[wanted - held[text][1]]
    return ends[:, 0] + (ends[:, 1] - ends[:, 0]) * np.float32(place - low)


def _sortable(cosines: NDArray[np.float32]) -> NDArray[np.uint32]:
    """The bits of numbers, so turned that they are in the order of the numbers."""
    bits = (np.ascontiguousarray(cosines) + np.float32(0)).view(np.uint32)
    return np.where(bits >> 31 == 1, ~bits, bits | np.uint32(1 << 31))
