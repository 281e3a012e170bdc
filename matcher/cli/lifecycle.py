"""The book of projects, in the group `projects`: from application to closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option, columns_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import counts_of, note, report
from matcher.cli.options import (
    BOOK,
    COUNT,
    FILE,
    NEW_BOOK,
    RESULT,
    TABLE_KINDS,
    argument,
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
from matcher.errors import ProjectBookError
from matcher.event_log.places import Place
from matcher.export.targets import TABLES

_KINDS = ".xlsx、.csv 或 .parquet"
_RULES = "浙江2015、省级2021、国家重大专项、国家重点研发2018、安阳验收表，或自编的 .yaml 文件"
_book = argument("book", "台账", "项目台账文件，如 项目台账.db；或 PostgreSQL 的地址。", type=BOOK)
_day = on_option("哪一天。", required=True)
_person = option("--person", required=True, metavar="姓名", help="经办人，记入台账。")
_rules = option("--rules", required=True, metavar="规则", help=f"期限和验收依据的规则：{_RULES}。")


@click.command("create", cls=Command, help="新建项目台账：指定期限和验收依据的规则。")
@_book
@_day
@_person
@_rules
@quiet_option
def create_command(book: Place, on: dt.date, person: str, rules: str, quiet: bool) -> None:
    """Make a new book with its rules."""
    from matcher.projects.lifecycle.book import ProjectBook

    ProjectBook.create(book, on=on, person=person, rules=rules).close()
    report(quiet, f"已建立 {book}：规则 {rules}")


@click.command("rules", cls=Command, help="从某天起改用新规则，可只用于一个计划类别；不给台账则列出自带的规则。")
@argument("book", "[台账]", "项目台账文件；不给则列出自带的规则及出处。", required=False, type=BOOK)
@on_option("从哪一天起。")
@option("--person", metavar="姓名", help="经办人，记入台账。")
@option("--rules", metavar="规则", help=f"{_RULES}。")
@option("--programme", default="", metavar="计划类别", help="只用于这一计划类别的项目；默认用于全部。")
@output_option(_KINDS, required=False, help="列出自带的规则时写到哪里")
@quiet_option
def rules_command(
    book: Place | None,
    on: dt.date | None,
    person: str | None,
    rules: str | None,
    programme: str,
    output: Path | None,
    quiet: bool,
) -> None:
    """Change the rules from a day on, or list those that come with the library."""
    from matcher.export.tables import write_tables
    from matcher.projects.lifecycle.book import ProjectBook
    from matcher.projects.lifecycle.results import rule_sheets

    if book is None:
        if output is None:
            raise click.UsageError("请给出台账，或用 -o 把自带的规则写成表")
        check({output: TABLES})
        write_tables(output, rule_sheets())
        report(quiet, f"结果已写入 {output}")
        return
    if on is None or not person or not rules:
        raise click.UsageError("改用新规则须给出 --on、--person 和 --rules")
    with ProjectBook.open(book) as opened:
        opened.set_rules(rules, on=on, person=person, programme=programme)
    report(quiet, f"{on} 起{f'“{programme}”' if programme else '全部项目'}按 {rules}")


@click.command("import", cls=Command, help="把项目表写入台账：新项目、改动的情况、当前阶段；相同的不重复。")
@argument("table", "项目表", f"一行一个项目：编号、名称、负责人、单位、起止日期、当前阶段等：{TABLE_KINDS}。")
@option("--book", type=BOOK, required=True, metavar="台账", help="项目台账文件或 PostgreSQL 的地址。")
@_day
@_person
@sheet_option()
@column_option()
@option("--source", default="", metavar="来源", help="这些情况的来源，默认是文件名。")
@quiet_option
def import_command(
    table: Path,
    book: Place,
    on: dt.date,
    person: str,
    sheet: str | None,
    column: Sequence[str],
    source: str,
    quiet: bool,
) -> None:
    """Write the projects of a table into the book."""
    from matcher.projects.lifecycle.book import ProjectBook
    from matcher.projects.lifecycle.entries import read_managed

    with ProjectBook.open(book) as opened:
        rows = read(read_managed, table, sheet=sheet, column=column, quiet=quiet, on=on).rows
        done = opened.put(rows, on=on, person=person, source=source or table.name)
    report(
        quiet,
        f"读入 {len(rows)} 个项目：新增 {done.new} 个，改动 {done.projects} 个，共写入 {done.cells} 格，"
        f"记入阶段 {done.stages} 个",
    )


@click.command(
    "record", cls=Command, help="把发生的事写入台账：评审、公示、任务书、指标、预算、支出、延期、验收、产出等。"
)
@_book
@argument("table", "记录表", f"一行一件：项目编号、事项、日期，及名称、要求、完成、金额等：{TABLE_KINDS}。")
@_person
@sheet_option()
@column_option()
@option("--source", default="", metavar="来源", help="记录的来源，默认是文件名。")
@quiet_option
def record_command(
    book: Place, table: Path, person: str, sheet: str | None, column: Sequence[str], source: str, quiet: bool
) -> None:
    """Write what happened into the book; what may not follow is refused with its row."""
    from matcher.projects.lifecycle.book import ProjectBook
    from matcher.projects.lifecycle.entries import read_events

    with ProjectBook.open(book) as opened:
        rows = read(read_events, table, sheet=sheet, column=column, quiet=quiet).rows
        done = opened.record(rows, person=person, source=source or table.name)
    known = f"；{done.known} 条已有相同的记录，略过（同日同额的两笔请在备注中区分）" if done.known else ""
    report(quiet, f"{table.name}：{len(rows)} 行，新写入 {done.new} 条{known}")


@click.command("void", cls=Command, help="作废一条填错的记录：留在台账里，不再计算；编号见 status 工作簿的“流水”。")
@_book
@option("--number", type=COUNT, required=True, metavar="编号", help="记录编号。")
@_day
@_person
@option("--reason", required=True, metavar="原因", help="为什么作废。")
@quiet_option
def void_command(book: Place, number: int, on: dt.date, person: str, reason: str, quiet: bool) -> None:
    """Take back an event that was entered by mistake."""
    from matcher.projects.lifecycle.book import ProjectBook

    with ProjectBook.open(book) as opened:
        event = opened.take_back(number, on=on, person=person, reason=reason)
    report(quiet, f"已作废编号 {number}：{event.subject} {event.day}")


@click.command("status", cls=Command, help="某一天的项目状态：待办和逾期、指标完成、经费、验收预判、超出规则的。")
@_book
@output_option(f"{_KINDS}（后两种只有项目）")
@_day
@option("--due", type=RESULT, metavar="文件", help="另存待办和逾期：.xlsx、.csv 或 .parquet。")
@option("--integrity", type=FILE, metavar="记录表", help="科研诚信记录：列出负责人、单位有限制的项目。")
@columns_option
@contacts_option
@quiet_option
def status_command(
    book: Place,
    output: Path,
    on: dt.date,
    due: Path | None,
    integrity: Path | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Write how every project stands on a day."""
    from matcher.export.tables import write_tables
    from matcher.integrity.records import read_records
    from matcher.projects.lifecycle.book import ProjectBook
    from matcher.projects.lifecycle.results import NOTES, Status

    check({output: TABLES, due: TABLES}, book, integrity)
    records = None if integrity is None else read(read_records, integrity, quiet=quiet).rows
    with ProjectBook.open(book) as opened:
        status = Status.build(opened, on=on, records=records, mask=not show_contacts)
    sheets = status.sheets()
    tables = sheets if output.suffix.lower() == ".xlsx" else {"": status.projects}
    write_tables(output, tables, notes={**NOTES, **about(on, [book])}, title="项目状态", mask=not show_contacts)
    if due is not None:
        table = {"待办和逾期": sheets["待办和逾期"]} if due.suffix.lower() == ".xlsx" else {"": status.due}
        write_tables(due, table, mask=not show_contacts)
    report(quiet, f"{status.summary}；结果已写入 {output}")


