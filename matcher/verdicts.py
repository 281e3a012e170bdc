"""Policies over a table of firms: one verdict a firm and rule, one decision a firm and policy, and the problems met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from matcher.critical import all_turns, candidates, torn_columns
from matcher.errors import PolicyError
from matcher.facts import Notes, build, column_values, cut_years, day_number, domain
from matcher.intervals import Bools, Facts, Floats, Span
from matcher.points import Judged
from matcher.policy import Policy, load_policy
from matcher.policy_file import Edition, FactColumn, Rule, Ruleset
from matcher.rules import Frame, Is, Points, Shown, State, join

SUMMARY = ("enterprise_id", "policy", "edition", "on", "decision", "total_low", "total_high")
VERDICTS = (
    "enterprise_id",
    "policy",
    "rule",
    "kind",
    "value",
    "limit",
    "passed",
    "points_low",
    "points_high",
    "points_max",
    "gap",
    "source",
    "in_force_since",
    "verified",
)
DECISIONS = ("passes", "fails", "can_pass", "unknown", "not_in_force")
PASSED = ("pass", "fail", "unknown")


@dataclass(frozen=True)
class Outcome:
    """What one edition says of some firms: arrays in the order of `rules`, one row a firm."""

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
    """Firms that one ruleset answers: their row numbers (ascending) and its outcome; no edition: not in force."""

    rows: np.ndarray[Any, np.dtype[np.int64]]
    edition: Edition | None
    outcome: Outcome | None


@dataclass(frozen=True)
class Prepared:
    """One policy's facts, read once."""

    policy: Policy
    ids: np.ndarray[Any, Any]
    days: np.ndarray[Any, np.dtype[np.int64]]
    values: Mapping[str, Floats]


def decide(node: Any, states: Mapping[str, State]) -> State:
    """Join the conditions as the policy says."""
    if isinstance(node, str):
        return states[node]
    ((word, parts),) = node.items()
    return join([decide(part, states) for part in parts], every=word == "all")


def run(ruleset: Ruleset, facts: Facts, *, figures: bool) -> Outcome:
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
    return Outcome(ruleset.rules, states, points, amounts, shown, decision, facts.size)


def _blend(parts: Sequence[Outcome]) -> Outcome:
    """The same firms under several possible numbers of accounting years: everything that can come out."""
    first = parts[0]

    def either(states: Sequence[State]) -> State:
        hold = np.logical_or.reduce([state.can_hold for state in states])
        fail = np.logical_or.reduce([state.can_fail for state in states])
        return State(hold, np.logical_or.reduce([state.open() for state in states]), fail)

    def spread(many: Sequence[Points]) -> Points:
        ends = [
            [np.minimum.reduce, np.maximum.reduce, np.minimum.reduce, np.maximum.reduce][i](
                [part.ends()[i] for part in many]
            )
            for i in range(4)
        ]
        return Points(*ends)

    def same(many: Sequence[Floats]) -> Floats:
        out = many[0]
        for other in many[1:]:
            out = np.where(out == other, out, np.nan)
        return out

    shown = {
        key: Shown(
            same([part.shown[key].value for part in parts]),
            same([part.shown[key].limit for part in parts]),
            same([part.shown[key].gap for part in parts]),
        )
        for key in first.shown
    }
    return Outcome(
        first.rules,
        {key: either([part.states[key] for part in parts]) for key in first.states},
        {key: spread([part.points[key] for part in parts]) for key in first.points},
        {key: same([part.amounts[key] for part in parts]) for key in first.amounts},
        shown,
        None if first.decision is None else either([p.decision for p in parts if p.decision is not None]),
        first.size,
    )


