"""Two writers on one book of projects, killed at random (SIGKILL), started again, until both are done.

    python examples/kill_project_writers.py --runs 50

Each writer makes 12 steps, in turn on a project of its own and on one that both write to: a fact of the project, then a
sum that was spent. Having been told that a step is written, it notes so in a file of its own; after a kill it goes on
with the first step that it has no note of, which may be written already. At the end every step must be in the log
exactly once, the stages must follow, and the book exported and made again must give the same bytes and the same answer.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from matcher.projects.lifecycle.archive import export_book, rebuild_book, replay
from matcher.projects.lifecycle.book import ProjectBook
from matcher.projects.lifecycle.entries import read_events, read_managed

DAY, STEPS, KILLS = "2026-05-06", 12, 2
COLUMNS = {"A": "年度", "B": "计划类别"}


def write(path: Path, who: str, notes: Path) -> None:
    """One writer: go on after the last noted step."""
    done = _noted(notes)
    with ProjectBook.open(path) as book, open(notes, "a") as noted:
        for number in range(done, STEPS):
            name = f"项目{who}" if number % 2 else "共同项目"
            # a column each: who repeats a step over another's newer value of one fact writes it once more, rightly
            fact = pd.DataFrame({"项目编号": [name], "项目名称": ["虚构"], COLUMNS[who]: [f"{who}{number}"]})
            book.put(read_managed(fact).rows, on=DAY, person=who)
            spent = {"项目编号": name, "事项": "支出", "日期": DAY, "名称": "材料费", "金额（元）": 1000}
            spent["备注"] = f"{who}{number}"
            book.record(read_events(pd.DataFrame([spent])).rows, person=who)
            noted.write(f"{number}\n")
            noted.flush()
            os.fsync(noted.fileno())


def run(folder: Path, rng: random.Random) -> dict[str, int]:
    """One run: how often writers were killed, and what is lost, doubled or broken."""
    path = folder / "projects.db"
    ProjectBook.create(path, on=DAY, person="甲", rules="浙江2015").close()
    found = Counter(killed=0, lost=0, doubled=0, broken=0)
    notes = {who: folder / f"{who}.txt" for who in "AB"}
    under_way: dict[str, subprocess.Popen[bytes]] = {}
    doomed: dict[str, int] = {}  # the number of notes after which a writer is killed
    kills = Counter[str]()
    while True:
        for who in notes:
            left = under_way.get(who)
            if left is None or (left.poll() is not None and left.returncode != 0):
                if left is not None and left.returncode != -signal.SIGKILL:
                    raise RuntimeError(f"a writer failed with {left.returncode}")
                words = [sys.executable, __file__, "--write", str(path), who, str(notes[who])]
                under_way[who] = subprocess.Popen(words)
                doomed[who] = _noted(notes[who]) + rng.randint(0, 4) if kills[who] < KILLS else STEPS
        if all(process.poll() == 0 for process in under_way.values()):
            break
        for who, process in under_way.items():
            if process.poll() is None and _noted(notes[who]) >= doomed[who] < STEPS:
                time.sleep(rng.uniform(0, 0.03))  # to be somewhere within the next step
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills[who] += 1
                found["killed"] += 1
                found["lost"] += _lost(path, who, _noted(notes[who]))
        time.sleep(0.002)
    with ProjectBook.open(path) as book:
        facts, sums = _steps(book)
        for who in notes:
            for number in range(STEPS):
                for times in (facts[f"{who}{number}"], sums[f"{who}{number}"]):
                    found["lost"] += times == 0
                    found["doubled"] += times > 1
        found["broken"] += len(replay(book)) + _differs(book, folder)
    return dict(found)


def _steps(book: ProjectBook) -> tuple[Counter[str], Counter[str]]:
    events = book.log.events("project")
    facts = Counter(event.body["facts"].get(name, "") for event in events for name in ("year", "programme"))
    return facts, Counter(event.body["note"] for event in book.log.events("item"))


def _lost(path: Path, who: str, noted: int) -> int:
    """Steps that were noted and are not in the log, right after a kill."""
    with ProjectBook.open(path) as book:
        facts, sums = _steps(book)
    return sum(not (facts[f"{who}{number}"] and sums[f"{who}{number}"]) for number in range(noted))


def _differs(book: ProjectBook, folder: Path) -> bool:
    """Whether the book made again from its export says anything else than the book."""
    export_book(book, folder / "one", mask=False)
    with rebuild_book(folder / "one", folder / "again.db") as again:
        export_book(again, folder / "two", mask=False)
        same = again.projects("2026-12-31").equals(book.projects("2026-12-31"))
    names = sorted(path.relative_to(folder / "one") for path in (folder / "one").rglob("*") if path.is_file())
    equal = all((folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes() for name in names)
    return not (same and equal)


def _noted(notes: Path) -> int:
    return len(notes.read_text().splitlines()) if notes.exists() else 0


def main(runs: int, seed: int) -> dict[str, int]:
    """Several runs, summed up."""
    total, rng = Counter[str](), random.Random(seed)
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            total.update(run(Path(folder), rng))
    return dict(total)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--runs", type=int, default=50)
        parser.add_argument("--seed", type=int, default=1)
        given = parser.parse_args()
        print(given.runs, "runs:", main(given.runs, given.seed))
