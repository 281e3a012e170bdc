"""The command `index`: a table to a folder that is searched, and its changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import note, report
from matcher.cli.models import encoder_of, model_options, refuse_beside_folder, segmenter_of
from matcher.cli.options import (
    argument,
    bad_rows_option,
    option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pairs import read_side
from matcher.errors import TableError
from matcher.forks import processors

if TYPE_CHECKING:
    pass

_CONFLICT = "条的编号在索引中是另一项，没有更新（确是同一项请加 --accept-changes，否则请改编号）："


@click.command("index", cls=Command, help="把一张表建成索引存入文件夹，供以后快速匹配；或增、改、删其中的记录。")
@argument("table", "表", "成果表（加 --needs 则为需求表）。")
@argument("folder", "文件夹", "索引存在哪个文件夹。")
@option("--needs", is_flag=True, help="这是需求表。")
@option("--update", is_flag=True, help="加入已有的索引；编号相同的记录换成新的，名称完全不同的列为冲突，不换。")
@option("--accept-changes", is_flag=True, help="--update 时名称完全不同的记录也换成新的。")
@option("--remove", is_flag=True, help="从已有的索引中移除表中的编号。")
@option("--replace", "renew", is_flag=True, help="重新建立，取代文件夹中原有的索引。")
@sheet_option()
@column_option()
@bad_rows_option
@model_options
@quiet_option
def index_command(
    table: Path,
    folder: Path,
    needs: bool,
    update: bool,
    accept_changes: bool,
    remove: bool,
    renew: bool,
    sheet: str | None,
    column: Sequence[str],
    bad_rows: str,
    words: Path | None,
    encoder: str | None,
    download: bool,
    query_prompt: str | None,
    document_prompt: str | None,
    quiet: bool,
) -> None:
    """Save an index of a table in a folder, or change the one that is there."""
    from matcher.matching.index import Index
    from matcher.matching.library.renewal import change_message
    from matcher.matching.library.renewal import renew as bring_up_to_date
    from matcher.tables.naming.writings import KnownIds

    if update + remove + renew > 1:
        raise TableError("--update、--remove、--replace 只能选一个")
    if accept_changes and not update:
        raise TableError("--accept-changes 只和 --update 一起用")
    refused = 0
    model = encoder_of(encoder, download, query_prompt, document_prompt)
    reading = read_side("needs" if needs else "outcomes", table, sheet, column, bad_rows, quiet, ids_only=remove)
    if update or remove:
        refuse_beside_folder(words=words)
        index = Index.load(folder, encoder=model)
        if index.id_column not in reading.rows:
            raise TableError(f"{folder}：索引按 {index.id_column} 编号，{table.name} 不是这类表")
        if update:
            renewed = bring_up_to_date(index, reading, accept_changes=accept_changes, progress=not quiet)
            index, refused = renewed.index, len(renewed.conflicts)
            report(quiet, f"更新 {renewed.updated} 条，新增 {renewed.added} 条，冲突 {refused} 条")
            if renewed.row_numbers:
                note(quiet, f"{table.name}：编号只是行号，别的表也有同样的行号；请加上不变的编号")
            note(quiet, change_message(renewed.changed, "条名称有改动，已换成新的："))
            note(False, change_message(renewed.conflicts, _CONFLICT))
        else:
            there = KnownIds(index.records[index.id_column])
            ids = reading.rows[index.id_column].map(lambda name: there.find(name) or name)
            known = ids.isin(set(index.records[index.id_column]))
            index = index.remove(ids[known])
            unknown = f"；{(~known).sum()} 个编号不在索引中：{'、'.join(ids[~known][:10])}" if not known.all() else ""
            report(quiet, f"移除 {known.sum()} 条{unknown}")
    else:
        index = Index.build(
            reading.rows, encoder=model, segmenter=segmenter_of(words), processes=processors(), progress=not quiet
        )
    index.save(folder, replace=renew)
    report(quiet, f"索引共 {len(index)} 条，已保存到 {folder}")
    if refused:
        raise click.exceptions.Exit(1)
