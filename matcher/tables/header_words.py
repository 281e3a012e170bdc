"""What the words of one header say: the field, the unit, the accounting year. Text in, meaning out."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from matcher.tables.carried_headers import CARRIED_HEADERS
from matcher.tables.columns import fits_in_time
from matcher.tables.numbers import TIME_WORDS
from matcher.tables.opposed_words import contradicts, is_of_another_kind, is_of_another_table
from matcher.tables.schemas import Column, Contract
from matcher.tables.statements import denies, in_short, statement
from matcher.tables.writings import simplify
from matcher.tables.years import plain_years

_SHORTEST_STATEMENT = 4  # characters of a header without 是否 that states something
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
_OWNER = re.compile(r"^(?:企业|公司|单位|专家|需求|成果|项目)(?=..)|(?<=\D)\d{1,2}$")
_LETTER = re.compile(r"[^\W\d_]|%")
_BRACKET = re.compile(r"\(([^()]*)\)")
_AND = re.compile(r"以及|[及和与、/+,;]")
_PIECES = re.compile(r"[,;、|\s]+")
_HINT = re.compile(
    r"填|选|格式|(?<!比)例|要求|(?<!期)限|注(?!册)|\d字|字数|文字|汉字|^如|^指|说明|盖章|公章|签字|全称|规范|附件"
    r"|年.?月.?日?|y{2,4}|是.?否|有.?无|√|打勾|详见|参照|参考|非必|没有.*0|^\d{1,2}$"
)
_HINT_TO_THE_END = re.compile(r"如|例|注|说明|格式|指|填|请")
_OTHER_FIGURE = re.compile(
    r"占|率|比|增|同|预|计划|目标|拟|境|国外|当地|本地|[省市县]内|人均|平均.*元|其中|除|近|前|后|截至|累计|季|半年|月|\d"
)  # in a qualifier: the column holds another figure than the words before it
_SAME_FIGURE = re.compile(r"(?<!\d)0?1月?[-~—至到]12月|不含税|全年月平均|月平均|加计扣除")
_MONEY = re.compile(r"(?:rmb|cny|人民币|[¥￥])*:?(十万|百万|千万|百|千|仟|万|萬|亿|億)?(元|圆|圓)?(?:人民币|rmb|cny)?")
_CURRENCY = re.compile(r"人民币|rmb|cny|[¥￥]")
_IN_FIGURES = {  # (10,000 RMB), (RMB 10k), (million yuan): how English headers write 万元 and the like
    "万": "10,?000|1万|10k|tenthousands?", "千": "1,?000|'000|k|thousands?", "百万": "1,?000,?000|mn?|mln|millions?",
    "亿": "100,?000,?000|100millions?", "十万": "100,?000|100k", "千万": "10,?000,?000|10millions?",
}  # fmt: skip
_YUAN = "rmb|cny|yuan|人民币|元|[¥￥]"
_FIGURES = {
    unit: re.compile(rf"(?:{_YUAN})(?:in)?(?:{words})|(?:in)?(?:{words})(?:of)?(?:{_YUAN})+")
    for unit, words in _IN_FIGURES.items()
}
_FOREIGN = re.compile(
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
_LAND = ("公顷", "平方公里", "平方千米", "km2", "平方尺", "平方英尺", "坪")
_BEFORE_UNIT = re.compile(r"^(?:(?:金额|货币|计量|计价|数据|填报|数值)?单位(?:为|是)?[:=]?|币种:?|以|按)+")
_AFTER_UNIT = re.compile(r"(?:为单位|计|填写|填报|表示)+$")
_UNIT_AT_END = re.compile(
    r"(.+?)(?:(?:[/:,|_\s-]+|单位:?)+((?:[^\s/:,|_-]+/)?[^\s/:,|_-]{1,8})"
    r"|((?:rmb|人民币)?(?:(?:十|百|千)?[万萬亿億]元?|[百千仟]?元)|百万|千万|人民币|rmb|%))"
)
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3}
_TIME = (
    r"(?P<whole>(?:(?:19|20)\d{2}|(?<!\d)\d{2})年度?0?1月?份?[-~—至到]12月份?)"
    r"|(?P<part>(?:19|20)\d{2}年?度?[-~至到/](?:19|20)?\d{2}年?度?|(?:(?:(?:19|20)\d{2}|(?<!\d)\d{2})[年.])?(?:\d{1,2}[-~至到])?\d{1,2}月份?末?"
    r"|(?:(?:19|20)\d{2}年)?(?:上半年|下半年|前?[一二三四]季度))"
    r"|(?P<year>(?:19|20)\d{2})(?!\d)(?:会计|纳税)?(?:年度|年)?(?:末|底|期末|年末|全年)?"
    r"|(?<!\d)(?P<short>\d{2})年度?[末底]?"
    r"|(?P<last>(?:上一?个?|最?近一个?)(?:会计|纳税)?年度?末?|去年度?末?|前[一1]年度?末?)"
    r"|(?P<before>前[二2]年度?末?|前年度?末?|上上一?年度?末?)"
    r"|(?P<third>前[三3]年度?末?|大前年度?末?)"
    r"|(?P<either>前两年度?末?)"
    r"|第(?P<nth>[一二三123])年度?"
    r"|(?P<this>(?:本年度?|今年|当年|本期)(?:金额|发生额|数)?)"
    r"|(?P<closing>(?:本?年|本?期)末(?:余额|数)?)"
    r"|(?P<former>(?:上期|上年|去年)(?:金额|发生额|数)|上期|[上去]年同期|(?:年初|期初)(?:余额|数)?)"
    r"|(?P<none>(?:最?近|前|连续)[一二两三四五\d](?:个会计)?年度?(?:内|累计|合计)?)"
)  # of a part of a year, of several, or of one that nobody asks for: none
_PERIODS = {"this": 0, "closing": 0, "last": 1, "former": 1, "before": 2, "third": 3}  # years before that of the table
_INVERSE = "和“{}”说的相反，反过来读：“是”读作“否”，“否”读作“是”"
_DENIAL = "表头里有否定的词，仍照指定的“{}”读入：这一列的“是”就是它的“是”"
_TIME_FIRST = re.compile(rf"\(?(?:{_TIME})\)?[\s:_/|-]*(?P<word>.+)")
_TIME_LAST = re.compile(rf"(?P<word>.+?)[\s:_/|-]*\(?(?:{_TIME})\)?")
_FILLERS = re.compile(r"^(?:本?企业|公司|本?单位|全年|[年期]末|年度?|实现|实际)+|(?:总额|合计|金额|总计|支出|情况|数)$")
_COUNTED = re.compile(r"(?<!总)(?:总?数量|总?人数|个数|件数|项数|数)$")
_OWNED = re.compile(
    r"(?:拥有|现有|已有|已授权|已获|获得|授权|有效|累计|国内|的)*(.+?)(?:授权|拥有|登记|证书|有效)*(?:数量|件数|个数|项数|总数|量|数)?"
)
_OF_RIGHTS = re.compile(r"专利|知识产权")
_OF_OTHERS = re.compile(r"其[他它]|pct|国外|国际|境外|海外")
_AROUND = re.compile(
    r"拥有|现有|已有|已?获得?|已?授权|有效|累计|历年|新增|当年|今年|本年度?|(?:19|20)\d\d年度?|国内|登记|证书|设计|[总合]计"
    r"|总?[数件个项]?数?量?|权|类|的"
)
_MUST = re.compile(r"^[*\s]*(?:必填|选填)项?[*:\s]*(?=.)|(?<=.)[*\s]*(?:必填|选填)项?\*?$")
_ENGLISH = r"[A-Za-z][A-Za-z .,'’&/-]*(?:\([A-Za-z0-9 .,%/-]*\))?"
_CHINESE = r"[^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*"
_ENGLISH_LAST = re.compile(rf"(?P<chinese>{_CHINESE}?)[\s/|]*[(（]?(?P<english>(?=[^()]{{3,}}){_ENGLISH})[)）]?")
_ENGLISH_FIRST = re.compile(rf"(?P<english>(?=[^()]{{3,}}){_ENGLISH})[\s/|]+(?P<chinese>{_CHINESE})")
_NAMES_TIME = re.compile(r"\d|[年月期季]")
_MONTHS = {"月": "个月"}  # behind a number, 月 is a month of the year
CLOSE = 4  # the rank of words for something close
_NEAR_ENOUGH = 0.6
_LONG = 60  # characters; a header is shorter, unless it lists choices in a bracket


class Meaning(NamedTuple):
    """What a header says.

    columns: the fields that it names. unit: as in `cells.UNITS`, "%", "" for none; other money as it is written. rank:
    how directly it names them: 0 by the user, 1 word for word, 2 with unit, hint or year, 3 with a qualifier left
    aside, 4 by words for something close. summed: fields to which the column counts one kind, and the kind. asked: the
    fields that could be meant where it does not say which. beside: fields of the same figure in other years: with a
    header of no field, those that it is not; with `asked`, those whose own columns settle what it is. dated: whether it
    names a year. note: what a reader should know of it. known: a header that no field takes, but that is no riddle.
    period: of a figure of 本年, 上年 and the like, how many years before the table's own it is; series: the fields of
    that figure, which may be of any year. inverse: it denies what the field states, so that yes is no of the field.
    """

    columns: tuple[Column, ...] = ()
    unit: str = ""
    rank: int = 1
    summed: tuple[tuple[Column, str], ...] = ()
    asked: tuple[Column, ...] = ()
    beside: tuple[Column, ...] = ()
    note: str = ""
    known: bool = False
    dated: bool = False
    period: int | None = None
    series: tuple[Column, ...] = ()
    inverse: bool = False


class _Peeled(NamedTuple):
    core: str  # without unit, hints, footnotes and numbering
    bare: str  # without any bracket
    units: tuple[str, ...]  # every unit that it names, the one that counts for each bracket first
    qualifiers: tuple[str, ...]  # of brackets, what is neither unit, hint nor year

    @property
    def unit(self) -> str:
        """The one unit of money that they make up, else the first of them: （万、家） stands over money and counts."""
        joined = _joined(self.units)
        of_money = _MONEY.fullmatch(joined) or _FOREIGN.fullmatch(joined)
        return joined if joined and of_money else next(iter(self.units), "")


def header_key(text: str) -> str:
    """What two writings of one header share: no case, blanks, line breaks, wide or traditional forms, asterisks."""
    return _IGNORED.sub("", simplify(unicodedata.normalize("NFKC", text[:200])).lower())


def header_label(text: str) -> str:
    """A header as the label of a line: without its brackets, marks and numbering."""
    return _BRACKET.sub("", _MARKS.sub("", text).translate(_BRACKETS)).strip(_EDGE) or text


def kinds_left_out(text: str, column: Column, counted: Container[str]) -> list[str]:
    """The kinds of `column.sums` that a header which nobody knows may count, of those that no other column counts.

    A header of nothing but words for rights: 外观授权, 专利（新型）, 其他专利; a total of all rights leaves out no kind
    where the first kind has a column.

    >>> classes = Column("c", "number", "c", sums=(("实用新型",), ("外观设计",)), stems=("新型", "外观"))
    >>> [kinds_left_out(text, classes, {"实用新型"}) for text in ("专利-外观", "外观检测", "专利总数", "其他专利")]
    [['外观设计'], [], [], ['实用新型', '外观设计']]
    """
    peeled = _peel(text)
    words = re.sub(r"[\W_]+", "", peeled.bare + "".join(peeled.qualifiers))
    named = [kinds[0] for kinds, stem in zip(column.sums, column.stems, strict=True) if re.search(stem, words)]
    rest = _OF_RIGHTS.sub("", re.sub("|".join(column.stems) or "$", "", words))
    if _AROUND.sub("", _OF_OTHERS.sub("", rest)):
        return []
    if named or not _OF_RIGHTS.search(words):
        return [kind for kind in named if kind not in counted]
    every = [kinds[0] for kinds in column.sums]
    return every if _OF_OTHERS.search(rest) or every[0] not in counted else []


def unit_of(piece: str) -> str | None:
    """The unit that some words are: as in `cells.UNITS`, "%", units of counts, other money and "元/吨" as they are
    written; None for what is no unit.
    """
    piece = _AFTER_UNIT.sub("", _BEFORE_UNIT.sub("", piece.strip()))
    if piece in ("%", "百分比", "百分数"):
        return "%"
    if _FOREIGN.fullmatch(piece):
        return piece
    money = _MONEY.fullmatch(piece)
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


def _joined(units: Sequence[str]) -> str:
    """The one unit that several pieces make up: a number of many beside a unit, or one unit in two writings; "" where
    they are of different units or of different size.

    >>> _joined(("美元", "亿")), _joined(("平方米/m2",)), _joined(("美元", "万元")), _joined(("美元", "万美元"))
    ('亿美元', '平方米', '', '')
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


