"""A log in a schema of a PostgreSQL database, through SQLAlchemy and psycopg (extra `postgres`).

The tables are SQLite's. Texts are ordered by code point (collation "C"), as there. Writers
wait for one another, readers for nobody; a reader's `moment` is one snapshot, and so the state between two writers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, ResourceClosedError, SQLAlchemyError

from matcher.errors import BookError
from matcher.event_log.format import Format, Table
from matcher.event_log.places import Address
from matcher.event_log.store import WAIT, Store

_LONGEST = 600  # seconds that a writer may do nothing inside a transaction before the server ends it
_LOCKED, _FORBIDDEN = "55P03", "42501"
_STAY = "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' are never changed or removed'; END"
_DEFINED = """
WITH mine AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT concat(relkind, relpersistence, ' ', relname, CASE WHEN relrowsecurity THEN ' hides rows' END) FROM mine
UNION ALL SELECT concat(relname, ' ', string_agg(concat(attname, ' ', format_type(atttypid, atttypmod), ' ', collname,
        CASE WHEN NOT attnotnull THEN ' or null' END), ', ' ORDER BY attnum))
    FROM mine JOIN pg_attribute ON attrelid = mine.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_collation l ON l.oid = attcollation WHERE relkind <> 'v' GROUP BY relname
UNION ALL SELECT concat(relname, ' ', pg_get_constraintdef(k.oid))
    FROM mine JOIN pg_constraint k ON conrelid = mine.oid WHERE contype <> 'n'
UNION ALL SELECT concat(pg_get_triggerdef(t.oid, true), CASE WHEN tgenabled <> 'O' THEN ' off' END)
    FROM mine JOIN pg_trigger t ON tgrelid = mine.oid WHERE NOT tgisinternal OR tgenabled <> 'O'
