"""Readiness 1 to 9 and the 13 levels from evidence: what is shown, what is still possible, what would raise it.

A level is reached where evidence of it, or of a higher one, is there; nothing else raises a level, so that taking
evidence away never does. "No" bounds what is possible and is never held against evidence of a higher level; the two
are told as a contradiction, and `low` falls to what nothing contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from matcher.assessment.evidence import TITLES_OF, Evidence
from matcher.assessment.scales import levels, market_levels, shown_by
from matcher.errors import ArgumentError

TOP = 9


class Readiness(NamedTuple):
    """Readiness of an outcome. level: the highest level that evidence shows, None for no evidence. high: the highest
    level not ruled out. evidence: what shows `level`. contradictions: sentences. low: the highest level shown below
    every "no", None for none; it is `level` where nothing contradicts. against: the evidence that does.
    """

    level: int | None
    high: int
    evidence: tuple[Evidence, ...]
    contradictions: tuple[str, ...]
    low: int | None
    against: tuple[Evidence, ...]


def readiness_of(evidence: Sequence[Evidence]) -> Readiness:
    """Readiness by the evidence of `read_evidence`.

    `high` is below a level above `level` for which a key column says "no" while none says "yes": no 样机 keeps an
    outcome below 5, no 中试 or 正样 below 6, no 实际环境试验 or 用户应用证明 below 7, no 小批量试生产 or 产品定型
    below 8, no 批量生产 below 9.

    Examples
    --------
    >>> readiness_of([Evidence("prototype", True, "样机", "有"), Evidence("pilot", False, "中试", "无")])[:2]
    (5, 5)
    """
    there = [one for one in evidence if one.present]
    level = max((shown_by()[one.kind] for one in there), default=None)
    refused = {one.kind for one in evidence if not one.present}
    held = {one.kind for one in there}
    denied = refused - held
    bars = [
        number
        for number, one in levels().items()
        if number > (level or 0) and denied & set(one.keys) and not held & set(one.keys)
    ]
    contradictions = tuple(
        "、".join(f"{one.column}写“{one.quote}”" for one in evidence if one.kind in step.keys and not one.present)
        + f"，而{level}级的证据写有，请核对"
        for number, step in levels().items()
        if number <= (level or 0) and denied & set(step.keys) and not held & set(step.keys)
    )
    both = held & refused
    doubted = [
        number for number, one in levels().items() if refused & set(one.keys) and not (held - refused) & set(one.keys)
    ]
    sure = (shown_by()[kind] for kind in held - refused)
    against = tuple(
        one
        for one in evidence
        if not one.present
        and (one.kind in both or any(one.kind in levels()[number].keys for number in doubted if number <= (level or 0)))
    )
    contradictions += tuple(f"{TITLES_OF[kind]}一栏写“否”，证明材料中却有，请核对" for kind in sorted(both))
    showing = tuple(one for one in there if shown_by()[one.kind] == level)
    low = max((one for one in sure if one < min(doubted, default=TOP + 1)), default=None)
    return Readiness(level, min(bars) - 1 if bars else TOP, showing, contradictions, low, against)


def to_raise(level: int | None, market: int | None = None) -> str:
    """What evidence would raise an outcome by one level, in words; "" at 13.

    level: readiness, None for none shown yet. market: its sure level among the 13, where that is above 9.
    """
    reached = max(level or 0, market or 0)
    if reached < TOP:
        following = levels()[reached + 1]
        none = "" if reached else "表中没有证据；"
        return f"{none}升到{following.number}级（{following.name}：{following.meaning}）需要：{following.asks}"
    if reached + 1 not in market_levels():
        return ""
    name, asks = market_levels()[reached + 1]
    return f"已到9级；13级量表升到{reached + 1}级（{name}）需要：{asks}"


def qingdao_level(
    technical: int,
    *,
    sales_volume: float | None = None,
    break_even_volume: float | None = None,
    annual_income: float | None = None,
    annual_cost: float | None = None,
    cumulative_income: float | None = None,
    total_input: float | None = None,
) -> tuple[int, int]:
    """The level of 青科资字〔2025〕2号 as (surely reached, possibly reached), from 1 to 13.

    Beyond 9 each level needs the one before: 10 first revenue and sales of at least 30 % of the break-even volume, 11
    annual income at least annual operating cost, 12 cumulative income of at least 30-50 % of total input (the text
    gives this range: from 50 % it surely holds, below 30 % it does not), 13 cumulative income at least total input.

    Parameters
    ----------
    technical
        The level 1 to 9 reached by the evidence.
    sales_volume, break_even_volume, annual_income, annual_cost, cumulative_income, total_input
        None, NaN and NA are unknown and leave both ends open. Volumes in one unit, money in yuan. A break-even volume
        or a total input of 0 or less, and a negative figure, count as unknown.

    Raises
    ------
    ArgumentError
        When `technical` is not 1 to 9.

    Examples
    --------
    >>> qingdao_level(9, sales_volume=40, break_even_volume=100)
    (10, 13)
    """
    if technical not in range(1, TOP + 1):
        raise ArgumentError(f"technical is a level from 1 to 9, not {technical!r}")
    if technical < TOP:
        return technical, technical

    def share(part: float | None, whole: float | None, sure: int, possible: int, *, zero: bool) -> tuple[bool, bool]:
        if (
            part is None
            or whole is None
            or pd.isna(part)
            or pd.isna(whole)
            or part < 0
            or whole < (0 if zero else 1e-9)
        ):
            return False, True
        return part > 0 and part * 100 >= sure * whole, part > 0 and part * 100 >= possible * whole

    tests = (
        share(sales_volume, break_even_volume, 30, 30, zero=False),
        share(annual_income, annual_cost, 100, 100, zero=True),
        share(cumulative_income, total_input, 50, 30, zero=False),
        share(cumulative_income, total_input, 100, 100, zero=False),
    )
    sure = possible = TOP
    for level, (holds, may) in enumerate(tests, TOP + 1):
        sure = level if holds and sure == level - 1 else sure
        possible = level if may and possible == level - 1 else possible
    return sure, possible
