"""Figures with known outcomes to bins with points: a logistic regression on steps, monotone by construction.

A figure passes a cut or does not, and a step in the direction that is called better has a weight of 0 or more. An
unknown figure stands at the mean of the known ones. Weights become whole points: 20 points double the odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular
from scipy.optimize import nnls
from scipy.special import expit, log_expit

from matcher.policy.language.intervals import Bools, Floats
from matcher.pool.scorecard.items import Item, bin_side, left_open
from matcher.pool.scorecard.measurements import Quantity

# Peduzzi et al. 1996 (J. Clin. Epidemiol. 49, 1373-1379): ten of the rarer outcome for each variable. A rule of thumb
# and no guarantee (van Smeden et al. 2019, Stat. Methods Med. Res. 28, 2455-2474), so the out-of-time check decides.
EVENTS = 10
BINS, SMALLEST, SHARE = 5, 15, 0.05  # assumptions: bins of an item, smallest bin, its least share of the known
RIDGE = 2.0  # of the steps' weights
POINTS = 20 / np.log(2)  # points a unit of log odds


Cut = tuple[Quantity, tuple[float, ...]]  # a quantity and its cuts


@dataclass(frozen=True)
class Cases:
    """Rows that can be learned from: outcome, firm (as a number), round (as a number, from 0), figures."""

    passed: Bools
    firm: np.ndarray
    round: np.ndarray
    quantities: tuple[Quantity, ...]

    def take(self, rows: np.ndarray) -> Cases:
        """Some of the rows."""
        part = tuple(replace(q, values=q.values[rows]) for q in self.quantities)
        return Cases(self.passed[rows], self.firm[rows], self.round[rows], part)


def choose(cases: Cases, budget: int) -> tuple[list[Cut], list[tuple[str, str, str]]]:
    """The quantities to learn, with their cuts, and those left out with the reason. Looks at no outcome."""
    able, left = [], []
    for place, quantity in enumerate(cases.quantities):
        known = quantity.values[~np.isnan(quantity.values)]
        cuts = cuts_of(known, quantity)
        if not cuts:
            few = len(known) < 2 * SMALLEST
            why = f"已知的只有 {len(known)} 例" if few else "历史中的取值几乎相同"
            left.append((quantity.rule, quantity.title, why))
            continue
        able.append((-quantity.weight * len(known), -len(known), place, quantity, cuts))
    able.sort(key=lambda one: one[:3])
    for *_, quantity, _ in able[budget:]:
        left.append((quantity.rule, quantity.title, f"历史只够学 {budget} 项（较少的一种结果每 {EVENTS} 例一项）"))
    kept = sorted(able[:budget], key=lambda one: one[2])
    return [(quantity, cuts) for *_, quantity, cuts in kept], left


def cuts_of(known: Floats, quantity: Quantity, *, bins: int = BINS, smallest: int = SMALLEST) -> tuple[float, ...]:
    """Cuts with enough of the known on either side: the rule's limits first, then quantiles, written short."""
    least = max(smallest, int(np.ceil(SHARE * len(known))))
    if len(known) < 2 * least:
        return ()
    quantiles = np.quantile(known, np.arange(1, bins) / bins)
    ordered = np.sort(known)
    cuts: list[float] = []
    for cut in (*quantity.limits, *(_short(value) for value in quantiles)):
        if len(cuts) == bins - 1:
            break
        tried = sorted({*cuts, cut})
        ends = np.searchsorted(ordered, tried, side=bin_side(not quantity.up))  # how many lie below each cut
        if len(tried) > len(cuts) and np.diff([0, *ends, len(ordered)]).min() >= least:
            cuts = tried
    return tuple(cuts)


