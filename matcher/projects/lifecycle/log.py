"""The log of a book of projects: what its events have to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcher.errors import ProjectBookError
from matcher.event_log.format import Format
from matcher.event_log.log import EventLog
from matcher.projects.lifecycle.stages import EVENTS, ITEMS

_TEXT = (str,)
_AMOUNT = (int, type(None))
CELLS = ("item", "wanted", "reached", "verdict", "evidence", "source", "grade", "kind", "way", "note", "until")
_CELL = (str, int, float, bool, type(None))


def _check_body(kind: str, day: str, body: Mapping[str, Any]) -> None:
    if kind == "project" and not all(isinstance(cell, _CELL) for cell in body["facts"].values()):
        raise ValueError("项目情况不是单个的值")
    if kind == "stage" and body["event"] not in EVENTS:
        raise ValueError("事项不明")
    if kind == "item" and body["event"] not in ITEMS:
        raise ValueError("事项不明")


class ProjectLog(EventLog):
    """The log of a book of projects; its events are about project_id, "" for rules."""

    format = Format(
        application=0x4D50524A,
        schema=1,
        noun="项目台账",
        command="projects",
        subject="project_id",
        short="project",
        bodies={
            "rules": dict.fromkeys(("name", "programme", "text"), _TEXT),
            "project": {"facts": (dict,)},
            **dict.fromkeys(
                ("stage", "item"), dict.fromkeys(CELLS, _TEXT) | {"event": _TEXT, "amount": _AMOUNT, "again": (int,)}
            ),
            "void": {"seq": (int,), "reason": _TEXT},
        },
        error=ProjectBookError,
        check_body=_check_body,
        texts_of=lambda body: {body["text"]},
    )
