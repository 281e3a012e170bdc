"""Blank tables of firms for people to fill in: Chinese headers, a note on each, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from matcher.export.sheets import Sheet
from matcher.policy.firms.table import subject_of
from matcher.policy.firms.words import series_of
from matcher.policy.language.thresholds import columns_of
from matcher.policy.policy import Policy

_HINTS = {
    "yesno": "填“是”或“否”；不清楚就空着",
    "yuan": "以元填写；表头可写成“{title}（万元）”后以万元填写",
    "count": "填整数",
    "number": "填数字",
    "share": "填 10% 或 0.1",
    "date": "填 2026-11-24",
}
_YEARS = {1: "申请前一个会计年度", 2: "申请前第二个会计年度", 3: "申请前第三个会计年度，三年中最早的一年"}
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
            elif fact.kind == "number" and np.isfinite(fact.highest):
                hint = f"填 {fact.lowest:g} 至 {fact.highest:g} 的数字"
            money = fact.kind == "yuan" and "会计年度" not in fact.note
            year = _YEARS.get(series_of(fact.name)[1], "") if money else ""
            shared = sum(fact.name in other.columns for other in policies) > 1
            edition = "" if shared else _only(policy, fact.name)
            meant = f"口径：{fact.basis}" if fact.basis else ""
            hint = "；".join(part for part in (hint, fact.note, year, meant, edition) if part)
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


def _only(policy: Policy, name: str) -> str:
    """Which edition asks for a fact, where only one of several does."""
    asking = [
        edition
        for edition in policy.editions
        if any(name in columns_of(policy.ruleset(edition, day)) for day in policy.days_of(edition))
    ]
    if len(policy.editions) == 1 or len(asking) != 1:
        return ""
    until = "" if asking[0].until is None else f"至 {asking[0].until}"
    return f"只有“{asking[0].title}”这一版问（{asking[0].since} 起{until}）"
