"""Records and applications as offices keep them: every person is looked up, every sheet of records is read."""

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.integrity import bars_on, check_integrity, read_records, read_subjects

RECORDS = "姓名,所在单位,处理措施,限制起始日期,限制截止日期|庞某林,示例大学,取消申报资格,2025-01-01,2027-12-31"


def table(text):
    head, *rows = [line.split(",") for line in text.split("|")]
    return pd.DataFrame(rows, columns=head)


def checked(text, records=RECORDS):
    rows = check_integrity(
        read_subjects(table(text)).rows, read_records(table(records)).rows, role="applicant", on="2026-11-24"
    )
    return rows[["state", "reason"]].to_numpy().tolist()


@pytest.mark.parametrize(
    "header", ["第一负责人", "课题负责人", "项目组主要成员", "课题组骨干成员", "主要成员", "研究人员", "联合申报人"]
)
def test_every_usual_column_of_persons_is_looked_up(header):
    assert checked(f"申报编号,申报单位,{header}|S1,甲公司,庞某林（示例大学）")[0][0] == "barred"


def test_two_columns_of_members_are_both_looked_up():
    text = "申报编号,负责人,课题组成员,项目组成员|S1,高某,丁某,庞某林（示例大学）|S2,高某,庞某,庞某林"
    states = [state for state, _ in checked(text)]
    assert states == ["barred", "confirm"]  # 庞某 swallows no 庞某林


def test_persons_in_a_column_that_was_not_taken_are_told():
    state, reason = checked("申报编号,申报单位,技术负责人|S1,甲公司,庞某林")[0]
    assert (state, reason) == ("confirm", "需核实：“技术负责人”一列没有采用，其中的人没有查")


@pytest.mark.parametrize(
    ("header", "cell"),
    [("技术负责人", ""), ("技术负责人", "无"), ("项目组成员数", "5"), ("联系人", "庞某林"), ("推荐单位", "示例大学")],
)
def test_other_columns_leave_a_row_clear(header, cell):
    assert checked(f"申报编号,申报单位,{header}|S1,甲公司,{cell}") == [["clear", ""]]


def test_the_same_code_is_the_same_unit_under_any_usual_header():
    records = "单位名称,社会信用代码,处理措施,限制起始日期,限制截止日期|甲公司,A1,禁止申报,2025-01-01,2027-12-31"
    for header in ("社会信用代码", "统一社会信用代码", "信用代码"):
        assert checked(f"申报编号,申报单位,{header}|S1,甲公司,A1", records)[0][0] == "barred"


@pytest.mark.parametrize(
    ("period", "ends"),
    [
        ("3年（2024年6月18日—2027年6月17日）", "2027-06-17"),
        ("2024.6.18-2027.6.17（3年）", "2027-06-17"),
        ("三年", None),
        ("3年（自发文之日起）", None),
        ("3年（2024年6月18日起）", "2027-06-18"),
        ("2年（2024.1.1-2025.12.31）、3年（2024.1.1-2026.12.31）", None),
    ],
)
def test_the_days_of_a_period_may_stand_in_brackets(period, ends):
    rows = read_records(table(f"姓名,单位,处理措施,限制期限|庞某林,示例大学,取消申报资格,{period}")).rows
    assert [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in rows["ends_on"]] == [ends]


