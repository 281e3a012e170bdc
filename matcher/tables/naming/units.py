"""Names of institutions as people write them: which cells name one unit, and which a person should look at."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from matcher.tables.naming.names_beside import PART, WHOLE, apart, behind_wholes, names_beside
from matcher.tables.naming.regions import find_region, without_place
from matcher.tables.naming.writings import fold

_IGNORED = re.compile(r"[·•.,，。*'\"《》]+")
_SCHOOL = "(?:大学|(?<!科)学院)$"  # whose schools are one unit, while firms of one group may be several
_LEGAL = re.compile(
    "(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|有限责任|有限合伙|普通合伙|合伙企业|集团|公司|总厂|厂|co"
    "ltd|inc|llc|ltd)$"
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_TITLE = re.compile(
    "(?:技术|独立|特聘|客座|兼职)*(?:副?教授|讲师|(?:副|助理)?研究员|(?:正高级|教授级|高级|助理)?工程师"
    "|副?(?:院|所|校|厂|处|科|局)长|副?主任|董事长?|监事|理事长?|副?总?经理|顾问|首席专家|股东|法定代表人)$"
)
_SHORT = {
    "中国科学院": "中科院",
    "中国工程院": "工程院",
    "中国农业科学院": "中国农科院",
    "中国社会科学院": "中国社科院",
}
_NO_UNIT = frozenset(
    (
        "个人",
        "个体",
        "本人",
        "自然人",
        "自由职业",
        "自由职业者",
        "无业",
        "待业",
        "退休",
        "离休",
        "离退休",
        "已退休",
        "独立专家",
    )
)
UNIT_PAIRS = ["left", "right", "left_unit", "right_unit", "near", "beside"]


class _Unit(NamedTuple):
    """A name in a cell: its folded form, the wholes that it is a part of, and both without legal form and
    brackets, and without a place in front too. `beside`: whether the cell names it beside another one."""

    name: str
    key: str
    wholes: tuple[str, ...]
    bare: frozenset[str]
    placeless: frozenset[str]
    beside: bool = False


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
    in brackets or in a place in front, a name that stands beside another one (in its brackets, behind 原, 兼 or 子公司,
    before 退休), and two parts of another whole.
    Words that name no unit (个人, 退休, 自由职业 ...) are in common with nobody.

    Parameters
    ----------
    left, right
        Distinct cells.

    Returns
    -------
    DataFrame
        left, right (the cells), left_unit, right_unit (the names in them), near (False: one unit), beside (near, by
        a former, second or parent unit of the one that is the unit of the other), one row a pair of cells, the surest
        of its pairs of names; sorted by the cells.

    Examples
    --------
    >>> pairs = same_units(["虚构大学"], ["虚构大學机械学院", "山东虚构大学", "别的大学"])
    >>> pairs[["right", "near"]].to_numpy().tolist()
    [['山东虚构大学', True], ['虚构大學机械学院', False]]
    >>> same_units(["虚构机械公司（原虚构农机厂）"], ["虚构农机厂"])[["near", "beside"]].to_numpy().tolist()
    [[True, True]]
    """
    tables = [_keys(cells) for cells in (left, right)]
    both = tables[0].merge(tables[1], on=["kind", "key"], suffixes=("", "_right"))
    both = both[~(both["derived"] & both["derived_right"])]
    firms = both["whole"] & both["whole_right"] & ~both["key"].str.contains(_SCHOOL)
    likely = (both["kind"] == "bare") | firms
    beside = (both["beside"] ^ both["beside_right"]) & ~likely
    near = likely | both["beside"] | both["beside_right"]
    both = both.assign(near=near, beside=beside, order=2 * near - beside)
    both = both.rename(columns={"cell": "left", "cell_right": "right", "unit": "left_unit", "unit_right": "right_unit"})
    both = both.sort_values(["left", "right", "order", "left_unit", "right_unit"], kind="stable")
    return both.drop_duplicates(["left", "right"])[UNIT_PAIRS].reset_index(drop=True)


def _keys(cells: Iterable[str]) -> pd.DataFrame:
    """Every key under which a cell may meet another: kind ("name" or "bare"), and how it came about."""
    rows = []
    for cell in cells:
        for unit in _units(cell):
            keys = [("name", unit.key, False, False), *(("name", whole, True, False) for whole in unit.wholes)]
            keys += [("bare", form, False, False) for form in unit.bare]
            keys += [("bare", form, False, True) for form in unit.placeless]
            rows += [(cell, unit.name, *key, unit.beside) for key in keys]
    columns = ["cell", "unit", "kind", "key", "whole", "derived", "beside"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"whole": bool, "derived": bool, "beside": bool}).drop_duplicates(columns)


@functools.lru_cache(maxsize=1 << 17)
def _units(cell: str) -> list[_Unit]:
    texts: dict[str, tuple[str, bool]] = {}
    others: dict[str, tuple[str, bool]] = {}
    for piece in dict.fromkeys([cell, *apart(cell)]):
        outer, beside = names_beside(piece)
        texts.update({_key(text): (piece.strip(), False) for text in (outer, piece)})
        others.update({_key(text): (piece.strip(), True) for text in beside})
    named = (others | texts).items()
    return [_read(name, key)._replace(beside=beside) for key, (name, beside) in named if key and key not in _NO_UNIT]


def _key(name: str) -> str:
    """The folded name with the common short forms of academies and without the title of a person behind it."""
    key = fold_unit(name)
    for long, short in _SHORT.items():
        key = key.replace(long, short)
    bare = _TITLE.sub("", key)
    return bare if WHOLE.search(bare) else key


def _read(name: str, key: str) -> _Unit:
    ends = [match.end() for match in WHOLE.finditer(key)]
    wholes = tuple(key[:end] for end in ends if end < len(key) and PART.fullmatch(key[end:]))
    if not ends:  # a person, a number: nothing to take away
        return _Unit(name, key, (), frozenset({key}), frozenset())
    bare = frozenset(map(_bare, (key, *wholes))) - _NO_UNIT
    derived = frozenset(map(without_place, bare))
    inside = {_bare(text) for text in (*_BRACKETS.findall(key), *behind_wholes(key)) if WHOLE.search(text)}
    return _Unit(name, key, wholes, bare | _placed(bare), (derived | inside) - bare)


def _placed(names: Iterable[str]) -> frozenset[str]:
    """The names that begin with a place, with the place in one writing: 临沂虚构厂 and 临沂市虚构厂 have one."""
    forms = set()
    for name in names:
        rest = without_place(name)
        if rest != name and (region := find_region(name.removesuffix(rest))):
            forms.add("/".join((*region.names, rest)))
    return frozenset(forms)


def _bare(key: str) -> str:
    """Without brackets and legal form."""
    text = _BRACKETS.sub("", key)
    while (shorter := _LEGAL.sub("", text)) != text and len(shorter) > 1:
        text = shorter
    return text or key
