"""Every worked case of every shipped policy, and whether the cases would notice a changed rule."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from matcher.errors import PolicyError
from matcher.policy.cases import check_policy, read_cases, run_cases
from matcher.policy.language.intervals import COMPARISONS
from matcher.policy.policy import Policy, load_policy, shipped

NAMES = list(shipped())


@pytest.mark.parametrize("name", NAMES)
def test_every_worked_case_holds(name: str) -> None:
    result = check_policy(shipped()[name])
    wrong = result[~result["ok"].astype(bool)]
    assert wrong.empty, wrong.to_string()


def test_there_are_at_least_fifteen_hundred_cases_and_every_rule_is_met() -> None:
    total = 0
    for name, folder in shipped().items():
        cases = read_cases(folder / "cases.yaml")
        total += len(cases)
        expected = {what for case in cases for what in case.expected}
        policy = load_policy(name)
        for edition in policy.editions:
            for rule in policy.ruleset(edition, edition.since).rules:
                inherited = rule.in_force_since < edition.since  # by an extension; the base has the cases
                if rule.id != "total" and not inherited:
                    assert f"{rule.kind}.{rule.id}" in expected or rule.kind == "amount", (name, rule.id)
    assert total >= 1500


def _nudged(value: Any) -> list[Any]:
    """A limit a little higher and a little lower, as finely as its unit allows."""
    if isinstance(value, str) and value.endswith("%"):
        number = Decimal(value[:-1])
        return [f"{number + Decimal('0.01')}%", f"{number - Decimal('0.01')}%"]
    if isinstance(value, int) and not isinstance(value, bool):
        return [value + 1, value - 1]
    if isinstance(value, Decimal):
        return [value + Decimal("0.5"), value - Decimal("0.5")]
    return []


_OTHER = {"at_least": "more_than", "more_than": "at_least", "at_most": "less_than", "less_than": "at_most"}
_SWAP = {"yes": "no", "no": "yes", "all": "any", "any": "all"}


def _mutants(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(what was changed, the changed copy) for every limit, band, comparison and join below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{path}/{key}"

            def put(new_key: Any, new_value: Any, key: Any = key, node: dict[Any, Any] = node) -> dict[Any, Any]:
                return {
                    (new_key if k == key else k): (new_value if k == key else copy.deepcopy(v)) for k, v in node.items()
                }

            if key in COMPARISONS:
                yield f"{here} -> {_OTHER[key]}", put(_OTHER[key], value)
            if key in _SWAP and not (key in ("all", "any") and len(value) < 2):
                yield f"{here} -> {_SWAP[key]}", put(_SWAP[key], value)
            numeric = key in (
                *COMPARISONS,
                "below",
                "above",
                "to",
                "otherwise",
                "no_rate",
                "too_short",
                "unaddressed",
                "share",
            )
            if (numeric or isinstance(key, dt.date)) and not isinstance(value, (list, dict)):
                for new in _nudged(value):
                    yield f"{here} {value} -> {new}", put(key, new)
            elif key in ("points", "otherwise", "unaddressed", "too_short") and isinstance(value, (int, list)):
                if isinstance(value, int):
                    for new in _nudged(value):
                        yield f"{here} {value} -> {new}", put(key, new)
                elif all(isinstance(end, int) for end in value):
                    low, high = value
                    for new in ([low + 1, high], [low, high - 1], [low - 1, high]):
                        yield f"{here} {value} -> {new}", put(key, new)
            elif isinstance(value, (dict, list)) and key not in ("points", "editions", "source"):
                for what, changed in _mutants(value, here):
                    yield what, put(key, changed)
            if (
                path.endswith(("/parts", "/of"))
                and isinstance(value, (int, str))
                and key not in ("of", "to", "from", "years")
            ):
                for new in _nudged(value):
                    yield f"{here} {value} -> {new}", put(key, new)
            if key == "is":
                yield f"{here} negated", {"not": copy.deepcopy(node)}
    elif isinstance(node, list):
        for place, value in enumerate(node):
            for what, changed in _mutants(value, f"{path}/{place}"):
                yield what, [*copy.deepcopy(node[:place]), changed, *copy.deepcopy(node[place + 1 :])]


def _policy_mutants(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, rule in enumerate(tree["rules"]):
        if "in_force_since" in rule:  # inherited by an extension; the base has the cases
            continue
        for part in (
            "test",
            "of",
            "bands",
            "otherwise",
            "no_rate",
            "too_short",
            "unaddressed",
            "sum",
            "parts",
            "capped",
        ):
            if part not in rule:
                continue
            for what, changed in _mutants({part: rule[part]}):
                rules = [*tree["rules"][:place], {**rule, **changed}, *tree["rules"][place + 1 :]]
                yield f"{rule['id']}{what}", {**tree, "rules": rules}
    for name, test in tree.get("tests", {}).items():
        for what, changed in _mutants({"test": test}):
            yield f"{name}{what}", {**tree, "tests": {**tree["tests"], name: changed["test"]}}
    for place, check in enumerate(tree.get("checks", ())):
        if "id" in check:
            moved = {
                key: check[key] + dt.timedelta(days=by) for key, by in (("from", 1), ("until", -1)) if key in check
            }
            given = {key: check[key] for key in ("test",) if key in check}
            tests = [{"test": new["test"]} for _, new in _mutants(given)]
            for number, changed in enumerate([*tests, *({key: day} for key, day in moved.items())]):
                checks = [*tree["checks"][:place], {**check, **changed}, *tree["checks"][place + 1 :]]
                yield f"check {check['id']} {number}", {**tree, "checks": checks}
    for key in ("from", "until"):
        for name, edition in tree["editions"].items():
            if key in edition:
                moved = {**edition, key: edition[key] + dt.timedelta(days=1 if key == "from" else -1)}
                yield f"edition {name} {key}", {**tree, "editions": {**tree["editions"], name: moved}}
    if tree.get("decision"):
        for what, changed in _mutants({"decision": tree["decision"]}):
            yield f"decision{what}", {**tree, **changed}


# Changes that no table of firms can tell apart, each with the reason.
SAME_ANSWER = {
    # every item gives an even number of points, so no total lies between 58 and 60, and no staff item between 0 and 4
    "tech-sme": {"score/test/at_least 60 -> 59", "staff_item/test/more_than 0 -> 1"},
}
# points go in fives
SAME_ANSWER["innovative-sme"] = {
    "score/test/at_least 60 -> 59",
    "innovation/test/at_least 20 -> 19",
    "growth/test/at_least 15 -> 14",
    "specialisation/test/at_least 15 -> 14",
}
QUICK = {"tech-sme", "hte-rd-expense", "unicorn", "hte-may-apply", "hte-zhejiang", "hte-guangdong"}


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_a_changed_limit_band_or_comparison_is_noticed(name: str) -> None:
    policy = load_policy(name)
    cases = read_cases(shipped()[name] / "cases.yaml")
    survivors, made = [], 0
    for what, tree in _policy_mutants(policy.tree):
        try:
            mutant = Policy.from_tree(tree, name)
        except PolicyError:
            continue
        made += 1
        try:
            result = run_cases(cases, shipped()[name], policy=mutant)
        except PolicyError:
            continue
        if bool(result["ok"].astype(bool).all()) and what not in SAME_ANSWER.get(name, set()):
            survivors.append(what)
    assert made > 5
    assert not survivors, f"{len(survivors)} of {made}: " + "\n".join(survivors)
