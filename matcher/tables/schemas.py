"""Column contracts: what the tables that people hand in are expected to hold. Data only."""

from __future__ import annotations

from dataclasses import dataclass

LOW, HIGH, TEXT, STATE = "_min", "_max", "_text", "_state"  # ends of the names of columns that stand beside a field
KINDS = ("id", "text", "labels", "date", "number", "yuan", "share", "yesno")


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    name: the field's name in the clean frame. kind: "id", "text", "labels", "date", "number", "yuan", "share" or
    "yesno". title: its Chinese header in reports. headers: further accepted headers. labels: known labels, for cells
    that run them together; in a text, words that are no placeholders. lines: whether a text keeps its line breaks. joins:
    whether several columns that name it are joined. parts: fields whose texts are in it too. sums: kinds that add up to
    it, each with the headers that count it. back: how many years before the decision's its year is, 0 for no year;
    words: headers that are its own where they name that year, close_words: such of nearly the same figure. basis: the
    definition that a figure follows. instead: headers of other fields that it takes where it has no column.
    """

    name: str
    kind: str
    title: str
    headers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    lines: bool = False
    joins: bool = False
    parts: tuple[str, ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    back: int = 0
    words: tuple[str, ...] = ()
    close_words: tuple[str, ...] = ()
    basis: str = ""
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table.

    title: what one row is called in Chinese, also before made-up ids ("需求-00007"). any_of: at least one of these is
    filled in every row. reposts: rows that agree in these texts are one posting made twice. year: of the
    decision, by
    which years in headers are placed; None where nobody knows.
    """

    name: str
    title: str
    id_column: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    reposts: tuple[str, ...] = ()
    year: int | None = None

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _column(
    name: str,
    kind: str,
    title: str,
    headers: str,
    *,
    labels: str = "",
    lines: bool = False,
    joins: bool = False,
    parts: str = "",
    instead: str = "",
) -> Column:
    texts = tuple(headers.split())
    return Column(
        name,
        kind,
        title,
        texts,
        tuple(labels.split()),
        lines,
        joins or lines,
        tuple(parts.split()),
        instead=tuple(instead.split()),
    )


_FIELD = _column(
    "field",
    "text",
    "技术领域",
    "领域 所属领域 所属技术领域 高新技术领域 所属高新技术领域 国家重点支持的高新技术领域 需求领域 成果领域 "
    "技术需求领域 所属产业领域 "
    "产业领域 所属产业 技术类别 技术分类",
)
_REGION = _column(
    "region",
    "text",
    "地区",
    "所在地区 所属地区 区域 所在地 所属区域 县区 区县 城市 所属地域 地域 所在区县 所属区县 所属县区 所在县区 "
    "所在城市 所属城市 所在省市 省市 "
    "所在省份 省份 所在地市 地市 市县 注册地 属地 area city",
)
_KEYWORDS = _column(
    "keywords", "text", "关键词", "关键字 技术关键词 成果关键字 成果关键词 需求关键词 技术关键字 主题词 标签 keyword"
)
_VALID_UNTIL = _column(
    "valid_until",
    "date",
    "有效期至",
    "有效期 有效期限 有效期截止 有效期截止日期 截止日期 截止时间 到期日 到期日期 到期时间 有效截止日期 "
    "需求有效期 需求截止日期 征集截止日期 "
    "有效日期 valid_period deadline",
)
_POSTED_ON = _column(
    "posted_on",
    "date",
    "发布日期",
    "发布时间 登记日期 提交时间 提交日期 征集日期 征集时间 登记时间 上传时间 填报日期 填报时间 填表日期 posted date",
)

