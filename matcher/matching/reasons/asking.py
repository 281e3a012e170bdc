"""What the asking side of a pair asks: its words, whole and in order, and its points."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from matcher.matching.texts.meanings import SUBSTANCE_ENDS
from matcher.matching.texts.normal_forms import normalise_all
from matcher.matching.texts.tokens import Segmenter
from matcher.needs.asked import clause_of
from matcher.needs.cues import FEATURES, NUMBER
from matcher.needs.elements import Element, Sentence, Understood, understand
from matcher.needs.labels import labelled_parts, tells_problem, without_label
from matcher.needs.vocabulary import ATTRIBUTES, GENERAL, NOT_ALONE, QUALIFIERS, STOPS, TASK_NOUNS
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.naming.words import default_engine, load_segmenter

MOST_POINTS = 5
_POINT_LENGTH = 40  # characters of a point that are shown
_TERSE = 40  # characters of a description that has no room for more than what is asked
_KINDS = {"object": 1.0, "problem": 1.0, "effect": 0.8, "material": 0.7, "method": 0.6}
_IN_TITLE, _MEASURE = 1.6, 0.5  # what a word of the title, and one that is only measured, weighs
_MODEL = re.compile(r"(?=.*\d)(?=.{5}).*|[a-z]{3,}\d.*|ph\d.*")  # dzf7, vda270
_LATIN = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_UNIT = re.compile(
    r"\d+(?:\.\d+)?[a-z%]{0,4}\d?|[mkcuμn]?[mgls]\d?|[kmg]?(?:pa|hz|w|v|wh)|ph|db|hrc|rpm|ppm|min|max|ok"
)
_HEADING = re.compile(r"[：:]$|(?:如下|以下|要求|指标|需求|问题|内容|目标|方面)[：:。]?$")
_POINTLESS = re.compile(r"^(?:技术|具体|主要)?(?:需求|要求|指标|难题|问题)?(?:描述|说明|如下|详解)?[：:]?")
_FUNCTION = frozenset(
    "的和与及或于对在用新有为以可了将把从向所被让使是之其等中上下内前后不型式类种款套个化性级给做能号"
)
_WANTING = ("strong_ask", "ask_plan", "ask_question", "ask_solve", "ask_must", "ask_start", "ask_number", "ask_end")
_ASKING = ("strong_ask", "ask_question")
_TELLING = ("self", "money", "cooperate", "solver", "time")
_TODAY = re.compile(
    r"目前|(?<!改进)(?<!改造)现有|现阶段|传统|以往|主营|从事|由于|因为|居多|一般|通常|广泛|应用于|大力|国家|市场|年需求|会产生|容易|主要通过|据统计"
    r"|(?:^|[，,（(])?(?:如|例如|比如)(?!何|果)|受[^，。]{1,12}影响|对人"
)
_WISHES = re.compile("(?:现|拟|特|正在?)?(?:希望|寻找|寻求|计划|致力于|主营|急需)")
_WISH = re.compile("希望|需要|需求|要求|寻求|开发|研发|研制|急需|替代|解决|实现")
_BY = re.compile(
    "随着|(?:根据|按照|依据).*(?:要求|规定|标准|需求|方向)[，,；;]?$|.*出发[，,；;]?$"
)  # a clause that only leads to what is wanted
_SEEN = 8  # characters of a text on either side of a phrase
_LACKED = 2  # characters of a word that a phrase may lack
_NO_TAIL = frozenset("时多难强高低大小好差快慢少长短易均都也很处等后前自里")
_LAST = re.compile(r"[\u4e00-\u9fff](?=[，,、。；;：:（(\s的]|$)")
_EDGES = ' \t\r\n\xa0\u3000，,、：:；;。.“”"'


@dataclass(frozen=True)
class Wanted:
    """A phrase that is asked for: its words, how it writes them, and which of them count by themselves (named).

    point: the point it stands in; -1 for none and for the title. told: it stands beside the points, or its clause
    tells of today, of the firm or of an example: what a record does not say of that is not missed. around: a few
    characters of the text with the phrase, and where it begins and ends in them.
    """

    words: tuple[str, ...]
    written: tuple[str, ...]
    named: tuple[bool, ...]
    is_thing: bool
    weight: float
    in_title: bool
    point: int
    told: bool
    around: tuple[str, int, int]

    @property
    def asked(self) -> tuple[str, ...]:
        """Its words that count by themselves."""
        return tuple(itertools.compress(self.words, self.named))


@dataclass(frozen=True)
class Asking:
    """One asking text. sentences: those that ask, at most five, or its title; points: the same as they are shown."""

    phrases: tuple[Wanted, ...]
    sentences: tuple[str, ...]
    points: tuple[str, ...]


@cache
def fillers() -> frozenset[str]:
    """Words that every need is full of and that ask for nothing."""
    return (
        frozenset((files("matcher.matching.texts") / "fillers.txt").read_text("utf-8").split())
        | GENERAL
        | QUALIFIERS
        | STOPS
    )


def asks(word: str) -> bool:
    """Whether a word, in its written form for comparison, can be asked for: no filler, number or unit."""
    if len(word) < 2 or word in fillers():
        return False
    if word.endswith("的") or (word[:2] in fillers() and word[2:] in fillers()):  # 提高效率
        return False
    if _LATIN.fullmatch(word):
        return not _UNIT.fullmatch(word) and not _MODEL.fullmatch(word) and any(map(str.isalpha, word))
    return not word[0].isdigit()


def read_asking(titles: Sequence[str], bodies: Sequence[str], segmenter: Segmenter) -> list[Asking]:
    """What each text asks. Contacts are hidden first."""
    needs = [understand(mask_contacts(title), mask_contacts(body)) for title, body in zip(titles, bodies, strict=True)]
    tag = load_segmenter(segmenter.engine, segmenter.words).tag
    phrases = sorted({_whole(element, need) for need in needs for element in need.elements if element.kind in _KINDS})
    words = {
        phrase: tuple(_merged(tag(plain, False))) for phrase, plain in zip(phrases, normalise_all(phrases), strict=True)
    }
    return [_read(need, words) for need in needs]


def _merged(tagged: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The words of a phrase, a substance and its ending as one (石墨, 烯)."""
    before: tuple[str, str] | None = None
    for word, kind in tagged:
        if before and word in SUBSTANCE_ENDS and before[0].isalpha():
            before = (before[0] + word, "n")
            continue
        if before:
            yield before
        before = (word, kind)
    if before:
        yield before


