"""Learn what a contract's name or text is about from `names.csv` and `texts.csv`, and say how far that can be trusted.

    python models/contracts-zh/train.py [--folds-only]

Prints figures for the bounds of `rules.yaml` (`reading`): names in five folds, and the texts of each writer read by a
model that saw none of that writer's. Then writes `reading.safetensors`, learned from the names, and
`texts.safetensors`, learned from all. Names that share half of their pairs of characters, and what such names chain to,
lie in one fold. Beside each name the model of names learns it with clauses of any contract around it (`asides.csv`:
price, term, tests and training on the way), so that these tell nothing; that of texts learns texts with such behind
them.
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
from matcher.contracts.name_reading import BUCKETS, FORMAT, NAMES, TEXTS, buckets_of, is_readable
from matcher.contracts.rules import RuleBook, load_rules, read_kind
from matcher.contracts.subjects import clauses_of, read_text
from matcher.tables.naming.writings import fold

HERE = Path(__file__).parent
STRENGTH = {NAMES: 100.0, TEXTS: 30.0}  # inverse of the penalty; half and twice of it change little
ALIKE = 0.5
AROUND = 0.2  # weight of a name in a text; with 1 four in a hundred fewer names are refused at the same risk
TEXT = 2.0  # weight of a text; 5 changes the figures by less than two in a hundred
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


def with_asides(texts: list[str], seed: int) -> list[str]:
    """Each text with one to three sentences behind it that any contract may hold."""
    asides, rng = pd.read_csv(HERE / "asides.csv"), np.random.default_rng(seed)
    after = asides.loc[asides["place"] != "before", "text"].to_numpy(str)
    return [
        f"{text.rstrip('。')}。{'，'.join(rng.choice(after, rng.integers(1, 4), replace=False))}。" for text in texts
    ]


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


def features(texts: list[str]) -> sparse.csr_matrix:
    """The encoder's vectors beside the grams, each text's grams of length one, as `NameModel` reads them."""
    grams = [buckets_of(text) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(one) for one in grams])
    weights = np.concatenate([np.full(len(one), 1 / np.sqrt(len(one))) for one in grams])
    hashed = sparse.csr_matrix((weights, (rows, np.concatenate(grams))), shape=(len(texts), BUCKETS))
    return sparse.hstack([sparse.csr_matrix(load_encoder().encode(texts)), hashed]).tocsr()


def met(topics: np.ndarray, kinds: list[str], *, refusing: bool) -> np.ndarray:
    """(kinds, topics) Whether a rule on the kind is about the topic; refusing: only one that may answer no."""
    book = load_rules()
    known, rules = book.reading.topics, {**book.rules, **{rule.id: rule for rule in (*book.words, *book.facts)}}
    of = [[known[topic].rules.get(kind, "") if topic else "" for topic in topics] for kind in kinds]
    settled = [not topic or not known[topic].curable for topic in topics]
    return np.array(
        [
            [
                bool(rule) and (not refusing or (rules[rule].refuses and sure))
                for rule, sure in zip(row, settled, strict=True)
            ]
            for row in of
        ]
    )


def read_as(names: list[str], book: RuleBook) -> list[str]:
    """What the model reads of each."""
    return [read_text(fold(name).replace(" ", ""), book) for name in names]


def read_rows(path: Path, book: RuleBook) -> pd.DataFrame:
    """Rows with their text as the model reads it, the code of their kind, and whether the text may be refused."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["text"] = read_as(list(table["subject"]), book)
    table["kind"] = [read_kind(kind) for kind in table["kind"]]
    table["read"] = [len(text) >= book.reading.shortest and is_readable(text, book) for text in table["text"]]
    return table


