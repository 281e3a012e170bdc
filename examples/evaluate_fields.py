"""How well texts find their fields, without labels and with fifteen a class; how far the probabilities can be trusted.

    python examples/evaluate_fields.py --data FOLDER [--seeds 10]

FOLDER holds papers-disciplines.jsonl.gz (abstract, discipline) and patent-titles-ipc.csv (patent_title,
ipc_subclasses). Beside it lies ipc_fields.csv, the project's own map from IPC to the eight high-tech fields (the
longest fitting beginning counts; there is no official one). A patent is used where its subclasses agree on one
field alone. The steepness of the probabilities was chosen on the half of the rows that SHA-256 calls even; "other half"
is the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import RidgeClassifier

from matcher.fields.classifier import FieldModel
from matcher.fields.taxonomy import Scheme

HUMAN = "哲学 历史学 法学 政治学 社会学 民族学 中国语言文学 教育学 理论经济学 艺术学 体育学 新闻传播学"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    papers = pd.read_json(given.data / "papers-disciplines.jsonl.gz", lines=True)
    patents = with_fields(pd.read_csv(given.data / "patent-titles-ipc.csv", dtype=str))
    disciplines(papers, given.seeds)
    fields(patents, papers)
    speed()


def disciplines(papers: pd.DataFrame, seeds: int) -> None:
    names = sorted(papers["discipline"].unique())
    scheme = Scheme.load(pd.DataFrame({"code": [f"D{i:02}" for i in range(len(names))], "name": names}))
    texts, truth = papers["abstract"], papers["discipline"].to_numpy()
    model = FieldModel.build(scheme)
    found = model.classify(texts, k=1, none=False)
    told("disciplines (67), no labels: accuracy, all rows", found["name"].to_numpy() == truth)
    calibration("disciplines, no labels", found, truth, even(texts))
    right: dict[str, list[float]] = {"15 labels a class": [], "char TF-IDF and ridge": []}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        train = np.concatenate([rng.permutation(np.flatnonzero(truth == name))[:15] for name in names])
        test = np.setdiff1d(np.arange(len(truth)), train)
        learned = model.fit(texts.iloc[train], truth[train])
        found = learned.classify(texts.iloc[test], k=1, none=False)
        right["15 labels a class"].append(float((found["name"].to_numpy() == truth[test]).mean()))
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
        ridge = RidgeClassifier(1.0).fit(vectors.fit_transform(texts.iloc[train]), truth[train])
        right["char TF-IDF and ridge"].append(
            float((ridge.predict(vectors.transform(texts.iloc[test])) == truth[test]).mean())
        )
        both = " ".join(f"{values[-1]:.4f}" for values in right.values())
        print(f"  seed {seed}: {both}; {learned.learned}")
        if not seed:
            calibration("disciplines, 15 labels a class", found, truth[test], np.zeros(len(test), bool))
    for name, values in right.items():
        half = 1.96 * np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
        print(
            f"disciplines (67), {name}: {np.mean(values):.4f} +- {half:.4f} (95 % of the mean of {len(values)} draws)"
        )


def fields(patents: pd.DataFrame, papers: pd.DataFrame) -> None:
    model = FieldModel.build("hte")
    texts, truth = patents["patent_title"], patents["field"].to_numpy()
    first = even(texts)
    found = model.classify(texts, k=1, level=1, none=False)
    told(f"patents to eight fields, no labels ({len(texts)} titles)", found["code"].to_numpy() == truth)
    told("  other half", (found["code"].to_numpy() == truth)[~first])
    told("  mean over fields", None, found["code"].to_numpy(), truth)
    headings = model.scheme.headings
    names = pd.Series(headings["name"].to_numpy(), headings["code"].str[:2])
    own = names + " " + headings["words"].to_numpy()
    for what, table in (("names of all headings", names), ("names and describing words", own)):
        documents = table.groupby(level=0).agg(" ".join)
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit([*texts, *documents])
        cosines = (vectors.transform(texts) @ vectors.transform(documents).T).toarray()
        said = documents.index.to_numpy()[cosines.argmax(axis=1)]
        told(f"  char TF-IDF to the headings ({what})", said == truth)
        told("    mean over fields", None, said, truth)
    plain = Scheme("hte", "", headings.assign(words=""))
    said = FieldModel.build(plain).classify(texts, k=1, level=1, none=False)["code"].to_numpy()
    told("  headings' names alone, without describing words", said == truth)
    calibration("patents, no labels", found, truth, first, "code")
    strange = papers.loc[papers["discipline"].isin(HUMAN.split()), "abstract"]
    alarm = model.classify(strange, k=1, level=1)["code"].to_numpy() != ""
    told(f"abstracts of the humanities ({len(strange)}) that get a field", alarm)
    told("  other half", alarm[~even(strange)])
    offered = model.classify(texts, k=1, level=1)["code"].to_numpy() == ""
    told("patents that get none", offered[~first])


def speed() -> None:
    """30,000 made-up firms: three to eight items of GB/T names as a licence would list them."""
    names = Scheme.load("gbt4754").headings.query("level == 4")["name"].to_numpy()
    rng = np.random.default_rng(0)
    scopes = ["一般项目：" + "；".join(rng.choice(names, rng.integers(3, 9))) + "；货物进出口" for _ in range(30_000)]
    firms = pd.DataFrame({"enterprise_id": [f"E{i}" for i in range(30_000)], "scope": scopes})
    for scheme in ("hte", "clusters", "gbt4754"):
        start = time.perf_counter()
        rows = FieldModel.build(scheme).classify(firms)
        print(f"30,000 firms to {scheme}: {time.perf_counter() - start:.1f} s, {len(rows)} rows")


def with_fields(patents: pd.DataFrame) -> pd.DataFrame:
    table = pd.read_csv(Path(__file__).with_name("ipc_fields.csv"), dtype=str)
    known = {row.ipc: frozenset(row.fields.split(";")) for row in table.itertuples(index=False)}

    def agreed(subclasses: str) -> str:
        sets = [known.get(code) or known.get(code[:3]) or frozenset() for code in subclasses.split("|")]
        shared = frozenset.intersection(*sets)
        return next(iter(shared)) if len(shared) == 1 else ""

    patents = patents.assign(field=patents["ipc_subclasses"].map(agreed))
    return patents[patents["field"] != ""].reset_index(drop=True)


def even(texts: pd.Series) -> np.ndarray:
    return np.array([hashlib.sha256(text.encode()).digest()[0] % 2 == 0 for text in texts])


def told(what: str, right: np.ndarray | None, said: np.ndarray | None = None, truth: np.ndarray | None = None) -> None:
    if right is None:
        value = np.mean([(said[truth == name] == name).mean() for name in np.unique(truth)])
        print(f"{what}: {value:.4f}")
        return
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
    print(f"{what}: {right.mean():.4f} +- {half:.4f}")


def calibration(what: str, found: pd.DataFrame, truth: np.ndarray, left_out: np.ndarray, column: str = "name") -> None:
    """Ten bins of the first heading's probability: what was said against how often it was right (rows not left out)."""
    said = found["probability"].to_numpy()[~left_out]
    right = (found[column].to_numpy() == truth)[~left_out]
    bins = np.minimum((said * 10).astype(int), 9)
    parts = [(said[bins == i].mean(), right[bins == i].mean(), (bins == i).sum()) for i in np.unique(bins)]
    error = sum(abs(a - b) * n for a, b, n in parts) / len(said)
    print(f"{what}: expected calibration error {error:.3f}; " + " ".join(f"{a:.2f}:{b:.2f}({n})" for a, b, n in parts))


if __name__ == "__main__":
    main()
