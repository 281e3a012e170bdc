"""Rows held against records: barred where the subject is sure, to be confirmed where only the name agrees."""

import openpyxl
import pandas as pd
import pytest

from matcher.assignment import assign
from matcher.assignment.conflicts import with_records
from matcher.challenges import check_bids
from matcher.integrity import check_integrity, integrity_hits, read_records, read_subjects

CODE, OTHER_CODE = "91370100MA3F000017", "91370100MA3F000025"


def records(*rows):
    names = ["记录编号", "对象类别", "姓名或名称", "代码", "所在单位", "限制事项", "处理文号", "依据规则", "条款"]
    table = pd.DataFrame([row + ("",) * (len(names) - len(row)) for row in rows], columns=names)
    return read_records(table.assign(限制起始日期="2025-01-01", 限制截止日期="2027-12-31")).rows


def subjects(**cells):
    return read_subjects(pd.DataFrame({name: [cell] for name, cell in {"编号": "S1", **cells}.items()})).rows


PERSON = (
    "R1",
    "个人",
    "虚构人甲",
    "E-001",
    "虚构大学",
    "申报、评审",
    "虚科监〔2025〕1号",
    "国科发监〔2022〕221号",
    "第二条",
)
UNIT = ("R2", "单位", "虚构机械有限公司", CODE, "", "申报")


