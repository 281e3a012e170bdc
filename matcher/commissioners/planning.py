"""From villages and persons to a plan: who serves where, why, for how many days, and who is left without anybody.

Rules bar, scores order: a score is how well texts fit and how near the two are; bounds and bars are never given up for
it. The plan covers as many villages as can be, which is proven, and among such plans has the largest sum of scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.assignment.assigning import Assignment, assign
from matcher.commissioners.coverage import Shortage, least_capacity, most_places, shortages
from matcher.commissioners.villages import LEVELS, distances, nearness, relations, same_county
from matcher.errors import ArgumentError, TableError
from matcher.experts.affinities import Affinities
from matcher.experts.library import Experts
from matcher.tables.arguments import Day, check_frame

NEAR = 0.2  # the share of nearness in a score
BEST = 300  # pairs of a village that are handed to the solver where there are very many
MANY = 600_000  # pairs from which on that is so
BONUS = (4.0, 64.0, 4096.0)  # of a filled place, tried one after another
NOUNS = {"left": "特派员", "right": "村"}
TABLE = [
    "county", "town", "village", "village_id", "expert_id", "name", "institution", "speciality", "score", "match",
    "strength", "distance", "place", "days", "shared_terms", "need_sentence", "work_sentence", "works", "unanswered", "note",
]  # fmt: skip
UNSERVED = ["county", "town", "village", "village_id", "wanted", "found", "reason", "detail"]
PERSONS = ["expert_id", "name", "institution", "county", "capacity", "villages", "days", "village_names", "note"]
COUNTIES = [
    "county",
    "villages",
    "covered",
    "share",
    "population",
    "persons",
    "from_county",
    "good_match",
    "mean_score",
]
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
        wanted, served, villages, covered, most (places that can be filled at all; no plan fills more), complete,
        optimal, gap (of the sum of scores, of the pairs looked at), pairs, capacity (villages of a person where nobody
        said how many).
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
                f"{proof['villages']} 个村中 {proof['covered']} 个有人服务，{len(self.unserved)} 个人数不足（原因逐村列出）；"
                f"按所给条件至多能落实 {proof['most']} 人次，已达到"
            )
        used = int((self.persons["villages"] > 0).sum())
        best = "匹配总分已证明最优" if proof["optimal"] else f"匹配总分与上界相差不超过 {proof['gap']:.3%}"
        return f"{state}；派出 {used} 人（共 {len(self.persons)} 人）；{best}"


def plan_service(
    villages: pd.DataFrame,
    persons: pd.DataFrame,
    works: pd.DataFrame | None = None,
    *,
    on: Day | None = None,
    each: int = 1,
    most: int | None = None,
    least: int = 0,
    village_days: float | None = None,
    person_days: float | None = None,
    max_km: float | None = None,
    within_county: bool = False,
    near: float = NEAR,
    excluded: Mapping[str, str] | None = None,
    progress: bool = False,
) -> Plan:
    """Assign persons to villages so that every village is covered.

    Parameters
    ----------
    villages, persons
        As `read_villages` and `read_commissioners` give them.
    works
        As `read_works` gives it: what the persons have done; without it, their own words count.
    on
        The day on which works are looked back at.
    each
        Persons of a village.
    most
        Villages of a person, where `capacity` does not say; without it the smallest number with which as many places
        as possible are filled.
    least
        Villages that everybody gets at least (who has fewer within reach, or less capacity, gets those).
    village_days
        Days of service that a village gets a year from each of its persons; nobody whose `available_days` are known
        gets more villages than they allow.
    person_days
        Days that a person owes a year, spread evenly over the villages.
    max_km, within_county
        Bars pairs that are farther apart, or in two counties. Where that is not known, nothing is barred.
    near
        The share of nearness in a score, 0 to 1; the rest is how well texts fit. Where nothing is known of a pair's
        distance, it counts as the village's mean.
    excluded
        Person -> why this one gets no village.

    Returns
    -------
    Plan

    Raises
    ------
    TableError
        There are no villages or persons, or ids stand twice.
    ArgumentError
        A number lies outside its range.
    InfeasibleError
        `least` contradicts the other bounds; `obstacles` name what to relax.

    Examples
    --------
    >>> villages = pd.DataFrame({"village_id": ["A", "B"], "village": ["代村", "前村"], "county": "", "town": "",
    ...                          "title": ["蔬菜", "桃"], "description": ["番茄病害防治", "桃树修剪"]})
    >>> persons = pd.DataFrame({"expert_id": ["1", "2"], "name": ["甲", "乙"], "institution": "", "county": "",
    ...                         "title": ["桃树栽培与修剪", "番茄病害绿色防治"]})
    >>> plan = plan_service(villages, persons)
    >>> plan.table[["village", "name"]].to_numpy().tolist(), plan.proof["complete"]
    ([['代村', '乙'], ['前村', '甲']], True)
    """
    villages, persons = _checked(villages, "village_id", "村表"), _checked(persons, "expert_id", "特派员表")
    _check(each, most, least, village_days, person_days, max_km, near)
    works = pd.DataFrame(columns=["work_id", "expert_id", "title"], dtype=str) if works is None else works
    experts = Experts.build(persons, works, progress=progress)
    asked = villages.rename(columns={"village_id": "need_id"})
    fit = Affinities.between(asked[["need_id", "title", "description"]], experts, on=on, progress=progress)
    match = fit.shares
    km, relation = distances(villages, persons), relations(villages, persons)
    close = nearness(km, relation)
    scores = (1 - near) * match + near * _filled(close) if near else match
    allowed = np.ones(scores.shape, bool)
    if max_km is not None:
        allowed &= np.isnan(km) | (km <= max_km)
    if within_county:
        allowed &= same_county(relation)
    out = excluded or {}
    allowed[:, persons["expert_id"].isin(list(out)).to_numpy(bool)] = False
    own = _own_capacity(persons, village_days)
    if most is None and (own < 0).any():
        most = least_capacity(allowed, own, each)
    capacity = np.where(own < 0, most or 0, np.minimum(own, len(villages)))
    best = most_places(allowed, capacity, each)
    assignment, chosen = _choose(villages, persons, np.round(scores, 6), allowed, capacity, each, least, best)
    at = np.nonzero(chosen)
    found = chosen.sum(axis=1)
    table = _table(villages, persons, fit, at, scores, match, km, relation)
    table["days"] = _days(chosen, village_days, person_days)[at[1]]
    table = table.sort_values(["county", "town", "village", "village_id", "score", "expert_id"],
                              ascending=[True, True, True, True, False, True], kind="stable")  # fmt: skip
    proof = {
        "villages": len(villages),
        "each": each,
        "wanted": len(villages) * each,
        "served": int(found.sum()),
        "covered": int((found > 0).sum()),
        "most": best,
        "complete": bool((found >= each).all()),
        "optimal": assignment.proof["optimal"],
        "gap": assignment.proof["gap"],
        "pairs": int(allowed.sum()),
        "capacity": most,
    }
    limits = "、".join(
        filter(None, (f"{max_km:g} 公里以内" if max_km is not None else "", "同县" if within_county else ""))
    )
    return Plan(
        table[TABLE].reset_index(drop=True),
        _unserved(villages, allowed, chosen, capacity, each, limits),
        _persons(persons, villages, chosen, capacity, _days(chosen, village_days, person_days), allowed, out),
        _counties(villages, persons, table),
        proof,
        _notes(table, proof, experts, own, most, allowed),
    )


def _checked(table: pd.DataFrame, id_column: str, name: str) -> pd.DataFrame:
    check_frame(table, "villages" if id_column == "village_id" else "persons", "read_villages(...).rows")
    if id_column not in table or not len(table):
        raise TableError(f"{name}没有可用的行")
    if (twice := table[id_column].astype(str).duplicated()).any():
        raise TableError(f"{name}的编号重复：{'、'.join(table.loc[twice, id_column].astype(str).unique()[:5])}")
    texts = ("village", "name", "institution", "town", "county", "title", "description")
    missing = {column: "" for column in texts if column not in table}
    return table.assign(**{id_column: table[id_column].astype(str)}, **missing).reset_index(drop=True)


def _check(
    each: int, most: int | None, least: int, village_days: float | None, person_days: float | None,
    max_km: float | None, near: float,
) -> None:  # fmt: skip
    if each < 1 or least < 0 or (most is not None and most < 1):
        raise ArgumentError(f"each and most are at least 1, least at least 0, not {each}, {most} and {least}")
    if not 0 <= near <= 1:
        raise ArgumentError(f"near lies between 0 and 1, not at {near}")
    for name, value in (("village_days", village_days), ("person_days", person_days), ("max_km", max_km)):
        if value is not None and value <= 0:
            raise ArgumentError(f"{name} is above 0, not {value}")


def _filled(close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearness with the village's mean where a pair's is not known, so that not knowing is no merit and no fault."""
    known = ~np.isnan(close)
    counts = known.sum(axis=1, keepdims=True)
    mean = np.where(known, close, 0).sum(axis=1, keepdims=True) / np.maximum(counts, 1)
    return np.where(known, close, mean)


