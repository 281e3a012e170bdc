"""The command `matcher pool discover`. No logic; `add_commands` adds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.cli.options import day


def discover(
    table: Annotated[Path, typer.Argument(help="Table of firms: csv, xlsx, xls, parquet or jsonl; one row a firm.")],
    policy: Annotated[str, typer.Option("--policy", "-p", help="A policy by its id, or a folder of your own.")],
    on: Annotated[str, typer.Option("--on", help="Day of the answer, such as 2026-11-24; a row's own apply_on wins.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write: .csv, .parquet or .xlsx.")],
    assume: Annotated[
        Path | None,
        typer.Option("--assume", help="Table of assumptions: column, low, likely, high (字段, 最低, 最可能, 最高)."),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws; equal seeds give equal lists.")] = 0,
    card: Annotated[
        Path | None, typer.Option("--card", help="Order firms of one rule decision by a card of `matcher pool learn`.")
    ] = None,
    expected: Annotated[
        Path | None, typer.Option(help="Also write the number expected to pass with its interval, for the dashboard.")
    ] = None,
) -> None:
    """Rank the firms of a thin list by their chance to pass a policy, with reasons and the facts to ask for."""
    from matcher.pool.discovery.workbook import discover_file

    told = discover_file(
        table, policy, on=day(on), output=output, assume=assume, sheet=sheet, seed=seed, card=card, expected=expected
    )
    print(told)


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("discover")(discover)
