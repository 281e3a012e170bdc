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
    labels = list(dict.fromkeys(key for _, form in forms for key, _ in _counted(form)))
    body = [list(map(dict(_counted(form)).get, labels)) for _, form in forms]
    problem = f"这是竖排的表单，每份作一条记录，共 {len(forms)} 条"
    told = Remark(None, None, "", problem, "若不是，请改成一行一条的表")
    rows = [*grid.rows[:first], [label for label, _ in labels], *body]
    numbers = [*grid.numbers[:first], 0, *(grid.numbers[at] for at, _ in forms)]
    return Grid(
        grid.sheet, rows, numbers, bad=grid.bad, remarks=(*grid.remarks, told, *remarks), hidden=grid.hidden
    ), first


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
