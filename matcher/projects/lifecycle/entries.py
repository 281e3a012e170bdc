"""What people hand in for a book of projects, to its facts and events; what is wrong with a row in words."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.event_log.log import Event, text_of
from matcher.projects.lifecycle.log import CELLS
from matcher.projects.lifecycle.stages import CODES, ENDS, EVENTS, ITEMS, STAGE_CODES, STAGES, may_follow, walk
from matcher.tables.arguments import as_day
from matcher.tables.cells.dates import Days, read_days
from matcher.tables.cells.texts import first_few
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.headers.column_account import CARRIED, USED
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.row_numbers import numbers_rows
from matcher.tables.naming.writings import KnownIds
from matcher.tables.reading import Reading, read_table
from matcher.tables.rows.remarks import is_remark, override_in
from matcher.tables.schemas.contracts import HIGH, LOW
from matcher.tables.schemas.projects import MANAGED_PROJECTS, PROJECT_EVENTS

Said = tuple[str, str, str, str]
# Conclusions with which a project goes on (暂缓通过，限期整改; 整改后重新验收), and the words of others
_NOT_OVER = re.compile(
    "暂缓|暂不|(?<!无需|无须|不需|不用|不必)整改|重新(?:组织)?(?:验收|评价|评审)|再次验收|复验"
    "|(?:延期|延后|推迟|择期|另行)(?:组织|进行|申请)?(?:验收|评价|$)|未定|待(?:定|补|复|核|验)"
)
_OVER = re.compile("(?:通过|合格)(?!后)|优秀|良好|结题|结项|(?<=同意)验收")
_OPEN = re.compile(  # before such a word in its clause: it is denied, or yet to come
    "[不未没待](?!再)|暂|再(?!次)|方可|方能|[才拟如若应]|(?<!无)须|限期|择期|另行|有条件|部分|初步|(?:验收|复验|评审)(?:通过|合格)后"
)
_OPENED = re.compile(  # behind it: there is another acceptance to come
    "(?:后|再|重新|再次|另行|择期|待)[^,，;；。]{0,4}(?:验收|复验|评[审价])|待(?:复|核|验|定|整改)|暂[缓不]|验收[^,，;；。]{0,4}整改"
    "|(?:延期|延后|推迟)[^,，;；。]{0,2}(?:验收|评价)"
)
_EXTENDED = re.compile(r"(?<!拟)(?<!申请)(?:延期|延长|展期|顺延|延)[至到][^，,；;。]{2,12}")
_PROGRESS = re.compile("(?:当前|目前|最新|实施|执行|工作)?进展(?:情况)?")
_ASKED = re.compile(r"(?<![拟未])(?:申请|申报)(?:延期|延长|展期|顺延)(?:[至到][^，,；;。]{2,12})?")
_PASSED = re.compile(
    "(?<![未不没待拟])(?:已|已经)?(?:通过[^，,；;。]{0,6}(?:验收|绩效评价)|(?:验收|绩效评价)(?:合格|通过)|完成验收|已验收|(?:已|准予|同意)结[题项])(?!后|的?条件|率)"
)
_OF_A_PART = re.compile("中期|阶段性|设备|工程|分项|子课题|竣工|消防|环保|安全")
_CHANGED = re.compile("负责人|单位|人员|指标|内容|预算|经费")
_STATES = ("实施状态", "执行状态", "项目状态", "状态")
_ACCEPTANCE = re.compile("(?:项目|完成|通过|综合)*(?:验收|结题)(?:结论|结果|意见|时间|日期|年月|情况)")
_IS_ACCEPTED = re.compile(r"(?:19|20)\d\d|通过|合格|同意|优秀|良好|(?:^|已)(?:完成)?(?:验收|结题)(?!材料|申请|[中前])")
_NOT_DONE = re.compile("正在|进行|中$|无法|[年月日底]前")
_REMARK = re.compile(r"[(（][^()（）]*[)）]")  # 2025.7.1-2027.6.30（延期至2027.12.31）
_ENDED = re.compile("终止|撤[销项回]|验收|结[题项]|退[出回]|中止|暂停|停[工止]|取消|放弃|驳回")
_NOT_YET = re.compile("拟|待|未|申请|准备|不|延期|即将|预计")


def read_managed(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    on: dt.date | str | None = None,
) -> Reading:
    """Read a table of projects for the book (the contract MANAGED_PROJECTS).

    A term (起止时间) stands for its two days where they have no columns; a month alone begins with its first day and
    ends with its last. on: the day of reading, after which a day of acceptance (验收时间) is a plan. Raises TableError
    where a project has no number of its own: one made up from the row is another in the next table, so that the
    project would stand there twice, or as another one.

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "项目名称": ["虚构项目"], "起止时间": ["2023.7-2026年6月"]})
    >>> [f"{day:%Y-%m-%d}" for day in read_managed(table).rows[["starts_on", "ends_on"]].iloc[0]]
    ['2023-07-01', '2026-06-30']
    """
    reading = read_table(source, MANAGED_PROJECTS, sheet=sheet, columns=columns)
    if header := _stages_in(reading):
        reading = read_table(source, MANAGED_PROJECTS, sheet=sheet, columns={**(columns or {}), header: "stage"})
    rows = reading.rows
    _refuse_row_numbers(reading, columns or {})
    terms = [_term(text) for text in rows["term"]]
    days = {}
    for place, (name, end) in enumerate((("starts_on", LOW), ("ends_on", HIGH))):
        known = rows[name].fillna(rows[name + end]) if name + end in rows else rows[name]
        days[name] = known.fillna(pd.to_datetime(pd.Series([term[place] for term in terms], rows.index, dtype=object)))
    rows = rows.assign(**days)
    stages = [_stage(plain(word)) for word in rows["stage"]]
    rows = rows.assign(stage=pd.Series([stage for stage, _ in stages], rows.index, dtype=str))
    undated = [_without_day(row) for row in rows.to_dict("records")]
    table = reading.columns.iloc[0]
    told = [
        (table["file"], table["sheet"], None, *fault, True)
        for row, no_day in zip(rows.to_dict("records"), undated, strict=True)
        for fault in _faults(row, no_day)
    ]
    told += [
        (table["file"], table["sheet"], None, MANAGED_PROJECTS["stage"].title, f"{name}：{word}", *why, True)
        for name, word, (_, why) in zip(rows["project_id"], reading.rows["stage"], stages, strict=True)
        if why
    ]
    beside = _accepted_beside(rows, reading.columns, as_day(on, "on") if on is not None else dt.date.max)
    told += [(table["file"], table["sheet"], None, *fault, True) for fault in beside]
    rows = rows.assign(stage=rows["stage"].mask(pd.Series(undated, rows.index, dtype=bool)))
    problems = reading.problems
    if told:
        added = pd.DataFrame(told, columns=problems.columns).astype(problems.dtypes.to_dict())
        problems = pd.concat([problems, added], ignore_index=True)
    return Reading(rows, problems, reading.columns)


def _stages_in(reading: Reading) -> str:
    """The header of a column of progress that holds nothing but the words of stages, where no column is the stage's;
    "" for none, as where progress is told in sentences.
    """
    headers = reading.columns.loc[reading.columns["use"] != USED, "header"].astype(str)
    if "stage" in set(reading.columns["field"]):
        return ""
    for header in headers[headers.map(lambda text: bool(_PROGRESS.fullmatch(text)))]:
        words = {plain(cell) for cell in reading.rows[header]} - {""} if header in reading.rows else set()
        if words and words <= STAGE_CODES.keys():
            return str(header)
    return ""


def _stage(word: str) -> tuple[str, tuple[str, ...]]:
    """The stage that a cell names, and what is told of it: what stands in brackets behind one that goes on
    (在研（延期至2026年11月）). Behind an end (已验收（补充材料后）) it may undo it, and it may say an end itself
    (在研（已终止）), so that the stage is unknown.
    """
    bare = re.sub("[（(][^（）()]*[）)]$", "", word)
    note = word[len(bare) :].strip("（）()")
    ended = _ENDED.search(note) and not _NOT_YET.search(note)
    if bare != word and not ended and STAGE_CODES.get(bare, "") in EVENTS and STAGE_CODES[bare] not in ENDS:
        return bare, (f"括号里的“{note}”没有记入", "延期、变更请用 matcher projects record 记这一事项和日期")
    return word, ()


def _without_day(row: Mapping[Any, Any]) -> bool:
    """Whether a row names a stage that goes on, and no day since when, so that nothing can be counted from it."""
    code = STAGE_CODES.get(plain(row["stage"]), "")
    day = plain(row["stage_on"]) or why_unknown(MANAGED_PROJECTS["stage_on"], row)
    return code in EVENTS and code not in ENDS and not day


def _is_after(cell: str, on: dt.date) -> bool:
    """Whether a cell is a day after another and says no more."""
    days = read_days(cell)
    first = days.low if isinstance(days, Days) else days
    return isinstance(first, dt.date) and first > on


def _faults(row: Mapping[Any, Any], undated: bool) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with the days of a project: header, value, what it is, what to do."""
    name, start, end = plain(row["project_id"]), row["starts_on"], row["ends_on"]
    if not pd.isna(start) and not pd.isna(end) and end < start:
        why = f"结束日期 {end:%Y-%m-%d} 早于开始日期 {start:%Y-%m-%d}，照记"
        yield MANAGED_PROJECTS["ends_on"].title, name, why, "请核对并改正后重新导入"
    term = plain(row["term"])
    if term and (pd.isna(start) or pd.isna(end)):
        yield MANAGED_PROJECTS["term"].title, term, f"{name}：看不出起止的两天", "请分写在“开始日期”和“结束日期”两列"
    elif _REMARK.search(term):
        why = f"{name}：只记 {start:%Y-%m-%d} 至 {end:%Y-%m-%d}，括号里的没有记"
        yield MANAGED_PROJECTS["term"].title, term, why, "延期请用 matcher projects record 记事项“延期”和延至的日期"
    said, over = override_in(row, ("stage", *_STATES)), STAGE_CODES.get(plain(row["stage"])) in ENDS
    if said is not None and not over:
        why = f"{name}：写着“{said.words}”，没有记入"
        yield "备注", said.words, why, "如已终止、撤销，请用 matcher projects record 记事项“终止”或“撤销”和日期"
    for header, cell in row.items():
        if isinstance(cell, str) and is_remark(str(header)) and (found := _EXTENDED.search(cell)):
            why = f"{name}：“{found[0]}”没有记入，结束日期仍按表中的"
            yield str(header), cell, why, "请用 matcher projects record 记事项“延期”和延至的日期"
        elif isinstance(cell, str) and is_remark(str(header)) and (found := _ASKED.search(cell)):
            why = f"{name}：“{found[0]}”只是申请，没有记入，结束日期仍按表中的"
            yield str(header), cell, why, "同意延期后请用 matcher projects record 记事项“延期”和延至的日期"
        if isinstance(cell, str) and is_remark(str(header)) and (passed := _passed(cell)) and not over:
            why = f"{name}：写着“{passed}”，没有记入，仍按没有验收"
            yield str(header), cell, why, "请用 matcher projects record 记事项“验收”、日期和结论，或填“当前阶段”"
    if undated:
        why = f"{name}：没有阶段日期，这个阶段没有记入"
        yield MANAGED_PROJECTS["stage"].title, plain(row["stage"]), why, "请加“阶段日期”一列，写进入当前阶段的那一天"


