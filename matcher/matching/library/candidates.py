"""Which records of a large library are near a text in meaning, found by faiss in some of its lists.

What is found is near; a record may be missed whose list was not looked into. The same text finds the same records
every time, alone or among others, in every process that reads the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FROM = 500_000  # records indexed together from which on there are candidates
NEAR = 100  # records that a text finds
LISTS = 1024  # at most
LOOKED_INTO = 16  # of them
EACH = 64  # vectors a list, of which the lists' centres are learned
ROUNDS = 8  # of learning
PIECE = 1 << 16  # vectors put into lists at a time
SEED = 0


class Near(NamedTuple):
    """Rows in ascending order, their cosines with a text, and one that no other row's is above, if none was missed."""

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]
    beyond: np.float32


@dataclass(eq=False)
class Candidates:
    """Vectors in lists: `centres` (lists, d), and of each vector the list whose centre is the nearest."""

    vectors: NDArray[np.float32]
    centres: NDArray[np.float32]
    lists: NDArray[np.int64]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Candidates:
        """Put unit vectors, at least one, into lists."""
        import faiss

        many = max(1, min(LISTS, len(vectors) // EACH))
        some = np.ascontiguousarray(vectors[:: max(1, len(vectors) // (EACH * many))])
        with _one_thread():
            learned = faiss.Kmeans(
                vectors.shape[1],
                many,
                niter=ROUNDS,
                seed=SEED,
                spherical=True,
                min_points_per_centroid=1,
            )
            learned.train(some)
            centres = np.asarray(learned.centroids, np.float32)
            flat = _flat(centres)
            lists = [flat.search(vectors[at : at + PIECE], 1)[1][:, 0] for at in range(0, len(vectors), PIECE)]
        return cls(vectors, centres, np.concatenate(lists))

    @cached_property
    def _index(self) -> Any:
        """The vectors as faiss reads them, a byte a number."""
        import faiss

        many, wide = self.centres.shape
        kind = faiss.ScalarQuantizer.QT_8bit
        index = faiss.IndexIVFScalarQuantizer(_flat(self.centres), wide, many, kind, faiss.METRIC_INNER_PRODUCT, False)
        index.nprobe = LOOKED_INTO
        with _one_thread():
            index.train(np.ascontiguousarray(self.vectors[:: max(1, len(self.vectors) // (EACH * many))]))
            for at in range(0, len(self.vectors), PIECE):
                rows = np.arange(at, min(at + PIECE, len(self.vectors)))
                piece, lists = np.ascontiguousarray(self.vectors[rows]), np.ascontiguousarray(self.lists[rows])
                index.add_core(len(rows), *(faiss.swig_ptr(array) for array in (piece, rows, lists)))
        return index

    def near(self, vector: NDArray[np.float32]) -> Near:
        """What a unit vector finds."""
        cosines, found = self._index.search(vector[None], NEAR)  # one alone starts no threads
        found, rough = found[0][found[0] >= 0], cosines[0][found[0] >= 0]
        order = np.argsort(found)
        rows = found[order]
        exact = self.vectors[rows] @ vector
        if len(rows) < NEAR:  # lists that hold too little do not say what is beyond
            return Near(rows, exact, np.float32(1))
        return Near(rows, exact, np.float32(rough[-1] + (exact - rough[order]).max()))  # and a byte a number hides some


def _flat(centres: NDArray[np.float32]) -> Any:
    import faiss

    flat = faiss.IndexFlatIP(centres.shape[1])
    flat.add(centres)
    return flat


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have faiss work on this thread alone: threads would be missing in forks, and sums would hang on their number."""
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
