"""The book of projects: what may follow on what, deadlines from both sides, deliveries, money, grades, outputs."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from matcher.errors import PolicyError, ProjectBookError, TableError
from matcher.policy.registers.schemas import CONVERSIONS
from matcher.projects import (
    ProjectBook,
    conversions,
    delivered_items,
    due_dates,
    outcomes,
    proposed_grades,
    read_events,
    read_managed,
)
from matcher.projects.lifecycle.deadlines import remarks
from matcher.projects.lifecycle.delivery import money
from matcher.projects.lifecycle.rules import load_rules, parse_rules
from matcher.projects.lifecycle.stages import CODES, EVENTS, ITEMS, NEXT, STAGES, stage_after, walk
from matcher.tables.reading import read_outcomes, read_table

START = "2020-01-01"


def managed(**cells):
    return read_managed(pd.DataFrame({name: [cell] for name, cell in {"项目编号": "P1", **cells}.items()})).rows


def events(*rows):
    """Rows of 事项, 日期 and further cells by their headers."""
    return read_events(
        pd.DataFrame([{"项目编号": "P1", "事项": what, "日期": day, **cells} for what, day, cells in rows])
    ).rows


@pytest.fixture
def book(tmp_path):
    with ProjectBook.create(tmp_path / "l.db", on=START, person="甲", rules="浙江2015") as opened:
        opened.put(managed(项目名称="虚构项目", 承担单位="虚构公司", 结束日期="2026-06-30"), on=START, person="甲")
        yield opened


def running(book, *rows, rules=None):
    if rules is not None:
        book.set_rules(rules, on=START, person="甲")
    book.record(events(("任务书", "2023-07-01", {}), *rows), person="甲")
    return book


# ---- stages


def test_every_stage_has_its_words_and_its_next():
    assert set(NEXT) | {"rejected", "withdrawn", "terminated", "revoked"} == set(STAGES)
    assert {event for after in NEXT.values() for event in after} <= set(EVENTS)
    assert {CODES[title] for title in (*EVENTS.values(), *ITEMS.values())} == {*EVENTS, *ITEMS}
    assert all(stage_after("", event) in STAGES for event in EVENTS)


def test_the_whole_way():
    way = "applied recommended checked reviewed announced contracted reported changed extended acceptance_applied"
    way = [*way.split(), "rectification", "acceptance_applied", "accepted", "closed"]
    assert walk(way) == ("closed", None)
    assert walk([*way, "reported"]) == ("closed", 14)
    assert walk(["applied", "contracted"]) == ("applied", 1)


def test_what_may_not_follow_is_refused_with_its_row_and_nothing_is_written(book):
    rows = events(
        ("申报", "2023-03-01", {}), ("形式审查", "2023-04-01", {}), ("验收", "2023-05-01", {"验收结论": "通过"})
    )
    with pytest.raises(TableError) as error:
        book.record(rows, person="甲")
    assert str(error.value) == (
        "记录表有 1 处问题，没有写入：\n"
        "  记录 记录-00004（P1 验收）：2023-05-01 “验收”不能接在“形式审查通过”之后；此时可以是：评审、不予立项、撤回"
    )
    assert book.log.events("stage") == []


def test_an_event_that_was_entered_late_counts_from_its_day(book):
    book.record(events(("申报", "2023-03-01", {}), ("形式审查", "2023-04-01", {})), person="甲")
    book.record(events(("推荐", "2023-03-15", {})), person="甲")
    days = ("2023-02-28", "2023-03-14", "2023-03-15", "2023-04-01")
    stages = [book.projects(day)["stage"].tolist() for day in days]
    assert stages == [[""], ["applied"], ["recommended"], ["checked"]]
    with pytest.raises(TableError, match="（P1 评审）：2023-03-20 “评审”不能接在“已推荐”之后"):
        book.record(events(("评审", "2023-03-20", {})), person="甲")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("旅游", "2023-07-02", {}), "看不懂事项“旅游”"),
        (("年度报告", "", {}), "没有日期"),
        (("年度报告", "2024年6月", {}), "日期“2024年6月”不是确切的值"),
        (("年度报告", "2024-02-30", {}), "日期“2024-02-30”日历上没有这一天"),
        (("支出", "2023-07-02", {"名称": "材料费"}), "没有金额"),
        (("考核指标", "2023-07-02", {"名称": "时间"}), "指标没有写要求"),
        (("延期", "2023-07-02", {}), "延期没有写延至哪一天"),
        (("里程碑", "2023-07-02", {"名称": "样机"}), "里程碑没有写应完成日期"),
        (("验收", "2023-07-02", {}), "验收没有写结论"),
        (("验收", "2023-07-02", {"验收结论": "暂缓通过，限期整改"}), ".*不是最后的结论；请改记事项“整改”"),
        (("验收", "2023-07-02", {"验收结论": "整改后重新验收"}), ".*不是最后的结论；请改记事项“整改”"),
        *(
            (("验收", "2023-07-02", {"验收结论": grade}), ".*不是最后的结论；请改记事项“整改”")
            for grade in (
                *("未通过，限期整改", "基本合格，整改后再验收", "通过，待复验", "限期整改，复验合格后方可结题"),
                *("待整改合格", "部分合格，限期整改", "技术验收通过，财务验收需整改", "整改完成后再次验收通过后结题"),
            )
        ),
        (("验收", "2023-07-02", {"验收结论": "延期验收"}), ".*不是最后的结论；请改记事项“延期”"),
        (("年度报告", "2023-07-02", {"项目编号": "P9"}), "台账中没有项目“P9”"),
    ],
)
def test_a_row_that_lacks_something_is_refused(book, row, fault):
    running(book)
    with pytest.raises(TableError, match=f"记录 记录-00002（.*）：{fault}"):
        book.record(events(row), person="甲")


# ---- the log


@pytest.mark.parametrize(
    ("word", "note", "kept"),
    [
        ("变更负责人", "甲变更为乙", "变更负责人；甲变更为乙"),
        ("预算调整", "", "预算调整"),
        ("变更", "", ""),
        ("变更", "甲", "甲"),
    ],
)
def test_what_was_changed_is_noted(book, word, note, kept):
    running(book, (word, "2023-09-01", {"备注": note}))
    (project,) = book.known("2026-01-01")
    assert project.last("changed").body["note"] == kept


def test_the_same_again_writes_nothing_whoever_writes_it(book):
    rows = events(("任务书", "2023-07-01", {}), ("支出", "2024-01-01", {"名称": "材料费", "金额（元）": 500}))
    assert tuple(book.record(rows, person="甲", source="一.xlsx")) == (2, 0)
    assert tuple(book.record(rows, person="乙", source="二.xlsx")) == (0, 2)
    same = managed(项目名称="虚构项目", 结束日期="2026/6/30")
    assert tuple(book.put(same, on="2024-01-01", person="乙")) == (0, 0, 0, 0)
    assert tuple(book.put(managed(项目名称="新名"), on="2024-01-01", person="乙")) == (0, 1, 1, 0)
    assert tuple(book.put(managed(项目名称="虚构项目"), on="2024-01-01", person="乙")) == (0, 1, 1, 0)
    assert tuple(book.put(managed(项目名称="新名"), on="2024-01-01", person="乙")) == (0, 1, 1, 0)
    assert book.projects("2024-01-01")["title"].tolist() == ["新名"]


def test_what_was_entered_by_mistake_is_taken_back_and_stays_in_the_log(book):
    spent = events(("支出", "2024-01-01", {"名称": "材料费", "金额（元）": 500}))
    running(book)
    for again in (0, 1):
        assert tuple(book.record(spent, person="甲")) == (1, 0)
        (event,) = book.events("item")
        assert event.body["again"] == again
        assert book.take_back(event.seq, on="2024-02-01", person="乙", reason="填错") == event
        assert book.events("item") == []
        with pytest.raises(ProjectBookError, match=f"台账中没有编号 {event.seq} 的记录，或已经作废"):
            book.take_back(event.seq, on="2024-02-01", person="丙", reason="填错")
    journal = book.journal("2024-12-31")
    assert journal[["event", "entered_by", "void"]].values.tolist() == [
        ["任务书", "甲", ""], ["支出", "甲", "填错"], ["支出", "甲", "填错"],
    ]  # fmt: skip
    book.record(events(("延期", "2026-01-01", {"延期至": "2026-12-31"}), ("申请验收", "2026-11-01", {})), person="甲")
    extended, asked = [event.seq for event in book.events("stage")][1:]
    book.take_back(extended, on="2026-11-02", person="甲", reason="没有批准")
    assert book.projects("2026-11-02")["ends_on"].dt.date.tolist() == [dt.date(2026, 6, 30)]
    book.record(events(("验收", "2026-12-01", {"验收结论": "通过"})), person="甲")
    with pytest.raises(ProjectBookError, match="P1 2026-12-01 “验收”不能接在“执行中”之后；请先作废后面的记录"):
        book.take_back(asked, on="2026-12-02", person="甲", reason="填错")


def test_a_stage_is_imported_once_and_a_word_that_nobody_knows_refuses_all(book):
    table = pd.DataFrame({"项目编号": ["P2", "P3"], "项目名称": ["二", "三"], "当前阶段": ["执行中", "验收中"],
                          "阶段日期": ["2024-01-01", "2024-02-01"]})  # fmt: skip
    assert tuple(book.put(read_managed(table).rows, on=START, person="甲")) == (2, 0, 2, 2)
    assert tuple(book.put(read_managed(table).rows, on=START, person="甲")) == (0, 0, 0, 0)
    assert book.projects("2024-03-01").set_index("project_id")["stage"].to_dict() == {
        "P1": "", "P2": "running", "P3": "acceptance",
    }  # fmt: skip
    wrong = managed(项目编号="P4", 项目名称="四", 当前阶段="神游", 阶段日期="2024-01-01")
    with pytest.raises(ProjectBookError, match="P4：看不懂当前阶段“神游”"):
        book.put(wrong, on=START, person="甲")
    for day, told in (("2024-02-30", "日历上没有这一天"), ("2024-03-01至03-12", "不是确切的值")):
        wrong = managed(项目编号="P4", 项目名称="四", 当前阶段="立项", 阶段日期=day)
        with pytest.raises(ProjectBookError, match=f"P4：阶段日期“{day}”{told}"):
            book.put(wrong, on=START, person="甲")
    assert book.projects("2024-03-01")["project_id"].tolist() == ["P1", "P2", "P3"]


def test_rules_stand_in_the_book_and_change_from_their_day(book):
    book.put(managed(项目编号="P2", 项目名称="二", 计划类别="重大专项"), on=START, person="甲")
    book.set_rules("国家重大专项", on="2024-01-01", person="甲", programme="重大专项")
    names = {day: book.projects(day)["rules"].tolist() for day in ("2023-12-31", "2024-01-01")}
    assert names == {"2023-12-31": ["浙江2015", "浙江2015"], "2024-01-01": ["浙江2015", "国家重大专项"]}
    with pytest.raises(ProjectBookError, match="2019-12-31 这一天台账还没有规则"):
        book.projects("2019-12-31")


def test_rules_of_before_their_day_are_refused(tmp_path):
    with pytest.raises(PolicyError, match=r"^“浙江2015”自 2015-06-01 起施行，2015-05-31 还没有"):
        ProjectBook.create(tmp_path / "x.db", on="2015-05-31", person="甲", rules="浙江2015")
    assert not (tmp_path / "x.db").exists()
    with pytest.raises(PolicyError, match="没有名为“浙江”的项目管理规则"):
        load_rules("浙江")
    with pytest.raises(PolicyError, match=r"^r\.yaml：缺一项，或有一项的值看不懂（没有“deadline”这一项）"):
        parse_rules("name: 甲\ntitle: 乙\ndeadline: {}\n", "r.yaml")


# ---- deadlines


def due_on(book, day):
    table = due_dates(book.known(day), on=day)
    return [
        (what, None if pd.isna(due) else f"{due:%Y-%m-%d}", state, None if pd.isna(left) else left)
        for what, due, state, left in table[["what", "due", "state", "days_left"]].itertuples(index=False)
    ]


def test_acceptance_is_due_six_months_after_the_end(book):
    running(book)
    ask = "申请延期的最后一天"
    assert due_on(book, "2026-06-30") == [(ask, "2026-06-30", "due", 0), ("申请验收", "2026-12-30", "due", 183)]
    assert due_on(book, "2026-12-30") == [("申请验收", "2026-12-30", "due", 0)]
    assert due_on(book, "2026-12-31") == [("申请验收", "2026-12-30", "overdue", -1)]


@pytest.mark.parametrize(
    ("day", "rows"), [("2026-12-30", []), ("2026-12-31", [("申请验收", "2026-12-30", "late", None)])]
)
def test_what_was_done_late_is_told(book, day, rows):
    running(book, ("申请验收", day, {}))
    assert due_on(book, "2027-06-01") == rows


def test_an_extension_moves_the_end(book):
    running(book, ("延期", "2026-05-01", {"延期至": "2027-06-30"}))
    assert due_on(book, "2026-04-30")[0] == ("申请延期的最后一天", "2026-06-30", "due", 61)
    assert due_on(book, "2026-05-01") == [("申请验收", "2027-12-30", "due", 608)]


def test_an_end_that_nobody_knows_is_no_deadline(book):
    book.record(events(("申报", "2023-03-01", {})), person="甲")
    book.put(managed(项目编号="P2", 项目名称="二", 当前阶段="任务书", 阶段日期="2024-01-01"), on=START, person="甲")
    assert due_on(book, "2026-01-01") == [("申请验收", None, "unknown", None)]


def test_rectification_has_three_months(book):
    running(
        book, ("申请验收", "2026-06-01", {}), ("整改", "2026-08-31", {}), rules="国家重大专项",
    )  # fmt: skip
    assert due_on(book, "2026-08-30") == []
    assert due_on(book, "2026-11-30") == [("完成整改", "2026-11-30", "due", 0)]
    assert due_on(book, "2026-12-01") == [("完成整改", "2026-11-30", "overdue", -1)]
    book.record(events(("验收", "2026-11-30", {"验收结论": "整改后通过"})), person="甲")
    assert due_on(book, "2026-12-01") == []


def test_milestones_of_the_task_book(book):
    running(
        book,
        ("里程碑", "2023-07-01", {"名称": "样机", "应完成日期": "2025-03-31"}),
        ("里程碑", "2023-07-01", {"名称": "试验", "应完成日期": "2025-09-30"}),
        ("完成指标", "2025-04-01", {"名称": "样机", "完成": "1台"}),
        rules="安阳验收表",
    )
    assert due_on(book, "2025-10-01") == [
        ("里程碑：试验", "2025-09-30", "overdue", -1), ("里程碑：样机", "2025-03-31", "late", None),
    ]  # fmt: skip


def test_reports_of_every_year(book, tmp_path):
    text = (
        "name: 虚构\ntitle: 虚构办法\nsince: ''\nuntil: ''\ndeadlines:\n  report:\n    title: 年报\n"
        "    from: contracted\n    every: 12\n    done_by: reported\n    says: 每年\n    verified: false\n"
    )
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    running(book, ("年度报告", "2024-06-30", {}), ("年度报告", "2025-07-02", {}), rules=tmp_path / "r.yaml")
    (tmp_path / "r.yaml").unlink()  # the book keeps the text
    assert due_on(book, "2026-06-01") == [("年报（第 2 次）", "2025-07-01", "late", None)]
    book.record(events(("延期", "2026-06-02", {"延期至": "2027-07-01"})), person="甲")
    assert due_on(book, "2026-07-02") == [
        ("年报（第 3 次）", "2026-07-01", "overdue", -1), ("年报（第 4 次）", "2027-07-01", "due", 364),
        ("年报（第 2 次）", "2025-07-01", "late", None),
    ]  # fmt: skip
    book.record(events(("申请验收", "2026-07-20", {}), ("验收", "2026-08-01", {"验收结论": "通过"})), person="甲")
    late = ("年报（第 2 次）", "2025-07-01", "late", None)
    assert due_on(book, "2026-09-01") == [
        ("年报（第 3 次）", "2026-07-01", "overdue", -62),
        late,
    ]  # none of later years


def test_a_project_of_which_only_the_end_is_known_is_not_forgotten(book):
    assert due_on(book, "2026-12-31") == [("申请验收", "2026-12-30", "overdue", -1)]
    book.record(events(("申报", "2026-12-31", {})), person="甲")
    assert due_on(book, "2026-12-31") == []


def test_a_project_that_ended_has_nothing_due(book):
    running(book, ("终止", "2024-01-01", {}))
    assert due_on(book, "2027-12-31") == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("延期", "2026-06-30", {"延期至": "2027-06-30"})], []),
        ([("延期", "2026-06-30", {"延期至": "2027-07-01"})], ["延至 2027-07-01，晚于最多可延到的 2027-06-30"]),
        (
            [("延期", "2026-07-01", {"延期至": "2026-12-31"})],
            ["2026-07-01 延期，晚于可申请延期的最后一天 2026-06-30"],
        ),
        (
            [("延期", "2026-06-01", {"延期至": "2026-12-31"}), ("延期", "2026-12-31", {"延期至": "2027-01-31"})],
            ["延期 2 次，多于 1 次"],
        ),
    ],
)
def test_what_goes_beyond_the_rules_is_told(book, rows, told):
    running(book, *rows)
    assert remarks(book.known("2028-01-01"))["remark"].tolist() == told


# ---- deliveries, money, grades


def items(book, wanted, *reached):
    running(book, ("指标", "2023-07-01", {"名称": "甲项", "要求": wanted}), *reached)
    return delivered_items(book.known("2026-12-31"))


@pytest.mark.parametrize(
    ("wanted", "reached", "state"),
    [
        ("单齿检测时间≤2秒", "2秒", "met"),
        ("单齿检测时间≤2秒", "2.2秒", "near"),
        ("单齿检测时间≤2秒", "2.3秒", "not_met"),
        ("识别率不低于98%", "识别率98%", "met"),
        ("≥3项", "3项", "met"),
        ("≥10项", "9项", "near"),
        ("≥10项", "8项", "not_met"),
        ("3", "4件", "met"),
        ("≥500万元", "500万元", "met"),
        ("≥500万元", "450万元", "near"),
        ("≥500万元", "449万元", "not_met"),
        ("不超过10人", "11人", "near"),
        ("不超过10人", "12人", "not_met"),
        ("在两家企业示范", "在三家企业示范", "unclear"),
        ("≥3项", "约500万元", "unclear"),
        ("申请3件", "申请2件", "not_met"),
        ("授权3件", "申请3件", "unclear"),
        ("申请3件", "3件", "met"),
        ("3件", "申请3件", "unclear"),
        ("新增500万元", "600万元", "unclear"),
    ],
)
def test_what_was_wanted_and_what_was_reached(book, wanted, reached, state):
    row = items(book, wanted, ("完成指标", "2026-06-01", {"名称": "甲项", "完成": reached, "证明材料": "报告"})).iloc[0]
    assert (row["state"], row["evidence"]) == (state, "报告")


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        (None, ("not_said", "")),
        ({"完成情况": "已完成"}, ("met", "自报")),
        ({"完成情况": "未完成"}, ("not_met", "自报")),
        ({"完成情况": "差不多"}, ("unclear", "")),
        ({"完成": "2项", "完成情况": "已完成"}, ("not_met", "比较")),
        ({"证明材料": "报告"}, ("not_said", "")),
        ({"完成情况": "完成4项"}, ("met", "比较")),
        ({"完成情况": "2项"}, ("not_met", "比较")),
        ({"完成情况": "已完成80%"}, ("unclear", "")),
        ({"完成情况": "1"}, ("unclear", "")),
        ({"完成情况": "2025年6月完成"}, ("unclear", "")),
        ({"完成": "4项", "完成情况": "2项"}, ("met", "比较")),
    ],
)
def test_what_a_project_says_of_itself_counts_only_without_figures(book, cells, answer):
    reached = [] if cells is None else [("完成指标", "2026-06-01", {"名称": "甲项", **cells})]
    row = items(book, "≥3项", *reached).iloc[0]
    assert (row["state"], row["how"]) == answer


def test_money_planned_and_spent(book):
    rows = [("预算", "2023-07-01", {"名称": "设备费", "金额（万元）": 80, "资金来源": "财政"}),
            ("预算", "2023-07-01", {"名称": "设备费", "金额（万元）": 20, "资金来源": "自筹"}),
            ("预算", "2024-07-01", {"名称": "设备费", "金额（万元）": 10, "资金来源": "自筹"}),
            ("预算", "2023-07-01", {"名称": "劳务费", "金额（万元）": 5}),
            ("支出", "2024-01-01", {"名称": "设备费", "金额（万元）": 60}),
            ("支出", "2025-01-01", {"名称": "设备费", "金额（万元）": 30}),
            ("支出", "2025-01-01", {"名称": "会议费", "金额（万元）": 1}),
            ("到账", "2023-09-01", {"金额（万元）": 50})]  # fmt: skip
    running(book, *rows)
    names = ["category", "planned", "spent", "left", "state", "received"]

    def table(day):
        return money(book.known(day))[names].astype(object).where(lambda cell: cell.notna(), None).values.tolist()

    assert table("2026-01-01") == [
        ["设备费", 900_000, 900_000, 0, "within", None],
        ["劳务费", 50_000, 0, 50_000, "unspent", None],
        ["会议费", None, 10_000, None, "no_plan", None],
        ["合计", 950_000, 910_000, 40_000, "within", 500_000],
    ]
    book.record(events(("支出", "2026-02-01", {"名称": "设备费", "金额（元）": 1})), person="甲")
    assert table("2026-02-01")[0] == ["设备费", 900_000, 900_001, -1, "over", None]


def test_totals_and_parts_of_a_budget_are_not_added(book):
    sums = {"设备费": 60, "其中：购置设备费": 50, "材料费": 40, "直接费用小计": 100, "合 计": 100}
    rows = [("预算", name, one) for name, one in sums.items()] + [("支出", name, 75) for name in ("设备费", "合计")]
    running(
        book,
        *((what, "2023-07-01", {"资金来源": "财政", "名称": name, "金额（万元）": one}) for what, name, one in rows),
    )
    assert money(book.known("2026-01-01"))[["category", "planned", "spent"]].values.tolist() == [
        ["设备费", 600_000, 750_000], ["材料费", 400_000, 0], ["合计", 1_000_000, 750_000],
    ]  # fmt: skip


def test_a_budget_of_a_total_alone_counts(book):
    running(book, ("预算", "2023-07-01", {"资金来源": "财政", "名称": "合计", "金额（万元）": 100}))
    assert money(book.known("2026-01-01"))["planned"].tolist() == [1_000_000, 1_000_000]


def test_a_term_in_the_cell_of_the_start_keeps_its_end():
    table = {"项目编号": ["P1", "P2"], "项目名称": ["甲", "乙"], "开始": ["2026-1-1至2027-12-31", "2026-05-01"]}
    for ends in ({}, {"结束": [None, "2025-05-01"]}):
        reading = read_managed(pd.DataFrame({**table, **ends}))
        assert f"{reading.rows['ends_on'][0]:%Y-%m-%d}" == "2027-12-31"
    assert reading.problems[["value", "problem", "kept"]].values.tolist() == [
        ["P2", "结束日期 2025-05-01 早于开始日期 2026-05-01，照记", True]
    ]


def test_a_project_without_an_end_is_listed(book):
    book.put(managed(项目编号="P2", 项目名称="没有结束日期"), on=START, person="甲")
    due = due_dates(book.known("2025-01-01"), on="2025-01-01")
    assert due.loc[due["project_id"] == "P2", ["what", "state"]].values.tolist() == [["结束日期", "unknown"]]


@pytest.mark.parametrize("word", ["实施", "实施中", "执行", "执行中", "已立项", "在研"])
def test_words_for_a_running_project(book, word):
    book.put(managed(项目名称="甲", 当前阶段=word, 阶段日期="2024-01-10"), on="2024-01-10", person="甲")
    assert book.projects("2024-02-01")["stage"].tolist() == ["running"]


def test_what_is_wrong_with_a_stage_says_what_to_write(book):
    with pytest.raises(ProjectBookError, match="看不懂当前阶段“进行到一半”；可写：已申报、"):
        book.put(managed(项目名称="甲", 当前阶段="进行到一半", 阶段日期="2024-01-10"), on=START, person="甲")


def test_a_stage_without_a_day_ends_a_project_or_is_told(book):
    stages = {"项目阶段": ["终止", "已验收", "实施"], "起止时间": "2021.1-2023.12"}
    table = pd.DataFrame({"项目编号": ["P2", "P3", "P4"], "项目名称": ["二", "三", "四"], **stages})
    reading = read_managed(table)
    assert [(one["column"], one["value"], one["problem"]) for one in reading.problems.to_dict("records")] == [
        ("当前阶段", "实施", "P4：没有阶段日期，这个阶段没有记入")
    ]
    assert book.put(reading.rows, on="2026-01-05", person="甲").stages == 2
    stages = book.projects("2026-01-05").set_index("project_id")["stage"].to_dict()
    assert stages == {"P1": "", "P2": "terminated", "P3": "accepted", "P4": ""}
    due = due_dates(book.known("2026-01-05"), on="2026-01-05")
    assert not due.loc[due["project_id"].isin(["P2", "P3"]), "state"].isin(["overdue", "late"]).any()
    assert "overdue" in due.loc[due["project_id"] == "P4", "state"].tolist()
    assert "没有写日期，按导入之日记" in book.journal("2026-01-05")["note"].tolist()


def test_a_term_that_is_not_read_whole_is_told():
    table = pd.DataFrame({"项目编号": ["K1", "K2", "K3"], "项目名称": ["一", "二", "三"],
                          "起止年限": ["2025.7.1-2027.6.30（延期至2027.12.31）", "两年", "2025.7-2027.6"]})  # fmt: skip
    reading = read_managed(table)
    assert reading.rows["ends_on"].dt.strftime("%F").fillna("").tolist() == ["2027-06-30", "", "2027-06-30"]
    assert [text.split("；")[0] for text in reading.problems["problem"]] == [
        "K1：只记 2025-07-01 至 2027-06-30，括号里的没有记", "K2：看不出起止的两天",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "grade",
    [
        *("通过", "不通过", "整改后通过", "无需整改，通过", "同意结题", "整改到位，同意验收", "优秀", "复验合格"),
        *("重新验收通过", "整改后复验合格", "问题已整改到位，通过验收", "专家组同意通过验收，整改意见已落实"),
        *("基本合格，建议整改个别问题", "第一次未通过，整改后再次验收通过", "通过，限期整改"),
    ],
)
def test_a_conclusion_that_ends_a_project_is_taken(book, grade):
    running(book, ("申请验收", "2026-07-01", {}), ("验收", "2026-08-01", {"验收结论": grade}))
    assert book.projects("2026-08-02")["stage"].tolist() == ["accepted"]


def test_each_row_takes_the_column_that_it_fills_and_a_month_ends_with_its_last_day(book):
    table = pd.DataFrame(
        [
            ("任务书", "2023-07-01", "", "", "", "", ""),
            ("里程碑", "2023-07-01", "样机", "", "", "", "2024年12月"),
            ("预算", "2023-07-01", "", "设备费", 300000, "", ""),
            ("延期", "2026-02-01", "", "", "", "2026年12月", ""),
        ],
        columns=["事项", "日期", "名称", "科目", "金额（元）", "延期至", "应完成日期"],
    ).assign(项目编号="P1")
    reading = read_events(table)
    assert reading.problems["problem"].str.contains("只用了").sum() == 0
    book.record(reading.rows, person="甲")
    (project,) = book.known("2026-03-01")
    assert str(project.ends_on) == "2026-12-31"
    assert [event.body["item"] for event in project.items] == ["样机", "设备费"]
    assert project.of("milestone")[0].body["until"] == "2024-12-31"
    both = read_events(table.assign(名称="另一个"))
    assert both.problems["problem"].str.contains("只用了").sum() == 1


def test_a_remark_that_a_project_ended_or_was_extended_is_told():
    remarks_of = ["经批准延期至2027年6月", "2025.12.1终止，收回经费", "未撤销", "拟延期至2027年", ""]
    table = pd.DataFrame({"项目编号": [f"K{n}" for n in range(5)], "项目名称": list("一二三四五"), "备注": remarks_of})
    assert read_managed(table).problems["problem"].tolist() == [
        "K0：“延期至2027年6月”没有记入，结束日期仍按表中的", "K1：写着“2025.12.1终止”，没有记入",
    ]  # fmt: skip


def test_a_term_below_the_first_day_gives_both_days():
    table = pd.DataFrame({"项目编号": ["K1"], "项目名称": ["一"], "项目期": ["2024.01-2026.12"]})
    rows = read_managed(table, columns={"项目期": "开始日期"}).rows
    assert rows[["starts_on", "ends_on"]].astype(str).values.tolist() == [["2024-01-01", "2026-12-31"]]


@pytest.mark.parametrize(
    ("item", "wanted", "reached", "state"),
    [
        ("强度", "≥450MPa", "462MPa", "met"),
        ("抗拉强度", "≥450MPa", "抗拉强度440MPa", "near"),
        ("性能", "抗拉强度≥450MPa", "屈服强度462MPa", "unclear"),
        ("重量", "≤20kg", "25kg", "not_met"),
        ("压力", "≥450MPa", "0.5GPa", "met"),
        ("温度", "≥200℃，压力≥3MPa", "210℃，2MPa", "not_met"),
    ],
)
def test_what_is_wanted_and_reached_in_one_row(book, item, wanted, reached, state):
    book.record(events(("考核指标", "2024-01-05", {"名称": item, "要求": wanted, "完成": reached})), person="甲")
    found = delivered_items(book.known("2024-02-01")).iloc[0]
    assert (found["reached"], found["state"]) == (reached, state)


def test_nothing_said_is_not_nothing_spent(book):
    running(book, ("预算", "2023-07-01", {"名称": "设备费", "金额（万元）": 80}))
    table = money(book.known("2026-01-01"))
    assert table[["category", "planned", "state"]].values.tolist() == [
        ["设备费", 800_000, "not_said"], ["合计", 800_000, "not_said"],
    ]  # fmt: skip
    assert table["spent"].isna().all()


def grade(book, day, *met, wanted=10, rules="安阳验收表", asked="2026-06-30"):
    rows = [("指标", "2023-07-01", {"名称": f"甲{n}", "要求": "≥1项"}) for n in range(wanted)]
    rows += [("完成指标", "2026-06-01", {"名称": f"甲{n}", "完成": value}) for n, value in enumerate(met)]
    running(book, *rows, *([("申请验收", asked, {})] if asked else []), rules=rules)
    known = book.known(day)
    row = proposed_grades(known, delivered_items(known), on=day).iloc[0]
    return row["proposed"], round(row["share_low"], 2), round(row["share_high"], 2)


@pytest.mark.parametrize(
    ("met", "answer"),
    [
        (["1项"] * 9 + ["0项"], ("通过", 0.9, 0.9)),
        (["1项"] * 8 + ["0项"] * 2, ("需要复议", 0.8, 0.8)),
        (["1项"] * 7 + ["0项"] * 3, ("不通过", 0.7, 0.7)),
        (["1项"] * 8, ("未定", 0.8, 1.0)),
        (["1项"] * 9, ("通过", 0.9, 1.0)),
        (["0项"] * 3, ("不通过", 0.0, 0.7)),
    ],
)
def test_grades_by_the_share_that_was_met(book, met, answer):
    assert grade(book, "2026-07-01", *met) == answer


@pytest.mark.parametrize(("asked", "answer"), [("2026-12-30", "通过"), ("2026-12-31", "不通过")])
def test_grades_by_how_late(book, asked, answer):
    assert grade(book, "2027-06-01", *["1项"] * 10, asked=asked)[0] == answer


def test_grades_where_any_target_counts(book):
    assert grade(book, "2026-07-01", "1项", "0项", wanted=2, rules="国家重大专项")[0] == "不通过"


def test_no_grade_without_rules_on_it(book):
    running(book, ("指标", "2023-07-01", {"名称": "甲项", "要求": "≥1项"}))
    known = book.known("2026-07-01")
    assert proposed_grades(known, delivered_items(known), on="2026-07-01").empty


# ---- outputs


def test_outputs_feed_the_register_and_the_library(book, tmp_path):
    running(
        book,
        ("产出", "2025-03-18", {"名称": "检测方法", "产出类别": "发明专利", "备注": "贴合齿面"}),
        (
            "产出",
            "2026-02-10",
            {"名称": "检测装置", "产出类别": "产品", "转化形式": "自行投资实施转化", "证明材料": "发票"},
        ),
        (
            "产出",
            "2026-05-06",
            {"名称": "检测方法", "产出类别": "合同", "转化形式": "许可他人使用", "金额（万元）": 20},
        ),
        ("产出", "2026-05-07", {"名称": "论文一", "产出类别": "论文"}),
    )
    known = book.known("2026-12-31")
    made = conversions(known)
    assert made[["enterprise_id", "outcome", "kind", "evidence"]].values.tolist() == [
        ["虚构公司", "检测装置", "自行投资实施转化", "发票"],
        ["虚构公司", "检测方法", "许可他人使用", ""],
    ]
    assert made["amount"].fillna(-1).tolist() == [-1, 200_000]
    register = read_table(made, CONVERSIONS).rows
    assert register[["name", "outcome", "kind", "evidence"]].values.tolist() == [
        ["虚构公司", "检测装置", "自行投资实施转化", "发票"], ["虚构公司", "检测方法", "许可他人使用", ""],
    ]  # fmt: skip
    assert register["converted_on"].dt.date.tolist() == [dt.date(2026, 2, 10), dt.date(2026, 5, 6)]
    library = read_outcomes(outcomes(known)).rows
    assert library[["outcome_id", "title", "description", "institution", "ip_type"]].values.tolist() == [
        ["P1-C1", "检测方法", "贴合齿面", "虚构公司", "发明专利"],
        ["P1-C2", "检测装置", "项目“虚构项目”的产出", "虚构公司", ""],
    ]
    assert len(conversions(book.known("2026-05-05"))) == 1


# ---- the commands on tables as people keep them

PROJECTS = """虚构县科技项目台账,,,,,
单位：万元,,,,,
序号,立项编号,项目名称,承担单位,执行期结束,当前阶段,阶段日期
1,L1,虚构项目,虚构公司,2026年6月30日,在研,2023.7.1
,,,,,,
"""
EVENTS_TABLE = """虚构,,,,,
,,,,,金额：万元
立项编号,事项,日期,名称,要求,经费预算
L1,考核指标,2023/7/1,专利,3项,
L1,经费预算,2023/7/1,设备费,,80
"""


def test_the_commands(run, tmp_path):
    (tmp_path / "p.csv").write_text(PROJECTS, "utf-8-sig")
    (tmp_path / "e.csv").write_text(EVENTS_TABLE.replace("经费预算\n", "金额（万元）\n", 1), "utf-8-sig")
    assert run("projects", "create", "l.db", "--on", "2023-01-01", "--person", "甲", "--rules", "浙江2015")[0] == 0
    status, said, _ = run("projects", "import", "p.csv", "--book", "l.db", "--on", "2023-07-02", "--person", "甲")
    assert (status, said) == (0, "读入 1 个项目：新增 1 个，改动 0 个，共写入 3 格，记入阶段 1 个\n")
    assert run("projects", "record", "l.db", "e.csv", "--person", "甲")[:2] == (0, "e.csv：2 行，新写入 2 条\n")
    status, said, _ = run("projects", "status", "l.db", "--on", "2026-12-31", "-o", "s.xlsx", "--due", "d.csv")
    assert (status, said) == (
        0, "1 个项目：逾期 1 个（1 件），指标没有报的 1 项，超支科目 0 个；结果已写入 s.xlsx\n",
    )  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["项目", "待办和逾期", "超出规则", "指标", "经费", "验收预判", "流水", "说明"]
    assert [cell.value for cell in book["经费"][2]][2:5] == ["设备费", 800_000, None]
    assert pd.read_csv(tmp_path / "d.csv")["state"].tolist() == ["overdue"]
    status, _, said = run("projects", "record", "none.db", "e.csv", "--person", "甲")
    assert (status, said) == (2, "没有“none.db”；请先用 matcher projects create 建立\n")
    status, _, said = run("pool", "replay", "l.db")
    assert status == 2
    assert "不是培育库文件" in said


# ---- tables as they come


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"项目名称": ["一", "二"]}, "^一、二没有项目编号：行号换一张表就变"),
        ({"项目编号": ["P1", None], "项目名称": ["一", "二"]}, "^二没有项目编号：行号换一张表就变"),
        ({"序号": [1, 2], "项目名称": ["一", "二"]}, '^一、二没有项目编号：“序号”只数行，.*--column "序号=项目编号"'),
    ],
)
def test_a_project_without_a_number_of_its_own_is_refused(table, said):
    with pytest.raises(TableError, match=said):
        read_managed(pd.DataFrame(table))


def test_a_running_number_is_a_projects_own_where_the_user_says_so():
    table = pd.DataFrame({"序号": [1, 2], "项目名称": ["一", "二"]})
    assert read_managed(table, columns={"序号": "项目编号"}).rows["project_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize("merged", [True, False])
def test_a_term_over_its_two_days_is_read(tmp_path, merged):
    workbook = openpyxl.Workbook()
    for row in (
        ["项目编号", "项目名称", "起止时间", None],
        [None, None, "开始", "结束"],
        ["P1", "虚构项目", "2023-07-01", "2026-06-30"],
        ["P2", "虚构项目二", "2023.7", "2025年6月"],
    ):
        workbook.active.append(row)
    for area in ("A1:A2", "B1:B2", "C1:D1") if merged else ():
        workbook.active.merge_cells(area)
    workbook.save(tmp_path / "项目.xlsx")
    rows = read_managed(tmp_path / "项目.xlsx").rows
    assert [[f"{day:%Y-%m-%d}" for day in rows[name]] for name in ("starts_on", "ends_on")] == [
        ["2023-07-01", "2023-07-01"],
        ["2026-06-30", "2025-06-30"],
    ]


@pytest.mark.parametrize(
    ("wanted", "reached", "open_"),
    [
        ("0～100℃", "20～100℃", True),
        ("0～100℃", "0～80℃", True),
        ("-20℃～60℃", "-10℃～60℃", True),
        ("5～10kV", "6～8kV", True),
        ("≥2000人次", "约2000人次", True),
        ("≥2000人次", "1900～2100人次", True),
        ("≤5%", "约5%", True),
        ("≥500万元", "近500万元", True),
        ("0～100℃", "-10～120℃", False),
        ("≥2000人次", "约3000人次", False),
        ("≥2000人次", "2100～2300人次", False),
        ("≤5%", "4～5%", False),
        ("≥2000人次", "1800人次", False),
        ("3项", "3项", False),
    ],
)
def test_ranges_and_about_values_near_a_limit_are_left_to_a_person(wanted, reached, open_):
    from matcher.projects.lifecycle.delivery import _is_open

    assert _is_open(wanted, reached) is open_


@pytest.mark.parametrize(
    ("remark", "told"),
    [
        ("已申请延期至2027年3月", "P1：“申请延期至2027年3月”只是申请，没有记入，结束日期仍按表中的"),
        ("2025年6月18日通过验收", "P1：写着“2025年6月18日通过验收”，没有记入，仍按没有验收"),
        ("已结题，材料已归档", "P1：写着“已结题”，没有记入，仍按没有验收"),
        ("通过中期验收", ""),
        ("验收通过后拨付余款", ""),
        ("未通过验收条件审查", ""),
        ("整改后重新组织验收", ""),
        ("设备已验收", ""),
    ],
)
def test_what_a_remark_says_of_an_acceptance_or_an_extension_is_told(remark, told):
    table = pd.DataFrame({"项目编号": ["P1"], "项目名称": ["甲"], "结束日期": ["2024-12-31"], "备注": [remark]})
    said = read_managed(table).problems["problem"].tolist()
    assert [line for line in said if "没有记入" in line and ("申请" in line or "验收" in line)] == [told] * bool(told)
    done = read_managed(table.assign(当前进展="已验收"))
    assert done.rows["stage"].tolist() == ["已验收"]
    assert not any("仍按没有验收" in line for line in done.problems["problem"])
    sentence = read_managed(table.assign(当前进展="已完成样机试制"))
    assert sentence.rows["stage"].tolist() == [""]
