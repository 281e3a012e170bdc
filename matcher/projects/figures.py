"""Figures in texts, however written: 75 %, 百分之七十五, 四分之三 and 七成五 are one. Strings in, matrices out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_STEPS = {"十": 10, "百": 100, "千": 1000}
_MANY = {"千": 1e3, "万": 1e4, "亿": 1e8}
_NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万]+)"
_FIGURE = re.compile(
    rf"(?P<of>{_NUMBER})分之(?P<part>{_NUMBER})|(?P<tenths>[一二两三四五六七八九1-9])成(?P<more>[半一二三四五六七八九])?"
    r"|(?P<percent>\d+(?:\.\d+)?)\s?%|(?P<number>\d+(?:\.\d+)?)\s?(?P<many>[万亿千])?"
    r"|(?P<words>[零〇一二两三四五六七八九十百千万]{2,}|[二两三四五六七八九十])(?=[个年月天日秒分小时克斤公吨米座处家所台次份趟里伏度只层种级])"
)
_YEARS = range(1900, 2031)


def _read(words: str) -> float:
    """The number that digits or Chinese words spell; 0 where they spell none."""
    if words[0].isdigit():
        return float(words)
    whole = part = digit = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign == "万":
            whole, part, digit = (whole + part + digit) * 10_000, 0, 0
        else:
            part, digit = part + (digit or 1) * _STEPS[sign], 0
    return float(whole + part + digit)


def figures_of(text: str) -> set[float]:
    """The distinct figures of a text, shares as parts of one; years, 0 and 1 are none.

    Examples
    --------
    >>> sorted(figures_of("腐烂率低于5%，贮藏期延长到九个月")), figures_of("坏果不超过二十分之一")
    ([0.05, 9.0], {0.05})
    """
    found: set[float] = set()
    for match in _FIGURE.finditer(unicodedata.normalize("NFKC", text)):
        part = match.groupdict()
        if part["of"]:
            value = _read(part["part"]) / (_read(part["of"]) or 1)
        elif part["tenths"]:
            more = part["more"]
            value = _read(part["tenths"]) / 10 + (0.05 if more == "半" else _read(more) / 100 if more else 0)
        elif part["percent"]:
            value = float(part["percent"]) / 100
        elif part["words"]:
            value = _read(part["words"])
        else:
            value = float(part["number"]) * _MANY.get(part["many"], 1)
        found.add(round(value, 4))
    return {value for value in found if value not in (0, 1) and value not in _YEARS}


def shared_figures(mine: Sequence[set[float]], theirs: Sequence[set[float]]) -> tuple[csr_array, csr_array]:
    """(asked, figures) how rare each figure of an asked text is in the library, and (library, figures) which it has.

    mine, theirs: the figures of each asked text and of each of the library (`figures_of`).

    The product of the first and the second turned is, for each pair, the information that their common figures carry.
    """
    place = {value: at for at, value in enumerate(sorted(set().union(*mine)))}
    having = Counter(value for values in theirs for value in values if value in place)
    rare = np.array([np.log(max(len(theirs), 1) / (1 + having[value])) for value in place], np.float32)
    matrices = []
    for texts in (mine, theirs):
        columns = [[place[value] for value in values if value in place] for values in texts]
        ends = np.cumsum([0, *map(len, columns)])
        flat = np.array([at for some in columns for at in some], np.int32)
        matrices.append(csr_array((np.ones(len(flat), np.float32), flat, ends), shape=(len(texts), len(place))))
    matrices[0].data = np.maximum(rare[matrices[0].indices], 0)
    return matrices[0], matrices[1]
