"""Forms: labels in the first column and their values beside, one record or several; turned upright into a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcher.tables.cells import as_written, clean_text, is_blank, shorten
from matcher.tables.grids import Grid, Remark

_ROWS = 60  # filled rows that a form has at most
_LEAST = 3  # labels that are known


def as_table(grid: Grid, knows: Callable[[str], bool]) -> Grid | None:
    """The grid of a form with its labels as the header and a row for each record; None where it is no form.

    A form has labels that `knows` in its first column, row by row, and more of them than any of its rows; further
    pairs of label and value may stand beside. The rows of the new grid carry the number of the form's first row, and
    those after it; a remark says that it was read as a form.
    """
    filled = []
    for at, row in enumerate(grid.rows):
        if not all(map(is_blank, row)):
            filled.append(at)
        if len(filled) > _ROWS:
            return None
    first = _column(grid, filled)
    heads = [at for at in filled if knows(_text(grid.rows[at], first))]
    if len(heads) < 2 or 2 * len(heads) < len(filled[filled.index(heads[0]) :]):
        return None
    known = {at: [place for place, cell in enumerate(grid.rows[at]) if knows(_text_of(cell))] for at in heads}
    columns = {place for places in known.values() for place in places}
    if sum(map(len, known.values())) < _LEAST or max(map(len, known.values())) >= len(heads) + (len(columns) == 1):
        return None
    if any(place + 1 in columns for place in columns):  # labels side by side are a header
        return None
    form = filled[filled.index(heads[0]) :]
    labels: list[str] = []
    values: list[list[object]] = []
    remarks = []
    for at in form:
        pairs = _pairs(grid.rows[at], columns)
        for label, cells in pairs:
            if not label or (not cells and not knows(label)):
                text = shorten("、".join([label, *map(as_written, cells)]).strip("、"), 80)
                remarks.append(Remark(grid.numbers[at], None, text, "不是“栏名、内容”的样子，没有读入", "请核对这一行"))
                continue
            labels.append(label)
            values.append(cells if len(columns) == 1 else cells[:1])
    count = max(map(len, values), default=0)
    if not count:
        return None
    records = [[cells[i] if i < len(cells) else None for cells in values] for i in range(count)]
    number = grid.numbers[form[0]]
    said = f"像是一张竖排的表（栏名在左，内容在右），已转过来读成 {count} 条记录，都算第 {number} 行起"
    remark = Remark(None, None, "", said, "请核对；最好改成每条一行")
    return Grid(
        grid.sheet,
        [labels, *records],
        [number, *range(number, number + count)],
        bad=grid.bad,
        remarks=(*grid.remarks, remark, *remarks),
        hidden=grid.hidden,
    )


def _column(grid: Grid, filled: Sequence[int]) -> int:
    """The first column in which anything stands."""
    places = (next(place for place, cell in enumerate(grid.rows[at]) if not is_blank(cell)) for at in filled)
    return min(places, default=0)


def _pairs(row: Sequence[object], columns: set[int]) -> list[tuple[str, list[object]]]:
    """Each label of a row with the cells behind it; of a form with one column of labels blank cells are records too."""
    pairs: list[tuple[str, list[object]]] = []
    for place, cell in enumerate(row):
        if place in columns:
            if not is_blank(cell):
                pairs.append((_text_of(cell), []))
        elif pairs and (len(columns) == 1 or not is_blank(cell)):
            pairs[-1][1].append(None if is_blank(cell) else cell)
    for _, cells in pairs:
        while cells and cells[-1] is None:
            cells.pop()
    return pairs


def _text(row: Sequence[object], place: int) -> str:
    return _text_of(row[place]) if place < len(row) else ""


def _text_of(cell: object) -> str:
    return clean_text(as_written(cell)[:100]).rstrip(":： ") if isinstance(cell, str) else ""
