"""Postings made twice. Platforms repeat each other with other punctuation, or with a line put before or after."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

PIECES = 20  # taken evenly from the shorter of two texts, each of 8 characters
PIECE = 8
SHARED = 0.8  # of the pieces must stand in the longer text
SHORTEST = 12  # characters of a row that can be a double but for one
_NUMBER = re.compile(
    r"\s*(?:[(（\[【]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）\]】]|\d{1,3}(?:[、．]|\.(?!\d)))\s*(?=.{4})"
)
_PRAISE = re.compile(
    r"(?<=.{4})[(（【\[](?:重点|优先)?(?:推荐|推介|发布|项目|成果|需求|转化|重点|优先|精品|热门|新|急|续)[)）】\]]\s*$"
)
_OPENS, _CLOSES = frozenset(" 0123456789(（[【"), frozenset(" )）]】")
_COMPARED = 5  # postings of one title that a row is compared with; a table of one title only stays fast


def find_reposts(texts: Sequence[Sequence[str]]) -> list[int]:
    """For each row the index of the first row that is the same posting; its own index where there is none before it.

    texts: columns of equal length, the title first. Two rows are the same posting when their titles agree in letters
    and digits, but for a number before them and （重点推荐） behind, and their other texts do too, or when of 20 pieces
    of the shorter of these 16 stand in the longer.
    """
    hashes = np.fromiter((hash(_title(title)) for title in texts[0]), np.int64, len(texts[0]))
    _, places, times = np.unique(hashes, return_inverse=True, return_counts=True)
    same: dict[tuple[str, str], int] = {}
    postings: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    originals = list(range(len(hashes)))
    for at in np.flatnonzero(times[places] > 1).tolist():
        first = at
        title, rest = _title(texts[0][at]), _letters(" ".join(column[at] for column in texts[1:]))
        if title or rest:
            first = same.setdefault((title, rest), at)
        if first == at:
            earlier = postings[title]
            first = next((before for before, other in earlier if _overlap(rest, other)), at)
            if first == at and len(earlier) < _COMPARED:
                earlier.append((at, rest))
            same[title, rest] = first
        originals[at] = first
    return originals


def near_doubles(texts: Sequence[Sequence[str]]) -> list[int]:
    """For each row an earlier row that is the same but for one character, its own index where there is none.

    texts: columns of equal length. Signs and blanks do not count; a digit or Latin letter does tell two rows apart
    (N21, N22), and rows of fewer than 12 characters are never doubles.

    >>> near_doubles([["轴承外观缺陷在线检测", "轴承外观缺陷在线检侧", "轴承"], ["漏检率0.5%", "漏检率0.5%。", ""]])
    [0, 0, 2]
    """
    keys = np.array([_halves(_letters(" ".join(row))) for row in zip(*texts, strict=True)], np.int64).reshape(-1, 6)
    _, places, times = np.unique(keys, return_inverse=True, return_counts=True)
    shared = (times[places].reshape(keys.shape) > 1) & (keys != 0)
    seen: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    doubles = list(range(len(keys)))
    for at in np.flatnonzero(shared.any(axis=1)).tolist():
        row, mine = _letters(" ".join(column[at] for column in texts)), keys[at][shared[at]].tolist()
        earlier = dict(pair for key in mine for pair in seen[key])
        doubles[at] = min((before for before, other in earlier.items() if _one_apart(other, row)), default=at)
        for key in mine:
            if len(seen[key]) < _COMPARED:
                seen[key].append((at, row))
    return doubles


def _halves(row: str) -> list[int]:
    """Numbers for the heads and tails of a row, of which one at least a row that differs by one character shares."""
    if len(row) < SHORTEST:
        return [0] * 6
    sizes = [(len(row) + more) // 2 for more in (-1, 0, 1)]
    return [hash((part, head)) for size in sizes for part, head in ((row[:size], True), (row[-size:], False))]


def _one_apart(one: str, other: str) -> bool:
    """Whether two texts differ by one character, put in, left out or another one, that is no digit or Latin letter."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = next((at for at, sign in enumerate(short) if sign != long[at]), len(short))
    same_end = short[start + (len(short) == len(long)) :] == long[start + 1 :]
    return same_end and not (long[start] + short[start : start + (len(short) == len(long))]).isascii()


def same_posting(text: str, other: str) -> bool:
    """Whether two texts are one posting: of 20 pieces of the shorter 16 stand in the longer. Short ones never are.

    >>> text = "泵壳铸造后内壁有气孔，需在线检测，单件不超过5秒"
    >>> same_posting(text, f"（转）{text}！"), same_posting("", "")
    (True, False)
    """
    one, two = _letters(text), _letters(other)
    return len(one) >= PIECE and len(two) >= PIECE and _overlap(one, two)


def _overlap(text: str, other: str) -> bool:
    shorter, longer = sorted((text, other), key=len)
    last = len(shorter) - PIECE
    starts = {last * i // (PIECES - 1) for i in range(PIECES)} if last >= 0 else set()
    return sum(shorter[start : start + PIECE] in longer for start in starts) >= SHARED * max(1, len(starts))


def _title(text: str) -> str:
    """The letters of a title without what a list puts around it: 1. , （3）, （重点推荐）."""
    if text[:1] in _OPENS:
        text = _NUMBER.sub("", text, count=1)
    if text[-1:] in _CLOSES:
        text = _PRAISE.sub("", text)
    return _letters(text)


def _letters(text: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"[\W_]+", "", text[:5000])).lower()
