"""Column contracts of projects while they run, and of integrity records. Data only."""

from __future__ import annotations

from matcher.tables.schemas.contracts import Contract, column


def _of_limits(ends: str) -> str:
    """How an end of a bar is called below a common header: 限制期限 over 起始 and 截止."""
    return " ".join(f"{group}{end}" for group in ("限制期限", "限制期", "惩戒期限", "处理期限") for end in ends.split())


# Records of research integrity: one row a decision and subject.
INTEGRITY_RECORDS = Contract(
    "integrity_records",
    "诚信记录",
    "record_id",
    (
        column("record_id", "id", "记录编号", "编号 序号 案件编号 记录号"),
        column("subject_kind", "text", "对象类别", "主体类别 责任主体类别 对象类型", labels="个人 单位"),
        column(
            "name",
            "text",
            "姓名或名称",
            "责任主体 姓名 名称 单位名称 当事人 被处理人 姓名/名称 姓名或单位名称 姓名（单位名称） "
            "姓名/单位 单位/姓名 姓名或单位 单位或姓名 主体名称 主体姓名 "
            "个人或单位名称 单位或个人名称 责任主体名称 失信主体 失信主体名称 被处理对象 处理对象 责任人 "
            "责任人/责任单位 责任单位/责任人 责任人或责任单位 责任单位或责任人 责任人（单位） 姓名/单位名称 "
            "单位/个人名称 个人/单位名称",
            close_words="企业名称 公司名称",
        ),
        column(
            "code",
            "text",
            "代码",
            "统一社会信用代码 社会信用代码 人员编号 身份证号 身份证号码 "
            "证件号码 信用代码或证件号 统一社会信用代码或证件号 证件号或信用代码 "
            "身份证号或信用代码 身份证号/信用代码 信用代码/身份证号 身份证号/统一社会信用代码 "
            "统一社会信用代码/身份证号 证件号 信用代码",
        ),
        column("unit", "text", "所在单位", "工作单位 单位 所属单位 任职单位 责任单位"),
        column(
            "kind",
            "text",
            "失信行为",
            "失信行为类别 违规行为 行为类别 事由 失信类别",
            later="失信事由 案件事由 列入事由 违规事由 违规事项 失信事项",
        ),
        column("grade", "text", "情节", "严重程度 等级 失信等级"),
        column(
            "sanction",
            "text",
            "处理措施",
            "处理决定 惩戒措施 处罚措施 处理",
            later="处理意见 处理结果 处理方式 处理情况",
            lines=True,
        ),
        column("bars", "text", "限制事项", "限制范围 限制内容 惩戒事项"),
        column("body", "text", "处理机关", "作出机关 决定机关 处理单位 认定机关", later="作出决定机关 列入机关"),
        column("document", "text", "处理文号", "决定文号 文号 决定书文号 处理决定文号"),
        column("rule", "text", "依据规则", "依据文件 依据 适用规则 法规依据"),
        column("article", "text", "条款", "依据条款 适用条款"),
        column(
            "decided_on",
            "date",
            "决定日期",
            "处理日期 作出日期 认定日期",
            later="处理时间 决定时间 作出时间 认定时间 列入日期 列入时间",
        ),
        column(
            "starts_on",
            "date",
            "限制起始日期",
            "生效日期 起始日期 惩戒起始日 开始日期 " + _of_limits("起始 开始 起"),
            later="起始时间 开始时间",
        ),
        column(
            "ends_on",
            "text",
            "限制截止日期",
            "截止日期 惩戒截止日 结束日期 有效期至 期满日期 到期日期 " + _of_limits("截止 结束 止"),
            later="截止时间 结束时间",
        ),
        column(
            "period",
            "text",
            "限制期限",
            "惩戒期限 处理期限 处罚期限 禁止期限 限制期 限制时间 限制起止日期 起止日期 起止时间",
            later="有效期 有效期限 期限",
        ),
        column("appeal", "text", "申诉情况", "申诉 复查情况 申诉结果"),
        column("appeal_on", "date", "申诉结果日期", "复查决定日期 申诉日期"),
        column("repaired_on", "date", "修复日期", "信用修复日期 移出日期 解除日期", later="修复时间 移出时间 解除时间"),
        column("remark", "text", "备注", "备注说明", lines=True),
    ),
    any_of=("name", "code", "unit"),
)

