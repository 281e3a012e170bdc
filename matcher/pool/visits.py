"""How many firms will pass, and which ones to visit so that a target is reached.

Firms pass independently of each other, each with its own chance; the number of passes is then Poisson-binomial (Wang
1993), worked out exactly. What firms share (a stricter panel, a bad year) is not in it: such intervals are too narrow.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import TARGETS, TITLES
from matcher.policy.firms.identity import has_ended

LOOKED_AT = 400  # firms whose help would add most; beyond them only the bound is worked out
WORK = 1_500_000  # firms bounded in the search for a proof; a count and no clock, so the answer is the same everywhere
TINY = 1e-12

Floats = NDArray[np.float64]


def pass_distribution(chances: pd.Series[Any] | Floats) -> Floats:
    """The distribution of the number of passes among n firms: n + 1 probabilities, of 0 to n passes.

    Examples
    --------
    >>> pass_distribution([0.5, 0.5, 1.0]).tolist()
    [0.0, 0.25, 0.5, 0.25]
    """
    values = _chances(np.asarray(chances, np.float64))
    heap: list[tuple[int, int, Floats]] = [(2, i, np.array([1 - p, p])) for i, p in enumerate(values)]
    if not heap:
        return np.ones(1)
    heapq.heapify(heap)
    at = len(heap)
    while len(heap) > 1:  # the shortest two are joined, so that few long products are made
        (_, _, one), (_, _, two) = heapq.heappop(heap), heapq.heappop(heap)
        joined = np.convolve(one, two)
        heapq.heappush(heap, (len(joined), at, joined))
        at += 1
    return heap[0][2]


def expected_passes(
    chances: pd.Series[Any] | Floats, *, target: int | None = None, coverage: float = 0.9
) -> dict[str, float]:
    """How many firms will pass.

    Parameters
    ----------
    chances
        The chance of each firm, 0 to 1.
    target
        A number of passes, for the probability to reach it.
    coverage
        Of the interval.

    Returns
    -------
    expected: the mean number of passes; low, high: the interval that holds at least `coverage` of the probability, with
    at most half of the rest on either side; reached: the probability of `target` passes or more, if one is given.

    Raises
    ------
    TableError
        A chance is not between 0 and 1.

    Examples
    --------
    >>> expected_passes([0.5, 0.5, 1.0], target=2)
    {'expected': 2.0, 'low': 1.0, 'high': 3.0, 'reached': 0.75}
    """
    if not 0 < coverage < 1:
        raise ArgumentError(f"coverage lies between 0 and 1, not {coverage!r}")
    spread = pass_distribution(chances)
    below = np.cumsum(spread)
    rest = (1 - coverage) / 2
    figures = {
        "expected": float(np.arange(len(spread)) @ spread),
        "low": float(np.searchsorted(below, rest + TINY)),
        "high": float(np.searchsorted(below, 1 - rest - TINY)),
    }
    return figures if target is None else figures | {"reached": _tail(spread, target)}


@dataclass(frozen=True, eq=False)
class Allocation:
    """chosen: the firms to help, by id: enterprise_id, visits, chance, chance_if_helped, adds (what leaving this one
    out would take from the probability). marginal: visits, firms, probability and adds for 0 to all visits, where each
    line is a choice of its own (by exchanges; the last one is `chosen`). probability: of reaching the target with
    `chosen`; bound: no choice reaches more. optimal: the two agree, so the choice is proven best.
    """

    chosen: pd.DataFrame
    marginal: pd.DataFrame
    probability: float
    bound: float
    optimal: bool


def assume_help(firms: pd.DataFrame, *, odds: float) -> pd.DataFrame:
    """The firms with `chance_if_helped` where it is not known yet: help multiplies the odds of passing by `odds`.

    An assumption of the caller, for want of figures. A chance of 0 or 1, which the rules settle, stays.
    """
    chance = firms["chance"].to_numpy(float, na_value=np.nan)
    helped = odds * chance / (1 - chance + odds * chance)
    known = firms["chance_if_helped"] if "chance_if_helped" in firms else pd.Series(np.nan, firms.index)
    return firms.assign(chance_if_helped=known.astype(float).fillna(pd.Series(helped, firms.index)))


def allocate_visits(firms: pd.DataFrame, *, visits: int, target: int, odds: float | None = None) -> Allocation:
    """Choose the firms to visit and help, so that at least `target` pass with the largest probability.

    Parameters
    ----------
    firms
        enterprise_id, chance (of passing without help), chance_if_helped, and visits (a whole number that helping
        takes, 1 where it is absent or unknown). Help is whole or none. Firms whose `status` (登记状态) is 注销,
        吊销 and the like neither pass nor are visited.
    visits
        How many visits can be made in all.
    target
        How many firms have to pass.
    odds
        Your assumption where chance_if_helped is not known: help multiplies the odds of passing by this.

    Returns
    -------
    The choice, what each further visit adds, and whether the choice is proven best. Of equal choices the one with fewer
    visits, then the earlier ids.

    Raises
    ------
    TableError
        Chances or visits are missing or impossible, or an id stands twice.

    Notes
    -----
    Greedy steps by the exact probability, then exchanges of one firm for others, then a search that proves the choice
    or improves it: a branch is left where no completion can reach more, since the number of passes grows stochastically
    in every firm's chance, so that the largest helped chances for as many as can be visited and the largest unhelped
    chances for the rest bound it. The search ends after a fixed amount of work; `bound` then shows what is open.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["A", "B"], "chance": [0.5, 0.1], "chance_if_helped": [0.9, 0.2]})
    >>> choice = allocate_visits(firms, visits=1, target=1)
    >>> choice.chosen["enterprise_id"].tolist(), round(choice.probability, 3), choice.optimal
    (['A'], 0.91, True)
    """
    if "status" in firms:
        firms = firms[~has_ended(firms["status"])]
    if "visits" in firms:
        firms = firms.assign(visits=firms["visits"].fillna(1))
    table, cost = _checked(firms if odds is None else assume_help(firms, odds=odds))
    chance, helped = table["chance"].to_numpy(float), table["chance_if_helped"].to_numpy(float)
    order = np.lexsort((np.arange(len(table)), -(helped - chance) / cost))
    looked = np.sort(order[(helped > chance + TINY)[order]][:LOOKED_AT])
    problem = _Problem(chance, helped, cost, looked, target)
    lines = []
    rows: list[int] = []
    for many in range(visits + 1):
        rows = problem.improved(problem.grown(rows, many), many)
        lines.append((many, len(rows), problem.value(rows)))
        if len(rows) == len(looked):
            break
    best, bound = problem.proven(rows, visits)
    value = problem.value(best)
    marginal = pd.DataFrame(lines, columns=["visits", "firms", "probability"])
    marginal.loc[marginal.index[-1], ["firms", "probability"]] = [len(best), value]
    marginal["firms"] = marginal["firms"].astype(int)
    marginal["adds"] = marginal["probability"].diff().fillna(0.0)
    chosen = table.iloc[sorted(best)].reset_index(drop=True)
    chosen["adds"] = [value - problem.value([other for other in best if other != row]) for row in sorted(best)]
    return Allocation(chosen, marginal, value, max(bound, value), bound <= value + TINY)


def allocation_sheets(allocation: Allocation, firms: pd.DataFrame) -> dict[str, Sheet]:
    """The choice and what each visit adds; firms: the table that it was made from, for the names."""
    chosen = allocation.chosen.copy()
    if "name" in firms:
        names = dict(zip(firms["enterprise_id"], firms["name"], strict=True))
        chosen.insert(1, "name", chosen["enterprise_id"].map(names))
    shares = dict.fromkeys(("chance", "chance_if_helped", "probability", "adds"), "0.0%")
    titles = {**TARGETS, "name": TITLES["name"]}
    return {
        "帮扶名单": Sheet(chosen, titles, formats=shares),
        "每次走访的作用": Sheet(allocation.marginal, TARGETS, formats=shares),
    }


class _Problem:
    """The chances of all firms, and those whose help is looked at."""

    def __init__(self, chance: Floats, helped: Floats, cost: NDArray[np.int64], looked: NDArray[np.int64], target: int):
        self.chance, self.helped, self.cost, self.looked, self.target = chance, helped, cost, looked.tolist(), target
        rest = np.setdiff1d(np.arange(len(chance)), looked)
        self.base = _cut(pass_distribution(chance[rest]), target)
        self.open = len(rest) > 0 and bool((helped[rest] > chance[rest] + TINY).any())

    def value(self, rows: list[int]) -> float:
        """The probability of the target with these rows helped."""
        return self._reach(
            self._with(self.base, [self.helped[i] if i in set(rows) else self.chance[i] for i in self.looked])
        )

    def _with(self, spread: Floats, chances: list[float]) -> Floats:
        for p in chances:
            spread = _with_one(spread, p)
        return spread

    def _reach(self, spread: Floats) -> float:
        return float(spread[self.target]) if self.target < len(spread) else 0.0

    def _turning(self, rows: list[int]) -> dict[int, float]:
        """For each firm looked at, the probability that it alone decides: target - 1 passes among all the others."""
        if self.target < 1:
            return dict.fromkeys(self.looked, 0.0)
        now = [self.helped[i] if i in set(rows) else self.chance[i] for i in self.looked]
        after = [np.ones(1)]
        for p in reversed(now):
            after.append(np.convolve(after[-1], [1 - p, p])[: self.target])
        after.reverse()
        before, turning = self.base[: self.target], {}
        for place, i in enumerate(self.looked):
            tail = after[place + 1]
            some = min(len(before), self.target)
            at = self.target - 1 - np.arange(some)
            good = (at >= 0) & (at < len(tail))
            turning[i] = float(before[:some][good] @ tail[at[good]])
            before = np.convolve(before, [1 - now[place], now[place]])[: self.target]
        return turning

    def grown(self, rows: list[int], visits: int) -> list[int]:
        """More firms, each the one that adds most for a visit, until no further one can be visited."""
        rows = list(rows)
        while True:
            left = visits - int(self.cost[rows].sum())
            free = [i for i in self.looked if i not in set(rows) and self.cost[i] <= left]
            if not free:
                return rows
            turning = self._turning(rows)
            rows.append(max(free, key=lambda i: ((self.helped[i] - self.chance[i]) * turning[i] / self.cost[i], -i)))

    def improved(self, rows: list[int], visits: int) -> list[int]:
        """Firms exchanged one for one, as long as that helps."""
        rows, value = list(rows), self.value(rows)
        for _ in range(len(rows) + 1):
            turning = self._turning(rows)
            gain = {i: (self.helped[i] - self.chance[i]) * turning[i] for i in self.looked}
            outs = sorted(rows, key=lambda i: (gain[i], i))[:8]
            ins = sorted((i for i in self.looked if i not in set(rows)), key=lambda i: (-gain[i], i))[:8]
            left = visits - int(self.cost[rows].sum())
            trials = [
                [*(i for i in rows if i != out), one]
                for out in outs
                for one in ins
                if self.cost[one] <= left + self.cost[out]
            ]
            best = max(trials, key=self.value, default=rows)
            if self.value(best) <= value + TINY:
                return rows
            rows, value = best, self.value(best)
        return rows

    def proven(self, rows: list[int], visits: int) -> tuple[list[int], float]:
        """The best choice found, and what no choice exceeds."""
        best, value = sorted(rows), self.value(rows)
        order = sorted(self.looked, key=lambda i: (-(self.helped[i] - self.chance[i]), i))
        if self.open:  # firms that were not looked at may be worth a visit
            return best, self._roof(visits)
        steps, bound = 0, 0.0
        stack: list[tuple[int, list[int], int, Floats]] = [(0, [], visits, self.base)]
        while stack:
            place, taken, left, spread = stack.pop()
            roof = self._bound(spread, order[place:], left)
            if roof <= value + TINY:
                continue
            steps += len(order) - place + 1
            if steps > WORK:
                bound = max(bound, roof)
                continue
            if place == len(order):
                best, value = sorted(taken), roof
                continue
            i = order[place]
            stack.append((place + 1, taken, left, _with_one(spread, self.chance[i])))
            if self.cost[i] <= left:
                stack.append((place + 1, [*taken, i], left - int(self.cost[i]), _with_one(spread, self.helped[i])))
        return best, max(bound, value)

    def _bound(self, spread: Floats, rest: list[int], left: int) -> float:
        some = int(np.searchsorted(np.cumsum(np.sort(self.cost[rest])), left, side="right"))
        tops = np.sort(self.helped[rest])[::-1][:some]
        others = np.sort(self.chance[rest])[::-1][: len(rest) - some]
        return self._reach(self._with(spread, [*tops, *others]))

    def _roof(self, visits: int) -> float:
        everybody = list(range(len(self.chance)))
        some = int(np.searchsorted(np.cumsum(np.sort(self.cost)), visits, side="right"))
        tops = np.sort(self.helped)[::-1][:some]
        others = np.sort(self.chance)[::-1][: len(everybody) - some]
        return _tail(pass_distribution(np.concatenate([tops, others])), self.target)


def _with_one(spread: Floats, p: float) -> Floats:
    """A distribution over 0 .. target - 1 passes and "target or more", with one more firm."""
    moved = spread * (1 - p)
    moved[1:] += spread[:-1] * p
    moved[-1] += spread[-1] * p
    return moved


def _cut(spread: Floats, target: int) -> Floats:
    """0 .. target - 1 passes one by one, and target or more together."""
    short = np.zeros(max(target, 0) + 1)
    few = min(len(spread), len(short) - 1)
    short[:few] = spread[:few]
    short[-1] = spread[few:].sum() if len(spread) > few else 0.0
    return short


def _tail(spread: Floats, target: int) -> float:
    return float(min(1.0, spread[max(target, 0) :].sum()))


def _chances(values: Floats) -> Floats:
    if not ((values >= 0) & (values <= 1)).all():
        raise TableError("通过概率应在 0 到 1 之间")
    return values


def _checked(firms: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    for name, title in (("chance", "通过概率"), ("chance_if_helped", "帮扶后通过概率")):
        if name not in firms or firms[name].isna().any():
            many = int(firms[name].isna().sum()) if name in firms else len(firms)
            hint = "；可以用 --odds 给出对帮扶作用的假设" if name == "chance_if_helped" else ""
            raise TableError(f"{many} 家企业没有{title}{hint}")
    table = firms.reset_index(drop=True)
    if "visits" not in table:
        table = table.assign(visits=1)
    table = table[["enterprise_id", "visits", "chance", "chance_if_helped"]].sort_values("enterprise_id", kind="stable")
    table = table.reset_index(drop=True)
    if (twice := table["enterprise_id"][table["enterprise_id"].duplicated()]).size:
        raise TableError(f"企业编号重复：{'、'.join(map(str, twice[:10]))}")
    _chances(table["chance"].to_numpy(float))
    _chances(table["chance_if_helped"].to_numpy(float))
    cost = table["visits"].to_numpy(float)
    if not ((cost >= 1) & (cost == np.round(cost))).all():
        raise TableError("走访次数应为不小于 1 的整数")
    return table, cost.astype(np.int64)
