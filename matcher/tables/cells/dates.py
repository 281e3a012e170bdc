"""Dates as people write them: days, and what is known of a day by its month, its year, or words that say a state."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.tables.cells.texts import (
    DAYS_TO_1904,
    ELSEWHERE,
    LIKELY_DAYS,
    Day1904,
    Fault,
    as_written,
    half_width,
    is_elsewhere,
    is_nothing,
)

ENDED, OPEN = "ended", "open"  # states that stand in place of an end date

_words = str.split
_ENDLESS = {*_words("长期 长期有效 长期征集 常年 常年有效 常年征集 永久 永久有效 不限 无期限 无限期")}
_ENDED = re.compile(
    r"(?:现?已|现)?(?:过期|截止|截至|结束|关闭|失效|到期|终止|停止|下架|撤销|撤回|逾期|作废)(?:征集|报名|受理|了)?"
    r"|(?:征集|报名|受理|申报|对接|项目)(?:现?已)?(?:过期|截止|结束|关闭|终止|停止)"
)
_OPEN = re.compile(
    r"(?:正在)?(?:进行|征集|对接|报名|招募|受理|申报|截止|发布|公示|洽谈|开放|生效)中|正在(?:进行|征集|对接|报名|招募|受理|申报)"
    r"|(?:目前)?(?:有效|有效期内|在有效期内|在期|开放|未截止|未过期|未结束|未到期|尚未截止|尚未到期)"
    r"|(?:还?剩余?|距截止(?:还有)?|还有)\d+(?:天|日|个?月|小时)(?:截止|到期|结束)?|至今"
)
_DAY = r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))"
_TIME = (
    r"(?:[T\s]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?|[T\s]*\d{1,2}[时点](?:整|\d{1,2}分?)?)?"
    r"\s*(?:上午|下午)?\s*(?:\(?(?:周|星期)[一二三四五六日天]\)?)?"
)
_FROM = r"(?:(?:即日|自?(?:发布|公布|征集|公告)之日)起?|截至|截止[到至]?|有效期至|自|至|到)?\s*"
_TO = r"(?:至|到|~|-|—|–|―)+"
_DATE = re.compile(
    rf"{_FROM}(?:{_TO}\s*)?{_DAY}{_TIME}\s*起?\s*(?:{_TO}\s*(?:{_DAY}{_TIME}|(长期|永久|今)))?\s*"
    "(?:止|前|之前|以前|截止|有效)?"
)
_PART = (
    r"(\d{4})(?:\s*年度?\s*|\s*[-/.]\s*(?=\d)|(?=\d{2}$)|\s*(?=q)|$)"
    r"(?:(\d{1,2})\s*月?\s*份?(上旬|中旬|下旬)?|(上半年|下半年)|第?([一二三四1-4])\s*季度|q([1-4]))?\s*(?:年?[底末初中]|内)?"
)
_LOOSE = re.compile(rf"{_FROM}(?:(\d{{4}}[^~至到]{{0,12}}?)\s*起?\s*{_TO}\s*)?({_PART})\s*(?:止|前|之前|以前)?", re.I)
# 2026年4月5-6日, 2026.4.5-6, 2026年4月30日-5月2日 and 2026-03-01至03-12: the year, or the month, stands once
_SPAN = re.compile(
    r"(\d{4})\s*(?P<dash>-)?[年./]?\s*(\d{1,2})\s*(?(dash)-|[月./])\s*(\d{1,2})\s*[日号]?\s*"
    r"(?(dash)[至到~—–―]|(?:至|到|~|-|—|–|―))+\s*(?:(\d{1,2})\s*[-月./]\s*)?(\d{1,2})\s*[日号]?"
)
_MONTHS_OF_YEAR = re.compile(  # 2026年3月-5月, 2026年3-5月份: the year stands once
    r"(\d{4})\s*[年./]\s*(\d{1,2})\s*月?\s*份?\s*(?:至|到|~|-|—|–|―)+\s*(\d{1,2})\s*月\s*份?"
)
# 26年3月 and 98年5月; 36 to 59 may be of either century. 24.1-25.12 begins and ends with what is no month.
_YY = r"([0-2]\d|3[0-5]|[6-9]\d)"
_SHORT_YEAR = re.compile(rf"(?<![\d.]){_YY}\s*年(?=\s*\d{{1,2}}\s*月)")
_SHORT_SPAN = re.compile(r"(1[3-9]|2\d|3[0-5])([./])(\d{1,2})\s*(?:至|到|~|-|—|–|―)+\s*(1[3-9]|2\d|3[0-5])\2(\d{1,2})")
_SHORT_DAY = re.compile(r"(1[3-9]|2\d|3[0-5])\.(0?[1-9]|1[0-2])\.(0?[1-9]|[12]\d|3[01])")  # of which 26 is no month
_ENDING = re.compile(r"(?:有效期)?(?:至|到|截[至止])\s*\d.*|.*\d\D?\s*(?:止|前|之前|以前|截止)")
_EPOCH = datetime.date(1899, 12, 30)
_QUARTERS = dict(zip("一二三四1234", (1, 2, 3, 4) * 2, strict=True))
_TENS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}

_MARKS = re.compile(r"^['’‘`]+(?=\d)|(?<=^\d{8})\.0+$|(?<=\d)[.。]$")  # 20240131.0, 2024.1.31., '20240131
_OTHER_SIGNS = re.compile(r"(\d{4})\s*[—–―－、\\,_]\s*(\d{1,2})\s*[—–―－、\\,_]\s*(\d{1,2})")
_HAN_DIGITS = "〇○零一二三四五六七八九"
_HAN_DAY = re.compile(
    rf"([{_HAN_DIGITS}Oo0]{{4}})年([一二三四五六七八九十]{{1,3}})月(?:([一二三四五六七八九十]{{1,3}})[日号])?"
)

_MONTHS = _words("jan feb mar apr may jun jul aug sep oct nov dec")
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[.,]?"
_NTH = r"(\d{1,2})(?:st|nd|rd|th)?,?"
_ENGLISH_DAY = re.compile(rf"{_NTH}[\s-]+{_MONTH}[\s-]+(\d{{4}})|{_MONTH}\s+{_NTH}\s+(\d{{4}})", re.I)

_SHORT_ENGLISH = re.compile(rf"{_NTH}[\s-]+{_MONTH}[\s-]+{_YY}", re.I)

_ZONED = re.compile(r"(\S+[T ]\d\d:\d\d\S*?)\s?(?:Z|[+-]\d\d:?\d\d)")

_NOT_A_DATE = Fault("不是日期", "请写成 2024-01-31 的样子")
_NO_DAY = Fault("日历上没有这一天", "请改正日期")
_ONLY_MONTH = Fault("只有年月，没有日", "请写到日，如 2024-01-31")
_NO_SINGLE_DAY = Fault("是一段时间，不是一天", "请只写一天，如 2024-01-31")
_BACKWARDS = Fault("是一段时间，止日早于起日", "请改正日期")


class Days(NamedTuple):
    """A day known to lie from `low` to `high`, both included."""

    low: datetime.date
    high: datetime.date


class Span(NamedTuple):
    """A period of which both ends are written, as days or what is known of them; `last` is "" or OPEN for no end."""

    first: datetime.date | Days
    last: datetime.date | Days | str

    @property
    def low(self) -> datetime.date:
        """The earliest day of it."""
        return self.first.low if isinstance(self.first, Days) else self.first

    @property
    def high(self) -> datetime.date | None:
        """The latest day of it, None for no end."""
        if isinstance(self.last, str):
            return None
        return self.last.high if isinstance(self.last, Days) else self.last


def read_date(cell: object) -> datetime.date | Fault | None:
    """The day of a cell; None where it says nothing or "for ever"."""
    date = read_days(cell)
    if isinstance(date, Span):
        return _NO_SINGLE_DAY
    if isinstance(date, Days):
        return _ONLY_MONTH
    return _NOT_A_DATE if isinstance(date, str) and date else date or None


def read_days(cell: object) -> datetime.date | Days | Span | str | Fault | None:
    """As `read_date`, but with what is known of a day, with periods, and with a state (ENDED, OPEN) in its place.

    "for ever" is OPEN. 2012.1 may be October, whose zero a spreadsheet drops.
    """
    if isinstance(cell, datetime.datetime):
        return _plausible(cell.date())
    if isinstance(cell, datetime.date):
        return _plausible(cell)
    text = half_width(as_written(cell + DAYS_TO_1904 if isinstance(cell, Day1904) else cell))
    if text in _ENDLESS:
        return ""
    if is_nothing(text):
        return ELSEWHERE if is_elsewhere(text) else None
    text = _MARKS.sub("", text)
    if text[0] in _HAN_DIGITS and (written := _HAN_DAY.fullmatch(text)):
        text = _in_digits(written)
    if len(text) > 100:
        return _NOT_A_DATE
    text = with_whole_years(text)
    if text.isascii() and (english := _ENGLISH_DAY.fullmatch(text)):
        text = _by_month_name(english)
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and int(text[:5]) in LIKELY_DAYS:
        return _EPOCH + datetime.timedelta(days=int(text[:5]))
    if span := _SPAN.fullmatch(text):
        year, _, month, day, last_month, last_day = span.groups()
        text = f"{year}-{month}-{day}至{year}-{last_month or month}-{last_day}"
    text = _MONTHS_OF_YEAR.sub(r"\1年\2月至\1年\3月", text)
    match = _DATE.fullmatch(text)
    if match is None and (plain := _OTHER_SIGNS.fullmatch(text)):
        match = _DATE.fullmatch("-".join(plain.groups()))
    if match is None:
        return _state(text) or _loose(text)
    groups = match.groups()
    first = _day(*groups[:5])
    if match[11]:
        return _span(first, OPEN if match[11] == "今" else "")
    return _span(first, _day(*groups[5:10])) if groups[5] else first


def with_whole_years(text: str) -> str:
    """A text in which years of two figures that can only be years are written out.

    >>> with_whole_years("26年3月5日"), with_whole_years("98年5月"), with_whole_years("24.1-25.12")
    ('2026年3月5日', '1998年5月', '2024.1-2025.12')
    >>> with_whole_years("31-JAN-24"), with_whole_years("31-JAN-49")
    ('31-JAN-2024', '31-JAN-49')
    >>> with_whole_years("10年6个月"), with_whole_years("45年3月"), with_whole_years("10.1-12.31")
    ('10年6个月', '45年3月', '10.1-12.31')
    >>> with_whole_years("26.4.9"), with_whole_years("12.4.9"), with_whole_years("26/4/9")
    ('2026.4.9', '12.4.9', '26/4/9')
    """
    if span := _SHORT_SPAN.fullmatch(text):
        first, sign, month, last, last_month = span.groups()
        return f"20{first}{sign}{month}-20{last}{sign}{last_month}"
    if day := _SHORT_DAY.fullmatch(text):
        return "20" + ".".join(day.groups())
    if english := _SHORT_ENGLISH.fullmatch(text):
        return f"{text[:-2]}{_whole(english[3])}"
    return _SHORT_YEAR.sub(lambda year: f"{_whole(year[1])}年", text)


def _whole(year: str) -> str:
    return f"{20 if year < '36' else 19}{year}"


def local_times(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Cells with the day and hour that a clock of their time zone shows; what has no time zone stays as it is.

    >>> local_times(pd.Series([pd.Timestamp("2026-06-01", tz="Asia/Shanghai")])).dt.strftime("%m-%d %H").tolist()
    ['06-01 00']
    >>> local_times(pd.Series(["2026-06-01T08:00:00+08:00", "2026-06-01"], dtype=object)).tolist()
    ['2026-06-01T08:00:00', '2026-06-01']
    """
    if isinstance(cells.dtype, pd.ArrowDtype) and getattr(cells.dtype.pyarrow_dtype, "tz", None):
        cells = pd.to_datetime(cells.astype(object))  # pandas 2.2 gives the hours of UTC
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        local: pd.Series[Any] = cells.dt.tz_localize(None)
        return local
    return cells.map(_local)


