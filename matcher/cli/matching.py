"""The main job: match. Beside it stand the commands of an index and of judged pairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.evaluating import evaluate_command
from matcher.cli.indexing import index_command
from matcher.cli.messages import note, report
from matcher.cli.models import encoder_of, model_options, refuse_beside_folder, segmenter_of
from matcher.cli.options import (
    DAY,
    FILE,
    TABLE_KINDS,
    Number,
    argument,
    bad_rows_option,
    check,
    check_choice,
    check_pieces,
    contacts_option,
    k_option,
    named,
    on_option,
    option,
    output_option,
    pieces_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pairs import learned, read_pairs, read_side
from matcher.cli.reading import all_columns, all_problems
from matcher.cli.records import about, hashes_of, record_option, save_recorded, verify_option
from matcher.errors import TableError
from matcher.forks import processors

if TYPE_CHECKING:
    import pandas as pd

    from matcher.matching.index import Index

_MATCHES = (".xlsx", ".html", ".csv", ".parquet")
_PIECE = 8192  # asking rows of a piece


@click.command("match", cls=Command, help="为每条需求推荐成果（--push：为每项成果推荐需求），逐条说明理由。")
@argument("needs", "需求表", f"技术需求：{TABLE_KINDS}。")
@argument("outcomes", "成果表", "科技成果的表，或已保存的索引文件夹。")
@output_option(".xlsx（工作簿）、.html（网页）、.csv 或 .parquet", required=False)
@pieces_option("匹配结果")
@option("--push", is_flag=True, help="反向：为每项成果找能用上它的需求。")
@k_option
@sheet_option(of="需求")
@sheet_option("--outcomes-sheet", of="成果")
@column_option(of="需求表")
@column_option("--outcomes-column", of="成果表")
@bad_rows_option
@option("--where", multiple=True, metavar="字段=值", help="只要有这个标签的记录，如 地区=临沂市；可多次给出。")
@option("--same", multiple=True, metavar="字段", help="双方必须一致的字段，如 地区；可多次给出。")
@option("--valid-on", type=DAY, metavar="日期", help="不要在这一天之前已到期的记录。")
@option("--exclude", type=FILE, metavar="配对表", help="不再列出的配对（需求编号、成果编号）。")
@option("--judged", type=FILE, metavar="标注表", help="人工标注过的配对（等级，或采纳/拒绝及理由），据此调整排序。")
@option("--weight", multiple=True, metavar="字段=权重", help="双方在该字段一致时加多少分；可多次给出。")
@option(
    "--false-alarm", type=Number(float, 0, 1), default=0.05, metavar="比例",
    help="库中没有其主题的文本，允许多少够得上可推荐的分数，默认 0.05。",
)  # fmt: skip
@option(
    "--accurate",
    is_flag=True,
    help="再用词元模型对每条的前 50 名精排（慢得多；次序更准，并把可能推荐的前三名与需求逐对通读）。",
)
@option("--accurate-model", type=FILE, metavar="文件夹", help="精排所用模型的文件夹，给出即精排。")
@model_options
@record_option
@verify_option
@contacts_option
@on_option("报告上的日期，默认今天。")
@quiet_option
def match_command(
    needs: Path,
    outcomes: Path,
    output: Path | None,
    pieces: Path | None,
    push: bool,
    k: int,
    sheet: str | None,
    outcomes_sheet: str | None,
    column: Sequence[str],
    outcomes_column: Sequence[str],
    bad_rows: str,
    where: Sequence[str],
    same: Sequence[str],
    valid_on: dt.date | None,
    exclude: Path | None,
    judged: Path | None,
    weight: Sequence[str],
    false_alarm: float,
    accurate: bool,
    accurate_model: Path | None,
    words: Path | None,
    encoder: str | None,
    download: bool,
    query_prompt: str | None,
    document_prompt: str | None,
    record: Path | None,
    verify: Path | None,
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Rank outcomes for every need (or needs for every outcome), with reasons."""
    from matcher.export.matches import match_files
    from matcher.export.tables import problem_files
    from matcher.export.targets import save_files
    from matcher.matching.index import Index
    from matcher.matching.learning.learned_ranker import calibration_of
    from matcher.matching.matches import match
    from matcher.tables.cells.texts import first_few
    from matcher.tables.fingerprint import table_fingerprint

    check_choice(pieces, output, record, verify)
    check({output: _MATCHES, record: (".json",)}, needs, outcomes, exclude, judged, words, verify)
    check_pieces(pieces, needs, outcomes, exclude, judged, words)
    model = encoder_of(encoder, download, query_prompt, document_prompt)
    asking = read_side("needs", needs, sheet, column, bad_rows, quiet)
    readings, queries, inputs = [asking], asking.rows, [needs]
    if outcomes.is_dir():
        refuse_beside_folder(words=words, outcomes_sheet=outcomes_sheet, outcomes_column=outcomes_column)
        index = Index.load(outcomes, encoder=model)
        if push:
            raise TableError("--push 需要成果表，不能用索引文件夹：反向推送时由需求建立索引")
        records = index.records
    else:
        answering = read_side("outcomes", outcomes, outcomes_sheet, outcomes_column, bad_rows, quiet)
        readings.append(answering)
        inputs.append(outcomes)
        queries, records = (answering.rows, asking.rows) if push else (asking.rows, answering.rows)
        index = Index.build(
            records, encoder=model, segmenter=segmenter_of(words), processes=processors(), progress=not quiet
        )
    if judged:
        index = learned(index, judged, queries, quiet)
    asked: dict[str, Any] = {
        "k": k,
        "where": {_field(name, records): value for name, value in named(where).items()},
        "same": [_field(name, records, queries) for name in same],
        "valid_on": valid_on,
        "exclude": read_pairs(exclude) if exclude else None,
        "weights": {_field(name, records, queries): _weight(text) for name, text in named(weight).items()},
        "accurate": accurate_model or accurate,
        "false_alarm": false_alarm,
        "processes": processors(),
    }
    asker, answerer = ("成果", "需求") if push else ("需求", "成果")
    if over := _ended(queries):
        note(quiet, f"{over} 条{asker}写着已结束，照样给出匹配")
    calibration = calibration_of(index)
    ended = f"{asker} {over} 条（照样给出匹配），{answerer} {_ended(records)} 条（不推荐）"
    settings = {
        "编码器": f"{getattr(index.encoder, 'name', type(index.encoder).__name__)}（{index.fingerprint[:16]}）",
        "分词": f"{index.segmenter.engine}，自带领域词 + 用户词 {len(index.segmenter.words)} 个",
        "每条给出": str(k),
        "筛选": "；".join(where) or "无",
        "须一致的字段": "、".join(same) or "无",
        "有效日期": valid_on.isoformat() if valid_on else "不限",
        "写着已结束的": ended if over or _ended(records) else "无",
        "排除的配对": str(exclude or "无"),
        "采用的标注": f"{len(index.feedback.table)} 对" if index.feedback else "无",
        "字段权重": "；".join(weight) or "无",
        "语义占比": f"{index.scale.share:.0%}（其余为词面；由库中文字的长短决定：整段文字七成，只有名称三成）",
        "误报率": f"{false_alarm:g}（库中没有其主题的文本，分数仍够得上可推荐的比例，按本库估计）",
        "推荐下限": f"相关概率 {calibration.good:.0%}" if calibration else "无（相关概率未知）",
        "精排": "词元模型，每条的前 50 名" if accurate_model or accurate else "无",
    }
    used = [*inputs, *(path for path in (exclude, judged, words) if path is not None)]
    choices = {name: text for name, text in settings.items() if name != "排除的配对"}  # a path; its hash counts
    choices |= {"反向": "是" if push else "否", "精排模型": accurate_model.name if accurate_model else "无"}
    if out := _past(index, valid_on):  # follows from the tables: no choice
        settings["已过有效期"] = f"{out} 条{answerer}的有效期早于 {valid_on}，没有参与匹配"
        note(quiet, settings["已过有效期"])
    if pieces is not None:
        choices |= hashes_of(used)
        counted = _match_pieces(pieces, queries, index, records, asked, choices, not show_contacts, not quiet)
        save_files(problem_files(pieces, all_problems(*readings), mask=not show_contacts))
        report(quiet, f"{len(queries)} 条，{counted['pieces']} 片，{counted.get('matches', 0)} 行；结果已写入 {pieces}")
        return
    matches = match(queries, index, **asked, progress=not quiet)
    if lapsed := _lapsed_answers(queries, index, matches, asked):
        listed = first_few([f"{one}（{other}）" for one, other in lapsed.items()])
        settings["只有已过期的"] = f"{len(lapsed)} 条{asker}可推荐的{answerer}都已过有效期：{listed}"
        note(quiet, settings["只有已过期的"])
    files = {}
    if output is not None:
        files = match_files(
            output,
            matches,
            queries=queries,
            records=records,
            problems=all_problems(*readings),
            columns=all_columns(*readings),
            about=about(on or dt.date.today(), inputs) | settings,
            lapsed=lapsed,
            mask=not show_contacts,
        )
    if outcomes.is_dir() and (record or verify):
        choices["索引"] = table_fingerprint(records)
    save_recorded(files, "匹配", matches, choices, used, record, verify, quiet, mask=not show_contacts)
    if output is None:
        return
    good = matches.groupby(matches.columns[0])["recommended"].any()
    report(quiet, f"{len(good)} 条中 {int(good.sum())} 条有可推荐的{answerer}；结果已写入 {output}")


