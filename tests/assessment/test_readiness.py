"""Readiness: what a cell says, what taking evidence away does, the 13 levels, what would raise a level."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assessment import assess_outcomes, qingdao_level, to_raise
from matcher.assessment.evidence import read_evidence
from matcher.assessment.states import read_state
from matcher.tables.assessment_schemas import EVIDENCE, FIGURES

YES = ("有", "是", "3", "完成", "已通过", "yes", "样机2台，尚未检测", "√", "1,200")
NO = ("无", "否", "0", "正在做", "计划明年开展", "no", "未通过", "0件", "尚未开始", "×")
NOTHING = ("", "不详", "/", "待定", "unknown", "见附件")
NAMES = [column.name for column in EVIDENCE]
CELLS = st.sampled_from((*YES, *NO, *NOTHING))
ROWS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(NAMES, CELLS)
    | {column.name: st.sampled_from([0.0, 20.0, 30.0, 50.0, 100.0]) for column in FIGURES}
    | {
        "evidence_list": st.sampled_from(
            ["中试报告；发明专利", "没有中试报告", "销售合同", "批量生产记录，用户意见2份", ""]
        )
    }
    | {"maturity": st.sampled_from(["可以量产", "TRL 3", ""]), "description": st.sampled_from(["已通过中试。", ""])},
)


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        (YES, True),
        (NO, False),
        (NOTHING, None),
        (("无人机样机", "无损检测报告", "模拟合成样品", "将军牌样品", "是（2025年完成）", "CNAS", "约20台"), True),
        (("不锈钢样机", "缺陷检测样机", "0.5", "有，2台", "无，但有样品", "授权2件，申请中3件", "Yes, 2 units"), True),
        (("正在批量生产", "正在销售", "虚拟样机", "pilot plant", "正常生产中"), True),
        (("零", "试验中", "0（申请中2件）", "缺", "暂无", "No pilot"), False),
        (("不适用", "n/a", "—", "？"), None),
        (("无（送检中）", "否，计划2027年", "没有样机，也没有检测报告", "论文0篇", "试制失败", "in progress"), False),
    ],
)  # fmt: skip
def test_what_a_cell_says(texts: tuple[str, ...], state: bool | None) -> None:
    assert {text: read_state(text, "prototype") for text in texts} == dict.fromkeys(texts, state)


def levels_of(row: dict[str, object]) -> list[float]:
    """Readiness, its upper end, and both ends among the 13 levels; 0 for unknown."""
    table = assess_outcomes(pd.DataFrame([{"outcome_id": "x", **row}])).table
    return (
        table[["readiness", "readiness_high", "level13_low", "level13_high"]].astype(float).fillna(0).iloc[0].tolist()
    )


@settings(max_examples=120, deadline=None)
@given(ROWS, st.data())
def test_taking_evidence_away_never_raises_a_level(row: dict[str, object], data: st.DataObject) -> None:
    """No cell taken away raises the level shown; taking away what is there raises no upper end either.

    A "no" and a figure are no evidence for a level but knowledge that bounds it: without them more is possible.
    """
    before = levels_of(row)
    for name in data.draw(st.lists(st.sampled_from(sorted(row)), unique=True)) if row else ():
        less = {key: cell for key, cell in row.items() if key != name}
        after = levels_of(less)
        assert after[0] <= before[0], name
        assert after[2] <= before[2], name
        if name == "evidence_list" or (name in NAMES and read_state(str(row[name]), name) is not False):
            assert after[1] <= before[1], name
            assert after[3] <= before[3], name


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_evidence_shows_a_level_alone(name: str) -> None:
    level = levels_of({name: "有"})[0]
    assert 1 <= level <= 9
    assert levels_of({name: "无"})[0] == 0


def test_what_would_raise_a_level_raises_it() -> None:
    """For each level the evidence that is asked for, given, gives the next one."""
    given_for = {
        **{0: "papers", 1: "patents", 2: "simulation", 3: "lab_test", 4: "prototype", 5: "pilot", 6: "field_trial"},
        **{7: "small_batch", 8: "production"},
    }
    row: dict[str, object] = {}
    for level, name in given_for.items():
        assert to_raise(level or None).startswith(f"{'' if level else '表中没有证据；'}升到{level + 1}级")
        row[name] = "有"
        assert levels_of(row)[0] == level + 1
    assert (
        to_raise(9, 9)
        == "已到9级；13级量表升到10级（销售级）需要：销售量达到盈亏平衡销量的30%（填：销售量、盈亏平衡销量）"
    )
    assert to_raise(9, 13) == ""


def test_cells_of_a_frame_that_was_not_read_from_a_file() -> None:
    table = pd.DataFrame({"outcome_id": ["a", "b", "c"], "prototype": [True, None, 2], "pilot": [False, pd.NA, 0]})
    result = assess_outcomes(table).table[["readiness", "readiness_high"]].astype(object).fillna(0)
    assert result.values.tolist() == [[5, 5], [0, 9], [5, 5]]


def test_a_report_cites_columns_and_contradictions() -> None:
    table = pd.DataFrame([{"outcome_id": "x", "prototype": "2台", "pilot": "正在中试", "user_report": "1份"}])
    assessed = assess_outcomes(table)
    row = assessed.table.iloc[0]
    assert row[["readiness", "evidence", "remarks"]].tolist() == [
        7, "用户应用证明：1份", "中试写“正在中试”，而7级的证据写有，请核对",
    ]  # fmt: skip
    assert assessed.problems[["column", "value", "problem"]].values.tolist() == [
        ["证据", "x", "中试写“正在中试”，而7级的证据写有，请核对"]
    ]
    assert assessed.evidence.values.tolist() == [
        ["x", "样机", "2台", 5, "有"],
        ["x", "中试", "正在中试", 6, "无"],
        ["x", "用户应用证明", "1份", 7, "有"],
    ]


def test_what_is_asked_names_what_the_table_says_of_it() -> None:
    table = pd.DataFrame([{"outcome_id": "x", "prototype": "2台", "pilot": "正在中试"}])
    assert assess_outcomes(table).table["to_raise"].item() == (
        "升到6级（正样级：正式样品在相关环境中得到演示）需要：中试报告，或正样在相关环境中的试验报告；"
        "表中“中试”写的是“正在中试”"
    )


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        ({}, (9, 13)),
        ({"sales_volume": 30, "break_even_volume": 100}, (10, 13)),
        ({"sales_volume": 29.9, "break_even_volume": 100}, (9, 9)),
        ({"sales_volume": 30, "break_even_volume": 0}, (9, 13)),
        ({"sales_volume": float("nan"), "break_even_volume": 100}, (9, 13)),
        ({"sales_volume": 30, "break_even_volume": 100, "annual_income": 5, "annual_cost": 5}, (11, 13)),
        ({"sales_volume": 30, "break_even_volume": 100, "annual_income": 4, "annual_cost": 5}, (10, 10)),
    ],
)
def test_levels_above_nine_are_figures(figures: dict[str, float], level: tuple[int, int]) -> None:
    assert qingdao_level(9, **figures) == level


@pytest.mark.parametrize(
    ("income", "level"), [(29, (11, 11)), (30, (11, 12)), (50, (12, 12)), (99, (12, 12)), (100, (13, 13))]
)
def test_the_share_of_level_twelve_is_a_range(income: float, level: tuple[int, int]) -> None:
    facts = {"sales_volume": 1, "break_even_volume": 1, "annual_income": 1, "annual_cost": 1}
    assert qingdao_level(9, **facts, cumulative_income=income, total_input=100) == level


def test_below_nine_the_evidence_decides() -> None:
    assert qingdao_level(7, sales_volume=100, break_even_volume=1) == (7, 7)
    with pytest.raises(ValueError, match="1 to 9"):
        qingdao_level(13)
