"""The service log against the plan: who served how many days, who is behind, which villages nobody visited, by month.

Days that a visit does not tell stay unknown: nobody is called behind, or done, on their account.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.commissioners.service_records import READ_IN_FULL, match_records
from matcher.commissioners.service_time import leaving, with_years
from matcher.errors import ArgumentError, TableError
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.commissioners import SERVICE
from matcher.tables.schemas.main import HIGH, LOW, TEXT

PERSONS = [
    "expert_id", "name", "institution", "villages", "visited", "visits", "days", "open_days", "doubtful", "required",
    "due_days", "state", "missing_days", "elsewhere", "last_visit",
]  # fmt: skip
VILLAGES = ["county", "town", "village", "village_id", "people", "visits", "days", "last_visit", "state"]
MONTHS = ["month", "visits", "persons", "visited", "share", "reached", "reached_share", "days", "trained"]
DONE, ON_TIME, BEHIND, OPEN, NO_DUTY = "已完成", "按进度", "落后", "未定", "没有天数要求"
VISITED, UNVISITED = "已走访", "未走访"
_DATES = ("date", "date" + LOW, "date" + HIGH, "date" + TEXT)


@dataclass(frozen=True, eq=False)
class Service:
    """A report as tables.

    Attributes
    ----------
    persons
        PERSONS, one row a person of the plan, those behind first: `villages` planned, `visited` of them, `visits`,
        `days` served, `open_days` (visits whose days are not told), `doubtful` (records that do not count but may be
        this person's: of a namesake, or of no clear date), `required` a year, `due_days` by that day, or by the
        day on which a remark of the plan says that the person left, `state`,
        `missing_days` until the year's duty, of who left until what was due, `elsewhere` (visits to villages that
        are not this person's, or not known).
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
    yearless
        Records that name a month and a day alone, which were taken for those of the year of service.
    """

    persons: pd.DataFrame
    villages: pd.DataFrame
    months: pd.DataFrame
    unknown: pd.DataFrame
    matched: pd.DataFrame
    yearless: int = 0

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
        left = f"；{self.yearless} 条记录的日期没有写年份，照服务年度读" if self.yearless else ""
        left += f"；{lost} 条记录没有计入或只计一部分（见“存疑的记录”）" if lost else ""
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
    day = as_day(on)
    first = dt.date(day.year, 1, 1) if since is None else as_day(since, "since")
    if first > day:
        raise ArgumentError(f"since ({first}) lies behind on ({day})")
    log, yearless = with_years(log, first, day)
    if len(log) and not any(name in log and log[name].notna().any() for name in _DATES):
        raise TableError(f"{len(log)} 条服务记录都没有服务日期，无从计算；须一行一次服务，并有“服务日期”一列")
    if days is not None and days <= 0:
        raise ArgumentError(f"days is above 0, not {days}")
    matched, unknown, doubts = match_records(log, plan, first, day)
    placed = bool((log[["village", "village_id"]].fillna("").astype(str) != "").to_numpy().any())
    year = (_a_year_on(first) - first).days
    left = {
        person: (_passed(low, first, year), _passed(high, first, year))
        for person, (low, high) in leaving(plan, first, day).items()
    }
    over = _Over(_passed(day, first, year), left)
    return Service(
        _persons(plan, matched, doubts.persons, days, over, placed),
        _villages(plan, matched, doubts.villages, placed),
        _months(plan, matched, first, day, placed),
        unknown,
        matched,
        yearless,
    )


def _checked(plan: pd.DataFrame) -> pd.DataFrame:
    check_frame(plan, "plan", "plan_service(...).table")
    texts = ("name", "institution", "village", "town", "county", "village_id", "expert_id")
    columns = [SERVICE[name] for name in (*texts, "days")]
    fields = {header: column.name for column in columns for header in (column.title, *column.headers)}
    plan = plan.rename(columns={name: fields[name] for name in plan if name in fields and fields[name] not in plan})
    if missing := {"village_id", "expert_id"} - set(plan):
        raise TableError(f"方案缺少列：{'、'.join(sorted(missing))}；请用 matcher commissioners plan 写出的方案")
    return plan.assign(
        **{name: (plan[name].fillna("").astype(str).str.strip() if name in plan else "") for name in texts}
    ).reset_index(drop=True)


def _a_year_on(first: dt.date) -> dt.date:
    leap = first.month == 2 and first.day == 29
    return dt.date(first.year + 1, 3, 1) if leap else first.replace(year=first.year + 1)


def _passed(day: dt.date, first: dt.date, year: int) -> float:
    """The part of a year of so many days that is over on a day."""
    return min(((day - first).days + 1) / year, 1.0)


class _Over(NamedTuple):
    """The part of the year that is over, and of those who left the least and the most of it that they were there."""

    passed: float
    left: Mapping[str, tuple[float, float]]


def _persons(
    plan: pd.DataFrame, matched: pd.DataFrame, doubts: Counter[str], days: float | None, over: _Over, placed: bool
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
        least_due, due = (required * part for part in over.left.get(str(name), (over.passed, over.passed)))
        owed = round(due, 1) if str(name) in over.left else required
        rows.append(
            (
                name, group["name"].iloc[0], group["institution"].iloc[0], len(own),
                len(own & set(mine["village_id"])), len(mine), done, open_days, doubts[str(name)],
                required, round(due, 1), _state(done, open_days + doubts[str(name)], required, least_due, due),
                max(owed - done, 0.0) if required == required else np.nan,
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


def _state(done: float, open_records: int, required: float, least_due: float, due: float) -> str:
    if required != required:
        return NO_DUTY
    if done >= required:
        return DONE
    if done >= due:
        return ON_TIME
    return OPEN if open_records or done >= least_due else BEHIND


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
