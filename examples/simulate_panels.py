"""Panels of known truth, made up: how often each method finds the right winners, and bad reviewers are found.

    python examples/simulate_panels.py [PANELS]
    python examples/simulate_panels.py --scores SCORES.csv TRUTH.csv

60 items, 20 reviewers, four reviews an item, 12 winners; items differ by 8 points (standard deviation), reviewers by 6
or 0, noise is 5. Bad reviewers (three of 20): scores at random, flat, or reversed; the area under the curve is that of
`unlike` against them. Then three times as many small panels, of 6 and of 8 items with three reviews each, reviewers
differing by 4, for the coverage of the intervals.

With SCORES (item, grader or reviewer, score) and TRUTH (item, and the trusted grade in the second column) of a real
panel: the mean absolute error of each method, and how many trusted grades lie in the 90 % interval.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from matcher.review import aggregate, read_scores, reviewer_report
from matcher.review.panels.aggregation import METHODS

ITEMS, REVIEWERS, EACH, WINNERS = 60, 20, 4, 12


def panel(
    rng: int, *, beta: float, bad: int, items: int = ITEMS, reviewers: int = REVIEWERS, each: int = EACH
) -> tuple[pd.DataFrame, pd.Series]:
    """Scores and the truth of each item; the first `bad` reviewers do not follow the items."""
    random = np.random.default_rng(rng)
    truth = 70 + 8 * random.standard_normal(items)
    lenient = beta * random.standard_normal(reviewers)
    rows = []
    for item in range(items):
        for reviewer in random.choice(reviewers, each, replace=False).tolist():
            noise = 5 * random.standard_normal()
            score = truth[item] + noise
            if reviewer < bad:
                score = (70 + np.hypot(8, 5) * random.standard_normal(), 70 + noise / 5, 140 - truth[item] + noise)[
                    reviewer % 3
                ]
            rows.append((f"I{item:02}", f"R{reviewer:02}", round(score + lenient[reviewer])))
    scores = pd.DataFrame(rows, columns=["item", "reviewer", "score"])
    return scores, pd.Series(truth, [f"I{item:02}" for item in range(items)])


def simulate(panels: int) -> None:
    """Print a table of shares of right winners, coverage and the area under the curve."""
    for name, beta, bad in (("reviewers differ by 6", 6.0, 0), ("reviewers alike", 0.0, 0), ("three bad ones", 6.0, 3)):
        right = {method: [] for method in METHODS}
        covered, areas = [], []
        for rng in range(panels):
            scores, truth = panel(rng, beta=beta, bad=bad)
            table = aggregate(scores).set_index("item")
            best = set(truth.nlargest(WINNERS).index)
            for method, shares in right.items():
                shares.append(len(best & set(table[method].nlargest(WINNERS).index)) / WINNERS)
            real = truth.reindex(table.index)
            covered.append(((table["low"] <= real) & (real <= table["high"])).mean())
            if bad:
                report = reviewer_report(scores)
                areas.append(roc_auc_score(report["reviewer"] < f"R{bad:02}", report["unlike"]))
        print(f"{name}: " + ", ".join(f"{method} {np.mean(shares):.3f}" for method, shares in right.items()))
        print(
            f"  90 % intervals hold {np.mean(covered):.3f}"
            + (f"; bad reviewers, AUC {np.mean(areas):.3f}" if bad else "")
        )


def small(panels: int) -> None:
    """Print the coverage of the intervals in small panels, where the variances are hardly known."""
    for items, reviewers in ((6, 3), (8, 5)):
        covered = []
        for rng in range(panels):
            scores, truth = panel(rng, beta=4.0, bad=0, items=items, reviewers=reviewers, each=3)
            table = aggregate(scores).set_index("item")
            real = truth.reindex(table.index)
            covered.append(((table["low"] <= real) & (real <= table["high"])).mean())
        print(f"{items} items, {reviewers} reviewers, three each: 90 % intervals hold {np.mean(covered):.3f}")


def real(scores_path: str, truth_path: str) -> None:
    """Print the error of each method against trusted grades."""
    table = aggregate(read_scores(scores_path).rows).set_index("item")
    trusted = pd.read_csv(truth_path, dtype={0: str})
    grades = trusted.set_index(trusted.columns[0])[trusted.columns[1]].astype(float)
    found = table.reindex(grades.index)
    for method in METHODS:
        print(f"{method}: mean absolute error {(found[method] - grades).abs().mean():.2f}")
    inside = int(((found["low"] <= grades) & (grades <= found["high"])).sum())
    print(f"90 % intervals hold {inside} of {len(grades)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--scores"]:
        real(*sys.argv[2:])
    else:
        simulate(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
        small(3 * (int(sys.argv[1]) if len(sys.argv) > 1 else 100))
