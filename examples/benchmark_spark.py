"""Time the calls on Spark beside the same calls on one machine, and carry what they cost over to the country.

    python examples/benchmark_spark.py score [FIRMS]             made-up firms, hte and tech-sme, Parquet to Parquet
    python examples/benchmark_spark.py match [OUTCOMES NEEDS]    made-up texts, top ten with reasons

On `local-cluster[2,1,2048]`: two executors with one core each, in processes of their own. Each is measured at a half
and at the whole of the size, after a first small run that starts the workers; what does not grow is told apart from
what does, and the country's time is worked out from what does. Everything runs in one session, so that both sides meet
the same load of the machine.
"""

from __future__ import annotations

import math
import os
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyspark
from benchmark_scoring import made_up_firms
from benchmark_speed import timed
from made_up import made_up
from pyspark.sql import DataFrame, SparkSession

import matcher
from matcher.matching.index import Index
from matcher.matching.matches import match as local_match
from matcher.policy.streaming import score_parquet
from matcher.spark import match, score

ON, POLICIES, CORES = "2026-11-24", ["hte", "tech-sme"], 2
FIRMS, OUTCOMES, NEEDS, SHARD = 600_000, 1_000_000, 100_000, 25_000  # of the country; rows of a shard


def session(folder: Path) -> SparkSession:
    os.environ |= {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYTHONPATH": str(Path(matcher.__file__).parents[1]),
    }
    builder = SparkSession.builder.master("local-cluster[2,1,2048]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.executor.memory", "1g").config("spark.sql.shuffle.partitions", "2").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def memory() -> None:
    """The most memory that each process of an executor has held."""
    for kind, word in (("Java", "CoarseGrainedExecutorBackend"), ("Python", "pyspark.daemon")):
        peaks = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if word in (folder / "cmdline").read_text():
                    peaks.append(int(re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())[1]) / 2**20)
            except (OSError, TypeError):  # it has ended meanwhile
                continue
        print(f"largest {kind} process of an executor\t{max(peaks, default=0):.2f} GiB", flush=True)


def grown(name: str, half: float, whole: float, size: int, country: int) -> float:
    """What does not grow, what a row adds, and the country's time in hours of one core."""
    if whole <= half:
        print(f"{name}: no growth between the sizes; take larger ones")
        return math.nan
    per = (whole - half) / (size - size // 2)
    hours = per * country * CORES / 3600
    print(f"{name}: {whole - per * size:.1f} s whatever the size, {1e6 * per:.0f} s a million more")
    print(f"{name}, the country's {country}\t{hours:.2f} hours of one core", flush=True)
    return hours


def score_firms(spark: SparkSession, folder: Path, size: int) -> None:
    taken: dict[str, list[float]] = {"summary": [], "verdicts": []}
    for firms in (1_000, size // 2, size):
        source = folder / f"firms-{firms}.parquet"
        made_up_firms(firms).to_parquet(source, row_group_size=-(-firms // 8), coerce_timestamps="us")
        frame = spark.read.parquet(str(source)).repartition(2)
        for name in taken:
            outputs = {one: folder / f"{one}.parquet" for one in dict.fromkeys(("summary", name))}
            _, alone = timed(
                f"{firms} firms, {name}, one machine",
                lambda o=outputs, s=source: score_parquet(s, POLICIES, on=ON, **o),
            )

            def write(frame: DataFrame = frame, outputs: dict[str, Path] = outputs) -> None:
                scored = score(frame, POLICIES, on=ON)
                for one, path in outputs.items():
                    getattr(scored, one).write.mode("overwrite").parquet(f"{path}.spark")

            _, spread = timed(f"{firms} firms, {name}, Spark", write)
            print(f"{firms} firms, {name}: times the time of one machine\t{spread / alone:.2f}", flush=True)
            taken[name].append(spread)
    for name, (_, half, whole) in taken.items():
        grown(name, half, whole, size, FIRMS)
    memory()


def match_texts(spark: SparkSession, folder: Path, outcomes: int, needs: int) -> None:
    prepared, searched, explained, output = [], [], [], str(folder / "matches")
    for records, queries in ((200, 20), (outcomes // 2, needs // 2), (outcomes, needs)):
        whole = made_up("outcome", records, characters=500, rng=1)
        asking = made_up("need", queries, characters=150, rng=2)
        library, every, one = spread(spark, whole, 2), spread(spark, asking), spread(spark, asking[:1])
        print(f"{records} outcomes x {queries} needs")
        prepared.append(timed("shards, statistics, one need", partial(match, one, library))[1])
        matches, both = timed("shards, statistics, search", partial(match, every, library))
        searched.append(both - prepared[-1])
        explained.append(timed("reasons, to Parquet", partial(matches.write.mode("overwrite").parquet, output))[1])
        alone = timed("one machine", lambda w=whole, a=asking: local_match(a, Index.build(w)))[1]
        print(f"times the time of one machine\t{(both + explained[-1]) / alone:.2f}", flush=True)
    hours = grown("shards and statistics", *prepared[1:], outcomes, OUTCOMES)
    pairs = (searched[2] - searched[1]) / (outcomes * needs * 3 / 4)
    search = (pairs if pairs > 0 else math.nan) * OUTCOMES * NEEDS * CORES / 3600
    print(f"search, the country's pairs\t{search:.1f} hours of one core")
    hours += search + grown("reasons", *explained[1:], needs, NEEDS)
    print(f"the country's matching\t{hours:.1f} hours of one core, {OUTCOMES // SHARD} shards")
    memory()


def spread(spark: SparkSession, table: Any, partitions: int = 1) -> DataFrame:
    return spark.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)).repartition(partitions)


if __name__ == "__main__":
    task, *sizes = sys.argv[1:] or ["score"]
    with tempfile.TemporaryDirectory() as name:
        spark = session(Path(name))
        if task == "score":
            score_firms(spark, Path(name), int(sizes[0]) if sizes else 1_000_000)
        else:
            match_texts(spark, Path(name), *(map(int, sizes) if sizes else (50_000, 2_000)))
        spark.stop()
