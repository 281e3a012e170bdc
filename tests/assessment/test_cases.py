"""Cases written by hand from the scales (never by a run): headers and cells as people write them, level by level.

cases.csv was written with the library; second_hand.csv and fresh_hand_2.csv to fresh_hand_4.csv by six who had the
documents and not the code (nobody looks at the half `unseen` but for its totals: `examples/evaluate_assessment.py`);
cells.csv says of a single cell whether it asserts its column's thing (yes), does not (no), or says nothing.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from matcher.assessment import assess_outcomes, read_assessed_outcomes
from matcher.assessment.states import read_state


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((Path(__file__).parent / name).read_text("utf-8").splitlines()))


CASES = rows_of("cases.csv") + rows_of("second_hand.csv")
OPEN = {"V211活性染料停产"}  # whether a line that stands still shows 9 is debatable
CASES += [
    row
    for name in [f"fresh_hand_{number}.csv" for number in (2, 3, 4)]
    for row in rows_of(name)
    if row["half"] == "read"
]
CASES = [row for row in CASES if row["case"] not in OPEN]
CELLS = rows_of("cells.csv")


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_levels_by_the_evidence(case: dict[str, str]) -> None:
    cells = dict(cell.split("=", 1) for cell in case["cells"].split("|"))
    table = pd.DataFrame([{"成果编号": "C1", **cells}])
    row = assess_outcomes(read_assessed_outcomes(table).rows).table.astype(object).fillna("").iloc[0]
    low, _, high = case["level13"].partition("-")
    assert [str(row[name]) for name in ("readiness", "readiness_high", "level13_low", "level13_high", "stage")] == [
        case["readiness"], case["high"], low, high, case["stage"]
    ]  # fmt: skip


def test_cases_are_many_and_named_once() -> None:
    assert len(CASES) == 77 + 216 + 119 + 60 + 60 + 59 + 60
    assert len({case["case"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("kind", list(dict.fromkeys(row["column"] for row in CELLS)))
def test_what_a_cell_says_of_its_column(kind: str) -> None:
    cells = {row["cell"]: row["says"] for row in CELLS if row["column"] == kind}
    words = {True: "yes", False: "no", None: ""}
    assert {cell: words[read_state(cell, kind)] for cell in cells} == cells
