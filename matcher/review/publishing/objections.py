"""Objections to a published list: whether each came in time and in form, what is due when, that their log only grew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.review.publishing.rules import PublicityRule, differing_periods, publicity_rule
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.dates import days_after
from matcher.tables.cells.numbers import Number, read_number
from matcher.tables.cells.texts import first_few
from matcher.tables.naming.names import is_unit
from matcher.tables.naming.writings import fold
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.contracts import HIGH, LOW, TEXT
from matcher.tables.schemas.public_period import public_period
from matcher.tables.schemas.reviews import OBJECTIONS

STATES = ["objection_id", "item", "received_on", "in_time", "form", "due", "state", "days_left", "result"]
_WITHIN = re.compile(
    "(?:自?(?:收到|受理)(?:异议)?(?:之日|当日)?(?:起|后|之后)?)?(?P<many>\\d{1,3}|[一二三四五六七八九十]{1,3})(?P<unit>个?工作日|日|天|个月)"
    "(?:内|以内|之内)?(?:办结|办理|答复|处理)?"
)
_NOT_YET = re.compile("(?:未(?!采纳|成立)|尚|待|拟|正在|准备|是否)[^，。；、,;]{0,6}")
_WITHDRAWN = re.compile("撤回|撤诉|撤销异议")
_SETTLED = re.compile(
    "办结(?!期|时)|办理完毕|处理完毕|结案|已处理|已答复|(?<!已)(?<!经)成立(?![\u4e00-\u9fff]*[组会])|驳回|不予受理|不予支持|维持|采纳"
)
_GOES_ON = re.compile("继续|复核|不服|不同意撤|^[^已]*[内前]办结")


class Objections(NamedTuple):
    """The state of each objection; where an earlier log does not stand in this one as it was; and where a row states
    another period than was given.
    """

    table: pd.DataFrame
    changed: list[str]
    differing: list[str]

    @property
    def text(self) -> str:
        """A sentence for the screen."""
        counts = self.table["state"].value_counts()
        return f"{len(self.table)} 件异议：" + "，".join(f"{name} {counts[name]}" for name in counts.index)


def read_objections(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a log of objections, one row each (the contract OBJECTIONS).

    What stands in words in place of a day is kept beside it: due_text (15个工作日), closed_on_text (已办结).
    """
    reading = read_table(source, OBJECTIONS, sheet=sheet, columns=columns)
    reading = replace(reading, rows=_with_category(reading.rows))
    headers = reading.columns.loc[reading.columns["field"].isin(("due", "closed_on")), "header"]
    said = [bool(_WITHIN.fullmatch(fold(text))) or _settled_by(text) != "" for text in reading.problems["value"]]
    return replace(
        reading, problems=reading.problems[~(reading.problems["column"].isin(headers) & np.array(said, bool))]
    )


