"""Worked cases beside a policy: sentences with facts and what the source says of them, run through the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import ArgumentTypeError, PolicyError
from matcher.policy.language.loader import named_faults, read_yaml
from matcher.policy.policy import Policy, load_policy
from matcher.tables.yaml import shown

EXPECTED = ("condition", "points", "amount", "check")


@dataclass(frozen=True)
class Case:
    """One sentence, its facts, its day, the readings and parameters it chooses, and what is expected."""

    says: str
    facts: Mapping[str, Any]
    day: dt.date
    readings: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, Any], ...]
    expected: Mapping[str, Any]


def read_cases(path: Path) -> list[Case]:
    """The cases of a `cases.yaml`; raises PolicyError where one is not in the form described in `docs/rules.md`."""
    tree = read_yaml(path)
    if not isinstance(tree, dict) or set(tree) - {"day", "bases", "cases"} or not {"day", "cases"} <= set(tree):
        raise PolicyError(f"{path}: expected `day`, `bases` and `cases`")
    with named_faults(str(path)):
        bases = tree.get("bases", {})
        out: list[Case] = []
        for node in tree["cases"]:
            known = {"says", "base", "day", "facts", "readings", "parameters", "expect", "vary", "rows"}
            if not isinstance(node, dict) or set(node) - known or "says" not in node:
                raise PolicyError(f"{path}: a case has {', '.join(sorted(known))}: {shown(node)}")
            if node.get("base") is not None and node["base"] not in bases:
                raise PolicyError(f"{path}: {node['says']}: there is no base {node['base']!r}")
            out.extend(_expand(node, bases, tree["day"], path))
    return out


def _expand(node: Mapping[str, Any], bases: Mapping[str, Any], day: dt.date, path: Path) -> Iterator[Case]:
    shared = {**bases.get(node.get("base", ""), {}), **node.get("facts", {})}
    readings = tuple(sorted(node.get("readings", {}).items()))
    parameters = tuple(sorted(node.get("parameters", {}).items()))
    on = node.get("day", day)
    names = node.get("vary", [])
    for row in node.get("rows", [[]]):
        if len(row) != len(names):
            raise PolicyError(f"{path}: {node['says']}: {len(names)} names and {len(row)} cells: {shown(row)}")
        cells = dict(zip(names, row, strict=True))
        expected = {**node.get("expect", {}), **{k: v for k, v in cells.items() if _expects(k)}}
        if not expected:
            raise PolicyError(f"{path}: {node['says']}: nothing is expected")
        facts = {**shared, **{name: value for name, value in cells.items() if not _expects(name) and name != "day"}}
        varied = "，".join(f"{name}={_plain(value)}" for name, value in cells.items())
        says = f"{node['says']}（{varied}）" if varied else node["says"]
        yield Case(says, facts, cells.get("day", on), readings, parameters, expected)


def _expects(name: str) -> bool:
    return name in ("decision", "total", "edition") or name.partition(".")[0] in EXPECTED


def _plain(value: Any) -> str:
    return "未知" if value is None else str(value)


def run_cases(cases: list[Case], folder: str | Path, *, policy: Policy | None = None) -> pd.DataFrame:
    """Run cases; `policy` stands in for the one of the folder (used to see whether a changed rule is noticed).

    One row per case and expectation: case, expected, what (rule), got, ok.
    """
    from matcher.policy.scoring import score

    rows: list[dict[str, Any]] = []
    groups: dict[Any, list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault((case.readings, case.parameters), []).append(number)
    for (readings, parameters), members in groups.items():
        used = policy
        if used is None or readings or parameters:
            if policy is not None:
                used = policy.remade(dict(readings), dict(parameters))
            else:
                used = load_policy(Path(folder), readings=dict(readings), parameters=dict(parameters))
        unknown = sorted({name for i in members for name in cases[i].facts} - set(used.columns))
        if unknown:
            raise PolicyError(f"{folder}: the cases use columns that the policy does not declare: {', '.join(unknown)}")
        firms = pd.DataFrame(
            [{"enterprise_id": str(i), "apply_on": cases[i].day, **_cells(cases[i].facts)} for i in members]
        )
        for name in used.columns:
            if name not in firms:
                firms[name] = None
        scored = score(firms, used, on=dt.date(2000, 1, 1))
        unread = scored.problems[scored.problems["level"] == "unreadable"] if len(scored.problems) else scored.problems
        if len(unread):
            raise PolicyError(
                f"{folder}: {cases[int(unread['enterprise_id'].iloc[0])].says}: {unread['problem'].iloc[0]}"
            )
        got = _answers(scored.summary, scored.verdicts) | _warned(used, scored.problems, members)
        for i in members:
            for what, wanted in cases[i].expected.items():
                answer = got.get((str(i), what))
                ok = _equal(wanted, answer)
                rows.append({"case": cases[i].says, "what": what, "expected": wanted, "got": answer, "ok": ok})
    return pd.DataFrame(rows, columns=["case", "what", "expected", "got", "ok"])


def _cells(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (float(value) if isinstance(value, Decimal) else value) for name, value in facts.items()}


def _answers(summary: Any, verdicts: Any) -> dict[tuple[str, str], Any]:
    got: dict[tuple[str, str], Any] = {}
    for row in summary.itertuples(index=False):
        got[row.enterprise_id, "decision"] = None if pd.isna(row.decision) else row.decision
        got[row.enterprise_id, "edition"] = None if pd.isna(row.edition) else row.edition
        got[row.enterprise_id, "total"] = (row.total_low, row.total_high)
    for row in verdicts.itertuples(index=False):
        key = (row.enterprise_id, f"{row.kind}.{row.rule}")
        if row.kind == "condition":
            got[key] = row.passed
        elif row.kind == "points":
            got[key] = (row.points_low, row.points_high)
        else:
            got[key] = None if pd.isna(row.value) else row.value
    return got


def _warned(policy: Policy, problems: Any, members: list[int]) -> dict[tuple[str, str], Any]:
    """Whether each check that has an id warned of each case: yes or no."""
    said = set(zip(problems["enterprise_id"], problems["problem"], strict=True))
    named = [(raw["id"], raw["says"]) for raw in policy.tree.get("checks", ()) if "id" in raw]
    return {(str(i), f"check.{id_}"): "yes" if (str(i), says) in said else "no" for i in members for id_, says in named}


def _equal(wanted: Any, answer: Any) -> bool:
    if isinstance(answer, tuple):
        ends = wanted if isinstance(wanted, list) else [wanted, wanted]
        return len(ends) == 2 and all(float(end) == value for end, value in zip(ends, answer, strict=True))
    if isinstance(wanted, (int, Decimal)) and not isinstance(wanted, bool):
        return answer is not None and not isinstance(answer, str) and float(wanted) == answer
    return bool(wanted == answer)


def check_policy(policy: str | Path) -> pd.DataFrame:
    """Load a policy strictly and run the worked cases beside it.

    Parameters
    ----------
    policy
        A folder with `policy.yaml` and `cases.yaml`, or the name of a shipped policy (id or Chinese title).

    Returns
    -------
    pandas.DataFrame
        One row per expectation, in the order of the file: case, what, expected, got, ok.

    Raises
    ------
    PolicyError
        When the policy or its cases are not well formed, or there is no `cases.yaml`: a rule without a case is a claim
        without a witness.
    ArgumentTypeError
        When `policy` is neither a name nor a folder.

    Examples
    --------
    >>> bool(check_policy("unicorn")["ok"].all())
    True
    """
    if isinstance(policy, Policy):
        raise ArgumentTypeError("policy is a name (id or Chinese title) or a folder: a Policy has no cases with it")
    path = Path(load_policy(policy).folder).with_name("cases.yaml")
    if not path.is_file():
        raise PolicyError(f"{path}: 没有案例文件；请为每一条规则写出边界两侧的案例")
    return run_cases(read_cases(path), path.parent)
