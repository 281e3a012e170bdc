"""What people write in place of a plain number or day: understood, or refused in words; never a wrong value."""

import re
import time

import pandas as pd
import pytest

from matcher.tables.cells.checkboxes import read_boxes
from matcher.tables.cells.markup import without_markup
from matcher.tables.cells.numbers import Number, read_number
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.columns.readings import Soft
from matcher.tables.reading import Column, Contract, read_needs, read_outcomes, read_table, split_labels
from matcher.tables.schemas.contracts import column
from matcher.tables.schemas.main import OUTCOMES

FIRM = Contract(
    "firms",
    "企业",
    "enterprise_id",
    (
        Column("enterprise_id", "id", "企业编号"),
        Column("name", "text", "企业名称"),
        Column("sales", "yuan", "销售收入"),
        Column("staff", "number", "职工总数"),
        Column("registered_on", "date", "注册日期"),
        Column("valid_until", "date", "有效期至"),
    ),
)
SALES = Column("sales", "yuan", "销售收入")
STAFF = Column("staff", "number", "职工总数")
SHARE = Column("domestic", "share", "境内占比")
DAY = Column("day", "date", "日期")


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("100 200", "数字中间有空格，不知是一个数还是两个数"),
        ("100\n200", "数字中间有空格，不知是一个数还是两个数"),
        ("100 200 300", "数字中间有空格，不知是一个数还是两个数"),
        ("500①", "含有特殊数字符号“①”，不知是不是数字的一部分"),
        ("120¹", "含有特殊数字符号“¹”，不知是不是数字的一部分"),
        ("5½", "含有特殊数字符号“½”，不知是不是数字的一部分"),
        ("50％", "是百分数，不是金额"),
        ("2026年", "写的是“年”，不是金额"),
        ("90分", "写的是“分”，不是金额"),
        ("60余人", "写的是“人”，不是金额"),
        ("50万美元", "是外币（美元），不知折合多少人民币"),
        ("USD 100", "是外币（usd），不知折合多少人民币"),
        ("100(万美元)", "是外币（美元），不知折合多少人民币"),
        ("50（万元）港币", "是外币（港币），不知折合多少人民币"),
        ("1000万元(加拿大元)", "是外币（加拿大元），不知折合多少人民币"),
        ("500万元(实缴100万元)", "不是数字"),
        ("500(万元)(万元)", "不是数字"),
        ("约30万欧元", "是外币（欧元），不知折合多少人民币"),
        ("1,23", "不是数字"),
        ("1.2.3", "不是数字"),
        ("1万5", "不是数字"),
        ("三百五", "不是数字"),
        ("几十万", "不是数字"),
        ("万元", "不是数字"),
        ("500万元/年", "不是数字"),
        ("100万-200", "范围两头的单位不一"),
        ("200-100万", "范围的下限大于上限"),
    ],
)
def test_what_may_mean_two_things_is_no_money(cell: str, problem: str):
    read = read_cells(SALES, "", [cell])
    assert (read.values, read.soft, [fault.problem for _, fault in read.faults]) == ([None], {}, [problem])


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("1 234 567", 1_234_567),
        ("100 000", 100_000),
        ("500万元（含税）", 5_000_000),
        ("RMB 500万元", 5_000_000),
        ("500(万元人民币)", 5_000_000),
        ("10(万)", 100_000),
        ("1,000（万）", 10_000_000),
        ("3,000.5000(万元)", 30_005_000),
        ("500万(元)", 5_000_000),
        ("800(万元)人民币", 8_000_000),
        ("100.00万人民币元", 1_000_000),
        ("500000(元)", 500_000),
        ("人民币伍佰万元整", 5_000_000),
        ("五百万元", 5_000_000),
        ("一亿零五百万", 105_000_000),
        ("1亿2000万元", 120_000_000),
        ("12万3千", 123_000),
        ("３００", 300),
        ("3十万元", 300_000),
    ],
)
def test_exact_money_in_many_writings(cell: str, yuan: int):
    read = read_cells(SALES, "", [cell])
    assert (read.values, read.faults, read.notes) == ([yuan], [], [])


