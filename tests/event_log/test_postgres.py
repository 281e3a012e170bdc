"""Books of record in PostgreSQL, on a server that is started here: the same book as in SQLite, and as safe."""

import contextlib
import datetime as dt
import getpass
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest
from served import client, library
from small import EXAMPLES

from matcher.errors import ArgumentTypeError, BookError, MissingExtraError, PoolError
from matcher.event_log import store
from matcher.event_log.log import Event
from matcher.event_log.places import hidden, place_of
from matcher.pool import Book, export_book, rebuild_book
from matcher.pool.book.event_log import Log
from matcher.pool.book.follow_up import follow, items
from matcher.projects.lifecycle import archive
from matcher.projects.lifecycle.book import ProjectBook
from matcher.projects.lifecycle.entries import read_events, read_managed

pwd = pytest.importorskip("pwd", reason="a server is started on Unix only")
DAY, PASSWORD = "2026-01-05", "p@ss/word 口令"
IN_ADDRESS = "p%40ss%2Fword%20%E5%8F%A3%E4%BB%A4"
# in the order of code points, which is not that of a language
FIRMS = pd.DataFrame({"enterprise_id": ["A", "a", "b", "É", "企业", "𠮷"], "name": "某公司", "rd_staff": range(6)})


def programs() -> Path | None:
    """The folder of initdb and postgres, which Debian has outside of PATH."""
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    return next((Path(path).resolve().parent for path in found if path), None)


@pytest.fixture(scope="session")
def server():
    """A server of its own for the time of the tests, reached by a socket; gives what stands before `schema=`."""
    pytest.importorskip("sqlalchemy", reason="the extra postgres is not installed")
    psycopg = pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    if (place := programs()) is None:
        pytest.skip("no PostgreSQL server (initdb, postgres) on this machine")
    names = [user.pw_name for user in pwd.getpwall()] if os.geteuid() == 0 else [getpass.getuser()]
    user = next(name for name in ("postgres", "nobody", names[0]) if name in names)  # the server refuses to be root's
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:  # the name of a socket must be short
        (Path(folder) / "password").write_text(PASSWORD)
        account = pwd.getpwnam(user)
        for path in (Path(folder), Path(folder) / "password"):
            os.chown(path, account.pw_uid, account.pw_gid)
        as_user = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        if os.geteuid() == 0:
            as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        words = [
            "-D", "data", "-U", "matcher", "-A", "scram-sha-256", "--pwfile=password", "-E", "UTF8", "--no-locale",
            "--no-sync",
        ]  # fmt: skip
        made = subprocess.run([place / "initdb", *words], **as_user)
        if made.returncode:
            pytest.skip(f"initdb cannot be run here: {made.stderr.decode(errors='replace')[-200:]}")
        settings = ["-k", folder, "-c", "listen_addresses=", "-F", "-c", "log_min_messages=panic"]
        running = subprocess.Popen(
            [place / "postgres", "-D", "data", *settings], **as_user | {"stderr": subprocess.DEVNULL}
        )
        try:
            for _ in range(2000):
                try:
                    psycopg.connect(host=folder, user="matcher", password=PASSWORD, dbname="postgres").close()
                    break
                except psycopg.OperationalError:
                    time.sleep(0.05)
            yield f"postgresql://matcher:{IN_ADDRESS}@/postgres?host={folder}&"
        finally:
            running.send_signal(2)  # which closes the connections that are left
            running.wait(300)


@pytest.fixture
def address(server, request):
    """Of a book that is not there yet."""
    number = int(time.monotonic_ns() % 1e12)
    return f"{server}schema={request.node.name[:15]}_{number}".replace("[", "_").replace("-", "_")


@pytest.fixture
def database(address):
    """A connection of somebody else to the database, in the book's schema."""
    import psycopg

    place = place_of(address)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(f'SET search_path = "{place.schema}"')
        yield connection


def filled(path) -> Book:
    """A book with every kind of event, and a snapshot."""
    book = Book.create(path, on=DAY, person="王岚")
    book.put(FIRMS, on=DAY, person="王岚", source="表:甲")
    book.put(FIRMS, on=DAY, person="王岚")
    book.put(FIRMS.assign(rd_staff=7)[::-1], on="2026-02-05", person="'李进\x01")
    book.enter(["企业", "𠮷"], on="2026-02-06", person="王岚", reason="走访")
    book.leave(["企业"], on="2026-02-07", person="王岚", reason="迁出")
    step = {"enterprise_id": "A", "need_id": "N1", "outcome_id": "C1", "status": "declined", "day": "2026-02-08"}
    follow(book.log, pd.DataFrame([{**step, "person": "李进", "reason": "太贵"}]))
    book.snapshot(on="2026-03-01", person="王岚")
    book.set_rules(on="2026-04-01", person="王岚", leads={"ip": 30})
    return book


