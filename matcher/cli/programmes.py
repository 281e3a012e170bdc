"""The command on support instruments. No logic; `add_commands` adds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.cli.options import day


def instruments(
    table: Annotated[Path, typer.Argument(help="Table of firms: csv, xlsx, xls, parquet or jsonl; one row a firm.")],
    on: Annotated[str, typer.Option("--on", help="Day of the answer, such as 2026-11-24; a row's own apply_on wins.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write: .xlsx (workbook), .csv or .parquet.")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Only these instruments, by the id of their policy.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
) -> None:
    """List for every firm the support instruments: decision, money or cap, missing facts, source, what to do."""
    from matcher.policy.support_programmes import instruments_file

    print(instruments_file(table, on=day(on), output=output, policies=policy, sheet=sheet))
    print(f"已写出 {output}")


def add_commands(app: typer.Typer) -> None:
    """Put the command on an app."""
    app.command("instruments")(instruments)
