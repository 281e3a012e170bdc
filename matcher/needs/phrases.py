"""What a need is about: the thing (object) and what is to happen to it (problem), as phrases a broker would write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from matcher.needs.vocabulary import (
    ATTRIBUTES,
    CHANGING,
    DOING,
    GENERAL,
    NOT_ALONE,
    QUALIFIERS,
    STOPS,
    TASK_NOUNS,
    TASK_STARTS,
    TASKS_AFTER_ALL,
    THING_ENDS,
    TOOLS,
)
from matcher.tables.words import Cut, default_engine, load_segmenter


@dataclass(frozen=True)
class Phrase:
    """A phrase with its place. kind: "object", "problem" (a task or a fault) or "effect" (a change of a quantity)."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str  # N thing, A task, D verb that needs an object, M measured quantity, Q qualifier, H head, 的, or "" break
    start: int
    end: int


_LONGEST_OBJECT = 14
_NOUN_TAGS = ("n", "j", "l", "i", "e", "x", "g", "b", "s", "z", "t")
_FIRM = re.compile(
    r"[\u4e00-\u9fff（）()]{2,20}?(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|集团|合作社|研究院)(?:的|关于)?"
)
_PREFIX = re.compile(r"^[\u4e00-\u9fff]{2}[-—–－](?=[\u4e00-\u9fffA-Za-z0-9].{4})")
_LISTED = (
    (STOPS, ""),
    (ATTRIBUTES, "M"),
    (TASK_NOUNS, "A"),
    (DOING, "D"),
    (GENERAL, "H"),
    (TOOLS, "H"),
    (QUALIFIERS, "Q"),
)
_AGAINST = "防抗耐易不无免"
_SIGNS = set(_AGAINST) | set("高低超大长")
_SPLIT = {"和", "与", "及", "以及", "并", "或", "且", "及其", "、"}


def phrases_of(text: str, *, title: bool) -> list[Phrase]:
    """The phrases of a title or of one asked sentence, in order, each once. A title gives longer objects."""
    shift = 0
    if title:
        shift = prefix.end() if (prefix := _PREFIX.match(text)) else 0
        text = text[:0] + text[shift:]
        text = _FIRM.sub(lambda match: "，" * len(match[0]), text)
    found: dict[tuple[str, str], Phrase] = {}
    for chunk in _chunks(_tokens(text)):
        for phrase in _read(chunk):
            placed = Phrase(phrase.kind, phrase.text, phrase.start + shift, phrase.end + shift)
            found.setdefault((phrase.kind, phrase.text), placed)
    return list(found.values())


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    for word, tag in _segmenter().tag(text, False):
        end = at + len(word)
        before = tokens[-1] if tokens and tokens[-1].end == at else None
        if before and before.text + word in TASK_NOUNS:
            tokens[-1] = _Token(before.text + word, "A", before.start, end)
        elif before and before.text in _SIGNS and len(word) > 1:
            kind = _kind(word, tag)
            kind = ("A" if before.text in _AGAINST else "Q") if kind in ("A", "M", "N", "D") else kind
            tokens[-1] = _Token(before.text + word, kind, before.start, end)
        elif len(word) > 3 and word[-2:] in GENERAL | TOOLS and (first := _kind(word[:-2], "")) != "N":
            tokens += [
                _Token(word[:-2], "A" if first == "D" else first, at, end - 2),
                _Token(word[-2:], "H", end - 2, end),
            ]
        else:
            tokens.append(_Token(word, _kind(word, tag), at, end))
        at = end
    return tokens


def _kind(word: str, tag: str) -> str:
    if word == "的":
        return "的"
    for words, kind in _LISTED:
        if word in words:
            return kind
    if word in _SPLIT or not any(map(str.isalnum, word)) or word.isdigit():
        return ""
    if tag[:1] == "v" and len(word) > 1:
        return "N" if word[-1] in "器机仪计" else "A"
    if tag[:1] in _NOUN_TAGS or not tag:
        return "N"
    if tag[:1] == "a":
        return "Q"
    return ""


def _chunks(tokens: list[_Token]) -> list[list[_Token]]:
    """Runs of tokens between breaks; "的" stays inside."""
    chunks: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind:
            chunks[-1].append(token)
        elif chunks[-1]:
            chunks.append([])
    return [chunk for chunk in chunks if chunk]


def _read(chunk: list[_Token]) -> list[Phrase]:
    """The phrases of one run: a verb with its object, else a thing and the tasks behind it."""
    phrases: list[Phrase] = []
    verb: _Token | None = None
    run: list[_Token] = []
    for token in [*chunk, _Token("", "end", 0, 0)]:
        if token.kind in ("N", "A", "M") or (run and token.kind in ("Q", "H")):
            run.append(token)
        elif token.kind == "D" and run and token.text in TASKS_AFTER_ALL:
            run.append(_Token(token.text, "A", token.start, token.end))
        else:
            phrases += _read_run(run, verb)
            run = []
            verb = token if token.kind == "D" else (verb if token.kind in ("的", "Q") else None)
    return phrases


def _read_run(run: list[_Token], verb: _Token | None) -> list[Phrase]:
    """Things, tasks and qualifiers without a gap: "齿轮 磨削 烧伤 在线 检测" is the gear, the burn and its detection."""
    while run and run[-1].kind in ("H", "Q") and run[-1].text not in TOOLS:
        run = run[:-1]
    if not run:
        return []
    run = _tasks_at_the_end(run)
    last_thing = max((i for i, token in enumerate(run) if token.kind == "N"), default=-1)
    tail = run[last_thing + 1 :]
    thing = run[: last_thing + 1]
    while thing and thing[0].kind in ("Q", "H", "M"):
        thing = thing[1:]
    tasks = [token for token in tail if token.kind in ("A", "M")]
    phrases: list[Phrase] = []
    if thing:
        phrases += _things(thing)
    elif tail and tail[-1].text in TOOLS and tasks:
        phrases.append(_joined("object", tail))
    inner = [token for token in thing if token.kind == "A" and token.text in TASK_NOUNS]
    phrases += [_joined("problem", [token]) for token in inner]
    phrases += [_joined("effect" if token.kind == "M" else "problem", [token]) for token in tasks]
    if verb is not None and (thing or tasks):
        whole = _joined("effect" if any(token.kind == "M" for token in run) else "problem", [*run])
        if len(whole.text) <= _LONGEST_OBJECT and verb.text in CHANGING:
            phrases.append(Phrase(whole.kind, verb.text + whole.text, verb.start, whole.end))
    return phrases


def _things(thing: list[_Token]) -> list[Phrase]:
    whole = _joined("object", thing)
    while len(whole.text) > _LONGEST_OBJECT and len(thing) > 1:
        thing = thing[1:]
        whole = _joined("object", thing)
    return [whole] if len(whole.text) > 1 and whole.text not in NOT_ALONE else []


def _tasks_at_the_end(run: list[_Token]) -> list[_Token]:
    """The dictionary calls 脱胶 and 压花 nouns; at the end of a thing they are what is done to it."""
    done = list(run)
    for i in range(len(run) - 1, 0, -1):
        token = run[i]
        if token.kind == "N":
            if len(token.text) != 2 or token.text[0] not in TASK_STARTS or token.text[1] in THING_ENDS:
                break
            done[i] = _Token(token.text, "A", token.start, token.end)
    return done


def _joined(kind: str, tokens: list[_Token]) -> Phrase:
    return Phrase(kind, "".join(token.text for token in tokens), tokens[0].start, tokens[-1].end)


@cache
def _segmenter() -> Cut:
    return load_segmenter(default_engine(), ())
