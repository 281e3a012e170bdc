"""A log in one SQLite file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from matcher.errors import BookError
from matcher.event_log.format import Format
from matcher.event_log.store import WAIT, Store


class SqliteStore(Store[Path]):
    """An open file."""

    faults = (sqlite3.Error,)

    def __init__(self, place: Path, form: Format) -> None:
        super().__init__(place, form)
        try:
            self._db = sqlite3.connect(place, timeout=WAIT, isolation_level=None)
        except sqlite3.Error as error:
            raise form.error(f"“{place}”打不开（{error}）") from error

    @classmethod
    def create(cls, place: Path, form: Format) -> Self:
        """A new file."""
        if place.exists():
            raise form.error(f"“{place}”已存在；请换一个文件名")
        if not place.resolve().parent.is_dir():
            raise form.error(f"文件夹“{place.resolve().parent}”不存在，请先建立")
        store = cls(place, form)
        store._settle()
        store._db.executescript(
            f"PRAGMA application_id = {form.application}; BEGIN IMMEDIATE; {form.sql} "
            f"PRAGMA user_version = {form.schema}; COMMIT;"
        )
        return store

    @classmethod
    def open(cls, place: Path, form: Format) -> Self:
        """An existing file."""
        if not place.is_file():
            raise form.error(f"没有“{place}”；请先用 matcher {form.command} create 建立")
        return cls(place, form)

    @classmethod
    def is_there(cls, place: Path, form: Format) -> bool:
        """Whether a file begins as a book of this format does."""
        try:
            with place.open("rb") as file:
                start = file.read(72)
        except OSError:
            return False
        return start.startswith(b"SQLite format 3\0") and start[68:72] == form.application.to_bytes(4, "big")

    @classmethod
    def discard(cls, place: Path, form: Format) -> None:
        """Remove the file."""
        place.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterable[Any]:
        """Rows, read as they are asked for."""
        return self._db.execute(sql, values or {})

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows."""
        if rows:
            self._db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)

    def has_table(self, name: str) -> bool:
        """Whether there is a table."""
        query = "SELECT 1 FROM sqlite_master WHERE name = ?"
        return self._db.execute(query, (name,)).fetchone() is not None

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction with the file locked for writing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.ProgrammingError as error:
            raise self._misused(error) from error
        except sqlite3.OperationalError as error:
            raise self.busy(error) from error
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                raise self.unwritten(error) from error
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """What a damaged file makes SQLite and Python raise."""
        try:
            yield
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # none where Python itself raised it
            if code not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self.damaged(str(error)) from error
            raise self.form.error(f"“{self.place}”正被他人写入（{error}），请稍后重试") from error
        except sqlite3.ProgrammingError as error:
            raise self._misused(error) from error
        except (sqlite3.Error, ValueError, TypeError, KeyError, RecursionError) as error:
            if isinstance(error, BookError):
                raise
            raise self.damaged(str(error)) from error

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        """A transaction that is rolled back."""
        self._db.execute("PRAGMA cell_size_check = ON")
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    def marks(self) -> tuple[Any, Any]:
        """application_id and user_version."""
        self._settle()
        names = ("application_id", "user_version")
        application, schema = (self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
        return application, schema

    def check(self) -> None:
        """The definitions, held against those of a new file, and SQLite's own check of the file."""
        self._check_definitions()
        if (found := self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise ValueError(found)

    def _check_definitions(self) -> None:
        """Before anything else is read, since a table of another kind, or a view in its place, would answer else."""
        empty = sqlite3.connect(":memory:")
        empty.executescript(self.form.sql)
        query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
        wanted, there = set(empty.execute(query)), set(self._db.execute(query))
        empty.close()
        later = {row for row in wanted if row[2] in self.form.later}
        if not wanted - later <= there <= wanted:
            raise ValueError("表的定义被改动")

    def _misused(self, error: sqlite3.ProgrammingError) -> BookError:
        """It was closed, or is used from another thread than the one that opened it."""
        return self.unusable("已经关闭" if "closed" in str(error) else f"不能这样用（{error}）")

    def _settle(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a kill and a power cut
