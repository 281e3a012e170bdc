"""A table of links as people write it: without an order, without saying which links are required."""

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.fields.chains import check_links

ROWS = {"cluster": ["仪表", "仪表"], "link": ["芯片", "整机"], "words": ["芯片", "流量计"]}


@pytest.mark.parametrize(
    ("more", "order", "required"),
    [
        ({}, [1, 2], [True, True]),
        ({"order": [None, None], "required": ["", ""]}, [1, 2], [True, True]),
        # neighbours: what is said counts
        ({"order": [2, 1]}, [1, 2], [True, True]),
        ({"required": ["否", "是"]}, [1, 2], [False, True]),
    ],
)
def test_what_no_row_says_is_the_order_of_the_rows_and_yes(more, order, required):
    table = check_links(pd.DataFrame({**ROWS, **more}))
    assert (table["order"].tolist(), table["required"].tolist()) == (order, required)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"order": [1, None]}, "第 3 行，顺序“”：不是数字"),  # one that is missing among others is a fault
        ({"required": ["是", ""]}, "第 3 行，必备“”：请写 是 或 否"),
        ({"order": ["上游", "中游"]}, "第 2 行，顺序“上游”：不是数字"),
    ],
)
def test_what_some_rows_lack_is_told_in_the_words_of_the_table(more, said):
    with pytest.raises(TableError, match=said):
        check_links(pd.DataFrame({**ROWS, **more}))
