"""Whether a Class II right was used in an earlier HTE application, by the headers and words that people write."""

import pandas as pd
import pytest

from matcher.policy.registers.joining import add_registers

FIRMS = pd.DataFrame({"enterprise_id": ["A"], "name": ["虚构甲科技有限公司"]})
HEAD = ["企业编号", "知识产权名称", "类别", "授权号", "授权日期", "获得方式"]
ROW = ["A", "夹具", "实用新型", "ZL202222345678.1", "2023-03-14", "自主研发"]


def count(header, cell):
    """How many Class II rights of one the register shows: 0, 1, or both bounds where it is open."""
    register = pd.DataFrame([[*ROW, cell]], columns=[*HEAD, header])
    firm = add_registers(FIRMS, {"rights": [register]}, ["hte"], on="2026-11-24").firms.iloc[0]
    exact = firm["class2_ip"]
    return (firm["class2_ip_min"], firm["class2_ip_max"]) if pd.isna(exact) else exact


@pytest.mark.parametrize(
    ("header", "cell", "counted"),
    [
        ("是否在以前年度高企认定中使用过", "是", 0),
        ("是否在以前年度高企认定中使用过", "是（2023年）", 0),
        ("是否已用于以前的高企申请", "是（2023年）", 0),  # the own column, with more than 是 in the cell
        ("已用于以前的高企申请", "2023年已用", 0),
        ("是否用于2023年高企申报", "√", 0),
        ("高企认定使用情况", "2023年高企", 0),
        ("已用于以前的高企申请", "用于2026年", (0, 1)),  # may be this very application
        ("是否用于高企认定", "是", (0, 1)),  # nobody knows of which year
        # neighbours that stay as they were: not used, of this application, of other titles, of something else
        ("已用于以前的高企申请", "从未用过", 1),
        ("是否用过", "尚未用过", 1),
        ("已用于以前的高企申请", "尚未使用", 1),
        ("已用于以前的高企申请", "首次使用", 1),
        ("已用于以前的高企申请", "本次使用", 1),
        ("已用于以前的高企申请", "2023年首次申报用过", 0),
        ("已用于以前的高企申请", "✗", 1),
        ("是否已应用于产品", "是", 1),
        ("已投入使用日期", "2023-05-01", 1),
        ("2025年使用情况", "是", 1),
        ("已用于首台套认定", "是", 1),
        ("是否已用于企业技术中心认定", "是", 1),
        ("是否能用于高企认定", "是", 1),
        ("是否在以前年度高企认定中使用过", "否", 1),
        ("是否在以前年度高企认定中使用过", "未使用", 1),
        ("是否在以前年度高企认定中使用过", "/", 1),
        ("是否拟用于本次高企认定", "是", 1),
        ("是否用于2026年高企申报", "是", 1),
        ("是否曾用于科小评价", "是", 1),
        ("是否用于质押贷款", "是", 1),
        ("产品使用情况", "已用", 1),
    ],
)
def test_what_says_that_a_right_was_used(header, cell, counted):
    assert count(header, cell) == counted
