"""Formal checks: what a list shows across its rows, item by item, unknown apart from failed."""

import openpyxl
import pandas as pd
import pytest

from matcher.errors import PolicyError, TableError
from matcher.policy import load_policy, read_firms
from matcher.review import check_nominations
from matcher.review.awards.nominations import derive_facts, read_earlier_awards, read_nominated_persons

NATIONAL = load_policy("award-national")
LIST = pd.DataFrame(
    {
        "提名编号": ["T1", "T2", "T3", "T4"],
        "项目名称": ["喷油系统", "播种机", "喷油 系统", "冷链"],
        "第一完成单位": ["甲公司", "乙公司", "甲公司", "丙公司"],
        "完成单位": ["甲公司、大学", "乙公司", "甲公司", "丙公司、大学"],
        "主要完成人": ["张明、李静", "赵磊、张明", "冯军", ""],
        "支撑材料": ["Z1、Z2", "Z3", "Z2", "Z6、Z7"],
        "应用起始日期": ["2022-05-31", "2022-06-01", "2020-01-01", ""],
        "计划项目已验收": ["是", "是", "否", ""],
    }
)


def facts_of(*names, policy=NATIONAL, persons=None, awarded=None, table=LIST):
    rows = read_firms(table, policy, on="2025-05-31").rows
    derived = derive_facts(rows, policy, year=2025, persons=persons, awarded=awarded)
    return derived.rows.reindex(columns=list(names)).astype(object).where(lambda cells: cells.notna(), None), derived


def persons(*rows):
    table = pd.DataFrame(rows, columns=["提名编号", "姓名", "工作单位"])
    return read_nominated_persons(table).rows


def test_namesakes_without_a_unit_may_be_one_person():
    rows, derived = facts_of("person_nominations", "person_nominations_min", "person_nominations_max", "same_title")
    assert rows.to_numpy().tolist() == [[None, 1, 2, 2], [None, 1, 2, 1], [1, None, None, 2], [None, None, None, 1]]
    assert derived.found.to_numpy().tolist() == [
        ["T1", NATIONAL.columns["person_nominations"].title, "张明：同名，可能是一人 T2"],
        ["T2", NATIONAL.columns["person_nominations"].title, "张明：同名，可能是一人 T1"],
    ]


def test_units_and_ids_tell_namesakes_apart():
    with_units = persons(("T1", "张明", "甲公司"), ("T2", "张明", "乙公司"), ("T3", "张明", "甲公司"))
    rows, derived = facts_of("person_nominations", persons=with_units)
    assert rows["person_nominations"].tolist() == [2, 1, 2, None]
    assert derived.found["found"].tolist() == ["张明：另见 T3", "张明：另见 T1"]
    ids = persons(("T1", "张明", "甲公司"), ("T2", "张明", "乙公司"), ("T3", "张明", "甲公司"))
    rows, _ = facts_of("person_nominations", persons=ids.assign(person_id=["a", "a", "b"]))
    assert rows["person_nominations"].tolist() == [2, 2, 1, None]


def test_units_are_counted_as_first_and_as_any():
    guangdong = load_policy("project-guangdong")
    rows, _ = facts_of("unit_nominations", "unit_parts", "units", policy=guangdong)
    assert rows.to_numpy().tolist() == [[2, 2, 2], [1, 1, 1], [2, 2, 1], [1, 1, 2]]
    more = LIST.assign(单位申报项数=["1", "5", "", ""])
    rows, _ = facts_of("unit_parts", policy=guangdong, table=more)
    assert rows["unit_parts"].tolist() == [2, 5, 2, 1]


def test_earlier_awards_prove_what_they_show_and_nothing_else():
    shandong = load_policy("award-shandong")
    earlier = pd.DataFrame(
        [
            ("播种机", 2019, "二等奖", "老王", "Z9"),
            ("旧题", 2020, "一等奖", "老李", "Z2"),
            ("冷链一", 2023, "未获奖", "", "Z6"),
            ("冷链二", 2024, "未获奖", "", "Z6、Z7"),
            ("喷油一", 2024, "未获奖", "", "Z1"),
        ],
        columns=["项目名称", "年度", "结果", "完成人", "支撑材料"],
    )
    names = ("content_awarded", "support_awarded", "repeat_share")
    rows, derived = facts_of(*names, policy=shandong, awarded=read_earlier_awards(earlier).rows)
    assert rows.to_numpy().tolist() == [[None, 1, None], [1, None, None], [None, 1, None], [None, None, 0.5]]
    assert derived.found.loc[derived.found["item"] == "T4", "found"].tolist() == [
        "2023年“冷链一”未获奖，相同支撑材料 1/2 件",
        "2024年“冷链二”未获奖，相同支撑材料 2/2 件",
    ]


