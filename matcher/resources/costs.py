"""What the use of a resource costs: a fee and the hours or samples of a need become an interval of yuan."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from matcher.resources.fees import FOREIGN, OPEN, PER, Fee, Tariff, tariff_of
from matcher.tables.cells.texts import half_width

HOURS_A_DAY = (8.0, 24.0)  # a working day, and a day of a test that runs on
UNKNOWN = (0.0, math.inf)  # a cost of which nothing is known


class Cost(NamedTuple):
    """Yuan from below and above, and in Chinese how they were reckoned and what is not known of them."""

    low: float
    high: float
    note: str


def cost_of(text: str, hours: float | None, samples: float | None, cards: float | None = None) -> Cost:
    """The cost in yuan of so many hours, samples or hours of cards, from below and above; (0, inf) where it cannot be
    told.

    Prices by one unit are alternatives (members and others, day and night): the cheapest and the dearest are the ends.
    Prices by several units (hour and sample) may be alternatives or add up: the cheapest alone and all together are the
    ends. A day is eight to 24 hours, a shift (台班) eight, begun ones are whole; samples need at least one run (次, 批)
    together, and one point (点, 项, 针) and one run (样·次) each; an hour of cards or cores is at least one card's.

    Examples
    --------
    >>> from matcher.resources.costs import cost_of
    >>> cost_of("200~300元/小时", 10, None)
    Cost(low=2000.0, high=3000.0, note='200～300元/小时')
    >>> cost_of("首件500元，其后每件100元", None, 5)[:2]
    (900.0, 900.0)
    >>> cost_of("200元/小时", None, None)
    Cost(low=0.0, high=inf, note='200元/小时，需求没有写机时')
    """
    tariff = tariff_of(text)
    if not tariff.fees:
        return Cost(*UNKNOWN, _why_nothing(text))
    amounts = [_amounts(fee, hours, samples, cards, tariff.begun) for fee in tariff.fees]
    ends = [_ends(fee, amount) for fee, amount in zip(tariff.fees, amounts, strict=True)]
    main: dict[str, list[tuple[float, float]]] = {}
    for fee, end in zip(tariff.fees, ends, strict=True):
        if not fee.extra:
            main.setdefault(fee.per, []).append(end)
    lows = [min(low for low, _ in of_unit) for of_unit in main.values()]
    highs = [max(high for _, high in of_unit) for of_unit in main.values()]
    low, high = min(lows, default=0.0), (max if "或" in text else sum)(highs or [0.0])
    low += sum(end[0] for fee, end in zip(tariff.fees, ends, strict=True) if fee.extra == "always")
    high += sum(end[1] for fee, end in zip(tariff.fees, ends, strict=True) if fee.extra)
    low = min(max(low * tariff.less, tariff.least, tariff.start[0]), tariff.cap)
    high = min(max(high * tariff.more + tariff.start[1], tariff.least), tariff.cap)
    if tariff.apart or tariff.unread or tariff.inside:
        high = math.inf
    return Cost(low, high, _note(tariff, hours, samples, cards))


def _amounts(
    fee: Fee, hours: float | None, samples: float | None, cards: float | None, begun: bool
) -> tuple[float, float]:
    """How many units a need takes, at least and at most."""
    whole: Callable[[float], float] = math.ceil if begun or fee.size != 1 else float
    time = UNKNOWN if hours is None else (hours / fee.size,) * 2
    pieces = UNKNOWN if samples is None else (samples / fee.size,) * 2
    if fee.per == "hour":
        low, high = time
    elif fee.per == "card_hour":
        low, high = (time[0], math.inf) if cards is None else (cards / fee.size,) * 2
    elif fee.per in ("day", "shift"):
        shortest, longest = HOURS_A_DAY
        low, high = time[0] / (longest if fee.per == "day" else shortest), time[1] / shortest
        whole = math.ceil
    elif fee.per == "sample":
        low, high = pieces
    elif fee.per == "run":
        low, high = 1.0, max(1.0, pieces[1])
    elif fee.per in ("point", "sample_run"):
        low, high = pieces[0], math.inf
    else:
        low, high = (0.0, 0.0) if fee.per == "once" else UNKNOWN
    return (float(whole(low)), float(whole(high)) if math.isfinite(high) else high)


def _ends(fee: Fee, amounts: tuple[float, float]) -> tuple[float, float]:
    low, high = (max(0.0, amount - fee.included / fee.size) for amount in amounts)
    return fee.first[0] + _times(fee.low, low), fee.first[1] + _times(fee.high, high)


def _times(price: float, amount: float) -> float:
    return price * amount if price and amount else 0.0


def _why_nothing(text: str) -> str:
    if not text.strip():
        return "没有写收费"
    if FOREIGN.search(half_width(text).lower()):
        return "收费是外币"
    return "费用面议" if OPEN.search(text.lower()) else "收费标准没有读懂"


_MISSING = {
    "hour": "需求没有写机时",
    "day": "需求没有写机时",
    "shift": "需求没有写机时",
    "card_hour": "用几张卡（几个核）没有写，按至少一个算",
    "sample": "需求没有写样品数",
    "run": "要做几次没有写",
    "point": "每样几点（几项）没有写，按至少一个算",
    "sample_run": "每样做几次没有写，按至少一次算",
    "": "没有写按什么计费",
}


def _note(tariff: Tariff, hours: float | None, samples: float | None, cards: float | None) -> str:
    """The fees as they were read, and what is missing."""
    said = "；".join(dict.fromkeys(_in_words(fee) for fee in tariff.fees))
    why: dict[str, None] = {}
    for fee in tariff.fees:
        times = {"hour": hours, "day": hours, "shift": hours, "card_hour": cards, "sample": samples, "once": 1}
        known = times.get(fee.per)
        if known is None and fee.high:
            why[_MISSING.get(fee.per, f"按{_name(fee.per)}计费，用多少没有写")] = None
        if fee.per == "card_hour" and hours is None and cards is None:
            why["需求没有写机时"] = None
        if fee.per in ("point", "sample_run") and samples is None:
            why["需求没有写样品数"] = None
    if tariff.more != 1:
        why[f"上限已加收 {tariff.more - 1:.0%}"] = None
    if tariff.less != 1:
        why[f"下限已优惠到 {tariff.less:.0%}"] = None
    if tariff.start[0] or tariff.least:
        why[f"起步 {_yuan(*tariff.start) if tariff.start[0] else _yuan(tariff.least, tariff.least)}"] = None
    if math.isfinite(tariff.cap):
        why[f"至多 {tariff.cap:g}元"] = None
    if tariff.inside:
        why["只写了校内（会员）的价"] = None
    if tariff.apart:
        why["另有没写多少的费用"] = None
    if tariff.unread:
        why["没有读懂“" + "”“".join(tariff.unread) + "”"] = None
    return "，".join(filter(None, (said, *why)))


def _name(per: str) -> str:
    return PER[per][0] if per in PER else per


def _in_words(fee: Fee) -> str:
    unit = "" if not fee.per or fee.per == "once" else f"/{'' if fee.size == 1 else f'{fee.size:g}'}{_name(fee.per)}"
    if fee.per == "once":
        return f"一次 {_yuan(*fee.first)}"
    rate = (
        "没有写多少" if (fee.low, fee.high) == UNKNOWN else "免费" if not fee.high else _yuan(fee.low, fee.high) + unit
    )
    covers = f"前 {fee.included:g} {_name(fee.per)}" if fee.included else "起步"
    if fee.first != (0.0, 0.0) or fee.included:
        return f"{covers} {_yuan(*fee.first)}，其后 {rate}"
    return {"always": "另加 ", "perhaps": "可能另加 "}.get(fee.extra, "") + rate


def _yuan(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:g}元起"
    return f"{low:g}元" if low == high else f"{low:g}～{high:g}元"
