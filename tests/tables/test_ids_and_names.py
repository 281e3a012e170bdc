"""Codes and names in one table, dashes in ids, remarks of rows, posts behind units."""

import pandas as pd
import pytest

from matcher.assessment import read_assessed_outcomes
from matcher.commissioners import read_commissioners, read_villages
from matcher.errors import TableError
from matcher.review.sheets.scores import check_scores, read_scores
from matcher.tables.naming.units import same_units
from matcher.tables.naming.writings import KnownIds
from matcher.tables.reading import read_table
from matcher.tables.schemas.main import OUTCOMES
from matcher.tables.schemas.projects import SUBJECTS


def table(text):
    head, *rows = [line.split(",") for line in text.split("|")]
    return pd.DataFrame(rows, columns=head)


@pytest.mark.parametrize(
    ("known", "written", "found"),
    [
        (["ZJ-001"], ["zj001"], {"zj001": "ZJ-001"}),
        (["ZJ001", "ZJ002"], ["ＺＪ－００１", "zj-009"], {"ＺＪ－００１": "ZJ001"}),
        (["ZJ-001", "ZJ-002"], ["ZJ001", "ZJ-002"], {}),  # one is written as there: the dash tells
        (["P-01", "P01"], ["p 01-"], {}),
        (["1-11"], ["111"], {}),  # between figures it tells
        (["ZJ-001"], ["ZJ-01"], {}),
        (["ZJ001"], ["zj-001", "ZJ－001"], {}),  # two of that table
        (["A-1-12"], ["A-112"], {}),
    ],
)
def test_ids_that_differ_in_dashes_alone(known, written, found):
    assert KnownIds(known).without_dashes(written) == found


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (["专家姓名", "专家编号", "评委编号"], "专家编号"),
        (["序号", "申报编号"], "申报编号"),
        (["编号", "申报编号"], "申报编号"),
        (["申报编号", "专家编号"], "申报编号"),
    ],
)
def test_a_code_is_the_id(head, taken):
    reading = read_table(pd.DataFrame([["x"] * len(head) + ["甲某"]], columns=[*head, "姓名"]), SUBJECTS)
    account = reading.columns.set_index("header")["field"]
    assert account[account == "row_id"].index.tolist() == [taken]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("虚构木业有限公司董事", "虚构木业有限公司", True),
        ("虚构大学客座教授", "虚构大学", True),
        ("虚构研究院技术顾问", "虚构研究院", True),
        ("虚构顾问有限公司", "虚构有限公司", False),
        ("虚构公司股东大会", "虚构大会", False),
        ("王顾问", "王", False),
    ],
)
def test_a_post_behind_a_unit_is_no_part_of_its_name(left, right, same):
    found = same_units([left], [right])
    assert (len(found) > 0 and not found["near"].iloc[0]) == same


def told(reading):
    return reading.problems["problem"].str.contains("写着可能不再算数的话").sum()


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_villages, "村,乡镇,主导产业,备注|柳河村,东坡镇,桃,已有特派员，不需派"),
        (read_villages, "村,乡镇,主导产业,备注|柳河村,东坡镇,桃,2025年已整村搬迁"),
        (read_commissioners, "姓名,单位,专长,备注|甲某,农科院,桃,2026年3月起借调，不能服务"),
        (read_assessed_outcomes, "成果名称,样机,备注|甲,1台,已转让给某公司"),
    ],
)
def test_remarks_against_a_row_are_told(read, text):
    text = text.replace("，", "；")
    assert told(read(table(text))) == 1


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_villages, "村,乡镇,主导产业,备注|柳河村,东坡镇,桃,需派驻果树专家"),
        (read_villages, "村,乡镇,主导产业,备注|柳河村,东坡镇,桃,省级示范村"),
        (read_commissioners, "姓名,单位,专长,备注|甲某,农科院,桃,可服务两个村"),
        (read_assessed_outcomes, "成果名称,样机,备注|甲,1台,拟转让"),
    ],
)
def test_other_remarks_are_not(read, text):
    assert told(read(table(text))) == 0


def test_a_name_below_a_common_header_is_the_persons(tmp_path):
    import openpyxl

    from matcher.tables.schemas.projects import MANAGED_PROJECTS

    book = openpyxl.Workbook()
    for row in (
        ["项目编号", "项目名称", "项目负责人", None, "承担单位", None],
        [None, None, "姓名", "电话", "名称", "性质"],
        ["K1", "甲", "许某", "1", "甲公司", "企业"],
    ):
        book.active.append(row)
    for cells in ("C1:D1", "E1:F1", "A1:A2", "B1:B2"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "表.xlsx")
    rows = read_table(tmp_path / "表.xlsx", MANAGED_PROJECTS).rows
    assert rows[["person", "institution"]].to_numpy().tolist() == [["许某", "甲公司"]]


@pytest.mark.parametrize("codes", [["", ""], ["Z1", ""], ["/", "/"]])
def test_names_are_read_where_codes_are_missing(codes):
    table = pd.DataFrame({"项目编号": ["P1", "P1"], "专家编号": codes, "专家姓名": ["王某", "李某"], "得分": [81, 71]})
    reading = read_scores(table)
    assert reading.rows["reviewer"].tolist() == ["王某", "李某"]
    assert reading.problems["problem"].str.contains("有的行没有写“专家编号”，各行改用“专家姓名”").any()


def test_codes_are_read_where_all_have_one_or_the_user_says_so():
    table = pd.DataFrame(
        {"项目编号": ["P1", "P1"], "专家编号": ["Z1", "Z9"], "专家姓名": ["王某", "王某"], "得分": [81, 71]}
    )
    assert read_scores(table).rows["reviewer"].tolist() == ["Z1", "Z9"]
    signed = pd.concat([table, pd.DataFrame([{"项目编号": "组长签字：", "专家姓名": "赵某"}])])
    assert read_scores(signed).rows["reviewer"].tolist()[:2] == ["Z1", "Z9"]
    with pytest.raises(TableError):
        check_scores(read_scores(table.assign(专家编号=["Z1", ""]), columns={"专家编号": "评委编号"}).rows)


def test_another_code_is_read_where_the_own_one_is_still_empty():
    table = pd.DataFrame({"受理编号": ["S1", "S2"], "项目编号": ["", ""], "评委": ["王某", "王某"], "得分": [81, 71]})
    assert read_scores(table).rows["item"].tolist() == ["S1", "S2"]
    assert read_scores(table.assign(项目编号=["P1", "P2"])).rows["item"].tolist() == ["P1", "P2"]


def test_registered_numbers_are_ids_where_the_own_ones_are_not_yet_given_and_running_numbers_never():
    table = pd.DataFrame({"序号": [1, 2], "登记号": ["D1", "D2"], "成果编号": ["", ""], "成果名称": ["甲", "乙"]})
    assert read_table(table, OUTCOMES).rows["outcome_id"].tolist() == ["D1", "D2"]
    some = read_table(table.assign(成果编号=["O1", ""]), OUTCOMES).rows["outcome_id"].tolist()
    assert some == ["O1", "成果-00003"]
    alone = read_table(table.drop(columns="登记号"), OUTCOMES).rows["outcome_id"].tolist()
    assert alone == ["成果-00002", "成果-00003"]
    both = pd.DataFrame({"受理编号": ["S1", "S2"], "项目编号": ["P1", ""], "评委": ["王某", "李某"], "得分": [81, 71]})
    with pytest.raises(TableError):
        check_scores(read_scores(both).rows)
