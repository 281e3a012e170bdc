"""The same facts as people keep them: one row per year, a list of rights, a list of R&D projects. Each adds columns to
firms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from matcher.policy.firm_words import WORDS, series_of, without_year
from matcher.policy.identity import counts_rows
from matcher.policy.linkage import link
from matcher.policy.policy import Policies, Policy, load_policies, load_policy
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.grids import Source
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas import Column, Contract

_WHO = (
    Column("record_id", "id", "记录编号", ("行号",)),
    Column("enterprise_id", "text", "企业编号", ("编号", "企业ID")),
    Column("name", "text", "企业名称", ("单位名称", "公司名称", "专利权人", "权利人")),
    Column("uscc", "text", "统一社会信用代码", ("信用代码", "社会信用代码", "税号")),
)
_YEAR = Column("year", "number", "年度", ("会计年度", "年份"))

RIGHTS = Contract(
    "rights",
    "知识产权",
    "record_id",
    (
        *_WHO,
        Column("right", "text", "知识产权名称", ("专利名称", "名称")),
        Column("number", "text", "授权号", ("专利号", "登记号", "证书号")),
        Column("kind", "text", "类别", ("类型", "专利类型", "知识产权类型", "知识产权类别")),
        Column("obtained", "text", "获得方式", ("取得方式", "来源")),
        Column("granted_on", "date", "授权日期", ("授权公告日", "登记日期", "批准日期")),
        Column("ends_on", "date", "有效期至", ("失效日期", "到期日")),
        Column("used", "yesno", "已用于以前的高企申请", ("已使用", "是否用过")),
    ),
)

_CATEGORIES = (
    "personnel",
    "direct_input",
    "depreciation",
    "amortisation",
    "design",
    "commissioning_and_trials",
    "entrusted_domestic",
    "entrusted_overseas",
    "other",
)

CLASS1 = (
    "发明专利",
    "国防专利",
    "植物新品种",
    "国家级农作物品种",
    "国家新药",
    "国家一级中药保护品种",
    "集成电路布图设计专有权",
    "发明",
    "集成电路布图设计",
)
CLASS2 = ("实用新型专利", "外观设计专利", "软件著作权", "实用新型", "外观设计", "计算机软件著作权", "软著")
_DEVELOPED = ("自主研发", "自主研究", "原始取得", "自研", "合作研发")
_ACQUIRED = ("受让", "受赠", "并购", "继受取得", "购买", "转让")


class Added(NamedTuple):
    """Firms with the new columns, how each row of the sheet was joined (`matcher.policy.linkage.LINKS`), and the
    problems met.
    """

    firms: pd.DataFrame
    links: pd.DataFrame
    problems: pd.DataFrame


def projects_contract() -> Contract:
    """One row an R&D project and year, with the eight categories of its expense."""
    policy = load_policy("hte-rd-expense")
    money = tuple(
        Column(name, "yuan", policy.columns[name].title, policy.columns[name].headers) for name in _CATEGORIES
    )
    project = Column("project", "text", "研发项目", ("项目编号", "研发活动编号", "项目名称", "RD编号"))
    return Contract("projects", "研发项目", "record_id", (*_WHO, _YEAR, project, *money))


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
    return Contract("firm_years", "企业年度", "record_id", (*_WHO, _YEAR, *columns.values()))


def read_sheet(
    source: Source,
    contract: Contract,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read one of these sheets; rows need no number. See `matcher.tables.reading.read_table`."""
    reading = read_table(source, contract, sheet=sheet, columns=columns, bad_rows=bad_rows)
    problems = reading.problems[~reading.problems["problem"].str.contains("已按行号编号", regex=False)]
    rows = reading.rows.drop(columns="enterprise_id") if counts_rows(reading, columns) else reading.rows
    return Reading(rows, problems.reset_index(drop=True), reading.columns)


