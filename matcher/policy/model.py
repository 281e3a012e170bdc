"""A policy's folder to rules: a strict reader of `policy.yaml`. Every fault names the file and the rule; no code in
data.

The language is described in `docs/rules.md`. YAML is read without its surprises: `on`, `yes` and `no` stay words,
decimals and percentages are exact, a key given twice or not known is an error.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from matcher.errors import PolicyError
from matcher.policy.conditions import Bracket, ByBracket, Compare, Is, Joined, Not, ScoreTest, Test, Unsettled
from matcher.policy.intervals import COMPARISONS, RISING
from matcher.policy.measures import Compound, DaysSince, MeanGrowth, Measure, Ratio, Total
from matcher.policy.points import Amount, Band, Bands, BestOf, Given, Item, Judged, SumOf, Weighted
from matcher.tables.yaml import unique_mapping

KINDS = ("yesno", "count", "number", "yuan", "share", "date", "choice")
_PERCENT = re.compile(r"^-?\d+(\.\d+)?\s*%$")


_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]
    """SafeLoader that keeps words as words, decimals exact and refuses a key given twice."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _letter in "tTfF":
    _Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), [_letter])


def _exact(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:map", unique_mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _exact)


def read_yaml(path: Path) -> Any:
    """A YAML file as plain values; raises PolicyError with the place of the fault."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: {error}") from error


def parse_yaml(text: str, where: str) -> Any:
    """The same from the text of a file; `where` names it in errors."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader underneath
    except yaml.YAMLError as error:
        raise PolicyError(f"{where}: {error}") from error


@dataclass(frozen=True)
class FactColumn:
    """A fact that a policy reads: its name, kind, Chinese title and headers, range, choices and definition.

    Two policies that give a column different `basis` texts mean different figures by it.
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

    @property
    def step(self) -> float:
        """Smallest positive value."""
        return 1.0 if self.kind in ("yuan", "count") else 1e-9


@dataclass(frozen=True)
class Rule:
    """One rule of one edition, with its source and the day it was last seen to hold."""

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


class RuleFault(Exception):  # noqa: N818
    """A fault inside one rule, to be told with file and rule."""


def need(node: Any, where: str, allowed: Sequence[str], required: Sequence[str] = ()) -> dict[str, Any]:
    """The node as a mapping with no other keys than `allowed` and all of `required`; RuleFault otherwise."""
    if not isinstance(node, dict):
        raise RuleFault(f"{where}: expected a mapping, found {node!r}")
    unknown = [key for key in node if key not in allowed]
    if unknown:
        raise RuleFault(f"{where}: unknown key {unknown[0]!r}; known here: {', '.join(allowed)}")
    missing = [key for key in required if node.get(key) in (None, "")]
    if missing:
        raise RuleFault(f"{where}: {missing[0]!r} is missing")
    return node


def number(node: Any, where: str) -> Fraction:
    """An exact number: whole, decimal, or a percentage such as `5%`."""
    if isinstance(node, bool) or not isinstance(node, (int, Decimal, str)):
        raise RuleFault(f"{where}: expected a number, found {node!r}")
    if isinstance(node, str):
        if not _PERCENT.match(node):
            raise RuleFault(f"{where}: expected a number or a percentage, found {node!r}")
        return Fraction(node.rstrip("% ")) / 100
    return Fraction(node)


def _range(node: Any, where: str) -> tuple[float, float]:
    ends = node if isinstance(node, list) else [node, node]
    if len(ends) != 2:
        raise RuleFault(f"{where}: points are one number or [low, high], found {node!r}")
    low, high = (float(number(end, where)) for end in ends)
    if low > high:
        raise RuleFault(f"{where}: points run from low to high, found {node!r}")
    return low, high


def _names(node: Any) -> tuple[str, ...]:
    return tuple(node) if isinstance(node, list) else (node,)


class Compiler:
    """Turns the nodes of one policy file into measures, tests and items for one day and one choice of readings."""

    def __init__(
        self,
        columns: Mapping[str, FactColumn],
        *,
        on: dt.date,
        readings: Mapping[str, str],
        parameters: Mapping[str, Any],
    ) -> None:
        self.columns = columns
        self.on = on
        self.readings = readings
        self.parameters = parameters
        self.starts: list[dt.date] = []

    def resolve(self, node: Any, where: str) -> Any:
        """Replace `choose`, `parameter` and `since` by what holds here."""
        if isinstance(node, list):
            return [self.resolve(part, where) for part in node]
        if not isinstance(node, dict):
            return node
        if "choose" in node:
            chosen = self.readings.get(node["choose"])
            if chosen is None or chosen not in node:
                raise RuleFault(f"{where}: reading {node['choose']!r} is not declared or has no branch {chosen!r}")
            return self.resolve(node[chosen], where)
        if "parameter" in node:
            if node["parameter"] not in self.parameters or len(node) != 1:
                raise RuleFault(f"{where}: parameter {node['parameter']!r} is not declared")
            return self.parameters[node["parameter"]]
        if "since" in node:
            days = node["since"]
            if len(node) != 1 or not isinstance(days, dict) or not all(isinstance(day, dt.date) for day in days):
                raise RuleFault(f"{where}: `since` maps days to limits")
            past = [day for day in days if day <= self.on]
            if not past:
                raise RuleFault(f"{where}: no limit is in force on {self.on}")
            self.starts.append(max(past))
            return self.resolve(days[max(past)], where)
        return {key: self.resolve(value, where) for key, value in node.items()}

    def column(self, name: Any, where: str, kinds: Sequence[str] = KINDS) -> str:
        """A declared column of one of these kinds."""
        if not isinstance(name, str) or name not in self.columns:
            raise RuleFault(f"{where}: column {name!r} is not declared")
        if self.columns[name].kind not in kinds:
            raise RuleFault(f"{where}: column {name!r} is of kind {self.columns[name].kind}, not {' or '.join(kinds)}")
        return name

    def figures(self, node: Any, where: str) -> tuple[str, ...]:
        """One or several columns of figures."""
        return tuple(self.column(name, where, ("count", "number", "yuan", "share")) for name in _names(node))

    def measure(self, node: Any, where: str) -> Measure:
        """A column, `sum`, `ratio`, `growth`, `mean_growth` or `days_since`."""
        if isinstance(node, str):
            return Total(self.figures(node, where))
        if not isinstance(node, dict) or len(node) != 1:
            raise RuleFault(f"{where}: a measure is a column or one of sum, ratio, growth, mean_growth, days_since")
        ((word, inner),) = node.items()
        if word == "sum":
            return Total(self.figures(inner, where))
        if word == "days_since":
            return DaysSince(self.column(inner, where, ("date",)))
        if word == "ratio":
            parts = need(inner, f"{where}: ratio", ("of", "to"), ("of", "to"))
            top = self.figures(parts["of"], where)
            if isinstance(parts["to"], (int, Decimal)):
                return Ratio(top, (), number(parts["to"], where))
            bottom = self.figures(parts["to"], where)
            if set(top) & set(bottom):
                raise RuleFault(f"{where}: a ratio may not have the same column above and below")
            return Ratio(top, bottom)
        if word == "growth":
            parts = need(inner, f"{where}: growth", ("from", "to", "years"), ("from", "to", "years"))
            first, last = (self.figures(parts[key], where)[0] for key in ("from", "to"))
            return Compound(first, last, int(parts["years"]))
        if word == "mean_growth":
            parts = need(inner, f"{where}: mean_growth", ("of", "base_zero"), ("of", "base_zero"))
            names = self.figures(parts["of"], where)
            if len(names) != 3 or parts["base_zero"] not in ("last_two", "none"):
                raise RuleFault(f"{where}: mean_growth takes three years, and base_zero is last_two or none")
            return MeanGrowth((names[0], names[1], names[2]), parts["base_zero"] == "last_two")
        raise RuleFault(f"{where}: unknown measure {word!r}")

    def choice(self, name: Any, value: Any, where: str) -> float:
        """The number of a choice."""
        column = self.columns[self.column(name, where, ("choice",))]
        if value not in column.choices:
            raise RuleFault(f"{where}: {value!r} is no choice of {name!r}: {', '.join(column.choices)}")
        return float(list(column.choices).index(value))

    def test(self, node: Any, where: str) -> Test:
        """A comparison, `yes`, `no`, `choice`, `all`, `any`, `none`, or brackets."""
        if not isinstance(node, dict):
            raise RuleFault(f"{where}: a test is a mapping, found {node!r}")
        if "all" in node or "any" in node:
            need(node, where, ("all",) if "all" in node else ("any",))
            tests = tuple(self.test(part, where) for part in (node["all"] if "all" in node else node["any"]))
            return Joined(tests, "all" in node)
        if "none" in node:
            need(node, where, ("none",))
            return Joined(tuple(self.test({"no": name}, where) for name in _names(node["none"])), True)
        if "not" in node:
            return Not(self.test(need(node, where, ("not",))["not"], where))
        for word, code in (("yes", 1.0), ("no", 0.0)):
            if word in node:
                need(node, where, (word,))
                return Is(self.column(node[word], where, ("yesno",)), code)
        if "unsettled" in node:
            need(node, where, ("unsettled",))
            return Unsettled()
        if "choice" in node:
            need(node, where, ("choice", "is"), ("is",))
            return Is(node["choice"], self.choice(node["choice"], node["is"], where))
        if "by" in node:
            return self.brackets(need(node, where, ("by", "brackets"), ("brackets",)), where)
        words = [word for word in COMPARISONS if word in node]
        need(node, where, ("of", "points", *COMPARISONS))
        if len(words) != 1 or ("of" in node) == ("points" in node):
            raise RuleFault(f"{where}: a comparison has `of` or `points`, and one of {', '.join(COMPARISONS)}")
        limit = number(node[words[0]], where)
        if "points" in node:
            return ScoreTest(_names(node["points"]), words[0], limit)
        return self.compare(self.measure(node["of"], where), words[0], limit, where)

    def compare(self, measure: Measure, word: str, limit: Fraction, where: str) -> Compare:
        """A comparison whose limit the engine can hold exactly."""
        if isinstance(measure, Ratio) and measure.divisor is None and limit <= 0:
            raise RuleFault(f"{where}: a ratio is compared with a limit above zero")
        if isinstance(measure, (Compound, MeanGrowth)) and limit <= -1:
            raise RuleFault(f"{where}: growth is compared with a limit above -100 %")
        if isinstance(measure, MeanGrowth) and word not in RISING:
            raise RuleFault(f"{where}: growth is compared by at_least or more_than")
        return Compare(measure, word, limit)

    def brackets(self, node: dict[str, Any], where: str) -> ByBracket:
        """Brackets of a whole-number column, ascending, the last one open above."""
        name = self.column(node["by"], where, ("yuan", "count"))
        out: list[Bracket] = []
        last: Fraction | None = None
        for place, part in enumerate(node["brackets"], 1):
            here = f"{where}: bracket {place}"
            need(part, here, ("at_most", "less_than", "test", "fails"))
            if ("test" in part) == ("fails" in part) or ("at_most" in part and "less_than" in part):
                raise RuleFault(f"{here}: give `test` or `fails`, and one upper bound")
            test = self.test(part["test"], here) if "test" in part else None
            bounds = [key for key in ("at_most", "less_than") if key in part]
            if not bounds:
                if place != len(node["brackets"]):
                    raise RuleFault(f"{here}: only the last bracket has no upper bound")
                out.append(Bracket(None, False, test))
                continue
            upto = number(part[bounds[0]], here)
            point = bool(out) and not out[-1].closed and bounds[0] == "at_most"
            if last is not None and (upto < last or (upto == last and not point)):
                raise RuleFault(f"{here}: overlaps the bracket before it")
            last = upto
            out.append(Bracket(float(upto), bounds[0] == "at_most", test))
        if not out or out[-1].upto is not None:
            raise RuleFault(f"{where}: the brackets leave a gap above; the last one has no upper bound")
        return ByBracket(name, tuple(out))

    def item(self, node: dict[str, Any], where: str, most: float) -> Item:
        """Bands, `judged`, `given`, `best_of` or `sum`."""
        if "judged" in node:
            return Judged(self.column(node["judged"], where, ("number",)), most)
        if "given" in node:
            return Given(self.column(node["given"], where, ("number",)), most)
        if "best_of" in node:
            return BestOf(_names(node["best_of"]))
        if "sum" in node:
            groups: list[tuple[tuple[str, ...], float | None]] = []
            for part in node["sum"]:
                if isinstance(part, dict):
                    need(part, where, ("items", "at_most"), ("items", "at_most"))
                    groups.append((_names(part["items"]), float(number(part["at_most"], where))))
                else:
                    groups.append(((part,), None))
            return SumOf(tuple(groups))
        if "bands" not in node:
            raise RuleFault(f"{where}: points come from bands, judged, given, best_of or sum")
        return self.bands(node, where, most)

    def bands(self, node: dict[str, Any], where: str, most: float) -> Bands:
        """Ordered bands, best first, without gaps or overlaps, and what holds otherwise."""
        measure = self.measure(node["of"], where) if "of" in node else None
        out: list[Band] = []
        before: tuple[str, Fraction] | None = None
        for place, part in enumerate(node["bands"], 1):
            here = f"{where}: band {place}"
            need(part, here, ("test", "points", "below", "above", *COMPARISONS), ("points",))
            low, high = _range(part["points"], here)
            if high > most:
                raise RuleFault(f"{here}: gives more than the item's {most:g} points")
            if out and high > out[-1].high:
                raise RuleFault(f"{here}: gives more than the band before it; bands go from best to worst")
            if "test" in part:
                out.append(Band(self.test(part["test"], here), low, high))
                continue
            words = [word for word in COMPARISONS if word in part]
            if measure is None or len(words) != 1:
                raise RuleFault(f"{here}: needs a `test`, or the rule's `of` and one comparison")
            limit = number(part[words[0]], here)
            rising = words[0] in RISING
            other = part.get("below" if rising else "above")
            if other is not None and (before is None or number(other, here) != before[1]):
                raise RuleFault(f"{here}: leaves a gap to the band before it, or overlaps it")
            if before is not None and (before[0] in RISING) != rising:
                raise RuleFault(f"{here}: bands of one item all look the same way")
            if before is not None and (limit >= before[1] if rising else limit <= before[1]):
                raise RuleFault(f"{here}: overlaps the band before it")
            before = (words[0], limit)
            out.append(Band(self.compare(measure, words[0], limit, here), low, high))
        if not out or "otherwise" not in node:
            raise RuleFault(f"{where}: bands leave a gap; say what holds `otherwise`")
        extra = {key: _range(node[key], where) for key in ("no_rate", "unaddressed", "too_short") if key in node}
        if isinstance(measure, MeanGrowth) != ("no_rate" in extra):
            raise RuleFault(f"{where}: `no_rate` belongs to mean_growth, and mean_growth needs it")
        otherwise = _range(node["otherwise"], where)
        return Bands(tuple(out), otherwise, extra.get("no_rate"), extra.get("unaddressed"), extra.get("too_short"))

    def amount(self, node: dict[str, Any], where: str) -> Weighted:
        """A `fixed` sum, `parts` with their weights, one `capped` part held to a share of others, `at_most` in all."""
        need(node, where, ("parts", "capped", "fixed", "at_most"))

        def weights(mapping: Any) -> tuple[tuple[str, float], ...]:
            return tuple((self.figures(name, where)[0], float(number(w, where))) for name, w in mapping.items())

        capped = None
        if "capped" in node:
            inner = need(node["capped"], where, ("column", "share", "of"), ("column", "share", "of"))
            share = number(inner["share"], where)
            capped = (self.figures(inner["column"], where)[0], float(share / (1 - share)), weights(inner["of"]))
        fixed = float(number(node["fixed"], where)) if "fixed" in node else 0.0
        at_most = float(number(node["at_most"], where)) if "at_most" in node else None
        return Weighted(weights(node.get("parts", {})), capped, fixed, at_most)


def walk(node: Any, visit: Callable[[dict[Any, Any]], None]) -> None:
    """Call `visit` on every mapping below a node."""
    if isinstance(node, dict):
        visit(node)
        for value in node.values():
            walk(value, visit)
    elif isinstance(node, list):
        for value in node:
            walk(value, visit)


def dated(node: Any) -> Iterator[dt.date]:
    """Days on which a limit changes."""
    found: list[dt.date] = []
    walk(node, lambda part: found.extend(part["since"]) if isinstance(part.get("since"), dict) else None)
    return iter(sorted(set(found)))
