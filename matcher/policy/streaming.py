"""Parquet to Parquet, piece by piece: summary and verdicts of a file of any size, in memory that does not grow."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from matcher import __version__
from matcher.errors import ArgumentError, PolicyError, TableError
from matcher.export.parquet import HiddenIds, ParquetStream
from matcher.export.pieces import write_pieces
from matcher.export.targets import check_folder, check_targets
from matcher.policy.answers.evaluation import Group, Prepared, answers, prepare
from matcher.policy.firms.facts import Notes, problem_table
from matcher.policy.firms.plain_csv import in_pieces, plain_pieces, strange_columns
from matcher.policy.firms.table import firm_contract, is_typed
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.scoring import DECISIONS, PASSED, VERIFIED, check_figures, decided, verdict_columns
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.texts import shorten
from matcher.tables.files.grids import reader_errors
from matcher.tables.schemas.main import HIGH, LOW

CHUNK = 65_536
Firms = str | Path | pd.DataFrame | Iterable[pd.DataFrame]


def _array(values: np.ndarray[Any, Any], known: np.ndarray[Any, Any]) -> pa.Array:
    """An Arrow array over the values themselves, with nulls where they are not known."""
    many = len(values) - int(np.count_nonzero(known))
    marks = pa.py_buffer(np.packbits(known, bitorder="little")) if many else None
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [marks, pa.py_buffer(values)], many)


def _words(codes: np.ndarray[Any, Any], names: Sequence[str]) -> pa.Array:
    indices = np.maximum(codes, 0).astype(np.int8 if len(names) <= np.iinfo(np.int8).max else np.int16)
    return pa.DictionaryArray.from_arrays(_array(indices, codes >= 0), pa.array(list(names), pa.string()))


def _numbers(values: np.ndarray[Any, Any]) -> pa.Array:
    return _array(values, ~np.isnan(values))


def _ids(texts: pa.Array, rows: np.ndarray[Any, Any], repeat: int) -> pa.Array:
    some = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
    indices = np.repeat(np.arange(len(rows), dtype=np.int32), repeat)
    return pa.DictionaryArray.from_arrays(pa.array(indices), some)


def verdict_table(ready: Prepared, group: Group, ids: pa.Array) -> pa.Table:
    """One group's verdicts as an Arrow table with the columns of VERDICTS; `ids`: those of all the firms."""
    parts = verdict_columns(ready, group)
    size = len(parts["value"])

    def word(name: str) -> pa.Array:
        codes, names = parts[name]
        return _words(codes, [str(item) for item in names])

    days = pa.array(parts["in_force_since"][1], pa.date32())
    since = pa.DictionaryArray.from_arrays(pa.array(parts["in_force_since"][0]), days)
    return pa.table(
        {
            "enterprise_id": _ids(ids, group.rows, parts["rules"]),
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


def summary_table(ready: Prepared, groups: Sequence[Group], ids: pa.Array) -> pa.Table:
    """One policy's summary as an Arrow table with the columns of SUMMARY."""
    size, editions = len(ready.ids), [edition.id for edition in ready.policy.editions]
    codes, edition, low, high, verified = decided(ready, groups)
    return pa.table(
        {
            "enterprise_id": ids,
            "policy": _words(np.zeros(size, dtype=np.int8), [ready.policy.id]),
            "edition": _words(edition, editions),
            "on": pa.array(ready.days.astype(np.int32)).cast(pa.date32()),
            "decision": _words(codes, DECISIONS),
            "total_low": _numbers(low),
            "total_high": _numbers(high),
            "rules_verified": _words(verified, VERIFIED),
        }
    )


def answer_tables(
    policies: Sequence[Policy], firms: pd.DataFrame, day: dt.date, wanted: Collection[str]
) -> Iterator[tuple[str, pa.Table | Notes]]:
    """What `score` says of some firms, as Arrow tables by name: those wanted of `summary` and `verdicts`, and for each
    policy its `problems` as Notes.
    """
    ids: pa.Array | None = None
    for ready, note in zip(*prepare(policies, firms, day), strict=True):
        ids = pa.array(ready.ids, pa.string()) if ids is None else ids
        check_figures(ready, note)
        yield "problems", note
        groups = list(answers(ready, figures="verdicts" in wanted)) if wanted else []
        if "summary" in wanted:
            yield "summary", summary_table(ready, groups, ids)
        if "verdicts" in wanted:
            yield from (("verdicts", verdict_table(ready, group, ids)) for group in groups if group.answer is not None)


def score_parquet(
    source: Firms,
    policy: Policies,
    *,
    on: Day,
    summary: str | Path | None = None,
    verdicts: str | Path | None = None,
    folder: str | Path | None = None,
    mask: bool = True,
) -> tuple[dict[str, int], pd.DataFrame]:
    """Score firms of any number, piece by piece, into Parquet files; memory does not grow with their number.

    Parameters
    ----------
    source
        A Parquet file, a CSV file as programs write it (see `matcher.policy.firms.plain_csv`), a DataFrame as `score`
        takes it, or such DataFrames one after the other. Columns of files carry the English names of the policies,
        `enterprise_id` among them.
    policy, on
        As `matcher.policy.scoring.score` takes them.
    summary, verdicts
        Where to write each table; None: not at all.
    folder
        Instead of these, a folder for `summary`, `verdicts` and `problems`, a file for each piece: work that was broken
        off goes on where it stopped (see `matcher.export.write_pieces`).
    mask
        Hide ids that are contacts.

    Returns
    -------
    tuple
        How many firms there were and how many rows each table has (`firms`, `summary`, `verdicts`; with `folder` also
        `pieces` and `problems`), and the problems. The tables are those of `score`, in the order of the source,
        policies one after the other within each piece of 65,536 firms, or within each DataFrame that was given.

    Raises
    ------
    PolicyError
        When the file's columns have other names, or a policy is not known.
    TableError
        When the file cannot be read, or a CSV file is not as programs write it.
    OutputError
        When a file cannot be written, is the source, or the folder holds other results or the source.
    ArgumentError
        When both files and a folder are asked for, or one file twice.
    """
    policies, day = load_policies(policy), as_day(on)
    outputs = {name: Path(path) for name, path in (("summary", summary), ("verdicts", verdicts)) if path is not None}
    if folder is not None and outputs:
        raise ArgumentError("give files (summary, verdicts) or a folder, not both")
    inputs = [source] if isinstance(source, str | Path) else []
    for path in outputs.values():
        check_targets({path: (path.suffix.lower(),)}, inputs)
    if len(set(outputs.values())) < len(outputs):
        raise ArgumentError(f"summary and verdicts are two files, not both {summary}")
    if folder is not None:
        check_folder(folder, inputs)
    pieces, firms = firm_pieces(source, policies), 0

    def counted() -> Iterator[pd.DataFrame]:
        nonlocal firms
        for piece in pieces:
            firms += len(piece)
            yield piece

    if folder is not None:
        rows = write_pieces(
            folder,
            counted(),
            lambda piece: _results(policies, piece, day),
            settings=settings_of(policies, day),
            mask=mask,
        )
        return {"firms": firms, **rows}, _once(_problems_in(Path(folder)))
    problems: list[Notes] = []
    hidden = HiddenIds() if mask else None
    with ExitStack() as stack:
        sinks = {name: stack.enter_context(ParquetStream(path)) for name, path in outputs.items()}
        for piece in counted():
            for name, table in answer_tables(policies, piece, day, set(sinks)):
                if isinstance(table, Notes):
                    problems.append(table)
                else:
                    sinks[name].put(table if hidden is None else hidden.masked(table))
        if not firms:
            for name, table in empty_tables(policies, day, set(sinks)).items():
                sinks[name].put(table)
    rows = {name: sinks[name].rows if name in sinks else 0 for name in ("summary", "verdicts")}
    return {"firms": firms, **rows}, _once(problem_table(problems))


def empty_tables(policies: Sequence[Policy], day: dt.date, wanted: Collection[str]) -> dict[str, pa.Table]:
    """The tables of no firms: those of any firm without their rows."""
    any_firm = pd.DataFrame({"enterprise_id": ["-"]})
    answered = answer_tables(policies, any_firm, day, wanted)
    return {name: table.slice(0, 0) for name, table in answered if not isinstance(table, Notes)}


def _results(policies: Sequence[Policy], firms: pd.DataFrame, day: dt.date) -> Iterator[tuple[str, Any]]:
    """The tables of one piece, the problems as one of them."""
    problems = []
    for name, table in answer_tables(policies, firms, day, ("summary", "verdicts")):
        if isinstance(table, Notes):
            problems.append(table)
        else:
            yield name, table
    yield "problems", problem_table(problems).astype(str)


def settings_of(policies: Sequence[Policy], day: dt.date) -> dict[str, Any]:
    """What a scoring rests on beside the firms."""
    hashes = {}
    for policy in policies:
        content = [policy.tree, policy.readings, policy.parameters]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        hashes[policy.id] = hashlib.sha256(text.encode()).hexdigest()
    return {"task": "score", "software": __version__, "on": day.isoformat(), "policies": hashes}


def _problems_in(folder: Path) -> pd.DataFrame:
    parts = [pq.read_table(path) for path in sorted((folder / "problems").glob("part-*.parquet"))]
    return pa.concat_tables(parts).to_pandas() if parts else problem_table([])


def _once(problems: pd.DataFrame) -> pd.DataFrame:
    """What is said of the whole table is said in every piece."""
    of_all = problems[problems["enterprise_id"] == ""]
    return problems.drop(index=of_all.index[of_all.duplicated()]).reset_index(drop=True)


def firm_pieces(source: Firms, policies: Sequence[Policy]) -> Iterator[pd.DataFrame]:
    """The firms of a source in pieces of `CHUNK` rows; DataFrames that come one after the other as they are, but that
    firms without ids are numbered through.
    """
    if isinstance(source, pd.DataFrame):
        yield from _numbered(source.iloc[at : at + CHUNK] for at in range(0, len(source), CHUNK))
    elif isinstance(source, str | Path) and Path(source).suffix.lower() == ".csv":
        plain = plain_firms(Path(source), policies)
        if plain is None:
            strange = strange_columns(Path(source), policies)
            which = f"，列“{shorten('”“'.join(strange), 60)}”不是约定的英文列名" if strange else ""
            raise TableError(
                f"{source}：不是程序写的 CSV（英文列名，格里只有数字、日期、是否）{which}；请先用 read_firms 读入"
            )
        yield from plain
    elif isinstance(source, str | Path):
        file = _parquet_file(source)
        names = typed_columns(file.schema_arrow.names, policies, str(source))
        batches = (  # a reader of several row groups at once keeps them all
            batch
            for group in range(file.num_row_groups)
            for batch in file.iter_batches(batch_size=CHUNK, columns=names, row_groups=[group])
        )
        yield from map(frame_of, in_pieces(batches, CHUNK))
    else:
        yield from _numbered(source)


def _parquet_file(source: str | Path) -> pq.ParquetFile:
    name = Path(source).name
    try:
        return pq.ParquetFile(source)
    except FileNotFoundError:
        raise TableError(f"{name}：找不到这个文件；请检查路径是否写对") from None
    except reader_errors() as error:
        raise TableError(f"{name}：不是 Parquet 文件，或已损坏（{shorten(str(error), 60)}）；请重新导出") from error


def _numbered(pieces: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Pieces with ids: where a table has none, the numbers of its rows over all pieces."""
    before = 0
    for piece in pieces:
        ids = map(str, range(before + 1, before + len(piece) + 1))
        yield piece if "enterprise_id" in piece else piece.assign(enterprise_id=list(ids))
        before += len(piece)


def plain_firms(path: Path, policies: Sequence[Policy]) -> Iterator[pd.DataFrame] | None:
    """The firms of a CSV file as programs write it, in pieces; None of others (`matcher.policy.firms.plain_csv`)."""
    pieces = plain_pieces(path, policies, CHUNK)
    return None if pieces is None else map(frame_of, pieces)


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
