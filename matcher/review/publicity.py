"""A list made public: for how many days, with what on it; and the objections to it, with what is due when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import PolicyError, TableError
from matcher.export.titles import PUBLICATION
from matcher.policy.loader import named_faults, need, read_yaml
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells import first_few, shorten
from matcher.tables.contacts import mask_contacts
from matcher.tables.contracts import HIGH, LOW, TEXT
from matcher.tables.names import is_unit
from matcher.tables.numbers import Number, read_number
from matcher.tables.public_period import public_period
from matcher.tables.reading import Reading, read_table
from matcher.tables.review_schemas import OBJECTIONS, REVIEW_ITEMS
from matcher.tables.secrecy import NOT_SECRET, says_secret
from matcher.tables.writings import fold

LISTED = ["number", "item", "title", "award", "grade", "units", "persons", "nominator"]  # what is public, and no more
STATES = ["objection_id", "item", "received_on", "in_time", "form", "due", "state", "days_left", "result"]


class PublicityRule(NamedTuple):
    """How long a list is public, and whether objections must be signed, with evidence, and sealed by units."""

    name: str
    title: str
    days: int
    working: bool
    signed: bool
    source: str
    address: str
    verified: bool

    def until(self, first: dt.date) -> dt.date:
        """The last day; the day of publication does not count. Working days are Mondays to Fridays: public holidays
        are not known here.
        """
        if not self.working:
            return first + dt.timedelta(self.days)
        return dt.date.fromisoformat(str(np.busday_offset(np.datetime64(first, "D"), self.days, roll="backward")))

    @property
    def text(self) -> str:
        """The days in words."""
        return f"{self.days} {'个工作日' if self.working else '日'}"


class Publication(NamedTuple):
    """What is published: the list, its first and last day, the lines below it; how many secret items are not; and where
    the table states another period.
    """

    table: pd.DataFrame
    first: dt.date
    last: dt.date
    lines: dict[str, str]
    secret: int
    differing: list[str]


_PASSED = "(?:拟|建议|同意|予以)?(?:通过|同意|授奖|奖励|立项|入选|获奖|推荐)"
_REFUSED = "不|未|落选|淘汰|否决|驳回"
_REACHES = re.compile(  # also what is masked, and numbers within a house
    r"联系(?:人|电话|方式)|手机号|(?:电话|手机|邮箱|微信|QQ)[号码]*[:：]|\*{3,}"
    r"|(?:短号|小号|内线|分机|总机|座机|固话)[号码]*[:：\s]*\d{3,}",
    re.I,
)
_YES = ("true", "是", "1", "1.0")


def says_passed(word: str) -> bool | None:
    """Whether a decision in words says that an item passed; None where it cannot be told.

    >>> [says_passed(word) for word in ("同意授奖", "未通过", "待定")]
    [True, False, None]
    """
    return True if re.fullmatch(_PASSED, word) else False if re.search(_REFUSED, word) else None


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


@lru_cache(maxsize=1)
def _shipped() -> dict[str, PublicityRule]:
    path = Path(str(files("matcher.review") / "publicity.yaml"))
    keys = [key for key in PublicityRule._fields if key != "name"]
    with named_faults(str(path)):
        tree = {name: need(node, name, keys, keys) for name, node in read_yaml(path).items()}
        return {name: PublicityRule(name, **node) for name, node in tree.items()}


def publicity_rule(name: str) -> PublicityRule:
    """A shipped rule by its name. Raises PolicyError, which lists the names."""
    if name not in _shipped():
        raise PolicyError(f"没有名为“{name}”的公示规则；可用：{'、'.join(_shipped())}；也可以用 --days 直接给出天数")
    return _shipped()[name]


def publication(
    items: pd.DataFrame,
    *,
    on: Day | None = None,
    rules: str = "",
    days: int | None = None,
    working: bool = False,
    everything: bool = False,
) -> Publication:
    """The list that is made public on a day.

    Parameters
    ----------
    items
        As `matcher.review.score_sheets.read_items` gives them. Where the table has decisions (通过 ...) or says what
        was chosen, only those that passed and were chosen are listed.
    on
        The first day; without it the one that the table states (公示开始, 公示期).
    rules
        The name of a shipped rule (`publicity_rule`); or `days` and `working`, which then win over it. Without both the
        last day is the one that the table states.
    everything
        The table has neither decisions nor what was chosen, and all of it is listed: nominations before any review.

    Returns
    -------
    Publication
        table: number (from 1), then item, title, award, grade, units, persons, nominator where known, and nothing
        else that the table may hold: no scores, votes, contacts or birth dates. In the order of award, grade and the
        table. Items that the table calls secret are left out.

    Raises
    ------
    TableError
        An item that would be listed is called secret, or not public, anywhere else in its row: the column 是否涉密 has
        to say whether it is.
        Nothing is to be listed, nothing says what passed, a decision or a choice cannot be read or is empty, or a cell
        that would be published holds a contact: a title is not changed, and nothing is published before somebody did.
    PolicyError
        There is no such rule, or neither rule, days nor table say how long.
    """
    check_frame(items, "items", "read_items(path).rows")
    given = publicity_rule(rules) if rules else PublicityRule("", "", days or 0, working, True, "自定", "", False)
    rule = given if days is None else given._replace(days=days, working=working, source="自定的天数", verified=True)
    table = items.reset_index(drop=True)
    decided, chosen = _filled(table, "decision"), _filled(table, "chosen")
    if decided is None and chosen is None and not everything:
        raise TableError(
            "表中没有写明哪些可以公示：请加一列“结论”（通过、不通过）或“是否入选”（是、否）；"
            "受理、提名一类尚无结论的名单要全部公示，请用 --all"
        )
    keep = pd.Series(True, table.index)
    if decided is not None:
        passed = [says_passed(word) for word in decided]
        unclear = [
            f"{item}（{word or '空'}）"
            for item, word, known in zip(table["item"], decided, passed, strict=True)
            if known is None
        ]
        if unclear:
            raise TableError(f"{first_few(unclear, '项')} 的结论看不懂或没有写；请写“通过”或“不通过”后再公示")
        keep &= np.array([known is True for known in passed])
    if chosen is not None:
        open_ = [str(item) for item in table.loc[keep & (chosen == ""), "item"]]
        if open_:
            raise TableError(f"{first_few(open_, '项')} 是否入选看不懂或没有写；请写“是”或“否”后再公示")
        keep &= chosen.str.lower().isin(_YES)
    if (secret := _filled(table, "secret")) is not None:
        hidden = keep & ~secret.str.lower().str.fullmatch(NOT_SECRET)
        keep &= ~hidden
    _refuse_secrets(table[keep])
    table = table[keep]
    if table.empty:
        raise TableError("没有可以公示的项目：没有一项的结论是“通过”或写明入选")
    units = _filled(table, "units")
    if units is None and "unit" in table:
        table = table.assign(units=table["unit"])
    by = [name for name in ("award", "grade") if _filled(table, name) is not None]
    table = table.sort_values(by, kind="stable") if by else table
    names = [name for name in LISTED if name in table and _filled(table, name) is not None]
    shown = table[names].fillna("").astype(str).reset_index(drop=True)
    _refuse_contacts(shown)
    shown.insert(0, "number", range(1, len(shown) + 1))
    first, last, differing = _period(table, None if on is None else as_day(on), rule)
    counted = f"（公布当日不计，{rule.text}）" if rule.days else "（见结果表）"
    how = "须以书面形式提出，写明事实并附证据；" if rule.signed else "请以书面形式提出；"
    signed = "个人署真实姓名、单位和地址，单位签字盖章。匿名的不予受理。" if rule.signed else ""
    unread = "" if rule.verified else "（没有读到原文，请按当年文件核对）"
    lines = {
        "公示期": f"{first.isoformat()} 至 {last.isoformat()}{counted}",
        "异议": how + signed,
        "依据": f"{rule.title}，{rule.source}".lstrip("，") + unread,
    }
    if rule.working:
        lines["工作日"] = "按周一至周五计，没有扣除法定节假日和调休；请核对"
    return Publication(shown, first, last, lines, 0 if secret is None else int(hidden.sum()), differing)


def _period(table: pd.DataFrame, on: dt.date | None, rule: PublicityRule) -> tuple[dt.date, dt.date, list[str]]:
    """The first and the last day of a list, from what is given and else from the table; and what differs there."""
    stated = {str(row["item"]): public_period(row) for row in table.to_dict("records")}

    def only(at: int, title: str, option: str) -> dt.date:
        days = {period[at] for period in stated.values()}
        if len(days) == 1 and (day := days.pop()) is not None:
            return day
        why = "各项写的不同，或有的没有写" if days else "没有写"
        raise PolicyError(f"表中的{title}{why}，请给出{option}")

    first = on or only(0, "公示开始日期", "公布之日（--on）")
    last = rule.until(first) if rule.days else only(1, "公示截止日期", "公示规则（--rules）或公示天数（--days）")
    if last <= first:
        raise TableError(f"公示截止日期 {last} 不晚于公示开始日期 {first}；请改正")
    return first, last, _differing(stated, dict.fromkeys(stated, (first, last)), "名单按给出的写，请核对")


def _differing(
    stated: Mapping[str, tuple[dt.date | None, dt.date | None]],
    given: Mapping[str, tuple[dt.date, dt.date]],
    used: str,
) -> list[str]:
    """Sentences on rows that state another period than the given one; used: what goes by which of them."""
    groups: dict[str, list[str]] = {}
    for item, days in stated.items():
        if any(day and day != other for day, other in zip(days, given[item], strict=True)):
            theirs, ours = (" 至 ".join(str(day or "（未写）") for day in one) for one in (days, given[item]))
            groups.setdefault(f"表中写的公示期是 {theirs}，按给出的日期和规则是 {ours}；{used}", []).append(item)
    return [f"{first_few(items, '项')}：{text}" for text, items in groups.items()]


def _refuse_secrets(table: pd.DataFrame) -> None:
    """Refuse rows of which a cell says that they are secret; where 是否涉密 denies it, only one of another column."""
    said = _filled(table, "secret")
    denied = pd.Series(False, table.index) if said is None else said.ne("")
    known = {column.name: column.title for column in REVIEW_ITEMS.columns}
    found: dict[str, str] = {}
    for name in map(str, table):
        texts = _filled(table, name)
        if name == "secret" or texts is None:
            continue
        for item, cell, no in zip(table["item"].astype(str), texts, denied, strict=True):
            if not (no and name in known) and says_secret(known.get(name, name), cell):
                found.setdefault(
                    item, f"{mask_contacts(item)}（{known.get(name, name)}“{shorten(mask_contacts(cell), 40)}”）"
                )
    if found:
        raise TableError(
            f"{first_few(list(found.values()), '项')}像是涉密或不公开的；请加一列“是否涉密”写明是或否，"
            "并让其他列和它一致，再公示"
        )


def _refuse_contacts(shown: pd.DataFrame) -> None:
    """Refuse a list in which somebody could be reached."""
    found = [
        f"{mask_contacts(item)} 的{PUBLICATION[str(name)]}“{shorten(mask_contacts(cell), 40)}”"
        for name in shown.columns
        for item, cell in zip(shown["item"], shown[name], strict=True)
        if mask_contacts(cell) != cell or _REACHES.search(cell)
    ]
    if found:
        raise TableError(f"{first_few(found, '处')} 里有联系方式，公示名单不能带；请在结果表中删去后再公示")


def _filled(table: pd.DataFrame, name: str) -> pd.Series | None:
    """A column as texts; None where it is absent or empty."""
    if name not in table:
        return None
    texts = table[name].astype(object).where(table[name].notna(), "").astype(str).str.strip()
    return texts if texts.ne("").any() else None


def read_objections(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a log of objections, one row each (the contract OBJECTIONS).

    What stands in words in place of a day is kept beside it: due_text (15个工作日), closed_on_text (已办结).
    """
    reading = read_table(source, OBJECTIONS, sheet=sheet, columns=columns)
    headers = reading.columns.loc[reading.columns["field"].isin(("due", "closed_on")), "header"]
    said = [bool(_WITHIN.fullmatch(fold(text))) or _settled_by(text) != "" for text in reading.problems["value"]]
    return replace(
        reading, problems=reading.problems[~(reading.problems["column"].isin(headers) & np.array(said, bool))]
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
            due.append(pd.Timestamp(np.busday_offset(day.date(), int(number.exact), roll="backward")))
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
    return periods, _differing(stated, by_rule, "按表中的判断")


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
