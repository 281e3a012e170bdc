"""What the cells of a column hold once they are read, and what the readers of all kinds of columns share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from matcher.tables.cells.texts import Fault, error_fault, is_blank, is_excel_error


class Soft(NamedTuple):
    """A value known to lie from `low` to `high`, both included; None is no end."""

    low: Any
    high: Any


class Cells(NamedTuple):
    """What a column holds, a value for each raw cell; the others by the index of the cell.

    values: str for texts, ids and labels ("" = nothing), date, int, float or bool, None for unknown. faults: what is
    wrong with a cell. soft: cells known within bounds only, whose value is None. states: "ended" or "open" in a column
    of dates (`matcher.tables.cells.dates`). notes: what concerns the whole column, with a cell as it was written. fen:
    what rounding to whole yuan took away from a value, in fen. units: those behind the numbers of a measured column.
    """

    values: list[Any]
    faults: list[tuple[int, Fault]]
    soft: dict[int, Soft]
    states: dict[int, str]
    notes: list[tuple[str, Fault]]
    fen: Mapping[int, int] = MappingProxyType({})
    units: Mapping[int, str] = MappingProxyType({})


def read_each(cells: Iterable[object], read: Callable[[Any], Any]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    """A value for each cell, and the faults; what is written alike is read once."""
    values: list[Any] = []
    faults: list[tuple[int, Fault]] = []
    known: dict[Any, Any] = {}
    for i, cell in enumerate(cells):
        kind = type(cell)
        if kind is str or kind is int or kind is float:
            value = known.get(cell, known)
            if value is known:
                value = known[cell] = None if is_blank(cell) else read(cell)
        else:
            value = None if is_blank(cell) else read(cell)
        if type(value) is Fault:
            faults.append((i, value))
            value = None
        values.append(value)
    return values, faults


def without_excel_errors(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The reader of a cell with #N/A and the like as faults."""
    return lambda cell: error_fault(cell) if is_excel_error(cell) else read(cell)


def told(soft: Soft, show: Callable[[Any], str]) -> Fault:
    """The word on a cell that is known within bounds only."""
    low, high = soft
    if high is None:
        known = f"不低于 {show(low)}"
    elif low is None:
        known = f"不超过 {show(high)}"
    else:
        known = f"{show(low)} 至 {show(high)}"
    return Fault(f"不是确切的值，按 {known} 读入", "知道确切的值请改填")
