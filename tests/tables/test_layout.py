"""How sheets are laid out: headers of several rows, units stated anywhere, merged cells, rows that are no records."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import pytest

from matcher.policy.firms.table import firm_contract
from matcher.policy.policy import load_policy
from matcher.tables import reading
from matcher.tables.files.grids import Book, Grid, Merged
from matcher.tables.reading import CARRIED, NEEDS, Reading, read_experts, read_needs, read_outcomes, read_table
from matcher.tables.schemas.main import OUTCOMES, Column, Contract

FIRM = Contract(
    "firms",
    "企业",
    "enterprise_id",
    (
        Column("enterprise_id", "id", "企业编号", ("编号", "序号")),
        Column("name", "text", "企业名称"),
        Column("staff", "number", "职工总数"),
        Column("sales", "yuan", "上年度销售收入"),
        Column("assets", "yuan", "资产总额"),
        Column("share", "share", "研发占比"),
    ),
)
HEAD = "企业编号,企业名称,职工总数,上年度销售收入,资产总额"
ROW = "E1,虚构甲公司,120,4850,6000"


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def money(*lines: str) -> tuple[list[object], list[str]]:
    """Sales and assets of the first firm (None = unknown), and the problems of rows that stay."""
    rows, problems = read_table(csv(*lines), FIRM)
    values = rows[["sales", "assets"]].astype(object)
    kept = problems.loc[problems["kept"], "problem"]
    return values.where(values.notna(), None).iloc[0].tolist(), kept.tolist()


def sheet(
    rows: Sequence[Sequence[object]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    contract: Contract = NEEDS,
) -> Reading:
    """What is read of one sheet with merged cells."""
    grid = Grid("表", list(rows), range(1, len(rows) + 1), merged=tuple(Merged(*cells) for cells in merged))
    monkeypatch.setattr(reading, "read_book", lambda source, sheet: Book("虚构.xlsx", [grid]))
    return read_table(b"", contract)


@pytest.mark.parametrize(
    ("line", "factor"),
    [
        ("单位：万元,,,,", 10_000),
        (",,,,（单位：万元）", 10_000),
        ("金额单位：人民币万元,,,,", 10_000),
        ("单位: 万元、人,,,,", 10_000),
        ("计量单位：人；万元；%,,,,", 10_000),
        ("货币单位:RMB万元,,,,", 10_000),
        ("2025年企业情况表（单位：万元）,,,,", 10_000),
        ("2025年企业情况表（万元）,,,,", 10_000),
        ("填报日期：2026-03-01,,,,单位：万元", 10_000),
        ("编制单位：虚构局,,单位：万元 币种：人民币,,", 10_000),
        ("填报单位：虚构局   单位：万元,,,,", 10_000),
        ("填表说明：金额均以万元填写。职工总数按人填,,,,", 10_000),
        (",,,,单位：亿元", 100_000_000),
        (",,,,单位：千元", 1_000),
        (",,,,单位：元", 1),
    ],
)
def test_a_line_above_states_the_unit(line: str, factor: int):
    assert money(line, HEAD, ROW) == ([4850 * factor, 6000 * factor], [])


@pytest.mark.parametrize(
    "line",
    [
        "注：金额单位为万元",
        "说明：以上金额均以万元计",
        "注：表中金额单位：万元",
        "备注：1.数据来自年报；2.金额以万元为单位。",
        "单位：万元",
    ],
)
def test_a_note_below_states_the_unit(line: str):
    assert money(HEAD, ROW, line) == ([48_500_000, 60_000_000], [])


@pytest.mark.parametrize(
    "line", ["-,,人,万元,万元", ",,,（万元）,万元", "单位：万元,,,,", "栏次,甲,1,2,3\n,,,万元,万元"]
)
def test_a_row_below_the_header_states_the_unit(line: str):
    assert money(HEAD, line, ROW) == ([48_500_000, 60_000_000], [])


@pytest.mark.parametrize("unit", ["（单位：万元）", "（万元）", " 单位：万元"])
@pytest.mark.parametrize(
    "title", ["上年度销售收入统计表", "企业上年度销售收入及利税情况", "资产总额和上年度销售收入一览"]
)
def test_a_title_with_the_words_of_a_header_states_the_unit_of_the_whole_table(title: str, unit: str):
    assert money(title + unit, HEAD, ROW) == ([48_500_000, 60_000_000], [])


def test_a_unit_of_one_column_is_that_of_no_other():
    asked = "没有写单位，别的金额列写了“万元”，不知是元还是万元，没有采用"
    for line in ("上年度销售收入单位：万元", "说明：上年度销售收入（万元）", "上年度销售收入以万元填写"):
        assert money(line, HEAD, ROW) == ([48_500_000, None], [asked]), line
    assert money(HEAD, ",,人,万元,元", ROW) == ([48_500_000, 6_000], [])
    assert money(HEAD, ROW, "注：上年度销售收入单位为万元") == ([48_500_000, None], [asked])
    header = "企业编号,企业名称,职工总数,上年度销售收入（万元）,资产总额"
    assert money("单位：元", header, ROW) == ([48_500_000, 6_000], [])
    assert money("单位：万元", HEAD, "E1,虚构甲公司,120,4850元,6000") == ([4_850, 60_000_000], [])


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("单位：万美元", HEAD, ROW), "表里写的单位“单位：万美元”是外币，这一列没有读入"),
        (("单位：见附注", HEAD, ROW), "看不懂表里写的单位“单位：见附注”，这一列没有读入"),
        (
            ("单位：万元", HEAD, ROW, "注：金额单位为元"),
            "表里写了不止一种单位（“单位：万元”“注：金额单位为元”），这一列没有读入",
        ),
        ((HEAD, ",,人,万美元,万美元", ROW), "单位“万美元”是外币，这一列没有读入"),
    ],
)
def test_a_unit_that_cannot_be_applied_is_told_and_the_money_unknown(lines: tuple[str, ...], problem: str):
    assert money(*lines) == ([None, None], [problem, problem])


def test_an_institution_or_a_count_is_no_unit_of_money():
    told = ["没有写单位，按元读入"] * 2
    for line in ("单位：虚构市科技局", "填报单位：虚构局", "单位：人", "说明：销售收入500万元以上的企业填报本表"):
        assert money(line, HEAD, ROW) == ([4_850, 6_000], told), line


def test_money_without_a_unit_is_told_where_its_size_leaves_it_open():
    assert money(HEAD, ROW)[1] == ["没有写单位，按元读入"] * 2
    assert money(HEAD, "E1,虚构甲公司,120,48500000,60000000")[1] == []
    assert money(HEAD, "E1,虚构甲公司,120,4850万元,0")[1] == []
    english = read_table(csv("enterprise_id,name,sales", "E1,虚构甲公司,4850"), FIRM)
    assert english.rows["sales"].tolist() == [4850]
    assert english.problems.empty


def test_a_column_of_units_serves_the_money_of_its_row():
    lines = ("需求编号,需求名称,预算,单位", "1,甲,40,万元", "2,乙,50,元", "3,丙,50万元,元", "4,丁,60,", "5,戊,7,万美元")
    read = read_needs(csv(*lines))
    rows, problems = read
    assert rows["budget"].astype(object).where(rows["budget"].notna(), None).tolist() == [
        400_000,
        50,
        500_000,
        60,
        None,
    ]
    assert problems[["row", "problem"]].to_numpy().tolist() == [
        [5, "这一行没有写“单位”，按元读入"],
        [6, "是外币（美元），不知折合多少人民币"],
    ]
    assert read.columns.loc[read.columns["header"] == "单位", "use"].tolist() == [CARRIED]


def test_a_unit_said_to_be_that_above_is_that_unit():
    read = read_needs(csv("需求编号,需求名称,预算,单位", "1,甲,40,万元", "2,乙,50,〃", "3,丙,60,同上", "4,丁,7,元"))
    assert read.rows["budget"].tolist() == [400_000, 500_000, 600_000, 7]


def test_a_unit_as_above_is_the_last_one_that_is_written():
    rows = [
        "需求编号,需求名称,预算,单位",
        "1,甲,40,万元",
        "2,乙,,",
        "3,丙,60,〃",
        "二、电池,,,",
        "4,丁,7,同上",
        "5,戊,8,元",
    ]
    read = read_needs(csv(*rows))
    assert read.rows["budget"].fillna(0).tolist() == [400_000, 0, 600_000, 70_000, 8]
    told = read.problems.loc[read.problems["column"].eq("单位"), ["row", "problem"]].to_numpy().tolist()
    assert told == [[4, "照上面读作“万元”"], [6, "照上面读作“万元”"]]


@pytest.mark.parametrize("cell", ["40（含设备10）", "40(含税)", "40，其中设备20", "40（含税）"])
def test_the_unit_of_a_row_is_of_the_number_before_its_parts(cell: str):
    assert read_needs(csv("需求编号,需求名称,预算,单位", f"1,甲,{cell},万元")).rows["budget"].tolist() == [400_000]


def test_a_unit_as_above_without_one_above_is_none():
    read = read_needs(csv("需求编号,需求名称,预算,单位", "1,甲,40,〃", "2,乙,60,万元"))
    assert read.rows["budget"].tolist() == [40, 600_000]
    assert "这一行没有写“单位”，按元读入" in set(read.problems["problem"])


def test_groups_over_columns_are_joined_with_them():
    rows, problems = read_table(
        csv("基本情况,,,财务数据（万元）,", "企业编号,企业名称,职工总数,上年度销售收入,资产总额", ROW), FIRM
    )
    assert rows.iloc[0].tolist()[:5] == ["E1", "虚构甲公司", 120, 48_500_000, 60_000_000]
    assert problems.empty
    rows, problems = read_needs(csv("序号,需求信息,,企业信息,", ",名称,内容,名称,所在地区", "1,甲,说,虚构甲公司,某县"))
    assert rows[["need_id", "title", "description", "enterprise", "region"]].to_numpy().tolist() == [
        ["1", "甲", "说", "虚构甲公司", "某县"]
    ]
    assert problems.empty


@pytest.mark.parametrize(
    "years", [("2023年", "2024年", "2025年"), (2023, 2024, 2025), ("2023年度", "2024年度", "2025年度")]
)
def test_a_year_under_a_group_is_that_year(years: tuple[object, ...], monkeypatch: pytest.MonkeyPatch):
    contract = replace(firm_contract([load_policy("hte")]), year=2026)
    rows = [
        ("2025年企业情况表", *[None] * 4),
        ("企业名称", "销售收入（万元）", None, None, "职工总数"),
        (None, *years, None),
        ("虚构甲公司", 3800, 4300, 4800, 120),
    ]
    merged = [(0, 0, 0, 4), (1, 0, 2, 0), (1, 1, 1, 3), (1, 4, 2, 4)]
    for cells in (merged, []):
        read = sheet(rows, monkeypatch, merged=cells, contract=contract)
        names = ["name", "sales_y1", "sales_y2", "sales_y3", "employees_total"]
        assert read.rows[names].to_numpy().tolist() == [["虚构甲公司", 38_000_000, 43_000_000, 48_000_000, 120]]


def test_a_header_of_three_rows(monkeypatch: pytest.MonkeyPatch):
    rows = [
        ("企业名称", "财务（万元）", None, None, "研发人员（人）", None),
        (None, "销售收入", None, "研发费用", "合计", "其中：博士"),
        (None, "2024年", "2025年", "2025年", None, None),
        ("虚构甲公司", 4300, 4800, 280, 12, 3),
    ]
    merged = [(0, 0, 2, 0), (0, 1, 0, 3), (1, 1, 1, 2), (0, 4, 0, 5), (1, 4, 2, 4), (1, 5, 2, 5)]
    contract = replace(firm_contract([load_policy("hte")]), year=2026)
    read = sheet(rows, monkeypatch, merged=merged, contract=contract)
    names = ["name", "sales_y2", "sales_y3", "rd_expense_y3"]
    assert read.rows[names].to_numpy().tolist() == [["虚构甲公司", 43_000_000, 48_000_000, 2_800_000]]
    assert "研发人员（人）-其中：博士" in read.columns["header"].tolist()


def test_years_under_a_group_of_two_rows(monkeypatch: pytest.MonkeyPatch):
    rows = [
        ("企业名称", "销售收入（万元）", None, None),
        (None, None, None, None),
        (None, "2023年", "2024年", "2025年"),
        ("虚构甲公司", 3800, 4300, 4800),
    ]
    contract = replace(firm_contract([load_policy("hte")]), year=2026)
    for blank in (rows[1], ()):  # a reader may cut a blank row short
        given = [rows[0], blank, *rows[2:]]
        read = sheet(given, monkeypatch, merged=[(0, 0, 2, 0), (0, 1, 1, 3)], contract=contract)
        names = ["name", "sales_y1", "sales_y2", "sales_y3"]
        assert read.rows[names].to_numpy().tolist() == [["虚构甲公司", 38_000_000, 43_000_000, 48_000_000]]
        assert read.problems["problem"].tolist() == ["没有“行编号”这一列，已按行号编号"]


def test_a_header_over_several_columns_is_named_in_no_hint():
    contract = replace(firm_contract([load_policy("hte")]), year=2026)
    frame = pd.DataFrame([["1", "虚构甲公司", 1, 2, 3]], columns=["行编号", "企业名称", *["销售收入（万元）"] * 3])
    read = read_table(frame, contract)
    assert read.columns["hint"].tolist() == [""] * 5
    assert read.problems["action"].tolist() == ["有几列都是这个表头，请各写不同的名称，如写明年份"]
    once = read_table(frame.iloc[:, :3], contract)
    assert once.columns["hint"].tolist() == ["", "", "销售收入（万元）=销售收入（上一年）"]


def test_data_is_never_joined_into_the_header(monkeypatch: pytest.MonkeyPatch):
    for lines in (
        ("需求名称,需求描述,", "甲,说,某", "乙,说,某"),
        ("需求名称,企业名称,,", "甲,虚构甲公司,某县,机械", "乙,虚构乙公司,某县,机械"),
        ("需求名称,成立年份,,", "甲,2015年,2016年,是", "乙,2016年,2017年,否"),
    ):
        assert read_needs(csv(*lines)).rows["title"].tolist() == ["甲", "乙"], lines
    rows = [("需求编号", "需求名称", "备注", None), ("A1", "甲", "某", "别的"), ("A2", "乙", "某", "别的")]
    assert sheet(rows, monkeypatch, merged=[(0, 2, 0, 3)]).rows["title"].tolist() == ["甲", "乙"]


def test_titles_and_paragraphs_above_the_header():
    rows, problems = read_needs(
        csv(
            "附件2,,,",
            "某市技术需求征集表,,,",
            '"填表说明：1.请如实填写；2.每家企业可填多项需求，需求名称不超过30字。",,,',
            *[",,,"] * 25,
            '序号,需求编号,需求名称,"预算\n（万元）"',
            "1,XQ-1,甲,40",
            "1,XQ-2,乙,50",
        )
    )
    assert rows[["need_id", "title", "budget"]].to_numpy().tolist() == [
        ["XQ-1", "甲", 400_000],
        ["XQ-2", "乙", 500_000],
    ]
    assert problems.empty


def test_merged_cells_are_filled_downwards(monkeypatch: pytest.MonkeyPatch):
    read = sheet(
        [
            ("序号", "企业名称", "需求名称", "需求描述", "预算（万元）"),
            (1, "虚构甲公司", "甲", "说", 40),
            (None, None, "乙", None, None),
            (3, "虚构乙公司", "丙", None, 9),
        ],
        monkeypatch,
        merged=[(1, 0, 2, 0), (1, 1, 2, 1), (1, 4, 2, 4), (3, 2, 3, 3)],
    )
    assert read.rows[["need_id", "enterprise", "title", "budget"]].to_numpy().tolist() == [
        ["1", "虚构甲公司", "甲", 400_000],
        ["需求-00003", "虚构甲公司", "乙", 400_000],
        ["3", "虚构乙公司", "丙", 90_000],
    ]
    assert read.problems[["row", "column", "problem"]].to_numpy().tolist() == [
        [2, "预算（万元）", "纵向合并（从第 2 行起共 2 行）的一个数，已填到每一行，合计时会重复"],
        [3, "预算（万元）", "纵向合并（从第 2 行起共 2 行）的一个数，已填到每一行，合计时会重复"],
        [3, "序号", "是空的，已编为“需求-00003”"],
        [4, "需求名称", "横向合并的单元格，值只算第一列的"],
    ]


def test_blanks_of_a_text_file_stay_blank():
    rows, _ = read_needs(csv("需求编号,企业名称,需求名称", "1,虚构甲公司,甲", "2,,乙"))
    assert rows["enterprise"].tolist() == ["虚构甲公司", ""]


FOOTERS = [
    ("合计（2家）,,180,7450,", "是合计行"),
    ("合 计,,180,7450,", "是合计行"),
    ("总计：2家,,,,", "是合计行"),
    ("2,本页小计,180,7450,", "是合计行"),
    (",虚构县小计,180,7450,", "是合计行"),
    ("共2家,,,,", "是合计行"),
    ("其中：规上企业,,1,2,", "是合计中的分项、平均数一类的行"),
    ("平均,,1,2,", "是合计中的分项、平均数一类的行"),
    ("示例,虚构示例公司,1,2,3", "是填写示例"),
    ("※本表数据未经审计,,,,", "是表注"),
    ("注：数据来自年报,,,,", "是表注"),
    (",注：以上为初步统计,,,", "是表注"),
    ("注1：略,,,,", "是表注"),
    ("数据来源：虚构局,,,,", "是表注"),
    ("填表人：张三 联系电话：13800001234,,,,", "是填表、审核一类的签署行"),
    ("单位负责人：,,联系电话：13800001234,,", "是填表、审核一类的签署行"),
    ("评审委员会主任签字：,监督员签字：,,,", "是填表、审核一类的签署行"),
    ("监督处（盖章）：,经办人：刘某,,,", "是填表、审核一类的签署行"),
    ("专家组组长（签字）：,,,监督人（签字）：,2026年11月20日", "是填表、审核一类的签署行"),
    ("评价机构（盖章）：,虚构评价中心,评价负责人：,刘某,", "是填表、审核一类的签署行"),
    ("填表人,张三,审核人,李四,", "是落款"),
    ("虚构市科技局 2026年3月1日,,,,", "是落款"),
    (",,,2026年3月1日,", "是落款"),
    ("（盖章）,,,,", "是落款"),
    ("第1页 共3页,,,,", "是页码或表尾"),
    ("以下空白,,,,", "是页码或表尾"),
    ("共2条 第1页/共1页 导出时间：2026-11-30,,,,", "是页码或表尾"),
    ("企业编号,企业名称,职工总数,上年度销售收入,资产总额", "是重复的表头"),
    ("某市企业情况表,,,,", "是重复的表题"),
    ("某市企业情况表（第 2 页 共 3 页）,,,,", "是重复的表题"),
    ("单位：万元,,,,", "是单位说明"),
]


@pytest.mark.parametrize(("line", "problem"), FOOTERS)
def test_what_is_no_record_is_left_out_and_told(line: str, problem: str):
    second = "E2,虚构乙公司,60,2600,9"
    rows, problems = read_table(csv("某市企业情况表,,,,", "单位：万元,,,,", HEAD, ROW, second, line), FIRM)
    assert rows["name"].tolist() == ["虚构甲公司", "虚构乙公司"]
    assert problems[["row", "problem", "kept"]].to_numpy().tolist() == [[6, problem, False]]


def test_a_record_with_a_seal_in_its_name_is_one():
    rows, problems = read_table(
        csv(HEAD, "E1（盖章）：,虚构甲公司,120,4850,6000", "E2：,虚构乙公司（公章）：,60,2600,9"), FIRM
    )
    assert rows["name"].tolist() == ["虚构甲公司", "虚构乙公司（公章）："]
    assert problems["kept"].all()


def test_totals_sections_and_headers_amid_the_rows():
    rows, problems = read_table(
        csv(
            HEAD + ",",
            "一、甲县,,,,,",
            "E1,虚构甲公司,120,4850万,6000万,",
            "甲县,小计,120,4850,6000,",
            HEAD + ",",
            ",,,,,",
            "E2,虚构乙公司,60,2600万,9万,",
            "注：略,,,,,",
            "1.续一行,,,,,",
            "虚构市科技局,,,,,",
            "2026年3月1日,,,,,",
        ),
        FIRM,
    )
    assert rows["name"].tolist() == ["虚构甲公司", "虚构乙公司"]
    assert problems[["row", "problem"]].to_numpy().tolist() == [
        [2, "是分节的小标题"],
        [4, "是合计行"],
        [5, "是重复的表头"],
        [8, "是表注"],
        [9, "是表注的续行"],
        [10, "是落款"],
        [11, "是落款"],
    ]


def test_sections_with_a_number_in_a_cell_of_its_own():
    head = "序号,成果名称,成果简介,完成单位"
    rows, problems = read_table(
        csv(head, "一,装备制造,,", "1,齿轮检测,噪声检测烧伤,虚构院", "（二）,农业,,", "2,桃保鲜,气调,虚构院"), OUTCOMES
    )
    assert rows["title"].tolist() == ["齿轮检测", "桃保鲜"]
    assert problems[["row", "problem"]].to_numpy().tolist() == [[2, "是分节的小标题"], [4, "是分节的小标题"]]
    counted = csv(head, "一,齿轮检测,,", "二,桃保鲜,气调,虚构院")  # records that are numbered like this stay
    assert read_table(counted, OUTCOMES).rows["title"].tolist() == ["齿轮检测", "桃保鲜"]


@pytest.mark.parametrize(
    ("title", "price"),
    [
        ("某校成果目录（单位：万元）", "120万元"),
        ("单位：万元", "120万元"),
        ("单位：美元", "120"),
        ("某校成果目录", "120"),
    ],
)
def test_a_price_is_in_the_unit_of_the_sheet(title, price):
    rows = read_table(
        csv(f"{title},,", "成果编号,成果名称,转让价格", "C1,齿轮检测,120", "C2,桃保鲜,50万元", "C3,防爆,面议"), OUTCOMES
    ).rows
    assert rows["price"].tolist() == [price, "50万元", "面议"]


def test_rows_below_the_header_of_another_table_are_left_out():
    swapped = "企业编号,企业名称,资产总额（元）,职工总数,上年度销售收入（元）"
    rows, problems = read_table(
        csv("单位：万元,,,,", HEAD, ROW, swapped, "E2,虚构乙公司,9,8,7", HEAD, "E3,虚构丙公司,1,2,3"), FIRM
    )
    assert rows[["name", "sales"]].to_numpy().tolist() == [["虚构甲公司", 48_500_000], ["虚构丙公司", 20_000]]
    assert problems[["row", "problem"]].to_numpy().tolist() == [
        [4, "像是另一张表的表头，列的次序或单位不同，它下面的行没有读入"],
        [5, "在第 4 行的另一张表头下面，没有读入"],
        [6, "是重复的表头"],
    ]


def test_records_that_look_like_footers_stay():
    titles = [
        "说明：书自动生成",
        "注塑机能耗优化",
        "合计费用核算系统",
        "注塑",
        "小计算机控制",
        "数据汇总",
        "备注：管理系统研发",
        "第1页面渲染",
        "其中间体合成",
        "日期识别",
    ]
    lines = [f"{i},{title},描述,5" for i, title in enumerate(titles)]
    rows, problems = read_needs(csv("序号,需求名称,需求描述,预算（万元）", *lines))
    assert rows["title"].tolist() == titles
    assert problems.empty
    rows, _ = read_needs(csv("需求名称,需求描述", *(f"{title},描述" for title in titles), "最后一项,"))
    assert rows["title"].tolist() == [*titles, "最后一项"]


def test_the_visible_sheet_is_read_before_a_hidden_one(monkeypatch: pytest.MonkeyPatch):
    old = Grid("旧版", [("需求编号", "需求名称"), ("A1", "旧")], range(1, 3), hidden=True)
    new = Grid("2026年", [("需求编号", "需求名称"), ("A1", "新")], range(1, 3))
    note = Grid("说明", [("请看",)], range(1, 2))
    for grids, title, problem in (
        ([old, new], "新", "隐藏的工作表“旧版”没有读"),
        ([old, note], "旧", "可见的工作表里没有合适的表，读了隐藏的“旧版”"),
    ):
        monkeypatch.setattr(reading, "read_book", lambda source, sheet, grids=grids: Book("虚构.xlsx", grids))
        rows, problems = read_needs(b"")
        assert rows["title"].tolist() == [title]
        assert problems["problem"].tolist() == [problem]


@pytest.mark.parametrize(
    "rows",
    [
        [["需求名称", "磨齿"], ["预算（万元）", 50], ["企业名称：", "虚构甲公司"], ["需求描述", "表面烧伤"]],
        [["技术需求表"], ["需求名称", "磨齿", "预算（万元）", 50], ["企业名称", "虚构甲公司", "需求描述", "表面烧伤"]],
        [
            ["需求情况", "需求名称", "磨齿"], ["", "需求描述", "表面烧伤"], ["", "预算（万元）", 50],
            ["企业名称", "虚构甲公司"],
        ],
    ],
)  # fmt: skip
def test_a_form_of_labels_and_values_is_one_record(rows: list[list[object]], monkeypatch: pytest.MonkeyPatch):
    reading = sheet(rows, monkeypatch)
    read = reading.rows[["title", "budget", "enterprise", "description"]].to_dict("records")
    assert read == [{"title": "磨齿", "budget": 500_000, "enterprise": "虚构甲公司", "description": "表面烧伤"}]
    assert "这是竖排的表单，每份作一条记录，共 1 条" in reading.problems["problem"].tolist()


def test_forms_under_each_other_are_a_record_each_and_what_is_no_part_is_told(monkeypatch: pytest.MonkeyPatch):
    forms = [
        row
        for name in ("磨齿", "筛分")
        for row in (["需求名称", name], ["需求描述", f"{name}的难处"], ["企业名称", "虚构甲公司"], ["请勿外传"])
    ]
    reading = sheet(forms, monkeypatch)
    assert reading.rows["title"].tolist() == ["磨齿", "筛分"]
    assert reading.rows["description"].tolist() == ["磨齿的难处", "筛分的难处"]
    told = reading.problems.loc[reading.problems["value"] == "请勿外传", ["row", "problem"]]
    assert told.values.tolist() == [[4, "表单里的这一行没看懂，没有读入"], [8, "表单里的这一行没看懂，没有读入"]]


@pytest.mark.parametrize(
    ("lines", "unit"),
    [
        (["企业编号,上年度销售收入（人民币，万）", "E1,50"], "万元"),
        (["单位：千元", "企业编号,上年度销售收入", "E1,50"], "千元"),
        (["企业编号,上年度销售收入", "E1,50", "注：金额以“万元”计"], "万元"),
        (["企业编号,上年度销售收入,销售收入单位", "E1,50,万元"], "元"),
        (["企业编号,上年度销售收入,上年度销售收入单位", "E1,50,万元"], "见“上年度销售收入单位”"),
        (["企业编号,上年度销售收入", "E1,50000000"], "元"),
    ],
)
def test_the_account_of_columns_names_the_unit_wherever_it_stands(lines: list[str], unit: str):
    account = read_table(csv(*lines), FIRM).columns.set_index("header")["unit"]
    assert account.iloc[1] == unit
    assert account["企业编号"] == ""


def test_signatures_with_a_day_hints_below_the_header_and_other_tables_are_no_records():
    text = (
        "需求编号,需求名称,需求描述\n（不超过10字）,（不超过30字）,（500字以内）\nA1,齿轮,磨削\n填表人：王五,审核人：赵六,2026年5月1日\n\n"
        "专家编号,姓名,单位\nE1,张三,某大学\n"
    )
    rows, problems = read_needs(text.encode())
    assert rows["need_id"].tolist() == ["A1"]
    assert problems.loc[~problems["kept"], "row"].tolist() == [4, 6, 7]


def test_a_lone_word_for_a_row_of_numbers_is_no_numbering():
    rows, _ = read_needs("编号,标题,描述\n栏次\n1,齿轮,磨齿\n".encode())
    assert rows["title"].tolist()[-1] == "齿轮"


def test_a_unit_stated_among_the_rows_holds_for_those_below_it(monkeypatch: pytest.MonkeyPatch):
    read = sheet(
        [
            ["企业情况（单位：万元）"],
            ["企业名称", "职工总数", "上年度销售收入", "资产总额"],
            ["虚构甲公司", 10, 50, "约30"],
            ["单位：元"],
            ["虚构乙公司", 120000, 120000, "3万"],
        ],
        monkeypatch,
        contract=FIRM,
    )
    assert read.rows[["staff", "sales"]].to_numpy().tolist() == [[10, 500_000], [120000, 120_000]]
    assert read.rows["assets_max"].tolist() == [350_000, 30_000]
    assert read.problems.loc[~read.problems["kept"], ["row", "problem"]].to_numpy().tolist() == [
        [4, "是单位说明，它下面没写单位的金额按“元”读入"]
    ]


def test_a_row_of_hints_is_no_record_and_its_unit_counts(monkeypatch: pytest.MonkeyPatch):
    read = sheet(
        [
            ["成果编号", "成果名称", "单位", "阶段", "意向价格", "联系方式"],
            ["", "（不超过30字）", "（盖章）", "小试/中试/量产", "（万元）", ""],
            ["C1", "虚构膜分离", "虚构大学", "中试", 80, ""],
            ["C2", "（转）虚构催化剂（改）", "虚构学院", "小试", "（30）", ""],
        ],
        monkeypatch,
        contract=OUTCOMES,
    )
    assert read.rows[["outcome_id", "maturity", "price"]].to_numpy().tolist() == [
        ["C1", "中试", "80万元"],
        ["C2", "小试", "（30）"],
    ]


def test_notes_in_the_column_of_names_are_no_records():
    lines = [
        "序号,企业名称,需求名称,需求描述",
        "1,虚构甲公司,齿轮降噪,噪声≤70dB",
        ",,以下为某县10月12日补报,",
        "2,虚构乙公司,面粉快检,检出限≤0.2mg/kg",
        ",,上面工件的磨削烧伤检测,",
        ",,以上装备类需求均由县局核实,",
        ",,（共2项，其中某县1项）,",
    ]
    read = read_needs(csv(*lines))
    assert read.rows["title"].tolist() == ["齿轮降噪", "面粉快检", "上面工件的磨削烧伤检测"]
    assert read.problems.loc[~read.problems["kept"], ["row", "problem"]].to_numpy().tolist() == [
        [3, "是表注"], [6, "是表注"], [7, "是表注"],
    ]  # fmt: skip


def test_a_row_that_only_goes_on_with_a_description_is_joined_to_the_one_above():
    head = "序号,企业名称,需求名称,需求描述"
    read = read_needs(
        csv(head, "1,虚构甲公司,齿轮降噪,目前噪声78dB，", ",,,要求噪声≤70dB,", "2,虚构乙公司,面粉快检,检出限≤0.2mg/kg")
    )
    assert read.rows[["need_id", "description"]].to_numpy().tolist() == [
        ["1", "目前噪声78dB，\n要求噪声≤70dB"], ["2", "检出限≤0.2mg/kg"],
    ]  # fmt: skip
    assert read.problems[["row", "problem", "kept"]].to_numpy().tolist() == [
        [3, "没有编号和名称，当作第 2 行“需求描述”的续行，已并入那一行", False]
    ]
    unnumbered = read_needs(
        csv(head, "1,虚构甲公司,齿轮降噪,噪声≤70dB", ",,,检出限≤0.2mg/kg", ",虚构乙公司,涂料防潮,吸水率≤1%")
    )
    assert len(unnumbered.rows) == 3  # where others have no number either, nobody knows


def test_needs_without_a_firm_are_told():
    read = read_needs(
        csv("序号,企业名称,需求名称", "1,虚构甲公司,齿轮降噪", "2,,齿轮渗碳", "3,虚构乙公司,面粉快检", "4,,面粉增白")
    )
    assert read.rows["enterprise"].tolist() == ["虚构甲公司", "", "虚构乙公司", ""]
    assert read.problems["problem"].tolist() == ["2 行没有写“企业名称”（第 3、5 行），不知是哪家的，没有照上面一行填写"]


PATENTS = [
    ["序号", "成果名称", "完成单位", "成果简介", "专利号", "授权日期"],
    [1, "高速除湿机", "甲研究院", "湿度降到三成", "ZL001", "2021-01-02"],
    [None, None, None, None, "ZL002", "2022-02-02"],
    [None, None, None, None, "ZL003", "2022-02-02"],
    [2, "砂轮", "乙大学", "磨得快", "ZL004", "2022-03-03"],
]


def outcomes(rows: Sequence[Sequence[object]], *merged: tuple[int, int, int, int]) -> Reading:
    cells = tuple(Merged(*one) for one in merged)
    return read_outcomes(Book("表", [Grid("", list(rows), range(1, len(rows) + 1), merged=cells)]))


@pytest.mark.parametrize("columns", [range(4), [1]])
def test_an_outcome_merged_over_its_patents_is_one_record(columns: Sequence[int]):
    read = outcomes(PATENTS, *((1, place, 3, place) for place in columns))
    assert read.rows[["outcome_id", "title", "description", "专利号", "授权日期"]].to_numpy().tolist() == [
        ["1", "高速除湿机", "湿度降到三成", "ZL001；ZL002；ZL003", "2021-01-02；2022-02-02；2022-02-02"],
        ["2", "砂轮", "磨得快", "ZL004", "2022-03-03"],
    ]
    problem = "和第 2 行的“成果名称”是合并的一格，当作同一条的另一项“专利号”，已并入那一行"
    assert read.problems[["row", "value", "problem", "kept"]].to_numpy().tolist() == [
        [3, "ZL002", problem, False],
        [4, "ZL003", problem, False],
    ]


def test_rows_below_an_outcome_with_patents_only_go_on_with_it():
    read = outcomes(PATENTS)
    assert read.rows["专利号"].tolist() == ["ZL001；ZL002；ZL003", "ZL004"]
    assert read.problems["kept"].tolist() == [False, False]


FIGURES = [
    ["序号", "企业名称", "需求名称", "指标名称", "目标值", "预算（万元）"],
    [1, "虚构甲公司", "注塑件翘曲控制", "翘曲量", "≤0.3mm", 50],
    [None, None, None, "成型周期", None, None],
    [None, None, None, "合格率", "≥98%", None],
    [2, "虚构乙公司", "釉面针孔检测", "检出率", "≥99%", 80],
]


@pytest.mark.parametrize("merged", [[(1, place, 3, place) for place in (0, 1, 2, 5)], []])
def test_a_need_with_a_row_for_each_indicator_is_one_record(merged: Sequence[tuple[int, int, int, int]]):
    cells = tuple(Merged(*one) for one in merged)
    read = read_needs(Book("表", [Grid("", FIGURES, range(1, 6), merged=cells)]))
    assert read.rows[["need_id", "title", "budget", "indicators"]].to_numpy().tolist() == [
        ["1", "注塑件翘曲控制", 500_000, "翘曲量≤0.3mm\n成型周期\n合格率≥98%"],
        ["2", "釉面针孔检测", 800_000, "检出率≥99%"],
    ]
    said = read.problems.loc[read.problems["row"].gt(1)]
    assert said[["row", "value", "kept"]].to_numpy().tolist() == [[3, "成型周期", False], [4, "合格率≥98%", False]]


def test_indicators_with_the_same_figure_and_with_breaks_stay_beside_it():
    rows = [list(one) for one in FIGURES]
    rows[1][3], rows[2][4], rows[3][4] = "翘曲量\n（mm）", "≤0.3mm", "≤0.3mm"
    cells = tuple(Merged(1, place, 3, place) for place in (0, 1, 2, 5))
    read = read_needs(Book("表", [Grid("", rows, range(1, 6), merged=cells)]))
    assert read.rows["indicators"].tolist() == ["翘曲量 （mm）≤0.3mm\n成型周期≤0.3mm\n合格率≤0.3mm", "检出率≥99%"]


def test_names_values_and_units_of_indicators_are_put_together():
    head = ["需求编号", "需求名称", "主要技术指标", None, None]
    names = [None, None, "指标名称", "目标值", "单位"]
    body = [
        ["X1", "铝合金压铸", "抗拉强度", 320, "MPa"],
        ["X1", "铝合金压铸", "延伸率", "8以上", "%"],
        ["X1", "铝合金压铸", "气孔率", "<1", "〃"],
        ["X2", "隔膜涂覆", "外观", "无漏涂", "/"],
        ["X2", "隔膜涂覆", "D50", "5~8", "μm"],
        ["X2", "隔膜涂覆", "D90", "8~9", None],
    ]
    group = Merged(0, 2, 0, 4), Merged(0, 0, 1, 0), Merged(0, 1, 1, 1), Merged(6, 4, 7, 4)
    read = read_needs(Book("表", [Grid("", [head, names, *body], range(1, 9), merged=group)]))
    assert read.rows[["need_id", "indicators"]].to_numpy().tolist() == [
        ["X1", "抗拉强度：320MPa\n延伸率：8%以上\n气孔率<1%"],
        ["X2", "外观：无漏涂\nD50：5~8μm\nD90：8~9μm"],
    ]
    assert read.problems["problem"].str.startswith("编号和第 ").sum() == 4  # told, row by row


def test_the_unit_above_an_indicator_is_the_last_one_that_is_written():
    head = ["需求编号", "需求名称", "指标名称", "目标值", "现有水平", "单位"]
    body = [
        ["1", "压铸", "抗拉强度", 320, 280, "MPa"],
        ["1", "压铸", "外观", "无裂纹", None, None],
        ["1", "压铸", "屈服强度", 200, None, "〃"],
        ["二、电池", None, None, None, None, None],
        ["2", "涂覆", "剥离强度", 100, None, "〃"],
    ]
    read = read_needs(Book("表", [Grid("", [head, *body], range(1, 7))]))
    assert read.rows["indicators"].tolist() == ["抗拉强度：320MPa\n外观：无裂纹\n屈服强度：200MPa", "剥离强度：100MPa"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("抗拉强度\n延伸率", "≥320\n≥8", "MPa\n%"), "抗拉强度≥320MPa\n延伸率≥8%"),
        (("1.厚度偏差\n2.外观", "1.±0.5\n2.无漏涂", ""), "厚度偏差±0.5\n外观：无漏涂"),
        (("长度\n宽度", "1.5\n2.5", "mm"), "长度：1.5mm\n宽度：2.5mm"),
        (("铝合金\n抗拉强度", "≥320\nMPa", ""), "铝合金 抗拉强度≥320 MPa"),
    ],
)
def test_names_and_values_listed_in_one_cell_are_an_indicator_each(cells: tuple[str, ...], expected: str):
    head = ["需求编号", "需求名称", "指标名称", "目标值", "单位"]
    read = read_needs(Book("表", [Grid("", [head, ["1", "压铸", *cells]], range(1, 3))]))
    assert read.rows["indicators"].tolist() == [expected]


def test_units_that_the_needs_are_of_are_none_of_indicators():
    table = {"需求名称": ["压铸", "涂覆"], "技术指标": ["抗拉强度", "厚度偏差"], "目标": ["国内领先", "0.5"]}
    read = read_needs(pd.DataFrame({**table, "单位": ["虚构甲公司", "虚构乙厂"]}))
    assert read.rows["单位"].tolist() == ["虚构甲公司", "虚构乙厂"]


@pytest.mark.parametrize(
    "body",
    [
        ["1,1,压铸,50,抗拉强度,320,MPa", "2,1,压铸,,延伸率,8,%", "3,1,压铸,50,寿命,10万,次"],
        ["1,1,压铸,50,抗拉强度,320,MPa", "2,〃,〃,〃,延伸率,8,%", "3,同上,同上,同上,寿命,10万,次"],
        ["1,1,压铸,50,抗拉强度,320,MPa", "2,1 ,压铸 ,50,延伸率,8,%", "3,1,压铸,,寿命,10万,次"],
    ],
)
def test_rows_of_one_number_that_say_nothing_else_than_the_first_are_one_need(body: list[str]):
    read = read_needs(csv("序号,需求编号,需求名称,预算（万元）,指标名称,目标值,单位", *body))
    assert read.rows[["need_id", "budget", "indicators"]].to_numpy().tolist() == [
        ["1", 500_000, "抗拉强度：320MPa\n延伸率：8%\n寿命：10万次"]
    ]


def test_rows_of_one_number_with_another_budget_stay_apart():
    rows = ["需求编号,需求名称,预算（万元）,技术水平", "1,压铸,50,国际先进", "1,压铸,60,国内领先"]
    read = read_needs(csv(*rows))
    assert read.problems["problem"].str.contains("编号相同，内容不同").any()


def test_equal_figures_of_rows_with_one_number_stay_beside_their_names():
    rows = ["需求编号,需求名称,指标名称,现状", "1,压铸,翘曲量,0.3", "1,压铸,壁厚,0.3", "1,压铸,缩孔,0.5"]
    assert read_needs(csv(*rows)).rows["现状"].tolist() == ["0.3\n0.3\n0.5"]


def test_a_unit_stays_with_a_value_that_does_not_end_in_its_number():
    rows = ["需求名称,指标名称,目标值,单位", "压铸,电压,220（±10%）,V", "涂覆,,5,μm", "焊接,外观,无裂纹,级"]
    assert read_needs(csv(*rows)).rows["indicators"].tolist() == ["电压：220（±10%）（V）", "5μm", "外观：无裂纹"]


def test_needs_without_names_that_share_a_number_stay_apart():
    rows = ["序号,企业名称,技术指标要求", "1,虚构甲公司,压铸件抗拉强度≥320MPa", "1,虚构甲公司,隔膜厚度≤5μm"]
    assert len(read_needs(csv(*rows)).rows) == 2


def test_a_table_of_indicators_in_a_form_is_of_its_need():
    def form(name: str, *indicators: list[object]) -> list[list[object]]:
        head = ["主要技术指标", "指标名称", "目标值", "单位", "现有水平"]
        lines = [["企业名称", "虚构甲公司"], ["技术需求名称", name], ["所属领域", "新材料"], head]
        return [*lines, *([None, *one] for one in indicators), ["合作方式", "合作开发"]]

    rows = [
        *form("铝合金压铸", ["抗拉强度", "≥320", "MPa", 280], ["延伸率", 8, "%", None]),
        *form("隔膜涂覆", ["厚度偏差", "±0.5", "μm", None]),
    ]
    grid = Grid("", [[*row, *[None] * (5 - len(row))] for row in rows], range(1, len(rows) + 1))
    read = read_needs(Book("表", [grid]))
    assert read.rows[["title", "indicators", "background", "cooperation"]].to_numpy().tolist() == [
        ["铝合金压铸", "抗拉强度≥320MPa\n延伸率：8%", "抗拉强度：280", "合作开发"],
        ["隔膜涂覆", "厚度偏差±0.5μm", "", "合作开发"],
    ]


def test_a_whole_indicator_beside_a_level_stays_apart():
    table = {"需求名称": ["压铸"], "技术指标": ["抗拉强度≥320MPa"], "目标值": ["国际先进"]}
    assert read_needs(pd.DataFrame(table)).rows["indicators"].tolist() == ["抗拉强度≥320MPa"]


@pytest.mark.parametrize(("row", "place", "value"), [(2, 0, 3), (2, 3, "湿度降到两成"), (2, 2, "丙公司")])
def test_rows_under_one_name_that_differ_in_more_than_patents_are_records(row: int, place: int, value: object):
    rows = [list(one) for one in PATENTS]
    rows[row][place] = value
    assert len(outcomes(rows, (1, 1, 3, 1)).rows) == 4


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("专利数", [3, 5, 8]),
        ("拥有专利（件）", ["3", "5", "8"]),
        ("专利", [3, 5, 8]),
        ("专利", ["3件", "5件", "8件"]),
        ("是否有专利", ["是", "否", "否"]),
        ("知识产权", ["有", "无", "无"]),
    ],
)
def test_numbers_of_patents_and_answers_are_joined_to_no_record(header: str, cells: Sequence[object]):
    head = ["序号", "成果名称", "完成单位", "成果简介", header]
    rows: list[list[object]] = [
        head,
        [1, "砂轮", "乙大学", "磨得快", cells[0]],
        [2, "高速除湿机", "甲院", "干燥", cells[1]],
    ]
    for name, merged in ((None, []), ("", [(2, place, 3, place) for place in (1, 2, 3)])):
        read = outcomes([*rows, [None, name, None, None, cells[2]]], *merged)
        assert len(read.rows) == 3 or not read.problems["kept"].all()
        assert not any("已并入" in text for text in read.problems["problem"])


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("软件著作权登记号", ["2023SR01", "2023SR02"]),
        ("专利号", [202310012345, 202310012346]),
        ("专利", ["ZL001", "ZL002"]),
    ],
)
def test_numbers_that_name_patents_are_joined(header: str, cells: Sequence[object]):
    head = ["序号", "成果名称", "完成单位", header]
    read = outcomes([head, [1, "砂轮", "乙大学", cells[0]], [None, None, None, cells[1]]])
    assert len(read.rows) == 1
    assert "已并入" in read.problems["problem"].str.cat()


WITH_FIRM = "序号,需求名称,需求描述,企业名称"
GEAR, FLOUR = "2,齿轮降噪,噪声≤70dB,虚构甲公司", "3,面粉快检,检出限≤0.2mg/kg,虚构乙公司"
SAMPLE = "1,某某零件检测,精度0.1毫米,某某公司"


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        (["填写示例,,,", WITH_FIRM, SAMPLE, WITH_FIRM, GEAR, FLOUR], 3),
        (["填写示例（仅供参考）：,,,", WITH_FIRM, SAMPLE, "正式填报,,,", WITH_FIRM, GEAR, FLOUR], 3),
        ([WITH_FIRM, "【示例】,,,", SAMPLE, "以下请如实填写,,,", GEAR, FLOUR], 3),
        ([WITH_FIRM, GEAR, FLOUR, "填写示例,,,", SAMPLE], 5),
        ([WITH_FIRM, "示例：,,,", SAMPLE, SAMPLE, SAMPLE, "以下由企业填写,,,", GEAR, FLOUR], 5),
        ([WITH_FIRM, "1,（示例）某某零件检测,精度0.1毫米,某某公司", GEAR, FLOUR], 2),
        ([WITH_FIRM, "1,示例：某某零件检测,精度0.1毫米,某某公司", GEAR, FLOUR], 2),
    ],
)
def test_examples_are_no_records(lines: list[str], row: int):
    read = read_needs(csv(*lines))
    assert read.rows["need_id"].tolist() == ["2", "3"]
    examples = read.problems[read.problems["problem"] == "是填写示例"]
    assert row in examples["row"].tolist()
    assert not examples["kept"].any()


@pytest.mark.parametrize(
    "lines",
    [
        ["填写示例,,,", WITH_FIRM, SAMPLE, GEAR, FLOUR],
        [WITH_FIRM, SAMPLE, "填写示例,,,", GEAR, FLOUR],
        [WITH_FIRM, "填写示例,,,", SAMPLE, GEAR, "以下为新增,,,", FLOUR],
        [WITH_FIRM, SAMPLE, "填写示例,,,", GEAR, FLOUR, WITH_FIRM],
    ],
)
def test_a_line_of_examples_without_an_end_is_told(lines: list[str]):
    read = read_needs(csv(*lines))
    assert [number for number in read.rows["need_id"] if number] == ["1", "2", "3"]
    problem = "不知下面哪几行是示例，没有另外写明的都已读入"
    told = read.problems[read.problems["problem"] == problem]
    assert told[["row", "value"]].to_numpy().tolist() == [[lines.index("填写示例,,,") + 1, "填写示例"]]


def test_a_line_within_a_record_begins_no_examples():
    read = read_needs(csv(WITH_FIRM, SAMPLE, ",,举例：,", ",,某厂去年索赔180万元,", GEAR, FLOUR))
    assert read.rows["need_id"].tolist() == ["1", "2", "3"]
    assert read.rows["description"].str.contains("某厂去年索赔180万元").tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("read", "lines"),
    [
        (read_outcomes, ["成果名称,成果简介", "在线检测装置,示例：某厂应用后良品率提高3个百分点。"]),
        (read_experts, ["姓名,研究方向", "李四,例：齿轮检测"]),
        (read_needs, ["需求编号,企业名称,需求名称,需求描述", "N1,虚构甲公司,例：轴承检测,精度0.1毫米"]),
    ],
)
def test_an_example_within_a_record_does_not_make_it_one(read: Callable[[bytes], Reading], lines: list[str]):
    assert len(read(csv(*lines)).rows) == 1


@pytest.mark.parametrize(
    ("read", "lines"),
    [
        (read_needs, ["序号,需求编号,需求名称,需求描述", "1,,示例：轴承检测,精度0.1毫米"]),
        (read_experts, ["专家编号,姓名,研究方向", "1,（示例）张某,齿轮检测"]),
    ],
)
def test_a_name_beside_numbers_calls_its_row_an_example(read: Callable[[bytes], Reading], lines: list[str]):
    assert read(csv(*lines)).rows.empty


def test_what_only_speaks_of_examples_is_a_record():
    read = read_needs(csv(WITH_FIRM, "1,示例工程建设平台,展示范例：三处,虚构甲公司", GEAR))
    assert read.rows["need_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("技术需求汇总表,2026年,第一批,", False),
        ("填写说明,1.名称要具体,2.描述写指标,3.写全称", False),
        ("必填,必填,选填,必填", False),
        ("（自动编号）,（不超过30字）,（200字以内）,（全称）", False),
        ("虚构张三,主任,创新处,虚构县", True),
        ("虚构甲公司,2026-01-02,轴承,12", True),
    ],
)
def test_captions_above_a_header_are_not_listed_as_rows(line: str, listed: bool):
    read = read_needs(csv(line, WITH_FIRM, GEAR, FLOUR))
    assert read.rows["need_id"].tolist() == ["2", "3"]
    assert (not read.problems["kept"].all()) == listed


@pytest.mark.parametrize("units", [["台", "件"], ["万元", "万元"], ["kg", "吨"]])
def test_units_of_measure_are_no_firms(units: list[str]):
    read = read_outcomes(csv("编号,成果名称,单位", f"1,除湿机,{units[0]}", f"2,砂轮,{units[1]}"))
    assert read.rows["institution"].tolist() == ["", ""]
    assert read.rows["单位"].tolist() == units
    assert read.problems[["column", "problem"]].to_numpy().tolist() == [["单位", "写的是计量单位，没有当作“完成单位”"]]


def test_firms_under_the_same_header_are_firms():
    read = read_outcomes(csv("编号,成果名称,单位", "1,除湿机,虚构甲公司", "2,砂轮,台"))
    assert read.rows["institution"].tolist() == ["虚构甲公司", "台"]
    assert read.problems["problem"].tolist() == []


def test_columns_of_ticks_are_not_hinted_as_another_field():
    group = "编号,成果名称,成熟度,,"
    read = read_outcomes(csv(group, "编号,成果名称,小试,中试,产业化", "1,除湿机,√,,", "2,砂轮,,√,"))
    assert not read.columns["hint"].any()
    assert read.columns.loc[read.columns["header"].isin(["成熟度-小试", "成熟度-中试"]), "nearest"].tolist() == ["", ""]
    assert read.problems["problem"].unique().tolist() == ["这一列只打了勾，没有采用"]
    read = read_outcomes(csv("编号,成果名称,成果转让", "1,除湿机,√", "2,砂轮,"))
    assert not read.columns["hint"].any()
    read = read_outcomes(csv("编号,成果名称,成果转让", "1,除湿机,技术许可", "2,砂轮,√"))
    assert read.columns["hint"].tolist() == ["", "", "成果转让=合作方式"]


@pytest.mark.parametrize(
    ("line", "firms"),
    [
        (",,1,2,3,4", ["虚构甲公司"]),  # the numbers that a tax form gives its columns
        # neighbours: a firm without a name whose figures are others, or begin later; one with a name
        (",,1,2,3,5", ["", "虚构甲公司"]),
        (",,2,3,4,5", ["", "虚构甲公司"]),
        ("E2,虚构乙公司,1,2,3,4", ["虚构乙公司", "虚构甲公司"]),
    ],
)
def test_a_row_that_numbers_the_columns_is_no_firm(line: str, firms: list[str]):
    rows, _ = read_table(csv(HEAD + ",研发占比", line, ROW + ",5%"), FIRM)
    assert rows["name"].tolist() == firms


@pytest.mark.parametrize(
    ("columns", "indicators"),
    [
        ({"抗拉强度（MPa）": 500, "使用温度(℃)": "-40~85"}, "抗拉强度：500MPa\n使用温度：-40~85℃"),
        ({"硬度/HRC": "≥52", "合格率（%）": "99"}, "硬度≥52HRC\n合格率：99%"),
        ({"原合格率（%）": 90, "改造前温度（℃）": 60, "温度（℃）": 40}, "温度：40℃"),
        (
            {
                "毛利率（%）": 8,
                "企业出资（%）": 30,
                "距离（km）": 2,
                "面积（m2）": 300,
                "员工（K）": 2,
                "目标值（mm）": 5,
            },
            "",
        ),
        ({"技术指标": "噪声≤70dB", "密度(g/cm³)": 2.7}, "技术指标：噪声≤70dB\n技术指标：密度：2.7g/cm³"),
        (
            {
                "年产值（万元）": 500,
                "研发人员占比（%）": 12,
                "现有废品率（%）": 8,
                "方案（A）": 1,
                "硬度（HRC）": "待定",
                "重量（kg）": 20,
            },
            "",
        ),
    ],
)
def test_columns_that_name_an_indicator_and_its_unit_are_indicators(columns, indicators):
    table = pd.DataFrame({"需求编号": ["A"], "需求名称": ["支架"], **{name: [cell] for name, cell in columns.items()}})
    read = read_needs(table)
    assert read.rows["indicators"].tolist() == [indicators]
    assert set(columns) - {"技术指标"} <= set(read.rows)  # as they were, too
