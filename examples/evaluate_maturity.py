"""How well words tell the maturity that those who posted an outcome ticked.

    python examples/evaluate_maturity.py OUTCOMES

OUTCOMES: a table with title, description and, where there is one, scope, and the posters' own word in `maturity`, which
the proposal does not see. Rows are halved by the SHA-256 of their
title, so that postings made twice stay together; the words of `stage_words.yaml` were chosen and weighed on the first
half.

Prints, for each half: rows, rows with a proposal, share right, Cohen's kappa without weights and with linear and
quadratic weights over the stages in the order 正在研发, 通过小试, 已有样品, 通过中试, 可以量产; rows without a
proposal are left out of kappa. Then the same for the other half by what a proposal rests on, and for the postings of
the other half that have no section heads (应用领域, 摘要), whose form gives much away.
"""

from __future__ import annotations

import hashlib
import sys

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

from matcher.assessment import propose_maturity
from matcher.tables import read_outcomes

STAGES = ["正在研发", "通过小试", "已有样品", "通过中试", "可以量产"]
LEVELS = {1: 0, 2: 0, 3: 0, 4: 1, 5: 2, 6: 3, 7: 3, 8: 4, 9: 4}  # level -> place in STAGES


def line(name: str, rows: pd.DataFrame) -> str:
    """The figures of some rows."""
    known = rows[rows["proposed"].notna()]
    truth, answer = known["truth"].to_numpy(int), known["proposed"].to_numpy(int)
    kappas = [
        cohen_kappa_score(truth, answer, weights=weights, labels=range(len(STAGES)))
        for weights in (None, "linear", "quadratic")
    ]
    right = np.mean(truth == answer)
    return f"{name}\t{len(rows)}\t{len(known)}\t{right:.3f}\t" + "\t".join(f"{kappa:.3f}" for kappa in kappas)


def main() -> None:
    """Read, propose, compare."""
    rows = read_outcomes(sys.argv[1]).rows
    rows = rows[rows["maturity"].isin(STAGES)].reset_index(drop=True)
    texts = rows["title"] + "\n" + rows["description"] + ("\n" + rows["scope"] if "scope" in rows else "")
    proposals = [propose_maturity(text) for text in texts]
    rows["truth"] = rows["maturity"].map(STAGES.index)
    rows["proposed"] = [np.nan if one.level is None else LEVELS[one.level] for one in proposals]
    rows["basis"] = [one.basis for one in proposals]
    half = rows["title"].map(lambda title: int(hashlib.sha256(title.strip().encode()).hexdigest(), 16) % 2)
    other = rows[half == 1]
    print("\t".join(("rows", "all", "proposed", "right", "kappa", "linear", "quadratic")))
    print(line("first half", rows[half == 0]))
    print(line("other half", other))
    for basis in ("stated", "written"):
        print(line(f"other half, {basis}", other[other["basis"] == basis]))
    print(line("other half, no section heads", other[~texts[other.index].str.contains("应用领域|摘要")]))


if __name__ == "__main__":
    main()
