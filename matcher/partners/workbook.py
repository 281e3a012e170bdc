"""The table of proposals to a file, for people (.xlsx, in Chinese) or programs (.csv, .parquet, .json)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.tables import write_tables
from matcher.export.titles import PARTNERS
from matcher.partners.cooperation import Cooperation
from matcher.policy.answers.workbook import DECISIONS

_COLUMNS = (
    "enterprise_id", "name", "policy", "rank", "partner", "way", "title", "before", "after", "total_gain_low",
    "total_gain_high", "conditions_met", "decision_after", "probability", "cost", "net", "outcome_id", "expert_id",
    "kind", "gain_low", "gain_high", "decision_before", "probability_from", "good_match", "expected_gain", "lead_days",
    "together_low", "together_high", "article", "verified", "need_id", "reason",
)  # fmt: skip
_KEY = 16  # of them stay in view
_KINDS = {"condition": "条件", "points": "得分", "judged": "专家评定"}
_SOURCES = {"probability": "匹配概率", "good_match": "较强匹配（未校准）", "assumed": "未给出，按1计"}
_NOTES = (
    "总分低限变化、高限变化：同一企业按现有事实与按合作后的事实各判一次，两次结果之差；未知事实或专家评分使得分成为区间。",
    "类别为“专家评定”的项：合作为专家提供评分依据，得几分由专家定，本表不作预计，变化记为0。",
    "变化为0的项：离下一档更近，但单凭这一项合作还不进档；“累计总分”是与排在前面的各伙伴一起合作后的总分。",
    "“较强匹配”为否：匹配结果本身不予推荐，只在要求时列出，排在较强匹配之后；得分再高，伙伴不合适也无从实现。",
    "预计得分＝把握×（总分低限变化与高限变化的平均＋新满足条件数×条件折分）；扣除费用后＝预计得分－每元折分×费用。",
    "费用：配对表的 cost 列，其次所给的方式费用，再次价格（开发类先取需求预算）；未知而又要扣费用的排在最后。",
    "Ⅱ类知识产权在高企申请中仅限使用一次，同一成果的转让只能帮到一家企业；许可不取得所有权，不增加知识产权。",
    "“已核实”为否：读法是推断或凭记忆，使用前请核对原文。本结果按公开条文推算，不代替主管部门的认定。",
)


def write_partners(
    output: str | Path,
    proposals: pd.DataFrame,
    *,
    firms: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    on: dt.date,
    mask: bool = True,
) -> None:
    """Write what `propose` gave: a workbook with the sheets 合作建议, 问题 and 说明, or the table with its fields.

    `firms` gives the names of the firms; `problems`: what was found wrong in the inputs; `columns`: what became
    of their columns. Raises OutputError.
    """
    sheet = Sheet(proposals)
    if Path(output).suffix.lower() == ".xlsx":
        sheet = Sheet(_in_words(proposals, firms), PARTNERS, key=_COLUMNS[:_KEY], frozen=2)
    notes = [f"判断日期 {on.isoformat()}", *_NOTES]
    write_tables(
        output, {"合作建议": sheet}, problems=problems, columns=columns, notes=notes, title="合作建议", mask=mask
    )


def _in_words(proposals: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """The columns that people read, codes in Chinese."""
    titles = {way.id: way.title for way in Cooperation.load().ways.values()}
    names = dict(zip(firms["enterprise_id"].astype(str), firms["name"], strict=True)) if "name" in firms else {}
    return proposals.assign(
        name=[names.get(firm, "") for firm in proposals["enterprise_id"]],
        kind=proposals["kind"].map(_KINDS),
        way=proposals["way"].replace(titles),
        probability_from=proposals["probability_from"].map(_SOURCES),
        decision_before=proposals["decision_before"].map(DECISIONS),
        decision_after=proposals["decision_after"].map(DECISIONS),
    )[list(_COLUMNS)]
