"""One column at a time: the values of its cells, and what could be read only in part or not at all."""

from __future__ import annotations

import datetime
import decimal
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from matcher.tables.cells import (
    ELSEWHERE,
    MAX_CELL,
    UNITS,
    UNTICKED,
    Fault,
    as_written,
    clean_text,
    cut_labels,
    error_fault,
    half_width,
    has_no_tick,
    is_blank,
    is_blank_word,
    is_elsewhere,
    is_excel_error,
    shorten,
)
from matcher.tables.checkboxes import ticked
from matcher.tables.dates import Days, Span, read_days
from matcher.tables.measures import unit_apart
from matcher.tables.mixed_shares import clearly_fractions, clearly_per_cent
from matcher.tables.numbers import (
    AREA_WORDS,
    COUNT_WORDS,
    EXACT,
    FOREIGN_WORDS,
    MONEY_WORDS,
    NOT_A_NUMBER,
    TIME_WORDS,
    WORKING_DAYS,
    Number,
    is_about,
    read_number,
    yuan_alone,
)
from matcher.tables.schemas import Column
from matcher.tables.synonyms import writings_of
from matcher.tables.yes_no import read_yesno

_INT64 = 2**63 - 1
_TOO_LARGE = Fault("数大得不合理", "请检查数字")
_NO_MONEY = Fault("不是数字", "请以元填写，或写明单位，如 500万元")
_IN_YUAN = "请以元填写，或写明单位，如 500万元"
_DECIMAL = re.compile(r"(\d{1,12})\.(\d{1,6})")
_WAN = re.compile(r"(?<=[0-9])\s*w(?![a-z0-9])", re.I)  # 80w is 80万 of money, and 80 watts elsewhere
_OF_PEOPLE = re.compile("人|员|职|件|项|家|专利|数量|票|次|村|样品")
_OF_MONEY = re.compile("元|额|估值|费|价|收入|投入|产值|利润|资")
_OF_TIME = re.compile("年限|年龄|年数|月数|天数|工作日|期限|时长|机时|小时|[(（][年月天日][)）]")
_TIME_SIGNS = {"年": "年龄", "岁": "年龄", "周岁": "年龄", "月": "月", "个月": "月", "天": "天日", "日": "天日"}
_TIME_SIGNS |= {"小时": "时", "个小时": "时", "分钟": "分"}
_OF_WORKING_DAYS = re.compile("工作日|服务")
_IN_OTHER_TIME = "请按这一列的单位折算后填写"
_NOUN = re.compile(r"(.*\d)\s?([\u4e00-\u9fff]{1,5})")
_FIRST_DAY, _LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2101, 1, 1)
_OF_END = re.compile("截止|有效|到期|终止|结束|[至止]$")
_OF_LIMIT = re.compile(_OF_END.pattern + "|期限|应完成|^完成日期")  # of a period, its last day
_OF_START = re.compile("起始|开始")  # of a period, its first day
_ABOVE_ZERO = re.compile(
    "收入|销售额|预算|资产总|总资产|费|支出|投入|产值|人数|职工|员工|人员|专利|知识产权|标准数|数量|年限|年龄|估值|融资|资本|价"
)
_MAY_BE_NEGATIVE = re.compile("净|利润|增|财务费|变动|变化|差|结余|余额|分|收益|损益|损失|同比")
_OF_WHOLE = re.compile("占有率|市占|份额|占比|比例|比重|百分比|概率|覆盖率|合格率|[占]")
_OF_NO_WHOLE = re.compile("增|同比|环比|负债|利润|收益|回报|毛利|研发|研究|投入|强度|完成")
_LOST_DIGITS = Fault("编号已被 Excel 改成数字，15 位以后的数字丢失", "请把这一列设为文本格式后重新填写")
_NO_LIMIT = ("不限", "不限制", "无限制")
_FRACTION_OR_PER_CENT = Fault(
    "同一列有的写“%”，有的没写，不知这格是小数还是百分数，没有采用", "请写成 2.1% 这样，写明“%”"
)
_NO_PART = Fault("不在 0 到 100% 之间，不会是这样的比例，没有采用", "请检查数字和“%”")
_PERSONS = re.compile("人数|人次|人口|职工|员工|人员")
_NO_PERSONS = re.compile("平均|人均|比|率|分|费|额|薪|工资|编号|变动|增")
_PART_OF_ONE = Fault("不足 1 人，不知是比例，还是以“万”为单位，没有采用", "请填人数")
_NEGATIVE = Fault("是负数，这一列不会为负，没有采用", "请检查数字和符号")
_PER_CENT_WORDS = ("%", "百分比", "百分点", "个百分点")
_DOLLARS = ("美元", "美金", "usd", "us$", "$")


