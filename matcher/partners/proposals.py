"""The gap drives the match: what each candidate partner, in each way of cooperation, would add under a policy.

The joined step on top of two halves that do not know each other: finished matches and a policy go in. Every gain is the
difference of two runs of the policy, on a firm's facts as they are and as the cooperation would leave them.
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

from matcher.errors import PolicyError
from matcher.partners.cooperation import Cooperation, Move, same
from matcher.partners.options import Option, asked_firms, finite, options_of, owned_pairs, records
from matcher.policy.conditions import ScoreTest
from matcher.policy.evaluation import prepare
from matcher.policy.policy import Policy, load_policy
from matcher.policy.scoring import score
from matcher.policy.workbook import PASSED, rules_by_id

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
    policy: str | Policy,
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

    `firms`: the wide firm table, one row a firm. `matches`: finished pairs with `need_id` (the firm is then the need's
    `enterprise_id` in `needs`) or `enterprise_id`, and `outcome_id` and/or `expert_id`; the fit is taken from
    `probability` where it is known, else from `good_match` (1 for yes; others are left out), else it is 1, and
    `probability_from` says which. `outcomes`: `ip_type, cooperation, maturity, field, price`, and if known `hte_used`
    (a Class II right already used), `in_field`, `overseas`; what is empty leaves every way open, counts as not used,
    as mature, and as inside China. `experts`: `expert_id, name, institution`. `moves`: a file of your own in the place
    of the shipped one (docs/partners.md), which says how each way moves the facts.

    Gains: `gain_low` and `gain_high` are the changes of the item's lowest and highest points, `total_gain_*` those of
    the total; where facts or experts' judgement are open, points are ranges. Experts' points are never assumed: an item
    that they judge is listed with what it could be judged on, and gains 0. A fact that is unknown stays unknown.
    `expected_gain` = probability x (mean of the two total gains + `condition_points` x conditions newly met); `net` =
    `expected_gain` - `points_per_yuan` x `cost`. `cost` in yuan: column `cost` of `matches`, else `costs[way]`, else
    the price (for development: the need's budget, else the price); unknown stays unknown, `net` too where money counts.

    One row an item of a proposal (PARTNERS), the proposal's figures repeated; `kind` is condition, points or judged;
    `changes` is the JSON of the facts that were replaced (null: unknown), so that anybody can run the policy again.
    Proposals that move nothing are left out; one that only shortens the way to the next band is kept, with gain 0.
    Ranked by net (unknown last), conditions met, decision after, probability, partner, way; `k` proposals a firm at
    most. Only pairs that the matching puts its name to are listed (`good_match` of `matches`; where that is unknown, a
    probability of at least 0.4; where both are, all); `weak` lists the others too, behind them and marked in the column
    `good_match`, since a gain is worth little with a partner that does not fit.

    `together_*`: the total after this and every better ranked partner, each in its best way. `side="partner"`:
    the same proposals, ranked within each partner, firms that gain most first; `together_*` is then unknown.

    Raises TableError for a firm listed twice or pairs without ids, PolicyError for a policy without moves.
    """
    policy = load_policy(policy) if isinstance(policy, str) else policy
    house = Cooperation.load(moves)
    if policy.id not in house.moves:
        raise PolicyError(
            f"没有为{policy.title}（{policy.id}）写明合作方式如何改变事实；可用：{'、'.join(house.moves)}"
        )
    if side not in ("firm", "partner"):
        raise ValueError(f'side is "firm" or "partner", not {side!r}')
    strange = [name for name in (*(ways or ()), *(costs or {})) if name not in house.ways]
    if strange:
        raise ValueError(f"there is no way {strange[0]!r}; known: {', '.join(house.ways)}")
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on
    pairs = owned_pairs(firms, matches, needs)
    firms = asked_firms(firms, pairs)
    run = _Run(policy, firms, day)
    short = {name for name, decision in run.decision.items() if decision in _BETTER and decision != "passes"}
    pairs = pairs[pairs["enterprise_id"].isin(short) & (pairs["good_match"] | weak)]
    options = list(options_of(house, policy.id, firms, pairs, outcomes, experts, needs, costs or {}, ways))
    found = _proposals(house, run, options, points_per_yuan, condition_points)
    if not len(found):
        return pd.DataFrame(columns=list(PARTNERS))
    head = ["_firm"] if side == "firm" else ["outcome_id", "expert_id"]
    order = [
        *head,
        "_weak",
        "net",
        "conditions_met",
        "_better",
        "probability",
        "outcome_id",
        "expert_id",
        "_firm",
        "_place",
    ]
    rising = [name in ("_firm", "_weak", "outcome_id", "expert_id", "_place") for name in order]
    one = found.drop_duplicates("_option").sort_values(order, ascending=rising, na_position="last", kind="stable")
    one = one.assign(rank=one.groupby(head, sort=False).cumcount() + 1)
    if k is not None:
        one = one[one["rank"] <= k]
    if side == "firm":
        one = _together(house, run, options, one)
    added = ["rank", *(name for name in one.columns if name.startswith("together_"))]
    found = found.merge(one[["_option", *added]].assign(_at=range(len(one))), on="_option")
    found = found.sort_values(["_at", "_line"], kind="stable", ignore_index=True)
    found["reason"] = _reasons(found, options)
    for name in PARTNERS:
        if name not in found:
            found[name] = np.nan if name != "together_decision" else ""
    return found[list(PARTNERS)]


