"""Experts from their works: needs to persons and persons to needs, with the works that speak. Works lie in an `Index`.

A person, team or platform is many works. Every work gets the sum of parts that `match` orders by, at least 0, times
the weight of its kind, of the person's role in it and of its age; the best few, the r-th of them counted `fade` ** r,
are averaged. One work alone can so give a person no more than the share of the first, an old or minor one less, and a
long list of works that fit poorly adds nothing. What a person says of himself is one more work of its own kind, so
that people without works can be found too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.errors import TableError
from matcher.experts.library import Experts, Numbers, Weighing, Whole
from matcher.matching.encoders import encode_texts
from matcher.matching.explanation import explain
from matcher.matching.filters import agree, labels_of
from matcher.matching.base import BLOCK
from matcher.matching.index import Index
from matcher.matching.records import texts_of
from matcher.matching.tokens import sentences
from matcher.progress import advancing

WORN = 0.2  # a work that weighs less does not speak for anybody
SOLID = 0.5  # two speaking works that weigh at least this are strong evidence
SHOWN = 3  # works named
SLACK = 1e-3  # how far single precision may be off
CELLS = 1 << 24  # texts times works looked at together
COLUMNS = ["rank", "score", "good_match", "strength", "speaking", "work_ids", "works", "affinity"]
COLUMNS += ["shared_terms", "need_sentence", "work_sentence", "unanswered"]


def rank_experts(
    queries: pd.DataFrame,
    experts: Experts,
    *,
    k: int = 10,
    on: dt.date | str | None = None,
    where: Mapping[str, str | Sequence[str]] | None = None,
    same: Sequence[str] = (),
    exclude: pd.DataFrame | None = None,
    weighing: Weighing | None = None,
    false_alarm: float = 0.05,
    reasons: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """Rank people for every need by their works.

    One row a pair, the needs in their order, best first: need_id, expert_id, `rank` (from 1), `score` (the share of
    random pairs of a text and a work that score below the affinity), `good_match`, `strength` of the evidence,
    `speaking` (how many works reach what `match` calls good), `work_ids` and `works` (ids and titles of up to three
    works that add most, joined by "；"), `affinity` (see the module; 0: nothing fits better than a random pair), and
    with `reasons` of the work that adds most `shared_terms`, `need_sentence` (the need's sentence that it answers
    best), `work_sentence`, `unanswered`. Ties break by expert_id.

    strength: 强 two works that speak and weigh at least 0.5, 中 at least one that speaks, 弱 none does, 仅简介 the
    profile fits best and no work speaks, 无 an affinity of 0. good_match: a work or the profile speaks. A need without
    any good match keeps its k rows, all marked False. Where the filters leave nobody one row stays: an empty id, rank
    0, an unknown score.

    on: the day on which works are looked back at; without it their ages play no part. where, same, exclude: as in
    `match`, about the columns of `experts.people`; exclude holds need_id and expert_id.

    Raises ValueError for a column that does not exist, TableError when the needs have no need_id or exclude lacks one.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if "need_id" not in queries:
        raise TableError(f"the table has no column need_id; it has {list(map(str, queries.columns))}")
    weighing = weighing or Weighing()
    index, ids = experts.index, queries["need_id"].astype(str).tolist()
    weights = experts.weights(weighing, on)
    allowed = _Allowed(queries, experts.people, where or {}, same, exclude)
    works = _Works(experts, index, false_alarm)
    block = max(1, min(BLOCK, CELLS // max(1, len(index.ids))))
    parts = []
    with advancing(len(queries), "匹配专家", progress) as advance:
        for start in range(0, len(queries), block):
            some = queries.iloc[start : start + block]
            titles, bodies = texts_of(some)
            asked = index.asked(titles, bodies)
            semantic, lexical, rare = index.channels(asked, slice(0, len(some)))
            found = []
            for i in range(len(some)):
                rough = np.maximum(index.scale.rough(semantic[i], lexical[i]), 0)[experts.rows] * weights
                may = allowed.people(start + i)
                people = _near_the_best(experts, rough, may, k, weighing)
                links, owner = experts.links_of(people)
                total = np.add(*index.scale.parts(*index.exact(asked, i, rare[i], experts.rows[links])))
                values = np.maximum(total, 0) * weights[links]
                score, best = _average(values, owner, len(people), weighing)
                order = np.lexsort((experts.order[people], -score))[:k]
                ends = np.searchsorted(owner[best], np.arange(len(people) + 1))
                told = works.tell(experts.rows[links], total, values, weights[links])
                said = [told(best[ends[one] : ends[one + 1]]) for one in order.tolist()]
                rows = [(one.pop("row"), one) for one in said]
                frame = pd.DataFrame([one for _, one in rows], columns=COLUMNS[2:7])
                frame["affinity"] = score[order]
                frame.insert(0, "score", index.scale.share_below(score[order]))
                frame.insert(0, "rank", np.arange(1, len(order) + 1))
                frame.insert(0, "expert_id", experts.people["expert_id"].to_numpy(object)[people[order]])
                frame.insert(0, "need_id", ids[start + i])
                found.append((frame, np.array([row for row, _ in rows], np.int64)))
            pairs = pd.concat([frame for frame, _ in found], ignore_index=True)
            if reasons:
                at = np.repeat(np.arange(len(some)), [len(frame) for frame, _ in found])
                rows_of = np.concatenate([best for _, best in found])
                why = explain(asked, index, at, rows_of).rename(columns={"evidence": "work_sentence"})
                why["need_sentence"] = _asking_sentence(index, titles, bodies, at, rows_of)
                pairs = pd.concat([pairs, why], axis=1)
            parts.append(_with_empty(pairs, ids[start : start + len(some)], "need_id", "expert_id"))
            advance(len(some))
    return _table(parts, ["need_id", "expert_id"], reasons)


def rank_needs(
    experts: Experts,
    index: Index,
    *,
    k: int = 10,
    on: dt.date | str | None = None,
    only: Sequence[str] | None = None,
    weighing: Weighing | None = None,
    false_alarm: float = 0.05,
    reasons: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """The other way: the needs of an index for every person, by the works that would answer them.

    Columns as in `rank_experts`, expert_id first; people in their order, needs best first, ties by need_id. The works
    ask here, so scores are held against random pairs of the needs' index. only: the ids of these people alone. A person
    without works or profile has no row of needs but one with an empty id and rank 0.

    Raises ValueError when the index holds no needs, KeyError for an unknown person.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if index.id_column != "need_id":
        raise ValueError(f"the index must hold needs, not {index.id_column}")
    weighing = weighing or Weighing()
    names = experts.people["expert_id"].tolist()
    if only is not None and (lost := sorted(set(map(str, only)) - set(names))):
        raise KeyError(f"not among the experts: {', '.join(lost[:10])}")
    chosen = [i for i, name in enumerate(names) if only is None or name in set(map(str, only))]
    weights, told_by = experts.weights(weighing, on), _Works(experts, index, false_alarm)
    living = np.flatnonzero(index.alive)
    parts = []
    with advancing(len(chosen), "匹配需求", progress) as advance:
        for person in chosen:
            links = np.arange(experts.first[person], experts.first[person + 1])
            works = experts.index.rows(experts.rows[links])
            advance(1)
            if not len(links) or not len(living):
                parts.append(_with_empty(pd.DataFrame(), [names[person]], "expert_id", "need_id"))
                continue
            titles, bodies = texts_of(works)
            asked = index.asked(titles, bodies)
            semantic, lexical, rare = index.channels(asked, slice(0, len(links)))
            rough = np.maximum(index.scale.rough(semantic, lexical)[:, living], 0) * weights[links, None]
            rough = -np.sort(-rough, axis=0)[: weighing.top]
            score = weighing.steps[: len(rough)] @ rough
            near = living[score >= np.partition(score, max(0, len(score) - k))[max(0, len(score) - k)] - SLACK]
            total = np.stack(
                [np.add(*index.scale.parts(*index.exact(asked, i, rare[i], near))) for i in range(len(links))]
            )
            values = np.maximum(total, 0) * weights[links, None]
            owner = np.tile(np.arange(len(near)), len(links))
            score, _ = _average(values.ravel(), owner, len(near), weighing)
            order = np.lexsort((index.order[near], -score))[:k]
            said, at = [], np.argmax(values, axis=0)[order]
            for one in order.tolist():
                mine = np.argsort(-values[:, one], kind="stable")[: weighing.top]
                told = told_by.tell(experts.rows[links], total[:, one], values[:, one], weights[links])
                said.append(told(mine))
            frame = pd.DataFrame(said, columns=COLUMNS[2:7])
            frame["affinity"] = score[order]
            frame.insert(0, "score", index.scale.share_below(score[order]))
            frame.insert(0, "rank", np.arange(1, len(order) + 1))
            frame.insert(0, "need_id", index.ids[near[order]])
            frame.insert(0, "expert_id", names[person])
            if reasons:
                why = explain(asked, index, at, near[order]).rename(columns={"evidence": "need_sentence"})
                why["work_sentence"] = _asking_sentence(index, titles, bodies, at, near[order])
                frame = pd.concat([frame, why], axis=1)
            parts.append(frame)
    return _table(parts, ["expert_id", "need_id"], reasons)


def _average(values: Numbers, owner: Whole, people: int, weighing: Weighing) -> tuple[Numbers, Whole]:
    """The affinity of each person, and the places of the values that count, by person, best first."""
    order = np.lexsort((-values, owner))
    counts = np.bincount(owner, minlength=people)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept, place = order[place < weighing.top], place[place < weighing.top]
    score = np.bincount(owner[kept], values[kept] * weighing.steps[place], minlength=people)
    return np.asarray(score, float), kept.astype(np.int64)


def _near_the_best(
    experts: Experts, values: Numbers, may: NDArray[np.bool_] | None, k: int, weighing: Weighing
) -> Whole:
    """The people who may be among the best k, by rough values of links.

    Looks at the people behind the best links only: an average lies below its largest value, so nobody else can pass the
    k-th of them once that one reaches the smallest value looked at.
    """
    if may is not None:
        values = np.where(may[experts.person], values, -1.0)
    looked = 64 * k + 4096
    while True:
        cut = -np.inf if looked >= len(values) else np.partition(values, len(values) - looked)[len(values) - looked]
        people = np.unique(experts.person[(values >= cut) & (values >= 0)])
        links, owner = experts.links_of(people)
        score, _ = _average(values[links], owner, len(people), weighing)
        kth = np.partition(score, len(score) - k)[len(score) - k] if len(score) >= k else -np.inf
        if np.isneginf(cut) or kth > cut + SLACK:
            return people[score >= kth - SLACK]
        looked *= 4


class _Works:
    """What is said of a person's works."""

    def __init__(self, experts: Experts, index: Index, false_alarm: float) -> None:
        """`index`: the one that was searched, whose scale the sums are on."""
        self._profile, self._ids, self._titles = experts.own, experts.index.ids, experts.titles
        self._index, self._false_alarm = index, false_alarm

    def tell(
        self, rows: Whole, total: Numbers, values: Numbers, weights: Numbers
    ) -> Callable[[Whole], dict[str, object]]:
        """For rows of the index held against one text: a function of the places of somebody's best few, best first.

        It gives the columns good_match to works, and `row`, the first of them.
        """
        own = self._profile[rows]
        good = self._index.is_good(total, self._false_alarm) & (weights >= WORN)
        solid = weights >= SOLID

        def told(best: Whole) -> dict[str, object]:
            speaking = good[best] & ~own[best]
            if not values[best[0]] > 0:
                strength = "无"
            elif speaking.any():
                strength = "强" if np.count_nonzero(speaking & solid[best]) > 1 else "中"
            else:
                strength = "仅简介" if own[best[0]] else "弱"
            named = rows[best[(values[best] > 0) & ~own[best]][:SHOWN]].tolist()
            return {
                "good_match": bool(good[best].any()),
                "strength": strength,
                "speaking": int(np.count_nonzero(speaking)),
                "work_ids": "；".join(str(self._ids[row]) for row in named),
                "works": "；".join(str(self._titles[row]) for row in named),
                "row": int(rows[best[0]]),
            }

        return told


def _asking_sentence(
    index: Index, titles: Sequence[str], bodies: Sequence[str], at: Whole, rows: Whole
) -> NDArray[np.object_]:
    """For each pair (text at[i], row rows[i]) the sentence of the asking text that is nearest to the record."""
    result = np.full(len(at), "", object)
    if not len(at):
        return result
    pieces = [sentences(body) or [title] for title, body in zip(titles, bodies, strict=True)]
    texts = [piece for found in pieces for piece in found]
    first = np.concatenate([[0], np.cumsum([len(found) for found in pieces])]).astype(np.int64)
    records, place = np.unique(rows, return_inverse=True)
    heads, rests = texts_of(index.rows(records))
    whole = [f"{head}\n{rest}" for head, rest in zip(heads, rests, strict=True)]
    terms = index.segmenter.terms([*texts, *whole])
    asking = index.lexical.weigh(terms[: len(texts)])
    own = terms[len(texts) :]
    local = 1 + np.log(own.counts)
    idf2 = index.lexical.idf2(own.names)[own.ids]
    answering = csr_array((local, own.ids, own.offsets), shape=(len(own), len(own.names)))
    norms = np.sqrt(csr_array((local**2 * idf2, own.ids, own.offsets), shape=answering.shape).sum(axis=1))
    counts = np.diff(first)[at]
    pair = np.repeat(np.arange(len(at)), counts)
    start = np.repeat(first[at] - (np.cumsum(counts) - counts), counts)
    sentence = start + np.arange(len(pair))
    product = np.asarray(asking[sentence].multiply(answering[place[pair]]).sum(axis=1)).ravel()
    lexical = product / np.maximum(norms[place[pair]], 1e-9)
    vectors = encode_texts(index.encoder, texts, role="query")
    semantic = np.einsum("ij,ij->i", vectors[sentence], index.vectors(rows)[pair])
    near = np.add(*index.scale.parts(semantic, lexical))
    order = np.lexsort((sentence, -near, pair))
    best = sentence[order[np.searchsorted(pair, np.arange(len(at)))]]
    result[:] = [texts[i] for i in best.tolist()]
    return result


class _Allowed:
    """Whom each need may be matched with."""

    def __init__(
        self,
        queries: pd.DataFrame,
        people: pd.DataFrame,
        where: Mapping[str, str | Sequence[str]],
        same: Sequence[str],
        exclude: pd.DataFrame | None,
    ) -> None:
        for column in same:
            if column not in queries:
                raise ValueError(f"the table has no column {column!r}; it has {list(queries.columns)}")
        for column in (*where, *same):
            if column not in people:
                raise ValueError(f"the experts have no column {column!r}; they have {list(people.columns)}")
        labels = {c: [labels_of(value, column=c) for value in people[c]] for c in {*where, *same}}
        self._everyone: NDArray[np.bool_] | None = None
        for column, values in where.items():
            chosen = [values] if isinstance(values, str) else list(values)
            wanted = frozenset().union(*(labels_of(value, column=column) for value in chosen))
            mask = np.fromiter((agree(wanted, own) for own in labels[column]), bool, len(people))
            self._everyone = mask if self._everyone is None else self._everyone & mask
        self._same = [(labels[c], [labels_of(value, column=c) for value in queries[c]]) for c in same]
        self._size = len(people)
        self._out: dict[str, list[int]] = {}
        if exclude is not None:
            if missing := {"need_id", "expert_id"} - set(exclude):
                raise TableError(f"exclude needs the columns need_id and expert_id; it lacks {sorted(missing)}")
            place = {name: i for i, name in enumerate(people["expert_id"])}
            for need, expert in zip(exclude["need_id"].astype(str), exclude["expert_id"].astype(str), strict=True):
                if expert in place:
                    self._out.setdefault(need, []).append(place[expert])
        self._ids = queries["need_id"].astype(str).tolist()

    def people(self, row: int) -> NDArray[np.bool_] | None:
        """A mask over the people; None for all of them."""
        out = self._out.get(self._ids[row], [])
        if self._everyone is None and not self._same and not out:
            return None
        mask = np.ones(self._size, bool) if self._everyone is None else self._everyone.copy()
        for own, wanted in self._same:
            mask &= np.fromiter((agree(wanted[row], labels) for labels in own), bool, self._size)
        mask[out] = False
        return mask


def _with_empty(pairs: pd.DataFrame, asking: list[str], ask: str, answer: str) -> pd.DataFrame:
    """A line of its own for each asking row that nobody is left for, at its place."""
    have = set(pairs[ask]) if len(pairs) else set()
    if not (none := [name for name in asking if name not in have]):
        return pairs
    empty = {answer: "", "rank": 0, "score": np.nan, "affinity": np.nan, "good_match": False}
    nothing = pd.DataFrame([{ask: name} | empty for name in none])
    texts = ["strength", "work_ids", "works", *COLUMNS[8:]]
    nothing = nothing.assign(**dict.fromkeys(texts, ""), speaking=0)
    table = pd.concat([pairs, nothing], ignore_index=True) if len(pairs) else nothing
    place = {name: i for i, name in reversed(list(enumerate(asking)))}
    return table.iloc[np.argsort(table[ask].map(place).to_numpy(), kind="stable")].reset_index(drop=True)


def _table(parts: list[pd.DataFrame], ids: list[str], reasons: bool) -> pd.DataFrame:
    columns = [*ids, *(COLUMNS if reasons else COLUMNS[:8])]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    types = {"rank": np.int64, "score": float, "affinity": float, "good_match": bool, "speaking": np.int64}
    return table[columns].astype(types)
