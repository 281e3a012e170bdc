"""Texts of needs cut into sentences: full stops, line ends, numbered items and changes of speech. Places out."""

from __future__ import annotations

import re
from itertools import pairwise

_DIGITS = "一二三四五六七八九十"
_NUMBERS = {(_DIGITS[i] if i < 10 else "十" + _DIGITS[i - 10]): i + 1 for i in range(19)} | {"二十": 20}
_NUMERAL = "(二十|十[一二三四五六七八九]|[一二三四五六七八九十])"
_BEHIND_SIGN = re.compile(r"(?:^|[\s。；;：:，,、！!？?.）)”\"】])$")

# Marks of lists; a list counts up from 1 in one style. The first mark of an open style stands behind a sign.
# Beside each the signs of which one stands in every text with such a list.
_CLOSED = (
    ("①", re.compile(r"([①-⑳])")),
    ("1１", re.compile(r"[（(](\d{1,2})[）)]")),
    ("一", re.compile(rf"[（(]{_NUMERAL}[）)]")),
)
_OPEN = (
    ("1１", re.compile(r"(?<![\d.A-Za-z（(])(\d{1,2})(?:[、．]|\.(?!\d))")),
    ("1１", re.compile(r"(?<![\d.A-Za-z（(])(\d{1,2})[）)]")),
    ("一", re.compile(rf"(?<![{_DIGITS}第]){_NUMERAL}[、.．]")),
    ("一", re.compile(rf"第{_NUMERAL}(?:[，,、：:]|点|是)")),
    ("一", re.compile(rf"(?<![第之]){_NUMERAL}(?:是|、是)")),
)
_SHORTEST_ITEM = 3  # "1、2、3" is no list

_STOP = re.compile(
    r"[。！？!?；;]+[”’」』）)\"]*|[\r\n]+|[ \t\u3000]{2,}|(?<=[a-z)])\.(?=\s+[A-Z])|(?=【)",
)

# Where a long sentence passes from what is to what is wanted, to money and time, or to the firm.
_TURN = re.compile(
    r"[，,](?=(?:(?:因此|因而|所以|为此|故|故而|现|现在|目前|同时|并|且|由此|从而|于是|我公司|我司|本公司|公司|企业|特|我们)"
    r"{0,3}(?:希望|急需|亟需|亟待|迫切需要|急切需要|寻求|寻找|寻觅|求购|诚征|征集|期望|期待|盼望|拟|欲|现需|现求|特需|"
    r"望能|想要|想)|(?:因此|因而|所以|为此|故|现|现在|目前)(?:我们|我公司|我司|公司|企业|现)?(?:需要|需|求|要求)|"
    r"(?:预算|拟投入|计划投入|意向投入|总投资|合作方式|合作期限|完成时间|完成期限|知识产权归)|"
    r"(?:我公司|本公司|我司|公司)(?:现有|目前|成立|年产|是|已|拥有|主要)))"
)
_LONG = 30
_SHORTEST_PART = 8
_BLANK = " \t\r\n\xa0\u3000"


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The places of the sentences of a text, in order: `text[start:end]` is one, its stop included, without blanks.

    A sentence ends at 。！？； and line ends, and before an item of a numbered list (1、 2. （3） ① 第一， 一、 一是)
    that counts up from 1 to at least 2. One of more than 30 characters is also cut at a comma behind which the speech
    turns to a wish, to money and time, or to the firm. A piece without a letter or digit is none. "" gives [].

    Examples
    --------
    >>> from matcher.needs.sentences import split_sentences
    >>> text = "现有阀门易漏。要求：1、零泄漏2、耐高温"
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['现有阀门易漏。', '要求：', '1、零泄漏', '2、耐高温']
    """
    cuts = {0, len(text), *(stop.end() for stop in _STOP.finditer(text))}
    for first, style in (*_CLOSED, *_OPEN):
        if any(sign in text for sign in first):
            cuts |= _items(style, text, behind_sign=(first, style) in _OPEN)
    places = sorted(cuts)
    pieces: list[tuple[int, int]] = []
    for start, end in pairwise(places):
        pieces += _turns(text, start, end)
    trimmed = []
    for start, end in pieces:
        piece = text[start:end]
        if any(map(str.isalnum, piece)):
            trimmed.append((end - len(piece.lstrip(_BLANK)), start + len(piece.rstrip(_BLANK))))
    return trimmed


def _items(style: re.Pattern[str], text: str, *, behind_sign: bool) -> set[int]:
    """Where the items of the lists of one style begin."""
    places: set[int] = set()
    run: list[re.Match[str]] = []
    for mark in style.finditer(text):
        sign = mark[1]
        number = _NUMBERS.get(sign) or (int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1)
        if run and number == len(run) + 1 and mark.start() - run[-1].end() >= _SHORTEST_ITEM:
            run.append(mark)
            places |= {item.start() for item in (run if len(run) == 2 else run[-1:])}
        elif number == 1 and (not behind_sign or _BEHIND_SIGN.search(text, 0, mark.start())):
            run = [mark]
    return places


def _turns(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= _LONG:
        return [(start, end)]
    parts = []
    for comma in _TURN.finditer(text, start, end):
        if comma.end() - start >= _SHORTEST_PART and end - comma.end() >= _SHORTEST_PART:
            parts.append((start, comma.end()))
            start = comma.end()
    return [*parts, (start, end)]
