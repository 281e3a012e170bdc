"""Targets of a year: how far each one is, how many firms will pass, and whom to help so that the target is reached.

Firms pass independently of each other, each with its own chance; the number of passes is then Poisson-binomial (Wang
1993), worked out exactly. What firms share (a stricter panel, a bad year) is not in it: such intervals are too narrow.
"""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError

PROGRESS = ("target_id", "name", "unit", "goal", "due", "actual", "share", "expected", "status", "missing", "a_month")
STATUS = ("已完成", "进度正常", "进度落后", "已逾期", "无实际值")
MONTH = 365.25 / 12  # days
LOOKED_AT = 400  # firms whose help would add most; beyond them only the bound is worked out
WORK = 1_500_000  # firms bounded in the search for a proof; a count and no clock, so the answer is the same everywhere
TINY = 1e-12

Floats = NDArray[np.float64]


def progress(targets: pd.DataFrame, *, on: dt.date | str) -> pd.DataFrame:
    """How far each target is on a day.

    targets: target_id, name, goal, due, and where known baseline, actual, start (first day of its period) and unit.
    goal and actual are levels in the same unit; what is still to be done runs from baseline (0 where unknown) to goal,
    downwards where the goal lies below it.

    One row a target, in the order given: target_id, name, unit, goal, due, actual, share (of the way that is done; may
    exceed 1), expected (the share of the period that is over, unknown without `start`), missing (what is left, 0 where
    reached), a_month (missing by the months left) and status: 已完成; 进度正常 (at least the expected share);
    进度落后; 已逾期 (the day has passed); 无实际值.
    Raises TableError when a goal or a day is missing or start is not before due.
    """
    day = pd.Timestamp(on)
    table = targets.reset_index(drop=True)
    for name in ("unit", "baseline", "actual", "start"):
        if name not in table:
            table[name] = None
    goal, base, actual = (_floats(pd.to_numeric(table[name])) for name in ("goal", "baseline", "actual"))
    due, start = (pd.to_datetime(table[name]) for name in ("due", "start"))
    if faults := [
        f"{row}：{what}"
        for rows, what in (
            (np.isnan(goal), "没有目标值"),
            (due.isna().to_numpy(), "没有完成日期"),
            ((start >= due).to_numpy(), "起始日期不早于完成日期"),
        )
        for row in table.loc[rows, "target_id"]
    ]:
        raise TableError(f"目标表有 {len(faults)} 处问题：\n  " + "\n  ".join(map(str, faults)))
    base = np.where(np.isnan(base), 0.0, base)
    way = goal - base
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(way == 0, np.where(np.isnan(actual), np.nan, 1.0), (actual - base) / way)
        left = np.where(share >= 1, 0.0, goal - actual)
        months = np.maximum((due - day).dt.days.to_numpy(float), 0) / MONTH
        a_month = np.where(left == 0, 0.0, left / months)
    expected = ((day - start) / (due - start)).clip(0, 1).to_numpy(float)
    late = (day > due).to_numpy()
    behind = share < np.where(np.isnan(expected), 0.0, expected)
    status = np.select(
        [np.isnan(actual), share >= 1, late, behind], [STATUS[4], STATUS[0], STATUS[3], STATUS[2]], STATUS[1]
    )
    found = table[["target_id", "name", "unit", "goal", "due", "actual"]].assign(
        share=share, expected=expected, status=status, missing=left, a_month=np.where(late, np.nan, a_month)
    )
    return found[list(PROGRESS)]


# ---- how many will pass


def passes(chances: pd.Series[Any] | Floats) -> Floats:
    """The distribution of the number of passes among n firms: n + 1 probabilities, of 0 to n passes."""
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
    """expected: the mean number of passes; low, high: the interval that holds at least `coverage` of the probability,
    with at most half of the rest on either side; reached: the probability of `target` passes or more, if one is given.
    """
    spread = passes(chances)
    below = np.cumsum(spread)
    rest = (1 - coverage) / 2
    found = {
        "expected": float(np.arange(len(spread)) @ spread),
        "low": float(np.searchsorted(below, rest + TINY)),
        "high": float(np.searchsorted(below, 1 - rest - TINY)),
    }
    return found if target is None else found | {"reached": _tail(spread, target)}


# ---- whom to help


@dataclass(frozen=True, eq=False)
class Help:
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


def with_help(firms: pd.DataFrame, *, odds: float) -> pd.DataFrame:
    """The firms with `chance_if_helped` where it is not known yet: help multiplies the odds of passing by `odds`.

    An assumption of the caller, for want of figures. A chance of 0 or 1, which the rules settle, stays.
    """
    chance = _floats(firms["chance"])
    helped = odds * chance / (1 - chance + odds * chance)
    known = firms["chance_if_helped"] if "chance_if_helped" in firms else pd.Series(np.nan, firms.index)
    return firms.assign(chance_if_helped=known.astype(float).fillna(pd.Series(helped, firms.index)))


def whom_to_help(firms: pd.DataFrame, *, visits: int, target: int) -> Help:
    """The firms to help, so that at least `target` pass with the largest probability.

    firms: enterprise_id, chance (of passing without help), chance_if_helped, and visits (a whole number that helping
    takes, 1 where the column is absent). Help is whole or none, and takes at most `visits` visits in all.

    Greedy steps by the exact probability, then exchanges of one firm for others, then a search that proves the choice
    or improves it: a branch is left where no completion can reach more, since the number of passes grows stochastically
    in every firm's chance, so that the largest helped chances for as many as can be visited and the largest unhelped
    chances for the rest bound it. The search ends after a fixed amount of work; `bound` then tells what is open. Of
    equal choices the one with fewer visits, then the earlier ids. Raises TableError for impossible figures.
    """
    table, cost = _checked(firms)
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
    return Help(chosen, marginal, value, max(bound, value), bound <= value + TINY)


class _Problem:
    """The chances of all firms, and those whose help is looked at."""

    def __init__(self, chance: Floats, helped: Floats, cost: NDArray[np.int64], looked: NDArray[np.int64], target: int):
        self.chance, self.helped, self.cost, self.looked, self.target = chance, helped, cost, looked.tolist(), target
        rest = np.setdiff1d(np.arange(len(chance)), looked)
        self.base = _cut(passes(chance[rest]), target)
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
        before, found = self.base[: self.target], {}
        for place, i in enumerate(self.looked):
            tail = after[place + 1]
            some = min(len(before), self.target)
            at = self.target - 1 - np.arange(some)
            good = (at >= 0) & (at < len(tail))
            found[i] = float(before[:some][good] @ tail[at[good]])
            before = np.convolve(before, [1 - now[place], now[place]])[: self.target]
        return found

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
        return _tail(passes(np.concatenate([tops, others])), self.target)


def _with_one(spread: Floats, p: float) -> Floats:
    """A distribution over 0 .. target - 1 passes and "target or more", with one more firm."""
    moved = spread * (1 - p)
    moved[1:] += spread[:-1] * p
    moved[-1] += spread[-1] * p
    return moved


def _cut(spread: Floats, target: int) -> Floats:
    """0 .. target - 1 passes one by one, and target or more together."""
    found = np.zeros(max(target, 0) + 1)
    few = min(len(spread), len(found) - 1)
    found[:few] = spread[:few]
    found[-1] = spread[few:].sum() if len(spread) > few else 0.0
    return found


def _tail(spread: Floats, target: int) -> float:
    return float(min(1.0, spread[max(target, 0) :].sum()))


def _floats(values: pd.Series) -> Floats:
    return values.to_numpy(float, na_value=np.nan)


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