def _scatter(size: int, pieces: Sequence[tuple[np.ndarray[Any, Any], Outcome]]) -> Outcome:
    """Outcomes of parts of the firms, put back in their places."""
    first = pieces[0][1]

    def put(get: Any, fill: Any) -> Any:
        out = np.full(size, fill)
        for rows, outcome in pieces:
            out[rows] = get(outcome)
        return out

    def state(get: Any) -> State:
        return State(
            put(lambda o: get(o).can_hold, False),
            put(lambda o: get(o).open(), False),
            put(lambda o: get(o).can_fail, False),
        )

    return Outcome(
        first.rules,
        {key: state(lambda o, k=key: o.states[k]) for key in first.states},
        {
            key: Points(*(put(lambda o, k=key, i=i: o.points[k].ends()[i], np.nan) for i in range(4)))
            for key in first.points
        },
        {key: put(lambda o, k=key: o.amounts[k], np.nan) for key in first.amounts},
        {
            key: Shown(*(put(lambda o, k=key, w=w: getattr(o.shown[k], w), np.nan) for w in ("value", "limit", "gap")))
            for key in first.shown
        },
        None if first.decision is None else state(lambda o: o.decision),
        size,
    )


def evaluate(policy: Policy, ruleset: Ruleset, facts: Facts, *, figures: bool) -> Outcome:
    """Apply a ruleset; where the number of accounting years is unknown, every possible number is tried."""
    if policy.years is None or facts.years is None:
        return run(ruleset, facts, figures=figures)
    open_ = np.flatnonzero(facts.years < 0)
    if not len(open_):
        return run(ruleset, cut_years(facts, policy.years), figures=figures)
    pieces = []
    tried = [run(ruleset, cut_years(facts.take(open_, years), policy.years), figures=figures) for years in (3, 2, 1, 0)]
    pieces.append((open_, _blend(tried)))
    rest = np.flatnonzero(facts.years >= 0)
    if len(rest):
        pieces.append((rest, run(ruleset, cut_years(facts.take(rest), policy.years), figures=figures)))
    return _scatter(facts.size, pieces)


def prepare(policies: Sequence[Policy], firms: pd.DataFrame, on: dt.date) -> tuple[list[Prepared], list[Notes]]:
    """Read each policy's facts out of the table.

    `<policy>.<column>` wins over the plain column. A plain column that two policies define differently is used for
    the first of them that was asked for; for the others it stays unknown, and a problem says so.
    """
    ids = _ids(firms)
    owner: dict[str, tuple[Policy, FactColumn]] = {}
    prepared, notes = [], []
    days, day_notes = _days(firms, on, ids)
    for policy in policies:
        note = Notes(policy.id)
        if policy is policies[0]:
            note.rows.extend(day_notes.rows)
        values: dict[str, Floats] = {}
        for name, column in policy.columns.items():
            own = np.full(len(firms), np.nan)
            special = f"{policy.id}.{name}"
            if special in firms.columns:
                own = column_values(column, firms[special], ids, note)
            if name in firms.columns:
                first = owner.setdefault(name, (policy, column))
                if not np.isnan(own).any():
                    pass
                elif _same(first[1], column):
                    plain = column_values(column, firms[name], ids, note)
                    own = np.where(np.isnan(own), plain, own)
                else:
                    note.whole(
                        name,
                        f"“{column.title}”在{first[0].title}中的口径是“{first[1].basis}”，在{policy.title}中是“{column.basis}”；"
                        f"该列只用于{first[0].title}，请另给 {special} 列",
                        "definition",
                    )
            values[name] = own
        for first_name, second_name in policy.opposites:
            for empty, told in ((first_name, second_name), (second_name, first_name)):
                values[empty] = np.where(np.isnan(values[empty]), 1.0 - values[told], values[empty])
        prepared.append(Prepared(policy, ids, days, values))
        notes.append(note)
    return prepared, notes


def _same(first: FactColumn, second: FactColumn) -> bool:
    return first.basis == second.basis and first.kind == second.kind


def _ids(firms: pd.DataFrame) -> np.ndarray[Any, Any]:
    if "enterprise_id" in firms.columns:
        return firms["enterprise_id"].astype(str).to_numpy(dtype=object)
    return np.array([str(n) for n in range(1, len(firms) + 1)], dtype=object)


def _days(firms: pd.DataFrame, on: dt.date, ids: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], Notes]:
    note = Notes("")
    given = np.full(len(firms), np.nan)
    if "apply_on" in firms.columns:
        given = column_values(FactColumn("apply_on", "date", "申请日期"), firms["apply_on"], ids, note)
    return np.where(np.isnan(given), day_number(on), given).astype(np.int64), note


