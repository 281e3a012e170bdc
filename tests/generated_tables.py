"""How much of a table is read right, measured on tables whose truth is known.

A kind is one way in which a clerk, Excel, WPS or a platform writes a table; a variant is one made-up table of it. Every
cell of the truth is compared with what the public readers give:

right    the value of the truth
told     another value or none, and a problem names the cell, its column, its row or the sheet's unit
asked    a cell that no person could be sure of, and a problem names it
silent   anything else: a wrong value, a row that is gone, a row that is no record

`noise` counts right cells that a problem names all the same, `unlisted` the columns of which the reading's account of
columns says nothing.

    python tests/generated_tables.py [--kinds units,two_row_years] [--variants 20] [--seed 0] [--show 5] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import random
import re
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from table_kinds import dates, files, headers, ids, numbers, rows, texts, units
from table_kinds.draft import MONEY, OFFICIAL, TITLES, Draft, Line
from table_kinds.expected import Ask, Either, fold, holds, same_column

from matcher import MatcherError, read_experts, read_firms, read_needs, read_outcomes, read_works

GROUPS = {
    module.__name__.rpartition(".")[2]: module for module in (units, numbers, dates, headers, rows, ids, files, texts)
}
KINDS: dict[str, Callable[[random.Random], Draft]] = {
    name: kind for module in GROUPS.values() for name, kind in module.KINDS.items()
}
_READERS = {"needs": read_needs, "outcomes": read_outcomes, "experts": read_experts, "works": read_works}


class Silent(NamedTuple):
    """One cell that is wrong and of which nothing is said."""

    kind: str
    variant: int
    row: int
    field: str
    expected: str
    value: str
    header: str


@dataclass
class Tally:
    """The cells of one kind by what became of them."""

    counts: Counter[str] = field(default_factory=Counter)
    silent: list[Silent] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    @property
    def understood(self) -> float:
        """Cells read right, of those that a person could read."""
        readable = self.counts["cells"] - self.counts["asked"]
        return self.counts["right"] / readable if readable else 1.0

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.silent += other.silent
        self.crashes += other.crashes


def variant(kind: str, number: int, seed: int = 0) -> Draft:
    """One made-up table: equal arguments give equal tables."""
    return KINDS[kind](random.Random(f"{kind}-{seed}-{number}"))


def measure(kinds: Iterable[str], *, variants: int = 20, seed: int = 0, keep: Path | None = None) -> dict[str, Tally]:
    """Write, read and compare `variants` tables of each kind; the files of those with a silent cell go to `keep`."""
    tallies = {}
    for kind in kinds:
        tallies[kind] = Tally()
        for number in range(variants):
            with tempfile.TemporaryDirectory() as folder:
                made = variant(kind, number, seed)
                path = made.write(Path(folder))
                tally = _compare(kind, number, made, path)
                if keep and (tally.silent or tally.crashes):
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{kind}-{number:02d}{path.suffix}").write_bytes(path.read_bytes())
            tallies[kind].add(tally)
    return tallies


def read(made: Draft, path: Path) -> Any:
    """The public reader of the draft's contract on a file."""
    if made.contract != "firms":
        reader: Any = _READERS[made.contract]
        return reader(path)
    day = {"on": made.on} if made.on and "on" in inspect.signature(read_firms).parameters else {}
    return read_firms(path, list(made.policies), **day)


