"""Values in running text: numbers with their comparators, ranges, tolerances and units, each with its place.

What only looks like a value is left out: dates, standards, model and patent numbers, numbering of items, parts
of formulas. Of a size (30×20×5 mm) each length is a value, alike ones once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from matcher.needs.units import NO_UNIT, UNIT, Unit, read_unit

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；！？"} | str.maketrans(
    "\u3000\u00a0〜∼∽–—―−‐‑﹣≦⩽﹤≧⩾﹥✕╳＊﹒•∙⋅µ〔〕［］º˚∶﹪\t\r", "  ~~~-------≤≤<≥≥>××*····μ()()°°:%  "
)
_SUPERSCRIPTS = str.maketrans("⁻¹²³⁰⁴⁵⁶⁷⁸⁹", "-1230456789")

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_POWER = (
    r"(?:\s?[×xX*·]\s?10(?:\^\s?[-+]?\d{1,2}|-\d{1,2}|[⁻¹²³⁰⁴⁵⁶⁷⁸⁹]{1,3}|(?:[3-9]|1[0-8])(?![\d.]|\s?(?:[mcμ]m|m(?!\d)|×)))"
    r"|[eE][-+]?\d{1,2}(?![\d.])"
    r"|(?<=\D10)(?:\^\s?[-+]?\d{1,2}|⁻?[¹²³⁰⁴⁵⁶⁷⁸⁹]{1,2}))"  # 10⁻⁴Pa
)
_MANY = r"(?:百万|千万|亿|万|千(?![克米瓦帕伏赫卡焦安牛字])|百(?![帕分]))"
_MANY_VALUES = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_MINUS = ("-", "零下", "0下", "负")
_SIGN = r"(?:[-+±]|\+/-|正负|[零0]下|负)"


def _side(name: str) -> str:
    return (
        rf"(?P<number{name}>{_NUMBER})(?P<power{name}>{_POWER})?\s?[余多几]?"
        rf"(?P<many{name}>{_MANY})?[余多]?\s?"
    )


_VALUE = re.compile(
    rf"{_side('1')}(?P<unit1>{UNIT}|[kKMG](?=\s?[-~]))?"
    rf"(?:\s?(?:~|-{{1,3}}|至|到|…+|to(?=\s)|and(?=\s))\s?(?P<sign2>{_SIGN})?\s?{_side('2')}(?P<unit2>{UNIT})?)?"
    rf"(?:\)(?P<power3>{_POWER})\s?(?P<unit3>{UNIT})?)?"
    rf"(?:\s?(?:±|\+/-|正负)\s?(?P<tolerance>{_NUMBER})\s?(?P<unit4>{UNIT})?"
    rf"|\s?\(?(?P<up>\+{_NUMBER}|0)\s?/\s?(?P<down>-{_NUMBER}|0)\)?\s?(?P<unit5>{UNIT})?)?"
)
_FRACTION = re.compile(
    rf"(?=[\d一二两三四五六七八九十百千万半])(?:(?P<part>[十百]?万|[二三四五六七八九十百千])分之(?P<of>{_NUMBER}|[一二三四五六七八九十]+)"
    rf"(?:\s?[~至到-]\s?(?P=part)分之(?P<to>{_NUMBER}|[一二三四五六七八九十]+))?|(?P<times>[两三四五六七八九十百千]|(?<=[高升加长产])一)(?P<unit>倍|个百分点)"
    r"|(?<![第每近一二两三四五六七八九十百千万几数上这那\d])(?P<span>[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九半])个?(?P<lasting>年|(?<=个)月|小时|天|分钟)(?=以[上下内]|[之]?内|左右|不(?!如)|无|(?<!一.)(?:[，,。；;)\n]|$))"
    r"|(?P<tenths>[一二三四五六七八九])成(?P<half>[一二三四五六七八九半])?(?=[，,。；;、)\s]|以[上下内]|左右|$)"
    r"|(?<![\d.A-Za-z])(?P<nines>[2-9])N(?P<ninth>\d)?(?![A-Za-z\d·/.])"  # 4N8 is 99.998 %
    r"|(?<![\d.:])(?P<first>\d+(?:\.\d+)?)\s?:\s?(?P<second>\d+(?:\.\d+)?)(?=[，,。；;、)\s]|以[上下内]|$))"  # 1:128
)
_IN_WORDS = re.compile("[一二两三四五六七八九十半]个?(?:年|月|小时|天|分钟)|分之|倍|百分点|成|[2-9]N|:\\s?\\d")
_PURE = re.compile("(?:纯|[A-Z][A-Za-z]*\\d)[^力，,、;]*$")  # 5N of a force is none
_TITRE = re.compile("效价|滴度|titer|titre", re.IGNORECASE)
_OF_A_RATIO = re.compile(r"比[^，,。；;\d]{0,6}$")  # 复水比≥6:1
_SHARE = re.compile("[率达到为至约]$|[提升增降减下少低高]$")
_DIGITS = dict(zip("一二两三四五六七八九十百千万", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1000, 10000), strict=True))
_DIGITS |= {"十万": 100_000, "百万": 1_000_000}

_NOT = r"(?:不得|不能|不可|不应|不会|不宜|不允许|不)"
_BEFORE = re.compile(
    rf"""(?:
    (?P<ge>≥|>=|=>|{_NOT}(?:低于|少于|小于|下于|短于)|[大高多]于或?等于|至少要?|最少|起码|不亚于
        |at\ least|not?\ less\ than|a?\ ?minimum(?:\ of)?)
    |(?P<le>≤|<=|=<|{_NOT}(?:高于|大于|多于|超过|超出|超|长于|高出)|[小低少]于或?等于|至多|最多
        |at\ most|not?\ (?:more|greater|higher)\ than|not\ exceed(?:ing)?|a?\ ?maximum(?:\ of)?|within)
    |(?P<gt>>|大于|高于|多于|超过|超出|超|突破|长于|逾|(?:more|greater|higher|longer)\ than|over|above|exceed(?:s|ing)?)
    |(?P<lt><|小于|低于|少于|不足|不到|短于|(?:less|lower|shorter)\ than|below|under)
    |(?P<better>优于|好于|better\ than)
    |(?P<reach>达到|高达|达|up\ to|reach(?:es|ing)?)
    |(?P<about>大约|约|大概|接近|近|≈|~|about|around|approximately|approx\.?)
    |(?P<eq>=)
    )\s?(?:了|要|到|为|是|在|:)?\s?(?:约)?\s?$""",
    re.VERBOSE | re.IGNORECASE,
)
_EACH = re.compile("每(?:小时|分钟|秒|天|日|年|班|亩|吨)$")  # 不少于每小时3000件
_OF_WHAT = re.compile(r"(?<=[于过到])(?:(?![于过到])[\u4e00-\u9fff]){1,8}的\s?$")  # 不低于母材的90%
_BEFORE_ENDS = frozenset("≥>=≤<≈~于过出超下短低少足破逾到达约概近要多大高长起亚了为是在:.tnmfhdseygrwNTMFHDSEYGRW")
_AFTER = re.compile(
    r"\s?(?:(?P<ge>及其?以上|或以上|以上|之上|or\s(?:more|above|higher))"
    r"|(?P<le>及其?以下|或以下|以下|以内|之内|内(?![部外径层壁置含存容])|or\s(?:less|below))|(?P<about>左右|上下|之?间))"
)
_SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "about": "约", "eq": "=", "reach": "≥", "better": ">"}
_PREFIXES = {
    "ph": "",
    "hrc": "HRC",
    "hrb": "HRB",
    "hv": "HV",
    "hb": "HB",
    "ha": "HA",
    "ip": "IP",
    "ipx": "IP",
    "ie": "IE",
    "ra": "",
    "rz": "",
}
_LETTERS = re.compile(
    r"(?<![A-Za-z])((?i:ph|hrc|hrb|hv|hb|ipx?|ra|rz)|IE|[Φφ]|[A-Z]{2,4}|HA|R|(?<=[≥≤<>])[A-Z])\s?(?:值)?(?:[:=]|(?<=[Rr][AaZz])[为是])?\s?$"
)
_NO_VALUE_BEFORE = re.compile(
    r"(?:[A-Za-z_][-/.]?$|[\d.][-/.]?|[第图表式#×*/^每]|步骤|权利要求|实施例|\d\s?[~:-]|编号|[书利]号|电话|手机|邮编|QQ|标准|型号"
    r"|SEQ ID NO:?)\s?$"
)
_NO_VALUE_AFTER = re.compile(
    r"\s?(?:[×*]\s?\d|[A-Za-zα-ω_^]|[)、]|\.(?!\d)|[-/]\d|[年月号大#届强期所式]|:\d|世纪|名单|位[^移]|任一|中任|分之)"
)
_HYDROGEN = re.compile(r"\)?-(?!\d)")  # 4H-吡喃, (5H)-酮: no hardness
_NO_SIZE = re.compile(r"\s?[×*]\s?\d")
SIZE = "尺寸"
_IN_WORD = re.compile(r"[A-Za-z\d.-]$")
_LENGTH_UNIT = r"(?:mm|cm|dm|km|m|μm|um|nm|毫米|厘米|分米|微米|纳米|米|㎜|㎝|英寸|″)"
_TIMES = r"\s?[×*xX]\s?"
_SIZE = re.compile(
    rf"({_NUMBER})\s?({_LENGTH_UNIT}?)(?:{_TIMES}({_NUMBER})\s?({_LENGTH_UNIT}?))?{_TIMES}({_NUMBER})\s?({_LENGTH_UNIT})(?:\^?[3³])?(?![a-z0-9]|[AVWJNP][a-z]?(?![A-Z]))"
)
_BETWEEN = re.compile(
    rf"(?P<low>{_NUMBER})\s?(?P<unit1>{UNIT})?\s?[≤<]\s?(?P<name>[A-Za-z]{{1,3}}|[\u4e00-\u9fff]{{2,8}})\s?[≤<]\s?"
    rf"(?P<high>-?{_NUMBER})\s?(?P<unit2>{UNIT})?"
)
_FIRST_BOUND = re.compile(r"[\d.,]+[^\d，。；≤<]{0,8}[≤<]\s?[^\d\s≤<]")
_EARLIER = re.compile(  # 至少提前5分钟, 至少提高20%: the comparator stands before the verb
    r"(?:(?P<ge>至少|最少|起码|不少于|不低于)|(?P<le>至多|最多|不超过))(?:可以?|能够?|应|要|需|会)?"
    r"(?:提前|提高|提升|增加|增长|增产|延长|延后|降低|减少|下降|缩短|节约|节省|节能|节电|节水|承受|支持|保持|维持|达到|持续|工作|运行|使用|保存|耐|带动|容纳|接入|连接)(?:了|到|至)?\s?$"
)
_JOINED = re.compile(r"\d\s?-\s?\d")
_LOST_POWER = re.compile(r"10-\d$")  # 误码率10-6, whose raised figure was lost
_SIGNED = re.compile(rf"{_SIGN}\s?$")
_DIGIT = re.compile(r"\d")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d(?:\s?[-~至到、]\s?(?:(?:19|20)?\d\d))?\s?"
    r"(?:年度?|[./-](?:0?[1-9]|1[0-2])(?:[./-]\d{1,2})?(?![\d.]|\s?[%‰A-Za-zμ毫微秒兆千克元]))"
    r"|\d{1,2}\s?月(?:份|(?:\s?\d{1,2}(?:\s?[-~至到]\s?\d{1,2})?\s?日)?)|\d{1,2}:\d\d(?!\d)"
    r"|(?:\d{3,4}-)?\d{7,}(?:\.\d)?(?![\d.]*\s?[%℃万元个次倍])|\d+(?:\.\d+){2,})"
)
_STANDARD = re.compile(
    r"(?<![A-Za-z])(?:GB|JB|HG|YY|QB|DB|NY|ISO|IEC|ASTM|EN|DIN|JIS|UL|AS|CN|ZL|SH|YB|TB|SL|CJ|JG|HJ|FZ|LY|SN|[TQ]/[A-Z]+)(?:[-/]?[A-Z]{1,3})?\s?[-/]?$"
)
_REST = re.compile(_NUMBER)
_ODD = re.compile(r"[余多](?![\u4e00-\u9fff])|(?<=[\d百千万亿])[余多]")  # 100多米 is more than 100
_SHARED = re.compile(  # 精度1.5、2.0级: the unit stands behind the last of at most so many, as long lists take long
    rf"(?:\s?[、/]\s?{_NUMBER}){{0,30}}?\s?[、/]\s?(?P<last>{_NUMBER})\s?(?P<unit>{UNIT})"
)
_UNIT_AHEAD = re.compile(  # 抗拉强度(MPa): ≥300, but not 方案(A): 3
    r"(?:[^\s\d]\s?\((?![A-Za-z]\))|[压流力率量度能积容重距间期命长宽高径数值]\s?\()([^()\s]{1,10})\)\s?[:为是]?\s?$"
)
_LISTED = re.compile(r"[\u4e00-\u9fff](?:\d+\.\d+|\d[\d.]*\s?[-~]\s?\d[\d.]*)$")  # 蔗糖25-35、琼脂4.5、
_OUTSIDE = re.compile(rf"\)\s?({UNIT})")
_NAMED = re.compile("[\u4e00-\u9fff][:为]?$")
_GLUED = re.compile(r"(?<=[。；;\n])([2-9])\.(?=\d)")  # 1.清洗。2.20℃恒温: the number of an item
_ELEMENT = re.compile(r"(?<![A-Za-z\d])[A-Z][a-z]?$")  # Ag5.81%
_STANDARD_ENDS = frozenset("BYGRTNDMESILNCJZ/- OAHQ")
_SIGN_ENDS = frozenset("-+±下负 ")
_STANDARD_NUMBER = re.compile(r"\d[\d.]*(?:[-:/]\d+(?:\.\d+)?)*")
_ANGLES = re.compile("角|旋|倾|弯|视场|方位|扫描|波束|[水垂][平直]面|俯|仰|经度|纬|坡|摆|翻|转[动过折向臂]|转$|折")
_DEGREES = re.compile("(?:[硬白糖酒浊色黄]|酒精|光泽)度[^，,。；;]*$")  # degrees of their own
_LENGTHS = re.compile("距|长|高|深|宽")
_GAUGED = re.compile(r"(?:真空度?|负压|表压)\s?$")  # 真空度-0.09MPa is below the air's pressure
_COLD = re.compile("[℃℉°dBVμ]|[mMk]V")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a text.

    `comparator` is one of ≥ > ≤ < = 约 ± 区间, or "" where the text compares in no way. `low` and `high` are its
    bounds in `unit`; None for no bound. `soft` marks 达到 and 优于, whose direction depends on the quantity; `prefix`
    holds letters that belong to the value (pH, HRC, IP); `inner` the name inside of 1≤V≤5, 尺寸 for lengths of a size.
    The comparator begins at `start`, the words behind the value (以上) end at `end`.
    """

    comparator: str
    low: float | None
    high: float | None
    unit: Unit
    unit_text: str
    tolerance: float | None
    start: int
    end: int
    prefix: str = ""
    soft: str = ""
    inner: str = ""


