"""Scores as quality of the item + leniency of the reviewer + noise: variances by restricted maximum likelihood, effects
as their posterior. Arrays in, arrays out.

score = mean + item + reviewer + noise, the last three normal with variances of their own (Henderson's mixed model
equations; Searle, Casella and McCulloch, Variance Components, 1992). Items are eliminated first, so that the cost is
that of a dense matrix over the reviewers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dtrsm
from scipy.optimize import minimize
from scipy.sparse import csr_array

_RATIO = 6.0  # log of how far a variance may lie from that of the noise, either way
_STEPS = 200  # of the search for the variances
_AROUND = np.linspace(-4.5, 4.5, 9)  # logs of ratios beside the best ones, over which the variances may lie
_SLIGHT = 1e-3  # the weight of a pair of ratios, against the best, from which it is looked at

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Effects:
    """What scores say of n items and m reviewers.

    mean: of all; items (n), reviewers (m): posterior means of their effects, items with the mean added; variances: of
    items, reviewers and noise. root: (m + 1, m + 1) lower Cholesky factor of the equations of the reviewers and the
    mean; held (n): the reviews of each item plus the ratio of noise to item variance; counts: (n, m) reviews.
    unsure_items (n), unsure_reviewers (m): by how much the variances of the effects are larger because the variances
    of items, reviewers and noise are themselves estimated, which tells in small panels.
    """

    mean: float
    items: Floats
    reviewers: Floats
    variances: tuple[float, float, float]
    root: Floats
    held: Floats
    counts: csr_array
    unsure_items: Floats
    unsure_reviewers: Floats

    def item_variances(self) -> Floats:
        """(n) posterior variances of the items, with that of the mean, the three variances given."""
        noise = self.variances[2]
        return np.asarray(noise / self.held + noise * np.square(self._carried()).sum(axis=0))

    def reviewer_variances(self) -> Floats:
        """(m) posterior variances of the reviewers' effects, the three variances given."""
        half = self._solved(np.eye(len(self.root)))
        return np.asarray(self.variances[2] * np.square(half).sum(axis=0)[:-1])

    def draws(self, number: int, rng: int) -> Floats:
        """(number, n) draws of the items from their joint posterior; what is unsure of the variances, item by item."""
        random = np.random.default_rng(rng)
        spread = np.sqrt(self.variances[2])
        common = random.standard_normal((number, len(self.root))) @ self._carried() * spread
        alone = random.standard_normal((number, len(self.held))) * np.sqrt(spread**2 / self.held + self.unsure_items)
        return np.asarray(self.items + common + alone)

    def _carried(self) -> Floats:
        """(m + 1, n): how the items follow the errors of reviewers and mean, per unit of noise."""
        reviews = self.held[:, None] ** -1
        weights = np.column_stack([-self.counts.toarray() * reviews, 1 - self.counts.sum(axis=1)[:, None] * reviews])
        return self._solved(weights.T)

    def _solved(self, right: Floats) -> Floats:
        """The root's inverse times something; `solve_triangular` wakes threads, which takes 200 times as long here."""
        return np.asarray(dtrsm(1.0, self.root, right, lower=True))


class _Equations:
    """The mixed model equations of scores, as a function of the ratios of noise to item and to reviewer variance."""

    def __init__(self, items: Whole, reviewers: Whole, scores: Floats) -> None:
        self.size = (int(items.max()) + 1, int(reviewers.max()) + 1)
        self.counts = csr_array((np.ones(len(scores)), (items, reviewers)), shape=self.size)
        self.scores = scores
        self.of_items = np.bincount(items, minlength=self.size[0]).astype(float)
        self.of_reviewers = np.bincount(reviewers, minlength=self.size[1]).astype(float)
        self.item_sums = np.bincount(items, scores, self.size[0])
        self.sums = np.append(np.bincount(reviewers, scores, self.size[1]), scores.sum())
        self.beside = csr_array(np.column_stack([self.counts.toarray(), self.of_items]))  # (n, m + 1), the mean last

    def solved(self, ratios: tuple[float, float]) -> tuple[float, float, Floats, Floats, Floats]:
        """Twice the negative log likelihood but for a constant, the noise variance, the effects of reviewers and mean,
        the Cholesky factor, and `Effects.held`.
        """
        n, m = self.size
        held = self.of_items + ratios[0]
        beside = self.beside
        whole = np.diag(np.append(self.of_reviewers + ratios[1], float(len(self.scores))))
        whole[:-1, -1] = whole[-1, :-1] = self.of_reviewers
        scaled = csr_array(beside.multiply(1 / held[:, None]))
        whole -= (beside.T @ scaled).toarray()
        right = self.sums - scaled.T @ self.item_sums
        root, _ = cho_factor(whole, lower=True)
        root = np.tril(root)
        effects = cho_solve((root, True), right)
        explained = right @ effects + np.square(self.item_sums) @ (1 / held)
        free = max(len(self.scores) - 1, 1)
        whole_square = float(np.square(self.scores).sum())
        noise = max((whole_square - explained) / free, 1e-12 * whole_square / free, 1e-24)
        value = free * np.log(noise) + np.log(held).sum() + 2 * np.log(np.diag(root)).sum()
        value -= n * np.log(ratios[0]) + m * np.log(ratios[1])
        return float(value), float(noise), effects, root, held


