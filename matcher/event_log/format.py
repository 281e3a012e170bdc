"""What a kind of book is: its marks, its tables, and what its events have to say.

An event's id is the hash of all that it holds, and a text's name is its hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

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


class Table(NamedTuple):
    """A table in PostgreSQL: column -> type, and constraints in the words in which the server tells them."""

    columns: Mapping[str, str]
    constraints: tuple[str, ...]


class Rows(Protocol):
    """What can be asked for rows (`matcher.event_log.store.Store`)."""

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterable[Any]:
        """The rows that a statement gives."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table."""


@dataclass(frozen=True)
class Format:
    """One kind of book.

    Parameters
    ----------
    application, schema
        The marks by which a book of this kind is known (SQLite's application_id and user_version).
    noun, command
        What the book is called in messages, and the command that makes it.
    subject, short
        The column of what an event is about, and the name of its index.
    bodies
        Kind of event -> field -> types: what a body has to have.
    tables
        SQLite's SQL of further tables; those named in `later` are missing in files of before.
    postgres, views
        The same tables, and views by what they select, for PostgreSQL.
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
    postgres: Mapping[str, Table] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    error: type[BookError] = BookError
    check_body: Callable[[str, str, Mapping[str, Any]], None] = lambda kind, day, body: None
    texts_of: Callable[[Mapping[str, Any]], set[str]] = lambda body: set()
    check_rows: Callable[[Rows], None] = lambda rows: None

    @property
    def sql(self) -> str:
        """What makes an empty book in SQLite."""
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
