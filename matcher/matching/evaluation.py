"""How good a ranking is, against pairs that people judged, with intervals over the asking rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.matching.index import ID_COLUMNS

GOOD = 3  # from this level a pair counts as a match: 1 unrelated, 2 weakly, 3 fairly, 4 strongly related


def evaluate(
    matches: pd.DataFrame, judged: pd.DataFrame, *, k: int = 10, resamples: int = 1000, rng: int = 0
) -> pd.DataFrame:
    """Measure a ranking on judged pairs.

    matches: as `matcher.match` gives it, or any table with the asking id first, the other id second, and `score`.
    judged: both ids and `level` (1 unrelated to 4 strongly related). A pair that nobody judged is unknown, not
    unrelated, so each ranking is condensed to its judged pairs; a judged pair that the ranking does not hold stands
    behind all the others.

    One row a measure: `measure`, `value` (the mean over asking rows), `low`, `high` (95 % bootstrap interval,
    percentile method, over asking rows), `queries` (how many rows it was measured on). nDCG@k: gain 2 ** (level - 1) -
    1, discount 1 / log2(1 + rank) (Jarvelin and Kekalainen 2002, exponential gain), over rows whose levels differ.
    recall@k, hit@k and MRR: over rows that have a pair of level 3 or more. Equal scores stand in the order of the ids.

    Raises TableError when columns are missing, a pair stands twice, a level is no number from 1 to 4, or nothing can
    be measured.
    """
    asking, other = _id_columns(matches)
    if missing := {asking, other, "level"} - set(judged.columns):
        raise TableError(f"标注表缺少列：{'、'.join(sorted(missing))}")
    truth = judged[[asking, other, "level"]].astype({asking: str, other: str})
    truth["level"] = pd.to_numeric(truth["level"], errors="coerce")
    if (bad := truth["level"].isna()).any():
        raise TableError(f"标注表第 {int(np.flatnonzero(bad)[0]) + 2} 行：等级（level）不是数字")
    if (bad := ~truth["level"].between(1, 4)).any():
        at = int(np.flatnonzero(bad)[0])
        level = truth["level"].iloc[at]
        raise TableError(f"标注表第 {at + 2} 行：等级（level）是 {level:g}，应为 1（无关）到 4（强相关）")
    if (twice := truth.duplicated([asking, other])).any():
        raise TableError(f"标注表第 {int(np.flatnonzero(twice)[0]) + 2} 行：同一对需求与成果标注了两次")
    scored = matches[[asking, other, "score"]].astype({asking: str, other: str})
    if (twice := scored.duplicated([asking, other])).any():
        raise TableError(f"匹配表中同一对需求与成果出现了两次：{'、'.join(scored.loc[twice, [asking, other]].iloc[0])}")
    ranked = truth.merge(scored, on=[asking, other], how="left", validate="1:1")
    ranked = ranked.sort_values([asking, "score", other], ascending=[True, False, True], na_position="last")
    found: dict[str, list[float]] = {name: [] for name in (f"ndcg@{k}", f"recall@{k}", f"hit@{k}", "mrr")}
    for _, levels in ranked.groupby(asking, sort=True)["level"]:
        gains, good = 2.0 ** (levels.to_numpy(float) - 1) - 1, levels.to_numpy(float) >= GOOD
        if levels.nunique() > 1:
            found[f"ndcg@{k}"].append(_dcg(gains, k) / _dcg(np.sort(gains)[::-1], k))
        if good.any():
            found[f"recall@{k}"].append(good[:k].sum() / good.sum())
            found[f"hit@{k}"].append(float(good[:k].any()))
            found["mrr"].append(1 / (1 + int(np.argmax(good))))
    if not any(found.values()):
        raise TableError("没有可评价的需求：标注中没有等级不同的配对，也没有等级 3 以上的配对")
    random = np.random.default_rng(rng)
    return pd.DataFrame(
        [_summary(name, np.array(values), resamples, random) for name, values in found.items() if values]
    )


def _id_columns(matches: pd.DataFrame) -> tuple[str, str]:
    columns = [column for column in matches.columns if column in ID_COLUMNS]
    if len(columns) != 2 or "score" not in matches:
        raise TableError(
            f"matches need the columns {' and '.join(ID_COLUMNS)} and score; they have {list(matches.columns)}"
        )
    return columns[0], columns[1]


def _dcg(gains: NDArray[np.float64], k: int) -> float:
    top = gains[:k]
    return float(top @ (1 / np.log2(np.arange(2, len(top) + 2))))


def _summary(name: str, values: NDArray[np.float64], resamples: int, random: np.random.Generator) -> dict[str, object]:
    means = values[random.integers(len(values), size=(resamples, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975]) if resamples else (np.nan, np.nan)
    return {"measure": name, "value": values.mean(), "low": low, "high": high, "queries": len(values)}
