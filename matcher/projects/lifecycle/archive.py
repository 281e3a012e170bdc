"""The whole book out as CSV, and a new book made again from it, equal byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcher.event_log.log import Event
from matcher.event_log.places import Place
from matcher.export.event_archive import event_table, masked_events, quoted, read_archive
from matcher.export.tables import table_bytes
from matcher.export.targets import check_targets, make_folder, save_files
from matcher.projects.lifecycle.book import ProjectBook
from matcher.projects.lifecycle.log import ProjectLog
from matcher.projects.lifecycle.stages import EVENTS, STAGES, walk
from matcher.tables.contacts.hiding import mask_contacts


def export_book(book: ProjectBook, folder: str | Path, *, mask: bool = True) -> None:
    """Write a book as `events.csv` and `rules/<sha256>.yaml` in a folder, which is made where it is missing.

    mask: hide contacts. Such an export says so in a column of its own and is for reading: `rebuild_book` takes only
    exports with `mask=False`. Equal books give equal bytes. Raises OutputError.
    """
    place = make_folder(folder)
    rules, target = make_folder(place / "rules"), place / "events.csv"
    check_targets({target: (".csv",)}, inputs=[book.log.path])
    events = masked_events(book.log, _masked_body)[0] if mask else event_table(book.log)
    texts = {rules / f"{name}.yaml": text.encode() for name, text in book.log.texts().items()}
    save_files(texts | {target: table_bytes(events.map(quoted), ".csv")})


def rebuild_book(folder: str | Path, path: str | Place) -> ProjectBook:
    """Make a new book from an export of `export_book` with `mask=False`: the same events in the same order.

    Raises ProjectBookError where the folder is no export, its contacts are hidden, it was changed, or the book exists
    already; then nothing is written.
    """
    texts, events = read_archive(Path(folder), ProjectLog.format)
    book = ProjectBook(ProjectLog.create(path))
    try:
        with book.log.writing():
            for text in texts.values():
                book.log.keep_text(text)
            book.log.append(events, replayed=True)
        book.close()
        return ProjectBook.open(path)  # once more, against all hashes
    except BaseException:
        book.close()
        ProjectLog.discard(path)
        raise


def replay(book: ProjectBook) -> list[str]:
    """What of an open book's stages does not follow: a sentence for each project; [] where all do.

    Hashes of events and texts were checked when the book was opened.
    """
    events = sorted(book.events("stage"), key=lambda event: (event.day, event.seq))
    faults = []
    for name in sorted({event.subject for event in events}):
        codes = [event.body["event"] for event in events if event.subject == name]
        stage, place = walk(codes)
        if place is not None:
            faults.append(f"{name}：第 {place + 1} 件“{EVENTS[codes[place]]}”不能接在“{STAGES[stage]}”之后")
    return faults


def _masked_body(event: Event, ids: Mapping[str, str]) -> Mapping[str, Any]:
    if event.kind == "project":
        facts = {
            name: ids.get(cell, mask_contacts(cell)) if isinstance(cell, str) else cell
            for name, cell in event.body["facts"].items()
        }
        return {**event.body, "facts": facts}
    if event.kind == "rules":
        return event.body
    texts = {name: mask_contacts(cell) for name, cell in event.body.items() if isinstance(cell, str)}
    return {**event.body, **texts}
