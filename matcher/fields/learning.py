"""Weights of headings by ridge regression, and their choice from labels. Arrays in, arrays out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SHARES, RIDGES = (0.3, 0.5, 0.7), (0.3, 1.0)  # tried inside the labels by `fit`
PRIORS = (0.0, 0.01, 0.02, 0.03, 0.05)
STEEP = (6.0, 9.0, 13.0, 18.0, 25.0, 40.0)
FOLDS = 5

Floats = NDArray[np.float32]


class Weights(NamedTuple):
    """Log-odds of headings: the products of both channels with `dense` and `sparse`, plus `bias`.

    The last column of each is "none of them". `learned`: how they were chosen, for a reader.
    """

    dense: Floats
    sparse: Floats
    bias: Floats
    learned: str = ""


def ridge_weights(
    dense: Floats, sparse: csr_array, target: NDArray[Any], share: float, ridge: float
) -> tuple[Floats, Floats]:
    """Weights of both channels: the kernel is (1 - share) dense + share sparse."""
    kernel = (1 - share) * (dense @ dense.T).astype(float) + share * (sparse @ sparse.T).toarray()
    solved = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), target)
    by_words: Floats = np.asarray(share * (sparse.T @ solved), np.float32)
    return np.asarray((1 - share) * dense.T @ solved, np.float32), by_words


def softmax(logits: Floats) -> Floats:
    """Probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def learned_weights(
    prior: Weights, dense: Floats, sparse: csr_array, target: NDArray[Any], truth: NDArray[np.int64]
) -> Weights:
    """Settings by cross-validation inside the labels (log loss), then the weights over all of them.

    The vectors are centred and scaled to a mean length of one. The scores of the prior are put on one scale, heading
    by heading, before they are added, since what a heading scores on any text means nothing.
    """
    size = len(target)
    fold = np.empty(size, np.int64)
    fold[np.lexsort((np.arange(size), truth))] = np.arange(size) % FOLDS  # a heading's labels are dealt out evenly
    centre = dense.mean(axis=0)
    length = float(np.linalg.norm(dense - centre, axis=1).mean()) or 1.0
    moved = np.asarray((dense - centre) / length, np.float32)
    first = dense @ prior.dense + sparse @ prior.sparse
    middle, spread = first.mean(axis=0), np.maximum(first.std(axis=0), 1e-6)
    known = np.unique(truth)
    place = np.searchsorted(known, truth)
    seen: NDArray[np.bool_] = np.asarray(target.any(axis=0), bool)
    wanted = np.where(seen, target - target.mean(axis=0), 0)
    by_meaning, by_words = (moved @ moved.T).astype(float), (sparse @ sparse.T).toarray()
    best: tuple[float, ...] = (np.inf,)
    for share in SHARES:
        kernel = (1 - share) * by_meaning + share * by_words
        for ridge in RIDGES:
            fitted = np.zeros((size, len(known)))
            for part in range(FOLDS):
                out, rest = np.flatnonzero(fold == part), np.flatnonzero(fold != part)
                solved = np.linalg.solve(kernel[np.ix_(rest, rest)] + ridge * np.eye(len(rest)), wanted[rest][:, known])
                fitted[out] = kernel[np.ix_(out, rest)] @ solved
            for weight in PRIORS:
                mixed = fitted + weight * ((first - middle) / spread)[:, known]
                for sharp in STEEP:
                    chances = softmax(sharp * mixed)
                    loss = float(-np.log(np.maximum(chances[np.arange(size), place], 1e-9)).mean())
                    if loss < best[0] - 1e-9:
                        best = (loss, share, ridge, weight, sharp, float(np.quantile(sharp * mixed.max(axis=1), 0.05)))
    loss, share, ridge, weight, sharp, lowest = best
    made = ridge_weights(moved, sparse, wanted, share, ridge)
    keep = np.where(seen, sharp * weight / spread, 1).astype(np.float32)
    turned = sharp * made[0] / length
    bias = np.where(seen, -(centre @ turned) - sharp * weight * middle / spread, prior.bias)
    if not seen[-1]:  # no label is "none": texts that fit less than nineteen in twenty of the labelled
        keep[-1], bias[-1] = 0, lowest
    summary = (
        f"{size} labels: lexical share {share:g}, ridge {ridge:g}, headings' own words {weight:g}, log loss {loss:.3f}"
    )
    return Weights(
        np.asarray(turned + prior.dense * keep, np.float32),
        np.asarray(sharp * made[1] + prior.sparse * keep, np.float32),
        np.asarray(bias, np.float32),
        summary,
    )
