"""The column contract of research outcomes that are assessed: what they are, what shows it, figures. Data only."""

from __future__ import annotations

from dataclasses import replace

from matcher.tables.schemas.contracts import Column, Contract, column
from matcher.tables.schemas.main import OUTCOMES
from matcher.tables.schemas.public_period import PUBLIC_PERIOD

_NO = "无 没有 否 暂无 尚无 没 未 缺 暂缺 缺失 × x X 0 no No NO none None N n"
_AROUND = (  # how people ask for a piece of evidence: Chinese, then English
    ("{}情况", "{}证据", "{}材料", "{}数", "{}数量", "有{}", "有无{}", "是否{}", "是否有{}", "是否已{}", "是否完成{}"),
    ("{}_evidence", "{}_count", "{}_proof", "{}_done", "{}_available", "{}_built", "has_{}", "num_{}", "number_of_{}"),
)


def _evidence(name: str, title: str, headers: str) -> Column:
    """Evidence: yes, no, a count or a text; what would elsewhere be a placeholder (无) is an answer here."""
    words = [name, title, *headers.split()]
    asked = [form.format(word) for word in words for form in _AROUND[word.isascii()] if word != "ip"]
    return replace(column(name, "text", title, " ".join((*words[2:], *asked)), labels=_NO), joins=True)


EVIDENCE = (
    _evidence(
        "papers",
        "论文",
        "发表论文 论文著作 论文论著 代表性论文 paper publications publication SCI论文 核心论文",
    ),
    _evidence(
        "principle",
        "原理研究报告",
        "研究报告 基本原理 原理报告 原理研究 基本原理报告 principle_report basic_principle research_report",
    ),
    _evidence(
        "plan",
        "技术方案",
        "方案 设计方案 应用方案 技术方案报告 可行性报告 可行性研究报告 可行性研究 concept technical_plan "
        "scheme design_plan technology_concept",
    ),
    _evidence(
        "patents",
        "专利",
        "授权专利 专利授权 发明专利 授权发明专利 知识产权 patent ip",
    ),
    _evidence(
        "simulation",
        "仿真",
        "仿真报告 仿真验证 仿真分析 仿真结果 建模仿真 数值模拟 关键功能验证 simulation_report simulated "
        "modelling analysis proof_of_concept 原理验证 关键功能",
    ),
    _evidence(
        "lab_test",
        "实验室验证",
        "小试 小试报告 通过小试 实验室试验 实验室测试 实验室验证报告 实验室小试 功能验证 功能测试 lab "
        "lab_validation laboratory_test laboratory_validation lab_scale bench_test lab_sample lab_tested "
        "lab_report small_test 实验室样机 实验室结果 laboratory lab_result function_test",
    ),
    _evidence(
        "test_report",
        "检测报告",
        "检验报告 检验检测报告 第三方检测 第三方检测报告 测试报告 检测证书 试验报告 test_reports "
        "inspection_report third_party_test third_party_test_report testing_report",
    ),
    _evidence(
        "prototype",
        "样机",
        "样品 样机样品 样机（样品） 样机或样品 样机/样品 初样 样品样机 原型机 原型 first_sample sample prototypes",
    ),
    _evidence(
        "formal_sample",
        "正样",
        "正样机 正式样品 正样样机 工程样机 formal_prototype engineering_sample engineering_prototype "
        "relevant_environment final_sample",
    ),
    _evidence(
        "pilot",
        "中试",
        "中试报告 中试试验 通过中试 完成中试 中试完成情况 中试验证 pilot_test pilot_scale pilot_report pilot_plant "
        "pilot_run pilot_scale_test",
    ),
    _evidence(
        "field_trial",
        "实际环境试验",
        "现场试验 现场测试 试用 应用示范 示范应用 示范 工业试验 工业性试验 用户试用 环境试验 实际应用 "
        "实际环境 真实环境试验 field_test field_tests field_trials trial trial_use real_environment "
        "real_environment_test demonstration operational_test 现场应用 环境试验报告 真实环境 real_env "
        "actual_environment",
    ),
    _evidence(
        "user_report",
        "用户应用证明",
        "应用证明 用户证明 用户报告 用户意见 用户使用报告 使用证明 user_reports user_certificate "
        "application_certificate application_certificates user_feedback 用户评价 customer_report "
        "application_proof",
    ),
    _evidence(
        "small_batch",
        "小批量试生产",
        "小批量 小批量生产 试生产 试产 小批量试产 试制 小批量试制 small_batch_production trial_production "
        "pilot_production low_rate_production",
    ),
    _evidence(
        "finalised",
        "产品定型",
        "定型 设计定型 生产定型 定型文件 product_finalised product_finalized finalized design_finalised design_freeze",
    ),
    _evidence(
        "certification",
        "产品认证",
        "认证 认证证书 产品认证证书 资质认证 注册证 产品注册证 产品注册 生产许可证 许可证 准入 行业准入 "
        "资质证书 certificate certificates certified product_certification approval licence_to_produce",
    ),
    _evidence(
        "production",
        "批量生产",
        "量产 生产 大批量生产 规模化生产 规模生产 投产 产业化 mass_production volume_production "
        "batch_production full_production serial_production in_production large_batch",
    ),
    _evidence(
        "sales",
        "销售",
        "销售额 销售收入 近三年销售收入 近三年销售额 新增销售收入 新增销售额 近三年新增销售收入 近三年新增销售额 "
        "销售合同 销售发票 首批销售 已销售 sale sales_revenue first_sale sales_contract "
        "sales_record revenue",
    ),
)

