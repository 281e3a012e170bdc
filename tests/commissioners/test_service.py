"""A service log against a plan, counted by hand; points by published tables; all made up."""

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from matcher.commissioners import assess, read_service, service_report
from matcher.commissioners.assessment import TOTAL
from matcher.errors import ArgumentError, PolicyError, TableError

PLAN = pd.DataFrame(
    [
        ("V1", "代村", "卞庄街道", "临沂市兰陵县", "P1", "甲", "农科院", 15.0),
        ("V2", "前村", "尚岩镇", "临沂市兰陵县", "P1", "甲", "农科院", 15.0),
        ("V3", "前村", "诸葛镇", "临沂市沂水县", "P2", "乙", "大学", 30.0),
        ("V4", "后村", "诸葛镇", "临沂市沂水县", "P3", "丙", "大学", 30.0),
        ("V5", "东村", "诸葛镇", "临沂市沂水县", "P4", "丙", "公司", 30.0),
    ],
    columns=["village_id", "village", "town", "county", "expert_id", "name", "institution", "days"],
)
HEADS = ["序号", "日期", "特派员", "单位", "村", "乡镇", "县区", "服务天数", "服务内容", "培训人次"]


def log(*rows: tuple[object, ...]) -> pd.DataFrame:
    return read_service(pd.DataFrame(list(rows), columns=HEADS)).rows


LOG = log(
    (1, "2026-01-10", "甲", "", "代村", "", "", 3, "番茄", 20),
    (2, "2026年2月3日", "甲", "", "前村", "", "", 2, "桃", ""),
    (3, "2026.2.20", "乙", "", "前村", "诸葛", "沂水", "", "羊", 10),
    (4, "2026-02-21", "丙", "", "代村", "", "", 1, "", ""),
    (5, "2026-03-01", "丙", "某公司", "东村", "", "", 12, "", ""),
    (6, "2026-03-02", "甲", "", "西村", "", "", 4, "", ""),
    (7, "2026-03-03", "丁", "", "代村", "", "", 1, "", ""),
    (8, "", "甲", "", "代村", "", "", 1, "", ""),
    (9, "2025-12-31", "甲", "", "代村", "", "", 1, "", ""),
    (10, "2026-04-01", "甲", "", "代村", "", "", 1, "", ""),
    (11, "2026-01-10", "甲", "", "代村", "", "", 3, "番茄", 20),
    (12, "2026-03-05", "甲", "", "代村", "", "", -2, "", ""),
)


def test_who_is_behind_counted_by_hand():
    report = service_report(LOG, PLAN, on="2026-03-31")  # 90 of 365 days: of 30 days 7.4 are due
    columns = ["expert_id", "villages", "visited", "visits", "days", "open_days", "doubtful", "required", "due_days"]
    columns.append("state")
    assert report.persons[columns].to_numpy().tolist() == [
        ["P2", 1, 1, 1, 0.0, 1, 0, 30.0, 7.4, "未定"],
        ["P3", 1, 0, 0, 0.0, 0, 1, 30.0, 7.4, "未定"],
        ["P1", 2, 2, 3, 9.0, 0, 2, 30.0, 7.4, "按进度"],
        ["P4", 1, 1, 1, 12.0, 0, 1, 30.0, 7.4, "按进度"],
    ]
    assert report.persons.set_index("expert_id")["elsewhere"].to_dict() == {"P1": 1, "P2": 0, "P3": 0, "P4": 0}
    assert report.persons.set_index("expert_id")["missing_days"].to_dict() == {"P1": 21, "P2": 30, "P3": 30, "P4": 18}
    assert report.persons.set_index("expert_id")["last_visit"]["P1"] == pd.Timestamp("2026-03-02")


def test_what_does_not_count_is_listed_with_its_reason():
    report = service_report(LOG, PLAN, on="2026-03-31")
    assert report.unknown[["record_id", "counted", "reason"]].to_numpy().tolist() == [
        ["4", "没有计入", "特派员“丙”在方案中有 2 个，分不清是哪一个"],
        ["6", "只计本人的次数和天数", "村“西村”不在方案中"],
        ["7", "没有计入", "特派员“丁”不在方案中"],
        ["8", "没有计入", "没有日期"],
        ["9", "没有计入", "不在 2026-01-01 至 2026-03-31 之间"],
        ["10", "没有计入", "不在 2026-01-01 至 2026-03-31 之间"],
        ["11", "没有计入", "与记录 1 同人同村同日"],
        ["12", "没有计入", "天数是负数"],
    ]
    assert len(report.matched) + (report.unknown["counted"] == "没有计入").sum() == len(LOG)


