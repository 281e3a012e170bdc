"""Titles between the rows of a sheet, which are no records: what they tell (a year, a kind) is of the rows below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from matcher.tables.cells.texts import is_blank
from matcher.tables.files.grids import BadRow, Grid
from matcher.tables.headers.rows import HeaderRows, row_texts
from matcher.tables.headers.words import Vocabulary
from matcher.tables.layout.blocks import heading, is_lower_header
from matcher.tables.layout.unit_lines import statements
from matcher.tables.schemas.main import Contract

_LONGEST = 60  # characters of a title
_TITLE = re.compile(  # ends as the title of a table does, or names a year
    r"(?:19|20)\d\d\s*年|(?:表|清单|名单|台账|目录|汇总|明细|名册|项目|情况)\s*(?:[(（【\[].*[)）】\]])?$"
)
_TABLE = re.compile(
    r"(?:表|清单|名单|台账|目录|汇总|明细|名册)\s*(?:[(（【\[].*[)）】\]])?$"
)  # no name of a record ends so
_OF_A_YEAR = re.compile(  # a line that, alone, can only be the heading of what was in a year
    r"(?:[(（]?[一二三四五六七八九十]{1,2}[)）、.．]\s*)?(?:19|20)\d\d\s*年度?\s*"
    r"(?:(?:的|开展的)?(?:研发|研究开发|科技)(?:项目|活动|费用|投入|支出)(?:情况|明细|清单|汇总)?表?)?\s*(?:[(（].*[)）])?[:：]?"
)


def headings_between(grid: Grid, start: int, labels: Sequence[str], own: int | None) -> list[tuple[int, str]]:
    """The rows from `start` on that hold nothing but the heading of a label, and the label, "" where another text
    stands alone, which may be the heading of something else (二、其他); own: the column in which labels are cells.
    """
    alone = ((at, _alone(grid.rows[at])) for at in range(start, len(grid.rows)))
    return [
        (at, heading(text, labels))
        for at, text in alone
        if text and (own is None or own >= len(grid.rows[at]) or is_blank(grid.rows[at][own]))
    ]


def without_titles(grid: Grid, titles: Sequence[tuple[int, str]]) -> Grid:
    """The sheet without these rows, each told; of one that states the unit of the money below it, that line is left."""
    rows, bad = list(grid.rows), []
    for at, text in titles:
        units = [unit for one in statements(text, at, above=True) for unit in one.units]
        rows[at] = [f"单位：{units[0]}"] if len(units) == 1 else []
        if not rows[at]:
            bad.append(BadRow(grid.numbers[at], text, "是下面几行的标题", "请删去这一行，可另设一列"))
    return grid._replace(rows=rows, bad=(*grid.bad, *bad)) if titles else grid


def titles_between(
    grid: Grid,
    rows: HeaderRows,
    texts: Sequence[str],
    vocabulary: Vocabulary,
    contract: Contract,
    places: Mapping[str, int],
) -> list[tuple[int, str]]:
    """The rows below a header that hold the titles of further tables, and these; places: those of the fields.

    A title stands alone in its row, above a header that comes again or is another one of the kind; lines of units may
    stand between them. What stands where records are named is one only if it ends as titles do (…汇总表). Where the
    title tells the year of its rows, a line that names nothing else needs no header.
    """
    if not (found := dict(_over_headers(grid, rows, texts, vocabulary, contract, places))) and not contract.year_above:
        return []
    if contract.year_above:
        for at in range(rows.end, len(grid.rows)):
            if (text := _alone(grid.rows[at])) and _OF_A_YEAR.fullmatch(text):
                found[at] = text
    return sorted(found.items())


def _over_headers(
    grid: Grid,
    rows: HeaderRows,
    texts: Sequence[str],
    vocabulary: Vocabulary,
    contract: Contract,
    places: Mapping[str, int],
) -> Iterator[tuple[int, str]]:
    named = {places[name] for name in (*contract.any_of, "right", "project") if name in places}
    header = row_texts(grid.rows[rows.at])
    first = next((text for text in header if text), "")
    across = {top for top, left, _, right in grid.merged if right > left}
    for head in range(rows.end, len(grid.rows)):
        row = grid.rows[head]
        opening = next((cell for cell in row if not is_blank(cell)), None)
        if not isinstance(opening, str):
            continue
        again = opening.strip() == first and row_texts(row)[: len(header)] == header
        if not again and not is_lower_header(row, texts, vocabulary, contract):
            continue
        for at in range(head - 1, rows.end - 1, -1):
            if all(map(is_blank, grid.rows[at])):
                continue
            text = _alone(grid.rows[at])
            if not text:
                break
            place = next(i for i, cell in enumerate(grid.rows[at]) if not is_blank(cell))
            titled = bool((_TABLE if place in named else _TITLE).search(text))
            if not titled and any(statements(text, at, above=True)):
                continue
            if ":" in text or "：" in text or not (titled or at in across):
                break
            yield at, text


def _alone(row: Sequence[object]) -> str:
    """The text of a row that holds nothing else, "" for any other."""
    said = ""
    for cell in row:
        if is_blank(cell):
            continue
        if said or not isinstance(cell, str) or len(cell) > _LONGEST:
            return ""
        said = cell.strip()
    return said
