"""A list in which a firm stands twice."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms
from matcher.pool.discovery.report import one_row_a_firm

CODE = "91341102MA2001003N"


@pytest.mark.parametrize(
    ("codes", "names", "kept"),
    [
        ([CODE, CODE], ["虚构甲科技有限公司", "虚构甲科技有限公司"], [0]),
        ([CODE, CODE], ["虚构甲科技有限公司", "虚构甲科技"], [0]),
        # neighbours: two firms, two of which one has no code, and two quite different ones under one code
        ([CODE, "91341102MA20010389"], ["虚构甲科技有限公司", "虚构甲科技有限公司"], [0, 1]),
        ([CODE, ""], ["虚构甲科技有限公司", "虚构乙有限公司"], [0, 1]),
        ([CODE, CODE], ["虚构甲科技有限公司", "南方水泥集团有限公司"], [0, 1]),
    ],
)
def test_the_first_row_of_each_firm(codes, names, kept):
    table = pd.DataFrame({"统一社会信用代码": codes, "企业名称": names, "职工总数": [5, 6]})
    reading = one_row_a_firm(read_firms(table, "hte", on="2026-11-24"))
    assert reading.rows["employees_total"].tolist() == [[5, 6][at] for at in kept]
    said = reading.problems["action"].str.contains("只用了第一行").any()
    assert bool(said) == (len(kept) == 1)
