"""Assignments and a timetable of a province's size, timed and proven, on made-up ids and scores.

    python examples/benchmark_assignment.py villages|panels|tight|event [GOAL]

villages: 1,000 commissioners x 2,000 villages of 12 counties; a commissioner may serve the own county and two beside
it, 1 to 3 villages; every village gets exactly one. panels: 500 projects x 800 reviewers, 5 a panel, at most 4 panels a
reviewer, a tenth of the pairs barred, one institution at most twice in a panel. event: 200 x 200, 12 slots, 150 tables.
"""

from __future__ import annotations

import platform
import resource
import sys
import time

import numpy as np
import pandas as pd
import scipy

from matcher import assign


def villages(regions: bool = True) -> tuple[pd.DataFrame, dict]:
    rng = np.random.default_rng(1)
    n, m = 1000, 2000
    theirs, own = rng.integers(12, size=m), rng.integers(12, size=n)
    skills, wishes = rng.normal(size=(n, 12)), rng.normal(size=(m, 12))
    scores = np.round(1 / (1 + np.exp(-skills @ wishes.T / 3)), 4)
    near = (theirs[None, :] - own[:, None]) % 12
    at = np.nonzero(near <= 2) if regions else np.nonzero(near >= 0)
    pairs = pd.DataFrame(
        {
            "left_id": np.char.mod("T%04d", at[0]).astype(object),
            "right_id": np.char.mod("V%04d", at[1]).astype(object),
            "score": scores[at],
        }
    )
    return pairs, {"left": {"default": {"min": 1, "max": 3}}, "right": {"default": {"min": 1, "max": 1}}}


def panels(tight: bool = False) -> tuple[pd.DataFrame, dict]:
    rng = np.random.default_rng(2)
    n, m = 800, 500
    skills, wishes = rng.normal(size=(n, 16)), rng.normal(size=(m, 16))
    scores = np.round(1 / (1 + np.exp(-2 * skills @ wishes.T / 16)), 4)
    if tight:
        scores = np.round(0.6 * rng.random((n, 1)) + 0.4 * rng.random((n, m)), 4)
    lefts, rights = np.char.mod("E%03d", np.arange(n)), np.char.mod("P%03d", np.arange(m))
    at = np.divmod(np.arange(n * m), m)
    pairs = pd.DataFrame(
        {"left_id": lefts[at[0]].astype(object), "right_id": rights[at[1]].astype(object), "score": scores.ravel()}
    )
    groups = {
        "left": dict(zip(lefts.tolist(), np.char.mod("单位%02d", rng.integers(60, size=n)).tolist(), strict=True)),
        "right": dict(zip(rights.tolist(), np.char.mod("单位%02d", rng.integers(60, size=m)).tolist(), strict=True)),
    }
    barred = pairs.loc[rng.random(n * m) < 0.1, ["left_id", "right_id"]].assign(reason="近三年合作论文")
    most = {"default": {"max": 4}}
    if tight:
        most = {name: {"max": 4 if i % 8 == 0 else 3} for i, name in enumerate(lefts.tolist())}
    return pairs, {
        "left": most,
        "right": {"default": {"min": 5, "max": 5}},
        "forbid": barred,
        "groups": groups,
        "forbid_same_group": True,
        "at_most_per_group": 2,
    }


def event() -> None:
    from matcher.assignment import repair, timetable

    rng = np.random.default_rng(3)
    a, b = rng.random((200, 8)), rng.random((200, 8))
    at = np.divmod(np.arange(40_000), 200)
    meetings = pd.DataFrame(
        {
            "left_id": np.char.mod("F%03d", at[0]).astype(object),
            "right_id": np.char.mod("E%03d", at[1]).astype(object),
            "value": np.round((a @ b.T).ravel() / 8 + 0.2 * rng.random(40_000), 4),
        }
    )
    slots = [f"{9 + i // 3:02d}:{i % 3 * 20:02d}" for i in range(12)]
    away = pd.DataFrame(
        {
            "person_id": [f"{s}{i:03d}" for s in "FE" for i in range(0, 200, 5)],
            "slot": [slots[i] for i in rng.integers(12, size=80)],
        }
    )
    rooms = [f"桌{i:03d}" for i in range(1, 151)]
    start = time.perf_counter()
    plan = timetable(meetings, slots=slots, rooms=rooms, unavailable=away)
    print(f"timetable {time.perf_counter() - start:.1f} s, {len(plan.meetings)} meetings, {plan.proof}")
    for kind in ("meetings", "persons"):
        drawn = plan.meetings.sample(10, random_state=4)
        start = time.perf_counter()
        if kind == "meetings":
            new = repair(plan, meetings=meetings, cancelled=drawn[["left_id", "right_id"]])
        else:
            late = pd.DataFrame({"person_id": drawn["left_id"].to_list(), "slot": drawn["slot"].to_list()})
            new = repair(plan, meetings=meetings, unavailable=late)
        spent = time.perf_counter() - start
        print(f"repair after 10 {kind}: {spent:.1f} s, {new.changes['change'].value_counts().to_dict()}, {new.proof}")


def main() -> None:
    what, goals = sys.argv[1], sys.argv[2:] or ["total", "max_min", "max_min_then_total"]
    print(platform.machine(), "scipy", scipy.__version__)
    if what == "event":
        event()
        goals = []
    made = {"villages": villages, "all": lambda: villages(False), "panels": panels, "tight": lambda: panels(True)}
    for goal in goals:
        pairs, rules = made[what]()
        start = time.perf_counter()
        found = assign(pairs, **rules, goal=goal, alternates=1, seed="07 11 23")
        spent = time.perf_counter() - start
        told = {k: round(v, 6) if isinstance(v, float) else v for k, v in found.proof.items()}
        print(f"{what}, {len(pairs):,} pairs, {goal}: {spent:.1f} s, {told}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
