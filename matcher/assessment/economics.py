"""Economic value by the three approaches (市场法, 收益法, 成本法), each an interval as far as the inputs allow.

The text of GB/T 39057-2020 was not read; the formulas are those of any textbook of valuation and stand in each result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.tables.arguments import check_firms
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.schemas.assessment import WORTH
from matcher.tables.schemas.main import HIGH, LOW, TEXT

APPROACHES = {"market": "市场法", "income": "收益法", "cost": "成本法"}
RESULT = ("outcome_id", "approach", "low", "high", "inputs", "missing", "problem")
_COLUMN_OF = {column.name: column for column in WORTH}
_TITLE_OF = {name: column.title for name, column in _COLUMN_OF.items()}
_SHARES = ("income_share", "depreciation")
_LONGEST = 100  # years


class _Bounds(NamedTuple):
    low: float
    high: float


class _Answer(NamedTuple):
    low: float
    high: float
    names: tuple[str, ...]
    formula: str


def economic_values(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The economic value of every outcome by each approach.

    Parameters
    ----------
    outcomes
        One row per outcome: outcome_id and any of comparable_price, technology_income (a year, of the outcome itself),
        expected_income (a year, of the product) with income_share, years, discount_rate, rd_cost, depreciation; yuan,
        shares 0 to 1, and for a value known in part its bounds `<field>_min`, `<field>_max` as `read_table` gives.

    Returns
    -------
    pandas.DataFrame
        Three rows per outcome in their order: outcome_id, approach (市场法, 收益法, 成本法), low, high (yuan, NaN: not
        with these inputs), inputs (the formula with the inputs used), missing (the inputs that lack), problem (an
        input that cannot be: the approach is left out). 市场法 is the price of comparable outcomes as given. 收益法 is
        the present value of equal yearly incomes at the end of each year. 成本法 is cost less depreciation; without a
        depreciation it is anything from 0 to the cost.

    Examples
    --------
    >>> outcomes = pd.DataFrame(
    ...     {"outcome_id": ["a"], "technology_income": [100.0], "years": [2], "discount_rate": [0.25]}
    ... )
    >>> economic_values(outcomes).loc[1, ["low", "high"]].tolist()
    [144.0, 144.0]
    """
    check_firms(outcomes, "outcome_id", name="outcomes")
    rows = []
    records: Any = outcomes.to_dict("records")
    for record in records:
        for approach, title in APPROACHES.items():
            rows.append((record["outcome_id"], title, *_valued(record, approach)))
    return pd.DataFrame(rows, columns=list(RESULT))


def _valued(record: Mapping[str, Any], approach: str) -> tuple[float, float, str, str, str]:
    needed = {
        "market": ("comparable_price",),
        "income": (
            *(("technology_income",) if _bounds(record, "technology_income") else ("expected_income", "income_share")),
            *("years", "discount_rate"),
        ),
        "cost": ("rd_cost",),
    }[approach]
    given = {name: bounds for name in (*needed, "depreciation") if (bounds := _bounds(record, name))}
    if problem := "；".join(filter(None, (_fault(name, given[name]) for name in given))):
        return np.nan, np.nan, "", "", problem
    if missing := [name for name in needed if name not in given]:
        return np.nan, np.nan, "", "、".join(_lacking(record, name) for name in missing), ""
    answer = {"market": _market, "income": _income, "cost": _cost}[approach](given)
    written = "，".join(f"{_TITLE_OF[name]} {_shown(record, name, given[name])}" for name in answer.names)
    open_ends = "贬值率（不知道时取 0 至 100%）" if approach == "cost" and "depreciation" not in given else ""
    return round(answer.low, 2), round(answer.high, 2), f"{answer.formula}：{written}", open_ends, ""


def _market(given: Mapping[str, _Bounds]) -> _Answer:
    return _Answer(*given["comparable_price"], ("comparable_price",), "可比成交价")


def _income(given: Mapping[str, _Bounds]) -> _Answer:
    whole = _Bounds(1.0, 1.0)
    income = given.get("technology_income") or given["expected_income"]
    share = whole if "technology_income" in given else given["income_share"]
    years, rate = given["years"], given["discount_rate"]
    names = ("technology_income",) if "technology_income" in given else ("expected_income", "income_share")
    return _Answer(
        income.low * share.low * _annuity(years.low, rate.high),
        income.high * share.high * _annuity(years.high, rate.low),
        (*names, "years", "discount_rate"),
        "年净收益按年折现之和" if "technology_income" in given else "年净收益×分成率按年折现之和",
    )


def _cost(given: Mapping[str, _Bounds]) -> _Answer:
    cost, worn = given["rd_cost"], given.get("depreciation")
    names = ("rd_cost",) if worn is None else ("rd_cost", "depreciation")
    low, high = (1.0, 0.0) if worn is None else (worn.high, worn.low)
    return _Answer(cost.low * (1 - low), cost.high * (1 - high), names, "研发成本×（1－贬值率）")


def _annuity(years: float, rate: float) -> float:
    """The present value of 1 at the end of each of `years` years."""
    return float(years) if rate == 0 else (1 - (1 + rate) ** -years) / rate


def _bounds(record: Mapping[str, Any], name: str) -> _Bounds | None:
    """An exact value, or both ends of one known in part; None where an end is open."""
    ends = [record.get(name), record.get(name)]
    if ends[0] is None or pd.isna(ends[0]):
        ends = [record.get(name + LOW), record.get(name + HIGH)]
    if any(end is None or pd.isna(end) for end in ends):
        return None
    return _Bounds(float(ends[0]), float(ends[1]))  # type: ignore[arg-type]


def _lacking(record: Mapping[str, Any], name: str) -> str:
    """An input that lacks, with what was written for it."""
    why = why_unknown(_COLUMN_OF[name], record)
    return f"{_TITLE_OF[name]}（{why}）" if why else _TITLE_OF[name]


def _fault(name: str, bounds: _Bounds) -> str:
    title = _TITLE_OF[name]
    if name == "years":
        whole = all(end == int(end) for end in bounds)
        return "" if whole and bounds.low >= 1 and bounds.high <= _LONGEST else f"{title}应是 1 至 {_LONGEST} 的整数"
    if name in _SHARES:
        return "" if bounds.low >= 0 and bounds.high <= 1 else f"{title}应在 0 至 100% 之间"
    return "" if bounds.low >= 0 else f"{title}不能是负数"


def _shown(record: Mapping[str, Any], name: str, bounds: _Bounds) -> str:
    written = record.get(name + TEXT)
    if isinstance(written, str) and written and bounds.low != bounds.high:
        return written
    if name == "years":
        ends = [f"{end:g}" for end in bounds]
        return "至".join(dict.fromkeys(ends)) + "年"
    if name in (*_SHARES, "discount_rate"):
        return "至".join(dict.fromkeys(f"{end:.4%}".rstrip("0%").rstrip(".") + "%" for end in bounds))
    return "至".join(dict.fromkeys(f"{end:,.0f}" for end in bounds)) + "元"
