"""The service log against the plan: who served how many days, who is behind, which villages nobody visited, by month.

Days that a visit does not tell stay unknown: nobody is called behind, or done, on their account.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.commissioners.villages import town_key
from matcher.errors import ArgumentError, TableError
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.commissioner_schemas import SERVICE
from matcher.tables.reading import Reading, read_table
from matcher.tables.regions import find_region
from matcher.tables.schemas import HIGH, LOW
from matcher.tables.soft_values import why_unknown
from matcher.tables.writings import KnownIds, fold

PERSONS = [
    "expert_id", "name", "institution", "villages", "visited", "visits", "days", "open_days", "doubtful", "required",
    "due_days", "state", "missing_days", "elsewhere", "last_visit",
]  # fmt: skip
VILLAGES = ["county", "town", "village", "village_id", "people", "visits", "days", "last_visit", "state"]
MONTHS = ["month", "visits", "persons", "visited", "share", "reached", "reached_share", "days", "trained"]
UNKNOWN = ["record_id", "name", "village", "date", "counted", "reason"]
DONE, ON_TIME, BEHIND, OPEN, NO_DUTY = "已完成", "按进度", "落后", "未定", "没有天数要求"
NOT_COUNTED, DAYS_COUNTED = "没有计入", "只计本人的次数和天数"
VISITED, UNVISITED = "已走访", "未走访"
_WITH_UNIT = re.compile(r"([^()]+)\(([^()]+)\)")  # 王强(市农科院)


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
        UNKNOWN, one row a record that does not count, or (`counted`) for its person alone, with the reason.
    matched
        The records that count, with the expert_id and village_id that they mean ("": not known), and `month` ("" where
        the date leaves it open: such a visit counts, but in no month).
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
        left = f"；{len(self.unknown)} 条记录没有计入或只计本人（见“存疑的记录”）" if len(self.unknown) else ""
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
        Records of later days do not count.
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
        The plan has no village_id or expert_id.
    ArgumentError
        `since` lies behind `on`, or `days` is not above 0.
    """
    check_frame(log, "log", "read_service(...).rows")
    plan = _checked(plan)
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


class _Names:
    """Rows of a plan, found by an id, or by names of which the first must be there and the others narrow it.

    The first may have the others before it: 刁镇东村, 章丘区刁镇东村.
    """

    def __init__(self, table: pd.DataFrame, id_column: str, names: tuple[str, ...]) -> None:
        self._ids, self._names, self._id_column = KnownIds(table[id_column]), names, id_column
        self._by_name: dict[str, list[dict[str, str]]] = {}
        for record in table[[id_column, *names]].to_dict("records"):
            row = {str(key): str(value) for key, value in record.items()}
            first, *around = (fold(row[name]) for name in names)
            chains = [first, *(f"{before}{first}" for before in (around[0], "".join(reversed(around))) if before)]
            for chain in dict.fromkeys(chains):
                self._by_name.setdefault(chain, []).append(row)

    def find(self, row: Mapping[Any, Any], likely: Collection[str] = ()) -> tuple[list[str], str]:
        """The ids that a row may mean, of several by name those that are `likely`; and why it is not clear which."""
        written = str(row[self._id_column] or "")
        if written and (found := self._ids.find(written)):
            return [found], ""
        name, given = str(row[self._names[0]] or ""), {one: str(row[one] or "") for one in self._names[1:]}
        if not name:
            return [], "编号不在方案中" if written else "没有写"
        if fold(name) not in self._by_name and "institution" in given and (match := _WITH_UNIT.fullmatch(fold(name))):
            name, given["institution"] = match[1], given["institution"] or match[2]
        rows = known = self._by_name.get(fold(name), [])
        for other, text in given.items():
            if text:
                rows = [one for one in rows if not one[other] or _agree(one[other], text, other)]
        ids = list(dict.fromkeys(one[self._id_column] for one in rows))
        if len(ids) > 1:
            ids = [one for one in ids if one in likely] or ids
        if len(ids) == 1:
            return ids, ""
        if ids:
            return ids, f"“{name}”在方案中有 {len(ids)} 个，分不清是哪一个"
        if not known:
            return [], f"“{name}”不在方案中"
        if "institution" not in given:
            return [], f"“{name}”在方案中，但乡镇、县区对不上"
        units = "、".join(dict.fromkeys(one["institution"] for one in known))
        maybe = list(dict.fromkeys(one[self._id_column] for one in known))
        return maybe, f"“{name}”在方案中是{units}的，如是同一人请填编号"


