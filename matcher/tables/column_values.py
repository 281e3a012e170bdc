"""What the values of a column say against what its header promises: units of measure, and mere ticks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from matcher.tables.cells import as_written, is_blank
from matcher.tables.contracts import OWNERS
from matcher.tables.header_fields import Fields
from matcher.tables.header_forms import header_key
from matcher.tables.measures import is_unit
from matcher.tables.schemas import Contract
from matcher.tables.unit_lines import money_unit

_EITHER = {"单位", "所属单位"}
_TICKS = set("√✓✔☑■●▲★")
_MOST_READ = 2_000  # values of a column


def correct_fields(fields: Fields, texts: Sequence[str], body: Sequence[Sequence[object]], contract: Contract) -> None:
    """Take from fields the columns whose values cannot be what their header seems to name, and tell it.

    A column 单位 that holds 台, 件 or 万元 is of no firm. A column of ticks says by its header what holds: it is no
    column of a field that is nearest to that header.
    """
    for name, place in list(fields.places.items()):
        if name not in OWNERS or header_key(texts[place]) not in _EITHER:
            continue
        if _all(body, place, lambda text: is_unit(text) or money_unit(text) is not None):
            del fields.places[name], fields.units[name]
            fields.known.add(place)
            what = f"写的是计量单位，没有当作“{contract[name].title}”"
            fields.remarks.append((place, what, f"请另加一列“{contract[name].title}”"))
    for place, column in list(fields.nearest.items()):
        if column.kind != "yesno" and _all(body, place, _TICKS.__contains__):
            del fields.nearest[place]
            action = f"若说的是“{column.title}”，请合成一列，写明是哪一种"
            fields.remarks = [
                (at, "这一列只打了勾，没有采用", action) if at == place else (at, what, old)
                for at, what, old in fields.remarks
            ]


def _all(body: Sequence[Sequence[object]], place: int, test: Callable[[str], bool]) -> bool:
    """Whether a column has values, and all of its first ones pass."""
    cells = (row[place] for row in body if place < len(row) and not is_blank(row[place]))
    texts = [as_written(cell).strip() for cell in islice(cells, _MOST_READ)]
    return bool(texts) and all(map(test, texts))
