"""Rules that say which values with a name are indicators, and no counts, dates, prices or a firm's own figures."""

from __future__ import annotations

import re
from dataclasses import replace

from matcher.needs.directions import better_way
from matcher.needs.figure_model import thing_behind
from matcher.needs.names import Meaning
from matcher.needs.values import Value

_ONESELF = re.compile(
    r"(?<![可能够])年产(?![量仔蛋奶卵])|注册资|占地|建筑面积|资产|销售|营业|营收|产值|利税|利润|员工|职工|融资|种植面积|播种面积|专利|论文|成立|创建|市场|出口(?![^，,。；;]{0,10}(?:浓度|[温湿]度|压力|[水灰]分|流[量速]|尘|[≤≥<>]))|农户|客户|订单"
    r"|税收|增收|就业|分红|年收入|纯收入|人口|经济效益|创汇|荣获|参试|试验点|点次|家企业|国家和地区|排名|位居|同比|全市|全省|全国|我国|距今|年前"
    r"|品牌|门店|学校|全球|厂房|土地|年用量|采购量|[东西]经|[南北]纬"
)
_DEMANDED = re.compile(r"[≥≤]|要求|需求|指标|不低于|不超过|不少于|不高于")
_PROJECT = re.compile(
    r"(?<!操作)人员(?!熟练)|投资(?!成本|回收)|投入|资金|预算|推广|累计|研发费|股|年均|每年|项目|课题|示范(?!田)|开发周期|研发周期|合作|有效期至|年产生|历史"
)
_ASKED = re.compile(r"[≥≤<>]|要求|需求|指标|达到|不低于|不超过|不少于|以上|以下|以内|控制在")
_BORNE = frozenset(("个", "种", "组", "路"))
_BEARS = re.compile(
    r"(?:支持|接入|兼容|识别|容纳|带动|连接|输出|提供|驱动|监测|检测)(?:了|多达|高达|最多|最大|至少|不少于|不低于|大于|超过|约|达|不同|[≥>])?\s?$"
)
_ABSTRACT = re.compile(
    "创新|方案|优势|问题|方面|特点|部分|阶段|步骤|方向|项目|方法|样[品机]|企业|岗位|就业|报告|论文|专利|专家|人才|案例"
)
_CUES = {"of oneself": _ONESELF, "of the project": _PROJECT, "asked": _ASKED}
_COUNTED = frozenset(("个", "种", "组", "份", "次", "人", "帧", "级", "倍", "月", "a", "d", "元", "路", "像素", "亩"))
_PLAIN = frozenset(
    (
        "pH值",
        "系数",
        "功率因数",
        "指数",
        "等级",
        "制冷性能系数",
        "防护等级",
        "显色指数",
        "介电常数",
        "摩擦系数",
        "比例",
        "硬度",
        "粗糙度",
        "料肉比",
        "驻波比",
        "水灰比",
        "长径比",
        "压缩比",
        "传动比",
        "气液比",
    )
)
COMPARED = frozenset("≥>≤<±")
_LASTING = re.compile(
    "寿命|老化期|回收期|保质|质保|年限|续航|时效|货架|储存|保存|贮存|使用|耐|生育|熟期|免疫期|[药残持]效期|稳定期|结[垢焦块]周期"
    "|(?:更换|维护|检修|清洗|再生)周期|^[不无][\u4e00-\u9fff]{2,4}$|life"
)
_MONEY = frozenset(("成本", "价格"))
_ELEMENTS = frozenset("铁铝铜锌镍铬锰钙镁钠钾锂硅硫磷碳氮氧氢氯氟硼铅镉汞砷锡锑铋钛钒钴钨钼金银铂钯")
_STEPS = frozenset("烘烤煮蒸泡焙")  # 烘5~10min
_TRACES = frozenset(("%", "‰", "ppm", "ppb", "ppt", "mg/kg", "mg/L", "μg/L", "μg/kg", "μg/g"))
_GRADED = re.compile("[级性]|度[A-Z]*$|精度|能效|附着力|病$|起[毛球]|[抗耐][风水震磨渗]")
_LENGTH = re.compile("[径距长宽高厚深]度?$")
NO_NAME = re.compile(
    r".*[≤≥<>].*|.*\d[年月日]|标准|若干|支持|剩余|其余|客户|用户|企业|厂家|业主|甲方|国家|现阶段|目前|输入|输出|使用|需要|分别|其中|几[十百千]|如果.*|检出|上述|其他|另外?|大约|电路板上"
    r"|(?:主要|关键|核心|具体|技术|性能|考核|经济)*(?:指标|参数)"
)