def half_width(text: str) -> str:
    """The text with half-width letters, digits and signs, sign for sign."""
    return text.translate(_HALF)


def values(text: str) -> Iterator[Value]:
    """The values of a text in half-width signs, in order."""
    at, text = 0, _without_numbering(text)
    for written in _FRACTION.finditer(text) if _IN_WORDS.search(text) else ():
        amount = _amount(written, text[max(0, written.start() - 16) : written.start()])
        if amount or (written["second"] and _comparison(text[max(0, written.start() - 16) : written.start()])):
            yield from _numbers(text, at, written.start())
            at = written.end()  # 不低于1:50 is not 1 or more
        if amount:
            yield _fraction(text, written, *amount)
    yield from _numbers(text, at, len(text))


def _without_numbering(text: str) -> str:
    """The text with blanks for the number of an item that runs into a value (。2.20℃), where the item before stands."""
    for match in list(_GLUED.finditer(text)):
        if re.search(rf"(?:^|[。；;:\n\s\"]){int(match[1]) - 1}(?:、|\.(?!\d))", text[: match.start()]):
            text = f"{text[: match.start()]}  {text[match.end() :]}"
    return text


def _numbers(text: str, at: int, stop: int) -> Iterator[Value]:
    last = -1
    sizes, bounds = any(sign in text for sign in "×*xX"), "≤" in text or "<" in text
    while digit := _DIGIT.search(text, at, stop):
        place = digit.start()
        if date := _DATE.match(text, place):
            at = date.end()
            continue
        if (
            text.startswith("0下", place) and text[place + 2 : place + 3].isdigit()
        ):  # 零下, its sign turned into a digit
            at = place + 2
            continue
        if text[place - 1 : place] in _STANDARD_ENDS and _STANDARD.search(text, max(0, place - 10), place):
            at = _end(_STANDARD_NUMBER, text, place)
            continue
        if sizes and (size := _SIZE.match(text, place)) and not _IN_WORD.search(text, max(0, place - 1), place):
            yield from _lengths(text, size)
            at = size.end()
            continue
        between = _BETWEEN.match(text, place) if bounds and _FIRST_BOUND.match(text, place) else None
        match = None if between else _VALUE.match(text, place)
        value = _between(text, between) if between else _value(text, match, last) if match else None
        if value:
            last = value.end
            yield value
        at = max(value.end, place + 1) if value else _end(_REST, text, place)


