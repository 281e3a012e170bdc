"""Score sheets out to reviewers, and their scores in: what is missing, late or impossible is told before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import REVIEW
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.own_schemas import REVIEW_SCORES
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table

_SHEET_COLUMNS = ["item", "title", "reviewer", "score", "comment"]


class Checked(NamedTuple):
    """Scores that count (item, reviewer, score), and what was wrong: the columns of a problem table."""

    scores: pd.DataFrame
    problems: pd.DataFrame


def read_scores(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of reviews, one row a review (the contract REVIEW_SCORES); also one of pairs without scores yet.

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "专家编号": ["E1"], "打分": [86]})
    >>> read_scores(table).rows[["item", "reviewer", "score"]].values.tolist()
    [['P1', 'E1', 86]]
    """
    return read_table(source, REVIEW_SCORES, sheet=sheet, columns=columns)


def score_sheets(pairs: pd.DataFrame) -> dict[str, Sheet]:
    """One sheet a reviewer with the items to score, in the order of the table; a pair with a conflict is left out.

    pairs: item, reviewer, and where known title and conflict, as `read_scores` gives them. The filled workbook's
    sheets are read back as one table (`matcher gather`). Raises TableError where a pair lacks an id.
    """
    check_frame(pairs, "pairs", "read_scores(path).rows")
    _check_ids(pairs, "item", "reviewer")
    kept = pairs[~_flags(pairs, "conflict")]
    look = {"titles": REVIEW, "frozen": 2, "formats": {"item": "@", "reviewer": "@"}}
    sheets: dict[str, Sheet] = {}
    for reviewer, group in kept.groupby(kept["reviewer"].astype(str), sort=True):
        table = group.reindex(columns=_SHEET_COLUMNS).assign(score=None, comment=None).astype(object)
        sheets[f"{len(sheets) + 1:03d} {reviewer}"[:31]] = Sheet(table.where(table.notna(), None), **look)  # type: ignore[arg-type]
    if not sheets:
        raise TableError("没有要评的项目：表是空的，或者每一对都须回避")
    return sheets


