"""Who served how often: scores of a round, or a table of counts."""

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review import reviewer_load
from matcher.review.panels.service import read_served


def load(table):
    rows = reviewer_load([("2026", read_served(table).rows)])
    return dict(zip(rows["reviewer"], rows["reviews"], strict=True))


@pytest.mark.parametrize(
    "table",
    [
        {"姓名": ["甲某", "乙某", "合计"], "1月": [2, 0, 2], "2月": ["", 1, 1], "合计": [2, 1, 3]},
        {"序号": [1, 2], "评委姓名": ["甲某", "乙某"], "2026年1月": [1, 1], "2026年3月份": [1, ""]},
        {"专家姓名": ["甲某", "乙某"], "单位": ["大学", "公司"], "评审次数": [2, 1]},
        {"专家": ["甲某", "乙某"], "一季度": [1, 1], "二季度": [1, 0]},
    ],
)
def test_counts_by_month_are_services(table):
    assert load(pd.DataFrame(table)) == {"甲某": 2, "乙某": 1}
    assert "已按次数读成 3 次" in read_served(pd.DataFrame(table)).problems["problem"][0]


def test_scores_are_read_as_ever_and_what_counts_nothing_is_refused():
    scores = pd.DataFrame({"项目编号": ["P1", "P2"], "评委": ["甲某", "甲某"], "得分": [80, 90]})
    assert load(scores) == {"甲某": 2}
    for table in (
        {"姓名": ["甲某"], "1月": [2]},
        {"姓名": ["甲某"], "年龄": [40]},
        {"单位": ["大学"], "1月": [1], "2月": [1]},
    ):
        with pytest.raises(TableError):
            read_served(pd.DataFrame(table))


def test_what_is_no_count_and_a_total_that_differs_are_told():
    table = pd.DataFrame({"姓名": ["甲某", "乙某"], "1月": [2, "若干"], "2月": [0, 1], "合计": [3, 1]})
    told = read_served(table).problems[["row", "column", "value", "problem"]].values.tolist()[1:]
    assert told == [
        [2, "合计", "甲某", "写的是 3 次，各格相加是 2 次；按各格计"],
        [3, "1月", "若干", "不是次数"],
    ]


@pytest.mark.parametrize("said", [13800138000, 20260101])
def test_what_is_a_telephone_number_or_a_day_is_no_count(said):
    table = pd.DataFrame({"姓名": ["甲某", "乙某"], "评审次数": [said, 1]})
    assert load(table) == {"乙某": 1}
    assert read_served(table).problems["problem"].tolist()[1:] == ["不是次数"]
