"""Registers to facts: what counts, what is open, what is told; each edge from both sides."""

import datetime as dt

import check_registers
import pandas as pd
import pytest

from matcher import load_policy, read_firms
from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.policy.policy import shipped
from matcher.policy.programmes.platforms import count_platforms, platform_remarks, read_platforms
from matcher.policy.registers import conversions, incidents, platforms, projects, rights, staff
from matcher.policy.registers.entries import read_register
from matcher.policy.registers.joining import add_registers
from matcher.policy.registers.schemas import INCIDENTS, PLATFORMS, RIGHTS, projects_contract
from matcher.policy.scoring import score
from matcher.tables.files.sheets import Book, Grid, Merged
from matcher.tables.reading import read_table

ON = dt.date(2026, 6, 1)
FIRMS = pd.DataFrame({"enterprise_id": ["a", "b"], "name": ["虚构甲公司", "虚构乙公司"]})


def table(header, *rows):
    return pd.DataFrame(list(rows), columns=header.split())


def facts(kind, rows, policy="hte", firms=FIRMS, **more):
    return add_registers(firms, {kind: [rows]}, policy, on=ON, **more)


def bounds(done, name, row=0):
    if name not in done.firms:
        return None
    value = done.firms[name].iloc[row]
    if not pd.isna(value):
        return value
    ends = [done.firms[name + end].iloc[row] for end in ("_min", "_max") if name + end in done.firms]
    return None if not ends or all(pd.isna(end) for end in ends) else tuple(None if pd.isna(e) else e for e in ends)


def told(done):
    return done.warnings[["row", "problem", "counted"]].astype(object).values.tolist()


def test_every_fact_is_a_column_of_a_shipped_policy():
    known = {(name, fact.basis) for one in shipped() for name, fact in load_policy(one).columns.items()}
    for module in (rights, projects, conversions, staff, incidents, platforms):
        assert set(module.FACTS) <= known, module.__name__


def test_the_plain_count_agrees_on_made_up_registers():
    counts, wrong = check_registers.compare(150, 7)
    assert wrong == []
    assert min(counts.values()) > 60
    assert {"class1_ip", "tech-sme.class2_ip", "conversions_3y", "rd_domestic_3y", "points hte conversion"} <= set(
        counts
    )


# ---- rights

RIGHT = "企业编号 专利号 类别 获得方式 授权日期"


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ("2026-06-01", 1), ("2026-06-02", 0), ("2026年5月", 1), ("2026年6月", (0, 1)), ("2026年7月", 0), (None, (0, 1)),
    ],
)  # fmt: skip
def test_a_right_counts_from_the_day_it_is_granted(granted, expected):
    done = facts("rights", table(RIGHT, ["a", "1", "软件著作权", "自主研发", granted]))
    assert bounds(done, "class2_ip") == expected
    assert bounds(done, "class1_ip") == 0


@pytest.mark.parametrize(("ends", "expected"), [("2026-06-01", 1), ("2026-05-31", 0), ("2026年", (0, 1)), (None, 1)])
def test_a_right_counts_to_its_last_day(ends, expected):
    done = facts("rights", table(RIGHT + " 有效期至", ["a", "1", "发明专利", "自主研发", "2020-01-01", ends]))
    assert bounds(done, "class1_ip") == expected


@pytest.mark.parametrize(
    ("kind", "used", "expected", "tech"),
    [
        ("实用新型", "GR202337001234", 0, 1),
        ("实用新型", "2023年高企认定", 0, 1),
        ("实用新型", "2024年科技型中小企业", 1, 1),
        ("实用新型", "2023年", (0, 1), 1),
        ("实用新型", "无", 1, 1),
        ("发明专利", "GR202337001234", 1, 1),
    ],
)
def test_a_right_of_class_two_is_used_once_for_hte_only(kind, used, expected, tech):
    name = "class1_ip" if kind == "发明专利" else "class2_ip"
    row = ["a", "1", kind, "自主研发", "2020-01-01", used]
    done = facts("rights", table(RIGHT + " 曾用于的证书", row), ["hte", "tech-sme"])
    assert (bounds(done, name), bounds(done, "tech-sme." + name)) == (expected, tech)


def test_one_number_counts_once_and_tells_the_rows():
    rows = table(
        RIGHT,
        ["a", "ZL202010123456.7", "发明专利", "自主研发", "2022-01-01"],
        ["a", "2020 1 0123456.7", "发明", "自主研发", "2022/1/1"],
        ["a", "ZL202020123456.7", "商标", "申请", "2022-01-01"],
        ["a", "第20457号", "专利", "", "2022-01-01"],
    )
    done = facts("rights", rows)
    assert [bounds(done, name) for name in ("class1_ip", "class2_ip", "ip_own_rd")] == [(1, 2), (0, 1), True]
    assert told(done) == [
        [3, "和上面一行是同一项知识产权（授权号或名称相同），只计一次", "计入"],
        [4, "类别“商标”不在Ⅰ类、Ⅱ类之列", "不计入"],
        [5, "看不出是哪一种知识产权，不知属于Ⅰ类还是Ⅱ类", "未定"],
        [5, "没有写明获得方式（自主研发，或受让、受赠、并购）", "计入"],
    ]


def test_a_number_tells_the_kind_and_may_contradict_it():
    """The fifth digit of a patent's number: 1 and 8 an invention, 2 and 9 a utility model, 3 a design."""
    rows = table(
        RIGHT,
        ["a", "ZL202020123456.7", "专利", "自主研发", "2022-01-01"],
        ["a", "2023SR0123456", None, "自主研发", "2023-01-01"],
        ["a", "ZL202110123456.7", "", "自主研发", "2022-01-01"],
        ["a", "ZL202120123457.7", "发明专利", "自主研发", "2022-01-01"],
    )
    done = facts("rights", rows)
    assert [bounds(done, name) for name in ("class1_ip", "class2_ip")] == [(1, 2), (2, 3)]
    assert told(done) == [[5, "类别写“发明专利”，号码却是实用新型专利的", "未定"]]


def test_a_database_of_patents_names_its_columns_otherwise():
    """The owner of today goes before the applicant; the simple state and the expected end are read."""
    header = "申请号 申请人 当前申请(专利权)人 专利类型 简单法律状态 法律状态/事件 授权日 预估到期日"
    rows = table(
        header,
        ["CN202010123456.7", "虚构大学", "虚构甲公司", "授权发明", "有效", "权利转移", "2022-01-01", "2040-01-01"],
        ["CN202020123457.2", "虚构甲公司", "虚构甲公司", "实用新型", "失效", "未缴年费", "2021-01-01", "2030-01-01"],
        ["CN202210123458.8", "虚构甲公司", "虚构甲公司", "发明申请", "审中", "实质审查", None, None],
    )
    done = facts("rights", rows, same_name=True)
    assert [bounds(done, name) for name in ("class1_ip", "class2_ip")] == [1, 0]


def test_remarks_and_a_column_of_validity_say_what_a_right_is_worth():
    """The number of the right goes before its place in the application (IP01)."""
    header = "企业编号 知识产权编号 知识产权名称 类别 授权日期 授权号 获得方式 是否在有效期 备注"
    kind = "实用新型"
    rows = table(
        header,
        ["a", "IP01", "工装", kind, "2020-11-03", "ZL202020123457.2", "自主研发", "是", "2020年高企已用"],
        ["a", "IP02", "外壳", kind, "2020-09-01", "ZL202020123460.0", "自主研发", "是", "年费未缴，已终止"],
        ["a", "IP03", "减震座", kind, "2021-03-01", "ZL202021123456.1", "自主研发", "否", ""],
        ["a", "IP04", "风机", kind, "2021-03-01", "ZL202021123457.1", "自主研发", "是", "质押已解除"],
        ["a", "IP06", "阀", kind, "2021-03-01", "ZL202021123459.1", "自主研发", "是", "因未缴年费失效"],
        ["a", "IP05", "泵", kind, "2021-03-01", "ZL202021123458.1", "自主研发", "是", "欧洲同族已失效"],
    )
    done = facts("rights", rows, ["hte", "tech-sme"])
    assert (bounds(done, "class2_ip"), bounds(done, "tech-sme.class2_ip")) == ((1, 2), (2, 3))
    assert [line[:2] for line in told(done) if not pd.isna(line[0])] == [
        [2, "Ⅱ类知识产权已在以前的高企申请中用过"],
        [3, "写明“已终止”"],
        [4, "到申报之日（2026-06-01）已不在有效期内"],
        [6, "写明“因未缴年费失效”"],
        [7, "写着“欧洲同族已失效”，不知是否仍有效"],
    ]


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("2023年质押，已解除", 1),
        ("因技术更新停止使用", 1),
        ("许可给虚构乙公司，已终止", (0, 1)),
        ("项目终止", (0, 1)),
        ("未缴年费失效", (0, 1)),
        ("年费未缴，已终止", 0),
        ("2020年用于高新技术产品认定", 1),
        ("已许可高新区某厂使用", 1),
        ("2020年高企申报的实用新型", 1),
        ("2020年高企申报备用", 1),
        ("计划用于2025年高企", 1),
        ("2020年高企申报用", 0),
        ("已用于高新技术企业认定", 0),
    ],
)
def test_a_remark_on_something_beside_a_right_leaves_it(remark, expected):
    row = ["a", "ZL202020123457.2", "实用新型", "自主研发", "2020-11-03", remark]
    assert bounds(facts("rights", table(RIGHT + " 备注", row)), "class2_ip") == expected


