"""Cells that cannot be meant, each told and left unknown, and writings that say the same as plain ones."""

from __future__ import annotations

import datetime

import pytest

from matcher.tables.cells import is_ditto
from matcher.tables.columns import read_cells
from matcher.tables.dates import read_days
from matcher.tables.numbers import read_number
from matcher.tables.schemas import Column

SALES = Column("sales", "yuan", "上年度销售收入")
NET = Column("net", "yuan", "净资产")
SHARE = Column("share", "share", "市场占有率")
GROWTH = Column("growth", "share", "收入增长率")
FOUNDED = Column("founded", "date", "成立日期")
UNTIL = Column("until", "date", "有效期至")


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


def test_yuan_under_another_unit():
    read = read_cells(SALES, "万元", [3000, 4000, 421_220_000, 5000, 6000, "200000000万元"])
    assert read.values == [30_000_000, 40_000_000, None, 50_000_000, 60_000_000, 2_000_000_000_000]
    assert [i for i, _ in read.faults] == [2]
    assert read_cells(SALES, "万元", [3000, 4000, 2_000_000, 5000, 6000]).faults == []


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
