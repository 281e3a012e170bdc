"""Telephone numbers, mobile and fixed, in digits or numerals: how they look, and what of them is hidden."""

from __future__ import annotations

import re

from matcher.tables.contacts.signs import (
    CUT,
    DATE,
    GAP,
    HAN,
    LETTERS,
    NUMERAL,
    SHORT_UNIT,
    SIZES,
    TEN_DIGITS,
    UNIT,
    Edit,
    Look,
    any_of,
    applied,
    chunks,
    is_contact,
    starred,
)

# Followed and preceded by signs that leave no doubt.
_PLAIN = re.compile(
    "1(?<![a-z0-9_\\-./:=#&?%¥￥$€£]1)(?<![¥￥$€£] 1)[3-9][0-9]{9}(?=[,;、。，；/)\n]|\\Z| [0-9、，。/\n]"
    "|(?:联系|同|微信|手机|电话))"
)
_PREFIX = re.compile(f"(?:\\(?\\+?(?:00|0)?86\\)?{GAP}\\(?|\\(?0\\)?|\\()\\Z")
MOBILE = re.compile(
    "1(?=[3-9 \\-.()_\u200b])(?:(?<![0-9].)|(?<=(?<![0-9])861)|(?<=(?<![0-9])0861)|(?<=(?<![0-9])00861)"
    "|(?<=(?<![0-9])01))(?:"
    "([3-9][0-9](?:[0-9]{8}"
    f"|{CUT}(?:[0-9]{{4}}{CUT}[0-9]{{4}}|[0-9]{{8}}|[0-9]{{3}}{CUT}[0-9]{{5}}|[0-9]{{5}}{CUT}[0-9]{{3}})"
    f"|[0-9]{{4}}{CUT}[0-9]{{4}}|[0-9]{CUT}(?:[0-9]{{4}}{CUT}[0-9]{{3}}|[0-9]{{3}}{CUT}[0-9]{{4}})"
    "|(?P<sign>[。'’‘`|=…\\\\^\"“”])[0-9]{4}(?P=sign)[0-9]{4}))"
    "|((?:\u200b{0,3}+[0-9]){10})"
    f"|({CUT}[3-9](?:{CUT}[0-9]){{9}})(?!{CUT}[02-9](?![0-9]))"
    ")(?![0-9])"
)
_TOGETHER = re.compile("1(?<![0-9].)[3-9][0-9]{9}(?:1[3-9][0-9]{9}){1,3}(?![0-9])")
_LOCAL = (
    f"(?:[0-9]{{6,7}}|[0-9]{{2}}{CUT}[0-9]{{4,5}}|[0-9]{{3}}{CUT}[0-9]{{3,4}}|[0-9]{CUT}[0-9]{{2}}{CUT}[0-9]{{3,4}}"
    f"|[0-9]{{2}}{CUT}[0-9]{{2}}{CUT}[0-9]{{2,3}}|[0-9]{CUT}[0-9]{{2}}{CUT}[0-9]{{2}}{CUT}[0-9]{{1,2}})(?![0-9])"
)
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    f"0(?:(?<![0-9].)|(?<=(?<![0-9])860))[ \u200b]{{0,2}}+{_AREA}(?:(?:{CUT}|/)([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
)
_LANDLINE_86 = re.compile(
    "86(?:(?<=\\+86)|(?<=(?<![0-9])0086)|(?<![0-9]86)(?=-|(?:10|2[0-9])-))"
    f"{GAP}(?:0\\) ?)?{_AREA}(?:{CUT}([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
)
_SERVICE = re.compile(
    f"[48](?<![0-9].)00\\)?(?:[0-9]{{7}}|{CUT}[0-9]{{3}}{CUT}[0-9]{{4}}|{CUT}[0-9]{{4}}{CUT}[0-9]{{3}}"
    f"|{CUT}[0-9]{{7}}"
    f"|[0-9]{CUT}[0-9]{{3}}{CUT}[0-9]{{3}}|[0-9]{CUT}[0-9]{{2}}{CUT}[0-9]{{4}}|[0-9]{{3}}{CUT}[0-9]{{4}}"
    f"|[0-9]{{4}}{CUT}[0-9]{{3}}|{CUT}[0-9]{{2}}{CUT}(?:[0-9]{{2}}{CUT}[0-9]{{3}}|[0-9]{{5}}))(?![0-9])"
)
_ABROAD = re.compile(f"[+0](?<![\\w+.].)(?:(?<=\\+)|(?<=0)0(?=852|853|886))[1-9](?:{GAP}[0-9]){{9,14}}+(?![0-9])")
_FILL = (
    "(?:[:.()/|,;=#~+ \u200b、，；\\-\"'“”]|号码|号|是|为|如下|办公?|宅|家|电传|直线|经理|主任|number|no|微信"
    "|同|[0-9](?=[: )])"
    "|[一二三]){0,10}+"
)
STRONG = (
    "电话|手机|座机|固话|联系方式|联系人|联络人|宅电|小灵通|电联|手提|大哥大|传真|热线|☎|📞|📱|☏"
    "|telephone|tel|phone|mobile|mob|cell|fax|call|hotline"
)
_STRONG_WORD = re.compile(STRONG)
WEAK = "办公|办公室|咨询|家庭|联系|致电|来电|拨打|总机|号码|家里|住宅"
_CUED = re.compile(
    f"({any_of(STRONG + '|' + WEAK)}){_FILL}([{HAN}]{{2,4}}+[: (]{{1,2}}+)?"
    "([0-9](?:[ \\-.()_/,~\u200b]{0,3}+[0-9]){6,15})(?![0-9a-z*])"
)
_MORE = re.compile(f"[ \u200b)]{{0,2}}(?:[/、,，;；|]|或|和|及|转)[ \u200b]{{0,2}}([1-9]{_LOCAL})(?!\\.[0-9])")
_LABELLED = re.compile(f"[1-9](?<![0-9.\\-].){_LOCAL} ?\\((?:办|宅|家|座机|固话|电话|传真|公司|单位)")
_NUMERALS = re.compile(
    f"[一幺壹1](?<![{NUMERAL}0-9].)[ \\-\u200b]?[三四五六七八九叁肆伍陆柒捌玖3-9](?:[ \\-\u200b]?[{NUMERAL}0-9]){{9}}"
    f"(?![{NUMERAL}0-9])"
)


