"""Measures by hand and against ir-measures."""

import re

import ir_measures
import numpy as np
import pandas as pd
import pytest
from ir_measures import RR, R, Success, nDCG

from matcher import evaluate
from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.matching import to_qrels, to_run


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
MATCHES = matches(
    ("N1", "C2", 0.9), ("N1", "C9", 0.8), ("N1", "C1", 0.7), ("N1", "C3", 0.6),
    ("N2", "C1", 0.5), ("N2", "C2", 0.4),
    ("N3", "C1", 0.3),
    ("N4", "C1", 0.2), ("N5", "C1", 0.1),
)  # fmt: skip


def summary(figures: pd.DataFrame) -> dict[str, tuple[float, int]]:
    return {row.measure: (row.value, row.queries) for row in figures.itertuples()}


def test_measures_worked_out_by_hand():
    """N1 is condensed to C2 (1), C1 (4), C3 (3); N2 to C1 (1), C2 (3); N3 to C1 (2). C4 and C2 were not retrieved."""
    log = np.log2
    n1 = (0 + 7 / log(3) + 3 / log(4)) / (7 + 3 / log(3) + 1 / log(4))
    n2 = (0 + 3 / log(3)) / 3
    figures = evaluate(MATCHES, JUDGED)
    assert figures.columns.tolist() == ["measure", "value", "low", "high", "queries"]
    assert summary(figures) == {
        "ndcg@10": (pytest.approx((n1 + n2 + 1) / 3), 3),
        "recall@10": (1.0, 2),
        "hit@10": (1.0, 2),
        "mrr": (0.5, 2),
        "judged@10": ((3 / 4 + 1 + 1 + 1) / 4, 4),
    }
    assert summary(evaluate(MATCHES, JUDGED, k=2)) == {
        "ndcg@2": (pytest.approx((7 / log(3) / (7 + 3 / log(3)) + n2 + 1) / 3), 3),
        "recall@2": (pytest.approx((1 / 2 + 1) / 2), 2),
        "hit@2": (1.0, 2),
        "mrr": (0.5, 2),
        "judged@2": ((1 / 2 + 1 + 1 + 1) / 4, 4),
    }
    assert summary(evaluate(MATCHES, JUDGED, k=1))["hit@1"] == (0.0, 2)


def test_unjudged_pairs_stay_in_the_ranking_as_irrelevant():
    """N1 is C2 (1), C9 (nobody judged), C1 (4), C3 (3)."""
    log = np.log2
    n1 = (7 / log(4) + 3 / log(5)) / (7 + 3 / log(3) + 1 / log(4))
    assert summary(evaluate(MATCHES, JUDGED, unjudged="irrelevant")) == {
        "ndcg@10": (pytest.approx((n1 + 1 / log(3) + 1) / 3), 3),
        "recall@10": (1.0, 2),
        "hit@10": (1.0, 2),
        "mrr": (pytest.approx((1 / 3 + 1 / 2) / 2), 2),
        "judged@10": ((3 / 4 + 1 + 1 + 1) / 4, 4),
    }
    assert summary(evaluate(MATCHES, JUDGED, k=2, unjudged="irrelevant"))["recall@2"] == (0.5, 2)


@pytest.mark.parametrize("unjudged", ["skip", "irrelevant"])
def test_a_ranking_that_returns_nothing_gets_no_marks(unjudged):
    figures = evaluate(MATCHES[:0], JUDGED, unjudged=unjudged)
    assert figures["value"].tolist() == [0.0] * 5
    assert figures["queries"].tolist() == [3, 2, 2, 2, 4]


def test_levels_between_whole_ones():
    judged = pairs(("N1", "C1", 2.5), ("N1", "C2", 3.5))
    values = summary(evaluate(matches(("N1", "C1", 0.9), ("N1", "C2", 0.8)), judged))
    low, high = 2**1.5 - 1, 2**2.5 - 1
    best = high + low / np.log2(3)
    assert values["ndcg@10"] == (pytest.approx((low + high / np.log2(3)) / best, rel=1e-3), 1)
    assert values["mrr"] == (0.5, 1)


