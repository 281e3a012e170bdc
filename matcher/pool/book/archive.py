"""The whole book out as CSV, and a new book made again from it, equal byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.event_log.log import Event
from matcher.event_log.places import Place
from matcher.export.event_archive import MASKED, event_table, masked_events, quoted, read_archive
from matcher.export.tables import table_bytes
from matcher.export.targets import check_targets, make_folder, save_files
from matcher.pool.book.book import SNAPSHOT, Book
from matcher.pool.book.event_log import Log
from matcher.pool.book.facts import masked
from matcher.progress import logger
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import mask_table


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
    targets = [place / "events.csv", place / "snapshots.csv"]
    check_targets(dict.fromkeys(targets, (".csv",)), inputs=[book.log.path])
    snapshots = _snapshots(book)
    tables = _masked(book.log, snapshots) if mask else (event_table(book.log), snapshots)
    files = {rules / f"{name}.yaml": text.encode() for name, text in book.log.texts().items()}
    written = zip(targets, tables, strict=True)
    save_files(files | {target: table_bytes(table.map(quoted), ".csv") for target, table in written})


def rebuild_book(folder: str | Path, path: str | Place) -> Book:
    """Make a new book from an export: the same events, and every snapshot worked out again.

    Parameters
    ----------
    folder
        Of `export_book` with `mask=False`.
    path
        The new book's file or address, as in `Book.create`.

    Raises
    ------
    PoolError
        The folder is no export, its contacts are hidden, or the book exists already; then nothing is written.
    """
    source = Path(folder)
    texts, events = read_archive(source, Log.format)
    book = Book(Log.create(path))
    try:
        with book.log.writing():
            for text in texts.values():
                book.log.keep_text(text)
            for event in book.log.append(events, replayed=True):
                if event.kind == "snapshot":
                    book.log.keep_rows(event.seq, book.rows_of(event))
        book.close()
        book = Book.open(path)  # once more, against all hashes
        _compare_snapshots(book, source / "snapshots.csv")
    except BaseException:
        book.close()
        Log.discard(path)
        raise
    return book


def _compare_snapshots(book: Book, exported: Path) -> None:
    """Says where the rows of an export are not those that its events and rules give."""
    if exported.is_file() and exported.read_bytes() != table_bytes(_snapshots(book).map(quoted), ".csv"):
        logger.warning("%s 与由流水重算的快照不同（已损坏、被改动，或由旧版规则算出）；新库以重算的为准", exported)


def _snapshots(book: Book) -> pd.DataFrame:
    rows = [
        (event.seq, event.day, *json.loads(text).values())
        for event in book.log.events("snapshot")
        for text in book.log.rows(event.seq).values()
    ]
    return pd.DataFrame(rows, columns=["seq", "day", *SNAPSHOT], dtype=object)


def _masked(log: Log, snapshots: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with contacts hidden."""
    follow = pd.DataFrame([event.body for event in log.events("follow")])
    events, ids = masked_events(log, _masked_body, snapshots, follow)
    return events, mask_table(snapshots, ids=ids).assign(**{MASKED: "是"})


def _masked_body(event: Event, ids: Mapping[str, str]) -> Mapping[str, Any]:
    if event.kind == "facts":
        facts = {mask_contacts(name): masked(name, value) for name, value in event.body["facts"].items()}
        return {**event.body, "facts": facts}
    if event.kind in ("follow", "enter", "leave"):
        texts = {name: value for name, value in event.body.items() if isinstance(value, str)}
        return {**event.body, **{name: ids.get(value, mask_contacts(value)) for name, value in texts.items()}}
    return event.body
