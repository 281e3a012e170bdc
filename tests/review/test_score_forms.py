"""Score tables of groups, of items, and with rows and columns changed; and what looks like them and is not."""

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review import read_scores
from matcher.review.sheets.scores import check_scores
from tests.review.test_reviewer_sheets import book, triples

HEAD = ["项目名称", "专家1", "专家2", "平均分"]
FIRST = [["高效电池", 88, 90, 89], ["固态电解质", 70, 72, 71]]
SECOND = [["智能灌溉", 82, 84, 83], ["抗病小麦", 75, 73, 74]]
BY_ITEM = [["评委", "得分"], ["张建", 88], ["李蓉", 90]]


def told(reading):
    return " ".join(reading.problems["problem"])


def means(reading):
    return check_scores(reading.rows).scores.groupby("item")["score"].mean().to_dict()


GROUPED = {"高效电池": 89, "固态电解质": 71, "智能灌溉": 83, "抗病小麦": 74}


@pytest.mark.parametrize(
    "sheets",
    [
        {"Sheet1": [["第一组（新材料）"], HEAD, *FIRST, [], ["第二组（农业）"], HEAD, *SECOND]},
        {"Sheet1": [["评分表"], ["新材料组"], HEAD, *FIRST, ["农业组"], HEAD, *SECOND, ["组长签字："]]},
        {"新材料组": [HEAD, *FIRST], "农业组": [HEAD, *SECOND]},
        {
            "Sheet1": [
                ["第一组", "", "", "", "第二组", "", "", ""],
                HEAD + HEAD,
                *(a + b for a, b in zip(FIRST, SECOND, strict=True)),
            ]
        },
    ],
)
def test_each_group_has_its_table(tmp_path, sheets):
    reading = read_scores(book(tmp_path / "s.xlsx", **sheets))
    assert means(reading) == GROUPED
    assert reading.rows["reviewer"].nunique() == 4
    assert "2 组各有一张表，都已读入" in told(reading)
    assert "当作不同的人" in told(reading)


def test_persons_of_two_groups_are_one_where_they_have_one_name(tmp_path):
    head = ["项目名称", "评委打分", "", ""]
    blocks = [
        ["一组"],
        head,
        ["", "张建", "李蓉"],
        ["甲项", 88, 90],
        ["二组"],
        head,
        ["", "张建", "王岚"],
        ["乙项", 80, 84],
    ]
    assert triples(read_scores(book(tmp_path / "s.xlsx", 表=blocks))) == [
        ("乙项", "张建", 80),
        ("乙项", "王岚", 84),
        ("甲项", "张建", 88),
        ("甲项", "李蓉", 90),
    ]


def test_a_header_again_on_the_next_page_begins_no_group(tmp_path):
    pages = [["评分表"], HEAD, *FIRST, ["评分表（续）"], HEAD, *SECOND]
    for sheet in (pages, [HEAD, *FIRST, HEAD, *SECOND]):
        reading = read_scores(book(tmp_path / "s.xlsx", 表=sheet))
        assert (means(reading), reading.rows["reviewer"].nunique()) == (GROUPED, 2)


@pytest.mark.parametrize(
    "names", [("初评", "终评"), ("2025年", "2026年"), ("2025", "2026"), ("第一轮", "第二轮"), ("评分", "评分（旧）")]
)
def test_rounds_years_and_copies_are_no_groups(tmp_path, names):
    first, second = names
    reading = read_scores(book(tmp_path / "s.xlsx", **{first: [HEAD, *FIRST], second: [HEAD, *SECOND]}))
    assert set(means(reading)) == {"高效电池", "固态电解质"}
    assert f"只读了“{first}”" in told(reading)


def test_sheets_with_the_same_items_are_no_groups(tmp_path):
    reading = read_scores(book(tmp_path / "s.xlsx", 甲=[HEAD, *FIRST], 乙=[HEAD, *FIRST]))
    assert len(reading.rows) == 4
    assert "只读了“甲”" in told(reading)


@pytest.mark.parametrize(
    "sheets",
    [
        {"高效电池": BY_ITEM, "智能灌溉": BY_ITEM},
        {
            "Sheet1": [["项目名称：高效电池"], *BY_ITEM],
            "Sheet2": [["项目名称", "智能灌溉"], [], *BY_ITEM, ["组长签字："]],
        },
        {"1": [["打分表"], ["成果名称: 高效电池"], *BY_ITEM], "2": [["成果名称：智能灌溉"], *BY_ITEM]},
    ],
)
def test_each_sheet_is_one_items(tmp_path, sheets):
    assert triples(read_scores(book(tmp_path / "s.xlsx", **sheets))) == [
        ("智能灌溉", "张建", 88),
        ("智能灌溉", "李蓉", 90),
        ("高效电池", "张建", 88),
        ("高效电池", "李蓉", 90),
    ]


def test_the_criteria_of_an_items_sheet_are_added_up(tmp_path):
    sheet = [["指标", "专家1", "专家2"], ["创新性", 30, 32], ["可行性", 50, 52]]
    reading = read_scores(book(tmp_path / "s.xlsx", 甲项=[["项目编号：P1"], *sheet], 乙项=[["项目编号：P2"], *sheet]))
    assert triples(reading) == [
        (one, who, score) for one in ("P1", "P2") for who, score in (("专家1", 80), ("专家2", 84))
    ]


