"""Criteria in, of one level or two, merged or not: what reviewers score, and how much a point counts in the total."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.reviews import REVIEW_CRITERIA

_STATED = re.compile(r"[(（]\s*(?:满分|共|计)?\s*(\d+(?:\.\d+)?)\s*分?\s*[)）]\s*$")  # 创新性（40分）
_NEAR = 1e-6
_UNKNOWN = float("nan")


class Criterion(NamedTuple):
    """What reviewers are asked to score: between lowest and highest, and how much a point counts in the total."""

    name: str
    lowest: float
    highest: float
    weight: float = 1.0
    standard: str = ""

    @property
    def header(self) -> str:
        """Its column in the sheet."""
        return f"{self.name}（{self.lowest:g}至{self.highest:g}分）"

    @property
    def text(self) -> str:
        """Its bounds, what it counts at most where that is something else, and its standard, for a reviewer."""
        counts = "" if self.weight == 1 else f"，满分在总分中计 {self.weight * self.highest:g} 分"
        return f"{self.lowest:g} 至 {self.highest:g} 分{counts}。{self.standard}"


def read_criteria(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of criteria (the contract REVIEW_CRITERIA), one row each; of two levels (一级指标, 二级指标), those
    that have points of their own.

    A first level with points for all below it is one criterion, with what stands below it as its standard. Points of
    both levels are held against each other, and so are weights of both, those below being shares of the whole or of
    their first level. Raises TableError where they differ, or where it is not clear which they are.

    Examples
    --------
    >>> table = pd.DataFrame({"一级指标": ["创新（40分）", None], "二级指标": ["原始", "集成"], "分值": [25, 15]})
    >>> read_criteria(table).rows[["criterion", "highest"]].values.tolist()
    [['创新：原始', 25.0], ['创新：集成', 15.0]]
    """
    reading = read_table(source, REVIEW_CRITERIA, sheet=sheet, columns=columns)
    named = reading.columns["field"].astype(str).tolist()
    if "group" not in named:
        return reading
    if "criterion" not in named:
        return Reading(reading.rows.assign(criterion=reading.rows["group"]), reading.problems, reading.columns)
    return _of_two_levels(reading, named)


def _of_two_levels(reading: Reading, named: list[str]) -> Reading:
    """One row a criterion that has points of its own; named: the field of each column of the file."""
    rows, problems, headers = reading.rows, reading.problems, reading.columns["header"].astype(str).tolist()
    leaf = named.index("criterion")

    def told(at: int, words: str) -> pd.Series:
        return (problems["column"] == headers[at]) & problems["problem"].str.contains(words, regex=False)

    def further(name: str) -> list[int]:
        return [
            at for at in range(len(named)) if not named[at] and told(at, f"都是“{REVIEW_CRITERIA[name].title}”").any()
        ]

    table = rows
    if "weight" in named and named.index("weight") < leaf:  # 权重 beside the first level is its own
        second = further("weight")
        low = rows[headers[second[0]]].map(_share) if second else _UNKNOWN
        table = rows.assign(group_weight=rows["weight"], weight=low)
        for at in (named.index("weight"), *second):
            problems = problems[~(told(at, "纵向合并") | told(at, "都是“"))]
    elif "group_weight" in named:
        problems = problems[~told(named.index("group_weight"), "纵向合并")]
    whole, own = [_UNKNOWN] * len(rows), rows["highest"].astype(float).tolist()
    points = named.index("highest") if "highest" in named else leaf
    if points < leaf:
        second = further("highest")
        whole, own = own, [number_of(cell) for cell in rows[headers[second[0]]]] if second else whole
        for at in (points, *second):
            problems = problems[~(told(at, "纵向合并") | told(at, "都是“"))]
    groups = _groups(rows["group"])
    if merged := int(told(points, "纵向合并").sum()):
        even = [some for some in groups if len(some) > 1 and len({own[row] for row in some}) == 1]
        if sum(map(len, even)) != merged:
            raise TableError(f"“{headers[points]}”有的跨几行合并，看不出是哪几项的分；请拆开，或只合并整个一级指标")
        for row in (row for some in even for row in some):
            whole[row], own[row] = own[row], _UNKNOWN
        problems = problems[~told(points, "纵向合并")]
    table = table.assign(highest=own, whole=whole)
    levels = [table.iloc[some].to_dict("records") for some in groups]
    found = [one for level, high in zip(levels, _in_total(levels), strict=True) for one in _criteria_below(level, high)]
    return Reading(pd.DataFrame(found)[[column.name for column in REVIEW_CRITERIA.columns]], problems, reading.columns)


