"""The same facts as people keep them: one row a year, a list of rights, a list of R&D projects. Each adds columns to
firms.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from matcher.policy.linkage import link
from matcher.policy.policy import Policy, load_policy
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
_OWN = ("自主研发", "自主研究", "原始取得", "自研", "合作研发")
_ACQUIRED = ("受让", "受赠", "并购", "继受取得", "购买", "转让")


class Added(NamedTuple):
    """Firms with the new columns, how each row of the sheet was joined (`matcher.policy.linkage.LINKS`), and the
    problems met.
    """

    firms: pd.DataFrame
    links: pd.DataFrame
    problems: pd.DataFrame


def _projects_contract() -> Contract:
    policy = load_policy("hte-rd-expense")
    money = tuple(
        Column(name, "yuan", policy.columns[name].title, policy.columns[name].headers) for name in _CATEGORIES
    )
    project = Column("project", "text", "研发项目", ("项目编号", "研发活动编号", "项目名称", "RD编号"))
    return Contract("projects", "研发项目", "record_id", (*_WHO, _YEAR, project, *money))


def year_contract(policies: Sequence[Policy]) -> Contract:
    """One row a firm and accounting year: every figure that a policy asks for by year."""
    columns: dict[str, Column] = {}
    for policy in policies:
        for name, fact in policy.columns.items():
            if name.endswith(("_y1", "_y2", "_y3", "_last_year", "_prev_year")):
                base = _base(name)
                words = tuple(dict.fromkeys(_WHEN.sub("", word) for word in (fact.title, *fact.headers)))
                kind = "yuan" if fact.kind == "yuan" else "number"
                before = columns.get(base, Column(base, kind, words[0]))
                headers = tuple(dict.fromkeys((*before.headers, *words)))
                columns[base] = Column(base, kind, before.title, headers)
    return Contract("firm_years", "企业年度", "record_id", (*_WHO, _YEAR, *columns.values()))


_WHEN = re.compile(
    r"（(?:前三年|前二年|上一年)末?）$|^(?:前三年|前二年|上一年|上年度|前年度|前一年|上上年度|第[一二三]年)"
)


def _base(name: str) -> str:
    for end in ("_y1", "_y2", "_y3", "_last_year", "_prev_year"):
        name = name.removesuffix(end)
    return name


def read_sheet(
    source: Source,
    contract: Contract,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read one of these sheets; rows need no number of their own. See `matcher.tables.reading.read_table`."""
    reading = read_table(source, contract, sheet=sheet, columns=columns, bad_rows=bad_rows)
    problems = reading.problems[~reading.problems["problem"].str.contains("已按行号编号", regex=False)]
    return Reading(reading.rows, problems.reset_index(drop=True))


def _application_years(firms: pd.DataFrame, on: dt.date) -> pd.Series[Any]:
    given = (
        pd.to_datetime(firms["apply_on"], errors="coerce") if "apply_on" in firms else pd.Series(pd.NaT, firms.index)
    )
    return given.dt.year.fillna(on.year).astype(int) if "apply_on" in firms else pd.Series(on.year, firms.index)


