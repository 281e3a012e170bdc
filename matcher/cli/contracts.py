"""Technology contracts: contracts check (the default), propose, conversions, rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option, columns_option
from matcher.cli.commands import Group
from matcher.cli.messages import counts_of, note, report
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
from matcher.cli.pool_options import KINDS, book_argument, day_option
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.event_log.places import Place
from matcher.export.targets import TABLES

ALIASES: dict[str, click.Command] = {}
group = Group(
    "contracts", default="check", help="技术合同认定登记：逐条核对、统计与目标、税收优惠；与培育库和成果转化的衔接。"
)


@group.command("check", help="核对技术合同登记表：适用哪一版规则、能否登记及依据、办结期限、重复、免税区间，并统计。")
@argument("table", "合同表", f"一行一份技术合同：{TABLE_KINDS}。")
@output_option(".xlsx（全部），或 .csv、.parquet（只有合同）")
@on_option("判断日期：逾期未办结、尚未申请的合同适用哪一版。")
@option("--targets", type=FILE, metavar="目标表", help="年度目标（同 matcher pool targets 的表）；实际值取自合同表。")
@sheet_option(of="合同表")
@column_option(of="合同表")
@contacts_option
@quiet_option
def check_command(
    table: Path,
    output: Path,
    on: dt.date | None,
    targets: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Check a register of technology contracts, sum it, and hold it against targets."""
    from matcher.contracts.checking import check_contracts, contract_findings, read_contracts
    from matcher.contracts.register import contract_summary
    from matcher.contracts.remarks import remark_problems
    from matcher.contracts.repeats import repeat_problems
    from matcher.contracts.workbook import ACCEPTED, write_contracts
    from matcher.pool.register_targets import targets_from_registers
    from matcher.pool.targets import read_targets, target_progress, target_sheets
    from matcher.tables.reading import Reading

    check({output: TABLES}, table, targets)
    if targets is not None and on is None:
        raise click.UsageError("--targets 须与 --on 一起给出：进度算到哪一天")
    reading = read(read_contracts, table, sheet=sheet, column=column, quiet=quiet)
    checked = check_contracts(reading.rows, on=on)
    repeats = Reading(checked, repeat_problems(checked, file=table.name))
    note(quiet, *(repeats.problems["value"] + "：" + repeats.problems["problem"]))
    remarks = Reading(checked, remark_problems(checked, day=on, file=table.name))
    note(quiet, *(remarks.problems["value"] + "：" + remarks.problems["problem"]))
    readings, sheets, line = [reading, repeats, remarks], None, ""
    if targets is not None and on is not None:
        wanted = read(read_targets, targets, on=on, quiet=quiet)
        filled = targets_from_registers(wanted.rows, on=on, contracts=checked)
        progress = target_progress(filled.rows, on=on)
        readings += [wanted, filled]
        sheets, line = target_sheets(progress), f"{len(progress)} 项目标：{counts_of(progress['status'])}"
        note(quiet, *filled.problems["problem"])
    found = contract_findings(reading.rows, on=on)
    write_contracts(
        output,
        checked,
        found,
        targets=sheets,
        problems=all_problems(*readings),
        columns=all_columns(*readings),
        about=about(on or dt.date.today(), (table, targets)),
        mask=not show_contacts,
    )
    many = counts_of(checked["accepted"].map(ACCEPTED))
    sums = contract_summary(checked, by=()).sum()
    if sums["likely_repeats"]:
        once = int(sums["amount"] - sums["likely_repeats_amount"])
        many += (
            f"；其中 {sums['likely_repeats']} 份很可能重复：都计为 {int(sums['amount']):,} 元，只计一份为 {once:,} 元"
        )
    filed = found.loc[found["rule"].isin(("not_filed", "no_edition")), "contract_id"]
    undated = int((checked["contract_id"].isin(filed) & (checked["accepted"] == "unknown")).sum())
    why = ""
    if undated and "applied_on" not in set(reading.columns["field"]):
        why = f"表里没有“申请日期”这一列，{undated} 份因此待核；请补上，或用 --column 表头=申请日期 指定"
    report(quiet, f"{len(checked)} 份合同：{many}", why, line, f"结果已写入 {output}")


