"""The service log against the plan: who served how many days, who is behind, which villages nobody visited, by month.

Days that a visit does not tell stay unknown: nobody is called behind, or done, on their account.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.commissioners.visits import Names, persons_in, taken_back, villages_in
from matcher.errors import ArgumentError, TableError
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.commissioner_schemas import SERVICE
from matcher.tables.reading import Reading, read_table
from matcher.tables.remarks import override_in
from matcher.tables.schemas import HIGH, LOW, TEXT
from matcher.tables.soft_values import why_unknown

PERSONS = [
    "expert_id", "name", "institution", "villages", "visited", "visits", "days", "open_days", "doubtful", "required",
    "due_days", "state", "missing_days", "elsewhere", "last_visit",
]  # fmt: skip
VILLAGES = ["county", "town", "village", "village_id", "people", "visits", "days", "last_visit", "state"]
MONTHS = ["month", "visits", "persons", "visited", "share", "reached", "reached_share", "days", "trained"]
UNKNOWN = ["record_id", "name", "village", "date", "counted", "reason"]
DONE, ON_TIME, BEHIND, OPEN, NO_DUTY = "已完成", "按进度", "落后", "未定", "没有天数要求"
NOT_COUNTED, DAYS_COUNTED, VISIT_COUNTED = "没有计入", "只计本人的次数和天数", "只计次数，天数存疑"
READ_IN_FULL = "全部计入，请核对村名"
VISITED, UNVISITED = "已走访", "未走访"
_DATES = ("date", "date" + LOW, "date" + HIGH, "date" + TEXT)
_STATES = ("状态", "审核状态", "审核结果", "审核意见", "审核", "核实情况")
_EACH = re.compile(r"(?:各|每人|人均|均)\D{0,4}(\d+(?:\.\d+)?)")


@dataclass(frozen=True, eq=False)
class Service:
    """A report as tables.

    Attributes
    ----------
    persons
        PERSONS, one row a person of the plan, those behind first: `villages` planned, `visited` of them, `visits`,
        `days` served, `open_days` (visits whose days are not told), `doubtful` (records that do not count but may be
        this person's: of a namesake, or of no clear date), `required` a year, `due_days` by that day, `state`,
        `missing_days` until the year's duty, `elsewhere` (visits to villages that are not this
        person's, or not known).
    villages
        VILLAGES, one row a village of the plan, those nobody visited first, then those that a doubtful record may mean
        (未定). A log that tells no village leaves all of them 未定, and what is counted by village NA.
    months
        MONTHS, one row a month: villages `visited` in it and `reached` by its end, of all planned.
    unknown
        UNKNOWN, one row a record that does not count, or (`counted`) for its person alone, or without its days, with
        the reason; also one that counts for a village whose 村 or 社区 it leaves out (北楼 of 北楼村).
    matched
        The records that count, one row a person and village that they name, with the expert_id and village_id that
        they mean ("": not known), `month` ("" where the date leaves it open: such a visit counts, but in no month), and
        `joint`: of a record of several villages, whose days stand in its first row and are of all of them.
    """

    persons: pd.DataFrame
    villages: pd.DataFrame
    months: pd.DataFrame
    unknown: pd.DataFrame
    matched: pd.DataFrame

    @property
    def summary(self) -> str:
        """How service stands, in one Chinese sentence."""
        states = self.persons["state"].value_counts()
        shown = "，".join(
            f"{state} {states[state]} 人" for state in (BEHIND, OPEN, ON_TIME, DONE, NO_DUTY) if state in states
        )
        nobody, unsure = (int((self.villages["state"] == state).sum()) for state in (UNVISITED, OPEN))
        covered = f"{len(self.villages)} 个村中 {nobody} 个还没有人去过" + (f"，{unsure} 个未定" if unsure else "")
        if self.villages["visits"].isna().all():
            covered = "服务记录没有“村”这一列（或没有填），村的覆盖算不出"
        short = int((self.unknown["counted"] == READ_IN_FULL).sum())
        lost = len(self.unknown) - short
        left = f"；{lost} 条记录没有计入或只计一部分（见“存疑的记录”）" if lost else ""
        left += f"；{short} 条记录的村名没有写全，已照方案中唯一的村计入（见“存疑的记录”）" if short else ""
        return f"{len(self.matched)} 次服务计入；{shown}；{covered}{left}"


def read_service(source: Any, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """A service log (the contract SERVICE), one row a visit. Raises TableError as `read_table`."""
    return read_table(source, SERVICE, sheet=sheet, columns=columns)


def service_report(
    log: pd.DataFrame,
    plan: pd.DataFrame,
    *,
    on: Day,
    since: Day | None = None,
    days: float | None = None,
) -> Service:
    """Hold a service log against a plan.

    Parameters
    ----------
    log
        As `read_service` gives it. Persons and villages are found by their ids, or by names with unit, town and
        county. Of several persons of a name the one whose village it is is meant; else it stays unknown.
    plan
        `Plan.table`, or what a bureau made of it: village_id, expert_id, and name, institution, village, town, county
        as far as known; `days` a year where the plan says so.
    on
        Records of later days do not count, nor those that a remark or state takes back (因雨取消, 审核不通过, 作废).
    since
        The first day of the year of service, by default 1 January of that of `on`. Earlier records do not count.
    days
        Days that everybody owes in a year from `since`; without it those of the plan. By `on`, the part of them that
        has passed is due.

    Returns
    -------
    Service

    Raises
    ------
    TableError
        The plan has no village_id or expert_id, or no record of the log has a date.
    ArgumentError
        `since` lies behind `on`, or `days` is not above 0.
    """
    check_frame(log, "log", "read_service(...).rows")
    plan = _checked(plan)
    if len(log) and not any(name in log and log[name].notna().any() for name in _DATES):
        raise TableError(f"{len(log)} 条服务记录都没有服务日期，无从计算；须一行一次服务，并有“服务日期”一列")
    day = as_day(on)
    first = dt.date(day.year, 1, 1) if since is None else as_day(since, "since")
    if first > day:
        raise ArgumentError(f"since ({first}) lies behind on ({day})")
    if days is not None and days <= 0:
        raise ArgumentError(f"days is above 0, not {days}")
    matched, unknown, doubts = _match(log, plan, first, day)
    placed = bool((log[["village", "village_id"]].fillna("").astype(str) != "").to_numpy().any())
    end = _a_year_on(first)
    passed = min(((day - first).days + 1) / (end - first).days, 1.0)
    return Service(
        _persons(plan, matched, doubts.persons, days, passed, placed),
        _villages(plan, matched, doubts.villages, placed),
        _months(plan, matched, first, day, placed),
        unknown,
        matched,
    )


def _checked(plan: pd.DataFrame) -> pd.DataFrame:
    check_frame(plan, "plan", "plan_service(...).table")
    fields = {header: column.name for column in SERVICE.columns for header in (column.title, *column.headers)}
    plan = plan.rename(columns={name: fields[name] for name in plan if name in fields and fields[name] not in plan})
    if missing := {"village_id", "expert_id"} - set(plan):
        raise TableError(f"方案缺少列：{'、'.join(sorted(missing))}；请用 matcher commissioners plan 写出的方案")
    texts = ("name", "institution", "village", "town", "county", "village_id", "expert_id")
    return plan.assign(
        **{name: (plan[name].fillna("").astype(str).str.strip() if name in plan else "") for name in texts}
    ).reset_index(drop=True)


def _a_year_on(first: dt.date) -> dt.date:
    leap = first.month == 2 and first.day == 29
    return dt.date(first.year + 1, 3, 1) if leap else first.replace(year=first.year + 1)


class _Doubts(NamedTuple):
    """What the records that do not count may mean: how many a person, and the villages; also villages not clear."""

    persons: Counter[str]
    villages: set[str]


def _match(
    log: pd.DataFrame, plan: pd.DataFrame, first: dt.date, day: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, _Doubts]:
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
    doubts = _Doubts(Counter(), set())
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


def _least_days(row: Mapping[Any, Any]) -> float:
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
    least = _least_days(row) if each is None else each
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
        days = _least_days(one)
        sums[one["expert_id"]] += days if days == days else 0  # type: ignore[assignment]
    return {person: many for person, many in sums.items() if many > passed}


def _persons(
    plan: pd.DataFrame, matched: pd.DataFrame, doubts: Counter[str], days: float | None, passed: float, placed: bool
) -> pd.DataFrame:
    rows = []
    by_person = dict(list(matched.groupby("expert_id")))
    nothing = matched.iloc[:0]
    for name, group in plan.groupby("expert_id", sort=True):
        mine = by_person.get(name, nothing)
        own = set(group["village_id"])
        planned = group["days"].astype(float).sum(min_count=len(group)) if "days" in group else np.nan
        required = planned if days is None else days
        least = mine["days"].fillna(mine["days" + LOW]) if "days" + LOW in mine else mine["days"]
        done, open_days = float(least.sum()), int(mine["days"].isna().sum())
        due = required * passed
        rows.append(
            (
                name, group["name"].iloc[0], group["institution"].iloc[0], len(own),
                len(own & set(mine["village_id"])), len(mine), done, open_days, doubts[str(name)],
                required, round(due, 1), _state(done, open_days + doubts[str(name)], required, due),
                max(required - done, 0.0) if required == required else np.nan,
                int((~mine["village_id"].isin(own)).sum()), mine["date"].max(),
            )
        )  # fmt: skip
    table = _known(pd.DataFrame(rows, columns=PERSONS), ("visited", "elsewhere"), placed)
    order = {state: i for i, state in enumerate((BEHIND, OPEN, ON_TIME, DONE, NO_DUTY))}
    table["last_visit"] = pd.to_datetime(table["last_visit"])
    table = table.assign(at=table["state"].map(order), late=table["days"] - table["due_days"])
    return table.sort_values(["at", "late", "expert_id"], kind="stable")[PERSONS].reset_index(drop=True)


def _known(table: pd.DataFrame, counts: tuple[str, ...], placed: bool) -> pd.DataFrame:
    """Counts by village, NA where the log tells no village."""
    whole = table.astype(dict.fromkeys(counts, "Int64"))
    return whole if placed else whole.assign(**dict.fromkeys(counts, pd.array([pd.NA] * len(table), "Int64")))


def _state(done: float, open_records: int, required: float, due: float) -> str:
    if required != required:
        return NO_DUTY
    if done >= required:
        return DONE
    if done >= due:
        return ON_TIME
    return OPEN if open_records else BEHIND


def _villages(plan: pd.DataFrame, matched: pd.DataFrame, doubts: set[str], placed: bool) -> pd.DataFrame:
    by_village = dict(list(matched.groupby("village_id")))
    nothing = matched.iloc[:0]
    rows = []
    for name, group in plan.groupby("village_id", sort=True):
        here, one = by_village.get(name, nothing), group.iloc[0]
        state = VISITED if len(here) else UNVISITED if placed and name not in doubts else OPEN
        clear = state != OPEN and here["days"].notna().all() and not here["joint"].any()
        told = here["days"].sum() if clear else np.nan
        rows.append(
            (one["county"], one["town"], one["village"], name, "、".join(group["name"]), len(here), told,
             here["date"].max(), state)
        )  # fmt: skip
    table = _known(pd.DataFrame(rows, columns=VILLAGES), ("visits",), placed)
    table["last_visit"] = pd.to_datetime(table["last_visit"])
    table = table.assign(at=table["state"].map({UNVISITED: 0, OPEN: 1, VISITED: 2}))
    return table.sort_values(["at", "county", "town", "village", "village_id"], kind="stable")[VILLAGES].reset_index(
        drop=True
    )


def _months(plan: pd.DataFrame, matched: pd.DataFrame, first: dt.date, day: dt.date, placed: bool) -> pd.DataFrame:
    many = plan["village_id"].nunique() if placed else 0
    rows, seen = [], set()
    for period in pd.period_range(first, day, freq="M"):
        here = matched[matched["month"] == str(period)]
        villages = set(here["village_id"]) - {""}
        seen |= villages
        told = here["days"].sum() if here["days"].notna().all() else np.nan
        trained = here["trained"].sum() if here["trained"].notna().all() else np.nan
        rows.append(
            (str(period), len(here), here["expert_id"].nunique(), len(villages), _of(len(villages), many),
             len(seen), _of(len(seen), many), told, trained)
        )  # fmt: skip
    return _known(pd.DataFrame(rows, columns=MONTHS), ("visited", "reached"), placed)


def _of(part: int, whole: int) -> float:
    return part / whole if whole else np.nan
