"""What a score means: the share of random pairs below, and from where a pair is called good."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.matching.library.score_scale import GRID, ScoreScale


def fitted(rng: int, n: int = 5000) -> tuple[ScoreScale, np.ndarray, np.ndarray]:
    random = np.random.default_rng(rng)
    semantic, lexical = random.normal(0.2, 0.1, n).astype("f4"), random.exponential(0.02, n).astype("f4")
    return ScoreScale.fit(semantic, lexical), semantic, lexical


def test_parts_are_standard_deviations_times_their_share(monkeypatch):
    monkeypatch.setattr("matcher.matching.library.score_scale.SHARE", 0.25)
    chance = ScoreScale.fit(np.float32([0, 2]), np.float32([1, 5]))
    assert (chance.centre, chance.spread) == ((1, 3), (1, 2))
    semantic, lexical = chance.parts(np.array([3.0, 1.0]), np.array([3.0, 9.0]))
    assert (semantic.tolist(), lexical.tolist()) == ([0.5, 0], [0, 2.25])
    assert chance.rough(np.float32([3]), np.float32([9])).tolist() == [2.75]


def test_a_score_is_the_share_of_random_pairs_that_score_lower():
    chance, semantic, lexical = fitted(0)
    total = np.add(*chance.parts(semantic.astype(float), lexical.astype(float)))
    share = (total[:, None] > total).mean(axis=1)
    scores = chance.share_below(total)
    body = share < 0.985
    np.testing.assert_allclose(scores[body], share[body], atol=0.01)
    assert (scores[~body] > 0.97).all()


@settings(max_examples=100)
@given(st.integers(0, 20), st.floats(-30, 15), st.floats(1e-3, 5))
def test_scores_rise_strictly_inside_0_and_1(rng, total, step):
    low, high = fitted(rng, 300)[0].share_below(np.array([total, total + step]))
    assert 0 < low < high < 1


def test_without_a_sample_a_score_still_rises_inside_0_and_1():
    scores = ScoreScale().share_below(np.array([-1e6, -1.0, 0.0, 0.5, 1.0, 2.0, 50.0]))
    assert (np.diff(scores) > 0).all()
    assert 0 < scores[0] < scores[-1] < 1
    assert ScoreScale().good_from(0.05) == np.inf


def test_pairs_that_all_score_the_same_give_a_scale():
    chance = ScoreScale.fit(np.float32([0.5] * 9), np.float32([0.1] * 9))
    assert np.isfinite(chance.quantiles).all()
    assert (np.diff(chance.quantiles) > 0).all()
    assert len(chance.quantiles) == len(GRID)


@pytest.mark.parametrize("n", [1, 7, 20, 99, 100, 101, 256])
@pytest.mark.parametrize("false_alarm", [0.01, 0.05, 0.1, 0.5, 0.99])
def test_no_more_than_the_stated_share_of_out_of_library_maxima_reaches_the_mark(n, false_alarm):
    maxima = np.arange(n) * 0.1
    mark = ScoreScale(out_of_library=tuple(maxima.tolist())).good_from(false_alarm)
    assert (maxima >= mark).sum() == int(false_alarm * n)


def test_maxima_that_tie_at_the_mark_stay_below_it():
    assert ScoreScale(out_of_library=(0.0, 1.0, 1.0, 1.0)).good_from(0.5) > 1.0


@pytest.mark.parametrize("false_alarm", [0, 1, -0.1, 5])
def test_a_share_outside_0_and_1_is_refused(false_alarm):
    with pytest.raises(ValueError, match=f"^false_alarm lies between 0 and 1, not at {false_alarm}$"):
        ScoreScale().good_from(false_alarm)
