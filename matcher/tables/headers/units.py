"""Units in headers: of money, of counts, and what several of them make up. Text in, meaning out."""

from __future__ import annotations

import re
from collections.abc import Sequence

MONEY = re.compile(r"(?:rmb|cny|人民币|[¥￥])*:?(十万|百万|千万|百|千|仟|万|萬|亿|億)?(元|圆|圓)?(?:人民币|rmb|cny)?")
_IN_FIGURES = {  # (10,000 RMB), (RMB 10k), (million yuan): how English headers write 万元 and the like
    "万": "10,?000|1万|10k|tenthousands?", "千": "1,?000|'000|k|thousands?", "百万": "1,?000,?000|mn?|mln|millions?",
    "亿": "100,?000,?000|100millions?", "十万": "100,?000|100k", "千万": "10,?000,?000|10millions?",
}  # fmt: skip
_YUAN = "rmb|cny|yuan|人民币|元|[¥￥]"
_FIGURES = {
    unit: re.compile(rf"(?:{_YUAN})(?:in)?(?:{words})|(?:in)?(?:{words})(?:of)?(?:{_YUAN})+")
    for unit, words in _IN_FIGURES.items()
}
FOREIGN = re.compile(
    r"(?:[十百千万亿]*)(?:美元|美金|us\$|usd|\$|欧元|eur|€|英镑|gbp|£|日元|日圆|jpy|港元|港币|hkd|澳元|加元|新台币|台币"
    r"|韩元|卢布|瑞士法郎|新加坡元|新元|外币|外汇)"
)
_DOLLAR = r"(?:usd|us\$|\$|美元|美金)"
_IN_DOLLARS = re.compile(
    rf"{_DOLLAR}(?:in)?(?P<behind>[\d,a-z']+)|(?:in)?(?P<before>[\d,a-z']+?)(?:of)?{_DOLLAR}"  # (USD million)
)
_OF_COUNTS = re.compile(
    r"(百|千|万)?(?:人次|人年|人|名|位|件|项|个|家|台|套|篇|户|次|年|岁|分|条|种|部|本|所|款|吨|股|亩|平方米|平米|m2|个数|件数|人数)"
    r"(?:\(套\))?"
)
_SCALED = re.compile(r"(十万|百万|千万|[百千仟万萬亿億])?(.*)")
_ONE_SCALE = str.maketrans("仟萬億", "千万亿")
_ONE_UNIT = {"平米": "平方米", "m2": "平方米", "岁": "年", "周岁": "年"} | dict.fromkeys(
    ("美金", "us$", "usd", "$"), "美元"
)
_BEFORE_UNIT = re.compile(r"^(?:(?:金额|货币|计量|计价|数据|填报|数值)?单位(?:为|是)?[:=]?|币种:?|以|按)+")
_AFTER_UNIT = re.compile(r"(?:为单位|计|填写|填报|表示)+$")


def unit_of(piece: str) -> str | None:
    """The unit that some words are: as in `cells.UNITS`, "%", units of counts, other money and "元/吨" as they are
    written; None for what is no unit.
    """
    piece = _AFTER_UNIT.sub("", _BEFORE_UNIT.sub("", piece.strip()))
    if piece in ("%", "百分比", "百分数"):
        return "%"
    if FOREIGN.fullmatch(piece):
        return piece
    money = MONEY.fullmatch(piece)
    if money and piece:
        scale = (money[1] or "").translate(str.maketrans("仟萬億", "千万亿"))
        return scale + ("元" if money[2] or not scale else "")
    if _OF_COUNTS.fullmatch(piece):
        return piece
    if named := next((unit for unit, written in _FIGURES.items() if written.fullmatch(piece)), ""):
        return named + "元"
    if dollars := _IN_DOLLARS.fullmatch(piece):
        many = dollars["behind"] or dollars["before"]
        named = next((unit for unit, words in _IN_FIGURES.items() if re.fullmatch(words, many)), "")
        return f"{named}美元" if named or _ONE_UNIT.get(many) == "美元" else piece
    if piece == "yuan":
        return "元"
    over, sign, _ = piece.partition("/")
    return piece if sign and unit_of(over) is not None else None


def scale_of_counts(unit: str) -> str | None:
    """ "万" for 万人, "" for 人; None for what is no unit of counts."""
    counted = _OF_COUNTS.fullmatch(unit.removesuffix("/年"))
    return (counted[1] or "") if counted else None


def split_unit(unit: str) -> tuple[str, str]:
    """How many of what a unit is, the latter in one writing, "" for no more than a number.

    >>> split_unit("亿美元"), split_unit("万㎡".replace("㎡", "m2")), split_unit("万")
    (('亿', '美元'), ('万', '平方米'), ('万', ''))
    """
    match = _SCALED.fullmatch(unit.removesuffix("/年"))
    assert match is not None
    return (match[1] or "").translate(_ONE_SCALE), _ONE_UNIT.get(match[2], match[2])


def joined_units(units: Sequence[str]) -> str:
    """The one unit that several pieces make up: a number of many beside a unit, or one unit in two writings; "" where
    they are of different units or of different size.

    >>> [joined_units(units) for units in (("美元", "亿"), ("平方米/m2",), ("美元", "万元"), ("美元", "万美元"))]
    ['亿美元', '平方米', '', '']
    """
    if len(units) == 1 and "/" not in units[0].removesuffix("/年"):
        return units[0]
    parts: list[tuple[str, str]] = []
    for unit in units:
        written = set(map(split_unit, unit.removesuffix("/年").split("/")))
        parts += written if len(written) == 1 else [("", unit)]  # 万/件 is a rate
    bases = {base for _, base in parts if base}
    sizes = {scale for scale, base in parts if base}
    more = {scale for scale, base in parts if not base}
    if "%" in bases or len(bases) > 1 or len(sizes) > 1 or len(found := more | (sizes - {""})) > 1:
        return ""
    return "".join((*found, *bases))
