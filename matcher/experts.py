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
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.encoders import Encoder, encode_texts
from matcher.errors import TableError
from matcher.filters import agree, labels_of
from matcher.index import BLOCK, Index, texts_of
from matcher.progress import advancing
from matcher.reasons import explain
from matcher.text import Segmenter, sentences

PROFILE = "简介"  # the kind of work that stands for what a person says of himself
TOP = 5  # works of a person that count
FADE = 0.6  # what each next of them counts of the one before
HALF_LIFE = 10.0  # years after which a work counts half
KINDS = {PROFILE: 0.6, "项目": 0.8, "标准": 0.8}  # others 1
ROLES = {"第一": 1.0, "通讯": 1.0, "负责": 1.0, "主持": 1.0, "主要": 0.8, "参": 0.4, "合作": 0.4, "其他": 0.4}
WORN = 0.2  # a work that weighs less does not speak for anybody
SOLID = 0.5  # two speaking works that weigh at least this are strong evidence
SHOWN = 3  # works named
SLACK = 1e-3  # how far single precision may be off
CELLS = 1 << 24  # texts times works looked at together
COLUMNS = ["rank", "score", "good_match", "strength", "speaking", "work_ids", "works", "affinity"]
COLUMNS += ["shared_terms", "need_sentence", "work_sentence", "unanswered"]

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Weighing:
    """What works count. These are reasons put in numbers, not learned ones; state your own where you know better.

    top, fade: how many of a person's works, and what each next one counts of the one before. half_life: years after
    which a work counts half. kinds: part of the kind -> weight. roles: part of the role -> weight, the largest where
    several occur. A kind or role that is unknown counts 1, a work without a date as one half-life old.
    """

    top: int = TOP
    fade: float = FADE
    half_life: float = HALF_LIFE
    kinds: Mapping[str, float] = field(default_factory=lambda: dict(KINDS))
    roles: Mapping[str, float] = field(default_factory=lambda: dict(ROLES))

    def __post_init__(self) -> None:
        """Values outside their range are refused."""
        if self.top < 1 or not 0 < self.fade <= 1 or self.half_life <= 0:
            raise ValueError("top is at least 1, fade lies in (0, 1], half_life is above 0")
        if not all(0 <= weight <= 1 for weight in (*self.kinds.values(), *self.roles.values())):
            raise ValueError("weights of kinds and roles lie between 0 and 1")

    @property
    def steps(self) -> Numbers:
        """What the first, second, ... work counts; sums to 1."""
        steps = self.fade ** np.arange(self.top, dtype=float)
        return np.asarray(steps / steps.sum(), float)


