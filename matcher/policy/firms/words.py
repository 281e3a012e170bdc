"""Words for the identity and the figures of an enterprise in the headers of tables, the same for every policy."""

from __future__ import annotations

import re
from functools import lru_cache

_BACK = {"_y3": 1, "_last_year": 1, "_y2": 2, "_prev_year": 2, "_y1": 3}  # accounting years before the decision's
# What is said of accounting years, or of the year of the decision: where it stands one year later and two years later.
_LATER = {"_y3": ("_y2", "_y1"), "_y2": ("_y1",), "_y1": (), "_last_year": (), "_prev_year": (), "_this_year": ()}
_TOTALS = ("accounting_years", "main_revenue_3y", "rd_domestic_3y", "rd_expense_3y", "rd_in_place_2y")
_PAIRS = {"main_revenue_last_year": "main_revenue_prev_year"}
_WHEN = re.compile(
    r"[（(](?:前三年|前二年|上一年)末?[）)]$"
    r"|^(?:前三年|前二年|上一年|上年度|前年度|前一年|上上年度|第[一二三]年)"
)

# Field, or what the fields of one figure by years share -> headers, without a year.
WORDS = {
    "name": "名称 单位名称 公司名称 企业 公司 企业全称 单位全称 公司全称 单位详细名称 企业详细名称 "
    "企业(单位)名称 单位(企业)名称 申报单位 "
    "申报企业 申请单位 填报企业 纳税人名称 市场主体名称 主体名称 所属单位或公司名称 enterprise company",
    "uscc": "信用代码 社会信用代码 社会统一信用代码 统一信用代码 企业信用代码 统一社会信用代码证号 "
    "统一社会信用代码/组织机构代码 统一社会信用代码(组织机构代码) 统一社会信用代码或组织机构代码 税号 "
    "纳税人识别号 纳税识别号",
    "registered_on": "成立日期 成立时间 登记注册时间 登记注册日期 注册登记时间 注册登记日期 登记时间 注册日期 "
    "注册时间 登记日期 设立日期 设立时间 注册成立时间 企业成立时间 "
    "企业成立日期 企业注册时间 企业注册日期 "
    "成立年月 工商注册时间 工商注册日期 工商登记日期 开业日期 成立年份",
    "employees_total": "职工总数 职工人数 职工数 员工总数 员工人数 员工数 从业人员 从业人数 从业人员数 "
    "从业人员总数 企业人数 人员总数 总人数 在职人数 "
    "在册职工 在册职工数 在册人数 "
    "在职职工 在职职工总数 在职员工 在职员工总数 在岗职工数 企业职工总数 企业员工总数 从业人员期末人数 "
    "期末从业人员 期末从业人员数 年末从业人员 "
    "年末从业人员数 年末职工总数 年末职工人数 年平均从业人员 全年月平均职工总数 用工人数 职工 员工",
    "rd_staff": "科技人员 科技人员数 科技人员总数 研发人员 研发人员数 研发人员总数 研发人数 科研人员 "
    "科研人员数 研究开发人员 研究开发人员数 科技活动人员 "
    "科技活动人员数 从事研发人员 从事研发活动人员 从事科技活动人员 企业研发人员 企业科技人员 r&d人员 r&d人员数",
    "sales": "销售收入 营业收入 销售额 营业额 营业总收入 营收 销售总收入 年销售收入 年营业收入 产品销售收入与服务收入",
    "revenue": "营业收入 营业总收入 营收 营业额 年营业收入",
    "main_revenue": "主营业务收入 主营收入 主营业务营业收入",
    "total_income": "总收入 收入总额 企业总收入 年总收入",
    "hightech_income": "高新技术产品(服务)收入 高新技术产品收入 高新技术产品销售收入 高新技术产品和服务收入 "
    "高新技术产品及服务收入 高新技术产品与服务收入 "
    "高新产品收入 高新收入 高品收入 高新技术收入 高新技术服务收入",
    "net_assets": "净资产 净资产总额 净资产合计 所有者权益 所有者权益合计 所有者权益总额 股东权益 股东权益合计",
    "rd_expense": "研究开发费用 研究开发费 研发费用 研发费 研发投入 研发经费 研发支出 研发经费支出 "
    "研发经费投入 研发投入费用 研究开发经费 研究开发投入 "
    "研究与试验发展经费 r&d经费 r&d经费支出 r&d投入 科研投入 科技投入 研发总投入",
    "net_profit": "净利润 净利 税后利润",
    "cost_expense": "成本费用支出 成本费用支出总额 成本费用总额 成本费用 成本费用合计",
    "assets_total": "资产总额 资产总计 资产合计 总资产 年末资产总额 年末资产总计 年末总资产 期末资产总额 "
    "期末总资产 资产总值",
    "liabilities": "负债总额 负债合计 负债总计 总负债 年末负债总额 年末负债 期末负债总额",
    "class1_ip": "Ⅰ类知识产权数 Ⅰ类知识产权 一类知识产权 一类知识产权数 1类知识产权 1类知识产权数 Ⅰ类 Ⅰ类知识产权总数",
    "class2_ip": "Ⅱ类知识产权数 Ⅱ类知识产权 二类知识产权 二类知识产权数 2类知识产权 2类知识产权数 Ⅱ类 Ⅱ类知识产权总数",
    "conversions_3y": "近三年科技成果转化数 近三年成果转化数 科技成果转化数 成果转化数 科技成果转化项数 "
    "成果转化项数 近三年科技成果转化",
}

