"""Targets of a year: how far each one is on a day, and what is missing a month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.export.charts import Chart
from matcher.export.sheets import Sheet
from matcher.export.titles import TARGETS as TITLES
from matcher.pool.target_grids import above_header, goals_by_place, of_places, with_line, without_quarters, year_of
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.texts import first_few, is_blank
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.files.grids import read_book
from matcher.tables.headers.column_account import USED
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.main import TARGETS

PROGRESS = (
    *("target_id", "name", "unit", "goal", "due", "actual", "share", "expected", "status", "missing", "a_month"),
    "reason",
)
STATUS = ("已完成", "进度正常", "进度落后", "已逾期", "无实际值")
NOT_WORKED_OUT, NO_START, UNSURE = "无法计算", "未定（没有起始日期）", "未定（实际值不确切）"
BELOW_BASE = "未定（实际值小于基数）"
MONTH = 365.25 / 12  # days

_FIGURE = "(?:实际)?完成(?:数|值|量|情况)?|实绩|实际(?:数|值)?"
_BASE = re.compile("(?:基本|保底|必保)(?:目标|任务)[值数]?")
_STRETCH = re.compile("(?:奋斗|力争|争取|冲刺|挑战)(?:目标|任务)")
_BLANK = re.compile(r"[\s（()）]")
_LEVEL_NAME = re.compile("总数|总量|累计|拥有|保有|存量|达到?")  # what there is by then, from whenever
_YEAR_END = ("年底", "年末", "全年", "年内", "年终")
# Names of levels of which less is better, and of how much something is to come down by or to
_HOW_MANY = "(?:[数量率额面]|总量|总额|强度|[起次户家人件项]数|比例)"
_FEWER = re.compile(
    "(?<!查处|处理|处置|办理|化解|解决|整治|清理|受理|办结|消除)(?:"
    f"(?:能耗|水耗|煤耗|亏损|排放|事故|伤亡|死亡|投诉|逾期|失业|缺陷|次品)(?:企业|单位)?{_HOW_MANY}?"
    "|(?:亏损|事故|投诉|逾期|缺陷|不良|不合格|返工|违规|违法|失信|未(?:完成|办结|整改|达标|验收|落实|兑现))"
    f"(?:企业|单位|项目|合同|案件|事项|产品|品)?{_HOW_MANY}"
    "|排名|名次|位次|PM(?:2.5|10)(?:平均)?(?:浓度)?)$"
)
_DEALT_WITH = re.compile("查|办(?![公学])|清退|约谈|检出|纠正|督办|召回")  # before such a level: more is done
_LESS = re.compile("(?:下降|降低|减少|压减|压降|削减)(?:数|量|额)?$")
_ASIDE = re.compile(r"[（(][^（）()]*[)）]")

Floats = NDArray[np.float64]


def read_targets(
    source: str | Path | pd.DataFrame,
    *,
    on: Day,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of targets (the contract TARGETS), one row each. Raises TableError as `read_table`.

    A goal whose header names a year (2026年目标) is taken where it is that of `on`, figures of the year before
    (2025年完成) are baselines, and those of some months of it (1-9月完成) actual values. Of 基本目标 and 奋斗目标 the
    former counts, which a problem tells. A goal of the whole year
    without a day of its own is for that year, which a problem tells, and one that ends in the one year that the title
    names (2026年目标任务) begins with that year.

    Examples
    --------
    >>> table = pd.DataFrame({"指标名称": ["高企净增"], "2025年目标": [80], "2026年目标": [100]})
    >>> read_targets(table, on="2026-07-01").rows[["name", "goal"]].values.tolist()
    [['高企净增', 100.0]]
    """
    year = as_day(on).year
    given: Any = source if isinstance(source, pd.DataFrame) else read_book(source)
    try:
        reading = _read_list(given, year, sheet, columns)
    except TableError:
        if (by_place := _read_by_place(given, year, sheet)) is not None:
            return by_place
        raise
    if not {"goal", "actual"} & set(reading.columns["field"]):
        return _read_by_place(given, year, sheet) or reading
    return reading


