"""What the commands on needs and outcomes share: reading one side, reading judged pairs, learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from matcher.cli.messages import note
from matcher.cli.reading import read
from matcher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

    from matcher.matching.index import Index
    from matcher.tables.reading import Reading


def read_side(
    kind: Literal["needs", "outcomes"],
    path: Path,
    sheet: str | None,
    column: Sequence[str],
    bad_rows: str,
    quiet: bool,
    *,
    ids_only: bool = False,
) -> Reading:
    """Needs or outcomes; ids_only: a table that needs no texts, since only its ids count."""
    from matcher.tables.reading import NEEDS, OUTCOMES, read_table

    contract = NEEDS if kind == "needs" else OUTCOMES
    if ids_only:
        contract = replace(contract, any_of=(), reposts=())
    return read(read_table, path, contract, sheet=sheet, column=column, bad_rows=bad_rows, quiet=quiet)


def read_pairs(path: Path) -> pd.DataFrame:
    """Pairs of ids, with whatever people said of them."""
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.main import PAIRS

    rows = read_table(path, PAIRS).rows
    if (rows[["need_id", "outcome_id"]] == "").any(axis=None):
        raise TableError(f"{path.name}：每一行都要有需求编号和成果编号")
    return rows


def learned(index: Index, judged: Path, queries: pd.DataFrame, quiet: bool) -> Index:
    """The index taught by a file of judged pairs; those of other asking rows are left out, and told."""
    from matcher.matching.learning.feedback import fit_feedback
    from matcher.tables.naming.writings import KnownIds

    pairs = read_pairs(judged)
    asking = "need_id" if index.id_column == "outcome_id" else "outcome_id"
    asked = KnownIds(queries[asking].astype(str).tolist())
    if others := asked.unknown(pairs[asking]):
        gone = pairs[asking].map(asked.find) == ""
        if gone.all():
            raise TableError(f"{judged.name}：编号（{asking}）都不在这次的表里（{others}）；请核对是不是这张表的标注")
        note(quiet, f"{judged.name}：{gone.sum()} 对的编号（{asking}）不在这次的表里，没有用：{others}")
        pairs = pairs[~gone]
    return fit_feedback(index, queries, pairs)