# Nearly the same figure: taken where the table has nothing nearer, and told.
CLOSE_WORDS = {
    "sales": "主营业务收入 主营收入",
    "revenue": "销售收入 销售额 年销售收入",
    "rd_expense": "研发",
}

_UTILITY_MODELS = ("实用新型", "实用新型专利", "新型", "新型专利", "实用")
_SOFTWARE = ("软件著作权", "软著", "计算机软件著作权", "软件著作", "软件登记")

# Kinds that add up to a field, each with the headers that count it (195号, 三、（二）).
SUMS = {
    "class1_ip": (
        ("发明专利", "发明", "授权发明专利", "发明专利授权", "国内发明专利"),
        ("植物新品种",),
        ("集成电路布图设计", "集成电路布图设计专有权", "集成电路布图"),
    ),
    "class2_ip": (
        _UTILITY_MODELS,
        ("外观设计", "外观设计专利", "外观", "外观专利"),
        _SOFTWARE,
    ),
    "utility_models_and_software": (_UTILITY_MODELS, _SOFTWARE),
}

# For each kind, by its first header, what a header has that may count it too.
STEMS = {
    "发明专利": "发明",
    "植物新品种": "新品种|植物品种",
    "集成电路布图设计": "集成电路|布图",
    "实用新型": "实用|新型|实新",
    "外观设计": "外观",
    "软件著作权": "软著|软件|著作权",
}


def series_of(name: str) -> tuple[str, int]:
    """What the fields of one figure by years share, and which year before the decision's it is: ("sales", 1) for
    sales_y3; 0 for a field that is of no year.
    """
    for end, back in _BACK.items():
        if name.endswith(end):
            return name.removesuffix(end), back
    return name, 0


@lru_cache(maxsize=4096)
def years_later(name: str, years: int) -> str:
    """The field in which a figure stands so many years later: sales_y2 for sales_y3 after one; "" where none has it,
    since it is of years that no longer count. Before its time (below 0) a figure of a year stands nowhere.

    >>> years_later("sales_y3", 1), years_later("sales_y3", 3), years_later("rd_domestic_3y", 1), years_later("name", 1)
    ('sales_y2', '', '', 'name')
    """
    end = next((end for end in _LATER if name.endswith(end)), "")
    if not years or not (end or name in _TOTALS):
        return name
    if years == 1 and name in _PAIRS:
        return _PAIRS[name]
    places = _LATER.get(end, ())
    return name.removesuffix(end) + places[years - 1] if 0 < years <= len(places) else ""


def without_year(text: str) -> str:
    """A title or header without the year that it names."""
    return _WHEN.sub("", text)
