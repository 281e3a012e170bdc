"""The tables around a review: nominations' persons, earlier awards, criteria, items, votes, objections."""

from __future__ import annotations

from dataclasses import replace

from matcher.tables.schemas.contracts import Contract, column
from matcher.tables.schemas.public_period import PUBLIC_PERIOD

_GRADES = "拟评等级 拟授等级 拟奖等级 拟授奖等级 拟奖励等级 授奖等级 评定等级"
# Here 公示期 is no number of days.
_PERIOD = (*PUBLIC_PERIOD[:2], replace(PUBLIC_PERIOD[2], headers=(*PUBLIC_PERIOD[2].headers, "公示期", "公示期限")))


def by_title(contract: Contract) -> Contract:
    """The contract for a table of items that have titles and no ids: the title is the id."""
    item = replace(contract["item"], headers=(contract["title"].title, *contract["title"].headers))
    rest = [item if one.name == "item" else one for one in contract.columns if one.name != "title"]
    return replace(contract, columns=tuple(rest))


# What reviewers are asked: one row a criterion.
REVIEW_CRITERIA = Contract(
    "review_criteria",
    "评审指标",
    "criterion_id",
    (
        column("criterion_id", "id", "指标编号", "序号"),
        column("group", "text", "一级指标", "一级 一级指标名称 一级评审指标 一级评价指标"),
        column(
            "criterion",
            "text",
            "指标",
            "评审指标 评分项 指标名称 评价指标 二级指标 二级 二级指标名称",
        ),
        column("lowest", "number", "最低分", "下限 最低"),
        column("highest", "number", "最高分", "满分 上限 分值 最高 标准分 分数"),
        column("group_weight", "number", "一级权重", "一级指标权重 一级指标的权重"),
        column("weight", "number", "权重", "系数 二级权重 二级指标权重 二级指标的权重"),
        column(
            "standard",
            "text",
            "评分标准",
            "标准 说明 评分说明 评审要点 评审内容 评价要点 指标说明 评分细则",
            lines=True,
        ),
    ),
    any_of=("criterion", "group"),
    referred=False,
)

# What a panel judges and how it ended: one row an item.
REVIEW_ITEMS = Contract(
    "review_items",
    "评审项目",
    "item",
    (
        column(
            "item",
            "id",
            "项目编号",
            "项目 项目ID 项目号 申报编号 申请编号 受理编号 编号 成果编号 提名编号 enterprise_id project_id",
        ),
        column("title", "text", "项目名称", "名称 申报项目 成果名称 提名项目 提名项目名称 候选人"),
        column("unit", "text", "第一完成单位", "单位 承担单位 申报单位 牵头单位 第一单位 依托单位 host"),
        column("units", "text", "完成单位", "主要完成单位 全部完成单位 合作单位 unit_names"),
        column("persons", "text", "完成人", "主要完成人 全部完成人 项目负责人 负责人 person_names"),
        column("nominator", "text", "提名单位", "提名者 推荐单位"),
        column("region", "text", "地区", "所在地 县区 区县 所属地区 所属县区 所在县区 所属区县 所在区县"),
        column("award", "text", "奖种", "奖励类别 提名奖种 奖项 项目类别 类别"),
        column("grade", "text", "等级", f"奖励等级 建议等级 表决等级 {_GRADES}"),
        column(
            "decision",
            "text",
            "结论",
            "表决结果 检查结论 评审结论 评审结果 评审意见 评定结果",
            later="立项意见 立项结论 立项结果 验收结论 审定结果 评议结果 是否通过",
        ),
        column("chosen", "yesno", "入选", "是否入选 是否获奖 获奖 立项 是否立项 拟立项 拟奖励 是否公示 拟公示"),
        column("secret", "text", "涉密", "是否涉密 涉密项目 是否保密 保密项目 密级"),
        column("summary", "text", "简介", "项目简介 摘要 内容 主要内容", lines=True),
        *_PERIOD,
    ),
    any_of=("title", "item"),
)

