"""Learn what a cell of evidence says of its column, and say how far that carries over to another hand.

    python models/assessment-zh/train.py [--folds-only]

Reads `cells.csv` here (hand, column, cell, says) and `tests/assessment/cells.csv`. Prints for each hand how its cells
are read by a model learned from the others, alone and with the rules as `read_state` joins them; then writes
`reading.safetensors`, learned from all.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from matcher.assessment.cell_model import BUCKETS, FORMAT, SAYS, CellModel, features_of
from matcher.assessment.states import read_state

HERE = Path(__file__).parent
STRENGTH = 60.0  # inverse of the penalty; 30 changes the figures by at most one cell in a hundred
BY_RULES = CellModel(np.zeros((BUCKETS, 3), np.float32), np.array([0, 0, 1], np.float32))  # too little to turn them
WORDS = {"": None, "no": False, "yes": True}


def read_cells() -> pd.DataFrame:
    """All cells: hand, column, cell, says; the same cell of a column once."""
    own, typed = (
        pd.read_csv(path, dtype=str, keep_default_na=False)
        for path in (HERE.parents[1] / "tests" / "assessment" / "cells.csv", HERE / "cells.csv")
    )
    return pd.concat([typed, own.assign(hand="rules")]).drop_duplicates(["column", "cell"], ignore_index=True)


def features(cells: pd.DataFrame) -> sparse.csr_matrix:
    """The features of each cell, as `CellModel` reads them."""
    found, weights = zip(*map(features_of, cells["cell"], cells["column"]), strict=True)
    rows = np.repeat(np.arange(len(found)), [len(one) for one in found])
    places = (rows, np.concatenate(found))
    return sparse.csr_matrix((np.concatenate(weights), places), shape=(len(found), BUCKETS))


def learn(x: sparse.csr_matrix, says: np.ndarray) -> CellModel:
    """A model of these cells; says: places in SAYS."""
    model = LogisticRegression(C=STRENGTH, max_iter=300).fit(x, says)
    return CellModel(model.coef_.T.astype(np.float16).astype(np.float32), model.intercept_.astype(np.float32))


def main() -> None:
    """Leave each hand out, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds-only", action="store_true", help="print, do not write")
    options = parser.parse_args()
    cells = read_cells()
    x, says = features(cells), np.array([SAYS.index(WORDS[word]) for word in cells["says"]])
    print(f"{len(cells)} cells")
    for hand in dict.fromkeys(cells["hand"]):
        held = (cells["hand"] == hand).to_numpy()
        model, wanted = learn(x[~held], says[~held]), [SAYS[place] for place in says[held]]
        pairs = list(zip(cells["cell"][held], cells["column"][held], strict=True))
        answers = {
            "the rules alone": [read_state(*pair, model=BY_RULES) for pair in pairs],
            "the model alone": [SAYS[int(model.log_odds(*pair).argmax())] for pair in pairs],
            "both": [read_state(*pair, model=model) for pair in pairs],
        }
        for name, read in answers.items():
            both = list(zip(read, wanted, strict=True))
            print(
                f"hand {hand}, {name}: {sum(got is right for got, right in both)} of {len(both)} right, "
                f"yes in place of no {both.count((True, False))}, of nothing {both.count((True, None))}; "
                f"no in place of yes {both.count((False, True))}"
            )
    if options.folds_only:
        return
    model = learn(x, says)
    parts = {"grams": model.grams.astype(np.float16), "cut": model.cut}
    save_file(
        {name: np.ascontiguousarray(part) for name, part in parts.items()},
        HERE / "reading.safetensors",
        {"format": FORMAT},
    )


if __name__ == "__main__":
    main()
