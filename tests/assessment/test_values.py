"""Values with the user's weights, grades, and the economic value by three approaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matcher.assessment import (
    assess_outcomes,
    economic_values,
    read_assessed_outcomes,
    value_outcomes,
)
from matcher.assessment.values import read_weights
from matcher.errors import PolicyError

WEIGHTS = {"技术价值": 1.0, "economic": 1.0}


def test_without_weights_values_stay_apart() -> None:
    outcomes = pd.DataFrame([{"outcome_id": "a", "technological": 80, "economic": 60}])
    row = value_outcomes(outcomes).iloc[0]
    assert np.isnan(row["value_low"])
    assert np.isnan(row["value_high"])
    assert row[["weights", "scheme", "unjudged"]].tolist() == ["", "", ""]


def test_values_are_weighed_and_unjudged_ones_leave_a_range() -> None:
    outcomes = pd.DataFrame(
        [
            {"outcome_id": "a", "technological": 80, "economic": 60},
            {"outcome_id": "b", "technological": 80},
            {"outcome_id": "c", "technological": 0, "economic": 0, "scientific": 90},
        ]
    )
    weights = "技术价值 50%、经济价值 50%"
    assert value_outcomes(outcomes, weights=WEIGHTS).values.tolist() == [
        ["a", 70.0, 70.0, weights, "国办发〔2021〕26号", ""],
        ["b", 40.0, 90.0, weights, "国办发〔2021〕26号", "经济价值"],
        ["c", 0.0, 0.0, weights, "国办发〔2021〕26号", ""],
    ]


def test_the_indexes_of_the_standard_are_a_scheme_of_their_own() -> None:
    outcomes = pd.DataFrame([{"outcome_id": "a", "social_cultural": 50, "potential": 100}])
    valued = value_outcomes(outcomes, weights={"社会和文化价值": 1, "转化推广潜力": 3}).iloc[0]
    assert valued[["value_low", "value_high", "scheme"]].tolist() == [87.5, 87.5, "GB/T 44731-2024"]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"scientific": 0.0}, "不能全为零"),
        ({"scientific": -1.0, "social": 2.0}, "非负数"),
        ({"beauty": 1.0}, "属于同一套价值"),
        ({"social": 1.0, "potential": 1.0}, "属于同一套价值"),
        ({"social": 1.0, "社会价值": 1.0}, "两个权重"),
    ],
)
def test_weights_that_fit_no_scheme_are_refused(weights: dict[str, float], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        assess_outcomes(pd.DataFrame([{"outcome_id": "x"}]), weights=weights)


def test_weights_as_a_user_writes_them() -> None:
    assert read_weights({}) is None
    assert read_weights({"技术价值": "3", "经济价值": "1"}) == {"technological": 0.75, "economic": 0.25}
    with pytest.raises(PolicyError, match="“技术价值=高”不是数字"):
        read_weights({"技术价值": "高"})
    with pytest.raises(PolicyError, match="有的写了 %"):
        read_weights({"技术价值": "30%", "经济价值": "0.7"})


@pytest.mark.parametrize(("value", "fits"), [(0, True), (100, True), (100.1, False), (-0.1, False)])
def test_a_value_lies_between_0_and_100(value: float, fits: bool) -> None:
    table = pd.DataFrame([{"outcome_id": "x", "scientific": value}])
    row = assess_outcomes(table, weights={"scientific": 1}).table.iloc[0]
    if fits:
        assert row[["scientific", "value_low", "value_high", "remarks"]].tolist() == [value, value, value, ""]
    else:
        assert np.isnan(row["scientific"])
        assert row[["value_low", "value_high", "remarks"]].tolist() == [
            0,
            100,
            f"科学价值 {value:g} 不在 0 至 100 之间",
        ]
        with pytest.raises(PolicyError, match=r"科学价值 .* 不在 0 至 100 之间"):
            value_outcomes(table)


def test_about_so_many_points_are_a_range_and_marks_that_need_a_number_are_told() -> None:
    cells = {"科学价值": ["约80", "约200"], "技术价值": [60, 60], "技术创新度": ["约3", ""], "技术难度": ["约85", ""]}
    table = pd.DataFrame({"成果编号": ["a", "b"], **cells, "研发成本（万元）": ["10万美元", "约120"]})
    read = read_assessed_outcomes(table).rows
    found = assess_outcomes(read, weights={"scientific": 0.5, "technological": 0.5})
    assert found.table[["value_low", "value_high", "unjudged", "remarks"]].values.tolist() == [
        [
            66.0,
            74.0,
            "",
            "科学价值“约80”不是确切的值，只算进综合价值的范围；技术创新度“约3”不是确切的值；技术难度和复杂程度“约85”不是确切的值",
        ],
        [30.0, 80.0, "科学价值", "科学价值“约200”不是确切的值，不在 0 至 100 之间，没有采用"],
    ]
    costs = found.economic[found.economic["approach"] == "成本法"]
    assert costs["missing"].tolist() == [
        "研发成本（“10万美元”是外币（美元），不知折合多少人民币）",
        "贬值率（不知道时取 0 至 100%）",
    ]
    assert costs["high"].tolist()[1:] == [1_320_000.0]


@pytest.mark.parametrize(
    ("kind", "shown", "judged_by", "primary"),
    [
        ("基础研究", "基础研究", "同行评议", "科学价值"),
        ("应用研究类", "应用研究", "行业用户和社会评价", "技术价值、社会价值"),
        ("技术开发/产业化", "技术开发和产业化", "用户评价、市场检验和第三方评价", "技术价值、经济价值"),
        ("软科学", "软科学", "", ""),
        ("", "", "", ""),
    ],
)
def test_the_kind_says_who_judges(kind: str, shown: str, judged_by: str, primary: str) -> None:
    row = assess_outcomes(pd.DataFrame([{"outcome_id": "x", "kind": kind}])).table.iloc[0]
    assert row[["kind", "judged_by", "primary", "remarks"]].tolist() == [shown, judged_by, primary, ""]


def test_an_unknown_kind_is_told() -> None:
    row = assess_outcomes(pd.DataFrame([{"outcome_id": "x", "kind": "其他"}])).table.iloc[0]
    assert row[["kind", "remarks"]].tolist() == ["", "成果类型“其他”没看懂"]


@pytest.mark.parametrize(
    ("points", "words"), [(100, "重大突破"), (90, "重大突破"), (89, "明显突破"), (60, "明显突破"), (59, "一般")]
)
def test_bands_of_the_old_sheet(points: float, words: str) -> None:
    row = assess_outcomes(pd.DataFrame([{"outcome_id": "x", "kind": "技术开发", "a1": points}])).table.iloc[0]
    assert row["a1"].startswith(f"{points} 分：{words}")


def test_the_old_sheet_is_for_development_only() -> None:
    row = assess_outcomes(pd.DataFrame([{"outcome_id": "x", "kind": "基础研究", "a1": 95}])).table.iloc[0]
    assert row[["a1", "remarks"]].tolist() == ["", "技术创新程度只用于技术开发类"]


def test_grades_off_their_scale_are_told_and_not_taken() -> None:
    table = pd.DataFrame({"outcome_id": ["a", "b", "c"], "innovation": [1, 4, 5], "advancement": [7, 0, 2.5]})
    result = assess_outcomes(table).table
    assert result[["innovation", "advancement"]].fillna(-1).values.tolist() == [[1, 7], [4, -1], [-1, -1]]
    assert result["remarks"].tolist() == [
        "", "技术先进度 0 不是 1 至 7 的整数", "技术创新度 5 不是 1 至 4 的整数；技术先进度 2.5 不是 1 至 7 的整数"
    ]  # fmt: skip


def worth(**cells: float) -> dict[str, list[object]]:
    """Approach -> low, high, missing, problem."""
    answers = economic_values(pd.DataFrame([{"outcome_id": "x", **cells}])).astype(object)
    columns = ["low", "high", "missing", "problem"]
    return {
        row["approach"]: [None if row[name] != row[name] else row[name] for name in columns]
        for _, row in answers.iterrows()
    }


def test_nothing_given_says_what_lacks() -> None:
    assert worth() == {
        "市场法": [None, None, "可比成交价", ""],
        "收益法": [None, None, "产品年净收益、收益分成率、收益年限、折现率", ""],
        "成本法": [None, None, "研发成本", ""],
    }


def test_three_approaches_as_intervals() -> None:
    """100 a year at 25 % for two years: 80 + 64. A share of 20 to 30 % of 500 gives the same from 100 on."""
    got = worth(
        comparable_price_min=80, comparable_price_max=120, expected_income=500, income_share_min=0.2,
        income_share_max=0.3, years=2, discount_rate=0.25, rd_cost=200, depreciation=0.1,
    )  # fmt: skip
    assert got == {
        "市场法": [80.0, 120.0, "", ""], "收益法": [144.0, 216.0, "", ""], "成本法": [180.0, 180.0, "", ""]
    }  # fmt: skip


def test_without_a_rate_of_interest_years_add_up() -> None:
    assert worth(technology_income=100, years=3, discount_rate=0)["收益法"] == [300.0, 300.0, "", ""]


def test_without_depreciation_cost_is_an_upper_end() -> None:
    assert worth(rd_cost=200)["成本法"] == [0.0, 200.0, "贬值率（不知道时取 0 至 100%）", ""]


@pytest.mark.parametrize(
    ("cells", "approach", "problem"),
    [
        ({"technology_income": 1, "years": 0, "discount_rate": 0.1}, "收益法", "收益年限应是 1 至 100 的整数"),
        ({"technology_income": 1, "years": 2.5, "discount_rate": 0.1}, "收益法", "收益年限应是 1 至 100 的整数"),
        ({"technology_income": -1, "years": 2, "discount_rate": 0.1}, "收益法", "成果年净收益不能是负数"),
        (
            {"expected_income": 1, "income_share": 1.01, "years": 2, "discount_rate": 0.1},
            "收益法",
            "收益分成率应在 0 至 100% 之间",
        ),
        ({"rd_cost": 1, "depreciation": 1.01}, "成本法", "贬值率应在 0 至 100% 之间"),
    ],
)  # fmt: skip
def test_inputs_that_cannot_be_are_told(cells: dict[str, float], approach: str, problem: str) -> None:
    assert worth(**cells)[approach] == [None, None, "", problem]


def test_the_envelope_of_the_approaches() -> None:
    table = pd.DataFrame([{"outcome_id": "x", "comparable_price": 300, "rd_cost": 200, "depreciation": 0.5}])
    row = assess_outcomes(table).table.iloc[0]
    assert row[["economic_low", "economic_high", "economic_inputs", "economic_missing"]].tolist() == [
        100.0,
        300.0,
        "市场法：可比成交价：可比成交价 300元；成本法：研发成本×（1－贬值率）：研发成本 200元，贬值率 50%",
        "收益法：产品年净收益、收益分成率、收益年限、折现率",
    ]
