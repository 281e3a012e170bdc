"""What the values of a column say beside its header: units of measure, mere ticks, texts where days or numbers are
expected, and what is empty in one column and filled in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from matcher.tables.cells.measures import is_unit
from matcher.tables.cells.texts import as_written, is_blank, is_blank_word, is_plain_number
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.headers.fields import Fields
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.row_numbers import numbers_rows
from matcher.tables.layout.unit_lines import money_unit
from matcher.tables.schemas.contracts import OWNERS
from matcher.tables.schemas.main import Column, Contract

_EITHER = {"单位", "所属单位"}
_TICKS = set("√✓✔☑■●▲★")
_MOST_READ = 2_000  # values of a column
_NUMBERED = re.compile("[号码]$|^(?:id|no)")  # headers of numbers, and not of names
_A_RECORD = 3  # filled cells, at least, of a row that is no footer
_IN_WORDS = ("title", "description")  # fields whose cells are words
_COUNTS = 2  # numbers, at least, that are the counts of a cross table
_OF_OWN_FORM = ("number", "yuan", "share", "date")  # kinds of fields that not any text can be
_FILLED = ("text", "labels", "date")  # and those whose cells say the same in whichever column they stand


def correct_fields(fields: Fields, texts: Sequence[str], body: Sequence[Sequence[object]], contract: Contract) -> None:
    """Take from fields the columns whose values cannot be what their header seems to name, and tell it; find the
    columns that fill others, and the ids.

    A column 单位 that holds 台, 件 or 万元 is of no firm. A column of ticks says by its header what holds: it is no
    column of a field that is nearest to that header; neither is one of which nothing can be read as that field.
    Numbers alone name no row that nothing else describes.
    """
    for name, place in list(fields.places.items()):
        if name not in OWNERS or header_key(texts[place]) not in _EITHER:
            continue
        if _all(body, place, lambda text: is_unit(text) or money_unit(text) is not None):
            del fields.places[name], fields.units[name]
            fields.known.add(place)
            what = f"写的是计量单位，没有当作“{contract[name].title}”"
            fields.remarks.append((place, what, f"请另加一列“{contract[name].title}”"))
    for name in contract.any_of:  # 技术需求 of a cross table: how many there are, and none by its name
        place = fields.places.get(name, len(texts))
        sure = (
            name in fields.named
            or name in fields.joined
            or header_key(contract[name].title) in map(header_key, texts)
            or any(other in fields.places for other in contract.any_of if other != name)
            or (place < len(texts) and header_key(texts[place]).endswith("名称"))
        )
        if name in _IN_WORDS and not sure and _all(body, place, is_plain_number, least=_COUNTS):
            del fields.places[name], fields.units[name]
            fields.known.add(place)
            what = f"写的都是数，没有当作“{contract[name].title}”"
            fields.remarks.append((place, what, f"若是一条一行的表，请加上“{contract[name].title}”"))
    _find_ids(fields, texts, body, contract.id_column)
    for place, column in list(fields.nearest.items()):
        if column.kind in _OF_OWN_FORM and _unreadable(column, body, place):
            del fields.nearest[place]
            fields.remarks = [remark for remark in fields.remarks if remark[0] != place]
        elif column.kind != "yesno" and _all(body, place, _TICKS.__contains__):
            del fields.nearest[place]
            action = f"若说的是“{column.title}”，请合成一列，写明是哪一种"
            fields.remarks = [
                (at, "这一列只打了勾，没有采用", action) if at == place else (at, what, old)
                for at, what, old in fields.remarks
            ]
    _name_where_no_code(fields, texts, body)
    for place, column in fields.rivals:
        if column.kind in _FILLED and not column.money and column.name not in fields.fillers:
            pair = [(_cell(row, fields.places[column.name]), _cell(row, place)) for row in body]
            spare = any(is_blank(one) and not is_blank(other) for one, other in pair)
            if (spare and column.name in fields.named) or _in_pieces(pair):
                fields.fillers[column.name] = place
    fields.rivals = [(place, column) for place, column in fields.rivals if fields.fillers.get(column.name) != place]


def _find_ids(fields: Fields, texts: Sequence[str], body: Sequence[Sequence[object]], name: str) -> None:
    """Take the ids from a column ID where the column that goes before it (编号) is empty, or only numbers the rows and
    ID does not.
    """

    def written(place: int) -> list[str]:
        return [as_written(cell).strip() for row in body if not is_blank(cell := _cell(row, place))]

    place = fields.places.get(name)
    others = [at for at, text in enumerate(texts) if header_key(text) == "id" and not fields.of(at)]
    if place is None or name in fields.named or len(others) != 1:
        return
    [other] = others
    ids, spare = written(place), written(other)
    if spare and (not ids or (numbers_rows(texts[place], ids) and not numbers_rows(texts[other], spare))):
        fields.places[name] = other
        fields.known.add(place)


def _name_where_no_code(fields: Fields, texts: Sequence[str], body: Sequence[Sequence[object]]) -> None:
    """Take names (专家姓名) for a field of ids, told, where a row has one and no code (专家编号); another code where
    the column of the field's own name is empty.
    """
    others = [(place, column, False) for place, column in fields.rivals if column.kind == "id"]
    names = [(place, column, not _NUMBERED.search(header_key(texts[place]))) for place, column in fields.names]
    for place, column, named in (*names, *others):
        taken = fields.places.get(column.name, place)
        if taken == place or column.name in fields.named:
            continue
        rows = [row for row in body if sum(not is_blank(cell) for cell in row) >= _A_RECORD]
        codes, said = ([_says(_cell(row, at)) for row in rows] for at in (taken, place))
        left_out = any(other and not code for code, other in zip(codes, said, strict=True))
        if left_out and (named or not any(codes)):
            fields.places[column.name] = place
            fields.known = (fields.known - {place}) | {taken}
            fields.rivals = [rival for rival in fields.rivals if rival[0] != place]
            fields.remarks = [remark for remark in fields.remarks if remark[0] != place]
            what = f"有的行没有写“{texts[taken]}”，各行改用“{texts[place]}”"
            fields.remarks.append((taken, what, f"要用“{texts[taken]}”，请补全"))


def _says(cell: object) -> bool:
    return not is_blank(cell) and not (isinstance(cell, str) and is_blank_word(cell.strip()))


def _cell(row: Sequence[object], place: int) -> object:
    return row[place] if place < len(row) else None


def _in_pieces(pairs: Sequence[tuple[object, object]]) -> bool:
    """Whether of two columns each is filled only where the other is empty: tables of several hands under each other."""
    first = [not is_blank(one) for one, _ in pairs]
    second = [not is_blank(other) for _, other in pairs]
    return any(first) and any(second) and not any(map(all, zip(first, second, strict=True)))


def _unreadable(column: Column, body: Sequence[Sequence[object]], place: int) -> bool:
    """Whether a column has values, and none of its first ones is what the field holds."""
    cells = (cell for row in body if not is_blank(cell := _cell(row, place)))
    written = list(islice(cells, _MOST_READ))
    read = read_cells(column, "", written)
    return bool(written) and not read.soft and not read.states and all(value is None for value in read.values)


def _all(body: Sequence[Sequence[object]], place: int, test: Callable[[str], bool], least: int = 1) -> bool:
    """Whether a column has at least so many values, and all of its first ones pass."""
    cells = (cell for row in body if not is_blank(cell := _cell(row, place)))
    texts = [as_written(cell).strip() for cell in islice(cells, _MOST_READ)]
    return len(texts) >= least and all(map(test, texts))
