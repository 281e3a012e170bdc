"""A policy's file to its parts: a strict reader of `policy.yaml`. Every fault names the file and the place; no code in
data.

The language is described in `docs/rules.md`. YAML is read without its surprises: `on`, `yes` and `no` stay words,
decimals and percentages are exact, a key given twice or not known is an error.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from matcher.errors import MatcherError, PolicyError
from matcher.policy.firms.identity import SUBJECTS, Subject
from matcher.policy.language.model import FORMS, KINDS, Edition, Evidence, FactColumn, OpenPoint, YearsRule
from matcher.tables.naming.regions import find_region
from matcher.tables.yaml import YamlFault, fault_at, parse, read, unique_mapping

_PERCENT = re.compile(r"^-?\d+(\.\d+)?\s*%$")
_PART = re.compile(r"^[1-9]\d*/[1-9]\d*$")
_LONGEST, _LARGEST = 40, 30  # characters and digits of a number in a rule
_COLUMN = ("kind", "title", "headers", "basis", "lowest", "highest", "choices", "note", "whole", "region")
_TOP = (
    "implied",
    "policy", "title", "title_en", "about", "subject", "kind", "sources", "columns", "years", "editions", "readings",
    "parameters", "tests", "rules", "decision", "checks", "opposites",
)  # fmt: skip


_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]
    """SafeLoader that keeps words as words, decimals exact and refuses a key given twice."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _letter in "tTfF":
    _Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), [_letter])


