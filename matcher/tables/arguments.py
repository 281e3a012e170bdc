"""What callers hand in, checked in one place: a day, a table. Errors say which kinds are taken."""

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


def check_frame(value: Any, name: str, example: str = "read_needs(...).rows or read_outcomes(...).rows") -> None:
    """Raises ArgumentTypeError, which says what is taken, unless an argument is a DataFrame."""
    if isinstance(value, pd.DataFrame):
        return
    if isinstance(getattr(value, "rows", None), pd.DataFrame):
        raise ArgumentTypeError(f"{name} is a DataFrame, not a whole {type(value).__name__}: give its .rows")
    raise ArgumentTypeError(f"{name} is a DataFrame (such as {example}), not {type(value).__name__}")


def check_firms(firms: Any, *columns: str, name: str = "firms") -> None:
    """Refuse what is no table, lacks one of `columns`, or has a column twice.

    Raises ArgumentTypeError or ArgumentError.
    """
    check_frame(firms, name, "read_firms(path, policy).rows")
    missing = [column for column in columns if column not in firms.columns]
    if missing:
        raise ArgumentError(f"{name} has no column {missing[0]!r}; it has: {', '.join(map(str, firms.columns))}")
    if not firms.columns.is_unique:
        raise ArgumentError(f"{name} has the column {firms.columns[firms.columns.duplicated()][0]!r} twice")