def test_a_place_in_a_list_gives_way_to_the_number_of_the_application():
    row = ["ZL202020123457.2", "实用新型", "2020-11-03", "自主研发"]
    rows = table("企业编号 授权号 申请号 类别 授权日期 获得方式", ["a", "IP01", *row], ["a", "IP02", *row])
    assert bounds(facts("rights", rows), "class2_ip") == 1


def test_rights_without_number_and_name_are_several():
    done = facts("rights", table("企业编号 类别 授权日期", *[["a", "实用新型", "2022-01-01"]] * 3))
    assert bounds(done, "class2_ip") == 3


def test_a_patent_given_by_its_application_is_the_one_given_by_its_number():
    """The digits of both are the same; the number of the grant goes before that of the application."""
    rows = table(
        "企业编号 申请号 专利号 类别 获得方式 授权日期 法律状态",
        ["a", None, "ZL202120456789.1", "实用新型", "自主研发", "2022-01-01", ""],
        ["a", "202120456789.1", None, "实用新型", "自主研发", "2022-01-01", ""],
        ["a", "CN202120456789X", None, "实用新型", "自主研发", "2022-01-01", ""],
        ["a", "CN202110000001.1", "ZL202110123456.7", "发明专利", "自主研发", "2022-01-01", "届满"],
    )
    done = facts("rights", rows)
    assert [bounds(done, name) for name in ("class1_ip", "class2_ip")] == [0, 1]
    again = "和上面一行是同一项知识产权（授权号或名称相同），只计一次"
    assert [line[:2] for line in told(done)] == [
        [3, again], [4, again], [5, "到申报之日（2026-06-01）已不在有效期内"],
    ]  # fmt: skip
    assert done.warnings["item"].tolist() == ["202120456789.1", "CN202120456789X", "ZL202110123456.7"]
    alone = facts("rights", rows.drop(columns="专利号"))
    assert bounds(alone, "class2_ip") == 2  # the first has no number any more


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [("", "", ((0, 1), (0, 1))), ("是", "", (1, 0)), ("是", "否", (1, 0)), ("是", "是", ((0, 1), (0, 1))),
     ("否", "", (0, (0, 1)))],
)  # fmt: skip
def test_only_one_owner_uses_a_right(mine, theirs, expected):
    rows = table(
        RIGHT + " 由本企业使用",
        ["a", "ZL202010123456.7", "发明专利", "自主研发", "2022-01-01", mine],
        ["b", "202010123456", "发明专利", "自主研发", "2022-01-01", theirs],
    )
    done = facts("rights", rows)
    assert (bounds(done, "class1_ip"), bounds(done, "class1_ip", 1)) == expected


def test_owners_that_leave_the_firm_out_leave_the_right_open():
    rows = table(
        RIGHT + " 权利人",
        ["a", "1", "发明专利", "自主研发", "2022-01-01", "虚构大学；虚构甲公司"],
        ["a", "2", "发明专利", "自主研发", "2022-01-01", "虚构大学"],
    )
    done = facts("rights", rows)
    assert bounds(done, "class1_ip") == (1, 2)
    assert [problem for _, problem, _ in told(done)] == [
        "有多个权利人，只能由一个权利人使用",
        "权利人（虚构大学）不是本企业",
    ]


def test_tiers_ask_for_more_than_hte():
    """A transfer of less than a year, utility models of less than two years, the fourth owner, use with benefit."""
    header = RIGHT + " 受让日期 权利人排名 与主要产品相关 实际应用并产生经济效益"
    rows = table(
        header,
        ["a", "1", "发明专利", "受让", "2022-01-01", "2025-06-01", 1, "是", "是"],
        ["a", "2", "发明专利", "受让", "2022-01-01", "2025-06-02", 1, "是", "是"],
        ["a", "3", "发明专利", "自主研发", "2022-01-01", None, 3, "是", "是"],
        ["a", "4", "发明专利", "自主研发", "2022-01-01", None, 4, "是", "是"],
        ["a", "5", "发明专利", "自主研发", "2022-01-01", None, 1, "是", ""],
        ["a", "6", "发明专利", "自主研发", "2022-01-01", None, 1, "否", "是"],
        ["a", "7", "实用新型", "自主研发", "2024-06-01", None, 1, "是", "是"],
        ["a", "8", "实用新型", "自主研发", "2024-06-02", None, 1, "是", "是"],
        ["a", "9", "软件著作权", "自主研发", "2026-05-02", None, 1, "是", "是"],
    )
    done = facts("rights", rows, ["innovative-sme", "srdi", "little-giant", "gazelle-shandong"])
    assert {name: bounds(done, name) for name in dict.fromkeys(done.compared["column"])} == {
        "class1_own_rd": 3, "class1_ip": 4, "class2_ip": 2, "class1_ip_leading": (4, 5), "class2_ip_leading": 3,
        "little-giant.class1_ip_leading": (1, 2), "invention_patents": 6, "utility_models_and_software": 3,
    }  # fmt: skip


# ---- projects

MONEY = "企业编号 项目编号 年度 人员人工费用（元） 委托境内研发（元） 委托境外研发（元） 其他费用（元）"


def test_projects_are_summed_by_the_guide():
    """100 + 0.8·50 + 0.8·10 = 148, other up to 148 / 4 = 37; inside China 100 + 40 + 37."""
    rows = table(
        MONEY,
        ["a", "RD01", "2025年", 60, 50, 0, 38],
        ["a", "RD02", 2025, 40, None, 10, None],
        ["a", "RD01", 2024, 100, 0, 0, 25],
        ["a", "RD01", 2024, 100, 0, 0, 25],
        ["a", "RD01", 2023, 100, 0, 0, 26],
        ["a", "RD01", 2022, 100, 0, 0, 0],
    )
    done = facts("projects", rows)
    names = ("rd_expense_y1", "rd_expense_y2", "rd_expense_y3", "rd_domestic_3y")
    assert [bounds(done, name) for name in names] == [125, 125, 185, 177 + 125 + 125]
    assert told(done) == [
        [pd.NA, "2025 年其他费用超过研究开发总费用的 20%，1 元不计入", "不计入"],
        [pd.NA, "2023 年其他费用超过研究开发总费用的 20%，1 元不计入", "不计入"],
        [2, "没有项目预算、项目人员数、开始日期、结束日期", "计入"],
        [3, "没有项目预算、项目人员数、开始日期、结束日期", "计入"],
        [5, "和上面一行的项目、年度和金额都相同，只计一次", "不计入"],
    ]


def test_what_is_not_known_of_a_project_leaves_the_sums_open():
    header = MONEY + " 研发费用合计（元）"
    rows = table(
        header,
        ["a", "RD01", 2025, 100, 0, 0, 0, None],
        ["a", "RD02", 2025, None, None, None, None, 40],
        ["a", "RD03", "", 7, 0, 0, 0, None],
        ["a", "RD04", 2024, "约50", 0, 0, 0, None],
    )
    done = facts("projects", rows)
    assert bounds(done, "rd_expense_y3") == (100, 147)
    low, high = done.firms.loc[0, ["rd_expense_y2_min", "rd_expense_y2_max"]]
    assert 40 < low < 50 < high - 7 < 60
    assert bounds(done, "rd_expense_y1") is None
    assert done.firms.loc[0, "rd_domestic_3y_min"] == 100 + low
    assert pd.isna(done.firms.loc[0, "rd_domestic_3y_max"])


