"""What is read of an index's records, remembered for the searches to come: it is the same whatever is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.matching.library.base import BaseIndex
from matcher.matching.texts.plain import Plain, plain_texts

MOST = 512  # records of an index up to which they are remembered: some 30 MiB in all for texts of a market
FEW = 64  # records wanted at once from which on reading them together is as quick

T = TypeVar("T")


def is_remembered(index: BaseIndex, rows: NDArray[np.int64]) -> bool:
    """Whether some rows of an index are remembered: few of a small library.

    In a large one the next search wants others, and to take apart what was read together costs more than to read it.
    """
    return len(rows) <= FEW and len(index.ids) <= MOST


def remembered(
    index: BaseIndex, kind: str, rows: NDArray[np.int64], read: Callable[[NDArray[np.int64]], Sequence[T]]
) -> list[T]:
    """What `read` makes of each of some rows of an index: read anew only where it is not remembered under its kind.

    Threads may share an index.
    """
    if not is_remembered(index, rows):
        return list(read(rows))
    known: dict[int, T] = index.derived.setdefault(kind, {})
    found = {row: known.get(row) for row in rows.tolist()}
    if missing := [row for row, one in found.items() if one is None]:
        new = dict(zip(missing, read(np.array(missing, np.int64)), strict=True))
        known.update(new)
        found |= new
    return [found[row] for row in rows.tolist()]  # type: ignore[misc]


def texts_of_rows(index: BaseIndex, rows: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    """`index.texts`, remembered."""
    texts = remembered(index, "texts", rows, lambda some: list(zip(*index.texts(some), strict=True)))
    return [title for title, _ in texts], [body for _, body in texts]


class Records:
    """The records that pairs name, `rows` of an index in ascending order, read once for all that look at them.

    place: which of them each pair has.
    """

    def __init__(self, index: BaseIndex, rows: NDArray[np.int64]) -> None:
        self.index = index
        self.rows, self.place = np.unique(rows, return_inverse=True)

    def of(self, some: NDArray[np.bool_]) -> Records:
        """Those that some of the pairs name."""
        if some.all():
            return self
        fewer = Records(self.index, self.rows[self.place[some]])
        known = np.searchsorted(self.rows, fewer.rows).tolist()
        titles, bodies = self.texts
        fewer.texts = [titles[i] for i in known], [bodies[i] for i in known]
        fewer.plain = [self.plain[i] for i in known]
        return fewer

    @cached_property
    def texts(self) -> tuple[list[str], list[str]]:
        """Titles and bodies."""
        return texts_of_rows(self.index, self.rows)

    @cached_property
    def plain(self) -> list[Plain]:
        """Each text whole, as it is compared."""
        if not is_remembered(self.index, self.rows):
            return plain_texts(*self.texts)
        return remembered(self.index, "plain", self.rows, lambda some: plain_texts(*texts_of_rows(self.index, some)))
