"""What the commands of the pool share: the book, the day, who writes, and a table for people or for programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.cli.options import BOOK, Decorated, argument, on_option, option

if TYPE_CHECKING:
    import pandas as pd

    from matcher.export.sheets import Form, Sheet

KINDS = ".xlsx、.csv 或 .parquet"
book_argument = argument("book", "培育库", "培育库文件，如 培育库.db；或 PostgreSQL 的地址。", type=BOOK)
day_option = on_option("哪一天。", required=True)
person_option = option("--person", required=True, metavar="姓名", help="经办人，记入库中。")


def book_options(function: Decorated) -> Decorated:
    """The book, the day and who writes."""
    for decorate in (person_option, day_option, book_argument):
        function = decorate(function)
    return function


def write(
    output: Path,
    sheets: Mapping[str, Sheet | Form | pd.DataFrame],
    plain: pd.DataFrame,
    *,
    mask: bool,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    notes: list[str] | None = None,
) -> None:
    """Sheets in Chinese words for a workbook, else the table with its codes."""
    from matcher.export.tables import write_tables

    tables = sheets if output.suffix.lower() == ".xlsx" else {"": plain}
    write_tables(output, tables, problems=problems, columns=columns, notes=notes, mask=mask)
