"""Scores in, one row a review or one column a reviewer: what is missing, late or impossible is told first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.review.criterion_rows import criteria_added_up
from matcher.review.pairs import check_ids, flags, reviewers_apart, said_beside, sent_out
from matcher.review.reviewer_names import is_numbered, is_person, reviewer_key
from matcher.review.reviewer_sheets import sheets_of_reviewers
from matcher.review.same_writings import as_in_scores, in_one_writing
from matcher.review.score_cells import says_not_scored, score_problems
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.column_account import UNKNOWN
from matcher.tables.contracts import Column, Contract
from matcher.tables.header_forms import peel
from matcher.tables.own_schemas import REVIEW_SCORES
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, describe, read_table
from matcher.tables.review_schemas import by_title
from matcher.tables.sheets import Book
from matcher.tables.writings import fold

# What stands over them in a header of two rows (评委打分), under which every name is a reviewer's unless it sums up.
_PANEL = re.compile(
    r"^各?位?(?:评审|评议)?(?:专家|评委|评审人|委员)(?:们?的?(?:评审|评议)?(?:打分|评分|得分|分数)?)?(?:情况|明细)?$"
)
_SUMMED = re.compile(
    "平均|^均|均[分值数]|[合小总共累]计|^[计和总]|总和|之和|汇总|总[分评]|最[高低]|去掉|名次|排[名序]|备注|意见|加权|中位|结[果论]|等级"
    "|差$|日期|时间"
)
_SCORED = re.compile("(?:得分|分数|评分|打分|成绩|分)$")  # 最终得分, and 王某得分
_GROUP = re.compile(
    "(?:评审|专业|答辩|所属|所在)?(?:组别?|分组|小组|组名)(?:名称)?"
)  # a column of the panels of the items
_FOOT = re.compile("签[字名章]|^(?:注|备注|说明|填表人|制表|审核)|日期[:：]")  # what stands below a table
_ENOUGH = 3  # rows in which a column must come out as a total of others whose cells differ


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
    one with a row a criterion (评分指标), whose scores are added up (`criteria_added_up`), and a workbook with a sheet
    a reviewer (`sheets_of_reviewers`).

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "专家编号": ["E1"], "打分": [86]})
    >>> read_scores(table).rows[["item", "reviewer", "score"]].values.tolist()
    [['P1', 'E1', 86]]
    """
    if sheet is None:
        by_sheet = sheets_of_reviewers(
            source,
            lambda book, name: read_by_id_or_title(book, REVIEW_SCORES, sheet=name, columns=columns)[0],
            is_person,
        )
        if by_sheet is not None:
            told = score_problems(by_sheet.problems, _headers(by_sheet.columns, ["score"]))
            return criteria_added_up(in_one_writing(replace(by_sheet, problems=told)))
    reading, contract = read_by_id_or_title(source, REVIEW_SCORES, sheet=sheet, columns=columns)
    account, problems = reading.columns, reading.problems
    lost = problems["problem"].str.startswith(f"{REVIEW_SCORES['item'].title}都是空的")
    if (lost := lost & ~problems["value"].astype(str).str.contains(_FOOT)).any():
        said = "评分表没有读入：有的行没有项目编号，不知是哪一项的分数"
        raise TableError(f"{said}\n{describe(problems[lost])}", problems[lost])
    found = [
        (str(header), label)
        for header, field in zip(account["header"], account["field"], strict=True)
        if str(field or header) in reading.rows and (label := _reviewer(str(header)))
    ]
    wide = dict(found)
    beside = [str(header) for header in account["header"] if _under_panel(str(header)) and str(header) not in wide]
    named = account.loc[account["field"] == "reviewer", "header"].astype(str)
    if len(wide) < 2 or not named.isin(wide).all():
        told = score_problems(reading.problems, _headers(account, ["score"]))
        return reviewers_apart(criteria_added_up(in_one_writing(replace(reading, problems=told))))
    keys = [reviewer_key(label) for _, label in found]
    for key, (_, label) in zip(keys, found, strict=True):
        if keys.count(key) > 1:
            groups = "”“".join(header for one, (header, _) in zip(keys, found, strict=True) if one == key)
            raise TableError(f"评委“{label}”有几列分数：“{groups}”；每轮、每个指标请各存一张表，或先合成一列")
    return criteria_added_up(in_one_writing(_melted(reading, contract, wide, beside, source, sheet, columns)))


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


