"""Workbooks that are one XML file (XML Spreadsheet 2003, saved as .xls or .xml) to raw grids."""

from __future__ import annotations

import contextlib
import datetime
from typing import NamedTuple
from xml.parsers import expat

from matcher.errors import TableError
from matcher.tables.cells.texts import NO_VALUE, is_blank
from matcher.tables.files import sheets
from matcher.tables.files.number_formats import NumberFormat, number_format, shown
from matcher.tables.files.sheets import SAVE_AS, Grid, Merged, Remark, check_shape, check_span, hidden_remark
from matcher.tables.files.worksheets import MAX_DEPTH, TOO_DEEP, DamagedError, LocalNames

_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_DATES = ("general date", "long date", "medium date", "short date")
_NAMED = {"percent": "0.00%"} | dict.fromkeys(_DATES, "yyyy-mm-dd")  # formats that Excel calls by a name
_TEXTS = ("Data", "Visible")


class _Cell(NamedTuple):
    """The column of a cell (from 0), its style, and whether a formula stands behind it."""

    column: int
    style: str
    formula: bool


def is_xml_spreadsheet(opening: str) -> bool:
    """Whether a text is such a workbook, by its first signs."""
    return opening.startswith("<") and _NAMESPACE in opening


def xml_spreadsheet_grids(name: str, text: str) -> list[Grid]:
    """The sheets of the workbook. Raises TableError for one that is damaged or too large."""
    reader = _Reader(name)
    parser = expat.ParserCreate("utf-8")  # what the text was written in is known by now
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.pieces.append
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode(), True)
    except expat.ExpatError as error:
        raise TableError(f"{name}：文件已损坏，读不出来（{error}）；请重新下载或导出") from error
    except DamagedError as error:
        raise TableError(f"{name}：{error}；{SAVE_AS}") from error
    return reader.grids


class _Reader:
    """The workbook on its way to grids."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.grids: list[Grid] = []
        self.pieces: list[str] = []
        self.kinds = LocalNames()
        self.open: list[str] = []
        self.formats: dict[str, NumberFormat] = {}
        self.style = ""  # of a definition in hand
        self._begin_sheet("")

    def _begin_sheet(self, title: str) -> None:
        self.title = title
        self.rows: list[list[object]] = []
        self.merged: list[Merged] = []
        self.hidden_rows: list[int] = []
        self.doubts: dict[tuple[int, str], Remark] = {}
        self.width, self.hides, self.hidden = 0, False, False
        self.cell: _Cell | None = None
        self.type = ""

    def refuse(self, *_: object) -> None:
        raise DamagedError("里面有文档类型声明，不像正常的工作簿")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = self.kinds[tag]
        given = {self.kinds[key]: value for key, value in attributes.items()}
        self.open.append(kind)
        if len(self.open) > MAX_DEPTH:
            raise DamagedError(TOO_DEEP)
        if kind in _TEXTS:
            self.pieces.clear()
        if kind == "Style":
            self.style = given.get("ID", "")
        elif kind == "NumberFormat":
            written = given.get("Format", "")
            if known := number_format(_NAMED.get(written.lower(), written)):
                self.formats[self.style] = known
        elif kind == "Worksheet":
            self._begin_sheet(given.get("Name", ""))
        elif kind == "Row":
            number = _position(given.get("Index"), len(self.rows), sheets.MAX_ROWS)
            check_span(self.name, self.title, number + 1, self.width)
            self.rows += [[] for _ in range(number + 1 - len(self.rows))]
            self.hides = given.get("Hidden") == "1"
            self.left = 0
        elif kind == "Cell" and self.open[-2:-1] == ["Row"]:
            column = _position(given.get("Index"), self.left, sheets.MAX_COLUMNS)
            across, down = (_count(given.get(key)) for key in ("MergeAcross", "MergeDown"))
            self.left = column + 1 + across
            check_shape(self.name, len(self.rows), self.left)
            if across or down:
                top = len(self.rows) - 1
                self.merged.append(Merged(top, column, top + down, column + across))
            self.cell, self.type = _Cell(column, given.get("StyleID", ""), "Formula" in given), ""
        elif kind == "Data" and self.open[-2:-1] == ["Cell"]:
            self.type = given.get("Type", "String")

    def end(self, tag: str) -> None:
        kind = self.open.pop()
        if kind == "Data" and self.open[-1:] == ["Cell"] and self.cell:
            self._keep(self._content("".join(self.pieces)))
        elif kind == "Cell" and self.cell:
            if self.cell.formula and not self.type:
                self._keep(NO_VALUE)
            self.cell = None
        elif kind == "Row" and self.hides and self.rows[-1]:
            self.hidden_rows.append(len(self.rows))
        elif kind == "Visible":
            self.hidden = "".join(self.pieces).strip() in ("SheetHidden", "SheetVeryHidden")
        elif kind == "Worksheet":
            self.grids.append(self._grid())

    def _keep(self, content: object) -> None:
        assert self.cell is not None
        row = self.rows[-1]
        if not is_blank(content):
            row.extend([None] * (self.cell.column + 1 - len(row)))
            row[self.cell.column] = content
            self.width = max(self.width, len(row))
            check_span(self.name, self.title, len(self.rows), self.width)

    def _content(self, written: str) -> object:
        assert self.cell is not None
        with contextlib.suppress(ValueError):
            if self.type == "Number":
                return self._number(float(written), written)
            if self.type == "DateTime":
                moment = datetime.datetime.fromisoformat(written)
                return moment.date() if moment.time() == datetime.time() else moment
        return written.strip() == "1" if self.type == "Boolean" else written

    def _number(self, value: float, written: str) -> object:
        assert self.cell is not None
        style = self.formats.get(self.cell.style)
        if style is None:
            return value
        seen = shown(value, style)
        if seen.doubt:
            remark = Remark(
                len(self.rows), self.cell.column, written, seen.doubt, "请核对数额和单位，并改正单元格的格式"
            )
            self.doubts.setdefault((self.cell.column, style.code), remark)
        return seen.cell

    def _grid(self) -> Grid:
        rows = [[*row, *[None] * (self.width - len(row))] for row in self.rows]
        last, right = len(rows) - 1, max(self.width - 1, 0)
        merged = [
            one._replace(bottom=min(one.bottom, last), right=max(one.left, min(one.right, right)))
            for one in self.merged
            if one.left <= right
        ]
        remarks = (*hidden_remark(self.hidden_rows), *self.doubts.values())
        numbers = range(1, len(rows) + 1)
        return Grid(self.title, list(rows), numbers, remarks=remarks, merged=tuple(merged), hidden=self.hidden)


def _position(written: str | None, next_place: int, most: int) -> int:
    """A place counted from 0, as its number from 1 says or behind the one before. Raises DamagedError."""
    if written is None:
        return next_place
    if not (written.isdecimal() and next_place < int(written[:9]) <= most):
        raise DamagedError(f"行或单元格的序号写坏了（“{written[:20]}”）")
    return int(written) - 1


def _count(written: str | None) -> int:
    return min(int(written[:9]), sheets.MAX_ROWS) if written and written.isdecimal() else 0
