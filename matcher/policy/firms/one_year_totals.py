"""Sums of three years of which the header does not say that they are, and which look like the figure of one year."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from matcher.policy.firms.identity import with_lines
from matcher.tables.headers.column_account import UNKNOWN
from matcher.tables.reading import Reading

_SUMS = {"rd_domestic_3y": "rd_expense"}  # a sum of three years, and the figure whose years it is a part of
_SAYS_YEARS = re.compile("三|3|各年|历年|合计|累计")


def without_one_year_totals(reading: Reading) -> Reading:
    """Leave out a column that was taken for a sum of three years, unasked (其中：境内研发费用), and that is in no row
    more than the whole of the last year, while the years before had a figure too; and say so.
    """
    rows, account = reading.rows, reading.columns
    for total, figure in _SUMS.items():
        fields = [total, *(f"{figure}_y{year}" for year in (1, 2, 3))]
        place = account.index[account["field"] == total]
        if len(place) != 1 or not set(fields) <= set(rows) or _SAYS_YEARS.search(header := account["header"][place[0]]):
            continue
        value, first, second, last = (pd.to_numeric(rows[name]) for name in fields)
        comparable = (value > 0) & (last > 0) & (first.fillna(0) + second.fillna(0) > 0)
        if not comparable.any() or (value > last)[comparable].any():
            continue
        problem = "没有写是三年之和；各行都不多于上一年一年的数，像是一年的，没有采用"
        line = {
            "row": None, "column": header, "value": "", "problem": problem,
            "action": "是三年之和的，请把表头写成“近三年境内研发费用”", "kept": True,
        }  # fmt: skip
        columns = account.copy()
        columns.loc[place[0], ["field", "title", "use", "unit"]] = ["", "", UNKNOWN, ""]
        bounds: dict[str, Any] = {str(name): pd.NA for name in rows if str(name).startswith(f"{total}_")}
        bounds[total] = pd.Series(float("nan"), index=rows.index)
        reading = Reading(rows.assign(**bounds), with_lines(reading, [line]), columns)
    return reading
