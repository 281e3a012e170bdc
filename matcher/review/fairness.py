"""Fairness of a round after the fact: who reviewed how much and how often before, whose applications were chosen.

Counts only, without names of applicants; what they mean a person says.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from scipy.stats import binomtest

from matcher.errors import ArgumentTypeError, TableError
from matcher.tables.arguments import check_frame


def reviewer_load(rounds: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Load and rotation of reviewers over rounds, in their order: (label, table with item and reviewer).

    One row a reviewer: reviewer, rounds (in how many), in_a_row (how many rounds one after the other up to the last;
    0 where they are not in it), reviews, then reviews of each round under its label. The most reviews
    first, then by id.
    """
    if isinstance(rounds, pd.DataFrame) or not len(rounds):
        raise ArgumentTypeError("rounds is a sequence of (label, table)")
    counts = {}
    for label, table in rounds:
        check_frame(table, label)
        if "reviewer" not in table:
            raise TableError(f"{label}：评分表缺少列：评委编号")
        counts[label] = table["reviewer"].astype(str).value_counts()
    each = pd.DataFrame(counts).fillna(0).astype(int)
    there = each > 0
    row = there.iloc[:, ::-1].astype(int).cumprod(axis=1).sum(axis=1)
    table = pd.DataFrame(
        {
            "reviewer": each.index.astype(object),
            "rounds": there.sum(axis=1),
            "in_a_row": row,
            "reviews": each.sum(axis=1),
        }
    )
    table = pd.concat([table, each], axis=1).reset_index(drop=True)
    return table.sort_values(["reviews", "reviewer"], ascending=[False, True], kind="stable", ignore_index=True)


def success_by(items: pd.DataFrame, group: str, *, chosen: str = "chosen") -> pd.DataFrame:
    """Applications and choices by a column (unit, region, field), against the share of all.

    One row a group: the group, items, chosen, share, low, high (95 % Clopper-Pearson interval of the share), expected
    (its items times the share of all), p_value (two-sided, of a binomial test against the share of the others; unknown
    where there are no others). Sorted by items, the most first, then by name. A small p-value among many groups is no
    finding by itself.
    """
    check_frame(items, "items")
    if missing := [name for name in (group, chosen) if name not in items]:
        raise TableError(f"缺少列：{'、'.join(missing)}")
    flag = items[chosen].astype(bool)
    names = items[group].astype(object).where(items[group].notna(), "").astype(str)
    counts = pd.DataFrame({group: names, "chosen": flag}).groupby(group)["chosen"].agg(items="size", chosen="sum")
    total, won = int(counts["items"].sum()), int(counts["chosen"].sum())
    rows = []
    for name, size, wins in counts.itertuples():
        interval = binomtest(int(wins), int(size)).proportion_ci(0.95)
        rest = total - size
        p_value = binomtest(int(wins), int(size), (won - wins) / rest).pvalue if rest else float("nan")
        rows.append((name, size, wins, wins / size, interval.low, interval.high, size * won / total, p_value))
    columns = [group, "items", "chosen", "share", "low", "high", "expected", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["items", group], ascending=[False, True], kind="stable", ignore_index=True)
