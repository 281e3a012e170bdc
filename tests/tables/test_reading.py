"""Tables: what people hand in, as a clean frame and a list of what was wrong with it. Whole answers on small tables."""

import datetime
import io
import time
import warnings

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import TableError
from matcher.tables.reading import (
    NEEDS,
    OUTCOMES,
    PROBLEM_COLUMNS,
    Column,
    Contract,
    describe,
    read_needs,
    read_outcomes,
    read_table,
    read_works,
    split_labels,
)
from matcher.tables.schemas.main import KINDS

FIRM = Contract(
    "firms",
    "企业",
    "enterprise_id",
    (
        Column("enterprise_id", "id", "企业编号"),
        Column("name", "text", "企业名称"),
        Column("sales", "yuan", "销售收入", ("近三年销售收入",)),
        Column("staff", "number", "职工总数"),
        Column("domestic", "share", "境内占比"),
        Column("resident", "yesno", "居民企业"),
        Column("registered_on", "date", "注册日期"),
    ),
)


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def told(problems: pd.DataFrame) -> list[tuple[object, ...]]:
    """Problems as (row, column, value, problem, action, kept)."""
    rows = problems[["row", "column", "value", "problem", "action", "kept"]].astype(object)
    return [tuple(row) for row in rows.where(rows.notna(), None).itertuples(index=False)]


def one(header: str, value: object, contract: Contract = FIRM) -> tuple[object, list[tuple[object, ...]]]:
    """The only value read from the only cell under a header, and its problem."""
    rows, problems = read_table(pd.DataFrame({"企业编号": ["E1"], header: [value]}, dtype=object), contract)
    filled = [name for name in rows.columns[1:] if header.startswith(contract[name].title)]
    read = rows[filled[0]].iloc[0]
    return (None if pd.isna(read) else read), [problem[3:5] for problem in told(problems)]


def test_a_table_of_needs_whole():
    rows, problems = read_needs(
        csv(
            "需求编号,需求名称,需求描述,合作方式,预算（万元）,有效期,联系人",
            "007,轴承 热处理,<p>硬度&nbsp;60HRC</p><p>散差&lt;1</p>,技术转让、委托开发,500,"
            "2020-01-1310:49:39.0至2021-01-1310:49:41.0,张",
            ",,,,,,",
            "008,板材干燥,,其他,几百万,长期,",
        )
    )
    expected = pd.DataFrame(
        {
            "need_id": ["007", "008"],
            "title": ["轴承 热处理", "板材干燥"],
            "description": ["硬度 60HRC\n散差<1", ""],
            "problem": ["", ""],
            "indicators": ["", ""],
            "conditions": ["", ""],
            "background": ["", ""],
            "industry": ["", ""],
            "field": ["", ""],
            "region": ["", ""],
            "cooperation": ["技术转让,委托开发", "其他"],
            "budget": pd.array([5_000_000, None], dtype="Int64"),
            "done_by": ["", ""],
            "ownership": ["", ""],
            "enterprise_id": ["", ""],
            "enterprise": ["", ""],
            "keywords": ["", ""],
            "valid_until": pd.Series(["2021-01-13", None], dtype="datetime64[us]"),
            "posted_on": pd.Series([None, None], dtype="datetime64[us]"),
            "duplicate_of": ["", ""],
            "budget_text": ["", "几百万"],
            "联系人": ["张", ""],
        }
    )
    pd.testing.assert_frame_equal(rows, expected)
    assert list(problems.columns) == PROBLEM_COLUMNS
    assert told(problems) == [
        (4, "预算（万元）", "几百万", "不是数字", "请只写数和单位，如 500万元", True),
    ]
    assert describe(problems) == (
        "数据：1 处问题\n  第 4 行，预算（万元） = “几百万”：不是数字；请只写数和单位，如 500万元"
    )


