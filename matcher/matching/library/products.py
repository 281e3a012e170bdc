"""Products of matrices: large ones at once, those of searches in pieces.

The linear algebra library shares a large product among threads of its own. These wait for each other busily, so that
where other threads or programs want the processors too, many products cost many times their own work. Searches have
threads of their own, and multiply in pieces too small to be shared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

PIECE = 1 << 17  # multiplications; OpenBLAS begins to share a product at twice as many
TEXTS = 16  # rows of the first matrix multiplied together

Matrix = NDArray[np.float32]
Product = Callable[[Matrix, Matrix, Matrix], object]


def at_once(left: Matrix, right: Matrix, result: Matrix) -> None:
    """Fill `result` with `left @ right.T`."""
    np.matmul(left, right.T, out=result)


def in_pieces(left: Matrix, right: Matrix, result: Matrix) -> None:
    """The same, but that the last bits may differ."""
    step = max(1, PIECE // max(1, min(len(left), TEXTS) * left.shape[1]))
    for some in (slice(at, at + TEXTS) for at in range(0, len(left), TEXTS)):
        for there in (slice(at, at + step) for at in range(0, len(right), step)):
            np.matmul(left[some], right[there].T, out=result[some, there])
