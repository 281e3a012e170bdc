"""Ranges and precisions that a need asks, against those of a resource: met, not met, or not said.

An instrument is asked to reach a value, so what it offers must cover what is asked: -60~150 ℃ is met by -70~180 ℃, and
200 kN by a machine of 300 kN. Of what tells how exact it is (精度, 分辨率, 检出限, 漏率, 洁净度) less is better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from matcher.needs.asked import clause_of
from matcher.needs.indicators import Indicator, indicators_of
from matcher.needs.units import Unit
from matcher.needs.values import half_width, values

STATES = {"met": "满足", "not_met": "不满足", "unknown": "未说明"}
_EXACT = {  # ways to say how exact something is -> what is compared with what
    "检出限": re.compile("检出限|检测限|定量限|检出下限|检测下限|灵敏度|detection limit", re.I),
    "分辨": re.compile("分辨|resolution|步进", re.I),
    "误差": re.compile(
        "精度|误差|偏差|准确|不确定度|重复性|示值|波动|均匀|跳动|漂移|accuracy|uncertainty|deviation", re.I
    ),
    "极限": re.compile("漏率|检漏|线宽|最小可|最小检", re.I),
    "洁净": re.compile("洁净|净化|超净|clean", re.I),
    "本底": re.compile("本底|背景噪声|背景噪音", re.I),
}
_GENERAL = re.compile(
    "量程|范围|能力|规模|参数|指标|规格|要求|条件|尺寸|样品|试样|工件|产品|零件|寻找|需要|希望|容量|range|capacity",
    re.I,
)
_LOWEST, _HIGHEST = re.compile("最低|最小|下限|min", re.I), re.compile("最高|最大|上限|max", re.I)
_ONE_KIND = frozenset(  # dimensions of which an instrument mostly states one quantity, whatever it is called
    ("kg m s-2", "K", "s-1", "A-1 kg m2 s-3", "A", "kg m2 s-3", "kg", "m3", "m2", "bit", "flop s-1", "kg m2 s-2")
)
_LIKE = (  # words of one quantity; two names are alike where both have words of one line
    "力|载荷|负荷|负载|拉|压力机|load|force",
    "温|高低温|temperature",
    "频率|带宽|频段|frequency",
    "波长|光谱|wavelength",
    "尺寸|(?<!波)长|行程|距离|口径|直径|工作室|台面|幅面|工件|样品|试样|size",
    "重量|载重|承重|负载|负荷|质量",
    "容积|体积|容量|罐|釜|volume",
    "压强|压力|耐压|pressure|压",
    "真空|vacuum",
    "厚|膜厚",
    "放大倍数|倍率",
    "转速|离心|rpm",
    "功率|power",
    "产能|处理|产量|能力|日处理|批|throughput",
    "面积|场地|孵化|厂房|area",
    "扭矩|转矩|torque",
    "加速度|acceleration",
    "存储|内存|显存|storage",
    "粒径|粒度",
    "质量数|分子量",
    "湿度|humidity",
)
_LINES = tuple(re.compile(line, re.I) for line in _LIKE)
_TODAY = re.compile(  # a clause that tells of the firm or of what it has already, and asks nothing
    "自有|自己的|[现原已]有|现用|目前|当前|[只仅]能?(?:做|测|测得|达)?到|[只仅]能(?:做|测|达)|(?:我们|我司|公司|本厂|厂里)的?[^，]{0,6}"
    "(?:设备|仪器|机器|[试检][验测][机仪台箱]|工作站|电镜|三坐标|罐子?)|年产|产值|销售|占地|员工|职工|注册|营业|成立"
)
_WISHED = re.compile("需|要求|希望|期望|想|须|寻|求|计划|拟")
_NO_CAPABILITY = frozenset(("元", "人", "个", "次", "月", "a", "d", "周", "s", "min", "h"))
_TRACE = 1e-6
_CUBIC_METRE, _TANK = Unit("m3", "m3", 1.0), re.compile("的?(?:发酵)?[罐釜槽]")  # 5吨罐 holds five cubic metres
_CLEAN = re.compile(
    r"(?P<words>十万|万|千|百|\d{2,6})\s?级(?=[^,，;；。]{0,6}(?:洁净|净化|超净|无尘|车间|间))"
    r"|(?:洁净|净化|超净|无尘)[^,，;；。\d]{0,8}?(?P<behind>十万|万|千|百|\d{2,6})\s?级|ISO\s?(?P<iso>[3-9])\s?级"
)
_CLASSES = {"百": 100.0, "千": 1e3, "万": 1e4, "十万": 1e5}
_CLEANLINESS = Unit("级", "洁净度", 1.0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One asked indicator, what is offered for it ("" for nothing comparable) and its state, a key of STATES."""

    asked: Indicator
    offered: str
    state: str

    @property
    def in_words(self) -> str:
        """The comparison in Chinese."""
        name = f"{self.asked.quantity}：" if self.asked.quantity else ""
        return (
            f"{name}要求 {self.asked.text}，"
            + (f"资源 {self.offered}，" if self.offered else "资源")
            + STATES[self.state]
        )


