"""Workbooks with a sheet a reviewer: who each sheet is of, and which are not read."""

import openpyxl
import pytest

from matcher.errors import TableError
from matcher.review import read_scores
from matcher.review.sheets.scores import check_scores

HEAD = ["项目编号", "得分", "意见"]


def book(path, **sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def triples(reading):
    return sorted(tuple(row) for row in reading.rows[["item", "reviewer", "score"]].to_numpy().tolist())


@pytest.mark.parametrize(
    ("names", "lines", "reviewers"),
    [
        (("评委张建", "评委李蓉"), ([], []), ("张建", "李蓉")),
        (("张建", "李蓉评分表"), ([], []), ("张建", "李蓉")),
        (("评委1", "评委2"), ([], []), ("评委1", "评委2")),
        (("Sheet1", "Sheet2"), (["评委：张建", None, "评审日期：2026-11-20"], ["评委：李蓉"]), ("张建", "李蓉")),
        (("评委张建", "二"), ([], ["评委：李蓉"]), ("张建", "李蓉")),
    ],
)
def test_each_sheet_is_one_reviewers(tmp_path, names, lines, reviewers):
    scores = (("P1", 88), ("P2", 76)), (("P1", 90), ("P2", 80))
    sheets = {
        name: [["打分表"], line, HEAD, *map(list, rows), ["评委签字："]]
        for name, line, rows in zip(names, lines, scores, strict=True)
    }
    reading = read_scores(book(tmp_path / "s.xlsx", **sheets, 汇总=[["名次", "项目编号", "得分"], [1, "P1", 89]]))
    first, second = reviewers
    assert triples(reading) == sorted([("P1", first, 88), ("P2", first, 76), ("P1", second, 90), ("P2", second, 80)])
    told = reading.problems.set_index("problem")["value"].to_dict()
    assert told["2 个工作表各是一位评委的，都已读入"] == f"{first}（“{names[0]}”）、{second}（“{names[1]}”）"
    assert "汇总" in [value for problem, value in told.items() if problem.endswith("没有读")]


@pytest.mark.parametrize("names", [("农业组", "金融组"), ("Sheet1", "Sheet2"), ("2025", "2026")])
def test_sheets_that_name_no_reviewer_are_refused(tmp_path, names):
    path = book(tmp_path / "s.xlsx", **{name: [HEAD, ["P1", 88, ""]] for name in names})
    with pytest.raises(TableError, match="评分表没有评委编号"):
        check_scores(read_scores(path).rows)


def test_sheets_of_groups_with_their_own_reviewers_are_all_read(tmp_path):
    head = ["评委", *HEAD]
    path = book(
        tmp_path / "s.xlsx", 一组=[head, ["甲", "P1", 88, ""], ["乙", "P1", 80, ""]], 二组=[head, ["丙", "P2", 70, ""]]
    )
    assert triples(read_scores(path)) == [("P1", "乙", 80), ("P1", "甲", 88), ("P2", "丙", 70)]


def test_several_reviewers_above_a_table_are_nobodys_score(tmp_path):
    path = book(tmp_path / "s.xlsx", 表=[["评审专家：张建、李蓉"], HEAD, ["P1", 88, ""]])
    assert read_scores(path).rows["reviewer"].fillna("").tolist() == [""]
