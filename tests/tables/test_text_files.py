"""Text tables: quotes that do not close, odd bytes, joined files; no row is lost in silence."""

import json

import pytest

from matcher.tables.files.grids import Grid, read_book
from matcher.tables.reading import read_needs

HEADER = "需求编号,需求名称,需求描述\n"
OPEN = "引号没有配对，已当作普通字符，各行分开读"


def grid(text: str | bytes) -> Grid:
    (only,) = read_book(text if isinstance(text, bytes) else text.encode()).grids
    return only


def told(only: Grid) -> list[tuple[int | None, str]]:
    return [(remark.row, remark.problem) for remark in only.remarks]


def test_quotes_that_open_in_one_row_and_close_in_another():
    only = grid(HEADER + '1,"电机,降耗\n2,去毛刺,孔\n3,"仓储,调度\n4,回用,压滤\n')
    assert only.rows[1:] == [["1", "电机", "降耗"], ["2", "去毛刺", "孔"], ["3", "仓储", "调度"], ["4", "回用", "压滤"]]
    assert told(only) == [(2, OPEN), (4, OPEN)]


def test_a_quoted_cell_that_holds_whole_records_in_sequence():
    only = grid(HEADER + '1,电机,"降耗\n2,去毛刺,孔\n3,仓储,调度"\n4,回用,压滤\n')
    assert only.rows[1:] == [["1", "电机", "降耗"], ["2", "去毛刺", "孔"], ["3", "仓储", "调度"], ["4", "回用", "压滤"]]
    assert told(only) == [(2, OPEN)]


def test_a_quote_left_open_to_the_end():
    only = grid('编号,标题\n1,甲\n2,"乙\n3,丙\n4,丁')
    assert only.rows[1:] == [["1", "甲"], ["2", "乙"], ["3", "丙"], ["4", "丁"]]
    assert told(only) == [(3, OPEN)]


def test_lines_behind_an_open_quote_that_are_no_records_are_listed():
    rows, problems = read_needs((HEADER + '1,电机,"第一行\n第二行\n2,去毛刺,孔\n').encode())
    assert rows["need_id"].tolist() == ["1", "2"]
    assert problems.loc[~problems["kept"], "row"].tolist() == [3]


@pytest.mark.parametrize("cell", ["第一行\n第二行", '他说"好"\n第二行', "温度 80 ℃,压力\n1,2,3\n4", "\n\n", "a,b,c\n"])
def test_cells_of_several_lines_stay_whole(cell: str):
    quoted = '"' + cell.replace('"', '""') + '"'
    only = grid(f"{HEADER}X1,电机,{quoted}\nX2,{quoted},孔\n")
    assert only.rows[1:] == [["X1", "电机", cell], ["X2", cell, "孔"]]


def test_a_cell_of_several_lines_that_look_like_records_is_told():
    only = grid(HEADER + '1,电机,"指标：\n温度,压力,时间\n以上"\n')
    assert only.rows[1:] == [["1", "电机", "指标：\n温度,压力,时间\n以上"]]
    assert told(only) == [(2, "这一行的一格里有 3 行文字，其中 1 行像是单独的记录")]


def test_many_open_quotes_take_no_time():
    text = HEADER + "".join(f'{i},"名称{i},描述\n' for i in range(20_000))
    assert len(grid(text).rows) == 20_001


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", "\ufeffsep=;\n"])
def test_the_line_that_names_the_separator(first: str):
    assert grid(first + "编号;标题\n1;甲,乙\n").rows == [["编号", "标题"], ["1", "甲,乙"]]


def test_files_joined_with_a_second_mark():
    part = '\ufeff"编号","标题"\n"{}","甲"\n'
    only = grid(part.format(1) + part.format(2))
    assert only.rows == [["编号", "标题"], ["1", "甲"], ["编号", "标题"], ["2", "甲"]]


def test_nul_and_mixed_line_ends():
    rows, _ = read_needs("需求编号,需求名称\r\n1,电\x00机\r2,水泵\n3,风机\r\n".encode())
    assert rows["title"].tolist() == ["电机", "水泵", "风机"]


@pytest.mark.parametrize(
    ("byte", "sign", "row", "problem"),
    [
        (0xA0, " ", None, "有 1 个字节 0xA0（不间断空格）不是 GBK 文字，第一个在文件的第 2 行，已换成空格"),
        (0x80, "€", None, "有 1 个字节 0x80（欧元符号）不是 GBK 文字，第一个在文件的第 2 行，已换成€"),
        (0xFF, "\ufffd", 2, "有 1 个字节 0xFF 不是文字，已换成“\ufffd”"),
    ],
)
def test_bytes_of_code_page_936(byte: int, sign: str, row: int | None, problem: str):
    data = HEADER.encode("gbk") + "1,齿轮,磨削".encode("gbk") + bytes([byte]) + "后检测磨削烧伤\n".encode("gbk")
    only = grid(data)
    assert only.rows[1] == ["1", "齿轮", f"磨削{sign}后检测磨削烧伤"]
    assert told(only) == [(row, problem)]


def test_an_even_number_of_odd_blanks_is_seen_too():
    data = (HEADER + "1,齿轮,磨削?后检测磨削烧伤?热处理\n").encode("gbk").replace(b"?", b"\xa0")
    only = grid(data)
    assert only.rows[1] == ["1", "齿轮", "磨削 后检测磨削烧伤 热处理"]
    assert [problem[:14] for _, problem in told(only)] == ["有 2 个字节 0xA0（不"]


def test_rare_characters_of_gbk_stay():
    text = HEADER + "1,犧牲陽極,爐體與爲了\n2,玥璠,𠮷\n"
    only = grid(text.encode("gb18030"))
    assert only.rows[1:] == [["1", "犧牲陽極", "爐體與爲了"], ["2", "玥璠", "𠮷"]]
    assert only.remarks == ()


def test_deep_json_is_listed():
    deep = json.loads("[" * 60 + "]" * 60)
    lines = [{"标题": "甲"}, {"标题": deep}, {"标题": ["乙", "丙"]}]
    text = "\n".join(map(json.dumps, lines)) + '\n{"标题": ' + "[" * 500_000 + "\n" + '{"标题": 1' + "0" * 9_999 + "}"
    only = grid(text)
    assert [list(row) for row in only.rows] == [["标题"], ["甲"], [["乙", "丙"]]]
    assert [(bad.row, bad.problem) for bad in only.bad] == [
        (2, "列表和对象套得太深"),
        (4, "不是一个 JSON 对象"),
        (5, "不是一个 JSON 对象"),
    ]
