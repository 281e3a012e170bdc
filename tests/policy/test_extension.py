"""A policy that extends another: provincial additions, the next edition that somebody drafts, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from matcher.errors import PolicyError
from matcher.policy.cases import check_policy
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import Policy, load_policy, shipped
from matcher.policy.scoring import score
from matcher.policy.streaming import score_parquet

HEAD = """policy: {id}
title: 高新技术企业认定（草案）
title_en: Draft
extends: hte
sources:
  D: {{title: 修订草案, seen: 草案}}
columns:
  made_up: {{kind: yesno, title: 编造的事实}}
editions:
  "2027": {{from: 2027-01-01, title: 草案, source: D, verified: false}}
"""
STAFF = """  - id: staff
    kind: condition
    title: 科技人员占职工总数的比例不低于15%
    title_en: Staff
    test: {of: {ratio: {of: rd_staff, to: employees_total}}, at_least: 15%}
    source: D
    verified: false
"""
ADDED = """  - {id: made_up, kind: condition, title: 编造的条件, title_en: Made up, test: {yes: made_up},
     source: D, verified: false}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "policy.yaml").write_text(text, "utf-8")
    return folder


def good(**changes: Any) -> pd.DataFrame:
    facts = read_yaml(shipped()["hte"] / "cases.yaml")["bases"]["good"]
    return pd.DataFrame([{"enterprise_id": "a", **facts, **changes}])


def test_a_draft_follows_the_editions_of_its_base(tmp_path: Path) -> None:
    draft = load_policy(written(tmp_path, HEAD.format(id="hte") + "rules:\n" + STAFF))
    assert [(edition.id, edition.since, edition.until) for edition in draft.editions] == [
        ("2016-32", dt.date(2016, 1, 1), dt.date(2026, 12, 31)),
        ("2027", dt.date(2027, 1, 1), None),
    ]
    firm = good(rd_staff=14, made_up=None)
    answers = [score(firm, draft, on=day).summary["decision"][0] for day in ("2026-12-31", "2027-01-01")]
    assert answers == ["passes", "fails"]
    assert score(good(rd_staff=15), draft, on="2027-01-01").summary["decision"][0] == "passes"
    starts = {rule.id: rule.in_force_since for rule in draft.ruleset(draft.editions[1], dt.date(2027, 1, 1)).rules}
    assert (starts["staff"], starts["rd_ratio"]) == (dt.date(2027, 1, 1), dt.date(2016, 1, 1))


def test_the_draft_among_the_examples_holds_its_cases() -> None:
    result = check_policy(Path(__file__).parents[2] / "examples" / "hte-draft")
    assert (len(result), bool(result["ok"].all())) == (9, True)


def test_an_overlay_has_its_own_editions_and_all_rules_of_the_base(tmp_path: Path) -> None:
    overlay = load_policy(written(tmp_path, HEAD.format(id="hte-here") + "rules:\n" + ADDED))
    assert [edition.id for edition in overlay.editions] == ["2027"]
    base = [rule.id for rule in load_policy("hte").ruleset(load_policy("hte").editions[0], dt.date(2026, 1, 1)).rules]
    rules = [rule.id for rule in overlay.ruleset(overlay.editions[0], dt.date(2027, 1, 1)).rules]
    assert rules == [*base, "made_up"]
    asked = [(cell, score(good(made_up=cell), overlay, on="2027-06-01").summary["decision"][0]) for cell in "是否"]
    assert asked == [("是", "passes"), ("否", "fails")]
    assert score(good(made_up="是"), overlay, on="2026-12-31").summary["decision"][0] == "not_in_force"


