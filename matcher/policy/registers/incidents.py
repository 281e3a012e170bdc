"""Accidents, violations and lists of dishonesty to the yes and no that policies ask, each in its own period."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Mapping

from matcher.policy.registers.entries import (
    COUNTED,
    NOT_COUNTED,
    OPEN,
    UNKNOWN_DAY,
    Bounds,
    Entries,
    Entry,
    Truth,
    Warnings,
    every,
    negated,
    some,
    years_before,
)
from matcher.tables.cells.texts import is_blank, shorten
from matcher.tables.schemas.main import TEXT

T32 = "国科发火〔2016〕32号 第十一条（八）"
T115 = "国科发政〔2017〕115号 第六条"
_KINDS = {
    "safety": "安全", "quality": "质量", "environment": "环境|环保|污染|生态", "research": "科研|学术",
    "abnormal": "经营异常|异常名录", "dishonest": "严重违法|失信企业|失信名单|失信被执行|黑名单",
    "tax": "偷税|漏税|逃税|偷漏税|涉税",
}  # fmt: skip
_MAJOR = re.compile("重大|严重|重特大")
_WHY_LISTED = re.compile("列入.*(?:原因|事由|理由)")  # a column whose header says of which list it is
_NOT_LISTED = re.compile(r"[-—/\\]+|否|无|没有|不涉及|不适用|(?:从|尚)?(?:未|无|没有)(?:被)?列入.*")
_REMOVAL = re.compile("移[出除]|修复|解除|撤销")  # a column that tells of the end of a listing
_IS_REMOVED = re.compile("(?<!未)(?<!尚未)(?<!不)(?:已|完成|准予|予以).{0,6}(?:移[出除]|修复|解除|撤销)")
_NOT_REMOVED = re.compile(r"(?:否|无|没|[尚还]?未)[^,，;；。]{0,8}")  # an answer that it still holds
_MINOR = re.compile("一般|较大|轻微|轻伤|较轻")
_CONSIDERABLE = re.compile("较大")
_COUNTS_TOO = dt.date(
    2026, 4, 1
)  # 较大生产安全事故 by 工信部企业〔2026〕2号; reviews of 2026 and the first tier go by 63号
Holds = Callable[[Entry, str, Truth, dt.date], Truth]
_ACCIDENTS = ("safety", "quality", "environment")


def kind_of(text: str) -> str:
    """Which kind of incident a cell names, "" where it is none of those known."""
    for kind, words in _KINDS.items():
        if re.search(words, text):
            return kind
    return ""


def _happened(kinds: tuple[str, ...], first: Callable[[dt.date], dt.date], lower: dt.date = dt.date.max) -> Holds:
    """Major incidents of these kinds since a day; from `lower` on 较大 accidents of safety may be asked too."""

    def holds(entry: Entry, kind: str, major: Truth, day: dt.date) -> Truth:
        if kind and kind not in kinds:
            return False
        graded = True if kind in ("research", "tax") else major
        if graded is False and kind == "safety" and day >= lower and _considerable(entry):
            graded = None
        return every(True if kind else None, graded, entry.day("happened_on").within(first(day), day))

    return holds


def _considerable(entry: Entry) -> bool:
    return bool(_CONSIDERABLE.search(entry.text("grade") + entry.text("kind")))


def _unread_removal(entry: Entry) -> str:
    """What may say that a row was taken off its list and could not be read as the day of it; "" for nothing."""
    if entry.day("removed_on") != UNKNOWN_DAY:
        return ""
    if written := str(entry.cells.get("removed_on" + TEXT, "")):
        if _NOT_REMOVED.fullmatch(written.strip()):
            return ""
        return f"“移出日期”写的“{shorten(written, 40)}”"
    for header, nearest, cell in entry.beside():
        if isinstance(cell, str) and _NOT_REMOVED.fullmatch(cell.strip()):
            continue
        said = isinstance(cell, str) and _IS_REMOVED.search(cell)
        if said or nearest == "移出日期" or _REMOVAL.search(header):
            return f"“{header}”一列的“{shorten(str(cell), 40)}”"
    return ""


def _listed(kinds: tuple[str, ...]) -> Holds:
    def holds(entry: Entry, kind: str, _: Truth, day: dt.date) -> Truth:
        if kind and kind not in kinds:
            return False
        removed = entry.day("removed_on")
        still = negated(removed.by(day)) if removed != UNKNOWN_DAY else None if _unread_removal(entry) else True
        return every(True if kind else None, entry.day("happened_on").by(day), still)

    return holds


def _year_of(day: dt.date) -> dt.date:
    """365 days before the application, it included."""
    return day - dt.timedelta(days=365)


def _two_years(day: dt.date) -> dt.date:
    return dt.date(day.year - 1, 1, 1)


def _three_years(day: dt.date) -> dt.date:
    return years_before(day, 3)


_ASKED: dict[tuple[str, str], Holds] = {
    ("major_safety_accident_365d", ""): _happened(("safety",), _year_of),
    ("major_quality_accident_365d", ""): _happened(("quality",), _year_of),
    ("serious_env_violation_365d", ""): _happened(("environment",), _year_of),
    ("major_safety_accident_2y", ""): _happened(("safety",), _two_years),
    ("major_quality_accident_2y", ""): _happened(("quality",), _two_years),
    ("serious_env_violation_2y", ""): _happened(("environment",), _two_years),
    ("serious_research_dishonesty_2y", ""): _happened(("research",), _two_years),
    ("listed_abnormal", ""): _listed(("abnormal",)),
    ("listed_dishonest", ""): _listed(("dishonest",)),
    ("listed_abnormal_or_dishonest", ""): _listed(("abnormal", "dishonest")),
    ("major_incident_or_tax_evasion_3y", ""): _happened((*_ACCIDENTS, "tax"), _three_years, _COUNTS_TOO),
}
FACTS = tuple(_ASKED)


def find_incidents(
    entries: Entries,
    days: Mapping[str, dt.date],
    complete: bool,
    wanted: Container[tuple[str, str]],
    told: Warnings,
) -> dict[tuple[str, str], dict[str, Bounds]]:
    """(column, definition) -> firm -> 0 or 1.

    wanted: the columns that somebody reads. A row answers yes. That nothing is registered answers no only in a register
    that is `complete`.
    """
    facts: dict[tuple[str, str], dict[str, Bounds]] = {key: {} for key in FACTS}
    for firm, rows in entries.by_firm():
        answers: dict[tuple[str, str], list[Truth]] = {fact: [] for fact in _ASKED if fact in wanted}
        for entry in rows:
            kind, major = _read(entry, told)
            states = [_ASKED[fact](entry, kind, major, days[firm]) for fact in answers]
            for fact, state in zip(answers, states, strict=True):
                answers[fact].append(every(state, entry.sure or None))
            if True in states:
                _warn(told, entry, "有事故、违法或失信记录", COUNTED, "期限内不能通过；已修复、移出的请补移出日期")
            elif kind == "safety" and _considerable(entry) and None in states:
                problem = "较大安全事故：工信部企业〔2026〕2号的专精特新、小巨人不能通过，63号的只问重大事故"
                _warn(told, entry, problem, OPEN, "请按所报的办法在企业表填“是”或“否”")
            elif kind and None not in states and entry.day("happened_on") != UNKNOWN_DAY:
                problem = "有记录，但不在所问的期限内、已移出，或不是重大（严重）的"
                _warn(told, entry, problem, NOT_COUNTED, "保留决定书备查")
        for fact, parts in answers.items():
            state = some(*parts)
            if state is True or (state is False and complete):
                facts[fact][firm] = (int(state), int(state))
    return facts


def _read(entry: Entry, told: Warnings) -> tuple[str, Truth]:
    """The kind of a row and whether it was major, with what is wrong with it."""
    kind, words = kind_of(entry.text("kind")), entry.text("grade") + entry.text("kind")
    lists = {kind_of(header) for header, _, cell in entry.beside() if _WHY_LISTED.search(header) and not _none(cell)}
    kind = kind or (lists.pop() if len(lists) == 1 else "")
    if not kind:
        _warn(told, entry, "看不出是安全、质量、环境，还是科研失信、经营异常、严重违法失信", OPEN, "请写明类别")
    major: Truth = True if _MAJOR.search(entry.text("grade")) else False if _MINOR.search(entry.text("grade")) else None
    if major is None and _MAJOR.search(words) and kind in _ACCIDENTS:
        major = True
    if kind in _ACCIDENTS and major is None:
        _warn(told, entry, "没有写等级，不知是否重大（严重）", OPEN, "请补填等级，按处理决定书")
    if kind in ("abnormal", "dishonest") and (unread := _unread_removal(entry)):
        _warn(told, entry, f"{unread}没有采用，不知是否已移出", OPEN, "请填在“移出日期”一列，写到日")
    if entry.day("happened_on") == (None, None):
        _warn(told, entry, "没有日期", OPEN, "请补填发生（列入）日期")
    return kind, major


def _none(cell: object) -> bool:
    return isinstance(cell, str) and (is_blank(cell) or bool(_NOT_LISTED.fullmatch(cell.strip())))


def _warn(told: Warnings, entry: Entry, problem: str, counted: str, do: str) -> None:
    item = " ".join(filter(None, (entry.text("kind"), entry.text("document"))))
    told.add("事故与失信", entry, item, problem, counted, f"{T32}；{T115}", do)
