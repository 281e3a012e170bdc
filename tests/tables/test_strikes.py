"""Rows and cells that are struck through (删除线)."""

import io
from collections.abc import Sequence

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from matcher.errors import TableError
from matcher.tables.gathering import split
from matcher.tables.reading import Reading, read_needs, read_outcomes

HEADER = ["编号", "需求名称", "需求描述", "企业名称"]
ROWS = [
    ["X1", "轴承降噪", "噪声降到60分贝以下", "甲轴承公司"],
    ["X2", "叶片防冰", "零下30度不结冰", "乙叶片公司"],
    ["X3", "菌种选育", "产率提高两成", "丙菌业公司"],
]
DELETED = "整行画了删除线，当作已经删除，没有读入"


def needs(struck: Sequence[tuple[int, int]], rows: Sequence[Sequence[object]] = ROWS) -> bytes:
    """The table with these cells (row and column from 0, the header is row 0) in a struck font."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    line, bold = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
    for i, row in enumerate([HEADER, *rows]):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell, line if (i, j) in struck else bold if i == 0 else None)
    book.close()
    return out.getvalue()


def told(reading: Reading) -> list[tuple[object, ...]]:
    columns = ["row", "column", "value", "problem", "kept"]
    return [tuple(line) for line in reading.problems[columns].itertuples(index=False)]


def test_a_struck_row_is_listed_and_not_read():
    reading = read_needs(needs([(2, j) for j in range(4)]))
    assert list(reading.rows["need_id"]) == ["X1", "X3"]
    assert told(reading) == [(3, "", "X2", DELETED, False)]


def test_blank_cells_of_a_struck_row_do_not_matter():
    rows = [ROWS[0], ["X2", "叶片防冰", None, "  "], ROWS[2]]
    reading = read_needs(needs([(2, 0), (2, 1)], rows))
    assert list(reading.rows["need_id"]) == ["X1", "X3"]


def test_one_struck_cell_is_read_and_told_once_for_each_column():
    reading = read_needs(needs([(1, 2), (3, 2), (2, 3)]))
    assert list(reading.rows["need_id"]) == ["X1", "X2", "X3"]
    assert told(reading) == [
        (2, "需求描述", "噪声降到60分贝以下", "有 2 格画了删除线（第 2、4 行），已照常读入", True),
        (3, "企业名称", "乙叶片公司", "有 1 格画了删除线（第 3 行），已照常读入", True),
    ]


def test_without_a_struck_cell_nothing_is_told():
    reading = read_needs(needs([]))
    assert len(reading.rows) == 3
    assert told(reading) == []


def test_texts_in_parts_are_struck_where_all_parts_are():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    line, bold = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
    red = book.add_format({"font_strikeout": True, "font_color": "red"})
    for j, cell in enumerate(HEADER):
        sheet.write(0, j, cell)
    for i, row in enumerate(ROWS, 1):
        for j, cell in enumerate(row):
            if i == 2:
                sheet.write_rich_string(i, j, line, cell[:1], red, cell[1:])
            elif (i, j) == (3, 2):
                sheet.write_rich_string(i, j, bold, cell[:2], line, cell[2:])
            else:
                sheet.write(i, j, cell)
    book.close()
    reading = read_needs(out.getvalue())
    assert list(reading.rows["need_id"]) == ["X1", "X3"]
    gone = "有 1 格里有一段文字画了删除线（第 4 行），当作已经删除，这一段没有读入"
    assert told(reading) == [(3, "", "X2", DELETED, False), (4, "需求描述", "提高两成", gone, True)]
    assert reading.rows["description"][1] == "产率"


def test_parts_of_texts_that_stand_in_the_sheet():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    gone, kept = InlineFont(strike=True), InlineFont(strike=False)
    for cell in sheet[3]:
        cell.value = CellRichText([TextBlock(gone, cell.value[:1]), TextBlock(gone, cell.value[1:])])
    for cell in sheet[4]:
        cell.value = CellRichText([TextBlock(kept, cell.value[:1]), TextBlock(kept, cell.value[1:])])
    out = io.BytesIO()
    book.save(out)
    reading = read_needs(out.getvalue())
    assert list(reading.rows["need_id"]) == ["X1", "X3"]
    assert told(reading) == [(3, "", "X2", DELETED, False)]


def test_a_value_merged_into_rows_below_a_struck_one_holds_for_them():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    line = book.add_format({"font_strikeout": True})
    for i, row in enumerate([HEADER, *ROWS]):
        sheet.write_row(i, 0, row, line if i == 1 else None)
    sheet.merge_range(1, 3, 3, 3, "丁集团公司", line)
    book.close()
    reading = read_needs(out.getvalue())
    assert list(reading.rows["enterprise"]) == ["丁集团公司", "丁集团公司"]
    assert told(reading) == [(2, "", "X1", DELETED, False)]


def test_a_struck_line_above_the_header_owns_no_rows():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    line = book.add_format({"font_strikeout": True})
    sheet.write(0, 0, "完成单位：甲研究院", line)
    for i, row in enumerate([["成果编号", "成果名称", "成果描述"], ["C1", "除湿机", "湿度降到三成"]], 1):
        sheet.write_row(i, 0, row)
    book.close()
    reading = read_outcomes(out.getvalue())
    assert list(reading.rows["institution"]) == [""]
    assert told(reading) == [(1, "", "完成单位：甲研究院", DELETED, False)]


@pytest.mark.parametrize(
    ("struck", "ids", "stay", "gone"),
    [
        ([0], ["X1", "X2", "X3"], "有 1 行整行画了删除线（第 1 行）", []),
        ([0, 2], ["X1", "X3"], "有 1 行整行画了删除线（第 1 行）", [3]),
        ([1, 2, 3], ["X1", "X2", "X3"], "有 3 行整行画了删除线（第 2、3、4 行）", []),
        ([0, 1, 2, 3], ["X1", "X2", "X3"], "有 4 行整行画了删除线（第 1、2、3、4 行）", []),
    ],
)
def test_a_struck_header_is_one_and_rows_that_are_all_struck_are_read(
    struck: list[int], ids: list[str], stay: str, gone: list[int]
):
    reading = read_needs(needs([(i, j) for i in struck for j in range(4)]))
    assert list(reading.rows["need_id"]) == ids
    assert [line[3] for line in told(reading) if line[4]] == [f"{stay}，是表头或全部的行，已照常读入"]
    assert [line[0] for line in told(reading) if line[3] == DELETED] == gone


def test_a_struck_header_above_another_one_is_deleted():
    reading = read_needs(needs([(0, j) for j in range(4)], [["编号", "企业名称", "需求名称", "需求描述"], *ROWS]))
    assert list(reading.rows["enterprise"]) == ["轴承降噪", "叶片防冰", "菌种选育"]
    assert told(reading) == [(1, "", "编号", DELETED, False)]


def test_a_table_with_struck_rows_is_not_taken_apart():
    with pytest.raises(TableError, match="有整行画了删除线（第 3 行）"):
        split(needs([(2, j) for j in range(4)]), "企业名称")


LINE, RAISED = {"font_strikeout": True}, {"font_script": 1}


def rich_needs(
    cells: Sequence[Sequence[object]], header: Sequence[object] = ("编号", "需求名称", "预算（万元）")
) -> bytes:
    """A table whose cells of several parts are lists: a format goes before the text that it holds for."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for i, row in enumerate([header, *cells]):
        for j, cell in enumerate(row):
            if isinstance(cell, list):
                sheet.write_rich_string(i, j, *(book.add_format(p) if isinstance(p, dict) else p for p in cell))
            else:
                sheet.write(i, j, cell)
    book.close()
    return out.getvalue()


