"""Finished tables to files as people open them (a workbook of sheets, or one table as CSV or Parquet), and back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError, TableError
from matcher.files import reader_errors
from matcher.output import fit_cell, save_files
from matcher.report import EXCEL_ROWS, csv_bytes, mask_contacts, parquet_bytes
from matcher.tables import PROBLEM_TITLES

_WIDEST = 60


def check_target(path: Path) -> None:
    """Raises OutputError before long work when a result cannot be written there."""
    if path.suffix.lower() not in (".xlsx", ".csv", ".parquet"):
        raise OutputError(f"不能写成“{path.name}”：输出文件名须以 .xlsx、.csv 或 .parquet 结尾")
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise OutputError(f"不能写入“{path}”：文件夹不存在，或它本身是一个文件夹")


def save_tables(
    path: str | Path, sheets: Mapping[str, pd.DataFrame], titles: Mapping[str, str], *, mask: bool = True
) -> None:
    """Write tables in one step: every one as a sheet of a workbook (.xlsx) with Chinese headers, or the first alone,
    with the names of the fields, as .csv or .parquet.

    titles: field -> header; a field that is not named keeps its name, those of problems have theirs. mask: contacts in
    texts are hidden, but for ids (see `matcher.report.mask_contacts`). Raises OutputError (see `check_target`,
    `matcher.output.save_files`).
    """
    target = Path(path)
    check_target(target)
    if mask:
        sheets = {name: _masked(table) for name, table in sheets.items()}
    first = next(iter(sheets.values()))
    if target.suffix.lower() == ".csv":
        content = csv_bytes(first)
    elif target.suffix.lower() == ".parquet":
        content = parquet_bytes(first)
    else:
        content = workbook_bytes({name: _rows(table, {**PROBLEM_TITLES, **titles}) for name, table in sheets.items()})
    save_files({target: content})


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
        own = [str(name) for name in pd.read_csv(source, nrows=0, encoding="utf-8-sig").columns]
        return pd.read_csv(source, dtype=_texts(own, fields), encoding="utf-8-sig").rename(columns=fields)
    with pd.ExcelFile(source, engine="calamine") as book:
        heads = {
            str(sheet): [str(name) for name in pd.read_excel(book, sheet_name=sheet, nrows=0).columns]
            for sheet in book.sheet_names
        }
        if not heads:
            raise ValueError("没有工作表")
        with_all = [name for name, own in heads.items() if set(needed) <= {fields.get(head, head) for head in own}]
        name = [*with_all, *heads][0]
        return pd.read_excel(book, sheet_name=name, dtype=_texts(heads[name], fields)).rename(columns=fields)


def _masked(table: pd.DataFrame) -> pd.DataFrame:
    def hidden(cell: Any) -> Any:
        return mask_contacts(cell) if isinstance(cell, str) else cell

    texts = [str(name) for name in table.select_dtypes(["object", "string"]) if not _is_id(str(name))]
    return table.assign(**{name: table[name].map(hidden) for name in texts})


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids")) or name in ("id", "code", "policy")


def _texts(heads: Sequence[str], fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns that stay texts: those of ids."""
    names = {head: fields.get(head, head) for head in heads}
    return {head: str for head, name in names.items() if _is_id(name)}


def _rows(table: pd.DataFrame, titles: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    heads = [titles.get(str(name), str(name)) for name in table]
    columns = [[_plain(cell) for cell in table[name].tolist()] for name in table]
    return [dict(zip(heads, cells, strict=True)) for cells in zip(*columns, strict=True)], heads


def _plain(cell: Any) -> Any:
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, (dt.datetime, dt.date)):
        return f"{cell:%Y-%m-%d}"
    return ("是" if cell else "否") if isinstance(cell, bool) else cell


def workbook_bytes(sheets: Mapping[str, tuple[Sequence[Mapping[str, Any]], Sequence[str]]]) -> bytes:
    """A workbook: sheet -> (rows, headers). Texts stay texts, also those that look like formulas; equal input gives
    equal bytes. Raises OutputError for more rows than a sheet has.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": dt.datetime(1980, 1, 1)})  # equal inputs, equal bytes
    head = book.add_format({"bold": True, "bg_color": "#E3EBE6", "bottom": 1, "valign": "vcenter", "font_size": 10})
    cell = book.add_format({"valign": "top", "text_wrap": True, "font_size": 10})
    text = book.add_format({"valign": "top", "text_wrap": True, "font_size": 10, "num_format": "@"})
    for name, (rows, columns) in sheets.items():
        if len(rows) >= EXCEL_ROWS:
            raise OutputError(f"“{name}”有 {len(rows):,} 行，超过 Excel 的上限；请把输出改为 .csv 或 .parquet")
        page = book.add_worksheet(name[:31])
        for at, column in enumerate(columns):
            page.write_string(0, at, column, head)
            widths = [sum(2 if ord(sign) > 255 else 1 for sign in str(row.get(column, ""))) for row in rows[:300]]
            page.set_column(at, at, min(_WIDEST, max([2 * len(column), *widths]) + 3))
            for i, row in enumerate(rows, start=1):
                _write(page, i, at, row.get(column), cell, text)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if rows:
            page.autofilter(0, 0, len(rows), len(columns) - 1)
    book.close()
    return buffer.getvalue()


def _write(page: Any, row: int, at: int, value: Any, cell: Any, text: Any) -> None:
    put: Callable[..., Any] = page.write_number
    if value is None or value != value or value == "":
        return
    if isinstance(value, str):
        page.write_string(row, at, fit_cell(value), text)
    else:
        put(row, at, value, cell)
