"""Headers as people write them: each is understood, known, or told with the nearest field. Whole answers."""

import io
import time
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.tables.files.grids import Book, Grid, Merged
from matcher.tables.headers.forms import chinese_part, header_key
from matcher.tables.headers.units import unit_of
from matcher.tables.headers.words import Vocabulary
from matcher.tables.reading import (
    CARRIED,
    EXPERTS,
    NEEDS,
    OUTCOMES,
    UNKNOWN,
    USED,
    WORKS,
    Column,
    Contract,
    read_experts,
    read_needs,
    read_outcomes,
    read_table,
    read_works,
)
from matcher.tables.schemas.commissioners import COMMISSIONERS
from matcher.tables.schemas.resources import RESOURCE_NEEDS, RESOURCES
from matcher.tables.schemas.single_commands import BID_SCORES, PROJECTS, TECH_CONTRACTS

SALES = ("销售收入", "营业收入")
KINDS = (("实用新型", "实用新型专利"), ("软件著作权", "软著"))
FIRM = Contract(
    "firms",
    "企业",
    "enterprise_id",
    (
        Column("enterprise_id", "id", "企业编号"),
        Column("name", "text", "企业名称", ("单位名称",)),
        Column("staff", "number", "职工总数", ("员工人数",)),
        Column("rd_staff", "number", "科技人员数", ("研发人员",)),
        Column("domestic", "share", "境内占比"),
        Column("founded", "date", "注册日期"),
        Column("assets", "yuan", "资产总额"),
        Column("sales_y1", "yuan", "销售收入（前三年）", back=3, words=SALES),
        Column("sales_y2", "yuan", "销售收入（前二年）", back=2, words=SALES),
        Column("sales_y3", "yuan", "销售收入（上一年）", back=1, words=SALES, close_words=("主营业务收入",)),
        Column("sales_last_year", "yuan", "上年度销售收入", back=1, words=SALES),
        Column("class2", "number", "Ⅱ类知识产权数", sums=KINDS, stems=("新型", "软著")),
    ),
    year=2026,
)


def read(contract: Contract = FIRM, **cells: object):
    frame = pd.DataFrame({"企业编号": ["E1"], **{header: [cell] for header, cell in cells.items()}}, dtype=object)
    return read_table(frame, contract)


def told(problems: pd.DataFrame) -> list[tuple[str, str]]:
    of_words = problems[problems["problem"] != "没有写单位，按元读入"]
    return list(of_words[["column", "problem"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "header",
    [
        "职工总数（人）",
        "职工总数/人",
        "职工总数:人",
        "职工总数【名】",
        "职工总数_人",
        "职工总数（单位：人）",
        "职工总数(人)*",
        "1.职工总数",
        "1、职工总数（人）",
        "（一）职工总数",
        "一、职工总数",
        "A01 职工总数",
        "B03职工总数",
        "职工总数①",
        "职工总数（注1）",
        "职工总数：",
        "职 工\n总 数",
        "职工总数（必填）",
        "职工总数（如：120）",
        "※职工总数",
        "其中：职工总数",
        "员工人数（人，必填）",
        "员工数量",
        "2025年职工总数",
        "职工总数（2025年末）",
    ],
)
def test_marks_hints_numbering_and_units_of_counts_are_left_aside(header: str):
    reading = read(**{header: 120})
    assert (reading.rows["staff"].tolist(), told(reading.problems)) == ([120], [])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("RMB万元", 120_000),
        ("人民币：万元", 120_000),
        ("金额单位：万元", 120_000),
        ("必填，万元", 120_000),
        ("单位：千元", 12_000),
        ("千", 12_000),
        ("十万元", 1_200_000),
        ("元", 12),
        ("亿元", 1_200_000_000),
        ("以万元计", 120_000),
        ("萬元", 120_000),
        ("如：500万元", 12),
    ],
)
def test_units_in_a_bracket(header: str, value: int):
    assert read(**{f"资产总额（{header}）": 12}).rows["assets"].tolist() == [value]


@pytest.mark.parametrize(
    "header",
    [
        "资产总额/万元",
        "资产总额_万元",
        "资产总额 万元",
        "资产总额万元",
        "（万元）资产总额",
        "资产总额（万元",
        "资产总额:万元",
    ],
)
def test_units_without_a_bracket(header: str):
    assert read(**{header: 12}).rows["assets"].tolist() == [120_000]


def test_a_unit_of_many_and_of_percent():
    reading = read(**{"职工总数（万人）": 1.2, "境内占比（％）": 60})
    assert (reading.rows["staff"].tolist(), reading.rows["domestic"].tolist()) == ([12_000], [0.6])


@pytest.mark.parametrize(
    ("unit", "why"), [("万美元", "不是人民币"), ("港元", "不是人民币"), ("元/吨", "不是一笔金额的单位")]
)
def test_foreign_and_compound_money_is_told_and_not_taken(unit: str, why: str):
    reading = read(**{f"资产总额（{unit}）": 12})
    assert reading.rows["assets"].isna().tolist() == [True]
    assert told(reading.problems) == [(f"资产总额（{unit}）", f"表头的单位“{unit}”{why}，没有采用")]


