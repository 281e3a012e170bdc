"""Maturity from words: a cell that names a level or a stage, or a running text. It proposes; a person confirms."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from matcher.assessment.clauses import clauses, folded, is_asserted
from matcher.tables.yaml import read

_NUMERALS = "一二三四五六七八九"
_NAMED = re.compile(
    rf"(?:trl|tirl|技术就绪(?:度|水平)|成熟度)?\s*[-:第]?\s*(1[0-3]|[1-9]|[{_NUMERALS}])\s*级?"
    rf"|.*?(?:trl|tirl|技术就绪(?:度|水平)|成熟度(?:等级)?(?:为)?|level)\s*[-:=为]?\s*第?\s*(1[0-3]|[1-9])(?!\d|\.).*"
    rf"|.*?第?(?<!\d)(1[0-3]|[1-9]|[{_NUMERALS}])\s*级.*"
)
_SENTENCE = re.compile(r"[^。；;！!?？\n]+[。；;！!?？]?")
RESEARCH = 3  # the level of what is being worked on


class Proposal(NamedTuple):
    """A level that words propose. level: 1 to 13, None for none. basis: "named" (a number), "said" (a stage word in a
    cell of maturity), "stated" (a plain statement in a text), "written" (the words a text is written in), "" for none.
    sentence: the words that it rests on.
    """

    level: int | None
    basis: str
    sentence: str


_NONE = Proposal(None, "", "")


def read_level(text: object) -> int | None:
    """The level that a cell names by number (TRL 6, 6级, 第六级, 6), None for none or for a range.

    >>> [read_level(text) for text in ("TRL 6", "第六级", "13级", "中试", 14)]
    [6, 6, 13, None, None]
    """
    word = re.sub(r"\.0$", "", folded(str(text)))
    found = _NAMED.fullmatch(word)
    if not found or re.search(r"\d\s*级?\s*[-~—至到]\s*\d", word):
        return None
    digit = next(group for group in found.groups() if group)
    return _NUMERALS.index(digit) + 1 if digit in _NUMERALS else int(digit)


def read_maturity(text: str) -> Proposal:
    """What a cell of maturity says: a level by number, or the highest stage that it asserts.

    "已完成小试，正在中试" is 小试. Research under way (正在研发) is level 3. A cell without a known word proposes
    nothing.

    Examples
    --------
    >>> read_maturity("已完成小试，正在中试")
    Proposal(level=4, basis='said', sentence='已完成小试，正在中试')
    """
    if (level := read_level(text)) is not None:
        return Proposal(level, "named", text.strip())
    said = _words("said")
    named = any(words.fullmatch(folded(text)) for words in said.values())  # 中试 alone is the stage, and no plan
    pieces = [folded(text)] if named else [piece for piece in clauses(text) if is_asserted(piece)]
    found = max((level for piece in pieces for level in said if said[level].search(piece)), default=None)
    if found is None and said[RESEARCH].search(folded(text)) and not re.match("[无未没不]", folded(text)):
        found = RESEARCH  # 正在研发 is no plan
    return _NONE if found is None else Proposal(found, "said", text.strip())


def propose_maturity(text: str) -> Proposal:
    """The level that a running text proposes, with the sentence that it rests on.

    A plain statement (已通过中试, 研制出样机) comes first; of several the highest. Otherwise the words the text is
    written in: how outcomes that are written so were ticked by those who posted them on one market. That is a habit of
    writing and no proof. A text without any of these words proposes nothing.

    Examples
    --------
    >>> propose_maturity("本项目研制出两台样机。已通过中试，计划明年实现量产。")
    Proposal(level=6, basis='stated', sentence='已通过中试，计划明年实现量产。')
    """
    sentences = [found[0].strip() for found in _SENTENCE.finditer(text)]
    for level, stated in _words("stated").items():
        for sentence in sentences:
            if any(stated.search(piece) and is_asserted(piece) for piece in clauses(sentence)):
                return Proposal(level, "stated", sentence)
    return _written(text, sentences)


def _written(text: str, sentences: list[str]) -> Proposal:
    levels, offset, weights = _weights()
    inside = [word for word in weights if word in text]
    if not inside:
        return _NONE
    scores = [start + sum(weights[word][place] for word in inside) for place, start in enumerate(offset)]
    best = scores.index(max(scores))

    def speaks(sentence: str) -> float:
        return sum(
            weights[word][best] - sum(weights[word]) / len(levels) for word in inside if word in sentence
        )  # for the level, against all

    sentence = max(sentences, key=speaks, default="")
    return Proposal(levels[best], "written", sentence)


@lru_cache(maxsize=4)
def _words(part: str) -> dict[int, re.Pattern[str]]:
    """Level -> pattern of a part of the file, highest level first."""
    return {int(level): re.compile(pattern) for level, pattern in _tree()[part].items()}


@lru_cache(maxsize=1)
def _weights() -> tuple[list[int], list[float], dict[str, list[float]]]:
    part = _tree()["written"]
    words = {word: [float(number) for number in row.split()] for word, row in part["words"].items()}
    return (
        [int(level) for level in part["levels"].split()],
        [float(number) for number in part["offset"].split()],
        words,
    )


@lru_cache(maxsize=1)
def _tree() -> Any:
    return read(Path(str(resources.files("matcher.assessment") / "stage_words.yaml")))