def _under_panel(header: str) -> bool:
    return bool(_PANEL.match(peel(header.rpartition("-")[0]).core))


def _reviewer(header: str) -> str:
    """The reviewer whose column this is, as the header names them; "" for a column of something else."""
    group, _, name = header.rpartition("-")
    if group and _SUMMED.search(name):
        return ""
    if _under_panel(header):
        bare = _SCORED.sub("", fold(name))
        return name if is_person(bare) or not _SCORED.search(fold(name)) or is_numbered(name) else ""
    return next((text for text in (header, name) if is_numbered(text)), "")


def _melted(
    reading: Reading,
    whole: Contract,
    wide: dict[str, str],
    beside: Sequence[str],
    source: str | Path | pd.DataFrame,
    sheet: str | int | None,
    columns: Mapping[str, str] | None,
) -> Reading:
    """One row a review of a table with a column a reviewer (header -> reviewer), read again as a column of scores each,
    so that what is wrong is told by its cell; a score column beside them is some total, and unused, as is a column
    that comes out as a total of the others. 回避 beside the scores names reviewers of the row: who of them it does not
    name is none.
    """
    before = reading.columns.set_index("header")["field"]
    total = [str(header) for header in before.index[before == "score"] if header not in wide]
    names = {f"score_{at}": header for at, header in enumerate(wide, 1)}
    parts = (Column(name, "number", f"得分{at}", (header,)) for at, (name, header) in enumerate(names.items(), 1))
    kept = (
        replace(one, kind="text") if one.name == "conflict" else one
        for one in whole.columns
        if one.name not in ("reviewer", "score")
    )
    contract = replace(whole, columns=(*kept, *parts))
    given = {header: field for header, field in (columns or {}).items() if header not in (*wide, *total)}
    again = read_table(source, contract, sheet=sheet, columns=given)
    scores = again.rows[list(names)]
    numbered = {name for name, header in names.items() if is_numbered(wide[header])}
    totals = {} if _counted_in(again.rows, scores) else _totals(scores, numbered)
    wide = {header: wide[header] for name, header in names.items() if name not in totals}
    rest = again.rows.drop(columns=[one for one in again.rows if str(one).startswith("score_") and one != "score_id"])
    recused = [_persons(cell) for cell in rest["conflict"]]
    melted = [
        rest.assign(
            reviewer=wide[header],
            score=again.rows[name],
            conflict=[reviewer_key(wide[header]) in keys for keys in recused],
        )[_scored(reading.rows[before[header] or header])]
        for name, header in names.items()
        if header in wide
    ]
    text = f"一列一位评委，已按列读成 {len(wide)} 位评委的分数，空格是没有评"
    lines = [("、".join(wide.values()), text, "请核对；评委编号取表头")]
    lines += [(name, "是合计或平均，没有采用", "由各位评委的分数重新计算") for name in total]
    if all(map(is_numbered, wide.values())):
        lines += [
            (
                header,
                f"有 {many} 组，各组的“{next(iter(wide.values()))}”当作同一人",
                "不是同一人的，请按组分成几张表，各自汇总",
            )
            for header in map(str, rest)
            if _GROUP.fullmatch(header) and (many := int(rest[header].replace("", None).nunique())) > 1
        ]
    lines += [(name, "不是一位评委的分数，没有采用", "若是评委，请在表头只写姓名，或写“专家1”") for name in beside]
    lines += [
        (
            names[name],
            f"每一行都是其余各列的{how}，没有采用",
            "若确是一位评委的分数，请改成一行一位评委的表，或加一列各位评委的“合计”",
        )
        for name, how in totals.items()
    ]
    here = {reviewer_key(label) for label in wide.values()}
    lines += [
        (f"{item}：{cell}", "看不出是哪一位评委回避，没有采用", "请写评委的表头，如“专家2”")
        for item, cell, keys in zip(rest["item"], rest["conflict"], recused, strict=True)
        if keys and not keys & here
    ]
    file = {name: str(reading.columns[name].iloc[0]) for name in ("file", "sheet")}
    more = [(file["file"], file["sheet"], None, "评委编号", *line, True) for line in lines]
    told = score_problems(again.problems, _headers(again.columns, list(names)))
    told = told[~told["column"].isin(total)]
    without_ids = reading.problems[reading.problems["problem"].str.contains("为编号", regex=False)]
    lists = [one for one in (told, pd.DataFrame(more, columns=PROBLEM_COLUMNS), without_ids) if len(one)]
    frame = pd.concat(lists, ignore_index=True)
    account = again.columns.copy()
    account.loc[account["field"].isin(totals), ["field", "title", "use"]] = ["", "", UNKNOWN]
    account.loc[account["header"].isin(beside), ["nearest", "hint"]] = ""
    used = account["field"].isin(names)
    account.loc[used, ["field", "title"]] = ["score", REVIEW_SCORES["score"].title]
    rows = pd.concat(melted).sort_index(kind="stable").reset_index(drop=True)
    return Reading(rows, frame.astype({"row": "Int64"}), account)


