"""Experts from their works: needs to persons and persons to needs, with the supporting works.

A person, team or platform is many works. Every work gets the sum of parts that `match` orders by, at least 0, times
the weight of its kind, of the person's role in it and of its age; the best few, the r-th of them counted `fade` ** r,
are averaged. One work alone can so give a person no more than the share of the first, an old or minor one less, and a
long list of works that fit poorly adds nothing. What a person says of himself is one more work, of another kind, so
that people without works can be ranked too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.experts.eligibility import Eligible
from matcher.experts.library import Experts, Numbers, Weighing, Whole, check_experts, check_weighing
from matcher.matching.learning.learned_ranker import is_good
from matcher.matching.library.base import BLOCK, Asked, BaseIndex, check_index
from matcher.matching.library.filters import Where
from matcher.matching.library.records import UnknownIdError, texts_of
from matcher.matching.library.remembered import Records
from matcher.matching.reasons.explanation import explain_sentences
from matcher.progress import advancing, timed
from matcher.tables.arguments import as_whole, check_frame, plain_cells
from matcher.tables.columns.hidden_kinds import with_text_kinds
from matcher.tables.rows.ids import ids_of

WORN = 0.2  # a work that weighs less supports nobody
SOLID = 0.5  # two supporting works that weigh at least this are strong evidence
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
    where: Where | None = None,
    mask: ArrayLike | pd.Series[bool] | None = None,
    same: Sequence[str] = (),
    exclude: pd.DataFrame | None = None,
    weighing: Weighing | None = None,
    false_alarm: float = 0.05,
    reasons: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """Rank people for every need by their works.

    Parameters
    ----------
    queries : DataFrame
        Needs: `need_id`, and `title`, `description` or both.
    experts : Experts
        The people and their works.
    k : int
        People for each need.
    on : date or str, optional
        The day on which works are looked back at; without it their ages play no part.
    where, mask, same, exclude
        As in `match`, about `experts.people`; `exclude` holds need_id and expert_id.
    weighing : Weighing, optional
        What works count by their kind, role, age and place.
    false_alarm, reasons, progress
        As in `match`.

    Returns
    -------
    DataFrame
        One row a pair, the needs in their order, best first; ties break by expert_id. Where the filters leave nobody
        one row stays: an empty id, rank 0, an unknown score. Columns:

        * `need_id`, `expert_id`, `rank` (from 1);
        * `score`: the share of random pairs of a text and a work that score below the affinity;
        * `good_match`: a work or the profile reaches what `match` calls good. A need without any good match keeps its
          k rows, all marked False;
        * `strength` of the evidence: 强 two supporting works that weigh at least 0.5, 中 at least one supporting work,
          弱 none, 仅简介 the profile fits best and there is no supporting work, 无 an affinity of 0;
        * `speaking`: how many supporting works there are, which reach what `match` calls good;
        * `work_ids`, `works`: ids and titles of up to three works that add most, joined by "；";
        * `affinity`: see the module; 0: nothing fits better than a random pair;
        * with `reasons`, of the work that adds most: `shared_terms`, `need_sentence` (the need's sentence that it
          answers best), `work_sentence`, `unanswered`.

    Raises
    ------
    TableError
        The needs have no need_id, one is missing or stands twice, or `exclude` lacks an id.
    ArgumentError, ArgumentTypeError
        A column does not exist, a number lies outside its range, or an argument is of another kind.
    """
    check_frame(queries, "queries")
    check_experts(experts)
    check_weighing(weighing)
    k = as_whole(k, "k", 1)
    if "need_id" not in queries:
        raise TableError(f"the table has no column need_id; it has {list(map(str, queries.columns))}")
    weighing = weighing or Weighing()
    queries = plain_cells(queries).assign(need_id=ids_of(queries, "need_id", distinct=True))
    index, ids = experts.index, queries["need_id"].tolist()
    weights = experts.weights(weighing, on)
    allowed = Eligible(queries, experts.people, where or {}, mask, same, exclude)
    works = Evidence(experts, index, false_alarm)
    block = max(1, min(BLOCK, CELLS // max(1, len(index.ids))))
    parts = []
    with (
        timed(f"ranked {len(experts)} experts for {len(ids)} needs"),
        advancing(len(ids), "匹配专家", progress) as step,
    ):
        for start in range(0, len(queries), block):
            some = queries.iloc[start : start + block]
            titles, bodies = texts_of(some)
            asked = index.asked(titles, bodies)
            semantic, lexical, rare = index.channels(asked, slice(0, len(some)))
            frames, best_works = [], []
            for i in range(len(some)):
                rough = np.maximum(index.rough(asked, i, semantic[i], lexical[i]), 0)[experts.rows] * weights
                people = _near_the_best(experts, rough, allowed.people(start + i), k, weighing)
                links, owner = experts.links_of(people)
                total = np.add(*index.parts_of(asked, i, rare[i], experts.rows[links]))
                values = np.maximum(total, 0) * weights[links]
                score, best = average(values, owner, len(people), weighing)
                order = np.lexsort((experts.order[people], -score))[:k]
                ends = np.searchsorted(owner[best], np.arange(len(people) + 1))
                evidence = works.of(experts.rows[links], total, values, weights[links])
                rows = [evidence(best[ends[one] : ends[one + 1]]) for one in order.tolist()]
                names = experts.people["expert_id"].to_numpy(object)[people[order]]
                frames.append(_frame(index, {"need_id": ids[start + i], "expert_id": names}, rows, score[order]))
                best_works.append(np.array([row["row"] for row in rows], np.int64))
            pairs = pd.concat(frames, ignore_index=True)
            if reasons:
                at = np.repeat(np.arange(len(some)), [len(frame) for frame in frames])
                why = pair_reasons(index, asked, titles, bodies, at, np.concatenate(best_works))
                pairs = pd.concat([pairs, why], axis=1)
            parts.append(_with_empty(pairs, ids[start : start + len(some)], "need_id", "expert_id"))
            step(len(some))
    return _table(parts, ["need_id", "expert_id"], reasons)


def rank_needs(
    experts: Experts,
    index: BaseIndex,
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

    The works ask here, so scores are held against random pairs of the needs' index.

    Parameters
    ----------
    experts : Experts
        The people and their works.
    index : Index
        Needs.
    only : sequence of str, optional
        The ids of these people alone.
    k, on, weighing, false_alarm, reasons, progress
        As in `rank_experts`; `k` needs for each person.

    Returns
    -------
    DataFrame
        Columns as in `rank_experts`, expert_id first; people in their order, needs best first, ties by need_id. A
        person without works or profile has one row with an empty need_id and rank 0.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        The index holds no needs, or an argument is of another kind.
    UnknownIdError
        A person in `only` is not among the experts; it is a KeyError.
    """
    check_experts(experts)
    check_index(index)
    check_weighing(weighing)
    k = as_whole(k, "k", 1)
    if index.id_column != "need_id":
        raise ArgumentError(f"the index must hold needs, not {index.id_column}")
    if isinstance(only, str):
        raise ArgumentTypeError(f"only is a list of ids, not one str: [{only!r}]")
    weighing = weighing or Weighing()
    names = experts.people["expert_id"].tolist()
    if only is not None and (lost := sorted(set(map(str, only)) - set(names))):
        raise UnknownIdError(f"not among the experts: {', '.join(lost[:10])}")
    chosen = [i for i, name in enumerate(names) if only is None or name in set(map(str, only))]
    weights, supporting = experts.weights(weighing, on), Evidence(experts, index, false_alarm)
    living = np.flatnonzero(index.alive)
    parts = []
    with (
        timed(f"ranked {len(index)} needs for {len(chosen)} experts"),
        advancing(len(chosen), "匹配需求", progress) as advance,
    ):
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
            rough = (
                np.maximum(
                    np.stack([index.rough(asked, i, semantic[i], lexical[i]) for i in range(len(links))])[:, living], 0
                )
                * weights[links, None]
            )
            rough = -np.sort(-rough, axis=0)[: weighing.top]
            score = weighing.steps[: len(rough)] @ rough
            near = living[score >= np.partition(score, max(0, len(score) - k))[max(0, len(score) - k)] - SLACK]
            total = np.stack([np.add(*index.parts_of(asked, i, rare[i], near)) for i in range(len(links))])
            values = np.maximum(total, 0) * weights[links, None]
            owner = np.tile(np.arange(len(near)), len(links))
            score, _ = average(values.ravel(), owner, len(near), weighing)
            order = np.lexsort((index.order[near], -score))[:k]
            rows, at = [], np.argmax(values, axis=0)[order]
            for one in order.tolist():
                evidence = supporting.of(experts.rows[links], total[:, one], values[:, one], weights[links])
                rows.append(evidence(np.argsort(-values[:, one], kind="stable")[: weighing.top]))
            ids = {"expert_id": names[person], "need_id": index.ids[near[order]]}
            frame = _frame(index, ids, rows, score[order])
            if reasons:
                why = pair_reasons(index, asked, titles, bodies, at, near[order])
                frame = pd.concat([frame, why], axis=1)
            parts.append(frame)
    return _table(parts, ["expert_id", "need_id"], reasons)


