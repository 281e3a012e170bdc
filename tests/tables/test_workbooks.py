"""Workbooks: formats, formulas, hidden and repeated rows, merged cells, and sheets that ask for all memory."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter
import xlwt

from matcher.errors import TableError
from matcher.tables.cells.texts import NO_VALUE
from matcher.tables.files.grids import Grid, Merged, read_book
from matcher.tables.reading import read_needs

SHEET = "xl/worksheets/sheet1.xml"


def written(fill: Callable[..., None], **options: object) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, options)
    fill(book, book.add_worksheet("表"))
    book.close()
    return out.getvalue()


def remade(data: bytes, change: Callable[[bytes], bytes], member: str = SHEET) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


def grid(data: bytes) -> Grid:
    return read_book(data).grids[0]


def rows(data: bytes) -> list[list[object]]:
    return [list(row) for row in grid(data).rows]


def told(data: bytes) -> list[tuple[int | None, int | None, str]]:
    return [(remark.row, remark.column, remark.problem) for remark in grid(data).remarks]


def simple() -> bytes:
    def fill(book, sheet):
        for i, row in enumerate([["编号", "标题"], ["1", "甲"], ["2", "乙"], ["3", "丙"]]):
            sheet.write_row(i, 0, row)

    return written(fill)


WHOLE = [["编号", "标题"], ["1", "甲"], ["2", "乙"], ["3", "丙"]]


def test_numbers_as_their_formats_show_them():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["占有率", "收入", "日期", "数"])
        sheet.write(1, 0, 0.305, book.add_format({"num_format": "0%"}))
        sheet.write(1, 1, 480, book.add_format({"num_format": '#,##0.00"万元"'}))
        sheet.write(1, 2, 45728, book.add_format({"num_format": 'yyyy"年"m"月"'}))
        sheet.write(1, 3, 0.305)

    assert rows(written(fill))[1] == ["30.5%", "480万元", datetime.date(2025, 3, 12), 0.305]


def test_a_scaled_format_that_contradicts_its_unit_is_told_once_a_column():
    def fill(book, sheet):
        sheet.write_column(1, 0, [4.8e8, 5e8], book.add_format({"num_format": '0.0,,"亿"'}))
        sheet.write(0, 0, "收入")

    data = written(fill)
    assert rows(data) == [["收入"], ["480000000元"], ["500000000元"]]
    problem = '格式“0.0,,"亿"”把存的数 480000000 显示成约“480亿”，单位和位数对不上，按存的数读（这一列有 2 格如此）'
    assert told(data) == [(2, 0, problem)]


@pytest.mark.parametrize("built_in", [9, 10])
def test_percent_of_the_built_in_formats(built_in: int):
    def fill(book, sheet):
        sheet.write(0, 0, 0.12, book.add_format({"num_format": built_in}))

    assert rows(written(fill)) == [["12%"]]


def test_formulas_without_a_stored_value():
    book = openpyxl.Workbook()
    book.active.append(["标题", "预算（元）", "备注"])
    book.active.append(["甲", "=100+20", '=""'])
    out = io.BytesIO()
    book.save(out)
    assert rows(out.getvalue())[1] == ["甲", NO_VALUE, NO_VALUE]
    read, problems = read_needs(out.getvalue())
    assert read["budget"].isna().all()
    assert (2, "预算（元）", "公式没有存下结果", "请在 Excel 或 WPS 中打开并保存后再用") in [
        tuple(row) for row in problems[["row", "column", "problem", "action"]].itertuples(index=False)
    ]


def test_formulas_with_a_value_and_those_that_a_program_left_at_0():
    def fill(book, sheet):
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, "=1+1")
        sheet.write_formula(0, 2, '=""', None, "")
        sheet.write(0, 3, 0)

    data = written(fill)
    assert rows(data) == [[2.0, NO_VALUE, NO_VALUE, 0.0]]
    saved = remade(data, lambda xml: xml.replace(b' fullCalcOnLoad="1"', b""), "xl/workbook.xml")
    saved = remade(saved, lambda xml: xml.replace(b'<c r="C1"><f>""</f><v></v>', b'<c r="C1" t="str"><f>""</f><v></v>'))
    assert rows(saved) == [[2.0, 0.0, None, 0.0]]


def test_a_workbook_that_counts_from_1904():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["标题", "发布日期"])
        sheet.write(1, 0, "甲")
        sheet.write(1, 1, 44266, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write(2, 0, "乙")
        sheet.write(2, 1, 44266)

    data = remade(
        written(fill), lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" '), "xl/workbook.xml"
    )
    read, problems = read_needs(data)
    assert read["posted_on"].dt.date.tolist() == [datetime.date(2025, 3, 12)] * 2
    assert (3, "发布日期", "工作簿从 1904 年起算日期，日期列里没有日期格式的数也照此读") in [
        tuple(row) for row in problems[["row", "column", "problem"]].itertuples(index=False)
    ]


def test_hidden_rows_columns_and_sheets_are_read_and_told():
    def fill(book, sheet):
        sheet.write_column(0, 0, ["标题", "甲", "乙", "丙"])
        sheet.write_column(0, 2, ["备注", "1", "2", "3"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 2, None, None, {"hidden": True})
        book.add_worksheet("二").write(0, 0, "标题")
        book.worksheets()[1].hide()

    book = read_book(written(fill))
    assert [sheet.hidden for sheet in book.grids] == [False, True]
    assert [remark.problem for remark in book.grids[0].remarks] == [
        "有 1 行是隐藏或筛选掉的（第 3 行），已照常读入",
        "有 1 列是隐藏的（C 列），已照常读入",
    ]


def test_merged_cells_lie_in_the_rows_of_the_grid():
    def fill(book, sheet):
        sheet.merge_range("B3:C3", "大类")
        sheet.write("B6", "甲")
        sheet.merge_range("C6:C8", "乙")
        sheet.write("B8", "丙")

    only = grid(written(fill))
    assert list(only.numbers) == [3, 4, 5, 6, 7, 8]
    assert only.rows[0] == [None, "大类", None]
    assert only.merged == (Merged(0, 1, 0, 2), Merged(3, 2, 5, 2))


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml),
        lambda xml: re.sub(rb'<row r="\d+"', b"<row", xml),
        lambda xml: re.sub(rb'(<c) (r="[A-Z]\d+") (t="s")', rb"\1 \3  \2", xml),
        lambda xml: re.sub(rb' r="([A-Z]+\d+)"', rb" r = '\1'", xml),
        lambda xml: re.sub(rb' r="A(\d+)"', rb' r=" a\1"', xml),
        lambda xml: xml.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns", b"q"),
        lambda xml: xml.replace(b"><", b">\n  <!-- a --> <"),
        lambda xml: xml.replace(b'<row r="3"', b'<row r="2"'),
        lambda xml: xml.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        lambda xml: xml.replace(b'<dimension ref="A1:B4"/>', b'<dimension ref="A1:XFD1048576"/>'),
        lambda xml: xml.replace(b"<v>", b"<v><![CDATA[").replace(b"</v>", b"]]></v>"),
    ],
)
def test_sheets_in_other_writings(change: Callable[[bytes], bytes]):
    assert rows(remade(simple(), change)) == WHOLE


def test_two_rows_of_one_number_are_both_kept():
    data = remade(simple(), lambda xml: re.sub(rb'r="([A-Z]?)3"', rb'r="\g<1>2"', xml))
    assert [row for row in rows(data) if row != [None, None]] == WHOLE
    assert list(grid(data).numbers) == [1, 2, 2, 3, 4]
    assert told(data) == [(2, None, "文件里有不止一个第 2 行，都已读入")]


def test_two_parts_of_one_row_are_joined():
    data = remade(simple(), lambda xml: xml.replace(b'<c r="B2"', b'</row><row r="2"><c r="B2"'))
    assert rows(data) == WHOLE
    assert told(data) == []


def test_rows_out_of_order_come_in_order():
    data = remade(simple(), lambda xml: re.sub(rb"(<row r=\"2\".*?</row>)(<row r=\"3\".*?</row>)", rb"\2\1", xml))
    assert rows(data) == WHOLE


def test_a_cell_that_stands_twice_is_told():
    data = remade(simple(), lambda xml: xml.replace(b'r="B3"', b'r="A3"'))
    assert rows(data)[2] == ["2", None]
    assert told(data) == [(3, 0, "单元格 A3 在文件里写了两次，只读了前一个，后一个是“乙”")]


OPENING = b"<worksheet><sheetData>"
RESAVE = "；请在 Excel 或 WPS 中打开后另存为 .xlsx"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda xml: xml.replace(b'r="A2"', b'r ="XFD1048576"'), "工作表“表”里单元格“B2”的位置和所在的行不符" + RESAVE),
        (lambda xml: xml.replace(b'r="A2"', b'r="ZZZZZZ2"'), "工作表“表”里有单元格的位置写坏了（列“ZZZZZZ”）" + RESAVE),
        (lambda xml: xml.replace(b'r="A2"', b'r="A99999999"'), "工作表“表”里有行号写坏了（“99999999”）" + RESAVE),
        (lambda xml: xml.replace(b'<row r="2"', b'<row r="-1"'), "工作表“表”里有行号写坏了（“-1”）" + RESAVE),
        (lambda xml: xml.replace(b"<v>3</v>", b"<v>-1</v>"), "工作表“表”里有单元格的文字找不到了" + RESAVE),
        (lambda xml: OPENING + b"<a>" * 1_000_000, "工作表“表”的元素嵌套过深，不像正常的工作簿" + RESAVE),
        (lambda xml: OPENING + b"<row>" * 1_000_000, "工作表“表”的第 1 行没有写完" + RESAVE),
        (
            lambda xml: OPENING + b"<plain-row/></sheetData></worksheet>",
            "工作表“表”里有不认识的元素“plain-row”" + RESAVE,
        ),
        (
            lambda xml: b'<!DOCTYPE a [<!ENTITY a "aaaa">]>' + OPENING + b"</sheetData></worksheet>",
            "“xl/worksheets/sheet1.xml”里有文档类型声明，不像正常的工作簿" + RESAVE,
        ),
        (lambda xml: xml[:-9], "文件已损坏，读不出来（unclosed token: line 2, column 699）；请重新下载或导出"),
    ],
)
def test_sheets_that_are_refused(change: Callable[[bytes], bytes], message: str):
    with pytest.raises(TableError) as caught:
        read_book(remade(simple(), change))
    assert re.sub(r"column \d+", "column 699", str(caught.value)) == f"数据：{message}"


def test_files_of_other_programs_are_named():
    def packed(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, b"")
        return out.getvalue()

    for names, message in [
        (
            ("word/document.xml",),
            "这是 Word 文档，不是表格；请用 matcher gather 收集其中的表单，或把表格复制到 Excel 后另存为 .xlsx",
        ),
        (
            ("ppt/presentation.xml",),
            "这是演示文稿（PPT），不是表格；请把其中的表格复制到 Excel 后另存为 .xlsx",
        ),
        (("一.xlsx", "二.csv", "说明.txt"), "这是压缩包，里面有 2 个文件（一.xlsx、二.csv）；请解开后给出其中的表格"),
    ]:
        with pytest.raises(TableError, match=f"^数据：{re.escape(message)}$"):
            read_book(packed(*names))


def test_old_workbooks_show_formats_hidden_rows_and_merged_cells_too():
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    percent, unit = xlwt.XFStyle(), xlwt.XFStyle()
    percent.num_format_str, unit.num_format_str = "0.00%", '#,##0.0"万元"'
    sheet.write(0, 1, "占有率")
    sheet.write(1, 1, 0.305, percent)
    sheet.write(1, 2, 480, unit)
    sheet.write(1, 3, 480)
    sheet.write_merge(2, 3, 1, 1, "甲")
    sheet.write(3, 2, "乙")
    sheet.row(1).hidden = True
    book.add_sheet("二").visibility = 1
    out = io.BytesIO()
    book.save(out)
    first, second = read_book(out.getvalue()).grids
    assert [list(row) for row in first.rows] == [
        ["占有率", "", ""],
        ["30.5%", "480万元", 480.0],
        ["甲", "", ""],
        ["", "乙", ""],
    ]
    assert first.merged == (Merged(2, 0, 3, 0),)
    assert [remark.problem for remark in first.remarks] == ["有 1 行是隐藏或筛选掉的（第 2 行），已照常读入"]
    assert (first.hidden, second.hidden) == (False, True)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (["需求编号", "需求名称", "需求描述"], True),
        (["需求编号", "需求名称"], False),
        (["序号", "县区", "份数"], False),
    ],
)
def test_a_sheet_with_the_same_header_is_named_with_what_to_do(tmp_path, header, told):
    book = openpyxl.Workbook()
    book.active.title = "1月"
    for row in (["2026年1月需求"], ["需求编号", "需求名称", "需求描述"], ["1", "甲", "乙"]):
        book.active.append(row)
    other = book.create_sheet("2月")
    for row in (["2026年2月需求"], header, ["2", "丙", "丁"][: len(header)]):
        other.append(row)
    book.save(path := tmp_path / "t.xlsx")
    actions = read_needs(path).problems["action"]
    assert actions.str.contains("“2月”表头相同，要一起用，请先用 matcher gather").any() == told