def small(path) -> Log:
    """A log with a rule text, firms of the table and a snapshot, quickly made; the book in it has no policies."""
    log = Log.create(path)
    with log.writing():
        role = {"policy": "自编", "text": log.keep_text("规则"), "readings": {}, "parameters": {}}
        facts = [Event("facts", DAY, "王岚", {"facts": {"rd_staff": 1}}, firm) for firm in FIRMS["enterprise_id"]]
        log.append([Event("rules", DAY, "王岚", {"leads": {}, "entry": role, "goal": role}), *facts])
        (kept,) = log.append([Event("snapshot", DAY, "王岚", {"until": 7})])
        log.keep_rows(kept.seq, {"A": '{"name":"某公司"}'})
    return log


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- addresses


def test_a_password_is_never_shown():
    address = place_of("postgresql://u:pa%3Ass@h:5432/db?sslmode=require&schema=%E5%BA%93")
    assert str(address) == "postgresql://u:***@h:5432/db?sslmode=require&schema=%E5%BA%93"
    assert (address.schema, address.name, "pa%3Ass" in repr(address)) == ("库", "库", False)
    assert address.without_secrets("pa%3Ass, pa:ss") == "***, ***"
    assert hidden("--pool=postgres://u:a/b?c@d@h/db?schema=x") == "--pool=postgres://u:***@h/db?schema=x"
    assert hidden("postgresql:///db?user=u&password=geheim&schema=x") == "postgresql:///db?user=u&password=***&schema=x"
    assert place_of("培育库.db") == Path("培育库.db")
    blank = place_of("postgresql://u:ge heim@h/db?schema=x&sslpassword=pa%20ss+wort&options=-c%20a%3Db")
    assert str(blank) == "postgresql://u:***@h/db?schema=x&sslpassword=***&options=-c%20a%3Db"
    assert blank.url == "postgresql://u:ge heim@h/db?sslpassword=pa%20ss%2Bwort&options=-c%20a%3Db"  # as libpq reads it
    assert hidden("postgresql:///db?schema=x&Password=ge heim") == "postgresql:///db?schema=x&Password=***"


@pytest.mark.parametrize("scheme", ["postgresql+psycopg://", "PostgreSQL://", "postgresql:/"])
def test_an_address_with_another_beginning_is_no_file(scheme):
    with pytest.raises(BookError, match=r"的写法不对：应为 postgresql://用户@主机") as told:
        place_of(f"{scheme}u:geheim@h/db?schema=x")
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("postgresql://u:geheim@h/db", r"“postgresql://u:\*\*\*@h/db”的写法不对：应为 postgresql://用户@主机:端口"),
        ("postgresql://u:ge@heim@h/db?schema=x", r"“postgresql://u:\*\*\*@h/db\?schema=x”的写法不对"),
        ("postgres://h/db?schema=x;y", "schema“x;y”不可用"),
        (f"postgres://h/db?schema={'库' * 22}", "至多 63 个字节"),
    ],
)
def test_an_address_that_is_wrongly_written_is_refused(text, message):
    with pytest.raises(PoolError, match=message) as caught:
        Book.open(text)
    assert "geheim" not in str(caught.value)


def test_an_address_is_a_text():
    with pytest.raises(ArgumentTypeError, match="must be a str") as caught:
        Book.open(Path("postgresql://u:geheim@h/db?schema=x"))
    assert "geheim" not in str(caught.value)


