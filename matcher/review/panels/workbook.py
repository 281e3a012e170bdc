"""What a panel's scores say, as the sheets of a workbook."""

from __future__ import annotations

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import REVIEW
from matcher.review.panels.aggregation import METHODS

NOTES = {
    "评审结果": "每种算法一列，供决定的人比较；本库不替人选定算法。",
    "换算法会怎样": "改用别的算法，这一项还入不入选；名额边上同分的写明并列，“各算法入选”里同分的暂按编号先后。",
    REVIEW["trimmed_mean"]: "去掉一个最高分和一个最低分；不足三个分数的不去。",
    REVIEW["z_mean"]: "每位评委的分数先按自己的平均分和拉开的幅度折算，再平均；评审不足三项的评委只扣除松严。",
    REVIEW["shrunk_mean"]: "评审人数少的项目，平均分向全体的平均分靠拢。",
    REVIEW["adjusted_mean"]: "扣除每位评委普遍偏松偏严的部分之后的平均分。",
    REVIEW[
        "bayes"
    ]: "同时估计项目的好坏、评委的松严和偶然的出入（随机效应，限制最大似然）；真实水平有九成把握在下限和上限之间。",
    REVIEW["p_first"]: "照现有分数，真实水平排在前若干名的把握有多大（按联合后验抽样）。",
    REVIEW["group"]: "不同组的项目之间没有共同的评委，名次能否相比取决于各组水平是否相当。",
    "评委报告": "只提示，不下结论：有的评委看到了别人没有看到的东西。",
    REVIEW["unlike"]: "分数不随项目好坏变化（或相反）比照实打分可能性大多少的自然对数，3 以上提示。",
}


def review_sheets(
    table: pd.DataFrame,
    reviewers: pd.DataFrame,
    chosen: pd.DataFrame | None = None,
    changed: pd.DataFrame | None = None,
    extra: pd.DataFrame | None = None,
) -> dict[str, Sheet]:
    """Sheets of what `rank_items`, `reviewer_report`, `compare_methods`, `changed_winners`, `extra_reviews` gave."""
    points = dict.fromkeys((*METHODS, "low", "high", "leniency", "unlike"), "0.00")
    shares = dict.fromkeys(("p_first", "error", "gain", "highest", "lowest", "spread"), "0.0%")
    formats = points | shares | {"agreement": "0.00"}
    look = {"titles": REVIEW, "formats": formats, "frozen": 1}
    sheets = {"评审结果": Sheet(table, titles=REVIEW, formats=formats, frozen=2)}
    if chosen is not None:
        sheets["各算法入选"] = Sheet(chosen, **look)  # type: ignore[arg-type]
    if changed is not None:
        sheets["换算法变动"] = Sheet(changed.assign(method=changed["method"].map(REVIEW)), titles=REVIEW, frozen=1)
    if extra is not None and len(extra):
        sheets["加评建议"] = Sheet(extra, **look)  # type: ignore[arg-type]
    return {**sheets, "评委报告": Sheet(reviewers, **look)}  # type: ignore[arg-type]