def _groups(names: pd.Series) -> list[list[int]]:
    """The rows of each first level: those without a name belong to the one above."""
    groups: list[list[int]] = []
    for row, name in enumerate(names.astype(str).str.strip()):
        if not groups or (name and name != names.iloc[groups[-1][0]].strip()):
            groups.append([])
        groups[-1].append(row)
    return groups


def _in_total(levels: list[list[dict[Any, Any]]]) -> list[float]:
    """The weight of each first level, NaN without any; the weights below it become shares of the whole.

    What stands below is written as a share of the whole (60 % = 40 % + 20 %) or of its first level (60 % = 0.6 of which
    0.5 + 0.5); without weights below, the points of each first level add up to its weight, or to the same for all.
    """
    weights = [[number_of(row["group_weight"]) for row in level] for level in levels]
    own = [{weight for weight in some if weight == weight} for some in weights]
    if not any(own):
        return [_UNKNOWN] * len(levels)
    if not all(len(some) == 1 for some in own):
        raise TableError("有的一级指标没有权重，或有几个不同的；请每个一级指标写一个权重")
    high = _as_shares([some.pop() for some in own])
    below = [[number_of(row["weight"]) for row in level] for level in levels]
    pointed = all(weight != weight for some in below for weight in some)
    if pointed:
        below = [[number_of(row["highest"]) for row in level] for level in levels]
    sums = [sum(some) for some in below]
    if pointed and high and _same([total / 100 for total in sums], high):
        return [_UNKNOWN] * len(levels)  # the points say it already
    alike = max(sums) - min(sums) < _NEAR and (pointed or min(abs(sums[0] - 1), abs(sums[0] - 100)) < _NEAR)
    if high and (alike or _same(sums, high) or _same(sums, [100 * one for one in high])):
        for level, some, total, weight in zip(levels, below, sums, high, strict=True):
            for row, part in zip(level, some, strict=True):
                row["weight"] = weight * part / total
        return high
    shown = "、".join(
        f"{str(level[0]['group']).strip()} {weight:g}（其下合计 {total:g}）".replace("nan", "未写全")
        for level, (weight, *_), total in zip(levels, weights, sums, strict=True)
    )
    raise TableError(
        f"一级权重和二级权重对不上：{shown}；二级权重请都写成占总分的（合计等于一级权重），"
        "或都写成占一级指标的（各合计 100%），一级权重合计应为 100%"
    )


def _as_shares(weights: list[float]) -> list[float]:
    """Weights that add up to 1 or to 100 as shares; [] where they do neither."""
    total = sum(weights)
    return [weight / total for weight in weights] if min(abs(total - 1), abs(total - 100)) < _NEAR else []


def _same(some: list[float], others: list[float]) -> bool:
    return all(abs(one - other) < _NEAR for one, other in zip(some, others, strict=True))


def _share(cell: Any) -> float:
    """A weight of a column that was kept as it is: 0.5, 50 or 50%."""
    text = str(cell).strip()
    return number_of(text[:-1]) / 100 if text.endswith(("%", "％")) else number_of(cell)


