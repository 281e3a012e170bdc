"""Two writers on one pool, killed at random (SIGKILL), started again, until both are done: is anything lost or doubled?

    python examples/kill_pool_writers.py --runs 50

Each writer makes 20 changes, in turn to a firm of its own and to one that both write to, and follow-up entries beside
them. Having been told by `Book` that a change is written, it notes so in a file of its own. After a kill it goes on
with the first change that it has no note of, which may be written already. At the end every noted change must be in the
log, each of the changes exactly once, the pool must replay, and the file must be sound.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from matcher.pool.book.book import Book
from matcher.pool.book.follow_up import follow

ON = dt.date(2026, 5, 6)
CHANGES = 20


def write(pool: Path, who: str, notes: Path) -> None:
    """One writer: go on after the last noted change."""
    book = Book.open(pool)
    done = _noted(notes)
    with open(notes, "a") as noted:
        for number in range(done, CHANGES):
            firm = f"企业{who}" if number % 2 else "共同企业"
            change = pd.DataFrame({"enterprise_id": [firm], f"事实{who}{number}": [number]})
            book.put(change, on=ON, person=who)
            step = {"enterprise_id": firm, "status": "pushed", "day": ON, "person": who, "note": f"{who}{number}"}
            follow(book.log, pd.DataFrame([step]))
            noted.write(f"{number}\n")
            noted.flush()
            os.fsync(noted.fileno())


def run(folder: Path, rng: random.Random) -> dict[str, int]:
    """One run: how often writers were killed, and what is lost or doubled."""
    pool = folder / "pool.db"
    Book.create(pool, on=ON, person="甲").close()
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
                under_way[who] = subprocess.Popen(
                    [sys.executable, __file__, "--write", str(pool), who, str(notes[who])]
                )
                doomed[who] = _noted(notes[who]) + rng.randint(0, 6) if kills[who] < 3 else CHANGES
        if all(process.poll() == 0 for process in under_way.values()):
            break
        for who, process in under_way.items():
            if process.poll() is None and _noted(notes[who]) >= doomed[who] < CHANGES:
                time.sleep(rng.uniform(0, 0.03))  # to be somewhere within the next change
                noted = _noted(notes[who])
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills[who] += 1
                found["killed"] += 1
                found["killed_at_work"] += 0 < noted < CHANGES
                events = Book.open(pool).log.events("facts", "follow")
                told = {name for event in events for name in event.body.get("facts", ())}
                noted = _noted(notes[who])
                found["lost"] += sum(f"事实{who}{number}" not in told for number in range(noted))
        time.sleep(0.001)
    book = Book.open(pool)
    facts = Counter(name for event in book.log.events("facts") for name in event.body["facts"])
    steps = Counter(event.body["note"] for event in book.log.events("follow"))
    for who in notes:
        for number in range(CHANGES):
            for times in (facts[f"事实{who}{number}"], steps[f"{who}{number}"]):
                found["lost"] += times == 0
                found["doubled"] += times > 1
    sound = sqlite3.connect(pool).execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    book.snapshot(on=ON, person="甲")
    found["broken"] += not sound or len(book.replay()) > 0
    return dict(found)


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