def tell(title: str, rows: pd.DataFrame, chances: np.ndarray, topics: np.ndarray) -> None:
    """Print what the bounds do to rows, given the chances of topics."""
    reading, kinds = load_rules().reading, list(rows["kind"])
    chances = np.where(rows["read"].to_numpy()[:, None], chances, topics == "")
    honest, at = (rows["reason"] == "").to_numpy(), np.searchsorted(topics, rows["reason"].to_numpy(str))
    refusing, asking = (met(topics, kinds, refusing=one) for one in (True, False))
    refused, asked = (((chances * met_by).sum(axis=1)) for met_by in (refusing, asking))
    excluded = refusing[np.arange(len(rows)), at]
    print(f"{title}: {len(rows)}, honest {honest.sum()}, excluded by a rule that refuses {excluded.sum()}; ", end="")
    print(f"topic right {(topics[chances.argmax(axis=1)] == rows['reason']).mean():.3f}")
    for bound in sorted({0.2, 0.4, 0.5, 0.6, 0.8, 0.9, reading.refuses, reading.asks}):
        over, above = refused >= bound, np.maximum(asked, refused) >= bound
        parts = [f"refused: honest {over[honest].mean():.3f}, excluded {over[excluded].mean():.3f}"]
        parts += [f"asked or refused: honest {above[honest].mean():.3f}, others {above[~honest].mean():.3f}"]
        print(f"  from {bound:.2f} {'; '.join(parts)}")


def learned(file: str, x: sparse.csr_matrix, topics: np.ndarray, weights: np.ndarray) -> LogisticRegression:
    """The model of these rows."""
    return LogisticRegression(C=STRENGTH[file], max_iter=500).fit(x, topics, weights)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds-only", action="store_true", help="print, do not write")
    options = parser.parse_args()
    book = load_rules()
    names, texts = (read_rows(HERE / file, book) for file in ("names.csv", "texts.csv"))
    told = read_as(in_text(list(names["subject"]), 0), book)
    inside = [[",".join(clauses_of(text, book)) for text in each] for each in (list(names["text"]), told)]
    short = sparse.vstack([features(each) for each in inside]).tocsr()
    topics, ones = names["reason"].to_numpy(str), np.ones(len(names))
    both, weights = np.concatenate([topics, topics]), np.concatenate([ones, AROUND * ones])
    groups, chances = (
        near_copies([buckets_of(name) for name in names["text"]]),
        np.zeros((len(names), len(set(topics)))),
    )
    for learn, held in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(chances, topics, groups):
        rows = np.concatenate([learn, learn + len(names)])
        chances[held] = learned(NAMES, short[rows], both[rows], weights[rows]).predict_proba(short[held])
    long = (names["text"].str.len() >= book.reading.described).to_numpy()
    for title, those in (("names in five folds", ~long), ("texts among the names, in five folds", long)):
        tell(title, names[those], chances[those], np.unique(topics))
    whole = pd.concat([texts, names[long].assign(hand="")], ignore_index=True)
    more = read_as(with_asides(list(whole["subject"]), 0), book)
    x = sparse.vstack([features(list(names["text"])), features(list(texts["text"])), features(more)]).tocsr()
    y = np.concatenate([topics, texts["reason"], whole["reason"]]).astype(str)
    w = np.concatenate([ones, np.full(len(texts), TEXT), np.where(whole["hand"] == "", 0.5, 0.5 * TEXT)])
    hands = np.concatenate([np.full(len(names), ""), texts["hand"], whole["hand"]]).astype(str)
    every, last = np.unique(y), x[len(names) : len(names) + len(texts)]
    chances = np.zeros((len(texts), len(every)))
    for hand in np.unique(texts["hand"]):
        held = (texts["hand"] == hand).to_numpy()
        rows = hands != hand
        chances[held] = learned(TEXTS, x[rows], y[rows], w[rows]).predict_proba(last[held])
        tell(f"texts of writer {hand}, left out", texts[held], chances[held], every)
    tell("texts of all writers, each left out", texts, chances, every)
    asked = (chances * met(every, list(texts["kind"]), refusing=False)).sum(axis=1) >= book.reading.asks
    print("asked or refused, by topic:")
    print(pd.DataFrame({"asked": asked}).groupby(texts["reason"])["asked"].agg(["size", "mean"]).round(2).to_string())
    if not options.folds_only:
        write(NAMES, learned(NAMES, short, both, weights))
        write(TEXTS, learned(TEXTS, x, y, w))


def write(file: str, model: LogisticRegression) -> None:
    """Write the weights."""
    weights, dim = model.coef_.T.astype(np.float16), model.coef_.shape[1] - BUCKETS
    parts = {"dense": weights[:dim], "grams": weights[dim:], "cut": model.intercept_.astype(np.float32)}
    about = {"format": FORMAT, "encoder": load_encoder().fingerprint, "topics": json.dumps(model.classes_.tolist())}
    save_file({name: np.ascontiguousarray(part) for name, part in parts.items()}, HERE / file, about)
    (HERE / file).chmod(0o644)


if __name__ == "__main__":
    main()
