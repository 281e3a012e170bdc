"""Facts to quantities that can be learned from a half-empty table, and back: levels, and shares or growth of a base.

Which fact is measured against which follows from the policy's own rules: the top of a ratio against its bottom, a year
against the year after it. So a sampled firm keeps the ratios that the rules ask about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.policy.language.intervals import Floats
from matcher.policy.language.measures import Ratio
from matcher.policy.language.model import Ruleset
from matcher.policy.language.thresholds import all_turns, columns_of
from matcher.policy.policy import Policy

EXTRA = ("capital", "patents_granted_3y")  # facts of a registry that no rule reads and that inform on others


@dataclass(frozen=True)
class Variable:
    """A quantity to learn: the fact `name`, divided by the sum of `base` where there is one.

    `only_seen`: a level that is learned from but never drawn, because the fact is drawn from its base.
    """

    name: str
    base: tuple[str, ...] = ()
    only_seen: bool = False

    @property
    def growth(self) -> bool:
        """One year of a fact, measured against another year of it."""
        return (
            len(self.base) == 1
            and self.name.rpartition("_")[0] == self.base[0].rpartition("_")[0]
            and self.base[0].endswith(("_y2", "_y3"))
        )

    def read(self, values: Mapping[str, Floats]) -> Floats:
        """The quantity of every firm; NaN where it is unknown."""
        value = values[self.name]
        if not self.base:
            return value
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = value / np.sum([values[name] for name in self.base], axis=0)
        return np.where(np.isfinite(ratio), ratio, np.nan)


def _bases(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """What each fact is measured against, from the ratios of the rules and the accounting years."""
    measured: dict[str, tuple[str, ...]] = {}
    names = columns_of(ruleset)
    for turn in all_turns(ruleset):
        if not isinstance(turn.measure, Ratio) or not turn.measure.bottom:
            continue
        top, bottom = turn.measure.top, turn.measure.bottom
        if len(top) == 1:
            measured.setdefault(top[0], tuple(bottom))
        elif len(top) == len(bottom):
            for one, other in zip(top, bottom, strict=True):
                measured.setdefault(one, (other,))
    for name in names:
        for year, after in (("_y1", "_y2"), ("_y2", "_y3")):
            if name.endswith(year) and name.removesuffix(year) + after in names:
                measured.setdefault(name, (name.removesuffix(year) + after,))
    return measured


def variables(policy: Policy, ruleset: Ruleset, judged: set[str], seen: Mapping[str, Floats]) -> list[Variable]:
    """The quantities in an order in which every base stands before what is measured against it."""
    names = columns_of(ruleset)
    if policy.years is not None and policy.years.since not in names:
        names.append(policy.years.since)
    names = [name for name in names if name not in judged or (~np.isnan(seen[name])).sum() >= 30]
    measured = {name: base for name, base in _bases(ruleset).items() if name in names}
    ordered = [name for name in names if name not in measured]
    left = [name for name in names if name in measured]
    while left:
        ready = [name for name in left if set(measured[name]) <= set(ordered)]
        if not ready:  # a circle of ratios: the first of it is taken as a level
            measured.pop(left[0])
            ready = [left[0]]
        ordered += ready
        left = [name for name in left if name not in ready]
    out = [Variable(name) for name in EXTRA if name in seen]
    out += [Variable(name, measured.get(name, ())) for name in ordered]
    out += [
        Variable(name, (), only_seen=True)
        for name in ordered
        if name in measured and not name.endswith(("_y1", "_y2")) and (~np.isnan(seen[name])).sum() >= 30
    ]
    return out


def newest_known(variable: Variable, values: Mapping[str, Floats]) -> Floats:
    """A level of the newest year; where it is unknown, of the year before it, moved by the typical growth."""
    value = variable.read(values)
    if variable.base or not variable.name.endswith("_y3"):
        return value
    stem = variable.name.removesuffix("_y3")
    for year in ("_y2", "_y1"):
        older = values.get(stem + year)
        if older is None:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = values[variable.name] / older
        known = np.isfinite(ratio) & (ratio > 0)
        step = float(np.median(ratio[known])) if known.sum() >= 20 else 1.0
        value = np.where(np.isnan(value), older * step, value)
    return value


def rebuild(
    drawn: Mapping[Variable, Floats], values: Mapping[str, Floats], policy: Policy, order: Sequence[Variable]
) -> dict[str, Floats]:
    """Every fact known: what was known stays, the rest follows from the drawn quantities."""
    full = {name: np.array(column) for name, column in values.items()}
    for variable in reversed(order):  # an unknown base of a known part follows from the part
        if len(variable.base) != 1 or variable.only_seen:
            continue
        base, part, ratio = full[variable.base[0]], full[variable.name], drawn[variable]
        with np.errstate(invalid="ignore", divide="ignore"):
            implied = part / ratio
        use = np.isnan(base) & np.isfinite(implied) & (implied > 0) & (part > 0)
        full[variable.base[0]] = np.where(use, implied, base)
    for variable in order:
        if variable.only_seen:
            continue
        value = drawn[variable]
        if variable.base:
            value = value * np.sum([full[name] for name in variable.base], axis=0)
        full[variable.name] = np.where(np.isnan(full[variable.name]), value, full[variable.name])
    for name, column in policy.columns.items():
        if column.kind in ("yuan", "count", "yesno", "choice", "date"):
            new = np.isnan(values[name])
            full[name] = np.where(new, np.round(full[name]), full[name])
        if np.isfinite(column.lowest):
            full[name] = np.maximum(full[name], column.lowest)
        if np.isfinite(column.highest):
            full[name] = np.minimum(full[name], column.highest)
    for one, other in policy.opposites:
        full[other] = np.where(np.isnan(values[other]), 1 - full[one], full[other])
    return full