def _read_by_place(given: Any, year: int, sheet: str | int | None) -> Reading | None:
    """The targets of a table of goals by place; None for another table. Their rows are none of the file."""
    found = goals_by_place(read_book(given, sheet=sheet))
    if found is None:
        return None
    frame, whole = found
    reading = _read_list(frame, year, None, None)
    no_row = pd.array([pd.NA] * len(reading.problems), "Int64")
    problems = [one for one in (whole.problems, reading.problems.assign(row=no_row)) if len(one)]
    return Reading(reading.rows, pd.concat(problems, ignore_index=True), whole.columns)


def _read_list(given: Any, this: int, sheet: str | int | None, columns: Mapping[str, str] | None) -> Reading:
    """The targets of a table with one row each, in a year."""
    contract = replace(TARGETS, year=this + 1)  # "year" is one later than what its last figures are of
    reading = read_table(given, contract, sheet=sheet, columns=columns)
    more = _of_other_times(reading.columns, this)
    if more:
        reading = read_table(given, contract, sheet=sheet, columns={**more, **(columns or {})})
    names = reading.rows["name"].fillna("").astype(str)
    if len(names) and names.str.fullmatch(r"[\d.,，%％-]+").all():
        raise TableError(
            f"{first_few(list(names), '项')}：目标名称都是数。须一行一个指标，有“目标名称”“目标值”“实际值”等列；"
            "一行一个县区、几个指标并排的表请先改成这样"
        )
    year, said = _year_named(reading, given)
    found = without_quarters(_of_base(reading))
    return of_places(_started(_with_days(found, year or this), year, said))


def _of_base(reading: Reading) -> Reading:
    """Targets whose goal is the base one (基本目标), told where others (奋斗目标) stand beside it."""
    account = reading.columns
    base = [text for text in account.loc[account["field"] == "goal", "header"] if _BASE.search(text)]
    others = [text for text in account.loc[account["use"] != USED, "header"] if _STRETCH.search(text)]
    if not base or not others:
        return reading
    problem = f"目标值取“{base[0]}”，“{'”“'.join(others)}”没有采用"
    action = f"要看后者，请把它指定为“{TARGETS['goal'].title}”"
    line = (account["file"].iloc[0], account["sheet"].iloc[0], None, base[0], "", problem, action, True)
    return Reading(reading.rows, with_line(reading.problems, line), account)


def _year_named(reading: Reading, source: Any) -> tuple[int | None, str]:
    """The year of a table of targets by its title, else by the header of its goals, and which of them says so."""
    account = reading.columns
    sheet = str(account["sheet"].iloc[0]) if len(account) else ""
    titled = not isinstance(source, pd.DataFrame)
    year = year_of(above_header(read_book(source), sheet, set(account["header"]))) if titled else None
    named = re.search(r"(20\d\d)年", _goal_header(account))
    return (int(named[1]), "目标") if year is None and named else (year, "标题")


def _started(reading: Reading, year: int | None, said: str) -> Reading:
    """Targets without a first day that end in the year that the table names (2026年目标任务) begin with it."""
    rows, account = reading.rows, reading.columns
    sheet = str(account["sheet"].iloc[0]) if len(account) else ""
    open_ = rows["start"].isna() & rows.get("start_text", pd.Series("", rows.index)).fillna("").eq("")
    ends = rows["due"].fillna(rows["due_max"]) if "due_max" in rows else rows["due"]
    open_ &= ~rows["name"].fillna("").astype(str).str.contains(_LEVEL_NAME)
    begun = open_ & ends.dt.year.eq(year or 0)
    if year is None or not begun.any():
        return reading
    first = pd.Timestamp(year, 1, 1)
    text = f"没有起始日期，照{said}的 {year} 年，从 {first:%Y-%m-%d} 算起"
    line = (account["file"].iloc[0], sheet, None, "", "", text, "不是这样的请补“起始日期”一列", True)
    return Reading(rows.assign(start=rows["start"].mask(begun, first)), with_line(reading.problems, line), account)