def test_of_two_of_one_name_the_village_or_the_unit_in_brackets_tells_who_is_meant():
    rows = log(
        (1, "2026-01-10", "丙", "", "后村", "", "", 40, "", ""),
        (2, "2026-01-10", "丙（某公司）", "", "代村", "", "", 40, "", ""),
    )
    report = service_report(rows, PLAN, on="2026-03-31")
    assert report.matched[["expert_id", "village_id"]].to_numpy().tolist() == [["P3", "V4"], ["P4", "V1"]]
    assert report.persons.set_index("expert_id")["state"].to_dict() == {
        "P1": "落后", "P2": "落后", "P3": "已完成", "P4": "已完成",
    }  # fmt: skip
    assert report.unknown.empty


def test_where_it_stays_unclear_neither_is_behind_and_no_village_counts_as_unvisited():
    shared = pd.concat([PLAN, PLAN[PLAN["village_id"] == "V4"].assign(expert_id="P4", name="丙", institution="公司")])
    rows = log(
        (1, "2026-01-10", "丙", "", "后村", "", "", 80, "", 9),  # both of that name serve there
        (2, "2026-01-11", "乙", "化工厂", "前村", "", "", 80, "", ""),  # another of that name, or 乙 who moved
        (3, "2026-01-12", "甲", "", "", "", "", 1, "", ""),
    )
    report = service_report(rows, shared, on="2026-03-31", days=30)
    assert report.persons[["expert_id", "days", "doubtful", "state"]].to_numpy().tolist() == [
        ["P1", 1.0, 0, "落后"],
        ["P2", 0.0, 1, "未定"],
        ["P3", 0.0, 1, "未定"],
        ["P4", 0.0, 1, "未定"],
    ]
    assert report.villages.set_index("village_id")["state"].to_dict() == {
        "V5": "未走访", "V1": "未定", "V2": "未定", "V3": "未定", "V4": "未定",
    }  # fmt: skip
    assert report.summary.startswith("1 次服务计入；落后 1 人，未定 3 人；5 个村中 1 个还没有人去过，4 个未定")
    points = assess(report, "广西乡村").set_index(["expert_id", "title"])
    assert points.loc[("P3", "服务次数"), ["low", "high"]].tolist() == [0.0, 0.2]
    assert points.loc[("P3", "线下服务天数"), ["low", "high"]].tolist() == [0.0, 45.0]


def test_a_place_of_service_is_the_village_and_a_log_without_villages_has_no_coverage():
    heads = ["特派员", "服务地点", "服务日期", "服务天数"]
    table = pd.DataFrame([("乙", "诸葛镇前村", "2026-01-10", 30)], columns=heads)
    report = service_report(read_service(table).rows, PLAN, on="2026-03-31")
    assert report.matched["village_id"].tolist() == ["V3"]
    report = service_report(read_service(table.drop(columns="服务地点")).rows, PLAN, on="2026-02-10")
    assert "服务记录没有“村”这一列（或没有填），村的覆盖算不出" in report.summary
    assert set(report.villages["state"]) == {"未定"}
    counts = [report.villages["visits"], report.persons["visited"], report.persons["elsewhere"]]
    counts += [report.months[name] for name in ("visited", "share", "reached", "reached_share")]
    assert all(one.isna().all() for one in counts)
    assert report.persons.set_index("expert_id")["state"].to_dict()["P2"] == "已完成"


REMARKED = pd.DataFrame(
    [
        ("2026-01-10", "甲", "兰陵县卞庄街道代村", 2, "指导番茄", ""),
        ("2026-01-11", "甲", "代村", 2, "指导番茄", "审核不通过"),
        ("2026-01-12", "甲", "代村", 2, "因雨取消", ""),
        ("2026-01-13", "甲", "代村", 2, "指导番茄", "计划"),
        ("2026-01-14", "甲", "尚岩镇前村", 2, "指导母猪终止妊娠", "未取消"),
        ("2026-01-15", "甲", "山东省临沂市兰陵县尚岩镇前村委会", 2, "帮助合作社解除租地合同", "两人同去"),
    ],
    columns=["日期", "特派员", "村", "服务天数", "服务内容", "备注"],
)


