"""R&D registers of which nobody wrote the unit, and whose figures are small for yuan: yuan or 万元, so both."""

from __future__ import annotations

from typing import Any

import pandas as pd

from matcher.policy.registers.schemas import CATEGORIES
from matcher.tables.reading import NO_UNIT, Reading
from matcher.tables.schemas.main import HIGH, LOW

_WAN = 10_000
_SMALL = 100_000  # yuan that no table of R&D projects stays below


def without_units(reading: Reading) -> Reading:
    """A register of projects in whose money nobody wrote a unit and all of it is small, with each sum between what it
    is in yuan and in 万元, and a budget unknown.
    """
    rows, problems = reading.rows, reading.problems
    told = problems["problem"] == NO_UNIT
    fields = dict(zip(reading.columns["header"], reading.columns["field"], strict=True))
    names = [str(fields[header]) for header in problems.loc[told, "column"] if fields.get(header)]
    sums = [name for name in names if name in (*CATEGORIES, "entrusted", "amount")]
    in_yuan = set(reading.columns.loc[reading.columns["unit"] == "元", "field"]) & {
        *CATEGORIES,
        "entrusted",
        "amount",
        "budget",
    }
    if not sums or max(float(pd.to_numeric(rows[name]).fillna(0).max()) for name in in_yuan) >= _SMALL:
        return reading
    more: dict[str, Any] = {}
    for name in sums:
        value = pd.to_numeric(rows[name]).astype("Float64")
        low, high = (pd.to_numeric(rows.get(name + end, value)).fillna(value) for end in (LOW, HIGH))
        more |= {name: value.mask(value != 0), name + LOW: low, name + HIGH: high * _WAN}
    if "budget" in names:
        more["budget"] = pd.array([pd.NA] * len(rows), "Float64")
    text = "没有写单位，可能是元，也可能是万元，按两者之间计"
    problems = problems.assign(
        problem=problems["problem"].mask(told, text),
        action=problems["action"].mask(told, "请在表头注明“（万元）”或“（元）”"),
    )
    return Reading(rows.assign(**more), problems, reading.columns)
