"""Tables that a command of this library wrote, read back: Chinese headers become fields again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.tables.grids import reader_errors


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
        names = [str(name) for name in pd.read_csv(source, nrows=0, encoding="utf-8-sig").columns]
        return pd.read_csv(source, dtype=_texts(names, fields), encoding="utf-8-sig").rename(columns=fields)
    with pd.ExcelFile(source, engine="calamine") as book:
        heads = {
            str(sheet): [str(name) for name in pd.read_excel(book, sheet_name=sheet, nrows=0).columns]
            for sheet in book.sheet_names
        }
        if not heads:
            raise ValueError("没有工作表")
        with_all = [name for name, row in heads.items() if set(needed) <= {fields.get(head, head) for head in row}]
        name = [*with_all, *heads][0]
        return pd.read_excel(book, sheet_name=name, dtype=_texts(heads[name], fields)).rename(columns=fields)


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids")) or name in ("id", "code", "policy")


def _texts(heads: Sequence[str], fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns that stay texts: those of ids."""
    names = {head: fields.get(head, head) for head in heads}
    return {head: str for head, name in names.items() if _is_id(name)}