@pytest.mark.parametrize(
    ("cells", "expected", "problem"),
    [
        (("20（另有外聘5）", 5, 25), (5, 25), "“人员人工费用”写的“20（另有外聘5）”没有采用，按 0 至合计余下的数计"),
        (("20+10", 5, None), (5, None), "“人员人工费用”写的“20+10”没有采用，不知有多少"),
        (("见附件", None, 30), (0, 30), "“人员人工费用”写的“见附件”没有采用，按 0 至合计余下的数计"),
        ((20, "含税？", 25), (20, 25), "“直接投入费用”写的“含税？”没有采用，按 0 至合计余下的数计"),
        ((None, None, "20+10"), (0, None), "“研发费用合计”写的“20+10”没有采用，不知有多少"),
        ((20, 5, "20+5"), 25, "“研发费用合计”写的“20+5”没有采用，不知有多少"),
        ((20, None, 20), 20, ""),  # an empty category is none
    ],
)
def test_an_amount_that_could_not_be_read_is_not_nothing(cells, expected, problem):
    header = "企业编号 项目编号 年度 人员人工费用（元） 直接投入费用（元） 研发费用合计（元）"
    done = facts("projects", table(header, ["a", "RD01", 2025, *cells]))
    assert bounds(done, "rd_expense_y3") == expected
    assert [text for _, text, _ in told(done) if not text.startswith("没有项目预算")] == [problem] * bool(problem)


@pytest.mark.parametrize(
    ("more", "cells", "expected", "given", "used"),
    [
        ("外协试验费（元） 合计（元）", (40, 140), (100, 140), 140, 140),
        ("外协试验费（元） 合计（元）", (40, 140), (100, 140), 200, (100, 140)),
        ("合计（元）", (140,), (100, 140), 130, 130),
        ("合计（元）", (90,), 100, 90, 100),
        ("外协试验费（元） 合计（元）", (40, 100), 100, 140, 100),
        ("外协试验费（元）", (40,), (100, None), 140, 140),
        ("外协试验费（元）", (40,), (100, None), 80, (100, None)),
        ("其中：财政资金（元）", (40,), 100, 140, 100),
        ("外协试验费（元）", (0,), 100, 140, 100),
    ],
)
def test_amounts_that_were_not_read_leave_a_sum_a_lower_bound(more, cells, expected, given, used):
    header = f"企业编号 项目编号 年度 人员人工费用（元） {more}"
    rows = table(header, ["a", "RD01", 2025, 100, *cells])
    assert bounds(facts("projects", rows), "rd_expense_y3") == expected
    typed = facts("projects", rows, firms=FIRMS.assign(rd_expense_y3=given))
    assert bounds(typed, "rd_expense_y3") == used


def test_what_is_entrusted_without_a_word_on_where_is_open_for_the_domestic_part_only():
    header = "企业编号 项目编号 年度 人员人工费用（元） 委托外部研发（元）"
    done = facts("projects", table(header, *(["a", "RD01", year, 100, 50] for year in (2023, 2024, 2025))))
    assert [bounds(done, name) for name in ("rd_expense_y3", "rd_domestic_3y")] == [140, (300, 420)]
    open_ones = [text for _, text, counted in told(done) if counted == "未定"]
    assert open_ones == ["“委托外部研究开发费用”没有写境内还是境外，境内的研发费用在两者之间未定"] * 3
    known = facts("projects", table(f"{header} 委托境内研发（元）", ["a", "RD01", 2025, 100, 50, 50]))
    assert bounds(known, "rd_expense_y3") == 140  # the sum of the two


def test_projects_side_by_side_with_their_categories_on_the_left():
    rows = [
        ["研发费用归集表（单位：元）", None, None, None],
        ["费用科目", "RD01 齿轮", "RD02 砂轮", "合计"],
        ["企业编号", "a", "a", None],
        ["年度", "2025年", "2025年", None],
        ["人员人工费用", "120,000.00", 80_000, 200_000],
        ["直接投入费用", 300_000, "－", 300_000],
        ["起止时间", "2025.01-2025.12", "2025年3月至2025年9月", None],
    ]
    read = read_register(Book("表", [Grid("", rows, range(1, 8))]), projects_contract())
    columns = ["project", "personnel", "direct_input", "ends_on_max"]
    assert read.rows[columns].astype(object).fillna("").to_numpy().tolist() == [
        ["RD01 齿轮", 120_000, 300_000, pd.Timestamp("2025-12-31")],
        ["RD02 砂轮", 80_000, "", pd.Timestamp("2025-09-30")],
    ]
    assert "“合计”一列是各列之和，没有读入" in read.problems["problem"].tolist()


@pytest.mark.parametrize("header", ["境内研发费用合计（万元）", "研发费用-其中：境内合计"])
def test_the_domestic_part_of_three_years_has_many_headers(header):
    firms = pd.DataFrame({"企业编号": ["a"], "企业名称": ["虚构甲公司"], header: ["420万元"]})
    assert read_firms(firms, "hte", on=ON).rows["rd_domestic_3y"].tolist() == [4_200_000]


def test_a_young_firm_needs_only_its_own_years():
    rows = table(MONEY, ["a", "RD01", 2025, 100, 0, 0, 0])
    for founded, expected in (("2025-03-01", 100), ("2024-03-01", (100, None))):
        firms = FIRMS.assign(registered_on=pd.Timestamp(founded))
        assert bounds(facts("projects", rows, firms=firms), "rd_domestic_3y") == expected


def test_an_audit_would_mark_these():
    header = "企业编号 项目编号 年度 人员人工费用（元） 研发费用合计（元） 项目预算（元） 项目人员数 开始日期 结束日期"
    rows = table(
        header,
        ["a", "RD01", 2025, 100, 101, 99, 9, "2025-01-01", "2025-12-31"],
        ["a", "RD02", 2024, 100, 100, 100, 8, "2025-01-01", "2024-12-31"],
        ["a", "RD03", 2023, 100, 100, 100, 0, "2024-01-01", "2024-12-31"],
        ["a", "", "", 100, 100, 100, 1, "2024-01-01", "2024-12-31"],
    )
    done = facts("projects", rows, firms=FIRMS.assign(rd_staff=8))
    assert told(done) == [
        [2, "八类之和 100 元，与合计 101 元不符；在两者之间未定", "未定"],
        [2, "支出 100 元，超过预算 99 元", "计入"],
        [2, "项目人员 9 人，多于企业科技人员 8 人", "计入"],
        [3, "结束日期早于开始日期", "计入"],
        [3, "2024 年不在项目的起止日期之内", "计入"],
        [4, "项目人员数为 0", "计入"],
        [4, "2023 年不在项目的起止日期之内", "计入"],
        [5, "没有项目编号，也没有名称", "计入"],
        [5, "没有写年度，已按项目起止日期作 2024 年", "计入"],
    ]


def test_a_trade_mark_says_nothing_of_own_research():
    bought = ["a", "ZL202010123456.7", "发明专利", "受让", "2022-01-01"]
    for kind, own in (("商标", 0), ("作品著作权", 0), ("软件著作权", 1), ("", None)):
        firms = facts("rights", table(RIGHT, bought, ["a", "2", kind, "自主研发", "2022-01-01"])).firms
        said = [firms[name].astype(object).iloc[0] for name in ("ip_own_rd", "ip_only_acquired")]
        assert [None if pd.isna(one) else int(one) for one in said] == [own, None if own is None else 1 - own], kind


# ---- conversions

CONVERSION = "firm_id outcome kind converted_on evidence"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-12-31", 0),
        ("2023-01-01", 1),
        ("2025-12-31", 1),
        ("2026-01-01", 0),
        ("2023", 1),
        ("2022", 0),
        ("", (0, 1)),
    ],
)
def test_conversions_count_in_three_accounting_years(day, expected):
    assert (
        bounds(facts("conversions", table(CONVERSION, ["a", "x", "转让", day, "合同"])), "conversions_3y") == expected
    )


