"""The commands on policies: score, trace, template, policies, check-policy. No logic; `add_commands` adds them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from matcher.cli.options import day, named


def score(
    table: Annotated[Path, typer.Argument(help="Table of firms: csv, xlsx, xls, parquet or jsonl; one row a firm.")],
    policy: Annotated[
        list[str],
        typer.Option(
            "--policy", "-p", help="A policy by its id, or a folder of your own; give several to answer several."
        ),
    ],
    on: Annotated[str, typer.Option("--on", help="Day of the answer, such as 2026-11-24; a row's own apply_on wins.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write: .xlsx (workbook), .csv or .parquet (summary)."),
    ] = None,
    summary: Annotated[Path | None, typer.Option("--summary", help="Also write the summary: .csv or .parquet.")] = None,
    verdicts: Annotated[
        Path | None, typer.Option("--verdicts", help="Also write every verdict: .csv or .parquet.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option("--reading", help="How to read an open point, such as growth_at_five_percent=annex4."),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", help="A number of a configurable policy, such as staff_share=8%.")
    ] = None,
) -> None:
    """Answer every rule of the policies for every firm of a table: decision, points, gaps and sources."""
    from matcher.policy.files import score_file

    report = score_file(
        table,
        policy,
        on=day(on),
        output=output,
        summary=summary,
        verdicts=verdicts,
        sheet=sheet,
        readings=named(reading, "--reading"),
        parameters=named(parameter, "--parameter"),
    )
    print(report)


def trace(
    table: Annotated[Path, typer.Argument(help="Table of firms: csv, xlsx, xls, parquet or jsonl.")],
    policy: Annotated[str, typer.Option("--policy", "-p", help="A policy by its id, or a folder of your own.")],
    firm: Annotated[str, typer.Option("--firm", help="The firm, by its enterprise_id.")],
    on: Annotated[str, typer.Option("--on", help="Day of the answer; a row's own apply_on wins.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write: .html (page) or .json.")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook.")] = None,
) -> None:
    """Show why one firm got its answer, rule by rule with facts and sources."""
    from matcher.policy.files import trace_file

    trace_file(table, policy, firm, on=day(on), output=output, sheet=sheet)
    print(f"已写出 {output}")


def template(
    policy: Annotated[list[str], typer.Argument(help="Policies by id.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the blank workbook (.xlsx).")],
) -> None:
    """Write a blank table of firms: Chinese headers, a note on each, lists to choose from."""
    from matcher.policy.files import write_template

    write_template(output, policy)
    print(f"已写出 {output}")


def policies(
    on: Annotated[str | None, typer.Option("--on", help="Only the edition in force on that day.")] = None,
) -> None:
    """List the shipped policies: id, title, edition, days of force, verified or not, source."""
    from matcher.policy.policy import list_policies

    rows: Any = list_policies(on=None if on is None else day(on))
    for row in rows.itertuples(index=False):
        until = "今" if row.until is None else row.until
        state = "已核实" if row.verified else "未全部核实"
        print(f"{row.policy}\t{row.title}\t{row.edition}\t{row.since} 至 {until}\t{state}\t{row.source}")


def check_policy(
    folder: Annotated[
        Path, typer.Argument(help="Folder with policy.yaml and cases.yaml, or the id of a shipped policy.")
    ],
) -> None:
    """Read a policy's folder strictly and run its worked cases."""
    from matcher.policy.cases import check_policy as check
    from matcher.policy.policy import shipped

    result = check(shipped().get(str(folder), folder))
    wrong: Any = result[~result["ok"].astype(bool)]
    for row in wrong.itertuples(index=False):
        print(f"{row.case}：{row.what} 应为 {row.expected}，得到 {row.got}", file=sys.stderr)
    print(f"{result['case'].nunique()} 个案例，{len(result)} 项期望，{len(wrong)} 项不符")
    if len(wrong):
        raise typer.Exit(1)


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("score")(score)
    app.command("trace")(trace)
    app.command("template")(template)
    app.command("policies")(policies)
    app.command("check-policy")(check_policy)
