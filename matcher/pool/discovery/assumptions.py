"""What is taken for granted of facts that a table hardly shows: a range of values each, held while the rest is learned.

None of these ranges has a source. They are named in the output whenever they are used, and `assume` replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from matcher.policy.language.intervals import Floats
from matcher.policy.policy import Policy
from matcher.pool.discovery.variables import Variable

Ranges = Mapping[str, tuple[float, float, float]]

SHOWN = 20  # firms that must show a fact before anything is learned of it; below it is held at its assumption
SURE = 100  # firms from which on an assumption has no weight
COLUMNS = ("column", "title", "low", "likely", "high")
DAYS = 365.25
WIDE = 100.0  # highest over lowest

# lowest, likely, highest; a date is given by the years since it; of a yes/no fact the likely value is the share of yes
ASSUMED: dict[str, tuple[float, float, float]] = {
    "yesno": (0.0, 0.5, 1.0),
    "share": (0.0, 0.5, 1.0),
    "growth": (0.5, 0.95, 1.6),
    "count": (0.0, 0.0, 9.0),
    "date": (0.0, 6.0, 25.0),
    "yuan": (1e5, 5e6, 2e8),
    "number": (1.0, 12.0, 500.0),
    "resident": (0.99, 0.99, 0.99),
    "in_field": (0.3, 0.3, 0.3),
    "major_safety_accident_365d": (0.01, 0.01, 0.01),
    "major_quality_accident_365d": (0.01, 0.01, 0.01),
    "serious_env_violation_365d": (0.01, 0.01, 0.01),
    "rd_expense_y1": (0.0, 0.03, 0.15),
    "rd_expense_y2": (0.0, 0.03, 0.15),
    "rd_expense_y3": (0.0, 0.03, 0.15),
    "rd_staff": (0.0, 0.05, 0.4),
    "rd_domestic_3y": (0.8, 1.0, 1.0),
    "standards_participation": (0.05, 0.05, 0.05),
}


def range_of(variable: Variable, policy: Policy, assume: Ranges) -> tuple[float, float, float] | None:
    """Lowest, likely and highest value that is assumed of a quantity; None: nothing is."""
    column = policy.columns.get(variable.name)
    if column is None or variable.only_seen:
        return None
    kind = column.kind
    if variable.base:
        kind = "growth" if variable.growth else "share"
    return assume.get(variable.name, assume.get(kind))


def guesses(variable: Variable, policy: Policy, assume: Ranges, on: float) -> Floats:
    """Values that stand in for those never seen: quantiles of a triangular distribution, or shares of yes.

    `on`: the day (days since 1970-01-01) from which the years of a date are counted back.
    """
    given = range_of(variable, policy, assume)
    if given is None:
        return np.zeros(0)
    low, likely, high = given
    kind = policy.columns[variable.name].kind
    if kind == "yesno":
        share = np.arange(1000) < round(likely * 1000)
        return share.astype(np.float64)
    many = 200 if kind == "date" else 10
    at = (np.arange(many) + 0.5) / many
    if high <= low:
        values = np.full(many, likely)
    elif low > 0 and high > WIDE * low:  # money and heads: a triangle of the logarithms
        values = np.exp(_triangle(at, *np.log((low, likely, high))))
    else:
        values = _triangle(at, low, likely, high)
    return np.sort(on - np.round(values * DAYS)) if kind == "date" else values


def _triangle(at: Floats, low: float, likely: float, high: float) -> Floats:
    """Quantiles of a triangular distribution."""
    up = low + np.sqrt(at * (high - low) * (likely - low))
    down = high - np.sqrt((1 - at) * (high - low) * (high - likely))
    return np.asarray(np.where(at < (likely - low) / (high - low), up, down))


def assumptions_used(
    order: Sequence[Variable], table: Floats, stand_in: Sequence[Floats], policy: Policy, assume: Ranges
) -> pd.DataFrame:
    """The assumptions that had any weight (`COLUMNS`): of a yes/no fact the share of yes, of a date the years since."""
    rows = []
    for variable, column, values in zip(order, table.T, stand_in, strict=True):
        given = range_of(variable, policy, assume)
        if given is None or not len(values) or (~np.isnan(column)).sum() >= SURE:
            continue
        fact = policy.columns[variable.name]
        title = f"{fact.title}（距今年数）" if fact.kind == "date" else fact.title
        low, likely, high = (given[1],) * 3 if fact.kind == "yesno" else given
        rows.append((variable.name, title, low, likely, high))
    return pd.DataFrame(rows, columns=list(COLUMNS))