def _of_other_times(account: pd.DataFrame, year: int) -> dict[str, str]:
    """Headers that say by their time which field they are, for fields that no header fills: header -> title."""
    headers, filled = account.loc[account["use"] != USED, "header"], set(account["field"])
    forms = {
        "goal": rf"(?:(?:{year}年?度?|年度|全年)?(?:目标|任务)+[值数]?-?)?(?:{year}年?度?|年度|全年)?{_BASE.pattern}"
        "|目标[值数]?",  # beside a column 指标, which then has the names
        "baseline": rf"{year - 1}年?度?(?:的?{_FIGURE}|基数|基期)",
        "actual": rf"(?:{year}年?度?)?(?:1|一)月?[-—–~～至到][\d一二三四五六七八九十]+月份?(?:底|末)?(?:累计)?"
        rf"(?:{_FIGURE})?"
        rf"|截[至止](?:{year}年)?[\d一二三四五六七八九十]+月份?(?:底|末)?(?:累计)?{_FIGURE}",
    }
    found = {
        name: [text for text in headers if re.fullmatch(form, _BLANK.sub("", text))] for name, form in forms.items()
    }
    return {texts[0]: TARGETS[name].title for name, texts in found.items() if len(texts) == 1 and name not in filled}


def _goal_header(account: pd.DataFrame) -> str:
    return next((str(text) for text in account.loc[account["field"] == "goal", "header"]), "")


def _end_of(text: str, year: int) -> pd.Timestamp | None:
    """The last day of what a cell names of a year, in words without a year: 年底, 12月底."""
    if text in _YEAR_END:
        return pd.Timestamp(year, 12, 31)
    month = re.fullmatch(r"(?:[当今本]年)?(1[0-2]|0?[1-9])月份?(?:底|末)(?:之?前)?", text)
    return pd.Timestamp(year, int(month[1]), 1) + pd.offsets.MonthEnd(0) if month else None


def _with_days(reading: Reading, year: int) -> Reading:
    """Days that a table of one year leaves out: the end of the year (年底), and the whole year of a yearly goal."""
    rows, account = reading.rows, reading.columns
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    if "due_text" in rows:
        open_ = rows["due"].isna() & rows.get("due_max", pd.Series(pd.NaT, rows.index)).isna()
        ends = rows["due_text"].map(lambda text: _end_of(str(text), year)).where(open_)
        rows = rows.assign(due=rows["due"].fillna(pd.to_datetime(ends)))
        read = reading.problems["value"].isin(rows.loc[ends.notna(), "due_text"]) & reading.problems["column"].isin(
            account.loc[account["field"] == "due", "header"]
        )
        reading = Reading(rows, reading.problems[~read].reset_index(drop=True), account)
    goal = _goal_header(account)
    if not re.search(rf"{year}年|全年|年度", goal):
        return reading
    bare = rows["start"].isna() & rows.get("start_text", pd.Series("", rows.index)).fillna("").eq("")
    problem = f"没有“完成日期”一列，“{goal}”按 {year} 年全年（{first:%Y-%m-%d} 至 {last:%Y-%m-%d}）计算进度"
    if "due" in set(account["field"]):
        empty = rows["due"].isna() & rows.get("due_text", pd.Series("", rows.index)).fillna("").eq("")
        empty &= rows["goal"].notna() & rows["goal"].map(lambda cell: not is_blank(cell))
        if not empty.any():
            return reading
        bare &= empty
        rows = rows.assign(due=rows["due"].mask(empty, last), start=rows["start"].mask(bare, first))
        problem = f"{int(empty.sum())} 项没有写完成日期，“{goal}”按 {year} 年全年计算进度"
    else:
        rows = rows.assign(due=last, start=rows["start"].mask(bare, first))
    action = "期限不同请补“完成日期”一列"
    line = (account["file"].iloc[0], account["sheet"].iloc[0], None, goal, "", problem, action, True)
    return Reading(rows, with_line(reading.problems, line), account)


