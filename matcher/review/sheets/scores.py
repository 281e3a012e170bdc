"""Scores in, one row a review or one column a reviewer: what is missing, late or impossible is told first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.review.panels.stated import differing_sums
from matcher.review.sheets.cells import score_problems
from matcher.review.sheets.criterion_rows import criteria_added_up
from matcher.review.sheets.forms import by_items, in_groups, turned
from matcher.review.sheets.pairs import check_ids, flags, reviewers_apart, said_beside, sent_out
from matcher.review.sheets.reviewer_names import is_person, reviewer_key
from matcher.review.sheets.reviewer_sheets import sheets_of_reviewers
from matcher.review.sheets.same_writings import as_in_scores, in_one_writing
from matcher.review.sheets.wide_scores import headers_of, melted, persons_in_headers, reviewer_of_header, under_panel
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.files.grids import read_book
from matcher.tables.files.sheets import Book
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, describe, read_table
from matcher.tables.schemas.contracts import Contract
from matcher.tables.schemas.reviews import by_title
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_FOOT = re.compile("签[字名章]|^(?:注|备注|说明|填表人|制表|审核)|日期[:：]")  # what stands below a table


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
    """Read a table of reviews, one row a review (the contract REVIEW_SCORES); also one of pairs without scores yet,
    one with a column a reviewer, one with a row a criterion (评分指标), whose scores are added up
    (`criteria_added_up`), a workbook with a sheet a reviewer (`sheets_of_reviewers`), sheets or blocks of groups, a
    sheet an item, and a row a reviewer with a column an item (`matcher.review.sheets.forms`).

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "专家编号": ["E1"], "打分": [86]})
    >>> read_scores(table).rows[["item", "reviewer", "score"]].values.tolist()
    [['P1', 'E1', 86.0]]
    """
    if sheet is None:
        by_sheet = sheets_of_reviewers(
            source,
            lambda book, name: read_by_id_or_title(book, REVIEW_SCORES, sheet=name, columns=columns)[0],
            is_person,
        )
        if by_sheet is not None:
            told = score_problems(by_sheet.problems, headers_of(by_sheet.columns, ["score"]))
            return criteria_added_up(in_one_writing(replace(by_sheet, problems=told)))
    book = read_book(source, sheet=sheet)

    def read(part: str | Path | pd.DataFrame | Book) -> Reading:
        return _one_table(part, sheet if part is source else None, columns)

    if (grouped := in_groups(book, read)) is not None:
        return grouped
    try:
        return read(source)
    except TableError:
        other = by_items(book, read) or turned(book, read)
        if other is None:
            raise
        return other


def _one_table(
    source: str | Path | pd.DataFrame | Book, sheet: str | int | None, columns: Mapping[str, str] | None
) -> Reading:
    reading, contract = read_by_id_or_title(source, REVIEW_SCORES, sheet=sheet, columns=columns)
    account, problems = reading.columns, reading.problems
    lost = problems["problem"].str.startswith(f"{REVIEW_SCORES['item'].title}都是空的")
    if (lost := lost & ~problems["value"].astype(str).str.contains(_FOOT)).any():
        said = "评分表没有读入：有的行没有项目编号，不知是哪一项的分数"
        raise TableError(f"{said}\n{describe(problems[lost])}", problems[lost])
    found = [
        (str(header), label)
        for header, field in zip(account["header"], account["field"], strict=True)
        if str(field or header) in reading.rows and (label := reviewer_of_header(str(header)))
    ]
    named = account.loc[account["field"] == "reviewer", "header"].astype(str)
    if not found and not len(named) and len(reading.rows) > 2:  # below it a table may as well be a form
        found = [(name, name) for name in persons_in_headers(reading)]
    wide = dict(found)
    beside = [str(header) for header in account["header"] if under_panel(str(header)) and str(header) not in wide]
    if len(wide) < 2 or not named.isin(wide).all():
        told = score_problems(reading.problems, headers_of(account, ["score"]))
        told = pd.concat([one for one in (told, differing_sums(reading)) if len(one)] or [told], ignore_index=True)
        return reviewers_apart(criteria_added_up(in_one_writing(replace(reading, problems=told))))
    keys = [reviewer_key(label) for _, label in found]
    for key, (_, label) in zip(keys, found, strict=True):
        if keys.count(key) > 1:
            groups = "”“".join(header for one, (header, _) in zip(keys, found, strict=True) if one == key)
            raise TableError(f"评委“{label}”有几列分数：“{groups}”；每轮、每个指标请各存一张表，或先合成一列")
    return criteria_added_up(in_one_writing(melted(reading, contract, wide, beside, source, sheet, columns)))


def read_by_id_or_title(
    source: str | Path | pd.DataFrame | Book,
    contract: Contract,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[Reading, Contract]:
    """Read a table about items, by their titles where it has no ids, which is told; and the contract that it met."""
    try:
        return read_table(source, contract, sheet=sheet, columns=columns), contract
    except TableError as error:
        titled = by_title(contract)
        try:
            reading = read_table(source, titled, sheet=sheet, columns=columns)
        except TableError:
            raise error from None
    file = {name: str(reading.columns[name].iloc[0]) for name in ("file", "sheet")}
    title = contract["item"].title
    text = f"没有“{title}”这一列，以{contract['title'].title}为编号"
    line = pd.DataFrame(
        [(file["file"], file["sheet"], None, title, "", text, "有同名的请加上编号", True)], columns=PROBLEM_COLUMNS
    )
    problems = pd.concat([reading.problems, line], ignore_index=True) if len(reading.problems) else line
    return replace(reading, problems=problems.astype({"row": "Int64"})), titled


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
    check_ids(scores, "item", "reviewer", "score")
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

    refuse(flags(table, "conflict"), "conflict", "须回避的评委", "这一行不计")
    refuse(table["score"].isna(), "score", "没有分数", "请催交，写明回避、弃权的除外；这一行不计")
    beside = said_beside(table)
    for row in table.index[~out & beside.str.contains("回避", regex=False)].tolist():
        who = f"{table['item'][row]}、{table['reviewer'][row]}"
        found.append(
            (None, REVIEW_SCORES["conflict"].title, who, f"{beside[row]}，分数照计", "须回避的请删去这一行", True)
        )
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
        check_ids(expected, "item", "reviewer")
        expected, notes = as_in_scores(expected, table)
        found += [(None, REVIEW_SCORES[name].title, value, done, "请核对", True) for name, value, done in notes]
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
        for item, reviewer in sorted(_pairs(expected[sent_out(expected)]) - seen):
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


def _pairs(table: pd.DataFrame) -> set[tuple[str, str]]:
    check_ids(table, "item", "reviewer")
    kept = table[~flags(table, "conflict") & ~said_beside(table).str.contains("回避")]
    return set(zip(kept["item"].astype(str), kept["reviewer"].astype(str), strict=True))
