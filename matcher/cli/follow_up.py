"""What became of the pool's work: push, status, funnel, dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import counts_of, report
from matcher.cli.options import (
    COUNT,
    DAY,
    FILE,
    TABLE_KINDS,
    argument,
    check,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pool_options import KINDS, book_argument, day_option, person_option, write
from matcher.cli.reading import read
from matcher.errors import PoolError
from matcher.event_log.places import Place
from matcher.export.targets import TABLES


@click.command("push", cls=Command, help="把推荐的配对记为“已推送”：只记较强匹配，已有记录的不重复。")
@book_argument
@argument("table", "配对表", "matcher partners 或 matcher match 写出的结果。")
@day_option
@person_option
@option("--needs", type=FILE, metavar="需求表", help="配对来自 matcher match 时：带“企业编号”列的需求表。")
@sheet_option(of="需求")
@column_option(of="需求表")
@option("--first", type=COUNT, metavar="条数", help="每条需求只取最好的几项。")
@quiet_option
def push_command(
    book: Place,
    table: Path,
    on: dt.date,
    person: str,
    needs: Path | None,
    sheet: str | None,
    column: Sequence[str],
    first: int | None,
    quiet: bool,
) -> None:
    """Record recommended pairs as pushed; good matches only, and none twice."""
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import push
    from matcher.pool.results import add_owners, read_result
    from matcher.tables.reading import read_needs

    pairs = read_result(table, "pairs")
    if "enterprise_id" not in pairs:
        if needs is None:
            raise PoolError(f"{table.name}：没有企业编号；请用 --needs 给出带“企业编号”列的需求表")
        pairs = add_owners(pairs, read(read_needs, needs, sheet=sheet, column=column, quiet=quiet).rows)
    with Book.open(book) as opened:
        new, known = push(opened.log, pairs, on=on, person=person, first=first)
    report(quiet, f"推送 {new} 项" + (f"；{known} 项已有跟进记录，略过" if known else ""))


@click.command("status", cls=Command, help="写入跟进状态（推送、联系、洽谈、签约、拒绝），或列出每一项的现状。")
@book_argument
@argument("table", "[跟进表]", f"先写入的跟进表：{TABLE_KINDS}；不给则只列现状。", required=False)
@day_option
@output_option(KINDS, required=False)
@output_option(KINDS, "--judged", required=False, help="另存签约和拒绝的配对，供 matcher match --judged 使用")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def status_command(
    book: Place,
    table: Path | None,
    on: dt.date,
    output: Path | None,
    judged: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Write statuses of recommended pairs or firms, or list how every item stands."""
    from matcher.export.tables import write_tables
    from matcher.pool.book import follow_up
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import follow_up_sheets, in_words, judged_sheets, read_statuses
    from matcher.tables.cells.texts import first_few

    check({output: TABLES, judged: TABLES}, table, book)
    with Book.open(book) as opened:
        if table is not None:
            rows = read(read_statuses, table, sheet=sheet, column=column, quiet=quiet).rows
            rows = rows.assign(enterprise_id=opened.ids_of(rows["enterprise_id"].tolist(), on=on))
            strangers = set(rows["enterprise_id"]) - {"", *opened.firms(on)["enterprise_id"]}
            written = follow_up.follow(opened.log, rows)
            unknown = f"；企业 {first_few(sorted(strangers), '家')} 不在培育库中，按表中的写法记入" if strangers else ""
            report(quiet, f"{table.name}：{len(rows)} 行，新写入 {written} 条{unknown}")
        now = follow_up.items(opened.log, on=on)
        if output is not None:
            write(output, follow_up_sheets(opened, on=on), now, mask=not show_contacts)
        if judged is not None:
            write_tables(judged, judged_sheets(follow_up.judged(opened.log, on=on)), mask=not show_contacts)
    report(quiet, f"{len(now)} 项：{counts_of(in_words(now)['status']) or '无'}")


