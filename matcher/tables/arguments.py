"""What callers hand in, checked in one place: a day, a number, texts, a table. Errors say which kinds are taken."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.tables.cells.texts import as_written

_SEVERAL = (list, tuple, set, frozenset, np.ndarray, dict, bytes)

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


def as_whole(value: Any, name: str, least: int) -> int:
    """A whole number of Python or numpy, from `least` on; `name` is the argument's name in errors.

    >>> as_whole(np.int64(5), "k", 1)
    5
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise ArgumentTypeError(f"{name} is a whole number, not {type(value).__name__}")
    if value < least:
        raise ArgumentError(f"{name} must be at least {least}, not {value}")
    return int(value)


def as_number(value: Any, name: str) -> float:
    """A finite number; `name` is what it is called in errors."""
    if not isinstance(value, (int, float, Decimal, np.integer, np.floating)) or isinstance(value, bool):
        raise ArgumentTypeError(f"{name} is a number, not {value!r}")
    if not math.isfinite(value):
        raise ArgumentError(f"{name} is a finite number, not {value}")
    return float(value)


def as_texts(given: Any) -> list[str]:
    """Texts in a list, an array, a Series, or a DataFrame of one column.

    Raises ArgumentTypeError for one text by itself, a table of several columns, or anything that is no text.
    """
    if isinstance(given, pd.DataFrame):
        if given.shape[1] != 1:
            raise ArgumentTypeError(f"texts are one column, not a DataFrame of {given.shape[1]}: give table['title']")
        given = given.iloc[:, 0]
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise ArgumentTypeError(f"texts are a list, array or Series of str, not one {type(given).__name__}")
    texts = list(given)
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise ArgumentTypeError(f"texts are a list, array or Series of str; got {type(wrong[0]).__name__}")
    return texts


def as_ids(given: Iterable[Any]) -> list[str]:
    """Ids as texts. Raises ArgumentTypeError for one text by itself, whose letters would be taken for ids.

    >>> as_ids([7, "Q1"])
    ['7', 'Q1']
    """
    if isinstance(given, (str, bytes)):
        raise ArgumentTypeError(f"ids is a list or Series of ids, not one {type(given).__name__}")
    return list(map(as_written, given))


def check_frame(value: Any, name: str, example: str = "read_needs(...).rows or read_outcomes(...).rows") -> None:
    """Raises ArgumentTypeError, which says what is taken, unless it is a DataFrame, and ArgumentError for a column
    that stands twice.
    """
    if isinstance(value, pd.DataFrame):
        if not value.columns.is_unique:
            raise ArgumentError(f"{name} has the column {value.columns[value.columns.duplicated()][0]!r} twice")
        return
    if isinstance(getattr(value, "rows", None), pd.DataFrame):
        raise ArgumentTypeError(f"{name} is a DataFrame, not a whole {type(value).__name__}: give its .rows")
    raise ArgumentTypeError(f"{name} is a DataFrame (such as {example}), not {type(value).__name__}")


def plain_cells(table: pd.DataFrame) -> pd.DataFrame:
    """The table with one value in each cell: lists, as Parquet files have them, become texts, and so do bytes.

    Arrays of floats stay: they are vectors, which nobody filters by, and as texts take many times their room.

    >>> plain_cells(pd.DataFrame({"keywords": [["齿轮", "磨削"], None]}))["keywords"].tolist()
    ['齿轮,磨削', None]
    """
    plain = table.copy(deep=False)
    for name, column in table.items():
        if column.dtype == object or str(column.dtype).startswith(("list", "large_list", "struct", "binary")):
            cells = column.tolist()
            if any(isinstance(cell, _SEVERAL) for cell in cells):
                texts = [
                    as_written(cell) if isinstance(cell, _SEVERAL) and not _is_vector(cell) else cell for cell in cells
                ]
                plain[name] = pd.Series(texts, index=table.index, dtype=object)
    return plain


def _is_vector(cell: Any) -> bool:
    return isinstance(cell, np.ndarray) and cell.dtype.kind == "f"


def check_firms(firms: Any, *columns: str, name: str = "firms") -> None:
    """Refuse what is no table, lacks one of `columns`, has its ids as the index, or has a column twice.

    Raises ArgumentTypeError or ArgumentError.
    """
    check_frame(firms, name, "read_firms(path, policy).rows" if name == "firms" else "the rows of a Reading")
    ids = columns or ("enterprise_id",)
    if aside := [one for one in firms.index.names if one in ids and one not in firms.columns]:
        raise ArgumentError(f"{name} has {aside[0]!r} as its index, not as a column: {name}.reset_index()")
    missing = [column for column in columns if column not in firms.columns]
    if missing:
        raise ArgumentError(f"{name} has no column {missing[0]!r}; it has: {', '.join(map(str, firms.columns))}")