def test_an_outcome_counts_once_and_needs_kind_and_evidence():
    rows = table(
        CONVERSION,
        ["a", "虚构成果（A）", "许可", "2020-01-01", "合同"],
        ["a", "虚构成果 A", "许可", "2024-01-01", "合同"],
        ["a", "虚构成果a", "转让", "2025-01-01", "合同"],
        ["a", "虚构成果B", "", "2025-01-01", "合同"],
        ["a", "虚构成果C", "作价投资", "2025-01-01", "无"],
    )
    done = facts("conversions", rows)
    assert bounds(done, "conversions_3y") == (1, 3)
    assert told(done) == [
        [2, "转化日期不在 2023-01-01 至 2025-12-31 的三个会计年度内", "不计入"],
        [3, "同一成果已在上面一行，转化成几项产品、工艺也只计一次", "计入"],
        [4, "同一成果已在上面一行，转化成几项产品、工艺也只计一次", "不计入"],
        [5, "没有写转化形式", "未定"],
        [6, "没有转化证明", "未定"],
    ]
    points = score(done.firms, "hte", on=ON).verdicts.set_index(["enterprise_id", "rule"])
    assert points.loc[("a", "conversion"), ["points_low", "points_high"]].tolist() == [0, 6]


# ---- staff, incidents, platforms


def test_an_outcome_with_and_without_the_number_of_its_right_is_one():
    outcomes = [
        "夹具（ZL202020123456.7）",
        "夹具",
        "泵（ZL202020123457.7）",
        "泵（ZL202020123458.7）",
        "风机（一代）",
        "风机",
    ]
    rows = [["a", outcome, "自行实施", "2024-05-01", "合同"] for outcome in outcomes]
    assert (
        bounds(facts("conversions", table("企业编号 成果名称 转化形式 转化日期 转化证明", *rows)), "conversions_3y")
        == 5
    )


def test_a_day_or_another_number_behind_an_outcome_is_no_number_of_a_right():
    outcomes = [
        "泵（20240501）",
        "泵",
        "阀（合同HT20240501）",
        "阀",
        "刀具（型号YJ20241234）",
        "刀具",
        "（" + "1" * 3_000,
    ]
    rows = [["a", outcome, "自行实施", "2024-05-01", "合同"] for outcome in outcomes]
    found = facts("conversions", table("企业编号 成果名称 转化形式 转化日期 转化证明", *rows))
    assert bounds(found, "conversions_3y") == 7


def test_staff_are_the_mean_of_the_months():
    """甲 all year; 乙 from 1 July: half a month's worth in July, whole from August; 丙 and 丁 by their days."""
    header = "企业编号 姓名 用工形式 科技人员 全年实际工作天数 入职日期 离职日期"
    rows = table(
        header,
        ["a", "甲", "在职", "是", 240, "2020-01-01", None],
        ["a", "乙", "在职", "是", 182, "2025-07-01", None],
        ["a", "丙", "兼职", "是", 183, "2025-01-01", "2025-12-31"],
        ["a", "丁", "临时聘用", "否", 182, "2020-01-01", None],
    )
    done = facts("staff", rows)
    assert bounds(done, "employees_total") == pytest.approx(1 + 5.5 / 12 + 11 / 12)
    assert bounds(done, "rd_staff") == pytest.approx(1 + 11 / 12)
    unknown = facts("staff", rows.assign(全年实际工作天数=None))
    assert bounds(unknown, "rd_staff") == (0, pytest.approx(1 + 5.5 / 12 + 11 / 12))
    young = facts("staff", rows.iloc[[1]], firms=FIRMS.assign(registered_on=pd.Timestamp("2025-07-01")))
    assert bounds(young, "employees_total") == pytest.approx(5.5 / 6)


@pytest.mark.parametrize(
    ("kind", "grade", "day", "name", "expected"),
    [
        ("安全事故", "重大", "2025-06-01", "major_safety_accident_365d", True),
        ("安全事故", "重大", "2025-05-31", "major_safety_accident_365d", None),
        ("安全事故", "较大", "2026-05-31", "major_safety_accident_365d", None),
        ("质量", "", "2026-05-31", "major_quality_accident_365d", None),
        ("环境违法", "严重", "2026-05-31", "serious_env_violation_365d", True),
        ("环境违法", "严重", "2025-01-01", "serious_env_violation_2y", True),
        ("环境违法", "严重", "2024-12-31", "serious_env_violation_2y", None),
        ("科研失信", "", "2025-01-01", "serious_research_dishonesty_2y", True),
        ("经营异常名录", "", "2019-01-01", "listed_abnormal", True),
        ("偷税", "", "2023-06-01", "major_incident_or_tax_evasion_3y", True),
        ("偷税", "", "2023-05-31", "major_incident_or_tax_evasion_3y", None),
    ],
)
def test_incidents_in_their_period(kind, grade, day, name, expected):
    rows = table("企业编号 类别 等级 发生日期", ["a", kind, grade, day])
    done = facts("incidents", rows, ["hte", "tech-sme", "srdi"])
    assert bounds(done, name) == expected


def test_silence_is_no_answer_unless_the_register_is_complete():
    rows = table("企业编号 类别 等级 发生日期 移出日期", ["a", "经营异常", "", "2024-01-01", "2026-06-01"])
    silent = facts("incidents", rows, "tech-sme")
    assert bounds(silent, "listed_abnormal") is None
    whole = facts("incidents", rows, "tech-sme", complete=["incidents"])
    assert whole.firms["listed_abnormal"].tolist() == [False, False]
    still = facts("incidents", rows.assign(移出日期="2026-06-02"), "tech-sme", complete=["incidents"])
    assert still.firms["listed_abnormal"].tolist() == [True, False]
    with pytest.raises(ArgumentError, match="no such register here: 'staff'; there are: rights, conversions"):
        facts("incidents", rows, complete=["staff"])


def test_each_incident_says_whether_it_counts():
    rows = table(
        "企业编号 类别 等级 发生日期 移出日期",
        ["a", "安全事故", "重大", "2026-03-01", ""],
        ["a", "安全事故", "一般", "2026-03-01", ""],
        ["a", "经营异常", "", "2024-01-01", "2025-01-01"],
        ["a", "质量事故", "", "2026-03-01", ""],
        ["a", "欠薪", "重大", "2026-03-01", ""],
        ["a", "环境违法", "严重", "", ""],
    )
    done = facts("incidents", rows, ["hte", "tech-sme"])
    assert told(done) == [
        [2, "有事故、违法或失信记录", "计入"],
        [3, "有记录，但不在所问的期限内、已移出，或不是重大（严重）的", "不计入"],
        [4, "有记录，但不在所问的期限内、已移出，或不是重大（严重）的", "不计入"],
        [5, "没有写等级，不知是否重大（严重）", "未定"],
        [6, "看不出是安全、质量、环境，还是科研失信、经营异常、严重违法失信", "未定"],
        [7, "没有日期", "未定"],
    ]


def test_platforms_are_institutions_of_a_level():
    header = "企业编号 平台名称 级别 认定日期 有效期至 认定文号"
    rows = table(
        header,
        ["a", "山东省虚构重点实验室", "", "2024-01-01", None, "虚构〔2024〕1号"],
        ["b", "虚构市工程技术研究中心", "市级", "2024-01-01", "2026-05-31", ""],
        ["b", "国家级孵化器", "国家级", "2024-01-01", None, ""],
    )
    done = facts("platforms", rows, ["tech-sme", "little-giant"], complete=["platforms"])
    assert done.firms["provincial_rd_institution"].tolist() == [True, False]
    assert done.firms["own_rd_institution"].tolist() == [True, False]
    assert done.firms["institution_level"].tolist() == ["省级", "无"]
    assert told(done) == [
        [3, "认定已失效，或申报之日以后才认定", "不计入"],
        [4, "孵化、服务类平台不是研发机构", "不计入"],
    ]
    alone = facts("platforms", rows, ["tech-sme", "little-giant"])
    assert [bounds(alone, "provincial_rd_institution", row) for row in (0, 1)] == [True, None]
    assert "institution_level" not in alone.firms