def test_persons_awarded_in_the_two_years_before_by_name_and_unit():
    people = persons(("T1", "张明", "甲公司"), ("T2", "赵磊", "乙公司"), ("T3", "冯军", ""))
    earlier = pd.DataFrame(
        [("旧题", y, "一等奖", p, "甲公司") for y, p in ((2023, "张明"), (2022, "赵磊"), (2024, "冯军"))],
        columns=["项目名称", "年度", "结果", "完成人", "完成单位"],
    )
    awarded = read_earlier_awards(earlier).rows
    rows, derived = facts_of("person_awarded_last_two_years", persons=people, awarded=awarded)
    assert rows["person_awarded_last_two_years"].tolist() == [1, None, None, None]
    assert derived.found["found"].tolist() == ["张明：2023年“旧题”获奖", "冯军：2024年“旧题”获奖，同名，请核对是否一人"]


def test_the_check_tells_failed_from_unknown():
    rows = read_firms(LIST, NATIONAL, on="2025-05-31").rows
    result = check_nominations(rows, NATIONAL, on="2025-05-31")
    assert result.summary[["item", "decision", "failed", "unknown"]].to_numpy().tolist() == [
        ["T1", "不通过", 1, 1],
        ["T2", "不通过", 1, 1],
        ["T3", "不通过", 2, 0],
        ["T4", "未知", 0, 3],
    ]
    second = result.items[result.items["item"] == "T2"]
    assert second[["check", "state", "value"]].fillna(-1).to_numpy().tolist() == [
        ["2022-05-31以前公开或应用（满3年）", "不通过", 35],
        ["同一人当年只列入一项", "未知", -1],
        ["同一内容当年只提名一次", "通过", 1],
        ["所列计划项目均已验收", "通过", 1],
    ]
    title = NATIONAL.columns["person_nominations"].title
    assert second["missing"].tolist() == ["", f"缺“{title}”（在 1 与 2 之间，见“名单核对”）", "", ""]
    assert set(check_nominations(rows, NATIONAL, on="2026-01-01").summary["decision"]) == {"当日无有效版本"}
    with pytest.raises(PolicyError, match="看企业，不看申报项目"):
        check_nominations(rows, "hte", on="2025-05-31")


def test_a_check_of_other_kinds_of_awards_does_not_apply():
    table = pd.DataFrame({"项目编号": ["T1", "T2"], "项目名称": ["甲题", "乙题"], "奖种": ["科技进步奖", "自然科学奖"]})
    result = check_nominations(
        read_firms(table, "award-shandong", on="2025-03-31").rows, "award-shandong", on="2025-03-31"
    )
    papers = result.items[result.items["check"] == "自然科学奖代表作公开满2年"]
    assert papers[["item", "state"]].to_numpy().tolist() == [["T1", "不适用"], ["T2", "未知"]]


def test_the_command_on_a_messy_table(run, tmp_path):
    head = "单位：项,,,,,,\n序号,提名编号,成果名称,第一完成单位,市财政资金（万元）,牵头单位市级资金（万元）,诚信承诺书"
    text = f"{head}\n1,T1,甲题,甲公司,40,20,是\n2,T2,乙题,乙公司,40,19.9,\n\n"
    (tmp_path / "申报.csv").write_text(text, "utf-8-sig")
    status, out, _ = run(
        "review", "check", "申报.csv", "--rules", "project-linyi", "--on", "2023-06-01", "-o", "查.xlsx"
    )
    assert (status, out) == (0, "2 项：未知 1，不通过 1\n结果已写入 查.xlsx\n")
    rows = list(openpyxl.load_workbook("查.xlsx")["检查结论"].values)
    assert rows[1][:6] == ("T1", "甲题", "甲公司", "未知", 0, 2)
    assert rows[2][6].startswith(
        "不通过：牵头单位的市级资金不低于50%\n未知：有诚信承诺（缺“单位和负责人签署诚信承诺”）"
    )
    status, _, said = run("review", "check", "申报.csv", "--rules", "hte", "--on", "2023-06-01", "-o", "查.xlsx")
    assert status == 2
    assert "自编的规则请在 policy.yaml 中写 subject: application" in said