def test_every_left_out_row_is_listed_with_its_reason():
    rows, problems = read_outcomes(
        csv(
            "编号,名称,简介",
            "1,甲,说明一",
            "1,甲,说明一",
            "1,乙,别的",
            "2,,",
            "编号,名称,简介",
            "合计,3,",
            "3,丙,多,出来",
            ",丁,没有编号",
        )
    )
    assert rows[["outcome_id", "title", "description"]].to_numpy().tolist() == [
        ["1", "甲", "说明一"],
        ["成果-00009", "丁", "没有编号"],
    ]
    assert told(problems) == [
        (3, "编号", "1", "和第 2 行完全相同", "请删去重复的行", False),
        (4, "编号", "1", "和第 2 行编号相同，内容不同", "请给每行不同的编号", False),
        (5, "", "2", "成果名称和成果描述都是空的", "请至少填写成果名称或成果描述", False),
        (6, "", "编号", "是重复的表头", "请删去这一行", False),
        (7, "", "合计", "是合计行", "请删去这一行", False),
        (8, "", "3", "有 4 格，表头只有 3 列", "请给含分隔符的内容加上引号，或改存为 .xlsx", False),
        (9, "编号", "", "是空的，已编为“成果-00009”", "请填写编号", True),
    ]


def test_refusing_bad_rows_tells_every_fault():
    table = csv("编号,名称,发布时间", "1,甲,明天", "2,,")
    with pytest.raises(TableError) as caught:
        read_needs(table, bad_rows="refuse")
    assert str(caught.value) == (
        "数据：2 处问题\n"
        "  第 2 行，发布时间 = “明天”：不是日期；请写成 2024-01-31 的样子\n"
        "  第 3 行，“2”：需求名称和需求描述都是空的（这一行没有读入）；请至少填写需求名称或需求描述"
    )
    assert len(caught.value.problems) == 2
    assert len(read_needs(csv("编号,名称,发布时间", "1,甲,明天"), bad_rows="refuse").rows) == 1


def test_a_missing_id_column_is_made_up_once_for_the_file():
    rows, problems = read_needs(csv("标题", "甲", "", "乙"))
    assert rows["need_id"].tolist() == ["需求-00002", "需求-00004"]
    assert told(problems) == [
        (1, "需求编号", "", "没有“需求编号”这一列，已按行号编号", "行号变了编号就会变，请加上“需求编号”", True)
    ]


def test_a_made_up_id_never_meets_a_given_one():
    rows, _ = read_needs(csv("编号,标题", ",甲", "需求-00002,乙"))
    assert rows["need_id"].tolist() == ["需求-00002-2", "需求-00002"]


def test_needs_but_for_one_character_are_told_and_stay():
    """A number tells two needs apart; so does a second character."""
    text = "需要检测轴承端面划伤，漏检率0.5%以下"
    rows, problems = read_needs(
        csv(
            "编号,企业,名称,描述",
            f"1,甲公司,轴承外观在线检测,{text}",
            f"2,甲公司,轴承外观在线检侧,{text}。",
            f"3,乙公司,轴承外观在线检测,{text.replace('需要', '要')}",
            f"4,乙公司,轴承外观在线检测,{text.replace('0.5', '0.6')}",
            f"5,乙公司,滚子外形在线检测,{text}",
        )
    )
    assert rows["need_id"].tolist() == ["1", "2", "3", "4", "5"]
    near = problems[problems["problem"].str.contains("只差一个字")]
    assert near[["row", "value", "problem"]].values.tolist() == [
        [3, "轴承外观在线检侧", "和第 2 行（1）只差一个字，没有当作同一条"],
    ]
    assert rows["duplicate_of"].tolist() == ["", "", "1", "", ""]


def test_reposts_are_noted_and_stay():
    text = "本发明公开了一种轴承钢球的热处理工艺，可以显著提高硬度并消除偏析，硬度散差在1HRC以内。"
    rows, problems = read_outcomes(
        csv(
            "编号,名称,简介",
            f"1,钢球热处理,{text}",
            f"2,钢球  热处理。,{text.replace('，', ',').replace(',', '；')}",
            f"3,钢球热处理,应用领域：轴承 摘要：{text}优点：省电",
            "4,钢球热处理,另一件完全不同的事，与上面的内容没有任何关系，只是题目相同而已",
            "5,钢球热处理,",
            "6,钢球热处理,",
            f"7,另一题目,{text}",
        )
    )
    assert rows["duplicate_of"].tolist() == ["", "1", "1", "", "", "5", ""]
    assert told(problems) == [
        (3, "名称", "钢球 热处理。", "和第 2 行（1）几乎相同，疑为重复发布", "若确是重复，请删去一条", True),
        (4, "名称", "钢球热处理", "和第 2 行（1）几乎相同，疑为重复发布", "若确是重复，请删去一条", True),
        (7, "名称", "钢球热处理", "和第 6 行（5）几乎相同，疑为重复发布", "若确是重复，请删去一条", True),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("500万元", 5_000_000),
        ("1,200", 1_200),
        ("￥３．５亿", 350_000_000),
        ("１２３", 123),
        ("0.1千元", 100),
        (1200.0, 1200),
        ("1.5e3", 1500),
        ("人民币2百万元", 2_000_000),
        ("面议", None),
        (9_007_199_254_740_993, 9_007_199_254_740_993),
        (np.int64(7), 7),
    ],
)
def test_money_is_whole_yuan_and_exact(value: object, expected: int | None):
    assert one("销售收入（元）", value) == (expected, [])


