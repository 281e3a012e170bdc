"""Targets whose actual values the registers hold: nobody types a number that a register can count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from matcher.policy.programmes.platforms import KINDS, LEVELS, count_platforms
from matcher.pool.book.book import Book
from matcher.pool.book.follow_up import items
from matcher.pool.book.tables import title_columns
from matcher.pool.target_names import TIME, in_full, is_place, left_over, lies_in
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.texts import UNITS, first_few
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.main import TEXT

_CONTRACT = re.compile("技术合同|成交额|技术交易额|(?:技术)?(?:开发|转让|许可|咨询|服务)合同")
# The words of a name that say what is counted, by register; others are a place, or nothing that a register answers
_OF_CONTRACTS = "(?:[四五]技|技术)?合同|(?:技术)?(?:成交|交易|开发|转让|许可|咨询|服务)|技术(?=市场)|市场"
_OF_PERSONS = "(?:科技)?特派员"
_OF_CONVERSIONS = "科技|成果|转化|转移|项目"
_OF_PROJECTS = "科技|科研|攻关|计划|研发|项目"
_OF_POOL = "培育库|入库|在库|企业"
_OF_SIGNED = "产学研|合作|技术|项目|合同|协议|签约"
_OF_RECOGNISED = "国家|中小企业|企业|认证|称号|资格|评价"
_CONTRACT_KINDS = ("技术开发", "技术转让", "技术许可", "技术咨询", "技术服务")
_SUM = re.compile("成交额|交易额|金额")
_PLATFORM = re.compile("平台")
_OTHER_PLATFORM = re.compile("服务平台|信息平台|网络平台|平台建设资金")
_COMMISSIONER = re.compile("特派员")
_NOT_PERSONS = re.compile("服务村|覆盖|培训|村数|人次")
_CONVERTED = re.compile("转化.{0,4}成果|成果.{0,4}转化")
_PROJECT = re.compile("(?:科技|科研|攻关|计划|研发|重大|重点)项目|项目立项|立项数")
_NOT_PROJECT = re.compile("签约|招商|投资|验收|结题|资金|经费")
_POOLED = re.compile("培育库|(?<!评价)入库企业|在库企业")
_SIGNED = re.compile("签约")
_RECOGNITIONS = {
    "(?:国家级?)?(?:高新技术企业|高企)": "hte_certificate",
    "科技型中小企业|科小": "tech_sme",
    "创新型中小企业": "innovative_sme",
    "小巨人": "little_giant",
    "单项冠军": "single_champion",
    "专精特新": "srdi",
}
_NEW = re.compile("新增|新认定|认定数")
_NET = re.compile("净增")
_OF_PLATFORMS = "|".join(
    (
        *(f"(?:{words})(?:机构|基地|中心|平台|站|示范)*" for words in KINDS.values()),
        *(f"{level}(?:(?:及其?|或)?以上)?" for level in LEVELS),
        "科技|科研|创新|研发|企业|平台|载体|中试|示范",
    )
)
_THINGS = re.compile("^[个家项件份笔人名位]?$")


@dataclass(eq=False)
class _Target:
    """What is to be counted of one target, and what there is to say about it (column, value, problem, action)."""

    name: str
    unit: str
    until: pd.Timestamp
    start: pd.Timestamp | None
    fresh: bool  # baseline 0 or empty: counted from the start, else everything there is
    lines: list[tuple[str, str, str, str]] = field(default_factory=list)
    at_least: bool = False  # whether something of the register was not clear enough to be counted

    @property
    def since(self) -> pd.Timestamp | None:
        """The first day that counts."""
        return self.start if self.fresh else None

    @property
    def scale(self) -> int | None:
        """Yuan in the unit; None where it is none of money."""
        return UNITS.get(self.unit)

    def leave_out(self, column: str, problem: str, action: str) -> None:
        """Tell of what is not counted, which leaves the count a lower bound."""
        self.at_least = True
        self.tell(column, "", problem, action)

    def tell(self, column: str, value: str, problem: str, action: str) -> None:
        self.lines.append((column, value, f"目标“{self.name}”{problem}", action))


def targets_from_registers(
    targets: pd.DataFrame,
    *,
    on: Day,
    contracts: pd.DataFrame | None = None,
    platforms: pd.DataFrame | None = None,
    commissioners: pd.DataFrame | None = None,
    conversions: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
    pool: Book | None = None,
) -> Reading:
    """Targets with their actual values from registers, told where a typed value was another.

    A target is counted by its name. 技术合同, 成交额 or 技术交易额: contracts, by the unit their count or sum
    (技术交易额 that sum, else 合同成交额), of one of the five kinds or a region of the register where the name says it,
    always from `start`. A kind of platform (孵化器, 院士工作站 ...) or 平台 for all of them, of the level that the name
    gives; 特派员; 成果转化; 科技项目; 培育库 (firms in the pool); 签约 (signed pairs of the pool, their count
    or amount); a title such as 高新技术企业 (firms of the pool that hold it, with 新增 or 认定数 those who got it; 净增
    cannot be counted). Other than contracts, what is counted begins at `start` where baseline is 0 or empty, else it is
    everything by the day, or by `due` where that is earlier.

    A place in a name (兰山区技术合同成交额) counts the rows of it, none of them as 0. A word that the register does not
    answer (出口, 规上企业, 重大) leaves the actual value as it was given, which is told.

    Parameters
    ----------
    targets
        As of `matcher.pool.targets.target_progress`.
    on
        The day.
    contracts
        What `matcher.contracts.check_contracts` gave.
    platforms
        Rows of `matcher.policy.programmes.platforms.read_platforms`.
    commissioners
        One row a person or task with expert_id.
    conversions
        converted_on (or its bounds), one row a conversion.
    projects
        Rows of `matcher.projects.read_projects`: project_id and year.
    pool
        A pool's book.

    Returns
    -------
    Reading
        rows: the targets in their order; problems (PROBLEM_COLUMNS): values that were replaced, and what could not be
        counted, whose actual value stays as it was given. A typed value that is greater than what is counted stays
        where something of the register was not clear enough to be counted.
    """
    check_frame(targets, "targets", "read_table(path, TARGETS).rows")
    table, lines = targets.copy(), list[tuple[Any, ...]]()
    if "actual" not in table:
        table["actual"] = pd.Series(pd.NA, table.index, "Float64")
    if contracts is not None:
        contracts = contracts[contracts["standing"] == "registered"]
        if undated := list(contracts.loc[contracts["counted_on"].isna(), "contract_id"]):
            problem = f"{first_few(undated, '份')} 没有确切的登记（申请）日期，不计入目标"
            lines.append(("", "", None, "登记日期", "", problem, "请填写登记日期", True))
    for at, row in table.iterrows():
        target = _target(row, pd.Timestamp(as_day(on)))
        if contracts is not None and _CONTRACT.search(target.name):
            counted = _of_contracts(target, contracts)
            if counted is not None and not target.fresh:
                base = f"{float(row['baseline']):g}" if pd.notna(row["baseline"]) else _written(row, "baseline")
                target.tell("基数", base, f"按期内的合同计数，基数 {base} 没有使用", "基数请留空或填 0")
                table.loc[at, "baseline"] = 0.0
        elif pool is not None and _SIGNED.search(target.name):
            pairs = _narrowed(target, items(pool.log, on=target.until), _OF_SIGNED, "培育库")
            counted = None if pairs is None else _of_signed(target, pairs)
        elif _THINGS.match(target.unit):
            counted = _of_things(target, platforms, commissioners, conversions, projects, pool)
        else:
            counted = None
        given = row["actual"]
        if counted is not None:
            if time := TIME.search(target.name):
                problem = f"里的“{time[0]}”没有另作限定，计到 {target.until:%Y-%m-%d} 为止"
                target.tell("目标名称", target.name, problem, "请核对起始日期和完成日期")
            typed = _written(row, "actual") if pd.isna(given) else f"{float(given):g}"
            if target.at_least and pd.notna(given) and float(given) > counted:
                problem = f"填写的实际值 {typed} 大于登记表能确定的 {counted:g}，登记表有没有计入的，仍用填写的"
                target.tell("实际值", typed, problem, "请把登记表补齐，或核对填写的数")
                counted = float(given)
            elif typed and (pd.isna(given) or float(given) != counted):
                problem = f"填写的实际值 {typed} 与登记表合计 {counted:g} 不同，已用登记表的"
                target.tell("实际值", typed, problem, "登记表已有的数不必再填")
            table.loc[at, "actual"] = float(counted)
        lines += [("", "", None, *line, True) for line in target.lines]
    return Reading(table, pd.DataFrame(lines, columns=PROBLEM_COLUMNS))


def _target(row: pd.Series[Any], day: pd.Timestamp) -> _Target:
    due, start = (
        next((row[name] for name in names if name in row and pd.notna(row[name])), None)
        for names in (("due", "due_max"), ("start", "start_min"))
    )
    unit, baseline = row.get("unit"), row.get("baseline")
    return _Target(
        str(row["name"]),
        "" if pd.isna(unit) else str(unit).strip(),
        day if due is None else min(day, pd.Timestamp(due)),
        None if start is None else pd.Timestamp(start),
        not _written(row, "baseline") if pd.isna(baseline) else float(baseline) == 0,
    )


def _written(row: pd.Series[Any], name: str) -> str:
    """What was written in a field without an exact value, "" for nothing."""
    text = row.get(name + TEXT)
    return text if isinstance(text, str) else ""


def _of_contracts(target: _Target, registered: pd.DataFrame) -> float | None:
    """The count of contracts, or their sum in the target's unit."""
    name, scale = target.name, target.scale
    if target.unit == "" and _SUM.search(name):
        target.tell("单位", "", "是金额，没有写单位，实际值没有取自合同登记表", "请写元、万元或亿元")
        return None
    if scale is None and not _THINGS.match(target.unit):
        problem = f"的单位“{target.unit}”看不懂，实际值没有取自合同登记表"
        target.tell("单位", target.unit, problem, "请写元、万元、亿元、项或份")
        return None
    undated = registered["counted_on"].isna()
    if len(registered) and undated.all():
        problem = "：合同都没有确切的登记（申请）日期，实际值没有取自合同登记表"
        target.tell("实际值", "", problem, "请核对登记表的日期一列；表头没看懂的请指定")
        return None
    target.at_least |= bool(undated.any())
    chosen = registered[registered["counted_on"] <= target.until]
    if target.start is not None:
        chosen = chosen[chosen["counted_on"] >= target.start]
    else:
        problem = f"没有起始日期，登记表中到 {target.until:%Y-%m-%d} 为止的合同都计入"
        target.tell("起始日期", "", problem, "请填写起始日期")
    kinds = [kind for kind in _CONTRACT_KINDS if kind in name or f"{kind[2:]}合同" in name]
    placed = _narrowed(target, chosen[chosen["kind"].isin(kinds)] if kinds else chosen, _OF_CONTRACTS, "合同登记表")
    if placed is None:
        return None
    return _sum(target, placed["technical_amount" if "技术交易额" in name else "amount"], "份合同")


