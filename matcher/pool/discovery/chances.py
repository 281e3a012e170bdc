"""Draws to chances that do not depend on the seed: what the draws of one firm leave to luck is taken from all firms.

A chance is small and draws are few, so the share of a firm's own draws that pass says little. Three things are done:

* Given the causes of a firm the conditions are nearly independent; so in every state of the chain the shares of turns
  that meet each condition are multiplied (Rao-Blackwell), and brought to the number that passes by a common odds ratio.
* A Poisson regression over all firms gives the chance that the facts of a firm make likely.
* Each firm's own figure is moved towards it by as much as draws alone make it differ (empirical Bayes: the variance
  between firms is the covariance of two halves of the draws, that of the draws is what the halves differ by).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.policy.language.intervals import Floats
from matcher.pool.discovery.simulation import Run

RIDGE = 0.003  # of the regression, per unit of mean deviance
STEPS, LIMIT = 50, 12.0  # most steps of the regression, farthest logarithm
MOST = 0.999
FEW = 20  # firms below which an agreement of orders means nothing


@dataclass
class Tally:
    """Running sums over states of the chain, a row a firm."""

    states: Floats
    passes: Floats
    joint: Floats
    holds: dict[str, Floats]
    expected: Floats
    score: Floats
    square: Floats
    cross: Floats
    chance_square: Floats

    @classmethod
    def none(cls, conditions: list[str], shape: tuple[int, int]) -> Tally:
        """Nothing yet; shape: firms, quantities."""
        wide = [np.zeros(shape) for _ in range(4)]
        one = [np.zeros(shape[0]) for _ in range(4)]
        holds = {name: np.zeros(shape[0]) for name in conditions}
        return cls(one[0], one[1], one[2], holds, wide[0], wide[1], wide[2], wide[3], one[3])

    def add(self, rows: np.ndarray, runs: list[tuple[Run, Floats]], expected: Floats, decision: Any) -> None:
        """One state: the turns drawn in it, each with its scores."""
        many = len(runs)
        holds = {name: np.mean([run.holds[name] for run, _ in runs], axis=0) for name in self.holds}
        self.states[rows] += 1
        self.passes[rows] += np.mean([run.chance for run, _ in runs], axis=0)
        self.joint[rows] += together(decision, holds)
        self.expected[rows] += expected
        for name, held in holds.items():
            self.holds[name][rows] += held
        for run, scores in runs:
            self.score[rows] += scores / many
            self.square[rows] += scores**2 / many
            self.cross[rows] += scores * run.chance[:, None] / many
            self.chance_square[rows] += run.chance**2 / many

    def replace(self, rows: np.ndarray, other: Tally) -> None:
        """Take over the sums of some firms."""
        for name in self.__dataclass_fields__:
            if name != "holds":
                getattr(self, name)[rows] = getattr(other, name)[rows]
        for name, held in other.holds.items():
            self.holds[name][rows] = held[rows]

    def plus(self, other: Tally) -> Tally:
        """Both."""
        sums = {n: getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__ if n != "holds"}
        return Tally(**sums, holds={name: held + other.holds[name] for name, held in self.holds.items()})

    def mean(self, name: str) -> Floats:
        """A sum over the states that a firm had."""
        total = np.asarray(getattr(self, name))
        many = np.maximum(self.states, 1)
        return np.asarray(total / (many if total.ndim == 1 else many[:, None]))


def together(decision: Any, holds: Mapping[str, Floats]) -> Floats:
    """The chance of a decision over conditions that are independent."""
    if isinstance(decision, str):
        return holds[decision]
    ((word, nodes),) = decision.items()
    parts = np.stack([together(node, holds) for node in nodes])
    return np.asarray(parts.prod(axis=0) if word == "all" else 1 - (1 - parts).prod(axis=0))


def chances_of(halves: tuple[Tally, Tally], known: Floats, rows: np.ndarray) -> tuple[Floats, float]:
    """The chance of each firm of `rows`, and the rank correlation that the lists of two seeds may be expected to have.

    halves: tallies of all firms, of two halves of the states. known: what the chance may depend on beside the expected
    scores of each half, a row a firm of `rows`. The correlation is that of two lists from a half each, carried over to
    twice the draws (Spearman-Brown).
    """
    one, other = (_own(half, rows) for half in halves)
    many = [half.states[rows] for half in halves]
    whole = (one * many[0] + other * many[1]) / np.maximum(many[0] + many[1], 1)
    if whole.sum() <= 0:
        return whole, 1.0
    scores = [half.mean("expected")[rows] for half in (*halves, halves[0].plus(halves[1]))]
    features = [np.concatenate([each, known], axis=1) for each in scores]
    guess = _regression(features[2], whole, many[0] + many[1])
    between = max(float(((one - guess) * (other - guess)).sum() / (guess**2).sum()), 0.0)
    states = 4 * many[0] * many[1] / np.maximum(many[0] + many[1], 1)
    of_draws = float(((one - other) ** 2 / 4 * states).sum() / guess.sum())

    def moved(own: Floats, towards: Floats, often: Floats) -> Floats:
        weight = between * towards / np.maximum(between * towards + of_draws / np.maximum(often, 1), 1e-300)
        return np.clip(towards + weight * (own - towards), 0.0, MOST)

    apart = [
        moved(own, _regression(each, own, often), often)
        for own, each, often in zip((one, other), features[:2], many, strict=True)
    ]
    agree = _rank_correlation(*apart)
    return moved(whole, guess, many[0] + many[1]), 2 * agree / (1 + agree) if agree > 0 else 0.0


def _own(tally: Tally, rows: np.ndarray) -> Floats:
    """The product of the conditions in each state, its odds brought to the number of draws that passed."""
    passes, joint = tally.mean("passes")[rows], tally.mean("joint")[rows]
    wanted, odds = passes.sum(), joint / np.maximum(1 - joint, 1e-12)
    if wanted <= 0 or joint.sum() <= 0:
        return np.asarray(passes)

    def off(log: float) -> float:
        return float((odds * np.exp(log) / (1 + odds * np.exp(log))).sum() - wanted)

    if off(-5.0) > 0 or off(5.0) < 0:
        return np.asarray(passes)
    from scipy.optimize import brentq  # a tenth of a second

    times = np.exp(brentq(off, -5.0, 5.0))
    return np.asarray(odds * times / (1 + odds * times))


def _regression(features: Floats, own: Floats, states: Floats) -> Floats:
    """A ridge Poisson regression with logarithmic link, by Newton's method: what the features make of each figure."""
    mean = float(np.average(own, weights=np.maximum(states, 1e-9)))
    deviation = features.std(axis=0)
    used = features[:, deviation > 1e-9]
    if mean <= 0 or not used.shape[1]:
        return np.full(len(own), mean)
    one = np.ones((len(own), 1))
    x = np.concatenate([one, (used - used.mean(axis=0)) / deviation[deviation > 1e-9]], axis=1)
    weight, y = states / states.sum(), own / mean
    penalty = np.append(0.0, np.full(x.shape[1] - 1, RIDGE))

    def loss(slope: Floats) -> float:
        line = np.clip(x @ slope, -LIMIT, LIMIT)
        return float(weight @ (np.exp(line) - y * line) + penalty @ slope**2 / 2)

    slope = np.zeros(x.shape[1])
    best = loss(slope)
    for _ in range(STEPS):
        fitted = np.exp(np.clip(x @ slope, -LIMIT, LIMIT))
        lean = x.T @ (weight * (y - fitted)) - penalty * slope
        step = np.linalg.solve((x.T * (weight * fitted)) @ x + np.diag(penalty + 1e-9), lean)
        length = 1.0
        while (new := loss(slope + length * step)) > best and length > 1e-4:
            length /= 2
        if new > best - 1e-9:
            break
        slope, best = slope + length * step, new
    return np.clip(np.exp(np.clip(x @ slope, -LIMIT, LIMIT)) * mean, 0.0, MOST)


def _rank_correlation(one: Floats, other: Floats) -> float:
    if len(one) < FEW:
        return 1.0
    from scipy.stats import rankdata  # half a second

    ranks = [rankdata(each) for each in (one, other)]
    if min(each.std() for each in ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
