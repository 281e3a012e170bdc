"""Columns of several numbers (职工总数/科技人员数 over 120/18), taken apart: a column for each that a header names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcher.tables.cells.numbers import Number, read_number
from matcher.tables.cells.texts import as_written, half_width, is_blank
from matcher.tables.files.grids import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import HeaderRows
from matcher.tables.headers.words import Meaning, Vocabulary

_APART = re.compile(r"[/、;|(]|,(?!\d{3}(?!\d))|其中")  # not 1,200
_EDGES = " :)"


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


def _pieces(text: str) -> list[str]:
    return [piece for one in _APART.split(half_width(text)) if (piece := one.strip(_EDGES))]


def _is_number(text: str) -> bool:
    return isinstance(number := read_number(text, 1), Number) and number.exact is not None
