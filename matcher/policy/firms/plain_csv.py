"""CSV files of firms as programs write them, straight to typed columns; whatever else a file holds is for `read_firms`.

Plain is a file in UTF-8 with commas, each header the English name of a column, each cell a number, an ISO date, a word
for yes or no, or empty. Of such a file `read_firms` gives the same facts: what it settles by a look at a whole column
(shares above 1, negative counts, ids that are none) makes a file not plain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from matcher.policy.firms.table import firm_contract, is_typed
from matcher.policy.policy import Policy
from matcher.tables.columns.by_kind import read_cells
from matcher.tables.columns.numbers import counts_or_measures
from matcher.tables.schemas.main import Column, Contract

YES, NO = ("True", "true", "TRUE", "1", "是"), ("False", "false", "FALSE", "0", "否")
_ARROW = {"yesno": pa.bool_(), "date": pa.date32(), "text": pa.string()}
_FIRST, _LAST = dt.date(1900, 1, 2), dt.date(2100, 12, 31)
_EXACT = 2.0**53  # whole numbers below are exact
_PLAIN_ID = r"^[0-9A-Za-z][0-9A-Za-z._-]*$"
_TELLING = r"[1-9]|[A-Za-z].*0|0.*[A-Za-z]"  # no word for nothing, no total, no zeros
_OWN_CODE = r"^91.{16}$"  # by such an id `read_firms` knows a resident enterprise
_HEAD, _BLOCK = 1 << 20, 1 << 24
_KEPT = pa.ipc.IpcWriteOptions(compression="lz4")


def plain_pieces(path: Path, policies: Sequence[Policy], rows: int) -> Iterator[pa.Table] | None:
    """The firms of a plain CSV file in pieces of so many rows; None where the file is not plain, all of it."""
    pieces = _looked_through(path, policies, rows)
    return None if next(pieces, None) is None else pieces


def _looked_through(path: Path, policies: Sequence[Policy], rows: int) -> Iterator[pa.Table]:
    """A table without rows as soon as all of a plain file has been looked through, then the pieces; else nothing.

    The file is read once: what has been looked through waits in a temporary file.
    """
    with TemporaryFile() as kept:
        if not _keep_plain(path, policies, kept):
            return
        kept.seek(0)
        with pa.ipc.open_stream(kept) as reader:
            yield reader.schema.empty_table()
            yield from map(_with_times, in_pieces(reader, rows))


def _keep_plain(path: Path, policies: Sequence[Policy], kept: IO[bytes]) -> bool:
    """Whether a file is plain, and its cells in `kept` where it is."""
    contract = firm_contract(policies)
    try:
        names = pacsv.open_csv(path, read_options=pacsv.ReadOptions(block_size=_HEAD)).schema.names
        if not _is_plain_header(names, contract):
            return False
        places = any(fact.region for policy in policies for fact in policy.columns.values())
        unread = {"name"} if places else {"name", "region"}
        facts = [contract[name] for name in names if name not in unread]
        with _opened(path, facts) as reader, pa.ipc.new_stream(kept, reader.schema, options=_KEPT) as writer:
            for batch in reader:
                if not _is_plain(facts, batch):
                    return False
                writer.write_batch(batch)
    except (pa.ArrowException, ValueError, OSError):  # told by the ordinary reader, in a user's words
        return False
    return True


def _is_plain_header(names: Sequence[str], contract: Contract) -> bool:
    return is_typed(names, contract) and len(set(names)) == len(names) and _known(contract).issuperset(names)


def _known(contract: Contract) -> set[str]:
    return {column.name for column in contract.columns} - {"row_id", "uscc", "status", "former_names", "serial"}


def strange_columns(path: Path, policies: Sequence[Policy]) -> list[str]:
    """The headers of a CSV file that are no column of the policies; none where no header can be read."""
    try:
        names = pacsv.open_csv(path, read_options=pacsv.ReadOptions(block_size=_HEAD)).schema.names
    except (pa.ArrowException, ValueError, OSError):
        return []
    known = _known(firm_contract(policies))
    return [name for name in names if name not in known]


def _opened(path: Path, facts: Sequence[Column]) -> pacsv.CSVStreamingReader:
    kinds = {fact.name: _ARROW.get(fact.kind, pa.float64()) for fact in facts}
    convert = pacsv.ConvertOptions(
        column_types=kinds,
        include_columns=list(kinds),
        null_values=[""],
        true_values=list(YES),
        false_values=list(NO),
        timestamp_parsers=[pacsv.ISO8601],
    )
    return pacsv.open_csv(path, pacsv.ReadOptions(block_size=_BLOCK), convert_options=convert)


def _is_plain(facts: Sequence[Column], batch: pa.RecordBatch) -> bool:
    columns = {fact.name: batch.column(place) for place, fact in enumerate(facts)}
    if "resident" in columns and columns["resident"].null_count and _any(columns["enterprise_id"], _OWN_CODE):
        return False
    return all(_is_plain_column(fact, columns[fact.name]) for fact in facts)


def _is_plain_column(fact: Column, cells: pa.Array) -> bool:
    """Whether the ordinary reader takes each cell as it stands here, whatever else its column holds."""
    if fact.kind == "yesno" or not len(cells):
        return True
    if fact.name == "enterprise_id":
        return _all(cells, _PLAIN_ID) and _all(cells, _TELLING)
    if fact.kind == "text":
        return all(read_cells(fact, "", [text])[:2] == ([text], []) for text in cells.unique().to_pylist())
    ends = pc.min_max(cells)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is None:
        return True
    if fact.kind == "date":
        return bool(low >= _FIRST and high <= _LAST)
    if not pc.all(pc.is_finite(cells)).as_py() or max(-low, high) >= _EXACT or (low < 0 and counts_or_measures(fact)):
        return False
    if fact.kind == "share":
        return bool(low >= 0 and high <= 1)
    return fact.kind != "yuan" or bool(pc.all(pc.equal(cells, pc.floor(cells))).as_py())


def _all(cells: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(cells, pattern)).as_py())


def _any(cells: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def in_pieces(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Batches put together, or cut, to tables of so many rows; the last one may have fewer."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(one.num_rows for one in held) >= rows:
            table = pa.Table.from_batches(held)
            whole = table.num_rows - table.num_rows % rows
            yield from (table.slice(at, rows) for at in range(0, whole, rows))
            held = table.slice(whole).to_batches()
    if held:
        yield pa.Table.from_batches(held)


def _with_times(table: pa.Table) -> pa.Table:
    """Days as times: pandas has no days."""
    fields = [field.with_type(pa.timestamp("s")) if field.type == pa.date32() else field for field in table.schema]
    return table.cast(pa.schema(fields))
