"""The book of projects: what is known of each, what happened to it, and its stage on a day, all from one log.

A day of an event is the day on which it happened; what was entered late counts from its day. Whatever the book says
follows from its events and the rule texts kept beside them; see docs/lifecycle.md.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import ProjectBookError, TableError
from matcher.event_log.log import Event, text_of
from matcher.projects.lifecycle.log import CELLS, ProjectLog
from matcher.projects.lifecycle.rules import LifeRules, load_rules, parse_rules
from matcher.projects.lifecycle.stages import CODES, EVENTS, ITEMS, STAGES, may_follow, walk
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.contracts import HIGH, LOW, TEXT
from matcher.tables.dates import Days, read_days
from matcher.tables.project_schemas import MANAGED_PROJECTS, PROJECT_EVENTS
from matcher.tables.reading import Reading, read_table
from matcher.tables.writings import KnownIds

FACTS = ("title", "person", "institution", "uscc", "partners", "programme", "year", "starts_on", "ends_on")
STATUS = ("project_id", *FACTS, "stage", "since", "grade", "extensions", "rules")
_TITLES_OF_STAGES = {title: code for code, title in STAGES.items()}
_FIRST = {"running": "contracted", "acceptance": "acceptance_applied", "rectifying": "rectification"}


class Imported(NamedTuple):
    """What an import did: projects that are new, projects and cells that changed, stages that were entered."""

    new: int
    projects: int
    cells: int
    stages: int


class Recorded(NamedTuple):
    """What a record did: events that are new, and rows that stood there already or twice in the table."""

    new: int
    known: int


class Project(NamedTuple):
    """A project as it is known on a day: facts, its stage events and its items in order of their days, its rules."""

    id: str
    facts: Mapping[str, Any]
    stages: tuple[Event, ...]
    items: tuple[Event, ...]
    rules: LifeRules

    @property
    def stage(self) -> str:
        """The stage that its events lead to, "" before the first."""
        return walk(event.body["event"] for event in self.stages)[0]

    @property
    def ends_on(self) -> dt.date | None:
        """The end of its term: that of the last extension, else of its facts; None where nobody knows."""
        ends = [event.body["until"] for event in self.stages if event.body["event"] == "extended"]
        text = next((end for end in reversed(ends) if end), None) or self.facts.get("ends_on")
        return dt.date.fromisoformat(text) if text else None

    def last(self, *events: str) -> Event | None:
        """The last stage event of these kinds."""
        return next((event for event in reversed(self.stages) if event.body["event"] in events), None)

    def of(self, *events: str) -> list[Event]:
        """Its items of these kinds, in order."""
        return [event for event in self.items if event.body["event"] in events]


def read_managed(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of projects for the book (the contract MANAGED_PROJECTS).

    A term (起止时间) stands for its two days where they have no columns; a month alone begins with its first day and
    ends with its last.

    Examples
    --------
    >>> table = pd.DataFrame({"项目编号": ["P1"], "项目名称": ["虚构项目"], "起止时间": ["2023.7-2026年6月"]})
    >>> [f"{day:%Y-%m-%d}" for day in read_managed(table).rows[["starts_on", "ends_on"]].iloc[0]]
    ['2023-07-01', '2026-06-30']
    """
    reading = read_table(source, MANAGED_PROJECTS, sheet=sheet, columns=columns)
    rows = reading.rows
    terms = [_term(text) for text in rows["term"]]
    days = {}
    for place, (name, end) in enumerate((("starts_on", LOW), ("ends_on", HIGH))):
        known = rows[name].fillna(rows[name + end]) if name + end in rows else rows[name]
        days[name] = known.fillna(pd.to_datetime(pd.Series([term[place] for term in terms], rows.index, dtype=object)))
    return Reading(rows.assign(**days), reading.problems, reading.columns)


