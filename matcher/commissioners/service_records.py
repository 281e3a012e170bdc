"""Which records of a service log count for whom and where, and what is not clear of the others."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.commissioners.visits import Names, persons_in, taken_back, villages_in
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.rows.remarks import override_in
from matcher.tables.schemas.commissioners import SERVICE
from matcher.tables.schemas.main import HIGH, LOW, TEXT

UNKNOWN = ["record_id", "name", "village", "date", "counted", "reason"]
NOT_COUNTED, DAYS_COUNTED, VISIT_COUNTED = "没有计入", "只计本人的次数和天数", "只计次数，天数存疑"
READ_IN_FULL = "全部计入，请核对村名"
_STATES = ("状态", "审核状态", "审核结果", "审核意见", "审核", "核实情况")
_EACH = re.compile(r"(?:各|每人|人均|均)\D{0,4}(\d+(?:\.\d+)?)")


class Doubts(NamedTuple):
    """What the records that do not count may mean: how many a person, and the villages; also villages not clear."""

    persons: Counter[str]
    villages: set[str]


def match_records(
    log: pd.DataFrame, plan: pd.DataFrame, first: dt.date, day: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, Doubts]:
    """The records that count, one row a person and village, those of which something does not, and what these may mean.

    Where only the village is not known, the days still count for the person; where several persons share a record, or
    there cannot have been so many days, the visit counts and its days stay unknown.
    """
    people = Names(plan.drop_duplicates("expert_id"), "expert_id", ("name", "institution"))
    places = Names(plan.drop_duplicates("village_id"), "village_id", ("village", "town", "county"))
    theirs = {name: set(group) for name, group in plan.groupby("expert_id")["village_id"]}
    posted = {village: set(group) for village, group in plan.groupby("village_id")["expert_id"]}
    good: list[dict[str, Any]] = []
    lost: dict[int, tuple[dict[str, Any], list[str], bool]] = {}
    short: dict[int, list[str]] = {}
    doubts = Doubts(Counter(), set())
    seen: dict[tuple[str, str, dt.date], str] = {}
    for at, record in enumerate(log.to_dict("records")):
        row = {str(name): cell for name, cell in record.items()}
        who, crowd = persons_in(row, people)
        there = villages_in(row, places)
        date, begin, end = (
            pd.Timestamp(row[name]).date() if pd.notna(row.get(name)) else None
            for name in ("date", "date" + LOW, "date" + HIGH)
        )
        begin, end = begin or date, end or date  # of a day that is known by its month
        dated, out = _dated(row, begin, end, first, day)
        said = override_in(row, _STATES, day) or taken_back(row)
        if said is not None:
            dated, out = [*dated, f"写着“{said.words}”"], out or said.plain
        row_faults = list(dated)
        if pd.notna(row["days"]) and float(row["days"]) < 0:
            row_faults.append("天数是负数")
        if crowd and len(there) > 1:
            row_faults.append("几个人、几个村记在一条里，分不清谁去了哪个村、各几天")
        unsure = "" if row_faults else _unsure_days(row, crowd, begin, end, first, day)
        month = f"{begin:%Y-%m}" if begin and end and (begin.year, begin.month) == (end.year, end.month) else ""
        named = {str(place["village"]) for place in there if not places.knows_id(str(place["village_id"] or ""))}
        if read := [f"村“{name}”当作“{full}”" for name in sorted(named) if (full := places.in_full(name))]:
            short[at] = read
        told: list[str] = []
        for one in who:
            counted = 0
            for place in there:
                persons, why = people.find(one)
                own = set[str]().union(*(theirs[name] for name in persons))
                villages, where = places.find(place, own if not why or len(persons) > 1 else ())
                if len(persons) > 1 and len(villages) == 1:
                    persons, why = people.find(one, posted[villages[0]])
                person, village = "" if why else persons[0], "" if where else villages[0]
                faults, again = [f"特派员{why}", *row_faults] if why else list(row_faults), False
                if not dated and date is not None and village and person:
                    before = seen.setdefault((person, village, date), row["record_id"])
                    if again := before != row["record_id"]:
                        faults.append(f"与记录 {before} 同人同村同日")
                told += [*faults, *([f"村{where}"] if where else [])]
                if (faults or where) and not out and not again:
                    if faults and place is there[0]:
                        doubts.persons.update(persons)
                    doubts.villages.update(villages if place["village"] or place["village_id"] else own)
                if not faults:
                    known = _known_days(row, unsure, counted, each=_each(row) if crowd else None)
                    fields = {"expert_id": person, "village_id": village, "month": month, "joint": len(there) > 1}
                    good.append({**row, **known, **fields, "at": at})
                    counted += 1
        told += [unsure] if unsure else []
        if told:
            lost[at] = row, told, any(text.startswith("村") for text in told)
    passed = (day - first).days + 1
    for person, many in _too_many(good, passed).items():
        for one in good:
            if one["expert_id"] == person:
                one |= _known_days(one, person, 0)
                _, told, _ = lost.setdefault(one["at"], (one, [], False))
                told.append(f"本人累计 {many:g} 天，超过 {first} 至 {day} 的 {passed} 天")
    counting = {one["at"] for one in good}
    rows = []
    for at in sorted({*lost, *(short.keys() & counting)}):
        row, told, no_village = lost.get(at, (dict(log.iloc[at]), [], False))
        kind = NOT_COUNTED if at not in counting else DAYS_COUNTED if no_village else VISIT_COUNTED
        kind = kind if told else READ_IN_FULL
        reason = "；".join(dict.fromkeys([*told, *short.get(at, [])]))
        rows.append((row["record_id"], log["name"].iloc[at], log["village"].iloc[at], row["date"], kind, reason))
    matched = pd.DataFrame(good, columns=[*log.columns, "month", "joint"]).astype({"date": "datetime64[us]"})
    unknown = pd.DataFrame(rows, columns=UNKNOWN).astype({"date": "datetime64[us]"})
    return matched.astype({"days": "Float64", "trained": "Float64", "joint": bool}), unknown, doubts


def _dated(
    row: Mapping[Any, Any], begin: dt.date | None, end: dt.date | None, first: dt.date, day: dt.date
) -> tuple[list[str], bool]:
    """What is wrong with a record's date, and whether it surely lies outside of the year of service."""
    if begin is None or end is None:
        why = why_unknown(SERVICE["date"], row)
        return [f"{SERVICE['date'].title}{why}" if why else "没有日期"], False
    if end < first or begin > day:
        return [f"不在 {first} 至 {day} 之间"], True
    inside = begin >= first and end <= day
    return [] if inside else [f"日期不确切，不知是否在 {first} 至 {day} 之间"], False


