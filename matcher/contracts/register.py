"""A register of contracts as counts and sums, and against the targets of a year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from matcher.errors import ArgumentError
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells import UNITS, first_few
from matcher.tables.reading import PROBLEM_COLUMNS, Reading

GROUPS = ("kind", "region", "month")
SUMS = ("contracts", "amount", "technical_amount", "open", "open_amount", "refused")
_ABOUT = re.compile("技术合同|成交额|技术交易额|(?:技术)?(?:开发|转让|许可|咨询|服务)合同")
_SUM = re.compile("成交额|交易额|金额")
_COUNTS = ("项", "份", "个", "件", "笔", "")


def contract_summary(checked: pd.DataFrame, *, by: Sequence[str] = GROUPS) -> pd.DataFrame:
    """Counts and sums of a register.

    Parameters
    ----------
    checked
        What `check_contracts` gave.
    by
        Some of kind, region, month (of the registration, or where nobody registered yet, of the application); none: one
        row over all.

    Returns
    -------
    DataFrame
        The columns of `by` ("" for unknown), then contracts, amount (合同成交额) and technical_amount (技术交易额) of
        those that stand as registered, in yuan; open, open_amount: those not settled (NA where one of their amounts is
        unknown), refused: those that a rule refuses, also as repeated, or whose state is 不予登记 or 注销. Sorted; no
        row for nothing.

    Raises
    ------
    ArgumentError
        by names another column.
    """
    check_frame(checked, "checked", "check_contracts(contracts)")
    if wrong := [name for name in by if name not in GROUPS]:
        raise ArgumentError(f"by names some of {', '.join(GROUPS)}, not {wrong[0]!r}")
    counted, is_open = (checked["standing"] == one for one in ("registered", "open"))
    table = checked.assign(
        contracts=counted.astype(int),
        open=is_open.astype(int),
        refused=(checked["standing"] == "refused").astype(int),
        open_amount=checked["amount"].where(is_open, 0),
        unknown=checked["amount"].isna() & is_open,
        amount=checked["amount"].where(counted, 0).fillna(0),
        technical_amount=checked["technical_amount"].where(counted, 0).fillna(0),
    )
    groups: list[Any] = list(by) or [pd.Series(0, table.index)]
    sums = table.groupby(groups, sort=True)[[*SUMS, "unknown"]].sum().reset_index(drop=not by)
    sums["open_amount"] = sums["open_amount"].mask(sums["unknown"] > 0)
    return sums[[*by, *SUMS]].astype(dict.fromkeys(SUMS, "Int64"))


def targets_with_contracts(targets: pd.DataFrame, checked: pd.DataFrame, *, on: Day) -> Reading:
    """Targets on technology contracts with their actual values from the register.

    A target is on contracts where its name says 技术合同, 成交额 or 技术交易额. 技术交易额 in it means that sum, a unit
    of money 合同成交额, another unit the count; one of the five kinds, or a region of the register, in it means only
    those.

    Parameters
    ----------
    targets
        As of `matcher.pool.targets.target_progress`: target_id, name, unit, goal, due, start ...
    checked
        What `check_contracts` gave.
    on
        The day: contracts counted from `start` to the day, or to `due` where that is earlier.

    Returns
    -------
    Reading
        rows: the targets in their order; problems (PROBLEM_COLUMNS): actual values that were replaced, targets whose
        unit or period is not understood (their actual value stays as it was given).
    """
    check_frame(targets, "targets", "read_table(path, TARGETS).rows")
    day, table, problems = pd.Timestamp(as_day(on)), targets.copy(), []
    if "actual" not in table:
        table["actual"] = pd.Series(pd.NA, table.index, "Float64")
    registered = checked[checked["standing"] == "registered"]
    if undated := list(registered.loc[registered["counted_on"].isna(), "contract_id"]):
        problem = f"{first_few(undated, '份')} 没有确切的登记（申请）日期，不计入目标"
        problems.append(("", "", None, "登记日期", "", problem, "请填写登记日期", True))
    regions = [place for place in checked["region"].unique() if place]
    for at, row in table.iterrows():
        name, unit = str(row["name"]), "" if pd.isna(row.get("unit")) else str(row.get("unit")).strip()
        if not _ABOUT.search(name):
            continue
        scale = UNITS.get(unit)
        if unit == "" and _SUM.search(name):
            problem = f"目标“{name}”是金额，没有写单位，实际值没有取自合同登记表"
            problems.append(("", "", None, "单位", "", problem, "请写元、万元或亿元", True))
            continue
        if scale is None and unit not in _COUNTS:
            problem = f"目标“{name}”的单位“{unit}”看不懂，实际值没有取自合同登记表"
            problems.append(("", "", None, "单位", unit, problem, "请写元、万元、亿元、项或份", True))
            continue
        chosen = registered[(registered["counted_on"] <= min(day, row["due"]))]
        if pd.notna(row.get("start")):
            chosen = chosen[chosen["counted_on"] >= row["start"]]
        else:
            problem = f"目标“{name}”没有起始日期，登记表中到 {min(day, row['due']):%Y-%m-%d} 为止的合同都计入"
            problems.append(("", "", None, "起始日期", "", problem, "请填写起始日期", True))
        kinds = [
            kind
            for kind in ("技术开发", "技术转让", "技术许可", "技术咨询", "技术服务")
            if kind in name or f"{kind[2:]}合同" in name
        ]
        places = [place for place in regions if place in name or re.sub(".*市(?=.)", "", place) in name]
        chosen = chosen[chosen["kind"].isin(kinds)] if kinds else chosen
        chosen = chosen[chosen["region"].isin(places)] if places else chosen
        money = chosen["technical_amount" if "技术交易额" in name else "amount"].sum()
        actual = len(chosen) if scale is None else money / scale
        unclear = int(chosen["technical_amount" if "技术交易额" in name else "amount"].isna().sum())
        if scale is not None and unclear:
            problem = f"目标“{name}”：{unclear} 份合同的金额不确切，没有计入实际值"
            problems.append(("", "", None, "实际值", "", problem, "请补填确切的金额", True))
        if pd.notna(row.get("baseline")) and float(row["baseline"]) != 0:
            table.loc[at, "baseline"] = 0.0
            problem = f"目标“{name}”按期内的合同计数，基数 {float(row['baseline']):g} 没有使用"
            problems.append(("", "", None, "基数", f"{float(row['baseline']):g}", problem, "基数请留空或填 0", True))
        given = row["actual"]
        if pd.notna(given) and float(given) != float(actual):
            problem = f"目标“{name}”填写的实际值 {float(given):g} 与登记表合计 {float(actual):g} 不同，已用登记表的"
            problems.append(("", "", None, "实际值", f"{float(given):g}", problem, "登记表已有的数不必再填", True))
        table.loc[at, "actual"] = float(actual)
    return Reading(table, pd.DataFrame(problems, columns=PROBLEM_COLUMNS))
