"""Columns that ask for several facts at once."""

import pandas as pd
import pytest

from matcher.policy.firms.joint_questions import asked_at_once
from matcher.policy.firms.table import read_firms

YEAR = ["major_safety_accident_365d", "major_quality_accident_365d", "serious_env_violation_365d"]
LISTED = ["listed_abnormal", "listed_dishonest"]
INCIDENTS = "近一年是否发生重大安全、重大质量事故或严重环境违法行为"


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        (INCIDENTS, YEAR),
        ("近一年内无重大安全、质量事故和严重环境违法行为", YEAR),
        ("企业是否列入经营异常名录和严重违法失信企业名单", LISTED),
        # neighbours: one thing, no time, a time that does not cover it, and what is no such question
        ("是否列入经营异常名录", []),
        ("是否发生重大安全、质量事故和严重环境违法", []),
        ("上年度是否发生重大安全、质量事故", []),
        ("质量、环境、安全管理体系认证", []),
        ("近一年安全、质量事故起数", []),
        ("是否移出经营异常名录、严重违法失信名单", []),
        ("近一年安全、质量事故整改是否完成", []),
        ("近一年是否开展安全、环境事故应急演练", []),
        ("是否投保安全、环境污染事故责任险（近一年）", []),
    ],
)
def test_what_a_header_asks_at_once(header, facts):
    assert asked_at_once(header) == facts


def test_two_years_answer_the_last_one_too():
    header = "填报上一年及当年内是否发生重大安全、重大质量事故和严重环境违法、科研严重失信行为"
    two = [name.replace("365d", "2y") for name in YEAR]
    assert asked_at_once(header) == [*YEAR, *two, "serious_research_dishonesty_2y"]


def test_no_answers_all_and_yes_none():
    table = pd.DataFrame({"企业编号": ["A", "B", "C", "D"], INCIDENTS: ["否", "是", "", "一般事故一起"]})
    reading = read_firms(table, "hte", on="2026-11-24")
    assert reading.rows[YEAR].isna().all(axis=1).tolist() == [False, True, True, True]
    assert reading.rows.loc[0, YEAR].tolist() == [False, False, False]
    said = reading.problems.loc[reading.problems["column"] == INCIDENTS, "problem"].tolist()
    assert [text[:12] for text in said] == ["一列问了几件事；1 行说", "1 行说至少有一件，不知", "1 格没看懂，没有采用"]
    assert reading.columns.set_index("header").loc[INCIDENTS, "use"] == "已采用"


def test_a_column_of_its_own_wins_over_the_joint_one():
    table = pd.DataFrame({"企业编号": ["A"], INCIDENTS: ["否"], "重大安全事故（365天内）": ["是"]})
    assert read_firms(table, "hte", on="2026-11-24").rows.loc[0, YEAR].tolist() == [True, False, False]


def test_denied_yes_is_none():
    table = pd.DataFrame({"企业编号": ["A", "B"], "近一年内无重大安全、质量事故和严重环境违法行为": ["是", "否"]})
    rows = read_firms(table, "hte", on="2026-11-24").rows
    assert rows.loc[0, YEAR].tolist() == [False, False, False]
    assert rows.loc[1, YEAR].isna().all()


def test_a_long_question_is_a_label_of_a_form():
    """A label of more than thirty characters counts as one where it asks."""
    question = "上年及当年是否发生重大安全、质量事故、严重环境违法、科研严重失信行为"
    lines = ["填报表,", "企业名称,虚构甲公司", "职工总数,86", "资产总额（万元）,4500", f"{question},否"]
    rows = read_firms("\n".join(lines).encode(), "tech-sme", on="2026-06-10").rows
    assert rows[["employees_total", "major_safety_accident_2y", "serious_research_dishonesty_2y"]].values.tolist() == [
        [86, False, False]
    ]


@pytest.mark.parametrize(("cell", "expected"), [(2023, None), ("2023", None), ("是", True), (3, True), ("否", False)])
def test_a_year_is_no_yes(cell, expected):
    """科技型中小企业 2023 says since when, and not whether it is one now."""
    table = pd.DataFrame({"企业名称": ["虚构甲公司"], "科技型中小企业": [cell], "职工总数": [1]})
    rows = read_firms(table, "srdi", on="2026-06-10").rows
    found = rows["tech_sme_valid"].iloc[0] if "tech_sme_valid" in rows else None
    assert (None if pd.isna(found) else bool(found)) == expected
