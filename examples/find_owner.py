"""Hide works of institutions and find whose they are by their text: `rank_experts` against TF-IDF.

    python examples/find_owner.py DATA_FOLDER [--works 500] [--seed 0]

DATA_FOLDER holds papers-chinaxiv.jsonl.gz (title, abstract, orgs). Works that share title and abstract are one. Drawn
at random are works of an institution that has at least 5; all of them are hidden at once, and institutions that keep 3
works or more are the candidates. A hidden work asks with its title and abstract; its reciprocal rank is that of the
best placed of its institutions. TF-IDF: sublinear, over jieba's words and over characters and pairs of them; for each
the best cosine, the mean of all, the mean of the best five, and the cosine to the sum of an institution's works.
Interval: 95 %, 2,000 bootstrap samples of the hidden works.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import rjieba
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher import Experts, rank_experts

RESAMPLES = 2000


def read(folder: Path) -> pd.DataFrame:
    """One row a work and institution: work_id, expert_id, title, description."""
    with gzip.open(folder / "papers-chinaxiv.jsonl.gz", "rt", encoding="utf-8") as file:
        papers = pd.DataFrame(map(json.loads, file))
    papers = papers[papers["orgs"].str.len() > 0].drop_duplicates(["title", "abstract"]).reset_index(drop=True)
    papers = papers.assign(work_id="P" + papers.index.astype(str).str.zfill(6)).explode("orgs")
    papers = papers.rename(columns={"orgs": "expert_id", "abstract": "description"})
    return papers[["work_id", "expert_id", "title", "description"]].fillna("").drop_duplicates(["work_id", "expert_id"])


def split(works: pd.DataFrame, count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The works that stay, and those that are hidden."""
    large = works.groupby("expert_id")["work_id"].transform("size") >= 5
    names = np.sort(works.loc[large, "work_id"].unique())
    gone = set(np.random.default_rng(seed).choice(names, count, replace=False))
    hidden = works["work_id"].isin(gone)
    kept = works[~hidden]
    kept = kept[kept.groupby("expert_id")["work_id"].transform("size") >= 3]
    asked = works[hidden & works["expert_id"].isin(kept["expert_id"])]
    return kept, asked


def reciprocal(scores: pd.DataFrame, asked: pd.DataFrame) -> NDArray[np.float64]:
    """For each hidden work; scores: works x institutions. Equal scores share the mean of their ranks."""
    ranks = scores.rank(axis=1, ascending=False)
    place = pd.Series([ranks.at[w, e] for w, e in zip(asked["work_id"], asked["expert_id"], strict=True)])
    best = place.groupby(asked["work_id"].to_numpy()).min()
    return (1 / best.reindex(scores.index)).to_numpy(float)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--works", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    kept, asked = split(read(given.folder), given.works, given.seed)
    people = pd.DataFrame({"expert_id": sorted(kept["expert_id"].unique())})
    needs = asked.drop_duplicates("work_id").rename(columns={"work_id": "need_id"})
    needs = needs[["need_id", "title", "description"]].sort_values("need_id")
    print(f"{len(needs)} hidden works, {len(people)} institutions, {kept['work_id'].nunique()} works")

    ranked = rank_experts(needs, Experts.build(people, kept), k=len(people), reasons=False)
    found = {"rank_experts": reciprocal(ranked.pivot(index="need_id", columns="expert_id", values="affinity"), asked)}
    records = kept.drop_duplicates("work_id")
    row = {name: i for i, name in enumerate(records["work_id"])}
    rows = {name: [row[i] for i in some["work_id"]] for name, some in kept.groupby("expert_id")}
    texts, queries = (table["title"] + "\n" + table["description"] for table in (records, needs))
    jieba = rjieba.Jieba()
    kinds = {
        "words": TfidfVectorizer(sublinear_tf=True, tokenizer=lambda text: jieba.cut(text, False), token_pattern=None),
        "characters": TfidfVectorizer(sublinear_tf=True, analyzer="char", ngram_range=(1, 2)),
    }
    for kind, vectoriser in kinds.items():
        matrix, asking = vectoriser.fit_transform(texts), vectoriser.transform(queries)
        whole = (asking @ matrix.T).toarray()
        ways: dict[str, dict[str, NDArray[np.float64]]] = {"best": {}, "mean": {}, "mean of best 5": {}, "sum": {}}
        for name, mine in rows.items():
            own = -np.sort(-whole[:, mine], axis=1)
            ways["best"][name], ways["mean"][name] = own[:, 0], own.mean(axis=1)
            ways["mean of best 5"][name] = own[:, :5].sum(axis=1) / 5
            ways["sum"][name] = whole[:, mine].sum(axis=1) / np.linalg.norm(np.asarray(matrix[mine].sum(axis=0)))
        for way, columns in ways.items():
            found[f"TF-IDF of {kind}, {way}"] = reciprocal(pd.DataFrame(columns, index=needs["need_id"]), asked)
    drawn = np.random.default_rng(given.seed).integers(len(needs), size=(RESAMPLES, len(needs)))
    for name, values in found.items():
        gain = found["rank_experts"] - values
        low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
        told = "" if name == "rank_experts" else f"  rank_experts is {gain.mean():+.4f} [{low:+.4f}, {high:+.4f}]"
        print(f"{name:32} MRR {values.mean():.4f}{told}")


if __name__ == "__main__":
    main()
