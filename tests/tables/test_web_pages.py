"""Files called .xls that are web pages or one XML file: the exports of web systems."""

import datetime
import quopri
import time

import pytest

from matcher.errors import TableError
from matcher.tables.files.grids import Grid, read_book
from matcher.tables.files.sheets import Merged
from matcher.tables.reading import read_needs

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>导出</title>
<!--[if gte mso 9]><xml><x:Name>需求</x:Name></xml><![endif]--><style><!--td{mso-number-format:"\\@"}--></style></head>
<body><h3>技术需求导出</h3><div>填报单位：虚构局&nbsp; 单位：万元</div><table border=1>
<tr><th rowspan="2">序号</th><th rowspan=2>企业名称</th><th rowspan='2'>需求名称</th><th colspan=2>技术指标</th>
<th rowspan=2>预算</th></tr>
<tr><th>现有水平</th><th>目标水平</th></tr>
<tr><td>1</td><td rowspan=2 style="mso-number-format:'\\@'">甲&amp;乙公司</td><td>注塑件<br>翘曲控制</td>
<td>0.8mm</td><td>&le;0.3mm</td><td>50</td></tr>
<tr><td>2<td>釉面针孔<font color=red>在线检测</font><td>人工<td>&gt;99%<td>120.5
<tr style="display:none"><td>3</td><td>丙公司</td><td>钢渣微粉活化</td><td></td><td></td><td>/</td></tr>
<tr><td colspan=9>合计</td></tr></table></body></html>"""


def grids(text: str, encoding: str = "utf-8") -> list[Grid]:
    return read_book(text.encode(encoding)).grids


def test_a_page_is_the_sheet_that_excel_makes_of_it():
    (sheet,) = grids(PAGE, "gbk")
    assert sheet.rows == [
        ["技术需求导出", None, None, None, None, None],
        ["填报单位：虚构局 单位：万元", None, None, None, None, None],
        ["序号", "企业名称", "需求名称", "技术指标", None, "预算"],
        [None, None, None, "现有水平", "目标水平", None],
        ["1", "甲&乙公司", "注塑件\n翘曲控制", "0.8mm", "≤0.3mm", "50"],
        ["2", None, "釉面针孔在线检测", "人工", ">99%", "120.5"],
        ["3", "丙公司", "钢渣微粉活化", None, None, "/"],
        ["合计", None, None, None, None, None],
    ]
    header = [Merged(2, place, 3, place) for place in (0, 1, 2)] + [Merged(2, 3, 2, 4), Merged(2, 5, 3, 5)]
    assert sheet.merged == (*header, Merged(4, 1, 5, 1), Merged(7, 0, 7, 5))
    assert [one.problem for one in sheet.remarks] == ["有 1 行是隐藏或筛选掉的（第 7 行），已照常读入"]


def test_the_needs_of_a_page():
    rows, problems = read_needs(PAGE.encode("gbk"))
    assert rows[["need_id", "enterprise", "title", "indicators"]].to_numpy().tolist() == [
        ["1", "甲&乙公司", "注塑件 翘曲控制", "≤0.3mm"],
        ["2", "甲&乙公司", "釉面针孔在线检测", ">99%"],
        ["3", "丙公司", "钢渣微粉活化", ""],
    ]
    assert rows["budget"].tolist()[:2] == [500_000, 1_205_000]  # in the unit of the line above the table
    assert problems.loc[~problems["kept"], "value"].tolist() == ["合计"]


def archive(*parts: tuple[str, str]) -> bytes:
    """A web archive as Excel saves it: parts (place, text) in GBK and quoted-printable."""
    head = (
        'MIME-Version: 1.0\nX-Document-Type: Workbook\nContent-Type: multipart/related; boundary="----=_P"\n\n预览\n\n'
    )
    lines = [
        f"------=_P\nContent-Location: file:///C:/x/{place}\nContent-Transfer-Encoding: quoted-printable\n"
        f'Content-Type: text/html; charset="gb2312"\n\n{quopri.encodestring(text.encode("gbk")).decode()}\n\n'
        for place, text in parts
    ]
    return (head + "".join(lines) + "------=_P--\n").encode()


def test_a_web_archive_is_its_pages():
    (sheet,) = read_book(archive(("导出.htm", PAGE))).grids
    assert (sheet.sheet, sheet.rows) == ("", grids(PAGE)[0].rows)
    assert read_book(b"\xef\xbb\xbf" + archive(("导出.htm", PAGE))).grids[0].rows == sheet.rows
    names = [
        f'<x:Name>{name}</x:Name><x:WorksheetSource HRef="b/{file}"/>' for name, file in (("A&amp;B", 1), ("需求", 2))
    ]
    frame = f"<html><xml>{''.join(names)}</xml><script>'<table>'</script><frameset></frameset></html>"
    other = "<html><body><table><tr><td>封面</td></tr></table></body></html>"
    book = read_book(archive(("b.htm", frame), ("b/1", other), ("b/2", PAGE))).grids
    assert [(grid.sheet, len(grid.rows)) for grid in book] == [("A&B", 1), ("需求", 8)]
    with pytest.raises(TableError, match="这是网页归档（MHTML），里面没有读得出的表格"):
        read_book(archive(("b.htm", frame)))


def test_tables_that_only_lay_out_a_page_and_fields_of_a_form():
    page = """<table><tr><td><table><tr><td>企业导出</td></tr></table></td></tr><tr><td><table>
    <thead><tr><th>名称</th><th>异常</th><th>规模</th></tr></thead><tr><td><input type=text value='="甲"'></td>
    <td><input type=checkbox>是<input type="checkbox" checked>否</td>
    <td><select><option>大</option><option selected>小</option></select></td></tr></table></td></tr></table>"""
    (sheet,) = grids(page)
    assert sheet.rows == [["企业导出", None, None], ["名称", "异常", "规模"], ["甲", "□是☑否", "小"]]


def test_a_header_and_its_body_in_two_tables_are_one_sheet_and_other_tables_their_own():
    head = "<table><tr><th>需求编号</th><th>需求名称</th></tr></table>"
    apart = f"{head}<table><tr><td>1</td><td>甲</td></tr><tr><td>2</td><td>乙</td></tr></table>"
    assert [sheet.rows for sheet in grids(apart)] == [[["需求编号", "需求名称"], ["1", "甲"], ["2", "乙"]]]
    other = "<p>成果</p><table><tr><td>编号<td>名称<td>单位<tr><td>9<td>丙<td>某校</table>"
    assert [(sheet.sheet, sheet.rows) for sheet in grids(apart + other)] == [
        ("表1", [["需求编号", "需求名称"], ["1", "甲"], ["2", "乙"]]),
        ("表2", [["成果", None, None], ["编号", "名称", "单位"], ["9", "丙", "某校"]]),
    ]


def test_a_table_in_a_cell_beside_others_is_its_text_and_told():
    inner = "<table><tr><td>张某</td><td>教授</td></tr></table>"
    page = f"<table><tr><td>名称</td><td>成员</td></tr><tr><td>甲</td><td>{inner}</td></tr></table>"
    (sheet,) = grids(page)
    assert sheet.rows == [["名称", "成员"], ["甲", "张某 教授"]]
    assert [(one.row, one.column, one.problem) for one in sheet.remarks] == [(2, 1, "格里还有一张表，按文字读入")]


def test_a_span_of_blanks_takes_no_time():
    begin = time.process_time()
    assert grids("<table><tr><td colspan=" + " " * 40_000 + ">a<td>b</table>")[0].rows == [["a", "b"]]
    assert time.process_time() - begin < 10  # twenty, if each blank were tried with each other


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><p>请先登录", "里面没有表格"),
        ("<table>" * 200, "表格一层套一层"),
        ("<table><tr>" + "<td>" * 17_000, "有 16,385 列"),
        ("<table>" + "<tr><td colspan=1000 rowspan=9>甲" * 60_000, "范围太大"),
    ],
)
def test_pages_that_ask_for_too_much(page: str, message: str):
    with pytest.raises(TableError, match=message):
        read_book(page.encode())


BOOK = """<?xml version="1.0" encoding="GB2312"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles><Worksheet ss:Name="企业"><Table>
<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">企业表</Data></Cell></Row>
<Row ss:Index="3"><Cell ss:MergeDown="1"><Data ss:Type="String">甲</Data><Comment><Data>批注</Data></Comment></Cell>
<Cell ss:Index="3"><Data ss:Type="DateTime">2015-03-12T00:00:00.000</Data></Cell>
<Cell ss:StyleID="p"><Data ss:Type="Number">0.062</Data></Cell></Row>
<Row ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="Boolean">1</Data></Cell><Cell ss:Formula="=1"/></Row>
</Table></Worksheet><Worksheet ss:Name="旧"><Table><Row><Cell><Data ss:Type="Number">7</Data></Cell></Row></Table>
<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"""


def test_a_workbook_that_is_one_xml_file():
    first, second = grids(BOOK, "gbk")
    assert first.rows == [
        ["企业表", None, None, None],
        [None, None, None, None],
        ["甲", None, datetime.date(2015, 3, 12), "6.2%"],
        [None, True, "#NOVALUE!", None],
    ]
    assert (first.sheet, first.merged) == ("企业", (Merged(0, 0, 0, 3), Merged(2, 0, 3, 0)))
    assert [one.problem for one in first.remarks] == ["有 1 行是隐藏或筛选掉的（第 4 行），已照常读入"]
    assert (second.sheet, second.rows, second.hidden) == ("旧", [[7.0]], True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('ss:Index="3">', 'ss:Index="3000000">', "序号写坏了（“3000000”）"),
        ("<Workbook", '<!DOCTYPE x [<!ENTITY a "b">]><Workbook', "有文档类型声明"),
        ("</Workbook>", "", "文件已损坏"),
    ],
)
def test_damaged_workbooks_of_one_xml_file(old: str, new: str, message: str):
    with pytest.raises(TableError, match=message):
        read_book(BOOK.replace(old, new).encode("gbk"))
