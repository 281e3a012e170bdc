"""What a new edition changes for a list of firms, also one that somebody drafts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from matcher.errors import ArgumentError, PolicyError
from matcher.policy.answers.edition_changes import changes_between, policies_that_change
from matcher.policy.answers.workbook import change_sheets
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped

DAYS = {"before": "2026-12-31", "after": "2027-01-01"}
DRAFT = """policy: hte
title: 高新技术企业认定（草案）
title_en: Draft
extends: hte
sources:
  D: {title: 修订草案, seen: 草案}
editions:
  "2027": {from: 2027-01-01, title: 草案, source: D, verified: false}
columns: {}
rules:
  - id: staff
    kind: condition
    title: 科技人员占职工总数的比例不低于15%
    title_en: Staff
    test: {of: {ratio: {of: rd_staff, to: employees_total}}, at_least: 15%}
    source: D
    verified: false
"""
DOMESTIC = "without: [rd_domestic]\n"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(DRAFT + DOMESTIC, "utf-8")
    return tmp_path


def firms(*changes: dict[str, Any]) -> pd.DataFrame:
    facts = read_yaml(shipped()["hte"] / "cases.yaml")["bases"]["good"]
    return pd.DataFrame([{"enterprise_id": str(n), **facts, **more} for n, more in enumerate(changes, 1)])


@pytest.mark.parametrize(
    ("facts", "effect", "decisions", "act"),
    [
        ({"rd_staff": 15}, "same", ("passes", "passes"), "结论不变，可以照旧申报"),
        (
            {"rd_staff": 14},
            "loses",
            ("passes", "fails"),
            "2026-12-31 及以前按原版本申报（以有申报批次为限）；2027-01-01 起须补足："
            "科技人员占职工总数的比例不低于15%（现为14%，要求15%，差1）",
        ),
        (
            {"rd_domestic_3y": 0},
            "gains",
            ("fails", "passes"),
            "2027-01-01 起可以申报，此前按原版本不符合",
        ),
        ({"rd_staff": 9}, "same", ("fails", "fails"), "仍不符合；2027-01-01 起须补足："
         "科技人员占职工总数的比例不低于15%（现为9%，要求15%，差6）"),
        (
            {"rd_staff": None, "employees_total": 100, "rd_domestic_3y": 0},
            "may_gain",
            ("fails", "unknown"),
            "先问清：科技人员数",
        ),
        ({"rd_domestic_3y": None}, "settled_yes", ("unknown", "passes"), "2027-01-01 起可以申报"),
        ({"rd_staff": 14, "rd_domestic_3y": None}, "settled_no", ("unknown", "fails"), "2027-01-01 起须补足："
         "科技人员占职工总数的比例不低于15%（现为14%，要求15%，差1）"),
        ({"rd_domestic_3y": 0, "expert_ip_advancement": 3}, "may_gain", ("fails", "can_pass"), "准备专家评审的材料"),
        ({"rd_domestic_3y": None, "expert_ip_advancement": 3}, "judged", ("unknown", "can_pass"), "准备专家评审的材料"),
    ],
)  # fmt: skip
def test_who_gains_and_who_loses_and_what_to_do(
    draft: Path, facts: dict[str, Any], effect: str, decisions: tuple[str, str], act: str
) -> None:
    row = changes_between(firms(facts), draft, **DAYS).firms.iloc[0]
    assert (row["effect"], (row["decision_before"], row["decision_after"])) == (effect, decisions)
    assert row["what_to_do"] == act
    assert (row["edition_before"], row["edition_after"], str(row["starts_on"])) == ("2016-32", "2027", "2027-01-01")


def test_by_which_rule_and_number(draft: Path) -> None:
    changed = changes_between(firms({"rd_staff": 14}), draft, **DAYS)
    shown = ["rule", "passed_before", "passed_after", "value", "limit_before", "limit_after", "gap"]
    assert changed.rules[shown].fillna("-").values.tolist() == [
        ["staff", "pass", "fail", 0.14, 0.1, 0.15, 1.0],
        ["rd_domestic", "pass", "none", 1.0, 0.6, "-", "-"],
    ]
    assert changed.texts[["rule", "change"]].values.tolist() == [["staff", "altered"], ["rd_domestic", "dropped"]]


def test_a_new_year_alone_changes_no_figures(draft: Path) -> None:
    """Registered in 2024: two accounting years on the first day, and the same two figures on the second."""
    facts = {"registered_on": "2024-02-01", "accounting_years": None, "sales_y1": None, "rd_expense_y1": None}
    changed = changes_between(firms({**facts, "net_assets_y1": None, "rd_staff": 20}), draft, **DAYS)
    assert changed.rules["rule"].tolist() == ["staff", "rd_domestic"]


def test_a_firm_that_stands_in_two_rows_has_two_answers(draft: Path) -> None:
    twice = firms({"rd_staff": 14}, {"rd_staff": 15}).assign(enterprise_id="a", name="甲")
    changed = changes_between(twice, draft, **DAYS)
    assert changed.firms[["enterprise_id", "effect"]].values.tolist() == [["a", "loses"], ["a", "same"]]
    sheets, _ = change_sheets(twice, [load_policy(draft)], changed, before=DAY_BEFORE, after=DAY_AFTER)
    assert sheets["汇总"].table.iloc[0].to_dict() == {
        "policy": "高新技术企业认定（草案）", "firms": 2, "得到": 0, "失去": 1, "可能得到": 0, "可能失去": 0,
        "定为符合": 0, "定为不符合": 0, "只剩专家评分": 0, "新政策，不符合": 0, "原版本到期": 0, "结论不变": 1,
        "untouched": 0,
    }  # fmt: skip
    assert sheets["企业变化"].table["effect"].tolist() == ["失去", "结论不变"]


DAY_BEFORE, DAY_AFTER = (pd.Timestamp(DAYS[key]).date() for key in ("before", "after"))


def test_a_draft_that_stands_alone_is_held_against_the_shipped_policy(tmp_path: Path) -> None:
    """A whole policy of the same id, with its one edition of tomorrow."""
    (tmp_path / "policy.yaml").write_text(
        """policy: unicorn