def _lengths(text: str, size: re.Match[str]) -> list[Value]:
    """The lengths of a size, alike ones once, all under its comparator; without a unit they have that of the last."""
    lengths: list[Value] = []
    comparison = _comparison(text[max(0, size.start() - 16) : size.start()])
    word = (comparison and comparison.lastgroup) or ""
    word = word if word in ("ge", "le", "gt", "lt") else ""
    for number in (1, 3, 5):
        if size[number]:
            unit_text = size[number + 1] or size[6]
            length, unit = float(size[number].replace(",", "")), read_unit(unit_text) or NO_UNIT
            start, end = size.start(number), size.end(number + 1)
            low, high = (None if word in ("le", "lt") else length), (None if word in ("ge", "gt") else length)
            if lengths and (low, high, unit) == (lengths[-1].low, lengths[-1].high, lengths[-1].unit):
                start = lengths.pop().start
            if all((low, high, unit) != (one.low, one.high, one.unit) for one in lengths):
                sign = _SIGNS[word] if word else ""
                lengths.append(Value(sign, low, high, unit, unit_text, None, start, end, inner=SIZE))
    if comparison and word:
        lengths[0] = replace(lengths[0], start=size.start() - len(comparison[0]))
    return lengths


def _between(text: str, match: re.Match[str]) -> Value | None:
    """1米/秒≤V≤5米/秒."""
    unit_text = (match["unit2"] or match["unit1"] or "").strip()
    unit = _unit(unit_text, "", text[max(0, match.start() - 24) : match.start()] + match["name"])
    start, low, high = match.start(), float(match["low"].replace(",", "")), float(match["high"].replace(",", ""))
    if text[start - 1 : start] == "-":
        start, low = start - 1, -low
    if match["unit1"] and match["unit2"]:
        first = read_unit(match["unit1"].strip()) or NO_UNIT
        low = first.convert(low, unit) if first.dimension == unit.dimension else low
    if low > high:
        return None
    return Value("区间", low, high, unit, unit_text, None, start, match.end(), inner=match["name"])


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place + 1


