"""The scales, their sources and the words of evidence, as data from `scales.yaml`; nobody else reads that file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.tables.schemas.assessment import EVIDENCE
from matcher.tables.yaml import read

SCALE_COLUMNS = ("part", "title", "text", "document", "number", "since", "seen", "address", "verified")
NINE = range(1, 10)


@dataclass(frozen=True)
class Level:
    """One level of readiness: what it means, what would show it, evidence of which a "no" keeps an outcome below."""

    number: int
    name: str
    meaning: str
    asks: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of outcome: who judges it and its primary values (a design note of this library)."""

    id: str
    title: str
    judged_by: str
    primary: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def tree() -> Mapping[str, Any]:
    """The whole file; every value is the text that was written."""
    whole: Mapping[str, Any] = read(Path(str(resources.files("matcher.assessment") / "scales.yaml")))
    return whole


@lru_cache(maxsize=1)
def levels() -> dict[int, Level]:
    """The levels 1 to 9 of readiness, whose names are remembered."""
    return {
        int(number): Level(int(number), one["name"], one["meaning"], one["asks"], tuple(one["keys"].split()))
        for number, one in tree()["readiness"].items()
    }


@lru_cache(maxsize=1)
def market_levels() -> dict[int, tuple[str, str]]:
    """The levels 10 to 13 of 青科资字〔2025〕2号: name, and what is asked."""
    return {int(number): (one["name"], one["asks"]) for number, one in tree()["market_levels"].items()}


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """The kinds of outcome: basic, applied, development, soft."""
    return {
        name: Kind(name, one["title"], one["judged_by"], tuple(one["primary"].split()), tuple(one["words"].split()))
        for name, one in tree()["kinds"].items()
    }


def kind_of(text: str) -> str:
    """The kind that a word means (基础研究, applied ...), "" for none.

    >>> kind_of("应用研究"), kind_of("其他")
    ('applied', '')
    """
    word = re.sub(r"[\s（）()类]", "", text).lower()
    return next((kind.id for kind in kinds().values() if word and word in kind.words), "")


@lru_cache(maxsize=1)
def shown_by() -> dict[str, int]:
    """The level that each kind of evidence shows."""
    return {name: int(one["level"]) for name, one in tree()["evidence"].items()}


@lru_cache(maxsize=1)
def evidence_words() -> dict[str, re.Pattern[str]]:
    """The words by which a list of supporting material names each kind of evidence."""
    return {name: re.compile(one["words"]) for name, one in tree()["evidence"].items()}


@lru_cache(maxsize=32)
def thing_words(kind: str) -> re.Pattern[str]:
    """The words of a kind's thing in its own column."""
    return re.compile("|".join(filter(None, (evidence_words()[kind].pattern, tree()["evidence"][kind]["own"]))))


@lru_cache(maxsize=1)
def not_words() -> dict[str, str]:
    """What bears the name of each kind of evidence and is another thing, as a pattern, "" for nothing."""
    return {name: one["not"] for name, one in tree()["evidence"].items()}


def stage_of(level: int) -> str:
    """成果所处阶段 of a level (bands of this library): 初期 1 to 4, 中期 5 to 7, 成熟应用 8 to 13."""
    bands = ((name, int(one["low"]), int(one["high"])) for name, one in tree()["stages"].items())
    return next(str(name) for name, low, high in bands if low <= level <= high)


def read_scales() -> pd.DataFrame:
    """Every value of the scales with the document that it comes from.

    Returns
    -------
    pandas.DataFrame
        One row a value: part, title, text, document, number, since, seen, address, verified (False where it is
        remembered, or no words of what was read were kept).
    """
    rows = []
    for part in list(tree()["parts"])[:-1]:
        for key, one in tree()[part].items():
            source = tree()["sources"][one["source"]]
            title = f"{key}级 {one['name']}" if "name" in one else one.get("title", key)
            where = (source["title"], source["number"], source.get("since", ""), source["seen"], source["address"])
            rows.append((_part(part), title, _text(part, one), *where, source["verified"] == "true"))
    own = tree()["sources"]["OWN"]
    for column in EVIDENCE:
        where = (own["title"], own["number"], own["since"], own["seen"], own["address"])
        rows.append((_part("evidence"), column.title, f"对应{shown_by()[column.name]}级", *where, False))
    return pd.DataFrame(rows, columns=list(SCALE_COLUMNS))


def _part(name: str) -> str:
    return str(tree()["parts"][name])


def _text(part: str, one: Mapping[str, str]) -> str:
    """What an entry of the file says, in words."""
    if part == "schemes":
        return "、".join(tree()["values"][name] for name in one["names"].split())
    if part == "ordinals":
        return f"{one['low']} 至 {one['high']} 级"
    if part == "old_items":
        return f"90至100分 {one['high']}；60至89分 {one['middle']}；60分以下 {one['low']}"
    if part == "stages":
        return f"{one['meaning']}；对应 {one['low']} 至 {one['high']} 级（本库的对应）"
    return next((one[name] for name in ("meaning", "asks", "judged_by", "value") if one.get(name)), "")