@pytest.mark.parametrize(
    ("header", "cell", "expected", "doubtful"),
    [
        ("移出/修复情况", "2024/9/1", None, True),
        ("移出日期", "已移出", None, True),
        ("备注", "已信用修复", None, True),
        ("备注", "尚未移出", True, False),
        ("移出/修复情况", "", True, False),
        ("登记机关", "虚构市场监管局", True, False),
        ("移出日期", "2024/9/1", None, False),
    ],
)
def test_a_removal_that_was_not_read_leaves_the_listing_open(header, cell, expected, doubtful):
    rows = table(f"企业编号 类别 列入日期 {header}", ["a", "经营异常名录", "2024-07-08", cell])
    done = facts("incidents", rows, "tech-sme")
    assert bounds(done, "listed_abnormal") == expected
    opened = [problem for _, problem, counted in told(done) if counted == "未定"]
    assert any("不知是否已移出" in problem for problem in opened) == doubtful


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("2025年评估不合格，已撤销", None),
        ("2023年撤站", None),
        ("在建", None),
        ("筹建期", None),
        ("新厂房在建", True),
        ("未撤销", True),
        ("拟2027年12月撤销", True),
        ("评估优秀", True),
    ],
)
def test_a_platform_of_whose_end_a_remark_tells_counts_in_neither_command(remark, expected):
    rows = table("企业编号 平台名称 级别 认定日期 备注", ["a", "山东省虚构技术创新中心", "省级", "2022-09-30", remark])
    assert bounds(facts("platforms", rows, "tech-sme"), "provincial_rd_institution") == expected
    listed = read_platforms(rows.drop(columns="企业编号")).rows
    assert len(count_platforms(listed, on=ON)) == (expected is True)
    said = platform_remarks(listed, on=ON)["problem"].tolist()
    assert any("没有计数" in line for line in said) == (expected is None)


# ---- beside the table of firms


def test_where_table_and_register_differ_both_are_told_and_the_register_is_used():
    rows = table(
        RIGHT,
        *[["a", str(n), "软件著作权", "自主研发", "2022-01-01"] for n in range(2)],
        ["a", "9", "软著", "自研", ""],
    )
    firms = FIRMS.assign(class1_ip=[0, 1])
    done = facts("rights", rows, ["hte", "tech-sme"], firms=firms.assign(class2_ip=[1, 4]))
    assert [bounds(done, "class2_ip"), bounds(done, "class2_ip", 1), bounds(done, "class1_ip")] == [(2, 3), 4, 0]
    assert bounds(done, "tech-sme.class2_ip") == (2, 3)
    assert bounds(done, "tech-sme.class2_ip", 1) == 4
    other = done.compared.set_index("column").loc["tech-sme.class2_ip"]
    assert other[["by_register", "by_table", "used", "differs"]].tolist() == ["2–3", "", "2–3", False]
    line = done.compared.set_index("column").loc["class2_ip"]
    assert line[["by_register", "by_table", "used", "differs"]].tolist() == ["2–3", "1", "2–3", True]
    assert "企业表为 1，登记表为 2–3；采用登记表的" in [problem for _, problem, _ in told(done)]
    inside = facts("rights", rows, firms=FIRMS.assign(class2_ip=[3, 4]))
    assert inside.firms["class2_ip"].tolist() == [3, 4]
    assert not inside.compared["differs"].any()


def test_a_figure_of_another_definition_is_left_alone():
    """The R&D expense of 195号 is no audited one."""
    rows = table(MONEY, ["a", "RD01", 2025, 100, 0, 0, 0])
    firms = FIRMS.assign(rd_expense_y3=[70, 80])
    audited = facts("projects", rows, ["srdi"], firms=firms)
    assert audited.firms["rd_expense_y3"].tolist() == [70, 80]
    both = facts("projects", rows, ["srdi", "hte"], firms=firms)
    assert both.firms[["rd_expense_y3", "hte.rd_expense_y3"]].values.tolist() == [[70, 100], [80, 80]]
    assert "“研究开发费用（上一年）”：登记表中没有的企业沿用企业表的数，口径可能不同" in [
        line for _, line, _ in told(both)
    ]


def test_rows_that_are_not_joined_are_told():
    firms = FIRMS.assign(uscc=[check_registers.code(1), check_registers.code(2)])
    rows = table(
        "企业名称 统一社会信用代码 专利号 类别 获得方式 授权日期",
        ["虚构甲公司", check_registers.code(1), "1", "发明专利", "自主研发", "2022-01-01"],
        ["虚构乙公司", "", "2", "发明专利", "自主研发", "2022-01-01"],
        ["别家公司", check_registers.code(1), "3", "发明专利", "自主研发", "2022-01-01"],
        ["虚构丙公司", check_registers.code(3), "4", "发明专利", "自主研发", "2022-01-01"],
    )
    done = facts("rights", rows, firms=firms)
    assert [bounds(done, "class1_ip"), bounds(done, "class1_ip", 1)] == [(1, 2), (0, 1)]
    assert told(done) == [
        [pd.NA, "1 行的企业不在企业表中：虚构丙公司", "不计入"],
        [4, "没有归户：统一社会信用代码是“虚构甲公司”的，名称不同，待确认（可能是“虚构甲公司”）", "未定"],
        [3, "没有归户：名称相同，待确认（可能是“虚构乙公司”）", "未定"],
    ]


def test_the_writings_of_an_id_join_and_one_that_differs_by_a_sign_may_count():
    firms = pd.DataFrame({"enterprise_id": ["QY-01", "b", "B", "qy11"], "name": [""] * 4})
    names = ["qy-01", "ＱＹ－０１", "QY— 01", "QY01", "q y-0-1", "Ｂ", "QY-11", "QY-12"]
    rows = [[name, str(at), "发明专利", "自主研发", "2022-01-01"] for at, name in enumerate(names)]
    done = facts("rights", table(RIGHT, *rows), firms=firms)
    assert [bounds(done, "class1_ip", row) for row in range(4)] == [(3, 5), None, None, (0, 1)]
    assert told(done) == [
        [pd.NA, "3 行的企业编号与企业表写法不同，已归户：qy-01（QY-01）、ＱＹ－０１（QY-01）、QY— 01（QY-01）", "计入"],
        [pd.NA, "2 行的企业不在企业表中：Ｂ、QY-12", "不计入"],
        [5, "没有归户：企业编号“QY01”只差符号，待确认", "未定"],
        [6, "没有归户：企业编号“q y-0-1”只差符号，待确认", "未定"],
        [8, "没有归户：企业编号“QY-11”只差符号，待确认", "未定"],
    ]


def test_an_id_may_be_a_code_or_a_name():
    """As `matcher.contracts` gives conversions: firm_id is the code, else the name."""
    firms = FIRMS.assign(uscc=[check_registers.code(1), ""])
    rows = table(
        CONVERSION,
        [check_registers.code(1), "x", "技术转让", pd.Timestamp("2025-03-02"), "技术合同登记 H1"],
        [check_registers.code(1), "y", "技术开发", pd.Timestamp("2025-03-02"), "技术合同登记 H2"],
        ["虚构乙公司", "z", "技术许可", pd.Timestamp("2025-03-02"), "技术合同登记 H3"],
    )
    done = facts("conversions", rows, firms=firms)
    assert [bounds(done, "conversions_3y", row) for row in (0, 1)] == [(1, 2), (0, 1)]
    assert [problem for _, problem, _ in told(done)] == [
        "转化形式“技术开发”不是列举的形式",
        "没有归户：名称相同，待确认（可能是“虚构乙公司”）",
    ]


def test_nothing_given_changes_nothing():
    done = add_registers(FIRMS, {}, "hte", on=ON)
    pd.testing.assert_frame_equal(done.firms, FIRMS)
    assert len(done.warnings) == len(done.compared) == len(done.links) == 0
    with pytest.raises(ArgumentTypeError, match="rights is a sequence of tables"):
        add_registers(FIRMS, {"rights": "rights.csv"}, "hte", on=ON)
    with pytest.raises(ArgumentError, match="no such register here: 'right'"):
        add_registers(FIRMS, {"right": []}, "hte", on=ON)


def test_a_register_that_is_not_complete_takes_nothing_from_a_count_greater_than_all_its_rows():
    rows = table(
        RIGHT,
        ["a", "1", "软件著作权", "自主研发", "2022-01-01"],
        ["a", "2", "软件著作权", "自主研发", "2027-01-01"],
    )
    firms = FIRMS.assign(class1_ip=[3, 1], class2_ip=[12, 4])
    done = facts("rights", rows, firms=firms)
    assert [bounds(done, name) for name in ("class1_ip", "class2_ip")] == [(0, 3), (1, 12)]
    assert [bounds(done, name, row=1) for name in ("class1_ip", "class2_ip")] == [1, 4]
    problem = "企业表为 12，多于登记表的全部记录，登记表只归集出 1；在两者之间，未定"
    assert problem in [line for _, line, _ in told(done)]
    whole = facts("rights", rows, firms=firms, complete=["rights"])
    assert whole.firms[["class1_ip", "class2_ip"]].values.tolist() == [[0, 1], [0, 0]]
    listed = facts("rights", rows, firms=firms.assign(class2_ip=2))  # both are in the register, and one is not granted
    assert bounds(listed, "class2_ip") == 1
    converted = table(CONVERSION, ["a", "x", "转让", "2025", "合同"])
    assert bounds(facts("conversions", converted, firms=FIRMS.assign(conversions_3y=9)), "conversions_3y") == (1, 9)