@click.command("funnel", cls=Command, help="推荐走到了哪一步，对接率是多少。")
@book_argument
@day_option
@output_option(KINDS)
@option("--since", type=DAY, metavar="日期", help="只算这一天起首次记录的项目。")
@quiet_option
def funnel_command(book: Place, on: dt.date, output: Path, since: dt.date | None, quiet: bool) -> None:
    """How far the recommendations came, and the 对接率."""
    from matcher.export.tables import write_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import funnel
    from matcher.pool.book.tables import funnel_sheets

    check({output: TABLES}, book)
    with Book.open(book) as opened:
        table = funnel(opened.log, on=on, since=since)
    write_tables(output, funnel_sheets(table))
    row = table.set_index("step").loc["talks"]
    rate = f"{row['of_pushed']:.1%}" if row["items"] else "0"
    report(quiet, f"对接率 {rate}（{row['items']}/{table['items'].iloc[0]}）；结果已写入 {output}")


@click.command(
    "dashboard",
    cls=Command,
    help="看板网页：梯队、得分分布、未满足的条件、预计通过数与目标、走访、漏斗、集群、产业链、变动。",
)
@book_argument
@on_option("展示哪一天的快照。", required=True)
@output_option(".html（网页）")
@option("--before", type=DAY, metavar="日期", help="较早快照的日期，用来列出变动。")
@option("--discovered", type=FILE, metavar="文件", help="pool discover -o 写出的走访名单。")
@option("--expected", type=FILE, metavar="文件", help="pool discover --expected 写出的预计通过数。")
@option("--goal", multiple=True, metavar="政策=家数", help="与预计通过数对照的目标，如 hte=100；可多次给出。")
@option("--targets", type=FILE, metavar="文件", help="pool targets 写出的目标进度。")
@option("--clusters", type=FILE, metavar="文件", help="matcher fields --scheme clusters 写出的领域表。")
@option("--chains", type=FILE, metavar="文件", help="matcher chains 写出的产业链表。")
@contacts_option
@quiet_option
def dashboard_command(
    book: Place,
    on: dt.date,
    output: Path,
    before: dt.date | None,
    discovered: Path | None,
    expected: Path | None,
    goal: Sequence[str],
    targets: Path | None,
    clusters: Path | None,
    chains: Path | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Write the bureau's page; the files as the commands wrote them."""
    from matcher.pool.book.book import Book
    from matcher.pool.book.diff import moves
    from matcher.pool.book.follow_up import funnel
    from matcher.pool.dashboard import dashboard_facts, write_dashboard
    from matcher.pool.results import add_goals, read_result

    files = {
        "discovered": discovered, "expected": expected, "targets": targets, "clusters": clusters, "chains": chains,
    }  # fmt: skip
    check({output: (".html",)}, book, *files.values())
    goals = named(goal, "政策=家数")
    if goals and expected is None:
        raise click.UsageError("--goal 须与 --expected 一起给出")
    tables = {kind: read_result(path, kind) for kind, path in files.items() if path is not None}
    with Book.open(book) as opened:
        if "expected" in tables:
            tables["expected"] = add_goals(tables["expected"], goals, opened.rules(on))
        facts = dashboard_facts(
            on=on,
            goal=opened.rules(on).goal,
            snapshot=opened.snapshot_on(on)[1],
            moves=None if before is None else moves(opened, before, on),
            discovered=tables.get("discovered"),
            expected=tables.get("expected"),
            targets=tables.get("targets"),
            clusters=tables.get("clusters"),
            chains=tables.get("chains"),
            funnel=funnel(opened.log, on=on),
            mask=not show_contacts,
        )
    write_dashboard(output, facts, mask=not show_contacts)
    report(quiet, f"结果已写入 {output}")


def add_commands(group: Group) -> None:
    """Put the commands on the pool's group."""
    for command in (push_command, status_command, funnel_command, dashboard_command):
        group.add_command(command)
