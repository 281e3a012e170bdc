"""Blank tables of needs, outcomes, experts and works for people to fill in: notes, lists to choose from, examples."""

from __future__ import annotations

from typing import Any

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.tables.schemas.main import Contract

_HINTS = {
    "id": "每行一个，不要重复；按文本填写",
    "text": "按文本填写",
    "labels": "可填几个，用“、”隔开",
    "date": "填 2026-11-24",
    "number": "填数字",
    "yuan": "以万元填写，只填数字",
    "share": "填 10% 或 0.1",
    "yesno": "填“是”或“否”",
}
_MORE = {
    "title": "一句话说清是什么",
    "description": "写清对象、问题、指标（数值和单位）、现有条件；不要写联系方式",
    "region": "写到县区，如 临沂市兰山区",
    "valid_until": "过了这一天就不再推荐；不填为长期",
    "authors": "用“、”隔开",
    "indicators": "写清数值和单位",
    "range": "写清数值和单位，如 0~300kN",
    "fee": "写清按什么收，如 200元/小时、首件500元其后每件100元",
    "fee_inside": "只给校内、所内用户的价；没有可不填",
    "standard": "写编号，如 GB/T 228.1-2021；几个用“、”隔开",
}
_ENGLISH_HINTS = {
    "id": "one per row, never twice",
    "text": "text",
    "labels": "text; several separated by ;",
    "date": "as 2026-11-24",
    "number": "a number",
    "yuan": "a number, in yuan (元)",
    "share": "as 10% or 0.1",
    "yesno": "yes or no",
}
_ENGLISH_MORE = {
    "title": "one line: what is asked or offered",
    "description": "object, problem, figures with units, present conditions; no contact details",
    "valid_until": "not recommended after this day; empty: no end",
}
_CHINESE_ONLY = frozenset(("field", "region", "enterprise_id", "industry"))
_EXAMPLES: dict[str, list[dict[str, object]]] = {
    "needs": [
        {
            "need_id": "XQ-001", "title": "装载机变速箱齿轮磨削烧伤在线检测",
            "description": "硬齿面齿轮磨削后有烧伤，现靠酸洗抽检。"
            "要求单齿检测不超过 2 秒，检出率不低于 95%，不损伤齿面。",
            "industry": "专用设备制造业", "field": "先进制造与自动化", "region": "临沂市兰山区",
            "cooperation": "委托开发、技术服务",
            "budget": 80, "enterprise": "虚构机械有限公司", "valid_until": "2027-06-30", "posted_on": "2026-11-01",
        }
    ],
    "outcomes": [
        {
            "outcome_id": "CG-001", "title": "硬齿面烧伤无损检测仪",
            "description": "用磁弹噪声在线检测齿轮磨削烧伤，单齿 1.6 秒，检出率 97%，已在一条产线试用。",
            "scope": "齿轮、轴承等磨削件", "field": "先进制造与自动化", "region": "临沂市", "institution": "虚构大学",
            "maturity": "中试阶段", "ip_type": "发明专利", "cooperation": "技术转让、技术许可", "price": "面议",
        }
    ],
    "experts": [
        {
            "expert_id": "ZJ-001", "name": "虚构甲", "institution": "虚构大学", "title": "无损检测；齿轮制造",
            "description": "从事磨削烧伤检测与表面完整性研究。", "position": "教授", "region": "临沂市",
        }
    ],
    "works": [
        {
            "work_id": "YJ-001", "expert_id": "ZJ-001", "title": "磁弹噪声检测硬齿面烧伤的方法",
            "description": "提出标定方法，误判率下降一半。", "kind": "论文", "role": "第一作者", "date": "2024-05-20",
        }
    ],
    "resources": [
        {
            "resource_id": "YQ-001", "name": "电子万能试验机", "model": "XG-300", "kind": "仪器",
            "method": "金属材料拉伸、压缩、弯曲试验", "range": "0~300kN", "precision": "0.5级",
            "sample": "直径不超过40mm", "standard": "GB/T 228.1-2021", "institution": "虚构大学",
            "place": "临沂市兰山区", "fee": "200元/小时", "hours_free": 600, "state": "正常",
        }
    ],
    "resource_needs": [
        {
            "need_id": "XN-001", "title": "高强螺栓拉伸试验", "description": "需要给出抗拉强度和断后伸长率。",
            "budget": 1, "range": "最大拉力200kN", "standard": "GB/T 228.1", "hours": 8, "sample_count": 6,
        }
    ],
}  # fmt: skip


