"""What sums mean, and what judged pairs teach: numbers that are known by construction."""

import numpy as np
import pytest
from scipy.special import expit
from small import NEEDS, OUTCOMES, build

from matcher import fit_feedback, match
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.learned_ranker import _features, _nearness
from matcher.matching.library.score_scale import ScoreScale

TRUTH = Calibration(slopes=(1.5, 1.2, 1.3), cuts=(1.3, 3.4, 5.0))


def drawn(n: int, rng: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sums, and levels drawn as the truth has it."""
    random = np.random.default_rng(rng)
    total = random.normal(1.5, 2.0, n)
    return total, 1 + (random.random((n, 1)) < TRUTH.at_least(total)).sum(axis=1)


# ---- calibration


def test_a_probability_is_the_logistic_function_of_the_stretched_sum():
    total = np.array([-2.0, 0.0, 3.0])
    expected = expit(1.2 * np.log(total + np.sqrt(total**2 + 1)) - 3.4)
    np.testing.assert_allclose(TRUTH.probability(total), expected, rtol=1e-12)


def test_enough_levels_give_back_the_numbers_that_they_were_drawn_with():
    result = Calibration.fit(*drawn(40_000))
    np.testing.assert_allclose(result.slopes, TRUTH.slopes, atol=0.1)
    np.testing.assert_allclose(result.cuts, TRUTH.cuts, atol=0.2)
    total, levels = drawn(20_000, rng=1)
    assert result.probability(total).mean() == pytest.approx((levels >= 3).mean(), abs=0.005)


def test_no_levels_give_the_prior_and_few_stay_near_it():
    assert Calibration.fit(np.zeros(0), np.zeros(0), prior=TRUTH) == TRUTH
    total = np.linspace(0.1, 8, 200)
    few = Calibration.fit(np.array([1.0, 2.0, 1.5]), np.array([4, 4, 4]), prior=TRUTH)
    assert np.abs(few.probability(total) - TRUTH.probability(total)).max() < 0.1
    assert (few.probability(total) > TRUTH.probability(total)).all()


def test_level_and_probability_never_change_the_order():
    total = np.sort(np.random.default_rng(0).normal(1, 3, 1000))
    assert (np.diff(TRUTH.probability(total)) > 0).all()
    level = TRUTH.level(total)
    assert (np.diff(level) >= 0).all()
    assert level.min() >= 1
    assert level.max() <= 4


def test_the_rounded_level_is_the_median_level():
    total = np.linspace(-5, 200, 5001)
    median = 1 + (TRUTH.at_least(total) > 0.5).sum(axis=1)
    assert (np.round(TRUTH.level(total)) == median).all()


def test_slopes_that_cross_still_give_ordered_probabilities():
    result = Calibration(slopes=(0.5, 1.0, 3.0), cuts=(1.0, 1.0, 4.0)).at_least(np.linspace(-5, 50, 1001))
    assert (np.diff(result, axis=1) <= 0).all()


def test_a_calibration_is_shipped_for_the_default_encoder_alone(tmp_path):
    shipped = Calibration.shipped(StaticEncoder.load())
    assert 0.05 < shipped.probability(np.array([1.0]))[0] < shipped.good < shipped.probability(np.array([6.0]))[0]
    assert build().calibration is None
    result = match(NEEDS, build(), k=2)
    assert result[["level", "probability"]].isna().all(axis=None)


# ---- judged pairs


def taught(**judged: list[object]):
    return fit_feedback(build(), NEEDS, OUTCOMES[:0].assign(need_id="", level="").reindex(columns=[]).assign(**judged))


def test_equal_texts_of_another_id_learn_from_each_other_and_other_needs_do_not():
    index = taught(need_id=["N1", "N1"], outcome_id=["C1", "C5"], level=[1, 4])
    again = NEEDS.assign(need_id=["M1", "M2", "M3", "M4"])
    before, after = match(again, build(), k=6), match(again, index, k=6)
    mean = after.pivot_table(index="need_id", columns="outcome_id", values="feedback")
    assert mean.loc["M1", "C1"] < 0 < mean.loc["M1", "C5"]
    assert after.loc[after["need_id"] == "M1", "outcome_id"].iloc[0] == "C5"
    assert before.loc[before["need_id"] == "M1", "outcome_id"].iloc[0] == "C1"


def test_what_labels_add_is_one_of_the_parts_whose_sum_orders_the_pairs():
    index = taught(need_id=["N1", "N2"], outcome_id=["C5", "C2"], level=[4, 1])
    result = match(NEEDS, index, k=6)
    total = result["semantic"] + result["lexical"] + result["feedback"]
    assert (result.assign(total=total).groupby("need_id")["total"].diff().dropna() <= 0).all()
    np.testing.assert_array_equal(result["score"], index.scale.share_below(total.to_numpy()))


def test_the_correction_is_the_posterior_mean_of_three_processes():
    """One judged pair: k(x, x') / (k(x', x') + noise) times the surprise, for each level, worked out by hand."""
    index = taught(need_id=["N1"], outcome_id=["C5"], level=[3])
    ranker, start, wide = index.ranker, Calibration(), 1 - index.scale.centre[0]
    asked = index.asked(["机械手抓取", "抓取机械"], ["需要机械手。", ""])
    rows = index.ids.tolist().index("C5"), index.ids.tolist().index("C1")
    records = index.vectors(np.array(rows)).astype(float)
    rare = index.channels(asked, slice(0, 2))[2]
    seen, other = (
        np.stack(index.scale.parts(*index.exact(asked, text, rare[text], np.array(rows))), axis=1) for text in (0, 1)
    )
    surprise = np.array([1, 1, 0]) - start.at_least(seen[:1].sum(axis=1))[0]
    itself = 0.16 + 0.22 / wide + 0.05
    near = np.exp(-((np.arcsinh(other[1]) - np.arcsinh(seen[0])) ** 2).sum())
    records_alike = records[1] @ records[0] / wide
    apart = (1 - asked.vectors[1].astype(float) @ asked.vectors[0].astype(float)) / wide
    needs = (np.exp(-3.4 * apart) + 500 * np.exp(-11 * apart)) / 501
    mean = needs * (0.16 + 0.22 * records_alike + 0.05 * near) / (itself + 0.2) * surprise
    added, beyond = ranker.correction(asked.vectors[1], np.array(rows[1:]), records[1:], tuple(other[1:].T))
    total = other[1:].sum(axis=1)
    moved = np.sinh(np.arcsinh(total) + ranker.calibration.trust * mean.sum())
    np.testing.assert_allclose(added, moved - total, rtol=1e-3)
    np.testing.assert_allclose(start.at_least(total + added) + beyond, start.at_least(total) + mean, rtol=1e-3)
    total = seen[:1].sum(axis=1)
    added, beyond = ranker.correction(asked.vectors[0], np.array(rows[:1]), records[:1], tuple(seen[:1].T))
    mean = (itself + 0.18) / (itself + 0.2) * surprise
    np.testing.assert_allclose(start.at_least(total + added) + beyond, start.at_least(total) + mean, rtol=1e-3)


def test_a_judged_pair_is_very_nearly_the_level_it_was_given():
    outcomes = OUTCOMES["outcome_id"].tolist()
    message = [4, 1, 2, 1, 3, 1]
    judged = NEEDS[:0].reindex(columns=[]).assign(need_id=["N1"] * 6, outcome_id=outcomes, level=message)
    index = fit_feedback(build(), NEEDS, judged, prior=TRUTH)
    result = match(NEEDS, index, k=6)
    levels_given = result[result["need_id"] == "N1"].set_index("outcome_id")["level"].round()
    assert levels_given.loc[outcomes].tolist() == message
    twice = NEEDS.iloc[[0, 0]].assign(need_id=["M1", "M2"])
    against = NEEDS[:0].reindex(columns=[]).assign(need_id=["M1", "M2"], outcome_id=["C5", "C5"], level=[1, 4])
    both = match(twice, fit_feedback(build(), twice, against, prior=TRUTH), k=6)
    level = both.loc[both["outcome_id"] == "C5", "level"]
    assert level.nunique() == 1  # one text, one answer, between the two levels
    assert 1.5 < level.iloc[0] < 3.5


def test_few_judged_pairs_change_needs_near_theirs_less_than_many():
    chance, cosine = ScoreScale(centre=(0.1, 0.0)), np.array([1.0, 0.5, 0.1])
    few, many = _nearness(chance, cosine, 1), _nearness(chance, cosine, 5000)
    assert few[0] == many[0] == 1
    assert (few[1:] < many[1:] / 4).all()
    np.testing.assert_allclose(_nearness(chance, np.array([0.1]), 500), (np.exp(-3.4) + np.exp(-11)) / 2)


def test_inner_products_of_features_are_the_kernel():
    random = np.random.default_rng(0)
    parts, records = np.sinh(random.uniform([-2, -2], [5, 5], (50, 2))), random.normal(size=(50, 3))
    features = _features(ScoreScale(centre=(0.2, 0.0)), records, parts)
    apart = ((np.arcsinh(parts)[:, None] - np.arcsinh(parts)) ** 2).sum(axis=2)
    expected = 0.16 + 0.22 / 0.8 * (records @ records.T) + 0.05 * np.exp(-apart)
    np.testing.assert_allclose(features @ features.T, expected, atol=1e-4)


def test_levels_of_one_need_move_each_level_by_itself():
    """A need whose judges know 1 and 4 alone: what is likely at all is as likely the best."""
    outcomes = [f"C{i}" for i in range(1, 7)]
    index = taught(need_id=["N1"] * 6, outcome_id=outcomes, level=[4, 1, 1, 1, 4, 1])
    again = fit_feedback(
        index, NEEDS, NEEDS[:0].reindex(columns=[]).assign(need_id=[], outcome_id=[], level=[]), prior=TRUTH
    )
    result = match(NEEDS[:1], again, k=6).set_index("outcome_id")
    assert result["level"].loc[["C1", "C5"]].min() > result["level"].drop(["C1", "C5"]).max()
    assert (result["probability"].loc[["C1", "C5"]] > 0.5).all()


def test_probabilities_that_judged_pairs_moved_are_ordered_and_inside_0_and_1():
    random = np.random.default_rng(0)
    total, beyond = random.normal(1, 3, 500), random.normal(0, 0.5, (500, 3))
    result = TRUTH.at_least(total, beyond)
    assert result.min() >= 0
    assert result.max() <= 1
    assert (np.diff(result, axis=1) <= 0).all()
    sure = np.abs(result - 0.5).min(axis=1) > 1e-6
    assert (np.round(TRUTH.level(total, beyond)) == 1 + (result > 0.5).sum(axis=1))[sure].all()
    np.testing.assert_array_equal(TRUTH.level(total, np.zeros((500, 3))), TRUTH.level(total))


def test_many_stated_levels_calibrate_any_encoder():
    few = taught(need_id=["N1"] * 6, outcome_id=OUTCOMES["outcome_id"].tolist(), level=[4, 1, 1, 1, 3, 1])
    assert few.calibration is None
    many = NEEDS.iloc[np.arange(60) % 4].assign(need_id=[f"Q{i}" for i in range(60)])
    judged = {"need_id": many["need_id"].tolist(), "outcome_id": [f"C{i % 6 + 1}" for i in range(60)]}
    index = fit_feedback(build(), many, NEEDS[:0].reindex(columns=[]).assign(**judged, level=[1, 4, 2] * 20))
    assert match(NEEDS, index, k=2)["probability"].between(0, 1).all()
