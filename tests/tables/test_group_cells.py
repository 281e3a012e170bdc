"""A column written once a group is filled down where the groups can be seen, and told; else a blank stays unknown."""

import pandas as pd
import pytest

from matcher.tables.reading import read_needs, read_table
from matcher.tables.schemas.commissioners import COMMISSIONERS, SERVICE, VILLAGES


def villages(counties: list, towns: list | None = None) -> pd.DataFrame:
    columns = {"序号": range(1, len(counties) + 1), "服务县区": counties}
    columns |= {"乡镇": towns} if towns else {}
    return pd.DataFrame(columns | {"村名": [f"虚构{i}村" for i in range(len(counties))]}, dtype=object)


def test_a_county_and_a_town_written_once_hold_for_their_rows():
    read = read_table(villages(["甲县", "", "", "乙县", "", ""], ["东镇", "", "西镇", "东镇", "", "南镇"]), VILLAGES)
    assert read.rows[["county", "town"]].to_numpy().tolist() == [
        ["甲县", "东镇"], ["甲县", "东镇"], ["甲县", "西镇"], ["乙县", "东镇"], ["乙县", "东镇"], ["乙县", "南镇"],
    ]  # fmt: skip
    assert read.problems[["row", "column", "value", "problem"]].to_numpy().tolist() == [
        [3, "服务县区", "甲县", "这一列每组只写了一次，4 行空白照上面一行填写"],
        [3, "乡镇", "东镇", "这一列每组只写了一次，2 行空白照上面一行填写"],
    ]


@pytest.mark.parametrize(
    "counties",
    [
        ["", "甲县", "", "乙县", ""],  # the first one is missing
        ["甲县", "", "乙县", "", "甲县"],  # written again: no groups
        ["甲县", "甲县", "", "乙县", ""],  # written in each row of a group
        ["甲县", "", "", ""],  # one group only
        ["甲县", "乙县", "", "丙县"],  # one omission
    ],
)
def test_a_blank_county_that_no_group_explains_stays_unknown(counties: list[str]):
    read = read_table(villages(counties), VILLAGES)
    assert (read.rows["county"].tolist(), len(read.problems)) == (counties, 0)


def test_a_town_that_is_missing_where_a_county_begins_stays_unknown():
    read = read_table(villages(["甲县", "", "乙县", ""], ["东镇", "", "", "南镇"]), VILLAGES)
    assert read.rows["county"].tolist() == ["甲县", "甲县", "乙县", "乙县"]
    assert read.rows["town"].tolist() == ["东镇", "", "", "南镇"]


def test_a_column_right_of_what_a_row_is_about_is_not_grouped():
    frame = pd.DataFrame({"姓名": ["甲", "乙", "丙", "丁"], "县区": ["甲县", "", "乙县", ""]})
    assert read_table(frame, COMMISSIONERS).rows["county"].tolist() == ["甲县", "", "乙县", ""]
    assert read_table(frame[["县区", "姓名"]], SERVICE).rows["county"].tolist() == ["甲县", "甲县", "乙县", "乙县"]


@pytest.mark.parametrize("numbers", [["1", "2", "1", "2", "3"], ["1", "", "2", "", ""]])
def test_a_firm_written_once_for_its_needs_is_filled_where_the_numbers_say_so(numbers: list[str]):
    firms = ["虚构甲公司", "", "虚构乙公司", "", ""]
    titles = ["齿轮降噪", "齿轮渗碳", "面粉快检", "面粉增白", "面粉防潮"]
    lines = [",".join(line) for line in zip(numbers, firms, titles, strict=True)]
    read = read_needs("\n".join(["序号,企业名称,需求名称", *lines]).encode())
    assert read.rows["title"].tolist() == titles
    assert read.rows["enterprise"].tolist() == ["虚构甲公司"] * 2 + ["虚构乙公司"] * 3
    filled = read.problems[read.problems["column"] == "企业名称"]
    assert filled[["row", "problem"]].to_numpy().tolist() == [[3, "这一列每组只写了一次，3 行空白照上面一行填写"]]


@pytest.mark.parametrize(
    ("numbers", "firms"),
    [
        (["1", "2", "3", "4"], ["虚构甲公司", "", "虚构乙公司", ""]),  # a need without a firm, maybe
        (["1", "2", "1", "2"], ["虚构甲公司", "", "虚构甲公司", ""]),
        (["1", "2", "1", "3"], ["虚构甲公司", "", "虚构乙公司", ""]),
        (["1", "2", "1", "2"], ["", "虚构甲公司", "虚构乙公司", ""]),
        (["1", "2", "3", ""], ["虚构甲公司", "", "虚构乙公司", ""]),
    ],
)
def test_firms_are_not_filled_where_the_numbers_do_not_say_so(numbers: list[str], firms: list[str]):
    lines = [f"{number},{firm},需求{i}" for i, (number, firm) in enumerate(zip(numbers, firms, strict=True))]
    read = read_needs("\n".join(["序号,企业名称,需求名称", *lines]).encode())
    assert read.rows["enterprise"].tolist() == firms
    assert "不知是哪家的，没有照上面一行填写" in "".join(read.problems["problem"])