def test_a_list_of_research_staff_is_no_list_of_all_staff(tmp_path):
    header = "企业编号 姓名 用工形式 科技人员 全年实际工作天数 入职日期"
    rows = table(header, *[["a", name, "在职", "是", 250, "2020-01-01"] for name in "甲乙"])
    assert bounds(facts("staff", rows, firms=FIRMS.assign(employees_total=38)), "employees_total") == (2, 38)
    alone = facts("staff", rows)
    assert bounds(alone, "employees_total") == 2
    assert told(alone)[0][1] == "名单上都是科技人员，职工总数也按这份名单计"
    rows.to_csv(tmp_path / "研发人员名单.csv", index=False)
    rows.to_excel(tmp_path / "附件2.xlsx", sheet_name="科技人员花名册", index=False)
    for file in ("研发人员名单.csv", "附件2.xlsx"):
        named = facts("staff", tmp_path / file)
        assert [bounds(named, name) for name in ("employees_total", "rd_staff")] == [(2, None), 2]


@pytest.mark.parametrize("sheet", ["职工和科技人员名单", "非研发人员"])
def test_a_sheet_of_all_staff_is_no_list_of_research_staff(tmp_path, sheet):
    rows = table("企业编号 姓名 用工形式 全年实际工作天数", ["a", "甲", "在职", 250], ["a", "乙", "在职", 250])
    rows.to_excel(tmp_path / "附件2.xlsx", sheet_name=sheet, index=False)
    plain = facts("staff", rows)
    named = facts("staff", tmp_path / "附件2.xlsx")
    for name in ("employees_total", "rd_staff"):
        assert bounds(named, name) == bounds(plain, name)


def test_an_export_of_patents_without_a_column_of_firms_is_its_owners():
    row = ["虚构甲公司;虚构大学", "深孔钻", "发明", "2022-01-01"]
    done = facts("rights", table("申请人 名称 种类 授权时间", row), same_name=True)
    assert bounds(done, "class1_ip") == 1
    assert done.links["enterprise_id"].tolist() == ["a"]
    done = facts("rights", table("名称 申请人 种类 授权时间", ["虚构甲公司", "虚构乙公司", *row[2:]]), same_name=True)
    assert done.links["enterprise_id"].tolist() == ["a"]  # 名称 is the firm's where all names are of firms
    rows = read_register(table("名称 权利人 类别", ["深孔钻", "甲", "发明"]), RIGHTS, columns={"名称": "企业名称"}).rows
    assert rows["name"].tolist() == ["深孔钻"]  # as the user says
    done = facts("rights", table("名称 专利名称 种类 授权日期", ["虚构甲公司", *row[1:]]), same_name=True)
    assert bounds(done, "class1_ip") == 1  # 名称 is the firm's where the right has its own
    done = facts("rights", table("企业名称 权利人 名称 种类 授权日期", ["虚构甲公司", *row]), same_name=True)
    assert bounds(done, "class1_ip") == 1
    done = facts("rights", table("权利人 申请人 种类 授权日期", ["虚构乙公司", "虚构甲公司", *row[2:]]), same_name=True)
    assert done.links["enterprise_id"].tolist() == ["b"]  # who has it now goes before who applied


def test_a_name_with_other_brackets_and_blanks_is_the_very_name():
    firms = pd.DataFrame({"enterprise_id": ["a"], "name": ["虚构甲（山东）科技有限公司"]})
    rows = table("权利人 种类 授权日期", ["虚构甲(山东) 科技有限公司", "发明", "2022-01-01"])
    assert facts("rights", rows, firms=firms, same_name=True).links["how"].tolist() == ["名称相同，使用者确认"]


def test_rows_that_name_nobody_are_told_so():
    rows = table("专利号 类别 授权日期", ["ZL1", "发明", "2022-01-01"], ["ZL2", "发明", "2022-01-01"])
    assert "2 行没有写是哪家企业：第 2 行、第 3 行" in [line for _, line, _ in told(facts("rights", rows))]
    rows = table(
        "企业名称 专利号 类别 授权日期", ["", "ZL1", "发明", "2022-01-01"], ["丙", "ZL2", "发明", "2022-01-01"]
    )
    assert "2 行的企业不在企业表中" in told(facts("rights", rows))[0][1]


@pytest.mark.parametrize("kind", ["新型", "新型专利", "实用新型", "实新"])
def test_short_words_for_a_utility_model(kind):
    done = facts("rights", table(RIGHT, ["a", "ZL1", kind, "自主研发", "2022-01-01"]))
    assert bounds(done, "class2_ip") == 1


@pytest.mark.parametrize("kind", ["新型材料", "商标", "实用技术证书"])
def test_other_words_name_no_utility_model(kind):
    done = facts("rights", table(RIGHT, ["a", "ZL1", kind, "自主研发", "2022-01-01"]))
    assert bounds(done, "class2_ip") == 0


def test_a_short_name_of_one_firm_is_proposed():
    firms = FIRMS.assign(name=["沂州虚构华瑞传感技术有限公司", "沂州虚构绿源工程有限公司"])
    header = "权利人 专利号 类别 获得方式 授权日期"
    rows = table(header, *[[name, str(at), "发明专利", "自主研发", "2022-01-01"] for at, name in enumerate(
        ["虚构华瑞传感", "沂州虚构"])])  # fmt: skip
    done = facts("rights", rows, firms=firms)
    assert [bounds(done, "class1_ip", row) for row in (0, 1)] == [(0, 1), None]
    assert "没有归户：是其名称的简称，待确认（可能是“沂州虚构华瑞传感技术有限公司”）" in [
        line for _, line, _ in told(done)
    ]


@pytest.mark.parametrize("header", ["类别", "事项", "违法事项", "列入原因", "案由"])
def test_what_happened_stands_under_many_headers(header):
    rows = table(f"企业编号 {header} 等级 日期", ("a", "重大安全生产事故", "", "2026-03-01"))
    assert bounds(facts("incidents", rows), "major_safety_accident_365d") == True  # noqa: E712


def test_a_list_of_penalties_is_read_with_its_headers():
    header = "行政相对人名称 违法事实 处罚类别 处罚决定书文号 处罚决定日期"
    rows = table(header, ["虚构甲公司", "超标排放水污染物，属严重环境违法", "罚款", "环罚〔2025〕1号", "2025-08-12"])
    done = facts("incidents", rows, same_name=True)
    assert bounds(done, "serious_env_violation_365d") == True  # noqa: E712


def test_a_list_of_one_kind_says_it_in_its_header():
    header = "企业名称 列入经营异常名录原因 列入日期 移出日期"
    rows = table(
        header,
        ["虚构甲公司", "未公示年度报告", "2025-07-10", "2025-09-01"],
        ["虚构乙公司", "登记住所无法联系", "2025-11-10", ""],
    )
    done = facts("incidents", rows, "tech-sme", same_name=True, complete=["incidents"])
    assert [bounds(done, "listed_abnormal", row) for row in (0, 1)] == [False, True]


@pytest.mark.parametrize(("cell", "expected"), [("未年报", True), ("无", None), ("/", None), ("未列入", None)])
def test_a_column_of_reasons_that_says_none_lists_nobody(cell, expected):
    rows = table("企业名称 类别 列入经营异常名录原因 列入日期", ["虚构甲公司", "罚款", cell, "2025-07-10"])
    assert bounds(facts("incidents", rows, "tech-sme", same_name=True), "listed_abnormal") == expected


def test_a_platform_that_an_assessment_took_away_does_not_count():
    header = "企业编号 平台名称 级别 获批时间 批准文件 绩效评价结果 备注"
    rows = table(
        header,
        ["a", "虚构工程技术研究中心", "省级", "2019-01-01", "〔2019〕1号", "不合格，取消资格", ""],
        ["b", "虚构企业技术中心", "省级", "2023-06-01", "〔2023〕1号", "良好", ""],
        ["b", "虚构重点实验室", "省级", "2025-06-01", "〔2025〕1号", "", "正在建设期"],
    )
    done = facts("platforms", rows, ["hte", "tech-sme"])
    assert [bounds(done, "provincial_rd_institution", row) for row in (0, 1)] == [None, True]
    assert told(done) == [[2, "写明“取消资格”", "不计入"], [4, "写明“正在建设期”", "不计入"]]


