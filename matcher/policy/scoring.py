"""Policies over a table of firms: one verdict per firm and rule, one decision per firm and policy, and the problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.answers.evaluation import Answer, Group, Prepared, answers, prepare
from matcher.policy.firms.facts import Notes, day_number, problem_table
from matcher.policy.language.conditions import State, Test, leaves_readings_open, must_pass
from matcher.policy.language.intervals import Bools
from matcher.policy.language.model import Rule
from matcher.policy.policy import Policies, Policy, PolicyName, load_policies, load_policy
from matcher.tables.arguments import Day, as_day

SUMMARY = ("enterprise_id", "policy", "edition", "on", "decision", "total_low", "total_high", "rules_verified")
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
    "seen_as",
    "why",
)
DECISIONS = ("passes", "fails", "can_pass", "unknown", "not_in_force")
PASSED = ("pass", "fail", "unknown")
VERIFIED = ("all", "some", "none")
_AHEAD = "晚于判断日期，请核对"
WHY = (
    "",
    "没有可除的数（分母为零或为负，或没有相应的会计年度），比例或增长率不存在，因此没有差距",
    "事实都已知道，但条文有两种读法，结论不同；读法见“存疑”，可以选定",
    "正好等于界限，须超过界限才符合",
    "正好等于界限，须低于界限才符合",
)
_AT_LIMIT = {"more_than": 3, "less_than": 4}  # places in WHY
_BY_READING = 2


@dataclass(frozen=True)
class Scored:
    """The tables of a scoring: `summary` one row per firm and policy, `verdicts` one row per firm and rule, `problems`.

    `prepared`: the facts as they were read, by the id of the policy. `ask_first` and `cheapest` take a `Scored` in
    place of the table of firms, and then read nothing again.
    """

    summary: pd.DataFrame
    verdicts: pd.DataFrame
    problems: pd.DataFrame
    prepared: Mapping[str, Prepared] = field(default_factory=dict, repr=False, compare=False)


def prepared_for(firms: pd.DataFrame | Scored, policy: PolicyName, on: Day | None) -> Prepared:
    """The facts of one policy: those of a scoring, or read from a table for a day.

    Raises ArgumentError when a table comes without a day, a scoring with one, or the scoring is of other policies.
    """
    if not isinstance(firms, Scored):
        if on is None:
            raise ArgumentError("on is needed with a table of firms: a date or ISO text such as 2026-11-24")
        (ready,), _ = prepare([load_policy(policy)], firms, as_day(on))
        return ready
    if on is not None:
        raise ArgumentError("what `score` returned has its day already; leave `on` out")
    wanted = load_policy(policy) if isinstance(policy, Policy) or str(policy) not in firms.prepared else None
    scored = firms.prepared.get(str(policy) if wanted is None else wanted.id)
    if scored is None or (isinstance(policy, Policy) and scored.policy != policy):
        raise ArgumentError(
            f"the scoring is of {', '.join(firms.prepared) or 'no policy'}, not of the policy asked for"
        )
    return scored


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


class Decided(NamedTuple):
    """One policy's answers, a row a firm: places in DECISIONS and among editions (-1: none), bounds of the total, and
    the place in VERIFIED of the conditions and points behind it (-1: none).
    """

    codes: np.ndarray[Any, np.dtype[np.int8]]
    edition: np.ndarray[Any, np.dtype[np.int16]]
    low: np.ndarray[Any, np.dtype[np.float64]]
    high: np.ndarray[Any, np.dtype[np.float64]]
    verified: np.ndarray[Any, np.dtype[np.int8]]


def decided(ready: Prepared, groups: Sequence[Group]) -> Decided:
    """The decision of every firm, in the order of the firms."""
    size = len(ready.ids)
    editions = [edition.id for edition in ready.policy.editions]
    all_of = Decided(
        np.full(size, 4, np.int8),
        np.full(size, -1, np.int16),
        np.full(size, np.nan),
        np.full(size, np.nan),
        np.full(size, -1, np.int8),
    )
    for group in groups:
        if group.edition is None or group.answer is None:
            continue
        all_of.edition[group.rows] = editions.index(group.edition.id)
        all_of.codes[group.rows] = decision_codes(group.answer.decision, len(group.rows))
        known = [rule.verified for rule in group.answer.rules if rule.kind != "amount"]
        if known:
            all_of.verified[group.rows] = 0 if all(known) else 1 if any(known) else 2
        total = group.answer.total()
        if total is not None:
            all_of.low[group.rows], all_of.high[group.rows] = total.low_min, total.high_max
    return all_of


def summary_frame(ready: Prepared, groups: Sequence[Group]) -> pd.DataFrame:
    """The summary of one policy in the order of the firms."""
    size, editions = len(ready.ids), [edition.id for edition in ready.policy.editions]
    codes, edition, low, high, verified = decided(ready, groups)
    return pd.DataFrame(
        {
            "enterprise_id": ready.ids,
            "policy": pd.Categorical.from_codes(np.zeros(size, dtype=np.int8), pd.Index([ready.policy.id])),
            "edition": pd.Categorical.from_codes(edition, pd.Index(editions)),
            "on": ready.days.astype("datetime64[D]").astype("datetime64[s]"),
            "decision": pd.Categorical.from_codes(codes, pd.Index(list(DECISIONS))),
            "total_low": low,
            "total_high": high,
            "rules_verified": pd.Categorical.from_codes(verified, pd.Index(list(VERIFIED))),
        }
    )


def verdict_columns(ready: Prepared, group: Group) -> dict[str, Any]:
    """One group's verdicts, firm by firm, as flat arrays; words as (codes, words) pairs."""
    answer = group.answer
    assert answer is not None
    rules, size, many = answer.rules, answer.size, len(answer.rules)
    cells = [_cells(ready, group, answer, rule) for rule in rules]

    def flat(name: str, fill: float, dtype: Any = np.float64) -> np.ndarray[Any, Any]:
        out = np.full((size, many), fill, dtype=dtype)  # one after the other: two such tables do not fit into a cache
        for column, of_rule in enumerate(cells):
            if name in of_rule:
                out[:, column] = of_rule[name]
        return out.ravel()

    words = {name: _codes([getattr(rule, field) for rule in rules]) for name, field in _WORDS.items()}
    most = np.array([np.nan if rule.most is None else rule.most for rule in rules])
    return {
        "rules": many,
        "value": flat("value", np.nan),
        "limit": flat("limit", np.nan),
        "passed": flat("passed", -1, np.int8),
        "points_low": flat("points_low", np.nan),
        "points_high": flat("points_high", np.nan),
        "points_max": np.tile(most, size),
        "gap": flat("gap", np.nan),
        "verified": np.tile(np.array([rule.verified for rule in rules]), size),
        "why": (flat("why", 0, np.int8), list(WHY)),
        **{name: (np.tile(codes, size), names) for name, (codes, names) in words.items()},
    }


