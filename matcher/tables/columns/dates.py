"""Columns of dates: days, spans of which only a day counts, states in the place of a day."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from matcher.tables.cells.dates import Days, Span, read_days, with_whole_years
from matcher.tables.cells.texts import Fault, as_written, half_width
from matcher.tables.columns.readings import Cells, Soft, read_each, told, without_excel_errors
from matcher.tables.schemas.main import Column

_FIRST_DAY, _LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2101, 1, 1)
_OF_END = re.compile("截止|有效|到期|终止|结束|[至止]$")
_OF_LIMIT = re.compile(_OF_END.pattern + "|期限|应完成|^完成日期")  # of a period, its last day
_REMARKED = re.compile(r"(.*\d\s*[年月日号]?)\s*\(([^()\d]{1,20})\)")
_UNSAYS = re.compile(
    "[拟未不非无误错废撤]|预计|计划|预期|暂定|估|约|左右|期|延|改|取消|原|失效|终止|截|起|前|后|止|农历|阴历|待|退|驳|否|或|为准|变|可能|大概|[?]"
)
_OF_START = re.compile("起始|开始")  # of a period, its first day


def _unlikely_day(column: Column, day: datetime.date) -> Fault | None:
    """1900-01-01 is what spreadsheets make of an empty cell; beyond 2100 lie only the ends of what has no end."""
    if day <= _FIRST_DAY:
        return Fault("像是表格软件把空格当成了日期，没有采用", "请填写日期")
    if day.year > 2100 and not _OF_END.search(column.title):
        return Fault("年份不合理", "请改正日期")
    return None


def read_dates(column: Column, cells: Sequence[object]) -> Cells:
    """Days; a period counts by its last or its first day where the title says which, words as states."""
    remarks = {i: plain for i, cell in enumerate(cells) if isinstance(cell, str) and (plain := _without_remark(cell))}
    cells = [remarks.get(i, cell) for i, cell in enumerate(cells)] if remarks else cells
    found, faults = read_each(cells, without_excel_errors(read_days))
    faults += [
        (i, Fault(f"按“{plain}”读入，括号里的话没有采用", "请核对；备注请另填一列")) for i, plain in remarks.items()
    ]
    values: list[Any] = []
    soft: dict[int, Soft] = {}
    states: dict[int, str] = {}
    periods: dict[int, Fault] = {}
    ends, starts = (bool(words.search(column.title)) for words in (_OF_LIMIT, _OF_START))
    for i, day in enumerate(found):
        if isinstance(day, Span) and (ends or starts):
            day = day.last if ends else day.first
        if isinstance(day, Span):
            periods[i] = _no_single_day(day)
            soft[i] = Soft(day.low, day.high)
        elif isinstance(day, Days):
            soft[i] = Soft(*day)
        elif isinstance(day, str):
            states[i] = day
        elif day is not None and not _FIRST_DAY < day < _LAST_DAY and (fault := _unlikely_day(column, day)):
            faults.append((i, fault))
            day = None
        values.append(day if isinstance(day, datetime.date) else None)
    notes: list[tuple[str, Fault]] = []
    inexact = {i: told(bounds, str) for i, bounds in soft.items() if i not in periods}
    if len(inexact) > 2 and all(value is None for value in values):
        first = next(iter(inexact))
        text = f"这一列只写到年或月（{len(inexact)} 格），每格按其间的任何一天读入"
        notes.append((as_written(cells[first]), Fault(text, "有确切日期请写到日")))
    else:
        faults += inexact.items()
    faults += periods.items()
    faults.sort(key=lambda fault: fault[0])
    short = [i for i, day in enumerate(found) if day is not None and not isinstance(day, str) and _is_short(cells[i])]
    if short:
        text = half_width(as_written(cells[short[0]]))
        problem = f"年份只写了两位（{len(short)} 格），按“{with_whole_years(text)}”一样读入"
        notes.append((text, Fault(problem, "请把年份写成四位")))
    written = Counter((as_written(cells[i]).strip(), state) for i, state in states.items() if state)
    for (text, state), times in written.items():
        meaning = "已结束" if state == "ended" else "仍有效，没有截止日期"
        notes.append((text, Fault(f"写的是状态，不是日期（{times} 格），视为{meaning}", "知道日期的请填日期")))
    if written:
        states = {i: state or "open" for i, state in states.items()}
    return Cells(values, faults, soft, states if written else {}, notes)


def _without_remark(cell: str) -> str:
    """A date without the remark in brackets behind it (2026.3.1（公示）), "" where there is none or it may unsay it."""
    match = _REMARKED.fullmatch(half_width(cell).strip())
    if match is None or _UNSAYS.search(match[2]) or not isinstance(read_days(cell), Fault):
        return ""
    return "" if isinstance(read_days(match[1]), Fault | str | None) else match[1]


def _is_short(cell: object) -> bool:
    """Whether a date is written with a year of two figures."""
    return isinstance(cell, str) and with_whole_years(text := half_width(cell)) != text


def _no_single_day(span: Span) -> Fault:
    known = f"{span.low} 以后的某一天" if span.high is None else f"{span.low} 至 {span.high} 间的某一天"
    return Fault(f"是一段时间，不是一天，按 {known}读入", "请只写这件事发生的那一天")
