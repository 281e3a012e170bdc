"""Which words of a text say an asked word: the same letters, a synonym, or a word near in meaning and letters."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.matching.encoding.encoders import Encoder, StaticEncoder
from matcher.matching.texts.normal_forms import normalise_all
from matcher.matching.texts.tokens import Segmenter, Terms

NEAR = 0.72  # cosine from which two words that share characters say the same (read on 2,500 words of real needs)
NEARLY = 0.7  # what such a word counts of one that says it literally or by a synonym
_SUFFIXES = frozenset("性度率化型式状剂法")
SUBSTANCE_ENDS = "烯醇胺烷炔"  # with one of them behind it a substance is another
_CHEMICAL = "醇酸酯烷烯酮醛胺醚苯氮氧氯氟硫磷碳钠钾钙镁锌铜铁铝钛锂硅"
_PAIRS = 1 << 14  # of words looked at together

Whole = NDArray[np.int64]


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Word -> the words that say the same, by the technical synonyms of this package."""
    groups: dict[str, set[str]] = defaultdict(set)
    lines = (files("matcher.matching.texts") / "synonyms.txt").read_text("utf-8").splitlines()
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
    near = _near(asked, names, words, segmenter, encoder)
    by_words = _matrix([(*one, 1.0) for one in holding], shape).maximum(_marked(*near, NEARLY, shape))
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


def _marked(rows: Whole, columns: Whole, value: float, shape: tuple[int, int]) -> csr_array:
    """A sparse matrix with one value at these places; the same place twice counts once."""
    places = np.unique(rows * max(1, shape[1]) + columns)
    return csr_array((np.full(len(places), value, np.float32), np.divmod(places, max(1, shape[1]))), shape=shape)


def _longer(names: Sequence[str], words: NDArray[np.bool_], forms: set[str]) -> dict[str, list[int]]:
    """The words that hold a form of three characters or more."""
    found: dict[str, list[int]] = defaultdict(list)
    longest = max(map(len, forms), default=0)
    for number in np.flatnonzero(words).tolist():
        name = names[number]
        for size in range(3, min(longest + 1, len(name))):
            for start in range(len(name) - size + 1):
                if (part := name[start : start + size]) in forms:
                    found[part].append(number)
    return found


def _near(
    asked: Sequence[str], names: Sequence[str], words: NDArray[np.bool_], segmenter: Segmenter, encoder: Encoder
) -> tuple[Whole, Whole]:
    """Pairs of asked words and others that share characters (one of two, two of more) and are near in meaning."""
    numbers = [number for number in np.flatnonzero(words).tolist() if 1 < len(names[number]) < 7]
    rows, columns = _stems(asked, names, numbers)
    asking = [row for row, word in enumerate(asked) if 1 < len(word) < 7 and not word.isascii()]
    if not isinstance(encoder, StaticEncoder) or not numbers or not asking:
        return rows, columns
    left, right = _characters([asked[row] for row in asking]), _characters([names[number] for number in numbers])
    chemical = np.array(list(map(ord, _CHEMICAL)), np.uint32)
    wanted, known = (np.flatnonzero(~np.isin(side, chemical).any(axis=1)) for side in (left, right))
    left, right = left[wanted], right[known]
    by_two = _sharing(*(_pairs_of_two(side) for side in (left, right)))
    short = [np.flatnonzero(side[:, 2] == 0) for side in (left, right)]
    groups = list(_groups(left[short[0], :2], right[short[1], :2]))
    used = [np.unique(np.concatenate([by_two[i], *(short[i][group[i]] for group in groups)])) for i in (0, 1)]
    texts = [asked[asking[i]] for i in wanted[used[0]].tolist()] + [names[numbers[i]] for i in known[used[1]].tolist()]
    vectors = encoder.encode_terms(segmenter.terms(texts))
    sides = vectors[: len(used[0])], vectors[len(used[0]) :]
    place = [np.zeros(len(side), np.int64) for side in (left, right)]
    for i in (0, 1):
        place[i][used[i]] = np.arange(len(used[i]))
    found = [_alike(*sides, *(place[i][by_two[i]] for i in (0, 1)))]
    for group in groups:
        first, second = (place[i][short[i][group[i]]] for i in (0, 1))
        ours, theirs = np.nonzero(sides[0][first] @ sides[1][second].T >= NEAR)
        found.append((first[ours], second[theirs]))
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    rows = np.concatenate([rows, np.array(asking, np.int64)[wanted[used[0][first]]]])
    return rows, np.concatenate([columns, np.array(numbers, np.int64)[known[used[1][second]]]])


def _characters(words: Sequence[str]) -> NDArray[np.uint32]:
    """(words, 6): the characters of words of at most six, as numbers; 0 behind the end."""
    return np.array(words, "U6").view(np.uint32).reshape(-1, 6)


def _pairs_of_two(words: NDArray[np.uint32]) -> tuple[Whole, Whole]:
    """The pairs of different characters of each word: whose, and which."""
    rows, keys = [], []
    for one, other in itertools.combinations(words.astype(np.int64).T, 2):
        here = np.flatnonzero((one != other) & (other > 0))
        rows.append(here)
        keys.append((np.minimum(one, other)[here] << 32) + np.maximum(one, other)[here])
    return np.concatenate(rows), np.concatenate(keys)


def _sharing(left: tuple[Whole, Whole], right: tuple[Whole, Whole]) -> tuple[Whole, Whole]:
    """Pairs of what has a key in common, each once. left, right: rows and their keys."""
    order = np.argsort(right[1], kind="stable")
    keys = right[1][order]
    starts, ends = (np.searchsorted(keys, left[1], side) for side in ("left", "right"))
    sizes = ends - starts
    places = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes - starts, sizes)
    most = int(right[0].max(initial=0)) + 1
    return np.divmod(np.unique(np.repeat(left[0], sizes) * most + right[0][order[places]]), most)


def _groups(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> Iterator[tuple[Whole, Whole]]:
    """Of words of two characters those that share one, character by character."""
    sides = []
    for words in (left, right):
        keys = words.ravel()
        order = np.argsort(keys, kind="stable")
        distinct, first = np.unique(keys[order], return_index=True)
        of, bounds = order // 2, itertools.pairwise([*first.tolist(), len(order)])
        sides.append(dict(zip(distinct.tolist(), (of[start:end] for start, end in bounds), strict=True)))
    for character, some in sides[0].items():
        if (others := sides[1].get(character)) is not None:
            yield some, others


def _alike(left: NDArray[np.float32], right: NDArray[np.float32], rows: Whole, columns: Whole) -> tuple[Whole, Whole]:
    """Those of some pairs of unit vectors whose cosine is large enough."""
    near = np.zeros(len(rows), bool)
    for at in range(0, len(rows), _PAIRS):
        some = slice(at, at + _PAIRS)
        near[some] = np.einsum("ij,ij->i", left[rows[some]], right[columns[some]]) >= NEAR
    return rows[near], columns[near]


def _stems(asked: Sequence[str], names: Sequence[str], numbers: list[int]) -> tuple[Whole, Whole]:
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
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    return rows, columns


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 2 and word[-1] in _SUFFIXES else word
