"""What a panel's scores say, as the sheets of a workbook."""

from __future__ import annotations

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import REVIEW
from matcher.review.aggregation import METHODS, winners_changed

NOTES = {
    "评审结果": "每种算法一列，供决定的人比较；本库不替人选定算法。按贝叶斯估计排序。",
    "贝叶斯估计": "项目、评委都作随机效应，方差由分数估计（限制最大似然）；上下限为90%区间，计入了方差估计不准。",
    "校正均分": "扣除每位评委普遍偏松偏严的部分之后的平均分。",
    "标准分均分": "按每位评委自己的平均数和离差换算后再平均；评审不足三项的评委只扣除松严。",
    "收缩均分": "评审人数少的项目向总平均靠拢。",
    "入选概率": "按联合后验抽样，入选前若干名的概率。",
    "组": "不同组的项目之间没有共同的评委，名次能否相比取决于各组水平是否相当。",
    "评委报告": "只提示，不下结论：有的评委看到了别人没有看到的东西。",
    "次序不一致": "分数不随项目好坏变化（或相反）比照实打分可能性大多少的自然对数，3 以上提示。",
}


def review_sheets(
    table: pd.DataFrame,
    reviewers: pd.DataFrame,
    chosen: pd.DataFrame | None = None,
    extra: pd.DataFrame | None = None,
) -> dict[str, Sheet]:
    """Sheets of what `aggregate`, `reviewer_report`, `compare_methods` and `extra_reviews` gave."""
    points = dict.fromkeys((*METHODS, "low", "high", "leniency", "unlike"), "0.00")
    shares = dict.fromkeys(("p_first", "error", "gain", "highest", "lowest", "spread"), "0.0%")
    formats = points | shares | {"agreement": "0.00"}
    look = {"titles": REVIEW, "formats": formats, "frozen": 1}
    sheets = {"评审结果": Sheet(table, **look)}  # type: ignore[arg-type]
    if chosen is not None:
        sheets["各算法入选"] = Sheet(chosen, **look)  # type: ignore[arg-type]
        changed = winners_changed(chosen)
        changed.insert(0, "method", [REVIEW[name] for name in METHODS])
        sheets["换算法变动"] = Sheet(changed, titles=REVIEW, frozen=1)
    if extra is not None and len(extra):
        sheets["加评建议"] = Sheet(extra, **look)  # type: ignore[arg-type]
    return {**sheets, "评委报告": Sheet(reviewers, **look)}  # type: ignore[arg-type]
