"""The append-only log under a book of record: whole transactions, each event once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from matcher.errors import MatcherError, MissingExtraError
from matcher.event_log.format import Format, hash_of_text, id_of
from matcher.event_log.places import Address, Place, place_of
from matcher.event_log.soundness import check_log
from matcher.event_log.sqlite import SqliteStore
from matcher.event_log.store import Store

_AT_ONCE = 500  # values in one statement


@dataclass(frozen=True)
class Event:
    """One line of the log.

    `day`: from which it counts (ISO); `subject`: the id of what it is about, "" for the whole book; `body`: plain
    values; `seq`: its place, from 1.
    """

    kind: str
    day: str
    person: str
    body: Mapping[str, Any]
    subject: str = ""
    source: str = ""
    event_id: str = ""
    seq: int = 0

    @property
    def id(self) -> str:
        """Worked out from all that the event holds: a repetition has the same, and damage shows."""
        return id_of(self.kind, self.day, self.person, self.subject, self.source, text_of(self.body))


def text_of(body: Any) -> str:
    """Plain values as the one text that stands for them."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class EventLog:
    """An open log; each kind of book has a class of its own with its `format`.

    `writing` makes a transaction; outside of one nothing is written.
    """

    format: ClassVar[Format]

    def __init__(self, store: Store[Any]) -> None:
        self.store = store

    @property
    def path(self) -> Place:
        """The file, or the address in PostgreSQL."""
        place: Place = self.store.place
        return place

    @classmethod
    def create(cls, path: str | Place) -> Self:
        """A new file, or a new schema at an address; the format's error where there is one."""
        place = place_of(path, cls.format.error)
        return cls(_store_at(place).create(place, cls.format))

    @classmethod
    def open(cls, path: str | Place) -> Self:
        """An existing log, with everything in it held against its hashes.

        The format's error where there is none, it is no book of this format, or anything in it is not what was written.
        """
        form, place = cls.format, place_of(path, cls.format.error)
        store = _store_at(place).open(place, form)
        try:
            with store.reading():
                application, schema = store.marks()
                if (application, schema) != (form.application, form.schema):
                    raise form.error(f"“{place}”不是{form.noun}文件，或格式版本 {schema} 不是 {form.schema}")
                check_log(store)
        except BaseException:
            store.close()
            raise
        return cls(store)

    @classmethod
    def is_there(cls, path: str | Place) -> bool:
        """Whether a place has the marks of this format; nothing is read whole for it."""
        place = place_of(path, cls.format.error)
        return _store_at(place).is_there(place, cls.format)

    @classmethod
    def discard(cls, path: str | Place) -> None:
        """Take away a log that was made a moment ago and did not become what it should."""
        place = place_of(path, cls.format.error)
        _store_at(place).discard(place, cls.format)

    def close(self) -> None:
        """Close the file or the connection."""
        self.store.close()

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that no other writer can come between: all of it is kept, or nothing."""
        return self.store.writing()

    def append(self, events: Sequence[Event], *, replayed: bool = False) -> list[Event]:
        """Write events inside `writing`; those whose id is there already are passed over. Returns the new ones.

        The format's error for one by nobody, unless they are `replayed` from another log.
        """
        if not replayed and any(not isinstance(event.person, str) or not event.person.strip() for event in events):
            raise self.format.error(f"没有写明经办人（person），“{self.path}”没有写入任何内容")
        given: dict[str, Event] = {}
        for event in events:
            given.setdefault(event.id, event)
        there, ids = set[str](), list(given)
        for at in range(0, len(ids), _AT_ONCE):
            names, values = _listed(ids[at : at + _AT_ONCE])
            found = self.store.execute(f"SELECT event_id FROM events WHERE event_id IN ({names})", values)
            there |= {event_id for (event_id,) in found}
        ((last,),) = self.store.execute("SELECT coalesce(max(seq), 0) FROM events")
        new = [
            replace(event, event_id=event_id, seq=seq)
            for seq, (event_id, event) in enumerate(((i, one) for i, one in given.items() if i not in there), last + 1)
        ]
        self.store.insert(
            "events",
            [
                (one.seq, one.event_id, one.day, one.kind, one.subject, one.person, one.source, text_of(one.body))
                for one in new
            ],
        )
        return new

    def events(self, *kinds: str, until: int | None = None, day: dt.date | None = None) -> list[Event]:
        """Events of these kinds (none named: all) up to a place and a day, in order."""
        where, values = ["1 = 1"], dict[str, Any]()
        if kinds:
            names, values = _listed(kinds)
            where.append(f"kind IN ({names})")
        if until is not None:
            where.append("seq <= :until")
            values["until"] = until
        if day is not None:
            where.append("day <= :day")
            values["day"] = day.isoformat()
        columns = f"kind, day, person, body, {self.format.subject}, source, event_id, seq"
        query = f"SELECT {columns} FROM events WHERE {' AND '.join(where)} ORDER BY seq"
        with self.store.reading():
            return [
                Event(kind, day_, who, self.format.body_of(kind, day_, body), *rest)
                for kind, day_, who, body, *rest in self.store.execute(query, values)
            ]

    def fingerprint(self) -> str:
        """The hash of all ids in order: equal where two logs, or one at two times, hold the same."""
        digest = hashlib.sha256()
        with self.store.reading():
            for (event_id,) in self.store.execute("SELECT event_id FROM events ORDER BY seq"):
                digest.update(event_id.encode())
        return digest.hexdigest()

    def keep_text(self, text: str) -> str:
        """Keep a rule text, inside `writing`; its SHA-256 is its name."""
        name = hash_of_text(text)
        if not list(self.store.execute("SELECT 1 FROM rule_texts WHERE sha256 = :name", {"name": name})):
            self.store.insert("rule_texts", [(name, text)])
        return name

    def texts(self) -> dict[str, str]:
        """All rule texts by their names."""
        with self.store.reading():
            return dict(map(tuple, self.store.execute("SELECT * FROM rule_texts ORDER BY sha256")))


def refuse_faults(what: str, faults: Sequence[str], error: type[MatcherError]) -> None:
    """Raise an error that names the first 20 faults, where a table has any and nothing of it is written."""
    if faults:
        more = f"\n  ……另有 {len(faults) - 20} 处" if len(faults) > 20 else ""
        raise error(f"{what}有 {len(faults)} 处问题，没有写入：\n  " + "\n  ".join(faults[:20]) + more)


def _listed(values: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Values for `IN`, by name."""
    named = {f"v{at}": value for at, value in enumerate(values)}
    return ", ".join(f":{name}" for name in named), dict(named)


def _store_at(place: Place) -> type[Store[Any]]:
    """The kind of store for a place. MissingExtraError where PostgreSQL is asked for and its packages are missing."""
    if not isinstance(place, Address):
        return SqliteStore
    try:
        from matcher.event_log.postgres import PostgresStore
    except ImportError as error:
        raise MissingExtraError(
            f"PostgreSQL 中的台账还需要 {error.name}；请运行 pip install 'enterprise-matcher[postgres]'"
        ) from error
    return PostgresStore
