"""Time limits, numbers of extensions and grades of acceptance as dated data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import PolicyError
from matcher.projects.lifecycle.stages import EVENTS
from matcher.tables.yaml import YamlFault, parse

RULE_COLUMNS = (
    "rules",
    "part",
    "rule",
    "limit",
    "says",
    "in_force",
    "number",
    "document",
    "address",
    "seen_on",
    "verified",
)
_TOP = {"name", "title", "number", "since", "until", "address", "seen_on", "deadlines", "limits", "grades"}
_DEADLINE = {"title", "from", "months", "every", "done_by", "duty", "says", "verified"}
_LIMIT = {"times", "months", "says", "verified"}
_GRADE = {"missed", "done_below", "done_from", "late_months", "says", "verified"}
_FROM = ("end", "contracted", "rectification", "accepted", "applied")


@dataclass(frozen=True)
class Deadline:
    """One time limit.

    `months` after (or, below 0, before) the day `base`: the end of the term, or the day of an event; `every`: again
    after as many months until the end, 0 for once. `done_by`: events that meet it. `duty`: False for a window that
    closes.
    """

    id: str
    title: str
    base: str
    months: int
    every: int
    done_by: tuple[str, ...]
    duty: bool
    says: str
    verified: bool


@dataclass(frozen=True)
class Limit:
    """How often an event may be, and how many months an extension may add; None for no limit."""

    event: str
    times: int | None
    months: int | None
    says: str
    verified: bool


@dataclass(frozen=True)
class Grade:
    """A grade of acceptance and what makes it: indicators missed ("any", "none"), the share of those met, or the delay.

    Grades are tried in their order; any of its conditions makes one.
    """

    grade: str
    missed: str
    done_below: float | None
    done_from: float | None
    late_months: int | None
    says: str
    verified: bool


@dataclass(frozen=True)
class LifeRules:
    """A set of rules. `since`: None where its day was not read; `text`: the file that it was read from."""

    name: str
    title: str
    number: str
    since: dt.date | None
    until: dt.date | None
    address: str
    seen_on: str
    deadlines: tuple[Deadline, ...]
    limits: tuple[Limit, ...]
    grades: tuple[Grade, ...]
    text: str

    @property
    def source(self) -> str:
        """The title and number, as an answer cites them."""
        return f"{self.title}{self.number and f'（{self.number}）'}"


def load_rules(name: str | Path, on: dt.date | None = None) -> LifeRules:
    """A set of rules by its name, or from a YAML file of your own.

    Raises PolicyError, which names those there are, or where the set does not hold on a day; TableError for a file that
    cannot be read.
    """
    sets = _shipped()
    text = str(name)
    if text in sets:
        rules = sets[text]
    elif Path(text).suffix.lower() in (".yaml", ".yml") and Path(text).is_file():
        rules = parse_rules(Path(text).read_text("utf-8"), Path(text).name)
    else:
        raise PolicyError(f"没有名为“{text}”的项目管理规则；可用：{'、'.join(sets)}；也可以给出自编的 .yaml 文件")
    if on is not None and rules.since and on < rules.since:
        raise PolicyError(f"“{rules.name}”自 {rules.since} 起施行，{on} 还没有；请换规则或日期")
    if on is not None and rules.until and on > rules.until:
        raise PolicyError(f"“{rules.name}”到 {rules.until} 为止，{on} 已经失效；请换规则或日期")
    return rules


def parse_rules(text: str, name: str) -> LifeRules:
    """A set of rules from the text of a YAML file. Raises PolicyError with the file and the fault."""
    try:
        tree = parse(text)
        if not isinstance(tree, dict):
            raise ValueError("应写成 名称: 值")
        return _rules(tree, text)
    except YamlFault as fault:
        raise PolicyError(f"{name}：{fault}") from fault
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise PolicyError(f"{name}：缺一项，或有一项的值看不懂（{error}）") from error


def list_rules() -> pd.DataFrame:
    """The rules that come with the library, one row each, with what was seen of them.

    Returns
    -------
    DataFrame
        rules, part (时限, 次数, 验收结论), rule, limit, says, in_force, number, document, address,
        seen_on, verified.

    Examples
    --------
    >>> table = list_rules()
    >>> table[(table["rules"] == "浙江2015") & (table["rule"] == "申请验收")]["limit"].tolist()
    ['期满后 6 个月内']
    """
    rows: list[tuple[Any, ...]] = []
    for one in _shipped().values():
        seen = (one.since, one.number, one.title, one.address, one.seen_on)
        rows += [
            (one.name, "时限", deadline.title, _limit(deadline), deadline.says, *seen, deadline.verified)
            for deadline in one.deadlines
        ]
        for limit in one.limits:
            text = f"至多 {limit.times} 次" + (f"，合计 {limit.months} 个月" if limit.months else "")
            rows.append((one.name, "次数", EVENTS[limit.event], text, limit.says, *seen, limit.verified))
        rows += [(one.name, "验收结论", grade.grade, "", grade.says, *seen, grade.verified) for grade in one.grades]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _limit(deadline: Deadline) -> str:
    base = "期满" if deadline.base == "end" else EVENTS[deadline.base]
    if deadline.every:
        return f"{base}起每 {deadline.every} 个月"
    return f"{base}前 {-deadline.months} 个月" if deadline.months < 0 else f"{base}后 {deadline.months} 个月内"


@lru_cache(maxsize=1)
def _shipped() -> dict[str, LifeRules]:
    folder = Path(str(resources.files("matcher.projects.lifecycle"))) / "rules"
    sets = [parse_rules(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))]
    return {one.name: one for one in sets}


def _rules(node: Mapping[str, Any], text: str) -> LifeRules:
    _known(node, _TOP)
    return LifeRules(
        node["name"],
        node["title"],
        node.get("number", ""),
        _day(node.get("since", "")),
        _day(node.get("until", "")),
        node.get("address", ""),
        node.get("seen_on", ""),
        tuple(_deadline(name, one) for name, one in (node.get("deadlines") or {}).items()),
        tuple(_times(name, one) for name, one in (node.get("limits") or {}).items()),
        tuple(_grade(name, one) for name, one in (node.get("grades") or {}).items()),
        text,
    )


def _deadline(name: str, node: Mapping[str, Any]) -> Deadline:
    _known(node, _DEADLINE)
    done_by = tuple(node["done_by"].split())
    if wrong := [one for one in (*done_by, node["from"]) if one not in EVENTS and one != "end"]:
        raise ValueError(f"没有“{wrong[0]}”这一事项")
    return Deadline(
        name,
        node["title"],
        node["from"],
        int(node.get("months", "0")),
        int(node.get("every", "0")),
        done_by,
        node.get("duty", "true") == "true",
        node["says"],
        node["verified"] == "true",
    )


def _times(event: str, node: Mapping[str, Any]) -> Limit:
    _known(node, _LIMIT)
    events = {"extension": "extended", "rectification": "rectification", "change": "changed"}
    whole = {name: int(node[name]) if node.get(name) else None for name in ("times", "months")}
    return Limit(events[event], whole["times"], whole["months"], node["says"], node["verified"] == "true")


def _grade(grade: str, node: Mapping[str, Any]) -> Grade:
    _known(node, _GRADE)
    shares = {name: float(node[name]) if node.get(name) else None for name in ("done_below", "done_from")}
    late = int(node["late_months"]) if node.get("late_months") else None
    verified = node["verified"] == "true"
    return Grade(grade, node.get("missed", ""), shares["done_below"], shares["done_from"], late, node["says"], verified)


def _known(node: Mapping[str, Any], names: set[str]) -> None:
    if wrong := sorted(set(node) - names):
        raise ValueError(f"没有“{wrong[0]}”这一项")


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
