"""Ways of cooperation as data: which ways an offer leaves open, and how each changes the facts that a policy reads.

Knows nothing of scores; `matcher.partners.proposals` runs the policy on the changed facts.
"""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from matcher.errors import PolicyError
from matcher.policy.language.loader import named_faults, read_yaml
from matcher.tables.cells.texts import cut_labels

_TOP = {"sources", "ways", "anything", "rights", "early", "fields", "obtained", "moves"}
_MOVE = {
    "ways", "when", "add", "add_amount", "set", "obtained", "evidence", "lead_days", "says", "source", "verified"
}  # fmt: skip
_WHEN = {"right", "unused", "mature", "amount", "domestic", "field"}
_OBTAINED = ("own", "acquired", "open")


@dataclass(frozen=True)
class Offer:
    """What is known of a pair. `right`: class1, class2 or "" (none yet). None is unknown."""

    right: str
    used: bool | None
    mature: bool | None
    field: bool
    domestic: bool
    amount: float | None

    def meets(self, when: Mapping[str, Any]) -> bool:
        """Whether a move applies. A right not known to be used is taken as unused, an unknown maturity as mature."""
        known = {
            "right": self.right,
            "unused": self.used is not True,
            "mature": self.mature is not False,
            "amount": self.amount is not None,
            "domestic": self.domestic,
            "field": self.field,
        }
        return all(known[name] == value for name, value in when.items())


@dataclass(frozen=True)
class Move:
    """How some ways of cooperation change facts.

    `add`: units added to a column; `add_amount`: share of the contract's amount added to a column; `set`: new values;
    `obtained`: how the right was obtained; `evidence`: items judged by experts for which it is evidence.
    """

    ways: tuple[str, ...]
    when: Mapping[str, Any]
    add: Mapping[str, float]
    add_amount: Mapping[str, float]
    set: Mapping[str, float]
    obtained: str
    evidence: tuple[str, ...]
    lead_days: int
    says: str
    source: str
    verified: bool

    @property
    def columns(self) -> builtins.set[str]:
        """The facts that it changes, without those on how a right was obtained."""
        return {*self.add, *self.add_amount, *self.set}


@dataclass(frozen=True)
class Way:
    """One way of cooperation. `persons`: it is open to an expert too."""

    id: str
    title: str
    labels: tuple[str, ...]
    persons: bool


@dataclass(frozen=True)
class Cooperation:
    """The file of ways and moves, read. `obtained`: for a policy, its columns own, acquired and rights."""

    ways: Mapping[str, Way]
    anything: tuple[str, ...]
    rights: Mapping[str, tuple[str, ...]]
    early: tuple[str, ...]
    fields: tuple[str, ...]
    obtained: Mapping[str, Mapping[str, Any]]
    moves: Mapping[str, tuple[Move, ...]]

    @classmethod
    def load(cls, path: str | Path | None = None) -> Cooperation:
        """The shipped file, or one of your own of the same form. Raises PolicyError with the fault."""
        return _shipped() if path is None else _read(Path(path))

    def open_ways(self, offered: str, *, person: bool) -> list[Way]:
        """The ways that a 合作方式 cell leaves open; an empty cell, or one such as 面议, leaves all."""
        ways = [way for way in self.ways.values() if way.persons or not person]
        known = [label for way in self.ways.values() for label in way.labels]
        labels = set(cut_labels(offered, [*known, *self.anything])) if offered else set()
        if not labels or labels & set(self.anything):
            return ways
        return [way for way in ways if labels & set(way.labels)]

    def right(self, ip_type: str) -> str:
        """The best class of right that a 知识产权类型 cell names; one still applied for is none."""
        parts = [part for part in re.split(r"[,，、;；/\s]+", ip_type) if part]
        granted = [part for part in parts if not any(word in part for word in self.rights["pending"])]
        for name in ("class1", "class2"):
            if any(word in part for part in granted for word in self.rights[name]):
                return name
        return ""

    def mature(self, maturity: str) -> bool | None:
        """Whether a sample or prototype exists; None where the cell is empty."""
        return None if not maturity else not any(word in maturity for word in self.early)

    def in_field(self, field: str) -> bool:
        """Whether a 技术领域 cell begins with one of the eight fields of the catalogue."""
        return any(field.startswith(name) for name in self.fields)

    def moves_of(self, policy: str, way: str, offer: Offer) -> list[Move]:
        """The moves of a way under a policy that apply to an offer, in the order of the file."""
        return [move for move in self.moves[policy] if way in move.ways and offer.meets(move.when)]

    def apply(
        self, policy: str, moves: Sequence[Move], amount: float | None, facts: Mapping[str, float]
    ) -> dict[str, float]:
        """The facts that change, with their new values. `facts`: value a column, NaN unknown; unknown stays unknown.

        A first right decides how the rights were obtained: `acquired` says "only acquired" where there was none
        before; `own` says own R&D; `open` leaves it unknown where own R&D is not known of already.
        """
        moved: dict[str, float] = {}

        def value(name: str) -> float:
            return moved.get(name, facts.get(name, math.nan))

        for move in moves:
            columns = self.obtained.get(policy) if move.obtained else None
            if columns:
                developed, bought = columns["own"], columns["acquired"]
                if move.obtained == "own":
                    moved |= {developed: 1.0, bought: 0.0}
                elif move.obtained == "open" and value(developed) != 1:
                    moved |= {developed: math.nan, bought: math.nan}
                elif move.obtained == "acquired" and sum(value(name) for name in columns["rights"]) == 0:
                    moved |= {developed: 0.0, bought: 1.0}
            for name, units in move.add.items():
                moved[name] = value(name) + units
            for name, share in move.add_amount.items():
                moved[name] = float(round(value(name) + share * amount)) if amount and value(name) >= 0 else value(name)
            moved |= move.set
        return {name: new for name, new in moved.items() if not same(new, facts.get(name, math.nan))}