UNION ALL SELECT concat(relname, ' ', rulename) FROM mine JOIN pg_rewrite ON ev_class = mine.oid WHERE relkind <> 'v'
UNION ALL SELECT concat(relname, ' inherits') FROM mine JOIN pg_inherits ON mine.oid IN (inhrelid, inhparent)
UNION ALL SELECT concat(proname, ' ', prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname = current_schema() AND proname = 'stay'
"""


def _tables(form: Format) -> dict[str, Table]:
    events = ("seq", "event_id", "day", "kind", form.subject, "person", "source", "body")
    valid = "CHECK (((body)::json IS NOT NULL))"
    return {
        "marks": Table({"name": "text", "value": "bigint"}, ("PRIMARY KEY (name)",)),
        "events": Table(
            {name: "integer" if name == "seq" else "text" for name in events},
            ("PRIMARY KEY (seq)", "UNIQUE (event_id)", valid),
        ),
        "rule_texts": Table({"sha256": "text", "text": "text"}, ("PRIMARY KEY (sha256)",)),
        **form.postgres,
    }


def _trigger(table: str) -> str:
    """In the words in which the server tells it."""
    when = f"BEFORE DELETE OR UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT"
    return f"CREATE TRIGGER {table}_stay {when} EXECUTE FUNCTION stay()"


def _definitions(form: Format) -> Iterator[str]:
    """What makes an empty book."""
    yield f"CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $${_STAY}$$"
    for name, (columns, constraints) in _tables(form).items():
        kinds = {column: 'text COLLATE "C"' if kind == "text" else kind for column, kind in columns.items()}
        typed = [f'"{column}" {kind} NOT NULL' for column, kind in kinds.items()]
        yield f"CREATE TABLE {name} ({', '.join([*typed, *constraints])})"
        yield _trigger(name)
    yield f"CREATE INDEX events_of_{form.short} ON events ({form.subject}, seq)"
    yield "CREATE INDEX events_of_kind ON events (kind, seq)"
    for name, query in form.views.items():
        yield f"CREATE VIEW {name} AS {query}"


def _as_told(form: Format) -> set[str]:
    """What `_DEFINED` tells of a book as `_definitions` make it."""
    told = {f"stay {_STAY}", *(f"vp {name}" for name in form.views)}
    for name, (columns, constraints) in _tables(form).items():
        typed = [f"{column} {kind} {'C' if kind == 'text' else ''}" for column, kind in columns.items()]
        told |= {f"rp {name}", f"{name} {', '.join(typed)}", _trigger(name), *(f"{name} {one}" for one in constraints)}
    return told


class PostgresStore(Store[Address]):
    """An open connection."""

    faults = (SQLAlchemyError,)

    def __init__(self, place: Address, form: Format) -> None:
        super().__init__(place, form)
        try:
            self._db = _engine(place.url).connect()
            query = "SELECT set_config('search_path', quote_ident(:name), false), current_setting('server_encoding')"
            ((_, encoding),) = self.execute(query, {"name": place.schema})
        except SQLAlchemyError as error:
            raise form.error(
                f"“{place}”连不上（{self._why(error)}）；请检查地址、用户和口令，再看服务器是否开着"
            ) from error
        if encoding != "UTF8":
            self.close()
            raise form.error(f"“{place}”的数据库编码是 {encoding}；请换一个 UTF8 的数据库")

    @classmethod
    def create(cls, place: Address, form: Format) -> Self:
        """A new schema, or one that is there and empty."""
        store = cls(place, form)
        try:
            store._begin()
            store._run("SELECT pg_advisory_xact_lock(hashtext('matcher'))")  # two at once: the second finds it there
            there = store._relations()
            if there:
                raise form.error(f"“{place}”已存在；请换一个 schema 名")
            if there is None:
                store._run(f'CREATE SCHEMA "{place.schema}"')
            for statement in _definitions(form):
                store._run(statement)
            store.insert("marks", [("application_id", form.application), ("user_version", form.schema)])
            store._run("COMMIT")
        except BaseException as error:
            store.close()  # which undoes it
            if isinstance(error, SQLAlchemyError):
                more = (
                    "；请换有权建立 schema 的用户，或请数据库管理员先建一个空的" if _state(error) == _FORBIDDEN else ""
                )
                raise form.error(f"“{place}”建不成（{store._why(error)}）{more}") from error
            raise
        return store

    @classmethod
    def open(cls, place: Address, form: Format) -> Self:
        """An existing schema."""
        store = cls(place, form)
        try:
            with store.reading():
                if not store._relations():
                    raise form.error(f"没有“{place}”；请先用 matcher {form.command} create 建立")
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def is_there(cls, place: Address, form: Format) -> bool:
        """Whether a schema has the marks of a format."""
        try:
            store = cls.open(place, form)
            with contextlib.closing(store), store.reading():
                return store.marks() == (form.application, form.schema)
        except BookError:
            return False

    @classmethod
    def discard(cls, place: Address, form: Format) -> None:
        """Remove the tables; the empty schema stays."""
        with contextlib.suppress(BookError), contextlib.closing(cls(place, form)) as store, store.reading():
            store._begin()
            for name in form.views:
                store._run(f"DROP VIEW IF EXISTS {name}")
            store._run(f"DROP TABLE IF EXISTS {', '.join(_tables(form))}")
            store._run("DROP FUNCTION IF EXISTS stay()")
            store._run("COMMIT")

    def close(self) -> None:
        """Close the connection; what was not committed is undone."""
        self._db.close()

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterable[Any]:
        """Rows, all at once."""
        rows: Iterable[Any] = self._db.execute(text(sql), values or {}).all()
        return rows

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows."""
        if rows:
            self._db.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", list(rows))

    def has_table(self, name: str) -> bool:
        """Whether there is a table."""
        query = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = :name"
        return bool(self.execute(query, {"name": name}))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction under a lock that every writer takes; whoever may insert and read can take it."""
        try:
            self._begin()
            self._run(f"SET LOCAL lock_timeout = {round(WAIT * 1000)}")
            self._run(f"SET LOCAL idle_in_transaction_session_timeout = {_LONGEST * 1000}")
            if self._run("SHOW synchronous_commit").scalar() == "off":  # what was acknowledged survives a power cut
                self._run("SET LOCAL synchronous_commit = on")
            self._run(f"SELECT pg_advisory_xact_lock({self.form.application}, 'events'::regclass::oid::integer)")
        except SQLAlchemyError as error:
            self._undo()
            if isinstance(error, ResourceClosedError):
                raise self.unusable("已经关闭") from error
            raise (self._cut_off(error) if self._db.invalidated else self.busy(self._why(error))) from error
        try:
            yield
            self._run("SELECT 1")  # refused where a statement failed: COMMIT would undo everything without a word
        except BaseException as error:
            lost = self._db.invalidated
            self._undo()
            if isinstance(error, Exception) and lost:
                cause = error if isinstance(error, SQLAlchemyError) else error.__cause__ or error
                raise self._cut_off(cause) from cause
            if isinstance(error, SQLAlchemyError):
                raise self.unwritten(self._why(error)) from error
            raise
        try:
            self._run("COMMIT")
        except SQLAlchemyError as error:
            if not self._db.invalidated:
                raise self.unwritten(self._why(error)) from error
            raise self.form.error(
                f"“{self.place}”的连接在提交时断开（{self._why(error)}），不知道是否已经写入；请再做一次，写过的不会重复"
            ) from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """What altered tables make the server and Python raise, and a connection that is no more."""
        try:
            yield
        except SQLAlchemyError as error:
            if isinstance(error, ResourceClosedError):
                raise self.unusable("已经关闭") from error
            if self._db.invalidated:
                raise self.unusable(f"的连接断开（{self._why(error)}）") from error
            if _state(error) == _FORBIDDEN:
                raise self.form.error(f"“{self.place}”读不了（{self._why(error)}）；请向数据库管理员要权限") from error
            raise self.damaged(self._why(error)) from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            if isinstance(error, BookError):
                raise
            raise self.damaged(str(error)) from error

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        """A transaction that sees one snapshot."""
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self._undo()

    def marks(self) -> tuple[Any, Any]:
        """The rows of the table of marks."""
        found = dict(map(tuple, self.execute("SELECT name, value FROM marks")))
        return found.get("application_id"), found.get("user_version")

    def check(self) -> None:
        """Tables, constraints, triggers and functions, as the server tells them."""
        if {line for (line,) in self._run(_DEFINED)} != _as_told(self.form):
            raise ValueError("表的定义被改动")

    def _run(self, statement: str) -> Any:
        return self._db.exec_driver_sql(statement)

    def _begin(self) -> None:
        self._run("BEGIN")

    def _undo(self) -> None:
        with contextlib.suppress(SQLAlchemyError):  # without a connection the server undoes it
            self._run("ROLLBACK")

    def _relations(self) -> int | None:
        """How many tables and the like the schema has; None where there is no schema. Raises the format's error."""
        query = (
            "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid), has_schema_privilege(n.oid, 'USAGE') "
            "FROM pg_namespace n WHERE nspname = :name"
        )
        for many, allowed in self.execute(query, {"name": self.place.schema}):
            if not allowed:
                raise self.form.error(f"“{self.place}”用不了：用户没有这个 schema 的 USAGE 权限；请向数据库管理员要")
            return int(many)
        return None

    def _cut_off(self, error: BaseException) -> BookError:
        return self.form.error(f"“{self.place}”的连接断开（{self._why(error)}）；没有写入任何内容，请重新打开后再做")

    def _why(self, error: BaseException) -> str:
        """What the server said, in one line, without the machine's name and the password."""
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
        lines = said.rpartition(" failed: ")[2].splitlines() or [type(error).__name__]
        return self.place.without_secrets(lines[0])


@lru_cache(8)
def _engine(url: str) -> Engine:
    """Makes connections to an address, each a new one, in which every statement stands for itself until BEGIN."""
    waits: dict[str, Any] = {} if "connect_timeout=" in url else {"connect_timeout": 10}

    def connect() -> Any:
        return psycopg.connect(url, client_encoding="utf8", **waits)

    return create_engine(
        "postgresql+psycopg://", creator=connect, poolclass=NullPool, isolation_level="AUTOCOMMIT",
        use_native_hstore=False, hide_parameters=True,
    )  # fmt: skip


def _state(error: BaseException) -> str | None:
    """SQLSTATE."""
    state: str | None = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state
