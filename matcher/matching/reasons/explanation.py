"""Why a pair was matched: the sentence that answers what is asked, point by point, and what finds no answer.

One side of a pair asks: the need, whichever of the two was searched with. The other answers. Of its sentences that one
is shown which says most of the asked words, literally or in others, is nearest to an asked sentence in meaning, and
tells an effect or a figure; see `matcher.matching.texts.passages` for what is never shown. Reasons quote no contacts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array

from matcher.matching.library.base import Asked, BaseIndex
from matcher.matching.library.remembered import Records, is_remembered
from matcher.matching.likely_first import FIRST
from matcher.matching.reasons.answering import Answering, Cut, cut_records, cut_texts
from matcher.matching.reasons.asking import Asking, asks, read_asking
from matcher.matching.reasons.requirements import Said
from matcher.matching.reasons.unanswered import LONGEST, Missing, joined, stands
from matcher.matching.reasons.wishes import Wishes, wishes_of_texts
from matcher.matching.texts.plain import plain_texts

TEXTS = 4096  # answering texts looked at together
SHOWN_SHARED = 8
REASONS = ["shared_terms", "evidence", "unanswered", "answers"]
NO_ANSWER = "未回应"
_NEARNESS = 0.6  # what a cosine of 1 counts beside all asked words said
_BOTH = 0.2  # what it adds that a sentence says an asked object and an asked problem
_SUBJECT = 0.25  # and that the title says all asked words, where a sentence need not repeat them
_OWN_SUBJECT = 0.6  # instead, where it says what the record itself (本发明) can do
_MERIT_SUBJECT = 0.15  # from this share on, a title stands behind such a sentence
_ON_SUBJECT = 0.4  # from this share of the asked words a title is on the subject
_NO_TASK = 0.8  # what becomes of a sentence that says no asked problem, where one is asked
_LEAST_COVER, _LEAST_COSINE = 0.08, 0.42  # below both a sentence answers nothing
_LEAST = 0.34  # and so does one of a lower sum, unless the title is on the subject and the piece in its place
_ITS_PLACE = 0.5  # the factor of a piece that stands behind no poor head, is no title and no list of parts
_POINT_COVER, _POINT_COSINE = 0.25, 0.5  # the same for a single point
_SAYS_TOO = 0.4  # the share of a point's words that a sentence says which answers another point already
_OTHERS = 48  # words of an asking text that may be shared
_CIRCLED = "①②③④⑤"
RELATED = 1.5  # the level from which on the others are: that of a pair of one field


Whole = NDArray[np.int64]


@dataclass(frozen=True)
class _Side:
    """The texts of one side of the pairs, contacts hidden where they are compared, and which of them each pair has."""

    index: BaseIndex
    titles: Sequence[str]
    bodies: Sequence[str]
    of: Whole
    records: Records | None = None  # where the texts are those of the index

    @cached_property
    def plain(self) -> list[str]:
        """Each text whole, as it is written for comparison."""
        plain = plain_texts(self.titles, self.bodies) if self.records is None else self.records.plain
        return [one.hidden for one in plain]

    def cut(self, some: slice) -> Cut:
        """Some of the texts in pieces."""
        if self.records is not None and is_remembered(self.index, self.records.rows[some]):
            return cut_records(self.index, self.records.rows[some])
        return cut_texts(self.index, self.titles[some], self.bodies[some])


def is_explained(rank: NDArray[np.integer[Any]], level: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Which pairs of rows in order of rank are explained: the first three of each asking row, and all that are related
    or whose level is unknown.
    """
    return (rank <= FIRST) | ~(level < RELATED)


def explain(
    asked: Asked,
    index: BaseIndex,
    at: NDArray[np.int64],
    records: Records,
    titles: Sequence[str],
    bodies: Sequence[str],
    wanted: NDArray[np.bool_] | None = None,
) -> dict[str, NDArray[np.object_]]:
    """The reasons of pairs (text `at[i]` of `asked`, the record that `records` has there) as columns, in their order.

    titles, bodies: the texts that `asked` was made of. wanted: the pairs whose reasons are worked out; those of others
    are "".

    shared_terms: words that both texts have, asked ones first, joined by "、". evidence: the sentence of the outcome or
    work that answers what the need asks, at most 80 characters; its title where it has no other text. unanswered: words
    that the need asks for and the other text does not say, in these or in other words. answers: where the need asks
    several points (at most five), each on a line with its own sentence, or 未回应. All are "" where there is nothing to
    say.
    """
    reasons = np.full((len(at), 5), "", object)
    wanted = np.ones(len(at), bool) if wanted is None else wanted
    reasons[wanted] = _reasons(asked, index, at[wanted], records.of(wanted), titles, bodies)
    return dict(zip(REASONS, reasons.T, strict=False))


def evidence_of(
    asked: Asked,
    index: BaseIndex,
    at: NDArray[np.int64],
    records: Records,
    titles: Sequence[str],
    bodies: Sequence[str],
) -> NDArray[np.object_]:
    """The column `evidence` of `explain` alone."""
    return _reasons(asked, index, at, records, titles, bodies)[:, 1]


