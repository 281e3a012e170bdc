"""Column contracts of tables that a bureau keeps for single commands. Data only."""

from __future__ import annotations

from matcher.tables.schemas.contracts import Contract, column

# When a firm got its titles, for the calendar; beside the columns of the policies.
TITLE_DAYS = (
    column(
        "tech_sme_number",
        "text",
        "科技型中小企业入库登记编号",
        "入库登记编号 科技型中小企业编号 科小编号 科小入库编号 科技型中小企业登记编号 入库编号",
    ),
    column("tech_sme_on", "date", "科技型中小企业入库日期", "科小入库日期 科技型中小企业入库时间 科小入库时间"),
    column("tech_sme_valid", "yesno", "有效期内的科技型中小企业", "科技型中小企业 科小 是否科技型中小企业"),
    column(
        "innovative_sme_on",
        "date",
        "创新型中小企业认定日期",
        "创新型中小企业认定时间 创新型中小企业公布日期 创新型认定日期",
    ),
    column("innovative_sme_valid", "yesno", "有效期内的创新型中小企业", "创新型中小企业 是否创新型中小企业"),
    column(
        "srdi_on",
        "date",
        "专精特新中小企业认定日期",
        "专精特新认定日期 专精特新认定时间 专精特新中小企业认定时间 专精特新认定年度",
    ),
    column("srdi_valid", "yesno", "有效期内的专精特新中小企业", "专精特新中小企业 专精特新 是否专精特新"),
    column(
        "little_giant_on",
        "date",
        "专精特新“小巨人”企业认定日期",
        "小巨人认定日期 小巨人认定时间 小巨人企业认定日期 小巨人认定年度",
    ),
    column("little_giant_valid", "yesno", "有效期内的专精特新“小巨人”企业", "小巨人 小巨人企业 是否小巨人"),
    column("single_champion_on", "date", "制造业单项冠军认定日期", "单项冠军认定日期 单项冠军认定时间"),
    column("single_champion_valid", "yesno", "有效期内的制造业单项冠军", "单项冠军 制造业单项冠军"),
    column("changed_on", "date", "重大变化日期", "更名日期 重大变更日期 变更日期 名称变更日期"),
)

PAIRS = Contract(
    "pairs",
    "配对",
    "pair_id",
    (
        column("pair_id", "id", "配对编号", "编号 序号"),
        column("need_id", "id", "需求编号", "需求 需求ID 需求号"),
        column("outcome_id", "id", "成果编号", "成果 成果ID 成果号"),
        column("level", "number", "等级", "相关等级 标注 标注等级 相关度 relevance"),
        column("verdict", "text", "结论", "处理结果 是否采纳 意见", later="对接结果 反馈结果 对接结论 企业反馈结果"),
        column("reason", "text", "拒绝理由", "理由 原因 拒绝原因 未采纳原因 不采纳原因 失败原因"),
        column("day", "date", "日期", "拒绝日期 反馈日期 时间"),
        column("remark", "text", "备注", "备注说明"),
        column("advice", "text", "建议", ""),
        column("note", "text", "提示", ""),
    ),
)