@group.command("propose", help="把培育库里“已签约”的配对列成拟登记的技术合同，补齐后即可核对；已在登记表里的注明。")
@book_argument
@day_option
@output_option(KINDS)
@option("--outcomes", type=FILE, metavar="成果表", help="成果名称和完成单位（卖方）取自这里。")
@option("--register", type=FILE, metavar="合同表", help="已有的登记表：同一成果（或名称）、同一买方的注明合同编号。")
@columns_option
@contacts_option
@quiet_option
def propose_command(
    book: Place,
    on: dt.date,
    output: Path,
    outcomes: Path | None,
    register: Path | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Propose contracts for the signed pairs of a pool."""
    from matcher.contracts.checking import check_contracts, read_contracts
    from matcher.contracts.linking import propose_contracts
    from matcher.contracts.workbook import proposal_sheets
    from matcher.export.tables import write_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import items
    from matcher.tables.reading import read_outcomes

    check({output: TABLES}, book, outcomes, register)
    titles = None if outcomes is None else read(read_outcomes, outcomes, quiet=quiet).rows
    known = None if register is None else check_contracts(read(read_contracts, register, quiet=quiet).rows)
    with Book.open(book) as opened:
        signed, firms = items(opened.log, on=on), opened.firms(on)
    proposed = propose_contracts(signed, outcomes=titles, firms=firms, register=known)
    write_tables(output, proposal_sheets(proposed), title="拟登记合同", mask=not show_contacts)
    many = int((proposed["registered_as"] != "").sum())
    report(
        quiet, f"{len(proposed)} 份拟登记合同" + (f"，{many} 份已在登记表中" if many else "") + f"；结果已写入 {output}"
    )


@group.command("conversions", help="把已登记的技术合同列成成果转化：一家企业一项成果一行，按年度计数。")
@argument("table", "合同表", f"一行一份技术合同：{TABLE_KINDS}。")
@output_option(".xlsx（成果转化、按年度），或 .csv、.parquet（只有成果转化）")
@option("--of", type=OneOf("卖方", "买方"), default="卖方", metavar="卖方|买方", help="算谁的成果转化，默认卖方。")
@sheet_option(of="合同表")
@column_option(of="合同表")
@contacts_option
@quiet_option
def conversions_command(
    table: Path,
    output: Path,
    of: str,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """List registered contracts as conversions of outcomes."""
    from matcher.contracts.checking import check_contracts, read_contracts
    from matcher.contracts.linking import contract_conversions, conversions_by_year
    from matcher.contracts.remarks import remark_problems
    from matcher.contracts.repeats import repeat_problems
    from matcher.contracts.workbook import conversion_sheets
    from matcher.export.tables import write_tables
    from matcher.tables.reading import Reading

    check({output: TABLES}, table)
    reading = read(read_contracts, table, sheet=sheet, column=column, quiet=quiet)
    side = {"卖方": "seller", "买方": "buyer"}[of]
    checked = check_contracts(reading.rows)
    conversions = contract_conversions(checked, of=side)
    repeats = Reading(checked, repeat_problems(checked, file=table.name))
    remarks = Reading(checked, remark_problems(checked, file=table.name))
    note(quiet, *(remarks.problems["value"] + "：" + remarks.problems["problem"]))
    sheets = conversion_sheets(conversions, conversions_by_year(conversions))
    write_tables(
        output,
        sheets,
        problems=all_problems(reading, repeats, remarks),
        columns=reading.columns,
        title="成果转化",
        mask=not show_contacts,
    )
    firms, again = conversions["firm_id"].nunique(), int((conversions["likely_repeat_id"] != "").sum())
    told = f"（其中 {again} 项的合同很可能重复）" if again else ""
    report(
        quiet, f"{len(reading.rows)} 份合同，{firms} 家{of}的 {len(conversions)} 项成果转化{told}；结果已写入 {output}"
    )


@group.command("rules", help="列出技术合同各版规则：条款、出处、是否核实。")
@output_option(KINDS)
@quiet_option
def rules_command(output: Path, quiet: bool) -> None:
    """List the rules on technology contracts."""
    from matcher.contracts.rules import list_rules
    from matcher.contracts.workbook import rules_sheets
    from matcher.export.tables import write_tables

    check({output: TABLES})
    table = list_rules()
    write_tables(output, rules_sheets(table), title="技术合同规则")
    report(quiet, f"{len(table)} 条，{int(table['verified'].sum())} 条已核实；结果已写入 {output}")