def test_qrels_and_runs_for_other_tools():
    assert to_qrels(JUDGED[:4]).to_numpy().tolist() == [
        ["N1", "C1", 7], ["N1", "C2", 0], ["N1", "C3", 3], ["N1", "C4", 1],
    ]  # fmt: skip
    assert to_qrels(JUDGED[4:6], asking="outcome_id").to_numpy().tolist() == [["C1", "N2", 0], ["C2", "N2", 3]]
    ties = matches(("N2", "C1", 0.5), ("N1", "C3", 0.5), ("N1", "C1", 0.5), ("N1", "C2", 0.9), ("N3", "", np.nan))
    assert to_run(ties).to_numpy().tolist() == [
        ["N1", "C2", -1.0], ["N1", "C1", -2.0], ["N1", "C3", -3.0], ["N2", "C1", -1.0],
    ]  # fmt: skip
    measures = {nDCG @ 10: "ndcg@10", R(rel=3) @ 10: "recall@10", RR(rel=3): "mrr"}
    theirs = ir_measures.calc_aggregate(list(measures), to_qrels(JUDGED[:6]), to_run(MATCHES))
    ours = summary(evaluate(MATCHES, JUDGED[:6], unjudged="irrelevant"))
    assert {name: theirs[measure] for measure, name in measures.items()} == {
        name: pytest.approx(ours[name][0]) for name in measures.values()
    }
    with pytest.raises(TableError, match=r"^标注表第 3 行：等级（level）是 2.5，这里应为 1、2、3 或 4$"):
        to_qrels(pairs(("N1", "C1", 4), ("N1", "C2", 2.5)))


@pytest.mark.parametrize("k", [1, 3, 5, 10])
def test_the_same_as_ir_measures(k):
    random = np.random.default_rng(4)
    judged = pairs(*((f"N{n}", f"C{c}", int(random.integers(1, 5))) for n in range(12) for c in range(9)))
    result = matches(*((row.need_id, row.outcome_id, random.random()) for row in judged.itertuples()))
    gains = judged.assign(relevance=2 ** (judged["level"] - 1) - 1, good=(judged["level"] >= 3).astype(int))
    names = {"need_id": "query_id", "outcome_id": "doc_id"}
    run = result.rename(columns=names)
    varied = judged.groupby("need_id")["level"].transform("nunique") > 1
    answered = gains.groupby("need_id")["good"].transform("max") > 0
    graded = gains[varied].rename(columns=names)[["query_id", "doc_id", "relevance"]]
    binary = gains[answered].rename(columns={**names, "good": "relevance"}).iloc[:, [0, 1, -1]]
    expected = ir_measures.calc_aggregate([nDCG @ k], graded, run) | ir_measures.calc_aggregate(
        [R @ k, Success @ k, RR], binary, run
    )
    values = {name: value for name, (value, _) in summary(evaluate(result, judged, k=k)).items()}
    assert values.pop(f"judged@{k}") == 1.0
    assert values == {
        f"ndcg@{k}": pytest.approx(expected[nDCG @ k]),
        f"recall@{k}": pytest.approx(expected[R @ k]),
        f"hit@{k}": pytest.approx(expected[Success @ k]),
        "mrr": pytest.approx(expected[RR]),
    }


def test_either_way_round_and_in_any_order():
    shuffled = MATCHES[["outcome_id", "need_id", "score"]].sample(frac=1, random_state=0)
    by_outcome = summary(evaluate(shuffled, JUDGED.sample(frac=1, random_state=1)))
    assert by_outcome["mrr"] == (pytest.approx((1 + 1 / 2 + 1 / 1) / 3), 3)  # C1: N1; C2: N1 (1), N2 (3); C3: N1
    first = evaluate(MATCHES, JUDGED)
    pd.testing.assert_frame_equal(evaluate(MATCHES.sample(frac=1), JUDGED.sample(frac=1)), first)


def test_equal_scores_stand_in_the_order_of_ids():
    level = pairs(("N1", "B", 4), ("N1", "A", 1), ("N1", "C", 1))
    assert summary(evaluate(matches(("N1", "C", 0.5), ("N1", "B", 0.5), ("N1", "A", 0.5)), level))["mrr"] == (0.5, 1)


def test_wishes_of_the_user_are_measured_by_the_order_that_they_made():
    """`score` takes no notice of weights, so the rank alone says what stands where."""
    wished = MATCHES.assign(rank=[4, 3, 2, 1, 2, 1, 1, 1, 1], preference=0.5)
    turned = MATCHES.assign(score=[0.6, 0.7, 0.8, 0.9, 0.4, 0.5, 0.3, 0.2, 0.1])
    assert to_run(wished).equals(to_run(turned))
    pd.testing.assert_frame_equal(evaluate(wished, JUDGED), evaluate(turned, JUDGED))


