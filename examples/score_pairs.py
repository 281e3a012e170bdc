"""Score need-outcome pairs as `match` scores them.

    python examples/score_pairs.py PAIRS.csv PREDICTIONS.csv [--judged TRAIN.csv] [--no-labels] [--accurate]

PAIRS.csv: pair_id, need_id, need_title, need_text, outcome_id, outcome_words (the words of the outcome's title, blanks
between); `level` is never looked at. TRAIN.csv: the same columns, with `level`. The index holds every outcome of both
files. PREDICTIONS.csv: pair_id, score, level, probability, good_match.

--judged gives TRAIN's pairs to `fit_feedback`, from nothing: what is shipped plays no part in those figures.
--no-labels gives the fusion alone: pair_id, score. With neither the shipped calibration is used. --accurate lets the
second stage order the pairs of each need (extra `accurate`; models/tokens-zh).
"""

from __future__ import annotations

import argparse
import re

import pandas as pd

from matcher.matching.index import Index
from matcher.matching.learning.feedback import fit_feedback
from matcher.matching.matches import match
from matcher.matching.second_stage.late_interaction import TokenModel


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
    *,
    accurate: bool = False,
) -> pd.DataFrame:
    """One row a pair: pair_id and columns of `match`, from the texts alone; without an index, in one of these pairs."""
    index = index_of(pairs) if index is None else index
    wanted = pairs[["pair_id", "need_id", "outcome_id"]]
    matches = accurate_matches(pairs, index) if accurate else match(needs_of(pairs), index, k=len(index), reasons=False)
    return wanted.merge(matches, on=["need_id", "outcome_id"], validate="m:1")[["pair_id", *columns]]


def accurate_matches(pairs: pd.DataFrame, index: Index) -> pd.DataFrame:
    """`match` with the second stage among the outcomes that were judged for a need, however far down they are."""
    model, needs = TokenModel.load(), needs_of(pairs).set_index("need_id", drop=False)
    parts = []
    for need_id, own in pairs.groupby("need_id", sort=False):
        mask = index.records["outcome_id"].isin(own["outcome_id"])
        parts.append(
            match(
                needs.loc[[need_id]], index, k=len(own), mask=mask, accurate=model, rerank_top=len(own), reasons=False
            )
        )
    return pd.concat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs")
    parser.add_argument("predictions")
    parser.add_argument("--judged")
    parser.add_argument("--no-labels", action="store_true")
    parser.add_argument("--accurate", action="store_true")
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
    score_pairs(pairs, index, columns, accurate=given.accurate).to_csv(given.predictions, index=False)


if __name__ == "__main__":
    main()