@click.command("outputs", cls=Command, help="项目的产出：成果转化（供企业登记表）、成果库（供匹配）和全部产出。")
@_book
@output_option(".xlsx（三张表）、.csv 或 .parquet（只有成果转化）")
@option("--outcomes", type=RESULT, metavar="文件", help="另存成果库，供 matcher match 使用：.csv、.parquet 或 .xlsx。")
@_day
@contacts_option
@quiet_option
def outputs_command(
    book: Place, output: Path, outcomes: Path | None, on: dt.date, show_contacts: bool, quiet: bool
) -> None:
    """Write the outputs as the registers of firms and the outcome library take them."""
    from matcher.export.tables import write_tables
    from matcher.projects.lifecycle.book import ProjectBook
    from matcher.projects.lifecycle.results import output_sheets

    check({output: TABLES, outcomes: TABLES}, book)
    with ProjectBook.open(book) as opened:
        sheets = output_sheets(opened, on=on)
    write_tables(output, sheets, mask=not show_contacts)
    if outcomes is not None:
        write_tables(outcomes, {"成果库": sheets["成果库"]}, mask=not show_contacts)
    counts = counts_of(name for name, sheet in sheets.items() for _ in range(len(sheet.table)))
    report(quiet, f"{counts or '没有产出'}；结果已写入 {output}")


