"""The values of an outcome: the five of 国办发〔2021〕26号 or the indexes of GB/T 44731-2024, weighed as the user says.

Neither document prescribes weights and none are shipped: without the user's weights the values stay apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from matcher.assessment.scales import kinds, tree
from matcher.errors import ArgumentError, PolicyError
from matcher.tables.arguments import check_firms
from matcher.tables.schemas.main import HIGH, LOW

RESULT = ("outcome_id", "value_low", "value_high", "weights", "scheme", "unjudged")
HIGHEST = 100.0


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights of one scheme by the fields of its values, divided by their sum.

    weights: by English or Chinese names (scientific, 科学价值). Raises PolicyError for names that are of no one scheme,
    negative weights, or weights that are all zero.

    >>> check_weights({"技术价值": 3, "economic": 1})
    {'technological': 0.75, 'economic': 0.25}
    """
    names = {title: name for name, title in tree()["values"].items()}
    known = {names.get(name, name): weight for name, weight in weights.items()}
    if len(known) < len(weights):
        raise PolicyError("同一项价值给了两个权重")
    if not any(set(known) <= set(one["names"].split()) for one in tree()["schemes"].values()):
        schemes = "；或 ".join(
            "、".join(_title(name) for name in one["names"].split()) for one in tree()["schemes"].values()
        )
        raise PolicyError(f"权重须属于同一套价值：{schemes}；给的是 {'、'.join(weights)}")
    total = sum(known.values())
    if not all(np.isfinite(weight) and weight >= 0 for weight in known.values()) or total <= 0:
        raise PolicyError("权重须是非负数，且不能全为零")
    return {name: weight / total for name, weight in known.items()}


def read_weights(written: Mapping[str, str]) -> dict[str, float] | None:
    """Weights that a user wrote (技术价值=3, 经济价值=25%), checked; None for none. Raises PolicyError.

    >>> read_weights({"技术价值": "75%", "经济价值": "25%"})
    {'technological': 0.75, 'economic': 0.25}
    """
    weights = {}
    for name, text in written.items():
        try:
            weights[name] = float(text.strip().rstrip("%％"))
        except ValueError:
            raise PolicyError(f"权重“{name}={text}”不是数字；请写成 {name}=3 或 {name}=30%") from None
    if len({text.strip()[-1:] in "%％" for text in written.values()}) > 1:
        raise PolicyError("权重有的写了 %，有的没写；请统一")
    return check_weights(weights) if weights else None


def value_outcomes(outcomes: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Weigh the values of every outcome, 0 to 100 each, into one figure with an interval.

    Parameters
    ----------
    outcomes
        One row per outcome: outcome_id and, as far as judged by those whom 26号 names, scientific, technological,
        economic, social, cultural, or social_cultural and potential (0 to 100; empty: not judged).
    weights
        Of the values, as in `check_weights`; one set for all outcomes. None: no figure is formed.

    Returns
    -------
    pandas.DataFrame
        One row per outcome in their order: outcome_id, value_low, value_high (NaN without weights; a value not judged
        lies anywhere in 0 to 100), weights ("技术价值 75%、经济价值 25%"), scheme (the document), unjudged (the weighed
        values that nobody judged).

    Raises
    ------
    PolicyError
        For weights that `check_weights` refuses, or a value outside 0 to 100.
    ArgumentError, ArgumentTypeError
        When `outcomes` is no table, or has no outcome_id.

    Examples
    --------
    >>> outcomes = pd.DataFrame({"outcome_id": ["a"], "technological": [80]})
    >>> valued = value_outcomes(outcomes, weights={"technological": 1, "economic": 1})
    >>> valued[["value_low", "value_high"]].values.tolist()
    [[40.0, 90.0]]
    """
    check_firms(outcomes, "outcome_id", name="outcomes")
    chosen = {} if weights is None else check_weights(weights)
    text = "、".join(f"{_title(name)} {weight:.4g}%" for name, weight in _percent(chosen).items())
    scheme = next(
        (_document(one) for one in tree()["schemes"].values() if set(chosen) <= set(one["names"].split())), ""
    )
    rows = []
    records: Any = outcomes.to_dict("records")
    for record in records:
        judged = {name: judged_bounds(record, name) for name in tree()["values"]}
        ends = [
            sum(weight * (judged[name] or (0.0, HIGHEST))[end] for name, weight in chosen.items()) for end in (0, 1)
        ]
        low, high = (round(end, 6) for end in ends) if chosen else (np.nan, np.nan)
        unjudged = "、".join(_title(name) for name, weight in chosen.items() if weight and judged[name] is None)
        rows.append((record["outcome_id"], low, high, text, scheme if chosen else "", unjudged))
    return pd.DataFrame(rows, columns=list(RESULT))


def judged_bounds(record: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    """The ends of one value of a row (约80 has two), None where it is not judged. Raises PolicyError off the scale."""
    cells = [record.get(name), record.get(name + LOW), record.get(name + HIGH)]
    value, low, high = (None if cell is None or pd.isna(cell) else float(cell) for cell in cells)
    if value is None and low is None and high is None:
        return None
    ends = (value, value) if value is not None else (low or 0.0, HIGHEST if high is None else high)
    if ends[0] > HIGHEST or ends[1] < 0:
        raise PolicyError(f"成果 {record['outcome_id']}：{_title(name)} {ends[0]:g} 不在 0 至 {HIGHEST:g} 之间")
    return max(ends[0], 0.0), min(ends[1], HIGHEST)


def primary_values(kind: str) -> str:
    """The values that count first for a kind of outcome (a design note of this library), in words; "" for none.

    Raises ArgumentError for an unknown kind.
    """
    if kind not in kinds():
        raise ArgumentError(f"kind is one of {', '.join(kinds())}, not {kind!r}")
    return "、".join(_title(name) for name in kinds()[kind].primary)


def _title(name: str) -> str:
    return str(tree()["values"].get(name, name))


def _percent(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: weight * 100 for name, weight in weights.items() if weight}


def _document(scheme: Mapping[str, str]) -> str:
    return str(tree()["sources"][scheme["source"]]["number"])
