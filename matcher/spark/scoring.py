"""Policies over a Spark data frame of firms, partition by partition: every row is answered for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from matcher.policy.facts import PROBLEMS, Notes, problem_table
from matcher.policy.policy import Policies, load_policies
from matcher.policy.streaming import CHUNK, answer_tables, typed_columns
from matcher.spark.frames import check_spark, mapped, plain
from matcher.tables.arguments import Day, as_day

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SUMMARY_KINDS = {
    "enterprise_id": "string",
    "policy": "string",
    "edition": "string",
    "on": "date",
    "decision": "string",
    "total_low": "double",
    "total_high": "double",
    "rules_verified": "string",
}
VERDICT_KINDS = {
    "enterprise_id": "string",
    "policy": "string",
    "rule": "string",
    "kind": "string",
    "value": "double",
    "limit": "double",
    "passed": "string",
    "points_low": "double",
    "points_high": "double",
    "points_max": "double",
    "gap": "double",
    "source": "string",
    "in_force_since": "date",
    "verified": "boolean",
    "seen_as": "string",
    "why": "string",
}
PROBLEM_KINDS = dict.fromkeys(PROBLEMS, "string")


@dataclass(frozen=True)
class ScoredFrames:
    """The tables of a scoring as Spark data frames: `summary` one row per firm and policy, `verdicts` one row per firm
    and rule, `problems`. Each is worked out when it is asked for, and no more of it than is asked for.
    """

    summary: DataFrame
    verdicts: DataFrame
    problems: DataFrame


def score(firms: DataFrame, policy: Policies, *, on: Day) -> ScoredFrames:
    """Answer every rule of one or several policies for every firm of a Spark data frame.

    Parameters
    ----------
    firms
        One row per firm and application, under the English names of the policies' columns, `enterprise_id` among
        them. Timestamps are taken as days in the time zone of the session, decimals as doubles.
    policy, on
        As `matcher.policy.score` takes them.

    Returns
    -------
    ScoredFrames
        The rows of `matcher.policy.score`, in no order: its words are strings, its days dates, what is unknown is
        null.

    Raises
    ------
    PolicyError
        The columns have other names, or a policy is not known, wrong, or given twice.
    TableError
        A column of the policies holds lists, maps or structures.
    ArgumentError, ArgumentTypeError
        `firms` is no Spark data frame, or `on` no day.
    """
    check_spark(firms, "firms")
    policies, day = load_policies(policy), as_day(on)
    table = plain(firms, typed_columns(firms.columns, policies, "firms"), ["enterprise_id"])

    def tables(name: str, kinds: dict[str, str]) -> DataFrame:
        def work(parts: Iterator[pd.DataFrame]) -> Iterable[pa.Table | pd.DataFrame]:
            for part in parts:
                for kind, answer in answer_tables(policies, part, day, {name} - {"problems"}):
                    if kind == name:
                        yield problem_table([answer]) if isinstance(answer, Notes) else answer

        return mapped(table, work, kinds, CHUNK)

    problems = tables("problems", PROBLEM_KINDS)
    of_all = problems["enterprise_id"] == ""  # what is said of the whole table is said of every piece
    return ScoredFrames(
        tables("summary", SUMMARY_KINDS),
        tables("verdicts", VERDICT_KINDS),
        problems.filter(~of_all).unionByName(problems.filter(of_all).distinct()),
    )
