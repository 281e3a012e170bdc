"""What a need is about: the thing (object) and what is to happen to it (problem), as phrases a broker would write."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from matcher.needs.units import read_unit
from matcher.needs.vocabulary import (
    ATTRIBUTES,
    CHANGING,
    DOING,
    GENERAL,
    MEASURES,
    NO_MEASURES,
    NOT_ALONE,
    QUALIFIERS,
    STOPS,
    TASK_NOUNS,
    TASK_STARTS,
    TASKS_AFTER_ALL,
    THING_ENDS,
    TOOLS,
)
from matcher.tables.naming.words import Cut, default_engine, load_segmenter


class Phrase(NamedTuple):
    """A phrase with its place. kind: "object", "problem" (a task or a fault) or "effect" (a change of a quantity)."""

    kind: str
    text: str
    start: int
    end: int


class _Token(NamedTuple):
    """kind: N thing, A task, D verb that needs an object, M measured quantity, Q qualifier, H head, 的, or "" break."""

    text: str
    kind: str
    start: int
    end: int


_LONGEST_OBJECT = 14
_END = _Token("", "end", 0, 0)
_NOUN_TAGS = ("n", "j", "l", "i", "e", "x", "g", "b", "s", "z", "t")
_FIRM = re.compile(
    r"[\u4e00-\u9fff（）()]{2,20}?(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|集团|合作社|研究院)(?:的|关于)?"
)
_PREFIX = re.compile(r"^[\u4e00-\u9fff]{2}[-—–－](?=[\u4e00-\u9fffA-Za-z0-9].{2})")
_KINDS: dict[str, str] = {}
for _words, _name in (
    (QUALIFIERS, "Q"),
    (TOOLS, "H"),
    (GENERAL, "H"),
    (DOING, "D"),
    (TASK_NOUNS, "A"),
    (ATTRIBUTES, "M"),
    (STOPS, ""),
):
    _KINDS |= dict.fromkeys(_words, _name)  # what comes later counts
_SIGNS = dict.fromkeys("防抗耐易免", "A") | dict.fromkeys("高低超大长", "Q")
_MERGED = TASK_NOUNS | ATTRIBUTES
_TASKS = TASK_NOUNS | TASKS_AFTER_ALL
_AMOUNT = re.compile(r"(?:\d[\d.]*(?!D$|G$)[A-Za-z]*|(?:RH|PH|pH|Ra|Rz|HRC|HV|HB)\d[\d.]*)$")
_NO_PART = frozenset(
    "的和与及或并且而于对在用新有为以可了将把从向所被让使是之其等中上下内外前后不类种款套个项条台级给做能号该本此各每由到至当按据比"
    "需求要拟想寻找解提研我你他它这那很更最太较如何怎么因时叫达带含某买降减增测吨米升斤亩但来"
)
_PREFIXES, _SUFFIXES = frozenset("无非多半纯高低超微全单双"), frozenset("式型法性系")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SPLIT = {"和", "与", "及", "以及", "并", "或", "且", "及其", "、"}


def phrases_of(text: str, *, title: bool) -> list[Phrase]:
    """The phrases of a title or of one asked sentence, in order, each once.

    In a sentence only what is known for a task is one, and a thing has three characters or is a noun.
    """
    if not _CHINESE.search(text):  # the words of other languages are not told apart here: a title is its thing
        whole = text.strip(" .。")
        at = text.find(whole)
        return [Phrase("object", whole, at, at + len(whole))] if title and whole.strip("0123456789.") else []
    shift = 0
    if title:
        shift = prefix.end() if (prefix := _PREFIX.match(text)) else 0
        text = _FIRM.sub(lambda match: "，" * len(match[0]), text[shift:])
    found: dict[tuple[str, str], Phrase] = {}
    tokens = _tokens(text)
    read = [phrase for chunk in _chunks(tokens) for phrase in _read(chunk, title)]
    ending, ends = {token.end: token for token in tokens}, {one.end for one in read if one.kind == "object"}
    single = {token.start for token in tokens if len(token.text) == 1}
    read = [_whole(one, ending, ends) if title or one.start in single else one for one in read]
    for phrase in read:
        placed = Phrase(phrase.kind, phrase.text, phrase.start + shift, phrase.end + shift)
        found.setdefault((phrase.kind, phrase.text), placed)
    return list(found.values())


def _whole(phrase: Phrase, ending: Mapping[int, _Token], things: Collection[int]) -> Phrase:
    """A thing with the characters right before it that are no words: 无 of 无卤电缆, 泡生法 of 泡生法晶体.

    ending: tokens by their end; things: where things end, of which more than a prefix may be the last character.
    """
    if phrase.kind != "object":
        return phrase
    taken: list[_Token] = []
    at = phrase.start
    while (before := ending.get(at)) and len(phrase.text) + sum(len(one.text) for one in taken) < _LONGEST_OBJECT:
        if taken and at in things:
            break
        alone = len(before.text) == 1 and bool(_CHINESE.match(before.text)) and before.text not in _NO_PART
        bound = taken and taken[-1].text in _SUFFIXES and _CHINESE.match(before.text) and before.kind not in ("", "的")
        if not (alone or bound):
            break
        taken.append(before)
        at = before.start
    if at in things:
        taken = taken[: next((i for i, one in enumerate(taken) if one.text not in _PREFIXES), len(taken))]
    start = taken[-1].start if taken else phrase.start
    return Phrase(phrase.kind, "".join(one.text for one in reversed(taken)) + phrase.text, start, phrase.end)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    for word, tag in _segmenter().tag(text, False):
        end = at + len(word)
        before = tokens[-1] if tokens else None
        text = before.text if before else ""
        if before and text + word in _MERGED:
            tokens[-1] = _Token(text + word, _kind(text + word, ""), before.start, end)
        elif before and text in _SIGNS and len(word) > 1:
            kind = _kind(word, tag)
            tokens[-1] = _Token(text + word, _SIGNS[text] if kind in ("A", "M", "D") else kind, before.start, end)
        elif before and word.isascii() and (text[-1].isdigit() or (text == "/" and read_unit(word))):
            tokens.append(_Token(word, "", at, end))  # a unit
        elif len(word) > 3:
            tokens += _parts(word, tag, at)
        else:
            tokens.append(_Token(word, _kind(word, tag), at, end))
        at = end
    return tokens


def _parts(word: str, tag: str, at: int) -> list[_Token]:
    """A word of the dictionary, or its two halves where one of them is a task, a head or a qualifier by itself."""
    kind = _kind(word, tag)
    if kind == "N":
        cut = len(word) - 2
        first, last = _kind(word[:cut], ""), _kind(word[cut:], "")
        if (last == "H" and first != "N") or (last in ("A", "D", "M") and word[cut:] in _TASKS):
            first, last = ("A" if first == "D" else first), ("H" if last == "H" else "A")
            return [_Token(word[:cut], first, at, at + cut), _Token(word[cut:], last, at + cut, at + len(word))]
        if word[:2] in DOING:
            return [_Token(word[:2], "D", at, at + 2), _Token(word[2:], _kind(word[2:], tag), at + 2, at + len(word))]
        if word[:2] in QUALIFIERS:
            return [_Token(word[:2], "Q", at, at + 2), _Token(word[2:], _kind(word[2:], tag), at + 2, at + len(word))]
    return [_Token(word, kind, at, at + len(word))]


@lru_cache(maxsize=16384)
def _kind(word: str, tag: str) -> str:
    if word == "的":
        return "的"
    if (listed := _KINDS.get(word)) is not None:
        return listed
    if word in _SPLIT or not any(map(str.isalnum, word)) or _AMOUNT.match(word) or "①" <= word[0] <= "⑳":
        return ""
    if tag[:1] == "v" and len(word) > 1:
        return "N" if word[-1] in "器机仪计车剂泵阀料刀具台斗箱" else "A"
    if len(word) > 1 and word.endswith(MEASURES) and word not in NO_MEASURES:
        return "M"
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


def _read(chunk: list[_Token], title: bool) -> list[Phrase]:
    """The phrases of one run: a verb with its object, else a thing and the tasks behind it."""
    phrases: list[Phrase] = []
    verb: _Token | None = None
    run: list[_Token] = []
    for token, following in pairwise([*chunk, _END, _END]):
        if token.kind in ("N", "A", "M") or (run and token.kind in ("Q", "H")):
            run.append(token)
        elif token.kind == "D" and (run or verb is None) and token.text in TASKS_AFTER_ALL and following.kind != "N":
            run.append(_Token(token.text, "A", token.start, token.end))
        else:
            if run:
                phrases += _read_run(run, verb, title)
                run = []
            verb = token if token.kind == "D" else (verb if token.kind in ("的", "Q") else None)
    return phrases


def _read_run(run: list[_Token], verb: _Token | None, title: bool) -> list[Phrase]:
    """Things, tasks and qualifiers without a gap: "齿轮 烧伤 在线 检测" is the gear, the burn and its detection."""
    headed = bool(run) and run[-1].kind == "H"
    while run and run[-1].kind in ("H", "Q") and run[-1].text not in TOOLS:
        run = run[:-1]
    run = _tasks_at_the_end(run)
    last_thing = max((i for i, token in enumerate(run) if token.kind == "N"), default=-1)
    tail = run[last_thing + 1 :]
    thing = run[: last_thing + 1]
    while thing and thing[0].kind in ("Q", "H", "M"):
        thing = thing[1:]
    tasks = [
        token
        for token in tail
        if token.kind == "M" or (token.kind == "A" and (title or headed or token.text in _TASKS))
    ]
    phrases: list[Phrase] = []
    if thing:
        phrases += _things(thing, title)
    elif tail and tail[-1].text in TOOLS and tasks:
        phrases.append(_joined("object", tail))
    inner = [token for token in thing if token.kind == "A" and token.text in _TASKS]
    phrases += [_joined("problem", [token]) for token in inner]
    phrases += [_joined("effect" if token.kind == "M" else "problem", [token]) for token in tasks]
    if verb is not None and (thing or tasks) and verb.text in CHANGING:
        whole = _joined("effect" if any(token.kind == "M" for token in run) else "problem", run)
        if len(whole.text) <= _LONGEST_OBJECT:
            phrases.append(Phrase(whole.kind, verb.text + whole.text, verb.start, whole.end))
    return phrases


def _things(thing: list[_Token], title: bool) -> list[Phrase]:
    first, size = len(thing) - 1, len(thing[-1].text)
    while first and size + len(thing[first - 1].text) <= _LONGEST_OBJECT:
        first -= 1
        size += len(thing[first].text)
    thing = thing[first:]
    whole = _joined("object", thing)
    longest = max(len(token.text) for token in thing)
    enough = len(whole.text) > 1 if title else longest > 1 and (len(whole.text) > 2 or len(thing) == 1)
    return [whole] if enough and whole.text not in NOT_ALONE else []


def _tasks_at_the_end(run: list[_Token]) -> list[_Token]:
    """The dictionary calls 脱胶 and 压花 nouns; at the end of a thing they are what is done to it."""
    done = list(run)
    for i in range(len(run) - 1, 0, -1):
        token = run[i]
        if token.kind == "N":
            starts = "防抗耐" if len(token.text) == 3 else TASK_STARTS if len(token.text) == 2 else ""
            if token.text[0] not in starts or token.text[-1] in THING_ENDS:
                break
            done[i] = _Token(token.text, "A", token.start, token.end)
    return done


def _joined(kind: str, tokens: list[_Token]) -> Phrase:
    return Phrase(kind, "".join(token.text for token in tokens), tokens[0].start, tokens[-1].end)


@cache
def _segmenter() -> Cut:
    return load_segmenter(default_engine(), ())
