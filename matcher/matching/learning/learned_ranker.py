"""What is learned from judged pairs about pairs that nobody judged yet: a correction of the fused sum, and its meaning.

Three Gaussian processes over pairs (Rasmussen and Williams 2006, eq. 2.23), one each for the levels 2, 3 and 4, with
one kernel and so one inverse, give how probable such a level or a higher one is; each starts from what the calibrated
fusion gives. Two pairs inform each other as far as their asking texts are alike, and more so where their records or
their parts are too: what was accepted lifts what is like it for this need, less so for needs near it, and hardly for
others; a judged pair gets very nearly its level. The three corrections together move the sum that orders the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.learning.calibration import Calibration, Numbers
from matcher.matching.learning.feedback import Wishes
from matcher.matching.library.base import BLOCK, BaseIndex
from matcher.matching.library.score_scale import ScoreScale

# The kernel; `models/ranker-zh/CARD.md` says how these were chosen, and how little depends on each.
NEEDS = 3.4  # how fast asking texts cease to inform each other: by exp(-NEEDS) from equal ones to random ones
FEW = 11.0  # the same where little is known, so that few labels are not worse than none
MANY = 500  # levels from which on half is known
ANY = 0.16  # covariance of any two records of a need: how strict its judges are
RECORDS = 0.22  # covariance of records that are alike
PARTS = 0.05  # covariance of pairs whose parts are equal, by exp(-distance^2) of the stretched parts
NODES = np.linspace(-4, 6, 21)  # where stretched parts lie; so dense that the process does not notice
ITSELF = 0.18  # variance of the very pair, shared with no other
NOISE = 0.02  # the variance of a judgement
SAME = 1 - 1e-4  # asking texts that inform each other so much are one text
REACH = 256  # at least so many of the best rows by fusion are looked at in the light of the labels
ENOUGH = 50  # stated levels from which a calibration needs no prior
TRUST = 10.0  # the most that a level more or less is worth in the sum


@dataclass(frozen=True, eq=False)
class Ranker:
    """Labels made ready. Reads only what it was given, so threads may share it.

    calibration: what a sum means; known: whether there was enough to learn it from. stated: how many levels were
    stated, and not picked. asking: (u, d) vectors of the judged asking texts; dual: (u, f, 3), the dual weights of the
    pairs of each, summed over their features (see `_features`). of, rows: (n) the text and the row of the index of each
    judged pair; weights: (n, 3), of the processes. judged: asking id -> rows of the index.
    """

    scale: ScoreScale
    calibration: Calibration
    known: bool
    stated: int
    asking: NDArray[np.float64]
    dual: NDArray[np.float64]
    of: NDArray[np.int64]
    rows: NDArray[np.int64]
    weights: NDArray[np.float64]
    judged: dict[str, NDArray[np.int64]]
    wishes: Wishes

    @classmethod
    def fit(cls, index: BaseIndex) -> Ranker | None:
        """Learn from all of an index's judged pairs whose record it still holds; None where there are none.

        Works out the inverse of an (n, n) matrix: seconds for 5,000 judged pairs, minutes beyond 20,000.
        """
        if index.feedback is None:
            return None
        table = index.feedback.table
        table = table[table["record_id"].isin(index.row_of)].reset_index(drop=True)
        rows = np.array([index.row_of[name] for name in table["record_id"]], np.int64)
        judged = {str(name): rows[group] for name, group in table.groupby("asking_id").indices.items()}
        graded = table["level"].notna().to_numpy(bool)
        levels, stated = table["level"].to_numpy(float)[graded], table["stated"].to_numpy(bool)[graded]
        asking, of, parts = _parts(index, table[graded], rows[graded])
        total = parts.sum(axis=1)

        prior = index.feedback.prior
        many = int(stated.sum())
        known = prior is not None or many >= ENOUGH
        calibration = Calibration.fit(total[stated], levels[stated], prior=prior) if known else Calibration()
        surprise = (levels[:, None] >= np.array([2, 3, 4])) - calibration.at_least(total)
        features = _features(index.scale, index.vectors(rows[graded]), parts)
        needs = _nearness(index.scale, asking @ asking.T, many)[of[:, None], of]
        kernel = needs * (features @ features.T) + ITSELF * ((needs > SAME) & (rows[graded][:, None] == rows[graded]))
        inverse = np.linalg.inv(kernel + NOISE * np.eye(len(total)))
        weights = inverse @ surprise
        left_out = surprise - weights / np.diag(inverse)[:, None]  # each from all the others (ibid., eq. 5.12)
        calibration = _trusting(calibration, total, left_out.sum(axis=1), levels)
        dual = np.zeros((len(asking), features.shape[1], 3))
        for text in range(len(asking)):
            dual[text] = features[of == text].T @ weights[of == text]
        wishes = Wishes(index, table, rows)
        return cls(index.scale, calibration, known, many, asking, dual, of, rows[graded], weights, judged, wishes)

    def correction(
        self,
        asking: NDArray[np.float32],
        rows: NDArray[np.int64],
        records: NDArray[np.float32],
        parts: tuple[Numbers, Numbers],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What judged pairs change for one asking text (d) and n rows of the index, ascending, with their record
        vectors (n, d) and the parts of their sums.

        What they add to the sums (n), in the sums' unit; and (n, 3) what they add to the probabilities of level 2, 3, 4
        or more beyond those of the sums that were moved so.
        """
        total = parts[0] + parts[1]
        if not len(self.weights):  # reasons alone
            return np.zeros(len(total)), np.zeros((len(total), 3))
        needs = _nearness(self.scale, self.asking @ asking.astype(float), self.stated)
        mean = _features(self.scale, records, np.stack(parts, axis=1)) @ np.tensordot(needs, self.dual, 1)
        here = np.flatnonzero((needs > SAME)[self.of] & np.isin(self.rows, rows))
        np.add.at(mean, np.searchsorted(rows, self.rows[here]), ITSELF * self.weights[here])
        moved = _moved(total, self.calibration.trust * mean.sum(axis=1))
        return moved - total, self.calibration.at_least(total) + mean - self.calibration.at_least(moved)


