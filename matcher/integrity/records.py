"""Records of research integrity: read, in force on a day or not, and what each keeps its subject from.

Three answers everywhere: yes, no, and None where the record does not say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.integrity.lengths import Run, length_from
from matcher.integrity.record_sheets import sheets_of_records
from matcher.integrity.rules import ROLES, Notice, document_on, load_notice
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.dates import Days, Span, is_last_day, read_days
from matcher.tables.headers.column_account import UNKNOWN
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.contracts import HIGH, LOW, TEXT
from matcher.tables.schemas.projects import INTEGRITY_RECORDS

BARS = (
    "record_id",
    "subject_kind",
    "name",
    "unit",
    *ROLES,
    "starts_on",
    "start_note",
    "ends_on",
    "end_note",
    "basis",
    "open",
)
_ENDLESS = re.compile("永久|永远|终身|终生|长期|无期限|不限期|9999")
_WORDS = {  # what a sanction or a field of limits calls each role
    "applicant": re.compile("申报|申请|承担|立项|全部|所有|一切"),
    "reviewer": re.compile("评审|评估|评议|咨询|专家|全部|所有|一切"),
    "nominee": re.compile("提名|报奖|评奖|奖励|授奖|推荐|荣誉|全部|所有|一切"),
}
_FORBIDS = re.compile("禁止|取消|限制|不得|暂停|不予|停止")
_OF_PAST = re.compile("(?:撤销|追回|收回|终止)[^，。；;]*")  # takes back what was given, and bars nobody
_MILD = re.compile("警告|诫勉|谈话|约谈|通报|批评|责令|检查")
_ANY_ACTIVITY = re.compile("科技活动|科学技术活动|科研活动")  # projects for sure, perhaps reviews and awards
_SET_ASIDE = re.compile("撤销(?!申诉)")
_UPHELD = re.compile("维持|不予撤销|未撤销|不撤销|驳回")
_UNIT_NAMES = re.compile("(?:企业|公司|单位)名称")  # beside 姓名 it is the unit of the person
_REMARKED = re.compile("撤销|申诉|复查|复核|修复|解除|移出|变更|中止|暂缓|作废|有误|更正")  # told, not decided
_LONG = "(?:为期|共)?[\\d一二三四五六七八九十两]+(?:年|个月)"
_LENGTH = re.compile(f"[（(]{_LONG}[）)]$")
_LENGTH_FIRST = re.compile(f"{_LONG}[（(]([^（）()]+)[）)]")
_SERIOUS = re.compile("严重")
_NOT_SERIOUS = re.compile("一般|较轻|轻微|较重")


def read_records(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of records (the contract INTEGRITY_RECORDS), one row a decision and subject.

    In the rows, ends_on is a day and `permanent` says that there is no end (永久, 终身, 长期, 9999-12-31); a cell
    that is empty, or holds no day (至今, 三年), is an end that nobody knows; 自2024年5月起三年 is reckoned, and told
    (`length_from`). What is not written there is taken from the period (限制期限), of which a day alone may be either
    end, and a length alone (三年) counts from a first day that is written. Where there is no day, `start_note` and
    `end_note` say why: 永久 or the like, 没有写, or what was written.

    Examples
    --------
    >>> table = pd.DataFrame({"记录编号": ["R1"], "姓名": ["虚构人甲"], "限制截止日期": ["永久"]})
    >>> read_records(table).rows[["record_id", "permanent"]].values.tolist()
    [['R1', True]]

    A workbook with several sheets of records (单位, 个人) is read whole, told.

    Raises TableError where no column says whose the records are: the unit beside is a person's, and not barred for it.
    """
    if sheet is None and not columns and (whole := sheets_of_records(source, read_records)):
        return whole
    reading = read_table(source, INTEGRITY_RECORDS, sheet=sheet, columns=columns)
    headers = [str(header) for header in reading.columns["header"]]
    if (
        not columns
        and "姓名" in headers
        and "unit" not in set(reading.columns["field"])
        and (units := [text for text in headers if _UNIT_NAMES.fullmatch(text)])
    ):
        reading = read_table(source, INTEGRITY_RECORDS, sheet=sheet, columns={"姓名": "name", units[0]: "unit"})
    _check_names(reading)
    place = reading.columns.iloc[0]
    ends, soonest, permanent, notes, lines = [], [], [], [], []
    names, kinds, named = [], [], []
    starts: list[tuple[dt.date | None, ...]] = []
    reading = replace(reading, rows=reading.rows.assign(period=reading.rows["period"].map(_days_in_brackets)))
    for row in rows_of(reading.rows):
        starts.append(_first_days(row))
        name, kind = row["name"], row["subject_kind"]
        of_unit = not name and not row["code"]
        named.append(not of_unit or kind != "个人")
        names.append(row["unit"] if of_unit else name)
        kinds.append("单位" if of_unit else kind)
        if of_unit:
            what = "没有写姓名或名称，当作所在单位的记录" if named[-1] else "没有写是谁，没有采用"
            lines.append(
                (
                    place["file"],
                    place["sheet"],
                    None,
                    "姓名或名称",
                    row["unit"],
                    f"记录 {row['record_id']} {what}",
                    "请填写姓名或名称",
                    named[-1],
                )
            )
        text = row["ends_on"] or row["period"]
        endless = _endless(text, row["sanction"])
        run = None if endless else _run(row, starts[-1])
        if run is not None:
            if starts[-1][1] is None:
                starts[-1] = (run.first.low if run.first.low == run.first.high else None, *run.first)
            seen = f"记录 {row['record_id']} 的截止日期按期限算出：{run.last.high}"
            lines.append(
                (place["file"], place["sheet"], None, "限制期限", text, seen, "请核对；最好写明截止日期", True)
            )
        read = run.last if run else read_days(text) if text and not endless else None
        if isinstance(read, Span):
            read = read.last
        elif run is None and not row["ends_on"] and not is_last_day(text):
            read = None  # a day alone under 限制期限 may be the first
        soonest.append(run.last.low if run else None)
        day = read.high if isinstance(read, Days) else read
        ends.append(day if isinstance(day, dt.date) else None)
        permanent.append(bool(endless))
        notes.append("" if ends[-1] else endless or (f"写的是“{text[:20]}”" if text else "没有写"))
        if text and not endless and ends[-1] is None:
            told = (f"记录 {row['record_id']} 的截止日期不是日期，当作不详", "请填日期，永久的写“永久”")
            lines.append(
                (
                    place["file"],
                    place["sheet"],
                    None,
                    "限制截止日期" if row["ends_on"] else "限制期限",
                    text,
                    *told,
                    True,
                )
            )
    days = pd.DataFrame(starts, columns=["starts_on", "starts_on" + LOW, "starts_on" + HIGH], dtype=object)
    rows = reading.rows.assign(**{str(name): pd.to_datetime(days[name]).astype("datetime64[us]") for name in days})
    rows = rows.assign(
        name=pd.Series(names, dtype=str),
        subject_kind=pd.Series(kinds, dtype=str),
        ends_on=pd.to_datetime(pd.Series(ends, dtype=object)),
        **{"ends_on" + LOW: pd.to_datetime(pd.Series(soonest, dtype=object))},
        permanent=permanent,
        start_note=pd.Series([_start_note(row) for row in rows_of(rows)], dtype=str),
        end_note=pd.Series(notes, dtype=str),
    )[np.array(named, bool)].reset_index(drop=True)
    problems = reading.problems
    if lines:
        added = pd.DataFrame(lines, columns=problems.columns).astype(problems.dtypes.to_dict())
        problems = pd.concat([problems, added], ignore_index=True)
    return Reading(rows, problems, reading.columns)


