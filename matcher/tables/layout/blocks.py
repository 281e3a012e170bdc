"""Several tables of one kind on a sheet, side by side or below each other, as one table under the first header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from matcher.tables.cells.texts import UNITS, is_blank, shorten
from matcher.tables.files.grids import BadRow, Grid, Merged, Remark
from matcher.tables.headers.forms import header_key, is_carried
from matcher.tables.headers.rows import HeaderRows, row_texts
from matcher.tables.headers.words import Vocabulary
from matcher.tables.layout.sheet_units import with_units
from matcher.tables.schemas.contracts import OWNERS
from matcher.tables.schemas.main import Contract

_UNIT = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
_WHO = ("name", "uscc")  # of contracts whose rows need not hold any one field, those of firms and platforms
_LEAST = 3  # columns that a lower header names
_LONGEST = 40  # characters of one of its texts
_NUMBERED_BLOCK = re.compile(  # 需求1名称, 成果（二）简介
    r"((?:技术|企业|科技)?(?:需求|难题|成果|项目|专家))[(（]?[1-9一二三四五六七八九][)）]?[-_—：: ]*(?=[^\W\d]{2})"
)
_NUMBERED = r"(?:[(（]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*)?"
_COUNTED = r"(?:[(（]?\s*共?(?:计|有)?\s*\d+\s*[件项个]\s*[)）]?)?[:：]?"
_READ = "是另一张表的表头，列的次序或单位不同，它下面的行已照它读入"


class Block(NamedTuple):
    """A header and what stands over each of its columns."""

    rows: HeaderRows
    texts: list[str]


class _Layout(NamedTuple):
    """Where the columns of a lower table stand under the first header, and the units of those that have another."""

    places: dict[int, int]
    units: dict[int, str]


def _token(text: str, vocabulary: Vocabulary) -> str:
    """What two headers of one meaning share: the field, or the words of one that names none."""
    columns = vocabulary.meaning(text).columns
    return columns[0].name if columns else header_key(text)


def _without_block_numbers(texts: list[str], vocabulary: Vocabulary, contract: Contract) -> list[str]:
    """Headers of numbered blocks without the numbers: 需求1名称, 需求1描述, 需求2名称; as they are where what names a
    row does not come again.
    """
    plain = [_NUMBERED_BLOCK.sub(r"\1", text) for text in texts]
    if plain == texts or not contract.any_of:
        return texts
    named = sum(_token(text, vocabulary) == contract.any_of[0] for text in plain)
    return plain if named > 1 else texts


def heading(text: str, labels: Sequence[str]) -> str:
    """The label of which a text is the heading, "" for another text.

    >>> heading("一、授权发明专利（2件）", ["发明专利"]), heading("发明专利数", ["发明专利"])
    ('发明专利', '')
    """
    words = "|".join(labels)
    match = words and re.fullmatch(
        rf"{_NUMBERED}(?:已?授权|有效)?的?({words})(?:专利|类|证书)?\s*{_COUNTED}", text.strip()
    )
    return match[1] if match else ""


def side_by_side(grid: Grid, block: Block, vocabulary: Vocabulary, contract: Contract) -> tuple[Grid, Block] | None:
    """The blocks of columns of a sheet below each other; None where its header is that of one table.

    Blocks begin where the first column that comes again stands, or behind the blank column before it; each names one
    of the contract's `any_of` (of a firm: who it is) and shares with the first what it names, word for word or with the
    owner among it. Columns before them, and behind blocks that are numbered, hold for each block, but for ids and
    numbers of rows.
    """
    rows = block.rows
    block = Block(rows, _without_kinds(block, contract))
    texts = _without_block_numbers(block.texts, vocabulary, contract)
    tokens = [_token(text, vocabulary) if text else "" for text in texts]
    times = Counter(tokens)
    first = next((place for place, token in enumerate(tokens) if token and times[token] > 1), None)
    if first is None:
        return None
    starts = [place for place, token in enumerate(tokens) if token == tokens[first]]
    starts = [first, *(_behind_gap(tokens, before, start) for before, start in pairwise(starts))]
    ends = [*starts[1:], len(texts)]
    numbered = [place for place, text in enumerate(texts) if text != block.texts[place]]
    behind = range(numbered[-1] + 1 if numbered else len(texts), len(texts))  # 联系人, of all numbered blocks
    blocks = [
        [place for place in range(*ends_of) if tokens[place] and place not in behind]
        for ends_of in zip(starts, ends, strict=True)
    ]
    kinds = _kinds_over(grid, rows, blocks, contract) if contract.headed_by not in ("", *tokens) else []
    if not all(_repeats(blocks[0], one, texts, tokens, contract, headed=bool(kinds)) for one in blocks):
        return None
    over = {
        text.strip("0123456789一二三四五六七八九十第左右 ")
        for row in grid.rows[rows.at : rows.end - 1]
        for text in row_texts(row)
        if text
    }
    apart = all(not tokens[start - 1] for start in starts[1:])
    if len(over - set(texts)) > 1 and not apart and not kinds:
        return None  # 候选专家 and 推荐人 over the same columns are two things of one record
    if any(_says_the_same(row, blocks[0], one, tokens) for row in grid.rows[rows.end :] for one in blocks[1:]):
        return None  # columns of a join, twice there
    lead = [place for place in (*range(first), *behind) if tokens[place]]
    shared = [
        place for place in lead if tokens[place] != contract.id_column and not is_carried(header_key(texts[place]))
    ]
    columns = [*lead, *blocks[0]]
    order: list[dict[int, int]] = [{place: at for at, place in enumerate(columns)}]
    for one in blocks[1:]:
        layout = {place: columns.index(place) for place in shared}
        for place in one:
            at = next((at for at, over in enumerate(columns) if tokens[over] == tokens[place] and over not in one), -1)
            layout[place] = len(columns) if at < 0 else at
            columns += [place] if at < 0 else []
        order.append(layout)
    old = grid.rows
    laid, numbers, places = _stacked(grid, rows, order, blocks, len(columns))
    groups = dict.fromkeys(text for row in grid.rows[rows.at : rows.end - 1] for text in row_texts(row) if text)
    value = shorten("、".join(group for group in groups if group not in texts), 80)
    told = Remark(
        grid.numbers[rows.at] or None,
        None,
        value,
        f"并排有 {len(blocks)} 块同样的表，逐块读入",
        "请核对，最好上下排成一张",
    )
    merged = tuple(_moved_cells(grid.merged, rows.end, order, blocks, places))
    grid = grid._replace(rows=laid, numbers=numbers, merged=merged, remarks=(*grid.remarks, told))
    parts = [rows.parts[place] for place in columns]
    units = [rows.units[place] for place in columns]
    heads = [texts[place] for place in columns]
    if kinds:
        title = contract[contract.headed_by].title
        for (at, number), i in places.items():
            grid_row = old[at]
            if any(not is_blank(grid_row[place]) for place in blocks[number] if place < len(grid_row)):
                laid[i] = [*laid[i], kinds[number]]
        parts, units, heads = [*parts, (title,)], [*units, ""], [*heads, title]
    return grid, Block(rows._replace(parts=parts, units=units), heads)


def _without_kinds(block: Block, contract: Contract) -> list[str]:
    """Headers without the kinds over them, where these are several, and 序号 without any group."""
    labels = contract[contract.headed_by].labels if contract.headed_by else ()
    over = [next((one for text in parts[:-1] if (one := heading(text, labels))), "") for parts in block.rows.parts]
    kinds = len(set(filter(None, over))) > 1
    return [
        parts[-1] if parts and ((kinds and kind) or parts[-1] == "序号") else text
        for text, parts, kind in zip(block.texts, block.rows.parts, over, strict=True)
    ]


def _kinds_over(grid: Grid, rows: HeaderRows, blocks: Sequence[Sequence[int]], contract: Contract) -> list[str]:
    """The kind that the texts over each block tell of its rows, [] where one tells none."""
    labels = contract[contract.headed_by].labels
    above = row_texts(grid.rows[rows.at - 1]) if rows.at else []
    found = []
    for block in blocks:
        over = [text for place in block for text in rows.parts[place][:-1]] + above[block[0] : block[-1] + 1]
        found.append(next(filter(None, (heading(text, labels) for text in over)), ""))
    return found if all(found) and len(set(found)) == len(found) else []


def _says_the_same(row: Sequence[object], first: Sequence[int], other: Sequence[int], tokens: Sequence[str]) -> bool:
    ours = {tokens[place]: row[place] for place in first if place < len(row) and not is_blank(row[place])}
    theirs = {tokens[place]: row[place] for place in other if place < len(row) and not is_blank(row[place])}
    common = ours.keys() & theirs.keys()
    return len(common) > 1 and all(ours[token] == theirs[token] for token in common)


def _behind_gap(tokens: Sequence[str], before: int, start: int) -> int:
    """Where a block begins: behind the last blank header between two columns of one meaning, else at the second."""
    return max((place + 1 for place in range(before, start) if not tokens[place]), default=start)


def _repeats(
    first: Sequence[int],
    other: Sequence[int],
    texts: Sequence[str],
    tokens: Sequence[str],
    contract: Contract,
    *,
    headed: bool,
) -> bool:
    """Whether a block of columns is the first one again; headed: what stands over each says of which kind it is."""
    ours = {tokens[place]: place for place in first}
    theirs = {tokens[place]: place for place in other}
    common = ours.keys() & theirs.keys()
    same_words = all(header_key(texts[ours[token]]) == header_key(texts[theirs[token]]) for token in common)
    return (
        (headed or bool(common & set(contract.any_of or _WHO)))
        and len(common) >= (2 if same_words or headed else _LEAST)
        and (same_words or headed or bool(common & set(OWNERS)))
        and 2 * len(common) >= max(len(ours), len(theirs))
    )


def _stacked(
    grid: Grid, rows: HeaderRows, order: Sequence[Mapping[int, int]], blocks: Sequence[Sequence[int]], width: int
) -> tuple[list[Sequence[object]], list[int], dict[tuple[int, int], int]]:
    """The rows of all blocks under the first header, their numbers, and where each went (row and block -> index)."""
    laid: list[Sequence[object]] = list(grid.rows[: rows.at])
    laid += [_in_order(row, order[0], width) for row in grid.rows[rows.at : rows.end]]
    numbers = list(grid.numbers[: rows.end])
    places: dict[tuple[int, int], int] = {}
    for number, (layout, block) in enumerate(zip(order, blocks, strict=True)):
        for at in range(rows.end, len(grid.rows)):
            row = grid.rows[at]
            if number and all(is_blank(row[place]) for place in block if place < len(row)):
                continue
            places[at, number] = len(laid)
            laid.append(_in_order(row, layout, width))
            numbers.append(grid.numbers[at])
    return laid, numbers, places


def _in_order(row: Sequence[object], places: Mapping[int, int], width: int) -> list[object]:
    moved: list[object] = [None] * width
    for place, to in places.items():
        if place < len(row):
            moved[to] = row[place]
    return moved


def _moved_cells(
    merged: Sequence[Merged],
    end: int,
    order: Sequence[Mapping[int, int]],
    blocks: Sequence[Sequence[int]],
    places: Mapping[tuple[int, int], int],
) -> Iterator[Merged]:
    """Merged cells below the header where their block went."""
    for cells in merged:
        for number, (layout, block) in enumerate(zip(order, blocks, strict=True)):
            shared = number == 0 or cells.left in block
            rows = [places[at, number] for at in range(cells.top, cells.bottom + 1) if (at, number) in places]
            if cells.top >= end and shared and cells.left in layout and rows:
                right = max(layout[place] for place in range(cells.left, cells.right + 1) if place in layout)
                yield Merged(rows[0], layout[cells.left], rows[-1], max(right, layout[cells.left]))


def lower_tables(
    grid: Grid, block: Block, read: Callable[[int], Block], vocabulary: Vocabulary, contract: Contract
) -> tuple[Grid, Block]:
    """The rows under each further header of the kind as they stand under the first; new columns go behind the others.

    read: the header that begins with a row. A header that has a unit where the first has none, or the other way round,
    is left as it is: nobody knows in which unit these rows are.
    """
    rows, texts = block
    tokens = [_token(text, vocabulary) if text else "" for text in texts]
    heads = [
        at for at in range(rows.end, len(grid.rows)) if is_lower_header(grid.rows[at], texts, vocabulary, contract)
    ]
    if not heads:
        return grid, block
    width = max(len(texts), *map(len, grid.rows))
    wide, wide_tokens = [*texts, *[""] * (width - len(texts))], [*tokens, *[""] * (width - len(texts))]
    laid = list(grid.rows)
    bad: list[BadRow] = []
    merged = list(grid.merged)
    for at, until in zip(heads, [*heads[1:], len(laid)], strict=True):
        lower = read(at)
        layout = _layout(lower, wide, wide_tokens, vocabulary)
        if layout is None or not (layout.units or any(place != to for place, to in layout.places.items())):
            continue
        for place, to in layout.places.items():
            if to >= len(wide):
                wide.append(lower.texts[place])
                wide_tokens.append(_token(lower.texts[place], vocabulary))
        for head in range(at, lower.rows.end):
            if filled := list(filter(None, row_texts(grid.rows[head]))):
                bad.append(BadRow(grid.numbers[head], shorten(filled[0], 80), _READ, "请核对，最好另存一张"))
            laid[head] = []
        for below in range(lower.rows.end, until):
            row = [with_units(cell, layout.units.get(place, "")) for place, cell in enumerate(grid.rows[below])]
            moved = _in_order(row, layout.places, len(wide))
            beyond = [cell for place, cell in enumerate(row) if place not in layout.places and not is_blank(cell)]
            laid[below] = [*moved, *beyond]
        merged = [_across(cells, layout.places) if at <= cells.top < until else cells for cells in merged]
    if not bad:
        return grid, block
    more = len(wide) - len(texts)
    parts = [*rows.parts, *((text,) if text else () for text in wide[len(texts) :])]
    grid = grid._replace(rows=laid, bad=(*grid.bad, *bad), merged=tuple(merged))
    return grid, Block(rows._replace(parts=parts, units=[*rows.units, *[""] * more]), wide)


def is_lower_header(row: Sequence[object], upper: Sequence[str], vocabulary: Vocabulary, contract: Contract) -> bool:
    """Whether a row below the header `upper` names the columns of another table of the contract."""
    first = next((cell for cell in row if not is_blank(cell)), None)
    if not isinstance(first, str) or len(first) > _LONGEST or first.isdigit():
        return False
    keys = {header_key(first), header_key(_UNIT.sub("", first))}
    if keys.isdisjoint(vocabulary.exact) and first not in upper:
        return False
    cells = [str(cell) for cell in row if not is_blank(cell)]
    if len(cells) < _LEAST or not all(
        (isinstance(cell, str) or is_blank(cell)) and len(str(cell)) <= _LONGEST for cell in row
    ):
        return False
    named = [columns[0].name for cell in cells if (columns := vocabulary.meaning(cell).columns)]
    enough = len(set(named)) >= _LEAST and 3 * len(named) >= 2 * len(cells)
    return enough and (not contract.any_of or any(name in _tells(contract) for name in named))


def _tells(contract: Contract) -> set[str]:
    """The fields of which one is in every table of the contract, with those that make them up."""
    return {*contract.any_of, *(part for name in contract.any_of for part in contract[name].parts)}


def _layout(lower: Block, texts: Sequence[str], tokens: Sequence[str], vocabulary: Vocabulary) -> _Layout | None:
    layout = _Layout({}, {})
    behind = len(texts)
    for place, text in enumerate(lower.texts):
        if not text:
            continue
        token = _token(text, vocabulary)
        taken = set(layout.places.values())
        same = [at for at, one in enumerate(tokens) if one == token and at not in taken]
        to = next((at for at in same if header_key(texts[at]) == header_key(text)), same[0] if same else behind)
        layout.places[place] = to
        if to == behind:
            behind += 1
            continue
        own, first = (vocabulary.meaning(one).unit for one in (text, texts[to]))
        below = lower.rows.units[place] if place < len(lower.rows.units) else ""
        if (own := own or below) != first:
            if own not in UNITS or first not in UNITS:
                return None
            layout.units[place] = own
    return layout


def _across(cells: Merged, places: Mapping[int, int]) -> Merged:
    """Merged cells of a lower table under the first header; of several columns the first."""
    left = places.get(cells.left, cells.left)
    wide = all(places.get(place) == left + place - cells.left for place in range(cells.left, cells.right + 1))
    return Merged(cells.top, left, cells.bottom, left + cells.right - cells.left if wide else left)
