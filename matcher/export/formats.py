"""A table to CSV, Parquet or JSON; what a spreadsheet would mistake is kept from it here."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pandas as pd

from matcher.tables.cells.texts import as_written

_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?%?")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula gets a leading `'`."""
    safe = {}
    for place, (_, column) in enumerate(frame.items()):
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        column = in_words(column) if has_times(column) else column
        safe[place] = column.map(_safe) if is_text(column) else column
    ready = pd.DataFrame(safe, index=frame.index)
    ready.columns = pd.Index([_safe(name) for name in frame.columns])
    text: str = ready.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode("utf-8-sig")


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Parquet; a column of mixed types, or of values that its numbers do not hold, becomes text."""

    def typed(column: pd.Series[Any]) -> pd.Series[Any]:
        kind = column.dtype.kind if column.dtype != object else pd.api.types.infer_dtype(column)
        wide = kind == "integer" and column.dropna().map(lambda one: not -(2**63) <= one < 2**63).any()
        if kind not in ("c", "complex") and not kind.startswith("mixed") and not wide:
            return column
        return column.map(lambda cell: str(in_one(cell)), na_action="ignore")

    buffer = io.BytesIO()
    frame.apply(typed).to_parquet(buffer, index=False) if len(frame.columns) else frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def json_bytes(value: Any) -> bytes:
    """JSON in UTF-8, Chinese as it is; a table as a list of records."""
    if isinstance(value, pd.DataFrame):
        text = value.to_json(orient="records", force_ascii=False, date_format="iso", date_unit="s", indent=1)
        return text.encode()
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def in_one(cell: Any) -> Any:
    """Several values of a cell as one text, 甲、乙; a single one as it is."""
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, set | frozenset):
        cell = sorted(cell, key=str)
    if isinstance(cell, list | tuple):
        return "、".join(map(as_written, cell))
    return as_written(cell) if isinstance(cell, dict | bytes) else cell


def has_times(column: pd.Series[Any]) -> bool:
    """Whether a column of dates holds a time of day somewhere."""
    if column.dtype.kind != "M":
        return False
    known = column.dropna()
    return bool((known != known.dt.normalize()).any())


def in_words(column: pd.Series[Any]) -> pd.Series[Any]:
    """Days with their times, by their own clock, as texts: 2026-11-24 09:30, with seconds where a cell has any."""
    seconds = bool((column.dropna().dt.second != 0).any())
    texts: pd.Series[Any] = column.dt.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    return texts.astype(object).where(column.notna(), None)


def is_text(column: pd.Series[Any]) -> bool:
    """Whether cells may be texts."""
    return not pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "M"


def _safe(cell: Any) -> Any:
    cell = cell if isinstance(cell, str) else in_one(cell)
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
