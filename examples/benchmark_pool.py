"""Time a pool's book of 30,000 made-up firms, from the registry's list to the same book again, and 630 firm files.

    python examples/benchmark_pool.py WORK_FOLDER [FIRMS] [FILES]

The firms are those of `made_up_city.py`, with most facts hidden. 1,000 of them enter; later visits bring all facts of
3,000, and after that a lead time changes, which moves thousands. The book is then replayed from its log and made again
from its export, which must be equal byte for byte; the script ends with 1 where it is not.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from check_partners import time_files
from made_up_city import city

from matcher.policy.policy import load_policy
from matcher.pool import Book
from matcher.pool.book.archive import export_book, rebuild_book
from matcher.pool.book.diff import moves
from matcher.pool.book.tables import read_book_firms

FIRST, LATER, LAST = dt.date(2026, 1, 5), dt.date(2026, 6, 30), dt.date(2026, 7, 1)


@contextmanager
def timed(what: str):
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.1f} s", flush=True)


def written(table: pd.DataFrame, path: Path) -> Path:
    words = table.copy()
    for name in words.columns[[kind.kind in "bO" for kind in words.dtypes]]:
        words[name] = words[name].map(
            lambda cell: {True: "是", False: "否"}.get(cell, cell) if cell is not None else ""
        )
    words.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def time_book(folder: Path, size: int) -> bool:
    made = city(size, family="classes", hiding="sources", seed=0)
    visited = np.random.default_rng(0).choice(size, min(3000, size), replace=False)
    thin, full = written(made.seen, folder / "thin.csv"), written(made.full.iloc[np.sort(visited)], folder / "full.csv")
    policies = [load_policy("hte"), load_policy("hte-pool")]
    (folder / "pool.db").unlink(missing_ok=True)
    book = Book.create(folder / "pool.db", on=FIRST, person="王")
    with timed(f"import of {size:,} firms from CSV"):
        told = book.put(read_book_firms(thin, policies).rows, on=FIRST, person="王", source="名册")
    print(f"  {told.cells:,} cells")
    book.enter(made.seen["enterprise_id"].head(1000).tolist(), on=FIRST, person="王", reason="名单")
    with timed("tiers of all firms, kept as a snapshot"):
        one = book.snapshot(on=FIRST, person="王")
    with timed(f"import of all facts of {len(visited):,} visited firms"):
        told = book.put(read_book_firms(full, policies).rows, on=LATER, person="李", source="走访")
    print(f"  {told.cells:,} cells")
    book.snapshot(on=LATER, person="王")
    with timed("differences of two dates, by fact"):
        by_fact = moves(book, FIRST, LATER)
    now = book.rules(LATER)
    book.set_rules(on=LAST, person="王", goal=now.goal, entry=now.entry, leads={**now.leads, "score": 800})
    book.snapshot(on=LAST, person="王")
    with timed("differences of two dates, by rule"):
        by_rule = moves(book, LATER, LAST)
    for what, table in (("by fact", by_fact), ("by rule", by_rule)):
        print(f"  {what}: {table['enterprise_id'].nunique():,} firms moved {table['cause'].value_counts().to_dict()}")
    with timed("replay of three snapshots from the log"):
        wrong = book.replay()
    with timed("export"):
        export_book(book, folder / "one", mask=False)
    with timed("the book again from its export"):
        (folder / "again.db").unlink(missing_ok=True)
        again = rebuild_book(folder / "one", folder / "again.db")
    export_book(again, folder / "two", mask=False)
    same = all(
        (folder / "one" / n).read_bytes() == (folder / "two" / n).read_bytes() for n in ("events.csv", "snapshots.csv")
    )
    print(f"{len(one):,} firms a snapshot; {len(wrong)} differ in the replay; export byte for byte equal: {same}")
    return same and not len(wrong)


if __name__ == "__main__":
    work = Path(sys.argv[1])
    good = time_book(work, int(sys.argv[2]) if len(sys.argv) > 2 else 30_000)
    files = work / "files"
    files.mkdir(exist_ok=True)
    time_files(files, int(sys.argv[3]) if len(sys.argv) > 3 else 630)
    sys.exit(not good)
