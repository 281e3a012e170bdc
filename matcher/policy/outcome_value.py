"""Research outcomes by value and maturity: five values with visible weights, readiness 1-9, Qingdao's 13 levels.

The five values are those of 国办发〔2021〕26号, which prescribes no weights: the weights here are the library's, shown
with every result, and there to be replaced. Readiness follows GB/T 22900-2022, whose names are remembered and
not seen. The 13 levels are those of 青科资字〔2025〕2号, of which 10 to 13 are tests of figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, PolicyError
from matcher.policy.loader import read_yaml
from matcher.tables.arguments import check_firms

RESULT = ("outcome_id", "kind", "value_low", "value_high", "weights", "readiness", "readiness_name", "verified")


@lru_cache(maxsize=1)
def levels() -> Mapping[str, Any]:
    """The scales, names, weights, kinds of contract and their sources, as data."""
    place = resources.files("matcher.policy") / "policies" / "outcome-evaluation" / "levels.yaml"
    tree: Mapping[str, Any] = read_yaml(Path(str(place)))
    return tree


def weights_for(kind: str) -> dict[str, float]:
    """The library's weights of the five values for a kind of outcome: basic, applied or development."""
    table = levels()["weights"]
    if kind not in levels()["kinds"]:
        raise PolicyError(f"没有成果类型“{kind}”；可用：{'、'.join(levels()['kinds'])}")
    return {name: float(table[kind].get(name, 0)) for name in levels()["values"]}


def value_outcomes(outcomes: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Weigh the five values of every outcome, 0 to 100 each, into one figure with an interval.

    Parameters
    ----------
    outcomes
        One row per outcome: outcome_id, kind (basic, applied, development), scientific, technological, economic,
        social, cultural (0..100 as judged by those whom 26号 names; empty: not judged), readiness (1..9, may be empty).
    weights
        Of the five values, for all outcomes; by default `weights_for` the row's kind. They are divided by their sum.

    Returns
    -------
    pandas.DataFrame
        One row per outcome in their order: outcome_id, kind, value_low, value_high (a value not judged lies anywhere in
        0..100), weights ("technological 0.5, economic 0.5"), readiness (NaN: unknown), readiness_name, verified (the
        names are not).

    Raises
    ------
    PolicyError
        For an unknown kind, weights that are negative or all zero, or figures outside their scale.
    ArgumentError, ArgumentTypeError
        When `outcomes` is no table, or has no outcome_id or kind.

    Examples
    --------
    >>> outcomes = pd.DataFrame({"outcome_id": ["a"], "kind": ["applied"], "technological": [80]})
    >>> valued = value_outcomes(outcomes, weights={"technological": 1, "economic": 1})
    >>> valued[["value_low", "value_high"]].values.tolist()
    [[40.0, 90.0]]
    """
    check_firms(outcomes, "outcome_id", "kind", name="outcomes")
    names = list(levels()["values"])
    scale = levels()["readiness"]["levels"]
    rows = []
    for record in outcomes.to_dict("records"):
        chosen = (
            weights_for(str(record["kind"]))
            if weights is None
            else {name: float(weights.get(name, 0)) for name in names}
        )
        total = sum(chosen.values())
        if total <= 0 or min(chosen.values()) < 0 or (weights is not None and set(weights) - set(names)):
            raise PolicyError(f"权重须为 {'、'.join(names)} 的非负数，且不能全为零")
        low = high = 0.0
        for name in names:
            cell: Any = record.get(name)
            judged = not (cell is None or pd.isna(cell))
            if judged and not 0 <= float(cell) <= 100:
                raise PolicyError(f"成果 {record['outcome_id']}：{levels()['values'][name]} {cell} 不在 0 至 100 之间")
            low += chosen[name] * (float(cell) if judged else 0.0)
            high += chosen[name] * (float(cell) if judged else 100.0)
        ready = record.get("readiness")
        level = None if ready is None or pd.isna(ready) else int(ready)
        if level is not None and level not in scale:
            raise PolicyError(f"成果 {record['outcome_id']}：技术就绪度 {ready} 不在 1 至 9 级之间")
        rows.append(
            {
                "outcome_id": record["outcome_id"],
                "kind": record["kind"],
                "value_low": round(low / total, 6),
                "value_high": round(high / total, 6),
                "weights": ", ".join(f"{name} {weight / total:g}" for name, weight in chosen.items() if weight),
                "readiness": np.nan if level is None else float(level),
                "readiness_name": "" if level is None else scale[level],
                "verified": level is None,
            }
        )
    return pd.DataFrame(rows, columns=list(RESULT))


def qingdao_level(
    technical: int,
    *,
    sales_volume: float | None = None,
    break_even_volume: float | None = None,
    annual_income: float | None = None,
    annual_cost: float | None = None,
    cumulative_income: float | None = None,
    total_input: float | None = None,
) -> tuple[int, int]:
    """The level of 青科资字〔2025〕2号 as (surely reached, possibly reached), from 1 to 13.

    Beyond 9 each level needs the one before: 10 sales of at least 30 % of the break-even volume, 11 annual income at
    least annual operating cost, 12 cumulative income of at least 30-50 % of total input (the text gives this range:
    from 50 % it surely holds, below 30 % it does not), 13 cumulative income at least total input.

    Parameters
    ----------
    technical
        The level 1 to 9 reached by the evidence.
    sales_volume, break_even_volume, annual_income, annual_cost, cumulative_income, total_input
        None is unknown and leaves both ends open.

    Raises
    ------
    ArgumentError
        When `technical` is not 1 to 9.

    Examples
    --------
    >>> qingdao_level(9, sales_volume=40, break_even_volume=100)
    (10, 13)
    """
    if technical not in range(1, 10):
        raise ArgumentError(f"technical is a level from 1 to 9, not {technical!r}")

    def share(part: float | None, whole: float | None, sure: float, possible: float) -> tuple[bool, bool]:
        if part is None or whole is None:
            return False, True
        return part * 100 >= sure * whole, part * 100 >= possible * whole

    tests = (
        share(sales_volume, break_even_volume, 30, 30),
        share(annual_income, annual_cost, 100, 100),
        share(cumulative_income, total_input, 50, 30),
        share(cumulative_income, total_input, 100, 100),
    )
    if technical < 9:
        return technical, technical
    sure = possible = 9
    for level, (holds, may) in enumerate(tests, 10):
        sure = level if holds and sure == level - 1 else sure
        possible = level if may and possible == level - 1 else possible
    return sure, possible


def contract_kinds() -> dict[str, str]:
    """The five kinds of technology contract of 民法典第八百四十三条, by English name."""
    return dict(levels()["contracts"])
