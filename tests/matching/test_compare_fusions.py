import sys

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES

from matcher.tables.reading import read_needs, read_outcomes


@pytest.fixture(scope="module")
def trial():
    sys.path.insert(0, str(EXAMPLES))
    try:
        import compare_fusions
    finally:
        sys.path.remove(str(EXAMPLES))
    return compare_fusions


def test_the_trial_starts_from_the_cosines_of_the_library(trial):
    needs, outcomes = read_needs(EXAMPLES / "needs.csv").rows, read_outcomes(EXAMPLES / "outcomes.csv").rows
    asking = needs["title"].tolist(), needs["description"].tolist()
    one = trial.Collection.build(asking, outcomes[["outcome_id", "title", "description"]], None)
    semantic, lexical, _ = one.index.channels(one.index.asked(*asking), slice(0, len(needs)))
    np.testing.assert_allclose(one.semantic, semantic)
    words = one.words()
    np.testing.assert_allclose(words / words.max(), lexical / lexical.max(), atol=1e-6)
    for same in (one.words(power=1), one.words(pivot=1), one.words(words=1), one.words(asking_title=3)):
        np.testing.assert_array_equal(same, words)
    for other in (one.words(power=1.5), one.words(pivot=0.5), one.words(words=2), one.words(asking_title=1)):
        assert not np.allclose(other / other.max(), words / words.max(), atol=1e-3)


def test_ndcg_of_papers_is_the_one_worked_out_by_hand(trial, tmp_path):
    folder = tmp_path / "literature"
    folder.mkdir()
    pd.DataFrame({"doc_id": list("abc"), "title": ["甲", "乙", "丙"], "abstract": ""}).to_csv(
        folder / "docs.csv", index=False
    )
    pd.DataFrame({"query_id": ["A-1", "B-a"], "task": ["A", "B"], "text": ["问", "问"]}).to_csv(
        folder / "queries.csv", index=False
    )
    pd.DataFrame({"query_id": ["A-1", "B-a"], "doc_id": ["b", "c"], "relevance": [1, 1]}).to_csv(
        folder / "qrels.csv", index=False
    )
    papers = trial.Literature(tmp_path)
    # A: wanted in second place, 1 / log2(3); B: its own paper, first by score, is left out, so the wanted one is first
    result = papers.ndcg(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))
    np.testing.assert_allclose(result, [1 / np.log2(3), 1.0])
