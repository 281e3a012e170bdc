"""Forms with labels on the left, and second tables under headers of their own."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from matcher import read_firms, read_needs
from matcher.tables.files.grids import Book, Grid, Merged
from matcher.tables.reading import Reading


def csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def told(reading: Reading) -> list[tuple[object, ...]]:
    return [tuple(line) for line in reading.problems[["row", "column", "problem"]].astype(object).to_numpy()]


def test_a_form_is_one_record():
    read = read_needs(
        csv(
            "技术需求表,", "需求名称,齿轮检测", "企业名称,虚构甲公司", "预算（万元）,50", "一、基本情况,", "联系人说,无"
        )
    )
    assert read.rows[["title", "enterprise", "budget"]].to_numpy().tolist() == [["齿轮检测", "虚构甲公司", 500_000]]
    assert sum("竖排" in problem for *_, problem in told(read)) == 1
    assert any(problem.startswith("表单里的这一行") for *_, problem in told(read))


def test_records_side_by_side_and_pairs_across():
    read = read_needs(csv("需求名称,甲,乙", "企业名称,虚构甲公司,", "预算（万元）,50,60"))
    assert read.rows[["title", "enterprise", "budget"]].to_numpy().tolist() == [
        ["甲", "虚构甲公司", 500_000],
        ["乙", "", 600_000],
    ]
    read = read_needs(csv("需求名称,甲,预算（万元）,50", "企业名称,虚构甲公司,有效期至,2026-05-01", "需求描述,磨削,,"))
    assert read.rows.loc[0, ["title", "enterprise", "budget", "description"]].tolist() == [
        "甲",
        "虚构甲公司",
        500_000,
        "磨削",
    ]


def test_forms_of_a_row_each():
    read = read_needs(
        csv(
            "企业名称：,虚构甲公司,需求名称：,齿轮降噪,预算：,30万元",
            "企业名称：,虚构乙公司,需求名称：,板材防霉,预算：,面议",
            "企业名称：,虚构丙公司,需求名称：,釉料开裂,预算：,12万元",
        )
    )
    assert read.rows["title"].tolist() == ["齿轮降噪", "板材防霉", "釉料开裂"]
    assert read.rows["budget"].tolist()[::2] == [300_000, 120_000]


def test_a_table_is_no_form():
    read = read_needs(csv("需求名称,需求描述,企业名称", "需求描述,甲,乙", "企业名称,丙,丁"))
    assert len(read.rows) == 2
    assert not any("竖排" in problem for *_, problem in told(read))


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("上年度销售收入（万元）,企业名称,职工总数", "300,虚构乙公司,20"),
        ("企业名称,上年度销售收入（元）,职工总数", "虚构乙公司,3000000,20"),
    ],
)
def test_a_second_header_of_the_same_columns(second: str, line: str):
    header = "企业名称,上年度销售收入（万元）,职工总数"
    read = read_firms(csv(header, "虚构甲公司,200,10", "第二批企业名单,,", second, line), "tech-sme")
    assert read.rows[["name", "sales_last_year", "employees_total"]].to_numpy().tolist() == [
        ["虚构甲公司", 2_000_000, 10],
        ["虚构乙公司", 3_000_000, 20],
    ]
    assert read.problems.loc[~read.problems["kept"], "row"].tolist() == [3, 4]


def test_rows_that_only_name_a_group():
    lines = [
        "企业名称,职工总数,资产总额（万元）",
        "共2家,30,50",
        "兰山区,,",
        "虚构甲公司,10,20",
        "【第二批】,,",
        "虚构乙公司,20,30",
    ]
    read = read_firms(csv(*lines), "tech-sme")
    assert read.rows["name"].tolist() == ["虚构甲公司", "虚构乙公司"]
    assert read.problems.loc[~read.problems["kept"], "row"].tolist() == [2, 3, 5]


def test_old_mac_breaks_stay_in_their_cells():
    read = read_needs("需求名称,需求描述\n甲,1.快\r2.准\n乙,3.稳\n".encode())
    assert read.rows["description"].tolist() == ["1.快\n2.准", "3.稳"]


def test_a_file_cut_at_bars_and_formulas_of_text():
    read = read_firms('企业名称|企业编号|职工总数\n虚构甲公司|="0012"|="30"\n'.encode(), "tech-sme")
    assert read.rows[["enterprise_id", "employees_total"]].to_numpy().tolist() == [["0012", 30]]


def test_an_id_that_is_none_is_made_up_and_told():
    read = read_needs(pd.DataFrame({"需求编号": ["A1", "000000", "待编"], "需求名称": ["甲", "乙", "丙"]}))
    assert read.rows["need_id"].tolist() == ["A1", "需求-00003", "需求-00004"]
    counted = read_needs(pd.DataFrame({"需求编号": ["0", "1", "2"], "需求名称": ["甲", "乙", "丙"]}))
    assert counted.rows["need_id"].tolist() == ["0", "1", "2"]


def test_a_code_is_its_signs():
    code = "91371326MA30X1907C"
    written = [f"{code[:2]}-{code[2:8]}-{code[8:]}", f"'{code}", f"{code[:8]} {code[8:]}".lower()]
    frame = pd.DataFrame({"企业名称": ["虚构甲公司"] * 3, "统一社会信用代码": written, "职工总数": [1, 2, 3]})
    assert read_firms(frame, "tech-sme").rows["uscc"].tolist() == [code] * 3


def test_every_pair_of_a_row_is_kept_whatever_its_label():
    lines = [
        "企业名称,虚构甲公司,我方代码,X1",
        "需求名称,涂料防潮,所属行业,化工",
        "拟投入资金,60万元,成果怎么分,各占一半",
        "希望请谁来,张教授,以前找过谁,某大学",
        "需求描述,吸水率≤1%,,",
        "合作方式,☑委托开发,□合作开发,□技术转让",
        "完成时限,,谁来验收,本公司",
        "所属行业说明,涂料,另一句没有着落的话,",
    ]
    read = read_needs(csv(*lines))
    others = ["我方代码", "成果怎么分", "希望请谁来", "以前找过谁", "谁来验收", "所属行业说明"]
    assert read.rows[["title", "cooperation", "done_by", "budget", *others]].to_numpy().tolist() == [
        ["涂料防潮", "委托开发", "", 600_000, "X1", "各占一半", "张教授", "某大学", "本公司", "涂料"]
    ]
    listed = read.problems.loc[read.problems["problem"].str.startswith("表单里的"), ["row", "value"]]
    assert listed.to_numpy().tolist() == [[8, "另一句没有着落的话"]]


def test_firms_over_the_columns_of_a_form_own_its_records():
    read = read_needs(
        csv("项目,虚构甲公司,虚构乙厂", "需求名称,防潮,快检", "需求描述,吸水率≤1%,检出限≤0.2mg/kg", "预算（万元）,5,6")
    )
    assert read.rows[["need_id", "title", "enterprise"]].to_numpy().tolist() == [
        ["需求-00002", "防潮", "虚构甲公司"],
        ["需求-00002-2", "快检", "虚构乙厂"],
    ]
    assert "各列上方写的（虚构甲公司、虚构乙厂）当作各条的“企业名称”" in read.problems["problem"].tolist()
    other = read_needs(
        csv("项目,第一项,第二项", "需求名称,防潮,快检", "企业名称,虚构甲公司,虚构乙厂", "预算（万元）,5,6")
    )
    assert other.rows[["enterprise", "项目"]].to_numpy().tolist() == [["虚构甲公司", "第一项"], ["虚构乙厂", "第二项"]]


def test_a_column_of_units_beside_the_labels_of_several_firms_is_theirs():
    lines = (
        "指标,单位,虚构甲公司,虚构乙公司",
        "统一社会信用代码,,,",
        "职工总数,人,86,40",
        "2025年销售收入,万元,3100,2450",
        "2025年研发费用,千元,1700,1400",
        "发明专利,件,2,0",
    )
    read = read_firms(csv(*lines), "hte", on="2026-06-10")
    names = ["name", "employees_total", "sales_y3", "rd_expense_y3", "class1_ip"]
    assert read.rows[names].values.tolist() == [
        ["虚构甲公司", 86, 31_000_000, 1_700_000, 2],
        ["虚构乙公司", 40, 24_500_000, 1_400_000, 0],
    ]
    assert not read.problems["problem"].str.contains("没有写单位|没有读入").any()


@pytest.mark.parametrize(
    "lines",
    [
        (
            "指标,2025年,备注",
            "统一社会信用代码,,",
            "职工总数,86,不含劳务",
            "2025年销售收入,3100万元,审计",
            "发明专利,2,件",
        ),
        ("指标,虚构甲公司,单位", "职工总数,86,人", "2025年销售收入,3100,万元", "发明专利,2,件"),
        ("指标,单位,虚构甲公司", "职工总数,人,86", "2025年销售收入,万元,3100", "发明专利,件,2"),
    ],
)
def test_a_column_of_remarks_or_units_is_no_second_firm(lines):
    read = read_firms(csv(*lines), "hte", on="2026-06-10").rows
    assert read[["employees_total", "sales_y3", "class1_ip"]].values.tolist() == [[86, 31_000_000, 2]]


@pytest.mark.parametrize("hint", ["", "（请写明现状和要求）"])
def test_a_blank_form_is_no_need(hint: str):
    form = ["需求征集表,,,", "企业名称,,统一社会信用代码,", "所属行业,,所在县区,", "需求名称,,,", f"需求描述,{hint},,"]
    form += ["拟投入资金（万元）,,,", "合作方式,□委托开发 □合作开发,,"]
    read = read_needs(csv(*form))
    assert len(read.rows) == 0
    assert "从这一行起是空白的表单（样表），没有填写，不作记录" in read.problems["problem"].tolist()
    partly = read_needs(csv(form[0], "企业名称,虚构甲公司,统一社会信用代码,", *form[2:4], "需求描述,,,", *form[5:]))
    assert len(partly.rows) == 0
    assert partly.problems.loc[~partly.problems["kept"], ["row", "value"]].to_numpy().tolist() == [[2, "虚构甲公司"]]


def test_merged_cells_of_many_forms_take_no_longer_each():
    def spent(forms: int) -> float:
        lines = [(label, f"{label}{i}", None) for i in range(forms) for label in ("需求名称", "需求描述", "企业名称")]
        merged = tuple(Merged(at, 1, at, 2) for at in range(len(lines)))
        book = Book("表", [Grid("", lines, range(1, len(lines) + 1), merged=merged)])
        start = time.process_time()
        assert len(read_needs(book).rows) == forms
        return time.process_time() - start

    spent(10)
    assert spent(4000) < 8 * spent(1000)  # four times; in quadratic time about thirteen


FORM = [
    ("企业技术需求征集表", None, None, None),
    ("企业名称", "虚构甲公司", "联系人", "王岚"),
    ("所属行业", "通用设备", "联系电话", "13800000000"),
    ("需求名称", "齿轮检测", None, None),
    ("需求类型", "□攻关 ☑工艺改进", None, None),
    ("目前怎么做", "人工抽检，每批三件。", None, None),
    ("希望别人做什么", "寻求在线检测方法，不破坏零件。", None, None),
    ("主要技术指标", "检出率≥98%", None, None),
    ("企业意见：同意申报（盖章）", None, None, None),
    ("县区科技局意见：同意推荐", None, None, None),
]


@pytest.mark.parametrize("more", [[], [("拟投入资金", "40万元", "合作方式", "技术开发")]])
def test_labels_of_the_house_and_opinions_do_not_hide_a_form(more):
    rows = [*FORM[:8], *more, *FORM[8:]]
    read = read_needs(Book("表", [Grid("", rows, range(1, len(rows) + 1))]))
    names = ["title", "enterprise", "indicators", "目前怎么做", "希望别人做什么"]
    assert read.rows[names].to_numpy().tolist() == [
        ["齿轮检测", "虚构甲公司", "检出率≥98%", "人工抽检，每批三件。", "寻求在线检测方法，不破坏零件。"]
    ]
    opinions = [where for where, _, problem in told(read) if problem.startswith("表单里的这一行没看懂")]
    assert opinions == [len(rows) - 1, len(rows)]


def test_a_list_below_a_block_of_labels_stays_a_list():
    rows = [
        ("填报单位：虚构甲公司（盖章）", None, None),
        ("需求名称", "需求描述", "预算（万元）"),
        ("齿轮检测", "在线检测", 40),
        ("毛刺去除", "不破坏零件", 50),
        ("审核意见：同意（盖章）", None, None),
    ]
    assert list(read_needs(Book("表", [Grid("", rows, range(1, 6))])).rows["title"]) == ["齿轮检测", "毛刺去除"]


def test_forms_on_several_sheets_are_told_to_be_gathered():
    rows = [["企业名称", "虚构甲公司"], ["职工总数", 120], ["资产总额（万元）", 6000]]
    sheets = [Grid(title, rows, range(1, 4)) for title in ("甲", "乙")]
    told = read_firms(Book("表", sheets), "tech-sme", on="2026-06-10").problems
    assert told["action"].iloc[0] == "要读别的，请指定工作表；“乙”也像企业表，要一起用，请先用 matcher gather 合成一张"


def test_a_line_with_foreign_money_in_a_form_is_told():
    rows = [("企业名称", "虚构甲公司"), ("职工总数", 120), ("单位：万美元", None), ("资产总额", 800)]
    read = read_firms(Book("表", [Grid("", rows, range(1, 5))]), "tech-sme", on="2026-06-10")
    assert "assets_total" not in read.rows
    assert "是外币，这一列没有读入" in "".join(read.problems["problem"])


@pytest.mark.parametrize(
    ("lines", "assets"),
    [
        ([("资产总额", "8000000"), ("经营情况（单位：万元）", None), ("上年度销售收入", 485)], 8_000_000),
        ([("资产总额", "800"), ("上年度销售收入", 485), ("注：金额单位为万元", None)], 8_000_000),
    ],
)
def test_a_line_with_a_unit_in_a_form_is_for_what_stands_below_it(lines, assets):
    rows = [("企业名称", "虚构甲公司"), ("职工总数", 120), *lines]
    read = read_firms(Book("表", [Grid("", rows, range(1, len(rows) + 1))]), "tech-sme", on="2026-06-10").rows
    assert read[["employees_total", "assets_total", "sales_last_year"]].values.tolist() == [[120, assets, 4_850_000]]