@pytest.mark.parametrize(
    "header", ["销售收入（万元）", "销售收入(单位：万元)", "销售收入/万元", "销售收入万元", "销 售\n收入【 万元 】*"]
)
def test_the_unit_in_a_header_is_the_unit_of_its_column(header: str):
    rows, problems = read_table(pd.DataFrame({"企业编号": ["1", "2", "3"], header: [0.07, "1.15", "3元"]}), FIRM)
    assert rows["sales"].tolist() == [700, 11_500, 3]
    assert problems.empty


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("几百万", "不是数字"),
        ("1,2", "不是数字"),
        ("inf", "不是数字"),
        (float("inf"), "不是数字"),
        ("9" * 400, "不是数字"),
        ("9" * 30, "数额大得不合理"),
        (True, "不是数字"),
        ("5%", "是百分数，不是金额"),
        ("#REF!", "公式出错，没有值"),
        ("####", "公式出错，没有值"),
        (datetime.date(2024, 1, 1), "不是数字"),
    ],
)
def test_what_is_no_money_is_unknown_and_listed(value: object, problem: str):
    read, problems = one("销售收入", value)
    assert read is None
    assert [text for text, _ in problems] == [problem]


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("境内占比", "60%", 0.6),
        ("境内占比", 0.6, 0.6),
        ("境内占比（%）", 60, 0.6),
        ("境内占比（%）", "60％", 0.6),
        ("境内占比", "", None),
        ("职工总数", "1,200人", 1200.0),
        ("职工总数", "12.5", 12.5),
        ("居民企业", "是", True),
        ("居民企业", "×", False),
        ("居民企业", 1, True),
        ("居民企业", False, False),
        ("居民企业", "不详", None),
        ("注册日期", "2020年1月3日", datetime.datetime(2020, 1, 3)),
        ("注册日期", "2020/1/3", datetime.datetime(2020, 1, 3)),
        ("注册日期", "2020.01.03", datetime.datetime(2020, 1, 3)),
        ("注册日期", 20200103, datetime.datetime(2020, 1, 3)),
        ("注册日期", 43833.0, datetime.datetime(2020, 1, 3)),
        ("注册日期", "43833", datetime.datetime(2020, 1, 3)),
        ("注册日期", "2020-01-03T10:00:00+08:00", datetime.datetime(2020, 1, 3)),
        ("注册日期", pd.Timestamp("2020-01-03 10:00"), datetime.datetime(2020, 1, 3)),
        ("注册日期", "永久有效", None),
    ],
)
def test_shares_numbers_answers_and_dates(header: str, value: object, expected: object):
    assert one(header, value) == (expected, [])


