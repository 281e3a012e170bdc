"""Records that repeat each other are no random pair, and so take no answer away."""

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES

from matcher import Index, match, read_needs, read_outcomes
from matcher.matching.library.unlike import of_two_subjects


@pytest.fixture(scope="module")
def examples():
    return read_needs(EXAMPLES / "needs.csv").rows, read_outcomes(EXAMPLES / "outcomes.csv").rows


def recommended(needs, outcomes):
    found = match(needs, Index.build(outcomes), k=3)
    return {*found.loc[found["recommended"], "need_id"]}


@pytest.mark.parametrize("patent", [False, True], ids=["twice", "and its patent"])
def test_a_list_that_was_put_together_of_two_recommends_what_one_does(examples, patent):
    needs, outcomes = examples
    again = outcomes.assign(outcome_id=outcomes["outcome_id"] + "b")
    if patent:
        again = again.assign(
            title="一种" + again["title"] + "及其应用", description="本发明公开了" + again["description"]
        )
    alone, both = recommended(needs, outcomes), recommended(needs, pd.concat([outcomes, again], ignore_index=True))
    assert len(alone) > 15
    assert len(alone ^ both) <= len(alone) / 8


def test_a_library_without_repetitions_has_the_scale_of_all_its_pairs(examples):
    index = Index.build(examples[1])
    semantic, lexical, texts, _ = index.random_pairs()
    assert len(semantic) == len(lexical) == len(texts[0]) * (len(index) - 1)


def test_a_library_of_one_subject_written_again_and_again_recommends_nothing():
    records = pd.DataFrame(
        {"outcome_id": list("abcd"), "title": "齿轮磨削烧伤检测", "description": "磁弹法检测齿面烧伤。"}
    )
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["桃采后保鲜", "城市交通信号配时"]})
    assert not match(needs, Index.build(records))["recommended"].any()


def test_works_of_one_person_are_of_one_subject():
    lexical = np.float32([[1, 0.1, 0.2], [0.1, 1, 0.6]])
    cells = ["E1", "E2", "E1\nE3"]
    assert of_two_subjects(lexical, cells[:2], cells).tolist() == [[False, True, False], [True, False, False]]
    assert of_two_subjects(lexical, [None] * 2, [None] * 3).tolist() == [[False, True, True], [True, False, False]]