NEEDS = Contract(
    "needs",
    "需求",
    "need_id",
    (
        _column("need_id", "id", "需求编号", "编号 序号 需求ID 需求号 需求序号 需求编码 技术需求编号 ID No"),
        _column(
            "title",
            "text",
            "需求名称",
            "需求标题 技术需求名称 技术需求标题 技术需求 名称 标题 需求题目 技术难题名称 难题名称 需求项目名称 "
            "技术需求项目名称 需求项目 榜单名称 "
            "榜题 题目 项目名称 need_title name",
            instead="技术难题 技术难点 技术问题 难题 关键技术难题 技术瓶颈",
        ),
        _column(
            "description",
            "text",
            "需求描述",
            "需求内容 需求详情 需求简介 需求说明 技术需求描述 技术需求内容 需求具体内容 具体需求 具体内容 "
            "内容 详情 简介 描述 详细描述 需求简述 需求概述 需求概况 需求详细描述 技术需求简述 技术需求简介 "
            "技术需求详情 技术需求说明 主要内容 "
            "需求主要内容 主要研究内容 研究内容 研发内容 拟解决的主要问题 具体要求 预期目标 需求目标 "
            "拟达到的目标 预期成果 "
            "need_description content detail details",
            lines=True,
            parts="problem indicators conditions background",
        ),
        _column(
            "problem",
            "text",
            "技术难题",
            "拟解决的技术难题 拟解决技术难题 拟解决的关键技术问题 需解决的技术难题 需解决的关键技术问题 "
            "拟解决的关键问题 需解决的关键问题 需要解决的关键问题 亟需解决的关键问题 关键技术问题 拟解决的问题 "
            "需要解决的问题 需解决的问题 技术难点 技术问题 难题 难题描述 技术难题描述 技术瓶颈 关键技术难题 "
            "亟需解决的技术难题",
            lines=True,
        ),
        _column(
            "indicators",
            "text",
            "技术指标",
            "主要技术参数 技术参数 主要技术指标 主要技术经济指标 技术经济指标 主要指标 关键指标 性能指标 "
            "主要性能指标 关键技术指标 考核指标 预期技术指标 "
            "技术指标要求 拟达到的技术指标 预期达到的技术指标 主要技术指标和参数 技术要求 指标要求 "
            "技术指标或参数",
            lines=True,
        ),
        _column(
            "conditions",
            "text",
            "现有基础条件",
            "现有基础 现有条件 已有基础 企业现有基础 现有工作基础 前期工作基础 工作基础 研究基础 现有技术基础 "
            "已具备的条件 已有条件 现有技术条件 "
            "前期基础 前期研究基础 企业现有条件 基础条件",
            lines=True,
        ),
        _column(
            "background",
            "text",
            "需求背景",
            "技术需求背景 背景 背景说明 需求背景及意义 立项背景 项目背景 背景介绍 应用背景 需求背景描述",
            lines=True,
        ),
        _column("industry", "text", "所属行业", "行业 行业领域 行业分类 企业所属行业 应用行业 所处行业 需求所属行业"),
        _FIELD,
        _REGION,
        _column(
            "cooperation",
            "labels",
            "合作方式",
            "拟合作方式 期望合作方式 意向合作方式 合作类型 合作形式 合作模式 拟采取的合作方式 解决方式 "
            "需求解决方式 cooperation_mode",
            labels="技术转让 技术许可 委托开发 合作开发 技术入股 技术服务 技术咨询 联合攻关 共建平台 其他",
        ),
        _column(
            "budget",
            "yuan",
            "预算",
            "拟投入资金 投入预算 资金预算 预算金额 项目预算 意向金额 悬赏金额 拟投入金额 计划投入 拟投入经费 "
            "拟投入总额 计划投入资金 投入资金 意向投入 "
            "拟投入研发资金 经费预算 意向价格 意向投资 意向投入资金 揭榜金额 榜单金额 项目投入 投资预算 "
            "资金投入 拟支付金额 预算资金",
        ),
        _column("enterprise_id", "text", "企业编号", "需求企业编号 单位编号 企业ID"),
        _column(
            "enterprise",
            "text",
            "企业名称",
            "企业 需求单位 单位名称 公司名称 需求方 发布单位 所属单位或公司名称 所属单位 需求企业 需求企业名称 "
            "需求单位名称 需求方名称 提出单位 申报单位 "
            "企业(单位)名称 单位(企业)名称 公司 所属企业 发榜单位 发榜方 发榜企业 填报企业 征集单位 company "
            "firm",
        ),
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
        _column("outcome_id", "id", "成果编号", "编号 序号 成果ID 成果号 登记号 成果编码 成果登记号 成果序号 ID No"),
        _column(
            "title",
            "text",
            "成果名称",
            "成果标题 科技成果名称 科技成果 名称 标题 成果项目名称 技术成果名称 专利名称 技术名称 发明名称 "
            "题目 项目名称 outcome_title name",
        ),
        _column(
            "description",
            "text",
            "成果描述",
            "成果简介 成果内容 成果详情 成果介绍 成果说明 项目简介 技术简介 技术描述 内容 详情 简介 描述 摘要 "
            "成果摘要 专利摘要 技术内容 主要内容 成果概述 "
            "成果概况 成果详细描述 技术原理 技术方案 技术特点 成果特点 技术优势 技术指标 主要技术指标 技术参数 "
            "主要性能 主要性能指标 性能指标 "
            "主要技术性能指标 创新点 主要创新点 技术创新点 创新性 关键技术 核心技术 解决的问题 解决的技术难题 "
            "abstract "
            "outcome_description content detail details",
            lines=True,
        ),
        _column(
            "scope",
            "text",
            "应用范围",
            "适用范围 应用领域 应用前景 应用场景 应用行业领域 推广应用前景 推广前景 市场前景 应用情况 "
            "应用推广情况 推广应用情况 适用领域 application",
            lines=True,
        ),
        _KEYWORDS,
        _FIELD,
        _column("industry", "text", "应用行业", "行业 所属行业 行业领域 行业分类"),
        _REGION,
        _column(
            "institution",
            "text",
            "完成单位",
            "成果单位 单位 单位名称 第一完成单位 所属单位 高校院所 持有单位 成果持有人 成果持有单位 "
            "成果完成单位 专利权人 申请(专利权)人 申请人(专利权人) "
            "权利人 主要完成单位 主要研制单位 成果所属单位 所属单位或公司名称 所在单位 技术持有方 持有人 供给方 发布单位 研发单位 "
            "organisation organization",
        ),
        _column(
            "maturity",
            "text",
            "成熟度",
            "技术成熟度 成果成熟度 成熟程度 所处阶段 成果所处阶段 研发阶段 成果阶段 技术成熟程度 技术所处阶段 "
            "项目阶段 stage",
        ),
        _column("ip_type", "text", "知识产权类型", "知识产权 知识产权形式 专利类型 成果类型 知识产权状态 知识产权情况"),
        _column(
            "cooperation",
            "labels",
            "合作方式",
            "转化方式 拟转化方式 拟采取的转化方式 拟采取转化方式 意向合作方式 拟合作方式 合作类型 合作形式 "
            "合作模式 交易方式 转让方式 许可方式 成果转化方式 "
            "cooperation_mode",
            labels="完全转让 许可转让 技术转让 技术许可 技术入股 合作生产 合作开发 委托开发 技术服务 其他",
        ),
        _column(
            "price",
            "text",
            "价格",
            "意向价格 转让价格 交易价格 报价 意向金额 转让费用 转让费 转让金额 许可费用 许可费 挂牌价格 挂牌价 "
            "意向转让价格 价格意向 拟转让价格 交易金额",
        ),
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
        _column(
            "expert_id",
            "id",
            "专家编号",
            "编号 序号 专家ID 专家号 专家编码 人员编号 人员编码 工号 教师编号 职工号 ID No",
        ),
        _column(
            "name",
            "text",
            "姓名",
            "专家姓名 专家名称 专家 教师姓名 人员姓名 人才姓名 作者 团队名称 平台名称 实验室名称 名称",
        ),
        _column(
            "institution",
            "text",
            "单位",
            "工作单位 所在单位 所属单位 依托单位 单位名称 所属单位名称 工作单位名称 现工作单位 所属机构 "
            "所在机构 所属高校 所在高校 所属院校 所属单位或公司名称 "
            "organisation organization",
        ),
        _column(
            "title",
            "text",
            "研究方向",
            "研究领域 专业方向 擅长领域 专长 服务方向 主要研究方向 研究方向及领域 专业特长 擅长方向 技术专长 "
            "专业领域 从事专业 研究专长 技术方向 direction",
            joins=True,
        ),
        _column(
            "description",
            "text",
            "简介",
            "个人简介 专家简介 团队简介 平台简介 介绍 简历 人物简介 个人介绍 教师简介 工作业绩及专业资质 "
            "工作业绩 主要业绩 相关研究成果 研究成果 主要成果 "
            "代表性成果 主要研究成果 科研成果 科研项目 工作经历 profile biography",
            lines=True,
        ),
        _column(
            "position", "text", "职称", "专业技术职称 技术职称 职称级别 专业技术职务 专业职称 职务 职务职称 职称职务 "
            "职称/职务 职务/职称 职称、职务 职务、职称 职称及职务 职务及职称 职称(职务) 职务(职称)",
        ),
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
        _column("expert_id", "id", "专家编号", "专家ID 专家号 人员编号 工号 作者编号 教师编号 expert"),
        _column(
            "name",
            "text",
            "姓名",
            "专家姓名 专家名称 专家 教师姓名 人员姓名 作者姓名 第一作者 第一完成人",
        ),
        _column(
            "title",
            "text",
            "业绩名称",
            "名称 标题 题名 题目 论文题目 论文名称 论文标题 论文题名 专利名称 著作名称 项目名称 成果名称",
        ),
        _column(
            "description", "text", "摘要", "简介 内容 描述 内容简介 成果简介 项目简介 abstract content", lines=True
        ),
        _KEYWORDS,
        _column("institution", "text", "署名单位", "单位 所在单位 作者单位 工作单位 完成单位"),
        _column(
            "authors",
            "text",
            "全部作者",
            "作者列表 全部完成人 合作者 所有作者 作者 完成人 主要完成人 发明人",
        ),
        _column("kind", "text", "类型", "业绩类型 类别 成果类型 作品类型 type"),
        _column("role", "text", "角色", "本人角色 作用 排名 署名 作者角色 承担角色"),
        _column(
            "date",
            "date",
            "日期",
            "发表日期 发表时间 发表年份 授权日期 授权时间 完成日期 完成时间 公开日期 立项日期 时间 年份 年度 "
            "出版时间 出版年份 year",
        ),
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
        _column("code", "id", "编码", "代码 编号 序号 集群编码 领域代码", labels="none"),  # a heading of its own
        _column("parent", "text", "上级编码", "上级 父级 所属上级 parent_code"),
        _column("name", "text", "名称", "集群 集群名称 领域 领域名称 产业 产业名称 标签 label", labels="无"),
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
