"""Hide facts of complete firms: the true answer stays inside the answer, and the answer is no wider than it must
be.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from matcher.policy.answers.evaluation import judged_columns
from matcher.policy.firms.facts import domain
from matcher.policy.language.intervals import Facts
from matcher.policy.language.model import FactColumn
from matcher.policy.policy import Policy, load_policy
from matcher.policy.scoring import Scored, score

ON = dt.date(2026, 6, 1)
DAYS = {"srdi": [dt.date(2025, 6, 1), dt.date(2026, 6, 1)], "little-giant": [dt.date(2025, 6, 1), dt.date(2026, 6, 1)]}
POLICIES = ["hte", "tech-sme", "innovative-sme", "srdi", "little-giant", "gazelle-shandong", "star"]


def _value(column: FactColumn, rng: np.random.Generator, rich: bool) -> Any:
    if column.kind == "yesno":
        bad = any(
            word in column.name
            for word in ("accident", "violation", "dishon", "listed", "prohib", "incident", "barred")
        )
        return float(rng.random() < (0.03 if bad else 0.8))
    if column.kind == "choice":
        return list(column.choices)[int(rng.integers(len(column.choices)))]
    if column.kind == "date":
        return pd.Timestamp("2026-06-01") - pd.Timedelta(days=int(rng.integers(200, 3000)))
    if column.kind == "yuan":
        negative = column.lowest < 0 and rng.random() < 0.2
        size = 10 ** rng.uniform(5.5, 8.7) if not rich else 10 ** rng.uniform(7, 8.5)
        return float(np.round(size)) * (-1 if negative else 1) if rng.random() > 0.03 else 0.0
    if column.kind == "share":
        return float(np.round(rng.random(), 3))
    if column.kind == "count":
        return float(max(column.lowest, rng.integers(0, 8)))
    if column.highest < 100:
        return float(np.round(rng.uniform(0, column.highest), 1))
    return float(np.round(rng.uniform(0, 100), 1))


def firms(policy: Policy, size: int, seed: int) -> pd.DataFrame:
    """Complete made-up firms; R&D, parts and staff in sensible proportion so that answers differ."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(size):
        row = {name: _value(column, rng, bool(number % 2)) for name, column in policy.columns.items()}
        for name, column in policy.columns.items():
            base = {"rd_expense": "sales", "rd_domestic": "rd_expense_y3", "main_revenue": "revenue"}
            for part, whole in base.items():
                suffix = name.removeprefix(part)
                other = whole if whole in row else whole + suffix
                if name.startswith(part) and other in row and column.kind == "yuan" and rng.random() < 0.9:
                    row[name] = float(np.round(row[other] * rng.uniform(0, 0.15 if part == "rd_expense" else 1)))
            if name.startswith("rd_expense") and "revenue" + name.removeprefix("rd_expense") in row:
                row[name] = float(np.round(row["revenue" + name.removeprefix("rd_expense")] * rng.uniform(0.0, 0.12)))
        if "rd_staff" in row:
            row["rd_staff"] = float(np.round(row["employees_total"] * rng.uniform(0, 0.5), 1))
        if "accounting_years" in row:
            since = 2026 - row["registered_on"].year
            row["accounting_years"] = float(min(3, since)) if rng.random() < 0.5 else np.nan
        if policy.opposites:
            row["ip_only_acquired"] = 1 - row["ip_own_rd"]
        rows.append({"enterprise_id": str(number), **row})
    return pd.DataFrame(rows)


def _decisions(scored: Scored) -> np.ndarray[Any, Any]:
    return scored.summary["decision"].astype(str).to_numpy()


@pytest.mark.parametrize("name", POLICIES)
def test_the_truth_lies_inside_what_is_said_when_facts_are_hidden(name: str) -> None:
    policy = load_policy(name)
    experts = judged_columns(policy)
    rng = np.random.default_rng(7)
    for day in DAYS.get(name, [ON]):
        complete = firms(policy, 300, 11)
        complete.loc[:149, list(experts)] = np.nan
        truth = score(complete, policy, on=day)
        for share in (0.05, 0.15, 0.5):
            hidden = complete.copy()
            for column in policy.columns:
                if column not in experts and column != "purpose":
                    hidden[column] = hidden[column].astype(object).mask(rng.random(len(hidden)) < share, None)
            scored = score(hidden, policy, on=day)
            assert (scored.summary["total_low"].fillna(0) <= truth.summary["total_low"].fillna(0) + 1e-9).all()
            assert (scored.summary["total_high"].fillna(0) >= truth.summary["total_high"].fillna(0) - 1e-9).all()
            was, now = _decisions(truth), _decisions(scored)
            wrong = (now != was) & (now != "unknown")
            assert not wrong.any(), list(zip(was[wrong], now[wrong], strict=True))[:5]
            rule = truth.verdicts["passed"].astype(object).fillna("").to_numpy()
            rule_hidden = scored.verdicts["passed"].astype(object).fillna("").to_numpy()
            assert ((rule_hidden == rule) | (rule_hidden == "unknown")).all()
            for column in ("points_low", "points_high"):
                one, two = scored.verdicts[column].fillna(0), truth.verdicts[column].fillna(0)
                assert (one <= two + 1e-9).all() if column == "points_low" else (one >= two - 1e-9).all()


