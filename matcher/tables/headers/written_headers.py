"""What a sheet says of its columns beside the header, a year in its name or a unit above, written into the header."""

from __future__ import annotations

import re

from matcher.tables.cells.texts import shorten
from matcher.tables.files.grids import Grid, Remark
from matcher.tables.headers.finding import Header
from matcher.tables.headers.forms import header_key, peel
from matcher.tables.headers.words import vocabulary_of
from matcher.tables.schemas.main import Contract

_OF_MONEY = re.compile(
    r"^(?!.*(?:是否|有无|占|比|率|增|均)).*(?:收入|利润|产值|费用?|(?<![名份配])额|税[金收款]?|资产|经费|成本|支出|资金|营收)(?:合计|总计)?$"
)


def with_years(grid: Grid, header: Header, contract: Contract, year: str, latest: str) -> Grid:
    """The sheet with a year before each header of a figure that names none; header: one row, at the same place.

    What the latest sheet counts as of now (职工总数) stays as it is where no field is of that year yet.
    """
    meaning = vocabulary_of(contract).meaning
    row = [*grid.rows[header.at]]

    def is_of_year(text: str) -> bool:
        said, dated = meaning(text), meaning(f"{year}年{text}")
        of_now = year == latest and said.columns and not any(column.back for column in said.columns)
        return not said.dated and dated.dated and not (of_now and not dated.columns)

    places = [at for at, text in enumerate(row) if isinstance(text, str) and is_of_year(text)]
    for at in places:
        row[at] = f"{year}年{row[at]}"
    if not places:
        return grid
    written = shorten("、".join(str(row[at]) for at in places), 80)
    problem = f"表头没有写年份，按表名算作 {year} 年的（{written}）"
    return _with_header(grid, header.at, row, problem, "若不是，请在表头写明年份")


def with_stated_units(grid: Grid, header: Header, contract: Contract) -> Grid:
    """The sheet with the unit that it states for its money behind each header of money that names none and that no
    field takes, so that the column keeps its unit away from the sheet; header: one row, at the same place.
    """
    meaning = vocabulary_of(contract).meaning
    row = [*grid.rows[header.at]]

    def is_of_money(text: str) -> bool:
        said = meaning(text)
        if figures := (*said.asked, *said.beside, *said.series):
            return all(column.kind == "yuan" for column in figures)
        return not said.columns and bool(_OF_MONEY.search(header_key(peel(text).bare)))

    texts = {at: text for at in header.open_units if at < len(row) and isinstance(text := row[at], str)}
    places = [at for at, text in texts.items() if is_of_money(text)]
    for at in places:
        row[at] = f"{texts[at].strip()}（{header.open_units[at]}）"
    if not places:
        return grid
    written = shorten("、".join(str(row[at]) for at in places), 80)
    return _with_header(
        grid, header.at, row, f"表头没有写单位，照表里写的单位写作“{written}”", "若不是，请在表头写明单位"
    )


def _with_header(grid: Grid, at: int, row: list[object], problem: str, action: str) -> Grid:
    remark = Remark(grid.numbers[at], None, "", problem, action)
    return grid._replace(rows=[*grid.rows[:at], row, *grid.rows[at + 1 :]], remarks=(*grid.remarks, remark))
