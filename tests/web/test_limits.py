"""What is refused before it costs anything: size, length, time, names of hosts; what every answer carries; the log."""

import asyncio
import json
import logging
import threading

import pytest
from served import client, library, mark

from matcher.errors import ArgumentError
from matcher.web import Settings, create_app
from matcher.web.batching import MOST, Batches
from matcher.web.settings import read_tokens


def test_a_request_over_the_size_is_refused_by_its_head_and_by_what_comes():
    browser = client(largest=1000)
    body = json.dumps({"text": "机" * 300}).encode()
    assert len(body) > 1000
    answer = browser.post("/api/search", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (413, {"error": "一次上传超过 0.0009537 MB；请拆成几个小文件"})
    pieces = browser.post(
        "/api/search", content=iter([body[:500], body[500:]]), headers={"Content-Type": "application/json"}
    )
    assert pieces.status_code == 413
    exact = b'{"text": "a"' + b" " * (1000 - 13) + b"}"
    assert len(exact) == 1000
    assert browser.post("/api/search", content=exact, headers={"Content-Type": "application/json"}).status_code == 200


@pytest.mark.parametrize(("length", "status"), [(2000, 404), (2001, 414)])
def test_an_address_may_have_so_many_characters(length, status):
    assert client().get("/" + "a" * (length - 1)).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:8765", 200),
        ("[::1]:8765", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
    ],
)
def test_only_names_of_this_service_are_answered(host, status):
    """A page elsewhere whose name is made to point here cannot read the library."""
    assert client().get("/api/health", headers={"Host": host}).status_code == status


def test_files_of_the_package_alone_are_served():
    browser = client()
    assert browser.get("/static/app.js").headers["content-type"].startswith("text/javascript")
    for path in (
        "/static/../library.py",
        "/static/%2e%2e/library.py",
        "/static/..%2flibrary.py",
        "/static//etc/passwd",
    ):
        assert browser.get(path).status_code == 404


def test_every_answer_carries_its_headers():
    browser = client()
    for answer in (
        browser.get("/"),
        browser.get("/api/health"),
        browser.get("/nothing"),
        browser.get("/", headers={"Host": "x"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    cookie = (
        browser.get("/", headers={"Cookie": ""}).headers.get("set-cookie", "")
        or client().get("/").headers["set-cookie"]
    )
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_pages_name_no_other_host():
    browser = client()
    for address in ("/", "/match", "/firm", "/points", "/login", "/static/app.js"):
        text = browser.get(address).text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text
        assert "https://" not in text
        assert "<script>" not in text


def test_work_that_takes_too_long_is_answered_and_its_place_stays_taken():
    """Both places are held by work that goes on; then there is none left, and after it there is again."""
    app = create_app(library(), settings=Settings(longest=0.2))
    service, ends = app.state.service, threading.Event()
    places = service._slots._value

    async def one(work):
        try:
            return await service.work(work)
        except Exception as error:
            return error.status_code

    async def run():
        first = [await one(ends.wait) for _ in range(places)]
        full = await one(lambda: "done")
        ends.set()
        await asyncio.sleep(0.2)
        return first, full, await one(lambda: "done")

    assert asyncio.run(run()) == ([504] * places, 503, "done")


def test_searches_that_wait_together_get_what_each_gets_alone():
    held = library()
    texts = [f"机械手 {number} 号抓取农业零件" for number in range(MOST + 3)] + ["医药包装"] * 2

    async def run():
        batches = Batches()
        return await asyncio.gather(*(batches.matches(held.outcomes, text, 3) for text in texts))

    for text, found in zip(texts, asyncio.run(run()), strict=True):
        assert held.outcomes.hits(found) == held.outcomes.search(text, 3)


def test_a_fault_ends_a_search_and_not_the_service():
    held = library()

    async def run():
        batches = Batches()
        wrong = asyncio.gather(batches.matches(held.outcomes, "机械", 0), return_exceptions=True)
        return [*await wrong, len(await batches.matches(held.outcomes, "机械", 2))]

    error, after = asyncio.run(run())
    assert isinstance(error, ArgumentError)
    assert after == 2


def test_the_log_says_what_was_done_and_nothing_of_whom_or_what(caplog):
    browser = client()
    logging.getLogger("matcher.web").propagate = True
    with caplog.at_level(logging.INFO, logger="matcher.web"):
        browser.post("/api/search", json={"text": "秘密的机械 13812345678"})
        browser.post("/search", data={"csrf": mark(browser), "text": "秘密的机械"})
        browser.get("/results/秘密")
        browser.app.state.service.matches = None  # a fault of the service itself
        assert browser.post("/api/search", json={"text": "秘密"}).json() == {
            "error": "服务出错，没有完成；请告诉管理员这是什么时候、在哪一页"
        }
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "matcher.web"]
    assert [(line.get("route"), line.get("status")) for line in lines if "route" in line] == [
        ("/api/search", 200), ("/", 200), ("/search", 200), ("/results/{key}", 404), ("/api/search", 500),
    ]  # fmt: skip
    assert [line["fault"] for line in lines if "fault" in line] == ["TypeError"]
    assert "秘密" not in caplog.text
    assert "13812345678" not in caplog.text


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("admin", "a" * 16)], "角色只有 read（只读）和 write（可写）"),
        ([("read", "a" * 15)], "口令至少 16 个字符"),
        ([("read", "a" * 16), ("write", "a" * 16)], "同一个口令给了两次"),
        ([("read", "@/nothing/here")], "读不了这个文件"),
    ],
)
def test_tokens_that_protect_nothing_are_refused(pairs, message):
    with pytest.raises(ArgumentError, match=message):
        read_tokens(pairs)


def test_a_token_may_stand_in_a_file(tmp_path):
    (tmp_path / "口令.txt").write_text("b" * 16 + "\n", "utf-8")
    assert read_tokens([("读", "a" * 16), ("write", f"@{tmp_path / '口令.txt'}")]) == {
        "a" * 16: "read",
        "b" * 16: "write",
    }
