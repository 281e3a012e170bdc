"""A policy over prepared facts: which edition answers which firm, and what its unknown facts leave open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.firms.facts import (
    FirmCells,
    Notes,
    bounds_of,
    build,
    column_values,
    cut_years,
    day_number,
    domain,
    in_region,
    twin_names,
    written,
)
from matcher.policy.language.conditions import Frame, Is, Points, Shown, State, join
from matcher.policy.language.intervals import Bools, Facts, Floats, Span
from matcher.policy.language.model import Edition, FactColumn, Rule, Ruleset
from matcher.policy.language.points import Judged
from matcher.policy.language.thresholds import all_turns, candidates, reads, torn_columns
from matcher.policy.policy import Policy
from matcher.tables.arguments import check_firms
from matcher.tables.rows.ids import ids_of
from matcher.tables.schemas.main import HIGH, LOW


@dataclass(frozen=True)
class Answer:
    """What one edition says of some firms: arrays in the order of `rules`, one row per firm."""

    rules: tuple[Rule, ...]
    states: dict[str, State]
    points: dict[str, Points]
    amounts: dict[str, Floats]
    shown: dict[tuple[str, str], Shown]
    decision: State | None
    size: int

    def total(self) -> Points | None:
        """The item `total`, where the policy has points."""
        return self.points.get("total")


@dataclass(frozen=True)
class Group:
    """Firms that one ruleset answers: their row numbers (ascending) and its answer; no edition: not in force."""

    rows: np.ndarray[Any, np.dtype[np.int64]]
    edition: Edition | None
    answer: Answer | None


@dataclass(frozen=True)
class Prepared:
    """One policy's facts, read once: figures (NaN is unknown), and for some columns between which bounds they lie."""

    policy: Policy
    ids: np.ndarray[Any, Any]
    days: np.ndarray[Any, np.dtype[np.int64]]
    values: Mapping[str, Floats]
    bounds: Mapping[str, Span] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        """The facts of all the firms."""
        return self._facts(self.values, self.days, self.bounds)

    def facts_of(self, rows: np.ndarray[Any, Any], changed: Mapping[str, Floats]) -> Facts:
        """The facts of copies of some firms, with other figures for some of them."""
        values = {name: changed.get(name, column[rows]) for name, column in self.values.items()}
        bounds = {name: Span(span.lo[rows], span.hi[rows]) for name, span in self.bounds.items()}
        return self._facts(values, self.days[rows], bounds)

    def _facts(self, values: Mapping[str, Floats], days: Any, bounds: Mapping[str, Span]) -> Facts:
        return build(self.policy.columns, values, days.astype(np.float64), self.policy.years, bounds)

    def taken(self, rows: np.ndarray[Any, Any], days: np.ndarray[Any, Any] | None = None) -> Prepared:
        """The same facts for some of the firms (row numbers, which may repeat), on other days where they are given."""
        return Prepared(
            self.policy,
            self.ids[rows],
            self.days[rows] if days is None else days,
            {name: column[rows] for name, column in self.values.items()},
            {name: Span(span.lo[rows], span.hi[rows]) for name, span in self.bounds.items()},
        )


def decide(node: Any, states: Mapping[str, State]) -> State:
    """Join the conditions as the policy says."""
    if isinstance(node, str):
        return states[node]
    ((word, parts),) = node.items()
    return join([decide(part, states) for part in parts], every=word == "all")