class Soft(NamedTuple):
    """A value known to lie from `low` to `high`, both included; None is no end."""

    low: Any
    high: Any


class Cells(NamedTuple):
    """What a column holds, a value for each raw cell; the others by the index of the cell.

    values: str for texts, ids and labels ("" = nothing), date, int, float or bool, None for unknown. faults: what is
    wrong with a cell. soft: cells known within bounds only, whose value is None. states: "ended" or "open" in a column
    of dates (`matcher.tables.dates`). notes: what concerns the whole column, with a cell as it was written. fen: what
    rounding to whole yuan took away from a value, in fen. units: those behind the numbers of a measured column.
    """

    values: list[Any]
    faults: list[tuple[int, Fault]]
    soft: dict[int, Soft]
    states: dict[int, str]
    notes: list[tuple[str, Fault]]
    fen: Mapping[int, int] = MappingProxyType({})
    units: Mapping[int, str] = MappingProxyType({})


def read_cells(column: Column, unit: str, cells: Sequence[object], header: str = "") -> Cells:
    """The values of a column's raw cells; `unit` is what the header says: a money unit, "%" or ""; `header`: as it is
    written, for answers in its own words.
    """
    if column.kind == "text":
        return _read_text(column, cells)
    if column.kind == "id":
        return _read_ids(column, cells)
    if column.kind == "labels":
        return _read_labels(column, cells)
    if column.kind == "share":
        return _read_shares(column, unit == "%", cells)
    if column.kind == "date":
        return _read_dates(column, cells)
    if column.kind == "yesno":
        names = (column.title, *column.headers)
        values, faults = _each(cells, _no_excel_error(lambda cell: read_yesno(cell, header, names)))
        return _cells(values, faults)
    if column.measured:
        apart = [unit_apart(cell) for cell in cells]
        read = _read_numbers(column, UNITS.get(unit, 1), [number for number, _ in apart])
        return read._replace(units={i: unit for i, (_, unit) in enumerate(apart) if unit})
    return _read_numbers(column, UNITS.get(unit, 1), cells)


def read_yuan(cell: object, unit: int) -> int | Fault | None:
    """Money in whole yuan, half a yuan rounded up."""
    value = _yuan(_money_number(cell, unit))
    return Fault("是一个范围，不是一个数", "请填一个数") if isinstance(value, Soft) else value


def in_row_unit(cell: object, word: str, unit: str) -> object:
    """A number as a plain one in the unit of its row (5000万元 under 万元 is 5000, 2.5% under % is 2.5); a Fault where
    the cell names another unit, and the cell itself where it names none. word: the unit of the row; unit: in which a
    plain number is written.
    """
    percent, money = word in _PER_CENT_WORDS, word in UNITS
    if isinstance(cell, str) and not percent and not money and word and word in (text := half_width(cell)):
        cell = text.replace(word, "", 1)  # 200余人次 under 人次
    scale = UNITS.get(word, 1)
    number = read_number(cell, UNITS.get(unit, scale) if money else 1)
    if not isinstance(number, Number):
        return cell
    said = "单位一栏没有写" if not word else f"单位一栏写的是“{shorten(word, 20)}”"
    fits = {"%": percent, **dict.fromkeys(MONEY_WORDS, money)}.get(number.suffix, True)
    if number.suffix in FOREIGN_WORDS:
        return _foreign(number.suffix)
    if not fits or (money and number.suffix not in ("", *MONEY_WORDS)):
        return Fault(f"写的是“{number.suffix}”，{said}", "请让数和单位一致")
    if money:
        low, high = (None if end is None else EXACT.divide(end, Decimal(scale)) for end in number[:2])
        return _plain(Number(low, high, ""))
    return _plain(number) if percent and number.suffix == "%" else cell


