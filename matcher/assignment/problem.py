"""A pair table and its rules as one linear problem. Positions live in here and in the solvers; outside are ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from matcher.assignment.highs import Floats
from matcher.errors import TableError
from matcher.tables.rows.ids import id_texts

Bounds = Mapping[str, Mapping[str, int]]


class Rule(NamedTuple):
    """The meaning of one row of the problem: its kind, the ids it is about, and a name (group, grade, panel)."""

    kind: str
    left_id: str = ""
    right_id: str = ""
    name: str = ""


class Problem(NamedTuple):
    """Pairs (sorted by right id, then left id) and rows `low <= matrix @ chosen <= high`, one rule a row.

    left, right: all ids, sorted. at_left, at_right: their positions, one a pair. barred: pair -> why it must not be.
    required: pairs that must be. absent: required pairs that the table lacks.
    """

    left: list[str]
    right: list[str]
    at_left: NDArray[np.int64]
    at_right: NDArray[np.int64]
    scores: Floats
    matrix: Any
    low: Floats
    high: Floats
    rules: list[Rule]
    barred: dict[int, tuple[str, ...]]
    required: NDArray[np.int64]
    absent: list[tuple[str, str]]

    @property
    def open(self) -> NDArray[np.bool_]:
        """The pairs that no conflict bars."""
        mask = np.ones(len(self.scores), bool)
        mask[list(self.barred)] = False
        return mask


class Extra(NamedTuple):
    """Further rules of a panel; see `matcher.assignment.assigning.assign`."""

    at_most_per_group: int | None = None
    left_groups: Mapping[str, str] = {}
    grades: Mapping[str, str] = {}
    at_least_of_grade: Mapping[str, int] = {}
    previous: Sequence[frozenset[str]] = ()
    at_most_together: int | None = None


def build(
    pairs: pd.DataFrame,
    *,
    left: Bounds,
    right: Bounds,
    forbid: pd.DataFrame,
    require: Iterable[tuple[str, str]],
    extra: Extra,
) -> Problem:
    """The problem of a checked pair table (left_id, right_id, score)."""
    lefts, at_left = _positions(pairs["left_id"], left)
    rights, at_right = _positions(pairs["right_id"], right)
    order = np.lexsort((at_left, at_right))
    at_left, at_right, scores = at_left[order], at_right[order], pairs["score"].to_numpy(float)[order]
    keys = at_right * len(lefts) + at_left
    places = _Places(lefts, rights, keys)
    rows = _Rows(len(keys))
    rows.degrees("left", lefts, at_left, left)
    rows.degrees("right", rights, at_right, right)
    if extra.at_most_per_group is not None:
        rows.groups(lefts, rights, at_left, at_right, extra.left_groups, extra.at_most_per_group)
    for grade, least in sorted(extra.at_least_of_grade.items()):
        rows.grade(lefts, rights, at_left, at_right, extra.grades, grade, least)
    for number, panel in enumerate(extra.previous, start=1):
        most = len(panel) - 1 if extra.at_most_together is None else extra.at_most_together
        rows.panel(lefts, rights, at_left, at_right, panel, f"第{number}组", most)
    barred: dict[int, list[str]] = {}
    for name, other, reason in forbid[["left_id", "right_id", "reason"]].itertuples(index=False):
        if (place := places.find(name, other)) is not None and reason not in barred.setdefault(place, []):
            barred[place].append(reason)
    wanted = sorted(set(require))
    at = [places.find(*pair) for pair in wanted]
    return Problem(
        lefts, rights, at_left, at_right, scores,
        rows.matrix(), np.array(rows.low, float), np.array(rows.high, float), rows.rules,
        {place: tuple(reasons) for place, reasons in barred.items()},
        np.array([place for place in at if place is not None], np.int64),
        [pair for pair, place in zip(wanted, at, strict=True) if place is None],
    )  # fmt: skip


def limits(bounds: Bounds, name: str) -> tuple[int, float]:
    """Least and most partners of an id: its own, else the default's, else 0 and any number.

    A bound of the default gives way to one of the id's own: beside `max: 0` a default `min: 1` means 0.
    """
    given, default = bounds.get(name, {}), bounds.get("default", {})
    least = given.get("min", default.get("min", 0))
    most: float = given.get("max", default.get("max", np.inf))
    if "min" not in given and "max" in given:
        least = min(least, given["max"])
    if "max" not in given and "min" in given:
        most = max(least, most)
    return least, most


def check_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """The three columns with string ids and finite scores; TableError names every fault."""
    if missing := {"left_id", "right_id", "score"} - set(pairs.columns):
        raise TableError(f"配对表缺少列：{'、'.join(sorted(missing))}；需要 left_id、right_id、score")
    checked = pd.DataFrame(
        {
            "left_id": id_texts(pairs["left_id"]).to_numpy(object),
            "right_id": id_texts(pairs["right_id"]).to_numpy(object),
            "score": pd.to_numeric(pairs["score"], errors="coerce").to_numpy(float, na_value=np.nan),
        }
    )
    faults = [
        f"第 {row + 1} 对（{checked['left_id'][row]}，{checked['right_id'][row]}）：score 不是数字"
        for row in np.flatnonzero(~np.isfinite(checked["score"].to_numpy()))[:20]
    ]
    blank = (checked["left_id"] == "") | (checked["right_id"] == "")
    faults += [f"第 {row + 1} 对：左方或右方编号是空的" for row in np.flatnonzero(blank)[:20]]
    twice = checked.duplicated(["left_id", "right_id"])
    faults += [
        f"第 {row + 1} 对（{checked['left_id'][row]}，{checked['right_id'][row]}）：前面已经有这一对，请只留一行"
        for row in np.flatnonzero(twice)[:20]
    ]
    if faults:
        raise TableError("配对表不能使用：\n" + "\n".join(f"  {fault}" for fault in faults))
    return checked


def _positions(column: pd.Series[Any], bounds: Bounds) -> tuple[list[str], NDArray[np.int64]]:
    """All ids that have a pair or bounds of their own, sorted, and the position of each cell's id."""
    codes, seen = pd.factorize(column)
    ids = sorted({*map(str, seen), *(name for name in bounds if name != "default")})
    place = {name: i for i, name in enumerate(ids)}
    return ids, np.array([place[str(name)] for name in seen], np.int64)[codes]