def hide_plain_mobiles(look: Look) -> int:
    """Hide mobile numbers among signs that leave no doubt; says how many."""
    plain = [match.start() for match in _PLAIN.finditer(look.read)]
    if plain:
        look.edits += [(at, at + 11, f"{look.text[at : at + 3]}****{look.text[at + 7 : at + 11]}") for at in plain]
        look.read = _PLAIN.sub("*" * 11, look.read)
    return len(plain)


def hide_phones(look: Look) -> None:
    """Hide mobile and fixed numbers, and what stands as another number behind one."""
    more: list[int] = []
    if TEN_DIGITS.search(look.read):
        look.scan(MOBILE, _mobile)
        look.scan(_TOGETHER, _together)
        look.scan(_LANDLINE, lambda text, read, match: _landline(text, read, match, more))
        if "86" in look.read:
            look.scan(_LANDLINE_86, lambda text, read, match: _landline(text, read, match, more))
        look.scan(_SERVICE, _service)
        if "+" in look.read or "00" in look.read:
            look.scan(_ABROAD, _abroad)
    look.scan(_LABELLED, _labelled)
    look.scan(_CUED, lambda text, read, match: _cued(text, read, match, more))
    for end in more:
        while match := _MORE.match(look.read, end):
            start, end = match.span(1)
            look.edits.append((start, end, starred(look.text, look.read, start, end, 0, -4)))
    if more:
        look.read = applied(look.read, [(start, end, "*" * (end - start)) for start, end, _ in look.edits])


def hide_numerals(look: Look) -> None:
    """Hide mobile numbers in Chinese numerals."""
    if not look.read.isascii() and any(sign in look.read for sign in NUMERAL):
        look.scan(_NUMERALS, _numerals)