def same(one: float, two: float) -> bool:
    """Whether two facts are equal; unknown equals unknown."""
    return one == two or (math.isnan(one) and math.isnan(two))


@lru_cache(maxsize=1)
def _shipped() -> Cooperation:
    return _read(Path(str(resources.files("matcher.partners") / "cooperation.yaml")))


def _read(path: Path) -> Cooperation:
    tree = read_yaml(path)
    with named_faults(str(path)):
        return _cooperation(path, tree)


def _cooperation(path: Path, tree: Any) -> Cooperation:
    _keys(path, "file", tree, _TOP, _TOP)
    ways = {}
    for name, node in tree["ways"].items():
        _keys(path, f"way {name}", node, {"title", "labels", "persons"}, {"title", "labels"})
        ways[name] = Way(name, node["title"], tuple(node["labels"]), bool(node.get("persons", False)))
    moves = {
        policy: tuple(
            _move(path, f"{policy}, move {n}", node, ways, tree["sources"]) for n, node in enumerate(nodes, 1)
        )
        for policy, nodes in tree["moves"].items()
    }
    rights = {name: tuple(words) for name, words in tree["rights"].items()}
    texts = (tuple(tree["anything"]), rights, tuple(tree["early"]), tuple(tree["fields"]))
    return Cooperation(ways, *texts, tree["obtained"], moves)


def _move(path: Path, where: str, node: Any, ways: Mapping[str, Way], sources: Mapping[str, str]) -> Move:
    _keys(path, where, node, _MOVE, {"ways", "says", "source", "verified"})
    _keys(path, f"{where}, when", node.get("when", {}), _WHEN, set())
    unknown = [name for name in node["ways"] if name not in ways]
    if unknown:
        raise PolicyError(f"{path}: {where}: there is no way {unknown[0]!r}")
    if node.get("obtained", "own") not in _OBTAINED:
        raise PolicyError(f"{path}: {where}: obtained is one of {', '.join(_OBTAINED)}")
    cited = []
    for part in str(node["source"]).split("；"):
        key, _, article = part.partition(" ")
        if key not in sources:
            raise PolicyError(f"{path}: {where}: source {key!r} is not declared under `sources`")
        cited.append(f"{sources[key]} {article}".strip())
    figures = {
        name: {column: float(value) for column, value in node.get(name, {}).items()}
        for name in ("add", "add_amount", "set")
    }
    return Move(
        tuple(node["ways"]),
        node.get("when", {}),
        figures["add"],
        figures["add_amount"],
        figures["set"],
        node.get("obtained", ""),
        tuple(node.get("evidence", ())),
        int(node.get("lead_days", 0)),
        node["says"],
        "；".join(cited),
        bool(node["verified"]),
    )


def _keys(path: Path, where: str, node: Any, known: set[str], needed: set[str]) -> None:
    if not isinstance(node, dict):
        raise PolicyError(f"{path}: {where}: expected names and values")
    for name in sorted(set(map(str, node)) - known):
        raise PolicyError(f"{path}: {where}: unknown key {name!r}; known: {', '.join(sorted(known))}")
    for name in sorted(needed - set(node)):
        raise PolicyError(f"{path}: {where}: {name!r} is missing")
