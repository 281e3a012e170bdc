"""Kinds of columns that no row shows."""

from __future__ import annotations

import pandas as pd


def with_text_kinds(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts are of the kind that pandas gives to texts also where there is no row to show it."""
    if len(table):
        return table
    kind = pd.Series([""]).dtype
    return table.astype({name: kind for name, column in table.items() if column.dtype == object})
