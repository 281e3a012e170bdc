"""Projects: applications held against earlier ones; the book of projects stands in a module of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli import lifecycle
from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    FILE,
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
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about

ALIASES: dict[str, click.Command] = {}

group = Group("projects", help="科技项目：查重；从申报到归档的台账、期限、指标、经费和产出。")


@group.command("duplicates", cls=Command, help="新申报的项目和已有项目比对：重合多少、哪些句子、有什么新内容。")
@argument("new", "新项目表", f"项目编号、项目名称、内容或各部分，可有负责人、单位、年度：{TABLE_KINDS}。")
@argument("old", "已有项目表", "不给出时，新项目之间互相比对。", required=False)
@output_option(".xlsx（工作簿，附逐句对照）、.html（对照单，可打印）、.csv 或 .parquet")
@option("-k", type=COUNT, default=5, metavar="行数", help="每个新项目列出几个已有项目，默认 5，最多 24。")
@option(
    "--false-alarm", type=float, default=0.01, metavar="比例", help="允许误报的比例，默认 0.01；1 为只排序、不提示。"
)
@option("--accurate", is_flag=True, help="再用词元模型通读最相近的文本（慢得多，多找出几篇换了说法的）。")
@option("--accurate-model", type=FILE, metavar="文件夹", help="所用模型的文件夹，给出即通读。")
@option("--rng", type=int, default=0, metavar="种子", help="抽取已有项目估计限值的随机种子，默认 0。")
@sheet_option()
@column_option()
@contacts_option
@on_option(required=False)
@quiet_option
def duplicates_command(
    new: Path,
    old: Path | None,
    output: Path,
    k: int,
    false_alarm: float,
    accurate: bool,
    accurate_model: Path | None,
    rng: int,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Hold applications against earlier projects."""
    from matcher.projects.duplicates import find_duplicates
    from matcher.projects.reading import read_projects
    from matcher.projects.sections import bodiless
    from matcher.projects.workbook import SUFFIXES, write_duplicates
    from matcher.tables.contacts.hiding import mask_contacts

    check({output: SUFFIXES}, new, old)
    applied = read(read_projects, new, sheet=sheet, column=column, quiet=quiet)
    known = None if old is None else read(read_projects, old, quiet=quiet)
    earlier = applied if known is None else known
    pairs = find_duplicates(
        applied.rows,
        None if known is None else known.rows,
        k=k,
        false_alarm=false_alarm,
        rng=rng,
        accurate=accurate_model or accurate,
        progress=not quiet,
    )
    told = [mask_contacts(line) for line in bodiless(applied.rows)]
    close = "词元模型，最相近的文本" if accurate_model or accurate else "无"
    readings = [applied] if known is None else [applied, known]
    write_duplicates(
        output,
        pairs,
        new=applied.rows,
        old=earlier.rows,
        problems=all_problems(*readings),
        columns=all_columns(*readings),
        about={
            "误报率": f"{false_alarm:g}",
            "通读": close,
            **({"名单之内": "；".join(told)} if told else {}),
            **about(on or dt.date.today(), [new, old]),
        },
        mask=not show_contacts,
    )
    note(quiet, *told[:20], *([f"另有 {len(told) - 20} 处正文相同或没有正文"] if len(told) > 20 else []))
    flagged = pairs.loc[pairs["flagged"], "new_id"].nunique()
    if false_alarm < 1 and not pairs["promised"].all():
        few = f"已有项目太少，对误报率 {false_alarm:g} 没有把握：只提示有整句照抄或一半以上重合的；请给出更多已有项目"
        note(quiet, few)
    report(quiet, f"{len(applied.rows)} 项中有 {flagged} 项有提示；结果已写入 {output}")


lifecycle.add_commands(group)