def measured_in(column: Column) -> str:
    """The unit in which the title of a number says that it is counted: 平方米, 美元, 年; "" for none."""
    return split_unit(header_unit(column.title))[1] if column.kind == "number" else ""


@cache
def header_unit(text: str, every: bool = False) -> str:
    """The unit in a header, of time too (月 in 成立年限（月）); "" for none. every: all where they are not one."""
    peeled = _peel(text)
    units = (*peeled.units, *(word for word in peeled.qualifiers if word in TIME_WORDS or word in _LAND))
    if every:
        return _joined(units) or "、".join(units)
    return peeled.unit or next(iter(units), "")


class Vocabulary:
    """The headers that a contract knows, with those that the user names (header key -> field)."""

    def __init__(self, contract: Contract, named: Mapping[str, Column]) -> None:
        self.year = contract.year
        self.named = named
        self.exact: dict[str, Column] = {}
        self._wholes = [column for column in contract.columns if column.joins]
        self.kinds: dict[str, list[tuple[Column, str]]] = {}
        self._words: dict[str, list[Column]] = {}
        self._close: dict[str, list[Column]] = {}
        self._stems: dict[str, Column] = {}
        self._measured: dict[str, Column] = {}
        self._statements: dict[str, list[tuple[Column, str]]] = {}
        self._compounds = [(_compound(column), column) for column in contract.columns if column.heads]
        for column in contract.columns:
            for text in (column.title, column.name, *column.headers):
                self.exact.setdefault(header_key(text), column)
            for word in column.words:
                self._words.setdefault(header_key(word), []).append(column)
            for word in column.close_words:
                self._close.setdefault(header_key(word), []).append(column)
            for text in (column.title, *column.headers) if measured_in(column) else ():
                self._measured.setdefault(header_key(_peel(text).bare), column)
            for text in {column.title, in_short(column.title), *column.headers} if column.kind == "yesno" else ():
                self._statements.setdefault(statement(text).words, []).append((column, text))
            for kinds in column.sums:
                for word in kinds:
                    self.kinds.setdefault(header_key(word), []).append((column, kinds[0]))
        for key, column in self.exact.items():
            if column.kind == "number" and (stem := _COUNTED.sub("", key)):
                self._stems.setdefault(stem, column)
        self.meaning: Callable[[str], Meaning] = cache(self._meaning)
        self.nearest: Callable[[str], tuple[Column | None, float]] = cache(self._nearest)

    def _meaning(self, text: str) -> Meaning:
        found = self._meaning_of(text)
        if found.columns or found.asked or found.summed or not (chinese := chinese_part(text)):
            return found
        return self._meaning_of(chinese)

    def _meaning_of(self, text: str) -> Meaning:
        key = header_key(text)
        peeled = _peel(text)
        if key in self.named:
            column = self.named[key]
            same = [one for word in column.words for one in self._words[header_key(word)] if one.back == column.back]
            unit = header_unit(text, bool(measured_in(column))) if column.kind == "number" else peeled.unit
            meaning = Meaning(tuple(dict.fromkeys((column, *same))), unit, 0)
            return self._named_statement(meaning, text) if column.kind == "yesno" else meaning
        if not _LETTER.search(key) or (len(text) > _LONG and "(" not in text and "（" not in text):
            return Meaning()
        for rank, form in ((1, text), (2, peeled.core), (3, peeled.bare)):
            found = self._fields(form, header_unit(text, every=True))
            if found == Meaning():
                continue
            if not (fields := (*found.columns, *found.asked, *(column for column, _ in found.summed))):
                return found
            column = fields[0]
            if rank == 3 and column.kind in ("number", "yuan", "share"):
                in_time = {word: fits_in_time(column.title, word) for word in peeled.qualifiers}
                if any(map(_changes_the_figure, peeled.qualifiers)) or False in in_time.values():
                    return Meaning()
                if said := "”“".join(word for word, fits in in_time.items() if not fits):
                    found = found._replace(note=f"表头另注“{said}”，照“{column.title}”读入")
            if rank == 3 and column.kind == "yesno":
                title = header_key(column.title)
                if said := "”“".join(word for word in peeled.qualifiers if header_key(word) not in title):
                    note = f"表头另注“{said}”，照“{column.title}”读入"
                    found = found._replace(note="；".join(filter(None, (found.note, note))))
            unit = peeled.unit if rank > 1 or peeled.core != text else ""
            if column.kind == "yuan" and not unit and "w" in peeled.qualifiers:  # 80w is 80万
                unit = "万元"
            if rank > 1 and measured_in(column):
                unit = header_unit(text, every=True)
            if rank == 3 and column.kind == "text":  # 研发周期（月）
                unit = unit or next((_MONTHS.get(word, word) for word in peeled.qualifiers if word in TIME_WORDS), "")
            return found._replace(unit=unit, rank=max(rank, found.rank))
        if whole := self._of_parts(peeled.bare):
            return Meaning((whole,), rank=2)
        return Meaning(known=any(map(is_carried, (key, header_key(peeled.core), header_key(peeled.bare)))))

    def _of_parts(self, text: str) -> Column | None:
        """The text field that headers with 及 or 、 between them make up: 技术难题及指标; what stands before the first
        may stand before the others too (技术指标).
        """
        first, *more = _AND.split(text)
        names = set()
        for words in (first, *more) if more else ():
            column = self.exact.get(header_key(words)) or self.exact.get(header_key(first[:2] + words))
            if not words or column is None:
                return None
            names.add(column.name)
        return next((one for one in self._wholes if names and names <= {one.name, *one.parts}), None)

    def _fields(self, form: str, unit: str) -> Meaning:
        """The fields that a form of a header names."""
        key = header_key(form)
        exact = self.exact.get(key)
        if exact is not None and not exact.words:
            return Meaning((exact,), summed=tuple(pair for pair in self.kinds.get(key, ()) if pair[0] is not exact))
        time = _TIME_FIRST.fullmatch(form) or _TIME_LAST.fullmatch(form)
        if time is not None:
            dated = self._of_year(time, exact)
            return self._of_statement(form) if dated == Meaning() else dated
        if columns := self._series(key):
            if len({column.back for column in columns}) > 1:
                return Meaning(asked=tuple(columns))
            note = "" if exact else f"表头没有写年份，照“{columns[0].title}”读入"
            return Meaning(tuple(columns), note=note)
        if exact is not None:
            return Meaning((exact,))
        owned = _OWNED.fullmatch(key)
        if owned and (of_kind := self.kinds.get(key) or self.kinds.get(owned[1])):
            return Meaning(summed=tuple(of_kind))
        measured = self._measured.get(key)
        if measured and split_unit(unit)[1] == measured_in(measured):
            return Meaning((measured,))
        stem = _COUNTED.sub("", key)
        if stem in self._stems and (stem != key or len(stem) > 3):
            return Meaning((self._stems[stem],))
        if close := self._close.get(key) or self._close.get(_FILLERS.sub("", key)):
            if len({column.back for column in close}) > 1:
                return Meaning(asked=tuple(close), rank=CLOSE)
            doubt = "按惯例" if close[0].kind == "text" else "两者口径可能不同"
            return Meaning(tuple(close), rank=CLOSE, note=f"照“{close[0].title}”读入，{doubt}")
        for words, column in self._compounds:
            if words.fullmatch(key):
                return Meaning((column,), rank=2)
        return self._of_statement(form)

    def _of_statement(self, form: str) -> Meaning:
        """The field of yes and no that states what a header states, or denies."""
        said = statement(form)
        known = self._statements.get(said.words, ())
        bare = len(said.words) < _SHORTEST_STATEMENT  # 候补 may head the names of those who stand by
        known = [(column, text) for column, text in known if not (said.plain and (bare or statement(text).has))]
        if len({(column.name, denies(text)) for column, text in known}) != 1:
            return Meaning()
        column, text = known[0]
        inverse = said.denied != denies(text)
        note = _INVERSE.format(column.title) if inverse else ""
        return Meaning((column,), rank=2, inverse=inverse, note=note)

    def _named_statement(self, meaning: Meaning, text: str) -> Meaning:
        """A field of yes and no that the user names for a header, which may say the opposite."""
        column, said = meaning.columns[0], statement(text)
        known = [own for one, own in self._statements.get(said.words, ()) if one.name == column.name]
        if known and all(denies(own) != said.denied for own in known):
            return meaning._replace(inverse=True, note=_INVERSE.format(column.title))
        if said.denied and not any(map(denies, (column.title, *column.headers))):
            return meaning._replace(note=_DENIAL.format(column.title))
        return meaning

    def _series(self, key: str) -> list[Column]:
        return self._words.get(key) or self._words.get(_FILLERS.sub("", key)) or []

    def _of_year(self, time: re.Match[str], exact: Column | None) -> Meaning:
        """The fields of the year that a header names; `exact`, the one that has it word for word, before the others."""
        key = header_key(time["word"])
        series = self._series(key)
        note = ""
        rank = 1
        if not series and (series := self._close.get(key) or self._close.get(_FILLERS.sub("", key)) or []):
            rank = CLOSE
        state = self.exact.get(key)
        if not series and exact is None:
            state = self.exact.get(f"年度{key}", state)  # 2026年目标 is 年度目标, where 目标 alone may be its name
            if state is None or state.kind not in ("number", "yuan", "share") or "三年" in state.title:
                return Meaning()
            series = [state]
        back = _back(time, self.year)
        period = next((years for name, years in _PERIODS.items() if time[name]), None)
        if exact is not None:
            columns = (exact, *(one for one in series if one.back == exact.back and one is not exact))
            return Meaning(columns, dated=True, period=period, series=tuple(series))
        if time["this"] or time["closing"] or time["former"]:
            state_now = tuple(one for one in series if time["closing"] and not one.back)
            note = f"表头另注“{time['closing']}”，照“{state_now[0].title}”读入" if state_now else ""
            known = Meaning(known=not state_now, dated=True, note=note, period=period, series=tuple(series))
            return known._replace(columns=state_now, beside=() if state_now else tuple(series))
        if back is None:
            return Meaning(asked=tuple(series), dated=True)
        columns = tuple(one for one in series if (one.back or 1) == back)
        if not columns:
            return Meaning(known=True, dated=True, beside=tuple(series))
        if time["either"]:
            return Meaning(asked=columns, beside=tuple(one for one in series if one not in columns), dated=True)
        if rank == CLOSE:
            note = f"照“{columns[0].title}”读入，两者口径可能不同"
        return Meaning(columns, rank=rank, note=note, dated=True, period=period, series=tuple(series))

    def _nearest(self, text: str) -> tuple[Column | None, float]:
        """The field whose words are the most like a header's that names none, and how like (0..1); None where none is
        like it, or where the header is known to mean something else.
        """
        peeled = _peel(text)
        if any(map(_changes_the_figure, peeled.qualifiers)) or "其中" in text:
            return None, 0.0
        for form in (text, peeled.core, peeled.bare):
            time = _TIME_FIRST.fullmatch(form) or _TIME_LAST.fullmatch(form)
            for key in filter(None, (header_key(form), header_key(time["word"]) if time else "")):
                if key in self.exact:
                    return self.exact[key], 1.0
                if series := self._series(key):
                    return _latest(series), 1.0
        key = header_key(peeled.bare) or header_key(text)
        said = key + "".join(map(header_key, peeled.qualifiers))
        for like in dict.fromkeys((key, said)):
            for word in difflib.get_close_matches(like, list(self._all), 3, _NEAR_ENOUGH):
                column = self._all[word]
                if column.back and _NAMES_TIME.search(key):
                    continue  # of another year, perhaps
                if column.kind == "yesno" and {denies(word), denies(column.title)} != {denies(key)}:
                    continue
                if is_of_another_kind(key, column) or is_of_another_table(key, column):
                    continue
                if not contradicts(said, word, column.title):
                    return column, difflib.SequenceMatcher(None, word, like).ratio()
        return None, 0.0

    @cached_property
    def _all(self) -> dict[str, Column]:
        words = {word: _latest(columns) for word, columns in self._words.items()}
        return words | {word: column for word, column in self.exact.items() if not word.isascii()}


