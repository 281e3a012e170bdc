"""Column contracts: what the tables that people hand in are expected to hold. Data only."""

from __future__ import annotations

from matcher.tables.schemas.contracts import FEN, HIGH, KINDS, LOW, STATE, TEXT, UNIT, Column, Contract, column
from matcher.tables.schemas.single_commands import (
    CHANCES,
    FIELD_TEXTS,
    HEADINGS,
    LINKS,
    PAIRS,
    POINT_WEIGHTS,
    TARGETS,
    TITLE_DAYS,
)

__all__ = [
    "CHANCES",
    "EXPERTS",
    "FEN",
    "FIELD_TEXTS",
    "HEADINGS",
    "HIGH",
    "KINDS",
    "LINKS",
    "LOW",
    "NEEDS",
    "OUTCOMES",
    "PAIRS",
    "POINT_WEIGHTS",
    "STATE",
    "TARGETS",
    "TEXT",
    "TITLE_DAYS",
    "UNIT",
    "WORKS",
    "Column",
    "Contract",
]

_FIELD = column(
    "field",
    "text",
    "技术领域",
    "领域 所属领域 所属技术领域 高新技术领域 所属高新技术领域 国家重点支持的高新技术领域 需求领域 成果领域 "
    "技术需求领域 所属产业领域 "
    "产业领域 所属产业 技术类别 技术分类",
    choice=True,
)
_REGION = column(
    "region",
    "text",
    "地区",
    "所在地区 所属地区 区域 所在地 所属区域 县区 区县 县市区 所在县市区 所属县市区 县(市、区) 所在县(市、区) "
    "所属县(市、区) 县(区) 所在县(区) 所属县(区) "
    "区(县) 所在区(县) 所属区(县) 市(县、区) 所在市(县、区) 所在县 城市 所属地域 地域 所在区县 所属区县 "
    "所属县区 所在县区 "
    "所在城市 所属城市 所在省市 省市 "
    "所在省份 省份 所在地市 地市 市县 注册地 属地 area city country country_of_origin",
    choice=True,
)
_KEYWORDS = column(
    "keywords",
    "text",
    "关键词",
    "关键字 技术关键词 成果关键字 成果关键词 需求关键词 技术关键字 主题词 标签 keyword technology_keywords",
)
_WISHED = "期望 期待 预期 预计 希望 要求 计划 目标 拟 需 应 的 "  # in front of what a need asks for
_VALID_UNTIL = column(
    "valid_until",
    "date",
    "有效期至",
    "有效期 有效期限 有效期截止 有效期截止日期 截止日期 截止时间 截止 到期日 到期日期 到期时间 有效截止日期 "
    "需求有效期 需求截止日期 征集截止日期 "
    "有效日期 valid_period deadline deadline_for_expressions_of_interest deadline_for_EoI expiry_date "
    "profile_expires_on expires_on",
    later="许可期限届满日 许可期限截止日期 挂牌截止 挂牌截止日期 挂牌截止时间 挂牌期满日期",
)
_POSTED_ON = column(
    "posted_on",
    "date",
    "发布日期",
    "发布时间 登记日期 提交时间 提交日期 征集日期 征集时间 登记时间 上传时间 填报日期 填报时间 填表日期 "
    "提报日期 提报时间 posted date publication_date published_on",
    later="挂牌日期 挂牌时间 上架日期 上架时间 提交答卷时间",
)

