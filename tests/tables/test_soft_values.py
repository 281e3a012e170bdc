"""What is known within bounds only keeps a text that reads the same in another table."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms
from matcher.tables.columns.soft_values import with_texts
from matcher.tables.reading import read_needs, read_table
from matcher.tables.schemas.main import HIGH, LOW, NEEDS, STATE, TEXT, Column, Contract

FIRMS = Contract(
    "firms",
    "企业",
    "row_id",
    (
        Column("row_id", "id", "编号"),
        Column("sales", "yuan", "销售收入"),
        Column("share", "share", "占比"),
        Column("staff", "number", "职工", sums=(("全职", "兼职"),)),
        Column("founded", "date", "成立日期"),
    ),
)


@pytest.mark.parametrize(
    ("header", "cells", "texts"),
    [
        (
            "销售收入（万元）",
            ["约50", "30～50", "30以上", "不超过8", "约50万", "9"],
            "约50万元 30～50万元 30万元以上 不超过8万元 约50万",
        ),
        ("销售收入（亿元）", ["1.2-1.5", "约2亿元", "3"], "1.2-1.5亿元 约2亿元"),
        ("销售收入（元）", ["约500000", "30万～50万"], "约500000 30万～50万"),
        ("占比（%）", ["约5", "10-20", "约30%", "0.5"], "约5% 10-20% 约30%"),
        ("成立日期", ["2015年3月", "2012.5", "2024", "2020-01-02"], "2015年3月 2012.5 2024"),
    ],
)
def test_a_text_with_the_unit_of_its_header_reads_the_same_again(header, cells, texts):
    read = read_table(pd.DataFrame({"编号": [str(n) for n in range(len(cells))], header: cells}), FIRMS).rows
    shown = with_texts(read, FIRMS)
    titles = {column.name: column.title for column in FIRMS.columns}
    again = read_table(shown.dropna(axis=1, how="all").rename(columns=titles), FIRMS).rows
    name = next(column.name for column in FIRMS.columns if header.startswith(column.title))
    for end in ("", LOW, HIGH, TEXT):
        pd.testing.assert_series_equal(again[name + end], read[name + end])
    written = [text for text in read[name + TEXT] if text]
    assert written == texts.split()
    assert not [column for column in shown if column.endswith((LOW, HIGH, TEXT, STATE))]


def test_states_are_shown_as_they_were_written_and_exact_values_as_they_are():
    table = {
        "需求编号": ["a", "b", "c"],
        "需求名称": ["甲", "乙", "丙"],
        "有效期": ["已过期", "剩余196天", "2027-03-01"],
    }
    rows = read_table(pd.DataFrame(table), NEEDS).rows
    assert rows["valid_until" + STATE].tolist() == ["ended", "open", ""]
    shown = with_texts(rows, NEEDS)
    assert [str(cell)[:10] for cell in shown["valid_until"]] == ["已过期", "剩余196天", "2027-03-01"]
    again = read_table(shown.rename(columns={"valid_until": "有效期至"}), NEEDS).rows
    assert again["valid_until" + STATE].tolist() == ["ended", "open", ""]


def test_a_table_without_soft_values_is_the_same_table():
    rows = read_table(pd.DataFrame({"需求编号": ["a"], "需求名称": ["甲"], "预算（元）": [5]}), NEEDS).rows
    assert with_texts(rows, NEEDS) is rows


def test_a_sum_with_a_soft_part_is_shown_as_what_it_is_between():
    table = pd.DataFrame({"企业名称": ["虚构甲公司", "虚构乙公司"], "实用新型": ["约10", "3"], "软著": ["5", "4"]})
    rows = read_firms(table, "hte").rows
    assert rows["class2_ip_text"].tolist() == ["10～20", ""]


@pytest.mark.parametrize("header", ["拟投入经费（万元）", "总投入（万元）", "项目总投入（万元）"])
def test_a_budget_that_is_no_sum_in_yuan_stands_beside_it_as_written(header: str):
    cells = ["8万美元", "面议", 50, "约30", "视情况而定", "", "/"]
    read = read_needs(pd.DataFrame({"需求名称": list("甲乙丙丁戊己庚"), header: cells}, dtype=object))
    assert read.rows["budget"].isna().tolist() == [True, True, False, True, True, True, True]
    assert read.rows["budget_text"].tolist() == ["8万美元", "面议", "", "约30万元", "视情况而定", "", ""]
    shown = with_texts(read.rows, NEEDS)["budget"]
    assert shown.where(shown.notna(), None).tolist() == [
        "8万美元",
        "面议",
        500_000,
        "约30万元",
        "视情况而定",
        None,
        None,
    ]
