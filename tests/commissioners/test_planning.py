"""Plans whose answer is known without the code, and coverage against the trial of every choice; all made up."""

import itertools

import numpy as np
import pandas as pd
import pytest

from matcher.commissioners import as_teams, plan_service, read_commissioners, read_villages
from matcher.commissioners.coverage import least_capacity, most_places, shortages
from matcher.commissioners.planning import _choose
from matcher.errors import ArgumentError, InfeasibleError, TableError
from matcher.experts.affinities import Affinities
from matcher.experts.library import Experts
from matcher.experts.ranking import rank_experts

VILLAGES = pd.DataFrame(
    [
        ("V1", "代村", "卞庄街道", "兰陵县", "蔬菜", "番茄灰霉病防治", 118.05, 34.86, 100),
        ("V2", "前村", "尚岩镇", "兰陵县", "桃", "桃树冬季修剪", 118.00, 34.93, 200),
        ("V3", "前村", "诸葛镇", "沂水县", "羊", "羔羊腹泻防治", 118.55, 35.86, 300),
        ("V4", "后村", "诸葛镇", "沂水县", "", "", np.nan, np.nan, 400),
    ],
    columns=["village_id", "village", "town", "county", "title", "description", "longitude", "latitude", "population"],
)
PERSONS = pd.DataFrame(
    [
        ("P1", "甲", "农科院", "番茄灰霉病绿色防治", "兰陵县", 2, 118.05, 34.86),
        ("P2", "乙", "大学", "桃树整形修剪", "沂水县", 1, 118.60, 35.78),
        ("P3", "丙", "畜牧站", "羔羊腹泻防治与羊病", "沂水县", 1, 118.60, 35.78),
        ("P4", "丁", "农业局", "", "", 1, np.nan, np.nan),
    ],
    columns=["expert_id", "name", "institution", "title", "county", "capacity", "longitude", "latitude"],
)


def chosen(plan: object) -> dict[str, list[str]]:
    return plan.table.groupby("village_id")["expert_id"].agg(sorted).to_dict()


def test_everybody_goes_where_texts_fit_and_the_silent_one_to_the_silent_village():
    plan = plan_service(VILLAGES, PERSONS, person_days=30)
    assert chosen(plan) == {"V1": ["P1"], "V2": ["P2"], "V3": ["P3"], "V4": ["P4"]}
    assert plan.table["days"].tolist() == [30.0] * 4
    assert plan.table.set_index("village_id")["note"].to_dict() == {
        "V1": "",
        "V2": "",
        "V3": "",
        "V4": "村没有写需求；特派员没有专长和业绩；距离未知",
    }
    shared = plan.table.set_index("village_id")["shared_terms"]
    assert [crop in shared[village] for village, crop in (("V1", "番茄"), ("V2", "桃树"), ("V3", "羔羊"))] == [True] * 3
    assert shared["V4"] == ""
    assert plan.proof | {"complete": True, "served": 4, "most": 4, "wanted": 4, "optimal": True} == plan.proof
    assert plan.unserved.empty
    assert plan.summary == "已证明全覆盖：4 个村各有 1 人；派出 4 人（共 4 人）；匹配总分已证明最优"
    assert plan.counties[
        ["county", "villages", "covered", "population", "persons", "from_county"]
    ].to_numpy().tolist() == [
        ["兰陵县", 2, 2, 300.0, 2, 1],
        ["沂水县", 2, 2, 700.0, 2, 1],
    ]


def test_days_are_spread_over_the_villages_and_bound_them():
    plan = plan_service(VILLAGES[:2], PERSONS[:1], person_days=30)
    assert plan.table["days"].tolist() == [15.0, 15.0]
    served = {
        days: plan_service(VILLAGES[:2], PERSONS[:1].assign(available_days=days), village_days=10).proof["served"]
        for days in (9.9, 10.0, 19.9, 20.0)
    }
    assert served == {9.9: 0, 10.0: 1, 19.9: 1, 20.0: 2}
    assert plan_service(VILLAGES[:1], PERSONS[:1], village_days=10).table["days"].tolist() == [10.0]
    assert plan_service(VILLAGES[:1], PERSONS[:1]).table["days"].isna().all()


