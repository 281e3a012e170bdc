"""Registers of running projects as offices keep them."""

import pandas as pd
import pytest

from matcher.projects import ProjectBook
from matcher.projects.lifecycle.entries import read_events, read_managed


def table(text):
    head, *rows = [line.split(",") for line in text.split("|")]
    return pd.DataFrame(rows, columns=head)


def managed(stage):
    return read_managed(table(f"项目编号,项目名称,起止年月,项目状态,状态日期|K1,甲,2025.1-2026.12,{stage},2025-01-05"))


@pytest.mark.parametrize("note", ["延期至2026年11月", "负责人变更为甘某", "待验收", "拟终止", "未结题"])
def test_a_note_behind_a_stage_that_goes_on_is_told_and_refuses_nothing(note):
    reading = managed(f"在研（{note}）")
    assert reading.rows["stage"].tolist() == ["在研"]
    assert reading.problems["problem"].tolist() == [f"括号里的“{note}”没有记入"]


@pytest.mark.parametrize(
    "stage",
    [
        "已验收（补充材料后）",
        "终止（待批）",
        "进行到一半",
        "神游（延期）",
        "在研（已终止）",
        "执行中（已验收）",
        "在研（2026年11月已结题）",
    ],
)
def test_what_may_undo_a_stage_or_is_none_stays_as_it_is_written(stage):
    assert managed(stage).rows["stage"].tolist() == [stage]


@pytest.mark.parametrize("stage", ["正常", "正常实施", "在研", "已验收"])
def test_stages_in_usual_words(tmp_path, stage):
    book = ProjectBook.create(tmp_path / "台账.db", rules="省级2021", on="2023-01-05", person="甲某")
    assert book.put(managed(stage).rows, on="2026-11-01", person="甲某").stages == 1


@pytest.mark.parametrize("header", ["日期", "填报日期", "验收日期", "发生日期", "办理时间"])
def test_the_day_of_an_event(header):
    rows = read_events(table(f"项目编号,项目名称,事项类型,{header}|K1,甲,任务书,2025-01-20")).rows
    assert f"{rows['day'].iloc[0]:%Y-%m-%d}" == "2025-01-20"
    assert rows["event"].tolist() == ["任务书"]


def test_an_acceptance_in_columns_of_its_own_is_told():
    """A book of projects has no column of it, and without a word the project would be late."""
    rows = [
        ["P1", "虚构甲", "2023-01-01", "2024-12-31", "2025-2-20", "通过"],
        ["P2", "虚构乙", "2023-01-01", "2025-12-31", None, "待验收"],
        ["P3", "虚构丙", "2023-01-01", "2024-12-31", None, "不通过"],
        ["P4", "虚构丁", "2023-01-01", "2026-12-31", None, None],
    ]
    rows.append(["P5", "虚构戊", "2023-01-01", "2027-12-31", "2027-12-31", None])  # a plan
    header = ["项目编号", "项目名称", "合同开始日期", "计划完成时间", "验收时间", "验收结论"]
    problems = read_managed(pd.DataFrame(rows, columns=header), on="2026-11-30").problems
    told = problems.loc[problems["problem"].str.contains("没有记入"), ["column", "problem"]]
    assert told.values.tolist() == [
        ["验收时间、验收结论", "写着验收的有 P1、P3，没有记入，仍按没有验收（可能列成逾期）"]
    ]


@pytest.mark.parametrize(
    ("day", "said", "told"),
    [
        (None, "无", False), ("/", None, False), (None, "进行中", False), (None, "实施中", False), (0, "0", False),
        ("2026年底前", None, False), (None, "正在验收", False), (None, "已提交验收材料", False), (None, "终止", False),
        ("2025-02-20", None, True), (2025, None, True), (None, "同意结题", True), (None, "未通过", True),
        (None, "已验收", True),
    ],
)  # fmt: skip
def test_only_words_of_an_acceptance_are_told(day, said, told):
    header = ["项目编号", "项目名称", "开始日期", "结束日期", "验收时间", "验收结论"]
    row = ["P1", "虚构甲", "2023-01-01", "2024-12-31", day, said]
    problems = read_managed(pd.DataFrame([row], columns=header)).problems["problem"]
    assert problems.str.contains("没有记入").any() == told