TARGETS = Contract(
    "targets",
    "目标",
    "target_id",
    (
        column("target_id", "id", "目标编号", "编号 序号"),
        column(
            "name",
            "text",
            "目标名称",
            "目标 指标 指标名称 名称 三级指标",
            instead="目标任务 任务目标",
            later="二级指标 主要指标 考核指标 指标项目 重点任务 工作任务 任务名称",
        ),
        column("unit", "text", "单位", "计量单位"),
        column("baseline", "number", "基数", "基期值 上年数 期初值 上年完成 上年完成数 上年实际完成"),
        column(
            "goal",
            "number",
            "目标值",
            "计划数 任务数 目标数 年度目标 年度目标值 年度任务 年度任务数 年度计划 目标任务数 全年目标 全年任务",
            later="目标任务 任务目标",
        ),
        column(
            "actual",
            "number",
            "实际值",
            "完成数 完成值 当前值 实际完成 实际完成数 累计完成 累计完成数 目前完成 已完成 上半年完成 上半年完成数 "
            "前三季度完成 前三季度完成数 截至目前 截至目前完成 截止目前 截止目前完成 "
            "完成情况 目前完成情况 累计完成情况 实际完成情况",
            later="一季度完成 一季度完成数 第一季度完成",
        ),
        column("start", "date", "起始日期", "开始日期 起始时间 开始时间"),
        column("due", "date", "完成日期", "截止日期 完成时限 完成期限 截止时间 完成时间"),
    ),
    any_of=("name",),
    keeps_unread=True,
    unit_column="unit",
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
        column("uscc", "text", "统一社会信用代码", "信用代码 社会信用代码 统一信用代码 企业信用代码"),
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
        column(
            "words",
            "text",
            "描述词",
            "描述 说明 关键词 description",
            later="关键产品 关键技术 关键产品/技术 关键产品及技术 核心产品 主要产品",
        ),
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
        column("head", "text", "项目负责人", "负责人 揭榜负责人 团队负责人 揭榜团队负责人 技术总师"),
        column("region", "text", "揭榜单位地区", "地区 所在地 所在地区 单位所在地"),
        column(
            "legal_person",
            "yesno",
            "独立法人",
            "是否独立法人 是否为独立法人 独立法人资格 是否具有独立法人资格 是否具备独立法人资格",
        ),
        column(
            "affiliated",
            "yesno",
            "与发榜方有关联",
            "是否与发榜方关联 是否与需求方关联 是否存在关联关系 关联关系 与发榜方存在关联关系 是否与发榜方存在关联关系 "
            "是否与发榜方有关联关系 与发榜单位有关联 是否与发榜单位存在关联关系 与需求方有关联 "
            "是否与需求方存在关联关系",
        ),
        column("price", "yuan", "报价", "揭榜报价 所需经费 经费预算 揭榜金额"),
        column("months", "number", "完成月数", "完成期限（月） 研发周期（月） 攻关期限（月）"),
        column("done_by", "text", "完成时限", "完成期限 完成时间 承诺期限 研发周期 攻关期限"),
        column(
            "response",
            "text",
            "指标响应",
            "对各项指标的响应 指标承诺 承诺指标 技术指标响应 响应 响应情况 指标响应情况 指标响应内容 技术指标响应情况 "
            "考核指标响应 考核指标响应情况 对榜单指标的响应 对考核指标的响应 承诺达到的指标 拟达到的指标 可达到的指标",
            lines=True,
        ),
        column(
            "submitted_on",
            "date",
            "提交日期",
            "报名日期 申报日期 提交时间 揭榜日期",
            later="报名时间 申报时间 揭榜时间 递交日期 递交时间 报送日期 报送时间 收到日期 收件日期",
        ),
        column("status", "text", "状态", "进展 揭榜状态 当前状态"),
    ),
    any_of=("bidder", "challenge_id"),
)

_OF_OUR_LISTS = {
    "fields": "所属领域",
    "rights": "成果归属",
    "bidder_conditions": "揭榜条件",
    "cooperation": "合作方式",
    "needs": "需求数",
    "postings": "去重后需求数",
    "firms": "企业数",
    "unnamed": "未写企业的需求数",
    "need_ids": "需求编号",
    "lead_need_id": "主要需求",
    "completeness": "完整度",
    "conflicts": "说法不一致",
    "outcomes_elsewhere": "外地可推荐成果数",
    "experts_elsewhere": "外地可推荐专家数",
}  # columns of `challenge_table` that no check of bids needs

_OTHERS = {
    "bidder_conditions": "揭榜方条件 揭榜方要求 揭榜要求 对揭榜方的要求 申报条件",
    "rights": "知识产权归属",
}  # in a city's words

