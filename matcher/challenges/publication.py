"""Bids after the experts: scores joined, the list for publication, and how the challenges go on.

Scores are joined as they were given; weights are the caller's. People choose, here is only counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.challenges.calls import Call, load_call
from matcher.errors import ArgumentError, TableError
from matcher.tables.arguments import Day, as_day, check_frame

SCORES = ("challenge_id", "bid_id", "bidder", "rank", "experts", "mean", "spread", "lowest", "highest")
PUBLICATION = (
    "challenge_id",
    "name",
    "bid_id",
    "bidder",
    "formal",
    "rank",
    "mean",
    "experts",
    "proposed",
    "public_from",
    "public_until",
)
PROGRESS = (
    "challenge_id",
    "name",
    "bids",
    "state",
    "milestones",
    "done",
    "overdue",
    "next_milestone",
    "next_due",
)
TARGET = 100  # hard problems that the plan wants solved


def score_bids(bids: pd.DataFrame, scores: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Join the experts' scores.

    Parameters
    ----------
    bids
        bid_id, challenge_id, bidder.
    scores
        One row an expert and bid: bid_id, expert_id, score; with a column aspect, one row an expert, bid and aspect.
    weights
        Aspect -> what it counts; needed where there is more than one aspect.

    Returns
    -------
    DataFrame
        One row a bid: challenge_id, bid_id, bidder, rank (within the challenge, from 1; equal means share the better
        one; missing without a score), experts (how many scored it), mean, spread (standard deviation between experts,
        NaN for one), lowest, highest. By challenge, then rank, then bid_id.

    Raises
    ------
    TableError
        A score belongs to no bid, an expert scored a bid twice or left an aspect out, or several aspects have no
        weights.

    Examples
    --------
    >>> bids = pd.DataFrame({"bid_id": ["J1", "J2"], "challenge_id": "B001", "bidder": ["甲大学", "乙学院"]})
    >>> given = {"bid_id": ["J1", "J2", "J1", "J2"], "expert_id": list("aabb"), "score": [80, 90, 84, 92]}
    >>> scores = pd.DataFrame(given)
    >>> score_bids(bids, scores)[["bid_id", "rank", "experts", "mean"]].values.tolist()
    [['J2', 1, 2, 91.0], ['J1', 2, 2, 82.0]]
    """
    check_frame(bids, "bids", "read_bids(path).rows")
    check_frame(scores, "scores", "a table with bid_id, expert_id, score")
    totals = _totals(scores, weights)
    unknown = sorted(set(totals["bid_id"]) - set(bids["bid_id"].astype(str)))
    if unknown:
        raise TableError(f"评分表中有 {len(unknown)} 个揭榜编号不在揭榜表中：{'、'.join(unknown[:5])}")
    by_bid = totals.groupby("bid_id")["score"]
    ids = bids["bid_id"].astype(str)
    table = pd.DataFrame(
        {
            "challenge_id": bids["challenge_id"].astype(str),
            "bid_id": ids,
            "bidder": bids["bidder"].fillna("").astype(str) if "bidder" in bids else "",
            "experts": ids.map(by_bid.size()).fillna(0).astype(int),
            "mean": ids.map(by_bid.mean()),
            "spread": ids.map(by_bid.std()),
            "lowest": ids.map(by_bid.min()),
            "highest": ids.map(by_bid.max()),
        }
    )
    ranks = table["mean"].round(9).groupby(table["challenge_id"]).rank(method="min", ascending=False)
    table["rank"] = ranks.astype("Int64")
    return table.sort_values(["challenge_id", "rank", "bid_id"], kind="stable", na_position="last")[
        list(SCORES)
    ].reset_index(drop=True)


