"""The facts of one firm, folded from its events, and the cells that they are made of.

A fact is one value. One that is known within bounds only (约4800万) is {"low", "high", "text"}: a later value takes the
place of all three. Tables have it in the columns that `matcher.tables.reading` makes.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from matcher.event_log.log import Event
from matcher.policy.firms.words import years_later
from matcher.tables.columns.readings import Soft
from matcher.tables.columns.soft_values import range_text
from matcher.tables.privacy import is_contact_header, mask_cell
from matcher.tables.schemas.main import HIGH, LOW, STATE, TEXT

_ENDS = (LOW, HIGH, TEXT)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
LEAP = 1000  # 元 written for 万元 is 10,000, 千元 for 元 1,000


@dataclass(frozen=True)
class Fact:
    """A value, the day from which it holds (ISO), and who wrote it."""

    value: Any
    day: str
    person: str


UNKNOWN = Fact(None, "", "")


def fold(events: Sequence[Event], on: dt.date | None = None, year: int | None = None) -> dict[str, Fact]:
    """The facts of one firm on a day: of each the one that holds from the latest day; unknown ones left out.

    year: the year (by default that of `on`) before which the accounting years of the figures lie. A figure of “last
    year” that was written in an earlier year is of the year before that one: it stands in the field of its own year,
    or nowhere (`matcher.policy.firms.words.years_later`).
    """
    year = on.year if year is None and on is not None else year
    facts: dict[str, Fact] = {}
    for event in events:
        day = event.body.get("valid_from", event.day)
        if on is not None and day > on.isoformat():
            continue
        years = 0 if year is None else year - int(day[:4])
        for written, value in event.body["facts"].items():
            name = years_later(written, years) if years else written
            if name and (name not in facts or day >= facts[name].day):
                facts[name] = Fact(value, day, event.person)
    return {name: fact for name, fact in facts.items() if fact.value is not None}


def plain(cell: Any) -> Any:
    """A cell as JSON has it: None, bool, int, float or text; days as ISO texts."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, dict):
        return cell
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, Decimal):
        cell = float(cell) if cell % 1 or cell.is_nan() else int(cell)
    if isinstance(cell, dt.datetime | dt.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return None if math.isnan(cell) else int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    return cell if isinstance(cell, bool | int) else str(cell).strip() or None


def joined(table: pd.DataFrame) -> pd.DataFrame:
    """The table with soft facts as one cell each; its other cells as they are."""
    names = {str(name) for name in table.columns}
    soft = {name for name in names if {name + LOW, name + HIGH} <= names or name + STATE in names}
    beside = {name + end for name in soft for end in (*_ENDS, STATE)}
    out = {name: table[name] for name in table.columns if name not in beside}
    for name in soft:
        columns = [table[name + end] if name + end in names else pd.Series([None] * len(table)) for end in ("", *_ENDS)]
        cells = zip(*(map(plain, column.tolist()) for column in columns), strict=True)
        out[name] = pd.Series([_fact(*row) for row in cells], index=table.index, dtype=object)
    return pd.DataFrame(out, index=table.index)


def _fact(value: Any, low: Any, high: Any, text: Any) -> Any:
    if value is not None or (low, high, text) == (None, None, None):
        return value
    return {"low": low, "high": high, "text": text or range_text(Soft(low, high))}


def apart(name: str, values: Sequence[Any]) -> dict[str, list[Any]]:
    """The columns of a fact: its exact values, and where there are soft ones their bounds and texts."""
    columns = {name: [None if is_soft(value) else value for value in values]}
    if any(map(is_soft, values)):
        for end, part in zip(_ENDS, ("low", "high", "text"), strict=True):
            columns[name + end] = [value[part] if is_soft(value) else None for value in values]
    return columns


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """The table with soft facts in columns of their own: `joined` the other way round."""
    out: dict[str, pd.Series[Any]] = {}
    for name in table.columns:
        if any(map(is_soft, cells := table[name].tolist())):
            parts = apart(str(name), cells)
            out |= {column: pd.Series(values, index=table.index) for column, values in parts.items()}
        else:
            out[name] = table[name]
    return pd.DataFrame(out, index=table.index)


def is_soft(value: Any) -> bool:
    """Whether a fact is known within bounds only."""
    return isinstance(value, dict)


def is_same(value: Any, known: Any) -> bool:
    """Whether two facts are one: equal, or a number and the text that writes it (100 and "100", not 7 and "007")."""
    if value == known:
        return True
    text, number = (value, known) if isinstance(value, str) else (known, value)
    if not isinstance(text, str) or isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return bool(_NUMBER.fullmatch(text)) and float(text) == number


def adds(value: Any, known: Any) -> bool:
    """Whether a table's value says more than a known one: nothing, the same, and bounds around an exact one do not."""
    if value is None or is_same(value, known):
        return False
    if not is_soft(value) or is_soft(known) or type(known) not in (int, float, str):
        return True
    ends = value["low"], value["high"]
    if ends == (None, None) or any(isinstance(end, str) != isinstance(known, str) for end in ends if end is not None):
        return True
    low, high = ends
    return not ((low is None or low <= known) and (high is None or known <= high))


def shown(value: Any) -> Any:
    """A fact as people read it: a soft one as it was written."""
    return value["text"] if is_soft(value) else value


def leaps_from(value: Any, before: Any) -> bool:
    """Whether a number is `LEAP` times another or more, or as much less; or a text takes the place of a number."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, str):
        return _size(before) > 0
    sizes = [_size(value), _size(before)]
    return min(sizes) > 0 and max(sizes) >= LEAP * min(sizes)


def _size(value: Any) -> float:
    """How large a number is, of one known within bounds the lower one that is given; 0 for what is none."""
    if isinstance(value, dict):
        value = value["low"] or value["high"]
    return abs(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def masked(name: str, value: Any) -> Any:
    """A fact as a sheet with hidden contacts shows it, so that it is known again when the sheet comes back."""
    if is_soft(value):
        return {**value, "text": masked(name, value["text"])}
    if value is None or isinstance(value, bool | float):
        return value
    hidden = mask_cell(str(value) if is_contact_header(name) else value, name)
    return value if str(hidden) == str(value) else hidden
