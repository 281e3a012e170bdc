"""Tables as data bases and pandas hand them over: codes, keys of their own, bits, headers of several levels."""

import json

import pandas as pd
import pytest

from matcher import read_firms, read_needs, score
from matcher.errors import ArgumentTypeError, TableError

FIRMS = ["甲公司", "乙公司", "丙公司"]


def resident(cells, header="居民企业"):
    return read_firms(pd.DataFrame({"企业名称": FIRMS, header: cells}), "hte", on="2026-11-24")


def decided(cells):
    firms = pd.DataFrame({"enterprise_id": list("abc"), "resident": cells})
    scored = score(firms, "hte", on="2026-11-24")
    return scored.verdicts.loc[scored.verdicts["rule"] == "resident", "passed"].tolist(), scored.problems


@pytest.mark.parametrize("cells", [[1, 2, 2], ["1", "2", "2"], ["01", "02", "02"], ["是", 2, 2.0]])
def test_a_two_beside_ones_may_be_the_code_of_no(cells):
    rows, problems = resident(cells)
    assert rows["resident"].tolist()[0]
    assert rows["resident"].isna().tolist() == [False, True, True]
    assert problems["problem"].str.startswith("“2”可能是代码（1 是、2 否）").sum() == 2
    passed, doubts = decided(cells)
    assert passed == ["pass", "unknown", "unknown"]
    assert doubts["problem"].str.startswith("“2”可能是代码").all()


@pytest.mark.parametrize("cells", [[0, 1, 2], [1, 2, 3], ["无", 2, 1], ["0", "2项", "1项"], [True, True, False]])
def test_counts_and_answers_stay_what_they_are(cells):
    none = {0, "0", "无"}
    expected = [cell not in none for cell in cells]
    assert resident(cells).rows["resident"].tolist() == expected
    assert decided(cells)[0] == ["pass" if one else "fail" for one in expected]


@pytest.mark.parametrize("key", ["id", "_id", "ID"])
@pytest.mark.parametrize("name", ["需求编号", "编号", "NEED_ID"])
def test_the_key_of_a_data_base_gives_way_to_the_column_that_names_the_id(key, name):
    table = pd.DataFrame({key: [501, 502], name: ["LY-1", "LY-2"], "需求名称": ["齿轮", "桃"]})
    for columns in (table, table[[name, "需求名称", key]]):
        assert read_needs(columns).rows["need_id"].tolist() == ["LY-1", "LY-2"]


@pytest.mark.parametrize("other", ["序号", "No", "备注", "合同"])
def test_the_key_of_a_data_base_is_the_id_where_nothing_else_is(other):
    table = pd.DataFrame({"id": [501, 502], other: ["1", "2"], "需求名称": ["齿轮", "桃"]})
    assert read_needs(table).rows["need_id"].tolist() == ["501", "502"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"编号": [1, 2], "ID": ["XQ-001", "XQ-002"]}, ["XQ-001", "XQ-002"]),
        ({"ID": ["XQ-001", "XQ-002"], "编号": ["", ""]}, ["XQ-001", "XQ-002"]),
        ({"ID": ["7", "9"], "需求编号": [None, None]}, ["7", "9"]),
        # honest neighbours
        ({"编号": ["LY-1", "LY-2"], "ID": [501, 502]}, ["LY-1", "LY-2"]),
        ({"编号": [1, 2], "ID": [1, 2]}, ["1", "2"]),
        ({"编号": ["LY-1", "LY-2"], "ID": ["a9", "b7"]}, ["LY-1", "LY-2"]),
        ({"需求编号": ["1", "2"], "ID": ["a9", "b7"]}, ["1", "2"]),
    ],
)
def test_ids_are_where_a_column_has_them(ids, expected):
    reading = read_needs(pd.DataFrame(ids | {"需求名称": ["降噪", "防冰"]}))
    assert reading.rows["need_id"].tolist() == expected
    assert not reading.problems["problem"].str.contains("编为").any()


def test_bits_and_the_null_of_a_dump():
    assert resident([b"\x01", b"\x00", None]).rows["resident"].tolist()[:2] == [True, False]
    assert resident(["是".encode(), "否".encode(), b""]).rows["resident"].tolist()[:2] == [True, False]
    needs = read_needs(
        pd.DataFrame({"需求编号": [r"\N", "X1"], "需求名称": [r"\N", "齿轮"], "需求描述": [r"\N", r"空值写作 \N"]})
    )
    assert needs.rows["need_id"].tolist() == ["X1"]
    assert needs.rows["description"].tolist() == [r"空值写作 \N"]
    assert needs.problems["kept"].tolist() == [False]


def test_headers_of_several_levels_are_those_of_the_workbook(tmp_path):
    written = pd.DataFrame(
        [
            ["企业名称", "销售收入（万元）", None, "研发费用（万元）", None],
            [None, "2024年", "2025年", "2024年", "2025年"],
            ["甲公司", 4300, 4800, 240, 280],
        ]
    )
    path = tmp_path / "firms.xlsx"
    written.to_excel(path, header=False, index=False)
    given = read_firms(pd.read_excel(path, header=[0, 1], engine="openpyxl"), "hte", on="2026-11-24").rows
    assert given["name"].tolist() == ["甲公司"]
    assert given[["sales_y2", "sales_y3", "rd_expense_y3"]].values.tolist() == [[43_000_000, 48_000_000, 2_800_000]]


