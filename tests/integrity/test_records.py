"""Records in force on a day, and what each bars from; every edge from both sides."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from matcher.errors import PolicyError, TableError
from matcher.integrity import bars_on, integrity_hits, list_notices, read_records, read_subjects
from matcher.integrity.checking import reasons
from matcher.integrity.records import bars, in_force
from matcher.integrity.rules import document_on, load_notice

NO_DAYS = {"限制起始日期": "", "限制截止日期": ""}


def record(**cells):
    table = {"记录编号": "R1", "姓名": "虚构人甲", "限制起始日期": "2025-01-01", "限制截止日期": "2027-12-31", **cells}
    return read_records(pd.DataFrame({name: [cell] for name, cell in table.items()})).rows.to_dict("records")[0]


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "state"),
    [("2024-12-31", False), ("2025-01-01", True), ("2027-12-31", True), ("2028-01-01", False)],
)
def test_both_ends_count(on, state):
    assert in_force(record(), day(on)) == (state, "")


@pytest.mark.parametrize(
    ("cells", "on", "answer"),
    [
        ({"限制截止日期": "永久"}, "2099-01-01", (True, "")),
        ({"限制截止日期": "", "处理措施": "终身禁止申报"}, "2099-01-01", (True, "")),
        ({"限制截止日期": ""}, "2026-01-01", (None, "没有写截止日期")),
        ({"限制截止日期": "三年"}, "2026-01-01", (None, "截止日期写的是“三年”")),
        ({"限制截止日期": "至今"}, "2026-01-01", (None, "截止日期写的是“至今”")),
        ({"限制截止日期": "长期"}, "2099-01-01", (True, "")),
        ({"限制截止日期": "9999-12-31"}, "2099-01-01", (True, "")),
        ({"限制截止日期": "", "处理措施": "永久撤销奖励，禁止申报"}, "2099-01-01", (None, "没有写截止日期")),
        ({"限制起始日期": ""}, "2026-01-01", (None, "没有写起始日期")),
        ({**NO_DAYS, "限制期限": "2025年1月1日至2027年12月31日"}, "2027-12-31", (True, "")),
        ({**NO_DAYS, "限制期限": "2025年1月1日至2027年12月31日"}, "2028-01-01", (False, "")),
        ({**NO_DAYS, "限制期限": "2025年3月至2027年12月"}, "2025-03-30", (None, "起始日期不确切")),
        ({**NO_DAYS, "限制期限": "至2027年"}, "2026-01-01", (None, "没有写起始日期")),
        ({**NO_DAYS, "限制期限": "至2027年"}, "2028-01-01", (False, "")),
        ({**NO_DAYS, "限制期限": "2025年6月1日"}, "2026-01-01", (None, "没有写起始日期、截止日期写的是“2025年6月1日”")),
        ({"限制起始日期": "2025-01-01", "限制截止日期": "", "限制期限": "长期"}, "2099-01-01", (True, "")),
        ({"限制期限": "三年"}, "2027-12-31", (True, "")),
        ({"限制起始日期": "", "决定日期": "至2028年12月31日"}, "2026-01-01", (None, "没有写起始日期")),
        ({"限制起始日期": "至2027年12月31日", "限制截止日期": ""}, "2026-01-01", (None, "没有写起始日期")),
        ({"限制起始日期": "至2027年12月31日", "限制截止日期": ""}, "2028-01-01", (False, "")),
        ({"限制起始日期": ""}, "2028-01-01", (False, "")),
        ({"限制起始日期": "", "决定日期": "2026-02-01"}, "2026-01-31", (False, "")),
        ({"限制起始日期": "", "决定日期": "2026-02-01"}, "2026-02-01", (None, "没有写起始日期")),
        ({"修复日期": "2026-03-01"}, "2026-02-28", (True, "")),
        ({"修复日期": "2026-03-01"}, "2026-03-01", (False, "")),
        ({"申诉情况": "撤销原决定", "申诉结果日期": "2026-03-01"}, "2026-02-28", (True, "")),
        ({"申诉情况": "撤销原决定", "申诉结果日期": "2026-03-01"}, "2026-03-01", (False, "")),
        ({"申诉情况": "申诉中"}, "2026-03-01", (True, "")),
        ({"申诉情况": "维持原决定，不予撤销"}, "2026-03-01", (True, "")),
        ({"申诉情况": "本人撤销申诉"}, "2026-03-01", (True, "")),
        ({"申诉情况": "变更为警告"}, "2026-03-01", (None, "申诉后有变更")),
        ({"限制起始日期": "2025年3月"}, "2025-02-28", (False, "")),
        ({"限制起始日期": "2025年3月"}, "2025-03-30", (None, "起始日期不确切")),
        ({"限制起始日期": "2025年3月"}, "2025-03-31", (True, "")),
        ({"修复日期": "2026年3月"}, "2026-02-28", (True, "")),
        ({"修复日期": "2026年3月"}, "2026-03-01", (None, "修复日期不确切")),
        ({"修复日期": "2026年3月"}, "2026-03-31", (False, "")),
        ({"申诉情况": "申诉期间中止执行"}, "2026-03-01", (None, "申诉期间中止执行")),
        ({"备注": "已申诉撤销"}, "2026-03-01", (None, "备注提到“申诉”，请看备注")),
        ({"备注": "联系人虚构人乙"}, "2026-03-01", (True, "")),
        ({"限制截止日期": "2027年12月"}, "2027-12-31", (True, "")),
    ],
)
def test_what_ends_a_bar_and_what_leaves_it_open(cells, on, answer):
    assert in_force(record(**cells), day(on)) == answer


@pytest.mark.parametrize(
    ("cells", "roles"),
    [
        ({"限制事项": "申报"}, (True, False, False)),
        ({"限制事项": "申报、评审"}, (True, True, False)),
        ({"限制事项": "全部"}, (True, True, True)),
        ({"限制事项": "见决定书"}, (None, None, None)),
        ({"处理措施": "警告，科研诚信诫勉谈话"}, (False, False, False)),
        ({"处理措施": "撤销立项，追回已拨经费，禁止申报5年"}, (True, False, False)),
        ({"处理措施": "取消评审专家资格3年"}, (False, True, False)),
        ({"处理措施": "不得申报、评审、提名"}, (True, True, True)),
        ({"处理措施": "5年内不得参与财政资金支持的科技活动"}, (True, None, None)),
        ({"处理措施": "记入严重失信行为数据库"}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_a_record_bars_from_what_it_says(cells, roles):
    found = record(**cells)
    assert tuple(bars(found, role)[0] for role in ("applicant", "reviewer", "nominee")) == roles


def test_a_notice_bars_besides_and_is_cited():
    notice = load_notice("广东2027", day("2026-08-01"))
    mild = record(处理措施="警告", 处理文号="虚科监〔2025〕1号", 依据规则="虚构规则", 条款="第三条")
    assert bars(mild, "applicant", notice) == (
        True, "粤科函资字〔2026〕1312号 申报要求；虚科监〔2025〕1号；虚构规则 第三条", "",
    )  # fmt: skip
    assert bars(mild, "reviewer", notice)[0] is False
    with pytest.raises(
        PolicyError, match=r"^“广东2027”（粤科函资字〔2026〕1312号）自 2026-07-21 起，2026-07-20 还没有"
    ):
        load_notice("广东2027", day("2026-07-20"))


@pytest.mark.parametrize(("grade", "answer"), [("严重", True), ("一般", False), ("", None)])
def test_a_notice_on_grave_records_asks_for_the_grade(grade, answer):
    notice = load_notice("国家重点研发2021", day("2026-01-01"))
    assert bars(record(处理措施="警告", 情节=grade), "applicant", notice)[0] is answer


def test_the_rule_of_the_day_is_cited_where_a_record_names_none():
    assert [document_on(day(text)) for text in ("2019-09-24", "2019-09-25", "2022-08-24", "2022-08-25")] == [
        "", "国科发监〔2019〕323号", "国科发监〔2019〕323号", "国科发监〔2022〕221号",
    ]  # fmt: skip
    found = record(限制事项="申报", 处理文号="虚科监〔2025〕1号", 决定日期="2025-01-01")
    assert bars(found, "applicant")[1] == "虚科监〔2025〕1号；没有写依据规则；决定当日施行的是国科发监〔2022〕221号"


def test_expired_records_vanish_from_the_answer_and_stay_in_the_table():
    table = read_records(
        pd.DataFrame(
            {
                "记录编号": ["R1", "R2", "R3"],
                "姓名": ["甲某", "乙某", "丙某"],
                "限制事项": ["申报", "评审", "提名"],
                "处理文号": ["虚1号", "虚2号", "虚3号"],
                "依据": ["规则一"] * 3,
                "限制起始日期": ["2025-01-01", "2025-01-01", ""],
                "限制截止日期": ["2025-12-31", "2026-12-31", "2027-12-31"],
            }
        )
    ).rows
    found = bars_on(table, on="2026-06-30")
    assert found[["record_id", "applicant", "reviewer", "nominee", "basis", "open"]].values.tolist() == [
        ["R2", "", "不得", "", "虚2号；规则一", ""],
        ["R3", "", "", "需核实", "虚3号；规则一", "没有写起始日期"],
    ]
    assert table["record_id"].tolist() == ["R1", "R2", "R3"]


def test_permanent_not_written_and_written_otherwise_are_told_apart():
    ends = ["9999-12-31", "", "长期", "至今", "三年", "终身", "2027-12-31", ""]
    table = {
        "记录编号": [f"R{i}" for i in range(8)],
        "姓名": ["甲某"] * 8,
        "限制起始日期": [
            "2025-01-01",
            "2025-01-01",
            "2025年3月",
            "2025-01-01",
            "2025-01-01",
            "",
            "2025-01-01",
            "2025-01-01",
        ],
        "限制截止日期": ends,
        "处理措施": ["禁止申报"] * 7 + ["永久禁止申报"],
    }
    records = read_records(pd.DataFrame(table)).rows
    bars = bars_on(records, on="2026-06-30")
    assert bars[["record_id", "applicant", "end_note", "open"]].to_numpy().tolist() == [
        ["R0", "不得", "无期限", ""],
        ["R1", "需核实", "没有写", "没有写截止日期"],
        ["R2", "不得", "长期", ""],
        ["R3", "需核实", "写的是“至今”", "截止日期写的是“至今”"],
        ["R4", "需核实", "写的是“三年”", "截止日期写的是“三年”"],
        ["R5", "需核实", "终身", "没有写起始日期"],
        ["R6", "不得", "", ""],
        ["R7", "不得", "永久", ""],
    ]
    assert bars["start_note"].tolist() == ["", "", "写的是“2025年3月”", "", "", "没有写或没有读懂", "", ""]
    applied = read_subjects(pd.DataFrame({"申报编号": ["S1"], "项目负责人": ["甲某"]})).rows
    hits = integrity_hits(applied, records, role="applicant", on="2026-06-30")
    assert [reason.split("），")[-1] for reason in reasons(hits, "applicant")] == [
        "2025-01-01 起，无期限有效",
        "2025-01-01 起，截止日期没有写",
        "起始日期写的是“2025年3月”，长期有效",
        "2025-01-01 起，截止日期写的是“至今”",
        "2025-01-01 起，截止日期写的是“三年”",
        "起始日期没有写或没有读懂，终身有效",
        "2025-01-01 至 2027-12-31",
        "2025-01-01 起，永久有效",
    ]


def test_an_end_that_is_no_day_is_told():
    reading = read_records(pd.DataFrame({"记录编号": ["R1"], "姓名": ["甲某"], "限制截止日期": ["三年"]}))
    lines = reading.problems[["column", "value", "problem"]].values.tolist()
    assert ["限制截止日期", "三年", "记录 R1 的截止日期不是日期，当作不详"] in lines


def test_notices_say_what_was_seen():
    table = list_notices().set_index("notice")
    assert table["verified"].to_dict() == {"广东2027": True, "国家重点研发2021": False}


def test_a_register_with_grouped_headers_and_merged_years(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["年度", "序号", "对象", "", "所在单位", "处理措施", "限制期限", ""],
        ["", "", "姓名或单位名称", "证件号或信用代码", "", "", "起始", "截止"],
        ["2024年", 1, "虚构人甲", "", "虚构大学", "禁止申报", "2024.3.1", "永久"],
        [None, 2, "虚构公司", "91370000MA00000000", "", "禁止申报3年", "2024-06-01", "2027-05-31"],
    ):
        sheet.append(row)
    for cells in ("C1:D1", "G1:H1", "A1:A2", "B1:B2", "E1:E2", "F1:F2", "A3:A4"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "r.xlsx")
    rows = read_records(tmp_path / "r.xlsx").rows
    days = rows[["starts_on", "ends_on"]].apply(lambda one: one.dt.strftime("%F").fillna("")).to_numpy().tolist()
    assert (rows["name"].tolist(), rows["code"].tolist()) == (["虚构人甲", "虚构公司"], ["", "91370000MA00000000"])
    assert days == [["2024-03-01", ""], ["2024-06-01", "2027-05-31"]]
    assert rows["permanent"].tolist() == [True, False]


def test_a_period_in_the_cell_of_the_start_keeps_its_end():
    table = {"记录编号": ["R1"], "姓名": ["虚构人甲"], "起始日期": ["2020年3月1日至2023年2月28日"], "截止日期": [""]}
    row = read_records(pd.DataFrame(table)).rows.iloc[0]
    assert [f"{row[name]:%Y-%m-%d}" for name in ("starts_on", "ends_on")] == ["2020-03-01", "2023-02-28"]
    assert row["end_note"] == ""


def test_no_hint_takes_a_title_for_a_name_or_a_period_for_a_day():
    cells = {"编号": "S1", "项目负责人": "王某", "负责人职称": "教授"}
    applied = read_subjects(pd.DataFrame({name: [cell] for name, cell in cells.items()}))
    assert applied.columns.set_index("header")["hint"].to_dict() == dict.fromkeys(cells, "")
    cells = {"姓名": "王某", "限制期限": "至2027年"}
    found = read_records(pd.DataFrame({name: [cell] for name, cell in cells.items()}))
    assert found.columns["field"].tolist() == ["name", "period"]


def test_a_column_that_the_user_names_in_place_of_another_is_told():
    cells = {"编号": "S1", "项目负责人": "王某", "负责人职称": "教授"}
    applied = read_subjects(
        pd.DataFrame({name: [cell] for name, cell in cells.items()}), columns={"负责人职称": "姓名"}
    )
    assert applied.problems[["column", "problem"]].to_numpy().tolist() == [
        ["项目负责人", "和“负责人职称”都是“姓名”，只用了“负责人职称”，这一列原样保留"]
    ]


@pytest.mark.parametrize("name", ["", "/"])
def test_a_record_that_names_only_a_unit_is_the_units(name):
    cells = {"姓名": name, "所在单位": "虚构机械有限公司", "限制事项": "申报"}
    table = {"限制起始日期": "2025-01-01", "限制截止日期": "2027-12-31", **cells}
    reading = read_records(pd.DataFrame({name: [cell] for name, cell in table.items()}))
    applied = read_subjects(pd.DataFrame({"编号": ["S1"], "姓名": ["王某"], "单位": ["虚构机械有限公司"]})).rows
    hits = integrity_hits(applied, reading.rows, role="applicant", on="2026-11-24")
    assert hits[["field", "state", "why"]].values.tolist() == [["单位", "confirm", "同名，没有相同的代码"]]
    told = "记录 诚信记录-00002 没有写姓名或名称，当作所在单位的记录"
    assert told in reading.problems["problem"].tolist()


def test_a_record_of_a_person_without_a_name_is_told_and_is_not_the_units():
    cells = {"对象类别": "个人", "姓名": "", "所在单位": "虚构机械有限公司", "限制起始日期": "2025-01-01"}
    reading = read_records(pd.DataFrame({name: [cell] for name, cell in cells.items()}))
    assert reading.rows.empty
    assert (
        "记录 诚信记录-00002 没有写是谁，没有采用"
        in reading.problems.loc[~reading.problems["kept"], "problem"].tolist()
    )


@pytest.mark.parametrize("columns", [None, {"涉事者": "所在单位"}])
def test_a_table_without_a_column_of_names_is_refused_and_no_record_becomes_the_units(columns):
    cells = {"涉事者": "王某", "工作单位": "虚构大学", "限制事项": "评审", "限制截止日期": "永久"}
    if columns:
        del cells["工作单位"]
    table = pd.DataFrame({name: [cell] for name, cell in cells.items()})
    with pytest.raises(TableError, match="没有找到“姓名或名称”一列，不知道记录是谁的"):
        read_records(table, columns=columns)
    assert read_records(table, columns={"涉事者": "姓名或名称"}).rows["name"].tolist() == ["王某"]


def test_codes_alone_say_whose_records_are_and_a_header_of_persons_and_units_is_read():
    coded = read_records(pd.DataFrame({"统一社会信用代码": ["91370000MA00000000"], "限制事项": ["申报"]}))
    assert coded.rows["code"].tolist() == ["91370000MA00000000"]
    cells = {"责任人/责任单位": "王某、李某", "身份证号/信用代码": "", "工作单位": "虚构大学", "限制事项": "评审"}
    dates = {"限制起始日期": "2025-01-01", "限制截止日期": "永久"}
    records = read_records(pd.DataFrame({name: [cell] for name, cell in {**cells, **dates}.items()})).rows
    expert = read_subjects(pd.DataFrame({"姓名": ["李某"], "单位": ["虚构大学"]})).rows
    hits = integrity_hits(expert, records, role="reviewer", on="2026-11-24")
    assert hits["state"].tolist() == ["barred"]


@pytest.mark.parametrize("name", ["虚构轴承厂及其法定代表人王某", "虚构轴承厂、负责人王某"])
def test_a_unit_and_its_head_in_one_name_are_both_to_be_confirmed(name):
    cells = {"对象类别": "单位", "姓名或名称": name, "限制事项": "申报"}
    dates = {"限制起始日期": "2025-01-01", "限制截止日期": "永久"}
    records = read_records(pd.DataFrame({name: [cell] for name, cell in {**cells, **dates}.items()})).rows
    table = {"编号": ["S1", "S2", "S3"], "负责人": ["王某", "李某", "王某"]}
    applied = read_subjects(pd.DataFrame({**table, "申报单位": ["虚构轴承厂", "另一公司", "另一公司"]})).rows
    hits = integrity_hits(applied, records, role="applicant", on="2026-11-24")
    assert hits[["row_id", "field", "state"]].to_numpy().tolist() == [
        ["S1", "姓名", "confirm"], ["S1", "单位", "confirm"], ["S3", "姓名", "confirm"],
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["企业名称", "单位名称"])
def test_a_firm_is_read_by_its_name_and_beside_a_person_as_the_unit(header):
    cells = {"限制事项": "申报", "限制起始日期": "2026-01-01", "限制截止日期": "2028-12-31"}
    records = read_records(pd.DataFrame([{"记录编号": "R1", header: "虚构精锻有限公司", **cells}])).rows
    applied = read_subjects(pd.DataFrame({"编号": ["S1"], header: ["虚构精锻有限公司"]})).rows
    hits = integrity_hits(applied, records, role="applicant", on="2026-11-29")
    assert hits[["name", "state"]].values.tolist() == [["虚构精锻有限公司", "confirm"]]
    person = {"记录编号": "R1", header: "虚构精锻有限公司", "姓名": "虚构人甲", **cells}
    for row in (person, dict(reversed(person.items()))):
        both = read_records(pd.DataFrame([row])).rows
        assert both[["name", "unit"]].values.tolist() == [["虚构人甲", "虚构精锻有限公司"]]
