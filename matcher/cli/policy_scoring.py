"""`policy score`: every rule of some policies for every firm of a table, at once or a piece at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import note, report
from matcher.cli.options import (
    TABLE_KINDS,
    argument,
    check,
    check_choice,
    check_pieces,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    pieces_option,
    policy_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import read
from matcher.cli.records import record_option, save_recorded, verify_option
from matcher.cli.registers import Given, registers_option
from matcher.errors import PolicyError
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from matcher.policy.policy import Policy


@click.command(
    "score", cls=Command, help="按政策逐条判断表中每家企业（或每个平台）：结论、得分、差距、依据、先问什么。"
)
@argument("table", "企业表", f"一行一家企业（平台政策：一行一个平台）：{TABLE_KINDS}。")
@policy_option()
@on_option("判断日期；表内“申请日期”优先。", required=True)
@output_option(".xlsx（工作簿）、.csv 或 .parquet（结论）", required=False)
@output_option(".csv 或 .parquet", "--summary", required=False, help="另存结论")
@output_option(".csv 或 .parquet", "--verdicts", required=False, help="另存逐条结论")
@pieces_option("结论和逐条结论")
@sheet_option()
@column_option()
@option(
    "--reading",
    multiple=True,
    metavar="存疑点=读法",
    help="存疑条文采用哪种读法，如 growth_at_five_percent=annex4。",
)
@option("--parameter", multiple=True, metavar="名称=数值", help="可配置政策的数值，如 staff_share=8%。")
@registers_option
@output_option(".csv 或 .parquet", "--warnings", required=False, help="另存登记表的警示")
@output_option(".parquet", "--facts", required=False, help="另存填入登记表事实的企业表，供其他命令使用")
@record_option
@verify_option
@contacts_option
@quiet_option
def score_command(
    table: Path,
    policy: Sequence[str],
    on: dt.date,
    output: Path | None,
    summary: Path | None,
    verdicts: Path | None,
    pieces: Path | None,
    sheet: str | None,
    column: Sequence[str],
    reading: Sequence[str],
    parameter: Sequence[str],
    register: Sequence[str],
    complete: Sequence[str],
    same_name: bool,
    warnings: Path | None,
    facts: Path | None,
    record: Path | None,
    verify: Path | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Answer every rule of the policies for every firm of a table."""
    import pandas as pd

    from matcher.export.sheets import Sheet
    from matcher.export.tables import files_of, problem_files
    from matcher.export.targets import save_files
    from matcher.policy.answers.workbook import DECISIONS, answering_problems, problem_lines, sheets, told_decisions
    from matcher.policy.firms.table import read_firms, subject_of
    from matcher.policy.registers.workbook import register_lines, register_sheets
    from matcher.policy.scoring import score
    from matcher.policy.streaming import is_streamable, plain_firms, score_parquet, settings_of

    given = Given.parse(register, complete, same_name)
    if not given.files and (warnings or facts):
        raise click.BadParameter("--warnings、--facts 要和 --register 一起用")
    written = [path.resolve() for path in (output, summary, verdicts, warnings, facts) if path is not None]
    if len(set(written)) < len(written):
        raise click.BadParameter("几个输出不能写到同一个文件；请分别起名")
    outputs = {output: TABLES, summary: TABLES[1:], verdicts: TABLES[1:], warnings: TABLES[1:], facts: TABLES[2:]}
    if pieces is not None:
        check_choice(pieces, *(path for path in outputs if path is not None), record, verify)
    check({**outputs, record: (".json",)}, table, *given.paths(), verify)
    check_pieces(pieces, table, *given.paths())
    policies = [_load(name, named(reading), named(parameter)) for name in policy]
    _check_known(policies, named(reading), named(parameter))
    subject = subject_of(policies)
    mask = not show_contacts
    typed = not given.files and is_streamable(table, (output, summary, verdicts), policies)
    if pieces is not None and not given.files:
        by_name = table.suffix.lower() == ".csv" and not (sheet or column)
        source = table if typed else plain_firms(table, policies) if by_name else None
        if source is not None:
            _score_pieces(source, policies, pieces, on, _no_problems(), mask, quiet)
            return
    if typed and record is None and verify is None:
        first, second = (output, summary) if output is not None else (summary, None)
        counted, faults = score_parquet(table, policies, on=on, summary=first, verdicts=verdicts, mask=mask)
        files = {second: first.read_bytes()} if second is not None and first is not None else {}
        if output is not None:
            files |= problem_files(output, answering_problems(_no_problems(), faults, subject=subject), mask=mask)
        save_files(files)
        report(quiet, f"{counted['firms']} {subject.counted}，{len(policies)} 项政策")
        note(quiet, *problem_lines(faults))
        return
    firms = read(read_firms, table, policies, sheet=sheet, column=column, on=on, quiet=quiet)
    registered = given.join(firms.rows, policies, on, quiet=quiet)
    rows = firms.rows if registered is None else registered.firms
    found = firms.problems if registered is None else registered.problems_with(firms.problems)
    account = firms.columns if registered is None else registered.columns_with(firms.columns)
    if pieces is not None:
        _score_pieces(rows, policies, pieces, on, found, mask, quiet)
        return
    scored = score(rows, policies, on=on)
    titles = {one.id: one.title for one in policies}
    files = {}
    if output is not None:
        workbook = output.suffix.lower() == ".xlsx"
        tables, lines = sheets(rows, policies, scored, on=on) if workbook else ({"": Sheet(scored.summary)}, [])
        if registered is not None and workbook:
            tables, lines = {**tables, **register_sheets(registered)}, [*lines, *register_lines(registered)]
        problems = answering_problems(found, scored.problems, titles if workbook else None, subject)
        files |= files_of(output, tables, problems=problems, columns=account, notes=lines, title="政策判断", mask=mask)
    further = {summary: scored.summary, verdicts: scored.verdicts}
    if registered is not None:
        further |= {warnings: registered.warnings, facts: registered.firms}
    for path, one in further.items():
        if path is not None:
            files |= files_of(path, {"": one}, mask=mask)
    result = pd.concat([scored.summary, scored.verdicts], ignore_index=True) if record or verify else scored.summary
    choices = {**settings_of(policies, on), "register": "；".join(register), "complete": "；".join(complete)}
    save_recorded(files, "政策判断", result, choices, [table, *given.paths()], record, verify, quiet, mask=mask)
    counts: Any = (
        scored.summary.assign(decision=told_decisions(scored)).groupby(["policy", "decision"], observed=True).size()
    )
    report(
        quiet,
        f"{len(firms.rows)} {subject.counted}，{len(policies)} 项政策",
        *(
            f"  {titles[name]}：{DECISIONS[decision]} {count} {subject.unit}"
            for (name, decision), count in counts.items()
        ),
    )
    note(quiet, *problem_lines(scored.problems), *([] if registered is None else register_lines(registered)))


