"""Texts cut into pieces that may be shown as evidence, and what each says of itself, whatever was asked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.matching.texts.wording import (
    BACKDROP,
    BACKGROUND,
    BARE_APPARATUS,
    BEFORE_ABSTRACT,
    BEFORE_HEAD,
    BEFORE_ITEM,
    BEGINS,
    CLAIMED,
    CLAUSE,
    COMPARES,
    CONNECTS,
    EDGES,
    EFFECT,
    FIGURE,
    GOOD_HEAD,
    HANGS,
    HEAD,
    HONOURS,
    INTRODUCES,
    LACKS,
    LEADS_ON,
    LISTED,
    MERIT,
    NAMES,
    NEVER,
    OPENING,
    PARTS,
    POOR_HEAD,
    POSES,
    SELF,
    SENTENCE,
    START,
    STATUS,
    STRUCTURE,
    TELLS,
    USED_IN,
    VAGUE,
)
from matcher.tables.contacts.hiding import mask_contacts

SHOWN = 80  # characters of a passage at most
MOST_ADDED = 0.36  # what `worth` and a good head add at most
_CURT = 14  # characters of a piece that says little
_NAME = 24  # and without a verb it is no more than a name
_BUILT = (1.0, 0.85, 0.65, 0.2)  # what becomes of a piece that names so many connections of parts
SHORT = 10  # shorter ones are fragments
_LESSENED = (
    *((pattern, 0.6) for pattern in (USED_IN, STATUS)),
    *((pattern, 0.4) for pattern in (BACKGROUND, BARE_APPARATUS, POSES)),
    (NAMES, 0.75), (OPENING, 0.5), (LACKS, 0.5), (VAGUE, 0.7), (PARTS, 0.4), (COMPARES, 0.3),
)  # fmt: skip
_INTRODUCTION = 0.6  # what becomes of what stands before the record comes to itself (本产品…)
_LATEST = 0.7  # share of a text behind which it does so too late for that
_PACKED = 56  # clauses of a long sentence are put together to about this length


_STOP = tuple("。！？!?；;")
_STOPS = re.compile(r"([。！？!?；;])[。！？!?；;]+$")
_LEADING = 8  # characters at a text's end that `LEADS_ON` looks at


class Piece(NamedTuple):
    """A piece of a text, word for word. factor, added: what its place (behind which head) makes of its value.

    merit: whether it says what the record itself can do.
    """

    text: str
    factor: float = 1.0
    added: float = 0.0
    merit: bool = False


def pieces_of(body: str) -> list[Piece]:
    """The pieces of a text that may be shown, in order; [] where there is none. None holds a contact.

    A fragment of less than ten characters is one only where it is all of a text.
    """
    pieces = list({piece.text: piece for piece in _pieces(body)}.values())
    if not pieces and any(map(str.isalnum, body)) and len(body) < 3 * SHORT:
        pieces = [Piece(body.strip())]
    hidden = mask_contacts(body)
    return [piece for piece in pieces if hidden == body or piece.text in hidden]


def worth(text: str, title: str) -> tuple[float, float]:
    """What becomes of the value of a piece of a record of this title, whatever was asked: a factor, and what is added.

    Effects and figures add; background, openings and the parts of an apparatus lessen it. The factor is 0 for what is
    never shown: contacts, notices, formalities, what is told of a person instead of a work, and the title again.
    """
    if is_filler(text) or _bare(text) in _bare(title):
        return 0.0, 0.0
    factor = _BUILT[min(len(STRUCTURE.findall(text)) + (CLAIMED.search(text) is not None), 3)]
    told = False
    for pattern, lessened in _LESSENED:
        if pattern.search(text) and not (pattern is USED_IN and MERIT.search(text)):
            factor *= lessened
            told = told or pattern in (BACKGROUND, POSES)
    if _is_list(text) or (title and len(text) < _NAME and not TELLS.search(text)):
        factor *= 0.5
    if told:
        return factor, 0.0  # effects of what is today, or of what was to be solved
    added = 0.12 * bool(EFFECT.search(text)) + 0.1 * bool(FIGURE.search(text)) - 0.05 * (len(text) < _CURT)
    return factor, added


def is_filler(text: str) -> bool:
    """Whether a text is a contact, a notice, a formality or a biography's filler, which is never evidence."""
    return bool(NEVER.search(text) or HONOURS.search(text))


def opens(text: str) -> bool:
    """Whether a text begins as a patent's abstract does ("本发明公开了一种…")."""
    return bool(OPENING.match(text))


