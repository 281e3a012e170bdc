"""The official rules: score, explain, template, list, check, programmes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    DAY,
    FILE,
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
from matcher.cli.reading import all_problems, read
from matcher.cli.records import record_option, save_recorded, verify_option
from matcher.cli.registers import Given, registers_option
from matcher.cli.tables import template_command
from matcher.errors import PolicyError

if TYPE_CHECKING:
    import pandas as pd

    from matcher.export.sheets import Sheet
    from matcher.policy.policy import Policy

_TABLES = (".xlsx", ".csv", ".parquet")

group = Group("policy", help="官方政策：判断企业是否符合、差多少、问什么；解释一家企业；空白表；政策清单与自检。")


@group.command("score", help="按政策逐条判断表中每家企业（或每个平台）：结论、得分、差距、依据、先问什么。")
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

    from matcher.export.tables import files_of, problem_files
    from matcher.export.targets import save_files
    from matcher.policy.firm_table import read_firms, subject_of
    from matcher.policy.registers.workbook import register_lines, register_sheets
    from matcher.policy.scoring import score
    from matcher.policy.streaming import is_streamable, plain_firms, score_parquet, settings_of
    from matcher.policy.workbook import DECISIONS, answering_problems, problem_lines, sheets, told_decisions

    given = Given.parse(register, complete, same_name)
    if not given.files and (warnings or facts):
        raise click.BadParameter("--warnings、--facts 要和 --register 一起用")
    written = [path.resolve() for path in (output, summary, verdicts, warnings, facts) if path is not None]
    if len(set(written)) < len(written):
        raise click.BadParameter("几个输出不能写到同一个文件；请分别起名")
    outputs = {output: _TABLES, summary: _TABLES[1:], verdicts: _TABLES[1:], warnings: _TABLES[1:], facts: _TABLES[2:]}
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
    if pieces is not None:
        _score_pieces(rows, policies, pieces, on, found, mask, quiet)
        return
    scored = score(rows, policies, on=on)
    titles = {one.id: one.title for one in policies}
    files = {}
    if output is not None:
        workbook = output.suffix.lower() == ".xlsx"
        tables, lines = sheets(rows, policies, scored, on=on) if workbook else _plain(scored.summary)
        if registered is not None and workbook:
            tables, lines = {**tables, **register_sheets(registered)}, [*lines, *register_lines(registered)]
        problems = answering_problems(found, scored.problems, titles if workbook else None, subject)
        files |= files_of(
            output, tables, problems=problems, columns=firms.columns, notes=lines, title="政策判断", mask=mask
        )
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
    from matcher.policy.firm_table import subject_of
    from matcher.policy.streaming import score_parquet
    from matcher.policy.workbook import answering_problems, problem_lines

    subject = subject_of(policies)
    counted, faults = score_parquet(source, policies, on=on, folder=folder, mask=mask)
    save_files(problem_files(folder, answering_problems(found, faults, subject=subject), mask=mask))
    many = f"{counted['firms']} {subject.counted}，{len(policies)} 项政策，{counted['pieces']} 片"
    report(quiet, f"{many}；结果已写入 {folder}")
    note(quiet, *problem_lines(faults))


@group.command("explain", help="说明一家企业为什么得到这个结论：逐条列出事实与依据。")
@argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@policy_option(multiple=False)
@option("--firm", required=True, metavar="企业编号", help="哪一家：企业编号、统一社会信用代码或名称；平台编号或名称。")
@on_option("判断日期；表内“申请日期”优先。", required=True)
@output_option(".html（网页）或 .json")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def explain_command(
    table: Path,
    policy: str,
    firm: str,
    on: dt.date,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Show why one firm got its answer, rule by rule with facts and sources."""
    from matcher.export.formats import json_bytes
    from matcher.export.pages import page_bytes
    from matcher.export.targets import save_files
    from matcher.policy.explanation import page_facts, trace
    from matcher.policy.firm_table import read_firms
    from matcher.policy.linkage import find_firm
    from matcher.policy.policy import load_policy
    from matcher.tables.privacy import mask_nested

    check({output: (".html", ".json")}, table)
    rules = load_policy(policy)
    firms = read(read_firms, table, [rules], sheet=sheet, column=column, on=on, quiet=quiet).rows
    if not (found := find_firm(firms, firm)):
        raise PolicyError(f"表中没有{rules.subject.words['enterprise_id']}“{firm}”")
    explanation = trace(firms, rules, found, on=on)
    mask = not show_contacts
    if output.suffix.lower() == ".html":
        content = page_bytes("trace", page_facts(explanation), mask=mask)
    else:
        content = json_bytes(mask_nested(explanation) if mask else explanation)
    save_files({output: content})
    report(quiet, f"已写出 {output}")