def _accepted_beside(rows: pd.DataFrame, account: pd.DataFrame, on: dt.date) -> Iterator[tuple[str, str, str, str]]:
    """What columns that no field took say of an acceptance (验收时间, 验收结论), of projects whose stage is no end."""
    headers = account.loc[account["use"] != USED, "header"].astype(str)
    beside = [header for header in headers if _ACCEPTANCE.fullmatch(header) and header in rows]
    names = [
        plain(row["project_id"])
        for row in rows.to_dict("records")
        if STAGE_CODES.get(plain(row["stage"])) not in ENDS
        and any(
            _IS_ACCEPTED.search(cell)
            and not _NOT_DONE.search(cell)
            and not _NOT_YET.search(re.sub("[不未](?:予|予以)?(?:通过|合格)", "", cell))
            and not _is_after(cell, on)
            for cell in (plain(row[header]) for header in beside)
        )
    ]
    if names:
        why = f"写着验收的有 {first_few(names, '项')}，没有记入，仍按没有验收（可能列成逾期）"
        do = "请用 matcher projects record 记事项“验收”、日期和结论，或填“当前阶段”和“阶段日期”"
        yield "、".join(beside), "", why, do


def _passed(remark: str) -> str:
    """The clause of a remark by which a project passed its acceptance, "" for none."""
    for clause in re.split("[，,；;。\n]+", remark):
        if (
            _PASSED.search(clause)
            and not re.search("[未没不]|预计|计划|将于|力争|争取|应|须|要求|督促|承诺|目标|可通过|前通过", clause)
            and not _OF_A_PART.search(clause)
            and not _goes_on(clause)
        ):
            return clause.strip()
    return ""


