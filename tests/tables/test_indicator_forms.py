"""A statistical form of one firm: indicators on the left, one column of figures."""

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.policy.firms.table import read_firms
from matcher.pool.targets import read_targets
from matcher.tables.files.sheets import Book, Grid, Merged

FORM = [
    ["2025年高新技术企业经济情况表（107-2表）"],
    ["单位名称：虚构甲科技有限公司"],
    ["指标名称", "计量单位", "代码", "数量"],
    ["一、经营情况", None, None, None],
    ["营业收入", "千元", "QC05", 48000],
    ["其中：技术收入", "千元", "QC06", 1200],
    ["资产总计", "千元", "QC20", 62000],
    ["负债合计", "千元", "QC22", None],
    ["从业人员期末人数", "人", "QD01", 120],
]


def book(tmp_path, rows):
    path = tmp_path / "form.xlsx"
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def test_a_form_of_one_firm_is_a_record(tmp_path):
    reading = read_firms(book(tmp_path, FORM), "innovative-sme", on="2026-07-01")
    row = reading.rows.iloc[0]
    assert len(reading.rows) == 1
    assert (row["name"], row["revenue_last_year"], row["assets_total"]) == (
        "虚构甲科技有限公司",
        48_000_000,
        62_000_000,
    )
    assert "liabilities" not in reading.rows  # nothing was written
    assert reading.problems["problem"].str.contains("作一条记录，共 4 项").any()


def test_the_numbers_of_its_columns_are_no_indicator(tmp_path):
    rows = [*FORM[:3], ["甲", "乙", "丙", 1], *FORM[3:]]
    reading = read_firms(book(tmp_path, rows), "innovative-sme", on="2026-07-01")
    assert not [header for header in reading.columns["header"] if "甲" in header]
    assert reading.problems["problem"].str.contains("作一条记录，共 4 项").any()


@pytest.mark.parametrize(
    "header",
    [
        ["企业名称", "计量单位", "代码", "数量"],  # a list of firms
        ["指标名称", "计量单位", "甲公司", "乙公司"],  # two columns of figures
        ["指标名称", "代码", "数量", "数量"],
    ],
)
def test_other_tables_are_none(tmp_path, header):
    rows = [header, *FORM[4:]]
    try:
        problems = read_firms(book(tmp_path, rows), "innovative-sme", on="2026-07-01").problems["problem"]
    except TableError:
        return
    assert not problems.str.contains("一家企业的指标表").any()


def test_a_further_form_below_is_told(tmp_path):
    other = [["单位名称：虚构乙科技有限公司"], FORM[2], ["营业收入", "千元", "QC05", 9000], ["利润", "千元", "QC06", 1]]
    reading = read_firms(book(tmp_path, [*FORM, *other]), "innovative-sme", on="2026-07-01")
    assert reading.rows["revenue_last_year"].tolist() == [48_000_000]
    left = reading.problems[reading.problems["problem"].str.contains("下面还有一张指标表")]
    assert left["row"].tolist() == [11]


def test_figures_of_the_year_before_beside_them_are_left(tmp_path):
    rows = [[*row, 1] if len(row) > 1 else row for row in FORM]
    rows[2] = ["指标名称", "计量单位", "代码", "本年", "上年"]
    assert read_firms(book(tmp_path, rows), "innovative-sme", on="2026-07-01").rows["assets_total"].tolist() == [
        62_000_000
    ]


def test_a_table_of_targets_is_read_as_before():
    table = pd.DataFrame({"指标名称": ["高企", "平台", "合同"], "单位": ["家", "个", "份"], "数量": [1, 2, 3]})
    assert len(read_targets(table, on="2026-07-01").rows) == 3


