"""Innovation points, in the group `policy`: points, points-form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import note, report
from matcher.cli.options import (
    FILE,
    TABLE_KINDS,
    argument,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import read
from matcher.export.targets import TABLES


@click.command("points", cls=Command, help="创新积分：算出18项指标的原始值；给出权重表时算积分（未知的给上下限）。")
@argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@on_option("判断日期，决定年度和指引的版本。", required=True)
@output_option(".xlsx、.csv 或 .parquet（积分汇总）")
@option("--weights", type=FILE, metavar="权重表", help="各阶段指标的满分和分档；空白表见 matcher policy points-form。")
@option("--edition", metavar="版本", help="权重表按哪一版核对：2022-1.0、2024-national 或 2025-2.0；默认按日期。")
@output_option(".csv 或 .parquet", "--values", required=False, help="另存逐项原始值")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def points_command(
    table: Path,
    on: dt.date,
    output: Path,
    weights: Path | None,
    edition: str | None,
    values: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Raw values of the indicators of innovation points, and points with a place's weights."""
    from matcher.export.sheets import Sheet
    from matcher.export.tables import files_of
    from matcher.export.targets import save_files
    from matcher.policy.answers.workbook import answering_problems, problem_lines
    from matcher.policy.programmes.innovation_points import (
        POINTS_TITLE,
        innovation_points,
        point_sheets,
        read_point_firms,
    )
    from matcher.policy.programmes.point_weights import edition_named, missing_weights, read_weights
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.main import POINT_WEIGHTS

    check({output: TABLES, values: TABLES[1:]}, table, weights)
    chosen = edition_named(edition, on)
    used = None
    if weights is not None:
        rows = read(read_table, weights, POINT_WEIGHTS, quiet=quiet).rows
        used = read_weights(rows, edition=chosen)
    firms = read(read_point_firms, table, sheet=sheet, column=column, quiet=quiet, on=on, weights=used)
    result = innovation_points(firms.rows, on=on, weights=used)
    workbook = output.suffix.lower() == ".xlsx"
    tables, lines = point_sheets(firms.rows, result, used) if workbook else ({"": Sheet(result.summary)}, [])
    problems = answering_problems(firms.problems, result.problems, POINTS_TITLE if workbook else None)
    mask = not show_contacts
    files = files_of(output, tables, problems=problems, columns=firms.columns, notes=lines, title="创新积分", mask=mask)
    if values is not None:
        files |= files_of(values, {"": result.values}, mask=mask)
    save_files(files)
    whole = int((result.summary["known"] == result.summary["indicators"]).sum())
    report(quiet, f"{len(firms.rows)} 家企业，{whole} 家的18项原始值齐全")
    note(quiet, *([] if used else [missing_weights(chosen)]), *problem_lines(result.problems))


@click.command("points-form", cls=Command, help="写出创新积分的空白权重表：一级、二级指标已列好，由各地填满分和分档。")
@on_option("按这一天的版本。", required=True)
@output_option(".xlsx")
@option("--edition", metavar="版本", help="2022-1.0、2024-national 或 2025-2.0；默认按日期。")
@quiet_option
def points_form_command(on: dt.date, output: Path, edition: str | None, quiet: bool) -> None:
    """A blank table of weights for innovation points."""
    from matcher.export.tables import write_tables
    from matcher.policy.programmes.point_weights import edition_named, weights_form

    check({output: (".xlsx",)})
    write_tables(output, weights_form(edition_named(edition, on)), title="创新积分权重表")
    report(quiet, f"已写出 {output}")
