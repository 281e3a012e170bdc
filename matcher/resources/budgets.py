"""Sums of yuan and budgets in words: whether a budget is enough, and how much it may lack."""

from __future__ import annotations

import math

OVER = "可能超出"  # what is said of a budget that may not be enough begins so


def amount(yuan: float) -> str:
    """A sum of yuan.

    >>> amount(1920), amount(0.5)
    ('1,920 元', '0.50 元')
    """
    return f"{yuan:,.0f} 元" if float(yuan).is_integer() else f"{yuan:,.2f} 元"


def between(low: float, high: float) -> str:
    """A sum known from below and above.

    >>> between(800, 800), between(800, 900.5), between(800, math.inf), between(0, math.inf)
    (' 800 元', ' 800 元至 900.50 元', '至少 800 元，上限未知', '未知')
    """
    if math.isinf(high):
        return f"至少 {amount(low)}，上限未知" if low else "未知"
    return f" {amount(low)}" if low == high else f" {amount(low)}至 {amount(high)}"


def enough(cost: tuple[float, float], money: float) -> str:
    """Whether a budget is enough for a cost, and how much it may lack.

    >>> enough((800, 1000), 1000), enough((800, 1000), 900), enough((0, math.inf), 900)
    ('预算够', '可能超出，至多超 100 元', '费用未知，先问')
    """
    low, high = cost
    if high <= money:
        return "预算够"
    if math.isinf(high):
        return f"至少 {amount(low)}，上限未知，先问" if low else "费用未知，先问"
    return f"{OVER}，至多超 {amount(high - money)}"


def missing_for(least: float, left: float) -> str:
    """Why a part is missing that has candidates, of which the cheapest costs `least` and for which so much is left."""
    if least > left:
        return f"（合适的最少要 {amount(least)}，超出预算 {amount(least - left)}）"
    return "（合适的已给别的需求）"
