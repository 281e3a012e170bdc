"""From a sum of parts to the level that people would give the pair, from 1 to 4, and the probability of 3 or 4.

Three logistic regressions, logit P(level >= c) = slope_c * arsinh(sum) - cut_c for c = 2, 3, 4 (the cumulative logit
model of McCullagh 1980 without his equal slopes; arsinh, since large sums promise less than a line would have it).
All are increasing in the sum, so that they never change an order, and six numbers travel better than a richer model.
Judged pairs may change single levels in a way that no sum can (`matcher.matching.learning.learned_ranker`): that is
`beyond`, (n, 3), what they add to the three probabilities.
"""

from __future__ import annotations

import functools
import json
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from matcher.matching.encoding.encoders import Encoder

FORMAT = "matcher-ranker-1"
DEFAULT = "ranker-zh"
STRENGTH = 40.0  # of a prior: it weighs as much as about two hundred judged pairs
WEAK = 1e-3

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Calibration:
    """What sums of parts mean. `slopes`, `cuts`: of the levels 2, 3, 4. `good`: the probability from which a pair is
    called a good match. `trust`: what a level more or less, by a user's labels, is worth in the sum.
    """

    slopes: tuple[float, float, float] = (1.0, 1.0, 1.0)
    cuts: tuple[float, float, float] = (1.0, 3.0, 4.5)
    good: float = 0.4
    trust: float = 2.0

    @classmethod
    def fit(cls, total: Numbers, levels: Numbers, *, prior: Calibration | None = None) -> Calibration:
        """The maximum a posteriori estimate from n sums and their levels (1 to 4).

        prior: numbers to stay near, as if about two hundred pairs supported them. Nothing to learn from gives the prior
        itself.
        """
        start = prior or cls()
        if not len(total):
            return start
        strength = STRENGTH if prior else WEAK
        fitted = [
            _logistic(np.arcsinh(total), levels >= level, np.array(near), strength)
            for level, near in zip((2, 3, 4), zip(start.slopes, start.cuts, strict=True), strict=True)
        ]
        slopes, cuts = zip(*fitted, strict=True)
        return replace(start, slopes=slopes, cuts=cuts)

    def at_least(
        self, total: Numbers, beyond: Numbers | None = None, shift: Numbers | None = None
    ) -> NDArray[np.float64]:
        """(n, 3): the probabilities of level 2, 3, 4 or more.

        beyond: (n, 3), what is added to them. shift: (n), what is added to their log odds after that.
        """
        above = expit(np.arcsinh(total)[:, None] * np.array(self.slopes) - np.array(self.cuts))
        above = np.minimum.accumulate(above, axis=1)
        if beyond is not None:
            above = np.minimum.accumulate((above + beyond).clip(0, 1), axis=1)
        return above if shift is None else expit(logit(above) + shift[:, None])

    def likelihood(self, total: Numbers, levels: Numbers) -> float:
        """The log-likelihood of n levels, summed over the three regressions."""
        margin = np.arcsinh(total)[:, None] * np.array(self.slopes) - np.array(self.cuts)
        above = np.asarray(levels)[:, None] >= np.array([2, 3, 4])
        return float(log_expit(np.where(above, margin, -margin)).sum())

    def probability(
        self, total: Numbers, beyond: Numbers | None = None, shift: Numbers | None = None
    ) -> NDArray[np.float64]:
        """The probability of level 3 or 4; increasing in the sum."""
        probability: NDArray[np.float64] = self.at_least(total, beyond, shift)[:, 1]
        return probability

    def level(self, total: Numbers, beyond: Numbers | None = None, shift: Numbers | None = None) -> NDArray[np.float64]:
        """The level as a real number, 1..4, increasing in the sum; rounded it is the median level, which errs least on
        average. Between the sums where the median changes it runs straight.
        """
        above = logit(self.at_least(total, beyond, shift).clip(1e-9, 1 - 1e-9)) / np.array(self.slopes)
        # How far each sum (stretched) lies from where the median would change: descending.
        from_cut = np.minimum.accumulate(above, axis=1) - np.array([0, 1e-9, 2e-9])
        widths = -np.diff(from_cut, axis=1)
        steps = np.stack([widths[:, 0] + 1, widths[:, 0], widths[:, 1], widths[:, 1] + 1], axis=1)
        begins = from_cut[:, [0, 0, 1, 2]] + np.stack([steps[:, 0], *np.zeros((3, len(steps)))], axis=1)
        level: NDArray[np.float64] = 1 + (begins / steps).clip(0, 1) @ np.array([0.5, 1.0, 1.0, 0.5])
        return level

    # ---- folders

    def save(self, folder: str | Path, **about: object) -> None:
        """Write `ranker.json` into a folder; `about`: whatever else a reader of the file should know."""
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        content = {"format": FORMAT, **asdict(self), **about}
        (path / "ranker.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")

    @classmethod
    def shipped(cls, encoder: Encoder, texts: float = 0.0) -> Calibration | None:
        """The one that was learned with this encoder, for records that are whole texts so far (0: bare titles, 1); None
        where that was another encoder, or none is there.
        """
        content = shipped_file("ranker.json")
        if content.get("format") != FORMAT or content["encoder"] != getattr(encoder, "name", None):
            return None
        titles = cls.of(content)
        whole = cls.of(content | content.get("texts", {}))
        between = [
            tuple((1 - texts) * a + texts * b for a, b in zip(*some, strict=True))
            for some in ((titles.slopes, whole.slopes), (titles.cuts, whole.cuts))
        ]
        good = whole.good if texts > 0.5 else titles.good
        return cls.of({"slopes": between[0], "cuts": between[1], "good": good, "trust": titles.trust})

    @classmethod
    def of(cls, content: dict[str, Any]) -> Calibration:
        """From the numbers as `asdict` gives them; further keys are passed over."""
        return cls(tuple(content["slopes"]), tuple(content["cuts"]), content["good"], content["trust"])


@functools.cache
def shipped_file(name: str) -> dict[str, Any]:
    """A file of the shipped ranker; {} where it is not there."""
    package = Path(str(files("matcher")))
    places = [package / "models" / DEFAULT, package.parent / "models" / DEFAULT]
    path = next((place / name for place in places if (place / name).is_file()), None)
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path else {}
    return content


def _logistic(x: Numbers, above: NDArray[np.bool_], near: Numbers, strength: float) -> tuple[float, float]:
    """Slope (positive) and cut of a logistic regression, drawn towards `near`."""
    from scipy.optimize import minimize  # a tenth of a second

    sign = np.where(above, 1.0, -1.0)

    def loss(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (free[0] * x - free[1])
        back = -sign * expit(-margin)
        value = strength / 2 * float((free - near) @ (free - near)) - float(log_expit(margin).sum())
        return value, strength * (free - near) + np.array([back @ x, -back.sum()])

    fitted = minimize(loss, near, jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (None, None)])
    return float(fitted.x[0]), float(fitted.x[1])