def _local(cell: Any) -> Any:
    if isinstance(cell, str):
        return _ZONED.sub(r"\1", cell) if ":" in cell else cell
    return cell.replace(tzinfo=None) if isinstance(cell, datetime.datetime) and cell.tzinfo else cell


def last_day(cell: object) -> datetime.date | str | None:
    """The last day that a cell names, that of a month or year too; OPEN for no end, ENDED; None where nobody can say.

    >>> last_day("2026年6月"), last_day("长期"), last_day("待定")
    (datetime.date(2026, 6, 30), 'open', None)
    """
    day = read_days(cell)
    if isinstance(day, Span):
        return day.high or OPEN
    return day.high if isinstance(day, Days) else None if isinstance(day, Fault) else OPEN if day == "" else day


def days_after(day: datetime.date, days: int, *, working: bool) -> datetime.date:
    """The last of so many days after one, which does not count. Working days are Mondays to Fridays: public holidays
    are not known here.

    >>> friday = datetime.date(2026, 11, 6)
    >>> days_after(friday, 1, working=True), days_after(friday, 1, working=False)
    (datetime.date(2026, 11, 9), datetime.date(2026, 11, 7))
    """
    if not working:
        return day + datetime.timedelta(days)
    return datetime.date.fromisoformat(str(np.busday_offset(np.datetime64(day, "D"), days, roll="backward")))


