"""What is due when, firm by firm, and the first day on which a firm passes by waiting."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from matcher.errors import ArgumentError
from matcher.policy.answers.deadlines import deadlines
from matcher.policy.answers.waiting import first_day
from matcher.policy.answers.workbook import sheets
from matcher.policy.firms.table import read_firms
from matcher.policy.policy import load_policy
from matcher.policy.scoring import score
from matcher.tables.cells.dates import later

ON = dt.date(2026, 11, 28)
FREE = {"hte_certificate_valid": "否", "hte_cancelled": "否", "hte_applied": "否", "registered_on": "2018-03-01"}


def firm(**facts: Any) -> pd.DataFrame:
    return pd.DataFrame([{"enterprise_id": "a", **facts}])


def rows(table: pd.DataFrame, *kinds: str) -> list[tuple[Any, ...]]:
    kept = table[table["kind"].isin(kinds)]
    return list(kept[["policy", "event", "due_text", "days_left"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("facts", "decision", "passes_on", "open_on"),
    [
        ({}, "passes", ON, ON),
        ({"registered_on": "2025-11-28"}, "passes", ON, ON),
        ({"registered_on": "2025-11-29"}, "fails", dt.date(2026, 11, 29), dt.date(2026, 11, 29)),
        ({"hte_certificate_valid": "是", "hte_certificate_on": "2023-12-31"}, "passes", ON, ON),
        (
            {"hte_certificate_valid": "是", "hte_certificate_on": "2024-01-01"},
            "fails",
            dt.date(2027, 1, 1),
            dt.date(2027, 1, 1),
        ),
        (
            {"hte_certificate_valid": "是", "hte_certificate_on": "2025-07-01"},
            "fails",
            dt.date(2028, 1, 1),
            dt.date(2028, 1, 1),
        ),
        (
            {"hte_cancelled": "是", "hte_cancelled_on": "2026-01-02"},
            "fails",
            dt.date(2027, 1, 1),
            dt.date(2027, 1, 1),
        ),
        ({"hte_applied": "是", "hte_applied_on": "2026-06-20"}, "fails", dt.date(2027, 1, 1), dt.date(2027, 1, 1)),
        # two things to wait for: the later one counts
        (
            {"registered_on": "2026-05-01", "hte_applied": "是", "hte_applied_on": "2026-06-20"},
            "fails",
            dt.date(2027, 5, 1),
            dt.date(2027, 5, 1),
        ),
        ({"hte_cancelled": None}, "unknown", None, ON),
        (
            {"hte_cancelled": None, "hte_applied": None, "hte_applied_on": "2026-06-20"},
            "fails",
            None,
            dt.date(2027, 1, 1),
        ),
    ],
)
def test_the_first_day_on_which_a_firm_may_apply(facts: Any, decision: str, passes_on: Any, open_on: Any) -> None:
    table = first_day(firm(**{**FREE, **facts}), "hte-may-apply", on=ON)
    assert table.values.tolist() == [["a", decision, passes_on, open_on]]


def test_a_certificate_of_which_only_the_year_is_known_gives_the_day_all_the_same() -> None:
    known = firm(**{**FREE, "hte_certificate_valid": "是"}, hte_certificate_on=None)
    known = known.assign(hte_certificate_on_min="2024-01-01", hte_certificate_on_max="2024-12-31")
    assert first_day(known, "hte-may-apply", on=ON)["passes_on"].tolist() == [dt.date(2027, 1, 1)]


def test_months_end_where_the_month_does() -> None:
    assert later(dt.date(2024, 2, 29), years=3) == dt.date(2027, 2, 28)
    assert later(dt.date(2026, 11, 30), months=3) == dt.date(2027, 2, 28)
    assert later(dt.date(2026, 12, 31), days=1) == dt.date(2027, 1, 1)


def test_a_certificate_ends_three_years_after_its_day_and_its_report_is_due_every_may() -> None:
    table = deadlines(firm(**{**FREE, "hte_certificate_valid": "是"}, hte_certificate_on="2024-11-28"), on=ON).table
    assert rows(table, "term", "duty", "apply") == [
        ("高新技术企业", "最早可申报高新技术企业", "2027-01-01", 34.0),
        ("高新技术企业", "2027年年度报告或更新", "2027-05-31", 184.0),
        ("高新技术企业", "高新技术企业到期", "2027-11-28", 365.0),
    ]
    said = table.set_index("kind")[["what_to_do", "source", "verified"]]
    assert said.loc["term"].tolist() == [
        "证书有效期届满", "《高新技术企业认定管理办法》国科发火〔2016〕32号 第九条", True,
    ]  # fmt: skip
    assert "N+3见于粤科函产字〔2026〕903号" in said.loc["apply", "source"]  # a province's notice, not 32号
    one_less = deadlines(firm(**FREE).assign(hte_certificate_valid="是", hte_certificate_on="2024-11-29"), on=ON).table
    assert rows(one_less, "term") == []  # ends a day after the year that is looked at


def test_what_ran_out_is_said_and_has_no_more_duties() -> None:
    table = deadlines(firm(srdi_on="2023-05-30"), on=ON).table
    assert rows(table, "term", "duty") == [("专精特新中小企业", "专精特新中小企业到期（已过）", "2026-05-30", -182.0)]
    until_then = deadlines(firm(srdi_on="2023-05-31"), on="2026-05-31").table
    assert rows(until_then, "term", "duty") == [
        ("专精特新中小企业", "专精特新中小企业到期", "2026-05-31", 0.0),
        ("专精特新中小企业", "2026年年度报告或更新", "2026-05-31", 0.0),
    ]


def test_a_duty_of_the_first_year_comes_in_the_next() -> None:
    table = deadlines(firm(little_giant_on="2026-09-01"), on="2026-05-01", until="2027-06-30").table
    assert [line[1] for line in rows(table, "duty")] == ["2027年年度报告或更新"]


def test_a_month_or_a_year_without_its_day_is_said_to_be_so() -> None:
    known = firm(srdi_on=None).assign(srdi_on_min="2024-07-01", srdi_on_max="2024-07-31")
    line = rows(deadlines(known, on=ON).table, "term")
    assert line == [("专精特新中小企业", "专精特新中小企业到期", "2027年7月（日未见）", 215.0)]
    year = firm(srdi_on=None).assign(srdi_on_min="2024-01-01", srdi_on_max="2024-12-31")
    assert rows(deadlines(year, on=ON).table, "term")[0][2] == "2027年（月、日未见）"
    table = deadlines(year, on=ON).table
    assert table.loc[table["kind"] == "term", "due"].tolist() == [None]


def test_an_end_that_may_have_passed_is_due_today() -> None:
    ends = [{"srdi_on_min": "2023-01-01", "srdi_on_max": f"2023-{last}"} for last in ("11-27", "11-28")]
    lines = [rows(deadlines(firm(srdi_on=None, **end), on=ON).table, "term")[0] for end in ends]
    assert [(line[1], line[3]) for line in lines] == [
        ("专精特新中小企业到期（已过）", -1.0),
        ("专精特新中小企业到期", 0.0),
    ]


def test_a_title_without_its_day_has_a_duty_but_no_end() -> None:
    table = deadlines(firm(srdi_valid="是"), on=ON).table
    assert rows(table, "term", "duty")[0][:3] == (
        "专精特新中小企业",
        "2027年年度报告或更新（取得日期未填，按仍有效计）",
        "2027-05-31",
    )
    assert rows(table, "term")[0][2] == "日期未见"
    assert rows(deadlines(firm(srdi_valid="否", srdi_on="2024-07-01"), on=ON).table, "term", "duty") == []


def test_a_number_names_its_year_and_a_wrong_one_is_reported() -> None:
    table = deadlines(firm(tech_sme_number="202637130008001234"), on=ON).table
    assert rows(table, "term", "duty") == [
        ("科技型中小企业", "科技型中小企业到期", "2027年（月、日未见）", 34.0),
        ("科技型中小企业", "2027年年度报告或更新", "2027-03-31", 123.0),
    ]
    for wrong in ("20263713000800123", "2026371300080012345", "1999371300080012345"[:18], "abc"):
        found = deadlines(firm(tech_sme_number=wrong), on=ON)
        assert found.problems["cell"].tolist() == [wrong]
        assert rows(found.table, "term", "duty") == []


def test_a_change_is_reported_within_three_months() -> None:
    table = deadlines(firm(tech_sme_on="2026-08-01", changed_on="2026-11-30"), on=ON).table
    assert rows(table, "change") == [("科技型中小企业", "报告重大变化", "2027-02-28", 92.0)]
    past = deadlines(firm(tech_sme_on="2026-08-01", changed_on="2026-08-27"), on=ON).table
    assert rows(past, "change") == [("科技型中小企业", "报告重大变化（已过）", "2026-11-27", -1.0)]


def test_the_year_of_expiry_has_a_day_for_the_tax() -> None:
    table = deadlines(firm(hte_certificate_on="2023-12-08"), on=ON).table
    assert rows(table, "term") == [
        ("高新技术企业", "高新技术企业到期", "2026-12-08", 10.0),
        ("高新技术企业", "到期当年企业所得税", "2026-12-31", 33.0),
    ]


@pytest.mark.parametrize(
    ("where", "on", "rounds"),
    [
        (
            {"region": "广东省佛山市"},
            "2026-06-26",
            ["申报批次：广东2026年第一批", "申报批次：广东2026年第二批", "申报批次：广东2026年第三批"],
        ),
        ({"region": "广东省佛山市"}, "2026-08-05", ["申报批次：广东2026年第二批", "申报批次：广东2026年第三批"]),
        ({"region": "广东省佛山市"}, "2026-08-06", ["申报批次：广东2026年第三批"]),
        ({"region": "广东省佛山市"}, "2026-09-05", []),
        ({"region": "广东省深圳市"}, "2026-06-26", []),
        ({"uscc": "91330100MA2XXXXXXX"}, "2026-08-31", ["申报批次：浙江2026年", "专家评审：浙江2026年"]),
        ({"region": "山东临沂"}, "2026-06-26", []),
    ],
)
def test_rounds_are_those_of_the_province(where: Any, on: str, rounds: list[str]) -> None:
    until = later(dt.date.fromisoformat(on), days=70) if "广东" in str(where) else "2026-09-20"
    table = deadlines(firm(**FREE, **where), on=on, until=until, policy="hte").table
    assert table.loc[table["kind"] == "round", "event"].tolist() == rounds


def test_a_firm_that_may_not_apply_before_the_round_closes_is_not_told_of_it() -> None:
    young = {**FREE, "registered_on": "2025-08-05", "region": "广东"}
    table = deadlines(firm(**young), on="2026-06-01", until="2026-12-31", policy="hte").table
    assert table.loc[table["kind"] == "round", "event"].tolist() == [
        "申报批次：广东2026年第二批",
        "申报批次：广东2026年第三批",
    ]


def test_a_province_given_serves_where_the_table_names_none() -> None:
    two = pd.DataFrame([{"enterprise_id": "a", **FREE}, {"enterprise_id": "b", **FREE, "region": "山东临沂"}])
    table = deadlines(two, on="2026-09-04", until="2026-09-04", place="广东", policy="hte").table
    assert table.loc[table["kind"] == "round", "enterprise_id"].tolist() == ["a"]
    with pytest.raises(ArgumentError, match="“火星”不是一个省"):
        deadlines(two, on=ON, place="火星")


def test_a_round_that_nobody_has_published_is_no_date() -> None:
    table = deadlines(firm(**FREE), on=ON, policy="tech-sme").table
    assert table[["kind", "due", "due_text", "what_to_do"]].values.tolist() == [
        ["unpublished", None, "日期未见", "留意通知；上一次见到的是2026年，截至 2026-08-31（供参考）"]
    ]


def test_wrong_days_and_titles_are_refused() -> None:
    with pytest.raises(ArgumentError, match="截至日期（2026-11-27）早于判断日期"):
        deadlines(firm(), on=ON, until="2026-11-27")
    with pytest.raises(ArgumentError, match="日历里没有 unicorn"):
        deadlines(firm(), on=ON, policy="unicorn")
    assert deadlines(firm().iloc[:0], on=ON).table.empty


def test_the_workbook_of_a_scoring_shows_the_first_day() -> None:
    young = firm(**{**FREE, "registered_on": "2026-02-01"})
    policies = [load_policy("hte-may-apply"), load_policy("unicorn")]
    scored = score(young, policies, on=ON)
    sheets_of, lines = sheets(young, policies, scored, on=ON)
    summary = sheets_of["结论"].table
    assert summary[["decision", "passes_on"]].values.tolist() == [
        ["不通过", dt.date(2027, 2, 1)],
        ["缺少事实，未定", None],
    ]
    assert any(line.startswith("“最早符合日”") for line in lines)
    only = [load_policy("unicorn")]
    assert "passes_on" not in sheets(young, only, score(young, only, on=ON), on=ON)[0]["结论"].table


@pytest.mark.parametrize("header", ["高企发证时间", "高企证书发证时间", "高企认定时间", "高新技术企业发证时间"])
def test_a_certificate_that_has_run_out_is_not_taken_as_valid(header):
    table = pd.DataFrame({"企业名称": ["虚构甲公司"], header: ["2022-11-25"], "高新技术企业证书有效": ["是"]})
    rows = read_firms(table, "hte-may-apply", on="2026-06-10").rows
    found = deadlines(rows, on="2026-06-10", policy="hte").table
    assert found.loc[found["kind"] == "term", ["event", "due_text"]].values.tolist() == [
        ["高新技术企业到期（已过）", "2025-11-25"]
    ]
