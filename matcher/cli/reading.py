"""Tables that a command reads: with a word on what was read, what was wrong and what became of the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.column_choices import columns_of, files_of, hints_of_file
from matcher.cli.messages import note
from matcher.cli.options import sheet_of
from matcher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

    from matcher.tables.reading import Reading


def read(
    reader: Callable[..., Reading],
    path: Path,
    *arguments: Any,
    sheet: str | None = None,
    column: Sequence[str] = (),
    quiet: bool = False,
    **options: Any,
) -> Reading:
    """Read a table, say how much was read and what was wrong with it.

    Raises TableError, with the reason, for a table in which no row can be used.
    """
    from matcher.tables.reading import describe

    ctx = click.get_current_context()
    columns = columns_of(ctx, path.name, column)
    reading = reader(path, *arguments, sheet=sheet_of(sheet), columns=columns, **options)
    if len(files_of(ctx)) > 1:
        reading = hints_of_file(reading, path.name)
    unused = reading.problems.loc[~reading.problems["kept"].astype(bool), "row"].nunique()
    faults = describe(reading.problems)
    if not len(reading.rows):
        raise TableError(faults or f"{path.name}：表中没有数据", reading.problems)
    note(
        quiet,
        f"{path.name}：读入 {len(reading.rows)} 条" + (f"，{unused} 行未用（见“问题”）" if unused else ""),
        *column_lines(reading.columns),
        faults,
    )
    return reading


def column_lines(columns: pd.DataFrame) -> list[str]:
    """Which columns were used, carried along and not understood, the last with what to write; [] if all were used."""
    from matcher.tables.cells.texts import shorten
    from matcher.tables.reading import CARRIED, UNKNOWN, USED

    if (columns["use"] == USED).all():
        return []
    parts = []
    for use in (USED, CARRIED, UNKNOWN):
        headers = columns.loc[columns["use"] == use, "header"]
        if len(headers):
            shown = shorten("、".join(headers), 200)
            parts.append(f"{use} {len(headers)} 列" + ("" if use == USED else f"（{shown}）"))
    hints = columns.loc[(columns["use"] == UNKNOWN) & (columns["hint"] != ""), "hint"]
    lines = ["  " + "，".join(parts)]
    if len(hints):
        lines.append("  没看懂的列若有用，可指定字段，如：" + " ".join(f'--column "{hint}"' for hint in hints[:5]))
    return lines


def unknown_lines(columns: pd.DataFrame) -> list[str]:
    """The columns of several files that were not understood, each once with how many have it, and what to write."""
    from matcher.tables.cells.texts import first_few
    from matcher.tables.reading import UNKNOWN

    unknown = columns[columns["use"] == UNKNOWN]
    if unknown.empty:
        return []
    many = unknown.groupby("header", sort=False)["file"].nunique()
    headers = [f"{header}（{files} 个文件）" if files > 1 else str(header) for header, files in many.items()]
    hints = list(dict.fromkeys(hint for hint in unknown["hint"] if hint))
    return [
        f"  没看懂 {len(many)} 种列，原样保留，没有采用（见“列的去向”）：{first_few(headers, '种', most=12)}",
        *(["  若有用，可指定字段，如：" + " ".join(f'--column "{hint}"' for hint in hints[:5])] if hints else []),
    ]


def all_problems(*readings: Reading) -> pd.DataFrame:
    """The problems of several tables as one."""
    import pandas as pd

    filled = [reading.problems for reading in readings if len(reading.problems)]
    if not filled:
        return readings[0].problems
    # as objects: pandas before 3 warns where a column of one table is empty throughout
    return pd.concat([one.astype(object) for one in filled], ignore_index=True).astype(filled[0].dtypes)


def all_columns(*readings: Reading) -> pd.DataFrame:
    """What became of the columns of several tables, as one."""
    import pandas as pd

    return pd.concat([reading.columns for reading in readings], ignore_index=True)
