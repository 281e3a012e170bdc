"""Figures of several years side by side (2024年研发费用, 2025年研发费用) in a table that holds a row a year."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.tables.cells.texts import is_blank, is_ditto
from matcher.tables.files.grids import Grid, Merged, Remark
from matcher.tables.headers.forms import peel
from matcher.tables.headers.words import Vocabulary
from matcher.tables.headers.years import TIME_FIRST, TIME_LAST
from matcher.tables.layout.blocks import Block
from matcher.tables.layout.footers import is_total
from matcher.tables.schemas.main import Contract


def a_row_a_year(grid: Grid, block: Block, vocabulary: Vocabulary, contract: Contract) -> tuple[Grid, Block] | None:
    """A sheet with a row for each year in which a record has figures, in a column of the year; None for another sheet.

    The rows of one record have one number. A column of the same figure that names no year adds them up, and is what is
    known of a record without any.
    """
    rows, texts = block
    found: dict[str, dict[str, int]] = {}
    fields = [_field(text, vocabulary) for text in texts]
    for place, text in enumerate(texts):
        if (year := _year(text)) and (field := fields[place]):
            if year in found.setdefault(field, {}):
                return None
            found[field][year] = place
    years = sorted({year for places in found.values() for year in places})
    if not contract.year_above or contract.year_above[0] in fields or len(years) < 2:
        return None
    if not {"project", "project_id"} & set(fields):
        return None  # a table of firms
    of_years = {place for places in found.values() for place in places.values()}
    if any(is_ditto(row[place]) for row in grid.rows[rows.end :] for place in of_years if place < len(row)):
        return None  # above it would stand another year
    heads = ["" if place in of_years else text for place, text in enumerate(texts)]
    sums = [place for place, field in enumerate(fields) if field in found and place not in of_years]
    units = {
        field: {vocabulary.meaning(texts[at]).unit for at in of_years | {*sums} if fields[at] == field} - {""}
        for field in found
    }
    if any(len(one) > 1 for one in units.values()):
        return None
    for place in sums:
        heads[place] += "（各年累计）"
    for field, places in found.items():
        unit = next(iter(units[field]), "")
        heads[min(places.values())] = contract[field].title + (f"（{unit}）" if unit else "")
    title = contract[contract.year_above[0]].title
    width = max(len(texts), *map(len, grid.rows))
    laid: list[Sequence[object]] = list(grid.rows[: rows.end])
    numbers, where = list(grid.numbers[: rows.end]), list(range(rows.end))
    for at in range(rows.end, len(grid.rows)):
        where.append(len(laid))
        row = [*grid.rows[at], *[None] * (width - len(grid.rows[at]))]
        said = [year for year in years if any(not is_blank(row[p[year]]) for p in found.values() if year in p)]
        first = next((cell for cell in row if not is_blank(cell)), None)
        for year in [""] if is_total(first) or not said else said:
            line = [None if place in of_years else cell for place, cell in enumerate(row)]
            for places in found.values():
                line[min(places.values())] = row[places[year]] if year in places else None
            if not said:
                for place in sums:
                    line[min(found[fields[place]].values())] = row[place]
            laid.append([*line, f"{year}年" if year else None])
            numbers.append(grid.numbers[at])
    where.append(len(laid))
    merged = tuple(
        Merged(where[cells.top], cells.left, where[cells.bottom + 1] - 1, cells.right)
        if cells.top >= rows.end
        else cells
        for cells in grid.merged
    )
    what = f"每年一列（{'、'.join(f'{year}年' for year in years)}），已照一年一行读入"
    value = "、".join(contract[field].title for field in found)
    told = Remark(grid.numbers[rows.at], None, value, what, "请核对")
    parts = [(heads[place],) if heads[place] != text else rows.parts[place] for place, text in enumerate(texts)]
    gap = width - len(texts)
    rows = rows._replace(parts=[*parts, *[()] * gap, (title,)], units=[*rows.units, *[""] * gap, ""])
    grid = grid._replace(rows=laid, numbers=numbers, merged=merged, remarks=(*grid.remarks, told))
    return grid, Block(rows, [*heads, *[""] * gap, title])


def _field(text: str, vocabulary: Vocabulary) -> str:
    """The one field that a header names, of whatever year."""
    meaning = vocabulary.meaning(text)
    fields = {column.name for column in (*meaning.columns, *meaning.asked, *meaning.beside)}
    return fields.pop() if len(fields) == 1 else ""


def _year(text: str) -> str:
    bare = peel(text).bare
    time = TIME_FIRST.fullmatch(bare) or TIME_LAST.fullmatch(bare)
    return (time["year"] or "") if time else ""