@pytest.mark.parametrize(
    ("cells", "state", "why"),
    [
        ({"姓名": "虚构人甲", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲", "工作单位": "虚构大学机械学院"}, "barred", ""),
        ({"姓名": "虚构 人甲", "工作单位": "虚构大學"}, "barred", ""),
        ({"姓名": "虚构人甲", "工作单位": "别的研究院"}, "confirm", "同名，单位不同"),
        ({"姓名": "虚构人甲"}, "confirm", "同名，没有单位可比"),
        ({"姓名": "虚构人乙,虚构人甲", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人乙 虚构人甲", "工作单位": "虚构大学（盖章）"}, "barred", ""),
        ({"姓名": "虚构人甲（负责人）", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲教授", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲 13800001111", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚教授（虚构人甲）", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "1.虚构人乙；2.虚构人甲", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "第一完成人：虚构人甲", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲等5人", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲院士", "工作单位": "1.虚构大学 0539-8111111"}, "barred", ""),
        ({"姓名": "虚教授", "工作单位": "虚构大学"}, "confirm", "只写了姓"),
        ({"姓名": "虚教授", "工作单位": "别的研究院"}, "confirm", "只写了姓，单位不同"),
        ({"姓名": "某某（虚构人甲）", "工作单位": "虚构大学"}, "confirm", "括号中的姓名"),
        ({"姓名": "某某", "参与人": "虚构人甲"}, "confirm", "同名，没有单位可比"),
        ({"姓名": "虚构人甲", "人员编号": "e-001"}, "barred", ""),
        ({"姓名": "虚构人乙", "人员编号": "E-001"}, "confirm", "代码相同，姓名或名称不同"),
        ({"姓名": "虚构人甲", "人员编号": "E-002", "工作单位": "虚构大学"}, "clear", ""),
        ({"姓名": "虚构人乙", "工作单位": "虚构大学"}, "clear", ""),
        ({"姓名": "某某", "参与人员": "虚构人乙、虚构人甲"}, "confirm", "同名，没有单位可比"),
        ({"承担单位": "虚构机械有限公司", "统一社会信用代码": CODE}, "barred", ""),
        ({"承担单位": "虚构机械有限公司", "统一社会信用代码": OTHER_CODE}, "clear", ""),
        ({"承担单位": "虚构机械有限公司"}, "confirm", "同名，没有相同的代码"),
        ({"承担单位": "别的公司", "参与单位": "虚构机械有限公司"}, "confirm", "同名，没有相同的代码"),
        ({"承担单位": "虚构机械有限公司研发中心"}, "confirm", "上下级或另一名称的单位"),
        ({"承担单位": "虚构机械有限公司研发中心", "统一社会信用代码": OTHER_CODE}, "clear", ""),
        ({"承担单位": "虚构机械有限公司（0539-8111111）"}, "confirm", "同名，没有相同的代码"),
        ({"承担单位": "临沂虚构机械公司"}, "confirm", "名称相近的单位"),
        ({"承担单位": "别的虚构机械厂"}, "clear", ""),
        ({"姓名": "虚构机械有限公司"}, "clear", ""),
        ({"姓名": "虚构人甲博士生导师", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲教授级高级工程师", "工作单位": "虚构大学"}, "barred", ""),
        ({"姓名": "虚构人甲国家级实验室主任助理", "工作单位": "虚构大学"}, "confirm", "姓名后另有文字"),
        ({"姓名": "虚构人甲青年岗位能手", "工作单位": "别的研究院"}, "confirm", "姓名后另有文字，单位不同"),
        ({"姓名": "某某（虚构公司）", "参与人": "虚构人甲（虚构大学）"}, "barred", ""),
        ({"姓名": "虚构人甲（虚构大学）", "工作单位": "别的研究院"}, "barred", ""),
    ],
)
def test_who_is_meant(cells, state, why):
    table = subjects(**cells)
    hits = integrity_hits(table, records(PERSON, UNIT), role="applicant", on="2026-11-24")
    assert hits["why"].tolist() == ([] if state == "clear" else [why])
    assert check_integrity(table, records(PERSON, UNIT), role="applicant", on="2026-11-24")["state"].tolist() == [state]


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("虚构人甲教授", "barred"), ("虚 构人甲", "barred"), ("虚构人甲 13800001111", "barred"),
        ("虚教授（虚构人甲）", "barred"), ("虚教授", "confirm"), ("别教授", "clear"),
    ],
)  # fmt: skip
def test_a_record_names_its_person_with_titles_and_telephones_too(written, state):
    table = subjects(姓名="虚构人甲", 工作单位="虚构大学")
    found = records(("R1", "个人", written, "", "虚构大学（电话0539-8111111）", "申报"))
    assert check_integrity(table, found, role="applicant", on="2026-11-24")["state"].tolist() == [state]


@pytest.mark.parametrize(
    ("listed", "applied", "why"),
    [
        ("王某", "王某硕士生导师", ""), ("王某", "王某农业技术推广研究员", ""), ("王某", "王某执行董事", ""),
        ("王某", "王某院长助理", ""), ("王某", "王某拔尖人才", "姓名后另有文字"),
        ("王某拔尖人才", "王某", "姓名后另有文字"),
        ("王某产业教授", "王某在读博士", ""), ("王某", "王某李某", "姓名后另有文字"), ("王某", "王某某", None),
        ("欧阳某", "欧阳某某", None), ("王某某", "王某拔尖人才", None), ("王某公司", "王某公司董事会", None),
    ],
)  # fmt: skip
def test_what_follows_a_recorded_name_and_is_no_part_of_a_name_does_not_hide_it(listed, applied, why):
    hits = integrity_hits(
        subjects(姓名=applied, 工作单位="虚构大学"),
        records(("R1", "", listed, "", "虚构大学", "申报")),
        role="applicant",
        on="2026-11-24",
    )
    assert hits["why"].tolist() == ([] if why is None else [why])


def test_persons_named_with_their_units_in_brackets_are_not_those_units():
    found = records(("R1", "", "王某（虚构大学）、李某（虚构机械有限公司）", "", "", "申报"))
    applied = pd.DataFrame(
        [("无关人", "虚构大学"), ("王某", "虚构大学"), ("李某", "虚构大学"), ("赵某", "虚构机械有限公司")],
        columns=["姓名", "单位"],
    )
    table = read_subjects(applied.assign(编号=["S1", "S2", "S3", "S4"])).rows
    hits = integrity_hits(table, found, role="applicant", on="2026-11-24")
    assert hits[["row_id", "state", "why"]].values.tolist() == [
        ["S2", "barred", ""], ["S3", "confirm", "同名，单位不同"]
    ]  # fmt: skip


def test_a_row_that_does_not_name_all_its_persons_is_not_clear():
    table = subjects(姓名="虚构人乙等5人", 工作单位="虚构大学")
    marks = check_integrity(table, records(PERSON), role="applicant", on="2026-11-24")
    assert marks[["state", "records", "reason"]].values.tolist() == [
        ["confirm", "", "需核实：姓名没有写全（“等”几人），没有写出的人没有查"]
    ]


def test_a_barred_reviewer_with_a_title_is_in_no_panel():
    people = PEOPLE.assign(person=["虚构人甲教授", "虚构人乙"])
    forbid, notes = with_records(PAIRS, records(PERSON), people, on="2026-11-24")
    assert forbid[["left_id", "right_id"]].values.tolist() == [["E1", "P1"], ["E1", "P2"]]
    assert notes == []


def test_a_refusal_cites_record_decision_rule_and_article_and_no_name():
    table = subjects(姓名="虚构人甲", 工作单位="虚构大学")
    mark = check_integrity(table, records(PERSON), role="applicant", on="2026-11-24").iloc[0]
    assert mark["records"] == "R1"
    assert mark["reason"] == (
        "不得申报：姓名见记录 R1（虚科监〔2025〕1号；国科发监〔2022〕221号 第二条），2025-01-01 至 2027-12-31"
    )


def test_the_bar_of_a_unit_is_not_its_reviewers():
    table = subjects(专家姓名="虚构人乙", 工作单位="虚构机械有限公司", 统一社会信用代码=CODE)
    found = records((*UNIT[:5], "申报、评审"))
    assert check_integrity(table, found, role="reviewer", on="2026-11-24")["state"].tolist() == ["clear"]
    assert check_integrity(table, found, role="applicant", on="2026-11-24")["state"].tolist() == ["barred"]


@pytest.mark.parametrize(("on", "state"), [("2024-12-31", "clear"), ("2025-01-01", "barred"), ("2028-01-01", "clear")])
def test_only_the_day_counts(on, state):
    table = subjects(姓名="虚构人甲", 工作单位="虚构大学")
    assert check_integrity(table, records(PERSON), role="reviewer", on=on)["state"].tolist() == [state]


PAIRS = pd.DataFrame(
    [("E1", "P1", 0.9), ("E2", "P1", 0.5), ("E1", "P2", 0.9), ("E2", "P2", 0.5)],
    columns=["left_id", "right_id", "score"],
)
PEOPLE = read_subjects(
    pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["虚构人甲"] * 2, "单位": ["虚构大学", "别的研究院"]})
).rows


def test_a_barred_reviewer_is_in_no_panel_and_a_namesake_is_told():
    forbid, notes = with_records(PAIRS, records(PERSON), PEOPLE, on="2026-11-24")
    assert forbid[["left_id", "right_id"]].values.tolist() == [["E1", "P1"], ["E1", "P2"]]
    assert set(forbid["reason"]) == {
        "科研诚信：不得评审：姓名见记录 R1（虚科监〔2025〕1号；国科发监〔2022〕221号 第二条），2025-01-01 至 2027-12-31"
    }
    assert len(notes) == 1
    assert notes[0].startswith("E2，科研诚信：需核实能否评审（同名，单位不同）：姓名见记录 R1")
    chosen = assign(PAIRS, right={"default": {"min": 1, "max": 1}}, forbid=forbid, notes=notes)
    assert chosen.pairs["left_id"].tolist() == ["E2", "E2"]
    assert with_records(PAIRS, records(PERSON), PEOPLE, on="2028-01-01")[0].empty


def test_names_of_the_pair_table_alone_bar_nobody():
    forbid, notes = with_records(PAIRS.assign(left_name="虚构人甲"), records(PERSON), on="2026-11-24")
    assert forbid.empty
    assert len(notes) == 2


BIDS = pd.DataFrame(
    {
        "bid_id": ["J1", "J2"],
        "challenge_id": ["B1", "B1"],
        "bidder": ["虚构机械有限公司", "别的公司"],
        "bidder_code": [CODE, ""],
        "submitted_on": pd.to_datetime(["2026-01-01", None]),
    }
)


def test_bids_are_looked_up_on_their_day():
    challenges = pd.DataFrame({"challenge_id": ["B1"], "owner": ["甲厂"], "indicators": [""]})
    checked = check_bids(BIDS, challenges, records=records(UNIT), on="2026-11-24")
    rows = checked[checked["check"] == "integrity"]
    assert rows[["bid_id", "state"]].values.tolist() == [["J1", "not_met"], ["J2", "met"]]
    assert rows["detail"].tolist()[0].startswith("不得申报：单位见记录 R2")
    early = check_bids(BIDS.assign(submitted_on=pd.Timestamp("2024-12-31")), challenges, records=records(UNIT))
    assert early.set_index(["bid_id", "check"]).loc[("J1", "integrity"), "state"] == "met"
    nothing = check_bids(BIDS[1:], challenges, records=records(UNIT)).set_index("check").loc["integrity"]
    assert nothing[["state", "detail"]].tolist() == ["unknown", "没有提交日期，不知查哪一天"]
    assert "integrity" not in set(check_bids(BIDS, challenges)["check"])


RECORDS = """科研诚信记录台账（虚构）,,,,,,
序号,对象类别,姓名或名称,所在单位,限制事项,限制起始日期,限制截止日期
R1,个人,虚构人甲,虚构大学,评审,2025年1月1日,永久
,,,,,,
R2,个人,虚构人乙,虚构大学,评审,2020-01-01,2022/12/31
"""
EXPERTS = "序号,专家姓名,工作单位,备注\n1,虚构人甲,虚构大学,\n2,虚构人乙,虚构大学,\n"


def test_the_command_on_tables_as_people_keep_them(run, tmp_path):
    (tmp_path / "r.csv").write_text(RECORDS, "utf-8-sig")
    (tmp_path / "e.csv").write_text(EXPERTS, "utf-8-sig")
    words = ("integrity", "check", "e.csv", "--records", "r.csv", "--as", "reviewer", "--on", "2026-11-24")
    status, said, _ = run(*words, "-o", "out.xlsx")
    assert (status, said) == (0, "2 行：不得 1、未见记录 1；结果已写入 out.xlsx\n")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    rows = [[cell.value for cell in row] for row in book["诚信检查"].iter_rows(min_row=2)]
    assert [row[:6] for row in rows] == [
        ["1", None, "虚***", "虚***", "不得", "R1"],
        ["2", None, "虚***", "虚***", "未见记录", None],
    ]
    shown = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any("虚构人" in text for text in shown)
    assert run(*words, "-o", "open.csv", "--show-contacts")[0] == 0
    assert "虚构人甲" in (tmp_path / "open.csv").read_text("utf-8-sig")
    status, _, said = run(*words[:-2], "-o", "out.xlsx")
    assert status == 2
    assert "--on" in said


def test_the_panel_command_keeps_a_barred_reviewer_out(run, tmp_path):
    PAIRS.to_csv(tmp_path / "pairs.csv", index=False)
    (tmp_path / "r.csv").write_text(RECORDS, "utf-8-sig")
    (tmp_path / "e.csv").write_text("专家编号,姓名,单位\nE1,虚构人甲,虚构大学\nE2,虚构人乙,虚构大学\n", "utf-8-sig")
    (tmp_path / "c.yaml").write_text("right: {default: {min: 1, max: 1}}\n", "utf-8")
    words = ("assign", "pairs.csv", "--config", "c.yaml", "--integrity", "r.csv")
    files = ("-o", "out.csv", "--record", "a.json", "--public", "p.json")
    assert run(*words, "--people", "e.csv", "--on", "2026-11-24", *files)[0] == 0
    assert pd.read_csv(tmp_path / "out.csv")["left_id"].tolist() == ["E2", "E2"]
    assert "科研诚信：不得评审：姓名见记录 R1" in (tmp_path / "a.json").read_text("utf-8")
    public = (tmp_path / "p.json").read_text("utf-8")
    assert '"barred": {' in public
    assert not any(word in public for word in ("科研诚信", "R1", "E1", "虚构人甲"))
    verify = ("--people", "e.csv", "--on", "2026-11-24", "--verify", "a.json")
    assert run(*words, *verify)[0] == 0
    status, _, said = run(*words, "-o", "out.csv")
    assert (status, said) == (2, "--integrity 和 --on 须一起给出，--people 与它们同用\n")


@pytest.mark.parametrize(("unit", "state"), [("虚构大学", "barred"), ("别的大学", "confirm")])
def test_the_unit_beside_a_name_is_the_persons(unit, state):
    kept = {
        "编号": "R1",
        "姓名": "虚构人甲",
        "单位": "虚构大学",
        "处理决定": "取消申报资格",
        "处理期限": "2025.1.1—2027.12.31",
    }
    known = read_records(pd.DataFrame({name: [cell] for name, cell in kept.items()})).rows
    hits = integrity_hits(subjects(姓名="虚构人甲", 单位=unit), known, role="applicant", on="2026-11-24")
    assert hits[["state", "why"]].to_numpy().tolist() == [[state, "" if state == "barred" else "同名，单位不同"]]