def test_what_a_unit_is():
    assert [unit_of(text) for text in ("万元", "人", "百分比", "欧元", "吨", "甲")] == [
        "万元",
        "人",
        "%",
        "欧元",
        "吨",
        None,
    ]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("2025年销售收入（万元）", ["sales_y3", "sales_last_year"]),
        ("销售收入（万元）2025年", ["sales_y3", "sales_last_year"]),
        ("2024年营业收入（万元）", ["sales_y2"]),
        ("2023年度销售收入（万元）", ["sales_y1"]),
        ("销售收入（2023年）（万元）", ["sales_y1"]),
        ("2023销售收入/万元", ["sales_y1"]),
        ("营业收入（万元，2024年）", ["sales_y2"]),
        ("去年销售收入（万元）", ["sales_y3", "sales_last_year"]),
        ("前年销售收入（万元）", ["sales_y2"]),
        ("二〇二五年销售收入（万元）", ["sales_y3", "sales_last_year"]),
        ("二○二四年度销售收入（万元）", ["sales_y2"]),
        ("FY2023销售收入（万元）", ["sales_y1"]),
        ("销售收入（FY24，万元）", ["sales_y2"]),
        ("2024 FY 销售收入（万元）", ["sales_y2"]),
        ("2023.12.31销售收入（万元）", ["sales_y1"]),
        ("截至2024年12月31日销售收入（万元）", ["sales_y2"]),
        ("2023.11.30销售收入（万元）", []),
        ("二〇二二年销售收入（万元）", []),
        ("2022年销售收入（万元）", []),
        ("2026年1-6月销售收入（万元）", []),
        ("近三年销售收入总额（万元）", []),
    ],
)
def test_years_in_headers_are_placed_by_the_year_of_the_decision(header: str, fields: list[str]):
    rows = read(**{header: 3}).rows
    names = [column.name for column in FIRM.columns if column.back]
    assert [name for name in names if rows[name].notna().all()] == fields
    assert {rows[name].iloc[0] for name in fields} <= {30_000}


def test_a_column_serves_the_fields_of_two_policies_unless_one_has_its_own_or_defines_it_otherwise():
    shared = read(**{"2025年销售收入": 3})
    assert (shared.rows["sales_y3"].tolist(), shared.rows["sales_last_year"].tolist()) == ([3], [3])
    assert told(shared.problems) == []
    otherwise = tuple(
        replace(one, basis={"sales_y3": "甲", "sales_last_year": "乙"}.get(one.name, "")) for one in FIRM.columns
    )
    apart = read(replace(FIRM, columns=otherwise), **{"2025年销售收入": 3})
    assert (apart.rows["sales_y3"].tolist(), apart.rows["sales_last_year"].isna().tolist()) == ([3], [True])
    sharper = read(**{"2025年销售收入": 3, "上年度销售收入": 4})
    assert (sharper.rows["sales_y3"].tolist(), sharper.rows["sales_last_year"].tolist()) == ([3], [4])
    assert told(sharper.problems) == []


def test_a_year_without_a_day_of_decision_is_asked_for():
    contract = Contract("firms", "企业", "enterprise_id", FIRM.columns)
    reading = read(contract, **{"2025年销售收入": 3})
    assert told(reading.problems) == [("2025年销售收入", "不知道判断日期，看不出这是上一年还是更早的年份，没有采用")]
    assert reading.problems["action"].tolist() == ["请给出判断日期（--on）"]


def test_a_figure_without_its_year_is_asked_about_unless_one_year_is_left():
    reading = read(**{"销售收入（万元）": 3})
    assert reading.rows[["sales_y1", "sales_y2", "sales_y3"]].isna().all(axis=None)
    assert reading.problems["action"].tolist() == [
        '请写明年份，或指定是哪一列，如 columns={"销售收入（万元）": "销售收入（上一年）"}'
    ]
    left = read(**{"前三年销售收入": 1, "前二年销售收入": 2, "销售收入": 3})
    assert left.rows[["sales_y1", "sales_y2", "sales_y3"]].to_numpy().tolist() == [[1, 2, 3]]
    assert told(left.problems) == [("销售收入", "没有写年份，其他年份都有了，照“销售收入（上一年）”读入")]


def test_a_close_word_is_taken_and_told_and_gives_way():
    reading = read(**{"2025年主营业务收入": 3})
    assert reading.rows["sales_y3"].tolist() == [3]
    assert told(reading.problems) == [("2025年主营业务收入", "照“销售收入（上一年）”读入，两者口径可能不同")]
    both = read(**{"2025年主营业务收入": 3, "上一年销售收入": 4})
    assert both.rows["sales_y3"].tolist() == [4]


def test_kinds_are_added_up_and_an_empty_one_leaves_the_sum_a_lower_bound():
    frame = pd.DataFrame(
        {"企业编号": ["E1", "E2"], "实用新型专利数（件）": [4, 4], "有效软著数": [2, None]}, dtype=object
    )
    reading = read_table(frame, FIRM)
    assert reading.rows["class2"].astype(object).where(reading.rows["class2"].notna(), None).tolist() == [6, None]
    assert told(reading.problems) == [
        ("实用新型专利数（件）", "“Ⅱ类知识产权数”由“实用新型专利数（件）”“有效软著数”相加得出"),
        ("Ⅱ类知识产权数", "“有效软著数”没有数，“Ⅱ类知识产权数”只知不少于 4"),
    ]
    assert reading.rows["class2_min"].tolist() == [6, 4]
    assert reading.rows["class2_max"].astype(object).where(reading.rows["class2_max"].notna(), None).tolist() == [
        6,
        None,
    ]
    whole = read(**{"Ⅱ类知识产权数": 9, "实用新型": 4})
    assert (whole.rows["class2"].tolist(), told(whole.problems)) == ([9], [])


