"""Texts in parts (rich text) of an .xlsx workbook: struck parts are left out, raised digits are powers or notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matcher.tables.cells.markup import SUPERSCRIPT

Runs = frozenset[bool | None]  # of a text, whether its parts are struck; None for a part that is as its cell is

_FOOTNOTE = re.compile(r"[\[(（【]?注?\d{1,2}(?:[,，、]\d{1,2})*[\])）】]?|[*＊#†‡]{1,3}|[①-⑳]+")
_POWER = re.compile(r"[0-9+\-−–]+")
_NUMBER = re.compile(r"[-+]?\d[\d,，]*(?:\.\d+)?")
_TEXT_END = re.compile(r"[\u4e00-\u9fff%‰][)）]?$")
_LENGTH_END = re.compile("[米秒里寸尺]$")  # of which there are squares
_ELEMENT_END = re.compile("[氢锂硼碳氮氧氖硫磷氯氩钾钙铁钴铜锌镓锗氪锶锝碘氙铯铅镭钍铀钚]$")  # 碳¹⁴ is an isotope
_MINUS = str.maketrans("−–", "--")


class Part:
    """One part of a text, as it is read."""

    def __init__(self) -> None:
        self.text = ""
        self.struck: bool | None = None
        self.raised = False


class RichText(NamedTuple):
    """A text as one reads it, the state of its parts, and what was left out: struck parts, and a footnote behind it."""

    text: str
    runs: Runs
    gone: str = ""
    footnote: str = ""


def rich_text(parts: Sequence[Part]) -> RichText:
    """The text of parts: struck ones are left out where others stand; raised digits are written as such (m²), but for
    those behind a whole number or a Chinese word at the end, which are of a footnote. 10³ stays a power, 碳¹⁴ one word.
    """
    filled = [part for part in parts if part.text.strip()]
    runs = frozenset(part.struck for part in filled or parts)
    left = [part for part in filled if not part.struck]
    gone = "".join(part.text for part in filled if part.struck) if left else ""
    parts = [part for part in parts if not part.struck] if gone else list(parts)
    end = len(parts)
    while end and (parts[end - 1].raised or not parts[end - 1].text.strip()):
        end -= 1
    before = "".join(map(_written, parts[:end]))
    footnote = "".join(part.text for part in parts[end:]).strip()
    if footnote and _is_footnote(before.strip(), footnote):
        return RichText(before, runs, gone, footnote)
    return RichText(before + "".join(map(_written, parts[end:])), runs, gone)


def _written(part: Part) -> str:
    if part.raised and _POWER.fullmatch(part.text):
        return part.text.translate(_MINUS).translate(SUPERSCRIPT)
    return part.text


def _is_footnote(before: str, raised: str) -> bool:
    if not before or not _FOOTNOTE.fullmatch(raised):
        return False
    if _NUMBER.fullmatch(before):
        return before != "10"
    if re.fullmatch(r"\d\d", raised) and _ELEMENT_END.search(before):
        return False
    return bool(_TEXT_END.search(before)) and not (raised in ("2", "3") and _LENGTH_END.search(before))