@pytest.mark.parametrize(
    ("cell", "value", "whole"),
    [
        ("120人（含研发人员35人）", 120, "120人"),
        ("40（其中博士3人）", 40, "40"),
        ("120人，其中2025年新增35人、女职工占30%", 120, "120人"),
        ("1,200（其中女职工300）", 1200, "1,200"),
        ("12人（研发10人、辅助2人）", 12, "12人"),  # they add up
        ("3（另有2件受理中）", 3, "3"),  # which do not count yet
    ],
)
def test_a_number_with_its_parts_is_the_whole(cell: str, value: float, whole: str):
    read = read_cells(STAFF, "", [cell])
    (note,) = (fault.problem for _, fault in read.faults)
    assert (read.values, note.split("，")[0]) == ([value], f"按“{whole}”读入")


@pytest.mark.parametrize(
    "cell",
    [
        "12人（研发10人、辅助3人）",
        "12（其中研发130）",
        "5（其中受理2件）",
        "5（授权3、受理2）",
        "3（待定）",
        "120（另有外聘20）",
        "120（含子公司35人）",
        "45（在册）",
    ],
)
def test_a_number_with_what_may_be_no_part_of_it_is_none(cell: str):
    read = read_cells(STAFF, "", [cell])
    assert (read.values, [fault.problem for _, fault in read.faults]) == ([None], ["不是数字"])


@pytest.mark.parametrize(
    ("cell", "value"), [("45（在册）", 45), ("45人(在册)", 45), ("45（未在册）", None), ("45（退休）", None)]
)
def test_a_number_with_a_word_of_its_own_headers_behind_it(cell: str, value: float | None):
    assert read_cells(Column("staff", "number", "职工总数", ("在册职工",)), "", [cell]).values == [value]


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("科技人员数", "120人（其中科技人员35人）"),
        ("Ⅰ类知识产权数", "12（发明2、实用新型10）"),
        ("Ⅱ类知识产权数", "12（发明2、实用新型10）"),
        ("职工总数（上一年）", "300（2023年100、2024年90、2025年110）"),
    ],
)
def test_a_number_with_what_the_column_asks_for_among_its_parts_is_none(title: str, cell: str):
    assert read_cells(Column("n", "number", title), "", [cell]).values == [None]


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("职工总数", "120（其中女职工30）"),
        ("销售收入", "120（其中高新产品销售收入30）"),
        ("Ⅱ类知识产权数", "120（含软著3）"),
    ],
)
def test_a_number_with_a_part_of_a_like_name_is_the_whole(title: str, cell: str):
    assert read_cells(Column("n", "number", title), "", [cell]).values == [120]


@pytest.mark.parametrize(
    ("cell", "low", "high", "known"),
    [
        ("约50万", 450_000, 550_000, "45万元 至 55万元"),
        ("50万左右", 450_000, 550_000, "45万元 至 55万元"),
        ("约五百万", 4_500_000, 5_500_000, "450万元 至 550万元"),
        ("30万元以上", 300_000, None, "不低于 30万元"),
        ("≥30万", 300_000, None, "不低于 30万元"),
        (">30", 30, None, "不低于 30元"),
        ("上百万", 1_000_000, None, "不低于 100万元"),
        ("500万以内", None, 5_000_000, "不超过 500万元"),
        ("不超过500万", None, 5_000_000, "不超过 500万元"),
        ("100-200", 100, 200, "100元 至 200元"),
        ("100－200万元", 1_000_000, 2_000_000, "100万元 至 200万元"),
        ("30～50", 30, 50, "30元 至 50元"),
        ("60余万元", 600_000, 699_999, "60万元 至 699999元"),
        ("近100万", 500_000, 1_000_000, "50万元 至 100万元"),
        ("约125万", 1_125_000, 1_375_000, "112.5万元 至 137.5万元"),
        ("约100万", 500_000, 1_500_000, "50万元 至 150万元"),
        ("约4800", 4_320, 5_280, "4320元 至 5280元"),
        ("近125万", 1_125_000, 1_250_000, "112.5万元 至 125万元"),
        ("125余万", 1_250_000, 1_375_000, "125万元 至 137.5万元"),
    ],
)
def test_soft_money_is_its_bounds_and_told(cell: str, low: int | None, high: int | None, known: str):
    read = read_cells(SALES, "", [cell])
    assert (read.values, read.soft) == ([None], {0: Soft(low, high)})
    assert [fault.problem for _, fault in read.faults] == [f"不是确切的值，按 {known} 读入"]


