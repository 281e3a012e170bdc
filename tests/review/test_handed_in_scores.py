"""Tables of scores as review offices hand them in: who the reviewer is, what is a score, what is told."""

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review.panels.results import Round
from matcher.review.sheets.scores import check_scores, read_scores


def table(text):
    head, *rows = [line.split(",") for line in text.split("|")]
    return pd.DataFrame(rows, columns=head)


def means(text, **choices):
    ranked = Round.build(read_scores(table(text)), **choices).table
    return dict(zip(ranked["item"], ranked["mean"].round(3), strict=True))


def told(text):
    problems = Round.build(read_scores(table(text))).problems
    return [": ".join(filter(None, line)) for line in problems[["value", "problem"]].astype(str).to_numpy().tolist()]


# ---- who is the reviewer, and which is the item


@pytest.mark.parametrize(
    "order", [["项目编号", "专家编号", "专家姓名", "得分"], ["专家姓名", "专家编号", "得分", "项目编号"]]
)
def test_two_reviewers_of_one_name_stay_two_where_they_have_numbers(order):
    rows = table("项目编号,专家编号,专家姓名,得分|P1,Z1,王某,81|P1,Z9,王某,71")
    reading = read_scores(rows[order])
    assert reading.rows["reviewer"].tolist() == ["Z1", "Z9"]
    assert reading.problems.empty


@pytest.mark.parametrize(
    ("header", "reviewers"),
    [
        ("项目编号,专家姓名,得分", ["王某"]),
        ("项目编号,评委,得分", ["王某"]),
        ("项目编号,评审专家,得分", ["王某"]),
        ("序号,项目编号,专家姓名,得分", ["王某"]),
    ],
)
def test_a_name_is_the_reviewer_where_nothing_else_is(header, reviewers):
    cells = {"序号": "1", "项目编号": "P1", "得分": "80"}
    row = [cells.get(name, "王某") for name in header.split(",")]
    assert read_scores(table(f"{header}|{','.join(row)}")).rows["reviewer"].tolist() == reviewers


def test_the_number_of_the_item_goes_before_what_else_may_be_it():
    rows = read_scores(table("项目,受理编号,项目编号,评委,得分|某项目,YY-1,P1,甲某,80")).rows
    assert rows["item"].tolist() == ["P1"]
    assert read_scores(table("受理编号,评委,得分|SL-1,甲某,80")).rows["item"].tolist() == ["SL-1"]


def test_one_reviewer_and_one_item_in_several_writings_are_one_and_told():
    text = "项目名称,评委,得分|虚构：甲,张一（组长）,80|《虚构:甲》,李二教授,82|乙,张一,70|乙,李二,72"
    assert means(text) == {"虚构：甲": 81.0, "乙": 71.0}
    assert any("张一（组长）、张一: 写法不同，当作同一位评委" in line for line in told(text))
    assert means("项目编号,专家编号,得分|P-01,zj-001,80|p－01,ZJ-002,82|P-01,ZJ－003,84") == {"P-01": 82.0}


@pytest.mark.parametrize(
    "text",
    [
        "项目编号,评委,得分|P1,张伟（甲大学）,80|P1,张伟（乙大学）,90",  # two persons
        "项目编号,评委,得分|P1,张一,80|P1,张一教授,90",  # both judged the item
        "项目编号,评委,得分|P1,张伟（男）,80|P2,张伟（女）,90",  # told apart by who wrote them
        "项目编号,评委,得分|P1,张伟（大）,80|P2,张伟（小）,90",
        "项目编号,评委,得分|1-11,甲,80|11-1,甲,90",
        "项目编号,评委,得分|P-01,甲,80|P01,乙,90",  # the dash may tell
        "项目编号,评委,得分|P1,专家1,80|P1,专家11,90",
    ],
)
def test_those_who_are_two_stay_two(text):
    rows = read_scores(table(text)).rows
    assert len(rows.drop_duplicates(["item", "reviewer"])) == 2


def test_what_was_given_out_is_found_in_another_writing_or_by_the_names_beside():
    scores = read_scores(table("项目编号,专家姓名,得分|SF-1,高某,80|SF-1,刘某,82")).rows
    given = read_scores(table("专家编号,专家姓名,项目编号|zj001,高某,ＳＦ-1|zj002,刘某,sf-1")).rows
    assert check_scores(scores, expected=given).scores["score"].tolist() == [82.0, 80.0]
    only = read_scores(table("专家编号,项目编号|zj001,SF-1|zj002,SF-1")).rows
    with pytest.raises(TableError, match="没有派给这位评委"):
        check_scores(scores, expected=only)
    dashed = read_scores(table("专家姓名,项目编号|高某,sf1|刘某,SF1")).rows
    assert check_scores(scores, expected=dashed).scores["score"].tolist() == [82.0, 80.0]
    twins = read_scores(table("专家编号,专家姓名,项目编号|zj001,高某,SF-1|zj009,高某,SF-1")).rows
    with pytest.raises(TableError, match="没有派给这位评委"):  # who is which nobody can tell
        check_scores(scores, expected=twins)