def _read(need: Understood, words: dict[str, tuple[tuple[str, str], ...]]) -> Asking:
    elements = [element for element in need.elements if element.kind in _KINDS]
    points = _points(need, elements)
    phrases: list[Wanted] = []
    seen: set[tuple[str, ...]] = set()
    for element in elements:
        in_title = element.field == "title"
        point = next((i for i, one in enumerate(points) if _within(element, one)), -1)
        beside = point < 0 and (bool(points) or len(need.text) > _TERSE)
        text = _whole(element, need)
        tagged = words[text]
        some = tuple(word for word, _ in tagged)
        named = tuple(_names(word, kind, in_title) for word, kind in tagged)
        if (some in seen and point < 0) or not any(named):
            continue
        seen.add(some)
        weight = _KINDS[element.kind] * (_IN_TITLE if in_title else 1.0)
        if all(word in ATTRIBUTES or not names for word, names in zip(some, named, strict=True)):
            weight *= _MEASURE
        if not in_title and element.text in NOT_ALONE:
            weight *= _MEASURE
        phrases.append(
            Wanted(
                some,
                _written(text, some),
                named,
                element.kind in ("object", "material"),
                weight,
                in_title,
                point,
                not in_title and (beside or _is_told(element, need.text)),
                _around(need.title if in_title else need.text, element.end - len(text), element.end),
            )
        )
    phrases.sort(key=lambda phrase: (not phrase.in_title, phrase.point < 0))
    sentences = tuple(one.text for one in points) or tuple(filter(None, (need.title or need.text,)))
    names = {word for one in phrases for word in itertools.compress(one.written, one.named)}
    return Asking(tuple(phrases), sentences, tuple(_shown(one, names) for one in sentences))


def _is_told(element: Element, text: str) -> bool:
    """Whether the clause of an element tells of today, of the firm or of an example, before it or around it."""
    first, stop = clause_of(text, element.start, element.end)
    if not text[first : element.start].strip(_EDGES) and _WISHES.match(text, element.end):
        return True  # who wishes is not what is wished
    return bool(_TODAY.search(text, first, stop)) and not _WISH.search(text, first, stop)


def _whole(element: Element, need: Understood) -> str:
    """An element of a title with the one character before it that belongs to no other (张 of 张力传感器)."""
    before = element.start - 1
    if element.field != "title" or before < 0 or not "\u4e00" <= need.title[before] <= "\u9fff":
        return element.text
    alone = need.title[before] not in _FUNCTION
    taken = any(one.field == "title" and one.start <= before < one.end for one in need.elements)
    joined = before == 0 or not "\u4e00" <= need.title[before - 1] <= "\u9fff"
    joined = joined or any(one.field == "title" and one.end == before for one in need.elements)
    joined = joined or need.title[before - 1] in "的和与及"
    return need.title[before] + element.text if alone and joined and not taken else element.text


