"""What an open answer still hangs on: the unknown facts, and the points on which a source allows two readings.

A part of a condition that surely holds or surely fails is passed over, and so is all that it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matcher.policy.answers.evaluation import Answer, Prepared, decide
from matcher.policy.firms.facts import cut_years
from matcher.policy.language.conditions import ByBracket, Frame, Joined, Not, Points, ScoreTest, State, Test, Unsettled
from matcher.policy.language.intervals import Bools
from matcher.policy.language.model import Rule
from matcher.policy.language.points import Bands, BestOf, Item, SumOf


@dataclass(frozen=True)
class Hanging:
    """Rows of a group by what they hang on: facts, known in part or not at all, and readings ("": one that the source
    leaves open and nobody can choose).
    """

    facts: dict[str, Bools] = field(default_factory=dict)
    readings: dict[str, Bools] = field(default_factory=dict)


def hangs_on(rule: Rule, answer: Answer, ready: Prepared, rows: np.ndarray[Any, Any]) -> Hanging:
    """What a condition of an answer hangs on; `rows` are the numbers of the answer's firms in the whole table."""
    facts, years = ready.facts.take(rows), ready.policy.years
    if years is not None and facts.years is not None:
        facts = cut_years(replace(facts, years=np.where(facts.years < 0, 3, facts.years)), years)
    items = {one.id: one.item for one in answer.rules if one.item is not None}
    found = Hanging()
    if rule.test is not None:
        _walk(rule.test, Frame(facts, answer.points), items, is_open(answer.states[rule.id]), found)
    return found


def deciding(node: Any, states: Mapping[str, State], rows: Bools) -> dict[str, Bools]:
    """The conditions that can still move a decision (`Ruleset.decision`), with the rows where they can."""
    rows = rows & is_open(decide(node, states))
    if isinstance(node, str):
        return {node: rows}
    out: dict[str, Bools] = {}
    for parts in node.values():
        for part in parts:
            for name, where in deciding(part, states, rows).items():
                out[name] = out[name] | where if name in out else where
    return out


def is_open(state: State) -> Bools:
    """Rows in which more than one of the three can come out."""
    return np.asarray(state.can_hold.astype(int) + state.open() + state.can_fail > 1, dtype=bool)


def _walk(test: Test, frame: Frame, items: Mapping[str, Item], rows: Bools, found: Hanging) -> None:
    rows = rows & is_open(test.state(frame))
    if not rows.any():
        return
    if isinstance(test, Joined):
        for part in test.tests:
            _walk(part, frame, items, rows, found)
    elif isinstance(test, Not):
        _walk(test.test, frame, items, rows, found)
    elif isinstance(test, Unsettled):
        _mark(found.readings, test.reading, rows)
    elif isinstance(test, ScoreTest):
        for name in test.items:
            _item(name, frame, items, rows, found)
    elif isinstance(test, ByBracket):
        _mark_open(test.name, frame, rows, found)
        for bracket, span, _, inside in test.parts(frame.facts):
            if bracket.test is not None:
                inner = Frame(frame.facts.narrowed(test.name, span), frame.points)
                _walk(bracket.test, inner, items, rows & inside, found)
    else:
        for name in test.columns():
            _mark_open(name, frame, rows, found)


def _item(name: str, frame: Frame, items: Mapping[str, Item], rows: Bools, found: Hanging) -> None:
    item = items[name]
    rows = rows & ~_settled(frame.points[name])
    if isinstance(item, (BestOf, SumOf)):
        below = item.items if isinstance(item, BestOf) else [one for group, _ in item.groups for one in group]
        for one in below:
            _item(one, frame, items, rows, found)
        return
    for column in item.columns():
        _mark_open(column, frame, rows, found)
    if isinstance(item, Bands):
        for band in item.bands:
            _walk(band.test, frame, items, rows, found)


def _settled(points: Points) -> Bools:
    return np.asarray((points.low_min == points.low_max) & (points.high_min == points.high_max), dtype=bool)


def _mark_open(name: str, frame: Frame, rows: Bools, found: Hanging) -> None:
    span = frame.facts[name]
    _mark(found.facts, name, rows & (span.lo < span.hi))


def _mark(where: dict[str, Bools], name: str, rows: Bools) -> None:
    if rows.any():
        where[name] = where[name] | rows if name in where else rows