def _compare(kind: str, number: int, made: Draft, path: Path) -> Tally:
    tally = Tally()
    lines = made.layout()
    records = {line.record: place for place, line in enumerate(lines, 1) if line.record >= 0}
    others = [place for place, line in enumerate(lines, 1) if line.role == "other"]
    cells = [(record, name) for record in records for name in made.truth[record]]
    tally.counts["cells"] = len(cells) + len(others)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reading = read(made, path)
    except MatcherError:
        asked = sum(isinstance(made.truth[record][name], Ask) for record, name in cells)
        tally.counts.update(told=len(cells) + len(others) - asked, asked=asked, refused=1)
        return tally
    except Exception as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        tally.crashes.append(
            f"{kind} {number}: {type(fault).__name__} {fault} ({Path(where.filename).name}:{where.lineno})"
        )
        tally.counts["silent"] = len(cells) + len(others)
        return tally

    told = _Told(made, lines, reading)
    got = [{str(name): value for name, value in row.items()} for row in reading.rows.to_dict("records")]
    tally.counts["unlisted"] = sum(
        bool(str(head or "").strip()) and not told.accounts_for(str(head))
        for head in (made.header_row() if made.header_lines is None and made.lines is None else [])
    )
    paired, strangers = _pair(made, list(records), got)
    for record, place in records.items():
        row = paired.get(record)
        for name, expected in made.truth[record].items():
            known = told.dropped(place) if row is None else told.of(place, name)
            if row is not None and holds(expected, row, name):
                what = "right"
                tally.counts["noise"] += known and not isinstance(expected, Ask)
            elif known:
                what = "asked" if isinstance(expected, Ask) else "told"
            else:
                what = "silent"
                value = "the row is gone" if row is None else repr(row.get(name))
                cell = f"{made.headers.get(name, name)}={made.written[record].get(name)!r}"
                tally.silent.append(Silent(kind, number, place, name, repr(expected), value, cell))
            tally.counts[what] += 1
    for place in others:
        words = {fold(cell) for cell in lines[place - 1].cells if cell is not None}
        read_as = next((row for row in strangers if fold(row.get(made.key)) in words | {""}), None)
        if read_as is not None:
            strangers.remove(read_as)
        known = told.dropped(place) if read_as is None else told.of(place, made.key)
        what = "silent" if not known else "right" if read_as is None else "told"
        tally.counts[what] += 1
        if what == "silent":
            text = " ".join(str(cell) for cell in lines[place - 1].cells if cell is not None)
            value = "not listed" if read_as is None else "a record"
            tally.silent.append(Silent(kind, number, place, made.key, "no record, listed", value, text))
    for row in strangers:
        shown = [value for value in row.values() if not pd.isna(value) and value != ""]
        tally.counts.update(cells=1, silent=1)
        tally.silent.append(Silent(kind, number, 0, made.key, "no such row", "a record", str(shown[:4])))
    return tally


def _pair(
    made: Draft, records: list[int], rows: list[dict[str, Any]]
) -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]]]:
    """Which row that was read is which record, by name or title; rows without one go in the order of the file."""
    paired: dict[int, dict[str, Any]] = {}
    left = list(rows)
    for record in records:
        expected = made.truth[record][made.key]
        keys = {
            fold(key)
            for key in (expected.values if isinstance(expected, Either) else (expected, made.written[record][made.key]))
        }
        same = next((row for row in left if fold(row.get(made.key)) in keys), None)
        if same is not None:
            paired[record] = same
            left.remove(same)
    missing = [record for record in records if record not in paired]
    nameless = [row for row in left if pd.isna(row.get(made.key)) or row.get(made.key) == ""]
    if len(missing) == len(nameless):
        paired.update(zip(missing, nameless, strict=True))
        left = [row for row in left if not any(row is one for one in nameless)]
    return paired, left


