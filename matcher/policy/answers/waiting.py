"""When a firm passes if it only waits: the first day on which nothing but time makes a policy say yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from matcher.policy.answers.evaluation import answers, prepare
from matcher.policy.firms.facts import EPOCH, day_number
from matcher.policy.language.intervals import Floats
from matcher.policy.language.measures import DaysSince, YearsSince
from matcher.policy.language.thresholds import all_turns
from matcher.policy.policy import Policy, PolicyName, load_policy
from matcher.policy.scoring import DECISIONS, decision_codes
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.cells.dates import later

FAR = 5  # so many years ahead a day is looked for


def first_day(firms: pd.DataFrame, policy: PolicyName, *, on: Day) -> pd.DataFrame:
    """The first day, from `on`, on which each firm passes a policy if nothing but time goes by.

    Figures stay as they are, so that the answer is of use where a policy asks for days and years alone, as
    `hte-may-apply` does; figures of accounting years are others in another year.

    Parameters
    ----------
    firms
        The table of `score`; `apply_on` is left aside.
    policy
        A name (id or Chinese title), a folder or a `Policy`.
    on
        The first day that is tried, a date or ISO text; five years are looked at.

    Returns
    -------
    pandas.DataFrame
        One row per firm, in the order of the table: enterprise_id, decision on the day `on`, passes_on (the first day
        on which the firm passes whatever the unknown facts are; missing where there is none), open_on (the first day
        on which it is not sure to fail).

    Raises
    ------
    PolicyError
        When the policy is not known.
    ArgumentError, ArgumentTypeError
        When `firms` is no table, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "registered_on": ["2026-03-01"], "hte_cancelled": ["否"]})
    >>> firms = firms.assign(hte_certificate_valid="否", hte_applied_on="2025-08-01")
    >>> first_day(firms, "hte-may-apply", on="2026-11-24").values.tolist()[0][1:3]
    ['fails', datetime.date(2027, 3, 1)]
    """
    day, rules = as_day(on), load_policy(policy)
    check_firms(firms)
    plain = firms.drop(columns=[name for name in ("apply_on",) if name in firms.columns])
    (ready,), _ = prepare([rules], plain, day)
    size, start = len(ready.ids), day_number(day)
    last = day_number(later(day, years=FAR))
    columns = [np.full(size, float(turn)) for turn in _fixed_turns(rules, day)]
    for name, limit, yearly in _dated_turns(rules):
        known = ready.facts[name]
        columns += [_turn_days(end, limit) if yearly else end + limit for end in (known.lo, known.hi)]
    grid = np.stack([np.full(size, float(start)), *columns], axis=1)
    at, place = np.nonzero((grid >= start) & (grid <= last))
    days = grid[at, place].astype(np.int64)
    codes = np.full(len(at), 4, dtype=np.int8)
    for group in answers(ready.taken(at, days), figures=False):
        if group.answer is not None:
            codes[group.rows] = decision_codes(group.answer.decision, len(group.rows))
    frame = pd.DataFrame({"row": at, "day": days, "code": codes})
    now = frame[frame["day"] == start].drop_duplicates("row").set_index("row")["code"]
    table = pd.DataFrame({"enterprise_id": ready.ids})
    table["decision"] = [DECISIONS[int(now[row])] for row in range(size)]
    for column, good in (("passes_on", (0,)), ("open_on", (0, 2, 3))):
        first = frame[frame["code"].isin(good)].groupby("row")["day"].min()
        table[column] = pd.Series(
            [EPOCH + dt.timedelta(days=int(first[row])) if row in first.index else None for row in range(size)],
            dtype=object,
        )
    return table


def counts_days_alone(policy: Policy) -> bool:
    """Whether everything that a policy compares is a day or a year, so that waiting alone decides it."""
    turns = [turn for edition in policy.editions for turn in all_turns(policy.ruleset(edition, edition.since))]
    return bool(turns) and all(isinstance(turn.measure, (DaysSince, YearsSince)) for turn in turns)


def _fixed_turns(policy: Policy, day: dt.date) -> Iterator[int]:
    """Days on which something starts, and the first days of years."""
    yield from (day_number(turn) for turn in policy.breaks if turn > day)
    yield from (day_number(dt.date(day.year + ahead, 1, 1)) for ahead in range(1, FAR + 1))


def _dated_turns(policy: Policy) -> set[tuple[str, float, bool]]:
    """Dates that some rule counts from: the column, the limit, and whether it counts years."""
    found = set()
    for edition in policy.editions:
        for start in policy.days_of(edition):
            for turn in all_turns(policy.ruleset(edition, start)):
                if isinstance(turn.measure, (DaysSince, YearsSince)):
                    found.add((turn.measure.name, float(turn.limit), isinstance(turn.measure, YearsSince)))
    return found


def _turn_days(dates: Floats, limit: float) -> Floats:
    """1 January of the year that is `limit` years after each date."""
    out = np.full(len(dates), np.nan)
    known = np.isfinite(dates)
    years = dates[known].astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]") + int(np.ceil(limit))
    out[known] = years.astype("datetime64[D]").astype(np.int64)
    return out
