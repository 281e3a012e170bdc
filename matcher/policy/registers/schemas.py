"""What the registers of firms hold: one contract a register. Data only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from matcher.policy.firms.words import WORDS
from matcher.policy.policy import load_policy
from matcher.tables.schemas.contracts import Column, Contract, column

WHO = (
    Column("record_id", "id", "登记表行号"),  # made up from the row, which every warning names
    column("enterprise_id", "text", "企业编号", "企业ID 企业代码 单位编号 firm_id"),
    Column(
        "name",
        "text",
        "企业名称",
        (
            *WORDS["name"].split(),
            *["依托单位", "建设单位", "所属企业", "行政相对人名称", "行政相对人", "被处罚单位", "firm_name", "firm"],
        ),
    ),
    Column("uscc", "text", "统一社会信用代码", tuple(WORDS["uscc"].split())),
)
_WHOSE = tuple(  # of rows that are of a thing, which 名称 names
    replace(one, headers=tuple(word for word in one.headers if word != "名称")) for one in WHO
)
_BY_ONE = ("name", "uscc")  # a register of one firm names it above the header
YEAR = column("year", "text", "年度", "会计年度 年份 发生年度 所属年度")  # 2025, 2025年, 2025年度
CATEGORIES = (
    "personnel",
    "direct_input",
    "depreciation",
    "amortisation",
    "design",
    "commissioning_and_trials",
    "entrusted_domestic",
    "entrusted_overseas",
    "other",
)

RIGHTS = Contract(
    "rights",
    "知识产权",
    "record_id",
    (
        *_WHOSE,
        column(
            "right",
            "text",
            "知识产权名称",
            "专利名称 成果名称 软件名称 软件全称 作品名称 软件著作权名称 著作权名称",
            later="名称",
        ),
        column(
            "number",
            "text",
            "授权号",
            "专利号 登记号 授权编号 专利号/登记号 软著登记号 软件登记号 著作权登记号",
            later="证书号 知识产权编号",
        ),  # 知识产权编号 is the application's own IP01 too
        column("application", "text", "申请号", "专利申请号"),
        column(
            "kind",
            "text",
            "类别",
            "类型 专利类型 知识产权类型 知识产权类别 知识产权种类 种类",
            labels="发明专利 国防专利 专利 实用新型 外观设计 软件著作权 软著 集成电路布图设计 植物新品种 商标",
        ),
        column("obtained", "text", "获得方式", "取得方式 来源 获取方式 权利取得方式 权利获得方式"),
        column(
            "granted_on",
            "date",
            "授权日期",
            "授权公告日 授权公告日期 登记日期 批准日期 登记批准日期 授权日 发证日期",
            later="授权时间 授权公告时间 登记时间 发证时间",
        ),
        column("acquired_on", "date", "受让日期", "转让日期 变更日期 转让登记日 权利变更日期"),
        column("ends_on", "date", "有效期至", "失效日期 到期日 到期日期 终止日期", later="预估到期日 预计到期日"),
        column(
            "legal_state",
            "text",
            "法律状态",
            "专利状态 当前法律状态 权利状态 状态",
            later="简单法律状态 法律状态/事件",
        ),
        column("valid", "yesno", "是否有效", "是否在有效期 是否在有效期内 目前是否有效 是否有效期内"),
        column(
            "owners",
            "text",
            "权利人",
            "专利权人 当前专利权人 当前权利人 现专利权人 现权利人 权属人 著作权人 全部权利人 共同权利人 "
            "当前申请(专利权)人 当前申请人",
            later="申请人 专利申请人 申请(专利权)人 申请人（专利权人）",
        ),
        column("owner_rank", "number", "权利人排名", "权属排名 本企业排名 权利人位次 排名"),
        column("only_here", "yesno", "由本企业使用", "其他权利人同意由本企业使用 其他权利人已声明不使用"),
        column("used", "text", "已用于以前的高企申请", "是否已用于以前的高企申请 已使用 是否用过 是否已使用"),
        column("used_for", "text", "曾用于的证书", "曾用于 用于哪次认定 使用情况 已用于的证书编号"),
        column("related", "yesno", "与主要产品相关", "与主导产品相关 与主要产品（服务）相关 主要产品相关"),
        column("in_use", "yesno", "实际应用并产生经济效益", "产生经济效益 实际应用"),
    ),
    referred=False,
    by_one=_BY_ONE,
    headed_by="kind",
)
CONVERSIONS = Contract(
    "conversions",
    "成果转化",
    "record_id",
    (
        *WHO,
        column("outcome", "text", "成果名称", "科技成果 科技成果名称 转化成果 成果 专利名称 outcome_title"),
        column("kind", "text", "转化形式", "转化方式 转化类型 方式 类型"),
        column("converted_on", "date", "转化日期", "转化时间 转化年度 实施日期 转化年份 日期 时间"),
        column("evidence", "text", "转化证明", "证明材料 证明 佐证材料 依据 合同编号 contract_id"),
    ),
    referred=False,
    by_one=_BY_ONE,
)
STAFF = Contract(
    "staff",
    "人员",
    "record_id",
    (
        *WHO,
        YEAR,
        column("person", "text", "人员编号", "工号 员工编号 人员 姓名 编号"),
        column("employment", "text", "用工形式", "人员类别 用工类型 聘用形式 人员性质", labels="在职 兼职 临时聘用"),
        column("science", "yesno", "科技人员", "是否科技人员 研发人员 是否研发人员"),
        column("days", "number", "全年实际工作天数", "工作天数 累计工作天数 实际工作天数 年工作天数 全年工作天数"),
        column(
            "joined_on", "date", "入职日期", "入职时间 聘用日期 起始日期 在职起始日期 在职起始时间 到岗日期 到岗时间"
        ),
        column("left_on", "date", "离职日期", "离职时间 解聘日期"),
    ),
    referred=False,
    by_one=_BY_ONE,
)
INCIDENTS = Contract(
    "incidents",
    "事故与失信",
    "record_id",
    (
        *WHO,
        column(
            "kind",
            "text",
            "类别",
            "事件类别 类型 事件类型 事项类型 事项类别 失信类型 失信类别 违法类型 违法类别 事故类型 事故类别",
            later="事项 事项名称 事件 事件名称 违法事项 违法事由 违法事实 违法行为类型 处罚事由 案由 列入原因 列入事由",
            labels="安全 质量 环境 科研失信 经营异常",
        ),
        column("grade", "text", "等级", "严重程度 事故等级 程度 情节", labels="重大 较大 一般 严重"),
        column("happened_on", "date", "发生日期", "发生时间 列入日期 处罚日期 处罚决定日期 决定日期 日期"),
        column("removed_on", "date", "移出日期", "解除日期 移出时间 修复日期"),
        column("document", "text", "文书号", "决定书文号 处罚决定书 处罚决定书文号 行政处罚决定书文号 文号 说明"),
    ),
    referred=False,
    by_one=_BY_ONE,
    keeps_unread=True,
)
PLATFORMS = Contract(
    "platforms",
    "平台",
    "record_id",
    (
        *WHO,
        column("platform", "text", "平台名称", "名称 机构名称 研发机构名称 创新平台名称"),
        column("kind", "text", "平台类别", "类别 类型 平台类型 机构类型"),
        column("level", "text", "级别", "平台级别 认定级别 等级 层级", labels="国家级 省级 市级"),
        column(
            "recognised_on",
            "date",
            "认定日期",
            "认定时间 批准日期 批准时间 备案日期 备案时间 获批日期 获批时间",
            later="认定年度 认定年份 批准年度 批准年份 备案年度 备案年份 获批年度 获批年份",
        ),
        column("valid_until", "date", "有效期至", "到期日期 有效期"),
        column("state", "text", "状态", "平台状态 运行状态"),
        column("assessed", "text", "评估结果", "评价结果 考核结果 绩效评价结果 绩效评估结果"),
        column("document", "text", "认定文号", "批准文号 文号 认定文件 批准文件 批复文件"),
    ),
    referred=False,
    by_one=_BY_ONE,
)


_words = str.split
_ENTRUSTED = ("", *_words("研发 研发费 研发费用 研究开发 研究开发费 研究开发费用 研发投入额 研究开发投入额"))
NEEDED = {  # a table with none of these columns is another one
    "rights": ("kind", "granted_on"),
    "projects": ("year", *CATEGORIES, "amount"),
    "conversions": ("kind", "converted_on", "evidence"),
    "staff": ("employment", "science", "days"),
    "incidents": ("kind", "happened_on"),
    "platforms": ("platform", "level"),
}


def _entrusted_to(name: str) -> Iterator[str]:
    """Further headers of what is entrusted at home or overseas: 委托境外, 委托境外研发费用, 委外（境外）."""
    where = {"entrusted_domestic": "境内", "entrusted_overseas": "境外"}.get(name)
    for word in _ENTRUSTED if where else ():
        for what in ("", "机构", "单位"):
            yield f"委托{where}{what}{word}"
        yield from (f"{where}委托{word}", f"{where}的外部{word}")
        for whole in (f"委托外部{word}", f"委外{word}"):
            yield from (f"{whole}({where})", f"{whole}-{where}", f"{whole}其中:{where}")


def projects_contract() -> Contract:
    """One row an R&D project and year, with the eight categories of its expense (195号, 三、（六）)."""
    policy = load_policy("hte-rd-expense")
    known = {name: (policy.columns[name].title, policy.columns[name].headers) for name in CATEGORIES}
    money = tuple(
        Column(name, "yuan", title, (*headers, *_entrusted_to(name))) for name, (title, headers) in known.items()
    )
    return Contract(
        "projects",
        "研发项目",
        "record_id",
        (
            *_WHOSE,
            YEAR,
            column("project_id", "text", "研发活动编号", "项目编号 RD编号 研发编号 活动编号 研发项目编号"),
            column("project", "text", "研发项目名称", "研发项目 项目名称 研发活动名称 活动名称", later="名称"),
            column("budget", "yuan", "项目预算", "经费预算 研发经费预算 预算 预算总额 研发预算 研发经费总预算"),
            column(
                "people",
                "number",
                "项目人员数",
                "研发人员数 研发人数 参加人数 参与人数 项目组人数 人数 技术人员数 项目研究开发人员 项目研发人员",
            ),
            column(
                "starts_on",
                "date",
                "开始日期",
                "起始日期 项目开始日期 立项日期 立项时间 开始时间 起始时间 项目起始日期",
                later="起止时间 起止日期 起止年月 起止期限 项目起止时间 项目起止日期 研发起止时间 执行期限 研究期限",
            ),
            column(
                "ends_on", "date", "结束日期", "完成日期 完成时间 项目结束日期 结束时间 截止日期 终止日期 项目完成日期"
            ),
            *money,
            column(
                "entrusted",
                "yuan",
                "委托外部研究开发费用",
                "委托外部研发 委托外部研发费用 委托外部研发费 委托外部研究开发 委托外部研究开发费 "
                "委托研发费用 委外研发费用 委托研发 委托研发费 委外研发 委外研发费 委外费用 委托外部 "
                "委托外部研发投入额 委托外部研究开发投入额",
            ),
            column(
                "amount",
                "yuan",
                "研发费用合计",
                "合计 研发费用 研发支出 费用合计 研发投入 研究开发费用合计 项目经费支出 研究开发投入额小计 研发投入额",
            ),
        ),
        referred=False,
        by_one=_BY_ONE,
        keeps_unread=True,
        open_units=True,
        year_above=("year", "starts_on", "ends_on"),
    )


def registers() -> dict[str, Contract]:
    """Every register by its kind: rights, projects, conversions, staff, incidents, platforms."""
    made = (RIGHTS, projects_contract(), CONVERSIONS, STAFF, INCIDENTS, PLATFORMS)
    return {contract.name: contract for contract in made}
