"""What was delivered and spent against the task book, and what grade the rules would give; a person decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from matcher.event_log.log import Event
from matcher.needs.comparison import compare_indicators, compare_same
from matcher.needs.indicators import Indicator, indicators_of
from matcher.projects.lifecycle.book import Project
from matcher.projects.lifecycle.rules import Grade
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.dates import later
from matcher.tables.cells.numbers import COUNT_WORDS, MONEY_WORDS, Number, read_number

DELIVERY = ("project_id", "title", "item", "wanted", "reached", "state", "margin", "how", "evidence", "reached_on")
STATES = {"met": "完成", "near": "接近", "not_met": "未完成", "not_said": "没有报", "unclear": "待人判断"}
MONEY = ("project_id", "title", "category", "planned", "spent", "left", "share", "state", "received")
MONEY_STATES = {
    "within": "预算内",
    "over": "超支",
    "no_plan": "没有预算",
    "unspent": "未支出",
    "not_said": "没有报支出",
}
GRADES = (
    "project_id", "title", "items", "met", "share_low", "share_high", "late_days", "proposed", "basis", "source",
    "verified", "given",
)  # fmt: skip
TOTAL = "合计"
# Rows of a budget that sum up others, or say which part of one is for what: 合计, 小计, 直接费用小计, 其中：设备费
_NO_CATEGORY = re.compile(
    r"(?:.{0,12}[(（]?(?:合|小|总|共|累)\s*计(?:数|金额)?[)）]?|总(?:额|预算|经费)|其\s*中\s*[:：、]?.*)[:：]?"
)
NEAR = 0.10
_FIGURE = r"\d[\d,]*(?:\.\d+)?"
_RANGE = re.compile(rf"([-−]?{_FIGURE})[^\d~～—–至到±,，;；、-]{{0,6}}(?:[~～—–至到]+|-)\s*([-−+]?{_FIGURE})")
_ABOUT = re.compile(rf"(?:约|大概|近|左右|上下|不到)\s*({_FIGURE})|({_FIGURE})\D{{0,4}}(?:左右|上下)")
_AT_MOST = re.compile("[≤<＜]|不超过|不大于|不高于|小于|低于|以内|以下|至多|最多")
_VERB = re.compile("申请|授权|获授权|发表|录用|制定|建成|建设|新增|培养|引进|实现|形成|开发|示范|推广|完成|达到")
_STEPS = ("申请", "录用")  # before what is wanted
_SHARE_DONE = re.compile(
    r"(?:完成|进度|达成)(?:率|度|了)?\D{0,3}\d+(?:\.\d+)?\s*[%％]|^[01]$"
)  # of the work, or a code
_DONE = {"已完成": "met", "完成": "met", "达到": "met", "是": "met", "超额完成": "met", "√": "met",
         "基本完成": "near", "部分完成": "near", "未完成": "not_met", "未达到": "not_met", "否": "not_met"}  # fmt: skip


def delivered_items(projects: Sequence[Project]) -> pd.DataFrame:
    """Each indicator of the task books with what was reached.

    Figures are compared by what they measure (`matcher.needs.compare_indicators`), counts and money by their numbers,
    a wanted number without a word being the least that is wanted; near is a miss of at most a tenth. Where they cannot
    be compared, what the project itself said counts and `how` says so. A reached range that does not cover the wanted
    one or has the limit in it, and what is about the limit (约2000), cannot.

    Returns
    -------
    DataFrame
        One row a project and indicator, in the order of the task book: project_id, title, item, wanted, reached, state
        ("met", "near", "not_met", "not_said", "unclear": something was reported that only a person can judge), margin
        (by which share it is better; NA where nothing can be said), how (比较, 自报 or ""), evidence ("" for none),
        reached_on.
    """
    rows = []
    for one in projects:
        reached = {event.body["item"]: event for event in one.of("reached")}
        for item, event in {event.body["item"]: event for event in one.of("indicator")}.items():
            own = event if event.body["reached"] or event.body["verdict"] else None  # both in one row
            wanted, told = event.body["wanted"], reached.get(item, own)
            state, margin, how = _judged(item, wanted, told)
            cells = (_reached(told), told.body["evidence"], told.day) if told else ("", "", None)
            rows.append(
                (one.id, one.facts.get("title", ""), item, wanted, cells[0], state, margin, how, *cells[1:])
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(DELIVERY))
    return table.assign(reached_on=pd.to_datetime(table["reached_on"]), margin=table["margin"].astype("Float64"))


def _reached(told: Event) -> str:
    """What was reached, which people also write below 完成情况 (13.5%)."""
    verdict: str = told.body["verdict"]
    return told.body["reached"] or (verdict if re.search(r"\d", verdict) and not _SHARE_DONE.search(verdict) else "")


def _judged(item: str, wanted: str, told: Event | None) -> tuple[str, float | None, str]:
    if told is None:
        return "not_said", None, ""
    reached, verdict = _reached(told), _DONE.get(told.body["verdict"])
    figures = _compared(item, wanted, reached) if reached else None
    open_ = bool(reached) and _is_open(wanted, reached)
    if figures is not None and not open_:
        return (*figures, "比较")
    if verdict is not None:
        return verdict, None, "自报"
    return ("unclear" if reached or told.body["verdict"] else "not_said"), None, ""


def _is_open(wanted: str, reached: str) -> bool:
    """Whether figures alone do not decide: a reached range that does not cover the wanted one or has the limit in it,
    or a value that is said to be about so much, by which it may be on either side of the limit.
    """
    asked, got = _range(wanted), _range(reached)
    if asked is not None:
        return got is not None and (got[0] > asked[0] or got[1] < asked[1])
    limits = re.findall(_FIGURE, wanted)
    if len(limits) != 1:
        return False
    limit = _float(limits[0])
    if got is not None:
        return got[0] <= limit < got[1] if _AT_MOST.search(wanted) else got[0] < limit <= got[1]
    about = _ABOUT.search(reached)
    return about is not None and abs(_float(about[1] or about[2]) - limit) <= NEAR * limit


def _range(text: str) -> tuple[float, float] | None:
    """The ends of the one range of a text."""
    found = _RANGE.findall(text)
    low, high = map(_float, found[0]) if len(found) == 1 else (0.0, 0.0)
    return (low, high) if low < high else None


def _float(figure: str) -> float:
    return float(figure.replace(",", "").replace("−", "-"))


def _compared(item: str, wanted: str, reached: str) -> tuple[str, float | None] | None:
    """State and margin by figures; None where there is nothing to compare."""
    for named in ("", item):  # ≥450MPa alone is taken for a pressure, below the name 强度 for a strength
        asked, own = indicators_of(named + wanted), indicators_of(named + reached)
        if asked and list(map(_measures, asked)) == list(map(_measures, own)):
            found = list(map(compare_same, asked, own))
        else:
            name = asked[0].quantity if len(asked) == 1 else item
            offered = [one for text in dict.fromkeys(("", item, name)) for one in indicators_of(text + reached)]
            found = compare_indicators(asked, offered)
        if asked and all(one.state != "not_said" for one in found):
            worst = max(found, key=lambda one: (("met", "near", "not_met").index(one.state), -(one.margin or 0)))
            return worst.state, worst.margin
    verbs = [verb[0] if (verb := _VERB.match(text)) else "" for text in (wanted, reached)]
    if verbs[0] != verbs[1] and (all(verbs) or verbs[1] in _STEPS or "新增" in verbs):
        return None  # applied for is not granted, and more by so much is not so much
    numbers = [read_number(_VERB.sub("", text), 1) for text in (wanted, reached)]
    least, got = numbers
    if not isinstance(least, Number) or not isinstance(got, Number) or _kind(least) != _kind(got):
        return None
    return _numbers(least, got)


def _measures(one: Indicator) -> tuple[str, str]:
    return one.quantity, one.unit.dimension


def _kind(number: Number) -> str:
    return {**dict.fromkeys(COUNT_WORDS, ""), **dict.fromkeys(MONEY_WORDS, "元")}.get(number.suffix, number.suffix)


def _numbers(wanted: Number, got: Number) -> tuple[str, float | None] | None:
    """A plain number is the least that is wanted; 不超过 is the most; the worst value that is reported counts."""
    most = wanted.low is None
    bound, value = (wanted.high, got.high) if most else (wanted.low, got.low)
    if bound is None or value is None:
        return None
    better = bound - value if most else value - bound
    margin = float(better / bound) if bound else (0.0 if better == 0 else None)
    if better >= 0:
        return "met", margin
    return ("near" if -better <= abs(bound) * Decimal(str(NEAR)) else "not_met"), margin


def money(projects: Sequence[Project]) -> pd.DataFrame:
    """Money planned and spent, by category.

    The last budget of a category and source counts, and sums that were spent add up. A row that sums up others (合计,
    小计) or is a part of one (其中：) is in no sum where the project has others of its kind.

    Returns
    -------
    DataFrame
        One row a project and category, in the order of the budget, then a row 合计: project_id, title, category,
        planned (yuan; NA where no budget was recorded), spent (NA where nothing was recorded for the project), left
        (planned less spent: below 0 over the plan), share (spent of planned), state ("within", "over", "no_plan",
        "unspent", "not_said"), received (yuan; only in 合计, NA where no receipt was recorded).
    """
    rows = []
    for one in projects:
        planned: dict[str, dict[str, int]] = {}
        for event in _categories(one.of("budget")):
            planned.setdefault(event.body["item"], {})[event.body["source"]] = event.body["amount"]
        spent: dict[str, int] = {}
        for event in _categories(one.of("spent")):
            spent[event.body["item"]] = spent.get(event.body["item"], 0) + event.body["amount"]
        received = [event.body["amount"] for event in one.of("received")]
        head = (one.id, one.facts.get("title", ""))
        plans = {category: sum(parts.values()) for category, parts in planned.items()}
        rows += [
            (*head, category, *_sums(plans.get(category), spent.get(category, 0) if spent else None), None)
            for category in dict.fromkeys([*plans, *spent])
        ]
        if plans or spent or received:
            whole = sum(plans.values()) if plans else None
            paid = sum(spent.values()) if spent else None
            rows.append((*head, TOTAL, *_sums(whole, paid), sum(received) if received else None))
    table = pd.DataFrame(rows, columns=list(MONEY))
    kinds = dict.fromkeys(("planned", "spent", "left", "received"), "Int64") | {"share": "Float64"}
    return table.astype(kinds)


def _categories(events: list[Event]) -> list[Event]:
    """Sums of money without totals and parts of others; all where there is nothing else."""
    return [event for event in events if not _NO_CATEGORY.fullmatch(event.body["item"].strip())] or events


def _sums(planned: int | None, spent: int | None) -> tuple[Any, ...]:
    if spent is None:
        return planned, None, None, None, "not_said"
    if planned is None:
        return None, spent, None, None, "no_plan"
    state = "over" if spent > planned else "unspent" if not spent and planned else "within"
    return planned, spent, planned - spent, spent / planned if planned else None, state


def proposed_grades(projects: Sequence[Project], delivered: pd.DataFrame, *, on: Day) -> pd.DataFrame:
    """The grade of acceptance that the rules of each project would give.

    Parameters
    ----------
    delivered
        What `delivered_items` gave for these projects.

    Returns
    -------
    DataFrame
        One row a project whose rules have grades and whose task book has indicators: project_id, title, items, met,
        share_low, share_high (indicators met, where what is not said or unclear may be either), late_days (from the end
        of the term to the application for acceptance, or `on`; 0 in time, NA where the end is not known), proposed
        ("未定" where what is open decides), basis, source, verified, given (what was recorded). Untrue papers, changes
        without leave and how money was used are a person's to judge.
    """
    day, rows = as_day(on), []
    for one in projects:
        states = delivered.loc[delivered["project_id"] == one.id, "state"]
        if not one.rules.grades or states.empty:
            continue
        met, sure = int((states == "met").sum()), int(states.isin(["near", "not_met"]).sum())
        low, high = met / len(states), (len(states) - sure) / len(states)
        asked, end, given = one.last("acceptance_applied", "accepted"), one.ends_on, one.last("accepted")
        until = dt.date.fromisoformat(asked.day) if asked else day
        best, worst = (_first(one.rules.grades, share, end, until) for share in (high, low))
        same = best if best is not None and worst is not None and best.grade == worst.grade else None
        late = None if end is None else max((until - end).days, 0)
        seen = same.verified if same else all(grade.verified for grade in one.rules.grades)
        told = (same.grade if same else "未定", same.says if same else "", one.rules.source, seen)
        head = (one.id, one.facts.get("title", ""), len(states), met, low, high, late)
        rows.append((*head, *told, given.body["grade"] if given else ""))
    return pd.DataFrame(rows, columns=list(GRADES)).astype({"late_days": "Int64"})


def _first(grades: Sequence[Grade], share: float, end: dt.date | None, until: dt.date) -> Grade | None:
    """The first grade that a share and a day make; None where that takes an end that is not known."""
    for grade in grades:
        missed = (grade.missed == "any" and share < 1) or (grade.missed == "none" and share == 1)
        below = grade.done_below is not None and share < grade.done_below
        if missed or below or (grade.done_from is not None and share >= grade.done_from):
            return grade
        if grade.late_months is not None and (end is None or until > later(end, months=grade.late_months)):
            return None if end is None else grade
    return None
