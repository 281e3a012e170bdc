"""A statistical form of one firm, with indicators on the left and a column of figures, or one a year, as a record."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcher.tables.cells.texts import as_written, is_blank, is_ditto
from matcher.tables.files.sheets import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import is_period, row_texts
from matcher.tables.layout.sheet_forms import UNIT_LABELS, beside_label, is_beside_years, only_first

_FIRST_ROWS = 20  # among which its header stands
_LEAST = 3  # indicators that it has
_INDICATOR = re.compile("(?:主要|经济|财务|统计)*指标(?:名称)?|科目(?:名称)?|项目(?:名称)?")
_CODE = ("代码", "指标代码", "代号", "行次")
_VALUE = re.compile("数[量值额]|金额|本[年期](?:累计|实际|发生)?(?:数|额|值)?|期末(?:数|余额)?|合计")
_OF_BEFORE = re.compile("(?:上年|去年|上期|年初|期初).*")

_WHO = re.compile(
    r"(?:\d{1,3}\s*)?((?:法人)?(?:单位|企业)(?:详细)?名称|统一社会信用代码)(?:[（(][^()（）]*[)）])?[:：]\s*(\S.*)"
)


def _pairs(row: Sequence[object]) -> dict[str, object]:
    """The labels of a row above, with the values behind them; {} for a row of other texts."""
    filled = [(text, cell) for text, cell in zip(row_texts(row), row, strict=True) if text]
    if len(filled) % 2 or any(re.search("[:：]|^附[件表]", text) for text, _ in filled):
        return {}
    return {label: value for (label, _), (_, value) in zip(filled[::2], filled[1::2], strict=True)}


def as_record(grid: Grid) -> Grid | None:
    """The form with its indicators as headers, their units in brackets, over a row of figures; None for another sheet.

    The name and the code of the firm above or below its header (单位名称：某公司) are part of it.
    """
    for at, row in enumerate(grid.rows[:_FIRST_ROWS]):
        heads = row_texts(row)
        keys = [header_key(text) for text in heads]
        labels = [place for place, key in enumerate(keys) if _INDICATOR.fullmatch(key)]
        units = [place for place, key in enumerate(keys) if key in UNIT_LABELS]
        values = [place for place, key in enumerate(keys) if _VALUE.fullmatch(key)]
        columns = {place: text.removesuffix(".0") for place, text in enumerate(heads) if is_period(text)}
        known = (*_CODE, "序号", *filter(is_beside_years, keys))
        beside = [key for key in keys if key and key not in known and not _OF_BEFORE.fullmatch(key)]
        if len(labels) != 1 or len(units) > 1:
            continue
        if len(values) == len(units) == 1 and len(beside) == 2:
            columns = {values[0]: ""}
        elif len(columns) < 2 or len(beside) != len(columns) + 1:
            continue
        merged_units = {
            row: grid.rows[one.top][one.left]
            for one in grid.merged
            if units and one.left <= units[0] <= one.right
            for row in range(one.top, one.bottom + 1)
        }
        kept: dict[str, object] = {}  # the first of one name
        unit = ""
        further: tuple[Remark, ...] = ()
        for here in range(at + 1, len(grid.rows)):
            number, below = grid.numbers[here], grid.rows[here]
            if [header_key(text) for text in row_texts(below)] == keys:
                left = "下面还有一张指标表，从这一行起没有读入"
                further = (Remark(number, None, "", left, "请一家企业一个工作表，再用 matcher gather 合成一张"),)
                break
            said = [*row_texts(below), *[""] * len(keys)]
            label, said_unit = said[labels[0]], said[units[0]] or as_written(merged_units.get(here)) if units else ""
            unit = unit if is_ditto(said_unit) else said_unit
            if not label or (label == "甲" and unit in ("", "乙", "丙")):
                continue  # the numbers of the columns
            cells = {place: below[place] if place < len(below) else None for place in columns}
            label += f"（{unit}）" if unit else ""
            alone = only_first({year: cells[place] for place, year in columns.items()})
            for place, year in columns.items():
                if not is_blank(value := cells[place]):
                    kept.setdefault(label if alone else year + label, value)
            for place, head in enumerate(heads):
                if said[place] and is_beside_years(head) and place not in units:
                    kept.setdefault(beside_label(head, label), below[place])
        if (many := len(kept)) < _LEAST:
            return None
        near = (*grid.rows[:at], *grid.rows[at + 1 : at + 3])
        named = [_WHO.fullmatch(text.strip()) for one in near for text in row_texts(one)]
        pairs = [_pairs(one) for one in grid.rows[:at]]
        who = {one[1]: one[2].strip() for one in named if one}
        kept = {label: value for one in pairs for label, value in one.items()} | who | kept
        above = [[] if taken else one for taken, one in zip(pairs, grid.rows, strict=False)]
        problem = f"这是一家企业的指标表（指标在左，数在右），作一条记录，共 {many} 项"
        told = Remark(None, None, "", problem, "若不是，请改成一家一行、一项一列")
        return grid._replace(
            rows=[*above, [*kept], [*kept.values()]],
            numbers=[*grid.numbers[: at + 1], grid.numbers[at] + 1],
            remarks=(*grid.remarks, told, *further),
            merged=(),
        )
    return None
