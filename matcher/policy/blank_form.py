"""Blank tables of firms for people to fill in: Chinese headers, a note on each, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.policy.firm_table import subject_of
from matcher.policy.policy import Policy

_HINTS = {
    "yesno": "填“是”或“否”；不清楚就空着",
    "yuan": "以元填写；表头可写成“{title}（万元）”后以万元填写",
    "count": "填整数",
    "number": "填数字",
    "share": "填 10% 或 0.1",
    "date": "填 2026-11-24",
}
_IDENTITY_HINTS = {
    "uscc": "18位，按文本填写",
    "host_uscc": "18位，按文本填写",
    "apply_on": "填 2026-11-24；不填则用判断日期",
    "approved_on": "填 2026-11-24；只知道年份时填 2026",
    "kind": "如 科技企业孵化器、众创空间、重点实验室、技术创新中心、院士工作站、中试基地",
    "level": "如 国家级、省级、市级",
}


def blank_sheets(policies: Sequence[Policy]) -> dict[str, Sheet]:
    """The sheets of a blank workbook: 企业 (or 平台) to be filled in, 填写说明.

    Columns that two policies define differently stand once for each.
    """
    subject = subject_of(policies)
    columns: list[dict[str, Any]] = [
        {"title": one.title, "name": one.name, "policy": "", "hint": _IDENTITY_HINTS.get(one.name, "按文本填写")}
        for one in subject.identity
    ]
    basis: dict[str, str] = {}
    for policy in policies:
        for fact in policy.columns.values():
            title, name = fact.title, fact.name
            if name in basis:
                if basis[name] == fact.basis:
                    continue
                title, name = f"{policy.title}：{fact.title}", f"{policy.id}.{fact.name}"
            else:
                basis[name] = fact.basis
            choices = ["是", "否"] if fact.kind == "yesno" else []
            hint = _HINTS.get(fact.kind, "").format(title=fact.title)
            if fact.kind == "choice":
                choices = [words[0] if words else key for key, words in fact.choices.items()]
                hint = f"填 {'、'.join(choices)} 之一"
            hint = "；".join(part for part in (hint, fact.note, f"口径：{fact.basis}" if fact.basis else "") if part)
            columns.append({"title": title, "name": name, "policy": policy.title, "hint": hint, "choices": choices})
    comments = {
        column["name"]: f"{column['hint']}\n英文列名：{column['name']}"
        + (f"\n政策：{column['policy']}" if column["policy"] else "")
        for column in columns
    }
    blank = Sheet(
        pd.DataFrame(columns=[column["name"] for column in columns], dtype=object),
        {column["name"]: column["title"] for column in columns},
        frozen=2,
        formats={one.name: "@" for one in subject.identity if one.kind != "date"},
        comments=comments,
        choices={column["name"]: column["choices"] for column in columns if column.get("choices")},
    )
    table = pd.DataFrame(columns)[["title", "name", "policy", "hint"]]
    return {subject.title: blank, "填写说明": Sheet(table.set_axis(["列名", "英文列名", "政策", "填法"], axis=1))}