@click.command("export", cls=Command, help="把整本台账写成 CSV；重建须用 --show-contacts 导出的文件夹。")
@_book
@argument("folder", "文件夹", "写 events.csv 和 rules 的文件夹。")
@contacts_option
@quiet_option
def export_command(book: Place, folder: Path, show_contacts: bool, quiet: bool) -> None:
    """Write the whole book as CSV, from which it can be made again."""
    from matcher.projects.lifecycle.archive import export_book
    from matcher.projects.lifecycle.book import ProjectBook

    with ProjectBook.open(book) as opened:
        export_book(opened, folder, mask=not show_contacts)
    masked = "" if show_contacts else "（联系方式已遮盖，不能用来重建；重建须加 --show-contacts 导出）"
    report(quiet, f"已写出 {folder}{masked}")


@click.command("replay", cls=Command, help="核对台账的校验值和阶段次序；给出导出的文件夹和 -o 则重建一本台账。")
@argument("source", "台账", "要检查的台账，或 projects export --show-contacts 写出的文件夹。", type=BOOK)
@option("-o", "--output", type=NEW_BOOK, metavar="文件", help="由文件夹重建时：新的台账文件。")
@quiet_option
def replay_command(source: Place, output: Place | None, quiet: bool) -> None:
    """Check a book against its hashes and the order of stages; with a folder, make the book again."""
    from matcher.projects.lifecycle.archive import rebuild_book, replay
    from matcher.projects.lifecycle.book import ProjectBook

    is_folder = isinstance(source, Path) and source.is_dir()
    if is_folder != (output is not None):
        raise ProjectBookError("给出导出的文件夹时须用 -o 指定新文件；检查现有文件时不用 -o")
    if output is not None:
        rebuild_book(str(source), output).close()
        report(quiet, f"已由 {source} 重建 {output}")
        return
    with ProjectBook.open(source) as opened:
        faults, many = replay(opened), len(opened.log.events())
    note(False, *faults)
    report(quiet, f"{many} 条记录与校验值一致，阶段次序不合的项目 {len(faults)} 个")
    if faults:
        raise click.exceptions.Exit(1)


def add_commands(group: Group) -> None:
    """Put the commands on the group of projects."""
    for command in (
        create_command, rules_command, import_command, record_command, void_command, status_command, outputs_command,
        export_command, replay_command,
    ):  # fmt: skip
        group.add_command(command)