@pytest.mark.parametrize(
    ("header", "value", "problem"),
    [
        ("职工总数", "几百", "不是数字"),
        ("职工总数", "1e999", "数大得不合理"),
        ("居民企业", "可能", "不是“是”或“否”"),
        ("注册日期", "2024-02-30", "日历上没有这一天"),
        ("注册日期", "0001-01-01", "年份不合理"),
        ("注册日期", 12.0, "不是日期"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_listed(header: str, value: object, problem: str):
    read, problems = one(header, value)
    assert read is None
    assert [text for text, _ in problems] == [problem]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10<sup>4</sup>帕，H<sub>2</sub>O", "10⁴帕，H₂O"),
        ("p<0.05，<400℃，(0<x<1)", "p<0.05，<400℃，(0<x<1)"),
        ("X-sense&Yao，MU-MIMO&HT160", "X-sense&Yao，MU-MIMO&HT160"),
        ("<p style='a'>一</p><br/>二<span>三</span>", "一\n二三"),
        ("&amp;lt;p&amp;gt;一&amp;nbsp;二", "一 二"),
        ("<style>p{color:red}</style>一<!-- 注 -->二", "一二"),
        ("一_x000D_\r\n\r\n\n 二\x00\x07\u200b\u3000\xa0三", "一\n二 三"),
        ("\ud800半\udfff个", "半个"),
        ("NaN", ""),
        ("无", ""),
    ],
)
def test_rubbish_in_texts_goes_and_is_no_problem(value: str, expected: str):
    rows, problems = read_needs(
        pd.DataFrame({"need_id": ["1"], "title": ["一\n题"], "description": [value]}, dtype=object)
    )
    assert rows["title"].tolist() == ["一 题"]
    assert rows["description"].tolist() == [expected]
    assert problems.empty


def test_ids_stay_texts_and_damaged_ones_are_reported():
    rows, problems = read_needs(
        pd.DataFrame(
            {"编号": ["007", 123.0, 1.2345678901234567e17, "1.23E+17"], "标题": list("甲乙丙丁")}, dtype=object
        )
    )
    assert rows["need_id"].tolist() == ["007", "123", "123456789012345664", "1.23E+17"]
    fault = ("编号已被 Excel 改成数字，15 位以后的数字丢失", "请把这一列设为文本格式后重新填写", True)
    assert told(problems) == [
        (4, "编号", "123456789012345664", *fault),
        (5, "编号", "1.23E+17", *fault),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("技术转让,技术许可", ("技术转让", "技术许可")),
        ("完全转让许可转让技术入股合作生产", ("完全转让", "许可转让", "技术入股", "合作生产")),
        ("完全转让其他；许可转让/完全转让", ("完全转让", "其他", "许可转让")),
        ("技术转让 技术入股", ("技术转让", "技术入股")),
        ("technology transfer", ("technology transfer",)),
        ("完全转让或另议", ("完全转让或另议",)),
        ("", ()),
    ],
)
def test_labels(value: str, expected: tuple[str, ...]):
    assert split_labels(value, OUTCOMES["cooperation"]) == expected


def test_the_header_stands_below_title_rows():
    rows, problems = read_needs(
        csv(
            "临沂市企业技术需求汇总表,,",
            "填报单位：某局,,2024年",
            ",,",
            "＊序号,技术需求\t名称（必填）,内容",
            "1,甲,乙",
        )
    )
    assert rows[["need_id", "title", "description"]].to_numpy().tolist() == [["1", "甲", "乙"]]
    assert problems.empty


def test_headers_nobody_foresaw_are_named_by_the_user():
    table = csv("代号,难题,需求名称", "1,甲,乙")
    rows, problems = read_needs(table, columns={"代号": "need_id", "难 题": "title"})
    assert rows[["need_id", "title", "需求名称"]].to_numpy().tolist() == [["1", "甲", "乙"]]
    assert told(problems) == [
        (1, "需求名称", "", "和“难题”都是“需求名称”，只用了“难题”，这一列原样保留", "请改列名，或指定用哪一列", True)
    ]
    with pytest.raises(
        TableError, match=r"^数据：没有字段“题旨”，“难题”可以指定为：需求编号（need_id）、需求名称（title）、"
    ):
        read_needs(table, columns={"难题": "题旨"})
    with pytest.raises(TableError, match=r"^数据：没有列“难点”；表头是：代号、难题、需求名称；请照表头的写法指定$"):
        read_needs(table, columns={"难点": "title"})


def test_two_headers_for_one_field_and_names_already_taken():
    rows, problems = read_needs(
        pd.DataFrame([["1", "甲", "乙", "丙", "丁", 5]], columns=["ID", "需求名称", "title", "标题", "标题", "备注"])
    )
    assert rows.iloc[0, [0, 1, *range(20, 24)]].to_dict() == {
        "need_id": "1", "title": "甲", "title_2": "乙", "标题": "丙", "标题_2": "丁", "备注": 5,
    }  # fmt: skip
    assert rows["备注"].dtype == "int64"
    assert [problem[:2] for problem in told(problems)] == [(1, "title"), (1, "标题"), (1, "标题")]