@pytest.mark.parametrize(
    ("cells", "days", "states"),
    [
        # on the day before, from the first, inside, on the days that may be over, after
        (",自2024年5月起三年", ("2024-05-01", "2027-05-31"), ("", "需核实", "不得", "需核实", "")),
        (",2024年5月10日起，为期2年", ("2024-05-10", "2026-05-10"), ("", "不得", "不得", "需核实", "")),
        (",3年（自处理决定之日起）", ("2024-04-01", "2027-04-01"), ("", "不得", "不得", "需核实", "")),
        ("2024-05-10,三年", ("2024-05-10", "2027-05-10"), ("", "不得", "不得", "需核实", "")),
        ("2024-05-10,18个月", ("2024-05-10", "2025-11-10"), ("", "不得", "不得", "需核实", "")),
    ],
)
def test_an_end_is_reckoned_from_a_first_day_and_a_length(cells, days, states):
    head = "姓名,单位,处理措施,处理日期,限制起始日期,限制期限"
    reading = read_records(table(f"{head}|庞某林,示例大学,取消申报资格,2024-04-01,{cells}"))
    first, last = map(pd.Timestamp, days)
    asked = [first - pd.Timedelta(days=1), first, first + pd.Timedelta(days=200), last, last + pd.Timedelta(days=1)]
    found = [bars_on(reading.rows, on=day)["applicant"].tolist() for day in asked]
    assert [one[0] if one else "" for one in found] == list(states)
    assert any("按期限算出" in problem for problem in reading.problems["problem"])


@pytest.mark.parametrize(
    "cells", [",三年", ",自公布之日起三年", ",三年以上", ",自2024年5月起", ",2024年5月起三年或五年"]
)
def test_an_end_that_a_length_does_not_tell_stays_open(cells):
    head = "姓名,单位,处理措施,处理日期,限制起始日期,限制期限"
    rows = read_records(table(f"{head}|庞某林,示例大学,取消申报资格,2024-04-01,{cells}")).rows
    assert rows["ends_on"].isna().all()
    assert bars_on(rows, on="2025-01-01")["applicant"].tolist() == ["需核实"]


def test_a_first_day_that_is_written_stays_beside_a_length():
    head = "姓名,单位,处理措施,限制起始日期,限制期限"
    rows = read_records(table(f"{head}|庞某林,示例大学,取消申报资格,2024-05-10,自2024年5月起三年")).rows
    assert rows["starts_on"].tolist() == [pd.Timestamp(2024, 5, 10)]
    rows = read_records(table(f"{head}|庞某林,示例大学,取消申报资格,2023-05-10,自2024年6月1日起三年")).rows
    assert rows["starts_on"].tolist() == [pd.Timestamp(2023, 5, 10)]  # another one: the end stays open
    assert rows["ends_on"].isna().all()


