"""Panels: score sheets out, scores in and put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.options import (
    COUNT,
    DAY,
    FILE,
    TABLE_KINDS,
    Command,
    Group,
    argument,
    check,
    column_option,
    note,
    option,
    output_option,
    quiet_option,
    read,
    report,
    sheet_option,
)
from matcher.export.targets import TABLES

ALIASES: dict[str, click.Command] = {}

group = Group("review", help="评审：分发评分表，汇总分数，看评委是否偏松偏严、是否一致。")


@group.command("sheets", cls=Command, help="每位评委一张评分表，须回避的不发。")
@argument("pairs", "配对表", f"项目编号、评委编号，可有项目名称、是否回避：{TABLE_KINDS}。")
@output_option(".xlsx")
@sheet_option()
@column_option()
@quiet_option
def sheets_command(pairs: Path, output: Path, sheet: str | None, column: Sequence[str], quiet: bool) -> None:
    """One sheet a reviewer."""
    from matcher.export.tables import write_tables
    from matcher.review.scores import read_scores, score_sheets

    check({output: (".xlsx",)}, pairs)
    handed = read(read_scores, pairs, sheet=sheet, column=column, quiet=quiet)
    sheets = score_sheets(handed.rows)
    write_tables(output, sheets, title="评分表")
    report(quiet, f"{len(sheets)} 位评委的评分表已写入 {output}")


@group.command("aggregate", cls=Command, help="按各种通行算法汇总分数，附区间、入选概率、换算法的变动和评委报告。")
@argument("scores", "评分表", f"一行一位评委对一项的分数：{TABLE_KINDS}。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有评审结果）")
@option("--winners", type=COUNT, metavar="个数", help="取前几名：给出入选概率、各算法入选、换算法的变动和加评建议。")
@option("--lowest", type=float, metavar="分", help="最低可给的分数；低于它的不计。")
@option("--highest", type=float, metavar="分", help="最高可给的分数；高于它的不计。")
@option("--pairs", type=FILE, metavar="文件", help="派出的配对（项目编号、评委编号）：没有收到的列出，没有派出的不计。")
@option("--due", type=DAY, metavar="日期", help="交分的最后一天；迟交的照计并列出。")
@option("--rng", type=int, default=0, metavar="种子", help="入选概率抽样的随机种子，默认 0。")
@sheet_option()
@column_option()
@quiet_option
def aggregate_command(
    scores: Path,
    output: Path,
    winners: int | None,
    lowest: float | None,
    highest: float | None,
    pairs: Path | None,
    due: dt.date | None,
    rng: int,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Scores put together by every method, with reports on the reviewers."""
    from matcher.export.tables import write_tables
    from matcher.review.results import Round
    from matcher.review.scores import read_scores

    check({output: TABLES}, scores, pairs)
    handed = read(read_scores, scores, sheet=sheet, column=column, quiet=quiet)
    given = None if pairs is None else read(read_scores, pairs, quiet=quiet).rows
    result = Round.build(
        handed, winners=winners, lowest=lowest, highest=highest, expected=given, due=due, rng=rng, file=scores.name
    )
    write_tables(output, result.tables(output), problems=result.problems, columns=handed.columns, notes=result.notes)
    note(quiet, *result.warnings)
    report(quiet, result.summary, f"结果已写入 {output}")
