"""Tables of resources and of needs for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.needs.units import read_unit
from matcher.tables.reading import Reading, read_table
from matcher.tables.resource_schemas import RESOURCE_NEEDS, RESOURCES

_BRACKET = re.compile(r"[（(\[]([^()（）\[\]]+)[)）\]]\s*$")
_SIGNED = r"[-+±]?\d+(?:\.\d+)?"
_BARE = rf"(?:[≤≥<>＜＞]=?|优于|约)?\s*{_SIGNED}(?:\s*[-~～—至到]+\s*{_SIGNED})?"


def read_resources(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of instruments, laboratories, pilot lines, computing, incubators or platforms, one row each.

    Lists of platforms (平台名称, 平台类别, 依托单位) are resources too.

    Examples
    --------
    >>> table = pd.DataFrame({"仪器名称": ["万能试验机"], "主要技术指标": ["300kN"], "开放机时": [800]})
    >>> read_resources(table).rows[["name", "indicators", "hours_free"]].values.tolist()
    [['万能试验机', '300kN', 800.0]]
    """
    return _with_units(read_table(source, RESOURCES, sheet=sheet, columns=columns))


def read_resource_needs(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read needs as `matcher.read_needs` does, with capability, range, precision, sample, standard and hours."""
    return _with_units(read_table(source, RESOURCE_NEEDS, sheet=sheet, columns=columns))


def _with_units(reading: Reading) -> Reading:
    """Bare numbers of ranges and precisions with the unit of their header: 0~300 under 量程（kN）."""
    rows = reading.rows
    for name in ("range", "precision"):
        headers = set(reading.columns.loc[reading.columns["field"] == name, "header"])
        bracket = _BRACKET.search(headers.pop()) if len(headers) == 1 else None
        if bracket and read_unit(bracket[1]) is not None:
            bare = rows[name].str.fullmatch(_BARE)
            rows = rows.assign(**{name: rows[name].mask(bare, rows[name] + bracket[1])})
    return Reading(rows, reading.problems, reading.columns)