class _Places:
    """Where a pair of ids stands."""

    def __init__(self, lefts: list[str], rights: list[str], keys: NDArray[np.int64]) -> None:
        self._left = {name: i for i, name in enumerate(lefts)}
        self._right = {name: i for i, name in enumerate(rights)}
        self._keys = keys

    def find(self, left: str, right: str) -> int | None:
        if left not in self._left or right not in self._right:
            return None
        key = self._right[right] * len(self._left) + self._left[left]
        place = int(np.searchsorted(self._keys, key))
        return place if place < len(self._keys) and self._keys[place] == key else None


class _Rows:
    """Rows as they come; every coefficient is 1."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.members: list[NDArray[np.int64]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.rules: list[Rule] = []

    def add(self, members: NDArray[np.int64], low: float, high: float, rule: Rule) -> None:
        if low > 0 or high < len(members):
            self.members.append(members)
            self.low.append(low if low > 0 else -np.inf)
            self.high.append(high)
            self.rules.append(rule)

    def degrees(self, side: str, ids: list[str], at: NDArray[np.int64], bounds: Bounds) -> None:
        for i, members in enumerate(_members(at, len(ids))):
            self.add(members, *limits(bounds, ids[i]), Rule(side, **{f"{side}_id": ids[i]}))

    def groups(
        self, lefts: list[str], rights: list[str], at_left: Any, at_right: Any, groups: Mapping[str, str], most: int
    ) -> None:
        names = sorted({name for name in groups.values() if name})
        code = np.array([names.index(groups[name]) if groups.get(name) else -1 for name in lefts], np.int64)[at_left]
        key = np.where(code >= 0, at_right * len(names) + code, len(rights) * len(names))
        for i, members in enumerate(_members(key, len(rights) * len(names) + 1)[:-1]):
            rule = Rule("group", right_id=rights[i // len(names)], name=names[i % len(names)])
            self.add(members, 0, most, rule)

    def grade(
        self,
        lefts: list[str],
        rights: list[str],
        at_left: Any,
        at_right: Any,
        grades: Mapping[str, str],
        grade: str,
        least: int,
    ) -> None:
        has = np.array([grades.get(name) == grade for name in lefts], bool)[at_left]
        for i, members in enumerate(_members(at_right, len(rights))):
            self.add(members[has[members]], least, np.inf, Rule("grade", right_id=rights[i], name=grade))

    def panel(
        self,
        lefts: list[str],
        rights: list[str],
        at_left: Any,
        at_right: Any,
        panel: frozenset[str],
        name: str,
        most: int,
    ) -> None:
        has = np.array([left in panel for left in lefts], bool)[at_left]
        for i, members in enumerate(_members(at_right, len(rights))):
            self.add(members[has[members]], 0, most, Rule("panel", right_id=rights[i], name=name))

    def matrix(self) -> Any:
        sizes = [len(members) for members in self.members]
        columns = np.concatenate([np.zeros(0, np.int64), *self.members])
        pointer = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        return sp.csr_array((np.ones(len(columns)), columns, pointer), shape=(len(sizes), self.width))


def _members(at: NDArray[np.int64], n: int) -> list[NDArray[np.int64]]:
    """For each position the pairs that stand there."""
    order = np.argsort(at, kind="stable")
    return np.split(order, np.cumsum(np.bincount(at, minlength=n))[:-1]) if n else []