def run(ruleset: Ruleset, facts: Facts, *, figures: bool) -> Answer:
    """Apply a ruleset to facts; `figures` also computes what is shown beside each answer."""
    points: dict[str, Points] = {}
    states: dict[str, State] = {}
    amounts: dict[str, Floats] = {}
    shown: dict[tuple[str, str], Shown] = {}
    frame = Frame(facts, points)
    for rule in ruleset.rules:
        if rule.item is not None:
            points[rule.id] = rule.item.points(frame)
            if figures:
                shown["points", rule.id] = rule.item.show(frame)
    for rule in ruleset.rules:
        if rule.test is not None:
            state = rule.test.state(frame)
            if rule.only_when is not None and not facts[rule.only_when[0]].settled:
                state = join([state, ~Is(*rule.only_when).state(frame)], every=False)
            states[rule.id] = state
            if figures:
                shown["condition", rule.id] = rule.test.show(frame)
        if rule.amount is not None:
            amounts[rule.id] = rule.amount.value(facts)
    decision = decide(ruleset.decision, states) if states else None
    return Answer(ruleset.rules, states, points, amounts, shown, decision, facts.size)


def _folded(tried: Answer, size: int, open_: np.ndarray[Any, Any]) -> Answer:
    """The answer of `size` firms, where those at `open_` were tried several times, again behind all the firms: of each
    of these everything that can come out.
    """

    def fold(values: Any, join: Callable[[Any, Any], Any]) -> Any:
        out, at_open = values[:size].copy(), values[open_]
        for other in values[size:].reshape(-1, len(open_)):
            at_open = join(at_open, other)
        out[open_] = at_open
        return out

    def either(state: State) -> State:
        left = None if state.can_be_open is None else fold(state.can_be_open, np.logical_or)
        return State(fold(state.can_hold, np.logical_or), left, fold(state.can_fail, np.logical_or))

    def spread(points: Points) -> Points:
        joins = (np.minimum, np.maximum, np.minimum, np.maximum)
        return Points(*(fold(end, join) for end, join in zip(points.ends(), joins, strict=True)))

    def same(figures: Floats) -> Floats:
        kept: Floats = fold(figures, lambda one, other: np.where(one == other, one, np.nan))
        return kept

    return Answer(
        tried.rules,
        {key: either(state) for key, state in tried.states.items()},
        {key: spread(points) for key, points in tried.points.items()},
        {key: same(amount) for key, amount in tried.amounts.items()},
        {
            key: Shown(same(shown.value), same(shown.limit), same(shown.gap), same(shown.missing))
            for key, shown in tried.shown.items()
        },
        None if tried.decision is None else either(tried.decision),
        size,
    )


def evaluate(policy: Policy, ruleset: Ruleset, facts: Facts, *, figures: bool) -> Answer:
    """Apply a ruleset; where the number of accounting years is unknown, every possible number is tried."""
    if policy.years is None or facts.years is None:
        return run(ruleset, facts, figures=figures)
    open_ = np.flatnonzero(facts.years < 0)
    if not len(open_):
        return run(ruleset, cut_years(facts, policy.years), figures=figures)
    rows = np.concatenate([np.arange(facts.size), np.tile(open_, 3)])
    years = facts.years[rows]
    years[open_], years[facts.size :] = 3, np.repeat((2, 1, 0), len(open_))
    tried = run(ruleset, cut_years(facts.take(rows).lasting(years), policy.years), figures=figures)
    return _folded(tried, facts.size, open_)