def _with_category(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what a kind of objection says (实名, 匿名, 单位, 个人) where its own column does not."""
    said = rows["category"].fillna("").astype(str).str.removesuffix("异议").str.removeprefix("以")
    named = said.str.extract("(实名|匿名|署名)")[0].map({"实名": True, "署名": True, "匿名": False})
    kind = said.str.extract("(单位|个人)")[0].fillna("")
    return rows.assign(
        named=rows["named"].fillna(named.astype("boolean")),
        kind=rows["kind"].mask(rows["kind"].fillna("").astype(str).eq(""), kind),
    )


def objection_states(
    objections: pd.DataFrame,
    *,
    on: Day,
    published: Day | None = None,
    rules: str,
    handle_days: int | None = None,
    before: pd.DataFrame | None = None,
) -> Objections:
    """Where each objection stands on a day.

    Parameters
    ----------
    objections
        As `read_objections` gives them.
    on
        The day; what was received later stands as 尚未收到.
    published, rules
        The day of publication and the rule's name, from which the last day for objections follows. What a row states of
        the period (公示开始, 公示结束, 公示期) wins for this row, and is told where it differs.
    handle_days
        Within how many days of receipt an objection is to be settled, where its row has no day of its own; without
        it such a row has no deadline, as no source was seen.
    before
        The log as it was earlier: it may only have grown. An objection that is gone, or of which a filled cell
        changed, is told.

    Returns
    -------
    Objections
        table in the order of the log: objection_id, item, received_on, in_time (是, 否, "" unknown), form (what of the
        form lacks, 齐全, or what is not known), due, state (已办结, 已撤回, 办结逾期, 逾期, 办理中, 未定期限,
        尚未收到), days_left (to `due`, negative when overdue; NA when settled or without a deadline), result. A day
        that is only known to lie within a span counts where both its ends say the same. A unit, which has to seal, is
        known by 单位 or by its name's ending (公司, 大学, 研究院, 局 ...). A time limit (15个工作日) counts from
        the day after receipt, working days as Mondays to Fridays. What words call settled or withdrawn (已办结, 不成立,
        撤回), in place of the day of settlement or in the result, is so, whenever that was.
    """
    day, rule = as_day(on), publicity_rule(rules)
    check_frame(objections, "objections", "read_objections(path).rows")
    table = objections.reset_index(drop=True)
    periods, differing = _periods(table, None if published is None else as_day(published), rule)
    received, due = (_days(table, name) for name in ("received_on", "due"))
    (came, came_last), (closed, closed_last) = (_span(table, name) for name in ("received_on", "closed_on"))
    due = due.fillna(_due_within(table, received))
    if handle_days is not None:
        due = due.fillna(received + pd.to_timedelta(handle_days, "D"))
    words = pd.Series([_in_words(row) for row in table.to_dict("records")], table.index, dtype=object)
    settled = (closed_last <= pd.Timestamp(day)) | (closed.isna() & words.ne(""))
    left = (due - pd.Timestamp(day)).dt.days.astype("Int64").mask(settled)
    state = pd.Series("未定期限", table.index).mask(due.notna(), "办理中").mask((left < 0).fillna(False), "逾期")
    shown = pd.DataFrame(
        {
            "objection_id": table["objection_id"].astype(str),
            "item": table["item"].fillna("").astype(str),
            "received_on": received,
            "in_time": [
                _in_time(*span, *map(pd.Timestamp, period))
                for *span, period in zip(came, came_last, periods, strict=True)
            ],
            "form": [_form(row, rule) for row in table.to_dict("records")],
            "due": due,
            "state": state.mask(settled, "已办结")
            .mask(settled & words.eq("已撤回"), "已撤回")
            .mask(settled & (closed > due), "办结逾期")
            .mask(came > pd.Timestamp(day), "尚未收到"),
            "days_left": left,
            "result": table["result"].fillna("").astype(str) if "result" in table else "",
        }
    )
    return Objections(shown[STATES], [] if before is None else _changes(before, objections), differing)


def _in_words(row: Mapping[Any, Any]) -> str:
    """What the cells of an objection say of its end: 已办结, 已撤回 or ""."""
    cells = (row.get(name) for name in ("closed_on" + TEXT, "result"))
    said = [_settled_by(cell) for cell in cells if isinstance(cell, str)]
    return "已撤回" if "已撤回" in said else next(filter(None, said), "")


def _settled_by(text: str) -> str:
    """Whether words say that an objection is settled or withdrawn: 已办结, 已撤回 or "".

    >>> [_settled_by(text) for text in ("已撤回", "异议不成立", "未采纳", "已成立调查组", "15个工作日内办结", "拟驳回")]
    ['已撤回', '已办结', '已办结', '', '', '']
    """
    if _GOES_ON.search(text):
        return ""
    rest = _NOT_YET.sub("", text)
    return "已撤回" if _WITHDRAWN.search(rest) else "已办结" if _SETTLED.search(rest) else ""


def _due_within(table: pd.DataFrame, received: pd.Series) -> pd.Series:
    """The last day of a time limit in words, from receipt."""
    due: list[pd.Timestamp | None] = []
    for text, day in zip(table.get("due" + TEXT, pd.Series("", table.index)), received, strict=True):
        limit = _WITHIN.fullmatch(fold(text)) if isinstance(text, str) else None
        number = read_number(limit["many"], 1) if limit else None
        if limit is None or pd.isna(day) or not isinstance(number, Number) or number.exact is None:
            due.append(None)
        elif "工作日" in limit["unit"]:
            due.append(pd.Timestamp(days_after(day.date(), int(number.exact), working=True)))
        elif "月" in limit["unit"]:
            due.append(day + pd.DateOffset(months=int(number.exact)))
        else:
            due.append(day + pd.Timedelta(int(number.exact), "D"))
    return pd.Series(due, table.index, dtype="datetime64[ns]")


def _periods(
    table: pd.DataFrame, published: dt.date | None, rule: PublicityRule
) -> tuple[list[tuple[dt.date, dt.date]], list[str]]:
    """The period in which each row could object, and what rows state that differs from what was given."""
    stated = {str(row["objection_id"]): public_period(row) for row in table.to_dict("records")}
    if lacking := [name for name, (first, _) in stated.items() if first is None and published is None]:
        raise TableError(f"{first_few(lacking, '件')}没有写公示开始日期；请给出公布之日（--published）")
    firsts = {name: first or published for name, (first, _) in stated.items()}
    used = {name: (first, stated[name][1] or rule.until(first)) for name, first in firsts.items() if first}
    by_rule = {name: (published or first, rule.until(published or first)) for name, (first, _) in used.items()}
    periods = [used[str(name)] for name in table["objection_id"]]
    return periods, differing_periods(stated, by_rule, "按表中的判断")


def _span(table: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """The first and the last day that each cell of a column may mean, the day itself where it is known."""
    day = _days(table, name)
    return day.fillna(_days(table, name + LOW)), day.fillna(_days(table, name + HIGH))


def _in_time(low: pd.Timestamp, high: pd.Timestamp, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Whether what came between two days came within the time; "" where that is not known."""
    if first <= low and high <= last:
        return "是"
    return "否" if high < first or low > last else ""


def _days(table: pd.DataFrame, name: str) -> pd.Series:
    days = pd.to_datetime(table[name]) if name in table else pd.Series(pd.NaT, table.index, dtype="datetime64[ns]")
    return days.dt.normalize()


def _form(row: Mapping[Any, Any], rule: PublicityRule) -> str:
    if not rule.signed:
        return "齐全"
    kind = "" if pd.isna(row.get("kind")) else str(row["kind"])
    asked = [
        ("named", "实名"),
        ("evidence", "证据"),
        *([("sealed", "盖章")] if "单位" in kind or is_unit(kind) else []),
    ]
    cells = {word: row.get(name) for name, word in asked}
    no = [word for word, cell in cells.items() if not pd.isna(cell) and not bool(cell)]
    open_ = [word for word, cell in cells.items() if pd.isna(cell)]
    parts = [f"缺{'、'.join(no)}"] * bool(no) + [f"未知：{'、'.join(open_)}"] * bool(open_)
    return "；".join(parts) or "齐全"


def _changes(before: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """How an earlier log does not stand in the present one."""
    if twice := now.loc[now["objection_id"].astype(str).duplicated(), "objection_id"].astype(str).unique().tolist():
        return [f"异议编号重复：{'、'.join(twice[:5])}；无法和先前的记录核对"]
    rows = {str(row["objection_id"]): row for row in now.to_dict("records")}
    told = []
    for row in before.to_dict("records"):
        name = str(row["objection_id"])
        if name not in rows:
            told.append(f"先前记录的异议 {name} 不见了；记录只能增加，不能删去")
            continue
        names = [
            OBJECTIONS[key].title
            for key in (column.name for column in OBJECTIONS.columns)
            if key in row and not _is_empty(row[key]) and str(row[key]) != str(rows[name].get(key))
        ]
        if names:
            told.append(f"异议 {name} 的{'、'.join(names)}和先前的记录不同；请改回，另加一行说明")
    return told


def _is_empty(cell: Any) -> bool:
    return bool(pd.isna(cell)) or not str(cell).strip()