class _Told:
    """What a reading's problems and account of columns say of which cell."""

    def __init__(self, made: Draft, lines: list[Line], reading: Any) -> None:
        self._names = {}
        for name in {name for row in made.truth for name in row}:
            official = [TITLES[made.contract].get(name, name), OFFICIAL.get(name, name), name]
            self._names[name] = [made.headers.get(name, name), *made.also.get(name, []), *official]
        roles = {place: line.role for place, line in enumerate(lines, 1)}
        self._cells: list[tuple[int, str]] = []
        self._columns: list[str] = []
        self._rows: set[int] = set()
        self._dropped: set[int] = set()
        self._unit = self._header = False
        for problem in reading.problems.to_dict("records"):
            row = 0 if pd.isna(problem["row"]) else int(problem["row"])
            column = "" if pd.isna(problem["column"]) else str(problem["column"])
            words = f"{problem['problem']}{problem['action']}"
            if "口径" in words:  # says which definition a column follows, not how a cell was read
                continue
            layout = row == 0 or roles.get(row) in {"above", "header", "under"}
            if layout and column:
                self._columns.append(column)
            elif column:
                self._cells.append((row, column))
            if (layout or roles.get(row) == "other") and "单位" in words and re.search("[元千万亿]", words):
                self._unit = True
            if layout and not column and "表头" in words and len(made.header_lines or []) > 1:
                self._header = True
            if not layout and not column:
                self._rows.add(row)
            if not layout:
                self._rows.update(_rows_named(words))
            if not problem["kept"]:
                self._dropped.add(row)
        account = reading.columns
        self._account = [str(one) for one in account["header"]]
        self._columns += [str(one) for one in account.loc[account["use"] == "没看懂", "header"]]

    def of(self, row: int, name: str) -> bool:
        names = self._names[name]
        return (
            row in self._dropped
            or row in self._rows
            or self._header
            or (self._unit and name in MONEY)
            or any(place == row and same_column(column, names) for place, column in self._cells)
            or any(same_column(column, names) for column in self._columns)
        )

    def accounts_for(self, header: str) -> bool:
        return any(same_column(one, [header]) for one in self._account)

    def dropped(self, row: int) -> bool:
        return row in self._dropped or row in self._rows


def _rows_named(words: str) -> set[int]:
    """The rows of which a sentence speaks: 第 2-4 行, 第 2、3、4 行."""
    rows: set[int] = set()
    for first, last in re.findall(r"(\d+)\s*[-–—～~至到]\s*(?:第\s*)?(\d+)\s*行", words):
        rows.update(range(int(first), int(last) + 1))
    for several in re.findall(r"第\s*(\d+\s*[、,，和][\d、,， 和]+)行", words):
        rows.update(int(one) for one in re.findall(r"\d+", several))
    return rows


def report(tallies: dict[str, Tally], *, show: int = 0, worst_first: bool = False) -> str:
    """One line a kind, the totals, and the first silent cells of each kind."""
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    titles = ["cells", "right", "told", "asked", "silent", "noise", "unlisted", "understood"]
    head = f"{'kind':32}" + "".join(f"{title:>11}" for title in titles)
    named = list(tallies.items())
    if worst_first:
        named.sort(key=lambda pair: (-pair[1].counts["silent"] / pair[1].counts["cells"], pair[1].understood))
    out = [head]
    for name, tally in [*named, ("all", total)]:
        counts = "".join(f"{tally.counts[title]:11}" for title in titles[:-1])
        out.append(f"{name:32}{counts}{tally.understood:11.1%}")
    out += [f"crash: {crash}" for crash in total.crashes]
    for _, tally in named:
        for one in tally.silent[:show]:
            where = f"{one.kind} {one.variant} row {one.row} {one.field}"
            out.append(f"silent: {where}: {one.expected} read as {one.value} ({one.header})")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Read made-up messy tables and count the cells read right, told, silent"
    )
    parser.add_argument("--kinds", default="", help=f"kinds or groups, with commas; groups: {', '.join(GROUPS)}")
    parser.add_argument("--variants", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=5, help="silent cells to show of each kind")
    parser.add_argument("--keep", type=Path, help="a folder for the files in which a cell is silent")
    parser.add_argument("--worst", action="store_true", help="the worst kinds first")
    chosen = parser.parse_args()
    kinds: list[str] = []
    for word in filter(None, chosen.kinds.split(",")):
        if word not in GROUPS and word not in KINDS:
            parser.error(f"no kind {word}; there are {', '.join(KINDS)}")
        kinds += GROUPS[word].KINDS if word in GROUPS else [word]
    tallies = measure(kinds or KINDS, variants=chosen.variants, seed=chosen.seed, keep=chosen.keep)
    with contextlib.suppress(BrokenPipeError):
        print(report(tallies, show=chosen.show, worst_first=chosen.worst))
    sys.exit(any(tally.counts["silent"] for tally in tallies.values()))


if __name__ == "__main__":
    main()