def test_soft_counts_are_whole_and_a_word_of_another_kind_is_refused():
    read = read_cells(STAFF, "", ["60余人", "近百人", "约61人", "2026年", "500万元", "50%", "1,200人"])
    assert read.soft == {0: Soft(60.0, 69.0), 1: Soft(50.0, 100.0), 2: Soft(54.0, 68.0)}
    assert [fault.problem for _, fault in read.faults[3:]] == [
        f"写的是“{word}”，和“职工总数”不符" for word in ("年", "元", "%")
    ]
    assert read.values[-1] == 1200.0


def test_about_so_much_of_a_whole_is_never_more_than_all():
    cells = ["约95%", "约60%", "95%左右", "80%-120%"]
    share, growth = Column("share", "share", "市场占有率"), Column("growth", "share", "同比增长率")
    assert read_cells(share, "", cells).soft == {0: Soft(0.855, 1.0), 1: Soft(0.54, 0.66), 2: Soft(0.855, 1.0)}
    assert read_cells(growth, "", cells).soft[0] == Soft(0.855, 1.045)


def test_the_header_s_unit_holds_for_soft_money_too():
    assert read_cells(SALES, "万元", ["约50", "30以上", "100-200", "3亿以上"]).soft == {
        0: Soft(450_000, 550_000), 1: Soft(300_000, None), 2: Soft(1_000_000, 2_000_000), 3: Soft(300_000_000, None),
    }  # fmt: skip


def test_rounding_that_takes_money_away_is_told_once():
    read = read_cells(SALES, "", ["0.4", 12345678.5, 3, 0.001])
    assert (read.values, read.faults) == ([0, 12345679, 3, 0], [])
    assert [(value, fault.problem) for value, fault in read.notes] == [("0.4", "这一列有 2 格不是整元，已四舍五入到元")]
    assert not read_cells(SALES, "万元", ["0.07", 1.15, 0.1 + 0.2]).notes


def test_shares_are_read_as_a_column():
    read = read_cells(SHARE, "", ["60", 5, 1, "0.5", "30%"])
    assert read.values == [0.6, 0.05, 0.01, 0.005, 0.3]
    assert [(i, fault.problem) for i, fault in read.faults] == [
        (2, "读作 1%，因为这一列按百分数读入"), (3, "读作 0.5%，因为这一列按百分数读入"),
    ]  # fmt: skip
    assert [fault.problem for _, fault in read.notes] == ["这一列有大于 1 的数，全列按百分数读入"]
    assert read_cells(SHARE, "", ["0.6", 1, "30%"])[:2] == ([0.6, 1.0, 0.3], [])
    read = read_cells(SHARE, "", ["0.6", "1.2"])
    assert (read.values, len(read.faults)) == ([None, None], 2)
    read = read_cells(SHARE, "%", ["0.6", "12%"])
    assert (read.values, len(read.notes)) == ([0.006, 0.12], 1)
    assert read_cells(SHARE, "", ["60-70%"]).soft == {0: Soft(0.6, 0.7)}