def test_no_header_and_no_text_column_are_refused():
    with pytest.raises(TableError) as caught:
        read_needs(csv("甲,乙", "1,2"))
    assert str(caught.value) == (
        "数据：找不到表头，前 20 行里没有“需求名称”“需求描述”这样的列名，看到的是：甲、乙；"
        "请加上表头，或指定哪一列是什么"
    )
    with pytest.raises(TableError) as caught:
        read_needs(csv("编号,乙", "1,2"))
    assert str(caught.value) == (
        "数据：没有“需求名称”或“需求描述”这样的列；表头是：编号、乙；请改列名，或指定哪一列是什么"
    )


def test_a_header_alone_gives_no_rows_and_says_so():
    for source in (csv("编号,标题", ",,"), pd.DataFrame({"编号": [], "标题": []})):
        rows, problems = read_needs(source)
        assert len(rows) == 0
        assert list(rows.columns) == [*(column.name for column in NEEDS.columns), "duplicate_of"]
        assert str(rows["posted_on"].dtype) == "datetime64[us]"
        assert told(problems) == [(1, "", "", "表头下面没有数据", "请检查是否选错了文件或工作表", True)]


def test_the_same_rules_hold_for_a_frame_and_every_file():
    frame = pd.DataFrame(
        {"编号": ["1", "1", "3"], "标题": ["甲", "乙", ""], "描述": ["", "", None], "预算": ["3万", "x", ""]}
    )
    text = frame.to_csv(index=False)
    parquet, book = io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    frame.to_excel(book, index=False)
    lines = frame.to_json(orient="records", lines=True, force_ascii=False)
    answers = [
        read_needs(source)
        for source in (
            frame,
            text.encode(),
            text.encode("gb18030"),
            text.encode("utf-16"),
            parquet.getvalue(),
            book.getvalue(),
        )
    ]
    for rows, problems in answers:
        pd.testing.assert_frame_equal(rows, answers[0].rows)
        assert told(problems) == told(answers[0].problems)
    from_lines = read_needs(lines.encode())
    pd.testing.assert_frame_equal(from_lines.rows, answers[0].rows)
    assert [problem[0] + 1 for problem in told(from_lines.problems)] == [
        problem[0] for problem in told(answers[0].problems)
    ]


def test_a_frame_of_many_types_is_read_and_not_changed():
    frame = pd.DataFrame(
        {
            "need_id": pd.array([1, 2, None], dtype="Int64"),
            "title": pd.Categorical(["甲", "乙", "丙"]),
            "budget": [1.5, float("nan"), 3.0],
            "posted_on": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
            "cooperation": [["技术转让", "其他"], None, ()],
            "分数": [1.5, None, 2.5],
            "混合": ["a", 1, None],
        }
    )
    before = frame.copy(deep=True)
    rows, _ = read_needs(frame)
    assert rows["need_id"].tolist() == ["1", "2", "需求-00004"]
    assert rows["budget"].astype(object).where(rows["budget"].notna(), None).tolist() == [2, None, 3]
    assert rows["cooperation"].tolist() == ["技术转让,其他", "", ""]
    assert rows["分数"].dtype == "float64"
    assert rows["混合"].tolist() == ["a", "1", ""]
    pd.testing.assert_frame_equal(frame, before)


def test_the_sheet_that_fits_best_is_read_and_named():
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["请填写标题"])
    book.create_sheet("空")
    sheet = book.create_sheet("需求")
    for row in (["编号", "标题"], [1, "甲"]):
        sheet.append(row)
    other = book.create_sheet("旧表")
    for row in (["标题"], ["乙"]):
        other.append(row)
    out = io.BytesIO()
    book.save(out)
    rows, problems = read_needs(out.getvalue())
    assert rows["title"].tolist() == ["甲"]
    assert problems["sheet"].tolist() == ["需求"]
    assert told(problems) == [
        (None, "", "", "工作簿有 2 个有内容的工作表（需求、旧表），只读了“需求”", "要读别的，请指定工作表", True)
    ]
    assert describe(problems) == (
        "数据：1 处问题\n  工作簿有 2 个有内容的工作表（需求、旧表），只读了“需求”；要读别的，请指定工作表"
    )
    for sheet_wanted in ("旧表", 4):
        assert read_needs(out.getvalue(), sheet=sheet_wanted).rows["title"].tolist() == ["乙"]
    with pytest.raises(TableError, match=r"^数据：没有工作表“5”；这个文件有：说明、空、需求、旧表$"):
        read_needs(out.getvalue(), sheet=5)
    with pytest.raises(TableError, match=r"^数据：不是工作簿，没有工作表可选；请去掉工作表“1”的设置$"):
        read_needs(csv("标题", "甲"), sheet=1)


