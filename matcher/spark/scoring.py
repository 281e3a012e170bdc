"""Policies over a Spark data frame of firms, partition by partition: every row is answered for itself."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from matcher.errors import OutputError
from matcher.export.parquet import ParquetStream
from matcher.export.targets import make_folder, why_not
from matcher.policy.firms.facts import PROBLEMS, Notes, problem_table
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.streaming import CHUNK, answer_tables, empty_tables, typed_columns
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
FILE_KINDS = {"table": "string", "partition": "bigint", "file": "string", "rows": "bigint"}


@dataclass(frozen=True)
class ScoredFrames:
    """The tables of a scoring as Spark data frames: `summary` one row per firm and policy, `verdicts` one row per firm
    and rule, `problems`. Each is worked out when it is asked for, and no more of it than is asked for.
    """

    summary: DataFrame
    verdicts: DataFrame
    problems: DataFrame
    _source: tuple[DataFrame, Sequence[Policy], dt.date] = field(repr=False, compare=False)

    def save(self, folder: str | Path, *, verdicts: bool = True) -> dict[str, int]:
        """Have the executors write summary and verdicts themselves, in one reading, without a way through Java.

        Spark takes every word of a verdict as a text; what is written here are the files of `score_parquet`, whose
        words are numbers into a dictionary. Several times quicker than `write` of the frames.

        Parameters
        ----------
        folder
            One that the driver and all executors see under this name, such as a mounted share: made where there is
            none. Each table becomes a folder in it with a file for each partition, which Spark, pyarrow, DuckDB and
            pandas read as one table.
        verdicts
            Whether they are written, too.

        Returns
        -------
        dict
            How many rows each table has.

        Raises
        ------
        OutputError
            It holds something already, or cannot be written.
        """
        table, policies, day = self._source
        wanted = ("summary", "verdicts") if verdicts else ("summary",)
        place = make_folder(folder)
        if any(not path.name.startswith(".") for path in place.iterdir()):
            raise OutputError(f"文件夹“{folder}”不是空的；请换一个文件夹")
        for name in wanted:
            make_folder(place / name)
        run = secrets.token_hex(4)

        def work(parts: Iterator[pd.DataFrame]) -> Iterable[pd.DataFrame]:
            from pyspark import TaskContext

            task: Any = TaskContext.get()
            made = f".{run}-{task.taskAttemptId()}.parquet"
            with ExitStack() as stack:
                files: dict[str, ParquetStream] = {}
                for part in parts:
                    for name, answer in answer_tables(policies, part, day, wanted):
                        if isinstance(answer, Notes):
                            continue
                        if name not in files:
                            files[name] = stack.enter_context(ParquetStream(place / name / made))
                        files[name].put(answer)
            told = [(name, task.partitionId(), made, file.rows) for name, file in files.items()]
            yield pd.DataFrame(told, columns=list(FILE_KINDS))

        try:
            files = mapped(table, work, FILE_KINDS, CHUNK).collect()  # of each partition, the attempt that counts
            for name, partition, made, _ in files:
                (place / name / made).replace(place / name / f"part-{partition:05}.parquet")
            if not files:
                for name, empty in empty_tables(policies, day, wanted).items():
                    with ParquetStream(place / name / "part-00000.parquet") as stream:
                        stream.put(empty)
        except OSError as error:
            raise OutputError(why_not(error, place)) from error
        finally:
            for left in place.glob(f"*/.{run}-*"):  # of attempts that were lost
                left.unlink(missing_ok=True)
        return {name: sum(rows for one, *_, rows in files if one == name) for name in wanted}


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
        (table, policies, day),
    )
