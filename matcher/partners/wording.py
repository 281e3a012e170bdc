"""Figures, facts and reasons of proposals in Chinese words; no module beside this one makes sentences of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from matcher.partners.options import Option
from matcher.policy.policy import Policy

_SOURCES = {"probability": "匹配概率", "good_match": "判为较强匹配，未校准，按1计", "assumed": "配对表未给出，按1计"}


def number_text(value: float, digits: int = 4) -> str:
    """A number with commas, and without decimals that say nothing.

    >>> number_text(1250000.0), number_text(0.5)
    ('1,250,000', '0.5')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def interval_text(low: float, high: float, digits: int = 4) -> str:
    """One number, or the two ends of an interval.

    >>> interval_text(7, 12), interval_text(6, 6)
    ('7～12', '6')
    """
    return number_text(low, digits) if low == high else f"{number_text(low, digits)}～{number_text(high, digits)}"


def gap_number(gap: float, digits: int = 4) -> str:
    """How far the next limit is; money in whole units, rounded up. "" for nothing."""
    if math.isnan(gap) or not gap:
        return ""
    return number_text(float(math.ceil(gap)) if gap > 1000 else gap, digits)


def facts_text(policy: Policy, change: Mapping[str, float], facts: Mapping[str, float]) -> str:
    """Every fact that is changed, with its title, from what to what."""
    parts = []
    for name, value in change.items():
        column = policy.columns[name]
        before, after = (_fact_text(column.kind, part) for part in (facts[name], value))
        parts.append(f"{column.title} {before}→{after}")
    return "；".join(parts)


def item_texts(lines: pd.DataFrame, mark: str) -> str:
    """The items of one proposal, from what to what; `mark` stands behind their titles."""
    return "；".join(
        f"{line['title']}{mark}{line['after']}"
        if line["kind"] == "judged"
        else f"{line['title']}{mark}{line['before']}→{line['after']}"
        for line in lines.to_dict("records")
    )


def reason_texts(lines: pd.DataFrame, options: Sequence[Option]) -> list[str]:
    """For every line the text of its proposal: what is done with whom, which items move, on what basis, fit, cost."""
    texts: dict[int, str] = {}
    for number, group in lines.groupby("_option", sort=False):
        option, first = options[int(str(number))], group.iloc[0]
        total = (
            ""
            if math.isnan(first["total_after_low"])
            else f"总分 {interval_text(first['total_before_low'], first['total_before_high'])}→"
            f"{interval_text(first['total_after_low'], first['total_after_high'])}分。"
        )
        money = "未知" if math.isnan(option.cost) else f"{number_text(option.cost)}元"
        texts[int(str(number))] = (
            f"以{option.way.title}与{option.label}合作：{first['facts'] or '事实数值不变'}。"
            f"{item_texts(group, '：')}。{total}"
            f"依据：{first['_basis']}。适合的把握 {option.probability:.2f}（{_SOURCES[option.source]}）"
            f"{'' if option.good else '，匹配较弱，仅供参考'}，费用{money}。"
        )
    return [texts[int(number)] for number in lines["_option"]]


def _fact_text(kind: str, value: float) -> str:
    if math.isnan(value):
        return "未知"
    return ("否", "是")[int(value)] if kind == "yesno" else number_text(value) + ("元" if kind == "yuan" else "")
