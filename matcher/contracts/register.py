"""A register of contracts as counts and sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from matcher.errors import ArgumentError
from matcher.tables.arguments import check_frame

GROUPS = ("kind", "region", "month")
SUMS = (
    *("contracts", "amount", "technical_amount", "inexact", "open", "open_amount", "refused", "withdrawn"),
    *("likely_repeats", "likely_repeats_amount"),
)


def contract_summary(checked: pd.DataFrame, *, by: Sequence[str] = GROUPS) -> pd.DataFrame:
    """Counts and sums of a register.

    Parameters
    ----------
    checked
        What `check_contracts` gave.
    by
        Some of kind, region, month (of the registration, or where nobody registered yet, of the application); none: one
        row over all.

    Returns
    -------
    DataFrame
        The columns of `by` ("" for unknown), then contracts, amount (合同成交额) and technical_amount (技术交易额) of
        those that stand as registered, in yuan; inexact: those of them whose amount or technical amount is missing or
        not exact (约120万元), so that a sum is without it; open, open_amount: those not settled (NA where one of their
        amounts is unknown), refused: those that a rule refuses, also as repeated, or whose state is 不予登记,
        withdrawn: those whose state is 注销 or 撤销, likely_repeats, likely_repeats_amount: those of `contracts` and
        `amount` that are likely an earlier one in another writing (take them away to count each once). Sorted; no row
        for nothing.

    Raises
    ------
    ArgumentError
        by names another column.
    """
    check_frame(checked, "checked", "check_contracts(contracts)")
    if wrong := [name for name in by if name not in GROUPS]:
        raise ArgumentError(f"by names some of {', '.join(GROUPS)}, not {wrong[0]!r}")
    counted, is_open = (checked["standing"] == one for one in ("registered", "open"))
    repeats = counted & (checked["likely_repeat_id"] != "")
    table = checked.assign(
        likely_repeats=repeats.astype(int),
        likely_repeats_amount=checked["amount"].where(repeats, 0).fillna(0),
        contracts=counted.astype(int),
        inexact=(counted & checked[["amount", "technical_amount"]].isna().any(axis=1)).astype(int),
        open=is_open.astype(int),
        refused=(checked["standing"] == "refused").astype(int),
        withdrawn=(checked["standing"] == "withdrawn").astype(int),
        open_amount=checked["amount"].where(is_open, 0),
        unknown=checked["amount"].isna() & is_open,
        amount=checked["amount"].where(counted, 0).fillna(0),
        technical_amount=checked["technical_amount"].where(counted, 0).fillna(0),
    )
    groups: list[Any] = list(by) or [pd.Series(0, table.index)]
    sums = table.groupby(groups, sort=True)[[*SUMS, "unknown"]].sum().reset_index(drop=not by)
    sums["open_amount"] = sums["open_amount"].mask(sums["unknown"] > 0)
    return sums[[*by, *SUMS]].astype(dict.fromkeys(SUMS, "Int64"))