def _fillings(policy: Policy, row: pd.Series[Any], missing: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Every combination of a coarse grid of values for the missing facts, among them values that can turn a rule."""
    grids: list[list[Any]] = []
    for name in missing:
        column = policy.columns[name]
        low, high = domain(column)
        if column.kind == "yesno":
            grids.append([0.0, 1.0])
        elif column.kind == "choice":
            grids.append(list(column.choices))
        elif column.kind == "date":
            grids.append(
                [pd.Timestamp(day) for day in ("2016-05-01", "2023-05-01", "2024-05-01", "2025-05-01", "2026-05-01")]
            )
        elif column.name == "accounting_years":
            grids.append([0.0, 1.0, 2.0, 3.0])
        elif column.kind == "yuan":
            grid = [0.0, 1.0, 1e13, *(10 ** rng.uniform(4.5, 9.2, 25)).round()]
            grid += [
                float(limit + shift) for limit in (1e7, 1.5e7, 2e7, 5e7, 1e8, 2e8, 3e8, 4e8) for shift in (-1, 0, 1)
            ]
            if low < 0:
                grid += [-1.0, -1e7, -1e9]
            related = [
                value for key, value in row.items() if key in policy.columns and policy.columns[key].kind == "yuan"
            ]
            for value in related:
                if isinstance(value, float) and value > 0:
                    grid += [
                        float(np.round(value * f))
                        for f in (0.02, 0.031, 0.05, 0.06, 0.35, 0.62, 0.81, 1, 1.06, 1.3, 2.8, 21, 34)
                    ]
            grids.append(sorted(set(grid)))
        elif column.kind == "count":
            grids.append([float(n) for n in (*range(int(low), 17), 50) if n <= high])
        elif column.kind == "share":
            grids.append([0.0, 0.0999, 0.1, 1.0])
        else:
            top = high if np.isfinite(high) else 1e6
            grids.append(
                sorted(
                    {low, top, *(v for v in (0.5, 1.5, 2, 3, 5, 10, 20, 49, 51, 61, 76, 400, 501) if low <= v <= top)}
                )
            )
    combos = list(itertools.product(*grids))
    out = pd.DataFrame([row.to_dict()] * len(combos))
    for place, name in enumerate(missing):
        out[name] = [combo[place] for combo in combos]
    out["enterprise_id"] = [str(i) for i in range(len(combos))]
    return out


@pytest.mark.parametrize("name", POLICIES)
def test_what_is_said_is_the_smallest_and_largest_over_every_filling(name: str) -> None:
    policy = load_policy(name)
    experts = judged_columns(policy)
    rng = np.random.default_rng(3)
    loose = 0
    cases = 30  # times seven policies: more than 200
    for number, row in enumerate(firms(policy, cases, 23).to_dict("records")):
        usable = [
            c for c in policy.columns if c not in experts and c not in ("purpose", "ip_own_rd", "ip_only_acquired")
        ]
        if not np.isnan(row.get("accounting_years", np.nan)):  # given beside the date, it cannot vary freely
            row["accounting_years"] = np.nan
        usable = [c for c in usable if c != "accounting_years"]
        missing = [str(m) for m in rng.choice(usable, size=int(rng.integers(1, 3)), replace=False)]
        day = DAYS.get(name, [ON])[number % len(DAYS.get(name, [ON]))]
        series = pd.Series({**row, **dict.fromkeys(missing)})
        scored = score(pd.DataFrame([series.to_dict()]), policy, on=day)
        filled = score(_fillings(policy, series, missing, rng), policy, on=day)
        seen = set(_decisions(filled))
        answer = _decisions(scored)[0]
        if answer != "unknown":
            assert seen == {answer}, (missing, series.to_dict())
        elif seen == {next(iter(seen))} and seen != {"unknown"}:
            loose += 1
            print(name, missing, seen, series.to_dict())
        low, high = scored.summary["total_low"][0], scored.summary["total_high"][0]
        if not np.isnan(low):
            assert low == filled.summary["total_low"].min(), (missing, series.to_dict())
            assert high == filled.summary["total_high"].max(), (missing, series.to_dict())
        for rule, part in filled.verdicts.groupby(["kind", "rule"], observed=True, sort=False):
            mine = scored.verdicts[(scored.verdicts["kind"] == rule[0]) & (scored.verdicts["rule"] == rule[1])].iloc[0]
            if rule[0] == "points":
                assert (mine["points_low"], mine["points_high"]) == (
                    part["points_low"].min(),
                    part["points_high"].max(),
                ), rule
            elif rule[0] == "condition":
                outcomes = set(part["passed"].astype(str))
                said_so = str(mine["passed"])
                assert outcomes == {said_so} or (said_so == "unknown" and len(outcomes) > 1), (
                    rule,
                    missing,
                    outcomes,
                    said_so,
                )
    assert loose == 0


def test_facts_know_their_shape() -> None:
    assert Facts(3, {}).sum([]).lo.tolist() == [0.0, 0.0, 0.0]
