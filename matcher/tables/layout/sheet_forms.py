"""Forms in a sheet, with labels beside their values, as a list: one row a form, one column a label."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from matcher.tables.cells.checkboxes import read_boxes
from matcher.tables.cells.texts import has_no_tick, is_blank, is_ditto, shorten
from matcher.tables.files.grids import Grid, Merged, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import is_period, row_texts
from matcher.tables.headers.units import unit_of
from matcher.tables.layout.indicator_columns import indicator_blocks
from matcher.tables.layout.unit_lines import statements, unit_in_header

_LEAST = 3  # labels that name different fields make a form
_FIRST_ROWS = 12  # filled rows among which these stand
_SHARE = 0.6  # of the rows below the first label that hold a label; those of opinions and seals do not count
_SEALED = re.compile(r"[^:：]{0,15}(?:意见|承诺|声明)[:：(（].*|.*[(（](?:盖章|公章|签字|签章|加盖公章)[)）].*", re.S)
_LONGEST = 30  # characters of a label that names no field
_QUESTION = re.compile("是否|有无|是不是")  # of which a label may be longer
_LOOKED_THROUGH = 40  # filled rows whose labels show in which columns labels stand
_YEARS = re.compile("(?:会计)?年[度份]?")  # over the years of a table in a form
_CORNER = re.compile("(?:(?:主要|经济|财务|统计)*指标|项目|科目)(?:名称)?|(?:会计)?年[度份]?")  # beside them
BESIDE_YEARS = re.compile(  # a header beside them
    r"(?:计量)?单位|备注|说明|(?:近?[三3两2]年)?(?:合计|小计|总计|总和|累计|平均)(?:数|额|值)?|同比.*|(?:年均|平均|复合)*增[长幅速].*"
)
_FIGURE = re.compile(r"[-+−－—/\\约≈¥￥(（\s]*[\d.].*|[-−－—/\\无\s]*|#\S+", re.S)
_OF_WHICH = re.compile(r"^\s*其中\s*[:：]?\s*")  # before a figure that is part of the one above it
_HINT = re.compile(r"[(（【\[]\s*(?:请|如|例|填|注|说明|不超过|可另|限)[^()（）]*[)）】\]]")  # what to write there
FIRM = re.compile(r".+(?:公司|厂|集团|合作社|企业|大学|学院|研究院|研究所|院|所|中心|基地|农场|医院)")
UNIT_LABELS = ("计量单位", "单位")
_OWNERS = ("企业名称", "完成单位")  # labels under which names over the columns of a form are read
_PROJECT, _NUMBERED = "研发项目名称", re.compile(r"RD\s*\d+.*", re.I | re.S)  # and under which projects over them are
_TOTAL = re.compile("合计|小计|总计|共计|合计数")  # over a column that adds up the others


class _Pair(NamedTuple):
    label: str
    value: object
    field: str


class _Beside(NamedTuple):
    """Of a row with one label: its index, the label, what stands behind it, and where its value may begin."""

    at: int
    pair: _Pair
    cells: Sequence[object]
    place: int


def as_list(grid: Grid, names: Callable[[str], str | None], money: Collection[str] = ()) -> tuple[Grid, int] | None:
    """A sheet of forms as a list, and the index of its header; None where the sheet holds no forms.

    names: the field that a text names, "" for a label that nobody misses, None for what is no label. money: the fields
    of money; a line within a form states the unit of those below it, at its end of all. The first label coming again
    begins the next form. Rows that are no part of a form are told.
    """
    first: int | None = None
    forms: list[tuple[int, list[_Pair]]] = []
    remarks: list[Remark] = []
    beside: list[_Beside] = []  # of rows with one label: what stands behind it, where
    over: Sequence[object] = ()  # the row above the first label
    opening = ""  # the first label
    strays: list[Remark] = []
    labels = _label_columns(grid, names)
    by_year, in_years = _by_years(grid), False
    of_indicators = indicator_blocks(grid, names)
    alone = True  # until forms stand side by side
    unit, last = "", list[tuple[int, Sequence[object]]]()  # of the lines that state one; one with nothing below it
    filled = held = 0
    unclear: list[tuple[int, Sequence[object]]] = []
    for at, (row, covered) in enumerate(zip(grid.rows, _covered(grid), strict=True)):
        if all(map(is_blank, row)):
            continue
        in_years = first is not None and at in by_year and alone and (in_years or not by_year[at])  # from its header on
        if in_years:
            found = [_Pair(label, value, names(label) or "") for label, value in by_year[at]]
            forms[-1][1].extend(_in_unit(pair, unit, money) for pair in found)
            last = []
            continue
        if at in of_indicators and forms and alone:
            forms[-1][1].extend(_Pair(label, value, names(label) or "") for label, value in of_indicators[at])
            continue
        read = _pairs(row, names, labels, covered)
        if read is None or (filled >= _FIRST_ROWS and held * 2 < filled):
            return None
        pairs, rest = read
        named = any(pair.field and (not rest or _is_filled(pair.value)) for pair in pairs)  # 合计 may end a header
        if first is None and not named:
            if at > _FIRST_ROWS:
                return None
            over = row
            continue
        first = at if first is None else first
        texts = [(cell, not pairs) for cell in rest] + [(pair.value, False) for pair in pairs]
        if not named and len(texts) == 1:
            said = list(statements(str(texts[0][0]), at, above=texts[0][1]))
            if len(said) == 1 and said[0].clear and len(said[0].units) == 1:
                unit, last = said[0].units[0], [(grid.numbers[at], row)]
                continue
            if said:  # in foreign money, or in several units: as if it stood above
                unclear.append((grid.numbers[at], row))
                continue
        known = named or any(names(pair.label) is not None for pair in pairs)
        sealed = not pairs and len(rest) == 1 and isinstance(rest[0], str) and bool(_SEALED.fullmatch(rest[0].strip()))
        filled, held = filled + (not sealed), held + known
        if pairs and (len(pairs) == 1 or rest):
            start = [text.rstrip("：: ") for text in row_texts(row)].index(pairs[0].label)
            place = next(place for place in range(start + 1, len(row) + 2) if place not in covered)
            beside.append(_Beside(at, _in_unit(pairs[0], unit, money), row[start + 1 :], place))
            alone = alone and sum(map(_is_filled, beside[-1].cells)) < 2
        for pair in pairs:
            if not forms:
                opening = pair.label
            if pair.label == opening:
                unit = "" if forms else unit
                forms.append((at, []))
            forms[-1][1].append(_in_unit(pair, unit, money))
            last = []
        if rest:
            text = shorten(" ".join(filter(None, row_texts(rest))), 80)
            problem = f"表单里的这{'几格' if pairs else '一行'}没看懂，没有读入"
            strays.append(Remark(grid.numbers[at], None, text, problem, "请写进某一项里"))
    fields = {pair.field for _, form in forms for pair in form if pair.field}
    if first is None or len(fields) < _LEAST or held < _SHARE * filled:
        return None
    if len(forms) == 1 and len(beside) == len(forms[0][1]):
        if len({place for *_, place in beside}) > 1 and sum(not is_blank(cell) for cell in beside[0][2]) > 1:
            return None  # the rows of a list, in which a value happens to be called like a label
        forms = _side_by_side(grid, beside, over, names, remarks)
        strays = [one for one in strays if one.row not in {grid.numbers[at] for at, *_ in beside}]
    remarks += strays
    blank = [at for at, form in forms if not any(_is_filled(pair.value) for pair in form)]
    forms = [(at, form) for at, form in forms if at not in blank]
    for at in blank:
        problem = "从这一行起是空白的表单（样表），没有填写，不作记录"
        remarks.append(Remark(grid.numbers[at], None, "", problem, "请填写，或删去"))
    keys = list(dict.fromkeys(key for _, form in forms for key, _ in _counted(form))) or [
        (label, 0) for label in sorted(fields)
    ]
    body = [list(map(dict(_counted(form)).get, keys)) for _, form in forms]
    problem = f"这是竖排的表单，每份作一条记录，共 {len(forms)} 条"
    told = Remark(None, None, "", problem, "若不是，请改成一行一条的表")
    lines = [*unclear, *last]
    rows = [*grid.rows[:first], *(row for _, row in lines), [label for label, _ in keys], *body]
    numbers = [*grid.numbers[:first], *(number for number, _ in lines), 0, *(grid.numbers[at] for at, _ in forms)]
    return Grid(
        grid.sheet, rows, numbers, bad=grid.bad, remarks=(*grid.remarks, told, *remarks), hidden=grid.hidden
    ), first + len(lines)


def _in_unit(pair: _Pair, unit: str, money: Collection[str]) -> _Pair:
    """A label of money without its unit, with that of the line above it."""
    told = not unit or pair.field not in money or unit_in_header(pair.label)
    return pair if told else pair._replace(label=f"{pair.label}（{unit}）")


def _by_years(grid: Grid) -> dict[int, list[tuple[str, object]]]:
    """The rows of tables of figures by year in a form, as labels and values; none of their headers.

    年度, 销售收入 stand over 2023年, 3500, or 项目, 2023年 over 销售收入, 3500. What stands beside the years (备注) is
    of its row; a row with a value below the first year alone is a label beside it.
    """
    found: dict[int, list[tuple[str, object]]] = {}
    heads: list[str] = []
    start, down, unit = 0, False, ""
    for at, row in enumerate(grid.rows[: 50 * _LOOKED_THROUGH]):
        texts = row_texts(row)
        corner = next((place for place, text in enumerate(texts) if text), None)
        corner = corner if corner is not None and _CORNER.fullmatch(header_key(texts[corner])) else None
        others = list(filter(None, texts[corner + 1 :])) if corner is not None else []
        years = [text for text in others if is_period(text)]
        across = len(years) > 1 and len(years) + sum(map(is_beside_years, others)) == len(others)
        if corner is not None and others and (across or (not years and _YEARS.fullmatch(header_key(texts[corner])))):
            start, heads, down, unit, found[at] = corner, texts, not across, "", []
            continue
        cells = list(zip(heads, texts, row, strict=False))[start:] if heads else []
        first = cells[0][1] if cells else ""
        figures = [one for one in cells[1:] if not is_beside_years(one[0])]
        if not first or is_period(first) is not down or not all(_FIGURE.fullmatch(text) for _, text, _ in figures):
            heads = []
            continue
        said_unit = next((text for head, text, _ in cells if text and header_key(head) in UNIT_LABELS), "")
        unit = unit if is_ditto(said_unit) else said_unit
        label = f"{first}（{unit}）" if unit else first
        named = [(head, cell) for head, text, cell in figures if head and text]
        found[at] = [(_of_year(label, head) if down else _of_year(head, label), cell) for head, cell in named]
        if not down and only_first({head: text for head, text, _ in figures if head}):
            found[at] = [(label, named[0][1])]
        said = [(head, cell) for head, text, cell in cells[1:] if text and is_beside_years(head)]
        found[at] += [(beside_label(head, first), cell) for head, cell in said if header_key(head) not in UNIT_LABELS]
    return {at: pairs for at, pairs in found.items() if pairs or found.get(at + 1)}


def is_beside_years(head: str) -> bool:
    """Whether a header is of no year, in a table whose other headers are."""
    return bool(BESIDE_YEARS.fullmatch(header_key(head)))


def only_first(cells: Mapping[str, object]) -> bool:
    """Whether of the cells of several years that of the first alone is filled: 职工总数, 120 below such a table.

    Not so where the first year is the last one, as a new firm has figures of no other.
    """
    filled = [year for year, cell in cells.items() if not is_blank(cell)]
    return len(cells) > 1 and filled == [*cells][:1] and filled[0] != max(cells)


def beside_label(head: str, first: str) -> str:
    """The label of what stands beside the years of a figure: 备注（销售收入）."""
    return f"{head}（{re.split('[（(]', first)[0].strip('：: ')}）"


def _of_year(year: str, label: str) -> str:
    return year.removesuffix(".0") + _OF_WHICH.sub("", label).rstrip("：: ")


def _label_columns(grid: Grid, names: Callable[[str], str | None]) -> set[int]:
    """The columns in which labels stand that name something."""
    filled = [row for row in grid.rows[: 10 * _LOOKED_THROUGH] if not all(map(is_blank, row))][:_LOOKED_THROUGH]
    return {
        place
        for row in filled
        for place, text in enumerate(row_texts(row))
        if text and isinstance(row[place], str) and names(text) is not None
    }


def _covered(grid: Grid) -> Iterator[set[int]]:
    """For each row the columns that belong to a merged cell which begins left of them."""
    waiting = sorted((cells for cells in grid.merged if cells.right > cells.left), reverse=True)
    here: list[Merged] = []
    for at in range(len(grid.rows)):
        here = [cells for cells in here if at <= cells.bottom]
        while waiting and waiting[-1].top <= at:
            here.append(waiting.pop())
        yield {place for cells in here for place in range(cells.left + 1, cells.right + 1)}


def _is_filled(value: object) -> bool:
    """Whether the value of a label is more than what a blank form says of it."""
    if not isinstance(value, str):
        return not is_blank(value)
    return not (is_blank(value) or _HINT.fullmatch(value.strip()) or has_no_tick(value))


def _side_by_side(
    grid: Grid,
    rows: Sequence[_Beside],
    over: Sequence[object],
    names: Callable[[str], str | None],
    remarks: list[Remark],
) -> list[tuple[int, list[_Pair]]]:
    """A form for each column that the first label has a value in; what stands in another column is told.

    over: the row above; where it has a text over each of these columns, and only there, each form has its own.
    """
    first, pair, top, _ = rows[0]
    units = _unit_column(over, rows)
    filled = (
        _of_firms(over, rows) if all(map(is_blank, top)) else [at for at, one in enumerate(top) if not is_blank(one)]
    )
    columns = [place for place in filled if place != units] or [0]
    start = len(over) - len(top)
    totals = [at for at, text in enumerate(row_texts(over)[max(start, 0) :]) if _TOTAL.fullmatch(text)]
    apart = [place for place in columns if place not in totals]
    if totals and len(apart) > 1:
        columns = apart
        rows = [row._replace(cells=[None if i in totals else cell for i, cell in enumerate(row.cells)]) for row in rows]
        remarks.append(Remark(None, None, "", "“合计”一列是各列之和，没有读入", "请核对"))
    if units >= 0:
        rows = [_with_unit(row, units) for row in rows]
    elif len(columns) == 1:
        columns = []
    for at, pair, cells, _ in rows:
        stray = [cell for place, cell in enumerate(cells) if not is_blank(cell) and place not in columns]
        stray = [cell for cell in stray if columns or cell is not pair.value]
        if stray:
            text = shorten(" ".join(filter(None, row_texts(stray))), 80)
            remarks.append(Remark(grid.numbers[at], None, text, "表单里的这一格不知属于哪一条，没有读入", "请核对"))
    if not columns:
        return [(first, [pair for _, pair, *_ in rows])]
    heads = _heads(over, start, columns)
    forms = [
        (first, [pair._replace(value=cells[place] if place < len(cells) else None) for _, pair, cells, _ in rows])
        for place in columns
    ]
    if heads:
        label = _label_of(heads, {pair.field for _, pair, *_ in rows}, names) or next(filter(None, row_texts(over)))
        label = label if label not in heads else "栏目"
        value = shorten("、".join(heads), 80)
        problem = f"各列上方写的（{value}）当作各条的“{label}”"
        remarks.append(Remark(None, None, value, problem, "若不是，请改成一行一条的表"))
        forms = [
            (at, [*form, _Pair(label, head, names(label) or "")]) for (at, form), head in zip(forms, heads, strict=True)
        ]
    return forms


def _of_firms(over: Sequence[object], rows: Sequence[_Beside]) -> list[int]:
    """The columns behind the labels with a firm's name in the row above; 备注 above one makes no form of it."""
    heads = [text.strip() for text in row_texts(over)][max(len(over) - len(rows[0][2]), 0) :]
    return [place for place, head in enumerate(heads) if FIRM.fullmatch(head)]


