"""Learn from pairs that readers judged on whole texts what a sum of parts means there, and when to recommend a pair.

    python models/ranker-zh/train_texts.py --data DATA_FOLDER [--out FOLDER]

DATA_FOLDER: market/needs.csv, market/outcomes.csv (real postings) and market-judged/pairs.csv. With them
`judgements.csv` beside this script. Learns from the open part; needs whose title is nearly that of a need kept aside
are left out. Writes `texts` into `ranker.json` (the calibration of sums) and `recommendation.json`. Prints, over needs
that training did not see (five folds by need, three times over), AUC, Brier skill, calibration error, and how often
recommended first rows are right for thresholds of the probability. The part kept aside is not looked at here
(`examples/evaluate_judged.py`).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from matcher import Index, read_needs, read_outcomes
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.learned_ranker import _parts
from matcher.matching.learning.recommendation import FEATURES, LEAST, features_of
from matcher.matching.library.records import texts_of
from matcher.matching.library.remembered import Records
from matcher.matching.likely_first import FIRST, LIKELY

HERE = Path(__file__).parent
RIGHT = 2.5  # the readers' mean level from which on a pair is right
FOLDS, SEEDS = 5, (0, 1, 2)
PENALTY = 0.1  # C of the logistic regression on standardised features
ALIKE = 0.8  # Jaccard similarity of the titles' pairs of characters
READ = (
    HERE.parent / "pairs-zh" / "out_of_fold.csv"
)  # log odds by reading together, of needs the reader was not trained on
GOOD_READ = 0.45  # the same for pairs that were read together
GOOD = 0.40  # the probability from which a pair is recommended; see the table that this script prints

Numbers = np.ndarray


def read_pairs(data: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Needs, outcomes, and the open judged pairs: need_id, outcome_id, level."""
    needs, outcomes = (
        read_needs(data / "market" / "needs.csv").rows,
        read_outcomes(data / "market" / "outcomes.csv").rows,
    )
    ours = pd.read_csv(HERE / "judgements.csv")
    ours["level"] = ours[["level_a", "level_b"]].mean(axis=1)
    theirs = pd.read_csv(data / "market-judged" / "pairs.csv").assign(part="open")
    pairs = pd.concat([ours, theirs], ignore_index=True)[["need_id", "outcome_id", "level", "part"]]
    titles = needs.set_index("need_id")["title"].fillna("")
    aside = [_pieces(titles[name]) for name in pairs.loc[pairs["part"] == "aside", "need_id"].unique()]
    near = {
        name: any(len(one & _pieces(titles[name])) >= ALIKE * len(one | _pieces(titles[name])) for one in aside)
        for name in pairs["need_id"].unique()
    }
    pairs = pairs[(pairs["part"] == "open") & ~pairs["need_id"].map(near)]
    return needs, outcomes, pairs.drop(columns="part").reset_index(drop=True)


def _pieces(title: str) -> set[str]:
    return {title[i : i + 2] for i in range(max(1, len(title) - 1))}


def inputs_of(index: Index, needs: pd.DataFrame, pairs: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """(n) sums of parts and (n, f) features of the pairs."""
    asking = needs[needs["need_id"].isin(pairs["need_id"])].reset_index(drop=True)
    texts = texts_of(asking)
    asked = index.asked(*texts)
    table = pairs.rename(columns={"need_id": "asking_id", "outcome_id": "record_id"})
    table = table.merge(
        pd.DataFrame({"asking_id": asking["need_id"], "title": texts[0], "description": texts[1]}), on="asking_id"
    )
    assert table["asking_id"].tolist() == pairs["need_id"].tolist()
    rows = np.array([index.row_of[name] for name in table["record_id"]], np.int64)
    parts = _parts(index, table, rows)[2]
    at = pairs["need_id"].map({name: i for i, name in enumerate(asking["need_id"])}).to_numpy(np.int64)
    return parts.sum(axis=1), features_of(asked, texts, at, Records(index, rows), (parts[:, 0], parts[:, 1]))


def fit(total: Numbers, features: Numbers, levels: Numbers) -> tuple[Calibration, dict[str, list]]:
    """The calibration of sums, and the numbers of a `Recommender`."""
    calibration = Calibration.fit(total, levels)
    odds = logit(calibration.probability(total).clip(LEAST, 1 - LEAST))
    inputs = np.column_stack([features, odds])
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0)
    inputs = (inputs - mean) / spread
    fitted = LogisticRegression(C=PENALTY, max_iter=1000).fit(inputs, levels >= RIGHT)
    weights = np.concatenate([fitted.coef_[0], fitted.intercept_])
    whole = np.column_stack([inputs, np.ones(len(inputs))])
    chance = expit(whole @ weights)
    prior = np.diag([*([1 / PENALTY] * inputs.shape[1]), 0.0])
    covariance = np.linalg.inv(whole.T @ (whole * (chance * (1 - chance))[:, None]) + prior)
    arrays = {"mean": mean, "spread": spread, "weights": weights, "covariance": covariance}
    return calibration, {name: array.round(6).tolist() for name, array in arrays.items()}


