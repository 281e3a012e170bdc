"""Tables of past applications as people keep them, to what a score card is learned from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from matcher.errors import TableError
from matcher.policy.firms.table import read_firms
from matcher.policy.policy import Policies
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.main import Column

_COLUMNS = (
    Column(
        "outcome", "text", "认定结果", ("结果", "评审结果", "申报结果", "是否通过", "是否认定", "认定情况", "通过情况")
    ),
    Column("round", "text", "批次", ("轮次", "申报批次", "认定批次", "申报轮次")),
)
_PASSED = {"通过", "认定", "已认定", "已通过", "是", "合格", "入选", "true", "yes", "pass", "passed", "1", "1.0"}
_FAILED = {
    "未通过", "不通过", "未认定", "没通过", "否", "不合格", "落选", "未入选", "false", "no", "fail", "failed",
    "0", "0.0",
}  # fmt: skip
_OPEN = {"", "待定", "在审", "评审中", "未知", "撤回", "已撤回"}


def read_history(
    source: str | Path,
    policy: Policies,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table of past applications: 企业编号, 申请日期, 认定结果, 批次 and the policies' facts as they were then.

    Parameters
    ----------
    source
        A table as `matcher.policy.read_firms` takes it, one row an application.
    policy
        One policy or several: names, folders or policies.
    sheet, columns, bad_rows
        As `matcher.policy.read_firms` takes them.

    Returns
    -------
    The rows with `outcome` as true, false or NA, and the problems: among them each word that is no known outcome, which
    counts as none.

    Raises
    ------
    TableError
        The file cannot be read, or has no day or no outcome in any row.
    """
    reading = read_firms(source, policy, sheet=sheet, columns=columns, bad_rows=bad_rows, extra=_COLUMNS)
    rows = reading.rows
    lacking = [title for name, title in (("apply_on", "申请日期"), ("outcome", "认定结果")) if name not in rows]
    if lacking:
        heads = "、".join(f"“{title}”" for title in lacking)
        raise TableError(
            f"{Path(source).name}：没有 {heads} 这一列，或整列为空；历史的每一行须有申请日期和认定结果（通过、未通过）"
        )
    words = rows["outcome"].fillna("").astype(str).str.strip()
    outcome, unclear = read_outcomes(rows["outcome"])
    action = "请写“通过”或“未通过”；这一行不用于学习"
    lines = [
        (Path(source).name, "", None, "认定结果", word, f"企业 {firm} 的结果看不懂", action, True)
        for firm, word in zip(rows.loc[unclear, "enterprise_id"], words[unclear], strict=True)
    ]
    problems = reading.problems[~reading.problems["problem"].str.contains("同一申请日期有不止一行", regex=False)]
    if lines:
        more = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
        problems = pd.concat([problems, more], ignore_index=True) if len(problems) else more
    return Reading(rows.assign(outcome=outcome), problems, reading.columns)


def read_outcomes(cells: pd.Series[Any]) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Outcomes (true: passed, false: not, NA: unknown) of truth values or of words, and which cells say neither."""
    lower = cells.astype(object).where(cells.notna(), "").astype(str).str.strip().str.lower()
    known = {**dict.fromkeys(_PASSED, True), **dict.fromkeys(_FAILED, False)}
    outcome = pd.Series([known.get(word, pd.NA) for word in lower], cells.index, dtype="boolean")
    return outcome, ~lower.isin({*known, *_OPEN})