def asked_of(title: str, description: str, columns: Mapping[str, str]) -> list[Indicator]:
    """What a need asks: the values of its texts, but for those of clauses that tell of the firm or what it has already.

    What is told of the sample is asked too: it has to fit. columns: what a column's values are called ("量程") -> its
    text.

    Examples
    --------
    >>> from matcher.resources.capabilities import asked_of
    >>> found = asked_of("螺栓拉伸", "我公司现有设备只到100kN，希望找到300kN以上的试验机。", {})
    >>> [one.text for one in found]
    ['300kN以上']
    """
    found = []
    for text in (title, description):
        found += [one for one in _read(text) if _is_asked(text, one)]
    for name, text in columns.items():
        found += offered_of({name: text})
    once: dict[tuple[object, ...], Indicator] = {}
    for one in found:
        if one.unit.dimension not in ("元", "人"):
            once.setdefault((_group(one), one.low, one.high, one.unit.symbol), one)
    return list(once.values())


def offered_of(texts: Mapping[str, str]) -> list[Indicator]:
    """What a resource states; a value without a name of its own is called by its column."""
    found = []
    for name, text in texts.items():
        for one in _read(text):
            quantity = one.quantity or name
            if name == "精度" and not _group(one) and one.quantity:
                quantity = f"{one.quantity}精度"
            found.append(replace(one, quantity=quantity))
    return found


def compare(asked: Iterable[Indicator], offered: Sequence[Indicator]) -> list[Coverage]:
    """What is offered for each asked indicator.

    Only what measures the same is compared: dimensions agree, both tell how exact or neither does, and the names are
    alike, or the dimension is one of which an instrument states one quantity. Of several that are alike in name, one
    that covers what is asked counts.

    Examples
    --------
    >>> from matcher.resources.capabilities import asked_of, compare, offered_of
    >>> asked = asked_of("高低温循环", "需在-60℃到150℃之间循环", {})
    >>> [one.state for one in compare(asked, offered_of({"量程": "-70~180℃"}))]
    ['met']
    >>> [one.state for one in compare(asked, offered_of({"量程": "-40~150℃"}))]
    ['not_met']
    """
    return [_compared(one, offered) for one in asked]


def _read(text: str) -> list[Indicator]:
    """The indicators of a text, and the values that have no name; classes of clean rooms."""
    plain = half_width(text)
    found = [
        replace(one, unit=_CUBIC_METRE) if one.unit.symbol == "t" and _TANK.match(plain, one.end) else one
        for one in indicators_of(text)
    ]
    taken = [(one.start, one.end) for one in found]
    for value in values(plain):
        if any(value.start < end and start < value.end for start, end in taken):
            continue
        if {value.unit.dimension or "个", value.unit.symbol} & _NO_CAPABILITY and not _is_trace(value.unit):
            continue
        unit = _CUBIC_METRE if value.unit.symbol == "t" and _TANK.match(plain, value.end) else value.unit
        written, place = text[value.start : value.end].strip(" :：（("), (value.start, value.end)
        bounds = (value.comparator, value.low, value.high)
        found.append(Indicator("", *bounds, unit, value.tolerance, "", written, *place))
    for match in _CLEAN.finditer(plain):
        grade = match["words"] or match["behind"]
        limit = 10.0 ** (int(match["iso"]) - 3) if match["iso"] else _CLASSES.get(grade) or float(grade)
        found.append(
            Indicator("洁净度", "", limit, limit, _CLEANLINESS, None, "", match[0], match.start(), match.end())
        )
    return sorted(found, key=lambda one: one.start)


def _is_asked(text: str, one: Indicator) -> bool:
    first, stop = clause_of(text, one.start, one.end)
    clause = text[first:stop]
    return not _TODAY.search(clause) or bool(_WISHED.search(clause))


def _group(one: Indicator) -> str:
    """Which way to tell exactness an indicator is; "" for a range or reach."""
    found = next((group for group, pattern in _EXACT.items() if pattern.search(one.quantity)), "")
    if found == "误差" and one.unit.symbol == "%" and (one.low or 0) >= 50:
        return ""
    if not found and _is_trace(one.unit):
        return "检出限"
    if not found and one.unit.dimension == "K" and one.comparator == "±" and one.low == -(one.high or 0):
        return "误差"  # ±0.5℃ is no range
    return found or ("误差" if one.unit.symbol == "级" and one.unit.dimension == "级" else "")


def _is_trace(unit: Unit) -> bool:
    """ppm, ppb, mg/kg: what is asked in them has to be detected."""
    return unit.dimension == "" and unit.symbol != "" and unit.factor <= _TRACE


