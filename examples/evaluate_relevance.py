"""Measure the matching on judged pairs and on papers, beside its peers, in one run.

    python examples/evaluate_relevance.py --data DATA_FOLDER [--transformer FOLDER] [--out FILE.json] [--on DATE]

DATA_FOLDER: need-outcome-levels/pairs.csv (see `score_pairs.py`, with `level`) and literature/ (as in
`run_literature.py`, with qrels.csv). --transformer: a sentence-transformers folder to measure too (slow). --out: the
figures as JSON, with --on as their date and the points of the reliability plot.

Every figure stands with its 95 % interval: percentile bootstrap over needs (or queries), 2,000 resamples; behind it the
difference to character TF-IDF, resampled with the same needs. What learns is fitted anew for each fold without the
held-out pairs, from nothing: five folds by need title (new needs), or five random fifths of the pairs (protocol R).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from run_literature import run_literature
from scipy.stats import spearmanr, zscore
from score_pairs import index_of, needs_of, score_pairs, title_of

from matcher.matching.encoding.encoders import Encoder, encode_texts, load_encoder
from matcher.matching.index import Index
from matcher.matching.learning.feedback import fit_feedback
from matcher.matching.texts.tokens import Segmenter

RESAMPLES, FOLDS, BINS = 2000, 5, 10
Scores = NDArray[np.float64]


def sums_of(truth: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """One row a need: what the figures are sums of. Needs with 5 pairs and 2 levels or more count for the ranking."""
    pairs = truth.merge(predictions, on="pair_id", how="left", validate="1:1")
    pairs = pairs.iloc[pd.util.hash_pandas_object(pairs["pair_id"], index=False).argsort(kind="stable")]
    pairs = pairs.sort_values("score", ascending=False, kind="stable")
    rows = []
    for _, need in pairs.groupby("need_id"):
        levels = need["level"].to_numpy(int)
        good = levels >= 3
        row = {"n": len(need), "good": good.sum(), "answered": float(good.any())}
        if len(need) >= 5 and len(set(levels)) > 1:
            gains = 2.0 ** (levels - 1) - 1
            ideal = np.sort(gains)[::-1]
            discount = 1 / np.log2(np.arange(2, 2 + len(gains[:10])))
            alike = need["score"].nunique() == 1
            row |= {"ranked": 1.0, "ndcg@10": gains[:10] @ discount / (ideal[:10] @ discount)}
            row["spearman"] = 0.0 if alike else float(spearmanr(levels, need["score"]).statistic)
            row |= {"findable": float(good.any()), "hit@5": float(good[:5].any())}
        if "probability" in need:
            chance = need["probability"].to_numpy(float)
            row["error"] = np.abs(need["level_predicted"].clip(1, 4).round() - levels).sum()
            row["square"] = ((good - chance) ** 2).sum()
            place = np.minimum((chance * BINS).astype(int), BINS - 1)
            row |= {f"bin{b}": float((good - chance)[place == b].sum()) for b in range(BINS)}
            says = bool(need["good_match"].iloc[0])
            row |= {"says": float(says), "right": float(says and good[0]), "heard": float(says and good.any())}
        rows.append(row)
    return pd.DataFrame(rows).fillna(0.0)


def figures_of(sums: pd.DataFrame, weights: Scores) -> dict[str, Scores]:
    """The figures of (resamples, needs) weights, one value a resample."""
    total = {name: weights @ sums[name].to_numpy(float) for name in sums}
    found = {name: total[name] / total["ranked"] for name in ("ndcg@10", "spearman")}
    found["hit@5"] = total["hit@5"] / total["findable"]
    if "square" in total:
        share = total["good"] / total["n"]
        found["score"] = 1 / (1 + total["error"] / total["n"])
        found["brier_skill"] = 1 - total["square"] / total["n"] / (share * (1 - share))
        found["ece"] = np.sum([np.abs(total[f"bin{b}"]) for b in range(BINS)], axis=0) / total["n"]
        found["speaks"], found["precision"] = total["heard"] / total["answered"], total["right"] / total["says"]
    return found


def with_intervals(sums: pd.DataFrame, peer: pd.DataFrame | None) -> dict[str, list[float]]:
    """Figure -> value, low, high and, for the three of the ranking, the difference to the peer with low and high."""
    drawn = np.random.default_rng(0).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), RESAMPLES)
    weights = np.concatenate([np.ones((1, len(sums))), drawn])
    found = {name: list(_interval(values)) for name, values in figures_of(sums, weights).items()}
    if peer is not None:
        others = figures_of(peer, weights)
        for name in ("ndcg@10", "spearman", "hit@5"):
            found[name] += _interval(figures_of(sums, weights)[name] - others[name])
    return found


def _interval(values: Scores) -> list[float]:
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return [round(float(value), 4) for value in (values[0], low, high)]


# ---- peers: (asking texts, answering texts) -> a matrix of scores


def tf_idf(cut: Callable[[str], list[str]] | None) -> Callable[[list[str], list[str]], Scores]:
    """TF-IDF cosine over words, or (None) over characters and pairs of them; fitted on the answering texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    def score(asking: list[str], answering: list[str]) -> Scores:
        how = {"analyzer": cut} if cut else {"analyzer": "char", "ngram_range": (1, 2)}
        model = TfidfVectorizer(sublinear_tf=True, **how).fit(answering)
        found: Scores = (model.transform(asking) @ model.transform(answering).T).toarray()
        return found

    return score


