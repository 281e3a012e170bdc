"""Cases written by hand from the scales (never by a run): headers and cells as people write them, level by level."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from matcher.assessment import assess_outcomes, read_assessed_outcomes

CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").read_text("utf-8").splitlines()))


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
    assert len(CASES) >= 60
    assert len({case["case"] for case in CASES}) == len(CASES)
