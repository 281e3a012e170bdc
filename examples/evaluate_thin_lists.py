"""Figures of the discovery list where hardly anything is known of a firm: name, industry, scope, capital, date.

    python examples/evaluate_thin_lists.py FOLDER [all|develop|last]
        tables of a folder with a flag `hte` (1: recognised once, 0: not): how well the chance, made without the flag,
        orders the flagged firms before the others (AUC), over six seeds; beside it a count of six words. `develop` and
        `last` are the halves by the check sum of the firm's id: what is chosen is chosen on the first
    python examples/evaluate_thin_lists.py made-up [FIRMS]
        a made-up registry extract (the class names of GB/T 4754 as scopes), which has no truth: how far the lists of
        two seeds agree

The flag is read here only; nothing in the library is fitted to it.
"""

from __future__ import annotations

import sys
import time
import zlib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from matcher.fields.taxonomy import Scheme
from matcher.policy.firms.table import read_firms
from matcher.pool.book.tables import REGISTRY
from matcher.pool.discovery.estimation import discover

ON = date(2026, 11, 24)
WORDS = ("研发", "研究", "技术", "软件", "制造", "科技")
COMMON = (
    "货物进出口",
    "技术进出口",
    "技术服务、技术开发、技术咨询",
    "国内贸易代理",
    "信息咨询服务",
    "非居住房地产租赁",
)
SECTIONS = {"C": 0.25, "F": 0.25, "I": 0.1, "M": 0.1, "L": 0.12, "E": 0.06, "G": 0.06, "A": 0.03, "H": 0.03}


def made_up(size: int, seed: int = 0) -> pd.DataFrame:
    """A registry extract: names, scopes of three to nine items mostly of one division, capital, founding date."""
    rng = np.random.default_rng(seed)
    heads = Scheme.load("gbt4754").headings
    above = dict(zip(heads["code"], heads["parent"], strict=True))
    classes = heads[heads["level"] == 4].assign(division=lambda t: t["code"].str[:2])
    classes = classes.assign(section=classes["division"].map(above))
    names = {d: g["name"].to_numpy() for d, g in classes.groupby("division")}
    divisions = classes.drop_duplicates("division").groupby("section")["division"].apply(list).to_dict()
    weights = np.array(list(SECTIONS.values()))
    rows = []
    for n in range(size):
        section = str(rng.choice(list(SECTIONS), p=weights / weights.sum()))
        own = names[str(rng.choice(divisions[section]))]
        items = [*rng.choice(own, min(len(own), int(rng.integers(2, 6))), replace=False)]
        if rng.random() < 0.5:
            items += [*rng.choice(names[str(rng.choice(list(names)))], 1)]
        if section in "CIM" and rng.random() < 0.35:
            items += ["新材料技术研发" if section == "C" else "软件开发"]
        items += [*rng.choice(COMMON, int(rng.integers(0, 4)), replace=False)]
        kind = "科技" if section in "CIM" and rng.random() < 0.5 else "贸易" if section == "F" else "实业"
        day = ON - timedelta(days=int(rng.exponential(3000)) + 30)
        capital = int(np.exp(15 + 1.3 * rng.standard_normal()) // 1e4)
        rows.append((f"T{n:05d}", f"虚构{n:05d}号{kind}有限公司", "；".join(items), f"{capital}(万元)", day))
    return pd.DataFrame(rows, columns=["企业编号", "企业名称", "经营范围", "注册资本", "成立日期"])


def auc(order: np.ndarray, flag: np.ndarray) -> float:
    """The share of pairs of a flagged and another firm that stand in the right order; ties count half."""
    ranks = rankdata(order)
    yes = int(flag.sum())
    return float((ranks[flag].sum() - yes * (yes + 1) / 2) / (yes * (len(flag) - yes)))


def chances(table: pd.DataFrame | Path, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """The firms read, and the chance of each."""
    firms = read_firms(table, "hte", on=ON, extra=REGISTRY).rows
    listed = discover(firms.drop(columns=["hte"], errors="ignore"), "hte", on=ON, rng=seed).listed
    return firms, listed.set_index("enterprise_id")["chance"].reindex(firms["enterprise_id"])


def flagged(folder: Path, half: str) -> None:
    for path in sorted(folder.glob("*.csv")):
        runs = [chances(path, seed) for seed in range(6)]
        firms = runs[0][0]
        flag = (firms["hte"].astype(str) == "1").to_numpy()
        part = np.array([zlib.crc32(str(i).encode()) % 2 for i in firms["enterprise_id"]])
        use = np.ones(len(firms), bool) if half == "all" else part == (half == "last")
        words = firms["scope"].map(lambda text: sum(text.count(word) for word in WORDS)).to_numpy()
        values = [auc(chance.to_numpy()[use], flag[use]) for _, chance in runs]
        agree = [spearmanr(runs[0][1], other[1])[0] for other in runs[1:]]
        print(
            f"{path.name}, {half}: {use.sum()} firms, {flag[use].sum()} flagged; AUC of the chance over six seeds "
            f"{min(values):.3f} to {max(values):.3f}, of the words {auc(words[use], flag[use]):.3f}; "
            f"rank correlation of two seeds at least {min(agree):.3f}"
        )


def agreement(size: int) -> None:
    table = made_up(size)
    start = time.perf_counter()
    (_, one), (_, other) = chances(table, 0), chances(table, 1)
    seconds = (time.perf_counter() - start) / 2
    first = [set(chance.sort_values(ascending=False, kind="stable").index[:100]) for chance in (one, other)]
    print(
        f"{size} made-up thin rows: rank correlation of two seeds {spearmanr(one, other)[0]:.3f}, first hundred shared "
        f"{len(first[0] & first[1])}, expected {one.sum():.0f} and {other.sum():.0f}, {seconds:.0f} s a list"
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[0] == "made-up":
        agreement(int(given[1]) if len(given) > 1 else 5000)
    else:
        flagged(Path(given[0]), given[1] if len(given) > 1 else "all")
