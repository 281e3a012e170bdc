"""Which unit a sheet states for its money outside the header: lines above, titles, notes below, rows of units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcher.tables.cells import texts as cleaning

_WORDS = "|".join(sorted((word for word in cleaning.UNITS if word[-1] in "元千万亿"), key=len, reverse=True))
_CURRENCY = r"(?:人民币|rmb|cny|[¥￥]|[:,\s])*"
_MONEY = re.compile(rf"{_CURRENCY}({_WORDS})(?:人民币|rmb|整)?")
FOREIGN = re.compile(r"[美港澳欧日英加韩]元|台币|新元|港币|美金|英镑|卢布|韩币|外币|us\$|usd|eur|hkd|jpy|gbp|[$€£]")
_LABEL = re.compile(
    r"([\u4e00-\u9fff]{0,4})单位\s*(?:[:为是]|均为|统一为|一律为)+\s*((?:(?![\u4e00-\u9fff]{0,4}单位\s*:)[^()\[\]。;])*)"
)
_KEPT_IN = re.compile(
    rf"(?:以|按|用)\s*{_CURRENCY}({_WORDS})\s*(?:为|作)?\s*(?:单位|计|填|列|统计|表示)"
    r"|(?:金额|款项|资金|费用|经费|收入|数额|数据|货币)[^,。;()]{0,8}?(?:为|是|:)\s*"
    rf"{_CURRENCY}({_WORDS})(?=$|[\s,。;)、])"
)
_IN_BRACKETS = re.compile(rf"[(\[]\s*(?:金额|单位|[:])*\s*{_CURRENCY}({_WORDS})\s*[)\]]")
_AFTER_SLASH = re.compile(rf"[/、|]\s*{_CURRENCY}({_WORDS})\s*$")
_FOREIGN_IN_BRACKETS = re.compile(rf"[(\[][^()\[\]]*?([十百千万亿]*(?:{FOREIGN.pattern}))[^()\[\]]*[)\]]")
_QUOTES = re.compile("[“”\"'‘’「」『』]")
_OF_MONEY = ("金额", "货币", "计量", "币种", "资金", "数额", "数值")
_MONEYISH = re.compile(r"[元币见附注]|[十百千万亿]人")
_COUNTED = re.compile(r"[^元币十百千万亿见附注:]{1,4}|平方米|立方米|平方公里")
_COUNTS = re.compile(
    "人|名|家|户|个|件|项|台|套|次|年|月|日|天|岁|份|篇|辆|座|种|只|批|组|位|所|分|吨|公斤|千克|亩|小时|平方米|人次|人年|工时"
    "|标准|文本|文字|日期|字符|数值|--?|—|无|/|是/否"
)


class Statement(NamedTuple):
    """What a sheet says of its units in one place.

    row: the row's index. text: the sentence as written. units: money units, by name; more than one contradict each
    other. percent: shares are per cent. clear: False where money is spoken of in a unit that is not known. others: it
    names units of other things too (亿元、家).
    """

    row: int
    text: str
    units: tuple[str, ...]
    percent: bool = False
    clear: bool = True
    others: bool = False


def half_width(text: str) -> str:
    """A text for matching: half width, lower case, no quotation marks, each run of blanks one blank."""
    return " ".join(_QUOTES.sub("", unicodedata.normalize("NFKC", text[:2000])).lower().split())


def money_unit(text: str) -> str | None:
    """The money unit that a text is: "万元" for "（万元）" and "单位：人民币万元"; None for anything else."""
    match = _MONEY.fullmatch(_bare(text))
    return match[1] if match else None


def _bare(text: str) -> str:
    return re.sub(r"^(?:金额|货币|计量)?单位[:为]?", "", re.sub(r"[\s()\[\]]", "", half_width(text)))


def unit_in_header(text: str) -> str:
    """The money unit, also of foreign money, or "%" in brackets or after 单位 in a header; "" for none."""
    text = half_width(text)
    if match := _IN_BRACKETS.search(text) or _AFTER_SLASH.search(text):
        return match[1]
    if re.search(r"[(\[]\s*%\s*[)\]]", text):
        return "%"
    if match := _FOREIGN_IN_BRACKETS.search(text):
        return match[1]
    return next((unit for statement in statements(text, 0, above=False) for unit in statement.units), "")


def statements(text: str, row: int, *, above: bool) -> Iterator[Statement]:
    """What a text says of units. `above`: it stands above the header, where a unit alone is enough."""
    if len(text) < 2 and text != "元" and text != "万":
        return
    for sentence in filter(None, re.split(r"[。;；\n]", text)):
        plain = re.sub('[“”"‘’「」『』]', "", half_width(sentence))
        if above and (unit := money_unit(plain)):
            yield Statement(row, sentence.strip(), (unit,))
            continue
        found = list(_labelled(plain, row, sentence.strip()))
        if found:
            yield from found
            continue
        units = [next(filter(None, match.groups())) for match in _KEPT_IN.finditer(plain)]
        if above:
            units += [match[1] for match in _IN_BRACKETS.finditer(plain)]
        if units:
            yield Statement(row, sentence.strip(), tuple(dict.fromkeys(units)))


def _labelled(plain: str, row: int, sentence: str) -> Iterator[Statement]:
    """单位：… ; an institution after it says nothing of units."""
    for match in _LABEL.finditer(plain):
        value = re.split(r"\s+(?=[\u4e00-\u9fff]{2,6}:)|币种", match[2])[0].strip()
        units, percent = [], False
        clear, others = True, False
        for at, piece in enumerate(filter(None, re.split(r"[、,/和及或\s]+", value))):
            money = _MONEY.match(piece)
            if FOREIGN.search(piece):
                clear = False
            elif money and (money.end() == len(piece) or (at == 0 and not _COUNTED.fullmatch(piece))):
                units.append(money[1])
            elif piece == "%":
                percent = True
            elif _COUNTED.fullmatch(piece):
                others = True
            elif not (at > 0 and units):
                clear = False
        of_money = FOREIGN.search(value) or match[1].endswith(_OF_MONEY) or _MONEYISH.search(value)
        if not clear and not of_money:
            continue
        if units or percent or not clear:
            yield Statement(row, sentence, tuple(dict.fromkeys(units)), percent, clear, others or percent)


def unit_row(texts: Sequence[str]) -> list[str] | None:
    """The unit of each column where a row holds units and nothing else ("" = none); None for any other row."""
    units = []
    for text in texts:
        bare = _bare(text)
        if not bare or _COUNTS.fullmatch(bare):
            units.append("")
        elif bare == "%" or FOREIGN.fullmatch(re.sub("^[十百千万亿]+", "", bare)):
            units.append(bare)
        elif match := _MONEY.fullmatch(bare):
            units.append(match[1])
        else:
            return None
    money = any(unit not in ("", "%") for unit in units)
    counted = any(len(text) == 1 and text >= "\u4e00" for text in texts)
    return units if money or ("%" in units and counted) else None