@pytest.mark.parametrize(
    ("policy", "column", "answers"),
    [
        ("hte-guangdong", "in_guangdong", ["passes", "fails", "unknown", "fails", "passes", "fails"]),
        ("hte-zhejiang", "in_zhejiang", ["fails", "fails", "fails", "fails", "passes", "passes"]),
    ],
)
def test_the_place_of_a_provincial_policy_is_read_from_the_region(
    policy: str, column: str, answers: list[str], tmp_path: Path
) -> None:
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    del facts[column]
    facts = {name: {"yes": True, "no": False}.get(value, value) for name, value in facts.items()}
    places = ["广州市天河区", "广东省深圳市", "广东省", "山东省济南市", None, "浙江-杭州"]
    firms = pd.DataFrame([{"enterprise_id": f"a{n}", **facts, "region": place} for n, place in enumerate(places)])
    assert list(score(firms, policy, on="2026-08-01").summary["decision"]) == answers
    said = firms.assign(**{column: True})  # a cell of its own is taken as it stands
    assert set(score(said, policy, on="2026-08-01").summary["decision"]) == {"passes"}
    assert set(score(firms.drop(columns="region"), policy, on="2026-08-01").summary["decision"]) == {"passes"}
    firms.to_csv(tmp_path / "firms.csv", index=False)
    score_parquet(tmp_path / "firms.csv", policy, on="2026-08-01", summary=tmp_path / "summary.parquet")
    assert list(pd.read_parquet(tmp_path / "summary.parquet")["decision"]) == answers


def test_a_condition_is_left_out_by_name(tmp_path: Path) -> None:
    draft = load_policy(written(tmp_path, HEAD.format(id="hte") + "without: [rd_domestic]\nrules: []\n"))
    firm = good(rd_domestic_3y=0)
    answers = [score(firm, draft, on=day).summary["decision"][0] for day in ("2026-12-31", "2027-01-01")]
    assert answers == ["fails", "passes"]


def test_new_conditions_join_the_decision_of_a_base_that_has_one(tmp_path: Path) -> None:
    text = HEAD.format(id="tech-sme").replace("extends: hte", "extends: tech-sme") + "rules:\n" + ADDED
    draft = load_policy(written(tmp_path, text))
    facts = read_yaml(shipped()["tech-sme"] / "cases.yaml")["bases"]["good"]
    firm = pd.DataFrame([{"enterprise_id": "a", **facts, "made_up": "否"}])
    answers = [score(firm, draft, on=day).summary["decision"][0] for day in ("2026-12-31", "2027-01-01")]
    assert answers == ["passes", "fails"]
    assert score(firm.assign(made_up="是"), draft, on="2027-01-01").summary["decision"][0] == "passes"


def test_of_a_base_with_several_editions_one_is_named(tmp_path: Path) -> None:
    text = HEAD.format(id="srdi").replace("extends: hte", "extends: srdi")
    with pytest.raises(PolicyError, match="`extends` names an edition of the base: 2022-63, 2026-2"):
        load_policy(written(tmp_path, text + "rules: []\n"))
    named = text.replace("title: 草案,", 'title: 草案, extends: "2026-2",')
    draft = load_policy(written(tmp_path, named + "rules: []\n"))
    assert [(edition.id, edition.until) for edition in draft.editions] == [
        ("2022-63", dt.date(2026, 3, 31)),
        ("2026-2", dt.date(2026, 12, 31)),
        ("2027", None),
    ]
    rules = [draft.ruleset(edition, edition.since).rules for edition in draft.editions[1:]]
    assert [rule.id for rule in rules[0]] == [rule.id for rule in rules[1]]


def test_readings_and_parameters_of_the_base_can_be_chosen() -> None:
    zhejiang = load_policy("浙江高企", readings={"growth_at_five_percent": "annex4"})
    assert zhejiang.readings["growth_at_five_percent"] == "annex4"
    assert zhejiang.folder == load_policy("hte-zhejiang").folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("extends: hte", "extends: nonsense"), "there is no shipped policy 'nonsense'"),
        (
            ("made_up: {kind: yesno, title: 编造的事实}", "in_field: {kind: yesno, title: 别的}"),
            "'in_field' is in the base",
        ),
        (("rules: []", "without: [nonsense]\nrules: []"), "the base has no rule 'nonsense'"),
        (("title: 编造的事实}", "title: 编造的事实, region: {in: 编造市}}"), "names places of the national list"),
        (("from: 2027-01-01", "from: 2015-01-01"), "overlaps edition"),
        (
            ("rules: []", "rules: []\nchecks: [{level: manual, says: 编造, column: 编造}]"),
            "without a `test` a check has the level manual, and `from` or `until`",
        ),
        (("rules: []", "rules: []\nnonsense: 1"), "unknown key 'nonsense'"),
        (('"2027": {from: 2027-01-01, title', '"2027": {title'), "'from' is a day"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = (HEAD.format(id="hte") + "rules: []\n").replace(*change)
    with pytest.raises(PolicyError, match=message):
        Policy.load(written(tmp_path, text))