def _own_capacity(persons: pd.DataFrame, village_days: float | None) -> NDArray[np.int64]:
    """How many villages each person takes by the table; -1 where it does not say."""
    own = np.full(len(persons), np.nan)
    if "capacity" in persons:
        own = np.floor(persons["capacity"].to_numpy(float, na_value=np.nan))
    if village_days is not None and "available_days" in persons:
        days = persons["available_days"].to_numpy(float, na_value=np.nan)
        own = np.fmin(own, np.floor(days / village_days + 1e-9))
    return np.where(np.isnan(own), -1, own).astype(np.int64)


def _choose(
    villages: pd.DataFrame,
    persons: pd.DataFrame,
    scores: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    capacity: NDArray[np.int64],
    each: int,
    least: int,
    best: int,
) -> tuple[Assignment, NDArray[np.bool_]]:
    """The best choice among those that fill most places, and cover most villages."""
    everywhere = best == len(villages) * each
    at_least_one = each if everywhere else int(each > 1 and most_places(allowed, capacity, 1) == len(villages))
    bonuses = (0.0,) if everywhere else BONUS
    ids, others = villages["village_id"].to_numpy(object), persons["expert_id"].to_numpy(object)
    floor = np.minimum(least, np.minimum(capacity, allowed.sum(axis=0)))
    left = {name: {"min": int(few), "max": int(many)} for name, few, many in zip(others, floor, capacity, strict=True)}
    right = {"default": {"min": at_least_one, "max": each}}
    place = ({name: i for i, name in enumerate(ids)}, {name: i for i, name in enumerate(others)})
    kept = allowed if least else _kept(scores, allowed, capacity, each, best)
    at = np.nonzero(kept)
    for bonus in bonuses:
        pairs = pd.DataFrame({"left_id": others[at[1]], "right_id": ids[at[0]], "score": scores[at] + bonus})
        assignment = assign(pairs, left=left, right=right, nouns=NOUNS)
        chosen = np.zeros(allowed.shape, bool)
        chosen[
            [place[0][name] for name in assignment.pairs["right_id"]],
            [place[1][name] for name in assignment.pairs["left_id"]],
        ] = True
        if chosen.sum() == best:
            return assignment, chosen
    raise AssertionError("the solver leaves places that can be filled")  # pragma: no cover - BONUS covers all chains


