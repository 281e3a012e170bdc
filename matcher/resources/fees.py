"""What a resource costs: a fee as written becomes an interval of yuan by hour, day or sample; unknown stays so."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from matcher.needs.values import half_width

HOURS_A_DAY = 8.0
UNKNOWN = (0.0, math.inf)  # a cost of which nothing is known
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_PER = {
    "hour": "小时|个?机时|时|h|hr|hour|卡时|核时",
    "day": "天|日|台班|班|day|d",
    "sample": "样品|个样品|样|个|件|次|项|针|片|组|点|只|批次|批|sample|run|test",
    "month": "月|month",
    "year": "年|year",
}
_PER_WORD = "|".join(f"(?P<{name}>{words})" for name, words in _PER.items())
_FEE = re.compile(
    rf"(?P<low>{_NUMBER})\s?(?P<many1>万)?元?\s?(?:[-~至到]\s?(?P<high>{_NUMBER}))?\s?(?P<many>万)?\s?"
    rf"(?:元|￥|¥|rmb|cny|yuan)?\s?(?P<bound>起|以上|以内|以下)?\s?(?:/|每|per\s|a\s)\s?\d?\s?(?:{_PER_WORD})(?![A-Za-z])\s?(?P<from>起)?",
    re.IGNORECASE,
)
_TURNED = re.compile(rf"(?:每|/)\s?(?:{_PER_WORD})\s?(?P<amount>{_NUMBER}\s?(?:[-~至到]\s?{_NUMBER})?\s?万?元)")
_FREE = re.compile(r"免费|不收费|无偿|free of charge|^\s*free\s*$|^\s*0\s*元?\s*$", re.IGNORECASE)
_INSIDE = re.compile(r"(?:校内|所内|院内|内部|本单位)[^,，;；。/]*")


class Fee(NamedTuple):
    """Yuan by one of "hour", "day", "sample", "month", "year"; high is infinite where it is open."""

    low: float
    high: float
    per: str


def fees_of(text: str) -> list[Fee]:
    """The fees that a text names for outsiders; free is 0 by the hour. [] where nothing is known (面议).

    Examples
    --------
    >>> from matcher.resources.fees import fees_of
    >>> fees_of("校内100元/小时，校外200~300元/小时")
    [Fee(low=200.0, high=300.0, per='hour')]
    >>> fees_of("面议")
    []
    """
    plain = _TURNED.sub(
        lambda match: f"{match['amount']}/{next(match[name] for name in _PER if match[name])}", half_width(text)
    )
    outside = _INSIDE.sub("", plain)
    found = [_fee(match) for match in _FEE.finditer(outside)] or [_fee(match) for match in _FEE.finditer(plain)]
    if not found and _FREE.search(plain):
        return [Fee(0.0, 0.0, "hour")]
    return found


def cost_of(text: str, hours: float | None, samples: float | None) -> tuple[float, float]:
    """The cost in yuan of so many hours or samples, from below and above; (0, inf) where it cannot be told.

    Of fees by the hour and by the sample that both can be reckoned, the cheaper and the dearer are the ends: texts
    rarely say whether they add up. A day is eight hours, begun days are whole ones.

    Examples
    --------
    >>> from matcher.resources.fees import cost_of
    >>> cost_of("200~300元/小时", 10, None)
    (2000.0, 3000.0)
    >>> cost_of("200元/小时", None, None)
    (0.0, inf)
    """
    amounts = {
        "hour": hours,
        "day": None if hours is None else math.ceil(hours / HOURS_A_DAY),
        "sample": samples,
    }
    ends = [
        (fee.low * amount, fee.high * amount if amount else 0.0)
        for fee in fees_of(text)
        if (amount := 0.0 if fee.high == 0 else amounts.get(fee.per)) is not None
    ]
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else UNKNOWN


def _fee(match: re.Match[str]) -> Fee:
    scale = 1e4 if match["many"] else 1.0
    low = float(match["low"].replace(",", "")) * (1e4 if match["many1"] or (match["many"] and match["high"]) else scale)
    high = float(match["high"].replace(",", "")) * scale if match["high"] else low
    if match["from"] or match["bound"] in ("起", "以上"):
        high = math.inf
    elif match["bound"]:
        low = 0.0
    return Fee(low, high, next(name for name in _PER if match[name]))