@pytest.mark.parametrize(
    "names",
    [("Sheet1", "Sheet2"), ("张建", "李蓉"), ("评分表",), ("高效电池",), ("评分表", "评分表（二）"), ("一组", "二组")],
)
def test_sheets_that_name_no_item_are_refused(tmp_path, names):
    with pytest.raises(TableError, match="没有“项目编号”"):
        read_scores(book(tmp_path / "s.xlsx", **dict.fromkeys(names, BY_ITEM)))


def test_two_sheets_of_one_item_are_refused(tmp_path):
    sheet = [["项目名称：高效电池"], *BY_ITEM]
    with pytest.raises(TableError, match="没有“项目编号”"):
        read_scores(book(tmp_path / "s.xlsx", 上午=sheet, 下午=sheet))


TURNED = [["评委", "高效电池", "智能灌溉"], ["张建", 88, 70], ["李蓉", 90, "回避"]]
WANTED = [("智能灌溉", "张建", 70), ("高效电池", "张建", 88), ("高效电池", "李蓉", 90)]


@pytest.mark.parametrize(
    "rows",
    [
        TURNED,
        [["2026年评分表"], TURNED[0], *TURNED[1:], ["平均分", 89, 70], ["组长签字："]],
        [
            ["序号", "专家姓名", "项目得分", "", "备注"],
            ["", "", "高效电池", "智能灌溉", ""],
            [1, "张建", 88, 70, "好"],
            [2, "李蓉", 90, "回避", ""],
        ],
    ],
)
def test_a_row_a_reviewer_and_a_column_an_item(tmp_path, rows):
    reading = read_scores(book(tmp_path / "s.xlsx", 表=rows))
    assert sorted(check_scores(reading.rows).scores.itertuples(index=False, name=None)) == WANTED
    assert "已按列读成 2 项的分数" in told(reading)


def test_what_is_no_reviewer_and_no_item_of_a_turned_table_is_told():
    table = pd.DataFrame({"评委": ["甲", "乙", "平均分"], "P1": [88, 90, 89], "P2": [70, 72, 71], "平均": [79, 81, 80]})
    reading = read_scores(table)
    assert len(reading.rows) == 4
    assert reading.problems.set_index("problem")["value"]["不是评委，也不是项目，没有采用"] == "平均分、平均"


@pytest.mark.parametrize(
    "head",
    [
        ["评委", "创新性", "可行性"],
        ["评委", "技术水平", "经济效益"],
        ["评委", "选题（20分）", "表达（30分）"],
        ["评委", "甲", "乙", "总分合计"],
        ["专家", "年龄", "从业年限"],
        ["专家", "1月", "2月"],
        ["专家", "2026.1", "2026.2"],
        ["专家", "2025", "2026"],
        ["专家", "指标1", "指标2"],
        ["姓名", "高效电池", "智能灌溉"],
    ],
)
def test_a_row_a_reviewer_and_a_column_a_criterion_is_refused(head):
    rows = [["张建", 30, 40, 70], ["李蓉", 32, 41, 73]]
    with pytest.raises(TableError):
        check_scores(read_scores(pd.DataFrame([row[: len(head)] for row in rows], columns=head)).rows)


def test_names_of_persons_are_reviewers_without_a_common_header():
    table = pd.DataFrame(
        {
            "项目名称": ["甲项", "乙项", "丙项"],
            "张建": [88, 70, 60],
            "李蓉": [90, "回避", 62],
            "平均分": [89, 70, 61],
            "备注": ["", "", ""],
        }
    )
    assert sorted(check_scores(read_scores(table).rows).scores.itertuples(index=False, name=None)) == [
        ("丙项", "张建", 60),
        ("丙项", "李蓉", 62),
        ("乙项", "张建", 70),
        ("甲项", "张建", 88),
        ("甲项", "李蓉", 90),
    ]


@pytest.mark.parametrize("others", [{"创新性": [30, 32, 31]}, {"高度": [3, 4, 5]}, {"预算": [30, 40, 50]}])
def test_names_beside_other_figures_are_not(others):
    table = pd.DataFrame({"项目名称": ["甲项", "乙项", "丙项"], "张建": [88, 70, 5], "李蓉": [90, 60, 6], **others})
    with pytest.raises(TableError, match="没有评委编号"):
        check_scores(read_scores(table).rows)


@pytest.mark.parametrize("names", [("覃志远", "阮晓"), ("欧阳雪", "翟明"), ("妫海峰", "臧文")])
def test_rare_family_names_are_persons(names):
    table = pd.DataFrame({"项目名称": ["甲项", "乙项", "丙项"], **{name: [88, 70, 60] for name in names}})
    assert read_scores(table).rows["reviewer"].unique().tolist() == list(names)


@pytest.mark.parametrize(
    ("remark", "told"),
    [("李蓉回避", []), ("张建回避", ["甲项、张建"]), ("有评委申请回避", ["甲项、张建"]), ("无需回避", [])],
)
def test_a_remark_about_one_reviewer_is_not_held_against_the_others(remark, told):
    table = pd.DataFrame(
        {"项目名称": ["甲项", "乙项"], "评委打分-张建": [88, 70], "评委打分-李蓉": ["回避", 60], "备注": [remark, ""]}
    )
    problems = check_scores(read_scores(table).rows).problems
    assert problems.loc[problems["problem"].str.contains("分数照计"), "value"].tolist() == told