def _unit_column(over: Sequence[object], rows: Sequence[_Beside]) -> int:
    """Which column behind the labels holds nothing but their units, below 单位 in the row above; -1 for none."""
    heads = [header_key(text) for text in row_texts(over)][len(over) - len(rows[0][2]) :]
    for place in (place for place, head in enumerate(heads) if head in UNIT_LABELS):
        cells = [cells[place] for _, _, cells, _ in rows if place < len(cells) and not is_blank(cells[place])]
        if cells and all(isinstance(cell, str) and unit_of(cell.strip()) is not None for cell in cells):
            return place
    return -1


def _with_unit(row: _Beside, place: int) -> _Beside:
    """A row whose unit stands behind its label, and no more in a column of its own."""
    at, pair, cells, start = row
    unit = cells[place] if place < len(cells) else None
    if is_blank(unit):
        return row
    return _Beside(
        at, pair._replace(label=f"{pair.label}（{unit}）"), [*cells[:place], None, *cells[place + 1 :]], start
    )


def _heads(over: Sequence[object], start: int, columns: Sequence[int]) -> list[str]:
    """What stands above each of the columns, counted from `start`; [] where a column has none."""
    texts = row_texts(over)
    heads = [texts[start + place] if 0 < start + place < len(texts) else "" for place in columns]
    return heads if all(heads) else []


