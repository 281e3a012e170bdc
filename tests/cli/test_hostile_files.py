"""No file, however damaged, ends a command in a traceback, a hang or a dead process; no damage to a book is silent."""

import random
import shutil
import sqlite3
import sys
import zipfile
from pathlib import Path

import fuzz_files
import pandas as pd
import pytest
from command_runs import execute, inside
from small import EXAMPLES

from matcher.errors import PoolError, TableError
from matcher.pool.book.archive import rebuild_book
from matcher.pool.book.book import Book
from matcher.tables.reading import read_needs

FILES, DAMAGES = 150, 300
TABLES = ("events", "rule_texts", "snapshot_firms", "snapshot_hashes", "facts")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of memory are POSIX's")
def test_every_altered_file_is_read_or_told():
    table = fuzz_files.run(FILES, workers=2)
    found = table[~table["what"].isin(["read", "told"])]
    assert found.empty, found.to_dict("records")
    assert len(table) == FILES


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """A folder with a book, and its export."""
    folder = tmp_path_factory.mktemp("pool")
    with inside(folder):
        for name in ("firms.csv", "followup.csv"):
            shutil.copy(EXAMPLES / name, name)
        for line in fuzz_files.MADE:
            if line.startswith("pool") and "learn" not in line:
                status, said = execute(tuple(line.split()))
                assert status == 0, said
    return folder


def content(path: Path) -> list[list[tuple]]:
    """All that a book says; what lies unused between its records is not part of it."""
    db = sqlite3.connect(path)
    tables = [sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in TABLES]
    db.close()
    return tables


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One bit turned, the end cut off, or a page gone."""
    at, kind = rng.randrange(len(data)), rng.random()
    if kind < 0.75:
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind < 0.9:
        return data[:at]
    page = at - at % 4096
    return data[:page] + data[page + 4096 :]


def test_whatever_is_damaged_in_a_book_is_told(pool, tmp_path):
    """Either the book is refused in one sentence, or everything in it is as it was."""
    data, whole, rng = (pool / "p.db").read_bytes(), content(pool / "p.db"), random.Random(300)
    refused = 0
    for number in range(DAMAGES):
        path = tmp_path / f"{number}.db"
        path.write_bytes(damaged(data, rng))
        try:
            with Book.open(path) as book:
                book.firms("2026-07-01")
        except PoolError as error:
            message = str(error).replace(str(path), "")
            assert "\n" not in message, message
            assert len(message) < 300, message
            refused += 1
        else:
            assert content(path) == whole
    assert refused > DAMAGES / 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET person = '赵' WHERE seq = 2",
        "UPDATE events SET body = replace(body, '1', '2') WHERE kind = 'facts'",
        "DELETE FROM events WHERE seq = (SELECT max(seq) - 1 FROM events)",
        "UPDATE rule_texts SET text = text || ' '",
        "UPDATE snapshot_firms SET row = replace(row, 'candidate', 'in_pool')",
        "DELETE FROM snapshot_firms WHERE enterprise_id = (SELECT min(enterprise_id) FROM snapshot_firms)",
        "DELETE FROM rule_texts",
        "DROP VIEW facts",
        "CREATE TABLE more (x)",
    ],
)
def test_a_changed_book_is_refused(pool, tmp_path, change):
    path = Path(shutil.copy(pool / "p.db", tmp_path))
    db = sqlite3.connect(path)
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    assert db.execute(change).rowcount
    for _, sql in triggers:
        db.execute(sql)
    db.commit()
    db.close()
    with pytest.raises(PoolError, match=r"已损坏（.*）；请从备份恢复"):
        Book.open(path)
    with inside(tmp_path):
        assert execute(("pool", "sheet", "p.db", "--on", "2026-07-01", "-o", "x.csv"))[0] == 2


def test_a_book_of_before_is_read_and_its_next_snapshot_is_guarded(pool, tmp_path):
    path = Path(shutil.copy(pool / "p.db", tmp_path))
    db = sqlite3.connect(path)
    db.execute("DROP TABLE snapshot_hashes")
    db.close()
    with Book.open(path) as book:
        book.snapshot(on="2026-08-01", person="王岚")
        assert book.replay().empty
    with Book.open(path) as book:
        assert len(book.snapshots()) == 3


def test_what_a_killed_writer_left_is_rolled_back(pool, tmp_path):
    """The journal of an unfinished transaction beside the book: the book is as before it."""
    path = Path(shutil.copy(pool / "p.db", tmp_path))
    before = content(path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    row = "INSERT INTO events VALUES (?, ?, '2026-07-01', 'facts', 'a', '王', '', '{}')"
    seq = db.execute("SELECT max(seq) FROM events").fetchone()[0]
    db.executemany(row, [(seq + i, f"x{i}" * 100) for i in range(1, 400)])
    torn, journal = path.read_bytes(), Path(f"{path}-journal").read_bytes()
    db.execute("ROLLBACK")
    db.close()
    again = tmp_path / "again.db"
    again.write_bytes(torn)
    Path(f"{again}-journal").write_bytes(journal)
    with Book.open(again) as book:
        assert len(book.firms("2026-07-01"))
    assert content(again) == before


def test_whatever_is_damaged_in_an_export_is_told(pool, tmp_path, caplog):
    rng, whole = random.Random(100), content(pool / "p.db")
    files = [path for path in (pool / "exported").rglob("*") if path.is_file()]
    for number in range(60):
        folder = tmp_path / str(number)
        shutil.copytree(pool / "exported", folder)
        path = folder / rng.choice(files).relative_to(pool / "exported")
        path.write_bytes(damaged(path.read_bytes(), rng))
        caplog.clear()
        try:
            book = rebuild_book(folder, tmp_path / f"{number}.db")
        except PoolError:
            assert not (tmp_path / f"{number}.db").exists()
            continue
        book.close()
        assert content(tmp_path / f"{number}.db") == whole
        assert path.name != "snapshots.csv" or "snapshots.csv 与由流水重算的快照不同" in caplog.text


def test_a_workbook_of_an_unknown_encoding_is_told(tmp_path):
    path = tmp_path / "x.xlsx"
    pd.DataFrame({"需求名称": ["轴承热处理"]}).to_excel(path, index=False)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            body = data.split(b"?>", 1)[-1] if data.startswith(b"<?xml") else data
            archive.writestr(name, b"<?xml version='1.0' encoding='A0'?>" + body)
    with pytest.raises(TableError, match=r"x\.xlsx：.*的编码“A0”不认识"):
        read_needs(path)
