"""Works that name their persons: joined, left open between namesakes, or told."""

import pandas as pd
import pytest

from matcher import Experts
from matcher.experts.works_by_name import join_by_name

PEOPLE = pd.DataFrame(
    {
        "expert_id": ["E1", "E2", "E3", "E4"],
        "name": ["甲某", "乙某", "乙某", "丙 某"],
        "institution": ["一所", "一所", "二所", ""],
        "title": ["检测", "保鲜", "机床", "焊接"],
    }
)


def test_names_are_joined_and_namesakes_left_open_unless_the_institution_tells():
    works = pd.DataFrame(
        {
            "work_id": list("abcdef"),
            "expert_id": ["", "", "", "", "E4", ""],
            "authors": ["甲某，丙某", "乙某", "乙某*", "丁某；戊某", "甲某", ""],
            "institution": ["", "", "二所", "", "", ""],
            "title": ["磨削烧伤", "桃", "车床", "无人", "焊缝", "无名"],
        }
    )
    by_name = join_by_name(PEOPLE, works, file="业绩.csv")
    assert by_name.works[["work_id", "expert_id"]].to_numpy().tolist() == [
        ["a", "E1"], ["a", "E4"], ["b", ""], ["c", "E3"], ["d", ""], ["e", "E4"], ["f", ""],
    ]  # fmt: skip
    assert (by_name.joined, by_name.ambiguous, by_name.unknown) == (3, {"乙某": 1}, {"丁某": 1, "戊某": 1})
    assert by_name.problems[["value", "problem"]].to_numpy().tolist() == [
        ["", "业绩表没有专家编号，3 条按姓名对应到专家"],
        ["乙某", "专家表里有同名的人，这 1 条业绩不知是谁的，没有采用"],
        ["丁某、戊某", "2 个姓名不在专家表中，2 条业绩没有采用"],
    ]
    assert Experts.build(PEOPLE, works).unknown == ("丁某", "乙某", "戊某")


def test_works_with_ids_stay_as_they_are():
    works = pd.DataFrame({"work_id": ["a"], "expert_id": ["E9"], "name": ["甲某"], "title": ["桃"]})
    by_name = join_by_name(PEOPLE, works)
    assert (by_name.works["expert_id"].tolist(), by_name.joined, len(by_name.problems)) == (["E9"], 0, 0)


@pytest.mark.parametrize(
    ("homes", "unit", "person"),
    [
        (["虚构甲大学机械学院", "虚构乙大学"], "机械学院", "E1"),
        (["虚构甲大学", "虚构乙大学"], "虚构乙大学机械学院", "E2"),
        (["虚构甲大学机械学院", "虚构乙大学"], "虚构甲大学", "E1"),
        (["虚构甲大学", "虚构甲大学机械学院"], "虚构甲大学机械学院", "E2"),
        (["虚构甲大学机械学院", "虚构乙大学机械学院"], "机械学院", ""),
        (["虚构甲大学机械学院", "虚构甲大学化工学院"], "虚构甲大学", ""),
        (["虚构甲大学", "虚构乙大学"], "虚构甲大学城物业公司", ""),
    ],
)
def test_a_unit_within_a_unit_settles_a_name(homes: list[str], unit: str, person: str):
    people = pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["王某", "王某"], "institution": homes})
    works = pd.DataFrame(
        {"work_id": ["W1"], "expert_id": [""], "name": ["王某"], "title": ["磨削烧伤"], "institution": [unit]}
    )
    assert join_by_name(people, works).works["expert_id"].tolist() == [person]


def test_several_ids_in_a_cell_and_other_writings_find_their_people():
    people = pd.DataFrame({"expert_id": ["E01", "E02", "A/1"], "name": ["甲某", "乙某", "丙某"]})
    ids = ["E01、E02", "e01", "E1", "E01，E09", "A/1", "E02,Ｅ02"]
    works = pd.DataFrame({"work_id": list("123456"), "expert_id": ids, "title": ["降噪"] * 6})
    joined = join_by_name(people, works)
    assert joined.works[["work_id", "expert_id"]].to_numpy().tolist() == [
        ["1", "E01"],
        ["1", "E02"],
        ["2", "E01"],
        ["3", "E1"],
        ["4", "E01，E09"],
        ["5", "A/1"],
        ["6", "E02"],
    ]
    assert joined.joined == 0
    assert joined.problems.empty


@pytest.mark.parametrize(
    ("home", "name", "person"),
    [
        ("虚构大学机械学院院长", "王某", "E1"),
        ("虚构大学", "王某教授", "E1"),
        ("虚构大学", "王某（教授）", "E1"),
        ("虚构大学", "王某某", ""),
        ("虚构大学", "王教授", ""),
        ("虚构大学城物业经理", "王某", ""),
    ],
)
def test_titles_beside_a_name_or_a_unit_hide_nobody(home: str, name: str, person: str):
    people = pd.DataFrame(
        {
            "expert_id": ["E1", "E2"],
            "name": ["王某（高级工程师）", "王某（研究员）"],
            "institution": [home, "虚构医科大学"],
        }
    )
    works = pd.DataFrame(
        {"work_id": ["W1"], "expert_id": [""], "name": [name], "title": ["磨削"], "institution": ["虚构大学"]}
    )
    assert join_by_name(people, works).works["expert_id"].tolist() == [person]
