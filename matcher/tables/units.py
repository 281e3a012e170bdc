"""Names of institutions as people write them: which cells name one unit, and which a person should look at."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from matcher.tables.regions import without_place
from matcher.tables.writings import fold

_SEVERAL = re.compile(r"[、；;/／|｜\n]+|(?<=[\u4e00-\u9fff)）])[,，]+(?=[\u4e00-\u9fff])")
_IGNORED = re.compile(r"[·•.,，。*'\"《》]+")
_WHOLE = re.compile("大学|学院|研究院|研究所|科学院|医院|学校|公司|集团|厂|局|协会|学会")
_PART = re.compile(
    r"[(\[]?[^()\[\]]*(?:学院|学部|系|研究院|研究所|研究中心|中心|实验室|课题组|团队|医院|院区|校区|分校|本部|总部|分公司|分厂|事业部|车间"
    r"|部|处|科|室|所|站|基地|图书馆)[)\]]?"
)
_SCHOOL = "(?:大学|(?<!科)学院)$"  # whose schools are one unit, while firms of one group may be several
_LEGAL = re.compile(
    "(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|有限责任|有限合伙|普通合伙|合伙企业|集团|公司|总厂|厂|co"
    "ltd|inc|llc|ltd)$"
)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
UNIT_PAIRS = ["left", "right", "left_unit", "right_unit", "near"]


class _Unit(NamedTuple):
    """A name in a cell: its folded form, the wholes that it is a part of, and both without legal form and
    brackets, and without a place in front too."""

    name: str
    key: str
    wholes: tuple[str, ...]
    bare: frozenset[str]
    placeless: frozenset[str]


def fold_unit(name: str) -> str:
    """What the writings of one unit's name share: width, case, blanks, brackets, dots and traditional characters.

    >>> fold_unit("虚构 大學（本部）"), fold_unit("ABC研究院·")
    ('虚构大学(本部)', 'abc研究院')
    """
    return _IGNORED.sub("", fold(name)).translate({ord("["): "(", ord("]"): ")", ord("【"): "(", ord("】"): ")"})


def same_units(left: Iterable[str], right: Iterable[str]) -> pd.DataFrame:
    """The cells of two columns that name one unit, or nearly one.

    One unit: equal names in any writing, one of several names in a cell (、；/), a part and its whole (a school of the
    university, a branch of the firm), two schools of one university. Nearly one: names that differ in the legal form,
    in brackets or in a place in front, and two parts of another whole.

    Parameters
    ----------
    left, right
        Distinct cells.

    Returns
    -------
    DataFrame
        left, right (the cells), left_unit, right_unit (the names in them), near (False: one unit), one row a pair of
        cells, the surer of its pairs of names; sorted by the cells.

    Examples
    --------
    >>> pairs = same_units(["虚构大学"], ["虚构大學机械学院", "山东虚构大学", "别的大学"])
    >>> pairs[["right", "near"]].to_numpy().tolist()
    [['山东虚构大学', True], ['虚构大學机械学院', False]]
    """
    tables = [_keys(cells) for cells in (left, right)]
    both = tables[0].merge(tables[1], on=["kind", "key"], suffixes=("", "_right"))
    both = both[~(both["derived"] & both["derived_right"])]
    firms = both["whole"] & both["whole_right"] & ~both["key"].str.contains(_SCHOOL)
    both = both.assign(near=(both["kind"] == "bare") | firms)
    both = both.rename(columns={"cell": "left", "cell_right": "right", "unit": "left_unit", "unit_right": "right_unit"})
    both = both.sort_values(["left", "right", "near", "left_unit", "right_unit"], kind="stable")
    return both.drop_duplicates(["left", "right"])[UNIT_PAIRS].reset_index(drop=True)


def _keys(cells: Iterable[str]) -> pd.DataFrame:
    """Every key under which a cell may meet another: kind ("name" or "bare"), and how it came about."""
    rows = []
    for cell in cells:
        for unit in _units(cell):
            rows.append((cell, unit.name, "name", unit.key, False, False))
            rows += [(cell, unit.name, "name", whole, True, False) for whole in unit.wholes]
            rows += [(cell, unit.name, "bare", form, False, False) for form in unit.bare]
            rows += [(cell, unit.name, "bare", form, False, True) for form in unit.placeless]
    columns = ["cell", "unit", "kind", "key", "whole", "derived"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"whole": bool, "derived": bool}).drop_duplicates(columns)


@functools.lru_cache(maxsize=1 << 17)
def _units(cell: str) -> list[_Unit]:
    names = dict.fromkeys([cell, *_SEVERAL.split(cell)])
    return [_read(name.strip(), key) for name in names if (key := fold_unit(name))]


def _read(name: str, key: str) -> _Unit:
    ends = [match.end() for match in _WHOLE.finditer(key)]
    wholes = tuple(key[:end] for end in ends if end < len(key) and _PART.fullmatch(key[end:]))
    if not ends:  # a person, a number: nothing to take away
        return _Unit(name, key, (), frozenset({key}), frozenset())
    bare = frozenset(map(_bare, (key, *wholes)))
    return _Unit(name, key, wholes, bare, frozenset(map(without_place, bare)) - bare)


def _bare(key: str) -> str:
    """Without brackets and legal form."""
    text = _BRACKETS.sub("", key)
    while (shorter := _LEGAL.sub("", text)) != text and len(shorter) > 1:
        text = shorter
    return text or key
