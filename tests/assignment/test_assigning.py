"""Assignments: small ones known by hand, random ones against every choice, obstacles, lots, alternates, records."""

import exhaustive_assignment as exhaustive
import numpy as np
import pandas as pd
import pytest

import matcher
from matcher import assign
from matcher.assignment import solver as solving
from matcher.assignment.audit import make_record, public_record, replay
from matcher.errors import InfeasibleError, TableError


def pairs(text: str) -> pd.DataFrame:
    """A B 0.5, C D 0.3"""
    rows = [row.split() for row in text.split(",")]
    return pd.DataFrame([(a, b, float(s)) for a, b, s in rows], columns=["left_id", "right_id", "score"])


SQUARE = pairs("a X 0.9, a Y 0.8, b X 0.8, b Y 0.1")
ONE = {"default": {"min": 1, "max": 1}}


def chosen(assignment) -> set[tuple[str, str]]:
    rows = assignment.pairs[assignment.pairs["alternate"] == 0]
    return set(zip(rows["left_id"], rows["right_id"], strict=True))


def test_the_sum_is_largest_not_the_first_choice():
    assignment = assign(SQUARE, left=ONE, right=ONE)
    assert assignment.pairs.to_dict("list") == {
        "left_id": ["b", "a"],
        "right_id": ["X", "Y"],
        "alternate": [0, 0],
        "score": [0.8, 0.8],
        "rank": [0, 0],
    }
    assert assignment.proof["total"] == pytest.approx(1.6)
    assert assignment.proof["optimal"]


def test_without_bounds_every_pair_that_adds_is_chosen():
    assert chosen(assign(pairs("a X 0.5, a Y -0.1, b Y 0.2"))) == {("a", "X"), ("b", "Y")}


def test_the_worst_off_comes_first():
    table = pairs("a X 0.9, a Y 0.3, b X 0.4, b Y 0.1")
    assert chosen(assign(table, left=ONE, right=ONE)) == {("a", "X"), ("b", "Y")}
    assignment = assign(table, left=ONE, right=ONE, goal="max_min")
    assert chosen(assignment) == {("a", "Y"), ("b", "X")}
    assert assignment.proof["worst"] == pytest.approx(0.3)


def test_a_bound_of_ones_own_comes_before_the_defaults():
    table = pairs("a X 0.9, b X 0.5, a Y 0.2, b Y 0.1")
    assignment = assign(table, left={"default": {"min": 1}, "a": {"max": 0}})
    assert chosen(assignment) == {("b", "X"), ("b", "Y")}
    assert chosen(assign(table, left={"default": {"max": 1}, "a": {"min": 2}})) == {("a", "X"), ("a", "Y"), ("b", "X")}


def test_ids_are_strings_whatever_they_look_like():
    table = pd.DataFrame({"left_id": ["007", "no"], "right_id": ["1", "1"], "score": [0.5, 0.6]})
    assert chosen(assign(table, right={"1": {"max": 1}}, forbid=[("no", "1")])) == {("007", "1")}


@pytest.mark.parametrize("seed", [11, 12])
def test_small_cases_of_every_rule_equal_the_trial_of_all_choices(seed):
    rng = np.random.default_rng(seed)
    results = [exhaustive.check(exhaustive.draw(rng)) for _ in range(150)]
    assert [result for result in results if result not in ((True, None, None), (True, True, True))] == []
    assert sum(result[1] is None for result in results) > 40
    assert sum(result[1] is True for result in results) > 40