def _run(record: Mapping[str, Any], starts: tuple[dt.date | None, ...]) -> Run | None:
    """From when to when a bar runs whose length is written; below 限制截止日期 with its first day only. None also where
    the first day in its cell is another one.
    """
    _, low, high = starts
    known = Days(low, high) if low and high else None
    run = length_from(
        record["ends_on"] or record["period"], None if record["ends_on"] else known, _day(record.get("decided_on"))
    )
    agree = run is None or known is None or (run.first.low <= known.low and known.high <= run.first.high)
    return run if agree else None


def _check_names(reading: Reading) -> None:
    """Refuse a table without a column of names, unless each record has a code."""
    filled = {name for names in reading.columns["field"] for name in str(names).split("、")}
    nobody = reading.problems["problem"].str.startswith(f"{INTEGRITY_RECORDS['name'].title}和").any()
    if "name" in filled or ((reading.rows["code"] != "").all() and not nobody):
        return
    name, unread = INTEGRITY_RECORDS["name"].title, reading.columns[reading.columns["use"] == UNKNOWN]
    headers = unread["header"].astype(str).tolist()
    action = f"请指定，如 --column “{headers[0]}={name}”" if headers else f"请加上“{name}”一列"
    seen = f"；没看懂的列：{'、'.join(headers[:5])}" if headers else ""
    raise TableError(
        f"{reading.columns['file'].iloc[0]}：没有找到“{name}”一列，不知道记录是谁的{seen}；{action}", reading.problems
    )


