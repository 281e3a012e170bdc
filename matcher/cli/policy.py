"""The official rules: explain, list, check, programmes, platforms, changes, calendar; others lie in own modules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.innovation_points import points_command, points_form_command
from matcher.cli.messages import note, report
from matcher.cli.options import (
    DAY,
    TABLE_KINDS,
    argument,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    policy_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.policy_scoring import score_command
from matcher.cli.reading import all_problems, read
from matcher.cli.tables import template_command
from matcher.errors import PolicyError
from matcher.export.targets import TABLES

group = Group("policy", help="官方政策：判断企业是否符合、差多少、问什么；解释一家企业；空白表；政策清单与自检。")
group.add_command(score_command)


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
    from matcher.policy.answers.explanation import page_facts, trace
    from matcher.policy.firms.linkage import find_firm
    from matcher.policy.firms.table import read_firms
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
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.policy.answers.workbook import DECISIONS, answering_problems, problem_lines
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.policy.programmes.support_programmes import answered, catalogue, sheets

    check({output: TABLES}, table)
    chosen = [entry.policy for entry in catalogue() if not policy or entry.policy in policy]
    firms = read(
        read_firms, table, [load_policy(name) for name in chosen], sheet=sheet, column=column, on=on, quiet=quiet
    )
    result, faults = answered(firms.rows, on=on, policies=list(policy) or None)
    names = dict(zip(firms.rows["enterprise_id"], firms.rows["name"], strict=True)) if "name" in firms.rows else {}
    tables, lines = sheets(result, names) if output.suffix.lower() == ".xlsx" else ({"": Sheet(result)}, [])
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


group.add_command(points_command)
group.add_command(points_form_command)


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
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.policy.programmes.platforms import count_platforms, platform_remarks, platform_sheets, read_platforms
    from matcher.tables.reading import Reading

    check({output: TABLES}, table)
    found = read(read_platforms, table, sheet=sheet, column=column, quiet=quiet)
    counts = count_platforms(found.rows, on=on, since=since)
    tables, lines = (
        platform_sheets(found.rows, counts, on=on) if output.suffix.lower() == ".xlsx" else ({"": Sheet(counts)}, [])
    )
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
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.policy.answers.edition_changes import changes_between, policies_that_change
    from matcher.policy.answers.workbook import EFFECTS, change_sheets
    from matcher.policy.firms.table import read_firms

    check({output: TABLES}, table)
    policies = policies_that_change(policy, before=before, after=after)
    firms = read(read_firms, table, policies, sheet=sheet, column=column, on=before, quiet=quiet)
    changed = changes_between(firms.rows, policies, before=before, after=after)
    tables, lines = change_sheets(firms.rows, policies, changed, before=before, after=after)
    tables = tables if output.suffix.lower() == ".xlsx" else {"": Sheet(changed.firms)}
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
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.policy.answers.deadlines import deadlines
    from matcher.policy.answers.workbook import EVENTS, answering_problems, calendar_sheets, problem_lines
    from matcher.policy.firms.table import read_firms
    from matcher.tables.schemas.main import TITLE_DAYS

    check({output: TABLES}, table)
    firms = read(read_firms, table, ["hte-may-apply"], sheet=sheet, column=column, on=on, extra=TITLE_DAYS, quiet=quiet)
    found = deadlines(firms.rows, on=on, until=until, place=province, policy=policy)
    tables, lines = (
        calendar_sheets(found.table, on) if output.suffix.lower() == ".xlsx" else ({"": Sheet(found.table)}, [])
    )
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


group.add_command(template_command)

ALIASES = {
    "score": score_command,
    "trace": explain_command,
    "policies": list_command,
    "check-policy": check_command,
    "instruments": programmes_command,
}
