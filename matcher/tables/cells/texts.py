"""One cell at a time: what people type, as text, labels, yes or no. Numbers and dates lie beside. Knows no tables."""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher.tables.cells.checkboxes import read_boxes
from matcher.tables.cells.markup import without_markup

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
    "百": 100,
    "万元人民币": 10_000,
    "rmb万元": 10_000,
    "人民币万元": 10_000,
    "十万": 100_000,
    "十万元": 100_000,
    "百万": 1_000_000,
    "百万元": 1_000_000,
    "千万": 10_000_000,
    "千万元": 10_000_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
# placeholders: what people write where they have nothing to say
_words = str.split
_NOTHING = {
    "",
    *_words("无 暂无 没填 未填 未填写 未说明 未注明 未标明 未标注 未提供 未披露 未公开 未知 未定 无数据 无内容"),
    *_words(
        "待补充 待补 待填 待填写 待完善 待核实 不详 不明 不清楚 暂缺 缺 缺失 空 "
        "(空) 空白 (空白) (无) 略 (略) 不适用 至 (跳过)"
    ),
    *_words("待定 同左 待编 待编号 未编号 未编 待分配"),
    *_words(r"null (null) none nan n/a #n/a <na> nat undefined \n"),
}
_OPEN_TO_TALK = {  # no figure and no label, though a text may say so
    *_words("面议 面谈 详谈 另议 待议 待商 商议 协商 可议 价格面议 不限")
}
_ELSEWHERE = set(_words("详见附件 见附件 详见附表 见附表 见附页 另附 附后 见备注 详见备注 详见说明 见说明 见附录"))
_NO_TEXT = {"nan", "NaN", "null", "NULL", "None", r"\N"}  # what programs leave behind for "nothing"
_BITS = (b"\0", b"\1")  # columns BIT(1) of a data base
_DITTO = {*_words("同上 同前 同上行 同上一行 同上格 〃 ″ ” “ 〞 〝 '' \" ＂ 々 ditto")}
_AROUND_DITTO = re.compile(r"[\s\u3000()（）\[\]【】.。，,;；:：]+")
_NO_LETTERS = re.compile(r"[-—–―‐_/\\.。*·…~]+")
_LONGEST_NOTHING = 11
_EXCEL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|NOVALUE!|#{2,})")

_ODD_BLANK = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]|_x000[DA]_")
_OPEN_NUMBER = re.compile(r"[\d+(（][\d\s\-—()（）]*$")  # at the end of what is cut
_OPEN_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]*$")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
LIKELY_DAYS = range(18_264, 73_051)  # 1950-01-01 to 2099-12-31; a smaller number is no likely date
DAYS_TO_1904 = 1462  # from day 0 of Excel, 1899-12-30, to 1904-01-01
_PLAIN_NUMBER = re.compile(r"\s*\d[\d,]*(?:\.\d+)?(?:\s*[-~～—至到]\s*\d[\d,]*(?:\.\d+)?)?\s*")
_NUMBER_BEFORE = r"(?:[(（]?\d{1,2}[)）]|\d{1,2}[、.．]|[A-Za-z][、.．)）]|[①-⑳])\s*"
_BEHIND_NUMBERS = (*"、.．)）", *map(chr, range(0x2460, 0x2474)))
_BETWEEN_LABELS = "(?:或者?|和|及|以及|与|并)?"
_JOINING = re.compile("或者?|和|以及|及|与|并")
_LABEL_SIGN = re.compile(r"[,，、;；/／|｜┋\n\t+＋]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")

_SENTENCE_END = re.compile(r"[。；;！!？?\n]|(?<=[\u4e00-\u9fff])\.")
_CLAUSE_END = re.compile(r"，|(?<!\d),|,(?!\d)")
_ITEM_NUMBER = re.compile(rf"^(?:{_NUMBER_BEFORE}|[一二三四五六七八九十]{{1,2}}(?:、|是(?=.)))")


class Fault(NamedTuple):
    """Why a cell could not be read, and what its owner can do."""

    problem: str
    action: str


ELSEWHERE = Fault("内容写在附件或别处，这里没有读到", "请直接填写")
EXCEL_ERROR = Fault("公式出错，没有值", "请修正公式，或改填数值")
NO_VALUE = "#NOVALUE!"  # what readers of workbooks hand over for a formula without a stored result
NOT_CALCULATED = Fault("公式没有存下结果", "请在 Excel 或 WPS 中打开并保存后再用")
UNTICKED = Fault("没有勾选任何一项，当作没填", "请勾选")


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


def error_fault(cell: object) -> Fault:
    """Why a cell that shows an Excel error has no value."""
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
    if isinstance(cell, list | tuple):
        return ",".join(map(as_written, cell))
    if isinstance(cell, set | frozenset):  # of texts, in another order in every run
        return ",".join(sorted(map(as_written, cell)))
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes):
        return str(cell[0]) if cell in _BITS else _decoded(cell)
    return str(cell)