def is_told_of_oneself(clause: str) -> bool:
    """Whether a clause tells of the firm, its market or its project, and demands nothing."""
    if _ONESELF.search(clause):
        return not _DEMANDED.search(clause)
    return bool(_PROJECT.search(clause)) and not _ASKED.search(clause)


def borne(plain: str, value: Value) -> str:
    """The thing of which a bare count says how many are borne: 支持20路视频, 提供6种协议; "" where none is."""
    if value.unit.symbol not in _BORNE or value.comparator in ("≤", "<"):
        return ""
    if value.unit.symbol != "路" and not _BEARS.search(plain, max(0, value.start - 8), value.start):
        return ""
    thing = thing_behind(plain, value.end)
    return "" if _ABSTRACT.search(thing) else thing


def measures(value: Value, name: str, known: bool, sense: Meaning, *, changed: bool = False) -> bool:
    """Whether a value with this name is an indicator, and no count, date, price or part of a formula.

    changed: it is what a quantity is brought to from another value.
    """
    symbol, compared = value.unit.symbol, value.comparator in COMPARED
    if (
        (
            len(name) == 1
            and not known
            and value.comparator != "="
            and not (name in _ELEMENTS and symbol in _TRACES)
            and not (name in _STEPS and value.unit.dimension == "s")
        )
        or NO_NAME.fullmatch(name)
        or (symbol == "K" and not known)
    ):
        return False
    if symbol == "" or symbol is None:
        return (
            bool(value.prefix)
            or value.unit_text == "级"
            or (changed and known)
            or sense.concept in _PLAIN
            or (compared and not name.isascii() and (known or value.soft != "reach" or name.endswith("比")))
            or (value.comparator == "区间" and name[:2].lower() == "ph")
            or (value.comparator == "区间" and (sense.concept in _MONEY or _LENGTH.search(name) is not None))
            or (name.endswith("率") and value.high is not None and 0 <= value.high < 0.1)
        )
    if symbol in ("月", "a"):
        return bool(_LASTING.search(name))
    if symbol == "d":
        return compared or known or name.endswith("期")
    if symbol == "元":
        return sense.concept in _MONEY
    if symbol == "级":
        return bool(_GRADED.search(name)) or (compared and (known or value.soft == ""))
    if symbol == "亩":
        return False
    if symbol == "人":
        return sense.concept == "用工量"
    if symbol in _COUNTED:
        return (
            known
            or compared
            or bool(sense.change)
            or name.endswith("数")
            or (symbol in ("倍", "次") and value.low != value.high)
        )
    return True


def directed(value: Value, name: str, sense: Meaning) -> Value:
    """达到 and 优于 mean "at most" of what is better when it is less: 精度达到0.01mm. 优于 stays as it is where the
    quantity does not say which way is better.
    """
    if not value.soft or value.comparator not in ("≥", ">"):
        return value
    way = better_way(name, sense, value.unit, value.low)
    if way < 0:
        return replace(value, comparator="≤" if value.comparator == "≥" else "<", low=None, high=value.low)
    return replace(value, comparator="优于", high=value.low) if value.soft == "better" and not way else value


def cues_of(clause: str) -> list[str]:
    """What a clause tells of: the firm itself, its project, a wish."""
    return [cue for cue, pattern in _CUES.items() if pattern.search(clause)]
