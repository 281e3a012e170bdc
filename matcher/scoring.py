"""From verdicts to advice: which fact to ask for first, the cheapest way to pass, and what a new edition changes."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from matcher.critical import all_turns, amounts, candidates, columns_of
from matcher.facts import build, domain
from matcher.intervals import Floats
from matcher.points import BestOf, SumOf
from matcher.policy import Check, Policy, load_policy
from matcher.policy_file import Rule, Ruleset
from matcher.rules import ScoreTest
from matcher.verdicts import (
    DECISIONS,
    Outcome,
    Prepared,
    decision_codes,
    evaluate,
    judged_columns,
    outcomes,
    prepare,
    score,
)

QUESTIONS = ("enterprise_id", "policy", "rank", "column", "title", "settles", "open_rules", "width")
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
CHANGES = (
    "enterprise_id",
    "policy",
    "edition_before",
    "edition_after",
    "decision_before",
    "decision_after",
    "rules",
)


def _loaded(policy: str | Policy) -> Policy:
    return load_policy(policy) if isinstance(policy, str) else policy


def _day(on: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(on) if isinstance(on, str) else on


@dataclass(frozen=True)
class _Part:
    """Firms answered by one ruleset, and their facts as figures."""

    ready: Prepared
    ruleset: Ruleset
    rows: np.ndarray[Any, np.dtype[np.int64]]
    outcome: Outcome

    def run(self, rows: np.ndarray[Any, Any], changed: Mapping[str, Floats]) -> Outcome:
        """The ruleset over copies of some firms (`rows`: numbers in the whole table) with some facts replaced."""
        policy = self.ready.policy
        values = {name: changed.get(name, column[rows]) for name, column in self.ready.values.items()}
        facts = build(policy.columns, values, self.ready.days[rows].astype(np.float64), policy.years)
        return evaluate(policy, self.ruleset, facts, figures=False)


def _parts(policy: Policy, firms: pd.DataFrame, on: dt.date) -> Iterator[_Part]:
    (ready,), _ = prepare([policy], firms, on)
    for group in outcomes(ready, figures=False):
        if group.edition is None or group.outcome is None or group.outcome.decision is None:
            continue
        day = dt.date(1970, 1, 1) + dt.timedelta(days=int(ready.days[group.rows[0]]))
        purpose = None
        if policy.purpose_column is not None:
            given = ready.values[policy.purpose_column][group.rows[0]]
            purpose = None if np.isnan(given) else float(given)
        yield _Part(ready, policy.ruleset(group.edition, day, purpose), group.rows, group.outcome)


def ask_first(firms: pd.DataFrame, policy: str | Policy, *, on: dt.date | str) -> pd.DataFrame:
    """The missing facts of every firm whose decision is unknown, the most telling first.

    Each missing fact is given, in turn, one value from every gap between the values at which some rule turns.
    `settles`: the share of those answers after which the decision stands; `open_rules`: how many conditions are still
    unknown after it, on average; `width`: how wide the score is still, on average (NaN without a score). Facts are
    ordered by these three, then by their place in the policy. One row a firm and missing fact: enterprise_id, policy,
    rank (from 1), column, title, settles, open_rules, width; firms in the order of the table. Experts' points are not
    facts and are not asked for.
    """
    policy = _loaded(policy)
    experts = judged_columns(policy)
    pieces: list[pd.DataFrame] = []
    for part in _parts(policy, firms, _day(on)):
        undecided = part.rows[decision_codes(part.outcome.decision, len(part.rows)) == 3]
        for place, name in enumerate(_asked(policy, part.ruleset)):
            if name in experts:
                continue
            rows = undecided[np.isnan(part.ready.values[name][undecided])]
            if policy.years is not None and name == policy.years.column:
                rows = rows[np.isnan(part.ready.values[policy.years.since][rows])]
            if len(rows):
                pieces.append(_tell(policy, part, name, rows).assign(_place=place))
    if not pieces:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in QUESTIONS})
    table = pd.concat(pieces, ignore_index=True)
    table = table.sort_values(
        ["_row", "settles", "open_rules", "width", "_place"], ascending=[True, False, True, True, True], kind="stable"
    )
    table["rank"] = table.groupby("_row").cumcount() + 1
    return table[list(QUESTIONS)].reset_index(drop=True)


def _asked(policy: Policy, ruleset: Ruleset) -> list[str]:
    names = columns_of(ruleset)
    if policy.years is not None:
        names += [name for name in (policy.years.since, policy.years.column) if name not in names]
    return names


def _grid(policy: Policy, part: _Part, name: str, rows: np.ndarray[Any, Any]) -> Floats:
    """Answers to try for a missing fact: (rows, answers), NaN for none."""
    column = policy.columns[name]
    low, high = domain(column)
    if column.kind == "yesno" or column.kind == "choice" or name == getattr(policy.years, "column", None):
        return np.tile(np.arange(low, high + 1), (len(rows), 1))
    days = part.ready.days[rows].astype(np.float64)
    if column.kind == "date":
        return np.stack([days - 100, days - 364, days - 365, days - 800, days - 1200, days - 3000], axis=1)
    values = {key: value[rows] for key, value in part.ready.values.items()}
    facts = build(policy.columns, values, days, policy.years)
    grid = np.sort(candidates(all_turns(part.ruleset), facts, name, low, high, column.step), axis=1)
    repeated = np.zeros(grid.shape, dtype=bool)
    repeated[:, 1:] = grid[:, 1:] == grid[:, :-1]
    return np.where(repeated, np.nan, grid)


def _tell(policy: Policy, part: _Part, name: str, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    grid = _grid(policy, part, name, rows)
    at, place = np.nonzero(~np.isnan(grid))
    outcome = part.run(rows[at], {name: grid[at, place]})
    settled = decision_codes(outcome.decision, len(at)) != 3
    still = sum((state.can_hold.astype(int) + state.open() + state.can_fail) > 1 for state in outcome.states.values())
    total = outcome.total()
    width = np.full(len(at), np.nan) if total is None else total.high_max - total.low_min
    many = np.bincount(at, minlength=len(rows))

    def mean(values: Any) -> Floats:
        return np.asarray(np.bincount(at, weights=np.asarray(values, dtype=np.float64), minlength=len(rows)) / many)

    return pd.DataFrame(
        {
            "_row": rows,
            "enterprise_id": part.ready.ids[rows],
            "policy": policy.id,
            "column": name,
            "title": policy.columns[name].title,
            "settles": np.round(mean(settled), 6),
            "open_rules": np.round(mean(still), 6),
            "width": np.round(mean(width), 6),
        }
    )


@dataclass(frozen=True)
class Lever:
    """Something that a firm can change.

    `change`: what one unit adds to which columns. `cost`: yuan a unit. `most`: units at most. `step`: units come in
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


