"""Tables with one row a firm and year, of which no row is the firm: told, without the hints that fit one row a firm."""

from __future__ import annotations

import re

from matcher.policy.firms.identity import with_lines
from matcher.tables.headers.column_account import USED
from matcher.tables.headers.forms import header_key
from matcher.tables.reading import Reading

_YEAR = frozenset(("年度", "年份", "会计年度", "所属年度", "数据年度", "统计年度", "报告年度", "年"))
_DO = "请改成一家一行，各年一列，如“2024年销售收入”“2025年销售收入”"


def without_hints_a_year(reading: Reading) -> Reading:
    """Say that a table has one row a firm and year, where a column of years differs between the rows of a firm."""
    rows, account = reading.rows, reading.columns
    headers = account.loc[account["use"] != USED, "header"].astype(str)
    years = [header for header in headers if header_key(header) in _YEAR and header in rows]
    twice = rows.duplicated("enterprise_id", keep=False)
    if len(years) != 1 or not twice.any():
        return reading
    named = rows.loc[twice, years[0]].astype(str).str.extract(r"((?:19|20)\d\d)")[0]
    several = named.groupby(rows.loc[twice, "enterprise_id"]).nunique()
    if not (several > 1).any():
        return reading
    problems = reading.problems.copy()
    problems.loc[problems["problem"].str.startswith("没有写年份，可能是"), "action"] = _DO
    columns = account.copy()
    dateless = columns["hint"].astype(str).str.contains(r"[（(](?:上一年|前[二三]年)末?[）)]$|上年度", flags=re.ASCII)
    columns.loc[dateless, ["nearest", "hint"]] = ""
    line = {
        "row": None, "column": years[0], "value": "", "action": _DO, "kept": True,
        "problem": f"{int((several > 1).sum())} 家企业一年一行，各行都不是整家企业；逐行判断的结论不能用",
    }  # fmt: skip
    told = Reading(rows, problems, columns)
    return Reading(rows, with_lines(told, [line]), columns)
