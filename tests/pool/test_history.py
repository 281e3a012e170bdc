"""Score cards: monotone, points that add up, refused where a history is too small, never over a rule."""

import datetime as dt
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_city import ON, city
from made_up_history import history, in_words
from scipy.special import expit

from matcher import score
from matcher.errors import HistoryError, PoolError, TableError
from matcher.policy.policy import load_policy
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, area, calibrate
from matcher.pool.scorecard.history import read_history
from matcher.pool.scorecard.items import Item
from matcher.pool.scorecard.learning import _cases, learn_card
from matcher.pool.scorecard.measurements import measured
from matcher.pool.scorecard.ordering import order_inside
from matcher.pool.scorecard.points import choose, fit_weights
from matcher.pool.tiers import TIERS, assign_tiers

DAY = dt.date(2026, 11, 24)
NOTHING = pd.DataFrame(columns=list(CHECK)), pd.DataFrame(columns=list(GROUPS))
IP = Item("ip", "知识产权", True, "", (3.0, 6.0), (0, 10, 25), 9, (5, 10, 5, 20), (1, 5, 4, 9), "来源")
RD = Item("rd_ratio", "研发占比", True, "above", (0.02,), (0, 30), 12, (10, 10, 20), (2, 8, 9), "来源")
SMALL = ScoreCard(
    "hte", ("2024年", "2025年"), 40, 19, (IP, RD), -1.0, 0.05, (0.04, 0.0, 0.0001), 0.5, 100.0, 16.0, *NOTHING
)


@pytest.fixture(scope="module")
def made():
    return history(900, seed=11)


@pytest.fixture(scope="module")
def learned(made):
    return learn_card(made.table, "hte")


def firm(name, one, two, rd=60, **more):
    """A firm with sales of 1000 a year, of which every condition holds; R&D in percent of a thousand."""
    facts = {
        "enterprise_id": name, "registered_on": "2015-01-01", "resident": "是", "employees_total": 100, "rd_staff": 20,
        "sales_y1": 1000, "sales_y2": 1000, "sales_y3": 1000, "rd_expense_y1": rd, "rd_expense_y2": rd,
        "rd_expense_y3": rd, "rd_domestic_3y": rd and 3 * rd, "total_income_last_year": 1000,
        "hightech_income_last_year": 900, "class1_ip": one, "class2_ip": two, "in_field": "是",
        "major_safety_accident_365d": "否", "major_quality_accident_365d": "否", "serious_env_violation_365d": "否",
        "conversions_3y": 15,
    }  # fmt: skip
    return {**facts, **more}


# ---- what rules measure


def test_directions_and_limits_are_those_of_the_rules():
    quantities = measured(pd.DataFrame([firm("A", 2, 4)]), load_policy("hte"), on=DAY).quantities
    figures = {one.rule: (one.up, one.unit, one.limits, float(one.values[0])) for one in quantities}
    assert figures == {
        "resident": (True, "yesno", (1.0,), 1.0),
        "age": (True, "days", (365.0,), 4345.0),
        "ip": (True, "", (1.0,), 6.0),
        "field": (True, "yesno", (1.0,), 1.0),
        "staff": (True, "share", (0.1,), 0.2),
        "rd_ratio": (True, "above", (0.0,), pytest.approx(0.01)),
        "rd_domestic": (True, "share", (0.6,), 1.0),
        "hightech_income": (True, "share", (0.6,), 0.9),
        "incident": (False, "yesno", (0.0,), 0.0),
        "ip_count": (True, "points", (1.5, 3.5, 5.5, 7.5), 7.5),
        "ip_mode": (True, "points", (2.0, 3.5), pytest.approx(float("nan"), nan_ok=True)),
        "ip_standards": (True, "points", (1.5,), pytest.approx(float("nan"), nan_ok=True)),
        "conversion": (True, "", (0.0, 1.0, 2.0, 3.0, 4.0, 5.0), 5.0),
        "growth_net_assets": (True, "share", (0.0, 0.05, 0.15, 0.25, 0.35), pytest.approx(float("nan"), nan_ok=True)),
        "growth_sales": (True, "share", (0.0, 0.05, 0.15, 0.25, 0.35), 0.0),
    }