def _kept(
    scores: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    capacity: NDArray[np.int64],
    each: int,
    best: int,
) -> NDArray[np.bool_]:
    """The pairs that the solver sees: all, or of very many the best of each village if they fill as many places."""
    if allowed.sum() <= MANY or scores.shape[1] <= BEST:
        return allowed
    ranked = np.where(allowed, scores, -1.0)
    cut = -np.partition(-ranked, BEST - 1, axis=1)[:, BEST - 1 : BEST]
    few = allowed & (ranked >= cut)
    return few if most_places(few, capacity, each) == best else allowed


def _days(chosen: NDArray[np.bool_], village_days: float | None, person_days: float | None) -> NDArray[np.float64]:
    """Days that each person spends in each of the villages; NaN where nobody said."""
    many = np.maximum(chosen.sum(axis=0), 1)
    least = np.full(len(many), np.nan if village_days is None else village_days)
    return np.fmax(least, np.round(person_days / many, 1) if person_days is not None else np.nan)


def _table(
    villages: pd.DataFrame,
    persons: pd.DataFrame,
    fit: Affinities,
    at: Any,
    scores: Any,
    match: Any,
    km: Any,
    relation: Any,
) -> pd.DataFrame:
    rows = [table.iloc[place].reset_index(drop=True) for table, place in ((villages, at[0]), (persons, at[1]))]
    why = fit.reasons(at[0], at[1])
    silent = ((rows[0]["title"] == "") & (rows[0]["description"] == "")).to_numpy()
    far = np.isnan(km[at]) & (relation[at] == np.array(None, object))
    lone = (fit.experts.first[1:] == fit.experts.first[:-1])[at[1]]
    notes = [
        "；".join(text for text, holds in zip((NO_NEED, NO_TEXT, WEAK, FAR), flags, strict=True) if holds)
        for flags in zip(silent, lone, ~silent & ~lone & (why["strength"] == "无").to_numpy(), far, strict=True)
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
            "note": notes,
        }
    )


def _unserved(villages: pd.DataFrame, allowed: Any, chosen: Any, capacity: Any, each: int, limits: str) -> pd.DataFrame:
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


def _persons(
    persons: pd.DataFrame, villages: pd.DataFrame, chosen: Any, capacity: Any, days: Any, allowed: Any,
    out: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
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
            "note": notes,
        }
    )[PERSONS]


def _counties(villages: pd.DataFrame, persons: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    home = dict(zip(persons["expert_id"], persons["county"], strict=True))
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
                sum(1 for name in people if county and home[name] == county), int(here["good_match"].sum()),
                round(float(here["score"].mean()), 4) if len(here) else np.nan,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COUNTIES)


def _notes(
    table: pd.DataFrame, proof: dict[str, Any], experts: Experts, own: Any, most: int | None, allowed: Any
) -> tuple[str, ...]:
    notes = []
    if (own < 0).any():
        notes.append(f"{int((own < 0).sum())} 人没有写可服务村数，按每人至多 {most} 个村安排")
    if experts.unknown:
        shown = "、".join(experts.unknown[:5])
        notes.append(f"业绩表中 {len(experts.unknown)} 个人不在特派员表中，或有同名，没有用上：{shown}")
    counts = {text: int(table["note"].str.contains(text, regex=False).sum()) for text in (NO_NEED, NO_TEXT, WEAK, FAR)}
    notes += [f"{many} 行：{text}" for text, many in counts.items() if many]
    if allowed.sum() > MANY:
        notes.append(f"总分的最优性按每村得分最高的 {BEST} 人计算；覆盖按全部人员证明")
    return tuple(notes)
