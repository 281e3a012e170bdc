"""Units as people write them, Chinese and Latin: text in, a unit with dimension and factor out.

The table is held against pint by a test. pint itself is not loaded: it takes longer to load than all needs take to
read, and knows neither 目, 级, HRC and 元 nor the writings of Chinese texts (Mpa, 公斤压力, 转/分, 毫升/100克).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_PREFIXES = dict(p=1e-12, n=1e-9, μ=1e-6, m=1e-3, c=1e-2, d=1e-1, k=1e3, M=1e6, G=1e9, T=1e12)
_PREFIXED = """
m  | p n μ m c d k | m | 1
g  | n μ m k       | kg | 0.001
s  | n μ m         | s | 1
V  | μ m k         | kg m2 s-3 A-1 | 1
A  | μ m k         | A | 1
W  | μ m k M G     | kg m2 s-3 | 1
N  | m k M         | kg m s-2 | 1
Pa | m k M G       | kg m-1 s-2 | 1
J  | m k M G       | kg m2 s-2 | 1
eV | m k M         | kg m2 s-2 | 1.602176634e-19
Hz | k M G T       | s-1 | 1
Ω  | m k M G       | kg m2 s-3 A-2 | 1
F  | p n μ m       | kg-1 m-2 s4 A2 | 1
S  | μ m           | kg-1 m-2 s3 A2 | 1
T  | m             | kg s-2 A-1 | 1
L  | μ m d         | m3 | 0.001
mol | n μ m k      | mol | 1
Wh | k M G         | kg m2 s-2 | 3600
Ah | m             | A s | 3600
VA | k M           | kg m2 s-3 | 1
lm |               | lm | 1
bar | m            | kg m-1 s-2 | 100000
cal | k            | kg m2 s-2 | 4.184
bps | k M G T      | bit s-1 | 1
B  | k M G T       | bit | 8
b  | k M G         | bit | 1
Bq | k M           | s-1 | 1
Gy | m k           | m2 s-2 | 1
"""
_SINGLE = """
t | kg | 1000
min | s | 60
h | s | 3600
d | s | 86400
a | s | 31557600
月 | s | 2629800
班 | 班 | 1
度 | 度 | 1
K | K | 1
mmHg | kg m-1 s-2 | 133.322387415
atm | kg m-1 s-2 | 101325
psi | kg m-1 s-2 | 6894.757293168361
kgf | kg m s-2 | 9.80665
cP | kg m-1 s-1 | 0.001
hm2 | m2 | 10000
亩 | m2 | 666.6666666666666
斤 | kg | 0.5
in | m | 0.0254
丝 | m | 0.00001
马力 | kg m2 s-3 | 735.49875
Å | m | 1e-10
lx | lx | 1
cd | cd | 1
nit | cd m-2 | 1
Da | Da | 1
kDa | Da | 1000
% |  | 0.01
‰ |  | 0.001
ppm |  | 1e-6
ppb |  | 1e-9
倍 |  | 1
百分点 | 百分点 | 1
° | ° | 1
r | r | 1
dB | dB | 1
元 | 元 | 1
次 | 次 | 1
级 | 级 | 1
目 | 目 | 1
人 | 人 | 1
个 | 个 | 1
帧 | 帧 | 1
像素 | 像素 | 1
路 | 路 | 1
HRC | HRC | 1
HRB | HRB | 1
HV | HV | 1
HB | HB | 1
HA | HA | 1
H | H | 1
IP | IP | 1
lp | lp | 1
CFU | CFU | 1
cSt | m2 s-1 | 1e-6
Oe | Oe | 1
"""
# One symbol, then the ways to write it. What differs in case alone is found without being listed.
_WRITINGS = """
m 米 公尺
km 公里 千米 ㎞
dm 分米
cm 厘米 公分 ㎝
mm 毫米 ㎜ 公厘
μm 微米 um ㎛
nm 纳米 ㎚
in 英寸 寸 ″ inch inches
丝 忽米
亩 mu
hm2 公顷 ha 垧
kg 公斤 千克 ㎏
g 克
mg 毫克 ㎎
μg 微克 ug
t 吨 公吨
斤 市斤
s 秒 秒钟 sec S
ms 毫秒
μs 微秒 us
ns 纳秒
min 分钟 mins
h 小时 个小时 hr hrs hour hours
d 天 工作日 day days
a 年 year years
月 个月 month months
K 开尔文
Pa 帕 帕斯卡
kPa 千帕
MPa 兆帕
GPa 吉帕
bar 巴
atm 大气压 个大气压
mmHg 毫米汞柱
N 牛 牛顿
kN 千牛
J 焦 焦耳
kJ 千焦
cal 卡
kcal 千卡 大卡
W 瓦 瓦特 w
kW 千瓦
MW 兆瓦
kWh 千瓦时 度电 kW·h KW.h 千瓦·时
Wh W·h 瓦时
Ah A·h 安时
mAh 毫安时
V 伏 伏特 v
kV 千伏
mV 毫伏
A 安 安培
mA 毫安
Ω 欧 欧姆 ohm ohms Ohm Ω
MΩ 兆欧
Hz 赫兹 赫
kHz 千赫 千赫兹
MHz 兆赫 兆赫兹
L 升 公升 l
mL 毫升 ml cc
μL 微升 ul
mol 摩尔
lm 流明
lx 勒克斯 lux
nit 尼特
dB 分贝 dB(A) db(a) DB(A) dBA dBm dBi
% ％ wt% vol% %vol pct
ppm PPM
百分点 个百分点
° 角度 deg
r 转 圈
元 块钱 人民币
次 回 次数 cycles cycle times 个循环 循环
级
目 mesh
人 名
个 只 件 台 套 支 片 张 条 根 块 枚 颗 粒 株 瓶 袋 包 桶 箱 副 头 盘 卷 包 针 EA pcs PCS
帧 frames
像素 px pixel pixels
bps b/s bit/s 比特/秒
B 字节 Byte
cP cps cp 厘泊
mPa·s mPa.s mpas 毫帕·秒 毫帕秒
马力 匹
HRC 洛氏硬度
HA 邵氏A 邵A
CFU cfu
rpm 转/分 转/分钟 转每分 转每分钟 RPM r/min 转/min
km/h 公里/小时 千米/小时 公里每小时
kgf/cm2 公斤压力 公斤气压 公斤/平方厘米 kg/cm2 公斤/cm2
m2 平方米 平米 ㎡ m²
cm2 平方厘米 cm²
mm2 平方毫米 mm²
km2 平方公里 平方千米
m3 立方米 立方 ㎥ 方 m³
cm3 立方厘米
fps 帧/秒 帧每秒
℃ 摄氏度 °C oC ºC ˚C °c ℃度 degC
℉ 华氏度 °F
Nm3 标方 Nm³
"""
_COMPOUND = {  # symbols that are made of others, or need an offset
    "mPa·s": ("kg m-1 s-1", 1e-3, 0.0),
    "rpm": ("r s-1", 1 / 60, 0.0),
    "km/h": ("m s-1", 1 / 3.6, 0.0),
    "kgf/cm2": ("kg m-1 s-2", 98066.5, 0.0),
    "m2": ("m2", 1.0, 0.0),
    "cm2": ("m2", 1e-4, 0.0),
    "mm2": ("m2", 1e-6, 0.0),
    "km2": ("m2", 1e6, 0.0),
    "m3": ("m3", 1.0, 0.0),
    "cm3": ("m3", 1e-6, 0.0),
    "fps": ("帧 s-1", 1.0, 0.0),
    "Nm3": ("m3", 1.0, 0.0),
    "℃": ("K", 1.0, 273.15),
    "℉": ("K", 5 / 9, 459.67 * 5 / 9),
}
_ALONE = "mgsVvAWwNJKtLlhdTHM"  # single letters that are a unit alone; others (F, S, B, r, a) only beside a slash
_IN_DENOMINATOR = {"分": "min", "时": "h", "年": "a", "日": "d", "月": "月", "班": "班", "度": "kWh"} | dict.fromkeys("车批幅", "个")
_CASELESS = {"mpa": "MPa", "mhz": "MHz", "mbps": "Mbps", "mb": "MB", "mw": "MW", "mv": "mV", "ma": "mA"}  # not mPa, mHz


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its usual symbol, its dimension ("kg m-1 s-2"; "" for ratios), and how to come to base units.

    A value in base units is `value * factor + offset`. Scales that are no physical dimension (HRC, 目, dB, 级, 元)
    are dimensions of their own, and so are counts.
    """

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0

    def convert(self, value: float, other: Unit) -> float:
        """A value in this unit, in another unit of the same dimension.

        Examples
        --------
        >>> from matcher.needs.units import read_unit
        >>> read_unit("兆帕").convert(1.5, read_unit("kPa"))
        1500.0
        """
        converted = (value * self.factor + self.offset - other.offset) / other.factor
        return float(f"{converted:.12g}")