def test_experts_points_are_never_learned_from(made):
    """They are the outcome: with them the history of a card would tell what nobody knows before."""
    marks = made.table.assign(expert_org_system=np.where(made.full["outcome"], 6, 0))
    plain = learn_card(made.table, "hte").card.to_bytes()
    assert learn_card(marks, "hte").card.to_bytes() == plain
    assert (
        learn_card(marks.rename(columns={"expert_org_system": "hte.expert_org_system"}), "hte").card.to_bytes() == plain
    )


# ---- the card


def test_points_chance_and_words_by_hand():
    table = pd.DataFrame([firm("A", 2, 4, 90), firm("B", 0, 1, 60), firm("C", None, 2, None)])
    scores = SMALL.score(table, "hte", on=DAY)
    rows = scores.firms.set_index("enterprise_id")
    assert rows["points"].tolist() == [25 + 30, 0 + 0, 9 + 12]
    assert rows["points_low"].tolist() == [55, 0, 0]
    assert rows["points_high"].tolist() == [55, 0, 55]
    assert rows["known"].tolist() == ["2/2", "2/2", "0/2"]
    wide = 1.6448536269514722 * np.sqrt(0.04 + 55**2 * 0.0001 + 0.05**2 * 16)
    middle = -1 + 0.05 * 55
    assert rows.loc["A", ["probability", "low", "high"]].tolist() == pytest.approx(
        [expit(middle), expit(middle - wide), expit(middle + wide)], abs=1e-6
    )
    of_items = [(5 * 11.25**2 + 10 * 1.25**2 + 5 * 13.75**2) / 20, 15**2]  # of C, both facts unknown
    open_ = 0.05**2 * (0.5 * sum(of_items) + 0.5 * (np.sqrt(of_items[0]) + 15) ** 2)
    middle, wide = -1 + 0.05 * 21, 1.6448536269514722 * np.sqrt(0.04 + 21**2 * 0.0001 + 0.05**2 * 16 + open_)
    assert rows.loc["C", ["probability", "low", "high"]].tolist() == pytest.approx(
        [expit(middle / np.sqrt(1 + np.pi / 8 * (open_ - 0.05**2 * 100))), expit(middle - wide), expit(middle + wide)],
        abs=1e-6,
    )
    assert rows["why"].tolist() == [
        "研发占比：标准+2个百分点以上，30分；知识产权：6以上，25分",
        "知识产权：低于3，0分；研发占比：低于标准+2个百分点，0分",
        "知识产权：未知，9分；研发占比：未知，12分",
    ]
    assert scores.items.groupby("enterprise_id")["points"].sum().tolist() == [55, 0, 21]
    assert scores.items.head(2).values.tolist() == [
        ["A", "ip", "知识产权", 6.0, "6以上", 25, 9, 25],
        ["A", "rd_ratio", "研发占比", pytest.approx(0.04), "标准+2个百分点以上", 30, 12, 30],
    ]


def test_no_chance_is_surer_than_the_cases_of_the_history():
    chance, low, high = SMALL.chance(np.array([-1000.0, 20.0, 1000.0]))
    assert chance.tolist() == pytest.approx([1 / 42, 0.5, 41 / 42])
    assert (low[0], high[2]) == pytest.approx((1 / 42, 41 / 42))


