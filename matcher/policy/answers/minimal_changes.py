"""The cheapest way to pass: the smallest sets of changes that turn a decision, each tried by running the policy."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.policy.answers.advice import Part, parts
from matcher.policy.firms.facts import domain
from matcher.policy.language.conditions import Test
from matcher.policy.language.intervals import Floats
from matcher.policy.language.thresholds import all_turns, amounts, reads
from matcher.policy.policy import PolicyName
from matcher.policy.scoring import DECISIONS, Scored, decision_codes, prepared_for
from matcher.tables.arguments import Day

PROPOSALS = (
    "enterprise_id",
    "policy",
    "proposal",
    "lever",
    "title",
    "column",
    "before",
    "after",
    "cost",
    "lead_days",
    "total_cost",
    "total_lead_days",
    "decision",
)


@dataclass(frozen=True)
class Lever:
    """Something that a firm can change.

    `change`: what one unit adds to which columns. `cost`: yuan per unit. `most`: units at most. `step`: units come in
    multiples of it. `lead_days`: days until it counts. `sets`: yes/no facts that it settles as well (1 yes, 0 no).
    """

    id: str
    title: str
    change: Mapping[str, float]
    cost: float
    most: float = float("inf")
    step: float = 1.0
    lead_days: int = 0
    sets: Mapping[str, float] = field(default_factory=dict)


_OWN_RESEARCH = {"ip_own_rd": 1.0, "ip_only_acquired": 0.0}
# Costs, limits and lead times are assumptions of this library, there to be replaced: no source gives them.
_NATIONAL: Mapping[str, tuple[Lever, ...]] = {
    "hte": (
        Lever("rd_spend", "增加境内研发投入", {"rd_expense_y3": 1, "rd_domestic_3y": 1}, 1.0, step=1000, lead_days=365),
        Lever("move_staff", "现有职工转为科技人员", {"rd_staff": 1}, 20_000, most=50, lead_days=183),
        Lever("hire_staff", "新聘科技人员", {"rd_staff": 1, "employees_total": 1}, 150_000, most=50, lead_days=183),
        Lever("class2", "取得Ⅱ类知识产权", {"class2_ip": 1}, 5_000, most=10, lead_days=60, sets=_OWN_RESEARCH),
        Lever("class1", "取得Ⅰ类知识产权", {"class1_ip": 1}, 40_000, most=3, lead_days=720, sets=_OWN_RESEARCH),
        Lever("conversion", "增加科技成果转化", {"conversions_3y": 1}, 50_000, most=15, lead_days=180),
        Lever("standard", "参与编制标准", {"standards_participation": 1}, 80_000, most=1, lead_days=365),
        Lever("mix", "提高高新技术产品收入", {"hightech_income_last_year": 1}, 0.2, step=1000, lead_days=365),
    ),
    "tech-sme": (
        Lever("rd_spend", "增加研发投入", {"rd_expense_last_year": 1}, 1.0, step=1000, lead_days=365),
        Lever("move_staff", "现有职工转为科技人员", {"rd_staff": 1}, 20_000, most=50, lead_days=183),
        Lever("hire_staff", "新聘科技人员", {"rd_staff": 1, "employees_total": 1}, 150_000, most=50, lead_days=183),
        Lever("class2", "取得Ⅱ类知识产权", {"class2_ip": 1}, 5_000, most=10, lead_days=60),
        Lever("class1", "取得Ⅰ类知识产权", {"class1_ip": 1}, 40_000, most=3, lead_days=720),
    ),
}
LEVERS = {**_NATIONAL, **dict.fromkeys(("hte-zhejiang", "hte-guangdong"), _NATIONAL["hte"])}


_FEW = 12  # levers with no more units than this are tried at every unit


def cheapest(
    firms: pd.DataFrame | Scored,
    policy: PolicyName,
    *,
    on: Day | None = None,
    levers: Sequence[Lever] | None = None,
    within_days: int | None = None,
    goal: str = "passes",
    most_changes: int = 3,
    proposals: int = 3,
) -> pd.DataFrame:
    """The cheapest sets of changes after which a firm that does not pass yet does.

    Every set was tried by running the policy on the changed facts; figures that the policy calls impossible together
    are not proposed. A lever is tried at every amount at which some comparison turns, given the levers before it, in
    every order (and at every amount where it has at most 12). The days of a set are those of its slowest lever. A fact
    that is unknown or known within bounds only is not changed; the other levers are tried against all it may be.

    Parameters
    ----------
    firms
        The table of `score`, or what `score` returned, whose facts are then not read again.
    policy
        A name (id or Chinese title), a folder or a `Policy`; of a scoring, one of its policies.
    on
        The day of the answer, a date or ISO text; needed with a table, not given with a scoring.
    levers
        What may be changed, with costs and limits; by default `LEVERS` of the policy, whose costs are assumptions.
    within_days
        Leave out levers that take longer.
    goal
        "passes", or "can_pass" where it is enough that only the experts are left to decide.
    most_changes
        Levers used together at most.
    proposals
        Sets per firm at most, cheapest first; a set that holds a cheaper one is not proposed.

    Returns
    -------
    pandas.DataFrame
        One row per change: enterprise_id, policy, proposal (from 1), lever, title, column, before, after, cost (yuan),
        lead_days, total_cost, total_lead_days, decision. Firms in the order of the table; firms that pass already, and
        firms that no set helps, have no rows.

    Raises
    ------
    PolicyError
        When the policy is not known.
    ArgumentError, ArgumentTypeError
        When the policy has no default levers, a lever changes a column that it does not read, or an argument has a
        value or kind that is not taken.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "age_years": [3], "valuation_usd": [9e8], "listed": [False],
    ...                       "private_equity_raised": [True]})
    >>> grow = Lever("grow", "增长", {"valuation_usd": 1}, cost=0.1, step=1e6)
    >>> cheapest(firms, "unicorn", on="2026-11-24", levers=[grow])[["before", "after"]].values.tolist()
    [[900000000.0, 1001000000.0]]
    """
    ready = prepared_for(firms, policy, on)
    rules = ready.policy
    if levers is None:
        if rules.id not in LEVERS:
            raise ArgumentError(f"there are no default levers for {rules.id}; give levers=[Lever(...), ...]")
        levers = LEVERS[rules.id]
    if not all(isinstance(lever, Lever) for lever in levers):
        raise ArgumentTypeError("levers is a sequence of Lever")
    usable = [lever for lever in levers if within_days is None or lever.lead_days <= within_days]
    unknown = {name for lever in usable for name in (*lever.change, *lever.sets)} - set(rules.columns)
    if unknown:
        raise ArgumentError(f"levers change columns that {rules.id} does not read: {', '.join(sorted(unknown))}")
    if goal not in ("passes", "can_pass"):
        raise ArgumentError(f'goal is "passes" or "can_pass", not {goal!r}')
    good = (0,) if goal == "passes" else (0, 2)
    plans: list[tuple[int, list[dict[str, Any]]]] = []
    for part in parts(ready):
        codes = decision_codes(part.answer.decision, len(part.rows))
        open_rows = part.rows[~np.isin(codes, good)].tolist()
        plans += [(row, _Search(part, row, usable, good).rows(most_changes, proposals)) for row in open_rows]
    plans.sort(key=lambda plan: plan[0])
    return pd.DataFrame([line for _, lines in plans for line in lines], columns=list(PROPOSALS))


class _Search:
    """The search for one firm. A plan is a row of units, one column a lever."""

    def __init__(self, part: Part, row: int, levers: Sequence[Lever], good: tuple[int, ...]) -> None:
        self.policy, self.part, self.row, self.good = part.ready.policy, part, row, good
        self.values = {name: float(column[row]) for name, column in part.ready.values.items()}
        self.turns = all_turns(part.ruleset)
        now = part.ready.facts_of(np.array([row]), {})
        self.checks: list[Test] = [  # what cannot be, and is not so already
            check.test
            for check in self.policy.checks()
            if check.test is not None and check.level == "impossible" and not check.test.truth(now).sure[0]
        ]
        self.levers = self._useful([lever for lever in levers if self._limit(lever) > 0])
        self._plans: dict[tuple[int, ...], Floats] = {(): np.zeros((1, 0))}

    def _useful(self, levers: Sequence[Lever]) -> list[Lever]:
        """Levers that reach a condition not surely met, and those that meet them in some other condition."""
        place = int(np.flatnonzero(self.part.rows == self.row)[0])
        behind = {rule.id: set(reads(rule, self.part.ruleset)) for rule in self.part.ruleset.of_kind("condition")}
        states = self.part.answer.states
        needed = set().union(*(behind[i] for i in behind if states[i].can_fail[place] or states[i].open()[place]))
        useful = [lever for lever in levers if needed & {*lever.change, *lever.sets}]
        touched = {name for lever in useful for name in lever.change}
        near = set().union(*(names for names in behind.values() if names & touched)) if behind else set()
        return [lever for lever in levers if lever in useful or near & set(lever.change)]

    def _limit(self, lever: Lever) -> float:
        most = lever.most
        for name, slope in lever.change.items():
            value = self.values[name]
            if np.isnan(value):
                return 0.0
            if slope > 0:
                most = min(most, (domain(self.policy.columns[name])[1] - value) / slope)
            else:
                most = min(most, (value - domain(self.policy.columns[name])[0]) / -slope)
        return float(np.floor(most / lever.step) * lever.step) if np.isfinite(most) else most

    def _changed(self, plans: Floats, among: Sequence[Lever]) -> dict[str, Floats]:
        changed: dict[str, Floats] = {}
        for place, lever in enumerate(among):
            units = plans[:, place]
            for name, slope in lever.change.items():
                base = changed.get(name, np.full(len(plans), self.values[name]))
                changed[name] = base + units * slope
            for name, code in lever.sets.items():
                if name in self.values:
                    base = changed.get(name, np.full(len(plans), self.values[name]))
                    changed[name] = np.where(units > 0, code, base)
        return changed

    def _grow(self, plans: Floats, used: Sequence[Lever], lever: Lever) -> Floats:
        """Every plan continued by the amounts of one more lever at which something turns."""
        rows = np.full(len(plans), self.row)
        most = self._limit(lever)
        if most / lever.step <= _FEW:
            steps = np.arange(1, int(most / lever.step) + 1) * lever.step
            grid = np.tile(steps, (len(plans), 1))
        else:
            changed = self._changed(plans, used)
            facts = self.part.ready.facts_of(rows, changed)
            columns = [np.full(len(plans), most if np.isfinite(most) else np.nan)]
            for turn in self.turns:
                value = amounts(turn, facts, lever.change)
                if value is not None:
                    up = np.ceil(np.round(value / lever.step, 9)) * lever.step
                    columns += [up, up + lever.step]
            grid = np.stack(columns, axis=1)
            grid = np.where((grid > 0) & (grid <= most), grid, np.nan)
        at, place = np.nonzero(~np.isnan(grid))
        grown = np.column_stack([plans[at], grid[at, place]])
        return np.unique(grown, axis=0) if len(grown) else grown

    def _passing(self, plans: Floats, among: Sequence[Lever]) -> Floats:
        if not len(plans):
            return plans
        changed = self._changed(plans, among)
        rows = np.full(len(plans), self.row)
        answer = self.part.run(rows, changed)
        keep = np.isin(decision_codes(answer.decision, len(plans)), self.good)
        if keep.any() and self.checks:
            facts = self.part.ready.facts_of(rows, changed)
            for check in self.checks:
                keep &= ~check.truth(facts).sure
        return plans[keep]

    def rows(self, most_changes: int, proposals: int) -> list[dict[str, Any]]:
        """The proposals of this firm, as rows of the result."""
        best: dict[frozenset[int], tuple[float, dict[int, float]]] = {}
        for size in range(1, most_changes + 1):
            for members in itertools.combinations(range(len(self.levers)), size):
                among = [self.levers[i] for i in members]
                bound = min((cost for other, (cost, _) in best.items() if other <= set(members)), default=np.inf)
                plans = np.concatenate([self._plan(order, members) for order in itertools.permutations(members)])
                plans = np.unique(plans[self._cost(plans, among) < bound], axis=0)
                passing = self._passing(plans, among)
                if len(passing):
                    cost = self._cost(passing, among)
                    first = int(np.lexsort((*passing.T[::-1], cost))[0])
                    best[frozenset(members)] = (
                        float(cost[first]),
                        dict(zip(members, passing[first].tolist(), strict=True)),
                    )
        ranked = sorted(best.items(), key=lambda item: (item[1][0], len(item[0]), sorted(item[0])))
        kept = [
            (levers, plan)
            for levers, plan in ranked
            if not any(other < levers and best[other][0] <= plan[0] for other in best)
        ]
        return [line for n, (_, plan) in enumerate(kept[:proposals], 1) for line in self._lines(n, plan)]

    def _cost(self, plans: Floats, among: Sequence[Lever]) -> Floats:
        rates = np.array([lever.cost for lever in among[: plans.shape[1]]])
        return np.asarray(np.round(plans @ rates, 6))

    def _plan(self, order: tuple[int, ...], members: tuple[int, ...]) -> Floats:
        """Plans that fix the levers in this order, their columns in the order of `members`."""
        for end in range(1, len(order) + 1):
            head = order[:end]
            if head not in self._plans:
                used = [self.levers[i] for i in head[:-1]]
                self._plans[head] = self._grow(self._plans[head[:-1]], used, self.levers[head[-1]])
        plans = self._plans[order]
        if not len(plans):
            return np.zeros((0, len(members)))
        return np.asarray(plans[:, [order.index(i) for i in members]])

    def _lines(self, number: int, plan: tuple[float, dict[int, float]]) -> Iterator[dict[str, Any]]:
        cost, units = plan
        used = [(self.levers[i], amount) for i, amount in sorted(units.items())]
        lead = max(lever.lead_days for lever, _ in used)
        final = self._changed(np.array([[amount for _, amount in used]]), [lever for lever, _ in used])
        answer = self.part.run(np.array([self.row]), final)
        decision = DECISIONS[decision_codes(answer.decision, 1)[0]]
        for lever, amount in used:
            for name, slope in lever.change.items():
                before = self.values[name]
                yield {
                    "enterprise_id": self.part.ready.ids[self.row],
                    "policy": self.policy.id,
                    "proposal": number,
                    "lever": lever.id,
                    "title": lever.title,
                    "column": name,
                    "before": before,
                    "after": before + amount * slope,
                    "cost": lever.cost * amount,
                    "lead_days": lever.lead_days,
                    "total_cost": cost,
                    "total_lead_days": lead,
                    "decision": decision,
                }
