"""The append-only log under a book of record: one SQLite file, whole transactions, each event once."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from matcher.errors import BookError
from matcher.event_log.soundness import Format, check_log, hash_of_text, id_of

WAIT = 60.0  # seconds for another writer


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

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._db = path, connection

    @classmethod
    def create(cls, path: str | Path) -> Self:
        """A new file; the format's error where there is one."""
        if Path(path).exists():
            raise cls.format.error(f"“{path}”已存在；请换一个文件名")
        if not Path(path).resolve().parent.is_dir():
            raise cls.format.error(f"文件夹“{Path(path).resolve().parent}”不存在，请先建立")
        log = cls(Path(path), cls._connect(path))
        _settle(log._db)
        log._db.executescript(
            f"PRAGMA application_id = {cls.format.application}; BEGIN IMMEDIATE; {cls.format.sql} "
            f"PRAGMA user_version = {cls.format.schema}; COMMIT;"
        )
        return log

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """An existing file, with everything in it held against its hashes.

        The format's error where there is none, it is no book of this format, or anything in it is not what was written.
        """
        if not Path(path).is_file():
            raise cls.format.error(f"没有“{path}”；请先用 matcher {cls.format.command} create 建立")
        log = cls(Path(path), cls._connect(path))
        try:
            with log._reading():
                _settle(log._db)
                names = ("application_id", "user_version")
                marks = [log._db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
                if marks != [cls.format.application, cls.format.schema]:
                    text = f"“{path}”不是{cls.format.noun}文件，或格式版本 {marks[1]} 不是 {cls.format.schema}"
                    raise cls.format.error(text)
                check_log(log._db, cls.format)
        except BaseException:
            log.close()
            raise
        return log

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that no other writer can come between: all of it is kept, or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.ProgrammingError as error:
            raise self._unusable(error) from error
        except sqlite3.OperationalError as error:
            raise self.format.error(
                f"“{self.path}”正被他人写入或不可写（{error}），请稍后重试；没有写入任何内容"
            ) from error
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                raise self.format.error(f"“{self.path}”写不进去（{error}）；没有写入任何内容") from error
            raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """What a damaged file makes SQLite and Python raise, as one error of the format."""
        try:
            yield
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # none where Python itself raised it
            if code not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self._damaged(str(error)) from error
            raise self.format.error(f"“{self.path}”正被他人写入（{error}），请稍后重试") from error
        except sqlite3.ProgrammingError as error:
            raise self._unusable(error) from error
        except (sqlite3.Error, ValueError, TypeError, KeyError, RecursionError) as error:
            if isinstance(error, BookError):
                raise
            raise self._damaged(str(error)) from error

    def _unusable(self, error: sqlite3.ProgrammingError) -> BookError:
        """The file is sound; the open book is closed, or used from another thread than the one that opened it."""
        why = "已经关闭" if "closed" in str(error) else f"不能这样用（{error}）"
        return self.format.error(f"“{self.path}”{why}；请重新打开后再用")

    def _damaged(self, why: str) -> BookError:
        return self.format.error(
            f"“{self.path}”不是{self.format.noun}文件，或已损坏（{' '.join(why.split())[:120]}）；"
            f"请从备份恢复，或由导出的文件夹用 {self.format.command} replay 重建"
        )

    def append(self, events: Sequence[Event], *, replayed: bool = False) -> list[Event]:
        """Write events inside `writing`; those whose id is there already are passed over. Returns the new ones.

        The format's error for one by nobody, unless they are `replayed` from another log.
        """
        if not replayed and any(not isinstance(event.person, str) or not event.person.strip() for event in events):
            raise self.format.error(f"没有写明经办人（person），“{self.path}”没有写入任何内容")
        place = self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        new = []
        for event in events:
            row = (
                event.id,
                event.day,
                event.kind,
                event.subject,
                event.person,
                event.source,
                text_of(event.body),
            )
            done = self._db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (place + 1, *row))
            if done.rowcount:
                place += 1
                new.append(Event(*row[2:3], row[1], row[4], event.body, row[3], row[5], row[0], place))
        return new

    def events(self, *kinds: str, until: int | None = None, day: dt.date | None = None) -> list[Event]:
        """Events of these kinds (none named: all) up to a place and a day, in order."""
        where, values = ["1"], list[Any]()
        if kinds:
            where.append(f"kind IN ({','.join('?' * len(kinds))})")
            values += kinds
        if until is not None:
            where.append("seq <= ?")
            values.append(until)
        if day is not None:
            where.append("day <= ?")
            values.append(day.isoformat())
        columns = f"kind, day, person, body, {self.format.subject}, source, event_id, seq"
        query = f"SELECT {columns} FROM events WHERE {' AND '.join(where)} ORDER BY seq"
        with self._reading():
            rows = self._db.execute(query, values)
            return [
                Event(kind, day_, who, self.format.body_of(kind, day_, body), *rest)
                for kind, day_, who, body, *rest in rows
            ]

    def keep_text(self, text: str) -> str:
        """Keep a rule text, inside `writing`; its SHA-256 is its name."""
        name = hash_of_text(text)
        self._db.execute("INSERT OR IGNORE INTO rule_texts VALUES (?, ?)", (name, text))
        return name

    def texts(self) -> dict[str, str]:
        """All rule texts by their names."""
        with self._reading():
            return dict(self._db.execute("SELECT sha256, text FROM rule_texts ORDER BY sha256"))

    @classmethod
    def _connect(cls, path: str | Path) -> sqlite3.Connection:
        try:
            return sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        except sqlite3.Error as error:
            raise cls.format.error(f"“{path}”打不开（{error}）") from error


def _settle(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a kill and a power cut
