"""Learn what a contract's name is about from `names.csv`, and say how far that can be trusted.

    python models/contracts-zh/train.py [--folds-only]

Prints cross-validated figures for the bounds of `rules.yaml` (`reading`), then writes `reading.safetensors`, learned
from all names. Names that share half of their pairs of characters, and what such names chain to, lie in one fold.
Beside each name the model learns it with clauses of any contract around it (`asides.csv`: price, term, tests and
training on the way), so that these tell nothing; held names are read as they are, and again with such clauses.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from matcher import load_encoder
from matcher.contracts.name_reading import BUCKETS, FORMAT, buckets_of, is_readable
from matcher.contracts.rules import RuleBook, load_rules, read_kind
from matcher.contracts.subjects import read_text
from matcher.tables.writings import fold

HERE = Path(__file__).parent
STRENGTH = 100.0  # inverse of the penalty; 10 to 300 change the figures by less than two names in a hundred
ALIKE = 0.5
REPEATS = 3
AROUND = 0.2  # weight of a name in a text; with 1 four in a hundred fewer names are refused at the same risk
LED = 0.4  # how many of the names in a text have a lead (乙方受甲方委托)


def in_text(names: list[str], seed: int) -> list[str]:
    """Each name as a sentence of a contract, with one to three clauses that any contract may hold."""
    asides, rng = pd.read_csv(HERE / "asides.csv"), np.random.default_rng(seed)
    before, after = (asides.loc[asides["place"] == place, "text"].to_numpy(str) for place in ("before", "after"))
    told = []
    for name in names:
        lead = str(rng.choice(before)) if rng.random() < LED else ""
        told.append("，".join([lead + name, *rng.choice(after, rng.integers(1, 4), replace=False)]))
    return told


def near_copies(grams: list[list[int]]) -> np.ndarray:
    """A number for each name, equal for names that share half of their grams."""
    parent = list(range(len(grams)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    sets = [frozenset(one) for one in grams]
    for left in range(len(sets)):
        for right in range(left):
            common = len(sets[left] & sets[right])
            if common >= ALIKE * (len(sets[left]) + len(sets[right]) - common):
                parent[root(left)] = root(right)
    return np.array([root(at) for at in range(len(sets))])


def features(names: list[str], vectors: np.ndarray) -> sparse.csr_matrix:
    """The encoder's vectors beside the grams, each name's grams of length one, as `NameModel` reads them."""
    grams = [buckets_of(name) for name in names]
    rows = np.repeat(np.arange(len(names)), [len(one) for one in grams])
    weights = np.concatenate([np.full(len(one), 1 / np.sqrt(len(one))) for one in grams])
    hashed = sparse.csr_matrix((weights, (rows, np.concatenate(grams))), shape=(len(names), BUCKETS))
    return sparse.hstack([sparse.csr_matrix(vectors), hashed]).tocsr()


def learned(plain: sparse.csr_matrix, around: sparse.csr_matrix, topics: np.ndarray) -> LogisticRegression:
    """The model of names as they are and as they stand in a text."""
    x, y = sparse.vstack([plain, around]).tocsr(), np.concatenate([topics, topics])
    weights = np.repeat([1.0, AROUND], len(topics))
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(x, y, weights)


def read_as(names: list[str], book: RuleBook) -> list[str]:
    """What the model reads of each name."""
    return [read_text(fold(name).replace(" ", ""), book) for name in names]


def met(topics: np.ndarray, kinds: list[str], *, refusing: bool) -> np.ndarray:
    """(kinds, topics) Whether a rule on the kind is about the topic; refusing: only one that answers no."""
    known, rules = load_rules().reading.topics, {rule.id: rule for rule in load_rules().words}
    of = [[known[topic].rules.get(kind, "") if topic else "" for topic in topics] for kind in kinds]
    return np.array([[bool(rule) and (rules[rule].refuses or not refusing) for rule in row] for row in of])


def main() -> None:
    """Cross-validate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds-only", action="store_true", help="print, do not write")
    options = parser.parse_args()
    table, book = pd.read_csv(HERE / "names.csv", dtype=str, keep_default_na=False), load_rules()
    names, told = (read_as(each, book) for each in (list(table["subject"]), in_text(list(table["subject"]), 0)))
    kinds, topics = [read_kind(kind) for kind in table["kind"]], table["reason"].to_numpy(str)
    encoder, bounds = load_encoder(), book.reading
    plain, around = (features(each, encoder.encode(each)) for each in (names, told))
    groups, every = near_copies([buckets_of(name) for name in names]), np.unique(topics)
    refusing, asking = (met(every, kinds, refusing=one) for one in (True, False))
    masses: dict[str, list[np.ndarray]] = {"no": [], "any": []}
    right = []
    for seed in range(REPEATS):
        out = np.zeros((2, len(names), len(every)))
        for learn, held in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(plain, topics, groups):
            model = learned(plain[learn], around[learn], topics[learn])
            for place, x in enumerate((plain, around)):
                out[place][np.ix_(held, np.searchsorted(every, model.classes_))] = model.predict_proba(x[held])
        for rule, met_by in (("no", refusing), ("any", asking)):
            read = [[is_readable(name, book) for name in each] for each in (names, told)]
            masses[rule].append(np.where(read, (out * met_by).sum(axis=2), 0))
        right.append((every[out[0].argmax(axis=1)] == topics).mean())
    honest, excluded = topics == "", refusing[np.arange(len(names)), np.searchsorted(every, topics)]
    counts = f"{honest.sum()} honest, {excluded.sum()} that a rule refuses, {(~honest & ~excluded).sum()} to ask about"
    print(f"{len(names)} names, {counts}, {len(np.unique(groups))} groups of near copies; five folds, {REPEATS} times")
    print(f"topic right: {np.mean(right):.3f}; from a bound, of rules that refuse (no) and of any:")
    text = np.array([len(name) >= bounds.described for name in names])
    places = [("names", 0, ~text), ("texts", 0, text), ("names in a text", 1, ~text)]
    for bound in sorted({*np.arange(2, 20) / 20, bounds.refuses, bounds.asks}):
        for title, place, those in places:
            of = {"honest": honest, "refused": excluded, "to ask about": ~honest & ~excluded}
            rates = [
                f"{name} {np.mean([mass[place][these & those] >= bound for mass in masses[rule]]):.3f}"
                for rule in masses
                for name, these in of.items()
            ]
            print(f"from {bound:.2f}, {title}: no: {', '.join(rates[:3])}; any: {', '.join(rates[3:])}")
    refused = np.mean([mass[0] >= bounds.refuses for mass in masses["no"]], axis=0)
    asked = np.mean([mass[0] >= bounds.asks for mass in masses["any"]], axis=0)
    by_topic = pd.DataFrame({"topic": topics, "refused": refused, "asked": asked}).groupby("topic")
    print(by_topic.agg(names=("refused", "size"), refused=("refused", "mean"), asked=("asked", "mean")).round(2))
    if options.folds_only:
        return
    write(learned(plain, around, topics), encoder.fingerprint)


def write(model: LogisticRegression, fingerprint: str) -> None:
    """Write the weights."""
    weights, dim = model.coef_.T.astype(np.float16), model.coef_.shape[1] - BUCKETS
    parts = {"dense": weights[:dim], "grams": weights[dim:], "cut": model.intercept_.astype(np.float32)}
    about = {"format": FORMAT, "encoder": fingerprint, "topics": json.dumps(model.classes_.tolist())}
    save_file({name: np.ascontiguousarray(part) for name, part in parts.items()}, HERE / "reading.safetensors", about)


if __name__ == "__main__":
    main()
