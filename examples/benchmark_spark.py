"""Time the calls on Spark beside the same calls on one machine, and carry what they cost over to the country.

    python examples/benchmark_spark.py [score] [--firms N]              made-up firms, hte and tech-sme, to Parquet
    python examples/benchmark_spark.py match [--outcomes N --needs N]   made-up texts, top ten with reasons

On `local-cluster[2,1,2048]`: two executors with one core each, in processes of their own. Each is measured at several
sizes up to the one given, after a first small run that starts the workers. Cost is the processor time of the executors,
which other work on the machine hardly moves; a base and a growth, neither below nothing, are fitted to it, and only
what grew between the sizes is carried over. Both sides run in one session, so that they meet the same load.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyspark
from benchmark_scoring import made_up_firms
from made_up import made_up
from pyspark.sql import DataFrame, SparkSession
from scipy.optimize import nnls

import matcher
from matcher.matching.index import Index
from matcher.matching.matches import match as local_match
from matcher.policy.streaming import score_parquet
from matcher.spark import match, score, searching

ON, POLICIES, K = "2026-11-24", ["hte", "tech-sme"], 10
TABLES = {"summary": ["summary"], "summary and verdicts": ["summary", "verdicts"]}
FIRMS, OUTCOMES, NEEDS = 600_000, 1_000_000, 100_000  # of the country
TICK, PAGE = os.sysconf("SC_CLK_TCK"), 2**20
KINDS = {"CoarseGrainedExecutorBackend": "Java", "pyspark.daemon": "Python"}


class Spent(NamedTuple):
    """Seconds on the clock, and of the processors."""

    wall: float
    processor: float


class Cluster:
    """A session with two executors of one core each, and what their processes use."""

    def __init__(self, folder: Path) -> None:
        os.environ |= {
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(folder / "work"),
            "PYTHONPATH": str(Path(matcher.__file__).parents[1]),
        }
        settings = {
            "spark.executor.memory": "1g",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        self.spark = SparkSession.builder.master("local-cluster[2,1,2048]").config(map=settings).getOrCreate()
        self.spark.sparkContext.setLogLevel("ERROR")

    def processes(self) -> Iterator[tuple[Path, str]]:
        """The processes of the executors, and which kind each is."""
        parents, kinds = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):  # it has ended meanwhile
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (folder / "cmdline").read_text()
                kinds[int(folder.name)] = next((kind for word, kind in KINDS.items() if word in command), "")
        for number, kind in kinds.items():
            above = number
            while kind and above != self.spark.sparkContext._gateway.proc.pid and above in parents:
                above = parents[above]
            if kind and above in parents:
                yield Path("/proc", str(number)), kind

    def processor(self) -> float:
        """Seconds of the processors that the executors have used, with those of workers that have ended."""
        ticks = 0
        for folder, _ in self.processes():
            with suppress(OSError):
                ticks += sum(map(int, (folder / "stat").read_text().rsplit(")", 1)[1].split()[11:15]))
        return ticks / TICK

    def measured(self, name: str, work: Callable[[], Any]) -> tuple[Any, Spent]:
        """Do the work on the cluster, print what it took."""
        before = self.processor()
        result, alone = measured("", work)
        spent = Spent(alone.wall, self.processor() - before)
        print(f"{name}\t{spent.wall:.1f} s\t{spent.processor:.1f} s of the executors' processors", flush=True)
        return result, spent

    def memory(self) -> None:
        """Print the most memory that a process of each kind has held since the last call."""
        peaks = dict.fromkeys(KINDS.values(), 0.0)
        for folder, kind in self.processes():
            with suppress(OSError, TypeError):
                peak = int(re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())[1]) / PAGE
                peaks[kind] = max(peaks[kind], peak)
                (folder / "clear_refs").write_text("5")
        words = "\t".join(f"{kind} {peak:.2f} GiB" for kind, peak in peaks.items())
        print(f"largest process of an executor\t{words}", flush=True)


def measured(name: str, work: Callable[[], Any]) -> tuple[Any, Spent]:
    """Do the work in this process, print what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    spent = Spent(time.perf_counter() - wall, time.process_time() - processor)
    if name:
        print(f"{name}\t{spent.wall:.1f} s\t{spent.processor:.1f} s of the processors", flush=True)
    return result, spent


def times(spread: Sequence[Spent], alone: Spent) -> None:
    wall, processor = (sum(of) for of in zip(*spread, strict=True))
    print(
        f"times one machine\t{wall / alone.wall:.1f} on the clock\t{processor / alone.processor:.1f} of the processors"
    )