def test_counts_of_rights_by_kind_in_one_cell_are_a_column_a_kind():
    counts = ["实用新型3、软著8", "软著：8件", "实用新型2件；软著（受理）1", "12"]
    frame = pd.DataFrame({"企业编号": ["E1", "E2", "E3", "E4"], "知识产权情况": counts})
    reading = read_table(frame, FIRM)
    low = reading.rows["class2_min"].astype(object)
    assert low.where(low.notna(), None).tolist() == [11, 8, None, None]
    unread = reading.problems.loc[reading.problems["problem"].str.startswith("看不出每类"), "value"].tolist()
    assert unread == counts[2:]
    for other in ("专利申请情况", "拟申请知识产权", "专利转让情况", "近三年新增专利"):  # not those that one has
        assert "class2_min" not in read_table(frame.rename(columns={"知识产权情况": other}), FIRM).rows
    beside = read_table(frame.assign(软著数=[1, 1, 1, 1]), FIRM)  # which has the counts already
    assert not beside.problems["problem"].str.contains("每类|一格里").any()


def test_a_qualifier_is_told_and_another_figure_is_not_taken():
    reading = read(**{"职工总数（在职）": 5, "研发人员占比（%）": 10, "资产总额（同比增长）": 3})
    assert (reading.rows["staff"].tolist(), reading.rows["assets"].isna().tolist()) == ([5], [True])
    assert told(reading.problems) == [("职工总数（在职）", "表头另注“在职”，照“职工总数”读入")]
    assert reading.columns[["header", "use", "hint"]].to_numpy().tolist()[-2:] == [
        ["研发人员占比（%）", UNKNOWN, ""],
        ["资产总额（同比增长）", UNKNOWN, ""],
    ]


def test_the_account_names_the_nearest_field_and_what_is_carried():
    columns = read(**{"单位名称全": "甲", "联系电话（手机）": "1", "毫不相干": 2, "2025年销售收入": 3}).columns
    assert columns[["header", "field", "use", "hint"]].to_numpy().tolist() == [
        ["企业编号", "enterprise_id", USED, ""],
        ["单位名称全", "", UNKNOWN, "单位名称全=企业名称"],
        ["联系电话（手机）", "", CARRIED, ""],
        ["毫不相干", "", UNKNOWN, ""],
        ["2025年销售收入", "sales_y3、sales_last_year", USED, ""],
    ]


def test_no_hint_names_a_field_that_the_header_contradicts():
    contract = Contract(
        "made_up",
        "行",
        "row_id",
        (
            Column("row_id", "id", "行号"),
            Column("enterprise", "text", "企业名称"),
            Column("need", "text", "需求名称"),
            Column("assets", "yuan", "净资产"),
            Column("rd", "yuan", "研发费用"),
            Column("hours", "number", "空闲机时"),
            Column("start", "date", "成立日期"),
            Column("base", "number", "上年完成数"),
        ),
    )
    vocabulary = Vocabulary(contract, {})
    right = {"企业名称全": "企业名称", "净资产额": "净资产", "研发费用额": "研发费用", "空闲机时长": "空闲机时"}
    wrong = [
        "企业编号",
        "成果名称",
        "资产总额",
        "净资产增长率",
        "成本费用",
        "研发费用（计划）",
        "已用机时",
        "注销日期",
        "本年完成数",
    ]
    found = {header: vocabulary.nearest(header)[0] for header in (*right, *wrong)}
    assert {header: column and column.title for header, column in found.items()} == right | dict.fromkeys(wrong)


def test_a_hint_without_a_year_names_the_last_one():
    years = tuple(
        Column(f"sales_y{4 - back}", "yuan", f"{back} 年前销售收入", (), back=back, words=("销售收入",))
        for back in (3, 2, 1)
    )
    found, _ = Vocabulary(Contract("firms", "企业", "row_id", years), {}).nearest("全部销售收入")
    assert found == years[2]


@pytest.mark.parametrize("header", ["2025财年销售收如", "三期销售收如", "第二年的销售收如"])
def test_no_hint_names_a_year_that_the_header_does_not(header: str):
    years = tuple(
        Column(f"sales_y{4 - back}", "yuan", f"前{back}年销售收入", (), back=back, words=("销售收入",))
        for back in (3, 2, 1)
    )
    assert Vocabulary(Contract("firms", "企业", "row_id", years), {}).nearest(header)[0] is None


def test_the_texts_of_a_need_form_are_joined_and_kept_apart():
    table = pd.DataFrame(
        {
            "需求名称": ["甲"],
            "技术指标（必填）": ["硬度60"],
            "需求简述": ["热处理"],
            "拟解决的技术难题": ["散差"],
            "现有基础条件": [""],
            "需求背景": ["散差"],
        }
    )
    reading = read_needs(table)
    assert reading.rows[["description", "problem", "indicators", "background"]].to_numpy().tolist() == [
        ["技术指标：硬度60\n热处理\n拟解决的技术难题：散差", "散差", "硬度60", "散差"]
    ]
    assert reading.columns["field"].tolist()[1] == "description、indicators"
    alone = read_needs(pd.DataFrame({"拟解决的技术难题": ["散差大"]}))
    assert alone.rows[["description", "problem"]].to_numpy().tolist() == [["散差大", "散差大"]]


def test_several_columns_named_by_the_user_feed_one_text():
    table = pd.DataFrame({"题": ["甲"], "一": ["子"], "二": ["丑"]})
    rows, problems = read_needs(table, columns={"题": "需求名称", "二": "需求描述", "一": "description"})
    assert rows["description"].tolist() == ["子\n二：丑"]
    assert told(problems)[1:] == []