def _match_pieces(
    folder: Path,
    queries: pd.DataFrame,
    index: Index,
    records: pd.DataFrame,
    asked: dict[str, Any],
    settings: dict[str, Any],
    mask: bool,
    progress: bool,
) -> dict[str, int]:
    """Match some asking rows at a time, each piece into the folder; how many pieces and rows there are."""
    from matcher.export.matches import match_table
    from matcher.export.pieces import write_pieces
    from matcher.matching.matches import match
    from matcher.progress import track
    from matcher.tables.fingerprint import table_fingerprint

    def work(piece: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        return [("matches", match_table(match(piece, index, **asked), queries=piece, records=records))]

    return write_pieces(
        folder,
        (queries.iloc[at : at + _PIECE] for at in track(range(0, len(queries), _PIECE), "匹配", progress)),
        work,
        settings={"task": "match", **settings, "记录": table_fingerprint(records)},
        ids=records[index.id_column],
        mask=mask,
    )


def _past(index: Index, valid_on: dt.date | None) -> int:
    """How many records are surely past their validity on that day."""
    from matcher.matching.library.validity import valid_rows

    return 0 if valid_on is None else int((index.alive & ~valid_rows(index, valid_on)).sum())


def _lapsed_answers(
    queries: pd.DataFrame, index: Index, matches: pd.DataFrame, asked: dict[str, Any]
) -> dict[str, str]:
    """The asking rows without a recommended record that would have one but for the end of its validity, with the best
    of these.
    """
    from matcher.matching.matches import match
    from matcher.tables.schemas.main import STATE

    ask, answer = (str(name) for name in matches.columns[:2])
    rest = queries[~queries[ask].isin(matches.loc[matches["recommended"], ask])]
    if not len(rest) or not (_past(index, asked["valid_on"]) or _ended(index.records)):
        return {}
    parts = [
        replace(one, records=one.records.drop(columns="valid_until" + STATE, errors="ignore")) for one in index.parts
    ]
    open_ended = replace(index, parts=tuple(parts), whole=index.statistics)
    again = match(rest, open_ended, **{**asked, "valid_on": None})
    best = again[again["recommended"]].drop_duplicates(ask)
    return dict(zip(best[ask].astype(str), best[answer].astype(str), strict=True))


def _ended(table: pd.DataFrame) -> int:
    """How many rows say themselves that they have ended (已过期, 已截止)."""
    from matcher.tables.schemas.main import STATE

    return int((table["valid_until" + STATE] == "ended").sum()) if "valid_until" + STATE in table else 0


def _field(name: str, *tables: pd.DataFrame) -> str:
    """The column that a user means by its name or by its Chinese title, which all the tables must have."""
    from matcher.tables.columns.soft_values import with_texts
    from matcher.tables.schemas.main import NEEDS, OUTCOMES

    titles = {column.name: column.title for contract in (NEEDS, OUTCOMES) for column in contract.columns}
    for field in (name, *(field for field, title in titles.items() if title == name)):
        if all(field in table for table in tables):
            return field
    visible = with_texts(with_texts(tables[0], NEEDS), OUTCOMES)
    shared = [column for column in visible if all(column in table for table in tables)]
    known = "、".join(f"{titles[column]}（{column}）" if column in titles else str(column) for column in shared)
    raise TableError(f"没有字段“{name}”；可用的有：{known}")


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"权重“{text}”不是数字") from None


def add_commands(main: click.Group) -> None:
    """Put the commands on the main group."""
    for command in (match_command, index_command, evaluate_command):
        main.add_command(command)