def publication_list(
    bids: pd.DataFrame,
    challenges: pd.DataFrame,
    checked: pd.DataFrame,
    *,
    scored: pd.DataFrame | None = None,
    rules: str | Path | Call = "荣成2023",
    on: Day | None = None,
    days: int | None = None,
) -> pd.DataFrame:
    """The list that is made public: every bid with its formal check, its mean score and its rank.

    Parameters
    ----------
    bids, challenges
        As in `check_bids`.
    checked
        What `check_bids` gave.
    scored
        What `score_bids` gave; without it there are no ranks and nothing is proposed.
    rules
        The call whose days of publicity count (荣成 2023: 10, 江门 2023: 8).
    on
        The first day of publicity; without it the days stay empty.
    days
        How many days, the first and the last counted, instead of those of the call.

    Returns
    -------
    DataFrame
        One row a bid: challenge_id, name, bid_id, bidder, formal (met: every check is met; not_met: one is not;
        unknown), rank, mean, experts, proposed (ranked first among the challenge's bids without a failed check; a
        proposal, people decide), public_from, public_until (both included). By challenge, rank, bid_id.

    Raises
    ------
    ArgumentError
        A day is given and neither the call nor `days` says for how long.
    """
    call = load_call(rules)
    many = days if days is not None else call.publicity_days
    if on is not None and many is None:
        raise ArgumentError(f"“{call.title}”没有见到公示天数；请用 days（--days）给出")
    names = dict(zip(challenges["challenge_id"].astype(str), challenges["name"], strict=True))
    formal = {str(bid): _formal(states) for bid, states in checked.groupby("bid_id")["state"]}
    table = bids[["challenge_id", "bid_id", "bidder"]].astype(str)
    table["name"] = table["challenge_id"].map(names).fillna("")
    table["formal"] = table["bid_id"].map(formal).fillna("unknown")
    if scored is None:
        table = table.assign(rank=pd.Series(pd.NA, table.index, "Int64"), mean=float("nan"), experts=0)
    else:
        table = table.merge(scored[["bid_id", "rank", "mean", "experts"]], on="bid_id", how="left", validate="1:1")
    passing = table["mean"].where(table["formal"] != "not_met")
    table["proposed"] = passing.notna() & (passing == passing.groupby(table["challenge_id"]).transform("max"))
    first = None if on is None else as_day(on)
    table["public_from"] = pd.Series(pd.NaT if first is None else pd.Timestamp(first), table.index)
    last = None if first is None or many is None else first + dt.timedelta(days=many - 1)
    table["public_until"] = pd.Series(pd.NaT if last is None else pd.Timestamp(last), table.index)
    order = table.sort_values(["challenge_id", "rank", "bid_id"], kind="stable", na_position="last")
    return order[list(PUBLICATION)].reset_index(drop=True)


def challenge_progress(
    challenges: pd.DataFrame,
    *,
    bids: pd.DataFrame | None = None,
    milestones: pd.DataFrame | None = None,
    on: Day,
) -> pd.DataFrame:
    """How far every challenge is.

    Parameters
    ----------
    challenges
        challenge_id, name.
    bids
        challenge_id of every bid.
    milestones
        challenge_id, milestone, due, done_on; a challenge with milestones is being worked on.
    on
        The day of the answer.

    Returns
    -------
    DataFrame
        One row a challenge, in their order: challenge_id, name, bids, state (open: nobody bid; bid: somebody did;
        working; overdue: a milestone was due before that day and is not done; solved: every milestone is done),
        milestones, done, overdue (counts), next_milestone and next_due (the earliest that is not done).

    Examples
    --------
    >>> challenges = pd.DataFrame({"challenge_id": ["B001", "B002"], "name": ["甲", "乙"]})
    >>> day = pd.Timestamp("2026-06-30")
    >>> steps = {"challenge_id": ["B001"], "milestone": ["样机"], "due": [day], "done_on": [pd.NaT]}
    >>> challenge_progress(challenges, milestones=pd.DataFrame(steps), on="2026-07-01")["state"].tolist()
    ['overdue', 'open']
    """
    day = pd.Timestamp(as_day(on))
    ids = challenges["challenge_id"].astype(str)
    many = {} if bids is None else bids["challenge_id"].astype(str).value_counts().to_dict()
    steps = pd.DataFrame(columns=["challenge_id", "milestone", "due", "done_on"]) if milestones is None else milestones
    steps = steps.assign(due=pd.to_datetime(steps["due"]), done_on=pd.to_datetime(steps["done_on"]))
    finished = steps["done_on"].notna() & (steps["done_on"] <= day)
    rows = []
    for challenge, name in zip(ids, challenges["name"], strict=True):
        mine = (steps["challenge_id"].astype(str) == challenge).to_numpy(bool)
        left = steps[mine & ~finished.to_numpy(bool)].sort_values("due", kind="stable")
        late = int((left["due"] < day).sum())
        total, open_ = int(mine.sum()), len(left)
        state = "open" if not many.get(challenge) else "bid"
        if total:
            state = "solved" if not open_ else "overdue" if late else "working"
        following = left.head(1)
        rows.append(
            (
                challenge,
                name,
                many.get(challenge, 0),
                state,
                total,
                total - open_,
                late,
                str(following["milestone"].iloc[0]) if open_ else "",
                following["due"].iloc[0] if open_ else pd.NaT,
            )
        )
    return pd.DataFrame(rows, columns=list(PROGRESS)).astype({"next_due": "datetime64[us]"})


