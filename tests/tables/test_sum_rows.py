"""Rows of sums of areas and of comparisons, which name no record."""

from collections.abc import Sequence

import pytest

from matcher.policy.firms.table import firm_contract
from matcher.policy.policy import load_policy
from matcher.tables.files.grids import Book, Grid
from matcher.tables.reading import Reading, read_needs, read_table

TOLD = "是区县汇总、同期对比一类的行"
HEADER = ["企业名称", "统一社会信用代码", "职工总数", "科技人员数", "是否发生重大安全事故"]
RECORD = ["甲机械厂", None, 120, 18, "否"]


def firms(*rows: Sequence[object], header: Sequence[object] = HEADER) -> Reading:
    grid = Grid("", [header, *rows], range(1, len(rows) + 2))
    return read_table(Book("表", [grid]), firm_contract([load_policy("hte")]))


NAMES = (
    "河东区 河东区（2家） 高新区(4) 全市 全市3家 市直 市直企业 其他 其他县区 沂南县 大店镇 银雀山街道 3家 "
    "临沂市 临沂市河东区 临沂沂南县 恩施州 陈巴尔虎旗 滨河新区 虚构经开区 虚构片区（3家） "
    "上年同期 去年 同比增长 同比（%） 较上年增减 比上年同期增长 增幅 占全市比重 完成率 目标数"
)


@pytest.mark.parametrize("name", [*NAMES.split()])
def test_a_row_of_sums_beside_figures_only_is_no_firm(name):
    read = firms(RECORD, [name, None, 300, "8%", None])
    assert list(read.rows["name"]) == ["甲机械厂"]
    told = read.problems[~read.problems["kept"]]
    assert told[["row", "value", "problem"]].to_numpy().tolist() == [[3, name, TOLD]]


@pytest.mark.parametrize(
    "row",
    [
        ["河东区某某厂", None, 60, 6, None],
        ["河东区乙电子有限公司", None, 60, 6, None],
        ["银座超市", None, 60, 6, None],
        ["同比科技", None, 60, 6, None],
        ["其他", "91371300MA3C00001X", 60, 6, None],
        ["沂南县", None, 60, 6, "否"],
        ["全市", None, None, None, None],
        ["乙家具", None, 60, 6, None],
        *([name, None, 60, 6, None] for name in ("红旗", "苏州", "水乡", "锦旗", "智慧城市", "特色小镇", "产业园区")),
    ],
)
def test_neighbours_are_firms(row):
    assert list(firms(RECORD, row).rows["name"]) == ["甲机械厂", row[0]]


def test_other_columns_may_hold_such_words():
    read = firms(["其他", "甲机械厂", 120], ["河东区", "乙电子厂", 60], header=["行业", "企业名称", "职工总数"])
    assert list(read.rows["name"]) == ["甲机械厂", "乙电子厂"]


def test_needs_that_are_counted_in_the_column_of_names_are_sums():
    header = ["区县", "需求名称", "需求描述", "预算（万元）", "企业名称"]
    rows = [
        ["全市", "3项", "—", 90, "2家"],
        ["河东区", "2项", None, 60, None],
        ["河东区", "轴承降噪", "噪声降到60分贝", 30, "甲厂"],
        ["沂南县", "3项专利的转化", None, 30, "乙厂"],
        ["沂南县", "其他", "叶片防冰", 30, "乙厂"],
    ]
    read = read_needs(Book("表", [Grid("", [header, *rows], range(1, 7))]))
    assert list(read.rows["title"]) == ["轴承降噪", "3项专利的转化", "其他"]
    assert read.problems.loc[read.problems["problem"] == TOLD, "row"].tolist() == [2, 3]


def test_needs_named_after_kinds_of_places_are_needs_beside_figures_only():
    names = ["智慧城市", "特色小镇", "灌区", "产业园区", "美丽水乡", "沂南县"]
    rows = [["序号", "需求名称", "预算（万元）"], *([i, name, 30] for i, name in enumerate(names, 1))]
    assert list(read_needs(Book("表", [Grid("", rows, range(1, 8))])).rows["title"]) == names[:-1]


@pytest.mark.parametrize("note", ["补充资料：本表由企业填报，1≥2。", "逻辑关系：3=1+2", "审核关系：（1）≥（2）"])
def test_notes_on_how_columns_hang_together_are_no_firms(note):
    read = firms(RECORD, [note, None, None, None, None])
    assert list(read.rows["name"]) == ["甲机械厂"]
    assert read.problems.loc[~read.problems["kept"], "problem"].tolist() == ["是表注"]


def test_a_row_of_requests_to_fill_it_in_is_no_need():
    rows = [
        ["需求名称", "需求描述"],
        ["请选择", "（请填写，不少于100字）"],
        ["请帮忙降噪", "请填写"],
        ["请勾选", "降噪"],
    ]
    read = read_needs(Book("表", [Grid("", rows, range(1, 5))]))
    assert list(read.rows["title"]) == ["请帮忙降噪", "请勾选"]
    assert read.problems.loc[~read.problems["kept"], "problem"].tolist() == ["是填写提示，没有内容"]


EXAMPLE = Grid(
    "示例（勿删）",
    [["需求编号", "需求名称", "需求描述", "企业名称"], ["示例1", "轴承磨削", "高精度", "某某公司"]],
    [1, 2],
)
DATA = Grid("今年", [["需求名称", "需求描述"], ["叶片防冰", "零下30度"]], [1, 2])


@pytest.mark.parametrize("name", ["示例（勿删）", "填报说明", "样表", "填写示例"])
def test_a_sheet_that_shows_how_to_fill_in_the_others_is_not_read(name):
    read = read_needs(Book("表", [EXAMPLE._replace(sheet=name), DATA]))
    assert list(read.rows["title"]) == ["叶片防冰"]
    assert f"只读了“{DATA.sheet}”" in read.problems["problem"].str.cat()


def test_where_there_is_no_other_it_is_read_and_names_like_it_are_others():
    rows = [*EXAMPLE.rows, ["1", "砂轮", "磨得快", "乙厂"]]
    assert list(read_needs(Book("表", [EXAMPLE._replace(rows=rows, numbers=[1, 2, 3])])).rows["title"]) == ["砂轮"]
    demo = EXAMPLE._replace(sheet="示范项目", rows=rows, numbers=[1, 2, 3])
    assert list(read_needs(Book("表", [demo, DATA])).rows["title"]) == ["砂轮"]
