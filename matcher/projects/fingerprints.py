"""Texts as counted runs of neighbouring characters, fast enough for hundreds of thousands. Strings in, matrices out.

Runs are hashed; blanks and punctuation do not count. A collision can only make two texts look a little more alike than
they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

_COLUMN_BITS, _BITS = 20, 26
COLUMNS = 1 << _COLUMN_BITS
_LINE = ord("\n")
BLOCK = 128  # asked texts held against the library together
BATCH = 8192  # texts at a time
PAIR, RUN = 2, 8  # characters of what tells a subject, and of what is copied word for word
_COMMON, _MANY = 0.05, 500  # pairs of characters that a larger share of a library of so many texts has tell nothing
_MOST = 2000  # texts of a library that a pair may stand in to tell something


def bare(texts: Sequence[str]) -> list[str]:
    """Texts as they are compared: full-width as half-width, lower case, letters and digits only."""
    result: list[str] = []
    for start in range(0, len(texts), BATCH):
        joined = "\n".join([text.replace("\n", " ") for text in texts[start : start + BATCH]])
        codes = _codes(joined)
        plain = {code: _plain(code) for code in np.flatnonzero(np.bincount(codes)).tolist()}
        if several := {code: text for code, text in plain.items() if len(text) > 1}:  # ㎡
            for code, text in several.items():
                joined = joined.replace(chr(code), text)
            codes = _codes(joined)
            plain |= {ord(part): part for text in several.values() for part in text}
        table = np.zeros(max(plain, default=0) + 1, np.uint32)
        for code, text in plain.items():
            table[code] = ord(text) if len(text) == 1 else 0
        kept = table[codes]
        result += kept[kept > 0].tobytes().decode("utf-32-le", "surrogatepass").split("\n")
    return result


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@lru_cache(1 << 17)
def _plain(code: int) -> str:
    """What a character is compared as: "" for a sign or a blank."""
    text = unicodedata.normalize("NFKC", chr(code)).lower()
    return "\n" if code == _LINE else "".join(filter(str.isalnum, text))


def hashed(texts: Sequence[str], size: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The runs of `size` characters of bare texts: the text of each, and its hash (64 bits)."""
    codes = _codes("\0".join([*texts, ""])).astype(np.uint64)
    row = np.cumsum(codes == 0)
    n = max(len(codes) - size + 1, 0)
    mixed, whole = np.zeros(n, np.uint64), np.ones(n, bool)
    for shift in range(size):
        here = codes[shift : shift + n]
        mixed = mixed * np.uint64(1_000_003) + here * np.uint64(2_654_435_761)
        whole &= here != 0
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0x9E37_79B9_7F4A_7C15)
    return row[:n][whole].astype(np.int64), mixed[whole]


def shared_runs(asked: Sequence[str], library: Sequence[str]) -> tuple[csr_array, csr_array]:
    """(asked, runs) and (library, runs): which of the distinct runs of the asked texts stand in each bare text."""
    rows, keys = hashed(asked, RUN)
    runs, numbers = np.unique(keys, return_inverse=True)
    mine = _flags(rows, numbers, (len(asked), len(runs)))
    seen = np.zeros(1 << _BITS, bool)
    shift = np.uint64(64 - _BITS)
    seen[runs >> shift] = True
    parts = []
    for start in range(0, len(library), BATCH):
        some = library[start : start + BATCH]
        rows, keys = hashed(some, RUN)
        likely = seen[keys >> shift]
        rows, keys = rows[likely], keys[likely]
        at = np.searchsorted(runs, keys)
        found = runs[np.minimum(at, len(runs) - 1)] == keys if len(runs) else np.zeros(0, bool)
        parts.append(_flags(rows[found], at[found], (len(some), len(runs))))
    return mine, _stacked(parts, len(runs))


def _stacked(parts: list[Any], columns: int) -> csr_array:
    whole: csr_array = csr_array(vstack(parts) if parts else (0, columns), dtype=np.float32)
    return whole


def _flags(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> csr_array:
    matrix = csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _counted(texts: Sequence[str]) -> csr_array:
    """(texts, COLUMNS) how often each pair of characters stands in each bare text."""
    parts = []
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        rows, keys = hashed(some, PAIR)
        columns = (keys >> np.uint64(64 - _COLUMN_BITS)).astype(np.int64)
        matrix = csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(some), COLUMNS))
        matrix.sum_duplicates()
        parts.append(matrix)
    return _stacked(parts, COLUMNS)


class Subjects:
    """Texts by their pairs of characters, weighted by how few of the library's texts have them."""

    def __init__(self, library: Sequence[str]) -> None:
        counts = _counted(library)
        shares = np.bincount(counts.indices, minlength=COLUMNS)
        self._weight = np.log((1 + len(library)) / (1 + shares)).astype(np.float32)
        if len(library) >= _MANY:
            self._weight[shares > min(_COMMON * len(library), _MOST)] = 0
        self._library = csr_array(self._weighted(counts).T)

    def _weighted(self, counts: csr_array) -> csr_array:
        values = (1 + np.log(counts.data)) * self._weight[counts.indices]
        weighted = csr_array((values, counts.indices, counts.indptr), shape=counts.shape)
        weighted.eliminate_zeros()
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return csr_array(diags_array(1 / np.maximum(length, 1e-9)).astype(np.float32) @ weighted)

    def likeness(self, asked: Sequence[str]) -> Iterator[csr_array]:
        """(texts, library) cosines of blocks of bare texts, in their order."""
        mine = self._weighted(_counted(asked))
        for start in range(0, len(asked), BLOCK):
            yield csr_array(mine[start : start + BLOCK] @ self._library)
