"""What a table of scores says of its own result (总分, 平均分, 名次), held against what the scores give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from matcher.export.titles import REVIEW
from matcher.tables.cells.texts import first_few
from matcher.tables.headers.column_account import UNKNOWN
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_KINDS = (  # the first that a header names
    ("", re.compile("加权|满分|折算|权重|百分")),
    ("trimmed_mean", re.compile("去掉|去除|去最高")),
    (
        "mean",
        re.compile(
            "^(?:评委|专家|最[终后])?(?:平均|均)(?:得分|评分|分数?|值|成绩)?$|^(?:评委|专家)?(?:得分|评分|分数)(?:平均|均值)$"
        ),
    ),
    ("sum", re.compile("^(?:评委|专家)?(?:评分|得分|分数|打分)?(?:合计|总计|累计|总和|总得?分|总评分)(?:得?分数?)?$")),
    ("rank", re.compile("^(?:名次|排名|位次|名次排序)$")),
)
_WORDS = {
    "sum": "合计",
    "mean": "平均分",
    "trimmed_mean": "去掉最高最低的平均分",
    "trimmed_sum": "去掉最高最低的合计",
}
_FINAL = re.compile("^(?:最[终后]|综合|实际)(?:得分|成绩|分数?|评分)$")  # of which a table does not say how it comes
_ADDED = re.compile("^(?:奖励|附加|政策|评审)?(?:[加扣减]分)(?:项|值|分值)?$")  # beside the reviewers' scores
_OUT_OF = re.compile(r"\((?:满分|最高|共)?(\d{1,3}(?:\.\d+)?)分?\)$")  # behind the name of a criterion
_NEAR = 0.00501
_RANK = re.compile(r"第?(\d+)(?:\.0)?名?")


def differing_results(rows: pd.DataFrame, scores: pd.DataFrame, ranked: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """The items of which the table states another total, mean or rank than its scores give.

    Parameters
    ----------
    rows
        As `read_scores` gives them, with the other columns of the file.
    scores
        item, reviewer, score: those that count.
    ranked
        Of `rank_items` by the method `by`: item, rank, mean, trimmed_mean.

    Returns
    -------
    DataFrame
        Problems (PROBLEM_COLUMNS, without file and sheet), by column and item. A figure is compared to as many decimals
        as it is written with. A total column that holds the means for more items than the totals is one of means.
        Columns of points added or taken off (加分, 扣分) are told, and one of final scores (最终得分) that are neither:
        no rank counts them.
    """
    table = ranked.set_index("item")[["rank", "mean", "trimmed_mean"]]
    table["sum"] = scores.groupby("item")["score"].sum()
    table["trimmed_sum"] = table["trimmed_mean"] * (scores.groupby("item")["score"].count() - 2).clip(lower=1)
    ours = {str(item): {str(name): float(cell) for name, cell in row.items()} for item, row in table.iterrows()}
    known = {column.name for column in REVIEW_SCORES.columns}
    lines = [
        ("", "", None, header, item, f"表中写的“{header}”是 {written}，{text}", "请核对", True)
        for header in map(str, rows)
        if header not in known and (kind := _kind(header))
        for item, written, text in _differing(_stated(rows, header), ours, kind, by)
    ]
    lines += [
        (
            "",
            "",
            None,
            header,
            "",
            f"“{header}”有 {many} 项和各位评委分数的合计、平均都不同，名次没有按它排",
            "请核对",
            True,
        )
        for header in map(str, rows)
        if header not in known and _FINAL.search(fold(header)) and (many := _unlike(_stated(rows, header), ours))
    ]
    lines += [
        ("", "", None, header, "", f"名次按各位评委的分数排，没有计入“{header}”", "请核对", True)
        for header in map(str, rows)
        if header not in known
        and _ADDED.search(fold(header.rpartition("-")[2]))
        and pd.to_numeric(rows[header].astype(object), errors="coerce").fillna(0).ne(0).any()
    ]
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})


def differing_sums(reading: Reading) -> pd.DataFrame:
    """The reviews of which the criteria beside the score (创新性（30分）) give another sum, where those of most reviews
    give the score, and there the criteria above their points: problems, by item and reviewer.
    """
    rows, account = reading.rows, reading.columns
    place = {name: str(account[name].iloc[0]) for name in ("file", "sheet")} if len(account) else {}
    headers = [str(one) for one in account.loc[account["use"] == UNKNOWN, "header"] if str(one) in rows]
    points = {one: float(found[1]) for one in headers if (found := _OUT_OF.search(fold(one)))}
    cells = pd.DataFrame({one: rows[one].map(_points) for one in points}, index=rows.index)
    score = rows["score"].astype("Float64").astype(float)
    whole = cells.notna().all(axis=1) & score.notna()
    sums = cells.sum(axis=1)
    same = (sums - score).abs() <= _NEAR
    lines: list[tuple[str, str, str, str]] = []
    who = rows["item"].astype(str) + "、" + rows["reviewer"].astype(str)
    if len(points) < 2 or 2 * (whole & same).sum() <= whole.sum():  # weights, or numbers of columns
        points = {}
    else:
        title = next(iter(account.loc[account["field"] == "score", "header"]), REVIEW_SCORES["score"].title)
        for at in rows.index[whole & ~same]:
            text = (
                f"写的是 {score[at]:g}，各项（{first_few(list(points), '项', most=3)}）之和是 {sums[at]:g}，按写的计算"
            )
            lines.append((str(title), who[at], text, "请核对总分和各项分数"))
    for header, most in points.items():
        for at in rows.index[cells[header] > most]:
            text = f"写的是 {float(cells[header][at]):g} 分，多于满分 {most:g} 分，总分仍按写的计算"
            lines.append((header, who[at], text, "请核对"))
    table = [(place["file"], place["sheet"], pd.NA, *line, True) for line in lines]
    return pd.DataFrame(table, columns=PROBLEM_COLUMNS).astype({"row": "Int64", "kept": bool})


def _points(cell: Any) -> float:
    text = "" if pd.isna(cell) else fold(str(cell)).removesuffix("分")
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else float("nan")


def _kind(header: str) -> str:
    return next((kind for kind, words in _KINDS if words.search(fold(header.rpartition("-")[2]))), "")


def _stated(rows: pd.DataFrame, header: str) -> dict[str, str]:
    """What a column says of each item, where it says one thing."""
    said: dict[str, set[str]] = {}
    for item, cell in zip(rows["item"].astype(str), rows[header], strict=True):
        if not pd.isna(cell) and (text := fold(str(cell))):
            said.setdefault(item, set()).add(text)
    return {item: texts.pop() for item, texts in said.items() if len(texts) == 1}


def _differing(
    stated: dict[str, str], ours: Mapping[str, Mapping[str, float]], kind: str, by: str
) -> Iterator[tuple[str, str, str]]:
    """Item, what is written and what the scores give, where these differ."""
    here = {item: written for item, written in stated.items() if item in ours}
    if kind == "rank":
        for item, written in here.items():
            rank = int(ours[item]["rank"])
            if (found := _RANK.fullmatch(written)) and int(found[1]) != rank:
                yield item, found[1], f"按{REVIEW[by]}是第 {rank} 名"
        return
    figures = {item: written.removesuffix("分") for item, written in here.items()}
    figures = {item: written for item, written in figures.items() if re.fullmatch(r"\d+(?:\.\d+)?", written)}
    agree = {one: {item for item, text in figures.items() if _equal(text, ours[item][one])} for one in _WORDS}
    kind = max(agree, key=lambda one: (len(agree[one]), one == kind))
    for item, written in figures.items():
        if item not in agree[kind]:
            yield item, f"{float(written):.10g}", f"各位评委分数的{_WORDS[kind]}是 {ours[item][kind]:.6g}"


def _unlike(stated: dict[str, str], ours: Mapping[str, Mapping[str, float]]) -> int:
    """How many items have another figure than any total or mean of their scores; 0 where one kind holds for all."""
    figures = {item: text for item, text in stated.items() if item in ours and re.fullmatch(r"\d+(?:\.\d+)?", text)}
    return min(sum(not _equal(text, ours[item][one]) for item, text in figures.items()) for one in _WORDS)


def _equal(written: str, figure: float) -> bool:
    """Whether a figure may be written so: rounded, or cut after its last decimal."""
    decimals = len(written.rstrip("0").partition(".")[2])
    return abs(float(written) - figure) < (0.501 if not decimals else 10.0**-decimals)