def _exact(loader: Any, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise fault_at(node, f"“{text[:40]}”不是数字") from error
    if len(text) > _LONGEST or not value.is_finite() or abs(value.adjusted()) > _LARGEST:
        raise fault_at(node, f"“{text[:40]}”不是能用的数字：太长、太大或太小")
    return value


def _whole(loader: Any, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    if len(text) > _LONGEST:
        raise fault_at(node, f"“{text[:40]}…”不是能用的数字：太长")
    try:
        return int(loader.construct_yaml_int(node))
    except ValueError as error:
        raise fault_at(node, f"“{text}”不是数字") from error


def _day(loader: Any, node: yaml.ScalarNode) -> Any:
    text = str(loader.construct_scalar(node))
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise fault_at(node, f"没有“{text[:40]}”这一天；日期写成 2026-04-01") from error


_Loader.add_constructor("tag:yaml.org,2002:map", unique_mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _exact)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_yaml(path: Path) -> Any:
    """A YAML file as plain values; raises PolicyError with the place of the fault."""
    try:
        return read(path, _Loader)
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from error
    except YamlFault as fault:
        raise PolicyError(f"{path}: {fault}") from fault


def parse_yaml(text: str, where: str) -> Any:
    """The same from the text of a file; `where` names it in errors."""
    try:
        return parse(text, _Loader)
    except YamlFault as fault:
        raise PolicyError(f"{where}: {fault}") from fault


class RuleFault(Exception):  # noqa: N818
    """A fault inside one rule, to be reported with file and rule. Its text is cut where a value of the file is long."""

    def __init__(self, text: str) -> None:
        super().__init__(text if len(text) <= 240 else f"{text[:239]}…")


@contextlib.contextmanager
def named_faults(where: str) -> Iterator[None]:
    """What a file of another form makes its readers raise, as one PolicyError; `where` names the file."""
    try:
        yield
    except RuleFault as fault:
        raise PolicyError(f"{where}: {fault}") from fault
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, MatcherError):
            raise
        raise PolicyError(f"{where}: not of the expected form ({type(error).__name__}: {str(error)[:160]})") from error


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
    """An exact number: whole, decimal, a percentage such as `5%` or a part such as `1/3`."""
    if isinstance(node, bool) or not isinstance(node, (int, Decimal, str)):
        raise RuleFault(f"{where}: expected a number, found {node!r}")
    if isinstance(node, str):
        if len(node) <= _LONGEST and _PART.match(node):
            return Fraction(node)
        if len(node) > _LONGEST or not _PERCENT.match(node):
            raise RuleFault(f"{where}: expected a number or a percentage, found {node!r}")
        return Fraction(node.rstrip("% ")) / 100
    return Fraction(node)


def read_subject(tree: Mapping[str, Any]) -> Subject:
    """What the policy is about: `subject`, enterprises where it says nothing."""
    name = tree.get("subject", "firm")
    if name not in SUBJECTS:
        raise RuleFault(f"file: unknown subject {name!r}; known: {', '.join(SUBJECTS)}")
    return SUBJECTS[name]


def read_columns(tree: Mapping[str, Any]) -> dict[str, FactColumn]:
    """The section `columns`."""
    return {name: _column(name, node) for name, node in tree["columns"].items()}


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
    whole, (region, unplaced) = bool(node.get("whole", False)), _region(node, kind, where)
    return FactColumn(name, kind, title, headers, basis, lowest, highest, words, note, whole, region, unplaced)


def _region(node: Mapping[str, Any], kind: str, where: str) -> tuple[tuple[str, ...], bool]:
    """The key `region` of a column: the division codes of its place and of those left out; whether unsaid is inside."""
    if "region" not in node:
        return (), False
    places = need(node["region"], f"{where}: region", ("in", "without", "unsaid"), ("in",))
    names = [places["in"], *places.get("without", ())]
    found = [find_region(str(name)) for name in names]
    if kind != "yesno" or None in found or places.get("unsaid", "inside") != "inside":
        raise RuleFault(
            f"{where}: `region` belongs to a yes/no column and names places of the national list; `unsaid: inside`"
        )
    return tuple(region.division for region in found if region is not None), "unsaid" in places


def read_editions(tree: Mapping[str, Any], columns: Mapping[str, FactColumn]) -> tuple[Edition, ...]:
    """The section `editions`, by their first day; they may not overlap."""
    editions = [_edition(str(key), node, columns, tree["sources"]) for key, node in tree["editions"].items()]
    editions.sort(key=lambda edition: edition.since)
    for before, after in itertools.pairwise(editions):
        if before.until is None or before.until >= after.since:
            raise RuleFault(f"edition {after.id}: overlaps edition {before.id}")
    return tuple(editions)


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
    source = cite(node["source"], sources, where)
    verified = bool(node.get("verified", True))
    return Edition(id_, node["from"], node.get("until"), node["title"], source, verified, node.get("note", ""), also)


def cite(text: Any, sources: Mapping[str, Any], where: str) -> str:
    """`T32 第十一条` becomes title, number and article; the key must be declared."""
    key, _, article = str(text).partition(" ")
    if key not in sources:
        raise RuleFault(f"{where}: source {key!r} is not declared under `sources`")
    entry = sources[key]
    return " ".join(part for part in (f"《{entry['title']}》", entry.get("number", ""), article) if part)


def read_evidence(raw: Mapping[str, Any], sources: Mapping[str, Any], where: str) -> Evidence:
    """What was read of a rule: `text` are its words, `read_in` the source that has them (by default the one it cites).

    RuleFault where words come without their address, form or day, or something remembered calls itself verified.
    """
    key = raw.get("read_in", str(raw["source"]).partition(" ")[0])
    if key not in sources:
        raise RuleFault(f"{where}: source {key!r} is not declared under `sources`")
    entry, text = sources[key], str(raw.get("text", ""))
    form, address = entry.get("form", ""), str(entry.get("address") or "")
    if text and not (form and address and raw.get("seen_on")):
        raise RuleFault(f"{where}: `text` needs `seen_on`, and `form` and `address` of the source that it was read in")
    if form == "memory" and raw["verified"]:
        raise RuleFault(f"{where}: what is only remembered is not verified")
    return Evidence(form, address, text)


def check_file(tree: Any) -> dict[str, Any]:
    """The whole file as a mapping with its known sections, its sources as they must be; RuleFault otherwise."""
    need(tree, "file", _TOP, ("policy", "title", "title_en", "sources", "columns", "editions", "rules"))
    if wrong := [key for key in ("title", "title_en") if not isinstance(tree[key], str)]:
        raise RuleFault(f"file: {wrong[0]!r} is a text")
    for key, entry in tree["sources"].items():
        need(entry, f"source {key}", ("title", "number", "seen", "address", "form"), ("title", "seen"))
        if entry.get("form", "") not in FORMS:
            raise RuleFault(f"source {key}: `form` is one of {', '.join(filter(None, FORMS))}")
    return dict(tree)


def read_open_points(tree: Mapping[str, Any]) -> dict[str, OpenPoint]:
    """The section `readings`."""
    out = {}
    for name, node in tree.get("readings", {}).items():
        need(node, f"reading {name}", ("title", "default", "choices"), ("title", "default", "choices"))
        if node["default"] not in node["choices"]:
            raise RuleFault(f"reading {name}: the default is none of its choices")
        out[name] = OpenPoint(node["title"], node["default"], node["choices"])
    return out


def chosen_readings(open_points: Mapping[str, OpenPoint], readings: Mapping[str, str]) -> dict[str, str]:
    """Every open point with its default, or with what was asked for."""
    for name, choice in readings.items():
        if name not in open_points or choice not in open_points[name].choices:
            known = "; ".join(f"{key}: {', '.join(point.choices)}" for key, point in open_points.items())
            raise RuleFault(f"no reading {name}={choice}; {known or 'there are none'}")
    return {name: readings.get(name, point.default) for name, point in open_points.items()}


def read_parameters(tree: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The section `parameters`, by name: the file's number, or the one given."""
    numbers = {}
    for name, node in tree.get("parameters", {}).items():
        need(node, f"parameter {name}", ("title", "value", "note"), ("title", "value"))
        numbers[name] = node["value"]
    for name in given:
        if name not in numbers:
            raise RuleFault(f"no parameter {name}; there are: {', '.join(numbers) or 'none'}")
    return {**numbers, **given}


def read_years(tree: Mapping[str, Any], columns: Mapping[str, FactColumn]) -> YearsRule | None:
    """The section `years`, where there is one."""
    if "years" not in tree:
        return None
    node = need(tree["years"], "years", ("column", "from", "series"), ("column", "from", "series"))
    cut = {f"{series}_y{year}": 4 - year for series in node["series"] for year in (1, 2, 3)}
    unknown = [name for name in (node["column"], node["from"], *cut) if name not in columns]
    if unknown:
        raise RuleFault(f"years: column {unknown[0]!r} is not declared")
    return YearsRule(node["column"], node["from"], cut)


def read_opposites(tree: Mapping[str, Any], columns: Mapping[str, FactColumn]) -> tuple[tuple[str, str], ...]:
    """The section `opposites`: pairs of yes/no columns of which one is the contrary of the other."""
    pairs = tree.get("opposites", ())
    for pair in pairs:
        if len(pair) != 2 or any(name not in columns or columns[name].kind != "yesno" for name in pair):
            raise RuleFault(f"opposites: {pair!r} is no pair of yes/no columns")
    return tuple((first, second) for first, second in pairs)


def read_implied(tree: Mapping[str, Any], columns: Mapping[str, FactColumn]) -> dict[str, str]:
    """The section `implied`: a yes/no column to the date that, where it is known, answers it with
    yes.
    """
    pairs = tree.get("implied", {})
    for yes, name in pairs.items():
        if any(one not in columns or columns[one].kind != kind for one, kind in ((yes, "yesno"), (name, "date"))):
            raise RuleFault(f"implied: {yes!r} is a yes/no column, and {name!r} a date")
    return dict(pairs)


def start_days(tree: Mapping[str, Any], editions: Sequence[Edition]) -> tuple[dt.date, ...]:
    """Days on which an edition, a rule or a limit starts to hold or has ceased to."""
    after = dt.timedelta(days=1)
    days = set(_limit_days([tree["rules"], tree.get("tests", {})]))
    for edition in editions:
        days.add(edition.since)
        if edition.until is not None:
            days.add(edition.until + after)
        if edition.also is not None:
            days |= {edition.also[2], edition.also[3] + after}
    for raw in tree["rules"]:
        if isinstance(raw, dict):
            days |= {raw["from"]} if "from" in raw else set()
            days |= {raw["until"] + after} if "until" in raw else set()
    return tuple(sorted(days))


def _limit_days(node: Any) -> Iterator[dt.date]:
    if isinstance(node, dict):
        if isinstance(node.get("since"), dict):
            yield from (day for day in node["since"] if isinstance(day, dt.date))
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _limit_days(part)