def _mobile(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    outer = _with_prefix(read, start)
    if not is_contact(read, text, outer, end):
        return None
    if end - start == 11:
        return (start, end, f"{text[start : start + 3]}****{text[start + 7 : end]}")
    if match[1] and not _is_grouped(read[start:end], read, outer, end):
        return None
    return (start, end, starred(text, read, start, end, 3, 4))


def _landline(text: str, read: str, match: re.Match[str], more: list[int]) -> Edit | None:
    start, end = match.span(match.lastindex or 0)
    outer = _with_prefix(read, match.start())
    before = read[max(0, outer - 2) : outer]
    if len(before) == 2 and before[0].isdigit() and before[1] in "-.":
        return None
    if end - match.start() < 11 and read[match.start() : end].isdigit():
        return None
    if not is_contact(read, text, outer, end) or _is_dated(read, start, end):
        return None
    more.append(end)
    return (start, end, starred(text, read, start, end, 0, -4))


def _with_prefix(read: str, start: int) -> int:
    """Where a number begins with what stands before it of a country's or a trunk code."""
    if start and read[start - 1] in "06 -.()_\u200b" and (prefix := _PREFIX.search(read, max(0, start - 12), start)):
        return prefix.start()
    return start


def _is_grouped(number: str, read: str, start: int, end: int) -> bool:
    """Whether a number in groups is a mobile one, and no list of other numbers."""
    cuts = re.findall("[^0-9]+", number)
    lengths = [len(part) for part in re.findall("[0-9]+", number)]
    if "." in "".join(cuts) and (len(lengths) == 2 or len(set(cuts)) > 1):
        return False  # a decimal
    if lengths[0] == 4 and len(set(cuts)) > 1:
        return False
    if lengths == [4, 4, 3] and number.startswith("19") and re.match("[^0-9]+(?:19|20)", number[4:]):
        return False  # years
    if SIZES.search(read, max(0, start - 8), start) or SHORT_UNIT.match(read, end):
        return False
    before = read[max(0, start - 2) : start]
    return not (len(before) == 2 and before[0].isdigit() and before[1] in "-.")


def _is_dated(read: str, start: int, end: int) -> bool:
    """Whether what looks like a local number is a date, or years."""
    return bool(
        DATE.match(read, start, end)
        or re.match("(?:19|20)[0-9]{2}[^0-9]+(?:(?:19|20)[0-9]{2}|[0-9]{2}(?![0-9]))", read[start:end])
    )


def _together(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    if not is_contact(read, text, start, end):
        return None
    return (start, end, "".join(f"{text[at : at + 3]}****{text[at + 7 : at + 11]}" for at in range(start, end, 11)))


def _service(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    before = read[max(0, start - 2) : start]
    after_digit = len(before) == 2 and before[0].isdigit() and before[1] in "-."
    if SIZES.search(read, max(0, start - 8), start) or SHORT_UNIT.match(read, end):
        return None
    if (
        after_digit
        or not is_contact(read, text, start, end)
        or (set(match[0]) <= set("0123456789") and len(set(match[0])) < 3)
    ):
        return None
    return (start, end, starred(text, read, start, end, 3, 3))


def _labelled(text: str, read: str, match: re.Match[str]) -> Edit:
    start, end = match.span()
    return (start, end, starred(text, read, start, end, 0, -4))


def _abroad(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    chunks = re.findall("[0-9]+", match[0])
    if ("." in match[0] and len(chunks) < 3) or not is_contact(read, text, start, end):
        return None
    return (start, end, starred(text, read, start, end, 3, 4))


def _cued(text: str, read: str, match: re.Match[str], more: list[int]) -> Edit | None:
    start, end = match.span(3)
    cue = match[1]
    if cue[0] in LETTERS and read[match.start() - 1 : match.start()].isalpha() and read[match.start() - 1].isascii():
        return None
    if (match[2] and not _STRONG_WORD.search(match[0])) or (
        cue == "号码" and read[match.start() - 1 : match.start()].isalnum()
    ):
        return None
    if DATE.match(read, start) or UNIT.match(read, end):
        return None
    runs = chunks(read, start, end)
    for first in range(min(3, len(runs))):
        size = 0
        for begin, stop in runs[first:]:
            size += stop - begin
            begin = runs[first][0]
            if size == 11 and re.match("1[^0-9]*[3-9]", read[begin:stop]):
                return (begin, stop, starred(text, read, begin, stop, 3, 4))
    for first in range(min(4, len(runs))):
        if any(stop - begin > 4 for begin, stop in runs[:first]):
            break
        size = 0
        for begin, stop in runs[first:]:
            size += stop - begin
            if size in (7, 8):
                more.append(stop)
                begin = runs[first][0]
                return (begin, stop, starred(text, read, begin, stop, 0, -4))
            if size > 8:
                break
    return (start, end, starred(text, read, start, end, 0, 3))


def _numerals(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    places = [place for place in range(start, end) if read[place] not in " -\u200b"]
    if all(read[place].isascii() for place in places):
        return None
    signs = list(text[start:end])
    for place in places[3:7]:
        signs[place - start] = "*"
    return (start, end, "".join(signs))
