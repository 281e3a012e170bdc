"""Tables that this library wrote, read back for the next step: visiting lists, expected numbers, targets, pairs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.export.titles import CARD, DISCOVERY, EXPECTED, FIELDS, PARTNERS, TARGETS, TITLES
from matcher.pool.book.rules import Rules
from matcher.tables.results import load_table

_OWN = {
    "discovered": {**CARD, **DISCOVERY}, "expected": EXPECTED, "targets": TARGETS, "clusters": FIELDS, "chains": FIELDS,
    "pairs": PARTNERS,
}  # fmt: skip
_NEEDED = {"discovered": ("enterprise_id",), "pairs": ("need_id", "outcome_id")}


def read_result(path: str | Path, kind: str) -> pd.DataFrame:
    """A table that a command wrote (.csv, .parquet or .xlsx), with the names of its fields.

    kind: `discovered` or `expected` (of `discover`), `targets`, `clusters`, `chains`, or `pairs` (of partners or
    matches). Raises TableError when it cannot be read or lacks what it is for.
    """
    first = _OWN[kind]
    titles = {**first, **TITLES, **first}  # of two fields with one header the table's own counts
    return load_table(path, titles=titles, needed=_NEEDED.get(kind, ()))


def add_owners(pairs: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    """Pairs with the enterprise_id of their need; needs: need_id and enterprise_id."""
    owners = dict(zip(needs["need_id"], needs["enterprise_id"], strict=True)) if "enterprise_id" in needs else {}
    return pairs.assign(enterprise_id=pairs["need_id"].map(owners))


def add_goals(expected: pd.DataFrame, goals: Mapping[str, str], rules: Rules | None = None) -> pd.DataFrame:
    """Expected numbers with the goal of each policy, and the titles of the policies of a book's rules.

    goals: policy -> a whole number as text. Raises TableError for other texts and for policies without a number.
    """
    if wrong := [f"{name}={number}" for name, number in goals.items() if not number.isdigit()]:
        raise TableError(f"--goal 写成 政策=家数，如 hte=100，而不是“{'、'.join(wrong)}”")
    known: list[Any] = expected["policy"].tolist() if "policy" in expected else []
    if wrong := sorted(set(goals) - set(known)):
        raise TableError(f"预计通过数表中没有政策 {'、'.join(wrong)}；有：{'、'.join(known)}")
    if not known:
        return expected
    titles = {} if rules is None else {policy.id: policy.title for policy in (rules.goal, rules.entry)}
    table = expected.assign(name=[titles.get(name, name) for name in known])
    return table.assign(goal=[float(goals.get(name, "nan")) for name in known]) if goals else table
