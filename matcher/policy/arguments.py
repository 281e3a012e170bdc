"""What callers hand in, checked in one place: a day, a table of firms. Errors say which kinds are taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from matcher.errors import ArgumentError, ArgumentTypeError

Day = dt.date | str


def as_day(on: Day, name: str = "on") -> dt.date:
    """A date, a datetime (its day) or ISO text as a date; `name` is the argument's name in errors.

    >>> as_day("2026-11-24")
    datetime.date(2026, 11, 24)
    """
    if isinstance(on, str):
        try:
            return dt.date.fromisoformat(on.strip())
        except ValueError:
            raise ArgumentError(f"{name} is a day as ISO text, such as 2026-11-24, not {on!r}") from None
    if on != on:  # pandas' NaT is a datetime
        raise ArgumentError(f"{name} is a day, not NaT")
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    raise ArgumentTypeError(f"{name} is a date, a datetime or ISO text such as 2026-11-24, not {type(on).__name__}")


def check_firms(firms: Any, *columns: str, name: str = "firms") -> None:
    """Refuse what is no table, lacks one of `columns`, or has a column twice.

    Raises ArgumentTypeError or ArgumentError.
    """
    if not isinstance(firms, pd.DataFrame):
        if isinstance(getattr(firms, "rows", None), pd.DataFrame):
            raise ArgumentTypeError(f"{name} is a DataFrame: give the `.rows` of what read_firms returned")
        raise ArgumentTypeError(
            f"{name} is a DataFrame, such as read_firms(path, policy).rows, not {type(firms).__name__}"
        )
    missing = [column for column in columns if column not in firms.columns]
    if missing:
        raise ArgumentError(f"{name} has no column {missing[0]!r}; it has: {', '.join(map(str, firms.columns))}")
    if not firms.columns.is_unique:
        raise ArgumentError(f"{name} has the column {firms.columns[firms.columns.duplicated()][0]!r} twice")
