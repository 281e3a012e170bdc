"""Maturity from words proposes; a person confirms; conflicts are told."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.assessment import assess_outcomes, propose_maturity
from matcher.assessment.maturity import read_level, read_maturity


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("6", 6), ("TRL6", 6), ("TRL-6", 6), ("trl 6（中试）", 6), ("6级", 6), ("第六级", 6), ("技术就绪度：7", 7),
        ("13级", 13), ("成熟度等级为8级", 8), (6.0, 6), ("0", None), ("14", None), ("14级", None),
        ("中试", None), ("2026年", None), ("6-7级", None), ("TRL 6~7", None), ("", None),
    ],
)  # fmt: skip
def test_levels_by_number(text: object, level: int | None) -> None:
    assert read_level(text) == level


@pytest.mark.parametrize(
    ("text", "level", "basis"),
    [
        ("可以量产", 9, "said"), ("已有样品", 5, "said"), ("通过小试", 4, "said"), ("通过中试", 6, "said"),
        ("正在研发", 3, "said"), ("已完成小试，正在中试", 4, "said"), ("小批量生产阶段", 8, "said"),
        ("产业化", 9, "said"), ("初期", 4, "said"), ("中期", 6, "said"), ("成熟应用", 9, "said"), ("概念", 2, "said"),
        ("中试", 6, "said"), ("小试", 4, "said"), ("量产", 9, "said"), ("拟小试、中试", None, ""),
        ("prototype", 5, "said"), ("TRL 4", 4, "named"), ("尚未量产", None, ""), ("其他", None, ""),
    ],
)  # fmt: skip
def test_a_cell_of_maturity(text: str, level: int | None, basis: str) -> None:
    assert read_maturity(text)[:2] == (level, basis)


@pytest.mark.parametrize(
    ("text", "level", "sentence"),
    [
        ("本技术已实现批量生产。节能两成。", 9, "本技术已实现批量生产。"),
        ("研制出样机一台。计划明年中试。", 5, "研制出样机一台。"),
        ("已完成小批量试产；尚未量产。", 8, "已完成小批量试产；"),
        ("目前仍处于研究阶段。", 3, "目前仍处于研究阶段。"),
    ],
)
def test_a_plain_statement_in_a_text(text: str, level: int, sentence: str) -> None:
    assert propose_maturity(text) == (level, "stated", sentence)


@pytest.mark.parametrize("text", ["取样品溶液三份，加热。", "可用于量产线。", "将于明年实现量产。"])
def test_a_word_that_turns_up_is_no_statement(text: str) -> None:
    assert propose_maturity(text).basis != "stated"


def test_the_way_of_writing_is_the_last_resort_and_says_so() -> None:
    """By hand from the words: small trial has -3.0 + 4.6 (应用领域) + 0.8 (领域) + 2.5 (摘要) and more, sample 0."""
    assert propose_maturity("一种阀。应用领域 泵阀。摘要 本发明给出阀。") == (4, "written", "应用领域 泵阀。")
    assert propose_maturity("高产栽培。选育品种。") == (5, "written", "高产栽培。")
    assert propose_maturity("低温阀门") == (None, "", "")


def row(**cells: object) -> pd.Series:
    return assess_outcomes(pd.DataFrame([{"outcome_id": "x", **cells}])).table.iloc[0]


def test_words_propose_and_are_no_evidence() -> None:
    got = row(description="已通过中试。", prototype="有")
    assert got[["readiness", "basis", "proposed_level", "proposed_by", "proposed_sentence", "remarks"]].tolist() == [
        5, "证据", 6, "原句", "已通过中试。", "原句为 6 级，评定为 5 级",
    ]  # fmt: skip


def test_what_the_poster_says_goes_before_the_text() -> None:
    got = row(maturity="已有样品", description="已通过中试。")
    assert got[["proposed_level", "proposed_by", "proposed_sentence"]].tolist() == [5, "自报阶段", "已有样品"]


def test_a_person_confirms_and_the_conflict_is_told() -> None:
    got = row(confirmed_level="7级", prototype="有")
    names = ["readiness", "readiness_low", "readiness_high", "basis", "evidence", "evidence_level", "remarks"]
    assert got[names].tolist() == [
        7, 7, 7, "人工确认", "确认成熟度等级：7级；样机：有", 5, "确认为 7 级，证据显示 5 级，按确认的写",
    ]  # fmt: skip


def test_a_confirmation_without_evidence_is_told() -> None:
    assert row(confirmed_level="4")["remarks"] == "确认为 4 级，表中没有证据，按确认的写"


def test_a_confirmation_that_is_no_level_is_not_taken() -> None:
    got = row(confirmed_level="高", prototype="有")
    assert got[["readiness", "basis", "remarks"]].tolist() == [5, "证据", "确认成熟度等级“高”不是 1 至 13 级"]


def test_a_cell_of_maturity_that_nobody_understands_is_told() -> None:
    assert row(maturity="较好")["remarks"] == "成熟度“较好”没看懂"
