"""Texts cut into pieces that may be shown as evidence, and what each says of itself, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.matching.wording import (
    BACKGROUND,
    BARE_APPARATUS,
    BEGINS,
    CLAUSE,
    CONNECTS,
    EDGES,
    EFFECT,
    FIGURE,
    GOOD_HEAD,
    HEAD,
    HEAD_BREAK,
    HONOURS,
    ITEM,
    LEADS_ON,
    LISTED,
    NAMES,
    NEVER,
    OPENING,
    POOR_HEAD,
    SENTENCE,
    START,
    STRUCTURE,
)
from matcher.tables.contacts import mask_contacts

SHOWN = 80  # characters of a passage at most
MOST_ADDED = 0.3  # what `worth` and a good head add at most
_CURT = 14  # characters of a piece that says little
_BUILT = (1.0, 0.85, 0.65, 0.5)  # what becomes of a piece that names so many connections of parts
SHORT = 10  # shorter ones are fragments
_PACKED = 56  # clauses of a long sentence are put together to about this length


class Piece(NamedTuple):
    """A piece of a text, word for word. factor, added: what its place (behind which head) makes of its value."""

    text: str
    factor: float = 1.0
    added: float = 0.0


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
    factor = _BUILT[min(len(STRUCTURE.findall(text)), 3)]
    for pattern, lessened in ((BACKGROUND, 0.5), (NAMES, 0.75), (BARE_APPARATUS, 0.4), (OPENING, 0.5)):
        if pattern.search(text):
            factor *= lessened
    if _is_list(text):
        factor *= 0.5
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
    factor, added = 1.0, 0.0
    for line in HEAD_BREAK.split(body):
        for part in ITEM.split(line):
            for sentence in SENTENCE.findall(part):
                text, head = _without_head(sentence.strip(EDGES[:5]))
                if head:
                    factor, added = (0.5 if POOR_HEAD.search(head) else 1.0), 0.08 * bool(GOOD_HEAD.search(head))
                if len(text) >= SHORT:
                    yield from (Piece(piece, factor * lessened, added) for piece, lessened in _cut(text))


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
    clauses = CLAUSE.findall(sentence)
    opening = OPENING.match(sentence)
    if opening:
        first = clauses[0][opening.end() :].strip(EDGES)
        if len(first) >= SHORT:
            yield first[:SHOWN] if len(first) <= SHOWN else _shortened(first), 0.5
        clauses = clauses[1:]
        sentence = "".join(clauses)
    for piece in [sentence] if len(sentence) <= SHOWN else _packed(clauses):
        text = BEGINS.sub("", piece.strip(EDGES[:5]), count=1)
        if not LEADS_ON.search(text.rstrip(EDGES)) and not text.endswith(("：", ":")):
            text = text.strip(EDGES)
            if len(text) >= SHORT:
                yield text, 1.0


def _packed(clauses: list[str]) -> Iterator[str]:
    """Neighbouring clauses put together; one that only connects stays with the clause before it while there is room."""
    piece = ""
    for clause in clauses:
        room = SHOWN if CONNECTS.match(clause) else _PACKED
        if piece and len(piece) + len(clause) > room:
            yield piece
            piece = ""
        piece += clause if len(clause) <= SHOWN else _shortened(clause)
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
