"""What places have published on commissioners, as data: who may be one, what a team is, and other facts."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pandas as pd

from matcher.errors import PolicyError
from matcher.policy.policy import Policy, load_policy
from matcher.tables.yaml import read

FACTS = {
    "service_days": "每年服务天数",
    "term_years": "任期（年）",
    "villages_least": "每人至少服务村数",
    "per_firm": "一个企业或合作社至多签约人数",
    "yearly_money": "每人每年经费（元）",
}
_TOP, _FACT = {"place", "year", "kind", "address", "facts"}, {"value", "says", "verified"}


@dataclass(frozen=True)
class Fact:
    """A number, the words it comes from, and whether it was seen as such."""

    number: float
    says: str
    verified: bool


@dataclass(frozen=True)
class Place:
    """A place's rules. `kind`: "person" or "team"; `rules`: conditions as a policy, None where none were seen."""

    id: str
    title: str
    kind: str
    address: str
    facts: dict[str, Fact]
    rules: Policy | None


def load_place(rules: str | Path | Place, kind: str = "person") -> Place:
    """A place by name and year (山东2021), by its id, or a folder with a `policy.yaml` of your own.

    Raises PolicyError where there is no such place; the text names those there are.

    Examples
    --------
    >>> load_place("山东2021").facts["term_years"].number, load_place("山东2025", "team").rules.id
    (3.0, 'shandong-team-2025')
    """
    if isinstance(rules, Place):
        return rules
    name = str(rules).strip()
    known = {place.title: place for place in _places().values() if place.kind == kind}
    for place in known.values():
        if name in (place.id, place.title):
            return place
    if (Path(name) / "policy.yaml").is_file():
        policy = load_policy(Path(name))
        return Place(policy.id, policy.title, kind, "", {}, policy)
    near = difflib.get_close_matches(name, known, 1, 0.4)
    proposal = f"您是不是指 {near[0]}？" if near else ""
    raise PolicyError(
        f"没有名为“{name}”的科技特派员规则；{proposal}可用：{'、'.join(known)}；也可以给出含 policy.yaml 的文件夹"
    )


def service_days(rules: str | Path | Place) -> Fact:
    """The days that a place wants a year. Raises PolicyError where none were seen."""
    place = load_place(rules)
    if "service_days" not in place.facts:
        raise PolicyError(f"“{place.title}”没有见到每年服务天数；请用 --days 给出您的天数")
    return place.facts["service_days"]


def person_days(rules: str | Path | Place | None) -> Fact | None:
    """The days that a place wants of a person a year, None where none were seen or there is no place."""
    return None if rules is None else load_place(rules).facts.get("service_days")


def list_places() -> pd.DataFrame:
    """What is known of every place, one row a point.

    Returns
    -------
    DataFrame
        place, kind (person or team), point, value ("" for a condition), says, source, verified.

    Examples
    --------
    >>> table = list_places()
    >>> table[(table["place"] == "鄂州2024") & (table["point"] == "每人至少服务村数")]["value"].tolist()
    ['3']
    """
    rows = []
    for place in _places().values():
        if place.rules is not None:
            edition = place.rules.editions[-1]
            rules = place.rules.ruleset(edition, edition.since).rules
            rows += [(place.title, place.kind, "条件", "", one.title, place.address, one.verified) for one in rules]
        for name, fact in place.facts.items():
            row = (place.title, place.kind, FACTS[name], f"{fact.number:g}", fact.says, place.address, fact.verified)
            rows.append(row)
    return pd.DataFrame(rows, columns=["place", "kind", "point", "value", "says", "source", "verified"])


@lru_cache(maxsize=1)
def _places() -> dict[str, Place]:
    root = Path(str(resources.files("matcher.commissioners")))
    return {name: _place(name, node, root) for name, node in read(root / "places.yaml").items()}


def _place(name: str, node: dict[str, object], root: Path) -> Place:
    if not set(node) <= _TOP:
        raise PolicyError(f"places.yaml: {name}: unknown key {sorted(set(node) - _TOP)[0]!r}")
    facts = {}
    given = node.get("facts", {})
    for key, fact in given.items() if isinstance(given, dict) else ():
        if key not in FACTS or set(fact) != _FACT:
            raise PolicyError(f"places.yaml: {name}: {key!r} is not a fact with value, says and verified")
        facts[key] = Fact(float(fact["value"]), fact["says"], fact["verified"] == "true")
    folder = root / "rules" / name
    rules = load_policy(folder) if folder.is_dir() else None
    return Place(name, f"{node['place']}{node['year']}", str(node["kind"]), str(node["address"]), facts, rules)