def test_excel_dates_errors_and_row_numbers():
    book = openpyxl.Workbook()
    for row in (
        ["需求表"],
        [],
        ["编号", "标题", "预算", "发布日期"],
        [7.0, "甲", "#DIV/0!", datetime.datetime(2024, 1, 31)],
    ):
        book.active.append(row)
    book.active["C4"].data_type = "e"
    out = io.BytesIO()
    book.save(out)
    rows, problems = read_needs(out.getvalue())
    assert rows["need_id"].tolist() == ["7"]
    assert rows["posted_on"].tolist() == [pd.Timestamp("2024-01-31")]
    assert told(problems) == [(4, "预算", "#DIV/0!", "公式出错，没有值", "请修正公式，或改填数值", True)]


def test_a_message_stops_after_twenty_lines():
    problems = read_needs(csv("编号,标题,预算", *(f"{i},第{i}项,不知道" for i in range(25)))).problems
    message = describe(problems.assign(problem=["毛病" + chr(0x4E00 + at) for at in range(25)]))
    assert message.startswith("数据：25 处问题\n  第 2 行，预算 = “不知道”：毛病一；")
    assert message.endswith("\n  ……另有 5 处")
    assert message.count("\n") == 21
    assert describe(read_needs(csv("编号,标题", "1,甲")).problems) == ""


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (["不知道"] * 3, ["第 2 行，预算 = “不知道”", "第 3 行，预算 = “不知道”", "第 4 行，预算 = “不知道”"]),
        (["不知道"] * 4, ["第 2、3、4、5 行，预算 = “不知道”"]),
        (["甲", "乙", "丙", "丁", "戊", "己"], ["第 2、3、4、5、6 等 6 行，预算 = “甲”、“乙”、“丙” 等 6 种"]),
        (["甲", "1万", "乙", "2026年"], ["第 2 行，预算 = “甲”", "第 4 行，预算 = “乙”"]),
    ],
)
def test_the_same_of_more_than_three_cells_is_one_line(cells, lines):
    message = describe(
        read_needs(csv("编号,标题,预算", *(f"{i},第{i}项,{cell}" for i, cell in enumerate(cells)))).problems
    )
    told = [line.strip().split("：")[0] for line in message.splitlines()[1:] if "不是数字" in line]
    assert told == lines


def test_the_same_of_more_than_three_columns_or_rows_is_one_line():
    """Of lines without a column their rows are told together; of a row its columns."""
    columns = ["预算", "年销售额", "投入", "利润"]
    problems = read_needs(csv("编号,标题,预算", "1,甲,不知道")).problems
    of_columns = pd.concat([problems.assign(column=column) for column in columns])
    of_rows = [problems.assign(column="", row=row, value=f"值{row}", problem="没有读入") for row in range(3, 8)]
    assert describe(pd.concat([of_columns, *of_rows], ignore_index=True)).splitlines()[1:] == [
        "  第 2 行，预算、年销售额、投入 等 4 列 = “不知道”：不是数字；请只写数和单位，如 500万元",
        "  第 3、4、5、6、7 行，“值3”、“值4”、“值5” 等 5 种：没有读入；请只写数和单位，如 500万元",
    ]


def test_the_same_of_other_columns_in_other_rows_is_a_line_each():
    """One line of them all would not say which cell is meant."""
    problems = read_needs(csv("编号,标题,预算", "1,甲,不知道")).problems
    cells = [problems.assign(row=row, column=f"列{row}") for row in range(2, 6)]
    assert describe(pd.concat(cells, ignore_index=True)).splitlines()[1:] == [
        f"  第 {row} 行，列{row} = “不知道”：不是数字；请只写数和单位，如 500万元" for row in range(2, 6)
    ]


