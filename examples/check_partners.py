"""Every gain that `partners` lists is worked out again from two runs of the policy; 630 firm files are timed.

    python examples/check_partners.py gains [FIRMS]     made-up firms, an eighth of some facts unknown; 100 % or exit 1
    python examples/check_partners.py files FOLDER [FIRMS]

Everything is made up, with fixed seeds. The check calls only `matcher.score`, on rows that it changes itself.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from benchmark_scoring import made_up_firms

from matcher import load_policy, score
from matcher.partners import firm_files, propose, write_firm_files

ON = "2026-11-24"
POLICIES = ("hte", "tech-sme")
RIGHTS = ("发明专利", "实用新型专利", "软件著作权", "专有技术", "发明专利申请中", "")
WAYS = ("技术转让", "技术许可", "合作开发", "委托开发", "作价入股", "技术许可,合作开发", "共建平台", "面议", "")
STAGES = ("实验室阶段", "小试", "中试", "已产业化", "")


def made_up_outcomes(size: int, rng: np.random.Generator) -> pd.DataFrame:
    def pick(words: tuple[str, ...]) -> np.ndarray:
        return np.array(words, object)[rng.integers(len(words), size=size)]

    prices = [f"{n}万元" if n % 3 else "面议" for n in rng.integers(5, 400, size)]
    return pd.DataFrame(
        {
            "outcome_id": [f"CG{n:05d}" for n in range(size)],
            "title": [f"虚构成果{n}" for n in range(size)],
            "institution": pick(("虚构大学", "虚构研究院")),
            "ip_type": pick(RIGHTS),
            "cooperation": pick(WAYS),
            "maturity": pick(STAGES),
            "field": pick(("电子信息-软件", "冶金", "新材料", "")),
            "price": prices,
            "hte_used": pick(("是", "否", "")),
            "overseas": pick(("是", "否", "")),
        }
    )


def made_up_pairs(firms: pd.DataFrame, outcomes: pd.DataFrame, rng: np.random.Generator, each: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "enterprise_id": np.repeat(firms["enterprise_id"].to_numpy(), each),
            "outcome_id": outcomes["outcome_id"].to_numpy()[rng.integers(len(outcomes), size=len(firms) * each)],
            "probability": rng.random(len(firms) * each).round(3),
        }
    )


def for_policy(firms: pd.DataFrame, policy: str) -> pd.DataFrame:
    """The table with this policy's own columns alone, so that each policy is checked by itself."""
    known = set(load_policy(policy).columns)
    table = firms[["enterprise_id"]].copy()
    for name in known:
        for column in (f"{policy}.{name}", name):
            if column in firms:
                table[name] = firms[column]
                break
    return table


def points(scored: object, of: str) -> dict[tuple[str, str, str], tuple[float, float]]:
    rows = scored.verdicts[scored.verdicts["kind"] == "points"]
    told = rows[["enterprise_id", "policy", "rule", "points_low", "points_high"]].astype({"rule": str})
    return {(row[0], row[2]): (row[3], row[4]) for row in told.itertuples(index=False) if str(row[1]) == of}


def check_gains(size: int) -> int:
    wrong = checked = 0
    for policy in POLICIES:
        rng = np.random.default_rng(5)
        firms = for_policy(made_up_firms(size, seed=11), policy)
        outcomes = made_up_outcomes(300, rng)
        table = propose(
            firms,
            made_up_pairs(firms, outcomes, rng, 6),
            policy,
            on=ON,
            outcomes=outcomes,
            k=None,
            weak=True,
            points_per_yuan=1e-6,
        )
        one = table.drop_duplicates(["enterprise_id", "outcome_id", "way"]).reset_index(drop=True)
        rows = firms.set_index("enterprise_id").loc[one["enterprise_id"]].reset_index()
        changes = [json.loads(text) for text in one["changes"]]
        for name in sorted({name for change in changes for name in change}):
            before = rows[name].astype(object) if name in rows else pd.Series([None] * len(rows), dtype=object)
            rows[name] = [change.get(name, old) for change, old in zip(changes, before, strict=True)]
        rows["enterprise_id"] = [str(n) for n in range(len(rows))]
        first, second = score(firms, policy, on=ON), score(rows, policy, on=ON)
        was, now = points(first, policy), points(second, policy)
        decisions = dict(zip(first.summary["enterprise_id"], first.summary["decision"].astype(str), strict=True))
        copies = {(r.enterprise_id, r.outcome_id, r.way): str(n) for n, r in enumerate(one.itertuples())}
        after = second.summary["decision"].astype(str).tolist()
        for row in table.to_dict("records"):
            copy = copies[row["enterprise_id"], row["outcome_id"], row["way"]]
            listed = [row["total_gain_low"], row["total_gain_high"]]
            true = [now[copy, "total"][i] - was[row["enterprise_id"], "total"][i] for i in (0, 1)]
            if row["kind"] != "condition":
                listed += [row["gain_low"], row["gain_high"]]
                true += [now[copy, row["item"]][i] - was[row["enterprise_id"], row["item"]][i] for i in (0, 1)]
            good = listed == true and row["decision_before"] == decisions[row["enterprise_id"]]
            good &= row["decision_after"] == after[int(copy)]
            expected = row["probability"] * (true[0] + true[1]) / 2
            good &= abs(row["expected_gain"] - expected) < 1e-8
            good &= np.isnan(row["cost"]) or abs(row["net"] - (expected - 1e-6 * row["cost"])) < 1e-8
            checked, wrong = checked + 1, wrong + (not good)
        gaining = int((one["total_gain_high"] > 0).sum())
        print(f"{policy}: {len(table)} rows, {len(one)} proposals, {gaining} of them gain points")
    print(
        f"gains equal to the difference of two runs: {checked - wrong} of {checked} ({(checked - wrong) / checked:.2%})"
    )
    return int(wrong > 0)


def time_files(folder: Path, size: int) -> int:
    rng = np.random.default_rng(5)
    firms = made_up_firms(size, seed=11)
    outcomes = made_up_outcomes(500, rng)
    pairs = made_up_pairs(firms, outcomes, rng, 10)
    start = time.perf_counter()
    hte = propose(firms, pairs, "hte", on=ON, outcomes=outcomes, weak=True)
    print(f"partners of {size} firms, {len(pairs)} pairs, hte: {time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    files = firm_files(firms, POLICIES, on=ON, partners=hte)
    print(f"firm files worked out, {' and '.join(POLICIES)}: {time.perf_counter() - start:.1f} s")
    count = write_firm_files(folder, files)
    print(f"with {count} files written: {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "gains":
        sys.exit(check_gains(int(rest[0]) if rest else 400))
    sys.exit(time_files(Path(rest[0]), int(rest[1]) if len(rest) > 1 else 630))
