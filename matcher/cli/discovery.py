"""The pool's lists: whom to visit, score cards from past applications, targets, visits."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import counts_of, note, report
from matcher.cli.options import (
    BOOK,
    FILE,
    TABLE_KINDS,
    WHOLE,
    Number,
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
from matcher.cli.pool_options import KINDS, write
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.registers import Given, registers_option
from matcher.event_log.places import Place
from matcher.export.targets import TABLES

_FIRMS = argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
_SEED = option("--seed", type=Number(int), default=0, metavar="整数", help="随机数种子，默认 0；相同则结果相同。")


@click.command("discover", cls=Command, help="走访名单：从信息很少的名录中，按通过政策的可能排序，附理由和先问什么。")
@_FIRMS
@policy_option(multiple=False)
@on_option("判断日期；表内“申请日期”优先。", required=True)
@output_option(KINDS)
@output_option(KINDS, "--expected", required=False, help="另存预计通过数及区间，供看板使用")
@option("--assume", type=FILE, metavar="假设表", help="表中少见的事实取什么值：字段、最低、最可能、最高。")
@option(
    "--industries",
    type=FILE,
    metavar="行业占比表",
    help="各行业接近高新技术领域的企业占比：行业代码或行业名称、占比；代替自带的假设。",
)
@option("--card", type=FILE, metavar="评分卡", help="同一规则结论之内按 pool learn 的评分卡排序。")
@registers_option
@_SEED
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def discover_command(
    table: Path,
    policy: str,
    on: dt.date,
    output: Path,
    expected: Path | None,
    assume: Path | None,
    industries: Path | None,
    card: Path | None,
    register: Sequence[str],
    complete: Sequence[str],
    same_name: bool,
    seed: int,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Rank the firms of a thin list by their chance to pass a policy, with reasons and the facts to ask for."""
    from matcher.export.tables import write_tables
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.policy.registers.workbook import register_lines, register_sheets
    from matcher.pool.book.tables import REGISTRY
    from matcher.pool.discovery.estimation import discover
    from matcher.pool.discovery.report import (
        discovery_notes,
        discovery_sheets,
        expected_sheets,
        one_row_a_firm,
        read_assumptions,
        summary_lines,
    )
    from matcher.pool.scorecard.card import ScoreCard

    given = Given.parse(register, complete, same_name)
    check({output: TABLES, expected: TABLES}, table, assume, industries, card, *given.paths())
    rules = load_policy(policy)
    learned = None if card is None else ScoreCard.load(card)
    assumed = None if assume is None else read_assumptions(assume)
    firms = read(read_firms, table, rules, sheet=sheet, column=column, on=on, quiet=quiet, extra=REGISTRY)
    every, firms = len(firms.rows), one_row_a_firm(firms)
    if (more := every - len(firms.rows)) > 0:
        note(quiet, f"{more} 行是前面已有的企业，只用了各家的第一行；请合并为一行后再列")
    registered = given.join(firms.rows, [rules], on, quiet=quiet)
    rows = firms.rows if registered is None else registered.firms
    discovery = discover(rows, rules, on=on, assume=assumed, industries=industries, card=learned, rng=seed)
    sheets, notes, mask = discovery_sheets(discovery, rows), discovery_notes(discovery), not show_contacts
    told = [] if registered is None else register_lines(registered)
    if registered is not None:
        sheets |= register_sheets(registered)
    write(
        output,
        sheets,
        discovery.listed,
        problems=firms.problems if registered is None else registered.problems_with(firms.problems),
        columns=firms.columns if registered is None else registered.columns_with(firms.columns),
        notes=[*notes, *told],
        mask=mask,
    )
    if expected is not None:
        write_tables(expected, expected_sheets(discovery), mask=mask)
    report(quiet, *summary_lines(discovery), f"结果已写入 {output}")
    note(quiet, *told)


