"""Every person for every need at once: a matrix of affinities to choose from, and the reasons of chosen pairs.

The affinity is that of `matcher.experts.ranking`, in single precision.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.experts.library import Experts, Numbers, Weighing, Whole, check_experts
from matcher.experts.ranking import COLUMNS, Evidence, average, pair_reasons
from matcher.matching.library.base import BLOCK, Asked
from matcher.matching.library.records import texts_of
from matcher.progress import advancing, timed
from matcher.tables.arguments import check_frame


@dataclass(frozen=True, eq=False)
class Affinities:
    """`values`: (needs, persons), 0 where nothing fits better than a random pair; made by `Affinities.between`."""

    values: Numbers
    experts: Experts
    queries: pd.DataFrame
    weights: Numbers
    weighing: Weighing
    asked: Asked

    @classmethod
    def between(
        cls,
        queries: pd.DataFrame,
        experts: Experts,
        *,
        on: dt.date | str | None = None,
        weighing: Weighing | None = None,
        progress: bool = False,
    ) -> Affinities:
        """All pairs of needs (`need_id`, `title`, `description`) and people; `on` as in `rank_experts`.

        Examples
        --------
        >>> people = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["齿轮检测", "果蔬保鲜"]})
        >>> works = pd.DataFrame({"work_id": ["W1"], "expert_id": ["E1"], "title": ["齿轮磨削烧伤检测方法"]})
        >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["桃采后保鲜"]})
        >>> Affinities.between(needs, Experts.build(people, works)).values.argmax(axis=1).tolist()
        [1]
        """
        check_frame(queries, "queries")
        check_experts(experts)
        weighing = weighing or Weighing()
        weights, index = experts.weights(weighing, on), experts.index
        titles, bodies = texts_of(queries)
        asked = index.asked(titles, bodies)
        values = np.zeros((len(queries), len(experts)))
        with (
            timed(f"scored {len(experts)} experts for {len(queries)} needs"),
            advancing(len(queries), "逐对评分", progress) as step,
        ):
            for start in range(0, len(queries) if len(experts.rows) else 0, BLOCK):
                some = slice(start, min(start + BLOCK, len(queries)))
                semantic, lexical, _ = index.channels(asked, some)
                for i in range(some.stop - start):
                    rough = index.rough(asked, start + i, semantic[i], lexical[i])
                    links = np.maximum(rough, 0)[experts.rows] * weights
                    values[start + i] = average(links, experts.person, len(experts), weighing)[0]
                step(some.stop - start)
        return cls(values, experts, queries, weights, weighing, asked)

    @property
    def shares(self) -> NDArray[np.float64]:
        """The affinities from 0 (no better than a random pair) towards 1 (nothing in this library fits as well)."""
        share = self.experts.index.scale.share_below
        none = float(share(np.zeros(1))[0])
        return np.asarray(np.clip((share(self.values) - none) / (1 - none), 0, 1) * (self.values > 0), float)

    def reasons(self, needs: Whole, people: Whole, *, false_alarm: float = 0.05) -> pd.DataFrame:
        """The evidence of pairs (rows of the two tables), one row a pair in their order.

        Columns: good_match, strength, speaking, work_ids, works, affinity, shared_terms, need_sentence, work_sentence,
        unanswered, as in `rank_experts`. A person without works or profile has "无" and empty texts.
        """
        index, experts = self.experts.index, self.experts
        evidence = Evidence(experts, index, false_alarm)
        found: dict[int, dict[str, object]] = {}
        order = np.argsort(needs, kind="stable")
        for start in range(0, len(self.queries), BLOCK):
            some = slice(start, min(start + BLOCK, len(self.queries)))
            here = order[(needs[order] >= some.start) & (needs[order] < some.stop)]
            if not len(here):
                continue
            rare = index.channels(self.asked, some)[2]
            for pair in here.tolist():
                text, links = int(needs[pair]), experts.links_of(people[pair : pair + 1])[0]
                if not len(links):
                    continue
                rows = experts.rows[links]
                total = np.add(*index.parts_of(self.asked, text, rare[text - start], rows))
                values = np.maximum(total, 0) * self.weights[links]
                best = average(values, np.zeros(len(links), np.int64), 1, self.weighing)[1]
                found[pair] = evidence.of(rows, total, values, self.weights[links])(best)
        nothing = {"good_match": False, "strength": "无", "speaking": 0, "work_ids": "", "works": "", "row": -1}
        table = pd.DataFrame([found.get(pair, nothing) for pair in range(len(needs))], columns=[*COLUMNS[2:7], "row"])
        table["affinity"] = self.values[needs, people]
        shown = np.flatnonzero((table["row"] >= 0) & (table["strength"] != "无"))
        why = pair_reasons(
            index, self.asked, *texts_of(self.queries), needs[shown], table["row"].to_numpy(np.int64)[shown]
        )
        why = why.set_index(shown)[COLUMNS[8:]].reindex(range(len(table))).fillna("")
        return pd.concat([table.drop(columns="row"), why], axis=1)