def predict(fitted: tuple[Calibration, dict[str, list]], total: Numbers, features: Numbers) -> Numbers:
    """The probability of being right."""
    calibration, numbers = fitted
    odds = logit(calibration.probability(total).clip(LEAST, 1 - LEAST))
    inputs = (np.column_stack([features, odds]) - numbers["mean"]) / np.array(numbers["spread"])
    return expit(np.column_stack([inputs, np.ones(len(inputs))]) @ np.array(numbers["weights"]))


def out_of_fold(pairs: pd.DataFrame, total: Numbers, features: Numbers) -> Numbers:
    """Probabilities from needs that were not learned from; the mean over `SEEDS`."""
    result = np.zeros(len(pairs))
    names, levels = pairs["need_id"].unique(), pairs["level"].to_numpy()
    for seed in SEEDS:
        place = {name: i % FOLDS for i, name in enumerate(np.random.default_rng(seed).permutation(names))}
        folds = pairs["need_id"].map(place).to_numpy()
        for fold in range(FOLDS):
            known = folds != fold
            fitted = fit(total[known], features[known], levels[known])
            result[~known] += predict(fitted, total[~known], features[~known]) / len(SEEDS)
    return result


def main() -> None:
    """Train, write, and print what to expect of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    needs, outcomes, pairs = read_pairs(given.data)
    index = Index.build(outcomes)
    total, features = inputs_of(index, needs, pairs)
    levels = pairs["level"].to_numpy()
    read = pairs.merge(pd.read_csv(READ), on=["need_id", "outcome_id"], how="left")["odds"].to_numpy(float)
    together = np.column_stack([features, read])
    for name, inputs in (("apart", features), ("read together", together)):
        tell(name, pairs, total, out_of_fold(pairs, total, inputs))
    calibration, numbers = fit(total, features, levels)
    about = {"features": [*FEATURES, "odds of the sum"], "pairs": len(pairs), "encoder": index.encoder.name}
    about |= numbers | {"read": {"good": GOOD_READ, **fit(total, together, levels)[1]}}
    (given.out / "recommendation.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    path = given.out / "ranker.json"
    content = json.loads(path.read_text("utf-8"))
    kept = replace(calibration, good=GOOD)
    content["texts"] = {"slopes": kept.slopes, "cuts": kept.cuts, "good": kept.good, "pairs": len(pairs)}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def tell(name: str, pairs: pd.DataFrame, total: Numbers, chance: Numbers) -> None:
    """Print what probabilities of unseen needs are worth; the likely one of the first rows is recommended."""
    right = pairs["level"].to_numpy() >= RIGHT
    base = right.mean()
    bins = np.minimum((chance * 10).astype(int), 9)
    error = sum((bins == b).mean() * abs(right[bins == b].mean() - chance[bins == b].mean()) for b in np.unique(bins))
    print(f"{name}: {len(pairs)} pairs of {pairs['need_id'].nunique()} needs, {right.sum()} right; over unseen needs:")
    print(f"AUC {roc_auc_score(right, chance):.3f}, of the sum alone {roc_auc_score(right, total):.3f}")
    print(f"Brier skill {1 - ((chance - right) ** 2).mean() / (base * (1 - base)):.3f}, calibration error {error:.3f}")
    table = pairs.assign(total=total, chance=chance, right=right)
    first = table.sort_values("total", ascending=False).groupby("need_id").head(FIRST)
    likely = first["chance"].where(first["chance"] >= LIKELY, 0)
    first = first.assign(likely=likely).sort_values("likely", ascending=False, kind="stable").drop_duplicates("need_id")
    print(f"right first rows: {first['right'].sum()}")
    answered = table.groupby("need_id")["right"].any()
    for good in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6):
        shown = first[first["chance"] >= good]
        covered = shown["need_id"].map(answered).sum() / answered.sum()
        print(
            f"from {good:.2f}: {len(shown):4d} recommended, right {shown['right'].mean():.2f}, covering {covered:.2f}"
        )


if __name__ == "__main__":
    main()