def test_without_the_extra_the_pip_line_is_told(monkeypatch):
    monkeypatch.delitem(sys.modules, "matcher.event_log.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"psycopg；请运行 pip install 'enterprise-matcher\[postgres\]'"):
        ProjectBook.open("postgresql://h/db?schema=x")


def test_a_book_in_a_file_loads_no_database_package(tmp_path):
    code = "import sys; from matcher.pool import Book; Book.create(sys.argv[1], on='2026-01-05', person='王').close(); "
    code += "print([name for name in ('sqlalchemy', 'psycopg') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "p.db"], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ---- the same book


def test_the_same_events_make_the_same_book_as_in_sqlite(address, tmp_path):
    there, here = filled(address), filled(tmp_path / "p.db")
    with there, here:
        assert there.log.events() == here.log.events()
        assert there.log.fingerprint() == here.log.fingerprint()
        assert there.log.texts() == here.log.texts()
        assert list(there.log.texts()) == sorted(there.log.texts())
        (snapshot,) = here.log.events("snapshot")
        assert list(there.log.rows(snapshot.seq)) == FIRMS["enterprise_id"].tolist()
        assert there.log.rows(snapshot.seq) == here.log.rows(snapshot.seq)
        for query in (
            "SELECT * FROM snapshot_hashes",
            "SELECT seq, enterprise_id, name, CAST(value AS text), valid_from, day, person, source FROM facts "
            "ORDER BY seq, name",
        ):
            assert [*map(tuple, there.log.store.execute(query))] == [*here.log.store.execute(query)], query
        for day in (DAY, "2026-02-06", "2026-04-01"):
            assert there.firms(day).equals(here.firms(day))
            assert there.states(day).equals(here.states(day))
        early = dt.date(2026, 1, 31)
        assert there.log.events(until=5, day=early) == here.log.events(until=5, day=early) != here.log.events(day=early)
    assert Book.open(address).replay().empty


def test_a_book_moves_between_both_and_stays_equal_byte_for_byte(address, tmp_path):
    with filled(tmp_path / "p.db") as book:
        export_book(book, tmp_path / "one", mask=False)
    with rebuild_book(tmp_path / "one", address) as moved:
        export_book(moved, tmp_path / "two", mask=False)
    with rebuild_book(tmp_path / "two", tmp_path / "q.db") as back:
        export_book(back, tmp_path / "three", mask=False)
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "three")
    with pytest.raises(PoolError, match="已存在；请换一个 schema 名"):
        rebuild_book(tmp_path / "one", address)


def test_what_cannot_be_rebuilt_leaves_nothing(address, tmp_path, monkeypatch):
    with filled(tmp_path / "p.db") as book:
        export_book(book, tmp_path / "one", mask=False)
    with monkeypatch.context() as patched:
        patched.setattr(Log, "keep_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rebuild_book(tmp_path / "one", address)
    rebuild_book(tmp_path / "one", address).close()


def test_a_book_of_projects_is_the_same_too(address, tmp_path):
    for path, folder in ((address, "one"), (tmp_path / "l.db", "two")):
        with ProjectBook.create(path, on="2023-01-05", person="王岚", rules="浙江2015") as book:
            book.put(read_managed(EXAMPLES / "managed_projects.csv").rows, on="2023-01-05", person="王岚")
            book.record(read_events(EXAMPLES / "project_events.csv").rows, person="王岚")
            archive.export_book(book, tmp_path / folder, mask=False)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert ProjectBook.open(address).log.fingerprint() == ProjectBook.open(tmp_path / "l.db").log.fingerprint()
    with pytest.raises(PoolError, match="不是培育库"):
        Book.open(address)
    assert not Log.is_there(address)


# ---- nothing is changed, and what was changed is found


def test_nothing_that_stands_there_can_be_changed(address, database):
    import psycopg

    small(address).close()
    columns = {
        "events": "body",
        "rule_texts": "text",
        "snapshot_firms": "seq",
        "snapshot_hashes": "seq",
        "marks": "name",
    }
    for table, column in columns.items():
        for command in (f"UPDATE {table} SET {column} = NULL", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(
                psycopg.Error, match=r"(events|rule_texts|snapshot_firms|hashes|marks) are never changed"
            ):
                database.execute(command)
    Book.open(address).close()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("UPDATE events SET person = '赵' WHERE seq = 3", "第 3 条记录与其编号不符"),
        ("UPDATE events SET seq = 99 WHERE seq = 4", "第 4 条记录与其编号不符"),
        ("UPDATE rule_texts SET text = text || ' '", "与其校验值不符"),
        ("DELETE FROM rule_texts", "第 1 条记录的规则文本缺失"),
        ('UPDATE snapshot_firms SET "row" = replace("row", \'某\', \'另\')', "的快照与其校验值不符"),
        ("ALTER TABLE events DISABLE TRIGGER events_stay", "表的定义被改动"),
        ("DROP TRIGGER events_stay ON events", "表的定义被改动"),
        ("CREATE RULE quiet AS ON INSERT TO events DO INSTEAD NOTHING", "表的定义被改动"),
        ('ALTER TABLE rule_texts ALTER text TYPE text COLLATE "default"', "表的定义被改动"),
        ("ALTER TABLE events DROP CONSTRAINT events_event_id_key", "表的定义被改动"),
        ("ALTER TABLE events ENABLE ROW LEVEL SECURITY", "表的定义被改动"),
        ("ALTER TABLE rule_texts RENAME TO texts; CREATE VIEW rule_texts AS SELECT * FROM texts", "表的定义被改动"),
        ("CREATE OR REPLACE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", "定义被改"),
        ("UPDATE marks SET value = 2 WHERE name = 'user_version'", "不是培育库文件，或格式版本 2 不是 1"),
        ("DROP TABLE marks", "不是培育库文件，或已损坏"),
    ],
)  # fmt: skip
def test_whatever_was_changed_is_found_when_the_book_is_opened(address, database, command, message):
    small(address).close()
    database.execute(f"SET session_replication_role = replica; {command}")  # as its administrator may
    with pytest.raises(PoolError, match=message):
        Book.open(address)


