"""Web pages and web archives to raw grids, as programs export them under the name .xls. The marks of HTML stay here."""

from __future__ import annotations

import codecs
import email
import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.errors import TableError
from matcher.tables.cells.markup import HIDDEN, without_markup
from matcher.tables.cells.texts import is_blank, shorten
from matcher.tables.files.sheets import SAVE_AS, Grid, Merged, Remark, check_shape, check_span, hidden_remark
from matcher.tables.files.text_files import TEXT_FORMULA, decode

_OPENING = re.compile(r"\s*<(?:[a-z][a-z\d]*[\s>]|!--|!doctype|\?xml)", re.I)
_MARK = re.compile(r"<(/?)(table|tr|td|th)\b((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)>", re.I)
_SWITCH = re.compile(r"<!?\[[^<>]*\]>")  # <![if supportMisalignedColumns]>
_DOCTYPE = re.compile(r"<(?:!doctype|\?xml)\b[^<>]*>", re.I)
_FIELD = re.compile(r"<(input|option)\b([^<>]*)>", re.I)
_UNCHOSEN = re.compile(r"<option\b(?![^<>]*\bselected\b)[^<>]*>[^<]*", re.I)
_OF_FORMS = re.compile(r"</?(?:select|option|form|textarea|button|caption|tfoot|nobr|center)\b[^<>]*>", re.I)
_TITLE = re.compile(r"<title\b[^<>]*>[^<]*</title\s*>", re.I)
_SPAN = re.compile(r"\b(col|row)span\s*+=\s*+[\"']?\s*+(\d{1,9})", re.I)
_VALUE = re.compile(r"\bvalue\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)'|([^\s\"'<>]+))", re.I)
_TYPE = re.compile(r"\btype\s*=\s*[\"']?(\w+)", re.I)
_ARCHIVE = re.compile(rb"\s*(?:MIME-Version|From|Subject|Date|Content-Type):[^\0]{0,2000}?\bmultipart/related\b", re.I)
_FRAMES = re.compile(r"<frameset[\s>]", re.I)
_SHEET_NAME = re.compile(  # of the page that frames the sheets of a workbook
    r"<x:Name>([^<]*)</x:Name>\s*<x:WorksheetSource\s+HRef=\"([^\"<>]*)\"", re.I
)
_UNSEEN = re.compile(r"display\s*:\s*none", re.I)
_MOST = {"col": 1_000, "row": 65_534}  # columns and rows of one cell, as browsers have them
_MAX_DEPTH = 100  # tables in tables
_BREAKS = re.compile(r"[ \t\r\n]+")
_BLANKS = re.compile("[ \xa0]+")


class _Cell(NamedTuple):
    """The source of what stands in a cell, and the tables in it, in order; how many columns and rows it takes."""

    parts: list[str | list[_Row]]
    columns: int
    rows: int


class _Row(NamedTuple):
    cells: list[_Cell]
    hidden: bool


Rows = list[_Row]


def is_web_page(text: str) -> bool:
    """Whether a text opens with a mark of HTML and holds a table."""
    return bool(_OPENING.match(text)) and bool(re.search(r"<table[\s>]", text, re.I))


