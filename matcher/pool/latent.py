"""A half-empty table of quantities to draws of what is missing, given what each firm has.

Every quantity keeps the distribution that its observed values show (weighted, so that firms of which it is seldom seen
count for their like), and the quantities hang together by a Gaussian copula (Hoff 2007, Annals of Applied Statistics 1;
Zhao and Udell 2020, KDD) whose correlations are those of the pairs of cells that are seen together. A quantity with few
distinct values is known only up to the range of its normal score; the correlations allow for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from matcher.policy.intervals import Bools, Floats

ALIKE = 400.0  # pairs seen together that weigh as much as the correlation that a few common causes suggest
FACTORS = 3
CHUNK = 4096


@dataclass(frozen=True)
class Margin:
    """The distinct values of one quantity in ascending order, the share below and up to each."""

    values: Floats
    upto: Floats

    @classmethod
    def of(cls, seen: Floats, weights: Floats) -> Margin:
        """From observed values with weights."""
        values, place = np.unique(seen, return_inverse=True)
        mass = np.bincount(place, weights=weights)
        upto = np.cumsum(mass) / mass.sum()
        upto[-1] = 1.0
        return cls(values, upto)

    def scores(self) -> tuple[Floats, float]:
        """The mean normal score of each value, and their variance."""
        below = np.concatenate([[0.0], self.upto[:-1]])
        mass = np.maximum(self.upto - below, 1e-12)
        edge = np.exp(-0.5 * ndtri(np.clip(np.concatenate([[0.0], self.upto]), 1e-15, 1 - 1e-15)) ** 2)
        edge[[0, -1]] = 0.0
        mean = -np.diff(edge) / np.sqrt(2 * np.pi) / mass
        return mean, float(np.clip((mass * mean**2).sum(), 0.05, 1.0))

    def draw(self, scores: Floats) -> Floats:
        """Normal scores to values."""
        place = np.searchsorted(self.upto, ndtr(scores), side="left")
        return np.asarray(self.values[np.minimum(place, len(self.values) - 1)])


@dataclass(frozen=True)
class Latent:
    """Margins, how much of a normal score a value tells (`sharp`), and correlations of the scores."""

    margins: tuple[Margin, ...]
    sharp: Floats
    links: Floats

    @classmethod
    def fit(cls, table: Floats, guesses: list[Floats], weights: Floats, *, like: Floats | None = None) -> Latent:
        """Learn from a table (firms x quantities, NaN: not seen). `guesses`: values that stand in for those never seen.

        `weights`: of firms, for a bootstrap. `like`: of cells, so that the firms of which a cell is seen stand for the
        others; they are found in a first round where they are not given. Seldom pairs lean on common causes.
        """
        seen = ~np.isnan(table)
        model: Latent | None = None
        for share in [np.ones(table.shape), None] if like is None else [like]:
            if share is None:
                assert model is not None
                share = model.stand_in(table, seen)
            share = weights[:, None] * share
            margins = tuple(_margin(table[:, j], seen[:, j], share[:, j], guesses[j]) for j in range(table.shape[1]))
            sharp = np.array([margin.scores()[1] for margin in margins])
            model = cls(margins, sharp, np.eye(len(margins)))
            scores = model.score(table)
            model = cls(margins, sharp, _links(scores, seen, sharp, weights))
        assert model is not None
        return model

    def score(self, table: Floats) -> Floats:
        """Mean normal scores of the cells, NaN where nothing is seen."""
        out = np.full(table.shape, np.nan)
        for j, margin in enumerate(self.margins):
            mean, _ = margin.scores()
            known = ~np.isnan(table[:, j])
            place = np.clip(np.searchsorted(margin.values, table[known, j]), 0, len(margin.values) - 1)
            out[known, j] = mean[place]
        return out

    def seen_matrix(self) -> Floats:
        """Covariances of observed scores."""
        full = self.sharp[:, None] * self.links * self.sharp
        np.fill_diagonal(full, self.sharp)
        return full + np.eye(len(full)) * 0.01

    def weights_of(self, seen: Bools) -> NDArray[np.float32]:
        """For each pattern of seen cells, the matrix from observed scores to the expectation of all."""
        cover, side = self.seen_matrix().astype(np.float32), (self.links * self.sharp).astype(np.float32)
        out = np.empty((len(seen), len(self.links), len(self.links)), dtype=np.float32)
        for start in range(0, len(seen), CHUNK):
            mask = seen[start : start + CHUNK].astype(np.float32)
            both = mask[:, :, None] * mask[:, None, :]
            inverse = np.linalg.inv(cover * both + np.eye(len(cover), dtype=np.float32) * (1 - mask)[:, :, None])
            out[start : start + CHUNK] = side @ (inverse * both)
        return out

    def stand_in(self, table: Floats, seen: Bools) -> Floats:
        """Weights of seen cells so that they stand for the firms of which the cell is not seen, by like expectation."""
        scores = np.nan_to_num(self.score(table))
        cover = self.seen_matrix().astype(np.float32)
        rest = np.empty(table.shape)
        side = (self.links * self.sharp).astype(np.float32)
        for start in range(0, len(seen), CHUNK):
            part = slice(start, start + CHUNK)
            mask = seen[part].astype(np.float32)
            both = mask[:, :, None] * mask[:, None, :]
            inverse = np.linalg.inv(cover * both + np.eye(len(cover), dtype=np.float32) * (1 - mask)[:, :, None]) * both
            alpha = np.einsum("nij,nj->ni", inverse, scores[part].astype(np.float32))
            own = np.einsum("nii->ni", inverse)
            without = scores[part] - np.divide(alpha, own, out=np.zeros_like(alpha), where=own > 1e-6)
            rest[part] = np.where(mask > 0, without / np.maximum(self.sharp, 1e-6), alpha @ side.T)
        out = np.ones(table.shape)
        for j in range(table.shape[1]):
            known = seen[:, j]
            if known.sum() < 100 or known.all():
                continue
            bins = int(np.clip(known.sum() // 50, 2, 12))
            place = np.searchsorted(np.quantile(rest[:, j], np.arange(1, bins) / bins), rest[:, j])
            every, mine = np.bincount(place, minlength=bins), np.bincount(place[known], minlength=bins)
            ratio = (every / len(seen)) / np.maximum(mine / known.sum(), 1e-9)
            out[:, j] = np.clip(ratio, 0.2, 8.0)[place]
        return out


def _margin(values: Floats, seen: Bools, weights: Floats, guesses: Floats) -> Margin:
    known, mass = values[seen], weights[seen]
    if len(known) < 100 and len(guesses):
        known = np.concatenate([known, guesses])
        mass = np.concatenate([mass, np.full(len(guesses), 10.0 / len(guesses))])
    return Margin.of(known, np.maximum(mass, 1e-9))


def _links(scores: Floats, seen: Bools, sharp: Floats, weights: Floats) -> Floats:
    plain, mask = np.nan_to_num(scores).astype(np.float32), seen.astype(np.float32)
    share = weights.astype(np.float32)[:, None]
    many = (mask.T @ (mask * share)).astype(float)
    both = (plain.T @ (plain * share)).astype(float)
    found = np.clip(both / np.maximum(many, 1e-9) / sharp[:, None] / sharp, -0.985, 0.985)
    many = many * sharp[:, None] * sharp  # what a pair of cells tells, where a value tells only part of its score
    trust = many / (many + ALIKE)
    links = trust * found + (1 - trust) * _factors(found, many)
    np.fill_diagonal(links, 1.0)
    return _proper(links)


def _factors(found: Floats, many: Floats) -> Floats:
    """Correlations that FACTORS common causes would give, fitted to those found, each by how often it was seen.

    Alternating least squares over the off-diagonal cells, a little ridge; starts at the main axes of what was seen.
    """
    weight = np.minimum(many, 2000.0)
    np.fill_diagonal(weight, 0.0)
    start = found * (weight / (weight + 200.0))
    np.fill_diagonal(start, 1.0)
    roots, axes = np.linalg.eigh(start)
    causes = axes[:, -FACTORS:] * np.sqrt(np.maximum(roots[-FACTORS:], 0.05))
    ridge = np.eye(causes.shape[1]) * 3.0
    for _ in range(30):
        for row in range(len(found)):
            own = weight[row][:, None] * causes
            causes[row] = np.linalg.solve(causes.T @ own + ridge, own.T @ found[row])
    length = np.sqrt((causes**2).sum(axis=1, keepdims=True))
    causes = causes / np.maximum(length / 0.97, 1.0)
    return np.asarray(causes @ causes.T)


def _proper(links: Floats) -> Floats:
    links = (links + links.T) / 2
    roots, axes = np.linalg.eigh(links)
    fixed = (axes * np.maximum(roots, 0.01)) @ axes.T
    spread = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / spread[:, None] / spread)


class Draws:
    """Draws of all scores of some firms, given what is seen of them."""

    def __init__(self, model: Latent, table: Floats) -> None:
        self.model = model
        self.seen = ~np.isnan(table)
        self.scores = np.nan_to_num(model.score(table)).astype(np.float32)
        patterns, self.which = np.unique(self.seen, axis=0, return_inverse=True)
        self.which = self.which.reshape(-1)
        self.matrices = model.weights_of(patterns)
        self.root = np.linalg.cholesky(model.links + np.eye(len(model.links)) * 1e-9)
        self.noise = np.sqrt(np.maximum(model.sharp - model.sharp**2, 0))

    def draw(self, rng: np.random.Generator) -> Floats:
        """One draw: firms x quantities of normal scores."""
        size = self.scores.shape
        free = rng.standard_normal(size) @ self.root.T
        told = free * self.model.sharp + rng.standard_normal(size) * self.noise
        gap = np.where(self.seen, self.scores - told, 0).astype(np.float32)
        out = np.empty(size)
        for start in range(0, size[0], CHUNK):
            part = slice(start, start + CHUNK)
            out[part] = free[part] + np.matmul(self.matrices[self.which[part]], gap[part, :, None])[:, :, 0]
        return out