def hard_problems(
    challenges: pd.DataFrame, progress: pd.DataFrame | None = None, *, target: int = TARGET
) -> pd.DataFrame:
    """The plan's hard problems counted.

    Returns
    -------
    DataFrame
        One row a stage: stage (found; ready: enough to be published; bid; working; solved: each of these counts those
        that came further too), count, target,
        share of the target.

    Examples
    --------
    >>> hard_problems(pd.DataFrame({"challenge_id": ["B001", "B002"]}), target=100)["share"].tolist()
    [0.02, 0.02, 0.0, 0.0, 0.0]
    """
    if target < 1:
        raise ArgumentError(f"target is at least 1, not {target}")
    states = [] if progress is None else progress["state"].tolist()
    at_least = {
        "found": len(challenges),
        "ready": int(challenges["ready"].isin([True, "是"]).sum()) if "ready" in challenges else len(challenges),
        "bid": sum(state != "open" for state in states),
        "working": sum(state in ("working", "overdue", "solved") for state in states),
        "solved": states.count("solved"),
    }
    rows = [(stage, count, target, count / target) for stage, count in at_least.items()]
    return pd.DataFrame(rows, columns=["stage", "count", "target", "share"])


def _formal(states: pd.Series[Any]) -> str:
    found = set(states)
    return "not_met" if "not_met" in found else "unknown" if "unknown" in found else "met"


def _totals(scores: pd.DataFrame, weights: Mapping[str, float] | None) -> pd.DataFrame:
    """One row a bid and expert with one score."""
    if missing := [name for name in ("bid_id", "expert_id", "score") if name not in scores]:
        raise TableError(f"评分表缺少列 {'、'.join(missing)}")
    table = scores.assign(
        bid_id=scores["bid_id"].astype(str),
        expert_id=scores["expert_id"].astype(str),
        aspect=scores["aspect"].fillna("").astype(str) if "aspect" in scores else "",
        score=pd.to_numeric(scores["score"], errors="coerce").astype(float),
    )
    if len(table) and table["score"].isna().all():
        raise TableError(
            "评分表里一个得分也没有读到；请把得分那一列的表头写成“得分”，或用 --column 文件名:表头=得分 指定"
        )
    table = table[table["score"].notna()]
    twice = table[table.duplicated(["bid_id", "expert_id", "aspect"])]
    if len(twice):
        first = twice.iloc[0]
        raise TableError(f"专家 {first['expert_id']} 对 {first['bid_id']} 评了不止一次；请只留一次")
    aspects = sorted(set(table["aspect"]))
    if len(aspects) < 2 and not weights:
        return table[["bid_id", "expert_id", "score"]]
    if not weights or set(aspects) - set(weights):
        without = "、".join(name or "（空）" for name in aspects if name not in (weights or {}))
        raise TableError(f"评分分几个方面，须由您给出每个方面的权重；缺少：{without}")
    sizes = table.groupby(["bid_id", "expert_id"])["aspect"].size()
    if (short := sizes[sizes < len(aspects)]).size:
        bid, expert = short.index[0]
        raise TableError(f"专家 {expert} 对 {bid} 没有评完 {len(aspects)} 个方面；请补评")
    table["score"] *= table["aspect"].map(dict(weights)).astype(float)
    return table.groupby(["bid_id", "expert_id"])["score"].sum().reset_index()
