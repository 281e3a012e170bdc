"""Can every village have its persons? Masks and capacities in, the largest coverage out, with its proof.

Coverage is a maximum flow from persons to villages (Ford and Fulkerson 1956); its proof is a minimum cut. A village
that stays without anybody lies in a group of villages whose possible persons are full, all of them: that is the reason.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, maximum_flow

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]


class Shortage(NamedTuple):
    """Why a village has too few: `persons` may serve it; the `group` who may serve one of `villages` fill `places`."""

    persons: int
    villages: int
    group: int
    places: int
    wanted: int


def most_places(allowed: Mask, capacity: Whole, each: int) -> int:
    """How many places can be filled at most, where a village has `each` places for different persons.

    allowed: (villages, persons). Everybody serves at most `capacity` villages, and each of them once.
    """
    villages, persons = allowed.shape
    if allowed.all():  # every cut of a complete graph keeps some number of villages on the persons' side
        kept = np.arange(villages + 1)
        least = np.sort(np.minimum(capacity, villages))
        below = np.r_[0, np.cumsum(least)][np.searchsorted(least, kept, side="right")]
        above = (persons - np.searchsorted(least, kept, side="right")) * kept
        return int((below + above + (villages - kept) * each).min())
    at = np.nonzero(allowed)
    source, sink = villages + persons, villages + persons + 1
    heads = np.r_[np.full(persons, source), at[1] + villages, np.arange(villages)]
    tails = np.r_[np.arange(persons) + villages, at[0], np.full(villages, sink)]
    amounts = np.r_[capacity, np.ones(len(at[0]), np.int64), np.full(villages, each)].astype(np.int32)
    places = (heads.astype(np.int32), tails.astype(np.int32))  # older versions of scipy take no wider ones
    graph = csr_array(coo_array((amounts, places), shape=(sink + 1, sink + 1)))
    return int(maximum_flow(graph, source, sink).flow_value)


def least_capacity(allowed: Mask, own: Whole, each: int) -> int:
    """The smallest number of villages for all whose own limit is not known (`own` < 0) that fills most places."""
    villages = len(allowed)
    best = most_places(allowed, np.where(own < 0, villages, own), each)
    low, high = 1, villages
    while low < high:
        middle = (low + high) // 2
        if most_places(allowed, np.where(own < 0, middle, own), each) == best:
            high = middle
        else:
            low = middle + 1
    return low


def shortages(allowed: Mask, chosen: Mask, capacity: Whole, each: int) -> dict[int, Shortage]:
    """Why villages have fewer than `each` in a choice that fills most places: village -> its group.

    From these villages, over everybody who may serve them, on to the villages that those serve, and so on. Nobody on
    the way has a place left, or another could have been moved; villages that no person joins are groups of their own.
    """
    short = np.flatnonzero(chosen.sum(axis=1) < each)
    group = np.zeros(allowed.shape[0], bool)
    people = np.zeros(allowed.shape[1], bool)
    free = allowed & ~chosen
    fresh = short
    while len(fresh):
        group[fresh] = True
        reached = free[fresh].any(axis=0) & ~people
        people |= reached
        fresh = np.flatnonzero(chosen[:, reached].any(axis=1) & ~group)
    rows, columns = np.flatnonzero(group), np.flatnonzero(people)
    at = np.nonzero(allowed[np.ix_(rows, columns)])
    size = len(rows) + len(columns)
    links = csr_array((np.ones(len(at[0]), np.int8), (at[0], at[1] + len(rows))), shape=(size, size))
    parts = connected_components(links, directed=False)[1]
    found = {}
    for part in np.unique(parts[: len(rows)]):
        here, who = rows[parts[: len(rows)] == part], columns[parts[len(rows) :] == part]
        others = int(chosen[here].sum() - chosen[np.ix_(here, who)].sum())  # of persons who can serve nobody else here
        places, wanted = int(capacity[who].sum()) + others, len(here) * each
        for village in np.intersect1d(here, short).tolist():
            found[village] = Shortage(int(allowed[village].sum()), len(here), len(who), places, wanted)
    return found
