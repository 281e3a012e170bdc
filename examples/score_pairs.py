"""Score need-outcome pairs as `match` scores them.

    python examples/score_pairs.py PAIRS.csv PREDICTIONS.csv [--judged TRAIN.csv] [--no-labels]

PAIRS.csv: pair_id, need_id, need_title, need_text, outcome_id, outcome_words (the words of the outcome's title, blanks
between); `level` is never looked at. TRAIN.csv: the same columns, with `level`. The index holds every outcome of both
files. PREDICTIONS.csv: pair_id, score, level, probability, good_match.

--judged gives TRAIN's pairs to `fit_feedback`, from nothing: what is shipped plays no part in those figures.
--no-labels gives the fusion alone: pair_id, score. With neither the shipped calibration is used.
"""

from __future__ import annotations

import argparse
import re

import pandas as pd

from matcher.matching.feedback import fit_feedback
from matcher.matching.index import Index
from matcher.matching.matches import match


def title_of(words: str) -> str:
    """Words to a title: blanks stay between Latin words only."""
    return re.sub(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", words)


def needs_of(pairs: pd.DataFrame) -> pd.DataFrame:
    """need_id, title, description."""
    needs = pairs.drop_duplicates("need_id").rename(columns={"need_title": "title", "need_text": "description"})
    return needs[["need_id", "title", "description"]]


def index_of(pairs: pd.DataFrame) -> Index:
    """An index of every outcome, none merged."""
    outcomes = pairs.drop_duplicates("outcome_id")
    outcomes = outcomes.assign(title=outcomes["outcome_words"].map(title_of), description="")
    return Index.build(outcomes[["outcome_id", "title", "description"]])


def score_pairs(
    pairs: pd.DataFrame,
    index: Index | None = None,
    columns: tuple[str, ...] = ("score", "level", "probability", "good_match"),
) -> pd.DataFrame:
    """One row a pair: pair_id and columns of `match`, from the texts alone; without an index, in one of these pairs."""
    index = index_of(pairs) if index is None else index
    matches = match(needs_of(pairs), index, k=len(index), reasons=False)
    wanted = pairs[["pair_id", "need_id", "outcome_id"]]
    return wanted.merge(matches, on=["need_id", "outcome_id"], validate="m:1")[["pair_id", *columns]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs")
    parser.add_argument("predictions")
    parser.add_argument("--judged")
    parser.add_argument("--no-labels", action="store_true")
    given = parser.parse_args()
    pairs, judged = (
        pd.read_csv(path, dtype=str, keep_default_na=False) if path else None for path in (given.pairs, given.judged)
    )
    assert pairs is not None
    if judged is None or given.no_labels:
        index = index_of(pairs)
    else:
        both = pd.concat([pairs, judged], ignore_index=True)
        index = fit_feedback(index_of(both), needs_of(judged), judged, prior=None)
    columns = ("score",) if given.no_labels else ("score", "level", "probability", "good_match")
    score_pairs(pairs, index, columns).to_csv(given.predictions, index=False)


if __name__ == "__main__":
    main()