def test_what_is_not_there_or_no_book_is_told(server, address, database):
    with pytest.raises(PoolError, match=r"没有“.*”；请先用 matcher pool create 建立") as caught:
        Book.open(address)
    assert (IN_ADDRESS in str(caught.value), ":***@" in str(caught.value)) == (False, True)
    schema = place_of(address).schema
    database.execute(f'CREATE SCHEMA "{schema}"')  # as an administrator makes it beforehand
    with pytest.raises(PoolError, match="请先用 matcher pool create 建立"):
        Book.open(address)
    small(address).close()
    with pytest.raises(PoolError, match="已存在；请换一个 schema 名"):
        Book.create(address, on=DAY, person="王岚")
    database.execute("CREATE ROLE reader LOGIN PASSWORD 'reading'")
    as_reader = address.replace(f"matcher:{IN_ADDRESS}", "reader:reading")
    with pytest.raises(PoolError, match="用户没有这个 schema 的 USAGE 权限"):
        Book.open(as_reader)
    with pytest.raises(
        PoolError, match="建不成（permission denied for database postgres）；请换有权建立 schema 的用户"
    ):
        Book.create(f"{as_reader}_2", on=DAY, person="王岚")
    database.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO reader')
    with pytest.raises(PoolError, match="读不了（permission denied for table marks）"):
        Book.open(as_reader)
    database.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO reader')
    with Book.open(as_reader) as book:
        assert len(book.firms(DAY)) == 6
        with pytest.raises(PoolError, match=r"写不进去（permission denied for table events）；没有写入任何内容"):
            book.put(FIRMS, on="2026-05-01", person="赵")
        database.execute(f'GRANT INSERT ON ALL TABLES IN SCHEMA "{schema}" TO reader')
        assert book.put(FIRMS, on="2026-05-01", person="赵").firms == 6
    for wrong, why in ((":wrong@", "password authentication failed"), ("nobody:x@", "authentication failed")):
        with pytest.raises(PoolError, match=f"连不上（.*{why}"):
            Book.open(address.replace(f":{IN_ADDRESS}@", wrong).replace("matchernobody", "nobody"))
    database.execute("CREATE DATABASE narrow ENCODING 'SQL_ASCII' TEMPLATE template0")
    with pytest.raises(PoolError, match="编码是 SQL_ASCII；请换一个 UTF8 的数据库"):
        Book.open(address.replace("/postgres?", "/narrow?"))


# ---- several at a time, and what breaks off


WRITER = """
import sys, time
from matcher.event_log.log import Event
from matcher.pool.book.event_log import Log

log, who, stops = Log.open(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(20):
    with log.writing():
        log.append([Event("facts", "2026-01-05", "甲", {"facts": {f"{who}{number}": 1}}, "A"),
                    Event("facts", "2026-01-05", "甲", {"facts": {f"both{number}": 1}}, "A")])
        if number == stops:
            print("inside", flush=True)
            time.sleep(600)
print("done", flush=True)
"""


