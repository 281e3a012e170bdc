"""Scores of a panel side by side: what each usual way of putting them together says, and how sure one can be.

No way is chosen here. A person reads the table, and how many winners change with the method (`compare_methods`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtr, ndtri

from matcher.errors import ArgumentError, TableError
from matcher.review.panels.effects import Effects, Floats, fit_effects
from matcher.tables.arguments import check_frame

METHODS = ("mean", "trimmed_mean", "median", "z_mean", "shrunk_mean", "adjusted_mean", "bayes")
DRAWS = 4000
INTERVAL = 0.9
_LEAST = 3  # scores from which a reviewer has a spread of their own
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True)
class Panel:
    """Scores by numbers: score i is of `items[item[i]]` from `reviewers[reviewer[i]]`. Ids are sorted."""

    items: list[str]
    reviewers: list[str]
    item: NDArray[np.int64]
    reviewer: NDArray[np.int64]
    score: Floats
    effects: Effects

    @classmethod
    def of(cls, scores: pd.DataFrame) -> Panel:
        """The panel of a table with item, reviewer and score; rows without a score are left out.

        Raises TableError where a column lacks, nothing is scored, or a reviewer scored an item twice.
        """
        check_frame(scores, "scores")
        if missing := [name for name in ("item", "reviewer", "score") if name not in scores]:
            raise TableError(f"评分表缺少列：{'、'.join(missing)}")
        known = scores.loc[scores["score"].notna(), ["item", "reviewer", "score"]]
        if known.empty:
            raise TableError("评分表里没有分数")
        texts = known[["item", "reviewer"]].astype(str)
        if twice := ["、".join(pair) for pair in texts[texts.duplicated()].to_numpy().tolist()]:
            raise TableError(f"有 {len(twice)} 处评委重复评了同一项：{'；'.join(twice[:5])}")
        items, item = np.unique(texts["item"].to_numpy(object), return_inverse=True)
        reviewers, reviewer = np.unique(texts["reviewer"].to_numpy(object), return_inverse=True)
        score = pd.to_numeric(known["score"], errors="coerce").to_numpy(float)
        if not np.isfinite(score).all():
            raise TableError(f"评分表有 {int((~np.isfinite(score)).sum())} 个分数不是数字")
        return cls(items.tolist(), reviewers.tolist(), item, reviewer, score, fit_effects(item, reviewer, score))

    @property
    def groups(self) -> NDArray[np.int64]:
        """(items) the number of the group, from 1: items of two groups share no reviewer, not even through others."""
        n = len(self.items)
        size = n + len(self.reviewers)
        ones = np.ones(len(self.item))
        links = csr_array((ones, (self.item, n + self.reviewer)), shape=(size, size))
        return np.asarray(connected_components(links, directed=False)[1][:n], np.int64) + 1


def aggregate(scores: pd.DataFrame, *, winners: int | None = None, rng: int = 0) -> pd.DataFrame:
    """One row an item with what each method gives it.

    Parameters
    ----------
    scores
        item, reviewer, score; one row a review. Rows without a score are left out.
    winners
        How many items are to be chosen; adds p_first.
    rng
        The seed of the draws behind p_first.

    Returns
    -------
    DataFrame
        Sorted by `bayes`, the best first, ties by id:

        * item, reviews (number of scores);
        * mean; trimmed_mean (without the highest and the lowest score, from three scores on; of fewer the mean);
          median; z_mean (each score in standard deviations of its reviewer, put back on the common scale; reviewers
          with fewer than three scores or without spread by their effect alone); shrunk_mean (the mean drawn towards
          the mean of all, by the variances of items and of noise with reviewers together); adjusted_mean (the mean less
          the reviewers' leniency); bayes (both effects as random, see `matcher.review.panels.effects`);
        * low, high: the 90 % interval of bayes;
        * p_first: the probability of being among the first `winners`, by draws from the joint posterior;
        * group: items of different groups share no reviewers, so their order rests on the assumption that the groups
          are equally good.

    Raises
    ------
    TableError
        A column lacks, nothing is scored, or a reviewer scored an item twice.
    ArgumentError
        `winners` is not between 1 and the number of items.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {"item": ["A", "A", "B", "B"], "reviewer": ["甲", "乙", "甲", "乙"], "score": [90, 80, 70, 60]}
    ... )
    >>> aggregate(scores)[["item", "mean", "adjusted_mean"]].round(6).values.tolist()
    [['A', 85.0, 85.0], ['B', 65.0, 65.0]]
    """
    return table_of(Panel.of(scores), winners=winners, rng=rng)


def table_of(panel: Panel, *, winners: int | None = None, rng: int = 0) -> pd.DataFrame:
    """`aggregate` of a panel."""
    effects = panel.effects
    deviation = np.sqrt(effects.item_variances() + effects.unsure_items)
    reach = float(ndtri((1 + INTERVAL) / 2)) * deviation
    table = pd.DataFrame({"item": panel.items, "reviews": np.bincount(panel.item), **_methods(panel)})
    table["low"], table["high"] = effects.items - reach, effects.items + reach
    if winners is not None:
        if not 1 <= winners <= len(panel.items):
            raise ArgumentError(f"winners must be between 1 and {len(panel.items)}, not {winners}")
        draws = effects.draws(DRAWS, rng)
        line = -np.partition(-draws, winners - 1, axis=1)[:, winners - 1]
        table["p_first"] = (draws >= line[:, None]).mean(axis=0)
    table["group"] = panel.groups
    return table.sort_values(["bayes", "item"], ascending=[False, True], kind="stable", ignore_index=True)


def compare_methods(table: pd.DataFrame, winners: int) -> pd.DataFrame:
    """Which items each method puts among the first, of what `aggregate` gave.

    One row an item that some method chooses: item, methods (how many choose it), then for each method whether it does.
    Equal values are settled by id. Sorted by methods, the most first, then by id.
    """
    if not 1 <= winners <= len(table):
        raise ArgumentError(f"winners must be between 1 and {len(table)}, not {winners}")
    chosen = pd.DataFrame({"item": table["item"]})
    for method in METHODS:
        order = table.sort_values([method, "item"], ascending=[False, True], kind="stable").index[:winners]
        chosen[method] = chosen.index.isin(order)
    chosen.insert(1, "methods", chosen[list(METHODS)].sum(axis=1))
    chosen = chosen[chosen["methods"] > 0]
    return chosen.sort_values(["methods", "item"], ascending=[False, True], kind="stable", ignore_index=True)


def extra_reviews(scores: pd.DataFrame, *, winners: int, k: int = 10) -> pd.DataFrame:
    """Which items one more review would settle best, for a line behind the first `winners`.

    error: the probability that an item stands on the wrong side of the line; gain: by how much one more review, from a
    reviewer of whom nothing is known, is expected to lessen it. item, bayes, error, gain, the largest gain first, at
    most `k` rows. The line lies midway between the last chosen and the first other item.
    """
    panel = Panel.of(scores)
    if not 1 <= winners < len(panel.items):
        raise ArgumentError(f"winners must be between 1 and {len(panel.items) - 1}, not {winners}")
    effects = panel.effects
    sorted_ = np.sort(effects.items)[::-1]
    line = sorted_[winners - 1 : winners + 1].mean()
    variance = effects.item_variances() + effects.unsure_items
    _, lenient, noise = effects.variances
    after = 1 / (1 / variance + 1 / (lenient + noise))
    error = ndtr(-np.abs(effects.items - line) / np.sqrt(variance))
    moved = effects.items[:, None] + np.sqrt(variance - after)[:, None] * _NODES - line
    later = ndtr(-np.abs(moved) / np.sqrt(after)[:, None]) @ _WEIGHTS / _WEIGHTS.sum()
    table = pd.DataFrame(
        {"item": panel.items, "bayes": effects.items, "error": error, "gain": np.maximum(error - later, 0)}
    )
    return table.sort_values(["gain", "item"], ascending=[False, True], kind="stable", ignore_index=True).head(k)


def _methods(panel: Panel) -> dict[str, Floats]:
    item, reviewer, score, effects = panel.item, panel.reviewer, panel.score, panel.effects
    count = np.bincount(item).astype(float)
    mean = np.bincount(item, score) / count
    order = np.lexsort((score, item))
    parts = np.split(score[order], np.cumsum(count.astype(int))[:-1])
    of_items, lenient, noise = effects.variances
    kept = of_items / (of_items + (lenient + noise) / count)
    overall = float(score.mean())
    return {
        "mean": mean,
        "trimmed_mean": np.array([_trimmed(part) for part in parts]),
        "median": np.array([float(np.median(part)) for part in parts]),
        "z_mean": np.bincount(item, _standardised(panel)) / count,
        "shrunk_mean": overall + kept * (mean - overall),
        "adjusted_mean": np.bincount(item, score - effects.reviewers[reviewer]) / count,
        "bayes": effects.items,
    }


def _trimmed(scores: Sequence[float] | Floats) -> float:
    """The mean of sorted scores without the first and the last; of fewer than three the mean of all."""
    return float(np.mean(scores[1:-1] if len(scores) > 2 else scores))


def _standardised(panel: Panel) -> Floats:
    """Scores in standard deviations of their reviewer, times those of all, plus the mean of all."""
    reviewer, score = panel.reviewer, panel.score
    count = np.bincount(reviewer).astype(float)
    mean = np.bincount(reviewer, score) / count
    spread = np.sqrt(np.bincount(reviewer, (score - mean[reviewer]) ** 2) / np.maximum(count - 1, 1))
    usable = (count >= _LEAST) & (spread > 1e-9 * np.maximum(np.abs(mean), 1))
    overall, width = float(score.mean()), float(score.std(ddof=1)) if len(score) > 1 else 0.0
    z = (score - mean[reviewer]) / np.where(usable, spread, 1.0)[reviewer]
    own = overall + width * z
    return np.where(usable[reviewer], own, score - panel.effects.reviewers[reviewer])
