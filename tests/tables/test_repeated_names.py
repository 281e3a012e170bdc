"""A value that is the name of another column is a value."""

import pandas as pd

from matcher import read_needs


def test_a_row_whose_values_name_a_column_is_no_second_header(tmp_path):
    names = ["需求编号", "需求名称", "需求描述", "预算（万元）", "发布日期", "合作方式", "别的"]
    pd.DataFrame([["", "", "", "", "", "需求名称", "需求名称"]], columns=names).to_csv(tmp_path / "n.csv", index=False)
    rows, problems = read_needs(tmp_path / "n.csv")
    assert len(rows) + problems["row"].nunique() == 1