def bm25(asking: list[str], answering: list[str]) -> Scores:
    """bm25s on the terms of `matcher.matching.texts.tokens`: words, characters and bigrams."""
    import bm25s

    def cut(texts: list[str]) -> list[list[str]]:
        terms = Segmenter().terms(texts)
        return [
            [terms.names[i] for i, n in zip(terms.ids[a:b], terms.counts[a:b], strict=True) for _ in range(n)]
            for a, b in zip(terms.offsets, terms.offsets[1:], strict=False)
        ]

    model = bm25s.BM25(k1=1.5, b=0.75)
    model.index(cut(answering), show_progress=False)
    return np.stack([model.get_scores(tokens) if tokens else np.zeros(len(answering)) for tokens in cut(asking)])


def semantic(encoder: Encoder, *, titles: bool) -> Callable[[list[str], list[str]], Scores]:
    """Cosines of an encoder; between titles its query prompt stands on both sides."""

    def score(asking: list[str], answering: list[str]) -> Scores:
        there = encode_texts(encoder, answering, role="query" if titles else "document")
        return (encode_texts(encoder, asking, role="query") @ there.T).astype(float)

    return score


def fused(*scores: Scores) -> Scores:
    """The sum of z-scores over all pairs."""
    return np.sum([zscore(score, axis=None) for score in scores], axis=0)


# ---- what is measured


def levels(pairs: pd.DataFrame, peers: dict[str, Scores]) -> dict[str, dict[str, list[float]]]:
    """Figures of need-outcome-levels: without labels, on new needs, and by protocol R."""
    truth = pairs[["pair_id", "need_id", "level"]].astype({"level": int})
    needs, outcomes = ({key: i for i, key in enumerate(pairs[c].unique())} for c in ("need_id", "outcome_id"))
    at, of = pairs["need_id"].map(needs).to_numpy(), pairs["outcome_id"].map(outcomes).to_numpy()
    index = index_of(pairs)
    found = {name: pd.DataFrame({"pair_id": pairs["pair_id"], "score": m[at, of]}) for name, m in peers.items()}
    found["matcher, no labels"] = score_pairs(pairs, index, ("score",))
    titles = {
        title: fold for fold, title in enumerate(np.random.default_rng(0).permutation(pairs["need_title"].unique()))
    }
    found["matcher, new needs"] = held_out(pairs, index, pairs["need_title"].map(titles).to_numpy() % FOLDS)
    found["matcher, protocol R"] = held_out(pairs, index, np.random.default_rng(0).integers(FOLDS, size=len(pairs)))
    sums = {name: sums_of(truth, table.rename(columns={"level": "level_predicted"})) for name, table in found.items()}
    peer = sums["character TF-IDF"]
    result = {name: with_intervals(table, None if table is peer else peer) for name, table in sums.items()}
    result["new needs against no labels"] = {
        name: values[3:]
        for name, values in with_intervals(sums["matcher, new needs"], sums["matcher, no labels"]).items()
        if len(values) > 3
    }
    reliability = truth.merge(found["matcher, new needs"], on="pair_id", suffixes=("", "_predicted"))
    result["reliability, new needs"] = reliability_of(reliability["probability"], reliability["level"] >= 3)
    return result


