"""Several tables on one sheet: below each other and side by side, and what stands above the header."""

from __future__ import annotations

import pytest

from matcher.policy.firms.table import read_firms
from matcher.tables.layout import above
from matcher.tables.reading import OUTCOMES, Reading, read_needs, read_table


def csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def values(read: Reading, *names: str) -> list[list[object]]:
    frame = read.rows[list(names)].astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def unread(read: Reading) -> list[object]:
    return read.problems.loc[~read.problems["kept"], "row"].tolist()


def test_tables_below_each_other_with_other_headers_are_read():
    read = read_needs(
        csv(
            "一、装备类,,,,",
            "编号,企业名称,需求名称,需求描述,预算（万元）",
            "A1,虚构甲公司,齿轮降噪,噪声≤70dB,50",
            "二、食品类,,,,",
            "需求编号,单位名称,预算（元）,难题名称,难题描述,联系的人",
            "B1,虚构乙公司,200000,面粉快检,检出限≤0.2mg/kg,王某",
            "编号,企业名称,需求名称,需求描述,预算（万元）",
            "C1,虚构丙公司,涂料防潮,吸水率≤1%,60",
        )
    )
    assert values(read, "need_id", "enterprise", "title", "problem", "budget", "联系的人") == [
        ["A1", "虚构甲公司", "齿轮降噪", "", 500_000, ""],
        ["B1", "虚构乙公司", "面粉快检", "检出限≤0.2mg/kg", 200_000, "王某"],
        ["C1", "虚构丙公司", "涂料防潮", "", 600_000, ""],
    ]
    assert unread(read) == [4, 5, 7]


def test_a_table_of_another_kind_above_or_below_is_listed():
    outcomes = ["成果编号,成果名称,成果简介,完成单位", "C1,齿轮修形,噪声≤68dB,某大学"]
    needs = ["需求编号,需求名称,需求描述,企业名称", "A1,齿轮降噪,噪声≤70dB,虚构甲公司"]
    below = read_needs(csv(*needs, *outcomes))
    assert (values(below, "need_id"), unread(below)) == ([["A1"]], [3, 4])
    above = read_needs(csv(*outcomes, *needs))
    assert (values(above, "need_id"), unread(above)) == ([["A1"]], [1, 2])


@pytest.mark.parametrize("gap", [",", ""])
def test_lists_of_firms_side_by_side_are_read_block_by_block(gap: str):
    head, year = "序号,企业名称,职工总数", "{}年,,"
    lines = (
        (year.format(2025), year.format(2026)),
        (head, head),
        ("1,虚构甲有限公司,11", "1,虚构甲有限公司,12"),
        (",,", "2,虚构乙有限公司,89"),
    )
    read = read_firms(csv(*((gap + ",").join(pair) for pair in lines)), "tech-sme", on="2026-11-29")
    assert values(read, "name", "employees_total") == [
        ["虚构甲有限公司", 11],
        ["虚构甲有限公司", 12],
        ["虚构乙有限公司", 89],
    ]


def test_names_of_firms_that_stand_twice_in_a_row_are_no_lists_side_by_side():
    table = csv("企业名称,职工总数,企业名称,职工总数", "虚构甲有限公司,12,虚构甲有限公司,12")
    assert len(read_firms(table, "tech-sme", on="2026-11-29").rows) == 1


def test_tables_side_by_side_are_read_block_by_block():
    read = read_needs(
        csv(
            "装备类,,,,,食品类,,,",
            "企业名称,需求名称,需求描述,预算（万元）,,企业名称,需求名称,需求描述,预算（万元）",
            "虚构甲公司,齿轮降噪,噪声≤70dB,50,,虚构乙公司,面粉快检,检出限≤0.2mg/kg,20",
            "虚构丁公司,齿轮渗碳,层深0.8mm,60,,,,,",
        )
    )
    assert values(read, "need_id", "enterprise", "title", "description", "budget") == [
        ["需求-00003", "虚构甲公司", "齿轮降噪", "噪声≤70dB", 500_000],
        ["需求-00004", "虚构丁公司", "齿轮渗碳", "层深0.8mm", 600_000],
        ["需求-00003-2", "虚构乙公司", "面粉快检", "检出限≤0.2mg/kg", 200_000],
    ]
    assert ["装备类、食品类", "并排有 2 块同样的表，逐块读入"] in read.problems[
        ["value", "problem"]
    ].to_numpy().tolist()