def test_distance_bars_from_the_kilometre_on_and_unknown_places_are_not_barred():
    one, other = VILLAGES[1:2], PERSONS[:1]
    km = plan_service(one, other).table["distance"].item()
    exact = 9.0263  # haversine of 0.05 and 0.07 degrees at 34.9 degrees north
    assert km == 9.0
    assert plan_service(one, other, max_km=exact + 0.01).proof["served"] == 1
    far = plan_service(one, other, max_km=exact - 0.01)
    assert far.proof["served"] == 0
    assert far.unserved[["reason", "detail"]].to_numpy().tolist() == [
        ["没有9.0163 公里以内的特派员", "要 1 人，可派的 0 人；请放宽条件或增加人员"]
    ]
    assert far.persons["note"].tolist() == ["没有符合条件的村"]
    assert plan_service(VILLAGES[3:], PERSONS[:1], max_km=1).proof["served"] == 1


def test_who_lies_in_another_county_is_barred_and_the_reason_says_which_persons_are_full():
    plan = plan_service(VILLAGES, PERSONS[:3].assign(capacity=1), within_county=True)
    assert chosen(plan) == {"V1": ["P1"], "V3": ["P3"], "V4": ["P2"]}
    assert plan.unserved[["village_id", "wanted", "found", "reason", "detail"]].to_numpy().tolist() == [
        [
            "V2",
            1,
            0,
            "可派的人都已排满",
            "这里的 2 个村要 2 人次，可派的 1 人全部用上只有 1 人次，至少差 1 人次；请增加人员、提高每人村数或放宽条件",
        ]
    ]
    assert plan.summary.startswith(
        "4 个村中 3 个有人服务，1 个人数不足（原因逐村列出）；按所给条件至多能落实 3 人次，已达到"
    )


def test_without_a_limit_the_smallest_that_covers_is_taken():
    plan = plan_service(VILLAGES, PERSONS[:2].drop(columns="capacity"))
    assert (plan.proof["capacity"], plan.proof["complete"]) == (2, True)
    assert plan.persons["villages"].tolist() == [2, 2]
    assert plan.notes[0] == "2 人没有写可服务村数，按每人至多 2 个村安排"
    assert plan_service(VILLAGES, PERSONS[:2].drop(columns="capacity"), most=1).proof["served"] == 2


def test_two_persons_a_village_are_two_different_ones():
    plan = plan_service(VILLAGES[:2], PERSONS[:2].assign(capacity=2), each=2)
    assert chosen(plan) == {"V1": ["P1", "P2"], "V2": ["P1", "P2"]}
    short = plan_service(VILLAGES[:2], PERSONS[:3].assign(capacity=1), each=2)
    assert (short.proof["served"], short.proof["covered"], short.proof["most"]) == (3, 2, 3)
    assert len(short.unserved) == 1


def test_a_second_person_never_takes_the_only_one_of_another_village():
    """By scores alone the first village would take both who can serve it."""
    scores = np.array([[0.9, 0.9], [0.0, 0.1], [0.0, 0.0]])
    allowed = np.array([[True, True], [False, True], [False, False]])
    capacity = np.array([1, 1])
    best = most_places(allowed, capacity, 2)
    _, table = _choose(VILLAGES[:3], PERSONS[:2], scores, allowed, allowed, capacity, 2, 0, best)
    assert (best, table.tolist()) == (2, [[True, False], [False, True], [False, False]])


def test_everybody_gets_the_least_that_is_asked_for():
    everybody = PERSONS.assign(capacity=4)
    assert plan_service(VILLAGES[:2], everybody[:2], least=1).persons["villages"].tolist() == [1, 1]
    with pytest.raises(InfeasibleError, match="无法分配"):
        plan_service(VILLAGES[:1], everybody[:2], least=1)


