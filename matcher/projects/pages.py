"""Flagged pairs as a page: a sheet a pair that a reviewer reads in two minutes, on a screen, a phone or A4."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pandas as pd

from matcher.export.pages import page_bytes
from matcher.export.titles import DUPLICATES
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.projects.alignment import HOW, align
from matcher.projects.fingerprints import bare, shared_runs
from matcher.projects.sections import SECTIONS, bodies
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.schemas.single_commands import PROJECTS

LIMIT = 200  # flagged pairs whose sentences are shown
_KNOWN = ("institution", "year", "programme")
_SHARES = ("overlap", "likeness", "meaning")
_COMMON = 3  # neighbouring characters that both sentences have
_KINDS = {title: name for name, title in HOW.items()}


def duplicates_page(
    pairs: pd.DataFrame,
    new: pd.DataFrame,
    old: pd.DataFrame,
    *,
    notes: Mapping[str, str],
    about: Mapping[str, str],
    mask: bool = True,
) -> bytes:
    """The page of the flagged pairs, at most 200: shares of the whole and by section, sentences side by side, what is
    new. mask: hide contacts before the texts are cut, since a piece of one cannot be told from other words.
    """
    flagged = pairs[pairs["flagged"]]
    hide = mask_contacts if mask else str
    sides = [_Side(new, hide), _Side(old, hide)]
    encoder = StaticEncoder.load()
    sheets = [_sheet(pair, sides, encoder) for pair in flagged.head(LIMIT).to_dict("records")]
    context = {
        "sheets": sheets,
        "asked": len(new),
        "found": flagged["new_id"].nunique(),
        "flagged": len(flagged),
        "notes": dict(notes),
        "about": dict(about),
        "kinds": HOW,
    }
    return page_bytes("duplicates", context, mask=mask)


class _Side:
    """Projects by their numbers."""

    def __init__(self, table: pd.DataFrame, hide: Any) -> None:
        self._rows = {str(one): at for at, one in enumerate(table["project_id"])}
        self._table, self._texts, self._hide = table, bodies(table), hide

    def text(self, number: str) -> str:
        return str(self._hide(self._texts[self._rows[number]]))

    def cell(self, number: str, name: str) -> str:
        value = self._table[name].iloc[self._rows[number]] if name in self._table else None
        return "" if value is None or pd.isna(value) else str(self._hide(str(value)))

    def facts(self, number: str) -> dict[str, Any]:
        known = [(PROJECTS[name].title, self.cell(number, name)) for name in _KNOWN]
        return {
            "id": number,
            "title": self.cell(number, "title") or "（无名称）",
            "known": [(title, text) for title, text in known if text],
        }


def _sheet(pair: dict[Any, Any], sides: list[_Side], encoder: StaticEncoder) -> dict[str, Any]:
    numbers = pair["new_id"], pair["old_id"]
    texts = [side.text(number) for side, number in zip(sides, numbers, strict=True)]
    rows = align(*texts, encoder=encoder)
    return {
        "new": sides[0].facts(numbers[0]),
        "old": sides[1].facts(numbers[1]),
        "rank": pair["rank"],
        "case": pair["case"],
        "because": pair["because"],
        "funded": "" if pd.isna(pair["funded"]) else "已立项" if pair["funded"] else "未立项",
        "shares": [(DUPLICATES[name], pair[name]) for name in _SHARES],
        "sections": section_overlaps({name: sides[0].cell(numbers[0], name) for name in SECTIONS}, texts[1]),
        "counts": [(name, title, int((rows["how"] == title).sum())) for name, title in HOW.items()],
        "rows": [
            (_KINDS[how], _pieces(one, other), other, how)
            for one, other, how in zip(rows["new_sentence"], rows["old_sentence"], rows["how"], strict=True)
        ],
    }


def _pieces(new: str, old: str) -> list[tuple[bool, str]]:
    """A sentence cut into what stands in the old one (False) and what it adds; whole (False) where hardly any does."""
    blocks = [
        block
        for block in SequenceMatcher(None, new, old, autojunk=False).get_matching_blocks()
        if block.size >= _COMMON
    ]
    if sum(block.size for block in blocks) < len(new) / 2:
        return [(False, new)]
    pieces, at = [], 0
    for block in blocks:
        pieces += [(True, new[at : block.a]), (False, new[block.a : block.a + block.size])]
        at = block.a + block.size
    return [(added and any(map(str.isalnum, text)), text) for added, text in [*pieces, (True, new[at:])] if text]


def section_overlaps(sections: Mapping[str, str], old: str) -> list[tuple[str, float]]:
    """Of each section that a new project has: its title, and the share of its runs that stand in the old text."""
    filled = {name: text for name, text in sections.items() if text}
    mine, theirs = shared_runs(bare(list(filled.values())), bare([old]))
    shared = (mine @ theirs.T).toarray().ravel() / np.maximum(np.diff(mine.indptr), 1)
    return [(SECTIONS[name], float(share)) for name, share in zip(filled, shared, strict=True)]
