"""Numbers with any unit behind them (800吨, 3000辆以上): the number and its unit, apart."""

from __future__ import annotations

import re

from matcher.tables.cells.numbers import AREA_WORDS, COUNT_WORDS, FOREIGN_WORDS, MONEY_WORDS, TIME_WORDS
from matcher.tables.cells.texts import half_width

_ONE_NAME = {"kg": "公斤", "千克": "公斤", "t": "吨", "g": "克", "m": "米", "km": "公里", "千米": "公里", "l": "升"}
_ONE_NAME |= {"m2": "平方米", "平米": "平方米", "m3": "立方米", "方": "立方米", "台(套)": "台套"}
_words = str.split
_MEASURES = _words(
    "吨 克 斤 毫升 亩 公顷 千瓦 兆瓦 kw mw 千瓦时 度 辆 艘 架 只 头 株 棵 尾 羽 瓶 袋 箱 盒 包 桶 片 颗 粒 支 枚 把 张 "
    "卷 双 组 块 根 盘 幅 本 册 批 单 座 栋 口 台套"
)
_UNITS = {*COUNT_WORDS, *AREA_WORDS, *_MEASURES, *_ONE_NAME, *_ONE_NAME.values()}
_HEADER_UNITS = "|".join(map(re.escape, sorted(_UNITS, key=lambda unit: (-len(unit), unit))))
_IN_HEADER = re.compile(rf"\([百千万亿]*({_HEADER_UNITS})\)")
_MEASURED = re.compile(
    r"(?P<number>.*?[\d零〇一二两三四五六七八九十百千万亿余多])"
    r"\s*(?P<unit>千(?:克|米|瓦时?)|台\(套\)|(?!e\d)[^\W\d_零〇一二两三四五六七八九十百千万亿余多以左上起至到]{1,4}[23]?)"
    r"(?P<rest>(?:/年)?(?:[~\-–—～至到].*|及?以[上下内]|左右|上下|起)?)"
)
_LONGEST = 60  # characters of a number with its words


def is_unit(text: str) -> bool:
    """Whether a text is a unit in which things are counted or measured, and nothing else."""
    return half_width(text).strip().lower() in _UNITS


def unit_apart(cell: object) -> tuple[object, str]:
    """A number without the unit behind it, and that unit ("" for none); money and times stay with their number.

    >>> unit_apart("约1.2万吨"), unit_apart("300-500kg"), unit_apart("80万元")
    (('约1.2万', '吨'), ('300-500', '公斤'), ('80万元', ''))
    """
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return cell, ""
    match = _MEASURED.fullmatch(half_width(cell).strip().lower())
    if match is None or match["unit"] in (*MONEY_WORDS, *FOREIGN_WORDS, *TIME_WORDS):
        return cell, ""
    rest = match["rest"].removeprefix("/年")
    return match["number"] + rest.replace(match["unit"], ""), _named(match["unit"])


def unit_in_header(text: str) -> str:
    """The unit of a count or measure that a header names in brackets, "" for none.

    >>> unit_in_header("销量（万台）"), unit_in_header("销量（累计）")
    ('台', '')
    """
    found = _IN_HEADER.search(half_width(text).lower())
    return _named(found[1]) if found else ""


def _named(unit: str) -> str:
    return _ONE_NAME.get(unit, unit)
