"""Technical indicators in the texts of needs and outcomes: quantity, comparator, value, unit, condition and place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from matcher.errors import ArgumentError
from matcher.needs.directions import extent_of
from matcher.needs.figure_model import COUNTS, features_of, is_figure, thing_behind
from matcher.needs.figure_rules import COMPARED, NO_NAME, borne, cues_of, directed, is_told_of_oneself, measures
from matcher.needs.names import Meaning, change_at_end, is_rate_of_work, meaning, name_around
from matcher.needs.turns import names_in_turn
from matcher.needs.units import Unit, read_unit
from matcher.needs.values import SIZE, Value, half_width, values
from matcher.tables.columns.hidden_kinds import with_text_kinds

Judge = Callable[[Value, list[str]], bool]
FIELDS = ("title", "description")
COLUMNS = [
    "field",
    "quantity",
    "comparator",
    "low",
    "high",
    "unit",
    "tolerance",
    "condition",
    "text",
    "start",
    "end",
]
_HAS_VALUE = re.compile(
    r"\d|[０-９]|分之|[一两三四五六七八九十百千]倍|[一二两三四五六七八九十半]个?(?:年|月|小时|天|分钟)|[一二三四五六七八九]成"
)
_CLAUSES = re.compile(r"[。；;！!？?\n，、]|,(?!\d{3}(?!\d))|(?<!\d)\.(?!\d)|\.(?=\s)|(?<!\d)\.(?=\d{1,2}[^\d.%])")
_SENTENCES = re.compile(r"[。；;！!？?\n]")
_PLAIN_BEFORE = re.compile(
    "系数|因[数素]|指数|等级|常数|比例|配比|硬度|粗糙度|光洁度|能效比|[料驻波灰胶径缩动液][重肉蛋奶]?比|显指|率|pH|酸碱度|eer|cop|ratio",
    re.I,
)
_UNDER = re.compile(
    r"[的]?\s?(?:高温|低温|温度|压力|湿度|负荷|载荷|电压|频率|浓度|转速|工作|环境|条件|工况|情况|气氛|状态|背景|光照|范围|温差|压差|电流|风速|光强|流量|张力){0,2}(?:环境|条件|工况|情况)?(?:下(?![降调限料游行])|时(?![间长效延段])|之?中(?![心间位值频温和性试]))"
)
_PLACED = re.compile(  # 1000次循环后容量保持率≥80%, 80dB噪声环境下准确率≥90%
    r"(?:范围|区间)之?内|[\u4e00-\u9fff]{0,8}?(?:下(?![降调限料游行属列面半垫沉陷])|中(?![心间位值频温和性试级文药国部型])"
    r"|处(?![理置于方])|后(?![处续端轴道期段])|(?<!同)时(?![间长效延段刻]|速(?!度)))"
)
_REACHES = re.compile("(?<!达)[到至]$")  # 2h内降温至5℃ asks for the time
_AT = re.compile(r"\s?(?:at|under)\s[^,;A-Za-z]{1,12}[^,;\d]{1,8}", re.I)  # viscosity below 50 mPa·s at 25 °C
_AT_OPENS = re.compile(r"\s*(?:and\s)?(?:at|under)\s[^,;A-Za-z]{1,12}[^,;\d]{1,8}", re.I)
_CALLED = re.compile(  # ≥2h(负载5kg), but not ≤2m(重量50kg)
    r"\s?\((?!.*(?:目前|现|原|标|约|同|即|折|其中|平均|[重产]量|[总自]重|成本|价|寿命))[\u4e00-\u9fff]{2,8}[:=为]?"
)
_OF_IT = re.compile("[温压电]?差|均匀|波动|变化|稳定|梯度|漂移|偏差|损失|误差|精度")  # 硬度差 is no 硬度
_BROUGHT = re.compile(  # 浓度约65%，要求提浓到92%
    r"(?:要求|希望|期望|目标|[需想要拟])[\u4e00-\u9fff]{1,2}(?<!达)[到至](?:约|≤|<)?\s?$"
)
_SIDE = re.compile("[经纬纵横轴径]向|[进出]水|[进出入]口")  # 缩水率经向≤3%，纬向≤4%; 进水氨氮350mg/L，出水≤15mg/L
_SETTING_OF = re.compile("(?:温度|湿度|海拔|压力|负[载荷]|载荷|转速|[风车流]速|电压|频率|浓度|水深)$")
_STEP = re.compile(  # 在80℃下反应3h
    r"(?:进行|继续|恒温|静置|高温|真空|常压|充分|缓慢|回流|加热|密闭|避光|磁力|机械|热压|无压|预|于)*"
    r"(?:反应|浸[提渍泡出取]|萃取|烘|干燥|保温|保持|搅拌|震荡|振荡|超声|[煅焙灼]烧|烧结|退火|淬火|回火|球磨|研磨|培养|发酵|酶解|水解|固化|硫化|熟化|老化处理"
    r"|加热|冷却|蒸馏|蒸煮|灭菌|杀菌|热处理|处理|活化|碳化|炭化|还原|焙烤|压制|压?成型|煮|蒸|晶化|陈化|聚合|交联|挤出|熔融|熔炼|锻造|轧制|退浆|染色|焙干|真空干燥)(?![率性器机炉釜物后])"
)
_JOINED_REACHES = re.compile(r"\s?(?:[、,，和及与]|以及)\s?")
_DIGIT = re.compile(r"\d")
_HEADER = re.compile(r"\(([^()\s\d]{1,8})\)[^。；;()\d:]{0,10}:(?!\s?[≥≤<>\d约])")  # 浓度(g/L)如下: 蔗糖25-35
_NAMED = re.compile("[\u4e00-\u9fff]\\s?$")
_NEXT_BY = re.compile(r"[^，,。；;、\d]{0,10}")
_LISTED = re.compile(r"\s?[、,，和及与]\s?(?:相对湿度|[\u4e00-\u9fff]{2}|pH|RH)?")
_QUANTITY_ENDS = tuple("率度量力值功性")  # 25℃粘度, -20℃放电容量
_SETS_ITSELF = (*_QUANTITY_ENDS, *"点差期")  # 软化点80℃针入度≥60, 交货期30天内合格率≥99%: no condition
_NAMED_AHEAD = re.compile("(?:[率量力值性功数]|(?<!温)度)$")  # 冲击功-40℃≥27J, but not 反应温度80℃≥95%
_WHEN = re.compile("时(?![间长效延段刻]|速(?!度))")  # 温度高于200℃时粘度≤50mPa·s
_WORKS = re.compile(  # -20~50℃环境下正常工作 is what is asked
    "的?(?:环境|条件|工况)*[下中内]?(?:能够?|可以?)?(?:正常|稳定|连续|长期|可靠)*(?:工作|使用|运行)(?=[，,。；;]|$)"
)
_STATE = re.compile(r"室温|常温|干基|湿基|标准状态|空载|满载|额定负载|常压|高温下|低温下")
_OPENING = re.compile(r"(?:在|于|经|当|@)[\u4e00-\u9fff]{0,6}$")
_BRACKETS = re.compile(r"\([^()\n]{1,40}\)")
_SETTING = re.compile(  # 夏季(RH85%、38℃)结块率≤1%: under what a bound holds
    r"(?<![\d%℃A-Za-z)])\(((?![^()]*(?:目前|现状|原来|现为|约|[≤≥<>±]|不[低高少多大小超]|以[上下内]))[^()，,。；;\n]*\d[^()，,。；;\n]*)\)"
    r"(?![和与及、])(?=[^，,。；;()≤≥<>\d]{2,}[\d，,。；;()≤≥<>]?[^，,。；;()]{0,6}?(?:[≤≥<>]|不[得应]?[低高少多大小超]|\d[^，,。；;()]{0,6}以[上下内]))"
)
_LASTING_FOR = re.compile(r"\s?/\s?(\d+(?:\.\d+)?\s?(?:h|小时|min|分钟|d|天|s|秒|次)(?![A-Za-z]))")
_DONE = re.compile(r"(?:完成|实现)([\u4e00-\u9fff]{2,4})|([\u4e00-\u9fff]{2,4})(?:完毕|完成)")
_ACTS = re.compile(  # 粪便24小时内需全部清理: what is done within a time
    r"(?:的时间[之以]?内)?(?:需要?|应当?|能够?|可以?|必?须|即可|就能)?(?:全部|完全|自动|快速|迅速|准确)?(清理|清除|检[测出]|识别|侦测|添加|响应|启动|切换|冷却|降解|溶解|固化|干燥|恢复|更换|拆卸|安装|组装"
    r"|送达|到达|报警|杀灭|崩解|凝固|脱模|复位|定位|唤醒|充满|升温|降温|灭火|熄灭)(?![率力器机仪剂性速时效系])"
)
_FROM = re.compile(
    r"(?:左右)?(?:逐步|再)?(?:提高|提升|增加|升高|上升|升|降低|减少|下降|降|缩短|延长|改善|改进|优化|[改变增减延缩提])(?:到|至|为)"
)
_CHANGED_BY = re.compile(r"[由从][^，,。；;\d]{0,4}$")
_CHANGED_TO = re.compile(rf"[由从][^，,。；;\d]{{0,4}}\d[\d.]*[^，,。；;\d]{{0,6}}?{_FROM.pattern}\s?约?$")
_TO = re.compile(r"[\u4e00-\u9fff]{1,4}[到至为]\s?[±≤<]?\d")  # 从100cm回弹到30cm
_IN_USE = re.compile(
    r"(?:的)?(?:环境|工况)?(?:条件)?(?:下|中|内)?(?:正常|稳定|连续|长期|可靠)?(?:工作|使用|运行)|的?环境"
)
_TIMES_OF = re.compile(  # 硬度是Q235钢的6倍, 分散剂占树脂质量的3%
    r"(?:(?<![因作成认])为|是|(?P<share>占)(?![据领])|相当于)(?:[^，,。；;\d]|(?<=[A-Z])\d+){1,14}的$"
)
_COUNTED_BEHIND = re.compile(r"的?([\u4e00-\u9fff]{2,4}?)(?=[的，,。；;、并上]|数|$)")  # 10万级节点
_UNSPOILED = re.compile(  # 24小时内不褐变, 弯折10万次无裂纹: what does not happen for so long
    r"(?:内|以内|之内)?(?:均|都|也|仍)?(?:不(?:会|出现|发生|产生)?(?![够足行等同合达到能可及低高少多大小超透熟]|均匀|成[功型]|彻底|完[全成]|见效|一致|稳定|影响|溶[解化]|软化|干透)"
    r"([\u4e00-\u9fff]{2,4})|(?P<free>无(?:明显|任何|可见)?[\u4e00-\u9fff]{0,2}(?:裂纹?|锈蚀?|漏|变[色形质]|脱落|起[泡皮]|分层|损[坏伤]|异常|故障|失效|腐蚀|破[裂损]|沉淀|析出"
    r"|霉变|击穿|鼓[包泡]|粉化|[褪退]色|老化|松动|卡滞|磨损|结晶|衰减)))(?=[，,。；;、)\n]|$)(?![，,](?:严重)?(?:影响|导致|造成|无法|不能))"
)
_TESTED = re.compile("^[耐抗]|试验$|测试$|盐雾$|浸泡$")
_TOO_SHORT = re.compile(  # 绝缘寿命短，180℃下仅2000小时，需达到5000小时
    r"([\u4e00-\u9fff]{0,6}(?:寿命|周期|保质期|货架期|有效期|续航|时间))(?:[较偏太过很]|非常)?短[，,]"
    r"(?:[^，,。；;、]*[，,、])?[^，,。；;、]*$"
)
_LASTED = re.compile("[一二两三四五六七八九十半\\d]+(?:年|个月|天|小时)[内后]?")  # 降解率：一年≥60%
_DOES = re.compile(r"(?:能够?|可以?)?(?:抵抗|抵御|承受|经受|经过|带动|检出|发现|识别|搬运)")
_THING = re.compile(  # 大于20μm的缺陷, 300次冻融
    r"的?((?![更最])[\u4e00-\u9fff]{2,10})(?=[，,。；;、)\n]|$)"
)
_TOPIC_OF_INDEX = re.compile(
    r"(?:^|[，,。；;、\s])((?![\u4e00-\u9fff]*(?:指标|要求|参数|目标):)[\u4e00-\u9fff]{2,8}):\s?$"
)
_INDEX = re.compile(r"[A-Z]\d{1,3}")  # 粒径D50≤5μm，D90≤20μm
_ENDS = re.compile(r"\)?(?:每[台件吨套只个])?(?=[，,。；;)\n]|$|之间|的程度)")
_OF_THING = re.compile(  # 由2.5米的锥形筒节组成
    r"的([\u4e00-\u9fff]{2,8}?)(?=[，,。；;、)\n]|组成|构成|等|和|与|及|$)"
)
_BOASTED = re.compile(  # 电导率较高，可达到100000μs/cm
    r"(?:[较很极最]|非常|特别)?[高低大小长短快慢强][，,、]\s?(?:可以?|能够?|已|最[高大长]|在)?$"
)
_CONTAINS = re.compile(  # 含15%甘油
    r"(?:含有?|包[含括]有?|[组构]成|组分|成[分份]|原料|配[比方]|其中|[制而]成|(?<![自经理])由)[:为是由]?约?\s?$"
)
_PART = re.compile(  # 15%甘油, 3%的尿素
    r"\s?的?((?![及以其的和与或左即])[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9-]{1,11}?)(?=[，,、。；;)]|和(?![度性])|以?及|与|[组构]成|$)"
)
_PART_BEFORE = re.compile("[，,、和与及]")
_PIECE = re.compile("每([件台支只片根块张套箱盘颗粒个])[^，,\\d]{0,2}$")  # 每件不超过20秒
_REACHES_ONLY = re.compile(  # 控制收缩率，达到千分之一
    r"[，,]\s?(?:能够?|可以?|需要?|要求?|希望|应当?|须|必须|使其?|将其?|并|且)*(?:达到?|做到|保持在|稳定在|控制在|[降升][到至]|提[高升][到至]|[由从](?:原来|原先|目前|现在|当前)?的?)?\s?"
)
_NEAR = 8  # characters between two values that are one condition
_REACH = 12  # characters behind a value that say what it covers
_OF_OTHERS = re.compile(  # what others' products give is not offered: 国外同类产品精度0.005mm
    r"\s?(?:[^()]*\()?(?:而|但是?|其中|目前|当前|现在|一般)*(?:国外|同类|(?:进口|传统|常规|现有|普通|市[面售场]上?)的?[^，,。；;\d]{0,8}?"
    r"(?:产品|设备|装置|工艺|方法|技术|品种|材料|机[型器组床]?|仪器?|系统|方式|厂家|企业|水冷|风冷|元?件))"
    r"(?![^，,。；;]*(?:[比较]|优于|[高低]于|提[高升]|降低|减少|节[约省]|替代|取代|相当|本|改[造进良装]|升级|即可))(?:\([^()]*\)|[^()])*"
)
_RAISED = re.compile(
    r"(?:提[高升]|增加|[升降]|降低|[上下]降|减少|缩短|延长|控制|压缩)(?:到|至|为|在)\s?$"
)  # 日产量500吨。希望提高到800吨
_DEMAND = re.compile(r"\s?(?:现|拟)?(?:要求|目标|希望|期望)(?:为|:)?\s?")  # 冷爆率0.8%。要求≤0.1%
_COMPLAINED = re.compile(r"(?:[较很极最太过偏]|非常|特别)?[高低大小长短快慢][，,]\s?$")  # 能耗高，希望降低25%
_SHARES = ("%", "‰", "倍", "百分点")
_PORTIONS = ("份", "kg", "kg m-3")  # dimensions of what a thing has of a part, beside shares
_EXTENT = re.compile(r"\s?([厚长宽高深]度?)(?=[的，,。；;、)范]|$)")
_STRONG = re.compile("强|钢|合金|材|板|纤维|胶|混凝土|砂浆")
_TELLING = frozenset(  # dimensions that say what is measured
    ("dB", "r s-1", "IP", "A-1 kg m2 s-3", "A", "kg m2 s-3", "s-1", "kg m-1 s-2", "bit s-1", "H", "HRC", "HV", "HB")
)
_ASPECT = re.compile(r"[纵横轴径]向|[正反]面|[上下]部|白天|夜间|[夏冬]季|初始|最终|内部|外部|额定|标称|峰值")
_TOPIC = re.compile(r"([^；;。、:，,\n().\d]{2,12}):[^；;。\n:]*$")
_ACROSS = re.compile(f"(?:{SIZE}|直径)?[φΦ]$")
_SCALE_LETTERS = frozenset(("IE", "1:", "HRC", "HRB", "HV", "HB", "HA", "IP", "IPX", "DC", "AC", "Φ", "φ"))
_PER = re.compile(r"每(小时|分钟|秒|天|吨|亩|公斤|千克|立方米|平方米|平米|公里|千瓦时)(?!的)[^每\d，,。；;、]{0,14}$")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One technical indicator of a text.

    Parameters
    ----------
    quantity
        What is measured, in the words of the text; 提高 or 降低 behind it for a change ("成本降低").
    comparator
        One of ≥ > ≤ < = 约 ± 区间; "" where the text gives a bare value, 优于 where it asks for better than a value of
        a quantity that does not say which way that is.
    low, high
        The bounds in `unit`, None for no bound. A bare value and one with 约 or 优于 have both alike.
    unit
        The normalised unit, with its symbol, dimension and factor.
    tolerance
        The figure behind ±.
    condition
        Under what the value holds ("在800℃下", "室温"), "" where nothing is said.
    text
        The value as written, with its comparator.
    start, end
        Its place in the text.
    extent
        "smallest" where it says how small a thing can be told (检出裂纹宽度≥5μm), "span" where it says over what
        something can be used or set (可检直径3～12mm, 0.6～1.5mm可调), "most" where it is the most that a machine gives
        (最高转速30000rpm), "set" where a step of a process is set to it (在80℃下反应3h), which is compared with
        nothing, else "".
    """

    quantity: str
    comparator: str
    low: float | None
    high: float | None
    unit: Unit
    tolerance: float | None
    condition: str
    text: str
    start: int
    end: int
    extent: str = ""

    @property
    def meaning(self) -> Meaning:
        """What the quantity is, with the unit's help where the name does not say it."""
        return meaning(self.quantity, self.unit.symbol, self.unit.dimension)


