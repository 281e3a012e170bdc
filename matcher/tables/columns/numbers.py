"""Columns of numbers and of money: exact values, bounds, and numbers that cannot stand under such a title."""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from matcher.tables.cells.numbers import (
    AREA_WORDS,
    COUNT_WORDS,
    EXACT,
    FOREIGN_WORDS,
    MONEY_WORDS,
    NOT_A_NUMBER,
    TIME_WORDS,
    WORKING_DAYS,
    Number,
    read_number,
    yuan_alone,
)
from matcher.tables.cells.texts import Fault, as_written, error_fault, half_width, is_blank, is_excel_error
from matcher.tables.columns.readings import Cells, Soft, told
from matcher.tables.schemas.main import Column

_INT64 = 2**63 - 1
TOO_LARGE = Fault("数大得不合理", "请检查数字")
_IN_YUAN = "请只写数和单位，如 500万元"
_NO_MONEY = Fault("不是数字", _IN_YUAN)
_DECIMAL = re.compile(r"(\d{1,12})\.(\d{1,6})")
_WAN = re.compile(r"(?<=[0-9])\s*w(?![a-z0-9])", re.I)  # 80w is 80万 of money, and 80 watts elsewhere
_OF_PEOPLE = re.compile("人|员|职|件|项|家|专利|数量|票|次|村|样品")
OF_MONEY = re.compile("元|额|估值|费|价|收入|投入|产值|利润|资")
_OF_TIME = re.compile("年限|年龄|年数|月数|天数|工作日|期限|时长|机时|小时|[(（][年月天日][)）]")
_OF_POINTS = re.compile("(?:(?<!百)[得评打总满]分|\\d分)(?![率比制])")  # of a score, of which 85% is none
_LONGEST_WITH_PARTS = 60  # characters of a number with its parts
_PLAIN_AS_SHARE = 1000  # per cent: a plain 80 whose cell has the format of shares
_TIME_SIGNS = {"年": "年龄", "岁": "年龄", "周岁": "年龄", "月": "月", "个月": "月", "天": "天日", "日": "天日"}
_TIME_SIGNS |= {"小时": "时", "个小时": "时", "分钟": "分"}
_OF_WORKING_DAYS = re.compile("工作日|服务")
_IN_OTHER_TIME = "请按这一列的单位折算后填写"
_OPTION = re.compile(r"\s*[A-Ha-h][.、:)]\s*(?=[^A-Ha-h\s]*\d)")  # B.10万-30万, an answer of a questionnaire
_WITH_PARTS = re.compile(  # 120人（含研发人员35人）; 120人，其中研发人员35人; 12（发明2、实用新型10）
    r"(?P<whole>[^()]*?\d[^()\d]{0,6}?)[\s,;]*(?:\((?P<inside>.+)\)|(?P<behind>(?:其中|包括|包含|内含|含).+))", re.S
)
_PARTS = re.compile("(?:其中|包括|包含|内含|含).")
_PART = re.compile(r"\d[\d,.]*(?:[百千]?[万亿]元?)?(?![\d.%年月])")
_NOT_ALL_COUNT = re.compile(
    "受理|申请|在申|在审|实审|公开|待|拟|计划|预计|失效|到期|过期|离职|未|不|子公司|母公司|集团|关联|合并|许可"
)
_OF_ONE_YEAR = re.compile("(?:上|前)[一二三]?年|[本当]年")  # a title
_OF_OTHER_KIND = (  # titles of rights of one kind, and kinds that are none of it
    (re.compile("Ⅰ类|发明"), re.compile("新型|外观|软件|软著|著作权")),
    (re.compile("Ⅱ类|新型|外观|软件|著作权"), re.compile("发明")),
)
_NOT_YET = re.compile("另外?有?[^其]{0,12}(?:受理|申请|在申|在审|实审|公开)")  # 另有2件受理中
_NOUN = re.compile(r"(.*\d)\s?([\u4e00-\u9fff]{1,5})")
_ABOVE_ZERO = re.compile(
    "收入|销售额|预算|资产总|总资产|费|支出|投入|产值|人数|职工|员工|人员|专利|知识产权|标准数|数量|年限|年龄|估值|融资|资本|价"
)
_MAY_BE_NEGATIVE = re.compile("净|利润|增|财务费|变动|变化|差|结余|余额|分|收益|损益|损失|同比")
_PERSONS = re.compile("人数|人次|人口|职工|员工|人员")
_NO_PERSONS = re.compile("平均|人均|比|率|分|费|额|薪|工资|编号|变动|增")
_PART_OF_ONE = Fault("不足 1 人，不知是比例，还是以“万”为单位，没有采用", "请填人数")
_NEGATIVE = Fault("是负数，这一列不会为负，没有采用", "请检查数字和符号")
_DOLLARS = ("美元", "美金", "usd", "us$", "$")


