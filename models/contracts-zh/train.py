"""Learn what a contract's name is about from `names.csv`, and say how far that can be trusted.

    python models/contracts-zh/train.py [--folds-only]

Prints cross-validated figures for the bounds of `rules.yaml` (`reading`), then writes `reading.safetensors`, learned
from all names. Names that share half of their pairs of characters, and what such names chain to, lie in one fold.
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
from matcher.contracts.rules import load_rules, read_kind
from matcher.tables.writings import fold

HERE = Path(__file__).parent
STRENGTH = 100.0  # inverse of the penalty; 10 to 300 change the figures by less than two names in a hundred
ALIKE = 0.5
REPEATS = 3


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
    table = pd.read_csv(HERE / "names.csv", dtype=str, keep_default_na=False)
    names = [fold(name).replace(" ", "") for name in table["subject"]]
    kinds, topics = [read_kind(kind) for kind in table["kind"]], table["reason"].to_numpy(str)
    encoder, bounds = load_encoder(), load_rules().reading
    x, groups = features(names, encoder.encode(names)), near_copies([buckets_of(name) for name in names])
    every = np.unique(topics)
    honest, readable = topics == "", np.array([is_readable(name, load_rules()) for name in names])
    refusing, asking = (met(every, kinds, refusing=one) for one in (True, False))
    excluded = refusing[np.arange(len(names)), np.searchsorted(every, topics)]
    no, any_rule, right = [], [], []
    for seed in range(REPEATS):
        out = np.zeros((len(names), len(every)))
        for learn, held in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(x, topics, groups):
            model = LogisticRegression(C=STRENGTH, max_iter=500).fit(x[learn], topics[learn])
            out[np.ix_(held, np.searchsorted(every, model.classes_))] = model.predict_proba(x[held])
        no.append(np.where(readable, (out * refusing).sum(axis=1), 0))
        any_rule.append(np.where(readable, (out * asking).sum(axis=1), 0))
        right.append((every[out.argmax(axis=1)] == topics).mean())
    masses, many = {"no": np.array(no), "any": np.array(any_rule)}, len(np.unique(groups))
    counts = f"{honest.sum()} honest, {excluded.sum()} that a rule refuses, {(~honest & ~excluded).sum()} to ask about"
    print(f"{len(names)} names, {counts}, {many} groups of near copies; five folds, {REPEATS} times")
    print(f"topic right: {np.mean(right):.3f}; from a bound, of rules that refuse (no) and of any:")
    for bound in sorted({*np.arange(2, 17) / 20, bounds.refuses, bounds.asks}):
        of = {"honest": honest, "refused": excluded, "to ask about": ~honest & ~excluded}
        rates = [
            f"{name} {(masses[rule][:, these] >= bound).mean():.3f}" for rule in masses for name, these in of.items()
        ]
        print(f"from {bound:.2f}: no: {', '.join(rates[:3])}; any: {', '.join(rates[3:])}")
    refused, asked = (masses["no"] >= bounds.refuses).mean(axis=0), (masses["any"] >= bounds.asks).mean(axis=0)
    read = pd.DataFrame({"topic": topics, "refused": refused, "asked": asked}).groupby("topic")
    print(read.agg(names=("refused", "size"), refused=("refused", "mean"), asked=("asked", "mean")).round(2))
    if options.folds_only:
        return
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(x, topics)
    weights, dim = model.coef_.T.astype(np.float16), x.shape[1] - BUCKETS
    parts = {"dense": weights[:dim], "grams": weights[dim:], "cut": model.intercept_.astype(np.float32)}
    about = {"format": FORMAT, "encoder": encoder.fingerprint, "topics": json.dumps(model.classes_.tolist())}
    save_file({name: np.ascontiguousarray(part) for name, part in parts.items()}, HERE / "reading.safetensors", about)


if __name__ == "__main__":
    main()
