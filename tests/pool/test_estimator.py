"""The score card as a scikit-learn estimator: its own checks, monotone points that add up, unknown figures."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from matcher.errors import ArgumentError
from matcher.pool import ScoreCardClassifier


@parametrize_with_checks([ScoreCardClassifier()])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def made(size=600, seed=0, missing=0.0):
    """Patents help, debt harms, noise says nothing."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"patents": rng.poisson(4.0, size), "debt": rng.random(size), "noise": rng.random(size)})
    passed = rng.random(size) < expit(table["patents"] / 1.5 - 5 * table["debt"])
    table = table.astype(float).mask(rng.random(table.shape) < missing)
    return table, np.where(passed, "通过", "未通过")


def test_points_are_monotone_and_add_up_to_the_probability():
    table, y = made()
    card = ScoreCardClassifier({"patents": 1, "debt": -1, "noise": 1}).fit(table, y)
    assert card.classes_.tolist() == ["未通过", "通过"]
    for item in card.card_.items:
        points = item.points if item.up else item.points[::-1]
        assert list(points) == sorted(points)
    points = card.transform(table)
    assert points.shape == table.shape
    assert card.get_feature_names_out().tolist() == ["patents", "debt", "noise"]
    chance = card.predict_proba(table)[:, 1]
    assert chance.tolist() == pytest.approx(
        np.clip(expit(card.card_.intercept + card.card_.slope * points.sum(axis=1)), 1 / 602, 601 / 602).tolist()
    )
    assert (card.predict(table) == np.where(chance > 0.5, "通过", "未通过")).all()
    better = table.assign(patents=table["patents"] + 3, debt=table["debt"] - 0.2)
    assert (card.predict_proba(better)[:, 1] >= chance).all()
    assert set(card.card_.table()["rule"]) == {"patents", "debt", "noise"}


def test_a_wrong_direction_gives_no_points():
    """Debt harms: as a column of which more is better it says nothing."""
    table, y = made()
    card = ScoreCardClassifier([1, 1, 0]).fit(table, y)
    assert card.card_.items[1].points == (0,)
    assert max(card.card_.items[0].points) > 20


def test_unknown_figures_count_as_the_mean_and_draw_towards_one_half():
    table, y = made(2000, missing=0.3)
    card = ScoreCardClassifier().fit(table, y)
    row = pd.DataFrame({"patents": [12.0, 12.0], "debt": [0.05, np.nan], "noise": [0.5, np.nan]})
    points = card.transform(row)
    assert points[1].tolist() == [points[0, 0], card.card_.items[1].unknown, card.card_.items[2].unknown]
    known, open_ = card.predict_proba(row)[:, 1]
    assert known > open_ > 0.5
    truth, labels = made(2000, seed=1, missing=0.3)
    assert (card.predict(truth) == labels).mean() > 0.7


def test_it_works_in_pipelines_and_cross_validation():
    table, y = made()
    pipe = make_pipeline(FunctionTransformer(), ScoreCardClassifier())
    assert cross_val_score(pipe, table, y, scoring="roc_auc").mean() > 0.8


def test_bad_parameters_are_refused():
    table, y = made(60)
    for parameters, says in (
        ({"monotonic_cst": [1, 1]}, "for each of the 3 columns"),
        ({"monotonic_cst": [1, 1, 2]}, "holds -1, 0 or 1"),
        ({"monotonic_cst": {"loans": 1}}, "lacks: loans"),
        ({"max_bins": 1}, "max_bins is at least 2"),
    ):
        with pytest.raises(ArgumentError, match=says):
            ScoreCardClassifier(**parameters).fit(table, y)
    with pytest.raises(ArgumentError, match="only one class"):
        ScoreCardClassifier().fit(table, ["a"] * 60)
    with pytest.raises(ArgumentError, match="Only binary classification"):
        ScoreCardClassifier().fit(table, ["a", "b", "c"] * 20)
