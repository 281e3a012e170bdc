"""Which indicators of a need are asked, and which tell what is today."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from matcher.needs.completeness_cues import (
    BETTER_YET,
    DEMANDED,
    DEMANDS,
    FAULT,
    HARMED,
    IF,
    IS,
    OUTPUT,
    STATE_OPENS,
    SUPPOSED,
    SUPPOSED_END,
    TODAY,
    TODAYS,
    TODAYS_BEHIND,
    USUAL,
    WISHED,
)
from matcher.needs.directions import better_way
from matcher.needs.elements import Sentence, understand
from matcher.needs.indicators import FIELDS, Indicator, indicators_of
from matcher.needs.names import meaning

ASKED_FIELDS = ("title", "problem", "indicators")  # what they say is asked, save what is today
_BOUNDS = ("≥", ">", "≤", "<", "区间", "±", "优于")
_TAKES = re.compile("(?<![急亟])需要?[^，,。；;]{0,10}$")  # 清理一次需要两人30小时
_WISHED_HEAD = re.compile("(?:目标|指标|要求|效果)[：:]$")
_SHORT = 24  # characters of a sentence that is no more than an indicator
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")
_FALLS_FROM_TODAY = re.compile(  # 漏检率由目前的3%降到
    r"(?:目前|现有|现在|现行|当前|现状|(?P<past>原[来先有]|以前|过去))[^，,。；;\d]{0,8}\d[\d.]*[^，,。；;\d]{0,6}"
    r"(?<!已)(?:提[高升]|[增上]升|增加|延长|扩大|降低?|下降|减少?|缩短|压缩)(?:到|至|为)\s?(?=\d|$)"
)
_CHANGED_FROM = re.compile(  # 日耗电1850kWh，希望降低25%: what is there today, and what is wished of it
    r"[^，,。；;\d]{0,4}[，,。]\s?(?:我们|公司|现|拟|计划|[急亟]需|希望|期望|要求|需要?|目标|能够?|可以?|将其?|使其|要|须|应|再|进一步|至少|整体)*"
    r"(?:降低?|减少|下降|缩短|压缩|提[高升]|增加|延长|节[约省])(?:了|约|至少|不[低少]于)*\s?\d[\d.]*\s?[%％‰倍]"
)
_LEVELLED_FROM = re.compile(  # 纵裂率3%左右，希望降至1%以下: where it stands, and where it is wished
    r"[^，,。；;\d]{0,4}[，,。]\s?(?:[^，,。；;\d]{0,4}目标|[^，,。；;\d]{0,12}(?:提[高升]|[增上]升|升|增加?|扩大?|延长?|降低?|下降|减少?|缩短?|压缩?|控制)(?:到|至|在))"
)
_GONE_TO = re.compile(  # 能耗从3.0上升到3.1: what has become of it
    r"[由从][^，,。；;\d]{0,4}\d[\d.]*[^，,。；;\d]{0,6}(?:(?P<up>[上增]升|升高?|增[加长]|提[高升])|下?降低?|减少|下[降滑]|缩短)(?:到了?|至|为)\s?约?$"
)
_NO_MORE = re.compile(
    r"(?:[只仅]有|[只仅]能(?:达到?|做到)?|仅[为能]|一直(?:在|维持在|徘徊在|停留在)?)\s?$"
)  # 脱净率只有92%
_COMPLAINED_OF = re.compile(
    r"([\u4e00-\u9fff]{1,8})(?:([高大多长慢])|[低小少短快])[（(][^（()）\d]{0,8}$"
)  # 能耗高（0.35吨）
_WISH_OPENS = re.compile(rf"{WISHED.pattern}|(?:^|[，,；;。])(?:现|特|急|诚)?[求征想欲盼需]")
_SOUGHT = re.compile(  # the wish behind it, for a thing or a level: not 需防爆, 需求单位
    r"(?:^|[，,；;。])[我公司们现特急诚拟]{0,4}(?:寻?求(?![解和得])|征[集求]|希望|期望|盼|想|[急亟]需(?!求)|需要)"
)
_SET = re.compile(r"[:：]\s?$|(?:达到?|控制[在到]|做到|保持|指标|目标|要求)[^，,。；;]*$")
_SPOILED = re.compile(  # 常温下5天就变质: what happens after a time today
    r"(?:[之以]?[内后]|左右|就|即|便|会|开始|容易)*(?:软化|变质|腐烂|腐败|褐变|霉变|发霉|变色|失效|老化|开裂|结块|脱落|磨损|报废|损坏|堵塞|生锈)"
)
_MORE_THAN, _LESS_THAN = re.compile("[高多]达|超过|高于|大于|多于|超出|突破"), re.compile("低于|小于|少于|不足")
_NO = re.compile("[不禁勿莫]|避免|防止|杜绝|难以|无法|要求|[须需应]")
_MENDED = re.compile("解决|克服|消除|改善|改进|攻克|避免|针对|[由因]|目前|现[在有]|当前")  # what is today
_A_FAULT = re.compile("(?:左右|以上|以下)?(?:等|这一)?的?(?:问题|难题|现象|情况|缺陷|状况|瓶颈)")
_TRIGGERS = re.compile(  # 温度高于80℃时自动报警
    "(?:时|后)?[，,]?(?:应当?|[须需则就即要可]|能够?)?(?:自动|立即|及时|马上)?"
    "(?:报警|告警|预警|停机|停止|切断|断电|启动|关闭|开启|补[水液料]|跳闸|触发|联锁|提醒|自动)"
)
_STOPS = "。！!？?\n"
_SHARES = ("%", "‰")
_EXACT = frozenset(("误差", "精度", "重复性", "公差"))  # a bare one is asked before the wish as well
_SPENT = frozenset(("成本", "时间", "周期", "能耗", "电耗", "煤耗", "油耗", "水耗", "气耗", "用工量"))
_FORMERLY = re.compile(r"(?<![\u4e00-\u9fff])原")
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]*")


def asked_indicators(title: str, description: str = "") -> list[tuple[str, Indicator]]:
    """The asked indicators of a need with their field, those of the title first, in order of place.

    Examples
    --------
    >>> from matcher.needs.asked import asked_indicators
    >>> found = asked_indicators("泵壳检测", "我公司现用设备单件60秒。希望单件检测时间不超过5秒。")
    >>> [(field, one.quantity, one.text) for field, one in found]
    [('description', '单件检测时间', '不超过5秒')]
    """
    sentences = understand(title, description).sentences
    texts = dict(zip(FIELDS, (title, description), strict=True))
    return [
        (field, one)
        for field, text in texts.items()
        for one in indicators_of(text)
        if is_asked(one, field, text, sentences)
    ]


def is_asked(indicator: Indicator, field: str, text: str, sentences: Sequence[Sentence]) -> bool:
    """Whether an indicator of a need is asked: its sentence asks, and does not turn to what is today before it.

    Behind a word of today (目前, 原来) nothing is asked until its clause wishes. In a sentence of background only a
    bound whose clause demands (要求, 须), that is all it says (良率≥70%) or that stands behind a colon
    (厚度：0.02-0.03mm) is asked; in one that asks by telling a fault, only what stands behind a wish.
    """
    first, stop = clause_of(text, indicator.start, indicator.end)
    if field not in ASKED_FIELDS and _has_gone_worse(indicator, text, first):
        return False
    falls = _FALLS_FROM_TODAY.search(text, first, indicator.start)
    if falls and falls.end() == indicator.start and (not falls["past"] or indicator.comparator in _BOUNDS):
        return True
    if _is_todays(indicator, text) or (field != "indicators" and _is_worse(indicator, text)):
        return False
    if field in ASKED_FIELDS:
        return True
    inside = [one for one in sentences if one.field == field and one.start < indicator.end <= one.end]
    if inside:
        first, stop = max(first, inside[0].start), min(stop, inside[-1].end)
    head = text[max(inside[0].start, first - 12) : first] if inside else ""
    demanded = DEMANDED.search(text, first, stop) is not None or bool(_WISHED_HEAD.search(head))
    aims = bool(inside) and _FALLS_FROM_TODAY.search(text, inside[0].start, inside[-1].end) is not None
    if not inside or (not aims and all(one.role == "background" for one in inside)):
        aside = _ASIDE.match(text, indicator.end)  # ≤3%（目前8%）
        rest = aside.end() if aside else indicator.end
        usual = USUAL.search(text, first, indicator.end) or USUAL.search(text, rest, stop)
        alone = indicator.text[:1] in "≥≤><＞＜±" and len(inside) == 1 and len(inside[0].text) <= _SHORT
        alone = alone or (bool(inside) and _is_set(indicator, text, inside[0].start, first, inside[-1].end))
        written = alone or text[: indicator.start].rstrip().endswith(("：", ":"))
        return (
            field == "description"
            and (demanded or written)
            and not usual
            and (indicator.comparator in _BOUNDS or (demanded and indicator.meaning.change != 0))
        )
    if TODAY.match(text, indicator.end):
        return False
    if indicator.comparator in _BOUNDS and _TRIGGERS.match(text, indicator.end):
        return False
    clause = text[first : indicator.start]
    timed = indicator.unit.dimension == "s" and indicator.comparator in ("", "约")
    takes = _TAKES.search(clause) if timed else None
    if takes and not DEMANDED.search(clause, 0, takes.start()) and _SOUGHT.search(text, indicator.end, inside[-1].end):
        return False
    if demanded:
        return True
    if BETTER_YET.match(text, indicator.end):
        return True
    if takes:
        return False
    if IF.search(clause) or (SUPPOSED_END.match(text, indicator.end) and SUPPOSED.search(clause)):
        return False
    if any(cue.search(text, first, indicator.start) for cue in (IS, HARMED)):
        return False
    if OUTPUT.search(text, first, indicator.start) and not DEMANDS.match(text, indicator.start):
        return False
    if not WISHED.search(text, inside[0].start, stop) and FAULT.search(inside[0].text):
        return False
    if _is_borne(indicator, text):
        return False
    if not _tells_today(text, inside[0].start, indicator.start):
        return True
    return _is_set(indicator, text, inside[0].start, first, inside[-1].end)


def _has_gone_worse(indicator: Indicator, text: str, first: int) -> bool:
    """Whether a clause that wishes nothing tells that a quantity went the way nobody wants (能耗从3.0上升到3.1)."""
    gone = _GONE_TO.search(text, first, indicator.start)
    if gone is None or any(cue.search(text, first, indicator.start) for cue in (WISHED, DEMANDED)):
        return False
    way = better_way(indicator.quantity, indicator.meaning, indicator.unit, indicator.low)
    return way < 0 if gone["up"] else way > 0


def _is_worse(indicator: Indicator, text: str) -> bool:
    """Whether a bound is on the side that nobody asks for (结块率超过10%, 合格率低于80%), in words, without a no; not
    what its sentence wishes (求杀虫剂，死亡率高于95%).
    """
    better = 0 if indicator.meaning.change else indicator.meaning.better
    worse = _MORE_THAN if better < 0 else _LESS_THAN if better > 0 else None
    if worse is None or not worse.match(indicator.text):
        return False
    start = max(text.rfind(sign, 0, indicator.start) for sign in _STOPS) + 1
    wished = max((one.end() for one in WISHED.finditer(text, start, indicator.start)), default=-1)
    mended = _MENDED.search(text, max(wished, 0), indicator.start) or _A_FAULT.match(text, indicator.end)
    if wished >= 0 and not mended:
        return False
    first, _ = clause_of(text, indicator.start, indicator.end)
    return _NO.search(text, max(0, first), indicator.start) is None


def _is_set(indicator: Indicator, text: str, start: int, clause: int, end: int) -> bool:
    """Whether a bound is set in a clause of its own behind one that only opens with today: 目前依赖进口，密度≥6g/cm3.

    A figure in that clause is today's, and so is what follows it; and what a wish follows.
    """
    if not (DEMANDS.match(text, indicator.start) or indicator.comparator == "±"):
        return False
    opened = max((one.start() for one in STATE_OPENS.finditer(text, start, indicator.start)), default=-1)
    if not start <= opened < clause or any(cue.search(text, start, indicator.start) for cue in (HARMED, FAULT)):
        return False
    return not re.search(r"\d", text[slice(*clause_of(text, opened, opened + 1))]) and not WISHED.search(
        text, indicator.end, end
    )


def _is_todays(indicator: Indicator, text: str) -> bool:
    """Whether the clause of an indicator says that it is today's; a bound only where another one of it is asked too."""
    if TODAYS_BEHIND.match(text, indicator.end):
        return True
    if indicator.comparator in ("", "约") and _CHANGED_FROM.match(text, indicator.end):
        return True
    first, _ = clause_of(text, indicator.start, indicator.end)
    in_words = _MORE_THAN.match(indicator.text) or _LESS_THAN.match(indicator.text)
    if (
        (in_words or indicator.comparator in ("", "约", "±"))
        and _LEVELLED_FROM.match(text, indicator.end)
        and (first == 0 or not _WISH_OPENS.search(text, first - 1, indicator.start))
        and _is_asked_behind(indicator, text)
    ):
        return True
    if indicator.comparator in ("", "约"):
        if _NO_MORE.search(text, first, indicator.start) and not WISHED.search(text, first, indicator.start):
            return True
        if _is_complained_of(indicator, text):
            return True
        if indicator.unit.symbol in _SHARES and _is_bounded_behind(indicator, text):
            return True
    clause = text[first : indicator.start]
    formerly = any(clause.startswith(indicator.quantity, one.end()) for one in _FORMERLY.finditer(clause))
    if not (formerly or _tells_today(text, first, indicator.start, TODAYS)):
        return False
    return indicator.comparator not in _BOUNDS or _is_asked_behind(indicator, text)