@group.command("list", help="列出自带的政策：编号、名称、版本、施行日期、已核实的条文数、出处。")
@on_option("只列这一天有效的版本。")
def list_command(on: dt.date | None) -> None:
    """List the shipped policies."""
    from matcher.policy.policy import list_policies

    rows: Any = list_policies(on=on)
    for row in rows.itertuples(index=False):
        until = "今" if row.until is None else row.until
        seen = f"已核实 {row.quoted}/{row.rules} 条（其中仅见摘要 {row.digest}）"
        report(False, f"{row.policy}\t{row.title}\t{row.edition}\t{row.since} 至 {until}\t{seen}\t{row.source}")
    lines: Any = rows.groupby(["policy", "title"], sort=False)[["rules", "seen", "digest", "quoted"]].sum()
    report(
        False, "各项政策已核实的条文（以上各版合计）。已核实：附有所读的原文、网址和日期；仅见摘要的未与官方原文核对。"
    )
    for (policy, title), line in lines.iterrows():
        share = f"{line.quoted}/{line.rules}（{line.quoted / max(line.rules, 1):.0%}）"
        other = f"；另有 {line.seen - line.quoted} 条见过而未留原文" if line.seen > line.quoted else ""
        report(False, f"  {policy}（{title}）：{share}，其中仅见摘要 {line.digest}{other}")


@group.command("check", help="严格读一遍政策文件夹，并演算其中的案例。")
@click.argument("policy", metavar="政策")
def check_command(policy: str) -> None:
    """Read a policy's folder strictly and run its worked cases."""
    from matcher.policy.cases import check_policy

    result = check_policy(policy)
    wrong: Any = result[~result["ok"].astype(bool)]
    note(
        False, *(f"{row.case}：{row.what} 应为 {row.expected}，得到 {row.got}" for row in wrong.itertuples(index=False))
    )
    report(False, f"{result['case'].nunique()} 个案例，{len(result)} 项期望，{len(wrong)} 项不符")
    if len(wrong):
        raise click.exceptions.Exit(1)


