"""A statistical form of one firm, with indicators on the left and one column of figures, as a record."""

from __future__ import annotations

import re

from matcher.tables.cells.texts import is_blank
from matcher.tables.files.sheets import Grid, Remark
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import row_texts
from matcher.tables.layout.sheet_forms import UNIT_LABELS

_FIRST_ROWS = 20  # among which its header stands
_LEAST = 3  # indicators that it has
_INDICATOR = re.compile("(?:主要|经济|财务|统计)*指标(?:名称)?|科目(?:名称)?|项目(?:名称)?")
_CODE = ("代码", "指标代码", "代号", "行次")
_VALUE = re.compile("数[量值额]|金额|本[年期](?:累计|实际|发生)?(?:数|额|值)?|期末(?:数|余额)?|合计")
_OF_BEFORE = re.compile("(?:上年|去年|上期|年初|期初).*")

_WHO = re.compile(
    r"(?:\d{1,3}\s*)?((?:法人)?(?:单位|企业)(?:详细)?名称|统一社会信用代码)(?:[（(][^()（）]*[)）])?[:：]\s*(\S.*)"
)


def as_record(grid: Grid) -> Grid | None:
    """The form with its indicators as headers, their units in brackets, over a row of figures; None for another sheet.

    The name and the code of the firm above its header (单位名称：某公司) are part of it.
    """
    for at, row in enumerate(grid.rows[:_FIRST_ROWS]):
        keys = [header_key(text) for text in row_texts(row)]
        labels = [place for place, key in enumerate(keys) if _INDICATOR.fullmatch(key)]
        units = [place for place, key in enumerate(keys) if key in UNIT_LABELS]
        values = [place for place, key in enumerate(keys) if _VALUE.fullmatch(key)]
        known = (*UNIT_LABELS, *_CODE, "序号", "备注")
        beside = [key for key in keys if key and key not in known and not _OF_BEFORE.fullmatch(key)]
        if not (len(labels) == len(units) == len(values) == 1 and len(beside) == 2):
            continue
        kept: dict[str, object] = {}  # the first of one name
        further: tuple[Remark, ...] = ()
        for number, below in zip(grid.numbers[at + 1 :], grid.rows[at + 1 :], strict=True):
            if [header_key(text) for text in row_texts(below)] == keys:
                left = "下面还有一张指标表，从这一行起没有读入"
                further = (Remark(number, None, "", left, "请一家企业一个工作表，再用 matcher gather 合成一张"),)
                break
            said = [*row_texts(below), *[""] * len(keys)]
            if said[labels[0]] == "甲" and said[units[0]] in ("乙", "丙"):
                continue  # the numbers of the columns
            value = below[values[0]] if values[0] < len(below) else None
            if said[labels[0]] and said[units[0]] and not is_blank(value):
                kept.setdefault(f"{said[labels[0]]}（{said[units[0]]}）", value)
        if len(kept) < _LEAST:
            return None
        many = len(kept)
        above = [_WHO.fullmatch(text.strip()) for one in grid.rows[:at] for text in row_texts(one)]
        kept = {who[1]: who[2].strip() for who in above if who} | kept
        problem = f"这是一家企业的指标表（指标在左，数在右），作一条记录，共 {many} 项"
        told = Remark(None, None, "", problem, "若不是，请改成一家一行、一项一列")
        return grid._replace(
            rows=[*grid.rows[:at], [*kept], [*kept.values()]],
            numbers=[*grid.numbers[: at + 1], grid.numbers[at] + 1],
            remarks=(*grid.remarks, told, *further),
            merged=(),
        )
    return None