def _around(text: str, start: int, end: int) -> tuple[str, int, int]:
    first = max(0, start - _SEEN)
    return text[first : end + _SEEN], start - first, end - first


@lru_cache(1 << 12)
def words_beside(text: str, start: int, end: int) -> tuple[str, str]:
    """What a text has of the words at the edges of a phrase beside it: 厢 behind 电梯轿, 丝 behind 水晶."""
    cut = load_segmenter(default_engine(), ()).cut
    known, found = ([0, *itertools.accumulate(map(len, cut(text, guessed)))] for guessed in (False, True))
    head, tail = text[known[bisect_right(known, start) - 1] : start], text[end : found[bisect_left(found, end)]]
    if not tail and _LAST.match(text, end):
        tail = text[end]
    return (
        head if len(head) <= _LACKED else "",
        tail if len(tail) <= _LACKED and tail[-1:] not in _NO_TAIL and tail[-1:] not in _FUNCTION else "",
    )


def _written(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words as the text writes them, where it is as long as they are."""
    if sum(map(len, words)) != len(text):
        return words
    ends = list(itertools.accumulate(map(len, words)))
    written = (text[end - len(word) : end] for word, end in zip(words, ends, strict=True))
    return tuple(own if own.lower() == word else word for own, word in zip(written, words, strict=True))


def _points(need: Understood, elements: list[Element]) -> list[Sentence]:
    """The asked sentences that name a thing or a figure, and say that it is wanted; of more than are shown first those
    of the part that is labelled as the problem.
    """
    points = []
    parts = labelled_parts(need.text)
    for one in need.sentences:
        if one.role != "asked" or one.field != "description" or _HEADING.search(one.text.rstrip()):
            continue
        told_so = tells_problem(parts, one.start, one.end)
        body = NUMBER.sub("", without_label(NUMBER.sub("", one.text, count=1)), count=1)
        wanted = told_so or body != one.text or any(FEATURES[name].search(body) for name in _WANTING)
        filled = any(_within(element, one) for element in elements) or FEATURES["ask_number"].search(body)
        told = FEATURES["art"].search(body) and not any(FEATURES[name].search(body) for name in _WANTING[:6])
        if (
            wanted
            and filled
            and not told
            and len(body) > 5
            and not any(FEATURES[name].search(body) for name in _TELLING)
        ):
            points.append(one)
    if len(points) > MOST_POINTS:
        first = sorted(points, key=lambda one: not tells_problem(parts, one.start, one.end))[:MOST_POINTS]
        points = [one for one in points if one in first]
    return points


def _names(word: str, kind: str, in_title: bool) -> bool:
    """Whether a word of a phrase may be asked for by itself: a thing or a known task; in a title any task."""
    if not asks(word):
        return False
    if word in TASK_NOUNS or word in ATTRIBUTES:
        return True
    return not kind or kind[0] in "nxjegz" or kind == "vn" or (in_title and kind[0] in "vl")


def _within(element: Element, sentence: Sentence) -> bool:
    return element.field == sentence.field and sentence.start <= element.start < sentence.end


def _shown(sentence: str, named: Set[str]) -> str:
    """A point as it is shown: without its number; a long one from the clause on that wants something that is
    named (not 寻求解决方案), cut at the end of a clause.
    """
    text = NUMBER.sub("", without_label(NUMBER.sub("", sentence, count=1).strip(_EDGES)), count=1)
    text = _POINTLESS.sub("", text.strip(_EDGES)).strip(_EDGES)
    if len(text) <= _POINT_LENGTH:
        return text
    kept = ""
    clauses = re.findall(r"[^，,；;]+[，,；;]?", text)
    says = (i for i in range(len(clauses) - 1, 0, -1) if any(word in clauses[i] for word in (*named, *"0123456789")))
    last = next(says, 0)
    own = [i for i in range(last + 1) if not _BY.match(clauses[i])] or [0]
    first = next((i for i in own if any(FEATURES[name].search(clauses[i]) for name in _ASKING)), own[0])
    for clause in clauses[first:]:
        if kept and len(kept) + len(clause) > _POINT_LENGTH:
            break
        kept += clause
    return kept.strip(_EDGES) if len(kept) <= 2 * _POINT_LENGTH else kept[: _POINT_LENGTH - 1] + "…"
