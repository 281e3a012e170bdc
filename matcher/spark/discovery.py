"""Visiting lists for many districts at once: each group of firms is one table of `matcher.pool.discover`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.streaming import frame_of
from matcher.pool.discovery.assumptions import Ranges
from matcher.pool.discovery.estimation import discover as local_discover
from matcher.spark.frames import check_spark, ddl, numbered, plain, typed
from matcher.tables.arguments import Day, as_day

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

KINDS = {
    "enterprise_id": "string",
    "rank": "bigint",
    "chance": "double",
    "reasons": "string",
    "ask": "string",
    "expected": "double",
    "low": "double",
    "high": "double",
}


def discover(
    firms: DataFrame, policy: PolicyName, *, on: Day, by: str, assume: Ranges | None = None, rng: int = 0
) -> DataFrame:
    """Rank the firms of each district by their chance to pass a policy, as `matcher.pool.discover` ranks one table.

    What is unknown of a firm is drawn from what the other firms of its table show, so the answer is one of a whole
    table: here of each group of `by`, which one executor holds in memory.

    Parameters
    ----------
    firms
        `enterprise_id`, `by`, and what `discover` reads, under English names.
    policy, on, assume, rng
        As in `discover`.
    by
        The column that says to whose list a firm belongs: a county, a bureau.

    Returns
    -------
    DataFrame
        For each group of `by` the rows of `discover(group).listed`, where the group is in the order of `enterprise_id`:
        `by`, enterprise_id, rank, chance, reasons, ask; and in each of its rows how many of the group pass: expected,
        low, high. What is unknown is null.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        `by` or `enterprise_id` is no column, `on` no day, or `firms` no Spark data frame.
    PolicyError
        There is no such policy.
    TableError
        A column holds lists, maps or structures.
    """
    check_spark(firms, "firms")
    policy, day = load_policy(policy), as_day(on)
    if missing := {by, "enterprise_id"} - set(firms.columns):
        raise ArgumentError(f"firms has no column {min(missing)!r}; it has: {', '.join(firms.columns)}")
    local_discover(pd.DataFrame(columns=["enterprise_id"]), policy, on=day, assume=assume)  # says what is wrong
    names = firms.columns
    kinds = {by: "string"} | KINDS

    def of_group(group: pa.Table) -> pa.Table:
        table = frame_of(group.rename_columns(names)).sort_values("enterprise_id", kind="stable", ignore_index=True)
        answer = local_discover(table, policy, on=day, assume=assume, rng=rng)
        listed = answer.listed.assign(**{by: table[by].iloc[0]})
        for name in ("expected", "low", "high"):
            listed[name] = answer.expected[name].to_numpy(float)[0]
        return typed(listed, kinds)

    return (
        numbered(plain(firms, names, ["enterprise_id", by]))
        .groupBy(f"_{names.index(by)}")
        .applyInArrow(of_group, ddl(kinds))
    )