def held_out(pairs: pd.DataFrame, index: Index, folds: NDArray[np.int64]) -> pd.DataFrame:
    """Predictions for each fold, by what the others teach."""
    tables = []
    for fold in range(FOLDS):
        judged = pairs[folds != fold]
        taught = fit_feedback(index, needs_of(judged), judged, prior=None)
        tables.append(score_pairs(pairs[folds == fold], taught))
    return pd.concat(tables)


def reliability_of(probability: pd.Series, good: pd.Series) -> dict[str, list[float]]:
    """Bin -> mean probability, share of good pairs, pairs."""
    table = pd.DataFrame({"p": probability, "good": good.astype(float)})
    bins = (table["p"] * BINS).astype(int).clip(upper=BINS - 1)
    return {
        f"{b / BINS:.1f}-{(b + 1) / BINS:.1f}": [round(rows["p"].mean(), 4), round(rows["good"].mean(), 4), len(rows)]
        for b, rows in table.groupby(bins)
    }


def literature(
    folder: Path, peers: dict[str, Callable[[list[str], list[str]], Scores]]
) -> dict[str, dict[str, list[float]]]:
    """ndcg@10 of tasks A and B."""
    docs, queries, qrels = (
        pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in ("docs", "queries", "qrels")
    )
    relevant = {query: set(rows["doc_id"]) for query, rows in qrels.groupby("query_id")}
    gains = {
        query: dict(zip(rows["doc_id"], rows["relevance"].astype(float), strict=True))
        for query, rows in qrels.groupby("query_id")
    }
    texts = [f"{title}\n{text}" for title, text in zip(docs["title"], docs["abstract"], strict=True)]
    matrices = {name: peer(queries["text"].tolist(), texts) for name, peer in peers.items()}
    run = run_literature(docs, queries).set_index("query_id")
    place = {name: i for i, name in enumerate(docs["doc_id"])}
    own = np.full((len(queries), len(docs)), -np.inf)
    rows = {name: i for i, name in enumerate(queries["query_id"])}
    own[[rows[name] for name in run.index], [place[name] for name in run["doc_id"]]] = run["score"]
    matrices["matcher, no labels"] = own
    result: dict[str, dict[str, list[float]]] = {}
    for name, matrix in matrices.items():
        for task in ("A", "B"):
            values = []
            for i in np.flatnonzero((queries["task"] == task) & queries["query_id"].isin(relevant)):
                query, scores = queries["query_id"].iloc[i], matrix[i].copy()
                if task == "B":
                    scores[place[query.split("-", 1)[1]]] = -np.inf
                best = [gains[query].get(docs["doc_id"].iloc[j], 0.0) for j in np.argsort(-scores, kind="stable")[:10]]
                ideal = sorted(gains[query].values(), reverse=True)[:10]
                discount = 1 / np.log2(np.arange(2, 12))
                values.append(best @ discount / (ideal @ discount[: len(ideal)]))
            drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
            means = np.concatenate([[np.mean(values)], np.array(values)[drawn].mean(axis=1)])
            result.setdefault(name, {})[f"literature {task} ndcg@10"] = _interval(means)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--transformer", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--on", default="", help="the date of the figures, for the JSON")
    given = parser.parse_args()
    pairs = pd.read_csv(given.data / "need-outcome-levels" / "pairs.csv", dtype=str, keep_default_na=False)
    needs, outcomes = pairs.drop_duplicates("need_id"), pairs.drop_duplicates("outcome_id")
    titles, words = needs["need_title"].tolist(), outcomes["outcome_words"].map(title_of).tolist()
    texts = [f"{title}\n{text[:400]}" for title, text in zip(titles, needs["need_text"], strict=True)]
    import rjieba

    general = {"word TF-IDF": tf_idf(rjieba.Jieba().cut), "character TF-IDF": tf_idf(None), "BM25": bm25}
    peers = {name: peer(texts, words) for name, peer in general.items()}
    if given.transformer:
        transformer = load_encoder(given.transformer)
        peers["transformer"] = semantic(transformer, titles=True)(titles, words)
        for name in list(general):
            peers[f"{name} + transformer"] = fused(peers[name], peers["transformer"])
        general["transformer"] = semantic(transformer, titles=False)
    result = levels(pairs, peers)
    for name, figures in literature(given.data / "literature", general).items():
        result.setdefault(name, {}).update(figures)
    for name, figures in result.items():
        for figure, values in figures.items():
            print(name, figure, *(f"{value:.4f}" for value in values), sep="\t", flush=True)
    if given.out:
        content = {"on": given.on, "columns": "value, low, high, difference to character TF-IDF, low, high", **result}
        given.out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
