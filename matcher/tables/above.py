"""What stands above a header: the firm that all rows are of, and rows of another table, which are listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.tables.cells import is_nothing, shorten
from matcher.tables.grids import BadRow, Grid, Remark
from matcher.tables.header_rows import HeaderRows, row_texts
from matcher.tables.header_words import header_key
from matcher.tables.unit_lines import statements

_OWNERS = ("enterprise", "institution")  # whose rows they are
_OF_OWNER = (*_OWNERS, "region", "industry")
_INLINE = re.compile(r"([^\s:：;；,，]{2,14})[:：][^\S\n]*([^:：;；\n]*?)(?=\s+[^\s:：;；,，]{2,14}[:：]|[;；\n]|$)")
_OFFICE = re.compile(
    r".*(?:局|厅|委|委员会|办公室|人民政府|管委会|科技部|[镇乡区县市]|街道)(?:\s*[^\s]{2,8}[科室处])?"
)  # who gathers a table owns none of its rows
_SEAL = re.compile(r"\s*[(（](?:盖章|公章|签章|盖公章|单位盖章|加盖公章|全称|签字)[)）]\s*")
_NOBODY = re.compile(r"[(（].*[)）]|[XxＸ×*_]+.*|.{0,2}元|[个项台套亩人件]|台[（(]套[)）]")
_RECORD = 3  # filled cells that a row of another table has at least


class _Pair(NamedTuple):
    at: int
    label: str
    value: str
    field: str


def take_owner(
    grid: Grid, rows: HeaderRows, texts: Sequence[str], places: Mapping[str, int], names: Callable[[str], str | None]
) -> tuple[Grid, dict[str, str]]:
    """What is said above the header of the owner of all rows, as headers with one value each.

    places: the fields that the sheet has columns of. names: as in `sheet_forms.as_list`. An owner who is named in a
    column, and other rows above that hold as many cells as a record, are told in the sheet.
    """
    remarks: list[Remark] = []
    bad: list[BadRow] = []
    pairs: list[_Pair] = []
    for at in range(rows.at):
        said = list(_pairs(at, grid.rows[at], names))
        filled = list(filter(None, row_texts(grid.rows[at])))
        pairs += said
        alike = len(set(filled)) == 1 or all(text.isdigit() for text in filled)
        joined = any(top <= at <= bottom for top, _, bottom, _ in grid.merged)
        if not said and len(filled) >= _RECORD and not (alike or joined or _is_furniture(filled, at)):
            problem = "在表头上方，不是这张表的行，没有读入"
            bad.append(BadRow(grid.numbers[at], shorten(filled[0], 80), problem, "若是另一张表，请另存一张"))
    pairs = [pair._replace(value=_SEAL.sub("", pair.value)) for pair in pairs]
    pairs = [pair for pair in pairs if pair.value and not _NOBODY.fullmatch(pair.value)]
    owners = {pair.value for pair in pairs if pair.field in _OWNERS}
    below = (pair for at in range(rows.end, len(grid.rows)) for pair in _pairs(at, grid.rows[at], names))
    owned = len(owners) == 1 and all(pair.value in owners for pair in below if pair.field in _OWNERS)
    taken: dict[str, _Pair] = {}
    for pair in pairs:
        if pair.field in places and pair.field in _OF_OWNER:
            what = f"“{pair.label}”写在表头上方，表里有“{texts[places[pair.field]]}”这一列，没有采用上方的"
        elif pair.field in _OWNERS and _OFFICE.fullmatch(pair.value):
            what = f"“{pair.label}”写在表头上方，像是收表的部门，没有当作每一行的"
        elif owned and (pair.field in _OF_OWNER or (not pair.field and _is_new(pair.label, texts))):
            if header_key(pair.label) in taken:
                continue
            taken[header_key(pair.label)] = pair
            what = f"“{pair.label}”写在表头上方，已填到每一行"
        else:
            continue
        remarks.append(
            Remark(grid.numbers[pair.at] or None, None, shorten(pair.value, 80), what, "请核对，最好在表里各占一列")
        )
    if not any(pair.field in _OF_OWNER for pair in taken.values()):
        taken = {}
        remarks = [one for one in remarks if "已填" not in one.problem]
    grid = grid._replace(remarks=(*grid.remarks, *remarks), bad=(*grid.bad, *bad))
    return grid, {one.label: one.value for one in taken.values()}


def _is_new(label: str, texts: Sequence[str]) -> bool:
    return header_key(label) not in map(header_key, texts)


def _pairs(at: int, row: Sequence[object], names: Callable[[str], str | None]) -> Iterator[_Pair]:
    """The labels that name a field, or that nobody misses, with their values: in one cell or in two."""
    cells = list(filter(None, row_texts(row)))
    meanings = [names(text.rstrip("：: ")) for text in cells]
    labels = [meaning for meaning in meanings[::2] if meaning is not None]
    in_pairs = len(cells) % 2 == 0 and (2 * len(labels) == len(cells) or any(name in _OF_OWNER for name in labels))
    for i, text in enumerate(cells):
        inline = [match for match in _INLINE.finditer(text) if match[2].strip("_ ")]
        for match in inline:
            if not any(statements(match[0], at, above=True)) and (field := names(match[1])) is not None:
                yield _Pair(at, match[1], match[2].strip(), field)
        if (
            in_pairs
            and not i % 2
            and not inline
            and meanings[i] is not None
            and i + 1 < len(cells)
            and _is_value(cells, meanings, i + 1)
        ):
            yield _Pair(at, text.rstrip("：: "), cells[i + 1], meanings[i] or "")


def _is_value(cells: Sequence[str], meanings: Sequence[str | None], at: int) -> bool:
    return meanings[at] is None and not is_nothing(cells[at]) and not _INLINE.search(cells[at])


def _is_furniture(filled: Collection[str], at: int) -> bool:
    """Whether the cells of a row are titles, units, days and signatures: half of them say what they are."""
    said = sum(":" in text or "：" in text or any(statements(text, at, above=True)) for text in filled)
    return 2 * said >= len(filled)
