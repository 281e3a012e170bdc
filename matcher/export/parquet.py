"""A Parquet file that grows piece by piece, written by another thread while the next piece is computed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matcher.errors import OutputError
from matcher.export.targets import why_not
from matcher.tables.privacy import mask_ids

_FEW_VALUES = ["points_low", "points_high", "points_max", "limit", "total_low", "total_high"]
_PERHAPS_CONTACT = r"[@＠#]|^[^A-Za-z]{7,}[xX]?$"  # no other id can be a number or an address of a person


class HiddenIds:
    """Ids that are contacts and what stands for each: the same in all pieces of a result, in the order of coming."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self.shown: dict[str, str] = {}
        self._seen: pa.Array | None = None
        self.see(pa.array(list(ids), pa.string()))

    def see(self, ids: pa.Array | pa.ChunkedArray) -> bool:
        """Take note of the contacts among some ids; whether there are any."""
        ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
        if self._seen is not None and ids.equals(self._seen):  # tables one after the other are of the same ids
            return False
        if not len(ids) or not pc.any(pc.match_substring_regex(ids, _PERHAPS_CONTACT)).as_py():
            self._seen = ids
            return False
        seen = dict.fromkeys(ids.to_pylist())
        shown = mask_ids([*self.shown, *seen])
        self.shown |= {name: text for name, text in shown.items() if name != text}
        return any(name in self.shown for name in seen)

    def masked(self, table: pa.Table) -> pa.Table:
        """A table whose columns of ids show no contact."""
        for at, name in enumerate(table.column_names):
            if name.endswith("_id"):
                table = table.set_column(at, name, self._shown(table.column(at).combine_chunks()))
        return table

    def _shown(self, column: pa.Array) -> pa.Array:
        coded = pa.types.is_dictionary(column.type)
        texts = column.dictionary if coded else column
        if not self.see(texts):
            return column
        texts = pa.array([self.shown.get(name, name) for name in texts.to_pylist()], texts.type)
        return pa.DictionaryArray.from_arrays(column.indices, texts) if coded else texts


class ParquetStream:
    """One file under way, which takes its place at the end of a `with` and is given up where that ends in an error."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        self.part = self.path.with_name(self.path.name + ".part")
        self.rows = 0
        self._writer: pq.ParquetWriter | None = None
        self._pool = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None

    def put(self, table: pa.Table) -> None:
        """Write a piece. Raises OutputError when the file cannot be written."""
        try:
            self._wait()
            if self._writer is None:
                words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
                repeated = [*words, *(name for name in _FEW_VALUES if name in table.column_names)]
                self._writer = pq.ParquetWriter(
                    self.part,
                    table.schema,
                    compression="snappy",
                    use_dictionary=repeated or True,
                    write_statistics=False,
                )
        except OSError as error:
            raise OutputError(why_not(error, self.path.parent)) from error
        self.rows += int(table.num_rows)
        self._under_way = self._pool.submit(self._writer.write_table, table, row_group_size=1 << 21)

    def close(self) -> None:
        """Put the file in its place. Raises OutputError when it cannot be written."""
        try:
            self._wait()
            if self._writer is not None:
                self._writer.close()
                self.part.replace(self.path)
        except OSError as error:
            self.give_up()
            raise OutputError(why_not(error, self.path.parent)) from error
        finally:
            self._pool.shutdown()

    def give_up(self) -> None:
        """Leave the place as it was; what was written is taken away, even where the disk is full."""
        self._pool.shutdown()
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
        self.part.unlink(missing_ok=True)

    def _wait(self) -> None:
        if self._under_way is not None:
            under_way, self._under_way = self._under_way, None
            under_way.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: Any, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.give_up()
