"""What callers in Python hand in by mistake is refused with words, or read as it is meant."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from matcher import Index, assign, classify, fit_feedback, load_policy, match, read_needs, score, write_matches
from matcher.assignment import timetable
from matcher.errors import ArgumentError, ArgumentTypeError, EncoderError, MatcherError, PolicyError, TableError
from matcher.experts import Experts
from matcher.matching.library.filters import check_where
from matcher.matching.texts.tokens import Segmenter
from matcher.pool.scorecard.history import read_outcomes

TITLES = ["齿轮磨削烧伤检测", "桃采后保鲜"]
NEEDS = pd.DataFrame({"need_id": ["1", "2"], "title": TITLES})
OUTCOMES = pd.DataFrame({"outcome_id": ["7", "8"], "title": TITLES, "maturity": ["小试", "中试"]})


@pytest.mark.parametrize(
    "source", [None, {"title": ["a"]}, [1], pd.Series(["a"])], ids=lambda source: type(source).__name__
)
def test_what_is_no_table_is_an_error_of_the_library(source):
    with pytest.raises(MatcherError, match=r"^source is a path, bytes, a binary file or a DataFrame, not ") as caught:
        read_needs(source)
    assert isinstance(caught.value, TypeError)


def test_labels_may_stand_in_a_series():
    check_where({"maturity": pd.Series(["小试"])})
    found = match(NEEDS, Index.build(OUTCOMES), where={"maturity": pd.Series(["小试"])})
    assert found["outcome_id"].tolist() == ["7", "7"]


def test_words_of_a_segmenter_are_texts():
    with pytest.raises(ArgumentTypeError, match=r"^texts are a list, array or Series of str; got NoneType$"):
        Segmenter(["伺服压机", None])
    assert Segmenter(word for word in ["伺服压机", ""]).words == ("伺服压机",)


def test_a_column_that_stands_twice_is_named():
    for use in (
        lambda: Index.build(pd.concat([OUTCOMES, OUTCOMES[["title"]]], axis=1)),
        lambda: match(pd.concat([NEEDS, NEEDS[["title"]]], axis=1), Index.build(OUTCOMES)),
    ):
        with pytest.raises(ArgumentError, match=r"has the column 'title' twice$"):
            use()


def test_a_table_with_both_ids_says_that_one_is_too_many():
    with pytest.raises(TableError, match=r"^a table has only one of the columns outcome_id or need_id: drop"):
        match(NEEDS.assign(outcome_id="7"), Index.build(OUTCOMES))


def test_an_encoder_that_changed_or_gives_sparse_rows_is_named():
    model = SimpleNamespace(encode=lambda texts: np.ones((len(texts), 3)))
    index = Index.build(OUTCOMES, encoder=model)
    model.encode = lambda texts: np.ones((len(texts), 4))
    with pytest.raises(EncoderError, match=r"^the encoder gives 4 numbers a text, the index holds 3: build it anew$"):
        match(NEEDS, index)
    model.encode = lambda texts: csr_array(np.ones((len(texts), 3)))
    with pytest.raises(EncoderError, match=r"returned a sparse matrix; it must return an array: add \.toarray\(\)$"):
        Index.build(OUTCOMES, encoder=model)


def test_judgements_without_any_say_so_once():
    with pytest.raises(TableError, match=r"^反馈表缺少列：等级（level）、结论（verdict）和理由（reason）至少要有一列$"):
        fit_feedback(Index.build(OUTCOMES), NEEDS, pd.DataFrame({"need_id": ["1"], "outcome_id": ["7"]}))


@pytest.mark.parametrize("lost", ["rank", "score", "recommended"])
def test_matches_that_lost_a_column_are_not_written(lost, tmp_path):
    matches = match(NEEDS, Index.build(OUTCOMES)).drop(columns=["good_match", lost])
    with pytest.raises(ArgumentError, match=f"^matches lacks the column '{lost}': give what match"):
        write_matches(tmp_path / "x.xlsx", matches, queries=NEEDS, records=OUTCOMES)


def test_rules_of_an_assignment_may_name_ids_as_numbers():
    pairs = pd.DataFrame({"left_id": [1, 2.0], "right_id": [3, 3], "score": [0.1, 0.2]})
    for key in (3, 3.0, "3"):
        chosen = assign(pairs, right={key: {"max": 1}}, forbid=pd.DataFrame({"left_id": [2], "right_id": [3]}))
        assert chosen.pairs[["left_id", "right_id"]].values.tolist() == [["1", "3"]]
    assert assign(pairs, right={3: {"max": 1}}, require=[(1.0, 3)]).pairs["left_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    "cells",
    [["通过", "未通过", None], ["true", "FALSE", ""], [True, False, None], [1, 0, np.nan], ["认定", "落选", "在审"]],
)
def test_outcomes_of_words_and_of_truth_values_are_one(cells):
    outcome, unclear = read_outcomes(pd.Series(cells))
    assert outcome.astype(object).where(outcome.notna(), None).tolist() == [True, False, None]
    assert not unclear.any()
    assert read_outcomes(pd.Series(["大概", "通过"]))[1].tolist() == [True, False]


def test_a_table_without_any_column_of_a_policy_says_how_to_read_it():
    raw = pd.DataFrame({"企业编号": ["a"], "上年度销售收入（万元）": [1200]})
    known = pd.DataFrame({"enterprise_id": ["a"], "sales_last_year": [12_000_000]})
    (line,) = score(raw, ["tech-sme", "hte"], on="2026-11-24").problems["problem"].tolist()
    assert "read_firms" in line
    for fine in (known, known.assign(更多="x"), known[["enterprise_id"]], raw[:0]):
        assert score(fine, "tech-sme", on="2026-11-24").problems.empty


def test_figures_that_cannot_be_say_why():
    firms = pd.DataFrame({"class1_ip": [1.5, 2, -1], "sales_y3": [10**20, 5, 6]})
    told = score(firms, "hte", on="2026-11-24").problems.set_index("cell")["problem"].to_dict()
    assert told == {
        "1.5": "应为整数；按未知处理",
        "-1.0": "不可能的数值（最小 0）；按未知处理",
        "100000000000000000000": "数值过大，请核对单位；按未知处理",
    }


def test_a_file_or_a_missing_folder_is_no_policy(tmp_path):
    (tmp_path / "policy.yaml").write_text("a: 1", encoding="utf-8")
    for given in (tmp_path / "policy.yaml", str(tmp_path / "policy.yaml")):
        with pytest.raises(PolicyError, match=r"是文件；请给出含 policy\.yaml 的文件夹$"):
            load_policy(given)
    with pytest.raises(PolicyError, match=r"^没有文件夹“.*nothing”"):
        load_policy(tmp_path / "nothing")
    with pytest.raises(PolicyError, match="您是不是指 hte"):
        load_policy("htee")


def test_policies_are_keys_and_short_to_print():
    policy = load_policy("hte")
    assert {policy: 1}[load_policy("hte")] == 1
    assert hash(policy) == hash(load_policy("高企"))
    people = pd.DataFrame({"expert_id": ["E"], "title": TITLES[:1]})
    experts = Experts.build(people, pd.DataFrame(columns=["work_id", "expert_id", "title"]))
    assert repr(experts) == "Experts(1 people, 1 works and profiles, 0 unknown)"
    assert len(repr(policy)) < 120


PAIRS = pd.DataFrame({"left_id": ["a", "b"], "right_id": ["P", "P"], "score": [0.9, 0.8]})


@pytest.mark.parametrize(
    "rules",
    [
        {"right": {"P": {"max": "2"}}},
        {"right": {"P": {"max": 1.5}}},
        {"right": {"P": {"min": float("nan")}}},
        {"left": {"default": {"max": True}}},
        {"left": [("a", 1)]},
        {"left": {"a": 1}},
        {"alternates": "1"},
    ],
)
def test_bounds_of_an_assignment_are_whole_numbers_by_id(rules):
    with pytest.raises(ArgumentTypeError, match=r" is a (whole number|dict: id -> )"):
        assign(PAIRS, **rules)


@pytest.mark.parametrize("most", [1, 1.0, np.int64(1)])
def test_whole_numbers_of_any_kind_are_bounds(most):
    assert assign(PAIRS, right={"P": {"max": most}}).pairs["left_id"].tolist() == ["a"]


def test_a_table_of_forbidden_pairs_without_its_columns_is_named():
    with pytest.raises(TableError, match=r"^forbid needs the columns left_id and right_id; it lacks \['left_id'\]$"):
        assign(PAIRS, forbid=pd.DataFrame({"专家编号": ["a"], "right_id": ["P"]}))
    for rows in (pd.DataFrame({"left_id": ["a"], "right_id": ["P"]}), [("a", "P")]):
        assert assign(PAIRS, forbid=rows).pairs["left_id"].tolist() == ["b"]


def test_slots_and_rooms_may_be_numbers_and_times():
    meetings = pd.DataFrame({"left_id": ["a", "b"], "right_id": ["P", "Q"], "value": [0.9, 0.7]})
    plan = timetable(meetings, slots=[dt.time(9), dt.time(9, 20)], rooms=[1, 2])
    assert plan.meetings[["slot", "room"]].values.tolist() == [["09:00:00", "1"], ["09:00:00", "2"]]
    assert timetable(meetings, slots=["09:00"], rooms=["A", "B"]).meetings["room"].tolist() == ["A", "B"]
    for wrong in ({"rooms": 2}, {"rooms": "AB"}, {"slots": "09:00"}):
        with pytest.raises(ArgumentTypeError, match=" is a list of names, not "):
            timetable(meetings, **{"slots": ["09:00"], "rooms": ["A"], **wrong})


@pytest.mark.parametrize("kind", ["category", "string", "object"])
def test_texts_to_be_classified_may_be_of_any_kind_of_column(kind):
    firms = pd.DataFrame({"enterprise_id": [1, 2], "name": ["甲电池有限公司", None], "scope": ["锂电池制造", None]})
    plain = classify(firms, "hte", level=1, k=1)
    pd.testing.assert_frame_equal(classify(firms.astype({"name": kind, "scope": kind}), "hte", level=1, k=1), plain)
    texts = pd.Series(["锂电池制造", None], index=["甲", "乙"])
    assert classify(texts.astype(kind), "hte", level=1, k=1)["id"].tolist() == ["甲", "乙"]