def _score_pieces(
    source: Path | pd.DataFrame | Iterable[pd.DataFrame],
    policies: Sequence[Policy],
    folder: Path,
    on: dt.date,
    found: pd.DataFrame,
    mask: bool,
    quiet: bool,
) -> None:
    """Score some firms at a time, each piece into the folder; what was found wrong stands beside the folder."""
    from matcher.export.tables import problem_files
    from matcher.export.targets import save_files
    from matcher.policy.answers.workbook import answering_problems, problem_lines
    from matcher.policy.firms.table import subject_of
    from matcher.policy.streaming import score_parquet

    subject = subject_of(policies)
    counted, faults = score_parquet(source, policies, on=on, folder=folder, mask=mask)
    save_files(problem_files(folder, answering_problems(found, faults, subject=subject), mask=mask))
    many = f"{counted['firms']} {subject.counted}，{len(policies)} 项政策，{counted['pieces']} 片"
    report(quiet, f"{many}；结果已写入 {folder}")
    note(quiet, *problem_lines(faults))


def _load(name: str, readings: dict[str, str], parameters: dict[str, str]) -> Policy:
    """A policy with those of the readings and parameters that it knows."""
    from matcher.policy.policy import load_policy

    plain = load_policy(name)
    known = {key: value for key, value in readings.items() if key in plain.open_points}
    numbers = {key: value for key, value in parameters.items() if key in plain.parameters}
    return plain.remade(known, numbers) if known or numbers else plain


def _check_known(policies: Sequence[Policy], readings: dict[str, str], parameters: dict[str, str]) -> None:
    for what, given, known in (
        ("读法", readings, {name for policy in policies for name in policy.open_points}),
        ("数值", parameters, {name for policy in policies for name in policy.parameters}),
    ):
        if unknown := sorted(set(given) - known):
            raise PolicyError(f"所选政策没有名为 {unknown[0]} 的{what}；可用：{'、'.join(sorted(known)) or '无'}")


def _no_problems() -> pd.DataFrame:
    import pandas as pd

    from matcher.tables.reading import PROBLEM_COLUMNS

    return pd.DataFrame(columns=PROBLEM_COLUMNS)
