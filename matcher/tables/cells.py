"""One cell at a time: what people type, as text, dates, exact numbers and labels. Knows nothing of tables."""

from __future__ import annotations

import datetime
import decimal
import html
import json
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from matcher.tables.schemas import Column

MAX_CELL = 1_000_000  # characters

UNITS = {
    "元": 1,
    "人民币": 1,
    "rmb": 1,
    "百元": 100,
    "千": 1_000,
    "千元": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "十万": 100_000,
    "十万元": 100_000,
    "百": 100,
    "百万": 1_000_000,
    "百万元": 1_000_000,
    "千万": 10_000_000,
    "千万元": 10_000_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
_NOTHING = {
    "",
    "无",
    "至",
    "/",
    "\\",
    "-",
    "--",
    "—",
    "——",
    "暂无",
    "不详",
    "未知",
    "待定",
    "面议",
    "null",
    "none",
    "nan",
    "n/a",
    "na",
}
_NO_TEXT = {"nan", "NaN", "null", "NULL", "None"}  # what programs leave behind for "nothing"
_ENDLESS = {"长期", "长期有效", "永久", "永久有效", "不限", "无期限", "无限期"}
_EXCEL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|NOVALUE!|#{2,})")

_ODD_BLANK = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]|_x000[DA]_")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
_HIDDEN_HTML = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<(script|style)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>", re.S | re.I
)  # each looks no further than the next of its kind, so a row of openings takes no time
_RAISED = re.compile(r"<(sup|sub)\b[^<>]*>([0-9+\-]+)</\1\s*>", re.I)
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|table|tbody|thead|h[1-6]|hr|section|article)\b[^<>]*>", re.I)
_INLINE_TAG = re.compile(
    r"</?(?:span|font|strong|em|b|i|u|s|a|img|sup|sub|td|th|small|big|center|label|input|o:p|html|body|head|meta|link"
    r"|blockquote|pre|code|strike|del|ins|col|colgroup|video|iframe|script|style)(?:\s[^<>]*)?/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")

_DAY = r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))"
_TIME = r"(?:[T\s]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(
    rf"(?:截至|截止|有效期至|自)?\s*{_DAY}{_TIME}\s*(?:(?:至|到|~|-|—|–|―)+\s*(?:{_DAY}{_TIME}|(长期|永久)))?\s*(?:止|前)?"
)
LIKELY_DAYS = range(18_264, 73_051)  # 1950-01-01 to 2099-12-31; a smaller number is no likely date
_EPOCH = datetime.date(1899, 12, 30)
DAYS_TO_1904 = 1462  # from it to 1904-01-01

_NUMBER = re.compile(
    r"(?:¥|rmb|cny|人民币)?([+-]?)(?:¥)?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(e[+-]?\d{1,3})?"
    r"(%|千元|万元?|百万元?|千万元?|亿元?|元|人民币|rmb|人|名|家|件|项|个|年|次|岁|分)?(?:整|人民币)?"
)
_PLAIN_NUMBER = re.compile(r"\s*\d[\d,]*(?:\.\d+)?(?:\s*[-~～—至到]\s*\d[\d,]*(?:\.\d+)?)?\s*")
_RANGE = re.compile(r"[^\d]*[\d.,]+[^\d]*(?:-|~|至|到|—)[^\d]*[\d.,]+[^\d]*")
_EXACT = decimal.Context(prec=60, traps=[decimal.InvalidOperation])
_INT64 = 2**63 - 1