@click.command("learn", cls=Command, help="由往年申报结果学出评分卡，并做跨轮检验；历史太少或没有用处时不生成。")
@argument("history", "历史表", f"每行一次申报：企业编号、申请日期、认定结果、批次和当时的事实；{TABLE_KINDS}。")
@option("-p", "--policy", default="hte", metavar="政策", help="政策编号、中文名称或自编政策的文件夹，默认 hte。")
@output_option(".csv", help="评分卡写到哪里")
@output_option(".xlsx 或 .txt", "--report", "report_file", required=False, help="另存检验报告")
@_SEED
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def learn_command(
    history: Path,
    policy: str,
    output: Path,
    report_file: Path | None,
    seed: int,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Learn a score card from past applications; none where the history is too small or shows no gain out of time."""
    from matcher.export.tables import write_tables
    from matcher.export.targets import save_files
    from matcher.policy.policy import load_policy
    from matcher.pool.scorecard.history import read_history
    from matcher.pool.scorecard.learning import learn_card
    from matcher.pool.scorecard.report import report_bytes, report_lines, report_notes, report_sheets

    check({output: (".csv",), report_file: (".xlsx", ".txt")}, history)
    rules = load_policy(policy)
    rows = read(read_history, history, rules, sheet=sheet, column=column, quiet=quiet)
    learned = learn_card(rows.rows, rules, rng=seed)
    learned.card.save(output)
    mask = not show_contacts
    if report_file is not None and report_file.suffix.lower() == ".txt":
        save_files({report_file: report_bytes(learned, rules, mask=mask)})
    elif report_file is not None:
        notes = report_notes(learned, rules)
        write_tables(
            report_file, report_sheets(learned), problems=rows.problems, columns=rows.columns, notes=notes, mask=mask
        )
    summary, *warnings = report_lines(learned, rules)
    report(quiet, summary, f"评分卡已写入 {output}")
    note(quiet, *warnings)


@click.command("rank", cls=Command, help="按评分卡排列企业：只在同一梯队、同一规则结论之内，附各项得分。")
@_FIRMS
@option("--card", type=FILE, required=True, metavar="评分卡", help="pool learn 写出的评分卡。")
@option("-p", "--policy", default="hte", metavar="政策", help="政策编号、中文名称或自编政策的文件夹，默认 hte。")
@on_option("判断日期。", required=True)
@output_option(KINDS)
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def rank_command(
    table: Path,
    card: Path,
    policy: str,
    on: dt.date,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Order firms by a card's points inside their tiers and rule decisions, with the points of every item."""
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.pool.scorecard.card import ScoreCard
    from matcher.pool.scorecard.ordering import rank_firms
    from matcher.pool.scorecard.report import NOTES, ranking_sheets

    check({output: TABLES}, table, card)
    rules, learned = load_policy(policy), ScoreCard.load(card)
    firms = read(read_firms, table, rules, sheet=sheet, column=column, on=on, quiet=quiet)
    ranking = rank_firms(firms.rows, rules, learned, on=on)
    sheets, mask = ranking_sheets(ranking, rules), not show_contacts
    write(output, sheets, ranking.listed, problems=firms.problems, columns=firms.columns, notes=list(NOTES), mask=mask)
    fails = int((ranking.listed["decision"] == "fails").sum())
    report(
        quiet,
        f"{len(ranking.listed)} 家企业按梯队、规则结论、评分排列；按规则不可能通过 {fails} 家（概率 0）；"
        f"结果已写入 {output}",
    )


@click.command("targets", cls=Command, help="每项年度目标完成了多少，每月还须完成多少。")
@argument("table", "目标表", f"目标名称、基数、目标值、实际值、起始日期、完成日期：{TABLE_KINDS}。")
@on_option("看哪一天的进度。", required=True)
@output_option(KINDS)
@option("--contracts", type=FILE, metavar="文件", help="技术合同登记表：名称中有技术合同、成交额的目标由它计数。")
@option("--platforms", type=FILE, metavar="文件", help="平台台账：名称中有平台或平台类别的目标由它计数。")
@option("--commissioners", type=FILE, metavar="文件", help="特派员表：名称中有特派员的目标由它计人数。")
@option("--conversions", type=FILE, metavar="文件", help="成果转化登记表：名称中有成果转化的目标由它计数。")
@option("--projects", type=FILE, metavar="文件", help="项目表：名称中有科技项目、项目立项的目标由它按年度计数。")
@option("--book", type=BOOK, metavar="培育库", help="培育库：名称中有培育库、签约、高新技术企业等称号的目标由它计数。")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def targets_command(
    table: Path,
    on: dt.date,
    output: Path,
    contracts: Path | None,
    platforms: Path | None,
    commissioners: Path | None,
    conversions: Path | None,
    projects: Path | None,
    book: Place | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """How far every target is, and what is missing a month."""
    from matcher.commissioners import read_commissioners
    from matcher.contracts import check_contracts, read_contracts
    from matcher.contracts.remarks import remark_problems
    from matcher.export.tables import write_tables
    from matcher.policy.programmes.platforms import platform_remarks, read_platforms
    from matcher.policy.registers.entries import read_register
    from matcher.policy.registers.schemas import registers
    from matcher.pool.book.book import Book
    from matcher.pool.register_targets import targets_from_registers
    from matcher.pool.targets import read_targets, target_progress, target_sheets
    from matcher.projects.reading import read_projects
    from matcher.tables.reading import Reading

    check({output: TABLES}, table, contracts, platforms, commissioners, conversions, projects, book)
    targets = read(read_targets, table, on=on, sheet=sheet, column=column, quiet=quiet)
    signed = None if contracts is None else read(read_contracts, contracts, quiet=quiet)
    known = None if platforms is None else read(read_platforms, platforms, quiet=quiet)
    people = None if commissioners is None else read(read_commissioners, commissioners, quiet=quiet)
    turned = None if conversions is None else read(read_register, conversions, registers()["conversions"], quiet=quiet)
    begun = None if projects is None else read(read_projects, projects, quiet=quiet)
    with contextlib.nullcontext() if book is None else Book.open(book) as opened:
        counted = targets_from_registers(
            targets.rows,
            on=on,
            contracts=None if signed is None else check_contracts(signed.rows, on=on),
            platforms=None if known is None else known.rows,
            commissioners=None if people is None else people.rows,
            conversions=None if turned is None else turned.rows,
            projects=None if begun is None else begun.rows,
            pool=opened,
        )
    remarks = [Reading(signed.rows, remark_problems(signed.rows, day=on))] if signed is not None else []
    remarks += [Reading(known.rows, platform_remarks(known.rows, on=on))] if known is not None else []
    note(quiet, *(line for one in remarks for line in one.problems["value"] + "：" + one.problems["problem"]))
    readings = [one for one in (targets, signed, known, people, turned, begun) if one is not None]
    progress = target_progress(counted.rows, on=on)
    problems = all_problems(*readings, *remarks, counted)
    write_tables(
        output, target_sheets(progress), problems=problems, columns=all_columns(*readings), mask=not show_contacts
    )
    note(quiet, *(str(problem) for problem in counted.problems["problem"]))
    report(quiet, f"{len(progress)} 项目标：{counts_of(progress['status'])}；结果已写入 {output}")


@click.command(
    "allocate-visits", cls=Command, help="走访次数有限时帮扶谁，使达到目标家数的概率最大；每多一次走访的作用。"
)
@argument("table", "企业表", "企业编号、通过概率、帮扶后通过概率、走访次数；用 --odds 时也可以是走访名单。")
@option("--visits", type=WHOLE, required=True, metavar="次数", help="一共能走访几次。")
@option("--target", type=WHOLE, required=True, metavar="家数", help="要有几家通过。")
@option(
    "--odds", type=Number(float, 1), metavar="倍数",
    help="不知道帮扶后概率时您的假设：帮扶使通过的几率（通过与不通过之比）变为几倍。",
)  # fmt: skip
@output_option(KINDS)
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def allocate_visits_command(
    table: Path,
    visits: int,
    target: int,
    odds: float | None,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Choose the firms to help so that the target is reached with the largest probability; what each visit adds."""
    from matcher.policy.firms.identity import has_ended
    from matcher.pool.visits import allocate_visits, allocation_sheets
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.main import CHANCES

    check({output: TABLES}, table)
    firms = read(read_table, table, CHANCES, sheet=sheet, column=column, quiet=quiet)
    choice = allocate_visits(firms.rows, visits=visits, target=target, odds=odds)
    sheets = allocation_sheets(choice, firms.rows)
    write(output, sheets, choice.chosen, problems=firms.problems, columns=firms.columns, mask=not show_contacts)
    gone = int(has_ended(firms.rows["status"]).sum())
    left_out = f"{gone} 家已注销、吊销、迁出等，未计入" if gone else ""
    proof = "已证明最优" if choice.optimal else f"任何选法都不超过 {choice.bound:.1%}"
    report(
        quiet,
        left_out,
        f"帮扶 {len(choice.chosen)} 家，达到 {target} 家通过的概率 {choice.probability:.1%}（{proof}）；"
        f"结果已写入 {output}",
    )


def add_commands(group: Group) -> None:
    """Put the commands on the pool's group; a name of before goes on working and is not listed."""
    for command in (discover_command, learn_command, rank_command, targets_command, allocate_visits_command):
        group.add_command(command)
    group.aliases["help-whom"] = allocate_visits_command