def book(path, sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, text in sheets.items():
        for line in text.split("|"):
            (made[name] if name in made.sheetnames else made.create_sheet(name)).append(line.split(","))
    made.save(path)
    return path


UNIT = "单位名称,处理措施,限制起始日期,限制截止日期|甲公司,禁止申报,2025-01-01,2027-12-31"


def test_a_workbook_with_a_sheet_of_units_and_one_of_persons_is_read_whole(tmp_path):
    reading = read_records(book(tmp_path / "记录.xlsx", {"单位": UNIT, "个人": RECORDS}))
    assert reading.rows["name"].tolist() == ["甲公司", "庞某林"]
    assert reading.rows["record_id"].tolist() == ["单位-诚信记录-00002", "个人-诚信记录-00002"]
    assert reading.problems["problem"].str.contains("2 个工作表（单位、个人）都是记录，都已读入").any()


@pytest.mark.parametrize(
    "other",
    ["已移出", "信用修复", "作废", "填报说明", "拟列入", "待审", "征求意见", "不予处罚", "核查中", "备份", "模板"],
)
def test_a_sheet_of_what_bars_no_more_is_not_read(tmp_path, other):
    rows = read_records(book(tmp_path / "记录.xlsx", {"记录": RECORDS, other: UNIT})).rows
    assert rows["name"].tolist() == ["庞某林"]


def test_a_sheet_of_something_else_is_no_sheet_of_records(tmp_path):
    path = book(tmp_path / "记录.xlsx", {"记录": RECORDS, "通讯录": "姓名,单位,电话|甲某,示例大学,1"})
    assert read_records(path).rows["name"].tolist() == ["庞某林"]
    certificates = "企业名称,批准文号,起始日期,有效期|乙公司,科字1号,2024-11-01,2024-11-01至2027-10-31"
    path = book(tmp_path / "三.xlsx", {"记录": RECORDS, "高企名单": certificates})
    assert read_records(path).rows["name"].tolist() == ["庞某林"]
    path = book(tmp_path / "二.xlsx", {"单位": UNIT, "个人": RECORDS})
    assert read_records(path, sheet="个人").rows["name"].tolist() == ["庞某林"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("联系人姓名", "赵某"),
        ("单位负责人", "赵某"),
        ("财务负责人", "赵某"),
        ("填报人姓名", "赵某"),
        ("推荐人姓名", "赵某"),
        ("法定代表人姓名", "赵某"),
        ("研发人员", 35),
        ("科技人员", "20人"),
        ("其他人员", 5),
        ("外聘人员", "无"),
        ("申请人", "虚构厂"),
        ("申请人", "王某"),
    ],
)
def test_offices_contacts_and_counts_are_no_unread_persons(header, cell):
    records = pd.DataFrame([{"姓名": "庞某林", "所在单位": "虚构大学", "限制事项": "申报", "限制截止日期": "永久"}])
    table = pd.DataFrame([{"项目编号": "P1", "项目负责人": "王某", "承担单位": "虚构厂", header: cell}])
    marks = check_integrity(read_subjects(table).rows, read_records(records).rows, role="applicant", on="2026-11-24")
    assert marks["state"].tolist() == ["clear"]
    who = table.rename(columns={header: "子任务负责人"}).assign(子任务负责人="庞某林")
    marks = check_integrity(read_subjects(who).rows, read_records(records).rows, role="applicant", on="2026-11-24")
    assert marks["state"].tolist() == ["confirm"]


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("3年（2024-06-18至2027-06-17）", "2027-06-17"),
        ("2024-06-18至2027-06-17（3年）", "2027-06-17"),
        ("原5年（2024-06-18至2029-06-17），现改为3年", None),
        ("5年（原为3年（2024-06-18至2027-06-17））", None),
        ("3年，自2024-06-18起（申诉期2024-07-01至2024-08-01）", None),
    ],
)
def test_days_in_brackets_are_the_period_only_behind_its_length(period, last):
    ends = read_records(pd.DataFrame([{"姓名": "庞某林", "限制期限": period}])).rows["ends_on"].iloc[0]
    assert (None if pd.isna(ends) else str(ends)[:10]) == last


@pytest.mark.parametrize("kind", ["企业", "公司", "其他组织", "高等院校", "合作社", "单位", ""])
def test_a_record_of_any_kind_of_unit_is_the_units(kind):
    records = (
        f"责任主体名称,主体类别,处理措施,限制起始日期,限制截止日期|示例机械公司,{kind},禁止申报,2025-01-01,2027-12-31"
    )
    assert checked("申报编号,申报单位|S1,示例机械公司", records)[0][0] == "confirm"


def test_a_kind_still_tells_persons_from_units():
    head, row = RECORDS.split("|")
    records = f"{head},对象类别|{row},{{}}"
    of = "申报编号,负责人,申报单位|S1,庞某林,示例大学"
    for kind in ("个人", "自然人", "科研人员", "高校教师", ""):
        assert checked(of, records.format(kind))[0][0] == "barred"
    assert checked(of, records.format("企业"))[0][0] == "clear"
    unit = "姓名或名称,对象类别,处理措施,限制起始日期,限制截止日期|示例大学,自然人,取消申报资格,2025-01-01,2027-12-31"
    assert checked(of, unit)[0][0] == "clear"


def test_a_row_without_code_and_no_column_of_names_is_refused():
    text = "涉事者,统一社会信用代码,惩戒措施|甲公司,A1,禁止申报|乙公司,,禁止申报"
    with pytest.raises(TableError, match=r"没有找到“姓名或名称”一列.*涉事者=姓名或名称"):
        read_records(table(text))
    assert len(read_records(table(text.replace("乙公司,", "乙公司,A2"))).rows) == 2
    assert len(read_records(table(text.replace("涉事者", "主体名称"))).rows) == 2
    assert len(read_records(table("姓名/单位,统一社会信用代码,惩戒措施|甲公司,A1,禁止申报|,,")).rows) == 1
