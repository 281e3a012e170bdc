"""Which way a quantity is better, by its name, its unit and its size; and what a figure of what can be done covers."""

from __future__ import annotations

import re

from matcher.needs.names import Meaning, gets_through
from matcher.needs.units import Unit

_FINE = ("m", "°", "s", "K", "rad")  # dimensions in which a higher 精度 or 分辨率 is a smaller figure
_TRACES = ("kg m-3", "m-3 mol")
_FINER = frozenset(("精度", "分辨率"))
_LESS = re.compile("精度|粒|分辨|间隙|漂移|公差|跳动|对焦|晶")
_PRESSURE = "kg m-1 s-2"
_GAUGE = ("MPa", "kPa", "bar")  # of a vacuum, what is missing to the air's pressure as often as what is left
_EVEN = re.compile("精度|准确度|稳定[性度]|均匀[性度]|线性度|一致性|重复性|对称[性度]")
_ROUGH = re.compile("粗糙|光洁|R[az]$")
_GRADES = re.compile(
    "(?P<more>牢度|抗渗|强度|耐[候磨]|起球|抗风|抗震)|附着|划格|精度|能效|洁净|公差|跳动|同轴|粉化|变色|起泡|生锈"
)
_FINDS = re.compile(
    "检出(?![率限])|(?:检测|探测|识别|发现|分辨|捕捉|剔除)(?!精度|时间|速度|距离|深度|率|限)|[可能]检(?!修)"
)
_FLAW = re.compile(
    "裂[纹缝]|缺[陷口损]|气[孔泡]|砂眼|夹[杂渣]|[划擦碰压]伤|[划压]痕|凹[坑陷]|毛刺|破[损洞]|异物|污[点渍]|杂质|针孔|孔洞|瑕疵|"
    "缝隙|崩边|疵点|漏[点孔]|颗粒|[斑黑麻]点|脱[粘胶层]|分层|未焊透|未熔合|病害|虫"
)
_OF_FLAW = re.compile(rf"(?:{_FLAW.pattern})的?(?:宽度?|直径|尺寸|面积|长度?|粒径|大小)?[^\u4e00-\u9fff]*$")
_SHARE_OF = re.compile(  # what a share is of: 烂果率, 空驶率 and 好果率, 达标率; neither 抗病率 nor 不达标率
    r"(?P<less>(?<![抗防耐免无治除灭控减杀纠查检补去剔识])(?:[坏烂腐损伤病废次误漏裂断死霉残错堵][果品米粒件苗株蛋检报判失伤坏毁败变纹缝裂丝线头针]?"
    r"|空[驶载置转]|闲置|故障|缺[陷失苗株]|返[工修]|流失|衰减|退货|投诉|停机|感染|发病|患病|污染|复发|淘汰|畸形|变形|粘连|中断|[不未]达标)率$)"
    r"|(?P<more>(?<![不未非无])(?:[好优良][果米品质等苗种]?|完好|合格|达标|成功|成[活品]|正确|命中|满意|完成|及时|国产化|自动化|坐果|结实|出苗|受胎|孵化"
    r"|治愈|愈合|防治|直通|开机|稼动|[回复]用|资源化|无害化|[抗防灭除杀治][病虫菌霉锈草])率$)"
)
_AMOUNTS = ("kg", "m2", "m3", "个")
_BY_TIME = ("kg s-1", "m2 s-1", "m3 s-1")
_DELIVERED = frozenset(  # what a machine gives up to its most
    ("转速", "速度", "流量", "压力", "推力", "拉力", "扭矩", "风量", "风速", "亮度", "照度", "倍率")
)
_BORNE = re.compile(
    "泄漏?|渗漏|漏|振动|磨损|腐蚀|沉降|残余|背|损失|阻力|摩擦|齿槽|接地|空载|沉积|收缩|波动|冲击|插拔|启动|转向|进水"
)
_MOST = re.compile(r"最[高大快][^，,。；;\d]{0,8}$")
_AS_SUCH = frozenset(("色温", "波长", "屈光度", "pH值", "外径", "内径", "行距", "株距"))
_OF_SUPPLY = re.compile("^(?:供电|电源|输入|输出|工作)?$")
_SIZES = ("m", "m2", "m3")
_USED = re.compile(
    "[可能]检|检[测出]|识别|测量|可测|适[用应配]|兼容|可?夹持|可?抓取|可加工|可切|可焊|量程|使用温度|工作温度|"
    "(?:温|压|湿|速|流量|功率|频率|电[压流]|厚|径|幅|行程|调|pH)[度力宽]?值?(?:范围|区间)"
)
_SET = re.compile("[)]?(?:范围)?(?:之?[间内])?的?(?:可调|可选|可变|无级|任意|连续|均可|可?自由)")
_REACH = 24  # characters before a value that say what is told
_HALF = 0.5  # a share of evenness from here on is good when it is more, one below is what is uneven