def outcomes(ready: Prepared, *, figures: bool = True) -> Iterator[Group]:
    """Every firm in exactly one group, by the edition and day-bound limits that answer it."""
    policy, days = ready.policy, ready.days
    breaks = np.array([day_number(day) for day in policy.breaks], dtype=np.int64)
    period = np.searchsorted(breaks, days, side="right")
    name = policy.purpose_column
    purpose = np.full(len(days), -1, dtype=np.int64)
    if name is not None:
        purpose = np.where(np.isnan(ready.values[name]), -1, ready.values[name]).astype(np.int64)
    key = period * 64 + purpose + 1
    facts: Facts | None = None
    for code in np.unique(key).tolist():
        rows = np.flatnonzero(key == code)
        index, asked = divmod(code, 64)
        choice = None if asked == 0 else float(asked - 1)
        day = policy.breaks[index - 1] if index else dt.date.min
        edition = policy.edition_on(day, choice) if index else None
        if edition is None:
            yield Group(rows, None, None)
            continue
        if facts is None:
            facts = build(policy.columns, ready.values, days.astype(np.float64), policy.years)
        part = facts if len(rows) == len(days) else facts.take(rows)
        ruleset = policy.ruleset(edition, day, choice)
        outcome = evaluate(policy, ruleset, part, figures=figures)
        yield Group(rows, edition, narrowed(policy, ruleset, part, outcome))


def narrowed(policy: Policy, ruleset: Ruleset, facts: Facts, outcome: Outcome) -> Outcome:
    """Decide where the conditions alone cannot, because an unknown fact that helps one hurts another.

    Such a fact is set to every value that matters in turn (see `matcher.critical`); an outcome that no value gives is
    struck out. Rules and points stay as they are: each of them is exact by itself.
    """
    state = outcome.decision
    if state is None:
        return outcome
    torn = [name for name in torn_columns(ruleset) if not facts[name].settled]
    if not torn:
        return outcome
    hold, open_, fail = state.can_hold.copy(), state.open().copy(), state.can_fail.copy()
    found = all_turns(ruleset)
    for name in torn:
        span, column = facts[name], policy.columns[name]
        unsure = (hold.astype(np.int8) + open_ + fail) > 1
        rows = np.flatnonzero(unsure & (span.lo < span.hi))
        if not len(rows):
            continue
        part = facts.take(rows)
        lowest, highest = domain(column)
        grid = candidates(found, part, name, lowest, highest, column.step)
        at, place = np.nonzero(~np.isnan(grid))
        tried = part.take(at).narrowed(name, Span.known(grid[at, place]))
        states = evaluate(policy, ruleset, tried, figures=False).decision
        assert states is not None
        for kept, found_here in ((hold, states.can_hold), (open_, states.open()), (fail, states.can_fail)):
            reached = np.zeros(len(rows), dtype=bool)
            np.logical_or.at(reached, at, found_here)
            kept[rows] &= reached
    return replace(outcome, decision=State(hold, open_, fail))


@dataclass(frozen=True)
class Scored:
    """The tables of a scoring: `summary` one row a firm and policy, `verdicts` one row a firm and rule, `problems`."""

    summary: pd.DataFrame
    verdicts: pd.DataFrame
    problems: pd.DataFrame


