"""Finished tables to files and back: what was written is read, and a file that is none is told so."""

import datetime as dt
import io
import json
from functools import partial

import numpy as np
import openpyxl
import pandas as pd
import pytest

from matcher.errors import ArgumentError, TableError
from matcher.export.sheets import Form, Sheet, workbook_bytes
from matcher.export.tables import write_tables
from matcher.export.worksheets import QuickWorksheet
from matcher.tables.results import load_table

TITLES = {"enterprise_id": "企业编号", "chance": "通过的可能", "ask": "先问什么"}
TABLE = pd.DataFrame({"enterprise_id": ["007", "1e5"], "chance": [0.5, 0.25], "ask": ["职工总数", "=1+1"]})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_table_comes_back_with_its_fields_and_its_ids_as_texts(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    write_tables(path, {"一": Sheet(TABLE, TITLES), "二": Sheet(TABLE.head(0), TITLES)})
    found = load_table(path, titles=TITLES, needed=["enterprise_id", "chance"])
    assert found[["enterprise_id", "chance"]].to_numpy().tolist() == [["007", 0.5], ["1e5", 0.25]]
    assert found["ask"].tolist() == ["职工总数", "'=1+1" if suffix == ".csv" else "=1+1"]


def test_what_cannot_be_read_is_told(tmp_path):
    write_tables(tmp_path / "t.xlsx", {"一": Sheet(TABLE, TITLES)})
    with pytest.raises(TableError, match=r"^t\.xlsx：缺少列 rank$"):
        load_table(tmp_path / "t.xlsx", titles=TITLES, needed=["rank", "chance"])
    write_tables(tmp_path / "t.parquet", {"一": TABLE})
    with pytest.raises(TableError, match=r"^t\.parquet：缺少列 rank$"):
        load_table(tmp_path / "t.parquet", needed=["rank"])
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(TableError, match=r"^bad\.xlsx：读不了"):
        load_table(tmp_path / "bad.xlsx")
    with pytest.raises(TableError, match=r"^none\.csv：读不了"):
        load_table(tmp_path / "none.csv")
    with pytest.raises(TableError, match=r"^t\.txt：请给出"):
        load_table(tmp_path / "t.txt")


def test_of_a_workbook_the_first_sheet_with_what_is_needed_is_read(tmp_path):
    sheets = {"一": pd.DataFrame({"ask": ["a"]}), "二": TABLE, "三": TABLE.tail(1)}
    write_tables(tmp_path / "t.xlsx", {name: Sheet(table, TITLES) for name, table in sheets.items()})
    assert load_table(tmp_path / "t.xlsx", titles=TITLES, needed=["chance"])["enterprise_id"].tolist() == ["007", "1e5"]
    assert load_table(tmp_path / "t.xlsx", titles=TITLES).to_numpy().tolist() == [["a"]]


def test_contacts_are_hidden_in_cells_headers_and_ids_that_are_contacts(tmp_path):
    table = pd.DataFrame(
        {"enterprise_id": ["13812345678", "S01"], "ask": ["王工 13812345678", "无"], "手机": [13812345678, 5]}
    )
    write_tables(tmp_path / "t.xlsx", {"一": Sheet(table, TITLES), "二": table[["enterprise_id"]]})
    book = pd.read_excel(tmp_path / "t.xlsx", engine="calamine", dtype=str, sheet_name=None)
    assert book["一"]["企业编号"].tolist() == ["138****5678", "S01"] == book["二"]["企业编号"].tolist()
    assert book["一"]["先问什么"].tolist() == ["王工 138****5678", "无"]
    assert book["一"]["手机"][0] == "138****5678"
    write_tables(tmp_path / "t.csv", {"一": table}, mask=False)
    assert "王工 13812345678" in (tmp_path / "t.csv").read_text("utf-8-sig")


def test_problems_stand_beside_what_is_no_workbook_and_an_old_file_is_renewed(tmp_path):
    columns = ["file", "sheet", "row", "column", "value", "problem", "action", "kept"]
    problems = pd.DataFrame([("a.csv", "", 3, "电话", "13812345678", "不对", "请改", True)], columns=columns)
    write_tables(tmp_path / "t.csv", {"一": TABLE}, problems=problems)
    assert "138****5678" in (tmp_path / "t.problems.csv").read_text("utf-8-sig")
    write_tables(tmp_path / "t.csv", {"一": TABLE}, problems=problems.head(0))
    assert pd.read_csv(tmp_path / "t.problems.csv").empty
    write_tables(tmp_path / "u.json", {"一": TABLE}, problems=problems.head(0))
    assert not (tmp_path / "u.problems.csv").exists()
    assert json.loads((tmp_path / "u.json").read_text("utf-8"))[0] == {
        "enterprise_id": "007",
        "chance": 0.5,
        "ask": "职工总数",
    }
    write_tables(tmp_path / "t.xlsx", {"一": TABLE}, problems=problems, notes=["说一句"])
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames == ["一", "问题", "说明"]


def test_a_sheet_is_a4_landscape_with_its_key_columns_first_and_the_rest_folded(tmp_path):
    sheet = Sheet(TABLE, TITLES, key=["chance", "enterprise_id"], frozen=2, shade=("chance", "<0.3", "bad"))
    write_tables(tmp_path / "t.xlsx", {"一": sheet}, notes=["说一句"])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    page = book["一"]
    assert [cell.value for cell in page[1]] == ["通过的可能", "企业编号", "先问什么"]
    assert (page.page_setup.paperSize, page.page_setup.orientation, page.page_setup.fitToHeight) == (9, "landscape", 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.freeze_panes, page.print_title_rows) == ("C2", "$1:$1")
    dimensions = page.column_dimensions
    assert [(dimensions[name].hidden, dimensions[name].outline_level) for name in "ABC"] == [
        (False, 0),
        (False, 0),
        (True, 1),
    ]
    assert [row[0].value for row in book["说明"].iter_rows()] == ["说明", "说一句", "折叠的列：点表头上方的“+”展开"]


def test_a_form_is_one_upright_page(tmp_path):
    form = Form([("title", ["甲公司"]), ("head", ["条款", "结论"]), ("row", ["研发费用", "差 13812345678"])])
    write_tables(tmp_path / "t.xlsx", {"总览": Sheet(TABLE, links={"enterprise_id": ["甲", "甲"]}), "甲": form})
    page = openpyxl.load_workbook(tmp_path / "t.xlsx")["甲"]
    assert page.page_setup.paperSize == 9
    assert page["B3"].value == "差 138****5678"


@pytest.mark.parametrize(("name", "reader"), [("t.parquet", "read_parquet"), ("t.csv", "read_csv")])
def test_a_fault_of_a_reader_is_not_called_one_of_the_file(tmp_path, monkeypatch, name, reader):
    def faulty(*_, **__):
        raise TypeError("calls changed")

    write_tables(tmp_path / name, {"一": TABLE})
    monkeypatch.setattr(pd, reader, faulty)
    with pytest.raises(TypeError, match=r"^calls changed$"):
        load_table(tmp_path / name)


def test_a_workbook_comes_back_as_the_table_that_was_written(tmp_path):
    table = pd.DataFrame(
        {"need_id": ["007", "8"], "rank": [1, 2], "score": [0.12345, 1.0], "good_match": [True, False]}
    )
    table["budget"] = [500_000, None]
    write_tables(tmp_path / "t.xlsx", {"一": Sheet(table)})
    titles = {"need_id": "需求编号", "rank": "排名", "score": "分数", "good_match": "较强匹配", "budget": "预算"}
    back = load_table(tmp_path / "t.xlsx", titles=titles, needed=["need_id"])
    assert back["need_id"].tolist() == ["007", "8"]
    assert back["rank"].tolist() == [1, 2]
    assert back["score"].tolist() == pytest.approx([0.12345, 1.0], abs=1e-12)
    assert back["budget"].tolist()[0] == 500_000
    assert back["good_match"].tolist() == ["是", "否"]


def test_cells_written_the_short_way_are_those_that_xlsxwriter_writes(monkeypatch):
    table = pd.DataFrame(
        {
            "firm_id": ["F1", "F2", "F1", "F3"],
            "text": ["=1+1", " a<b & “c” ", None, "两\n行"],
            "count": [1, 12_345, -3, 0],
            "share": [0.123456, None, 1e14, 98_765.432],
            "day": [dt.date(2026, 11, 24), None, dt.date(1999, 1, 1), None],
            "agreed": [True, False, None, True],
        }
    )
    sheets = {
        "甲": Sheet(
            table, links={"firm_id": ["乙"] * 4}, formats={"count": "0"}, comments={"text": "照原文填写"}, key=["text"]
        ),
        "乙": Sheet(table),
        "丙": Form([("title", ["说明"]), ("row", ["甲", "乙", "丙"])]),
    }

    def one_by_one(page, column, values, look, of_number):
        for row, value in enumerate(values, start=1):
            if isinstance(value, str):
                page.write_string(row, column, value, look)
            elif value is not None:
                page.write_number(row, column, value, of_number(value))

    def read():
        book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheets)))
        return {
            (page.title, cell.coordinate): (cell.value, cell.data_type, cell.number_format, cell.alignment.horizontal)
            for page in book
            for row in page.iter_rows()
            for cell in row
        }

    short = read()
    for name in ("_write_cell", "_write_row", "_calculate_spans"):
        monkeypatch.delattr(QuickWorksheet, name)
    monkeypatch.setattr(QuickWorksheet, "write_cells", one_by_one)
    assert short == read()
    assert len(short) == 2 * 5 * 6 + 2 * 4


