"""Reports on reviewers: lenient or harsh, flat, far from the others, always at one end. They flag; a person judges."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from matcher.review.panels.aggregation import INTERVAL, Panel
from matcher.review.panels.effects import Floats, Whole

LEAST = 4  # reviews from which a reviewer is flagged for more than leniency
FLAT = 0.35  # the spread of a reviewer's scores, as a share of that of the panel's items, below which they are flat
UNLIKE = 3.0  # log of how much better the scores are explained without the items, from which they are far from others
_TEN, _TIMES = 10, 3  # a scale of ten beside one whose least score is so many times as high
_SURE = 2.0  # standard errors from which leniency is named
_END = 0.75  # the share of items in which a reviewer gives the highest or the lowest score alone


def reviewer_report(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a reviewer.

    Parameters
    ----------
    scores
        item, reviewer, score, as `aggregate` takes them.

    Returns
    -------
    DataFrame
        reviewer, reviews, mean; leniency with low and high (how far above others the reviewer scores the same items,
        90 % interval); spread (standard deviation of the scores as a share of what items and noise would give);
        agreement (correlation with what the others make of the same items; unknown below three); unlike (natural
        logarithm of how much likelier the scores are without regard to the items, or against their order, than as an
        honest reviewer's, from what the others say: above 0 they tell nothing of the items); highest, lowest (shares
        of the items of at least three reviewers in which the reviewer alone gives the highest or lowest score);
        remarks in Chinese, "" where there is nothing to say. Sorted by `unlike`, the largest first, then by id.
    """
    panel = Panel.of(scores)
    effects = panel.effects
    of_items, _, noise = effects.variances
    widths = effects.reviewer_variances()
    deviation = np.sqrt(widths + effects.unsure_reviewers)
    reach = float(ndtri((1 + INTERVAL) / 2)) * deviation
    count = np.bincount(panel.reviewer)
    highest, lowest = _ends(panel)
    rows = []
    for number, name in enumerate(panel.reviewers):
        here = np.flatnonzero(panel.reviewer == number)
        score = panel.score[here]
        expected, variance = _by_others(panel, number, here, widths)
        spread = score.std(ddof=1) / np.sqrt(of_items + noise) if len(score) > 1 else np.nan
        same = len(score) < 3 or score.std() == 0 or expected.std() == 0
        agreement = np.nan if same else float(np.corrcoef(score, expected)[0, 1])
        unlike = _unlike(score, expected, variance, effects.variances)
        rows.append((name, count[number], score.mean(), effects.reviewers[number], spread, agreement, unlike))
    names = ["reviewer", "reviews", "mean", "leniency", "spread", "agreement", "unlike"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(4, "low", table["leniency"] - reach)
    table.insert(5, "high", table["leniency"] + reach)
    table["highest"], table["lowest"] = highest, lowest
    table["remarks"] = [_remarks(row, sure) for row, sure in zip(table.itertuples(), deviation, strict=True)]
    return table.sort_values(["unlike", "reviewer"], ascending=[False, True], kind="stable", ignore_index=True)


def _by_others(panel: Panel, number: int, here: Whole, widths: Floats) -> tuple[Floats, Floats]:
    """What the other reviewers make of the items that a reviewer scored: their mean and variance, item by item."""
    effects = panel.effects
    of_items, _, noise = effects.variances
    items = panel.item[here]
    place = np.full(len(panel.items), -1)
    place[items] = np.arange(len(items))
    beside = np.flatnonzero((place[panel.item] >= 0) & (panel.reviewer != number))
    at, of = place[panel.item[beside]], panel.reviewer[beside]
    inverse = 1 / (widths[of] + noise)
    rest = panel.score[beside] - effects.mean - effects.reviewers[of]
    weight = np.bincount(at, inverse, len(items))
    total = np.bincount(at, inverse * rest, len(items))
    variance = 1 / (weight + 1 / of_items)
    return effects.mean + variance * total, variance


def _unlike(score: Floats, expected: Floats, variance: Floats, variances: tuple[float, float, float]) -> float:
    """The log likelihood of scores that do not follow the items, less that of an honest reviewer's."""
    _, lenient, noise = variances
    n = len(score)
    if n < 2:
        return 0.0
    honest = _log_likelihood(score - expected, variance + noise, lenient)
    against = _log_likelihood(score - (2 * expected.mean() - expected), variance + noise, lenient)
    width = max(float(score.var()), noise / 100)
    careless = -0.5 * (n * np.log(2 * np.pi * width) + ((score - score.mean()) ** 2).sum() / width)
    careless -= np.log(n)  # two parameters of its own
    return float(max(careless, against) - honest)


def _log_likelihood(rest: Floats, widths: Floats, common: float) -> float:
    """Of normal rests with these variances and one common effect of that variance."""
    inverse = 1 / widths
    total = inverse.sum()
    shift = common / (1 + common * total)
    inner = (rest**2 * inverse).sum() - shift * (rest @ inverse) ** 2
    return float(-0.5 * (len(rest) * np.log(2 * np.pi) + np.log(widths).sum() + np.log1p(common * total) + inner))


def _ends(panel: Panel) -> tuple[Floats, Floats]:
    """The shares of items, of those with three scores or more, in which each reviewer alone is highest or lowest."""
    frame = pd.DataFrame({"item": panel.item, "reviewer": panel.reviewer, "score": panel.score})
    group = frame.groupby("item")["score"]
    several = group.transform("size") >= 3
    result: list[Floats] = []
    for extreme in ("max", "min"):
        edge = frame["score"] == group.transform(extreme)
        alone = edge & (edge.groupby(frame["item"]).transform("sum") == 1)
        shares = alone[several].groupby(frame["reviewer"][several]).mean()
        result.append(np.asarray(shares.reindex(range(len(panel.reviewers))), np.float64))
    return result[0], result[1]


def _remarks(row: object, deviation: float) -> str:
    """What stands out, in Chinese."""
    leniency, reviews = float(getattr(row, "leniency")), int(getattr(row, "reviews"))  # noqa: B009
    said = []
    if abs(leniency) > _SURE * deviation and deviation > 0:
        said.append(f"打分偏{'松' if leniency > 0 else '严'}约 {abs(leniency):.1f} 分")
    if reviews >= LEAST:
        spread, unlike = float(getattr(row, "spread")), float(getattr(row, "unlike"))  # noqa: B009
        if spread < FLAT:
            said.append("分数几乎没有差别")
        elif unlike > UNLIKE:
            said.append("和其他评委的次序不一致")
        for name, word in (("highest", "最高"), ("lowest", "最低")):
            share = float(getattr(row, name))
            if share >= _END:
                said.append(f"{share:.0%} 的项目给分{word}")
    return "；".join(said)


def on_another_scale(scores: pd.DataFrame) -> list[str]:
    """Sentences on reviewers who seem to have scored on a smaller scale (8.8 where all others give 80 to 95).

    >>> table = pd.DataFrame({"item": ["P1"] * 3, "reviewer": ["A", "B", "C"], "score": [88.0, 90.0, 8.5]})
    >>> on_another_scale(table)
    ['评委“C”的分数都不超过 8.5，别的评委都在 88 以上，可能用了另一种满分；请核实']
    """
    found = []
    for who, own in scores.groupby("reviewer")["score"]:
        others = scores.loc[scores["reviewer"] != who]
        most, least = float(own.max()), float(others["score"].min()) if len(others) else 0.0
        if most <= _TEN and least > _TIMES * most > 0 and others["reviewer"].nunique() > 1:
            text = f"评委“{who}”的分数都不超过 {most:g}，别的评委都在 {least:g} 以上，可能用了另一种满分；请核实"
            found.append(text)
    return found
