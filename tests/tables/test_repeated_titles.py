"""Outcomes that stand in a table twice, with what lists put around a title, and texts that lie elsewhere."""

import pytest

from matcher.tables.reading import read_outcomes
from matcher.tables.rows.near_duplicates import find_reposts

TEXT = "红外双波段探头识别高温颗粒，响应三毫秒，联动细水雾在八米内扑灭，单次喷水少不打湿滤袋。"


@pytest.mark.parametrize(
    "title",
    [
        "1. 木粉尘火花探测",
        "《木粉尘火花探测》",
        "（3）木粉尘火花探测",
        "12、木粉尘火花探测",
        "★木粉尘火花探测（重点推荐）",
    ],
)
def test_a_title_with_a_number_or_a_mark_is_the_same(title):
    assert find_reposts([["木粉尘火花探测", title], [TEXT, TEXT]]) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2.5米卷板机", "5米卷板机"),
        ("木粉尘火花探测（二期）", "木粉尘火花探测"),
        ("3号炉木粉尘探测", "号炉木粉尘探测"),
        ("(2)木粉尘", "木粉"),
    ],
)
def test_other_titles_are_others(one, other):
    assert find_reposts([[one, other], [TEXT, TEXT]]) == [0, 1]


def test_a_description_that_lies_elsewhere_is_told():
    read = read_outcomes("成果编号,成果名称,成果简介\nC1,消声器,见附件\nC2,涂层,附件三维图的压缩方法\n".encode())
    assert read.problems[["row", "value", "problem"]].to_numpy().tolist() == [
        [2, "见附件", "内容写在附件或别处，这里没有读到"]
    ]
