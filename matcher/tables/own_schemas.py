"""Column contracts of tables that a bureau keeps for single commands. Data only."""

from __future__ import annotations

from matcher.tables.contracts import Contract, column

PAIRS = Contract(
    "pairs",
    "配对",
    "pair_id",
    (
        column("pair_id", "id", "配对编号", "编号 序号"),
        column("need_id", "id", "需求编号", "需求 需求ID 需求号"),
        column("outcome_id", "id", "成果编号", "成果 成果ID 成果号"),
        column("level", "number", "等级", "相关等级 标注 标注等级 相关度 relevance"),
        column("verdict", "text", "结论", "处理结果 是否采纳 意见"),
        column("reason", "text", "拒绝理由", "理由 原因 拒绝原因"),
        column("day", "date", "日期", "拒绝日期 反馈日期 时间"),
    ),
)

TARGETS = Contract(
    "targets",
    "目标",
    "target_id",
    (
        column("target_id", "id", "目标编号", "编号 序号"),
        column("name", "text", "目标名称", "目标 指标 指标名称 名称"),
        column("unit", "text", "单位", "计量单位"),
        column("baseline", "number", "基数", "基期值 上年数 期初值"),
        column("goal", "number", "目标值", "计划数 任务数"),
        column("actual", "number", "实际值", "完成数 当前值 实际完成"),
        column("start", "date", "起始日期", "开始日期 起始时间"),
        column("due", "date", "完成日期", "截止日期 完成时限 截止时间"),
    ),
    any_of=("name",),
)

CHANCES = Contract(
    "chances",
    "企业",
    "enterprise_id",
    (
        column("enterprise_id", "id", "企业编号", "编号 序号 企业ID"),
        column("name", "text", "企业名称", "名称 单位名称 公司名称"),
        column("chance", "share", "通过概率", "概率 不帮扶的通过概率 通过的可能"),
        column("chance_if_helped", "share", "帮扶后通过概率", "帮扶后概率 帮扶后的通过概率"),
        column("visits", "number", "走访次数", "所需走访次数 次数"),
        column("status", "text", "登记状态", "经营状态 企业状态 存续状态 营业状态 登记情况"),
    ),
)


HEADINGS = Contract(
    "headings",
    "条目",
    "code",
    (
        column("code", "id", "编码", "代码 编号 序号 集群编码 领域代码", labels="none"),  # a heading of its own
        column("parent", "text", "上级编码", "上级 父级 所属上级 parent_code"),
        column("name", "text", "名称", "集群 集群名称 领域 领域名称 产业 产业名称 标签 label", labels="无"),
        column("words", "text", "描述词", "描述 说明 关键词 keywords description"),
    ),
)

# What `matcher fields` reads of enterprises, needs and outcomes alike.
FIELD_TEXTS = Contract(
    "texts",
    "文本",
    "enterprise_id",
    (
        column("enterprise_id", "id", "企业编号", "编号 序号 需求编号 成果编号 need_id outcome_id id"),
        column("name", "text", "企业名称", "名称 单位名称 公司名称 企业 enterprise company"),
        column("title", "text", "标题", "需求名称 成果名称 需求标题 成果标题 项目名称 专利名称"),
        column("products", "text", "主要产品", "主导产品 产品 产品名称 主营产品 主营业务 main_products"),
        column("scope", "text", "经营范围", "业务范围 business_scope", lines=True),
        column("patents", "text", "专利", "专利名称列表 知识产权名称 专利清单"),
        column("projects", "text", "项目", "研发项目 研发项目名称 科技项目"),
        column("description", "text", "描述", "简介 内容 摘要 企业简介 需求描述 成果描述 abstract", lines=True),
        column("keywords", "text", "关键词", "关键字"),
    ),
    any_of=("name", "title", "products", "scope", "patents", "projects", "description", "keywords"),
)