@lru_cache(4)
def _figures_of(text: str) -> tuple[Indicator, ...]:
    return tuple(indicators_of(text))


def _is_bounded_behind(indicator: Indicator, text: str) -> bool:
    """Whether the same quantity has a bound further on: 失水率12%。技术指标：失水率≤5%; not where it is asked itself,
    or under another condition.
    """
    start = max(text.rfind(sign, 0, indicator.start) for sign in _STOPS) + 1
    if WISHED.search(text, start, indicator.start) or _SET.search(text[start : indicator.start]):
        return False
    return any(
        (one.quantity, one.unit.dimension) == (indicator.quantity, indicator.unit.dimension)
        and one.start > indicator.start
        and one.comparator in _BOUNDS
        and (one.condition == indicator.condition or not (one.condition and indicator.condition))
        for one in _figures_of(text)
    )


def _is_complained_of(indicator: Indicator, text: str) -> bool:
    """Whether a figure in brackets is on the bad side of its quantity: 能耗高（0.35吨）, not 纯度高（99.9%）."""
    complaint = _COMPLAINED_OF.search(text, max(0, indicator.start - 20), indicator.start)
    if complaint is None:
        return False
    sense = meaning(complaint[1])
    way = 0 if sense.concept in _EXACT else better_way(complaint[1], sense, indicator.unit, indicator.low)
    return way < 0 if complaint[2] else way > 0


