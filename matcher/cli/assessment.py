"""Outcomes assessed: readiness by evidence, values by the user's weights, economic value, form, public record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import note, report
from matcher.cli.options import (
    TABLE_KINDS,
    argument,
    check,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import read
from matcher.cli.records import about

ALIASES: dict[str, click.Command] = {}


@click.command(
    "assess",
    cls=Command,
    help="评价科技成果：按证据定技术就绪度（附升级需要什么）、价值、经济价值、登记表、公示记录；每项一页报告。",
)
@argument("outcomes", "成果表", f"一行一项成果，样机、中试、批量生产等栏写有无、数量或说明：{TABLE_KINDS}。")
@output_option(".xlsx（工作簿）、.html（每项成果一页 A4 报告）、.csv 或 .parquet（评价结果）")
@option(
    "--weight",
    multiple=True,
    metavar="价值=权重",
    help="各项价值的权重，如 技术价值=3，可多次给出；不给就不合计。",
)
@on_option("看公示到了哪一步的日期。")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def group(
    outcomes: Path,
    output: Path,
    weight: Sequence[str],
    on: dt.date | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Assess outcomes from their evidence."""
    from matcher.assessment.assessing import assess_outcomes, read_assessed_outcomes
    from matcher.assessment.values import read_weights
    from matcher.assessment.workbook import SUFFIXES, write_assessment

    check({output: SUFFIXES}, outcomes)
    weights = read_weights(named(weight, "价值=权重"))
    handed = read(read_assessed_outcomes, outcomes, sheet=sheet, column=column, quiet=quiet)
    assessed = assess_outcomes(handed.rows, weights=weights, on=on)
    write_assessment(
        output,
        assessed,
        reading=handed,
        file=outcomes.name,
        about={} if on is None else about(on, [outcomes]),
        mask=not show_contacts,
    )
    known = int(assessed.table["readiness"].notna().sum())
    report(quiet, f"{len(assessed.table)} 项成果，{known} 项定了技术就绪度；结果已写入 {output}")
    if len(assessed.problems):
        note(quiet, f"{len(assessed.problems)} 处请核对，见“问题”和“提示”")
