"""Measures by hand and against ir-measures."""

import re

import ir_measures
import numpy as np
import pandas as pd
import pytest
from ir_measures import RR, R, Success, nDCG

from matcher import evaluate
from matcher.errors import TableError


def pairs(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["need_id", "outcome_id", "level"])


def matches(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["need_id", "outcome_id", "score"])


JUDGED = pairs(
    ("N1", "C1", 4), ("N1", "C2", 1), ("N1", "C3", 3), ("N1", "C4", 2),
    ("N2", "C1", 1), ("N2", "C2", 3),
    ("N3", "C1", 2), ("N3", "C2", 1),
    ("N4", "C1", 1), ("N4", "C2", 1),
)  # fmt: skip
FOUND = matches(
    ("N1", "C2", 0.9), ("N1", "C9", 0.8), ("N1", "C1", 0.7), ("N1", "C3", 0.6),
    ("N2", "C1", 0.5), ("N2", "C2", 0.4),
    ("N3", "C1", 0.3),
    ("N4", "C1", 0.2), ("N5", "C1", 0.1),
)  # fmt: skip


def told(figures: pd.DataFrame) -> dict[str, tuple[float, int]]:
    return {row.measure: (row.value, row.queries) for row in figures.itertuples()}


def test_measures_worked_out_by_hand():
    """N1 is condensed to C2 (1), C1 (4), C3 (3) and, not found, C4 (2); N2 to C1 (1), C2 (3); N3 to C1 (2), C2 (1)."""
    log = np.log2
    n1 = (0 + 7 / log(3) + 3 / log(4) + 1 / log(5)) / (7 + 3 / log(3) + 1 / log(4))
    n2 = (0 + 3 / log(3)) / 3
    figures = evaluate(FOUND, JUDGED)
    assert figures.columns.tolist() == ["measure", "value", "low", "high", "queries"]
    assert told(figures) == {
        "ndcg@10": (pytest.approx((n1 + n2 + 1) / 3), 3),
        "recall@10": (1.0, 2),
        "hit@10": (1.0, 2),
        "mrr": (0.5, 2),
    }
    assert told(evaluate(FOUND, JUDGED, k=2)) == {
        "ndcg@2": (pytest.approx((7 / log(3) / (7 + 3 / log(3)) + n2 + 1) / 3), 3),
        "recall@2": (pytest.approx((1 / 2 + 1) / 2), 2),
        "hit@2": (1.0, 2),
        "mrr": (0.5, 2),
    }
    assert told(evaluate(FOUND, JUDGED, k=1))["hit@1"] == (0.0, 2)


@pytest.mark.parametrize("k", [1, 3, 5, 10])
def test_the_same_as_ir_measures(k):
    random = np.random.default_rng(4)
    judged = pairs(*((f"N{n}", f"C{c}", int(random.integers(1, 5))) for n in range(12) for c in range(9)))
    found = matches(*((row.need_id, row.outcome_id, random.random()) for row in judged.itertuples()))
    gains = judged.assign(relevance=2 ** (judged["level"] - 1) - 1, good=(judged["level"] >= 3).astype(int))
    names = {"need_id": "query_id", "outcome_id": "doc_id"}
    run = found.rename(columns=names)
    varied = judged.groupby("need_id")["level"].transform("nunique") > 1
    answered = gains.groupby("need_id")["good"].transform("max") > 0
    graded = gains[varied].rename(columns=names)[["query_id", "doc_id", "relevance"]]
    binary = gains[answered].rename(columns={**names, "good": "relevance"}).iloc[:, [0, 1, -1]]
    expected = ir_measures.calc_aggregate([nDCG @ k], graded, run) | ir_measures.calc_aggregate(
        [R @ k, Success @ k, RR], binary, run
    )
    values = {name: value for name, (value, _) in told(evaluate(found, judged, k=k)).items()}
    assert values == {
        f"ndcg@{k}": pytest.approx(expected[nDCG @ k]),
        f"recall@{k}": pytest.approx(expected[R @ k]),
        f"hit@{k}": pytest.approx(expected[Success @ k]),
        "mrr": pytest.approx(expected[RR]),
    }