def explain_sentences(
    asked: Asked,
    index: BaseIndex,
    at: NDArray[np.int64],
    records: Records,
    titles: Sequence[str],
    bodies: Sequence[str],
) -> pd.DataFrame:
    """`explain` as a table, with one more column, asked_sentence: what the need asks that the evidence answers best."""
    reasons = _reasons(asked, index, at, records, titles, bodies)
    return pd.DataFrame(reasons, columns=[*REASONS, "asked_sentence"])


def _reasons(
    asked: Asked,
    index: BaseIndex,
    at: NDArray[np.int64],
    records: Records,
    titles: Sequence[str],
    bodies: Sequence[str],
) -> NDArray[np.object_]:
    """(n, 5): `REASONS` of pairs, and the sentence that the evidence answers."""
    result = np.full((len(at), 5), "", object)
    if len(at):
        used, used_place = np.unique(at, return_inverse=True)
        record = _Side(index, *records.texts, records.place, records)
        asker = _Side(index, [titles[i] for i in used.tolist()], [bodies[i] for i in used.tolist()], used_place)
        need, answer = (asker, record) if index.id_column != "need_id" else (record, asker)
        asking = read_asking(need.titles, need.bodies, index.segmenter)
        wishes = wishes_of_texts(index, asking)
        result[:, 1:] = _answers(index, asking, wishes, need.of, answer)
        result[:, 0] = _shared(index, asked, used, asking, need, answer, asker, record)
    return result


def _answers(
    index: BaseIndex, asking: list[Asking], wishes: Wishes, of_need: Whole, answer: _Side
) -> NDArray[np.object_]:
    """Evidence, unanswered words, answers to points and the answered sentence of each pair."""
    result = np.full((len(of_need), 4), "", object)
    order = np.argsort(answer.of, kind="stable")
    ends = np.searchsorted(answer.of[order], np.arange(0, len(answer.titles) + TEXTS, TEXTS))
    for block, (start, end) in enumerate(itertools.pairwise(ends.tolist())):
        pairs = order[start:end]
        if not len(pairs):
            continue
        some = slice(block * TEXTS, (block + 1) * TEXTS)
        texts = answer.titles[some], answer.plain[some], answer.cut(some)
        answering = Answering(index, *texts, wishes.words, wishes.weights)
        pairs = pairs[np.argsort(of_need[pairs], kind="stable")]
        bounds = np.flatnonzero(np.diff(of_need[pairs], prepend=-1, append=-1))
        for first, last in itertools.pairwise(bounds.tolist()):
            here = pairs[first:last]
            need = int(of_need[here[0]])
            rows = _of_one_need(index, asking[need], need, wishes, answering, answer.of[here] - some.start)
            for pair, row in zip(here.tolist(), rows, strict=True):
                result[pair] = row
    return result


def _of_one_need(
    index: BaseIndex, asking: Asking, need: int, wishes: Wishes, answering: Answering, texts: Whole
) -> Iterable[tuple[str, str, str, str]]:
    """Evidence, unanswered, answers and asked sentence of one need with each of some texts."""
    first, last = int(wishes.first[need]), int(wishes.first[need + 1])
    starts, stops = answering.first[texts], answering.first[texts + 1]
    sizes = stops - starts
    pieces = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes - starts, sizes)
    cover = np.stack([_column(answering.cover, wish)[pieces] for wish in range(first, last)])
    vectors = answering.vectors[pieces] @ wishes.vectors[first:last].T
    near = np.round(index.scale.alike(vectors.T), 5)
    nearest = near[[0, *range(3, len(near))]].max(axis=0)
    both = (cover[1] > 0) & (cover[2] > 0)
    subject = np.repeat(_column(answering.of_titles, first)[texts], sizes)
    merit = answering.merits[pieces]
    values = cover[0] + _BOTH * both + _NEARNESS * nearest + np.where(merit, _OWN_SUBJECT, _SUBJECT) * subject
    if wishes.weights.indptr[first + 2] < wishes.weights.indptr[first + 3]:
        values *= np.where(cover[2] > 0, 1.0, _NO_TASK)
    on_subject = subject >= np.where(merit, _MERIT_SUBJECT, _ON_SUBJECT)
    values[(cover[0] < _LEAST_COVER) & (nearest < _LEAST_COSINE) & ~on_subject] = -1.0
    point_values = cover[3:] + _NEARNESS * near[3:]
    point_values[(cover[3:] < _POINT_COVER) & (near[3:] < _POINT_COSINE)] = -1.0
    missing = Missing(asking, wishes, answering)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    for text, (start, end) in zip(texts.tolist(), itertools.pairwise(bounds), strict=True):
        here = slice(start, end)
        answers = _point_answers(answering, pieces[here], point_values[:, here], cover[3:, here])
        piece, value = answering.best(pieces[here], values[here])
        if value < _LEAST and (subject[start] < _ON_SUBJECT or answering.worth(piece)[0] < _ITS_PLACE):
            piece = next((one for one in answers if one >= 0), -1)
        evidence, sentence = "", next(iter(asking.sentences), "")
        if piece >= 0:
            evidence = answering.pieces[piece].text
            if asking.sentences:
                sentence = asking.sentences[int(np.argmax(point_values[:, start + piece - int(pieces[start])]))]
        lines = [
            f"{sign}{point} → {answering.pieces[one].text if one >= 0 else NO_ANSWER}"
            for sign, point, one in zip(_CIRCLED, asking.points, answers, strict=False)
        ]
        yield evidence, missing.of(text), "\n".join(lines) if len(lines) > 1 else "", sentence


