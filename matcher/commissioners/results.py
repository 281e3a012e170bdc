"""A plan as tables: each row with its reasons, who is left without anybody and why, persons, counties, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matcher.commissioners.coverage import Shortage, shortages
from matcher.commissioners.villages import LEVELS, counties_in
from matcher.experts.affinities import Affinities
from matcher.experts.library import Experts

TABLE = [
    "county", "town", "village", "village_id", "expert_id", "name", "institution", "speciality", "score", "match",
    "strength", "distance", "place", "days", "shared_terms", "need_sentence", "work_sentence", "works", "unanswered",
    "good_match", "note",
]  # fmt: skip
UNSERVED = ["county", "town", "village", "village_id", "wanted", "found", "reason", "detail"]
PERSONS = ["expert_id", "name", "institution", "county", "capacity", "villages", "days", "village_names", "note"]
COUNTIES = [
    "county", "villages", "covered", "share", "population", "persons", "from_county", "to_check", "mean_score",
]  # fmt: skip
NO_NEED, NO_TEXT, FAR = "村没有写需求", "特派员没有专长和业绩", "距离未知"
WEAK = "专长与需求没有对上，请人工核对"


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan as tables.

    Attributes
    ----------
    table
        TABLE, one row a village and person, by county, town, village, best score first. `match`: from 0 (the texts fit
        no better than random ones) to 1; `distance` in km; `place`: how near by county; `days`: days of service a year,
        NA where nobody said how many; `strength` and the texts as in `rank_experts`.
    unserved
        UNSERVED, one row a village that has fewer persons than wanted: `reason`, and `detail`, the proof.
    persons
        PERSONS, one row a person: villages served, and why none.
    counties
        COUNTIES, one row a county.
    proof
        villages, each, wanted, served, covered, most (places that can be filled at all; no plan fills more), complete,
        optimal, gap (of the sum of scores, over the pairs considered), pairs (allowed), considered, capacity (villages
        of a person where nobody said how many), unit (人, or 人（团） where teams serve).
    notes
        Chinese sentences that a reader must know.
    """

    table: pd.DataFrame
    unserved: pd.DataFrame
    persons: pd.DataFrame
    counties: pd.DataFrame
    proof: dict[str, Any]
    notes: tuple[str, ...]

    @property
    def summary(self) -> str:
        """How far the plan goes, in one Chinese sentence."""
        proof = self.proof
        if proof["complete"]:
            state = f"已证明全覆盖：{proof['villages']} 个村各有 {proof['each']} 人"
        else:
            state = (
                f"{proof['villages']} 个村中 {proof['covered']} 个有人服务，"
                f"{len(self.unserved)} 个人数不足（原因逐村列出）；"
                f"按所给条件至多能落实 {proof['most']} 人次，已达到"
            )
        used, unit = int((self.persons["villages"] > 0).sum()), proof["unit"]
        best = "匹配总分已证明最优" if proof["optimal"] else f"匹配总分与上界相差不超过 {proof['gap']:.3%}"
        return f"{state}；派出 {used} {unit}（共 {len(self.persons)} {unit}）；{best}"


def table_of(
    villages: pd.DataFrame,
    persons: pd.DataFrame,
    fit: Affinities,
    at: Any,
    scores: Any,
    match: Any,
    km: Any,
    relation: Any,
) -> pd.DataFrame:
    """The rows of a plan: pairs (rows of villages, rows of persons) with their scores and reasons."""
    rows = [table.iloc[place].reset_index(drop=True) for table, place in ((villages, at[0]), (persons, at[1]))]
    why = fit.reasons(at[0], at[1])
    silent = ((rows[0]["title"] == "") & (rows[0]["description"] == "")).to_numpy()
    far = np.isnan(km[at]) & (relation[at] == np.array(None, object))
    lone = (fit.experts.first[1:] == fit.experts.first[:-1])[at[1]]
    notes = [
        "；".join(text for text, holds in zip((NO_NEED, NO_TEXT, WEAK, FAR), flags, strict=True) if holds)
        for flags in zip(
            silent,
            lone,
            ~silent & ~lone & ~(why["good_match"] | (why["shared_terms"] != "")).to_numpy(bool),
            far,
            strict=True,
        )
    ]
    texts = {
        name: why[name]
        for name in ("strength", "shared_terms", "need_sentence", "work_sentence", "works", "unanswered")
    }
    return pd.DataFrame(
        {
            **{name: rows[0][name] for name in ("county", "town", "village", "village_id")},
            **{name: rows[1][name] for name in ("expert_id", "name", "institution")},
            "speciality": rows[1]["title"],
            "score": np.round(scores[at], 4),
            "match": np.round(match[at], 4),
            "distance": np.round(km[at], 1),
            "place": [LEVELS[level] for level in relation[at]],
            **texts,
            "good_match": why["good_match"],
            "note": pd.Series(notes, dtype=str),
        }
    )


