"""Votes by dated rules: absent, abstaining, edges from both sides, quotas that end between equal votes."""

import pandas as pd
import pytest

from matcher.errors import PolicyError, TableError
from matcher.review import judge_votes
from matcher.review.votes import tally

RULES, ON = "award-vote-shandong", "2026-03-01"


def ballots(item, award, grade, yes, no=0, abstained=0, absent=0):
    words = ["同意"] * yes + ["反对"] * no + ["弃权"] * abstained + ["缺席"] * absent
    return [(item, award, grade, f"W{n:02}", word) for n, word in enumerate(words)]


def table(*groups):
    rows = [row for group in groups for row in group]
    return pd.DataFrame(rows, columns=["item", "award", "grade", "voter", "vote"])


def test_who_abstains_is_present_and_who_is_absent_is_not():
    votes = table(ballots("A", "科技进步奖", "一等奖", 10, 2, 3, 6), ballots("B", "科技进步奖", "一等奖", 9, 2, 4, 6))
    counts, problems = tally(votes, members=21)
    names = ["item", "members", "present", "votes_for", "votes_against", "abstained"]
    assert counts[names].to_numpy().tolist() == [["A", 21, 15, 10, 2, 3], ["B", 21, 15, 9, 2, 4]]
    assert problems.empty
    result = judge_votes(votes, RULES, on=ON, members=21).table
    assert result[["item", "place", "decision"]].to_numpy().tolist() == [["A", "1", "通过"], ["B", "", "不通过"]]


@pytest.mark.parametrize(
    ("grade", "yes", "no", "absent", "decision"),
    [
        ("一等奖", 10, 5, 6, "通过"),
        ("一等奖", 9, 6, 6, "不通过"),
        ("二等奖", 8, 7, 6, "通过"),
        ("二等奖", 7, 7, 7, "不通过"),
        ("二等奖", 8, 6, 7, "通过"),
        ("二等奖", 13, 0, 8, "不通过"),
    ],
)
def test_edges_of_quorum_and_majority(grade, yes, no, absent, decision):
    votes = table(ballots("A", "自然科学奖", grade, yes, no, 0, absent))
    assert judge_votes(votes, RULES, on=ON, members=21).table["decision"].tolist() == [decision]


def test_without_the_number_of_members_the_quorum_is_unknown():
    result = judge_votes(table(ballots("A", "科技进步奖", "二等奖", 15)), RULES, on=ON)
    assert result.table["decision"].tolist() == ["未知"]
    assert result.table["remarks"].tolist() == ["未知：到会委员不少于三分之二（缺“应到委员数”）"]


def test_a_quota_that_ends_between_equal_votes_is_left_to_another_vote():
    votes = table(
        ballots("A", "最高奖", "不分等级", 14, 1),
        ballots("B", "最高奖", "不分等级", 12, 3),
        ballots("C", "最高奖", "不分等级", 12, 3),
        ballots("D", "最高奖", "不分等级", 10, 5),
        ballots("E", "最高奖", "不分等级", 9, 6),
    )
    result = judge_votes(votes, RULES, on=ON, members=15).table
    assert result[["item", "place", "decision"]].to_numpy().tolist() == [
        ["A", "1", "通过"],
        ["B", "2–3", "未知"],
        ["C", "2–3", "未知"],
        ["D", "", "不通过"],
        ["E", "", "不通过"],
    ]


def test_a_vote_that_cannot_be_read_leaves_what_it_can_change_unknown():
    votes = table(ballots("A", "科技进步奖", "一等奖", 9, 5), ballots("B", "科技进步奖", "一等奖", 14))
    odd = pd.DataFrame([(i, "科技进步奖", "一等奖", "W14", "○") for i in "AB"], columns=votes.columns)
    result = judge_votes(pd.concat([votes, odd]), RULES, on=ON, members=15)
    assert result.table["decision"].tolist() == ["未知", "通过"]
    assert result.problems["problem"].tolist() == ["看不懂或前后不同的表决意见：○"] * 2
    twice = pd.DataFrame([("A", "科技进步奖", "一等奖", "W00", "反对")], columns=votes.columns)
    counts, problems = tally(pd.concat([votes, twice]), members=15)
    assert counts["votes_for"].isna().tolist() == [True, False]
    assert problems["voter"].tolist() == ["W00"]


def test_counts_that_cannot_be_are_unknown():
    rows = pd.DataFrame(
        {
            "item": ["A", "B", "C", "C"],
            "members": 21,
            "present": [15, 14, 15, 15],
            "votes_for": [10, 15, 10, 11],
            "award": "技术发明奖",
            "grade": "一等奖",
        }
    )
    result = judge_votes(rows, RULES, on=ON)
    assert result.table[["item", "decision"]].to_numpy().tolist() == [["A", "通过"], ["B", "未知"]]
    assert result.problems["problem"].tolist() == [
        "有不止一行票数，不知取哪一行",
        "票数多于到会，或到会多于应到；按未知处理",
    ]
    with pytest.raises(TableError, match="表决表里没有票"):
        judge_votes(rows.drop(columns="votes_for"), RULES, on=ON)
    with pytest.raises(PolicyError, match="不是表决规则"):
        judge_votes(rows, "award-heze", on=ON)
    with pytest.raises(TableError, match="到会 15 位，多于应到 14 位"):
        tally(table(ballots("A", "科技进步奖", "一等奖", 15)), members=14)


def test_the_command_and_its_record(run, tmp_path):
    lines = [",".join(row) for row in ballots("A", "科技进步奖", "一等奖", 10, 5, 0, 6)]
    text = "提名编号,奖种,等级,委员,表决意见\n" + "\n".join(lines) + "\n"
    (tmp_path / "票.csv").write_text(text, "utf-8-sig")
    words = ["review", "votes", "票.csv", "--rules", RULES, "--on", ON, "--members", "21"]
    assert run(*words, "-o", "结果.xlsx", "--record", "记录.json")[:2] == (
        0,
        "1 项表决：通过 1\n结果已写入 结果.xlsx\n",
    )
    assert run(*words, "-o", "结果.xlsx", "--verify", "记录.json")[0] == 0
    status, _, said = run(*words[:-1], "22", "-o", "再.xlsx", "--verify", "记录.json")
    assert (status, said.splitlines()[-1]) == (1, "选项 members 不同：记录为 21，现为 22\n结果不同".splitlines()[-1])
    assert not (tmp_path / "再.xlsx").exists()
    (tmp_path / "票.csv").write_text(text.replace("W00,同意", "W00,反对"), "utf-8-sig")
    status, _, said = run(*words, "-o", "结果.xlsx", "--verify", "记录.json")
    assert (status, said.splitlines()[-2:]) == (1, ["输入“票.csv”与记录时不同", "结果不同"])
