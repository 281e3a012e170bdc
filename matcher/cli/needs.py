"""Needs before they are matched: triage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import counts_of, report
from matcher.cli.options import (
    FILE,
    TABLE_KINDS,
    argument,
    bad_rows_option,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import read
from matcher.cli.records import about

ALIASES: dict[str, click.Command] = {}
group = Group("needs", help="需求的梳理：写得够不够，先匹配、先补问还是张榜，向企业问什么。")


@group.command("triage", help="逐条给出需求的完整度、去向（先匹配、先补问、可张榜）和至多五个补问。")
@argument("needs", "需求表", f"技术需求：{TABLE_KINDS}。")
@output_option(".xlsx（工作簿）、.html（给企业的确认单）、.csv 或 .parquet")
@option(
    "--matches",
    type=FILE,
    metavar="匹配结果",
    help="matcher match 写出的结果：没有可推荐成果的需求可张榜。",
)
@option("--pages", type=FILE, metavar="文件夹", help="另为每条需求写一页确认单（html），发给企业核对、填写。")
@sheet_option()
@column_option()
@bad_rows_option
@contacts_option
@on_option("写在说明里的日期，默认今天。")
@quiet_option
def triage_command(
    needs: Path,
    output: Path,
    matches: Path | None,
    pages: Path | None,
    sheet: str | None,
    column: Sequence[str],
    bad_rows: str,
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Say how complete each need is, what to do with it, and what to ask its firm."""
    from matcher.export.targets import check_folder
    from matcher.export.titles import TITLES
    from matcher.export.triage import ROUTES, SUFFIXES, write_need_pages, write_triage
    from matcher.needs.routes import triage_each
    from matcher.tables.reading import read_needs
    from matcher.tables.results import load_table

    check({output: SUFFIXES}, needs, matches)
    if pages is not None:
        check_folder(pages, [needs])
    reading = read(read_needs, needs, sheet=sheet, column=column, quiet=quiet, bad_rows=bad_rows)
    known = None if matches is None else load_table(matches, titles=TITLES, needed=["need_id", "recommended"])
    triaged = triage_each(reading.rows, known, progress=not quiet)
    write_triage(
        output,
        triaged,
        problems=reading.problems,
        columns=reading.columns,
        about=about(on or dt.date.today(), [needs, matches]),
        mask=not show_contacts,
    )
    if pages is not None:
        count = write_need_pages(pages, triaged, mask=not show_contacts)
        report(quiet, f"{count} 页确认单已写入 {pages}")
    report(quiet, f"{len(triaged)} 条：{counts_of(ROUTES[one.route] for one in triaged)}；结果已写入 {output}")
