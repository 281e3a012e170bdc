"""Columns of several numbers (职工总数/科技人员数 over 120/18, 知识产权 over 发明2、软著8) as a column for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcher.tables.cells.numbers import Number, read_number
from matcher.tables.cells.texts import as_written, half_width, is_blank, is_nothing, shorten
from matcher.tables.files.grids import Grid, Remark
from matcher.tables.headers.forms import header_key, peel
from matcher.tables.headers.rows import HeaderRows
from matcher.tables.headers.words import Meaning, Vocabulary

_APART = re.compile(r"[/、;|(]|,(?!\d{3}(?!\d))|其中")  # not 1,200
_EDGES = " :)"
_AS_KINDS = "请写成“发明2、软著8”的样子"
_OF_RIGHTS = re.compile(  # a header of those that one has: not of applications, transfers or one year's
    "(?:企业|公司|单位|本|我|自主|自有|拥有|已有|现有|有效|主要|核心|已|授权|获得?|取得|的)*"
    "(?:知识产权|专利|软著|软件著作权|[及和与、/])+"
    "(?:总?数量?|件数|总量|情况|明细|类型|类别|种类|构成|拥有|授权|有效|及|和)*"
)
_KIND = re.compile(  # and how many: the next one begins where it ends
    r"[,、;。\s及和]*([^\W\d_]{2,10}?)(?:专利|授权|数量?)?[:为有]?\s*(\d{1,5})\s*[件项个]?"
)


def take_apart(
    grid: Grid, rows: HeaderRows, texts: Sequence[str], vocabulary: Vocabulary
) -> tuple[Grid, dict[str, list[object]]]:
    """The sheet with a remark on each such column, and the columns, by their headers, in the rows below the header.

    A column is one where nothing is known of its header but of all its parts, numbers that have no column of their
    own, and where each of its cells holds as many numbers.
    """
    body = grid.rows[rows.end :]
    taken: dict[str, list[object]] = {}
    known = set(map(header_key, texts))
    for place, text in enumerate(texts):
        names = _pieces(text)
        if len(set(names)) < max(2, len(names)) or vocabulary.meaning(text) != Meaning():
            continue
        meanings = [vocabulary.meaning(name) for name in names]
        if not all(one.columns and one.columns[0].kind == "number" for one in meanings):
            continue
        written = (row[place] if place < len(row) else None for row in body)
        cells = [[] if is_blank(cell) else _pieces(as_written(cell)) for cell in written]
        filled = [cell for cell in cells if cell]
        alike = all(len(cell) == len(names) and all(map(_is_number, cell)) for cell in filled)
        if not filled or not alike or known & set(map(header_key, names)):
            continue
        for at, name in enumerate(names):
            taken[name] = [cell[at] if cell else None for cell in cells]
        what = f"一格里有“{'”“'.join(names)}” {len(names)} 个数，已各成一列"
        remark = Remark(grid.numbers[rows.at], place, "", what, "请核对，最好在表里各占一列")
        grid = grid._replace(remarks=(*grid.remarks, remark))
    return grid, taken


def take_kinds_apart(
    grid: Grid, rows: HeaderRows, texts: Sequence[str], vocabulary: Vocabulary
) -> tuple[Grid, dict[str, list[object]]]:
    """The sheet with a remark on each column of counts of rights by kind (发明2、软著8), and the counts, a column each.

    A kind that a cell does not name is unknown there. A cell that says anything else is told. A table that has a
    column of one of the kinds has these counts already.
    """
    counted = {kind for text in texts for _, kind in vocabulary.meaning(text).summed}
    taken: dict[str, list[object]] = {}
    for place, text in enumerate(texts):
        meaning = vocabulary.meaning(text)
        if not _OF_RIGHTS.fullmatch(peel(text).bare) or meaning.columns or meaning.asked or meaning.summed:
            continue
        cells = [row[place] if place < len(row) else None for row in grid.rows[rows.end :]]
        cells = [None if is_blank(cell) or is_nothing(as_written(cell)) else cell for cell in cells]
        read = [None if cell is None else _by_kind(as_written(cell), vocabulary) for cell in cells]
        kinds = dict.fromkeys(kind for one in read if one for kind in one)
        if not kinds or counted & kinds.keys():
            continue
        counted |= kinds.keys()
        taken |= {kind: [one.get(kind) if one else None for one in read] for kind in kinds}
        what = f"一格里写了几类的件数，已各成一列（{'、'.join(kinds)}），没有写的一类不当作 0"
        remarks = [Remark(grid.numbers[rows.at], place, "", what, "请核对，最好在表里各占一列")]
        for at, (cell, one) in enumerate(zip(cells, read, strict=True), rows.end):
            if one is None and cell is not None:
                problem = "看不出每类各是几件，没有采用"
                remarks.append(Remark(grid.numbers[at], place, shorten(as_written(cell), 80), problem, _AS_KINDS))
        grid = grid._replace(remarks=(*grid.remarks, *remarks))
    return grid, taken


def _by_kind(text: str, vocabulary: Vocabulary) -> dict[str, int] | None:
    """The counts of a cell by kind; None where it says anything else, or a kind twice."""
    text = half_width(text).strip(" 。.")
    found: dict[str, int] = {}
    at = 0
    while at < len(text):
        one = _KIND.match(text, at)
        kinds = [kind for _, kind in vocabulary.meaning(one[1]).summed] if one else []
        if one is None or len(kinds) != 1 or kinds[0] in found:
            return None
        found[kinds[0]], at = int(one[2]), one.end()
    return found


def _pieces(text: str) -> list[str]:
    return [piece for one in _APART.split(half_width(text)) if (piece := one.strip(_EDGES))]


def _is_number(text: str) -> bool:
    return isinstance(number := read_number(text, 1), Number) and number.exact is not None