def _refuse_row_numbers(reading: Reading, columns: Mapping[str, str]) -> None:
    """Refuse numbers that only say where in its table a project stands."""
    rows, account = reading.rows, reading.columns
    ids = rows[MANAGED_PROJECTS.id_column].astype(str)
    header = next((str(one) for one in account.loc[account["field"] == MANAGED_PROJECTS.id_column, "header"]), "")
    made_up = ids.str.fullmatch(rf"{MANAGED_PROJECTS.title}-\d{{5,}}\+*")
    named = header_key(header) in map(header_key, columns)
    lost = rows[made_up if named or not numbers_rows(header, ids[~made_up].tolist()) else pd.Series(True, rows.index)]
    if lost.empty:
        return
    names = [title or unit for title, unit in zip(lost["title"], lost["institution"], strict=True)]
    why = f"“{header}”只数行，" if header and len(lost) == len(rows) and not made_up.all() else ""
    hint = f'；“{header}”若确是编号，请指定 --column "{header}=项目编号"' if why else ""
    raise TableError(
        f"{first_few(names, '项')}没有项目编号：{why}行号换一张表就变，同一项目会记成两个、或记到别的项目上；"
        f"请加上“项目编号”一列（申报编号、受理编号也可以）{hint}"
    )


def _term(text: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day of a term; None for what cannot be read."""
    parts = [part for part in re.split("[~～至到—–－―]+|-(?=[0-9]{4})", _REMARK.sub("", text)) if part.strip()]
    if len(parts) != 2:
        return None, None
    first, last = (read_days(part.strip()) for part in parts)
    start, end = first.low if isinstance(first, Days) else first, last.high if isinstance(last, Days) else last
    return start if isinstance(start, dt.date) else None, end if isinstance(end, dt.date) else None


def read_events(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of events, items, sums and outputs (the contract PROJECT_EVENTS).

    Of several columns that may be one field (名称 and 科目, 延期至 and 应完成日期) each row takes the one it fills.
    """
    reading = read_table(source, PROJECT_EVENTS, sheet=sheet, columns=columns)
    rows, problems = reading.rows, reading.problems
    for name in ("item", "until"):
        known = {header_key(header) for header in (PROJECT_EVENTS[name].title, *PROJECT_EVENTS[name].headers)}
        carried = reading.columns.loc[reading.columns["use"] == CARRIED, "header"]
        for header in (one for one in carried if one in rows and header_key(one) in known):
            cells = [plain(cell) if name == "item" else _last_day(cell) for cell in rows[header]]
            own = [plain(cell) for cell in rows[name]]
            if any(cell and mine and cell != mine for cell, mine in zip(cells, own, strict=True)):
                continue  # a row says two things, so that the column stays as it was told
            more = pd.Series(cells, rows.index, dtype=object).replace("", None)
            empty = pd.Series([not cell for cell in own], rows.index)
            filled = rows[name].mask(empty, pd.to_datetime(more) if name == "until" else more.fillna(""))
            rows = rows.assign(**{name: filled})
            told = (problems["column"] == header) & problems["problem"].str.contains("，只用了“", regex=False)
            problems = problems[~told].reset_index(drop=True)
    return Reading(rows, problems, reading.columns)


def _last_day(cell: Any) -> str:
    """A cell as the last day that it may mean, "" for none."""
    read = cell if isinstance(cell, dt.date) or pd.isna(cell) else read_days(str(cell))
    return plain(read.high if isinstance(read, Days) else read if isinstance(read, dt.date) else None)


def event_of(row: Mapping[Any, Any], known: KnownIds, person: str, source: str) -> tuple[Event | None, list[str]]:
    """The event of a row, and what is wrong with it."""
    cell = {name: plain(row.get(name)) for name in ("project_id", "event", "day", *CELLS)}
    cell["until"] = cell["until"] or plain(row.get("until" + HIGH))  # a month ends with its last day
    amount = row.get("amount")
    amount = None if amount is None or pd.isna(amount) else int(amount)
    if (code := CODES.get(cell["event"], "")) == "changed" and _CHANGED.search(cell["event"]):
        cell["note"] = "；".join(filter(None, (cell["event"], cell["note"])))  # what was changed
    unread = why_unknown(PROJECT_EVENTS["day"], row)
    name = known.find(cell["project_id"])
    words = "、".join([*EVENTS.values(), *ITEMS.values()])
    checks = [
        (not name, f"台账中没有项目“{cell['project_id']}”，请先用 matcher projects import 导入"),
        (not code, f"看不懂事项“{cell['event']}”；可用：{words}"),
        (not cell["day"], f"日期{unread}" if unread else "没有日期"),
        (code in ("budget", "received", "spent") and amount is None, _no_amount(row)),
        (code in ("indicator", "milestone", "reached", "budget", "spent", "output") and not cell["item"], "没有名称"),
        (code == "extended" and not cell["until"], "延期没有写延至哪一天"),
        (code == "milestone" and not cell["until"], "里程碑没有写应完成日期"),
        (code == "accepted" and not cell["grade"], "验收没有写结论"),
        (code == "accepted" and _goes_on(cell["grade"]), _not_over(cell["grade"])),
        (code == "indicator" and not cell["wanted"], "指标没有写要求"),
    ]
    wrong = [text for fault, text in checks if fault]
    if wrong:
        return None, wrong
    kind = "stage" if code in EVENTS else "item"
    return Event(kind, cell["day"], person, body_of(code, {**cell, "amount": amount}), name, source), []


def _goes_on(grade: str) -> bool:
    """Whether a conclusion of acceptance is none: 暂缓通过，限期整改, but not 整改后通过 or 复验合格."""
    return bool(_NOT_OVER.search(grade)) and not any(
        not _OPEN.search(re.split("[,，;；。]", grade[: found.start()])[-1])
        and not _OPENED.search(grade[found.end() :])
        for found in _OVER.finditer(grade)
    )


def _not_over(grade: str) -> str:
    instead = "延期" if "延期" in grade and "整改" not in grade else "整改"
    return f"验收结论“{grade}”不是最后的结论；请改记事项“{instead}”，有了最后的结论再记“验收”"


def _no_amount(row: Mapping[Any, Any]) -> str:
    why = why_unknown(PROJECT_EVENTS["amount"], row)
    return f"金额{why}" if why else "没有金额"


def body_of(code: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event of this code; cells that are not given are ""."""
    return {"event": code, "amount": cell.get("amount"), "again": 0, **{name: cell.get(name, "") for name in CELLS}}


def said(event: Event) -> Said:
    """What an event says, whoever wrote it down and from which file."""
    return event.kind, event.day, event.subject, text_of({**event.body, "again": 0})


def once_more(event: Event, again: Counter[Said]) -> Event:
    """An event that says how often the same was taken back before, so that it is not taken for that one."""
    return replace(event, body={**event.body, "again": again[said(event)]})


def place_of(row: Mapping[Any, Any]) -> str:
    """Where a row stands, for messages."""
    return f"记录 {row.get('row_id', '')}（{plain(row.get('project_id'))} {plain(row.get('event'))}）"


def illegal(before: list[Event], new: list[tuple[str, Event]]) -> list[str]:
    """The first event of a project that may not stand where its day puts it, with the row that makes it so."""
    events = [("", event) for event in before] + [pair for pair in new if pair[1].kind == "stage"]
    events.sort(key=lambda pair: pair[1].day)  # events of one day stay in their order
    codes = [event.body["event"] for _, event in events]
    stage, place = walk(codes)
    if place is None:
        return []
    row, event = events[place]
    row = row or next(row for row, _ in reversed(events[:place]) if row)
    what = f"{event.day} “{EVENTS[codes[place]]}”不能接在“{STAGES[stage]}”之后"
    return [f"{row}：{what}；此时可以是：{may_follow(stage)}"]


def plain(cell: Any) -> str:
    """A cell as text, days in ISO, "" for nothing."""
    if cell is None or pd.isna(cell):
        return ""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, dt.date) else str(cell).strip()
