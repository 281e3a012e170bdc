"""Tables with a row an item, reviewer and criterion: sums by hand, and what has none."""

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review import read_scores
from matcher.review.sheets.scores import check_scores

HEADS = ["评委", "项目编号", "评分指标", "得分"]
ROWS = [
    ("甲", "P1", "创新", 36),
    ("甲", "P1", "前景", 50),
    ("乙", "P1", "创新", 38),
    ("乙", "P1", "前景", 55),
    ("甲", "P2", "创新", 20),
    ("甲", "P2", "前景", 30),
    ("乙", "P2", "创新", 30),
]


def read(rows=ROWS, **more):
    return read_scores(pd.DataFrame(rows, columns=HEADS).assign(**more))


def scores(reading):
    return {(item, who): score for item, who, score in check_scores(reading.rows).scores.to_numpy().tolist()}


def told(reading):
    return [(value, problem) for value, problem in reading.problems[["value", "problem"]].to_numpy().tolist() if value]


def test_the_criteria_of_a_reviewer_are_added_up_and_one_who_lacks_some_is_told():
    reading = read()
    assert scores(reading) == {("P1", "甲"): 86, ("P1", "乙"): 93, ("P2", "甲"): 50}
    assert told(reading) == [("P2、乙", "没有“前景”的分数，别的评委或项目有，没有总分")]
    assert reading.problems["problem"].iloc[0] == "一行一个指标的分数（创新、前景），每位评委对每项的已直接相加"
    assert "criterion" not in reading.rows


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("乙", "P2", "前景", ""), "“前景”没有分数，没有总分"),
        (("乙", "P2", "", 20), "有一行没有写评分指标，没有总分"),
        (("乙", "P2", "创新", 31), "“创新”有几个不同的分数，没有总分"),
    ],
)
def test_what_has_no_sum_is_told(row, words):
    reading = read([*ROWS, row])
    assert ("P2", "乙") not in scores(reading)
    assert told(reading) == [("P2、乙", words)]


def test_an_item_that_nobody_scored_whole_and_rows_of_totals():
    reading = read([*ROWS[:4], ("甲", "P1", "总分", 86), ("甲", "P2", "创新", 20)])
    assert scores(reading) == {("P1", "甲"): 86, ("P1", "乙"): 93}
    assert "1 行是合计，没有采用" in reading.problems["problem"].tolist()
    assert told(reading) == [("P2、甲", "没有“前景”的分数，别的评委或项目有，没有总分")]


@pytest.mark.parametrize("weights", [("40%", "60%"), ("0.4", "0.6"), (40, 60)])
def test_weights_are_shares(weights):
    rows = [("甲", "P1", "创新", 90), ("甲", "P1", "前景", 80)]
    reading = read(rows, 权重=list(weights))
    assert scores(reading) == {("P1", "甲"): pytest.approx(84)}
    assert "已按权重相加" in reading.problems["problem"].iloc[0]


@pytest.mark.parametrize(
    ("weights", "words"),
    [((40, 60), "看不出是占总分的比例还是各指标的满分"), ((2, 3), "合计 5"), (("40%", ""), "没有权重：前景")],
)
def test_weights_that_may_be_highest_scores_or_are_no_shares_are_refused(weights, words):
    with pytest.raises(TableError, match=words):
        read([("甲", "P1", "创新", 36), ("甲", "P1", "前景", 2)], 权重=list(weights))


def test_a_column_of_criteria_where_each_reviewer_has_one_score_changes_nothing():
    rows = [("甲", "P1", "创新", 86), ("乙", "P1", "前景", 93)]
    assert scores(read(rows)) == {("P1", "甲"): 86, ("P1", "乙"): 93}


def test_criteria_in_rows_and_reviewers_in_columns():
    table = pd.DataFrame({"项目编号": ["P1", "P1", "P2", "P2"], "评分指标": ["创新", "前景"] * 2,
                          "专家1": [36, 50, 20, 30], "专家2": [38, 55, 30, None]})  # fmt: skip
    reading = read_scores(table)
    assert scores(reading) == {("P1", "专家1"): 86, ("P1", "专家2"): 93, ("P2", "专家1"): 50}
    assert ("P2、专家2", "没有“前景”的分数，别的评委或项目有，没有总分") in told(reading)
