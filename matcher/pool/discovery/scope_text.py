"""Facts that are known for some firms, estimated for all from the text of their business scope: one figure a fact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from matcher.policy.language.intervals import Floats

WORDS = 800  # character pairs kept, the most frequent that are not in nearly every text
FOLDS = 5


def text_scores(texts: Sequence[str], targets: Sequence[Floats], *, ridge: float = 30.0) -> list[Floats]:
    """Ridge regression of each target (NaN: not known) on the character pairs of the texts.

    The fact of a firm never enters its figure (five folds by place in the table); firms without a text get NaN.
    """
    matrix, filled = _pairs(texts)
    out = []
    fold = np.arange(len(texts)) % FOLDS
    for target in targets:
        use = ~np.isnan(target) & filled
        if use.sum() < 200 or np.nanstd(target[use]) == 0:
            continue
        mean = target[use].mean()
        squares, sums = [], []
        for k in range(FOLDS):
            part = matrix[use & (fold == k)]
            squares.append((part.T @ part).toarray())
            sums.append(part.T @ (target[use & (fold == k)] - mean))
        figure = np.full(len(texts), np.nan)
        for k in range(FOLDS):
            gram = sum(squares[i] for i in range(FOLDS) if i != k) + ridge * np.eye(matrix.shape[1])
            slope = np.linalg.solve(gram, sum(sums[i] for i in range(FOLDS) if i != k))
            rows = filled & (fold == k)
            figure[rows] = matrix[rows] @ slope + mean
        out.append(figure)
    return out


def _pairs(texts: Sequence[str]) -> tuple[sp.csr_matrix, np.ndarray]:
    """Presence of character pairs, rows of length 1; and which firms have a text."""
    distinct: dict[str, int] = {}
    which = np.array([distinct.setdefault(text, len(distinct)) for text in texts], dtype=np.int64)
    many = np.bincount(which, minlength=len(distinct))
    sets = [{text[i : i + 2] for i in range(len(text) - 1)} for text in distinct]
    counts: dict[str, int] = {}
    for row, pairs in enumerate(sets):
        for pair in pairs:
            counts[pair] = counts.get(pair, 0) + int(many[row])
    fit = [pair for pair, n in counts.items() if 5 <= n <= 0.7 * len(texts)]
    kept = {pair: i for i, pair in enumerate(sorted(fit, key=lambda pair: (-counts[pair], pair))[:WORDS])}
    rows, columns = [], []
    for row, pairs in enumerate(sets):
        places = sorted(kept[pair] for pair in pairs if pair in kept)
        rows += [row] * len(places)
        columns += places
    length = np.sqrt(np.maximum(np.bincount(rows, minlength=len(sets)), 1)) if rows else np.ones(len(sets))
    small = sp.csr_matrix((1 / length[rows] if rows else [], (rows, columns)), shape=(len(sets), max(len(kept), 1)))
    filled = np.array([bool(text) for text in texts])
    return small[which], filled
