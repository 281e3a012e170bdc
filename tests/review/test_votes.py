"""Votes by dated rules: absent, abstaining, edges from both sides, quotas that end between equal votes."""

import pandas as pd
import pytest
from openpyxl import Workbook

from matcher.errors import ArgumentError, PolicyError, TableError
from matcher.review import judge_votes
from matcher.review.awards.votes import tally
from matcher.review.sheets.ballots import marks_of, read_votes

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


COUNTED = {"award": "科技进步奖", "grade": ["一等奖", "二等奖"], "members": 21.0}


@pytest.mark.parametrize(
    ("cells", "decisions", "told"),
    [
        (
            {"present": 18, "votes_for": [18, None]},
            ["通过", "未知"],
            ["同意票数没有写或看不懂；要用到的规则按未知处理"],
        ),
        (
            {"votes_for": [18, 17], "votes_against": [0, 1], "abstained": [0, None]},
            ["通过", "未知"],
            ["弃权票数没有写或看不懂；要用到的规则按未知处理"],
        ),
        (
            {"present": [18, None], "votes_for": 18},
            ["通过", "未知"],
            ["到会委员数没有写或看不懂；要用到的规则按未知处理"],
        ),
    ],
)
def test_an_item_without_a_count_is_unknown_and_the_others_are_judged(cells, decisions, told):
    rows = pd.DataFrame({"item": ["A", "B"], **COUNTED, **cells})
    numbers = {name: "Float64" for name in ("present", "votes_for", "votes_against", "abstained") if name in rows}
    result = judge_votes(rows.astype(numbers), RULES, on=ON)
    assert result.table["decision"].tolist() == decisions
    assert result.problems.to_numpy().tolist() == [["B", "", text] for text in told]


def test_counts_as_people_write_them_with_who_is_recused():
    table = pd.DataFrame(
        {"项目编号": ["A", "B"], "同意": [15, "全票"], "反对": 2, "弃权": 1, "回避": [1, "1人（王某）"]}
    )
    _, problems = tally(read_votes(table).rows)
    assert problems.to_numpy().tolist() == [
        ["B", "", "同意票数没有写或看不懂；要用到的规则按未知处理"],
        ["A", "", "1 位委员回避，应到委员数没有写；请核对"],
        ["B", "", "回避委员数看不懂，应到和到会按未知处理"],
    ]


def test_a_result_that_the_table_states_otherwise_is_told():
    rows = pd.DataFrame(
        {"项目编号": ["A", "B", "C"], "奖种": "科技进步奖", "等级": ["一等奖", "二等奖", "二等奖"], "应到": 21,
         "到会": 18,
         "同意": [11, 12, 10], "反对": [6, 5, 7], "弃权": 1, "表决结果": ["通过", "不通过", "同意授奖"]}
    )  # fmt: skip
    problems = judge_votes(read_votes(rows).rows, RULES, on=ON).problems
    assert problems.to_numpy().tolist() == [
        ["A", "", "表中写的表决结果是“通过”，按票数和规则是“不通过”；请核对"],
        ["B", "", "表中写的表决结果是“不通过”，按票数和规则是“通过”；请核对"],
    ]


@pytest.mark.parametrize(
    ("note", "word"),
    [
        ("注：空格为弃权", "弃权"), ("空白表示缺席", "缺席"), ("√同意，×反对，空格弃权", "弃权"),
        ("空白=弃权，○=缺席", "弃权"),
        ("填写说明：同意打√，反对打×，弃权不填", "弃权"), ("√为同意，未填视为缺席", "缺席"), ("弃权请留空", "弃权"),
        ("请在空格处填写同意或反对", ""), ("空格为弃权；没有填的为缺席", ""),
    ],
)  # fmt: skip
def test_what_a_blank_means_is_taken_from_the_note_of_the_sheet(note, word, tmp_path):
    book = Workbook()
    for row in ([note], ["项目编号", "委员1", "委员2", "委员3"], ["A", "√", "×", None], ["B", "√", "√", "√"]):
        book.active.append(row)
    book.save(tmp_path / "票.xlsx")
    assert read_votes(tmp_path / "票.xlsx").rows["vote"].tolist()[2] == word


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


NAMES = ["item", "members", "present", "votes_for", "votes_against", "abstained", "recused"]
WIDE = pd.DataFrame(
    [
        ["项目编号", "奖种", "等级", "委员投票", None, None, None],
        [None, None, None, "委员1", "委员2", "委员3", "委员4"],
        ["A", "科技进步奖", "一等奖", "同意", "同意", "反对", "回避"],
        ["B", "科技进步奖", "二等奖", "√", "√", "×", "√"],
        ["C", "科技进步奖", "二等奖", "同意", "弃权", "同意", "同意"],
    ]
)


