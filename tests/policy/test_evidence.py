"""What was read of each rule: its words, their address, their form and the day, and what may not be claimed."""

from pathlib import Path

import pandas as pd
import pytest

from matcher.errors import PolicyError
from matcher.policy.answers.explanation import page_facts, trace
from matcher.policy.policy import Policy, list_policies, load_policy

# Policies whose every verified rule stands with the words that were read.
QUOTED = {
    "conversion-loan-shandong", "gazelle-shandong", "hidden-champion-zhejiang", "innovation-voucher-shandong",
    "innovative-sme", "little-giant", "single-champion", "srdi", "star", "unicorn",
}  # fmt: skip

RULES = """policy: plain
title: 例
title_en: Plain
sources:
  LAW: {title: 办法, seen: 未读, address: https://law.example}
  COPY: {title: 转载, seen: 转载, form: copy, address: https://copy.example}
  HEAD: {title: 记忆, seen: 凭记忆, form: memory}
columns:
  honest: {kind: yesno, title: 守信}
editions:
  "2026": {from: 2026-01-01, title: 第一版, source: LAW}
rules:
  - {id: honest, kind: condition, title: 守信, title_en: Honest, test: {yes: honest}, RULE}
"""


def load(tmp_path: Path, rule: str) -> Policy:
    (tmp_path / "policy.yaml").write_text(RULES.replace("RULE", rule), encoding="utf-8")
    return Policy.load(tmp_path)


@pytest.mark.parametrize("name", sorted(QUOTED))
def test_what_is_verified_was_read_somewhere_on_some_day(name: str) -> None:
    policy = load_policy(name)
    for edition in policy.editions:
        for day in policy.days_of(edition):
            for rule in policy.ruleset(edition, day).rules:
                if rule.verified:
                    evidence = rule.evidence
                    assert all((evidence.text, evidence.address, rule.seen_on)), (edition.id, rule.kind, rule.id)
                    assert evidence.form in ("full", "copy", "digest"), (edition.id, rule.id)


def test_the_words_lie_in_the_source_that_was_read_and_not_in_the_one_cited(tmp_path: Path) -> None:
    rule = load(
        tmp_path, 'source: LAW 第一条, read_in: COPY, seen_on: 2026-11-28, text: "企业应当守信", verified: true'
    )
    (one,) = rule.ruleset(rule.editions[0], rule.editions[0].since).rules
    assert (one.source, one.evidence.form, one.evidence.address, one.evidence.text) == (
        "《办法》 第一条", "copy", "https://copy.example", "企业应当守信",
    )  # fmt: skip
    plain = load(tmp_path, "source: LAW, seen_on: 2026-11-28, verified: true")
    (one,) = plain.ruleset(plain.editions[0], plain.editions[0].since).rules
    assert (one.evidence.form, one.evidence.text, one.evidence.quoted) == ("", "", False)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ('source: LAW, seen_on: 2026-11-28, text: "企业应当守信", verified: true', "`text` needs `seen_on`"),
        ('source: COPY, text: "企业应当守信", verified: true', "`text` needs `seen_on`"),
        ("source: HEAD, verified: true", "what is only remembered is not verified"),
        ("source: LAW, read_in: HEAD, verified: true", "what is only remembered is not verified"),
        ("source: LAW, read_in: NONE, verified: true", "source 'NONE' is not declared"),
    ],
)
def test_words_without_a_place_and_memory_called_verified_are_refused(tmp_path: Path, rule: str, fault: str) -> None:
    with pytest.raises(PolicyError, match=fault):
        load(tmp_path, rule)


def test_the_form_of_a_source_is_one_of_four(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        RULES.replace("form: copy", "form: rumour").replace("RULE", "source: LAW, verified: true"), encoding="utf-8"
    )
    with pytest.raises(PolicyError, match="source COPY: `form` is one of full, copy, digest, memory"):
        Policy.load(tmp_path)


def test_the_list_counts_what_was_seen_what_only_in_a_digest_and_what_stands_in_words() -> None:
    listed = list_policies().set_index(["policy", "edition"])[["rules", "seen", "digest", "quoted"]]
    assert listed.loc[("star", "2024")].tolist() == [6, 6, 0, 6]
    assert listed.loc[("star", "2020")].tolist() == [4, 0, 0, 0]
    assert listed.loc[("hidden-champion-zhejiang", "2026")].tolist() == [21, 21, 21, 21]
    assert listed.loc[("hidden-champion-zhejiang", "2025")].tolist() == [20, 19, 0, 19]
    assert listed.loc[("innovation-voucher-shandong", "2015")].tolist() == [4, 0, 0, 0]


def test_an_explanation_has_the_words_the_address_and_the_form() -> None:
    firms = pd.DataFrame({"enterprise_id": ["a"], "age_years": [12]})
    answer = trace(firms, "unicorn", "a", on="2026-11-24")
    age = answer["rules"][0]
    assert (age["seen_as"], age["text"], age["seen_on"]) == ("全文", "成立时间不超过十年", "2026-11-28")
    assert age["address"].startswith("http://suqian.gov.cn/")
    assert page_facts(answer)["rules"][0]["text"] == "成立时间不超过十年"


def test_a_named_test_is_taken_by_name_and_names_no_other(tmp_path: Path) -> None:
    def with_tests(tests: str, test: str) -> str:
        text = RULES.replace("{yes: honest}", test).replace("rules:\n", f"tests: {tests}\nrules:\n")
        return text.replace("RULE", "source: LAW, seen_on: 2026-11-28, verified: true")

    path = tmp_path / "policy.yaml"
    path.write_text(with_tests("{good: {yes: honest}}", "{named: good}"), encoding="utf-8")
    policy = Policy.load(tmp_path)
    (rule,) = policy.ruleset(policy.editions[0], policy.editions[0].since).rules
    assert rule.test is not None
    assert rule.test.columns() == ("honest",)
    for tests, test in (("{good: {yes: honest}}", "{named: bad}"), ("{a: {named: b}, b: {yes: honest}}", "{named: a}")):
        path.write_text(with_tests(tests, test), encoding="utf-8")
        with pytest.raises(PolicyError, match="there is no test"):
            Policy.load(tmp_path)