@pytest.mark.parametrize(
    ("unit", "cells", "values", "told"),
    [
        ("", ["0.021", "2.5%", "3%"], [0.021, 0.025, 0.03], "（0.021 读作 2.1%）"),
        ("%", [0.021, "2.5%", "3%"], [0.021, 0.025, 0.03], "（0.021 读作 2.1%）"),
        ("", ["3.1", "0.021", "2.5%"], [0.031, 0.021, 0.025], "（0.021 读作 2.1%）"),
        ("", ["0.05", "0.9", "30%"], [0.05, 0.9, 0.3], "（0.05 读作 5%）"),
    ],
)
def test_a_fraction_beside_marked_shares_is_one_and_told(unit: str, cells: list, values: list, told: str):
    read = read_cells(SHARE, unit, cells)
    assert (read.values, read.faults) == (values, [])
    assert [note.problem[-len(told) :] for _, note in read.notes][-1] == told


def test_a_plain_share_that_the_marked_ones_do_not_place_is_asked_for():
    read = read_cells(SHARE, "", ["0.5", "2.5%", "0"])
    assert read.values == [None, 0.025, 0.0]
    assert [(i, fault.problem) for i, fault in read.faults] == [
        (0, "同一列有的写“%”，有的没写，不知这格是小数还是百分数，没有采用")
    ]
    assert read_cells(SHARE, "%", ["0.5", "2.5%"]).values == [0.005, 0.025]


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [
        ("2012.5", "2012-05-01", "2012-05-31"),
        (2012.1, "2012-01-01", "2012-10-31"),
        ("2015年3月", "2015-03-01", "2015-03-31"),
        ("2025-3", "2025-03-01", "2025-03-31"),
        ("201503", "2015-03-01", "2015-03-31"),
        (2015, "2015-01-01", "2015-12-31"),
        ("2015年", "2015-01-01", "2015-12-31"),
        ("2015年上半年", "2015-01-01", "2015-06-30"),
        ("2015年第三季度", "2015-07-01", "2015-09-30"),
        ("2015年底", "2015-01-01", "2015-12-31"),
        ("2026年2月底前", "2026-02-01", "2026-02-28"),
        ("2025年3月中旬", "2025-03-11", "2025-03-20"),
    ],
)
def test_a_month_or_a_year_is_the_days_in_it(cell: object, low: str, high: str):
    read = read_cells(DAY, "", [cell, "2020-01-01"])
    assert [str(end) for end in read.soft[0]] == [low, high]
    assert [fault.problem for _, fault in read.faults] == [f"不是确切的值，按 {low} 至 {high} 读入"]


def test_a_column_of_years_is_told_once():
    read = read_cells(DAY, "", ["2018", "2019", 2020, "", "/"])
    assert (len(read.soft), read.faults) == (3, [])
    assert [fault.problem for _, fault in read.notes] == ["这一列只写到年或月（3 格），每格按其间的任何一天读入"]


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("已过期", "ended"),
        ("已截止", "ended"),
        ("征集已结束", "ended"),
        ("剩余196天", "open"),
        ("进行中", "open"),
        ("长期", "open"),
        ("2026-01-01", ""),
    ],
)
def test_words_in_place_of_a_date_are_states(cell: str, state: str):
    rows, problems = read_table(pd.DataFrame({"企业编号": ["1", "2"], "有效期至": [cell, "已关闭"]}), FIRM)
    assert rows["valid_until_state"].tolist() == [state, "ended"]
    assert "写的是状态，不是日期（1 格），视为已结束" in set(problems["problem"])
    tidy, problems = read_table(pd.DataFrame({"企业编号": ["1"], "有效期至": ["长期"]}), FIRM)
    assert "valid_until_state" not in tidy
    assert problems.empty