def test_texts_of_outcomes_and_experts():
    outcome = read_outcomes(
        pd.DataFrame({"成果名称": ["甲"], "成果简介": ["子"], "主要创新点": ["丑"], "转让费用（万元）": [10]})
    )
    assert outcome.rows[["description", "price"]].to_numpy().tolist() == [["子\n主要创新点：丑", "10万元"]]
    expert = read_experts(pd.DataFrame({"专家名称": ["甲某"], "专业特长": ["探伤"], "研究方向": ["检测"]}))
    assert expert.rows[["name", "title"]].to_numpy().tolist() == [["甲某", "探伤；检测"]]


@pytest.mark.parametrize(
    ("unit", "price"),
    [
        ("万元", "10万元"), ("万美元", "10万美元"), ("美元", "10美元"), ("万欧元", "10万欧元"), ("亿日元", "10亿日元"),
        ("USD", "10usd"), ("港币", "10港币"), ("USD million", "10百万美元"), ("美元，亿", "10亿美元"),
        ("人民币，万元", "10万元"),
    ],
)  # fmt: skip
def test_a_price_keeps_the_currency_of_its_header(unit: str, price: str):
    outcome = read_outcomes(pd.DataFrame({"成果名称": ["甲"], "成果简介": ["子"], f"转让价格（{unit}）": [10]}))
    assert outcome.rows["price"].tolist() == [price]


def test_choices_in_a_bracket_and_general_headers_after_exact_ones():
    table = pd.DataFrame([["1", "X7", "甲", "乙", "制造"]])
    table.columns = ["序号", "需求编号", "项目名称", "需求名称", "技术领域（先进制造业、农业、生物医药及其他）"]
    rows, problems = read_needs(table)
    assert rows[["need_id", "title", "field"]].to_numpy().tolist() == [["X7", "乙", "制造"]]
    assert [column for column, _ in told(problems)] == ["项目名称"]


OF_PEOPLE = "专家名称 性别 专业技术职称 最高学历 毕业院校 所属单位 现所在部门 专业类别 专业特长 研究方向 所属地域"
OF_OUTCOMES = (
    "成果名称 完成人 主要完成人 完成单位 成果简介 所属高新技术领域 成果体现形式 成果所处阶段 "
    "成果技术水平 成果关键字 联系人 拟采取的转化方式 "
    "转化说明 批准登记号 成果属性 评价方式 应用状态 推荐单位"
)


@pytest.mark.parametrize(
    ("reader", "headers"),
    [(read_experts, OF_PEOPLE), (read_outcomes, OF_OUTCOMES), (read_works, "作者 论文题目 年份 期刊")],
)
def test_headers_of_platforms_and_of_the_registration_form_are_all_known(reader, headers: str):
    columns = reader(pd.DataFrame([["甲"] * len(headers.split())], columns=headers.split())).columns
    assert columns.loc[columns["use"] == UNKNOWN, "header"].tolist() == []


def test_a_long_cell_is_no_header_and_takes_no_time():
    vocabulary = Vocabulary(FIRM, {})
    assert vocabulary.meaning("（" * 500 + "万元" * 500).columns == ()
    assert header_key("职 工*总数：") == "职工总数"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("A.职工总数", "staff"), ("（a）职工总数", "staff"), ("请填写职工总数", "staff"),
        ("请如实填写职工总数", "staff"),
        ("（其中）科技人员数", "rd_staff"), ("2 Ⅱ类知识产权数", "class2"), ("Ⅱ类知识产权数/个数", "class2"),
    ],
)  # fmt: skip
def test_numbering_and_requests_before_a_header(header: str, field: str):
    assert read(**{header: 7}).rows[field].tolist() == [7]


@pytest.mark.parametrize("unit", ["%", "台", "人", "吨", "万股"])
def test_money_in_a_unit_of_something_else_is_told(unit: str):
    reading = read(**{f"资产总额（{unit}）": 120_000})
    assert reading.rows["assets"].isna().tolist() == [True]
    assert told(reading.problems) == [(f"资产总额（{unit}）", f"表头的单位“{unit}”不是一笔金额的单位，没有采用")]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (("大前年销售收入", "前年销售收入", "上个会计年度销售收入"), (1.0, 2.0, 3.0)),
        (("前三年销售收入", "前两年销售收入", "前一年销售收入"), (1.0, 2.0, 3.0)),
        (("前3年销售收入", "前2年销售收入", "去年销售收入"), (1.0, 2.0, 3.0)),
    ],
)
def test_years_told_from_today(headers: tuple[str, ...], fields: tuple[float, ...]):
    reading = read(**{f"{header}（元）": cell for header, cell in zip(headers, fields, strict=True)})
    assert reading.rows[["sales_y1", "sales_y2", "sales_y3"]].values.tolist() == [list(fields)]
    assert told(reading.problems) == []


def test_a_figure_of_another_year_or_of_several_is_told_where_one_is_missing():
    two = read(**{"前两年销售收入（万元）": 5})
    assert told(two.problems) == [("前两年销售收入（万元）", "看不出是一年的数还是几年的合计，没有采用")]
    old = read(**{"2022年销售收入（万元）": 5, "近三年销售收入（万元）": 9})
    missing = "不是“销售收入（上一年）”（2025年）的数，没有采用"
    assert told(old.problems) == [("2022年销售收入（万元）", missing), ("近三年销售收入（万元）", missing)]
    years = {f"{year}年销售收入（万元）": year for year in range(2022, 2026)}
    assert told(read(**years).problems) == []