NO_UNIT = Unit("", "", 1.0)


def _dimension(text: str) -> dict[str, int]:
    parts = {}
    for part in text.split():
        base, power = re.fullmatch(r"(\D+?)(-?\d+)?", part).groups()  # type: ignore[union-attr]
        parts[base] = int(power or 1)
    return parts


def _written(parts: dict[str, int]) -> str:
    return " ".join(f"{base}{power if power != 1 else ''}" for base, power in sorted(parts.items()) if power)


def _table() -> tuple[dict[str, Unit], dict[str, str]]:
    units = {}
    for line in _PREFIXED.strip().splitlines():
        symbol, prefixes, dimension, factor = (part.strip() for part in line.split("|"))
        for prefix in ["", *prefixes.split()]:
            units[prefix + symbol] = (dimension, _PREFIXES.get(prefix, 1.0) * float(factor), 0.0)
    for line in _SINGLE.strip().splitlines():
        symbol, dimension, factor = (part.strip() for part in line.split("|"))
        units[symbol] = (dimension, float(factor), 0.0)
    units |= _COMPOUND
    table = {symbol: Unit(symbol, _written(_dimension(parts[0])), *parts[1:]) for symbol, parts in units.items()}
    writings = {symbol: symbol for symbol in table}
    for line in _WRITINGS.strip().splitlines():
        symbol, *ways = line.split()
        writings |= {way: symbol for way in ways if way not in table}
    return table, writings


