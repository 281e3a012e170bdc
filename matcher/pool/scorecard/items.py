"""One item of a score card: the bins of a figure, the points of each, and the words for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from matcher.policy.language.intervals import Bools, Floats


def bin_side(up: bool) -> Literal["left", "right"]:
    """On which side of a cut a figure at the cut lies (of `numpy.searchsorted`)."""
    return "right" if up else "left"


@dataclass(frozen=True)
class Item:
    """One row of the points table. `cuts` (ascending) part the figure into len(cuts) + 1 bins; a figure at a cut lies
    above it where more is better, else below, as rules with limits read. `points` never fall in the better direction;
    `unknown` is what the firms of the history have on average. `rows`, `passed`: the history, a bin each, then unknown.
    """

    rule: str
    title: str
    up: bool
    unit: str
    cuts: tuple[float, ...]
    points: tuple[int, ...]
    unknown: int
    rows: tuple[int, ...]
    passed: tuple[int, ...]
    source: str

    def bins(self, values: Floats) -> np.ndarray:
        """The bin of each figure; len(cuts) + 1 where it is unknown."""
        places = np.searchsorted(self.cuts, values, side=bin_side(self.up))
        return np.where(np.isnan(values), len(self.points), places)

    @property
    def unsure(self) -> float:
        """The variance of the points of the history's firms whose figure is known: what an unknown one leaves open."""
        rows, points = np.array(self.rows[:-1], dtype=np.float64), np.array(self.points, dtype=np.float64)
        many = rows.sum()
        return float(rows @ (points - rows @ points / many) ** 2 / many) if many else 0.0

    def bin_text(self, place: int) -> str:
        """A bin in words."""
        if place == len(self.points):
            return "未知"
        if self.unit == "yesno":
            return "有" if place else "没有"
        low = self.cuts[place - 1] if place else None
        high = self.cuts[place] if place < len(self.cuts) else None
        below, above = ("低于{}", "{}以上") if self.up else ("{}以内", "高于{}")
        if low is None or high is None:
            return (below if low is None else above).format(shown(high if low is None else low, self.unit))  # type: ignore[arg-type]
        return f"{shown(low, self.unit)}至{shown(high, self.unit)}"


def left_open(items: Sequence[Item], unknown: Bools, together: float) -> Floats:
    """The variance of points that unknown facts leave; `unknown`: (items, firms). `together`: their correlation."""
    variance = np.array([item.unsure for item in items])
    deviation = np.sqrt(variance) @ unknown
    left: Floats = (1 - together) * (variance @ unknown) + together * deviation**2
    return left


def shown(value: float, unit: str) -> str:
    """A figure as people write it."""
    if unit == "share":
        return f"{value * 100:.4g}%"
    if unit == "above":
        return f"标准+{value * 100:.4g}个百分点"
    if unit == "yuan":
        return f"{value / 10_000:.6g}万元"
    return {"days": "{:.4g}天", "points": "规则分{:.4g}"}.get(unit, "{:.4g}").format(value)
