"""Five values with visible weights, readiness and Qingdao's 13 levels."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.errors import PolicyError
from matcher.policy.outcome_value import contract_kinds, qingdao_level, value_outcomes, weights_for


def test_values_are_weighed_and_unjudged_ones_leave_a_range() -> None:
    outcomes = pd.DataFrame(
        [
            {"outcome_id": "a", "kind": "development", "technological": 80, "economic": 60, "readiness": 8},
            {"outcome_id": "b", "kind": "development", "technological": 80, "readiness": None},
            {"outcome_id": "c", "kind": "basic", "scientific": 90, "technological": 0, "economic": 0},
        ]
    )
    result = value_outcomes(outcomes)
    assert result[["value_low", "value_high", "weights", "readiness_name", "verified"]].values.tolist() == [
        [70.0, 70.0, "technological 0.5, economic 0.5", "产品级", False],
        [40.0, 90.0, "technological 0.5, economic 0.5", "", True],
        [90.0, 90.0, "scientific 1", "", True],
    ]
    weighed = value_outcomes(outcomes.head(1), weights={"technological": 3, "economic": 1})
    assert weighed[["value_low", "weights"]].values.tolist() == [[75.0, "technological 0.75, economic 0.25"]]


@pytest.mark.parametrize(
    ("row", "weights", "words"),
    [
        ({"kind": "other"}, None, "没有成果类型“other”"),
        ({"kind": "basic", "scientific": 101}, None, "科学价值 101 不在 0 至 100 之间"),
        ({"kind": "basic", "readiness": 10}, None, "技术就绪度 10 不在 1 至 9 级之间"),
        ({"kind": "basic"}, {"scientific": 0}, "不能全为零"),
        ({"kind": "basic"}, {"beauty": 1}, "权重须为"),
    ],
)
def test_what_is_off_the_scale_is_refused(row: dict[str, object], weights: dict[str, float] | None, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        value_outcomes(pd.DataFrame([{"outcome_id": "x", **row}]), weights=weights)


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        ({}, (9, 13)),
        ({"sales_volume": 30, "break_even_volume": 100}, (10, 13)),
        ({"sales_volume": 29.9, "break_even_volume": 100}, (9, 9)),
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


def test_weights_and_contracts_are_data() -> None:
    assert weights_for("applied") == {
        "scientific": 0,
        "technological": 0.5,
        "economic": 0,
        "social": 0.5,
        "cultural": 0,
    }
    assert list(contract_kinds()) == ["development", "transfer", "licence", "consulting", "service"]