def archived_pages(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """The pages of a web archive (MHTML) that hold tables, each with the name of its sheet ("" for the only one
    without); [] for other data. Raises TableError for an archive without such a page.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if not _ARCHIVE.match(data[:4096]):
        return []
    pages: list[tuple[str, bytes]] = []
    names: dict[str, str] = {}
    try:
        for part in email.message_from_bytes(data).walk():
            if part.get_content_type() != "text/html" or not isinstance(page := part.get_payload(decode=True), bytes):
                continue
            text, _ = decode(name, page)
            if _FRAMES.search(text):
                names |= {file: without_markup(title) for title, file in _SHEET_NAME.findall(text)}
            elif is_web_page(text):
                pages.append((str(part["Content-Location"] or ""), page))
    except RecursionError:  # parts in parts without end
        pages = []
    if not pages:
        raise TableError(f"{name}：这是网页归档（MHTML），里面没有读得出的表格；{SAVE_AS}")
    numbered = [f"表{number}" if len(pages) > 1 else "" for number in range(1, len(pages) + 1)]
    return [
        (next((names[file] for file in names if place.endswith(file)), title), page)
        for (place, page), title in zip(pages, numbered, strict=True)
    ]


def page_grids(name: str, text: str) -> list[Grid]:
    """The tables of a page below each other, as Excel shows them, with the lines of text between them; a table of
    another width than the one before it is a sheet of its own.

    A table within a cell is a table of its own where its row holds nothing else, and a text otherwise, which is told.

    Raises TableError for more rows, columns or levels than a page may have.
    """
    parts = _parts(name, _SWITCH.sub("", _DOCTYPE.sub("", HIDDEN.sub("", _TITLE.sub("", text)))))
    pages: list[list[Rows]] = [[]]
    waiting: list[Rows] = []  # titles, notes and lines until the next table
    width = 0
    for rows in _tables(parts):
        waiting.append(rows)
        wide = max(len(row.cells) for row in rows)
        if len(rows) > 1 and wide > 1:
            if width and wide != width:
                pages.append([])
            pages[-1] += waiting
            waiting, width = [], wide
    pages[-1] += waiting
    titles = [f"表{number}" for number in range(1, len(pages) + 1)] if len(pages) > 1 else [""]
    return [_grid(name, title, page) for title, page in zip(titles, pages, strict=True)]


def _parts(name: str, text: str) -> list[str | Rows]:
    """The page as pieces of source and tables in their order."""
    found: list[str | Rows] = []
    open_tables: list[tuple[Rows, list[str | Rows]]] = []  # each with the parts of which it is one
    here = found  # where what is read goes
    at = 0
    for match in _MARK.finditer(text):
        here.append(text[at : match.start()])
        at = match.end()
        closes, mark, given = match[1], match[2].lower(), match[3]
        if mark == "table" and not closes:
            if len(open_tables) == _MAX_DEPTH:
                raise TableError(f"{name}：表格一层套一层，不像正常的网页；{SAVE_AS}")
            open_tables.append(([], here))
        elif not open_tables:
            continue
        elif mark == "table":
            rows, here = open_tables.pop()
            here.append(rows)
        elif mark == "tr":
            rows, outer = open_tables[-1]
            if not closes:
                rows.append(_Row([], bool(_UNSEEN.search(given))))
            here = outer
        elif closes:
            here = open_tables[-1][1]
        else:
            rows, _ = open_tables[-1]
            if not rows:
                rows.append(_Row([], False))
            spans = {kind.lower(): min(max(int(span), 1), _MOST[kind.lower()]) for kind, span in _SPAN.findall(given)}
            check_shape(name, len(rows), len(rows[-1].cells) + 1)
            rows[-1].cells.append(_Cell([], spans.get("col", 1), spans.get("row", 1)))
            here = rows[-1].cells[-1].parts
    here.append(text[at:])
    while open_tables:  # a page that was cut off
        rows, outer = open_tables.pop()
        outer.append(rows)
    return found


def _tables(parts: list[str | Rows]) -> Iterator[Rows]:
    """Tables and lines of text (of one cell each) in their order, those in cells that only lay out the page too."""
    for part in parts:
        if isinstance(part, str):
            yield from ([_Row([_Cell([line], 1, 1)], False)] for line in _text([part]).split("\n") if line)
            continue
        rows: Rows = []
        for row in part:
            inner = [cell for cell in row.cells if _holds_table(cell)]
            if len(inner) == 1 and not any(_text(cell.parts) for cell in row.cells if cell is not inner[0]):
                if rows:
                    yield rows
                yield from _tables(inner[0].parts)
                rows = []
            else:
                rows.append(row)
        if any(row.cells for row in rows):
            yield rows


def _holds_table(cell: _Cell) -> bool:
    return any(not isinstance(part, str) for part in cell.parts)


def _text(parts: list[str | Rows]) -> str:
    """What a reader of the page sees: boxes with their ticks, the choice that was made, a table row by row."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            part = _BREAKS.sub(" ", part)
            if "<" in part:
                part = _OF_FORMS.sub("", _FIELD.sub(_field, _UNCHOSEN.sub("", part)))
            pieces.append(without_markup(part) if "<" in part or "&" in part else part)
        else:
            pieces += ["\n", "\n".join(" ".join(_text(cell.parts) for cell in row.cells) for row in part), "\n"]
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in "".join(pieces).split("\n"))
    return TEXT_FORMULA.sub(r"\1", "\n".join(filter(None, lines)))


def _field(match: re.Match[str]) -> str:
    """A box, or what was written into a field."""
    kind = _TYPE.search(match[2])
    if match[1].lower() == "option" or (kind and kind[1].lower() in ("hidden", "button", "submit", "image", "reset")):
        return " "
    if kind and kind[1].lower() in ("checkbox", "radio"):
        return "☑" if re.search(r"\bchecked\b", match[2], re.I) else "□"
    written = _VALUE.search(match[2])
    return next(filter(None, written.groups()), "") if written else ""


def _grid(name: str, title: str, tables: list[Rows]) -> Grid:
    rows: list[list[object]] = []
    merged: list[Merged] = []
    hidden: list[int] = []
    remarks: list[Remark] = []
    width = spanned = 0
    for table in tables:
        bottom = len(rows) + len(table) - 1
        taken: dict[int, int] = {}  # columns into which a cell of a row above reaches, and its last row
        for row in table:
            at = len(rows)
            filled: list[object] = []
            for cell in row.cells:
                column = len(filled)
                while taken.get(column, -1) >= at:
                    filled.append(None)
                    column += 1
                text = _text(cell.parts)
                if _holds_table(cell):
                    problem = "格里还有一张表，按文字读入"
                    remarks.append(Remark(at + 1, column, shorten(text, 80), problem, "请核对，最好另列一张表"))
                last = min(at + cell.rows - 1, bottom)
                filled += [text or None, *[None] * (cell.columns - 1)]
                check_shape(name, at, len(filled))
                if cell.columns > 1 or last > at:
                    merged.append(Merged(at, column, last, column + cell.columns - 1))
                if last > at:
                    spanned += cell.columns
                    taken |= dict.fromkeys(range(column, column + cell.columns), last)
            while filled and filled[-1] is None:
                filled.pop()
            if row.hidden and not all(map(is_blank, filled)):
                hidden.append(at + 1)
            width = max(width, len(filled))
            check_span(name, title, max(at + 1, spanned // max(width, 1)), width)
            rows.append(filled)
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    merged = [one._replace(right=max(one.left, min(one.right, width - 1))) for one in merged if one.left < width]
    remarks += hidden_remark(hidden)
    return Grid(title, list(rows), range(1, len(rows) + 1), remarks=tuple(remarks), merged=tuple(merged))