def test_an_empty_line_of_a_need_without_candidates_is_no_answer():
    result = matches(("N1", "", np.nan), ("N2", "C1", 0.5))
    assert summary(evaluate(result, JUDGED))["mrr"] == (0.0, 2)


def test_intervals_come_from_resampled_needs():
    values = np.array([1, 1 / 2, 1 / 3, 1])
    judged = pairs(
        *((f"N{n}", f"C{c}", 4 if c == place else 1) for n, place in enumerate((0, 1, 2, 0)) for c in range(3))
    )
    result = matches(*((row.need_id, row.outcome_id, -int(row.outcome_id[1])) for row in judged.itertuples()))
    figures = evaluate(result, judged, resamples=400, rng=7).set_index("measure")
    again = evaluate(result, judged, resamples=400, rng=7).set_index("measure")
    pd.testing.assert_frame_equal(figures, again)
    row = figures.loc["mrr"]
    assert row["value"] == pytest.approx(values.mean())
    assert values.min() <= row["low"] < row["value"] < row["high"] <= 1
    means = np.sort([np.mean(draw) for draw in np.array(np.meshgrid(*[values] * 4)).reshape(4, -1).T])
    low, high = np.quantile(means, [0.025, 0.975])  # over all 256 samples that there are
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.05), pytest.approx(high, abs=0.05))
    assert evaluate(result, judged, resamples=0)[["low", "high"]].isna().all(axis=None)
    lows = [evaluate(result, judged, resamples=15, rng=rng)["low"].tolist() for rng in (8, 9)]
    assert lows[0] != lows[1]


def test_ids_may_be_numbers():
    judged = pairs((1, 10, 4), (1, 11, 1))
    assert summary(evaluate(matches((1, 10, 0.5), (1, 11, 0.1)), judged))["mrr"] == (1.0, 1)


REFUSED = {
    "标注表缺少列：level、outcome_id": (MATCHES, JUDGED[["need_id"]]),
    "标注表第 3 行：等级（level）不是数字": (MATCHES, JUDGED.assign(level=[4, "强", 3, 2, 1, 3, 2, 1, 1, 1])),
    "标注表第 4 行：等级（level）是 0，应为 1（无关）到 4（强相关）": (
        MATCHES,
        JUDGED.assign(level=[4, 1, 0, 2, 1, 3, 2, 1, 1, 1]),
    ),
    "标注表第 3 行：等级（level）是 5，应为 1（无关）到 4（强相关）": (
        MATCHES,
        JUDGED.assign(level=[4, 5, 3, 2, 1, 3, 2, 1, 1, 1]),
    ),
    "标注表第 11 行：同一对需求与成果标注了两次": (
        MATCHES,
        JUDGED.assign(outcome_id=[*JUDGED["outcome_id"][:-1], "C1"]),
    ),
    "没有可评价的需求：标注中没有等级不同的配对，也没有等级 3 以上的配对": (MATCHES, JUDGED[-2:]),
    "匹配表中同一对需求与成果出现了两次：N1、C2": (pd.concat([MATCHES, MATCHES[:1]]), JUDGED),
    "matches need the columns outcome_id and need_id and score; they have ['need_id', 'outcome_id']": (
        MATCHES[["need_id", "outcome_id"]],
        JUDGED,
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_words(message):
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        evaluate(*REFUSED[message])


def test_wrong_arguments_are_named():
    with pytest.raises(ArgumentError, match=r'^unjudged is "skip" or "irrelevant", not \'zero\'$'):
        evaluate(MATCHES, JUDGED, unjudged="zero")
    with pytest.raises(ArgumentError, match=r"^k must be at least 1, not 0$"):
        evaluate(MATCHES, JUDGED, k=0)
    with pytest.raises(ArgumentTypeError, match=r"^judged is a DataFrame \(such as .*\), not str$"):
        evaluate(MATCHES, "judged.csv")


@pytest.mark.parametrize(
    ("given", "error"),
    [({"k": "5"}, ArgumentTypeError), ({"k": True}, ArgumentTypeError), ({"resamples": -1}, ArgumentError)],
)
def test_numbers_are_checked(given, error):
    with pytest.raises(error, match=f"^{next(iter(given))} "):
        evaluate(MATCHES, JUDGED, **given)


def test_numbers_of_numpy_and_levels_of_any_kind_are_taken():
    wanted = evaluate(MATCHES, JUDGED, k=5)
    levels = pd.Series(JUDGED["level"].tolist(), dtype="Int64")
    assert evaluate(MATCHES, JUDGED.assign(level=levels), k=np.int64(5)).equals(wanted)