def test_either_way_round_and_in_any_order():
    shuffled = FOUND[["outcome_id", "need_id", "score"]].sample(frac=1, random_state=0)
    by_outcome = told(evaluate(shuffled, JUDGED.sample(frac=1, random_state=1)))
    assert by_outcome["mrr"] == (pytest.approx((1 + 1 / 2 + 1 / 1) / 3), 3)  # C1: N1; C2: N1 (1), N2 (3); C3: N1
    first = evaluate(FOUND, JUDGED)
    pd.testing.assert_frame_equal(evaluate(FOUND.sample(frac=1), JUDGED.sample(frac=1)), first)


def test_equal_scores_stand_in_the_order_of_ids():
    level = pairs(("N1", "B", 4), ("N1", "A", 1), ("N1", "C", 1))
    assert told(evaluate(matches(("N1", "C", 0.5), ("N1", "B", 0.5), ("N1", "A", 0.5)), level))["mrr"] == (0.5, 1)


def test_an_empty_line_of_a_need_without_candidates_is_no_answer():
    found = matches(("N1", "", np.nan), ("N2", "C1", 0.5))
    assert told(evaluate(found, JUDGED))["mrr"] == (pytest.approx((1 + 1 / 2) / 2), 2)


def test_intervals_come_from_resampled_needs():
    values = np.array([1, 1 / 2, 1 / 3, 1])
    judged = pairs(
        *((f"N{n}", f"C{c}", 4 if c == place else 1) for n, place in enumerate((0, 1, 2, 0)) for c in range(3))
    )
    found = matches(*((row.need_id, row.outcome_id, -int(row.outcome_id[1])) for row in judged.itertuples()))
    figures = evaluate(found, judged, resamples=400, rng=7).set_index("measure")
    again = evaluate(found, judged, resamples=400, rng=7).set_index("measure")
    pd.testing.assert_frame_equal(figures, again)
    row = figures.loc["mrr"]
    assert row["value"] == pytest.approx(values.mean())
    assert values.min() <= row["low"] < row["value"] < row["high"] <= 1
    means = np.sort([np.mean(draw) for draw in np.array(np.meshgrid(*[values] * 4)).reshape(4, -1).T])
    low, high = np.quantile(means, [0.025, 0.975])  # over all 256 samples that there are
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.05), pytest.approx(high, abs=0.05))
    assert evaluate(found, judged, resamples=0)[["low", "high"]].isna().all(axis=None)
    lows = [evaluate(found, judged, resamples=15, rng=rng)["low"].tolist() for rng in (8, 9)]
    assert lows[0] != lows[1]


def test_ids_may_be_numbers():
    judged = pairs((1, 10, 4), (1, 11, 1))
    assert told(evaluate(matches((1, 10, 0.5), (1, 11, 0.1)), judged))["mrr"] == (1.0, 1)


REFUSED = {
    "标注表缺少列：level、outcome_id": (FOUND, JUDGED[["need_id"]]),
    "标注表第 3 行：等级（level）不是数字": (FOUND, JUDGED.assign(level=[4, "强", 3, 2, 1, 3, 2, 1, 1, 1])),
    "标注表第 4 行：等级（level）是 0，应为 1（无关）到 4（强相关）": (
        FOUND,
        JUDGED.assign(level=[4, 1, 0, 2, 1, 3, 2, 1, 1, 1]),
    ),
    "标注表第 3 行：等级（level）是 5，应为 1（无关）到 4（强相关）": (
        FOUND,
        JUDGED.assign(level=[4, 5, 3, 2, 1, 3, 2, 1, 1, 1]),
    ),
    "标注表第 11 行：同一对需求与成果标注了两次": (FOUND, JUDGED.assign(outcome_id=[*JUDGED["outcome_id"][:-1], "C1"])),
    "没有可评价的需求：标注中没有等级不同的配对，也没有等级 3 以上的配对": (FOUND, JUDGED[-2:]),
    "匹配表中同一对需求与成果出现了两次：N1、C2": (pd.concat([FOUND, FOUND[:1]]), JUDGED),
    "matches need the columns outcome_id and need_id and score; they have ['need_id', 'outcome_id']": (
        FOUND[["need_id", "outcome_id"]],
        JUDGED,
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_refused_with_words(said):
    with pytest.raises(TableError, match=f"^{re.escape(said)}$"):
        evaluate(*REFUSED[said])
