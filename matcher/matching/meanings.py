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
from matcher.matching.tokens import Segmenter, Terms, normalise_all

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


def said_by(asked: Sequence[str], terms: Terms, segmenter: Segmenter, encoder: Encoder) -> csr_array:
    """(texts, asked words): how far each text says an asked word, 0 to 1; the company of a text changes nothing.

    A word is said by its letters or a synonym's, as a term or as neighbouring characters all of which occur; and by a
    word of the text that holds it or is near it. Word vectors are read where the encoder is a table of them.
    """
    shape = (len(terms), len(terms.names))
    ones = np.ones(len(terms.ids), np.float32)
    has = csr_array((ones, terms.ids, terms.offsets), shape=shape)
    has_words = csr_array((terms.is_word.astype(np.float32), terms.ids, terms.offsets), shape=shape)
    words = np.zeros(len(terms.names), bool)
    words[terms.ids[terms.is_word]] = True
    literal, by_words, spelled, of = _sayings(asked, terms.names, words, segmenter, encoder)
    whole = csr_array(has @ spelled.T)
    whole.data = (whole.data > 1 - 1e-4).astype(np.float32)
    whole = csr_array(whole @ of)
    says = csr_array((has @ literal.T).maximum(whole))
    says.data = np.minimum(says.data, 1)
    near = csr_array(has_words @ by_words.T)
    near.data = np.minimum(near.data, 1)
    return csr_array(says.maximum(near))


def _sayings(
    asked: Sequence[str], names: Sequence[str], words: NDArray[np.bool_], segmenter: Segmenter, encoder: Encoder
) -> tuple[csr_array, csr_array, csr_array, csr_array]:
    """(asked, names): the terms that say an asked word literally, and how far words say it. (forms, names): the share
    of each pair of characters in a longer form; (forms, asked): whose form it is.
    """
    place = {name: number for number, name in enumerate(names)}
    known = synonyms()
    forms = [(word, *sorted(known.get(word, ()))) for word in asked]
    longer = _longer(names, words, {form for some in forms for form in some if len(form) > 2})
    known_forms = [(row, place[form]) for row, some in enumerate(forms) for form in some if form in place]
    holding = [(row, number) for row, some in enumerate(forms) for form in some for number in longer.get(form, ())]
    spelled: list[tuple[int, int, float]] = []
    of: list[int] = []
    for row, some in enumerate(forms):
        for form in some:
            pairs = {form[i : i + 2] for i in range(len(form) - 1)}
            if len(form) > 2 and not form.isascii() and pairs <= place.keys():
                spelled += [(len(of), place[pair], 1 / len(pairs)) for pair in pairs]
                of.append(row)
    shape = (len(asked), len(names))
    near = zip(*_near(asked, names, words, segmenter, encoder), strict=True)
    by_words = _matrix([(*one, 1.0) for one in holding], shape).maximum(
        _matrix([(*one, NEARLY) for one in near], shape)
    )
    return (
        _matrix([(*one, 1.0) for one in known_forms], shape),
        csr_array(by_words),
        _matrix(spelled, (len(of), len(names))),
        _matrix([(form, row, 1.0) for form, row in enumerate(of)], (len(of), len(asked))),
    )


def _matrix(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> csr_array:
    """A sparse matrix of (row, column, value); the same place twice counts once."""
    single = {(row, column): value for row, column, value in entries}
    rows, columns = zip(*single, strict=True) if single else ((), ())
    return csr_array((np.array(list(single.values()), np.float32), (rows, columns)), shape=shape)


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
    asking = defaultdict(list)
    for row, word in enumerate(asked):
        if 1 < len(word) < 7 and not word.isascii() and not _CHEMICAL & set(word):
            for character in set(word):
                asking[character].append(row)
    others: list[str] = []  # that share a character
    places: list[int] = []
    by_character = defaultdict(list)
    for number in numbers:
        characters = set(names[number])
        if (shared := characters & asking.keys()) and not _CHEMICAL & characters:
            for character in shared:
                by_character[character].append(len(others))
            others.append(names[number])
            places.append(number)
    vectors = encoder.encode_terms(segmenter.terms([*asked, *others]))
    left, right = vectors[: len(asked)], vectors[len(asked) :]
    for character, some in asking.items():
        if not (candidates := by_character.get(character)):
            continue
        found = np.flatnonzero(left[some] @ right[candidates].T >= NEAR)
        for i, j in zip(*(part.tolist() for part in np.divmod(found, len(candidates))), strict=True):
            word, other = asked[some[i]], others[candidates[j]]
            if len(word) == 2 == len(other) or len(set(word) & set(other)) > 1:
                rows.append(some[i])
                columns.append(places[candidates[j]])
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
