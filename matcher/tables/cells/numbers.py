"""Numbers as people write them: exact ones as decimals, soft ones (约50万, 30万元以上, 100-200) as bounds.

What a writing leaves open is never guessed; the bounds of a soft number are those that its words and digits give:

* 以上, 不低于, ≥, 超过 ... leave the upper end open, 以内, 不超过, ≤, 不足 ... the lower one; the number itself counts;
* 100-200万 lies between its ends; a unit behind the second end holds for both;
* 约, 左右 ... stand for a number off by at most half a unit of its last digit that is not zero, and by at least a tenth
  of it: 约50万 is 45万 to 55万, 约125 is 112.5 to 137.5, 约100 is 50 to 150 (a rounder number says less);
* 近 leaves as much below the number and nothing above it: 近125 is 112.5 to 125;
* 余, 多 ... leave less than one more of that digit, or a tenth, above it: 60余 is 60 to 69, 125余 is 125 to 137.5.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from matcher.tables.cells.texts import ELSEWHERE, UNITS, Fault, as_written, half_width, is_elsewhere, is_nothing

EXACT = decimal.Context(prec=60, traps=[decimal.InvalidOperation])
MONEY_WORDS = ("元", "人民币", "人民币元", "rmb", "cny")
_words = str.split
WORKING_DAYS = _words("工作日 个工作日")
TIME_WORDS = [*_words("年 岁 周岁 个月 月 天 日 小时 个小时 分钟"), *WORKING_DAYS]
AREA_WORDS = _words("平方米 平米 m2")  # ㎡ in half width
COUNT_WORDS = _words(
    "人 名 位 家 件 项 个 次 台 套 篇 部 种 款 例 条 份 户 所 期 届 级 票 人次 片 支 只 张 根 块 株 头 颗 辆 "
    "批 组 样 笔 场 座 本 门 轮"
)
FOREIGN_WORDS = _words(
    "美元 美金 usd us$ $ 欧元 eur € 英镑 gbp £ 日元 日币 jpy 円 港元 港币 hkd hk$ 韩元 韩币 krw 台币 新台币 twd "
    "卢布 瑞士法郎 chf 加元 加拿大元 cad 澳元 澳大利亚元 aud 新西兰元 新加坡元 新元 sgd 澳门元 澳门币 "
    "泰铢 泰国铢 卢比 越南盾 德国马克 马克 法国法郎 法郎"
)
_LONGEST = 60  # characters of a number with its words
_A_TENTH = Decimal("0.1")


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_FOREIGN = _any(FOREIGN_WORDS)
_NUMBER = re.compile(
    rf"(?P<yuan>¥|rmb|cny|人民币)?:?(?P<lead>{_FOREIGN})?(?P<sign>[+-]?)(?P<sign_of_yuan>¥)?"
    r"(?:(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<exponent>e[+-]?\d{1,3})?"
    r"|(?P<chinese>[零〇一二两三四五六七八九十百千万亿]+))(?P<more>[余多])?"
    rf"(?:(?P<unit>%|{_any(UNITS)})(?P<later>[余多])?)?"
    rf"(?P<suffix>{_any([*MONEY_WORDS, *TIME_WORDS, *COUNT_WORDS, *AREA_WORDS, '分'])}|{_FOREIGN})?"
    r"(?:整|人民币|rmb)?(?:\((?:含税|不含税|含增值税|人民币|rmb)\))?"
)
_YUAN = re.compile("[¥￥]|rmb|cny|人民币")
_MIXED = re.compile(
    r"(?P<high>\d+(?:\.\d+)?)(?P<big>亿|千万|百万|万|千)(?P<low>\d+(?:\.\d+)?)(?P<small>千万|百万|万|千)?(?P<end>元)?整?"
)
_ABOUT = re.compile(r"(?:大约为?|约为?|大概|大致|估计|预计|暂估|≈|~)(.+)|(.+?)(?:左右|上下)")
_UP = re.compile(
    r"(?:≥|>=|≧|大于等于|大于或等于|高于等于|不低于|不少于|不小于|不下于|至少|最少|最低|起码|>|大于|超过|超出|超|高于|多于|逾|突破|上(?=[百千万亿]))(.+)"
    r"|(.+?)(?:及以上|或以上|以上|起步|起|\+|↑)"
)
_DOWN = re.compile(
    r"(?:≤|<=|≦|小于等于|小于或等于|低于等于|不超过|不高于|不多于|不大于|至多|最多|最高|<|小于|低于|少于|不足|不到|未满|不满)(.+)"
    r"|(.+?)(?:及以下|或以下|以内|以下|之内|封顶)"
)
_NEAR = re.compile(r"(?:将近|接近|近)(.+)")
_RANGE = re.compile(r"([^~\-至到]+)[~\-至到]+([^~\-至到]+?)(?:之间|不等)?")
_LIKE_RANGE = re.compile(r"[^\d]*[\d.,]+[^\d]*[~\-至到][^\d]*[\d.,]+[^\d]*")
_DASHES = str.maketrans("–—―−‒‐〜∼", "------~~")
_GROUPS = re.compile(r"(?<![\d.,])(?:\d{1,2}(?: \d{3}){2,}|\d{1,3}(?: \d{3})* 000)(?![\d,]| \d)")
_TEXT_MARK = re.compile(r"^['’‘`′]+(?=[-+.\d])")  # by which Excel keeps a number as text
_HALF = re.compile(
    rf"(?:(?P<many>[\d一二两三四五六七八九十]{{1,3}})(?P<unit>{_any(TIME_WORDS)}))?半(?P<half>{_any(TIME_WORDS)})?"
)
_PER_CENT = re.compile(r"百分之([\d.]+|[零一二两三四五六七八九十百]+)")
# 500(万元人民币), 10(万), 1,000(万)元: registries write the unit, and the currency, in brackets behind the number
_UNIT_IN_BRACKETS = re.compile(
    rf"(?<=[\d.])((?:{_any(UNITS)})?)\(((?:{_any(UNITS)})?(?:{_any(MONEY_WORDS)}|{_FOREIGN})?)\)(?=元|人民币|整|{_FOREIGN}|$)"
)
_BLANK_IN_NUMBER = re.compile(r"(?<=[\d.,])\s+(?=[\d.,])")
_CHINESE_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_CHINESE_STEPS = {"十": 10, "百": 100, "千": 1000}
_FINANCIAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億圆", "一二二三三四五六六七八九十百千万亿元")


class Number(NamedTuple):
    """A number in basic units: its smallest and largest possible value, both included, None for no end; `suffix` is
    the word behind it ("%", "元", "人", "美元", ...), "" for none. An exact number has both ends alike.
    """

    low: Decimal | None
    high: Decimal | None
    suffix: str

    @property
    def exact(self) -> Decimal | None:
        """The value of an exact number."""
        return self.low if self.low == self.high else None


class _Parts(NamedTuple):
    """A plain number before its unit is known; `scale` None: the cell names none, but for yuan in `suffix` where ¥
    stands before the number. `step`: of its last digit. `words`: it is written in Chinese numerals.
    """

    number: Decimal
    step: Decimal
    scale: Decimal | None
    suffix: str
    more: bool = False
    words: bool = False


NOT_A_NUMBER = Fault("不是数字", "请只填数字，可带常用的单位，如 10人、3件、5票、30天、2万元")


def read_number(cell: object, unit: int) -> Number | Fault | None:
    """The number of a cell in basic units; `unit` multiplies it where the cell names no unit itself."""
    if isinstance(cell, bool):
        return Fault("不是数字", "请填数字")
    written = as_written(cell)
    if len(written) > 10 * _LONGEST:
        return NOT_A_NUMBER
    text = half_width(written)
    if is_nothing(text):
        return ELSEWHERE if is_elsewhere(text) else None
    if len(text) > _LONGEST:
        return NOT_A_NUMBER
    if odd := next((sign for sign in written if sign.isnumeric() and not sign.isdecimal() and sign not in _WORDS), ""):
        return Fault(f"含有特殊数字符号“{odd}”，不知是不是数字的一部分", "请用普通数字填写")
    text = text.lower().translate(_FINANCIAL).translate(_DASHES)
    text = _GROUPS.sub(lambda match: match[0].replace(" ", ""), text)
    if _BLANK_IN_NUMBER.search(text):
        return Fault("数字中间有空格，不知是一个数还是两个数", "请去掉空格")
    text = re.sub(r"\s+", "", text)
    text = _TEXT_MARK.sub("", text)
    text = _UNIT_IN_BRACKETS.sub(r"\1\2", text)
    if match := _PER_CENT.fullmatch(text):
        text = match[1] + "%"
    if match := _HALF.fullmatch(text):
        text = _with_half(match)
    if text.startswith("负"):
        text = "-" + text[1:]
    if text.startswith("(") and text.endswith(")"):  # an accountant's minus
        text = "-" + text[1:-1]
    if parts := _parts(text):
        return _scaled(parts, unit)
    if soft := _soft(text, unit):
        return soft
    return Fault("是一个范围，不是一个数", "请填一个数") if _LIKE_RANGE.fullmatch(text) else NOT_A_NUMBER


def _with_half(match: re.Match[str]) -> str:
    """1天半 and 半天 with a decimal; what is neither stays."""
    many, unit, half = match["many"] or "0", match["unit"], match["half"]
    whole = int(many) if many.isascii() else _chinese(many)
    return match[0] if whole is None or (unit is None) == (half is None) else f"{whole}.5{unit or half}"


_WORDS = "零〇一二两三四五六七八九十百千万亿壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億"


def _parts(text: str) -> _Parts | None:
    """A number that is exact, but for 余 and 多."""
    if match := _MIXED.fullmatch(text):  # 1亿2000万元; 1万5 is said of 15,000 and of 10,005
        big, small = UNITS[match["big"]], UNITS[match["small"]] if match["small"] else 1
        low = Decimal(match["low"]) * small
        if low < big and (match["small"] or low >= big // 10):
            return _Parts(Decimal(match["high"]) * big + low, Decimal(small), Decimal(1), match["end"] or "")
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    unit, suffix, chinese = match["unit"] or "", match["suffix"] or match["lead"] or "", match["chinese"]
    yuan = match["yuan"] or match["sign_of_yuan"]
    myriad = ""  # 五十万 is fifty of 万, which holds for the lower end of a range too
    if chinese:
        whole = _chinese(chinese)
        if whole is None:
            return None
        if chinese[-1] in "万亿" and not re.search("[万亿]", chinese[:-1]):
            myriad = chinese[-1]
            whole //= UNITS[myriad]
        number = Decimal(whole)
    else:
        number = Decimal(match["sign"] + match["digits"].replace(",", "") + (match["exponent"] or ""))
    step = _last_digit(number)
    scale = None
    if unit == "%":
        scale, suffix = Decimal(1), "%"
    elif unit:
        scale = Decimal(UNITS[unit] * (UNITS[myriad] if myriad else 1))
        suffix = suffix or ("元" if any(word in unit for word in MONEY_WORDS) else "")
    elif suffix or (chinese and re.search("[万亿]", chinese)):
        scale = Decimal(UNITS[myriad] if myriad else 1)
    if match["later"]:  # 50亿多: less than one more of the unit
        step = min(step, Decimal(1))
    return _Parts(
        number, step, scale, suffix or ("元" if yuan else ""), bool(match["more"] or match["later"]), bool(chinese)
    )


def _scaled(parts: _Parts, unit: int) -> Number:
    scale = parts.scale or Decimal(1 if parts.suffix else unit)
    value, step = EXACT.multiply(parts.number, scale), EXACT.multiply(parts.step, scale)
    if not parts.more:
        return Number(value, value, parts.suffix)
    whole = step > 1 and value == value.to_integral_value(context=EXACT)
    above = max(step - 1 if whole else step, EXACT.multiply(abs(value), _A_TENTH))
    return Number(value, EXACT.add(value, above), parts.suffix)


def _soft(text: str, unit: int) -> Number | Fault | None:
    if match := _ABOUT.fullmatch(text):
        inner = match[1] or match[2]
        if (parts := _parts(inner)) and not parts.more:
            ends = (_scaled(parts._replace(number=parts.number + sign * _off(parts)), unit) for sign in (-1, 1))
            low, high = (end.low for end in ends)
            return Number(low, high, parts.suffix)
        return _scaled(parts, unit) if parts else _soft(inner, unit)
    if match := _NEAR.fullmatch(text):
        parts = _parts(_one(match[1]))
        if parts is None or parts.more:
            return None
        less = parts._replace(number=parts.number - _off(parts))
        return Number(_scaled(less, unit).low, _scaled(parts, unit).high, parts.suffix)
    if (match := _UP.fullmatch(text)) and (parts := _parts(_one(match[1] or match[2]))):
        return Number(_scaled(parts, unit).low, None, parts.suffix)
    if (match := _DOWN.fullmatch(text)) and (parts := _parts(_one(match[1] or match[2]))) and not parts.more:
        return Number(None, _scaled(parts, unit).high, parts.suffix)
    if match := _RANGE.fullmatch(text):
        return _between(_parts(match[1]), _parts(match[2]), unit)
    return None


def _off(parts: _Parts) -> Decimal:
    """How far a number that is only about right may be off."""
    return max(EXACT.multiply(parts.step, Decimal("0.5")), EXACT.multiply(abs(parts.number), _A_TENTH))


def names_yuan(cell: object) -> bool:
    """Whether a cell has a sign of yuan: ￥500, RMB 500."""
    return isinstance(cell, str) and bool(_YUAN.search(half_width(cell).lower()))


def yuan_alone(cell: object) -> bool:
    """Whether a sign of yuan is all that says in which unit a number is: ￥500, not ￥500万."""
    return names_yuan(cell) and takes_unit(_YUAN.sub("", half_width(str(cell)).lower()))


def takes_unit(cell: object) -> bool:
    """Whether a cell is a number that names no unit, so that it is read in that of its column: 500, 约500."""
    return isinstance(read_number(cell, 1), Number) and read_number(cell, 1) != read_number(cell, 10)


def is_about(cell: object) -> bool:
    """Whether a cell says that its number is only about right: 约95%."""
    return isinstance(cell, str) and bool(_ABOUT.fullmatch(half_width(cell).lower().translate(_DASHES)))


def _one(text: str) -> str:
    """上百人 counts one hundred."""
    return "一" + text if text[0] in "百千万亿" else text


def _between(low: _Parts | None, high: _Parts | None, unit: int) -> Number | Fault | None:
    """100-200万, 30万~50万, 5%-10%: a unit behind the second end alone holds for both, as does ¥ before the first."""
    if low is None or high is None or low.more or high.more:
        return None
    if low.scale is None:
        suffix = high.suffix or low.suffix
        whole = low.words and EXACT.multiply(low.number, high.scale or Decimal(1)) > EXACT.multiply(
            high.number, high.scale or Decimal(1)
        )
        low, high = low._replace(scale=Decimal(1) if whole else high.scale, suffix=suffix), high._replace(suffix=suffix)
    elif high.scale is None:
        return Fault("范围两头的单位不一", "请给两个数都写上单位")
    one, other = _scaled(low, unit).low, _scaled(high, unit).high
    assert one is not None
    assert other is not None
    if one > other:
        return Fault("范围的下限大于上限", "请检查数字和单位")
    return Number(one, other, high.suffix or low.suffix)


def _last_digit(number: Decimal) -> Decimal:
    """The unit of the last digit that is not zero: 10 for 50, 0.1 for 1.5."""
    if not number:
        return Decimal(1)
    return Decimal(1).scaleb(int(number.normalize(EXACT).as_tuple().exponent), EXACT)


def _chinese(text: str) -> int | None:
    """五百万, 三十二, 一亿零五百万; None for 三百五 (350 or 305), for digits in a row and for units without a digit."""
    if text[0] in "百千万亿":
        return None
    total, section, digit, zero = 0, 0, 0, False
    below, big = 10_000, 10**12
    for place, sign in enumerate(text):
        if sign in _CHINESE_DIGITS:
            if digit or (zero and not _CHINESE_DIGITS[sign]):
                return None
            digit, zero = _CHINESE_DIGITS[sign], zero or sign in "零〇"
        elif sign in _CHINESE_STEPS:
            step = _CHINESE_STEPS[sign]
            if step >= below or (not digit and place):
                return None
            section, digit, zero, below = section + (digit or 1) * step, 0, False, step
        else:
            step = 10_000 if sign == "万" else 10**8
            if step >= big or not section + digit:
                return None
            total, section, digit, zero, below, big = total + (section + digit) * step, 0, 0, False, 10_000, step
    if digit and len(text) > 1 and not zero and text[-2] != "十":
        return None
    return total + section + digit