def is_last_day(cell: object) -> bool:
    """Whether a cell writes one day as the end of a period that it does not open.

    >>> [is_last_day(cell) for cell in ("至2027年12月31日", "2027年12月31日止", "至2027年", "2027-12-31")]
    [True, True, True, False]
    """
    if not isinstance(cell, str) or not _ENDING.fullmatch(half_width(cell).strip()):
        return False
    return isinstance(read_days(cell), datetime.date | Days)


def _day(year: str, *parts: str | None) -> datetime.date | Fault:
    """A day of its parts: year, month and day, the last two perhaps as the digits of 20240131."""
    month, day = (int(part) for part in parts if part)
    try:
        return _plausible(datetime.date(int(year), month, day))
    except ValueError:
        return _NO_DAY


def _span(
    first: datetime.date | Days | Span | str | Fault | None, last: datetime.date | Days | str | Fault
) -> datetime.date | Days | Span | Fault:
    """A period; the day itself where it is one of one day, and a fault where an end is, or they stand the other way."""
    if isinstance(first, Fault):
        return first
    if isinstance(last, Fault):
        return last
    if first is None or isinstance(first, str | Span):
        return _NOT_A_DATE
    if first == last:
        return first
    span = Span(first, last)
    return _BACKWARDS if span.high and span.low > span.high else span


