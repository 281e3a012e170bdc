"""What people said of matches: teach a saved index, or list what was declined and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import counts_of, report
from matcher.cli.options import (
    FILE,
    argument,
    check,
    contacts_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pairs import learned, read_pairs, read_side
from matcher.errors import TableError

ALIASES: dict[str, click.Command] = {}
group = Group("feedback", default="learn", help="用人工的采纳与拒绝教索引；按单位和理由列出被拒绝的成果。")


@group.command("learn", help="用人工标注过的配对教已保存的索引，或让它忘掉。")
@argument("folder", "文件夹", "已保存的索引。")
@argument("judged", "标注表", "双方编号，以及等级（1 至 4），或采纳/拒绝及拒绝理由。")
@argument("texts", "原表", "当时拿来匹配的那张表（成果库的索引要需求表）；--withdraw 时不用。", required=False)
@option("--withdraw", is_flag=True, help="忘掉这些配对。")
@sheet_option(of="原表")
@column_option(of="原表")
@quiet_option
def learn_command(
    folder: Path,
    judged: Path,
    texts: Path | None,
    withdraw: bool,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Teach a saved index by judged pairs, or make it forget them."""
    from matcher.matching.index import Index
    from matcher.matching.learning.feedback import withdraw_feedback

    index = Index.load(folder)
    before = len(index.feedback.table) if index.feedback else 0
    if withdraw:
        index = withdraw_feedback(index, read_pairs(judged))
    elif texts is None:
        raise TableError("还需要当时拿来匹配的那张表（成果库的索引要需求表），才知道这些编号说的是什么")
    else:
        kind: Literal["needs", "outcomes"] = "needs" if index.id_column == "outcome_id" else "outcomes"
        index = learned(index, judged, read_side(kind, texts, sheet, column, "list", quiet).rows, quiet)
    index.save(folder)
    report(quiet, f"{folder} 原有标注 {before} 对，现有 {len(index.feedback.table) if index.feedback else 0} 对")


@group.command("export", help="列出被拒绝的配对：哪家单位的哪项成果，因何理由，供高校、院所查看；不列企业。")
@argument("source", "索引或标注表", "已保存的索引文件夹，或标注表：双方编号、拒绝理由，可有日期。")
@output_option(".xlsx（另有按单位和理由的计数）、.csv 或 .parquet")
@option("--needs", type=FILE, metavar="需求表", help="标注表没有需求名称，从这张表取。")
@option("--outcomes", type=FILE, metavar="成果表", help="标注表没有成果名称和完成单位，从这张表取。")
@contacts_option
@quiet_option
def export_command(
    source: Path, output: Path, needs: Path | None, outcomes: Path | None, show_contacts: bool, quiet: bool
) -> None:
    """List declined pairs with their reasons, for the institutions whose outcomes they are."""
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.export.titles import DECLINES
    from matcher.matching.index import Index
    from matcher.matching.learning.declines import count_declines, declined_pairs, declines_of

    check({output: (".xlsx", ".csv", ".parquet")}, source, needs, outcomes)
    if source.is_dir():
        if needs or outcomes:
            raise TableError("--needs、--outcomes 只和标注表一起用；索引里已有名称和单位")
        declined = declines_of(Index.load(source))
    else:
        asking = read_side("needs", needs, None, (), "list", quiet).rows if needs else None
        answering = read_side("outcomes", outcomes, None, (), "list", quiet).rows if outcomes else None
        declined = declined_pairs(read_pairs(source), needs=asking, outcomes=answering)
    sheets = {"拒绝": Sheet(declined, DECLINES), "按理由": Sheet(count_declines(declined), DECLINES)}
    write_tables(output, sheets, title="被拒绝的成果", mask=not show_contacts)
    reasons = counts_of(declined["reason"])
    report(quiet, f"{len(declined)} 对被拒绝{f'：{reasons}' if reasons else ''}；结果已写入 {output}")
