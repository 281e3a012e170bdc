"""Policies over sampled facts: how likely each firm passes where every fact is set and people still judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from matcher.policy.answers.evaluation import decide, evaluate
from matcher.policy.firms.facts import cut_years
from matcher.policy.language.conditions import Frame, Points, State
from matcher.policy.language.intervals import Facts, Floats
from matcher.policy.language.model import Ruleset
from matcher.policy.policy import Policy

SAME_HAND = 0.5  # assumption: of the variance of a judgement, the share that all items of one firm have in common


@dataclass(frozen=True)
class Run:
    """Of some firms with all facts set: the chance left by judgement, and the chance that each condition holds."""

    chance: Floats
    holds: dict[str, Floats]


def judged_chance(
    policy: Policy, ruleset: Ruleset, facts: Facts, rng: np.random.Generator, *, times: int, lean: Floats
) -> Run:
    """Run the rules; where a range of points is left to judgement, draw a place in it `times` times.

    Places are uniform within the range that the rule gives (its own lowest and highest points), alike within a firm to
    the share SAME_HAND. `lean`: a figure a firm that moves all of its places, in normal deviations; 0 is the middle.
    """
    answer = evaluate(policy, ruleset, facts, figures=False)
    assert answer.decision is not None
    open_ = answer.decision.open() | (answer.decision.can_hold & answer.decision.can_fail)
    chance = (answer.decision.can_hold & ~open_).astype(float)
    holds = {
        name: (state.can_hold & ~state.can_fail & ~state.open()).astype(float) for name, state in answer.states.items()
    }
    some = np.logical_or.reduce([s.open() | (s.can_hold & s.can_fail) for s in answer.states.values()])
    for rows, often in ((np.flatnonzero(some & ~open_), 1), (np.flatnonzero(open_), times)):
        if not len(rows):
            continue
        part = facts.take(rows)
        if policy.years is not None:
            part = cut_years(part, policy.years)
        total, by_rule = np.zeros(len(rows)), {name: np.zeros(len(rows)) for name in holds}
        for _ in range(often):
            states = _drawn(ruleset, part, rng, lean[rows])
            total += decide(ruleset.decision, states).can_hold
            for name, state in states.items():
                by_rule[name] += state.can_hold
        chance[rows] = total / often
        for name, sums in by_rule.items():
            holds[name][rows] = sums / often
    return Run(chance, holds)


def _drawn(ruleset: Ruleset, facts: Facts, rng: np.random.Generator, lean: Floats) -> dict[str, State]:
    """The states of the conditions with every range of points replaced by one place in it."""
    points: dict[str, Points] = {}
    frame = Frame(facts, points)
    hand = rng.standard_normal(facts.size) * np.sqrt(SAME_HAND) + lean
    for rule in ruleset.rules:
        if rule.item is None:
            continue
        given = rule.item.points(frame)
        place = ndtr(hand + rng.standard_normal(facts.size) * np.sqrt(1 - SAME_HAND))
        fixed = given.low_min + place * (given.high_max - given.low_min)
        points[rule.id] = Points.fixed(fixed, fixed)
    return {rule.id: rule.test.state(frame) for rule in ruleset.rules if rule.test is not None}
