"""Time 170,000 made-up experts with 1,000,000 made-up works: building, then one need's experts with reasons.

    python examples/benchmark_experts.py [WORKS]

Prints the seconds of building, the median milliseconds of one need with reasons, the share of the exact best ten that
were found (the search is exact, so 1 unless something is wrong: held against every person's works, looked at one by one
in double precision), and the most memory that was used.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd
from made_up import made_up

from matcher import Experts, rank_experts
from matcher.experts import Weighing


def main() -> None:
    """See the head of this file."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(0)
    many = size * 17 // 100
    works = made_up("outcome", size, characters=120, rng=1).rename(columns={"outcome_id": "work_id"})
    owner = np.minimum((many * rng.random(size) ** 1.5).astype(int), many - 1)  # some have many works, many have few
    works["expert_id"] = np.char.add("E", owner.astype(str))
    works["kind"] = rng.choice(["论文", "专利", "项目"], size)
    works["role"] = rng.choice(["第一作者", "通讯作者", "其他作者"], size)
    works["date"] = pd.Timestamp("2026-01-01") - pd.to_timedelta(rng.integers(0, 9000, size), unit="D")
    people = pd.DataFrame({"expert_id": np.char.add("E", np.arange(many).astype(str))})
    people["title"] = np.where(rng.random(many) < 0.2, works["title"].to_numpy()[:many], "")
    needs = made_up("need", 200, characters=150, rng=2)
    start = time.perf_counter()
    experts = Experts.build(people, works)
    del works
    print(
        f"building: {time.perf_counter() - start:.0f} s, {len(experts)} experts, {len(experts.links)} links", flush=True
    )
    rank_experts(needs[:1], experts, on="2026-11-24")
    spent = []
    for i in range(len(needs)):
        start = time.perf_counter()
        rank_experts(needs.iloc[i : i + 1], experts, on="2026-11-24")
        spent.append(1000 * (time.perf_counter() - start))
    print(
        f"one need with reasons: median {np.median(spent):.0f} ms, 95 % within {np.quantile(spent, 0.95):.0f} ms",
        flush=True,
    )
    found = rank_experts(needs[:20], experts, on="2026-11-24", reasons=False)
    print(f"recall@10 against every work looked at: {recall(needs[:20], experts, found):.3f}")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GiB")


def recall(needs: pd.DataFrame, experts: Experts, found: pd.DataFrame) -> float:
    """The share of the best ten, worked out from all works by sorting, that `found` holds."""
    index, weighing = experts.index, Weighing()
    asked = index.asked(needs["title"].tolist(), needs["description"].tolist())
    semantic, lexical, _ = index.channels(asked, slice(0, len(needs)))
    weights, ids = experts.weights(weighing, "2026-11-24"), experts.people["expert_id"].to_numpy(object)
    shares = []
    for i, need in enumerate(needs["need_id"]):
        values = np.maximum(index.scale.rough(semantic[i], lexical[i]), 0)[experts.rows] * weights
        table = pd.DataFrame({"person": experts.person, "value": values}).sort_values("value", ascending=False)
        table["place"] = table.groupby("person").cumcount()
        table = table[table["place"] < weighing.top]
        best = (table["value"] * weighing.steps[table["place"]]).groupby(table["person"]).sum().nlargest(10)
        shares.append(len(set(ids[best.index]) & set(found.loc[found["need_id"] == need, "expert_id"])) / 10)
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
