"""A policy's folder is read strictly: each mistake is refused, and the message names the file and the rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from matcher.errors import PolicyError
from matcher.policy.cases import check_policy
from matcher.policy.policy import Policy, load_policy, shipped
from matcher.policy.scoring import score

PLAIN = """
policy: own
title: 自有政策
title_en: Own policy
sources:
  S: {title: 自定办法, number: 〔2026〕1号, seen: 全文}
columns:
  staff: {kind: number, title: 科技人员}
  people: {kind: number, title: 职工}
  sales: {kind: yuan, title: 销售收入}
  rd: {kind: yuan, title: 研发费用}
  honest: {kind: yesno, title: 诚信}
editions:
  one: {from: 2026-01-01, title: 第一版, source: S 第一条}
rules:
  - id: share
    kind: condition
    title: 占比
    title_en: Share
    test: {of: {ratio: {of: staff, to: people}}, at_least: 10%}
    source: S 第二条
    verified: true
  - id: money
    kind: points
    title: 研发
    title_en: R&D
    max: 10
    of: {ratio: {of: rd, to: sales}}
    bands:
      - {at_least: 5%, points: 10}
      - {at_least: 3%, below: 5%, points: 5}
    otherwise: 0
    source: S 第三条
    verified: true
"""


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_third_party_policy_is_a_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path, PLAIN)
    (folder / "cases.yaml").write_text(
        "day: 2026-06-01\ncases:\n"
        "  - says: 一成即可\n    vary: [staff, people, condition.share]\n    rows: [[1, 10, pass], [0.99, 10, fail]]\n"
        "  - says: 研发分档\n    facts: {sales: 100}\n"
        "    vary: [rd, points.money]\n    rows: [[5, 10], [4, 5], [2, 0]]\n",
        encoding="utf-8",
    )
    result = check_policy(folder)
    assert (len(result), bool(result["ok"].all())) == (5, True)
    firms = pd.DataFrame({"enterprise_id": ["a"], "staff": [3], "people": [10]})
    assert score(firms, str(folder), on="2026-06-01").summary["decision"].tolist() == ["passes"]


def test_a_policy_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="没有案例文件"):
        check_policy(_folder(tmp_path, PLAIN))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    verified: true\n  - id: money",
            "    verified: true\n    verified: false\n  - id: money",
            "键 'verified' 写了两次",
        ),
        ("at_least: 10%}", "at_least: 10%, colour: red}", "rule share: unknown key 'colour'"),
        ("    source: S 第二条\n", "", "rule share: 'source' is missing"),
        ("source: S 第二条", "source: X 第二条", "rule share: source 'X' is not declared"),
        ("below: 5%", "below: 4%", "rule money: band 2: leaves a gap"),
        ("below: 5%", "below: 6%", "rule money: band 2: leaves a gap to the band before it, or overlaps it"),
        ("{at_least: 3%, below: 5%, points: 5}", "{at_least: 6%, points: 5}", "rule money: band 2: overlaps"),
        ("    otherwise: 0\n", "", "rule money: bands leave a gap; say what holds `otherwise`"),
        ("points: 10}", "points: 11}", "rule money: band 1: gives more than the item's 10 points"),
        ("points: 5}", "points: 12}", "rule money: band 2: gives more than"),
        ("to: people}}", "to: nobody}}", "rule share: column 'nobody' is not declared"),
        ("to: people}}", "to: honest}}", "rule share: column 'honest' is of kind yesno"),
        ("to: people}}", "to: staff}}", "rule share: a ratio may not have the same column above and below"),
        ("at_least: 10%}", "at_least: ten}", "rule share: expected a number or a percentage, found 'ten'"),
        ("at_least: 10%}", "at_least: 0}", "rule share: a ratio is compared with a limit above zero"),
        ("kind: condition", "kind: wish", "rule share: kind is condition, points or amount, not 'wish'"),
        ("id: money\n    kind: points", "id: money\n    kind: condition", "rule money: a condition has a `test`"),
        ("id: money", "id: share\n    note: x", None),
        ("    verified: true\n  - id: money", "  - id: money", "rule share: `verified` is true or false"),
        ("from: 2026-01-01", "from: soon", "edition one: 'from' is a day"),
        ("kind: yesno", "kind: maybe", "column honest: unknown kind 'maybe'"),
        ("of: {ratio: {of: rd", "of: {quotient: {of: rd", "rule money: unknown measure 'quotient'"),
        ("policy: own\n", "policy: own\ncode: print(1)\n", "file: unknown key 'code'"),
        ("policy: own\n", "policy: !!python/object/apply:os.system ['true']\n", "不用标签"),
        ("sources:", "sources: [", "policy.yaml"),
    ],
)
def test_a_broken_policy_is_refused(tmp_path: Path, old: str, new: str, words: str | None) -> None:
    assert old in PLAIN
    folder = _folder(tmp_path, PLAIN.replace(old, new, 1))
    if words is None:
        Policy.load(folder)
        return
    with pytest.raises(PolicyError) as caught:
        Policy.load(folder)
    assert "policy.yaml" in str(caught.value)
    assert words in str(caught.value)


def test_the_same_rule_twice_overlapping_editions_and_brackets_with_gaps_are_refused(tmp_path: Path) -> None:
    twice = PLAIN + PLAIN[PLAIN.index("  - id: share") : PLAIN.index("  - id: money")]
    two = PLAIN.replace("rules:", "  two: {from: 2026-05-01, title: 第二版, source: S}\nrules:")
    share = "test: {of: {ratio: {of: staff, to: people}}, at_least: 10%}"
    ends = "{at_most: 5, test: {yes: honest}}, {at_most: 4, test: {yes: honest}}, {fails: true}"
    by = f"test: {{by: sales, brackets: [{ends}]}}"
    gap = "test: {by: sales, brackets: [{at_most: 5, test: {yes: honest}}]}"
    for text, words in (
        (twice, "rule share: a condition rule of this id is there already"),
        (two, "edition two: overlaps edition one"),
        (PLAIN.replace(share, by), "rule share: bracket 2: overlaps the bracket before it"),
        (PLAIN.replace(share, gap), "rule share: the brackets leave a gap above"),
    ):
        with pytest.raises(PolicyError, match=words):
            Policy.load(_folder(tmp_path, text))


def test_limits_are_dated(tmp_path: Path) -> None:
    dated = PLAIN.replace("at_least: 10%}", "at_least: {since: {2026-01-01: 10%, 2026-07-01: 20%}}}")
    policy = Policy.load(_folder(tmp_path, dated))
    firms = pd.DataFrame({"enterprise_id": ["a"], "staff": [15], "people": [100]})
    before, after = (score(firms, policy, on=day) for day in ("2026-06-30", "2026-07-01"))
    assert before.summary["decision"].tolist() + after.summary["decision"].tolist() == ["passes", "fails"]
    assert after.verdicts["in_force_since"].astype("datetime64[s]").dt.date.tolist()[0] == dt.date(2026, 7, 1)


def test_unknown_policies_readings_and_parameters_are_refused() -> None:
    with pytest.raises(PolicyError, match="没有名为“nothing”的政策"):
        load_policy("nothing")
    with pytest.raises(PolicyError, match="no reading growth=high"):
        load_policy("hte", readings={"growth": "high"})
    with pytest.raises(PolicyError, match="no parameter x"):
        load_policy("hte-pool", parameters={"x": 1})


def test_every_shipped_rule_names_its_source_and_the_day_it_was_seen() -> None:
    for name in shipped():
        policy = load_policy(name)
        inherited = {(raw["kind"], raw["id"]) for raw in policy.tree["rules"] if "in_force_since" in raw}
        for edition in policy.editions:
            for rule in policy.ruleset(edition, edition.since).rules:
                assert rule.source.startswith("《"), (name, rule.id)
                assert rule.seen_on is not None or rule.evidence.form == "memory", (name, rule.id)
                assert (rule.kind, rule.id) in inherited or rule.in_force_since >= edition.since, (name, rule.id)


def test_rules_only_remembered_are_not_verified() -> None:
    star = load_policy("star")
    first = star.ruleset(star.editions[0], star.editions[0].since).rules
    assert {rule.id: rule.verified for rule in first} == {
        "rd": False,
        "patents": False,
        "growth": False,
        "exception": False,
    }
    assert [rule.evidence.form for rule in first] == ["full", "full", "full", "memory"]  # three figures stand in 2024's
    assert not any(
        r.verified
        for r in load_policy("hte-pool").ruleset(load_policy("hte-pool").editions[0], dt.date(2026, 1, 1)).rules
    )


def test_the_policy_in_the_documentation_is_whole(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    (tmp_path / "policy.yaml").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(blocks[1], encoding="utf-8")
    result = check_policy(tmp_path)
    assert len(result) > 20
    assert result["ok"].astype(bool).all()
