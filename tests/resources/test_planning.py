"""The joint choice of outcome, expert and resource: against exhaustive search, and whole answers on small tables."""

import itertools
import math
import random

import pandas as pd
import pytest

from matcher.errors import ArgumentError
from matcher.resources import find_resources, plan_jointly, read_resource_needs, read_resources
from matcher.resources.joint_choice import Choice, choose
from matcher.resources.planning import fit_of


def random_case(seed):
    rng = random.Random(seed)
    names = {part: [f"{part}{i}" for i in range(rng.randint(1, 3))] for part in "CER"}
    options = [
        Choice(
            f"N{need}",
            rng.choice(["", *names["C"]]),
            rng.choice(["", *names["E"]]),
            rng.choice(["", *names["R"]]),
            round(rng.random(), 3),
            rng.choice([0, 2, 4, 8]),
            rng.choice([0, 10, 25, 60]),
        )
        for need in range(rng.randint(1, 5))
        for _ in range(rng.randint(1, 4))
    ]
    hours = {name: rng.choice([0, 4, 8, 12]) for name in names["R"] if rng.random() < 0.8}
    return options, hours, rng.choice([None, 1, 2]), rng.choice([None, 0, 30, 90])


def exhaustive(options, hours, load, money):
    """The largest sum of values of all ways to take one or no option of each need."""
    needs = {}
    for one in options:
        needs.setdefault(one.need, [None]).append(one)
    best = 0.0
    for way in itertools.product(*needs.values()):
        taken = [one for one in way if one]
        used = {name: sum(one.hours for one in taken if one.resource == name) for name in hours}
        loads = [sum(one.expert == name for one in taken) for name in {one.expert for one in taken} - {""}]
        if (
            all(used[name] <= hours[name] for name in hours)
            and (load is None or all(one <= load for one in loads))
            and (money is None or sum(one.cost for one in taken) <= money)
        ):
            best = max(best, sum(one.value for one in taken))
    return best


@pytest.mark.parametrize("seed", range(100))
def test_the_choice_is_that_of_exhaustive_search(seed):
    options, hours, load, money = random_case(seed)
    chosen = choose(options, hours_free=hours, load=load, money=money)
    taken = [options[row] for row in chosen.rows]
    assert chosen.value == pytest.approx(exhaustive(options, hours, load, money), abs=1e-9)
    assert chosen.bound == pytest.approx(chosen.value, abs=1e-6)
    assert exhaustive(taken, hours, load, money) == pytest.approx(chosen.value)  # what is taken keeps all bounds


def test_nothing_to_choose():
    assert choose([], hours_free={}) == ((), 0.0, 0.0)


def tables():
    needs = read_resource_needs(
        pd.DataFrame(
            {
                "需求编号": ["X1", "X2"],
                "需求名称": ["螺栓拉伸试验", "钢板拉伸试验"],
                "需求描述": ["最大拉力200kN，按GB/T 228.1", "最大拉力250kN，按GB/T 228.1"],
                "所需机时": [8, 8],
                "预算（元）": [2000, 2000],
            }
        )
    ).rows
    resources = read_resources(
        pd.DataFrame(
            {
                "编号": ["Y1", "Y2"],
                "仪器名称": ["万能试验机", "万能试验机"],
                "量程": ["0~300kN", "0~300kN"],
                "执行标准": ["GB/T 228.1", "GB/T 228.1"],
                "所在单位": ["甲校", "乙校"],
                "收费标准": ["100元/小时", "240元/小时"],
                "空闲机时": [10, 100],
            }
        )
    ).rows
    experts = pd.DataFrame(
        {"expert_id": ["E1"], "name": ["某甲"], "institution": ["甲校"], "title": ["螺栓钢板拉伸试验"]}
    )
    return needs, resources, experts


def among_others(experts):
    others = {
        "expert_id": [f"E{i}" for i in range(2, 12)],
        "name": "",
        "institution": "",
        "title": list("禽果蔬茶药桃渔林牧矿"),
    }
    return pd.concat([experts, pd.DataFrame(others)], ignore_index=True)


def test_hours_are_shared_over_needs():
    needs, resources, _ = tables()
    plan = plan_jointly(needs, resources, find_resources(needs, resources))
    assert sorted(plan.table["resource_id"]) == ["Y1", "Y2"]
    assert sorted(plan.table["cost_high"]) == [800, 1920]
    assert set(plan.table["missing"]) == {"成果、专家"}
    assert set(plan.table["money"]) == {"预算够"}
    assert plan.use[["resource_id", "hours_free", "hours", "needs"]].to_numpy().tolist() == [
        ["Y1", 10, 8, 1],
        ["Y2", 100, 8, 1],
    ]
    assert plan.summary.endswith("，已证明是候选中的最优；费用合计 2,720 元")