def _term(text: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day of a term; None for what cannot be read."""
    parts = [part for part in re.split("[~～至到—–－―]+|-(?=[0-9]{4})", text) if part.strip()]
    if len(parts) != 2:
        return None, None
    first, last = (read_days(part.strip()) for part in parts)
    start, end = first.low if isinstance(first, Days) else first, last.high if isinstance(last, Days) else last
    return start if isinstance(start, dt.date) else None, end if isinstance(end, dt.date) else None


def read_events(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Read a table of events, items, sums and outputs (the contract PROJECT_EVENTS)."""
    return read_table(source, PROJECT_EVENTS, sheet=sheet, columns=columns)


class ProjectBook:
    """A book of projects in one file. Every method that writes is one transaction; `log` holds its events.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> path = tempfile.mkdtemp() + "/projects.db"
    >>> with ProjectBook.create(path, on="2026-01-05", person="王岚", rules="浙江2015") as book:
    ...     table = {"项目编号": ["P1"], "项目名称": ["虚构项目"], "当前阶段": ["申报"], "阶段日期": ["2026-01-04"]}
    ...     done = book.put(read_managed(pd.DataFrame(table)).rows, on="2026-01-05", person="王岚")
    ...     done.new, book.projects("2026-01-05")["stage"].tolist()
    (1, ['applied'])
    """

    def __init__(self, log: ProjectLog) -> None:
        self.log = log

    def close(self) -> None:
        """Close the file."""
        self.log.close()

    def __enter__(self) -> ProjectBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def create(cls, path: str | Path, *, on: Day, person: str, rules: str | Path) -> ProjectBook:
        """A new book whose rules (`matcher.projects.lifecycle.rules.load_rules`) hold from `on`."""
        read = load_rules(rules, as_day(on))
        book = cls(ProjectLog.create(path))
        book._write_rules(read, as_day(on), person, "")
        return book

    @classmethod
    def open(cls, path: str | Path) -> ProjectBook:
        """The book in a file, held against its hashes. ProjectBookError where there is none or it is damaged."""
        return cls(ProjectLog.open(path))

    def set_rules(self, rules: str | Path, *, on: Day, person: str, programme: str = "") -> None:
        """Other rules from a day on, for all projects or for those of one programme."""
        self._write_rules(load_rules(rules, as_day(on)), as_day(on), person, programme)

    def _write_rules(self, rules: LifeRules, on: dt.date, person: str, programme: str) -> None:
        with self.log.writing():
            upon = len(self.log.events("rules"))
            body = {"name": rules.name, "programme": programme, "text": self.log.keep_text(rules.text), "upon": upon}
            self.log.append([Event("rules", on.isoformat(), person, body)])

    # ---- writing

    def put(self, projects: pd.DataFrame, *, on: Day, person: str, source: str = "") -> Imported:
        """Write the facts of a table that the book does not have yet; the same table again: nothing.

        projects: what `read_managed` gave, in `.rows`. An empty cell says nothing. A stage is entered for a project
        that has none yet. Raises ProjectBookError with every fault; then nothing is written.
        """
        check_frame(projects, "projects", "read_managed(path).rows")
        day = as_day(on).isoformat()
        events, stages, faults = list[Event](), list[Event](), list[str]()
        with self.log.writing():
            facts, places = self._facts(None), {event.subject: event.seq for event in self.log.events("project")}
            staged = {event.subject for event in self.log.events("stage")}
            known = KnownIds(facts)
            new = 0
            for row in projects.to_dict("records"):
                name = known.find(str(row["project_id"])) or str(row["project_id"])
                now = facts.get(name, {})
                cells = {fact: _plain(row.get(fact)) for fact in FACTS}
                changed = {fact: cell for fact, cell in cells.items() if cell != "" and cell != now.get(fact, "")}
                if changed or name not in facts:
                    new += name not in facts
                    # what it was written upon is part of the event, so that A, B, A are three events
                    body = {"facts": changed, "upon": places.get(name, 0)}
                    events.append(Event("project", day, person, body, name, source))
                word, since = _plain(row.get("stage")), _plain(row.get("stage_on"))
                if word and name not in staged:
                    code = CODES.get(word, _TITLES_OF_STAGES.get(word, ""))
                    code = _FIRST.get(code, code)
                    if code not in EVENTS or not since:
                        wrong = "没有阶段日期" if code in EVENTS else f"看不懂当前阶段“{word}”"
                        faults.append(f"{name}：{wrong}")
                        continue
                    stages.append(Event("stage", since, person, _body(code, {}), name, source))
            _refuse("项目表", faults, ProjectBookError)
            self.log.append([*events, *stages])
        return Imported(new, len(events) - new, sum(len(event.body["facts"]) for event in events), len(stages))

    def record(self, rows: pd.DataFrame, *, person: str, source: str = "") -> Recorded:
        """Write what happened to projects of the book; what stands there already is passed over, whoever wrote it.

        rows: what `read_events` gave, in `.rows`. Raises TableError with every fault (a project that the book does not
        know, an event that may not follow on the stage of its day, a missing day, sum or name); then nothing is
        written.
        """
        check_frame(rows, "rows", "read_events(path).rows")
        with self.log.writing():
            known = KnownIds(self._facts(None))
            there = {_key(event) for event in self.log.events("stage", "item")}
            stages = _by_project(self.log.events("stage"))
            new, passed, faults = list[tuple[str, Event]](), 0, list[str]()
            for row in rows.to_dict("records"):
                event, wrong = _event(row, known, person, source)
                faults += [f"{_place(row)}：{text}" for text in wrong]
                if event is None:
                    continue
                if _key(event) in there:
                    passed += 1
                    continue
                there.add(_key(event))
                new.append((_place(row), event))
            for name in dict.fromkeys(event.subject for _, event in new if event.kind == "stage"):
                faults += _illegal(stages.get(name, []), [pair for pair in new if pair[1].subject == name])
            _refuse("记录表", faults, TableError)
            self.log.append([event for _, event in new])
        return Recorded(len(new), passed)

    # ---- reading

    def rules(self, on: Day) -> dict[str, LifeRules]:
        """The rules that hold on a day: programme ("" for the others) -> rules. ProjectBookError where none do."""
        texts, found = self.log.texts(), dict[str, LifeRules]()
        for event in sorted(self.log.events("rules", day=as_day(on)), key=lambda event: (event.day, event.seq)):
            found[event.body["programme"]] = parse_rules(texts[event.body["text"]], event.body["name"])
        if "" not in found:
            raise ProjectBookError(f"{on} 这一天台账还没有规则；请检查日期")
        return found

    def known(self, on: Day) -> list[Project]:
        """Every project as it is known on a day, by id."""
        day, rules = as_day(on), self.rules(on)
        facts = self._facts(day)
        stages, items = (_by_project(self.log.events(kind, day=day)) for kind in ("stage", "item"))
        return [
            Project(name, facts[name], tuple(stages.get(name, ())), tuple(items.get(name, ())),
                    rules.get(facts[name].get("programme", ""), rules[""]))
            for name in sorted(facts)
        ]  # fmt: skip

    def projects(self, on: Day) -> pd.DataFrame:
        """One row a project on a day, by id: STATUS; stage is a key of `STAGES`, ends_on with extensions."""
        rows = []
        for one in self.known(on):
            last, accepted = one.stages[-1] if one.stages else None, one.last("accepted")
            facts = {name: one.facts.get(name, "") for name in FACTS} | {"ends_on": one.ends_on}
            extensions = sum(event.body["event"] == "extended" for event in one.stages)
            grade = accepted.body["grade"] if accepted else ""
            since = last.day if last else ""
            rows.append((one.id, *facts.values(), one.stage, since, grade, extensions, one.rules.name))
        table = pd.DataFrame(rows, columns=list(STATUS))
        days = {name: pd.to_datetime(table[name], errors="coerce") for name in ("starts_on", "ends_on", "since")}
        return table.assign(**days)

    def _facts(self, day: dt.date | None) -> dict[str, dict[str, Any]]:
        facts: dict[str, dict[str, Any]] = {}
        for event in sorted(self.log.events("project", day=day), key=lambda event: (event.day, event.seq)):
            facts.setdefault(event.subject, {}).update(event.body["facts"])
        return facts


def _by_project(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.day, event.seq)):
        found.setdefault(event.subject, []).append(event)
    return found


