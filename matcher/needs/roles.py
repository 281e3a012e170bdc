"""The role of each sentence of a need: asked, background or constraint. A linear score; the weights are data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from matcher.needs.cues import FEATURES, HEAD, HINTS, NUMBER, SECTIONS

ROLES = ("asked", "background", "constraint")
Place = tuple[int, int]
_SECTION = "section_"
_WISHES = {"strong_ask", "ask_solve", "ask_plan", "ask_needed"}
_ASKS = (
    "strong_ask", "ask_plan", "ask_needed", "ask_question", "ask_start", "ask_solve", "ask_end", "ask_term",
)  # fmt: skip
_SEARCHES = [
    (name, pattern.search, HINTS[name].search if name in HINTS else None) for name, pattern in FEATURES.items()
]
_ONLY_SELF, _ONLY_ART, _MUST = {"defect", *_ASKS}, {"defect", "harm", *_ASKS}, {"ask_must", *_ASKS}
_CUES = {*_ASKS, "ask_must", "ask_number", "ask_aim", "defect", "harm", "self", "art", "has_head"}


def roles_of(text: str, places: Sequence[Place], section: str = "") -> list[str]:
    """The role of each sentence of a text, in order.

    Parameters
    ----------
    text : str
        A need's description.
    places : sequence of (start, end)
        Its sentences, as `split_sentences` gives them.
    section : str, default ""
        The role that the text's own head gives it ("asked" for a column of indicators), until another head stands.
    """
    weights = _weights()
    roles: list[str] = []
    for features in features_of(text, places, section):
        if roles:
            features.append(f"after_{roles[-1]}")
        asked, background, constraint = map(sum, zip(*[weights[name] for name in features], strict=True))
        best = max(asked, background, constraint)
        roles.append(ROLES[0 if asked == best else 1 if background == best else 2])
    return roles


def features_of(text: str, places: Sequence[Place], section: str = "") -> list[list[str]]:
    """The names of the features of each sentence, without that of the role before."""
    found: list[list[str]] = []
    for start, end in places:
        sentence = text[start:end]
        mark = NUMBER.match(sentence)
        body = sentence[mark.end() :] if mark else sentence
        head = _head(body)
        if head:
            section = head
        elif not mark and found and "\n" in text[places[len(found) - 1][1] : start] and section == "constraint":
            section = ""
        names = [name for name, search, hint in _SEARCHES if (hint is None or hint(body)) and search(body)]
        if section:
            names.append(_SECTION + section)
        if head:
            names.append("has_head")
        if mark:
            names.append("numbered")
        if len(body) < 16:
            names.append("short")
        if "self" in names and _ONLY_SELF.isdisjoint(names):
            names.append("only_self")
        if "art" in names and _ONLY_ART.isdisjoint(names):
            names.append("only_art")
        if _CUES.isdisjoint(names):
            names.append("no_cue")
        if "defect" in names and "art" in names and "self" not in names:
            names.append("defect_of_today")
        if "defect" in names and section == "background" and _MUST.isdisjoint(names):
            names.append("defect_in_background")
        if "defect" in names and "harm" in names:
            names.append("defect_and_harm")
        found.append(["bias", *names])
    _add_context(found)
    return found


def _add_context(found: list[list[str]]) -> None:
    """Where in the text a sentence stands: before or behind the first that asks, or in a text where none does."""
    asking = [i for i, names in enumerate(found) if not _WISHES.isdisjoint(names)]
    for i, names in enumerate(found):
        if not asking:
            names.append("nobody_asks")
            if "self" not in names and "art" not in names and "defect" not in names:
                names.append("nobody_asks_plain")
            if "defect" in names:
                names.append("nobody_asks_defect")
        elif i < asking[0]:
            names.append("before_asking")
        elif i > asking[0]:
            names.append("behind_asking")
    if len(found) == 1:
        found[0].append("alone")
    for names, following in pairwise(found):
        if "has_head" in names and "numbered" in following:
            names.append("opens_list")


def _head(body: str) -> str:
    """The role that a sentence's own head gives to what follows; "" without a head."""
    head = HEAD.match(body)
    if not head:
        return ""
    return next((role for role, pattern in SECTIONS if pattern.search(head[1])), "")


@cache
def _weights() -> dict[str, list[float]]:
    weights: dict[str, list[float]] = json.loads(files(__package__).joinpath("role_weights.json").read_text("utf-8"))
    return weights