def _narrowed(target: _Target, rows: pd.DataFrame, words: str, register: str) -> pd.DataFrame | None:
    """The rows of the places that a name says; None, told, where it says something else that the register does not."""
    regions = next((rows[name] for name in ("region", "county") if name in rows), pd.Series("", rows.index))
    regions = regions.fillna("").astype(str).str.strip()
    full = in_full(set(regions) - {""})
    known = {*full, *full.values()}
    places, others = list[str](), list[str]()
    for part in left_over(target.name, words, known):
        (places if is_place(part, known) else others).append(part)
    if places and len(rows) and not known:
        target.tell(
            "目标名称", target.name, f"：{register}没有写地区，实际值没有取自{register}", "请补填地区，或自己填实际值"
        )
        return None
    if others:
        problem = f"里的“{'”“'.join(others)}”在{register}里无从区分，实际值没有取自{register}"
        target.tell("目标名称", target.name, problem, "请自己填实际值，或另给只含这一部分的登记表")
        return None
    if not places:
        return rows
    asked = [full.get(place, place) for place in places]
    inside = {text: {lies_in(full.get(text, text), place) for place in asked} for text in {"", *full}}
    within = regions.map(lambda text: True in inside[text])
    if unsure := int((~within & regions.map(lambda text: None in inside[text])).sum()):
        problem = f"：{unsure} 行没有写地区，或写了几处、写得不够细，没有计入实际值"
        target.leave_out("实际值", problem, "请补填地区到县区")
    return rows[within.astype(bool)]


