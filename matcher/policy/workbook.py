"""The workbook of a scoring, for people: conclusions, every rule, gaps with sources, questions to ask, problems,
说明.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from matcher.export.sheets import fit_cell
from matcher.policy.model import Rule
from matcher.policy.policy import Policy
from matcher.policy.scoring import Scored

EXCEL_ROWS = 1_048_576
ASK_FIRMS = 2_000  # questions are worked out for at most so many undecided firms
DECISIONS = {
    "passes": "通过",
    "fails": "不通过",
    "can_pass": "取决于专家评分",
    "unknown": "缺少事实，未定",
    "not_in_force": "当日无有效版本",
}
PASSED = {"pass": "符合", "fail": "不符合", "unknown": "未定"}
LEVELS = {
    "unreadable": "读不懂",
    "impossible": "不可能",
    "unusual": "少见",
    "definition": "口径不同",
    "manual": "需人工判断",
}
_WIDTHS = {"企业名称": 28, "条款": 46, "依据": 52, "事实": 40, "问题": 60, "处理": 40, "说明": 110, "结论": 16}


def rules_by_id(policy: Policy, edition: str) -> dict[tuple[str, str], Rule]:
    """The rules of an edition by kind and id; of several days the latest."""
    found: dict[tuple[str, str], Rule] = {}
    for part in policy.editions:
        if part.id == edition:
            for day in policy.days_of(part):
                found.update({(rule.kind, rule.id): rule for rule in policy.ruleset(part, day).rules})
    return found


def workbook(
    firms: pd.DataFrame, policies: Sequence[Policy], scored: Scored, problems: pd.DataFrame, *, on: dt.date
) -> bytes:
    """The workbook as bytes. `firms`: the table read; `problems`: what its reading found.

    A table longer than a sheet is cut there, and 说明 says so.
    """
    import xlsxwriter

    from matcher.policy.advice import ask_first

    summary_rows: Any = scored.summary
    verdict_rows: Any = scored.verdicts
    names = dict(zip(firms["enterprise_id"], firms["name"], strict=True)) if "name" in firms else {}
    titles = {policy.id: policy.title for policy in policies}
    editions = {
        (row[0], row[1]): row[2]
        for row in scored.summary[["enterprise_id", "policy", "edition"]].itertuples(index=False)
    }
    rules = {
        (policy.id, edition.id): rules_by_id(policy, edition.id) for policy in policies for edition in policy.editions
    }
    asked = []
    cut = False
    for policy in policies:
        waiting = scored.summary[(scored.summary["policy"] == policy.id) & (scored.summary["decision"] == "unknown")]
        ids = waiting["enterprise_id"]
        if len(ids):
            cut = cut or len(ids) > ASK_FIRMS
            asked.append(
                ask_first(for_one(firms[firms["enterprise_id"].isin(ids[:ASK_FIRMS])], policy, policies), policy, on=on)
            )
    questions: Any = pd.concat(asked, ignore_index=True) if asked else pd.DataFrame()

    def told(row: Any) -> dict[str, Any]:
        rule = rules[row.policy, editions[row.enterprise_id, row.policy]][row.kind, row.rule]
        return {
            "企业编号": row.enterprise_id,
            "企业名称": names.get(row.enterprise_id, ""),
            "政策": titles[row.policy],
            "条款": rule.title,
            "结论": PASSED.get(row.passed, ""),
            "数值": row.value,
            "要求": row.limit,
            "差距": row.gap,
            "最低得分": row.points_low,
            "最高得分": row.points_high,
            "满分": row.points_max,
            "依据": row.source,
            "施行": row.in_force_since,
            "已核实": "是" if row.verified else "否",
        }

    top = EXCEL_ROWS - 1
    verdicts = [told(row) for row in verdict_rows.head(top).itertuples(index=False)]
    first: dict[tuple[str, str], str] = {}
    for row in questions.itertuples(index=False):
        first.setdefault((row.enterprise_id, row.policy), row.title)
    summary = [
        {
            "企业编号": row.enterprise_id,
            "企业名称": names.get(row.enterprise_id, ""),
            "政策": titles[row.policy],
            "版本": "" if pd.isna(row.edition) else row.edition,
            "日期": row.on,
            "结论": "" if pd.isna(row.decision) else DECISIONS[row.decision],
            "最低得分": row.total_low,
            "最高得分": row.total_high,
            "先问": first.get((row.enterprise_id, row.policy), ""),
        }
        for row in summary_rows.head(top).itertuples(index=False)
    ]
    gaps = [
        {
            key: line[key]
            for key in ("企业编号", "企业名称", "政策", "条款", "结论", "数值", "要求", "差距", "依据", "已核实")
        }
        for line in verdicts
        if line["结论"] in ("不符合", "未定")
    ]
    ask = [
        {
            "企业编号": row.enterprise_id,
            "企业名称": names.get(row.enterprise_id, ""),
            "政策": titles[row.policy],
            "次序": row.rank,
            "事实": row.title,
            "列名": row.column,
            "问清后可定的机会": row.settles,
        }
        for row in questions.itertuples(index=False)
    ]
    told_problems = problem_rows(problems, scored.problems, titles)
    about = [{"说明": line} for line in notes(policies, on=on)]
    if len(scored.verdicts) > top:
        about.append(
            {"说明": f"逐条结论共 {len(scored.verdicts)} 行，超过一张工作表的上限，只列出前 {top} 行；请另存 .parquet"}
        )
    if cut:
        about.append({"说明": f"每项政策只为前 {ASK_FIRMS} 家未定企业列出要问的事实"})

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    write_sheet(
        book, "结论", summary, ["企业编号", "企业名称", "政策", "版本", "日期", "结论", "最低得分", "最高得分", "先问"]
    )
    write_sheet(book, "逐条", verdicts, list(verdicts[0]) if verdicts else ["企业编号"])
    write_sheet(book, "差距", gaps, list(gaps[0]) if gaps else ["企业编号", "企业名称", "政策", "条款"])
    write_sheet(book, "要问的事实", ask, list(ask[0]) if ask else ["企业编号", "企业名称", "政策", "次序", "事实"])
    write_sheet(book, "问题", told_problems, ["来源", "企业编号", "行", "列", "原值", "问题", "处理"])
    write_sheet(book, "说明", about, ["说明"])
    book.close()
    return buffer.getvalue()


PROBLEM_HEADERS = ("来源", "企业编号", "行", "列", "原值", "问题", "处理")


def problem_rows(reading: Any, own: Any, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the reading and the answering found wrong, as rows with PROBLEM_HEADERS."""
    rows = [
        dict(zip(PROBLEM_HEADERS, ("读表", "", row.row, row.column, row.value, row.problem, row.action), strict=True))
        for row in reading.itertuples(index=False)
    ]
    for row in own.itertuples(index=False):
        who = titles.get(row.policy, row.policy)
        level = LEVELS.get(row.level, row.level)
        cells = (who, row.enterprise_id, None, row.column, row.cell, row.problem, level)
        rows.append(dict(zip(PROBLEM_HEADERS, cells, strict=True)))
    return rows


