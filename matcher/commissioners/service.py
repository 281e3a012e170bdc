"""The service log against the plan: who served how many days, who is behind, which villages nobody visited, by month.

Days that a visit does not tell stay unknown: nobody is called behind, or done, on their account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

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
    "expert_id", "name", "institution", "villages", "visited", "visits", "days", "open_days", "required", "due_days",
    "state", "missing_days", "elsewhere", "last_visit",
]  # fmt: skip
VILLAGES = ["county", "town", "village", "village_id", "people", "visits", "days", "last_visit", "state"]
MONTHS = ["month", "visits", "persons", "visited", "share", "reached", "reached_share", "days", "trained"]
UNKNOWN = ["record_id", "name", "village", "date", "counted", "reason"]
DONE, ON_TIME, BEHIND, OPEN, NO_DUTY = "已完成", "按进度", "落后", "未定", "没有天数要求"
NOT_COUNTED, DAYS_COUNTED = "没有计入", "只计本人的次数和天数"
VISITED, UNVISITED = "已走访", "未走访"


@dataclass(frozen=True, eq=False)
class Service:
    """A report as tables.

    Attributes
    ----------
    persons
        PERSONS, one row a person of the plan, those behind first: `villages` planned, `visited` of them, `visits`,
        `days` served, `open_days` (visits whose days are not told), `required` a year, `due_days` by that day, `state`,
        `missing_days` until the year's duty, `elsewhere` (visits to villages that are not this
        person's, or not known).
    villages
        VILLAGES, one row a village of the plan, those nobody visited first.
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
        nobody = int((self.villages["state"] == UNVISITED).sum())
        left = f"；{len(self.unknown)} 条记录没有计入或只计本人（见“存疑的记录”）" if len(self.unknown) else ""
        return f"{len(self.matched)} 次服务计入；{shown}；{len(self.villages)} 个村中 {nobody} 个还没有人去过{left}"


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
        county; a name that means several stays unknown.
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
    matched, unknown = _match(log, plan, first, day)
    end = _a_year_on(first)
    passed = min(((day - first).days + 1) / (end - first).days, 1.0)
    return Service(
        _persons(plan, matched, days, passed),
        _villages(plan, matched),
        _months(plan, matched, first, day),
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

    def find(self, row: Mapping[Any, Any], likely: Collection[str] = ()) -> tuple[str, str]:
        """The id and "", or "" and why not; of several by name that one which is `likely`."""
        written = str(row[self._id_column] or "")
        if written and (found := self._ids.find(written)):
            return found, ""
        name = str(row[self._names[0]] or "")
        if not name:
            return "", "编号不在方案中" if written else "没有写"
        rows = self._by_name.get(fold(name), [])
        for other in self._names[1:]:
            if given := str(row[other] or ""):
                rows = [one for one in rows if not one[other] or _agree(one[other], given, other)]
        ids = list(dict.fromkeys(one[self._id_column] for one in rows))
        if len(ids) > 1:
            ids = [one for one in ids if one in likely] or ids
        if len(ids) == 1:
            return ids[0], ""
        if ids:
            return "", f"“{name}”在方案中有 {len(ids)} 个，分不清是哪一个"
        if not (known := self._by_name.get(fold(name), [])):
            return "", f"“{name}”不在方案中"
        if "institution" not in self._names:
            return "", f"“{name}”在方案中，但乡镇、县区对不上"
        units = "、".join(dict.fromkeys(one["institution"] for one in known))
        return "", f"“{name}”在方案中是{units}的，如是同一人请填编号"


def _agree(known: str, given: str, field: str) -> bool:
    if field == "county" and (one := find_region(known)) and (other := find_region(given)):
        return one == other
    if field == "institution":  # with or without post, department or place, or in short: 农科院 of 农业科学院
        short, long = sorted((fold(known), fold(given)), key=len)
        rest = iter(long)
        return all(sign in rest for sign in short)
    return town_key(known) == town_key(given) if field == "town" else fold(known) == fold(given)


def _match(log: pd.DataFrame, plan: pd.DataFrame, first: dt.date, day: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records that count, and those of which something does not.

    Where only the village is not known, the days still count for the person.
    """
    people = _Names(plan.drop_duplicates("expert_id"), "expert_id", ("name", "institution"))
    places = _Names(plan.drop_duplicates("village_id"), "village_id", ("village", "town", "county"))
    theirs = {name: set(group) for name, group in plan.groupby("expert_id")["village_id"]}
    good, lost = [], []
    seen: dict[tuple[str, str, dt.date], str] = {}
    for row in log.to_dict("records"):
        person, why = people.find(row)
        village, where = places.find(row, theirs.get(person, set()))
        date, begin, end = (
            pd.Timestamp(row[name]).date() if pd.notna(row.get(name)) else None
            for name in ("date", "date" + LOW, "date" + HIGH)
        )
        begin, end = begin or date, end or date  # of a day that is known by its month
        faults = [f"特派员{why}"] if why else []
        if begin is None or end is None:
            why = why_unknown(SERVICE["date"], row)
            faults.append(f"{SERVICE['date'].title}{why}" if why else "没有日期")
        elif end < first or begin > day:
            faults.append(f"不在 {first} 至 {day} 之间")
        elif begin < first or end > day:
            faults.append(f"日期不确切，不知是否在 {first} 至 {day} 之间")
        elif (
            date is not None
            and village
            and person
            and (before := seen.setdefault((person, village, date), row["record_id"])) != (row["record_id"])
        ):
            faults.append(f"与记录 {before} 同人同村同日")
        if pd.notna(row["days"]) and float(row["days"]) < 0:
            faults.append("天数是负数")
        if faults or where:
            reason = "；".join([*faults, f"村{where}"] if where else faults)
            counted = NOT_COUNTED if faults else DAYS_COUNTED
            lost.append((row["record_id"], row["name"], row["village"], row["date"], counted, reason))
        if not faults:
            month = f"{begin:%Y-%m}" if begin and end and (begin.year, begin.month) == (end.year, end.month) else ""
            good.append({**row, "expert_id": person, "village_id": village, "month": month})
    matched = pd.DataFrame(good, columns=[*log.columns, "month"]).astype({"date": "datetime64[us]"})
    unknown = pd.DataFrame(lost, columns=UNKNOWN).astype({"date": "datetime64[us]"})
    return matched.astype({"days": "Float64", "trained": "Float64"}), unknown


def _persons(plan: pd.DataFrame, matched: pd.DataFrame, days: float | None, passed: float) -> pd.DataFrame:
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
                len(own & set(mine["village_id"])), len(mine), done, open_days, required, round(due, 1),
                _state(done, open_days, required, due), max(required - done, 0.0) if required == required else np.nan,
                int((~mine["village_id"].isin(own)).sum()), mine["date"].max(),
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=PERSONS)
    order = {state: i for i, state in enumerate((BEHIND, OPEN, ON_TIME, DONE, NO_DUTY))}
    table["last_visit"] = pd.to_datetime(table["last_visit"])
    table = table.assign(at=table["state"].map(order), late=table["days"] - table["due_days"])
    return table.sort_values(["at", "late", "expert_id"], kind="stable")[PERSONS].reset_index(drop=True)


def _state(done: float, open_days: int, required: float, due: float) -> str:
    if required != required:
        return NO_DUTY
    if done >= required:
        return DONE
    if done >= due:
        return ON_TIME
    return OPEN if open_days else BEHIND


def _villages(plan: pd.DataFrame, matched: pd.DataFrame) -> pd.DataFrame:
    by_village = dict(list(matched.groupby("village_id")))
    nothing = matched.iloc[:0]
    rows = []
    for name, group in plan.groupby("village_id", sort=True):
        here, one = by_village.get(name, nothing), group.iloc[0]
        told = here["days"].sum() if len(here) and here["days"].notna().all() else (0.0 if not len(here) else np.nan)
        rows.append(
            (one["county"], one["town"], one["village"], name, "、".join(group["name"]), len(here), told,
             here["date"].max(), VISITED if len(here) else UNVISITED)
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=VILLAGES)
    table["last_visit"] = pd.to_datetime(table["last_visit"])
    table = table.assign(at=table["visits"] > 0)
    return table.sort_values(["at", "county", "town", "village", "village_id"], kind="stable")[VILLAGES].reset_index(
        drop=True
    )


def _months(plan: pd.DataFrame, matched: pd.DataFrame, first: dt.date, day: dt.date) -> pd.DataFrame:
    many = plan["village_id"].nunique()
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
    return pd.DataFrame(rows, columns=MONTHS)


def _of(part: int, whole: int) -> float:
    return part / whole if whole else np.nan
