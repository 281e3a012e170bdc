"""Declined pairs, listed for those who offered the outcomes."""

import pandas as pd
import pytest

from matcher import Index, fit_feedback
from matcher.errors import TableError
from matcher.matching.learning.declines import COLUMNS, count_declines, declined_pairs, declines_of

NEEDS = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["齿轮磨削烧伤检测", "桃果保鲜"]})
OUTCOMES = pd.DataFrame(
    {
        "outcome_id": ["C1", "C2", "C3"],
        "title": ["磁弹探伤仪", "齿轮箱", "气调库"],
        "institution": ["甲校", "乙院", None],
    }
)
JUDGED = pd.DataFrame(
    [
        ["N1", "C1", "", "拒绝", "太贵", "2026-03-01"],
        ["N1", "C2", "", "采纳", "", None],
        ["N2", "C1", "", "拒绝", "", "2026-03-02"],
        ["N2", "C3", "1", "", "领域不符", None],
        ["N2", "C2", "", "拒绝", "太早", "2026-03-01"],
        ["N2", "C2", "", "采纳", "", "2026-04-01"],
    ],
    columns=["need_id", "outcome_id", "level", "verdict", "reason", "day"],
)


def test_declined_pairs_with_what_is_known_of_both_sides():
    table = declined_pairs(JUDGED, needs=NEEDS, outcomes=OUTCOMES)
    assert table.columns.tolist() == COLUMNS
    days = table["day"].dt.strftime("%Y-%m-%d").fillna("")
    assert table.assign(day=days).to_numpy().tolist() == [
        ["", "C3", "气调库", "领域不符", "", "N2", "桃果保鲜"],
        ["甲校", "C1", "磁弹探伤仪", "太贵", "2026-03-01", "N1", "齿轮磨削烧伤检测"],
        ["甲校", "C1", "磁弹探伤仪", "其他", "2026-03-02", "N2", "桃果保鲜"],
    ]  # fmt: skip
    assert count_declines(table).to_numpy().tolist() == [
        ["", "领域不符", 1, 1], ["甲校", "其他", 1, 1], ["甲校", "太贵", 1, 1]
    ]  # fmt: skip
    alone = declined_pairs(JUDGED)
    assert alone["outcome_id"].tolist() == ["C1", "C1", "C3"]
    assert set(alone["institution"]) == {""}


@pytest.mark.parametrize(
    ("records", "asking", "institutions"),
    [(OUTCOMES, NEEDS, ["", "甲校", "甲校"]), (NEEDS, OUTCOMES, ["", "", ""])],  # an index keeps titles of what asks
)
def test_what_an_index_has_learned(records, asking, institutions):
    index = Index.build(records)
    assert declines_of(index).empty
    table = declines_of(fit_feedback(index, asking, JUDGED))
    assert table["institution"].tolist() == institutions
    assert sorted(table[["outcome_id", "outcome_title", "reason", "need_title"]].to_numpy().tolist()) == [
        ["C1", "磁弹探伤仪", "其他", "桃果保鲜"],
        ["C1", "磁弹探伤仪", "太贵", "齿轮磨削烧伤检测"],
        ["C3", "气调库", "领域不符", "桃果保鲜"],
    ]
    assert table["day"].isna().all()


def test_a_table_without_ids_is_refused():
    with pytest.raises(TableError, match="标注表缺少列：outcome_id"):
        declined_pairs(JUDGED[["need_id", "verdict"]])