LINKS = Contract(
    "links",
    "环节",
    "link_id",
    (
        column("link_id", "id", "环节编号", "编号 序号"),
        column("cluster", "text", "集群", "产业链 链条 产业集群 chain"),
        column("link", "text", "环节", "环节名称 链条环节"),
        column("order", "number", "顺序", "次序 环节顺序 位置"),
        column("words", "text", "描述词", "描述 说明 关键词 description"),
        column("required", "text", "必备", "是否必备 必要环节"),
    ),
)

# Bids for published challenges: one row a bid.
BIDS = Contract(
    "bids",
    "揭榜",
    "bid_id",
    (
        column("bid_id", "id", "揭榜编号", "编号 序号 意向编号 申报编号"),
        column("challenge_id", "id", "榜单编号", "榜题编号 榜单号 揭榜榜单 所揭榜单"),
        column("bidder", "text", "揭榜单位", "揭榜方 牵头单位 揭榜牵头单位 申报单位 单位名称"),
        column("bidder_code", "text", "揭榜单位统一社会信用代码", "统一社会信用代码 信用代码 揭榜方统一社会信用代码"),
        column("members", "text", "联合单位", "参与单位 联合体成员 成员单位 合作单位"),
        column("head", "text", "项目负责人", "负责人 揭榜负责人 技术总师"),
        column("region", "text", "揭榜单位地区", "地区 所在地 所在地区 单位所在地"),
        column("legal_person", "yesno", "独立法人", "是否独立法人 是否为独立法人"),
        column("affiliated", "yesno", "与发榜方有关联", "是否与发榜方关联 是否与需求方关联 是否存在关联关系 关联关系"),
        column("price", "yuan", "报价", "揭榜报价 所需经费 经费预算 揭榜金额"),
        column("months", "number", "完成月数", "完成期限（月） 研发周期（月） 攻关期限（月）"),
        column("response", "text", "指标响应", "对各项指标的响应 指标承诺 承诺指标 技术指标响应 响应", lines=True),
        column("submitted_on", "date", "提交日期", "报名日期 申报日期 提交时间 揭榜日期"),
        column("status", "text", "状态", "进展 揭榜状态 当前状态"),
    ),
    any_of=("bidder", "challenge_id"),
)

# What experts gave bids: one row an expert, bid and, where there are several, aspect.
BID_SCORES = Contract(
    "bid_scores",
    "评分",
    "score_id",
    (
        column("score_id", "id", "评分编号", "序号"),
        column("bid_id", "id", "揭榜编号", "意向编号 申报编号"),
        column("expert_id", "id", "专家编号", "专家 评审专家 专家姓名"),
        column("aspect", "text", "评分方面", "方面 评分项 指标 维度"),
        column("score", "number", "得分", "评分 分数"),
    ),
    referred=False,
)

# Milestones of challenges that somebody works on: one row a milestone.
MILESTONES = Contract(
    "milestones",
    "里程碑",
    "milestone_id",
    (
        column("milestone_id", "id", "里程碑编号", "序号"),
        column("challenge_id", "id", "榜单编号", "榜题编号 榜单号"),
        column("milestone", "text", "里程碑", "节点 阶段 阶段目标 任务"),
        column("due", "date", "应完成日期", "完成时限 截止日期 计划完成日期"),
        column("done_on", "date", "实际完成日期", "完成日期 验收日期"),
    ),
    any_of=("challenge_id",),
    referred=False,
)

# The weights of 创新积分 that a place gives: one row a stage, indicator and band.
POINT_WEIGHTS = Contract(
    "point_weights",
    "权重",
    "weight_id",
    (
        column("weight_id", "id", "权重编号", "编号 序号"),
        column("stage", "text", "阶段", "企业阶段 发展阶段 成长阶段"),
        column("block", "text", "一级指标", "分类 指标类别 一级指标名称 类别"),
        column("indicator", "text", "二级指标", "指标 指标名称 二级指标名称"),
        column("unit", "text", "单位", "计量单位 指标单位"),
        column("at_least", "text", "指标值", "不低于 指标值不低于 下限 分档下限 指标值下限"),
        column("points", "number", "得分", "分值 分档得分 分数"),
        column("most", "number", "满分", "权重 满分值 最高分 权重分值"),
    ),
    any_of=("indicator",),
    referred=False,
)
