"""How long a bar runs where its end is written as a length: 自2024年5月起三年. Cells in, the days of its ends out."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from matcher.tables.cells.dates import Days, later, read_days
from matcher.tables.cells.numbers import Number, read_number

_MANY = r"(?:为期|共|期限)?([\d一二三四五六七八九十两]{1,3})(?:个)?(年|月)(?:内|以内)?"
_BARE = re.compile(_MANY)
_FROM = re.compile(rf"(?:自|从)?(.{{4,12}}?)(?:起算?|开始|以来)[，,、]?(?:的|计算?)?{_MANY}")
_BEFORE = re.compile(rf"{_MANY}[（(，,、]?(?:自|从)?(.{{4,12}}?)(?:起算?|开始)[）)]?")
_DECIDED = re.compile(r"(?:本|该)?(?:处理|处罚)?(?:决定|处理)?(?:书)?(?:作出)?之日")  # not 生效, 下发, 公布


class Run(NamedTuple):
    """The days on which a bar may begin, and on which it may end."""

    first: Days
    last: Days


def length_from(text: str, begins: Days | None, decided: dt.date | None) -> Run | None:
    """The run of a bar whose length is written, from the day in the cell, from that of the decision where the cell says
    so (自决定之日起三年), or from `begins` where it holds the length alone; None where that cannot be told.

    The last day may be the one before that of the same number, or that day: laws count the first day or not.

    >>> run = length_from("自2024年5月10日起三年", None, None)
    >>> [f"{day}" for day in run.last]
    ['2027-05-09', '2027-05-10']
    """
    text = re.sub(r"\s", "", text)
    if found := _BARE.fullmatch(text):
        written, many, unit = "", *found.groups()
    elif found := _FROM.fullmatch(text):
        written, many, unit = found.groups()
    elif found := _BEFORE.fullmatch(text):
        many, unit, written = found.groups()
    else:
        return None
    number = read_number(many, 1)
    first = _first(written, decided) if written else begins
    if first is None or not isinstance(number, Number) or number.low is None or not number.low:
        return None
    length = {"years" if unit == "年" else "months": int(number.low)}
    low, high = (later(day, **length) for day in first)
    return Run(first, Days(later(low, days=-1), high))


def _first(written: str, decided: dt.date | None) -> Days | None:
    if _DECIDED.fullmatch(written):
        return Days(decided, decided) if decided else None
    day = read_days(written)
    return day if isinstance(day, Days) else Days(day, day) if isinstance(day, dt.date) else None