def test_a_problem_is_the_title_where_there_is_no_better():
    alone, problems = read_needs(pd.DataFrame({"需求编号": ["1"], "技术难题": ["磨齿烧伤"], "需求简介": ["表面发蓝"]}))
    assert alone[["title", "problem", "description"]].values.tolist() == [["磨齿烧伤", "", "表面发蓝"]]
    both, _ = read_needs(
        pd.DataFrame({"需求编号": ["1"], "需求名称": ["磨齿"], "技术难题": ["烧伤"], "简介": ["发蓝"]})
    )
    assert both[["title", "problem", "description"]].values.tolist() == [["磨齿", "烧伤", "技术难题：烧伤\n发蓝"]]
    assert problems.empty


def test_a_word_of_many_meanings_gives_way_to_an_exact_header():
    rows, _ = read_needs(pd.DataFrame({"需求编号": ["1"], "名称": ["某产品"], "需求名称（必填）": ["磨齿"]}))
    assert rows[["title", "名称"]].values.tolist() == [["磨齿", "某产品"]]


@pytest.mark.parametrize("header", ["技术难题及指标", "技术难题和技术指标", "需求背景、技术难题", "技术需求简述与指标"])
def test_headers_of_parts_make_up_the_description(header: str):
    reading = read_table(pd.DataFrame({"需求编号": ["1"], "需求名称": ["甲"], header: ["磨齿后烧伤"]}), NEEDS)
    assert reading.rows["description"].tolist() == ["磨齿后烧伤"]
    assert told(reading.problems) == []


@pytest.mark.parametrize("header", ["需求名称及联系人", "技术指标及预算"])
def test_headers_of_several_fields_are_no_description(header: str):
    reading = read_needs(pd.DataFrame({"需求编号": ["1"], "需求名称": ["甲"], header: ["磨齿后烧伤"]}))
    assert reading.rows["description"].tolist() == [""]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("25年销售收入（元）", "sales_y3"),
        ("24年度营业收入（元）", "sales_y2"),
        ("销售收入（23年）（元）", "sales_y1"),
        ("2025年1-12月销售收入（元）", "sales_y3"),
        ("2024年1月至12月销售收入（元）", "sales_y2"),
        ("销售收入（2025年1～12月）（元）", "sales_y3"),
    ],
)
def test_years_of_two_digits_and_whole_years_by_their_months(header: str, field: str):
    reading = read(**{header: 500_000})
    assert (reading.rows[field].tolist(), told(reading.problems)) == ([500_000], [])


@pytest.mark.parametrize("header", ["25年1-5月销售收入（元）", "2025年1-11月销售收入（元）", "19年销售收入（元）"])
def test_parts_of_years_and_older_years_are_no_year(header: str):
    rows = read(**{header: 500_000}).rows
    assert rows[["sales_y1", "sales_y2", "sales_y3"]].isna().all(axis=None)


def test_the_first_to_third_year_below_the_last_three_years():
    frame = pd.DataFrame(
        [
            ["企业编号", "近三年销售收入（万元）", None, None],
            [None, "第一年", "第二年", "第三年"],
            ["E1", 3000, 4000, 4850],
        ],
        dtype=object,
    )
    path = io.BytesIO()
    frame.to_excel(path, index=False, header=False)
    reading = read_table(path.getvalue(), FIRM)
    assert reading.rows[["sales_y1", "sales_y2", "sales_y3"]].values.tolist() == [[30_000_000, 40_000_000, 48_500_000]]


def test_regions_institutions_and_enterprises_by_more_names():
    needs = read_needs(
        pd.DataFrame({"需求名称": ["甲"], "企业全称": ["虚构甲公司"], "所在县（市、区）": ["沂水县"]})
    ).rows
    assert needs[["enterprise", "region"]].values.tolist() == [["虚构甲公司", "沂水县"]]
    experts = read_experts(pd.DataFrame({"姓名": ["甲某"], "工作单位及职务": ["虚构大学教授"]})).rows
    assert experts["institution"].tolist() == ["虚构大学教授"]


def test_money_with_units_in_its_cells_is_no_column_of_units():
    reading = read(**{"上年度销售收入": "4850.00万元", "资产总额": "1.2亿"})
    assert reading.rows[["sales_last_year", "assets"]].values.tolist() == [[48_500_000, 120_000_000]]


def test_hours_under_a_header_in_days_are_not_read_as_hours():
    def used(header: str) -> list[list[str]]:
        read = read_table(pd.DataFrame({"编号": ["Y1"], "仪器名称": ["试验机"], header: ["100"]}), RESOURCES)
        hours = read.rows["hours_open"].astype(object).where(read.rows["hours_open"].notna(), None)
        return [hours.tolist(), read.problems["problem"].tolist()]

    assert used("年开放机时（小时）") == [[100], []]
    assert used("年开放机时（天）") == [[None], ["没看懂这一列，没有采用；最像“开放机时”"]]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("期望达到指标", "indicators"),
        ("拟达到的主要技术参数", "indicators"),
        ("期限", "done_by"),
        ("项目期限", "done_by"),
        ("研发周期", "done_by"),
        ("合作期限", "done_by"),
        ("预计执行期限", "done_by"),
        ("有效期限", "valid_until"),
        ("征集期限", ""),
        ("质保期限", ""),
        ("经济指标", ""),
    ],
)
def test_headers_of_needs_as_compounds_of_known_words(header: str, field: str):
    account = read_needs(pd.DataFrame({"需求名称": ["虚构需求"], header: ["6个月"]})).columns
    assert account["field"].tolist() == ["title", "indicators、description" if field == "indicators" else field]


def test_a_unit_of_time_in_a_header_stays_with_its_number():
    rows = read_needs(pd.DataFrame({"需求名称": ["甲", "乙"], "研发周期（月）": ["6", "2027年6月"]})).rows
    assert rows["done_by"].tolist() == ["6个月", "2027年6月"]


