"""Figures of the discovery list on made-up cities.

    python examples/evaluate_discovery.py first [FIRMS] [SEED]     true passers among the first firms of the list, time
    python examples/evaluate_discovery.py count [CITIES] [FIRMS] [SEED]   how often the 90 % interval holds the truth

Seeds below 1000, of all families, were looked at while the method was made; seeds from 5000 were not.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from made_up_city import FAMILIES, HIDING, ON, city

from matcher.pool.discovery import discover


def first(size: int, seed: int) -> None:
    for k, (family, hiding) in enumerate([(f, h) for f in FAMILIES for h in ("columns", "sources", "active")]):
        made = city(size, family=family, hiding=hiding, seed=seed + k)
        start = time.perf_counter()
        found = discover(made.seen, "hte", on=ON)
        spent = time.perf_counter() - start
        truth = pd.Series(made.passes, index=made.full["enterprise_id"])
        top = max(1, size // 30)
        ours = truth[found.listed["enterprise_id"]].to_numpy()
        seen = made.seen.apply(lambda c: pd.to_numeric(c, errors="coerce"))
        ratio = (seen["rd_expense_y3"] / seen["sales_y3"]).replace([np.inf], np.nan).fillna(-1)
        patents = seen["patents_granted_3y"].fillna(-1)
        shares = [ours[:top].sum() / truth.sum()]
        for figure in (ratio, patents):
            best = np.argsort(-figure.to_numpy(), kind="stable")[:top]
            shares.append(made.passes[best].sum() / truth.sum())
        empty = made.seen.drop(columns=["enterprise_id", "name", "scope"]).isna().to_numpy().mean()
        chance = found.listed["chance"].to_numpy()
        brier = 1 - np.mean((chance - ours) ** 2) / np.var(ours)
        low, high = found.expected.loc[0, ["low", "high"]]
        print(
            f"{family:8} {hiding:8} hidden {empty:.0%} true {int(truth.sum())} ({truth.mean():.1%}); first {top}:",
            f"ours {shares[0]:.3f}, R&D ratio {shares[1]:.3f}, patents {shares[2]:.3f},",
            f"perfect {min(1, top / truth.sum()):.3f}; times the better {shares[0] / max(shares[1:]):.2f};",
            f"expected {chance.sum():.0f} [{low:.0f}, {high:.0f}]; skill {brier:.3f}; {spent:.0f} s",
            flush=True,
        )


def count(cities: int, size: int, seed: int) -> None:
    rows = []
    for k in range(cities):
        family, hiding = FAMILIES[k % 4], HIDING[(k // 4) % 4]
        made = city(size, family=family, hiding=hiding, seed=seed + k)
        told = discover(made.seen, "hte", on=ON, seed=k).expected.iloc[0]
        true = int(made.passes.sum())
        rows.append((family, hiding, true, told.expected, told.low, told.high, told.low <= true <= told.high))
        if k % 4 == 3 or k == cities - 1:
            table = pd.DataFrame(rows, columns=["family", "hiding", "true", "expected", "low", "high", "held"])
            print(
                k + 1,
                f"held {table['held'].mean():.3f}, below {(table['true'] < table['low']).mean():.3f}, above "
                f"{(table['true'] > table['high']).mean():.3f},",
                f"expected/true {(table['expected'] / table['true']).median():.2f}",
                flush=True,
            )
    print(table.groupby("family")["held"].mean().to_dict(), table.groupby("hiding")["held"].mean().to_dict())
    print((table["expected"] / table["true"]).groupby([table["family"], table["hiding"]]).median().round(2).to_dict())


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    if what == "first":
        first(*[int(n) for n in [*numbers, *["30000", "5000"][len(numbers) :]]])
    else:
        count(*[int(n) for n in [*numbers, *["200", "3000", "5000"][len(numbers) :]]])