def test_who_is_left_out_gets_nothing_and_the_reason_stands_beside():
    plan = plan_service(VILLAGES[:1], PERSONS[:2], excluded={"P1": "不符合条件"})
    assert chosen(plan) == {"V1": ["P2"]}
    assert plan.persons["note"].tolist() == ["不符合条件", ""]
    nobody = plan_service(VILLAGES[:1], PERSONS[:1], excluded={"P1": "不符合条件"})
    assert (len(nobody.table), nobody.unserved["reason"].tolist()) == (0, ["没有特派员"])


def test_who_has_no_name_is_not_sent_where_others_have_one():
    nameless = PERSONS.assign(name=["甲", "", "丙", "丁"], capacity=4)
    plan = plan_service(VILLAGES, nameless)
    assert "P2" not in set(plan.table["expert_id"])
    assert plan.persons.set_index("expert_id").loc["P2", "note"] == "没有姓名"
    assert len(plan_service(VILLAGES, PERSONS.assign(name="")).table) == 4


def test_a_span_of_villages_counts_with_its_lower_end():
    span = PERSONS.assign(capacity=[np.nan, 1, 1, 1], capacity_min=[1, 1, 1, 1], capacity_max=[2, 1, 1, 1])
    assert plan_service(VILLAGES, span).table["expert_id"].value_counts().to_dict() == dict.fromkeys(
        span["expert_id"], 1
    )


def test_works_speak_for_persons_and_works_of_nobody_are_told():
    works = pd.DataFrame({"work_id": ["W1"], "expert_id": ["P4"], "title": ["番茄灰霉病生物防治"], "kind": "论文"})
    plan = plan_service(VILLAGES[:1], PERSONS[1:], works)
    assert plan.table[["expert_id", "works", "work_sentence"]].to_numpy().tolist() == [
        ["P4", "番茄灰霉病生物防治", "番茄灰霉病生物防治"]
    ]
    lost = plan_service(VILLAGES[:1], PERSONS[:1], works)
    assert lost.notes[0] == "业绩表的 1 行没有一行对上特派员，都没有用上；请核对“专家编号”或“姓名”这一列"


def test_teams_stand_for_their_members():
    persons = PERSONS.assign(team=["菜团", "菜团", "", ""], town="", description="", keywords="")
    works = pd.DataFrame({"work_id": ["W1"], "expert_id": ["P2"], "title": ["桃树修剪"], "kind": "论文"})
    units, moved, out = as_teams(persons, works, {"P3": "不符合"})
    assert units[["expert_id", "name", "capacity"]].to_numpy().tolist() == [
        ["菜团", "菜团（甲、乙）", 3.0],
        ["P3", "丙", 1.0],
        ["P4", "丁", 1.0],
    ]
    assert (moved["expert_id"].tolist(), out) == (["菜团"], {"P3": "不符合"})
    plan = plan_service(VILLAGES[:2], units, moved, excluded=out)
    assert chosen(plan) == {"V1": ["菜团"], "V2": ["菜团"]}
    _, _, gone = as_teams(persons, None, {"P1": "不符合", "P2": "不符合"})
    assert gone == {"菜团": "成员都不符合选派条件"}
    with pytest.raises(TableError, match="服务团"):
        as_teams(PERSONS)


@pytest.mark.parametrize(
    "wrong",
    [{"each": 0}, {"most": 0}, {"least": -1}, {"near": 1.1}, {"near": -0.1}, {"max_km": 0}, {"village_days": 0}],
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ArgumentError):
        plan_service(VILLAGES, PERSONS, **wrong)


def test_ids_that_stand_twice_are_refused():
    with pytest.raises(TableError, match="V1"):
        plan_service(pd.concat([VILLAGES, VILLAGES[:1]]), PERSONS)
    with pytest.raises(TableError, match="没有可用的行"):
        plan_service(VILLAGES[:0], PERSONS)


def by_trial(allowed: np.ndarray, capacity: np.ndarray, each: int) -> int:
    """The most places, by every choice of pairs."""
    pairs = list(zip(*np.nonzero(allowed), strict=True))
    best = 0
    for size in range(len(pairs), -1, -1):
        if size <= best:
            break
        for some in itertools.combinations(pairs, size):
            rows, columns = np.bincount([v for v, _ in some], minlength=1), [p for _, p in some]
            if rows.max(initial=0) <= each and (np.bincount(columns, minlength=len(capacity)) <= capacity).all():
                best = size
                break
    return best