def test_two_writers_and_one_that_is_killed_lose_nothing_and_double_nothing(address, database):
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    small(address).close()

    def writer(who: str, stops: int = -1):
        words = [sys.executable, "-c", WRITER, address, who, str(stops)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    killed = writer("killed", 7)
    assert killed.stdout.readline() == "inside\n"
    waiting, also = writer("waiting"), writer("also")
    deadline = time.monotonic() + 300
    while database.execute(query).fetchone()[0] < 2:  # both wait for the one that holds the book
        assert time.monotonic() < deadline
        time.sleep(0.05)
    killed.kill()
    assert [one.communicate(timeout=300)[0] for one in (waiting, also, killed)] == ["done\n", "done\n", ""]
    with Book.open(address) as book:  # and its numbers are without gaps
        facts = [name for event in book.log.events("facts") for name in event.body["facts"]]
    wanted = {
        f"{who}{n}" for who, many in (("killed", 7), ("waiting", 20), ("also", 20), ("both", 20)) for n in range(many)
    }
    assert sorted(name for name in facts if name[-1].isdigit()) == sorted(wanted)


def test_a_writer_waits_only_so_long_for_another(address, monkeypatch):
    small(address).close()
    with Book.open(address) as book:
        monkeypatch.setattr("matcher.event_log.postgres.WAIT", 0.1)
        assert store.WAIT == 60
        with Book.open(address) as other, other.log.writing():
            assert len(book.firms(DAY)) == 6  # readers do not wait
            with pytest.raises(
                PoolError, match=r"正被他人写入或不可写（.*lock timeout），请稍后重试；没有写入任何内容"
            ):
                book.put(FIRMS, on="2026-05-01", person="赵")
        assert book.put(FIRMS, on="2026-05-01", person="赵").firms == 6


def test_a_connection_that_breaks_off_leaves_nothing_half_written(address, database, monkeypatch):
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = %s"
    small(address).close()
    book = Book.open(address)
    many = len(book.log.events())

    def cut_off():
        database.execute(end, ["client backend"])

    def write():
        with book.log.writing():
            book.log.append([Event("enter", DAY, "甲", {"reason": ""}, "b")])
            cut_off()
            book.log.events()

    with pytest.raises(PoolError, match=r"的连接断开（.*）；没有写入任何内容"):
        write()
    with pytest.raises(PoolError, match="的连接断开"):
        book.log.events()
    book.close()
    with pytest.raises(PoolError, match="已经关闭；请重新打开后再用"):
        book.put(FIRMS, on="2026-05-01", person="赵")
    with Book.open(address) as book:
        assert len(book.log.events()) == many
        with pytest.raises(PoolError, match=r"断开（.*）；没有写入任何内容"), book.log.writing():
            cut_off()
    with Book.open(address) as book:
        told = book.log.store._run
        monkeypatch.setattr(book.log.store, "_run", lambda sql: (sql == "COMMIT" and cut_off()) or told(sql))
        with pytest.raises(PoolError, match=r"在提交时断开（.*），不知道是否已经写入；请再做一次"), book.log.writing():
            pass
    with Book.open(address) as book:
        assert len(book.log.events()) == many
        with pytest.raises(PoolError, match=r"写不进去（.*NUL.*）；没有写入任何内容"), book.log.writing():
            book.log.append([Event("enter", DAY, "甲", {"reason": ""}, "b\0")])


def test_a_fault_that_somebody_passes_over_is_told_and_nothing_is_written(address):
    log = small(address)

    def write():
        with log.writing():
            log.append([Event("enter", DAY, "甲", {"reason": ""}, "b")])
            with contextlib.suppress(Exception):
                log.store.execute("SELECT * FROM nothing")

    with pytest.raises(PoolError, match=r"写不进去（current transaction is aborted.*）；没有写入任何内容"):
        write()
    assert log.events("enter") == []


# ---- the service and the commands


def test_the_service_writes_what_was_accepted_and_declined(address, database):
    small(address).close()
    browser = client(library(), pool=address)
    said = {"asking_id": "N1", "title": "机械手抓取", "person": "李进", "enterprise_id": "企业"}
    accepted = {**said, "record_id": "C1", "verdict": "采纳"}
    for one in (accepted, {**said, "record_id": "C2", "verdict": "拒绝", "reason": "太贵"}):
        assert "培育库记为" in browser.post("/api/feedback", json=one).json()["done"][0]
    with Book.open(address) as book:
        table = items(book.log, on="2099-01-01")
    shown = ["enterprise_id", "need_id", "outcome_id", "status", "person", "reason"]
    assert table[table["enterprise_id"] == "企业"][shown].to_numpy().tolist() == [
        ["企业", "N1", "C1", "pushed", "李进", ""],
        ["企业", "N1", "C2", "declined", "李进", "too expensive"],
    ]
    assert browser.get("/api/health").json()["faults"] == []
    database.execute(f'DROP SCHEMA "{place_of(address).schema}" CASCADE')
    answer = browser.post("/api/feedback", json=accepted)
    assert (answer.status_code, "培育库现在不能用：没有“" in answer.json()["error"]) == (503, True), answer.text
    assert [word for word in ("postgres", "/tmp", "matcher:") if word in answer.text] == []
    assert browser.get("/api/health").json()["faults"] == ["培育库的数据库连不上，或不是培育库"]


def test_the_commands_take_an_address_for_a_file(address, run, tmp_path):
    pd.DataFrame({"企业编号": ["A", "B"], "企业名称": ["甲有限公司", "乙有限公司"]}).to_csv(
        tmp_path / "f.csv", index=False
    )
    step = {"企业编号": "A", "需求编号": "N1", "成果编号": "C1", "状态": "已拒绝", "日期": DAY, "经办人": "李进"}
    pd.DataFrame([{**step, "原因": "太贵"}]).to_csv(tmp_path / "s.csv", index=False)
    commands = (
        ["create", address, "--on", DAY, "--person", "王岚"],
        ["import", address, "f.csv", "--on", DAY, "--person", "王岚"],
        ["status", address, "s.csv", "--on", DAY, "-o", "跟进.csv"],
        ["export", address, "导出", "--show-contacts"],
        ["replay", address],
        ["replay", "导出", "-o", f"{address}_2"],
        ["create", address, "--on", DAY, "--person", "王岚"],
    )
    said = [run("pool", *words) for words in commands]
    assert [status for status, *_ in said] == [0] * 6 + [2], said
    assert said[-1][2].endswith("已存在；请换一个 schema 名\n")
    assert IN_ADDRESS not in str(said)
    assert pd.read_csv("跟进.csv")[["enterprise_id", "status", "reason"]].to_numpy().tolist() == [
        ["A", "declined", "too expensive"]
    ]
    projects, facts = f"{address}_3", ["--on", DAY, "--person", "王岚"]
    assert run("projects", "create", projects, *facts, "--rules", "浙江2015")[0] == 0
    assert run("projects", "import", str(EXAMPLES / "managed_projects.csv"), "--book", projects, *facts)[0] == 0
    assert run("projects", "status", projects, "--on", DAY, "-o", "项目.csv")[0] == 0
    with Book.open(address) as one, Book.open(f"{address}_2") as two:
        assert one.log.fingerprint() == two.log.fingerprint()


def test_a_round_of_two_books_whose_addresses_begin_alike_is_verified(address, run, tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    place = address.replace(f":{IN_ADDRESS}@", "@")
    steps = [f'  - 建库{end}: pool create "{place}{end}"\n' for end in ("", "2")]
    (tmp_path / "年度.yaml").write_text(f"日期: 2026-11-24\n经办人: 王岚\n步骤:\n{''.join(steps)}", "utf-8")
    assert run("run", "年度.yaml", "-q") == (0, "", "")
    assert run("run", "年度.yaml", "--verify") == (0, "2 步：重做的结果与记录一致\n", "")


def test_a_round_writes_into_a_book_there_and_is_verified_in_files(address, run, tmp_path, monkeypatch):
    plan = "日期: 2026-11-24\n经办人: 王岚\n步骤:\n  - 建库: pool create {0}\n  - 导入: pool import {0} f.csv\n"
    plan += "  - 快照: pool snapshot {0} -o 快照.csv\n"
    pd.DataFrame({"企业编号": ["A"], "企业名称": ["甲有限公司"]}).to_csv(tmp_path / "f.csv", index=False)
    (tmp_path / "年度.yaml").write_text(plan.format(f'"{address}"'), "utf-8")
    status, _, err = run("run", "年度.yaml")
    assert (status, "“建库”：地址里的口令会写进记录；请从地址中删去" in err) == (2, True), err
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    place = address.replace(f":{IN_ADDRESS}@", "@")
    (tmp_path / "年度.yaml").write_text(plan.format(f'"{place}"'), "utf-8")
    assert run("run", "年度.yaml", "-q") == (0, "", "")
    steps = json.loads((tmp_path / "年度.record.json").read_text("utf-8"))["steps"]
    assert (steps["导入"]["books"], list(steps["导入"]["inputs"])) == ([place], ["f.csv"])
    with Book.open(address) as book:
        before = book.log.fingerprint()
    assert run("run", "年度.yaml")[1].startswith("3 步完成，其中 3 步没有变化")
    assert run("run", "年度.yaml", "--verify") == (0, "3 步：重做的结果与记录一致\n", "")
    with Book.open(address) as book:
        assert book.log.fingerprint() == before