def prepare(policies: Sequence[Policy], firms: pd.DataFrame, on: dt.date) -> tuple[list[Prepared], list[Notes]]:
    """Read each policy's facts out of the table.

    `<policy>.<column>` wins over the plain column; `<column>_min` and `<column>_max` hold the bounds of cells that are
    empty. A plain column that two policies define differently serves both: the first asked for as it is, the others
    too, with a problem that says so, unless they have a column of their own. Where a policy asks for the last
    accounting year by another name (`sales_y3`, `sales_last_year`) and the table has only one of the two, that one
    serves. A yes/no of where a firm is (`FactColumn.region`) takes an empty cell from `region`. A shared figure is
    widened to bounds for the firms whose decision the difference can change, where the official texts say how large it
    can be. Raises ArgumentTypeError or ArgumentError where `firms` is no such table.
    """
    check_firms(firms)
    ids = _ids(firms)
    owners: dict[str, tuple[Policy, FactColumn]] = {}
    for policy in policies:
        for name, column in policy.columns.items():
            owners.setdefault(name, (policy, column))
    prepared, notes = [], []
    days, day_notes = _days(firms, on, ids)
    if len(firms) and len(firms.columns) > ("enterprise_id" in firms.columns) and not _has_facts(policies, firms):
        text = "没有一列是政策的字段，全部按未知处理；请核对表头，或用 --column 指定（Python：先用 read_firms 读入）"
        day_notes.whole("", text, "unreadable")
    cells = FirmCells(firms, ids)
    for policy in policies:
        note = Notes(policy.id)
        if policy is policies[0]:
            note.blocks.extend(day_notes.blocks)
        values: dict[str, Floats] = {}
        bounds: dict[str, Span] = {}
        wider: dict[str, Span] = {}
        for name, column in policy.columns.items():
            figures = cells.unknown
            soft: Bools | None = None
            special = f"{policy.id}.{name}"
            if special in cells:
                figures = cells.values(column, special, note)
                held = bounds_of(column, firms, special, ids, note)
                if held is not None:
                    bounds[name], (lowest, highest) = held, domain(column)
                    soft = (held.lo > lowest) | (held.hi < highest)
            source = _plain_name(name, firms, owners)
            if source and np.isnan(figures).any():
                owner, theirs = owners[source]
                differs = bool(theirs.basis and column.basis) and theirs.basis != column.basis
                if not (differs and special in cells):  # given apart: its empty cells are unknown
                    shared = cells.values(column, source, note)
                    held = bounds_of(column, firms, source, ids, note)
                    if differs and (held is not None or not np.isnan(shared).all()):
                        note.whole(
                            column.title,
                            f"口径可能不同：{owner.title}指“{theirs.basis}”，{policy.title}指“{column.basis}”；"
                            f"已照同一列计算，有本口径的数请另给 {special} 列",
                            "definition",
                        )
                    used = ~np.isnan(shared)
                    if special in cells:
                        used &= np.isnan(figures) if soft is None else np.isnan(figures) & ~soft
                        shared = np.where(used, shared, figures)
                    figures = shared
                    if differs and (theirs.basis, column.basis) in _DIFFERENCES:
                        low, high = _DIFFERENCES[theirs.basis, column.basis]
                        wider[name] = Span(
                            np.where(used, np.floor(figures * low), np.nan),
                            np.where(used, np.ceil(figures * high), np.nan),
                        )
                    if held is not None and name not in bounds:
                        bounds[name] = held
            if column.region:
                placed = in_region(column, firms)
                if "region" in firms.columns:
                    differs_from = (
                        ~np.isnan(figures) & ~np.isnan(placed) & (placed != figures) & written(firms["region"])
                    )
                    note.add(ids, differs_from, column.title, firms["region"].tolist(), _ELSEWHERE, "unusual")
                figures = np.where(np.isnan(figures), placed, figures)
            values[name] = figures
        for one, other in policy.opposites:
            for empty, known in ((one, other), (other, one)):
                values[empty] = np.where(np.isnan(values[empty]), 1.0 - values[known], values[empty])
        for yes, name in policy.implied.items():
            dated = ~np.isnan(values[name])
            if name in bounds:
                dated |= np.isfinite(bounds[name].lo) | np.isfinite(bounds[name].hi)
            values[yes] = np.where(np.isnan(values[yes]) & dated, 1.0, values[yes])
        prepared.append(_widened(Prepared(policy, ids, days, values, bounds), wider))
        notes.append(note)
    return prepared, notes


_ELSEWHERE = "“地区”写的和这一列不符，仍照这一列判断，请核对"

