"""Numbers of a row whose unit stands in a cell of its own, or in the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from matcher.tables.cells.numbers import EXACT, FOREIGN_WORDS, MONEY_WORDS, Number, read_number
from matcher.tables.cells.texts import UNITS, Fault, half_width, shorten
from matcher.tables.columns.numbers import foreign

_PER_CENT_WORDS = ("%", "百分比", "百分点", "个百分点")


def in_row_unit(cell: object, word: str, unit: str) -> object:
    """A number as a plain one in the unit of its row (5000万元 under 万元 is 5000, 2.5% under % is 2.5); a Fault where
    the cell names another unit, and the cell itself where it names none. word: the unit of the row; unit: in which a
    plain number is written.
    """
    percent, money = word in _PER_CENT_WORDS, word in UNITS
    if isinstance(cell, str) and not percent and not money and word and word in (text := half_width(cell)):
        cell = text.replace(word, "", 1)  # 200余人次 under 人次
    scale = UNITS.get(word, 1)
    number = read_number(cell, UNITS.get(unit, scale) if money else 1)
    if not isinstance(number, Number):
        return cell
    said = "单位一栏没有写" if not word else f"单位一栏写的是“{shorten(word, 20)}”"
    fits = {"%": percent, **dict.fromkeys(MONEY_WORDS, money)}.get(number.suffix, True)
    if number.suffix in FOREIGN_WORDS:
        return foreign(number.suffix)
    if not fits or (money and number.suffix not in ("", *MONEY_WORDS)):
        return Fault(f"写的是“{number.suffix}”，{said}", "请让数和单位一致")
    if money:
        low, high = (None if end is None else EXACT.divide(end, Decimal(scale)) for end in number[:2])
        return _plain(Number(low, high, ""))
    return _plain(number) if percent and number.suffix == "%" else cell


def unit_of_cells(cells: Sequence[object]) -> str:
    """The unit of money, or %, that the first of a row's numbers names (亿元 of 1.5亿元); "" where one of them, but for
    0, names none, or where some are money and some are not.
    """
    units: list[str] = []
    for cell in cells:
        number = read_number(cell, 1)
        if not isinstance(number, Number) or (number.suffix == "" and not any(number[:2])):
            continue
        named = re.findall("(?:[千百]?万|[亿千百])?元", half_width(cell)) if isinstance(cell, str) else []
        if number.suffix not in (*MONEY_WORDS, "%"):
            return ""
        units.append("%" if number.suffix == "%" else named[-1] if named else "元")
    return units[0] if units and len({unit == "%" for unit in units}) == 1 else ""


def _plain(number: Number) -> str:
    """A number as a text without a unit that reads the same."""
    low, high = (None if end is None else f"{end.normalize(EXACT):f}" for end in number[:2])
    if low == high:
        return str(low)
    return f"{low}以上" if high is None else f"{high}以下" if low is None else f"{low}～{high}"
