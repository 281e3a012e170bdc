"""Days of a service log and of a plan that leave out their year: those of the year of service."""

from __future__ import annotations

import calendar
import datetime as dt
import re

import pandas as pd

from matcher.tables.naming.writings import fold
from matcher.tables.rows.remarks import override_in
from matcher.tables.schemas.main import HIGH, LOW, TEXT

_DAY = r"(\d{1,2})月(\d{1,2})[日号]?"
_SPAN = re.compile(rf"{_DAY}(?:[-—–~～至到]+(?:(\d{{1,2}})月)?(\d{{1,2}})[日号]?)?")
_IN_WORDS = re.compile(r"(?<![\d年])(\d{1,2})月(?:份|(\d{1,2})[日号])?")
_GOES = re.compile("调离|调出|调走|离任|离职|卸任|辞职|辞聘|解聘|去世|病故|退出|退休|不再(?:担任|聘任|续聘|承担|服务)")


def with_years(log: pd.DataFrame, first: dt.date, last: dt.date) -> tuple[pd.DataFrame, int]:
    """A log whose days of a month (1月8日, 3月5日-7日) are those of the year from `first` to `last`, and how many.

    A day that does not lie there stays unknown.
    """
    written = "date" + TEXT
    if written not in log:
        return log, 0
    ends = ["date" + LOW, "date" + HIGH]
    table = log.copy()
    for name in ends:
        table[name] = pd.to_datetime(table[name]) if name in table else table["date"]
    unread = table["date"].isna() & table[ends[0]].isna() & table[ends[1]].isna()
    many = 0
    for at in table.index[unread]:
        span = _span(str(table.loc[at, written] or ""), first, last)
        if span is None:
            continue
        many += 1
        table.loc[at, ends] = [pd.Timestamp(day) for day in span]
        if span[0] == span[1]:
            table.loc[at, "date"] = pd.Timestamp(span[0])
    return (table, many) if many else (log, 0)


def leaving(plan: pd.DataFrame, first: dt.date, day: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """The persons of a plan of whom a remark says that they left (5月31日调离), with the days that it may have been.

    Without a day it may have been any of the year of service until now.
    """
    found: dict[str, tuple[dt.date, dt.date]] = {}
    for row in plan.to_dict("records"):
        said = override_in({str(name): cell for name, cell in row.items()}, day=day)
        if said is None or not _GOES.search(said.words) or (said.since is not None and said.since > day):
            continue
        span = _left(said.words, said.since, first, day) if said.plain else (first, day)
        if span is not None:
            found[str(row["expert_id"])] = span
    return found


def _left(words: str, since: dt.date | None, first: dt.date, day: dt.date) -> tuple[dt.date, dt.date] | None:
    if since is not None:
        low = since.replace(day=1) if since.day == calendar.monthrange(since.year, since.month)[1] else since
        return (max(low, first), since) if since >= first else None
    named = _IN_WORDS.search(fold(words))
    if named is None:
        return first, day
    begin, end = (_in_year(int(named[1]), int(named[2] or at), first, day) for at in (1, 0))
    return (begin, end or day) if begin else None


def _span(text: str, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date] | None:
    match = _SPAN.fullmatch(re.sub(r"\s", "", fold(text)))
    if match is None:
        return None
    month, day, last_month, last_day = match.groups()
    begin = _in_year(int(month), int(day), first, last)
    end = _in_year(int(last_month or month), int(last_day), first, last) if last_day else begin
    return (begin, end) if begin and end and begin <= end else None


def _in_year(month: int, day: int, first: dt.date, last: dt.date) -> dt.date | None:
    """The day of a month between two days, its last day for 0; None where it is not there, or in several years."""
    inside = []
    for year in range(first.year, last.year + 1):
        if not 1 <= month <= 12 or not 0 <= day <= calendar.monthrange(year, month)[1]:
            continue
        found = dt.date(year, month, day or calendar.monthrange(year, month)[1])
        if first <= found <= last:
            inside.append(found)
    return inside[0] if len(inside) == 1 else None