def test_a_pivoted_table_and_other_levels():
    long = pd.DataFrame({"企业名称": ["甲公司"] * 2, "年": [2024, 2025], "销售收入（万元）": [4300, 4800]})
    wide = read_firms(long.pivot(index="企业名称", columns="年"), "hte", on="2026-11-24").rows
    assert wide[["name", "sales_y2", "sales_y3"]].values.tolist() == [["甲公司", 43_000_000, 48_000_000]]
    for blank in ("", float("nan"), None):
        labels = [("需求编号", blank), ("需求名称", blank), ("企业", "企业名称")]
        needs = read_needs(pd.DataFrame([["1", "齿轮", "甲公司"]], columns=pd.MultiIndex.from_tuples(labels)))
        assert needs.rows[["need_id", "title", "enterprise"]].values.tolist() == [["1", "齿轮", "甲公司"]]
        assert needs.problems.empty
    framed = pd.MultiIndex.from_product([["基本信息"], ["需求编号", "需求名称"]])
    assert read_needs(pd.DataFrame([["1", "齿轮"]], columns=framed)).rows["need_id"].tolist() == ["1"]
    assert read_needs(pd.DataFrame([["1", "齿轮"]], columns=["需求编号", "需求名称"])).rows["title"].tolist() == [
        "齿轮"
    ]


@pytest.mark.parametrize("day", ["1900-01-01", pd.Timestamp("1900-01-01"), pd.Timestamp("1899-12-30")])
def test_the_day_that_programs_write_into_empty_cells_is_none(day):
    scored = score(pd.DataFrame({"enterprise_id": ["a"], "registered_on": [day]}), "hte", on="2026-11-24")
    assert scored.verdicts.loc[scored.verdicts["rule"] == "age", "passed"].tolist() == ["unknown"]
    assert scored.problems["problem"].tolist() == ["像是程序写在空格里的日期；按未知处理"]


@pytest.mark.parametrize("day", ["1900-01-02", "1949-10-01", "2015-03-12", pd.Timestamp("1970-01-01")])
def test_other_early_days_are_days(day):
    scored = score(pd.DataFrame({"enterprise_id": ["a"], "registered_on": [day]}), "hte", on="2026-11-24")
    assert scored.verdicts.loc[scored.verdicts["rule"] == "age", "passed"].tolist() == ["pass"]
    assert scored.problems.empty


@pytest.mark.parametrize(
    ("field", "yuan"),
    [
        ("预算（万元）", 500_000),
        ("budget（万元）", 500_000),
        ("预算（元）", 50),
        ("预算", 50),
        ("budget", 50),
        ("预算(千元)", 50_000),
    ],
)
def test_a_field_may_say_the_unit_of_a_header_that_does_not(field, yuan):
    table = pd.DataFrame({"req_no": ["1"], "req_name": ["齿轮"], "budget_wan": [50]})
    columns = {"req_no": "需求编号", "req_name": "title", "budget_wan": field}
    assert read_needs(table, columns=columns).rows["budget"].tolist() == [yuan]


@pytest.mark.parametrize("field", ["预算（吨）", "金额（万元）", "预算万元钱"])
def test_what_is_no_field_with_a_unit_is_refused(field):
    table = pd.DataFrame({"需求名称": ["齿轮"], "budget_wan": [50]})
    with pytest.raises(TableError, match="没有字段"):
        read_needs(table, columns={"budget_wan": field})
    with pytest.raises(ArgumentTypeError, match="header -> one field"):
        read_needs(table, columns={"budget_wan": ["budget"]})


def test_cells_that_are_objects_are_told(tmp_path):
    rows = [
        {
            "需求编号": "1",
            "需求名称": "齿轮",
            "企业名称": {"名称": "甲", "电话": "13905391234"},
            "关键词": ["齿轮", "磨削"],
        }
    ]
    path = tmp_path / "needs.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    for source in (pd.DataFrame(rows), path):
        read = read_needs(source)
        assert read.problems[["column", "problem"]].values.tolist() == [
            ["企业名称", "格里是一个对象（有自己的名称和值），按文字读入"]
        ]
        assert read.rows["keywords"].tolist() == ["齿轮,磨削"]
    plain = pd.DataFrame(rows).assign(企业名称=["{甲}公司"])
    assert read_needs(plain).problems.empty
    assert read_needs(plain.assign(关键词=[[]])).problems.empty


def test_bytes_and_sets_become_the_text_that_they_hold():
    table = pd.DataFrame(
        {"需求名称": ["齿轮检测".encode("gbk"), "齿轮检测".encode()], "关键词": [{"乙", "丙", "甲"}, {"丁"}]}
    )
    assert read_needs(table).rows[["title", "keywords"]].values.tolist() == [
        ["齿轮检测", "丙,乙,甲"],
        ["齿轮检测", "丁"],
    ]
