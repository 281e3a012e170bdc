"""Texts as they are compared: title and body as one, in one written form, with contacts and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcher.matching.texts.normal_forms import normalise_all
from matcher.tables.contacts.hiding import mask_contacts


class Plain(NamedTuple):
    """A text in its written form for comparison: whole, and with its contacts hidden."""

    whole: str
    hidden: str


def plain_texts(titles: Sequence[str], bodies: Sequence[str]) -> list[Plain]:
    """Texts as they are compared, given as titles and bodies."""
    texts = [f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)]
    masked = list(map(mask_contacts, texts))
    changed = [text for text, hidden in zip(texts, masked, strict=True) if hidden != text]
    written = normalise_all([*masked, *changed])
    rest = iter(written[len(texts) :])
    return [
        Plain(hidden if before == text else next(rest), hidden)
        for text, before, hidden in zip(texts, masked, written, strict=False)
    ]
