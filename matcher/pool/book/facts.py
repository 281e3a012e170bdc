"""The facts of one firm, folded from its events, and the cells that they are made of."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from matcher.pool.book.event_log import Event
from matcher.tables.privacy import is_contact_header, mask_cell


@dataclass(frozen=True)
class Fact:
    """A value, the day from which it holds (ISO), and who wrote it."""

    value: Any
    day: str
    person: str


UNKNOWN = Fact(None, "", "")


def fold(events: Sequence[Event], on: dt.date | None = None) -> dict[str, Fact]:
    """The facts of one firm on a day: of each the one that holds from the latest day; unknown ones left out."""
    facts: dict[str, Fact] = {}
    for event in events:
        day = event.body.get("valid_from", event.day)
        if on is not None and day > on.isoformat():
            continue
        for name, value in event.body["facts"].items():
            if name not in facts or day >= facts[name].day:
                facts[name] = Fact(value, day, event.person)
    return {name: fact for name, fact in facts.items() if fact.value is not None}


def plain(cell: Any) -> Any:
    """A cell as JSON has it: None, bool, int, float or text; days as ISO texts."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, dt.datetime | dt.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return None if math.isnan(cell) else int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    return cell if isinstance(cell, bool | int) else str(cell).strip() or None


def masked(name: str, value: Any) -> Any:
    """A fact as a sheet with hidden contacts shows it, so that it is known again when the sheet comes back."""
    if value is None or isinstance(value, bool | float):
        return value
    hidden = mask_cell(str(value) if is_contact_header(name) else value, name)
    return value if str(hidden) == str(value) else hidden
