"""Conversions of outcomes (成果转化) to how many count in the last three accounting years: each outcome once."""

from __future__ import annotations

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
    plain,
    some,
)
from matcher.policy.registers.rights import kind_by_number, right_number

T195 = "国科发火〔2016〕195号 三、（七）2"
FACTS = (("conversions_3y", ""),)
# 自行投资实施转化; 转让; 许可他人使用; 合作共同实施; 作价投资、折算股份; 其他协商方式
_FORMS = re.compile("自行|自主|自用|实施|转让|许可|合作|作价|入股|股份|协商|其他")
_RESULTS = re.compile("产品|服务|工艺|样品|样机")  # what it became, which says that the firm uses it

_IN_BRACKETS = re.compile("[（(]([^()（）]{1,60})[)）]$")  # what stands behind an outcome's name
_CALLED = re.compile("^(?:专利|授权|申请|登记|著作权)*(?:号码?|号)")


def count_conversions(
    entries: Entries, days: Mapping[str, dt.date], told: Warnings
) -> dict[tuple[str, str], dict[str, Bounds]]:
    """(column, definition) -> firm -> how many conversions count, at least and at most.

    An outcome counts once, whatever it became (195号), with and without the number of its right. A row without its
    kind, its day or evidence may count or not.
    """
    counts: dict[str, Bounds] = {}
    for firm, rows in entries.by_firm():
        last = dt.date(days[firm].year - 1, 12, 31)
        first = dt.date(days[firm].year - 3, 1, 1)
        outcomes: dict[str, list[Truth]] = {}
        numbered: dict[str, set[str]] = {}
        for text in (entry.text("outcome") for entry in rows):
            numbered.setdefault(_unnumbered(text), set()).add(text)
        for entry in rows:
            text = entry.text("outcome")
            name = _unnumbered(text)
            key = plain(name if len(numbered[name] - {name}) == 1 else text) or f"row {entry.row}"
            state = _state(entry, first, last, told)
            if key in outcomes and state is not False:
                problem = "同一成果已在上面一行，转化成几项产品、工艺也只计一次"
                _warn(told, entry, problem, NOT_COUNTED if True in outcomes[key] else state, "请删去重复的行")
            outcomes.setdefault(key, []).append(state)
        counts[firm] = count(some(*states) for states in outcomes.values())
    return {FACTS[0]: counts}


def _unnumbered(outcome: str) -> str:
    """An outcome's name without the number of its right behind it.

    >>> [_unnumbered(text) for text in ("夹具（ZL202020123456.7）", "夹具（20240501）", "夹具（一代）")]
    ['夹具', '夹具（20240501）', '夹具（一代）']
    """
    found = _IN_BRACKETS.search(outcome)
    return outcome[: found.start()] if found and kind_by_number(right_number(_CALLED.sub("", found[1]))) else outcome


def _state(entry: Entry, first: dt.date, last: dt.date, told: Warnings) -> Truth:
    """Whether a row counts, with what is wrong with it."""
    in_time = entry.day("converted_on").within(first, last)
    if in_time is False:
        _warn(told, entry, f"转化日期不在 {first} 至 {last} 的三个会计年度内", NOT_COUNTED, "不用于本次申请")
        return False
    if in_time is None:
        _warn(told, entry, "不知转化日期是否在近三个会计年度内", OPEN, "请补填转化日期和能证明日期的材料")
    named = bool(entry.text("outcome"))
    if not named:
        _warn(told, entry, "没有写成果名称", OPEN, "请补填成果名称，同一成果只计一次")
    kind = entry.text("kind")
    formed = bool(_FORMS.search(kind) or _RESULTS.search(kind))
    if not formed:
        problem = f"转化形式“{kind}”不是列举的形式" if kind else "没有写转化形式"
        do = "请写明：自行投资实施、转让、许可、合作实施、作价投资或其他协商方式"
        _warn(told, entry, problem, OPEN, do)
    proven = bool(plain(entry.text("evidence"))) and plain(entry.text("evidence")) not in ("无", "没有", "暂无", "待补")
    if not proven:
        _warn(told, entry, "没有转化证明", OPEN, "请补能证明形式和日期的材料（合同、销售发票、检测报告等）")
    return every(in_time, named or None, formed or None, proven or None, entry.sure or None)


def _warn(told: Warnings, entry: Entry, problem: str, counted: str | Truth, do: str) -> None:
    mark = counted if isinstance(counted, str) else COUNTED if counted else OPEN
    told.add("成果转化", entry, entry.text("outcome"), problem, mark, T195, do)
