"""Resources and joint plans to files: workbooks with the comparison in view, or the table alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.tables import write_tables
from matcher.export.titles import RESOURCES
from matcher.resources.finding import ADVICE, need_names
from matcher.resources.planning import DEAR, SAME_UNIT, WEIGHTS, JointPlan

NOTES = {
    "建议": "可预约：所问的指标和标准都满足；先核实：有一项资源没有写明，或需求没有写指标；不满足：有一项达不到；"
    "不相关：文字和方法都对不上，这张资源表里多半没有合适的；"
    "机时不够：没有空闲机时，或少于需求所写；不开放：停用、维修、撤销等。这两种前面写着“合适”（所问的都满足）或“待核实”的，"
    "接在合适的后面，以便知道有这台；其余排在最后。“合适但不可用的个数”包括没有列出的。",
    "指标对照": "要求和资源所写逐项比较：量程要盖得住所要求的值；精度、分辨率、检出限等越小越好；"
    "标准按编号和部分比较，不问年代。没有写明的写“未说明”，不算满足也不算不满足。",
    "分数": "这个资源库里随机配对得分更低的占比，指标和标准已计入。",
    "费用": "收费标准乘以需求所写的机时或样品数；没写机时或样品数、写着面议的空着。“费用说明”写明收费标准读成了什么、"
    "还缺什么、哪一句没有读懂。同一单位的几个价（会员和非会员、白天和夜间）取最低到最高；几种单位的价（按小时和按样），"
    "下限按只收最少的一种、上限按都收算。",
}
PLAN_NOTES = {
    "总分": f"成果 {WEIGHTS['outcome']:g}、专家 {WEIGHTS['expert']:g}、资源 {WEIGHTS['resource']:g} 的加权和，"
    f"每两样同在一个单位另加 {SAME_UNIT:g}。每样从 0 到 1：随机配对一万个里没有更高的为 1，百里挑一为 0.5；"
    f"费用按上限每 10 万元减 {DEAR:g}，至多减 {DEAR:g}，不知道的也减 {DEAR:g}。"
    "成果只是可联系的减半，资源需先核实的打七五折；不合适的不列，所以缺什么看“缺”一列。权重是本软件的取值。",
    "最优": "每条需求从每样最好的五个里选，机时、专家承接数和经费由全部需求共用；总分由整数规划求得并证明。",
    "费用和机时": "按下限计，所以没有写明的不会挡住方案；“经费”一列写明预算够不够、可能超出多少；"
    "合计和总经费的比较在“结果”里。专家的报酬没有计入。",
    "缺": "没有合适的，或没有给那张表（成果表、专家表）；括号里写明是超出预算（超多少）还是已给别的需求。",
    "提醒": "方案只是建议，预约、签约由双方决定。",
}
_MONEY = dict.fromkeys(("cost_low", "cost_high", "budget"), '#,##0"元"') | dict.fromkeys(("hours", "hours_free"), "0.#")
_KEY = [
    *("need_id", "need_title", "rank", "resource_id", "name", "model", "advice", "met", "evidence", "unanswered"),
    *("institution", "place", "fee", "cost_low", "cost_high", "cost_note", "hours_free", "state", "contact"),
]


def write_resources(
    output: str | Path,
    found: pd.DataFrame,
    *,
    needs: pd.DataFrame,
    k: int | None = None,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write what `find_resources` gave: .xlsx with titles, .csv or .parquet the table; the first `k` of each need.

    Raises OutputError.
    """
    found = found if k is None else found[found["rank"] <= k].reset_index(drop=True)
    if Path(output).suffix.lower() != ".xlsx":
        write_tables(output, {"资源": found}, problems=problems, mask=mask)
        return
    shown = found.assign(need_title=found["need_id"].map(need_names(needs)), met=_lines(found["met"]))
    sheet = Sheet(
        shown, titles=RESOURCES, key=_KEY, frozen=2, formats={"score": "0.0000", **_MONEY},
        shade=("advice", f'="{ADVICE["met"]}"', "good"),
    )  # fmt: skip
    notes = {**NOTES, **(about or {})}
    write_tables(
        output, {"资源推荐": sheet}, problems=problems, columns=columns, notes=notes, title="资源推荐", mask=mask
    )


def write_plan(
    output: str | Path, plan: JointPlan, *, about: Mapping[str, str] | None = None, mask: bool = True
) -> None:
    """Write a joint plan: .xlsx with all tables, .csv or .parquet the plan alone. Raises OutputError."""
    formats = dict.fromkeys(("value", "outcome_fit", "expert_fit", "resource_fit"), "0.000") | _MONEY
    tables = {
        "联合方案": Sheet(
            plan.table.assign(met=_lines(plan.table["met"])) if Path(output).suffix.lower() == ".xlsx" else plan.table,
            titles=RESOURCES, frozen=2, formats=formats, shade=("missing", '<>""', "attention"),
        ),
        "资源机时": Sheet(plan.use, titles=RESOURCES, formats=_MONEY),
        "专家承接": Sheet(plan.persons, titles=RESOURCES),
        "没有方案的需求": Sheet(plan.unanswered, titles=RESOURCES),
    }  # fmt: skip
    notes = {"结果": plan.summary, **PLAN_NOTES, **(about or {})}
    write_tables(output, tables, notes=notes, title="人才平台项目联合方案", mask=mask)


def _lines(column: pd.Series[str]) -> pd.Series[str]:
    return column.fillna("").astype(str).str.replace("；", "\n")
