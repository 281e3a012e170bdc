"""The score card as a scikit-learn classifier, over any matrix of figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit
from sklearn.base import BaseEstimator, ClassifierMixin, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from matcher.errors import ArgumentError
from matcher.policy.language.intervals import Bools, Floats
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.forecasts import CHECK, GROUPS, calibrate, moved
from matcher.pool.scorecard.items import Item, left_open
from matcher.pool.scorecard.measurements import Quantity
from matcher.pool.scorecard.points import Cases, cuts_of, fit_items, sums_of, unseen_sums

FOLDS = 5


class ScoreCardClassifier(OneToOneFeatureMixin, TransformerMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A score card over a matrix of figures: whole points by bins that never fall with a better figure.

    What `learn_card` learns from a policy's rules, without the policy: each column is cut into bins, a logistic
    regression with weights of 0 or more gives the points (20 double the odds), and a second one says what a sum of
    points means, learned from sums that have not seen the row. NaN is unknown and counts as the mean of the known. A
    row with more unknown figures than usual gets a probability nearer to one half. Unlike `learn_card` it refuses
    nothing: check it on rows that it has not seen, best of a later time.

    Parameters
    ----------
    monotonic_cst
        The better direction of each column, as in scikit-learn's gradient boosting: 1 (more is better for the second
        class), -1 (less is better) or 0 (taken from the data). A sequence, or a dict by column name; default: all 0.
    max_bins
        Bins of a column, cut at its quantiles.
    min_bin
        Least rows of a bin, besides 5 % of the known rows. `learn_card` asks for 15.
    random_state
        Seed of the folds.

    Attributes
    ----------
    classes_
        The two classes, sorted.
    card_
        The `ScoreCard`; `card_.table()` is its points table. Its `policy` and `rounds` are empty.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"patents": rng.poisson(4.0, 400), "debt": rng.random(400)})  # made up
    >>> y = np.where(rng.random(400) < 1 / (1 + np.exp(3 * X["debt"] - X["patents"] / 2)), "passed", "failed")
    >>> card = ScoreCardClassifier({"patents": 1, "debt": -1}).fit(X, y)
    >>> card.predict(pd.DataFrame({"patents": [9, 0], "debt": [0.1, 0.9]})).tolist()
    ['passed', 'failed']
    """

    def __init__(
        self,
        monotonic_cst: Sequence[int] | Mapping[str, int] | None = None,
        *,
        max_bins: int = 5,
        min_bin: int = 5,
        random_state: Any = 0,
    ) -> None:
        self.monotonic_cst = monotonic_cst
        self.max_bins = max_bins
        self.min_bin = min_bin
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> ScoreCardClassifier:  # noqa: N803
        """Learn the card.

        Parameters
        ----------
        X
            (n_samples, n_features) figures; NaN: unknown.
        y
            (n_samples,) of two classes; points count for the second one in sorted order.

        Raises
        ------
        ArgumentError
            There are not two classes, or a parameter cannot be used.
        """
        if self.max_bins < 2 or self.min_bin < 1:
            raise ArgumentError("max_bins is at least 2, min_bin at least 1")
        table, outcome = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        check_classification_targets(outcome)
        self.classes_, passed = np.unique(outcome, return_inverse=True)
        if len(self.classes_) > 2:
            kind = type_of_target(outcome)
            raise ArgumentError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ArgumentError(f"y has to hold two classes, not only one class: {self.classes_.tolist()}")
        self.card_ = self._card(table, passed.astype(bool))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.int64]:  # noqa: N803
        """(n_samples, n_features) points of every figure; they add up to what `predict_proba` rests on."""
        return self._points(X)[0]

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """(n_samples, 2) probabilities of `classes_`; none is surer than 1 / (n + 2) after n rows."""
        points, unknown = self._points(X)
        chance = self.card_.chance(points.sum(axis=1), left_open(self.card_.items, unknown.T, self.card_.together))[0]
        return np.column_stack([1 - chance, chance])

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """(n_samples,) the likelier class; the first one where both are as likely."""
        second = self.predict_proba(X)[:, 1] > 0.5
        labels: NDArray[Any] = self.classes_[second.astype(int)]
        return labels

    def _points(self, X: ArrayLike) -> tuple[NDArray[np.int64], Bools]:  # noqa: N803
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        columns = [
            np.array((*item.points, item.unknown))[item.bins(values)]
            for item, values in zip(self.card_.items, table.T, strict=True)
        ]
        return np.column_stack(columns), np.isnan(table)

    def _names(self) -> list[str]:
        return [str(name) for name in self.get_feature_names_out()]

    def _card(self, table: Floats, passed: Bools) -> ScoreCard:
        size, wide = table.shape
        names, sides = self._names(), self._directions(table, passed)
        quantities = tuple(_quantity(names[j], sides[j], table[:, j], self.max_bins) for j in range(wide))
        cases = Cases(passed, np.arange(size), np.zeros(size, dtype=np.int64), quantities)
        cuts = [
            cuts_of(q.values[~np.isnan(q.values)], q, bins=self.max_bins, smallest=self.min_bin) for q in quantities
        ]
        chosen = [pair for pair in zip(quantities, cuts, strict=True) if pair[1]]
        learned = {item.rule: item for item in fit_items(cases, chosen, np.ones(size, dtype=bool))} if chosen else {}
        items = tuple(learned.get(q.rule) or _flat(q, passed) for q in quantities)
        sums, unsure, together = sums_of(items, cases)
        intercept, slope, spread = float(logit(passed.mean())), 0.0, (0.0, 0.0, 0.0)
        fold = self._folds(passed)
        if chosen and sums.std() > 0:
            unseen = sums - sums.mean() if fold is None else unseen_sums(cases, chosen, fold)
            line = calibrate(unseen, passed, cases.firm)
            if line[1] > 0:  # else the figures say nothing of rows that were not seen
                slope = line[1]
                intercept, spread = moved(line[0], slope, line[2], float(sums.mean()))
        nothing = pd.DataFrame(columns=list(CHECK)), pd.DataFrame(columns=list(GROUPS))
        return ScoreCard(
            "", (), size, int(passed.sum()), items, intercept, slope, spread, together, float(unsure.mean()), 0.0,
            *nothing,
        )  # fmt: skip

    def _directions(self, table: Floats, passed: Bools) -> list[bool]:
        """Whether more is better, of each column."""
        given, names = self.monotonic_cst, self._names()
        if isinstance(given, Mapping):
            if absent := sorted(set(given) - set(names)):
                raise ArgumentError(f"monotonic_cst names columns that X lacks: {', '.join(absent)}")
            signs = [given.get(name, 0) for name in names]
        else:
            signs = [0] * len(names) if given is None else list(given)
        if len(signs) != len(names) or not set(signs) <= {-1, 0, 1}:
            raise ArgumentError(f"monotonic_cst holds -1, 0 or 1 for each of the {len(names)} columns")
        return [sign > 0 or (sign == 0 and _rises(column, passed)) for sign, column in zip(signs, table.T, strict=True)]

    def _folds(self, passed: Bools) -> NDArray[np.int64] | None:
        """A fold of each row, both classes in all of them; None where one class is too rare."""
        folds = int(min(FOLDS, passed.sum(), (~passed).sum()))
        if folds < 2:
            return None
        rng = check_random_state(self.random_state)
        fold = np.zeros(len(passed), dtype=np.int64)
        for side in (passed, ~passed):
            fold[side] = rng.permutation(int(side.sum())) % folds
        return fold

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.transformer_tags.preserves_dtype = []  # points are whole numbers
        tags.input_tags.allow_nan = True
        return tags


def _quantity(name: str, up: bool, values: Floats, bins: int) -> Quantity:
    known = values[~np.isnan(values)]
    limits = np.quantile(known, np.arange(1, bins) / bins).tolist() if len(known) else []
    return Quantity(name, name, up, "", tuple(dict.fromkeys(limits)), 0.0, "", values)


def _flat(quantity: Quantity, passed: Bools) -> Item:
    """The item of a column that cannot be cut: no points."""
    unknown = np.isnan(quantity.values)
    rows = int((~unknown).sum()), int(unknown.sum())
    good = int(passed[~unknown].sum()), int(passed[unknown].sum())
    return Item(quantity.rule, quantity.title, quantity.up, "", (), (0,), 0, rows, good, "")


def _rises(column: Floats, passed: Bools) -> bool:
    """Whether the second class has the larger figures, by mean rank."""
    known = ~np.isnan(column)
    ranks = pd.Series(column[known]).rank().to_numpy()
    second = passed[known]
    return bool(not second.any() or second.all() or ranks[second].mean() >= ranks[~second].mean())