def test_a_visit_that_a_remark_takes_back_does_not_count_and_one_in_doubt_leaves_its_person_open():
    plan = PLAN.iloc[:2].assign(county="兰陵县")
    report = service_report(read_service(REMARKED).rows, plan, on="2026-12-31", days=30)
    columns = ["visited", "visits", "days", "doubtful", "state"]
    assert report.persons[columns].values.tolist() == [[2, 3, 6.0, 1, "未定"]]
    assert report.unknown["reason"].tolist() == ["写着“审核不通过”", "写着“因雨取消”", "写着“计划”"]
    report = service_report(read_service(REMARKED.drop(index=3)).rows, plan, on="2026-12-31", days=30)
    assert report.persons[columns].values.tolist() == [[2, 3, 6.0, 0, "落后"]]


@pytest.mark.parametrize(
    ("done", "counts"),
    [
        ("因雨取消", False),
        ("因雨，未成行", False),
        ("作废", False),
        ("指导番茄\n备注：审核不通过", False),
        ("高毒农药，停止使用", True),
        ("土壤检测\n测试", True),
        ("帮助农户处理土地流转纠纷，合同解除", True),
        ("帮助合作社申报绿色认证，验收未通过，分析原因", True),
        ("停止使用", True),
        ("露天培训因雨取消，改到大棚", True),
    ],
)
def test_what_was_advised_takes_no_visit_back(done, counts):
    log = pd.DataFrame([REMARKED.iloc[0].to_dict() | {"服务内容": done}])
    report = service_report(read_service(log).rows, PLAN.iloc[:2].assign(county="兰陵县"), on="2026-12-31")
    assert report.persons["visits"].sum() == counts


def test_a_log_without_any_date_is_refused():
    table = pd.DataFrame({"特派员": ["甲", "乙"], "1月": [3, 2], "2月": [1, 0]})
    with pytest.raises(TableError, match="2 条服务记录都没有服务日期"):
        service_report(read_service(table).rows, PLAN, on="2026-03-31")


def test_a_village_with_another_town_is_another_village():
    one = log(
        (1, "2026-01-10", "乙", "", "前村", "高庄镇", "", 1, "", ""),
        (2, "2026-01-11", "乙", "", "前村", "", "", 1, "", ""),
    )
    report = service_report(one, PLAN, on="2026-03-31")
    assert report.unknown["reason"].tolist() == ["村“前村”在方案中，但乡镇、县区对不上"]
    assert report.matched["village_id"].tolist() == ["", "V3"]


def test_villages_that_nobody_visited_come_first_and_months_add_up():
    report = service_report(LOG, PLAN, on="2026-03-31")
    assert report.villages[["village_id", "visits", "state"]].to_numpy().tolist() == [
        ["V4", 0, "未走访"],
        ["V1", 1, "已走访"],
        ["V2", 1, "已走访"],
        ["V5", 1, "已走访"],
        ["V3", 1, "已走访"],
    ]
    months = report.months.astype(object).where(report.months.notna(), None)
    assert months[
        ["month", "visits", "persons", "visited", "reached", "reached_share", "days"]
    ].to_numpy().tolist() == [
        ["2026-01", 1, 1, 1, 1, 0.2, 3.0],
        ["2026-02", 2, 2, 2, 3, 0.6, None],
        ["2026-03", 2, 2, 1, 4, 0.8, 16.0],
    ]


@pytest.mark.parametrize(
    ("done", "state"), [(7.39, "落后"), (7.4, "按进度"), (29.9, "按进度"), (30.0, "已完成"), (31.0, "已完成")]
)
def test_each_edge_of_a_state_from_both_sides(done, state):
    one = log((1, "2026-01-10", "乙", "", "前村", "诸葛镇", "", done, "", ""))
    report = service_report(one, PLAN, on="2026-03-31", days=30)
    assert report.persons.set_index("expert_id")["state"]["P2"] == state


