"""Fees as people write them: prices by hour, day, sample ..., first prices, supplements, rebates and limits.

A text is cut into clauses; each gives a price with its unit, a first price and what it covers (首件500元其后100元), or
changes the others. A clause with a figure that gives none of these is kept as unread.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from matcher.tables.cells.numbers import FOREIGN_WORDS, Number, read_number
from matcher.tables.cells.texts import half_width

_words = str.split
PER = {  # unit -> how a note calls it, and the words for it
    "hour": ("小时", "小时 个小时 机时 个机时 钟头 时 h hr hrs hour hours"),
    "card_hour": (
        "卡时（核时）",
        " ".join(
            map("".join, product(("卡", "核", "核心", "节点", "gpu", "cpu"), ("", "·", "*"), ("时", "小时", "h")))
        ),
    ),
    "sample_run": (
        "样·次",
        " ".join(map("".join, product(("样", "样品", "件"), ("·", "*", "×", "/"), ("次", "测试")))),
    ),
    "day": ("天", "天 日 个工作日 工作日 d day days"),
    "shift": ("台班", "台班 班"),
    "sample": ("样", "样 样品 样本 试样 个样品 个样 个样本 个 件 只 片 支 根 块 sample samples"),
    "run": ("次（批、组）", "次 批 批次 组 炉 趟 锅 测试 run runs test tests"),
    "point": ("点（项、针）", "点 点位 个点 个点位 针 项 项目 个项目 参数 个参数 指标 个指标 元素 个元素"),
    "week": ("周", "周 星期 week"),
    "month": ("月", "月 个月 month"),
    "year": ("年", "年 year"),
}
_KINDS = {word: per for per, (_, words) in PER.items() for word in words.split()}
_LABELS = {"机时费": "hour", "日租": "day", "月租": "month", "年租": "year", "年费": "year", "单样": "sample"}
_DIGITS = {"半": 0.5, **dict(zip("一二三四五六七八九十", map(float, range(1, 11)), strict=True)), "两": 2.0}


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_UNIT = rf"(?P<size>\d+(?:\.\d+)?|[半一二两三四五六七八九十])?\s?(?P<unit>{_any(_KINDS)})(?![a-z])"
_FIGURE = r"\d+(?:\.\d+)?"
_SOFT = r"大约|约|≈|不低于|不少于|至少|最低|≥|不超过|不高于|至多|最高|≤"
_AMOUNT = (
    rf"(?P<soft>{_SOFT})?(?P<figures>(?<![a-z\d.\-/]){_FIGURE}\s?(?:万|千)?元?(?:\s?[-~至到]\s?{_FIGURE}\s?(?:万|千)?)?)\s?"
    r"(?P<yuan>元|rmb|cny|yuan)?\s?(?P<bound>左右|上下|起步?|及?以上|及?以内|及?以下|封顶)?"
)
_PRICE = re.compile(
    rf"{_AMOUNT}(?:\s?(?:/|每|per\s|a\s|一(?={_any(_KINDS)}))\s?(?:{_UNIT}(?![/·*])|(?P<other>(?:m[23]|[^\d\s:]){{1,8}})))?"
    r"\s?(?P<from>起步?(?!价)|以上)?"
)
_BEFORE = re.compile(rf"(?:每增加|每|按|/|(?<!第)一)\s?{_UNIT}")
_QUANTITY = re.compile(rf"(?P<first>首|第(?=一))?(?:前|第)?{_UNIT}(?P<within>及?以内|及?以下|内)?")
_REFERENCE = re.compile(
    r"《[^》]*》|[〔\[(](?:19|20)\d{2}[〕\])]\s?第?\d+号|(?:19|20)\d{2}年版?|\((?:按|每天)?8个?小时计?\)"
    r"|(?:gb|gjb|jb|hg|yy|sj|iso|iec|astm|din|jis)(?:/t)?\s?[a-z]?\d[\d.\-]*"
)
_CHINESE = re.compile(r"(?<![\d.])[一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟萬]+(?=元)")
_UNIT_IN_BRACKETS = re.compile(r"(?<=\d)\s?\((?=元)([^()]*)\)")
_SILENT_BRACKETS = re.compile(r"\((?![^()]*(?:另[计收算行]|折|不含(?!税)))[^()\d]*\)")
_STAGES = "其后|之后|此后|后续|超过|超出|超时|续[费时]|第二|每增加?|再"
_CUT = re.compile(
    r"[,;。、()\n]|(?=\+)|(?<=[\w/])或|(?<=[\w/])(?=其后|之后|此后|后续|超过|超出|超时)|(?<=.)(?=(?<!非)会员|非会员|校[内外]|所[内外]|院[内外])"
)
_THEN = re.compile(rf"{_STAGES}|后|以后")
_FIRST = re.compile(r"首|第一|前(?=[\d一二两三四五六七八九十半])|以内|起步价?|起价")
_LEAST = re.compile("起步价?|起价|最低(?:收费|消费)")  # a least price, of which 起步 may be paid besides
_SETUP = re.compile("开机|上机费|基本费|基础费|建档|入场|一次性|准备费|方法开发")
_EXTRA = re.compile(r"\+|.{0,8}(?:另|加收|外加|附加)|每?增加?|再")
_MORE = re.compile(rf"(?:加收|上浮|加价|另加|增收)\s?({_FIGURE})%")
_LESS = re.compile(rf"(?:优惠|下浮|减免|减收|让利)\s?({_FIGURE})%|({_FIGURE})\s?折")
_CAP = re.compile("封顶|最高|上限|至多")
_APART = re.compile("另[计收算行]|不含(?!税)")
_BEGUN = re.compile("不足|不满")
_PRICED = re.compile(r"(?:价格?|费|收|收取|为|是|员|户|[内外]|[:+]|其后|之后|后续|价为|计|元)\s*$")
_FREE = re.compile(r"免费|不收费|无偿|free of charge|^\s*free\s*$|^\s*0\s*元?\s*$")
OPEN = re.compile("面议|协商|协议|商议|商定|议定|议价|待定|另议|面谈|详谈|电询|咨询|面洽|negotia")
_FOR_SOME = re.compile("会员|仅限|限于|师生|学生|本[校院所]")
FOREIGN = re.compile(_any(FOREIGN_WORDS))
_INSIDE = re.compile("校内|所内|院内|内部|本单位|本校|本院|本所")


class Fee(NamedTuple):
    """Yuan for `size` units of one kind; an end is infinite where it is open.

    per: "hour", "card_hour", "sample_run", "day", "shift", "sample", "run", "point", "week", "month", "year", another
    unit as it is written, or "" where none is. first: what the first units, `included`, cost together. extra: "always"
    or "perhaps" paid besides the other fees; "" for one that is paid instead of them.
    """

    low: float
    high: float
    per: str
    size: float = 1.0
    first: tuple[float, float] = (0.0, 0.0)
    included: float = 0.0
    extra: str = ""


class _Price(NamedTuple):
    """Yuan for `size` units; `per` is "" where its clause names no unit. end: where it ends in its clause."""

    low: float
    high: float
    per: str
    size: float
    end: int


@dataclass
class Tariff:
    """What a text says: its fees, what changes them, and its clauses that were not read."""

    fees: list[Fee] = field(default_factory=list)
    more: float = 1.0
    less: float = 1.0
    cap: float = math.inf
    least: float = 0.0
    start: tuple[float, float] = (0.0, 0.0)  # 起步价: the least that is paid, or paid besides
    apart: bool = False  # something is paid besides of which nobody says how much
    begun: bool = False  # a begun unit is a whole one
    inside: bool = False  # what outsiders pay is not said
    unread: list[str] = field(default_factory=list)


def fees_of(text: str) -> list[Fee]:
    """The fees that a text names for outsiders; free is 0 by the hour. [] where nothing is known (面议).

    Examples
    --------
    >>> from matcher.resources.fees import fees_of
    >>> [fee[:3] for fee in fees_of("校内100元/小时，校外200~300元/小时")]
    [(200.0, 300.0, 'hour')]
    >>> fees_of("面议")
    []
    """
    return tariff_of(text).fees


def tariff_of(text: str) -> Tariff:
    """A text read clause by clause; what is for insiders counts where nothing else is said."""
    plain = half_width(text).lower()
    if FOREIGN.search(plain):
        return Tariff(unread=[text])
    clauses = [clause.strip() for clause in _CUT.split(_tidy(plain)) if clause and clause.strip()]
    outside = list(_outside(clauses))
    read = _read(outside)
    if not read.fees and len(outside) < len(clauses):
        read = _read(clauses)
        read.inside = True
    if not read.fees and _FREE.search(plain):
        read.fees.append(Fee(0.0, 0.0, "hour"))
        read.inside |= bool(_FOR_SOME.search(plain))
    return read


def _tidy(text: str) -> str:
    text = re.sub(r"[–—―−]", "-", re.sub(r"[〜∼]", "~", re.sub("[¥￥]", "", text)))
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", re.sub(r"(?<=\d)块钱?", "元", text))
    text = _CHINESE.sub(lambda match: _digits(match[0]), _REFERENCE.sub("", text))
    return _SILENT_BRACKETS.sub("", _UNIT_IN_BRACKETS.sub(r"\1", text))


def _digits(text: str) -> str:
    number = read_number(text, 1)
    return f"{number.exact:f}" if isinstance(number, Number) and number.exact is not None else text


def _outside(clauses: Sequence[str]) -> Iterator[str]:
    """The clauses that are not for insiders; what follows theirs without saying whom it is for is theirs too."""
    inside = False
    for clause in clauses:
        if _INSIDE.search(clause):
            inside = True
        elif inside and re.search("[校所院社对][外会]|会员|企业|其他", clause):
            inside = False
        if not inside:
            yield clause


def _read(clauses: Sequence[str]) -> Tariff:
    tariff = Tariff()
    unit: tuple[str, float] | None = None  # of a clause before, where it stands alone: 按小时计费，200元
    first: tuple[tuple[float, float], float, str] | None = None  # a first price, what it covers and of which unit
    beyond = ""  # 超过2小时, whose price follows
    for clause in (beyond + piece for whole in clauses for piece in _pieces(whole)):
        quantity = _quantity(clause)
        price = _price(clause)
        if price is None and quantity and first and _THEN.match(clause):
            beyond = clause
            continue
        beyond = ""
        if _adjust(tariff, clause, price):
            continue
        if price is None:
            unit = _told_unit(clause) or unit
            if _FREE.search(clause) and quantity and _FIRST.search(clause):
                first = ((0.0, 0.0), *quantity)
            elif re.search(r"\d", clause):
                tariff.unread.append(clause.lstrip("+"))
            continue
        low, high, per, size, _ = price
        per, size = (per, size) if per else unit or ("", 1.0)
        ends = (low, high)
        if _THEN.match(clause) and first is not None:
            included = quantity[0] if quantity and clause.startswith("超") else first[1]
            per = per or (quantity[1] if quantity else first[2])
            tariff.fees.append(Fee(low, high, per, size, first[0], included))
            first = None
        elif _SETUP.search(clause):
            tariff.fees.append(Fee(0.0, 0.0, "once", first=ends, extra="always"))
        elif (_FIRST.search(clause) and quantity) or (_LEAST.search(clause) and not per):
            amount, of = quantity or (0.0, "")
            of = of or per
            times = 1.0 if amount == 1 or not price[2] else amount / size
            first = ((low * times, high * times), amount, of)
        else:
            besides = _EXTRA.match(clause) and any(not fee.extra for fee in tariff.fees)
            extra = "" if not besides else "always" if clause.startswith("+") else "perhaps"
            tariff.fees.append(Fee(low, high, per, size, extra=extra))
    if first is not None and not first[1] and tariff.fees:
        tariff.start = first[0]
    elif first is not None:  # nobody says what comes after it
        tariff.fees.append(Fee(0.0, math.inf, first[2], first=first[0], included=first[1]))
    tariff.fees = _one_unit(tariff.fees)
    return tariff


def _pieces(clause: str) -> Iterator[str]:
    """A clause cut behind each of its prices: 100元/样 200元/小时."""
    while (price := _price(clause)) and _price(clause[price.end :]):
        yield clause[: price.end].strip()
        clause = clause[price.end :].strip()
    yield clause


def _adjust(tariff: Tariff, clause: str, price: _Price | None) -> bool:
    """Whether a clause changes all fees, and is put down: a supplement in per cent, a rebate, a limit."""
    if match := _MORE.search(clause):
        tariff.more *= 1 + float(match[1]) / 100
        return True
    if match := _LESS.search(clause):
        share = 1 - float(match[1]) / 100 if match[1] else float(match[2]) / (10 if float(match[2]) < 10 else 100)
        tariff.less *= share
        return True
    if price and not price.per and _CAP.search(clause) and tariff.fees:
        tariff.cap = min(tariff.cap, price.high)
        return True
    if price and not price.per and _LEAST.search(clause) and not _quantity(clause) and "低" in clause:
        tariff.least = max(tariff.least, price.low)
        return True
    if _APART.search(clause) and price is None:
        tariff.apart = True
        return True
    if _BEGUN.search(clause) and price is None:
        tariff.begun = True
        return True
    return False


def _price(clause: str) -> _Price | None:
    """The first price of a clause."""
    for match in _PRICE.finditer(clause):
        before = clause[: match.start()]
        unit = match["unit"] or match["other"]
        told = _told_unit(before)
        alone = not before.strip() and match.end() == len(clause)
        if not (match["yuan"] or "元" in match["figures"] or unit or told or alone or _PRICED.search(before)):
            continue
        if not match["yuan"] and not unit and re.match(rf"(?:{_any(_KINDS)}|%|折|号)", clause[match.end() :]):
            continue  # 2小时, 20%: no price
        bound = match["bound"] or match["from"] or ""
        number = read_number(f"{match['soft'] or ''}{match['figures']}{match['yuan'] or ''}{bound}", 1)
        if not isinstance(number, Number):
            continue
        per, size = _kind(match["unit"], match["size"]) if match["unit"] else (match["other"] or "", 1.0)
        if not per:
            per, size = _told_unit(clause) or ("", 1.0)
        low, high = float(number.low or 0), math.inf if number.high is None else float(number.high)
        return _Price(low, high, per, size, match.end())
    return None


def _told_unit(clause: str) -> tuple[str, float] | None:
    """The unit that stands before a price: 每小时, 按样, 月租."""
    if match := _BEFORE.search(clause):
        return _kind(match["unit"], match["size"])
    return next(((per, 1.0) for word, per in _LABELS.items() if word in clause), None)


def _quantity(clause: str) -> tuple[float, str] | None:
    """What a first price covers: 首件, 前10小时, 3件以内; a unit with 每 or / before it is none."""
    for match in _QUANTITY.finditer(clause):
        if clause[: match.start()].rstrip().endswith(("/", "每", "按", "元")) or not (match["size"] or match["first"]):
            continue
        per, size = _kind(match["unit"], match["size"])
        return size, per
    return None


def _kind(unit: str, size: str | None) -> tuple[str, float]:
    return _KINDS[unit], 1.0 if not size else _DIGITS.get(size) or float(size)


def _one_unit(fees: Sequence[Fee]) -> list[Fee]:
    """A price without a unit has that of the next one, else of the one before: 会员80、非会员120元/小时."""
    units = [(fee.per, fee.size) for fee in fees]
    for at in range(len(units)):
        if not units[at][0]:
            near = [unit for unit in (*units[at + 1 :], *units[:at][::-1]) if unit[0] not in ("", "once")]
            units[at] = near[0] if near else ("", 1.0)
    return [fee._replace(per=per, size=size) for fee, (per, size) in zip(fees, units, strict=True)]
