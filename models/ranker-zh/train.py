"""Learn what a sum of parts means, and try whether weights that were learned rank better than plain fusion.

    python models/ranker-zh/train.py --data DATA_FOLDER --out FOLDER

DATA_FOLDER: need-outcome-levels/pairs.csv. Writes `ranker.json`: the calibration of the default encoder's sums, from
all pairs. Prints what learned rankers gain over plain fusion on new needs (five folds by need title, three times over;
95 % paired bootstrap interval over needs). The project ships one only where that interval lies above 0.

Then the same for what `fit_feedback` learns from other needs (`matcher.matching.learning.learned_ranker`), with its
reach over needs widened and narrowed, and with the reach that is best on needs within those it learns from (five folds
inside each of the five).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from evaluate_relevance import FOLDS, Scores, sums_of, with_intervals
from score_pairs import index_of, needs_of

from matcher.matching.index import Index
from matcher.matching.learning import learned_ranker as ranking
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.feedback import fit_feedback
from matcher.matching.matches import match
from matcher.matching.texts.tokens import Segmenter, sentences

SEEDS = (0, 1, 2)
REACHES = (0.5, 0.75, 1.0, 1.5, 3.0)  # times NEEDS


def features_of(pairs: pd.DataFrame, index: Index) -> pd.DataFrame:
    """Both parts of the need's whole, its title, its text and its best sentence; coverage of the outcome's terms by the
    need and of the need's title by the outcome; shared Latin words and numbers; lengths; place among all outcomes.
    """
    needs = needs_of(pairs)
    views = {
        "whole": needs,
        "title": needs.assign(description=""),
        "text": needs.assign(title=""),
        "sentence": needs.assign(title=needs["description"].map(sentences), description="").explode("title"),
    }
    found = pairs[["need_id", "outcome_id"]].copy()
    for name, view in views.items():
        view = view.reset_index(drop=True).fillna("")
        asked = view.assign(place=[f"{i}" for i in view.index])
        matches = match(
            asked[["place", "title", "description"]].rename(columns={"place": "need_id"}),
            index,
            k=len(index),
            reasons=False,
        )
        matches["need_id"] = asked["need_id"].to_numpy()[matches["need_id"].astype(int)]
        best = matches.groupby(["need_id", "outcome_id"], as_index=False)[["semantic", "lexical", "rank"]].agg(
            {"semantic": "max", "lexical": "max", "rank": "min"}
        )
        names = {part: f"{part} {name}" for part in ("semantic", "lexical", "rank")}
        found = found.merge(best.rename(columns=names), on=["need_id", "outcome_id"], how="left")
    terms = Segmenter().terms(
        [*(pairs["need_title"] + "\n" + pairs["need_text"]), *pairs["need_title"], *pairs["outcome_words"]]
    )
    n, idf = len(pairs), np.sqrt(index.lexical.idf2(terms.names))
    sets = [set(terms.ids[a:b].tolist()) for a, b in zip(terms.offsets, terms.offsets[1:], strict=False)]
    latin = [name.isascii() for name in terms.names]
    for i, (whole, title, outcome) in enumerate(zip(sets[:n], sets[n : 2 * n], sets[2 * n :], strict=True)):
        both, head = whole & outcome, title & outcome
        found.loc[i, "outcome covered"] = sum(idf[t] for t in both) / max(1e-9, sum(idf[t] for t in outcome))
        found.loc[i, "title covered"] = sum(idf[t] for t in head) / max(1e-9, sum(idf[t] for t in title))
        found.loc[i, "rarest shared"] = max((idf[t] for t in both), default=0.0)
        found.loc[i, "latin shared"] = sum(latin[t] for t in both)
    found["outcome length"] = np.log1p(pairs["outcome_words"].str.len().to_numpy())
    found["place"] = np.log(found.pop("rank whole"))
    return found.drop(columns=["need_id", "outcome_id", "rank title", "rank text", "rank sentence"]).fillna(0.0)


def tried(pairs: pd.DataFrame, features: pd.DataFrame) -> dict[str, list[float]]:
    """Learner -> gain in ndcg@10 over plain fusion on new needs, low, high; the mean prediction of three divisions."""
    truth = pairs[["pair_id", "need_id", "level"]].astype({"level": int})
    needs = pairs["need_id"].to_numpy()
    gain = 2.0 ** (truth["level"] - 1) - 1
    target = (gain - gain.groupby(needs).transform("mean")).to_numpy()
    x = ((features - features.mean()) / features.std()).fillna(0.0).to_numpy()  # a feature may be constant
    centred = x - pd.DataFrame(x).groupby(needs).transform("mean").to_numpy()
    plain = (features["semantic whole"] + features["lexical whole"]).to_numpy()
    shares = centred[:, [features.columns.get_loc(f"{part} whole") for part in ("semantic", "lexical")]]
    trees = HistGradientBoostingRegressor(
        max_depth=3, learning_rate=0.05, max_iter=100, min_samples_leaf=40, l2_regularization=50, random_state=0
    )
    learners = {
        "ridge on both parts": (Ridge(alpha=300), shares),
        "ridge on all features": (Ridge(alpha=300), centred),
        "boosted trees on all features": (trees, centred),
    }
    base = sums_of(truth, pairs[["pair_id"]].assign(score=plain))
    result = {}
    for name, (learner, inputs) in learners.items():
        score = np.zeros(len(pairs))
        for seed in SEEDS:
            titles = np.random.default_rng(seed).permutation(pairs["need_title"].unique())
            folds = pairs["need_title"].map({title: i for i, title in enumerate(titles)}).to_numpy() % FOLDS
            for fold in range(FOLDS):
                fitted = learner.fit(inputs[folds != fold], target[folds != fold])
                score[folds == fold] += fitted.predict(inputs[folds == fold])
        result[name] = with_intervals(sums_of(truth, pairs[["pair_id"]].assign(score=score)), base)["ndcg@10"][3:]
    return result


def reaches_tried(index: Index) -> dict[str, list[float]]:
    """Reach -> gains over plain fusion on new needs (ndcg@10, spearman; each with low and high), then Brier skill."""
    assert index.feedback is not None
    pairs = index.feedback.table.rename(columns={"asking_id": "need_id", "title": "need_title", "record_id": "pair_id"})
    rows = pd.Series(np.arange(len(index)), index.ids)[pairs["pair_id"]].to_numpy()
    texts, of, parts = ranking._parts(index, index.feedback.table, rows)
    features, total = ranking._features(index.scale, index.vectors(rows), parts), parts.sum(axis=1)
    truth = pairs[["pair_id", "need_id", "level"]]
    levels = truth["level"].to_numpy()[:, None] >= np.array([2, 3, 4])
    needs, alike = ranking._nearness(index.scale, texts @ texts.T, len(of))[of[:, None], of], features @ features.T
    kernels = {reach: needs**reach * alike for reach in REACHES}

    def told(kernel: Scores, known: Scores, unknown: Scores) -> Scores:
        calibration = Calibration.fit(total[known], truth["level"].to_numpy()[known])
        surprise = levels[known] - calibration.at_least(total[known])
        noise = (ranking.ITSELF + ranking.NOISE) * np.eye(len(known))
        weights = np.linalg.solve(kernel[np.ix_(known, known)] + noise, surprise)
        return calibration.at_least(total[unknown]) + kernel[np.ix_(unknown, known)] @ weights

    def folds_of(rows: Scores) -> Scores:
        titles = np.random.default_rng(0).permutation(pairs["need_title"].iloc[rows].unique())
        return pairs["need_title"].iloc[rows].map({t: i for i, t in enumerate(titles)}).to_numpy() % FOLDS

    outer = folds_of(np.arange(len(pairs)))
    found = {name: np.zeros((len(pairs), 3)) for name in [*(f"{reach} x" for reach in REACHES), "chosen inside"]}
    for fold in range(FOLDS):
        known, unknown = np.flatnonzero(outer != fold), np.flatnonzero(outer == fold)
        for reach in REACHES:
            found[f"{reach} x"][unknown] = told(kernels[reach], known, unknown)
        inner = folds_of(known)
        errors = dict.fromkeys(REACHES, 0.0)
        for reach in REACHES:
            for part in range(FOLDS):
                rows = known[inner == part]
                errors[reach] += float(((told(kernels[reach], known[inner != part], rows) - levels[rows]) ** 2).sum())
        best = min(REACHES, key=errors.__getitem__)
        print(f"fold {fold}: best inside {best} x NEEDS", flush=True)
        found["chosen inside"][unknown] = found[f"{best} x"][unknown]
    calibration = Calibration.fit(total, truth["level"].to_numpy())
    left_out = one_left_out(kernels[1.0], levels - calibration.at_least(total), pairs["need_title"])
    found["1.0 x, titles left out one at a time"] = calibration.at_least(total) + left_out
    base = sums_of(truth, pairs[["pair_id"]].assign(score=total))
    good = levels[:, 1]
    result = {}
    for name, chances in found.items():
        gains = with_intervals(sums_of(truth, pairs[["pair_id"]].assign(score=chances.sum(axis=1))), base)
        skill = 1 - ((good - chances[:, 1].clip(0, 1)) ** 2).mean() / good.var()
        result[name] = [*gains["ndcg@10"][3:], *gains["spearman"][3:], skill]
    return result


def one_left_out(kernel: Scores, surprise: Scores, titles: pd.Series) -> Scores:
    """(n, 3): what the pairs of all other titles tell of each pair; Rasmussen and Williams 2006, eq. 5.12 by blocks."""
    inverse = np.linalg.inv(kernel + (ranking.ITSELF + ranking.NOISE) * np.eye(len(kernel)))
    weights = inverse @ surprise
    told = np.zeros_like(surprise)
    for own in titles.groupby(titles).indices.values():
        told[own] = surprise[own] - np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
    return told


def main() -> None:
    """Train, write, and print what was tried."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    pairs = pd.read_csv(given.data / "need-outcome-levels" / "pairs.csv", dtype=str, keep_default_na=False)
    index = index_of(pairs)
    taught = fit_feedback(index, needs_of(pairs), pairs, prior=None)
    assert taught.calibration is not None
    taught.calibration.save(
        given.out, encoder=getattr(index.encoder, "name", ""), encoder_fingerprint=index.fingerprint, pairs=len(pairs)
    )
    for name, (gain, low, high) in tried(pairs, features_of(pairs, index)).items():
        print(f"{name}\tndcg@10 {gain:+.4f} [{low:+.4f}, {high:+.4f}] over plain fusion")
    for name, values in reaches_tried(taught).items():
        said = "reach {}\tndcg@10 {:+.4f} [{:+.4f}, {:+.4f}], spearman {:+.4f} [{:+.4f}, {:+.4f}], Brier skill {:.4f}"
        print(said.format(name, *values))


if __name__ == "__main__":
    main()
