"""Which two records are of two subjects, so that they show what random pairs score.

A list that was put together of several has one outcome twice, or an outcome and its patent; somebody's works and what
he says of himself are near each other. A few such pairs among random ones widen their spread, and then nothing that is
asked for stands out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

OWNERS = "owners"  # a column of an index of works: the ids of those whose work it is, one a line
REPEATS = 0.5  # the cosine of words from which two records are one subject written twice; others lie below


def of_two_subjects(
    lexical: NDArray[np.float32], asked: Sequence[object], others: Sequence[object]
) -> NDArray[np.bool_]:
    """(asked, others): whether two records repeat each other neither in their words nor by an owner.

    lexical: their cosines of words; asked, others: their cells of `OWNERS`, None where there are none.
    """
    unlike: NDArray[np.bool_] = lexical < REPEATS
    numbers: dict[str, int] = {}
    for cell in (*asked, *others):
        for name in _names(cell):
            numbers.setdefault(name, len(numbers))
    if numbers:
        unlike &= (_owned(asked, numbers) @ _owned(others, numbers).T).toarray() == 0
    return unlike


def _owned(cells: Sequence[object], numbers: dict[str, int]) -> csr_array:
    """(records, owners): 1 where an owner has a record."""
    owners = [[numbers[name] for name in _names(cell)] for cell in cells]
    rows = np.repeat(np.arange(len(owners)), [len(some) for some in owners])
    columns = np.array([number for some in owners for number in some], np.int64)
    return csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape=(len(cells), len(numbers)))


def _names(cell: object) -> list[str]:
    return cell.split("\n") if isinstance(cell, str) and cell else []
