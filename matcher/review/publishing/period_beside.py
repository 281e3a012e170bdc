"""The period of publication that stands in a line above or below a list, and in none of its columns."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.tables.cells.dates import Span, read_days
from matcher.tables.cells.texts import as_written, is_blank
from matcher.tables.files.grids import read_book
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.public_period import PUBLIC_PERIOD

_PERIOD = re.compile("公示(?:期间?|期限|时间|起止时间|日期)(?:为|是|自)?[:：\\s]*([^；;。，,（(]+)")
_OF_ANOTHER = re.compile("上一?[批次轮年]|前一?[批次轮]|去年|原公示|原定")
_A_LINE = 2  # filled cells, at most, of a row that is a line beside the table


def with_period_beside(reading: Reading, source: str | Path | pd.DataFrame) -> Reading:
    """The rows of a list with the one period of which a line of its sheet tells both days, told."""
    columns = [name for name in (column.name for column in PUBLIC_PERIOD) if name in reading.rows]
    if isinstance(source, pd.DataFrame) or reading.rows.empty:
        return reading
    if any((reading.rows[name].notna() & (reading.rows[name].astype(str) != "")).any() for name in columns):
        return reading
    file, sheet = (str(reading.columns[name].iloc[0]) for name in ("file", "sheet"))
    found: dict[str, tuple[int, str]] = {}
    for grid in (one for one in read_book(source).grids if one.sheet == sheet):
        for number, row in zip(grid.numbers, grid.rows, strict=True):
            filled = [as_written(cell) for cell in row if not is_blank(cell)]
            for text in filled if len(filled) <= _A_LINE else ():
                if (said := _PERIOD.search(text)) and _both_days(said[1]) and not _OF_ANOTHER.search(text):
                    found.setdefault(said[1].strip(), (number, text))
    if len(found) != 1:
        return reading
    period, (number, text) = next(iter(found.items()))
    line = (file, sheet, number, PUBLIC_PERIOD[2].title, text, f"公示期在表外写明，照“{period}”读入", "请核对", True)
    told = [one for one in (reading.problems, pd.DataFrame([line], columns=PROBLEM_COLUMNS)) if len(one)]
    problems = pd.concat(told, ignore_index=True).astype({"row": "Int64", "kept": bool})
    return replace(reading, rows=reading.rows.assign(**{PUBLIC_PERIOD[2].name: period}), problems=problems)


def _both_days(text: str) -> bool:
    read = read_days(text)
    return isinstance(read, Span) and isinstance(read.first, dt.date) and isinstance(read.last, dt.date)