def _label_of(heads: Sequence[str], taken: Collection[str], names: Callable[[str], str | None]) -> str:
    """The label of what all heads are names of, firms or projects, where no other label of the form is for it."""
    firms, projects = (all(map(kind.fullmatch, heads)) for kind in (FIRM, _NUMBERED))
    labels = _OWNERS if firms else (_PROJECT,) if projects else ()
    return next((label for label in labels if (names(label) or "") not in ("", *taken)), "")


def _counted(form: Sequence[_Pair]) -> Iterator[tuple[tuple[str, int], object]]:
    """The values of a form by label and how often the label came before."""
    times: dict[str, int] = {}
    for label, value, _ in form:
        yield (label, times.get(label, 0)), value
        times[label] = times.get(label, 0) + 1


def _pairs(
    row: Sequence[object], names: Callable[[str], str | None], columns: Collection[int], covered: Collection[int]
) -> tuple[list[_Pair], list[object]] | None:
    """The labels of a row with the values behind them, and the cells that are neither; None for the header of a list:
    labels side by side without one value.

    columns: those in which labels stand; a text there is a label too, whatever it names, where a value follows.
    covered: places that belong to merged cells.
    """
    cells = [(place, cell, text) for (place, cell), text in zip(enumerate(row), row_texts(row), strict=True) if text]
    meanings = [names(text) if isinstance(cell, str) else None for _, cell, text in cells]
    apart = all(here[0] + 1 < there[0] and there[0] - 1 not in covered for here, there in pairwise(cells))
    if len(cells) > 1 and all(meaning is not None for meaning in meanings) and not apart:
        return None
    pairs: list[_Pair] = []
    rest: list[object] = []
    at = 0
    while at < len(cells):
        place, cell, text = cells[at]
        label = text.rstrip("：: ")
        follows = at + 1 < len(cells) and meanings[at + 1] is None
        if follows and meanings[at] is not None:
            there = cells[at + 1][0]  # behind a blank value the next label stands
            behind = at + 2 < len(cells)  # else there is no value of a next label
            follows = not (behind and there > place + 1 and place + 1 not in covered and there in columns)
        short = len(label) <= _LONGEST or bool(_QUESTION.search(label))
        strange = follows and isinstance(cell, str) and short and read_boxes(text) is None
        strange = strange and ((len(cells) == 2 and not at) or place in columns)
        if meanings[at] is not None or strange:
            value = cells[at + 1][1] if follows else None
            at += 1 + follows
            while follows and at < len(cells) and all(read_boxes(cells[i][2]) for i in (at - 1, at)):
                value = f"{value} {cells[at][1]}"
                at += 1
            pairs.append(_Pair(label, value, names(text) or ""))
            continue
        rest.append(cell)
        at += 1
    return pairs, rest
