"""The commands on the cultivation pool: `matcher pool ...`. No logic; `add_commands` adds them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from matcher import cli_discover, cli_history
from matcher.cli_options import named

pool_app = typer.Typer(no_args_is_help=True, help="The cultivation pool (培育库): its book, follow-up, targets.")

TITLES = {
    "target_id": "目标编号", "name": "名称", "unit": "单位", "goal": "目标值", "due": "完成日期", "actual": "实际值",
    "share": "完成比例", "expected": "时间进度", "status": "状态", "missing": "还差", "a_month": "每月须完成",
    "enterprise_id": "企业编号", "visits": "走访次数", "chance": "通过概率", "chance_if_helped": "帮扶后通过概率",
    "adds": "增加的达标概率", "firms": "帮扶企业数", "probability": "达标概率",
}  # fmt: skip


@pool_app.command("targets")
def targets_command(
    table: Annotated[Path, typer.Argument(help="Table of targets: name, baseline, goal, actual, start, due.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is looked at.")],
) -> None:
    """Say of every target how far it is, and what is missing a month."""
    from matcher.books import check_target, save_tables
    from matcher.contracts import TARGETS
    from matcher.pool.targets import progress
    from matcher.tables import read_table

    check_target(output)
    reading = read_table(table, TARGETS)
    found = progress(reading.rows, on=on.date())
    save_tables(output, {"目标": found, "问题": reading.problems}, TITLES)
    print(f"{len(found)} 项目标：{_counted(found['status'])}；结果已写入 {output}", file=sys.stderr)


@pool_app.command("help-whom")
def help_whom_command(
    table: Annotated[
        Path, typer.Argument(help="Table of firms: enterprise_id, chance, chance_if_helped, and visits where not 1.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    visits: Annotated[int, typer.Option(min=0, help="Visits that can be made in all.")],
    target: Annotated[int, typer.Option(min=0, help="Passes to be reached.")],
) -> None:
    """Choose the firms to help so that the target is reached with the largest probability; what each visit adds."""
    from matcher.books import check_target, save_tables
    from matcher.contracts import CHANCES
    from matcher.pool.targets import whom_to_help
    from matcher.tables import read_table

    check_target(output)
    reading = read_table(table, CHANCES)
    rows = reading.rows
    if "visits" in rows:
        rows = rows.assign(visits=rows["visits"].fillna(1))
    found = whom_to_help(rows, visits=visits, target=target)
    save_tables(output, {"帮扶名单": found.chosen, "每次走访的作用": found.marginal, "问题": reading.problems}, TITLES)
    proof = "已证明最优" if found.optimal else f"任何选法都不超过 {found.bound:.1%}"
    told = f"帮扶 {len(found.chosen)} 家，达到 {target} 家通过的概率 {found.probability:.1%}（{proof}）"
    print(f"{told}；结果已写入 {output}", file=sys.stderr)


# ---- the book of record

BookFile = Annotated[Path, typer.Argument(metavar="BOOK", help="The pool's file, such as 培育库.db.")]
Day = Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of the entry, or of the look.")]
Person = Annotated[str, typer.Option("--person", help="Who writes (经办人).")]
Output = Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")]
Contacts = Annotated[bool, typer.Option("--show-contacts", help="Do not mask phones, mails and identity numbers.")]
Numbers = Annotated[
    list[str] | None, typer.Option("--parameter", help="A number of the policy of entry, such as staff_share=8%.")
]


@pool_app.command("create")
def create_command(
    book: BookFile,
    on: Day,
    person: Person,
    goal: Annotated[str, typer.Option(help="What the pool leads to: a policy by its id or folder.")] = "hte",
    entry: Annotated[str, typer.Option(help="The rules of entry: a policy by its id or folder.")] = "hte-pool",
    parameter: Numbers = None,
) -> None:
    """Make a new book with its rules of entry and its goal."""
    from matcher.policy.core import load_policy
    from matcher.pool.book import Book

    found = Book.create(
        book, on=on.date(), person=person, goal=goal, entry=load_policy(entry, parameters=_numbers(parameter))
    )
    found.log.close()
    print(f"已建立 {book}：目标 {goal}，入库条件 {entry}", file=sys.stderr)


@pool_app.command("rules")
def rules_command(
    book: BookFile,
    on: Day,
    person: Person,
    goal: Annotated[str | None, typer.Option(help="Another goal: a policy by its id or folder.")] = None,
    entry: Annotated[str | None, typer.Option(help="Other rules of entry.")] = None,
    parameter: Numbers = None,
    lead: Annotated[
        list[str] | None,
        typer.Option(
            help="A lead time of the goal in days, such as ip=180; 'gap' or 'missing share' where that counts."
        ),
    ] = None,
) -> None:
    """Change the rules from a day on; whatever is not named stays."""
    from matcher.policy.core import load_policy
    from matcher.pool.book import Book
    from matcher.pool.tiers import default_leads

    found = Book.open(book)
    now = found.rules(on.date())
    target = load_policy(goal) if goal else now.goal
    source = load_policy(entry) if entry else now.entry
    leads = dict(default_leads(target.id) if goal else now.leads)
    leads |= {rule: int(days) if days.isdigit() else days for rule, days in named(lead, "--lead").items()}
    found.set_rules(on=on.date(), person=person, goal=target, entry=source.remade({}, _numbers(parameter)), leads=leads)
    print(f"{on:%Y-%m-%d} 起按新规则", file=sys.stderr)


@pool_app.command("import")
def import_command(
    book: BookFile,
    table: Annotated[Path, typer.Argument(help="Table of firms, or an edited sheet of `matcher pool sheet`.")],
    on: Day,
    person: Person,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook.")] = None,
    source: Annotated[str, typer.Option(help="Where the facts are from; by default the file's name.")] = "",
    problems: Annotated[Path | None, typer.Option(help="Also write what is wrong: .xlsx, .csv or .parquet.")] = None,
) -> None:
    """Write what a table of firms says beyond the book; nothing that somebody else changed is overwritten."""
    from matcher.books import check_target, save_tables
    from matcher.pool.book import Book, told_conflicts
    from matcher.pool.book_files import CONFLICT_TITLES, headers, read_book_firms
    from matcher.tables import describe

    if problems:
        check_target(problems)
    found = Book.open(book)
    rules = found.rules(on.date())
    reading = read_book_firms(table, [rules.goal, rules.entry], sheet=sheet)
    done = found.put(reading.rows, on=on.date(), person=person, source=source or table.name)
    if len(reading.problems):
        print(describe(reading.problems), file=sys.stderr)
    if len(done.conflicts):
        titles = headers([rules.goal, rules.entry], list(reading.rows.columns))
        print(told_conflicts(done.conflicts, titles), file=sys.stderr)
    if problems:
        save_tables(problems, {"问题": reading.problems, "冲突": done.conflicts}, CONFLICT_TITLES)
    print(
        f"读入 {len(reading.rows)} 家：新增 {done.new} 家，改动 {done.firms} 家，共写入 {done.cells} 格，"
        f"冲突 {len(done.conflicts)} 处",
        file=sys.stderr,
    )
    if len(done.conflicts):
        raise typer.Exit(1)


@pool_app.command("sheet")
def sheet_command(book: BookFile, output: Output, on: Day, show_contacts: Contacts = False) -> None:
    """Write the firms as a sheet to be edited and imported again."""
    from matcher.books import save_tables
    from matcher.pool.book import Book
    from matcher.pool.book_files import headers

    found = Book.open(book)
    rules = found.rules(on.date())
    table = found.sheet(on=on.date(), mask=not show_contacts)
    save_tables(output, {"企业": table}, headers([rules.goal, rules.entry], list(table.columns)))
    print(f"{len(table)} 家企业；结果已写入 {output}", file=sys.stderr)


@pool_app.command("enter")
def enter_command(
    book: BookFile,
    on: Day,
    person: Person,
    firm: Annotated[list[str] | None, typer.Option(help="A firm by its id; none: all candidates that pass.")] = None,
    reason: Annotated[str, typer.Option(help="Why a firm enters that does not surely pass.")] = "",
) -> None:
    """Take firms into the pool (入库)."""
    from matcher.pool.book import Book

    taken = Book.open(book).enter(firm, on=on.date(), person=person, reason=reason)
    print(f"入库 {len(taken)} 家", file=sys.stderr)


@pool_app.command("exit")
def exit_command(
    book: BookFile,
    on: Day,
    person: Person,
    firm: Annotated[list[str], typer.Option(help="A firm by its id; may be given several times.")],
    reason: Annotated[str, typer.Option(help="已认定 (graduates), 期满, 条件丧失, 弄虚作假, 事故或违法, 迁出, 其他.")],
    note: Annotated[str, typer.Option(help="A remark.")] = "",
) -> None:
    """Take firms out of the pool (出库); those recognised graduate."""
    from matcher.pool.book import Book

    gone = Book.open(book).leave(firm, on=on.date(), person=person, reason=reason, note=note)
    print(f"出库 {len(gone)} 家（{reason}）", file=sys.stderr)


@pool_app.command("snapshot")
def snapshot_command(
    book: BookFile,
    output: Output,
    on: Day,
    person: Person,
    card: Annotated[
        Path | None, typer.Option(help="Order what is written by a card of `matcher pool learn`, inside the tiers.")
    ] = None,
) -> None:
    """Work out state and tier of every firm on a day, keep them in the book and write them."""
    from matcher.books import check_target, save_tables
    from matcher.pool.book import Book
    from matcher.pool.book_files import TITLES as HEADERS
    from matcher.pool.book_files import in_words
    from matcher.pool.scorecard import TITLES as CARD_HEADERS
    from matcher.pool.scorecard import ScoreCard, order_inside

    check_target(output)
    found, learned = Book.open(book), ScoreCard.load(card) if card else None
    table = found.snapshot(on=on.date(), person=person)
    if learned is not None:
        firms = found.firms(on.date()).drop(columns="apply_on", errors="ignore")
        table = order_inside(table, learned.score(firms, found.rules(on.date()).goal, on=on.date()).firms)
    sheets = {"快照": in_words(table) if output.suffix.lower() == ".xlsx" else table}
    save_tables(output, sheets, {**HEADERS, **CARD_HEADERS})
    inside = table[table["state"] == "in_pool"]
    told = _counted(in_words(inside)["tier"]) or "无"
    print(f"{len(table)} 家企业，在库 {len(inside)} 家（{told}）；结果已写入 {output}", file=sys.stderr)


@pool_app.command("diff")
def diff_command(
    book: BookFile,
    output: Output,
    before: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the earlier snapshot.")],
    after: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the later snapshot.")],
) -> None:
    """Say who moved between two snapshots, and because of which fact, rule or day."""
    from matcher.books import check_target, save_tables
    from matcher.pool.book import Book
    from matcher.pool.book_files import TITLES as HEADERS
    from matcher.pool.book_files import in_words
    from matcher.pool.changes import moves

    check_target(output)
    table = moves(Book.open(book), before.date(), after.date())
    save_tables(output, {"变动": in_words(table) if output.suffix.lower() == ".xlsx" else table}, HEADERS)
    print(f"{table['enterprise_id'].nunique()} 家企业有变动；结果已写入 {output}", file=sys.stderr)


@pool_app.command("export")
def export_command(
    book: BookFile,
    folder: Annotated[Path, typer.Argument(help="Folder for events.csv, snapshots.csv and rules/.")],
    show_contacts: Contacts = False,
) -> None:
    """Write the whole book as CSV, from which it can be made again."""
    from matcher.pool.book import Book

    Book.open(book).export(folder, mask=not show_contacts)
    print(f"已写出 {folder}", file=sys.stderr)


@pool_app.command("replay")
def replay_command(
    source: Annotated[Path, typer.Argument(help="A book to check, or a folder of `matcher pool export`.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="With a folder: the new book.")] = None,
) -> None:
    """Work every snapshot out again from the log; with a folder, make the book again from its files."""
    from matcher.errors import PoolError
    from matcher.pool.book import Book

    if source.is_dir() != (output is not None):
        raise PoolError("给出导出的文件夹时须用 -o 指定新文件；检查现有文件时不用 -o")
    if output is not None:
        Book.rebuild(source, output)
        print(f"已由 {source} 重建 {output}", file=sys.stderr)
        return
    found = Book.open(source)
    wrong = found.replay()
    for row in wrong.head(20).to_dict("records"):
        print(f"{row['day']}，{row['enterprise_id']}：库中 {row['kept']}，重算 {row['again']}", file=sys.stderr)
    print(f"{len(found.snapshots())} 个快照，{len(wrong)} 家与重算不一致", file=sys.stderr)
    if len(wrong):
        raise typer.Exit(1)


@pool_app.command("status")
def status_command(
    book: BookFile,
    on: Day,
    table: Annotated[Path | None, typer.Argument(help="Table of statuses to write first (跟进表).")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the items.")] = None,
) -> None:
    """Write statuses of recommended pairs or firms (推送, 联系, 洽谈, 签约, 拒绝), or list how every item stands."""
    from matcher.books import check_target, save_tables
    from matcher.pool.book import Book
    from matcher.pool.book_files import TITLES as HEADERS
    from matcher.pool.book_files import in_words
    from matcher.pool.followup import FOLLOW, conversions, follow, items, judged
    from matcher.tables import describe, read_table

    if output:
        check_target(output)
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
            "采纳与拒绝": judged(found.log, on=on.date()),
        }
        save_tables(output, sheets, HEADERS)
    told = _counted(in_words(now)["status"])
    print(f"{len(now)} 项：{told or '无'}", file=sys.stderr)


@pool_app.command("funnel")
def funnel_command(
    book: BookFile,
    on: Day,
    output: Output,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only items first recorded from this day on.")
    ] = None,
) -> None:
    """How far the recommendations came, and the 对接率."""
    from matcher.books import check_target, save_tables
    from matcher.pool.book import Book
    from matcher.pool.book_files import TITLES as HEADERS
    from matcher.pool.followup import funnel

    check_target(output)
    table = funnel(Book.open(book).log, on=on.date(), since=since.date() if since else None)
    save_tables(output, {"漏斗": table}, HEADERS)
    row = table.set_index("step").loc["talks"]
    rate = f"{row['of_pushed']:.1%}" if row["items"] else "0"
    print(f"对接率 {rate}（{row['items']}/{table['items'].iloc[0]}）；结果已写入 {output}", file=sys.stderr)


@pool_app.command("dashboard")
def dashboard_command(
    book: BookFile,
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the snapshot to show.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .html.")],
    before: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of an earlier snapshot, to show who moved.")
    ] = None,
    expected: Annotated[
        Path | None, typer.Option(help="Table (.csv, .parquet): name, expected, low, high, goal.")
    ] = None,
    clusters: Annotated[Path | None, typer.Option(help="Table (.csv, .parquet): name, firms.")] = None,
    chains: Annotated[
        Path | None, typer.Option(help="Table (.csv, .parquet): cluster, link, firms, needs, outcomes.")
    ] = None,
) -> None:
    """Write the bureau's page: tiers, expected passes against the target, clusters, chains, funnel, moves."""
    from matcher.pool.book import Book
    from matcher.pool.book_files import read_part
    from matcher.pool.changes import moves
    from matcher.pool.dashboard import write_dashboard
    from matcher.pool.followup import funnel

    found = Book.open(book)
    write_dashboard(
        output,
        on=on.date(),
        snapshot=found.snapshot_on(on.date())[1],
        moves=moves(found, before.date(), on.date()) if before else None,
        expected=read_part(expected, ["name", "expected", "low", "high", "goal"]),
        clusters=read_part(clusters, ["name", "firms"]),
        chains=read_part(chains, ["cluster", "link", "firms", "needs", "outcomes"]),
        funnel=funnel(found.log, on=on.date()),
    )
    print(f"结果已写入 {output}", file=sys.stderr)


def _numbers(texts: list[str] | None) -> dict[str, object]:
    from matcher.policy.policy_file import parse_yaml

    return {name: parse_yaml(value, "--parameter") for name, value in named(texts, "--parameter").items()}


def _counted(status: object) -> str:
    import pandas as pd

    return "、".join(f"{name} {many}" for name, many in pd.Series(status).value_counts(sort=False).items())


def add_commands(app: typer.Typer) -> None:
    """Put the group on an app."""
    cli_discover.add_commands(pool_app)
    cli_history.add_commands(pool_app)
    app.add_typer(pool_app, name="pool")