@pytest.mark.parametrize(
    ("assessed", "expected"),
    [
        ("不合格，取消资格", [None, "写明“取消资格”"]),
        ("未通过", [True, "写着“未通过”，仍然计入"]),
        ("合格，2027年到期", [True]),
        ("未到期，未评价", [True]),
        ("取消加分", [True]),
    ],
)
def test_an_assessment_ends_a_platform_only_where_it_says_so(assessed, expected):
    row = ["a", "虚构重点实验室", "省级", "2023-06-01", "〔2023〕1号", "运行", assessed]
    rows = table("企业编号 平台名称 级别 获批时间 批准文件 状态 评估结果", row)
    done = facts("platforms", rows, ["hte", "tech-sme"])
    assert [bounds(done, "provincial_rd_institution"), *(line[1] for line in told(done))] == expected


def test_a_kind_goes_before_what_happened_and_a_day_before_a_year():
    rows = read_register(table("企业名称 列入原因 类型", ("甲", "未按规定公示年报", "经营异常")), INCIDENTS).rows
    assert rows["kind"].tolist() == ["经营异常"]
    rows = read_register(
        table("企业名称 平台名称 认定年度 认定时间", ("甲", "乙", "2023", "2024-01-05")), PLATFORMS
    ).rows
    assert rows["recognised_on"].tolist() == [pd.Timestamp(2024, 1, 5)]


@pytest.mark.parametrize(
    ("grade", "kind", "day", "policy", "expected"),
    [
        ("较大", "安全", "2026-03-01", "srdi", None),  # by the rules of 2026 it bars, by those of 2022 it does not
        ("较大", "安全", "2022-03-01", "srdi", False),  # more than three years ago
        ("一般", "安全", "2026-03-01", "srdi", False),
        ("较大", "质量", "2026-03-01", "srdi", False),
        ("重大", "安全", "2026-03-01", "srdi", True),
    ],
)
def test_a_considerable_accident_is_open_since_the_rules_of_2026(grade, kind, day, policy, expected):
    rows = table("企业编号 类别 等级 日期", ("a", kind, grade, day))
    done = facts("incidents", rows, policy, complete=["incidents"])
    assert bounds(done, "major_incident_or_tax_evasion_3y") == expected
    assert any("较大安全事故" in problem for _, problem, _ in told(done)) == (expected is None)


def test_a_considerable_accident_counted_not_before_the_rules_of_2026():
    rows = table("企业编号 类别 等级 日期", ("a", "安全", "较大", "2026-03-01"))
    done = add_registers(FIRMS, {"incidents": [rows]}, "srdi", on=dt.date(2026, 3, 31), complete=["incidents"])
    assert bounds(done, "major_incident_or_tax_evasion_3y") == False  # noqa: E712


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("人员人工费用 直接投入费用", (80, 60), (140, 1_400_000)),  # perhaps 万元
        ("人员人工费用（元） 直接投入费用（元）", (80, 60), 140),
        ("人员人工费用（万元） 直接投入费用（万元）", (80, 60), 1_400_000),
        ("人员人工费用 直接投入费用", (800_000, 60), 800_060),  # one of yuan
        ("人员人工费用 直接投入费用", ("80万", 0), 800_000),
    ],
)
def test_small_sums_without_a_unit_are_yuan_or_ten_thousands(header, cells, expected):
    done = facts("projects", table(f"企业编号 项目编号 年度 {header}", ["a", "RD01", 2025, *cells]))
    assert bounds(done, "rd_expense_y3") == expected


def test_an_amount_beside_one_that_is_not_exact_is_open_too():
    header = "企业编号 项目编号 年度 人员人工费用（元） 外协试验费（元）"
    done = facts("projects", table(header, ["a", "RD01", 2025, "约100", 40]))
    low, high = bounds(done, "rd_expense_y3")
    assert 0 < low < 100
    assert high is None


def test_the_columns_of_registers_are_accounted_for_beside_those_of_firms():
    rows = table("企业编号 专利号 类别 授权日期 颜色", ["a", "ZL1", "发明", "2022-01-01", "红"])
    done = facts("rights", rows)
    assert done.columns_with(pd.DataFrame({"header": ["企业名称"]}))["header"].tolist() == ["企业名称", *rows]
    assert done.columns.set_index("header")["use"]["颜色"] == "没看懂"
    without = add_registers(FIRMS, {}, "hte", on=ON)
    assert without.columns_with(pd.DataFrame({"header": ["企业名称"]}))["header"].tolist() == ["企业名称"]


def test_a_sum_of_what_is_entrusted_and_its_part_overseas_leave_the_rest_domestic():
    header = "企业编号 项目编号 年度 人员人工费用（元） 委托外部研发（元） 委托境外研发（元）"
    done = facts("projects", table(header, ["a", "RD01", 2025, 100, 50, 20]))
    assert bounds(done, "rd_expense_y3") == 140
    assert bounds(done, "rd_domestic_3y") == (124, None)  # of one year of three


@pytest.mark.parametrize(
    "header", ["其中：委托境外", "委外研发费（境外）", "境外的外部研发费用", "委托外部研发费用其中：境外"]
)
def test_what_is_entrusted_overseas_has_many_headers(header: str):
    names = "企业编号 项目编号 年度 人员人工费用（元） 委托外部研发（元）"
    done = facts("projects", table(f"{names} {header}（元）", ["a", "RD01", 2025, 100, 50, 20]))
    assert bounds(done, "rd_domestic_3y") == (124, None)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2025年度研发项目汇总表", "2025年"),
        ("研发项目汇总表（2025年）", "2025年"),
        ("研发项目汇总表（2024—2025年）", ""),
        ("2023年至2025年研发项目汇总表", ""),
        ("《研发费用加计扣除办法》（2015年）附表", ""),
        ("2025年研发项目申报表", ""),
    ],
)
def test_the_year_of_projects_is_the_one_of_their_title(title: str, year: str):
    rows = [
        [title, *[None] * 3],
        ["企业名称", "项目编号", "项目名称", "人员人工费用（元）"],
        ["虚构甲公司", "RD01", "压铸", 9],
    ]
    found, _ = read_table(Book("表", [Grid("", rows, range(1, 4))]), projects_contract())
    assert found["year"].tolist() == [year] if year else "year" not in found or not found["year"].any()


def sheet(*rows, merged=()):
    """The lines of a sheet as a book, their cells with blanks between them, "." for an empty one."""
    cells = [[None if cell == "." else cell for cell in row.split()] for row in rows]
    return Book("表", [Grid("", cells, range(1, len(cells) + 1), merged=tuple(Merged(*one) for one in merged))])


PROJECTS = "企业名称 项目编号 人员人工费用"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            (
                "2024年度研发项目（元）",
                PROJECTS,
                "甲 RD01 9",
                "合计 . 9",
                "",
                "2025年度研发项目（元）",
                PROJECTS,
                "甲 RD01 8",
            ),
            [("RD01", "2024年", 9), ("RD01", "2025年", 8)],
        ),
        (  # in another unit each
            (
                "2024年度研发项目",
                "单位：万元",
                PROJECTS,
                "甲 RD01 9",
                "2025年度研发项目",
                "单位：元",
                PROJECTS,
                "甲 RD02 90000",
            ),
            [("RD01", "2024年", 90_000), ("RD02", "2025年", 90_000)],
        ),
        (  # which their titles state
            ("2024年度研发项目（万元）", PROJECTS, "甲 RD01 9", "2025年度研发项目（元）", PROJECTS, "甲 RD02 90000"),
            [("RD01", "2024年", 90_000), ("RD02", "2025年", 90_000)],
        ),
        (  # in another order
            (
                "2024年度研发项目表（元）",
                PROJECTS,
                "甲 RD01 9",
                "2025年度研发项目表（元）",
                "项目编号 企业名称 人员人工费用",
                "RD01 甲 8",
            ),
            [("RD01", "2024年", 9), ("RD01", "2025年", 8)],
        ),
        (
            (
                "研发项目明细（元）",
                PROJECTS,
                "2024年度",
                "甲 RD01 9",
                "（二）2025年度研发项目：",
                "甲 RD01 8",
                "甲 RD02 7",
            ),
            [("RD01", "2024年", 9), ("RD01", "2025年", 8), ("RD02", "2025年", 7)],
        ),
        (  # the second title names no year
            ("2024年度研发项目（元）", PROJECTS, "甲 RD01 9", "其他研发项目", PROJECTS, "甲 RD02 8"),
            [("RD01", "2024年", 9), ("RD02", "", 8)],
        ),
        (("年度：2025 单位：元", PROJECTS, "甲 RD01 9"), [("RD01", "2025年", 9)]),
        (  # of the round in which they were handed in
            ("2024年申报的研发项目（元）", PROJECTS, "甲 RD01 9", "2025年申报的研发项目（元）", PROJECTS, "甲 RD01 8"),
            [("RD01", "", 9), ("RD01", "", 8)],
        ),
    ],
)
def test_titles_between_the_rows_tell_their_year_and_are_no_records(rows, expected):
    read = read_register(sheet(*rows), projects_contract())
    years = read.rows["year"] if "year" in read.rows else [""] * len(read.rows)
    assert [*zip(read.rows["project_id"], years, read.rows["personnel"], strict=True)] == expected