@pytest.mark.parametrize("seed", range(40))
def test_the_most_places_are_those_of_the_trial_of_every_choice(seed):
    rng = np.random.default_rng(seed)
    villages, persons, each = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(1, 3))
    allowed = rng.random((villages, persons)) < (1.0 if seed % 4 == 0 else 0.6)
    capacity = rng.integers(0, 3, persons)
    assert most_places(allowed, capacity, each) == by_trial(allowed, capacity, each)


@pytest.mark.parametrize("seed", range(30))
def test_each_shortage_is_a_group_whose_persons_do_not_suffice(seed):
    rng = np.random.default_rng(seed)
    allowed, each = rng.random((12, 6)) < 0.4, int(rng.integers(1, 3))
    capacity = rng.integers(0, 3, 6)
    villages = pd.DataFrame({"village_id": [f"V{i:02}" for i in range(12)], "village": "村", "county": ""})
    persons = pd.DataFrame({"expert_id": [f"P{i}" for i in range(6)], "name": "人", "capacity": capacity, "county": ""})
    best = most_places(allowed, capacity, each)
    _, table = _choose(villages, persons, rng.random((12, 6)), allowed, allowed, capacity, each, 0, best)
    found = table.sum(axis=1)
    assert (int(table.sum()), bool((table & ~allowed).any())) == (best, False)
    short = shortages(allowed, table, capacity, each)
    assert sorted(short) == np.flatnonzero(found < each).tolist()
    missing = {(one.villages, one.group, one.places, one.wanted): one.wanted - one.places for one in short.values()}
    assert min(missing.values(), default=1) >= 1
    assert all(one.persons == allowed[village].sum() for village, one in short.items())


def test_the_smallest_capacity_leaves_known_ones_alone():
    allowed = np.ones((6, 3), bool)
    assert least_capacity(allowed, np.array([-1, -1, 2]), 1) == 2
    assert least_capacity(allowed, np.array([-1, -1, 0]), 1) == 3


def test_the_matrix_is_that_of_the_ranking():
    experts = Experts.build(PERSONS, pd.DataFrame(columns=["work_id", "expert_id", "title"], dtype=str))
    needs = VILLAGES.rename(columns={"village_id": "need_id"})
    fit = Affinities.between(needs, experts)
    ranked = rank_experts(needs, experts, k=3, reasons=True)
    place = {name: i for i, name in enumerate(PERSONS["expert_id"])}
    at = ranked[ranked["rank"] > 0]
    rows = at["need_id"].map({name: i for i, name in enumerate(needs["need_id"])}).to_numpy()
    columns = at["expert_id"].map(place).to_numpy()
    assert fit.values[rows, columns] == pytest.approx(at["affinity"].to_numpy(), abs=1e-4)
    why = fit.reasons(rows, columns)
    same = [
        "good_match",
        "strength",
        "speaking",
        "works",
        "shared_terms",
        "need_sentence",
        "work_sentence",
        "unanswered",
    ]
    held = (at["affinity"] > 0).to_numpy()
    assert held.sum() >= 3
    pd.testing.assert_frame_equal(
        why.loc[held, same].reset_index(drop=True), at.loc[held, same].reset_index(drop=True), check_dtype=False
    )
    assert fit.shares[:, 3].tolist() == [0.0] * 4
    assert ((fit.shares >= 0) & (fit.shares < 1)).all()


def test_nobody_is_sent_to_a_county_of_another_name_and_the_plan_says_so():
    villages = read_villages(
        pd.DataFrame({"县区": ["云溪县", "青山县"], "村": ["西村", "北村"], "主导产业": ["大蒜", "桃"]})
    )
    people = read_commissioners(pd.DataFrame({"姓名": ["甲"], "县区": ["云溪县"], "专长": ["桃"], "可服务村数": [4]}))
    plan = plan_service(villages.rows, people.rows, within_county=True)
    assert plan.table[["village", "name"]].to_numpy().tolist() == [["西村", "甲"]]
    assert plan.unserved[["village", "reason"]].to_numpy().tolist() == [["北村", "没有同县的特派员"]]
    assert not plan.proof["complete"]


