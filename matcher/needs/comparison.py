"""What a need asks against what an outcome offers, indicator by indicator: met, near, not met, not said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from matcher.errors import ArgumentError
from matcher.needs.asked import asked_indicators
from matcher.needs.directions import better_way, is_finer_when_less, is_wanted_as_such
from matcher.needs.indicators import FIELDS, Indicator, indicators_of
from matcher.needs.names import Meaning, same_quantity
from matcher.needs.units import read_unit
from matcher.needs.values import half_width, values

NEAR = 0.10
_ROUNDED = 1e-9  # of a value, what is lost where units are converted
STATES = {"met": "满足", "near": "接近", "not_met": "不满足", "not_said": "成果未提及"}
_MORE = frozenset(("路", "种"))  # bare counts of what is borne: 20路视频, 6种协议
_COVERED = ("使用温度", "测量范围")
_STATES_OF_MATTER = frozenset(  # general quantities that, named alone, may be those of anything
    ("温度", "湿度", "压力", "压差", "浓度", "含量", "用量", "时长", "数量", "比例", "系数", "指数")
)
_PER = re.compile(r"(?:.*(?=亩)|平均|每)?(?P<unit>(?<![百千万\d])亩|吨|公斤|千克|公里|立方米|平方米|平米)(?![位级])")
_REACHED = re.compile("(?:高?达到?|up to|reach)(?!.*(?:以[上下内]|之[上内]|more))", re.IGNORECASE)

_CALENDAR = {"月", "a"}
_CALENDAR_SLACK = 0.02  # what months of 30 days and years of 365 lack
_OF_FEED = re.compile(
    "进水|原水|来水|[进入]口|进料|原料(?!的?(?:利用|转化|消耗|单耗|损[耗失]|回收|适[应用]|成本))|初始"
    "|[\u4e00-\u9fff](?![目当提])[\u4e00-\u9fff]前(?![端轮后方面角臂桥轴照排])"
)  # what is to be treated, not what is reached
_ROOM = re.compile("[室常]温")
_ROOM_RANGE = (283.15, 308.15)  # K; 10 to 35 degrees, GB/T 228.1-2021
_LOADS = re.compile("(?P<none>空载)|[满重]载|负[载荷]")
_HEAT = re.compile("(?P<hot>高温)|(?P<cold>低温)|[室常]温")
_SIDES = (  # where two names differ in these, what is measured on the one is not measured on the other
    *zip("前进入大高上内左正正充升加开开冷", "后出出小低下外右负反放降减关停热", strict=True),
    *zip("横横经轴干动空单夏短酸", "纵竖纬径湿静满总冬长碱", strict=True),
    *(("水平", "垂直"), ("原料", "产品"), ("一次", "最终"), ("白天", "夜间")),
    ("平均", "最"),
)
_INDEX = re.compile(r"[a-z]+\d+(?:\.\d+)?|\br[az]\b", re.ASCII)  # D50, PM2.5, Ra


@dataclass(frozen=True, slots=True)
class Comparison:
    """One asked indicator and what is offered for it.

    Parameters
    ----------
    asked
        The indicator of the need.
    offered
        The indicator of the outcome that it was compared with; None where none measures the same.
    state
        "met", "near" (misses by at most a tenth), "not_met" or "not_said".
    margin
        By which share of the asked value the offered one is better (positive: in the need's favour) or worse
        (negative); 0 where they agree, None where nothing can be said.
    """

    asked: Indicator
    offered: Indicator | None
    state: str
    margin: float | None

    @property
    def favour(self) -> str:
        """Who has the margin: "need" where more is offered than asked, "outcome" where less, "" where they agree."""
        return "" if not self.margin else "need" if self.margin > 0 else "outcome"


def compare_indicators(asked: Sequence[Indicator], offered: Sequence[Indicator]) -> list[Comparison]:
    """What is offered for each asked indicator, in the order of what is asked.

    Two indicators are compared when they measure the same: dimensions agree, and so do the names by the meaning of
    their words (单齿 and 单齿检测时间, but not 抗拉强度 and 屈服强度). Of several offered ones the nearest in
    name counts, then the best.

    * The worst value that an offer leaves open is compared: ≥90% offers 90 %, 80~95% offers 80 % where more is better.
    * A range is met by a value or range inside it; a temperature of use or a measuring range by one that covers it.
    * What holds under another condition (28d for 7d, 室温 for 800℃, 横向 for 纵向) is not decided; what holds under a
      wider one (-40~85℃ for 0~60℃) can meet, and does not fail.
    * Where the names differ, but the outcome has one figure only of the same well-known quantity, that one counts.
    * A bare value is a lower or an upper bound where its quantity says which is better (寿命, 噪声, 年消纳), else it is
      met within a tenth and by the most of a machine that reaches it (最高转速); what is further off is not decided,
      save where the very value is wanted (色温, 波长).

    Examples
    --------
    >>> from matcher.needs import compare_indicators, indicators_of
    >>> found = compare_indicators(indicators_of("单齿检测时间≤2秒"), indicators_of("单齿检测仅需1.6秒"))
    >>> [(one.state, round(one.margin, 2), one.favour) for one in found]
    [('met', 0.2, 'need')]
    """
    senses = [one.meaning for one in offered]
    return [_compared(one, offered, senses) for one in asked]


def compare_same(asked: Indicator, offered: Indicator) -> Comparison:
    """Two indicators that are known to measure the same, of one dimension."""
    return Comparison(asked, offered, *_judged(asked, offered, _better(asked)))


def comparison_text(comparisons: Sequence[Comparison]) -> str:
    """The comparison in words for people, in Chinese; only what both texts say.

    Examples
    --------
    >>> from matcher.needs import compare_indicators, indicators_of
    >>> from matcher.needs.comparison import comparison_text
    >>> asked, offered = indicators_of("单齿检测时间≤2秒，噪声≤60dB"), indicators_of("单齿检测时间为1.6秒")
    >>> comparison_text(compare_indicators(asked, offered))
    '单齿检测时间：要求 ≤2秒，成果 1.6秒，满足；噪声：要求 ≤60dB，成果未提及'
    """
    return "；".join(map(_in_words, comparisons))


def compare_pairs(pairs: pd.DataFrame, needs: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The indicators of each pair of need and outcome, compared.

    Each text is read once, and an outcome only where one of its needs asks for an indicator.

    Parameters
    ----------
    pairs
        Rows with `need_id` and `outcome_id`.
    needs, outcomes
        Rows with their id and texts in `title`, `description`, or one of them.

    Returns
    -------
    DataFrame
        One row a pair, in the order of `pairs` and with its index: need_id, outcome_id, asked (indicators that the
        need asks, each once; figures of what is today are none), met, near, not_met, not_said (how many of them),
        comparison (words, "" where nothing is asked).

    Raises
    ------
    ArgumentError
        A table lacks its ids.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import compare_pairs
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮检测，单齿≤2秒"]})
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1"], "title": ["单齿检测1.6秒的检测机"]})
    >>> pairs = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"]})
    >>> compare_pairs(pairs, needs, outcomes)[["met", "comparison"]].to_dict("records")
    [{'met': 1, 'comparison': '单齿：要求 ≤2秒，成果 1.6秒，满足'}]
    """
    asked_of, offered_of = _Reader(needs, "need_id", _asked), _Reader(outcomes, "outcome_id", _offered)
    for column in ("need_id", "outcome_id"):
        if column not in pairs:
            raise ArgumentError(f"The table of pairs has no column {column}")
    rows = []
    for need, outcome in zip(pairs["need_id"], pairs["outcome_id"], strict=True):
        asked = asked_of(need)
        found = compare_indicators(asked, offered_of(outcome)) if asked else []
        counts = [sum(one.state == state for one in found) for state in STATES]
        rows.append((need, outcome, len(asked), *counts, comparison_text(found)))
    columns = ["need_id", "outcome_id", "asked", *STATES, "comparison"]
    return pd.DataFrame(rows, columns=columns, index=pairs.index)


class _Reader:
    """The indicators of the rows of a table, by id, read when they are first wanted."""

    def __init__(
        self, table: pd.DataFrame, id_column: str, read: Callable[[Mapping[str, str]], list[Indicator]]
    ) -> None:
        if id_column not in table:
            raise ArgumentError(f"The table has no column {id_column}")
        fields = [field for field in FIELDS if field in table]
        texts = [table[field].fillna("").astype(str) for field in fields]
        rows = zip(*texts, strict=True) if texts else ((),) * len(table)
        self._texts = {
            identity: dict(zip(fields, row, strict=True)) for identity, row in zip(table[id_column], rows, strict=True)
        }
        self._of = read
        self._read: dict[object, list[Indicator]] = {}

    def __call__(self, identity: object) -> list[Indicator]:
        if identity not in self._read:
            self._read[identity] = self._of(self._texts.get(identity, {}))
        return self._read[identity]


def _asked(texts: Mapping[str, str]) -> list[Indicator]:
    """What a need asks; what it says twice, once."""
    once: dict[tuple[object, ...], Indicator] = {}
    for _, one in asked_indicators(texts.get("title", ""), texts.get("description", "")):
        once.setdefault((one.quantity, one.comparator, one.low, one.high, one.unit), one)
    return list(once.values())


def _offered(texts: Mapping[str, str]) -> list[Indicator]:
    return [one for text in texts.values() for one in indicators_of(text, offered=True)]


def _in_words(comparison: Comparison) -> str:
    asked, offered = comparison.asked, comparison.offered
    start = f"{asked.quantity}：要求 {_value_in_words(asked)}"
    if offered is None:
        return f"{start}，{STATES['not_said']}"
    if comparison.state == "not_said":
        return f"{start}，成果 {_value_in_words(offered)}，无法比较"
    return f"{start}，成果 {_value_in_words(offered)}，{STATES[comparison.state]}"


def _value_in_words(one: Indicator) -> str:
    told_ahead = one.text[-1:].isdigit() and not re.search("[A-Za-z]", one.text)  # 抗拉强度（MPa）≥300
    text = one.text + one.unit.symbol if told_ahead else one.text
    return f"{text}（{one.condition}）" if one.condition else text


def _compared(asked: Indicator, offered: Sequence[Indicator], senses: Sequence[Meaning]) -> Comparison:
    sense, each = asked.meaning, _each(asked)
    alike = [
        (place, one, other)
        for place, (one, other) in enumerate(zip(map(_each, offered), senses, strict=True))
        if _are_alike(each, one) and "set" not in (one.extent, asked.extent)
    ]
    candidates = [
        (other.words != sense.words, place, one) for place, one, other in alike if _same(asked, one, sense, other)
    ]
    if not candidates and sense.concept and not sense.general and (asked.unit.dimension or sense.change):
        only = [(True, place, one) for place, one, other in alike if other.concept == sense.concept]
        candidates = only if len(only) == 1 and senses[only[0][1]].change == sense.change else []
    if not candidates and asked.extent == "smallest":
        only = [(True, place, one) for place, one, _ in alike if one.extent == "smallest"]
        candidates = only if len(only) == 1 else []
    if not candidates:
        return Comparison(asked, None, "not_said", None)
    order = ("met", "near", "not_met", "not_said")
    results = []
    for farther, place, one in candidates:
        state, margin = _judged(each, one, _better(each))
        under = _under(asked, one)
        if under == "another" or (under == "wider" and state != "met"):
            state, margin = "not_said", None
        results.append((farther, order.index(state), place, Comparison(asked, offered[place], state, margin)))
    return min(results, key=lambda result: result[:3])[3]


def _are_alike(one: Indicator, other: Indicator) -> bool:
    """Whether two indicators have one dimension; a share has none with a bare number beyond 1 (成本30%, 成本200万), nor
    with times of another thing's level (含糖10%, 含糖是普通玉米的2倍).
    """
    if one.unit.dimension != other.unit.dimension:
        return False
    if one.unit.dimension or (one.unit.factor < 1) == (other.unit.factor < 1):
        return True
    more = other if one.unit.factor < 1 else one
    if more.unit.symbol == "倍":
        return more.meaning.change != 0
    return bool(more.unit.symbol) or all(abs(end or 0) <= 1 for end in (more.low, more.high))


def _under(asked: Indicator, one: Indicator) -> str:
    """Under what is offered: "another" condition than asked (7d for 28d), a "wider" one, or "" where none differs."""
    if _are_apart(asked.quantity, asked.condition, one.quantity, one.condition):
        return "another"
    wider = False
    wanted, offered = (_settings(each.quantity, each.condition) for each in (asked, one))
    for dimension in wanted.keys() & offered.keys():
        (low, high, room), (offered_low, offered_high, offered_room) = wanted[dimension], offered[dimension]
        if (low, high) == (offered_low, offered_high):
            continue
        if offered_low <= low and high <= offered_high:
            wider = wider or not offered_room
        elif not (room and low <= offered_low and offered_high <= high):
            return "another"
    return "wider" if wider else ""


@lru_cache(1 << 14)
def _are_apart(name: str, condition: str, other_name: str, other_condition: str) -> bool:
    """Whether the names or the states of two indicators say that they were measured on different things."""
    names, told = (name, other_name), (f"{condition} {name}", f"{other_condition} {other_name}")
    for states in (_LOADS, _HEAT):
        ways = [{found.lastgroup for found in states.finditer(text)} for text in told]
        if all(ways) and not ways[0] & ways[1]:
            return True
    if (_OF_FEED.search(names[0]) is None) != (_OF_FEED.search(names[1]) is None):
        return True
    indices = [set(_INDEX.findall(name.lower())) for name in names]
    if all(indices) and not indices[0] & indices[1]:
        return True
    first, second = _differing(*names)
    return any((one in first and other in second) or (other in first and one in second) for one, other in _SIDES)


def _differing(one: str, other: str) -> tuple[str, str]:
    """Two names without what they begin and end with alike."""
    for _ in range(2):
        alike = next(
            (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        one, other = one[alike:][::-1], other[alike:][::-1]
    return one, other


@lru_cache(1 << 14)
def _settings(quantity: str, condition: str) -> dict[str, tuple[float, float, bool]]:
    """What the condition of an indicator sets: dimension -> bounds in base units, and whether by 室温 alone."""
    settings: dict[str, tuple[float, float, bool]] = {}
    for value in values(half_width(condition)):
        if value.unit.dimension:
            low, high = (
                at if end is None else float(f"{end * value.unit.factor + value.unit.offset:.9g}")
                for end, at in ((value.low, -math.inf), (value.high, math.inf))
            )
            settings.setdefault(value.unit.dimension, (low, high, False))
    if "K" not in settings and _ROOM.search(condition + quantity):
        settings["K"] = (*_ROOM_RANGE, True)
    return settings


def _same(asked: Indicator, one: Indicator, sense: Meaning, other: Meaning) -> bool:
    """Whether two indicators measure the same: by the meaning of their names, or since both bear one general name."""
    if same_quantity(sense, other):
        return True
    named = sense.concept not in _STATES_OF_MATTER or (asked.quantity.endswith("范围") and asked.extent == "span")
    return bool(sense.concept) and named and not sense.change and asked.quantity == one.quantity


def _each(one: Indicator) -> Indicator:
    """With the unit for each of what its name says it is of: 亩成本 in yuan is 元/亩."""
    per = _PER.match(one.quantity)
    if per is None or "/" in one.unit.symbol or not one.unit.dimension:
        return one
    return replace(one, unit=read_unit(f"{one.unit.symbol}/{per['unit']}") or one.unit)


def _better(asked: Indicator) -> int:
    """+1 where more is better, -1 where less is: by the comparator, else by the quantity; 0 where neither says."""
    sense = asked.meaning
    bound = asked.high if asked.low is None else asked.low
    if asked.extent == "smallest" or is_finer_when_less(asked.quantity, sense, asked.unit, bound):
        return -1
    if asked.comparator in ("≥", ">"):
        return 1
    if asked.comparator in ("≤", "<", "±"):
        return -1
    way = better_way(asked.quantity, sense, asked.unit, bound)
    return way or (1 if asked.unit.symbol in _MORE and not asked.comparator else 0)


def _judged(asked: Indicator, offered: Indicator, better: int) -> tuple[str, float | None]:
    if "优于" in (asked.comparator, offered.comparator):  # nobody says which way is better
        return "not_said", None
    if offered.extent == "most" and not asked.comparator:
        better = better or 1
    low, high = _bounds(asked, asked)
    offered_low, offered_high = _bounds(offered, asked)
    adjustable = offered.comparator == "区间" and offered.extent == "span"
    if better < 0 and asked.comparator in ("≥", ">"):  # 分辨率不低于5μm is 5 μm or finer
        high = low
    if asked.comparator in ("区间", "±") and (low, high) != (-high, high):
        covered = asked.extent == "span" or asked.meaning.concept in _COVERED or adjustable
        if covered and offered.comparator == "区间" and asked.comparator == "区间":
            return _covers(low, high, offered_low, offered_high)
        if offered_low <= low and high <= offered_high and (low, high) != (offered_low, offered_high):
            return "not_said", None  # it may be set inside of what is asked, or vary beyond it
        return _inside(low, high, offered_low, offered_high)
    if better == 0:
        state, margin = (_covers if adjustable else _about)(low, high, offered_low, offered_high)
        feed = _OF_FEED.search(asked.quantity)
        sure = state == "met" or (asked.comparator and not feed) or adjustable or is_wanted_as_such(asked.meaning)
        return (state, margin) if sure else ("not_said", None)
    if asked.comparator == "±":
        offered_low, offered_high = sorted((abs(offered_low), abs(offered_high)))
    bound = high if better < 0 else low
    worst = offered_high if better < 0 else offered_low
    if adjustable or (asked.extent == "smallest" and not math.isinf(offered_low)):
        worst = offered_low if better < 0 else offered_high
    if math.isinf(worst) or math.isinf(bound):
        return "not_said", None
    margin = _margin(better * (worst - bound), bound)
    if margin < 0 and asked.unit != offered.unit and {asked.unit.symbol, offered.unit.symbol} & _CALENDAR:
        margin = 0.0 if margin >= -_CALENDAR_SLACK else margin  # 180 days are 6 months
    strict = asked.comparator in (">", "<") and offered.comparator not in (">", "<")
    if margin > 0 or (margin == 0 and not strict):
        return "met", margin
    return ("near" if bound and margin >= -NEAR - 1e-9 else "not_met"), margin


def _bounds(one: Indicator, asked: Indicator) -> tuple[float, float]:
    """The bounds in the asked unit, infinite where they are open."""
    low, high = one.low, one.high
    if one is not asked and _REACHED.match(one.text):  # 可达1.6秒 leaves nothing open
        low, high = (high if low is None else low), (low if high is None else high)
    return (
        -math.inf if low is None else one.unit.convert(low, asked.unit),
        math.inf if high is None else one.unit.convert(high, asked.unit),
    )


def _margin(better_by: float, bound: float) -> float:
    margin = better_by / (abs(bound) or 1.0)
    return float(f"{margin:.9g}") if abs(margin) > _ROUNDED else 0.0


def _inside(low: float, high: float, offered_low: float, offered_high: float) -> tuple[str, float | None]:
    if math.isinf(offered_low) or math.isinf(offered_high):
        if offered_low > high or offered_high < low:
            return "not_met", _margin(-max(offered_low - high, low - offered_high), max(abs(low), abs(high)))
        return "not_said", None
    margin = min(_margin(offered_low - low, low), _margin(high - offered_high, high), 0.0)
    if offered_low < offered_high and (offered_high < low or offered_low > high):  # a range wholly outside
        return "not_met", margin
    return ("met" if not margin else "near" if margin >= -NEAR - 1e-9 else "not_met"), margin


def _covers(low: float, high: float, offered_low: float, offered_high: float) -> tuple[str, float | None]:
    if math.isinf(offered_low) or math.isinf(offered_high):
        return "not_said", None
    wide = (high - low) / 3  # an end near 0 is no size
    ends = _margin(low - offered_low, max(abs(low), wide)), _margin(offered_high - high, max(abs(high), wide))
    margin = min(*ends, 0.0)
    return ("met" if not margin else "near" if margin >= -NEAR - 1e-9 else "not_met"), margin


def _about(low: float, high: float, offered_low: float, offered_high: float) -> tuple[str, float | None]:
    """A value asked for as such is met within a tenth."""
    if math.isinf(offered_low) or math.isinf(offered_high):
        return "not_said", None
    margin = _margin(-max(abs(offered_low - low), abs(offered_high - high)), low)
    return ("met" if margin >= -NEAR - 1e-9 else "not_met"), margin
