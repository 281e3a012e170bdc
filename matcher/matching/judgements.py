"""Judged pairs as people hand them in, and as an index keeps them. A table in, a table of one kind out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.matching.calibration import Calibration
from matcher.tables.dates import read_date
from matcher.tables.ids import ids_of

# Why a user declines a pair, in English or Chinese, and the level that the reason implies (None: none).
REASONS: dict[str, tuple[str, float | None]] = {
    "too early": ("太早", None),
    "no benefit over what we have": ("无优势", 2.0),
    "commercial route unclear": ("商业路径不清", None),
    "description unclear": ("描述不清", None),
    "wrong field": ("领域不符", 1.0),
    "too expensive": ("太贵", None),
    "already solved": ("已解决", None),
    "other": ("其他", None),
}
VERDICTS = {"accepted": "accepted", "采纳": "accepted", "declined": "declined", "拒绝": "declined"}
ACCEPTED = 4.0  # the level that an accepted pair implies


@dataclass(frozen=True, eq=False)
class Feedback:
    """Judged pairs as an index keeps them; `prior`: the calibration from which they start.

    `table`: asking_id, title, description (of the asking text), record_id, level (1..4, unknown where nothing implies
    it), stated (whether it was given as a level), reason (a key of `REASONS`, "" for none); sorted by both ids.
    """

    table: pd.DataFrame
    prior: Calibration | None


def read_judgements(judged: pd.DataFrame, asking: str, answering: str) -> pd.DataFrame:
    """The judged table with levels, verdicts and reasons read: asking_id, record_id, level, stated, reason.

    Raises TableError naming every row that says nothing.
    """
    if not {"level", "verdict", "reason"} & set(judged.columns):
        raise TableError("反馈表缺少列：等级（level）、结论（verdict）和理由（reason）至少要有一列")
    blank = pd.Series("", index=judged.index)
    level, verdict, reason = (
        judged[name].astype(object).where(judged[name].notna(), "").astype(str).str.strip() if name in judged else blank
        for name in ("level", "verdict", "reason")
    )
    stated = pd.to_numeric(level, errors="coerce")
    names = {name: key for key, (chinese, _) in REASONS.items() for name in (key, chinese)}
    verdicts, reasons = verdict.map(VERDICTS), reason.map(names)
    checks = [
        (stated.isin([1, 2, 3, 4]) | (level == ""), level, "不是 1 到 4 的等级"),
        (verdicts.notna() | (verdict == ""), verdict, "不是 accepted（采纳）或 declined（拒绝）"),
        (
            reasons.notna() | (reason == ""),
            reason,
            f"不是拒绝理由；可用：{'、'.join(name for name, _ in REASONS.values())}",
        ),
        ((verdicts != "accepted") | (reason == ""), reason, "是拒绝理由，而该对标为采纳"),
        ((level + verdict + reason) != "", level, "没有等级、结论或理由"),
    ]
    faults = [
        f"第 {row + 2} 行“{values.iloc[row]}”：{fault}"
        for good, values, fault in checks
        for row in np.flatnonzero(~good.to_numpy(bool))
    ]
    if faults:
        raise TableError(f"反馈表有 {len(faults)} 处问题：\n  " + "\n  ".join(faults[:20]))
    reasons = reasons.where(reasons.notna(), "").where((verdicts != "declined") | (reason != ""), "other")
    implied = reasons.map({key: level for key, (_, level) in REASONS.items()}).astype(float)
    implied = implied.where(verdicts != "accepted", ACCEPTED)
    return pd.DataFrame(
        {
            "asking_id": ids_of(judged, asking),
            "record_id": ids_of(judged, answering),
            "level": stated.where(stated.notna(), implied),
            "stated": stated.notna(),
            "reason": reasons,
        }
    )


def order_of(judged: pd.DataFrame) -> list[int]:
    """The rows of a judged table in the order of their `day`, rows of one day as they stand; all as they stand where
    the table has no days or one of them cannot be read.
    """
    rows = list(range(len(judged)))
    days = [read_date(cell) for cell in judged["day"].tolist()] if "day" in judged else []
    known = [day for day in days if isinstance(day, dt.date)]
    return sorted(rows, key=known.__getitem__) if len(known) == len(rows) else rows
