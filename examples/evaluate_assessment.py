"""Measure `matcher assess` against cases typed by somebody else: levels by cells of evidence.

    python examples/evaluate_assessment.py CASES.csv [--totals]

CASES.csv: case, cells (header=cell|header=cell), readiness (empty: none shown), high, level13 (low-high), stage, as in
tests/assessment/second_hand.csv. A case is right where all four answers are. Without --totals each wrong case is
printed with its answers; with it nothing of a case is, so that a half that nobody may look at stays unseen.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.assessment import assess_outcomes, read_assessed_outcomes

ANSWERS = ("readiness", "high", "level13", "stage")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--totals", action="store_true")
    given = parser.parse_args()
    cases = list(csv.DictReader(given.cases.read_text("utf-8-sig").splitlines()))
    got = [answers_to(case["cells"]) for case in cases]
    wrong = [(case, answer) for case, answer in zip(cases, got, strict=True) if any(differing(case, answer).values())]
    levels = [
        (int(case["readiness"] or 0), int(answer["readiness"] or 0)) for case, answer in zip(cases, got, strict=True)
    ]
    print(f"right in all four: {len(cases) - len(wrong)} of {len(cases)}")
    print(
        f"readiness too high {sum(level > wanted for wanted, level in levels)}, "
        f"too low {sum(level < wanted for wanted, level in levels)}; "
        + "; ".join(f"{name} wrong {sum(differing(*pair)[name] for pair in wrong)}" for name in ANSWERS[1:])
    )
    for case, answer in [] if given.totals else wrong:
        print(f"{case['case']}: {case['cells']}")
        print(
            "   ",
            "; ".join(
                f"{name} {answer[name]!r}, not {case[name]!r}" for name in ANSWERS if differing(case, answer)[name]
            ),
        )


def answers_to(cells: str) -> dict[str, str]:
    """What the library says of the cells of a case."""
    table = pd.DataFrame([{"成果编号": "C1", **dict(cell.split("=", 1) for cell in cells.split("|"))}])
    row = assess_outcomes(read_assessed_outcomes(table).rows).table.astype(object).fillna("").iloc[0]
    return {
        "readiness": str(row["readiness"]),
        "high": str(row["readiness_high"]),
        "level13": f"{row['level13_low']}-{row['level13_high']}",
        "stage": row["stage"],
    }


def differing(case: Mapping[str, str], answer: Mapping[str, str]) -> dict[str, bool]:
    """For each of the four answers whether it differs."""
    return {name: case[name] != answer[name] for name in ANSWERS}


if __name__ == "__main__":
    main()
