"""Outputs of projects as the registers of firms and the outcome library take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from matcher.event_log.log import Event
from matcher.projects.lifecycle.book import Project

OUTPUTS = ("project_id", "title", "kind", "item", "day", "way", "amount", "evidence", "note")
CONVERSIONS = (
    "enterprise_id", "name", "uscc", "outcome", "kind", "converted_on", "evidence", "project_id", "amount",
)  # fmt: skip
OUTCOMES = (
    "outcome_id", "title", "description", "keywords", "field", "institution", "ip_type", "cooperation", "posted_on",
    "project_id",
)  # fmt: skip


def output_table(projects: Sequence[Project]) -> pd.DataFrame:
    """Every output, one row each: OUTPUTS; projects by id, outputs by day."""
    rows = [
        (one.id, one.facts.get("title", ""), *(event.body[name] for name in ("kind", "item")), event.day,
         *(event.body[name] for name in ("way", "amount", "evidence", "note")))
        for one, event in _all(projects)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(OUTPUTS))
    return table.assign(day=pd.to_datetime(table["day"]), amount=table["amount"].astype("Int64"))


def conversions(projects: Sequence[Project]) -> pd.DataFrame:
    """The outputs that were put to use, as the firms' register of conversions takes them.

    Returns
    -------
    DataFrame
        One row an output with a 转化形式, of projects in their order: enterprise_id (统一社会信用代码 of the
        institution, else its name), name, uscc, outcome, kind (the form), converted_on, evidence, project_id, amount.
        Whether it counts the register says (`matcher.policy.registers`).
    """
    rows = [
        (one.facts.get("uscc", "") or one.facts.get("institution", ""), one.facts.get("institution", ""),
         one.facts.get("uscc", ""), event.body["item"], event.body["way"], event.day, event.body["evidence"], one.id,
         event.body["amount"])
        for one, event in _all(projects)
        if event.body["way"]
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(CONVERSIONS))
    return table.assign(converted_on=pd.to_datetime(table["converted_on"]), amount=table["amount"].astype("Int64"))


def outcomes(projects: Sequence[Project]) -> pd.DataFrame:
    """The outputs as rows of the outcome library (the contract OUTCOMES), each named output of a project once.

    Returns
    -------
    DataFrame
        outcome_id (project_id-C1, C2 ... by the first day of the output), title, description (the note, else the
        project's title), keywords and field (""), institution, ip_type (the kind of output where it is a right),
        cooperation (the form of conversion), posted_on, project_id. Papers and people trained are no outcomes.
    """
    rows = []
    for one in projects:
        first: dict[str, Event] = {}
        for event in one.of("output"):
            if not any(word in event.body["kind"] for word in ("论文", "人才", "培养")):
                first.setdefault(event.body["item"], event)
        for number, (item, event) in enumerate(first.items(), start=1):
            kind = event.body["kind"]
            right = kind if any(word in kind for word in ("专利", "著作权", "软著", "新品种", "布图")) else ""
            text = event.body["note"] or f"项目“{one.facts.get('title', '')}”的产出"
            place = (one.facts.get("institution", ""), right, event.body["way"], event.day, one.id)
            rows.append((f"{one.id}-C{number}", item, text, "", "", *place))
    table = pd.DataFrame(rows, columns=list(OUTCOMES))
    return table.assign(posted_on=pd.to_datetime(table["posted_on"]))


def _all(projects: Sequence[Project]) -> Iterator[tuple[Project, Event]]:
    return ((one, event) for one in projects for event in one.of("output"))