def test_years_side_by_side_are_a_row_a_year():
    rows = (
        "企业名称 项目名称 研发费用（万元） . . 合计",
        ". . 2023年 2024年 2025年 .",
        "甲 降噪 3 4 0 7",
        "甲 防锈 . . 5.5 5.5",
        "合计 . 3 4 5.5 12.5",
    )
    read = read_register(sheet(*rows, merged=[(0, 2, 0, 4)]), projects_contract())
    assert read.rows[["project", "year", "amount"]].values.tolist() == [
        ["降噪", "2023年", 30_000],
        ["降噪", "2024年", 40_000],
        ["降噪", "2025年", 0],
        ["防锈", "2025年", 55_000],
    ]
    assert read.problems.loc[~read.problems["kept"], "row"].tolist() == [5]


def test_a_sum_of_all_years_is_what_is_known_of_a_project_without_years():
    read = read_register(
        sheet(
            "企业名称 项目名称 2024年研发费用（元） 2025年研发费用（元） 研发费用合计（元）",
            "甲 降噪 2 3 5",
            "甲 防锈 . . 4",
        ),
        projects_contract(),
    )
    rows = read.rows[["project", "amount"]].assign(year=read.rows["year"].fillna("")).values.tolist()
    assert rows == [["降噪", 2, "2024年"], ["降噪", 3, "2025年"], ["防锈", 4, ""]]


@pytest.mark.parametrize(
    "rows",
    [
        ("企业名称 2024年研发费用（元） 2025年研发费用（元）", "甲 2 3"),  # a table of firms
        ("企业名称 项目名称 2024年研发费用（万元） 2025年研发费用（元）", "甲 降噪 2 30000"),
        ("企业名称 项目名称 2024年研发费用（元） 2025年研发费用（元）", "甲 降噪 2 3", "甲 防锈 同上 4"),
    ],
)
def test_years_side_by_side_that_are_no_row_a_year(rows):
    with pytest.raises(TableError, match="不像研发项目登记表"):
        read_register(sheet(*rows), projects_contract())


def test_the_ledger_of_the_tax_office_is_a_register():
    rows = (
        "纳税人名称：虚构甲公司 年度：2025 金额单位：元",
        "项目名称 项目编号 一、人员人工费用小计 直接从事研发活动人员工资薪金 二、直接投入费用小计",
        "降噪 RD01 350 250 120",
        "金额合计 . 350 250 120",
    )
    read = read_register(sheet(*rows), projects_contract())
    assert read.rows[["name", "year", "personnel", "direct_input"]].values.tolist() == [
        ["虚构甲公司", "2025年", 350, 120]
    ]


@pytest.mark.parametrize(
    "rows",
    [
        (
            "企业名称 知识产权名称 授权日期",
            "一、发明专利（1件）",
            "甲 一种锅 2024-01-02",
            "二、授权实用新型专利",
            "甲 一种盆 2025-01-02",
            "三、软著",
            "甲 软件V1 2026-01-02",
        ),
        (
            "单位名称：甲",
            "1.发明专利 . . 2.实用新型 . . 3.软著",
            "名称 专利号 授权日期 名称 专利号 授权日期 名称 登记号 登记日期",
            "一种锅 . 2024-01-02 一种盆 . 2025-01-02 软件V1 . 2026-01-02",
        ),
        (
            "单位名称：甲",
            "发明专利 . . . 实用新型专利 . . . 软著 . .",
            "序号 专利名称 授权日期 . 序号 专利名称 授权日期 . 序号 软件名称 登记日期",
            "1 一种锅 2024-01-02 . 1 一种盆 2025-01-02 . 1 软件V1 2026-01-02",
        ),
    ],
)
def test_headings_over_rows_or_columns_tell_the_kind_of_rights(rows):
    read = read_register(sheet(*rows), RIGHTS)
    days = read.rows["granted_on"].dt.strftime("%Y-%m-%d")
    assert [*zip(read.rows["right"], read.rows["kind"], days, strict=True)] == [
        ("一种锅", "发明专利", "2024-01-02"),
        ("一种盆", "实用新型", "2025-01-02"),
        ("软件V1", "软著", "2026-01-02"),
    ]


def test_a_heading_is_no_record_where_the_kind_has_a_column_and_no_heading_in_it():
    rows = ("知识产权名称 类别 授权日期", "一种锅 发明专利 2024-01-02", "实用新型 . .", ". 实用新型 .")
    read = read_register(sheet(*rows), RIGHTS)
    assert read.rows[["right", "kind"]].values.tolist() == [["一种锅", "发明专利"], ["", "实用新型"]]


def test_a_heading_of_another_kind_ends_the_one_before():
    header = "企业名称 知识产权名称 授权日期"
    rows = (header, "一、发明专利", "甲 一种锅 2024-01-02", "二、其他", "甲 一种盆 2025-01-02")
    read = read_register(sheet(*rows), RIGHTS)
    assert read.rows[["right", "kind"]].fillna("").values.tolist() == [["一种锅", "发明专利"], ["一种盆", ""]]


def test_the_number_of_a_certificate_goes_before_that_of_the_application():
    row = ["IP01", "一种锅", "发明专利", "ZL1"]
    read = read_table(table("知识产权编号 知识产权名称 类别 证书号", row), RIGHTS)
    assert read.rows["number"].tolist() == ["ZL1"]


def test_a_register_of_software_and_a_name_of_no_firm():
    header = "企业名称 软件全称 登记号 证书号 登记批准日期 权利取得方式"
    row = ["虚构甲公司", "软件V1", "2024SR0000001", "软著登字第1号", "2024年01月02日", "原始取得"]
    read = read_register(table(header, row), RIGHTS).rows.iloc[0]
    assert (read["number"], read["right"], str(read["granted_on"])[:10]) == ("2024SR0000001", "软件V1", "2024-01-02")
    read = read_table(table("名称 专利号 授权日期", ["一种泵", "ZL1", "2024-01-02"]), RIGHTS).rows.iloc[0]
    assert (read["right"], read["name"]) == ("一种泵", "")


@pytest.mark.parametrize(
    ("stated", "expense", "said"),
    [
        (50, 140, ""),
        (80, (140, 164), "多出的不知是境内还是境外，在两者之间未定"),
        (30, 140, "已按境内、境外之和"),
    ],
)
def test_a_sum_of_what_is_entrusted_that_its_parts_do_not_make_up_is_told(stated: int, expense: object, said: str):
    header = "企业编号 项目编号 年度 人员人工费用（元） 委托外部研发（元） 委托境内研发（元） 委托境外研发（元）"
    done = facts("projects", table(header, ["a", "RD01", 2025, 100, stated, 30, 20]))
    assert bounds(done, "rd_expense_y3") == expense
    lines = [text for _, text, _ in told(done) if text.startswith("委托境内、境外之和")]
    assert [text.split("；")[1] for text in lines] == [said] * bool(said)


def test_small_sums_without_a_unit_beside_a_budget_in_ten_thousands_are_both():
    header = "企业编号 项目编号 年度 项目预算（万元） 人员人工费用"
    assert bounds(facts("projects", table(header, ["a", "RD01", 2025, 30, "8"])), "rd_expense_y3") == (8, 80_000)
