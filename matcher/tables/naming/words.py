"""Chinese words: the segmenter's dictionary, the technical words it lacks, and the two engines behind one call."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from importlib.resources import files
from typing import Protocol

from matcher.progress import logger


class Cut(Protocol):
    """A segmenter: the words of a text in order, and the same with their parts of speech."""

    def cut(self, text: str, hmm: bool, /) -> list[str]:
        """The words in order; joined they are the text."""
        ...

    def tag(self, text: str, hmm: bool, /) -> list[tuple[str, str]]:
        """The words in order, each with its part of speech ("" where it is unknown)."""
        ...


class _Jieba:
    """jieba behind rjieba's call, for machines that rjieba has no wheel for."""

    def __init__(self, words: Iterable[str]) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        for word in words:
            self._tokenizer.add_word(word)

    def cut(self, text: str, hmm: bool, /) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=hmm))

    def tag(self, text: str, hmm: bool, /) -> list[tuple[str, str]]:
        from jieba.posseg import POSTokenizer

        tags = POSTokenizer(self._tokenizer).word_tag_tab
        return [(word, tags.get(word, "")) for word in self.cut(text, hmm)]


@functools.cache
def domain_words() -> tuple[str, ...]:
    """Technical words of three to six characters that the segmenters' dictionary lacks (from THUOCL, see
    NOTICE).
    """
    return tuple((files("matcher.tables") / "domain_words.txt").read_text("utf-8").split())


@functools.lru_cache(maxsize=8)
def load_segmenter(engine: str, words: tuple[str, ...]) -> Cut:
    """The segmenter of an engine with the technical words and a user's words; loaded once."""
    if engine == "jieba":
        return _Jieba((*domain_words(), *words))
    import rjieba

    cutter: Cut = rjieba.Jieba()
    for word in (*domain_words(), *words):
        cutter.add_word(word, None, None)  # type: ignore[attr-defined]
    return cutter


def default_engine() -> str:
    """rjieba where it is installed, else jieba."""
    try:
        import rjieba  # noqa: F401
    except ImportError:
        logger.warning("rjieba is not installed; jieba cuts the same words, ten times slower")
        return "jieba"
    return "rjieba"