OWN = {"ip_own_rd": 1.0, "ip_only_acquired": 0.0}
# Costs, limits and lead times are assumptions of this library, there to be replaced: no source gives them.
LEVERS: Mapping[str, tuple[Lever, ...]] = {
    "hte": (
        Lever("rd_spend", "增加境内研发投入", {"rd_expense_y3": 1, "rd_domestic_3y": 1}, 1.0, step=1000, lead_days=365),
        Lever("move_staff", "现有职工转为科技人员", {"rd_staff": 1}, 20_000, most=50, lead_days=183),
        Lever("hire_staff", "新聘科技人员", {"rd_staff": 1, "employees_total": 1}, 150_000, most=50, lead_days=183),
        Lever("class2", "取得Ⅱ类知识产权", {"class2_ip": 1}, 5_000, most=10, lead_days=60, sets=OWN),
        Lever("class1", "取得Ⅰ类知识产权", {"class1_ip": 1}, 40_000, most=3, lead_days=720, sets=OWN),
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


def reads(rule: Rule, ruleset: Ruleset) -> list[str]:
    """The facts behind a rule, through the items that it sums."""
    part = rule.test or rule.item
    names = list(part.columns()) if part is not None else []
    items = {r.id: r for r in ruleset.of_kind("points")}
    below: Sequence[str] = ()
    if isinstance(rule.test, ScoreTest):
        below = rule.test.items
    elif isinstance(rule.item, BestOf):
        below = rule.item.items
    elif isinstance(rule.item, SumOf):
        below = [name for group, _ in rule.item.groups for name in group]
    for name in below:
        names += reads(items[name], ruleset)
    return names


_FEW = 12  # levers with no more units than this are tried at every unit


def cheapest(
    firms: pd.DataFrame,
    policy: str | Policy,
    *,
    on: dt.date | str,
    levers: Sequence[Lever] | None = None,
    within_days: int | None = None,
    goal: str = "passes",
    most_changes: int = 3,
    proposals: int = 3,
) -> pd.DataFrame:
    """The cheapest sets of changes after which a firm that does not pass yet does.

    `levers`: what may be changed, with costs and limits; by default `LEVERS` of the policy, whose costs are
    assumptions. `within_days`: levers that take longer are left out. `goal`: "passes", or "can_pass" where it is
    enough that only the experts are left to decide. `most_changes`: levers used together at most. `proposals`: sets a
    firm at most, cheapest first; a set that holds a cheaper one is not proposed.

    Every set was tried by running the policy on the changed facts; figures that the policy calls impossible together
    are not proposed. A lever is tried at every amount at which some comparison turns, given the levers before it, in
    every order (and at every amount where it has at most 12). The days of a set are those of its slowest lever.

    One row a change: enterprise_id, policy, proposal (from 1), lever, title, column, before, after, cost, lead_days,
    total_cost, total_lead_days, decision. Firms that pass already, and firms that no set helps, have no rows.
    """
    policy = _loaded(policy)
    if levers is None:
        levers = LEVERS.get(policy.id, ())
    usable = [lever for lever in levers if within_days is None or lever.lead_days <= within_days]
    unknown = {name for lever in usable for name in (*lever.change, *lever.sets)} - set(policy.columns)
    if unknown:
        raise ValueError(f"levers change columns that {policy.id} does not read: {', '.join(sorted(unknown))}")
    if goal not in ("passes", "can_pass"):
        raise ValueError(f'goal is "passes" or "can_pass", not {goal!r}')
    good = (0,) if goal == "passes" else (0, 2)
    found: list[tuple[int, list[dict[str, Any]]]] = []
    for part in _parts(policy, firms, _day(on)):
        codes = decision_codes(part.outcome.decision, len(part.rows))
        for row in part.rows[~np.isin(codes, good)].tolist():
            search = _Search(policy, part, row, usable, good)
            found.append((row, search.rows(most_changes, proposals)))
    found.sort(key=lambda pair: pair[0])
    return pd.DataFrame([line for _, lines in found for line in lines], columns=list(PROPOSALS))


class _Search:
    """The search for one firm. A plan is a row of units, one column a lever."""

    def __init__(self, policy: Policy, part: _Part, row: int, levers: Sequence[Lever], good: tuple[int, ...]) -> None:
        self.policy, self.part, self.row, self.good = policy, part, row, good
        self.values = {name: float(column[row]) for name, column in part.ready.values.items()}
        self.turns = all_turns(part.ruleset)
        self.checks: list[Check] = [check for check in policy.checks() if check.level == "impossible"]
        self.levers = self._useful([lever for lever in levers if self._limit(lever) > 0])
        self._plans: dict[tuple[int, ...], Floats] = {(): np.zeros((1, 0))}

    def _useful(self, levers: Sequence[Lever]) -> list[Lever]:
        """Levers that reach a condition not surely met, and those that meet them in some other condition."""
        place = int(np.flatnonzero(self.part.rows == self.row)[0])
        reads = {rule.id: set(reads(rule, self.part.ruleset)) for rule in self.part.ruleset.of_kind("condition")}
        states = self.part.outcome.states
        needed = set().union(*(reads[i] for i in reads if states[i].can_fail[place] or states[i].open()[place]))
        useful = [lever for lever in levers if needed & {*lever.change, *lever.sets}]
        touched = {name for lever in useful for name in lever.change}
        near = set().union(*(names for names in reads.values() if names & touched)) if reads else set()
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
        policy, most = self.policy, self._limit(lever)
        if most / lever.step <= _FEW:
            steps = np.arange(1, int(most / lever.step) + 1) * lever.step
            grid = np.tile(steps, (len(plans), 1))
        else:
            changed = self._changed(plans, used)
            values = {n: changed.get(n, column[rows]) for n, column in self.part.ready.values.items()}
            facts = build(policy.columns, values, self.part.ready.days[rows].astype(np.float64), policy.years)
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
        outcome = self.part.run(rows, changed)
        keep = np.isin(decision_codes(outcome.decision, len(plans)), self.good)
        if keep.any() and self.checks:
            values = {n: changed.get(n, column[rows]) for n, column in self.part.ready.values.items()}
            days = self.part.ready.days[rows].astype(np.float64)
            facts = build(self.policy.columns, values, days, self.policy.years)
            for check in self.checks:
                keep &= ~check.test.truth(facts).sure
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
        outcome = self.part.run(np.array([self.row]), final)
        decision = DECISIONS[decision_codes(outcome.decision, 1)[0]]
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


def what_changes(
    firms: pd.DataFrame, policies: Sequence[str | Policy], *, before: dt.date | str, after: dt.date | str
) -> pd.DataFrame:
    """What changes for a list between two days, for instance when a new edition comes into force.

    The same facts are answered on both days (`apply_on` in the table is left aside). One row a firm and policy whose
    edition, decision or any condition differs: enterprise_id, policy, edition_before, edition_after, decision_before,
    decision_after, rules (conditions that differ, as "rule: before -> after", "none" where an edition does not have
    it, joined by "; "). Firms in the order of the table within each policy; nothing changed gives no rows.
    """
    plain = firms.drop(columns=[name for name in ("apply_on",) if name in firms.columns])
    one, two = (score(plain, list(policies), on=_day(day)) for day in (before, after))
    key = ["enterprise_id", "policy"]
    sides = []
    for scored in (one, two):
        summary = scored.summary.astype({"policy": str, "edition": object, "decision": object})
        sides.append(summary[[*key, "edition", "decision"]])
    joined = sides[0].merge(sides[1], on=key, how="left", suffixes=("_before", "_after"), sort=False)
    rules = _rule_changes(one.verdicts, two.verdicts)
    joined["rules"] = [rules.get(pair, "") for pair in zip(joined["enterprise_id"], joined["policy"], strict=True)]
    for name in ("edition_before", "edition_after", "decision_before", "decision_after"):
        joined[name] = joined[name].astype(object).where(joined[name].notna(), None)
    differs = (joined["rules"] != "") | (joined["decision_before"] != joined["decision_after"])
    differs |= joined["edition_before"] != joined["edition_after"]
    return joined.loc[differs, list(CHANGES)].reset_index(drop=True)


def _rule_changes(one: pd.DataFrame, two: pd.DataFrame) -> dict[tuple[str, str], str]:
    sides = []
    for verdicts in (one, two):
        part = verdicts[verdicts["kind"] == "condition"] if len(verdicts) else verdicts
        sides.append(
            {
                (str(row[0]), str(row[1]), str(row[2])): str(row[3])
                for row in part[["enterprise_id", "policy", "rule", "passed"]].itertuples(index=False)
            }
        )
    told: dict[tuple[str, str], list[str]] = {}
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        was, now = sides[0].get(key, "none"), sides[1].get(key, "none")
        if was != now:
            told.setdefault((key[0], key[1]), []).append(f"{key[2]}: {was} -> {now}")
    return {key: "; ".join(lines) for key, lines in told.items()}