def with_figures(answers: NDArray[np.object_], said: NDArray[np.object_]) -> NDArray[np.object_]:
    """Answers to points, those without a sentence by the figures that the other text gives (`requirements.Said`)."""
    return np.array(
        [
            "\n".join(_with_figures(line, some) for line in lines.split("\n")) if some else lines
            for lines, some in zip(answers.tolist(), said.tolist(), strict=True)
        ],
        object,
    )


def _with_figures(line: str, said: Sequence[Said]) -> str:
    point, arrow, answer = line.rpartition(" → ")
    if answer != NO_ANSWER:
        return line
    figures = [one.offered for one in said if re.search(rf"(?<![\d.]){re.escape(one.value)}", point)]
    return f"{point}{arrow}{'，'.join(dict.fromkeys(figures)) or NO_ANSWER}"


def _column(matrix: csc_array, column: int) -> NDArray[np.float32]:
    """A column of a sparse matrix, whole."""
    result = np.zeros(matrix.shape[0], np.float32)
    here = slice(matrix.indptr[column], matrix.indptr[column + 1])
    result[matrix.indices[here]] = matrix.data[here]
    return result


def _point_answers(
    answering: Answering, pieces: Whole, values: NDArray[np.floating[Any]], cover: NDArray[np.floating[Any]]
) -> list[int]:
    """The piece that answers each of several points; -1 where none does.

    A piece that is only near to a point in meaning answers no second one.
    """
    answers = [-1] * len(values)
    if len(values) < 2:
        return answers
    free = values.copy()
    for point in np.argsort(-values.max(axis=1), kind="stable").tolist():
        piece, value = answering.best(pieces, free[point])
        if value >= _LEAST:
            answers[point] = piece
            place = piece - int(pieces[0])
            free[cover[:, place] < _SAYS_TOO, place] = -1.0
    return answers


def _shared(
    index: BaseIndex,
    asked: Asked,
    used: Whole,
    asking: list[Asking],
    need: _Side,
    answer: _Side,
    asker: _Side,
    record: _Side,
) -> list[str]:
    """The words that the texts of each pair share: whole ones that are asked, then the rarest others."""
    others = _rarest(index, asked, used, asker.plain)
    phrases = [_asked_words(one) for one in asking]
    shared = []
    for a, b, c, d in zip(need.of.tolist(), answer.of.tolist(), asker.of.tolist(), record.of.tolist(), strict=True):
        answering, recorded = answer.plain[b], record.plain[d]
        names = [written for word, written in phrases[a] if word in answering and stands(word, answering)]
        if len(names) < SHOWN_SHARED:
            names += [word for word in others[c] if word in recorded and stands(word, recorded)]
        shared.append(joined(names, SHOWN_SHARED))
    return shared


def _asked_words(asking: Asking) -> list[tuple[str, str]]:
    """The asked phrases and their words, those of the title first, and how they are written."""
    phrases = sorted(asking.phrases, key=lambda phrase: (not phrase.in_title, -phrase.weight))
    names: dict[str, str] = {}
    for phrase in phrases:
        if len(whole := "".join(phrase.words)) <= LONGEST:
            names.setdefault(whole, "".join(phrase.written))
    for phrase in phrases:
        for word, written, named in zip(phrase.words, phrase.written, phrase.named, strict=True):
            if named:
                names.setdefault(word, written)
    return list(names.items())


def _rarest(index: BaseIndex, asked: Asked, used: Whole, plain: list[str]) -> list[list[str]]:
    """The words of each asking text that may be shared, the rarest in the library first; common ones only alone."""
    terms, idf2 = asked.terms, asked.idf2
    shown = terms.is_word & (idf2 >= index.lexical.informative)[terms.ids]
    named = index.segmenter.named(filter(asks, (terms.names[i] for i in np.unique(terms.ids[shown]).tolist())))
    result = []
    for place, text in enumerate(used.tolist()):
        here = slice(terms.offsets[text], terms.offsets[text + 1])
        names = [name for _, name in sorted((-idf2[i], terms.names[i]) for i in terms.ids[here][shown[here]].tolist())]
        result.append([name for name in names if name in named and name in plain[place]][:_OTHERS])
    return result
