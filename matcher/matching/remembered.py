"""What is read of an index's records, remembered for the searches to come: it is the same whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.matching.base import BaseIndex

MOST = 512  # records that an index remembers, of each kind of reading: some 30 MiB in all for texts of a market
FEW = 64  # records wanted at once from which on reading them together is as quick

T = TypeVar("T")


def remembered(
    index: BaseIndex, kind: str, rows: NDArray[np.int64], read: Callable[[NDArray[np.int64]], Sequence[T]]
) -> list[T]:
    """What `read` makes of each of some rows of an index: read anew only where it is not remembered under its kind.

    Of more than `FEW` rows nothing is remembered. Threads may share an index.
    """
    if len(rows) > FEW:
        return list(read(rows))
    known: dict[int, T] = index.derived.setdefault(kind, {})
    found = {row: known.get(row) for row in rows.tolist()}
    if missing := [row for row, one in found.items() if one is None]:
        new = dict(zip(missing, read(np.array(missing, np.int64)), strict=True))
        if len(known) + len(new) > MOST:
            known.clear()
        known.update(new)
        found |= new
    return [found[row] for row in rows.tolist()]  # type: ignore[misc]


def texts_of_rows(index: BaseIndex, rows: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    """`index.texts`, remembered."""
    texts = remembered(index, "texts", rows, lambda some: list(zip(*index.texts(some), strict=True)))
    return [title for title, _ in texts], [body for _, body in texts]
