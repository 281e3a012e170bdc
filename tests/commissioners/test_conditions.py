"""Who may be a commissioner, and teams, by the rules of places; persons are made up."""

from pathlib import Path

import pandas as pd
import pytest

from matcher.commissioners import check_persons, check_teams, list_places, read_commissioners
from matcher.commissioners.conditions import refused, title_level
from matcher.commissioners.places import load_place, service_days
from matcher.errors import PolicyError, TableError
from matcher.policy import check_policy

PLACES = ["山东2021", "云南2023", "黑龙江2022", "山西2025", "河北2020"]
TEAMS = ["山东2025", "云南2023"]


@pytest.mark.parametrize(
    ("place", "kind"), [*((name, "person") for name in PLACES), *((name, "team") for name in TEAMS)]
)
def test_the_rules_of_every_place_pass_their_cases(place, kind):
    assert check_policy(Path(load_place(place, kind).rules.folder).parent)["ok"].all()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("正高级农艺师", 4), ("推广研究员", 4), ("研究员", 4), ("教授、博士生导师", 4), ("教授级高级工程师", 4),
        ("主任医师", 4), ("副研究员", 3), ("副教授", 3), ("高级农艺师", 3), ("高工", 3), ("副主任医师", 3),
        ("助理研究员", 2), ("农艺师", 2), ("讲师", 2), ("中级", 2), ("主管药师", 2), ("助理农艺师", 1), ("助教", 1),
        ("技术员", 1), ("研究实习员", 1), ("无", 0), ("高级技师", None), ("高级工", None), ("主任", None), ("", None),
    ],
)  # fmt: skip
def test_titles_have_their_level(text, level):
    assert title_level(text) == level


def states(place: str, **person: object) -> dict[str, str]:
    table = pd.DataFrame([{"expert_id": "1", "name": "甲", **person}])
    return dict(check_persons(table, rules=place)[["rule", "state"]].to_numpy().tolist())


def test_a_person_of_shandong_needs_a_title_or_a_degree():
    base = {"lawful": "未定", "willing": "未定"}
    met, failed, open_ = "符合", "不符合", "未定"
    assert states("山东2021", position="农艺师", degree="高中", available_days=30) == base | {
        "level": met,
        "month": met,
    }
    assert states("山东2021", position="无", degree="本科", available_days=29) == base | {"level": met, "month": failed}
    assert states("山东2021", position="助理农艺师", degree="大专") == base | {"level": open_, "month": open_}
    assert states("山东2021", position="", degree="大专")["level"] == open_
    assert states("山东2021", **{"遵纪守法": "是", "自愿服务三农": "否"})["willing"] == failed


def test_about_so_many_days_decide_where_both_ends_do():
    def month(days):
        table = pd.DataFrame([{"姓名": "甲", "可服务天数": days}, {"姓名": "乙", "可服务天数": "20"}])
        checked = check_persons(read_commissioners(table).rows, rules="山东2021")
        return checked.loc[checked["rule"] == "month", "state"].tolist()

    assert [month(days) for days in ("约40", "约20", "约30")] == [
        ["符合", "不符合"], ["不符合", "不符合"], ["未定", "不符合"],
    ]  # fmt: skip


def test_ages_full_time_degrees_and_offices_of_other_places():
    assert [states("山西2025", age=age)["age"] for age in (58, 59)] == ["符合", "不符合"]
    degrees = ("全日制大专", "本科", "高中")
    assert [states("河北2020", position="无", degree=text)["level"] for text in degrees] == ["符合", "未定", "未定"]
    with_student = {"有成果的在读学生": "否", "position": "无"}
    assert [states("河北2020", degree=text, **with_student)["level"] for text in degrees] == ["符合", "未定", "不符合"]
    assert [states("云南2023", 公务员=text)["no_office"] for text in ("是", "否", "")] == ["不符合", "符合", "未定"]
    assert [states("云南2023", institution=name)["unit"] for name in ("某大学", "某局", "")] == ["符合", "未定", "未定"]


def test_what_is_asked_in_general_or_in_principle_decides_only_where_that_is_chosen():
    person = pd.DataFrame({"expert_id": ["1"], "name": ["甲"], "position": ["技术员"], "degree": ["大专"]})
    head = team(*["副教授"] * 10)
    for checked, rule, why in (
        (check_persons(person, rules="山东2021"), "level", "两样都没有时：不下结论，由主管部门定"),
        (check_teams(head, rules="云南2023"), "full", "不是正高级时：不下结论，由主管部门定"),
    ):
        row = checked.set_index("rule").loc[rule]
        assert row["state"] == "未定"
        assert row["missing"].endswith(why)
    strict = check_persons(person, rules="山东2021", strict=True)
    assert refused(strict) == {"1": "不符合山东2021的选派条件：一般应有中级以上职称或本科以上学历"}
    assert check_teams(head, rules="云南2023", strict=True).set_index("rule")["state"]["full"] == "不符合"
    assert states("河北2020", position="农艺师") == {"level": "符合"}
    assert check_persons(person, rules="山西2025", strict=True).set_index("rule")["state"]["level"] == "不符合"


