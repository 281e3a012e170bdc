"""Ways to make one affinity of many works, and the paired difference of each to TF-IDF.

    python examples/evaluate_experts.py FOLDER

FOLDER as for rank_experts.py, with the column `expertise` (1..5). loss: over every pair of papers of one expert the
difference in stated expertise where the scores order it wrongly, half of it where they tie, divided by the sum of all
(Stelmakh et al. 2023, arXiv 2303.16750), mean over the profile sets. TF-IDF: sublinear, English stop words; differences
are to its best cosine and to its mean cosine over a person's works. Interval: 95 %, 2,000 bootstrap samples of experts,
the same ones for both sides.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rank_experts import read, score
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher import Index

Numbers = NDArray[np.float64]
RESAMPLES, SEED = 2000, 0


def shares(pairs: pd.DataFrame, column: str) -> pd.DataFrame:
    """For each expert what is lost and what could be."""
    found = {}
    for name, rows in pairs.groupby("expert_id"):
        stated, given = rows["expertise"].to_numpy(float), rows[column].to_numpy(float)
        one, other = np.triu_indices(len(rows), 1)
        gap = np.abs(stated[one] - stated[other])
        order = (stated[one] - stated[other]) * (given[one] - given[other])
        found[name] = ((gap * np.where(order < 0, 1, np.where(order == 0, 0.5, 0))).sum(), gap.sum())
    return pd.DataFrame(found, index=["lost", "total"]).T


def fading(fade: float) -> Callable[[Numbers], float]:
    return lambda best: float(best[:5] @ fade ** np.arange(len(best[:5])))


AVERAGES: dict[str, Callable[[Numbers], float]] = {
    "best work": lambda best: float(best[0]),
    "mean of all": lambda best: float(best.mean()),
    "mean of best 3": lambda best: float(best[:3].sum() / 3),
    "mean of best 5": lambda best: float(best[:5].sum() / 5),
    "best 5, fade 0.5": fading(0.5),
    "best 5, fade 0.6": fading(0.6),
    "best 5, fade 0.8": fading(0.8),
}


def variants(papers: pd.DataFrame, works: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """`pairs` with a column for each way."""
    index = Index.build(works.drop_duplicates("work_id")[["work_id", "title", "description"]])
    asked = index.asked(papers["title"].tolist(), papers["description"].tolist())
    semantic, lexical, _ = index.channels(asked, slice(0, len(papers)))
    own = (index.records["title"] + " " + index.records["description"]).tolist()
    vectoriser = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(own)
    plain = vectoriser.transform(papers["title"] + " " + papers["description"]) @ vectoriser.transform(own).T
    fused = np.maximum(index.scale.rough(semantic, lexical), 0)
    channels = {"TF-IDF": plain.toarray(), "words": lexical, "meaning": semantic, "both": fused}
    row = {name: i for i, name in enumerate(index.ids)}
    paper = {name: i for i, name in enumerate(papers["need_id"])}
    rows = {name: [row[i] for i in some["work_id"]] for name, some in works.groupby("expert_id")}
    columns = {}
    for channel, scores in channels.items():
        for way, average in AVERAGES.items():
            columns[f"{channel}: {way}"] = [
                average(np.sort(scores[paper[text], rows[expert]])[::-1].astype(float))
                for expert, text in zip(pairs["expert_id"], pairs["paper_id"], strict=True)
            ]
    return pairs.assign(**columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    papers, works, pairs = read(folder)
    stated = pd.read_csv(folder / "expertise.csv", dtype={"expert_id": str, "paper_id": str})
    default = score(papers, works, pairs)
    lost: dict[str, list[pd.DataFrame]] = {}
    for name, some in works.groupby("profile_set"):
        table = variants(papers, some, pairs).merge(stated, on=["expert_id", "paper_id"], validate="1:1")
        mine = default.loc[default["profile_set"] == name, ["expert_id", "paper_id", "score"]]
        table = table.merge(mine.rename(columns={"score": "rank_experts"}), on=["expert_id", "paper_id"])
        for column in table.columns.drop(["expert_id", "paper_id", "expertise"]):
            lost.setdefault(column, []).append(shares(table, column))
    people = len(lost["rank_experts"][0])
    drawn = np.random.default_rng(SEED).integers(people, size=(RESAMPLES, people))

    def losses(column: str) -> tuple[float, Numbers]:
        parts = [one.to_numpy(float) for one in lost[column]]
        again = [one[drawn].sum(axis=1) for one in parts]
        whole = float(np.mean([one[:, 0].sum() / one[:, 1].sum() for one in parts]))
        return whole, np.mean([one[:, 0] / one[:, 1] for one in again], axis=0)

    bases = [losses(f"TF-IDF: {way}") for way in ("best work", "mean of all")]
    for column in lost:
        value, again = losses(column)
        told = f"{column:28} loss {value:.4f}"
        for name, (base, base_again) in zip(("best", "mean"), bases, strict=True):
            low, high = np.quantile(again - base_again, [0.025, 0.975])
            told += f"  to {name} {value - base:+.4f} [{low:+.4f}, {high:+.4f}]"
        print(told)


if __name__ == "__main__":
    main()
