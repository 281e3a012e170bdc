"""Targets of a year: how far each one is on a day, and what is missing a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.export.charts import Chart
from matcher.export.sheets import Sheet
from matcher.export.titles import TARGETS as TITLES
from matcher.tables.arguments import Day, as_day
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas import TARGETS

PROGRESS = (
    *("target_id", "name", "unit", "goal", "due", "actual", "share", "expected", "status", "missing", "a_month"),
    "reason",
)
STATUS = ("已完成", "进度正常", "进度落后", "已逾期", "无实际值")
NOT_WORKED_OUT = "无法计算"
MONTH = 365.25 / 12  # days


def read_targets(
    source: str | Path | pd.DataFrame,
    *,
    on: Day,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of targets (the contract TARGETS), one row each; a goal whose header names a year (2026年目标) is
    taken where it is that of `on`. Raises TableError as `read_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"指标名称": ["高企净增"], "2025年目标": [80], "2026年目标": [100]})
    >>> read_targets(table, on="2026-07-01").rows[["name", "goal"]].values.tolist()
    [['高企净增', 100.0]]
    """
    contract = replace(TARGETS, year=as_day(on).year + 1)  # "year" is one later than what its last figures are of
    return read_table(source, contract, sheet=sheet, columns=columns)


def target_progress(targets: pd.DataFrame, *, on: Day) -> pd.DataFrame:
    """How far each target is on a day.

    Parameters
    ----------
    targets
        target_id, name, goal, due, and where known baseline, actual, start (first day of its period) and unit. goal
        and actual are levels in the same unit; what is still to be done runs from baseline (0 where unknown) to goal,
        downwards where the goal lies below it. Where only a month or a year is known (`due_max`, `start_min`, as
        `read_table` gives them), the period begins on its first day and ends on its last.
    on
        The day.

    Returns
    -------
    One row a target, in the order given: target_id, name, unit, goal, due, actual, share (of the way that is done; may
    exceed 1), expected (the share of the period that is over, unknown without `start`), missing (what is left, 0 where
    reached), a_month (missing by the months left) and status: 已完成; 进度正常 (at least the expected share);
    进度落后; 已逾期 (the day has passed); 无实际值; 无法计算, of which `reason` says what is missing: a goal or a due
    day, or a start before the due day.

    Examples
    --------
    >>> row = {"target_id": "A", "name": "净增", "goal": 100, "actual": 46, "due": "2026-12-31"}
    >>> target_progress(pd.DataFrame([row]), on="2026-07-01")[["share", "missing", "status"]].to_numpy().tolist()
    [[0.46, 54.0, '进度正常']]
    """
    day = pd.Timestamp(as_day(on))
    table = targets.reset_index(drop=True)
    for name in ("unit", "baseline", "actual", "start"):
        if name not in table:
            table[name] = None
    goal, base, actual = (
        pd.to_numeric(table[name]).to_numpy(float, na_value=np.nan) for name in ("goal", "baseline", "actual")
    )
    due, start = _day(table, "due", "due_max"), _day(table, "start", "start_min")
    faults = [
        (np.isnan(goal), "没有目标值"),
        (due.isna().to_numpy(), "没有完成日期"),
        ((start >= due).to_numpy(), "起始日期不早于完成日期"),
    ]
    reasons = ["；".join(word for rows, word in faults if rows[at]) for at in range(len(table))]
    sound = np.array([not reason for reason in reasons], bool)
    base = np.where(np.isnan(base), 0.0, base)
    way = goal - base
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(way == 0, np.where(np.isnan(actual), np.nan, 1.0), (actual - base) / way)
        left = np.where(share >= 1, 0.0, goal - actual)
        months = np.maximum((due - day).dt.days.to_numpy(float), 0) / MONTH
        a_month = np.where(left == 0, 0.0, left / months)
    expected = ((day - start) / (due - start)).clip(0, 1).to_numpy(float)
    late = (day > due).to_numpy()
    behind = share < np.where(np.isnan(expected), 0.0, expected)
    status = np.select(
        [~sound, np.isnan(actual), share >= 1, late, behind],
        [NOT_WORKED_OUT, STATUS[4], STATUS[0], STATUS[3], STATUS[2]],
        STATUS[1],
    )
    figures = {"share": share, "expected": expected, "missing": left, "a_month": np.where(late, np.nan, a_month)}
    columns = table[["target_id", "name", "unit", "goal", "actual"]].assign(
        **{name: np.where(sound, values, np.nan) for name, values in figures.items()},
        due=due,
        status=status,
        reason=reasons,
    )
    return columns[list(PROGRESS)]


def _day(table: pd.DataFrame, name: str, bound: str) -> pd.Series[Any]:
    """A column of days, with a bound where the day itself is not known."""
    days = pd.to_datetime(table[name])
    return days.fillna(pd.to_datetime(table[bound])) if bound in table else days


def target_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """The targets as a sheet; table: of `target_progress`."""
    key = (
        "target_id",
        "name",
        "goal",
        "actual",
        "unit",
        "share",
        "expected",
        "status",
        "missing",
        "a_month",
        "due",
        "reason",
    )
    shares = dict.fromkeys(("share", "expected"), "0.0%")
    chart = Chart("bar", "name", ["share", "expected"], "完成比例与时间进度", "0%")
    return {"目标": Sheet(table, TITLES, key=key, frozen=2, formats=shares, chart=chart)}
