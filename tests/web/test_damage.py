"""What the service says and keeps when the files behind it are gone, damaged, renewed or cannot be written."""

import errno
import shutil
import time

import pandas as pd
import pytest
from served import client, library
from small import OUTCOMES

from matcher import Index
from matcher.matching.library import folders
from matcher.pool import Book
from matcher.web import Library
from matcher.web import service as service_module

SAID = {"asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳", "person": "王岚"}
FIRMS = pd.DataFrame({"enterprise_id": ["QY1"], "name": ["沂河重工传动有限公司"]})


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "培育库.db"
    with Book.create(path, on="2026-01-05", person="王岚") as made:
        made.put(FIRMS, on="2026-01-05", person="王岚")
    return path


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "library"
    Index.build(OUTCOMES).save(folder)
    return folder


def events(book):
    with Book.open(book) as opened:
        return [(event.subject, event.body["status"]) for event in opened.log.events() if event.kind == "follow"]


def test_health_tells_what_is_wrong_with_the_files(book, saved):
    browser = client(Library.open(saved), pool=book)

    def said():
        answer = browser.get("/api/health").json()
        assert str(saved.parent) not in str(answer)
        return answer["status"], [fault[:10] for fault in answer["faults"]]

    assert said() == ("ok", [])
    Index.load(saved).remove(["C6"]).save(saved)
    assert said() == ("ok", [])  # it is taken up
    shutil.rmtree(saved)
    book.write_bytes(b"nothing of a book" * 9)
    assert said() == ("degraded", ["培育库的文件不在了，", "库的索引文件夹不在了"])
    book.unlink()
    assert said()[1][0] == "培育库的文件不在了，"
    assert client(library()).get("/api/health").json()["status"] == "ok"
    assert client(library(outcomes=None)).get("/api/health").json()["faults"] == []


def test_an_index_that_another_program_saved_is_taken_up(saved):
    browser = client(Library.open(saved))
    service = browser.app.state.service

    def found():
        hits = browser.post("/api/search", json={"text": "机械手", "k": 50}).json()["hits"]
        return sorted(hit["outcome_id"] for hit in hits)

    before = found()
    service.take_up()  # nothing is new
    assert found() == before == [f"C{i}" for i in range(1, 7)]
    Index.load(saved).remove(["C6"]).save(saved)
    service.take_up()
    assert found() == before[:-1]
    assert browser.post("/api/feedback", json=SAID).json()["done"] == ["已教给库并保存"]  # upon the new one
    assert Index.load(saved).feedback is not None
    assert len(Index.load(saved)) == 5


def test_a_service_that_runs_looks_for_it_by_itself(saved, monkeypatch):
    monkeypatch.setattr(service_module, "EVERY", 0.02)
    with client(Library.open(saved)) as browser:
        Index.load(saved).remove(["C6"]).save(saved)
        until = time.monotonic() + 300
        while browser.get("/api/health").json()["outcomes"] == 6 and time.monotonic() < until:
            time.sleep(0.02)
        assert browser.get("/api/health").json() | {"pool": None} == {
            "status": "ok", "faults": [], "outcomes": 5, "needs": None, "experts": None, "pool": None,
        }  # fmt: skip


def test_a_new_index_that_cannot_be_read_is_told_and_the_old_one_stays(saved):
    browser = client(Library.open(saved))
    Index.load(saved).remove(["C6"]).save(saved)
    manifest = saved / (saved / "CURRENT").read_text().split()[0]
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:-9])
    browser.app.state.service.take_up()
    answer = browser.get("/api/health").json()
    assert (answer["status"], answer["outcomes"]) == ("degraded", 6)
    assert answer["faults"][0].startswith("库的索引在别处改过，新的读不出来")
    assert str(saved.parent) not in str(answer)
    assert browser.post("/api/search", json={"text": "机械手"}).status_code == 200
    manifest.write_bytes(whole)
    Index.load(saved).remove(["C5"]).save(saved)
    browser.app.state.service.take_up()
    assert browser.get("/api/health").json()["status"] == "ok"
    assert browser.get("/api/health").json()["outcomes"] == 4
    needs = OUTCOMES.rename(columns={"outcome_id": "need_id"})[["need_id", "title", "description"]]
    Index.build(needs).save(saved, replace=True)
    browser.app.state.service.take_up()
    assert "不是成果的" in browser.get("/api/health").json()["faults"][0]
    assert browser.post("/api/search", json={"text": "机械手"}).json()["hits"]


@pytest.mark.parametrize("content", [None, b"", b"nothing of a book" * 9])
def test_a_book_that_cannot_be_used_is_no_mistake_of_who_asks(book, content):
    browser = client(pool=book)
    book.unlink()
    if content is not None:
        book.write_bytes(content)
    for answer in (browser.post("/api/feedback", json=SAID), browser.get("/visits"), browser.get("/pool")):
        assert answer.status_code == 503
        assert answer.json()["error"].startswith("培育库现在不能用：")
        assert str(book.parent) not in answer.text
    assert browser.post("/api/search", json={"text": "机械手"}).status_code == 200


def test_a_judgement_that_only_the_book_has_is_told_and_may_be_sent_again(book, saved, monkeypatch):
    browser = client(Library.open(saved), pool=book)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "fsync", full)
        answer = browser.post("/api/feedback", json=SAID)
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("培育库记为“已推送”；但没有教给库：library：无法读写索引（磁盘已满）；")
    assert events(book) == [("", "pushed")]
    assert browser.post("/api/feedback", json=SAID).json() == {"done": ["培育库里已记为“已推送”", "已教给库并保存"]}
    assert events(book) == [("", "pushed")]
    assert Index.load(saved).feedback is not None


@pytest.mark.parametrize(
    ("given", "subject", "known"),
    [
        ("QY1", "QY1", True),
        ("沂河重工传动有限公司", "QY1", True),
        ("", "", True),
        ("QY9", "QY9", False),
        ("别家机械有限公司", "别家机械有限公司", False),
    ],
)
def test_a_firm_that_the_book_does_not_know_is_told(book, given, subject, known):
    answer = client(pool=book).post("/api/feedback", json=SAID | {"enterprise_id": given}).json()["done"]
    assert answer[0] == "培育库记为“已推送”"
    assert [line for line in answer if "不在培育库中" in line] == (
        [] if known else [f"企业 {given} 不在培育库中，按所给的写法记入"]
    )
    assert events(book) == [(subject, "pushed")]


def test_a_decline_in_other_words_stands_in_the_book_as_it_was_said(book):
    said = SAID | {"verdict": "拒绝", "reason": "厂里没预算"}
    answer = client(pool=book).post("/api/feedback", json=said).json()["done"]
    assert answer[:2] == ["理由“厂里没预算”记作“其他”", "培育库记为“已拒绝”"]
    with Book.open(book) as opened:
        [body] = [event.body for event in opened.log.events() if event.kind == "follow"]
    assert (body["status"], body["reason"], body["note"]) == ("declined", "other", "拒绝理由：厂里没预算")
    assert client(pool=book).post("/api/feedback", json=said).json()["done"][1] == "培育库里已记为“已拒绝”"
