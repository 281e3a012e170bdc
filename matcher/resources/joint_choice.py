"""The best choice over all needs: one (outcome, expert, resource) each, under shared hours, loads, money. Exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from matcher.assignment.highs import Model, search


class Choice(NamedTuple):
    """One way to answer one need; "" for a part that it does without. hours, cost: what it takes at least."""

    need: str
    outcome: str
    expert: str
    resource: str
    value: float
    hours: float = 0.0
    cost: float = 0.0


class Chosen(NamedTuple):
    """The rows of the chosen options in order, the sum of their values, and what no choice exceeds."""

    rows: tuple[int, ...]
    value: float
    bound: float


def choose(
    options: Sequence[Choice],
    *,
    hours_free: Mapping[str, float],
    load: int | None = None,
    money: float | None = None,
) -> Chosen:
    """At most one option for each need, so that the sum of values is largest; by HiGHS, proven.

    Parameters
    ----------
    options
        What may be chosen.
    hours_free
        Resource -> its hours, shared by all needs; a resource that is not named has no bound.
    load
        Needs of an expert at most.
    money
        Yuan for all needs together.

    Examples
    --------
    >>> from matcher.resources.joint_choice import Choice, choose
    >>> options = [Choice("N1", "", "", "R1", 0.9, hours=8), Choice("N2", "", "", "R1", 0.8, hours=8),
    ...            Choice("N2", "", "", "R2", 0.5, hours=8)]
    >>> choose(options, hours_free={"R1": 10}).rows
    (0, 2)
    """
    rows: dict[tuple[str, str], int] = {}
    high: list[float] = []
    entries: list[tuple[int, int, float]] = []

    def add(kind: str, name: str, limit: float, column: int, amount: float) -> None:
        place = rows.setdefault((kind, name), len(rows))
        if place == len(high):
            high.append(limit)
        entries.append((place, column, amount))

    for column, one in enumerate(options):
        add("need", one.need, 1.0, column, 1.0)
        if one.resource in hours_free:
            add("resource", one.resource, hours_free[one.resource], column, one.hours)
        if one.expert and load is not None:
            add("expert", one.expert, float(load), column, 1.0)
        if money is not None:
            add("money", "", money, column, one.cost)
    at, columns, amounts = (
        (np.array(part) for part in zip(*entries, strict=True)) if entries else (np.zeros(0, int),) * 3
    )
    model = Model(
        np.array([one.value for one in options]),
        sp.csr_array((amounts, (at, columns)), shape=(len(rows), len(options))),
        np.full(len(rows), -np.inf),
        np.array(high),
        np.zeros(len(options)),
        np.ones(len(options)),
    )
    best = search(model)
    if best is None:  # nothing chosen keeps every bound
        raise RuntimeError("HiGHS finds no choice, though choosing nothing is one")
    chosen = np.flatnonzero(best.x > 0.5)
    return Chosen(tuple(chosen.tolist()), float(model.gain[chosen].sum()), best.bound)