def _value(text: str, match: re.Match[str], last: int) -> Value | None:
    start, end = match.span()
    sign = ""
    if text[start - 1 : start] in _SIGN_ENDS and (signed := _SIGNED.search(text, max(0, start - 4), start)):
        sign, start = signed[0].strip(), signed.start()
    unit_text = (match["unit4"] or match["unit5"] or match["unit3"] or match["unit2"] or match["unit1"] or "").strip()
    if unit_text.endswith(")") and unit_text.count("(") < unit_text.count(")") and text[end - 1] == ")":
        unit_text, end = unit_text[:-1], end - 1
    if not unit_text and (shared := _SHARED.match(text, end)) and _alike(match[0], shared["last"]):
        unit_text = shared["unit"] if start == last + 1 or _NAMED.search(text, max(0, start - 2), start) else ""
    ranged = not unit_text and text[start - 1 : start] == "(" and re.search("[-~±]", match[0][1:])
    if ranged and (outside := _OUTSIDE.match(text, end)):  # (1-100)MPa, and not the number of an item
        unit_text, start, end = outside[1], start - 1, outside.end()
    prefix = ""
    if letters := _LETTERS.search(text, max(0, start - 8), start):
        prefix, start = letters[0].strip(" :=为是"), letters.start()
    before = text[max(0, start - 16) : start]
    comparison = _comparison(before)
    if comparison is None and unit_text[:1] in ("%", "‰", "倍") and (of := _OF_WHAT.search(before)):
        comparison = _comparison(before[: of.start()])
        if comparison:
            before, start = before[: of.start()], start - len(of[0])
    if not unit_text and not prefix and ")" in before and not match["many2"]:
        told = _UNIT_AHEAD.search(before[: comparison.start()] if comparison else before)
        unit_text = told[1] if told and read_unit(told[1]) else ""
    earlier = _EARLIER.search(before) if comparison is None or comparison.lastgroup == "reach" else None
    if comparison is None:
        if unit_text == "H" and _HYDROGEN.match(text, end):
            return None
        if prefix and not unit_text and _letters(prefix) not in _PREFIXES and not prefix.endswith("值"):
            return None
        beside = unit_text and text[last:start] == "/"  # 220V/50Hz
        part = unit_text[:1] in ("%", "‰", "g") and _ELEMENT.search(before)
        if not prefix and not beside and not part and _NO_VALUE_BEFORE.search(before):
            return None
    if _NO_SIZE.match(text, end) or (
        not (unit_text or comparison or match["many2"])
        and _NO_VALUE_AFTER.match(text, end)
        and not (text[end : end + 1] == "、" and _LISTED.search(text, max(0, start - 1), end))
    ):
        return None
    unit = _unit(unit_text, prefix, text[max(0, start - 24) : start])
    ends = [_number(match, "1", _is_minus(sign, before, unit_text))]
    if match["number2"]:
        cold = sign.endswith("下") and not match["unit1"] and _JOINED.search(match[0]) is not None  # 零下7-10度
        ends.append(_number(match, "2", cold or match["sign2"] in _MINUS))
        if match["many2"] and not match["many1"] and not match["unit1"]:
            ends[0] *= _MANY_VALUES[match["many2"]]
        if match["unit1"] and match["unit2"] and match["unit1"] not in "kKMG":
            first = _unit(match["unit1"], prefix, before)
            ends[0] = first.convert(ends[0], unit) if first.dimension == unit.dimension else ends[0]
        if ends[0] > ends[1]:
            if ends[0] == 10 and not unit_text and _LOST_POWER.search(text, match.start("number1"), end):
                ends = [10.0 ** -ends[1]]
            elif "-" not in sign + (match["sign2"] or "") and min(ends) >= 0 and not _falls(match[0], unit_text):
                return None
            ends.sort()
    if match["power3"]:
        ends = [end * _exponent(match["power3"]) for end in ends]
    if comparison:
        start -= len(before) - comparison.start()
    tolerance = float(match["tolerance"]) if match["tolerance"] else None
    if tolerance is not None and match["unit4"] and (own := (match["unit2"] or match["unit1"] or "").strip()):
        tolerance, unit, unit_text = _in_own_unit(tolerance, unit, own, abs(ends[-1]))
    if sign in ("±", "+/-", "正负"):
        tolerance, ends = ends[0], [0.0]
    if match["up"]:
        low, high = (float(f"{ends[0] + float(match[side]):.12g}") for side in ("down", "up"))
        return Value("±", low, high, unit, unit_text, None, start, end, prefix)
    if tolerance is not None:
        low, high = (float(f"{ends[0] + side * tolerance:.12g}") for side in (-1, 1))
        return Value("±", low, high, unit, unit_text, tolerance, start, end, prefix)
    after = _AFTER.match(text, end)
    word = (earlier and earlier.lastgroup) or (comparison and comparison.lastgroup) or ""
    if (
        not word
        and not match["number2"]
        and _measured(unit)
        and _ODD.search(text, match.start(), after.end() if after else end)
    ):
        word = "gt"
    if unit_text == "级" and (match["many2"] or match["many1"]):  # 10万级节点
        unit, word = NO_UNIT, word or "about"
    if after and word in ("", "reach", "eq", "about"):
        word = after.lastgroup or ""
    bounded = word in ("ge", "le", "gt", "lt") and not (after and re.fullmatch(r"\s?[以之]?内", after[0]))  # 95-98%以上
    comparator = "区间" if len(ends) == 2 and not bounded else _SIGNS.get(word, "")
    bottom = None if comparator in ("≤", "<") else ends[0]
    top = None if comparator in ("≥", ">") else ends[-1]
    end = after.end() if after else end
    return Value(
        comparator,
        bottom,
        top,
        unit,
        unit_text,
        None,
        start,
        end,
        prefix,
        soft=word if word in ("reach", "better") else "",
    )


