"""Forms in a sheet, with labels beside their values, as a list: one row a form, one column a label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from matcher.tables.cells import is_blank, shorten
from matcher.tables.grids import Grid, Remark
from matcher.tables.header_rows import row_texts

_LEAST = 3  # labels with a value, that name different fields, make a form
_FIRST_ROWS = 12  # filled rows among which these stand
_SHARE = 0.6  # of the rows below the first label that hold a label
_LONGEST = 30  # characters of a label that names no field


class _Pair(NamedTuple):
    label: str
    value: object
    field: str


def as_list(grid: Grid, names: Callable[[str], str | None]) -> tuple[Grid, int] | None:
    """A sheet of forms as a list, and the index of its header; None where the sheet holds no forms.

    names: the field that a text names, "" for a label that nobody misses, None for what is no label. The first label
    coming again begins the next form. Rows that are no part of a form are told.
    """
    first: int | None = None
    forms: list[tuple[int, list[_Pair]]] = []
    remarks: list[Remark] = []
    beside: list[tuple[int, _Pair, Sequence[object]]] = []  # of rows with one label: what stands behind it
    filled = held = 0
    for at, row in enumerate(grid.rows):
        if all(map(is_blank, row)):
            continue
        pairs = _pairs(row, names)
        if pairs is None or (filled >= _FIRST_ROWS and held * 2 < filled):
            return None
        named = any(pair.field for pair in pairs)
        if first is None and not named:
            if at > _FIRST_ROWS:
                return None
            continue
        first = at if first is None else first
        filled, held = filled + 1, held + named
        if len(pairs) == 1:
            texts = [text.rstrip("：: ") for text in row_texts(row)]
            start = texts.index(pairs[0].label)
            beside.append((at, pairs[0], row[start + 1 :]))
        for pair in pairs:
            if not forms or pair.label == forms[0][1][0].label:
                forms.append((at, []))
            forms[-1][1].append(pair)
        if not pairs:
            text = shorten(" ".join(filter(None, row_texts(row))), 80)
            remarks.append(Remark(grid.numbers[at], None, text, "表单里的这一行没看懂，没有读入", "请写进某一项里"))
    fields = {pair.field for _, form in forms for pair in form if pair.field and not is_blank(pair.value)}
    if first is None or len(fields) < _LEAST or held < _SHARE * filled:
        return None
    if len(forms) == 1 and len(beside) == len(forms[0][1]):
        forms = _side_by_side(grid, beside, remarks)
    labels = list(dict.fromkeys(key for _, form in forms for key, _ in _counted(form)))
    body = [list(map(dict(_counted(form)).get, labels)) for _, form in forms]
    problem = f"这是竖排的表单，每份作一条记录，共 {len(forms)} 条"
    told = Remark(None, None, "", problem, "若不是，请改成一行一条的表")
    rows = [*grid.rows[:first], [label for label, _ in labels], *body]
    numbers = [*grid.numbers[:first], 0, *(grid.numbers[at] for at, _ in forms)]
    return Grid(
        grid.sheet, rows, numbers, bad=grid.bad, remarks=(*grid.remarks, told, *remarks), hidden=grid.hidden
    ), first


def _side_by_side(
    grid: Grid, rows: Sequence[tuple[int, _Pair, Sequence[object]]], remarks: list[Remark]
) -> list[tuple[int, list[_Pair]]]:
    """A form for each column that the first label has a value in; what stands in another column is told."""
    first, _, top = rows[0]
    columns = [place for place, cell in enumerate(top) if not is_blank(cell)] or [0]
    if len(columns) == 1:
        columns = []
    for at, pair, cells in rows:
        stray = [cell for place, cell in enumerate(cells) if not is_blank(cell) and place not in columns]
        stray = [cell for cell in stray if columns or cell is not pair.value]
        if stray:
            text = shorten(" ".join(filter(None, row_texts(stray))), 80)
            remarks.append(Remark(grid.numbers[at], None, text, "表单里的这一格不知属于哪一条，没有读入", "请核对"))
    if not columns:
        return [(first, [pair for _, pair, _ in rows])]
    return [
        (first, [pair._replace(value=cells[place] if place < len(cells) else None) for _, pair, cells in rows])
        for place in columns
    ]


def _counted(form: Sequence[_Pair]) -> Iterator[tuple[tuple[str, int], object]]:
    """The values of a form by label and how often the label came before."""
    times: dict[str, int] = {}
    for label, value, _ in form:
        yield (label, times.get(label, 0)), value
        times[label] = times.get(label, 0) + 1


def _pairs(row: Sequence[object], names: Callable[[str], str | None]) -> list[_Pair] | None:
    """The labels of a row with the values behind them; None for a row of several labels without one value, which is
    the header of a list.
    """
    cells = [(cell, text) for cell, text in zip(row, row_texts(row), strict=True) if text]
    meanings = [names(text) if isinstance(cell, str) else None for cell, text in cells]
    if len(cells) > 1 and all(meaning is not None for meaning in meanings):
        return None
    pairs = []
    at = 0
    while at < len(cells):
        cell, text = cells[at]
        label = text.rstrip("：: ")
        follows = at + 1 < len(cells) and meanings[at + 1] is None
        strange = len(cells) == 2 and not at and isinstance(cell, str) and follows and len(label) <= _LONGEST
        if meanings[at] is not None or strange:
            pairs.append(_Pair(label, cells[at + 1][0] if follows else None, meanings[at] or ""))
            at += follows
        at += 1
    return pairs
