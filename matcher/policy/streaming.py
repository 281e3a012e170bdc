"""Parquet to Parquet, piece by piece: summary and verdicts of a file of any size, in memory that does not grow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from matcher.errors import PolicyError
from matcher.export.parquet import ParquetStream
from matcher.policy.evaluation import Group, Prepared, answers, prepare
from matcher.policy.facts import Notes, problem_table
from matcher.policy.firm_table import firm_contract, is_typed
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.scoring import DECISIONS, PASSED, check_figures, decided, verdict_columns
from matcher.tables.arguments import Day, as_day
from matcher.tables.grids import reader_errors
from matcher.tables.schemas import HIGH, LOW

CHUNK = 65_536


def _words(codes: np.ndarray[Any, Any], names: Sequence[str]) -> pa.Array:
    mask = codes < 0
    indices = pa.array(np.where(mask, 0, codes).astype(np.int8), mask=mask if mask.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def _numbers(values: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array(values, from_pandas=True)


def _ids(ids: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], repeat: int) -> pa.Array:
    texts = pa.array(ids[rows], pa.string())
    indices = np.repeat(np.arange(len(rows), dtype=np.int32), repeat)
    return pa.DictionaryArray.from_arrays(pa.array(indices), texts)


def verdict_table(ready: Prepared, group: Group) -> pa.Table:
    """One group's verdicts as an Arrow table with the columns of VERDICTS."""
    parts = verdict_columns(ready, group)
    size = len(parts["value"])

    def word(name: str) -> pa.Array:
        codes, names = parts[name]
        return _words(codes, [str(item) for item in names])

    days = pa.array(parts["in_force_since"][1], pa.date32())
    since = pa.DictionaryArray.from_arrays(pa.array(parts["in_force_since"][0].astype(np.int8)), days)
    return pa.table(
        {
            "enterprise_id": _ids(ready.ids, group.rows, parts["rules"]),
            "policy": _words(np.zeros(size, dtype=np.int8), [ready.policy.id]),
            "rule": word("rule"),
            "kind": word("kind"),
            "value": _numbers(parts["value"]),
            "limit": _numbers(parts["limit"]),
            "passed": _words(parts["passed"], PASSED),
            "points_low": _numbers(parts["points_low"]),
            "points_high": _numbers(parts["points_high"]),
            "points_max": _numbers(parts["points_max"]),
            "gap": _numbers(parts["gap"]),
            "source": word("source"),
            "in_force_since": since,
            "verified": pa.array(parts["verified"]),
            "seen_as": word("seen_as"),
            "why": word("why"),
        }
    )


def summary_table(ready: Prepared, groups: Sequence[Group]) -> pa.Table:
    """One policy's summary as an Arrow table with the columns of SUMMARY."""
    size, editions = len(ready.ids), [edition.id for edition in ready.policy.editions]
    codes, edition, low, high = decided(ready, groups)
    return pa.table(
        {
            "enterprise_id": pa.array(ready.ids, pa.string()),
            "policy": _words(np.zeros(size, dtype=np.int8), [ready.policy.id]),
            "edition": _words(edition, editions),
            "on": pa.array(ready.days.astype(np.int32)).cast(pa.date32()),
            "decision": _words(codes, DECISIONS),
            "total_low": _numbers(low),
            "total_high": _numbers(high),
        }
    )


def answer_tables(
    policies: Sequence[Policy], firms: pd.DataFrame, day: dt.date, wanted: Collection[str]
) -> Iterator[tuple[str, pa.Table | Notes]]:
    """What `score` says of some firms, as Arrow tables by name: those wanted of `summary` and `verdicts`, and for each
    policy its `problems` as Notes.
    """
    for ready, note in zip(*prepare(policies, firms, day), strict=True):
        check_figures(ready, note)
        yield "problems", note
        groups = list(answers(ready, figures="verdicts" in wanted)) if wanted else []
        if "summary" in wanted:
            yield "summary", summary_table(ready, groups)
        if "verdicts" in wanted:
            yield from (("verdicts", verdict_table(ready, group)) for group in groups if group.answer is not None)


def score_parquet(
    source: str | Path,
    policy: Policies,
    *,
    on: Day,
    summary: str | Path | None = None,
    verdicts: str | Path | None = None,
    mask: bool = True,
) -> tuple[dict[str, int], pd.DataFrame]:
    """Score a Parquet file of any size, piece by piece, into Parquet files; memory does not grow with the file.

    Parameters
    ----------
    source
        A Parquet file whose columns carry the English names of the policies, `enterprise_id` among them.
    policy, on
        As `matcher.policy.scoring.score` takes them.
    summary, verdicts
        Where to write each table; None: not at all.
    mask
        Hide ids that are contacts.

    Returns
    -------
    tuple
        How many firms there were and how many rows each table has (`firms`, `summary`, `verdicts`), and the problems.
        The tables are those of `score`, in the order of the file, policies one after the other within each piece of
        65,536 firms.

    Raises
    ------
    PolicyError
        When the file's columns have other names, or a policy is not known.
    OutputError
        When a file cannot be written.
    """
    policies, day = load_policies(policy), as_day(on)
    file = pq.ParquetFile(source)
    names = typed_columns(file.schema_arrow.names, policies, str(source))
    counted = {"firms": 0, "summary": 0, "verdicts": 0}
    problems: list[Notes] = []
    sinks: dict[str, ParquetStream] = {}
    for name, path in (("summary", summary), ("verdicts", verdicts)):
        if path is not None:
            sinks[name] = ParquetStream(Path(path), mask=mask)
    try:
        for firms in _pieces(file, names):
            counted["firms"] += len(firms)
            for name, table in answer_tables(policies, firms, day, set(sinks)):
                if isinstance(table, Notes):
                    problems.append(table)
                else:
                    counted[name] += sinks[name].put(table)
    finally:
        for sink in sinks.values():
            sink.close()
    table = problem_table(problems)
    of_all = table[table["enterprise_id"] == ""]  # what is said of the whole table is said in every piece
    return counted, table.drop(index=of_all.index[of_all.duplicated()]).reset_index(drop=True)


def _pieces(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[pd.DataFrame]:
    for batch in file.iter_batches(batch_size=CHUNK, columns=list(names)):
        yield frame_of(batch)


def typed_columns(names: Sequence[str], policies: Sequence[Policy], source: str) -> list[str]:
    """The columns of a table that the policies read; raises PolicyError where they have other names than English."""
    contract = firm_contract(policies)
    if not is_typed(names, contract):
        raise PolicyError(f"{source}：列名不是约定的英文列名，或缺少 enterprise_id")
    known = {column.name + end for column in contract.columns for end in ("", LOW, HIGH)}
    return [name for name in names if name in known]


def frame_of(table: pa.Table | pa.RecordBatch) -> pd.DataFrame:
    """An Arrow table as one of pandas, in which an unknown boolean stays unknown."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_nullable)
    return frame


def _nullable(kind: pa.DataType) -> Any:
    return pd.BooleanDtype() if pa.types.is_boolean(kind) else None


def is_streamable(source: Path, outputs: Sequence[Path | None], policies: Sequence[Policy]) -> bool:
    """Whether `score_parquet` can take the file: Parquet all the way, with the English names of the contract."""
    if any(path is not None and path.suffix.lower() != ".parquet" for path in (source, *outputs)):
        return False
    try:
        return is_typed(pq.read_schema(source).names, firm_contract(policies))
    except reader_errors():  # no Parquet file: the ordinary reader says so
        return False
