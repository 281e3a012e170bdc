"""Innovation points: raw values by hand, points by a made-up table of weights, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from matcher.errors import ArgumentError, TableError
from matcher.policy.programmes.innovation_points import innovation_points, read_point_firms
from matcher.policy.programmes.point_weights import edition_named, frame, indicators, read_weights

DAY = "2025-06-01"


def _flat(stage: str = "", points: float = 5, **other: list[tuple[Any, float]]) -> list[dict[str, Any]]:
    """A made-up table: every indicator gives `points` from 1 (1 %) on, but for the bands given by name."""
    rows: list[dict[str, Any]] = []
    for one in indicators():
        first = "1%" if one.unit == "%" else "1"
        for at_least, given in other.get(one.name, [(first, points)]):
            rows.append(
                {"stage": stage, "block": one.block, "indicator": one.name, "at_least": at_least, "points": given}
            )
    return rows


def _weights(rows: list[dict[str, Any]], edition: str = "2024-national") -> Any:
    return read_weights(pd.DataFrame(rows), edition=edition)


def test_raw_values_of_all_eighteen_by_hand() -> None:
    facts = {
        "rd_expense_y2": 800_000, "rd_expense_y3": 1_000_000, "revenue_y2": 8_000_000, "revenue_y3": 10_000_000,
        "rd_staff": 12, "employees_total": 48, "invention_applications": 3, "pct_applications": 1,
        "technology_contract_amount": 500_000, "hightech_income_last_year": 6_000_000, "graduate_staff": 6,
        "deduction_tax_saved": 150_000, "net_profit_y3": -200_000, "net_assets_y3": 4_000_000, "new_graduates": 2,
        "platforms_2y": 1, "awards_2y": 0, "plan_projects_2y": 2, "venture_capital": 0,
    }  # fmt: skip
    result = innovation_points(pd.DataFrame([{"enterprise_id": "a", **facts}]), on=DAY)
    assert result.values["value"].tolist() == [
        1_000_000, 0.25, 0.1, 0.25, 3, 1, 500_000, 6_000_000, 10_000_000, 0.25, 0.125, 150_000, -0.05, 2, 1, 0, 2, 0,
    ]  # fmt: skip
    assert result.summary[["edition", "known", "indicators", "missing"]].values.tolist() == [
        ["2024-national", 18, 18, ""]
    ]
    assert result.summary[["total_low", "total_high"]].isna().all(axis=None)
    assert result.points.empty


def test_the_frame_has_seven_six_and_five_indicators() -> None:
    blocks = [one.block for one in indicators()]
    assert [blocks.count(block) for block in frame()["classes"]] == [7, 6, 5]


def test_what_is_unknown_or_known_in_part_stays_so() -> None:
    table = pd.DataFrame(
        {"企业编号": ["a", "b"], "上年度研发费用（万元）": ["约50", ""], "上年度营业收入（万元）": [1000, 0]}
    )
    firms = read_point_firms(table, on=DAY).rows
    values = innovation_points(firms, on=DAY).values.set_index(["enterprise_id", "indicator"])
    money, share = "研发费用金额", "研发费用占营业收入的比例"
    assert values.loc[("a", money), ["value_low", "value_high", "missing"]].tolist() == [
        450_000, 550_000, "研发费用（上一年）",
    ]  # fmt: skip
    assert values.loc[("a", share), ["value_low", "value_high"]].tolist() == [0.045, 0.055]
    assert values.loc[("b", share), "missing"] == "研发费用（上一年）"
    assert values.loc[["b"], "value"].dropna().tolist() == [0]  # the revenue
    assert np.isnan(values.loc[("b", "营业收入增长率"), "value_low"])


@pytest.mark.parametrize(("money", "points"), [(4_999_999, 2), (5_000_000, 10), (999_999, 1), (1_000_000, 2)])
def test_bands_from_both_sides(money: int, points: float) -> None:
    rows = _flat(研发费用金额=[("500万元", 10), ("100万元", 2), (None, 1)])
    result = innovation_points(
        pd.DataFrame([{"enterprise_id": "a", "rd_expense_y3": money}]), on=DAY, weights=_weights(rows)
    )
    first = result.points.iloc[0]
    assert first[["indicator", "points_low", "points_high", "points_max"]].tolist() == [
        "研发费用金额",
        points,
        points,
        10,
    ]


@pytest.mark.parametrize(("expense", "points"), [(600, 8), (599, 0)])
def test_a_share_is_compared_exactly(expense: int, points: float) -> None:
    rows = _flat(研发费用占营业收入的比例=[("6%", 8)])
    firms = pd.DataFrame([{"enterprise_id": "a", "rd_expense_y3": expense, "revenue_y3": 10_000}])
    table = innovation_points(firms, on=DAY, weights=_weights(rows)).points.set_index("indicator")
    assert table.loc["研发费用占营业收入的比例", ["points_low", "points_high"]].tolist() == [points, points]


def test_unknown_facts_give_an_interval_and_the_stage_chooses_the_weights() -> None:
    rows = [*_flat("初创期", 1), *_flat("成长期", 2), *_flat("稳定期", 3)]
    firms = pd.DataFrame(
        {
            "enterprise_id": ["a", "b", "c", "d"], "innovation_stage": ["初创", "稳定期", None, "老企业"],
            "rd_expense_y3": [10, 10, 10, 0],
        }
    )  # fmt: skip
    result = innovation_points(firms, on=DAY, weights=_weights(rows))
    assert result.summary[["stage", "total_low", "total_high"]].values.tolist() == [
        ["初创期", 1, 18], ["稳定期", 3, 54], ["", 1, 54], ["", 0, 45],
    ]  # fmt: skip
    assert result.summary["total_max"].tolist()[:2] == [18, 54]
    assert result.summary["total_max"].isna().tolist()[2:] == [
        True,
        True,
    ]
    assert result.problems[["enterprise_id", "cell"]].values.tolist() == [["d", "老企业"], ["", ""]]


def test_a_local_block_is_added_and_named() -> None:
    rows = [*_flat(), {"block": "海洋", "indicator": "海试组织次数", "at_least": "2", "points": 7}]
    weights = _weights(rows)
    table = pd.DataFrame({"企业编号": ["a", "b", "c"], "海试组织次数": [2, 1, None], "上年度研发费用": [5, 5, 5]})
    firms = read_point_firms(table, on=DAY, weights=weights).rows
    summary = innovation_points(firms, on=DAY, weights=weights).summary
    assert summary[["local_low", "local_high", "base_low", "base_high", "total_max"]].values.tolist() == [
        [7, 7, 5, 90, 97], [0, 0, 5, 90, 97], [0, 7, 5, 90, 97],
    ]  # fmt: skip


def _edition_2(base: list[float], bonus: list[float]) -> list[dict[str, Any]]:
    blocks = ["创新投入", "创新产出", "创新发展"]
    rows = [{"block": blocks[at % 3], "indicator": f"指标{at}", "most": most} for at, most in enumerate(base)]
    return [*rows, *({"block": "创新影响", "indicator": f"加分{at}", "most": most} for at, most in enumerate(bonus))]


def test_edition_two_reads_points_computed_elsewhere_and_adds_up_to_230() -> None:
    rows = _edition_2([11] * 8 + [12], [10] * 3)
    rows.append({"block": "海洋", "indicator": "数据汇交", "most": 100})
    weights = _weights(rows, "2025-2.0")
    table = pd.DataFrame(
        {"企业编号": ["a"], **{f"指标{at}得分": [10] for at in range(9)}, "加分0得分": [10], "数据汇交得分": [60]}
    )
    firms = read_point_firms(table, on="2026-06-01", weights=weights).rows
    row = innovation_points(firms, on="2026-06-01", weights=weights).summary.iloc[0]
    assert row[["edition", "base_low", "base_high", "bonus_low", "bonus_high", "local_low"]].tolist() == [
        "2025-2.0", 90, 90, 10, 30, 60,
    ]  # fmt: skip
    assert row[["total_low", "total_high", "total_max"]].tolist() == [160, 180, 230]


@pytest.mark.parametrize(
    ("base", "bonus", "words"),
    [
        ([11] * 8 + [11], [10] * 3, "基础指标的满分合计应为 100，表中 99"),
        ([12.5] * 8, [10] * 3, "基础指标应为 9 项，表中 8 项"),
        ([11] * 8 + [12], [15, 15], "加分指标应为 3 项，表中 2 项"),
        ([11] * 8 + [12], [10, 10, 11], "加分指标的满分合计应为 30，表中 31"),
    ],
)
def test_edition_two_is_held_to_its_counts_and_sums(base: list[float], bonus: list[float], words: str) -> None:
    with pytest.raises(TableError, match=words):
        _weights(_edition_2(base, bonus), "2025-2.0")


def test_what_is_missing_is_named() -> None:
    rows = [row for row in _flat() if row["indicator"] not in ("营业收入", "获得风险投资金额")]
    with pytest.raises(TableError, match="缺 2 项指标的权重：营业收入、获得风险投资金额"):
        _weights(rows)
    with pytest.raises(TableError, match="没有阶段“稳定期”的权重"):
        _weights([*_flat("初创期"), *_flat("成长期")])
    with pytest.raises(TableError, match="初创期、成长期、稳定期各18项指标"):
        _weights([])


@pytest.mark.parametrize(
    ("name", "bands", "words"),
    [
        ("研发费用占营业收入的比例", [("6", 1)], "不知是不是百分数"),
        ("研发费用占营业收入的比例", [("0%", 1)], "指标值须大于0"),
        ("研发费用金额", [("很多", 1)], "指标值“很多”不是数字"),
        ("研发费用金额", [("1", 5), ("2", 4)], "指标值越大得分应不减"),
        ("研发费用金额", [("1", 5), ("1", 5)], "指标值“1”写了两次"),
        ("研发费用金额", [("6%", 5)], "带的单位“%”不能用"),
    ],
)
def test_bands_that_cannot_be_used_are_refused(name: str, bands: list[tuple[Any, float]], words: str) -> None:
    with pytest.raises(TableError, match=words):
        _weights(_flat(**{name: bands}))


def test_an_indicator_of_another_class_or_none_is_refused() -> None:
    rows = _flat()
    rows[0]["block"] = "辅助"
    with pytest.raises(TableError, match="“研发费用金额”属于“技术创新”，表中写的是“辅助”"):
        _weights(rows)
    rows = [*_flat(), {"block": "技术创新", "indicator": "海试次数", "at_least": "1", "points": 1}]
    with pytest.raises(TableError, match="“海试次数”不是18项核心指标之一"):
        _weights(rows)


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("2022-09-28", "2022-1.0"), ("2024-08-12", "2022-1.0"), ("2024-08-13", "2024-national"),
        ("2025-10-30", "2024-national"), ("2025-10-31", "2025-2.0"),
    ],
)  # fmt: skip
def test_the_edition_of_a_day(day: str, edition: str) -> None:
    assert edition_named(None, pd.Timestamp(day).date()) == edition


def test_no_edition_before_the_first_and_no_other_name() -> None:
    with pytest.raises(TableError, match="2022-09-27 还没有创新积分制工作指引"):
        edition_named(None, pd.Timestamp("2022-09-27").date())
    with pytest.raises(ArgumentError, match=r"没有版本“2\.0”"):
        edition_named("2.0", pd.Timestamp(DAY).date())


def test_stages_may_list_their_local_indicators_in_another_order() -> None:
    """A local indicator is one column of the firms, whatever its place in the table of a stage."""
    local = [{"block": "海洋", "indicator": f"海洋{at}", "at_least": "1", "points": at} for at in (1, 2)]
    rows = [*_flat("初创期"), *_flat("成长期"), *_flat("稳定期")]
    rows += [{**one, "stage": "初创期"} for one in local] + [{**one, "stage": "成长期"} for one in reversed(local)]
    weights = _weights(rows)
    table = pd.DataFrame({"企业编号": ["a", "b", "c"], "阶段": ["初创期", "成长期", "稳定期"], "海洋1": 0, "海洋2": 1})
    firms = read_point_firms(table.assign(上年度研发费用=1), on=DAY, weights=weights).rows
    summary = innovation_points(firms, on=DAY, weights=weights).summary
    assert summary[["local_low", "local_high"]].fillna(-1).values.tolist() == [[2, 2], [2, 2], [-1, -1]]


def test_a_table_of_the_eighteen_is_told_from_one_of_edition_two() -> None:
    with pytest.raises(TableError, match="若要照它算，请指定版本 2024-national"):
        _weights(_flat(), "2025-2.0")


@pytest.mark.parametrize(("hightech", "told"), [(6_000_000, False), (10_000_000, False), (10_000_001, True)])
def test_more_high_technology_than_revenue_is_told(hightech: int, told: bool) -> None:
    firms = pd.DataFrame({"enterprise_id": ["a"], "hightech_income_last_year": [hightech], "revenue_y3": [10_000_000]})
    found = innovation_points(firms, on="2026-06-01")
    assert found.problems["problem"].str.contains("高新技术产品（服务）收入多于营业收入").any() == told
    assert set(found.values["unit"]) == {"元", "小数", "件", "人", "个", "项"}
