"""The table of partners to a file, for people (.xlsx, Chinese) or programs (.csv, .parquet)."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.export.privacy import mask_contacts
from matcher.partners.cooperation import Cooperation
from matcher.policy.files import table_bytes
from matcher.policy.workbook import DECISIONS, write_sheet
from matcher.tables.reading import PROBLEM_TITLES

_KINDS = {"condition": "条件", "points": "得分", "judged": "专家评定"}
_FROM = {"probability": "匹配概率", "good_match": "较强匹配（未校准）", "assumed": "未给出，按1计"}
HEADERS = {
    "enterprise_id": "企业编号", "name": "企业名称", "policy": "政策编号", "rank": "排名", "partner": "伙伴",
    "outcome_id": "成果编号", "expert_id": "专家编号", "way": "合作方式", "kind": "类别", "title": "条款",
    "before": "现在", "after": "之后", "gain_low": "该项低限变化", "gain_high": "该项高限变化",
    "total_gain_low": "总分低限变化", "total_gain_high": "总分高限变化", "conditions_met": "新满足条件",
    "decision_before": "现在结论", "decision_after": "之后结论", "probability": "适合的把握",
    "probability_from": "把握来自", "good_match": "较强匹配", "expected_gain": "预计得分", "cost": "费用（元）",
    "net": "扣除费用后", "lead_days": "约需天数", "together_low": "累计总分低限", "together_high": "累计总分高限",
    "article": "依据", "verified": "已核实", "need_id": "需求编号", "reason": "理由",
}  # fmt: skip
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


def partner_bytes(
    table: pd.DataFrame, firms: pd.DataFrame, problems: pd.DataFrame, target: Path, *, on: dt.date, mask: bool = True
) -> bytes:
    """The table as the suffix of `target` says; a workbook has Chinese headers and the sheets 合作建议, 问题, 说明."""
    shown = table.copy()
    if mask:
        for name in ("partner", "reason"):
            shown[name] = shown[name].map(mask_contacts)
    if target.suffix.lower() != ".xlsx":
        return table_bytes(shown, target)
    import xlsxwriter

    titles = {way.id: way.title for way in Cooperation.load().ways.values()}
    names = dict(zip(firms["enterprise_id"], firms["name"], strict=True)) if "name" in firms else {}
    shown["name"] = shown["enterprise_id"].map(names).fillna("")
    shown["kind"], shown["way"] = shown["kind"].map(_KINDS), shown["way"].replace(titles)
    shown["probability_from"] = shown["probability_from"].map(_FROM)
    for name in ("verified", "good_match"):
        shown[name] = shown[name].map({True: "是", False: "否"})
    for name in ("decision_before", "decision_after"):
        shown[name] = shown[name].map(DECISIONS)
    rows: Any = shown[list(HEADERS)].rename(columns=HEADERS).to_dict("records")
    faults: Any = problems.rename(columns=PROBLEM_TITLES).to_dict("records")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    write_sheet(book, "合作建议", rows, list(HEADERS.values()))
    write_sheet(book, "问题", faults, ["文件", "行", "列", "原值", "问题", "处理"])
    write_sheet(book, "说明", [{"说明": f"判断日期 {on.isoformat()}"}, *({"说明": line} for line in _NOTES)], ["说明"])
    book.close()
    return buffer.getvalue()