def _frame(index: BaseIndex, ids: dict[str, Any], rows: list[dict[str, object]], affinity: Numbers) -> pd.DataFrame:
    """The pairs of one asking row, best first."""
    frame = pd.DataFrame(rows, columns=COLUMNS[2:7])
    frame["affinity"] = affinity
    frame.insert(0, "score", index.scale.share_below(affinity))
    frame.insert(0, "rank", np.arange(1, len(rows) + 1))
    for name, value in reversed(ids.items()):
        frame.insert(0, name, value)
    return frame


def pair_reasons(
    index: BaseIndex, asked: Asked, titles: Sequence[str], bodies: Sequence[str], at: Whole, rows: Whole
) -> pd.DataFrame:
    """Why text at[i] and row rows[i] were paired, with the need's and the work's sentence."""
    why = explain_sentences(asked, index, at, Records(index, rows), titles, bodies)
    return why.rename(columns={"asked_sentence": "need_sentence", "evidence": "work_sentence"})


def average(values: Numbers, owner: Whole, people: int, weighing: Weighing) -> tuple[Numbers, Whole]:
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
        score, _ = average(values[links], owner, len(people), weighing)
        kth = np.partition(score, len(score) - k)[len(score) - k] if len(score) >= k else -np.inf
        if np.isneginf(cut) or kth > cut + SLACK:
            return people[score >= kth - SLACK]
        looked *= 4