def test_a_firm_left_of_two_needs_owns_both_and_a_number_does_not_count_twice():
    read = read_needs(
        csv(
            "序号,企业名称,需求名称,需求描述,需求名称,需求描述",
            "1,虚构甲公司,齿轮降噪,噪声≤70dB,面粉快检,检出限≤0.2mg/kg",
        )
    )
    assert values(read, "need_id", "enterprise", "title", "description") == [
        ["1", "虚构甲公司", "齿轮降噪", "噪声≤70dB"],
        ["需求-00002", "虚构甲公司", "面粉快检", "检出限≤0.2mg/kg"],
    ]


def test_a_patent_beside_an_outcome_is_no_second_block():
    read = read_table(
        csv("成果编号,成果名称,成果简介,完成单位,专利名称,专利摘要", "C1,齿轮修形,噪声≤68dB,某大学,一种修形法,修形"),
        OUTCOMES,
    )
    assert values(read, "outcome_id", "title") == [["C1", "齿轮修形"]]


def test_the_firm_above_a_list_owns_its_rows():
    said = ["企业名称,虚构己公司,所在县区,费县", "联系人,王某,电话,0539-1234567"]
    head = [
        "序号,需求名称,需求描述,预算（万元）",
        "1,泵体铸造,缩松率≤2%,25",
        "2,泵轴热处理,硬度≥50HRC,35",
        "填表人：王某,,,",
    ]
    for lines in (said, ["需求汇总表,,,", "企业名称：虚构己公司　　县区：费县　　联系人：王某　电话：0539-1234567,,,"]):
        read = read_needs(csv(*lines, *head))
        assert values(read, "enterprise", "region", "联系人") == [["虚构己公司", "费县", "王某"]] * 2
        assert sum("已填到每一行" in problem for problem in read.problems["problem"]) == 4
        assert read.problems.loc[~read.problems["kept"], "problem"].tolist() == ["是填表、审核一类的签署行"]


def test_rows_are_searched_for_their_firm_only_where_one_stands_above(monkeypatch: pytest.MonkeyPatch):
    looked_at: list[int] = []
    pairs = above._pairs
    monkeypatch.setattr(above, "_pairs", lambda at, *given: looked_at.append(at) or pairs(at, *given))
    rows = ["需求编号,需求名称,企业名称", *(f"X{i},泵体铸造{i},虚构庚公司" for i in range(9))]
    read_needs(csv("需求汇总表,,", "单位：万元,,", *rows))
    assert looked_at == [0, 1]


def test_a_firm_above_does_not_replace_a_column_nor_does_an_office_own_needs():
    head = ["序号,需求名称,需求描述,企业名称", "1,泵体铸造,缩松率≤2%,虚构庚公司"]
    read = read_needs(csv("企业名称：虚构己公司,,,", *head))
    assert values(read, "enterprise") == [["虚构庚公司"]]
    assert [text for text in read.problems["problem"] if "没有采用上方的" in text]
    office = read_needs(csv("申报单位：某县科技局,,单位：万元", "需求编号,需求名称,预算", "1,泵体铸造,25"))
    assert values(office, "enterprise", "budget") == [["", 250_000]]
    assert [text for text in office.problems["problem"] if "像是收表的部门" in text]


NEED_HEAD = "序号,需求名称,需求描述"
MILL, BAKER = ["1,齿轮降噪,噪声≤70dB", "2,齿轮渗碳,渗层均匀"], ["3,面粉快检,检出限≤0.2mg/kg"]
FIRST, SECOND = "单位：虚构齿轮公司,,", "单位：虚构面粉公司,,"


