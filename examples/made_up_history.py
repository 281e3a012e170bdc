"""A made-up history of applications for `hte`, and the probability with which each of them passed.

    python examples/made_up_history.py OUT.csv [APPLICATIONS] [TRUTH] [SEED] [MISSING]   (and OUT_truth.csv)

Everything is invented. Nothing of this is known to the library; only the examples and the tests use it.

Firms apply in the years 2021 to 2025 because they believe that they meet the conditions; one in twelve is wrong, and
fails. `TRUTHS` say how a panel decides on the others:
* `panel`: the rules' points at the middle of their ranges; experts' points on the technology follow the rights, those
  on the organisation R&D and staff; 13 points as a gift; the panel errs by 7 points (normal); more than 70 passes.
* `weak`: the same with an error of 25 points: the facts say little.
* `papers`: one in four fails for a fault in its papers, whatever its points; the rest as in `panel`.
* `falling`: as `panel`, and each year the panel gives 2 points less.
* `random`: a coin that falls on 通过 six times in ten.
`probability` is exact: the share of panels that would pass the firm with these facts, before any cell was emptied.
Cells are emptied at random, MISSING of them (0.3): nobody kept them.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from matcher.policy.policy import load_policy

YEARS = (2021, 2022, 2023, 2024, 2025)
TRUTHS = ("panel", "weak", "papers", "falling", "random")
NEVER_EMPTY = ("enterprise_id", "name", "apply_on", "outcome")


class History(NamedTuple):
    """`table`: as a bureau has it, `outcome` true or false; `full`: every fact; `probability` of passing."""

    table: pd.DataFrame
    full: pd.DataFrame
    probability: np.ndarray


def history(size: int, *, truth: str = "panel", missing: float = 0.3, seed: int = 0) -> History:
    rng = np.random.default_rng(seed)
    full = _facts(size, rng)
    year = np.array([day.year for day in full["apply_on"]])
    points = _points(full) - (2.0 * (year - 2022) if truth == "falling" else 0.0)
    probability = norm.cdf((points - 70) / (25 if truth == "weak" else 7))
    if truth == "papers":
        probability = 0.75 * probability
    probability = np.where(_most(full) > 70, probability, 0.0)
    if truth == "random":
        probability = np.full(size, 0.6)
    wrong = rng.random(size) < 1 / 12
    full.loc[wrong, "rd_staff"] = np.floor(0.05 * full.loc[wrong, "employees_total"])
    probability = np.where(wrong, 0.0, probability)
    full["outcome"] = rng.random(size) < probability
    table = full.copy()
    for name in table.columns:
        if name not in NEVER_EMPTY:
            table[name] = table[name].astype(object).where(rng.random(size) >= missing, None)
    return History(table, full, probability)


def _facts(size, rng):
    skill, large = rng.normal(size=size), rng.normal(size=size)
    order = np.sort(rng.integers(len(YEARS), size=size))
    apply_on = [
        date(YEARS[k], 5, 1) + timedelta(days=int(day))
        for k, day in zip(order, rng.integers(120, size=size), strict=True)
    ]
    again = rng.random(size) < 0.15  # one in seven or so is a firm that applied before
    number = np.where(again, rng.integers(1, size + 1, size), np.arange(1, size + 1))
    age = np.clip(rng.gamma(2.5, 3.0, size) + 3.0, 3.0, 30.0)
    sales3 = np.exp(16.3 + 1.1 * large)
    growth = np.exp(0.08 + 0.08 * skill[:, None] + 0.18 * rng.normal(size=(size, 2)))
    sales2, sales1 = sales3 / growth[:, 0], sales3 / growth.prod(axis=1)
    people = np.maximum(5, np.exp(np.log(sales3) - 13.0 + 0.4 * rng.normal(size=size)).round())
    staff = np.ceil(people * np.clip(0.10 + 0.09 * np.exp(0.5 * skill + 0.5 * rng.normal(size=size)), 0.1, 0.9))
    need = np.where(sales3 <= 5e7, 0.05, np.where(sales3 <= 2e8, 0.04, 0.03))
    ratio = need + 0.02 * np.exp(0.6 * skill + 0.7 * rng.normal(size=size))
    rd = [np.ceil(sales * ratio) for sales in (sales1, sales2, sales3)]
    income = sales3 * (1 + rng.exponential(0.02, size))
    assets3 = np.exp(np.log(sales3) - 0.3 + 0.6 * rng.normal(size=size))
    rise = np.exp(0.07 + 0.05 * skill[:, None] + 0.2 * rng.normal(size=(size, 2)))
    one = rng.poisson(np.exp(-0.3 + 0.7 * skill))
    two = rng.poisson(np.exp(1.5 + 0.4 * skill + 0.2 * large))
    two = np.where(one + two == 0, 1, two)
    abroad = np.where(rng.random(size) < 0.08, rng.uniform(0, 0.3, size), 0.0)
    return pd.DataFrame(
        {
            "enterprise_id": [f"LS{n:05d}" for n in number],
            "name": [f"虚构{n:05d}号科技有限公司" for n in number],
            "apply_on": apply_on,
            "registered_on": [day - timedelta(days=int(365.25 * own)) for day, own in zip(apply_on, age, strict=True)],
            "resident": True,
            "employees_total": people,
            "rd_staff": np.minimum(staff, people),
            "sales_y1": sales1.round(),
            "sales_y2": sales2.round(),
            "sales_y3": sales3.round(),
            "total_income_last_year": income.round(),
            "hightech_income_last_year": (income * (0.62 + 0.36 * rng.beta(2, 2, size))).round(),
            "net_assets_y1": (assets3 / rise.prod(axis=1)).round(),
            "net_assets_y2": (assets3 / rise[:, 0]).round(),
            "net_assets_y3": assets3.round(),
            "rd_expense_y1": rd[0],
            "rd_expense_y2": rd[1],
            "rd_expense_y3": rd[2],
            "rd_domestic_3y": np.floor(sum(rd) * (1 - abroad)),
            "class1_ip": one,
            "class2_ip": two,
            "ip_own_rd": rng.random(size) < 0.9,
            "conversions_3y": rng.poisson(np.exp(2.35 + 0.25 * skill + 0.35 * rng.normal(size=size))),
            "in_field": True,
            "major_safety_accident_365d": False,
            "major_quality_accident_365d": False,
            "serious_env_violation_365d": False,
            "standards_participation": rng.random(size) < 1 / (1 + np.exp(2.5 - 0.6 * skill)),
        }
    )


def _points(full):
    """What a panel gives on average, of 100 points."""
    one, two = full["class1_ip"].to_numpy(), full["class2_ip"].to_numpy()
    count = np.select([one >= 1, two >= 5, two >= 3], [7.5, 5.5, 3.5], 1.5)
    mode = np.where(full["ip_own_rd"], 4.0, 2.0)
    level = 1 - np.exp(-0.5 * one - 0.06 * two)  # of the technology, as experts see it
    rights = np.minimum(30, count + mode + 1.5 * full["standards_participation"] + 16 * (0.45 + 0.5 * level))
    n = full["conversions_3y"].to_numpy() / 3
    moved = np.select([n >= 5, n >= 4, n >= 3, n >= 2, n >= 1], [28, 22, 16, 10, 4], 2.0)
    share = (full["rd_staff"] / full["employees_total"]).to_numpy()
    ratio = (full[["rd_expense_y1", "rd_expense_y2", "rd_expense_y3"]].sum(axis=1)
             / full[["sales_y1", "sales_y2", "sales_y3"]].sum(axis=1)).to_numpy()  # fmt: skip
    order = 20 * (0.45 + 0.25 * (1 - np.exp(-(share - 0.1) / 0.12)) + 0.3 * (1 - np.exp(-(ratio - 0.03) / 0.05)))
    return rights + moved + order + _grown(full, "sales") + _grown(full, "net_assets") + 13


def _most(full):
    """The most that any panel may give."""
    one, two = full["class1_ip"].to_numpy(), full["class2_ip"].to_numpy()
    count = np.select([one >= 1, two >= 5, two >= 3], [8, 6, 4], 2)
    rights = np.minimum(30, 16 + count + np.where(full["ip_own_rd"], 6, 3) + 2 * full["standards_participation"])
    n = full["conversions_3y"].to_numpy() / 3
    moved = np.select([n >= 5, n >= 4, n >= 3, n >= 2, n > 0], [30, 24, 18, 12, 6], 0)
    grown = [_grown(full, name) for name in ("sales", "net_assets")]
    return rights + moved + 20 + sum(np.where(points > 0, points + 0.5, 0) for points in grown)


def _grown(full, name):
    one, two, three = (full[f"{name}_y{k}"].to_numpy() for k in (1, 2, 3))
    rate = (two / one + three / two) / 2 - 1
    return np.select([rate >= 0.35, rate >= 0.25, rate >= 0.15, rate >= 0.05, rate > 0], [9.5, 7.5, 5.5, 3.5, 1.5], 0.0)


def in_words(made):
    """The table as people keep it: Chinese headers, 是 and 否, 通过 and 未通过."""
    words = made.table.copy()
    for name in made.full.columns[[kind.kind == "b" for kind in made.full.dtypes]]:
        says = ("通过", "未通过") if name == "outcome" else ("是", "否")
        words[name] = words[name].map({True: says[0], False: says[1]})
    heads = {"enterprise_id": "企业编号", "name": "企业名称", "apply_on": "申请日期", "outcome": "认定结果"}
    heads |= {name: column.title for name, column in load_policy("hte").columns.items()}
    first = ["enterprise_id", "name", "apply_on", "outcome"]
    return words[[*first, *(name for name in words if name not in first)]].rename(columns=heads)


if __name__ == "__main__":
    out, size, truth, seed, missing = [*sys.argv[1:], *["history.csv", "800", "panel", "1", "0.3"][len(sys.argv) - 1 :]]
    made = history(int(size), truth=truth, missing=float(missing), seed=int(seed))
    in_words(made).to_csv(out, index=False, encoding="utf-8-sig")
    told = made.full[["enterprise_id", "apply_on"]].assign(probability=made.probability.round(6))
    told.to_csv(out.removesuffix(".csv") + "_truth.csv", index=False, encoding="utf-8-sig")
    print(f"{len(made.full)} applications, {int(made.full['outcome'].sum())} passed; the truth beside them")
