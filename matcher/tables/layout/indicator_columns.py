"""Indicators of needs in columns of their own (指标名称, 目标值, 单位), put together as the text that people write."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from matcher.tables.cells.texts import as_written, is_ditto, is_nothing
from matcher.tables.files.sheets import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import HeaderRows, row_texts
from matcher.tables.naming.names import is_unit

_NAME = re.compile("(?:主要|关键|核心|考核|技术|性能|参数)*(?:指标|参数)(?:名称|项目?|内容)?")
_VALUE = re.compile(
    "(?:拟|需|应|要求|期望|预期|预计)?(?:达到)?的?(?:技术)?(?:目标|指标|要求|期望|预期|参数)?(?:数值|值|水平)(?:要求)?|目标|要求"
)
_UNIT = re.compile("(?:计量|指标|参数|数值)?单位")
_LEVEL = re.compile(".*(?:水平|值|现状|情况|权重)")  # between the values and their units
_NUMBER = re.compile(r"(.*\d[百千万亿]*)(\s*(?:及?以[上下内]|左右))?", re.S)
_COMPARED = re.compile(r"\s*[≥≤<>＜＞=±~～≈]|不[低高少多大小超]")
_COMPARES = re.compile("[≥≤<>＜＞±]")  # in a whole indicator, not in a name
_SERIAL = re.compile(r"[(（]?(\d{1,2})(?:[、)）]|[.．](?!\d))\s*")  # of a line in a cell
_SERIALS = ("序号", "序", "No", "NO", "No.")
_LONGEST_UNIT = 12  # characters
_ONE_UNIT = (
    r"(?:(?:[kKMGTmcdnpμµu](?=[a-zA-ZΩ]))?(?:Pa|Hz|Wh|Ah|VA|mol|bar|ppm|ppb|rpm|min|rad|eV|lx|lm|dB(?:\([A-Z]\))?|cP|"
    r"H(?:RC|RB|RA|BW?|V|A)|(?:[kMGm]W)|[mgsVNJKLlhrtΩ])|℃|°C?|K|Nm)(?:\^?-?[23²³])?"
)
_TECHNICAL = re.compile(  # a unit in which things are measured, and money, persons and firms are not
    rf"{_ONE_UNIT}(?:[/·•.*×]\(?{_ONE_UNIT}(?:[·•.*×]{_ONE_UNIT})?\)?)*|毫米|厘米|微米|纳米|兆帕|千帕|摄氏度|分贝|转/分钟?"
)
_AMOUNT = re.compile("k?m|m[23²³]|s|min|h|k?g|t|m?[lL]|[kM]?Wh|K")  # of a road, a job, a purchase or thousands as well
_SHARE_OF_A_THING = re.compile(  # per cent of anything else may be of money, persons or progress
    ".*(?:(?:合格|成品|良品?|伸长|延伸|收缩|压缩|回收|去除|脱除|吸水|含水|孔隙|透光|透过|磨损|失重|识别|准确|误报)率|"
    "纯度|含量|浓度|湿度|精度|误差)"
)
_MEASURED = re.compile(
    r"(?!现有?|目前|当前|实际|原(?![料子])|.{1,6}前)(.{2,20}?)\s*(?:[(（\[]((?:[^()（）\[\]]|\([^()]*\))+)[)）\]]|[/／](\S{1,8}))"
)
_OF_THE_FIRM = re.compile(  # in the name of a figure that no outcome is held to
    r"占|比[重例]|收入|投入|研发|股|税|利润|增[长速幅]|人员|进度|预算|经费|年产|产[值量能]|销[售量]|规模|金额|价"
)
_FIGURE = re.compile(r"[^\W\d_]{0,4}[≥≤<>＜＞=±~～≈约\s]*[-−]?\d.*", re.S)


class _Places(NamedTuple):
    """The columns of the names, values and units of indicators; `unit` None for none."""

    name: int
    value: int
    unit: int | None


def compose_indicators(grid: Grid, rows: HeaderRows, texts: Sequence[str], title: str) -> tuple[Grid, list[str]] | None:
    """The sheet with one column of indicators, under the header `title`, in place of those of their names, values and
    units, and its headers; None for another sheet.
    """
    places = _places([parts[-1] if parts else "" for parts in rows.parts])
    said = places and _indicators(grid, places, rows.end, len(grid.rows))
    if not places or said is None:
        return None
    width = len(texts)
    body = [[*row, *[None] * (width - len(row))] for row in grid.rows[rows.end :]]
    for row, indicator in zip(body, said, strict=True):
        for at in filter(None, places):
            row[at] = None
        row[places.name] = indicator or None
    named = [texts[at] for at in places if at is not None]
    told = Remark(grid.numbers[rows.at], places.name, "", f"“{'”“'.join(named)}”合成“{title}”，一行一项", "请核对")
    heads = [title if at == places.name else "" if at in places[1:] else text for at, text in enumerate(texts)]
    return grid._replace(rows=[*grid.rows[: rows.end], *body], remarks=(*grid.remarks, told)), heads


def measured_columns(
    rows: Sequence[Sequence[object]], texts: Sequence[str], knows: Callable[[str], bool]
) -> tuple[list[int], list[str]]:
    """The columns each of one indicator, whose unit stands in its header (抗拉强度（MPa）), and for each row these
    indicators, a line each. Columns that `knows` tells of, and those that hold no figures, are none.
    """
    found: dict[int, re.Match[str]] = {}
    for at, text in enumerate(texts):
        match = _MEASURED.fullmatch(text.strip())
        if not match or knows(text) or _VALUE.fullmatch(match[1]) or _OF_THE_FIRM.search(match[1]):
            continue
        if not _is_measured(match[1], _unit_of_header(match)):
            continue
        cells = [as_written(row[at]).strip() for row in rows if at < len(row) and not is_nothing(as_written(row[at]))]
        if cells and all(map(_FIGURE.fullmatch, cells)):
            found[at] = match
    said = [
        [
            _indicator(one[1], as_written(row[at]).strip(), _unit_of_header(one))
            for at, one in found.items()
            if _says(row, at)
        ]
        for row in rows
    ]
    return [*found], ["\n".join(lines) for lines in said]


def _is_measured(name: str, unit: str) -> bool:
    """Whether a name with a unit is that of a property of a thing."""
    if unit in ("%", "‰"):
        return bool(_SHARE_OF_A_THING.fullmatch(name))
    return len(unit) <= _LONGEST_UNIT and bool(_TECHNICAL.fullmatch(unit)) and not _AMOUNT.fullmatch(unit)


def _unit_of_header(measured: re.Match[str]) -> str:
    return (measured[2] or measured[3]).strip()


def _says(row: Sequence[object], at: int) -> bool:
    return at < len(row) and not is_nothing(as_written(row[at]))


def indicator_blocks(grid: Grid, names: Callable[[str], str | None]) -> dict[int, list[tuple[str, object]]]:
    """The rows of tables of indicators in a form, as labels and values; all of a table stands in that of its header.

    names: the field that a text names, None for what is no label. A table ends where a label stands in its first
    column, or in that of the label before its header (主要技术指标).
    """
    found: dict[int, list[tuple[str, object]]] = {}
    end = 0
    for at, row in enumerate(grid.rows):
        if at < end or not any(isinstance(cell, str) and ("指标" in cell or "参数" in cell) for cell in row):
            continue
        heads = row_texts(row)
        places = _places(heads)
        if places is None:
            continue
        label = next((place for place in range(places.name) if heads[place] not in ("", *_SERIALS)), places.name)
        end = at + 1
        while end < len(grid.rows) and _goes_on(row_texts(grid.rows[end]), places, label, names):
            end += 1
        said = _indicators(grid, places, at + 1, end)
        if end == at + 1 or said is None:
            continue
        found |= {here: [] for here in range(at, end)}
        found[at] = [(heads[label] if label < places.name else "技术指标", "\n".join(filter(None, said)))]
        for place, head in enumerate(heads):
            if head and place > places.name and place not in places:
                lines = _beside(grid.rows[at + 1 : end], places.name, place)
                found[at] += [(head, "\n".join(lines))] if lines else []
    return found


def _places(heads: Sequence[str]) -> _Places | None:
    """Where the names, values and units of indicators stand, by the headers; without a column of units only beside one
    of values so called.
    """
    keys = [header_key(text) for text in heads]
    for value, key in enumerate(keys):
        if not _VALUE.fullmatch(key):
            continue
        name = next((at for at in range(max(0, value - 3), value) if _is_name(keys, at)), None)
        unit = None if name is None else _unit_of(keys, name, value)
        if name is not None and (unit is not None or key.endswith("值")):
            return _Places(name, value, unit)
    return None


def _unit_of(keys: Sequence[str], name: int, value: int) -> int | None:
    """Where the units of values stand: next to them, or with other levels in between."""
    near = itertools.chain(range(value + 1, min(value + 4, len(keys))), range(value - 1, name, -1))
    between = {at: keys[min(at, value) + 1 : max(at, value)] for at in near if _UNIT.fullmatch(keys[at])}
    return next((at for at, levels in between.items() if all(map(_LEVEL.fullmatch, levels))), None)


def _beside(rows: Sequence[Sequence[object]], name: int, place: int) -> list[str]:
    """What a further column says of each indicator (现有水平), with its name."""
    texts = [[*row_texts(row), *[""] * (place + 1 - len(row))] for row in rows]
    return [_indicator(row[name], row[place], "") for row in texts if not is_nothing(row[place])]


def _is_name(keys: Sequence[str], at: int) -> bool:
    """Whether a header is of names of indicators, and no label before another such header."""
    return bool(_NAME.fullmatch(keys[at])) and not (keys[at + 1 :] and _NAME.fullmatch(keys[at + 1]))


def _goes_on(texts: Sequence[str], places: _Places, label: int, names: Callable[[str], str | None]) -> bool:
    """Whether a row of a form is one of its table of indicators; label: where the label of the table stands."""
    filled = [place for place, text in enumerate(texts) if text]
    if not filled or filled[0] > places.value or (label < places.name and filled[0] <= label):
        return False
    return label < places.name or names(texts[filled[0]]) is None


def _indicators(grid: Grid, places: _Places, start: int, end: int) -> list[str] | None:
    """The indicators of each of these rows, "" for none; None where the names are whole indicators, or units are none,
    as where they are those that the needs are of.

    A unit that is merged over several rows, or said to be that above, is that of each.
    """
    rows = [[*row, *[None] * (max(filter(None, places)) + 1 - len(row))] for row in grid.rows[start:end]]
    units = [as_written(row[places.unit]).strip() if places.unit is not None else "" for row in rows]
    for top, left, bottom, _ in grid.merged:
        if left == places.unit and start <= top and bottom < end:
            units[top - start : bottom + 1 - start] = [units[top - start]] * (bottom + 1 - top)
    above = ""
    for i, unit in enumerate(units):
        units[i] = above if is_ditto(unit) else unit
        above = units[i] or above
    no_units = any(len(one) > _LONGEST_UNIT or is_unit(one) for unit in units for one in unit.split("\n"))
    if no_units or any(_COMPARES.search(as_written(row[places.name])) for row in rows):
        return None
    return [_of_row(row[places.name], row[places.value], unit) for row, unit in zip(rows, units, strict=True)]


def _of_row(name: object, value: object, unit: str) -> str:
    """The indicators of a row, a line each where its cells list as many names as values."""
    names, values, units = (
        [text for text in row_texts(as_written(cell).split("\n")) if text] for cell in (name, value, unit)
    )
    if len(names) == len(values) > 1 and len(units) in (0, 1, len(names)):
        listed = [_unnumbered(lines) for lines in (names, values, units)]
        if listed[0] != names or all(re.search(r"\d", text) for text in values):
            units = listed[2] if len(units) > 1 else [unit] * len(names)
            return "\n".join(map(_indicator, *listed[:2], units))
    return _indicator(" ".join(names), " ".join(values), " ".join(units))


def _unnumbered(lines: list[str]) -> list[str]:
    """Lines without the numbers that count them."""
    found = [_SERIAL.match(text) for text in lines]
    if [one and int(one[1]) for one in found] != [*range(1, len(lines) + 1)]:
        return lines
    return [_SERIAL.sub("", text, count=1) for text in lines]


def _indicator(name: str, value: str, unit: str) -> str:
    """抗拉强度≥320MPa of its parts; a name or a value alone is left as it is."""
    if is_nothing(value):
        return name
    if not is_nothing(unit) and unit not in value and re.search(r"\d", value):
        match = _NUMBER.fullmatch(value)
        value = f"{match[1]}{unit}{match[2] or ''}" if match else f"{value}（{unit}）"
    return value if is_nothing(name) else name + ("" if _COMPARED.match(value) else "：") + value