def test_two_of_one_name_get_a_workbook_each(run, tmp_path):
    (tmp_path / "组.csv").write_text("专家编号,专家姓名,项目编号\nZ1,王某,P1\nZ9,王某,P2\n", "utf-8-sig")
    assert run("review", "sheets", "组.csv", "-o", "表")[1].startswith("2 位评委的评分表已写入")


# ---- what is a score


@pytest.mark.parametrize(
    "header", ["总分(100分)", "评分（满分100分）", "总分（满分：100）", "得分（百分制）", "得分（分）", "评分(必填)"]
)
def test_a_header_of_scores_may_tell_its_scale(header):
    assert means(f"项目编号,评委,{header}|P1,甲,80|P1,乙,84") == {"P1": 82.0}


def test_what_is_no_score_of_all_is_none():
    text = "项目编号,评委,创新性（30分）,总分（100分）|P1,甲,25,80|P1,乙,20,84"
    assert means(text) == {"P1": 82.0}
    with pytest.raises(TableError, match="没有一个分数可用"):
        means("项目编号,评委,团队（40分）|P1,甲,25")
    with pytest.raises(TableError, match="没有一个分数可用"):
        means("项目编号,评委,得分率（%）|P1,甲,25")


def test_names_below_a_header_with_its_scale_are_reviewers(tmp_path):
    book = openpyxl.Workbook()
    for row in (["项目名称", "评委打分（百分制）", None, "平均分"], [None, "高某松", "刘某", None], ["甲", 92, 90, 91]):
        book.active.append(row)
    for cells in ("B1:C1", "A1:A2", "D1:D2"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "宽.xlsx")
    assert read_scores(tmp_path / "宽.xlsx").rows["reviewer"].tolist() == ["高某松", "刘某"]


def test_a_share_is_no_score():
    text = "项目编号,评委,得分|P1,甲,85%|P1,乙,86|P2,甲,80|P2,乙,82"
    assert means(text) == {"P1": 86.0, "P2": 81.0}
    reading = read_scores(table(text))
    assert reading.problems[["value", "action"]].to_numpy().tolist() == [["85%", "请向评委核实；这一格不计"]]


@pytest.mark.parametrize(("cell", "score"), [("85分", 85.0), ("８５", 85.0), ("八十五", 85.0), ("0.85", 0.85)])
def test_other_writings_of_a_score_are_read(cell, score):
    assert read_scores(table(f"项目编号,评委,得分|P1,甲,{cell}")).rows["score"].tolist() == [score]


def test_indicators_of_the_first_level_are_criteria_where_there_are_no_others():
    text = "项目编号,评委,一级指标,权重,得分|P1,甲,创新,40%,80|P1,甲,可行,60%,90"
    assert means(text) == {"P1": 86.0}
    both = "项目编号,评委,一级指标,二级指标,得分|P1,甲,创新,新颖,40|P1,甲,创新,先进,41"
    assert means(both) == {"P1": 81.0}


# ---- what is told


@pytest.mark.parametrize(
    ("header", "cell"),
    [("备注", "未参加，系统默认0分"), ("备注", "分数作废"), ("状态", "暂存"), ("提交状态", "已退回")],
)
def test_a_remark_against_a_score_is_told(header, cell):
    text = f"项目编号,评委,得分,{header}|P1,甲,80,|P1,乙,0,{cell}"
    assert any(f"第 3 行“{cell}”" in line for line in told(text))


@pytest.mark.parametrize(
    ("header", "cell"),
    [("备注", "已提交"), ("备注", "无需回避"), ("状态", "已提交"), ("备注", "指标偏低")],
)
def test_a_remark_that_says_nothing_against_it_is_not(header, cell):
    assert told(f"项目编号,评委,得分,{header}|P1,甲,80,|P1,乙,82,{cell}") == []


def test_who_asks_to_recuse_beside_a_score_is_told():
    text = "项目编号,评委,得分,备注|P1,甲,80,|P1,乙,95,本人申请回避"
    assert "P1、乙: 备注写的是“本人申请回避”，分数照计" in told(text)
    assert means(text) == {"P1": 87.5}


def test_totals_without_the_highest_and_lowest_are_right_ones():
    text = "项目编号,专家1,专家2,专家3,专家4,总分,{}|P1,80,90,84,86,170,{}|P2,70,75,77,71,146,{}"
    assert means(text.format("平均分", "85", "73.25")) == {"P1": 85.0, "P2": 73.25}
    assert not any("总分" in line and "表中写的" in line for line in told(text.format("平均分", "85", "73.25")))
    wrong = text.format("平均分", "85", "73.25").replace("146", "150")
    assert any("表中写的“总分”是 150" in line for line in told(wrong))