def _in_own_unit(tolerance: float, given: Unit, own: str, of: float) -> tuple[float, Unit, str]:
    """A tolerance with a unit of its own, in that of its value: 5MHz±5% is 5±0.25 MHz, 5mm±20μm is 5±0.02 mm."""
    unit = read_unit(own) or given
    if unit.dimension == given.dimension:
        size = tolerance * given.factor / unit.factor
    elif given.symbol and not given.dimension:
        size = tolerance * given.factor * of
    else:
        return tolerance, given, own
    return float(f"{size:.12g}"), unit, own


def _falls(text: str, unit_text: str) -> bool:
    """Whether a range from more to less is meant (600-300℃, 0.15~0.07), and no number of an item or lost power."""
    return "~" in text or (bool(unit_text) and not text.startswith("10-"))


def _comparison(before: str) -> re.Match[str] | None:
    if "每" in before[-4:] and (each := _EACH.search(before)):
        found = _comparison(before[: each.start()])
        return found if found and found.lastgroup != "reach" else None
    last = before.rstrip()[-1:]
    return _BEFORE.search(before) if last in _BEFORE_ENDS else None


def _number(match: re.Match[str], side: str, minus: bool) -> float:
    number = float(match["number" + side].replace(",", ""))
    if power := match["power" + side]:
        number *= _exponent(power)
    number *= _MANY_VALUES.get(match["many" + side] or "", 1.0)
    return float(f"{-number if minus else number:.12g}")