def target_progress(targets: pd.DataFrame, *, on: Day) -> pd.DataFrame:
    """How far each target is on a day.

    Parameters
    ----------
    targets
        target_id, name, goal, due, and where known baseline, actual, start (first day of its period) and unit. goal
        and actual are levels in the same unit; what is still to be done runs from baseline (0 where unknown) to goal,
        downwards where the goal lies below it. Where only a month or a year is known (`due_max`, `start_min`, as
        `read_table` gives them), the period begins on its first day and ends on its last.
    on
        The day.

    Returns
    -------
    One row a target, in the order given: target_id, name, unit, goal, due, actual, share (of the way that is done; may
    exceed 1), expected (the share of the period that is over, unknown without `start`), missing (what is left, 0 where
    reached), a_month (missing by the months left) and status: 已完成; 进度正常 (at least the expected share);
    进度落后; 未定（没有起始日期）; 已逾期 (the day has passed); 无实际值; 无法计算, of which `reason` says what is
    missing: a goal or a due day, or a start before the due day. Of an actual value that is known in part (`actual_min`,
    `actual_max`) the status is that of both ends, else 未定（实际值不确切）, and `reason` says how far it may be. A
    goal of 20以上 is 20; a baseline or goal that is not exact otherwise is 无法计算, and so is without a baseline what
    is the better the fewer there are (能耗, 亏损企业数), unless it is reached, and what is to come down (下降) by or to
    a goal that is no share. An actual value below a baseline that lies below its goal is taken for what was done since
    the beginning of the year, from 0 on, and `reason` says so: 未定（实际值小于基数） where as a level it would have
    another status.

    Examples
    --------
    >>> row = {"target_id": "A", "name": "净增", "goal": 100, "actual": 46, "start": "2026-01-01", "due": "2026-12-31"}
    >>> target_progress(pd.DataFrame([row]), on="2026-06-01")[["share", "missing", "status"]].to_numpy().tolist()
    [[0.46, 54.0, '进度正常']]
    """
    day = pd.Timestamp(as_day(on))
    table = targets.reset_index(drop=True)
    for name in ("unit", "baseline", "actual", "start"):
        if name not in table:
            table[name] = None
    base, actual = _figures(table, "baseline"), _figures(table, "actual")
    goal = _goal(table, base)
    due, start = _day(table, "due", "due_max"), _day(table, "start", "start_min")
    words = (table[name].fillna("").astype(str) for name in ("name", "unit"))
    downwards = [_unplaced(*row) for row in zip(*words, goal, actual, strict=True)]
    faults = [
        (np.isnan(goal), _told(table, "goal", "没有目标值")),
        (np.isnan(base), downwards),
        (np.isnan(base), _told(table, "baseline", "")),
        (due.isna().to_numpy(), _told(table, "due", "没有完成日期")),
        ((start >= due).to_numpy(), ["起始日期不早于完成日期"] * len(table)),
    ]
    reasons = ["；".join(said[at] for rows, said in faults if rows[at] and said[at]) for at in range(len(table))]
    sound = np.array([not reason for reason in reasons], bool)
    come_down = np.isnan(base) & np.array([_is_fewer(name) for name in table["name"].fillna("").astype(str)], bool)
    base = np.where(np.isnan(base), np.where(come_down, goal, 0.0), base)
    low, high = _figures(table, "actual_min"), _figures(table, "actual_max")
    below = (goal > base) & (base > 0) & (np.where(np.isnan(actual), high, actual) < base)
    months = np.maximum((due - day).dt.days.to_numpy(float), 0) / MONTH
    expected = ((day - start) / (due - start)).clip(0, 1).to_numpy(float)
    late, unplaced = (day > due).to_numpy(), np.isnan(expected)

    def reached(level: Floats, base: Floats) -> tuple[Floats, Floats, NDArray[np.str_]]:
        """The share of the way, what is missing, and the status at a level."""
        way = goal - base
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(way == 0, np.where(np.isnan(level), np.nan, 1.0), (level - base) / way)
        status = np.select(
            [~sound, np.isnan(level), share >= 1, late, unplaced, share < expected],
            [NOT_WORKED_OUT, STATUS[4], STATUS[0], STATUS[3], NO_START, STATUS[2]],
            STATUS[1],
        )
        return share, np.where(share >= 1, 0.0, goal - level), status

    from_zero = np.where(below, 0.0, base)  # what is counted anew every year begins at 0, not at that of the last year
    share, left, status = reached(actual, from_zero)
    inexact = np.isnan(actual) & ~(np.isnan(low) & np.isnan(high))
    levels = [np.where(np.isnan(end), open_end, end) for end, open_end in ((low, -np.inf), (high, np.inf))]
    ends = [reached(level, from_zero) for level in levels]
    status = np.where(inexact, np.where(ends[0][2] == ends[1][2], ends[0][2], UNSURE), status)
    worst = reached(np.where(inexact, levels[0], actual), base)[2]
    status = np.where(below & sound & (status != worst), BELOW_BASE, status)
    said = {name: _told(table, name, "") for name in ("actual", "start")}
    said["start"] = [text if pd.isna(day) else "" for text, day in zip(said["start"], start, strict=True)]
    for at in np.flatnonzero(sound):
        parts = [text[at] for text in said.values() if text[at]]
        if inexact[at]:
            shares, missing = (sorted(float(end[part][at]) for end in ends) for part in (0, 1))
            parts[0] += f"，完成 {_between(shares, '{:.1%}')}，还差 {_between(missing, '{:.10g}')}"
        if below[at]:
            parts.append(f"实际值小于基数 {base[at]:.10g}，按当年累计从 0 算起；若是存量，则比基数还少")
        reasons[at] = "；".join(parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        a_month = np.where(left == 0, 0.0, left / months)
    figures = {"share": share, "expected": expected, "missing": left, "a_month": np.where(late, np.nan, a_month)}
    columns = table[["target_id", "name", "unit", "goal", "actual"]].assign(
        **{name: np.where(sound, values, np.nan) for name, values in figures.items()},
        goal=goal,
        due=due,
        status=status,
        reason=reasons,
    )
    return columns[list(PROGRESS)]


def _unplaced(name: str, unit: str, goal: float, actual: float) -> str:
    """Why it cannot be said without a baseline how far a target is, by its name; "" where it can."""
    name = _ASIDE.sub("", name).strip()
    if _LESS.search(name) and not ("%" in unit or "％" in unit):
        return "没有“基数”，看不出是要降到还是降低这么多"
    return "这一项越少越好，没有“基数”，无从计算降了多少" if _is_fewer(name) and not actual <= goal else ""


def _is_fewer(name: str) -> bool:
    """Whether a name is one of a level of which less is better.

    >>> [_is_fewer(name) for name in ("亏损企业数（规上）", "单位GDP能耗下降", "查处专利违法案件数", "专利违法案件数")]
    [True, False, False, True]
    """
    bare = _ASIDE.sub("", name).strip()
    found = _FEWER.search(bare)
    return found is not None and not _DEALT_WITH.search(bare[: found.start()])


def _figures(table: pd.DataFrame, name: str) -> Floats:
    """A column of numbers, NaN where there is none."""
    if name not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[name]).to_numpy(float, na_value=np.nan)