class _Run:
    """A policy, the firms as they are, and the same firms with some facts replaced."""

    def __init__(self, policy: Policy, firms: pd.DataFrame, on: dt.date) -> None:
        self.policy, self.on = policy, on
        names = [name for name in ("enterprise_id", "apply_on") if name in firms]
        for name in policy.columns:
            names += [full for full in (name, f"{policy.id}.{name}") if full in firms]
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
        gone = [full for name in moved for full in (name, f"{self.policy.id}.{name}") if full in table]
        table = table.drop(columns=gone)
        for name in sorted(moved):
            own = self.values[name][list(rows)]
            table[name] = [change.get(name, value) for change, value in zip(changes, own, strict=True)]
        table["enterprise_id"] = [str(n) for n in range(len(table))]
        scored = score(table, self.policy, on=self.on)
        return scored.summary, scored.verdicts


def _proposals(
    house: Cooperation, run: _Run, options: Sequence[Option], points_per_yuan: float, condition_points: float
) -> pd.DataFrame:
    """One row an item that a proposal moves; columns with an underscore are for sorting and joining."""
    policy = run.policy
    scenarios: dict[Any, int] = {}
    of_option: list[int] = []
    changes: list[dict[str, float]] = []
    for option in options:
        change = option.changes(house, policy.id, run.facts(option.firm))
        key = (option.firm, tuple(sorted((name, repr(value)) for name, value in change.items())))
        of_option.append(scenarios.setdefault(key, len(scenarios)))
        if len(scenarios) > len(changes):
            changes.append(change)
    rows = [key[0] for key in scenarios]
    if not rows:
        return pd.DataFrame()
    summary, after = run.scored(rows, changes)
    lines = _item_lines(run, rows, after)
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
        rests = _rests(option, changes[scenario])
        said = _facts_said(policy, changes[scenario], run.facts(option.firm))
        sure = all(move.verified for move in rests)
        shared = {
            "enterprise_id": firm,
            "policy": policy.id,
            "outcome_id": option.partner[0],
            "expert_id": option.partner[1],
            "need_id": option.need,
            "way": option.way.id,
            "partner": option.what,
            "facts": said,
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
            "lead_days": max((move.lead_days for move in rests), default=0),
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
                    "verified": bool(line["verified"]) and sure,
                    "_line": place,
                    "_says": "；".join(move.says + ("" if move.verified else "（读法未核实）") for move in rests),
                }
            )
    return pd.DataFrame(out)


def _rests(option: Option, change: Mapping[str, float]) -> list[Move]:
    """The moves that did something, or say why nothing moves."""
    return [move for move in option.moves if not move.columns or move.columns & set(change)]


def _item_lines(run: _Run, rows: Sequence[int], after: pd.DataFrame) -> pd.DataFrame:
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
        gap, gap_was = _gap(row["gap"]), _gap(row["gap_was"])
        said = [
            _range(row[f"points_low{end}"], row[f"points_high{end}"]) + "分"
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
                "before": said[0] + gap_was,
                "after": said[1] + gap,
                "gain_low": row["points_low"] - row["points_low_was"] if is_points else np.nan,
                "gain_high": row["points_high"] - row["points_high_was"] if is_points else np.nan,
                "article": row["source"],
                "verified": row["verified"],
            }
        )
    return pd.DataFrame(lines, columns=["_scenario", "kind", "rule_kind", "item", "passed", "before", "after",
                                        "gain_low", "gain_high", "article", "verified"])  # fmt: skip


