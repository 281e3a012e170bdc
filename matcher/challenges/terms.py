"""How long a time limit is: the words of a need or a challenge to months."""

from __future__ import annotations

import datetime as dt
import re

from matcher.tables.dates import read_date

_TERM = re.compile(r"(?P<number>\d+(?:\.\d+)?|[一二两三四五半])\s*(?P<unit>个月|月|年|天|日)")
_NUMBERS = {"半": 0.5, "一": 1.0, "二": 2.0, "两": 2.0, "三": 3.0, "四": 4.0, "五": 5.0}
_MONTHS = {"个月": 1.0, "月": 1.0, "年": 12.0, "天": 12 / 365, "日": 12 / 365}
_DATE = re.compile(r"(?:19|20)\d\d\s*[年.\-/]\s*(?:\d{1,2}\s*[月.\-/]?\s*(?:\d{1,2}\s*日?)?)?")


def term_months(text: str, start: dt.date | None = None) -> float | None:
    """The months of a term: as it is said ("期限2年"), or from `start` to the last day that it names; None where the
    text says neither. Of several the longest.

    Examples
    --------
    >>> term_months("完成期限2年"), term_months("18个月以内"), term_months("尽快")
    (24.0, 18.0, None)
    >>> term_months("2027年6月30日前", dt.date(2026, 6, 30))
    12.0
    """
    dates = [day for match in _DATE.finditer(text) if isinstance(day := read_date(match[0].strip()), dt.date)]
    found = []
    if dates and start is not None:
        found = [(day - start).days * 12 / 365 for day in dates if day > start]
    for match in _TERM.finditer(_DATE.sub("", text)):
        number = _NUMBERS.get(match["number"]) or float(match["number"])
        found.append(number * _MONTHS[match["unit"]])
    return round(max(found), 2) if found else None
