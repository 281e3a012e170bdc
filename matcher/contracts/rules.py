"""What the rules on technology contracts say, as data: editions, kinds, refusals and hints, each with its article."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import PolicyError
from matcher.tables.cells.dates import days_after
from matcher.tables.naming.writings import fold
from matcher.tables.yaml import read

ANSWERS = ("no", "unknown", "warn")
OTHER, UNCLEAR = "other", "unclear"
RULE_COLUMNS = ("edition", "part", "rule", "title", "answer", "text", "article", "source", "verified")


@dataclass(frozen=True)
class Basis:
    """What a rule answers in one edition, and where that stands. `verified`: a copy or digest of the text was read."""

    answer: str
    article: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Rule:
    """One check. `text`: its sentence for a contract, with fields in braces. `basis`: by edition; an edition without
    one does not have the rule. For rules on the words of a name: `kinds`, the `patterns` of names that state what the
    rule is about, and of those that only hint at it, of which a person is asked (`asks`). `whole`: it is about the
    contract as a whole, of which no part can stand alone.
    """

    id: str
    title: str
    text: str
    basis: Mapping[str, Basis]
    kinds: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    asks: tuple[re.Pattern[str], ...] = ()
    whole: bool = False

    @property
    def refuses(self) -> bool:
        """Whether it answers no in any edition."""
        return any(one.answer == "no" for one in self.basis.values())


@dataclass(frozen=True)
class Wording:
    """How the words of a name are weighed: see `rules.yaml`, where each of these stands."""

    asking: str
    denied: re.Pattern[str]
    excepted: re.Pattern[str]
    joined: re.Pattern[str]

    def words_of(self, rule: Rule, name: str) -> tuple[str, bool]:
        """What a rule finds in a name, joined ("" for nothing), and whether the name states it."""
        stated = list(self._found(rule.patterns, name))
        plainly = rule.whole or not rule.refuses or not any(self.joined.search(name[: one.start()]) for one in stated)
        found = stated or list(self._found(rule.asks, name))
        return "”“".join(dict.fromkeys(one[0] for one in found)), bool(stated) and plainly

    def _found(self, patterns: tuple[re.Pattern[str], ...], name: str) -> Iterator[re.Match[str]]:
        for pattern in patterns:
            for match in pattern.finditer(name):
                if not self.denied.search(name[: match.start()]) and not self.excepted.search(name[match.end() :]):
                    yield match


@dataclass(frozen=True)
class Topic:
    """What a name may be about: `check`, what a person then looks for; `rules`, by kind, the rule that excludes it.
    `curable`: the parties are asked to mend it, and refused only where the text says that they do not. `qualified`:
    excluded only as far as its article says (mere, ordinary, inseparable), which words that hint leave open.
    """

    title: str
    check: str
    rules: Mapping[str, str]
    curable: bool
    qualified: bool


@dataclass(frozen=True)
class ReadingRules:
    """How what a model reads in a name is weighed: see `reading` in `rules.yaml`, where each of these stands."""

    described: int
    outside: re.Pattern[str]
    apart: re.Pattern[str]
    ends: re.Pattern[str]
    refuses: float
    sure: float
    asks: float
    shortest: int
    briefest: int
    negated: re.Pattern[str]
    unmended: re.Pattern[str]
    stated: str
    asking: str
    doubted: str
    source: str
    topics: Mapping[str, Topic]


@dataclass(frozen=True)
class Edition:
    """One edition, for applications from `since` to `until`; with the days that a registry has to decide.

    seen: what is to be said of an answer that rests on it, "" for nothing.
    """

    id: str
    title: str
    seen: str
    since: dt.date
    until: dt.date | None
    working: bool
    days: int
    large_days: int
    basis: Basis

    def due(self, accepted: dt.date, *, large: bool) -> dt.date:
        """The last day for the decision on what was accepted on a day."""
        return days_after(accepted, self.large_days if large else self.days, working=self.working)


@dataclass(frozen=True)
class Kind:
    """One of the five kinds: its sub-kinds, further words for it, what must hold, whether an outcome is put to use."""

    code: str
    title: str
    parts: tuple[str, ...]
    words: tuple[str, ...]
    converts: bool
    article: str
    counts: tuple[tuple[str, Basis], ...]


@dataclass(frozen=True)
class RuleBook:
    """All of it. `large`: 技术交易额 of a large contract; `income_free`: 技术转让所得 of a year free of tax (yuan)."""

    editions: tuple[Edition, ...]
    kinds: Mapping[str, Kind]
    others: tuple[str, ...]
    rules: Mapping[str, Rule]
    words: tuple[Rule, ...]
    facts: tuple[Rule, ...]
    wording: Wording
    reading: ReadingRules
    hints: Mapping[str, tuple[re.Pattern[str], ...]]
    large: int
    income_free: int
    licence_since: dt.date
    values: Mapping[str, tuple[str, str, Basis]]

    def edition_on(self, day: dt.date) -> Edition | None:
        """The edition for an application on a day; None before the first."""
        fitting = [one for one in self.editions if one.since <= day and (one.until is None or day <= one.until)]
        return fitting[0] if fitting else None

    def edition_within(self, low: dt.date | None, high: dt.date | None) -> Edition | None:
        """The edition for an application within these days (None: no end); None where it may be either of two."""
        first = None if low is None else self.edition_on(low)
        if first is None or (first.until is not None and (high is None or high > first.until)):
            return None
        return first


@lru_cache(maxsize=4096)
def read_kind(text: str) -> str:
    """The code of a kind as registers write it, OTHER for another typed contract, UNCLEAR, or "" for nothing.

    专利实施许可 is a licence also where an old register files it under 技术转让.

    >>> [read_kind(text) for text in ("技术开发（委托）", "技术转让（专利实施许可）", "买卖合同", "开发、服务", "")]
    ['KF', 'XK', 'other', 'unclear', '']
    """
    words = re.sub(r"[\s()\[\]【】:：_-]+", "", fold(text))
    if not words:
        return ""
    book = load_rules()
    bare = re.sub("(?:合同|协议)$", "", words)
    names = {
        re.sub("[_ ]", "", fold(name)): kind.code
        for kind in book.kinds.values()
        for name in (kind.title, *kind.parts, *kind.words)
    }
    if words in names or words in book.others:
        return names.get(words, OTHER)
    if bare in names or bare in book.others:
        return names.get(bare, OTHER)
    found = {kind.code for kind in book.kinds.values() if any(name in words for name in (kind.title, *kind.parts))}
    found |= {names[part] for part in re.split("[、,;/和及与]+", words) if part in names}
    if found == {"ZR", "XK"} and "许可" in words:
        return "XK"
    if len(found) == 1:
        return found.pop()
    typed = any(words.endswith(f"{name}合同") for name in book.others)
    return OTHER if typed and not found else UNCLEAR


def list_rules() -> pd.DataFrame:
    """The rules that come with the library, with what was seen of each.

    Returns
    -------
    DataFrame
        One row an edition and rule: edition, part (期限, 认定条件, 检查, 名称, 数值), rule, title, answer (no, unknown,
        warn; "" for what answers nothing), text, article, source, verified.

    Examples
    --------
    >>> table = list_rules()
    >>> table.loc[table["rule"] == "decision", ["edition", "title", "verified"]].values.tolist()
    [['2001-253', '办结期限', True], ['2026-miit', '办结期限', False]]
    """
    book = load_rules()
    rows: list[tuple[Any, ...]] = []
    for edition in book.editions:
        unit = "个工作日" if edition.working else "日"
        text = f"受理之日起 {edition.days} {unit}内作出决定"
        if edition.large_days != edition.days:
            text += f"；重大或有争议的 {edition.large_days} {unit}"
        rows.append((edition.id, "期限", "decision", "办结期限", "", text, *_seen(edition.basis)))
        for rule in (*book.rules.values(), *book.facts, *book.words):
            basis = rule.basis.get(edition.id)
            if basis is not None:
                part, text = "名称" if rule in book.words else "检查", re.sub(r"\{\w+\}", "……", rule.text)
                rows.append((edition.id, part, rule.id, rule.title, basis.answer, text, *_seen(basis)))
                if rule.asks:
                    text = re.sub(r"\{\w+\}", "……", book.wording.asking.replace("{title}", rule.title))
                    rows.append((edition.id, part, rule.id, rule.title, "unknown", text, *_seen(basis)))
    for kind in book.kinds.values():
        rows += [("", "认定条件", kind.code, kind.title, "", text, *_seen(basis)) for text, basis in kind.counts]
    values = book.values.items()
    rows += [("", "数值", name, title, "", value, *_seen(basis)) for name, (title, value, basis) in values]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _seen(basis: Basis) -> tuple[str, str, bool]:
    return basis.article, basis.source, basis.verified


@lru_cache(maxsize=1)
def load_rules() -> RuleBook:
    """The rules of the library."""
    return _book(read(Path(str(resources.files("matcher.contracts"))) / "rules.yaml"))


def _book(node: Mapping[str, Any]) -> RuleBook:
    values = {name: (one["title"], one["value"], _basis(one)) for name, one in node["values"].items()}
    phrases: dict[str, str] = {}
    for name, text in node["phrases"].items():
        phrases[name] = _filled(text, phrases)
    kinds = {
        code: Kind(
            code,
            one["title"],
            tuple(one["parts"].split()),
            tuple(one["words"].split()),
            one["converts"] == "true",
            one["article"],
            tuple((text["text"], _basis(text)) for text in one["counts"]),
        )
        for code, one in node["kinds"].items()
    }
    return RuleBook(
        editions=tuple(_edition(name, one) for name, one in node["editions"].items()),
        kinds=kinds,
        others=tuple(node["others"].split()),
        rules={name: _rule(name, one, phrases) for name, one in node["rules"].items()},
        words=tuple(_rule(name, one, phrases) for name, one in node["words"].items()),
        facts=tuple(_rule(name, one, phrases, whole=True) for name, one in node["facts"].items()),
        wording=Wording(node["asking"], *(re.compile(node[name]) for name in ("denied", "except", "joined"))),
        reading=_reading(node["reading"], phrases),
        hints={code: tuple(map(re.compile, one)) for code, one in node["hints"].items()},
        large=int(values["large"][1]),
        income_free=int(values["income_free"][1]),
        licence_since=dt.date.fromisoformat(values["licence_since"][1]),
        values=values,
    )


def _reading(node: Mapping[str, Any], phrases: Mapping[str, str]) -> ReadingRules:
    topics = {
        name: Topic(
            one["title"], one["check"], one["rules"], *(one.get(flag) == "true" for flag in ("curable", "qualified"))
        )
        for name, one in node["topics"].items()
    }
    bounds = float(node["refuses"]), float(node["sure"]), float(node["asks"])
    lengths = int(node["shortest"]), int(node["briefest"])
    texts = node["stated"], node["asking"], node["doubted"], node["source"]
    outside, apart, ends, negated = (re.compile(node[name]) for name in ("outside", "apart", "ends", "negated"))
    unmended = re.compile(phrases["refused"])
    return ReadingRules(
        int(node["described"]), outside, apart, ends, *bounds, *lengths, negated, unmended, *texts, topics
    )


def _edition(name: str, node: Mapping[str, str]) -> Edition:
    return Edition(
        name,
        node["title"],
        node["seen"],
        dt.date.fromisoformat(node["since"]),
        dt.date.fromisoformat(node["until"]) if node["until"] else None,
        node["working"] == "true",
        int(node["days"]),
        int(node["large_days"]),
        _basis(node),
    )


def _filled(text: str, phrases: Mapping[str, str]) -> str:
    """A pattern with the phrases that it names in braces."""
    return re.sub(r"\{([a-z]+)\}", lambda match: f"(?:{phrases[match[1]]})", text)


def _rule(name: str, node: Mapping[str, Any], phrases: Mapping[str, str], *, whole: bool = False) -> Rule:
    basis = {edition: _basis(one) for edition, one in node["basis"].items()}
    if wrong := [one.answer for one in basis.values() if one.answer not in ANSWERS]:
        raise PolicyError(f"rules.yaml: {name}: {wrong[0]!r} is no answer; answers are {', '.join(ANSWERS)}")
    kinds = tuple(node.get("kinds", "").split())
    stated, asked = (
        tuple(re.compile(_filled(text, phrases)) for text in node.get(part, ())) for part in ("patterns", "asks")
    )
    return Rule(name, node["title"], node["text"], basis, kinds, stated, asked, whole)


def _basis(node: Mapping[str, str]) -> Basis:
    return Basis(node.get("answer", ""), node["article"], node["source"], node["verified"] == "true")
