"""Figures to chances, and how good chances were: calibration and the verification of forecasts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from matcher.policy.language.intervals import Bools, Floats

CHECK = ("measure", "value", "low", "high", "rows")
GROUPS = ("group", "rows", "expected", "passed", "low", "high")
MEASURES = {
    "rows": "末轮申报数",
    "passed": "末轮通过数",
    "expected": "末轮预计通过数",
    "brier": "布里尔分（越小越好）",
    "brier_base": "只报以往通过率的布里尔分",
    "brier_skill": "布里尔技巧分（0：不比只报通过率好；1：全对）",
    "auc": "AUC（0.5：与随机排序相同；1：全对）",
    "slope": "校准斜率（1：恰当；小于1：预计过于极端）",
}
NORMAL = 1.959963984540054  # of a 95 % interval
RESAMPLES = 2000


class Figure(NamedTuple):
    """One figure of a check with its 95 % interval."""

    value: float
    low: float
    high: float


def figures_of(check: pd.DataFrame) -> dict[str, Figure]:
    """The figures of a check (CHECK) by their names."""
    columns = [check[name].tolist() for name in CHECK[:4]]
    return {str(name): Figure(*ends) for name, *ends in zip(*columns, strict=True)}


def calibrate(points: Floats, passed: Bools, firm: np.ndarray) -> tuple[float, float, tuple[float, float, float]]:
    """Intercept and slope of a logistic regression on one figure, and their covariance, robust to firms that stand
    several times (the sandwich of Liang and Zeger 1986).
    """
    centre, scale = float(points.mean()), max(float(points.std()), 1e-9)
    table = np.column_stack([np.ones(len(points)), (points - centre) / scale])
    free = np.zeros(2)
    for _ in range(100):
        chance = expit(table @ free)
        bend = table.T @ (table * (chance * (1 - chance))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(bend, table.T @ (passed - chance) - 1e-6 * free)
        free = free + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    pulls = np.zeros((int(firm.max()) + 1, 2))
    np.add.at(pulls, firm, table * (passed - expit(table @ free))[:, None])
    back = np.linalg.inv(bend)
    both = back @ (pulls.T @ pulls) @ back
    slope = float(free[1]) / scale
    spread = float(both[0, 0]), float(both[0, 1]) / scale, float(both[1, 1]) / scale**2
    intercept, spread = moved(float(free[0]), slope, spread, centre)
    return intercept, slope, spread


def moved(
    intercept: float, slope: float, spread: tuple[float, float, float], centre: float
) -> tuple[float, tuple[float, float, float]]:
    """Intercept and covariance for a figure of which `centre` was taken off before."""
    of_intercept, both, of_slope = spread
    return intercept - slope * centre, (
        of_intercept - 2 * centre * both + centre**2 * of_slope,
        both - centre * of_slope,
        of_slope,
    )


def verify(
    chance: Floats, passed: Bools, firm: np.ndarray, *, base: float, before: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How good chances were that were forecast before: figures (CHECK) and groups of rising chance (GROUPS).

    chance, passed, firm (a number): a row an application; `base`: the share that passed `before`, of so many cases,
    which is the forecast for everybody without a card. Figures: the number that passed; the expected one, with
    the interval that chance allows here and before; the Brier score and its skill against `base` (1 - score / score of
    `base`), the area under the ROC curve, both with a bootstrap over firms; the slope of a logistic regression on the
    log odds of the chance (1 where chances are neither too bold nor too timid). Intervals are of 95 %. Groups: about
    equal in size, equal chances together, the share that passed with an interval (Wilson 1927).
    """
    firm = pd.factorize(firm)[0]
    firms = int(firm.max()) + 1
    each, often = (chance - passed) ** 2, (base - passed) ** 2
    measures: dict[str, list[float]] = {"brier": [], "brier_skill": [], "auc": []}
    for turn in range(RESAMPLES + 1):
        drawn = np.bincount(rng.integers(firms, size=firms), minlength=firms) if turn else np.ones(firms)
        weight = drawn[firm].astype(np.float64)
        measures["brier"].append(float(weight @ each / weight.sum()))
        measures["brier_skill"].append(1 - float(weight @ each) / float(weight @ often))
        measures["auc"].append(area(chance, passed, weight))
    total, variance = float(chance.sum()), float((chance * (1 - chance)).sum())
    wide = NORMAL * float(np.sqrt(variance * (1 + len(passed) / before)))
    rows: list[tuple[str, float, float, float]] = [
        ("rows", float(len(passed)), np.nan, np.nan),
        ("passed", float(passed.sum()), np.nan, np.nan),
        ("expected", total, total - wide, total + wide),
    ]
    for name, values in measures.items():
        low, high = np.nanquantile(values[1:], [0.025, 0.975])
        rows.append((name, values[0], float(low), float(high)))
    rows.append(("brier_base", float(often.mean()), np.nan, np.nan))
    _, slope, (_, _, spread) = calibrate(np.log(chance) - np.log1p(-chance), passed, firm)
    wide = NORMAL * float(np.sqrt(spread))
    rows.append(("slope", slope, slope - wide, slope + wide))
    table = pd.DataFrame(rows, columns=list(CHECK[:4])).assign(rows=len(passed))
    order = {name: place for place, name in enumerate(MEASURES)}
    table = table.sort_values("measure", key=lambda names: names.map(order), ignore_index=True)
    many = int(np.clip(len(passed) // 20, 2, 5))
    rank = np.argsort(np.argsort(chance, kind="stable"), kind="stable")
    # equal chances stay in one group
    place = pd.Series(rank * many // len(chance)).groupby(chance).transform("min").to_numpy()
    groups = []
    for number, group in enumerate(np.unique(place), start=1):
        rows_of = place == group
        low, high = _wilson(float(passed[rows_of].sum()), int(rows_of.sum()))
        groups.append(
            (number, int(rows_of.sum()), float(chance[rows_of].mean()), int(passed[rows_of].sum()), low, high)
        )
    return table, pd.DataFrame(groups, columns=list(GROUPS))


def area(scores: Floats, passed: Bools, weight: Floats) -> float:
    """The area under the ROC curve of weighted rows, equal scores counted half; NaN where there is one outcome only."""
    _, place = np.unique(scores, return_inverse=True)
    good = np.bincount(place, weights=weight * passed)
    bad = np.bincount(place, weights=weight * ~passed)
    total = good.sum() * bad.sum()
    return float(good @ (np.cumsum(bad) - bad / 2) / total) if total else float("nan")


def _wilson(passed: float, rows: int) -> tuple[float, float]:
    """A 95 % interval of a share (Wilson 1927)."""
    middle = (passed + NORMAL**2 / 2) / (rows + NORMAL**2)
    width = NORMAL / (rows + NORMAL**2) * np.sqrt(passed * (rows - passed) / rows + NORMAL**2 / 4)
    return float(middle - width), float(middle + width)
