"""The notices of earlier calls as data: a call by its name, its admission rules as a policy, its other facts."""

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
    "publicity_days": "公示天数",
    "needer_may_lead": "需求方可以牵头",
    "affiliates_may_bid": "关联单位可以揭榜",
    "firm_is_legal_person": "企业须为独立法人",
    "responds_to_each": "须逐项响应指标",
    "region_free": "地区不限",
}
_TOP, _FACT = {"place", "year", "address", "facts"}, {"value", "says", "verified"}


@dataclass(frozen=True)
class Fact:
    """What a notice says on one point, in its words; `verified`: it was seen in an excerpt."""

    value: str
    says: str
    verified: bool


@dataclass(frozen=True)
class Call:
    """One call. `rules`: its conditions for a need, as a policy; None where the notice was not seen on that."""

    id: str
    place: str
    year: str
    address: str
    facts: dict[str, Fact]
    rules: Policy | None

    @property
    def title(self) -> str:
        """Place and year, as one asks for it: 荣成2023."""
        return f"{self.place}{self.year}"

    @property
    def publicity_days(self) -> int | None:
        """For how many days results were public; None where that was not seen."""
        fact = self.facts.get("publicity_days")
        return None if fact is None else int(fact.value)

    def says(self, name: str, value: str) -> Fact | None:
        """The fact of that name, if it has that value."""
        fact = self.facts.get(name)
        return fact if fact is not None and fact.value == value else None


def load_call(rules: str | Path | Call) -> Call:
    """A call by place and year, by its id, or from a folder with a `policy.yaml` of your own.

    Raises PolicyError when there is no such call; the text names those there are.

    Examples
    --------
    >>> load_call("荣成2023").publicity_days
    10
    >>> load_call("宜昌2022").rules.id
    'yichang-2022'
    """
    if isinstance(rules, Call):
        return rules
    calls = _calls()
    name = str(rules).strip()
    for call in calls.values():
        if name in (call.id, call.title, f"{call.place}市{call.year}", f"{call.place} {call.year}"):
            return call
    if (Path(name) / "policy.yaml").is_file():
        policy = load_policy(Path(name))
        return Call(policy.id, policy.title, "", "", {}, policy)
    titles = [call.title for call in calls.values()]
    near = difflib.get_close_matches(name, titles, 1, 0.4)
    proposal = f"您是不是指 {near[0]}？" if near else ""
    raise PolicyError(
        f"没有名为“{name}”的揭榜规则；{proposal}可用：{'、'.join(titles)}；也可以给出含 policy.yaml 的文件夹"
    )


def list_calls() -> pd.DataFrame:
    """The calls that come with the library, one row a call and point.

    Returns
    -------
    DataFrame
        call (place and year), point, value, says, source, verified: the conditions for a need in the order of the
        notice, then the other facts.

    Examples
    --------
    >>> table = list_calls()
    >>> table[(table["call"] == "荣成2023") & (table["point"] == "公示天数")]["value"].tolist()
    ['10']
    """
    rows = []
    for call in _calls().values():
        if call.rules is not None:
            edition = call.rules.editions[-1]
            conditions = call.rules.ruleset(edition, edition.since).rules
            rows += [(call.title, "需求条件", "", rule.title, rule.source, rule.verified) for rule in conditions]
        for name, fact in call.facts.items():
            rows.append((call.title, FACTS[name], fact.value, fact.says, call.address, fact.verified))
    return pd.DataFrame(rows, columns=["call", "point", "value", "says", "source", "verified"])


@lru_cache(maxsize=1)
def _calls() -> dict[str, Call]:
    root = Path(str(resources.files("matcher.challenges")))
    return {name: _call(name, node, root) for name, node in read(root / "calls.yaml").items()}


def _call(name: str, node: dict[str, object], root: Path) -> Call:
    if not set(node) <= _TOP:
        raise PolicyError(f"calls.yaml: {name}: unknown key {sorted(set(node) - _TOP)[0]!r}")
    facts = {}
    given = node.get("facts", {})
    for key, fact in given.items() if isinstance(given, dict) else ():
        if key not in FACTS or set(fact) != _FACT:
            raise PolicyError(f"calls.yaml: {name}: {key!r} is not a fact with value, says and verified")
        facts[key] = Fact(fact["value"], fact["says"], fact["verified"] == "true")
    folder = root / "rules" / name
    rules = load_policy(folder) if folder.is_dir() else None
    return Call(name, str(node["place"]), str(node["year"]), str(node["address"]), facts, rules)