def is_finer_when_less(name: str, sense: Meaning, unit: Unit, value: float | None) -> bool:
    """Whether a higher level of the quantity is a smaller figure: 分辨率不低于5μm, 真空度不低于1Pa, 附着力不低于1级.

    Of crosshatch grades 0 is the best, 5 the worst (GB/T 9286-2021).
    """
    if unit.symbol == "级" and (way := _GRADES.search(name)):
        return not way["more"]
    if sense.concept in _FINER:
        return unit.dimension in _FINE
    if sense.concept == "灵敏度":  # 0.1ng/mL, 5ppb: how little is found
        return unit.dimension in _TRACES or unit.symbol in ("ppm", "ppb", "ppt")
    return "真空" in name and unit.dimension == _PRESSURE and (unit.symbol not in _GAUGE or (value or 0) < 0)


def better_way(name: str, sense: Meaning, unit: Unit, value: float | None) -> int:
    """+1 where more is better, -1 where less is, 0 where the quantity does not say.

    Examples
    --------
    >>> from matcher.needs.names import meaning
    >>> from matcher.needs.units import read_unit
    >>> [better_way(name, meaning(name), read_unit(unit), 1.0) for name, unit in (("本底真空", "Pa"), ("厚度", "mm"))]
    [-1, 0]
    """
    if sense.change:
        return 1
    if is_finer_when_less(name, sense, unit, value) or _ROUGH.search(name):
        return -1
    if (_LESS.search(name) and unit.dimension in _FINE) or (unit.dimension == "K" and (value or 0) < 0):
        return -1  # 耐低温达到-40℃
    if unit.symbol == "级" and (way := _GRADES.search(name)):
        return 1 if way["more"] else -1
    if value == 0 and not unit.dimension:  # 裂纹率为0
        return -1
    if not sense.concept and (of := _SHARE_OF.search(name)):
        return 1 if of["more"] else -1
    if not sense.concept and _is_output(name, unit):
        return 1
    if sense.better or not _EVEN.search(name):
        return sense.better
    return (1 if (value or 0) * unit.factor >= _HALF else -1) if unit.symbol and not unit.dimension else 0


def is_wanted_as_such(sense: Meaning) -> bool:
    """Whether a value of the quantity is the one to have, and any other wrong: a wavelength, a mains voltage."""
    return sense.concept in _AS_SUCH or (sense.concept == "电压" and _OF_SUPPLY.match(sense.words) is not None)


def _is_output(name: str, unit: Unit) -> bool:
    """Whether a quantity is what is got through, by the time of its unit or by that of its name (年, 日, 班)."""
    by_time = unit.dimension in _BY_TIME or (unit.dimension in _AMOUNTS and name[:1] in "年日月班")
    return by_time and gets_through(name)


def extent_of(comparator: str, sense: Meaning, unit: Unit, head: str, tail: str) -> str:
    """The `extent` of an indicator, by what stands before and behind its value in half-width signs.

    >>> from matcher.needs.names import meaning
    >>> from matcher.needs.units import read_unit
    >>> extent_of("≥", meaning("裂纹宽度"), read_unit("μm"), "检出裂纹宽度", "")
    'smallest'
    """
    if comparator == "区间":
        return "span" if _USED.search(head[-_REACH:]) or _SET.match(tail) else ""
    if (
        comparator in ("", "约")
        and sense.concept in _DELIVERED
        and _MOST.search(head)
        and not _BORNE.search(sense.words)
    ):
        return "most"
    if unit.dimension not in _SIZES or sense.better or sense.concept in _FINER:
        return ""
    verb, tail = _FINDS.search(head[-_REACH:]), tail.lstrip("的 ")
    of_flaw = _OF_FLAW.search(head) or _FLAW.match(tail)  # and not the width or depth that is inspected
    found = verb and "深" not in head[-4:] and (of_flaw or (verb[0] == "检出" and "最大" not in head))
    return "smallest" if found else ""
