"""Excel's number formats: what a reader of the sheet sees, where it is more than the stored number."""

from __future__ import annotations

import datetime
import functools
import re
from decimal import Decimal
from typing import NamedTuple

from matcher.tables.cells.texts import DAYS_TO_1904

BUILT_IN = {9: "0%", 10: "0.00%"} | dict.fromkeys(
    (*range(14, 18), *range(22, 23), *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"
)  # 32 to 35, 55 and 56 are times of day in Chinese
BUILT_IN |= dict.fromkeys((*range(18, 22), *range(32, 36), 45, 47, 55, 56), "h:mm:ss") | {46: "[h]:mm:ss"}

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|(?P<blank>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>general|g/通用格式)|(?P<noon>am/pm|a/p|上午/下午)|(?P<exponent>e[+-])|(?P<sign>.)",
    re.I | re.S,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_MULTIPLIER = re.compile(r"(十亿|千万|百万|十万|亿|万|千)\s*(.*)", re.S)
_POWERS = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9}
_MEANINGLESS = " \xa0\u3000-+()（）.,，:：;'\"/*_¥￥—–"  # signs that say nothing about a number but its sign
_FIRST_DAY = datetime.datetime(1899, 12, 30)
_LAST_DAY = 2_958_465  # 9999-12-31


class Section(NamedTuple):
    """One part of a format: the numbers it is for, and what it writes around and into their digits.

    integer: placeholders and literals up to the decimal point. shift: the number is shown divided by 10 ** shift.
    """

    condition: tuple[str, float] | None
    before: str
    integer: tuple[str, ...]
    after: str
    shift: int
    decimals: bool


class NumberFormat(NamedTuple):
    """What a format code does: kind is "date", "time" (of day), "duration" or "number"."""

    code: str
    kind: str
    sections: tuple[Section, ...] = ()


class Shown(NamedTuple):
    """A number as its reader sees it, never rounded, and what is doubtful in it ("" = nothing)."""

    cell: object
    doubt: str = ""


@functools.lru_cache(maxsize=1000)
def number_format(code: str) -> NumberFormat | None:
    """What a format code shows besides the number itself; None for one that shows the plain number."""
    sections: list[Section] = []
    at = 0
    code = code[:1000]
    while at <= len(code):
        section, at, kind = _section(code, at)
        if kind != "number" and not sections:
            return NumberFormat(code, kind)
        if section is not None:
            sections.append(section)
    if any(_says_something(section) for section in sections):
        return NumberFormat(code, "number", tuple(sections))
    return None


def shown(value: float, style: NumberFormat, *, from_1904: bool = False) -> Shown:
    """The cell that a reader sees: a day, a time, a duration, or a number with its unit, per cent sign or zeros."""
    if style.kind != "number":
        return Shown(_moment(value, style.kind, from_1904))
    section = _chosen(value, style.sections)
    if section is None or not (_says_something(section) or section.condition):
        return Shown(value)
    number = Decimal(repr(value))
    after, before = section.after.strip(_MEANINGLESS), section.before.strip(_MEANINGLESS)
    if not any(sign in "0#?" for sign in section.integer):
        text = before + after
        return Shown(text if section.condition and text else value)
    if "%" in section.after and section.shift < 0:
        return Shown(f"{before}{_plain(number.scaleb(-section.shift))}{after}")
    if section.shift:
        return _scaled(number, section.shift, before, after, style.code)
    if any(piece.strip() in _POWERS for piece in section.integer):  # 0"万"0000 shows 150000 as 15万0000
        return Shown(value)
    if value >= 0 and value.is_integer() and value < 1e15 and not section.decimals:
        named = section.before.strip() if re.match(r"\w*[A-Za-z]", section.before.strip()) else before  # XQ-001
        return Shown(named + _filled(int(value), section.integer) + after)
    return Shown(before + _plain(number) + after if before or after else value)


