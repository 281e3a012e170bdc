"""What a careful person would read in a cell, and whether a reading says the same."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Ask:
    """No person could be sure: the cell must be told. `guesses` are values that would do as well."""

    guesses: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Either:
    """Any of these is right."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Interval:
    """The value lies between `low` and `high`; None is an open end.

    `slack` is how much farther out (as a share of the end) the interval that was read may reach.
    """

    low: float | date | None
    high: float | date | None
    slack: float = 0.0


@dataclass(frozen=True)
class State:
    """A state instead of a date: the field is empty and the state stands in a column beside it."""

    ended: bool | None


@dataclass(frozen=True)
class Ticked:
    """The labels that are ticked, in any order."""

    labels: frozenset[str]


@dataclass(frozen=True)
class Parts:
    """A text that holds all of these, in any order."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class AnythingBut:
    """An id must not be made of these."""

    values: tuple[str, ...]


EMPTY = None
"""The cell says that there is no value."""

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def fold(text: object) -> str:
    """A text without blanks, invisible characters and full-width forms: what two writings of one text share."""
    return re.sub(r"\s+", "", _INVISIBLE.sub("", str(text).translate(_WIDE))).casefold()


def holds(expected: Any, row: Mapping[str, Any], field: str) -> bool:
    """Whether the value of `field` in a row that was read is what was expected."""
    value = row.get(field)
    match expected:
        case Ask(guesses):
            return any(holds(guess, row, field) for guess in guesses)
        case Either(values):
            return any(holds(one, row, field) for one in values)
        case Interval():
            return _absent(value) and _spans(expected, row.get(f"{field}_min"), row.get(f"{field}_max"))
        case State(ended):
            beside = [name for name in row if name.startswith(f"{field}_") and not _absent(row[name])]
            return _absent(value) and (ended is False or bool(beside))
        case Ticked(labels):
            return {fold(one) for one in re.split("[;；,，、|]", str(value)) if fold(one)} == {
                fold(one) for one in labels
            }
        case Parts(texts):
            return all(fold(one) in fold(value) for one in texts)
        case AnythingBut(values):
            return fold(value) not in {fold(one) for one in values}
        case None:
            return _absent(value) and _absent(row.get(f"{field}_min")) and _absent(row.get(f"{field}_max"))
    if _absent(value):
        return False
    match expected:
        case date():
            return isinstance(value, datetime) and value.date() == expected
        case bool() | str():
            return fold(value) == fold(expected)
        case int() | float():
            if isinstance(value, str):
                return False
            return math.isclose(float(value), expected, rel_tol=1e-12, abs_tol=0.0)
    raise TypeError(expected)


def _absent(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return bool(pd.isna(value))


def _spans(expected: Interval, low: Any, high: Any) -> bool:
    if _absent(low) and _absent(high):
        return False
    return _end(expected.low, low, expected.slack, -1) and _end(expected.high, high, expected.slack, 1)


def _end(expected: float | date | None, value: Any, slack: float, side: int) -> bool:
    if expected is None:
        return _absent(value) or (isinstance(value, (int, float)) and (math.isinf(value) or (side < 0 and value == 0)))
    if _absent(value):
        return False
    if isinstance(expected, date):
        return pd.Timestamp(value).date() == expected
    beyond = (float(value) - float(expected)) * side
    return -1e-6 <= beyond <= abs(expected) * slack + 1e-6


def same_column(name: str, names: Iterable[str]) -> bool:
    """Whether a problem's column is one of these headers, in whatever way the reader writes joined headers."""
    plain = [_bare(part) for part in [name, *re.split("[、，,;；]", name)]]
    return any(_bare(one) in plain for one in names if _bare(one))


def _bare(name: str) -> str:
    return re.sub(r"[^0-9a-zⅠ-Ⅻ\u4e00-\u9fff%_#]", "", fold(name).replace("％", "%"))
