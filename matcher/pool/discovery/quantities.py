"""Some firms of one ruleset to what is learned from them: a table of quantities, what stands in for those not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.answers.advice import Part
from matcher.policy.answers.evaluation import judged_columns
from matcher.policy.firms.facts import numbers
from matcher.policy.language.intervals import Floats
from matcher.policy.language.model import Ruleset
from matcher.policy.language.thresholds import signs, tests_of
from matcher.policy.policy import Policy
from matcher.pool.discovery.assumptions import SHOWN, Ranges, guesses
from matcher.pool.discovery.imputation import Groups, Held
from matcher.pool.discovery.scope_text import text_scores
from matcher.pool.discovery.technology import Industries, technology_scores
from matcher.pool.discovery.variables import EXTRA, Variable, newest_known, variables

PRECISE = 800.0  # days: a date known within so many counts as known where others are learned from it
# assumption: how far facts that nobody shows go with industry and scope, and with the strength of a firm
PULL_FIELD, PULL, BOND = 0.8, 0.4, 0.5


@dataclass(frozen=True)
class Quantities:
    """`table`: firms x quantities (NaN: not seen), in the order of `order`; `stand_in`: values for those hardly seen;
    `values`: every fact that is known exactly; `merits`: the counts and shares of which more is better.
    """

    order: list[Variable]
    table: Floats
    stand_in: list[Floats]
    held: Held
    values: dict[str, Floats]
    merits: list[int]
    groups: Groups

    def learned_names(self) -> set[str]:
        """The facts that are drawn and not merely assumed."""
        held = set(self.held.columns.tolist())
        return {v.name for j, v in enumerate(self.order) if j not in held and not v.only_seen}

    def known_parts(self) -> list[tuple[int, int, Floats]]:
        """(ratio, base, part) of the ratios of which firms show the part but not the base; NaN: other firms."""
        place = {v.name: j for j, v in enumerate(self.order) if not v.only_seen}
        return [
            (
                j,
                place[v.base[0]],
                np.where(np.isnan(self.table[:, j]) & np.isnan(self.values[v.base[0]]), self.values[v.name], np.nan),
            )
            for j, v in enumerate(self.order)
            if len(v.base) == 1 and v.base[0] in place and not v.growth
        ]

    @classmethod
    def of(cls, part: Part, firms: pd.DataFrame, assume: Ranges, industries: Industries) -> Quantities:
        """firms: the table that `part` was prepared from."""
        policy, judged = part.ready.policy, judged_columns(part.ready.policy)
        values, seen = _values(part, firms)
        on = float(np.median(part.ready.days[part.rows]))
        order: list[Variable] = []
        columns: list[Floats] = []
        stand_in: list[Floats] = []
        for variable in variables(policy, part.ruleset, judged, seen):
            column, stand = newest_known(variable, seen), guesses(variable, policy, assume, on)
            if variable.only_seen:  # a level informs only where what is measured from it is not seen itself
                measured = [c for v, c in zip(order, columns, strict=True) if v.name == variable.name]
                column = np.where(np.isnan(measured[0]), column, np.nan)
            if len(stand) or _many(column) >= SHOWN:
                order, columns, stand_in = [*order, variable], [*columns, column], [*stand_in, stand]
        merits = [j for j, v in enumerate(order) if is_merit(v, policy)]
        hidden = np.array([j for j, column in enumerate(columns) if _many(column) < SHOWN], dtype=np.int64)
        lead = _lead(firms.iloc[part.rows], industries)
        learned = [j for j in merits if j not in hidden]
        more = {"known": np.sum([~np.isnan(c) for c in columns], axis=0).astype(float)}
        if learned:
            more |= {"technology": lead, **_by_text(firms, part, order, columns, merits, policy)}
        order = [*order, *(Variable(name, only_seen=True) for name in more)]
        columns, stand_in = [*columns, *more.values()], [*stand_in, *(np.zeros(0) for _ in more)]
        pulls = [_pull(order[j], policy) if not learned else 0.0 for j in hidden.tolist()]
        bonds = [BOND if j in merits else 0.0 for j in hidden.tolist()]
        held = Held(hidden, np.nan_to_num(lead), np.array(pulls), np.array(bonds), learned)
        by_people, helps = [j for j, v in enumerate(order) if v.name in judged], _helpful(part.ruleset, policy)
        good = [j for j, v in enumerate(order) if j not in by_people and (j in merits or v.name in helps)]
        groups = Groups(good, by_people)
        return cls(order, np.stack(columns, axis=1), stand_in, held, values, merits, groups)


def is_merit(variable: Variable, policy: Policy) -> bool:
    """Counts, and shares of another quantity: more of them counts in favour of a firm."""
    column = policy.columns.get(variable.name)
    return (
        column is not None
        and not variable.only_seen
        and ((bool(variable.base) and not variable.growth) or column.kind == "count")
    )


def _helpful(ruleset: Ruleset, policy: Policy) -> set[str]:
    """The yes/no facts of which yes helps some test and hurts none; of two opposites the first."""
    sides: dict[str, set[float]] = {}
    for test in tests_of(ruleset):
        for name, side in signs(test):
            sides.setdefault(name, set()).add(side)
    contrary = {other for _, other in policy.opposites}
    return {n for n, s in sides.items() if s == {1.0} and policy.columns[n].kind == "yesno"} - contrary


def _pull(variable: Variable, policy: Policy) -> float:
    if variable.name == "in_field":
        return PULL_FIELD
    return PULL if is_merit(variable, policy) else 0.0


def _many(column: Floats) -> int:
    return int((~np.isnan(column)).sum())


def _values(part: Part, firms: pd.DataFrame) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The facts known exactly, and those that others are learned from: dates known within a year or two as well."""
    values = {name: column[part.rows] for name, column in part.ready.values.items()}
    for name in EXTRA:
        if name in firms and name not in values:
            values[name] = numbers(firms[name])[0][part.rows]
    seen = dict(values)
    for name, span in part.ready.bounds.items():
        if part.ready.policy.columns[name].kind == "date":
            low, high = span.lo[part.rows], span.hi[part.rows]
            some = np.isfinite(low) & np.isfinite(high)
            low, high = np.where(some, low, 0.0), np.where(some, high, 0.0)
            middle = np.where(some & (high - low <= PRECISE), np.floor((low + high) / 2), np.nan)
            seen[name] = np.where(np.isnan(values[name]), middle, values[name])
    return values, seen


def _lead(firms: pd.DataFrame, industries: Industries) -> Floats:
    """What industry, scope and name say of a firm: mean 0, deviation at most 1; NaN: they say nothing."""
    scores = technology_scores(firms, industries)
    if np.isnan(scores).all():
        return scores
    scores = scores - np.nanmean(scores)
    return np.asarray(scores / max(float(np.nanstd(scores)), 1.0))


def _by_text(
    firms: pd.DataFrame,
    part: Part,
    order: Sequence[Variable],
    columns: Sequence[Floats],
    merits: Sequence[int],
    policy: Policy,
) -> Mapping[str, Any]:
    """What the scope says of yes/no facts and of the mean rank of merits, where enough firms show them."""
    if "scope" not in firms:
        return {}
    texts = firms["scope"].fillna("").astype(str).to_numpy()[part.rows].tolist()
    ranks = pd.DataFrame(np.stack([columns[j] for j in merits], axis=1)).rank(pct=True).mean(axis=1).to_numpy()
    yes = [
        c
        for v, c in zip(order, columns, strict=True)
        if v.name in policy.columns and policy.columns[v.name].kind == "yesno"
    ]
    return {f"scope_{k}": figure for k, figure in enumerate(text_scores(texts, [*yes, ranks]))}
