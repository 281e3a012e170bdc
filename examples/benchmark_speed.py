"""Measure speed and memory on made-up texts of real length; every figure stands beside a peer in the same run.

    python examples/benchmark_speed.py encode [TRANSFORMER_FOLDER]   titles and texts a second
    python examples/benchmark_speed.py one                          one need against the 117 example records
    python examples/benchmark_speed.py city                         1,265 needs x 476 outcomes, to a table with reasons
    python examples/benchmark_speed.py province [OUTCOMES NEEDS]    200,000 outcomes x 10,000 needs, top 10 with reasons
    python examples/benchmark_speed.py million [OUTCOMES NEEDS]     1,000,000 outcomes from Parquet in pieces, saved,
                                                                    loaded in another process and searched there,
                                                                    with candidates and without
    python examples/benchmark_speed.py texts NEEDS OUTCOMES         the best ten of two files against every sum
    python examples/benchmark_speed.py products                     200,000 x 256 cosines: numpy's product, faiss's best
    python examples/benchmark_speed.py files NEEDS OUTCOMES         two files to a workbook, one process, with start-up
    python examples/benchmark_speed.py reading [ROWS]               a million needs of six columns from CSV and xlsx

The peer of `province` is jieba with bm25s, words only, on a tenth of the outcomes and needs: its time to tokenise grows
with the texts, its time to retrieve with needs times outcomes.
"""

from __future__ import annotations

import os
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from made_up import made_up

from matcher.forks import processors
from matcher.matching.encoding.encoders import StaticEncoder, load_encoder
from matcher.matching.index import Index
from matcher.matching.library.records import texts_of
from matcher.matching.matches import match
from matcher.tables import read_needs, read_outcomes

ASKED = 128  # needs of which every sum is worked out


