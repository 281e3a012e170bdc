"""Reasons: what the pair shares, the sentence that supports it, what stays unanswered. And they are true."""

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES, build

from matcher import Index, match, read_needs, read_outcomes
from matcher.matching.encoders import StaticEncoder
from matcher.matching.explanation import PHRASES, _joined

OUTCOMES = pd.DataFrame(
    [
        ("C1", "齿轮磨削烧伤检测装置", "采用巴克豪森噪声检测磨削烧伤。单齿检测时间短。已在三家企业应用。"),
        ("C2", "桃子采后保鲜", "低温气调贮藏延长货架期。"),
        ("C3", "粉尘防爆", ""),
        ("C4", "", "木工车间湿式除尘"),
        ("C5", "机床主轴", "主轴热误差补偿；数控机床主轴单元。"),
        ("C6", "PLA复合材料", "PLA与木粉共混。"),
    ],
    columns=["outcome_id", "title", "description"],
)


def reasons(title: str, description: str, outcome: str, records: pd.DataFrame = OUTCOMES) -> tuple[str, str, str]:
    need = pd.DataFrame({"need_id": ["N1"], "title": [title], "description": [description]})
    result = match(need, build(records), k=len(records)).set_index("outcome_id")
    return tuple(result.loc[outcome, ["shared_terms", "evidence", "unanswered"]])


@pytest.mark.parametrize(
    ("need", "outcome", "expected"),
    [
        # the sentence about it; a longer word instead of its parts
        (("磨削烧伤", "渗碳淬火齿轮"), "C1", ("烧伤、磨削、齿轮", "采用巴克豪森噪声检测磨削烧伤。", "淬火、渗碳")),
        (("数控机床主轴", ""), "C5", ("主轴、数控机床", "数控机床主轴单元。", "")),
        # Latin words in any width and case
        (("ｐｌａ降解", ""), "C6", ("pla", "PLA与木粉共混。", "降解")),
        # no text but the title; no title but the text
        (("防爆", ""), "C3", ("防爆", "粉尘防爆", "")),
        (("湿式除尘", ""), "C4", ("湿式、除尘", "木工车间湿式除尘", "")),
        # nothing shared, nothing asked
        (("量子纠缠", ""), "C2", ("", "低温气调贮藏延长货架期。", "纠缠、量子")),
        (("", "——"), "C2", ("", "低温气调贮藏延长货架期。", "")),
    ],
)
def test_reasons_of_small_pairs(need, outcome, expected):
    assert reasons(*need, outcome) == expected


def test_words_that_every_need_is_full_of_are_no_reason():
    assert {"需求", "技术", "解决"} <= PHRASES
    expected = reasons("磨削烧伤技术需求", "需要解决问题，提高效率", "C1")
    assert expected == ("烧伤、磨削", "采用巴克豪森噪声检测磨削烧伤。", "")


def test_what_the_record_has_in_other_words_cut_is_answered():
    """湿式除尘 stands in the record, however the segmenter cuts it there."""
    records = OUTCOMES.assign(description=["", "", "", "木工车间的湿式除尘机组", "", ""])
    assert reasons("除尘机", "", "C4", records)[2] == ""


def test_unanswered_begins_with_what_nobody_has():
    expected = reasons("齿轮磨削烧伤", "量子，桃子，保鲜", "C1")
    assert expected[2].split("、")[0] == "量子"


def test_no_more_than_the_reader_can_take_in():
    words = "数控机床，主轴，热误差，补偿，单元，磨削，烧伤，齿轮，噪声，保鲜，贮藏，货架期，粉尘，防爆，木工，车间"
    records = OUTCOMES.assign(description=[words, "", "", "", "", ""])
    shared, _, _ = reasons(words, "", "C1", records)
    assert len(shared.split("、")) == 8
    _, _, unanswered = reasons(words, "", "C3")
    assert len(unanswered.split("、")) == 6


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["机床", "数控机床", "主轴"], "数控机床、主轴"),
        (["数控机床", "机床", "主轴"], "数控机床、主轴"),
        (["甲乙", "丙丁", "戊己", "庚辛"], "甲乙、丙丁、戊己"),
        ([], ""),
    ],
)
def test_a_name_within_another_is_shown_once(names, shown):
    assert _joined(names, 3) == shown


# ---- on the example tables, with the default encoder


@pytest.fixture(scope="module")
def examples():
    needs, outcomes = (
        read(EXAMPLES / name).rows for read, name in ((read_needs, "needs.csv"), (read_outcomes, "outcomes.csv"))
    )
    index = Index.build(outcomes)
    return needs, outcomes.set_index("outcome_id", drop=False), index, match(needs, index, k=3)


def test_evidence_is_a_piece_of_the_records_text(examples):
    _, outcomes, _, result = examples
    for row in result.itertuples():
        record = outcomes.loc[row.outcome_id]
        text = "\n".join(record[["title", "description", "scope", "keywords"]].fillna(""))
        assert row.evidence
        assert row.evidence in text


def test_shared_terms_stand_in_both_texts_and_unanswered_ones_do_not(examples):
    needs, outcomes, _, result = examples
    asked = needs.set_index("need_id")
    for row in result.itertuples():
        need = "\n".join(asked.loc[row.need_id, ["title", "description"]]).lower()
        record = "\n".join(outcomes.loc[row.outcome_id, ["title", "description", "scope", "keywords"]]).lower()
        for name in filter(None, row.shared_terms.split("、")):
            assert name in need
            assert name in record
        for name in filter(None, row.unanswered.split("、")):
            assert name in need
            assert name not in record


@pytest.mark.parametrize("encoder", ["default", "known"])
def test_without_its_evidence_a_pair_scores_lower(examples, encoder):
    needs, outcomes, index, result = examples
    if encoder == "known":
        index = build(outcomes.reset_index(drop=True))
        result = match(needs, index, k=3)
    lower = []
    for row in result[result["rank"] == 1].head(20).itertuples():
        record = outcomes.loc[[row.outcome_id]].reset_index(drop=True)
        for column in ("description", "scope", "keywords", "title"):
            if row.evidence in record[column].iloc[0]:
                record[column] = record[column].str.replace(row.evidence, "", n=1, regex=False)
                break
        without = match(needs[needs["need_id"] == row.need_id], index.update(record), k=len(index), reasons=False)
        after = without.set_index("outcome_id").loc[row.outcome_id]
        lower.append(after["semantic"] + after["lexical"] < row.semantic + row.lexical)
    assert np.mean(lower) >= 0.95
    assert isinstance(index.encoder, StaticEncoder) == (encoder == "default")