def _decoded(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:  # of a Chinese program
        return cell.decode("gb18030", "replace")


def clean_text(text: str, *, lines: bool = False) -> str:
    """Text without HTML left-overs, invisible signs and odd blanks. `lines` keeps line breaks, each as one "\\n"."""
    if text.isprintable() and "<" not in text and "&" not in text and "  " not in text and "_x000" not in text:
        text = text.strip(" ")
        return "" if text in _NO_TEXT else text
    if "<" in text or "&" in text:
        text = without_markup(text)
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    text = _ODD_BLANK.sub(" ", text)
    kept = [line for piece in text.split("\n") if (line := piece.strip(" "))]
    text = ("\n" if lines else " ").join(kept)
    return "" if text in _NO_TEXT else text


def storable(text: str) -> str:
    """Text that any file can hold: half a surrogate pair becomes "?"."""
    return text if text.isprintable() else text.encode("utf-8", "replace").decode()


def shorten(text: str, length: int) -> str:
    """One line of at most that many characters, for a message; not cut inside a number or an address, of which a part
    could not be told for a contact any more.

    >>> shorten("联系王总 13853901234", 12), shorten("联系王总 13853901234", 16), shorten("12345678", 4)
    ('联系王总…', '联系王总 13853901234', '1234…')
    """
    line = " ".join(storable(text[: 4 * length]).split())
    if len(line) <= length:
        return line
    inside = (_OPEN_NUMBER if line[length].isdigit() else _OPEN_ADDRESS).search(line[:length])
    return (line[: inside.start()].rstrip() if inside and inside.start() else line[:length]) + "…"


def opening_clauses(text: str, *, most: int = 30) -> str:
    """The clauses with which a text begins, of its first sentence at most, as long as they fit.

    >>> opening_clauses("1. 水性油墨干燥慢，烘道温度高；能耗大"), opening_clauses("压" * 40, most=4)
    ('水性油墨干燥慢，烘道温度高', '压压压压…')
    >>> opening_clauses("一是脱净率低；二是羽绒浪费")
    '脱净率低'
    """
    sentence = _SENTENCE_END.split(_ITEM_NUMBER.sub("", text.strip()), maxsplit=1)[0].strip()
    ends = [match.start() for match in _CLAUSE_END.finditer(sentence)] + [len(sentence)]
    end = max((end for end in ends if 0 < end <= most), default=0)
    return sentence[:end].rstrip() if end else shorten(sentence or text, most)


def first_few(names: Sequence[str], unit: str = "条", *, most: int = 5) -> str:
    """At most five names in a cell, and how many there are.

    >>> first_few(list("abcdefg")), first_few(["a", "b"])
    ('a、b、c、d、e 等 7 条', 'a、b')
    """
    return "、".join(names[:most]) + (f" 等 {len(names)} {unit}" if len(names) > most else "")


def half_width(text: str) -> str:
    """Text in half-width forms, without invisible signs and outer blanks; at most its first 1,000 characters."""
    if len(text) > 1000:
        return text[:1000]
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def is_nothing(text: str) -> bool:
    """Whether a cell holds a placeholder (无, 未说明, /, 面议 ...): no figure, and a label that agrees with nothing."""
    text = text.strip()
    return len(text) <= _LONGEST_NOTHING and (
        text in _OPEN_TO_TALK or text in _ELSEWHERE or text in ("na", "NA") or is_blank_word(text)
    )


def is_open_to_talk(cell: object) -> bool:
    """Whether a raw cell says that a sum is to be talked about (面议): no number, and yet an answer."""
    return isinstance(cell, str) and len(cell) <= _LONGEST_NOTHING and half_width(cell) in _OPEN_TO_TALK


def is_elsewhere(text: str) -> bool:
    """Whether a cell refers to another place (见附件) instead of holding a value."""
    return len(text) <= _LONGEST_NOTHING and text.strip() in _ELSEWHERE


@lru_cache(65_536)
def is_blank_word(text: str) -> bool:
    """Whether a text is a placeholder that says nothing at all (无, 未说明, / ...); 面议 says a little."""
    if len(text) > _LONGEST_NOTHING:
        return False
    text = half_width(text).lower()
    plain = text.strip("()[]【】").rstrip("。.,;!") or text
    return text in _NOTHING or plain in _NOTHING or bool(_NO_LETTERS.fullmatch(text))


def is_ditto(cell: object) -> bool:
    """Whether a raw cell says 同上: as the cell above it."""
    if not isinstance(cell, str) or len(cell) > 9 or (len(cell) > 2 and cell.isascii()):
        return False
    return cell in _DITTO or _AROUND_DITTO.sub("", cell) in _DITTO


def cut_labels(text: str, known: Sequence[str], others: Collection[str] = ()) -> tuple[str, ...]:
    """The labels of a cell in its order, each once; of a cell with check boxes the ticked ones only.

    `known` labels are also told apart where no sign, a word such as 或, or a number (1、, A.) stands between them;
    `others`, their further writings, only where such a word does.

    >>> cut_labels("作价入股或许可", ("技术入股",), ("作价入股", "许可")), cut_labels("咨询服务", (), ("咨询", "服务"))
    (('作价入股', '许可'), ('咨询服务',))
    >>> cut_labels("B.许可", ("技术入股",), ("作价入股", "许可"))
    ('许可',)
    """
    names = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    run = re.compile(names) if known else None
    if run is not None and any(sign in text for sign in _BEHIND_NUMBERS):
        written = "|".join([names, *map(re.escape, others)])
        text = re.sub(rf"{_NUMBER_BEFORE}(?={written})", ",", text)
    choices = read_boxes(re.sub(f"({names})(?={names})", r"\1,", text) if names else text)
    if choices is not None:
        ticked = [choice.text for choice in choices if choice.ticked]
        text = ",".join(ticked or [choice.text for choice in choices if choice.ticked is None])
    whole = re.compile(f"(?:{names})(?:{_BETWEEN_LABELS}(?:{names}))+") if known else None
    kept: dict[str, None] = {}
    for piece in map(str.strip, _LABEL_SIGN.split(text)):
        apart = run.findall(piece) if run and whole and whole.fullmatch(piece) else _JOINING.split(piece)
        for label in apart if run and all(one in others or run.fullmatch(one) for one in apart) else [piece]:
            kept[label] = None
    return tuple(label for label in kept if label and not is_nothing(label))


def has_no_tick(text: str) -> bool:
    """Whether a cell has check boxes, and not one of them is ticked."""
    choices = read_boxes(text)
    return choices is not None and not any(choice.ticked for choice in choices)
