"""How much of the work is done is no yes; a figure of a result is none of the work."""

import pandas as pd
import pytest

from matcher.assessment import read_assessed_outcomes
from matcher.assessment.states import read_state


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ("完成80%", False),
        ("目前完成约60%左右", False),
        ("总体进度95％", False),
        ("完成100%", True),
        ("已完成", True),
        ("完成3批，收率91%", True),
        ("已完成中试，合格率95%", True),
    ],
)
def test_a_share_of_the_work_is_going_on(cell, there):
    assert read_state(cell, "pilot") is there


@pytest.mark.parametrize(
    ("header", "field"),
    [("近三年销售收入（万元）", "sales"), ("新增销售额（万元）", "sales"), ("中试完成情况", "pilot")],
)
def test_headers_of_report_forms_are_evidence(header, field):
    reading = read_assessed_outcomes(pd.DataFrame({"成果名称": ["甲", "乙"], header: ["有", "无"]}))
    assert reading.columns.set_index("header")["field"][header] == field


@pytest.mark.parametrize("header", ["应用单位", "累计销售收入", "年销售收入"])
def test_headers_of_figures_and_users_are_no_evidence_of_sales(header):
    reading = read_assessed_outcomes(pd.DataFrame({"成果名称": ["甲", "乙"], header: ["3", "4"]}))
    assert reading.columns.set_index("header")["field"][header] != "sales"