def timed(name: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """Do the work, print how long it took, by the clock and of the processors."""
    start, processor = time.perf_counter(), worked()
    result = work()
    taken, processor = time.perf_counter() - start, worked() - processor
    print(f"{name}\t{taken:.2f} s\t{processor:.2f} s of processors", flush=True)
    return result, taken


def worked() -> float:
    """Seconds that this process and its children that have ended have worked."""
    return sum(os.times()[:4])


@contextmanager
def watched(name: str) -> Iterator[None]:
    """Print the most memory that this process and its children have held together meanwhile, what they share once."""
    watching = subprocess.Popen(
        [sys.executable, __file__, "watch", str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield
    finally:
        print(f"{name}\t{watching.communicate()[0]} GiB", flush=True)


def watch(pid: str) -> None:
    """Read the memory of a process and its children twice a second, until nobody listens."""
    most = 0
    while not select.select([sys.stdin], [], [], 0.5)[0]:
        held = 0
        for one in [pid, *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]:
            with suppress(OSError):
                if int(one) != os.getpid():
                    held += int(re.search(r"Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text())[1])
        most = max(most, held)
    print(f"{most / 2**20:.2f}", end="")


def memory() -> float:
    """The most memory that this process has held, in GiB; where the system says so, without that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage begins with the peak of the process that started this one
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def encode(transformer: str | None) -> None:
    """Titles of about 15 characters and texts of 400, segmentation included."""
    table = made_up("outcome", 40_000, characters=400, rng=1)
    titles, texts = table["title"].tolist(), table["description"].tolist()[:8_000]
    encoder = StaticEncoder.load()
    encoder.encode(titles[:10])
    _, short = timed("40,000 titles", lambda: encoder.encode(titles))
    _, long = timed("8,000 texts of 400 characters", lambda: encoder.encode(texts))
    print(f"titles a second\t{len(titles) / short:.0f}\ntexts a second\t{len(texts) / long:.0f}")
    if transformer:
        peer = load_encoder(transformer)
        peer.encode(titles[:10])
        _, slow = timed("the transformer: 500 titles", lambda: peer.encode(titles[:500]))
        print(f"times the transformer's speed on titles\t{(len(titles) / short) / (500 / slow):.0f}")


def one(times: int = 30) -> None:
    """One need against the example records, without and with reasons: a need that is new, then the same one again."""
    folder = Path(__file__).parent
    needs, outcomes = read_needs(folder / "needs.csv").rows, read_outcomes(folder / "outcomes.csv").rows
    index = Index.build(outcomes).warm()
    texts = needs[["title", "description"]].to_dict("records")
    print(f"{len(index)} records, medians of {times}\twall\tprocessor")
    for name, some in (("new needs", texts[1 : times + 1]), ("the first need again", texts[:1] * times)):
        for reasons in (False, True):
            taken = np.array([_times(lambda text=text, r=reasons: index.search(text, reasons=r)) for text in some])
            wall, processor = 1000 * np.median(taken, axis=0)
            print(f"{name}, {'with' if reasons else 'without'} reasons\t{wall:.1f} ms\t{processor:.1f} ms", flush=True)


def _times(work: Callable[[], Any]) -> tuple[float, float]:
    """How long the work takes: by the clock, and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def city() -> None:
    """The libraries of one city in 2025."""
    outcomes = made_up("outcome", 476, characters=400, rng=1)
    needs = made_up("need", 1_265, characters=150, rng=2)
    StaticEncoder.load().encode(["暖机"])
    timed(
        "city: 1,265 needs x 476 outcomes, reasons",
        lambda: match(needs, Index.build(outcomes), processes=processors()),
    )


def province(outcomes_count: int, needs_count: int) -> None:
    """A province: build, search, explain, save, load, add."""
    outcomes = made_up("outcome", outcomes_count, characters=500, rng=1)
    needs = made_up("need", needs_count, characters=150, rng=2)
    StaticEncoder.load().encode(["暖机"])
    print(f"memory before\t{memory():.2f} GiB")
    with watched("peak memory while building, forks too"):
        index, building = timed("build", lambda: Index.build(outcomes, processes=processors()))
    _, scaling = timed("idf, norms and the scale of scores", lambda: (index.lexical, index.scale))
    _, searching = timed("search alone, all needs", lambda: match(needs, index, reasons=False, processes=processors()))
    print(f"needs a second\t{needs_count / searching:.0f}")
    match(needs[:1], index, reasons=False)
    one = [timed("one need", lambda i=i: match(needs[i : i + 1], index, reasons=False))[1] for i in range(1, 6)]
    print(f"one need, median\t{1000 * np.median(one):.0f} ms")
    with watched("peak memory while searching, forks too"):
        table, explaining = timed("search and reasons, all needs", lambda: match(needs, index, processes=processors()))
    whole = building + scaling + explaining
    print(f"rows\t{len(table)}\nin all\t{whole:.1f} s\npeak memory\t{memory():.2f} GiB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        timed("save", lambda: index.save(folder))
        loaded, _ = timed("load, ready to search", lambda: _ready(Index.load(folder)))
        more = made_up("outcome", 1_000, characters=500, rng=3)
        more["outcome_id"] = "新" + more["outcome_id"]
        timed("add 1,000 records, ready to search", lambda: _ready(loaded.add(more)))
    peer = _peer(outcomes[: outcomes_count // 10], needs[: needs_count // 10], outcomes_count, needs_count)
    print(f"jieba + bm25s, extrapolated\t{peer:.1f} s\ntimes its speed\t{peer / whole:.2f}")


def _ready(index: Index) -> Index:
    index.lexical  # noqa: B018
    index.scale  # noqa: B018
    return index


def _peer(outcomes: pd.DataFrame, needs: pd.DataFrame, outcomes_count: int, needs_count: int) -> float:
    import bm25s
    import jieba

    jieba.lcut("暖机")

    def cut(table: pd.DataFrame) -> list[list[str]]:
        return [jieba.lcut(text) for text in table["title"] + "\n" + table["description"]]

    documents, cutting = timed("jieba: a tenth of the outcomes", lambda: cut(outcomes))
    queries, asking = timed("jieba: a tenth of the needs", lambda: cut(needs))
    engine = bm25s.BM25()
    _, indexing = timed("bm25s: index", lambda: engine.index(documents, show_progress=False))
    _, finding = timed("bm25s: retrieve", lambda: engine.retrieve(queries, k=10, show_progress=False, n_threads=2))
    grown = outcomes_count / len(outcomes)
    return (cutting + indexing) * grown + asking * needs_count / len(needs) + finding * grown * needs_count / len(needs)


def million(outcomes_count: int, needs_count: int, piece: int = 100_000) -> None:
    """A country's outcomes: from Parquet to a folder, a piece at a time; a process of its own searches there."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "outcomes.parquet", Path(folder) / "library"
        _write_pieces(source, outcomes_count, piece)
        pieces = (read_outcomes(part.to_pandas()).rows for part in pq.ParquetFile(source).iter_batches(piece))
        with watched("peak memory while building, forks too"):
            index, _ = timed("build from Parquet", lambda: Index.build(pieces, processes=processors()))
        timed("idf, norms and the scale of scores", lambda: _ready(index))
        timed("save", lambda: index.save(library))
        print(f"building: peak memory\t{memory():.2f} GiB", flush=True)
        index = None  # so that two libraries do not lie in memory
        source.unlink()
        subprocess.run([sys.executable, __file__, "search", str(library), str(needs_count)], check=True)


def search(library: str, needs_count: int) -> None:
    """Search a saved library: needs a second, one need, memory, and the best ten against every sum."""
    needs = made_up("need", needs_count, characters=150, rng=2)
    index, _ = timed("load", lambda: Index.load(library))
    timed("ready to search", lambda: (_ready(index), match(needs[:1], index)))
    print(f"memory\t{memory():.2f} GiB", flush=True)
    _, searching = timed("search alone, all needs", lambda: match(needs, index, reasons=False, processes=processors()))
    print(f"needs a second\t{needs_count / searching:.0f}")
    for reasons in (False, True):
        one = np.array([_times(lambda i=i, r=reasons: match(needs[i : i + 1], index, reasons=r)) for i in range(1, 12)])
        wall, processor = 1000 * np.median(one, axis=0)
        print(f"one need, {'with' if reasons else 'without'} reasons\t{wall:.0f} ms\t{processor:.0f} ms of processors")
    with watched("peak memory while searching, forks too"):
        table, _ = timed("search and reasons, all needs", lambda: match(needs, index, processes=processors()))
    print(f"rows\t{len(table)}\nsearching: peak memory\t{memory():.2f} GiB", flush=True)
    print(f"recall@10 of {ASKED} needs\t{recall(needs[:ASKED], index):.4f}", flush=True)
    if any(part.candidates for part in index.parts):
        both, some = {"candidates": index, "exact": _exact(index)}, needs[:64]
        taken = [
            [_times(lambda one=one: match(some, one, reasons=False))[1] / len(some) for one in both.values()]
            for _ in range(4)  # the first finds the exact search cold
        ]
        for name, least in zip(both, np.min(taken, axis=0), strict=True):
            print(f"search alone, {name}, least of 4 in turn\t{1000 * least:.1f} ms of processors a need")


def _exact(index: Index) -> Index:
    """The same without candidates; what was worked out is kept."""
    exact = replace(index, parts=tuple(replace(part, candidates=None) for part in index.parts))
    known = index.__dict__.keys() - exact.__dict__.keys() - {"derived"}
    exact.__dict__.update({name: index.__dict__[name] for name in known})
    return exact


def recall(needs: pd.DataFrame, index: Index, k: int = 10) -> float:
    """The share of the best k by every sum, worked out in full, that a search gives."""
    asked = index.asked(*texts_of(needs))
    found = match(needs, index, k=k, reasons=False)
    found = found[found["rank"] > 0].groupby("need_id")["outcome_id"].agg(set)
    shares = []
    for at in range(0, len(needs), 8):
        semantic, lexical, rare = index.channels(asked, slice(at, at + 8))
        for i, name in enumerate(needs["need_id"][at : at + 8].astype(str)):
            near = np.argpartition(-index.rough(asked, at + i, semantic[i], lexical[i]), 4 * k)[: 4 * k]
            rows = np.sort(near[index.alive[near]])
            total = np.add(*index.parts_of(asked, at + i, rare[i], rows))
            best = index.ids[rows[np.lexsort((index.order[rows], -total))[:k]]]
            shares.append(len(found[name].intersection(best)) / len(best))
    return float(np.mean(shares))


def texts(needs_file: str, outcomes_file: str) -> None:
    """Two files, real ones for instance: needs a second, and the best ten against every sum."""
    needs, outcomes = read_needs(needs_file).rows, read_outcomes(outcomes_file).rows
    index = Index.build(outcomes).warm()
    (wall, processor) = _times(lambda: match(needs, index, reasons=False))
    print(f"{len(needs)} needs, {len(index)} outcomes\t{wall:.1f} s\t{processor:.1f} s of processors")
    print(f"recall@10\t{recall(needs, index):.4f}")


def _write_pieces(target: Path, many: int, piece: int) -> None:
    writer = None
    for at in range(0, many, piece):
        part = made_up("outcome", min(piece, many - at), characters=500, rng=10 + at // piece)
        part["outcome_id"] = [f"{at // piece}-{name}" for name in part["outcome_id"]]
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(target, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def products() -> None:
    """Every cosine of 256 queries with 200,000 vectors by numpy, and the best 200 of each by faiss."""
    import faiss

    random = np.random.default_rng(0)
    vectors = random.standard_normal((200_000, 256), dtype=np.float32)
    queries = random.standard_normal((256, 256), dtype=np.float32)
    library = faiss.IndexFlatIP(256)
    library.add(vectors)
    for name, work in (
        ("numpy, all", lambda: queries @ vectors.T),
        ("faiss, best 200", lambda: library.search(queries, 200)),
    ):
        work()
        print(f"{name}\t{1000 * timed(name, work)[1] / len(queries):.2f} ms a query")


def files(needs: str, outcomes: str) -> None:
    """The main job from the command line, five times."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "matcher.cli", "match", needs, outcomes, "-q", "-o"]
        run = lambda: subprocess.run([*command, str(Path(folder) / "matches.xlsx")], check=True)  # noqa: E731
        taken = [timed("files to workbook", run)[1] for _ in range(5)]
    print(f"median\t{np.median(taken):.2f} s")


def reading(rows: int) -> None:
    """Read made-up needs of six columns from each kind of file, in a process each: seconds and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"needs.{kind}" for kind in ("csv", "xlsx")]
        _write_needs(rows, *paths)
        for path in paths:
            subprocess.run([sys.executable, __file__, "read", str(path)], check=True)


def _write_needs(rows: int, text: Path, workbook: Path) -> None:
    import xlsxwriter

    random = np.random.default_rng(1)
    topics = ["轴承热处理", "板材干燥", "大蒜除臭", "冷链监测", "钛合金焊接", "电机降噪", "污水脱氮"]
    book = xlsxwriter.Workbook(workbook)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    headers = ["需求编号", "需求名称", "需求描述", "企业名称", "预算（万元）", "发布日期"]
    sheet.write_row(0, 0, headers)
    with text.open("w", encoding="utf-8") as file:
        file.write(",".join(headers) + "\n")
        for i in range(rows):
            first, second = random.integers(len(topics), size=2)
            cells = [
                f"X{i:07d}",
                f"{topics[first]}第{i}项",
                f"需要{topics[second]}的技术，指标{random.random():.3f}，产能提高三成",
                f"虚构{i % 5000}公司",
                i % 500 + 1,
            ]
            date = pd.Timestamp("2024-01-01") + pd.Timedelta(days=i % 700)
            file.write(",".join(map(str, [*cells, date.date()])) + "\n")
            sheet.write_row(i + 1, 0, cells)
            sheet.write_datetime(i + 1, 5, date.to_pydatetime(), day)
    book.close()


def read(path: str) -> None:
    """Read one file, and print the memory that it took."""
    result, _ = timed(f"read {Path(path).name}", lambda: read_needs(path))
    print(f"rows\t{len(result.rows)}\npeak memory\t{memory():.2f} GiB", flush=True)


if __name__ == "__main__":
    job, *given = sys.argv[1:] or [""]
    if job == "encode":
        encode(given[0] if given else None)
    elif job == "one":
        one()
    elif job == "city":
        city()
    elif job == "province":
        province(*map(int, given or (200_000, 10_000)))
    elif job == "million":
        million(*map(int, given or (1_000_000, 1_000)))
    elif job == "search" and len(given) == 2:
        search(given[0], int(given[1]))
    elif job == "watch" and len(given) == 1:
        watch(given[0])
    elif job == "texts" and len(given) == 2:
        texts(*given)
    elif job == "products":
        products()
    elif job == "files" and len(given) == 2:
        files(*given)
    elif job == "reading":
        reading(int(given[0]) if given else 1_000_000)
    elif job == "read" and given:
        read(given[0])
    else:
        sys.exit(__doc__)
