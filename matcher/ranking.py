"""What judged pairs tell of pairs that nobody judged yet: a correction of the fused sum, and what the sum then means.

The correction is the posterior mean of a Gaussian process over pairs (Rasmussen and Williams 2006, eq. 2.23) whose
prior mean is the level that the calibrated fusion expects. Two pairs inform each other as far as their asking texts
are nearly one text (`Chance.alike` ** NEEDS) and their records alike: an accepted record lifts what is like it for this
need and for its re-posts, a poor one lowers it, and a need that nobody judged keeps the order of the fusion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.calibration import Calibration, Numbers
from matcher.chance import Chance
from matcher.feedback import Wishes
from matcher.index import BLOCK

if TYPE_CHECKING:
    from matcher.index import Index

NEEDS = 8  # the power of how alike two asking texts are
TWINS = 12  # the power by which only re-posts are alike
BIAS = 0.3  # how much alike any two records are: what a need's judges say of all its pairs
WIDTH = 2.0  # sums this far apart still say something of each other
NOISE = 1.0  # the variance of a judgement, in the kernel's unit
FAR = 1e-4  # needs that inform each other less than this are left out
REACH = 256  # at least so many of the best rows by fusion are looked at in the light of the labels
ENOUGH = 50  # stated levels from which a calibration needs no prior
Pairs = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]  # vectors of both texts, and their sums
TRUST = 10.0  # the most that a level more or less is worth in the sum


@dataclass(frozen=True, eq=False)
class Ranker:
    """Labels made ready. Reads only what it was given, so threads may share it.

    calibration: None where nothing tells what a sum means. asking, records: (n, d) vectors of the judged pairs; total:
    their fused sums; weights: the process's, times the calibration's trust. judged: asking id -> rows of the index.
    """

    chance: Chance
    calibration: Calibration | None
    asking: NDArray[np.float64]
    records: NDArray[np.float64]
    total: NDArray[np.float64]
    weights: NDArray[np.float64]
    judged: dict[str, NDArray[np.int64]]
    wishes: Wishes

    @classmethod
    def fit(cls, index: Index) -> Ranker | None:
        """Learn from all of an index's judged pairs whose record it still holds; None where there are none.

        Works out the inverse of an (n, n) matrix: seconds for 5,000 judged pairs, minutes beyond 20,000.
        """
        if index.feedback is None:
            return None
        place = {record: row for row, record in enumerate(index.ids.tolist()) if index.alive[row]}
        table = index.feedback.table
        table = table[table["record_id"].isin(place)].reset_index(drop=True)
        rows = table["record_id"].map(place).to_numpy(np.int64)
        judged = {str(name): rows[group] for name, group in table.groupby("asking_id").indices.items()}
        told = table["level"].notna().to_numpy(bool)
        levels, stated = table["level"].to_numpy(float)[told], table["stated"].to_numpy(bool)[told]
        records = index.vectors(rows[told]).astype(float)
        asking, total = _sums(index, table[told], rows[told])

        calibration = Calibration.fit(total[stated], levels[stated], prior=index.feedback.prior)
        surprise = levels - calibration.expected(total)
        kernel = _kernel(index.chance, (asking, records, total), (asking, records, total))
        inverse = np.linalg.inv(kernel + NOISE * np.eye(len(total)))
        weights = inverse @ surprise
        by_others = surprise - weights / np.diag(inverse)  # what the other pairs tell of each (ibid., eq. 5.12)
        calibration = _trusting(calibration, total, by_others, levels)
        usable = index.feedback.prior is not None or np.count_nonzero(stated) >= ENOUGH
        return cls(
            index.chance,
            calibration if usable else None,
            asking,
            records,
            total,
            weights * calibration.trust,
            judged,
            Wishes(index, table, rows),
        )

    def correction(
        self, asking: NDArray[np.float32], records: NDArray[np.float32], total: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """What levels add to the sums (`total`, n) of one asking text (d) and n records (n, d), in the sums' unit."""
        near = self.chance.alike(self.asking @ asking.astype(float)) ** NEEDS > FAR
        if not near.any():
            return np.zeros(len(total))
        judged = self.asking[near], self.records[near], self.total[near]
        kernel = _kernel(self.chance, (asking[None].astype(float), records.astype(float), total), judged)
        return _moved(total, kernel @ self.weights[near]) - total


def _sums(
    index: Index, table: pd.DataFrame, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The vectors of the asking texts of judged pairs, and the pairs' fused sums."""
    texts = table.drop_duplicates("asking_id")
    asked = index.asked(texts["title"].tolist(), texts["description"].tolist())
    of = table["asking_id"].map({name: i for i, name in enumerate(texts["asking_id"])}).to_numpy(np.int64)
    total = np.zeros(len(table))
    for start in range(0, len(texts), BLOCK):
        rare = index.channels(asked, slice(start, start + BLOCK))[2]
        for text in range(start, min(start + BLOCK, len(texts))):
            here = np.flatnonzero(of == text)
            total[here] = np.add(*index.chance.parts(*index.exact(asked, text, rare[text - start], rows[here])))
    return asked.vectors[of].astype(float), total


def _kernel(chance: Chance, some: Pairs, others: Pairs) -> NDArray[np.float64]:
    """(n, m): how much pairs inform each other."""
    needs, records = (chance.alike(one @ other.T) for one, other in zip(some[:2], others[:2], strict=True))
    strong = np.exp(-(((some[2][:, None] - others[2]) / WIDTH) ** 2) / 2)
    kernel: NDArray[np.float64] = needs**NEEDS * (BIAS + 2 * records + records**TWINS + strong)
    return kernel


def _moved(total: Numbers, told: Numbers) -> NDArray[np.float64]:
    """Sums moved on the scale that the calibration is straight on."""
    moved: NDArray[np.float64] = np.sinh(np.arcsinh(total) + told)
    return moved


def _trusting(calibration: Calibration, total: Numbers, told: Numbers, levels: Numbers) -> Calibration:
    """The calibration with the trust in `told` that makes the levels most probable, near its own if few speak."""

    from scipy.optimize import minimize_scalar  # a tenth of a second

    def loss(trust: float) -> float:
        near = (trust - calibration.trust) ** 2 * 5
        return near - replace(calibration, trust=trust).likelihood(_moved(total, trust * told), levels)

    best = minimize_scalar(loss, bounds=(0, TRUST), method="bounded", options={"xatol": 1e-4})
    return replace(calibration, trust=float(best.x))