def _counted_in(rows: pd.DataFrame, scores: pd.DataFrame) -> bool:
    """Whether a column of totals (合计) adds up every one of the scores, so that none of them is a total."""
    sums = scores.astype("Float64").astype(float).sum(axis=1, min_count=1)
    for header in (str(one) for one in rows if _SUMMED.search(str(one).rpartition("-")[2])):
        stated = pd.to_numeric(rows[header].astype(object), errors="coerce")
        known = stated.notna() & sums.notna()
        if known.sum() > 1 and ((stated - sums).abs() <= 0.00501)[known].all():
            return True
    return False


def _totals(scores: pd.DataFrame, numbered: set[str]) -> dict[str, str]:
    """Columns that in every row are a total of the others, or of those before them, and which: column -> 合计, 平均 ...

    Rows count where the others differ, so that reviewers of one mind are no means of each other. Of columns that number
    a reviewer (专家2) only the last may be a total, which stands behind what it totals.
    """
    table = scores.astype("Float64").astype(float)
    found: dict[str, str] = {}
    for at, name in enumerate(table.columns):
        if name in numbered and name != table.columns[-1]:
            continue
        others = [one for one in table.columns if one != name and one not in found]
        before = [one for one in table.columns[:at] if one not in found]
        for group in (others, before):
            cells = table[group]
            rows = table[name].notna() & (cells.min(axis=1) < cells.max(axis=1))
            if len(group) < 2 or rows.sum() < _ENOUGH:
                continue
            own, cells = table.loc[rows, name], cells[rows]
            near = 0.0501 if ((own * 10).round(6) % 1 == 0).all() and (own % 1 != 0).any() else 0.00501
            most, least, sums, many = cells.max(axis=1), cells.min(axis=1), cells.sum(axis=1), cells.count(axis=1)
            totals = {"合计": sums, "平均": sums / many, "去掉最高和最低后的平均": (sums - most - least) / (many - 2)}
            if how := next((how for how, one in totals.items() if ((own - one).abs() <= near).all()), ""):
                found[name] = how
                break
    return found


def _headers(account: pd.DataFrame, names: Sequence[str]) -> list[str]:
    return account.loc[account["field"].isin(names), "header"].astype(str).tolist()


def _persons(cell: str) -> set[str]:
    """The keys of those whom a cell beside the scores names as recused; nobody where it denies or counts none."""
    pieces = {one for one in re.split("[、，,；;\\s]+", cell) if one}
    return {
        reviewer_key(one)
        for one in pieces
        if fold(one) not in ("0", "0.0", "否", "无", "没有", "不回避", "无需回避", "false")
    }


def _scored(cells: pd.Series) -> pd.Series:
    """Which cells of a reviewer are filled, and not with words such as 回避 and 弃权."""
    texts = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    return (texts != "") & ~texts.map(says_not_scored).astype(bool)


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
