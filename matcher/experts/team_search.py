"""The best small teams for one need, proven by whole-number programming. Who covers what in, teams out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNIT = 10_000  # fits are whole ten-thousandths: sums are exact, and far apart for a solver


class Board(NamedTuple):
    """One need: persons by id, points by number, and how well (ten-thousandths; 0: not) each person covers each."""

    people: list[str]
    points: list[int]
    fit: NDArray[np.int64]
    barred: list[tuple[int, int]]

    @classmethod
    def of(cls, group: pd.DataFrame | None, points: list[int], barred: Sequence[tuple[str, str]]) -> Board:
        """From the fits of one need."""
        people = [] if group is None else sorted(set(group["expert_id"]))
        place = {name: i for i, name in enumerate(people)}
        at = {number: i for i, number in enumerate(points)}
        fit = np.zeros((len(people), len(points)), np.int64)
        if group is not None:
            for name, number, score in zip(group["expert_id"], group["point"], group["score"], strict=True):
                fit[place[name], at[int(number)]] = max(1, round(score * UNIT))
        pairs = sorted({(place[a], place[b]) for a, b in barred if a in place and b in place and a != b})
        return cls(people, points, fit, pairs)

    def best(self, most: int, k: int) -> list[tuple[int, ...]]:
        """Up to k teams, best first."""
        teams: list[tuple[int, ...]] = []
        while self.people and len(teams) < k and (team := self._alone(teams) or _Search(self, most, teams).run()):
            teams.append(team)
        return teams

    def _alone(self, before: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
        """The best person who covers alone what all who are left cover together."""
        left = np.setdiff1d(np.arange(len(self.people)), [team[0] for team in before if len(team) == 1])
        covers = self.fit[left] > 0
        whole = left[(covers == covers.any(axis=0)).all(axis=1)]
        return (int(whole[self.fit[whole].sum(axis=1).argmax()]),) if len(whole) else None


class _Search:
    """The best team of one board that holds none of those before: its goals one after the other.

    Variables: a person is in (whole); a person answers a point (between 0 and 1: each point goes to one member, the
    best); a person is the one that the search for the smallest ids points at (whole).
    """

    def __init__(self, board: Board, most: int, before: Sequence[tuple[int, ...]]) -> None:
        self.board = board
        self.most = most
        self.who, self.what = np.nonzero(board.fit)
        self.n, self.m = len(board.people), len(self.who)
        self.rows: list[tuple[NDArray[np.float64], float, float]] = []  # coefficients, least, most
        for j, person in enumerate(self.who):
            self._add({self.n + j: 1, int(person): -1}, high=0)
        for point in range(len(board.points)):
            self._add({self.n + int(j): 1 for j in np.flatnonzero(self.what == point)}, high=1)
        self._add(dict.fromkeys(range(self.n), 1), high=most)
        for pair in board.barred:
            self._add(dict.fromkeys(pair, 1), high=1)
        for team in before:
            self._add(dict.fromkeys(team, 1), high=len(team) - 1)

    def run(self) -> tuple[int, ...] | None:
        """The places of the members, ascending; None where nobody is left who covers anything."""
        people, answers, pointer = (slice(0, self.n), slice(self.n, self.n + self.m), slice(self.n + self.m, None))
        goal = np.zeros(2 * self.n + self.m)
        goal[answers], goal[people] = self.most + 1, -1
        team = self._solve(goal)
        covered, size = self._covered(team), len(team)
        if not covered:
            return None
        self._add(dict.fromkeys(range(self.n), 1), low=size, high=size)
        self._add(dict.fromkeys(range(self.n, self.n + self.m), 1), low=covered)
        goal[:] = 0
        goal[answers] = self.board.fit[self.who, self.what]
        team = self._solve(goal)
        total = self._fit(team)
        self._add({self.n + j: goal[self.n + j] for j in range(self.m)}, low=total - 0.5)
        members: list[int] = []
        self._add({self.n + self.m + i: 1 for i in range(self.n)}, low=1, high=1)
        for i in range(self.n):
            self._add({self.n + self.m + i: 1, i: -1}, high=0)
        goal[:] = 0
        goal[pointer] = -np.arange(self.n)
        while len(members) < size:  # the smallest id of all equally good teams, then the next
            team = self._solve(goal)
            member = min(set(team) - set(members))
            members.append(member)
            self._add({member: 1}, low=1)
            self._add({self.n + self.m + member: 1}, high=0)
        return tuple(members)

    def _covered(self, team: Sequence[int]) -> int:
        return int((self.board.fit[list(team)].max(axis=0, initial=0) > 0).sum())

    def _fit(self, team: Sequence[int]) -> int:
        return int(self.board.fit[list(team)].max(axis=0, initial=0).sum())

    def _add(self, terms: Mapping[int, float], *, low: float = -np.inf, high: float = np.inf) -> None:
        row = np.zeros(2 * self.n + self.m)
        row[list(terms)] = list(terms.values())
        self.rows.append((row, low, high))

    def _solve(self, goal: NDArray[np.float64]) -> list[int]:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        matrix, low, high = zip(*self.rows, strict=True)
        whole = np.ones(2 * self.n + self.m)
        whole[self.n : self.n + self.m] = 0
        for presolve in (True, False):  # HiGHS fails at times behind its own presolve
            result = cast(Any, milp)(
                -goal,
                constraints=LinearConstraint(csr_array(np.array(matrix)), np.array(low), np.array(high)),
                bounds=Bounds(0, 1),
                integrality=whole,
                options={"mip_rel_gap": 0.0, "presolve": presolve},
            )
            if result.status == 0:
                return [int(person) for person in np.flatnonzero(result.x[: self.n] > 0.5)]
        raise RuntimeError(f"HiGHS: {result.message}")