def least_days(row: Mapping[Any, Any]) -> float:
    """The days that a record tells, of a span the fewer; NaN for none."""
    told = row["days"] if pd.notna(row["days"]) else row.get("days" + LOW)
    return float(told) if pd.notna(told) else np.nan


def _each(row: Mapping[Any, Any]) -> float | None:
    """The days of each person where a record says so: 各20天."""
    match = _EACH.search(str(row.get("days" + TEXT) or ""))
    return float(match[1]) if match else None


def _unsure_days(
    row: Mapping[Any, Any], crowd: bool, begin: dt.date | None, end: dt.date | None, first: dt.date, day: dt.date
) -> str:
    """Why a record's days cannot be counted for its person, "" where they can.

    Its date may be the first of its days or the last: so many days must fit between it and an end of the year so far.
    """
    each = _each(row) if crowd else None
    least = least_days(row) if each is None else each
    if crowd and each is None and least == least:
        return "几个人合记一条，分不清各人的天数"
    if begin and end and least > (most := max((end - first).days, (day - begin).days) + 1):
        return f"{least:g} 天放不进 {first} 至 {day}（按日期至多 {most} 天）"
    return ""


def _known_days(row: Mapping[Any, Any], unsure: str, counted: int, *, each: float | None = None) -> dict[str, Any]:
    """The days and the persons trained of one of a record's rows: all in the first; unknown where they are unsure."""
    ends = [name for name in ("days", "days" + LOW, "days" + HIGH) if name in row]
    if unsure:
        return dict.fromkeys(ends, np.nan)
    if counted:
        return {**dict.fromkeys(ends, 0.0), "trained": 0.0}
    return {} if each is None else dict.fromkeys(ends, each)


def _too_many(good: list[dict[str, Any]], passed: int) -> dict[str, float]:
    """Who has more days in all than have passed, and how many."""
    sums: Counter[str] = Counter()
    for one in good:
        days = least_days(one)
        sums[one["expert_id"]] += days if days == days else 0  # type: ignore[assignment]
    return {person: many for person, many in sums.items() if many > passed}
