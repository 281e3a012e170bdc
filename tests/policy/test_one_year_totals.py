"""境内研发费用 without 三年 beside the figures of three years; means and single years of sums of three."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms

YEARS = {
    "2023年研发费用（万元）": [130, 100],
    "2024年研发费用（万元）": [168, 90],
    "2025年研发费用（万元）": [205, 110],
}


def domestic(header, cells, years=YEARS):
    table = pd.DataFrame({"企业编号": ["A", "B"], **years, header: cells})
    reading = read_firms(table, "hte", on="2026-11-24")
    values = reading.rows.get("rd_domestic_3y", pd.Series([None, None]))
    told = reading.problems["problem"].str.contains("像是一年的").any()
    return [None if pd.isna(value) else value / 10_000 for value in values], bool(told)


def test_the_domestic_part_of_one_year_is_not_that_of_three():
    assert domestic("其中：境内研发费用（万元）", [205, 100]) == ([None, None], True)


@pytest.mark.parametrize(
    ("header", "cells", "years"),
    [
        ("境内研发费用（万元）", [503, 300], YEARS),  # more than the last year
        (
            "境内研发费用（万元）",
            [503, 60],
            YEARS,
        ),  # one firm with little at home does not make it a column of one year
        ("近三年境内研发费用（万元）", [205, 100], YEARS),  # the header says so: much was spent abroad
        ("境内研发费用（万元）", [205, 110], {"2025年研发费用（万元）": [205, 110]}),  # nothing to compare with
    ],
)
def test_neighbours_stay(header, cells, years):
    assert domestic(header, cells, years) == (cells, False)


@pytest.mark.parametrize(
    ("header", "used", "hinted"),
    [
        ("科技成果转化数（年均）", False, False),  # a third of the sum
        ("年均科技成果转化数", False, False),
        ("2025年科技成果转化数", False, False),
        ("科技成果转化数", True, False),
        ("近三年科技成果转化数", True, False),
        ("职工人数（年均）", True, False),  # is counted as a mean
        ("近三年在境内发生的研发费用（万元）", False, True),
    ],
)
def test_a_mean_and_one_year_are_no_sum_of_three(header, used, hinted):
    reading = read_firms(pd.DataFrame({"企业编号": ["A", "B"], header: [5, 6]}), "hte", on="2026-11-24")
    column = reading.columns.set_index("header").loc[header]
    assert (column["use"] == "已采用", column["nearest"] != "") == (used, hinted)
