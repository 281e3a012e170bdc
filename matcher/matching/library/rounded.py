"""Vectors in a quarter of the room, turned so that half of their numbers say most of them: for bounds of cosines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.matching.library.products import in_pieces

BATCH = 4096  # vectors turned at a time
LOOKED_AT = 16384  # vectors by which the axes and steps are chosen
LEAST = 1e-6  # what single precision may hide of a squared length


class Turned(NamedTuple):
    """Vectors seen along the axes of others, in their steps: (n, d) numbers, and (n) the lengths of all of a vector and
    of its second half.
    """

    numbers: NDArray[np.float32]
    lengths: NDArray[np.float32]
    rest: NDArray[np.float32]


class Rounded(NamedTuple):
    """Vectors along axes of their own, those along which they are longest first, as whole numbers.

    Vector i is `axes @ (codes[i] * steps)`, and what is lost in it is no longer than `lost[i]`; behind its first `half`
    numbers it is no longer than `rest[i]`.
    """

    axes: NDArray[np.float32]
    half: int
    steps: NDArray[np.float32]
    codes: NDArray[np.int8]
    lost: NDArray[np.float32]
    rest: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Rounded:
        """Turn and round."""
        some = vectors[:: max(1, len(vectors) // LOOKED_AT)].astype(np.float64)
        axes = np.linalg.eigh(some.T @ some)[1][:, ::-1].astype(np.float32)
        half = -(-vectors.shape[1] // 2)
        largest = np.abs(some @ axes).max(axis=0, initial=0)
        steps = np.maximum(largest / 127, np.finfo(np.float32).tiny).astype(np.float32)
        codes = np.empty(vectors.shape, np.int8)
        lost, rest = (np.empty(len(vectors), np.float32) for _ in range(2))
        for at in range(0, len(vectors), BATCH):
            here = slice(at, at + BATCH)
            turned = np.empty_like(vectors[here])
            in_pieces(vectors[here], axes.T, turned)
            codes[here] = np.rint(turned / steps).clip(-127, 127)
            lost[here] = _length(turned - codes[here] * steps)
            rest[here] = _length(turned[:, half:])
        return cls(axes, half, steps, codes, lost, rest)

    def turn(self, vectors: NDArray[np.float32]) -> Turned:
        """Other vectors."""
        turned = np.empty_like(vectors)
        in_pieces(vectors, self.axes.T, turned)
        return Turned(turned * self.steps, _length(turned), _length(turned[:, self.half :]))


def _length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """No less than the length of each."""
    lengths: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors) + np.float32(LEAST))
    return lengths
