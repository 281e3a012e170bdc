"""A table to CSV, Parquet or JSON; what a spreadsheet would mistake is kept from it here."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?%?")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula gets a leading `'`."""
    safe = {}
    for place, (_, column) in enumerate(frame.items()):
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        safe[place] = column.map(_safe) if is_text(column) else column
    ready = pd.DataFrame(safe, index=frame.index)
    ready.columns = pd.Index([_safe(name) for name in frame.columns])
    text: str = ready.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode("utf-8-sig")


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Parquet; a column of mixed types becomes text."""

    def typed(column: pd.Series[Any]) -> pd.Series[Any]:
        mixed = column.dtype == object and pd.api.types.infer_dtype(column).startswith("mixed")
        return column.map(str, na_action="ignore") if mixed else column

    buffer = io.BytesIO()
    frame.apply(typed).to_parquet(buffer, index=False) if len(frame.columns) else frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def json_bytes(value: Any) -> bytes:
    """JSON in UTF-8, Chinese as it is; a table as a list of records."""
    if isinstance(value, pd.DataFrame):
        text = value.to_json(orient="records", force_ascii=False, date_format="iso", date_unit="s", indent=1)
        return text.encode()
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def is_text(column: pd.Series[Any]) -> bool:
    """Whether cells may be texts."""
    return not pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "M"


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