@pytest.mark.parametrize(
    ("policy", "table", "notes"),
    [
        (
            "award-heze",
            LIST,
            [
                "要看 4 项事实，表中有或能查出的 1 项，没有的不作判断",
                "不问一人几项，没有查，给出的完成人表没有用上",
                "不问历年提名和获奖，没有查",
            ],
        ),
        (
            "award-heze",
            pd.DataFrame({"项目编号": ["T1"], "专家1": [80]}),
            [
                "要看 4 项事实，表中有或能查出的 0 项，没有的不作判断；"
                "这张表按申报项目表读，若给错了请换，列名不同请用 --column 表头=字段 指定",
                "不问一人几项，没有查，给出的完成人表没有用上",
                "不问历年提名和获奖，没有查",
            ],
        ),
    ],
)
def test_what_a_policy_does_not_ask_is_told(policy, table, notes):
    rules = load_policy(policy)
    rows = read_firms(table, rules, on="2023-05-01").rows
    told = check_nominations(rows, rules, on="2023-05-01", persons=persons(("T1", "张明", "甲公司"))).notes
    assert told == [f"“{rules.title}”{note}" for note in notes]


def test_persons_of_other_items_are_told():
    rows = read_firms(LIST, NATIONAL, on="2025-05-31").rows
    told = check_nominations(rows, NATIONAL, on="2025-05-31", persons=persons(("Z9", "张明", "甲公司"))).notes
    assert told[-1].startswith("完成人表的项目编号和提名表一个也对不上")


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ({"项目名称": ["齿轮"], "年度": ["2024"], "获奖等级": ["一等奖"]}, "历年提名"),
        ({"项目名称": ["齿轮"], "姓名": ["张明"], "年度": ["2024"], "职称": ["教授"], "研究方向": ["齿轮"]}, "专家"),
    ],
)
def test_a_table_of_another_kind_is_called_by_its_name(table, kind):
    with pytest.raises(TableError, match=f"这像是一张{kind}表；.*请换申报项目情况表，或用 --column"):
        read_firms(pd.DataFrame(table), load_policy("award-heze"), on="2023-05-01")


@pytest.mark.parametrize(
    ("header", "cell", "answer"),
    [
        ("签字盖章", "缺公章", False),
        ("签字盖章", "未盖章", False),
        ("签字盖章情况", "签字不全", False),
        ("签字盖章", "齐全", True),
        ("签字盖章", "已寄出", None),
        ("成果登记号", "9372023Y0001", True),
        ("成果登记号", "无", False),
        ("成果登记号", "", None),
        ("是否成果登记", "9372023Y0001", None),
        ("成果登记号", "正在办理", None),
        ("成果登记号", "预计2026年12月", None),
        ("成果登记号", "鲁科成登字〔2026〕第12号", True),
        ("签字盖章", "没有不齐全", None),
    ],
)
def test_cells_of_attachments_as_offices_fill_them(header, cell, answer):
    rows = read_firms(pd.DataFrame({"提名号": ["T1"], "成果名称": ["甲"], header: [cell]}), "award-shandong").rows
    name = "registered" if "登记" in header else "signed_and_sealed"
    got = rows[name][0] if name in rows else None
    assert (None if pd.isna(got) else bool(got)) == answer


def test_a_yes_goes_before_the_number_that_stands_for_it():
    table = pd.DataFrame({"提名号": ["T1"], "成果名称": ["甲"], "成果登记号": [""], "是否成果登记": ["是"]})
    assert read_firms(table, "award-shandong").rows["registered"].tolist() == [True]


def test_an_award_with_its_grade_and_province_is_the_award():
    table = pd.DataFrame(
        {
            "提名号": ["T1", "T2", "T3"],
            "成果名称": list("甲乙丙"),
            "奖种": ["科技进步奖一等奖", "山东省技术发明奖", "某学会奖"],
        }
    )
    checks = check_nominations(read_firms(table, "award-shandong").rows, "award-shandong", on="2025-03-31").items
    assert checks.loc[checks["check"] == "写明奖种", "state"].tolist() == ["通过", "通过", "未知"]