def _cells(ready: Prepared, group: Group, answer: Answer, rule: Rule) -> dict[str, np.ndarray[Any, Any]]:
    """What one rule says of each firm of a group: the columns in which it says something."""
    if rule.kind == "amount":
        return {"value": answer.amounts[rule.id]}
    shown = answer.shown[rule.kind, rule.id]
    why = ((shown.missing == 1) & ~(shown.gap >= 0)).astype(np.int8)
    cells: dict[str, np.ndarray[Any, Any]] = {"value": shown.value, "limit": shown.limit, "gap": shown.gap, "why": why}
    if rule.kind == "points":
        points = answer.points[rule.id]
        return {**cells, "points_low": points.low_min, "points_high": points.high_max}
    codes = passed_codes(answer.states[rule.id])
    why[codes == 0] = 0
    if rule.test is not None and leaves_readings_open(rule.test):
        why[(codes == 2) & _all_known(ready, group, rule.test)] = _BY_READING
    if rule.test is not None and len(words := must_pass(rule.test)) == 1:
        why[(codes == 1) & (shown.gap == 0)] = _AT_LIMIT[words.pop()]
    return {**cells, "passed": codes, "gap": np.where(codes == 0, 0.0, shown.gap)}


def _all_known(ready: Prepared, group: Group, test: Test) -> Bools:
    """Rows of a group in which every fact that a test reads is known."""
    spans = [ready.facts[name] for name in test.columns()]
    return np.asarray(np.logical_and.reduce([(span.lo == span.hi)[group.rows] for span in spans]), dtype=bool)


def left_to_readings(scored: Scored) -> Bools:
    """The rows of the summary that are undecided though every fact is known: only the readings of the text differ."""
    rows = scored.verdicts[scored.verdicts["passed"] == "unknown"]
    by_reading = (rows["why"].astype(str) == WHY[_BY_READING]).to_numpy()
    keys = pd.MultiIndex.from_frame(rows[["enterprise_id", "policy"]].astype(object))
    asked = pd.MultiIndex.from_frame(scored.summary[["enterprise_id", "policy"]].astype(object))
    undecided = (scored.summary["decision"] == "unknown").to_numpy()
    return np.asarray(undecided & asked.isin(keys[by_reading]) & ~asked.isin(keys[~by_reading]), dtype=bool)


_WORDS = {"rule": "id", "kind": "kind", "source": "source", "in_force_since": "in_force_since", "seen_as": "seen_as"}


def _codes(words: Sequence[Any]) -> tuple[np.ndarray[Any, np.dtype[Any]], list[Any]]:
    names = list(dict.fromkeys(words))
    kind = np.int8 if len(names) <= np.iinfo(np.int8).max else np.int16
    return np.array([names.index(word) for word in words], dtype=kind), names


