"""What is worked out some rows at a time, spread over forked processes; columns travel as Arrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from matcher.forks import answers

Columns = dict[str, NDArray[Any]]


def spread(
    work: Callable[[slice], Columns], parts: Sequence[slice], processes: int, done: Callable[[slice], object]
) -> list[Columns]:
    """What `work` makes of each part, in order. A part that a process fails at is worked out here.

    done: told of each part once it is finished.
    """

    def answer(question: bytes) -> bytes:
        return packed(work(parts[int(question)]))

    results = []
    questions = (str(at).encode() for at in range(len(parts)))
    for part, (_, found) in zip(parts, answers(answer, questions, min(processes, len(parts))), strict=True):
        results.append(work(part) if found is None else unpacked(found))
        done(part)
    return results


def packed(columns: Columns) -> bytes:
    """Arrays of numbers, in one or two dimensions, or of texts, as bytes."""
    arrays = []
    for values in columns.values():
        flat = pa.array(values.ravel(), pa.large_string() if values.dtype == object else None)
        if values.ndim == 2:
            flat = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
        arrays.append(pa.LargeListArray.from_arrays([0, len(flat)], flat))
    table = pa.table(arrays, list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    told: bytes = sink.getvalue().to_pybytes()
    return told


def unpacked(told: bytes) -> Columns:
    """The arrays that were `packed`; numbers cannot be written to."""
    [batch] = pa.ipc.open_stream(told).read_all().to_batches()
    columns: Columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        array, wide = column.values, column.type.value_type
        if pa.types.is_fixed_size_list(wide):
            columns[name] = array.values.to_numpy(zero_copy_only=False).reshape(-1, wide.list_size)
        else:
            columns[name] = array.to_numpy(zero_copy_only=False)
    return columns