FIGURES = (
    replace(column("sales_volume", "number", "销售量", "销量 累计销售量 累计销量 units_sold"), measured=True),
    replace(
        column(
            "break_even_volume",
            "number",
            "盈亏平衡销量",
            "盈亏平衡点 盈亏平衡销售量 break_even_sales 盈亏平衡点销量 break_even",
        ),
        measured=True,
    ),
    column("annual_income", "yuan", "年收入", "成果年收入 年销售收入 年度收入 yearly_income annual_revenue"),
    column("annual_cost", "yuan", "年运营成本", "年成本 年度运营成本 运营成本 annual_operating_cost operating_cost"),
    column("cumulative_income", "yuan", "累计收入", "累计销售收入 累计营业收入 total_income cumulative_revenue"),
    column("total_input", "yuan", "总投入", "累计投入 投入总额 项目总投入 total_investment total_cost"),
)

VALUES = (
    column("scientific", "number", "科学价值", "科学价值得分 科学价值分 scientific_value"),
    column(
        "technological", "number", "技术价值", "技术价值得分 技术价值分 technical technological_value technical_value"
    ),
    column("economic", "number", "经济价值", "经济价值得分 经济价值分 economic_value"),
    column("social", "number", "社会价值", "社会价值得分 社会价值分 social_value"),
    column("cultural", "number", "文化价值", "文化价值得分 文化价值分 cultural_value"),
    column("social_cultural", "number", "社会和文化价值", "社会文化价值 社会和文化价值得分"),
    column("potential", "number", "转化推广潜力", "转化推广潜力得分 转化潜力 推广潜力 transfer_potential"),
)

GRADES = (
    column("innovation", "number", "技术创新度", "创新度 创新度等级 技术创新度等级 innovation_level innovation_degree"),
    column("advancement", "number", "技术先进度", "先进度 先进度等级 技术先进度等级 advancement_level advance"),
    column("a1", "number", "技术创新程度得分", "技术创新程度"),
    column("a2", "number", "技术经济指标先进程度得分", "技术经济指标先进程度 先进程度得分"),
    column("a3", "number", "技术难度和复杂程度得分", "技术难度和复杂程度 技术难度"),
    column("a4", "number", "重现性和成熟度得分", "重现性和成熟度 技术重现性和成熟度"),
)

WORTH = (
    column(
        "comparable_price",
        "yuan",
        "可比成交价",
        "可比交易价格 可比交易价 可比案例价格 同类成果成交价 可比价格 可比案例成交价 market_price",
    ),
    column("technology_income", "yuan", "成果年净收益", "成果年收益 归属成果的年净收益 年技术收益 annual_benefit"),
    column(
        "expected_income",
        "yuan",
        "产品年净收益",
        "预期年净收益 预计年净收益 年净收益 预期年收益 预期收益 expected_annual_income",
    ),
    column("income_share", "share", "收益分成率", "分成率 技术分成率 royalty_rate share_rate"),
    column("years", "number", "收益年限", "剩余收益年限 经济寿命 收益期 benefit_years remaining_life"),
    column("discount_rate", "share", "折现率", "贴现率 discount"),
    column("rd_cost", "yuan", "研发成本", "研发投入 重置成本 开发成本 研究开发成本 r&d_cost development_cost"),
    column("depreciation", "share", "贬值率", "技术贬值率 depreciation_rate"),
)

