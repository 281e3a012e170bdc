"""Learn which values that no rule takes are indicators all the same, and say what that is worth on unseen texts.

    python models/needs-zh/train.py --data DATA [--folds-only]

DATA holds `market`, `need-outcome-levels` and `platform`, whose texts the annotations beside this script are of. Parts
that were not read (`held` of `indicators.csv` and `latest_indicators.csv`, `test` of `fresh_indicators.csv`) are left
out. Prints F1 on outcomes of the
rules alone and with a model learned from other texts (ten folds over texts, three times), and what it takes in needs;
then writes `matcher/needs/figure_weights.json`, learned from all.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from matcher.needs import figure_model
from matcher.needs.indicators import Indicator, read_figures
from matcher.needs.values import Value

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "examples"))
from evaluate_needs import agree_on_value, count_indicators, fresh_texts, need_texts  # noqa: E402

READ = {
    "indicators": ["dev"],
    "further_indicators": ["dev", "held", "late"],
    "fresh_indicators": ["train"],
    "latest_indicators": ["dev"],
}
STRENGTH = 1.0  # inverse of the penalty; 0.3 to 3 change F1 by less than 0.01
FOLDS, REPEATS = 10, 3
LEAST = 0.02  # smaller weights are left out


def read_annotations() -> pd.DataFrame:
    """What one reader lists in the texts that were read; a text without a figure has a row with an empty field."""
    tables = []
    for name, parts in READ.items():
        table = pd.read_csv(HERE / f"{name}.csv", dtype=str, keep_default_na=False)
        table = table[table["part"].isin(parts) & (table["reader"] != "b")]
        tables.append(table.assign(set=name.removesuffix("_indicators") + " " + table["part"]))
    roles = pd.read_csv(HERE / "roles.csv", dtype=str, keep_default_na=False)  # needs of `dev` without a figure, too
    bare = roles[(roles["part"] == "dev") & ~roles["need_id"].isin(tables[0]["need_id"])]
    bare = bare[["need_id"]].drop_duplicates().assign(set="indicators dev")
    return pd.concat([*tables, bare], ignore_index=True).fillna("")


def examples_of(annotated: pd.DataFrame, texts: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """One row a value that no rule takes: need_id, features, whether the reader lists it."""
    rows: list[tuple[str, list[str], bool]] = []
    for need_id, of_text in annotated.groupby("need_id"):
        for field in ("title", "description"):
            if (need_id, field) not in texts:
                continue
            theirs, open_values = of_text[of_text["field"] == field].to_dict("records"), []

            def judge(value: Value, features: list[str], found: list[object] = open_values) -> bool:
                found.append((value, features))
                return False

            for one in read_figures(texts[need_id, field], judge):
                take(theirs, one, one.text)
            for value, features in open_values:
                rows.append((need_id, features, take(theirs, value, value.unit_text)))
    return pd.DataFrame(rows, columns=["need_id", "features", "right"])


def take(theirs: list[dict[str, str]], ours: Indicator | Value, written: str) -> bool:
    """Take the first of a reader's rows that has our value, in its sentence, off the list, if there is one."""
    for at, row in enumerate(theirs):
        if int(row["start"]) < ours.end <= int(row["end"]) and agree_on_value(ours, written, row):
            del theirs[at]
            return True
    return False


def learn(examples: pd.DataFrame) -> dict[str, float]:
    """The weights of a logistic regression on the features."""
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([dict.fromkeys(names, 1.0) for names in examples["features"]])
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(x, examples["right"])
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
    weights["bias"] += model.intercept_[0]
    return {name: round(float(one), 2) for name, one in sorted(weights.items()) if abs(one) >= LEAST}


def is_outcome(ids: pd.Series) -> np.ndarray:
    """Whether ids are of outcomes and not of needs."""
    return ids.str.fullmatch(r"A\d{5}").to_numpy()


def f1_of(annotated: pd.DataFrame, texts: Mapping[tuple[str, str], str], weights: dict[str, float]) -> np.ndarray:
    """(right, ours, theirs) of outcomes, with a model of these weights."""
    shipped = figure_model.weights
    figure_model.weights = lambda: weights  # type: ignore[assignment]
    try:
        counts = [count_indicators(of_text, texts) for _, of_text in annotated.groupby("need_id")]
    finally:
        figure_model.weights = shipped
    return np.sum(counts, axis=0)


def main() -> None:
    """Cross-validate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--folds-only", action="store_true", help="print, do not write")
    options = parser.parse_args()
    texts = need_texts(options.data / "market" / "needs.csv") | fresh_texts(options.data)
    annotated = read_annotations()
    examples = examples_of(annotated, texts)
    print(f"{len(examples)} values that no rule takes, {examples['right'].sum()} of them listed by the reader")
    outcome = is_outcome(examples["need_id"])
    told = annotated[is_outcome(annotated["need_id"])]
    ids, both, taken = annotated["need_id"].unique(), np.zeros(3), np.zeros((2, 2))
    for seed in range(REPEATS):
        folds = dict(zip(ids, np.random.default_rng(seed).permutation(len(ids)) % FOLDS, strict=True))
        of_examples, of_told = examples["need_id"].map(folds), told["need_id"].map(folds)
        for fold in range(FOLDS):
            weights, held = learn(examples[of_examples != fold]), (of_examples == fold).to_numpy()
            both += f1_of(told[of_told == fold], texts, weights) / REPEATS
            for place, right, names in zip(
                outcome[held], examples["right"][held], examples["features"][held], strict=True
            ):
                taken[int(place), int(right)] += figure_model.is_figure(names, weights) / REPEATS
    for name, (right, ours, theirs) in (("rules", f1_of(told, texts, {"bias": -1.0})), ("with the model", both)):
        print(f"outcomes, {name}: F1 {2 * right / (ours + theirs):.3f} ({right:.0f} of {ours:.0f}, of {theirs:.0f})")
    for name, (wrong, right) in zip(("needs", "outcomes"), taken, strict=True):
        print(f"taken in {name}: {right:.0f} that the reader lists, {wrong:.0f} others")
    if not options.folds_only:
        path = Path(figure_model.__file__).with_name(figure_model.WEIGHTS)
        path.write_text(json.dumps(learn(examples), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