def told(reading):
    return reading.problems[["column", "value", "problem"]].to_numpy().tolist()


def test_a_column_a_member_below_a_common_header(tmp_path):
    book = Workbook()
    for row in WIDE.to_numpy().tolist():
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:G1"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "票.xlsx")
    reading = read_votes(tmp_path / "票.xlsx")
    text = "一列一位委员，已按列读成 4 位委员的表决意见"
    assert told(reading) == [["委员编号", "委员1、委员2、委员3、委员4", text]]
    counts, problems = tally(reading.rows, members=4)
    assert counts[NAMES].to_numpy().tolist() == [
        ["A", 3, 3, 2, 1, 0, 1],
        ["B", 4, 4, 3, 1, 0, 0],
        ["C", 4, 4, 3, 0, 1, 0],
    ]
    assert problems.to_numpy().tolist() == [
        ["A", "", "1 位委员回避，不在应到和到会之内，应到按 3 位计；请核对本次规则"]
    ]


def test_who_is_recused_is_out_of_the_base_of_the_majority_and_of_the_quorum():
    votes = table(ballots("A", "科技进步奖", "一等奖", 8, 3, 1, 6))
    recused = pd.DataFrame([("A", "科技进步奖", "一等奖", f"X{n}", "回避") for n in range(3)], columns=votes.columns)
    rows = judge_votes(pd.concat([votes, recused]), RULES, on=ON, members=21).table
    assert rows[["members", "present", "votes_for", "recused", "decision"]].to_numpy().tolist() == [
        [18, 12, 8, 3, "通过"]
    ]
    against = recused.assign(vote="反对")
    assert judge_votes(pd.concat([votes, against]), RULES, on=ON, members=21).table["decision"].tolist() == ["不通过"]


def test_columns_by_names_of_members_and_what_the_sheet_says_of_its_marks():
    rows = pd.DataFrame(
        {
            "项目编号": ["A", "B"],
            "张三": ["√", "√"],
            "李四": ["×", "√"],
            "王五": ["○", ""],
            "合计": [1, 2],
            "是否涉密": "否",
        }
    )
    counts, problems = tally(read_votes(rows).rows)
    assert counts["votes_for"].isna().tolist() == [True, True]
    assert problems["problem"].tolist() == [
        "看不懂或前后不同的表决意见：○",
        "没有写表决意见；若空着就是弃权或缺席，请用 --mark 空=弃权 或 空=缺席 说明",
    ]
    said = read_votes(rows, marks=marks_of({"○": "弃权", "空": "缺席"}))
    counts, problems = tally(said.rows)
    assert counts[NAMES[2:]].to_numpy().tolist() == [[3, 1, 1, 1, 0], [2, 2, 0, 0, 0]]
    legend = rows.assign(备注=["√同意，×反对，○弃权", ""])
    assert tally(read_votes(legend).rows)[0]["abstained"].tolist() == [1, 0]
    with pytest.raises(ArgumentError, match="“同一”不是表决意见"):
        marks_of({"○": "同一"})


def test_sums_that_differ_are_told_with_their_item():
    rows = pd.DataFrame(
        {
            "项目编号": ["A", "B", "C", "D"],
            "应到": 21,
            "实到": [20, 20, None, None],
            "同意票": [15, 11, 15, 15],
            "反对票": [3, 3, 3, 3],
            "弃权票": [2, 2, 2, 3],
        }
    )
    counts, problems = tally(read_votes(rows).rows)
    assert counts["present"].tolist() == [20, 20, 20, 21]
    assert problems[["item", "problem"]].to_numpy().tolist() == [
        ["B", "同意、反对、弃权合计 16 票，少于到会 20 位；请核对"],
        ["D", "同意、反对、弃权合计 21 票，和多数项的 20 票不同；请核对"],
    ]
    counted = pd.DataFrame({"项目编号": ["A"], "张三": ["同意"], "李四": ["反对"], "同意票": [2]})
    assert tally(read_votes(counted).rows)[1]["problem"].tolist() == ["表中写的同意票数是 2，逐人记票是 1；按逐人记票"]


def test_recused_members_of_counts():
    rows = pd.DataFrame(
        {"项目编号": ["A", "B"], "应到": [15, 15], "同意": [9, 10], "反对": [3, 4], "弃权": [1, 1], "回避": [2, 0]}
    )
    counts, problems = tally(read_votes(rows).rows)
    assert counts[NAMES].to_numpy().tolist() == [["A", 13, 13, 9, 3, 1, 2], ["B", 15, 15, 10, 4, 1, 0]]
    assert problems["problem"].tolist() == ["2 位委员回避，应到按 13 位计；请核对"]
    assert tally(read_votes(rows.assign(应到=[13, 15])).rows)[0]["members"].tolist() == [13, 15]


