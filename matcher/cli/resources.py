"""Resources: instruments, pilot lines, computing and platforms for needs; one plan with outcomes and experts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import counts_of, report
from matcher.cli.options import (
    COUNT,
    FILE,
    RESULT,
    TABLE_KINDS,
    Number,
    argument,
    check,
    contacts_option,
    k_option,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.errors import ArgumentError
from matcher.export.targets import TABLES


@click.command(
    "resources", cls=Command, help="为需求找仪器、实验室、中试线、算力和平台；可与成果、专家一起给出联合方案。"
)
@argument("needs", "需求表", f"技术需求，可有所需能力、量程、精度、标准、机时、样品数量、预算：{TABLE_KINDS}。")
@argument("resources", "资源表", "仪器、实验室、中试线、算力、孵化器、平台，一行一项。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet")
@k_option
@option("--hours", type=Number(float, 0.01), metavar="小时", help="没有写机时的需求按几小时算；默认未知。")
@option("--plan", type=RESULT, metavar="文件", help="另写成果、专家、资源的联合方案：.xlsx、.csv 或 .parquet。")
@option("--outcomes", type=FILE, metavar="成果表", help="联合方案用的成果表。")
@option("--experts", type=FILE, metavar="专家表", help="联合方案用的专家表。")
@option("--works", type=FILE, metavar="业绩表", help="专家的业绩表；没有时按专家自己写的方向。")
@option("--load", type=COUNT, default=3, metavar="条数", help="一位专家至多承接几条需求，默认 3。")
@option("--money", type=Number(float, 0), metavar="元", help="全部需求合计至多花多少元；每条的预算看需求表。")
@sheet_option(of="需求表")
@column_option(of="需求表")
@sheet_option("--resources-sheet", of="资源表")
@column_option("--resources-column", of="资源表")
@contacts_option
@on_option("哪一年的机时（2026年已用机时），联合方案从哪一天回看业绩、看成果是否有效；默认今天。")
@quiet_option
def resources_command(
    needs: Path,
    resources: Path,
    output: Path,
    k: int,
    hours: float | None,
    plan: Path | None,
    outcomes: Path | None,
    experts: Path | None,
    works: Path | None,
    load: int,
    money: float | None,
    sheet: str | None,
    column: Sequence[str],
    resources_sheet: str | None,
    resources_column: Sequence[str],
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Find resources for needs, and plan them together with outcomes and experts."""
    from matcher.resources.finding import find_resources, unavailable_left
    from matcher.resources.planning import BEST, plan_jointly
    from matcher.resources.reading import read_resource_needs, read_resources
    from matcher.resources.workbook import write_plan, write_resources
    from matcher.tables.reading import read_experts, read_outcomes, read_works

    if plan is None and (outcomes or experts or works):
        raise ArgumentError("给了成果表、专家表或业绩表，还要用 --plan 给出联合方案写到哪个文件")
    if works is not None and experts is None:
        raise ArgumentError("给了业绩表，还要用 --experts 给出专家表")
    inputs = (needs, resources, outcomes, experts, works)
    check({output: TABLES, plan: TABLES}, *inputs)
    asked = read(read_resource_needs, needs, sheet=sheet, column=column, quiet=quiet)
    day, mask = on or dt.date.today(), not show_contacts
    offered = read(read_resources, resources, on=day, sheet=resources_sheet, column=resources_column, quiet=quiet)
    tables: list[Any] = [
        None if path is None else read(reader, path, quiet=quiet)
        for reader, path in ((read_outcomes, outcomes), (read_experts, experts), (read_works, works))
    ]
    readings = [asked, offered, *(table for table in tables if table is not None)]
    origin = about(day, inputs)
    found = find_resources(
        asked.rows, offered.rows, k=k if plan is None else max(k, 2 * BEST), hours=hours, progress=not quiet
    )
    if plan is not None:
        rows = [None if table is None else table.rows for table in tables]
        joint = plan_jointly(
            asked.rows, offered.rows, found, outcomes=rows[0], experts=rows[1], works=rows[2], on=day, load=load,
            money=money, progress=not quiet,
        )  # fmt: skip
        write_plan(plan, joint, about=origin, mask=mask)
        report(quiet, joint.summary, f"联合方案已写入 {plan}")
    write_resources(
        output, found, k=k, needs=asked.rows, problems=all_problems(*readings), columns=all_columns(*readings),
        about=origin, mask=mask,
    )  # fmt: skip
    first, left = found.loc[found["rank"] == 1, "advice"], unavailable_left(found, k)
    if left:
        report(quiet, f"另有 {left} 项合适但不开放或机时不够的资源没有列出；-k 大些可见")
    report(quiet, f"{len(asked.rows)} 条需求的第一名：{counts_of(first) or '无'}；结果已写入 {output}")


def add_commands(main: Any) -> None:
    """Put the command on the main group."""
    main.add_command(resources_command)
