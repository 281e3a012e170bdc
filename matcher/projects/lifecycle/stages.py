"""The stages of a project, what may follow on what, and the words that people write for it. Data, and one walk."""

from __future__ import annotations

from collections.abc import Iterable

STAGES = {
    "applied": "已申报",
    "recommended": "已推荐",
    "checked": "形式审查通过",
    "reviewed": "已评审",
    "announced": "立项公示",
    "objected": "有异议",
    "running": "执行中",
    "acceptance": "验收中",
    "rectifying": "整改中",
    "accepted": "已验收",
    "closed": "已归档",
    "rejected": "未立项",
    "withdrawn": "已撤回",
    "terminated": "已终止",
    "revoked": "已撤销",
}
EVENTS = {
    "applied": "申报",
    "recommended": "推荐",
    "checked": "形式审查",
    "reviewed": "评审",
    "announced": "公示",
    "objected": "异议",
    "contracted": "任务书",
    "reported": "报告",
    "changed": "变更",
    "extended": "延期",
    "acceptance_applied": "申请验收",
    "rectification": "整改",
    "accepted": "验收",
    "closed": "归档",
    "rejected": "不予立项",
    "withdrawn": "撤回",
    "terminated": "终止",
    "revoked": "撤销",
}
ITEMS = {
    "indicator": "指标",
    "milestone": "里程碑",
    "reached": "完成指标",
    "budget": "预算",
    "received": "到账",
    "spent": "支出",
    "output": "产出",
}
_WORDS = {
    "applied": "受理 申请 已申报",
    "recommended": "已推荐 推荐上报",
    "checked": "形式审查通过 资格审查 形审通过",
    "reviewed": "专家评审 已评审 评审论证",
    "announced": "立项公示 拟立项公示",
    "objected": "提出异议 公示异议",
    "contracted": "正常 正常执行 正常实施 进展正常 正常推进 "
    "立项 签订任务书 任务书签订 签订合同 执行中 执行 在研 实施 实施中 在执行 已立项 已签任务书",
    "reported": "年度报告 中期报告 中期检查 中期评估 年度检查 年度总结 进展报告 执行情况报告",
    "changed": "变更批准 同意变更 批准变更 项目变更 变更负责人 负责人变更 项目负责人变更 变更项目负责人 变更承担单位 "
    "承担单位变更 变更合作单位 合作单位变更 变更参与单位 人员变更 变更指标 指标变更 考核指标变更 研究内容变更 "
    "变更研究内容 预算调整 调整预算 经费调整",
    "extended": "同意延期 批准延期 准予延期 延期批准 项目延期",
    "acceptance_applied": "验收申请 提交验收 申请综合绩效评价 验收中",
    "rectification": "限期整改 整改通知",
    "accepted": "综合绩效评价 结题验收 项目验收 通过验收 验收通过 验收结论 已验收",
    "closed": "结项 结题 已结题 已结项 结题归档 已归档",
    "rejected": "形式审查不通过 评审不通过 未立项 落选",
    "withdrawn": "申请撤回 已撤回",
    "terminated": "终止执行 提前终止 项目终止 已终止",
    "revoked": "撤项 撤销立项 已撤销",
    "indicator": "考核指标 任务指标",
    "milestone": "节点",
    "reached": "指标完成 完成",
    "budget": "经费预算 预算安排",
    "received": "经费到账 拨付 拨款",
    "spent": "经费支出 支出明细",
    "output": "成果产出 成果",
}
CODES = {word: code for code, title in {**EVENTS, **ITEMS}.items() for word in (code, title, *_WORDS[code].split())}
STAGE_CODES = {title: code for code, title in STAGES.items()}
STAGE_CODES |= {"执行中": "contracted", "验收中": "acceptance_applied", "整改中": "rectification"} | CODES
ENDS = ("accepted", "closed", "rejected", "withdrawn", "terminated", "revoked")  # stages after which nobody works on
UNDATED = "没有写日期，按导入之日记"  # the note of a stage of which only that it was reached is known
_BEFORE = ("rejected", "withdrawn")
_AFTER = ("terminated", "revoked")
NEXT: dict[str, tuple[str, ...]] = {
    "applied": ("recommended", "checked", *_BEFORE),
    "recommended": ("checked", *_BEFORE),
    "checked": ("reviewed", *_BEFORE),
    "reviewed": ("announced", *_BEFORE),
    "announced": ("objected", "contracted", *_BEFORE),
    "objected": ("announced", "contracted", *_BEFORE),
    "running": ("reported", "changed", "extended", "acceptance_applied", *_AFTER),
    "acceptance": ("accepted", "rectification", *_AFTER),
    "rectifying": ("acceptance_applied", "accepted", *_AFTER),
    "accepted": ("closed", "rectification", "revoked"),
    "closed": ("revoked",),
}
_LEADS_TO = {
    **dict.fromkeys(("contracted", "reported", "changed", "extended"), "running"),
    "acceptance_applied": "acceptance",
    "rectification": "rectifying",
}


def stage_after(stage: str, event: str) -> str | None:
    """The stage that an event leads to, None where it may not follow. The first event of a project may be any.

    >>> stage_after("", "contracted"), stage_after("applied", "checked"), stage_after("applied", "accepted")
    ('running', 'checked', None)
    """
    if stage and event not in NEXT.get(stage, ()):
        return None
    return _LEADS_TO.get(event, event)


def walk(events: Iterable[str]) -> tuple[str, int | None]:
    """The stage after some events, and the place of the first that may not follow, None where all may."""
    stage = ""
    for place, event in enumerate(events):
        after = stage_after(stage, event)
        if after is None:
            return stage, place
        stage = after
    return stage, None


def may_follow(stage: str) -> str:
    """What may follow on a stage, in words."""
    return "、".join(EVENTS[event] for event in NEXT.get(stage, ())) or "无"
