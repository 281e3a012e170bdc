"""One row a firm and year."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms

CODE, OTHER = "91341102MA2001003N", "91341102MA20010389"


@pytest.mark.parametrize(
    ("codes", "header", "years", "told"),
    [
        ([CODE, CODE], "年度", ["2024年", "2025年"], True),
        # neighbours: one row a firm, a firm twice in one year, no column of years
        ([CODE, OTHER], "年度", ["2024年", "2025年"], False),
        ([CODE, CODE], "年度", ["2025年", "2025年"], False),
        ([CODE, CODE], "备注", ["2024年", "2025年"], False),
    ],
)
def test_rows_of_years_are_told_without_a_hint_that_fits_one_row(codes, header, years, told):
    table = pd.DataFrame({"统一社会信用代码": codes, header: years, "营业收入（万元）": [10, 20]})
    reading = read_firms(table, "hte", on="2026-11-24")
    assert reading.problems["problem"].str.contains("一年一行").any() == told
    hint = reading.columns.set_index("header").loc["营业收入（万元）", "hint"]
    action = reading.problems.loc[reading.problems["problem"].str.startswith("没有写年份"), "action"].iloc[0]
    assert (hint == "", "各年一列" in action) == (told, told)