@pytest.mark.parametrize(
    "lines",
    [
        [NEED_HEAD, FIRST, *MILL, SECOND, *BAKER],
        [FIRST, NEED_HEAD, *MILL, SECOND, *BAKER],
        [FIRST, NEED_HEAD, *MILL, SECOND, NEED_HEAD, *BAKER],
        [NEED_HEAD, "企业名称：,虚构齿轮公司,", *MILL, "企业名称：,虚构面粉公司,", *BAKER],
        [NEED_HEAD, "申报单位（盖章）：虚构齿轮公司,联系人：张三,", *MILL, "申报单位（盖章）：虚构面粉公司,,", *BAKER],
    ],
)
def test_a_firm_above_each_block_of_rows_owns_them(lines: list[str]):
    read = read_needs("\n".join(lines).encode())
    assert read.rows[["need_id", "title", "enterprise"]].to_numpy().tolist() == [
        ["1", "齿轮降噪", "虚构齿轮公司"], ["2", "齿轮渗碳", "虚构齿轮公司"], ["3", "面粉快检", "虚构面粉公司"],
    ]  # fmt: skip
    said = read.problems[read.problems["problem"].str.startswith("写的是下面几行的“企业名称”，已填到第")]
    assert said["row"].tolist() == [lines.index(line) + 1 for line in lines if "公司" in line]
    assert len(read.problems) == len(said) + (lines.count(NEED_HEAD) > 1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([NEED_HEAD, *MILL, SECOND, *BAKER], [4]),
        (["申报单位：虚构科技创新中心,,", NEED_HEAD, *MILL, f"{FIRST[:-2]}（盖章）,,", *BAKER, SECOND], [1, 5, 7]),
        ([FIRST, NEED_HEAD, *MILL, SECOND, *BAKER, "单位：虚构涂料公司（盖章）,,"], [1, 5, 7]),
        (["企业名称：虚构齿轮公司,,", NEED_HEAD, *MILL, "完成单位：虚构大学,,", *BAKER], [1, 5]),
    ],
)
def test_firms_of_blocks_that_nobody_can_place_are_told(lines: list[str], told: list[int]):
    read = read_needs("\n".join(lines).encode())
    assert read.rows["need_id"].tolist() == ["1", "2", "3"]
    assert "enterprise" not in read.rows or not read.rows["enterprise"].any()
    problem = "写的是“企业名称”，不知各是上面还是下面哪几行的，没有采用"
    assert read.problems[["row", "problem"]].sort_values("row").to_numpy().tolist() == [[at, problem] for at in told]


def test_a_line_below_all_rows_is_no_block():
    read = read_needs("\n".join([NEED_HEAD, *MILL, *BAKER, "单位：万元,,", SECOND]).encode())
    assert read.rows["enterprise"].tolist() == [""] * 3


def test_numbered_blocks_of_one_row_are_needs_of_their_own():
    table = (
        "企业名称,需求1名称,需求1描述,需求1预算（万元）,需求2名称,需求2描述,需求2预算（万元）\n"
        "甲公司,汤汁浑浊,透光率≥80%,20,胀袋,胀袋率≤0.5%,10\n乙公司,果渣干燥,含水率≤10%,15,,,\n"
    )
    rows = read_needs(table.encode()).rows
    assert rows[["enterprise", "title", "description", "budget"]].to_numpy().tolist() == [
        ["甲公司", "汤汁浑浊", "透光率≥80%", 200_000],
        ["乙公司", "果渣干燥", "含水率≤10%", 150_000],
        ["甲公司", "胀袋", "胀袋率≤0.5%", 100_000],
    ]


def test_what_stands_behind_numbered_blocks_holds_for_each():
    table = "需求1名称,需求1描述,需求2名称,需求2描述,企业名称\n汤汁浑浊,透光率≥80%,胀袋,胀袋率≤0.5%,甲公司\n"
    rows = read_needs(table.encode()).rows
    assert rows[["enterprise", "title", "description"]].to_numpy().tolist() == [
        ["甲公司", "汤汁浑浊", "透光率≥80%"],
        ["甲公司", "胀袋", "胀袋率≤0.5%"],
    ]


def test_a_record_that_is_a_name_alone_above_a_repeated_header_is_none_of_the_titles():
    header = "需求名称,需求描述,预算（万元）"
    read = read_needs(
        csv(header, "锅炉2025年节能改造项目,,", header, "齿轮降噪,噪声大,5", "需求汇总表（续）,,", header)
    )
    assert read.rows["title"].tolist() == ["锅炉2025年节能改造项目", "齿轮降噪"]
    assert unread(read) == [3, 5, 6]