def _measured(unit: Unit) -> bool:
    """Whether a unit measures, and does not count (个, 次, 倍)."""
    return bool(unit.symbol) and not "\u4e00" <= unit.symbol[0] <= "\u9fff"


def _alike(one: str, other: str) -> bool:
    """Whether two numbers are written alike: decimals both, or both of two digits and more."""
    return ("." in one and "." in other) or (len(one) > 1 and len(other) > 1 and one.isdigit() and other.isdigit())


def _exponent(power: str) -> float:
    digits = re.sub(r"^\s?(?:[×xX*·]\s?10\^?\s?|[eE])", "", power).translate(_SUPERSCRIPTS)
    return 10.0 ** int(digits.lstrip("^ ")) / (10.0 if power[0] in "^⁻¹²³⁰⁴⁵⁶⁷⁸⁹" else 1.0)


def _is_minus(sign: str, before: str, unit_text: str) -> bool:
    """Whether a sign before a number is a minus, and no dash between a word and its value."""
    if sign in _MINUS[1:]:
        return True
    if sign != "-":
        return False
    last = before.rstrip()[-1:]
    if (before.endswith(" ") and last.isascii()) or (
        _GAUGED.search(before) and unit_text.endswith(("Pa", "帕", "bar"))
    ):
        return True
    return not (last.isalnum() and last not in "为至到在达于约是") or (
        not last.isascii() and bool(_COLD.match(unit_text))
    )