def in_sheet(data: bytes) -> bytes:
    """The same workbook with its texts in the cells, as openpyxl writes them."""
    out = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data), rich_text=True).save(out)
    return out.getvalue()


@pytest.mark.parametrize("store", [bytes, in_sheet])
def test_a_struck_part_of_a_cell_is_left_out_and_told(store):
    rows = [["X1", ["检出率", LINE, "≥90%", {"font_color": "red"}, "≥98%"], [LINE, "40", {"font_color": "red"}, "80"]]]
    reading = read_needs(store(rich_needs(rows)))
    assert reading.rows.loc[0, ["title", "budget"]].tolist() == ["检出率≥98%", 800_000]
    gone = "有 1 格里有一段文字画了删除线（第 2 行），当作已经删除，这一段没有读入"
    assert [line[1:4] for line in told(reading)] == [("需求名称", "≥90%", gone), ("预算（万元）", "40", gone)]


@pytest.mark.parametrize("store", [bytes, in_sheet])
def test_raised_digits_behind_a_number_or_a_word_are_a_footnote(store):
    rows = [["X1", ["轴承降噪", RAISED, "2)"], ["120", RAISED, "1"]], ["X2", ["烟气脱氮", RAISED, "3"], 30]]
    reading = read_needs(store(rich_needs(rows, ["编号", ["需求名称", RAISED, "1"], "预算（万元）"])))
    assert list(reading.rows["title"]) == ["轴承降噪", "烟气脱氮"]
    assert list(reading.rows["budget"]) == [1_200_000, 300_000]
    note = "有 {} 格末尾有上标（第 {} 行），当作脚注的号，没有读入"
    assert [line[1:4] for line in told(reading)] == [
        ("需求名称", "需求名称[1]", note.format(3, "1、2、3")),
        ("预算（万元）", "120[1]", note.format(1, 2)),
    ]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["涂布面积500m", RAISED, "2", "以上"], "涂布面积500m²以上"),
        (["涂布面积500m", RAISED, "2"], "涂布面积500m²"),
        (["本底真空3×10", RAISED, "-5", "Pa"], "本底真空3×10⁻⁵Pa"),
        (["菌落数低于10", RAISED, "3"], "菌落数低于10³"),
        (["L9(3", RAISED, "4", ")正交试验"], "L9(3⁴)正交试验"),
        (["占地500米", RAISED, "2"], "占地500米²"),
        (["收集CO", {"font_script": 2}, "2", "制甲醇"], "收集CO2制甲醇"),
        (["方差X", RAISED, "2"], "方差X²"),
        (["同位素碳", RAISED, "14"], "同位素碳¹⁴"),
        (["地下水中的锶", RAISED, "90"], "地下水中的锶⁹⁰"),
    ],
)
def test_powers_stay_in_a_text_and_nothing_is_told(parts, text):
    reading = read_needs(rich_needs([["X1", parts, 30]]))
    assert list(reading.rows["title"]) == [text]
    assert told(reading) == []


def test_a_number_that_may_be_a_power_is_not_read():
    reading = read_needs(rich_needs([["X1", "轴承降噪", ["10", RAISED, "3"]]]))
    assert reading.rows["budget"].isna().all()
    assert [line[1:4] for line in told(reading)] == [
        ("预算（万元）", "10³", "含有特殊数字符号“³”，不知是不是数字的一部分")
    ]
