"""When a list is public: the columns in which it is written, in one cell or in two, and how they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.tables.cells.dates import Span, read_days
from matcher.tables.schemas.contracts import column

PUBLIC_PERIOD = (
    column(
        "announced_on",
        "date",
        "公示日期",
        "公示开始日期 公示起始日期 公示开始时间 公示起始时间 公示开始 公示起始 公示起 公示起日 公示自 公告日期 "
        "announced announcement_date",
    ),
    column(
        "announced_until",
        "date",
        "公示截止日期",
        "公示结束日期 公示终止日期 公示截止时间 公示结束时间 公示截止 公示结束 公示终止 公示终止时间 "
        "公示止 公示止日 公示至 公示截至",
    ),
    column("announcement", "text", "公示起止时间", "公示时间 公示起止日期 公示起止 公示期间"),
)


def public_period(record: Mapping[Any, Any]) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day that a row states, None where it does not: of the two cells, else of the one.

    A day alone in the one cell (公示起止时间) is the first.
    """
    first, last = (_day(record.get(name)) for name in ("announced_on", "announced_until"))
    written = record.get("announcement")
    if first is None and isinstance(written, str):
        period = read_days(written)
        if isinstance(period, Span):
            first = period.first if isinstance(period.first, dt.date) else None
            last = period.last if last is None and isinstance(period.last, dt.date) else last
        elif isinstance(period, dt.date):
            first = period
    return first, last


def _day(cell: Any) -> dt.date | None:
    return None if cell is None or pd.isna(cell) else pd.Timestamp(cell).date()
