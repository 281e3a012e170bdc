"""Tables that a command of this library wrote, read back: Chinese headers become fields again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.tables.cells.texts import as_written, is_blank
from matcher.tables.files.grids import read_book, reader_errors
from matcher.tables.files.text_files import decode

_SHOWN = re.compile(r"-?\d+(?:\.\d+)?[%元]")


def load_table(
    path: str | Path, *, titles: Mapping[str, str] | None = None, needed: Sequence[str] = ()
) -> pd.DataFrame:
    """A table that a command of this library wrote: .csv, .parquet, or a sheet of its .xlsx, the first that holds the
    fields of `needed`.

    titles: field -> header, as it was written with; headers become fields again (of two fields with one header the
    first). Ids stay texts. Raises TableError when the file cannot be read, or a field of `needed` is not in it.
    """
    source = Path(path)
    if source.suffix.lower() not in (".csv", ".parquet", ".xlsx"):
        raise TableError(f"{source.name}：请给出 .csv、.parquet 或 .xlsx")
    fields: dict[str, str] = {}
    for name, header in (titles or {}).items():
        fields.setdefault(header, name)
    try:
        table = _read(source, fields, needed)
    except reader_errors() as error:
        raise TableError(f"{source.name}：读不了（{error}）") from error
    if missing := [name for name in needed if name not in table]:
        raise TableError(f"{source.name}：缺少列 {'、'.join(missing)}")
    return table


def _read(source: Path, fields: Mapping[str, str], needed: Sequence[str]) -> pd.DataFrame:
    if source.suffix.lower() == ".parquet":
        return pd.read_parquet(source)
    if source.suffix.lower() == ".csv":
        text = decode(source.name, source.read_bytes())[0]
        names = [str(name) for name in pd.read_csv(StringIO(text), nrows=0).columns]
        return pd.read_csv(StringIO(text), dtype=_texts(names, fields)).rename(columns=fields)
    sheets = {grid.sheet: grid.rows for grid in read_book(source).grids if grid.rows}
    heads = {name: [as_written(cell) for cell in rows[0]] for name, rows in sheets.items()}
    if not heads:
        raise ValueError("没有工作表")
    with_all = [name for name, row in heads.items() if set(needed) <= {fields.get(head, head) for head in row}]
    chosen = [*with_all, *heads][0]
    body = list(zip(*sheets[chosen][1:], strict=True)) or [()] * len(heads[chosen])
    texts = _texts(heads[chosen], fields)
    columns = [_typed(cells, text=head in texts) for head, cells in zip(heads[chosen], body, strict=True)]
    table = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    return table.set_axis(heads[chosen], axis=1).rename(columns=fields)


def _typed(cells: Sequence[object], *, text: bool) -> pd.Series[Any]:
    """The cells of a column as they were before they got a number format: 0.12 for 12%, 500 for 500元."""
    if text:
        return pd.Series([None if is_blank(cell) else as_written(cell) for cell in cells], dtype=str)
    shown = [cell for cell in cells if isinstance(cell, str)]
    if shown and all(_SHOWN.fullmatch(cell) for cell in shown):
        cells = [_number(cell) if isinstance(cell, str) else cell for cell in cells]
    return pd.Series([int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells])


def _number(cell: str) -> float:
    return float(Decimal(cell[:-1]) / 100) if cell.endswith("%") else float(cell[:-1])


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids")) or name in ("id", "code", "policy")


def _texts(heads: Sequence[str], fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns that stay texts: those of ids."""
    names = {head: fields.get(head, head) for head in heads}
    return {head: str for head, name in names.items() if _is_id(name)}
