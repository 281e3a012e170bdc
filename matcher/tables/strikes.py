"""What is struck through in an .xlsx workbook (删除线): its styles and texts, and which rows and cells of a sheet are.

A row that is struck as a whole is deleted for those who see it; one cell may be struck for many reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from matcher.tables.cells import as_written, is_blank, shorten
from matcher.tables.sheets import BadRow, Grid, Remark

Runs = frozenset[bool | None]  # of a text, whether its parts are struck; None for a part that is as its cell is

_OFF = ("0", "false", "off", "none")
_MOST_NAMED = 5  # rows that one remark names


class Struck(NamedTuple):
    """Styles, by their numbers as written, whose font is struck; texts in parts, by their numbers as written."""

    styles: frozenset[str] = frozenset()
    texts: dict[str, Runs] = {}  # noqa: RUF012

    def anywhere(self) -> bool:
        """Whether a cell may be struck at all."""
        return bool(self.styles) or any(True in runs for runs in self.texts.values())


def is_on(given: dict[str, str]) -> bool:
    """Whether an element such as <strike/> switches on what it names."""
    return given.get("val", "1").lower() not in _OFF


class Strikes:
    """The struck cells of one sheet, as it is read row by row."""

    def __init__(self, struck: Struck) -> None:
        self.struck = struck
        self.active = struck.anywhere()
        self.runs: list[bool | None] = []  # of the text that stands in the cell in hand
        self.rows: set[int] = set()  # all of whose filled cells are struck
        self._columns: dict[int, list[tuple[int, object, bool]]] = {}
        self._here: list[tuple[int, object, bool]] = []
        self._plain = False  # whether a cell of the row in hand is not struck, or not all of it

    def begin_run(self) -> None:
        """A part of a text that stands in its cell."""
        self.runs.append(None)

    def describe_run(self, *, struck: bool) -> None:
        """What the part says of itself."""
        if self.runs:
            self.runs[-1] = struck

    def cell(self, column: int, content: object, style: str, text: str | None) -> None:
        """A cell of the row in hand; text: the number of the shared text that it holds."""
        runs: Collection[bool | None] = self.runs or self.struck.texts.get(text or "", (None,))
        found = {style in self.struck.styles if run is None else run for run in runs}
        self.runs.clear()
        if is_blank(content):
            return
        if True in found:
            self._here.append((column, content, False in found))
        self._plain = self._plain or False in found

    def end_row(self, number: int) -> None:
        """The row in hand is complete."""
        if self._here and not self._plain:
            self.rows.add(number)
        for column, content, partly in self._here if self._plain else ():
            self._columns.setdefault(column, []).append((number, content, partly))
        self._here, self._plain = [], False

    def remarks(self) -> Iterator[Remark]:
        """One for each column with struck cells in rows that are read."""
        for column, cells in sorted(self._columns.items()):
            numbers = list(dict.fromkeys(number for number, _, _ in cells))
            named = "、".join(map(str, numbers[:_MOST_NAMED])) + ("等" if len(numbers) > _MOST_NAMED else "")
            partly = "，有的只画了一部分文字" if any(part for *_, part in cells) else ""
            problem = f"有 {len(cells)} 格画了删除线（第 {named} 行{partly}），已照常读入"
            yield Remark(
                numbers[0], column, shorten(as_written(cells[0][1])[:1000], 80), problem, "若是不要的内容，请从格里删去"
            )


def without_struck_rows(grid: Grid) -> Grid:
    """The sheet with its struck rows blank and listed; a value that is merged into rows below them begins there."""
    if not grid.struck:
        return grid
    rows, merged, bad = list(grid.rows), list(grid.merged), list(grid.bad)
    gone = {at for at, number in enumerate(grid.numbers) if number in grid.struck}
    for i, cells in enumerate(merged):
        top = next((at for at in range(cells.top, cells.bottom + 1) if at not in gone), cells.top)
        if top > cells.top and cells.left < len(rows[cells.top]):
            row = [*rows[top], *[None] * (cells.left + 1 - len(rows[top]))]
            row[cells.left] = rows[cells.top][cells.left]
            rows[top], merged[i] = row, cells._replace(top=top)
    for at in sorted(gone):
        first = next(cell for cell in rows[at] if not is_blank(cell))
        problem, action = "整行画了删除线，当作已经删除，没有读入", "若仍有效，请去掉删除线；不要的请删去这一行"
        bad.append(BadRow(grid.numbers[at], shorten(as_written(first)[:1000], 80), problem, action))
        rows[at] = []
    return grid._replace(rows=rows, merged=tuple(merged), bad=tuple(bad), struck=frozenset())
