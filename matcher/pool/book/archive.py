"""The whole book out as CSV, and a new book made again from it, equal byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import PoolError
from matcher.export.tables import all_ids, table_bytes
from matcher.export.targets import check_targets, make_folder, save_files
from matcher.pool.book.book import SNAPSHOT, Book
from matcher.pool.book.event_log import Event, Log, text_of
from matcher.pool.book.facts import masked
from matcher.pool.book.soundness import body_of, hash_of_text
from matcher.progress import logger
from matcher.tables.contacts import mask_contacts
from matcher.tables.privacy import mask_table

EVENTS = ("seq", "event_id", "day", "kind", "enterprise_id", "person", "source", "body")
MASKED = "contacts_masked"  # the column by which an export with hidden contacts says so
_SIGN = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠']")


def export_book(book: Book, folder: str | Path, *, mask: bool = True) -> None:
    """Write a book as CSV: `events.csv`, `snapshots.csv` and `rules/<sha256>.yaml` in a folder.

    Parameters
    ----------
    folder
        Made where it is missing.
    mask
        Hide contacts. Such an export says so in a column of its own in both files, and is for reading:
        `rebuild_book` takes only exports with `mask=False`. Equal books give equal bytes.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written.
    """
    place = make_folder(folder)
    rules = make_folder(place / "rules")
    tables = {place / "events.csv": _events(book.log), place / "snapshots.csv": _snapshots(book)}
    check_targets(dict.fromkeys(tables, (".csv",)), inputs=[book.log.path])
    if mask:
        tables = dict(zip(tables, _masked(book.log, *tables.values()), strict=True))
    files = {rules / f"{name}.yaml": text.encode() for name, text in book.log.texts().items()}
    save_files(files | {target: table_bytes(table.map(_quoted), ".csv") for target, table in tables.items()})


def rebuild_book(folder: str | Path, path: str | Path) -> Book:
    """Make a new book from an export: the same events, and every snapshot worked out again.

    Parameters
    ----------
    folder
        Of `export_book` with `mask=False`.
    path
        The new book's file.

    Raises
    ------
    PoolError
        The folder is no export, its contacts are hidden, or the file exists already; then nothing is written.
    """
    source = Path(folder)
    try:
        texts = {file.stem: file.read_bytes().decode() for file in sorted((source / "rules").glob("*.yaml"))}
        content = (source / "events.csv").read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PoolError(f"“{folder}”不是导出的文件夹：缺少 events.csv 或 rules") from error
    if wrong := [name for name, text in texts.items() if hash_of_text(text) != name]:
        raise PoolError(f"“{folder}”中的 rules/{wrong[0]}.yaml 已损坏或被改动：内容与文件名不符")
    events = _read_events(content, str(folder))
    book = Book(Log.create(path))
    try:
        with book.log.writing():
            for text in texts.values():
                book.log.keep_text(text)
            for event in book.log.append(events):
                if event.kind == "snapshot":
                    book.log.keep_rows(event.seq, book.rows_of(event))
        book.close()
        book = Book.open(path)  # once more, against all hashes
        _compare_snapshots(book, source / "snapshots.csv")
    except BaseException:
        book.close()
        Path(path).unlink(missing_ok=True)
        raise
    return book


def _compare_snapshots(book: Book, exported: Path) -> None:
    """Says where the rows of an export are not those that its events and rules give."""
    if exported.is_file() and exported.read_bytes() != table_bytes(_snapshots(book).map(_quoted), ".csv"):
        logger.warning("%s 与由流水重算的快照不同（已损坏、被改动，或由旧版规则算出）；新库以重算的为准", exported)


def _read_events(content: str, folder: str) -> list[Event]:
    heads = csv.DictReader(io.StringIO(content, newline="")).fieldnames or ()
    if MASKED in heads:
        raise PoolError(
            f"“{folder}”中的联系方式已遮盖，不能用来重建；重建须用未遮盖的导出：matcher pool export … --show-contacts"
        )
    if missing := [name for name in EVENTS if name not in heads]:
        raise PoolError(f"“{folder}”中的 events.csv 缺少列：{'、'.join(missing)}")
    events: list[Event] = []
    try:
        for place, row in enumerate(csv.DictReader(io.StringIO(content, newline="")), start=1):
            cell = {name: row[name].removeprefix("'") for name in EVENTS}
            body = body_of(cell["kind"], cell["day"], cell["body"])
            event = Event(cell["kind"], cell["day"], cell["person"], body, cell["enterprise_id"], cell["source"])
            if (cell["seq"], cell["event_id"]) != (str(place), event.id):
                raise ValueError(f"第 {place} 条记录与其编号不符")
            events.append(event)
    except (AttributeError, ValueError, csv.Error) as error:
        raise PoolError(f"“{folder}”中的 events.csv 已损坏或被改动：{str(error)[:120]}") from error
    return events


def _events(log: Log) -> pd.DataFrame:
    rows = [
        (event.seq, event.event_id, event.day, event.kind, event.enterprise_id, event.person, event.source,
         text_of(event.body))
        for event in log.events()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(EVENTS), dtype=object)


def _snapshots(book: Book) -> pd.DataFrame:
    rows = [
        (event.seq, event.day, *json.loads(text).values())
        for event in book.log.events("snapshot")
        for text in book.log.rows(event.seq).values()
    ]
    return pd.DataFrame(rows, columns=["seq", "day", *SNAPSHOT], dtype=object)


def _masked(log: Log, events: pd.DataFrame, snapshots: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with contacts hidden. A body is JSON: its cells are masked under their names, not as one text."""
    follow = pd.DataFrame([event.body for event in log.events("follow")])
    ids = all_ids([events, snapshots, follow])
    bodies = [text_of(_masked_body(event, ids)) for event in log.events()]
    events = mask_table(events.drop(columns="body"), ids=ids).assign(body=bodies, **{MASKED: "是"})
    return events, mask_table(snapshots, ids=ids).assign(**{MASKED: "是"})


def _masked_body(event: Event, ids: Mapping[str, str]) -> Mapping[str, Any]:
    if event.kind == "facts":
        facts = {mask_contacts(name): masked(name, value) for name, value in event.body["facts"].items()}
        return {**event.body, "facts": facts}
    if event.kind in ("follow", "enter", "leave"):
        texts = {name: value for name, value in event.body.items() if isinstance(value, str)}
        return {**event.body, **{name: ids.get(value, mask_contacts(value)) for name, value in texts.items()}}
    return event.body


def _quoted(cell: Any) -> str:
    """A cell as text; one that a spreadsheet takes for a formula, or that has a leading ' itself, with one more '."""
    text = "" if cell is None else str(cell)
    return "'" + text if isinstance(cell, str) and _SIGN.match(cell) else text
