"""Ids as texts: every way in which a table holds them, what is missing or twice, and those that do not meet."""

import logging

import numpy as np
import pandas as pd
import pytest

from matcher import Experts, Index, evaluate, fit_feedback, match, rank_experts
from matcher.errors import TableError
from matcher.needs import triage
from matcher.tables.rows.ids import find_ids, id_texts, ids_of, with_lost_zeros

TITLES = ["齿轮磨削烧伤检测", "桃采后保鲜", "液压阀块去毛刺"]
NEEDS = pd.DataFrame({"need_id": ["001", "002", "003"], "title": TITLES})
OUTCOMES = pd.DataFrame({"outcome_id": ["01", "02", "03"], "title": TITLES})


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series(["1", None, "3"], dtype=object),
        pd.Series(["1", None, "3"], dtype="string"),
        pd.Series(["1", "", "3"]),
        pd.Series([1.0, np.nan, 3.0]),
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([1, None, 3.0], dtype=object),
        pd.Series([1.0, np.nan, 3.0], dtype="category"),
    ],
    ids=str,
)
def test_ids_are_texts_whatever_the_column_holds(cells):
    assert id_texts(cells).tolist() == ["1", "", "3"]
    with pytest.raises(TableError, match=r"^1 条没有编号（a）：第 2 条；请填写编号$"):
        ids_of(cells.to_frame("a"), "a")


def test_whole_numbers_and_texts_stay():
    assert id_texts(pd.Series([7, 10**17 + 1])).tolist() == ["7", str(10**17 + 1)]
    assert id_texts(pd.Series(["007", " a", "1.50"])).tolist() == ["007", " a", "1.50"]
    assert id_texts(pd.Series([1.5, 2.0])).tolist() == ["1.5", "2"]
    assert id_texts(pd.Series([], dtype=object)).tolist() == []


def test_an_id_that_stands_twice_is_named():
    table = pd.DataFrame({"a": [1.0, 2.0, 1.0]})
    assert ids_of(table, "a").tolist() == ["1", "2", "1"]
    with pytest.raises(TableError, match=r"^1 个编号重复：1$"):
        ids_of(table, "a", distinct=True)


def test_ids_that_are_not_there_are_told_with_the_nearest_also_without_their_zeros(caplog):
    assert find_ids(pd.Series([1, 2]), ["00001", "2"], "没有") == ["1", "2"]
    assert caplog.messages == ["没有：“1”（最接近的是“00001”）"]


@pytest.mark.parametrize("ids", [[None, "b", "c"], ["a", " ", "c"], [np.nan, "b", None], ["a", "b", "a"]])
def test_no_table_with_ids_missing_or_twice_is_indexed_or_matched(ids):
    index = Index.build(OUTCOMES)
    experts = Experts.build(
        pd.DataFrame({"expert_id": ["E"], "title": TITLES[0]}), pd.DataFrame(columns=["work_id", "expert_id", "title"])
    )
    needs = NEEDS.assign(need_id=ids)
    for use in (
        lambda: Index.build(OUTCOMES.assign(outcome_id=ids)),
        lambda: index.add(OUTCOMES.assign(outcome_id=ids)),
        lambda: match(needs, index),
        lambda: rank_experts(needs, experts),
        lambda: Experts.build(OUTCOMES.assign(expert_id=ids), pd.DataFrame(columns=["work_id", "expert_id", "title"])),
    ):
        with pytest.raises(TableError, match=r"没有编号|编号重复"):
            use()


def test_a_column_of_ids_with_a_gap_meets_the_same_ids_read_as_texts():
    index = Index.build(OUTCOMES.assign(outcome_id=[1.0, 2.0, 3.0]))
    assert index.ids.tolist() == ["1", "2", "3"]
    matches = match(NEEDS.assign(need_id=[7.0, 8.0, 9.0]), index, k=1)
    assert matches[["need_id", "outcome_id"]].values.tolist() == [["7", "1"], ["8", "2"], ["9", "3"]]
    judged = pd.DataFrame({"need_id": [7, 8], "outcome_id": [1, 2.0], "level": [4, 4]})
    assert evaluate(matches, judged, resamples=0)["value"].tolist() == [1, 1, 1, 1]
    assert len(index.remove([1, 2.0])) == 1
    assert fit_feedback(index, NEEDS.assign(need_id=[7, 8, 9]), judged).feedback.table["record_id"].tolist() == [
        "1",
        "2",
    ]