def test_points_taken_off_and_a_final_score_that_nothing_gives_are_told():
    text = "项目编号,评委1,评委2,扣分,最终得分|S1,90,86,2,86|S2,84,86,0,85"
    said = told(text)
    assert "名次按各位评委的分数排，没有计入“扣分”" in said
    assert "“最终得分”有 1 项和各位评委分数的合计、平均都不同，名次没有按它排" in said
    plain = told("项目编号,评委1,评委2,加分,综合得分|S1,90,86,0,88|S2,84,86,,85")
    assert not any("没有计入" in line or "没有按它排" in line for line in plain)


# ---- forms that come back


def test_points_are_points_below_a_criterion_whose_name_counts_something(run, tmp_path):
    (tmp_path / "组.csv").write_text("专家编号,项目编号\nZ1,P1\nZ1,P2\n", "utf-8-sig")
    (tmp_path / "指标.csv").write_text("指标,满分\n立项依据,10\n工作条件,90\n", "utf-8-sig")
    run("review", "sheets", "组.csv", "--criteria", "指标.csv", "-o", "表")
    path = tmp_path / "表" / "评分表-001-Z1.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    at = [str(cell.value).startswith("立项依据") for cell in sheet[1]].index(True) + 1
    for row, cells in ((2, ("9分", "80")), (3, (8, "81分"))):
        sheet.cell(row, at).value, sheet.cell(row, at + 1).value = cells
    book.save(path)
    assert "收到完整分数 2 份" in run("review", "collect", "表", "-o", "分.xlsx")[1]
    rows = list(openpyxl.load_workbook(tmp_path / "分.xlsx")["评分"].iter_rows())
    assert [(row[2].value, row[2].number_format) for row in rows[1:]] == [(89, "General"), (89, "General")]


def test_numbered_reviewers_of_several_groups_are_told():
    text = "组别,项目编号,专家1,专家2|一组,P1,80,82|二组,P2,70,72"
    assert "组别: 有 2 组，各组的“专家1”当作同一人" in told(text)
    one_group, another_column = text.replace("二组", "一组"), text.replace("组别", "类别")
    by_rows = "组别,项目编号,评委,得分|一组,P1,王某,80|二组,P2,王某,70"
    for other in (one_group, another_column, by_rows):
        assert not any("当作同一人" in line for line in told(other))


def test_a_reviewer_on_a_scale_of_ten_is_told():
    text = "项目编号,评委,得分|P1,甲,88|P1,乙,90|P1,丙,8.5|P2,甲,76|P2,乙,78|P2,丙,7.3"
    said = "评委“丙”的分数都不超过 8.5，别的评委都在 76 以上，可能用了另一种满分；请核实"
    assert said in Round.build(read_scores(table(text))).warnings
    for other in (
        text.replace("8.5", "85"),  # one low score
        text.replace("88", "8.8").replace("90", "9").replace("76", "7.6").replace("78", "7.8"),  # all of ten
        text.replace("|P1,乙,90", "").replace("|P2,乙,78", ""),  # one against one
    ):
        assert not any("另一种满分" in line for line in Round.build(read_scores(table(other))).warnings)


def test_rows_of_the_highest_score_are_no_items_and_an_item_without_scores_is_told():
    text = (
        "项目编号,张明,李强,王芳|P1,85.5,88分,79|P2,90,84,９1|P3,75,缺席,80|P4,弃权,弃权,弃权"
        "|最高分,90,88,91|最低分,75,84,79|标准差,6,2,5"
    )
    assert means(text) == {"P2": 88.333, "P1": 84.167, "P3": 77.5}
    assert "P4: 没有一位评委打分，不在结果中" in told(text)


def test_a_total_that_its_criteria_do_not_give_is_told():
    table = pd.DataFrame(
        [
            ["P1", "张三", 25, "26分", 88],
            ["P1", "李四", 20, 22, 42],
            ["P2", "张三", 28, 29, 57],
            ["P2", "李四", 30, 41, 71],
            ["P3", "张三", "弃权", None, None],
        ],
        columns=["项目编号", "专家", "创新性（30分）", "可行性（满分40）", "总分"],
    )
    read = read_scores(table)
    assert read.rows["score"].dropna().tolist() == [88, 42, 57, 71]
    told = read.problems.loc[read.problems["problem"].str.startswith("写的是"), ["column", "value", "problem"]]
    assert told.to_numpy().tolist() == [
        ["总分", "P1、张三", "写的是 88，各项（创新性（30分）、可行性（满分40））之和是 51，按写的计算"],
        ["可行性（满分40）", "P2、李四", "写的是 41 分，多于满分 40 分，总分仍按写的计算"],
    ]


def test_figures_in_headers_that_are_weights_are_no_points():
    rows = [["P1", "张三", 88, 90, 89.4], ["P1", "李四", 70, 80, 77], ["P2", "张三", 60, 70, 67]]
    read = read_scores(pd.DataFrame(rows, columns=["项目编号", "专家", "创新性（30）", "可行性（70）", "总分"]))
    assert read.problems["problem"].tolist() == []
