"""A Parquet file that grows piece by piece, written by another thread while the next piece is computed."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matcher.errors import OutputError
from matcher.tables.privacy import mask_ids

_FEW_VALUES = ["points_low", "points_high", "points_max", "limit", "total_low", "total_high"]
_PERHAPS_CONTACT = r"[@＠#]|^[^A-Za-z]{7,}[xX]?$"  # no other id can be a number or an address of a person


class ParquetStream:
    """One file under way; it takes its place when closed. mask: an `enterprise_id` that is a contact is hidden."""

    def __init__(self, path: Path, *, mask: bool = True) -> None:
        self.path = Path(os.path.realpath(path))
        self.part = self.path.with_name(self.path.name + ".part")
        self.mask = mask
        self._hidden: dict[str, str] = {}
        self._writer: pq.ParquetWriter | None = None
        self._pool = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None

    def put(self, table: pa.Table) -> int:
        """Write a piece; returns its rows. Raises OutputError when the file cannot be written."""
        if self._under_way is not None:
            self._under_way.result()
        if self.mask:
            table = self._masked(table)
        if self._writer is None:
            words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
            try:
                self._writer = pq.ParquetWriter(
                    self.part,
                    table.schema,
                    compression="snappy",
                    use_dictionary=[*words, *(name for name in _FEW_VALUES if name in table.column_names)],
                    write_statistics=False,
                )
            except OSError as error:
                raise OutputError(f"{self.path}：写不了（{error}）") from error
        self._under_way = self._pool.submit(self._writer.write_table, table, row_group_size=1 << 21)
        return int(table.num_rows)

    def close(self) -> None:
        """Put the file in its place."""
        if self._under_way is not None:
            self._under_way.result()
        self._pool.shutdown()
        if self._writer is not None:
            self._writer.close()
            self.part.replace(self.path)

    def _masked(self, table: pa.Table) -> pa.Table:
        at = table.column_names.index("enterprise_id")
        column = table.column(at).combine_chunks()
        texts = column.dictionary if pa.types.is_dictionary(column.type) else column
        if not pc.any(pc.match_substring_regex(texts, _PERHAPS_CONTACT)).as_py():
            return table
        ids = texts.to_pylist()
        shown = mask_ids([*self._hidden, *ids])
        hidden = {name: text for name, text in shown.items() if name != text}
        if not hidden:
            return table
        self._hidden |= hidden
        texts = pa.array([shown[name] for name in ids], texts.type)
        coded = pa.types.is_dictionary(column.type)
        column = pa.DictionaryArray.from_arrays(column.indices, texts) if coded else texts
        return table.set_column(at, "enterprise_id", column)
