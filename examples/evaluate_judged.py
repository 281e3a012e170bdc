"""Measure first rows and probabilities against pairs that people judged on whole texts.

    python examples/evaluate_judged.py NEEDS OUTCOMES JUDGED.csv [--encoder MODEL] [--accurate] [--part aside]

JUDGED.csv: need_id, outcome_id, level (1 to 4), or level_a and level_b whose mean is taken, and perhaps part. A pair is
right from a level of 2.5 on; pairs that nobody judged are told apart and count as wrong. --encoder: a
sentence-transformers model to compare with (title and 100 characters).

Prints, with 95 % bootstrap intervals over needs: of the recommended first rows the share that is right, and the share
of needs with a right outcome that get a recommendation; calibration error and Brier skill of the probabilities of all
judged pairs; the share of needs with a recommendation by their length (of all of NEEDS); and right first rows among
needs that have a right outcome: the library, character TF-IDF (title and 400 characters), and the encoder.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from judge_pool import character_scores, encoder_scores

from matcher import Index, match, read_needs, read_outcomes

RIGHT, RESAMPLES = 2.5, 2000
SHORT, LONG = 30, 300  # characters of a need


def read_judged(path: str, part: str | None) -> pd.DataFrame:
    """need_id, outcome_id, level."""
    judged = pd.read_csv(path, dtype={"need_id": str, "outcome_id": str})
    if "level" not in judged:
        judged["level"] = judged[["level_a", "level_b"]].mean(axis=1)
    return judged[judged["part"] == part] if part else judged


def interval(values: np.ndarray, figure: Callable[[np.ndarray], float] = np.mean) -> str:
    """A figure with its 95 % bootstrap interval over rows."""
    if not len(values):
        return "-"
    rng = np.random.default_rng(0)
    drawn = [figure(values[rng.integers(len(values), size=len(values))]) for _ in range(RESAMPLES)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return f"{figure(values):.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("needs")
    parser.add_argument("outcomes")
    parser.add_argument("judged")
    parser.add_argument("--encoder")
    parser.add_argument("--accurate", action="store_true")
    parser.add_argument("--part")
    given = parser.parse_args()
    judged = read_judged(given.judged, given.part)
    needs, outcomes = read_needs(given.needs).rows, read_outcomes(given.outcomes).rows
    index = Index.build(outcomes)
    options = {"accurate": True} if given.accurate else {}
    first = match(needs, index, k=1, reasons=False, **options)[["need_id", "outcome_id", "recommended"]]
    levels = judged.set_index(["need_id", "outcome_id"])["level"]
    best = judged.groupby("need_id")["level"].max()
    answered = best.index[best >= RIGHT]
    first = first.join(levels, on=["need_id", "outcome_id"])

    ours = first[first["need_id"].isin(best.index)]
    said = ours[ours["recommended"]]
    print(f"{len(best)} judged needs, {len(answered)} with a right outcome; {len(judged)} pairs")
    right = interval((said["level"] >= RIGHT).to_numpy(float))
    print(f"recommended first rows: {len(said)}, right {right}, not judged {said['level'].isna().sum()}")
    spoken = ours[ours["need_id"].isin(answered)]["recommended"].to_numpy(float)
    print(f"needs with a right outcome that get a recommendation: {interval(spoken)}")

    asked = needs[needs["need_id"].isin(best.index)].reset_index(drop=True)
    every = match(asked, index, k=len(index), reasons=False, **options)
    pairs = judged.merge(every[["need_id", "outcome_id", "probability"]], on=["need_id", "outcome_id"])
    chance, right = pairs["probability"].to_numpy(float), (pairs["level"] >= RIGHT).to_numpy(float)
    bins = np.minimum((chance * 10).astype(int), 9)
    error = sum((bins == b).mean() * abs(right[bins == b].mean() - chance[bins == b].mean()) for b in np.unique(bins))
    skill = 1 - ((chance - right) ** 2).mean() / right.var()
    print(f"probability of {len(pairs)} judged pairs: calibration error {error:.3f}, Brier skill {skill:.3f}")

    length = (needs["title"].fillna("") + needs["description"].fillna("")).str.len()
    told = needs["need_id"].map(first.set_index("need_id")["recommended"]).fillna(False).astype(float)
    for name, some in (
        (f"under {SHORT}", length < SHORT),
        ("between", (length >= SHORT) & (length <= LONG)),
        (f"over {LONG}", length > LONG),
    ):
        print(f"needs of {name} characters: {int(some.sum())}, recommended {interval(told[some].to_numpy())}")

    asked = asked[asked["need_id"].isin(answered)].reset_index(drop=True)
    rows = {"library": asked["need_id"].map(first.set_index("need_id")["outcome_id"])}
    scores = {"character TF-IDF": character_scores(asked, outcomes)}
    if given.encoder:
        scores["encoder"] = encoder_scores(asked, outcomes, given.encoder)
    rows |= {name: outcomes["outcome_id"].to_numpy()[some.argmax(axis=1)] for name, some in scores.items()}
    hits = {}
    for name, ids in rows.items():
        level = pd.Series(list(zip(asked["need_id"], ids, strict=True))).map(levels.to_dict())
        hits[name] = (level >= RIGHT).to_numpy(float)
        print(f"right first rows, {name}: {int(hits[name].sum())} of {len(asked)}, not judged {level.isna().sum()}")
    for name in list(rows)[1:]:
        both = np.column_stack([hits["library"], hits[name]])
        ratio = interval(both, lambda some: some[:, 0].sum() / max(some[:, 1].sum(), 1))
        print(f"library over {name}: {ratio}")


if __name__ == "__main__":
    main()