def ranker_of(index: BaseIndex) -> Ranker | None:
    """What is learned from an index's judged pairs, worked out once; None without any."""
    if "ranker" not in index.derived:
        index.derived["ranker"] = Ranker.fit(index)
    ranker: Ranker | None = index.derived["ranker"]
    return ranker


def calibration_of(index: BaseIndex) -> Calibration | None:
    """What a sum of parts means to people: learned from the judged pairs, else as shipped with the encoder."""
    if (ranker := ranker_of(index)) is not None:
        return ranker.calibration if ranker.known else None
    if "calibration" not in index.derived:
        index.derived["calibration"] = Calibration.shipped(index.encoder, index.scale.texts)
    calibration: Calibration | None = index.derived["calibration"]
    return calibration


def is_good(
    index: BaseIndex, total: NDArray[np.float64], false_alarm: float, beyond: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]:
    """Which sums of parts are recommended: as high as only a share `false_alarm` of texts would reach whose subject the
    library lacks, and, where a calibration is known, with a probability of at least its `good`.
    """
    good = total >= index.scale.good_from(false_alarm)
    if (calibration := calibration_of(index)) is not None:
        good &= calibration.probability(total, beyond) >= calibration.good
    return np.asarray(good, bool)


def _parts(
    index: BaseIndex, table: pd.DataFrame, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The vectors of the asking texts of n judged pairs, the place of each pair's text among them, and (n, 2) the parts
    of the pairs' fused sums.
    """
    texts = table.drop_duplicates("asking_id")
    asked = index.asked(texts["title"].tolist(), texts["description"].tolist())
    of = table["asking_id"].map({name: i for i, name in enumerate(texts["asking_id"])}).to_numpy(np.int64)
    parts = np.zeros((len(table), 2))
    for start in range(0, len(texts), BLOCK):
        rare = index.channels(asked, slice(start, start + BLOCK))[2]
        for text in range(start, min(start + BLOCK, len(texts))):
            here = np.flatnonzero(of == text)
            parts[here] = np.stack(index.parts_of(asked, text, rare[text - start], rows[here]), axis=1)
    return asked.vectors.astype(float), of, parts


def _width(scale: ScoreScale) -> float:
    """How far random texts are apart in cosine."""
    return max(1 - scale.centre[0], 1e-6)


def _nearness(scale: ScoreScale, cosine: Numbers, stated: int) -> NDArray[np.float64]:
    """How much asking texts inform each other where so many levels were stated: 1 for equal texts.

    Pairs that were picked (accepted, declined) do not count: they do not show how common good ones are elsewhere.
    """
    apart, share = (1 - cosine) / _width(scale), stated / (stated + MANY)
    nearness: NDArray[np.float64] = share * np.exp(-NEEDS * apart) + (1 - share) * np.exp(-FEW * apart)
    return nearness


def _features(scale: ScoreScale, records: Numbers, parts: Numbers) -> NDArray[np.float64]:
    """(n, f) from n record vectors and parts: inner products are the covariances of two pairs of one asking text.

    The Gaussian of the parts by its values at NODES in either direction (Nystroem 1930), so that a search need not hold
    every row against every judged pair.
    """
    between = np.exp(-((NODES[:, None] - NODES) ** 2)) + 1e-9 * np.eye(len(NODES))
    spread = np.linalg.inv(np.linalg.cholesky(between)).T
    first, second = (np.exp(-((np.arcsinh(part)[:, None] - NODES) ** 2)) @ spread for part in parts.T)
    plane = (first[:, :, None] * second[:, None, :]).reshape(len(parts), len(NODES) ** 2)
    alike = np.sqrt(RECORDS / _width(scale)) * records
    return np.hstack([np.full((len(parts), 1), np.sqrt(ANY)), alike, np.sqrt(PARTS) * plane])


def _moved(total: Numbers, step: Numbers) -> NDArray[np.float64]:
    """Sums moved on the scale that the calibration is straight on."""
    moved: NDArray[np.float64] = np.sinh(np.arcsinh(total) + step)
    return moved


def _trusting(calibration: Calibration, total: Numbers, mean: Numbers, levels: Numbers) -> Calibration:
    """The calibration with the maximum a posteriori trust in the corrections `mean`; near what it was for few."""
    from scipy.optimize import minimize_scalar  # a tenth of a second

    def loss(trust: float) -> float:
        near = (trust - calibration.trust) ** 2 * 5
        return near - replace(calibration, trust=trust).likelihood(_moved(total, trust * mean), levels)

    best = minimize_scalar(loss, bounds=(0, TRUST), method="bounded", options={"xatol": 1e-4})
    return replace(calibration, trust=float(best.x))
