"""The tiers against the same rules written out by hand, over firms made so that each condition is near its limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tiers_by_hand import (
    gazelle,
    giant_2022,
    giant_2026,
    hidden_champion,
    innovative,
    single_champion,
    srdi_2022,
    srdi_2026,
)

from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped
from matcher.policy.scoring import score

WORDS = {True: "passes", False: "fails", None: "unknown"}


def near(policy: str, size: int, seed: int, bases: dict[str, Any]) -> list[dict[str, Any]]:
    """The firm of the worked cases, some of its facts moved a little or set anew."""
    rng = np.random.default_rng(seed)
    columns = load_policy(policy).columns
    start = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    rows = []
    for number in range(size):
        firm: dict[str, Any] = {"enterprise_id": str(number)}
        for name, column in columns.items():
            value = {**start, **bases}.get(name)
            if column.kind == "yesno":
                value = value == "yes"
                firm[name] = bool(rng.random() < 0.5) if rng.random() < 0.06 else value
            elif column.kind == "choice":
                firm[name] = (
                    str(rng.choice(list(column.choices)))
                    if rng.random() < 0.3
                    else (value or next(iter(column.choices)))
                )
            else:
                value = float(value if value is not None else rng.integers(1, 5))
                kind = rng.random()
                if column.kind == "yuan":
                    value = round(value * float(rng.choice([0.5, 0.9, 1, 1, 1, 1.1, 1.25, 2])))
                    value = 0 if kind < 0.01 else value
                elif column.kind == "share":
                    value = float(rng.choice([0.05, 0.0999, 0.1, 0.2, 0.3]))
                elif column.kind == "count":
                    value = int(max(column.lowest, value + rng.integers(-1, 2)))
                elif column.name != "employees_total":
                    value = round(
                        min(column.highest, max(column.lowest, value * float(rng.choice([0.6, 0.9, 1, 1, 1.2])))), 2
                    )
                firm[name] = value
        rows.append(firm)
    return rows


# A hidden champion with room above most limits, so that some of its near relations pass.
STEADY = {
    "operating_years": 20, "field_years": 20, "leading_products": 2, "invention_patents": 6, "other_ip": 6,
    "standards": 3, "international_certifications": 3, "market_rank_global": 8, "revenue_y1": 6e7, "revenue_y2": 9e7,
    "revenue_y3": 15e7, "main_revenue_y3": 14e7, "net_profit_y1": 1e6, "net_profit_y2": 2e6, "net_profit_y3": 4e6,
    "rd_expense_y2": 9e6, "rd_expense_y3": 12e6,
}  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "day", "by_hand", "bases"),
    [
        ("innovative-sme", "2026-08-01", innovative, {}),
        ("srdi", "2025-08-01", srdi_2022, {}),
        ("srdi", "2026-08-01", srdi_2026, {}),
        ("little-giant", "2026-08-01", giant_2026, {"purpose": "new"}),
        ("little-giant", "2025-08-01", giant_2022, {}),
        ("little-giant", "2025-08-01", giant_2022, {"revenue_y3": 45e6, "main_revenue_y3": 45e6, "new_equity_2y": 8e7,
                                                    "rd_expense_y2": 2e7, "rd_expense_y3": 3e7, "rd_staff": 50}),
        ("gazelle-shandong", "2026-08-01", gazelle, {}),
        ("gazelle-shandong", "2026-08-01", gazelle, {"revenue_y1": 4e8, "revenue_y2": 4.4e8, "revenue_y3": 4.84e8,
                                                     "rd_expense_y2": 11e6, "rd_expense_y3": 12.1e6}),
        ("hidden-champion-zhejiang", "2025-10-01", lambda firm: hidden_champion(firm, 2025), STEADY),
        ("hidden-champion-zhejiang", "2026-08-01", lambda firm: hidden_champion(firm, 2026), STEADY),
        ("hidden-champion-zhejiang", "2026-08-01", lambda firm: hidden_champion(firm, 2026),
         {**STEADY, "revenue_y1": 6e8, "revenue_y2": 9e8, "revenue_y3": 15e8, "main_revenue_y3": 14e8,
          "rd_expense_y2": 9e7, "rd_expense_y3": 12e7}),
        ("single-champion", "2026-08-01", single_champion, {}),
    ],
)  # fmt: skip
def test_tiers_agree_with_the_rules_by_hand(policy: str, day: str, by_hand: Any, bases: dict[str, Any]) -> None:
    rows = near(policy, 1500, 4, bases)
    if policy == "little-giant" and day == "2026-08-01":
        for row in rows:
            row["purpose"] = "new"
    scored = score(pd.DataFrame(rows), policy, on=day)
    expected, totals = [], []
    for row in rows:
        answer = by_hand(row)
        decision, total = answer if isinstance(answer, tuple) else (answer, None)
        expected.append(WORDS[decision])
        totals.append(np.nan if total is None else float(total))
    decisions = scored.summary["decision"].astype(str).tolist()
    wrong = [(rows[i], decisions[i], expected[i]) for i in range(len(rows)) if decisions[i] != expected[i]]
    assert not wrong, (len(wrong), wrong[0])
    assert np.array_equal(scored.summary["total_low"].to_numpy(), np.array(totals), equal_nan=True)
    assert 20 < expected.count("passes") < 1480, expected.count("passes")
