"""A whole run as tables: challenges found and checked, bids checked and scored, and one sentence on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from matcher.challenges.bids import bid_responses, check_bids
from matcher.challenges.checking import check_challenge
from matcher.challenges.finding import find_challenges, need_states
from matcher.challenges.grouping import common_problems
from matcher.challenges.listing import challenge_indicators, challenge_table
from matcher.challenges.publication import TARGET, challenge_progress, hard_problems, publication_list, score_bids
from matcher.challenges.withheld import withheld_needs
from matcher.tables.arguments import Day

NO_SCORES = pd.DataFrame(
    {"bid_id": pd.Series(dtype=str), "expert_id": pd.Series(dtype=str), "score": pd.Series(dtype=float)}
)


@dataclass(frozen=True)
class Challenges:
    """Everything that a run found, as tables.

    `states`: `need_states`; `found`: `find_challenges`; `table`: `challenge_table`; `indicators`; `checked`:
    `check_challenge`, empty where the call has no conditions; `counts`: `hard_problems`; `withheld`: `withheld_needs`,
    which are left out of all others.
    """

    states: pd.DataFrame
    found: pd.DataFrame
    table: pd.DataFrame
    indicators: pd.DataFrame
    checked: pd.DataFrame
    counts: pd.DataFrame
    withheld: pd.DataFrame

    @classmethod
    def build(
        cls,
        needs: pd.DataFrame,
        matches: pd.DataFrame,
        expert_matches: pd.DataFrame | None = None,
        *,
        rules: str | Path = "赣州2023",
        firms: pd.DataFrame | None = None,
        local_outcomes: set[str] | None = None,
        local_experts: set[str] | None = None,
        target: int = TARGET,
        start: Day | None = None,
    ) -> Challenges:
        """All of it from needs and what was matched with them; see the functions of the same names.

        start: the day from which a time limit that names a day runs (`check_challenge`).
        """
        withheld = withheld_needs(needs)
        needs, matches = (_without(table, withheld) for table in (needs, matches))
        expert_matches = None if expert_matches is None else _without(expert_matches, withheld)
        problems = common_problems(needs)
        states = need_states(
            needs,
            matches,
            expert_matches,
            problems=problems,
            local_outcomes=local_outcomes,
            local_experts=local_experts,
        )
        found = find_challenges(needs, matches, states=states, problems=problems)
        table = challenge_table(found, needs)
        return cls(
            states,
            found,
            table,
            challenge_indicators(found, needs),
            check_challenge(found, needs, rules=rules, firms=firms, start=start),
            hard_problems(table, target=target),
            withheld,
        )

    @property
    def summary(self) -> str:
        """How many challenges, in one Chinese sentence."""
        counts = dict(zip(self.counts["stage"], self.counts["count"], strict=True))
        several = int((self.table["needs"] > 1).sum()) if len(self.table) else 0
        unanswered = int((self.states["state"] == "challenge").sum())
        left_out = (
            f"；另有 {len(self.withheld)} 条写明不公开、已撤回或未通过审核，没有列入" if len(self.withheld) else ""
        )
        return (
            f"{len(self.states)} 条需求中 {unanswered} 条无人可答，并成 {len(self.table)} 项榜单"
            f"（{several} 项为多条需求共有），{counts['ready']} 项内容够发布；"
            f"目标 {self.counts['target'].iloc[0]} 项{left_out}"
        )


def _without(table: pd.DataFrame, withheld: pd.DataFrame) -> pd.DataFrame:
    return table[~table["need_id"].astype(str).isin(withheld["need_id"])]


@dataclass(frozen=True)
class Bids:
    """What became of bids, as tables of the functions `publication_list`, `check_bids`, `bid_responses`,
    `score_bids`, `challenge_progress` and `hard_problems`.
    """

    published: pd.DataFrame
    checked: pd.DataFrame
    responses: pd.DataFrame
    scored: pd.DataFrame
    progress: pd.DataFrame
    counts: pd.DataFrame

    @classmethod
    def build(
        cls,
        bids: pd.DataFrame,
        challenges: pd.DataFrame,
        *,
        on: Day,
        rules: str | Path = "济南2025",
        closes: Day | None = None,
        affiliates: pd.DataFrame | None = None,
        records: pd.DataFrame | None = None,
        scores: pd.DataFrame | None = None,
        weights: Mapping[str, float] | None = None,
        milestones: pd.DataFrame | None = None,
        publicity: str | Path = "荣成2023",
        public_from: Day | None = None,
        days: int | None = None,
        target: int = TARGET,
    ) -> Bids:
        """All of it from bids and published challenges; see the functions of the same names."""
        checked = check_bids(
            bids, challenges, rules=rules, closes=closes, affiliates=affiliates, records=records, on=on
        )
        scored = score_bids(bids, NO_SCORES if scores is None else scores, weights=weights)
        progress = challenge_progress(challenges, bids=bids, milestones=milestones, on=on)
        return cls(
            publication_list(bids, challenges, checked, scored=scored, rules=publicity, on=public_from, days=days),
            checked,
            bid_responses(bids, challenges),
            scored,
            progress,
            hard_problems(challenges, progress, target=target),
        )

    @property
    def summary(self) -> str:
        """How many bids passed and how far the challenges are, in one Chinese sentence."""
        formal = self.published["formal"].value_counts()
        counts = dict(zip(self.counts["stage"], self.counts["count"], strict=True))
        return (
            f"{len(self.published)} 份揭榜：形式检查符合 {formal.get('met', 0)}，不符合 {formal.get('not_met', 0)}，"
            f"未定 {formal.get('unknown', 0)}；{counts['found']} 项榜单中 {counts['bid']} 项有人揭榜，"
            f"{counts['solved']} 项已完成（目标 {self.counts['target'].iloc[0]} 项）"
        )
