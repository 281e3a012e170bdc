"""How often the check of technology contracts gives the answer of a second hand that had not seen the rules' files.

    python examples/evaluate_contracts.py tests/contracts/fresh_hand.csv
    python examples/evaluate_contracts.py tests/contracts/fresh_hand_5.csv --half held

The table: contracts in the form of `tests/contracts/second_hand.csv` with `accepted` and `edition` as typed from the
sources, before any run. Prints how many are equal and, of the others, which answer stands for which; totals only, so
that a half that nobody may look at stays unseen. `--half` keeps the rows whose `half` is that; where the hand called
answers `sure`, these are told apart too. `fresh_hand.csv` is no test, nor are the rows of the later sets that do not
count, since not all are answered as typed (`models/contracts-zh/CARD.md`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from matcher.contracts import check_contracts, read_contracts


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--half", help="only rows of this half")
    options = parser.parse_args()
    typed = pd.read_csv(options.path, dtype=str, keep_default_na=False)
    given = check_contracts(read_contracts(typed.drop(columns=["accepted", "edition"])).rows)
    kept = typed["half"] == options.half if options.half else typed["contract_id"] != ""
    typed, given = typed[kept], given[kept]
    same = (given["accepted"] == typed["accepted"]) & (given["edition"].fillna("") == typed["edition"])
    print(f"{len(typed)} contracts, equal: {same.sum()}; edition equal: {(given['edition'] == typed['edition']).sum()}")
    if "sure" in typed:
        sure = typed["sure"] == "sure"
        print(f"of these the hand was sure of {sure.sum()}, equal: {same[sure].sum()}")
    print(pd.crosstab(typed["accepted"].rename("typed"), given["accepted"].rename("given")).to_string())


if __name__ == "__main__":
    main()
