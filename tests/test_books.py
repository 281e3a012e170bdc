"""Finished tables to files and back: what was written is read, and a file that is none is told so."""

import pandas as pd
import pytest

from matcher.books import load_table, save_tables
from matcher.errors import TableError

TITLES = {"enterprise_id": "企业编号", "chance": "通过的可能", "ask": "先问什么"}
TABLE = pd.DataFrame({"enterprise_id": ["007", "1e5"], "chance": [0.5, 0.25], "ask": ["职工总数", "=1+1"]})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_table_comes_back_with_its_fields_and_its_ids_as_texts(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_tables(path, {"一": TABLE, "二": TABLE.head(0)}, TITLES)
    found = load_table(path, titles=TITLES, needed=["enterprise_id", "chance"])
    assert found[["enterprise_id", "chance"]].to_numpy().tolist() == [["007", 0.5], ["1e5", 0.25]]
    assert found["ask"].tolist() == ["职工总数", "'=1+1" if suffix == ".csv" else "=1+1"]


def test_what_cannot_be_read_is_told(tmp_path):
    save_tables(tmp_path / "t.xlsx", {"一": TABLE}, TITLES)
    with pytest.raises(TableError, match=r"^t\.xlsx：缺少列 rank$"):
        load_table(tmp_path / "t.xlsx", titles=TITLES, needed=["rank", "chance"])
    save_tables(tmp_path / "t.parquet", {"一": TABLE}, TITLES)
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
    save_tables(tmp_path / "t.xlsx", sheets, TITLES)
    assert load_table(tmp_path / "t.xlsx", titles=TITLES, needed=["chance"])["enterprise_id"].tolist() == ["007", "1e5"]
    assert load_table(tmp_path / "t.xlsx", titles=TITLES).to_numpy().tolist() == [["a"]]


def test_contacts_are_hidden_but_not_ids_and_problems_have_chinese_headers(tmp_path):
    told = pd.DataFrame({"enterprise_id": ["13812345678"], "ask": ["王工 13812345678"], "row": [3]})
    save_tables(tmp_path / "t.xlsx", {"一": told}, TITLES)
    found = pd.read_excel(tmp_path / "t.xlsx", engine="calamine", dtype=str)
    assert found.to_dict("list") == {"企业编号": ["13812345678"], "先问什么": ["王工 138****5678"], "行": ["3"]}
    save_tables(tmp_path / "t.csv", {"一": told}, TITLES, mask=False)
    assert "王工 13812345678" in (tmp_path / "t.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "reader"), [("t.parquet", "read_parquet"), ("t.csv", "read_csv"), ("t.xlsx", "read_excel")]
)
def test_a_fault_of_a_reader_is_not_called_one_of_the_file(tmp_path, monkeypatch, name, reader):
    def faulty(*_, **__):
        raise TypeError("calls changed")

    save_tables(tmp_path / name, {"一": TABLE}, TITLES)
    monkeypatch.setattr(pd, reader, faulty)
    with pytest.raises(TypeError, match=r"^calls changed$"):
        load_table(tmp_path / name)


def test_a_workbook_without_sheets_is_told(tmp_path, monkeypatch):
    save_tables(tmp_path / "t.xlsx", {"一": TABLE}, TITLES)
    monkeypatch.setattr(pd.ExcelFile, "sheet_names", [])
    with pytest.raises(TableError, match=r"^t\.xlsx：读不了（没有工作表）$"):
        load_table(tmp_path / "t.xlsx")