def test_times_of_day_are_written(tmp_path):
    meetings = pd.DataFrame(
        {
            "编号": ["1", "2", "3"],
            "洽谈时间": pd.to_datetime(["2026-12-01 09:30", "2026-12-02 00:00", None]),
            "登记时间": pd.to_datetime(["2026-12-01 09:30:05", "2026-12-02 00:00:00", None]).tz_localize(
                "Asia/Shanghai"
            ),
            "日期": pd.to_datetime(["2026-12-01", "2026-12-02", None]),
            "成立": pd.Series([dt.date(1892, 1, 1), dt.date(1949, 10, 1), None], dtype=object),
        }
    )
    expected = {
        "洽谈时间": ["2026-12-01 09:30", "2026-12-02 00:00", ""],
        "登记时间": ["2026-12-01 09:30:05", "2026-12-02 00:00:00", ""],
        "日期": ["2026-12-01", "2026-12-02", ""],
        "成立": ["1892-01-01", "1949-10-01", ""],
    }
    write_tables(tmp_path / "a.csv", {"会": meetings})
    written = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    assert {name: written[name].tolist() for name in expected} == expected
    write_tables(tmp_path / "a.xlsx", {"会": meetings})
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    rows = list(page.iter_rows(min_row=2, min_col=2, values_only=True))
    assert [row[0] for row in rows] == ["2026-12-01 09:30", "2026-12-02 00:00", None]
    assert [row[1] for row in rows] == ["2026-12-01 09:30:05", "2026-12-02 00:00:00", None]
    assert [row[2] for row in rows] == [dt.datetime(2026, 12, 1), dt.datetime(2026, 12, 2), None]
    assert [row[3] for row in rows] == ["1892-01-01", dt.datetime(1949, 10, 1), None]


