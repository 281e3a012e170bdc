"""Columns written once a group, which look merged and are not: 县区 in the first row of its villages only."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.tables.cells import as_written, clean_text, is_blank
from matcher.tables.headers import Header
from matcher.tables.schemas import Contract

_GROUPS = 2  # that have blank cells below them; of one, nobody can say


def fill_groups(header: Header, contract: Contract, rows: list[Sequence[object]]) -> dict[int, list[int]]:
    """Give the blank cells of each grouped column the cell above; by place of the column, the rows that were filled.

    A column is grouped where it stands left of what each row is about, its first cell is filled, no value is written
    twice, and two or more values have blank cells below them. A group of the outer column (县区) ends those of the
    inner one (乡镇).
    """
    done: dict[int, list[int]] = {}
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
        for i in blank:
            value = rows[i - 1][place]
            rows[i] = [*rows[i][:place], *[None] * (place - len(rows[i])), value, *rows[i][place + 1 :]]
        done[place] = blank
    return done
