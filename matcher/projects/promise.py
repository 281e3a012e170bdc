"""A promise of false alarms: the signs of honest texts in, which signs of a new text go beyond it out.

Each sign is put on one scale, how few of the library's own texts show it as strongly; beyond all of them, how far. A
new text is then ranked among the library's by its strongest sign (a conformal test), whatever the signs' distributions
and however they hang together: of texts drawn as the library's were at most the promised share is flagged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from matcher.projects.nearest import Near

SIGNS = {"overlap": "原文重合", "covered": "几个来源拼接", "likeness": "用字相近", "reworded": "换了说法"}
ADDS = 0.1  # what a source must add to the shared part to be one of several
NEIGHBOURS = 10  # texts with which the largest is compared
SURE = 0.9  # how surely the share stays below the promise
_SHARES = np.log([0.1, 0.1, 0.5, 1])  # of the promise: copies lie far above any limit, rewordings do not
_TAIL, _LEAST = 0.1, 0.01  # share of the texts whose mean excess is the unit beyond all of them; the smallest unit

Floats = NDArray[np.float64]


def signs(near: Near) -> Floats:
    """(pairs, signs) what each pair of a text with its neighbours shows.

    overlap; overlaps of all sources together, where several add to it; likeness; and, for the pair where it is the
    largest, how far the sign of a rewording lies above that of the next ones.
    """
    table = np.full((len(near.rows), len(SIGNS)), -np.inf)
    if len(table):
        table[:, 0], table[:, 2] = near.overlap, near.likeness
        several = near.adds >= ADDS
        table[several & (several.sum() > 1), 1] = near.adds.sum()
        rest = -np.sort(-near.reworded)[1 : NEIGHBOURS + 1]
        table[near.reworded.argmax(), 3] = near.reworded.max() - rest.mean() if len(rest) else 0
    return table


class Promise:
    """What goes beyond the promise `false_alarm`; `honest`: (texts, signs), the largest of each honest text.

    sure: whether there are enough texts to say so with nine tenths of certainty: even where no honest one stands above
    the limit, n of them leave a share a of all above it with probability (1 - a)^n, so 230 are needed for 1 %.
    """

    def __init__(self, honest: Floats, false_alarm: float) -> None:
        count = len(honest)
        self._ordered = np.sort(np.maximum(honest, 0), axis=0)
        tail = self._ordered[-max(int(_TAIL * count), 1) :]
        self._unit = np.maximum((tail - tail[0]).mean(axis=0), _LEAST)
        self._levels = np.sort(self._strength(np.maximum(honest, 0), own=1).max(axis=1))
        above = int(binom.ppf(1 - SURE, count, false_alarm))
        self._allowed, self.sure = max(above - 1, 0), above > 0

    def _strength(self, table: Floats, *, own: int) -> Floats:
        """(texts, signs) on the common scale; `own`: 1 where the texts are among the honest ones themselves."""
        count = len(self._ordered)
        result = np.empty(table.shape)
        for column, values in enumerate(table.T):
            ordered = self._ordered[:, column]
            as_strong = count - np.searchsorted(ordered, values, side="left") - own
            beyond = np.where(as_strong == 0, (values - ordered[max(count - 1 - own, 0)]) / self._unit[column], 0)
            result[:, column] = np.log((count - own + 1) / (as_strong + 1)) + beyond
        return result + _SHARES

    def broken(self, table: Floats) -> NDArray[np.bool_]:
        """(pairs, signs) which sign is stronger than the promise allows honest texts to show."""
        strength = self._strength(np.maximum(table, 0), own=0)
        return len(self._levels) - np.searchsorted(self._levels, strength, side="left") <= self._allowed
