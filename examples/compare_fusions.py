"""Try other ways to score without labels, each against the fusion that the library ships.

    python examples/compare_fusions.py --data DATA_FOLDER [--encoder FOLDER ...]

DATA_FOLDER: need-outcome-levels/pairs.csv, literature/ (as in `evaluate_relevance.py`) and text/. --encoder: folders of
encoders to put in the place of the shipped one, and beside it (a transformer is slow).

Prints ndcg@10, spearman and hit@5 of the judged pairs and ndcg@10 of literature A and B, with the gain over the shipped
fusion and its 95 % interval: paired percentile bootstrap over needs or queries. What is tried here is tried on the sets
that measure the library, so a gain that these figures chose is no gain: only one that both sets show, and that a reason
speaks for, is worth a trial elsewhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from evaluate_relevance import RESAMPLES, Scores, sums_of, with_intervals
from score_pairs import needs_of, title_of

from matcher.matching.encoding.encoders import Encoder, StaticEncoder, load_encoder
from matcher.matching.index import LIKE_A_NEED, TITLE, Index
from matcher.matching.library.score_scale import SHARE
from matcher.matching.texts.tokens import Segmenter, Terms

SAMPLE, ASKING = 2048, 256  # random pairs that give the scale of the words


@dataclass(frozen=True)
class Seen:
    """In how many of so many texts each term occurs."""

    texts: int
    held: dict[str, int]

    @classmethod
    def read(cls, folder: Path) -> Seen:
        """Titles and abstracts of papers and patents."""
        texts = []
        for name in ("papers-chinaxiv", "patents"):
            with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
                texts += [f"{row['title']}\n{row['abstract']}" for row in map(json.loads, file)]
        terms = Segmenter().terms(texts)
        return cls(len(texts), dict(zip(terms.names, np.bincount(terms.ids).tolist(), strict=True)))


@dataclass(frozen=True)
class Collection:
    """Asking and answering texts, their counted terms (titles and bodies apart), and what the library makes of them."""

    index: Index
    asking: tuple[list[str], list[str]]
    titles: tuple[sp.csr_array, sp.csr_array, sp.csr_array]  # of asking texts, records, and records cut like a need
    bodies: tuple[sp.csr_array, sp.csr_array, sp.csr_array]
    names: list[str]
    is_word: np.ndarray
    semantic: Scores
    drawn: np.ndarray  # places of SAMPLE random records

    @classmethod
    def build(cls, asking: tuple[list[str], list[str]], records: pd.DataFrame, encoder: Encoder | None) -> Collection:
        """`records`: outcome_id, title, description."""
        index = Index.build(records, encoder=encoder)
        titles, bodies = records["title"].tolist(), records["description"].tolist()
        drawn = np.random.default_rng(0).permutation(len(titles))[:SAMPLE]
        cut = [bodies[i][:LIKE_A_NEED] for i in drawn[:ASKING]]
        terms = Segmenter().terms(
            [*asking[0], *titles, *(titles[i] for i in drawn[:ASKING]), *asking[1], *bodies, *cut]
        )
        counts = sp.csr_array((terms.counts.astype(float), terms.ids, terms.offsets))
        ends = np.cumsum([len(asking[0]), len(titles), len(cut)])
        parts = [counts[a:b] for a, b in zip([0, *ends], ends, strict=False)]
        parts += [counts[ends[2] + a : ends[2] + b] for a, b in zip([0, *ends], ends, strict=False)]
        asked = index.asked(*asking)
        semantic = index.channels(asked, slice(0, len(asking[0])))[0].astype(float)
        return cls(index, asking, tuple(parts[:3]), tuple(parts[3:]), terms.names, _words(terms), semantic, drawn)

    def words(
        self,
        *,
        title: int = TITLE,
        asking_title: float | None = None,
        local: Callable[[Scores], Scores] = lambda counts: 1 + np.log(counts),
        asking_local: Callable[[Scores], Scores] = lambda counts: 1 + np.log(counts),
        power: float = 1.0,
        seen: Seen | None = None,
        words: float = 1.0,
        pivot: float = 1.0,
    ) -> Scores:
        """TF-IDF cosines as `matcher.matching.library.lexical` has them, over their deviation between random records.

        local: count -> weight; power: of the idf; seen: texts of elsewhere whose idf is averaged with the collection's;
        words: weight of terms that the segmenter reads as words; pivot: how far a record's length counts (1: as a
        cosine).
        """
        records = _mapped(self.titles[1] * title + self.bodies[1], local)
        n = records.shape[0]
        held = np.bincount(records.indices, minlength=records.shape[1])
        idf = np.log((1 + n) / (1 + held)) + 1
        if seen is not None:
            there = np.array([seen.held.get(name, 0) for name in self.names])
            idf = (idf + np.log((1 + seen.texts) / (1 + there)) + 1) / 2
        idf = np.where(held > 0, idf, 0) ** power
        idf *= np.where(self.is_word, words, 1)
        weighted = records * idf
        length = np.sqrt((weighted**2).sum(axis=1))
        weighted = _scaled(weighted, pivot * length + (1 - pivot) * length[length > 0].mean())

        def ask(part: int, weight: float) -> sp.csr_array:
            own = _mapped(self.titles[part] * weight + self.bodies[part], asking_local)
            squares = own**2
            share = squares @ (idf > 0) / np.maximum(squares.sum(axis=1), 1e-12)
            there = own * idf
            return _scaled(there, np.sqrt((there**2).sum(axis=1) / np.maximum(share, 1e-12)))

        found = (ask(0, title if asking_title is None else asking_title) @ weighted.T).toarray()
        random = (ask(2, title) @ weighted[self.drawn].T).toarray()
        return found / random[~np.eye(*random.shape, dtype=bool)].std()

    @property
    def meaning(self) -> Scores:
        """Cosines of the vectors over their deviation between random records."""
        return self.semantic / self.index.scale.spread[0]


def _words(terms: Terms) -> np.ndarray:
    result = np.zeros(len(terms.names), bool)
    result[terms.ids[terms.is_word]] = True
    return result


def _mapped(counts: sp.csr_array, local: Callable[[Scores], Scores]) -> sp.csr_array:
    counts = counts.copy()
    counts.data = local(counts.data)
    return counts


def _scaled(rows: sp.csr_array, length: Scores) -> sp.csr_array:
    return sp.csr_array(sp.diags_array(np.divide(1, length, where=length > 0, out=np.zeros_like(length))) @ rows)


def fused(meaning: Scores, words: Scores, share: float = SHARE) -> Scores:
    """The library's sum."""
    return share * meaning + (1 - share) * words


