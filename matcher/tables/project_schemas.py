"""Column contracts of projects while they run, and of integrity records. Data only."""

from __future__ import annotations

from matcher.tables.contracts import Contract, column

# Records of research integrity: one row a decision and subject.
INTEGRITY_RECORDS = Contract(
    "integrity_records",
    "诚信记录",
    "record_id",
    (
        column("record_id", "id", "记录编号", "编号 序号 案件编号 记录号"),
        column("subject_kind", "text", "对象类别", "主体类别 责任主体类别 对象类型", labels="个人 单位"),
        column("name", "text", "姓名或名称", "责任主体 姓名 名称 单位名称 当事人 被处理人 姓名/名称"),
        column(
            "code",
            "text",
            "代码",
            "统一社会信用代码 人员编号 身份证号 证件号码 信用代码或证件号 统一社会信用代码或证件号",
        ),
        column("unit", "text", "所在单位", "工作单位 所属单位 任职单位"),
        column("kind", "text", "失信行为", "失信行为类别 违规行为 行为类别 事由 失信类别"),
        column("grade", "text", "情节", "严重程度 等级 失信等级"),
        column("sanction", "text", "处理措施", "处理决定 惩戒措施 处罚措施 处理", lines=True),
        column("bars", "text", "限制事项", "限制范围 限制内容 惩戒事项"),
        column("body", "text", "处理机关", "作出机关 决定机关 处理单位 认定机关"),
        column("document", "text", "处理文号", "决定文号 文号 决定书文号 处理决定文号"),
        column("rule", "text", "依据规则", "依据文件 依据 适用规则 法规依据"),
        column("article", "text", "条款", "依据条款 适用条款"),
        column("decided_on", "date", "决定日期", "处理日期 作出日期 认定日期"),
        column("starts_on", "date", "限制起始日期", "生效日期 起始日期 惩戒起始日 开始日期"),
        column("ends_on", "text", "限制截止日期", "截止日期 惩戒截止日 结束日期 有效期至 期满日期 到期日期"),
        column("appeal", "text", "申诉情况", "申诉 复查情况 申诉结果"),
        column("appeal_on", "date", "申诉结果日期", "复查决定日期 申诉日期"),
        column("repaired_on", "date", "修复日期", "信用修复日期 移出日期 解除日期"),
    ),
    any_of=("name", "code"),
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
        ),
        column("person_code", "text", "人员代码", "人员编号 身份证号 证件号码 证件号"),
        column("members", "text", "参与人员", "主要完成人 完成人 项目组成员 成员 主要参与人员"),
        column(
            "unit",
            "text",
            "单位",
            "承担单位 申报单位 申请单位 依托单位 牵头单位 揭榜单位 揭榜方 工作单位 所在单位 第一完成单位 单位名称 "
            "提名单位 institution bidder",
        ),
        column("unit_code", "text", "统一社会信用代码", "单位统一社会信用代码 信用代码 揭榜单位统一社会信用代码 uscc"),
        column("partners", "text", "参与单位", "联合单位 合作单位 联合体成员 主要完成单位 完成单位 成员单位"),
        column("applied_on", "date", "申报日期", "提交日期 报名日期 申请日期 提名日期 submitted_on"),
    ),
    any_of=("person", "unit", "members", "partners", "person_code", "unit_code"),
)
