"""Marks and bars to files. Who has a record is as private as a contact: names are hidden unless asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.tables import write_tables
from matcher.export.titles import INTEGRITY
from matcher.integrity.checking import STATES, check_integrity, integrity_hits
from matcher.tables.arguments import Day

NOTES = {
    "检查结果": "只提示，不下结论：每一条“不得”都写明记录编号、处理文号和依据，由人核对决定书后决定。",
    "不得": "代码相同，或个人的姓名和单位都相同，且这一天在限制期内，限制事项包含这一角色。",
    "需核实": "只有姓名或名称相同、名称相近、只写了姓（王教授）、没有写全（等5人），"
    "或记录没有写起止日期、限制什么；不当作有记录处理。",
    "起止日期": "永久、长期、终身的没有截止日期，仍在限制期内；空着、写“至今”或“三年”的，截止日期不知道，需核实。"
    "两者在“截止日期说明”里分开写。",
    "过期记录": "已期满、已修复、经申诉撤销的不出现在结果中，仍留在记录表里。",
    "姓名": "除非加 --show-contacts，姓名和单位名称只留开头。",
}


_BETWEEN = re.compile(r"([、，,；;/\s\u200b（()）]+)")


def masked_name(text: str) -> str:
    """Names of which only the beginnings are left: one sign of a person's, two of a longer one.

    >>> masked_name("虚构人"), masked_name("虚构机械有限公司"), masked_name("")
    ('虚**', '虚构******', '')
    >>> masked_name("王芳,孙丽（负责人）")
    '王*,孙*（负**）'
    >>> masked_name("王 芳"), masked_name("王 芳芳、孙 丽")
    ('王 *', '王 **、孙 *')
    """
    parts = _BETWEEN.split(text)
    return "".join(
        part if at % 2 else "*" * len(part) if at and _goes_on(parts[at - 2 : at + 1]) else _masked(part)
        for at, part in enumerate(parts)
    )


def _goes_on(parts: Sequence[str]) -> bool:
    """Whether what stands behind a blank (before, blank, behind) is the rest of one name: one side is a single sign."""
    before, between, behind = parts
    return not between.strip(" \t\u3000\u200b\xa0") and (len(before) == 1 or len(behind) == 1)


def _masked(name: str) -> str:
    kept = 1 if len(name) <= 4 else 2
    return name[:kept] + "*" * len(name[kept:])


def masked_names(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the names of its columns name, person and unit hidden."""
    return table.assign(**{name: table[name].map(masked_name) for name in ("name", "person", "unit") if name in table})


def integrity_sheets(
    table: pd.DataFrame, records: pd.DataFrame, *, role: str, on: Day, rules: str | None = None, mask: bool = True
) -> tuple[pd.DataFrame, dict[str, Sheet]]:
    """The marks of `check_integrity`, and sheets for people with them and the records that they rest on."""
    marks = check_integrity(table, records, role=role, on=on, rules=rules)
    hits = integrity_hits(table, records, role=role, on=on, rules=rules)
    shown = [masked_names(one) if mask else one for one in (marks, hits)]
    sheets = [one.assign(state=one["state"].map(STATES)) for one in shown]
    return shown[0], {
        "诚信检查": Sheet(sheets[0], INTEGRITY, frozen=2, shade=("state", '="不得"', "bad")),
        "依据记录": Sheet(sheets[1], INTEGRITY, frozen=1, shade=("state", '="不得"', "bad")),
    }


def write_check(
    output: str | Path,
    table: pd.DataFrame,
    records: pd.DataFrame,
    *,
    role: str,
    on: Day,
    rules: str | None = None,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> pd.DataFrame:
    """Write `check_integrity`: .xlsx with the records beside it, .csv or .parquet the marks. Returns the marks."""
    marks, sheets = integrity_sheets(table, records, role=role, on=on, rules=rules, mask=mask)
    tables = sheets if Path(output).suffix.lower() == ".xlsx" else {"": marks}
    notes = {**NOTES, **(about or {})}
    write_tables(output, tables, problems=problems, columns=columns, notes=notes, title="诚信检查", mask=mask)
    return marks


def write_bars(
    output: str | Path,
    bars: pd.DataFrame,
    *,
    problems: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write what `bars_on` gave."""
    shown = masked_names(bars) if mask else bars
    tables = {"限制中的记录": Sheet(shown, INTEGRITY, frozen=1)}
    write_tables(output, tables, problems=problems, notes={**NOTES, **(about or {})}, title="限制中的记录", mask=mask)