def test_companions_stand_beside_a_column_with_soft_cells_only():
    frame = pd.DataFrame(
        {
            "企业编号": list("123"),
            "销售收入": ["约500000", 7, ""],
            "注册日期": ["2015", "", "2020-01-03"],
            "职工总数": [1, 2, 3],
        }
    )
    rows, _ = read_table(frame, FIRM)
    expected = pd.DataFrame(
        {
            "enterprise_id": list("123"),
            "name": ["", "", ""],
            "sales": pd.array([None, 7, None], "Int64"),
            "staff": pd.array([1, 2, 3], "Float64"),
            "registered_on": pd.Series([None, None, "2020-01-03"], dtype="datetime64[us]"),
            "valid_until": pd.Series([None] * 3, dtype="datetime64[us]"),
            "sales_min": pd.array([450_000, 7, None], "Int64"),
            "sales_max": pd.array([550_000, 7, None], "Int64"),
            "sales_text": ["约500000", "", ""],
            "registered_on_min": pd.Series(["2015-01-01", None, "2020-01-03"], dtype="datetime64[us]"),
            "registered_on_max": pd.Series(["2015-12-31", None, "2020-01-03"], dtype="datetime64[us]"),
            "registered_on_text": ["2015", "", ""],
        }
    )
    pd.testing.assert_frame_equal(rows, expected)
    again = read_table(rows, FIRM).rows
    days = dict.fromkeys(("registered_on_min", "registered_on_max"), "datetime64[us]")  # older pandas reads them finer
    pd.testing.assert_frame_equal(again.astype(days), expected, check_dtype=False)


@pytest.mark.parametrize(
    "word", ["/", "-", "—", "无", "暂无", "未说明", "未注明", "N/A", "（空）", "null", "待补充", "略", "None"]
)
def test_placeholders_are_nothing_everywhere(word: str):
    headers = ["需求编号", "需求名称", "需求描述", "地区", "合作方式", "预算", "发布日期"]
    rows, problems = read_needs(pd.DataFrame([["1", "甲", *[word] * 5]], columns=headers))
    assert rows[["description", "region", "cooperation"]].iloc[0].tolist() == ["", "", ""]
    assert rows[["budget", "posted_on"]].isna().all(axis=None)
    assert problems.empty


def test_a_price_to_be_agreed_stays_and_is_no_label():
    rows, _ = read_outcomes(
        pd.DataFrame({"成果编号": ["1"], "成果名称": ["甲"], "价格": ["面议"], "合作方式": ["面议"], "地区": ["不限"]})
    )
    assert rows[["price", "cooperation", "region"]].iloc[0].tolist() == ["面议", "", ""]


def test_ditto_repeats_the_cell_above_and_is_told():
    frame = pd.DataFrame(
        {
            "需求编号": list("123"),
            "需求名称": list("甲乙丙"),
            "企业名称": ["同上", "虚构甲公司", "〃"],
            "预算": ["3万", "同上", "同上"],
            "原值": [5, "〃", 7],
        }
    )
    rows, problems = read_needs(frame)
    assert rows["原值"].tolist() == [5, 5, 7]
    assert rows["enterprise"].tolist() == ["", "虚构甲公司", "虚构甲公司"]
    assert rows["budget"].tolist() == [30_000] * 3
    assert problems[["row", "column", "problem"]].values.tolist() == [
        [2, "企业名称", "上面没有可照抄的内容，当作没填"],
        [3, "预算", "照上一行读作“3万”"],
        [3, "原值", "照上一行读作“5”"],
        [4, "预算", "照上一行读作“3万”"],
        [4, "企业名称", "照上一行读作“虚构甲公司”"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "粒径x<a 且 b>c 时",
        "若a<b且c>d",
        "a<b>c",
        "0<i<n",
        "p<0.05，t>2",
        "s<a and b>c",
        "x<p，y>q",
        "T<Tc, T>T0",
        "<5 μm 且 >1 μm",
        "a<i j>b",
    ],
)
def test_signs_of_comparison_are_no_tags(text: str):
    assert without_markup(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>粗</b>细", "粗细"),
        ("一<br>二<BR/>三", "一\n二\n三"),
        ("<p>截断的段落", "\n截断的段落"),
        ('<p style="font-family:"宋体"">一</p>', "\n一\n"),
        ('<a href="x">一</a><img src=y.png>', "一"),
        ("<td nowrap>一</td>", "一"),
        ("x<p>y</p>", "x\ny\n"),
        ("<SPAN class=a>一</SPAN>", "一"),
    ],
)
def test_real_tags_go(text: str, expected: str):
    assert without_markup(text) == expected