def test_a_header_below_a_group_keeps_its_hint():
    lines = ["需求名称,技术需求情况,", ",现有技术状况,所属行业", "虚构需求,人工抽检,机械"]
    account = read_needs("\n".join(lines).encode()).columns.set_index("header")
    header = "技术需求情况-现有技术状况"
    assert account.loc[header, "hint"] == f"{header}=现有基础条件"
    read = read_needs("\n".join(lines).encode(), columns={header: "现有基础条件"})
    assert read.rows["conditions"].tolist() == ["人工抽检"]


def test_short_words_for_a_day_and_a_term_are_understood():
    frame = pd.DataFrame(
        {"编号": ["A"], "需求题目": ["甲"], "预算": ["60万元"], "截止": ["2027/3/31"], "解决时限": ["1年"]}
    )
    row = read_needs(frame).rows.iloc[0]
    assert (row["budget"], str(row["valid_until"].date()), row["done_by"]) == (600_000, "2027-03-31", "1年")
    assert read_needs(frame.rename(columns={"解决时限": "完成日期"})).rows["done_by"].tolist() == ["1年"]


def test_no_hint_makes_a_column_of_money_a_name():
    frame = pd.DataFrame({"需求名称": ["甲"], "资金（万元）-其中企业自筹": [150], "企业的名": ["虚构甲公司"]})
    hints = read_needs(frame).columns.set_index("header")["hint"]
    assert hints["资金（万元）-其中企业自筹"] == ""


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("需求名称\nTitle of demand", "title"),
        ("Description 需求描述", "description"),
        ("Budget (10k RMB)\n预算（万元）", "budget"),
        ("预算（万元） / Budget", "budget"),
        ("需求描述（Description）", "description"),
        ("需 求 描 述（不少于100字，写明现状）*必填", "description"),
        ("必填：需求名称", "title"),
        ("企業名稱", "enterprise"),
        ("預算（萬元）", "budget"),
        ("有效期至（選填）", "valid_until"),
    ],
)
def test_headers_in_two_languages_in_traditional_characters_and_marked_as_required(header, field):
    meaning = Vocabulary(NEEDS, {}).meaning(header)
    assert [column.name for column in meaning.columns] == [field]
    assert meaning.unit == ("万元" if field == "budget" else "")


@pytest.mark.parametrize("header", ["PCT专利名称", "CNAS 证书", "Title", "需求名称X", "R&D人员"])
def test_a_header_with_letters_is_not_cut(header):
    assert chinese_part(header) == ""


def test_the_chinese_part_of_a_long_cell_is_looked_for_once():
    start = time.process_time()
    for _ in range(500):
        assert chinese_part("在线检测泵壳的气孔、" * 20 + "（PCT）") == ""
        assert chinese_part("在线检测泵壳的气孔" * 20 + " Pump") == "在线检测泵壳的气孔" * 20
    assert time.process_time() - start < 2  # about 0.2 on a quiet machine; a quadratic pattern takes 5


@pytest.mark.parametrize(("hidden", "budget"), [({1}, 600_000), ({2}, 500_000), ((), 500_000)])
def test_a_visible_column_goes_before_a_hidden_one_of_the_same_field(hidden, budget):
    header = ["需求名称", "预算（万元）", "预算（万元）", "地区"]
    rows = [header, ["降噪", 50, 60, "甲县"]]
    read = read_needs(Book("表", [Grid("", rows, [1, 2], hidden_columns=frozenset({3, *hidden}))]))
    assert read.rows[["budget", "region"]].to_numpy().tolist() == [[budget, "甲县"]]  # what is hidden alone is read
    told = read.problems["problem"].str.contains("只用了看得见的“预算（万元）”")
    assert told.any() == (hidden == {1} or hidden == {2})


def test_hidden_columns_of_a_workbook_are_known():
    book = openpyxl.Workbook()
    for row in (["需求名称", "预算（万元）", "预算（万元）"], ["降噪", 50, 60]):
        book.active.append(row)
    book.active.column_dimensions["B"].hidden = True
    out = io.BytesIO()
    book.save(out)
    assert read_needs(out.getvalue()).rows["budget"].tolist() == [600_000]


def test_a_header_far_below_a_notice_is_pointed_at():
    notice = [[f"第{i}条，请各县区认真组织填报。", None] for i in range(24)]
    rows = [*notice, ["需求名称", "预算（万元）"], ["降噪", 50]]
    with pytest.raises(TableError, match="；第 25 行像是表头，上面的文字太长，请删去后再用"):
        read_needs(Book("表", [Grid("", rows, range(1, 27))]))


def test_a_file_of_another_program_is_named(tmp_path):
    for name in ("表.et", "表.numbers"):
        (tmp_path / name).write_bytes("需求名称\n降噪\n".encode())
        with pytest.raises(
            TableError, match=f"{name}：.{name[2:]} 文件读不出来；请在 Excel 或 WPS 中打开后另存为 .xlsx"
        ):
            read_needs(tmp_path / name)