def _days_in_brackets(period: str) -> str:
    """A period as its two days where its length stands beside them: 3年（2024年6月18日至2027年6月17日）."""
    if (length := _LENGTH.search(period)) and isinstance(read_days(days := period[: length.start()]), Span):
        return days
    first = _LENGTH_FIRST.fullmatch(period.strip())
    return first[1] if first and isinstance(read_days(first[1]), Span) else period


def _endless(text: str, sanction: str) -> str:
    """The word that says that there is no end: of the cell, else of a clause of the sanction that forbids; else ""."""
    if text:
        found = _ENDLESS.search(text)
        return found[0].replace("9999", "无期限") if found else ""
    for clause in re.split("[，。；;、\n]", sanction):
        if (found := _ENDLESS.search(clause)) and (_FORBIDS.search(clause) or found[0] == clause.strip()):
            return found[0]
    return ""


def _first_days(record: Mapping[str, Any]) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """The first day, or the days from which to which it lies, by the cell of the start, else by that of the period."""
    low, high = _span(record, "starts_on")
    period = read_days(record["period"])
    if low is None and high is None and isinstance(period, Span):
        low, high = (period.first, period.first) if isinstance(period.first, dt.date) else period.first
    return low if low == high else None, low, high


def _start_note(record: Mapping[str, Any]) -> str:
    if _day(record["starts_on"]):
        return ""
    written = str(record.get("starts_on" + TEXT) or record["period"] or "")
    return f"写的是“{written[:20]}”" if written else "没有写或没有读懂"


def in_force(record: Mapping[str, Any], on: dt.date) -> tuple[bool | None, str]:
    """Whether a record's bar runs on a day, and what is not known where that is open.

    It runs from starts_on to ends_on, both included, unless it was repaired or its decision was set aside before. What
    a remark says of that is open: a person reads it.
    """
    first, last = _span(record, "starts_on")
    repaired, surely_repaired = _span(record, "repaired_on")
    end, decided, answered = (_day(record.get(name)) for name in ("ends_on", "decided_on", "appeal_on"))
    soonest = _day(record.get("ends_on" + LOW))
    appeal = str(record.get("appeal") or "")
    if (first and first > on) or (end and end < on) or (surely_repaired and surely_repaired <= on):
        return False, ""
    if first is None and decided and decided > on:
        return False, ""
    set_aside = bool(_SET_ASIDE.search(appeal)) and not _UPHELD.search(appeal)
    if set_aside and (answered is None or answered <= on):
        return False, ""
    end_note = str(record.get("end_note") or "")
    remarked = _REMARKED.search(str(record.get("remark") or ""))
    unknown_end = f"截止日期{end_note}" if end_note.startswith("写的是") else "没有写截止日期"
    checks = [
        (first is None, "没有写起始日期"),
        (last is not None and last > on, "起始日期不确切"),
        (end is None and not record.get("permanent"), unknown_end),
        (soonest is not None and soonest < on, "截止日期不确切"),
        (repaired is not None and repaired <= on, "修复日期不确切"),
        (bool(re.search("中止执行|暂缓执行|停止执行", appeal)), "申诉期间中止执行"),
        ("变更" in appeal, "申诉后有变更"),
        (remarked is not None, f"备注提到“{remarked and remarked[0]}”，请看备注"),
    ]
    open_ = [text for holds, text in checks if holds]
    return (None if open_ else True), "、".join(open_)


def bars(record: Mapping[str, Any], role: str, notice: Notice | None = None) -> tuple[bool | None, str, str]:
    """Whether a record that is in force keeps its subject from a role; the basis to cite, and what is open.

    What the record limits counts first, then the words of its sanction; a notice that asks for no record at all bars
    besides. A reading of the sanction's words is this library's.
    """
    if role not in ROLES:
        raise ArgumentError(f"role is one of {', '.join(ROLES)}, not {role!r}")
    told, why = _told(record, role)
    basis = record_basis(record)
    if told is not True and notice is not None and role in notice.roles:
        serious = _serious(record) if notice.serious else True
        if serious:
            return True, f"{notice.basis}；{basis}", ""
        if serious is None and told is False:
            return None, f"{notice.basis}；{basis}", "没有写是否严重失信"
    return told, basis, why


