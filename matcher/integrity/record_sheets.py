"""A workbook of records with several sheets, such as one of units and one of persons, read as one table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.errors import TableError
from matcher.tables.files.grids import read_book
from matcher.tables.files.sheets import sheets_of_data
from matcher.tables.reading import PROBLEM_COLUMNS, Reading

_SAYS_WHAT = {"kind", "sanction", "bars"}  # lists of certificates have days and documents too
_SAYS_A_BAR = {*_SAYS_WHAT, "starts_on", "ends_on", "period", "document"}
_OVER = re.compile(  # in the name of a sheet of what bars no more, not yet or nobody
    "移出|移除|修复|解除|撤销|作废|历史|过期|期满|失效|终止|整改|结案|拟|待|征求|讨论|草|初稿|不予|免予|核查|调查|线索"
    "|备份|副本|旧|模板|样例|样表|示例|范例"
)
_LEAST = 2  # of these fields, in a sheet of records


def sheets_of_records(source: str | Path | pd.DataFrame, read: Callable[..., Reading]) -> Reading | None:
    """The records of all visible sheets of a workbook that are tables of records, told; None where fewer than two are.
    A sheet that is called 已移出, 已修复, 拟列入, 备份 or the like is not read.

    Ids that stand in several sheets get the sheet's name before them.
    """
    if isinstance(source, pd.DataFrame):
        return None
    if len(names := sheets_of_data(read_book(source))) < 2:
        return None
    readings: dict[str, Reading] = {}
    for name in names:
        if _OVER.search(name):
            continue
        try:
            reading = read(source, sheet=name)
        except TableError:
            continue
        fields = set(reading.columns["field"])
        if _SAYS_WHAT & fields and len(_SAYS_A_BAR & fields) >= _LEAST:
            readings[name] = reading
    if len(readings) < 2:
        return None
    ids = pd.concat([reading.rows["record_id"] for reading in readings.values()])
    twice = set(ids[ids.duplicated()])
    rows = [
        reading.rows.assign(
            record_id=reading.rows["record_id"].map(lambda one, name=name: f"{name}-{one}" if one in twice else one)
        )
        for name, reading in readings.items()
    ]
    first = next(iter(readings.values()))
    others = [name for name in names if name not in readings]
    text = f"{len(readings)} 个工作表（{'、'.join(readings)}）都是记录，都已读入" + (
        f"；没有读：{'、'.join(others)}" if others else ""
    )
    line = (str(first.columns["file"].iloc[0]), "", None, "", "", text, "只要其中一张的，请指定工作表", True)
    told = [pd.DataFrame([line], columns=PROBLEM_COLUMNS), *(one.problems for one in readings.values())]
    problems = pd.concat([one for one in told if len(one)], ignore_index=True).astype({"row": "Int64", "kept": bool})
    account = pd.concat([one.columns for one in readings.values()], ignore_index=True)
    return replace(first, rows=pd.concat(rows, ignore_index=True), problems=problems, columns=account)