def test_without_days_nobody_is_behind():
    report = service_report(LOG, PLAN.drop(columns="days"), on="2026-03-31")
    assert report.persons["state"].unique().tolist() == ["没有天数要求"]
    assert report.persons["missing_days"].isna().all()


def test_the_year_of_service_begins_when_it_is_said():
    report = service_report(LOG, PLAN, on="2026-03-31", since=dt.date(2025, 10, 1), days=73)
    assert report.months["month"].tolist() == [f"2025-{m}" for m in (10, 11, 12)] + [f"2026-0{m}" for m in (1, 2, 3)]
    assert report.persons["due_days"].tolist() == [36.4] * 4  # 182 of 365 days
    assert "9" not in report.unknown["record_id"].tolist()
    late = service_report(LOG, PLAN, on="2027-03-31", since="2026-01-01", days=73)
    assert late.persons["due_days"].tolist() == [73.0] * 4


def test_wrong_arguments_are_refused():
    with pytest.raises(TableError, match="expert_id"):
        service_report(LOG, PLAN.drop(columns="expert_id"), on="2026-03-31")
    with pytest.raises(ArgumentError):
        service_report(LOG, PLAN, on="2026-03-31", since="2026-04-01")
    with pytest.raises(ArgumentError):
        service_report(LOG, PLAN, on="2026-03-31", days=0)


@pytest.mark.parametrize(("days", "points"), [(0, 0.0), (1, 0.6), (74.9, 44.94), (75, 45.0), (80, 45.0)])
def test_guangxi_gives_six_tenths_a_day_up_to_forty_five(days, points):
    one = log((1, "2026-01-10", "乙", "", "前村", "诸葛镇", "", days, "", ""))
    table = assess(service_report(one, PLAN, on="2026-12-31"), "广西乡村").set_index(["expert_id", "title"])
    assert (table["low"]["P2", "线下服务天数"], table["high"]["P2", "线下服务天数"]) == (points, points)
    assert table["low"]["P2", "服务次数"] == 0.2
    assert table["low"]["P2", TOTAL] == pytest.approx(points + 0.2)
    assert np.isnan(table["high"]["P2", TOTAL])


def test_days_that_a_visit_does_not_tell_leave_an_interval():
    table = assess(service_report(LOG, PLAN, on="2026-03-31"), "广西乡村").set_index(["expert_id", "title"])
    assert (table["low"]["P2", "线下服务天数"], table["high"]["P2", "线下服务天数"]) == (0.0, 45.0)


@pytest.mark.parametrize(("trained", "points"), [(399, 0.0), (400, 10.0)])
def test_yiling_gives_ten_for_four_hundred_trained_and_counts_that_are_given(trained, points):
    one = log((1, "2026-01-10", "乙", "", "前村", "诸葛镇", "", 1, "", trained))
    counts = pd.DataFrame({"expert_id": ["P2"], "bases": [3], "projects": [1]})
    report = service_report(one, PLAN, on="2026-12-31")
    table = assess(report, "夷陵2024", counts).set_index(["expert_id", "title"])
    known = table.loc["P2"][["low", "high"]]
    assert known.loc["培训或科普400人次"].tolist() == [points, points]
    assert known.loc["示范基地"].tolist() == [10.0, 10.0]
    assert known.loc["科技项目"].tolist() == [10.0, 10.0]
    assert known.loc["新品种"].tolist() == [0.0, 5.0]
    assert np.isnan(known.loc["新闻或短视频", "high"])
    assert known["low"].iloc[-1] == 20.0 + points
    assert np.isnan(known["high"].iloc[-1])


def test_a_scheme_that_nobody_published_is_refused_and_each_row_has_its_source():
    service = service_report(LOG, PLAN, on="2026-03-31")
    with pytest.raises(PolicyError, match="您是不是指 夷陵2024"):
        assess(service, "夷陵2023")
    table = assess(service, "夷陵2024")
    assert (table["source"] != "").all()
    unseen = table[~table["verified"].astype(bool)]
    assert sorted(unseen["title"].unique()) == [TOTAL, "新品种", "科技项目"]


