"""The book of projects as a file: killed writers, two writers at once, replay byte for byte, damage."""

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import kill_project_writers
import pandas as pd
import pytest

from matcher.errors import ProjectBookError
from matcher.projects import ProjectBook, read_events, read_managed
from matcher.projects.lifecycle.archive import export_book, rebuild_book, replay

EXAMPLES = Path(kill_project_writers.__file__).parent


@pytest.fixture
def book(tmp_path):
    """The made-up example, with one contact in a note."""
    with ProjectBook.create(
        tmp_path / "l.db", on="2023-01-05", person="王岚", rules=EXAMPLES / "project_rules.yaml"
    ) as opened:
        opened.put(read_managed(EXAMPLES / "managed_projects.csv").rows, on="2023-01-05", person="王岚")
        opened.record(read_events(EXAMPLES / "project_events.csv").rows, person="王岚")
        note = {"项目编号": "LX2024-01", "事项": "变更", "日期": "2025-01-01", "备注": "电话13800138000"}
        opened.record(read_events(pd.DataFrame([note])).rows, person="=王岚")
        yield opened


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_writers_that_are_killed_lose_nothing_and_double_nothing(tmp_path):
    assert kill_project_writers.run(tmp_path, random.Random(1)) == {"killed": 4, "lost": 0, "doubled": 0, "broken": 0}


def test_two_writers_of_the_same_table_write_each_event_once(tmp_path):
    path = tmp_path / "l.db"
    ProjectBook.create(path, on="2023-01-05", person="王岚", rules="浙江2015").close()
    words = [sys.executable, "-m", "matcher.cli", "projects"]
    put = [*words, "import", EXAMPLES / "managed_projects.csv", "--book", path, "--on", "2023-01-05", "--person"]
    record = [*words, "record", path, EXAMPLES / "project_events.csv", "--person"]
    for command in (put, record):
        writers = [subprocess.Popen([*command, who], stdout=subprocess.DEVNULL) for who in ("甲", "乙")]
        assert [writer.wait() for writer in writers] == [0, 0]
    with ProjectBook.open(path) as opened:
        counts = Counter(event.kind for event in opened.log.events())
        said = Counter((event.subject, event.day, str(event.body)) for event in opened.log.events("stage", "item"))
    assert counts == {"rules": 1, "project": 6, "stage": 13, "item": 25}
    assert set(said.values()) == {1}


def test_the_book_made_again_is_equal_byte_for_byte(book, tmp_path):
    export_book(book, tmp_path / "one", mask=False)
    with rebuild_book(tmp_path / "one", tmp_path / "again.db") as again:
        export_book(again, tmp_path / "two", mask=False)
        assert replay(again) == []
        assert again.projects("2026-11-24").equals(book.projects("2026-11-24"))
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert len(files(tmp_path / "one")) == 2


def test_a_masked_export_is_for_reading_only(book, tmp_path):
    export_book(book, tmp_path / "one")
    text = (tmp_path / "one" / "events.csv").read_text("utf-8-sig")
    assert "13800138000" not in text
    assert "contacts_masked" in text
    with pytest.raises(ProjectBookError, match="联系方式已遮盖，不能用来重建；重建须用未遮盖的导出：matcher projects"):
        rebuild_book(tmp_path / "one", tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_a_changed_export_is_refused(book, tmp_path):
    export_book(book, tmp_path / "one", mask=False)
    events = tmp_path / "one" / "events.csv"
    events.write_bytes(events.read_bytes().replace("1.6秒".encode(), "1.5秒".encode()))
    with pytest.raises(ProjectBookError, match=r"events\.csv 已损坏或被改动：第 \d+ 条记录与其编号不符"):
        rebuild_book(tmp_path / "one", tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_a_changed_book_is_not_opened(book, tmp_path):
    book.close()
    db = sqlite3.connect(tmp_path / "l.db")
    trigger = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_stay'").fetchone()[0]
    db.execute("DROP TRIGGER events_stay")
    db.execute("UPDATE events SET body = replace(body, '1.6秒', '1.5秒') WHERE kind = 'item'")
    db.execute(trigger)
    db.commit()
    db.close()
    with pytest.raises(ProjectBookError, match=r"不是项目台账文件，或已损坏（第 \d+ 条记录与其编号不符）"):
        ProjectBook.open(tmp_path / "l.db")


def test_events_are_never_changed_nor_removed(book, tmp_path):
    db = sqlite3.connect(tmp_path / "l.db")
    for statement in ("UPDATE events SET person = '乙'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="events are never"):
            db.execute(statement)
    db.close()


def test_the_commands_export_and_make_again(run, tmp_path, book):
    book.close()
    assert run("projects", "replay", "l.db")[:2] == (0, "46 条记录与校验值一致，阶段次序不合的项目 0 个\n")
    assert run("projects", "export", "l.db", "out", "--show-contacts")[0] == 0
    assert run("projects", "replay", "out", "-o", "again.db")[0] == 0
    assert run("projects", "export", "again.db", "out2", "--show-contacts")[0] == 0
    assert files(tmp_path / "out") == files(tmp_path / "out2")
    assert run("projects", "replay", "out")[0] == 2
