"""Planted needs for instruments, lines and platforms: is the wanted resource among the first?

    python examples/evaluate_resources.py [NEEDS RESOURCES KEY]

KEY has need_id (需求编号) and resource_id (资源编号), what each need wants. Without files: the shipped ones,
made up; many wanted resources have near ones of their kind, with another range or standard or without free hours.
Beside it, in the same run, character TF-IDF (1 to 3 signs, sublinear) of the same texts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.matching.library.records import texts_of
from matcher.resources import find_resources, read_resource_needs, read_resources
from matcher.resources.finding import need_texts, resource_texts

SHIPPED = ("resource_needs.csv", "resources.csv", "resource_needs_key.csv")
HEADERS = {"需求编号": "need_id", "资源编号": "resource_id"}
FIRST = 3


def places(ranked: dict[str, list[str]], wanted: dict[str, str]) -> list[int]:
    """The place of each wanted resource, from 1; 0 where it is not among the ranked."""
    return [ranked[need].index(one) + 1 if one in ranked.get(need, []) else 0 for need, one in wanted.items()]


def character_tfidf(needs: pd.DataFrame, resources: pd.DataFrame) -> dict[str, list[str]]:
    """The resources of each need by the cosine of character TF-IDF."""
    sides = [["\n".join(pair) for pair in zip(*texts_of(texts), strict=True)] for texts in (needs, resources)]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit(sides[0] + sides[1])
    scores = (vectors.transform(sides[0]) @ vectors.transform(sides[1]).T).toarray()
    ids = resources["outcome_id"].tolist()
    order = (-scores).argsort(axis=1, kind="stable")
    return {need: [ids[place] for place in row] for need, row in zip(needs["need_id"], order.tolist(), strict=True)}


def main() -> None:
    """Print hits at 1 and 3 for both, and what the wanted rows are told."""
    files = sys.argv[1:] or [str(Path(__file__).parent / name) for name in SHIPPED]
    needs, resources = read_resource_needs(files[0]).rows, read_resources(files[1]).rows
    key = pd.read_csv(files[2], dtype=str, encoding="utf-8-sig").rename(columns=HEADERS)
    wanted = dict(zip(key["need_id"], key["resource_id"], strict=True))
    found = find_resources(needs, resources, k=len(resources))
    ours = {str(need): rows["resource_id"].tolist() for need, rows in found.groupby("need_id", sort=False)}
    plain = character_tfidf(need_texts(needs), resource_texts(resources))
    print(f"{len(wanted)} needs, {len(resources)} resources")
    for name, ranked in (("ours", ours), ("character TF-IDF", plain)):
        at = places(ranked, wanted)
        hits = [sum(0 < place <= limit for place in at) / len(at) for limit in (1, FIRST)]
        print(f"{name}: hit@1 {hits[0]:.3f}, hit@{FIRST} {hits[1]:.3f}")
    right = found[found["need_id"].map(wanted) == found["resource_id"]]
    print("the wanted rows are told:", right["advice"].value_counts().to_dict())
    print("the first rows are told:", found.loc[found["rank"] == 1, "advice"].value_counts().to_dict())


if __name__ == "__main__":
    main()
