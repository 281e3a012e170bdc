"""What stands beside ranked pairs: rows of one name are told, so that nobody sends one outcome twice."""

import pandas as pd
import pytest

from matcher.export.notes import with_notes

NEEDS = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["泵壳检测", "桃保鲜"]})


def notes(*titles, ids=("A1", "A2", "A3"), needs=("N1", "N1", "N1")):
    outcomes = pd.DataFrame({"outcome_id": ["A1", "A2", "A3"], "title": titles})
    matches = pd.DataFrame(
        {"need_id": needs, "outcome_id": ids, "rank": [1, 2, 3], "score": 0.5, "note": ["", "太贵", ""]}
    )
    return with_notes(matches, NEEDS, outcomes)["note"].tolist()


def test_rows_of_one_name_are_told():
    told = notes("泵壳气孔检测方法", "泵壳气孔检测方法", "泵壳 气孔检测方法")
    assert told == [
        "",
        "太贵；和第 1 名（A1）同名，请核对是不是同一项",
        "和第 1 名（A1）同名，请核对是不是同一项",
    ]


@pytest.mark.parametrize(
    ("titles", "needs"),
    [
        (("泵壳气孔检测方法", "泵壳气孔检测装置", "桃保鲜方法"), ("N1", "N1", "N1")),
        (("泵壳气孔检测方法", "泵壳气孔检测方法", "桃保鲜方法"), ("N1", "N2", "N2")),
        (("", "", ""), ("N1", "N1", "N1")),
        (("系统", "系统", "系统"), ("N1", "N1", "N1")),
    ],
)
def test_others_are_not(titles, needs):
    assert notes(*titles, needs=needs) == ["", "太贵", ""]


def test_without_titles_nothing_is_told():
    outcomes = pd.DataFrame({"outcome_id": ["A1"]})
    matches = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["A1"], "rank": [1], "score": 0.5})
    assert "note" not in with_notes(matches, NEEDS, outcomes)
