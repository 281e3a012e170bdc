"""The sheets that registers add to the workbook of a scoring: warnings by firm, the comparison, rows not joined."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import REGISTERS
from matcher.policy.registers.joining import Registered

_KEPT = ["register", "file", "row", "written", "enterprise_id", "name", "how"]


def register_sheets(registered: Registered) -> dict[str, Sheet]:
    """登记表警示 (what is wrong, where, by which article, what to do), 登记表归集 (both figures and which is used) and
    登记表归户 (rows that are not joined yet).
    """
    firms = registered.firms
    names = dict(zip(firms["enterprise_id"].astype(str), firms["name"], strict=True)) if "name" in firms else {}

    def named(table: pd.DataFrame) -> pd.DataFrame:
        out = table.copy()
        out.insert(1, "name", [names.get(firm, "") for firm in table["enterprise_id"]])
        return out

    links = registered.links
    waiting = links[~links["joined"].astype(bool)]
    shade = ("counted", '="未定"', "attention")
    return {
        "登记表警示": Sheet(named(registered.warnings), REGISTERS, frozen=2, shade=shade),
        "登记表归集": Sheet(named(registered.compared), REGISTERS, frozen=2),
        "登记表归户": Sheet(waiting.assign(row=waiting["sheet_row"])[_KEPT], {**REGISTERS, "enterprise_id": "可能是"}),
    }


def register_lines(registered: Registered) -> list[str]:
    """What the registers gave, for the screen and 说明."""
    told, compared, links = registered.warnings, registered.compared, registered.links
    lines = [
        f"登记表：{int(links['joined'].sum())} 行归户，{int((~links['joined'].astype(bool)).sum())} 行没有归户；"
        f"{len(told)} 条警示；{int(compared['differs'].sum())} 处与企业表不符（采用登记表的）"
    ]
    counts = Counter(zip(told["register"], told["counted"], strict=True))
    return lines + [f"  {register}（{counted}）：{many} 条" for (register, counted), many in counts.items()]