def for_one(firms: pd.DataFrame, policy: Policy, policies: Sequence[Policy]) -> pd.DataFrame:
    """The table as one of several policies sees it: plain columns that belong to another definition are left out."""
    gone = []
    for name, column in policy.columns.items():
        owners = [other.columns[name] for other in policies if name in other.columns]
        if name in firms.columns and owners[0].basis != column.basis:
            gone.append(name)
    return firms.drop(columns=gone)


def notes(policies: Sequence[Policy], *, on: dt.date) -> list[str]:
    """What a reader should know: days, editions, sources, open points and the readings taken."""
    lines = [
        f"判断日期 {on.isoformat()}；表内“申请日期”优先，并决定所用版本",
        "空白是未知，不是零；未知的事实怎样填都得同一结论时才下结论，否则为“未定”；专家评分未填时取全部范围",
        "“差距”以分子的单位计（元、人、项、天、分）；“已核实”为否的数值凭记忆或转述，使用前请核对原文",
        "本结果是按公开条文推算，不代替主管部门的认定",
    ]
    for policy in policies:
        lines.append(f"【{policy.title}】{policy.about}")
        for edition in policy.editions:
            until = "" if edition.until is None else f" 至 {edition.until}"
            lines.append(
                f"版本 {edition.id}：{edition.since} 起{until}，{edition.source}"
                + (f"；{edition.note}" if edition.note else "")
            )
        for name, reading in policy.open_points.items():
            chosen = policy.readings[name]
            lines.append(f"存疑：{reading.title}。本次采用“{reading.choices[chosen]}”（{name}={chosen}）")
        lines += [f"可配置：{name} = {value}" for name, value in policy.parameters.items()]
    return lines


def write_sheet(book: Any, name: str, rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> None:
    """One sheet: header, frozen and filtered; text stays text, numbers numbers, nothing becomes a formula."""
    columns = list(columns)
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    number = book.add_format({"num_format": "#,##0.######", "valign": "top"})
    for place, title in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(title, 14))
        sheet.write_string(0, place, title, bold)
    for line, row in enumerate(rows, 1):
        for place, title in enumerate(columns):
            cell = row.get(title)
            if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
                continue
            if isinstance(cell, (dt.date, pd.Timestamp)):
                sheet.write_datetime(line, place, pd.Timestamp(cell).to_pydatetime(), day)
            elif isinstance(cell, (int, float, np.integer, np.floating)) and not isinstance(cell, bool):
                sheet.write_number(line, place, float(cell), number)
            else:
                sheet.write_string(line, place, fit_cell(str(cell)), wrap)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
