"""Tax relief that depends on a registered contract, as intervals: what a register does not show stays open.

None of the tax rules was seen in its own text: see the values in `rules.yaml` and `docs/contracts.md`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.contracts.rules import load_rules
from matcher.tables.arguments import check_frame

OUT = ("refused", "withdrawn")  # what stands so gives no relief
EXEMPT_KINDS = ("KF", "ZR")  # whose price is free of VAT by itself
RELIEF = (
    *("seller", "year", "contracts", "income_low", "income_high", "exempt_low", "exempt_high", "half_low", "half_high"),
    *("deduction_low", "deduction_high", "likely_repeats", "likely_repeats_income"),
)
_TRANSFERS = ("技术转让", "技术许可")


class Span(NamedTuple):
    """A value known to lie from `low` to `high`, both included; None is no end."""

    low: Any
    high: Any


def vat_exemption(kind: str, standing: str, amount: Span, technical: Span) -> tuple[Any, Any]:
    """Yuan of a contract's price that are free of VAT, as an interval; None for no known end.

    技术开发 and 技术转让 that stand as registered: from 技术交易额 to 合同成交额 (what the price of equipment has to do
    with it was not seen). Licences, and advice and services, which must belong to a transfer or development and stand
    on one invoice with it: from 0, as no register shows that. Refused and withdrawn contracts: nothing. Source:
    财税〔2016〕36号, annex 3, art. 1 (26), since 2026 the VAT Law; neither was seen.

    >>> vat_exemption("KF", "registered", Span(100, 100), Span(80, 80))
    (80, 100)
    >>> vat_exemption("FW", "registered", Span(100, 100), Span(80, 80))
    (0, 100)
    """
    if standing in OUT:
        return 0, 0
    low = technical.low if kind in EXEMPT_KINDS and standing == "registered" else 0
    return low or 0, amount.high


def transfer_relief(income: float) -> tuple[float, float]:
    """技术转让所得 of a year in two parts, in yuan: free of enterprise income tax, and taxed at half.

    Up to 5,000,000 yuan free, what lies above at half (企业所得税法 art. 27 (4), 实施条例 art. 90; not seen).

    >>> transfer_relief(5_000_001)
    (5000000, 1)
    """
    free = load_rules().income_free
    return min(max(income, 0), free), max(income - free, 0)


def income_relief(checked: pd.DataFrame) -> pd.DataFrame:
    """What enterprise income tax leaves free of each seller's transfers in a year, as intervals.

    Parameters
    ----------
    checked
        What `check_contracts` gave. 技术转让所得 (`transfer_income`: income less cost and taxes) where the register has
        it; elsewhere it is at most 合同成交额.

    Returns
    -------
    DataFrame
        One row a seller and year (of the registration or application; NA where unknown), sorted: seller, year,
        contracts, income_low, income_high (技术转让所得 that qualifies, yuan), exempt_low, exempt_high (free of tax),
        half_low, half_high (taxed at half), deduction_low, deduction_high (what the taxable income falls by: the first
        part and half of the second), likely_repeats, likely_repeats_income (the contracts that likely are an earlier
        one in another writing, and what of income_high is theirs: take it away to count each once). Transfers that
        count as registered, between parties known not to be wholly related, are certain; licences (which count under
        conditions that no register shows), contracts not yet accepted and parties of unknown relation may be 0; refused
        or withdrawn contracts and wholly related parties are out. NA: no known
        end. The seller is taken to be a resident enterprise.
    """
    check_frame(checked, "checked", "check_contracts(contracts)")
    rows = checked[
        checked["kind"].isin(_TRANSFERS)
        & ~checked["standing"].isin(OUT)
        & ~checked["related"].fillna(False).astype(bool)
    ]
    seller = rows["seller_code"].where(rows["seller_code"] != "", rows["seller"])
    out = []
    years = rows["counted_on"].dt.year.astype("Int64")
    for (_, year), group in rows.groupby([seller, years], sort=True, dropna=False):
        records: list[dict[str, Any]] = group.to_dict("records")  # type: ignore[assignment]
        spans = [_income(row) for row in records]
        low = sum(span.low for span in spans) if all(span.low is not None for span in spans) else None
        high = sum(span.high for span in spans) if all(span.high is not None for span in spans) else None
        free = load_rules().income_free
        exempt, half = zip(*(transfer_relief(0 if end is None else end) for end in (low, high)), strict=True)
        top = (free, None) if high is None else (exempt[1], half[1])
        deductions = [exempt[0] + half[0] / 2, np.nan if top[1] is None else top[0] + top[1] / 2]
        name = group["seller"].iloc[0] or group["seller_code"].iloc[0]
        again = [
            span.high
            for span, row in zip(spans, records, strict=True)
            if not pd.isna(row["likely_repeat_id"]) and row["likely_repeat_id"]
        ]
        repeats = len(again), None if None in again else sum(again)
        out.append((name, year, len(group), low, high, exempt[0], top[0], half[0], top[1], *deductions, *repeats))
    whole = dict.fromkeys((*RELIEF[1:9], *RELIEF[-2:]), "Int64")
    return pd.DataFrame(out, columns=list(RELIEF)).astype({**whole, "deduction_low": float, "deduction_high": float})


def _income(row: dict[str, Any]) -> Span:
    """The income of a transfer that qualifies; None for no known end: a transfer may have made a loss."""
    income, price = row["transfer_income"], row["amount"]
    sure = row["kind"] == _TRANSFERS[0] and row["standing"] == "registered" and not pd.isna(row["related"])
    if pd.isna(income):
        return Span(None, None if pd.isna(price) else int(price))
    value = int(income)
    return Span(value, value) if sure else Span(min(value, 0), max(value, 0))
