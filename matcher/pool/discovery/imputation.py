"""A half-empty table of quantities to draws of what is missing, given what each firm has.

Every quantity is a rising function of a hidden score; the scores depend on a few causes (factors) that firms have more
or less of: score = level + causes x loadings + noise. All observed cells are used, missing ones add nothing: levels,
loadings, noise and each firm's causes are drawn in turn given the rest (Gibbs sampling of a Gaussian copula factor
model: Murray, Dunson, Carin and Lucas 2013, JASA 108; causes drawn whole and scaled again at every step, after Ghosh
and Dunson 2009, JCGS 18). So every draw carries the uncertainty of what was learned, too.

Facts that few firms show together say little of how they hang together. So the loadings of all quantities are taken
from one normal distribution that is learned as well (partial pooling): what is hardly seen is tied to the rest as the
others are, and not taken as independent of it.

Of a quantity that hardly any firm shows nothing can be learned: it is held at its assumed values, and goes with a lead
that each firm has and with the strength of the firm only as far as is assumed (`Held`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from matcher.policy.language.intervals import Floats

CAUSES = 9
SOME, SETTLE = 8000, 150  # firms, and steps, of the first search
TRIES = 8
ALIKE = 20.0  # prior precision of the loadings of judged quantities around their mean
VARIANCE = 0.05  # prior mean of the variance of loadings among quantities
NOTHING = 1.0  # prior weight, in quantities, of a mean of the loadings of 0
FARTHEST = 6.0  # no score is farther from the middle
NOISE = 3.0  # prior weight, in firms, of a noise variance of a half


@dataclass(frozen=True)
class Margin:
    """The distinct values of one quantity in ascending order, and the share up to each."""

    values: Floats
    upto: Floats

    @classmethod
    def of(cls, seen: Floats, guesses: Floats) -> Margin:
        """From observed values; `guesses` stand in, with the weight of ten firms, where fewer than 100 are seen."""
        weights = np.ones(len(seen))
        if len(seen) < 100 and len(guesses):
            seen = np.concatenate([seen, guesses])
            weights = np.concatenate([weights, np.full(len(guesses), 10.0 / len(guesses))])
        values, place = np.unique(seen, return_inverse=True)
        upto = np.cumsum(np.bincount(place, weights=weights)) / weights.sum()
        upto[-1] = 1.0
        return cls(values, upto)

    def span(self, values: Floats) -> tuple[Floats, Floats]:
        """The range of normal scores of each of some values of the margin."""
        place = np.searchsorted(self.values, values)
        edges = np.concatenate([[-np.inf], ndtri(self.upto[:-1]), [np.inf]])
        return edges[place], edges[place + 1]

    def score(self, values: Floats) -> Floats:
        """Normal scores of any values, along the line of the logarithms of the values of the margin."""
        middle = self.upto - np.diff(self.upto, prepend=0.0) / 2
        use = (self.values > 0) & (middle > 0.02) & (middle < 0.98)
        if use.sum() < 5:
            return np.zeros(values.shape)
        slope, start = np.polyfit(np.log(self.values[use]), ndtri(middle[use]), 1)
        return np.asarray(start + slope * np.log(values))

    def draw(self, scores: Floats) -> Floats:
        """Normal scores to values."""
        return np.asarray(self.values[np.searchsorted(self.upto[:-1], ndtr(scores))])


@dataclass(frozen=True)
class Held:
    """Quantities that are held at their assumed values: level 0, variance 1.

    `columns`: which; `pull` and `bond`, one each: how far they go with `lead` (a figure a firm, of mean 0 over the
    table) and with the strength of the firm; `merits`: the learned quantities that strength is read from, if any.
    """

    columns: np.ndarray
    lead: Floats
    pull: Floats
    bond: Floats
    merits: Sequence[int] = ()

    def of(self, rows: np.ndarray) -> Held:
        """The same of some firms."""
        return replace(self, lead=self.lead[rows])

    def noise(self) -> Floats:
        """The variance that is left to each quantity by itself."""
        return np.maximum(1 - self.pull**2 * float(np.mean(self.lead**2)) - self.bond**2, 0.1)


@dataclass(frozen=True)
class Groups:
    """Quantities that may be expected to go together. `good`: more helps a firm; `judged`: people judge them."""

    good: Sequence[int] = ()
    judged: Sequence[int] = ()


class Latent:
    """A chain of draws of everything that is not known; `sweep` moves it one step."""

    def __init__(
        self, table: Floats, margins: Sequence[Margin], groups: Groups, rng: np.random.Generator, held: Held
    ) -> None:
        """`table`: firms x quantities, NaN: not seen."""
        size, wide = table.shape
        self.rng, self.margins, self.held = rng, margins, held
        self._good = np.setdiff1d(np.array(groups.good, int), held.columns)
        self._judged = np.setdiff1d(np.array(groups.judged, int), held.columns)
        self._others = np.setdiff1d(np.arange(wide), np.concatenate([self._good, self._judged, held.columns]))
        self._precision, self._of_judged = np.eye(CAUSES), np.zeros(CAUSES)
        self._column, self._row = np.nonzero(~np.isnan(table.T))  # cells seen, column by column
        self._starts = np.searchsorted(self._column, np.arange(wide + 1))
        spans = [margin.span(table[self._row[self._of(j)], j]) for j, margin in enumerate(margins)]
        self._low, self._high = (np.concatenate([span[k] for span in spans]) for k in (0, 1))
        self._seen = np.zeros((size, wide))
        self._seen[self._row, self._column] = 1.0
        self._cells = np.zeros((size, wide))
        self.causes = rng.standard_normal((size, CAUSES))
        self.level, self.noise = np.zeros(wide), np.full(wide, 0.7)
        self.loadings = 0.3 * rng.standard_normal((wide, CAUSES))
        self.loadings[held.columns], self.noise[held.columns] = 0.0, held.noise()
        self.centre = np.zeros_like(self.causes)

    @classmethod
    def settled(
        cls, table: Floats, guesses: list[Floats], groups: Groups, rng: np.random.Generator, held: Held
    ) -> Latent:
        """A chain past its burn-in: on some of the firms first, where there are many.

        `guesses`: values that stand in for those hardly seen.
        """
        margins = [Margin.of(column[~np.isnan(column)], guess) for column, guess in zip(table.T, guesses, strict=True)]
        whole = cls(table, margins, groups, rng, held)
        rows = np.arange(len(table)) if len(table) <= SOME else rng.choice(len(table), SOME, replace=False)
        some = cls(table[rows], margins, groups, rng, held.of(rows))
        for _ in range(SETTLE):
            some.sweep()
        whole.take(some.learned())
        whole.firms()
        whole.sweep()
        return whole

    def learned(self) -> tuple[Floats, Floats, Floats]:
        """What firms have in common: level, loadings and noise of each quantity."""
        return self.level.copy(), self.loadings.copy(), self.noise.copy()

    def take(self, learned: tuple[Floats, Floats, Floats]) -> None:
        """Go on from what another chain over the same quantities has learned."""
        self.level, self.loadings, self.noise = (each.copy() for each in learned)

    def _of(self, column: int) -> slice:
        return slice(self._starts[column], self._starts[column + 1])

    def firms(self) -> None:
        """Scores of the cells seen, and causes of the firms, given what is learned."""
        rng, row, column = self.rng, self._row, self._column
        middle = self.level[column] + np.einsum("nd,nd->n", self.causes[row], self.loadings[column])
        self._score = _between(middle, np.sqrt(self.noise)[column], self._low, self._high, rng)
        self._cells[row, column] = (self._score - self.level[column]) / self.noise[column]
        outer = (self.loadings[:, :, None] * self.loadings[:, None, :]).reshape(len(self.noise), -1)
        sure = (self._seen @ (outer / self.noise[:, None])).reshape(-1, CAUSES, CAUSES) + np.eye(CAUSES)
        root = np.linalg.inv(np.linalg.cholesky(sure))
        mean = np.einsum("nij,nj->ni", root, self._cells @ self.loadings)
        self.centre = np.einsum("nji,nj->ni", root, mean)
        self.causes = self.centre + np.einsum("nji,nj->ni", root, rng.standard_normal(mean.shape))
        self._fresh = rng.standard_normal(len(mean))

    def _middle(self, causes: Floats, fresh: Floats | float) -> Floats:
        """The score of every quantity of every firm that its causes make likely.

        The strength that held quantities go with is what the causes say of learned merits; without any it is `fresh`.
        """
        out, held = self.level + causes @ self.loadings.T, self.held
        merits = self.loadings[list(held.merits)].mean(axis=0) if len(held.merits) else np.zeros(CAUSES)
        length = float(np.sqrt(merits @ merits))
        strength = fresh if length < 1e-6 else causes @ merits / length
        out[:, held.columns] = np.outer(held.lead, held.pull) + np.multiply.outer(
            strength * np.ones(len(out)), held.bond
        )
        return np.asarray(out)

    def expected(self) -> Floats:
        """The scores of cells seen, and what the facts of each firm make of the others, without what chance adds."""
        out = self._middle(self.centre, 0.0)
        out[self._row, self._column] = self._score
        return out

    def sweep(self) -> None:
        """One step: the firms, then level, loadings and noise of each quantity."""
        self.firms()
        rng = self.rng
        together = self.causes.T @ self.causes / len(self.causes) + 1e-6 * np.eye(CAUSES)
        self.causes, self.centre = (
            np.linalg.solve(np.linalg.cholesky(together), each.T).T for each in (self.causes, self.centre)
        )
        with_one = np.concatenate([np.ones((len(self.causes), 1)), self.causes], axis=1)
        prior = np.diag(np.full(CAUSES + 1, 0.3))
        for members, middle, precision in self._pooled():
            prior[1:, 1:] = precision
            for j in members.tolist():
                x, y = with_one[self._row[self._of(j)]], self._score[self._of(j)]
                half = x.T @ y / self.noise[j] + prior @ np.append(0.0, middle)
                slope = _normal(x.T @ x / self.noise[j] + prior, half, rng)
                self.level[j], self.loadings[j] = slope[0], slope[1:]
                rest = y - x @ slope
                self.noise[j] = (rest @ rest + NOISE) / 2 / rng.gamma(len(y) / 2 + NOISE)

    def _pooled(self) -> list[tuple[np.ndarray, Floats, Floats]]:
        """Quantities, and mean and precision that their loadings are drawn from, given the loadings of all.

        Normal and inverse Wishart, so nothing depends on how the causes are turned. Of good quantities the mean is
        learned; of judged ones, too, and it is itself one of the good; the others lie around nothing.
        """
        rng, precision, nothing = self.rng, self._precision, np.zeros(CAUSES)
        good, judged, own = self.loadings[self._good], self.loadings[self._judged], ALIKE * np.eye(CAUSES)
        if len(judged):
            good = np.vstack([good, self._of_judged])
        mean = _normal((NOTHING + len(good)) * precision, precision @ good.sum(axis=0), rng)
        if len(judged):
            half = own @ judged.sum(axis=0) + precision @ mean
            self._of_judged = good[-1] = _normal(len(judged) * own + precision, half, rng)
        apart = np.vstack([np.sqrt(NOTHING) * mean, good - mean, self.loadings[self._others]])
        scatter = VARIANCE * np.eye(CAUSES) + apart.T @ apart
        from scipy.stats import wishart  # half a second

        self._precision = np.atleast_2d(wishart(CAUSES + 2 + len(apart), np.linalg.inv(scatter)).rvs(random_state=rng))
        return [
            (self._good, mean, self._precision),
            (self._judged, self._of_judged, own),
            (self._others, nothing, self._precision),
        ]

    def draw(self, parts: Sequence[tuple[int, int, Floats]], turns: int = 1) -> Iterator[Floats]:
        """Scores of all quantities, `turns` times with the same causes: those of cells seen, and drawn ones.

        What is drawn beside the causes is spread evenly over the turns, each quantity of each firm by itself.
        `parts`: (ratio, base, known part) for firms of which the part is known and the base is not (NaN: others): the
        ratio is then chosen among TRIES draws by how well the base that it implies goes with the firm.
        """
        middle, noise = self._middle(self.causes, self._fresh), np.sqrt(self.noise)
        place = self.rng.random(middle.shape)
        for turn in range(turns):
            out = middle + noise * ndtri(np.clip((place + turn / turns) % 1.0, 1e-12, 1 - 1e-12))
            for ratio, base, part in parts:
                rows = np.flatnonzero(part > 0)
                tries = middle[rows, ratio, None] + noise[ratio] * self.rng.standard_normal((len(rows), TRIES))
                with np.errstate(divide="ignore"):
                    implied = self.margins[base].score(part[rows, None] / self.margins[ratio].draw(tries))
                far = (implied - middle[rows, base, None]) / noise[base]
                likely = np.where(np.isfinite(far), -0.5 * far**2, -1e9) + self.rng.gumbel(size=far.shape)
                out[rows, ratio] = tries[np.arange(len(rows)), np.argmax(likely, axis=1)]
            out[self._row, self._column] = self._score
            yield out


def _normal(precision: Floats, half: Floats, rng: np.random.Generator) -> Floats:
    """A draw of the normal distribution of this precision and of the mean precision^-1 half."""
    root = np.linalg.cholesky(precision)
    return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, half) + rng.standard_normal(len(half))))


def _between(middle: Floats, noise: Floats, low: Floats, high: Floats, rng: np.random.Generator) -> Floats:
    """Normal draws within ranges."""
    below, above = ndtr((low - middle) / noise), ndtr((high - middle) / noise)
    place = np.clip(below + (above - below) * rng.random(len(middle)), 1e-12, 1 - 1e-12)
    drawn = middle + noise * ndtri(place)
    return np.asarray(np.clip(drawn, np.maximum(low, -FARTHEST), np.minimum(high, FARTHEST)))