@pytest.mark.parametrize(("one", "other"), [("A", "a"), ("表" * 31 + "一", "表" * 31 + "二"), ("a/b", "a／b")])
def test_sheets_of_one_name_are_named(one, other, tmp_path):
    table = pd.DataFrame({"编号": ["1"]})
    with pytest.raises(ArgumentError, match="would have one name in a workbook"):
        write_tables(tmp_path / "a.xlsx", {one: table, other: table})
    assert list(tmp_path.iterdir()) == []
    write_tables(tmp_path / "a.xlsx", {"A": table, "表" * 30: table, "a b": table})


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet"])
def test_a_column_whose_name_stands_twice_is_kept(suffix, tmp_path):
    table = pd.DataFrame([["1", "甲", "2", "乙", "丙"]], columns=["编号", "名称", "编号", "名称", "编号"])
    write_tables(tmp_path / f"a.{suffix}", {"表": table})
    read = {"xlsx": pd.read_excel, "csv": pd.read_csv, "parquet": pd.read_parquet}[suffix]
    options = {"engine": "openpyxl"} if suffix == "xlsx" else {}
    written = read(tmp_path / f"a.{suffix}", **options).astype(str)
    assert written.columns.tolist() == ["编号", "名称", "编号（2）", "名称（2）", "编号（3）"]
    assert written.values.tolist() == table.values.tolist()


def test_a_row_without_any_value_stays_a_row(tmp_path):
    table = pd.DataFrame({"note": ["甲", None, "乙"], "many": [1, None, None]})
    write_tables(tmp_path / "t.xlsx", {"表": table, "空表": pd.DataFrame()})
    sheets = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [list(row) for row in sheets["表"].iter_rows(min_row=2, values_only=True)] == [
        ["甲", 1],
        [None, None],
        ["乙", None],
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_several_values_of_a_cell_are_one_text_without_contacts(suffix, tmp_path):
    cells = [["甲", "13853901234"], {"电话": 13853901234}, "电话 13853901234".encode(), np.array(["13853901234"])]
    write_tables(path := tmp_path / f"t{suffix}", {"表": pd.DataFrame({"note": cells, "large": [2**70, 1, 2, 3]})})
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": partial(pd.read_excel, engine="openpyxl")}
    read = readers[suffix](path)
    assert read.iloc[:, 0].tolist() == ["甲、138****1234", '{"电话": "138****1234"}', "电话 138****1234", "138****1234"]
    assert str(read.iloc[0, 1]) == str(2**70)