def _compared(asked: Indicator, offered: Sequence[Indicator]) -> Coverage:
    group = _group(asked)
    alike = [one for one in offered if one.unit.dimension == asked.unit.dimension and _group(one) == group]
    ranked = [(_likeness(asked, one), one) for one in alike]
    best = max((likeness for likeness, _ in ranked), default=0)
    if not best:
        return Coverage(asked, "", "unknown")
    candidates = [one for likeness, one in ranked if likeness == best]
    state, shown = _exact(asked, candidates) if group else _covering(asked, candidates)
    return Coverage(asked, "、".join(dict.fromkeys(f"{one.quantity} {one.text}".strip() for one in shown)), state)


def _likeness(asked: Indicator, offered: Indicator) -> int:
    """3: the same name; 2: words of one quantity; 1: one of the names says nothing of its own; 0: not comparable."""
    if _group(asked):
        return 2
    mine, theirs = asked.quantity, offered.quantity
    if mine and mine == theirs:
        return 3
    kinds, other_kinds = _kinds(mine), _kinds(theirs)
    if kinds & other_kinds:
        return 2
    if kinds and other_kinds:
        return 0
    concepts = {asked.meaning.concept, offered.meaning.concept}
    if len(concepts) == 1 and "" not in concepts:
        return 2
    if not mine or not theirs or _GENERAL.search(mine) or _GENERAL.search(theirs):
        return 1
    return int(asked.unit.dimension in _ONE_KIND)


def _kinds(name: str) -> set[int]:
    """The quantities (rows of _LIKE) of which a name has words."""
    return {place for place, line in enumerate(_LINES) if line.search(name)}


def _exact(asked: Indicator, offered: Sequence[Indicator]) -> tuple[str, list[Indicator]]:
    """Less is better: the worst that an offer leaves open against the largest that is asked."""
    wanted = _size(asked, asked.unit)
    best = min(offered, key=lambda one: _size(one, asked.unit))
    size = _size(best, asked.unit)
    if math.isinf(wanted) or math.isinf(size):
        return "unknown", [best]
    return ("met" if size <= wanted * (1 + 1e-9) else "not_met"), [best]


def _size(one: Indicator, unit: Unit) -> float:
    if one.unit.dimension == "K":  # a deviation has no zero point
        factor = one.unit.factor / unit.factor
        ends = [abs(end) * factor for end in (one.low, one.high) if end is not None]
    else:
        ends = [abs(one.unit.convert(end, unit)) for end in (one.low, one.high) if end is not None]
    return max(ends, default=math.inf)


def _covering(asked: Indicator, offered: Sequence[Indicator]) -> tuple[str, list[Indicator]]:
    """The state of the offer that covers best, and what was compared; a lowest and a highest value are one range."""
    wanted = [end for end in (asked.low, asked.high) if end is not None]
    low, high = min(wanted), max(wanted)
    single = [one for one in offered if one.comparator not in ("区间", "±")]
    lowest = [one for one in single if _LOWEST.search(one.quantity)]
    highest = [one for one in single if _HIGHEST.search(one.quantity)]
    pair = [lowest[0], highest[0]] if lowest and highest else []  # 最低-70℃，最高180℃
    spans = [(_span(one, asked.unit), one.comparator, [one]) for one in offered if one not in pair]
    if pair:
        spans.insert(0, ((_span(pair[0], asked.unit)[0], _span(pair[1], asked.unit)[1]), "", pair))
    at_least = asked.comparator in ("≥", ">")  # 150 Hz or more is within 200~1000 Hz too
    states = [
        (_state(max(low, span[0]) if at_least else low, high, span, comparator), place)
        for place, (span, comparator, _) in enumerate(spans)
    ]
    order = ("met", "unknown", "not_met")
    state, place = min(states, key=lambda one: (order.index(one[0]), one[1]))
    return state, spans[place][2]


def _span(one: Indicator, unit: Unit) -> tuple[float, float]:
    """From where to where a resource reaches, infinite where that is open."""
    low = None if one.low is None else one.unit.convert(one.low, unit)
    high = None if one.high is None else one.unit.convert(one.high, unit)
    if one.comparator in ("区间", "±"):
        return (-math.inf if low is None else low), (math.inf if high is None else high)
    value = high if high is not None else low
    if value is None:
        return -math.inf, math.inf
    if _LOWEST.search(one.quantity) or (value < 0 and not _HIGHEST.search(one.quantity)):
        return value, math.inf
    return -math.inf, value


def _state(low: float, high: float, span: tuple[float, float], comparator: str) -> str:
    slack = 1e-9 * max(abs(low), abs(high), 1e-12)
    if low < span[0] - slack or high > span[1] + slack:
        return "unknown" if comparator in ("≥", ">") else "not_met"  # at least 300 kN may be more
    if math.isinf(span[0]) and low < 0:  # how far below zero is not said
        return "unknown"
    if math.isinf(span[1]) and low >= 0:
        return "unknown"
    return "met"