def decision_codes(state: State | None, size: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Rows to places in DECISIONS; -1 where the policy makes no decision."""
    if state is None:
        return np.full(size, -1, dtype=np.int8)
    open_ = state.open()
    out = np.full(size, 3, dtype=np.int8)
    out[state.can_hold & ~open_ & ~state.can_fail] = 0
    out[state.can_fail & ~open_ & ~state.can_hold] = 1
    out[open_ & ~state.can_hold & ~state.can_fail] = 2
    return out


def passed_codes(state: State) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Rows to places in PASSED."""
    out = np.full(len(state.can_hold), 2, dtype=np.int8)
    open_ = state.open()
    out[state.can_hold & ~open_ & ~state.can_fail] = 0
    out[state.can_fail & ~open_ & ~state.can_hold] = 1
    return out


def summary_frame(ready: Prepared, groups: Sequence[Group]) -> pd.DataFrame:
    """The summary of one policy in the order of the firms."""
    size = len(ready.ids)
    codes = np.full(size, 4, dtype=np.int8)
    editions = [edition.id for edition in ready.policy.editions]
    edition = np.full(size, -1, dtype=np.int16)
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    for group in groups:
        if group.edition is None or group.outcome is None:
            continue
        edition[group.rows] = editions.index(group.edition.id)
        codes[group.rows] = decision_codes(group.outcome.decision, len(group.rows))
        total = group.outcome.total()
        if total is not None:
            low[group.rows], high[group.rows] = total.low_min, total.high_max
    return pd.DataFrame(
        {
            "enterprise_id": ready.ids,
            "policy": pd.Categorical.from_codes(np.zeros(size, dtype=np.int8), pd.Index([ready.policy.id])),
            "edition": pd.Categorical.from_codes(edition, pd.Index(editions)),
            "on": ready.days.astype("datetime64[D]").astype("datetime64[s]"),
            "decision": pd.Categorical.from_codes(codes, pd.Index(list(DECISIONS))),
            "total_low": low,
            "total_high": high,
        }
    )


def verdict_columns(ready: Prepared, group: Group) -> dict[str, Any]:
    """One group's verdicts, firm by firm, as flat arrays; words as (codes, words) pairs."""
    outcome = group.outcome
    assert outcome is not None
    rules, size = outcome.rules, outcome.size
    many = len(rules)
    value, limit, gap = (np.full((size, many), np.nan) for _ in range(3))
    low, high = np.full((size, many), np.nan), np.full((size, many), np.nan)
    passed = np.full((size, many), -1, dtype=np.int8)
    for column, rule in enumerate(rules):
        shown = outcome.shown.get((rule.kind, rule.id))
        if shown is not None:
            value[:, column], limit[:, column], gap[:, column] = shown.value, shown.limit, shown.gap
        if rule.kind == "condition":
            passed[:, column] = passed_codes(outcome.states[rule.id])
            gap[passed[:, column] == 0, column] = 0.0
        elif rule.kind == "points":
            points = outcome.points[rule.id]
            low[:, column], high[:, column] = points.low_min, points.high_max
        else:
            value[:, column] = outcome.amounts[rule.id]
    words = {name: _codes([getattr(rule, field) for rule in rules]) for name, field in _WORDS.items()}
    most = np.array([np.nan if rule.most is None else rule.most for rule in rules])
    return {
        "row": np.repeat(group.rows, many),
        "rules": many,
        "value": value.ravel(),
        "limit": limit.ravel(),
        "passed": passed.ravel(),
        "points_low": low.ravel(),
        "points_high": high.ravel(),
        "points_max": np.tile(most, size),
        "gap": gap.ravel(),
        "verified": np.tile(np.array([rule.verified for rule in rules]), size),
        **{name: (np.tile(codes, size), names) for name, (codes, names) in words.items()},
    }


_WORDS = {"rule": "id", "kind": "kind", "source": "source", "in_force_since": "in_force_since"}


def _codes(words: Sequence[Any]) -> tuple[np.ndarray[Any, np.dtype[np.int16]], list[Any]]:
    names = list(dict.fromkeys(words))
    return np.array([names.index(word) for word in words], dtype=np.int16), names


def verdict_frame(ready: Prepared, groups: Sequence[Group]) -> pd.DataFrame:
    """The verdicts of one policy: firms in the order of the table, rules in the order of the policy."""
    frames = []
    for group in groups:
        if group.outcome is None:
            continue
        parts = verdict_columns(ready, group)

        def word(name: str, parts: dict[str, Any] = parts) -> Any:
            codes, names = parts[name]
            if name == "in_force_since":
                names = pd.DatetimeIndex(names)
            return pd.Categorical.from_codes(codes, pd.Index(names))

        frames.append(
            pd.DataFrame(
                {
                    "_row": parts["row"],
                    "enterprise_id": ready.ids[parts["row"]],
                    "policy": pd.Categorical.from_codes(
                        np.zeros(len(parts["row"]), dtype=np.int8), pd.Index([ready.policy.id])
                    ),
                    "rule": word("rule"),
                    "kind": word("kind"),
                    "value": parts["value"],
                    "limit": parts["limit"],
                    "passed": pd.Categorical.from_codes(parts["passed"], pd.Index(list(PASSED))),
                    "points_low": parts["points_low"],
                    "points_high": parts["points_high"],
                    "points_max": parts["points_max"],
                    "gap": parts["gap"],
                    "source": word("source"),
                    "in_force_since": word("in_force_since"),
                    "verified": parts["verified"],
                }
            )
        )
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in VERDICTS})
    if len(frames) == 1:
        return frames[0].drop(columns="_row")
    joined = _union(frames).sort_values("_row", kind="stable", ignore_index=True)
    return joined.drop(columns="_row")