# Published challenges, as this library lists them or a city does itself: one row a challenge.
BOARD = Contract(
    "board",
    "榜单",
    "challenge_id",
    (
        column("challenge_id", "id", "榜单编号", "编号 榜题编号 榜单号 难题编号 序号"),
        column(
            "name",
            "text",
            "榜单名称",
            "难题名称 技术难题名称 榜题名称 榜题 需求名称 技术需求名称 项目名称 课题名称 名称 题目 标题 title",
        ),
        column("wording", "text", "攻关内容", "主要攻关内容 研究内容 需求描述 难题描述 需求内容 难题内容", lines=True),
        column("background", "text", "需求背景", "背景 背景说明 难题背景", lines=True),
        column(
            "indicators",
            "text",
            "技术指标",
            "主要技术指标 考核指标 技术参数 技术要求 主要指标",
            lines=True,
            heads="指标 目标 参数 指标要求",
            leads="拟达到 达到 预期 攻关 主要 关键 核心 技术 性能 考核 验收 的 需",
        ),
        column("deadline", "text", "完成期限", "期限 完成时限 攻关期限 完成时间 攻关周期 完成月数"),
        column("money", "text", "资金投入", "经费预算 预算 榜单金额 揭榜金额 榜额 悬赏金额 拟投入资金", money=True),
        column("owner", "text", "发榜单位", "发榜企业 发榜方 企业名称 需求单位 需求企业 需求方 提出单位 单位名称 单位"),
        column("owner_id", "text", "发榜单位编号", "统一社会信用代码 信用代码 发榜单位统一社会信用代码 企业编号"),
        column("ready", "yesno", "可发布", ""),
        *(column(name, "text", title, _OTHERS.get(name, "")) for name, title in _OF_OUR_LISTS.items()),
    ),
    any_of=("name", "indicators"),
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
        column("aspect", "text", "评分方面", "方面 评分项 评分指标 指标 维度"),
        column(
            "score",
            "number",
            "得分",
            "评分 分数 评审得分 专家打分",
            later="总分 总得分 合计得分 合计分 综合得分 综合评分 最终得分",
        ),
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

# What reviewers gave items of a panel: one row a review.
REVIEW_SCORES = Contract(
    "review_scores",
    "评审打分",
    "score_id",
    (
        column("score_id", "id", "评分编号", "序号"),
        column(
            "item",
            "id",
            "项目编号",
            "项目 项目ID 项目号 申报编号 申请编号 受理编号 编号 成果编号 提名编号 需求编号 need_id outcome_id right_id "
            "右方编号 proposal project_id",
        ),
        column("title", "text", "项目名称", "名称 申报项目 成果名称 提名项目"),
        column(
            "reviewer",
            "id",
            "评委编号",
            "评委 评委姓名 评审专家 专家编号 专家 专家姓名 评审人 grader left_id 左方编号 expert_id",
        ),
        column("score", "number", "得分", "评分 分数 打分 总分 评审得分 rating"),
        column("criterion_group", "text", "一级指标", "一级评审指标 一级评价指标"),
        column(
            "criterion",
            "text",
            "评分指标",
            "指标 指标名称 评审指标 评价指标 评分项 打分项 二级指标 二级评审指标 二级评价指标 criterion",
            instead="一级指标 一级评审指标 一级评价指标",
        ),
        column("weight", "text", "权重", "指标权重 权重系数 weight"),
        column("submitted_on", "date", "提交日期", "评分日期 提交时间 打分时间 评审日期"),
        column("conflict", "yesno", "回避", "是否回避 需回避"),
        column("alternate", "yesno", "是否候补", "候补标记"),
        column("comment", "text", "评审意见", "意见 评语 理由", lines=True),
    ),
    any_of=("item",),
    referred=False,
    by_one=("reviewer",),
)

# Applications and earlier projects: one row a project.
PROJECTS = Contract(
    "projects",
    "项目",
    "project_id",
    (
        column("project_id", "id", "项目编号", "编号 序号 申报编号 申请编号 受理编号 批准号 立项编号 任务书编号 id"),
        column(
            "title",
            "text",
            "项目名称",
            "名称 题目 申报项目名称 课题名称",
            heads="题目 名称 标题",
            leads="申报 申请 立项 项目 课题",
        ),
        column("text", "text", "项目内容", "摘要 项目简介 简介 正文 内容 全文 项目摘要 主要内容 abstract", lines=True),
        column("grounds", "text", "立项依据", "立项背景 研究背景 国内外研究现状 必要性 立项依据与意义", lines=True),
        column("content", "text", "研究内容", "主要研究内容 研究任务 研发内容 研究目标与内容", lines=True),
        column("approach", "text", "技术方案", "技术路线 研究方法 实施方案 研究方案", lines=True),
        column("innovation", "text", "创新点", "特色与创新 主要创新点 创新之处 技术创新点", lines=True),
        column("indicators", "text", "考核指标", "技术指标 主要技术指标 预期目标 预期成果 绩效指标", lines=True),
        column("person", "text", "项目负责人", "负责人 申请人 主持人 申报人 项目主持人"),
        column("institution", "text", "承担单位", "单位 依托单位 申报单位 申请单位 牵头单位 第一承担单位"),
        column("year", "text", "年度", "立项年度 申报年度 年份 立项年份 批准年度"),
        column("programme", "text", "计划类别", "项目类别 计划名称 专项 类别 计划"),
        column("funded", "yesno", "已立项", "是否立项 是否资助 立项"),
        column("amount", "yuan", "经费", "申请经费 资助金额 财政资金 批准经费 总经费 资助经费"),
    ),
    any_of=("title", "text", "content"),
)

# A register of technology contracts (技术合同认定登记): one row a contract.
TECH_CONTRACTS = Contract(
    "tech_contracts",
    "技术合同",
    "contract_id",
    (
        column(
            "contract_id",
            "id",
            "合同编号",
            "合同登记编号 登记编号 合同号 技术合同编号 编号 合同登记号 认定登记编号 登记号",
        ),
        column(
            "subject",
            "text",
            "项目名称",
            "合同名称 技术合同名称 合同标的 标的 标的名称 合同项目名称 技术项目名称 项目（合同）名称",
        ),
        column("kind", "text", "合同类别", "合同类型 技术合同类别 技术合同类型 合同种类 类别 类型", choice=True),
        column(
            "seller",
            "text",
            "卖方",
            "卖方名称 技术卖方 卖方单位 受托方 受托方名称 受托方单位 受托单位 让与方名称 许可方名称 输出方名称 "
            "技术输出方名称 受托人 让与方 让与人 转让方 出让方 许可方 许可人 研究开发方 研究开发人 服务方 "
            "供方 技术输出方 输出方 受托方（卖方） 卖方/受托方 卖方/受托方/让与方 乙方（受托方） 受托方（乙方） "
            "乙方（卖方） 卖方（乙方）",
            close_words="乙方 乙方名称 乙方单位 合同乙方",
        ),
        column(
            "seller_code", "text", "卖方统一社会信用代码", "卖方信用代码 受托方统一社会信用代码 让与方统一社会信用代码"
        ),
        column(
            "buyer",
            "text",
            "买方",
            "买方名称 买方单位 技术买方 委托方 委托方名称 委托方单位 委托单位 受让方名称 被许可方名称 吸纳方名称 "
            "技术吸纳方名称 委托人 受让方 受让人 被许可方 被许可人 需方 技术吸纳方 吸纳方 委托方（买方） "
            "买方/委托方 买方/委托方/受让方 甲方（委托方） 委托方（甲方） 甲方（买方） 买方（甲方）",
            close_words="甲方 甲方名称 甲方单位 合同甲方",
        ),
        column(
            "buyer_code", "text", "买方统一社会信用代码", "买方信用代码 委托方统一社会信用代码 受让方统一社会信用代码"
        ),
        column(
            "region",
            "text",
            "地区",
            "卖方地区 卖方所在地 卖方所在地区 卖方所在区县 所在地区 所属地区 登记地区 县区 区县 所在县区 所在区县",
            later="所属县区 所属区县",
            choice=True,
            heads="所在地 所在地区 所在区县 所在县区 所属地 所属地区 地区",
            leads="技术 卖方 输出方 受托方 让与方 出让方 供方",
        ),
        column(
            "signed_on",
            "date",
            "签订日期",
            "合同签订日期 签订时间 合同签订时间 签约日期 签署日期 签约时间 签订日 合同签订日 签约日",
        ),
        column("effective_on", "date", "生效日期", "合同生效日期 生效时间"),
        column(
            "valid_until",
            "date",
            "有效期止",
            "合同有效期止 有效期至 合同有效期至 合同截止日期 合同终止日期 履行期限止",
            close_words="有效期 合同有效期 合同期限 履行期限 合同履行期限 合同起止日期 起止日期",
        ),
        column(
            "applied_on",
            "date",
            "申请日期",
            "申请登记日期 登记申请日期 申请时间 申报日期 提交日期 申请认定日期 申请日 登记申请日",
        ),
        column("accepted_on", "date", "受理日期", "受理时间"),
        column(
            "registered_on",
            "date",
            "登记日期",
            "认定登记日期 登记时间 认定日期 认定时间 核定日期 登记日 认定登记日 认定日",
        ),
        column(
            "amount",
            "yuan",
            "合同成交额",
            "成交额 合同成交金额 成交金额 合同交易总额 合同总额 合同总金额 合同金额 合同交易额 合同额 合同成交总额"
            " 成交总额",
            fen=True,
        ),
        column(
            "technical_amount",
            "yuan",
            "技术交易额",
            "其中：技术交易额 其中技术交易额 技术交易金额 核定技术交易额 技术性收入 核定技术性收入 技术额",
            fen=True,
        ),
        column(
            "other_cost",
            "yuan",
            "非技术性成本",
            "非技术成本 设备材料费 购置设备、仪器、零部件、原材料费用 仪器设备及材料费 设备仪器原材料费用",
        ),
        column("form", "text", "合同形式", "订立形式", choice=True),
        column("registrant", "text", "登记方", "申请登记方 申请方 登记申请人", choice=True),
        column("imported", "yesno", "技术进口合同", "是否技术进口 是否进口 是否技术进口合同"),
        column("reviewed", "yesno", "专家评审", "专家审核 是否专家评审 是否专家审核 是否经专家评审"),
        column("state", "text", "登记状态", "状态 认定状态 合同状态", choice=True),
        column("related", "yesno", "买卖双方百分之百关联", "双方是否100%关联 是否100%关联 100%关联方 是否百分之百关联"),
        column("vat_exempt", "yesno", "享受增值税免税", "是否免征增值税 增值税免税 是否享受增值税免税"),
        column("linked_id", "text", "关联的转让或开发合同编号", "关联合同编号 关联合同 对应转让（开发）合同编号"),
        column("transfer_income", "yuan", "技术转让所得", "转让所得 技术转让所得额"),
        column("outcome_id", "text", "成果编号", "对应成果编号 成果登记号"),
    ),
    any_of=("subject", "kind", "seller", "buyer"),
    keeps_unread=True,
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
