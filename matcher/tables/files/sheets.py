"""Raw sheets: what the readers of the file formats hand over, and the limits that all of them keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matcher.errors import TableError
from matcher.tables.cells.texts import is_blank

MAX_BYTES = 1 << 30  # of a file, and of what a packed file unpacks to
MAX_RATIO = 200  # unpacked to packed, for what unpacks to more than MAX_BYTES / 16
MAX_ROWS = 2_000_000
MAX_COLUMNS = 16_384  # Excel's own
MAX_DENSE_CELLS = 50_000_000  # rows times columns that a sheet spans

OWN_SHEETS = {"问题", "列的去向", "说明", "填写说明", "示例（虚构）"}  # that this library adds to workbooks: no data
_ABOUT_OTHERS = re.compile(
    r"(?:填[报写表列]|使用|编制)(?:说明|须知|指南|要求|示例|样例)[^\d]{0,8}|(?:示例|样例|样表|范例|范本|举例)(?:[(（].*[)）])?"
)
SAVE_AS = "请在 Excel 或 WPS 中打开后另存为 .xlsx"


class BadRow(NamedTuple):
    """A line that could not be taken apart into cells."""

    row: int
    value: str
    problem: str
    action: str


class Remark(NamedTuple):
    """What was mended or could not be known in a cell (column counted from 0), a row or the whole sheet."""

    row: int | None
    column: int | None
    value: str
    problem: str
    action: str


class Merged(NamedTuple):
    """Cells that are one: first and last row and column, counted from 0 in the rows of the grid."""

    top: int
    left: int
    bottom: int
    right: int


class Grid(NamedTuple):
    """One sheet: rows of raw cells (None or "" = empty), and the number that a user sees beside each row.

    delimited: cells were cut at a sign, so a row longer than its header has lost a quote. merged: only the first cell
    of each holds the value. hidden: the sheet is hidden in the workbook. struck: the numbers of rows that are struck
    through. hidden_columns: those that are hidden, counted from 0.
    """

    sheet: str
    rows: list[Sequence[object]]
    numbers: Sequence[int]
    delimited: bool = False
    bad: tuple[BadRow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    merged: tuple[Merged, ...] = ()
    hidden: bool = False
    struck: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


class Book(NamedTuple):
    """The sheets of one file in order; `name` is what messages call the file."""

    name: str
    grids: list[Grid]


def is_own_book(book: Book) -> bool:
    """Whether this library wrote a workbook of results: its first sheet is the table, the others are about it."""
    first = {grid.sheet: tuple(grid.rows[0]) for grid in book.grids if grid.sheet in OWN_SHEETS and grid.rows}
    return "列的去向" in first or first.get("说明") in (("项目", "内容"), ("说明",))


def is_about_others(sheet: str) -> bool:
    """Whether a sheet, by its name, says or shows how to fill in the others (填报说明, 示例（勿删）)."""
    return bool(_ABOUT_OTHERS.fullmatch(sheet.strip()))


def sheets_of_data(book: Book) -> list[str]:
    """The visible sheets of a workbook that hold something of its own; none of a workbook that this library wrote."""
    if is_own_book(book):
        return []
    return [
        grid.sheet
        for grid in book.grids
        if not grid.hidden
        and grid.sheet not in OWN_SHEETS
        and not is_about_others(grid.sheet)
        and not all(all(map(is_blank, row)) for row in grid.rows)
    ]


def check_shape(name: str, rows: int, columns: int) -> None:
    """Raise TableError for more rows or columns than a table may have."""
    if rows > MAX_ROWS:
        raise TableError(f"{name}：超过 {MAX_ROWS:,} 行；请拆成几个小文件")
    if columns > MAX_COLUMNS:
        raise TableError(f"{name}：有 {columns:,} 列，超过 {MAX_COLUMNS:,} 列的上限；请检查分隔符，或删去多余的列")


def check_span(name: str, sheet: str, rows: int, columns: int) -> None:
    """Raise TableError for a sheet that spans more cells than memory should hold."""
    if rows * columns > MAX_DENSE_CELLS:
        raise TableError(
            f"{name}：工作表“{sheet}”占到第 {rows} 行、第 {columns} 列，范围太大；请把有内容的区域复制到新工作表"
        )


def hidden_remark(rows: Sequence[int]) -> list[Remark]:
    """What is told of hidden or filtered rows that were read; nothing where there are none."""
    if not rows:
        return []
    named = "、".join(map(str, rows[:5])) + ("等" if len(rows) > 5 else "")
    problem = f"有 {len(rows)} 行是隐藏或筛选掉的（第 {named} 行），已照常读入"
    return [Remark(None, None, "", problem, "若不该算在内，请删去这些行")]


def column_letters(column: int) -> str:
    """The letters above a column (from 0) in a spreadsheet."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