def _union(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate; columns of words keep being words."""
    out = {}
    for name in frames[0].columns:
        pieces = [frame[name] for frame in frames]
        if isinstance(pieces[0].dtype, pd.CategoricalDtype):
            out[name] = pd.Series(pd.api.types.union_categoricals([piece.array for piece in pieces]))
        else:
            out[name] = pd.concat(pieces, ignore_index=True)
    return pd.DataFrame(out)


def check_figures(ready: Prepared, note: Notes) -> None:
    """Figures that cannot be together, or seldom are, to problems."""
    policy = ready.policy
    if not policy.raw_checks:
        return
    facts = build(policy.columns, ready.values, ready.days.astype(np.float64), policy.years)
    for check in policy.checks():
        sure: Bools = check.test.truth(facts).sure
        if sure.any():
            note.add(ready.ids, sure, check.column, None, check.says, check.level)


def score(firms: pd.DataFrame, policies: Sequence[str | Policy] | str | Policy, *, on: dt.date | str) -> Scored:
    """Answer every rule of one or several policies for every firm.

    `firms`: one row a firm, columns named as the policies declare them (`matcher.policy.Policy.columns`); an absent
    column or an empty cell is unknown. `apply_on` of a row wins over `on`; both choose the edition.

    Returns `summary` (one row a firm and policy: enterprise_id, policy, edition, on, decision, total_low, total_high)
    and `verdicts` (one row a firm and rule: value in the rule's own unit, limit, passed, points_low, points_high,
    points_max, gap in the unit of the numerator, source, in_force_since, verified), policy by policy as asked, firms
    in the order of the table, and `problems`. No firms give empty tables.

    Raises PolicyError when a policy is not known.
    """
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on
    asked = [policies] if isinstance(policies, (str, Policy)) else list(policies)
    loaded = [load_policy(policy) if isinstance(policy, str) else policy for policy in asked]
    if len({policy.id for policy in loaded}) != len(loaded):
        raise PolicyError("同一政策给出了两次")
    prepared, notes = prepare(loaded, firms, day)
    summaries, verdicts = [], []
    for ready, note in zip(prepared, notes, strict=True):
        check_figures(ready, note)
        groups = list(outcomes(ready))
        summaries.append(summary_frame(ready, groups))
        verdicts.append(verdict_frame(ready, groups))
    problems = pd.concat([note.frame() for note in notes], ignore_index=True)
    if not loaded:
        return Scored(pd.DataFrame(columns=list(SUMMARY)), pd.DataFrame(columns=list(VERDICTS)), problems)
    return Scored(_union(summaries), _joined([v for v in verdicts if len(v)]), problems)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in VERDICTS})
    return _union(frames)


def judged_columns(policy: Policy) -> set[str]:
    """Columns that hold experts' points: an empty one is judgement to come, not an unknown fact."""
    found = set()
    for edition in policy.editions:
        for rule in policy.ruleset(edition, edition.since).rules:
            if isinstance(rule.item, Judged):
                found |= set(rule.item.columns())
    return found


__all__ = ["DECISIONS", "PASSED", "SUMMARY", "VERDICTS", "Scored", "replace", "score"]
