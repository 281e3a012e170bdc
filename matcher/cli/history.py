"""The commands `matcher pool learn` and `matcher pool rank`: a score card from a history. No logic; `add_commands`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from matcher.cli.options import day


def learn(
    history: Annotated[
        Path, typer.Argument(help="Table of past applications: 企业编号, 申请日期, 认定结果, 批次, the facts of then.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the card: .csv.")],
    policy: Annotated[str, typer.Option("--policy", "-p", help="A policy by its id, or a folder of your own.")] = "hte",
    report: Annotated[Path | None, typer.Option("--report", help="Also write the report: .xlsx or .txt.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of folds and resamples; equal seeds give equal cards.")] = 0,
) -> None:
    """Learn a score card from past applications; none where the history is too small or shows no gain out of time."""
    from matcher.pool.scorecard.history import learn_file

    print(learn_file(history, policy, output=output, report=report, sheet=sheet, seed=seed), file=sys.stderr)
    print(f"评分卡已写入 {output}", file=sys.stderr)


def rank(
    table: Annotated[Path, typer.Argument(help="Table of firms: csv, xlsx, xls, parquet or jsonl; one row a firm.")],
    card: Annotated[Path, typer.Option("--card", help="A card of `matcher pool learn`.")],
    on: Annotated[str, typer.Option("--on", help="Day of the answer, such as 2026-11-24.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write: .xlsx, .csv or .parquet.")],
    policy: Annotated[str, typer.Option("--policy", "-p", help="A policy by its id, or a folder of your own.")] = "hte",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
) -> None:
    """Order firms by a card's points inside their tiers and rule decisions, with the points of every item."""
    from matcher.pool.scorecard.history import rank_file

    print(rank_file(table, policy, card=card, on=day(on), output=output, sheet=sheet), file=sys.stderr)


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("learn")(learn)
    app.command("rank")(rank)