def read_numbers(column: Column, unit: int, cells: Sequence[Any]) -> Cells:
    """Numbers, of money in whole yuan; unit: what a plain number is to be multiplied by."""
    money = column.kind == "yuan"
    rounded: dict[int, object] = {}
    fen: dict[int, int] = {}

    def read(cell: object) -> Any:
        if is_excel_error(cell):
            return error_fault(cell)
        number = _money_number(cell, unit) if money else read_number(cell, unit)
        if isinstance(number, Fault) and isinstance(cell, str) and (option := _OPTION.match(half_width(cell))):
            return read(half_width(cell)[option.end() :])
        if number == NOT_A_NUMBER:
            number = read_number(_without_noun(column.title, cell), unit)
        if number == NOT_A_NUMBER and isinstance(cell, str) and (plain := _without_own_word(column, cell)) != cell:
            return read(plain)
        if number == NOT_A_NUMBER and isinstance(cell, str) and (parts := _whole_and_parts(column.title, cell, unit)):
            value, note = read(parts[0]), f"按“{parts[0]}”读入，{parts[1]}"
            return value if isinstance(value, Fault | Soft) else _Noted(value, Fault(note, "请只填总数，部分另填一列"))
        value = _yuan(number) if money else _float(column, number)
        if money and isinstance(value, int) and isinstance(number, Number) and (off := _fen(number.low, value)):
            return _Rounded(value, off)
        return value

    values: list[Any] = []
    faults: list[tuple[int, Fault]] = []
    soft: dict[int, Soft] = {}
    known: dict[Any, Any] = {}
    for i, cell in enumerate(cells):
        kind: type = type(cell)
        value: Any
        plain = kind is str and len(cell) < 16 and cell.isascii() and cell.isdigit()
        if plain or (kind is int and abs(cell) < 10**15) or (kind is float and abs(cell) < 1e15 and cell.is_integer()):
            value = int(cell) * unit if money else float(int(cell) * unit)
            value = read(cell) if abs(value) >= _INT64 else value  # which says so
        elif (kind is float or kind is str) and (match := _DECIMAL.fullmatch(cell if kind is str else f"{cell:.15g}")):
            digits, base = int(match[1] + match[2]) * unit, 10 ** len(match[2])
            value = (2 * digits + base) // (2 * base) if money else digits / base
            if money and (off := (200 * abs(digits - value * base) + base) // (2 * base)):
                rounded[i], fen[i] = cell, off if digits > value * base else -off
        elif kind is str or kind is float:
            value = known.get(cell, known)
            if value is known:
                value = known[cell] = None if is_blank(cell) else read(cell)
        else:
            value = None if is_blank(cell) else read(cell)
        if type(value) is _Noted:
            faults.append((i, value.note))
            value = value.value
        kind = type(value)
        if kind is _Rounded:
            rounded[i], fen[i], value = cell, value.fen, value.value
        elif kind is Fault:
            faults.append((i, value))
            value = None
        elif kind is Soft:
            soft[i] = value
            faults.append((i, told(value, money_text if money else _number_text)))
            value = None
        values.append(value)
    faults += [*_negative(column, values, soft), *_part_of_one(column, values)]
    faults.sort(key=lambda fault: fault[0])
    notes = []
    if rounded:
        first = as_written(next(iter(rounded.values())))
        action = "角分另列在后，请核对" if column.fen else "如需角分，请另存一列"
        notes.append((first, Fault(f"这一列有 {len(rounded)} 格不是整元，已四舍五入到元", action)))
    marked = {cell for cell in known if yuan_alone(cell)} if money and unit > 1 else set()
    if marked:
        many = sum(isinstance(cell, str) and cell in marked for cell in cells)
        first = next(cell for cell in cells if isinstance(cell, str) and cell in marked)
        text = f"这一列有 {many} 格写着人民币的符号，没有写单位，按元读入，不按这一列的单位"
        notes.append((first, Fault(text, "若不是元，请在格里写明单位，如“￥50万”")))
    return Cells(values, faults, soft, {}, notes, fen)


def counts_persons(column: Column) -> bool:
    """Whether a column holds numbers of persons."""
    return bool(_PERSONS.search(column.title)) and not _NO_PERSONS.search(column.title)


def counts_or_measures(column: Column) -> bool:
    """Whether a column of numbers holds none below zero."""
    return bool(_ABOVE_ZERO.search(column.title)) and not _MAY_BE_NEGATIVE.search(column.title)


def _negative(column: Column, values: list[Any], soft: dict[int, Soft]) -> list[tuple[int, Fault]]:
    """Faults of numbers below zero in a column that counts or measures; these are taken out."""
    if not counts_or_measures(column):
        return []
    below = [i for i, value in enumerate(values) if value is not None and value < 0]
    below += [i for i, ends in soft.items() if any(end is not None and end < 0 for end in ends)]
    for i in below:
        values[i] = None
        soft.pop(i, None)
    return [(i, _NEGATIVE) for i in below]


def _part_of_one(column: Column, values: list[Any]) -> list[tuple[int, Fault]]:
    """Faults of numbers of persons between 0 and 1; these are taken out."""
    if not counts_persons(column):
        return []
    parts = [i for i, value in enumerate(values) if value is not None and 0 < value < 1]
    for i in parts:
        values[i] = None
    return [(i, _PART_OF_ONE) for i in parts]


class _Rounded(NamedTuple):
    value: int
    fen: int


class _Noted(NamedTuple):
    """A value that was read from a cell with more in it."""

    value: Any
    note: Fault


def _whole_and_parts(title: str, cell: str, unit: int) -> tuple[str, str] | None:
    """A number, and a word on what is said behind it of its parts, where it says that they are, or where they add up to
    it, or of others that do not count yet (另有2件受理中); None where a part is more than the whole, where some of it
    (受理中, 子公司) may not count, or where a part is what the column asks for.
    """
    match = _WITH_PARTS.fullmatch(half_width(cell)) if len(cell) <= _LONGEST_WITH_PARTS else None
    if match is None:
        return None
    inside = (match["inside"] or match["behind"]).strip()
    whole = read_number(match["whole"], unit)
    if _NOT_ALL_COUNT.search(inside):
        besides = isinstance(whole, Number) and _NOT_YET.match(inside)
        return (match["whole"].strip(), f"“{inside}”还不算，没有采用") if besides else None
    if _asked_for(title, inside):
        return None
    parts = [read_number(one.rstrip(",."), unit) for one in _PART.findall(inside)]
    lows = [part.low for part in parts if isinstance(part, Number) and part.low is not None]
    if not isinstance(whole, Number) or len(lows) < len(parts) or any(low > (whole.high or low) for low in lows):
        return None
    if _PARTS.match(inside) or (len(lows) > 1 and sum(lows) == whole.exact):
        return match["whole"].strip(), f"“{inside}”是其中的一部分，没有另外采用"
    return None


def _without_own_word(column: Column, cell: str) -> str:
    """A number without the word in brackets behind it with which headers of the column begin, as 在职职工 are its 职工:
    45 for 45（在职）.
    """
    match = _WITH_PARTS.fullmatch(half_width(cell)) if len(cell) <= _LONGEST_WITH_PARTS else None
    inside = (match["inside"] or "").strip() if match else ""
    if match is None or len(inside) < 2 or re.search(r"\d", inside) or _NOT_ALL_COUNT.search(inside):
        return cell
    own = any(word.startswith(inside) and word != inside for word in (*column.headers, *column.words))
    return match["whole"].strip() if own else cell


def _asked_for(title: str, parts: str) -> bool:
    """Whether the parts of a number are what the column asks for, or other than that: 其中科技人员35人 in 科技人员数,
    实用新型10 in Ⅰ类知识产权数, figures of several years in that of one.
    """
    name = re.escape(re.sub("(?:总?人?数|数量)$", "", title.split("（")[0]))
    return bool(
        re.search(rf"(?:^|[,、;:\s]|其中|包括|包含|内含|含|有){name}[^\w]*[数共约为有]*\d", parts)
        or any(of.search(title) and other.search(parts) for of, other in _OF_OTHER_KIND)
        or (_OF_ONE_YEAR.search(title) and len(set(re.findall(r"20\d\d(?=年)", parts))) > 1)
    )


def _fen(exact: Decimal | None, whole: int) -> int:
    """What rounding took away, in fen; less than half of one is what computing leaves behind."""
    return 0 if exact is None else int((100 * (exact - whole)).to_integral_value(decimal.ROUND_HALF_UP))


def _yuan(number: Number | Fault | None) -> int | Soft | Fault | None:
    if number is None or isinstance(number, Fault):
        return _NO_MONEY if number == NOT_A_NUMBER else number
    if number.suffix == "%":
        return Fault("是百分数，不是金额", "请填金额")
    if number.suffix in FOREIGN_WORDS:
        return foreign(number.suffix)
    if number.suffix not in ("", *MONEY_WORDS):
        return Fault(f"写的是“{number.suffix}”，不是金额", _IN_YUAN)
    if any(end is not None and abs(end) >= _INT64 for end in number[:2]):
        return Fault("数额大得不合理", "请检查数字和单位")
    if number.exact is not None:
        return int(number.exact.to_integral_value(decimal.ROUND_HALF_UP, EXACT))
    return _outward(number, int)


def foreign(suffix: str) -> Fault:
    """The word on money that is no yuan."""
    return Fault(f"是外币（{suffix}），不知折合多少人民币", "请折合成人民币填写")


def _outward(number: Number, kind: Callable[[Decimal], Any]) -> Soft:
    """Bounds in whole numbers."""
    low, high = number.low, number.high
    return Soft(
        None if low is None else kind(low.to_integral_value(decimal.ROUND_FLOOR, EXACT)),
        None if high is None else kind(high.to_integral_value(decimal.ROUND_CEILING, EXACT)),
    )


def _float(column: Column, number: Number | Fault | None) -> float | Soft | Fault | None:
    if number is None or isinstance(number, Fault):
        return number
    plain = number.suffix == "%" and number.low is not None and number.low >= _PLAIN_AS_SHARE
    if not plain and (fault := _misfit(column.title, number.suffix)):
        return fault
    if any(end is not None and abs(end) >= Decimal("1e300") for end in number[:2]):
        return TOO_LARGE
    if number.suffix == "%":
        number = hundredth(number)
    if number.exact is not None:
        return float(number.exact)
    if number.suffix in COUNT_WORDS or _OF_PEOPLE.search(column.title):
        return _outward(number, float)
    return Soft(*(None if end is None else float(end) for end in number[:2]))


def _money_number(cell: object, unit: int) -> Number | Fault | None:
    """A number of money, in which w stands for 万."""
    number = read_number(cell, unit)
    if number == NOT_A_NUMBER and isinstance(cell, str) and _WAN.search(half_width(cell)):
        return read_number(_WAN.sub("万", half_width(cell)), unit)
    return number


def _without_noun(title: str, cell: object) -> object:
    """A count without the counted thing behind it, where the column's title names that: 3个村 of 可服务村数."""
    match = _NOUN.fullmatch(cell.strip()) if isinstance(cell, str) and len(cell) < 20 else None
    if match is None:
        return cell
    number, behind = match.groups()
    noun = next((noun for noun in (behind, behind[1:]) if noun and noun in title), "")
    return number + behind.removesuffix(noun)


def fits_in_time(title: str, word: str) -> bool | None:
    """Whether a unit of time is that of a column of hours, days, months or years; None where one of both is no time."""
    if word not in TIME_WORDS or not _OF_TIME.search(title):
        return None
    return _misfit(title, word) is None


def _misfit(title: str, suffix: str) -> Fault | None:
    """A suffix that says something else than the column: 2026年 among numbers of people."""
    fits, action = True, "请检查是否填错了列"
    of_people, of_time = _OF_PEOPLE.search(title), _OF_TIME.search(title)
    if suffix in FOREIGN_WORDS:
        fits = suffix in _DOLLARS and "美元" in title
    elif suffix in MONEY_WORDS:
        fits = bool(OF_MONEY.search(title)) and "美元" not in title
    elif suffix in WORKING_DAYS or (suffix in TIME_WORDS and "工作日" in title):
        fits, action = suffix in WORKING_DAYS and bool(_OF_WORKING_DAYS.search(title)), _IN_OTHER_TIME
    elif suffix in TIME_WORDS:
        action = _IN_OTHER_TIME if of_time else action
        fits = any(sign in title for sign in _TIME_SIGNS.get(suffix, "时分")) if of_time else not of_people
    elif suffix in COUNT_WORDS:
        fits = not of_time and "分" not in title
    elif suffix in AREA_WORDS:
        fits = "面积" in title
    elif suffix == "分" and _OF_POINTS.search(title):  # 立项依据（0至10分）, though 项 is counted
        fits = True
    elif suffix in ("分", "%"):
        fits = not of_people and not of_time and not (suffix == "%" and _OF_POINTS.search(title))
    return None if fits else Fault(f"写的是“{suffix}”，和“{title}”不符", action)


def hundredth(number: Number) -> Number:
    """A number of per cent as a fraction."""
    low, high = (None if end is None else EXACT.divide(end, Decimal(100)) for end in number[:2])
    return Number(low, high, number.suffix)


def read_yuan(cell: object, unit: int) -> int | Fault | None:
    """Money in whole yuan, half a yuan rounded up."""
    value = _yuan(_money_number(cell, unit))
    return Fault("是一个范围，不是一个数", "请填一个数") if isinstance(value, Soft) else value


def money_text(yuan: int) -> str:
    """An amount as a message writes it: 1.2亿元, 50万元, 12345元."""
    for unit, scale in (("亿元", 10**8), ("万元", 10**4)):
        if abs(yuan) >= scale and yuan % (scale // 100) == 0:
            return f"{Decimal(yuan) / scale:f}{unit}"
    return f"{yuan}元"


def _number_text(number: float) -> str:
    return f"{number:.15g}"