class Evidence:
    """What a person's works are as evidence."""

    def __init__(self, experts: Experts, index: BaseIndex, false_alarm: float) -> None:
        """`index`: the one that was searched, whose scale the sums are on."""
        self._is_profile, self._ids, self._titles = experts.is_profile, experts.index.ids, experts.titles
        self._index, self._false_alarm = index, false_alarm

    def of(
        self, rows: Whole, total: Numbers, values: Numbers, weights: Numbers
    ) -> Callable[[Whole], dict[str, object]]:
        """For rows of the index held against one text: a function of the places of somebody's best few, best first.

        It gives the columns good_match to works, and `row`, the first of them.
        """
        profile = self._is_profile[rows]
        good = is_good(self._index, total, self._false_alarm) & (weights >= WORN)
        solid = weights >= SOLID

        def evidence(best: Whole) -> dict[str, object]:
            supporting = good[best] & ~profile[best]
            if not values[best[0]] > 0:
                strength = "无"
            elif supporting.any():
                strength = "强" if np.count_nonzero(supporting & solid[best]) > 1 else "中"
            else:
                strength = "仅简介" if profile[best[0]] else "弱"
            named = rows[best[(values[best] > 0) & ~profile[best]][:SHOWN]].tolist()
            return {
                "good_match": bool(good[best].any()),
                "strength": strength,
                "speaking": int(np.count_nonzero(supporting)),
                "work_ids": "；".join(str(self._ids[row]) for row in named),
                "works": "；".join(str(self._titles[row]) for row in named),
                "row": int(rows[best[0]]),
            }

        return evidence


def _with_empty(pairs: pd.DataFrame, asking: list[str], ask: str, answer: str) -> pd.DataFrame:
    """A line for each asking row that nobody is left for, at its place."""
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
    return with_text_kinds(table[columns].astype(types))