@pytest.mark.parametrize("opening", ["<!--", "<script>", "<p ", "<sup>1", "&a", "<", "技术转让"])
def test_a_long_cell_of_openings_takes_no_time(opening: str):
    table = pd.DataFrame({"标题": ["甲"], "描述": [opening * 50_000], "合作方式": [opening * 50_000]})
    start = time.process_time()
    assert len(read_needs(table).rows) == 1
    assert time.process_time() - start < 5  # minutes, were every opening looked at to the end of the cell


def test_ten_thousand_headers_of_one_name_take_no_time():
    start = time.process_time()
    rows, _ = read_needs(pd.DataFrame([["甲", *range(10_000)]], columns=["标题", *["同名"] * 10_000]))
    assert rows.columns[-1] == "同名_10000"
    assert time.process_time() - start < 30  # minutes, were each compared with all; 3 to 10 on slow machines


def test_cells_that_are_arrays_or_hold_nothing():
    frame = pd.DataFrame({"标题": [np.array([1, 2]), [pd.NaT, None, float("nan")]], "x": [np.array([1]), np.array([])]})
    rows, _ = read_needs(frame)
    assert rows["title"].tolist() == ["1,2", ",,"]
    assert rows["x"].tolist() == ["1", ""]


def test_contracts_are_sound():
    for contract in (NEEDS, OUTCOMES):
        headers = [text.lower() for column in contract.columns for text in (column.name, column.title, *column.headers)]
        assert len(set(headers)) == len(headers), "one header, two columns"
        assert {column.kind for column in contract.columns} <= set(KINDS)
        for column in contract.columns:
            for header in (column.name, column.title, *column.headers):
                table = pd.DataFrame({"标题" if column.name != "title" else "描述": ["甲"], header: ["乙"]})
                read = read_table(table, contract).rows
                assert list(read)[: len(contract.columns) + 1] == [
                    *(one.name for one in contract.columns),
                    "duplicate_of",
                ]
                assert set(read) - {"duplicate_of", *(one.name for one in contract.columns)} <= {f"{column.name}_text"}


typed = [st.text('0123456789.,-%万元亿年月日/至:# eE\n"<&;', max_size=12), st.text(max_size=20)]
objects = [st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.binary(max_size=5)]
objects += [st.decimals(allow_nan=False), st.lists(st.integers(), max_size=2)]
said = ["合计", "需求名称", "#REF!", "是", "技术转让其他", "nan", "\ud800", "1", "2"]
cells = st.one_of(*typed, *objects, st.sampled_from(said))
names = ["需求编号", "需求名称", "需求描述", "预算（万元）", "发布日期", "合作方式", "别的"]


@settings(max_examples=150)
@given(st.lists(st.lists(cells, min_size=7, max_size=7), max_size=8))
def test_rows_in_are_rows_out_and_rows_listed(body: list[list[object]]):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = pd.DataFrame(
            {name: pd.Series([row[i] for row in body], dtype=object) for i, name in enumerate(names)}, dtype=object
        )
        rows, problems = read_needs(frame)
        describe(problems)
        rows.to_parquet(io.BytesIO())
    missing = frame.isna() | frame.map(lambda cell: isinstance(cell, str) and not cell.strip())
    left_out = problems.loc[~problems["kept"], "row"]
    assert len(rows) + left_out.nunique() == int((~missing.all(axis=1)).sum())
    assert rows["need_id"].is_unique
    assert set(problems["row"].dropna()) <= set(range(1, len(body) + 2))


@settings(max_examples=150)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200) | st.text(',;\t\n\r"甲乙1', max_size=200))
def test_any_text_is_read_whole_or_refused(text: str):
    try:
        rows, problems = read_needs(("编号,标题,描述\n" + text).encode())
    except TableError:
        pass
    else:
        left_out = problems.loc[~problems["kept"], "row"]
        assert left_out.notna().all()
        assert len(rows) + left_out.nunique() <= text.count("\n") + text.count("\r") + 1


def test_a_number_that_begins_anew_on_every_page_loses_no_row():
    table = pd.DataFrame({"序号": [1, 2, 1], "需求名称": ["齿轮检测", "桃采后保鲜", "石材废水"]})
    rows, problems = read_needs(table)
    assert rows["need_id"].tolist() == ["1", "2", "需求-00004"]
    assert problems[["problem", "kept"]].values.tolist() == [["和第 2 行的序号相同，已编为“需求-00004”", True]]


