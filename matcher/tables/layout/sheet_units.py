"""The unit of each money column: its header's, that of the row below, of a column beside, or of the whole sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.tables.cells import texts as cleaning
from matcher.tables.cells.numbers import names_yuan
from matcher.tables.cells.texts import UNITS, as_written, is_blank
from matcher.tables.files.grids import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import HeaderRows
from matcher.tables.layout.unit_lines import FOREIGN, Statement, half_width, money_unit, statements, unit_in_header
from matcher.tables.schemas.main import Column

_UNIT_COLUMNS = {"单位", "计量单位", "金额单位", "货币单位", "资金单位", "数额单位", "单位(元/万元)"}
_OF_MONEY_ONLY = {"金额单位", "货币单位", "资金单位", "数额单位", "单位(元/万元)"}
_NOTE = re.compile(
    r"[(\[【]?(?:[备附]?注|(?:填[表报写])?(?:说明|要求|须知)|(?:重要|温馨)?提示|其中|口径|指标(?:解释|口径)|[*※]|\d{1,2}[.、)])"
)
# behind the header of the column that has it, or the last of several
_OWN_UNIT = (
    r"(?:[、,/](?:(?!情况|一览|统计|明细|汇总|表)[^()、,及和与/:。\s-]){2,16})*"
    r"(?:金额|数额|货币|计量|均|都|统一|一律)*(?:单位|[以按用为是:])"
)
_IN_HEADER = "请在表头注明单位，如“（万元）”"
_IN_RMB = "请折合成人民币，并在表头注明单位，如“（万元）”"
_BEFORE_PARTS = re.compile(  # 40（含设备10）; 40，其中设备10
    r"([^()（）]*?\d)\s*([(（](?=.*(?:\d|含)).+|[,，;；]\s*(?:其中|包括|含).+)", re.S
)


class SheetUnits(NamedTuple):
    """What settles the money of a sheet.

    units: the unit of each field. places: for fields whose unit stands in the rows, the index of the column of units.
    unknown: fields whose unit nobody can tell. remarks: why.
    """

    units: dict[str, str]
    places: dict[str, int]
    unknown: list[str]
    remarks: list[Remark]


def settle_units(
    grid: Grid,
    rows: HeaderRows,
    notes: Sequence[int],
    texts: Sequence[str],
    fields: Mapping[str, tuple[Column, int, str]],
    *,
    numbers: bool,
) -> SheetUnits:
    """The units of the fields (name -> column, index, unit in its header); notes: rows below that are no records.

    numbers: fields of numbers are money too where the sheet states a unit of money and no other.
    """
    settled = SheetUnits({}, {}, [], [])
    fields = {
        name: (column, place, own or _of_group(rows, column, place)) for name, (column, place, own) in fields.items()
    }
    open_fields = {name: place for name, (column, place, unit) in fields.items() if column.kind == "yuan" and not unit}
    beside = list(_unit_columns(grid, rows, texts, set(_money_words(texts, fields)))) if open_fields else []
    bare = [name for name, (column, _, unit) in fields.items() if not unit and _may_be_money(column, numbers)]
    said = list(_statements(grid, rows, notes)) if open_fields or bare or _shares(fields) else []
    number = grid.numbers[rows.at] or None
    for name, (column, place, own) in fields.items():
        below = rows.units[place] if place < len(rows.units) else ""
        if column.kind == "share":
            percent = "%" in (own, below) or (not own and any(line.percent for line in said))
            settled.units[name] = "%" if percent else own
            continue
        if name in bare:
            of_money = [] if column.kind == "number" and any(line.others for line in said) else said
            money = {fields[one][1] for one in bare}
            settled.units[name] = below or _stated(of_money, rows.at, place, texts, money)[0]
            continue
        if column.kind != "yuan":
            settled.units[name] = own
            continue
        problem, action = "", _IN_HEADER
        if FOREIGN.search(own + below):
            problem, action = f"单位“{own or below}”是外币，这一列没有读入", _IN_RMB
        elif own and below and UNITS.get(own) != UNITS.get(below):
            problem = f"表头的单位“{own}”和下面一行的“{below}”不同，这一列没有读入"
        settled.units[name] = own or below
        if not settled.units[name] and not problem:
            if beside:
                settled.places[name] = min(beside, key=lambda at: (abs(at - place), at < place))
            settled.units[name], problem, action = _stated(said, rows.at, place, texts, set(open_fields.values()))
        if problem:
            settled.unknown.append(name)
            remark = Remark(number, place, "", problem, action)
            if remark not in settled.remarks:
                settled.remarks.append(remark)
    return settled


def open_units(
    grid: Grid,
    rows: HeaderRows,
    notes: Sequence[int],
    texts: Sequence[str],
    fields: Mapping[str, tuple[Column, int, str]],
) -> dict[int, str]:
    """The unit that the sheet states for its money, for each column, by index, that no field takes and that names none
    itself; fields: those that do, as for `settle_units`.
    """
    if not any(_statements(grid, rows, notes)):
        return {}
    taken = {place for _, place, _ in fields.values()}
    others = {
        str(place): (Column("", "yuan", ""), place, unit_in_header(text))
        for place, text in enumerate(texts)
        if text and place not in taken
    }
    settled = settle_units(grid, rows, notes, texts, {**fields, **others}, numbers=False)
    places = {place: name for name, (_, place, unit) in others.items() if not unit and name not in settled.places}
    return {place: unit for place, name in places.items() if (unit := settled.units.get(name, ""))}


def with_units(cell: object, unit: object) -> object:
    """A plain number with the unit that its row names; a cell that names its own stays."""
    if is_blank(cell) or is_blank(unit) or isinstance(cell, bool) or names_yuan(cell):
        return cell
    text = cleaning.as_written(cell).strip()
    word = cleaning.as_written(unit)
    if (parts := _BEFORE_PARTS.match(text)) and not FOREIGN.search(half_width(text)):
        return f"{parts[1]}{money_unit(word) or word}{parts[2]}"
    return text + (money_unit(word) or word) if text[-1:].isdigit() or text[-1:] == ")" else cell


def _of_group(rows: HeaderRows, column: Column, place: int) -> str:
    """The unit in the other texts over a column, such as the group 财务数据（万元）; of money or shares alone."""
    if column.kind not in ("yuan", "share"):
        return ""
    return next(filter(None, map(unit_in_header, reversed(rows.parts[place]))), "")


def _may_be_money(column: Column, numbers: bool) -> bool:
    """Whether a field that is not of the kind of money may hold money."""
    return column.money or (numbers and column.kind == "number")


def _shares(fields: Mapping[str, tuple[Column, int, str]]) -> bool:
    return any(column.kind == "share" and not unit for column, _, unit in fields.values())


def _unit_columns(grid: Grid, rows: HeaderRows, texts: Sequence[str], money: Collection[str]) -> Iterator[int]:
    """The columns that hold the unit of the money in their row; `money`: the headers of money, by their keys."""
    for place, text in enumerate(texts):
        key = header_key(text)
        of_money = key in _OF_MONEY_ONLY or (key.endswith("单位") and key.removesuffix("单位") in money)
        if key not in _UNIT_COLUMNS and not of_money:
            continue
        cells = [row[place] for row in grid.rows[rows.end :] if place < len(row)]
        seen = {as_written(cell).strip() for cell in cells if not cleaning.is_ditto(cell)} - {""}
        named = [word for word in seen if money_unit(word) or FOREIGN.search(half_width(word))]
        if named and (len(named) == len(seen) or of_money):
            yield place


def _money_words(texts: Sequence[str], fields: Mapping[str, tuple[Column, int, str]]) -> Iterator[str]:
    for column, place, _ in fields.values():
        if column.kind == "yuan":
            yield from map(header_key, (texts[place], column.title, *column.headers))


def _statements(grid: Grid, rows: HeaderRows, notes: Sequence[int]) -> Iterator[Statement]:
    for at in (*range(rows.at), *rows.lines, *notes):
        for cell in grid.rows[at]:
            if isinstance(cell, str) and cell:
                yield from statements(cell, at, above=at < rows.at)


def _stated(
    said: Sequence[Statement], header: int, place: int, texts: Sequence[str], money: set[int]
) -> tuple[str, str, str]:
    """The unit that the sheet states for a column, or what is wrong with it and what to do; header: its row."""
    about = {line: [at for at in money if _names(line, texts[at], above=line.row < header)] for line in said}
    lines = [line for line in said if place in about[line]] or [line for line in said if not about[line]]
    quoted = "”“".join(dict.fromkeys(cleaning.shorten(line.text, 30) for line in lines))
    if any(not line.clear for line in lines):
        if FOREIGN.search(half_width(quoted)):
            return "", f"表里写的单位“{quoted}”是外币，这一列没有读入", _IN_RMB
        return "", f"看不懂表里写的单位“{quoted}”，这一列没有读入", _IN_HEADER
    units = {UNITS[unit]: unit for line in lines for unit in line.units}
    if len(units) > 1:
        return "", f"表里写了不止一种单位（“{quoted}”），这一列没有读入", "请只写一种，或在表头注明单位，如“（万元）”"
    return next(iter(units.values()), ""), "", ""


def _names(line: Statement, header: str, *, above: bool) -> bool:
    """Whether a statement is of the column with this header. A title above that only holds its words (研发费用统计表
    （万元）) is of the whole sheet, unless the unit is said of them (研发费用单位：万元).
    """
    key, text = header_key(header), header_key(line.text)
    if len(key) < 2 or key not in text:
        return False
    return not above or bool(_NOTE.match(text) or re.search(re.escape(key) + _OWN_UNIT, text))
