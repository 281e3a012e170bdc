"""Which words of a text say an asked word: the same letters, a synonym, or a word near in meaning and letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.matching.encoders import Encoder, StaticEncoder
from matcher.matching.tokens import Segmenter, normalise_all

NEAR = 0.72  # cosine from which two words that share characters say the same (read on 2,500 words of real needs)
NEARLY = 0.7  # what such a word counts of one that says it literally or by a synonym
_SUFFIXES = ("性", "度", "率", "化", "型", "式", "状", "剂", "法")
SUBSTANCE_ENDS = "烯醇胺烷炔"  # with one of them behind it a substance is another
_CHEMICAL = frozenset("醇酸酯烷烯酮醛胺醚苯氮氧氯氟硫磷碳钠钾钙镁锌铜铁铝钛锂硅")


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Word -> the words that say the same, by the technical synonyms of this package."""
    groups: dict[str, set[str]] = defaultdict(set)
    lines = (files("matcher.matching") / "synonyms.txt").read_text("utf-8").splitlines()
    for line in lines:
        if not line.startswith("#"):
            words = normalise_all(line.split())
            for word in words:
                groups[word].update(words)
    return {word: frozenset(others - {word}) for word, others in groups.items()}


def sayings(
    asked: Sequence[str], names: Sequence[str], words: NDArray[np.bool_], segmenter: Segmenter, encoder: Encoder
) -> csr_array:
    """(asked words, names): how far each of the terms `names` of other texts says an asked word, 0 to 1.

    words: which of the names are words and not only neighbouring characters. Word vectors are read where the encoder is
    a table of them.
    """
    place = {name: number for number, name in enumerate(names)}
    known = synonyms()
    forms = [(word, *sorted(known.get(word, ()))) for word in asked]
    longer = _longer(names, words, {form for some in forms for form in some if len(form) > 2})
    rows: list[int] = []
    columns: list[int] = []
    for row, some in enumerate(forms):
        said = {place[known_as] for form in some if (known_as := _known_as(form, place))}
        for form in some:
            said.update(longer.get(form, ()))
        rows += [row] * len(said)
        columns += said
    literal = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(asked), len(names)))
    near_rows, near_columns = _near(asked, names, words, segmenter, encoder)
    near = csr_array((np.full(len(near_rows), NEARLY), (near_rows, near_columns)), shape=literal.shape)
    near.sum_duplicates()
    near.data[:] = NEARLY
    return csr_array(literal.maximum(near))


def _known_as(form: str, place: dict[str, int]) -> str:
    """A form itself, or its last two characters where all neighbouring ones occur (the other text cuts otherwise)."""
    if form in place or len(form) < 3 or form.isascii():
        return form if form in place else ""
    pairs = [form[i : i + 2] for i in range(len(form) - 1)]
    return pairs[-1] if all(pair in place for pair in pairs) else ""


def _longer(names: Sequence[str], words: NDArray[np.bool_], forms: set[str]) -> dict[str, list[int]]:
    """The words that hold a form of three characters or more."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in np.flatnonzero(words).tolist():
        name = names[number]
        for size in range(3, len(name)):
            for start in range(len(name) - size + 1):
                if (part := name[start : start + size]) in forms:
                    found[part].append(number)
    return found


def _near(
    asked: Sequence[str], names: Sequence[str], words: NDArray[np.bool_], segmenter: Segmenter, encoder: Encoder
) -> tuple[list[int], list[int]]:
    """Pairs of asked words and others that share characters (one of two, two of more) and are near in meaning."""
    numbers = [number for number in np.flatnonzero(words).tolist() if 1 < len(names[number]) < 7]
    rows, columns = _stems(asked, names, numbers)
    if not isinstance(encoder, StaticEncoder) or not numbers or not asked:
        return rows, columns
    others = [names[number] for number in numbers]
    vectors = encoder.encode_terms(segmenter.terms([*asked, *others]))
    left, right = vectors[: len(asked)], vectors[len(asked) :]
    by_character = defaultdict(list)
    for number, word in enumerate(others):
        if not _CHEMICAL & set(word):
            for character in set(word):
                by_character[character].append(number)
    asking = defaultdict(list)
    for row, word in enumerate(asked):
        if 1 < len(word) < 7 and not word.isascii() and not _CHEMICAL & set(word):
            for character in set(word):
                asking[character].append(row)
    for character, some in asking.items():
        candidates = by_character.get(character)
        if candidates is None:
            continue
        near = left[some] @ right[candidates].T >= NEAR
        for i, j in zip(*(places.tolist() for places in np.nonzero(near)), strict=True):
            word, other = asked[some[i]], others[candidates[j]]
            if len(word) == 2 == len(other) or len(set(word) & set(other)) > 1:
                rows.append(some[i])
                columns.append(numbers[candidates[j]])
    return rows, columns


def _stems(asked: Sequence[str], names: Sequence[str], numbers: list[int]) -> tuple[list[int], list[int]]:
    """Words of one stem (耐磨性, 耐磨) and heads of longer words (垃圾焚烧炉, 焚烧炉)."""
    by_stem = defaultdict(list)
    for number in numbers:
        by_stem[_stem(names[number])].append(number)
    pairs = [
        (row, number)
        for row, word in enumerate(asked)
        for stem in dict.fromkeys((_stem(word), *(word[cut:] for cut in range(1, len(word) - 2))))
        for number in by_stem.get(stem, ())
    ]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return list(rows), list(columns)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith(_SUFFIXES) else word
