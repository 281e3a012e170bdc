"""What is struck through in an .xlsx workbook (删除线): its styles and texts, and which rows and cells of a sheet are.

A row that is struck as a whole is deleted for those who see it; one cell may be struck for many reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from matcher.tables.cells.texts import as_written, is_blank, shorten
from matcher.tables.files.rich_texts import Part, RichText, rich_text
from matcher.tables.files.sheets import BadRow, Grid, Remark

_OFF = ("0", "false", "off", "none")
_MOST_NAMED = 5  # rows that one remark names


class Struck(NamedTuple):
    """Styles, by their numbers as written, whose font is struck; texts in parts, by their numbers as written."""

    styles: frozenset[str] = frozenset()
    texts: dict[str, RichText] = {}  # noqa: RUF012

    def anywhere(self) -> bool:
        """Whether there may be something to tell of a cell at all."""
        return bool(self.styles) or any(True in text.runs or text.footnote for text in self.texts.values())


def is_on(given: dict[str, str]) -> bool:
    """Whether an element such as <strike/> switches on what it names."""
    return given.get("val", "1").lower() not in _OFF


class _Found(NamedTuple):
    """What is told of a cell: its row, its content, and of which kind it is."""

    number: int
    content: str
    kind: str


_STRUCK, _PARTLY, _GONE, _FOOTNOTE = "struck", "partly", "gone", "footnote"


class Strikes:
    """The struck cells of one sheet, and what is left out of its texts, as it is read row by row."""

    def __init__(self, struck: Struck) -> None:
        self.struck = struck
        self.active = struck.anywhere()
        self.parts: list[Part] = []  # of the text that stands in the cell in hand
        self.rows: set[int] = set()  # all of whose filled cells are struck
        self._columns: dict[int, list[_Found]] = {}
        self._here: list[tuple[int, str, str]] = []
        self._plain = False  # whether a cell of the row in hand is not struck, or not all of it

    def begin_part(self) -> None:
        """A part of a text that stands in its cell."""
        self.parts.append(Part())

    def describe_part(self, kind: str, given: dict[str, str]) -> None:
        """What the part says of itself."""
        if self.parts:
            describe_part(self.parts[-1], kind, given)

    def end_text(self, text: str) -> None:
        """What stands in the part, if the text is in parts."""
        if self.parts:
            self.parts[-1].text += text

    def take_text(self) -> RichText:
        """The text in parts of the cell in hand, which is complete."""
        text = rich_text(self.parts)
        self.parts.clear()
        return text

    def cell(self, column: int, content: object, style: str, text: RichText | None) -> None:
        """A cell of the row in hand; text: the text in parts that it holds."""
        runs: Collection[bool | None] = text.runs if text else (None,)
        found = {style in self.struck.styles if run is None else run for run in runs}
        if is_blank(content):
            return
        said = as_written(content)[:1000]
        if text and text.gone:
            self._here.append((column, text.gone, _GONE))
        elif True in found:
            self._here.append((column, said, _PARTLY if False in found else _STRUCK))
        if text and text.footnote:
            self._here.append((column, f"{said}[{text.footnote}]", _FOOTNOTE))
        self._plain = self._plain or False in found

    def end_row(self, number: int) -> None:
        """The row in hand is complete."""
        if self._here and not self._plain:
            self.rows.add(number)
        for column, content, kind in self._here if self._plain else ():
            self._columns.setdefault(column, []).append(_Found(number, content, kind))
        self._here, self._plain = [], False

    def remarks(self) -> Iterator[Remark]:
        """For each column one of the struck cells in rows that are read, of struck parts, and of footnotes."""
        for column, cells in sorted(self._columns.items()):
            for kinds in ((_STRUCK, _PARTLY), (_GONE,), (_FOOTNOTE,)):
                if found := [cell for cell in cells if cell.kind in kinds]:
                    yield _remark(column, found)


def describe_part(part: Part, kind: str, given: dict[str, str]) -> None:
    """What an element in the properties of a part says of it."""
    if kind == "vertAlign":
        part.raised = given.get("val") == "superscript"
    else:
        part.struck = kind == "strike" and is_on(given)


def _remark(column: int, found: list[_Found]) -> Remark:
    numbers = list(dict.fromkeys(cell.number for cell in found))
    named = _rows(numbers)
    if found[0].kind == _GONE:
        problem = f"有 {len(found)} 格里有一段文字画了删除线（{named}），当作已经删除，这一段没有读入"
        action = "若仍有效，请去掉删除线；不要的请从格里删去"
    elif found[0].kind == _FOOTNOTE:
        problem = f"有 {len(found)} 格末尾有上标（{named}），当作脚注的号，没有读入"
        action = "若是内容的一部分，请不用上标"
    else:
        partly = "，有的只画了一部分文字" if any(cell.kind == _PARTLY for cell in found) else ""
        problem, action = (
            f"有 {len(found)} 格画了删除线（{named}{partly}），已照常读入",
            "若是不要的内容，请从格里删去",
        )
    return Remark(numbers[0], column, shorten(found[0].content, 80), problem, action)


def without_struck_rows(grid: Grid, kept: Collection[int] = ()) -> Grid:
    """The sheet with its struck rows blank and listed; a value that is merged into rows below them begins there.

    kept: numbers of rows that stay though they are struck, which is told.
    """
    if not grid.struck:
        return grid
    rows, merged, bad = list(grid.rows), list(grid.merged), list(grid.bad)
    gone = {at for at, number in enumerate(grid.numbers) if number in grid.struck.difference(kept)}
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
    remarks = list(grid.remarks)
    if stay := sorted(grid.struck.intersection(kept)):
        problem = f"有 {len(stay)} 行整行画了删除线（{_rows(stay)}），是表头或全部的行，已照常读入"
        remarks.append(Remark(stay[0], None, "", problem, "若仍有效，请去掉删除线；不要的请删去"))
    return grid._replace(rows=rows, merged=tuple(merged), bad=tuple(bad), remarks=tuple(remarks), struck=frozenset())


def _rows(numbers: list[int]) -> str:
    return f"第 {'、'.join(map(str, numbers[:_MOST_NAMED]))}{'等' if len(numbers) > _MOST_NAMED else ''} 行"