def record_basis(record: Mapping[str, Any]) -> str:
    """The decision and the rule that a record names: 文号; 规则 条款. Where it names no rule, the one of its day."""
    rule = " ".join(filter(None, (str(record.get("rule") or ""), str(record.get("article") or ""))))
    parts = [str(record.get("document") or "") or "没有写处理文号", rule or "没有写依据规则"]
    decided = _day(record.get("decided_on"))
    if not record.get("rule") and decided and (number := document_on(decided)):
        parts.append(f"决定当日施行的是{number}")
    return "；".join(parts)


def _told(record: Mapping[str, Any], role: str) -> tuple[bool | None, str]:
    limits, sanction = str(record.get("bars") or ""), str(record.get("sanction") or "")
    if limits:
        roles = {name for name, words in _WORDS.items() if words.search(limits)}
        return (role in roles, "") if roles else (None, f"看不懂限制事项“{limits[:20]}”")
    if not sanction:
        return None, "没有写处理措施和限制事项"
    clauses = [part for part in re.split("[，。；;、\n]", _OF_PAST.sub("", sanction)) if part.strip()]
    forbidding, broad, roles = False, False, set[str]()
    for clause in clauses:  # 禁止申报、评审: what is forbidden goes on behind the sign
        forbidding = bool(_FORBIDS.search(clause)) or (forbidding and not _MILD.search(clause))
        if forbidding:
            roles |= {name for name, words in _WORDS.items() if words.search(clause)}
            broad |= bool(_ANY_ACTIVITY.search(clause))
    if role in roles or (broad and role == "applicant"):
        return True, ""
    if not broad and (roles or all(_MILD.search(clause) for clause in clauses)):
        return False, ""
    return None, "从处理措施看不出限制什么"


def _serious(record: Mapping[str, Any]) -> bool | None:
    grade = str(record.get("grade") or "")
    if _SERIOUS.search(grade):
        return True
    return False if _NOT_SERIOUS.search(grade) else None


def bars_on(records: pd.DataFrame, *, on: Day, rules: str | None = None) -> pd.DataFrame:
    """Who may not apply, review or be named on a day.

    Parameters
    ----------
    records
        What `read_records` gave, in `.rows`.
    rules
        A notice that looks at records (`list_notices`).

    Returns
    -------
    DataFrame
        One row a record that is, or may be, in force: record_id, subject_kind, name, unit, applicant, reviewer, nominee
        (不得, 需核实 or ""), starts_on, start_note, ends_on, end_note (what is known where there is no day), basis,
        open (what is not known). Expired, repaired and set aside records are not among them; the table that was handed
        in keeps them.

    Examples
    --------
    >>> table = pd.DataFrame({"记录编号": ["R1"], "姓名": ["虚构人甲"], "限制事项": ["申报"],
    ...     "处理文号": ["虚科监〔2025〕1号"], "限制起始日期": ["2025-01-01"], "限制截止日期": ["2027-12-31"]})
    >>> records = read_records(table).rows
    >>> bars_on(records, on="2027-12-31")["applicant"].tolist(), len(bars_on(records, on="2028-01-01"))
    (['不得'], 0)
    """
    check_frame(records, "records", "read_records(path).rows")
    day = as_day(on)
    notice = None if rules is None else load_notice(rules, day)
    rows = []
    for record in rows_of(records):
        running, open_ = in_force(record, day)
        if running is False:
            continue
        answers = {role: bars(record, role, notice) for role in ROLES}
        words = [_word(running, answer) for answer, *_ in answers.values()]
        if not any(words):
            continue
        basis = next((basis for answer, basis, _ in answers.values() if answer), record_basis(record))
        why = "、".join(dict.fromkeys(filter(None, (open_, *(why for *_, why in answers.values())))))
        who = (record["record_id"], record["subject_kind"], record["name"], record["unit"])
        days = (record["starts_on"], record["start_note"], record["ends_on"], record["end_note"])
        rows.append((*who, *words, *days, basis, why))
    table = pd.DataFrame(rows, columns=list(BARS))
    return table.astype({"starts_on": "datetime64[us]", "ends_on": "datetime64[us]"})


def _word(running: bool | None, barred: bool | None) -> str:
    if barred is False:
        return ""
    return "不得" if running and barred else "需核实"


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dicts."""
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _span(record: Mapping[str, Any], name: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day that a date may be."""
    day = _day(record.get(name))
    return (day, day) if day else (_day(record.get(name + LOW)), _day(record.get(name + HIGH)))


def _day(cell: Any) -> dt.date | None:
    return None if cell is None or pd.isna(cell) else pd.Timestamp(cell).date()
