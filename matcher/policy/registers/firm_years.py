"""Figures kept one row a year to the columns by year that policies read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from matcher.policy.firms.linkage import link
from matcher.policy.firms.words import WORDS, series_of, without_year
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.registers.entries import application_days, read_register, year_of
from matcher.policy.registers.schemas import WHO, YEAR
from matcher.tables.arguments import Day, as_day
from matcher.tables.files.grids import Source
from matcher.tables.schemas.main import Column, Contract


class Added(NamedTuple):
    """Firms with the new columns, how each row of the sheet was joined (`matcher.policy.firms.linkage.LINKS`), and the
    problems met.
    """

    firms: pd.DataFrame
    links: pd.DataFrame
    problems: pd.DataFrame


def year_contract(policies: Sequence[Policy]) -> Contract:
    """One row per firm and accounting year: every figure that a policy asks for by year."""
    columns: dict[str, Column] = {}
    for policy in policies:
        for name, fact in policy.columns.items():
            if series_of(name)[1]:
                base, _ = series_of(name)
                texts = (*map(without_year, (fact.title, *fact.headers)), *WORDS.get(base, "").split())
                words = tuple(dict.fromkeys(texts))
                kind = "yuan" if fact.kind == "yuan" else "number"
                before = columns.get(base, Column(base, kind, words[0]))
                headers = tuple(dict.fromkeys((*before.headers, *words)))
                columns[base] = Column(base, kind, before.title, headers)
    return Contract("firm_years", "企业年度", "record_id", (*WHO, YEAR, *columns.values()), referred=False)


def add_years(
    firms: pd.DataFrame,
    source: Source,
    policy: Policies,
    *,
    on: Day,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Turn a table with one row per firm and accounting year into the columns by year.

    The year before the application (`apply_on`, else `on`) is y3, the two before it y2 and y1; `_last_year` and
    `_prev_year` are the newest and the one before. A firm and year given twice with different figures is a problem,
    and stays unknown. Columns that `firms` has already are filled only where they are empty.

    Parameters
    ----------
    firms
        The table of `score`, with `enterprise_id`.
    source
        The table by years: a file or a DataFrame.
    policy
        Whose columns are wanted: a name (id or Chinese title), a folder, a `Policy`, or a sequence of these.
    on
        The day of the application where a firm has no `apply_on`, a date or ISO text.
    accepted
        Record number (from 0) -> enterprise_id: proposals of `matcher.policy.firms.linkage.link` that somebody
    confirmed. sheet
        Of a workbook: its name or its place.

    Returns
    -------
    Added
        `firms` with the new columns, `links`, `problems`.

    Raises
    ------
    TableError, PolicyError, ArgumentError, ArgumentTypeError
        When the source cannot be read, a policy is not known, or an argument is of a kind or value that is not taken.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"]})
    >>> years = pd.DataFrame({"企业编号": ["a", "a"], "年度": [2024, 2025], "销售收入（万元）": [100, 120]})
    >>> add_years(firms, years, "hte", on="2026-06-01").firms[["sales_y2", "sales_y3"]].values.tolist()
    [[1000000, 1200000]]
    """
    day_of = application_days(firms, as_day(on))
    policies = load_policies(policy)
    contract = year_contract(policies)
    reading = read_register(source, contract, sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    rows = linked.rows[linked.rows["enterprise_id"] != ""]
    wanted = {name for one in policies for name in one.columns}
    cells: dict[tuple[str, str], set[Any]] = {}
    for record in rows.to_dict("records"):
        year = year_of(record["year"])
        if year is None:
            continue
        back = day_of[record["enterprise_id"]].year - year
        for column in contract.columns[len(WHO) + 1 :]:
            value = record[column.name]
            if pd.isna(value):
                continue
            names = {1: ("_y3", "_last_year"), 2: ("_y2", "_prev_year"), 3: ("_y1",)}.get(back, ())
            for name in (column.name + end for end in names):
                if name in wanted:
                    cells.setdefault((record["enterprise_id"], name), set()).add(value)
    lines = [
        _line(name, "、".join(str(v) for v in sorted(values)), f"企业 {firm} 同一年度有不同数值", "按未知处理；请改正")
        for (firm, name), values in cells.items()
        if len(values) > 1
    ]
    single = {key: values.pop() if len(values) == 1 else None for key, values in cells.items()}
    problems = pd.concat([reading.problems, pd.DataFrame(lines)], ignore_index=True)
    return Added(_fill(firms, single), linked.links, problems)


def _fill(firms: pd.DataFrame, cells: Mapping[tuple[str, str], Any]) -> pd.DataFrame:
    out = firms.copy()
    ids = out["enterprise_id"].astype(str)
    for name in dict.fromkeys(name for _, name in cells):
        series = pd.Series([cells.get((firm, name)) for firm in ids], index=out.index, dtype=object)
        out[name] = out[name].astype(object).where(out[name].notna(), series) if name in out else series
    return out


def _line(column: str, value: str, problem: str, action: str) -> dict[str, Any]:
    place = {"file": "", "sheet": "", "row": None, "column": column, "value": value}
    return {**place, "problem": problem, "action": action, "kept": True}
