"""Dated, cited rules over a table of firms. A folder with `policy.yaml` in; verdicts with intervals out."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from matcher.errors import PolicyError
from matcher.policy.conditions import Test
from matcher.policy.facts import YearsRule
from matcher.policy.model import (
    KINDS,
    Compiler,
    Edition,
    FactColumn,
    Rule,
    RuleFault,
    Ruleset,
    dated,
    need,
    number,
    read_yaml,
)

_TOP = (
    "policy", "title", "title_en", "about", "sources", "columns", "years", "editions", "readings", "parameters",
    "rules", "decision", "checks", "opposites",
)  # fmt: skip
_AMOUNT = ("parts", "capped", "fixed", "at_most")
_RULE = (
    "id", "kind", "title", "title_en", "test", "max", "of", "bands", "otherwise", "no_rate", "unaddressed",
    "too_short", "judged", "given", "best_of", "sum", *_AMOUNT, "source", "seen_on", "verified", "from",
    "until", "editions", "when", "note",
)  # fmt: skip
_ITEM = ("of", "bands", "otherwise", "no_rate", "unaddressed", "too_short", "judged", "given", "best_of", "sum")
_COLUMN = ("kind", "title", "headers", "basis", "lowest", "highest", "choices", "note", "whole")


@dataclass(frozen=True)
class Check:
    """Figures that cannot be together (`impossible`) or seldom are (`unusual`): told, never changed."""

    test: Test
    level: str
    says: str
    column: str


@dataclass(frozen=True)
class Reading:
    """A point on which a source is silent or contradicts itself: the accepted readings, and the one taken unless
    asked.
    """

    title: str
    default: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Policy:
    """One policy in all its editions. `load` reads it; `matcher.policy.scoring.score` runs it.

    `columns`: the facts that it reads, by name. `readings`: what was chosen on points the sources leave open.
    `parameters`: numbers that a user sets (a pool's own limits).
    """

    id: str
    title: str
    title_en: str
    about: str
    folder: str
    sources: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, FactColumn]
    editions: tuple[Edition, ...]
    open_points: Mapping[str, Reading]
    readings: Mapping[str, str]
    parameters: Mapping[str, Any]
    years: YearsRule | None
    opposites: tuple[tuple[str, str], ...]
    tree: Any = field(repr=False, compare=False)
    raw_rules: tuple[Mapping[str, Any], ...] = field(repr=False)
    raw_decision: Any = field(repr=False)
    raw_checks: tuple[Mapping[str, Any], ...] = field(repr=False)
    breaks: tuple[dt.date, ...] = field(repr=False)
    _cache: dict[Any, Ruleset] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        readings: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Policy:
        """Read `policy.yaml` of a folder, every rule of every edition with it.

        `readings`: choices on open points, by name. `parameters`: numbers for the parameters that the policy declares;
        percentages as text such as "6%". Raises PolicyError, which names file and rule, at the first fault.
        """
        path = Path(folder) / "policy.yaml"
        return cls.from_tree(read_yaml(path), str(path), readings=readings, parameters=parameters)

    @classmethod
    def from_tree(
        cls,
        tree: Any,
        where: str,
        *,
        readings: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Policy:
        """The same from the tree of an already parsed file; `where` names it in errors."""
        try:
            policy = _build(tree, where, dict(readings or {}), dict(parameters or {}))
            for edition in policy.editions:
                for day in policy.days_of(edition):
                    policy.ruleset(edition, day)
        except RuleFault as fault:
            raise PolicyError(f"{where}: {fault}") from None
        return policy

    def days_of(self, edition: Edition) -> list[dt.date]:
        """Days within an edition on which something starts."""
        days = [edition.since, *(day for day in self.breaks if day > edition.since)]
        return [day for day in days if edition.until is None or day <= edition.until]

    def edition_on(self, day: dt.date, purpose: float | None = None) -> Edition | None:
        """The edition that answers on a day; `purpose` is the number of the row's choice where an edition asks for
        one.
        """
        for edition in self.editions:
            if edition.also is not None and purpose == edition.also[1] and edition.also[2] <= day <= edition.also[3]:
                return edition
        for edition in self.editions:
            if edition.since <= day and (edition.until is None or day <= edition.until):
                return edition
        return None

    @property
    def purpose_column(self) -> str | None:
        """The choice by which rows are answered apart, if any."""
        for edition in self.editions:
            if edition.also is not None:
                return edition.also[0]
        for raw in self.raw_rules:
            if "when" in raw:
                return str(next(iter(raw["when"])))
        return None

    def ruleset(self, edition: Edition, day: dt.date, purpose: float | None = None) -> Ruleset:
        """The rules of an edition on a day; those that do not apply to `purpose` are left out."""
        start = self.breaks[max(bisect.bisect_right(self.breaks, day) - 1, 0)]
        key = (edition.id, start, purpose)
        if key not in self._cache:
            self._cache[key] = _compile(self, edition, max(start, min(edition.since, day)), purpose)
        return self._cache[key]

    def checks(self) -> list[Check]:
        """The checks of figures against each other."""
        compiler = Compiler(
            self.columns, on=self.editions[-1].since, readings=self.readings, parameters=self.parameters
        )
        out = []
        for raw in self.raw_checks:
            where = f"check {raw.get('says', '')!r}"
            node = need(raw, where, ("test", "level", "says", "column"), ("test", "level", "says", "column"))
            out.append(Check(compiler.test(node["test"], where), node["level"], node["says"], node["column"]))
        return out

    def remade(self, readings: Mapping[str, str], parameters: Mapping[str, Any]) -> Policy:
        """The same policy under other readings of its open points and other parameters; raises PolicyError."""
        chosen, numbers = {**self.readings, **readings}, {**self.parameters, **parameters}
        return Policy.from_tree(self.tree, self.folder, readings=chosen, parameters=numbers)


def _offer(open_points: Mapping[str, Reading]) -> str:
    return (
        "; ".join(f"{name}: {', '.join(reading.choices)}" for name, reading in open_points.items()) or "there are none"
    )


def _column(name: str, node: Any) -> FactColumn:
    where = f"column {name}"
    need(node, where, _COLUMN, ("kind", "title"))
    kind = node["kind"]
    if name in ("decision", "edition", "total") or "." in name:
        raise RuleFault(f"{where}: the name is taken by what cases expect")
    if kind not in KINDS:
        raise RuleFault(f"{where}: unknown kind {kind!r}; known: {', '.join(KINDS)}")
    if (kind == "choice") != ("choices" in node):
        raise RuleFault(f"{where}: `choices` belong to the kind choice")
    lowest, highest = 0.0, 1.0 if kind == "share" else float("inf")
    if "lowest" in node:
        lowest = float("-inf") if node["lowest"] == "none" else float(number(node["lowest"], where))
    if "highest" in node:
        highest = float(number(node["highest"], where))
    words = {key: tuple(value) for key, value in node.get("choices", {}).items()}
    headers = tuple(node.get("headers", ()))
    title, basis, note = str(node["title"]), str(node.get("basis", "")), str(node.get("note", ""))
    return FactColumn(name, kind, title, headers, basis, lowest, highest, words, note, bool(node.get("whole", False)))


def _edition(id_: str, node: Any, columns: Mapping[str, FactColumn], sources: Mapping[str, Any]) -> Edition:
    where = f"edition {id_}"
    need(node, where, ("from", "until", "title", "source", "verified", "note", "also"), ("from", "title", "source"))
    for key in ("from", "until"):
        if key in node and not isinstance(node[key], dt.date):
            raise RuleFault(f"{where}: {key!r} is a day such as 2026-04-01")
    also = None
    if "also" in node:
        extra = need(
            node["also"], f"{where}: also", ("choice", "is", "from", "until"), ("choice", "is", "from", "until")
        )
        words = columns[extra["choice"]].choices
        also = (extra["choice"], float(list(words).index(extra["is"])), extra["from"], extra["until"])
    source = _cite(node["source"], sources, where)
    verified = bool(node.get("verified", True))
    return Edition(id_, node["from"], node.get("until"), node["title"], source, verified, node.get("note", ""), also)


def _cite(text: Any, sources: Mapping[str, Any], where: str) -> str:
    """`T32 第十一条` becomes title, number and article; the key must be declared."""
    key, _, article = str(text).partition(" ")
    if key not in sources:
        raise RuleFault(f"{where}: source {key!r} is not declared under `sources`")
    entry = sources[key]
    return " ".join(part for part in (f"《{entry['title']}》", entry.get("number", ""), article) if part)


def _build(tree: Any, where: str, readings: dict[str, str], parameters: dict[str, Any]) -> Policy:
    need(tree, "file", _TOP, ("policy", "title", "title_en", "sources", "columns", "editions", "rules"))
    for key, entry in tree["sources"].items():
        need(entry, f"source {key}", ("title", "number", "seen", "address"), ("title", "seen"))
    columns = {name: _column(name, node) for name, node in tree["columns"].items()}
    editions = tuple(_edition(str(k), node, columns, tree["sources"]) for k, node in tree["editions"].items())
    ordered = sorted(editions, key=lambda edition: edition.since)
    for before, after in itertools.pairwise(ordered):
        if before.until is None or before.until >= after.since:
            raise RuleFault(f"edition {after.id}: overlaps edition {before.id}")
    open_points = {}
    for name, node in tree.get("readings", {}).items():
        need(node, f"reading {name}", ("title", "default", "choices"), ("title", "default", "choices"))
        if node["default"] not in node["choices"]:
            raise RuleFault(f"reading {name}: the default is none of its choices")
        open_points[name] = Reading(node["title"], node["default"], node["choices"])
    chosen = {name: reading.default for name, reading in open_points.items()}
    for name, choice in readings.items():
        if name not in open_points or choice not in open_points[name].choices:
            raise RuleFault(f"no reading {name}={choice}; {_offer(open_points)}")
        chosen[name] = choice
    numbers = {}
    for name, node in tree.get("parameters", {}).items():
        need(node, f"parameter {name}", ("title", "value", "note"), ("title", "value"))
        numbers[name] = node["value"]
    for name, value in parameters.items():
        if name not in numbers:
            raise RuleFault(f"no parameter {name}; there are: {', '.join(numbers) or 'none'}")
        numbers[name] = value
    years = None
    if "years" in tree:
        node = need(tree["years"], "years", ("column", "from", "series"), ("column", "from", "series"))
        cut = {f"{series}_y{year}": 4 - year for series in node["series"] for year in (1, 2, 3)}
        unknown = [name for name in (node["column"], node["from"], *cut) if name not in columns]
        if unknown:
            raise RuleFault(f"years: column {unknown[0]!r} is not declared")
        years = YearsRule(node["column"], node["from"], cut)
    breaks = set(dated(tree["rules"]))
    for edition in editions:
        breaks.add(edition.since)
        if edition.until is not None:
            breaks.add(edition.until + dt.timedelta(days=1))
        if edition.also is not None:
            breaks |= {edition.also[2], edition.also[3] + dt.timedelta(days=1)}
    for raw in tree["rules"]:
        if isinstance(raw, dict):
            breaks |= {raw[key] for key in ("from",) if key in raw}
            breaks |= {raw["until"] + dt.timedelta(days=1)} if "until" in raw else set()
    return Policy(
        str(tree["policy"]),
        tree["title"],
        tree["title_en"],
        tree.get("about", ""),
        where,
        tree["sources"],
        columns,
        tuple(ordered),
        open_points,
        chosen,
        numbers,
        years,
        _opposites(tree.get("opposites", ()), columns),
        tree,
        tuple(tree["rules"]),
        tree.get("decision"),
        tuple(tree.get("checks", ())),
        tuple(sorted(breaks)),
    )


def _opposites(pairs: Any, columns: Mapping[str, FactColumn]) -> tuple[tuple[str, str], ...]:
    """Pairs of yes/no columns of which one is the contrary of the other."""
    for pair in pairs:
        if len(pair) != 2 or any(name not in columns or columns[name].kind != "yesno" for name in pair):
            raise RuleFault(f"opposites: {pair!r} is no pair of yes/no columns")
    return tuple((first, second) for first, second in pairs)


def _compile(policy: Policy, edition: Edition, day: dt.date, purpose: float | None) -> Ruleset:
    rules: list[Rule] = []
    seen: set[tuple[str, str]] = set()
    for place, raw in enumerate(policy.raw_rules, 1):
        name = raw.get("id", f"number {place}") if isinstance(raw, dict) else f"number {place}"
        where = f"rule {name}"
        need(raw, where, _RULE, ("id", "kind", "title", "title_en", "source"))
        if "verified" not in raw or not isinstance(raw["verified"], bool):
            raise RuleFault(f"{where}: `verified` is true or false")
        if "editions" in raw and edition.id not in [str(part) for part in raw["editions"]]:
            continue
        if not raw.get("from", day) <= day <= raw.get("until", day):
            continue
        compiler = Compiler(policy.columns, on=day, readings=policy.readings, parameters=policy.parameters)
        only_when = None
        if "when" in raw:
            ((column, value),) = raw["when"].items()
            only_when = (column, compiler.choice(column, value, where))
            if purpose is not None and purpose != only_when[1]:
                continue
        if (raw["kind"], raw["id"]) in seen:
            raise RuleFault(f"{where}: a {raw['kind']} rule of this id is there already in edition {edition.id}")
        seen.add((raw["kind"], raw["id"]))
        rule = _rule(raw, where, compiler, policy, edition)
        rules.append(replace(rule, only_when=only_when))
    conditions = [rule.id for rule in rules if rule.kind == "condition"]
    known = {str(raw["id"]) for raw in policy.raw_rules if raw["kind"] == "condition"}
    decision = policy.raw_decision
    if isinstance(decision, dict) and "editions" in decision:
        decision = decision["editions"][edition.id]
    decision = _decision(decision, conditions, known) if conditions else None
    points = [rule.id for rule in rules if rule.kind == "points"]
    for rule in rules:
        used = _points_used(rule)
        missing = [name for name in used if name not in points]
        if missing:
            raise RuleFault(f"rule {rule.id}: there is no points item {missing[0]!r} in edition {edition.id}")
    return Ruleset(edition, tuple(rules), decision)


def _points_used(rule: Rule) -> list[str]:
    from matcher.policy.conditions import ScoreTest
    from matcher.policy.points import BestOf, SumOf

    if isinstance(rule.test, ScoreTest):
        return list(rule.test.items)
    if isinstance(rule.item, BestOf):
        return list(rule.item.items)
    if isinstance(rule.item, SumOf):
        return [name for names, _ in rule.item.groups for name in names]
    return []


def _decision(node: Any, present: Sequence[str], known: set[str]) -> Any:
    """`{all: [...]}` / `{any: [...]}` over ids, with the rules that do not apply left out; nothing given: all
    conditions.
    """
    if node is None:
        return {"all": list(present)}
    if isinstance(node, str):
        if node not in known:
            raise RuleFault(f"decision: there is no condition {node!r}")
        return node if node in present else None
    if not isinstance(node, dict) or len(node) != 1 or next(iter(node)) not in ("all", "any"):
        raise RuleFault("decision: expected `all` or `any` over conditions")
    ((word, parts),) = node.items()
    inner = [part for part in (_decision(part, present, known) for part in parts) if part is not None]
    return {word: inner}


def _rule(raw: Mapping[str, Any], where: str, compiler: Compiler, policy: Policy, edition: Edition) -> Rule:
    kind = raw["kind"]
    body = {key: compiler.resolve(value, where) for key, value in raw.items() if key not in ("source", "note")}
    test = item = amount = most = None
    if kind == "condition":
        if "test" not in body or any(key in body for key in (*_ITEM, "max", *_AMOUNT)):
            raise RuleFault(f"{where}: a condition has a `test` and nothing that gives points")
        test = compiler.test(body["test"], where)
    elif kind == "points":
        if "max" not in body or any(key in body for key in ("test", *_AMOUNT)):
            raise RuleFault(f"{where}: points have a `max` and no `test`")
        most = float(number(body["max"], where))
        item = compiler.item(body, where, most)
    elif kind == "amount":
        amount = compiler.amount({key: body[key] for key in _AMOUNT if key in body}, where)
    else:
        raise RuleFault(f"{where}: kind is condition, points or amount, not {kind!r}")
    since = max([edition.since, *compiler.starts, *([raw["from"]] if "from" in raw else [])])
    seen_on = raw.get("seen_on")
    if seen_on is not None and not isinstance(seen_on, dt.date):
        raise RuleFault(f"{where}: `seen_on` is a day such as 2026-08-10")
    return Rule(
        raw["id"],
        kind,
        raw["title"],
        raw["title_en"],
        _cite(raw["source"], policy.sources, where),
        since,
        seen_on,
        raw["verified"],
        most,
        test,
        item,
        amount,
        None,
        str(raw.get("note", "")),
    )


def shipped() -> dict[str, Path]:
    """Folders of the policies inside the package, by id, in alphabetical order."""
    root = Path(str(resources.files("matcher.policy") / "policies"))
    return {path.name: path for path in sorted(root.iterdir()) if (path / "policy.yaml").is_file()}


@lru_cache(maxsize=64)
def _load_shipped(name: str) -> Policy:
    return Policy.load(shipped()[name])


def load_policy(
    name: str | Path,
    *,
    readings: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Policy:
    """A shipped policy by its id (`hte`), or one from a folder. Raises PolicyError when there is none."""
    folders = shipped()
    if str(name) in folders:
        if not readings and not parameters:
            return _load_shipped(str(name))
        return Policy.load(folders[str(name)], readings=readings, parameters=parameters)
    if (Path(name) / "policy.yaml").is_file():
        return Policy.load(name, readings=readings, parameters=parameters)
    raise PolicyError(f"没有名为 {name} 的政策；可用：{'、'.join(folders)}；也可以给出含 policy.yaml 的文件夹")
