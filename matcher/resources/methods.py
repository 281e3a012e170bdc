"""Methods and kinds of resources under their many names: what a resource is called, and what asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

NAMED, ASKED = 1.0, 0.6  # what a name counts, and what a word that only asks for it


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """A pattern for names and one for asking words, and each word's concepts."""
    names: dict[str, tuple[str, ...]] = {}
    asks: dict[str, tuple[str, ...]] = {}
    for line in files("matcher.resources").joinpath("methods.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            concept, *words = (part.strip() for part in line.split("|"))
            for table, part in zip((names, asks), words, strict=True):
                for word in filter(None, (word.strip().lower() for word in part.split(","))):
                    table[word] = (*table.get(word, ()), concept)
    return _any(names), _any(asks), names, asks


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Longest first; Latin words whole."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_whole(word) for word in ordered))


def _whole(word: str) -> str:
    start = r"(?<![a-z])" if word[0].isascii() and word[0].isalnum() else ""
    end = r"(?![a-z])" if word[-1].isascii() and word[-1].isalnum() else ""
    return start + re.escape(word) + end


def methods_named(text: str) -> dict[str, float]:
    """Concepts that a text names, with NAMED for each.

    Examples
    --------
    >>> from matcher.resources.methods import methods_named
    >>> methods_named("场发射扫描电子显微镜(SEM)")
    {'扫描电镜': 1.0}
    """
    pattern, _, names, _ = _patterns()
    return {concept: NAMED for match in pattern.finditer(text.lower()) for concept in names[match[0]]}


def methods_asked(text: str) -> dict[str, float]:
    """Concepts that a need names or asks for in other words; a word that asks for several counts for each of them less.

    Examples
    --------
    >>> from matcher.resources.methods import methods_asked
    >>> methods_asked("想看断口形貌")
    {'扫描电镜': 0.6}
    """
    _, pattern, _, asks = _patterns()
    found = methods_named(text)
    for match in pattern.finditer(text.lower()):
        for concept in asks[match[0]]:
            found[concept] = max(found.get(concept, 0.0), ASKED)
    return found
