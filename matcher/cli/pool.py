"""The cultivation pool: its book of record. Follow-up, page, lists and cards stand in modules of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from matcher.cli import discovery, follow_up
from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import counts_of, note, report
from matcher.cli.options import (
    BOOK,
    COUNT,
    DAY,
    FILE,
    NEW_BOOK,
    TABLE_KINDS,
    argument,
    check,
    contacts_option,
    named,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pool_options import KINDS, book_argument, book_options, day_option, person_option, write
from matcher.cli.reading import read
from matcher.errors import PoolError
from matcher.event_log.places import Place
from matcher.export.targets import TABLES

group = Group("pool", help="高企培育库：走访名单、入库出库、梯队快照、变动原因、跟进与看板，全部留痕。")
ALIASES: dict[str, click.Command] = {}

_PARAMETER = option("--parameter", multiple=True, metavar="名称=数值", help="入库条件的数值，如 staff_share=8%。")


# ---- the rules


@group.command("create", help="新建培育库：指定目标政策和入库条件。")
@book_options
@option("--goal", default="hte", metavar="政策", help="培育目标：政策编号、名称或文件夹，默认 hte。")
@option("--entry", default="hte-pool", metavar="政策", help="入库条件：政策编号、名称或文件夹，默认 hte-pool。")
@_PARAMETER
@quiet_option
def create_command(
    book: Place, on: dt.date, person: str, goal: str, entry: str, parameter: Sequence[str], quiet: bool
) -> None:
    """Make a new book with its rules of entry and its goal."""
    from matcher.policy.policy import load_policy
    from matcher.pool.book.book import Book

    rules = load_policy(entry, parameters=_numbers(parameter))
    Book.create(book, on=on, person=person, goal=goal, entry=rules).close()
    report(quiet, f"已建立 {book}：目标 {goal}，入库条件 {entry}")


@group.command("rules", help="从某天起改用新规则；没有给出的不变。")
@book_options
@option("--goal", metavar="政策", help="新的培育目标。")
@option("--entry", metavar="政策", help="新的入库条件。")
@_PARAMETER
@option(
    "--lead", multiple=True, metavar="条件=天数",
    help="补上一个条件需要的天数，如 ip=180；也可写 gap（按差的天数）或 missing share（按差的比例）。",
)  # fmt: skip
@quiet_option
def rules_command(
    book: Place,
    on: dt.date,
    person: str,
    goal: str | None,
    entry: str | None,
    parameter: Sequence[str],
    lead: Sequence[str],
    quiet: bool,
) -> None:
    """Change the rules from a day on."""
    from matcher.pool.book.book import Book

    leads = {rule: int(days) if days.isdigit() else days for rule, days in named(lead, "条件=天数").items()}
    with Book.open(book) as opened:
        opened.set_rules(on=on, person=person, goal=goal, entry=entry, parameters=_numbers(parameter), leads=leads)
    report(quiet, f"{on} 起按新规则")


def _numbers(texts: Iterable[str]) -> dict[str, Any]:
    from matcher.policy.language.loader import parse_yaml

    return {name: parse_yaml(value, "--parameter") for name, value in named(texts, "名称=数值").items()}


# ---- facts


@group.command("import", help="把企业表（或 pool sheet 导出后改过的表）写入库；他人改过的不会被覆盖。")
@book_argument
@argument("table", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@day_option
@person_option
@sheet_option()
@column_option()
@option("--source", default="", metavar="来源", help="这些事实的来源，默认是文件名。")
@option("--accept", multiple=True, metavar="企业编号", help="名称或信用代码变了仍是同一家（如已更名）；可多次给出。")
@output_option(KINDS, "--problems", required=False, help="另存问题和冲突")
@contacts_option
@quiet_option
def import_command(
    book: Place,
    table: Path,
    on: dt.date,
    person: str,
    sheet: str | None,
    column: Sequence[str],
    source: str,
    accept: Sequence[str],
    problems: Path | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Write the facts of a table that the book does not have yet."""
    from matcher.pool.book.book import Book
    from matcher.pool.book.edits import conflict_message, leap_message, stranger_message
    from matcher.pool.book.tables import headers, import_sheets, read_book_firms

    check({problems: TABLES}, table, book)
    with Book.open(book) as opened:
        rules = opened.rules(on)
        policies = [rules.goal, rules.entry]
        known = opened.firms(on)
        firms = read(read_book_firms, table, policies, on=on, sheet=sheet, column=column, quiet=quiet, known=known)
        written = opened.put(firms.rows, on=on, person=person, source=source or table.name, accept=accept)
    titles = headers(policies, list(firms.rows.columns))
    if problems is not None:
        listed = None if problems.suffix.lower() != ".xlsx" else firms.problems  # else they are the table itself
        write(
            problems, import_sheets(written, titles), firms.problems, problems=listed, columns=firms.columns,
            mask=not show_contacts,
        )  # fmt: skip
    note(
        False,
        conflict_message(written.conflicts, titles),
        stranger_message(written.strangers),
        leap_message(written.leaps, titles),
    )
    refused = len(written.conflicts) + len(written.strangers)
    report(
        quiet,
        f"读入 {len(firms.rows)} 家：新增 {written.new} 家，改动 {written.firms} 家，共写入 {written.cells} 格，"
        f"冲突 {refused} 处",
    )
    if refused:
        raise click.exceptions.Exit(1)


