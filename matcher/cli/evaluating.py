"""The command `evaluate`: rankings against judged pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command
from matcher.cli.messages import report
from matcher.cli.models import encoder_of, model_options, segmenter_of
from matcher.cli.options import (
    Number,
    argument,
    check,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.pairs import read_pairs, read_side

if TYPE_CHECKING:
    pass


@click.command("evaluate", cls=Command, help="用人工标注过的配对检验排序：nDCG、召回、命中、MRR，附 95 % 区间。")
@argument("needs", "需求表", "技术需求。")
@argument("outcomes", "成果表", "科技成果。")
@argument("judged", "标注表", "需求编号、成果编号、等级（1 至 4）。")
@option("-k", type=Number(int, 1), default=10, metavar="行数", help="只看前几行，默认 10。")
@output_option(".csv、.parquet 或 .xlsx", required=False)
@sheet_option(of="需求")
@sheet_option("--outcomes-sheet", of="成果")
@column_option(of="需求表")
@column_option("--outcomes-column", of="成果表")
@model_options
@quiet_option
def evaluate_command(
    needs: Path,
    outcomes: Path,
    judged: Path,
    k: int,
    output: Path | None,
    sheet: str | None,
    outcomes_sheet: str | None,
    column: Sequence[str],
    outcomes_column: Sequence[str],
    words: Path | None,
    encoder: str | None,
    download: bool,
    query_prompt: str | None,
    document_prompt: str | None,
    quiet: bool,
) -> None:
    """Measure the ranking on judged pairs."""
    from matcher.export.tables import write_tables
    from matcher.matching.evaluation import evaluate
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.tables.naming.writings import KnownIds
    from matcher.tables.rows.ids import find_ids

    check({output: (".csv", ".parquet", ".xlsx")}, needs, outcomes, judged, words)
    model = encoder_of(encoder, download, query_prompt, document_prompt)
    asking = read_side("needs", needs, sheet, column, "list", quiet)
    answering = read_side("outcomes", outcomes, outcomes_sheet, outcomes_column, "list", quiet)
    index = Index.build(answering.rows, encoder=model, segmenter=segmenter_of(words), progress=not quiet)
    matches = match(asking.rows, index, k=max(1, len(index)), reasons=False, progress=not quiet)
    pairs = read_pairs(judged)
    asked = KnownIds(asking.rows["need_id"])  # those that are not there `evaluate` tells
    pairs["need_id"] = asked.find_all(pairs["need_id"].tolist())
    told = f"{judged.name}：有成果编号不在成果表中，按没有找到计"
    pairs["outcome_id"] = find_ids(pairs["outcome_id"], answering.rows["outcome_id"], told)
    figures = evaluate(matches, pairs, k=k)
    for row in figures.itertuples():
        report(False, f"{row.measure}\t{row.value:.4f}\t[{row.low:.4f}, {row.high:.4f}]\t{row.queries}")
    if output:
        write_tables(output, {"指标": figures})
