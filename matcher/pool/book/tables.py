"""The book's tables as a bureau reads and edits them: Chinese headers and words, an edited sheet read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from matcher.policy.firm_table import IDENTITY, read_firms
from matcher.policy.policy import Policy
from matcher.pool.book.follow_up import REASONS, STATUS
from matcher.pool.tiers import TITLES as TIERS
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas import Column

REGISTRY = (
    Column("scope", "text", "经营范围", ("主营业务", "业务范围")),
    Column("capital", "yuan", "注册资本", ("注册资金",)),
    Column("patents_granted_3y", "number", "近三年授权专利数", ("近三年专利授权数", "专利授权数")),
)
STATES = {"candidate": "候选", "in_pool": "在库", "left": "已出库", "graduated": "已认定出库"}
CAUSES = {"new": "新导入", "entry": "出入库", "time": "时间", "edition": "政策版本", "rule": "规则", "fact": "事实"}
_DECISIONS = {
    "passes": "通过", "fails": "不通过", "can_pass": "取决于专家评分", "unknown": "缺少事实，未定",
    "not_in_force": "无有效版本",
}  # fmt: skip
_VERDICTS = {"fail": "不满足", "unknown": "缺少事实"}
TITLES = {
    "enterprise_id": "企业编号", "name": "企业名称", "state": "状态", "entered_on": "入库日期", "left_on": "出库日期",
    "left_reason": "出库原因", "tier": "梯队", "tier_at_best": "最好情形", "lead_days": "还需天数",
    "lead_days_at_best": "最好情形天数", "decision": "结论", "edition": "政策版本", "total_low": "最低得分",
    "total_high": "最高得分", "open_rules": "未满足的条件", "state_before": "原状态", "state_after": "现状态",
    "tier_before": "原梯队", "tier_after": "现梯队", "cause": "原因", "detail": "说明", "need_id": "需求编号",
    "outcome_id": "成果编号", "status": "跟进状态", "day": "日期", "person": "经办人", "contract": "合同类型",
    "amount": "合同金额（元）", "reason": "拒绝理由", "note": "备注", "counts": "计入成果转化", "verdict": "结论",
    "step": "环节代码", "title": "环节", "items": "项数", "of_pushed": "占推送的比例", "of_before": "占上一环节的比例",
    "median_days": "中位天数",
}  # fmt: skip
TARGET_TITLES = {
    "target_id": "目标编号", "name": "名称", "unit": "单位", "goal": "目标值", "due": "完成日期", "actual": "实际值",
    "share": "完成比例", "expected": "时间进度", "status": "状态", "missing": "还差", "a_month": "每月须完成",
    "enterprise_id": "企业编号", "visits": "走访次数", "chance": "通过概率", "chance_if_helped": "帮扶后通过概率",
    "adds": "增加的达标概率", "firms": "帮扶企业数", "probability": "达标概率",
}  # fmt: skip
CONFLICT_TITLES = {
    "enterprise_id": "企业编号", "column": "列", "seen": "您看到的", "yours": "您改为", "theirs": "他人已改为",
    "person": "改动人", "day": "改动日期",
}  # fmt: skip
_WORDS = {
    "state": STATES, "state_before": STATES, "state_after": STATES, "tier": TIERS, "tier_at_best": TIERS,
    "tier_before": TIERS, "tier_after": TIERS, "decision": _DECISIONS, "cause": CAUSES, "status": STATUS,
    "reason": REASONS, "verdict": {"accepted": "采纳", "declined": "拒绝"},
}  # fmt: skip


def in_words(table: pd.DataFrame, goal: Policy | None = None) -> pd.DataFrame:
    """The table with its codes as Chinese words; what is no code stays. goal: the policy that `open_rules` is of."""
    words = {
        name: table[name].map(lambda cell, of=of: of.get(cell, cell)) for name, of in _WORDS.items() if name in table
    }
    if goal is not None and "open_rules" in table:
        titles = _conditions(goal)
        words["open_rules"] = table["open_rules"].map(lambda cell: _open_rules(cell, titles))
    return table.assign(**words)


def _conditions(policy: Policy) -> dict[str, str]:
    """The titles of a policy's conditions by their ids."""
    return {
        rule.id: rule.title
        for edition in policy.editions
        for day in policy.days_of(edition)
        for rule in policy.ruleset(edition, day).rules
        if rule.kind == "condition"
    }


def snapshot_notes(goal: Policy, leads: Mapping[str, int | str]) -> pd.DataFrame:
    """What the columns of a snapshot mean, and the lead times that it was worked out with: one column, a line a row."""
    titles = _conditions(goal)
    ways = {"gap": "按还差的天数", "missing share": "按还差的研发费用，每三分之一算一年"}
    lines = [
        f"目标：{goal.title}。本快照按公开条文和已知事实推算，不代替主管部门的认定。",
        "梯队：本轮可报、明年（365天内可补上）、两年内（730天内）、种子（更久，或补不上）；按已知事实，未知的事实按要补计算。",
        "最好情形：未知的事实全部有利时的梯队。两者相差越大，越值得去问。",
        "各条件的提前期是本软件的假设，没有出处；可用 matcher pool rules --lead 修改。",
        *(f"提前期：{titles.get(rule, rule)}：{ways.get(str(days), f'{days} 天')}" for rule, days in leads.items()),
    ]
    return pd.DataFrame({"说明": lines})


def _open_rules(cell: str, titles: Mapping[str, str]) -> str:
    parts = [part.rpartition(":") for part in cell.split(";") if part]
    return "；".join(f"{titles.get(rule, rule)}（{_VERDICTS.get(state, state)}）" for rule, _, state in parts)


def headers(policies: Sequence[Policy], names: Sequence[str]) -> dict[str, str]:
    """Field -> Chinese header, such that the sheet is read back as it was written."""
    titles = {column.name: column.title for column in (*IDENTITY, *REGISTRY)}
    for policy in policies:
        for fact in policy.columns.values():
            titles.setdefault(fact.name, fact.title)
    return {name: titles.get(name, name) for name in names}


def read_book_firms(source: str | Path, policies: Sequence[Policy], *, sheet: str | int | None = None) -> Reading:
    """Firms to be put into the book: `matcher.policy.firm_table.read_firms`, but every row has an id that lasts.

    A row without 企业编号 goes by its 统一社会信用代码; without both, and for a firm that stands twice, it is left out
    and listed.
    """
    reading = read_firms(source, policies, sheet=sheet, extra=REGISTRY)
    rows, problems = reading.rows.copy(), reading.problems
    made_up = rows["enterprise_id"].str.fullmatch(r"企业-\d{5}\+*").fillna(False).astype(bool)
    code = rows["uscc"].fillna("") if "uscc" in rows else pd.Series("", index=rows.index)
    rows["enterprise_id"] = rows["enterprise_id"].where(~(made_up & (code != "")), code)
    lost = made_up & (code == "")
    twice = rows.duplicated("enterprise_id") & ~lost
    lines = []
    for wrong, says in ((lost, "既没有企业编号也没有统一社会信用代码"), (twice, "同一企业不止一行，只用了第一行")):
        for firm in rows.loc[wrong, "enterprise_id"]:
            action = "请补填后重新导入" if says.startswith("既") else "请合并为一行后重新导入"
            lines.append((Path(source).name, "", None, "企业编号", firm, says, action, False))
    if lines:
        more = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
        problems = pd.concat([problems, more], ignore_index=True) if len(problems) else more
    # an id made up from the place of a row is no key, and a spreadsheet's own number neither
    return Reading(rows[~(lost | twice)].reset_index(drop=True).drop(columns="row_id", errors="ignore"), problems)
