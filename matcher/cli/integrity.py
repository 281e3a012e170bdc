"""Research integrity: rows held against dated records, and who is barred on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import counts_of, report
from matcher.cli.options import (
    FILE,
    TABLE_KINDS,
    OneOf,
    argument,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.export.targets import TABLES

ALIASES: dict[str, click.Command] = {}
KINDS = ".xlsx、.csv 或 .parquet"

group = Group("integrity", help="科研诚信：哪些人、哪些单位这一天不得申报、评审或被提名。只提示，由人决定。")
notice_option = option(
    "--rules", metavar="规则",
    help="另按哪份通知审查（有失信记录即不得申报）：广东2027、国家重点研发2021；默认只看记录。",
)  # fmt: skip


@group.command("check", cls=Command, help="申报、专家、提名或揭榜表逐行对照诚信记录：不得、需核实或未见记录。")
@argument("table", "表", f"一行一项申报、一位专家、一项提名或一份揭榜：{TABLE_KINDS}。")
@option(
    "--records", type=FILE, required=True, metavar="记录表",
    help="诚信记录：姓名或名称、代码、所在单位、处理措施、限制事项、起止日期、处理文号、条款等。",
)  # fmt: skip
@option(
    "--as", "role", type=OneOf("applicant", "reviewer", "nominee"), required=True, metavar="角色",
    help="applicant（申报、揭榜）、reviewer（评审专家，只看个人）或 nominee（被提名）。",
)  # fmt: skip
@output_option(KINDS)
@notice_option
@sheet_option()
@column_option()
@sheet_option("--records-sheet", of="记录表")
@column_option("--records-column", of="记录表")
@contacts_option
@on_option("检查哪一天。", required=True)
@quiet_option
def check_command(
    table: Path,
    records: Path,
    role: str,
    output: Path,
    rules: str | None,
    sheet: str | None,
    column: Sequence[str],
    records_sheet: str | None,
    records_column: Sequence[str],
    show_contacts: bool,
    on: dt.date,
    quiet: bool,
) -> None:
    """Mark each row of a table by the records that bear on it."""
    from matcher.integrity.checking import STATES, read_subjects
    from matcher.integrity.records import read_records
    from matcher.integrity.workbook import write_check

    check({output: TABLES}, table, records)
    handed = read(read_subjects, table, sheet=sheet, column=column, quiet=quiet)
    kept = read(read_records, records, sheet=records_sheet, column=records_column, quiet=quiet)
    marks = write_check(
        output,
        handed.rows,
        kept.rows,
        role=role,
        on=on,
        rules=rules,
        problems=all_problems(handed, kept),
        columns=all_columns(handed, kept),
        about={"规则": rules or "只看记录", **about(on, [table, records])},
        mask=not show_contacts,
    )
    report(quiet, f"{len(marks)} 行：{counts_of(marks['state'].map(STATES))}；结果已写入 {output}")


@group.command("bars", cls=Command, help="这一天仍在限制期内的记录：谁不得申报、评审或被提名。")
@argument("records", "记录表", f"诚信记录：{TABLE_KINDS}。")
@output_option(KINDS)
@notice_option
@sheet_option()
@column_option()
@contacts_option
@on_option("哪一天。", required=True)
@quiet_option
def bars_command(
    records: Path,
    output: Path,
    rules: str | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    on: dt.date,
    quiet: bool,
) -> None:
    """Who may not apply, review or be named on a day."""
    from matcher.integrity.records import bars_on, read_records
    from matcher.integrity.workbook import write_bars

    check({output: TABLES}, records)
    kept = read(read_records, records, sheet=sheet, column=column, quiet=quiet)
    bars = bars_on(kept.rows, on=on, rules=rules)
    write_bars(output, bars, problems=kept.problems, about=about(on, [records]), mask=not show_contacts)
    report(quiet, f"{len(kept.rows)} 条记录中 {len(bars)} 条在 {on} 仍有限制；结果已写入 {output}")
