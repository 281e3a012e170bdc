"""Whether to send a pair: a decision learned on whole texts, from what is asked and what of it the record has.

A sum of parts says how near two texts are. People who read both texts to the end also look for the object that is asked
for, for how much of what is asked the record speaks of, and in one breath, and for how much of the record was asked.
The numbers here were learned from pairs that readers judged on whole texts (`models/ranker-zh/CARD.md`); they move the
probability that the sum gives, in log odds, as far as a library's records are whole texts, and never the order.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit, logit

from matcher.matching.learning.calibration import Calibration, shipped_file
from matcher.matching.learning.learned_ranker import calibration_of
from matcher.matching.library.base import Asked, BaseIndex
from matcher.matching.library.remembered import Records
from matcher.matching.reasons.asking import fillers
from matcher.matching.texts.plain import Plain, plain_texts
from matcher.matching.texts.tokens import Segmenter, Terms
from matcher.needs import understand
from matcher.tables.naming.words import load_segmenter

FEATURES = ("meaning", "words", "object", "asked", "offered", "length", "points", "told", "together", "named")
OBJECTS = 2  # of a need: those that it names first
PAIRS = 1 << 14  # looked at together
LEAST = 1e-6
DIGITS = 9
Z = 1.96  # of a 95 % interval

_STOP = re.compile(r"[。；;！!？?\n]")

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
    beyond: NDArray[np.floating[Any]] | None,
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
    asked: Asked,
    texts: Texts,
    at: NDArray[np.int64],
    records: Records,
    parts: tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]],
) -> NDArray[np.float64]:
    """(n, f): `FEATURES` of the pairs of asking text `at[i]` and the record that `records` has there; needs on either
    side.

    texts: titles and bodies that `asked` was made of. parts: those of the pairs' sums, (n) each.

    * meaning, words: both cosines in deviations of random pairs.
    * object: the share of the object's neighbouring characters that stand in the other side's text; the better of the
      two objects that the need names first.
    * asked, offered: of the weight (squared idf) of the need's terms the share that the other side has, and of the
      other side's title the share that the need has.
    * length, points: logarithms of the need's characters and asked sentences.
    * told, together, named: of the words of the need's title the share that stands in the other side's text, and the
      largest share in one sentence of it; of the words of the other side's title the share in the need's text. Words
      that ask for nothing (技术, 研发) count only where a title has no others.
    """
    scale, of = records.index.scale, records.place
    own = plain_texts(*texts)
    if records.index.id_column != "need_id":
        needs, (plain, n), (offers, i) = texts, (own, at), (records.plain, of)
    else:
        needs, (plain, n), (offers, i) = records.texts, (records.plain, of), (own, at)
    objects, length, points = _of_needs((needs, n), (offers, i))
    titles = _of_titles((plain, n), (offers, i), records.index.segmenter)
    both = parts[0] / scale.share, parts[1] / (1 - scale.share)
    return np.column_stack([*both, objects, *_shared_weights(asked, texts[0], at, records), length, points, titles])


def _of_needs(
    needs: tuple[Texts, NDArray[np.int64]], offers: tuple[Sequence[Plain], NDArray[np.int64]]
) -> list[NDArray[np.float64]]:
    """(n) each: object, length and points of pairs of texts."""
    (titles, bodies), at = needs
    plain, of = offers
    read = {i: understand(titles[i], bodies[i]) for i in np.unique(at).tolist()}
    objects = [
        max((_share(name.lower(), plain[i].whole) for name in read[n].objects[:OBJECTS]), default=0.0)
        for n, i in zip(at.tolist(), of.tolist(), strict=True)
    ]
    sizes = [(len(read[n].title) + len(read[n].text), len(read[n].asked)) for n in at.tolist()]
    length, points = np.log1p(np.array(sizes, float).reshape(-1, 2)).T
    return [np.array(objects).round(DIGITS), length.round(DIGITS), points.round(DIGITS)]


def _of_titles(
    needs: tuple[Sequence[Plain], NDArray[np.int64]],
    offers: tuple[Sequence[Plain], NDArray[np.int64]],
    segmenter: Segmenter,
) -> NDArray[np.float64]:
    """(n, 3): told, together and named of pairs of texts."""
    (wanting, at), (offered, of) = needs, offers
    asked, heads = (_title_words(texts, segmenter) for texts in (wanting, offered))
    sentences = [_STOP.split(one.whole) for one in offered]
    shares = []
    for n, i in zip(at.tolist(), of.tolist(), strict=True):
        held = [word for word in asked[n] if word in offered[i].whole]
        most = max(sum(word in one for word in held) for one in sentences[i]) if len(held) > 1 else len(held)
        named = sum(word in wanting[n].whole for word in heads[i])
        words = max(1, len(asked[n]))
        shares.append((len(held) / words, most / words, named / max(1, len(heads[i]))))
    return np.array(shares, float).reshape(-1, 3).round(DIGITS)


def _title_words(texts: Sequence[Plain], segmenter: Segmenter) -> list[list[str]]:
    """The words of each text's title (of its first sentence, where it has none), those that ask for nothing left out
    where there are others.
    """
    cut = load_segmenter(segmenter.engine, segmenter.words).cut
    titles = [dict.fromkeys(cut(_STOP.split(one.whole, maxsplit=1)[0], False)) for one in texts]
    words = [[word for word in title if any(map(str.isalnum, word))] for title in titles]
    return [[word for word in some if word not in fillers()] or some for some in words]


def _shared_weights(
    asked: Asked, titles: Sequence[str], at: NDArray[np.int64], records: Records
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n) each: asked and offered of the pairs; titles: those of the texts that ask."""
    lexical, of = records.index.lexical, records.place
    asks = records.index.id_column != "need_id"
    names, idf2 = asked.terms.names, asked.idf2
    mine, theirs = _presence(asked.terms), lexical.holding(names, records.rows)
    heads = records.index.segmenter.terms(records.texts[0] if asks else titles)
    titled = _presence(heads, {name: number for number, name in enumerate(names)})
    wanted = mine @ idf2 if asks else lexical.weights[records.rows]
    offered = _presence(heads) @ lexical.idf2(heads.names)
    common, held = np.zeros(len(at)), np.zeros(len(at))
    for some in (slice(start, start + PAIRS) for start in range(0, len(at), PAIRS)):
        asking, answering = mine[at[some]], theirs[of[some]]
        common[some] = csr_array(asking.multiply(answering)) @ idf2
        pair = (titled[of[some]], asking) if asks else (titled[at[some]], answering)
        held[some] = csr_array(pair[0].multiply(pair[1])) @ idf2
    need, offer = (at, of) if asks else (of, at)
    asked_share, offered_share = common / np.maximum(wanted[need], LEAST), held / np.maximum(offered[offer], LEAST)
    return asked_share.round(DIGITS), offered_share.round(DIGITS)  # sums depend on the order of terms, it on the texts


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