NEEDS = Contract(
    "needs",
    "需求",
    "need_id",
    (
        column(
            "need_id",
            "id",
            "需求编号",
            "编号 序号 编码 需求ID 需求号 需求序号 需求编码 技术需求编号 ID No reference profile_reference "
            "POD_reference",
            heads="编号",
            leads="技术 需求 难题 榜单 榜题",
        ),
        column(
            "title",
            "text",
            "需求名称",
            "需求标题 技术需求名称 技术需求标题 技术需求 需求 名称 标题 需求题目 技术难题名称 难题名称 需求项目名称 "
            "技术需求项目名称 需求项目 榜单名称 "
            "榜题 题目 项目名称 need_title name profile_title request_title technology_request "
            "technology_demand technology_need",
            instead="技术难题 技术难点 技术问题 难题 关键技术难题 技术瓶颈",
            opening="problem indicators description",
        ),
        column(
            "description",
            "text",
            "需求描述",
            "需求内容 需求简要描述 需求简要说明 需求简要介绍 简要描述 简要说明 "
            "需求详情 需求简介 需求说明 技术需求描述 技术需求内容 需求具体内容 具体需求 具体内容 "
            "内容 正文 详情 简介 描述 详细描述 需求简述 需求概述 需求概况 需求详细描述 技术需求简述 技术需求简介 "
            "技术需求详情 技术需求说明 主要内容 "
            "需求主要内容 主要研究内容 研究内容 研发内容 拟解决的主要问题 具体要求 预期目标 需求目标 "
            "拟达到的目标 预期成果 技术难题及需求 技术难题和需求 技术难题与需求 技术难题或需求 技术难题(需求) "
            "技术需求及难题 "
            "技术需求和难题 技术需求与难题 技术需求(难题) 存在的技术难题及需求 存在的难题及需求 存在问题及技术需求 "
            "存在的问题及需求 "
            "need_description content detail details summary short_summary abstract full_description",
            lines=True,
            parts="problem indicators conditions background",
            instead="说明 情况说明 要求",
            heads="目标",
            leads=_WISHED + "攻关 研究 研发 研制 开发 技术 需求 达到 实现 主要 总体 具体",
        ),
        column(
            "problem",
            "text",
            "技术难题",
            "拟解决的技术难题 拟解决技术难题 拟解决的技术问题 拟解决技术问题 需解决的技术问题 "
            "拟解决的关键技术问题 需解决的技术难题 需解决的关键技术问题 "
            "拟解决的关键问题 需解决的关键问题 需要解决的关键问题 亟需解决的关键问题 关键技术问题 拟解决的问题 "
            "需要解决的问题 需解决的问题 技术难点 技术问题 难题 难题描述 技术难题描述 技术瓶颈 关键技术难题 "
            "亟需解决的技术难题 问题描述 具体问题 主要问题 存在问题 存在的问题 存在的主要问题 存在的技术问题 "
            "存在的技术难题 "
            "存在的主要技术问题 存在的主要技术难题 现状及问题 现状与问题 现状及存在问题 现状及存在的问题 "
            "现状与存在问题 "
            "现状与存在的问题 技术现状及问题 技术现状及存在问题 技术现状及存在的问题 problem_to_be_solved "
            "technical_specification_or_expertise_sought technical_specifications_or_expertise_sought",
            lines=True,
        ),
        column(
            "indicators",
            "text",
            "技术指标",
            "主要技术参数 技术参数 主要技术指标 主要技术经济指标 技术经济指标 主要指标 关键指标 性能指标 "
            "主要性能指标 关键技术指标 考核指标 预期技术指标 "
            "技术指标要求 拟达到的技术指标 预期达到的技术指标 主要技术指标和参数 技术要求 指标要求 "
            "技术指标或参数 目标水平 拟达到的水平 预期水平 technical_requirements",
            lines=True,
            heads="指标 参数 指标要求 参数要求",
            leads=_WISHED + "达到 实现 满足 主要 关键 核心 技术 性能 考核 验收 产品 工艺 质量 具体",
        ),
        column(
            "conditions",
            "text",
            "现有基础条件",
            "现有基础 现有条件 已有基础 企业现有基础 现有工作基础 前期工作基础 工作基础 研究基础 现有技术基础 "
            "已具备的条件 已有条件 现有技术条件 "
            "前期基础 前期研究基础 企业现有条件 基础条件",
            lines=True,
        ),
        column(
            "background",
            "text",
            "需求背景",
            "技术需求背景 背景 背景说明 需求背景及意义 需求背景及现状 需求背景与现状 背景及现状 现状及背景 "
            "立项背景 项目背景 背景介绍 应用背景 需求背景描述 目前水平 现有水平 当前水平",
            lines=True,
        ),
        column(
            "industry",
            "text",
            "所属行业",
            "行业 行业领域 行业分类 企业所属行业 应用行业 所处行业 需求所属行业",
            choice=True,
        ),
        _FIELD,
        _REGION,
        column(
            "cooperation",
            "labels",
            "合作方式",
            "拟合作方式 期望合作方式 意向合作方式 合作类型 合作形式 合作模式 拟采取的合作方式 解决方式 "
            "需求解决方式 cooperation_mode type_of_partnership partnership type_of_partnership_considered",
            labels="技术转让 技术许可 委托开发 合作开发 技术入股 技术服务 技术咨询 联合攻关 共建平台 其他",
            heads="合作方式 合作模式 合作形式",
            leads=_WISHED + "意向 采取 采用 接受 可 愿意 企业",
        ),
        column(
            "budget",
            "yuan",
            "预算",
            "拟投入资金 投入预算 资金预算 预算金额 项目预算 意向金额 悬赏金额 拟投入金额 计划投入 拟投入经费 "
            "拟投入总额 拟再投入 拟继续投入 计划投入资金 投入资金 意向投入 "
            "拟投入研发资金 经费预算 意向价格 意向投资 意向投入资金 揭榜金额 榜单金额 项目投入 投资预算 "
            "资金投入 拟支付金额 预算资金 拟投入 总投入 项目总投入 拟总投入 拟投入总经费 拟投入研发经费 "
            "拟投入研发费用 计划总投入 计划投入经费 计划投入金额 预计投入 预计投入资金 预计投入经费",
            later="经费 投入 投入金额 拟投资额 拟投资金额 计划投资额 计划投资",  # of the whole project
            open_sum=True,
            heads="预算",
            leads=_WISHED + "需求 研发 投入 经费 资金 项目 技术 攻关 意向 总",
        ),
        column(
            "done_by",
            "text",
            "完成时限",
            "要求完成时间 期望完成时间 拟完成时间 完成时间要求 完成时间 完成日期",
            later="期望解决时间 希望解决时间 要求解决时间 拟解决时间",
            heads="期限 时限 周期 工期",
            leads=_WISHED + "完成 解决 攻关 项目 任务 课题 研发 研究 研制 开发 合作 执行 实施 履行",
        ),
        column(
            "ownership", "text", "成果归属", "知识产权归属 产权归属 成果权属 知识产权权属 成果归属方式 成果归属要求"
        ),
        column("enterprise_id", "text", "企业编号", "需求企业编号 单位编号 企业ID"),
        column(
            "enterprise",
            "text",
            "企业名称",
            "企业 需求单位 单位名称 公司名称 需求方 发布单位 所属单位或公司名称 所属单位 需求企业 需求企业名称 "
            "需求单位名称 需求方名称 提出单位 申报单位 "
            "企业(单位)名称 单位(企业)名称 公司 所属企业 发榜单位 发榜方 发榜企业 填报企业 征集单位 企业全称 "
            "单位全称 公司全称 申请单位 申报企业 company company_name organisation organization client "
            "firm",
            later="会员单位 会员企业",
        ),
        _KEYWORDS,
        _VALID_UNTIL,
        _POSTED_ON,
    ),
    any_of=("title", "description"),
    reposts=("title", "description"),
    keeps_unread=True,
)