def _judged(option: Option, firm: str, rules: Mapping[Any, Any], before: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Items that experts judge and that the cooperation gives them something to judge on; points stay as they are."""
    lines = []
    for move in option.moves:
        for item in move.evidence:
            row = before.get((firm, "points", item))
            if row is None or ("points", item) not in rules or row["points_low"] == row["points_max"]:
                continue
            said = _range(row["points_low"], row["points_high"]) + "分"
            lines.append(
                {
                    "kind": "judged",
                    "rule_kind": "points",
                    "item": item,
                    "passed": "",
                    "before": said,
                    "after": f"{said}（专家评定）",
                    "gain_low": 0.0,
                    "gain_high": 0.0,
                    "article": row["source"],
                    "verified": bool(row["verified"]) and move.verified,
                }
            )
    return lines


def _together(house: Cooperation, run: _Run, options: Sequence[Option], one: pd.DataFrame) -> pd.DataFrame:
    """Totals after each partner and all the better ranked ones, each in its best way."""
    rows, changes, at = [], [], []
    for firm, group in one.groupby("_firm", sort=False):
        start = run.facts(int(str(firm)))
        facts, seen = dict(start), set()
        for index, n in zip(group.index, group["_option"], strict=True):
            option = options[int(n)]
            if option.partner in seen:
                continue
            seen.add(option.partner)
            facts |= option.changes(house, run.policy.id, facts)
            rows.append(option.firm)
            changes.append({name: value for name, value in facts.items() if not same(value, start[name])})
            at.append(index)
    summary, _ = run.scored(rows, changes)
    told = pd.DataFrame(
        {
            "together_low": summary["total_low"].to_numpy(),
            "together_high": summary["total_high"].to_numpy(),
            "together_decision": summary["decision"].astype(str).to_numpy(object),
        },
        index=at,
    )
    return one.join(told).fillna({"together_decision": ""})


def _gap(gap: float) -> str:
    """How far the next limit is; money in whole units, rounded up."""
    return "" if math.isnan(gap) or not gap else f"（还差{_number(float(math.ceil(gap)) if gap > 1000 else gap)}）"


def _facts_said(policy: Policy, change: Mapping[str, float], facts: Mapping[str, float]) -> str:
    said = []
    for name, value in change.items():
        column = policy.columns[name]
        words = [_fact(column.kind, part) for part in (facts[name], value)]
        said.append(f"{column.title} {words[0]}→{words[1]}")
    return "；".join(said)


def _fact(kind: str, value: float) -> str:
    if math.isnan(value):
        return "未知"
    return ("否", "是")[int(value)] if kind == "yesno" else _number(value) + ("元" if kind == "yuan" else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4f}".rstrip("0")


def _range(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}～{_number(high)}"


_FROM = {"probability": "匹配概率", "good_match": "判为较强匹配，未校准，按1计", "assumed": "配对表未给出，按1计"}


def _reasons(found: pd.DataFrame, options: Sequence[Option]) -> list[str]:
    """One text a proposal: what is done with whom, which items move, what it rests on, the fit and the cost."""
    told: dict[int, str] = {}
    for n, lines in found.groupby("_option", sort=False):
        option, first = options[int(str(n))], lines.iloc[0]
        items = [
            f"{row['title']}：{row['before']}→{row['after']}"
            if row["kind"] != "judged"
            else f"{row['title']}：{row['after']}"
            for row in lines.to_dict("records")
        ]
        total = (
            ""
            if math.isnan(first["total_after_low"])
            else f"总分 {_range(first['total_before_low'], first['total_before_high'])}→"
            f"{_range(first['total_after_low'], first['total_after_high'])}分。"
        )
        money = "未知" if math.isnan(option.cost) else f"{_number(option.cost)}元"
        told[int(str(n))] = (
            f"以{option.way.title}与{option.what}合作：{first['facts'] or '事实数值不变'}。{'；'.join(items)}。{total}"
            f"依据：{first['_says']}。适合的把握 {option.probability:.2f}（{_FROM[option.source]}）"
            f"{'' if option.good else '，匹配较弱，仅供参考'}，费用{money}。"
        )
    return [told[int(n)] for n in found["_option"]]
