"""Figures of the discovery list on made-up cities.

    python examples/evaluate_discovery.py first CITIES FIRMS SEED WORKERS [FAMILY ...]
        true passers among the first thirtieth of the list, beside ordering by R&D ratio alone, by patents alone,
        perfectly, and by a learner that is told the truth of four fifths of the firms (boosted trees on the seen cells,
        cross-fitted)
    python examples/evaluate_discovery.py count CITIES FIRMS SEED WORKERS [FAMILY ...]
        how often the 90 % interval holds the truth; expected over true; calibration of the chances of all firms; Brier

Families: `classes ladder trades pairs` (made_up_city.py), `profiles heavy industry steps` (other_cities.py); without
any, all. Seeds below 1000 and 5000 to 5015 were looked at while the method was made, seeds from 7000 only afterwards.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: workers share the machine

import numpy as np
import pandas as pd
from made_up_city import FAMILIES, HIDING, ON, city
from other_cities import APART, MAKES, VEILS, other_city

from matcher.pool.discovery.estimation import discover

ALL = (*FAMILIES, *MAKES, APART)


def one(job: tuple[str, str, int, int], *, ceiling: bool) -> tuple[dict[str, object], np.ndarray, np.ndarray]:
    """Figures of one city, and chance and truth of its firms."""
    family, hiding, seed, size = job
    if family in FAMILIES:
        made = city(size, family=family, hiding=hiding, seed=seed)
    else:
        made = other_city(size, make=family, veil=hiding, seed=seed)
    start = time.perf_counter()
    found = discover(made.seen, "hte", on=ON, rng=seed)
    spent = time.perf_counter() - start
    chance = found.listed.set_index("enterprise_id")["chance"][made.full["enterprise_id"]].to_numpy()
    place = found.listed.set_index("enterprise_id")["rank"][made.full["enterprise_id"]].to_numpy()
    seen = made.seen.drop(columns=["enterprise_id", "name", "scope", "registered_on"]).apply(
        pd.to_numeric, errors="coerce"
    )
    seen = seen.astype(float)
    ratio = (seen["rd_expense_y3"] / seen["sales_y3"]).replace([np.inf], np.nan).fillna(-1)
    top = max(1, size // 30)
    orders = {"ours": -place, "rd_ratio": ratio, "patents": seen["patents_granted_3y"].fillna(-1)}
    if ceiling:
        orders["told"] = _told(seen, made.passes)
    share = {
        name: made.passes[np.argsort(-np.asarray(order), kind="stable")[:top]].sum() / made.passes.sum()
        for name, order in orders.items()
    }
    row = found.expected.iloc[0]
    figures = {
        "family": family, "hiding": hiding, "experts": bool(made.seen["expert_org_system"].notna().sum() >= 30),
        "hidden": seen.isna().to_numpy().mean(), "true": int(made.passes.sum()), "expected": row.expected,
        "low": row.low, "high": row.high, **share, "perfect": min(1.0, top / made.passes.sum()), "seconds": spent,
    }  # fmt: skip
    return figures, chance, made.passes


def _told(seen: pd.DataFrame, passes: np.ndarray) -> np.ndarray:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    table = seen.assign(known=seen.notna().sum(axis=1), ratio=seen["rd_expense_y3"] / seen["sales_y3"]).replace(
        np.inf, np.nan
    )
    table["staff"] = seen["rd_staff"] / seen["employees_total"]
    table["share"] = seen["hightech_income_last_year"] / seen["total_income_last_year"]
    table = table.loc[:, table.notna().sum() >= 50]
    model = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=150, max_leaf_nodes=8, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(model, table, passes, cv=folds, method="predict_proba")[:, 1])


def main(what: str, cities: int, size: int, seed: int, workers: int, families: list[str]) -> None:
    jobs = []
    for k in range(cities):  # families in turn, and what a registry lacks in turn within each
        lap, place = divmod(k, len(families))
        family = families[place]
        jobs.append((family, (HIDING if family in FAMILIES else VEILS)[(lap + place) % 4], seed + k, size))
    rows, chances, truths = [], [], []
    with ProcessPoolExecutor(workers) as pool:
        for figures, chance, truth in pool.map(partial(one, ceiling=what == "first"), jobs):
            rows.append(figures)
            chances.append(chance)
            truths.append(truth)
            if what == "first":
                told = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
                print(*[f"{k} {v}" for k, v in told.items()], flush=True)
            elif len(rows) % 20 == 0 or size >= 10000:
                _report(pd.DataFrame(rows))
    _report(pd.DataFrame(rows), whole=True)
    _calibration(np.concatenate(chances), np.concatenate(truths))


def _report(table: pd.DataFrame, *, whole: bool = False) -> None:
    table["held"] = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
    table["log"] = np.log(table["expected"].clip(lower=0.5) / table["true"])
    better = table[["rd_ratio", "patents"]].max(axis=1)
    table["times"] = table["ours"] / better.where(better > 0)
    below, above = (table["true"] < table["low"]).mean(), (table["true"] > table["high"]).mean()
    print(
        f"{len(table)} cities: held {table['held'].mean():.3f}, true below {below:.3f}, above {above:.3f}; "
        f"expected/true median {np.exp(table['log'].median()):.2f}, sum of all "
        f"{table['expected'].sum() / table['true'].sum():.2f}, deviation of its log {table['log'].std():.2f}; "
        f"first: ours {table['ours'].mean():.3f}, the better of the two {better.mean():.3f}, "
        f"{table['ours'].mean() / better.mean():.2f} times (median of cities {table['times'].median():.2f})",
        flush=True,
    )
    if whole:
        names = [n for n in ("held", "log", "ours", "rd_ratio", "patents", "told", "times", "seconds") if n in table]
        for by in ("family", "hiding", "experts"):
            print(table.groupby(by)[names].mean().round(2).to_string())


def _calibration(chance: np.ndarray, truth: np.ndarray) -> None:
    skill = 1 - np.mean((chance - truth) ** 2) / np.var(truth)
    print(
        f"Brier {np.mean((chance - truth) ** 2):.4f} (skill {skill:.3f}); chance: firms, mean chance, share that pass"
    )
    edges = [0, 1e-9, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.01]
    for low, high in pairwise(edges):
        inside = (chance >= low) & (chance < high)
        if inside.any():
            mean, passed = chance[inside].mean(), truth[inside].mean()
            print(f"  {low:.3f}-{min(high, 1):.3f}: {inside.sum()}, {mean:.4f}, {passed:.4f}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    numbers = [int(each) for each in rest if each.isdigit()]
    chosen = [each for each in rest if not each.isdigit()] or list(ALL)
    main(what, *numbers, chosen)
