"""Challenges and bids to files: a workbook with a sheet for everything, a page to publish, or the list alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.challenges.listing import shown_titles
from matcher.challenges.results import Bids, Challenges
from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet
from matcher.export.tables import all_ids, clean_table, files_of, problem_files
from matcher.export.targets import check_targets, problems_beside, save_files
from matcher.export.titles import BIDS, CHALLENGES
from matcher.needs.comparison import STATES as RESPONSES
from matcher.tables.privacy import mask_table

SUFFIXES = (".xlsx", ".html", ".csv", ".parquet")
ANSWERS = {"met": "符合", "not_met": "不符合", "unknown": "未定"}
STATES = {
    "outcome": "有可推荐的成果",
    "expert": "有可推荐的专家",
    "vague": "说得太少，先补问",
    "together": "同一问题的另一条已有答案",
    "challenge": "无人可答，可发榜",
}
STAGES = {
    "found": "已形成榜单",
    "ready": "内容够发布",
    "bid": "已有揭榜",
    "working": "攻关中或已完成",
    "solved": "已完成",
}
PROGRESS_STATES = {"open": "未揭榜", "bid": "已有揭榜", "working": "攻关中", "overdue": "逾期", "solved": "已完成"}
NOTES = {
    "榜单": "没有可推荐的成果、也没有可推荐的专家的需求；不同企业要解决同一对象同一问题的并为一项，只写一次。",
    "可发布": "写明了对象、问题和指标，或说明了现成办法不够（见 matcher needs triage），且各需求说法一致；否的先补齐。",
    "说法不一致": "并成一项的需求对同一指标、期限或资金写得不同；请与各发榜单位商定后再发布。期限按最长的核对。",
    "技术指标": "取自需求文字中提出要求的句子；“资金投入”“成果归属”等各栏没有写明的留空，发榜前请补齐。",
    "条件检查": "按所选年度的征集通知逐条核对；“已核实”为否的未见原文。“未定”是缺少事实或须由人判断，不是不符合。",
    "企业数": "写明企业的按企业编号或名称数；没有写企业的按去重后的需求另数。",
    "没有列入": "写明不公开、涉密、不发布、已删除、撤回，或审核没有通过（退回、待审）的需求；要列入请先改那一列。"
    "不公开、涉密的不写名称。",
}
BID_NOTES = {
    "拟揭榜": "形式检查没有不符合、平均分在该榜单中最高的；只是提示，由人决定。",
    "平均分": "各专家得分的平均；分方面评分时的权重由使用者给出，本库不设权重。",
}
_KEY = (
    "challenge_id",
    "name",
    "wording",
    "ready",
    "conflicts",
    "fields",
    "indicators",
    "deadline",
    "money",
    "rights",
    "bidder_conditions",
)
_LINES = ("conflicts", "deadline", "money", "rights", "bidder_conditions", "cooperation", "fields", "owner")


def write_challenges(
    output: str | Path,
    challenges: Challenges,
    *,
    needs: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write challenges ready to publish.

    .xlsx: all tables; .html: a page that can be published or printed, a block a challenge; .csv and .parquet: the list
    alone, with the names of its fields. needs: the table that they were found in, for titles. mask: hide contacts.
    Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    target, notes = Path(output), {**NOTES, **(about or {})}
    if target.suffix.lower() == ".html":
        files = {**problem_files(target, problems, mask=mask), target: _page(challenges, target, problems, notes, mask)}
        save_files(files)
        return
    sheets = _sheets(challenges, needs) if target.suffix.lower() == ".xlsx" else {"榜单": Sheet(challenges.table)}
    save_files(
        files_of(target, sheets, problems=problems, columns=columns, notes=notes, title="揭榜挂帅榜单", mask=mask)
    )


def write_bids(
    output: str | Path,
    bids: Bids,
    *,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write what became of bids.

    .xlsx: all tables; .csv, .parquet: the publication list alone. mask: hide contacts. Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    sheets = {"公示名单": Sheet(bids.published)}
    if Path(output).suffix.lower() == ".xlsx":
        sheets = {
            "公示名单": Sheet(_in_words(bids.published, formal=ANSWERS), BIDS, frozen=2, formats={"mean": "0.00"}),
            "形式检查": Sheet(
                _in_words(bids.checked, state=ANSWERS),
                BIDS,
                key=("bid_id", "challenge_id", "title", "state", "detail", "source"),
                shade=("state", '="不符合"', "bad"),
            ),
            "指标响应": Sheet(
                _in_words(bids.responses, state=RESPONSES | {"not_said": "未提及或无法比较"}),
                BIDS,
                frozen=2,
                formats={"margin": "0%"},
            ),
            "专家评分": Sheet(bids.scored, BIDS, formats={"mean": "0.00", "spread": "0.00"}),
            "进展": Sheet(_in_words(bids.progress, state=PROGRESS_STATES), BIDS, frozen=2),
            "进度": Sheet(_in_words(bids.counts, stage=STAGES), BIDS, formats={"share": "0%"}),
        }
    notes = {**BID_NOTES, **(about or {})}
    save_files(files_of(output, sheets, problems=problems, columns=columns, notes=notes, title="揭榜", mask=mask))


def _sheets(challenges: Challenges, needs: pd.DataFrame) -> dict[str, Sheet]:
    title, names = shown_titles(needs), challenges.table.set_index("challenge_id")["name"]
    covered = challenges.found[["challenge_id", "name", "need_id"]].copy()
    covered["name"] = covered["challenge_id"].map(names)
    covered["need_title"] = covered["need_id"].map(title)
    states = _in_words(challenges.states, state=STATES)
    states.insert(1, "need_title", states["need_id"].map(title))
    return {
        "榜单": Sheet(challenges.table, CHALLENGES, key=_KEY, frozen=2),
        "技术指标": Sheet(challenges.indicators, CHALLENGES, frozen=2),
        "条件检查": Sheet(
            _in_words(challenges.checked, state=ANSWERS).drop(columns="rule"),
            CHALLENGES,
            key=("challenge_id", "call", "title", "state", "missing", "source", "verified", "note"),
            frozen=1,
            shade=("state", '="不符合"', "attention"),
        ),
        "覆盖的需求": Sheet(covered, CHALLENGES, frozen=2),
        "需求去向": Sheet(states, CHALLENGES, frozen=2),
        "进度": Sheet(_in_words(challenges.counts, stage=STAGES), CHALLENGES, formats={"share": "0%"}),
        "没有列入": Sheet(challenges.withheld, CHALLENGES, frozen=2),
    }


def _page(
    challenges: Challenges, target: Path, problems: pd.DataFrame | None, notes: Mapping[str, str], mask: bool
) -> bytes:
    tables = [challenges.table, challenges.indicators, challenges.checked]
    ids = all_ids(tables) if mask else {}
    shown = [mask_table(clean_table(table), ids=ids) if mask else clean_table(table) for table in tables]
    table, indicators, checked = (frame.astype(object).where(frame.notna(), "") for frame in shown)
    checked = checked.assign(answer=checked["state"].map(ANSWERS))
    blocks: list[dict[str, Any]] = [
        {
            "challenge_id": row["challenge_id"],
            "name": row["name"],
            "wording": row["wording"],
            "ready": bool(row["ready"]),
            "lines": [
                *((CHALLENGES[name], row[name]) for name in _LINES if row[name] or name != "conflicts"),
                ("涵盖需求", f"{row['needs']} 条（{row['need_ids']}）"),
            ],
            "indicators": indicators[indicators["challenge_id"] == row["challenge_id"]].to_dict("records"),
            "checks": checked[checked["challenge_id"] == row["challenge_id"]].to_dict("records"),
        }
        for row in table.to_dict("records")
    ]
    summary = [challenges.summary]
    if problems is not None and len(problems):
        summary.append(f"输入表中的问题见同一文件夹的 {problems_beside(target).name}")
    context = {
        "heading": "揭榜挂帅榜单",
        "summary": summary,
        "challenges": blocks,
        "rules": str(checked["call"].iloc[0]) if len(checked) else "",
        "notes": dict(notes),
    }
    return page_bytes("challenges", context, mask=mask)


def _in_words(table: pd.DataFrame, **words: Mapping[str, str]) -> pd.DataFrame:
    """Codes of these columns in Chinese."""
    return table.assign(**{name: table[name].map(known) for name, known in words.items()})
