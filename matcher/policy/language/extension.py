"""A policy that extends another: a province's additions to a national policy, or the next edition that somebody drafts.

Trees in, one tree out: the base is read once, and nothing of it is written again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from matcher.policy.language.loader import RuleFault, need

_JOINED = ("sources", "columns", "readings", "parameters", "implied", "tests")  # mappings by name
_LISTED = ("checks", "opposites")


def extended(tree: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The tree of a policy that `extends` a base, with the rules of the base in it.

    Every edition of the extension has the rules of one edition of the base (`extends`; where the base has one only it
    may be left out), but for those that `without` names or that a rule of the same kind and id replaces. An inherited
    rule keeps the day since which it holds. Under the id of the base the extension is its next edition, and the
    editions of the base stay, the last until the day before; under another id it is a policy of its own.

    Raises RuleFault.
    """
    parents = _parents(tree, base)
    draft = str(tree.get("policy")) == str(base["policy"])
    merged = {key: value for key, value in tree.items() if key not in ("extends", "without")}
    for section in _JOINED:
        if joined := _joined(section, base.get(section, {}), tree.get(section, {})):
            merged[section] = joined
    for section in _LISTED:
        merged[section] = [*base.get(section, ()), *tree.get(section, ())]
    if "years" in base:
        if "years" in tree and tree["years"] != base["years"]:
            raise RuleFault("years: the base counts the accounting years already")
        merged["years"] = base["years"]
    own = {id_: {key: value for key, value in node.items() if key != "extends"} for id_, node in _editions(tree)}
    merged["editions"] = {**(_cut(base["editions"], own) if draft else {}), **own}
    merged["rules"] = _rules(tree, base, parents, draft)
    decision = _decision(tree, base, parents, draft)
    if decision is not None:
        merged["decision"] = decision
    return merged


def _editions(tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for id_, node in need(tree.get("editions"), "editions", list(tree.get("editions") or {})).items():
        yield str(id_), node


def _parents(tree: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, str]:
    """Each edition of the extension, to the edition of the base whose rules it has."""
    known = [str(id_) for id_ in base["editions"]]
    parents = {}
    for id_, node in _editions(tree):
        if not isinstance(node, dict) or not isinstance(node.get("from"), dt.date):
            raise RuleFault(f"edition {id_}: 'from' is a day such as 2026-04-01")
        named = str(node.get("extends", known[0] if len(known) == 1 else ""))
        if named not in known:
            raise RuleFault(f"edition {id_}: `extends` names an edition of the base: {', '.join(known)}")
        parents[id_] = named
    return parents


def _joined(section: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    for name in second:
        if name in first and first[name] != second[name]:
            raise RuleFault(f"{section}: {name!r} is in the base already, and says something else there")
    return {**first, **second}


def _cut(editions: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The editions of the base, those in force when the first of the extension begins until the day before."""
    begins = min(node["from"] for node in own.values())
    eve = begins - dt.timedelta(days=1)
    return {
        str(id_): {**node, "until": eve} if node["from"] <= eve and node.get("until", begins) >= begins else node
        for id_, node in editions.items()
    }


def _rules(
    tree: Mapping[str, Any], base: Mapping[str, Any], parents: Mapping[str, str], draft: bool
) -> list[dict[str, Any]]:
    own: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for raw in tree.get("rules", ()):
        if not isinstance(raw, dict):
            raise RuleFault(f"rules: expected a mapping, found {raw!r}")
        editions = [str(id_) for id_ in raw.get("editions", parents)]
        own.setdefault((str(raw.get("kind")), str(raw.get("id"))), []).append({**raw, "editions": editions})
    gone = {str(id_) for id_ in tree.get("without", ())}
    if unknown := gone - {str(raw["id"]) for raw in base["rules"]}:
        raise RuleFault(f"without: the base has no rule {min(unknown)!r}")
    replaced = {key: {id_ for rule in group for id_ in rule["editions"]} for key, group in own.items()}
    rules: list[dict[str, Any]] = []
    for raw in base["rules"]:
        key = (raw["kind"], raw["id"])
        of = [str(id_) for id_ in raw.get("editions", base["editions"])]
        if draft:
            rules.append({**raw, "editions": of})
        for parent in of if raw["id"] not in gone else ():
            heirs = [child for child, its in parents.items() if its == parent and child not in replaced.get(key, ())]
            if heirs:
                since = raw.get("in_force_since", base["editions"][_key(base["editions"], parent)]["from"])
                rules.append({**raw, "editions": heirs, "in_force_since": since})
        rules += own.pop(key, [])
    first = next((place for place, rule in enumerate(rules) if rule["kind"] == "points"), len(rules))
    new = [rule for group in own.values() for rule in group]
    points = [rule for rule in new if rule.get("kind") == "points"]
    return [*rules[:first], *points, *rules[first:], *(rule for rule in new if rule.get("kind") != "points")]


def _key(editions: Mapping[Any, Any], id_: str) -> Any:
    return next(key for key in editions if str(key) == id_)


def _decision(tree: Mapping[str, Any], base: Mapping[str, Any], parents: Mapping[str, str], draft: bool) -> Any:
    """How the conditions join: as the extension says, else as in the base with every new condition beside."""
    theirs, ours = base.get("decision"), tree.get("decision")
    if theirs is None and ours is None:
        return None
    conditions = [str(raw["id"]) for raw in base["rules"] if raw["kind"] == "condition"]
    new = [str(raw["id"]) for raw in tree.get("rules", ()) if raw.get("kind") == "condition"]
    new = [id_ for id_ in dict.fromkeys(new) if id_ not in conditions]

    def of(parent: str) -> Any:
        if theirs is None:
            return {"all": conditions}
        return theirs["editions"][parent] if "editions" in theirs else theirs

    said = {child: ours["editions"][child] if ours is not None and "editions" in ours else ours for child in parents}
    kept = {str(id_): of(str(id_)) for id_ in base["editions"]} if draft else {}
    added = {child: {"all": [of(its), *new]} if said[child] is None else said[child] for child, its in parents.items()}
    return {"editions": {**kept, **added}}
