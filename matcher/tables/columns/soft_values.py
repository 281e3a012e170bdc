"""Soft values where a table is handed on: their text in the field itself, such that it reads the same again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.tables.cells.texts import shorten
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.columns.readings import Soft
from matcher.tables.schemas.main import HIGH, LOW, STATE, TEXT, Column, Contract


def lasting_text(column: Column, written: str, unit: str, bounds: Soft) -> str:
    """What was written, with the unit of its header where it has none itself, or else its bounds.

    So the text reads the same (`bounds`) under a header that names no unit.
    """
    own = [written] if column.kind != "share" or "%" in written else []
    inside = re.sub(r"(\d)(\D*)$", rf"\1{unit}\2", written)  # 30万元以上
    for text in (*own, written + unit, inside, range_text(bounds, "元" if column.kind == "yuan" else "")):
        if read_cells(column, "", [text]).soft.get(0) == bounds:
            return text
    return written


def range_text(bounds: Soft, unit: str = "") -> str:
    """Bounds as a text that the reader of numbers takes."""
    if unit == "元" and not any((end or 0) % 10_000 for end in bounds):
        bounds, unit = Soft(*(None if end is None else end // 10_000 for end in bounds)), "万元"
    low, high = (f"{end:.15g}" if isinstance(end, float) else str(end) for end in bounds)
    if bounds.high is None:
        return f"{low}{unit}以上"
    return f"{high}{unit}以下" if bounds.low is None else f"{low}～{high}{unit}"


def why_unknown(column: Column, row: Mapping[Any, Any]) -> str:
    """What was written in a field of a row without an exact value, and why it has none; "" where nothing was written.

    >>> from matcher.tables.schemas.single_commands import TECH_CONTRACTS
    >>> why_unknown(TECH_CONTRACTS["signed_on"], {"signed_on": None, "signed_on_text": "2026-02-30"})
    '“2026-02-30”日历上没有这一天'
    """
    written = row.get(column.name + TEXT)
    if not isinstance(written, str) or not written or not pd.isna(row.get(column.name)):
        return ""
    said = f"“{shorten(written, 40)}”"
    if any(not pd.isna(row.get(column.name + end)) for end in (LOW, HIGH)):
        return f"{said}不是确切的值"
    faults = read_cells(column, "", [written]).faults
    return said + (faults[0][1].problem if faults else "没有采用")


def with_texts(table: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The table for people: what was written (约50万, 已过期) where a field has no exact value, without the columns
    that stand beside it. A table without such columns is returned as it is.
    """
    for column in contract.columns:
        name, text = column.name, column.name + TEXT
        if name in table and text in table:
            missing = table[name].isna() & table[text].notna() & (table[text] != "")
            shown = table[name].astype(object).mask(missing, table[text])
            gone = {name + end for end in (LOW, HIGH, TEXT, STATE)} & set(table.columns)
            table = table.assign(**{name: shown}).drop(columns=list(gone))
    return table


def text_of(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """What was written in the cells of a field that are known in part only, "" elsewhere."""
    if name + TEXT not in table:
        return pd.Series("", index=table.index, dtype=object)
    return table[name + TEXT].fillna("").astype(object).where(table[name].isna(), "")
