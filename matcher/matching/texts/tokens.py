"""Chinese text to terms. Strings in, counted terms out; the segmenter stays in here.

A text's terms are its words (jieba's dictionary and the user's words), its Latin and numeric tokens, every Chinese
character and every bigram of neighbouring ones. A two-character word is the same term as its bigram and so counts
twice: once because it is written there, once because the segmenter reads it as a word.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching.texts.normal_forms import codes_of, distinct_codes, normalise, normalise_all
from matcher.tables.arguments import as_texts
from matcher.tables.naming.words import default_engine, domain_words, load_segmenter

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z]{3}")
_ENGLISH = frozenset("a an and are by for from in into is of on or the to which with".split())  # noqa: SIM905
_OTHERS = frozenset(
    "auf aus das dem den der des die du een ein eine el für het il la las le les lo los mit nel par pour "  # noqa: SIM905
    "sur um una und une van von y zur".split()
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_CLAUSE = re.compile(r"[^，,、：:]+[，,、：:]*")
_NAMING = ("n", "v", "e", "g", "i", "j", "l", "x")  # parts of speech: nouns, verbs, Latin words, idioms, short forms
_TABLE = 1 << 16  # places of a table that is always quicker than sorting
LONG_SENTENCE = 32  # characters; a longer sentence is cut at its commas into pieces of about this length


@dataclass(frozen=True)
class Terms:
    """The counted terms of n texts.

    `names`: the distinct terms of all the texts together. Text i has the terms `ids[offsets[i]:offsets[i + 1]]`
    (places in `names`, ascending), each `counts[...]` times; `is_word[...]` says whether the segmenter read it there
    as a word.
    """

    names: list[str]
    offsets: NDArray[np.int64]
    ids: NDArray[np.int32]
    counts: NDArray[np.int32]
    is_word: NDArray[np.bool_]

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, which `of` makes terms of again."""
        arrays = ("offsets", "ids", "counts", "is_word")
        return {"names": np.array(self.names, object), **{name: getattr(self, name) for name in arrays}}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Terms:
        """From their arrays."""
        return cls(**{**arrays, "names": arrays["names"].tolist()})

    def __len__(self) -> int:
        """How many texts."""
        return len(self.offsets) - 1

    def __getitem__(self, some: slice) -> Terms:
        """The terms of neighbouring texts, without a step."""
        start, stop, _ = some.indices(len(self))
        here = slice(int(self.offsets[start]), int(self.offsets[stop]))
        offsets = self.offsets[start : stop + 1] - self.offsets[start]
        return Terms(self.names, offsets, self.ids[here], self.counts[here], self.is_word[here])

    def joined(self, weights: tuple[int, int]) -> Terms:
        """The terms of half as many texts: text i and the one half the list behind it, counted `weights` times."""
        half = len(self) // 2
        shape = (half, len(self.names))
        flagged = self.counts.astype(np.int64) + (self.is_word.astype(np.int64) << 40)  # both are summed at once
        flagged *= np.repeat(np.repeat(weights, half), np.diff(self.offsets))
        cut = int(self.offsets[half])
        both = csr_array((flagged[:cut], self.ids[:cut], self.offsets[: half + 1]), shape=shape)
        both = both + csr_array((flagged[cut:], self.ids[cut:], self.offsets[half:] - cut), shape=shape)
        counts = (both.data & ((1 << 40) - 1)).astype(np.int32)
        return Terms(self.names, both.indptr.astype(np.int64), both.indices, counts, both.data >> 40 > 0)

    def before(self, others: Terms) -> Terms:
        """The terms of these texts and then of others with the same names."""
        arrays = ("ids", "counts", "is_word")
        both = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in arrays}
        return Terms(self.names, np.concatenate([self.offsets, others.offsets[1:] + len(self.ids)]), **both)

    def trimmed(self) -> Terms:
        """The same without names that none of the texts has."""
        used, ids = np.unique(self.ids, return_inverse=True)
        return replace(self, names=[self.names[i] for i in used.tolist()], ids=ids.astype(np.int32))


