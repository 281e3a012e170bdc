"""The registration form, the public process, and the values of the scales with their documents."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.assessment import assess_outcomes, read_assessed_outcomes, read_scales
from matcher.tables.schemas.assessment import EVIDENCE

FULL = {
    "outcome_id": "x", "title": "阀", "recommended_by": "市局", "started_on": "2022年3月", "ended_on": "2025年6月",
    "secrecy": "公开", "attribute": "原始性创新", "keywords": "阀门、低温、密封", "form": "新产品",
}  # fmt: skip
SETTLED = {"公示日期": "2026-11-02", "公示天数": 7, "异议数": 2}


def form(**cells: object) -> tuple[pd.Series, list[str]]:
    assessed = assess_outcomes(pd.DataFrame([{**FULL, **cells}]))
    return assessed.registration.iloc[0], assessed.problems["problem"].tolist()


def test_a_whole_form() -> None:
    row, problems = form(prototype="有", registered_number="3702025Y0001", evaluation="通过", standing="国内领先")
    assert row[["stage", "standing", "missing"]].tolist() == ["中期", "国内领先", ""]
    assert problems == []


def test_what_is_empty_is_named() -> None:
    assessed = assess_outcomes(pd.DataFrame([{"outcome_id": "x"}]))
    assert assessed.registration["missing"].item() == (
        "成果名称、推荐单位、研究起始日期、研究终止日期、成果密级、成果属性、关键词、成果体现形式、成果所处阶段"
    )
    assert assessed.registration["standing"].item() == "未评价"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"keywords": "阀门、低温、密封、真空"}, "登记表至多 3 个关键词，这里有 4 个"),
        ({"attribute": "集成创新"}, "不是登记表的选项：原始性创新、国外引进消化吸收创新、国内技术二次开发"),
        ({"standing": "国内领先"}, "写了水平而没有评价结论"),
        (
            {"registered_number": "37020250001"},
            "批准登记号应为 12 位：3 位代号、4 位年份、1 位字母（应用技术为 Y）、4 位顺序号",
        ),
    ],
)
def test_what_does_not_fit_the_guides_is_told(cells: dict[str, str], problem: str) -> None:
    assert form(**cells)[1] == [problem]


@pytest.mark.parametrize(
    ("level", "stage"),
    [(1, "初期"), (4, "初期"), (5, "中期"), (7, "中期"), (8, "成熟应用"), (9, "成熟应用"), (13, "成熟应用")],
)
def test_the_stage_follows_the_level(level: int, stage: str) -> None:
    assert form(confirmed_level=str(level))[0]["stage"] == stage


@pytest.mark.parametrize(
    ("cells", "on", "state"),
    [
        ({}, "2026-11-24", "未写公示日期"),
        ({"公示日期": "2026-02-30"}, "2026-11-24", "公示日期“2026-02-30”日历上没有这一天"),
        ({"公示日期": "2026-11-02至11-09"}, "2026-11-24", "公示日期“2026-11-02至11-09”不是确切的值"),
        ({"公示日期": "2026-11-02"}, "2026-11-24", "未写公示天数"),
        ({"公示日期": "2026-11-02", "公示天数": "约7"}, "2026-11-24", "公示天数“约7”不是确切的值"),
        ({"公示日期": "2026-11-02", "公示天数": 7}, None, "未给判断日期"),
        ({"公示日期": "2026-11-02", "公示天数": 0}, "2026-11-24", "公示天数应在 1 至 366 之间"),
        ({"公示日期": "2026-11-02", "公示天数": 367}, "2026-11-24", "公示天数应在 1 至 366 之间"),
        ({"公示日期": "2026-11-02", "公示天数": 7}, "2026-11-01", "待公示"),
        ({"公示日期": "2026-11-02", "公示天数": 7}, "2026-11-02", "公示中"),
        ({"公示日期": "2026-11-02", "公示天数": 7, "异议数": 2}, "2026-11-09", "公示中，已收到异议 2 件"),
        ({"公示日期": "2026-11-02", "公示天数": 7}, "2026-11-10", "公示期满，异议数未填"),
        ({"公示日期": "2026-11-02", "公示天数": 7, "异议数": 0}, "2026-11-10", "公示期满，无异议"),
        ({"公示日期": "2026-11-02", "公示天数": 7, "异议数": 2}, "2026-11-10", "公示期满，异议 2 件，处理情况未填"),
        ({"公示时间": "2026-11-02至11-09", "公示天数": 7}, "2026-11-09", "公示中"),
        ({"公示时间": "11月上旬"}, "2026-11-10", "公示起止时间“11月上旬”看不懂"),
        (SETTLED | {"已处理异议数": 1}, "2026-11-10", "公示期满，还有 1 件异议未办结"),
        (SETTLED | {"已处理异议数": 2}, "2026-11-10", "公示期满，异议 2 件已办结"),
    ],
)  # fmt: skip
def test_the_public_process_on_a_day(cells: dict[str, object], on: str | None, state: str) -> None:
    table = pd.DataFrame([{"成果编号": "x", **cells}])
    record = assess_outcomes(read_assessed_outcomes(table).rows, on=on).publicity.iloc[0]
    assert record["state"] == state
    expected = pd.Timestamp("2026-11-09") if cells.get("公示天数") == 7 else pd.NaT
    assert record["ends_on"] is expected or record["ends_on"] == expected


def test_a_period_of_publicity_stands_for_its_days() -> None:
    table = pd.DataFrame([{"成果编号": "x", "公示起止时间": "2026年11月1日至11月10日"}])
    record = assess_outcomes(read_assessed_outcomes(table).rows, on="2026-11-10").publicity.iloc[0]
    assert (record["announcement_days"], record["ends_on"], record["state"]) == (
        9,
        pd.Timestamp("2026-11-10"),
        "公示中",
    )


def test_every_value_of_the_scales_names_its_document() -> None:
    """Verified is only what has words, form, address and day of reading: the kinds and values of 国办发〔2021〕26号."""
    scales = read_scales()
    assert (scales["document"] != "").all()
    assert (scales["seen"] != "").all()
    verified = scales[scales["verified"]]
    assert verified[["part", "title"]].values.tolist() == [
        ["成果类型和由谁评", "基础研究"],
        ["成果类型和由谁评", "应用研究"],
        ["成果类型和由谁评", "技术开发和产业化"],
        ["价值各项", "五项价值"],
    ]
    assert set(verified["number"]) == {"国办发〔2021〕26号"}
    assert (scales["part"] == "技术就绪度").sum() == 9
    assert (scales["part"] == "证据对应的级别").sum() == len(EVIDENCE)
    assert scales.loc[scales["part"] == "10至13级", "number"].unique().tolist() == ["青科资字〔2025〕2号"]


@pytest.mark.parametrize(
    ("cells", "ends_on", "state"),
    [
        ({"公示开始": "2026-03-01", "公示结束": "2026-03-07"}, "2026-03-07", "公示期满，无异议"),
        ({"公示起": "2026-03-01", "公示止": "2026-03-12"}, "2026-03-12", "公示中"),
        ({"公示起始日期": "2026-03-01", "公示截止日期": "2026-02-07"}, "NaT", "公示天数应在 1 至 366 之间"),
    ],
)
def test_a_last_day_of_its_own_column_stands(cells, ends_on, state):
    handed = read_assessed_outcomes(pd.DataFrame([{"成果名称": "甲", "异议数": 0, **cells}]))
    record = assess_outcomes(handed.rows, on="2026-03-10").publicity.iloc[0]
    assert (str(record["ends_on"])[:10], record["state"]) == (ends_on, state)