def check_scores(
    scores: pd.DataFrame,
    *,
    lowest: float | None = None,
    highest: float | None = None,
    expected: pd.DataFrame | None = None,
    due: Day | None = None,
) -> Checked:
    """What may count of scores, and what was wrong.

    Parameters
    ----------
    scores
        item, reviewer, score, and where known submitted_on and conflict.
    lowest, highest
        The scale; a score outside is impossible and does not count.
    expected
        Pairs (item, reviewer) that were given out: one without a score is missing; a score of another pair does not
        count.
    due
        The last day; a later score counts and is told.

    Returns
    -------
    Checked
        Scores sorted by item and reviewer. A review of a pair with a conflict, without a score, outside the scale or of
        no given-out pair does not count; of a pair that stands twice with different scores none counts, with one score
        it counts once.

    Raises
    ------
    TableError
        A column or an id lacks, or no score may count.
    ArgumentError
        `lowest` is not below `highest`.
    """
    check_frame(scores, "scores", "read_scores(path).rows")
    if lowest is not None and highest is not None and not lowest < highest:
        raise ArgumentError(f"lowest must be below highest, not {lowest} and {highest}")
    _check_ids(scores, "item", "reviewer", "score")
    table = scores.reset_index(drop=True)
    table = table.assign(item=table["item"].astype(str), reviewer=table["reviewer"].astype(str))
    table["score"] = pd.to_numeric(table["score"], errors="coerce").astype(float)
    found: list[tuple[int | None, str, str, str, str, bool]] = []
    out = pd.Series(False, table.index)

    def refuse(rows: pd.Series, column: str, problem: str, action: str) -> None:
        nonlocal out
        for row in table.index[rows & ~out].tolist():
            pair = f"{table['item'][row]}、{table['reviewer'][row]}"
            found.append((None, REVIEW_SCORES[column].title, pair, problem, action, False))
        out |= rows

    refuse(_flags(table, "conflict"), "conflict", "须回避的评委", "这一行不计")
    refuse(table["score"].isna(), "score", "没有分数", "请催交；这一行不计")
    beyond = pd.Series(False, table.index)
    if lowest is not None:
        beyond |= table["score"] < lowest
    if highest is not None:
        beyond |= table["score"] > highest
    scale = "".join(
        f"{word} {value:g}" for word, value in (("低于", lowest), ("、高于" if lowest is not None else "高于", highest))
        if value is not None
    )  # fmt: skip
    refuse(beyond, "score", f"分数{scale}", "请向评委核实；这一行不计")
    if expected is not None:
        given = _pairs(expected)
        here = list(zip(table["item"], table["reviewer"], strict=True))
        refuse(
            pd.Series([pair not in given for pair in here], table.index), "reviewer", "没有派给这位评委", "这一行不计"
        )
    pair = ["item", "reviewer"]
    kept = table[~out]
    differing = kept.groupby(pair)["score"].transform("nunique") > 1
    refuse(
        differing.reindex(table.index, fill_value=False), "score", "同一位评委对同一项给了不同的分数", "请核实；都不计"
    )
    kept = table[~out].drop_duplicates(pair)
    if due is not None and "submitted_on" in kept:
        late = kept[pd.to_datetime(kept["submitted_on"]).dt.normalize() > pd.Timestamp(as_day(due))]
        for row in late.index.tolist():
            who = f"{table['item'][row]}、{table['reviewer'][row]}"
            found.append(
                (None, REVIEW_SCORES["submitted_on"].title, who, f"迟于 {as_day(due)}", "照计，请决定是否采用", True)
            )
    if expected is not None:
        seen = set(zip(table["item"], table["reviewer"], strict=True))
        for item, reviewer in sorted(_pairs(expected) - seen):
            found.append(
                (None, REVIEW_SCORES["score"].title, f"{item}、{reviewer}", "派出后没有收到分数", "请催交", False)
            )
    asked = set(table["item"]) if expected is None else {item for item, _ in _pairs(expected)}
    without = sorted(asked - set(kept["item"]))
    found += [
        (None, REVIEW_SCORES["item"].title, item, "没有一个有效的分数，不在结果中", "请补评", False) for item in without
    ]
    if kept.empty:
        raise TableError("没有一个分数可用：" + "；".join(sorted({problem for _, _, _, problem, _, _ in found})))
    frame = pd.DataFrame(
        [("", "", row, column, value, problem, action, use) for row, column, value, problem, action, use in found],
        columns=PROBLEM_COLUMNS,
    )
    frame["row"] = frame["row"].astype("Int64")
    ordered = kept.sort_values(pair, kind="stable", ignore_index=True)
    return Checked(ordered[[*pair, "score"]], frame)


def _check_ids(table: pd.DataFrame, *names: str) -> None:
    if missing := [name for name in names if name not in table]:
        raise TableError(f"评分表缺少列：{'、'.join(REVIEW_SCORES[name].title for name in missing)}")
    for name in ("item", "reviewer"):
        empty = table[name].isna() | (table[name].astype(str).str.strip() == "")
        if empty.any():
            title = REVIEW_SCORES[name].title
            raise TableError(
                f"评分表有 {int(empty.sum())} 行没有{title}，首先是第 {int(empty.to_numpy().argmax()) + 1} 行"
            )


def _pairs(table: pd.DataFrame) -> set[tuple[str, str]]:
    _check_ids(table, "item", "reviewer")
    kept = table[~_flags(table, "conflict")]
    return set(zip(kept["item"].astype(str), kept["reviewer"].astype(str), strict=True))


def _flags(table: pd.DataFrame, name: str) -> pd.Series:
    """A column of yes and no; unknown and absent ones as no."""
    if name not in table:
        return pd.Series(False, table.index)
    return table[name].map(lambda cell: str(cell).lower() in ("true", "1", "1.0", "yes", "是")).astype(bool)
