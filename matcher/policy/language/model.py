"""What a policy consists of, as frozen values: columns, editions, rules, open points. Reads no file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matcher.policy.language.conditions import Test
from matcher.policy.language.points import Amount, Item

KINDS = ("yesno", "count", "number", "yuan", "share", "date", "choice")


@dataclass(frozen=True)
class FactColumn:
    """A fact that a policy reads: its name, kind, Chinese title and headers, range, choices and definition.

    Two policies that give a column different `basis` texts mean different figures by it. `region`: a yes/no of where a
    firm is, which an empty cell takes from the table's `region`: the division code of the place, then those left out;
    `unplaced`: a firm of which nothing says where it is counts as inside, as a provincial policy is asked of its own.
    """

    name: str
    kind: str
    title: str
    headers: tuple[str, ...] = ()
    basis: str = ""
    lowest: float = 0.0
    highest: float = float("inf")
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""
    whole: bool = False
    region: tuple[str, ...] = ()
    unplaced: bool = False

    @property
    def step(self) -> float:
        """Smallest positive value."""
        return 1.0 if self.kind in ("yuan", "count") else 1e-9


FORMS = {"full": "全文", "copy": "转载原文", "digest": "摘要", "memory": "凭记忆", "": "未注明"}


@dataclass(frozen=True)
class Evidence:
    """What was read of a rule: its words, the address they stood at, and in what form that was.

    `form` is one of FORMS: the full text, a copy of these words, somebody's digest, or memory; "" where the file does
    not say.
    """

    form: str = ""
    address: str = ""
    text: str = ""

    @property
    def quoted(self) -> bool:
        """The words that were read stand here, with their address."""
        return bool(self.text)


@dataclass(frozen=True)
class Rule:
    """One rule of one edition, with its source, what was read of it, and the day it was last seen to hold."""

    id: str
    kind: str
    title: str
    title_en: str
    source: str
    in_force_since: dt.date
    seen_on: dt.date | None
    verified: bool
    most: float | None = None
    test: Test | None = None
    item: Item | None = None
    amount: Amount | None = None
    only_when: tuple[str, float] | None = None
    note: str = ""
    evidence: Evidence = Evidence()

    @property
    def seen_as(self) -> str:
        """In what form it was read, in Chinese."""
        return FORMS[self.evidence.form]


@dataclass(frozen=True)
class Edition:
    """A text of the rules and the days on which it answers."""

    id: str
    since: dt.date
    until: dt.date | None
    title: str
    source: str
    verified: bool
    note: str = ""
    also: tuple[str, float, dt.date, dt.date] | None = None


@dataclass(frozen=True)
class Ruleset:
    """The rules of one edition on one day, in the order of the file, and how the conditions join."""

    edition: Edition
    rules: tuple[Rule, ...]
    decision: Any

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """Rules of a kind."""
        return tuple(rule for rule in self.rules if rule.kind == kind)


@dataclass(frozen=True)
class YearsRule:
    """Which column counts the accounting years that exist, from which date they follow, and what they cut."""

    column: str
    since: str
    cut: Mapping[str, int]


@dataclass(frozen=True)
class Check:
    """Figures that cannot be together (`impossible`) or seldom are (`unusual`), or that call for a person (`manual`):
    reported for rows of the days `since` to `until` (None: of any day), never changed. Without a test, for all of them.
    """

    test: Test | None
    level: str
    message: str
    column: str
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class OpenPoint:
    """A point on which a source is silent or contradicts itself: the accepted readings, and the one taken unless
    asked.
    """

    title: str
    default: str
    choices: Mapping[str, str]
