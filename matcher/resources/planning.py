"""One answer of outcome, person, resource and money for each need, best for all needs together ("人才-平台-项目").

Each part counts by how many random pairs score as high, in powers of ten: 1 for one in ten thousand or fewer, 0.2 at
least. An outcome that is worth a call, not recommended, counts half; a resource of which something must be asked three
quarters; parts of one unit add, and a cost takes a little off. What does not fit is no candidate, so that a missing
part is seen as missing.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import ArgumentError
from matcher.experts.library import Experts
from matcher.experts.ranking import rank_experts
from matcher.export.advice import CONTACT, RECOMMENDED, advice_of
from matcher.matching.index import Index
from matcher.matching.matches import match
from matcher.progress import logger
from matcher.resources.budgets import OVER, amount, between, enough, missing_for
from matcher.resources.costs import UNKNOWN
from matcher.resources.finding import ADVICE, UNAVAILABLE, need_names, need_texts, rows_of
from matcher.resources.joint_choice import Choice, choose
from matcher.tables.cells.numbers import Number, read_number
from matcher.tables.cells.texts import Fault

WEIGHTS = {"outcome": 0.4, "expert": 0.3, "resource": 0.3}
SAME_UNIT = 0.05  # for each two parts of one unit
DEAR, DEAR_FROM = 0.01, 100_000.0  # what a cost of so many yuan, or an unknown one, takes off
HALF, UNSURE, LEAST = 0.5, 0.75, 0.2
BEST = 5  # candidates of each part
ENOUGH = 10  # resources found for each need, of which some cannot be had
LOAD = 3  # needs of an expert
_POWERS = 4.0  # one random pair in 10 ** 4 counts 1
TABLE = [
    "need_id", "title", "outcome_id", "outcome_title", "expert_id", "expert_name", "resource_id", "resource_name",
    "value", "missing", "same_unit", "hours", "cost_low", "cost_high", "budget", "money", "met", "fee", "evidence",
    "works", "outcome_fit", "expert_fit", "resource_fit", "contact",
]  # fmt: skip
USE = ["resource_id", "resource_name", "hours_free", "hours", "needs", "need_ids"]
PERSONS = ["expert_id", "expert_name", "institution", "load", "needs", "need_ids"]
UNANSWERED = ["need_id", "title", "reason"]
_PARTS = {"outcome": "成果", "expert": "专家", "resource": "资源"}


@dataclass(frozen=True, eq=False)
class JointPlan:
    """A plan as tables.

    Attributes
    ----------
    table
        TABLE, one row a need that gets an answer, in the needs' order. `value`: the weighted sum; `missing`: parts that
        nothing fits, or that cost more than the budget, with how much more; `cost_low`, `cost_high`: price of the
        outcome and use of the resource in yuan, NA where open; `money`: whether the budget is enough, and how much may
        be missing.
    use
        USE, one row a chosen resource: hours free and planned (what needs do not say is not in it).
    persons
        PERSONS, one row a chosen expert.
    unanswered
        UNANSWERED, needs without any answer, and why.
    value, bound
        The sum of values, and what no choice among the candidates exceeds.
    cost
        What all answers together cost in yuan, at least and at most; infinite where one of them is open.
    money
        Yuan for all needs together; None for no limit.
    """

    table: pd.DataFrame
    use: pd.DataFrame
    persons: pd.DataFrame
    unanswered: pd.DataFrame
    value: float
    bound: float
    cost: tuple[float, float]
    money: float | None

    @property
    def summary(self) -> str:
        """One sentence in Chinese: how many needs have an answer, what it costs, and whether the money is enough."""
        proof = "已证明是候选中的最优" if self.bound <= self.value + 1e-6 else f"上界 {self.bound:.3f}"
        return (
            f"{len(self.table) + len(self.unanswered)} 条需求中 {len(self.table)} 条有联合方案，"
            f"三样齐全 {int((self.table['missing'] == '').sum())} 条；总分 {self.value:.3f}，{proof}；{self._costs}"
        )

    @property
    def _costs(self) -> str:
        low, high = self.cost
        told = f"费用合计{between(low, high)}"
        if self.money is not None:
            told += f"，总经费 {amount(self.money)}，"
            told += "不知道够不够，先问" if math.isinf(high) else enough(self.cost, self.money)
        over = int(self.table["money"].str.startswith(OVER).sum())
        return told + (f"；{over} 条可能超出自己的预算" if over else "")


class _Part(NamedTuple):
    """A candidate for one part of an answer; `row`: what the search said."""

    name: str
    fit: float
    unit: str
    cost: tuple[float, float]
    row: Mapping[str, Any]


_NOTHING = _Part("", 0.0, "", (0.0, 0.0), {})


def plan_jointly(
    needs: pd.DataFrame,
    resources: pd.DataFrame,
    found: pd.DataFrame,
    *,
    outcomes: pd.DataFrame | None = None,
    experts: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    on: dt.date | str | None = None,
    load: int = LOAD,
    money: float | None = None,
    progress: bool = False,
) -> JointPlan:
    """Choose for each need an outcome, an expert and a resource together.

    The sum of values over all needs is largest among the five best candidates of each part, which is proven: a resource
    is used for no more than its free hours over all needs, an expert serves `load` needs at most, an answer costs no
    more than its need's budget and all together no more than `money`. Costs and hours count with their lower ends, so
    that what is unknown bars nothing; the table says where money may not be enough. What an expert asks is not in it.

    Parameters
    ----------
    needs, resources
        As `read_resource_needs` and `read_resources` give them; `budget` of a need in yuan.
    found
        As `find_resources` gives it for both, with at least ten resources a need; fewer (`k` below ten) are logged as a
        warning by the logger "matcher".
    outcomes, experts, works
        As `read_outcomes`, `read_experts`, `read_works` give them; without a table that part is left out.
    on
        The day from which works are looked back at, and on which outcomes must be valid.
    load
        Needs of an expert at most.
    money
        Yuan for all needs together.
    progress
        Show bars on standard error.

    Raises
    ------
    ArgumentError
        `load` or `money` lies outside its range.
    TableError
        As `find_resources`, `match` and `rank_experts`.
    """
    if load < 1:
        raise ArgumentError(f"load must be at least 1, not {load}")
    if money is not None and not money >= 0:
        raise ArgumentError(f"money must be at least 0, not {money}")
    asked = needs.assign(**{name: need_texts(needs)[name].to_numpy() for name in ("title", "description")})
    if len(found) and (most := int(found["need_id"].value_counts().max())) < min(ENOUGH, len(resources)):
        logger.warning("每条需求至多只有 %d 项找到的资源，合用的可能不在其中；请用 find_resources(k=%d)", most, ENOUGH)
    candidates = {
        "outcome": _outcomes(asked, outcomes, on, progress),
        "expert": _experts(asked, experts, works, on, progress),
        "resource": _resources(found),
    }
    parts: list[tuple[_Part, ...]] = []
    options: list[Choice] = []
    titles = need_names(needs)
    rows = {str(row["need_id"]): {**row, "title": titles[str(row["need_id"])]} for row in rows_of(needs)}
    for need, row in rows.items():
        budget = _budget(row)
        kinds = [[_NOTHING, *candidates[part].get(need, ())] for part in WEIGHTS]
        for triple in itertools.product(*kinds):
            low, _ = _cost(triple)
            if any(one.name for one in triple) and (budget is None or low <= budget):
                used = triple[2].row.get("hours")
                taken = 0.0 if used is None or pd.isna(used) else float(used)
                outcome, expert, resource = (one.name for one in triple)
                options.append(Choice(need, outcome, expert, resource, _value(triple), taken, low))
                parts.append(triple)
    free = {
        str(name): float(hour)
        for name, hour in zip(
            resources["resource_id"], resources.get("hours_free", pd.Series(dtype=float)), strict=False
        )
        if not pd.isna(hour)
    }
    chosen = choose(options, hours_free=free, load=load, money=money)
    answered = {options[row].need: parts[row] for row in chosen.rows}
    closed = {
        str(need): "、".join(group["name"] + group["advice"])
        for need, group in found[found["advice"].isin(UNAVAILABLE)].groupby("need_id")
    }
    in_order = [(need, answered[need]) for need in rows if need in answered]
    costs = [_cost(triple) for triple in answered.values()]
    table = pd.DataFrame(
        [_row(need, rows[need], triple, candidates, closed.get(need, "")) for need, triple in in_order], columns=TABLE
    )
    numbers = dict.fromkeys(("hours", "cost_low", "cost_high", "budget"), "Float64")
    return JointPlan(
        table.astype(numbers),
        _use(table, free),
        _persons(table, answered, load),
        _unanswered({need: row for need, row in rows.items() if need not in answered}, candidates, closed, money),
        chosen.value,
        chosen.bound,
        (sum(low for low, _ in costs), sum(high for _, high in costs)),
        money,
    )


def fit_of(score: float) -> float:
    """What a candidate counts of which this share of random pairs scores lower, by powers of ten: 0.99 is 0.5."""
    return min(1.0, max(LEAST, -math.log10(max(1.0 - score, 1e-12)) / _POWERS))


def _outcomes(
    needs: pd.DataFrame, outcomes: pd.DataFrame | None, on: dt.date | str | None, progress: bool
) -> dict[str, list[_Part]]:
    if outcomes is None or not len(outcomes):
        return {}
    known = {str(row["outcome_id"]): row for row in rows_of(outcomes)}
    pairs = match(needs, Index.build(outcomes), k=BEST, valid_on=on, progress=progress)
    advice, found = advice_of(pairs), dict[str, list[_Part]]()
    weights = {RECOMMENDED: 1.0, CONTACT: HALF}
    for pair, word in zip(rows_of(pairs), advice, strict=True):
        if word not in weights:
            continue
        row = known[str(pair["outcome_id"])]
        fit = fit_of(pair["score"]) * weights[word]
        one = _Part(
            str(pair["outcome_id"]), fit, str(row.get("institution") or ""), _price(row.get("price")), {**row, **pair}
        )
        found.setdefault(str(pair["need_id"]), []).append(one)
    return found


def _experts(
    needs: pd.DataFrame,
    experts: pd.DataFrame | None,
    works: pd.DataFrame | None,
    on: dt.date | str | None,
    progress: bool,
) -> dict[str, list[_Part]]:
    if experts is None or not len(experts):
        return {}
    known = {str(row["expert_id"]): row for row in rows_of(experts)}
    done = pd.DataFrame(columns=["work_id", "expert_id", "title"], dtype=str) if works is None else works
    pairs = rank_experts(needs, Experts.build(experts, done), k=BEST, on=on, reasons=False, progress=progress)
    found: dict[str, list[_Part]] = {}
    for pair in rows_of(pairs[pairs["good_match"].astype(bool)]):
        row = known[str(pair["expert_id"])]
        one = _Part(
            str(pair["expert_id"]),
            fit_of(pair["score"]),
            str(row.get("institution") or ""),
            (0.0, 0.0),
            {**row, **pair},
        )
        found.setdefault(str(pair["need_id"]), []).append(one)
    return found


def _resources(pairs: pd.DataFrame) -> dict[str, list[_Part]]:
    weights = {ADVICE["met"]: 1.0, ADVICE["unknown"]: UNSURE}
    found: dict[str, list[_Part]] = {}
    for pair in rows_of(pairs):
        here = found.setdefault(str(pair["need_id"]), [])
        if pair["advice"] in weights and len(here) < BEST:
            low, high = pair["cost_low"], pair["cost_high"]
            cost = (0.0 if low is None else float(low), math.inf if high is None else float(high))
            fit = fit_of(pair["score"]) * weights[pair["advice"]]
            here.append(_Part(str(pair["resource_id"]), fit, pair["institution"], cost, pair))
    return found


def _price(text: object) -> tuple[float, float]:
    """A price as an interval of yuan; (0, inf) where it is to be agreed or not said, or a text without its unit."""
    number: Number | Fault | None = None if pd.isna(text) else read_number(text, 1)  # type: ignore[call-overload]
    if not isinstance(number, Number) or (isinstance(text, str) and number.suffix != "元" and "万" not in text):
        return UNKNOWN
    return float(number.low or 0), math.inf if number.high is None else float(number.high)


def _budget(row: Mapping[str, Any]) -> float | None:
    """What a need can spend at most; None where it is not said, or has no upper end."""
    known = next((row[name] for name in ("budget", "budget_max") if name in row and not pd.isna(row[name])), None)
    return None if known is None else float(known)


def _cost(triple: Sequence[_Part]) -> tuple[float, float]:
    return sum(one.cost[0] for one in triple), sum(one.cost[1] for one in triple)


def _value(triple: Sequence[_Part]) -> float:
    fits = sum(weight * one.fit for weight, one in zip(WEIGHTS.values(), triple, strict=True))
    return fits + SAME_UNIT * len(_shared_units(triple)) - DEAR * min(1.0, _cost(triple)[1] / DEAR_FROM)


def _shared_units(triple: Sequence[_Part]) -> list[str]:
    return [
        f"{_PARTS[first]}和{_PARTS[second]}同在{one.unit}"
        for (first, one), (second, other) in itertools.combinations(zip(WEIGHTS, triple, strict=True), 2)
        if one.unit and one.unit == other.unit
    ]


def _row(
    need: str,
    row: Mapping[str, Any],
    triple: Sequence[_Part],
    candidates: Mapping[str, Mapping[str, list[_Part]]],
    closed: str,
) -> dict[str, Any]:
    outcome, expert, resource = triple
    low, high = _cost(triple)
    budget = _budget(row)
    left = math.inf if budget is None else budget - low
    missing = []
    for (part, title), one in zip(_PARTS.items(), triple, strict=True):
        if not one.name:
            parts = candidates[part].get(need, ())
            why = missing_for(min(other.cost[0] for other in parts), left) if parts else ""
            missing.append(title + (why or (f"（{closed}）" if closed and part == "resource" else "")))
    used = resource.row.get("hours")
    return {
        "need_id": need, "title": row["title"], "outcome_id": outcome.name,
        "outcome_title": outcome.row.get("title", ""), "expert_id": expert.name,
        "expert_name": expert.row.get("name", ""),
        "resource_id": resource.name, "resource_name": resource.row.get("name", ""), "value": _value(triple),
        "missing": "、".join(missing), "same_unit": "；".join(_shared_units(triple)), "hours": used,
        "cost_low": None if (low, high) == UNKNOWN else low, "cost_high": high if math.isfinite(high) else None,
        "budget": budget, "money": "未写预算" if budget is None else enough((low, high), budget),
        "met": resource.row.get("met", ""), "fee": resource.row.get("fee", ""),
        "evidence": outcome.row.get("evidence", ""), "works": expert.row.get("works", ""), "outcome_fit": outcome.fit,
        "expert_fit": expert.fit, "resource_fit": resource.fit, "contact": resource.row.get("contact", ""),
    }  # fmt: skip


def _unanswered(
    rows: Mapping[str, Mapping[str, Any]],
    candidates: Mapping[str, Mapping[str, list[_Part]]],
    closed: Mapping[str, str],
    money: float | None,
) -> pd.DataFrame:
    left = [
        {
            "need_id": need,
            "title": row["title"],
            "reason": _why_left(need, row, candidates, closed.get(need, ""), money),
        }
        for need, row in rows.items()
    ]
    return pd.DataFrame(left, columns=UNANSWERED)


def _why_left(
    need: str,
    row: Mapping[str, Any],
    candidates: Mapping[str, Mapping[str, list[_Part]]],
    closed: str,
    money: float | None,
) -> str:
    costs = [one.cost[0] for part in WEIGHTS for one in candidates[part].get(need, ())]
    if not costs:
        return "没有合适的成果、专家和资源" + (f"；{closed}" if closed else "")
    for name, limit in (("预算", _budget(row)), ("总经费", money)):
        if limit is not None and min(costs) > limit:
            least = min(costs)
            return f"合适的都超出{name}：最少要 {amount(least)}，{name} {amount(limit)}，超出 {amount(least - limit)}"
    return "机时、专家或总经费已被更合适的需求用完"


def _use(table: pd.DataFrame, free: Mapping[str, float]) -> pd.DataFrame:
    rows = [
        {
            "resource_id": name, "resource_name": group["resource_name"].iloc[0], "hours_free": free.get(str(name)),
            "hours": group["hours"].sum(min_count=1), "needs": len(group), "need_ids": "、".join(group["need_id"]),
        }
        for name, group in table[table["resource_id"] != ""].groupby("resource_id")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=USE).astype(dict.fromkeys(("hours_free", "hours"), "Float64"))


def _persons(table: pd.DataFrame, answered: Mapping[str, Sequence[_Part]], load: int) -> pd.DataFrame:
    units = {triple[1].name: triple[1].unit for triple in answered.values()}
    rows = [
        {
            "expert_id": name, "expert_name": group["expert_name"].iloc[0], "institution": units[str(name)],
            "load": load, "needs": len(group), "need_ids": "、".join(group["need_id"]),
        }
        for name, group in table[table["expert_id"] != ""].groupby("expert_id")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=PERSONS)