def test_votes_on_titles_without_ids():
    rows = pd.DataFrame(
        {"项目名称": ["甲", "乙"], "拟授等级": "一等奖", "张三": ["同意", "反对"], "李四": ["同意", "同意"]}
    )
    reading = read_votes(rows)
    counts, _ = tally(reading.rows)
    assert counts[["item", "grade", "votes_for"]].to_numpy().tolist() == [["乙", "一等奖", 1], ["甲", "一等奖", 2]]
    assert "没有“项目编号”这一列，以项目名称为编号" in reading.problems["problem"].tolist()


@pytest.mark.parametrize("line", ["总监票人：", "监票人：王某", "总计票人：李某　监票人：王某"])
def test_a_line_of_the_tellers_is_no_item(line):
    table = {
        "提名号": ["T1", "T2", line],
        "项目名称": ["甲", "乙", None],
        "同意": ["11", "9", None],
        "反对": ["1", "4", None],
    }
    assert read_votes(pd.DataFrame(table)).rows["item"].tolist() == ["T1", "T2"]


def counts(**columns):
    table = pd.DataFrame({"项目编号": ["A", "B"], "应到": 15, "实到": 13, "同意": [12, 7], "不同意": [1, 4], **columns})
    return judge_votes(read_votes(table).rows, "award-vote-shandong", on="2026-11-30")


@pytest.mark.parametrize(
    ("awards", "grades"),
    [
        (["科技进步奖一等奖", "科技进步奖二等奖"], None),
        (["山东省科技进步奖一等奖", "2026年度山东省科学技术进步奖（二等奖）"], None),
        (["科技进步奖", "科技进步奖"], ["一等奖", "二等奖"]),
        (["科技进步奖一等奖", "科技进步奖"], ["一等", "二等奖"]),
    ],
)
def test_a_grade_behind_the_award_is_the_grade(awards, grades):
    given = {"等级": grades} if grades else {}
    result = counts(奖种=awards, 弃权=[0, 1], 废票=[0, 1], **given)
    assert result.table["decision"].tolist() == ["通过", "通过"]
    assert result.problems.empty


@pytest.mark.parametrize(
    ("award", "grade"), [("科技进步奖一等奖", "二等奖"), ("江苏省科技进步奖", "一等奖"), ("其他奖", "一等奖")]
)
def test_an_award_that_is_another_or_says_two_grades_stays_unknown(award, grade):
    assert counts(奖种=award, 等级=grade, 弃权=[0, 2]).table["decision"].tolist() == ["未知", "未知"]


def test_spoiled_ballots_are_among_those_cast():
    told = counts(奖种="科技进步奖", 等级="二等奖", 弃权=[0, 1], 废票=[0, None]).problems["problem"].tolist()
    assert told == ["同意、反对、弃权、废票合计 12 票，少于到会 13 位；请核对"]


def test_a_line_above_says_how_many_members_there_are_and_how_many_came(tmp_path):
    """Two thirds of the 19 who came are more than two thirds of the 18 valid ballots."""
    book = Workbook()
    for row in (
        ["评审委员会投票统计（应到21人，实到19人，发出选票19张，有效票18张）"],
        ["编号", "奖种", "建议等级", "赞成", "反对", "弃权"],
        ["A", "科技进步奖", "一等奖", 13, 4, 1],
        ["B", "技术发明奖", "一等奖", 12, 6, 0],
    ):
        book.active.append(row)
    book.save(tmp_path / "votes.xlsx")
    reading = read_votes(tmp_path / "votes.xlsx")
    assert reading.problems[["column", "value", "problem"]].values.tolist() == [
        ["应到委员数", "应到21人", "写在表外，已填到每一项"],
        ["到会委员数", "实到19人", "写在表外，已填到每一项"],
    ]
    voted = judge_votes(reading.rows, "award-vote-shandong", on="2026-03-01").table
    assert voted[["item", "members", "present", "decision"]].values.tolist() == [
        ["A", 21, 19, "通过"],
        ["B", 21, 19, "不通过"],
    ]


@pytest.mark.parametrize(
    "line",
    [
        "特邀专家出席3人",
        "出席14人以上有效",
        "应到21人以上方可开会",
        "实到人数不得少于应到人数的三分之二（应到21人的，实到14人的）",
    ],
)
def test_a_line_about_others_or_a_rule_says_nothing_of_who_came(tmp_path, line):
    book = Workbook()
    for row in ([line], ["编号", "奖种", "建议等级", "赞成", "反对", "弃权"], ["A", "科技进步奖", "一等奖", 13, 4, 1]):
        book.active.append(row)
    book.save(tmp_path / "votes.xlsx")
    reading = read_votes(tmp_path / "votes.xlsx")
    assert reading.rows[["members", "present"]].isna().values.tolist() == [[True, True]]
    assert reading.problems.empty
