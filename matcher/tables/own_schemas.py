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