def unserved_of(
    villages: pd.DataFrame, allowed: Any, chosen: Any, capacity: Any, each: int, limits: str
) -> pd.DataFrame:
    """The villages that have fewer persons than wanted, and why; `limits`: what bars pairs, in words."""
    found = chosen.sum(axis=1)
    rows = []
    for at, why in shortages(allowed, chosen, capacity, each).items():
        one = villages.iloc[at]
        rows.append(
            (
                one["county"],
                one["town"],
                one["village"],
                one["village_id"],
                each,
                int(found[at]),
                *_why(why, each, limits),
            )
        )
    table = pd.DataFrame(rows, columns=UNSERVED)
    return table.sort_values(["county", "town", "village", "village_id"], kind="stable").reset_index(drop=True)


def _why(why: Shortage, each: int, limits: str) -> tuple[str, str]:
    where = f"{limits}的" if limits else ""
    if why.persons < each:
        return f"{where}特派员只有 {why.persons} 人" if why.persons else f"没有{where}特派员", (
            f"要 {each} 人，可派的 {why.persons} 人；请放宽条件或增加人员"
        )
    return "可派的人都已排满", (
        f"这里的 {why.villages} 个村要 {why.wanted} 人次，可派的 {why.group} 人全部用上只有 {why.places} 人次，"
        f"至少差 {why.wanted - why.places} 人次；请增加人员、提高每人村数或放宽条件"
    )


def persons_of(
    persons: pd.DataFrame, villages: pd.DataFrame, chosen: Any, capacity: Any, days: Any, allowed: Any,
    out: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
    """What each person got, and why nothing; `out`: who was left out, and why."""
    many = chosen.sum(axis=0)
    names = villages["village"].to_numpy(object)
    notes = []
    for at, name in enumerate(persons["expert_id"]):
        if name in out:
            notes.append(out[name])
        elif many[at] or not len(villages):
            notes.append("")
        elif not allowed[:, at].any():
            notes.append("没有符合条件的村")
        else:
            notes.append("可服务村数为 0" if not capacity[at] else "未派出，可作后备")
    return pd.DataFrame(
        {
            **{name: persons[name] for name in ("expert_id", "name", "institution", "county")},
            "capacity": capacity,
            "villages": many,
            "days": np.where(many > 0, days * many, np.nan),
            "village_names": ["、".join(names[chosen[:, at]]) for at in range(len(persons))],
            "note": pd.Series(notes, dtype=str),
        }
    )[PERSONS]


def counties_of(villages: pd.DataFrame, persons: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The coverage of each county; the population is known where that of each of its villages is."""
    home = {name: counties_in(county) for name, county in zip(persons["expert_id"], persons["county"], strict=True)}
    rows = []
    for county, group in villages.groupby("county", sort=True):
        here = table[table["county"] == county]
        covered = group["village_id"].isin(here["village_id"]).to_numpy()
        people = here["expert_id"].unique()
        heads = (
            group["population"].to_numpy(float, na_value=np.nan)
            if "population" in group
            else np.full(len(group), np.nan)
        )
        rows.append(
            (
                county or "（未写县区）", len(group), int(covered.sum()), covered.mean(),
                np.nan if np.isnan(heads).any() else heads[covered].sum(), len(people),
                sum(1 for name in people if county and county in home[name]), int((here["note"] != "").sum()),
                round(float(here["score"].mean()), 4) if len(here) else np.nan,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COUNTIES)


def notes_of(
    table: pd.DataFrame, proof: dict[str, Any], experts: Experts, works: int, unbounded: int
) -> tuple[str, ...]:
    """What a reader must know. unbounded: persons who do not say how many villages they take."""
    notes = []
    if unbounded:
        notes.append(f"{unbounded} 人没有写可服务村数，按每人至多 {proof['capacity']} 个村安排")
    if works and not (~experts.is_profile).any():
        notes.append(f"业绩表的 {works} 行没有一行对上特派员，都没有用上；请核对“专家编号”或“姓名”这一列")
    elif experts.unknown:
        shown = "、".join(experts.unknown[:5])
        notes.append(f"业绩表中 {len(experts.unknown)} 个人不在特派员表中，或有同名，没有用上：{shown}")
    counts = {text: int(table["note"].str.contains(text, regex=False).sum()) for text in (NO_NEED, NO_TEXT, WEAK, FAR)}
    notes += [f"{many} 行：{text}" for text, many in counts.items() if many]
    if proof["considered"] < proof["pairs"]:
        notes.append(f"总分的最优性只就每村得分最高的一些人（共 {proof['considered']} 对）证明；覆盖按全部人员证明")
    return tuple(notes)