def test_a_better_figure_at_a_limit_counts_as_the_rule_counts_it():
    down = Item("debt", "负债率", False, "share", (0.55, 0.75), (20, 5, 0), 8, (1, 1, 1, 1), (0, 0, 0, 0), "")
    assert down.bins(np.array([0.5, 0.55, 0.6, 0.75, 0.8, np.nan])).tolist() == [0, 0, 1, 1, 2, 3]
    assert [down.bin_text(place) for place in range(4)] == ["55%以内", "55%至75%", "高于75%", "未知"]
    assert IP.bins(np.array([2.0, 3.0, 6.0])).tolist() == [0, 1, 2]


BETTER = ("class1_ip", "class2_ip", "conversions_3y", "rd_expense_y3", "rd_staff", "hightech_income_last_year")


@settings(max_examples=40)
@given(st.integers(0, 899), st.sampled_from(BETTER), st.integers(1, 40))
def test_more_of_what_helps_never_costs_points(made, learned, row, column, more):
    one = made.full.iloc[[row]].drop(columns="apply_on")
    better = one.assign(**{column: one[column] + more * (1 if one[column].iloc[0] < 1000 else 10_000)})
    if column == "rd_expense_y3":
        better["rd_domestic_3y"] += better[column] - one[column]
    both = pd.concat([one, better]).assign(enterprise_id=["A", "B"])
    scores = learned.card.score(both, "hte", on=DAY).firms
    assert scores["points"][1] >= scores["points"][0]
    assert scores["probability"][1] >= scores["probability"][0]


@pytest.mark.parametrize("seed", range(6))
def test_cards_of_any_labels_are_monotone(seed):
    """Also where more of everything went with failing: then there is no card rather than one that falls."""
    made, rng = history(1000, seed=seed, missing=0.1), np.random.default_rng(seed)
    sign = [1, -1][seed % 2]
    chance = expit(sign * (made.full["conversions_3y"] - 11) / 2)
    table = made.table.assign(outcome=rng.random(1000) < chance)
    try:
        card = learn_card(table, "hte").card
    except HistoryError:
        assert sign < 0
        return
    assert sign > 0
    for item in card.items:
        points = item.points if item.up else item.points[::-1]
        assert list(points) == sorted(points)
        assert min(points) == 0 < max(points)
        assert min(points) <= item.unknown <= max(points)