# How far a figure of one definition can be from that of another, by the caps on 其他费用 alone. With S for all other
# categories, it counts up to S / 4 by 195号 (20 % of the total) and up to S / 9 by 119号 (10 %): a total by 119号 is
# 8/9 to 1 of one by 195号.
_HTE, _DEDUCTION = "高企口径（195号）", "加计扣除口径（财税〔2015〕119号）"
_DIFFERENCES = {(_HTE, _DEDUCTION): (8 / 9, 1.0), (_DEDUCTION, _HTE): (1.0, 9 / 8)}


def _widened(ready: Prepared, wider: Mapping[str, Span]) -> Prepared:
    """The same facts, a figure of another definition as bounds in the rows whose decision may hang on it."""
    if not wider:
        return ready
    values, bounds = dict(ready.values), dict(ready.bounds)
    for name, span in wider.items():
        lowest, highest = domain(ready.policy.columns[name])
        held = bounds.get(name) or Span(np.full(len(ready.ids), lowest), np.full(len(ready.ids), highest))
        open_ = ~np.isnan(span.lo)
        values[name] = np.where(open_, np.nan, values[name])
        bounds[name] = Span(np.where(open_, span.lo, held.lo), np.where(open_, span.hi, held.hi))
    wide = replace(ready, values=values, bounds=bounds)
    hangs = np.zeros(len(ready.ids), dtype=bool)
    for plain, loose in zip(answers(ready, figures=False), answers(wide, figures=False), strict=True):
        if plain.answer is None or loose.answer is None:
            continue
        one, other = plain.answer.decision, loose.answer.decision
        if one is not None and other is not None:
            same = (one.can_hold == other.can_hold) & (one.open() == other.open()) & (one.can_fail == other.can_fail)
            hangs[plain.rows] = ~same
    if not hangs.any():
        return ready
    return replace(
        wide, values={name: np.where(hangs, values[name], figures) for name, figures in ready.values.items()}
    )


def _plain_name(name: str, firms: pd.DataFrame, owners: Mapping[str, tuple[Policy, FactColumn]]) -> str:
    """The table's column that holds a fact, by its own name or its other name for the same year; "" for none."""
    if name in firms.columns:
        return name
    for other in twin_names(name):
        if other in owners and other in firms.columns:
            return other
    return ""


def _has_facts(policies: Sequence[Policy], firms: pd.DataFrame) -> bool:
    """Whether a table has any column that one of the policies reads."""
    plain = {name for policy in policies for column in policy.columns for name in (column, *twin_names(column))}
    plain |= {f"{policy.id}.{column}" for policy in policies for column in policy.columns} | {"apply_on", "region"}
    ends = ("", LOW, HIGH)
    return any(name + end in firms.columns for name in plain for end in ends)


def _ids(firms: pd.DataFrame) -> np.ndarray[Any, Any]:
    if "enterprise_id" in firms.columns:
        return ids_of(firms, "enterprise_id").to_numpy(dtype=object)
    return np.array([str(n) for n in range(1, len(firms) + 1)], dtype=object)


def _days(firms: pd.DataFrame, on: dt.date, ids: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], Notes]:
    note = Notes("")
    given = np.full(len(firms), np.nan)
    if "apply_on" in firms.columns:
        given = column_values(FactColumn("apply_on", "date", "申请日期"), firms["apply_on"], ids, note)
    return np.where(np.isnan(given), day_number(on), given).astype(np.int64), note


