"""What a policy's rules measure of firms, as figures that a score card can learn from, and which way is better.

Nothing here is chosen by hand: the figure, its direction and its limits are those of the rule. A condition with a
limit, brackets of one measure (how far above the limit), yes/no facts, bands along one measure, and for any other item
the points that the rule itself gives. Experts' points, and scores that sum them, are no facts: they are the outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from matcher.policy.answers.evaluation import Prepared, answers, judged_columns
from matcher.policy.firms.facts import cut_years
from matcher.policy.language.conditions import ByBracket, Compare, Frame, Is, Joined, Points, Test
from matcher.policy.language.intervals import RISING, Facts, Floats
from matcher.policy.language.measures import DaysSince, Measure, Ratio, Total
from matcher.policy.language.model import Rule
from matcher.policy.language.points import Bands, Judged, SumOf
from matcher.policy.policy import Policy, PolicyName, load_policy
from matcher.policy.scoring import DECISIONS, Scored, decided, prepared_for
from matcher.tables.arguments import Day


@dataclass(frozen=True)
class Quantity:
    """What one rule measures. `up`: more is better. `limits`: where the rule turns, ascending. `unit`: "share",
    "above" (a share less its limit), "days", "yuan", "yesno", "points" (the rule's own, the middle of a range) or "".
    `weight`: the most points of an item, 0 of a condition. `values`: a row a firm, NaN: unknown.
    """

    rule: str
    title: str
    up: bool
    unit: str
    limits: tuple[float, ...]
    weight: float
    source: str
    values: Floats


@dataclass(frozen=True)
class Measured:
    """Firms as their policy's rules see them: ids, decisions by rule (a row a firm), and the quantities."""

    ids: np.ndarray
    decisions: np.ndarray
    quantities: tuple[Quantity, ...]


def measured(
    firms: pd.DataFrame | Scored, policy: PolicyName, *, on: Day | None = None, judged: bool = True
) -> Measured:
    """Decisions and quantities of a firm table, each row on its `apply_on`, or on `on`; or of what `score` returned.

    judged: False leaves experts' points out of the decisions too; for a table only.
    """
    policy = load_policy(policy)
    if not judged and isinstance(firms, pd.DataFrame):
        gone = {f"{head}{name}" for name in judged_columns(policy) for head in ("", f"{policy.id}.")}
        firms = firms.drop(columns=[name for name in firms.columns if name in gone])
    return measure(prepared_for(firms, policy, on))


def measure(ready: Prepared) -> Measured:
    """Decisions and quantities of prepared facts.

    Where editions measure a rule differently, the newest that answers any row counts, and the rule is unknown for the
    other rows.
    """
    policy = ready.policy
    groups = list(answers(ready, figures=False))
    size = len(ready.ids)
    quantities: dict[str, tuple[object, Quantity]] = {}
    for group in reversed(groups):
        if group.edition is None or group.answer is None:
            continue
        facts, sure = ready.facts.take(group.rows), np.ones(len(group.rows), dtype=bool)
        cut: Mapping[str, int] = {}
        if policy.years is not None and facts.years is not None:
            sure, cut = facts.years >= 0, policy.years.cut
            facts = cut_years(replace(facts, years=np.where(sure, facts.years, 3)), policy.years)
        for key, quantity in _of_rules(group.answer.rules, facts, policy):
            columns = _columns(group.answer.rules, quantity.rule)
            values = np.where(sure | (not set(columns) & set(cut)), quantity.values, np.nan)
            kept = quantities.setdefault(quantity.rule, (key, replace(quantity, values=np.full(size, np.nan))))
            if kept[0] == key:
                kept[1].values[group.rows] = values
    codes = decided(ready, groups).codes
    return Measured(ready.ids, np.array(DECISIONS, dtype=object)[codes], tuple(pair[1] for pair in quantities.values()))


def _columns(rules: Sequence[Rule], name: str) -> tuple[str, ...]:
    rule = next(rule for rule in rules if rule.id == name)
    part = rule.test or rule.item
    return part.columns() if part is not None else ()


def _of_rules(rules: Sequence[Rule], facts: Facts, policy: Policy) -> Iterator[tuple[object, Quantity]]:
    """Every quantity with what makes it the same in another edition; one measure stands once."""
    points: dict[str, Points] = {}
    frame, seen = Frame(facts, points), set[object]()
    for rule in rules:
        made: tuple[object, bool, str, Sequence[float], Floats] | None = None
        if rule.item is not None:
            points[rule.id] = rule.item.points(frame)
            if isinstance(rule.item, (Judged, SumOf)):
                continue
            made = _bands(rule.item, facts, policy) if isinstance(rule.item, Bands) else None
            if made is None:
                given = points[rule.id]
                known = (given.low_min == given.low_max) & (given.high_min == given.high_max)
                middle = np.where(known, (given.low_min + given.high_max) / 2, np.nan)
                bands = rule.item.bands if isinstance(rule.item, Bands) else ()
                made = rule.item, True, "points", [(band.low + band.high) / 2 for band in bands], middle
        elif rule.test is not None and rule.only_when is None:
            made = _condition(rule.test, frame, policy)
        if made is None or made[0] in seen:
            continue
        key, up, unit, limits, values = made
        seen.add(key)
        ascending = tuple(sorted({float(limit) for limit in limits}))
        weight = 0.0 if rule.item is None else float(rule.most or 0)
        yield key, Quantity(rule.id, rule.title, up, unit, ascending, weight, rule.source, values)


def _condition(test: Test, frame: Frame, policy: Policy) -> tuple[object, bool, str, Sequence[float], Floats] | None:
    facts = frame.facts
    if isinstance(test, Compare):
        return (
            test.measure,
            test.word in RISING,
            _unit(test.measure, policy),
            [float(test.limit)],
            test.measure.value(facts),
        )
    if isinstance(test, ByBracket):
        inner = [bracket.test for bracket in test.brackets]
        parts = [part for part in inner if isinstance(part, Compare)]
        sides = {(part.measure, part.word in RISING) for part in parts}
        if len(parts) < len(inner) or len(sides) != 1:
            return None
        shown, ((measure, up),) = test.show(frame), sides
        above = "above" if _unit(measure, policy) == "share" else ""
        return test, up, above, [0.0], shown.value - shown.limit
    facts_asked = test.tests if isinstance(test, Joined) else (test,)
    asked = [part for part in facts_asked if isinstance(part, Is) and policy.columns[part.name].kind == "yesno"]
    codes = {part.code for part in asked}
    if len(asked) < len(facts_asked) or len(codes) != 1:
        return None
    up = codes == {1.0}
    return test, up, "yesno", [1.0 if up else 0.0], facts.sum([part.name for part in asked]).value()


def _bands(item: Bands, facts: Facts, policy: Policy) -> tuple[object, bool, str, Sequence[float], Floats] | None:
    """Bands along one measure whose points rise (or fall) with it; None for others."""
    measures: set[Measure] = set()
    ends: list[tuple[bool, float, float]] = []
    for band in item.bands:
        parts = list(_compares(band.test))
        compares = [part for part in parts if part is not None]
        measures |= {part.measure for part in compares}
        lower = [float(part.limit) for part in compares if part.word in RISING]
        upper = [float(part.limit) for part in compares if part.word not in RISING]
        if len(compares) < len(parts) or len(measures) > 1:
            return None
        ends.append((bool(lower), max(lower) if lower else min(upper), band.low))
    if len({rising for rising, _, _ in ends}) != 1:
        return None
    up = ends[0][0]
    low = [points for _, _, points in sorted(ends, reverse=not up, key=lambda end: end[1])]
    if low != sorted(low):
        return None
    (measure,) = measures
    return measure, up, _unit(measure, policy), [limit for _, limit, _ in ends], measure.value(facts)


def _compares(test: Test) -> Iterator[Compare | None]:
    if isinstance(test, Compare):
        yield test
    elif isinstance(test, Joined) and test.every:
        for part in test.tests:
            yield from _compares(part)
    else:
        yield None


def _unit(measure: Measure, policy: Policy) -> str:
    if isinstance(measure, DaysSince):
        return "days"
    if isinstance(measure, Total) and policy.columns[measure.names[0]].kind == "yuan":
        return "yuan"
    plain = isinstance(measure, Total) or (isinstance(measure, Ratio) and measure.divisor is not None)
    return "" if plain else "share"
