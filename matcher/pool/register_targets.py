"""Targets whose actual values the registers hold: nobody types a number that a register can count."""

from __future__ import annotations

import re

import pandas as pd

from matcher.contracts.register import targets_with_contracts
from matcher.policy.platforms import KINDS, LEVELS, count_platforms
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.reading import PROBLEM_COLUMNS, Reading

_PLATFORM = re.compile("平台")
_OTHER_PLATFORM = re.compile("服务平台|信息平台|网络平台|平台建设资金")
_COMMISSIONER = re.compile("特派员")
_NOT_PERSONS = re.compile("服务村|覆盖|培训|村数|人次")
_CONVERTED = re.compile("转化.{0,4}成果|成果.{0,4}转化")
_COUNTS = re.compile("^[个家项件人名位]?$")


def targets_from_registers(
    targets: pd.DataFrame,
    *,
    on: Day,
    contracts: pd.DataFrame | None = None,
    platforms: pd.DataFrame | None = None,
    commissioners: pd.DataFrame | None = None,
    conversions: pd.DataFrame | None = None,
) -> Reading:
    """Targets with their actual values from registers, told where a typed value was another.

    A target is counted by its name: contracts as `matcher.contracts.targets_with_contracts` says; a kind of platform
    (孵化器, 院士工作站 ...) or 平台 for all of them, of the level that the name gives; 特派员; 成果转化. Only targets
    that count things (个, 家, 项, 件, 人, 名, 位, or no unit) are counted. What is counted begins at `start` where
    baseline is 0 or empty, else it is everything by the day, or by `due` where that is earlier.

    Parameters
    ----------
    targets
        As of `matcher.pool.targets.target_progress`.
    on
        The day.
    contracts
        What `matcher.contracts.check_contracts` gave.
    platforms
        Rows of `matcher.policy.platforms.read_platforms`.
    commissioners
        One row a person or task with expert_id.
    conversions
        converted_on (or its bounds), one row a conversion.

    Returns
    -------
    Reading
        rows: the targets in their order; problems (PROBLEM_COLUMNS).
    """
    check_frame(targets, "targets", "read_table(path, TARGETS).rows")
    table, problems = targets, [pd.DataFrame(columns=PROBLEM_COLUMNS)]
    if contracts is not None:
        reading = targets_with_contracts(targets, contracts, on=on)
        table = reading.rows
        problems.append(reading.problems)
    table = table.copy()
    if "actual" not in table:
        table["actual"] = pd.Series(pd.NA, table.index, "Float64")
    lines = []
    for at, row in table.iterrows():
        name = str(row["name"])
        unit = "" if pd.isna(row.get("unit")) else str(row["unit"]).strip()
        until = min(pd.Timestamp(as_day(on)), pd.Timestamp(row["due"])) if pd.notna(row.get("due")) else as_day(on)
        fresh = pd.isna(row.get("baseline")) or float(row["baseline"]) == 0
        since = row["start"] if fresh and pd.notna(row.get("start")) else None
        counted = None
        if not _COUNTS.match(unit):
            continue
        if platforms is not None and (kinds := _kinds(name)):
            counted = _platforms(platforms, kinds, name, until, since)
        elif commissioners is not None and _COMMISSIONER.search(name) and not _NOT_PERSONS.search(name):
            counted = commissioners["expert_id"].dropna().astype(str).nunique()
        elif conversions is not None and _CONVERTED.search(name):
            counted = _within(conversions, "converted_on", until, since)
        if counted is None:
            continue
        given = row["actual"]
        if pd.notna(given) and float(given) != counted:
            problem = f"目标“{name}”填写的实际值 {float(given):g} 与登记表合计 {counted:g} 不同，已用登记表的"
            lines.append(("", "", None, "实际值", f"{float(given):g}", problem, "登记表已有的数不必再填", True))
        table.loc[at, "actual"] = float(counted)
    problems.append(pd.DataFrame(lines, columns=PROBLEM_COLUMNS))
    filled = [one for one in problems if len(one)]
    return Reading(table, pd.concat(filled, ignore_index=True) if filled else problems[0])


def _kinds(name: str) -> list[str]:
    """The kinds of platform that a target's name means: those it names, or all for 平台 alone."""
    named = [kind for kind, words in KINDS.items() if re.search(words, name)]
    if named or not _PLATFORM.search(name) or _OTHER_PLATFORM.search(name):
        return named
    return list(KINDS)


def _platforms(platforms: pd.DataFrame, kinds: list[str], name: str, until: Day, since: Day | None) -> int:
    counts = count_platforms(platforms, on=until, since=since)
    chosen = counts[counts["kind"].isin(kinds)]
    levels = [level for level in LEVELS if level in name]
    return int(chosen.loc[chosen["level"].isin(levels), "platforms"].sum() if levels else chosen["platforms"].sum())


def _within(table: pd.DataFrame, column: str, until: Day, since: Day | None) -> int:
    """The rows whose day surely lies within; a day that is not known counts nowhere."""
    exact = pd.to_datetime(table[column])
    first, last = (
        exact.fillna(pd.to_datetime(table[name])) if name in table else exact
        for name in (f"{column}_min", f"{column}_max")
    )
    inside = last <= pd.Timestamp(until)
    if since is not None:
        inside &= first >= pd.Timestamp(since)
    return int(inside.sum())