def indicators_of(text: str, *, offered: bool = False) -> list[Indicator]:
    """The technical indicators of a text, in order of place.

    Years, standards, numbers of models and items, what a firm tells of itself (staff, capital, area, turnover, yearly
    output), and time and money of a project are no indicators; a count of what is borne (支持20路视频) is one.

    Parameters
    ----------
    text
        Of a need, or of what is offered for one.
    offered
        Whether the text tells of what is offered (an outcome, a bid). Values that no rule takes are then looked at a
        second time, by a small model (`models/needs-zh`); on needs it takes as much that is wrong as that is right.

    Examples
    --------
    >>> from matcher.needs import indicators_of
    >>> [(one.quantity, one.comparator, one.high, one.unit.symbol) for one in indicators_of("检测时间不超过2秒")]
    [('检测时间', '≤', 2.0, 's')]
    >>> indicators_of("公司成立于2009年，占地50亩，员工300人")
    []
    """
    return read_figures(text, (lambda _, features: is_figure(features)) if offered else None)


def read_figures(text: str, judge: Judge | None) -> list[Indicator]:
    """The indicators of a text; `judge` says of each value that no rule takes whether it is one all the same."""
    return list(_indicators(text, judge)) if _HAS_VALUE.search(text) else []


def need_indicators(table: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """The indicators of needs or outcomes, from title and description.

    Parameters
    ----------
    table
        Rows with `id_column` and texts in `title`, `description`, or one of them.
    id_column
        "need_id" or "outcome_id".

    Returns
    -------
    DataFrame
        One row an indicator, in the order of the table and then of place: `id_column`, field, quantity, comparator,
        low, high, unit, tolerance, condition, text, start, end (places in the text of the field). `unit` is the
        normalised symbol; bounds that are open are NaN. Columns stand without rows too.

    Raises
    ------
    ArgumentError
        The table has no `id_column`.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import need_indicators
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["高强钢板"], "description": ["抗拉强度≥800MPa"]})
    >>> need_indicators(needs, "need_id")[["need_id", "field", "quantity", "comparator", "low", "unit"]]
      need_id        field quantity comparator    low unit
    0      N1  description     抗拉强度          ≥  800.0  MPa
    """
    if id_column not in table:
        raise ArgumentError(f"The table has no column {id_column}")
    fields = [field for field in FIELDS if field in table]
    texts = [table[field].fillna("").astype(str).tolist() for field in fields]
    rows = [
        (identity, field, *_row(found))
        for identity, *parts in zip(table[id_column], *texts, strict=True)
        for field, part in zip(fields, parts, strict=True)
        for found in indicators_of(part)
    ]
    frame = pd.DataFrame(rows, columns=[id_column, *COLUMNS])
    numbers = dict.fromkeys(("low", "high", "tolerance"), "float64") | dict.fromkeys(("start", "end"), "int64")
    return with_text_kinds(frame.astype(numbers))


def _row(found: Indicator) -> tuple[object, ...]:
    return (
        found.quantity,
        found.comparator,
        found.low,
        found.high,
        found.unit.symbol,
        found.tolerance,
        found.condition,
        found.text,
        found.start,
        found.end,
    )


@dataclass(slots=True)
class _Clauses:
    """A text with the places where its clauses, its lists of them (with 、) and its sentences end; what stands in
    brackets ends nothing.
    """

    text: str
    clauses: list[int]
    lists: list[int]
    sentences: list[int]

    @classmethod
    def of(cls, text: str) -> _Clauses:
        open_text = _BRACKETS.sub(lambda match: "(" + "_" * (len(match[0]) - 2) + ")", text)
        clauses = [match.end() for match in _CLAUSES.finditer(open_text)]
        lists = [end for end in clauses if open_text[end - 1] != "、"]
        sentences = [match.end() for match in _SENTENCES.finditer(open_text)]
        return cls(text, *([0, *ends, len(text)] for ends in (clauses, lists, sentences)))

    def clause(self, place: int) -> tuple[int, int]:
        at = bisect_right(self.clauses, place, hi=len(self.clauses) - 1)
        return self.clauses[at - 1], self.clauses[at]

    def sentence(self, place: int) -> int:
        return bisect_right(self.sentences, place, hi=len(self.sentences) - 1)

    def listed(self, place: int) -> int:
        """Where the list around a place ends: 介电常数≤3、损耗≤0.002、吸水率≤0.1%."""
        return self.lists[bisect_right(self.lists, place, hi=len(self.lists) - 1)]


def _indicators(text: str, judge: Judge | None) -> Iterator[Indicator]:
    plain = half_width(text)
    found = list(values(plain))
    if not found:
        return
    places = _Clauses.of(plain)
    condition, holds = "", -1  # and the place up to which it holds
    named: tuple[int, int] | None = None  # where a name may stand before a condition: 检测时间在25℃时≤2秒
    opened = (-1, -1)  # where the last condition begins and ends
    listed: int | None = None  # where a list of conditions begins: 温度25℃、湿度60%条件下
    last: tuple[int, str, Unit] | None = None
    portioned = -1  # the sentence whose parts stand behind their shares: 含15%甘油、3%尿素
    previous, origin = 0, -1  # the end of the last value, and of one that a change starts from
    pending: Indicator | None = None
    settings = [match.span(1) for match in _SETTING.finditer(plain)] if "(" in plain else []
    headers = list(_HEADER.finditer(plain)) if "(" in plain and ":" in plain else []
    changes = "由" in plain or "从" in plain
    turns = names_in_turn(plain, found) if "分别" in plain else {}
    found = [turns[at][1] if at in turns else value for at, value in enumerate(found)]
    for at, value in enumerate(found):
        begin, end = places.clause(value.start)
        sentence = places.sentence(value.start)
        if (
            headers
            and not (value.unit_text or value.prefix)
            and _NAMED.search(plain, max(0, value.start - 2), value.start)
            and not _PLAIN_BEFORE.search(plain, max(0, value.start - 8), value.start)
        ):
            ahead = [one for one in headers if one.end() <= value.start and places.sentence(one.end()) == sentence]
            if ahead and (unit := read_unit(ahead[-1][1])):
                value = replace(value, unit=unit, unit_text=ahead[-1][1])
        if not (
            value.unit.symbol
            or value.prefix
            or value.comparator in COMPARED
            or value.unit_text == "级"
            or _is_plain_range(plain, value)
            or (changes and _is_changed(plain, value))
        ) and not _PLAIN_BEFORE.search(plain, max(0, value.start - 8), value.start):
            if found_after_all := _second_look(
                text, plain, value, max(begin, previous), (begin, end), "", False, judge
            ):
                if pending:
                    yield pending
                pending, last = found_after_all, (sentence, found_after_all.quantity, value.unit)
            previous = value.end
            continue
        restated = pending is not None and _is_restated(plain, pending, value)
        if pending and restated:
            low, high = (None if end is None else value.low for end in (pending.low, pending.high))
            value = replace(value, comparator=pending.comparator, low=low, high=high)
        if inside := next((span for span in settings if span[0] <= value.start < span[1]), None):
            condition, holds, previous = plain[slice(*inside)], places.sentences[sentence], inside[1] + 1
            continue
        following = found[at + 1] if at + 1 < len(found) else None
        aside = _aside(plain, begin, value, pending, following)
        if aside == "before" and pending:
            inner = plain[pending.end : value.end].lstrip(" (")
            pending = replace(pending, condition=_joined(pending.condition, inner))
            previous = value.end + 1
            continue
        under = _UNDER.match(plain, value.end)
        when = _WHEN.match(plain, value.end)
        happens = plain[when.end() : end].strip(" ,，、") if when else ""  # 温度高于85℃时自动报警，精度≤0.1℃
        sets = _sets(value) or (when is not None and (not happens or (following and following.start < end)))
        far = aside == "behind" or (
            under
            and following
            and places.sentence(following.start) == sentence
            and sets
            and not _WORKS.match(plain, value.end)
        )
        set_to: int | None = under.end() if under else value.end
        if not far:
            set_to = _set_to(plain, value, following, max(begin, previous), end)
        reaches = plain[value.end - 1] == "内" and _is_one_of_reaches(plain, found[at : at + 5])
        listing = reaches or (set_to is None and _is_listed(plain, found[at : at + 5]))
        if listing or set_to is not None:
            opening = _OPENING.search(plain, max(begin, value.start - 8), value.start)
            own = name_around(plain, max(begin, previous), value.start, len(plain))[0]
            if reaches or set_to == value.end or not plain.endswith(own, begin, value.start):
                own = ""
            first = opening.start() if opening else value.start - len(own)
            listing = listing and bool(reaches or opening or _SETTING_OF.search(own))
            if listing and listed is None:
                listed = first
        if listing:
            previous = value.end if reaches else previous
            continue
        if set_to is not None:
            if listed is not None:
                first = listed
            elif following and not opening and not name_around(plain, set_to, following.start, len(plain))[0]:
                first = value.start  # the name before is that of the next value
            if opened[1] == previous and opened[0] >= begin and first - previous <= _NEAR:
                first = opened[0]  # 在120℃油中1000h后: both hold
            condition, listed, opened = plain[first:set_to].strip("()的@"), None, (first, set_to)
            glued = following is not None and not opening and following.start < end
            joined = glued and following and name_around(plain, set_to, following.start, len(plain))[0]
            holds = end if not far else places.listed(value.start) if joined else places.sentences[sentence]
            named = (max(begin, previous) if previous <= first else begin, first)
            bound = found[at + 2] if at + 2 < len(found) and found[at + 2].start < end else None
            tested = following and bound and _PLACED.match(plain, following.end, bound.start)
            if _STEP.match(plain, set_to) and not tested:  # what a step is set to is told for itself too
                if pending:
                    yield pending
                pending = _setting(text, plain, value, max(begin, previous))
            previous = set_to
            continue
        if pending:
            yield pending
            pending = None
        stop = following.end if following and value.inner == following.inner == SIZE else value.end
        name, known = name_around(plain, max(begin, previous), value.start, stop)
        if name in ("输入", "输出") and (of_unit := meaning("", value.unit.symbol, value.unit.dimension).concept):
            name, known = name + of_unit, True
        elif NO_NAME.fullmatch(name):
            name, known = name_around(plain, value.start, value.start, stop)
        if across := _ACROSS.search(name):
            name, known = name[: across.start()] + "直径", True
        if at in turns and turns[at][0]:
            name, known = turns[at][0], True
        elif borne_thing := borne(plain, value):
            name, known = borne_thing, True
        elif value.inner == SIZE and last and plain[previous : value.start].strip() in tuple("×*xX"):
            name, known = (SIZE if last[1] == "直径" else last[1]), True
        elif restated and last:
            name, known = last[1], True
        elif (
            value.unit.symbol in ("倍", "%")
            and (of := _TIMES_OF.search(plain, begin, value.start))
            and (whose := name_around(plain, max(begin, previous), of.start(), of.start()))[0]
            and not (of["share"] and meaning(whose[0]).change)  # 增产占增量的70% is no 增产 of 70 %
        ):
            name, known = whose[0], True
        elif value.unit_text == "级" and not value.unit.symbol and (of := _COUNTED_BEHIND.match(plain, value.end)):
            name, known = of[1], True
        if not known and value.unit.dimension == "m" and (extent := _EXTENT.match(plain, value.end)):
            name, known = name + extent[1], True
        counted = value.unit.symbol == "次"
        if (
            not known
            and (not name or _DOES.fullmatch(name))
            and ((value.comparator in COMPARED and value.unit.symbol != "级") or counted)
            and (thing := _THING.match(plain, value.end))
            and (name or len(thing[1]) <= 6)
        ):
            name, known = thing[1], counted
        if value.unit.dimension in ("s", "°") or counted:
            if unspoiled := _UNSPOILED.match(plain, value.end):
                kept = (
                    name if counted or unspoiled["free"] or value.unit.dimension == "°" or _TESTED.search(name) else ""
                )
                name, known = kept or unspoiled["free"] or "不" + unspoiled[1], True
                value = replace(value, comparator="≥", low=value.high if value.low is None else value.low, high=None)
            elif not name and (short := _TOO_SHORT.search(plain, max(0, value.start - 40), value.start)):
                name, known = short[1], True
        if not known and value.unit.dimension == "s" and (piece := _PIECE.search(plain, begin, value.start)):
            name, known = f"单{piece[1]}时间", True
        if not name and named and value.start < holds and named[0] >= begin:
            name, known = name_around(plain, *named, value.end)
        if (
            not name
            and (boast := _BOASTED.search(plain, max(begin - 8, 0), value.start))
            and (called := name_around(plain, places.clause(boast.start())[0], boast.start(), boast.start()))[1]
        ):
            name, known = called
        if (
            not name
            and value.unit.dimension in ("m", "kg", "s")
            and _sets(value)
            and (thing := _OF_THING.match(plain, value.end))
        ):
            name = thing[1]
        counts = value.unit.symbol in COUNTS and thing_behind(plain, value.end) != ""
        if (
            not known
            and value.unit.symbol in ("%", "‰", "份")
            and _sets(value)
            and (part := _PART.match(plain, value.end))
            and (
                _CONTAINS.search(plain, max(0, value.start - 8), value.start)
                or (portioned == sentence and _PART_BEFORE.match(plain, value.start - 1))
            )
        ):
            name, known, portioned = part[1], True, sentence
        if (
            not name
            and previous <= begin
            and (value.comparator in COMPARED or value.soft or plain[begin : value.start].strip())
            and _REACHES_ONLY.fullmatch(plain, max(begin - 1, 0), value.start)
            and (called := name_around(plain, places.clause(begin - 1)[0], begin - 1, begin - 1))[1]
        ):
            name, known = called[0].removesuffix("提高").removesuffix("降低"), True
        if not name and value.unit.symbol in _SHARES and (change := change_at_end(plain[begin : value.start])):
            wished = _COMPLAINED.search(plain, max(begin - 12, 0), begin)
            before = places.clause(wished.start())[0] if wished else begin
            named_before = name_around(plain, before, wished.start(), wished.start()) if wished else ("", False)
            if named_before[1]:
                name, known = named_before[0] + change, True
            elif not wished and last and last[0] == sentence and not last[1].endswith(("提高", "降低")):
                name, known = last[1] + change, True
        near = last is not None and (
            last[0] == sentence
            or (
                last[0] == sentence - 1
                and bool(_RAISED.search(plain, begin, value.start) or _DEMAND.fullmatch(plain, begin, value.start))
            )
        )
        if not name and not counts and last and near and not (value.prefix and not value.unit.symbol):
            reached = value.soft or plain[begin : value.start].strip()
            if (
                reached
                and _REACHES_ONLY.fullmatch(plain, begin - 1, value.start)
                and last[1].endswith(("提高", "降低"))
            ):
                name, known = last[1][:-2], True  # 回收率提高5%，达到93%
            elif last[2] == value.unit or (last[2].dimension and last[2].dimension == value.unit.dimension):
                name, known = last[1], True
            elif not value.unit_text and _RAISED.search(plain, begin, value.start):  # 重量12kg，要求降至5以下
                value = replace(value, unit=last[2], unit_text=last[2].symbol)
                name, known = last[1], True
        if last and near and last[2].dimension == value.unit.dimension and not known and value.unit.symbol:
            brought = origin == previous or _BROUGHT.search(plain, max(begin, value.start - 8), value.start)
            if brought and len(name) <= 2:
                name, known = last[1], True
            elif side := _SIDE.fullmatch(name):
                name = _SIDE.sub(side[0], last[1]) if _SIDE.search(last[1]) else side[0] + last[1]
        if last and last[0] == sentence and _INDEX.fullmatch(name) and (stem := last[1].rfind(name[0])) > 0:
            name = last[1][:stem] + name
        elif _INDEX.fullmatch(name) and (
            of := _TOPIC_OF_INDEX.search(plain, begin, plain.rfind(name, begin, value.end))
        ):
            name = of[1] + name  # 光束质量: M2≤1.3
        within, lasted = "", _LASTED.fullmatch(name)
        if (
            (lasted or _ASPECT.fullmatch(name))
            and (topic := _TOPIC.search(plain, max(0, value.start - 40), value.start))
            and not (lasted and topic[1].endswith(("要求", "指标", "目标")))
        ):
            within, name = (name, topic[1]) if lasted else ("", topic[1] + name)
        if (
            value.unit.symbol
            and "/" not in value.unit.symbol
            and (per := _PER.search(plain, max(begin, previous), _number_at(plain, value)))
        ):
            value = replace(value, unit=read_unit(f"{value.unit.symbol}/{per[1]}") or value.unit)
        changed = changes and not value.unit_text and _is_changed(plain, value)
        indicator = _indicator(text, plain, value, name, known, plain[begin:end], changed=changed)
        if judge and _OF_OTHERS.fullmatch(plain, begin, value.start):
            indicator = None
        elif indicator is None:
            indicator = _second_look(text, plain, value, max(begin, previous), (begin, end), name, known, judge)
        previous = value.end
        if _FROM.match(plain, value.end) or (plain[value.start - 1] in "从由" and _TO.match(plain, value.end)):
            indicator, last = None, (sentence, name, value.unit) if name or value.prefix else last
            origin = value.end if name and (known or name.isascii()) else origin
        if indicator:
            states = [condition if value.start < holds else "", within]
            if state := _STATE.search(plain, max(begin, value.start - 12), min(end, value.end + 6)):
                states.append(state[0])
            if lasting := _LASTING_FOR.match(plain, value.end):
                states.append(lasting[1])
            said = "，".join(dict.fromkeys(filter(None, states)))
            told = plain[begin : indicator.start], plain[indicator.end : indicator.end + _REACH]
            covers = extent_of(indicator.comparator, indicator.meaning, indicator.unit, *told)
            pending = replace(indicator, condition=said, extent=covers)
            last = (sentence, pending.quantity, pending.unit)
    if pending:
        yield pending


def _second_look(
    text: str,
    plain: str,
    value: Value,
    first: int,
    clause: tuple[int, int],
    name: str,
    known: bool,
    judge: Judge | None,
) -> Indicator | None:
    """The indicator of a value that no rule takes, where the model takes it. What is counted names a count."""
    if judge is None:
        return None
    if not name:
        name, known = name_around(plain, first, value.start, value.end)
    if (not name or value.unit.symbol in COUNTS) and (thing := thing_behind(plain, value.end)):
        name, known = thing, False
    if not name or NO_NAME.fullmatch(name):
        return None
    portion = value.unit.dimension in _PORTIONS or (not value.unit.dimension and value.unit.factor < 1)
    if len(name) == 1 and (value.comparator in COMPARED or not portion):
        return None  # 差异显著(p<0.05), 往后移2.5cm, but 糖5份
    sense = meaning(name, value.unit.symbol, value.unit.dimension)
    if not judge(value, features_of(plain, value, name, sense, known=known, cues=cues_of(plain[slice(*clause)]))):
        return None
    return _made(text, directed(value, name, sense), name)


def _joined(first: str, second: str) -> str:
    return "，".join(filter(None, (first, second)))


def _sets(value: Value) -> bool:
    """Whether a value can be a condition: nothing is asked of it."""
    return value.comparator in ("", "约", "区间", "=") and not value.prefix


def _set_to(plain: str, value: Value, following: Value | None, first: int, stop: int) -> int | None:
    """Where the words end that make a value the condition of the next one in its clause; None where it is none.

    10m内误差≤0.3mm and 误差10m内0.3mm, but not 误差5mm内合格率99%; 28d抗压强度≥58MPa, but not 外径50mm内径30mm.
    """
    if following is None or following.start >= stop or following.inner or value.prefix:
        return None
    apart = value.unit.dimension != following.unit.dimension or value.unit.symbol != following.unit.symbol
    if plain[value.end - 1] == "内" and value.unit.dimension in ("m", "s") and apart:
        between = plain[value.end : following.start].rstrip()
        if _REACHES.search(between):
            return None
        name, known = name_around(plain, first, value.start, len(plain))
        named = known or name.endswith(_SETS_ITSELF)
        return None if named and between and not name.endswith("距离") else value.end
    if not _sets(value) or not value.unit.symbol:
        return None
    bounded = following.comparator in COMPARED
    if placed := _PLACED.match(plain, value.end, following.start):
        name, known = name_around(plain, placed.end(), following.start, len(plain))
        step = value.unit.dimension in ("s", "K") and not bounded  # 搅拌2h后粘度50mPa·s
        after = following.unit.dimension == "s" and _PLACED.match(plain, following.end)  # 在120℃油中1000h后
        return placed.end() if bounded or after or (not step and (known or name.endswith("率"))) else None
    tested = value.unit.dimension in ("K", "s")
    head = plain[first : value.start].strip(" 在于经当")
    if not apart or not (bounded or tested) or (head and not tested):
        return None
    name, known = name_around(plain, first, value.start, len(plain)) if head else ("", False)
    if bounded and _NAMED_AHEAD.search(name) and not plain[value.end : following.start].strip():
        return value.end
    if known or name.endswith(_SETS_ITSELF):
        return None  # 反应温度80℃转化率95%, but 导热油25℃粘度40mPa·s
    name, known = name_around(plain, value.end, following.start, len(plain))
    whole = name[-1:] in _QUANTITY_ENDS if tested else known and not meaning(name).words
    return value.end if whole or (tested and bounded and name) else None


def _setting(text: str, plain: str, value: Value, first: int) -> Indicator | None:
    """The indicator of a value that a step of a process is set to."""
    concept = meaning("", value.unit.symbol, value.unit.dimension).concept
    name, known = name_around(plain, first, value.start, value.start)
    return replace(_made(text, value, name if known else concept), extent="set") if concept and _sets(value) else None


def _is_one_of_reaches(plain: str, found: Sequence[Value]) -> bool:
    """Whether the first value is one of several reaches that are one condition: 500m内及900m内误差≤6mm."""
    for (one, other), bound in zip(pairwise(found), found[2:], strict=False):
        if not (
            plain[one.end - 1] == plain[other.end - 1] == "内"
            and one.unit.dimension == other.unit.dimension
            and _JOINED_REACHES.fullmatch(plain, one.end, other.start)
        ):
            return False
        if plain[bound.end - 1] != "内":
            return _NEXT_BY.fullmatch(plain, other.end, bound.start) is not None
    return False


def _number_at(plain: str, value: Value) -> int:
    """Where the number of a value begins, behind its comparator: 不少于每小时3000件."""
    digit = _DIGIT.search(plain, value.start, value.end)
    return digit.start() if digit else value.start


def _is_listed(plain: str, found: Sequence[Value]) -> bool:
    """Whether the first value is one of several conditions of a bound: 在海拔3000m、-20℃环境下功率≥85%."""
    for (one, other), bound in zip(pairwise(found), found[2:], strict=False):
        if not (_sets(one) and one.unit.symbol and _LISTED.fullmatch(plain, one.end, other.start)):
            return False
        if _UNDER.match(plain, other.end):
            return _sets(other) and bound.comparator in COMPARED
    return False


def _aside(plain: str, begin: int, value: Value, pending: Indicator | None, following: Value | None) -> str:
    """Whether a value in brackets of its own, or behind "at" or "under", is a condition of the indicator "before" it or
    of the one "behind".
    """
    if value.unit.dimension and plain[value.start - 1 : value.start + 1].isascii():
        if _AT_OPENS.fullmatch(plain, begin, value.end):
            return "behind" if following and following.unit.dimension != value.unit.dimension else ""
        if pending and pending.unit.dimension != value.unit.dimension and _AT.fullmatch(plain, pending.end, value.end):
            return "before"
    within = plain[value.end - 1] == "内" and value.unit.dimension in ("m", "s")
    if not (_sets(value) or within) or value.unit.dimension == "":
        return ""
    opened, closed = plain[: value.start].rstrip()[-1:], plain[value.end : value.end + 1]
    if opened == "@":
        return "behind" if following else ""
    if (
        pending
        and pending.comparator in COMPARED
        and pending.unit.dimension != value.unit.dimension
        and closed == ")"
        and _CALLED.fullmatch(plain, pending.end, value.start)
    ):
        return "before"
    if opened != "(" or closed != ")":
        return ""
    if pending and value.start - pending.end <= 1:
        return "before"
    return "behind" if following and following.start - value.end <= 3 else ""


def _is_restated(plain: str, pending: Indicator, value: Value) -> bool:
    """Whether a share in brackets says a bound once more: 效率不低于IE4(95.4%)."""
    behind = plain[pending.end : value.start].strip() == "(" and plain[value.end : value.end + 1] == ")"
    return behind and not value.comparator and value.unit.symbol == "%" and pending.unit.symbol != "%"


def _indicator(
    text: str, plain: str, value: Value, name: str, known: bool, clause: str, *, changed: bool
) -> Indicator | None:
    ahead = plain[value.end : value.end + 10]
    if not known and value.unit.dimension == "s" and (done := _DONE.match(ahead)):
        name, known = (done[1] or done[2]) + "时间", True
    elif (
        (not known or name == "时间")
        and value.unit.dimension == "s"
        and value.comparator in ("≤", "<")
        and (acts := _ACTS.match(plain, value.end))
    ):
        name, known = (name if name.startswith(acts[1]) else acts[1]) + "时间", True  # 恢复供电时间
    whole = meaning("", value.unit.symbol, value.unit.dimension).concept
    if not known and whole in name[:-1] and not _OF_IT.match(name, name.index(whole) + len(whole)):
        name, known = name[: name.index(whole) + len(whole)] if whole else name, bool(whole)
    if not name:
        if value.prefix in ("Φ", "φ"):
            name = "直径"
        elif value.unit.symbol == "℃" and _IN_USE.match(ahead):
            name = "使用温度"
        elif value.inner:
            name = value.inner
        elif value.unit.symbol.startswith("元/") and value.comparator in ("≤", "<"):  # 每立方米0.3元以下
            name = "成本"
        elif value.unit.symbol in ("MPa", "GPa") and _STRONG.search(plain, max(0, value.start - 12), value.end + 12):
            name = "强度"
        elif value.comparator or value.prefix or _tells(value.unit) or _is_beside(plain, value):
            name = meaning("", value.unit.symbol, value.unit.dimension).concept
            name = name or (
                "精度"
                if plain[value.start] == "达" and value.comparator == "±" and value.low == -(value.high or 0)
                else ""
            )
        known = bool(name)
    if value.prefix and value.prefix.upper() not in _SCALE_LETTERS:
        kept = name if not name.isascii() and (known or value.unit_text == "级" or _SIDE.fullmatch(name)) else ""
        name, known = kept + value.prefix, True
    sense = meaning(name, value.unit.symbol, value.unit.dimension)
    if not name or not measures(value, name, known, sense, changed=changed) or is_told_of_oneself(clause):
        return None
    return _made(text, directed(value, name, sense), name)


def _made(text: str, value: Value, name: str) -> Indicator:
    return Indicator(
        name,
        value.comparator,
        value.low,
        value.high,
        value.unit,
        value.tolerance,
        "",
        text[value.start : value.end].strip(" :：（("),
        value.start,
        value.end,
    )


def _is_plain_range(plain: str, value: Value) -> bool:
    """Whether a range without a unit is all that its clause says of a quantity: 螺纹中径21.803-22.003."""
    if value.comparator != "区间" or value.unit_text or value.inner or value.low == 10:
        return False
    return _ENDS.match(plain, value.end) is not None  # 10-11 may have lost its raised figure


def _is_changed(plain: str, value: Value) -> bool:
    """Whether a number without a unit is one end of a change: 重频由7.5降为3.2."""
    if _FROM.match(plain, value.end):
        return _CHANGED_BY.search(plain, max(0, value.start - 6), value.start) is not None
    return _CHANGED_TO.search(plain, max(0, value.start - 24), value.start) is not None


def _tells(unit: Unit) -> bool:
    """Whether a unit says what is measured."""
    return unit.dimension in _TELLING or is_rate_of_work(unit.symbol, unit.dimension)


def _is_beside(plain: str, value: Value) -> bool:
    """Whether a value stands beside another (25MPa/600℃); a time there says how long the other lasts (300℃/2h)."""
    return plain[value.start - 1 : value.start] == "/" and value.unit.dimension != "s"
