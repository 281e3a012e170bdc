"""A table of scores with a column a reviewer: whose each column is, which are totals, and one row a review."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from matcher.review.sheets.cells import says_not_scored, score_problems
from matcher.review.sheets.pairs import is_of_others, recuses
from matcher.review.sheets.reviewer_names import is_numbered, is_person, reviewer_key
from matcher.tables.files.sheets import Book
from matcher.tables.headers.column_account import UNKNOWN
from matcher.tables.headers.forms import peel
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.contracts import Column, Contract
from matcher.tables.schemas.single_commands import REVIEW_SCORES

# What stands over them in a header of two rows (评委打分), under which every name is a reviewer's unless it sums up.
_PANEL = re.compile(
    r"^各?位?(?:评审|评议)?(?:专家|评委|评审人|委员)(?:们?的?(?:评审|评议)?(?:打分|评分|得分|分数)?)?(?:情况|明细)?$"
)
SUMMED = re.compile(
    "平均|^均|均[分值数]|[合小总共累]计|^[计和总]|总和|之和|汇总|总[分评]|最[高低]|去掉|名次|排[名序]|备注|意见|加权|中位|结[果论]|等级"
    "|差$|日期|时间"
)
_SCORED = re.compile("(?:得分|分数|评分|打分|成绩|分)$")  # 最终得分, and 王某得分
_GROUP = re.compile(
    "(?:评审|专业|答辩|所属|所在)?(?:组别?|分组|小组|组名)(?:名称)?"
)  # a column of the panels of the items
_ENOUGH = 3  # rows in which a column must come out as a total of others whose cells differ


def under_panel(header: str) -> bool:
    """Whether a header of two rows stands below one of the whole panel (评委打分)."""
    return bool(_PANEL.match(peel(header.rpartition("-")[0]).core))


def persons_in_headers(reading: Reading) -> list[str]:
    """The headers that are names of persons, where nothing else than they and totals has numbers below it; else []."""
    account = reading.columns
    scored = [
        header
        for header in account.loc[account["use"] == UNKNOWN, "header"].astype(str)
        if header in reading.rows and not SUMMED.search(header) and _holds_scores(reading.rows[header])
    ]
    return scored if len(scored) > 1 and all(map(is_person, scored)) else []


def _holds_scores(cells: pd.Series) -> bool:
    texts = [fold(str(cell)).strip().removesuffix("分") for cell in cells.dropna() if str(cell).strip()]
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").notna()
    return bool(numbers.any()) and all(
        known or says_not_scored(text) for known, text in zip(numbers, texts, strict=True)
    )


def reviewer_of_header(header: str) -> str:
    """The reviewer whose column this is, as the header names them; "" for a column of something else."""
    group, _, name = header.rpartition("-")
    if group and SUMMED.search(name):
        return ""
    if under_panel(header):
        bare = _SCORED.sub("", fold(name))
        return name if is_person(bare) or not _SCORED.search(fold(name)) or is_numbered(name) else ""
    return next((text for text in (header, name) if is_numbered(text)), "")


def melted(
    reading: Reading,
    whole: Contract,
    wide: dict[str, str],
    beside: Sequence[str],
    source: str | Path | pd.DataFrame | Book,
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
    names_of_all = tuple(wide.values())
    said = [str(one) for one in rest if one != "conflict" and rest[one].map(recuses).any()]
    melted = [
        rest.assign(
            **{
                one: rest[one].mask(
                    rest[one].map(lambda cell, who=wide[header]: is_of_others(cell, who, names_of_all)).astype(bool)
                )
                for one in said
            },
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
    nobody = ~pd.concat([_scored(reading.rows[before[header] or header]) for header in wide], axis=1).any(axis=1)
    lines += [(str(item), "没有一位评委打分，不在结果中", "请核对") for item in rest.loc[nobody, "item"]]
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
    told = score_problems(again.problems, headers_of(again.columns, list(names)))
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
    for header in (str(one) for one in rows if SUMMED.search(str(one).rpartition("-")[2])):
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


def headers_of(account: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The headers that fill some fields."""
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