def _unit(text: str, prefix: str, before: str) -> Unit:
    if not text:
        return read_unit(_PREFIXES.get(_letters(prefix), "")) or NO_UNIT
    if text == "M":
        return read_unit("m") or NO_UNIT if _LENGTHS.search(before) else NO_UNIT
    if text == "T" and "磁" not in before:
        text = "t"
    elif text == "度" and _DEGREES.search(before):
        return read_unit("度") or NO_UNIT
    elif text == "度":
        text = "°" if _ANGLES.search(before) else "kWh" if "电" in before or "耗" in before else "℃"
    return read_unit(text) or NO_UNIT


def _letters(prefix: str) -> str:
    return prefix.removesuffix("值").strip().lower()


def _amount(match: re.Match[str], before: str) -> tuple[float, str, str] | None:
    """Number, unit and prefix of 百分之八十, 三分之一, 两倍, 九成, 4N8, 6:1 or 1:128; None for other words."""
    if match["times"]:
        return float(_DIGITS[match["times"]]), match["unit"], ""
    if span := match["span"]:
        return 0.5 if span == "半" else float(_chinese(span)), match["lasting"].replace("月", "个月"), ""
    if match["tenths"]:
        half = match["half"]
        tenths = 10 * _DIGITS[match["tenths"]] + (5 if half == "半" else _DIGITS[half] if half else 0)
        return (float(tenths), "%", "") if _comparison(before) or _SHARE.search(before.rstrip()) else None
    if match["nines"]:
        nines = "9" * (int(match["nines"]) - 2)
        pure = match["ninth"] or _PURE.search(before)
        return (float(f"99.{nines}{match['ninth'] or ''}0"), "%", "") if pure else None
    if match["second"]:
        titre = match["first"] == "1" and _TITRE.search(before)
        ratio = match["second"] == "1" and (_OF_A_RATIO.search(before) or _comparison(before))
        return (float(match["second"]), "", "1:") if titre else (float(match["first"]), "", "") if ratio else None
    of = match["of"]
    whole = float(of) if of[0].isdigit() else float(_chinese(of))
    return float(f"{100 * whole / _DIGITS[match['part']]:.12g}"), "%", ""


def _fraction(text: str, match: re.Match[str], number: float, unit_text: str, prefix: str) -> Value:
    """An amount with the words of comparison around it."""
    before = text[max(0, match.start() - 16) : match.start()]
    comparison, after = _comparison(before), _AFTER.match(text, match.end())
    word = (comparison and comparison.lastgroup) or (after and after.lastgroup) or ""
    comparator = "区间" if match["to"] else _SIGNS.get(word, "")
    low, high = (None if comparator in ("≤", "<") else number), (None if comparator in ("≥", ">") else number)
    if to := match["to"]:
        of_ten = float(to) if to[0].isdigit() else float(_chinese(to))
        low, high = sorted((number, float(f"{100 * of_ten / _DIGITS[match['part']]:.12g}")))
    start = match.start() - (len(before) - comparison.start() if comparison else 0)
    end, unit = after.end() if after else match.end(), read_unit(unit_text or prefix) or NO_UNIT
    soft = word if word in ("reach", "better") else ""
    return Value(comparator, low, high, unit, unit_text, None, start, end, prefix, soft)


def _chinese(text: str) -> int:
    """八十 and 八十五; one sign is its own value."""
    tens, ten, ones = text.partition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones if ten else text[-1], 0)
