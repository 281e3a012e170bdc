"""Values that several names share in turn: 抗拉强度和屈服强度分别≥500MPa和400MPa."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from matcher.needs.values import Value

_NAMES = re.compile(r"([^，。；;:：!！?？\n\d]{2,40}?)(?:要求|应|须|需)?分别[^，。；;\d]{0,8}$")
_BETWEEN_NAMES = re.compile(r"[、,]|以及|及|和(?!度|性)|与")
_BETWEEN_VALUES = re.compile(r"\s?(?:[、,，/]|以及|及|和|与|,)\s?")
_MEASURES = re.compile(
    "强度|硬度|温度|精度|效率|速度|时间|长度|宽度|厚度|高度|直径|压力|含量|浓度|误差|寿命|成本|功率|电压|电流"
)


def names_in_turn(plain: str, found: Sequence[Value]) -> dict[int, tuple[str, Value]]:
    """The place of each such value in `found` -> its name, and the value with the comparator that stands once.

    "" is the name where there are not as many names as values.
    """
    turns: dict[int, tuple[str, Value]] = {}
    at = 0
    while at < len(found):
        run = _run(plain, found, at)
        names = _NAMES.search(plain, max(0, found[at].start - 60), found[at].start + 1) if len(run) > 1 else None
        if names is None:
            at += 1
            continue
        words = _named(names[1])
        for place, one in enumerate(run):
            turns[at + place] = (words[place] if len(words) == len(run) else "", _with_comparator(one, run[0]))
        at += len(run)
    return turns


def _run(plain: str, found: Sequence[Value], at: int) -> list[Value]:
    run = [found[at]]
    for one in found[at + 1 :]:
        if one.unit.dimension != run[0].unit.dimension and run[-1].unit.symbol:
            break
        if not _BETWEEN_VALUES.fullmatch(plain, run[-1].end, one.start):
            break
        run.append(one)
    unit = run[-1].unit
    return [one if one.unit.symbol else replace(one, unit=unit, unit_text=run[-1].unit_text) for one in run]


def _named(text: str) -> list[str]:
    """横向、纵向强度 are 横向强度 and 纵向强度."""
    words = [word.strip() for word in _BETWEEN_NAMES.split(text) if word.strip()]
    head = _MEASURES.search(words[-1]) if words else None
    if head and not any(_MEASURES.search(word) for word in words[:-1]):
        words[:-1] = [word + words[-1][head.start() :] for word in words[:-1]]
    return words


def _with_comparator(one: Value, first: Value) -> Value:
    if one.comparator or not first.comparator or first.comparator in ("区间", "±") or one.low is None:
        return one
    return replace(
        one,
        comparator=first.comparator,
        low=None if first.comparator in ("≤", "<") else one.low,
        high=None if first.comparator in ("≥", ">") else one.low,
        soft=first.soft,
    )
