"""Time 1,000,000 made-up firms through hte and tech-sme, Parquet to Parquet, beside a plain loop over dicts.

    python examples/benchmark_scoring.py WORK_FOLDER [FIRMS] [every | pieces]

With `every`, all policies about firms that hold on the day instead, each column that they ask for filled, in one
reading, beside as many readings as there are policies. With `pieces`, into a folder of pieces instead, from Parquet and
CSV, then twice as many firms from Parquet: seconds, seconds of processor, largest memory of a process of its own.

The loop over dicts gives the same rows (conditions, items, totals and decisions of both policies, intervals included)
for the first part of the firms; its time is scaled to all of them. Both run in this process, on the same firms, with
fixed seeds.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from plain_scoring import rows_of

from matcher.policy.policy import Policy, list_policies, load_policy
from matcher.policy.streaming import score_parquet

SEED = 20261124


def made_up_firms(size: int, seed: int = SEED) -> pd.DataFrame:
    """Firms of no real place: log-normal sizes, an eighth of the facts of every fourth firm unknown."""
    rng = np.random.default_rng(seed)

    def yuan(low: float, high: float) -> np.ndarray:
        return np.exp(rng.uniform(np.log(low), np.log(high), size)).round()

    def yes(share: float) -> pd.array:
        return pd.array(rng.random(size) < share, dtype="boolean")

    sales3 = yuan(2e6, 8e8)
    sales2 = (sales3 / rng.uniform(0.8, 1.6, size)).round()
    sales1 = (sales2 / rng.uniform(0.8, 1.6, size)).round()
    assets3 = yuan(1e6, 4e8)
    assets2 = (assets3 / rng.uniform(0.8, 1.6, size)).round()
    rate = rng.uniform(0.01, 0.12, size)
    rd = [(sales * rate).round() for sales in (sales1, sales2, sales3)]
    income = (sales3 * rng.uniform(1.0, 1.05, size)).round()
    staff = rng.integers(5, 900, size).astype(float)
    start = rng.integers(10_000, 20_400, size).astype("datetime64[D]").astype("datetime64[ns]")
    firms = {
        "enterprise_id": np.char.add("F", np.char.zfill(np.arange(size).astype(str), 8)),
        "registered_on": start,
        "resident": yes(0.99),
        "employees_total": staff,
        "rd_staff": (staff * rng.uniform(0.02, 0.5, size)).round(1),
        "sales_y1": sales1,
        "sales_y2": sales2,
        "sales_y3": sales3,
        "total_income_last_year": income,
        "hightech_income_last_year": (income * rng.uniform(0.3, 1.0, size)).round(),
        "net_assets_y1": (assets2 / rng.uniform(0.8, 1.6, size)).round() - 2e5,
        "net_assets_y2": assets2 - 2e5,
        "net_assets_y3": assets3 - 2e5,
        "rd_expense_y1": rd[0],
        "rd_expense_y2": rd[1],
        "rd_expense_y3": rd[2],
        "rd_domestic_3y": ((rd[0] + rd[1] + rd[2]) * rng.uniform(0.5, 1.0, size)).round(),
        "class1_ip": rng.poisson(0.6, size).astype(float),
        "class2_ip": rng.poisson(3, size).astype(float),
        "ip_own_rd": yes(0.9),
        "conversions_3y": rng.poisson(9, size).astype(float),
        "in_field": yes(0.9),
        "major_safety_accident_365d": yes(0.01),
        "major_quality_accident_365d": yes(0.01),
        "serious_env_violation_365d": yes(0.01),
        "standards_participation": yes(0.1),
        "tech-sme.employees_total": staff,
        "tech-sme.rd_staff": (staff * rng.uniform(0.02, 0.5, size)).round(1),
        "tech-sme.class1_ip": rng.poisson(0.6, size).astype(float),
        "tech-sme.class2_ip": rng.poisson(3, size).astype(float),
        "sales_last_year": sales3,
        "assets_total": assets3,
        "cost_expense": (sales3 * rng.uniform(0.6, 1.1, size)).round(),
        "rd_expense_last_year": rd[2],
        "prohibited": yes(0.01),
        "major_safety_accident_2y": yes(0.01),
        "major_quality_accident_2y": yes(0.01),
        "serious_env_violation_2y": yes(0.01),
        "serious_research_dishonesty_2y": yes(0.01),
        "listed_abnormal": yes(0.02),
        "listed_dishonest": yes(0.01),
        "hte_certificate_valid": yes(0.1),
        "provincial_rd_institution": yes(0.05),
        "national_award_5y": yes(0.01),
        "national_award_rank": rng.integers(1, 8, size).astype(float),
        "standard_5y": yes(0.05),
        "standard_rank": rng.integers(1, 10, size).astype(float),
    }
    frame = pd.DataFrame(firms)
    holes = rng.random(size) < 0.25
    for name in frame.columns[1:]:
        frame.loc[holes & (rng.random(size) < 0.125), name] = None
    return frame


def firm_policies(on: date) -> list[Policy]:
    """The policies about firms of which an edition holds on the day."""
    table = list_policies()
    day = pd.Timestamp(on)
    since, until = (pd.to_datetime(table[name]) for name in ("since", "until"))
    holding = table[(since.isna() | (since <= day)) & (until.isna() | (until >= day))]
    policies = [load_policy(name) for name in dict.fromkeys(holding["policy"])]
    return [policy for policy in policies if policy.subject.id == "firm"]


def filled(firms: pd.DataFrame, policies: list[Policy], seed: int = SEED) -> pd.DataFrame:
    """The firms with a value of the right kind for every other column that the policies ask for."""
    rng, size = np.random.default_rng(seed), len(firms)
    facts = {name: fact for policy in policies for name, fact in policy.columns.items() if name not in firms}
    more = {}
    sales = firms["sales_y3"].fillna(1e7).to_numpy()
    for name, fact in facts.items():
        if fact.kind == "yesno":
            more[name] = pd.array(rng.random(size) < 0.03, dtype="boolean")
        elif fact.kind == "choice":
            more[name] = rng.choice(np.array([*fact.choices, None], dtype=object), size)
        elif fact.kind == "date":
            days = pd.Series(rng.integers(18_000, 20_700, size).astype("datetime64[D]").astype("datetime64[ns]"))
            more[name] = days.where(rng.random(size) < 0.03)
        elif fact.kind == "yuan":
            more[name] = (sales * rng.uniform(0.01, 0.2, size)).round()
        else:
            high = min(fact.highest, 1.0 if fact.kind == "share" else 10.0)
            figures = rng.uniform(fact.lowest, high, size)
            more[name] = figures if fact.kind == "share" else figures.round()
    return pd.concat([firms, pd.DataFrame(more)], axis=1)


def time_every(folder: Path, size: int, on: date) -> None:
    """All policies in one reading, and each in a reading of its own."""
    policies = firm_policies(on)
    source = folder / "every.parquet"
    filled(made_up_firms(size), policies).to_parquet(source)
    start = time.perf_counter()
    counted, _ = score_parquet(source, policies, on=on, summary=folder / "summary.parquet")
    together = time.perf_counter() - start
    print(f"{len(policies)} policies in one reading: {together:.1f} s, {counted}")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")
    start = time.perf_counter()
    for policy in policies:
        score_parquet(source, policy, on=on, summary=folder / "summary.parquet")
    apart = time.perf_counter() - start
    print(f"one reading a policy: {apart:.1f} s, {apart / together:.1f} times as long")


SCORE = """
import resource, sys, time
from matcher.policy.streaming import score_parquet
start = time.perf_counter()
counted, _ = score_parquet(sys.argv[1], ["hte", "tech-sme"], on=sys.argv[3], folder=sys.argv[2])
spent, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
print(f"{spent:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor, {used.ru_maxrss / 2**20:.2f} GiB, {counted}")
"""


def time_pieces(folder: Path, size: int, on: date) -> None:
    """A folder of pieces from each kind of source, each in a process of its own."""
    target = folder / "pieces"
    for many, kind in ((size, "parquet"), (size, "csv"), (2 * size, "parquet")):
        source = folder / f"firms.{kind}"
        firms = made_up_firms(many)
        firms.to_parquet(source) if kind == "parquet" else firms.to_csv(source, index=False)
        del firms
        shutil.rmtree(target, ignore_errors=True)
        words = [sys.executable, "-c", SCORE, str(source), str(target), on.isoformat()]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        print(f"{many} firms from {source.name} into pieces: {done.stdout.strip()}", flush=True)


def main() -> None:
    folder, size = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    on = date(2026, 11, 24)
    if "pieces" in sys.argv[3:]:
        time_pieces(folder, size, on)
        return
    if "every" in sys.argv[3:]:
        time_every(folder, size, on)
        return
    source = folder / "firms.parquet"
    firms = made_up_firms(size)
    firms.to_parquet(source)
    policies = [load_policy("hte"), load_policy("tech-sme")]

    start = time.perf_counter()
    counted, _ = score_parquet(source, policies, on=on, summary=folder / "summary.parquet")
    print(f"summary only: {time.perf_counter() - start:.1f} s, {counted}")
    start = time.perf_counter()
    counted, _ = score_parquet(
        source, policies, on=on, summary=folder / "summary.parquet", verdicts=folder / "verdicts.parquet"
    )
    print(f"all verdicts: {time.perf_counter() - start:.1f} s, {counted}")
    spent = time.perf_counter() - start
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")

    part = firms.head(min(size, 20_000)).copy()
    part["registered_on"] = part["registered_on"].dt.date
    records = part.astype(object).where(part.notna(), None).to_dict("records")
    start = time.perf_counter()
    rows = [row for firm in records for row in rows_of(firm, on)]
    loop = (time.perf_counter() - start) * size / len(records)
    print(f"a plain loop over dicts: {loop:.0f} s for all ({len(records)} firms timed, {len(rows)} rows)")
    print(f"all verdicts are {loop / spent:.0f} times as fast")


if __name__ == "__main__":
    main()