def test_judged_ids_that_no_ranking_knows_are_told(caplog):
    matches = match(NEEDS, Index.build(OUTCOMES))
    judged = pd.DataFrame({"need_id": ["001", "002"], "outcome_id": ["01", "02"], "level": [4, 4]})
    evaluate(matches, judged, resamples=0)
    evaluate(match(NEEDS, Index.build(OUTCOMES), k=1), judged.assign(outcome_id=["01", "03"]), resamples=0)
    assert caplog.messages == []  # what is cut off at k is no stranger
    evaluate(matches[matches["need_id"] != "002"], judged, resamples=0)
    evaluate(matches, judged.assign(outcome_id=[1, 2]), resamples=0)
    assert caplog.messages == [
        "标注中有编号不在匹配结果中，各项都按 0 计：“002”（最接近的是“003”）",
        "标注的编号没有一个在匹配结果中，各项都按 0 计：“1”（最接近的是“01”）、“2”（最接近的是“02”）",
    ]


def test_feedback_on_records_that_are_not_there_is_told(caplog):
    judged = pd.DataFrame({"need_id": ["001"], "outcome_id": [1], "level": [4]})
    fit_feedback(Index.build(OUTCOMES), NEEDS, judged)
    assert caplog.messages == ["反馈中有编号不在索引中，入库后才起作用：“1”（最接近的是“01”）"]


def test_works_of_nobody_are_told(caplog):
    people = pd.DataFrame({"expert_id": ["001", "002"], "title": TITLES[:2]})
    works = pd.DataFrame({"work_id": ["1", "2"], "expert_id": ["001", "3"], "title": TITLES[:2]})
    assert Experts.build(people, works).unknown == ("3",)
    assert caplog.messages == ["业绩的专家编号不在专家表中，没有用：“3”"]
    caplog.clear()
    Experts.build(people, works.assign(expert_id=["001", None]))
    assert caplog.messages == []


def test_needs_that_the_matches_do_not_hold_are_told_and_no_challenge(caplog):
    needs = NEEDS.assign(
        description="我公司现靠人工敲击抽检，漏检较多。希望寻求一种无损检测方法，检出率不低于95%，单件时间不超过5秒。"
    )
    nothing = pd.DataFrame({"need_id": needs["need_id"], "recommended": False})
    assert triage(needs, nothing)["route"].tolist() == ["challenge"] * 3
    assert caplog.messages == []
    away = triage(needs, nothing.assign(need_id=[1, 2, 3]))
    assert away["route"].tolist() == triage(needs)["route"].tolist() == ["match"] * 3
    with caplog.at_level(logging.WARNING, "matcher"):
        assert caplog.messages[0].startswith("匹配结果中没有这些需求，按没有匹配过处理：“001”（最接近的是“1”）、")


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        (["120", "121"], ["00120", "00121", "00122"], ["00120", "00121"]),
        (["120", "121", "7"], ["00120", "00121"], ["00120", "00121", "7"]),
        # honest neighbours: nothing shows that zeros were lost
        (["120"], ["00120", "00121"], ["120"]),
        (["120", "0121"], ["00120", "00121"], ["120", "0121"]),
        (["120", "121"], ["00120", "121"], ["120", "121"]),
        (["120", "121"], ["E0120", "E0121"], ["120", "121"]),
        (["E120", "E121"], ["E0120", "E0121"], ["E120", "E121"]),
    ],
)
def test_zeros_that_excel_took_are_put_back_where_it_shows(written, known, expected, caplog):
    assert with_lost_zeros(pd.Series(written), known, "业绩的专家编号").tolist() == expected
    assert bool(caplog.messages) == (written != expected)
