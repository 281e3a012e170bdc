"""The rules of a policy's file for one day: nodes of the rule language to measures, tests, items and amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from matcher.policy.language.conditions import Bracket, ByBracket, Compare, Is, Joined, Not, ScoreTest, Test, Unsettled
from matcher.policy.language.intervals import COMPARISONS, RISING
from matcher.policy.language.loader import RuleFault, cite, need, number, read_evidence
from matcher.policy.language.measures import (
    Compound,
    DaysSince,
    MeanGrowth,
    Measure,
    MonthsSince,
    Ratio,
    Total,
    YearsSince,
)
from matcher.policy.language.model import KINDS, Edition, FactColumn, Rule, Ruleset
from matcher.policy.language.points import Band, Bands, BestOf, Given, Item, Judged, SumOf, Weighted

_SINCE: dict[str, Callable[[str], Measure]] = {
    "days_since": DaysSince,
    "months_since": MonthsSince,
    "years_since": YearsSince,
}
_AMOUNT = ("parts", "capped", "fixed", "at_most")
_RULE = (
    "in_force_since",
    "id", "kind", "title", "title_en", "test", "max", "of", "bands", "otherwise", "no_rate", "unaddressed",
    "too_short", "judged", "given", "best_of", "sum", *_AMOUNT, "source", "seen_on", "verified", "text",
    "read_in", "from", "until", "editions", "when", "note",
)  # fmt: skip
_ITEM = ("of", "bands", "otherwise", "no_rate", "unaddressed", "too_short", "judged", "given", "best_of", "sum")


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
        tests: Mapping[str, Any],
    ) -> None:
        self.columns = columns
        self.on = on
        self.readings = readings
        self.parameters = parameters
        self.tests = tests
        self.starts: list[dt.date] = []

    def resolve(self, node: Any, where: str) -> Any:
        """Replace `named`, `choose`, `parameter` and `since` by what holds here."""
        if isinstance(node, list):
            return [self.resolve(part, where) for part in node]
        if not isinstance(node, dict):
            return node
        if "named" in node:
            name, known = node["named"], self.tests
            if name not in known or len(node) != 1:
                raise RuleFault(f"{where}: there is no test {name!r} under `tests`")
            self.tests = {}  # a named test names no other
            try:
                return self.resolve(known[name], where)
            finally:
                self.tests = known
        if "choose" in node:
            chosen = self.readings.get(node["choose"])
            if chosen is None or chosen not in node:
                raise RuleFault(f"{where}: reading {node['choose']!r} is not declared or has no branch {chosen!r}")
            return _open_by(self.resolve(node[chosen], where), node["choose"])
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
        """A column, `sum`, `ratio`, `growth`, `mean_growth`, `days_since`, `months_since` or `years_since`."""
        if isinstance(node, str):
            return Total(self.figures(node, where))
        if not isinstance(node, dict) or len(node) != 1:
            words = "sum, ratio, growth, mean_growth, days_since, months_since, years_since"
            raise RuleFault(f"{where}: a measure is a column or one of {words}")
        ((word, inner),) = node.items()
        if word == "sum":
            return Total(self.figures(inner, where))
        if word in _SINCE:
            return _SINCE[word](self.column(inner, where, ("date",)))
        if word == "ratio":
            parts = need(inner, f"{where}: ratio", ("of", "to", "plus"), ("of", "to"))
            top, plus = self.figures(parts["of"], where), parts.get("plus", 0)
            if not isinstance(plus, int) or plus < 0:
                raise RuleFault(f"{where}: `plus` of a ratio is a whole number")
            if isinstance(parts["to"], (int, Decimal)):
                return Ratio(top, (), number(parts["to"], where), plus)
            bottom = self.figures(parts["to"], where)
            if set(top) & set(bottom):
                raise RuleFault(f"{where}: a ratio may not have the same column above and below")
            return Ratio(top, bottom, plus=plus)
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
            if not tests:
                raise RuleFault(f"{where}: `all` and `any` need a test")
            return Joined(tests, "all" in node)
        if "none" in node:
            need(node, where, ("none",))
            return self.test({"all": [{"no": name} for name in _names(node["none"])]}, where)
        if "not" in node:
            return Not(self.test(need(node, where, ("not",))["not"], where))
        for word, code in (("yes", 1.0), ("no", 0.0)):
            if word in node:
                need(node, where, (word,))
                return Is(self.column(node[word], where, ("yesno",)), code)
        if "unsettled" in node:
            need(node, where, ("unsettled",))
            return Unsettled("" if node["unsettled"] is True else str(node["unsettled"]))
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
            if not (items := _names(node["points"])):
                raise RuleFault(f"{where}: `points` needs an item")
            return ScoreTest(items, words[0], limit)
        return self.compare(self.measure(node["of"], where), words[0], limit, where)

    def compare(self, measure: Measure, word: str, limit: Fraction, where: str) -> Compare:
        """A comparison whose limit the engine can hold exactly."""
        if isinstance(measure, Ratio) and measure.divisor is None and limit <= 0:
            raise RuleFault(f"{where}: a ratio is compared with a limit above zero")
        if isinstance(measure, (Compound, MeanGrowth)) and limit <= -1:
            raise RuleFault(f"{where}: growth is compared with a limit above -100 %")
        if isinstance(measure, MonthsSince) and (limit.denominator != 1 or limit < 0):
            raise RuleFault(f"{where}: months_since is compared with a whole number of months")
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


def compile_ruleset(
    tree: Mapping[str, Any],
    edition: Edition,
    purpose: float | None,
    columns: Mapping[str, FactColumn],
    *,
    on: dt.date,
    readings: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> Ruleset:
    """The rules of an edition on a day; those that do not apply to `purpose` are left out. RuleFault where one is
    wrong.
    """
    rules: list[Rule] = []
    seen: set[tuple[str, str]] = set()
    for place, raw in enumerate(tree["rules"], 1):
        name = raw.get("id", f"number {place}") if isinstance(raw, dict) else f"number {place}"
        where = f"rule {name}"
        need(raw, where, _RULE, ("id", "kind", "title", "title_en", "source"))
        if wrong := [key for key in ("id", "title", "title_en") if not isinstance(raw[key], str)]:
            raise RuleFault(f"{where}: {wrong[0]!r} is a text")
        if "verified" not in raw or not isinstance(raw["verified"], bool):
            raise RuleFault(f"{where}: `verified` is true or false")
        if "editions" in raw and edition.id not in [str(part) for part in raw["editions"]]:
            continue
        if not raw.get("from", on) <= on <= raw.get("until", on):
            continue
        compiler = Compiler(columns, on=on, readings=readings, parameters=parameters, tests=tree.get("tests", {}))
        only_when = None
        if "when" in raw:
            ((column, value),) = raw["when"].items()
            only_when = (column, compiler.choice(column, value, where))
            if purpose is not None and purpose != only_when[1]:
                continue
        if (raw["kind"], raw["id"]) in seen:
            raise RuleFault(f"{where}: a {raw['kind']} rule of this id is there already in edition {edition.id}")
        seen.add((raw["kind"], raw["id"]))
        rules.append(replace(_rule(raw, where, compiler, edition, tree["sources"]), only_when=only_when))
    points = [rule.id for rule in rules if rule.kind == "points"]
    for rule in rules:
        missing = [name for name in _points_used(rule) if name not in points]
        if missing:
            raise RuleFault(f"rule {rule.id}: there is no points item {missing[0]!r} in edition {edition.id}")
    conditions = [rule.id for rule in rules if rule.kind == "condition"]
    known = {str(raw["id"]) for raw in tree["rules"] if raw["kind"] == "condition"}
    decision = tree.get("decision")
    if isinstance(decision, dict) and "editions" in decision:
        decision = decision["editions"][edition.id]
    return Ruleset(edition, tuple(rules), _decision(decision, conditions, known) if conditions else None)


def _points_used(rule: Rule) -> list[str]:
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
    if not parts:
        raise RuleFault(f"decision: `{word}` needs a condition")
    inner = [part for part in (_decision(part, present, known) for part in parts) if part is not None]
    return {word: inner}


def _rule(raw: Mapping[str, Any], where: str, compiler: Compiler, edition: Edition, sources: Any) -> Rule:
    kind = raw["kind"]
    body = {key: compiler.resolve(value, where) for key, value in raw.items() if key not in ("source", "note", "text")}
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
    since = max([raw.get("in_force_since", edition.since), *compiler.starts, *([raw["from"]] if "from" in raw else [])])
    seen_on = raw.get("seen_on")
    if seen_on is not None and not isinstance(seen_on, dt.date):
        raise RuleFault(f"{where}: `seen_on` is a day such as 2026-08-10")
    return Rule(
        raw["id"],
        kind,
        raw["title"],
        raw["title_en"],
        cite(raw["source"], sources, where),
        since,
        seen_on,
        raw["verified"],
        most,
        test,
        item,
        amount,
        None,
        str(raw.get("note", "")),
        read_evidence(raw, sources, where),
    )


def _open_by(node: Any, reading: str) -> Any:
    """A branch of a reading in which every unsettled point names the reading that leaves it open."""
    if isinstance(node, list):
        return [_open_by(part, reading) for part in node]
    if isinstance(node, dict):
        given = {"unsettled": reading} if node.get("unsettled") is True else node
        return {key: _open_by(value, reading) for key, value in given.items()}
    return node