def test_of_choices_with_boxes_only_the_ticked_one_stays():
    rows, problems = read_outcomes(
        pd.DataFrame(
            {
                "成果编号": ["1", "2", "3"],
                "成果名称": ["甲", "乙", "丙"],
                "成熟度": ["☑小试 □中试 □产业化", "小试√ 中试 量产", "□小试 □中试"],
                "知识产权类型": ["□发明专利 ☑实用新型", "发明专利（已授权）", "R软件著作权 £发明专利"],
            }
        )
    )
    assert rows["maturity"].tolist() == ["小试", "小试", ""]
    assert rows["ip_type"].tolist() == ["实用新型", "发明专利（已授权）", "软件著作权"]
    assert problems[["row", "column", "problem"]].values.tolist() == [
        [4, "成熟度", "没有勾选任何一项，当作没填"],
    ]


def test_ids_that_differ_only_in_writing_stay_and_are_told_once():
    ids = ["XQ-001", "ＸＱ—００１", "xq-001", "XQ-002"]
    rows, problems = read_needs(pd.DataFrame({"需求编号": ids, "需求名称": ["齿轮", "液压", "木粉", "刀具"]}))
    assert rows["need_id"].tolist() == ids
    problem = "第 2、3、4 行的编号只是写法不同（大小写、全半角、横线或空格），仍算不同的编号"
    assert problems[["row", "value", "problem", "kept"]].values.tolist() == [
        [2, "XQ-001、ＸＱ—００１、xq-001", problem, True]
    ]


@pytest.mark.parametrize("ids", [["XQ-001", "XQ-002"], ["a1", "B1"], ["甲1", "甲2"]])
def test_ids_that_differ_indeed_are_no_problem(ids: list[str]):
    assert read_needs(pd.DataFrame({"需求编号": ids, "需求名称": ["齿轮", "液压"]})).problems.empty


def test_a_column_of_two_fields_is_told_once_and_a_formula_without_result_is_called_so():
    sales = ("销售收入",)
    contract = Contract(
        "firms",
        "企业",
        "enterprise_id",
        (
            Column("enterprise_id", "id", "企业编号"),
            Column("sales_y3", "yuan", "销售收入（上一年）", back=1, words=sales),
            Column("sales_last_year", "yuan", "上年度销售收入", back=1, words=sales),
        ),
    )
    frame = pd.DataFrame({"企业编号": ["a", "b"], "上年度销售收入（万元）": ["约500", "#NOVALUE!"]})
    problems = read_table(frame, contract).problems
    assert problems[["row", "value", "problem"]].values.tolist() == [
        [2, "约500", "不是确切的值，按 450万元 至 550万元 读入"],
        [3, "公式", "公式没有存下结果"],
    ]


def test_works_need_no_numbers():
    assert read_works(pd.DataFrame({"姓名": ["甲某"], "论文题目": ["齿轮检测"]})).problems.empty


@pytest.mark.parametrize("unit", ["万", "元", "万元"])
def test_a_unit_alone_in_the_only_row_is_a_row_that_is_listed(unit: str):
    frame = pd.DataFrame({"需求编号": ["1", ""], "需求名称": ["齿轮检测", ""], "别的": ["", unit]})
    rows, problems = read_needs(frame[1:].reset_index(drop=True))
    assert (len(rows), problems["kept"].tolist()) == (0, [False])


def test_a_need_without_a_name_goes_by_the_beginning_of_its_problem():
    table = pd.DataFrame(
        {
            "拟解决的技术难题": [
                "1、水性油墨干燥慢，烘道温度高，每班都要停机清理烘道两次以上才能用，能耗很大。",
                "",
                "虚" * 40,
            ],
            "技术指标": ["干燥时间缩短30%", "检出率≥98%", ""],
        }
    )
    read = read_needs(table)
    assert read.rows["title"].tolist() == ["水性油墨干燥慢，烘道温度高", "检出率≥98%", "虚" * 30 + "…"]
    assert read.problems["problem"].tolist()[:2] == [
        "2 条没有需求名称，取了“拟解决的技术难题”的开头",
        "1 条没有需求名称，取了“技术指标”的开头",
    ]
    named = read_needs(table.assign(需求名称=["甲", "", "乙"]))
    assert named.rows["title"].tolist() == ["甲", "检出率≥98%", "乙"]
