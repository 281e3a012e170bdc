"""The commands on what became of the pool's work: status, funnel, dashboard. No logic; `add_commands` adds them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matcher.cli.options import BookDay, BookFile, Output, counted, named
from matcher.errors import PoolError

if TYPE_CHECKING:
    import pandas as pd


def status_command(
    book: BookFile,
    on: BookDay,
    table: Annotated[Path | None, typer.Argument(help="Table of statuses to write first (跟进表).")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the items.")] = None,
    judged: Annotated[
        Path | None, typer.Option(help="Also write signed and declined pairs, for `matcher match --judged`.")
    ] = None,
) -> None:
    """Write statuses of recommended pairs or firms (推送, 联系, 洽谈, 签约, 拒绝), or list how every item stands."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import FOLLOW, conversions, follow, items
    from matcher.pool.book.follow_up import judged as judged_pairs
    from matcher.pool.book.tables import TITLES as HEADERS
    from matcher.pool.book.tables import in_words
    from matcher.tables.reading import describe, read_table

    for target in (output, judged):
        if target:
            check_target(target)
    found = Book.open(book)
    if table is not None:
        reading = read_table(table, FOLLOW)
        faults = reading.problems[~reading.problems["problem"].str.contains("已按行号编号", regex=False)]
        if len(faults):
            print(describe(faults), file=sys.stderr)
        print(f"{table.name}：{len(reading.rows)} 行，新写入 {follow(found.log, reading.rows)} 条", file=sys.stderr)
    now = items(found.log, on=on.date())
    if output:
        sheets = {
            "跟进": in_words(now) if output.suffix.lower() == ".xlsx" else now,
            "计入转化": conversions(found.log, on=on.date()),
            "采纳与拒绝": in_words(judged_pairs(found.log, on=on.date())),
        }
        save_tables(output, sheets, HEADERS)
    if judged:
        save_tables(judged, {"采纳与拒绝": judged_pairs(found.log, on=on.date())}, HEADERS)
    told = counted(in_words(now)["status"])
    print(f"{len(now)} 项：{told or '无'}", file=sys.stderr)


