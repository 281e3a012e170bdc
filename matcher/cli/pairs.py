"""What the commands on needs and outcomes share: reading one side, reading judged pairs, learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from matcher.cli.options import note, read
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
    from matcher.tables.schemas import PAIRS

    rows = read_table(path, PAIRS).rows
    if (rows[["need_id", "outcome_id"]] == "").any(axis=None):
        raise TableError(f"{path.name}：每一行都要有需求编号和成果编号")
    return rows


def learned(index: Index, judged: Path, queries: pd.DataFrame, quiet: bool) -> Index:
    """The index taught by a file of judged pairs; what it cannot learn from yet is told."""
    from matcher.matching.feedback import fit_feedback
    from matcher.tables.writings import KnownIds

    pairs = read_pairs(judged)
    known = KnownIds(index.ids.tolist())
    if away := known.unknown(pairs[index.id_column]):
        note(quiet, f"{judged.name}：有编号（{index.id_column}）不在库中，入库后才起作用：{away}")
    return fit_feedback(index, queries, pairs)
