"""Columns written once a group, which look merged and are not: 县区 in the first row of its villages only, a firm in
the first row of its needs.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcher.tables.cells.texts import as_written, clean_text, is_blank
from matcher.tables.headers.finding import Header
from matcher.tables.headers.forms import header_key
from matcher.tables.schemas.contracts import OWNERS
from matcher.tables.schemas.main import Contract

_SERIALS = {"序号", "序", "no", "no."}
_DIGITS = 8  # that a running number has less than
_GROUPS = 2  # that have blank cells below them; of one, nobody can say


def fill_groups(header: Header, contract: Contract, rows: list[Sequence[object]]) -> dict[int, list[int]]:
    """Give the blank cells of each grouped column the cell above; by place of the column, the rows that were filled.

    A column is grouped where it stands left of what each row is about, its first cell is filled, no value is written
    twice, and two or more values have blank cells below them. A group of the outer column (县区) ends those of the
    inner one (乡镇). A column of firms is grouped where the running numbers say so: they begin again with each firm,
    or stand where firms do.
    """
    done: dict[int, list[int]] = {}
    for name in OWNERS:
        place = header.places.get(name)
        if place is not None and place not in header.above and (blank := _rows_of_firms(header, rows, place)):
            _fill(rows, place, blank)
            done[place] = blank
    starts: set[int] = set()  # rows in which an outer group begins
    first = min((place for name, place in header.places.items() if name in contract.any_of), default=0)
    grouped = {
        header.places[column.name] for column in contract.columns if column.once and column.name in header.places
    }
    for place in sorted(place for place in grouped if place < first):
        cells = [row[place] if place < len(row) else None for row in rows]
        filled = [i for i, cell in enumerate(cells) if not is_blank(cell)]
        blank = [i for i, cell in enumerate(cells) if is_blank(cell)]
        outer = sorted(starts)
        if not blank or not filled or filled[0] or any(i in starts for i in blank):
            starts.update(filled)
            continue
        written = [(sum(start <= i for start in outer), clean_text(as_written(cells[i]))) for i in filled]
        with_blanks = sum(i + 1 in blank for i in filled)
        starts.update(filled)
        if len(set(written)) < len(written) or with_blanks < _GROUPS:
            continue
        _fill(rows, place, blank)
        done[place] = blank
    return done


def _fill(rows: list[Sequence[object]], place: int, blank: Sequence[int]) -> None:
    for i in blank:
        value = rows[i - 1][place]
        rows[i] = [*rows[i][:place], *[None] * (place - len(rows[i])), value, *rows[i][place + 1 :]]


def _rows_of_firms(header: Header, rows: Sequence[Sequence[object]], place: int) -> list[int]:
    """The rows without a firm that belong to the one above by their running numbers; [] where these do not tell."""
    cells = [row[place] if place < len(row) else None for row in rows]
    blank = [i for i, cell in enumerate(cells) if is_blank(cell)]
    firms = [clean_text(as_written(cell)) for cell in cells if not is_blank(cell)]
    serial = next((at for at, text in enumerate(header.texts) if header_key(text) in _SERIALS), None)
    if not blank or not blank[0] or serial is None or len(set(firms)) < max(len(firms), _GROUPS):
        return []
    numbers = [_number(row[serial] if serial < len(row) else None) for row in rows]
    counted = [number for number, cell in zip(numbers, cells, strict=True) if not is_blank(cell)]
    with_firms = counted == list(range(1, len(firms) + 1)) and all(numbers[i] is None for i in blank)
    again = all(number == 1 for number in counted) and all(
        (before := numbers[i - 1]) is not None and numbers[i] == before + 1 for i in blank
    )
    return blank if with_firms or again else []


def _number(cell: object) -> int | None:
    """A running number; None for a blank cell, -1 for anything else."""
    if is_blank(cell):
        return None
    text = as_written(cell).strip().removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < _DIGITS else -1
