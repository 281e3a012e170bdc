"""Result tables to files: every one as a sheet of a workbook, or the first alone as CSV, Parquet or JSON.

What is written goes through here, and is masked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError
from matcher.export.formats import csv_bytes, is_text, json_bytes, parquet_bytes
from matcher.export.sheets import Form, Sheet, columns_sheet, notes_sheet, problems_sheet, workbook_bytes
from matcher.export.targets import check_targets, problems_beside, save_files
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import mask_ids, mask_nested, mask_table

_SUFFIXES = (".xlsx", ".csv", ".parquet", ".json")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]|\r\n?")
_FOLDED = "折叠的列：点表头上方的“+”展开"


def write_tables(
    output: str | Path,
    tables: Mapping[str, Sheet | Form | pd.DataFrame],
    *,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    notes: Mapping[str, str] | list[str] | None = None,
    title: str = "",
    mask: bool = True,
) -> None:
    """Write result tables to one file, in one step.

    output: .xlsx holds all tables as sheets, then 问题 (`problems`), 列的去向 (`columns`, the account of `Reading`) and
    说明 (`notes`), with Chinese headers. .csv, .parquet and .json hold the first table, with the names of its fields;
    the problems then stand beside it in `<stem>.problems.csv`, with Chinese headers, which is written where there are
    any and renewed where it exists. Days are 2026-11-24, in columns with times of day 2026-11-24 09:30; a column whose
    name stands twice gets a number. mask: hide contacts in cells, headers and such ids (see `matcher.tables.privacy`).
    Raises OutputError, and ArgumentError for sheets of one name.
    """
    check_targets({output: _SUFFIXES})
    save_files(files_of(output, tables, problems=problems, columns=columns, notes=notes, title=title, mask=mask))


def files_of(
    output: str | Path,
    tables: Mapping[str, Sheet | Form | pd.DataFrame],
    *,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    notes: Mapping[str, str] | list[str] | None = None,
    title: str = "",
    mask: bool = True,
) -> dict[Path, bytes]:
    """The files of `write_tables`, for a result of several files that are saved in one step."""
    target = Path(output)
    sheets = {name: Sheet(table) if isinstance(table, pd.DataFrame) else table for name, table in tables.items()}
    suffix = target.suffix.lower()
    if suffix != ".xlsx":
        first = next(sheet for sheet in sheets.values() if isinstance(sheet, Sheet))
        content = table_bytes(_ready({"": first}, mask)[""].table, suffix)  # type: ignore[union-attr]
        return {**problem_files(target, problems, mask=mask), target: content}
    if problems is not None:
        sheets["问题"] = problems_sheet(problems)
    if columns is not None and len(columns):
        sheets["列的去向"] = columns_sheet(columns)
    if notes is not None:
        folded = any(
            isinstance(sheet, Sheet) and 0 < len(sheet.key) < sheet.table.shape[1] for sheet in sheets.values()
        )
        sheets["说明"] = notes_sheet(_with_note(notes) if folded else notes)
    shown = {mask_contacts(name) if mask else name: sheet for name, sheet in _ready(sheets, mask).items()}
    name = mask_contacts(target.name) if mask else target.name
    return {target: workbook_bytes(shown, title=mask_contacts(title) if mask else title, file=name)}


def problem_files(target: Path, problems: pd.DataFrame | None, *, mask: bool = True) -> dict[Path, bytes]:
    """`<stem>.problems.csv`, with Chinese headers, beside a result that is no workbook: where there are problems, or
    such a file already.
    """
    beside = problems_beside(target)
    if problems is None or not (len(problems) or beside.exists()):
        return {}
    sheet = problems_sheet(problems)
    table: pd.DataFrame = _ready({"": sheet}, mask)[""].table  # type: ignore[union-attr]
    if "kept" in table:
        table = table.assign(kept=table["kept"].map({True: "是", False: "否"}))
    return {beside: csv_bytes(table.rename(columns=sheet.header))}


def table_bytes(table: pd.DataFrame, suffix: str) -> bytes:
    """One table, as it is, as .csv, .parquet or .json. Raises OutputError for another suffix."""
    if suffix == ".csv":
        return csv_bytes(table)
    if suffix == ".parquet":
        return parquet_bytes(table)
    if suffix == ".json":
        return json_bytes(table)
    raise OutputError(f"不能写成 {suffix or '没有后缀的文件'}：请写成 {'、'.join(_SUFFIXES)}")


def clean_text(text: str) -> str:
    """The text without the control characters that no format holds."""
    return _ILLEGAL.sub(lambda found: "\n" if found[0][0] == "\r" else "", text) if _ILLEGAL.search(text) else text


def clean_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table without control characters in texts and headers."""
    dirty = {}
    for place, (_, column) in enumerate(table.items()):
        if is_text(column):
            cells = column.dropna().tolist()
            if not isinstance(column.dtype, pd.StringDtype):
                cells = [cell for cell in cells if isinstance(cell, str)]
            if _ILLEGAL.search("".join(cells)):
                dirty[place] = column.astype(object).map(lambda one: clean_text(one) if isinstance(one, str) else one)
    heads = _distinct([clean_text(str(name)) for name in table.columns])
    if not dirty and heads == list(table.columns):
        return table
    columns = [dirty.get(place, column) for place, (_, column) in enumerate(table.items())]
    ready = pd.concat(columns, axis=1) if columns else table.copy()
    ready.columns = pd.Index(heads)
    return ready


def _distinct(names: list[str]) -> list[str]:
    """The names, with a number behind each that stood before."""
    seen: set[str] = set()
    for at, name in enumerate(names):
        number = 2
        while names[at] in seen:
            names[at], number = f"{name}（{number}）", number + 1
        seen.add(names[at])
    return names


def all_ids(tables: list[pd.DataFrame]) -> dict[str, str]:
    """What the ids of these tables are shown as, the same in all of them."""
    names = [table[name] for table in tables for name in table.columns if str(name).endswith("_id")]
    return mask_ids(dict.fromkeys(cell for column in names for cell in column.tolist() if isinstance(cell, str)))


def _ready(sheets: Mapping[str, Sheet | Form], mask: bool) -> dict[str, Sheet | Form]:
    cleaned = {
        name: sheet if isinstance(sheet, Form) else replace(sheet, table=clean_table(sheet.table))
        for name, sheet in sheets.items()
    }
    if not mask:
        return cleaned
    ids = all_ids([sheet.table for sheet in cleaned.values() if isinstance(sheet, Sheet)])
    return {name: _masked(sheet, ids) for name, sheet in cleaned.items()}


def _masked(sheet: Sheet | Form, ids: Mapping[str, str]) -> Sheet | Form:
    if isinstance(sheet, Form):
        return Form([(look, [mask_contacts(clean_text(cell)) for cell in cells]) for look, cells in sheet.lines])
    titles = {name: mask_contacts(head) for name, head in sheet.titles.items()}
    comments: Any = mask_nested(dict(sheet.comments))
    choices: Any = mask_nested(dict(sheet.choices))
    return replace(sheet, table=mask_table(sheet.table, ids=ids), titles=titles, comments=comments, choices=choices)


def _with_note(notes: Mapping[str, str] | list[str]) -> Mapping[str, str] | list[str]:
    label, _, text = _FOLDED.partition("：")
    return {**notes, label: text} if isinstance(notes, Mapping) else [*notes, _FOLDED]
