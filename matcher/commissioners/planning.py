"""From villages and persons to a plan: who serves where, why, for how many days, and who is left without anybody.

Rules bar, scores order: a score is how well texts fit and how near the two are; bounds and bars are never given up for
it. The plan covers as many villages as can be, which is proven, and among such plans has the largest sum of scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.assignment.assigning import Assignment, assign
from matcher.commissioners.coverage import least_capacity, most_places
from matcher.commissioners.results import TABLE, Plan, counties_of, notes_of, persons_of, table_of, unserved_of
from matcher.commissioners.villages import distances, nearness, relations, same_county, serves_there
from matcher.errors import ArgumentError, TableError
from matcher.experts.affinities import Affinities
from matcher.experts.library import Experts
from matcher.tables.arguments import Day, check_frame
from matcher.tables.columns.soft_values import text_of
from matcher.tables.schemas.main import LOW

NEAR = 0.2  # the share of nearness in a score
BEST = 300  # pairs of a village that are handed to the solver where there are very many
MANY = 600_000  # pairs from which on that is so
EVERY = 1_000_000  # villages of who sets no limit
NAMELESS = "没有姓名"
_NO_LIMIT = re.compile(r"\s*(?:数量)?(?:不限|无限制?|不设限|不设?上限|没有?上限|没有限制|不受限制?|无上限).*")
NOUNS = {"left": "特派员", "right": "村"}


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
        Villages of a person, where `capacity` (of a span the lower end) does not say; without it the smallest number
        with which as many places as possible are filled.
    least
        Villages that everybody gets at least (who has fewer within reach, or less capacity, gets those).
    village_days
        Days of service that a village gets a year from each of its persons; nobody whose `available_days` are known
        gets more villages than they allow.
    person_days
        Days that a person owes a year, spread evenly over the villages.
    max_km, within_county
        Bars pairs that are farther apart, or in two counties. Where that is not known, nothing is barred. Who says
        which counties to serve (`serves`) gets villages in these alone.
    near
        The share of nearness in a score, 0 to 1; the rest is how well texts fit. Where nothing is known of a pair's
        distance, it counts as the village's mean.
    excluded
        Person -> why this one gets no village. Where others have a name, one without gets none.

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
    allowed &= (chosen_places := serves_there(villages, persons))
    out = dict.fromkeys(persons.loc[persons["name"] == "", "expert_id"], NAMELESS) if any(persons["name"]) else {}
    out |= excluded or {}
    allowed[:, persons["expert_id"].isin(list(out)).to_numpy(bool)] = False
    own = _own_capacity(persons, village_days)
    if most is None and (own < 0).any():
        most = least_capacity(allowed, own, each)
    capacity = np.where(own < 0, most or 0, np.minimum(own, len(villages)))
    best = most_places(allowed, capacity, each)
    scores = np.round(scores, 6)
    seen = allowed if least else _seen(scores, allowed, capacity, each, best)
    assignment, chosen = _choose(villages, persons, scores, allowed, seen, capacity, each, least, best)
    at = np.nonzero(chosen)
    found = chosen.sum(axis=1)
    table = table_of(villages, persons, fit, at, scores, match, km, relation)
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
        "considered": int(seen.sum()),
        "capacity": most,
        "unit": "人（团）" if "team" in persons and (persons["team"] == persons["expert_id"]).any() else "人",
    }
    said = (f"{max_km:g} 公里以内" if max_km is not None else "", "同县" if within_county else "")
    limits = "、".join(filter(None, (*said, "" if chosen_places.all() else "各人写的服务县区")))
    return Plan(
        table[TABLE].reset_index(drop=True),
        unserved_of(villages, allowed, chosen, capacity, each, limits),
        persons_of(persons, villages, chosen, capacity, _days(chosen, village_days, person_days), allowed, out),
        counties_of(villages, persons, table),
        proof,
        (*_of_wishes(chosen_places), *notes_of(table, proof, experts, len(works), int((own < 0).sum()))),
    )


def _of_wishes(there: NDArray[np.bool_]) -> tuple[str, ...]:
    """What to say of persons who are sent to the counties alone that they name."""
    many = int((~there).any(axis=0).sum())
    return (f"{many} 人写了服务县区，只派到所写的地方",) if many else ()


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
    """How many villages each person takes by the table, of 1-2 the fewer; -1 where it does not say.

    Who writes 不限 takes as many as there may be.
    """
    own = np.floor(_least(persons, "capacity"))
    own[[bool(_NO_LIMIT.fullmatch(text)) for text in text_of(persons, "capacity")]] = EVERY
    if village_days is not None:
        own = np.fmin(own, np.floor(_least(persons, "available_days") / village_days + 1e-9))
    return np.where(np.isnan(own), -1, own).astype(np.int64)


def _least(persons: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A figure, or the lower end of what is known of it; NaN for unknown."""
    figure, low = (
        persons[column].to_numpy(float, na_value=np.nan) if column in persons else np.full(len(persons), np.nan)
        for column in (name, name + LOW)
    )
    return np.where(np.isnan(figure), low, figure)


def _choose(
    villages: pd.DataFrame,
    persons: pd.DataFrame,
    scores: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    seen: NDArray[np.bool_],
    capacity: NDArray[np.int64],
    each: int,
    least: int,
    best: int,
) -> tuple[Assignment, NDArray[np.bool_]]:
    """The best choice among those that fill most places, and cover most villages."""
    everywhere = best == len(villages) * each
    covered = np.full(len(villages), everywhere)
    if each > 1 and not everywhere:  # what covers most villages can be completed to what fills most places
        most = most_places(seen, capacity, 1)
        single = _choose(villages, persons, scores, allowed, seen, capacity, 1, 0, most)[1]
        covered = np.asarray(single.any(axis=1), bool)
    chain = 2.0 * len(villages) * each  # moving others along no chain can lose more than a filled place then gains
    bonuses = (0.0,) if everywhere else (4.0, 64.0, chain + 2.0)
    ids, others = villages["village_id"].to_numpy(object), persons["expert_id"].to_numpy(object)
    floor = np.minimum(least, np.minimum(capacity, allowed.sum(axis=0)))
    left = {name: {"min": int(few), "max": int(many)} for name, few, many in zip(others, floor, capacity, strict=True)}
    fewest = each if everywhere else int(each > 1)
    right = {"default": {"max": each}} | {name: {"min": fewest, "max": each} for name in ids[covered]}
    place = ({name: i for i, name in enumerate(ids)}, {name: i for i, name in enumerate(others)})
    at = np.nonzero(seen)
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
    raise AssertionError(
        "the solver leaves places that can be filled"
    )  # pragma: no cover - the last covers every chain


def _seen(
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
    enough = most_places(few, capacity, each) == best
    if enough and each > 1:
        enough = most_places(few, capacity, 1) == most_places(allowed, capacity, 1)
    return few if enough else allowed


def _days(chosen: NDArray[np.bool_], village_days: float | None, person_days: float | None) -> NDArray[np.float64]:
    """Days that each person spends in each of the villages; NaN where nobody said."""
    many = np.maximum(chosen.sum(axis=0), 1)
    least = np.full(len(many), np.nan if village_days is None else village_days)
    return np.asarray(np.fmax(least, np.nan if person_days is None else np.round(person_days / many, 1)), float)