title: 独角兽（草案）
title_en: Draft
sources: {D: {title: 草案, seen: 草案}}
columns: {age_years: {kind: number, title: 成立年限}}
editions: {"2027": {from: 2027-01-01, title: 草案, source: D}}
rules:
  - {id: age, kind: condition, title: 成立不超过5年, title_en: Age, test: {of: age_years, at_most: 5},
     source: D, verified: false}
""",
        "utf-8",
    )
    firm = pd.DataFrame(
        [{"enterprise_id": "a", "age_years": 6, "valuation_usd": 2e9, "private_equity_raised": "是", "listed": "否"}]
    )
    row = changes_between(firm, tmp_path, **DAYS).firms.iloc[0]
    assert (row["effect"], row["decision_before"], row["decision_after"]) == ("loses", "passes", "fails")
    assert row["because"] == "成立不超过5年（现为6，要求5，差1）"


def test_reviews_are_answered_by_the_edition_that_answers_them() -> None:
    facts = read_yaml(shipped()["little-giant"] / "cases.yaml")["bases"]
    review = pd.DataFrame([{"enterprise_id": "a", **next(iter(facts.values())), "purpose": "review"}])
    changed = changes_between(review, "小巨人", before="2026-12-31", after="2027-01-01")
    assert changed.firms[["edition_before", "edition_after"]].values.tolist() == [["2022-63", "2026-2"]]


def test_what_has_an_end_and_no_next_edition_is_said_to_end() -> None:
    facts = read_yaml(shipped()["hte-zhejiang"] / "cases.yaml")["bases"]["good"]
    changed = changes_between(pd.DataFrame([{"enterprise_id": "a", **facts}]), "浙江高企", **DAYS)
    assert changed.firms[["effect", "because", "what_to_do"]].values.tolist() == [
        ["ends", "原版本已过期，其后的版本未见", "2026-12-31 及以前按原版本办理；其后请核对新通知"]
    ]


def test_the_policies_that_change_are_found_and_days_are_checked() -> None:
    found = [policy.id for policy in policies_that_change(before="2026-03-31", after="2026-04-01")]
    assert {"srdi", "little-giant"} <= set(found)
    assert "hte" not in found
    with pytest.raises(PolicyError, match="没有自带的政策换版；请换日期，或用 --policy 指定政策或草案文件夹"):
        policies_that_change(before="2026-05-01", after="2026-05-02")
    with pytest.raises(ArgumentError, match="“之后”的日期（2026-01-01）须晚于“之前”的日期"):
        changes_between(firms({}), "hte", before="2026-01-01", after="2026-01-01")
    with pytest.raises(ArgumentError, match="须晚于"):
        policies_that_change(before="2026-04-01", after="2026-03-31")
    unchanged = changes_between(firms({}), "hte", before="2026-05-01", after="2026-05-02")
    assert [len(table) for table in unchanged] == [0, 0, 0]