def test_a_log_with_ids_finds_them_in_any_writing():
    table = pd.DataFrame(
        [("p1", "v－2", "2026-01-05", 1), ("P9", "V1", "2026-01-05", 1)],
        columns=["特派员编号", "村编号", "日期", "天数"],
    )
    plan = PLAN.assign(village_id=PLAN["village_id"].str.replace("V", "V-"))
    report = service_report(read_service(table).rows, plan, on="2026-01-31")
    assert report.matched[["expert_id", "village_id"]].to_numpy().tolist() == [["P1", "V-2"]]
    assert report.unknown["reason"].tolist() == ["特派员编号不在方案中；村编号不在方案中"]


def test_about_so_many_days_count_with_their_lower_end_and_stay_open():
    rows = log(
        (1, "2026-01-10", "甲", "", "代村", "", "", "约20", "", ""),
        (2, "2026-01-11", "甲", "", "前村", "", "", 2, "", ""),
        (3, "2026-02-30", "甲", "", "前村", "", "", 2, "", ""),
        (4, "2026年2月1日至长期", "甲", "", "前村", "", "", 2, "", ""),
    )
    report = service_report(rows, PLAN, on="2026-12-31")
    person = report.persons.set_index("expert_id").loc["P1"]
    assert person[["visits", "days", "open_days", "state"]].tolist() == [2, 17.0, 1, "未定"]
    assert report.unknown[["record_id", "reason"]].to_numpy().tolist() == [
        ["3", "服务日期“2026-02-30”日历上没有这一天"],
        ["4", "服务日期“2026年2月1日至长期”不是确切的值"],
    ]


def test_a_month_counts_where_it_lies_within_and_namesakes_of_another_unit_do_not():
    rows = log(
        (1, "2026-01", "甲", "某省农业科学院", "卞庄街道代村", "", "", "半天", "", ""),
        (2, "2026-03", "甲", "", "临沂市兰陵县尚岩镇前村", "", "", "1天半", "", ""),
        (3, "2026年3月2-3日", "乙", "", "前村", "", "", 2, "", ""),
        (4, "2026-02-02", "乙", "化工厂", "前村", "", "", 1, "", ""),
        (5, "2025-12", "乙", "", "前村", "", "", 1, "", ""),
    )
    report = service_report(rows, PLAN.rename(columns={"name": "姓名"}), on="2026-03-15")
    assert report.matched[["record_id", "village_id", "days", "month"]].to_numpy(object).tolist() == [
        ["1", "V1", 0.5, "2026-01"],
        ["3", "V3", 2.0, "2026-03"],
    ]
    assert report.unknown[["record_id", "reason"]].to_numpy().tolist() == [
        ["2", "日期不确切，不知是否在 2026-01-01 至 2026-03-15 之间"],
        ["4", "特派员“乙”在方案中是大学的，如是同一人请填编号；村“前村”在方案中有 2 个，分不清是哪一个"],
        ["5", "不在 2026-01-01 至 2026-03-15 之间"],
    ]
    assert report.months["visits"].tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("person", "village"),
    [
        ("乙老师", "前村（诸葛镇）"),
        ("乙（高级农艺师）", "诸葛镇前村村委会"),
        ("乙 13800000001", "诸葛镇 前村"),
        ("乙（大学）", "前村村民委员会（诸葛镇）"),
    ],
)
def test_what_stands_beside_a_name_does_not_hide_who_and_where(person, village):
    plan = PLAN.assign(name=PLAN["name"].replace("乙", "周乙"))
    report = service_report(
        log((1, "2026-03-01", f"周{person}", "", village, "", "", 20, "", "")), plan, on="2026-03-31"
    )
    assert report.matched[["expert_id", "village_id", "days"]].to_numpy().tolist() == [["P2", "V3", 20.0]]
    assert report.unknown.empty


NAMED = PLAN.assign(name=PLAN["expert_id"].map({"P1": "周涛", "P2": "陈兰", "P3": "王丙", "P4": "李丙"}))