def add_years(
    firms: pd.DataFrame,
    source: Source,
    policies: Sequence[Policy],
    *,
    on: dt.date,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Turn a table with one row a firm and accounting year into the columns by year.

    The year before the application (`apply_on`, else `on`) is y3, the two before it y2 and y1; `_last_year` and
    `_prev_year` are the newest and the one before. A firm and year given twice with different figures is a problem,
    and stays unknown. Columns that `firms` has already are filled only where they are empty.
    """
    contract = year_contract(policies)
    reading = read_sheet(source, contract, sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    rows = linked.rows[linked.rows["enterprise_id"] != ""]
    years = dict(zip(firms["enterprise_id"].astype(str), _application_years(firms, on), strict=True))
    wanted = {name for policy in policies for name in policy.columns}
    cells: dict[tuple[str, str], set[Any]] = {}
    for record in rows.to_dict("records"):
        if pd.isna(record["year"]):
            continue
        back = years[record["enterprise_id"]] - int(record["year"])
        for column in contract.columns[len(_WHO) + 1 :]:
            value = record[column.name]
            if pd.isna(value):
                continue
            names = {1: ("_y3", "_last_year"), 2: ("_y2", "_prev_year"), 3: ("_y1",)}.get(back, ())
            for name in (column.name + end for end in names):
                if name in wanted:
                    cells.setdefault((record["enterprise_id"], name), set()).add(value)
    problems = _twice(cells)
    return Added(_fill(firms, cells), linked.links, pd.concat([reading.problems, problems], ignore_index=True))


def _twice(cells: Mapping[tuple[str, str], set[Any]]) -> pd.DataFrame:
    lines = [
        {
            "file": "",
            "sheet": "",
            "row": None,
            "column": name,
            "value": "、".join(str(v) for v in sorted(values)),
            "problem": f"企业 {firm} 同一年度有不同数值",
            "action": "按未知处理；请改正",
            "kept": True,
        }
        for (firm, name), values in cells.items()
        if len(values) > 1
    ]
    return pd.DataFrame(lines)


def _fill(firms: pd.DataFrame, cells: Mapping[tuple[str, str], Any]) -> pd.DataFrame:
    out = firms.copy()
    names = list(dict.fromkeys(name for _, name in cells))
    ids = out["enterprise_id"].astype(str)
    for name in names:
        new = [cells.get((own, name)) for own in ids]
        flat = [
            next(iter(v)) if isinstance(v, set) and len(v) == 1 else (None if isinstance(v, set) else v) for v in new
        ]
        series = pd.Series(flat, index=out.index, dtype=object)
        out[name] = out[name].astype(object).where(out[name].notna(), series) if name in out else series
    return out


def add_rights(
    firms: pd.DataFrame,
    source: Source,
    *,
    on: dt.date,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Count a list of rights into class1_ip, class2_ip, ip_own_rd and ip_only_acquired of `hte`.

    Counted are rights granted by the day of the application, not ended by then, and, in Class II, not used in an
    earlier application (195号, 三、（二）). The classes are those of 195号; trade marks and kinds that it does not
    name are not counted and told. A firm with no row in the list stays as it was: an empty list is not the same as no
    rights.
    """
    reading = read_sheet(source, RIGHTS, sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    days = pd.to_datetime(firms["apply_on"], errors="coerce") if "apply_on" in firms else pd.Series(pd.NaT, firms.index)
    day_of = dict(zip(firms["enterprise_id"].astype(str), days.fillna(pd.Timestamp(on)), strict=True))
    lines: list[dict[str, Any]] = []
    counts: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for record in linked.rows.to_dict("records"):
        own = record["enterprise_id"]
        if not own:
            continue
        tally = counts.setdefault(own, {"class1_ip": 0, "class2_ip": 0, "own": False, "acquired": 0, "unsure": False})
        kind = record["kind"].strip()
        one, two = kind in CLASS1, kind in CLASS2

        def tell(says: str, record: Mapping[Any, Any] = record) -> None:
            shown = record["right"] or record["number"]
            lines.append(_line("知识产权", shown, says, "不计入；请核对"))

        if not one and not two:
            tell(f"类别“{kind}”不在Ⅰ类、Ⅱ类之列")
            continue
        if record["number"] and (own, record["number"]) in seen:
            tell("同一授权号重复")
            continue
        seen.add((own, record["number"]))
        if pd.isna(record["granted_on"]):
            tell("没有授权日期，不知申请时是否已授权")
            tally["unsure"] = True
            continue
        if record["granted_on"] > day_of[own]:
            tell("申请日以后才授权")
            continue
        if not pd.isna(record["ends_on"]) and record["ends_on"] < day_of[own]:
            tell("申请日已过有效期")
            continue
        if two and not pd.isna(record["used"]) and bool(record["used"]):
            tell("Ⅱ类知识产权已在以前的申请中用过")
            continue
        tally["class1_ip" if one else "class2_ip"] += 1
        how = record["obtained"].strip()
        tally["own"] = tally["own"] or any(word in how for word in _OWN)
        tally["acquired"] += any(word in how for word in _ACQUIRED)
    cells: dict[tuple[str, str], Any] = {}
    for own, tally in counts.items():
        if tally["unsure"]:
            continue
        total = tally["class1_ip"] + tally["class2_ip"]
        cells[own, "class1_ip"], cells[own, "class2_ip"] = tally["class1_ip"], tally["class2_ip"]
        if total and tally["own"]:
            cells[own, "ip_own_rd"], cells[own, "ip_only_acquired"] = True, False
        elif total and tally["acquired"] == total:
            cells[own, "ip_own_rd"], cells[own, "ip_only_acquired"] = False, True
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
    on: dt.date,
    accepted: Mapping[int, str] | None = None,
    sheet: str | int | None = None,
) -> Added:
    """Sum a list of R&D projects, one row a project and year with the eight categories, into the R&D columns of
    `hte`.

    Each firm and year is summed over its projects and put through `hte-rd-expense` (80 % of what is entrusted, other
    at most 20 %): rd_expense_y1..y3, and rd_domestic_3y where every year that has projects is complete. An empty
    category of a project is zero only if some category of that row is filled.
    """
    from matcher.policy.scoring import score

    reading = read_sheet(source, _projects_contract(), sheet=sheet)
    linked = link(reading.rows, firms, accepted=accepted)
    rows = linked.rows[(linked.rows["enterprise_id"] != "") & linked.rows["year"].notna()].copy()
    money = rows[list(_CATEGORIES)].astype("Float64")
    rows[list(_CATEGORIES)] = money.where(money.notna() | ~money.notna().any(axis=1).to_numpy()[:, None], 0.0)
    years = dict(zip(firms["enterprise_id"].astype(str), _application_years(firms, on), strict=True))
    rows["back"] = [years[own] - int(year) for own, year in zip(rows["enterprise_id"], rows["year"], strict=True)]
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
        own = record["firm"]
        cells[own, f"rd_expense_y{4 - record['back']}"] = _money(value[record["enterprise_id"], "total"])
        domestic[own] = domestic.get(own, 0.0) + value[record["enterprise_id"], "domestic"]
    for own, amount in domestic.items():
        cells[own, "rd_domestic_3y"] = _money(amount)
    return Added(_fill(firms, cells), linked.links, reading.problems)


def _whole_sum(part: pd.Series[Any]) -> Any:
    """A sum that is unknown where any part is."""
    return part.sum(skipna=False)


def _money(value: float) -> float | None:
    return None if np.isnan(value) else float(np.floor(value + 0.5))