def _of_signed(target: _Target, pairs: pd.DataFrame) -> float | None:
    """The count of signed pairs, or their amounts in the target's unit."""
    if target.scale is None and not _THINGS.match(target.unit):
        return None
    days = pd.to_datetime(pairs["day"])
    inside = (pairs["status"] == "signed") & _within(target, days, days)
    return _sum(target, pd.to_numeric(pairs.loc[inside, "amount"]), "项签约")


def _sum(target: _Target, amounts: pd.Series[Any], what: str) -> float | None:
    """How many, or in a unit of money how much; amounts that are not known are told, None where none is known."""
    if target.scale is None:
        return len(amounts)
    if unclear := int(amounts.isna().sum()):
        if unclear == len(amounts):
            problem = f"：{unclear} {what}的金额都没有读到，实际值没有取自登记表"
            target.tell("实际值", "", problem, "请核对登记表的金额一列；表头没看懂的请指定")
            return None
        target.leave_out("实际值", f"：{unclear} {what}的金额不确切，没有计入实际值", "请补填确切的金额")
    return float(amounts.sum()) / target.scale


def _of_things(
    target: _Target,
    platforms: pd.DataFrame | None,
    commissioners: pd.DataFrame | None,
    conversions: pd.DataFrame | None,
    projects: pd.DataFrame | None,
    pool: Book | None,
) -> float | None:
    """The count of what the target's name says, of the first register that has it."""
    name = target.name
    if platforms is not None and (kinds := _kinds(name)):
        rows = _narrowed(target, platforms, _OF_PLATFORMS, "平台台账")
        return None if rows is None else _of_platforms(target, rows, kinds)
    if commissioners is not None and _COMMISSIONER.search(name) and not _NOT_PERSONS.search(name):
        rows = _narrowed(target, commissioners, _OF_PERSONS, "特派员名单")
        return None if rows is None else rows["expert_id"].dropna().astype(str).nunique()
    if conversions is not None and _CONVERTED.search(name):
        rows = _narrowed(target, conversions, _OF_CONVERSIONS, "成果转化表")
        return None if rows is None else int(_within(target, *_spans(rows, "converted_on")).sum())
    if projects is not None and _PROJECT.search(name) and not _NOT_PROJECT.search(name):
        rows = _narrowed(target, projects, _OF_PROJECTS, "项目表")
        return None if rows is None else _of_projects(target, rows)
    if pool is not None and _POOLED.search(name):
        rows = _narrowed(target, pool.states(target.until), _OF_POOL, "培育库")
        return None if rows is None else _of_pool(target, rows)
    known = next(((words, title) for words, title in _RECOGNITIONS.items() if re.search(words, name)), None)
    if pool is not None and known is not None:
        rows = _narrowed(target, pool.firms(target.until), f"{known[0]}|{_OF_RECOGNISED}", "培育库")
        return None if rows is None else _of_titles(target, rows, known[1])
    return None


