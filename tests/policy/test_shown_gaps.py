"""What the workbook of a scoring shows: readings apart from missing facts, gaps that are gaps, limits just reached."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from matcher.policy.answers.workbook import sheets, told_decisions
from matcher.policy.policy import load_policy
from matcher.policy.scoring import WHY, Scored, score

LAB = {
    "lab_kind": "企业",
    "lower_lab_since": "2026-01-01",
    **dict.fromkeys(("direction_clear", "team_leading", "equipment_ready", "host_support"), True),
}


def scored(policy: str, *rows: dict[str, object], on: str = "2026-11-24") -> tuple[pd.DataFrame, Scored]:
    firms = pd.DataFrame([{"enterprise_id": str(at), **row} for at, row in enumerate(rows)])
    return firms, score(firms, policy, on=on)


def book(policy: str, *rows: dict[str, object], on: str = "2026-11-24") -> dict[str, pd.DataFrame]:
    firms, answer = scored(policy, *rows, on=on)
    tables, _ = sheets(firms, [load_policy(policy)], answer, on=dt.date.fromisoformat(on))
    return {name: sheet.table for name, sheet in tables.items()}


def test_a_firm_of_which_only_a_reading_is_open_lacks_no_fact() -> None:
    rows = [LAB, {**LAB, "direction_clear": None}, {**LAB, "lower_lab_since": "2020-01-01"}]
    shown = book("key-laboratory-shandong", *rows)
    assert shown["结论"]["decision"].tolist() == ["条文有两种读法，未定", "缺少事实，未定", "通过"]
    assert shown["汇总"].drop(columns="policy").to_numpy().tolist() == [[1, 1, 1]]
    _, answer = scored("key-laboratory-shandong", *rows)
    assert told_decisions(answer).tolist() == ["reading", "unknown", "passes"]


def test_an_alternative_that_a_passing_firm_does_not_need_is_no_gap() -> None:
    firm = {
        "legal_person": True, "sme_size": True, "listed_abnormal_or_dishonest": False, "prohibited": False,
        "major_incident_or_tax_evasion_3y": False, "valid_honour": True, "class1_ip": 0, "revenue_last_year": 1000,
    }  # fmt: skip
    shown = book("innovative-sme", firm, {**firm, "prohibited": True})
    assert (shown["结论"]["decision"].tolist(), set(shown["差距"]["enterprise_id"])) == (["通过", "不通过"], {"1"})
    assert "未定" in shown["逐条"].loc[shown["逐条"]["enterprise_id"] == "0", "passed"].tolist()


def test_a_limit_that_must_be_passed_and_is_just_reached_says_so() -> None:
    _, answer = scored("unicorn", {"valuation_usd": 10**9}, {"valuation_usd": 10**9 + 1}, {"valuation_usd": 10})
    rows = answer.verdicts[answer.verdicts["rule"] == "valuation"]
    assert list(zip(rows["passed"], rows["gap"], rows["why"], strict=True)) == [
        ("fail", 0.0, WHY[3]),
        ("pass", 0.0, ""),
        ("fail", 10**9 - 10, ""),
    ]


def test_figures_are_shown_without_what_computing_leaves_behind() -> None:
    shown = book("unicorn", {"age_years": 10.1, "valuation_usd": 5})["逐条"]
    assert shown.loc[shown["limit"] == 10, "gap"].tolist() == [0.1]


def test_tests_of_different_answers_show_no_number_of_them() -> None:
    _, answer = scored("conversion-loan-shandong", {"in_shandong": True, "in_qingdao": True}, on="2024-06-01")
    rows = answer.verdicts[answer.verdicts["rule"] == "place"]
    assert (rows["passed"].tolist(), rows["value"].isna().tolist()) == (["fail"], [True])


def test_money_is_not_shown_for_firms_that_fail() -> None:
    loan = {"in_shandong": True, "conversion_loan_interest": 100_000}
    none = dict.fromkeys(("tech_sme_valid", "kerongxin", "provincial_project", "taishan_leader"), False)
    shown = book("conversion-loan-shandong", {**loan, **none}, {**loan, "tech_sme_valid": True})
    assert shown["结论"]["decision"].tolist() == ["不通过", "通过"]
    rows = shown["逐条"][shown["逐条"]["title"].str.contains("利息")]
    assert rows["value"].isna().tolist() == [True, False]
    assert rows["why"].tolist() == ["结论是不通过，没有金额", ""]


def test_a_firm_that_fails_by_no_single_condition_is_given_the_reason() -> None:
    """Any place is too small for the standard, or too large for the part that the firms use."""
    park = {
        "incubator_kind": "综合", "operating_since": "2020-01-01", "statistics_years": 3, "fund": 5_000_000,
        "fund_cases": 3, "tenants": 50,
        "tenants_invested": 5, "staff": 10, "professional_staff": 8, "mentors": 5, "tenants_applied": 25,
        "tenants_with_rights": 0, "graduates": 20,
    }  # fmt: skip
    shown = book(
        "incubator-standard", {**park, "tenant_area": 16}, {**park, "own_area": 20, "tenant_area": 16}, on="2025-06-01"
    )
    assert shown["结论"]["decision"].tolist() == ["不通过", "不通过"]
    assert "不符合" not in shown["逐条"].loc[shown["逐条"]["enterprise_id"] == "0", "passed"].tolist()
    assert ["不能同时符合" in text for text in shown["结论"]["ask"]] == [True, False]