def test_columns_by_price_give_the_same_as_all_columns(monkeypatch):
    """The way of large problems, forced on middling ones."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        [(f"L{i:02d}", f"R{j:02d}", round(float(rng.random()), 3)) for i in range(30) for j in range(40)],
        columns=["left_id", "right_id", "score"],
    )
    rules = {
        "left": {"default": {"min": 1, "max": 4}},
        "right": {"default": {"min": 2, "max": 3}},
        "groups": {"left": {f"L{i:02d}": f"g{i % 3}" for i in range(30)}},
        "at_most_per_group": 1,
    }
    for goal in ("total", "max_min_then_total"):
        plain = assign(table, **rules, goal=goal)
        with monkeypatch.context() as patch:
            patch.setattr(solving, "SMALL", 0)
            patch.setattr(solving, "MANY", 50)
            patch.setattr(solving, "BATCH", 40)
            priced = assign(table, **rules, goal=goal)
        assert plain.proof["optimal"]
        for name in ("total", "worst"):
            if plain.proof[name] is not None:
                assert priced.proof[name] == pytest.approx(plain.proof[name], rel=2e-3)
                assert priced.proof[f"{name}_bound"] >= plain.proof[name] - 1e-9 or name == "total"
        assert priced.proof["gap"] < 5e-3


def test_few_columns_never_make_the_possible_impossible(monkeypatch):
    monkeypatch.setattr(solving, "MANY", 5)
    monkeypatch.setattr(solving, "BATCH", 1)
    n = 40
    table = pd.DataFrame(
        [(f"L{i:02d}", f"R{j:02d}", 1.0 if j < 3 else 0.0) for i in range(n) for j in range(n)],
        columns=["left_id", "right_id", "score"],
    )
    assert len(chosen(assign(table, left=ONE, right=ONE))) == n
    short = table[table["right_id"] != "R00"]
    with pytest.raises(InfeasibleError):
        assign(short, left=ONE, right=ONE)


# ---- obstacles


def test_obstacles_name_rule_amount_and_both_ways_out():
    table = pairs("a X 0.9, b X 0.8, a Y 0.7")
    with pytest.raises(InfeasibleError) as caught:
        assign(
            table,
            left={"default": {"max": 1}},
            right={"X": {"min": 2}, "Y": {"min": 1}},
            forbid=pd.DataFrame([("b", "X", "亲属")], columns=["left_id", "right_id", "reason"]),
            nouns={"left": "专家", "right": "项目"},
        )
    assert str(caught.value).splitlines() == [
        "无法分配：规则互相矛盾。放宽以下 1 条即可，最少：",
        "  1. 项目 X：至少 2 个；须放宽 2（减到 0）",
    ]
    assert caught.value.smallest
    assert caught.value.obstacles.to_dict("records") == [
        {
            "set": 1,
            "rule": "right.min",
            "left_id": "",
            "right_id": "X",
            "by": 2,
            "text": "项目 X：至少 2 个；须放宽 2（减到 0）",
        }
    ]


def test_required_and_forbidden_at_once_is_named():
    with pytest.raises(InfeasibleError, match="要求必须分配，但这一对同时不得分配（禁止名单）；须取消这一要求"):
        assign(SQUARE, require=[("a", "X")], forbid=[("a", "X")])


def test_a_required_pair_that_the_table_lacks_is_an_obstacle():
    with pytest.raises(InfeasibleError, match="左方 c 与右方 X：要求必须分配，但配对表中没有这一对"):
        assign(SQUARE, require=[("c", "X")])


def test_where_only_a_conflict_can_give_way_the_other_set_leaves_all_conflicts():
    with pytest.raises(InfeasibleError) as caught:
        assign(
            pairs("a X 1, a Y 1"),
            right={"default": {"min": 1}},
            left={"a": {"max": 2}},
            forbid=[("a", "X"), ("a", "Y")],
            require=[],
            groups={"left": {"a": "g"}, "right": {}},
            at_most_per_group=1,
        )
    first = caught.value.obstacles[caught.value.obstacles["set"] == 1]
    assert first["rule"].tolist() == ["right.min", "right.min"]  # as few as lifting both conflicts, and none is lifted


# ---- lots and alternates


def test_a_lot_draws_among_the_best_only_and_equal_seeds_draw_alike():
    table = pairs("a X 0.5, b X 0.5, c X 0.5, d X 0.4, a Y 0.5, b Y 0.5, c Y 0.5, d Y 0.4")
    rules = {"left": {"default": {"max": 1}}, "right": ONE}
    drawn = [chosen(assign(table, **rules, seed=seed)) for seed in range(40)]
    assert {frozenset(one) for one in drawn} == {
        frozenset({(a, "X"), (b, "Y")}) for a in "abc" for b in "abc" if a != b
    }
    assert drawn == [chosen(assign(table, **rules, seed=seed)) for seed in range(40)]


def test_alternates_could_step_in():
    table = pairs("a X 0.9, b X 0.8, c X 0.7, d X 0.6, e X 0.5, f X 0.4, c Y 0.9")
    assignment = assign(
        table,
        left={"default": {"max": 1}},
        right={"X": {"min": 2, "max": 2}, "Y": {"min": 1, "max": 1}},
        forbid=[("d", "X")],
        groups={"left": {"a": "甲所", "e": "甲所"}},
        at_most_per_group=1,
        alternates=1,
    )
    # c is busy at Y, d is barred, e would be the second of 甲所
    assert assignment.pairs[["left_id", "right_id", "alternate", "rank"]].to_numpy().tolist() == [
        ["a", "X", 0, 0],
        ["b", "X", 0, 0],
        ["f", "X", 1, 1],
        ["c", "Y", 0, 0],
    ]
    assert assignment.shortages.to_dict("records") == [{"right_id": "Y", "asked": 1, "found": 0}]
    assert assignment.notes == ("候补不足：1 个右方可用的候补少于要求（Y）",)


def test_what_the_pair_table_must_be():
    with pytest.raises(TableError) as caught:
        assign(pd.DataFrame({"left_id": ["a", "a", ""], "right_id": ["X"] * 3, "score": ["1", "x", "2"]}))
    assert str(caught.value).splitlines() == [
        "配对表不能使用：",
        "  第 2 对（a，X）：score 不是数字",
        "  第 3 对：左方或右方编号是空的",
        "  第 2 对（a，X）：前面已经有这一对，请只留一行",
    ]
    with pytest.raises(TableError, match="配对表缺少列：score"):
        assign(pd.DataFrame({"left_id": ["a"], "right_id": ["X"]}))
    with pytest.raises(ValueError, match=r"goal is one of"):
        assign(SQUARE, goal="best")
    assert len(assign(SQUARE.iloc[:0]).pairs) == 0


# ---- the record


def recorded():
    forbid = pd.DataFrame([("b", "Y", "合作：王某（2024）")], columns=["left_id", "right_id", "reason"])
    arguments = {"left": ONE, "right": ONE, "forbid": forbid, "seed": "07 11", "goal": "max_min_then_total"}
    table = pairs("a X 0.9, a Y 0.8, b X 0.8, b Y 0.1, c X 0.1, c Y 0.2")
    arguments["left"] = {"default": {"max": 1}}
    assignment = assign(table, **arguments)
    return table, make_record(assignment, arguments, inputs={"pairs.csv": "0" * 64})


def test_a_record_says_why_and_its_public_version_names_nobody_excluded():
    _, record = recorded()
    assert record["people"]["b"] == {
        "assigned_to": [{"right_id": "X", "score": 0.8}],
        "barred_from": [{"right_id": "Y", "reason": "合作：王某（2024）"}],
    }
    assert record["proof"]["optimal"]
    public = public_record(record)
    assert public["barred"] == {"Y": 1}
    assert "王某" not in str(public)
    assert "合作" not in str(public)
    assert "'c'" not in str(public)


def test_a_replay_gives_the_same_and_says_what_does_not():
    table, record = recorded()
    assert replay(record, table, inputs={"pairs.csv": "0" * 64}) == []
    changed = table.assign(score=[0.9, 0.8, 0.1, 0.1, 0.8, 0.2])
    assert replay(record, changed, inputs={"pairs.csv": "1" * 64}) == [
        f"输入“pairs.csv”与记录时不同（SHA-256 {'0' * 12}… 现为 {'1' * 12}…）",
        "结果不同：记录中有而重算没有 1 对，重算有而记录中没有 1 对",
    ]


def test_public_names():
    assert matcher.assign is assign
