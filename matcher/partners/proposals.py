"""What each candidate partner, in each way of cooperation, would add to an enterprise's score under a policy.

Finished matches and a policy go in; matching and policies do not know each other. Every gain is the difference of two
runs of the policy, on a firm's facts as they are and as the cooperation would leave them.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, PolicyError
from matcher.partners.cooperation import Cooperation, Move, same
from matcher.partners.options import Option, asked_firms, finite, options_of, owned_pairs, records
from matcher.partners.rescoring import Run, moved_items
from matcher.partners.wording import facts_text, interval_text, reason_texts
from matcher.policy.answers.workbook import for_one, rules_by_id
from matcher.policy.policy import Policies, load_policies
from matcher.tables.arguments import as_day

PARTNERS = (
    "enterprise_id", "policy", "rank", "outcome_id", "expert_id", "partner", "need_id", "way", "kind", "item", "title",
    "before", "after", "gain_low", "gain_high", "article", "verified", "facts", "changes", "total_before_low",
    "total_before_high", "total_after_low", "total_after_high", "total_gain_low", "total_gain_high", "conditions_met",
    "decision_before", "decision_after", "probability", "probability_from", "good_match", "expected_gain", "cost",
    "net", "lead_days", "together_low", "together_high", "together_decision", "reason",
)  # fmt: skip
_BETTER = {"fails": 0, "unknown": 1, "can_pass": 2, "passes": 3}


def propose(
    firms: pd.DataFrame,
    matches: pd.DataFrame,
    policy: Policies,
    *,
    on: dt.date | str,
    needs: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
    experts: pd.DataFrame | None = None,
    points_per_yuan: float = 0.0,
    costs: Mapping[str, float] | None = None,
    condition_points: float = 0.0,
    ways: Sequence[str] | None = None,
    moves: str | Path | None = None,
    k: int | None = 10,
    side: Literal["firm", "partner"] = "firm",
    weak: bool = False,
) -> pd.DataFrame:
    """Rank the partners of every firm that does not surely pass by the points they would add, or the firms of each.

    Parameters
    ----------
    firms
        The wide firm table, one row per firm.
    matches
        Finished pairs with `need_id` (the firm is then the need's `enterprise_id` in `needs`) or `enterprise_id`, and
        `outcome_id` and/or `expert_id`. The fit is taken from `probability` where it is known, else from `good_match`
        (1 for yes; others are left out), else it is 1; `probability_from` says which.
    policy
        A policy by name, folder or object, or several; the proposals of several follow each other in their order.
    on
        Day of the answer, a date or ISO text.
    needs
        `need_id`, `enterprise_id`, `budget`.
    outcomes
        `outcome_id, title, institution, ip_type, cooperation, maturity, field, price`, and if known `hte_used` (a
        Class II right already used), `in_field`, `overseas`. What is empty leaves every way open, counts as not used,
        as mature, and as inside China.
    experts
        `expert_id, name, institution`.
    points_per_yuan
        What a yuan of cost takes off `net`, in points.
    costs
        Yuan by way of cooperation, where `matches` has no `cost`.
    condition_points
        What a newly met condition is worth, in points.
    ways
        Only these ways of cooperation; all by default.
    moves
        A file in the place of the shipped one (docs/partners.md), which says how each way changes the facts.
    k
        Proposals per firm (or partner) at most; None for all.
    side
        "firm" ranks the partners of every firm; "partner" ranks the same proposals within each partner, firms that
        gain most first, and leaves `together_*` unknown.
    weak
        Also list pairs that the matching does not recommend (`good_match` of `matches`; where that is unknown, a
        probability below 0.4), behind the others and marked in the column `good_match`: a gain is worth little with a
        partner that does not fit.

    Returns
    -------
    DataFrame
        One row per item of a proposal (columns PARTNERS), the proposal's figures repeated. Ranked by net (unknown
        last), conditions met, decision after, probability, partner, way. Proposals that move nothing are left out; one
        that only shortens the way to the next band is kept, with gain 0. Empty where there is none.

        `gain_low`, `gain_high`: change of the item's lowest and highest points; `total_gain_*`: of the total's. Points
        are intervals where facts or experts' judgement are open. Experts' points are never assumed: an item that they
        judge is listed with `kind` "judged" and gain 0. A fact that is unknown stays unknown. `changes`: the replaced
        facts as JSON (null: unknown), so that anybody can run the policy again. `expected_gain` = probability x (mean
        of the two total gains + `condition_points` x conditions newly met); `net` = `expected_gain` -
        `points_per_yuan` x `cost`. `cost` in yuan: column `cost` of `matches`, else `costs[way]`, else the price (for
        development: the need's budget, else the price); unknown stays unknown, `net` too where money counts.
        `together_*`: total and decision after this and every better ranked partner, each in its best way.

    Raises
    ------
    TableError
        A firm is listed twice, or pairs lack ids.
    PolicyError
        Nothing is known of how cooperation changes the facts of a policy.
    ArgumentError
        There is no such `side` or way.
    """
    policies = load_policies(policy)
    cooperation = Cooperation.load(moves)
    for one in policies:
        if one.id not in cooperation.moves:
            raise PolicyError(
                f"没有为{one.title}（{one.id}）写明合作方式如何改变事实；可用：{'、'.join(cooperation.moves)}"
            )
    if side not in ("firm", "partner"):
        raise ArgumentError(f'side is "firm" or "partner", not {side!r}')
    unknown = [name for name in (*(ways or ()), *(costs or {})) if name not in cooperation.ways]
    if unknown:
        raise ArgumentError(f"there is no way {unknown[0]!r}; known: {', '.join(cooperation.ways)}")
    day = as_day(on)
    pairs = owned_pairs(firms, matches, needs)
    asked = asked_firms(firms, pairs)
    tables = []
    for one in policies:
        run = Run(one, for_one(asked, one, policies), day)
        short = {name for name, decision in run.decision.items() if decision in _BETTER and decision != "passes"}
        tried = pairs[pairs["enterprise_id"].isin(short) & (pairs["good_match"] | weak)]
        options = list(options_of(cooperation, one.id, asked, tried, outcomes, experts, needs, costs or {}, ways))
        lines = _proposals(cooperation, run, options, points_per_yuan, condition_points)
        if len(lines):
            tables.append(_ranked(cooperation, run, options, lines, side, k))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(PARTNERS))


def _ranked(
    cooperation: Cooperation,
    run: Run,
    options: Sequence[Option],
    lines: pd.DataFrame,
    side: Literal["firm", "partner"],
    k: int | None,
) -> pd.DataFrame:
    """The lines of the best proposals of every firm or partner, with the columns PARTNERS."""
    head = ["_firm"] if side == "firm" else ["outcome_id", "expert_id"]
    order = [*head, "_weak", "net", "conditions_met", "_better", "probability", "outcome_id", "expert_id", "_firm"]
    order.append("_place")
    rising = [name in ("_firm", "_weak", "outcome_id", "expert_id", "_place") for name in order]
    best = lines.drop_duplicates("_option").sort_values(order, ascending=rising, na_position="last", kind="stable")
    best = best.assign(rank=best.groupby(head, sort=False).cumcount() + 1)
    if k is not None:
        best = best[best["rank"] <= k]
    if side == "firm":
        best = _together(cooperation, run, options, best)
    added = ["rank", *(name for name in best.columns if name.startswith("together_"))]
    lines = lines.merge(best[["_option", *added]].assign(_at=range(len(best))), on="_option")
    lines = lines.sort_values(["_at", "_line"], kind="stable", ignore_index=True)
    lines["reason"] = reason_texts(lines, options)
    for name in PARTNERS:
        if name not in lines:
            lines[name] = np.nan if name != "together_decision" else ""
    return lines[list(PARTNERS)]


def _proposals(
    cooperation: Cooperation, run: Run, options: Sequence[Option], points_per_yuan: float, condition_points: float
) -> pd.DataFrame:
    """One row per item that a proposal moves; columns with an underscore are for sorting and joining."""
    policy = run.policy
    scenarios: dict[Any, int] = {}
    of_option: list[int] = []
    changes: list[dict[str, float]] = []
    for option in options:
        change = option.changes(cooperation, policy.id, run.facts(option.firm))
        key = (option.firm, tuple(sorted((name, repr(value)) for name, value in change.items())))
        of_option.append(scenarios.setdefault(key, len(scenarios)))
        if len(scenarios) > len(changes):
            changes.append(change)
    rows = [key[0] for key in scenarios]
    if not rows:
        return pd.DataFrame()
    summary, after = run.scored(rows, changes)
    lines = moved_items(run, rows, after)
    editions = {edition.id: rules_by_id(policy, edition.id) for edition in policy.editions}
    by_scenario: dict[int, list[dict[str, Any]]] = {}
    for line in records(lines):
        by_scenario.setdefault(int(line["_scenario"]), []).append(line)
    before = dict(run.verdicts.set_index(["enterprise_id", "kind", "rule"]).iterrows())
    total = summary[["total_low", "total_high", "decision"]].to_dict("records")
    out: list[dict[str, Any]] = []
    for n, (option, scenario) in enumerate(zip(options, of_option, strict=True)):
        firm = run.ids[option.firm]
        was, now, moved = run.summary.loc[firm], total[scenario], list(by_scenario.get(scenario, ()))
        rules = editions.get(str(was["edition"]), {})
        moved += _judged(option, firm, rules, before)
        if not moved:
            continue
        met = sum(line["kind"] == "condition" and line["passed"] == "pass" for line in moved)
        gains = [now["total_low"] - was["total_low"], now["total_high"] - was["total_high"]]
        mean = 0.0 if math.isnan(gains[0]) else sum(gains) / 2
        expected = option.probability * (mean + condition_points * met)
        price = points_per_yuan * option.cost if points_per_yuan else 0.0
        applied = _applied(option, changes[scenario])
        verified = all(move.verified for move in applied)
        shared = {
            "enterprise_id": firm,
            "policy": policy.id,
            "outcome_id": option.partner[0],
            "expert_id": option.partner[1],
            "need_id": option.need,
            "way": option.way.id,
            "partner": option.label,
            "facts": facts_text(policy, changes[scenario], run.facts(option.firm)),
            "changes": json.dumps({name: finite(value) for name, value in changes[scenario].items()}),
            "total_before_low": was["total_low"],
            "total_before_high": was["total_high"],
            "total_after_low": now["total_low"],
            "total_after_high": now["total_high"],
            "total_gain_low": gains[0],
            "total_gain_high": gains[1],
            "conditions_met": met,
            "decision_before": was["decision"],
            "decision_after": str(now["decision"]),
            "probability": option.probability,
            "probability_from": option.source,
            "good_match": option.good,
            "_weak": not option.good,
            "expected_gain": round(expected, 9),
            "cost": option.cost,
            "net": round(expected - price, 9),
            "lead_days": max((move.lead_days for move in applied), default=0),
            "_option": n,
            "_firm": option.firm,
            "_place": option.place,
            "_better": _BETTER.get(str(now["decision"]), 0),
        }
        for place, line in enumerate(moved):
            rule = rules.get((line["rule_kind"], line["item"]))
            out.append(
                {
                    **shared,
                    **{name: line[name] for name in ("kind", "item", "before", "after", "gain_low", "gain_high")},
                    "title": "" if rule is None else rule.title,
                    "article": line["article"],
                    "verified": bool(line["verified"]) and verified,
                    "_line": place,
                    "_basis": "；".join(move.says + ("" if move.verified else "（读法未核实）") for move in applied),
                }
            )
    return pd.DataFrame(out)


def _applied(option: Option, change: Mapping[str, float]) -> list[Move]:
    """The moves that did something, or say why nothing moves."""
    return [move for move in option.moves if not move.columns or move.columns & set(change)]


def _judged(option: Option, firm: str, rules: Mapping[Any, Any], before: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Items judged by experts for which the cooperation is evidence; their points stay as they are."""
    lines = []
    for move in option.moves:
        for item in move.evidence:
            row = before.get((firm, "points", item))
            if row is None or ("points", item) not in rules or row["points_low"] == row["points_max"]:
                continue
            state = interval_text(row["points_low"], row["points_high"]) + "分"
            lines.append(
                {
                    "kind": "judged",
                    "rule_kind": "points",
                    "item": item,
                    "passed": "",
                    "before": state,
                    "after": f"{state}（专家评定）",
                    "gain_low": 0.0,
                    "gain_high": 0.0,
                    "article": row["source"],
                    "verified": bool(row["verified"]) and move.verified,
                }
            )
    return lines


def _together(cooperation: Cooperation, run: Run, options: Sequence[Option], best: pd.DataFrame) -> pd.DataFrame:
    """Totals after each partner and all the better ranked ones, each in its best way."""
    rows, changes, at = [], [], []
    for firm, group in best.groupby("_firm", sort=False):
        start = run.facts(int(str(firm)))
        facts, seen = dict(start), set()
        for index, n in zip(group.index, group["_option"], strict=True):
            option = options[int(n)]
            if option.partner in seen:
                continue
            seen.add(option.partner)
            facts |= option.changes(cooperation, run.policy.id, facts)
            rows.append(option.firm)
            changes.append({name: value for name, value in facts.items() if not same(value, start[name])})
            at.append(index)
    summary, _ = run.scored(rows, changes)
    totals = pd.DataFrame(
        {
            "together_low": summary["total_low"].to_numpy(),
            "together_high": summary["total_high"].to_numpy(),
            "together_decision": summary["decision"].astype(str).to_numpy(object),
        },
        index=at,
    )
    return best.join(totals).fillna({"together_decision": ""})