def _event(row: Mapping[Any, Any], known: KnownIds, person: str, source: str) -> tuple[Event | None, list[str]]:
    """The event of a row, and what is wrong with it."""
    cell = {name: _plain(row.get(name)) for name in ("project_id", "event", "day", *CELLS)}
    amount = row.get("amount")
    amount = None if amount is None or pd.isna(amount) else int(amount)
    code, written = CODES.get(cell["event"], ""), _plain(row.get("day" + TEXT))
    name = known.find(cell["project_id"])
    words = "、".join([*EVENTS.values(), *ITEMS.values()])
    checks = [
        (not name, f"台账中没有项目“{cell['project_id']}”，请先用 matcher projects import 导入"),
        (not code, f"看不懂事项“{cell['event']}”；可用：{words}"),
        (not cell["day"], f"日期“{written}”不确切，请写到日" if written else "没有日期"),
        (code in ("budget", "received", "spent") and amount is None, "没有金额"),
        (code in ("indicator", "milestone", "reached", "budget", "spent", "output") and not cell["item"], "没有名称"),
        (code == "extended" and not cell["until"], "延期没有写延至哪一天"),
        (code == "milestone" and not cell["until"], "里程碑没有写应完成日期"),
        (code == "accepted" and not cell["grade"], "验收没有写结论"),
        (code == "indicator" and not cell["wanted"], "指标没有写要求"),
    ]
    wrong = [text for fault, text in checks if fault]
    if wrong:
        return None, wrong
    kind = "stage" if code in EVENTS else "item"
    return Event(kind, cell["day"], person, _body(code, {**cell, "amount": amount}), name, source), []


def _body(code: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": code, "amount": cell.get("amount"), **{name: cell.get(name, "") for name in CELLS}}


def _key(event: Event) -> tuple[str, str, str, str]:
    """What an event says, whoever wrote it down and from which file."""
    return event.kind, event.day, event.subject, text_of(event.body)


def _place(row: Mapping[Any, Any]) -> str:
    return f"记录 {row.get('row_id', '')}（{_plain(row.get('project_id'))} {_plain(row.get('event'))}）"


def _illegal(before: list[Event], new: list[tuple[str, Event]]) -> list[str]:
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


def _plain(cell: Any) -> str:
    if cell is None or pd.isna(cell):
        return ""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, dt.date) else str(cell).strip()


def _refuse(what: str, faults: list[str], error: type[TableError] | type[ProjectBookError]) -> None:
    if faults:
        more = f"\n  ……另有 {len(faults) - 20} 处" if len(faults) > 20 else ""
        raise error(f"{what}有 {len(faults)} 处问题，没有写入：\n  " + "\n  ".join(faults[:20]) + more)