def push_command(
    book: BookFile,
    table: Annotated[Path, typer.Argument(help="What `matcher partners` or `matcher match` wrote.")],
    on: BookDay,
    person: Annotated[str, typer.Option("--person", help="Who pushes (经办人).")],
    needs: Annotated[
        Path | None, typer.Option(help="For pairs of `matcher match`: the table of needs, with 企业编号.")
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Of each need only so many of the best.")] = None,
) -> None:
    """Record recommended pairs as pushed (已推送); good matches only, and none twice."""
    from matcher.partners.workbook import HEADERS
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import push
    from matcher.tables.reading import read_needs
    from matcher.tables.results import load_table

    pairs = load_table(table, titles=HEADERS, needed=["need_id", "outcome_id"])
    if "enterprise_id" not in pairs:
        if needs is None:
            raise PoolError(f"{table.name}：没有企业编号；请用 --needs 给出带“企业编号”列的需求表")
        rows = read_needs(needs).rows
        owners = dict(zip(rows["need_id"], rows["enterprise_id"], strict=True)) if "enterprise_id" in rows else {}
        pairs = pairs.assign(enterprise_id=pairs["need_id"].map(owners))
    new, known = push(Book.open(book).log, pairs, on=on.date(), person=person, first=first)
    print(f"推送 {new} 项" + (f"；{known} 项已有跟进记录，略过" if known else ""), file=sys.stderr)


def funnel_command(
    book: BookFile,
    on: BookDay,
    output: Output,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only items first recorded from this day on.")
    ] = None,
) -> None:
    """How far the recommendations came, and the 对接率."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.follow_up import funnel
    from matcher.pool.book.tables import TITLES as HEADERS

    check_target(output)
    table = funnel(Book.open(book).log, on=on.date(), since=since.date() if since else None)
    save_tables(output, {"漏斗": table}, HEADERS)
    row = table.set_index("step").loc["talks"]
    rate = f"{row['of_pushed']:.1%}" if row["items"] else "0"
    print(f"对接率 {rate}（{row['items']}/{table['items'].iloc[0]}）；结果已写入 {output}", file=sys.stderr)


def dashboard_command(
    book: BookFile,
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the snapshot to show.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .html.")],
    before: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of an earlier snapshot, to show who moved.")
    ] = None,
    discovered: Annotated[Path | None, typer.Option(help="What `matcher pool discover -o` wrote.")] = None,
    expected: Annotated[Path | None, typer.Option(help="What `matcher pool discover --expected` wrote.")] = None,
    goal: Annotated[
        list[str] | None, typer.Option(metavar="POLICY=N", help="The target beside an expected number, as hte=100.")
    ] = None,
    targets: Annotated[Path | None, typer.Option(help="What `matcher pool targets -o` wrote.")] = None,
    clusters: Annotated[Path | None, typer.Option(help="What `matcher fields --scheme clusters -o` wrote.")] = None,
    chains: Annotated[Path | None, typer.Option(help="What `matcher chains -o` wrote.")] = None,
) -> None:
    """Write the bureau's page: tiers, expected passes against the target, clusters, chains, funnel, moves.

    Files may be .csv, .parquet or .xlsx, as the commands wrote them.
    """
    from matcher.cli.fields import TITLES as FIELD_TITLES
    from matcher.pool.book.book import Book
    from matcher.pool.book.diff import moves
    from matcher.pool.book.follow_up import funnel
    from matcher.pool.book.tables import TARGET_TITLES
    from matcher.pool.dashboard import write_dashboard
    from matcher.pool.discovery.workbook import EXPECTED_TITLES
    from matcher.pool.discovery.workbook import TITLES as LISTED_TITLES
    from matcher.tables.results import load_table

    def table(path: Path | None, titles: dict[str, str]) -> pd.DataFrame | None:
        return None if path is None else load_table(path, titles=titles)

    found = Book.open(book)
    chances = table(expected, EXPECTED_TITLES)
    if goal:
        chances = _with_goals(chances, named(goal, "--goal"))
    if chances is not None and "policy" in chances:
        rules = found.rules(on.date())
        titles = {policy.id: policy.title for policy in (rules.goal, rules.entry)}
        chances["name"] = chances["policy"].map(lambda name: titles.get(name, name))
    write_dashboard(
        output,
        on=on.date(),
        snapshot=found.snapshot_on(on.date())[1],
        moves=moves(found, before.date(), on.date()) if before else None,
        discovered=table(discovered, LISTED_TITLES),
        expected=chances,
        targets=table(targets, TARGET_TITLES),
        clusters=table(clusters, FIELD_TITLES),
        chains=table(chains, FIELD_TITLES),
        funnel=funnel(found.log, on=on.date()),
    )
    print(f"结果已写入 {output}", file=sys.stderr)


def _with_goals(expected: pd.DataFrame | None, goals: dict[str, str]) -> pd.DataFrame:
    if expected is None:
        raise PoolError("--goal 须与 --expected 一起给出")
    if strange := [f"{name}={number}" for name, number in goals.items() if not number.isdigit()]:
        raise PoolError(f"--goal 写成 政策=家数，如 hte=100，而不是“{'、'.join(strange)}”")
    if strange := sorted(set(goals) - set(expected.get("policy", []))):
        raise PoolError(f"预计通过数表中没有政策 {'、'.join(strange)}；有：{'、'.join(expected.get('policy', []))}")
    return expected.assign(goal=expected["policy"].map({name: float(number) for name, number in goals.items()}))


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("push")(push_command)
    app.command("status")(status_command)
    app.command("funnel")(funnel_command)
    app.command("dashboard")(dashboard_command)