def test_the_call_of_one_year_answers_for_that_year_alone():
    person = pd.DataFrame({"expert_id": ["1"], "name": ["甲"], "position": ["农艺师"]})
    for place, last, after in (
        ("黑龙江2022", "2022-12-31", "2023-01-01"), ("山西2025", "2025-12-31", "2026-01-01"),
    ):  # fmt: skip
        assert check_persons(person, rules=place, on=last).set_index("rule")["state"]["level"] == "符合"
        with pytest.raises(PolicyError, match=f"在 {after} 没有施行；它自 .* 起，至 {last} 止（以后请核对新通知）"):
            check_persons(person, rules=place, on=after)
    assert len(check_teams(team(*["研究员"] * 10), rules="云南2023", on="2023-12-31")) == 7
    with pytest.raises(PolicyError, match="至 2023-12-31 止"):
        check_teams(team(*["研究员"] * 10), rules="云南2023", on="2024-01-01")


def test_only_who_fails_is_refused():
    table = pd.DataFrame(
        {"expert_id": ["1", "2", "3"], "name": ["甲", "乙", "丙"], "position": ["农艺师", "技术员", ""]}
    )
    assert refused(check_persons(table, rules="黑龙江2022")) == {"2": "不符合黑龙江2022的选派条件：中级以上职称"}


def team(*titles: str, leaders: int = 1) -> pd.DataFrame:
    marks = ["团长"] * leaders + ["副团长" if i == 0 else "" for i in range(len(titles) - leaders)]
    rows = [("瓜菜团", mark, title) for mark, title in zip(marks, titles, strict=True)]
    table = pd.DataFrame(rows, columns=["服务团", "团内职务", "职称"])
    return read_commissioners(table.assign(姓名=[f"人{i}" for i in range(len(table))], 专长="瓜菜")).rows


@pytest.mark.parametrize(
    ("members", "least", "most"),
    [(4, "不符合", "符合"), (5, "符合", "符合"), (7, "符合", "符合"), (8, "符合", "不符合")],
)
def test_a_team_of_shandong_has_five_to_seven(members, least, most):
    checked = check_teams(team(*["副教授"] * members), rules="山东2025").set_index("rule")["state"]
    assert checked.to_dict() == {"least": least, "most": most, "leader": "符合", "senior": "符合"}


def test_a_team_with_one_junior_fails_and_with_an_unknown_title_stays_open():
    def senior(*titles: str) -> str:
        return check_teams(team(*titles), rules="山东2025").set_index("rule")["state"]["senior"]

    assert senior("教授", "副教授", "农艺师", "", "") == "不符合"
    assert senior("教授", "副教授", "副教授", "研究员", "") == "未定"


@pytest.mark.parametrize(("leaders", "state"), [(0, "不符合"), (1, "符合"), (2, "不符合")])
def test_a_team_has_one_head(leaders, state):
    checked = check_teams(team(*["副教授"] * 5, leaders=leaders), rules="山东2025").set_index("rule")["state"]
    assert checked["leader"] == state


def test_shares_of_a_team_of_yunnan_come_from_the_level_of_units():
    rows = team(*["研究员"] * 10).assign(单位层级=["省级"] * 3 + ["省外"] * 2 + ["州市"] * 3 + ["县级"] * 2)
    checked = check_teams(rows, rules="云南2023").set_index("rule")["state"]
    assert set(checked) == {"符合"}
    rows["单位层级"] = ["省级"] * 4 + ["省外"] * 3 + ["州市"] * 2 + ["县级"]
    checked = check_teams(rows, rules="云南2023").set_index("rule")["state"]
    assert [checked[rule] for rule in ("local", "county", "outside")] == ["不符合"] * 3


def test_unknown_places_and_tables_without_teams_are_refused():
    with pytest.raises(PolicyError, match="您是不是指 山东2021"):
        check_persons(pd.DataFrame({"expert_id": ["1"]}), rules="山东2022")
    with pytest.raises(PolicyError, match="没有见到“宁德2023”的选派条件"):
        check_persons(pd.DataFrame({"expert_id": ["1"]}), rules="宁德2023")
    with pytest.raises(PolicyError, match="没有施行"):
        check_persons(pd.DataFrame({"expert_id": ["1"]}), rules="云南2023", on="2023-12-18")
    assert len(check_persons(pd.DataFrame({"expert_id": ["1"]}), rules="云南2023", on="2023-12-19")) == 2
    with pytest.raises(TableError, match="服务团"):
        check_teams(pd.DataFrame({"expert_id": ["1"]}), rules="山东2025")


def test_days_a_year_are_known_for_shandong_alone_and_say_that_they_were_read_so():
    assert (service_days("山东2021").number, service_days("山东2021").verified) == (30.0, False)
    with pytest.raises(PolicyError, match="--days"):
        service_days("黑龙江2022")
    table = list_places()
    assert (table[["says", "source"]] != "").all().all()
    assert table.loc[~table["verified"], ["place", "point"]].to_numpy().tolist() == [
        ["山东2021", "条件"],
        ["山东2021", "每年服务天数"],
    ]