def _criteria_below(rows: list[dict[Any, Any]], weight: float) -> list[dict[Any, Any]]:
    """The criteria of one first level: what stands below it, or itself where it alone has points; weight: its own."""
    name = str(rows[0]["group"]).strip()
    stated = _STATED.search(name)
    whole = rows[0]["whole"] if not pd.isna(rows[0]["whole"]) else float(stated[1]) if stated else _UNKNOWN
    name = name[: stated.start()] if stated else name
    own = [row["highest"] for row in rows if not pd.isna(row["highest"])]
    if len(rows) > 1 and not pd.isna(rows[0]["highest"]) and len(own) == 1 and pd.isna(whole):
        whole, own = own[0], []
    if not own:
        parts = ["：".join(filter(None, (str(row["criterion"]), str(row["standard"])))) for row in rows]
        own_weight = rows[0]["weight"] if weight != weight else weight
        joined = {"criterion": name, "highest": whole, "weight": own_weight, "standard": "；".join(filter(None, parts))}
        return [{**rows[0], **joined}]
    if not pd.isna(whole) and abs(sum(own) - whole) > _NEAR:
        raise TableError(f"一级指标“{name}”是 {whole:g} 分，其下的二级指标合计 {sum(own):g} 分；请核对")
    return [{**row, "criterion": "：".join(filter(None, (name, str(row["criterion"]).strip())))} for row in rows]


def criteria_of(table: pd.DataFrame) -> list[Criterion]:
    """The criteria of a table.

    Without weights, or with a weight of 1 for all, points are added up. Weights that add up to 1 (or 100, as per cent)
    are shares of the total: where the bounds differ, each share is that of a score's highest, and the total is out of
    100; where they are the same, a score counts by its weight. Raises TableError for a criterion without a name or a
    highest score, or twice, for weights that only some have, and for other weights with different bounds.
    """
    rows = table.to_dict("records")
    given = [number_of(row["weight"]) for row in rows]
    out = []
    for row in rows:
        name = str(row["criterion"] or "").strip()
        low, high = (number_of(row[key]) for key in ("lowest", "highest"))
        low = 0.0 if pd.isna(low) else float(low)
        if not name or pd.isna(high) or not low < float(high):
            raise TableError(f"评审指标“{name}”须有名称，最高分须大于最低分；请补填后重试")
        out.append(Criterion(name, low, float(high), standard=str(row["standard"] or "")))
    if twice := {one.name for one in out if sum(other.name == one.name for other in out) > 1}:
        raise TableError(f"评审指标重复：{'、'.join(sorted(twice))}")
    if all(pd.isna(weight) for weight in given) or all(weight == 1 for weight in given):
        return out
    return [one._replace(weight=weight) for one, weight in zip(out, _weights(out, given), strict=True)]


def _weights(criteria: Sequence[Criterion], given: Sequence[float]) -> list[float]:
    """How much a point of each criterion counts."""
    lacking = [one.name for one, weight in zip(criteria, given, strict=True) if not weight > 0]
    if lacking:
        raise TableError(f"有的评审指标没有大于 0 的权重：{'、'.join(lacking)}；请都写权重，或都不写")
    shares = [weight / 100 for weight in given] if abs(sum(given) - 100) < _NEAR else list(given)
    if len({(one.lowest, one.highest) for one in criteria}) == 1:
        return shares
    if abs(sum(shares) - 1) < _NEAR and not any(one.lowest for one in criteria):
        return [share * 100 / one.highest for one, share in zip(criteria, shares, strict=True)]
    bounds = "、".join(f"{one.name} {one.lowest:g} 至 {one.highest:g} 分" for one in criteria)
    raise TableError(
        f"各指标的分数范围不同（{bounds}），权重合计 {sum(given):g}，看不出总分怎样合成；"
        "请把范围改成一样，或从 0 分起、让权重合计为 100%，或去掉权重（各项分数直接相加）"
    )


def number_of(cell: Any) -> float:
    """A cell as a number, NaN where it is none."""
    return float(pd.to_numeric(pd.Series([cell]), errors="coerce").astype(float).iloc[0])
