"""Why an answer has no gap or stays open: nothing to divide by, or a text with two readings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher.policy.answers.explanation import page_facts, trace
from matcher.policy.answers.workbook import sheets
from matcher.policy.policy import load_policies, load_policy
from matcher.policy.scoring import WHY, score
from matcher.policy.streaming import score_parquet

NOTHING = WHY[1]


def row(firm: dict[str, object], policy: str, rule: str, kind: str = "condition") -> tuple[object, ...]:
    verdicts = score(pd.DataFrame([firm]), policy, on="2026-05-01").verdicts
    found = verdicts[(verdicts["rule"] == rule) & (verdicts["kind"] == kind)].iloc[0]
    figure = [None if np.isnan(found[name]) else float(found[name]) for name in ("value", "gap")]
    return (None if pd.isna(found["passed"]) else str(found["passed"]), *figure, str(found["why"]))


@pytest.mark.parametrize(
    ("policy", "rule", "facts", "answer"),
    [
        # a plain ratio: no assets, a known ratio, an unknown denominator
        ("srdi", "debt", {"liabilities": 0, "assets_total": 0}, ("fail", None, None, NOTHING)),
        ("srdi", "debt", {"liabilities": 85, "assets_total": 100}, ("fail", 0.85, 5.0, "")),
        ("srdi", "debt", {"liabilities": 80, "assets_total": 100}, ("pass", 0.8, 0.0, "")),
        ("srdi", "debt", {"liabilities": 85, "assets_total": None}, ("unknown", None, None, "")),
        # growth from nothing
        ("little-giant", "growth", {"revenue_y1": 0, "revenue_y3": 100}, ("fail", None, None, NOTHING)),
        ("little-giant", "growth", {"revenue_y1": 400, "revenue_y3": 440}, ("fail", 0.048809, 1.0, "")),
        # several ratios that must all hold, one of them over nothing
        ("srdi", "rd", {"rd_expense_y2": 2e6, "rd_expense_y3": 2e6, "revenue_y2": 0, "revenue_y3": 4e7},
         ("fail", None, None, NOTHING)),
        ("srdi", "rd", {"rd_expense_y2": 1, "rd_expense_y3": 2e6, "revenue_y2": 4e7, "revenue_y3": 4e7},
         ("fail", None, None, "")),
        # mean growth with a base year of zero
        ("hidden-champion-zhejiang", "profit_growth", {"net_profit_y1": 0, "net_profit_y2": 10, "net_profit_y3": 20},
         ("fail", None, None, NOTHING)),
        # brackets: the ratio of the bracket that the firm lies in
        ("gazelle-shandong", "growth", {"revenue_y1": 0, "revenue_y2": 0, "revenue_y3": 2e8, "net_profit_y1": 0,
                                        "net_profit_y2": 1, "net_profit_y3": 2}, ("fail", None, None, NOTHING)),
        # the other figure grows, so there is something to compare
        ("gazelle-shandong", "growth", {"revenue_y1": 0, "revenue_y2": 0, "revenue_y3": 2e8, "net_profit_y1": 1,
                                        "net_profit_y2": 1, "net_profit_y3": 1}, ("fail", None, None, "")),
        # a firm without an accounting year
        ("hte", "rd_ratio", {"registered_on": "2026-01-05", "accounting_years": 0}, ("fail", None, None, NOTHING)),
    ],
)  # fmt: skip
def test_no_gap_of_zero_where_there_is_nothing_to_divide(
    policy: str, rule: str, facts: dict[str, object], answer: tuple[object, ...]
) -> None:
    passed, value, gap, why = row({"enterprise_id": "a", "purpose": "new", **facts}, policy, rule)
    assert (passed, None if value is None else round(float(str(value)), 6), why) == (answer[0], answer[1], answer[3])
    assert gap == (None if answer[2] is None else pytest.approx(answer[2]))


def test_points_say_it_too_and_a_band_that_is_reached_has_nothing_to_say() -> None:
    facts = {"enterprise_id": "a", "revenue_last_year": 0, "rd_expense_last_year": 0}
    assert row(facts, "innovative-sme", "rd", "points") == (None, None, None, NOTHING)
    facts |= {"revenue_last_year": 100, "rd_expense_last_year": 4}
    assert row(facts, "innovative-sme", "rd", "points") == (None, 0.04, 1.0, "")


def test_stream_page_and_workbook_say_why(tmp_path: Path) -> None:
    firms = pd.DataFrame({"enterprise_id": ["a"], "liabilities": [0], "assets_total": [0]})
    firms.to_parquet(tmp_path / "firms.parquet")
    score_parquet(tmp_path / "firms.parquet", "srdi", on="2026-05-01", verdicts=tmp_path / "out.parquet")
    streamed = pd.read_parquet(tmp_path / "out.parquet").set_index("rule")["why"].astype(str)
    assert streamed["debt"] == NOTHING
    assert (streamed.drop("debt") == "").all()
    debt = next(
        rule for rule in page_facts(trace(firms, "srdi", "a", on="2026-05-01"))["rules"] if rule["rule"] == "debt"
    )
    assert (debt["answer"], debt["why"]) == ("不符合", NOTHING)
    day = pd.Timestamp("2026-05-01").date()
    made, _ = sheets(firms, [load_policy("srdi")], score(firms, "srdi", on=day), on=day)
    gaps = made["差距"].table.set_index("title")
    assert gaps.loc["资产负债率不高于80%", ["passed", "why", "seen_as"]].tolist() == ["不符合", NOTHING, "摘要"]


READING = (
    "先选定读法：四档都写“近两年复合增长率持续达到”，“持续”是逐年达到还是两年复合达到"
    "（可选 sustained=each_year 两年每年都达到、sustained=compound 只看两年复合增长率）"
)


def gazelle(**facts: float | None) -> dict[str, object]:
    good = {
        "legal_entity_in_shandong": True, "field_ok": True, "listed": False, "controlled_by_listed": False,
        "full_accounting_years": 3, "liabilities": 30, "assets_total": 100, "rd_expense_y2": 4e6, "rd_expense_y3": 4e6,
        "invention_patents": 2, "utility_models_and_software": 0, "standards_led": 0, "credit_score": 80,
        "net_profit_y1": 1, "net_profit_y2": 1, "net_profit_y3": 1,
    }  # fmt: skip
    return {**good, "revenue_y1": 5e7, "revenue_y2": 7e7, "revenue_y3": 7.2e7, **facts}


def test_an_answer_that_only_a_reading_leaves_open_says_so_and_asks_for_the_reading() -> None:
    firms = pd.DataFrame([{"enterprise_id": "a", **gazelle()}, {"enterprise_id": "b", **gazelle(net_profit_y1=None)}])
    day = pd.Timestamp("2026-05-01").date()
    scored = score(firms, "gazelle-shandong", on=day)
    growth = scored.verdicts[scored.verdicts["rule"] == "growth"]
    assert growth["passed"].astype(str).tolist() == ["unknown", "unknown"]
    assert growth["why"].astype(str).tolist() == [WHY[2], ""]
    assert (scored.verdicts.loc[scored.verdicts["rule"] != "growth", "why"] == "").all()
    made, _ = sheets(firms, [load_policy("gazelle-shandong")], scored, on=day)
    assert made["结论"].table["ask"].tolist()[0] == READING
    asked = made["要问的事实"].table[["enterprise_id", "fact", "column"]]
    assert asked.values.tolist() == [["a", READING, "sustained"], ["b", READING, "sustained"]]
    chosen = score(firms.head(1), load_policy("gazelle-shandong", readings={"sustained": "compound"}), on=day)
    assert chosen.summary["decision"].astype(str).tolist() == ["passes"]
    assert (chosen.verdicts["why"] == "").all()


def test_the_conclusion_says_where_nothing_behind_it_was_verified() -> None:
    day = pd.Timestamp("2026-05-01").date()
    policies = load_policies(["innovation-voucher-shandong", "conversion-loan-shandong", "unicorn"])
    firms = pd.DataFrame([{"enterprise_id": "a", "in_shandong": False, "age_years": 12}])
    scored = score(firms, policies, on=day)
    verified = [[rule.verified for rule in policy.ruleset(policy.editions[-1], day).rules if rule.kind != "amount"]
                for policy in policies]  # fmt: skip
    assert [(any(known), all(known)) for known in verified[:2]] == [(False, False), (True, True)]
    assert scored.summary["rules_verified"].astype(str).tolist()[:2] == ["none", "all"]
    assert scored.summary["decision"].astype(str).tolist() == ["fails", "fails", "fails"]
    made, _ = sheets(firms, policies, scored, on=day)
    assert made["结论"].table["rules_verified"].tolist()[:2] == ["均未核实，请核对原文", "都已核实"]
    early = score(firms, "innovation-voucher-shandong", on="2014-01-01").summary
    assert early[["decision", "rules_verified"]].isna().to_numpy().tolist() == [[False, True]]