def _is_asked_behind(indicator: Indicator, text: str) -> bool:
    """Whether the same quantity has another figure further on."""
    return any(
        (one.quantity, one.unit.dimension) == (indicator.quantity, indicator.unit.dimension)
        and one.start > indicator.start
        for one in _figures_of(text)
    )


def _is_borne(indicator: Indicator, text: str) -> bool:
    """Whether a sentence tells what is lost, spent or spoiled, and wishes only behind it: 空驶率40%，求调度平台."""
    start = max(text.rfind(sign, 0, indicator.start) for sign in _STOPS) + 1
    end = min((at for sign in _STOPS if (at := text.find(sign, indicator.end)) >= 0), default=len(text))
    if _WISH_OPENS.search(text, start, indicator.start) or not _SOUGHT.search(text, indicator.end, end):
        return False
    if _SET.search(text[start : indicator.start]):
        return False
    if indicator.unit.dimension == "s" and _SPOILED.match(text, indicator.end):
        return True
    sense = indicator.meaning
    if indicator.comparator not in ("", "约") or sense.change or sense.concept in _EXACT:
        return False
    lasts = indicator.unit.dimension == "s" and indicator.comparator == "约"  # 每批烘干约3小时
    lost = lasts or indicator.unit.symbol in _SHARES or meaning(indicator.quantity).concept in _SPENT
    return lost and better_way(indicator.quantity, sense, indicator.unit, indicator.low) < 0


def _tells_today(text: str, start: int, stop: int, today: re.Pattern[str] = STATE_OPENS) -> bool:
    """Whether the last word before a place that tells today from wish tells of today."""
    text = text[:start] + _ASIDE.sub(lambda aside: " " * len(aside[0]), text[start:stop])
    told = max((one.end() for one in today.finditer(text, start, stop)), default=-1)
    wished = max(
        (one.end() for cue in (WISHED, _FALLS_FROM_TODAY) for one in cue.finditer(text, start, stop)), default=-1
    )
    return told > wished


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of the clause around a place in a text, without the sign that ends it."""
    first = max(text.rfind(sign, 0, start) for sign in "，,。；;！!？?\n：:") + 1
    stop = _CLAUSE.match(text, end)
    return first, stop.end() if stop else end