def _agree(known: str, given: str, field: str) -> bool:
    if field == "county" and (one := find_region(known)) and (other := find_region(given)):
        return one == other
    if field == "institution":  # with or without post, department or place, or in short: 农科院 of 农业科学院
        short, long = sorted((fold(known), fold(given)), key=len)
        rest = iter(long)
        return all(sign in rest for sign in short)
    return town_key(known) == town_key(given) if field == "town" else fold(known) == fold(given)


def _match(
    log: pd.DataFrame, plan: pd.DataFrame, first: dt.date, day: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, _Doubts]:
    """The records that count, those of which something does not, and what these may mean.

    Where only the village is not known, the days still count for the person.
    """
    people = _Names(plan.drop_duplicates("expert_id"), "expert_id", ("name", "institution"))
    places = _Names(plan.drop_duplicates("village_id"), "village_id", ("village", "town", "county"))
    theirs = {name: set(group) for name, group in plan.groupby("expert_id")["village_id"]}
    posted = {village: set(group) for village, group in plan.groupby("village_id")["expert_id"]}
    good, lost, doubts = [], [], _Doubts(Counter(), set())
    seen: dict[tuple[str, str, dt.date], str] = {}
    for row in log.to_dict("records"):
        persons, why = people.find(row)
        own = set[str]().union(*(theirs[one] for one in persons))
        villages, where = places.find(row, own if not why or len(persons) > 1 else ())
        if len(persons) > 1 and len(villages) == 1:
            persons, why = people.find(row, posted[villages[0]])
        person, village = "" if why else persons[0], "" if where else villages[0]
        date, begin, end = (
            pd.Timestamp(row[name]).date() if pd.notna(row.get(name)) else None
            for name in ("date", "date" + LOW, "date" + HIGH)
        )
        begin, end = begin or date, end or date  # of a day that is known by its month
        faults, out = [f"特派员{why}"] if why else [], False
        if begin is None or end is None:
            why = why_unknown(SERVICE["date"], row)
            faults.append(f"{SERVICE['date'].title}{why}" if why else "没有日期")
        elif end < first or begin > day:
            faults.append(f"不在 {first} 至 {day} 之间")
            out = True
        elif begin < first or end > day:
            faults.append(f"日期不确切，不知是否在 {first} 至 {day} 之间")
        elif (
            date is not None
            and village
            and person
            and (before := seen.setdefault((person, village, date), row["record_id"])) != (row["record_id"])
        ):
            faults.append(f"与记录 {before} 同人同村同日")
            out = True
        if pd.notna(row["days"]) and float(row["days"]) < 0:
            faults.append("天数是负数")
        if faults or where:
            reason = "；".join([*faults, f"村{where}"] if where else faults)
            counted = NOT_COUNTED if faults else DAYS_COUNTED
            lost.append((row["record_id"], row["name"], row["village"], row["date"], counted, reason))
            if not out:
                doubts.persons.update(persons if faults else ())
                doubts.villages.update(villages if row["village"] or row["village_id"] else own)
        if not faults:
            month = f"{begin:%Y-%m}" if begin and end and (begin.year, begin.month) == (end.year, end.month) else ""
            good.append({**row, "expert_id": person, "village_id": village, "month": month})
    matched = pd.DataFrame(good, columns=[*log.columns, "month"]).astype({"date": "datetime64[us]"})
    unknown = pd.DataFrame(lost, columns=UNKNOWN).astype({"date": "datetime64[us]"})
    return matched.astype({"days": "Float64", "trained": "Float64"}), unknown, doubts


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
        told = here["days"].sum() if state != OPEN and here["days"].notna().all() else np.nan
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