def _section(code: str, at: int) -> tuple[Section | None, int, str]:
    """The section that begins at `at`, where the next begins, and of what kind it is; None for one of texts."""
    condition: tuple[str, float] | None = None
    integer: list[str] = []  # placeholders, and literals of more than one sign or none
    after = ""
    commas = thousands = percents = 0
    decimals = plain = texts = False
    letters = ""
    while at < len(code):
        match = _TOKEN.match(code, at)
        assert match is not None
        at = match.end()
        kind, sign = match.lastgroup, match[0]
        literal = ""
        if kind == "sign" and sign == ";":
            break
        if kind == "bracket":
            content = match["bracket"]
            if content.startswith("$"):
                literal = _currency(content)
            elif found := _CONDITION.fullmatch(content.strip()):
                condition = found[1], float(found[2])
            elif re.fullmatch(r"h+|m+|s+", content, re.I):
                return None, len(code) + 1, "duration"
        elif kind in ("quoted", "escaped"):
            literal = match[kind]
        elif kind == "general" or (kind == "sign" and sign in "0#?"):
            commas = 0
            if after.strip():
                if after.strip() == "." and not decimals:  # 0!.0, shows 12345 as 1.2: the point is written in
                    integer.append(".")
                elif after.strip(" ,") and not decimals:
                    integer.append(after)
                after = ""
            if not decimals:
                integer.append("#" if kind == "general" else sign)
        elif kind == "noon":
            letters += "h"
        elif kind == "exponent" or sign == "/":
            plain = True
        elif kind == "sign":
            if sign == ".":
                decimals = True
                thousands += commas
                commas = 0
            elif sign == ",":
                commas += bool(integer)
            elif sign == "@":
                texts = True
            elif sign == "%":
                percents += 1
                literal = "%"
            elif sign.lower() in "ymdhseagb":
                letters += sign.lower()
            else:
                literal = sign
        after += literal
    else:
        at = len(code) + 1
    if letters and not integer:
        timed = set(letters) & set("hs") and not set(letters) & set("ydeagb")
        return None, at, "time" if timed else "date"
    if texts or plain:
        return None, at, "number"
    placeholders = [i for i, piece in enumerate(integer) if piece in ("0", "#", "?")]
    before = ""
    if placeholders and placeholders[0] > 0:
        before, integer = "".join(integer[: placeholders[0]]), integer[placeholders[0] :]
    shift = 3 * (commas + thousands) - 2 * percents
    if "." in integer:
        shift += sum(piece in ("0", "#", "?") for piece in integer[integer.index(".") :])
    return Section(condition, before, tuple(integer), after, shift, decimals), at, "number"


def _currency(content: str) -> str:
    """The sign of money in [$€-407]; yuan say nothing that the header does not, yen of Japan do."""
    sign, _, place = content[1:].partition("-")
    if sign in ("¥", "￥") and place.upper().endswith("411"):
        return "日元"
    return "" if sign.upper() in ("RMB", "CNY", "人民币") else sign


def _says_something(section: Section) -> bool:
    """Whether it shows more than the number: a unit, a shift, signs between the digits, or zeros before them."""
    if section.shift or section.before.strip(_MEANINGLESS) or section.after.strip(_MEANINGLESS):
        return True
    between = any(piece not in ("0", "#", "?") for piece in section.integer)
    return between or (section.integer[:2] == ("0", "0") and not section.decimals)


def _chosen(value: float, sections: tuple[Section, ...]) -> Section | None:
    holds = {
        "<=": value.__le__,
        ">=": value.__ge__,
        "<": value.__lt__,
        ">": value.__gt__,
        "=": value.__eq__,
        "<>": value.__ne__,
    }
    for section in sections:
        if section.condition and holds[section.condition[0]](section.condition[1]):
            return section
    free = [section for section in sections if not section.condition]
    if any(section.condition for section in sections):
        return free[0] if free else None
    at = 1 if value < 0 and len(free) > 1 else 2 if value == 0 and len(free) > 2 else 0
    return free[at] if free else None


def _scaled(number: Decimal, shift: int, before: str, after: str, code: str) -> Shown:
    """A number that is shown in thousands or more: as shown where a unit says so, else what is likely, and a doubt."""
    seen = before + _plain(number.scaleb(-shift)) + after
    unit = _MULTIPLIER.match(after)
    if unit and _POWERS[unit[1]] == shift:
        return Shown(seen)
    if unit:
        doubt = f"格式“{code}”把存的数 {_plain(number)} 显示成约“{seen}”，单位和位数对不上，按存的数读"
        return Shown(before + _plain(number) + (unit[2] or "元"), doubt)
    return Shown(seen, f"格式“{code}”把存的数 {_plain(number)} 缩小 {10**shift:,} 倍显示，按看到的“{seen}”读")


def _filled(value: int, integer: tuple[str, ...]) -> str:
    """The digits of a whole number in their placeholders, from the right, with the signs between them."""
    digits = list(str(value))
    placeholders = sum(piece in ("0", "#", "?") for piece in integer)
    pieces: list[str] = []
    for piece in reversed(integer):
        if piece not in ("0", "#", "?"):
            pieces.append(piece)
            continue
        placeholders -= 1
        if placeholders == 0:
            pieces.append("".join(digits) or ("0" if piece == "0" else ""))
        elif digits:
            pieces.append(digits.pop())
        elif piece == "0":
            pieces.append("0")
    return "".join(reversed(pieces)) or "0"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: float, kind: str, from_1904: bool) -> object:
    days = value + DAYS_TO_1904 * (from_1904 and kind == "date")
    if not 0 <= days < _LAST_DAY + 1:
        return value
    if kind == "duration":
        return datetime.timedelta(days=value)
    if days < 1:
        return (_FIRST_DAY + datetime.timedelta(seconds=min(round(days * 86_400), 86_399))).time()
    if days < 60:  # Excel counts a 29 February 1900 that never was
        days += 1
    if days == int(days):
        return (_FIRST_DAY + datetime.timedelta(days=int(days))).date()
    return _FIRST_DAY + datetime.timedelta(seconds=round(days * 86_400))
