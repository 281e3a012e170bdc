"""Files: formats, encodings and hostile sizes, down to the words of each refusal."""

import csv
import io
import json
import os
import struct
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlwt

from matcher.errors import TableError
from matcher.tables.files import sheets, xls_records
from matcher.tables.files.grids import read_book

SAVE_AS = "请在 Excel 或 WPS 中打开后另存为 .xlsx"


def grid(data: bytes) -> list[list[object]]:
    """The cells of the only sheet."""
    (only,) = read_book(data).grids
    return [list(row) for row in only.rows]


def parquet() -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"标题": ["甲"]}).to_parquet(out)
    return out.getvalue()


def refusal(source: object) -> str:
    with pytest.raises(TableError) as caught:
        read_book(source)
    return str(caught.value)


def xlsx(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(fill) -> bytes:
    book = xlwt.Workbook()
    fill(book.add_sheet("表"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def remade(data: bytes, member: str, change) -> bytes:
    """A zip with one member changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_tables(encoding: str, delimiter: str, end: str):
    out = io.StringIO()
    rows = [["编号", "标题", "描述"], ["1", "甲,乙;丙\t丁", '第一行"引"\n第二行'], [], ["2", "一", ""]]
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    assert grid(out.getvalue().encode(encoding)) == rows


def test_the_limit_of_the_csv_module_stays_as_it_was():
    before = csv.field_size_limit()
    assert grid(f"标题\n{'字' * 200_000}".encode()) == [["标题"], ["字" * 200_000]]
    assert csv.field_size_limit() == before


def test_json_lines_keep_exact_numbers_and_line_numbers():
    text = '{"标题": "甲", "预算": 0.1}\n\n{"预算": 2, "新": [1]}\n坏\n'
    (only,) = read_book(text.encode()).grids
    assert [list(row) for row in only.rows] == [["标题", "预算", "新"], ["甲", Decimal("0.1")], [None, 2, [1]]]
    assert list(only.numbers) == [0, 1, 3]
    assert only.bad == ((4, "坏", "不是一个 JSON 对象", "请检查这一行的引号、逗号和括号"),)


def test_sources_of_every_sort(tmp_path: Path):
    path = tmp_path / "需求.csv"
    path.write_bytes(b"title\nx")
    with path.open("rb") as file, path.open() as text:
        books = [read_book(source) for source in (path, str(path), file, text, b"title\nx", io.BytesIO(b"title\nx"))]
    assert [book.name for book in books] == ["需求.csv"] * 4 + ["数据"] * 2
    assert [book.grids[0].rows for book in books] == [[["title"], ["x"]]] * 6
    with pytest.raises(TypeError, match="source is a path, bytes, a binary file or a DataFrame, not int"):
        read_book(5)


def test_what_is_no_file(tmp_path: Path):
    assert refusal(tmp_path / "无.csv") == "无.csv：找不到这个文件；请检查路径是否写对"
    assert refusal(tmp_path) == f"{tmp_path.name}：这是一个文件夹；请给出其中的一个表格文件"
    assert refusal("a\0b").endswith("：找不到这个文件；请检查路径是否写对")
    pipe = tmp_path / "管道.csv"
    os.mkfifo(pipe)
    assert refusal(pipe) == "管道.csv：这不是普通文件；请给出一个表格文件"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "数据：文件是空的（0 字节）；请重新导出"),
        (b"\xef\xbb\xbf\n", "数据：文件里没有任何内容；请检查是否选错了文件"),
        (b"%PDF-1.4", "数据：这是 PDF，不是表格；请向提供者要 Excel 原件，或把其中的表格复制到 Excel 后另存为 .xlsx"),
        (bytes(range(256)) * 9, "数据：这是二进制文件，不是表格；请给出 .xlsx、.xls、.csv、.parquet 或 .jsonl 文件"),
        (
            "标题\n甲\n乙".encode() + b"\xff" + "丙".encode(),
            "数据：第 3 行（第 15 字节）不是有效的 UTF-8 文字，文件可能混用了编码或被截断；请重新导出，编码选 UTF-8",
        ),
        (b"<html><p>", f"数据：文件内容其实是网页（HTML 或 XML），里面没有表格；{SAVE_AS}"),
        (b"," * 16_384 + b"\n1", "数据：有 16,385 列，超过 16,384 列的上限；请检查分隔符，或删去多余的列"),
        (b"{1}\n{", "数据：没有一行是 JSON 对象；请每行写一个完整的对象"),
        (b"PK\x03\x04", "数据：工作簿不完整（可能没有下载完）；请重新下载或导出"),
        (xlsx(["标题"])[:2000], "数据：工作簿不完整（可能没有下载完）；请重新下载或导出"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "数据：不是完整的 .xls 工作簿；请重新下载或导出"),
    ],
)
def test_what_is_no_table(data: bytes, message: str):
    assert refusal(data) == message


def test_a_json_array_is_named(tmp_path: Path):
    path = tmp_path / "需求.json"
    path.write_text(json.dumps([{"标题": "甲"}]))
    assert refusal(path) == "需求.json：这是一个 JSON 数组；请改成每行一个对象的 JSON lines（.jsonl）"


def test_zips_that_are_no_workbooks():
    def packed(name: str, data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        return out.getvalue()

    assert refusal(packed("a.txt", b"")) == f"数据：压缩包里没有 Excel 工作表；{SAVE_AS}"
    assert refusal(packed("content.xml", b"")) == f"数据：不支持 .xlsb 和 .ods；{SAVE_AS}"
    bomb = packed("xl/worksheets/sheet1.xml", bytes(70 << 20))
    assert refusal(bomb) == f"数据：解开后有 70 MB，不像正常的工作簿；{SAVE_AS}"


def test_a_sheet_that_spans_the_whole_grid_is_refused_before_it_is_laid_out():
    book = openpyxl.Workbook()
    book.active.title = "远"
    book.active["A1"], book.active["XFD1048576"] = "标题", "远处"
    out = io.BytesIO()
    book.save(out)
    assert refusal(out.getvalue()) == (
        "数据：工作表“远”占到第 1048576 行、第 16384 列，范围太大；请把有内容的区域复制到新工作表"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml,
        lambda xml: xml.replace(b'<c r="A2" t="e">', b"<c t='e' r='A2'>"),
        lambda xml: xml.replace(b'<c r="A2" t="e">', b'<c r="A2" t="e"><f>1/0</f>'),
    ],
)
def test_excel_errors_in_an_xlsx_are_seen(change):
    book = openpyxl.Workbook()
    book.active.append(["标题"])
    book.active.append(["#N/A"])
    book.active["A2"].data_type = "e"
    out = io.BytesIO()
    book.save(out)
    assert grid(remade(out.getvalue(), "xl/worksheets/sheet1.xml", change)) == [["标题"], ["#N/A"]]


def test_excel_errors_in_an_xls_are_seen():
    def fill(sheet):
        sheet.write(0, 0, "标题")
        sheet.row(1).set_cell_error(0, "#REF!")
        sheet.write(2, 0, 1.5)

    assert grid(xls(fill)) == [["标题"], ["#REF!"], [1.5]]
    assert [sheet.errors for sheet in xls_records.read_records(xls(fill)).sheets] == [{(1, 0): "#REF!"}]


def test_an_xls_of_many_sectors():
    def fill(sheet):
        for i in range(3000):
            sheet.write(i, 0, f"第{i}行")
        sheet.row(2999).set_cell_error(1, "#DIV/0!")

    data = xls(fill)
    assert [sheet.errors for sheet in xls_records.read_records(data).sheets] == [{(2999, 1): "#DIV/0!"}]
    assert grid(data)[-1] == ["第2999行", "#DIV/0!"]


def test_an_xls_that_asks_for_all_memory_is_refused():
    data = xls(lambda sheet: sheet.write(0, 0, "标题"))
    at = data.index(struct.pack("<HH", 0x0200, 14)) + 4
    broken = data[:at] + struct.pack("<I", 5) + data[at + 4 :]  # it begins below its end
    assert refusal(broken) == "数据：不是完整的 .xls 工作簿；请重新下载或导出"


def test_workbooks_with_a_password():
    message = "数据：工作簿有打开密码；请在 Excel 中取消密码后另存"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(ole + "EncryptedPackage".encode("utf-16-le")) == message
    plain = xls(lambda sheet: sheet.write(0, 0, "标题"))
    assert refusal(plain.replace(struct.pack("<HH", 0x00E1, 2), struct.pack("<HH", 0x002F, 2), 1)) == message


def test_a_sector_chain_in_a_circle_ends():
    data = bytearray(xls(lambda sheet: [sheet.write(i, 0, "字" * 50) for i in range(200)]))
    table = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    for sector in range(100):
        struct.pack_into("<I", data, table + 4 * sector, 0)
    assert refusal(bytes(data)) == "数据：不是完整的 .xls 工作簿；请重新下载或导出"


def test_limits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    assert refusal(b"a\n1\n2\n3\n") == "数据：超过 3 行；请拆成几个小文件"
    assert refusal(pd.DataFrame({"a": range(4)})) == "DataFrame：超过 3 行；请拆成几个小文件"
    monkeypatch.setattr(sheets, "MAX_BYTES", 1 << 20)
    assert refusal(b"a" * (1 << 21)) == "数据：文件超过 1 MB；请拆成几个小文件"
    assert refusal(io.BytesIO(b"a" * (1 << 21))) == "数据：文件超过 1 MB；请拆成几个小文件"


@pytest.mark.parametrize(
    ("reader", "sound", "fault"),
    [
        ("xml.parsers.expat.ParserCreate", xlsx(["标题"], ["甲"]), AttributeError),
        ("python_calamine.CalamineWorkbook", xls(lambda sheet: sheet.write(0, 0, "标题")), TypeError),
        ("pyarrow.parquet.ParquetFile", parquet(), TypeError),
        ("csv.reader", "标题\n甲".encode(), NameError),
        ("json.loads", '{"标题": "甲"}'.encode(), ImportError),
    ],
)
def test_a_fault_of_a_reader_is_not_called_damage_of_the_file(monkeypatch, reader, sound, fault):
    def faulty(*_, **__):
        raise fault("calls changed")

    faulty.from_filelike = faulty  # a class of Rust cannot be changed, but it can be replaced
    monkeypatch.setattr(reader, faulty)
    with pytest.raises(fault, match=r"^calls changed$"):
        read_book(sound)


def test_the_answer_of_a_service_says_where_its_records_are(tmp_path: Path):
    path = tmp_path / "需求.json"
    for indent in (None, 2):
        path.write_text(json.dumps({"code": 0, "data": {"total": 1, "list": [{"标题": "甲"}]}}, indent=indent))
        assert refusal(path) == (
            "需求.json：这是接口返回的整个结果，记录在“data.list”里（1 条）；"
            "请取出这个列表，改成每行一个对象的 JSON lines（.jsonl）"
        )
    path.write_text(json.dumps({"标题": "甲", "content": [{"x": 1}]}))
    assert [row[0] for row in read_book(path).grids[0].rows] == ["标题", "甲"]
    path.write_text(json.dumps({"标题": "甲", "data": [{"x": 1}]}) + "\n" + json.dumps({"标题": "乙"}))
    assert [row[0] for row in read_book(path).grids[0].rows] == ["标题", "甲", "乙"]