def steps(whole: int) -> list[int]:
    """The sizes that are measured."""
    return [whole // 4, whole // 2, whole]


def country(name: str, sizes: Sequence[float], spent: Sequence[Spent], size: float) -> float:
    """The country's hours of one core by the growth between the sizes; NaN where there was none."""
    seconds = np.array([one.processor for one in spent])
    terms = np.column_stack([np.ones(len(sizes)), np.array(sizes) / max(sizes)])
    (base, growth), _ = nnls(terms, seconds)
    off = np.max(np.abs(terms @ [base, growth] / seconds - 1))
    if not growth:
        print(f"{name}\tno growth between the sizes measured, so nothing is carried over: take larger ones")
        return math.nan
    hours = growth * size / max(sizes) / 3600
    print(f"{name}\t{base:.1f} s whatever the size and {growth:.1f} s at the largest, off by at most {off:.0%}")
    print(
        f"{name}, the country's\t{hours:.2f} hours of one core, {size / max(sizes):.1f} times the largest", flush=True
    )
    return hours


def differing(given: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Print how many rows of the matches are not those of one machine.

    Figures are compared but for the last bits of single precision: these hang on the processor and on how many records
    are multiplied together.
    """
    one, other = (table.sort_values(["need_id", "rank"], ignore_index=True) for table in (given, expected))
    alike = [
        np.isclose(one[name], other[name], rtol=1e-5, atol=0, equal_nan=True)
        if pd.api.types.is_float_dtype(other[name])
        else (one[name] == other[name]) | (one[name].isna() & other[name].isna())
        for name in other
    ]
    print(f"rows unlike those of one machine\t{(~np.logical_and.reduce(alike)).sum()} of {len(other)}")


def written(frame: DataFrame, place: Path, names: Sequence[str]) -> None:
    """Tables of a scoring as frames of Spark, each worked out when it is written."""
    scored = score(frame, POLICIES, on=ON)
    for one in names:
        getattr(scored, one).write.parquet(str(place / one))


def saved(frame: DataFrame, place: Path, names: Sequence[str]) -> None:
    """The same tables, written by the executors."""
    score(frame, POLICIES, on=ON).save(place, verdicts="verdicts" in names)


def score_firms(cluster: Cluster, folder: Path, whole: int) -> None:
    ways = {f"{table}, {way.__name__}": (names, way) for table, names in TABLES.items() for way in (written, saved)}
    taken: dict[str, list[Spent]] = {name: [] for name in ways}
    for firms in (1_000, *steps(whole)):
        source, parts = folder / "firms.parquet", folder / f"{firms}-firms"
        table = made_up_firms(firms)
        table.to_parquet(source, row_group_size=-(-firms // 8), coerce_timestamps="us")
        parts.mkdir()
        for at in range(8):  # a table of a lake is of many files
            table[at::8].to_parquet(parts / f"{at}.parquet", coerce_timestamps="us", index=False)
        frame = cluster.spark.read.parquet(str(parts))
        print(f"\n{firms} firms")
        for name, (names, way) in ways.items():
            outputs = {one: folder / f"{one}.parquet" for one in names}
            _, alone = measured(f"{name}, one machine", partial(score_parquet, source, POLICIES, on=ON, **outputs))
            place = folder / "out"
            taken[name].append(cluster.measured(f"{name}, Spark", partial(way, frame, place, names))[1])
            shutil.rmtree(place)
            times(taken[name][-1:], alone)
        cluster.memory()
    print()
    for name, spent in taken.items():
        country(name, steps(whole), spent[1:], FIRMS)


def match_texts(cluster: Cluster, folder: Path, most: int, asking: int) -> None:
    sizes = list(zip(steps(most), steps(asking), strict=True))
    built, searched, explained = [], [], []
    search = searching._won

    def won(spent: list[Spent], found: DataFrame, k: int) -> Any:
        result, taken = cluster.measured("of these, search", partial(search, found, k))
        spent.append(taken)
        return result

    for outcomes, needs in ((200, 20), *sizes):
        library, asked = folder / "outcomes.parquet", folder / "needs.parquet"
        whole = made_up("outcome", outcomes, characters=500, rng=1)
        every = made_up("need", needs, characters=150, rng=2)
        whole.to_parquet(library)
        every.to_parquet(asked)
        shards = max(2, round(outcomes / 25_000))
        records = cluster.spark.read.parquet(str(library)).repartition(shards)
        queries = cluster.spark.read.parquet(str(asked))
        print(f"\n{outcomes} outcomes in {shards} shards x {needs} needs")
        expected, alone = measured("one machine", lambda w=whole, a=every: local_match(a, Index.build(w), k=K))
        with patch.object(searching, "_won", partial(won, searched)):  # the search is done there
            matches, both = cluster.measured("shards, statistics and search", partial(match, queries, records, k=K))
        built.append(Spent(*np.subtract(both, searched[-1])))
        write = partial(matches.write.mode("overwrite").parquet, str(folder / "matches"))
        explained.append(cluster.measured("reasons, to Parquet", write)[1])
        times([both, explained[-1]], alone)
        differing(pd.read_parquet(folder / "matches"), expected)
        cluster.memory()
    print()
    parts = [
        country("shards and statistics", [o for o, _ in sizes], built[1:], OUTCOMES),
        country("search", [o * n for o, n in sizes], searched[1:], OUTCOMES * NEEDS),
        country("reasons", [n for _, n in sizes], explained[1:], NEEDS),
    ]
    known = [hours for hours in parts if not math.isnan(hours)]
    print(f"the country's matching\t{'' if len(known) == 3 else 'more than '}{sum(known):.1f} hours of one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", nargs="?", default="score", choices=["score", "match"])
    parser.add_argument("--firms", type=int, default=1_000_000, help="the largest number (1,000,000)")
    parser.add_argument("--outcomes", type=int, default=100_000, help="the largest number (100,000)")
    parser.add_argument("--needs", type=int, default=4_000, help="the largest number (4,000)")
    given = parser.parse_args()
    if min(given.firms, given.outcomes, given.needs) < 400:
        parser.error("sizes are at least 400: a quarter and a half are measured too")
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)  # of its own calls
    with tempfile.TemporaryDirectory() as name:
        cluster = Cluster(Path(name))
        if given.task == "score":
            score_firms(cluster, Path(name), given.firms)
        else:
            match_texts(cluster, Path(name), given.outcomes, given.needs)
        cluster.spark.stop()


if __name__ == "__main__":
    main()
