"""Measure the sentences that `match` shows as evidence against sentences that readers graded.

    python examples/evaluate_evidence.py NEEDS OUTCOMES GRADES.csv

GRADES.csv (`models/ranker-zh/evidence.csv` for the market's tables): need_id, outcome_id, start and length of a
sentence in the outcome's text (start -1: in its title), grade: 2 convinces, 1 helps a little, 0 does not help; second:
the grade of another reader, where there is one.

Prints how well two readers agree; of the pairs, and of the recommended ones, how many have a sentence that convinces,
how many show one, show one that helps, show nothing, or show one that nobody graded.
"""

from __future__ import annotations

import sys

import pandas as pd
from sklearn.metrics import cohen_kappa_score

from matcher import Index, match, read_needs, read_outcomes
from matcher.matching.library.records import texts_of

PAIR = ["need_id", "outcome_id"]


def tell(name: str, shown: pd.Series, best: pd.Series) -> None:
    """Print a line; shown: the grade of the shown sentence (-1 none shown, -2 not graded), best: the highest grade."""
    shares = {
        "a convincing one exists": best == 2,
        "shown": shown == 2,
        "one that helps exists": best >= 1,
        "shown, this or better": shown >= 1,
        "nothing shown": shown == -1,
        "not graded": shown == -2,
    }
    print(f"{name}, {len(shown)} pairs: " + "; ".join(f"{what} {share.mean():.3f}" for what, share in shares.items()))
    told = shown[shown >= 0]
    print(f"  of {len(told)} shown sentences {(told == 2).mean():.3f} convince, {(told >= 1).mean():.3f} help")


def main(needs_file: str, outcomes_file: str, grades_file: str) -> None:
    grades = pd.read_csv(grades_file, dtype={"need_id": str, "outcome_id": str})
    both = grades.dropna(subset="second")
    print(f"{len(grades)} sentences of {grades.groupby(PAIR).ngroups} pairs; graded twice: {len(both)}, ", end="")
    print(f"quadratic kappa {cohen_kappa_score(both['grade'], both['second'].astype(int), weights='quadratic'):.2f}")
    needs, outcomes = read_needs(needs_file).rows, read_outcomes(outcomes_file).rows
    needs = needs[needs["need_id"].isin(grades["need_id"])]
    texts = dict(zip(outcomes["outcome_id"], zip(*texts_of(outcomes), strict=True), strict=True))
    known = {(a, b, *place): grade for a, b, *place, grade in grades.drop(columns="second").itertuples(index=False)}
    pairs = grades.groupby(PAIR, as_index=False)["grade"].max()
    pairs = pairs.merge(match(needs, Index.build(outcomes)), on=PAIR, validate="one_to_one")

    def grade_of(need: str, outcome: str, sentence: str) -> int:
        title, body = texts[outcome]
        start = body.find(sentence)
        return known.get((need, outcome, start, len(sentence)), 0 if title == sentence else -2) if sentence else -1

    shown = pd.Series(list(map(grade_of, pairs["need_id"], pairs["outcome_id"], pairs["evidence"])))
    tell("graded pairs", shown, pairs["grade"])
    right = pairs["recommended"].to_numpy(bool)
    tell("recommended", shown[right], pairs.loc[right, "grade"])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
