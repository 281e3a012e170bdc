"""What is due, overdue or met late on a day, and what goes beyond the rules; each with the rule that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from matcher.event_log.log import Event
from matcher.projects.lifecycle.book import Project
from matcher.projects.lifecycle.rules import Deadline
from matcher.projects.lifecycle.stages import EVENTS, UNDATED
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.dates import later

DUE = ("project_id", "title", "what", "due", "state", "days_left", "done_on", "basis", "source", "verified")
STATES = {"overdue": "逾期", "due": "待办", "late": "迟办", "unknown": "不知期限"}
REMARKS = ("project_id", "title", "remark", "basis", "source", "verified")
_UNDER_WAY = ("running", "acceptance", "rectifying", "accepted")


class _Term(NamedTuple):
    """A time limit of a project: the last day, None where it is not known, and the day on which it was met."""

    what: str
    due: dt.date | None
    done: dt.date | None
    duty: bool
    basis: str
    source: str
    verified: bool


_NO_END = _Term("结束日期", None, None, True, "没有结束日期，也没有阶段，无从计算期限", "项目表", True)


def due_dates(projects: Sequence[Project], *, on: Day) -> pd.DataFrame:
    """What is due for projects that are under way, or of which no stage is known; without an end either, that it lacks.

    Parameters
    ----------
    projects
        What `ProjectBook.known` gave.

    Returns
    -------
    DataFrame
        One row a project and open, unknown or late time limit: project_id, title, what, due, state ("overdue" after the
        last day; "due"; "late": met after its last day; "unknown": a day that it counts from is not known), days_left
        (below 0: days overdue; NA where unknown or met), done_on, basis, source, verified; overdue ones first, then by
        day. Time limits that were met in time, and windows that have closed, are left out.
    """
    day = as_day(on)
    rows = []
    for one in projects:
        if one.stage and one.stage not in _UNDER_WAY:
            continue
        for term in _terms(one, day) if one.stage or one.ends_on else [_NO_END]:
            if (state := _state(term, day)) is not None:
                left = None if term.due is None or term.done is not None else (term.due - day).days
                head = (one.id, one.facts.get("title", ""), term.what, term.due, state, left, term.done)
                rows.append((*head, term.basis, term.source, term.verified))
    table = pd.DataFrame(rows, columns=list(DUE))
    table = table.assign(**{name: pd.to_datetime(table[name]) for name in ("due", "done_on")})
    table["days_left"] = table["days_left"].astype("Int64")
    order = table["state"].map({state: place for place, state in enumerate(STATES)})
    table = table.assign(order=order).sort_values(["order", "due", "project_id", "what"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def _state(term: _Term, day: dt.date) -> str | None:
    if term.done is not None:
        return "late" if term.duty and term.due is not None and term.done > term.due else None
    if term.due is None:
        return "unknown" if term.duty else None
    if term.due < day:
        return "overdue" if term.duty else None
    return "due"


def _terms(project: Project, day: dt.date) -> Iterator[_Term]:
    for rule in project.rules.deadlines:
        for number, due in enumerate(_last_days(project, rule, day), start=1):
            what = f"{rule.title}（第 {number} 次）" if rule.every else rule.title
            done = _done(project, rule, number)
            if done is None or not _undated(done):  # of what was done nobody knows when, nothing is late
                day_done = None if done is None else dt.date.fromisoformat(done.day)
                yield _Term(what, due, day_done, rule.duty, rule.says, project.rules.source, rule.verified)
    wanted = {event.body["item"]: event for event in project.of("milestone")}
    done_on = {event.body["item"]: event.day for event in reversed(project.of("reached"))}
    for item, event in wanted.items():
        due = dt.date.fromisoformat(event.body["until"])
        met_on = dt.date.fromisoformat(done_on[item]) if item in done_on else None
        yield _Term(f"里程碑：{item}", due, met_on, True, "任务书约定", "任务书", True)


def _last_days(project: Project, rule: Deadline, day: dt.date) -> list[dt.date | None]:
    """The last days of a rule; [] where it does not apply (yet)."""
    if rule.base == "end":
        base = project.ends_on
        return [None if base is None else later(base, months=rule.months)]
    event = project.last(rule.base)
    if event is None:
        return []
    if _undated(event):
        return [None]
    base = dt.date.fromisoformat(event.day)
    if not rule.every:
        return [later(base, months=rule.months)]
    end = project.ends_on
    accepted = project.last("accepted")
    over = dt.date.fromisoformat(accepted.day) if accepted is not None and not _undated(accepted) else None
    if project.stage == "accepted":  # what comes later need not be reported
        end = min(filter(None, (end, over)), default=day)
    last = day if end is None else end
    days: list[dt.date | None] = []
    while (next_ := later(base, months=rule.every * (len(days) + 1))) <= last:
        days.append(next_)
    if end is None:
        days.append(next_)
    return days


def _undated(event: Event) -> bool:
    return bool(event.body["note"] == UNDATED)


def _done(project: Project, rule: Deadline, number: int) -> Event | None:
    events = [event for event in project.stages if event.body["event"] in rule.done_by]
    if rule.base not in ("end", "contracted"):
        base = project.last(rule.base)
        events = [event for event in events if base is not None and (event.day, event.seq) > (base.day, base.seq)]
    place = number - 1 if rule.every else 0
    return events[place] if place < len(events) else None


def remarks(projects: Sequence[Project]) -> pd.DataFrame:
    """What of the projects goes beyond their rules: a second extension, one too long or after the term, and the like.

    Returns
    -------
    DataFrame
        One row a remark: project_id, title, remark, basis, source, verified. A book records what was decided, and says
        here where the rules see it otherwise.
    """
    rows = []
    for one in projects:
        head = (one.id, one.facts.get("title", ""))
        rows += [(*head, text, basis, one.rules.source, verified) for text, basis, verified in _remarks(one)]
    return pd.DataFrame(rows, columns=list(REMARKS))


def _remarks(project: Project) -> Iterator[tuple[str, str, bool]]:
    for limit in project.rules.limits:
        events = [event for event in project.stages if event.body["event"] == limit.event]
        if limit.times is not None and len(events) > limit.times:
            text = f"{EVENTS[limit.event]} {len(events)} 次，多于 {limit.times} 次"
            yield text, limit.says, limit.verified
        first = project.facts.get("ends_on")
        if limit.event == "extended" and limit.months is not None and events and first:
            most = later(dt.date.fromisoformat(first), months=limit.months)
            until = project.ends_on
            if until is not None and until > most:
                yield f"延至 {until}，晚于最多可延到的 {most}", limit.says, limit.verified
    asked = next((rule for rule in project.rules.deadlines if "extended" in rule.done_by and rule.base == "end"), None)
    end = project.facts.get("ends_on")
    for event in project.stages if asked and end else ():
        if event.body["event"] == "extended" and asked and end:
            last = later(dt.date.fromisoformat(end), months=asked.months)
            if dt.date.fromisoformat(event.day) > last:
                yield f"{event.day} 延期，晚于可申请延期的最后一天 {last}", asked.says, asked.verified
            end = event.body["until"]