# Ballots of a board: one row a member and item, or one row an item with its counts.
VOTES = Contract(
    "votes",
    "表决",
    "vote_id",
    (
        column("vote_id", "id", "表决编号", "序号"),
        column("item", "id", "项目编号", "项目 项目号 申报编号 编号 成果编号 提名编号 提名号"),
        column("title", "text", "项目名称", "名称 成果名称 提名项目 候选人"),
        column("award", "text", "奖种", "奖励类别 提名奖种 奖项"),
        column("grade", "text", "等级", f"奖励等级 建议等级 提名等级 表决等级 {_GRADES}"),
        column(
            "voter",
            "id",
            "委员编号",
            "委员 委员姓名 投票人 评委 评委编号 专家编号",
            later="投票人姓名 表决人 评委姓名 专家姓名 专家",
        ),
        column("vote", "text", "表决意见", "意见 投票 表决 票", later="投票意见 表决态度"),
        column("members", "number", "应到委员数", "委员总数 应到人数 应到"),
        column(
            "present",
            "number",
            "到会委员数",
            "实到人数 实到 到会 到会人数 到会委员 实到委员 实到委员数 出席 出席人数 出席委员数",
        ),
        column("votes_for", "number", "同意票数", "同意 赞成 赞成票 同意票 赞成票数"),
        column("votes_against", "number", "反对票数", "反对 反对票 不同意 不同意票 不赞成 不赞成票 不同意票数"),
        column("abstained", "number", "弃权票数", "弃权 弃权票"),
        column("recused", "number", "回避委员数", "回避 回避人数 回避票 回避票数 回避委员"),
        column("spoiled", "number", "废票数", "废票 无效票 无效票数"),
        column("stated", "text", "表决结果", "表决结论 投票结果 结果 结论 是否通过"),
    ),
    any_of=("item",),
    referred=False,
    keeps_unread=True,
)

# The persons of nominations: one row a person and nomination.
NOMINATED_PERSONS = Contract(
    "nominated_persons",
    "完成人",
    "row_id",
    (
        column("row_id", "id", "行编号", "序号"),
        column("item", "id", "项目编号", "提名编号 申报编号 项目号 成果编号 受理编号"),
        column("person", "text", "姓名", "完成人 完成人姓名 负责人 人员姓名"),
        column("person_id", "id", "人员编号", "身份编号 人员代码 证件编号 完成人编号"),
        column("unit", "text", "工作单位", "单位 所在单位 完成单位"),
        column("order", "number", "排名", "名次 位次 完成人排名 顺序"),
    ),
    any_of=("item", "person"),
    referred=False,
)

# Earlier nominations and awards: one row each.
EARLIER_AWARDS = Contract(
    "earlier_awards",
    "历年提名",
    "row_id",
    (
        column("row_id", "id", "行编号", "序号"),
        column("title", "text", "项目名称", "名称 成果名称 提名项目 获奖项目"),
        column("year", "text", "年度", "年份 获奖年度 获奖年份 提名年度"),
        column("award", "text", "奖种", "奖励类别 奖项 获奖名称"),
        column("result", "text", "结果", "获奖等级 等级 评审结果 是否获奖"),
        column("persons", "text", "完成人", "主要完成人 获奖人 负责人"),
        column("units", "text", "完成单位", "主要完成单位 获奖单位 单位 第一完成单位"),
        column("support", "text", "支撑材料", "主要支撑材料 专利论文 主要知识产权"),
    ),
    any_of=("title",),
    referred=False,
)

# Objections to a published list: one row each.
OBJECTIONS = Contract(
    "objections",
    "异议",
    "objection_id",
    (
        column("objection_id", "id", "异议编号", "异议受理编号 编号 序号"),
        column(
            "item",
            "id",
            "项目编号",
            "提名编号 提名号 申报编号 项目号 成果编号 受理编号",
            later="异议项目 异议项目名称 被异议项目",
        ),
        column(
            "received_on",
            "date",
            "收到日期",
            "提出日期 异议日期 收到时间 收到异议时间 提出时间 异议时间 异议提出时间 异议提出日期",
        ),
        column("kind", "text", "提出方", "提出人类别 异议人类别 单位或个人 异议人 提出人 异议提出人 异议提出方"),
        column("category", "text", "异议类型", "异议类别 异议性质 异议形式 异议方式"),
        column("named", "yesno", "实名", "是否实名 署名 是否署名 是否署真实姓名 是否署真名"),
        column("evidence", "yesno", "附证据", "有证据 证据 有无证据 证明材料 证据材料 是否附证据"),
        column("sealed", "yesno", "盖章", "是否盖章 单位盖章"),
        column("about", "text", "异议内容", "内容 理由 异议事项", lines=True),
        column("due", "date", "办理期限", "应办结日期 限办日期 处理期限 办结期限 办理时限 处理时限 办结时限"),
        column("closed_on", "date", "办结日期", "处理日期 办结时间 处理时间"),
        column("result", "text", "处理结果", "结果 处理意见 处理情况 办理情况 办理结果", lines=True),
        *_PERIOD,
    ),
    any_of=("item", "about"),
    keeps_unread=True,
)
