"""The events of a book of record as a table, and events again from such a table: equal books give equal bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.event_log.format import Format, hash_of_text
from matcher.event_log.log import Event, EventLog, text_of
from matcher.export.tables import all_ids
from matcher.tables.privacy import mask_table

MASKED = "contacts_masked"  # the column by which an export with hidden contacts says so
_SIGN = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠']")


def _columns(form: Format) -> list[str]:
    return ["seq", "event_id", "day", "kind", form.subject, "person", "source", "body"]


def event_table(log: EventLog) -> pd.DataFrame:
    """Every event, one row each, in order; bodies as text."""
    rows = [
        (event.seq, event.event_id, event.day, event.kind, event.subject, event.person, event.source,
         text_of(event.body))
        for event in log.events()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_columns(log.format), dtype=object)


def masked_events(
    log: EventLog,
    mask_body: Callable[[Event, Mapping[str, str]], Mapping[str, Any]],
    *beside: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """`event_table` with contacts hidden, which says so in a column of its own, and what the ids are written as.

    A body is JSON: its cells are masked under their names, by `mask_body`, not as one text. beside: further tables
    whose ids are masked alike.
    """
    events = event_table(log)
    ids = all_ids([events, *beside])
    bodies = [text_of(mask_body(event, ids)) for event in log.events()]
    return mask_table(events.drop(columns="body"), ids=ids).assign(body=bodies, **{MASKED: "是"}), ids


def read_archive(folder: Path, form: Format) -> tuple[dict[str, str], list[Event]]:
    """The rule texts and events of an export. The format's error where it is none, masked, damaged or changed."""
    try:
        texts = {file.stem: file.read_bytes().decode() for file in sorted((folder / "rules").glob("*.yaml"))}
        content = (folder / "events.csv").read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise form.error(f"“{folder}”不是导出的文件夹：缺少 events.csv 或 rules") from error
    if wrong := [name for name, text in texts.items() if hash_of_text(text) != name]:
        raise form.error(f"“{folder}”中的 rules/{wrong[0]}.yaml 已损坏或被改动：内容与文件名不符")
    return texts, _read_events(content, str(folder), form)


def _read_events(content: str, folder: str, form: Format) -> list[Event]:
    heads = csv.DictReader(io.StringIO(content, newline="")).fieldnames or ()
    if MASKED in heads:
        text = f"重建须用未遮盖的导出：matcher {form.command} export … --show-contacts"
        raise form.error(f"“{folder}”中的联系方式已遮盖，不能用来重建；{text}")
    if missing := [name for name in _columns(form) if name not in heads]:
        raise form.error(f"“{folder}”中的 events.csv 缺少列：{'、'.join(missing)}")
    events: list[Event] = []
    try:
        for place, row in enumerate(csv.DictReader(io.StringIO(content, newline="")), start=1):
            cell = {name: row[name].removeprefix("'") for name in _columns(form)}
            body = form.body_of(cell["kind"], cell["day"], cell["body"])
            event = Event(cell["kind"], cell["day"], cell["person"], body, cell[form.subject], cell["source"])
            if (cell["seq"], cell["event_id"]) != (str(place), event.id):
                raise ValueError(f"第 {place} 条记录与其编号不符")
            events.append(event)
    except (AttributeError, ValueError, csv.Error) as error:
        raise form.error(f"“{folder}”中的 events.csv 已损坏或被改动：{str(error)[:120]}") from error
    return events


def quoted(cell: Any) -> str:
    """A cell as text; one that a spreadsheet takes for a formula, or that has a leading ' itself, with one more '."""
    text = "" if cell is None else str(cell)
    return "'" + text if isinstance(cell, str) and _SIGN.match(cell) else text
