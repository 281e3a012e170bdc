"""Where a need stands on chains: only where its object does. Its background may speak of any link; its object does not.

A text's probability on a link says how near it is to the link; here the object has to bear it out: it is one of the
link's things, or one of their kind.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.fields.classifier import FieldModel
from matcher.matching.encoding.encoders import StaticEncoder, unit
from matcher.matching.library.records import texts_of
from matcher.needs.elements import Understood, understand
from matcher.needs.vocabulary import GENERAL

_ASKED_OBJECTS = 2  # of a need whose title names none
_SURE, _NEARER = 0.5, 0.1  # for weaker evidence: the object's probability, and what is added to the least
_CERTAIN = 0.8  # probability of both texts with which an object need only be like a link's word
_SAME, _KIN, _LIKE = 0.7, 0.65, 0.5  # cosines of an object and a link's word: one thing, of one kind, alike
_BY_MEANS_OF = re.compile(r"(?:基于|采用|利用|运用|借助)[^，。；;]{0,4}$")


class _Asked(NamedTuple):
    """What a need is about: phrases for its object, and for what is to be done."""

    objects: list[str]
    tasks: list[str]


def place_needs(model: FieldModel, links: pd.DataFrame, needs: pd.DataFrame, *, at_least: float) -> pd.DataFrame:
    """The links on which the object of each need stands.

    model: of a scheme whose codes on level 2 are the row numbers of `links`. One row a need and link: id, link (its
    row), probability (of the need's object and task alone), words (the objects that decided).
    """
    titles, bodies = texts_of(needs)
    asked = [_asked(understand(title, body)) for title, body in zip(titles, bodies, strict=True)]
    short = pd.Series(
        ["；".join([*one.objects, *one.tasks]) or title for one, title in zip(asked, titles, strict=True)]
    )
    columns = [model.scheme.places[str(row)] for row in range(len(links))]
    whole = model.probabilities(needs)[:, columns]
    condensed = model.probabilities(short)[:, columns]
    things = _Things.of(links, asked, model.encoder)
    rows = []
    for i, (need_id, one) in enumerate(zip(needs["need_id"].astype(str), asked, strict=True)):
        placed = {
            link: shown
            for link in range(len(links))
            if condensed[i, link] >= at_least
            and (shown := things.evidence(one.objects, link, whole[i, link], condensed[i, link], at_least))
        }
        clusters = set(links["cluster"].iloc[list(placed)])
        for link in range(len(links)):
            if link in placed or not (task := things.task(one.tasks, link)):
                continue
            beside = whole[i, link] >= at_least and links["cluster"].iloc[link] in clusters
            if beside or (task in things.words[link] and min(whole[i, link], condensed[i, link]) >= _SURE):
                placed[link] = "、".join([*dict.fromkeys(placed.values()), task][:2])
        rows += [
            (
                need_id,
                link,
                float(max(condensed[i, link], whole[i, link] if things.task(one.tasks, link) else 0)),
                words,
            )
            for link, words in placed.items()
        ]
    table = pd.DataFrame(rows, columns=["id", "link", "probability", "words"])
    return table.assign(probability=table["probability"].astype(float).round(4))


class _Things(NamedTuple):
    """The words of every link, and vectors of words and objects."""

    words: list[list[str]]
    vectors: dict[str, NDArray[np.float32]]

    @classmethod
    def of(cls, links: pd.DataFrame, asked: list[_Asked], encoder: StaticEncoder) -> _Things:
        words = [
            [word for word in re.split("[;；、,，]", f"{name};{text}") if len(word) > 1]
            for name, text in zip(links["link"], links["words"], strict=True)
        ]
        texts = sorted({text for some in words for text in some} | {text for one in asked for text in one.objects})
        vectors = unit(encoder.encode(texts)) if texts else np.zeros((0, 0), np.float32)
        return cls(words, dict(zip(texts, vectors, strict=True)))

    def evidence(self, objects: list[str], link: int, whole: float, condensed: float, at_least: float) -> str:
        """The object that bears a link out; "" where none does."""
        for one in objects:
            for word in self.words[link]:
                nearness = float(self.vectors[one] @ self.vectors[word])
                if one.endswith(word) or (len(one) > 2 and word.startswith(one) and nearness >= _SAME):
                    return one
                tail = one.partition(word)[2] if word in one else ""
                if len(tail) > 1 and condensed >= _SURE and whole >= at_least:
                    return one
                end = one[len(one) - _shared_end(one, word) :]
                akin = (len(end) > 1 and end not in GENERAL) or (len(one) > 2 and nearness >= _KIN)
                if akin and min(whole, condensed) >= at_least + _NEARER:
                    return one
                if nearness >= _LIKE and min(whole, condensed) >= _CERTAIN:
                    return one
        return ""

    def task(self, tasks: list[str], link: int) -> str:
        """The task that is one of a link's; "" where none is."""
        return next((one for one in tasks for word in self.words[link] if word.endswith(one) or one.endswith(word)), "")


def _asked(need: Understood) -> _Asked:
    titled: dict[str, list[str]] = {"object": [], "problem": [], "effect": []}
    means = set()
    for one in need.elements:
        if one.field == "title" and one.kind in titled:
            before, behind = need.title[: one.start], need.title[one.end : one.end + 1]
            if behind == "用" or _BY_MEANS_OF.search(before):
                means.add(one.text)
            else:
                titled[one.kind].append(one.text)
    objects = titled["object"] or [text for text in need.objects if text not in means][:_ASKED_OBJECTS]
    tasks = titled["problem"] + titled["effect"] or list(need.problems[:_ASKED_OBJECTS])
    return _Asked(objects, [task for task in tasks if len(task) > 1])


def _shared_end(one: str, two: str) -> int:
    """How many characters two words end alike in."""
    pairs: Any = zip(reversed(one), reversed(two), strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))
