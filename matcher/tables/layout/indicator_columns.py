"""Indicators of needs in columns of their own (指标名称, 目标值, 单位), put together as the text that people write."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcher.tables.cells.texts import as_written, clean_text, is_ditto, is_nothing
from matcher.tables.files.grids import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import HeaderRows

_NAME = re.compile("(?:主要|关键|核心|考核|技术|性能|参数)*(?:指标|参数)(?:名称|项目?|内容)?")
_VALUE = re.compile(
    "(?:拟|需|应|要求|期望|预期|预计)?(?:达到)?的?(?:技术)?(?:目标|指标|要求|期望|预期|参数)?(?:数值|值|水平)(?:要求)?|目标|要求"
)
_UNIT = re.compile("(?:计量|指标|参数|数值)?单位")
_NUMBER = re.compile(r"(.*\d)(\s*(?:及?以[上下内]|左右))?", re.S)
_COMPARED = re.compile(r"\s*[≥≤<>＜＞=±~～≈]|不[低高少多大小超]")
_COMPARES = re.compile("[≥≤<>＜＞±]")  # in a whole indicator, not in a name
_LONGEST_UNIT = 12  # characters


def compose_indicators(grid: Grid, rows: HeaderRows, texts: Sequence[str], title: str) -> tuple[Grid, list[str]] | None:
    """The sheet with one column of indicators, under the header `title`, in place of those of their names, values and
    units, and its headers; None for another sheet.

    A unit that is merged over several rows, or said to be that above, is that of each.
    """
    keys = [header_key(parts[-1] if parts else "") for parts in rows.parts]
    name = next((at for at, key in enumerate(keys) if _NAME.fullmatch(key)), len(keys))
    value = next((at for at in range(name + 1, min(name + 4, len(keys))) if _VALUE.fullmatch(keys[at])), None)
    if value is None:
        return None
    unit = next((at for at in (value + 1, value - 1) if at < len(keys) and _UNIT.fullmatch(keys[at])), None)
    if unit is None and not keys[value].endswith("值"):
        return None
    body = [[*row, *[None] * (len(keys) - len(row))] for row in grid.rows[rows.end :]]
    units = ["" if unit is None else clean_text(as_written(row[unit])) for row in body]
    for top, left, bottom, _ in grid.merged:
        if left == unit and top >= rows.end:
            units[top - rows.end : bottom + 1 - rows.end] = [units[top - rows.end]] * (bottom + 1 - top)
    if any(len(one) > _LONGEST_UNIT for one in units) or any(_COMPARES.search(as_written(row[name])) for row in body):
        return None
    for i, row in enumerate(body):
        if is_ditto(units[i]):
            units[i] = units[i - 1] if i else ""
        said, asked = (clean_text(as_written(row[at])) for at in (name, value))
        row[name] = _indicator(said, asked, units[i]) or None
        row[value] = None
        if unit is not None:
            row[unit] = None
    taken = {value, unit}
    quoted = "”“".join(texts[at] for at in (name, value, unit) if at is not None)
    told = Remark(grid.numbers[rows.at], name, "", f"“{quoted}”各列合成“{title}”，一行一项", "请核对")
    heads = [title if at == name else "" if at in taken else text for at, text in enumerate(texts)]
    lines = [*grid.rows[: rows.end], *body]
    return grid._replace(rows=lines, remarks=(*grid.remarks, told)), heads


def _indicator(name: str, value: str, unit: str) -> str:
    """抗拉强度≥320MPa of its parts; a name or a value alone is left as it is."""
    if is_nothing(value) or is_nothing(name):
        return name if is_nothing(value) else value
    match = _NUMBER.fullmatch(value)
    if match and not is_nothing(unit) and not value.endswith(unit):
        value = f"{match[1]}{unit}{match[2] or ''}"
    return name + ("" if _COMPARED.match(value) else "：") + value
