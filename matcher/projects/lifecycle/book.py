"""The book of projects: what is known of each, what happened to it, and its stage on a day, all from one log.

A day of an event is the day on which it happened; what was entered late counts from its day. Whatever the book says
follows from its events and the rule texts kept beside them; see docs/lifecycle.md.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import ProjectBookError, TableError
from matcher.event_log.log import Event, refuse_faults
from matcher.event_log.places import Place
from matcher.projects.lifecycle.entries import Said, body_of, event_of, illegal, once_more, place_of, plain, said
from matcher.projects.lifecycle.log import ProjectLog
from matcher.projects.lifecycle.rules import LifeRules, load_rules, parse_rules
from matcher.projects.lifecycle.stages import ENDS, EVENTS, ITEMS, STAGE_CODES, STAGES, UNDATED, walk
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.naming.writings import KnownIds
from matcher.tables.schemas.projects import MANAGED_PROJECTS

FACTS = ("title", "person", "institution", "uscc", "partners", "programme", "year", "starts_on", "ends_on")
STATUS = ("project_id", *FACTS, "stage", "since", "grade", "extensions", "rules")
JOURNAL = ("seq", "project_id", "day", "event", "item", "amount", "note", "entered_by", "from_file", "void")


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


class ProjectBook:
    """A book of projects in one file or schema. Every method that writes is one transaction; `log` holds its events.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from matcher.projects import read_managed
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
        """Close the file or the connection."""
        self.log.close()

    def __enter__(self) -> ProjectBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def create(cls, path: str | Place, *, on: Day, person: str, rules: str | Path) -> ProjectBook:
        """A new book whose rules (`matcher.projects.lifecycle.rules.load_rules`) hold from `on`.

        path: a file that is not there yet, or an address in PostgreSQL, as in `matcher.pool.Book.create`.
        """
        read = load_rules(rules, as_day(on))
        book = cls(ProjectLog.create(path))
        book._write_rules(read, as_day(on), person, "")
        return book

    @classmethod
    def open(cls, path: str | Place) -> ProjectBook:
        """The book in a file or at an address, held against its hashes.

        ProjectBookError where there is none or it is damaged.
        """
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
        that has none yet; one that ends it and has no day on the day `on`, with a note. Raises ProjectBookError with
        every fault; then nothing is written.
        """
        check_frame(projects, "projects", "read_managed(path).rows")
        day = as_day(on).isoformat()
        events, stages, faults = list[Event](), list[Event](), list[str]()
        with self.log.writing():
            facts, places = self._facts(None), {event.subject: event.seq for event in self.log.events("project")}
            staged = {event.subject for event in self.events("stage")}
            known, again = KnownIds(facts), self._taken_back()
            new = set[str]()
            for row in projects.to_dict("records"):
                name = known.find(str(row["project_id"])) or str(row["project_id"])
                now = facts.get(name, {})
                cells = {fact: plain(row.get(fact)) for fact in FACTS}
                changed = {fact: cell for fact, cell in cells.items() if cell != "" and cell != now.get(fact, "")}
                if changed or name not in facts:
                    new |= {name} - set(facts)
                    # what it was written upon is part of the event, so that A, B, A are three events
                    body = {"facts": changed, "upon": places.get(name, 0)}
                    events.append(Event("project", day, person, body, name, source))
                word, since = plain(row.get("stage")), plain(row.get("stage_on"))
                if word and name not in staged:
                    code, why = STAGE_CODES.get(word, ""), why_unknown(MANAGED_PROJECTS["stage_on"], row)
                    undated = code in ENDS and not since and not why
                    if code not in EVENTS or not (since or undated):
                        no_day = f"阶段日期{why}" if why else "没有阶段日期，请加“阶段日期”一列，写进入当前阶段的那一天"
                        words = "、".join(STAGES.values())
                        wrong = no_day if code in EVENTS else f"看不懂当前阶段“{word}”；可写：{words}"
                        faults.append(f"{name}：{wrong}")
                        continue
                    body = body_of(code, {"note": UNDATED} if undated else {})
                    stages.append(once_more(Event("stage", since or day, person, body, name, source), again))
            refuse_faults("项目表", faults, ProjectBookError)
            self.log.append([*events, *stages])
        return Imported(
            len(new), len(events) - len(new), sum(len(event.body["facts"]) for event in events), len(stages)
        )

    def record(self, rows: pd.DataFrame, *, person: str, source: str = "") -> Recorded:
        """Write what happened to projects of the book; what stands there already is passed over, whoever wrote it.

        rows: what `read_events` gave, in `.rows`. Raises TableError with every fault (a project that the book does not
        know, an event that may not follow on the stage of its day, a missing day, sum or name); then nothing is
        written.
        """
        check_frame(rows, "rows", "read_events(path).rows")
        with self.log.writing():
            known = KnownIds(self._facts(None))
            there, again = {said(event) for event in self.events("stage", "item")}, self._taken_back()
            stages = _by_project(self.events("stage"))
            new, passed, faults = list[tuple[str, Event]](), 0, list[str]()
            for row in rows.to_dict("records"):
                event, wrong = event_of(row, known, person, source)
                faults += [f"{place_of(row)}：{text}" for text in wrong]
                if event is None:
                    continue
                if said(event) in there:
                    passed += 1
                    continue
                there.add(said(event))
                new.append((place_of(row), once_more(event, again)))
            for name in dict.fromkeys(event.subject for _, event in new if event.kind == "stage"):
                faults += illegal(stages.get(name, []), [pair for pair in new if pair[1].subject == name])
            refuse_faults("记录表", faults, TableError)
            self.log.append([event for _, event in new])
        return Recorded(len(new), passed)

    def take_back(self, number: int, *, on: Day, person: str, reason: str) -> Event:
        """Take back a stage, item, sum or output that was entered by mistake; it stays in the log and counts no more.

        number: its place in the log (`journal`). Returns it. Raises ProjectBookError where there is none, it was taken
        back already, or what is left of the project's stages would not follow.
        """
        with self.log.writing():
            event = next((one for one in self.events("stage", "item") if one.seq == number), None)
            if event is None:
                raise ProjectBookError(f"台账中没有编号 {number} 的记录，或已经作废；编号见 status 工作簿的“流水”")
            stages = [one for one in self.events("stage") if one.subject == event.subject and one.seq != number]
            left = _by_project(stages).get(event.subject, [])
            stage, place = walk(one.body["event"] for one in left)
            if place is not None:
                what = f"{left[place].day} “{EVENTS[left[place].body['event']]}”不能接在“{STAGES[stage]}”之后"
                raise ProjectBookError(f"作废编号 {number} 以后，{event.subject} {what}；请先作废后面的记录")
            body = {"seq": number, "reason": reason}
            self.log.append([Event("void", as_day(on).isoformat(), person, body, event.subject)])
        return event

    # ---- reading

    def events(self, *kinds: str, day: dt.date | None = None) -> list[Event]:
        """The events of these kinds up to a day, but for those that were taken back, in the order of the log."""
        taken = {event.body["seq"] for event in self.log.events("void")}
        return [event for event in self.log.events(*kinds, day=day) if event.seq not in taken]

    def _taken_back(self) -> Counter[Said]:
        """How often each thing was said and taken back: said again it is another event."""
        there = {event.seq for event in self.events("stage", "item")}
        return Counter(said(event) for event in self.log.events("stage", "item") if event.seq not in there)

    def journal(self, on: Day) -> pd.DataFrame:
        """Every stage, item, sum and output up to a day, in the order of the log: JOURNAL; void: why taken back."""
        void = {event.body["seq"]: event.body["reason"] for event in self.log.events("void")}
        words = {**EVENTS, **ITEMS}
        rows = [
            (event.seq, event.subject, event.day, words[event.body["event"]], event.body["item"], event.body["amount"],
             event.body["note"], event.person, event.source, void.get(event.seq, ""))
            for event in self.log.events("stage", "item", day=as_day(on))
        ]  # fmt: skip
        table = pd.DataFrame(rows, columns=list(JOURNAL))
        return table.assign(day=pd.to_datetime(table["day"])).astype({"amount": "Int64"})

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
        stages, items = (_by_project(self.events(kind, day=day)) for kind in ("stage", "item"))
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
