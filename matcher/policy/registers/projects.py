"""R&D projects, year by year with the eight categories, to the R&D expense of 195号; and what an audit would mark.

Each firm and year is summed over its projects and put through `hte-rd-expense` (80 % of what is entrusted, other at
most 20 %). What is not known of a row leaves the sums between two bounds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from matcher.policy.policy import Policy
from matcher.policy.registers.entries import (
    COUNTED,
    NOT_COUNTED,
    OPEN,
    Bounds,
    Entries,
    Entry,
    Warnings,
    plain,
    year_of,
)
from matcher.policy.registers.schemas import CATEGORIES, projects_contract
from matcher.policy.scoring import score
from matcher.tables.cells.texts import shorten
from matcher.tables.schemas.main import Contract

T195 = "国科发火〔2016〕195号 三、（六）"
AUDIT = "研发费用专项审计的通常要求（195号按研发活动设辅助账）"
BASIS = "高企口径（195号）"
Row = np.ndarray[tuple[int], np.dtype[np.float64]]
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
_EXPENSE = re.compile("费|折旧|摊销|投入|支出|委托|委外|材料|人工|工资|试验")
_NO_EXPENSE = re.compile(
    "其中|预算|计划|收入|加计|比例|占比|率|说明|备注|日期|时间|单位|单价|方式|人数|编号|名称|辅助账"
    "|来源|总投[入资]|总经费|项目经费|累计|拨款|财政|自筹|工时|投入数|负责"
)
_DOMESTIC = ("rd_domestic_3y", BASIS)
_YEARS = {3: ("rd_expense_y1", BASIS), 2: ("rd_expense_y2", BASIS), 1: ("rd_expense_y3", BASIS)}
FACTS = (*_YEARS.values(), _DOMESTIC)
_KEPT = CATEGORIES.index("other")
_ENTRUSTED = (CATEGORIES.index("entrusted_domestic"), CATEGORIES.index("entrusted_overseas"))


class _Part(NamedTuple):
    """One row: which year of the firm (1: the last; 0: not one of the three; None: unknown), categories at least and at
    most.
    """

    back: int | None
    low: Row
    high: Row


def sum_projects(
    entries: Entries,
    days: Mapping[str, dt.date],
    years: Mapping[str, int],
    policy: Policy,
    on: dt.date,
    told: Warnings,
) -> dict[tuple[str, str], dict[str, Bounds]]:
    """(column, definition) -> firm -> yuan, at least and at most.

    years: how many accounting years a firm has had, where that is known. policy: `hte-rd-expense`, with the readings
    that somebody chose; on: the day that chooses its edition. A year in which a firm has no row stays
    unknown; the domestic sum is known where every year of the firm has rows.
    """
    sums: dict[tuple[str, int], tuple[Row, Row]] = {}
    seen: dict[str, set[int]] = {}
    for firm, rows in entries.by_firm():
        parts = _parts(rows, entries.contract, days[firm], told)
        for back in (1, 2, 3):
            mine = [part for part in parts if part.back == back]
            loose = [part for part in parts if part.back is None]
            if not mine:
                continue
            seen.setdefault(firm, set()).add(back)
            sums[firm, back] = (
                np.sum([part.low for part in mine], axis=0),
                np.sum([part.high for part in [*mine, *loose]], axis=0),
            )
    facts: dict[tuple[str, str], dict[str, Bounds]] = {key: {} for key in FACTS}
    if not sums:
        return facts
    low, high = (_amounts(np.array([ends[end] for ends in sums.values()]), policy, on) for end in (0, 1))
    domestic: dict[str, Row] = {}
    for at, ((firm, back), (least, _)) in enumerate(sums.items()):
        facts[_YEARS[back]][firm] = _bounds(low[at, 0], high[at, 0])
        domestic[firm] = domestic.get(firm, np.zeros(2)) + np.array([low[at, 1], high[at, 1]])
        _check_other(firm, days[firm].year - back, least, told)
    for firm, (bottom, top) in domestic.items():
        whole = seen[firm] >= set(range(1, years.get(firm, 3) + 1))
        facts[_DOMESTIC][firm] = _bounds(bottom, top if whole else np.inf)
    return facts


def _bounds(low: float, high: float) -> Bounds:
    """Whole yuan, half a yuan rounded up; None for an end that is not known."""
    bottom, top = (float(np.floor(end + 0.5)) if np.isfinite(end) else None for end in (low, high))
    return bottom, top


def _amounts(sums: Table, policy: Policy, on: dt.date) -> Table:
    """The R&D expense and its domestic part by 195号 for sums by category, a row each."""
    table = pd.DataFrame(np.where(np.isinf(sums), 0.0, sums), columns=list(CATEGORIES))
    table.insert(0, "enterprise_id", [str(at) for at in range(len(table))])
    verdicts = score(table, policy, on=on).verdicts
    values = [verdicts.loc[verdicts["rule"] == rule, "value"].to_numpy(float) for rule in ("total", "domestic")]
    amounts = np.column_stack(values)
    amounts[np.isinf(sums).any(axis=1)] = np.inf
    return amounts


def _parts(rows: list[Entry], contract: Contract, day: dt.date, told: Warnings) -> list[_Part]:
    """The rows of a firm as parts of its years, each row once."""
    parts: list[_Part] = []
    before: dict[tuple[str, int], list[Entry]] = {}
    spent: dict[str, float] = {}
    budgets: dict[str, tuple[float, Entry]] = {}
    marked: set[str] = set()
    for entry in rows:
        key = plain(entry.text("project_id")) or plain(entry.text("project"))
        low, high, total = _money(entry, contract, told)
        _check_project(entry, key, marked, told)
        year = _year(entry, told)
        if year is None:
            parts.append(_Part(None, low, high))
            continue
        if not entry.sure:  # perhaps another firm's
            low = np.zeros(len(CATEGORIES))
        same = before.setdefault((key, year), [])
        if key and any(_alike(entry, other) for other in same):
            _warn(told, entry, "和上面一行的项目、年度和金额都相同，只计一次", NOT_COUNTED, "请删去重复的行", T195)
            continue
        if key and same:
            _warn(told, entry, "同一项目、同一年度有不止一行，金额不同，已相加", COUNTED, "若是更正，请只留一行", T195)
        same.append(entry)
        back = day.year - year
        parts.append(_Part(back if back in (1, 2, 3) else 0, low, high))
        if back <= 0:
            _warn(told, entry, f"{year} 年不是申请前的会计年度", NOT_COUNTED, "只计申请前三个会计年度", T195)
        if key:
            spent[key] = spent.get(key, 0.0) + total
            if (budget := entry.number("budget")[0]) is not None:
                budgets.setdefault(key, (budget, entry))
    for key, (budget, entry) in budgets.items():
        if spent.get(key, 0.0) > budget:
            problem = f"支出 {spent[key]:,.0f} 元，超过预算 {budget:,.0f} 元"
            _warn(told, entry, problem, COUNTED, "请核对支出归集，或补预算调整的决议", AUDIT)
    return parts


def _money(entry: Entry, contract: Contract, told: Warnings) -> tuple[Row, Row, float]:
    """The categories of a row at least and at most, and what was spent at least.

    Where some category is filled, an empty one is zero, and one that could not be read may be what the sum leaves for
    it. A sum without categories may lie anywhere between nothing that counts and all of it. What is entrusted without
    a word on where counts alike in both, and may be domestic or not.
    """
    ends = [entry.number(name) for name in CATEGORIES]
    entrusted = stated = entry.number("entrusted")
    if given := [at for at in _ENTRUSTED if ends[at] != (None, None)]:
        if len(given) == 1:  # of a sum and the part in it that is overseas, the rest is domestic
            ends[sum(_ENTRUSTED) - given[0]] = _rest(entrusted, ends[given[0]])
        entrusted = (None, None)  # their sum
    least, most = entry.number("amount")
    low, high = np.zeros(len(CATEGORIES)), np.zeros(len(CATEGORIES))
    unread = [name for name in (*CATEGORIES, "entrusted") if entry.unread(name)]
    for name in (*unread, *(["amount"] if entry.unread("amount") else [])):
        problem = f"“{contract[name].title}”写的“{shorten(entry.unread(name), 40)}”没有采用，"
        problem += "按 0 至合计余下的数计" if name != "amount" and most is not None else "不知有多少"
        _warn(told, entry, problem, OPEN, "请改成一个数", T195)
    if not unread and all(end == (None, None) for end in (*ends, entrusted)):
        high[0] = np.inf if most is None else most
        problem = "没有金额" if most is None else "只有合计，没有分八类归集，不知委托外部和其他费用各多少"
        if not entry.unread("amount"):
            _warn(told, entry, problem, OPEN, "请按八类费用填写", T195)
        return low, high, least or 0.0
    for at, (bottom, top) in enumerate(ends):
        low[at] = bottom or 0.0
        high[at] = np.inf if top is None and bottom is not None else top or 0.0
    exact = np.array_equal(low, high) and entrusted[0] == entrusted[1]
    if entrusted != (None, None):
        domestic, overseas = _ENTRUSTED
        low[overseas], high[domestic] = entrusted[0] or 0.0, np.inf if entrusted[1] is None else entrusted[1]
        problem = f"“{contract['entrusted'].title}”没有写境内还是境外，境内的研发费用在两者之间未定"
        _warn(told, entry, problem, OPEN, "请分填委托境内和委托境外", T195)
    known = stated[0] is not None and stated[0] == stated[1] and all(low[at] == high[at] for at in _ENTRUSTED)
    parts = low[[*_ENTRUSTED]].sum()
    if given and known and abs(more := (stated[0] or 0.0) - parts) >= 1:
        problem = f"委托境内、境外之和 {parts:,.0f} 元，与“{contract['entrusted'].title}” {stated[0]:,.0f} 元不符；"
        problem += "多出的不知是境内还是境外，在两者之间未定" if more > 0 else "已按境内、境外之和"
        high[_ENTRUSTED[0]] += max(0.0, more)
        exact = exact and more < 0
        _warn(told, entry, problem, OPEN if more > 0 else COUNTED, "请核对委托境内、境外和合计", T195)
    for name in unread:
        exact = False
        at = _ENTRUSTED[0] if name == "entrusted" else CATEGORIES.index(name)
        high[at] = np.inf if most is None else max(0.0, most - low.sum())
    if (low < 0).any():
        _warn(told, entry, "有的费用是负数", COUNTED, "冲销请在原年度调整", AUDIT)
    total = float(low.sum())
    others = [header for header, *_ in _other_amounts(entry)]
    if others and (least is None or not exact):
        problem = f"“{'”“'.join(others)}”没看懂，没有计入，不知共有多少"
        _warn(told, entry, problem, OPEN, "请指定是八类中的哪一类，或填合计", T195)
        high[0] = np.inf
    elif exact and least is not None and least == most and abs(total - least) >= 1:
        problem = f"八类之和 {total:,.0f} 元，与合计 {least:,.0f} 元不符；"
        more = least > total
        problem += f"没看懂的“{'”“'.join(others)}”没有计入；" if others and more else ""
        problem += "在两者之间未定" if more else "已按八类之和"
        high[0] += max(0.0, least - total)
        _warn(told, entry, problem, OPEN if more else COUNTED, "请核对；漏的类别请补", AUDIT)
    return low, high, total


def _rest(
    whole: tuple[float | None, float | None], part: tuple[float | None, float | None]
) -> tuple[float | None, float | None]:
    """What a part leaves of a sum, at least and at most."""
    (least, most), (low, high) = whole, part
    if (least, most) == (None, None):
        return None, None
    return max(0.0, (least or 0.0) - high) if high is not None else 0.0, None if most is None else max(
        0.0, most - (low or 0.0)
    )


def _other_amounts(entry: Entry) -> list[tuple[str, str, object]]:
    """The filled columns that no field took and that may hold a category, by their header or the field like them."""
    titles = {column.title for column in projects_contract().columns if column.name in CATEGORIES}
    return [
        one
        for one in entry.beside()
        if (one[1] in titles or (_EXPENSE.search(one[0]) and not _NO_EXPENSE.search(one[0])))
        and re.fullmatch(r"[\d,.]*[1-9][\d,.]*\s*(?:[万千]?元)?", str(one[2]).strip())
    ]


def _year(entry: Entry, told: Warnings) -> int | None:
    """The accounting year of a row; that of the project where it lies in one year."""
    found = year_of(entry.text("year"))
    starts, ends = entry.day("starts_on"), entry.day("ends_on")
    first, last = starts.low, ends.high
    if found is not None:
        if (first is not None and found < first.year) or (last is not None and found > last.year):
            _warn(told, entry, f"{found} 年不在项目的起止日期之内", COUNTED, "请核对年度和起止日期", AUDIT)
        return found
    if first is not None and last is not None and first.year == last.year:
        _warn(told, entry, f"没有写年度，已按项目起止日期作 {first.year} 年", COUNTED, "请补填年度", T195)
        return first.year
    _warn(told, entry, "没有写年度，不知计入哪一年", OPEN, "请补填年度", T195)
    return None


def _check_project(entry: Entry, key: str, marked: set[str], told: Warnings) -> None:
    """What each project must show, once a project."""
    starts, ends = entry.day("starts_on"), entry.day("ends_on")
    if starts.low and ends.high and starts.low > ends.high:
        _warn(told, entry, "结束日期早于开始日期", COUNTED, "请更正日期", AUDIT)
    if key in marked:
        return
    marked.add(key)
    if not key:
        _warn(told, entry, "没有项目编号，也没有名称", COUNTED, "研发费用须归到研发活动（RD01……）", T195)
    lacks = [
        title
        for title, missing in (
            ("项目预算", entry.number("budget") == (None, None)),
            ("项目人员数", entry.number("people") == (None, None)),
            ("开始日期", starts == (None, None)),
            ("结束日期", ends == (None, None)),
        )
        if missing
    ]
    if entry.number("people") == (0.0, 0.0):
        _warn(told, entry, "项目人员数为 0", COUNTED, "请填参加项目的科技人员", AUDIT)
    if lacks:
        _warn(told, entry, f"没有{'、'.join(lacks)}", COUNTED, "请补立项书：预算、人员、起止日期", AUDIT)


def _check_other(firm: str, year: int, sums: Row, told: Warnings) -> None:
    """More of 其他费用 than 20 % allows."""
    rest = np.delete(sums, _KEPT)
    rest[[*_ENTRUSTED]] *= 0.8
    over = sums[_KEPT] - rest.sum() / 4
    if over > 0:
        problem = f"{year} 年其他费用超过研究开发总费用的 20%，{over:,.0f} 元不计入"
        told.firm("研发项目", firm, "", problem, NOT_COUNTED, T195, "请核对其他费用的归集")


def _alike(one: Entry, other: Entry) -> bool:
    return all(one.number(name) == other.number(name) for name in (*CATEGORIES, "entrusted", "amount"))


def _warn(told: Warnings, entry: Entry, problem: str, counted: str, do: str, source: str) -> None:
    item = " ".join(filter(None, (entry.text("project_id"), entry.text("project"))))
    told.add("研发项目", entry, item, problem, counted, source, do)


def check_people(entries: Entries, staff: Mapping[str, float], told: Warnings) -> None:
    """Projects with more people than the firm has 科技人员."""
    for entry in entries.rows:
        people, most = entry.number("people")[0], staff.get(entry.firm)
        if people is not None and most is not None and people > most:
            problem = f"项目人员 {people:g} 人，多于企业科技人员 {most:g} 人"
            _warn(told, entry, problem, COUNTED, "请核对科技人员数", AUDIT)
