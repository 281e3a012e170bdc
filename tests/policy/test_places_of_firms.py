"""The place of a firm in several columns, as registers of firms are exported."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms


@pytest.mark.parametrize(
    ("columns", "places"),
    [
        ({"省份": ["安徽省"] * 2, "城市": ["滁州市", ""], "区县": ["琅琊区", ""]}, ["安徽省滁州市琅琊区", "安徽省"]),
        ({"所属城市": ["滁州市"], "所属区县": ["天长市"]}, ["滁州市天长市"]),
        ({"城市": ["滁州市"], "区县": ["滁州市琅琊区"]}, ["滁州市琅琊区"]),  # the smaller one says the larger
        # neighbours: one column; a whole place beside its parts; two columns of one level
        ({"区县": ["琅琊区"]}, ["琅琊区"]),
        ({"所在地区": ["安徽省滁州市"], "区县": ["琅琊区"]}, ["安徽省滁州市"]),
        ({"所属区县": ["琅琊区"], "所在区县": ["南谯区"]}, ["琅琊区"]),
        ({"城市": ["-"], "区县": ["琅琊区"]}, ["琅琊区"]),
    ],
)  # fmt: skip
def test_parts_of_a_place(columns, places):
    size = len(places)
    table = pd.DataFrame({"企业编号": list("AB")[:size], **columns, "职工总数": [5] * size})
    assert read_firms(table, "hte", on="2026-11-24").rows["region"].tolist() == places