def _application_days(firms: pd.DataFrame, on: dt.date) -> dict[str, pd.Timestamp]:
    """Firm -> its `apply_on`, else `on`."""
    check_firms(firms, "enterprise_id")
    days = pd.to_datetime(firms["apply_on"], errors="coerce") if "apply_on" in firms else pd.Series(pd.NaT, firms.index)
    return dict(zip(firms["enterprise_id"].astype(str), days.fillna(pd.Timestamp(on)), strict=True))


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
        Record number (from 0) -> enterprise_id: proposals of `matcher.policy.linkage.link` that somebody confirmed.
    sheet
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
    day_of = _application_days(firms, as_day(on))
    policies = load_policies(policy)
    contract = year_contract(policies)
    reading = read_sheet(source, contract, sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    rows = linked.rows[linked.rows["enterprise_id"] != ""]
    wanted = {name for one in policies for name in one.columns}
    cells: dict[tuple[str, str], set[Any]] = {}
    for record in rows.to_dict("records"):
        if pd.isna(record["year"]):
            continue
        back = day_of[record["enterprise_id"]].year - int(record["year"])
        for column in contract.columns[len(_WHO) + 1 :]:
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


def add_rights(
    firms: pd.DataFrame,
    source: Source,
    *,
    on: Day,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Count a list of rights into class1_ip, class2_ip, ip_own_rd and ip_only_acquired of `hte`.

    Counted are rights granted by the day of the application, not ended by then, and, in Class II, not used in an
    earlier application (195号, 三、（二）). The classes are those of 195号; trade marks and kinds that it does not
    name are not counted and reported. A firm with no row in the list stays as it was: an empty list is not the same
    as no rights. Arguments, result and errors are those of `add_years`.
    """
    day_of = _application_days(firms, as_day(on))
    reading = read_sheet(source, RIGHTS, sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    lines: list[dict[str, Any]] = []
    counts: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for record in linked.rows.to_dict("records"):
        firm = record["enterprise_id"]
        if not firm:
            continue
        tally = counts.setdefault(firm, {"class1": 0, "class2": 0, "developed": False, "acquired": 0, "unsure": False})
        kind = record["kind"].strip()
        one, two = kind in CLASS1, kind in CLASS2
        number = record["number"]
        problem = ""
        if not one and not two:
            problem = f"类别“{kind}”不在Ⅰ类、Ⅱ类之列"
        elif number and (firm, number) in seen:
            problem = "同一授权号重复"
        else:
            seen.add((firm, number))
            if pd.isna(record["granted_on"]):
                problem = "没有授权日期，不知申请时是否已授权"
                tally["unsure"] = True
            elif record["granted_on"] > day_of[firm]:
                problem = "申请日以后才授权"
            elif not pd.isna(record["ends_on"]) and record["ends_on"] < day_of[firm]:
                problem = "申请日已过有效期"
            elif two and not pd.isna(record["used"]) and bool(record["used"]):
                problem = "Ⅱ类知识产权已在以前的申请中用过"
        if problem:
            lines.append(_line("知识产权", record["right"] or number, problem, "不计入；请核对"))
            continue
        tally["class1" if one else "class2"] += 1
        how = record["obtained"].strip()
        tally["developed"] = tally["developed"] or any(word in how for word in _DEVELOPED)
        tally["acquired"] += any(word in how for word in _ACQUIRED)
    cells: dict[tuple[str, str], Any] = {}
    for firm, tally in counts.items():
        if tally["unsure"]:
            continue
        total = tally["class1"] + tally["class2"]
        cells[firm, "class1_ip"], cells[firm, "class2_ip"] = tally["class1"], tally["class2"]
        if total and tally["developed"]:
            cells[firm, "ip_own_rd"], cells[firm, "ip_only_acquired"] = True, False
        elif total and tally["acquired"] == total:
            cells[firm, "ip_own_rd"], cells[firm, "ip_only_acquired"] = False, True
    problems = pd.concat([reading.problems, pd.DataFrame(lines)], ignore_index=True)
    return Added(_fill(firms, cells), linked.links, problems)


def _line(column: str, value: str, problem: str, action: str) -> dict[str, Any]:
    return {
        "file": "",
        "sheet": "",
        "row": None,
        "column": column,
        "value": value,
        "problem": problem,
        "action": action,
        "kept": True,
    }


def add_projects(
    firms: pd.DataFrame,
    source: Source,
    *,
    on: Day,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Sum a list of R&D projects, one row per project and year with the eight categories, into the R&D columns of
    `hte`.

    Each firm and year is summed over its projects and put through `hte-rd-expense` (80 % of what is entrusted, other
    at most 20 %): rd_expense_y1..y3, and rd_domestic_3y where every year that has projects is complete. An empty
    category of a project is zero only if some category of that row is filled. Arguments, result and errors are those
    of `add_years`.
    """
    from matcher.policy.scoring import score

    day_of = _application_days(firms, as_day(on))
    reading = read_sheet(source, projects_contract(), sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    rows = linked.rows[(linked.rows["enterprise_id"] != "") & linked.rows["year"].notna()].copy()
    money = rows[list(_CATEGORIES)].astype("Float64")
    rows[list(_CATEGORIES)] = money.where(money.notna() | ~money.notna().any(axis=1).to_numpy()[:, None], 0.0)
    rows["back"] = [
        day_of[firm].year - int(year) for firm, year in zip(rows["enterprise_id"], rows["year"], strict=True)
    ]
    rows = rows[rows["back"].isin([1, 2, 3])]
    if not len(rows):
        return Added(firms.copy(), linked.links, reading.problems)
    sums = rows.groupby(["enterprise_id", "back"], sort=False)[list(_CATEGORIES)].agg(_whole_sum)
    table = sums.reset_index()
    table = table.rename(columns={"enterprise_id": "firm"})
    table["enterprise_id"] = [str(n) for n in range(len(table))]
    scored = score(table, "hte-rd-expense", on=on).verdicts
    value = {(row[0], row[1]): row[2] for row in scored[["enterprise_id", "rule", "value"]].itertuples(index=False)}
    cells: dict[tuple[str, str], Any] = {}
    domestic: dict[str, float] = {}
    for record in table.to_dict("records"):
        firm = record["firm"]
        cells[firm, f"rd_expense_y{4 - record['back']}"] = _money(value[record["enterprise_id"], "total"])
        domestic[firm] = domestic.get(firm, 0.0) + value[record["enterprise_id"], "domestic"]
    cells |= {(firm, "rd_domestic_3y"): _money(amount) for firm, amount in domestic.items()}
    return Added(_fill(firms, cells), linked.links, reading.problems)


def _whole_sum(part: pd.Series[Any]) -> Any:
    """A sum that is unknown where any part is."""
    return part.sum(skipna=False)


def _money(value: float) -> float | None:
    return None if np.isnan(value) else float(np.floor(value + 0.5))