@pytest.mark.parametrize("words", ["不限", "不设上限", "没有限制"])
def test_who_sets_no_limit_takes_every_village(words):
    villages = read_villages(pd.DataFrame({"县区": "云溪县", "村": ["东村", "西村", "南村"], "主导产业": "大蒜"}))
    people = read_commissioners(
        pd.DataFrame({"姓名": ["甲", "乙"], "专长": ["大蒜", ""], "可服务村数": [words, 0]}, dtype=object)
    )
    plan = plan_service(villages.rows, people.rows)
    assert plan.persons[["name", "capacity", "villages"]].to_numpy().tolist() == [["甲", 3, 3], ["乙", 0, 0]]
    assert not any("没有写可服务村数" in note for note in plan.notes)


def test_who_left_by_the_day_is_not_sent_and_told(run, tmp_path):
    (tmp_path / "村.csv").write_text("村,主导产业\n东村,大蒜\n西村,樱桃\n", "utf-8")
    (tmp_path / "人.csv").write_text(
        "编号,姓名,专长,备注\nA,甲,大蒜栽培,2026年5月31日调离\nB,乙,樱桃栽培,不再担任\nC,丙,大蒜樱桃,曾离职后返聘\n",
        "utf-8",
    )
    for day, sent, told in (
        ("2026-07-01", {"C"}, ["A：写明“2026年5月31日调离”，没有派驻", "B：写明“不再担任”，没有派驻"]),
        ("2026-05-01", {"A", "C"}, ["A：写着“2026年5月31日调离”，仍然派驻", "B：写明“不再担任”，没有派驻"]),
    ):
        status, _, err = run("commissioners", "plan", "村.csv", "人.csv", "--on", day, "-o", "out.csv")
        assert status == 0, err
        assert [line for line in err.splitlines() if "派驻" in line and "写" in line] == told
        assert set(pd.read_csv(tmp_path / "out.csv")["expert_id"]) == sent


@pytest.mark.parametrize(
    "remark", ["2019年辞职，返乡创业", "2018年离职，现任合作社理事长", "2020年12月退出，2024年再次选派"]
)
def test_who_left_another_post_or_came_back_is_sent_and_asked_about(run, tmp_path, remark):
    (tmp_path / "村.csv").write_text("村,主导产业\n东村,大蒜\n", "utf-8")
    (tmp_path / "人.csv").write_text(f"编号,姓名,专长,备注\nA,甲,大蒜栽培,{remark}\n", "utf-8")
    status, _, err = run("commissioners", "plan", "村.csv", "人.csv", "--on", "2026-07-01", "-o", "out.csv")
    assert status == 0, err
    assert f"A：写着“{remark.split('，')[0]}”，仍然派驻" in err
    assert set(pd.read_csv(tmp_path / "out.csv")["expert_id"]) == {"A"}


def test_a_person_is_sent_to_the_counties_alone_that_the_list_names():
    villages = read_villages(
        pd.DataFrame({"村名": ["甲村", "乙村"], "县区": ["兰山区", "平邑县"], "主导产业": ["桃", "羊"]})
    ).rows
    table = pd.DataFrame(
        {"编号": ["1", "2"], "姓名": ["甲", "乙"], "专长": ["桃树栽培", "养羊"], "服务县区": ["平邑县", ""]}
    )
    plan = plan_service(villages, read_commissioners(table).rows)
    assert plan.table[["village", "name"]].values.tolist() == [["甲村", "乙"], ["乙村", "甲"]]
    assert "1 人写了服务县区，只派到所写的地方" in plan.notes
    free = plan_service(villages, read_commissioners(table.drop(columns="服务县区")).rows)
    assert free.table[["village", "name"]].values.tolist() == [["甲村", "甲"], ["乙村", "乙"]]
    assert not any("服务县区" in note for note in free.notes)
