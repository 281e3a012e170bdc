"""Until when records hold: the last day that each one's `valid_until` names, held against a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching.library.base import BaseIndex
from matcher.progress import logger
from matcher.tables.cells.dates import ENDED, last_day
from matcher.tables.cells.texts import is_blank
from matcher.tables.schemas.main import HIGH


def valid_rows(index: BaseIndex, valid_on: dt.date | str) -> NDArray[np.bool_]:
    """The rows that are not surely past `valid_until` on a day; dead ones included."""
    day, valid = day_of(valid_on, "valid_on").date(), np.ones(len(index.alive), bool)
    for name in ("valid_until", "valid_until" + HIGH):
        codes, ends, _ = _last_days(index, name)
        past = [end == ENDED or (isinstance(end, dt.date) and end < day) for end in ends]
        valid &= ~np.array([*past, False])[codes]
    return valid


def warn_of_unread_ends(index: BaseIndex) -> None:
    """Through the logger: how many records have a `valid_until` that says no day, so that they never end."""
    codes, ends, cells = _last_days(index, "valid_until")
    unread = np.array([*(end is None for end in ends), False])[codes] & index.alive
    if unread.any():
        shown = cells[codes[np.argmax(unread)]]
        logger.warning("%d 条记录的有效期读不成日期（如“%s”），按没有截止日处理", np.count_nonzero(unread), shown)


def _last_days(index: BaseIndex, column: str) -> tuple[NDArray[np.int64], list[dt.date | str | None], NDArray[Any]]:
    """The place of each row's cell among the distinct ones (-1: empty), what each of these says, and these."""
    cells = pd.Series(index.column(column), dtype=object)
    codes, distinct = pd.factorize(cells.mask(cells.map(is_blank)).to_numpy(object))
    return codes, list(map(last_day, distinct)), distinct


def day_of(day: object, name: str) -> pd.Timestamp:
    """A date or ISO text as a day. Raises ArgumentError or ArgumentTypeError."""
    if not isinstance(day, (str, dt.date)):
        raise ArgumentTypeError(f"{name} is a date or a text such as 2026-03-31, not {type(day).__name__}")
    try:
        result = pd.Timestamp(day)
    except ValueError as error:
        raise ArgumentError(f"{name} is a date or a text such as 2026-03-31, not {day!r}") from error
    if pd.isna(result):
        raise ArgumentError(f"{name} is a date or a text such as 2026-03-31, not {day!r}")
    return result.tz_localize(None)