@pytest.mark.parametrize(
    ("contract", "header", "field"),
    [
        (NEEDS, "背景描述", "background"),
        (NEEDS, "技术需求情况说明", "description"),
        (NEEDS, "攻关目标及考核指标", "description"),
        (NEEDS, "榜单编号", "need_id"),
        (NEEDS, "企业情况说明", ""),
        (NEEDS, "备注说明", ""),
        (OUTCOMES, "项目名", "title"),
        (OUTCOMES, "内容简介", "description"),
        (OUTCOMES, "应用情况说明", "scope"),
        (OUTCOMES, "单位简介", ""),
        (WORKS, "成果题目", "title"),
        (WORKS, "第一完成人工号", "expert_id"),
        (WORKS, "发表/授权时间", "date"),
        (PROJECTS, "申报题目", "title"),
        (PROJECTS, "研究内容与考核指标", "content"),
        (RESOURCE_NEEDS, "测试/资源需求", "capability"),
        (EXPERTS, "学科专长（研究方向）", "title"),
        (EXPERTS, "大学/学院", "institution"),
        (EXPERTS, "单位/姓名", ""),
        (TECH_CONTRACTS, "技术输出方所在地", "region"),
        (TECH_CONTRACTS, "技术吸纳方所在地", ""),
    ],
)
def test_a_header_that_differs_in_its_last_words_names_the_same(contract, header, field):
    columns = Vocabulary(contract, {}).meaning(header).columns
    assert [column.name for column in columns] == ([field] if field else [])


@pytest.mark.parametrize(
    ("contract", "header"),
    [(WORKS, "通讯作者"), (WORKS, "通讯作者工号"), (BID_SCORES, "指标说明"), (TECH_CONTRACTS, "技术吸纳方所在地")],
)
def test_no_field_is_near_that_the_words_of_the_header_contradict(contract, header):
    assert Vocabulary(contract, {}).nearest(header) == (None, 0.0)


def test_a_field_of_numbers_is_near_no_column_of_names():
    commissioner = {"姓名": ["甲某"], "拟服务村": ["东村、西村"]}
    assert read_table(pd.DataFrame(commissioner), COMMISSIONERS).columns["hint"].tolist() == ["", ""]
    counted = read_table(pd.DataFrame(commissioner | {"拟服务村": ["3"]}), COMMISSIONERS)
    assert counted.columns["hint"].tolist() == ["", "拟服务村=可服务村数"]


def in_two_columns(first: list[str], second: list[str]) -> pd.DataFrame:
    ids = ["A1", "A2", "A3"]
    texts = ["筛分面粉", "烘干大蒜", "除去煤尘"]
    return pd.DataFrame({"成果编号": ids, "成果名称": first, "成果题名": second, "成果简介": texts})


def test_two_columns_of_a_field_that_are_never_both_filled_are_one():
    table = in_two_columns(["振动筛", "", ""], ["", "烘干塔", ""]).rename(columns={"成果题名": "项目名称"})
    reading = read_outcomes(table)
    assert reading.rows["title"].tolist() == ["振动筛", "烘干塔", ""]
    assert told(reading.problems)[0] == ("项目名称", "和“成果名称”都是“成果名称”，“成果名称”空着的 1 格取自这一列")
    assert set(reading.columns["use"]) == {USED}
    apart = read_outcomes(table.assign(项目名称=["筛分专项", "烘干塔", "专项"]))  # a project is no outcome
    assert apart.rows["title"].tolist() == ["振动筛", "", ""]


def test_a_column_that_the_user_names_is_filled_from_the_other_and_differing_rows_are_told():
    table = in_two_columns(["振动筛", "烘干塔", "除尘器"], ["", "烘干机", "除尘器"])
    reading = read_outcomes(table, columns={"成果题名": "成果名称"})
    assert reading.rows["title"].tolist() == ["振动筛", "烘干机", "除尘器"]
    assert told(reading.problems) == [
        ("成果名称", "和“成果题名”都是“成果名称”，“成果题名”空着的 1 格取自这一列"),
        ("成果名称", "和“成果题名”都是“成果名称”，有 1 行两列都填了而不同（第 3 行），用了“成果题名”"),
    ]
    assert reading.rows["成果名称"].tolist() == ["振动筛", "烘干塔", "除尘器"]


def test_needs_that_are_not_public_are_told():
    table = pd.DataFrame({"需求编号": ["1", "2", "3"], "需求名称": ["降噪", "防冰", "除尘"]})
    problems = read_needs(table.assign(是否公开=["是", "否（涉密）", "是"])).problems
    problem = "有 1 行写着不公开或涉密：第 3 行“否（涉密）”；这些行照常读入，也参加匹配"
    assert told(problems) == [("是否公开", problem)]
    assert told(read_needs(table.assign(是否公开="是", 备注="需签保密协议")).problems) == []


def test_a_named_index_of_a_frame_is_a_column():
    table = pd.DataFrame({"需求编号": ["A7", "A9"], "需求名称": ["降噪", "防冰"]})
    assert read_needs(table.set_index("需求编号")).rows["need_id"].tolist() == ["A7", "A9"]


def test_labels_are_told_apart_at_a_joining_word_in_any_writing():
    table = pd.DataFrame(
        {"成果名称": ["甲法", "乙法", "丙法"], "合作方式": ["作价入股或许可", "技术咨询服务", "许可和面谈"]}
    )
    assert read_outcomes(table).rows["cooperation"].tolist() == ["作价入股,许可", "技术咨询服务", "许可和面谈"]


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("证书到期时间", "证书发证日期"), ("成果转化贷款金额", "成果转化贷款损失"), ("合计", "资产合计"),
        ("注册地是否山东", "注册地"), ("是否创新型企业", "符合企业标准"), ("产品销售收入", "年销售收入"),
    ],
)  # fmt: skip
def test_no_field_is_hinted_that_says_something_else_than_the_header(header: str, title: str):
    kind = "yesno" if title.startswith("符合") else "text"
    contract = Contract("rows", "行", "id", (Column("id", "id", "编号"), Column("field", kind, title)))
    assert Vocabulary(contract, {}).nearest(header) == (None, 0.0)


