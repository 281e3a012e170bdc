"""A list of persons to 职工总数 and 科技人员数 as 195号 counts them: the mean of the months of the last year.

A month is the mean of its opening and closing numbers, a year the mean of the months in which the firm was at work.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping

from matcher.policy.registers.entries import (
    COUNTED,
    NOT_COUNTED,
    OPEN,
    Bounds,
    Entries,
    Entry,
    Truth,
    Warnings,
    count,
    every,
    negated,
    plain,
    some,
    year_of,
)

T195 = "国科发火〔2016〕195号 三（科技人员与职工总数）"
FACTS = (
    ("employees_total", "在职加累计工作183天以上的兼职、临时聘用人员，全年月平均"),
    ("rd_staff", "累计实际工作183天以上，全年月平均"),
)
_DAYS = 183
_OF_SCIENCE = re.compile("(?<!非)(?:研发|科技|技术|科研|研究)人员")  # in the name of a file or sheet
_OF_ALL = re.compile("职工|员工|全体|全员|全部人员")  # 职工和科技人员名单 is of both
_PART = ("兼职", "临时", "外聘", "劳务", "返聘", "退休")
_WHOLE = ("在职", "全职", "正式", "合同", "在岗", "专职")


def count_staff(
    entries: Entries, days: Mapping[str, dt.date], founded: Mapping[str, dt.date], told: Warnings
) -> dict[tuple[str, str], dict[str, Bounds]]:
    """(column, definition) -> firm -> persons, at least and at most.

    founded: the firms' days of registration, as far as known; a firm of the last year is counted from that month on.
    """
    facts: dict[tuple[str, str], dict[str, Bounds]] = {key: {} for key in FACTS}
    places: dict[str, set[str]] = {}
    for firm, rows in entries.by_firm():
        year = days[firm].year - 1
        persons: dict[str, list[tuple[Entry, tuple[Truth, Truth]]]] = {}
        for entry in rows:
            if year_of(entry.text("year")) not in (None, year):
                _warn(told, entry, f"不是 {year} 年的人员", NOT_COUNTED, "科技人员比例看申请前一个会计年度")
                continue
            key = plain(entry.text("person")) or f"row {entry.row}"
            if entry.yes("science") and entry.text("person"):
                places.setdefault(key, set()).add(firm)
            if key in persons:
                _warn(told, entry, "同一人员编号已在上面一行，同一时点只算一人", COUNTED, "请核对是否重复")
            persons.setdefault(key, []).append((entry, _counts(entry, told)))
        spans = list(persons.values())
        start = founded.get(firm)
        first = start.month if start is not None and start.year == year else 1
        ends = [dt.date(year - 1, 12, 31), *(dt.date(year, m, calendar.monthrange(year, m)[1]) for m in range(1, 13))]
        for which, fact in enumerate(FACTS):
            heads = [
                count(some(*(every(counts[which], _there(entry, day)) for entry, counts in spells)) for spells in spans)
                for day in ends
            ]
            facts[fact][firm] = _mean(heads, first)
        if any(map(_is_of_science, rows)):  # no list of all staff
            facts[FACTS[0]][firm] = (facts[FACTS[0]][firm][0], None)
        elif all(entry.yes("science") for entry in rows):
            problem = "名单上都是科技人员，职工总数也按这份名单计"
            told.firm("人员", firm, "", problem, COUNTED, T195, "若不是全体职工名单，请补其他职工，或不用它计职工总数")
    for entry in entries.rows:
        if entry.yes("science") and len(firms := places.get(plain(entry.text("person")), set())) > 1:
            others = "、".join(sorted(firms - {entry.firm}))
            _warn(told, entry, f"同一人员编号也是 {others} 的科技人员", COUNTED, "请核对；一人在两家各满 183 天少见")
    return facts


def says_science(entry: Entry) -> bool:
    """Whether a row is, by the name of its file or sheet, of a list of research staff, and does not itself say that it
    is none.
    """
    return entry.yes("science") is None and _is_of_science(entry)


def _is_of_science(entry: Entry) -> bool:
    return any(_OF_SCIENCE.search(name) and not _OF_ALL.search(name) for name in (entry.file, entry.sheet))


def _mean(heads: list[Bounds], first: int) -> Bounds:
    """The mean of the months from `first` on, of the numbers at 13 ends of months."""
    low, high = (sum((heads[m - 1][end] or 0) + (heads[m][end] or 0) for m in range(first, 13)) for end in (0, 1))
    months = 13 - first
    return low / 2 / months, high / 2 / months


def _counts(entry: Entry, told: Warnings) -> tuple[Truth, Truth]:
    """Whether a person counts as staff, and as 科技人员."""
    least, most = entry.number("days")
    enough = True if least is not None and least >= _DAYS else False if most is not None and most < _DAYS else None
    words = entry.text("employment")
    part = any(word in words for word in _PART)
    whole: Truth = False if part else True if any(word in words for word in _WHOLE) else None
    if least is not None and least > 366:
        _warn(told, entry, f"全年工作 {least:g} 天，不可能", OPEN, "请更正天数")
        enough = None
    staff = every(some(whole, enough), entry.sure or None)
    science = every(entry.yes("science"), staff, enough)
    if staff is None:
        _warn(
            told,
            entry,
            "没有写清用工形式或工作天数，不知是否算职工",
            OPEN,
            "请补填用工形式和全年工作天数",
        )
    elif staff is False:
        _warn(told, entry, f"兼职、临时聘用不满 {_DAYS} 天", NOT_COUNTED, "不算职工，也不算科技人员")
    elif entry.yes("science") and enough is not True:
        counted = OPEN if enough is None else NOT_COUNTED
        problem = "没有写全年工作天数" if enough is None else f"实际工作不满 {_DAYS} 天"
        _warn(told, entry, f"{problem}，不知是否算科技人员" if enough is None else f"{problem}，不算科技人员", counted,
              "请补填或核对考勤")  # fmt: skip
    return staff, science


def _there(entry: Entry, day: dt.date) -> Truth:
    """Whether the person was in the firm at the end of that day; no day of leaving: still there."""
    left = entry.day("left_on")
    return every(entry.day("joined_on").by(day), True if left == (None, None) else negated(left.by(day)))


def _warn(told: Warnings, entry: Entry, problem: str, counted: str, do: str) -> None:
    told.add("人员", entry, entry.text("person"), problem, counted, T195, do)