def chinese_part(text: str) -> str:
    """What is Chinese in a header that says the same in English before or behind it; "" for others.

    >>> chinese_part("Title of demand 需求名称"), chinese_part("预算（万元） Budget"), chinese_part("PCT专利数")
    ('需求名称', '预算（万元）', '')
    """
    text = text[:200].strip()
    match = _ENGLISH_LAST.fullmatch(text) or _ENGLISH_FIRST.fullmatch(text)
    return match["chinese"].strip() if match and re.search("[a-z]", match["english"]) else ""


def _compound(column: Column) -> re.Pattern[str]:
    leads, heads = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (column.leads, column.heads)
    )
    return re.compile(f"(?:{leads})*(?:{heads})")


def _latest(series: Sequence[Column]) -> Column:
    return min(series, key=lambda column: column.back or 1)


def _back(time: re.Match[str], year: int | None) -> int | None:
    """How many years before the decision's a header's year lies: 0 for none that counts, None where nobody can say."""
    of_none = ((name, 0) for name in ("part", "this", "closing", "former", "none"))
    for name, back in (*of_none, ("last", 1), ("before", 2), ("either", 2), ("third", 3)):
        if time[name]:
            return back
    if time["nth"]:
        return 4 - _NUMERALS[time["nth"]]
    if year is None:
        return None
    written = next(filter(None, (time["year"], time["short"], time["whole"]))).partition("年")[0]
    back = year - (int(written) if len(written) == 4 else 2000 + int(written))
    return back if 0 < back <= 3 else 0


def _changes_the_figure(qualifier: str) -> bool:
    return bool(_OTHER_FIGURE.search(_SAME_FIGURE.sub("", qualifier)))


def is_carried(key: str) -> bool:
    """Whether a header, by its key, is of a column that nobody misses."""
    return (
        key in CARRIED_HEADERS
        or _OWNER.sub("", key) in CARRIED_HEADERS
        or key.endswith(("联系人", "电话", "手机", "手机号", "邮箱", "地址", "备注", "链接"))
    )


def _peel(text: str) -> _Peeled:
    text = _MARKS.sub("", text[:200])
    text = plain_years(simplify(unicodedata.normalize("NFKC", text)).lower().translate(_BRACKETS)).strip(_EDGE)
    text = _MUST.sub("", text).strip(_EDGE)
    if text.count("(") > text.count(")"):
        text += ")"
    numbering = _NUMBERING.match(text)
    while numbering and numbering.end() < len(text):
        text = text[numbering.end() :].strip(_EDGE)
        numbering = _NUMBERING.match(text)
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
    return _Peeled(core, bare, tuple(dict.fromkeys(filter(None, (*units, at_end, more)))), tuple(qualifiers))


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
        elif not year and _TIME_LAST.fullmatch(f"x({piece})"):
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
