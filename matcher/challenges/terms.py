"""How long a time limit is: the words of a need or a challenge to months, as tables read days and amounts of time."""

from __future__ import annotations

import datetime as dt
import re

from matcher.tables.cells.dates import Days, Span, read_days
from matcher.tables.cells.numbers import Number, read_number

_MONTHS = {"个月": 1.0, "月": 1.0, "年": 12.0, "周年": 12.0, "天": 12 / 365, "日": 12 / 365, "周": 7 * 12 / 365}
_NUMERAL = "[一二两三四五六七八九十]{1,3}"
_TERM = re.compile(
    rf"(?<![\d.年])(?:\d+(?:\.\d+)?|{_NUMERAL})\s*(?:个半月|(?:个月|月|年|天|日)半?|周)(?!\d)|半(?:个月|年|天)"
)
_HALF_MONTH = re.compile(rf"(\d+|{_NUMERAL})\s*个半月")
_YEARS_AND_MONTHS = re.compile(rf"(?<![\d.])(?P<years>\d+|{_NUMERAL})\s*年零?(?P<months>\d+|{_NUMERAL})\s*个月")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d\d)年(?=[底末初]|[上下]半年|\s?\d{1,2}月|第?[一二三四1-4]季度)")  # 26年底
_PART = r"\s*(?:[上下]半年|第?[一二三四1-4]\s*季度|年?[底末初])"
_DATE = re.compile(
    rf"(?<!\d)(?:19|20)\d\d(?:\s*[年.\-/]\s*\d{{1,2}}(?!\d)(?:\s*[月.\-/]\s*(?:\d{{1,2}}\s*日?)?)?(?:[上中下]旬|底|初|末)?"
    rf"|\s*年?{_PART}|\s*年)"
)
_PERIOD = re.compile(rf"{_DATE.pattern}\s*(?:-|—|–|~|～|至|到)+\s*{_DATE.pattern}")
_ENDS = re.compile(r"(?:之?前|以前|[底末初])+$")
Term = dt.date | Days | Span | float


def term_months(text: str, start: dt.date | None = None) -> float | None:
    """The months of a term: as it is said ("期限2年"), of a period with both ends, or from `start` to the last day that
    it names; None where the text says none of them. Of several the longest.

    Examples
    --------
    >>> term_months("完成期限2年"), term_months("三年半"), term_months("尽快")
    (24.0, 42.0, None)
    >>> term_months("2027年6月30日前", dt.date(2026, 6, 30))
    12.0
    """
    terms = _terms(text)[0]
    months = [many for one in terms if (many := _months(one, start)) is not None]
    return round(max(months), 2) if months and len(months) == len(terms) else None


def term_problem(text: str) -> str:
    """What keeps a text from being a term, "" where it says one.

    >>> term_problem("18个月"), term_problem("2027-6-31"), term_problem("已完成")
    ('', '日历上没有这一天', '不是日期，也不是多长时间')
    """
    terms, faults = _terms(text)
    return "" if terms and not faults else faults[0] if faults else "不是日期，也不是多长时间"


def _months(term: Term, start: dt.date | None) -> float | None:
    if isinstance(term, float):
        return term
    if isinstance(term, Span):
        last = term.last.low if isinstance(term.last, Days) else term.last
        return _between(term.low, last) if isinstance(last, dt.date) else None
    day = term.high if isinstance(term, Days) else term
    return None if start is None else _between(start, day)


def _between(first: dt.date, last: dt.date) -> float:
    return 12 * (last.year - first.year) + last.month - first.month + (last.day - first.day) * 12 / 365


def _terms(text: str) -> tuple[list[Term], list[str]]:
    """The days, periods and amounts of time of a text; and why what looks like a day is none."""
    text = _SHORT_YEAR.sub(r"20\1年", text.strip())
    whole = read_days(text)
    if isinstance(whole, dt.date | Days | Span):
        return [whole], []
    terms: list[Term] = []
    faults = []
    for pattern in (_PERIOD, _DATE):
        for match in pattern.finditer(text):
            day = read_days(match[0].strip())
            if not isinstance(day, dt.date | Days | Span):
                day = read_days(_ENDS.sub("", match[0].strip()))
            if isinstance(day, dt.date | Days | Span):
                terms.append(day)
            elif day is not None and not isinstance(day, str):
                faults.append(day.problem)
        text = pattern.sub("，", text)
    for match in _YEARS_AND_MONTHS.finditer(text):
        years, months = (read_number(part, 1) for part in match.group("years", "months"))
        if isinstance(years, Number) and isinstance(months, Number) and years.exact and months.exact:
            terms.append(12 * float(years.exact) + float(months.exact))
    for match in _TERM.finditer(_YEARS_AND_MONTHS.sub("，", text)):
        half = _HALF_MONTH.fullmatch(match[0])
        number = read_number(f"{half[1]}个月" if half else match[0].replace("周", "天"), 1)
        if isinstance(number, Number) and number.exact is not None:
            unit = "周" if "周" in match[0] else number.suffix
            terms.append((float(number.exact) + (0.5 if half else 0.0)) * _MONTHS[unit])
    return terms, faults
