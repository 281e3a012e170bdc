"""The commands on policies: score, template, policies, check-policy. No logic; `add_commands(app)` puts them on an
app.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from matcher.errors import MatcherError


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，请写成 2026-11-24") from None


def _stop(error: MatcherError) -> None:
    print(error, file=sys.stderr)
    raise typer.Exit(2)


def _pairs(texts: list[str] | None, what: str) -> dict[str, str]:
    pairs = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{what} 写成 名称=取值，而不是“{text}”")
        pairs[name.strip()] = value.strip()
    return pairs


def score(
    table: Annotated[Path, typer.Argument(help="企业表：.xlsx、.xls、.csv、.parquet；一行一家企业")],
    policy: Annotated[list[str], typer.Option("--policy", "-p", help="政策编号，可给多个；或自有政策的文件夹")],
    on: Annotated[str, typer.Option("--on", help="判断日期，如 2026-11-24；表内“申请日期”优先")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="结果：.xlsx 工作簿，.csv 或 .parquet 汇总表")
    ] = None,
    summary: Annotated[Path | None, typer.Option("--summary", help="另存汇总表（.csv、.parquet）")] = None,
    verdicts: Annotated[Path | None, typer.Option("--verdicts", help="另存逐条结论表（.csv、.parquet）")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="工作表名称")] = None,
    reading: Annotated[
        list[str] | None, typer.Option("--reading", help="存疑条款的读法，如 growth_at_five_percent=annex4")
    ] = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", help="可配置数值，如 staff_share=8%")] = None,
) -> None:
    """按政策逐条判断一张企业表：结论、得分、差距与依据。"""
    from matcher.score_files import score_file

    try:
        report = score_file(
            table,
            policy,
            on=_day(on),
            output=output,
            summary=summary,
            verdicts=verdicts,
            sheet=sheet,
            readings=_pairs(reading, "--reading"),
            parameters=_pairs(parameter, "--parameter"),
        )
    except MatcherError as error:
        _stop(error)
    print(report)


def template(
    policy: Annotated[list[str], typer.Argument(help="政策编号，可给多个")],
    output: Annotated[Path, typer.Option("--output", "-o", help="空白表：.xlsx")],
) -> None:
    """写出一张空白企业表：列名、单位与填写说明。"""
    from matcher.score_files import write_template

    try:
        write_template(output, policy)
    except MatcherError as error:
        _stop(error)
    print(f"已写出 {output}")


def policies(
    on: Annotated[str | None, typer.Option("--on", help="判断日期；不填则列出全部版本")] = None,
) -> None:
    """列出内置政策：编号、名称、版本、施行日期、来源、是否核实。"""
    from matcher.score_files import list_policies

    rows: Any = list_policies(on=None if on is None else _day(on))
    for row in rows.itertuples(index=False):
        until = "今" if row.until is None else row.until
        state = "已核实" if row.verified else "未全部核实"
        print(f"{row.policy}\t{row.title}\t{row.edition}\t{row.since} 至 {until}\t{state}\t{row.source}")


def check_policy(
    folder: Annotated[Path, typer.Argument(help="含 policy.yaml 与 cases.yaml 的文件夹，或内置政策编号")],
) -> None:
    """严格读取一个政策文件夹并运行它的案例。"""
    from matcher.cases import check_policy as check
    from matcher.policy import shipped

    try:
        result = check(shipped().get(str(folder), folder))
    except MatcherError as error:
        _stop(error)
    wrong: Any = result[~result["ok"].astype(bool)]
    for row in wrong.itertuples(index=False):
        print(f"{row.case}：{row.what} 应为 {row.expected}，得到 {row.got}", file=sys.stderr)
    print(f"{result['case'].nunique()} 个案例，{len(result)} 项期望，{len(wrong)} 项不符")
    if len(wrong):
        raise typer.Exit(1)


def add_commands(app: typer.Typer) -> None:
    """Put the four commands on an app."""
    app.command("score")(score)
    app.command("template")(template)
    app.command("policies")(policies)
    app.command("check-policy")(check_policy)