def _kinds(name: str) -> list[str]:
    """The kinds of platform that a target's name means: those it names, or all for 平台 alone."""
    named = [kind for kind, words in KINDS.items() if re.search(words, name)]
    if named or not _PLATFORM.search(name) or _OTHER_PLATFORM.search(name):
        return named
    return list(KINDS)


def _of_platforms(target: _Target, platforms: pd.DataFrame, kinds: list[str]) -> int:
    counts = count_platforms(platforms, on=target.until, since=target.since)
    chosen = counts[counts["kind"].isin(kinds)]
    levels = [level for level in LEVELS if level in target.name]
    if levels and re.search(f"{levels[-1]}(?:及其?|或)?以上", target.name):
        levels = list(LEVELS)[: list(LEVELS).index(levels[-1]) + 1]
    return int(chosen.loc[chosen["level"].isin(levels), "platforms"].sum() if levels else chosen["platforms"].sum())


def _of_projects(target: _Target, projects: pd.DataFrame) -> int | None:
    """Projects of the years within; one without a year counts nowhere, and a table without any years not at all."""
    years = pd.to_numeric(projects["year"]) if "year" in projects else pd.Series(pd.NA, projects.index, "Float64")
    if unknown := int(years.isna().sum()):
        if unknown == len(years):
            target.tell("实际值", "", "：项目表没有年度，实际值没有取自项目表", "请在项目表中填写年度")
            return None
        target.leave_out("实际值", f"：{unknown} 个项目没有年度，没有计入实际值", "请在项目表中填写年度")
    inside = years <= target.until.year
    if target.since is not None:
        inside &= years >= target.since.year
    return int(projects.loc[inside.fillna(False).astype(bool), "project_id"].nunique())