@group.command("programmes", help="企业能申请哪些政策工具（补助、奖励、税收、金融），金额多少，还缺什么。")
@argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@on_option(required=True)
@output_option(".xlsx、.csv 或 .parquet")
@option("-p", "--policy", multiple=True, metavar="政策", help="只看这些政策工具；可多次给出。")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def programmes_command(
    table: Path,
    on: dt.date,
    output: Path,
    policy: Sequence[str],
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """What support a firm can apply for, the sum or cap, what is missing."""
    from matcher.export.tables import write_tables
    from matcher.policy.firm_table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.policy.support_programmes import answered, catalogue, sheets
    from matcher.policy.workbook import DECISIONS, answering_problems, problem_lines

    check({output: _TABLES}, table)
    chosen = [entry.policy for entry in catalogue() if not policy or entry.policy in policy]
    firms = read(
        read_firms, table, [load_policy(name) for name in chosen], sheet=sheet, column=column, on=on, quiet=quiet
    )
    result, faults = answered(firms.rows, on=on, policies=list(policy) or None)
    names = dict(zip(firms.rows["enterprise_id"], firms.rows["name"], strict=True)) if "name" in firms.rows else {}
    tables, lines = sheets(result, names) if output.suffix.lower() == ".xlsx" else _plain(result)
    problems = answering_problems(firms.problems, faults)
    write_tables(
        output, tables, problems=problems, columns=firms.columns, notes=lines, title="政策工具", mask=not show_contacts
    )
    counts: Any = result.groupby(["title", "decision"], sort=False).size()
    report(
        quiet,
        f"{len(firms.rows)} 家企业，{len(chosen)} 项政策工具",
        *(f"  {title}：{DECISIONS[decision]} {count} 家" for (title, decision), count in counts.items()),
    )
    note(quiet, *problem_lines(faults))


@group.command("points", help="创新积分：算出18项指标的原始值；给出权重表时算积分（未知的给上下限）。")
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
    from matcher.export.tables import files_of
    from matcher.export.targets import save_files
    from matcher.policy.innovation_points import POINTS_TITLE, innovation_points, point_sheets, read_point_firms
    from matcher.policy.point_weights import edition_named, missing_weights, read_weights
    from matcher.policy.workbook import answering_problems, problem_lines
    from matcher.tables.reading import read_table
    from matcher.tables.schemas import POINT_WEIGHTS

    check({output: _TABLES, values: _TABLES[1:]}, table, weights)
    chosen = edition_named(edition, on)
    used = None
    if weights is not None:
        rows = read(read_table, weights, POINT_WEIGHTS, quiet=quiet).rows
        used = read_weights(rows, edition=chosen)
    firms = read(read_point_firms, table, sheet=sheet, column=column, quiet=quiet, on=on, weights=used)
    result = innovation_points(firms.rows, on=on, weights=used)
    workbook = output.suffix.lower() == ".xlsx"
    tables, lines = point_sheets(firms.rows, result, used) if workbook else _plain(result.summary)
    problems = answering_problems(firms.problems, result.problems, POINTS_TITLE if workbook else None)
    mask = not show_contacts
    files = files_of(output, tables, problems=problems, columns=firms.columns, notes=lines, title="创新积分", mask=mask)
    if values is not None:
        files |= files_of(values, {"": result.values}, mask=mask)
    save_files(files)
    whole = int((result.summary["known"] == result.summary["indicators"]).sum())
    report(quiet, f"{len(firms.rows)} 家企业，{whole} 家的18项原始值齐全")
    note(quiet, *([] if used else [missing_weights(chosen)]), *problem_lines(result.problems))


@group.command("points-form", help="写出创新积分的空白权重表：一级、二级指标已列好，由各地填满分和分档。")
@on_option("按这一天的版本。", required=True)
@output_option(".xlsx")
@option("--edition", metavar="版本", help="2022-1.0、2024-national 或 2025-2.0；默认按日期。")
@quiet_option
def points_form_command(on: dt.date, output: Path, edition: str | None, quiet: bool) -> None:
    """A blank table of weights for innovation points."""
    from matcher.export.tables import write_tables
    from matcher.policy.point_weights import edition_named, weights_form

    check({output: (".xlsx",)})
    write_tables(output, weights_form(edition_named(edition, on)), title="创新积分权重表")
    report(quiet, f"已写出 {output}")


@group.command("platforms", help="平台台账按类别、级别、认定年份计数；已撤销、注销和筹建、培育中的不计。")
@argument("table", "平台台账", f"一行一个平台：{TABLE_KINDS}。")
@on_option("截至日期。", required=True)
@output_option(".xlsx、.csv 或 .parquet")
@option("--since", type=DAY, metavar="日期", help="只计这一天及以后认定的，如 2026-01-01；没有认定日期的不计。")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def platforms_command(
    table: Path,
    on: dt.date,
    output: Path,
    since: dt.date | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Count the platforms of a register by kind, level and year."""
    from matcher.export.tables import write_tables
    from matcher.policy.platforms import count_platforms, platform_remarks, platform_sheets, read_platforms
    from matcher.tables.reading import Reading

    check({output: _TABLES}, table)
    found = read(read_platforms, table, sheet=sheet, column=column, quiet=quiet)
    counts = count_platforms(found.rows, on=on, since=since)
    tables, lines = platform_sheets(found.rows, counts, on=on) if output.suffix.lower() == ".xlsx" else _plain(counts)
    remarks = Reading(found.rows, platform_remarks(found.rows, on=on))
    note(quiet, *(remarks.problems["value"] + "：" + remarks.problems["problem"]))
    write_tables(
        output, tables, problems=all_problems(found, remarks), columns=found.columns, notes=lines, title="平台计数",
        mask=not show_contacts,
    )  # fmt: skip
    sums: Any = counts.groupby("kind", sort=False)["platforms"].sum()
    report(
        quiet,
        f"{len(found.rows)} 行，计 {counts['platforms'].sum()} 个平台",
        *(f"  {kind}：{count} 个" for kind, count in sums.items()),
    )


@group.command("changes", help="两个日期之间规则变了，谁得到、谁失去，因为哪一条、差多少，之前该做什么。")
@argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@option("--before", type=DAY, required=True, metavar="日期", help="变化之前的一天，如 2026-03-31。")
@option("--after", type=DAY, required=True, metavar="日期", help="变化之后的一天，如 2026-04-01。")
@option(
    "-p", "--policy", multiple=True, metavar="政策",
    help="政策编号、中文名称或草案的文件夹，可多次给出；默认为其间换版的自带政策。",
)  # fmt: skip
@output_option(".xlsx（工作簿）、.csv 或 .parquet（企业变化）")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def changes_command(
    table: Path,
    before: dt.date,
    after: dt.date,
    policy: Sequence[str],
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Who gains and who loses between two days, by which rule, and what to do before."""
    from matcher.export.tables import write_tables
    from matcher.policy.edition_changes import changes_between, policies_that_change
    from matcher.policy.firm_table import read_firms
    from matcher.policy.workbook import EFFECTS, change_sheets

    check({output: _TABLES}, table)
    policies = policies_that_change(policy, before=before, after=after)
    firms = read(read_firms, table, policies, sheet=sheet, column=column, on=before, quiet=quiet)
    changed = changes_between(firms.rows, policies, before=before, after=after)
    tables, lines = change_sheets(firms.rows, policies, changed, before=before, after=after)
    tables = tables if output.suffix.lower() == ".xlsx" else _plain(changed.firms)[0]
    write_tables(
        output, tables, problems=firms.problems, columns=firms.columns, notes=lines, title="政策变化",
        mask=not show_contacts,
    )  # fmt: skip
    counts: Any = changed.firms.groupby(["policy", "effect"], sort=False).size()
    titles = {one.id: one.title for one in policies}
    report(
        quiet,
        f"{len(firms.rows)} 家企业，{len(policies)} 项政策，{before} 与 {after}",
        *(f"  {titles[name]}：{EFFECTS[effect]} {count} 家" for (name, effect), count in counts.items()),
        "" if len(counts) else "  没有企业受影响",
    )


@group.command("calendar", help="一批企业接下来要办的事：证书和称号到期、年报和更新、申报批次、最早哪天能申报高企。")
@argument("table", "企业表", f"一行一家企业，写各项称号的取得日期：{TABLE_KINDS}。")
@on_option("从哪一天起。", required=True)
@option("--until", type=DAY, metavar="日期", help="到哪一天止，默认一年。")
@option("--province", default="", metavar="省", help="表中看不出所在省的企业按哪个省列批次，如 浙江。")
@option("-p", "--policy", multiple=True, metavar="政策", help="只列这些称号（如 hte、tech-sme），可多次给出。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def calendar_command(
    table: Path,
    on: dt.date,
    until: dt.date | None,
    province: str,
    policy: Sequence[str],
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """What is due for a list of firms from a day on."""
    from matcher.export.tables import write_tables
    from matcher.policy.deadlines import deadlines
    from matcher.policy.firm_table import read_firms
    from matcher.policy.workbook import EVENTS, answering_problems, calendar_sheets, problem_lines
    from matcher.tables.schemas import TITLE_DAYS

    check({output: _TABLES}, table)
    firms = read(read_firms, table, ["hte-may-apply"], sheet=sheet, column=column, on=on, extra=TITLE_DAYS, quiet=quiet)
    found = deadlines(firms.rows, on=on, until=until, place=province, policy=policy)
    tables, lines = calendar_sheets(found.table, on) if output.suffix.lower() == ".xlsx" else _plain(found.table)
    write_tables(
        output, tables, problems=answering_problems(firms.problems, found.problems), columns=firms.columns,
        notes=lines, title="政策日历", mask=not show_contacts,
    )  # fmt: skip
    counts: Any = found.table.groupby("kind", sort=False).size()
    report(
        quiet,
        f"{len(firms.rows)} 家企业，{len(found.table)} 件事",
        *(f"  {EVENTS[kind]} {count} 件" for kind, count in counts.items()),
    )
    note(quiet, *problem_lines(found.problems))


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


def _plain(table: pd.DataFrame) -> tuple[dict[str, Sheet], list[str]]:
    """A table as it is, without words in the place of codes."""
    from matcher.export.sheets import Sheet

    return {"": Sheet(table)}, []


def _no_problems() -> pd.DataFrame:
    import pandas as pd

    from matcher.tables.reading import PROBLEM_COLUMNS

    return pd.DataFrame(columns=PROBLEM_COLUMNS)


group.add_command(template_command)

ALIASES = {
    "score": score_command,
    "trace": explain_command,
    "policies": list_command,
    "check-policy": check_command,
    "instruments": programmes_command,
}
