"""From verdicts to tiers: how long a firm needs until its goal's rules hold, at worst and at best.

A condition that surely holds, or is left to experts alone, takes no time. One that fails takes its lead time. One that
is unknown takes its lead time at worst and none at best. Conditions join as the policy says: `all` takes the longest,
`any` the shortest. Ready: nothing to wait for; next year: at most 365 days; in two years: at most 730; seed: longer,
or nothing that can be mended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import PoolError
from matcher.policy.answers.evaluation import Answer, Prepared, answers
from matcher.policy.language.intervals import Floats
from matcher.policy.policy import PolicyName
from matcher.policy.scoring import DECISIONS, decided, prepared_for
from matcher.tables.arguments import Day, as_day, check_firms

TIERS = ("ready", "next_year", "two_years", "seed")
WORDS = {"ready": "本轮可报", "next_year": "明年", "two_years": "两年内", "seed": "种子"}
COLUMNS = (
    "enterprise_id", "tier", "tier_at_best", "lead_days", "lead_days_at_best", "decision", "edition",
    "total_low", "total_high", "open_rules",
)  # fmt: skip

# Lead times in days are design notes of this library (no source gives them), there to be replaced. "gap": the rule's
# own gap counts days; "missing share": a year for each third of the three-year total that is missing. A rule that is
# not named cannot be mended by waiting.
LEADS: Mapping[str, Mapping[str, int | str]] = {
    "hte": {
        "age": "gap", "ip": 180, "staff": 365, "rd_ratio": "missing share", "rd_domestic": 365,
        "hightech_income": 365, "incident": 365, "score": 365,
    },
}  # fmt: skip
YEAR = 365


def default_leads(policy: str) -> Mapping[str, int | str]:
    """`LEADS` of a policy. Raises PoolError where there are none."""
    if policy not in LEADS:
        raise PoolError(f"没有政策 {policy} 的提前期；请给出 leads（规则编号 -> 天数）")
    return LEADS[policy]


def assign_tiers(
    firms: pd.DataFrame, policy: PolicyName, *, on: Day, leads: Mapping[str, int | str] | None = None
) -> pd.DataFrame:
    """Tier, decision and open conditions of every firm on a day; see the head of this module.

    Parameters
    ----------
    firms
        The wide firm table; its `apply_on` is left aside.
    policy
        What the tiers lead to: a policy by its name, or itself.
    leads
        Condition -> days, "gap" or "missing share"; by default `LEADS` of the policy.

    Returns
    -------
    One row a firm in the order given: enterprise_id, tier, tier_at_best (unknown facts turn out well), lead_days and
    lead_days_at_best (NaN: cannot be mended), decision, edition, total_low, total_high and open_rules ("rule:fail" and
    "rule:unknown", joined by ";").

    Raises
    ------
    PoolError
        There are no lead times for the policy.
    """
    check_firms(firms)
    day, plain = as_day(on), firms.drop(columns=[name for name in ("apply_on",) if name in firms.columns])
    return tiers_of(prepared_for(plain, policy, day), day, leads)


def tiers_of(ready: Prepared, day: dt.date, leads: Mapping[str, int | str] | None = None) -> pd.DataFrame:
    """The tiers of firms whose facts are prepared already, all on one day; see `assign_tiers`."""
    policy = ready.policy
    leads = default_leads(policy.id) if leads is None else leads
    groups = list(answers(ready))
    decisions = decided(ready, groups)
    size = len(ready.ids)
    worst, best = np.full(size, np.inf), np.full(size, np.inf)
    open_rules = np.full(size, "", dtype=object)
    for group in groups:
        answer = group.answer
        if group.edition is None or answer is None or answer.decision is None:
            continue
        tree = policy.ruleset(group.edition, day).decision
        times = {rule: _times(answer, rule, leads.get(rule)) for rule in answer.states}
        ends = [_joined(tree, {rule: pair[end] for rule, pair in times.items()}, answer.size) for end in (0, 1)]
        decision = answer.decision
        worst[group.rows] = np.where(decision.can_fail, ends[0], 0.0)
        best[group.rows] = np.where(decision.can_hold | decision.open(), 0.0, ends[1])
        listed = np.full(answer.size, "", dtype=object)
        for rule, state in answer.states.items():
            sure = state.can_fail & ~state.can_hold & ~state.open()
            word = np.where(sure, f"{rule}:fail;", np.where(state.can_fail, f"{rule}:unknown;", ""))
            listed = listed + word.astype(object)
        open_rules[group.rows] = listed
    editions = np.array([*(edition.id for edition in policy.editions), ""], dtype=object)
    return pd.DataFrame(
        {
            "enterprise_id": ready.ids,
            "tier": _tier(worst),
            "tier_at_best": _tier(best),
            "lead_days": np.where(np.isinf(worst), np.nan, worst),
            "lead_days_at_best": np.where(np.isinf(best), np.nan, best),
            "decision": np.array(DECISIONS, dtype=object)[decisions.codes],
            "edition": editions[decisions.edition],
            "total_low": decisions.low,
            "total_high": decisions.high,
            "open_rules": [text.rstrip(";") for text in open_rules],
        },
        columns=list(COLUMNS),
    )


def _times(answer: Answer, rule: str, lead: int | str | None) -> tuple[Floats, Floats]:
    state, shown = answer.states[rule], answer.shown["condition", rule]
    if lead == "gap":
        days = np.where(np.isnan(shown.gap), YEAR, np.maximum(shown.gap, 1))
    elif lead == "missing share":
        with np.errstate(invalid="ignore", divide="ignore"):
            missing = 1.0 - np.asarray(shown.value) / np.asarray(shown.limit)
        days = YEAR * np.where(np.isnan(missing), 3.0, np.clip(np.ceil(3 * missing - 1e-9), 1, 3))
    else:
        days = np.full(answer.size, np.inf if lead is None else float(lead))
    return np.where(state.can_fail, days, 0.0), np.where(state.can_hold | state.open(), 0.0, days)


def _joined(node: Any, days: Mapping[str, Floats], size: int) -> Floats:
    if isinstance(node, str):
        return days[node]
    ((word, parts),) = node.items()
    if not parts:
        return np.zeros(size)
    pick = np.maximum if word == "all" else np.minimum
    return np.asarray(pick.reduce([_joined(part, days, size) for part in parts]))


def _tier(days: Floats) -> np.ndarray[Any, Any]:
    return np.array(TIERS, dtype=object)[np.searchsorted([0, YEAR, 2 * YEAR], days)]
