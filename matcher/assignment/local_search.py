"""Raising the worst-off by exchanging partners: where whole numbers near the proven bound cannot be searched out."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcher.assignment.highs import Floats, Model

STEPS = 20_000
TRIED = 200  # exchanges looked at in a step, the most gainful first
NONE = -1e15


def raise_worst(model: Model, at_left: Any, at_right: Any, shape: tuple[int, int], chosen: Floats) -> Floats:
    """A choice whose smallest sum of a right id is not smaller than that of `chosen`, which keeps the rules.

    Step by step the worst-off right id exchanges one partner with another right id, so that both are better off than
    it was; of such exchanges one that costs the whole least. It ends where there is none.
    """
    place = np.full(shape, -1, np.int64)
    place[at_left, at_right] = np.arange(len(at_left))
    gain = np.where(place >= 0, model.gain[place], NONE)
    columns = model.matrix.tocsc()
    held = np.flatnonzero(chosen > 0.5)
    left, right = at_left[held].copy(), at_right[held].copy()
    activity = model.matrix @ chosen
    total = np.bincount(right, model.gain[held], minlength=shape[1])
    counted = np.bincount(at_right, minlength=shape[1]) > 0
    for _ in range(STEPS):
        worst = int(np.argmin(np.where(counted, total, np.inf)))
        held_by_worst = np.flatnonzero(right == worst)
        here = left[held_by_worst]
        new_worst = total[worst] - gain[here, worst][:, None] + gain[left, worst][None, :]
        new_other = total[right][None, :] - gain[left, right][None, :] + gain[here][:, right]
        better = (np.minimum(new_worst, new_other) > total[worst] + 1e-6) & (right != worst)[None, :]
        gainful = np.flatnonzero(better)
        cost = -(new_worst + new_other - total[right][None, :]).ravel()[gainful]
        order = gainful[np.argsort(cost, kind="stable")]
        for one in order[:TRIED].tolist():
            a, b = divmod(one, len(left))
            give, take, other = int(here[a]), int(left[b]), int(right[b])
            if ((left == take) & (right == worst)).any() or ((left == give) & (right == other)).any():
                continue
            out = (place[give, worst], place[take, other])
            come = (place[take, worst], place[give, other])
            if model.least[list(out)].any():
                continue
            change = columns[:, list(come)].sum(axis=1) - columns[:, list(out)].sum(axis=1)
            after = activity + np.asarray(change).ravel()
            if (after > model.high + 1e-9).any() or (after < model.low - 1e-9).any():
                continue
            activity = after
            total[worst] += model.gain[come[0]] - model.gain[out[0]]
            total[other] += model.gain[come[1]] - model.gain[out[1]]
            left[held_by_worst[a]], left[b] = take, give
            break
        else:
            break
    result = np.zeros(len(chosen))
    result[place[left, right]] = 1.0
    return result
