"""Scores of one row an item, reviewer and criterion: put together to one row an item and reviewer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.review.sheets.criteria import number_of
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_TOTAL = re.compile(
    "(?:得分|评分)?(?:合计|总计|小计|总分|总得分|总评分|总评)(?:得?分)?|(?:综合|最终|最后|平均)(?:得分|评分|分数|分|成绩|评价)"
)
_NEAR = 1e-6


def criteria_added_up(reading: Reading) -> Reading:
    """A reading with the scores of each reviewer's criteria for an item added up, by weights where a column has them.

    A reviewer who lacks a criterion that others score, leaves one out or gives one twice with different scores has no
    score, which is told; rows of totals are left out. Raises TableError where it is not clear how weights count.
    """
    rows = reading.rows.reset_index(drop=True)
    names = rows["criterion"].fillna("").astype(str).str.strip()
    rows = rows.assign(criterion=names, key=names.map(fold))
    total = rows["key"].map(lambda key: bool(_TOTAL.fullmatch(key)))
    pair = ["item", "reviewer"]
    several = rows[~total & (names != "")].groupby(pair, dropna=False)["key"].nunique()
    rest = reading.rows.drop(columns=["criterion", "weight"])
    if not len(several) or several.max() < 2:  # no reviewer has more than one
        return replace(reading, rows=rest)
    parts = rows[~total]
    asked = _asked(parts)
    weights = _weights(parts, asked)
    kept: list[dict[str, Any]] = []
    found: list[tuple[str, str, str]] = []
    for (item, reviewer), group in parts.groupby(pair, sort=False, dropna=False):
        score, wrong = _sum(group, asked[str(item)], weights)
        if wrong:
            found.append((f"{item}、{reviewer}", f"{wrong}，没有总分", "请补齐或核对；这一位的这一项不计"))
        kept.append({**_joined(group), "score": score})
    shown = list(dict.fromkeys(parts["criterion"][parts["key"] != ""]))
    how = "按权重相加" if weights else "直接相加"
    text = f"一行一个指标的分数（{'、'.join(shown[:5])}{'等' if len(shown) > 5 else ''}），每位评委对每项的已{how}"
    found.insert(0, ("", text, "请核对；不是这样的，请另存一张一行一位评委对一项的总分表"))
    if total.any():
        found.append(("", f"{int(total.sum())} 行是合计，没有采用", "总分由各指标重新算出"))
    place = {name: str(reading.columns[name].iloc[0]) for name in ("file", "sheet")}
    title = REVIEW_SCORES["criterion"].title
    lines = [(place["file"], place["sheet"], pd.NA, title, *line, True) for line in found]
    table = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64", "kept": bool})
    lists = [one for one in (reading.problems, table) if len(one)]
    added = pd.DataFrame(kept)[list(rest.columns)].astype(rest.dtypes.to_dict() | {"score": "Float64"})
    return replace(reading, rows=added, problems=pd.concat(lists, ignore_index=True))


def _asked(parts: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The criteria of each item (key -> as written): those of its reviewers, or of another item that has these and
    more, since sums of fewer are no scores of the same scale.
    """
    named = parts[parts["key"] != ""]
    of = {str(item): dict(zip(group["key"], group["criterion"], strict=True)) for item, group in named.groupby("item")}
    whole = sorted(of.values(), key=len, reverse=True)
    return {
        str(item): next((one for one in whole if of.get(str(item), {}).keys() <= one.keys()), {})
        for item in parts["item"].unique()
    }


def _weights(parts: pd.DataFrame, asked: dict[str, dict[str, str]]) -> dict[str, float]:
    """What a point of each criterion counts; {} where no weights are given, or all are 1."""
    written = parts["weight"].fillna("").astype(str).str.strip()
    if not (written != "").any():
        return {}
    values: dict[str, float] = {}
    shares = written.str.contains("[%％]").any()
    for key, name, text in zip(parts["key"], parts["criterion"], written, strict=True):
        if not text:
            continue
        weight = number_of(text.rstrip("%％")) / (100 if text.endswith(("%", "％")) else 1)
        if not weight > 0 or abs(values.setdefault(key, weight) - weight) > _NEAR:
            raise TableError(f"评分指标“{name}”的权重“{text}”不是大于 0 的数，或各行不同；请核对")
    if lacking := [name for one in asked.values() for key, name in one.items() if key not in values]:
        raise TableError(f"有的评分指标没有权重：{'、'.join(dict.fromkeys(lacking))}；请都写权重，或都不写")
    if all(weight == 1 for weight in values.values()):
        return {}
    sums = {sum(values[key] for key in one) for one in asked.values() if one}
    if all(abs(total - 1) < _NEAR for total in sums):
        return values
    beyond = parts["score"].astype(float) > parts["key"].map(values).astype(float)
    if not shares and all(abs(total - 100) < _NEAR for total in sums) and beyond.any():
        return {key: weight / 100 for key, weight in values.items()}  # of scores out of 100, not points
    raise TableError(
        f"各指标的权重合计 {'、'.join(f'{total:g}' for total in sorted(sums))}，看不出是占总分的比例还是各指标的满分；"
        "是比例的请写成 40% 这样（合计 100%），是满分的请把这一列的表头改成“满分”（各指标的分数直接相加）"
    )


def _sum(group: pd.DataFrame, asked: dict[str, str], weights: dict[str, float]) -> tuple[float | None, str]:
    """The score of a reviewer for an item, and why there is none where it is not just not given."""
    scores: dict[str, float] = {}
    if group["score"].isna().all():
        return None, ""
    for key, name, cell in zip(group["key"], group["criterion"], group["score"], strict=True):
        if not key:
            return None, "有一行没有写评分指标"
        if pd.isna(cell):
            return None, f"“{name}”没有分数"
        if scores.setdefault(key, float(cell)) != float(cell):
            return None, f"“{name}”有几个不同的分数"
    if lacking := [name for key, name in asked.items() if key not in scores]:
        return None, f"没有“{'”“'.join(lacking)}”的分数，别的评委或项目有"
    return sum(score * weights.get(key, 1.0) for key, score in scores.items()), ""


def _joined(group: pd.DataFrame) -> dict[str, Any]:
    """The other cells of a reviewer's rows for an item: remarks joined, the last day, whether any row says recused."""
    row: dict[str, Any] = {}
    for name in map(str, group):
        cells = group[name].dropna()
        cells = cells[cells.astype(str).str.strip() != ""] if len(cells) else cells
        if name == "submitted_on":
            row[name] = cells.max() if len(cells) else pd.NaT
        elif name in ("conflict", "alternate"):
            row[name] = True if cells.astype(bool).any() else (cells.iloc[0] if len(cells) else pd.NA)
        elif name == "comment":
            row[name] = "\n".join(dict.fromkeys(cells.astype(str)))
        else:
            row[name] = cells.iloc[0] if len(cells) else group[name].iloc[0]
    return row