def fit_effects(items: NDArray[Any], reviewers: NDArray[Any], scores: Floats) -> Effects:
    """The effects of scores; items[i] and reviewers[i] number what score i is of and from.

    Where the scores cannot tell two variances apart (every reviewer scored one item), the search ends where it began
    for both alike. Equal scores everywhere give effects of 0.
    """
    center = float(scores.mean())
    equations = _Equations(np.asarray(items, np.int64), np.asarray(reviewers, np.int64), scores - center)

    def value(logs: Floats) -> float:
        return equations.solved(_ratios(logs))[0]

    start: Floats = np.zeros(2)
    if scores.std() > 0:
        bounds = [(-_RATIO, _RATIO)] * 2
        options: Any = {"maxfev": _STEPS, "xatol": 1e-3, "fatol": 1e-4}
        start = np.asarray(minimize(value, start, method="Nelder-Mead", bounds=bounds, options=options).x, float)
    best = _solution(equations, start, center)
    of_items, of_reviewers = _unsure(equations, start, center, best)
    return replace(best, unsure_items=of_items, unsure_reviewers=of_reviewers)


def _solution(equations: _Equations, logs: Floats, center: float) -> Effects:
    """The effects under given ratios of the variances."""
    ratios = _ratios(logs)
    _, noise, effects, root, held = equations.solved(ratios)
    raised = (equations.item_sums - equations.beside @ effects) / held
    mean = center + float(effects[-1])
    variances = (noise / ratios[0], noise / ratios[1], noise)
    none = np.zeros(equations.size[0]), np.zeros(equations.size[1])
    return Effects(mean, mean + raised, effects[:-1], variances, root, held, equations.counts, *none)


def _unsure(equations: _Equations, start: Floats, center: float, best: Effects) -> tuple[Floats, Floats]:
    """What the variances of the items' and of the reviewers' effects lack, from the ratios that explain the scores
    nearly as well (weighted by their restricted likelihood, every logarithm within the bounds as likely beforehand).
    """
    logs = np.clip([start + np.array([one, other]) for one in _AROUND for other in _AROUND], -_RATIO, _RATIO)
    logs = np.unique(np.round(logs, 9), axis=0)
    values = np.array([equations.solved(_ratios(one))[0] for one in logs])
    weights = np.exp((values.min() - values) / 2)
    logs, weights = logs[weights > _SLIGHT], weights[weights > _SLIGHT]
    free = len(equations.scores) - 1
    longer = free / max(free - 2, 1)  # of a t distribution, as the noise is estimated too
    items, reviewers = np.zeros(equations.size[0]), np.zeros(equations.size[1])
    for one, weight in zip(logs, weights / weights.sum(), strict=True):
        other = _solution(equations, one, center)
        items += weight * ((other.items - best.items) ** 2 + other.item_variances() * longer)
        reviewers += weight * ((other.reviewers - best.reviewers) ** 2 + other.reviewer_variances() * longer)
    return (
        np.maximum(items - best.item_variances(), 0),
        np.maximum(reviewers - best.reviewer_variances(), 0),
    )


def _ratios(logs: Floats) -> tuple[float, float]:
    low, high = np.exp(np.clip(logs, -_RATIO, _RATIO)).tolist()
    return low, high
