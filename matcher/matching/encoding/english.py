"""English words to vectors that lie among the Chinese ones. A folder in, rows out; how words are looked up stays here.

A word is looked up as it is written, then in its plainer forms (plural, -ing, -ed, British spelling), and at last as
the parts that it is made of (photo + acoustic). What has no part in the table is told, so that the Chinese table may
know it as a sign of its own (PBAT).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import EncoderError
from matcher.tables.json import parse_json

FORMAT = "matcher-english-1"
SHORTEST_PART, LONGEST_WORD, MOST_PARTS = 3, 40, 3
_SPELLINGS = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("ising", "izing"),
    ("our", "or"),
    ("tre", "ter"),
    ("bre", "ber"),
    ("lling", "ling"),
    ("lled", "led"),
)
_FILES = ("vocabulary.txt", "model.safetensors")


@dataclass(frozen=True, eq=False)
class English:
    """The words that stand beside a static encoder; the tables are read when a text first needs them.

    A folder holds `config.json` (format, across, and the SHA-256 of the other files), `vocabulary.txt` and
    `model.safetensors`, as a static encoder has them. `fingerprint` is the SHA-256 of `config.json`. `across`: mean and
    deviation of the cosine of a Chinese and an English technical text put together at random.
    """

    folder: Path
    fingerprint: str
    across: tuple[float, float]
    hashes: dict[str, str]

    @classmethod
    def beside(cls, folder: Path) -> English | None:
        """The English words in the subfolder `english` of an encoder's folder; None where it has none."""
        folder = folder / "english"
        if not (folder / "config.json").is_file():
            return None
        config = (folder / "config.json").read_bytes()
        try:
            settings = parse_json(config)
            if settings["format"] != FORMAT:
                raise EncoderError(f"{folder}: format {settings['format']!r}; this version reads {FORMAT!r}")
            centre, spread = map(float, settings["across"])
            hashes = {name: str(settings["sha256"][name]) for name in _FILES}
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, EncoderError):
                raise
            raise EncoderError(f"{folder}: damaged English words ({type(error).__name__}: {error!s:.160})") from error
        if not (abs(centre) < 1 and 0 < spread < 1):
            raise EncoderError(f"{folder}: across must be a mean and a deviation of cosines, not {settings['across']}")
        return cls(folder, hashlib.sha256(config).hexdigest(), (centre, spread), hashes)

    @cached_property
    def _table(self) -> tuple[dict[str, int], NDArray[np.int8], NDArray[np.float32]]:
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            words, weights = ((self.folder / name).read_bytes() for name in _FILES)
        except OSError as error:
            raise EncoderError(f"{self.folder}: no English words ({error.strerror}: {error.filename})") from error
        for name, data in zip(_FILES, (words, weights), strict=True):
            if hashlib.sha256(data).hexdigest() != self.hashes[name]:
                raise EncoderError(f"{self.folder}: {name} is not the file that config.json names; install anew")
        try:
            tensors = load(weights)
            vectors, scales = tensors["vectors"], tensors["scales"]
            terms = words.decode("utf-8").split()
        except (ValueError, KeyError, SafetensorError) as error:
            raise EncoderError(f"{self.folder}: damaged English words ({error!s:.160})") from error
        if vectors.ndim != 2 or vectors.dtype != np.int8 or not len(terms) == len(set(terms)) == len(vectors):
            raise EncoderError(f"{self.folder}: {len(terms)} words and vectors {vectors.shape} do not fit")
        if scales.shape != (len(terms),) or not np.isfinite(scales).all():
            raise EncoderError(f"{self.folder}: scales must be one finite number a word")
        return {term: row for row, term in enumerate(terms)}, vectors, scales.astype(np.float32)

    @property
    def vocabulary(self) -> dict[str, int]:
        """Word to its row."""
        return self._table[0]

    def vectors_of(self, words: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(n, d) vectors, the sum of those of its parts for a compound, and which words have any."""
        vocabulary, vectors, scales = self._table
        rows = [parts_of(word, vocabulary) for word in words]
        result = np.zeros((len(words), vectors.shape[1]), np.float32)
        for word, parts in enumerate(rows):
            if parts:
                result[word] = (vectors[parts] * scales[parts][:, None]).sum(axis=0) / np.float32(len(parts) ** 0.5)
        return result, np.array([bool(parts) for parts in rows], bool)


def forms(word: str) -> Iterator[str]:
    """A word and its plainer forms, the nearest first, each in British and in American spelling."""
    for form in _plainer(word):
        yield form
        for british, american in _SPELLINGS:
            if british in form[2:]:
                yield form[:2] + form[2:].replace(british, american)


def _plainer(word: str) -> Iterator[str]:
    """A word, its singular and what it is made of by an ending; what is no word is in no table."""
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
    for ending in ("ing", "ed", "er", "ers", "ly"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            base = word.removesuffix(ending)
            yield base
            yield base + "e"
            if base[-1] == base[-2]:
                yield base[:-1]


def parts_of(word: str, vocabulary: dict[str, int]) -> list[int]:
    """The rows of a word: its own or a plainer form's; else those of the parts that make it up; else none."""
    for form in forms(word):
        if (row := vocabulary.get(form)) is not None:
            return [row]
    if not 2 * SHORTEST_PART <= len(word) <= LONGEST_WORD or not word.isascii() or not word.isalpha():
        return []
    return _made_of(word, vocabulary, MOST_PARTS) or []


def _made_of(word: str, vocabulary: dict[str, int], most: int) -> list[int] | None:
    """The parts of a compound, the longest first part tried first; None where it is not made of so many."""
    for form in forms(word):
        if (row := vocabulary.get(form)) is not None:
            return [row]
    if most > 1:
        for at in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            if (row := vocabulary.get(word[:at])) is not None:
                rest = _made_of(word[at:], vocabulary, most - 1)
                if rest is not None:
                    return [row, *rest]
    return None
