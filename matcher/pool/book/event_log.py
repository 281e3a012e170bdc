"""The log of a pool's book: what its events have to say, and the snapshots that lie beside them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from matcher.errors import PoolError
from matcher.event_log.format import Format, Rows, Table, fits
from matcher.event_log.log import EventLog

_HASHES = "CREATE TABLE snapshot_hashes (seq INTEGER PRIMARY KEY REFERENCES events (seq), sha256 TEXT NOT NULL);"
_TABLES = f"""CREATE TABLE snapshot_firms (
    seq INTEGER NOT NULL REFERENCES events (seq), enterprise_id TEXT NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (seq, enterprise_id)
) WITHOUT ROWID;
{_HASHES}
CREATE VIEW facts AS
    SELECT e.seq, e.enterprise_id, cell.key AS name, cell.value AS value,
           coalesce(json_extract(e.body, '$.valid_from'), e.day) AS valid_from, e.day, e.person, e.source
    FROM events e, json_each(e.body, '$.facts') cell WHERE e.kind = 'facts';
"""
_ROWS = 'SELECT enterprise_id, "row" FROM snapshot_firms WHERE seq = :seq ORDER BY enterprise_id'
_OF_EVENT = "FOREIGN KEY (seq) REFERENCES events(seq)"
_POSTGRES = {
    "snapshot_firms": Table(
        {"seq": "integer", "enterprise_id": "text", "row": "text"}, ("PRIMARY KEY (seq, enterprise_id)", _OF_EVENT)
    ),
    "snapshot_hashes": Table({"seq": "integer", "sha256": "text"}, ("PRIMARY KEY (seq)", _OF_EVENT)),
}
_FACTS = """SELECT e.seq, e.enterprise_id, cell.key AS name, cell.value,
       coalesce(e.body::json ->> 'valid_from', e.day) AS valid_from, e.day, e.person, e.source
FROM events e, json_each_text(e.body::json -> 'facts') cell WHERE e.kind = 'facts'"""
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


def _check_body(kind: str, day: str, body: Mapping[str, Any]) -> None:
    if kind == "facts":
        if not all(isinstance(cell, _CELL) or fits(cell, _SOFT) for cell in body["facts"].values()):
            raise ValueError("事实不是单个的值")
        dt.date.fromisoformat(body.get("valid_from", day))
    if kind == "rules" and not all(fits(body[role], _ROLE) and _texts(body[role]) for role in ("entry", "goal")):
        raise ValueError("规则的内容不全")


def _texts(role: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for part in ("readings", "parameters") for value in role[part].values())


def _hash_of_rows(rows: Iterable[tuple[str, str]]) -> str:
    """The hash of a snapshot's rows, (enterprise_id, row) in the order of the ids."""
    digest = hashlib.sha256()
    for firm, row in rows:
        digest.update(f"{firm}\x1f{row}\x1e".encode())
    return digest.hexdigest()


def _check_rows(book: Rows) -> None:
    if not book.has_table("snapshot_hashes"):
        return
    for seq, wanted in list(book.execute("SELECT seq, sha256 FROM snapshot_hashes ORDER BY seq")):
        if _hash_of_rows(book.execute(_ROWS, {"seq": seq})) != wanted:
            raise ValueError(f"第 {seq} 条记录的快照与其校验值不符")


class Log(EventLog):
    """The log of a pool's book, with its snapshots' rows."""

    format = Format(
        application=0x4D504F4C,
        schema=1,
        noun="培育库",
        command="pool",
        subject="enterprise_id",
        short="firm",
        bodies=_BODIES,
        tables=_TABLES,
        later=frozenset({"snapshot_hashes"}),
        postgres=_POSTGRES,
        views={"facts": _FACTS},
        error=PoolError,
        check_body=_check_body,
        texts_of=lambda body: {body["entry"]["text"], body["goal"]["text"]},
        check_rows=_check_rows,
    )

    def keep_rows(self, seq: int, rows: Mapping[str, str]) -> None:
        """Keep a snapshot's rows by enterprise_id, inside `writing`."""
        self.store.insert("snapshot_firms", [(seq, *pair) for pair in rows.items()])
        if not self.store.has_table("snapshot_hashes"):  # a file of before has none
            self.store.execute(_HASHES)
        self.store.insert("snapshot_hashes", [(seq, _hash_of_rows(sorted(rows.items())))])

    def rows(self, seq: int) -> dict[str, str]:
        """A snapshot's rows by enterprise_id."""
        with self.store.reading():
            return dict(map(tuple, self.store.execute(_ROWS, {"seq": seq})))
