"""One column at a time, by its kind: the values of its cells, and what could be read only in part or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from matcher.tables.cells.checkboxes import the_ticked, ticked
from matcher.tables.cells.measures import unit_apart
from matcher.tables.cells.texts import (
    ELSEWHERE,
    MAX_CELL,
    UNITS,
    UNTICKED,
    Fault,
    as_written,
    clean_text,
    cut_labels,
    error_fault,
    has_no_tick,
    is_blank_word,
    is_elsewhere,
    is_excel_error,
)
from matcher.tables.cells.yes_no import CODE_OR_COUNT, codes_or_counts, read_yesno
from matcher.tables.columns.dates import read_dates
from matcher.tables.columns.numbers import OF_MONEY, read_numbers
from matcher.tables.columns.readings import Cells, read_each, without_excel_errors
from matcher.tables.columns.shares import read_shares
from matcher.tables.naming.synonyms import writings_of
from matcher.tables.schemas.main import Column

_LOST_DIGITS = Fault("编号已被 Excel 改成数字，15 位以后的数字丢失", "请把这一列设为文本格式后重新填写")
_NO_LIMIT = ("不限", "不限制", "无限制")


def read_cells(column: Column, unit: str, cells: Sequence[object], header: str = "") -> Cells:
    """The values of a column's raw cells; `unit` is what the header says: a money unit, "%" or ""; `header`: as it is
    written, for answers in its own words.
    """
    if column.kind == "text":
        return _read_text(column, cells)
    if column.kind == "id":
        return _read_ids(column, cells)
    if column.kind == "labels":
        return _read_labels(column, cells)
    if column.kind != "yesno":
        cells = [the_ticked(cell) if isinstance(cell, str) else cell for cell in cells]
    if column.kind == "share":
        return read_shares(column, unit == "%", cells)
    if column.kind == "date":
        return read_dates(column, cells)
    if column.kind == "yesno":
        names = (column.title, *column.headers)
        values, faults = read_each(cells, without_excel_errors(lambda cell: read_yesno(cell, header, names)))
        for place in codes_or_counts(cells, header):
            if values[place] is not None:
                values[place] = None
                faults.append((place, CODE_OR_COUNT))
        return _cells(values, faults)
    if column.measured:
        apart = [unit_apart(cell) for cell in cells]
        read = read_numbers(column, UNITS.get(unit, 1), [number for number, _ in apart])
        return read._replace(units={i: unit for i, (_, unit) in enumerate(apart) if unit})
    return read_numbers(column, UNITS.get(unit, 1), cells)


def _cells(values: list[Any], faults: list[tuple[int, Fault]]) -> Cells:
    return Cells(values, faults, {}, {}, [])


def _read_text(column: Column, cells: Sequence[object]) -> Cells:
    values: list[str] = []
    faults: list[tuple[int, Fault]] = []
    known: dict[str, str] = {}  # choices are few
    for i, cell in enumerate(cells):
        text = cell if isinstance(cell, str) else as_written(cell)
        if isinstance(cell, float) and abs(cell) >= 1e15 and column.kind == "text":
            faults.append((i, _LOST_DIGITS))
        if text.startswith("#") and is_excel_error(text):
            faults.append((i, error_fault(cell)))
            text = ""
        elif len(text) > MAX_CELL:
            faults.append((i, Fault(f"超过 {MAX_CELL:,} 字，已略去", "请缩短内容")))
            text = ""
        text = clean_text(text, lines=column.lines)
        if column.choice and text:
            chosen = known[text] = known[text] if text in known else ticked(text)
            if not chosen:
                faults.append((i, UNTICKED))
            text = chosen
        nothing = len(text) < 12 and (is_blank_word(text) or (text in _NO_LIMIT and not OF_MONEY.search(column.title)))
        if column.lines and text and is_elsewhere(text.strip("()（）[]【】。.")):
            faults.append((i, ELSEWHERE))
        answered = nothing and text.strip("()（）[]【】").rstrip("。.,;!，；！") in column.labels
        values.append("" if nothing and not answered else text)
    return _cells(values, faults)


def _read_ids(column: Column, cells: Sequence[object]) -> Cells:
    read = _read_text(column, cells)
    numbered: set[str] = set()
    for i, (cell, value) in enumerate(zip(cells, read.values, strict=True)):
        in_doubt = isinstance(cell, float) and abs(cell) >= 1e15
        if in_doubt or ("+" in value and re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value)):
            read.faults.append((i, _LOST_DIGITS))
        elif value and not value.strip("0"):
            numbered = numbered or set(read.values)
            if value[:-1] + "1" not in numbered:  # 0, 1, 2 are ids
                read.values[i] = ""
    return read


def _read_labels(column: Column, cells: Sequence[object]) -> Cells:
    read = _read_text(Column(column.name, "text", column.title, lines=True), cells)
    different = set(read.values)
    joined = {value: ",".join(cut_labels(value, column.labels, writings_of(column.name))) for value in different}
    empty = {value for value in different if value and not joined[value] and has_no_tick(value)}
    faults = read.faults + [(i, UNTICKED) for i, value in enumerate(read.values) if value in empty]
    return _cells([joined[value] for value in read.values], faults)
