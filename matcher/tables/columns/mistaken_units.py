"""Amounts that are likely in a smaller unit than their column, as yuan under （万元） are. Arrays in, rows out.

The amounts of a column are taken to be log-normal, and one cell in `_RARE` to be in another unit. An amount is doubted
where it is then likelier that somebody wrote a smaller unit than that it is so large. Where the table counts persons,
the size of a firm explains its money: amounts are compared by the head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.tables.cells.numbers import takes_unit
from matcher.tables.cells.texts import UNITS

SMALL = 100_000  # yuan: sales, assets or budgets that all are below it may be in another unit
_RARE = 1_000
_LEAST = 4  # amounts of a column, of which one is compared with the others
_SPREAD = 0.7  # decades: the standard deviation of sizes is this at least, as that of the capital of firms is
_TIMES_FEWER = 1_000  # a unit so many times smaller than the column's is likely to be mistaken for it
_FEW = 0.1  # of the plain numbers of a column
_TYPED = {"元": 1, "万元": 10_000}

_Floats = NDArray[np.float64]


class Amounts(NamedTuple):
    """A column of money: the unit in which plain numbers are read, the amounts in yuan (NaN for unknown), the cells."""

    unit: int
    yuan: _Floats
    cells: Sequence[object]


def mistaken_units(columns: Mapping[str, Amounts], persons: _Floats | None) -> dict[str, dict[int, str]]:
    """For each column the rows whose amount is likely in another unit, and that unit.

    One amount beyond doubt casts doubt on those of its row that fit better in that unit too. persons: those of each
    row, NaN for unknown; None where the table counts none.
    """
    fitting: dict[str, dict[int, str]] = {}
    doubted: set[int] = set()
    heads = None if persons is None else _logarithms(persons)
    for name, (unit, yuan, cells) in columns.items():
        smaller = {word: math.log10(unit / typed) for word, typed in _TYPED.items() if unit >= typed * _TIMES_FEWER}
        if not smaller:
            continue
        sizes = _logarithms(yuan)
        off, spread = _off(sizes)
        compared, limits = off, np.full(len(off), spread)
        if heads is not None:
            by_head, spread_by_head = _off(sizes - heads)
            compared = np.where(np.isnan(by_head), off, by_head)
            limits = np.where(np.isnan(by_head), spread, spread_by_head)
        decades = np.array([0.0, *smaller.values()])
        nearest = np.abs(off[:, None] - decades).argmin(axis=1)  # 0: the unit of the column
        for i in map(int, np.flatnonzero(nearest)):
            if takes_unit(cells[i]):
                fitting.setdefault(name, {})[i] = list(smaller)[nearest[i] - 1]
                between = decades[nearest[i]]
                if compared[i] > between / 2 + limits[i] ** 2 * math.log(_RARE) / between:
                    doubted.add(i)
    found = {name: {i: word for i, word in rows.items() if i in doubted} for name, rows in fitting.items()}
    return {name: rows for name, rows in found.items() if rows}


def unsaid_units(yuan: _Floats, cells: Sequence[object], words: Mapping[int, str]) -> dict[int, str]:
    """Of a column without a unit, read in yuan, the plain numbers that fit better to the others in a unit that some of
    them name, and that unit; none where these are few, as a small amount among many in yuan is. words: the unit that a
    cell names, by row.

    >>> unsaid_units(np.array([1.2e6, 5, 9e5]), ["120万元", "5", "900000"], {0: "万元"})
    {1: '万元'}
    """
    part = [row for row, cell in enumerate(cells) if yuan[row] == 0 and str(cell).strip("0.,， ")]  # 0.35, rounded
    yuan = np.where(np.isin(np.arange(len(yuan)), part), 0.5, yuan)
    large = {row: word for row, word in words.items() if _scale(word) > 1 and yuan[row] > 0}
    if not large:
        return {}
    usual = float(np.median(_logarithms(yuan[list(large)])))
    word = min(large.values(), key=_scale)
    between = math.log10(_scale(word))
    off = usual - _logarithms(yuan)
    plain = [row for row, cell in enumerate(cells) if takes_unit(cell) and yuan[row] > 0]
    found = {row: word for row in plain if off[row] > between / 2}
    return found if len(found) > _FEW * len(plain) else {}


def small_beside(yuan: _Floats, cells: Sequence[object], beside: Sequence[Amounts]) -> list[int]:
    """Of a column without a unit, read in yuan beside columns of money that have one, the plain numbers where all are
    small for yuan and the usual one fits better to the others in their unit.

    >>> sales = [Amounts(10_000, np.array([3e5, 4e5, 5e5]), [30, 40, 50])]
    >>> small_beside(np.array([45, 0, 3e5]), ["45", "0", "30万"], sales)
    [0]
    >>> small_beside(np.array([8e4, 2e3, 9e4]), ["80000", "2000", "90000"], sales)
    []
    """
    plain = [row for row, cell in enumerate(cells) if takes_unit(cell) and yuan[row] > 0]
    others = np.concatenate([one.yuan[one.yuan > 0] for one in beside])
    if not plain or not len(others) or not all(yuan[row] < SMALL for row in plain):
        return []
    off = float(np.median(_logarithms(others)) - np.median(_logarithms(yuan[plain])))
    return plain if off > math.log10(min(one.unit for one in beside)) / 2 else []


def _scale(word: str) -> int:
    return UNITS.get(word.removesuffix("元") or "元", UNITS.get(word, 1))


def _logarithms(values: _Floats) -> _Floats:
    return np.log10(np.where(values > 0, values, np.nan))


def _off(sizes: _Floats) -> tuple[_Floats, float]:
    """How many decades each size lies above the median, the lower one of two, and their robust standard deviation; all
    NaN where they are too few to tell.
    """
    known = np.sort(sizes[~np.isnan(sizes)])
    if len(known) < _LEAST:
        return np.full(len(sizes), np.nan), _SPREAD
    median = known[(len(known) - 1) // 2]
    return sizes - median, max(_SPREAD, 1.4826 * float(np.median(np.abs(known - median))))
