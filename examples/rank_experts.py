"""Score every pair of an expert and a paper as `rank_experts` scores them, with its default settings.

    python examples/rank_experts.py FOLDER PREDICTIONS.csv

FOLDER holds papers.csv (paper_id, title, abstract), works.csv (profile_set, expert_id, work_id, title, abstract) and
expertise.csv (expert_id, paper_id; a column `expertise` is never read). PREDICTIONS.csv: expert_id, paper_id,
profile_set, score: every pair of expertise.csv in every set.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from matcher import Experts, rank_experts


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Papers as needs, works, and the pairs."""
    papers, works, pairs = (
        pd.read_csv(folder / name, dtype=str, keep_default_na=False, usecols=columns)
        for name, columns in (
            ("papers.csv", ["paper_id", "title", "abstract"]),
            ("works.csv", ["profile_set", "expert_id", "work_id", "title", "abstract"]),
            ("expertise.csv", ["expert_id", "paper_id"]),
        )
    )
    papers = papers.rename(columns={"paper_id": "need_id", "abstract": "description"})
    return papers, works.rename(columns={"abstract": "description"}), pairs


def score(papers: pd.DataFrame, works: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """expert_id, paper_id, profile_set, score."""
    people = pairs[["expert_id"]].drop_duplicates()
    papers = papers[papers["need_id"].isin(pairs["paper_id"])]
    found = []
    for name, some in works.groupby("profile_set"):
        experts = Experts.build(people, some)
        ranked = rank_experts(papers, experts, k=len(people), reasons=False)
        ranked = ranked.rename(columns={"need_id": "paper_id"})[["expert_id", "paper_id", "score"]]
        one = pairs.merge(ranked, on=["expert_id", "paper_id"], how="left", validate="m:1").fillna({"score": 0.0})
        found.append(one.assign(profile_set=name))
    return pd.concat(found, ignore_index=True)[["expert_id", "paper_id", "profile_set", "score"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("predictions")
    given = parser.parse_args()
    score(*read(given.folder)).to_csv(given.predictions, index=False)


if __name__ == "__main__":
    main()