# Whose integrity is looked up: applications, experts, nominations or bids, one row each.
SUBJECTS = Contract(
    "subjects",
    "条目",
    "row_id",
    (
        column(
            "row_id",
            "id",
            "编号",
            "项目编号 申报编号 申请编号 受理编号 揭榜编号 提名编号 候选编号 专家编号 评委编号 特派员编号 序号 "
            "project_id bid_id expert_id reviewer left_id",
        ),
        column("title", "text", "项目名称", "名称 成果名称 提名项目 申报项目名称 课题名称 题目"),
        column(
            "person",
            "text",
            "姓名",
            "项目负责人 负责人 申请人 主持人 申报人 专家姓名 评委姓名 候选人 被提名人 揭榜负责人 第一完成人 head name",
            later="第一负责人 课题负责人 项目主持人 课题主持人 项目申报人 项目申请人 带头人 团队负责人",
        ),
        column("person_code", "text", "人员代码", "人员编号 身份证号 身份证号码 证件号码 证件号"),
        column(
            "members",
            "text",
            "参与人员",
            "主要完成人 完成人 项目组成员 成员 主要参与人员 参与人 项目参与人 课题组成员 主要参加人 参加人员 参加人 "
            "主要参加人员 项目参加人员 项目成员 团队成员 主要成员 核心成员 骨干成员 项目骨干 研究人员 主要研究人员 "
            "参与者 主要参与人 参加者 合作者 联合申报人",
            heads="主要成员 核心成员 骨干成员",
            leads="项目 课题 组 团队",
            joins=True,
        ),
        column(
            "unit",
            "text",
            "单位",
            "承担单位 申报单位 申请单位 依托单位 牵头单位 揭榜单位 揭榜方 工作单位 所在单位 第一完成单位 单位名称 "
            "提名单位 institution bidder",
            close_words="企业名称 公司名称",
        ),
        column(
            "unit_code",
            "text",
            "统一社会信用代码",
            "单位统一社会信用代码 信用代码 揭榜单位统一社会信用代码 uscc",
            later="社会信用代码 申报单位统一社会信用代码 承担单位统一社会信用代码 牵头单位统一社会信用代码",
        ),
        column(
            "partners",
            "text",
            "参与单位",
            "联合单位 合作单位 联合体成员 主要完成单位 完成单位 成员单位 参加单位 协作单位",
            joins=True,
        ),
        column("applied_on", "date", "申报日期", "提交日期 报名日期 申请日期 提名日期 submitted_on"),
    ),
    any_of=("person", "unit", "members", "partners", "person_code", "unit_code"),
)

# Projects that a bureau manages, for its book: one row a project.
MANAGED_PROJECTS = Contract(
    "managed_projects",
    "项目",
    "project_id",
    (
        column("project_id", "id", "项目编号", "编号 序号 立项编号 任务书编号 批准号 申报编号 受理编号 计划编号"),
        column("title", "text", "项目名称", "名称 课题名称 题目"),
        column("person", "text", "项目负责人", "负责人 主持人 申请人"),
        column("institution", "text", "承担单位", "单位 牵头单位 申报单位 依托单位 第一承担单位 单位名称"),
        column("uscc", "text", "统一社会信用代码", "信用代码 承担单位统一社会信用代码"),
        column("partners", "text", "参与单位", "合作单位 联合单位"),
        column("programme", "text", "计划类别", "项目类别 计划名称 专项 类别 计划"),
        column("year", "text", "年度", "立项年度 申报年度 立项年份"),
        column(
            "starts_on",
            "date",
            "开始日期",
            "起始日期 执行期开始 项目开始日期 起始时间 开始时间 开始 起始 起 开始年月 起始年月 "
            "合同开始日期 合同起始日期 任务书开始日期 计划开始日期",
        ),
        column(
            "ends_on",
            "date",
            "结束日期",
            "截止日期 完成日期 执行期结束 项目结束日期 终止日期 完成时间 结束时间 "
            "结束 截止 终止 止 结束年月 截止年月 截止时间 终止时间 合同结束日期 合同截止日期 任务书结束日期 "
            "计划完成日期 计划完成时间 计划结束日期",
        ),
        column(
            "term",
            "text",
            "起止时间",
            "执行期 执行期限 项目期限 项目执行期 项目执行期限 实施期 "
            "起止日期 起止年月 起止年限 起止期限 项目周期 研究期限 实施期限 实施年限 研究年限 "
            "项目起止时间 项目起止年限 项目起止日期 研究起止时间",
        ),
        column("stage", "text", "当前阶段", "阶段 项目状态 状态 进展 项目阶段 当前状态 所处阶段 项目进展"),
        column("stage_on", "date", "阶段日期", "状态日期 立项日期 签订日期 任务书签订日期"),
    ),
    any_of=("title", "institution"),
    keeps_unread=True,
)

# What happened to them: one row an event, an item of the task book, a sum of money or an output.
PROJECT_EVENTS = Contract(
    "project_events",
    "记录",
    "row_id",
    (
        column("row_id", "id", "行编号", "序号"),
        column("project_id", "id", "项目编号", "立项编号 任务书编号 批准号 申报编号"),
        column("project_title", "text", "项目名称", "课题名称"),
        column("event", "text", "事项", "事件 环节 记录类别 进展 办理事项", later="事项类型 事项类别 事项名称"),
        column(
            "day",
            "date",
            "日期",
            "办理日期 发生日期 时间 完成日期",
            later="发生时间 办理时间 验收日期 验收时间 支出日期 到账日期 填报日期 填报时间",
        ),
        column("item", "text", "名称", "指标名称 经费科目 科目 产出名称 里程碑 节点 内容 指标"),
        column("wanted", "text", "要求", "指标要求 目标值 考核指标 任务书要求 预期值", lines=True),
        column("reached", "text", "完成", "完成值 实际完成 完成指标 实际值", lines=True),
        column("verdict", "text", "完成情况", "是否完成 完成与否"),
        column("evidence", "text", "证明材料", "证明 佐证材料 依据材料 证据", lines=True),
        column("amount", "yuan", "金额", "经费 金额合计 预算金额 支出金额"),
        column("source", "text", "资金来源", "经费来源 来源"),
        column("until", "date", "至", "延期至 应完成日期 截止日期 整改期限"),
        column("grade", "text", "验收结论", "结论 等级 验收等级 绩效评价结论"),
        column("kind", "text", "产出类别", "成果类别 类别 产出类型"),
        column("way", "text", "转化形式", "转化方式"),
        column("note", "text", "备注", "说明", lines=True),
    ),
    any_of=("event", "item"),
    referred=False,
    keeps_unread=True,
)
