"""Cells that cannot be meant, each told and left unknown, and writings that say the same as plain ones."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from matcher.tables.cells.dates import read_days
from matcher.tables.cells.numbers import read_number
from matcher.tables.cells.texts import is_ditto
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.reading import Reading, read_needs, read_outcomes, read_table
from matcher.tables.schemas.main import Column, Contract

SALES = Column("sales", "yuan", "上年度销售收入")
NET = Column("net", "yuan", "净资产")
SHARE = Column("share", "share", "市场占有率")
GROWTH = Column("growth", "share", "收入增长率")
FOUNDED = Column("founded", "date", "成立日期")
UNTIL = Column("until", "date", "有效期至")
FIRMS = Contract(
    "firms",
    "企业",
    "firm_id",
    (
        Column("firm_id", "id", "企业编号"),
        SALES,
        Column("sales_before", "yuan", "前年销售收入"),
        Column("staff", "number", "职工总数"),
    ),
)


@pytest.mark.parametrize("cell", ["-300", "(300)", "负300", -0.5])
def test_negative_amounts(cell: object):
    read = read_cells(SALES, "万元", [1, cell])
    assert read.values == [10_000, None]
    assert [i for i, _ in read.faults] == [1]
    assert read_cells(NET, "万元", [1, cell]).faults == []


@pytest.mark.parametrize("cell", [120, "350%", -5])
def test_shares_of_a_whole(cell: object):
    read = read_cells(SHARE, "%", [30, cell])
    assert (read.values, [i for i, _ in read.faults]) == ([0.3, None], [1])
    assert read_cells(GROWTH, "%", [30, cell]).faults == []


def firms(*rows: tuple[object, ...], unit: str = "万元") -> Reading:
    """Sales of two years in a unit, and persons."""
    table = pd.DataFrame(rows, columns=["企业编号", f"上年度销售收入（{unit}）", f"前年销售收入（{unit}）", "职工总数"])
    return read_table(table, FIRMS)


OTHERS = (("A", 3000, 2900, 90), ("B", 5000, 4000, 100), ("C", 1000, 900, 40))


def amounts(reading: Reading) -> list[list[object]]:
    return reading.rows[["sales", "sales_before"]].astype(object).where(reading.rows.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize("cell", ["￥12,000,000", "¥1200万", "12000000元", "RMB 12,000,000", "￥1200万-￥1200万"])
def test_an_amount_with_a_sign_of_yuan_is_not_in_the_unit_of_its_header(cell: str):
    reading = firms(*OTHERS, ("D", cell, 1200, 50))
    assert amounts(reading)[3] == [12_000_000, 12_000_000]
    told = reading.problems["problem"].str.contains("写着人民币的符号").sum()
    assert told == (cell in ("￥12,000,000", "RMB 12,000,000"))


def test_a_sign_of_yuan_goes_before_the_unit_of_the_row():
    table = pd.DataFrame({"企业编号": ["A", "B"], "上年度销售收入": ["￥500,000", 50], "金额单位": ["万元", "万元"]})
    assert read_table(table, FIRMS).rows["sales"].tolist() == [500_000, 500_000]
    assert read_table(table.drop(columns="金额单位").head(1), FIRMS).problems.empty


def test_every_amount_of_a_row_in_yuan_under_another_unit_is_asked():
    reading = firms(*OTHERS, ("D", 9_000_000, 700_000, 60))
    assert amounts(reading)[3] == [None, None]
    assert reading.problems[["row", "column", "problem"]].to_numpy().tolist() == [
        [5, f"{column}（万元）", f"比同列其他数大得多，像是按元填写的；按表头的单位是 {amount}，没有采用"]
        for column, amount in (("上年度销售收入", "900亿元"), ("前年销售收入", "70亿元"))
    ]


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ((2_000_000, 3000, 90), False),  # 700 times the others and more are beyond doubt
        ((6_000_000, 3000, 90), True),
        (("约6000000", 3000, 90), True),
        (("6000000万元", 3000, 90), False),
        ((6_000_000, 5_500_000, 60_000), False),  # a giant with as many people
        ((1_000_000, 3000, 9), True),  # 100 times the others, 1,000 times by the head
    ],
)
def test_amounts_are_compared_with_their_column_and_the_persons_of_the_row(row: tuple[object, ...], asked: bool):
    reading = firms(*OTHERS, ("D", *row))
    assert (amounts(reading)[3][0] is None) == asked
    assert reading.problems["problem"].str.contains("像是按元填写").sum() == asked


def test_amounts_that_differ_widely_are_no_mistake():
    rows = [(name, 10**at, 10**at, None) for at, name in enumerate("ABCDEFG")]
    assert firms(*rows).problems.empty
    assert firms(*OTHERS, ("D", 6_000_000, 7_000_000, 90), unit="元").problems.empty
    asked = firms(("A", 3, 3, 9), ("B", 5, 5, 9), ("C", 1, 1, 9), ("D", 30_000, 20_000, 9), unit="亿元").problems
    assert list(asked["problem"].str.extract("像是按(.+)填写")[0]) == ["万元", "万元"]


def test_budgets_in_yuan_under_another_unit_are_asked():
    cells = ["50", "80", "￥500,000", "500000", "120", "60"]
    reading = read_needs(pd.DataFrame({"需求名称": list("甲乙丙丁戊己"), "预算（万元）": cells}))
    assert reading.rows["budget"].fillna(0).tolist() == [500_000, 800_000, 500_000, 0, 1_200_000, 600_000]
    assert reading.rows["budget_text"].tolist()[3] == "500000万元"


def test_days_that_nobody_means():
    read = read_cells(FOUNDED, "", ["2015-03-12", "1900-01-01", "2105-03-12"])
    assert (read.values, [i for i, _ in read.faults]) == ([datetime.date(2015, 3, 12), None, None], [1, 2])
    assert read_cells(UNTIL, "", ["2105-03-12"]).faults == []


@pytest.mark.parametrize(
    "text",
    [
        "2024—1—31",
        "2024、1、31",
        "2024年1月31号",
        "20240131.0",
        "'20240131",
        "2024.1.31.",
        "二〇二四年一月三十一日",
        "2024\\1\\31",
    ],
)
def test_writings_of_a_day(text: str):
    assert read_days(text) == datetime.date(2024, 1, 31)


@pytest.mark.parametrize(
    ("text", "value"), [("’30", 30), ("'30", 30), ("负281", -281), ("百分之5", 5), ("百分之六十", 60)]
)
def test_writings_of_a_number(text: str, value: int):
    number = read_number(text, 1)
    assert number is not None
    assert number[0] == value


def test_a_value_in_an_attachment_is_told():
    for column in (SALES, FOUNDED, SHARE):
        read = read_cells(column, "", ["见附件", "/"])
        assert (read.values, [i for i, _ in read.faults]) == ([None, None], [0])


def test_as_above():
    assert all(map(is_ditto, ["同上", "同 上", "同上。", "（同上）", "”", "〃", '"']))
    assert not any(map(is_ditto, ["同上海", "", "12", None, "”号"]))


def test_less_than_one_person_is_told_and_not_used():
    staff = read_cells(Column("staff", "number", "职工总数"), "", ["0.15", 12, 0, "12.5"])
    assert (staff.values, [(i, fault.problem) for i, fault in staff.faults]) == (
        [None, 12.0, 0.0, 12.5],
        [(0, "不足 1 人，不知是比例，还是以“万”为单位，没有采用")],
    )
    assert read_cells(Column("people", "number", "人口"), "万", ["0.15"]).values == [1500.0]
    assert read_cells(Column("pay", "number", "职工人均工资"), "", ["0.15"]).values == [0.15]


def test_letters_without_end_are_no_options():
    cells = ["A." * 3000 + "5", "A.A.5", "B.5", "C、10-30"]
    assert read_cells(SALES, "万元", cells).values == [None, None, 50_000, None]


def test_a_price_in_another_unit_than_its_header_stays_as_it_is_written():
    table = pd.DataFrame(
        {"成果名称": list("甲乙丙丁戊"), "转让价格（万元）": ["80", "1,200,000", "60", "30万", "面议"]}
    )
    reading = read_outcomes(table)
    assert reading.rows["price"].tolist() == ["80万元", "1,200,000", "60万元", "30万", "面议"]
    told = reading.problems[reading.problems["column"] == "转让价格（万元）"]
    assert told[["row", "problem"]].to_numpy().tolist() == [
        [3, "比同列其他数大得多，像是按元填写的；按表头的单位是 120亿元，没有加上"]
    ]
