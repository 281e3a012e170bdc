"""The rows of a sheet that are records, ready to be read: footers left out, merged cells filled, units put in."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from matcher.tables.cells import texts as cleaning
from matcher.tables.cells.texts import Fault, is_blank, shorten
from matcher.tables.files.grids import Grid
from matcher.tables.headers.finding import Header
from matcher.tables.layout.footers import OTHER_HEADER, REPEATED, UNIT_LINE
from matcher.tables.layout.sheet_units import with_units
from matcher.tables.layout.unit_lines import statements
from matcher.tables.rows.group_cells import fill_groups
from matcher.tables.schemas.main import Contract

PROBLEM_COLUMNS = ["file", "sheet", "row", "column", "value", "problem", "action", "kept"]

_MOST_NAMED = 10  # rows that one problem names
_RIGHTS = re.compile(  # headers of what one record may have several of, a row each
    r"专利|软著|著作权|知识产权|商标|品种权|发明人|证书(?:编?号|名称)|法律状态"
    r"|授权(?:公告)?(?:编?号|日|时间|年)|(?:申请|公开|公告)(?:编?号|日)"
)
_COUNTED = re.compile(
    r"数(?!据)|(?<!软)件|项|量|是否|有无|要求"
)  # headers of how many rights there are, or whether any
_NUMBERED = re.compile(r"[号日年]|时间")  # headers of rights over numbers that count nothing
_OF_FIGURES = re.compile(
    "指标|参数|(?:目标|要求|现状?|达到|标准|数)值|[^\\W\\d_]水平$|^现状$"
)  # of which a need has a row each
_FIGURE = re.compile(r"[-+]?\d[\d,.]*\s*[件项个]?")
_SERIALS = ("序号", "序", "行号")
_ANSWERS = {"", "是", "否", "有", "无"}


class Problem(NamedTuple):
    """What was wrong with a row or a cell, by the number that a user sees; not `kept`: the row was left out."""

    row: int | None
    column: str
    value: str
    problem: str
    action: str
    kept: bool = True


def records(
    grid: Grid, header: Header, contract: Contract, problems: list[Problem]
) -> tuple[list[Sequence[object]], list[int]]:
    """The filled rows below the header and their numbers, without those that are no records; merged cells are full."""
    width = min(header.above, default=len(header.texts))
    kept: list[int] = []
    left_out = len(grid.bad)
    other: int | None = None  # the header of another table under which the rows stand
    moved: dict[int, Sequence[object]] = {}
    money = [header.places[one.name] for one in contract.columns if one.kind == "yuan" and one.name in header.places]
    last = next((at for at in range(len(grid.rows) - 1, -1, -1) if not all(map(is_blank, grid.rows[at]))), 0)
    unit = ""  # of money in the rows from here on, where a line among them names one
    for at in range(header.end, len(grid.rows)):
        row = grid.rows[at]
        place = next((place for place, cell in enumerate(row) if not is_blank(cell)), None)
        if place is None:
            continue
        fault = header.footers.reason(at, row, place)
        if fault in (OTHER_HEADER, REPEATED):
            other = grid.numbers[at] if fault == OTHER_HEADER else None
        elif fault == UNIT_LINE and at < last and len(named := _units_of(row[place], at)) == 1:
            unit = named[0]
            fault = Fault(f"是单位说明，它下面没写单位的金额按“{unit}”读入", "请核对，最好另存一张")
        elif other is not None and not fault:
            fault = Fault(f"在第 {other} 行的另一张表头下面，没有读入", "请把下面的表另存一张")
        if not fault and grid.delimited and len(row) > width and not all(map(is_blank, row[width:])):
            fault = Fault(f"有 {len(row)} 格，表头只有 {width} 列", "请给含分隔符的内容加上引号，或改存为 .xlsx")
        if fault:
            left_out += 1
            problems.append(Problem(grid.numbers[at], "", shown(row[place]), *fault, kept=False))
            continue
        if grid.delimited and len(row) < width:
            problem = f"只有 {len(row)} 格，表头有 {width} 列，缺的当作空"
            problems.append(Problem(grid.numbers[at], "", shown(row[place]), problem, "请检查这一行是否断开或不完整"))
        if unit:
            moved[at] = [with_units(cell, unit) if i in money else cell for i, cell in enumerate(row)]
        kept.append(at)
    for at in header.footers.unclear:
        problem, action = "不知下面哪几行是示例，没有另外写明的都已读入", "请删去示例，或在示例下面再写一行表头"
        line = next(cell for cell in grid.rows[at] if not is_blank(cell))
        problems.append(Problem(grid.numbers[at], "", shown(line), problem, action))
    if not kept and not left_out:
        problems.append(Problem(row_of(grid, header), "", "", "表头下面没有数据", "请检查是否选错了文件或工作表"))
    rows = [moved.get(at, grid.rows[at]) for at in kept]
    for place, values in header.above.items():
        starts = [start for start, _ in values]
        said = [values[bisect_right(starts, at) - 1][1] for at in kept]
        rows = [[*row[:place], *[None] * (place - len(row)), value] for row, value in zip(rows, said, strict=True)]
    numbers = [grid.numbers[at] for at in kept]
    places = {at: i for i, at in enumerate(kept)} if grid.merged else {}
    repeated = _fill_merged(grid, header, contract, places, rows, problems)
    rows, numbers = _joined_rows(grid, header, contract, places, rows, numbers, problems)
    for group in repeated:
        left = [one for one in group if one.row in numbers]
        problems += left if len(left) > 1 else []
    for place, filled in fill_groups(header, contract, rows).items():
        problem = f"这一列每组只写了一次，{len(filled)} 行空白照上面一行填写"
        value = shown(rows[filled[0]][place])
        problems.append(Problem(numbers[filled[0]], _text(header, place), value, problem, "若不是一组的，请每行写明"))
    _tell_owners(header, contract, rows, numbers, problems)
    _add_units(header, rows, numbers, problems)
    return rows, numbers


def _joined_rows(
    grid: Grid,
    header: Header,
    contract: Contract,
    kept: Mapping[int, int],
    rows: list[Sequence[object]],
    numbers: list[int],
    problems: list[Problem],
) -> tuple[list[Sequence[object]], list[int]]:
    """The rows without those that only go on with the row above: with a longer text, or with one more patent or
    indicator of it.

    What they say is put behind what stands there, and told. kept: the places of the rows by their index in the grid.
    """
    kinds = header.places.get("ip_type", -1)
    taken = {*header.places.values()} - {kinds}
    rights = {
        at
        for at, text in enumerate(header.texts)
        if at not in taken
        and (at == kinds or _RIGHTS.search(text))
        and not _counts(text, [cell_of(row, at) for row in rows])
    }
    texts = {place for one in contract.columns if one.lines and (place := header.places.get(one.name)) is not None}
    of_figures = {at for at in set(range(len(header.texts))) - (taken - texts) if _OF_FIGURES.search(header.texts[at])}
    unnamed = _unnamed(header, contract, rows, texts | of_figures | rights)
    merged = _of_merged_names(grid, header, contract, kept, rows, rights, of_figures)
    again = _of_one_id(header, contract, rows, rights, of_figures)
    if not unnamed and not merged and not again:
        return rows, numbers
    out: list[Sequence[object]] = []
    left: list[int] = []
    before = 0  # rows that went into the last one
    for i, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        if i not in unnamed and i not in merged and i not in again:
            out.append(row)
            left.append(number)
            before = 1
            continue
        places = unnamed.get(i) or merged.get(i) or again[i]
        last = [*out[-1], *[None] * (len(row) - len(out[-1]))]
        for place in places:
            sign = "；" if place in rights else "\n"
            said, more = cleaning.as_written(last[place]), cleaning.as_written(row[place])
            if place in of_figures:  # a line for each row, so that a figure stays beside its name
                if place not in texts:
                    said, more = said if before > 1 else " ".join(said.split()), " ".join(more.split())
                lines = [] if is_blank(last[place]) else said.split("\n")
                last[place] = "\n".join([*lines, *["/"] * (before - len(lines)), more])
            elif is_blank(last[place]):
                last[place] = row[place]
            elif place != kinds or more not in said.split(sign):
                last[place] = said + sign + more
        out[-1] = last
        before += 1
        first = min(places)
        column, action = _text(header, first), "若是另一条，请写上编号和名称"
        problem = f"没有编号和名称，当作第 {left[-1]} 行“{column}”的续行，已并入那一行"
        if i in merged:
            name = _text(header, header.places[contract.any_of[0]])
            problem = f"和第 {left[-1]} 行的“{name}”是合并的一格，当作同一条的另一项“{column}”，已并入那一行"
            action = f"若是另一条，请拆开合并的“{name}”，各自编号"
        elif i in again:
            problem = f"编号和第 {left[-1]} 行相同，只有“{column}”不同，当作同一条的另一项“{column}”，已并入那一行"
            action = "若是另一条，请给每行不同的编号"
        problems.append(Problem(number, column, shown(row[first]), problem, action, kept=False))
    return out, left


def _counts(text: str, cells: Sequence[object]) -> bool:
    """Whether a column counts rights, or says whether there are any, instead of naming them."""
    said = {cleaning.as_written(cell).strip() for cell in cells if not is_blank(cell)}
    if _COUNTED.search(text) or said <= _ANSWERS:
        return True
    return not _NUMBERED.search(text) and any(map(_FIGURE.fullmatch, said))


def _unnamed(
    header: Header, contract: Contract, rows: Sequence[Sequence[object]], several: Collection[int]
) -> dict[int, list[int]]:
    """The rows with no number, no name and nothing else but what a record may have several of, and where it stands.

    So in a table that numbers and names all its other rows.
    """
    marks = [header.places.get(name) for name in (contract.id_column, *contract.any_of[:1])]
    if not contract.any_of or None in marks or set(several) & set(marks):
        return {}
    if not any(all(place is not None and is_blank(cell_of(row, place)) for place in marks) for row in rows):
        return {}
    filled = [
        [place for place, cell in enumerate(row) if not is_blank(cell) and place not in header.above] for row in rows
    ]
    goes_on = [bool(places) and set(several).issuperset(places) for places in filled]
    others = [places for places, one in zip(filled, goes_on, strict=True) if not one]
    if goes_on[0] or not all(set(marks) <= set(places) for places in others):
        return {}
    return {i: filled[i] for i, one in enumerate(goes_on) if one}


def _of_merged_names(
    grid: Grid,
    header: Header,
    contract: Contract,
    kept: Mapping[int, int],
    rows: Sequence[Sequence[object]],
    rights: Collection[int],
    figures: Collection[int],
) -> dict[int, list[int]]:
    """The rows over which the name of a row above is merged, without a number of their own, which differ from it in
    nothing but what a record may have several of; and where it stands.
    """
    name = header.places.get(contract.any_of[0]) if contract.any_of else None
    found: dict[int, list[int]] = {}
    several = {*rights, *figures}
    if name is None or not several:
        return found
    covered = {
        (kept[row], at)
        for top, left, bottom, right in grid.merged
        for at in figures
        if left <= at <= right
        for row in range(top + 1, min(bottom + 1, len(grid.rows)))
        if row in kept
    }
    for top, left, bottom, right in grid.merged:
        group = [kept[at] for at in range(top, min(bottom + 1, len(grid.rows))) if at in kept]
        if not left <= name <= right or top not in kept or len(group) < 2:
            continue
        alike = {at for at in range(len(header.texts)) if len({str(cell_of(rows[i], at)) for i in group}) == 1}
        added = {
            i: [
                at
                for at, cell in enumerate(rows[i])
                if at not in alike and not is_blank(cell) and (at in several or cell != cell_of(rows[group[0]], at))
            ]
            for i in group[1:]
        }
        if all(places and set(places) <= several for places in added.values()):
            for i, places in added.items():  # two indicators may have one figure
                again = {
                    at for at in alike & {*figures} if (i, at) not in covered and not is_blank(cell_of(rows[i], at))
                }
                found[i] = sorted({*places, *again})
    return found


def _of_one_id(
    header: Header,
    contract: Contract,
    rows: Sequence[Sequence[object]],
    rights: Collection[int],
    figures: Collection[int],
) -> dict[int, list[int]]:
    """The rows with the number and name of the row above, which say nothing else than that row but what a record may
    have several of; and where it stands. Blanks, 同上 and the numbers of the rows say nothing else.
    """
    place = header.places.get(contract.id_column)
    name = header.places.get(contract.any_of[0]) if contract.any_of else None
    several = {*rights, *figures}
    if place is None or name is None or not several:
        return {}
    width = max(map(len, [header.texts, *rows]))
    counted = {at for at, text in enumerate(header.texts) if text in _SERIALS and at != place}
    once = [at for at in range(width) if at not in several and at not in counted]
    texts = [
        ["" if is_blank(cell) else cleaning.as_written(cell).strip() for cell in (*row, *[None] * (width - len(row)))]
        for row in rows
    ]
    found: dict[int, list[int]] = {}
    first = 0
    for i, (above, row) in enumerate(itertools.pairwise(texts), 1):
        first = first if i - 1 in found else i - 1
        alike = all(not row[at] or row[at] == texts[first][at] or cleaning.is_ditto(row[at]) for at in once)
        differ = {at for at in several if row[at] not in ("", above[at])}
        if alike and differ and row[place] and row[name]:
            found[i] = sorted(differ | {at for at in figures if row[at]})
    return found


def _tell_owners(
    header: Header, contract: Contract, rows: list[Sequence[object]], numbers: list[int], problems: list[Problem]
) -> None:
    """Tell which rows name no firm, where others do."""
    place = header.places.get("enterprise")
    if place is None or contract.id_column != "need_id":
        return
    blank = [number for row, number in zip(rows, numbers, strict=True) if is_blank(cell_of(row, place))]
    if blank and len(blank) < len(rows):
        named = "、".join(map(str, blank[:_MOST_NAMED])) + ("等" if len(blank) > _MOST_NAMED else "")
        problem = f"{len(blank)} 行没有写“{_text(header, place)}”（第 {named} 行），不知是哪家的，没有照上面一行填写"
        problems.append(Problem(None, _text(header, place), "", problem, "请每行写明，或把同一家的几行合并成一格"))


def _units_of(cell: object, at: int) -> tuple[str, ...]:
    """The money units that a line among the rows states."""
    return tuple({unit for one in statements(str(cell), at, above=False) for unit in one.units})


def _fill_merged(
    grid: Grid,
    header: Header,
    contract: Contract,
    kept: Mapping[int, int],
    rows: list[Sequence[object]],
    problems: list[Problem],
) -> list[list[Problem]]:
    """Give every row of cells merged downwards their value, except ids; what to tell, a list for each such cell, of
    numbers that could be counted twice.
    """
    repeated: list[list[Problem]] = []
    fields = {place: contract[name] for name, place in header.places.items()}
    for merged in grid.merged:
        top, left, bottom, right = merged
        first = grid.rows[top] if header.end <= top < len(grid.rows) else ()
        value = cell_of(first, left)
        if is_blank(value):
            continue
        if right > left and top in kept:
            problem = "横向合并的单元格，值只算第一列的"
            problems.append(Problem(grid.numbers[top], _text(header, left), shown(value), problem, "请拆开后各自填写"))
        kind = fields[left].kind if left in fields else "text"
        if bottom == top or (left in fields and fields[left].name == contract.id_column):
            continue
        filled = [kept[at] for at in range(top + 1, min(bottom + 1, len(grid.rows))) if at in kept]
        for i in filled:
            row = [*rows[i], *[None] * (left + 1 - len(rows[i]))]
            row[left] = value
            rows[i] = row
        if filled and kind in ("yuan", "number"):
            begin = grid.numbers[top]
            problem = f"纵向合并（从第 {begin} 行起共 {bottom - top + 1} 行）的一个数，已填到每一行，合计时会重复"
            action = "请核对，或拆开后各自填写"
            group = [
                Problem(grid.numbers[at], _text(header, left), shown(value), problem, action)
                for at in range(top, min(bottom + 1, len(grid.rows)))
                if at in kept
            ]
            repeated.append(group)
    return repeated


def _add_units(header: Header, rows: list[Sequence[object]], numbers: list[int], problems: list[Problem]) -> None:
    """Give money whose unit stands in a column of its own that unit."""
    for name, beside in header.unit_places.items():
        place = header.places[name]
        above: object = None  # the last unit
        for i, row in enumerate(rows):
            cell, unit = cell_of(row, place), cell_of(row, beside)
            if cleaning.is_ditto(unit):
                if not is_blank(above):
                    fault = f"照上面读作“{shown(above)}”", "请核对"
                    problems.append(Problem(numbers[i], _text(header, beside), shown(unit), *fault))
                    rows[i] = [*row[:beside], above, *row[beside + 1 :]]
                unit = above
            above = above if is_blank(unit) else unit
            changed = with_units(cell, unit)
            if changed is not cell:
                rows[i] = [*rows[i][:place], changed, *rows[i][place + 1 :]]
            elif is_blank(unit) and not is_blank(cell) and not header.units[name]:
                problem = f"这一行没有写“{_text(header, beside)}”，按元读入"
                problems.append(Problem(numbers[i], _text(header, place), shown(cell), problem, "请填写单位"))


def _text(header: Header, place: int) -> str:
    return header.texts[place] if place < len(header.texts) else ""


def row_of(grid: Grid, header: Header) -> int | None:
    """The number of the header's row."""
    return grid.numbers[header.at] or None


def cell_of(row: Sequence[object], place: int) -> object:
    """A cell of a row, None where the row is too short."""
    return row[place] if place < len(row) else None


def shown(cell: object) -> str:
    """A cell as a message quotes it."""
    if cell == cleaning.NO_VALUE:
        return "公式"
    return shorten(cleaning.as_written(cell)[:1000], 80)