_UNITS, _SYMBOLS = _table()
_FOLDED = {way.lower(): symbol for way, symbol in reversed(_SYMBOLS.items()) if len(way) > 1} | _CASELESS


def _any(ways: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(ways, key=len, reverse=True)))


_POWER = r"(?:\^?[23](?![\d.])|[²³]|\^?-[123](?!\d)|⁻[¹²³])"
_LATIN = _any({way for way in _SYMBOLS if way.isascii() and len(way) > 1 and way[0].isalpha()} - {"in"})
_LONGER = {  # signs behind a unit that make another word of it: 3个性能, 2件套
    line[0]: line[1:]
    for line in "元素件器 次生级要氯 级联配 个性体人别 台阶风式站 条件码款 支持撑架付 根据部系 天然气线 目标前的录 升级降温高至华 克隆服 米粉饭线 人工机员体 "
    "路面由线径 卡片车 安全装防 牛奶肉 瓦斯 包装括含 副产 颗粒 名称 方面案法式向便位程 转化换移子速 秒杀 度假 件套 套筒管 片状区 张力 块状 粒径度 "
    "株系高 枚举 瓶颈 袋式 桶装 箱体 头部 盘式 卷材 斤两 帧率 欧洲盟 寸动 匹配 亩产 两者种个 巴西 吨位 年代龄产度初底末份 月份".split()
}
_OTHER = "|".join(
    re.escape(way) + (f"(?![{_LONGER[way]}])" if way in _LONGER else "")
    for way in sorted(_SYMBOLS, key=len, reverse=True)
    if not way.isascii() or not way[0].isalpha()
)
_LETTERS = "".join(sorted({way for way in _SYMBOLS if len(way) == 1 and way.isascii() and way.isalpha()}))
_END = "(?![A-Za-zμΩ])"
_FIRST = rf"(?:{_OTHER}|(?:(?i:{_LATIN})|[{_ALONE}]){_END}|[{_LETTERS}](?=[/·]))"
_FURTHER = rf"(?:{_OTHER}|(?:(?i:{_LATIN})|[{_LETTERS}k]){_END}|{_any(_IN_DENOMINATOR)})"
_NEXT = rf"(?:\s?[/每·*.]\s?\(?(?:\d{{2,4}})?\s?{_FURTHER}{_POWER}?\)?)"
UNIT = rf"{_FIRST}{_POWER}?{_NEXT}{{0,3}}"
_PART = re.compile(rf"([/每·*.(]*)(\d*)\s?({_FURTHER}|[{_LETTERS}])({_POWER})?\)?")
_SUPERSCRIPTS = str.maketrans("²³⁻¹", "23-1", "^")


@lru_cache(4096)
def read_unit(text: str) -> Unit | None:
    """The unit that a text names, None where it is none.

    Examples
    --------
    >>> from matcher.needs.units import read_unit
    >>> read_unit("毫克/升")
    Unit(symbol='mg/L', dimension='kg m-3', factor=0.001, offset=0.0)
    >>> read_unit("Mpa").symbol, read_unit("转/分").symbol, read_unit("苹果")
    ('MPa', 'rpm', None)
    """
    text = re.sub(r"\s+", "", text)
    if symbol := _symbol(text):
        return _UNITS[symbol]
    numerator: list[str] = []
    denominator: list[str] = []
    dimension: dict[str, int] = {}
    factor, below, at = 1.0, False, 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            return None
        below = below or "/" in match[1] or "每" in match[1]
        symbol = (_IN_DENOMINATOR.get(match[3]) if below else None) or _symbol(match[3])
        if symbol is None:
            return None
        power = int(match[4].translate(_SUPERSCRIPTS)) if match[4] else 1
        sign, unit = -1 if below else 1, _UNITS[symbol]
        factor *= (unit.factor**power * float(match[2] or 1)) ** sign
        for base, of in _dimension(unit.dimension).items():
            dimension[base] = dimension.get(base, 0) + sign * power * of
        (denominator if below else numerator).append(f"{match[2]}{symbol}{power if power != 1 else ''}")
        at = match.end()
    symbol = "/".join(filter(None, ("·".join(numerator), "·".join(denominator))))
    return Unit(symbol, _written(dimension), float(f"{factor:.12g}"))


def _symbol(way: str) -> str | None:
    if way == "k":  # W/m·k
        return "K"
    return _SYMBOLS.get(way) or (_FOLDED.get(way.lower()) if len(way) > 1 else None)