def _of_pool(target: _Target, states: pd.DataFrame) -> int:
    """Firms in the pool, or from the start those that entered it."""
    entered = pd.to_datetime(states["entered_on"].replace("", None))
    if target.since is not None:
        return int(_within(target, entered, entered).sum())
    return int((states["state"] == "in_pool").sum())


def _of_titles(target: _Target, firms: pd.DataFrame, title: str) -> int | None:
    """Firms of the book that hold a title, or that got it within; None where the book does not say."""
    valid, day = f"{title}_valid", f"{title}_on"
    if _NET.search(target.name):
        target.tell("实际值", "", "是净增，企业库数不出；请填两个时点的总数", "可改为总数，并填基数")
        return None
    fresh = bool(_NEW.search(target.name))
    needed = day if fresh else valid
    if needed not in firms:
        column = next((one.title for one in title_columns() if one.name == needed), needed)
        action = f"请把企业的“{column}”用 matcher pool import 导入培育库，或在目标表填实际值"
        target.tell("实际值", "", f"：培育库的企业没有“{column}”，实际值没有取自培育库", action)
        return None
    if fresh:
        first, last = _spans(firms, day)
        inside = _within(target, first, last)
        since = first.min() if target.since is None else target.since
        if unsure := int((~inside & (first <= target.until) & (last >= since)).sum()):
            column = next(one.title for one in title_columns() if one.name == day)
            target.leave_out("实际值", f"：{unsure} 家企业的“{column}”不确切，没有计入实际值", "请写到日")
        return int(inside.sum())
    if unknown := int(firms[valid].isna().sum()):
        target.leave_out("实际值", f"：{unknown} 家企业没有写是否有效，没有计入实际值", "请补填")
    return int((firms[valid] == True).sum())  # noqa: E712  the column has three values


def _spans(table: pd.DataFrame, column: str) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The first and the last day that each cell may mean."""
    exact = pd.to_datetime(table[column])
    first, last = (
        exact.fillna(pd.to_datetime(table[name])) if name in table else exact
        for name in (f"{column}_min", f"{column}_max")
    )
    return first, last


def _within(target: _Target, first: pd.Series[Any], last: pd.Series[Any]) -> pd.Series[bool]:
    """Which spans of days lie surely within; a day that is not known lies nowhere."""
    inside = last <= target.until
    return inside if target.since is None else inside & (first >= target.since)