def _short(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


def _steps(values: Floats, cuts: tuple[float, ...], up: bool) -> Floats:
    """(n, cuts): whether a figure is past each cut in the better direction; NaN where it is unknown."""
    line = np.array(cuts)
    past = values[:, None] >= line if up else values[:, None] <= line
    return np.where(np.isnan(values)[:, None], np.nan, past.astype(np.float64))


def fit_weights(steps: Floats, passed: Bools) -> Floats:
    """Weights of 0 or more of a logistic regression with a ridge: Newton's steps, each a least-squares problem with
    weights of 0 or more (Lawson and Hanson 1974), halved while they do not help. The intercept is not kept.
    """
    sign, many = np.where(passed, 1.0, -1.0), steps.shape[1]

    def loss(weights: Floats, intercept: float) -> float:
        margin = sign * (steps @ weights + intercept)
        return float(RIDGE / 2 * weights @ weights - log_expit(margin).sum())

    weights, intercept = np.zeros(many), float(np.log(passed.sum() / (~passed).sum()))
    now = loss(weights, intercept)
    for _ in range(100):
        chance = expit(steps @ weights + intercept)
        bend = np.maximum(chance * (1 - chance), 1e-9)
        target = steps @ weights + intercept + (passed - chance) / bend
        centre, middle = bend @ steps / bend.sum(), bend @ target / bend.sum()
        moved = steps - centre
        root = np.linalg.cholesky(moved.T @ (moved * bend[:, None]) + RIDGE * np.eye(many))
        wanted = nnls(root.T, solve_triangular(root, moved.T @ (bend * (target - middle)), lower=True))[0]
        step = wanted - weights, float(middle - centre @ wanted) - intercept
        size = 1.0
        while (then := loss(weights + size * step[0], intercept + size * step[1])) > now and size > 1e-6:
            size /= 2
        weights, intercept = weights + size * step[0], intercept + size * step[1]
        if now - then < 1e-10:
            break
        now = then
    return np.maximum(weights, 0.0)


def fit_items(cases: Cases, chosen: Sequence[Cut], fit: Bools) -> list[Item]:
    """Items with their points, learned from the rows `fit`."""
    at = {quantity.rule: quantity.values for quantity in cases.quantities}
    blocks = [_steps(at[quantity.rule], cuts, quantity.up) for quantity, cuts in chosen]
    filled = []
    for block in blocks:
        known = fit & ~np.isnan(block[:, 0])
        mean = block[known].mean(axis=0) if known.any() else np.zeros(block.shape[1])
        filled.append(np.where(np.isnan(block), mean, block)[fit])
    weights = fit_weights(np.column_stack(filled), cases.passed[fit])
    items, place = [], 0
    for quantity, cuts in chosen:
        steps = weights[place : place + len(cuts)]
        place += len(cuts)
        ladder = np.concatenate([[0.0], np.cumsum(steps if quantity.up else steps[::-1])])
        points = np.round(ladder * POINTS).astype(int)
        points = points if quantity.up else points[::-1]
        values = at[quantity.rule][fit]
        apart = np.diff(points) != 0  # a cut that changes no points is none
        cuts, points = tuple(np.array(cuts)[apart].tolist()), points[np.append(True, apart)]
        places = np.where(np.isnan(values), len(points), np.searchsorted(cuts, values, side=bin_side(quantity.up)))
        rows = np.bincount(places, minlength=len(points) + 1)
        passed = np.bincount(places, weights=cases.passed[fit], minlength=len(points) + 1).astype(int)
        many = rows[:-1].sum()
        unknown = int(np.round(rows[:-1] @ points / many)) if many else 0
        items.append(
            Item(
                quantity.rule,
                quantity.title,
                quantity.up,
                quantity.unit,
                cuts,
                tuple(points.tolist()),
                unknown,
                tuple(rows.tolist()),
                tuple(passed.tolist()),
                quantity.source,
            )
        )
    return items


def points_of(items: Sequence[Item], cases: Cases) -> tuple[Floats, Bools]:
    """(items, cases): points, and which figures are unknown."""
    at = {quantity.rule: quantity.values for quantity in cases.quantities}
    points = [np.array((*item.points, item.unknown))[item.bins(at[item.rule])] for item in items]
    return np.array(points, dtype=np.float64), np.array([np.isnan(at[item.rule]) for item in items])


def sums_of(items: Sequence[Item], cases: Cases) -> tuple[Floats, Floats, float]:
    """Points of every case, the variance that its unknown figures leave, and the mean correlation of items."""
    points, unknown = points_of(items, cases)
    covariance = pd.DataFrame(np.where(unknown, np.nan, points).T).cov(min_periods=2 * SMALLEST).to_numpy()
    apart = ~np.eye(len(items), dtype=bool) & ~np.isnan(covariance)
    deviation = np.sqrt(np.array([item.unsure for item in items]))
    most = float(np.outer(deviation, deviation)[apart].sum())
    together = float(np.clip(covariance[apart].sum() / most, 0, 1)) if most > 0 else 0.0
    return points.sum(axis=0), left_open(items, unknown, together), together


def unseen_sums(cases: Cases, chosen: Sequence[Cut], fold: np.ndarray) -> Floats:
    """Points of every case by items learned from the other folds."""
    unseen = np.zeros(len(cases.passed))
    for k in range(int(fold.max()) + 1):
        sums = points_of(fit_items(cases, chosen, fold != k), cases)[0].sum(axis=0)
        # items of fewer cases give fewer points to all, so that each sum is centred on what it was learned from
        unseen[fold == k] = (sums - sums[fold != k].mean())[fold == k]
    return unseen