def _goal(table: pd.DataFrame, base: Floats) -> Floats:
    """The goals: of 20以上 its end, of 不超过5 too where it is to be come down to; NaN for what is not known."""
    goal, low, high = (_figures(table, name) for name in ("goal", "goal_min", "goal_max"))
    goal = np.where(np.isnan(goal) & np.isnan(high), low, goal)
    return np.where(np.isnan(goal) & np.isnan(low) & (base > high), high, goal)


def _told(table: pd.DataFrame, name: str, nothing: str) -> list[str]:
    """What to say of the cells of a field that have no exact value; `nothing` where nothing was written."""
    rows = (why_unknown(TARGETS[name], row) for row in table.to_dict("records"))
    return [f"{TARGETS[name].title}{why}" if why else nothing for why in rows]


def _between(ends: list[float], form: str) -> str:
    low, high = (form.format(end) for end in ends)
    if np.isinf(ends[0]) or np.isinf(ends[1]):
        return f"不低于 {low}" if np.isinf(ends[1]) else f"不超过 {high}"
    return low if low == high else f"{low} 至 {high}"


def _day(table: pd.DataFrame, name: str, bound: str) -> pd.Series[Any]:
    """A column of days, with a bound where the day itself is not known."""
    days = pd.to_datetime(table[name])
    return days.fillna(pd.to_datetime(table[bound])) if bound in table else days


def target_sheets(table: pd.DataFrame) -> dict[str, Sheet]:
    """The targets as a sheet; table: of `target_progress`."""
    key = (
        "target_id",
        "name",
        "goal",
        "actual",
        "unit",
        "share",
        "expected",
        "status",
        "missing",
        "a_month",
        "due",
        "reason",
    )
    shares = dict.fromkeys(("share", "expected"), "0.0%")
    chart = Chart("bar", "name", ["share", "expected"], "完成比例与时间进度", "0%")
    return {"目标": Sheet(table, TITLES, key=key, frozen=2, formats=shares, chart=chart)}