def verdict_frame(ready: Prepared, groups: Sequence[Group]) -> pd.DataFrame:
    """The verdicts of one policy: firms in the order of the table, rules in the order of the policy."""
    frames = []
    for group in groups:
        if group.answer is None:
            continue
        parts = verdict_columns(ready, group)
        rows = np.repeat(group.rows, parts["rules"])

        def word(name: str, parts: dict[str, Any] = parts) -> Any:
            codes, names = parts[name]
            return pd.Categorical.from_codes(codes, pd.Index(names))

        since, days = parts["in_force_since"]
        frames.append(
            pd.DataFrame(
                {
                    "_row": rows,
                    "enterprise_id": ready.ids[rows],
                    "policy": pd.Categorical.from_codes(
                        np.zeros(len(rows), dtype=np.int8), pd.Index([ready.policy.id])
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
                    "in_force_since": np.array(days, dtype="datetime64[s]")[since],
                    "verified": parts["verified"],
                    "seen_as": word("seen_as"),
                    "why": word("why"),
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
    """Figures that cannot be together, or seldom are, and days still to come, to problems."""
    policy = ready.policy
    checks = policy.checks() if policy.tree.get("checks") else []
    looked_at = {check.test.columns() for check in checks if check.test is not None}
    for name, column in policy.columns.items():
        if column.kind == "date" and (name,) not in looked_at:
            note.add(ready.ids, ready.facts[name].lo > ready.days, column.title, None, _AHEAD, "unusual")
    for check in checks:
        sure: Bools = np.ones(len(ready.ids), bool) if check.test is None else check.test.truth(ready.facts).sure
        if check.since is not None:
            sure = sure & (ready.days >= day_number(check.since))
        if check.until is not None:
            sure = sure & (ready.days <= day_number(check.until))
        if sure.any():
            note.add(ready.ids, sure, check.column, None, check.message, check.level)


def score(firms: pd.DataFrame, policy: Policies, *, on: Day) -> Scored:
    """Answer every rule of one or several policies for every firm.

    Parameters
    ----------
    firms
        One row per firm and application, with the columns that the policies declare (`Policy.columns`): money in
        yuan, shares as fractions. An absent column or an empty cell is unknown. `apply_on` of a row wins over `on`;
        `<policy>.<column>` wins over the plain column. Without `enterprise_id`, rows are numbered from 1.
    policy
        A name (id or Chinese title), a folder, a `Policy`, or a sequence of these.
    on
        The day of the answer, a date or ISO text; it chooses the edition.

    Returns
    -------
    Scored
        `summary`, one row per firm and policy: enterprise_id, policy, edition, on, decision (passes, fails, can_pass,
        unknown, not_in_force; missing where the policy decides nothing), total_low, total_high, rules_verified (of the
        conditions and points behind it: all, some or none).

        `verdicts`, one row per firm and rule: enterprise_id, policy, rule, kind, value in the rule's unit, limit,
        passed, points_low, points_high, points_max, gap in the unit of the numerator, source, in_force_since,
        verified, seen_as (in what form the rule was read: 全文, 转载原文, 摘要, 凭记忆, 未注明), why (the reason where
        there is no gap because there is nothing to divide by, where only readings of the text differ, and where a
        figure is at a limit that it must pass; else "").

        `problems`: enterprise_id, policy, column, cell, problem, level.

        Policies in the order given, firms in the order of the table, rules in the order of the policy. No firms give
        empty tables. Both tables go into a data base as they are (`DataFrame.to_sql`).

    Raises
    ------
    PolicyError
        When a policy is not known, wrong, or given twice.
    ArgumentError, ArgumentTypeError
        When `firms` is no table with each column once, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a", "b"], "valuation_usd": [2e9, 5e8]})
    >>> scored = score(firms, "unicorn", on="2026-11-24")
    >>> scored.summary[["enterprise_id", "decision"]].values.tolist()
    [['a', 'unknown'], ['b', 'fails']]
    """
    policies = load_policies(policy)
    prepared, notes = prepare(policies, firms, as_day(on))
    if not len(firms):  # the tables of any firm without their rows
        any_firm = score(pd.DataFrame({"enterprise_id": ["-"]}), policies, on=on)
        by_policy = {ready.policy.id: ready for ready in prepared}
        return Scored(any_firm.summary.iloc[:0], any_firm.verdicts.iloc[:0], problem_table(notes), by_policy)
    summaries, verdicts = [], []
    for ready, note in zip(prepared, notes, strict=True):
        check_figures(ready, note)
        groups = list(answers(ready))
        summaries.append(summary_frame(ready, groups))
        verdicts.append(verdict_frame(ready, groups))
    return Scored(
        _union(summaries) if summaries else pd.DataFrame(columns=list(SUMMARY)),
        _joined([frame for frame in verdicts if len(frame)]),
        problem_table(notes),
        {ready.policy.id: ready for ready in prepared},
    )


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in VERDICTS})
    return _union(frames)
