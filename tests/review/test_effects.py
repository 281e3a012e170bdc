"""Effects held against the textbook formulas, written out with whole covariance matrices."""

import numpy as np
import pytest

from matcher.review.panels.effects import fit_effects


def panel(rng, items=6, reviewers=4, each=3):
    random = np.random.default_rng(rng)
    item = np.repeat(np.arange(items), each)
    reviewer = np.concatenate([random.choice(reviewers, each, replace=False) for _ in range(items)])
    score = 70 + 8 * random.standard_normal(items)[item] + 4 * random.standard_normal(reviewers)[reviewer]
    return item, reviewer, score + 3 * random.standard_normal(len(item))


@pytest.mark.parametrize("rng", range(5))
def test_effects_are_best_linear_unbiased_predictions(rng):
    item, reviewer, score = panel(rng)
    effects = fit_effects(item, reviewer, score)
    of_items, of_reviewers, noise = effects.variances
    same = of_items * (item[:, None] == item) + of_reviewers * (reviewer[:, None] == reviewer)
    inverse = np.linalg.inv(same + noise * np.eye(len(score)))
    one = np.ones(len(score))
    mean = one @ inverse @ score / (one @ inverse @ one)
    with_items = of_items * (np.arange(6)[:, None] == item)
    assert effects.mean == pytest.approx(mean)
    assert effects.items == pytest.approx(mean + with_items @ inverse @ (score - mean))
    with_reviewers = of_reviewers * (np.arange(4)[:, None] == reviewer)
    assert effects.reviewers == pytest.approx(with_reviewers @ inverse @ (score - mean))
    beyond = 1 - with_items @ inverse @ one
    variance = np.diag(of_items * np.eye(6) - with_items @ inverse @ with_items.T) + beyond**2 / (one @ inverse @ one)
    assert effects.item_variances() == pytest.approx(variance)


def test_variances_are_found_where_there_is_much_to_see():
    random = np.random.default_rng(0)
    item = np.repeat(np.arange(400), 4)
    reviewer = random.integers(0, 60, len(item))
    score = 8 * random.standard_normal(400)[item] + 5 * random.standard_normal(60)[reviewer]
    effects = fit_effects(item, reviewer, score + 4 * random.standard_normal(len(item)))
    assert np.sqrt(effects.variances) == pytest.approx([8, 5, 4], rel=0.2)


def test_draws_have_the_spread_of_the_posterior():
    effects = fit_effects(*panel(1))
    draws = effects.draws(40_000, rng=0)
    assert draws.mean(axis=0) == pytest.approx(effects.items, abs=0.1)
    assert draws.std(axis=0) == pytest.approx(np.sqrt(effects.item_variances() + effects.unsure_items), rel=0.03)


def test_equal_scores_have_no_effects():
    item, reviewer, _ = panel(0)
    effects = fit_effects(item, reviewer, np.full(len(item), 80.0))
    assert effects.items == pytest.approx(np.full(6, 80.0))
    assert effects.reviewers == pytest.approx(np.zeros(4))


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 1e6])
def test_effects_follow_the_scale_of_the_scores(scale):
    item, reviewer, score = panel(2)
    plain, scaled = fit_effects(item, reviewer, score - 70), fit_effects(item, reviewer, (score - 70) * scale)
    assert scaled.items / scale == pytest.approx(plain.items, rel=1e-6)
    assert scaled.item_variances() / scale**2 == pytest.approx(plain.item_variances(), rel=1e-6)
