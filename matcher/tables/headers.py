"""Which row of a sheet is its header, and which column of the contract stands where. Headers as people write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.errors import TableError
from matcher.tables import cells as cleaning
from matcher.tables.grids import Book, Grid
from matcher.tables.header_fields import Fields, assign
from matcher.tables.header_words import Vocabulary, header_key
from matcher.tables.schemas import EXPERTS, NEEDS, OUTCOMES, WORKS, Column, Contract

HEADER_ROWS = 20  # the header is looked for among the first rows


class Header(NamedTuple):
    """The header of a sheet.

    at: the index of its row. texts: what is written in it. places, units: for each column found its index and the unit
    in its header ("" = none). rivals: further headers, by index, that name a column found before them. fields: these,
    and what else the columns feed.
    """

    at: int
    texts: list[str]
    places: dict[str, int]
    units: dict[str, str]
    rivals: list[tuple[int, Column]]
    fields: Fields


def find_header(book: Book, contract: Contract, columns: Mapping[str, str]) -> tuple[Grid, Header]:
    """The sheet, and the row among its first, that name the most columns of the contract; the first of equals.

    `columns` (header -> field) goes before the contract's own headers. Raises TableError when there is no such row, or
    when `columns` names what is not there.
    """
    accepted = {
        header_key(text): column
        for column in reversed(contract.columns)
        for text in (*column.headers, column.title, column.name)
    }
    named: dict[str, Column] = {}
    for written, field in columns.items():
        if header_key(field) not in accepted:
            known = "、".join(f"{column.title}（{column.name}）" for column in contract.columns)
            raise TableError(f"{book.name}：没有字段“{field}”，“{written}”可以指定为：{known}")
        named[header_key(written)] = accepted[header_key(field)]
    vocabulary = Vocabulary(contract, named)
    best: tuple[Grid, Header] | None = None
    for grid in book.grids:
        for at, row in enumerate(grid.rows[:HEADER_ROWS]):
            header = _read(at, row, contract, vocabulary)
            if best is None or len(header.places) > len(best[1].places):
                best = grid, header
    if best is None or not best[1].places:
        titles = [contract[name].title for name in contract.any_of or (contract.id_column,)]
        seen = list(_first_texts(book))
        raise TableError(
            f"{book.name}：找不到表头，前 {HEADER_ROWS} 行里没有“{'”“'.join(titles)}”这样的列名"
            f"{likely_kind(seen, contract)}，看到的是：{_list(seen)}；请加上表头，或指定哪一列是什么"
        )
    texts = best[1].texts
    missing = [written for written in columns if header_key(written) not in map(header_key, texts)]
    if missing:
        raise TableError(f"{book.name}：没有列“{'”“'.join(missing)}”；表头是：{_list(texts)}；请照表头的写法指定")
    if contract.any_of and not any(name in best[1].places for name in contract.any_of):
        titles = [contract[name].title for name in contract.any_of]
        raise TableError(
            f"{book.name}：没有“{'”或“'.join(titles)}”这样的列{likely_kind(texts, contract)}；表头是：{_list(texts)}；"
            "请改列名，或指定哪一列是什么"
        )
    return best


def likely_kind(texts: Sequence[str], contract: Contract) -> str:
    """ "，这像是一张需求表" where headers belong to one other kind of table alone and none to this one; else ""."""
    kinds = {kind.title: _headers_of(kind) for kind in (NEEDS, OUTCOMES, EXPERTS, WORKS)}
    kinds[contract.title] = _headers_of(contract)
    keys = {header_key(text) for text in texts}
    alone = {
        title: len(keys & headers - set().union(*(others for other, others in kinds.items() if other != title)))
        for title, headers in kinds.items()
    }
    best = max(alone, key=lambda title: alone[title])
    return f"，这像是一张{best}表" if alone[best] > 0 and not alone[contract.title] and best != contract.title else ""


def _headers_of(contract: Contract) -> set[str]:
    return {header_key(text) for column in contract.columns for text in (*column.headers, column.title, column.name)}


def _read(at: int, row: Sequence[object], contract: Contract, vocabulary: Vocabulary) -> Header:
    texts = [cleaning.clean_text(cleaning.as_written(cell)[:1000]) for cell in row]
    fields = assign(texts, vocabulary, contract.columns)
    return Header(at, texts, fields.places, fields.units, fields.rivals, fields)


def _first_texts(book: Book) -> Iterator[str]:
    for grid in book.grids:
        for row in grid.rows[:1]:
            yield from (cleaning.as_written(cell)[:50] for cell in row[:20])


def _list(texts: Sequence[str]) -> str:
    return cleaning.shorten("、".join(filter(None, texts)), 200)
