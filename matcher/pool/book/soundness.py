"""Whether a book is what was written: hashes of events, rule texts and snapshots, the forms of their bodies.

An event's id is the hash of all that it holds, a rule text's name is its hash, and each snapshot has the hash of its
rows beside it. Whatever has no hash (indexes, the tables' definitions, the order of pages) SQLite's own check and the
comparison with a new file's definitions cover.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

_TEXT, _MAPPING = (str,), (dict,)
_BODIES: dict[str, dict[str, tuple[type, ...]]] = {
    "facts": {"facts": _MAPPING},
    "rules": {"leads": _MAPPING, "entry": _MAPPING, "goal": _MAPPING},
    "enter": {"reason": _TEXT},
    "leave": {"reason": _TEXT},
    "snapshot": {"until": (int,)},
    "follow": dict.fromkeys(("status", "need_id", "outcome_id", "contract", "reason", "note"), _TEXT)
    | {"amount": (int, type(None))},
}
_ROLE: dict[str, tuple[type, ...]] = {"policy": _TEXT, "text": _TEXT, "readings": _MAPPING, "parameters": _MAPPING}
_CELL = (str, int, float, bool, type(None))
_SOFT = {"low": _CELL, "high": _CELL, "text": _TEXT}  # a fact known within bounds only


def id_of(kind: str, day: str, person: str, enterprise_id: str, source: str, body: str) -> str:
    """The id of an event: the hash of all that it holds; `body` as `text_of` writes it."""
    parts = (kind, day, person, enterprise_id, source, body)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def hash_of_text(text: str) -> str:
    """The name of a rule text."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of_rows(rows: Iterable[tuple[str, str]]) -> str:
    """The hash of a snapshot's rows, (enterprise_id, row) in the order of the ids."""
    digest = hashlib.sha256()
    for firm, row in rows:
        digest.update(f"{firm}\x1f{row}\x1e".encode())
    return digest.hexdigest()


def body_of(kind: str, day: str, text: str) -> Mapping[str, Any]:
    """An event's body as plain values. ValueError where it has not the form of its kind, or the day is none."""
    dt.date.fromisoformat(day)
    try:
        body = json.loads(text)
    except RecursionError as error:
        raise ValueError("内容嵌套太深") from error
    form = _BODIES.get(kind)
    if form is None or not _fits(body, form):
        raise ValueError(f"{kind[:20]} 的内容不全")
    if kind == "facts":
        if not all(isinstance(cell, _CELL) or _fits(cell, _SOFT) for cell in body["facts"].values()):
            raise ValueError("事实不是单个的值")
        dt.date.fromisoformat(body.get("valid_from", day))
    if kind == "rules" and not all(_fits(body[role], _ROLE) and _texts(body[role]) for role in ("entry", "goal")):
        raise ValueError("规则的内容不全")
    found: Mapping[str, Any] = body
    return found


def _fits(body: Any, form: Mapping[str, tuple[type, ...]]) -> bool:
    return isinstance(body, dict) and all(
        name in body and isinstance(body[name], kinds) for name, kinds in form.items()
    )


def _texts(role: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for part in ("readings", "parameters") for value in role[part].values())


def check_log(db: sqlite3.Connection, tables: str) -> None:
    """Everything in an open book against its hashes, as of one moment.

    tables: the SQL that makes an empty book. Raises ValueError with what is wrong, or whatever SQLite raises.
    """
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("BEGIN")
    try:
        _check_definitions(db, tables)
        if (found := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise ValueError(found)
        names = _check_texts(db)
        _check_events(db, names)
        _check_rows(db)
    finally:
        db.execute("ROLLBACK")


def _check_definitions(db: sqlite3.Connection, tables: str) -> None:
    """Before anything else is read, since a table of another kind, or a view in its place, would answer otherwise."""
    empty = sqlite3.connect(":memory:")
    empty.executescript(tables)
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    wanted, there = set(empty.execute(query)), set(db.execute(query))
    empty.close()
    later = {row for row in wanted if row[2] == "snapshot_hashes"}  # which a book of before does not have
    if not wanted - later <= there <= wanted:
        raise ValueError("表的定义被改动")


def _check_texts(db: sqlite3.Connection) -> set[str]:
    names = set()
    for name, text in db.execute("SELECT sha256, text FROM rule_texts"):
        if hash_of_text(text) != name:
            raise ValueError(f"规则文本 {str(name)[:12]} 与其校验值不符")
        names.add(name)
    return names


def _check_events(db: sqlite3.Connection, texts: set[str]) -> None:
    query = "SELECT seq, event_id, kind, day, person, enterprise_id, source, body FROM events ORDER BY seq"
    for place, (seq, event_id, *parts) in enumerate(db.execute(query), start=1):
        if seq != place or id_of(*parts) != event_id:
            raise ValueError(f"第 {place} 条记录与其编号不符")
        if parts[0] == "rules":
            body = body_of("rules", parts[1], parts[-1])
            if not {body["entry"]["text"], body["goal"]["text"]} <= texts:
                raise ValueError(f"第 {place} 条记录的规则文本缺失")


def _check_rows(db: sqlite3.Connection) -> None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'snapshot_hashes'").fetchone():
        return
    for seq, wanted in db.execute("SELECT seq, sha256 FROM snapshot_hashes ORDER BY seq").fetchall():
        rows = db.execute("SELECT enterprise_id, row FROM snapshot_firms WHERE seq = ? ORDER BY enterprise_id", (seq,))
        if hash_of_rows(rows) != wanted:
            raise ValueError(f"第 {seq} 条记录的快照与其校验值不符")
