"""What a need asks for and a text does not say: whole words, in these letters or in other words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matcher.matching.reasons.answering import Answering
from matcher.matching.reasons.asking import Asking, Wanted, words_beside
from matcher.matching.reasons.wishes import Wishes
from matcher.matching.texts.meanings import SUBSTANCE_ENDS, synonyms

SHOWN_UNANSWERED = 5
SHOWN_OF_SENTENCES = 3  # unanswered words that the title does not hold
LONGEST = 8  # characters of an unanswered word that is put together
_COMMON = 0.02  # a word of a sentence that a larger share of the library has is not missed
_LINKS = frozenset("和与及或的之其等中上下内外前后不对在有为以可了将把从向所被让使这该此经处先来如")
_NO_START = frozenset("型式类化性级等用号能旁侧厢")  # characters that end a word cut off before
_NO_END = frozenset("全各多高低新大小用很较更最太非已可会能都也又")


class Missing:
    """What one need asks for and texts do not say: words of the title, then of its points, whole."""

    def __init__(self, asking: Asking, wishes: Wishes, answering: Answering) -> None:
        self._answering = answering
        self._words = wishes.words
        importance = {
            word: wishes.importance[wishes.number[word]] for phrase in asking.phrases for word in phrase.asked
        }
        self._numbers = np.array([wishes.number[word] for word in importance], np.int64)
        least = float(np.log((1 + wishes.library) / (1 + max(1.0, _COMMON * wishes.library))) + 1)
        self._phrases = []
        for phrase in asking.phrases:
            rare = max(importance[word] for word in phrase.asked)
            if phrase.in_title or (rare >= least and not phrase.told):
                self._phrases.append(("".join(phrase.words), frozenset(phrase.asked), phrase))
        self._says = np.zeros(len(wishes.words), bool)

    def of(self, text: int) -> str:
        """The words that a text does not say."""
        covered, plain = self._answering.covered, self._answering.plain[text]
        said = covered.indices[covered.indptr[text] : covered.indptr[text + 1]]
        self._says[said] = True
        answered = {self._words[i] for i in self._numbers[self._says[self._numbers]].tolist()}
        if doubtful := answered & self._answering.doubtful:
            answered -= {word for word in doubtful if word in plain and not stands(word, plain)}
        self._says[said] = False
        names: list[str] = []
        of_sentences = 0
        for whole, asked, phrase in self._phrases:
            if len(names) >= SHOWN_UNANSWERED or (of_sentences >= SHOWN_OF_SENTENCES and not phrase.in_title):
                break
            if answered >= asked or stands(whole, plain):
                continue
            runs = list(_runs(phrase, answered, plain))
            names += runs
            of_sentences += len(runs) * (not phrase.in_title)
        return joined(names, SHOWN_UNANSWERED)


def without_said(unanswered: NDArray[np.object_], said: NDArray[np.object_]) -> NDArray[np.object_]:
    """Unanswered words without those that name an indicator for which the other text gives a figure."""
    kept = []
    for words, some in zip(unanswered.tolist(), said.tolist(), strict=True):
        names = " ".join(one.name for one in some)
        kept.append("、".join(word for word in words.split("、") if word not in names) if names else words)
    return np.array(kept, object)


def _runs(phrase: Wanted, answered: set[str], plain: str) -> Iterable[str]:
    """Neighbouring words of a phrase that are not said, put together; long ones one by one."""
    run: list[tuple[str, bool]] = []
    begins = True  # whether the run begins where the phrase does
    for word, written, named in (*zip(phrase.words, phrase.written, phrase.named, strict=True), ("", "", False)):
        if (named and not (word in answered or _says(word, plain))) or (len(word) == 1 and word not in _LINKS):
            run.append((written, named))
            continue
        if any(named for _, named in run):
            head, tail = words_beside(*phrase.around)
            head, tail = head if begins else "", "" if word else tail
            while (
                not head and len(run[0][0]) == 1 and not (begins and run[0][0].isalnum() and run[0][0] not in _NO_START)
            ):
                del run[0]
            while not tail and run[-1][0] in _NO_END:
                del run[-1]
            run[0] = (head + run[0][0], run[0][1])
            run[-1] = (run[-1][0] + tail, run[-1][1])
            whole = "".join(word for word, _ in run)
            yield from [whole] if len(whole) <= LONGEST else _apart(run)
        run, begins = [], False


def _apart(run: list[tuple[str, bool]]) -> Iterable[str]:
    """The words of a long run one by one, each with the single characters before it."""
    before = ""
    for word, named in run:
        if named:
            yield before + word
        before = "" if named else before + word


def _says(word: str, plain: str) -> bool:
    return stands(word, plain) or any(other in plain for other in synonyms().get(word, ()))


def stands(word: str, plain: str) -> bool:
    """Whether a text holds a word, and not only another substance's name that begins with it (石墨烯 for 石墨)."""
    start = plain.find(word)
    while start >= 0:
        end = start + len(word)
        if end == len(plain) or plain[end] not in SUBSTANCE_ENDS:
            return True
        start = plain.find(word, end)
    return False


def joined(names: Iterable[str], most: int) -> str:
    """The first names, one that lies within another shown only once, as the longer one."""
    shown: list[str] = []
    for name in names:
        if len(shown) == most:
            break
        low = name.lower()
        if not any(low in other.lower() for other in shown):
            shown = [other for other in shown if other.lower() not in low] + [name]
    return "、".join(shown)
