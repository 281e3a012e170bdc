"""Texts as counted runs of neighbouring characters, fast enough for hundreds of thousands. Strings in, matrices out.

Runs are hashed; blanks and punctuation do not count. A collision can only make two texts look a little more alike than
they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

_COLUMN_BITS, _BITS = 20, 26
COLUMNS = 1 << _COLUMN_BITS
_LINE = ord("\n")
BLOCK = 64  # asked texts held against the library together
BATCH = 4096  # texts at a time
THREADS = 2
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
    """The runs of `size` characters, a power of two, of bare texts: the text of each, and its hash (64 bits)."""
    codes = _codes("\0".join([*texts, ""]))
    whole = codes != 0
    row = np.cumsum(~whole)
    mixed = codes * np.uint64(2_654_435_761)
    span = 1
    while span < size:  # two neighbouring runs are one of twice the length
        mixed = (mixed[:-span] ^ mixed[:-span] >> np.uint64(29)) * np.uint64(0x9E37_79B9_7F4A_7C15) + mixed[span:]
        whole = whole[:-span] & whole[span:]
        span *= 2
    mixed = (mixed ^ mixed >> np.uint64(29)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    return row[: len(whole)][whole], mixed[whole]


def shared_runs(asked: Sequence[str], library: Sequence[str]) -> tuple[csr_array, csr_array]:
    """(asked, runs) and (library, runs): which of the distinct runs of the asked texts stand in each bare text."""
    rows, keys = hashed(asked, RUN)
    runs, numbers = np.unique(keys, return_inverse=True)
    mine = _flags(rows, numbers, (len(asked), len(runs)))
    seen = np.zeros(1 << _BITS, bool)
    shift = np.uint64(64 - _BITS)
    seen[runs >> shift] = True

    def part(some: Sequence[str]) -> csr_array:
        rows, keys = hashed(some, RUN)
        likely = seen[keys >> shift]
        rows, keys = rows[likely], keys[likely]
        at = np.searchsorted(runs, keys)
        found = runs[np.minimum(at, len(runs) - 1)] == keys if len(runs) else np.zeros(0, bool)
        return _flags(rows[found], at[found], (len(some), len(runs)))

    return mine, _stacked(_by_batch(part, library), len(runs))


def _by_batch(part: Callable[[Sequence[str]], csr_array], texts: Sequence[str]) -> list[csr_array]:
    """What `part` makes of batches of the texts, two at a time."""
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(part, batches))


def _stacked(parts: list[Any], columns: int) -> csr_array:
    """Batches one upon the other."""
    whole: csr_array = csr_array(vstack(parts) if parts else (0, columns), dtype=np.float32)
    return whole


def _flags(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> csr_array:
    matrix = csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _counted(texts: Sequence[str]) -> list[csr_array]:
    """(texts, COLUMNS) by batches: how often each pair of characters stands in each bare text."""

    def part(some: Sequence[str]) -> csr_array:
        rows, keys = hashed(some, PAIR)
        columns = (keys >> np.uint64(64 - _COLUMN_BITS)).astype(np.int64)
        matrix = csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(some), COLUMNS))
        matrix.sum_duplicates()
        return matrix

    return _by_batch(part, texts)


class Subjects:
    """Texts by their pairs of characters, weighted by how few of the library's texts have them."""

    def __init__(self, library: Sequence[str]) -> None:
        parts = _counted(library)
        shares = np.zeros(COLUMNS, np.int64)
        for counts in parts:
            shares += np.bincount(counts.indices, minlength=COLUMNS)
        self._weight = np.log((1 + len(library)) / (1 + shares)).astype(np.float32)
        if len(library) >= _MANY:
            self._weight[shares > min(_COMMON * len(library), _MOST)] = 0

        def weigh(at: int) -> None:  # common pairs go batch by batch: all of them at once are most of the memory
            parts[at] = self._weighted(parts[at])

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(weigh, range(len(parts))))
        self._library = csr_array(_stacked(parts, COLUMNS).T)

    def _weighted(self, counts: csr_array) -> csr_array:
        weight = self._weight[counts.indices]
        kept = weight != 0
        ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
        values = (1 + np.log(counts.data[kept])) * weight[kept]
        weighted = csr_array((values, counts.indices[kept], ends), shape=counts.shape)
        squares = csr_array((weighted.data**2, weighted.indices, weighted.indptr), shape=weighted.shape)
        length = np.sqrt(squares @ np.ones(COLUMNS, np.float32))
        weighted.data /= np.repeat(np.maximum(length, 1e-9), np.diff(weighted.indptr))
        return weighted

    def likeness(self, asked: Sequence[str]) -> Iterator[csr_array]:
        """(texts, library) cosines of blocks of bare texts, in their order; the next one is made meanwhile."""
        mine = self._weighted(_stacked(_counted(asked), COLUMNS))
        starts = range(0, len(asked), BLOCK)
        with ThreadPoolExecutor(1) as pool:

            def begin(start: int) -> Future[csr_array]:
                return pool.submit(lambda: csr_array(mine[start : start + BLOCK] @ self._library))

            ahead = [begin(start) for start in starts[:1]]
            for start in starts:
                block = ahead.pop().result()
                ahead += [begin(after) for after in starts[start // BLOCK + 1 : start // BLOCK + 2]]
                yield block