def together(some: Sequence[Terms]) -> Terms:
    """The terms of texts one behind the other; those of a text are not in ascending order."""
    numbers = _numbered(itertools.chain.from_iterable(one.names for one in some))
    ids = [np.fromiter(map(numbers.__getitem__, one.names), np.int32, len(one.names))[one.ids] for one in some]
    ends = np.cumsum([0, *(len(one.ids) for one in some)])
    offsets = [one.offsets[1:] + end for one, end in zip(some, ends.tolist(), strict=False)]
    return Terms(
        names=list(numbers),
        offsets=np.concatenate([[0], *offsets]).astype(np.int64),
        ids=np.concatenate([np.zeros(0, np.int32), *ids]),
        counts=np.concatenate([np.zeros(0, np.int32), *(one.counts for one in some)]),
        is_word=np.concatenate([np.zeros(0, bool), *(one.is_word for one in some)]),
    )


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Each distinct name and its number, in the order in which they first stand."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


class Segmenter:
    """Cuts texts into counted terms. Equal settings give equal terms in every process.

    words: the user's words, kept whole where they occur. engine: "rjieba" or "jieba"; by default rjieba where it is
    installed. Both read the same dictionary without guessing new words, but they are not mixed in one index.
    """

    def __init__(self, words: Iterable[str] = (), *, engine: str | None = None) -> None:
        if isinstance(words, str):
            raise ArgumentTypeError(f"words is a list of words, not one str: [{words!r}]")
        self.words = tuple(sorted({normalise(word) for word in as_texts(words)} - {""}))
        self.engine = engine or default_engine()
        if self.engine not in ("rjieba", "jieba"):
            raise ArgumentError(f"engine is 'rjieba' or 'jieba', not {self.engine!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segmenter) and (self.words, self.engine) == (other.words, other.engine)

    def __hash__(self) -> int:
        return hash((self.words, self.engine))

    def named(self, words: Iterable[str]) -> set[str]:
        """Those of the words that name a thing, a doing or a sign: what a reader wants to see of a text's terms.

        Left out are single characters, numbers and what the dictionary calls an adjective, adverb, pronoun and the
        like; a word that the dictionary does not know names something.
        """
        tag = load_segmenter(self.engine, self.words).tag
        return {
            word
            for word in words
            if len(word) > 1
            and any(part[:1] in _NAMING or not part for _, part in tag(word, False))
            and not word.isdigit()
        }

    @property
    def identity(self) -> dict[str, str]:
        """What must be equal for two segmenters to give equal terms; written into a saved index."""
        words = hashlib.sha256("\n".join((*domain_words(), *self.words)).encode()).hexdigest()
        return {"engine": self.engine, "words": words, "terms": "words+characters+bigrams, simplified"}

    def __repr__(self) -> str:
        return f"Segmenter({len(self.words)} user words, engine={self.engine!r})"

    def terms(self, texts: Sequence[str]) -> Terms:
        """The counted terms of each text, in the order of `texts`."""
        cut = load_segmenter(self.engine, self.words).cut
        clean = normalise_all(texts)
        words: list[str] = []
        sizes = np.empty(len(clean), np.int64)
        for i, text in enumerate(clean):
            some = cut(text, False)
            words += some
            sizes[i] = len(some)
        numbers: dict[str, int] = defaultdict(itertools.count().__next__)  # in the order in which they first stand
        word_ids = np.fromiter(map(numbers.__getitem__, words), np.int64, len(words))
        kept = np.fromiter(map(_is_term, numbers), bool, len(numbers))
        word_rows = np.repeat(np.arange(len(clean)), sizes)
        keep = kept[word_ids]

        grams, gram_ids, gram_rows = _grams(clean)
        to_number = np.fromiter(map(numbers.get, grams, itertools.repeat(-1)), np.int64, len(grams))
        new = np.flatnonzero(to_number < 0)
        to_number[new] = len(numbers) + np.arange(len(new))
        names = [*numbers, *map(grams.__getitem__, new.tolist())]
        all_rows = np.concatenate([word_rows[keep], gram_rows])
        all_ids = np.concatenate([word_ids[keep], to_number[gram_ids]])

        used = np.zeros(len(names), bool)
        used[all_ids] = True
        renumber = np.cumsum(used) - 1
        keys = (all_rows * np.int64(max(1, len(names))) + renumber[all_ids]) * 2
        keys[: np.count_nonzero(keep)] += 1  # the words stand first
        keys.sort()
        first = np.flatnonzero(np.diff(keys >> 1, prepend=-1))
        rows, term_ids = np.divmod(keys[first] >> 1, max(1, len(names)))
        return Terms(
            names=list(itertools.compress(names, used.tolist())),
            offsets=np.searchsorted(rows, np.arange(len(clean) + 1)).astype(np.int64),
            ids=term_ids.astype(np.int32),
            counts=np.diff(first, append=len(keys)).astype(np.int32),
            is_word=(np.maximum.reduceat(keys & 1, first) if len(first) else first).astype(bool),
        )


def language(text: str) -> str:
    """The language of a text's first 200 characters: "zh" where a Chinese character stands there; "en" where every
    letter is a plain Latin one and no more words are another language's (der, les, los) than English ones; "other" for
    other letters; "" without any.
    """
    start = text[:200]
    if _HAN.search(start):
        return "zh"
    letters = "".join(filter(str.isalpha, start))
    if not letters:
        return ""
    words = start.lower().split()
    ours, theirs = (sum(word in some for word in words) for some in (_ENGLISH, _OTHERS))
    return "en" if letters.isascii() and theirs <= ours else "other"


def foreign_rows(terms: Terms) -> NDArray[np.bool_]:
    """Which texts have no Chinese character and a word of Latin letters."""
    if not terms.names:
        return np.zeros(len(terms), bool)
    first = np.array(terms.names, "U1").view(np.uint32)
    han = (first >= 0x3400) & (first <= 0x9FFF) | (first >= 0xF900) & (first <= 0xFAFF) | (first >= 0x20000)
    chinese = _with_any(terms, han)
    latin = np.zeros(len(terms.names), bool)
    for number in np.unique(terms.ids[np.repeat(~chinese, np.diff(terms.offsets))]).tolist():
        latin[number] = is_latin(terms.names[number])
    return ~chinese & _with_any(terms, latin)


def _with_any(terms: Terms, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which texts have a marked term."""
    before = np.concatenate([[0], np.cumsum(marked[terms.ids])])[terms.offsets]
    return np.asarray(before[1:] > before[:-1])


def has_chinese(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return _HAN.search(text) is not None


def is_latin(text: str) -> bool:
    """Whether three Latin letters stand side by side."""
    return _LATIN.search(text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, without blanks around; long ones are cut at commas. "" gives []."""
    cut: list[str] = []
    for sentence in _SENTENCE.findall(text):
        piece = ""
        for clause in [sentence] if len(sentence) <= LONG_SENTENCE else _CLAUSE.findall(sentence):
            if piece and len(piece) + len(clause) > LONG_SENTENCE:
                cut.append(piece)
                piece = ""
            piece += clause
        cut.append(piece)
    pieces = [piece.strip(" \t\r\xa0\u3000，,、：:") for piece in cut]
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _is_term(word: str) -> bool:
    """A word that carries meaning by itself: two Chinese characters or more, or a Latin or numeric token."""
    if "\u4e00" <= word[:1] <= "\u9fff" or _HAN.search(word):
        return len(word) > 1
    return any(map(str.isalnum, word))


def _grams(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Chinese characters and pairs of neighbouring ones: the distinct ones, and per place its number and its text's
    row.
    """
    codes = codes_of("\n".join(texts))
    han = ((codes >= 0x3400) & (codes <= 0x9FFF) & ((codes <= 0x4DBF) | (codes >= 0x4E00))) | (
        (codes >= 0xF900) & (codes <= 0xFAFF) | (codes >= 0x20000) & (codes <= 0x3FFFF)
    )
    sizes = [len(text) + 1 for text in texts]
    at = np.flatnonzero(han)
    distinct = distinct_codes(codes[at])
    place = np.zeros(int(codes.max(initial=0)) + 1, np.int64)
    place[distinct] = np.arange(len(distinct))
    first = at[:-1][np.diff(at) == 1] if len(at) else at
    pairs, pair_ids = _counted(place[codes[first]] * len(distinct) + place[codes[first + 1]], len(distinct) ** 2)
    characters = list(map(chr, distinct.tolist()))
    bigrams = [characters[a] + characters[b] for a, b in zip(*np.divmod(pairs, max(1, len(distinct))), strict=True)]
    rows = np.repeat(np.arange(len(texts)), sizes)[np.concatenate([at, first])]
    return characters + bigrams, np.concatenate([place[codes[at]], len(distinct) + pair_ids]), rows


def _counted(keys: NDArray[np.int64], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys below a limit, ascending, and the place of each key among them."""
    if limit > max(_TABLE, 16 * len(keys)):
        return np.unique(keys, return_inverse=True)
    seen = np.zeros(limit, bool)
    seen[keys] = True
    distinct = np.flatnonzero(seen)
    place = np.empty(limit, np.int32)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[keys].astype(np.int64)