def answers(ready: Prepared, *, figures: bool = True) -> Iterator[Group]:
    """Every firm in exactly one group, by the edition and day-bound limits that answer it."""
    policy, days = ready.policy, ready.days
    breaks = np.array([day_number(day) for day in policy.breaks], dtype=np.int64)
    name = policy.purpose_column
    key = np.searchsorted(breaks, days, side="right") * 64
    if name is not None:
        key = key + np.where(np.isnan(ready.values[name]), 0, ready.values[name] + 1).astype(np.int64)
    for code in np.flatnonzero(np.bincount(key)).tolist() if len(key) else ():
        rows = np.flatnonzero(key == code)
        index, asked = divmod(code, 64)
        choice = None if asked == 0 else float(asked - 1)
        day = policy.breaks[index - 1] if index else dt.date.min
        edition = policy.edition_on(day, choice) if index else None
        if edition is None:
            yield Group(rows, None, None)
            continue
        part = ready.facts if len(rows) == len(days) else ready.facts.take(rows)
        ruleset = policy.ruleset(edition, day, choice)
        answer = narrowed(policy, ruleset, part, evaluate(policy, ruleset, part, figures=figures))
        if choice is None:
            answer = _either_edition(policy, edition, day, part, answer)
        yield Group(rows, edition, answer)


def _either_edition(policy: Policy, edition: Edition, day: dt.date, facts: Facts, answer: Answer) -> Answer:
    """Where the choice that would call for another edition is unknown, a decision stands if both editions agree."""
    for other in policy.editions:
        if other.also is None or other is edition or not other.also[2] <= day <= other.also[3]:
            continue
        ruleset = policy.ruleset(other, day, other.also[1])
        second = narrowed(policy, ruleset, facts, evaluate(policy, ruleset, facts, figures=False)).decision
        if answer.decision is not None and second is not None:
            one = answer.decision
            both = State(one.can_hold | second.can_hold, one.open() | second.open(), one.can_fail | second.can_fail)
            answer = replace(answer, decision=both)
    return answer


def narrowed(policy: Policy, ruleset: Ruleset, facts: Facts, answer: Answer) -> Answer:
    """Decide where the conditions alone cannot, because an unknown fact that helps one hurts another.

    Such a fact is set to every value that matters in turn (see `matcher.policy.language.thresholds`); an answer that no
    value gives is struck out. Rules and points stay as they are: each of them is exact by itself.
    """
    state = answer.decision
    if state is None:
        return answer
    torn = [name for name in torn_columns(ruleset) if not facts[name].settled]
    if not torn:
        return answer
    hold, open_, fail = state.can_hold.copy(), state.open().copy(), state.can_fail.copy()
    turns = all_turns(ruleset)
    behind = {rule.id: set(reads(rule, ruleset)) for rule in ruleset.of_kind("condition")}
    for name in torn:
        span = facts[name]
        unsure = ((hold.astype(np.int8) + open_ + fail) > 1) & (span.lo < span.hi)
        # with at most one open condition on this fact there is nothing for it to be torn between
        sides = [state for key, state in answer.states.items() if name in behind[key]]
        unsure &= sum((side.can_hold.astype(np.int8) + side.open() + side.can_fail) > 1 for side in sides) > 1
        for other, marked in facts.partial.items():
            if other != name:  # where other facts are known in part, more values matter than are tried here
                unsure &= ~marked
        rows = np.flatnonzero(unsure)
        if not len(rows):
            continue
        part = facts.take(rows)
        grid = candidates(turns, part, name, policy.columns[name].step)
        at, place = np.nonzero(~np.isnan(grid))
        tried = part.take(at).narrowed(name, Span.known(grid[at, place]))
        states = evaluate(policy, ruleset, tried, figures=False).decision
        assert states is not None
        for kept, outcome in ((hold, states.can_hold), (open_, states.open()), (fail, states.can_fail)):
            reached = np.zeros(len(rows), dtype=bool)
            np.logical_or.at(reached, at, outcome)
            kept[rows] &= reached
    return replace(answer, decision=State(hold, open_, fail))


def judged_columns(policy: Policy) -> set[str]:
    """Columns that hold experts' points: an empty one is judgement to come, not an unknown fact."""
    rulesets = (policy.ruleset(edition, edition.since) for edition in policy.editions)
    items = [rule.item for ruleset in rulesets for rule in ruleset.rules]
    return {name for item in items if isinstance(item, Judged) for name in item.columns()}