@pytest.mark.parametrize("opening", ["<b ", "<b x=", "<i>", "</p>", "<a b c d "])
def test_many_openings_take_no_time(opening: str):
    start = time.process_time()
    without_markup(opening * 100_000)
    without_markup("<b" + " " * 200_000)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "cell",
    [
        "☑技术转让 □技术许可 □合作开发",
        "√技术转让  技术许可",
        "■技术转让□技术许可",
        "技术转让（√）技术许可（ ）",
        "[√]技术转让 [ ]技术许可",
        "□√技术转让 □技术许可",
        "□技术转让√ □技术许可",
        "技术转让☑技术许可□",
        "☒技术转让 ☐技术许可",
        "R技术转让 £技术许可",
        "\uf052技术转让 \uf0a3技术许可",
        "●技术转让 ○技术许可",
        "合作方式：☑技术转让 □其他（ ）",
        "[x] 技术转让  [ ] 技术许可",
    ],
)
def test_only_ticked_labels_count(cell: str):
    assert split_labels(cell, OUTCOMES["cooperation"]) == ("技术转让",)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("A.技术转让 B.合作开发", ("技术转让", "合作开发")),
        ("1、技术转让2、技术许可", ("技术转让", "技术许可")),
        ("技术转让或技术许可", ("技术转让", "技术许可")),
        ("☑技术转让☑技术许可□其他", ("技术转让", "技术许可")),
        ("技术转让、其他（ ）", ("技术转让", "其他（ ）")),
        ("□技术转让 □技术许可", ()),
    ],
)
def test_labels_behind_numbers_and_boxes(cell: str, labels: tuple[str, ...]):
    assert split_labels(cell, OUTCOMES["cooperation"]) == labels


def test_a_cell_with_no_tick_is_nothing_and_told():
    rows, problems = read_outcomes(
        pd.DataFrame({"成果编号": ["1"], "成果名称": ["甲"], "合作方式": ["□技术转让 □技术许可"]})
    )
    assert rows["cooperation"].tolist() == [""]
    assert problems["problem"].tolist() == ["没有勾选任何一项，当作没填"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("☑是 □否", True),
        ("□是 ☑否", False),
        ("是☑否□", True),
        ("是□否☑", False),
        ("是（√）否（ ）", True),
        ("是（ ）否（√）", False),
        ("□是 √否", False),
        ("☑", True),
        ("□是 □否", None),
        ("☑是 ☑否", None),
        ("0", False),
        ("3", True),
        ("2项", True),
        ("0 项", False),
        (4.0, True),
        ("1.5", None),
        ("-1", None),
        ("三", None),
    ],
)
def test_yes_and_no_as_boxes_and_as_counts(cell: object, expected: bool | None):
    assert read_cells(Column("a", "yesno", "居民企业"), "", [cell]).values == [expected]


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("是否立项", "立项", True),
        ("是否立项", "未立项", False),
        ("是否立项", "不予立项", False),
        ("是否立项（是/否）", "已立项", True),
        ("是否立项", "拟立项", None),
        ("立项结果", "没有立项", False),
        ("未立项", "未立项", True),
        ("未立项", "立项", False),
        ("有无失信记录", "无失信记录", False),
        ("是否独立法人", "法人", None),
        ("是否转化", "部分转化", None),
    ],
)
def test_a_cell_may_repeat_what_its_header_asks(header, cell, expected):
    assert read_cells(Column("a", "yesno", header), "", [cell], header).values == [expected]


def test_a_text_without_boxes_has_none():
    assert [read_boxes(text) for text in ("技术转让", "其他（ ）", "A（一）", "R技术")] == [None] * 4


