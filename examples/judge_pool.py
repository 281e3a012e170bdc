"""Make pools of need-outcome pairs to be judged on whole texts by readers who do not see the systems.

    python examples/judge_pool.py NEEDS OUTCOMES -o FOLDER [--needs 240] [--without JUDGED.csv ...] [--encoder MODEL]
        [--first 3] [--parts 4] [--seed 0]

Draws needs at random, equally from five classes of length, leaving out those of the files `--without` (column need_id)
and re-posts. A need's pool holds the first rows of several systems: the library, character TF-IDF (title and 400
characters), the encoder (title and 100 characters), the library's semantic part, and its sum with character TF-IDF;
shuffled. FOLDER then has `pool.csv` (need_id, outcome_id), `systems.csv` (which system had which row at which rank, not
for readers) and `part-N.md`, what a reader sees.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher import Index, match, read_needs, read_outcomes

CHARACTERS, SHORT = 400, 100
NEED_SHOWN, OUTCOME_SHOWN = 900, 500
CLASSES = 5
MEANING = 0.7  # of the sum

Scores = np.ndarray


def text_of(table: pd.DataFrame, characters: int) -> list[str]:
    """Title and the first characters of the rest."""
    rest = table["description"].fillna("").str[:characters]
    return (table["title"].fillna("") + "\n" + rest).str.strip().tolist()


def character_scores(needs: pd.DataFrame, outcomes: pd.DataFrame) -> Scores:
    """(needs, outcomes): cosines of TF-IDF over characters and pairs of characters."""
    model = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    records = model.fit_transform(text_of(outcomes, CHARACTERS))
    return (model.transform(text_of(needs, CHARACTERS)) @ records.T).toarray()


def encoder_scores(needs: pd.DataFrame, outcomes: pd.DataFrame, folder: str) -> Scores:
    """(needs, outcomes): cosines of a sentence-transformers model's vectors."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(folder)
    return np.asarray(
        model.encode_query(text_of(needs, SHORT)) @ model.encode_document(text_of(outcomes, SHORT)).T, float
    )


def library_scores(needs: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Scores, Scores]:
    """(needs, outcomes): the library's own order (minus the rank), and its semantic part over its deviation."""
    index = Index.build(outcomes)
    matches = match(needs, index, k=len(index), reasons=False)
    rows, columns = needs["need_id"].tolist(), outcomes["outcome_id"].tolist()
    wide = matches.pivot(index="need_id", columns="outcome_id")
    order, semantic = (wide[name].reindex(index=rows, columns=columns).to_numpy(float) for name in ("rank", "semantic"))
    return -order, semantic


def draw(needs: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """Needs, equally many from five classes of length, no title twice."""
    needs = needs[~needs["title"].duplicated()]
    length = (needs["title"].fillna("") + needs["description"].fillna("")).str.len()
    classes = pd.qcut(length.rank(method="first"), CLASSES, labels=False)
    taken = [rng.permutation(np.flatnonzero(classes == part))[: size // CLASSES] for part in range(CLASSES)]
    return needs.iloc[np.sort(np.concatenate(taken))].reset_index(drop=True)


def shown(title: str, rest: str, most: int) -> str:
    """A record as a reader sees it, on one line."""
    whole = " ".join(str(rest).split())
    return f"【{title}】{whole[:most]}{'…' if len(whole) > most else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("needs")
    parser.add_argument("outcomes")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--needs", dest="size", type=int, default=240)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--encoder")
    parser.add_argument("--first", type=int, default=3)
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    needs, outcomes = read_needs(given.needs).rows, read_outcomes(given.outcomes).rows
    for path in given.without:
        needs = needs[~needs["need_id"].isin(pd.read_csv(path, dtype=str)["need_id"])]
    needs = draw(needs, given.size, rng)
    characters = character_scores(needs, outcomes)
    order, semantic = library_scores(needs, outcomes)
    systems = {"library": order, "characters": characters, "meaning": semantic}
    systems["sum"] = MEANING * semantic / semantic.std() + (1 - MEANING) * characters / characters.std()
    if given.encoder:
        systems["encoder"] = encoder_scores(needs, outcomes, given.encoder)
    rows = []
    for name, scores in systems.items():
        best = np.argsort(-scores, axis=1, kind="stable")[:, : given.first]
        rows += [
            (needs["need_id"][i], outcomes["outcome_id"].iloc[j], name, rank)
            for i, row in enumerate(best)
            for rank, j in enumerate(row.tolist(), 1)
        ]
    of_systems = pd.DataFrame(rows, columns=["need_id", "outcome_id", "system", "rank"])
    pool = of_systems[["need_id", "outcome_id"]].drop_duplicates()
    pool = pool.iloc[rng.permutation(len(pool))]
    pool = pool.sort_values("need_id", kind="stable").reset_index(drop=True)
    given.output.mkdir(parents=True, exist_ok=True)
    of_systems.to_csv(given.output / "systems.csv", index=False)
    pool.to_csv(given.output / "pool.csv", index=False)
    asked, offered = needs.set_index("need_id"), outcomes.set_index("outcome_id")
    for part, ids in enumerate(np.array_split(rng.permutation(asked.index), given.parts), 1):
        lines = []
        for need in ids:
            lines.append(f"\n## {need} {shown(asked['title'][need], asked['description'][need], NEED_SHOWN)}")
            for outcome in pool.loc[pool["need_id"] == need, "outcome_id"]:
                row = offered.loc[outcome]
                lines.append(f"- {outcome} {shown(row['title'], row['description'], OUTCOME_SHOWN)}")
        (given.output / f"part-{part}.md").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(asked)} needs, {len(pool)} pairs, {given.parts} parts in {given.output}")


if __name__ == "__main__":
    main()
