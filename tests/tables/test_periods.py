"""A period of days in a cell: its end in a column of ends, its start in one of starts, no single day in any other."""

import datetime as dt

import pandas as pd
import pytest

from matcher.tables.cells.dates import Days, Span, read_date, read_days
from matcher.tables.reading import read_table
from matcher.tables.schemas.single_commands import MILESTONES, TARGETS, TECH_CONTRACTS

DAY = dt.date


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01至03-12", "2026-03-01~12", "2026年3月1日-12日", "2026年3月1日—3月12日", "2026.3.1-3.12",
        "2026/3/1-2026/3/12", "20260301-20260312", "自2026年3月1日起至2026年3月12日止", "2026-3-1 至 12日",
        "2026-03-01至3月12日",
    ],
)  # fmt: skip
def test_writings_of_a_period(written):
    assert read_days(written) == Span(DAY(2026, 3, 1), DAY(2026, 3, 12))
    assert read_date(written).problem == "是一段时间，不是一天"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01", DAY(2026, 3, 1)),
        ("2026-03-01至2026-03-01", DAY(2026, 3, 1)),
        ("2026-03-01至长期", Span(DAY(2026, 3, 1), "")),
        *(
            (written, Span(Days(DAY(2026, 3, 1), DAY(2026, 3, 31)), Days(DAY(2026, 5, 1), DAY(2026, 5, 31))))
            for written in ("2026年3月至2026年5月", "2026年3月-5月", "2026年3-5月份", "2026.3~5月")
        ),
    ],
)
def test_ends_of_a_period(written, read):
    assert read_days(written) == read


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("2026-03-12至2026-03-01", "是一段时间，止日早于起日"),
        ("2026-02-30至2026-03-01", "日历上没有这一天"),
        ("2026-03-01-12", "不是日期"),
        ("2015年前", "不是日期"),
    ],
)
def test_what_is_no_period(written, problem):
    assert read_days(written).problem == problem


def test_a_remark_behind_a_date_is_told_and_what_may_unsay_it_is_not_read():
    table = pd.DataFrame(
        {
            "合同编号": ["H1", "H2", "H3", "H4", "H5", "H6"],
            "合同名称": ["甲", "乙", "丙", "丁", "戊", "己"],
            "签订日期": [
                "2026.3.1（公示）",
                "2026.3.1（拟）",
                "2026.3.1（周日）",
                "2026.3.1（？）",
                "2026.3.1（农历）",
                "2026.3.1（待定）",
            ],
        }
    )
    read = read_table(table, TECH_CONTRACTS)
    day, none = pd.Timestamp(2026, 3, 1), pd.NaT
    assert read.rows["signed_on"].tolist() == [day, none, day, none, none, none]
    told = read.problems[read.problems["column"] == "签订日期"]
    assert told[["row", "problem"]].to_numpy().tolist() == [
        [2, "按“2026.3.1”读入，括号里的话没有采用"],
        [3, "不是日期"],
        *([row, "不是日期"] for row in (5, 6, 7)),
    ]


def test_an_event_in_a_period_lies_somewhere_in_it_and_is_told():
    table = pd.DataFrame(
        {
            "合同编号": ["H1", "H2", "H3", "H4"],
            "项目名称": ["甲", "乙", "丙", "丁"],
            "签订日期": ["2026-03-01至03-12", "2026-03-02", "2026年3月5日至长期", "2026-03-07"],
            "有效期至": ["2026-03-01至2027-02-28", "2027-02-28", "2026-03-05至长期", "2026-03-01至2025-03-01"],
        }
    )
    rows, problems = read_table(table, TECH_CONTRACTS)
    columns = ["signed_on", "signed_on_min", "signed_on_max", "signed_on_text", "valid_until"]
    assert [[str(cell).removesuffix(" 00:00:00") for cell in row] for row in rows[columns].values.tolist()] == [
        ["NaT", "2026-03-01", "2026-03-12", "2026-03-01至03-12", "2027-02-28"],
        ["2026-03-02", "2026-03-02", "2026-03-02", "", "2027-02-28"],
        ["NaT", "2026-03-05", "NaT", "2026年3月5日至长期", "NaT"],
        ["2026-03-07", "2026-03-07", "2026-03-07", "", "NaT"],
    ]
    assert problems[["row", "column", "value", "problem", "action"]].values.tolist() == [
        [
            2, "签订日期", "2026-03-01至03-12", "是一段时间，不是一天，按 2026-03-01 至 2026-03-12 间的某一天读入",
            "请只写这件事发生的那一天",
        ],
        [
            4, "签订日期", "2026年3月5日至长期", "是一段时间，不是一天，按 2026-03-05 以后的某一天读入",
            "请只写这件事发生的那一天",
        ],
        [5, "有效期至", "2026-03-01至2025-03-01", "是一段时间，止日早于起日", "请改正日期"],
    ]  # fmt: skip


def test_a_period_of_a_target_begins_with_its_first_day_and_is_due_on_its_last():
    table = pd.DataFrame({"目标名称": ["甲"], "起始日期": ["2026年1月1日-12月31日"], "完成日期": ["2026-01-01至12-31"]})
    rows, problems = read_table(table, TARGETS)
    assert [str(day)[:10] for day in rows[["start", "due"]].iloc[0]] == ["2026-01-01", "2026-12-31"]
    assert problems["column"].tolist() == ["目标编号"]
    table = pd.DataFrame({"榜单编号": ["B1"], "应完成日期": ["2026-01-01至12-31"], "完成日期": ["2026-01-01至12-31"]})
    rows, problems = read_table(table, MILESTONES)
    assert [str(day)[:10] for day in rows[["due", "done_on", "done_on_max"]].iloc[0]] == [
        "2026-12-31", "NaT", "2026-12-31",
    ]  # fmt: skip
    assert problems["column"].tolist() == ["完成日期"]