_YES = {"是", "有", "对", "√", "✓", "✔", "true", "yes", "y", "t", "1", "1.0"}
_NO = {"否", "无", "没有", "错", "×", "x", "false", "no", "n", "f", "0", "0.0"}
_LABEL_SIGN = re.compile(r"[,，、;；/／|｜\n\t+＋]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class Fault(NamedTuple):
    """Why a cell could not be read, and what its owner can do."""

    problem: str
    action: str


EXCEL_ERROR = Fault("公式出错，没有值", "请修正公式，或改填数值")
NO_VALUE = "#NOVALUE!"  # what readers of workbooks hand over for a formula without a stored result
NOT_CALCULATED = Fault("公式没有存下结果", "请在 Excel 或 WPS 中打开并保存后再用")
_NOT_A_DATE = Fault("不是日期", "请写成 2024-01-31 的样子")


class Day1904(float):
    """A bare number of a workbook that counts days from 1904: as a date it means 1,462 days more."""


def is_blank(cell: object) -> bool:
    """Whether a raw cell holds nothing: None, NaN, or only blanks."""
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return cell is None or (isinstance(cell, float) and cell != cell)


def is_plain_number(cell: object) -> bool:
    """Whether a raw cell is a number and nothing else."""
    if isinstance(cell, str):
        return bool(_PLAIN_NUMBER.fullmatch(cell))
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and not is_blank(cell)


def is_excel_error(cell: object) -> bool:
    """Whether a cell shows an Excel error such as #REF! or ##### instead of a value."""
    return isinstance(cell, str) and cell.lstrip().startswith("#") and bool(_EXCEL_ERROR.fullmatch(cell.strip()))


def _error_fault(cell: object) -> Fault:
    return NOT_CALCULATED if cell == NO_VALUE else EXCEL_ERROR


def as_written(cell: object) -> str:
    """A raw cell as its owner sees it: 123 for 123.0, ISO dates, list items joined by commas; "" for nothing."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, np.generic | np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell != cell:
            return ""
        if abs(cell) == float("inf"):
            return "inf" if cell > 0 else "-inf"
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e21 else f"{cell:.15g}"
    if isinstance(cell, int | Decimal):
        try:
            return str(cell)
        except ValueError:  # Python writes out no integer of more than 4,300 digits
            return "1e9999"
    if isinstance(cell, datetime.datetime):
        if cell != cell:  # pandas' NaT
            return ""
        whole_day = cell.time() == datetime.time()
        return cell.date().isoformat() if whole_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, list | tuple | set | frozenset):
        return ",".join(map(as_written, cell))
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return str(cell)


def clean_text(text: str, *, lines: bool = False) -> str:
    """Text without HTML left-overs, invisible signs and odd blanks. `lines` keeps line breaks, each as one "\\n"."""
    if text.isprintable() and "<" not in text and "&" not in text and "  " not in text and "_x000" not in text:
        text = text.strip(" ")
        return "" if text in _NO_TEXT else text
    if "<" in text or "&" in text:
        for _ in range(2):  # a page's source is often escaped once more: &lt;p&gt;, &amp;nbsp;
            text = _ENTITY.sub(_unescape, _without_tags(text))
        text = _without_tags(text)
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    text = _ODD_BLANK.sub(" ", text)
    kept = [line for piece in text.split("\n") if (line := piece.strip(" "))]
    text = ("\n" if lines else " ").join(kept)
    return "" if text in _NO_TEXT else text


def storable(text: str) -> str:
    """Text that any file can hold: half a surrogate pair becomes "?"."""
    return text if text.isprintable() else text.encode("utf-8", "replace").decode()


def shorten(text: str, length: int) -> str:
    """One line of at most that many characters, for a message."""
    line = " ".join(storable(text[: 4 * length]).split())
    return line if len(line) <= length else line[:length] + "…"


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = _HIDDEN_HTML.sub("", text)
    text = _RAISED.sub(
        lambda match: match[2].translate(_SUPERSCRIPT if match[1].lower() == "sup" else _SUBSCRIPT), text
    )
    return _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))


def read_date(cell: object) -> datetime.date | Fault | None:
    """The day of a cell, the last day of a span; None where it says nothing or "for ever"."""
    if isinstance(cell, datetime.datetime):
        return _plausible(cell.date())
    if isinstance(cell, datetime.date):
        return _plausible(cell)
    text = _half_width(as_written(cell + DAYS_TO_1904 if isinstance(cell, Day1904) else cell))
    if text.lower() in _NOTHING or text in _ENDLESS:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and int(text[:5]) in LIKELY_DAYS:
        return _EPOCH + datetime.timedelta(days=int(text[:5]))
    match = _DATE.fullmatch(text) if len(text) <= 100 else None
    if match is None:
        if re.fullmatch(r"\d{4}年?|\d{4}[-/.年]\d{1,2}月?", text):
            return Fault("只有年月，没有日", "请写到日，如 2024-01-31")
        return _NOT_A_DATE
    if match[11]:
        return None
    groups = match.groups()
    year, month, day, packed_month, packed_day = groups[5:10] if groups[5] else groups[:5]
    try:
        return _plausible(datetime.date(int(year), int(month or packed_month), int(day or packed_day)))
    except ValueError:
        return Fault("日历上没有这一天", "请改正日期")


def _plausible(day: datetime.date) -> datetime.date | Fault:
    if not isinstance(day, datetime.date) or not 1900 <= day.year <= 2200:
        return Fault("年份不合理", "请改正日期")
    return day


def read_number(cell: object, unit: int) -> Decimal | Fault | None:
    """The exact number of a cell in basic units; `unit` multiplies it where the cell names no unit itself."""
    if isinstance(cell, bool):
        return Fault("不是数字", "请填数字")
    text = _half_width(as_written(cell)).lower().replace(" ", "")
    if text in _NOTHING:
        return None
    if text.startswith("(") and text.endswith(")"):  # an accountant's minus
        text = "-" + text[1:-1]
    match = _NUMBER.fullmatch(text) if len(text) <= 60 else None
    if match is None:
        if len(text) <= 60 and _RANGE.fullmatch(text):
            return Fault("是一个范围，不是一个数", "请填一个数")
        return Fault("不是数字", "请只填数字，可带单位")
    sign, digits, exponent, suffix = match.groups()
    number = Decimal(sign + digits.replace(",", "") + (exponent or ""))
    if suffix == "%":
        return _EXACT.divide(number, Decimal(100))
    return _EXACT.multiply(number, Decimal(UNITS.get(suffix, 1) if suffix else unit))


def read_yuan(cell: object, unit: int) -> int | Fault | None:
    """Money in whole yuan, half a yuan rounded up."""
    number = read_number(cell, unit)
    if isinstance(number, Fault) and number.problem == "不是数字":
        return Fault("不是数字", "请以元填写，或写明单位，如 500万元")
    if number is None or isinstance(number, Fault):
        return number
    if "%" in as_written(cell):
        return Fault("是百分数，不是金额", "请填金额")
    if abs(number) >= _INT64:
        return Fault("数额大得不合理", "请检查数字和单位")
    return int(number.to_integral_value(decimal.ROUND_HALF_UP, _EXACT))


def read_float(cell: object, unit: int) -> float | Fault | None:
    """A plain number."""
    number = read_number(cell, unit)
    if number is None or isinstance(number, Fault):
        return number
    return float(number) if abs(number) < Decimal("1e300") else Fault("数大得不合理", "请检查数字")


def read_share(cell: object, percent: bool) -> float | Fault | None:
    """A fraction: 60% and 0.6 are the same; `percent` says that the column's plain numbers are per cent."""
    number = read_number(cell, 1)
    if number is None or isinstance(number, Fault):
        return number
    if "%" not in _half_width(as_written(cell)):
        if percent:
            number = _EXACT.divide(number, Decimal(100))
        elif abs(number) > 1:
            return Fault("大于 1，不知是不是百分数", "请写成 60% 或 0.6，或在表头注明“%”")
    return float(number) if abs(number) < Decimal("1e300") else Fault("数大得不合理", "请检查数字")


def read_yesno(cell: object) -> bool | Fault | None:
    """Yes or no."""
    text = _half_width(as_written(cell)).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    return None if text in _NOTHING else Fault("不是“是”或“否”", "请填“是”或“否”")


def cut_labels(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The labels of a cell in its order, each once, also where `known` ones stand together without a sign between."""
    run = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True)))) if known else None
    kept: dict[str, None] = {}
    for piece in map(str.strip, _LABEL_SIGN.split(text)):
        parts = run.findall(piece) if run else []
        for label in parts if "".join(parts) == piece else [piece]:
            kept[label] = None
    return tuple(label for label in kept if label)


def read_cells(column: Column, unit: str, cells: Sequence[object]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    """A value for each raw cell of a column, and the cells (by index) that could not be read and count as unknown.

    Texts, ids and labels are str ("" = nothing), the others date, int, float or bool, None for unknown. `unit` is what
    the header says: a money unit, "%" or "".
    """
    if column.kind == "text":
        return _read_text(column, cells)
    if column.kind == "id":
        return _read_ids(column, cells)
    if column.kind == "labels":
        return _read_labels(column, cells)
    return _read_values(column, unit, cells)


def _read_text(column: Column, cells: Sequence[object]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    values: list[str] = []
    faults: list[tuple[int, Fault]] = []
    for i, cell in enumerate(cells):
        text = cell if isinstance(cell, str) else as_written(cell)
        if text.startswith("#") and is_excel_error(text):
            text = ""
            faults.append((i, _error_fault(cell)))
        elif len(text) > MAX_CELL:
            faults.append((i, Fault(f"超过 {MAX_CELL:,} 字，已略去", "请缩短内容")))
            text = ""
        values.append(clean_text(text, lines=column.lines))
    return values, faults


def _read_ids(column: Column, cells: Sequence[object]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    values, faults = _read_text(column, cells)
    for i, (cell, value) in enumerate(zip(cells, values, strict=True)):
        in_doubt = isinstance(cell, float) and abs(cell) >= 1e15
        if in_doubt or ("+" in value and re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value)):
            faults.append(
                (i, Fault("编号已被 Excel 改成数字，15 位以后的数字丢失", "请把这一列设为文本格式后重新填写"))
            )
    return values, faults


def _read_labels(column: Column, cells: Sequence[object]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    values, faults = _read_text(Column(column.name, "text", column.title, lines=True), cells)
    joined = {value: ",".join(cut_labels(value, column.labels)) for value in set(values)}
    return [joined[value] for value in values], faults


def _read_values(column: Column, unit: str, cells: Sequence[object]) -> tuple[list[Any], list[tuple[int, Fault]]]:
    values: list[Any] = []
    faults: list[tuple[int, Fault]] = []
    known: dict[str, Any] = {}  # the same text is read once
    for i, cell in enumerate(cells):
        if isinstance(cell, str):
            if cell not in known:
                known[cell] = _read_value(column.kind, unit, cell)
            value = known[cell]
        else:
            value = None if is_blank(cell) else _read_value(column.kind, unit, cell)
        if isinstance(value, Fault):
            faults.append((i, value))
            value = None
        values.append(value)
    return values, faults


def _read_value(kind: str, unit: str, cell: object) -> object:
    if is_excel_error(cell):
        return _error_fault(cell)
    if kind == "date":
        return read_date(cell)
    if kind == "yesno":
        return read_yesno(cell)
    if kind == "share":
        return read_share(cell, unit == "%")
    factor = UNITS.get(unit, 1)
    return read_yuan(cell, factor) if kind == "yuan" else read_float(cell, factor)


def _half_width(text: str) -> str:
    if len(text) > 1000:
        return text[:1000]
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
