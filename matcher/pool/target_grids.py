"""Goals handed down to counties: a row a place with an indicator a column, or the other way, as one row a target."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.pool.target_names import is_place
from matcher.tables.cells.numbers import read_number
from matcher.tables.cells.texts import Fault, as_written, is_blank
from matcher.tables.files.grids import Book, Grid
from matcher.tables.headers.column_account import UNKNOWN, USED
from matcher.tables.headers.forms import header_key, header_unit, peel
from matcher.tables.headers.rows import row_texts
from matcher.tables.reading import Reading, read_table
from matcher.tables.rows.records import PROBLEM_COLUMNS
from matcher.tables.schemas.contracts import HIGH, LOW, Contract, column
from matcher.tables.schemas.main import TARGETS

_PLACES = (
    "县市区 区县 县(市、区) 县(区) 各县区 地区 区域 地市 市县 镇街 乡镇 乡镇街道 园区 单位 责任单位 承担单位 任务单位"
)
_BY_PLACE = Contract(
    "goals_by_place",
    "分解",
    "row",
    (column("row", "id", "行", "序号 编号"), column("place", "text", "县区", _PLACES)),
    referred=False,
)
_WHOLE = "全市"
_SUM = re.compile("合计|总计")
_ALL = re.compile(r"全[省市县区](?:合计|总计)?|合计|总计|[省市县]合计")
_OF_PLACE = re.compile(
    r"(?!.*(?:各|所有|其[他它余]|[相有]关|县区|区县|市县|乡镇$))[^\d\W]{1,12}(?:[县市区旗镇乡盟]|街道|办事处)"
)
_FIELDS = {  # of a target, by the last words of a header
    "baseline": "基数|基期值?|上年(?:完成|实际)?[数值]?",
    "goal": "(?:20\\d\\d年?度?|全年|年度)?(?:目标|任务|计划)+[数值]?",
    "actual": "(?:\\d{1,2}-\\d{1,2}月)?(?:累计|目前|已|实际)*(?:完成|实绩|实际)[数值]?",
}
_LAST_WORDS = re.compile(rf"(.{{2,}}?)((?:{_FIELDS['goal']})|(?:{_FIELDS['actual']}))")
_NO_FIGURE = re.compile("率$|比例?$|比重$|[增降]幅|排名|名次|进度|得分|权重|分值|备注|联系|电话")
_NO_INDICATOR = {"完成", *(text for one in TARGETS.columns for text in (one.title, *one.headers))}
_A_YEAR = re.compile(r"20\d\d年?度?")
_STATE = re.compile("完成情况|完成表|进展|进度|通报")  # in a title: nobody says whether the figures are goals
_AS_OF = re.compile(r"[（(]?截[至止]到?[^（()）]*(?:[底末日前月][)）]?)")
_OF_QUARTER = re.compile("(?:20\\d\\d年)?第?[一二三四1-4]季度?(?:末|底)?(?:实际|目标)?完成?(?:数|值|量|情况)?")
_NOT_A_YEAR = re.compile(
    r"[上下]半年|季度?|\d\s*月|[一二三四五六七八九十]月|[-—~～至到]\s*\d\d|[二三四五两]年|五年|滚动"
)


class _Cell(NamedTuple):
    place: str
    name: str
    unit: str
    field: str  # of a target, "" where the header does not say
    header: str
    value: Any


def goals_by_place(book: Book) -> tuple[pd.DataFrame, Reading] | None:
    """A table in which goals stand by place as a table of targets, and the table as it stands; None for any other.

    Sums over all places (合计, 全市) are targets without a place.
    """
    for read in (_rows_of_places, _columns_of_places):
        try:
            cells, reading = read(book)
        except TableError:
            continue
        titles = above_header(book, str(reading.columns["sheet"].iloc[0]), set(reading.columns["header"]))
        if any(cell.field for cell in cells):
            cells = [cell for cell in cells if cell.field]
        elif any(map(_STATE.search, titles)):
            continue
        units = {cell.name: cell.unit for cell in reversed(cells) if cell.unit}
        cells = [_in_own_unit(cell, units.get(cell.name, "")) for cell in cells]
        year = year_of(titles)
        titled = {"": "goal"} | {name: name for name in _FIELDS}
        headers = {field: TARGETS[name].title for field, name in titled.items()}
        headers |= {field: f"{year}年目标值" for field in ("", "goal") if year}
        lines = [
            {
                "目标编号": f"{cell.place}-{cell.name}",
                "目标名称": ("" if _ALL.fullmatch(cell.place) else cell.place) + cell.name,
                "单位": cell.unit,
                headers[cell.field]: cell.value,
            }
            for cell in cells
        ]
        frame = pd.DataFrame(lines)
        if headers["goal"] in frame:
            frame = frame.groupby("目标编号", sort=False, as_index=False).first()
            frame.attrs["file"] = book.name
            return frame, _told(book, reading, cells, len(frame))
    return None


def _in_own_unit(cell: _Cell, unit: str) -> _Cell:
    """A cell in the unit of its target, or with its own behind the figure: 3.5亿元 of 8, 35000万元."""
    written = as_written(cell.value).strip()
    if cell.unit in ("", unit) or written.endswith(("元", "%", "％")):
        return cell._replace(unit=unit)
    return cell._replace(unit=unit, value=f"{written}{cell.unit}")


def of_places(reading: Reading) -> Reading:
    """Targets of which a column says whose they are (县区, 责任单位), named by it: 兰山区技术合同成交额.

    A cell that is no place (市科技局, 各县区) or all of them (全市) leaves the name as it is, and so does a name that
    says the place already.
    """
    rows, account = reading.rows, reading.columns
    known = set(map(header_key, (_BY_PLACE["place"].title, *_BY_PLACE["place"].headers)))
    free = account.loc[account["use"] != USED, "header"].astype(str)
    headers = [text for text in free if header_key(text) in known and text in rows]
    if len(headers) != 1:
        return reading
    header = headers[0]
    places = rows[header].fillna("").astype(str).str.replace(r"\s", "", regex=True)
    names = rows["name"].fillna("").astype(str)
    named = [
        _is_place(place) and not _ALL.fullmatch(place) and place not in name
        for place, name in zip(places, names, strict=True)
    ]
    if not any(named):
        return reading
    account = account.assign(use=account["use"].mask(account["header"].eq(header), USED))
    account.loc[account["header"].eq(header), ["nearest", "hint"]] = ""
    problem = f"{sum(named)} 项目标是所写地区的，已把地区写进目标名称，实际值只数这个地区的"
    line = (account["file"].iloc[0], account["sheet"].iloc[0], None, header, "", problem, "请核对", True)
    full = [place + name if theirs else name for place, name, theirs in zip(places, names, named, strict=True)]
    return Reading(rows.assign(name=full), with_line(reading.problems, line), account)


def without_quarters(reading: Reading) -> Reading:
    """Targets whose figures so far stand in a column a quarter: one of them is none of the year, and nobody knows
    whether the later ones include the earlier, which is told.
    """
    account = reading.columns.copy()
    headers = [text for text in account["header"].astype(str) if _OF_QUARTER.fullmatch(re.sub(r"[\s（()）]", "", text))]
    taken = (account["field"] == "actual") & account["header"].isin(headers)
    if len(headers) < 2 or not taken.any():
        return reading
    account.loc[taken, ["field", "title", "use"]] = ["", "", UNKNOWN]
    account.loc[account["header"].isin(headers), ["nearest", "hint"]] = ""
    ours = [str(name) for name in reading.rows if str(name) in ("actual", "actual" + LOW, "actual" + HIGH)]
    rows = reading.rows.assign(**{name: reading.rows[name].mask(pd.Series(True, reading.rows.index)) for name in ours})
    problem = f"“{'”“'.join(headers)}”各是一个季度的，还是累计的，看不出来，没有采用"
    line = (
        account["file"].iloc[0],
        account["sheet"].iloc[0],
        None,
        headers[0],
        "",
        problem,
        "请加一列“累计完成”",
        True,
    )
    return Reading(rows, with_line(reading.problems, line), account)


def with_line(problems: pd.DataFrame, line: tuple[Any, ...]) -> pd.DataFrame:
    """A list of problems with one more."""
    told = pd.DataFrame([line], columns=PROBLEM_COLUMNS).astype(problems.dtypes.to_dict())
    return pd.concat([one for one in (problems, told) if len(one)], ignore_index=True)


def year_of(titles: Sequence[str]) -> int | None:
    """The one whole year that stands above a table; None for none, several, or a part of one.

    >>> year_of(["2026年目标任务完成情况（截至6月底）"]), year_of(["2026年上半年目标任务"])
    (2026, None)
    """
    said = [_AS_OF.sub("", text) for text in titles]
    years = {int(found) for text in said for found in re.findall(r"20\d\d", text)}
    return years.pop() if len(years) == 1 and not any(map(_NOT_A_YEAR.search, said)) else None


def above_header(book: Book, sheet: str, headers: Collection[str]) -> list[str]:
    """What stands above the header of a sheet; nothing where the header is not found."""
    grid = next((one for one in book.grids if one.sheet == sheet), book.grids[0])
    texts: list[str] = []
    for row in grid.rows:
        cells = [str(cell).strip() for cell in row if not is_blank(cell)]
        if len(set(headers).intersection(cells)) > 1:
            return texts
        texts += cells
    return []


def _told(book: Book, reading: Reading, cells: Sequence[_Cell], targets: int) -> Reading:
    """The table as it stands with the headers that became targets, and what was made of it."""
    account, used = reading.columns, {cell.header for cell in cells}
    account = account.assign(use=account["use"].mask(account["header"].isin(used), USED))
    account.loc[account["header"].isin(used), ["nearest", "hint"]] = ""
    places, names = ({cell[at] for cell in cells} for at in (0, 1))
    problem = f"是按地区分解的表，照 {len(places)} 个地区、{len(names)} 项指标读成 {targets} 项目标"
    line = (book.name, str(account["sheet"].iloc[0]), None, "", "", problem, "请核对", True)
    left_out = reading.problems[~reading.problems["kept"].astype(bool)]
    return Reading(reading.rows, with_line(left_out, line), account)


def _rows_of_places(book: Book) -> tuple[list[_Cell], Reading]:
    reading = read_table(book._replace(grids=[_with_sums(grid) for grid in book.grids]), _BY_PLACE)
    rows = reading.rows
    sums = (rows == _WHOLE).any(axis=1)
    places = rows["place"].astype(str).str.replace(r"\s", "", regex=True).mask(sums, _WHOLE)
    if not _are_places([place for place in places if place]):
        raise TableError("没有一行一个地区")
    cells = []
    goals: list[str] = []  # behind which no figure was named yet
    for header in _of_figures(reading):
        name, unit, field = _named(header)
        if len(goals) == 1 and (own := _field(header)) == "actual":  # 已完成, behind its goal
            name, field = goals[0], own
        goals = [*goals, name] if field == "goal" else []
        if name in _NO_INDICATOR or _A_YEAR.fullmatch(name):
            raise TableError(f"“{header}”不是指标")
        for place, cell in zip(places, rows[header], strict=True):
            cells.append(_Cell(place, name, unit, field, header, cell))
    return [cell for cell in cells if cell.place and not _is_nothing(cell.value)], reading


def _columns_of_places(book: Book) -> tuple[list[_Cell], Reading]:
    reading = read_table(book, TARGETS)
    rows, fields = reading.rows, set(reading.columns["field"])
    found = {header: _place_of(header) for header in _of_figures(reading)}
    found = {header: (place, field) for header, (place, field) in found.items() if place}
    if "name" not in fields or {"goal", "actual"} & fields or not _are_places([place for place, _ in found.values()]):
        raise TableError("没有一列一个地区")
    names, units = (rows[name].fillna("").astype(str).str.replace(r"\s", "", regex=True) for name in ("name", "unit"))
    cells = []
    for header, (place, field) in found.items():
        for name, unit, cell in zip(names, units, rows[header], strict=True):
            cells.append(_Cell(place, name, unit, field, header, cell))
    return [cell for cell in cells if cell.name and not _is_nothing(cell.value)], reading


def _of_figures(reading: Reading) -> list[str]:
    """The headers of no field below which figures stand, without shares, ranks and remarks."""
    account = reading.columns
    headers = [str(text) for text in account.loc[account["use"] != USED, "header"] if text in reading.rows]
    return [text for text in headers if not _NO_FIGURE.search(peel(text).bare) and _are_figures(reading.rows[text])]


def _are_figures(cells: pd.Series[Any]) -> bool:
    read = [read_number(cell, 1) for cell in cells if not _is_nothing(cell)]
    return sum(one is not None and not isinstance(one, Fault) for one in read) * 2 > len(read)


def _is_nothing(value: Any) -> bool:
    return value is pd.NA or is_blank(value) or (isinstance(value, str) and value.strip() in tuple("-—–/"))


def _are_places(texts: Sequence[str]) -> bool:
    """Whether texts are at least two places, each once."""
    named = [text for text in texts if not _ALL.fullmatch(text)]
    return len(named) > 1 and len(set(named)) == len(named) and all(map(_is_place, named))


def _is_place(text: str) -> bool:
    return bool(_OF_PLACE.fullmatch(text)) or is_place(text)


def _field(text: str) -> str:
    bare = re.sub(r"\s", "", peel(text).bare)
    return next((name for name, words in _FIELDS.items() if re.fullmatch(words, bare)), "")


def _named(header: str) -> tuple[str, str, str]:
    """The indicator of a header, its unit, and the field of a target that it says.

    >>> _named("技术合同成交额（亿元）-目标"), _named("新认定高企（家）"), _named("技术合同成交额目标（亿元）")
    (('技术合同成交额', '亿元', 'goal'), ('新认定高企', '家', ''), ('技术合同成交额', '亿元', 'goal'))
    """
    head, _, tail = header.rpartition("-")
    field = _field(tail) if head else ""
    written = head if field else header
    name, unit = re.sub(r"\s", "", peel(written).bare), header_unit(written) or header_unit(tail)
    if not field and (found := _LAST_WORDS.fullmatch(name)):
        name, field = found[1], _field(found[2])
    return name, unit, field


def _place_of(header: str) -> tuple[str, str]:
    """The place that a header names, and the field of a target that it says; two empty texts for no place."""
    head, _, tail = header.rpartition("-")
    field = _field(tail) if head else ""
    place = re.sub(r"\s", "", peel(head if field else header).bare)
    return (place, field) if _ALL.fullmatch(place) or _is_place(place) else ("", "")


def _with_sums(grid: Grid) -> Grid:
    """A sheet whose row of sums reads 全市, which is a record like the others."""
    rows = list(grid.rows)
    for at, row in enumerate(rows):
        texts = [re.sub(r"\s", "", text) for text in row_texts(row)]
        first = next((place for place, text in enumerate(texts) if text and not text.isdigit()), None)
        if first is not None and _SUM.fullmatch(texts[first]):
            rows[at] = [*row[:first], _WHOLE, *row[first + 1 :]]
    return grid._replace(rows=rows)