def test_a_million_cells_take_seconds():
    start = time.process_time()
    whole = list(range(1_000_000))
    read_cells(SALES, "万元", whole)
    read_cells(SALES, "万元", list(map(str, whole)))
    read_cells(STAFF, "", list(map(float, whole)))
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    ("title", "cells", "values", "problems"),
    [
        ("同意票数", ["10票", "十票", "10天"], [10, 10, None], ["写的是“天”，和“同意票数”不符"]),
        ("样品数量", ["6片", "10个样品", "3组", "5份样品"], [6, 10, 3, 5], []),
        ("可服务村数", ["3个村", "3村", "3个"], [3, 3, 3], []),
        ("培训人次", ["50人次", "50人"], [50, 50], []),
        ("应到委员数", ["9名委员", "9位"], [9, 9], []),
        ("目标值", ["10家", "5台", "3项专利"], [10, 5, None], ["不是数字"]),
        ("公示天数", ["7个工作日", "7天"], [None, 7], ["写的是“个工作日”，和“公示天数”不符"]),
        ("单位公示工作日数", ["5个工作日", "5天"], [5, None], ["写的是“天”，和“单位公示工作日数”不符"]),
        ("可服务天数", ["20个工作日", "20天"], [20, 20], []),
        (
            "空闲机时",
            ["800小时", "1200机时", "30天", "90分钟"],
            [800, 1200, None, None],
            ["写的是“天”，和“空闲机时”不符", "写的是“分钟”，和“空闲机时”不符"],
        ),
    ],
)
def test_counts_with_their_classifiers_and_hours_with_their_units(title, cells, values, problems):
    read = read_cells(column("x", "number", title, ""), "", cells)
    assert (read.values, [fault.problem for _, fault in read.faults]) == (values, problems)


def test_what_may_stand_behind_a_number_is_said_as_it_is():
    action = read_cells(column("x", "number", "目标值", ""), "", ["三五个"]).faults[0][1].action
    assert action == "请只填数字，可带常用的单位，如 10人、3件、5票、30天、2万元"
    named = re.findall("[0-9]+[^、 ]+", action.partition("如 ")[2])
    assert all(isinstance(read_number(text, 1), Number) for text in named)


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [
        ("三十到五十万", 300_000, 500_000),
        ("五至八万元", 50_000, 80_000),
        ("一百至一百五十万", 1_000_000, 1_500_000),
        ("八百到一千万元", 8_000_000, 10_000_000),
        ("三十万元", 300_000, 300_000),
        ("一亿零五百万", 105_000_000, 105_000_000),
        ("五千到一万元", 5_000, 10_000),
        ("五千至八千元", 5_000, 8_000),
    ],
)
def test_the_unit_of_the_upper_end_in_words_holds_for_the_lower(cell: str, low: int, high: int):
    number = read_number(cell, 1)
    assert (number.low, number.high) == (low, high)


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("Budget (10,000 RMB)", 10_000),
        ("Budget (RMB 10,000)", 10_000),
        ("Budget (10k RMB)", 10_000),
        ("Budget (million RMB)", 1_000_000),
        ("Budget (yuan)", 1),
        ("预算（10000元）", 10_000),
        ("预算（W）", 10_000),
    ],
)
def test_units_of_headers_in_figures_and_in_english(header: str, factor: int):
    frame = pd.DataFrame({"Title": ["a"], "Description": ["b"], header: [50]}, dtype=object)
    assert read_needs(frame).rows["budget"].tolist() == [50 * factor]


@pytest.mark.parametrize("cell", [922337203685478.0, 922337203685478, "922337203685478"])
def test_a_sum_beyond_what_whole_yuan_hold_is_told(cell):
    rows, problems = read_needs(pd.DataFrame({"需求名称": ["甲", "乙"], "预算（万元）": [cell, 5]}))
    assert rows["budget"].isna().tolist() == [True, False]
    assert problems["problem"].str.contains("大得不合理").any()