def _in_digits(written: re.Match[str]) -> str:
    """二〇二四年一月三十一日 in digits; without its day where there is none."""
    year = "".join("0" if sign in "〇○零Oo0" else str(_HAN_DIGITS.index(sign) - 2) for sign in written[1])
    return "-".join([year, *(str(_below_hundred(part)) for part in written.groups()[1:] if part)])


def _by_month_name(written: re.Match[str]) -> str:
    """31 Jan 2024 and January 31, 2024 in digits."""
    day, month, year, first, second, last = written.groups()
    return f"{year or last}-{_MONTHS.index((month or first).lower()) + 1}-{day or second}"


def _below_hundred(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    return (_digit(tens, 1) * 10 if ten else 0) + _digit(ones, 0)


def _digit(text: str, empty: int) -> int:
    return "一二三四五六七八九".index(text) + 1 if len(text) == 1 else empty if not text else 99


def _state(text: str) -> str:
    text = re.sub(r"\s", "", text).strip("()[]【】")
    return ENDED if _ENDED.fullmatch(text) else OPEN if _OPEN.fullmatch(text) else ""


def _loose(text: str) -> datetime.date | Days | Span | Fault:
    """A day known by its year, its half, its quarter, its month or its ten days; or a period with such an end."""
    match = _LOOSE.fullmatch(text)
    if match is None:
        return _NOT_A_DATE
    first, *parts = match.groups()
    if not any(parts[2:]) and re.search(r"\d年?(?:之|以)?前$", text):  # 2015年前 is no day of that year
        return _NOT_A_DATE
    last = _days(*parts)
    return _span(read_days(first), last) if first else last


def _days(end: str, year: str, month: str, ten: str, half: str, *quarters: str) -> Days | Fault:
    """The days of a year, or of a part of it; `end`: how it is written."""
    if not 1900 <= int(year) <= 2200:
        return Fault("年份不合理", "请改正日期")
    first, last = 1, 12
    if month:
        first = last = int(month)
        if not 1 <= first <= 12:
            return _NO_DAY
        if re.fullmatch(r"\d{4}\.1", end):  # October, where a spreadsheet took it for a number
            last = 10
    elif half:
        first, last = (1, 6) if half == "上半年" else (7, 12)
    elif quarter := next(filter(None, quarters), None):
        last = 3 * _QUARTERS[quarter]
        first = last - 2
    start, stop = _TENS.get(ten, (1, 31))
    stop = min(stop, calendar.monthrange(int(year), last)[1])
    return Days(datetime.date(int(year), first, start), datetime.date(int(year), last, stop))


def _plausible(day: datetime.date) -> datetime.date | Fault:
    if not isinstance(day, datetime.date) or not 1900 <= day.year <= 2200:
        return Fault("年份不合理", "请改正日期")
    return day


def later(day: datetime.date, *, years: int = 0, months: int = 0, days: int = 0) -> datetime.date:
    """The day so many years, months and days later; the last of a month that is shorter."""
    month = day.month - 1 + months + 12 * years
    year, month = day.year + month // 12, month % 12 + 1
    moved = datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return moved + datetime.timedelta(days=days)