def test_several_persons_of_a_record_were_there_but_their_days_are_open():
    rows = log(
        (1, "2026-02-01", "周涛、陈兰", "", "代村、后村", "", "", 20, "", ""),
        (2, "2026-03-01", "周涛 陈兰", "", "代村", "", "", 20, "", 30),
        (3, "2026-03-02", "王丙和李丙", "", "后村", "", "", "各8天", "", ""),
    )
    report = service_report(rows, NAMED, on="2026-03-31")
    columns = ["expert_id", "visits", "days", "open_days", "doubtful", "state"]
    assert report.persons[columns].to_numpy().tolist() == [
        ["P1", 1, 0.0, 1, 1, "未定"],
        ["P2", 1, 0.0, 1, 1, "未定"],
        ["P3", 1, 8.0, 0, 0, "按进度"],
        ["P4", 1, 8.0, 0, 0, "按进度"],
    ]
    assert report.unknown[["record_id", "counted", "reason"]].to_numpy().tolist() == [
        ["1", "没有计入", "几个人、几个村记在一条里，分不清谁去了哪个村、各几天"],
        ["2", "只计次数，天数存疑", "几个人合记一条，分不清各人的天数"],
    ]


def test_several_villages_of_one_person_are_visited_and_the_days_are_that_persons():
    report = service_report(log((1, "2026-03-01", "周涛", "", "代村和前村", "", "", 9, "", 20)), NAMED, on="2026-03-31")
    one = report.persons.set_index("expert_id").loc["P1"]
    assert one[["visited", "days", "open_days", "doubtful"]].tolist() == [2, 9.0, 0, 0]
    villages = report.villages.set_index("village_id")
    assert villages.loc[["V1", "V2", "V4"], "state"].tolist() == ["已走访", "已走访", "未走访"]
    assert villages.loc[["V1", "V2"], "days"].isna().all()
    assert report.months[["days", "trained"]].iloc[2].tolist() == [9.0, 20.0]


def test_a_surname_alone_leaves_its_bearers_open():
    report = service_report(log((1, "2026-03-01", "王老师", "", "后村", "", "", 20, "", "")), NAMED, on="2026-03-31")
    assert report.unknown["reason"].tolist() == ["特派员“王老师”只写了姓，分不清是谁"]
    assert report.persons.set_index("expert_id").loc["P3", ["doubtful", "state"]].tolist() == [1, "未定"]


def test_more_days_than_have_passed_are_open_and_no_duty_done():
    rows = log(
        (1, "2026-03-01", "周涛", "", "代村", "", "", 80, "", ""),
        (2, "2026-01-10", "陈兰", "", "前村", "诸葛镇", "", 40, "", ""),
        (3, "2026-02-10", "陈兰", "", "前村", "诸葛镇", "", 40, "", ""),
        (4, "2026-02-10", "王丙", "", "后村", "", "", 41, "", ""),
    )
    report = service_report(rows, NAMED, on="2026-03-03")
    assert report.persons.set_index("expert_id")["state"].to_dict() == {
        "P1": "未定", "P2": "未定", "P4": "落后", "P3": "已完成",
    }  # fmt: skip
    assert report.unknown[["record_id", "counted", "reason"]].to_numpy().tolist() == [
        ["1", "只计次数，天数存疑", "80 天放不进 2026-01-01 至 2026-03-03（按日期至多 60 天）"],
        ["2", "只计次数，天数存疑", "本人累计 80 天，超过 2026-01-01 至 2026-03-03 的 62 天"],
        ["3", "只计次数，天数存疑", "本人累计 80 天，超过 2026-01-01 至 2026-03-03 的 62 天"],
    ]
    assert service_report(rows, NAMED, on="2026-09-30").unknown.empty


