"""A policy run again on firms with some facts replaced, and the items whose verdict or gap is then another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from matcher.partners.options import records
from matcher.partners.wording import gap_number, interval_text
from matcher.policy.answers.evaluation import prepare
from matcher.policy.answers.workbook import PASSED
from matcher.policy.language.conditions import ScoreTest
from matcher.policy.policy import Policy
from matcher.policy.scoring import score
from matcher.tables.schemas.main import HIGH, LOW


class Run:
    """A policy, the firms as they are, and the same firms with some facts replaced."""

    def __init__(self, policy: Policy, firms: pd.DataFrame, on: dt.date) -> None:
        self.policy, self.on = policy, on
        names = [name for name in ("enterprise_id", "apply_on") if name in firms]
        for name in policy.columns:
            names += [full for full in _writings(name, policy) if full in firms]
        self.firms = firms[names].reset_index(drop=True)
        self.ids = self.firms["enterprise_id"].astype(str).tolist()
        (ready,), _ = prepare([policy], self.firms, on)
        self.values = ready.values
        scored = score(self.firms, policy, on=on)
        self.verdicts = scored.verdicts
        summary = scored.summary.astype({"decision": object})
        self.summary = summary.set_index(summary["enterprise_id"].astype(str))
        self.decision = self.summary["decision"].to_dict()

    def facts(self, row: int) -> dict[str, float]:
        """What the policy reads of a firm; NaN is unknown."""
        return {name: float(column[row]) for name, column in self.values.items()}

    def scored(self, rows: Sequence[int], changes: Sequence[Mapping[str, float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Summary and verdicts of copies of firms with changed facts; `enterprise_id` is the number of the copy."""
        table = self.firms.iloc[list(rows)].reset_index(drop=True)
        moved = {name for change in changes for name in change}
        gone = [full for name in moved for full in _writings(name, self.policy) if full in table]
        table = table.drop(columns=gone)
        for name in sorted(moved):
            before = self.values[name][list(rows)]
            table[name] = [change.get(name, value) for change, value in zip(changes, before, strict=True)]
        table["enterprise_id"] = [str(n) for n in range(len(table))]
        scored = score(table, self.policy, on=self.on)
        return scored.summary, scored.verdicts


def _writings(name: str, policy: Policy) -> list[str]:
    """The columns of a firm table that may hold a fact, or its bounds."""
    return [full + end for full in (name, f"{policy.id}.{name}") for end in ("", LOW, HIGH)]


def moved_items(run: Run, rows: Sequence[int], after: pd.DataFrame) -> pd.DataFrame:
    """Items whose verdict moves, or whose way to the next limit becomes shorter, in the order of the policy."""
    policy = run.policy
    keep = ["kind", "rule", "passed", "points_low", "points_high", "gap", "source", "verified"]
    now = after[["enterprise_id", *keep]].astype({"kind": str, "rule": str, "passed": object, "source": str})
    now["_scenario"] = now.pop("enterprise_id").astype(int)
    now["_order"] = range(len(now))
    now["enterprise_id"] = np.array(run.ids, dtype=object)[np.array(rows)[now["_scenario"].to_numpy()]]
    was = run.verdicts[["enterprise_id", *keep[:6]]].astype({"kind": str, "rule": str, "passed": object})
    was["enterprise_id"] = was["enterprise_id"].astype(str)
    both = now.merge(was, on=["enterprise_id", "kind", "rule"], suffixes=("", "_was")).sort_values("_order")
    sums = {
        rule.id
        for edition in policy.editions
        for day in policy.days_of(edition)
        for rule in policy.ruleset(edition, day).rules
        if isinstance(rule.test, ScoreTest)
    }
    points = both["kind"] == "points"
    moved = both["passed"].ne(both["passed_was"]) & (both["kind"] == "condition")
    moved |= points & (both["points_low"].ne(both["points_low_was"]) | both["points_high"].ne(both["points_high_was"]))
    nearer = (both["gap"] < both["gap_was"] - 1e-9) & ~((both["kind"] == "condition") & both["rule"].isin(sums))
    both = both[(moved | nearer) & ~(points & (both["rule"] == "total")) & (both["kind"] != "amount")]
    lines = []
    for row in records(both):
        is_points = row["kind"] == "points"
        gaps = [_gap(row[f"gap{end}"]) for end in ("_was", "")]
        states = [
            interval_text(row[f"points_low{end}"], row[f"points_high{end}"]) + "分"
            if is_points
            else PASSED[row[f"passed{end}"]]
            for end in ("_was", "")
        ]
        still = row["kind"] == "condition" and row["passed"] == row["passed_was"]
        lines.append(
            {
                "_scenario": row["_scenario"],
                "kind": row["kind"],
                "rule_kind": row["kind"],
                "item": row["rule"],
                "passed": "" if is_points or still else row["passed"],
                "before": states[0] + gaps[0],
                "after": states[1] + gaps[1],
                "gain_low": row["points_low"] - row["points_low_was"] if is_points else np.nan,
                "gain_high": row["points_high"] - row["points_high_was"] if is_points else np.nan,
                "article": row["source"],
                "verified": row["verified"],
            }
        )
    return pd.DataFrame(lines, columns=["_scenario", "kind", "rule_kind", "item", "passed", "before", "after",
                                        "gain_low", "gain_high", "article", "verified"])  # fmt: skip


def _gap(gap: float) -> str:
    """How far the next limit is, in brackets."""
    return f"（还差{text}）" if (text := gap_number(gap)) else ""