def per_asking(scores: Scores) -> Scores:
    """Scores over their deviation within each asking text, which is equal on average."""
    own = scores.std(axis=1, keepdims=True)
    return scores * own.mean() / np.maximum(own, 1e-9)


def smoothed(collection: Collection, scores: Scores, neighbours: int, share: float) -> Scores:
    """A part of each record's score is the mean score of the records nearest to it in meaning (Diaz 2005)."""
    vectors = collection.index.vectors(np.arange(len(collection.index.ids)))
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    rows = np.argpartition(-near, neighbours, axis=1)[:, :neighbours]
    mean = np.stack([scores[:, row].mean(axis=1) for row in rows], axis=1)
    return (1 - share) * scores + share * mean


def whitened(collection: Collection, power: float) -> Scores:
    """Cosines after the directions of the library's vectors are made more equal (below 0) or less (above)."""
    vectors = collection.index.vectors(np.arange(len(collection.index.ids))).astype(float)
    strength, directions = np.linalg.eigh(vectors.T @ vectors / len(vectors))
    turn = directions * np.maximum(strength, strength[-1] * 1e-4) ** (power / 2)
    asked, found = collection.index.asked(*collection.asking).vectors @ turn, vectors @ turn
    asked, found = (x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9) for x in (asked, found))
    random = found[collection.drawn[:ASKING]] @ found[collection.drawn].T
    return asked @ found.T / random[~np.eye(*random.shape, dtype=bool)].std()


def variants(one: Collection, seen: Seen) -> Iterator[tuple[str, Scores]]:
    """Name and scores of everything that is tried; the shipped fusion comes first."""
    meaning, words = one.meaning, one.words()
    shipped = fused(meaning, words)
    yield "shipped", shipped
    yield "words alone", words
    yield "meaning alone", meaning
    for share in (0.2, 0.4, 0.5):
        yield f"share of the meaning {share}", fused(meaning, words, share)
        yield f"per asking text, share {share}", fused(per_asking(meaning), per_asking(words), share)
    for power in (0.75, 1.25, 1.5):
        yield f"idf to the power {power}", fused(meaning, one.words(power=power))
    yield "idf averaged with that of papers and patents", fused(meaning, one.words(seen=seen))
    for title in (1, 2, 5):
        yield f"title x {title}", fused(meaning, one.words(title=title))
    for title in (1, 1.5, 5, 10):
        yield f"title of the asking text x {title}", fused(meaning, one.words(asking_title=title))
    locals_: dict[str, Callable[[Scores], Scores]] = {
        "1": np.ones_like,
        "root": np.sqrt,
        "BM25, k1 0.5": lambda counts: counts * 1.5 / (counts + 0.5),
        "BM25, k1 1.2": lambda counts: counts * 2.2 / (counts + 1.2),
    }
    for name, local in locals_.items():
        yield f"count of the asking text: {name}", fused(meaning, one.words(asking_local=local))
        yield f"count of the record: {name}", fused(meaning, one.words(local=local))
    for pivot in (0.25, 0.5, 0.75):
        yield f"length of the record counts {pivot}", fused(meaning, one.words(pivot=pivot))
    for weight in (0.8, 1.2, 1.5):
        yield f"words x {weight}", fused(meaning, one.words(words=weight))
    for neighbours, share in ((5, 0.2), (20, 0.2), (20, 0.4)):
        yield f"{share} from {neighbours} neighbours", smoothed(one, shipped, neighbours, share)
    for power in (-0.4, -0.2, 0.2, 0.4):
        yield f"vectors of the library whitened, {power}", fused(whitened(one, power), words)


