"""Facts to quantities that can be learned from a half-empty table, and back: levels, and shares or growth of a base.

Which fact is measured against which follows from the policy's own rules: the top of a ratio against its bottom, a year
against the year after it. So a sampled firm keeps the ratios that the rules ask about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.policy.intervals import Floats
from matcher.policy.measures import Ratio
from matcher.policy.model import Ruleset
from matcher.policy.policy import Policy
from matcher.policy.thresholds import all_turns, columns_of

EXTRA = ("capital", "patents_granted_3y")  # facts of a registry that no rule reads and that inform on others
YEARS = ("y1", "y2", "y3")
TOLD = 20  # firms that must show two facts before one stands in for the other
NEAR = 0.25  # two facts are nearly the same if eight of ten ratios of them lie within this logarithm


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


def bases(policy: Policy, ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """What each fact is measured against: a year against the year after it, else from the ratios of the rules."""
    names = columns_of(ruleset)
    measured: dict[str, tuple[str, ...]] = {}
    for name in names:
        for year, after in (("_y1", "_y2"), ("_y2", "_y3")):
            if name.endswith(year) and name.removesuffix(year) + after in names:
                measured[name] = (name.removesuffix(year) + after,)
    for turn in all_turns(ruleset):
        if not isinstance(turn.measure, Ratio) or not turn.measure.bottom:
            continue
        top, bottom = turn.measure.top, turn.measure.bottom
        if len(top) == 1:
            measured.setdefault(top[0], tuple(bottom))
        elif len(top) == len(bottom):
            for one, other in zip(top, bottom, strict=True):
                measured.setdefault(one, (other,))
    return measured


def variables(policy: Policy, ruleset: Ruleset, judged: set[str], seen: Mapping[str, Floats]) -> list[Variable]:
    """The quantities in an order in which every base stands before what is measured against it."""
    names = columns_of(ruleset)
    if policy.years is not None and policy.years.since not in names:
        names.append(policy.years.since)
    names = [name for name in names if name not in judged or (~np.isnan(seen[name])).sum() >= 30]
    measured = {name: base for name, base in bases(policy, ruleset).items() if name in names}
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


def likely(values: Mapping[str, Floats], order: Sequence[Variable]) -> dict[str, Floats]:
    """The facts with stand-ins where they are unknown: the nearest year, moved by the typical growth; of what others
    are measured against also a fact that is nearly the same (the income of a firm and its sales).
    """
    full = dict(values)
    for name in values:
        stem, _, year = name.rpartition("_")
        if year not in YEARS:
            continue
        for other in sorted(YEARS, key=lambda one: abs(int(one[1]) - int(year[1]))):
            if other != year and f"{stem}_{other}" in values:
                full[name] = _filled(full[name], values[name], values[f"{stem}_{other}"], typical=1.0)
    for base in sorted({variable.base[0] for variable in order if len(variable.base) == 1 and not variable.growth}):
        near = {name: _spread(values[base], values[name]) for name in values if name != base}
        for name in sorted(near, key=lambda one: (near[one], one)):
            if near[name] <= NEAR:
                full[base] = _filled(full[base], values[base], full[name], typical=np.nan)
    return full


def _ratios(one: Floats, other: Floats) -> Floats:
    """One fact over another, of firms that have both."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = one / other
    return np.asarray(ratio[np.isfinite(ratio) & (ratio > 0)])


def _spread(one: Floats, other: Floats) -> float:
    """Within which logarithm eight of ten ratios of two facts lie; of too few firms none."""
    ratios = _ratios(one, other)
    return float(np.subtract(*np.quantile(np.log(ratios), [0.9, 0.1]))) if len(ratios) >= TOLD else np.inf


def _filled(full: Floats, known: Floats, other: Floats, *, typical: float) -> Floats:
    """What is still unknown from another fact, moved by the usual ratio (`typical` where too few firms show it)."""
    ratios = _ratios(known, other)
    step = float(np.median(ratios)) if len(ratios) >= TOLD else typical
    return np.where(np.isnan(full), other * step, full)


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
