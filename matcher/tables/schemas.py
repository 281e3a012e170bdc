"""Column contracts: what the tables that people hand in are expected to hold. Data only."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("id", "text", "labels", "date", "number", "yuan", "share", "yesno")


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    name: the field's name in the clean frame. kind: "id", "text", "labels", "date", "number", "yuan", "share" or
    "yesno". title: its Chinese header in reports. headers: further accepted headers. labels: known labels, for cells
    that run them together. lines: whether a text keeps its line breaks.
    """

    name: str
    kind: str
    title: str
    headers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    lines: bool = False


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table.

    title: what one row is called in Chinese, also before made-up ids ("需求-00007"). any_of: at least one of these is
    filled in every row. reposts: rows that agree in these texts are one posting made twice.
    """

    name: str
    title: str
    id_column: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    reposts: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _column(name: str, kind: str, title: str, headers: str, *, labels: str = "", lines: bool = False) -> Column:
    return Column(name, kind, title, tuple(headers.split()), tuple(labels.split()), lines)


_FIELD = _column("field", "text", "技术领域", "领域 所属领域 所属技术领域 高新技术领域 需求领域 成果领域")
_REGION = _column("region", "text", "地区", "所在地区 所属地区 区域 所在地 所属区域 县区 区县 城市 area city")
_KEYWORDS = _column("keywords", "text", "关键词", "关键字 技术关键词 keyword")
_VALID_UNTIL = _column(
    "valid_until", "date", "有效期至", "有效期 有效期限 有效期截止 截止日期 截止时间 到期日 valid_period deadline"
)
_POSTED_ON = _column("posted_on", "date", "发布日期", "发布时间 登记日期 提交时间 征集日期 posted date")

NEEDS = Contract(
    "needs",
    "需求",
    "need_id",
    (
        _column("need_id", "id", "需求编号", "编号 序号 需求ID 需求号 ID No"),
        _column(
            "title",
            "text",
            "需求名称",
            "需求标题 技术需求名称 技术需求 名称 标题 需求题目 技术难题名称 难题名称 项目名称 need_title name",
        ),
        _column(
            "description",
            "text",
            "需求描述",
            "需求内容 需求详情 需求简介 需求说明 技术需求描述 技术需求内容 需求具体内容 具体需求 具体内容 "
            "内容 详情 简介 描述 详细描述 need_description content detail details",
            lines=True,
        ),
        _column("industry", "text", "所属行业", "行业 行业领域 行业分类 企业所属行业 应用行业"),
        _FIELD,
        _REGION,
        _column(
            "cooperation",
            "labels",
            "合作方式",
            "拟合作方式 期望合作方式 意向合作方式 合作类型 cooperation_mode",
            labels="技术转让 技术许可 委托开发 合作开发 技术入股 技术服务 技术咨询 联合攻关 共建平台 其他",
        ),
        _column(
            "budget",
            "yuan",
            "预算",
            "拟投入资金 投入预算 资金预算 预算金额 项目预算 意向金额 悬赏金额 拟投入金额 计划投入",
        ),
        _column("enterprise_id", "text", "企业编号", "需求企业编号 单位编号 企业ID"),
        _column("enterprise", "text", "企业名称", "企业 需求单位 单位名称 公司名称 需求方 发布单位 company firm"),
        _KEYWORDS,
        _VALID_UNTIL,
        _POSTED_ON,
    ),
    any_of=("title", "description"),
    reposts=("title", "description"),
)

OUTCOMES = Contract(
    "outcomes",
    "成果",
    "outcome_id",
    (
        _column("outcome_id", "id", "成果编号", "编号 序号 成果ID 成果号 登记号 ID No"),
        _column(
            "title",
            "text",
            "成果名称",
            "成果标题 科技成果名称 科技成果 名称 标题 项目名称 专利名称 技术名称 outcome_title name",
        ),
        _column(
            "description",
            "text",
            "成果描述",
            "成果简介 成果内容 成果详情 成果介绍 成果说明 项目简介 技术简介 技术描述 内容 详情 简介 描述 摘要 abstract "
            "outcome_description content detail details",
            lines=True,
        ),
        _column("scope", "text", "应用范围", "适用范围 应用领域 应用前景 应用场景 application", lines=True),
        _KEYWORDS,
        _FIELD,
        _column("industry", "text", "应用行业", "行业 所属行业 行业领域 行业分类"),
        _REGION,
        _column(
            "institution",
            "text",
            "完成单位",
            "成果单位 单位 单位名称 第一完成单位 所属单位 高校院所 持有单位 成果持有人 专利权人 "
            "organisation organization",
        ),
        _column("maturity", "text", "成熟度", "技术成熟度 成果成熟度 成熟程度 所处阶段 研发阶段 成果阶段 stage"),
        _column("ip_type", "text", "知识产权类型", "知识产权 知识产权形式 专利类型 成果类型 知识产权状态"),
        _column(
            "cooperation",
            "labels",
            "合作方式",
            "转化方式 拟转化方式 意向合作方式 合作类型 交易方式 转让方式 cooperation_mode",
            labels="完全转让 许可转让 技术转让 技术许可 技术入股 合作生产 合作开发 委托开发 技术服务 其他",
        ),
        _column("price", "text", "价格", "意向价格 转让价格 交易价格 报价 意向金额"),
        _VALID_UNTIL,
        _POSTED_ON,
    ),
    any_of=("title", "description"),
    reposts=("title", "description"),
)

EXPERTS = Contract(
    "experts",
    "专家",
    "expert_id",
    (
        _column("expert_id", "id", "专家编号", "编号 序号 专家ID 专家号 人员编号 工号 ID No"),
        _column("name", "text", "姓名", "专家姓名 专家 团队名称 平台名称 名称"),
        _column("institution", "text", "单位", "工作单位 所在单位 所属单位 依托单位 organisation organization"),
        _column("title", "text", "研究方向", "研究领域 专业方向 擅长领域 专长 服务方向 direction"),
        _column(
            "description", "text", "简介", "个人简介 专家简介 团队简介 平台简介 介绍 简历 profile biography", lines=True
        ),
        _column("position", "text", "职称", "专业技术职称 技术职称 职务 职务职称"),
        _FIELD,
        _REGION,
        _KEYWORDS,
    ),
    any_of=("name", "title", "description"),
)

# One row a work and person: a work of three persons has three rows with one work_id.
WORKS = Contract(
    "works",
    "著作",
    "entry_id",
    (
        _column("entry_id", "id", "序号", "条目编号 行号 No"),
        _column("work_id", "id", "业绩编号", "作品编号 论文编号 专利号 项目编号 成果编号 登记号 work"),
        _column("expert_id", "id", "专家编号", "专家ID 专家号 人员编号 工号 作者编号 expert"),
        _column("title", "text", "业绩名称", "名称 标题 题名 题目 论文题目 论文名称 专利名称 项目名称 成果名称"),
        _column(
            "description", "text", "摘要", "简介 内容 描述 内容简介 成果简介 项目简介 abstract content", lines=True
        ),
        _KEYWORDS,
        _column("institution", "text", "署名单位", "单位 所在单位 作者单位 工作单位 完成单位"),
        _column("authors", "text", "全部作者", "作者列表 全部完成人 合作者 作者"),
        _column("kind", "text", "类型", "业绩类型 类别 成果类型 作品类型 type"),
        _column("role", "text", "角色", "本人角色 作用 排名 署名 作者角色 承担角色"),
        _column("date", "date", "日期", "发表日期 发表时间 授权日期 完成日期 公开日期 立项日期 时间 年份 year"),
    ),
    any_of=("title", "description"),
)

PAIRS = Contract(
    "pairs",
    "配对",
    "pair_id",
    (
        _column("pair_id", "id", "配对编号", "编号 序号"),
        _column("need_id", "id", "需求编号", "需求 需求ID 需求号"),
        _column("outcome_id", "id", "成果编号", "成果 成果ID 成果号"),
        _column("level", "number", "等级", "相关等级 标注 标注等级 相关度 relevance"),
        _column("verdict", "text", "结论", "处理结果 是否采纳 意见"),
        _column("reason", "text", "拒绝理由", "理由 原因 拒绝原因"),
    ),
)

TARGETS = Contract(
    "targets",
    "目标",
    "target_id",
    (
        _column("target_id", "id", "目标编号", "编号 序号"),
        _column("name", "text", "目标名称", "目标 指标 指标名称 名称"),
        _column("unit", "text", "单位", "计量单位"),
        _column("baseline", "number", "基数", "基期值 上年数 期初值"),
        _column("goal", "number", "目标值", "计划数 任务数"),
        _column("actual", "number", "实际值", "完成数 当前值 实际完成"),
        _column("start", "date", "起始日期", "开始日期 起始时间"),
        _column("due", "date", "完成日期", "截止日期 完成时限 截止时间"),
    ),
    any_of=("name",),
)

CHANCES = Contract(
    "chances",
    "企业",
    "enterprise_id",
    (
        _column("enterprise_id", "id", "企业编号", "编号 序号 企业ID"),
        _column("name", "text", "企业名称", "名称 单位名称 公司名称"),
        _column("chance", "share", "通过概率", "概率 不帮扶的通过概率 通过的可能"),
        _column("chance_if_helped", "share", "帮扶后通过概率", "帮扶后概率 帮扶后的通过概率"),
        _column("visits", "number", "走访次数", "所需走访次数 次数"),
        _column("status", "text", "登记状态", "经营状态 企业状态 存续状态 营业状态 登记情况"),
    ),
)


HEADINGS = Contract(
    "headings",
    "条目",
    "code",
    (
        _column("code", "id", "编码", "代码 编号 序号 集群编码 领域代码"),
        _column("parent", "text", "上级编码", "上级 父级 所属上级 parent_code"),
        _column("name", "text", "名称", "集群 集群名称 领域 领域名称 产业 产业名称 标签 label"),
        _column("words", "text", "描述词", "描述 说明 关键词 keywords description"),
    ),
)

# What `matcher fields` reads of enterprises, needs and outcomes alike.
FIELD_TEXTS = Contract(
    "texts",
    "文本",
    "enterprise_id",
    (
        _column("enterprise_id", "id", "企业编号", "编号 序号 需求编号 成果编号 need_id outcome_id id"),
        _column("name", "text", "企业名称", "名称 单位名称 公司名称 企业 enterprise company"),
        _column("title", "text", "标题", "需求名称 成果名称 需求标题 成果标题 项目名称 专利名称"),
        _column("products", "text", "主要产品", "主导产品 产品 产品名称 主营产品 主营业务 main_products"),
        _column("scope", "text", "经营范围", "业务范围 business_scope", lines=True),
        _column("patents", "text", "专利", "专利名称列表 知识产权名称 专利清单"),
        _column("projects", "text", "项目", "研发项目 研发项目名称 科技项目"),
        _column("description", "text", "描述", "简介 内容 摘要 企业简介 需求描述 成果描述 abstract", lines=True),
        _column("keywords", "text", "关键词", "关键字"),
    ),
    any_of=("name", "title", "products", "scope", "patents", "projects", "description", "keywords"),
)

LINKS = Contract(
    "links",
    "环节",
    "link_id",
    (
        _column("link_id", "id", "环节编号", "编号 序号"),
        _column("cluster", "text", "集群", "产业链 链条 产业集群 chain"),
        _column("link", "text", "环节", "环节名称 链条环节"),
        _column("order", "number", "顺序", "次序 环节顺序 位置"),
        _column("words", "text", "描述词", "描述 说明 关键词 description"),
        _column("required", "text", "必备", "是否必备 必要环节"),
    ),
)
