"""How often the check of technology contracts gives the answer of a second hand that had not seen the rules' files.

    python examples/evaluate_contracts.py tests/contracts/fresh_hand.csv

The table: contracts in the form of `tests/contracts/second_hand.csv` with `accepted` and `edition` as typed from the
sources, before any run. Prints how many are equal and, of the others, which answer stands for which. `fresh_hand.csv`
is no test, nor are the rows of `fresh_hand_3.csv` that do not count, since not all are answered as typed
(`models/contracts-zh/CARD.md`).
"""

from __future__ import annotations

import sys

import pandas as pd

from matcher.contracts import check_contracts, read_contracts


def main(path: str) -> None:
    """Compare and print."""
    typed = pd.read_csv(path, dtype=str, keep_default_na=False)
    given = check_contracts(read_contracts(typed.drop(columns=["accepted", "edition"])).rows)
    same = (given["accepted"] == typed["accepted"]) & (given["edition"].fillna("") == typed["edition"])
    print(f"{len(typed)} contracts, equal: {same.sum()}; edition equal: {(given['edition'] == typed['edition']).sum()}")
    print(pd.crosstab(typed["accepted"].rename("typed"), given["accepted"].rename("given")).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