def blank_table(contract: Contract, *, english: bool = False) -> dict[str, Sheet]:
    """The sheets of a blank workbook: one to be filled in, 示例 (made-up rows), 填写说明.

    english: a profile form for partners abroad, with the names of the fields as headers, which are read like Chinese
    ones; without the fields in which only Chinese classes are understood.
    """
    if english:
        return _english_table(contract)
    columns = [column for column in contract.columns if column.name != contract.id_column or contract.referred]
    titles = {one.name: one.title + ("（万元）" if one.kind == "yuan" else "") for one in columns}
    hints = {one.name: "；".join(filter(None, (_MORE.get(one.name), _HINTS[one.kind]))) for one in columns}
    choices = {one.name: ["是", "否"] for one in columns if one.kind == "yesno"}
    for one in columns:
        if one.labels:
            hints[one.name] += f"，如 {'、'.join(one.labels[:8])}"
    look: dict[str, Any] = {"titles": titles, "frozen": 2}
    money = {one.name: "General" for one in columns if one.kind == "yuan"}  # the header says 万元, no format says 元
    formats = money | {one.name: "@" for one in columns if one.kind in ("id", "text", "labels")}
    blank = pd.DataFrame(columns=list(titles), dtype=object)
    example = pd.DataFrame(_EXAMPLES.get(contract.name, []), columns=list(titles)).astype(object)
    told = pd.DataFrame(
        [(titles[one.name], one.name, hints[one.name]) for one in columns], columns=["列名", "英文列名", "填法"]
    )
    sheets = {contract.title: Sheet(blank, **look, formats=formats, comments=hints, choices=choices)}
    if len(example):
        sheets["示例（虚构）"] = Sheet(example.where(example.notna(), None), **look, formats=money)
    return {**sheets, "填写说明": Sheet(told)}


_ENGLISH_EXAMPLES: dict[str, list[dict[str, object]]] = {
    "needs": [
        {
            "need_id": "N-001", "title": "On-line detection of grinding burn on gear teeth",
            "description": "Hardened gears burn during grinding. At most 2 s per tooth, detection rate at least 95 %.",
            "cooperation": "technical cooperation", "enterprise": "Invented Machinery Ltd", "valid_until": "2027-06-30",
        }
    ],
    "outcomes": [
        {
            "outcome_id": "O-001", "title": "Barkhausen noise tester for hardened tooth flanks",
            "description": "Finds grinding burn in 1.6 s per tooth with a detection rate of 97 %; tried on one line.",
            "institution": "Invented University", "valid_until": "2027-06-30",
        }
    ],
}  # fmt: skip


def _english_table(contract: Contract) -> dict[str, Sheet]:
    columns = [column for column in contract.columns if column.name not in _CHINESE_ONLY]
    titles = {
        one.name: one.name.replace("_", " ").capitalize() + (" (元)" if one.kind == "yuan" else "") for one in columns
    }
    hints = {one.name: _ENGLISH_MORE.get(one.name, _ENGLISH_HINTS[one.kind]) for one in columns}
    choices = {one.name: ["yes", "no"] for one in columns if one.kind == "yesno"}
    look: dict[str, Any] = {"titles": titles, "frozen": 2}
    formats = {one.name: "@" for one in columns if one.kind in ("id", "text", "labels")}
    blank = pd.DataFrame(columns=list(titles), dtype=object)
    example = pd.DataFrame(_ENGLISH_EXAMPLES.get(contract.name, []), columns=list(titles)).astype(object)
    told = pd.DataFrame([(titles[one.name], hints[one.name]) for one in columns], columns=["Column", "How to fill in"])
    sheets = {contract.name: Sheet(blank, **look, formats=formats, comments=hints, choices=choices)}
    if len(example):
        sheets["example (invented)"] = Sheet(example.where(example.notna(), None), **look)
    return {**sheets, "how to": Sheet(told)}