def unit_of_cells(cells: Sequence[object]) -> str:
    """The unit of money, or %, that the first of a row's numbers names (亿元 of 1.5亿元); "" where one of them, but for
    0, names none, or where some are money and some are not.
    """
    units: list[str] = []
    for cell in cells:
        number = read_number(cell, 1)
        if not isinstance(number, Number) or (number.suffix == "" and not any(number[:2])):
            continue
        named = re.findall("(?:[千百]?万|[亿千百])?元", half_width(cell)) if isinstance(cell, str) else []
        if number.suffix not in (*MONEY_WORDS, "%"):
            return ""
        units.append("%" if number.suffix == "%" else named[-1] if named else "元")
    return units[0] if units and len({unit == "%" for unit in units}) == 1 else ""


def _plain(number: Number) -> str:
    """A number as a text without a unit that reads the same."""
    low, high = (None if end is None else f"{end.normalize(EXACT):f}" for end in number[:2])
    if low == high:
        return str(low)
    return f"{low}以上" if high is None else f"{high}以下" if low is None else f"{low}～{high}"


def _cells(values: list[Any], faults: list[tuple[int, Fault]]) -> Cells:
    return Cells(values, faults, {}, {}, [])


def _read_text(column: Column, cells: Sequence[object]) -> Cells:
    values: list[str] = []
    faults: list[tuple[int, Fault]] = []
    known: dict[str, str] = {}  # choices are few
    for i, cell in enumerate(cells):
        text = cell if isinstance(cell, str) else as_written(cell)
        if isinstance(cell, float) and abs(cell) >= 1e15 and column.kind == "text":
            faults.append((i, _LOST_DIGITS))
        if text.startswith("#") and is_excel_error(text):
            faults.append((i, error_fault(cell)))
            text = ""
        elif len(text) > MAX_CELL:
            faults.append((i, Fault(f"超过 {MAX_CELL:,} 字，已略去", "请缩短内容")))
            text = ""
        text = clean_text(text, lines=column.lines)
        if column.choice and text:
            chosen = known[text] = known[text] if text in known else ticked(text)
            if not chosen:
                faults.append((i, UNTICKED))
            text = chosen
        nothing = len(text) < 12 and (is_blank_word(text) or (text in _NO_LIMIT and not _OF_MONEY.search(column.title)))
        if column.lines and text and is_elsewhere(text.strip("()（）[]【】。.")):
            faults.append((i, ELSEWHERE))
        answered = nothing and text.strip("()（）[]【】").rstrip("。.,;!，；！") in column.labels
        values.append("" if nothing and not answered else text)
    return _cells(values, faults)


def _read_ids(column: Column, cells: Sequence[object]) -> Cells:
    read = _read_text(column, cells)
    numbered: set[str] = set()
    for i, (cell, value) in enumerate(zip(cells, read.values, strict=True)):
        in_doubt = isinstance(cell, float) and abs(cell) >= 1e15
        if in_doubt or ("+" in value and re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value)):
            read.faults.append((i, _LOST_DIGITS))
        elif value and not value.strip("0"):
            numbered = numbered or set(read.values)
            if value[:-1] + "1" not in numbered:  # 0, 1, 2 are ids
                read.values[i] = ""
    return read


def _read_labels(column: Column, cells: Sequence[object]) -> Cells:
    read = _read_text(Column(column.name, "text", column.title, lines=True), cells)
    different = set(read.values)
    joined = {value: ",".join(cut_labels(value, column.labels, writings_of(column.name))) for value in different}
    empty = {value for value in different if value and not joined[value] and has_no_tick(value)}
    faults = read.faults + [(i, UNTICKED) for i, value in enumerate(read.values) if value in empty]
    return _cells([joined[value] for value in read.values], faults)


