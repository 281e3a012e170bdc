"""Whether a book is what was written: hashes of events and texts, the forms of their bodies.

An event's id is the hash of all that it holds, and a text's name is its hash. Whatever has no hash (indexes, the
tables' definitions, the order of pages) SQLite's own check and the comparison with a new file's definitions cover.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.errors import BookError

Form = Mapping[str, tuple[type, ...]]
_EVENTS = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, day TEXT NOT NULL, kind TEXT NOT NULL,
    {subject} TEXT NOT NULL, person TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body))
);
CREATE INDEX events_of_{short} ON events ({subject}, seq);
CREATE INDEX events_of_kind ON events (kind, seq);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
CREATE TABLE rule_texts (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Format:
    """One kind of book.

    Parameters
    ----------
    application, schema
        The marks by which a file of this kind is known (SQLite's application_id and user_version).
    noun, command
        What the book is called in messages, and the command that makes it.
    subject, short
        The column of what an event is about, and the name of its index.
    bodies
        Kind of event -> field -> types: what a body has to have.
    tables
        SQL of further tables; those named in `later` are missing in books of before.
    error
        What is raised; `check_body` and `check_rows` raise ValueError for what the forms do not say.
    texts_of
        The rule texts that the body of an event of the kind `rules` rests on.
    """

    application: int
    schema: int
    noun: str
    command: str
    subject: str
    short: str
    bodies: Mapping[str, Form]
    tables: str = ""
    later: frozenset[str] = frozenset()
    error: type[BookError] = BookError
    check_body: Callable[[str, str, Mapping[str, Any]], None] = lambda kind, day, body: None
    texts_of: Callable[[Mapping[str, Any]], set[str]] = lambda body: set()
    check_rows: Callable[[sqlite3.Connection], None] = lambda db: None

    @property
    def sql(self) -> str:
        """What makes an empty book."""
        return _EVENTS.format(subject=self.subject, short=self.short) + self.tables

    def body_of(self, kind: str, day: str, text: str) -> Mapping[str, Any]:
        """An event's body as plain values. ValueError where it has not the form of its kind, or the day is none."""
        dt.date.fromisoformat(day)
        try:
            body: Mapping[str, Any] = json.loads(text)
        except RecursionError as error:
            raise ValueError("内容嵌套太深") from error
        form = self.bodies.get(kind)
        if form is None or not fits(body, form):
            raise ValueError(f"{kind[:20]} 的内容不全")
        self.check_body(kind, day, body)
        return body


def id_of(kind: str, day: str, person: str, subject: str, source: str, body: str) -> str:
    """The id of an event: the hash of all that it holds; `body` as `text_of` writes it."""
    parts = (kind, day, person, subject, source, body)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def hash_of_text(text: str) -> str:
    """The name of a rule text."""
    return hashlib.sha256(text.encode()).hexdigest()


def fits(body: Any, form: Form) -> bool:
    """Whether a body has the fields of a form, each of its types."""
    return isinstance(body, dict) and all(
        name in body and isinstance(body[name], kinds) for name, kinds in form.items()
    )


def check_log(db: sqlite3.Connection, form: Format) -> None:
    """Everything in an open book against its hashes, as of one moment.

    Raises ValueError with what is wrong, or whatever SQLite raises.
    """
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("BEGIN")
    try:
        _check_definitions(db, form)
        if (found := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise ValueError(found)
        _check_events(db, form, _check_texts(db))
        form.check_rows(db)
    finally:
        db.execute("ROLLBACK")


def _check_definitions(db: sqlite3.Connection, form: Format) -> None:
    """Before anything else is read, since a table of another kind, or a view in its place, would answer otherwise."""
    empty = sqlite3.connect(":memory:")
    empty.executescript(form.sql)
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    wanted, there = set(empty.execute(query)), set(db.execute(query))
    empty.close()
    later = {row for row in wanted if row[2] in form.later}
    if not wanted - later <= there <= wanted:
        raise ValueError("表的定义被改动")


def _check_texts(db: sqlite3.Connection) -> set[str]:
    names = set()
    for name, text in db.execute("SELECT sha256, text FROM rule_texts"):
        if hash_of_text(text) != name:
            raise ValueError(f"规则文本 {str(name)[:12]} 与其校验值不符")
        names.add(name)
    return names


def _check_events(db: sqlite3.Connection, form: Format, texts: set[str]) -> None:
    query = f"SELECT seq, event_id, kind, day, person, {form.subject}, source, body FROM events ORDER BY seq"
    for place, (seq, event_id, *parts) in enumerate(db.execute(query), start=1):
        if seq != place or id_of(*parts) != event_id:
            raise ValueError(f"第 {place} 条记录与其编号不符")
        if parts[0] == "rules" and not form.texts_of(form.body_of("rules", parts[1], parts[-1])) <= texts:
            raise ValueError(f"第 {place} 条记录的规则文本缺失")
