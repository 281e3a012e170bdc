"""Targets of a year: how far each one is on a day, and what is missing a month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import TARGETS
from matcher.tables.arguments import Day, as_day

PROGRESS = ("target_id", "name", "unit", "goal", "due", "actual", "share", "expected", "status", "missing", "a_month")
STATUS = ("已完成", "进度正常", "进度落后", "已逾期", "无实际值")
MONTH = 365.25 / 12  # days


def target_progress(targets: pd.DataFrame, *, on: Day) -> pd.DataFrame:
    """How far each target is on a day.

    Parameters
    ----------
    targets
        target_id, name, goal, due, and where known baseline, actual, start (first day of its period) and unit. goal
        and actual are levels in the same unit; what is still to be done runs from baseline (0 where unknown) to goal,
        downwards where the goal lies below it.
    on
        The day.

    Returns
    -------
    One row a target, in the order given: target_id, name, unit, goal, due, actual, share (of the way that is done; may
    exceed 1), expected (the share of the period that is over, unknown without `start`), missing (what is left, 0 where
    reached), a_month (missing by the months left) and status: 已完成; 进度正常 (at least the expected share);
    进度落后; 已逾期 (the day has passed); 无实际值.

    Raises
    ------
    TableError
        A goal or a day is missing, or a start is not before its due day; the text lists every fault.

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
    due, start = (pd.to_datetime(table[name]) for name in ("due", "start"))
    if faults := [
        f"{row}：{what}"
        for rows, what in (
            (np.isnan(goal), "没有目标值"),
            (due.isna().to_numpy(), "没有完成日期"),
            ((start >= due).to_numpy(), "起始日期不早于完成日期"),
        )
        for row in table.loc[rows, "target_id"]
    ]:
        raise TableError(f"目标表有 {len(faults)} 处问题：\n  " + "\n  ".join(map(str, faults)))
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
        [np.isnan(actual), share >= 1, late, behind], [STATUS[4], STATUS[0], STATUS[3], STATUS[2]], STATUS[1]
    )
    columns = table[["target_id", "name", "unit", "goal", "due", "actual"]].assign(
        share=share, expected=expected, status=status, missing=left, a_month=np.where(late, np.nan, a_month)
    )
    return columns[list(PROGRESS)]


def target_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """The targets as a sheet; table: of `target_progress`."""
    key = ("target_id", "name", "goal", "actual", "unit", "share", "expected", "status", "missing", "a_month", "due")
    shares = dict.fromkeys(("share", "expected"), "0.0%")
    return {"目标": Sheet(table, TARGETS, key=key, frozen=2, formats=shares)}