def _pieces(body: str) -> Iterator[Piece]:
    """Sentences and groups of clauses."""
    factor, added, at, backdrop = 1.0, 0.0, 0, False
    begins = _begins(body)
    for line in _split(body, BEFORE_HEAD, *([BEFORE_ABSTRACT] if "摘要" in body else [])):
        for part in _split(line, BEFORE_ITEM):
            for sentence in SENTENCE.findall(part):
                at = body.find(sentence, at) + len(sentence)
                text, head = _without_head(sentence.strip(EDGES[:5]))
                if head:
                    factor, added = (0.5 if POOR_HEAD.search(head) else 1.0), 0.08 * bool(GOOD_HEAD.search(head))
                    backdrop = BACKDROP.search(head) is not None
                elif backdrop and SELF.search(text):
                    factor, backdrop = 1.0, False
                if len(text) >= SHORT:
                    told = factor * (_INTRODUCTION if at <= begins else 1.0)
                    for piece, lessened in _cut(text):
                        merit = bool(MERIT.search(piece) and (EFFECT.search(piece) or FIGURE.search(piece)))
                        yield Piece(piece, told * lessened, added + 0.06 * merit, merit)


def _split(text: str, *before: re.Pattern[str]) -> list[str]:
    """A text cut behind what the patterns find, a character each."""
    ends = sorted({0, len(text), *(found.end() for pattern in before for found in pattern.finditer(text))})
    return [text[start:end] for start, end in itertools.pairwise(ends)]


def _begins(body: str) -> int:
    """Where a text that opens with the state of things comes to what the record is; 0 where it does not open so."""
    own = SELF.search(body)
    start = own.start() if own else 0
    first = SENTENCE.match(body)
    opens_so = first is not None and INTRODUCES.search(body, 0, min(first.end(), start))
    return start if opens_so and start <= _LATEST * len(body) else 0


def _without_head(sentence: str) -> tuple[str, str]:
    """A sentence behind its marks and heads, and the last head."""
    last = ""
    while True:
        cut = sentence
        if start := START.match(cut):
            cut = cut[start.end() :]
        if head := HEAD.match(cut):
            last, cut = head[0], cut[head.end() :]
        if cut == sentence:
            return sentence, last
        sentence = cut


def _cut(sentence: str) -> Iterator[tuple[str, float]]:
    """A sentence whole, or the groups of its clauses, each with its factor; an opening is cut off behind its words."""
    opening = OPENING.match(sentence)
    clauses = CLAUSE.findall(sentence) if opening or len(sentence) > SHOWN else []
    if opening:
        first = clauses[0][opening.end() :].strip(EDGES)
        if len(first) >= SHORT:
            yield first[:SHOWN] if len(first) <= SHOWN else _shortened(first), 0.5
        clauses = clauses[1:]
        sentence = "".join(clauses)
    for piece in [sentence] if len(sentence) <= SHOWN else _packed(clauses):
        text = BEGINS.sub("", piece.strip(EDGES[:5]), count=1)
        if text.endswith(_STOP):
            text = _STOPS.sub(r"\1", text)
        if not _leads_on(text.rstrip(EDGES)) and not text.endswith(("：", ":")):
            text = text.strip(EDGES)
            if len(text) >= SHORT:
                yield text, 1.0


def _leads_on(text: str) -> bool:
    return LEADS_ON.search(text, max(0, len(text) - _LEADING)) is not None


def _packed(clauses: list[str]) -> Iterator[str]:
    """Neighbouring clauses put together while there is room.

    One that only connects stays with the clause before it, one that waits for the next (由于…, 为了…) with that.
    """
    piece, last = "", ""
    for clause in clauses:
        room = SHOWN if CONNECTS.match(clause) else _PACKED
        clause = clause if len(clause) <= SHOWN else _shortened(clause)
        if piece and len(piece) + len(clause) > room:
            waits = last if len(piece) - len(last) >= _CURT and HANGS.match(last) else ""
            waits = waits if len(waits) + len(clause) <= SHOWN else ""
            yield piece.removesuffix(waits)
            piece = waits
        piece, last = piece + clause, clause
    if piece:
        yield piece


def _shortened(clause: str) -> str:
    """The first listed things of a long clause, as many as may be shown; "" where it cannot be cut."""
    kept = ""
    for thing in LISTED.findall(clause):
        if len(kept) + len(thing) > SHOWN:
            break
        kept += thing
    return kept.rstrip("、")


def _is_list(passage: str) -> bool:
    """Keywords and lists of parts: many short pieces, no verb of effect."""
    pieces = re.split(r"[，,、；;\s/]+", passage)
    return (
        len(pieces) >= 4
        and sum(map(len, pieces)) <= 7 * len(pieces)
        and not (EFFECT.search(passage) or FIGURE.search(passage))
    )


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))