@group.command("sheet", help="导出企业表，修改后用 pool import 导回。")
@book_argument
@day_option
@output_option(KINDS)
@contacts_option
@quiet_option
def sheet_command(book: Place, on: dt.date, output: Path, show_contacts: bool, quiet: bool) -> None:
    """Write the firms as a sheet to be edited and imported again."""
    from matcher.export.tables import write_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import FIRM_NOTES, MASKED_NOTE, firm_sheets

    check({output: TABLES}, book)
    with Book.open(book) as opened:
        rules = opened.rules(on)
        table = opened.sheet(on=on, mask=not show_contacts)
    tables = firm_sheets(table, [rules.goal, rules.entry])
    notes = FIRM_NOTES if show_contacts else [*FIRM_NOTES, MASKED_NOTE]
    write_tables(output, tables, notes=notes, mask=not show_contacts)
    report(quiet, f"{len(table)} 家企业；结果已写入 {output}")


# ---- who is in


@group.command("enter", help="入库：指定企业、名单中的企业，或全部符合入库条件的候选企业。")
@book_options
@option("--firm", multiple=True, metavar="企业编号", help="入库的企业，可多次给出；不给则为全部符合条件的候选。")
@option(
    "--list",
    "listed",
    type=FILE,
    metavar="名单",
    help="名单中的企业：pool discover 写出的走访名单，或写有企业编号、信用代码或名称的表。",
)
@option("--first", type=COUNT, metavar="家数", help="只取名单的前几家。")
@option("--reason", default="", metavar="理由", help="不确定符合入库条件的企业为什么入库。")
@column_option()
@quiet_option
def enter_command(
    book: Place,
    on: dt.date,
    person: str,
    firm: Sequence[str],
    listed: Path | None,
    first: int | None,
    reason: str,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Take firms into the pool."""
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import read_listed

    with Book.open(book) as opened:
        ids = None
        if listed is not None:
            rules, known = opened.rules(on), opened.firms(on)
            wanted = [rules.goal, rules.entry]
            rows = read(read_listed, listed, wanted, on=on, column=column, quiet=quiet, known=known).rows
            ids = opened.ids_of(rows["enterprise_id"].tolist()[:first], on=on)
        new = [] if ids is None else opened.outside(ids, on=on)
        chosen = [*opened.ids_of(firm, on=on), *new] if firm or ids is not None else None
        taken = opened.enter(chosen, on=on, person=person, reason=reason)
        left = int((opened.states(on)["state"] == "candidate").sum()) if chosen is None else 0
    passed = f"；名单中 {len(ids) - len(new)} 家已在库或已认定，略过" if ids and len(new) < len(ids) else ""
    hint = "可用 --list 走访名单 --reason 理由 入库"
    more = f"；其余 {left} 家候选不确定符合入库条件（多为缺少事实），{hint}" if left else ""
    report(quiet, f"入库 {len(taken)} 家{passed}{more}")


@group.command("exit", help="出库，写明原因；“已认定”为培育成功。")
@book_options
@option("--firm", multiple=True, required=True, metavar="企业编号", help="出库的企业，可多次给出。")
@option(
    "--reason", required=True, metavar="原因", help="已认定、期满、条件丧失、弄虚作假、事故或违法、迁出、其他 之一。"
)
@option("--note", "remark", default="", metavar="备注", help="备注。")
@quiet_option
def exit_command(
    book: Place, on: dt.date, person: str, firm: Sequence[str], reason: str, remark: str, quiet: bool
) -> None:
    """Take firms out of the pool; those recognised graduate."""
    from matcher.pool.book.book import Book

    with Book.open(book) as opened:
        gone = opened.leave(opened.ids_of(firm, on=on), on=on, person=person, reason=reason, note=remark)
    report(quiet, f"出库 {len(gone)} 家（{reason}）")


# ---- snapshots


@group.command("snapshot", help="算出每家企业这一天的状态和梯队，记入库中并写出。")
@book_options
@output_option(KINDS)
@option("--card", type=FILE, metavar="评分卡", help="写出时在梯队之内按 pool learn 的评分卡排序。")
@contacts_option
@quiet_option
def snapshot_command(
    book: Place, on: dt.date, person: str, output: Path, card: Path | None, show_contacts: bool, quiet: bool
) -> None:
    """Work out state and tier of every firm on a day, keep them in the book and write them."""
    from matcher.policy.firms.identity import has_ended
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import in_words, snapshot_notes, snapshot_sheets, without_last_year
    from matcher.pool.scorecard.card import ScoreCard
    from matcher.pool.scorecard.ordering import order_inside
    from matcher.tables.cells.texts import first_few

    check({output: TABLES}, book, card)
    learned = None if card is None else ScoreCard.load(card)
    with Book.open(book) as opened:
        table = opened.snapshot(on=on, person=person)
        rules, firms = opened.rules(on), opened.firms(on)
    if learned is not None:
        plain = firms.drop(columns="apply_on", errors="ignore")
        table = order_inside(table, learned.score(plain, rules.goal, on=on).firms)
    gone = firms[has_ended(firms["status"])] if "status" in firms else firms[:0].assign(status="")
    ended = dict(zip(gone["enterprise_id"], gone["status"].astype(str), strict=True))
    write(
        output,
        snapshot_sheets(table, rules.goal, ended),
        table.assign(status=table["enterprise_id"].map(ended).fillna("")) if ended else table,
        notes=snapshot_notes(rules.goal, rules.leads),
        mask=not show_contacts,
    )
    inside = table[table["state"] == "in_pool"]
    tiers = counts_of(in_words(inside)["tier"]) or "无"
    of_state = {state: sorted({*rows["enterprise_id"]} & {*ended}) for state, rows in table.groupby("state")}
    more = ""
    if left := of_state.get("in_pool"):
        more += f"；在库的 {first_few(left, '家')} 登记状态已是注销、吊销等，请核对并办理出库"
    if left := of_state.get("candidate"):
        more += f"；候选中的 {first_few(left, '家')} 登记状态已是注销、吊销等，不能入库"
    if behind := sorted({*without_last_year(firms)} & {*inside["enterprise_id"]}):
        more += f"；在库的 {first_few(behind, '家')} 没有上一年（{on.year - 1} 年）的数，按未知判断，请导入"
    report(quiet, f"{len(table)} 家企业，在库 {len(inside)} 家（{tiers}）{more}；结果已写入 {output}")


@group.command("diff", help="两次快照之间谁变动了，因为哪项事实、规则或日期。")
@book_argument
@output_option(KINDS)
@option("--before", type=DAY, required=True, metavar="日期", help="较早的快照是哪一天的。")
@option("--after", type=DAY, required=True, metavar="日期", help="较晚的快照是哪一天的。")
@contacts_option
@quiet_option
def diff_command(book: Place, output: Path, before: dt.date, after: dt.date, show_contacts: bool, quiet: bool) -> None:
    """Write who moved between two snapshots, and because of which fact, rule or day."""
    from matcher.pool.book.book import Book
    from matcher.pool.book.diff import moves
    from matcher.pool.book.tables import moves_sheets

    check({output: TABLES}, book)
    with Book.open(book) as opened:
        table = moves(opened, before, after)
    write(output, moves_sheets(table), table, mask=not show_contacts)
    report(quiet, f"{table['enterprise_id'].nunique()} 家企业有变动；结果已写入 {output}")


@group.command("export", help="把整本库写成 CSV；重建须用 --show-contacts 导出的文件夹。")
@book_argument
@argument("folder", "文件夹", "写 events.csv、snapshots.csv 和 rules 的文件夹。")
@contacts_option
@quiet_option
def export_command(book: Place, folder: Path, show_contacts: bool, quiet: bool) -> None:
    """Write the whole book as CSV, from which it can be made again."""
    from matcher.pool.book.archive import export_book
    from matcher.pool.book.book import Book

    with Book.open(book) as opened:
        export_book(opened, folder, mask=not show_contacts)
    masked = "" if show_contacts else "（联系方式已遮盖，不能用来重建；重建须加 --show-contacts 导出）"
    report(quiet, f"已写出 {folder}{masked}")


@group.command("replay", help="由流水重算每个快照，检查库是否一致；给出导出的文件夹和 -o 则重建一本库。")
@argument("source", "培育库", "要检查的培育库，或 pool export --show-contacts 写出的文件夹。", type=BOOK)
@option("-o", "--output", type=NEW_BOOK, metavar="文件", help="由文件夹重建时：新的培育库文件。")
@quiet_option
def replay_command(source: Place, output: Place | None, quiet: bool) -> None:
    """Work every snapshot out again from the log; with a folder, make the book again from its files."""
    from matcher.pool.book.archive import rebuild_book
    from matcher.pool.book.book import Book

    is_folder = isinstance(source, Path) and source.is_dir()
    if is_folder != (output is not None):
        raise PoolError("给出导出的文件夹时须用 -o 指定新文件；检查现有文件时不用 -o")
    if output is not None:
        rebuild_book(str(source), output).close()
        report(quiet, f"已由 {source} 重建 {output}")
        return
    with Book.open(source) as opened:
        wrong, many = opened.replay(), len(opened.snapshots())
    lines = [
        f"{row['day']}，{row['enterprise_id']}：库中 {row['kept']}，重算 {row['again']}"
        for row in wrong.head(20).to_dict("records")
    ]
    note(False, *lines)
    report(quiet, f"{many} 个快照，{len(wrong)} 家与重算不一致")
    if len(wrong):
        raise click.exceptions.Exit(1)


discovery.add_commands(group)
follow_up.add_commands(group)
