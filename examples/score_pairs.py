"""Score need-outcome pairs as `match` scores them.

    python examples/score_pairs.py PAIRS.csv PREDICTIONS.csv

PAIRS.csv: pair_id, need_id, need_title, need_text, outcome_id, outcome_words (the words of the outcome's title, blanks
between). The index holds every outcome of PAIRS.csv. PREDICTIONS.csv: pair_id, score.
"""

from __future__ import annotations

import re
import sys

import pandas as pd

from matcher.index import Index
from matcher.matching import match


def title_of(words: str) -> str:
    """Words to a title: blanks stay between Latin words only."""
    return re.sub(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", words)


def score_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row a pair: pair_id, score; nothing but the texts is read."""
    needs = pairs.drop_duplicates("need_id").rename(columns={"need_title": "title", "need_text": "description"})
    outcomes = pairs.drop_duplicates("outcome_id")
    outcomes = outcomes.assign(title=outcomes["outcome_words"].map(title_of), description="")
    index = Index.build(outcomes[["outcome_id", "title", "description"]])
    matches = match(needs[["need_id", "title", "description"]], index, k=len(index), reasons=False)
    wanted = pairs[["pair_id", "need_id", "outcome_id"]]
    return wanted.merge(matches, on=["need_id", "outcome_id"], validate="m:1")[["pair_id", "score"]]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    score_pairs(pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)).to_csv(sys.argv[2], index=False)
