"""What several commands read and say alike: days, NAME=VALUE options, lines for the user."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

BookFile = Annotated[Path, typer.Argument(metavar="BOOK", help="The pool's file, such as 培育库.db.")]
BookDay = Annotated[
    dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of the entry, or of the look.")
]
Output = Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")]


def day(text: str) -> dt.date:
    """A day as 2026-11-24; typer.BadParameter for anything else."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” 不是日期，请写成 2026-11-24") from None


def named(texts: list[str] | None, what: str) -> dict[str, str]:
    """NAME=VALUE options of one kind (`what`) as a dict; typer.BadParameter for one without the sign."""
    found = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{what} 写成 名称=取值，而不是“{text}”")
        found[name.strip()] = value.strip()
    return found


def say(quiet: bool, *lines: str) -> None:
    """Lines to standard error, the empty ones left out; none where the user wants quiet."""
    if not quiet:
        for line in filter(None, lines):
            print(line, file=sys.stderr)


def counted(status: object) -> str:
    """How often each value occurs, in one line for the user."""
    import pandas as pd

    return "、".join(f"{name} {many}" for name, many in pd.Series(status).value_counts(sort=False).items())


def sheet_of(text: str | None) -> str | int | None:
    """A sheet as a user names it: its position, from 1, or its name."""
    return int(text) if text and text.isdigit() else text
