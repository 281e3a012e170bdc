"""One written form for one reading: what texts are brought to before they are cut into terms."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.tables.naming.writings import has_simplified_form, simplify

_GONE = re.compile(r"[\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_SPACED = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?:[ \u3000\xa0][\u4e00-\u9fff](?![\u4e00-\u9fff])){3,}"
)  # 装 载 机 变 速 箱
_ELEMENT = (
    "(?:A[glmrstu]|B[aehikr]?|C[adeflmorsu]?|D[by]|E[rsu]|F[emr]?|G[ade]|H[efgos]?|I[nr]?|Kr?|L[airu]|M[dgnot]|"
    "N[abdeiop]?|Os?|P[abdmortu]?|R[abefhnu]|S[bceimnr]?|T[abcehilm]|U|V|W|Xe|Yb?|Z[nr])"
)
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\uff0d"
_HYPHEN = f"[{_HYPHENS}]"
_BLANK_SIGNS = " \xa0\u3000"
_BLANKS = np.array(list(map(ord, _BLANK_SIGNS)), np.uint32)
_WIDE = re.compile("[Ａ-Ｚａ-ｚ]")
_COMPOUND = re.compile(
    rf"(?<![A-Za-z0-9-])(?:{_ELEMENT}\d*(?:{_HYPHEN}{_ELEMENT}\d*)+|(?:UHMW|HMW|HD|LD|LLD|MD|XL|U|C){_HYPHEN}(?:PE|PVC)"
    rf"|Ni{_HYPHEN}MH)(?![A-Za-z0-9-])"
)  # Nd-Fe-B, UHMW-PE


def normalise(text: str) -> str:
    """One written form for one reading: full-width to half-width (NFKC), lower case, simplified characters, no
    invisible signs, no blanks between single characters, and one word for Nd-Fe-B and NdFeB.
    """
    return simplify(_GONE.sub(" ", unicodedata.normalize("NFKC", _closed(text))).lower().strip())


def normalise_all(texts: Sequence[str]) -> list[str]:
    """`normalise` of each text, for many at once: character by character through a table."""
    joined = "\0".join(texts)
    if joined.count("\0") != max(0, len(texts) - 1):  # a text that holds a NUL
        return [normalise(text) for text in texts]
    joined = _closed_all(joined)
    characters = _characters(joined)
    if has_simplified_form(characters):  # what stands in traditional texts alone: text by text
        joined = "\0".join(map(simplify, joined.split("\0")))
        characters = _characters(joined)
    simple = {one: plain for one, plain in zip(characters, map(_simple, characters), strict=True) if plain != one}
    for character, plain in simple.items():
        if len(plain) > 1:
            joined = joined.replace(character, plain)
    codes = codes_of(joined)
    table = np.arange(int(codes.max(initial=0)) + 1, dtype=np.uint32)
    for character, plain in simple.items():
        if len(plain) == 1:
            table[ord(character) : ord(character) + 1] = ord(plain)
    clean = table[codes].tobytes().decode("utf-32-le", "surrogatepass").split("\0") if texts else []
    if not (bound := [re.escape(character) for character, plain in simple.items() if not plain]):
        return [text.strip() for text in clean]
    depends = re.compile("[" + "".join(bound) + "]").search
    return [normalise(text) if depends(text) else done.strip() for text, done in zip(texts, clean, strict=True)]


@functools.lru_cache(maxsize=65536)
def _simple(character: str) -> str:
    """What `normalise` makes of a character anywhere; "" where that depends on its neighbours."""
    if unicodedata.combining(character) or "\u1100" <= character <= "\u11ff" or character in "\u03a3\u0345":
        return ""
    plain = unicodedata.normalize("NFKC", character)
    if any(unicodedata.combining(part) for part in plain):
        return ""
    return simplify(_GONE.sub(" ", plain).lower()) or " "


def _closed(text: str) -> str:
    """A text without the blanks of spaced-out characters, and without the hyphens of a compound's name."""
    text = _WIDE.sub(lambda match: chr(ord(match[0]) - 0xFEE0), text)
    text = _SPACED.sub(lambda match: "".join(match[0].split()), text)
    return _COMPOUND.sub(_without_hyphens, text)


def _closed_all(joined: str) -> str:
    """`_closed` of texts that NULs join; only those that may change are looked at."""
    hyphens = [hyphen for hyphen in _HYPHENS if hyphen in joined]
    spaced = any(sign in joined for sign in _BLANK_SIGNS)
    if spaced:
        blank = np.isin(codes_of(joined), _BLANKS)
        spaced = bool((blank[:-4] & blank[2:-2] & blank[4:]).any())
    if not (hyphens or spaced):
        return joined
    return "\0".join(
        _closed(text) if spaced or any(hyphen in text for hyphen in hyphens) else text for text in joined.split("\0")
    )


def _characters(text: str) -> list[str]:
    """The distinct characters of a text in ascending order, without NUL."""
    return [chr(code) for code in distinct_codes(codes_of(text)).tolist() if code]


def _without_hyphens(match: re.Match[str]) -> str:
    parts = re.split(_HYPHEN, match[0])
    return (
        "".join(parts)
        if len(parts) > 2 or any(map(str.islower, match[0])) or parts[-1] in ("PE", "PVC", "MH")
        else match[0]
    )


def codes_of(text: str) -> NDArray[np.uint32]:
    """The numbers of a text's characters."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def distinct_codes(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The distinct codes, ascending."""
    seen = np.zeros(int(codes.max(initial=0)) + 1, bool)
    seen[codes] = True
    return np.flatnonzero(seen)