OUTCOMES = Contract(
    "outcomes",
    "成果",
    "outcome_id",
    (
        column(
            "outcome_id",
            "id",
            "成果编号",
            "编号 序号 编码 成果ID 成果号 登记号 成果编码 成果登记号 成果序号 ID No "
            "reference profile_reference POD_reference",
            later="挂牌编号 挂牌号",
        ),
        column(
            "title",
            "text",
            "成果名称",
            "成果标题 科技成果名称 科技成果 名称 标题 成果项目名称 技术成果名称 专利名称 技术名称 发明名称 "
            "题目 项目名称 outcome_title name profile_title offer_title technology_offer",
        ),
        column(
            "description",
            "text",
            "成果描述",
            "成果简介 成果内容 成果详情 成果介绍 成果说明 项目简介 技术简介 技术描述 内容 详情 简介 描述 摘要 "
            "成果摘要 专利摘要 技术内容 主要内容 成果概述 "
            "成果概况 成果详细描述 技术原理 技术方案 技术特点 成果特点 技术优势 技术指标 主要技术指标 技术参数 "
            "主要性能 主要性能指标 性能指标 "
            "主要技术性能指标 创新点 主要创新点 技术创新点 创新性 关键技术 核心技术 解决的问题 解决的技术难题 "
            "abstract "
            "outcome_description content detail details summary short_summary full_description "
            "advantages advantages_and_innovations innovations",
            lines=True,
        ),
        column(
            "scope",
            "text",
            "应用范围",
            "适用范围 应用领域 应用前景 应用场景 应用行业领域 推广应用前景 推广前景 市场前景 应用情况 "
            "应用推广情况 推广应用情况 适用领域 application applications",
            lines=True,
        ),
        _KEYWORDS,
        _FIELD,
        column("industry", "text", "应用行业", "行业 所属行业 行业领域 行业分类", choice=True),
        _REGION,
        column(
            "institution",
            "text",
            "完成单位",
            "成果单位 单位 单位名称 第一完成单位 所属单位 高校院所 持有单位 成果持有人 成果持有单位 "
            "成果完成单位 专利权人 申请(专利权)人 申请人(专利权人) "
            "权利人 主要完成单位 主要研制单位 成果所属单位 所属单位或公司名称 所在单位 "
            "技术持有方 持有人 供给方 发布单位 研发单位 "
            "organisation organization university client",
            later="转让方 出让方 许可方",
        ),
        column(
            "maturity",
            "text",
            "成熟度",
            "技术成熟度 技术就绪度 技术就绪度等级 技术就绪水平 "
            "成果成熟度 成熟程度 阶段 所处阶段 成果所处阶段 研发阶段 成果阶段 技术成熟程度 技术所处阶段 "
            "项目阶段 stage stage_of_development development_stage TRL technology_readiness_level",
            choice=True,
        ),
        column(
            "ip_type",
            "text",
            "知识产权类型",
            "知识产权 知识产权形式 专利类型 成果类型 知识产权状态 知识产权情况 "
            "IPR IPR_status intellectual_property intellectual_property_rights",
            choice=True,
        ),
        column(
            "cooperation",
            "labels",
            "合作方式",
            "转化方式 拟转化方式 拟采取的转化方式 拟采取转化方式 意向合作方式 拟合作方式 合作类型 合作形式 "
            "合作模式 交易方式 转让方式 许可方式 成果转化方式 "
            "cooperation_mode type_of_partnership partnership type_of_partnership_considered",
            labels="完全转让 许可转让 技术转让 技术许可 技术入股 合作生产 合作开发 委托开发 技术服务 其他",
        ),
        column(
            "price",
            "text",
            "价格",
            "意向价格 转让价格 交易价格 报价 意向金额 转让费用 转让费 转让金额 许可费用 "
            "许可费 许可使用费 许可使用费支付方式和标准 "
            "许可使用费标准 挂牌价格 挂牌价 "
            "意向转让价格 价格意向 拟转让价格 交易金额",
            money=True,
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
        column(
            "expert_id",
            "id",
            "专家编号",
            "编号 序号 专家ID 专家号 专家编码 人员编号 人员编码 工号 教师编号 职工号 ID No",
        ),
        column(
            "name",
            "text",
            "姓名",
            "专家姓名 专家名称 专家 教师姓名 人员姓名 人才姓名 作者 团队名称 平台名称 实验室名称 名称",
        ),
        column(
            "institution",
            "text",
            "单位",
            "工作单位 工作单位及职务 工作单位和职务 工作单位、职务 工作单位及职称 工作单位及职务职称 "
            "单位/职务/职称 工作单位/职务/职称 单位、职务、职称 工作单位、职务、职称 单位职务职称 单位及职务职称 "
            "所在单位及职务 单位及职务 单位职务 单位和职务 单位、职务 工作单位职务 "
            "所在单位 所属单位 依托单位 单位名称 所属单位名称 工作单位名称 现工作单位 所属机构 "
            "所在机构 所属高校 所在高校 所属院校 所属单位或公司名称 "
            "organisation organization",
            close_words="大学 高校 院校 学校 学院",
        ),
        column(
            "title",
            "text",
            "研究方向",
            "研究领域 专业方向 擅长 擅长领域 熟悉领域 熟悉的领域 熟悉的技术领域 熟悉技术领域 "
            "熟悉专业 熟悉的专业 专长 服务方向 主要研究方向 研究方向及领域 专业特长 擅长方向 技术专长 "
            "专业领域 从事专业 研究专长 技术方向 direction",
            joins=True,
            heads="专长 特长 研究方向",
            leads="主要 擅长 专业 学科 学术 科研 研究 技术",
        ),
        column(
            "description",
            "text",
            "简介",
            "个人简介 专家简介 团队简介 平台简介 介绍 简历 人物简介 个人介绍 教师简介 工作业绩及专业资质 "
            "工作业绩 主要业绩 相关研究成果 研究成果 主要成果 "
            "代表性成果 主要研究成果 科研成果 科研项目 工作经历 代表论文 代表性论文 主要论文 代表论著 代表性论著 "
            "主要论著 代表作 代表著作 代表专利 代表性专利 主要专利 代表成果 代表业绩 代表性业绩 承担项目 主要项目 "
            "profile biography",
            lines=True,
        ),
        column(
            "position",
            "text",
            "职称",
            "专业技术职称 技术职称 职称级别 专业技术职务 专业职称 职务 职务职称 职称职务 "
            "职称/职务 职务/职称 职称、职务 职务、职称 职称及职务 职务及职称 职称(职务) 职务(职称)",
            choice=True,
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
        column("entry_id", "id", "序号", "条目编号 行号 No"),
        column("work_id", "id", "业绩编号", "作品编号 论文编号 专利号 项目编号 成果编号 登记号 work"),
        column(
            "expert_id",
            "id",
            "专家编号",
            "专家ID 专家号 人员编号 工号 作者编号 教师编号 特派员编号 expert",
            heads="工号 职工号 编号",
            leads="第一 完成人 作者 发明人 负责人 教师 人员 专家",
        ),
        column(
            "name",
            "text",
            "姓名",
            "专家姓名 专家名称 专家 教师姓名 人员姓名 作者姓名 第一作者 第一完成人 特派员 特派员姓名",
        ),
        column(
            "title",
            "text",
            "业绩名称",
            "名称 标题 题名 题目 论文题目 论文名称 论文标题 论文题名 专利名称 著作名称 项目名称 成果名称",
        ),
        column("description", "text", "摘要", "简介 内容 描述 内容简介 成果简介 项目简介 abstract content", lines=True),
        _KEYWORDS,
        column("institution", "text", "署名单位", "单位 所在单位 作者单位 工作单位 完成单位"),
        column(
            "authors",
            "text",
            "全部作者",
            "作者列表 全部完成人 合作者 所有作者 作者 完成人 主要完成人 发明人",
        ),
        column("kind", "text", "类型", "业绩类型 类别 成果类型 作品类型 type", choice=True),
        column("role", "text", "角色", "本人角色 作用 排名 署名 作者角色 承担角色", choice=True),
        column(
            "date",
            "date",
            "日期",
            "发表日期 发表时间 发表年份 授权日期 授权时间 完成日期 完成时间 公开日期 立项日期 时间 年份 年度 "
            "出版时间 出版年份 year",
        ),
    ),
    any_of=("title", "description"),
    referred=False,
)