def test_a_unit_merged_over_its_rows_and_one_left_blank_lose_no_indicator():
    rows = [
        ["企业名称：虚构甲公司", None, None, None],
        ["指标", "单位", "2024年", "2025年"],
        ["销售收入", "万元", 112, 129],
        ["净资产", None, 60, 70],
        ["职工总数", None, 2, 3],
    ]
    read = read_firms(Book("表", [Grid("", rows, range(1, 6), merged=(Merged(2, 1, 3, 1),))]), "hte", on="2026-11-29")
    columns = ["sales_y2", "sales_y3", "net_assets_y2", "net_assets_y3", "employees_total"]
    assert read.rows[columns].values.tolist() == [[1_120_000, 1_290_000, 600_000, 700_000, 3]]


@pytest.mark.parametrize("beside", ["备注", "三年合计"])
@pytest.mark.parametrize("pairs", [2, 4])
def test_years_with_remarks_beside_them_and_what_stands_around_them(pairs, beside):
    above = [["企业名称", "虚构甲公司"], ["所在乡镇", "城关镇"], ["注册时间", "2015-03-12"], ["科技人员数", 18]]
    rows = [
        ["2026年高企培育摸底表"],
        *above[:pairs],
        ["项目", "单位", "2023年", "2024年", "2025年", beside],
        ["销售收入", "万元", 3200, 3650, 4100, "未审计"],
        ["研发费用", "万元", 150, 180, 210, "#REF!"],
        ["职工总数", "人", 60],
        ["Ⅰ类知识产权数", "件", 2],
    ]
    grid = Grid("", [[*row, *[None] * (6 - len(row))] for row in rows], range(1, len(rows) + 1))
    read = read_firms(Book("表", [grid]), "hte", on="2026-06-01")
    columns = ["name", "sales_y1", "sales_y3", "rd_expense_y2", "rd_expense_y3", "employees_total", "class1_ip"]
    expected = ["虚构甲公司", 32_000_000, 41_000_000, 1_800_000, 2_100_000, 60, 2]
    assert read.rows[[*columns, "所在乡镇", f"{beside}（销售收入）"]].values.tolist() == [
        [*expected, "城关镇", "未审计"]
    ]


@pytest.mark.parametrize("corner", [["项目"], ["指标", "单位"]])
def test_figures_of_the_last_year_alone_keep_it(corner: list[str]):
    def of(label: str, unit: str, value: int) -> list[object]:
        return [label, unit, value] if len(corner) > 1 else [f"{label}（{unit}）", value]

    rows = [
        *[["企业名称", "虚构甲公司"], ["注册时间", "2025-01-12"], ["所在乡镇", "城关镇"]],
        [*corner, "2025年", "2024年", "2023年"],
        *[of("销售收入", "万元", 4100), of("研发费用", "万元", 210), of("职工总数", "人", 60)],
    ]
    grid = Grid("", [[*row, *[None] * (5 - len(row))] for row in rows], range(1, len(rows) + 1))
    read = read_firms(Book("表", [grid]), "hte", on="2026-06-01")
    assert read.rows[["sales_y3", "rd_expense_y3", "employees_total"]].values.tolist() == [[41_000_000, 2_100_000, 60]]


@pytest.mark.parametrize("further", [[], [["注册时间", "2015-01-12"], ["科技人员数", 18]]])
def test_units_of_years_as_above(further: list[list[object]]):
    rows = [
        ["企业名称", "虚构甲公司"],
        *further,
        ["项目", "单位", "2023年", "2024年", "2025年"],
        ["销售收入", "万元", 3200, 3650, 4100],
        ["研发费用", "〃", 150, 180, 210],
        ["净资产", "同上", 900, 950, 980],
    ]
    grid = Grid("", [[*row, *[None] * (5 - len(row))] for row in rows], range(1, len(rows) + 1))
    read = read_firms(Book("表", [grid]), "hte", on="2026-06-01")
    columns = ["sales_y3", "rd_expense_y1", "rd_expense_y3", "net_assets_y3"]
    assert read.rows[columns].values.tolist() == [[41_000_000, 1_500_000, 2_100_000, 9_800_000]]