def test_a_number_of_rows_is_no_id_of_a_person_or_a_need():
    works = pd.DataFrame({"编号": ["1"], "专利名称": ["一种筛网"], "发明人": ["虚构某甲"]})
    assert read_works(works).rows["expert_id"].tolist() == [""]
    needs = pd.DataFrame({"需求编号": ["N7"], "需求名称": ["降噪"]}, index=pd.Index([1], name="id"))
    assert read_needs(needs).rows["need_id"].tolist() == ["N7"]


@pytest.mark.parametrize(
    ("header", "near"), [("是否规上企业", False), ("是否软件类企业", True), ("是否属于集成电路企业", False)]
)
def test_a_kind_of_firm_is_no_hint_for_quite_another(header, near):
    column = Column("software", "yesno", "属于软件企业")
    found, _ = Vocabulary(Contract("firms", "企业", "row_id", (column,)), {}).nearest(header)
    assert (found == column) == near


@pytest.mark.parametrize("header", ["现状及问题", "技术难题描述-现状及存在的问题", "问题描述"])
def test_what_is_and_its_problem_are_the_problem_of_a_need(header, tmp_path):
    group, _, child = header.rpartition("-")
    book = openpyxl.Workbook()
    book.active.append(["需求编号", "需求名称", group or child, None])
    if group:
        book.active.append([None, None, child, "期望达到的技术指标"])
        book.active.merge_cells("C1:D1")
    book.active.append([1, "锻件变形控制", "端面跳动超0.3mm", "跳动≤0.12mm" if group else None])
    book.save(tmp_path / "需求.xlsx")
    rows = read_needs(tmp_path / "需求.xlsx").rows
    assert rows["problem"].tolist() == ["端面跳动超0.3mm"]
    assert "端面跳动超0.3mm" in rows["description"][0]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("日期,谁说的,说了什么", ""),
        ("时间,事项,经过", ""),
        ("专利名称,专利权人", "这像是一张成果表"),
        ("专家编号,姓名,职称", "这像是一张专家表"),
    ],
)
def test_one_header_that_any_table_has_tells_no_kind(headers, kind):
    with pytest.raises(TableError) as caught:
        read_needs(f"{headers}\n甲,乙,丙\n".encode())
    said = str(caught.value)
    assert (kind in said) if kind else ("这像是" not in said)


@pytest.mark.parametrize(
    ("header", "cell", "field", "value"),
    [
        ("需求", "磨齿", "title", "磨齿"),
        ("正文", "齿面烧伤", "description", "齿面烧伤"),
        ("存在的技术难题及需求", "齿面烧伤", "description", "齿面烧伤"),
        ("具体问题", "齿面烧伤", "problem", "齿面烧伤"),
        ("研发投入预算（万元）", 30, "budget", 300_000),
        ("投入（万元）", 30, "budget", 300_000),
        ("编码", "0001", "need_id", "0001"),
        ("希望的合作方式（多选）", "A.技术转让|B.委托开发", "cooperation", "技术转让,委托开发"),
        ("目标水平", "≤12IU", "indicators", "≤12IU"),
        ("目前水平", "25IU", "background", "25IU"),
        ("Technical requirements", "68 dB", "indicators", "68 dB"),
        ("提报时间", "2026-10-09", "posted_on", pd.Timestamp(2026, 10, 9)),
    ],
)
def test_words_of_needs_that_people_use(header: str, cell: object, field: str, value: object) -> None:
    rows, _ = read_needs(pd.DataFrame({"企业名称": ["甲"], "技术需求名称": ["磨齿"], header: [cell]}))
    if field == "title":
        rows, _ = read_needs(pd.DataFrame({"企业名称": ["甲"], header: [cell]}))
    assert rows.loc[0, field] == value


@pytest.mark.parametrize(
    ("table", "expected", "carried"),
    [
        ("序号,编码,需求名称\n1,330700,磨齿\n2,330700,刀具\n", {"need_id": ["1", "2"]}, "编码"),
        ("编码,编号,需求名称\n330700,N1,磨齿\n330700,N2,刀具\n", {"need_id": ["N1", "N2"]}, "编码"),
        ("编号,需求名称,发布\nN1,磨齿,是\nN2,刀具,否\n", {"need_id": ["N1", "N2"]}, "发布"),
        ("编号,需求名称,需求描述,要求\nN1,磨齿,齿面烧伤,有合作经验\n", {"description": ["齿面烧伤"]}, "要求"),
    ],
)
def test_words_of_anything_give_way_unasked(table: str, expected: dict[str, list[str]], carried: str) -> None:
    reading = read_needs(table.encode())
    assert {name: reading.rows[name].tolist() for name in expected} == expected
    assert carried in reading.rows
    assert reading.problems["column"].tolist() == []


def test_a_column_of_words_is_no_description_unasked() -> None:
    problems = read_needs(pd.DataFrame({"需求名称": ["磨齿"], "企业名称": ["甲"], "说明": ["齿面烧伤"]})).problems
    said = problems.loc[problems["column"] == "说明", ["problem", "action"]].to_numpy().tolist()
    assert said == [
        ["没有“需求描述”这一列，这一列原样保留，没有采用", '若它就是，请指定，如 columns={"说明": "需求描述"}']
    ]


def test_numbered_columns_under_the_name_of_a_text_are_joined():
    rows = [["姓名", "研究领域", None, None], [None, "领域一", "领域二", "领域三"], ["甲某", "焊接", "涂装", None]]
    merged = (Merged(0, 0, 1, 0), Merged(0, 1, 0, 3))
    read = read_experts(Book("表", [Grid("", rows, range(1, 4), merged=merged)]))
    assert read.rows["title"].tolist() == ["焊接；涂装"]