class Levels:
    """The judged pairs."""

    def __init__(self, folder: Path) -> None:
        self.pairs = pd.read_csv(folder / "need-outcome-levels" / "pairs.csv", dtype=str, keep_default_na=False)
        self.truth = self.pairs[["pair_id", "need_id", "level"]].astype({"level": int})
        needs, outcomes = needs_of(self.pairs), self.pairs.drop_duplicates("outcome_id")
        self.asking = needs["title"].tolist(), needs["description"].tolist()
        self.records = outcomes.assign(title=outcomes["outcome_words"].map(title_of), description="")
        self.records = self.records[["outcome_id", "title", "description"]].reset_index(drop=True)
        self.at = self.pairs["need_id"].map({key: i for i, key in enumerate(needs["need_id"])}).to_numpy()
        self.of = self.pairs["outcome_id"].map({key: i for i, key in enumerate(self.records["outcome_id"])}).to_numpy()

    def sums(self, scores: Scores) -> pd.DataFrame:
        """One row a need, see `evaluate_relevance.sums_of`."""
        return sums_of(self.truth, self.pairs[["pair_id"]].assign(score=scores[self.at, self.of]))


class Literature:
    """Keywords (A) and abstracts (B) whose papers are wanted."""

    def __init__(self, folder: Path) -> None:
        docs, queries, qrels = (
            pd.read_csv(folder / "literature" / f"{name}.csv", dtype=str, keep_default_na=False)
            for name in ("docs", "queries", "qrels")
        )
        self.asking = [""] * len(queries), queries["text"].tolist()
        self.records = docs.rename(columns={"doc_id": "outcome_id", "abstract": "description"})
        self.records = self.records[["outcome_id", "title", "description"]]
        self.task = queries["task"].to_numpy()
        row = {key: i for i, key in enumerate(queries["query_id"])}
        column = {key: i for i, key in enumerate(docs["doc_id"])}
        self.gain = np.zeros((len(queries), len(docs)))
        self.gain[qrels["query_id"].map(row), qrels["doc_id"].map(column)] = qrels["relevance"].astype(float)
        self.own = [(i, column[key.split("-", 1)[1]]) for key, i in row.items() if self.task[i] == "B"]

    def ndcg(self, scores: Scores) -> Scores:
        """ndcg@10 of each query."""
        scores = scores.copy()
        scores[tuple(np.transpose(self.own))] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        discount = 1 / np.log2(np.arange(2, 2 + best.shape[1]))
        ideal = -np.sort(-self.gain, axis=1)[:, :10] @ discount
        return np.take_along_axis(self.gain, best, axis=1) @ discount / np.where(ideal > 0, ideal, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    levels, literature = Levels(given.data), Literature(given.data)
    print("variant", "figure", "value", "gain", "low", "high", sep="\t")
    peers: tuple[pd.DataFrame, Scores] | None = None

    def show(name: str, of_levels: Scores, of_literature: Scores) -> None:
        nonlocal peers
        sums, ndcg = levels.sums(of_levels), literature.ndcg(of_literature)
        peers = peers or (sums, ndcg)
        for figure, values in with_intervals(sums, peers[0]).items():
            print(name, figure, *(f"{value:.4f}" for value in (values[0], *values[3:])), sep="\t")
        for task in ("A", "B"):
            gain = (ndcg - peers[1])[literature.task == task]
            drawn = gain[np.random.default_rng(0).integers(len(gain), size=(RESAMPLES, len(gain)))].mean(axis=1)
            low, high = np.quantile(drawn, [0.025, 0.975])
            value = ndcg[literature.task == task].mean()
            print(
                name, f"literature {task}", f"{value:.4f}", f"{gain.mean():.4f}", f"{low:.4f}", f"{high:.4f}", sep="\t"
            )

    shipped = [Collection.build(one.asking, one.records, None) for one in (levels, literature)]
    seen = Seen.read(given.data / "text")
    for (name, of_levels), (_, of_literature) in zip(*(variants(one, seen) for one in shipped), strict=True):
        show(name, of_levels, of_literature)
    for folder in given.encoder:
        encoder = load_encoder(folder)
        of = [Collection.build(one.asking, one.records, encoder) for one in (levels, literature)]
        kind = "static" if isinstance(encoder, StaticEncoder) else "transformer"
        show(f"{kind} {folder.name} alone", *(one.meaning for one in of))
        show(f"{kind} {folder.name} fused", *(fused(one.meaning, one.words()) for one in of))
        for share in (0.1, 0.2):
            both = [fused(own.meaning, own.words()) + share * one.meaning for own, one in zip(shipped, of, strict=True)]
            show(f"{kind} {folder.name} as a third voice, {share}", *both)


if __name__ == "__main__":
    main()
