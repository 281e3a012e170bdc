"""Tables as bureaus of a district keep them: rows that only count, years of two figures, lists of many titles."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher import read_experts, read_firms, read_needs
from matcher.contracts import read_contracts
from matcher.errors import TableError
from matcher.tables.files.grids import Book, Grid
from matcher.tables.reading import read_table
from matcher.tables.schemas.main import EXPERTS, OUTCOMES, TARGETS, TITLE_DAYS
from matcher.tables.schemas.main import NEEDS as NEEDS_CONTRACT
from matcher.tables.schemas.single_commands import TECH_CONTRACTS


def csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


NEEDS = "企业名称,需求名称,预算（万元）"


def titles(*lines: str) -> list[str]:
    return read_needs(csv(NEEDS, "甲公司,磨齿,50", *lines)).rows["title"].tolist()


@pytest.mark.parametrize(
    "line", ["省级：2家  市级：1家,,", "高企：3家；科小：12家。,,", "附：未报送企业名单,,", ",重点项：2个,"]
)
def test_a_row_that_only_counts_or_heads_an_appendix_is_no_record(line):
    assert titles(line) == ["磨齿"]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (",2台机床改造,", "2台机床改造"),
        (",磨齿：年产2家工厂的齿轮,", "磨齿：年产2家工厂的齿轮"),
        ("乙公司,附着力：3项指标,", "附着力：3项指标"),
        (",附着力提升,", "附着力提升"),
        (",附1、废气处理,", "附1、废气处理"),
    ],
)
def test_a_row_that_says_more_stays_a_record(line, title):
    assert titles(line) == ["磨齿", title]


@pytest.mark.parametrize("numbers", ["序号,1,2,3", "行次,1,2,3=1+2", "栏次,甲,1,2", "甲,乙,1,6", "序号,(1),(2),(2.1)"])
def test_numbers_of_columns_behind_their_word_are_no_record(numbers):
    head = "企业名称,需求名称,预算（万元）,备注"
    assert read_needs(csv(head, numbers, "甲公司,磨齿,50,")).rows["title"].tolist() == ["磨齿"]


@pytest.mark.parametrize("row", ["1,甲公司,磨齿", "序号一公司,磨齿,1", "2,3,4"])
def test_a_record_that_begins_with_a_number_stays(row):
    assert len(read_needs(csv("序号,企业名称,需求名称", row)).rows) == 1


def signed(day: str) -> tuple[list[object], list[str]]:
    table = pd.DataFrame({"项目名称": ["磨齿技术开发"], "卖方": ["甲"], "买方": ["乙"], "签订日期": [day]})
    reading = read_contracts(table)
    row = reading.rows.iloc[0]
    ends = [row["signed_on"], row.get("signed_on_min"), row.get("signed_on_max")]
    return [None if pd.isna(one) else f"{one:%Y-%m-%d}" for one in ends], reading.problems["problem"].tolist()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("26年1月5日", "2026-01-05"),
        ("98年5月6日", "1998-05-06"),
        ("26.4.9", "2026-04-09"),
        ("2026-03-01 星期日", "2026-03-01"),
    ],
)
def test_days_with_a_year_of_two_figures_and_of_a_week(written, day):
    (read, *_), told = signed(written)
    assert read == day
    assert any("年份只写了两位" in one for one in told) == (not written.startswith("20"))


@pytest.mark.parametrize(
    "written", ["45年3月5日", "12.4.9", "26.13.1", "10年6个月", "26年", "2026.3.1（计划）", "126年3月1日", "26年13月"]
)
def test_what_may_be_another_year_or_no_day_is_asked(written):
    assert signed(written)[0] == [None] * 3


def test_months_with_a_year_of_two_figures_are_spans():
    assert signed("18年11月")[0] == [None, "2018-11-01", "2018-11-30"]
    assert signed("10.1-12.31")[0][0] is None


def test_a_list_of_titles_is_no_form_though_a_title_is_a_column_elsewhere():
    text = csv(
        "企业名称,荣誉资质,级别,认定时间",
        "甲公司,高新技术企业,国家级,2023.12.7",
        ",科技型中小企业,国家级,2024.7.1",
        "乙公司,专精特新中小企业,省级,2026.3.1",
        "丙公司,小巨人,省级,2022.10.1",
    )
    rows = read_firms(text, "hte-may-apply", on="2026-03-31", extra=TITLE_DAYS).rows
    assert rows["name"].tolist()[0] == "甲公司"
    assert "荣誉资质" not in rows["name"].tolist()


def test_firms_side_by_side_stay_a_form():
    form = csv(",企业名称,甲公司,乙公司", "人员,职工总数,120,80", ",科技人员数,18,6", "其他,备注,无,")
    rows = read_firms(form, "hte", on="2026-03-31").rows
    assert rows[["name", "employees_total", "rd_staff"]].to_numpy().tolist() == [["甲公司", 120, 18], ["乙公司", 80, 6]]
    form = csv("企业名称,甲公司", "职工总数,120", ",科技人员数,18")
    assert len(read_firms(form, "hte", on="2026-03-31").rows) == 1


def used(contract, *headers: str) -> dict[str, str]:
    cells = {header: ["磨齿" if "数" not in header else "3"] for header in headers}
    columns = read_table(pd.DataFrame(cells), contract).columns
    return dict(zip(columns["header"], columns["field"], strict=True))


def test_the_name_of_a_target_under_its_usual_headers():
    assert used(TARGETS, "一级指标", "二级指标", "年度目标")["二级指标"] == "name"
    for other in ("重点任务", "考核指标", "二级指标", "任务名称"):
        assert used(TARGETS, other, "指标名称", "年度目标") == {other: "", "指标名称": "name", "年度目标": "goal"}
    assert used(TARGETS, "一级指标", "二级指标", "三级指标", "目标值")["三级指标"] == "name"
    for later in ("上半年完成数", "累计完成", "截至目前", "前三季度完成数"):
        assert used(TARGETS, "指标", "一季度完成数", later)[later] == "actual"
    assert used(TARGETS, "目标任务", "全年目标", "截至目前") == {
        "目标任务": "name",
        "全年目标": "goal",
        "截至目前": "actual",
    }
    assert used(TARGETS, "指标", "目标任务") == {"指标": "name", "目标任务": "goal"}
    assert used(TARGETS, "目标名称", "目标任务", "年度目标")["年度目标"] == "goal"
    assert used(TARGETS, "目标名称", "一级指标")["目标名称"] == "name"


def test_columns_one_two_and_three_of_a_field_are_joined():
    table = pd.DataFrame({"姓名": ["甲"], "熟悉的技术领域1": ["磨齿"], "熟悉的技术领域2": ["刀具"], "手机1": ["1"]})
    rows = read_table(table, EXPERTS).rows
    assert "磨齿" in rows["title"][0]
    assert "刀具" in rows["title"][0]
    assert used(NEEDS_CONTRACT, "需求名称", "预算1")["预算1"] == ""  # of several sums nobody knows which one counts
    assert used(EXPERTS, "姓名", "姓名2")["姓名2"] == ""
    assert used(EXPERTS, "姓名", "单位", "研究方向")["研究方向"] == "title"


@pytest.mark.parametrize(
    ("contract", "headers", "field"),
    [
        (OUTCOMES, ("成果名称", "挂牌日期", "发布日期"), "posted_on"),
        (TECH_CONTRACTS, ("合同名称", "所属县区", "卖方所在地"), "region"),
    ],
)
def test_a_further_header_gives_way_to_the_usual_one(contract, headers, field):
    assert used(contract, *headers)[headers[2]] == field
    assert used(contract, *headers[:2])[headers[1]] == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("3、目前最需要解决的技术问题是什么？", "problem、description"),
        ("1、贵公司名称", "enterprise"),
        ("贵公司目前需求描述是什么？", "description"),
        ("贵金属用量", ""),
        ("2、您最想参加的活动是什么？", ""),
        ("所属镇街", ""),
    ],
)
def test_what_a_questionnaire_asks_for(header, field):
    assert used(NEEDS_CONTRACT, "需求名称", header)[header] == field


def test_parties_of_contracts_by_name_and_no_kind_of_party():
    found = used(TECH_CONTRACTS, "项目名称", "受托方名称", "受托方类型", "委托方名称", "所属县区")
    assert found == {
        "项目名称": "subject",
        "受托方名称": "seller",
        "受托方类型": "",
        "委托方名称": "buyer",
        "所属县区": "region",
    }


def test_a_kind_and_a_day_of_listing_are_hinted_at_for_nothing_else():
    reading = read_table(
        pd.DataFrame({"项目名称": ["磨齿"], "受托方名称": ["甲"], "受托方类型": ["高校"]}), TECH_CONTRACTS
    )
    assert reading.columns["hint"].tolist() == ["", "", ""]
    reading = read_table(pd.DataFrame({"成果名称": ["磨齿"], "挂牌日期": ["2026-03-01"]}), OUTCOMES)
    assert reading.columns["field"].tolist() == ["title", "posted_on"]


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [("☑50以下 □50-100", None, 500_000), ("□50以下 ☑50-100", 500_000, 1_000_000), ("40（√）", 400_000, 400_000)],
)
def test_a_figure_that_is_ticked_counts(cell, low, high):
    row = read_needs(csv(NEEDS, f"甲公司,磨齿,{cell}")).rows.iloc[0]
    ends = [row.get(end, row["budget"]) for end in ("budget_min", "budget_max")]
    assert [None if pd.isna(end) else end for end in ends] == [low, high]


@pytest.mark.parametrize("cell", ["□50以下 □50-100", "☑50 ☑60", "√", "□无"])
def test_a_figure_of_which_none_or_two_are_ticked_is_asked(cell):
    row = read_needs(csv(NEEDS, f"甲公司,磨齿,{cell}")).rows.iloc[0]
    assert pd.isna(row.get("budget_max"))
    assert pd.isna(row["budget"])


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        *(("✗", False), ("✘", False), ("是（省级）", True), ("是（国家级）", True), ("有（部级）", True)),
        *(("有（市级）", None), ("是（已过期）", None), ("否（省级）", None)),
    ],
)
def test_a_level_beside_yes_counts_where_it_is_high_enough(cell, answer):
    rows = read_firms(
        csv("企业名称,拥有经认定的省部级以上研发机构", f"甲公司,{cell}"), "tech-sme", on="2026-03-31"
    ).rows
    found = rows.get("provincial_rd_institution", pd.Series([pd.NA]))[0]
    assert (None if pd.isna(found) else found) == answer


def sheets(**rows: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    grids = [Grid(name, list(lines), range(1, len(lines) + 1)) for name, lines in rows.items()]
    problems = read_needs(Book("各月", grids)).problems
    told = problems[problems["problem"].str.contains("只读了")]
    return list(zip(told["problem"], told["action"], strict=True))


HEAD = ("企业名称", "需求名称", "预算（万元）")


def test_sheets_with_one_header_are_told_as_such():
    january, march = [HEAD, ("甲公司", "磨齿", "50")], [("三月需求",), HEAD, ("乙公司", "刀具", "60")]
    [(_, action)] = sheets(一月=january, 三月=march)
    assert action == "要读别的，请指定工作表；“三月”表头相同，要一起用，请先用 matcher gather 合成一张"
    [(_, action)] = sheets(一月=january, 名单=[("姓名", "电话"), ("甲", "1")])
    assert action == "要读别的，请指定工作表"
    [(_, action)] = sheets(一月=january, 名单=[("企业名称", "需求名称"), ("甲", "磨齿")])
    assert action == "要读别的，请指定工作表"
    [(_, action)] = sheets(一月=january, 三月=[("企业", "需求", "投入"), ("乙公司", "刀具", "60")])
    assert action == "要读别的，请指定工作表；“三月”也像需求表，要一起用，请先用 matcher gather 合成一张"
    [(_, action)] = sheets(一月=january, 填写示例=[("企业", "需求", "投入"), ("例：乙公司", "刀具", "60")])
    assert action == "要读别的，请指定工作表"
    assert sheets(一月=january) == []


@pytest.mark.parametrize(
    ("header", "cell", "gone"), [("是否在库", "×", True), ("是否在库", "√", False), ("在库时间", "×", False)]
)
def test_experts_who_left_the_list_are_told(header, cell, gone):
    table = pd.DataFrame({"姓名": ["甲某", "乙某"], "研究方向": ["磨齿", "刀具"], header: [cell, ""]})
    told = read_experts(table).problems["problem"].str.contains("不再算数").any()
    assert told == gone


@pytest.mark.parametrize("header", ["技术需求", "技术需求（项）", "难题"])
def test_counts_of_a_cross_table_are_no_names_of_needs(header):
    counts = csv(f"乡镇,{header},完成率,预算（万元）", "高桥镇,12,80%,5000", "诸葛镇,8,60%,3000")
    with pytest.raises(TableError, match="没有“需求名称”或“需求描述”这样的列"):
        read_needs(counts)
    assert read_needs(csv(f"乡镇,{header}", "高桥镇,磨齿", "诸葛镇,8")).rows["title"].tolist() == ["磨齿", "8"]


def test_numbers_name_rows_that_something_else_describes_or_that_are_called_so():
    assert read_needs(csv("项目名称,预算（万元）", "001,5", "002,6")).rows["title"].tolist() == ["001", "002"]
    experts = read_experts("专家,研究方向\n1,铸造\n2,焊接\n".encode()).rows
    assert experts[["name", "title"]].to_numpy().tolist() == [["1", "铸造"], ["2", "焊接"]]


def test_a_note_below_that_speaks_of_secrecy_says_what_to_do():
    problems = read_needs(csv(NEEDS, "甲公司,磨齿,50", "注：甲公司的需求暂不公开。,,", "注：按月填报。,,")).problems
    notes = problems[problems["problem"].str.startswith("是表注")]
    assert notes[["row", "action"]].to_numpy().tolist() == [
        [3, "注里写着不公开或涉密：请在有关的行写明，如“是否公开”填“否”，再删去这一行"],
        [4, "请删去这一行"],
    ]


def test_columns_that_speak_of_their_rows_are_no_riddle():
    columns = read_needs(csv(f"{NEEDS},是否已解决,是否涉密,研判", "甲公司,磨齿,50,否,否,可")).columns
    assert columns["use"].tolist()[-3:] == ["原样保留", "原样保留", "没看懂"]