def test_resources_of_a_short_list_are_told(caplog):
    needs, resources, _ = tables()
    plan_jointly(needs, resources, find_resources(needs, resources))
    assert not [message for message in caplog.messages if "find_resources" in message]
    plan_jointly(needs, resources, find_resources(needs, resources, k=1))
    assert "每条需求至多只有 1 项找到的资源，合用的可能不在其中；请用 find_resources(k=10)" in caplog.messages


@pytest.mark.parametrize(("budget", "answered"), [(1920, 2), (1919, 1)])
def test_a_budget_bars_what_surely_costs_more(budget, answered):
    needs, resources, _ = tables()
    needs = needs.assign(budget=pd.array([budget, budget], "Int64"))
    plan = plan_jointly(needs, resources, find_resources(needs, resources))
    assert len(plan.table) == answered
    left = ["合适的都超出预算：最少要 1,920 元，预算 1,919 元，超出 1 元"]
    assert plan.unanswered["reason"].tolist() == ["机时、专家或总经费已被更合适的需求用完"] * (2 - answered)
    dear = resources[resources["resource_id"] == "Y2"]
    alone = plan_jointly(needs, dear, find_resources(needs, dear))
    assert alone.unanswered["reason"].tolist() == left * (4 - 2 * answered)


@pytest.mark.parametrize(("money", "answered"), [(2720, 2), (2719, 1), (0, 0)])
def test_money_is_shared_over_needs(money, answered):
    needs, resources, _ = tables()
    assert len(plan_jointly(needs, resources, find_resources(needs, resources), money=money).table) == answered


@pytest.mark.parametrize(("load", "persons"), [(1, 1), (2, 2)])
def test_an_expert_serves_so_many_needs(load, persons):
    needs, resources, experts = tables()
    people = among_others(experts)
    plan = plan_jointly(needs, resources, find_resources(needs, resources), experts=people, load=load)
    assert (plan.table["expert_id"] == "E1").sum() == persons


def test_a_sum_that_may_be_over_the_budget_is_told_with_its_amount():
    needs, resources, experts = tables()
    open_ = resources.assign(fee=["200~300元/小时", "150~400元/小时"])
    plan = plan_jointly(needs, open_, find_resources(needs, open_), money=4500)
    assert plan.table[["resource_id", "money"]].to_numpy().tolist() == [
        ["Y2", "可能超出，至多超 1,200 元"],
        ["Y1", "可能超出，至多超 400 元"],
    ]
    assert plan.summary.endswith(
        "；费用合计 2,800 元至 5,600 元，总经费 4,500 元，可能超出，至多超 1,100 元；2 条可能超出自己的预算"
    )
    enough = plan_jointly(needs, resources, find_resources(needs, resources), money=3000)
    assert enough.summary.endswith("；费用合计 2,720 元，总经费 3,000 元，预算够")
    poor = plan_jointly(needs, resources, find_resources(needs, resources), money=799)
    assert poor.unanswered["reason"].tolist() == ["合适的都超出总经费：最少要 800 元，总经费 799 元，超出 1 元"] * 2
    some = needs.assign(budget=pd.array([100, 100], "Int64"))
    joint = plan_jointly(some, resources, find_resources(some, resources), experts=among_others(experts))
    assert set(joint.table["missing"]) == {"成果、资源（合适的最少要 800 元，超出预算 700 元）"}


def test_a_resource_that_fits_and_is_closed_is_named():
    needs, resources, experts = tables()
    closed = resources.assign(state="维修")
    found = find_resources(needs, closed)
    why = "万能试验机合适，不开放、万能试验机合适，不开放"
    assert set(plan_jointly(needs, closed, found).unanswered["reason"]) == {f"没有合适的成果、专家和资源；{why}"}
    joint = plan_jointly(needs, closed, found, experts=among_others(experts))
    assert set(joint.table["missing"]) == {f"成果、资源（{why}）"}


def test_a_plan_without_resources():
    needs, resources, _ = tables()
    plan = plan_jointly(needs, resources[:0], find_resources(needs, resources[:0]))
    assert plan.unanswered["reason"].tolist() == ["没有合适的成果、专家和资源"] * 2
    assert plan.summary.endswith("；费用合计 0 元")


def test_unknown_costs_bar_nothing_and_are_told():
    needs, resources, _ = tables()
    silent = resources.assign(fee="面议")
    plan = plan_jointly(needs, silent, find_resources(needs, silent))
    assert set(plan.table["money"]) == {"费用未知，先问"}
    assert plan.table[["cost_low", "cost_high"]].isna().all(axis=None)


def test_fit_counts_powers_of_ten():
    assert [round(fit_of(score), 3) for score in (0, 0.9, 0.99, 0.9999, 1)] == [0.2, 0.25, 0.5, 1, 1]
    assert math.isclose(fit_of(0.999), 0.75)


def test_wrong_arguments():
    needs, resources, _ = tables()
    found = find_resources(needs, resources)
    with pytest.raises(ArgumentError, match="load must be at least 1"):
        plan_jointly(needs, resources, found, load=0)
    with pytest.raises(ArgumentError, match="money must be at least 0"):
        plan_jointly(needs, resources, found, money=-1)
