"""Whether to send a pair: a decision learned on whole texts, from what is asked and what of it the record has.

A sum of parts says how near two texts are. People who read both texts to the end also look for the object that is asked
for, for how much of what is asked the record speaks of, and for how much of the record was asked. The numbers here were
learned from pairs that two readers judged on whole texts (`models/ranker-zh/CARD.md`); they move the probability that
the sum gives, in log odds, as far as a library's records are whole texts, and never the order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit, logit

from matcher.matching.base import Asked, BaseIndex
from matcher.matching.calibration import Calibration, shipped_file
from matcher.matching.learned_ranker import calibration_of
from matcher.matching.remembered import FEW, remembered
from matcher.matching.tokens import Terms, normalise_all, together
from matcher.needs import understand

FEATURES = ("meaning", "words", "object", "asked", "offered", "length", "points")
OBJECTS = 2  # of a need: those that it names first
RECORDS = 2048  # records looked at together
LEAST = 1e-6
DIGITS = 9
Z = 1.96  # of a 95 % interval

Texts = tuple[Sequence[str], Sequence[str]]  # titles and bodies


@dataclass(frozen=True, eq=False)
class Recommender:
    """Log odds of level 3 or 4 from `FEATURES` and the log odds that the sum of parts gives.

    mean, spread: (f + 1) of the inputs, the sum's log odds last; weights: (f + 2), the constant last; covariance of
    the weights.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    @cache
    def shipped(cls) -> Recommender | None:
        """The one that comes with the library."""
        content = shipped_file("recommendation.json")
        return cls.of(content) if content else None

    @classmethod
    @cache
    def reading(cls) -> tuple[Recommender, float] | None:
        """The one for pairs that were read together, whose log odds (`pair_reading`) are the last of its features, and
        the probability from which it recommends.
        """
        content = shipped_file("recommendation.json").get("read")
        return (cls.of(content), float(content["good"])) if content else None

    @classmethod
    def of(cls, content: dict[str, Any]) -> Recommender:
        """From the numbers of the file."""
        arrays = (np.array(content[name], float) for name in ("mean", "spread", "weights", "covariance"))
        return cls(*arrays)

    def moved(
        self, features: NDArray[np.float64], above: NDArray[np.float64], texts: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n) what the features add to the log odds of n pairs, and (n, 2) a 95 % interval of the probability.

        above: the probabilities of level 3 or 4 by the sum; texts: how far the library's records are whole texts.
        """
        odds = logit(above.clip(LEAST, 1 - LEAST))
        inputs = (np.column_stack([features, odds]) - self.mean) / self.spread
        inputs = np.column_stack([inputs, np.ones(len(inputs))])
        shift = texts * (np.einsum("ij,j->i", inputs, self.weights) - odds)
        deviation = np.sqrt(np.einsum("ij,jk,ik->i", inputs, self.covariance, inputs).clip(0))
        reach = Z * deviation[:, None] * np.array([-1, 1])
        return shift, expit((odds + shift)[:, None] + reach)


def recommender_of(index: BaseIndex) -> Recommender | None:
    """The shipped recommender, where it applies: whole texts, the encoder that it was learned with, and a user's
    labels, if any, that start from what is shipped.
    """
    own = index.feedback is not None and index.feedback.prior is None
    if own or index.scale.texts <= 0 or Calibration.shipped(index.encoder) is None:
        return None
    return Recommender.shipped()


def assess(
    index: BaseIndex,
    total: NDArray[np.floating[Any]],
    beyond: NDArray[np.float64] | None,
    features: NDArray[np.float64] | None,
    false_alarm: float,
    read: NDArray[np.float64] | None = None,
) -> dict[str, NDArray[Any]]:
    """level, probability, probability_low, probability_high and recommended of n pairs.

    total: their sums of parts; beyond: (n, 3), what judged pairs add to the probabilities; features: (n, f), where the
    index has a recommender; read: (n) log odds of pairs that were read together, unknown for others.
    """
    unknown = np.full(len(total), np.nan)
    result = dict.fromkeys(("level", "probability", "probability_low", "probability_high"), unknown)
    good = total >= index.scale.good_from(false_alarm)
    calibration, recommender = calibration_of(index), recommender_of(index)
    if calibration is not None:
        shift, least = None, np.full(len(total), calibration.good)
        if recommender is not None and features is not None:
            above = calibration.probability(total, beyond)
            shift, interval = recommender.moved(features, above, index.scale.texts)
            if read is not None and (reader := Recommender.reading()):
                seen = np.isfinite(read)
                inputs = np.column_stack([features, read])[seen]
                shift[seen], interval[seen] = reader[0].moved(inputs, above[seen], index.scale.texts)
                least[seen] = reader[1]
            result |= {"probability_low": interval[:, 0], "probability_high": interval[:, 1]}
        result["level"] = calibration.level(total, beyond, shift)
        result["probability"] = calibration.probability(total, beyond, shift)
        good &= result["probability"] >= least
    return {**result, "recommended": good}


def features_of(
    index: BaseIndex,
    asked: Asked,
    texts: Texts,
    at: NDArray[np.int64],
    rows: NDArray[np.int64],
    parts: tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]],
) -> NDArray[np.float64]:
    """(n, f): `FEATURES` of the pairs of asking text `at[i]` and row `rows[i]` of the index; needs on either side.

    texts: titles and bodies that `asked` was made of. parts: those of the pairs' sums, (n) each.

    * meaning, words: both cosines in deviations of random pairs.
    * object: the share of the object's neighbouring characters that stand in the other side's text; the better of the
      two objects that the need names first.
    * asked, offered: of the weight (squared idf) of the need's terms the share that the other side has, and of the
      other side's title the share that the need has.
    * length, points: logarithms of the need's characters and asked sentences.
    """
    result = np.zeros((len(at), len(FEATURES)))
    result[:, :2] = np.column_stack(parts) / np.array([index.scale.share, 1 - index.scale.share])
    asks = index.id_column != "need_id"
    heads = index.segmenter.terms(texts[0])
    asking = _Side.of(index, texts, [] if asks else _plain(texts), asked.terms, heads)
    records, place = np.unique(rows, return_inverse=True)
    by_record = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[by_record], np.arange(0, len(records) + RECORDS, RECORDS))
    for block, (start, end) in enumerate(itertools.pairwise(ends.tolist())):
        if not (pairs := by_record[start:end]).size:
            continue
        some = records[block * RECORDS : (block + 1) * RECORDS]
        answering = _records(index, some)
        sides = (asking, at[pairs]), (answering, place[pairs] - block * RECORDS)
        result[pairs, 2:] = _shared(index, *(sides if asks else sides[::-1]))
    return result


class _Side(NamedTuple):
    """Texts of one side: as they are, their written form for comparison (of what is offered), their terms and those of
    their titles, and the weights of both.
    """

    titles: Sequence[str]
    bodies: Sequence[str]
    plain: Sequence[str]
    whole: Terms
    heads: Terms
    weight: NDArray[np.float64]
    head_weight: NDArray[np.float64]

    @classmethod
    def of(cls, index: BaseIndex, texts: Texts, plain: Sequence[str], whole: Terms, heads: Terms) -> _Side:
        weights = (_presence(terms) @ index.lexical.idf2(terms.names) for terms in (whole, heads))
        return cls(*texts, plain, whole, heads, *weights)

    @classmethod
    def of_records(cls, index: BaseIndex, rows: NDArray[np.int64]) -> _Side:
        """Records of an index."""
        texts = index.texts(rows)
        terms = index.segmenter.terms([*texts[0], *texts[1]])
        return cls.of(index, texts, _plain(texts), terms.joined((1, 1)), terms[: len(rows)])

    def each(self) -> list[_Side]:
        """Its texts one by one."""
        return [
            _Side(
                self.titles[one],
                self.bodies[one],
                self.plain[one],
                self.whole[one].trimmed(),
                self.heads[one].trimmed(),
                self.weight[one],
                self.head_weight[one],
            )
            for one in (slice(i, i + 1) for i in range(len(self.titles)))
        ]


def _records(index: BaseIndex, rows: NDArray[np.int64]) -> _Side:
    """Records of an index, few of them as they are remembered."""
    if len(rows) > FEW:
        return _Side.of_records(index, rows)
    sides = remembered(index, "read", rows, lambda some: _Side.of_records(index, some).each())
    titles, bodies, plain, whole, heads, weights, head_weights = zip(*sides, strict=True)
    texts = [list(itertools.chain.from_iterable(some)) for some in (titles, bodies, plain)]
    both = np.concatenate(weights), np.concatenate(head_weights)
    return _Side(texts[0], texts[1], texts[2], together(whole), together(heads), *both)


def _plain(texts: Texts) -> list[str]:
    return normalise_all([f"{title}\n{body}" for title, body in zip(*texts, strict=True)])


def _shared(
    index: BaseIndex, need: tuple[_Side, NDArray[np.int64]], offer: tuple[_Side, NDArray[np.int64]]
) -> NDArray[np.float64]:
    """(n, f - 2): the features behind the sum's parts, of needs and what is offered to them, pair by pair."""
    (needs, at), (offers, of) = need, offer
    names = needs.whole.names
    numbers = {name: number for number, name in enumerate(names)}
    idf2 = index.lexical.idf2(names)
    wanted = _presence(needs.whole)[at]
    common, held = (
        np.asarray(csr_array(wanted.multiply(_presence(terms, numbers)[of])) @ idf2)
        for terms in (offers.whole, offers.heads)
    )
    read = {i: understand(needs.titles[i], needs.bodies[i]) for i in np.unique(at).tolist()}
    objects = [
        max((_share(name.lower(), offers.plain[i]) for name in read[n].objects[:OBJECTS]), default=0.0)
        for n, i in zip(at.tolist(), of.tolist(), strict=True)
    ]
    sizes = [(len(read[n].title) + len(read[n].text), len(read[n].asked)) for n in at.tolist()]
    columns = [
        objects,
        common / np.maximum(needs.weight[at], LEAST),
        held / np.maximum(offers.head_weight[of], LEAST),
        np.log1p(np.array(sizes, float).reshape(-1, 2)),
    ]
    return np.column_stack(columns).round(DIGITS)  # sums of terms depend on their order, and that on the other texts


def _presence(terms: Terms, numbers: dict[str, int] | None = None) -> csr_array:
    """(texts, terms): 1 where a text has a term; with `numbers`, over the terms that are numbered there."""
    if numbers is None:
        return csr_array((np.ones(len(terms.ids)), terms.ids, terms.offsets), shape=(len(terms), len(terms.names)))
    there = np.fromiter(map(numbers.get, terms.names, itertools.repeat(-1)), np.int64, len(terms.names))
    columns = there[terms.ids]
    keep = columns >= 0
    rows = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))[keep]
    return csr_array((np.ones(int(keep.sum())), (rows, columns[keep])), shape=(len(terms), len(numbers)))


def _share(name: str, text: str) -> float:
    """The share of a name's pairs of neighbouring characters that stand in a text."""
    pieces = {name[i : i + 2] for i in range(len(name) - 1)} or {name}
    return sum(piece in text for piece in pieces) / len(pieces)