def _each(cells: Iterable[object], read: Callable[[Any], Any]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    """A value for each cell, and the faults; what is written alike is read once."""
    values: list[Any] = []
    faults: list[tuple[int, Fault]] = []
    known: dict[Any, Any] = {}
    for i, cell in enumerate(cells):
        kind = type(cell)
        if kind is str or kind is int or kind is float:
            value = known.get(cell, known)
            if value is known:
                value = known[cell] = None if is_blank(cell) else read(cell)
        else:
            value = None if is_blank(cell) else read(cell)
        if type(value) is Fault:
            faults.append((i, value))
            value = None
        values.append(value)
    return values, faults


def _no_excel_error(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda cell: error_fault(cell) if is_excel_error(cell) else read(cell)


def _read_numbers(column: Column, unit: int, cells: Sequence[Any]) -> Cells:
    money = column.kind == "yuan"
    rounded: dict[int, object] = {}
    fen: dict[int, int] = {}

    def read(cell: object) -> Any:
        if is_excel_error(cell):
            return error_fault(cell)
        number = _money_number(cell, unit) if money else read_number(cell, unit)
        if number == NOT_A_NUMBER:
            number = read_number(_without_noun(column.title, cell), unit)
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
        kind = type(value)
        if kind is _Rounded:
            rounded[i], fen[i], value = cell, value.fen, value.value
        elif kind is Fault:
            faults.append((i, value))
            value = None
        elif kind is Soft:
            soft[i] = value
            faults.append((i, _told(value, money_text if money else _number_text)))
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


def _fen(exact: Decimal | None, whole: int) -> int:
    """What rounding took away, in fen; less than half of one is what computing leaves behind."""
    return 0 if exact is None else int((100 * (exact - whole)).to_integral_value(decimal.ROUND_HALF_UP))


def _yuan(number: Number | Fault | None) -> int | Soft | Fault | None:
    if number is None or isinstance(number, Fault):
        return _NO_MONEY if number == NOT_A_NUMBER else number
    if number.suffix == "%":
        return Fault("是百分数，不是金额", "请填金额")
    if number.suffix in FOREIGN_WORDS:
        return _foreign(number.suffix)
    if number.suffix not in ("", *MONEY_WORDS):
        return Fault(f"写的是“{number.suffix}”，不是金额", _IN_YUAN)
    if any(end is not None and abs(end) >= _INT64 for end in number[:2]):
        return Fault("数额大得不合理", "请检查数字和单位")
    if number.exact is not None:
        return int(number.exact.to_integral_value(decimal.ROUND_HALF_UP, EXACT))
    return _outward(number, int)


def _foreign(suffix: str) -> Fault:
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
    if fault := _misfit(column.title, number.suffix):
        return fault
    if any(end is not None and abs(end) >= Decimal("1e300") for end in number[:2]):
        return _TOO_LARGE
    if number.suffix == "%":
        number = _hundredth(number)
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
        fits = bool(_OF_MONEY.search(title)) and "美元" not in title
    elif suffix in WORKING_DAYS or (suffix in TIME_WORDS and "工作日" in title):
        fits, action = suffix in WORKING_DAYS and bool(_OF_WORKING_DAYS.search(title)), _IN_OTHER_TIME
    elif suffix in TIME_WORDS:
        action = _IN_OTHER_TIME if of_time else action
        fits = any(sign in title for sign in _TIME_SIGNS.get(suffix, "时分")) if of_time else not of_people
    elif suffix in COUNT_WORDS:
        fits = not of_time and "分" not in title
    elif suffix in AREA_WORDS:
        fits = "面积" in title
    elif suffix in ("分", "%"):
        fits = not of_people and not of_time
    return None if fits else Fault(f"写的是“{suffix}”，和“{title}”不符", action)


def _read_shares(column: Column, percent: bool, cells: Sequence[object]) -> Cells:
    """Fractions: 60% and 0.6 are the same. Plain numbers are per cent where the header says so, or one of them is
    too large for a fraction; the column is read as a whole, but for small numbers that the cells with “%” place.
    """
    numbers, faults = _each(cells, _no_excel_error(lambda cell: _share(read_number(cell, 1))))
    fractions, asked = _among_marked(numbers, percent)
    plain = [
        number for i, number in enumerate(numbers) if number is not None and number.suffix != "%" and i not in fractions
    ]
    ends = [abs(end) for number in plain for end in number[:2] if end is not None]
    largest = max(ends, default=Decimal(0))
    small = sum(0 < end <= 1 for end in ends)
    notes: list[tuple[str, Fault]] = []
    in_doubt: Fault | None = None
    if percent and plain and 0 < largest <= 1 and any(end != end.to_integral_value() for end in ends):
        text = (
            f"表头写着“%”，这一列的数却都不大于 1，仍按百分数读入（{largest.normalize()} 读作 {largest.normalize()}%）"
        )
        notes.append(("", Fault(text, "若已是小数，请去掉表头的“%”")))
    elif not percent and largest > 1:
        percent = not small or largest >= 2
        if percent:
            notes.append(("", Fault("这一列有大于 1 的数，全列按百分数读入", "请在表头注明“%”")))
        else:
            in_doubt = Fault("同一列有大于 1 的数，不知是不是百分数", "请写成 60% 或 0.6，或在表头注明“%”")
    told = bool(notes) and largest > 1
    if fractions:
        first = next(iter(fractions))
        read_as = f"（{as_written(cells[first])} 读作 {_share_text(float(numbers[first].exact))}）"
        text = f"这一列有的写“%”，有的没写；{len(fractions)} 格没写的是小数，按小数读入{read_as}"
        notes.append((as_written(cells[first]), Fault(text, "若不是，请写明“%”")))
    faults += [(i, _FRACTION_OR_PER_CENT) for i in asked]
    values: list[Any] = []
    soft: dict[int, Soft] = {}
    whole = bool(_OF_WHOLE.search(column.title)) and not _OF_NO_WHOLE.search(column.title)
    for i, number in enumerate(numbers):
        value: Any = None
        if number is not None and number.suffix != "%" and in_doubt is not None:
            faults.append((i, in_doubt))
        elif number is not None and i not in asked:
            divisor = Decimal(100) if percent and number.suffix != "%" and i not in fractions else Decimal(1)
            low, high = (None if end is None else float(EXACT.divide(end, divisor)) for end in number[:2])
            if whole and low is not None and low <= 1 and is_about(cells[i]):  # about 95 % is no more than all
                high = None if high is None else min(high, 1.0)
            if whole and ((low is not None and low < 0) or (high is not None and high > 1)):
                faults.append((i, _NO_PART))
            elif number.exact is None:
                soft[i] = Soft(low, high)
                faults.append((i, _told(soft[i], _share_text)))
            else:
                value = low
                if told and divisor != 1 and 0 < abs(number.exact) <= 1:
                    faults.append(
                        (i, Fault(f"读作 {number.exact.normalize():f}%，因为这一列按百分数读入", "请写明“%”"))
                    )
        values.append(value)
    return Cells(values, faults, soft, {}, notes)


def _among_marked(numbers: Sequence[Any], percent: bool) -> tuple[list[int], list[int]]:
    """Of the plain numbers up to 1 beside cells with “%”, by index: those that are fractions, and those of which nobody
    can say. Where the header says per cent (`percent`), or a plain number is above 1, that is what the others are.
    """
    marked = [number.exact for number in numbers if number is not None and number.suffix == "%" and number.exact]
    plain = {
        i: number.exact
        for i, number in enumerate(numbers)
        if number is not None and number.suffix != "%" and number.exact and abs(number.exact) <= 1
    }
    if not marked or not plain:
        return [], []
    large = [number.exact for number in numbers if number and number.suffix != "%" and (number.exact or 0) > 1]
    fractions = clearly_fractions(plain, [*marked, *(number / 100 for number in large)])
    if percent or large:
        return sorted(fractions), []
    if fractions and not clearly_per_cent(plain, marked):  # plain numbers of one column are written in one way
        return list(plain), []
    return [], list(plain)


def _share(number: Number | Fault | None) -> Number | Fault | None:
    if number is None or isinstance(number, Fault):
        return number
    if number.suffix not in ("", "%"):
        return Fault(f"写的是“{number.suffix}”，不是比例", "请写成 60% 或 0.6")
    if any(end is not None and abs(end) >= Decimal("1e300") for end in number[:2]):
        return _TOO_LARGE
    return _hundredth(number) if number.suffix == "%" else number


def _hundredth(number: Number) -> Number:
    low, high = (None if end is None else EXACT.divide(end, Decimal(100)) for end in number[:2])
    return Number(low, high, number.suffix)


def _unlikely_day(column: Column, day: datetime.date) -> Fault | None:
    """1900-01-01 is what spreadsheets make of an empty cell; beyond 2100 lie only the ends of what has no end."""
    if day <= _FIRST_DAY:
        return Fault("像是表格软件把空格当成了日期，没有采用", "请填写日期")
    if day.year > 2100 and not _OF_END.search(column.title):
        return Fault("年份不合理", "请改正日期")
    return None


def _read_dates(column: Column, cells: Sequence[object]) -> Cells:
    found, faults = _each(cells, _no_excel_error(read_days))
    values: list[Any] = []
    soft: dict[int, Soft] = {}
    states: dict[int, str] = {}
    periods: dict[int, Fault] = {}
    ends, starts = (bool(words.search(column.title)) for words in (_OF_LIMIT, _OF_START))
    for i, day in enumerate(found):
        if isinstance(day, Span) and (ends or starts):
            day = day.last if ends else day.first
        if isinstance(day, Span):
            periods[i] = _no_single_day(day)
            soft[i] = Soft(day.low, day.high)
        elif isinstance(day, Days):
            soft[i] = Soft(*day)
        elif isinstance(day, str):
            states[i] = day
        elif day is not None and not _FIRST_DAY < day < _LAST_DAY and (fault := _unlikely_day(column, day)):
            faults.append((i, fault))
            day = None
        values.append(day if isinstance(day, datetime.date) else None)
    notes: list[tuple[str, Fault]] = []
    told = {i: _told(bounds, str) for i, bounds in soft.items() if i not in periods}
    if len(told) > 2 and all(value is None for value in values):
        first = next(iter(told))
        text = f"这一列只写到年或月（{len(told)} 格），每格按其间的任何一天读入"
        notes.append((as_written(cells[first]), Fault(text, "有确切日期请写到日")))
    else:
        faults += told.items()
    faults += periods.items()
    faults.sort(key=lambda fault: fault[0])
    written = Counter((as_written(cells[i]).strip(), state) for i, state in states.items() if state)
    for (text, state), times in written.items():
        meaning = "已结束" if state == "ended" else "仍有效，没有截止日期"
        notes.append((text, Fault(f"写的是状态，不是日期（{times} 格），视为{meaning}", "知道日期的请填日期")))
    if written:
        states = {i: state or "open" for i, state in states.items()}
    return Cells(values, faults, soft, states if written else {}, notes)


def _no_single_day(span: Span) -> Fault:
    known = f"{span.low} 以后的某一天" if span.high is None else f"{span.low} 至 {span.high} 间的某一天"
    return Fault(f"是一段时间，不是一天，按 {known}读入", "请只写这件事发生的那一天")


def _told(soft: Soft, show: Callable[[Any], str]) -> Fault:
    low, high = soft
    if high is None:
        known = f"不低于 {show(low)}"
    elif low is None:
        known = f"不超过 {show(high)}"
    else:
        known = f"{show(low)} 至 {show(high)}"
    return Fault(f"不是确切的值，按 {known} 读入", "知道确切的值请改填")


def money_text(yuan: int) -> str:
    """An amount as a message writes it: 1.2亿元, 50万元, 12345元."""
    for unit, scale in (("亿元", 10**8), ("万元", 10**4)):
        if abs(yuan) >= scale and yuan % (scale // 100) == 0:
            return f"{Decimal(yuan) / scale:f}{unit}"
    return f"{yuan}元"


def _number_text(number: float) -> str:
    return f"{number:.15g}"


def _share_text(share: float) -> str:
    return f"{share * 100:.12g}%"