@dataclass(frozen=True, eq=False)
class Experts:
    """People and their works. `links`: one row a person and work, by person: person, row (of the index), role.

    Made by `Experts.build`. `unknown`: ids in the works' table that are nobody's in the people's.
    """

    people: pd.DataFrame
    index: Index
    links: pd.DataFrame
    unknown: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        people: pd.DataFrame,
        works: pd.DataFrame,
        *,
        encoder: Encoder | None = None,
        segmenter: Segmenter | None = None,
        progress: bool = False,
    ) -> Experts:
        """From clean tables (see `matcher.tables.read_experts` and `read_works`).

        people: expert_id, and as far as known title (direction), description, keywords and whatever filters need.
        works: one row a work and person: work_id, expert_id, title, and as far as known description, keywords, kind,
        role, date. A row without a work_id is a work of its own. A work counts once for a person, in his best role
        (see ROLES). People are told apart by their id alone; `matcher.namesakes` says who might be one.

        Raises TableError when ids are missing or occur twice, or when one work_id stands for works of several titles.
        """
        if missing := {"expert_id"} - set(people) | {"work_id", "expert_id", "title"} - set(works):
            raise TableError(f"people need expert_id, works work_id, expert_id and title; missing: {sorted(missing)}")
        people = people.assign(expert_id=people["expert_id"].astype(str)).reset_index(drop=True)
        if (twice := people["expert_id"].duplicated()).any():
            raise TableError(f"专家编号重复：{'、'.join(people.loc[twice, 'expert_id'].unique()[:10])}")
        works = _named(works.reset_index(drop=True))
        titles = works[["work_id", "title"]].drop_duplicates()
        if (twice := titles["work_id"].duplicated()).any():
            raise TableError(f"同一业绩编号有不同的名称：{'、'.join(titles.loc[twice, 'work_id'].unique()[:10])}")
        place = pd.Series(np.arange(len(people)), index=people["expert_id"])
        person = works["expert_id"].map(place)
        known = person.notna()
        unknown = tuple(sorted(set(works.loc[~known, "expert_id"])))
        profiles = _profiles(people, set(works["work_id"]))
        fields = [name for name in ("title", "description", "keywords", "kind", "date") if name in works]
        own = works.loc[known, ["work_id", *fields]].drop_duplicates("work_id")
        records = pd.concat([own, profiles[["work_id", *fields]]], ignore_index=True) if len(own) else profiles
        records = records.drop(columns="person", errors="ignore").reset_index(drop=True)
        row = pd.Series(np.arange(len(records)), index=records["work_id"])
        mine = pd.DataFrame(
            {
                "person": person[known].astype(np.int64),
                "row": works.loc[known, "work_id"].map(row),
                "role": works.loc[known, "role"].fillna("").astype(str) if "role" in works else "",
            }
        )
        theirs = pd.DataFrame({"person": profiles["person"], "row": profiles["work_id"].map(row), "role": ""})
        links = pd.concat([mine, theirs], ignore_index=True)
        worth = links["role"].map({role: _weight(role, ROLES) for role in links["role"].unique()})
        links = links.assign(worth=-worth.astype(float)).sort_values(["person", "row", "worth"], kind="stable")
        links = links.drop_duplicates(["person", "row"])[["person", "row", "role"]].reset_index(drop=True)
        index = Index.build(records, encoder=encoder, segmenter=segmenter, progress=progress)
        return cls(people, index, links.astype({"person": np.int64, "row": np.int64}), unknown)

    def __len__(self) -> int:
        """How many people."""
        return len(self.people)

    def weights(self, weighing: Weighing, on: dt.date | str | None) -> Numbers:
        """What each link weighs (0..1): kind times role times age on that day; without a day ages play no part."""
        key = (weighing.half_life, *sorted(weighing.kinds.items()), None, *sorted(weighing.roles.items()), str(on))
        if key not in self._known:
            self._known[key] = self._weights(weighing, on)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[object, Numbers]:
        return {}

    def _weights(self, weighing: Weighing, on: dt.date | str | None) -> Numbers:
        codes, kinds = pd.factorize(self.index.column("kind"))
        of_row = np.array([_weight(name, weighing.kinds) for name in kinds], float)[codes]
        if on is not None:
            dates = pd.to_datetime(pd.Series(self.index.column("date"), dtype=object), errors="coerce")
            years = (pd.Timestamp(on) - dates).dt.days.to_numpy(float) / 365.25
            years = np.where(np.isnan(years), weighing.half_life, np.maximum(years, 0))
            of_row *= np.where(self.own, 1.0, 0.5 ** (years / weighing.half_life))
        codes, roles = pd.factorize(self.links["role"].to_numpy(object))
        of_link = np.array([_weight(name, weighing.roles) for name in roles], float)[codes]
        weights = np.asarray(of_row[self.rows] * of_link, float)
        weights.flags.writeable = False
        return weights

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """Which rows of the index are what somebody says of himself."""
        return np.asarray(self.index.column("kind") == PROFILE, bool)

    @cached_property
    def titles(self) -> NDArray[np.object_]:
        """The title of every row of the index."""
        return self.index.column("title")

    @cached_property
    def rows(self) -> Whole:
        """The row of the index of each link."""
        return self.links["row"].to_numpy(np.int64)

    @cached_property
    def person(self) -> Whole:
        """The person of each link."""
        return self.links["person"].to_numpy(np.int64)

    @cached_property
    def first(self) -> Whole:
        """Where the links of each person begin, and the end."""
        return np.searchsorted(self.person, np.arange(len(self) + 1)).astype(np.int64)

    @cached_property
    def order(self) -> Whole:
        """The place of each person's id among all ids sorted; settles ties."""
        place = np.empty(len(self), np.int64)
        place[np.argsort(self.people["expert_id"].to_numpy(object), kind="stable")] = np.arange(len(self))
        return place

    def links_of(self, people: Whole) -> tuple[Whole, Whole]:
        """The links of some people, and the place in `people` that each belongs to."""
        counts = self.first[people + 1] - self.first[people]
        owner = np.repeat(np.arange(len(people)), counts)
        start = np.repeat(self.first[people] - (np.cumsum(counts) - counts), counts)
        return start + np.arange(len(owner)), owner


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
    works = _Works(experts, _Speaks(index, false_alarm))
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
                rough = np.maximum(index.chance.rough(semantic[i], lexical[i]), 0)[experts.rows] * weights
                may = allowed.people(start + i)
                people = _near_the_best(experts, rough, may, k, weighing)
                links, owner = experts.links_of(people)
                total = np.add(*index.chance.parts(*index.exact(asked, i, rare[i], experts.rows[links])))
                values = np.maximum(total, 0) * weights[links]
                score, best = _average(values, owner, len(people), weighing)
                order = np.lexsort((experts.order[people], -score))[:k]
                ends = np.searchsorted(owner[best], np.arange(len(people) + 1))
                told = works.tell(experts.rows[links], total, values, weights[links])
                said = [told(best[ends[one] : ends[one + 1]]) for one in order.tolist()]
                rows = [(one.pop("row"), one) for one in said]
                frame = pd.DataFrame([one for _, one in rows], columns=COLUMNS[2:7])
                frame["affinity"] = score[order]
                frame.insert(0, "score", index.chance.share_below(score[order]))
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
    weights, told_by = experts.weights(weighing, on), _Works(experts, _Speaks(index, false_alarm))
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
            rough = np.maximum(index.chance.rough(semantic, lexical)[:, living], 0) * weights[links, None]
            rough = -np.sort(-rough, axis=0)[: weighing.top]
            score = weighing.steps[: len(rough)] @ rough
            near = living[score >= np.partition(score, max(0, len(score) - k))[max(0, len(score) - k)] - SLACK]
            total = np.stack(
                [np.add(*index.chance.parts(*index.exact(asked, i, rare[i], near))) for i in range(len(links))]
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
            frame.insert(0, "score", index.chance.share_below(score[order]))
            frame.insert(0, "rank", np.arange(1, len(order) + 1))
            frame.insert(0, "need_id", index.ids[near[order]])
            frame.insert(0, "expert_id", names[person])
            if reasons:
                why = explain(asked, index, at, near[order]).rename(columns={"evidence": "need_sentence"})
                why["work_sentence"] = _asking_sentence(index, titles, bodies, at, near[order])
                frame = pd.concat([frame, why], axis=1)
            parts.append(frame)
    return _table(parts, ["expert_id", "need_id"], reasons)


# ---- building


def _named(works: pd.DataFrame) -> pd.DataFrame:
    """Works with ids as strings, made up where there are none; their kinds in a column."""
    ids = works["work_id"].fillna("").astype(str)
    own = (
        works["entry_id"].astype(str)
        if "entry_id" in works
        else pd.Series([f"第{i}条" for i in range(1, len(works) + 1)])
    )
    ids = ids.where(ids != "", own)
    kind = works["kind"].fillna("").astype(str) if "kind" in works else ""
    return works.assign(work_id=ids, expert_id=works["expert_id"].fillna("").astype(str), kind=kind)


def _profiles(people: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """One pseudo-work for each person who says anything of himself."""
    texts = {
        name: people[name].fillna("").astype(str) if name in people else pd.Series("", index=people.index)
        for name in ("title", "description", "keywords")
    }
    table = pd.DataFrame(texts).assign(
        work_id=PROFILE + ":" + people["expert_id"],
        kind=PROFILE,
        date=pd.Series(pd.NaT, index=people.index),
        person=np.arange(len(people)),
    )
    table = table[(table[list(texts)] != "").any(axis=1)]
    if clash := sorted(set(table["work_id"]) & taken):
        raise TableError(f"业绩编号“{clash[0]}”与简介的编号相同，请改名")
    return table


def _weight(name: object, weights: Mapping[str, float]) -> float:
    return max((weight for part, weight in weights.items() if part in str(name or "")), default=1.0)


# ---- ranking


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


class _Speaks:
    """Whether a sum of parts is a good match, as `match` has it."""

    def __init__(self, index: Index, false_alarm: float) -> None:
        self._from, self._calibration = index.chance.good_from(false_alarm), index.calibration

    def __call__(self, total: Numbers) -> NDArray[np.bool_]:
        good = total >= self._from
        if self._calibration is not None:
            good &= self._calibration.probability(total) >= self._calibration.good
        return np.asarray(good, bool)


class _Works:
    """What is said of a person's works."""

    def __init__(self, experts: Experts, speaks: _Speaks) -> None:
        self._profile, self._ids, self._speaks = experts.own, experts.index.ids, speaks
        self._titles = experts.titles

    def tell(
        self, rows: Whole, total: Numbers, values: Numbers, weights: Numbers
    ) -> Callable[[Whole], dict[str, object]]:
        """For rows of the index held against one text: a function of the places of somebody's best few, best first.

        It gives the columns good_match to works, and `row`, the first of them.
        """
        own = self._profile[rows]
        good = self._speaks(total) & (weights >= WORN)
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
    near = np.add(*index.chance.parts(semantic, lexical))
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
