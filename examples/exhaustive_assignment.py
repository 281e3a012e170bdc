"""Small random assignments of every kind of rule against trying every choice of pairs.

    python examples/exhaustive_assignment.py [CASES] [SEED]

Each case has at most 12 pairs and draws bounds, conflicts, required pairs, groups, grades, earlier panels and a goal.
The trial of all choices knows nothing of the library: it reads the same arguments and counts broken rules.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pandas as pd

from matcher import assign
from matcher.errors import InfeasibleError

GOALS = ("total", "max_min", "max_min_then_total")


def draw(rng: np.random.Generator) -> dict:
    """The arguments of one case."""
    lefts = [f"L{i}" for i in range(rng.integers(2, 6))]
    rights = [f"R{i}" for i in range(rng.integers(1, 5))]
    every = [(a, b) for a in lefts for b in rights]
    rng.shuffle(every)
    kept = [tuple(map(str, pair)) for pair in every[: rng.integers(2, 13)]]
    digits = int(rng.integers(1, 4))
    low = -0.3 if rng.random() < 0.2 else 0.0
    pairs = pd.DataFrame(
        [(a, b, round(float(rng.uniform(low, 1)), digits)) for a, b in kept], columns=["left_id", "right_id", "score"]
    )

    def bounds(ids: list[str], most: int) -> dict:
        told = {}
        for name in ["default", *ids]:
            if rng.random() < (0.8 if name == "default" else 0.25):
                least = int(rng.integers(0, 2))
                told[name] = {"min": least, "max": int(rng.integers(max(least, 1), most + 1))}
                if rng.random() < 0.2:
                    del told[name][str(rng.choice(["min", "max"]))]
        return told

    case = {
        "pairs": pairs,
        "left": bounds([*lefts, "L9"] if rng.random() < 0.1 else lefts, 3),
        "right": bounds(rights, 3),
        "goal": str(rng.choice(GOALS)),
        "forbid": [pair for pair in kept if rng.random() < 0.15],
        "require": [pair for pair in every_pair(lefts, rights) if rng.random() < 0.05],
    }
    if rng.random() < 0.5:
        names = ["g1", "g2", ""]
        case["groups"] = {
            "left": {name: str(rng.choice(names)) for name in lefts},
            "right": {name: str(rng.choice(names)) for name in rights},
        }
        case["forbid_same_group"] = bool(rng.random() < 0.5)
        case["at_most_per_group"] = int(rng.integers(1, 3)) if rng.random() < 0.6 else None
    if rng.random() < 0.25:
        case["grades"] = {name: str(rng.choice(["正高", "副高"])) for name in lefts}
        case["at_least_of_grade"] = {"正高": 1}
    if rng.random() < 0.25:
        case["previous"] = [sorted(map(str, rng.choice(lefts, min(len(lefts), 2), replace=False)))]
    if rng.random() < 0.3:
        case["seed"] = "2026-11-24 开奖号 07 11 23"
    return case


def every_pair(lefts: list[str], rights: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for a in lefts for b in rights]


def broken(case: dict, chosen: set[tuple[str, str]], present: set[tuple[str, str]]) -> list[tuple]:
    """Every rule that a choice of pairs breaks, and by how much."""
    found: list[tuple] = []
    for side, at in (("left", 0), ("right", 1)):
        bounds = case[side]
        for name in sorted({pair[at] for pair in present} | (set(bounds) - {"default"})):
            own, default = bounds.get(name, {}), bounds.get("default", {})
            least, most = own.get("min", default.get("min", 0)), own.get("max", default.get("max", 99))
            if "min" not in own and "max" in own:
                least = min(least, most)
            if "max" not in own and "min" in own:
                most = max(least, most)
            count = sum(pair[at] == name for pair in chosen)
            if count < least:
                found.append((f"{side}.min", name, least - count))
            if count > most:
                found.append((f"{side}.max", name, count - most))
    found += [("require", pair, 1) for pair in set(case["require"]) - chosen]
    found += [("forbid", pair, 1) for pair in set(case["forbid"]) & chosen]
    groups = case.get("groups", {"left": {}, "right": {}})
    rights = {pair[1] for pair in present} | (set(case["right"]) - {"default"})
    if case.get("forbid_same_group"):
        found += [
            ("same_group", pair, 1)
            for pair in chosen
            if groups["left"].get(pair[0]) and groups["left"].get(pair[0]) == groups["right"].get(pair[1])
        ]
    for right in sorted(rights):
        mine = [pair[0] for pair in chosen if pair[1] == right]
        if (most := case.get("at_most_per_group")) is not None:
            for group, count in Counter(groups["left"].get(name) for name in mine).items():
                if group and count > most:
                    found.append(("group", (right, group), count - most))
        for grade, least in case.get("at_least_of_grade", {}).items():
            count = sum(case["grades"].get(name) == grade for name in mine)
            if count < least:
                found.append(("grade", (right, grade), least - count))
        for number, panel in enumerate(case.get("previous", [])):
            if set(panel) <= set(mine):
                found.append(("panel", (right, number), 1))
    return found


def value(case: dict, chosen: set[tuple[str, str]], scores: dict, rights: set[str], reachable: set[str]) -> tuple:
    total = sum(scores[pair] for pair in chosen)
    if case["goal"] == "total":
        return (total,)
    counted = reachable if case["goal"] == "max_min" else rights
    worst = min((sum(scores[pair] for pair in chosen if pair[1] == right) for right in counted), default=0.0)
    return (worst,) if case["goal"] == "max_min" else (worst, total)


def check(case: dict) -> tuple[bool, bool | None, bool | None]:
    """Whether the answer is that of the trial of all choices; of an infeasible case: obstacles true, smallest."""
    scores = {(a, b): s for a, b, s in case["pairs"].itertuples(index=False)}
    present = list(scores)
    rights = {pair[1] for pair in present} | (set(case["right"]) - {"default"})
    barred = {pair for pair in present if any(kind in ("forbid", "same_group") and who == pair
              for kind, who, _ in broken(case, {pair}, set(present)))}  # fmt: skip
    reachable = {pair[1] for pair in present if pair not in barred}
    best, fewest = None, None
    for number in range(2 ** len(present)):
        chosen = {pair for i, pair in enumerate(present) if number >> i & 1}
        faults = broken(case, chosen, set(present))
        fewest = len(faults) if fewest is None else min(fewest, len(faults))
        if not faults:
            reached = value(case, chosen, scores, rights, reachable)
            if best is None or (reached[0] > best[0] + 1e-9 or (abs(reached[0] - best[0]) <= 1e-9 and reached > best)):
                best = reached
    try:
        answer = assign(**case)
    except InfeasibleError as error:
        first = error.obstacles[error.obstacles["set"] == 1]
        return best is None, is_true(case, first, present), len(first) == fewest
    if best is None:
        return False, None, None
    chosen = set(
        answer.pairs.loc[answer.pairs["alternate"] == 0, ["left_id", "right_id"]].itertuples(index=False, name=None)
    )
    reached = value(case, chosen, scores, rights, reachable)
    equal = not broken(case, chosen, set(present)) and np.allclose(reached, best, rtol=0, atol=1e-9)
    return bool(equal and answer.proof["optimal"]), None, None


def is_true(case: dict, obstacles: pd.DataFrame, present: list[tuple[str, str]]) -> bool:
    """Whether some choice breaks nothing but these rules, and by no more than was said."""
    allowed = Counter()
    for row in obstacles.itertuples():
        if row.rule == "forbid":
            who = ("same_group" if "同一单位" in row.text else "forbid", (row.left_id, row.right_id))
        elif row.rule == "require":
            who = ("require", (row.left_id, row.right_id))
        elif row.rule in ("left.min", "left.max", "right.min", "right.max"):
            who = (row.rule, row.left_id or row.right_id)
        elif row.rule == "at_most_per_group":
            who = ("group", (row.right_id, row.text.split("（")[1].split("）")[0]))
        elif row.rule == "seniority":
            who = ("grade", (row.right_id, row.text.split("“")[1].split("”")[0]))
        else:
            who = ("panel", (row.right_id, 0))
        allowed[who] += row.by
    for number in range(2 ** len(present)):
        chosen = {pair for i, pair in enumerate(present) if number >> i & 1}
        if all(by <= allowed[kind, who] for kind, who, by in broken(case, chosen, set(present))):
            return True
    return False


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    equal = feasible = infeasible = true = smallest = 0
    number = 0
    while feasible + infeasible < cases or infeasible < cases // 3:
        case = draw(rng)
        number += 1
        right, told_truly, told_least = check(case)
        if not right or told_truly is False or told_least is False:
            print("DIFFERS", number, right, told_truly, told_least, {k: v for k, v in case.items() if k != "pairs"})
            print(case["pairs"].to_string())
        if told_truly is None:
            feasible += 1
        else:
            infeasible += 1
            true += told_truly
            smallest += bool(told_least)
        equal += right
    print(f"{feasible + infeasible} cases, answers equal to the trial of all choices: {equal}")
    print(f"{infeasible} infeasible: obstacles true {true}, smallest {smallest}")


if __name__ == "__main__":
    main()