def test_points_add_up_and_rows_too(made, learned):
    card = learned.card
    scores = card.score(made.table, "hte", on=DAY)
    sums = scores.items.groupby(np.arange(len(scores.items)) // len(card.items))["points"].sum()
    assert sums.tolist() == scores.firms["points"].tolist()
    assert (scores.firms["points_low"] <= scores.firms["points"]).all()
    assert (scores.firms["points"] <= scores.firms["points_high"]).all()
    assert {sum(item.rows) for item in card.items} == {card.rows}
    assert {sum(item.passed) for item in card.items} == {card.passed}
    assert card.rows == (learned.used["use"] == "learned").sum()
    assert sorted([*learned.left_out["rule"], *(item.rule for item in card.items)]) == sorted(
        one.rule for one in measured(made.table, load_policy("hte"), on=DAY).quantities
    )


def test_saved_and_loaded_is_the_same_card_and_equal_inputs_give_equal_bytes(made, learned, tmp_path):
    learned.card.save(tmp_path / "评分卡.csv")
    kept = (tmp_path / "评分卡.csv").read_bytes()
    again = ScoreCard.load(tmp_path / "评分卡.csv")
    assert again.to_bytes() == kept
    assert again == learned.card != SMALL
    assert hash(again) == hash(learned.card)
    assert len(repr(again)) < 200
    one, two = (card.score(made.table, "hte", on=DAY) for card in (learned.card, again))
    pd.testing.assert_frame_equal(one.firms, two.firms)
    pd.testing.assert_frame_equal(one.items, two.items)
    assert learn_card(made.table, "hte").card.to_bytes() == kept
    words = made.table.assign(outcome=made.table["outcome"].map({True: "通过", False: "未通过"}))
    assert learn_card(words, load_policy("hte"), rng=0).card.to_bytes() == kept
    words.loc[words.index[0], "outcome"] = "大概"
    with pytest.raises(TableError, match=r"^1 行的结果（outcome）看不懂：“大概”；"):
        learn_card(words, "hte")


def test_a_card_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "卡.csv"
    SMALL.save(path)
    text = path.read_text("utf-8-sig")
    for old, new, says in (
        (",10,,10,5,", ",40,,10,5,", "不单调"),
        ("matcher-card-1", "matcher-card-9", "不是评分卡"),
        ("斜率,,,,,,0.05", "斜率,,,,,,高", "已损坏"),
    ):
        assert old in text
        path.write_text(text.replace(old, new), "utf-8-sig")
        with pytest.raises(PoolError, match=says):
            ScoreCard.load(path)
    with pytest.raises(PoolError, match="读不到评分卡"):
        ScoreCard.load(tmp_path / "没有.csv")
    with pytest.raises(PoolError, match="评分卡是为政策 hte 学的，不能用于 srdi"):
        SMALL.score(pd.DataFrame([firm("A", 1, 1)]), "srdi", on=DAY)


# ---- never over a rule


def test_a_firm_that_fails_by_rule_has_chance_0_and_stands_below_all_that_do_not():
    """F has every point there is and one accident; U has none and everything open."""
    strong = firm("F", 9, 9, 200, serious_env_violation_365d="是")
    weak = {"enterprise_id": "U", "class1_ip": 0, "class2_ip": 1}
    open_ = firm("C", 0, 1, 60)
    table = pd.DataFrame([strong, weak, open_])
    scores = SMALL.score(table, "hte", on=DAY).firms
    assert scores.set_index("enterprise_id")["points"].to_dict() == {"F": 55, "U": 12, "C": 0}
    listed = order_inside(table[["enterprise_id"]], scores)
    assert listed[["enterprise_id", "decision"]].values.tolist() == [
        ["C", "can_pass"],
        ["U", "unknown"],
        ["F", "fails"],
    ]
    assert listed["probability"].tolist()[-1] == 0.0
    assert scores.loc[0, ["probability", "low", "high"]].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("seed", [0, 1])
def test_in_a_city_points_order_only_inside_tiers_and_decisions(learned, seed):
    made = city(800, seed=seed)
    rules = load_policy("hte")
    for facts in (made.seen, made.full):
        scored = learned.card.score(facts, rules, on=ON).firms
        decided = score(facts, "hte", on=ON).summary["decision"].astype(str).tolist()
        assert scored["decision"].tolist() == decided
        assert (scored.loc[scored["decision"] == "fails", "probability"] == 0).all()
        assert (scored.loc[scored["decision"] != "fails", "probability"] > 0).all()
        ranked = order_inside(assign_tiers(facts, rules, on=ON), scored)
        assert sorted(ranked["enterprise_id"]) == sorted(facts["enterprise_id"])
        groups = [
            (TIERS.index(tier), ["passes", "can_pass", "unknown", "fails"].index(decision))
            for tier, decision in zip(ranked["tier"], ranked["decision"], strict=True)
        ]
        assert groups == sorted(groups)
        for (_, decision), group in ranked.groupby(["tier", "decision"]):
            assert group["points" if decision == "fails" else "probability"].is_monotonic_decreasing


def test_in_a_list_with_chances_an_unknown_fact_counts_by_its_chance():
    """U1 has more points, but the rules hardly hold under its unknown facts. Each place stays with its decision."""
    scored = pd.DataFrame(
        {
            "enterprise_id": ["U1", "U2", "C1", "C2", "F"],
            "decision": ["unknown", "unknown", "can_pass", "can_pass", "fails"],
            "points": [90, 50, 20, 30, 99],
            "probability": [0.9, 0.5, 0.2, 0.3, 0.0],
        }
    )
    listed = pd.DataFrame({"enterprise_id": ["U2", "C1", "C2", "U1", "F"], "chance": [0.4, 0.3, 0.2, 0.1, 0.0]})
    assert order_inside(listed, scored)["enterprise_id"].tolist() == ["U2", "C2", "C1", "U1", "F"]
    without = order_inside(listed[["enterprise_id"]], scored)
    assert without["enterprise_id"].tolist() == ["C2", "C1", "U1", "U2", "F"]


def test_no_firms_give_empty_tables():
    scores = SMALL.score(pd.DataFrame([firm("A", 1, 1)]).head(0), "hte", on=DAY)
    assert len(scores.firms) == len(scores.items) == 0
    assert len(order_inside(pd.DataFrame({"enterprise_id": []}), scores.firms)) == 0


def test_two_rows_of_one_firm_are_not_ordered_in_silence():
    table = pd.DataFrame([firm("A", 1, 1), firm("A", 2, 2)])
    with pytest.raises(PoolError, match="企业编号重复，不能按分排序：A"):
        order_inside(table[["enterprise_id"]], SMALL.score(table, "hte", on=DAY).firms)


# ---- refusal


def test_a_history_that_is_too_small_says_by_which_rule():
    made = history(60, seed=1)
    with pytest.raises(HistoryError) as error:
        learn_card(made.table, "hte")
    assert "历史太少" in str(error.value)
    assert "须 96 例（Harrell 2015" in str(error.value)
    assert error.value.check is None
    one_round = history(600, seed=1).table.assign(round="2025年第一批")
    with pytest.raises(HistoryError, match="只有 1 轮（2025年第一批）；至少要两轮"):
        learn_card(one_round, "hte")
    with pytest.raises(HistoryError, match="只有 0 轮"):
        learn_card(made.table.head(0), "hte")
    big = history(900, seed=1).table
    with pytest.raises(HistoryError, match="较少的一种结果 0 例；检验须至少 10 例"):
        learn_card(big.assign(outcome=big["outcome"] | (pd.to_datetime(big["apply_on"]).dt.year == 2025)), "hte")
    with pytest.raises(HistoryError, match="较少的一种结果只有 0 例；每个变量至少 10 例（Peduzzi 等 1996）"):
        learn_card(big.assign(outcome=big["outcome"] | (pd.to_datetime(big["apply_on"]).dt.year < 2025)), "hte")


def test_the_last_round_is_never_learned_from_before_the_check(made):
    """With its labels turned round the check must fail, however good the earlier rounds are."""
    last = pd.to_datetime(made.table["apply_on"]).dt.year == 2025
    turned = made.table.assign(outcome=made.table["outcome"] ^ last)
    with pytest.raises(HistoryError, match="跨轮检验（用此前各轮学习，预测“2025年”）没有显示出") as error:
        learn_card(turned, "hte")
    figures = error.value.check.set_index("measure")["value"]
    assert figures["auc"] < 0.5
    assert figures["brier_skill"] < 0


@pytest.mark.parametrize("seed", range(12))
def test_random_labels_give_no_card(seed):
    with pytest.raises(HistoryError, match="不生成评分卡"):
        learn_card(history(600, truth="random", seed=seed).table, "hte")


def test_a_small_history_gets_the_items_that_rules_weigh_most_whatever_the_outcomes(made):
    cases, names, _ = _cases(made.table, load_policy("hte"))
    assert names == ("2021年", "2022年", "2023年", "2024年", "2025年")
    chosen, left = choose(cases, 3)
    assert [quantity.rule for quantity, _ in chosen] == ["ip_count", "ip_mode", "conversion"]
    reasons = {rule: reason for rule, _, reason in left}
    assert reasons["staff"] == "历史只够学 3 项（较少的一种结果每 10 例一项）"
    assert reasons["resident"] == "历史中的取值几乎相同"
    turned = replace(cases, passed=~cases.passed)
    assert [(q.rule, cuts) for q, cuts in choose(turned, 3)[0]] == [(q.rule, cuts) for q, cuts in chosen]
    for quantity, cuts in choose(cases, 99)[0]:
        known = quantity.values[~np.isnan(quantity.values)]
        bins = np.bincount(np.searchsorted(cuts, known, side="right"), minlength=len(cuts) + 1)
        assert bins.min() >= max(15, 0.05 * len(known))


# ---- parts


def test_weights_are_the_optimum_with_none_below_0():
    """Karush, Kuhn, Tucker: no slope where a weight is above 0, none downhill where it is 0."""
    rng = np.random.default_rng(0)
    steps = (rng.random((400, 9)) < 0.4).astype(float)
    passed = rng.random(400) < expit(steps @ np.array([1.5, -1, 0, 0.5, 0, -0.3, 2, 0, 0.1]) - 1)
    weights = fit_weights(steps, passed)
    assert (weights >= 0).all()
    assert weights[1] == weights[5] == 0
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(steps @ weights + middle).sum() < passed.sum() else (low, middle)
    slope = steps.T @ (expit(steps @ weights + low) - passed) + 2.0 * weights
    assert np.abs(slope[weights > 0]).max() < 1e-4
    assert slope[weights == 0].min() > -1e-4


def test_calibration_finds_a_known_line_and_its_spread():
    rng = np.random.default_rng(2)
    points = rng.normal(150, 40, 20_000)
    passed = rng.random(20_000) < expit(-6 + 0.04 * points)
    intercept, slope, (of_intercept, both, spread) = calibrate(points, passed, np.arange(20_000))
    assert intercept == pytest.approx(-6, abs=3 * np.sqrt(of_intercept))
    assert slope == pytest.approx(0.04, abs=3 * np.sqrt(spread))
    twice = calibrate(np.tile(points, 2), np.tile(passed, 2), np.tile(np.arange(20_000), 2))
    assert twice[2] == pytest.approx((of_intercept, both, spread), rel=1e-3)  # the same firms twice tell nothing more


def test_area_counts_pairs():
    scores, passed = np.array([1.0, 2, 2, 3]), np.array([False, True, False, True])
    assert area(scores, passed, np.ones(4)) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert area(scores, passed, np.array([2.0, 1, 0, 1])) == 1.0
    assert np.isnan(area(scores, np.ones(4, bool), np.ones(4)))


# ---- tables and commands

HEAD = "企业编号,申请日期,批次,认定结果,Ⅰ类知识产权数\n"


def test_a_history_as_people_keep_it(tmp_path):
    path = tmp_path / "历史.csv"
    path.write_text(
        HEAD + "A,2024-05-01,2024年第一批,通过,3\nB,2024/5/2,2024年第一批,未通过,\nC,2025-05-01,2025年第一批,在审,1\n"
        "D,2025-05-01,2025年第一批,补充材料,1\nA,2025-06-01,2025年第一批,已认定,4\n",
        "utf-8-sig",
    )
    reading = read_history(path, load_policy("hte"))
    assert reading.rows["outcome"].tolist() == [True, False, pd.NA, pd.NA, True]
    assert reading.rows["enterprise_id"].tolist() == ["A", "B", "C", "D", "A"]
    assert reading.problems[["column", "value", "problem"]].values.tolist() == [
        ["认定结果", "补充材料", "企业 D 的结果看不懂"]
    ]


def test_a_history_without_outcomes_or_days_says_so(tmp_path):
    (tmp_path / "历史.csv").write_text("企业编号,Ⅰ类知识产权数,申请日期\nA,3,\nB,4,\n", "utf-8-sig")
    with pytest.raises(TableError, match=r"历史\.csv：没有 “申请日期”、“认定结果” 这一列，或整列为空"):
        read_history(tmp_path / "历史.csv", load_policy("hte"))
    with pytest.raises(TableError, match="历史缺少列：outcome"):
        learn_card(pd.DataFrame({"enterprise_id": ["A"], "apply_on": ["2024-01-01"]}), "hte")


def test_from_a_history_to_ordered_lists(pool, tmp_path, made, learned):
    in_words(made).to_csv("历史.csv", index=False, encoding="utf-8-sig")
    status, message = pool("learn", "历史.csv", "--policy", "hte", "-o", "卡.csv", "--report", "报告.xlsx")
    assert status == 0, message
    assert "高新技术企业认定评分卡：" in message
    assert "布里尔技巧分" in message
    assert ScoreCard.load("卡.csv").to_bytes() == learned.card.to_bytes()
    book = openpyxl.load_workbook("报告.xlsx")
    assert book.sheetnames == [
        "评分表", "总分与概率", "跨轮检验", "预计与实际", "未列入的项目", "历史的用途", "问题", "列的去向", "说明",
    ]  # fmt: skip
    with zipfile.ZipFile("报告.xlsx") as packed:
        drawn = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/charts/chart")]
    assert [title for one in drawn for title in re.findall("总分与通过的概率|预计与实际的通过率", one)] == [
        "总分与通过的概率", "预计与实际的通过率",
    ]  # fmt: skip
    assert pool("learn", "历史.csv", "-o", "卡2.csv", "--report", "报告.txt")[0] == 0
    assert Path("卡2.csv").read_bytes() == Path("卡.csv").read_bytes()
    assert "评分表（各项分值相加；20 分使通过的几率翻倍）" in Path("报告.txt").read_text("utf-8")

    here = city(300, seed=4)
    here.full.to_csv("企业.csv", index=False)
    assert pool("rank", "企业.csv", "--card", "卡.csv", "--on", "2026-11-24", "-o", "排序.csv")[0] == 0
    ranked = pd.read_csv("排序.csv")
    assert ranked["rank"].tolist() == list(range(1, 301))
    assert (ranked.loc[ranked["decision"] == "fails", "probability"] == 0).all()
    assert pool("rank", "企业.csv", "--card", "卡.csv", "--on", "2026-11-24", "-o", "排序.xlsx")[0] == 0
    book = openpyxl.load_workbook("排序.xlsx")
    assert book.sheetnames == ["名单", "各项得分", "问题", "列的去向", "说明"]
    heads = {cell.value: cell.column_letter for cell in book["名单"][1]}
    open_rules = "；".join(str(cell.value) for cell in book["名单"][heads["未满足的条件"]])
    assert "拥有对主要产品（服务）在技术上发挥核心支持作用的知识产权" in open_rules
    assert "fail" not in open_rules

    here.seen.head(100).to_csv("名录.csv", index=False)
    day = ("--policy", "hte", "--on", "2026-11-24")
    assert pool("discover", "名录.csv", *day, "-o", "走访.csv")[0] == 0
    assert pool("discover", "名录.csv", *day, "-o", "走访.xlsx", "--card", "卡.csv")[0] == 0
    carded = pd.read_excel("走访.xlsx", sheet_name="走访名单", engine="openpyxl")
    assert {"评分", "历史经验概率", "各项得分"} <= set(carded.columns)
    assert carded["名次"].isna().all()  # another seed would order so few firms otherwise
    chance = pd.read_csv("走访.csv").set_index("enterprise_id")["chance"]
    assert carded["通过的可能"].tolist() == chance[carded["企业编号"]].tolist()
    fails = carded["理由"].str.startswith("不可能通过")
    assert fails.is_monotonic_increasing
    assert (carded.loc[fails, ["通过的可能", "历史经验概率"]] == 0).all().all()
    open_ = carded[~fails]  # every one of them has unknown facts
    assert (open_["通过的可能"] * open_["历史经验概率"]).is_monotonic_decreasing


def test_a_books_snapshot_is_written_in_the_order_of_a_card_and_kept_without_it(pool, tmp_path):
    SMALL.save(tmp_path / "卡.csv")
    firms = [firm("A", 0, 1, 60), firm("B", 5, 5, 90), firm("C", 9, 9, 200, serious_env_violation_365d="是")]
    pd.DataFrame(firms).to_csv(tmp_path / "企业.csv", index=False)
    day = ("--on", "2026-11-24", "--person", "王")
    assert pool("create", "库.db", *day)[0] == 0
    assert pool("import", "库.db", "企业.csv", *day)[0] == 0
    assert pool("snapshot", "库.db", *day, "-o", "快照.csv", "--card", "卡.csv")[0] == 0
    rows = pd.read_csv(tmp_path / "快照.csv")
    assert rows[["enterprise_id", "tier", "points", "probability"]].values.tolist() == [
        ["B", "ready", 55, pytest.approx(expit(-1 + 0.05 * 55), abs=1e-6)],
        ["A", "ready", 0, pytest.approx(expit(-1), abs=1e-6)],
        ["C", "next_year", 55, 0.0],
    ]
    assert pool("replay", "库.db")[0] == 0
    assert pool("snapshot", "库.db", *day, "-o", "无卡.csv")[0] == 0
    assert "points" not in pd.read_csv(tmp_path / "无卡.csv")


def test_a_refused_history_ends_the_command_with_2_and_writes_nothing(pool, tmp_path):
    in_words(history(80, seed=3)).to_csv("历史.csv", index=False, encoding="utf-8-sig")
    status, message = pool("learn", "历史.csv", "-o", "卡.csv", "--report", "报告.xlsx")
    assert status == 2
    assert "不生成评分卡：历史太少" in message
    assert not (tmp_path / "卡.csv").exists()
    assert not (tmp_path / "报告.xlsx").exists()
    assert pool("learn", "历史.csv", "-o", "卡.json") == (2, "不能写成“卡.json”：输出文件名须以 .csv 结尾")
    (tmp_path / "空.csv").write_text("", "utf-8")
    with pytest.raises(TableError):
        read_history(tmp_path / "空.csv", load_policy("hte"))
    assert pool("learn", "空.csv", "-o", "卡.csv")[0] == 2


def test_editions_that_measure_a_rule_differently_do_not_mix():
    """srdi 2022 and 2026: what only the other edition measures is unknown."""
    rules = load_policy("srdi")
    table = pd.DataFrame({"enterprise_id": ["A", "B"], "apply_on": ["2025-06-01", "2026-11-24"]})
    table = table.assign(liabilities=50, assets_total=100)
    quantities = {one.rule: one.values.tolist() for one in measured(table, rules, on=DAY).quantities}
    assert quantities["debt"][1] == 0.5


def test_another_policy_and_an_item_of_which_less_is_better():
    """innovative-sme: debt of at most 55 % of assets gives most points, passing falls with it; growth says nothing."""
    rng = np.random.default_rng(3)
    debt, size = rng.uniform(0.1, 0.95, 900), 900
    table = pd.DataFrame(
        {
            "enterprise_id": [f"E{n}" for n in range(size)],
            "apply_on": [dt.date(2023 + n // 300, 6, 1) for n in range(size)],
            "outcome": rng.random(size) < expit(6 * (0.6 - debt)),
            "assets_total": 1_000_000,
            "liabilities": np.round(debt * 1_000_000),
            "main_revenue_prev_year": 1_000_000,
            "main_revenue_last_year": np.round(1_000_000 * rng.uniform(0.8, 1.4, size)),
        }
    )
    learned = learn_card(table, "innovative-sme")
    (item,) = [item for item in learned.card.items if item.rule == "debt"]
    assert not item.up
    assert {0.55, 0.75} <= set(item.cuts)
    assert list(item.points) == sorted(item.points, reverse=True)
    assert item.points[0] > 30
    assert item.points[-1] == 0
    assert (
        max((other.points[-1] for other in learned.card.items if other.rule != "debt"), default=0) < item.points[0] / 3
    )