REGISTRATION = (
    column("registered_number", "text", "批准登记号", "登记批准号 registration_number"),
    column("registered_on", "date", "批准登记日期", "登记批准日期 registration_date"),
    column("recommended_by", "text", "推荐单位", "推荐部门 recommender"),
    column("started_on", "text", "研究起始日期", "研究起始时间 起始日期 开始日期 start_date"),
    column("ended_on", "text", "研究终止日期", "研究终止时间 终止日期 结束日期 end_date"),
    column("secrecy", "text", "成果密级", "密级 secrecy_level"),
    column("attribute", "text", "成果属性", "属性 outcome_attribute", choice=True),
    OUTCOMES["keywords"],
    column("form", "text", "成果体现形式", "体现形式 成果形式 form_of_outcome", choice=True),
    column("standing", "text", "成果水平", "评价结论水平 技术水平 outcome_level", choice=True),
    column("evaluated_by", "text", "评价方式", "evaluation_method", choice=True),
    column("evaluation", "text", "评价结论", "鉴定结论 验收结论 evaluation_result"),
    column("evaluated_on", "date", "评价日期", "鉴定日期 验收日期 evaluation_date"),
    column("use_state", "text", "应用状态", "应用情况状态 application_state", choice=True),
    column("persons", "text", "完成人", "主要完成人 成果完成人 完成人员 inventors persons"),
    column(
        "contact",
        "text",
        "联系方式",
        "联系人 联系电话 联系人及电话 电话 手机 邮箱 contact_person phone email",
        joins=True,
    ),
)

PUBLICITY = (
    *PUBLIC_PERIOD,
    column("announcement_days", "number", "公示天数", "公示期 公示期限 公示时长 announcement_period"),
    column("objections", "number", "异议数", "异议件数 收到异议 收到异议数 objection_count"),
    column("objections_settled", "number", "已处理异议数", "已办结异议数 异议处理数 settled_objections"),
)

# One row an outcome: what it is, what is said of its maturity, its evidence, figures and marks.
ASSESSED_OUTCOMES = Contract(
    "assessed_outcomes",
    "成果",
    "outcome_id",
    (
        replace(OUTCOMES["outcome_id"], headers=(*OUTCOMES["outcome_id"].headers, "case_id", "case", "案例编号")),
        OUTCOMES["title"],
        replace(
            OUTCOMES["description"],  # here 技术方案 is evidence
            headers=tuple(header for header in OUTCOMES["description"].headers if header != "技术方案"),
        ),
        OUTCOMES["scope"],
        column(
            "kind",
            "text",
            "成果类型",
            "成果类别 成果分类 类型 类别 研究类型 outcome_kind outcome_type type",
            choice=True,
        ),
        OUTCOMES["institution"],
        OUTCOMES["region"],
        replace(
            OUTCOMES["maturity"],
            headers=(
                *OUTCOMES["maturity"].headers,
                "技术就绪度",
                "技术就绪水平",
                "自报成熟度",
                "自评成熟度",
                "成熟度等级",
                "现有成熟度",
                "当前成熟度",
                "trl_level",
            ),
        ),
        column(
            "confirmed_level",
            "text",
            "确认成熟度等级",
            "人工确认等级 确认等级 成熟度确认等级 confirmed confirmed_readiness confirmed_trl",
        ),
        column(
            "evidence_list",
            "text",
            "证明材料",
            "佐证材料 支撑材料 附件 证据 证据材料 评价材料 材料清单 evidence evidence_text "
            "supporting_material attachments",
            lines=True,
        ),
        *EVIDENCE,
        *FIGURES,
        *VALUES,
        *GRADES,
        *WORTH,
        *REGISTRATION,
        *PUBLICITY,
        *(
            OUTCOMES[name]
            for name in ("field", "industry", "ip_type", "cooperation", "price", "valid_until", "posted_on")
        ),
    ),
    referred=False,
    keeps_unread=True,
)
