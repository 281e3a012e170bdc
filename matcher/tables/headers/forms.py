"""What is left of a header without its unit, hints, footnotes and numbering. Text in, text out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from matcher.tables.cells.numbers import TIME_WORDS
from matcher.tables.headers.units import FOREIGN, MONEY, joined_units, scale_of_counts, split_unit, unit_of
from matcher.tables.headers.written_years import plain_years
from matcher.tables.headers.years import TIME_LAST
from matcher.tables.naming.writings import simplify
from matcher.tables.schemas.carried_headers import CARRIED_HEADERS
from matcher.tables.schemas.contracts import Column

_IGNORED = re.compile(r"[\s_*\-★☆]+|:$")
_BRACKETS = str.maketrans("（[{【〔「『〖<）]}】〕」』〗>", "(" * 9 + ")" * 9)
_MARKS = re.compile("[①-⒛⓪-⓿❶-➓㈠-㈩⑴-⒇¹²³⁰-⁹†‡]")  # footnotes and numbering; plain digits once they are folded
_EDGE = "*★☆※△▲●◆■□#·。.:;,，、/-_— \n"
_NUMBERING = re.compile(
    r"(?:请(?:如实|准确|认真|详细)?(?:填写|输入|写明|注明|选择|填|选)"
    r"|\(其中\)|其中[:,、]?"
    r"|\((?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-z])\)"
    r"|\d{1,2}(?:\.\d{1,2}){0,2}(?:[.、):]|\s+(?=[一-鿿]|i{1,3}类))"
    r"|[一二三四五六七八九十]{1,3}[、.]"
    r"|(?:[a-z]|[a-z]{1,2}\d{1,3})(?:[.、:)]|[\s_-]+(?=[一-鿿]))|[a-z]{1,2}\d{1,3}(?=[一-鿿]))\s*"
)
_CODE = re.compile(
    r"(?<=[\u4e00-\u9fff)])[\s_]*(?<=[\s_)])(?![cfh]y)[a-z]{2}\d{2,3}(?:[._-]\d{1,2})?$"
)  # of a statistical form: 营业收入(千元) QC05, not a year: 营业收入 FY23
_OWNER = re.compile(r"^(?:企业|公司|单位|专家|需求|成果|项目)(?=..)|(?<=\D)\d{1,2}$")
_BRACKET = re.compile(r"\(([^()]*)\)")
_PIECES = re.compile(r"[,;、|\s]+")
_HINT = re.compile(
    r"填|选|格式|(?<!比)例|要求|(?<!期)限|注(?!册)|\d字|字数|文字|汉字|^如|^指|说明|盖章|公章|签字|全称|规范|附件"
    r"|年.?月.?日?|y{2,4}|是.?否|有.?无|√|打勾|详见|参照|参考|非必|没有.*0|^\d{1,2}$"
    r"|^满分:?\d{1,3}分?$|^100分制?$|^[百十五]分制$"  # the scale of a score
)
_HINT_TO_THE_END = re.compile(r"如|例|注|说明|格式|指|填|请")
_CURRENCY = re.compile(r"人民币|rmb|cny|[¥￥]")
_LAND = ("公顷", "平方公里", "平方千米", "km2", "平方尺", "平方英尺", "坪")
_UNIT_AT_END = re.compile(
    r"(.+?)(?:(?:[/:,|_\s-]+|单位:?)+((?:[^\s/:,|_-]+/)?[^\s/:,|_-]{1,8})"
    r"|((?:rmb|人民币)?(?:(?:十|百|千)?[万萬亿億]元?|[百千仟]?元)|百万|千万|人民币|rmb|%))"
)
_MUST = re.compile(r"^[*\s]*(?:必填|选填)项?[*:\s]*(?=.)|(?<=.)[*\s]*(?:必填|选填)项?\*?$")
_ENGLISH = r"[A-Za-z][A-Za-z .,'’&/-]*(?:\([A-Za-z0-9 .,%/-]*\))?"
_CHINESE = r"(?=[^A-Za-z]*[\u4e00-\u9fff])[^A-Za-z]*"
_ENGLISH_LAST = re.compile(rf"(?P<chinese>{_CHINESE}?)[\s/|]*[(（]?(?P<english>(?=[^()]{{3,}}){_ENGLISH})[)）]?")
_ENGLISH_FIRST = re.compile(rf"(?P<english>(?=[^()]{{3,}}){_ENGLISH})[\s/|]+(?P<chinese>{_CHINESE})")


class Peeled(NamedTuple):
    """A header without its unit, hints, footnotes and numbering, and what stood in its brackets."""

    core: str  # without unit, hints, footnotes and numbering
    bare: str  # without any bracket
    units: tuple[str, ...]  # every unit that it names, the one that counts for each bracket first
    qualifiers: tuple[str, ...]  # of brackets, what is neither unit, hint nor year

    @property
    def unit(self) -> str:
        """The one unit of money that they make up, else the first of them: （万、家） stands over money and counts."""
        joined = joined_units(self.units)
        of_money = MONEY.fullmatch(joined) or FOREIGN.fullmatch(joined)
        return joined if joined and of_money else next(iter(self.units), "")


def header_key(text: str) -> str:
    """What two writings of one header share: no case, blanks, line breaks, wide or traditional forms, asterisks."""
    return _IGNORED.sub("", simplify(unicodedata.normalize("NFKC", text[:200])).lower())


def header_label(text: str) -> str:
    """A header as the label of a line: without its brackets, marks and numbering."""
    return _BRACKET.sub("", _MARKS.sub("", text).translate(_BRACKETS)).strip(_EDGE) or text


def measured_in(column: Column) -> str:
    """The unit in which the title of a number says that it is counted: 平方米, 美元, 年; "" for none."""
    return split_unit(header_unit(column.title))[1] if column.kind == "number" else ""


@cache
def header_unit(text: str, every: bool = False) -> str:
    """The unit in a header, of time too (月 in 成立年限（月）); "" for none. every: all where they are not one."""
    peeled = peel(text)
    units = (*peeled.units, *(word for word in peeled.qualifiers if word in TIME_WORDS or word in _LAND))
    if every:
        return joined_units(units) or "、".join(units)
    return peeled.unit or next(iter(units), "")


def chinese_part(text: str) -> str:
    """What is Chinese in a header that says the same in English before or behind it; "" for others.

    >>> chinese_part("Title of demand 需求名称"), chinese_part("预算（万元） Budget"), chinese_part("PCT专利数")
    ('需求名称', '预算（万元）', '')
    """
    text = text[:200].strip()
    match = _ENGLISH_LAST.fullmatch(text) or _ENGLISH_FIRST.fullmatch(text)
    return match["chinese"].strip() if match and re.search("[a-z]", match["english"]) else ""


def is_carried(key: str) -> bool:
    """Whether a header, by its key, is of a column that nobody misses."""
    return (
        key in CARRIED_HEADERS
        or _OWNER.sub("", key) in CARRIED_HEADERS
        or key.endswith(("联系人", "电话", "手机", "手机号", "邮箱", "地址", "备注", "链接"))
    )


def peel(text: str) -> Peeled:
    """What is left of a header, and its units and qualifiers."""
    text = _MARKS.sub("", text[:200])
    text = plain_years(simplify(unicodedata.normalize("NFKC", text)).lower().translate(_BRACKETS)).strip(_EDGE)
    text = _CODE.sub("", _MUST.sub("", text).strip(_EDGE)).strip(_EDGE)
    if text.count("(") > text.count(")"):
        text += ")"
    numbering = _NUMBERING.match(text)
    while numbering and numbering.end() < len(text):
        text = text[numbering.end() :].strip(_EDGE)
        numbering = _NUMBERING.match(text)
    text = text.removesuffix("小计") or text  # 人员人工费用小计, over the columns that it adds up
    units: list[str] = []
    qualifiers: list[str] = []
    core = text
    bare = text
    for bracket in _BRACKET.finditer(text):
        found, year, rest = _inside(bracket[1])
        units += found
        bare = bare.replace(bracket[0], year, 1)
        if rest:
            qualifiers.append(rest)
        else:
            core = core.replace(bracket[0], year, 1)
    core, at_end = _cut_unit(core.strip(_EDGE))
    bare, more = _cut_unit(bare.strip(_EDGE))
    return Peeled(core, bare, tuple(dict.fromkeys(filter(None, (*units, at_end, more)))), tuple(qualifiers))


def _inside(bracket: str) -> tuple[list[str], str, str]:
    """The units in a bracket, the one that counts first, the year as "(2025年)", and what is neither nor a hint."""
    units = []
    year = ""
    rest = []
    whole = unit_of(bracket.replace(" ", ""))
    if whole is not None:
        return [whole], "", ""
    for piece in filter(None, _PIECES.split(bracket)):
        found = unit_of(piece)
        if found is not None:
            units.append((scale_of_counts(found) is None, not _CURRENCY.fullmatch(piece), found))
        elif not year and TIME_LAST.fullmatch(f"x({piece})"):
            year = f"({piece})"
        elif _HINT_TO_THE_END.match(piece):
            break
        elif not _HINT.search(piece):
            rest.append(piece)
    units.sort(key=lambda pair: pair[:2], reverse=True)  # （人民币，万元） is 万元
    return [unit for *_, unit in units], year, "、".join(rest)


def _cut_unit(text: str) -> tuple[str, str]:
    match = _UNIT_AT_END.fullmatch(text)
    if match is None or (unit := unit_of(match[2] or match[3])) is None:
        return text, ""
    return match[1].strip(_EDGE), unit
