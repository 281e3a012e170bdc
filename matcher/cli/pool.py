"""The commands on the cultivation pool: `matcher pool ...`. No logic; `add_commands` adds them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from matcher.cli import discovery, follow_up, history
from matcher.cli.options import BookDay, BookFile, Output, counted, named

pool_app = typer.Typer(no_args_is_help=True, help="The cultivation pool (培育库): its book, follow-up, targets.")


@pool_app.command("targets")
def targets_command(
    table: Annotated[Path, typer.Argument(help="Table of targets: name, baseline, goal, actual, start, due.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is looked at.")],
) -> None:
    """Say of every target how far it is, and what is missing a month."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.tables import TARGET_TITLES
    from matcher.pool.targets import progress
    from matcher.tables.reading import read_table
    from matcher.tables.schemas import TARGETS

    check_target(output)
    reading = read_table(table, TARGETS)
    found = progress(reading.rows, on=on.date())
    save_tables(output, {"目标": found, "问题": reading.problems}, TARGET_TITLES)
    print(f"{len(found)} 项目标：{counted(found['status'])}；结果已写入 {output}", file=sys.stderr)


@pool_app.command("help-whom")
def help_whom_command(
    table: Annotated[
        Path,
        typer.Argument(
            help="Table of firms: enterprise_id, chance, chance_if_helped, and visits where not 1; with --odds also "
            "what `matcher pool discover` wrote."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    visits: Annotated[int, typer.Option(min=0, help="Visits that can be made in all.")],
    target: Annotated[int, typer.Option(min=0, help="Passes to be reached.")],
    odds: Annotated[
        float | None,
        typer.Option(
            min=1, help="Your assumption where chance_if_helped is not known: help multiplies a firm's odds by this."
        ),
    ] = None,
) -> None:
    """Choose the firms to help so that the target is reached with the largest probability; what each visit adds."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.tables import TARGET_TITLES
    from matcher.pool.targets import whom_to_help, with_help
    from matcher.tables.reading import read_table
    from matcher.tables.schemas import CHANCES

    check_target(output)
    reading = read_table(table, CHANCES)
    rows = reading.rows
    if "visits" in rows:
        rows = rows.assign(visits=rows["visits"].fillna(1))
    if odds is not None:
        rows = with_help(rows, odds=odds)
    found = whom_to_help(rows, visits=visits, target=target)
    sheets = {"帮扶名单": found.chosen, "每次走访的作用": found.marginal, "问题": reading.problems}
    save_tables(output, sheets, TARGET_TITLES)
    proof = "已证明最优" if found.optimal else f"任何选法都不超过 {found.bound:.1%}"
    told = f"帮扶 {len(found.chosen)} 家，达到 {target} 家通过的概率 {found.probability:.1%}（{proof}）"
    print(f"{told}；结果已写入 {output}", file=sys.stderr)


# ---- the book of record

Person = Annotated[str, typer.Option("--person", help="Who writes (经办人).")]
Contacts = Annotated[bool, typer.Option("--show-contacts", help="Do not mask phones, mails and identity numbers.")]
Numbers = Annotated[
    list[str] | None, typer.Option("--parameter", help="A number of the policy of entry, such as staff_share=8%.")
]


@pool_app.command("create")
def create_command(
    book: BookFile,
    on: BookDay,
    person: Person,
    goal: Annotated[str, typer.Option(help="What the pool leads to: a policy by its id or folder.")] = "hte",
    entry: Annotated[str, typer.Option(help="The rules of entry: a policy by its id or folder.")] = "hte-pool",
    parameter: Numbers = None,
) -> None:
    """Make a new book with its rules of entry and its goal."""
    from matcher.policy.policy import load_policy
    from matcher.pool.book.book import Book

    found = Book.create(
        book, on=on.date(), person=person, goal=goal, entry=load_policy(entry, parameters=_numbers(parameter))
    )
    found.log.close()
    print(f"已建立 {book}：目标 {goal}，入库条件 {entry}", file=sys.stderr)


@pool_app.command("rules")
def rules_command(
    book: BookFile,
    on: BookDay,
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
    from matcher.policy.policy import load_policy
    from matcher.pool.book.book import Book
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
    on: BookDay,
    person: Person,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook.")] = None,
    source: Annotated[str, typer.Option(help="Where the facts are from; by default the file's name.")] = "",
    problems: Annotated[Path | None, typer.Option(help="Also write what is wrong: .xlsx, .csv or .parquet.")] = None,
) -> None:
    """Write what a table of firms says beyond the book; nothing that somebody else changed is overwritten."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.book import Book, told_conflicts
    from matcher.pool.book.tables import CONFLICT_TITLES, headers, read_book_firms
    from matcher.tables.reading import describe

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
def sheet_command(book: BookFile, output: Output, on: BookDay, show_contacts: Contacts = False) -> None:
    """Write the firms as a sheet to be edited and imported again."""
    from matcher.export.tables import save_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import headers

    found = Book.open(book)
    rules = found.rules(on.date())
    table = found.sheet(on=on.date(), mask=not show_contacts)
    save_tables(output, {"企业": table}, headers([rules.goal, rules.entry], list(table.columns)), mask=False)
    print(f"{len(table)} 家企业；结果已写入 {output}", file=sys.stderr)


@pool_app.command("enter")
def enter_command(
    book: BookFile,
    on: BookDay,
    person: Person,
    firm: Annotated[list[str] | None, typer.Option(help="A firm by its id; none: all candidates that pass.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="The firms of a table, such as what `matcher pool discover` wrote.")
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only so many from the top of the list.")] = None,
    reason: Annotated[str, typer.Option(help="Why a firm enters that does not surely pass.")] = "",
) -> None:
    """Take firms into the pool (入库)."""
    from matcher.pool.book.book import Book
    from matcher.pool.discovery.workbook import TITLES as LISTED_TITLES
    from matcher.tables.results import load_table

    found, told = Book.open(book), ""
    if listed is not None:
        ids = load_table(listed, titles=LISTED_TITLES, needed=["enterprise_id"])["enterprise_id"].tolist()[:first]
        states = found.states(on.date()).set_index("enterprise_id")["state"]
        away = [name for name in ids if states.get(name) not in ("in_pool", "graduated")]
        told = f"；名单中 {len(ids) - len(away)} 家已在库或已认定，略过" if len(away) < len(ids) else ""
        firm = [*(firm or []), *away]
    taken = found.enter(firm, on=on.date(), person=person, reason=reason)
    told = f"入库 {len(taken)} 家{told}"
    if firm is None and (open_ := int((found.states(on.date())["state"] == "candidate").sum())):
        told += f"；其余 {open_} 家候选不确定符合入库条件（多为缺少事实），可用 --list 走访名单 --reason 理由 入库"
    print(told, file=sys.stderr)


@pool_app.command("exit")
def exit_command(
    book: BookFile,
    on: BookDay,
    person: Person,
    firm: Annotated[list[str], typer.Option(help="A firm by its id; may be given several times.")],
    reason: Annotated[str, typer.Option(help="已认定 (graduates), 期满, 条件丧失, 弄虚作假, 事故或违法, 迁出, 其他.")],
    note: Annotated[str, typer.Option(help="A remark.")] = "",
) -> None:
    """Take firms out of the pool (出库); those recognised graduate."""
    from matcher.pool.book.book import Book

    gone = Book.open(book).leave(firm, on=on.date(), person=person, reason=reason, note=note)
    print(f"出库 {len(gone)} 家（{reason}）", file=sys.stderr)


@pool_app.command("snapshot")
def snapshot_command(
    book: BookFile,
    output: Output,
    on: BookDay,
    person: Person,
    card: Annotated[
        Path | None, typer.Option(help="Order what is written by a card of `matcher pool learn`, inside the tiers.")
    ] = None,
) -> None:
    """Work out state and tier of every firm on a day, keep them in the book and write them."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.tables import TITLES as HEADERS
    from matcher.pool.book.tables import in_words, snapshot_notes
    from matcher.pool.scorecard.card import TITLES as CARD_HEADERS
    from matcher.pool.scorecard.card import ScoreCard, order_inside

    check_target(output)
    found, learned = Book.open(book), ScoreCard.load(card) if card else None
    table = found.snapshot(on=on.date(), person=person)
    rules = found.rules(on.date())
    if learned is not None:
        firms = found.firms(on.date()).drop(columns="apply_on", errors="ignore")
        table = order_inside(table, learned.score(firms, rules.goal, on=on.date()).firms)
    shown = in_words(table, rules.goal) if output.suffix.lower() == ".xlsx" else table
    sheets = {"快照": shown, "说明": snapshot_notes(rules.goal, rules.leads)}
    save_tables(output, sheets, {**HEADERS, **CARD_HEADERS})
    inside = table[table["state"] == "in_pool"]
    told = counted(in_words(inside)["tier"]) or "无"
    print(f"{len(table)} 家企业，在库 {len(inside)} 家（{told}）；结果已写入 {output}", file=sys.stderr)


@pool_app.command("diff")
def diff_command(
    book: BookFile,
    output: Output,
    before: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the earlier snapshot.")],
    after: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the later snapshot.")],
) -> None:
    """Say who moved between two snapshots, and because of which fact, rule or day."""
    from matcher.export.tables import check_target, save_tables
    from matcher.pool.book.book import Book
    from matcher.pool.book.diff import moves
    from matcher.pool.book.tables import TITLES as HEADERS
    from matcher.pool.book.tables import in_words

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
    from matcher.pool.book.book import Book

    Book.open(book).export(folder, mask=not show_contacts)
    print(f"已写出 {folder}", file=sys.stderr)


@pool_app.command("replay")
def replay_command(
    source: Annotated[Path, typer.Argument(help="A book to check, or a folder of `matcher pool export`.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="With a folder: the new book.")] = None,
) -> None:
    """Work every snapshot out again from the log; with a folder, make the book again from its files."""
    from matcher.errors import PoolError
    from matcher.pool.book.book import Book

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


def _numbers(texts: list[str] | None) -> dict[str, object]:
    from matcher.policy.loader import parse_yaml

    return {name: parse_yaml(value, "--parameter") for name, value in named(texts, "--parameter").items()}


def add_commands(app: typer.Typer) -> None:
    """Put the group on an app."""
    discovery.add_commands(pool_app)
    follow_up.add_commands(pool_app)
    history.add_commands(pool_app)
    app.add_typer(pool_app, name="pool")