def test_a_village_without_its_last_word_is_the_one_of_the_plan():
    rows = [
        ("V1", "北楼村", "旧寨乡", "蒙阴县", "P1", "甲", "大学", 1.0),
        ("V2", "旧寨村", "旧寨乡", "蒙阴县", "P1", "甲", "大学", 1.0),
        ("V3", "南山社区", "旧寨乡", "蒙阴县", "P1", "甲", "大学", 1.0),
        ("V4", "西河村", "旧寨乡", "蒙阴县", "P1", "甲", "大学", 1.0),
        ("V5", "西河社区", "旧寨乡", "蒙阴县", "P1", "甲", "大学", 1.0),
    ]
    plan = pd.DataFrame(rows, columns=PLAN.columns)
    visits = [(at, f"2026-03-0{at}", "甲", "", name, "", "", 1, "", "") for at, name in enumerate(
        ["北楼", "旧寨乡北楼", "南山", "旧寨", "西河", "南山村"], 1)]  # fmt: skip
    report = service_report(log(*visits), plan, on="2026-03-31")
    states = report.villages.set_index("village_id")["state"].to_dict()
    assert states == {"V1": "已走访", "V2": "未定", "V3": "已走访", "V4": "未定", "V5": "未定"}
    assert report.unknown[["record_id", "counted", "reason"]].to_numpy().tolist() == [
        ["1", "全部计入，请核对村名", "村“北楼”当作“北楼村”"],
        ["2", "全部计入，请核对村名", "村“旧寨乡北楼”当作“北楼村”"],
        ["3", "全部计入，请核对村名", "村“南山”当作“南山社区”"],
        ["4", "只计本人的次数和天数", "村“旧寨”不知是不是“旧寨村”，请写全"],
        ["5", "只计本人的次数和天数", "村“西河”不知是不是“西河村”或“西河社区”，请写全"],
        ["6", "只计本人的次数和天数", "村“南山村”不在方案中"],
    ]
    assert "；3 条记录没有计入或只计一部分" in report.summary
    assert "；3 条记录的村名没有写全" in report.summary


def test_the_one_person_of_a_form_stands_above_its_header(tmp_path):
    head = ["序号", "时间", "村", "天数", "内容"]
    rows = [["服务登记表"], ["姓名：虚某甲", None, "单位：虚构大学"], head, [1, "2026年9月1日", "旧村", 1, "预冷"]]
    wb = openpyxl.Workbook()
    for row in rows:
        wb.active.append(row)
    wb.save(tmp_path / "one.xlsx")
    reading = read_service(tmp_path / "one.xlsx")
    assert reading.rows[["name", "institution", "village"]].to_numpy().tolist() == [["虚某甲", "虚构大学", "旧村"]]
    assert "“姓名”写在表头上方，已填到每一行" in reading.problems["problem"].tolist()
    for row in (["姓名：虚某乙"], head, [1, "2026年9月2日", "旧村", 1, "预冷"]):
        wb.active.append(row)
    wb.save(tmp_path / "two.xlsx")
    with pytest.raises(TableError, match="没有“姓名”"):
        read_service(tmp_path / "two.xlsx")


@pytest.mark.parametrize(
    ("written", "month", "since"),
    [
        ("1月8日", "2026-01", None),
        ("3月5日至3月7日", "2026-03", None),
        ("3月5-7日", "2026-03", None),
        ("12月20日", None, None),  # 2025 or still to come
        ("2月30日", None, None),
        ("3.5", None, None),  # perhaps a number
        ("12月20日", "2025-12", "2025-09-01"),  # the one of that year of service
        ("3月5日", None, "2024-01-01"),  # of more than a year nobody knows which
    ],
)
def test_a_day_without_its_year_is_of_the_year_of_service(written, month, since):
    rows = log((1, "2026-02-03", "甲", "", "代村", "", "", 1, "", ""), (2, written, "乙", "", "", "", "", 1, "", ""))
    report = service_report(rows, PLAN, on="2026-03-31", since=since)
    found = report.matched.set_index("record_id")["month"].to_dict()
    assert found.get("2") == month
    assert report.yearless == (month is not None)
    assert ("没有写年份，照服务年度读" in report.summary) == (month is not None)


@pytest.mark.parametrize(
    ("remark", "due", "state"),
    [
        ("", 14.9, "落后"),  # 181 of 365 days of 30
        ("2026年1月31日调离", 2.5, "按进度"),
        ("1月31日退出", 2.5, "按进度"),
        ("已于3月调离", 7.4, "落后"),  # by the middle of the quarter more was due than three days
        ("调离", 14.9, "未定"),
        ("2026年12月31日退出", 14.9, "落后"),  # still to come
        ("专长与需求没有对上，请人工核对；距离未知", 14.9, "落后"),
        ("接替调离的王某", 14.9, "落后"),
    ],
)
def test_who_left_owes_the_days_until_then(remark, due, state):
    plan = PLAN[PLAN["expert_id"] == "P2"].assign(备注=remark)
    rows = log((1, "2026-01-20", "乙", "", "前村", "", "", 3, "", ""))
    person = service_report(rows, plan, on="2026-06-30").persons.iloc[0]
    assert (person["due_days"], person["state"], person["required"]) == (due, state, 30)
