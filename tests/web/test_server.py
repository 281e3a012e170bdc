"""The library that a place holds, and the real process: it starts with one command, answers, and stops well."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time

import pandas as pd
import pytest
from small import EXAMPLES

from matcher.errors import ArgumentError, TableError
from matcher.matching import Index
from matcher.web import Library, serve

OUTCOMES = "成果编号,成果名称\nC1,机械手\nC2,医药中间体\n"
NEEDS = "需求编号,需求名称\nN1,机械手抓取\n"


def sizes(library: Library):
    return [None if part is None else len(part) for part in (library.outcomes, library.needs, library.experts)]


def test_a_table_of_outcomes_or_of_needs_is_a_library(tmp_path):
    (tmp_path / "表.csv").write_text(OUTCOMES, "utf-8")
    assert sizes(Library.open(tmp_path / "表.csv")) == [2, None, None]
    (tmp_path / "表.csv").write_text(NEEDS, "utf-8")
    assert sizes(Library.open(tmp_path / "表.csv")) == [None, 1, None]


def test_a_saved_index_is_a_library_alone_or_in_a_folder(tmp_path):
    index = Index.build(pd.DataFrame({"outcome_id": ["C1"], "title": ["机械手"]}))
    index.save(tmp_path / "成果")
    assert sizes(Library.open(tmp_path / "成果")) == [1, None, None]
    (tmp_path / "需求表.csv").write_text(NEEDS, "utf-8")
    said = []
    assert sizes(Library.open(tmp_path, say=said.append)) == [1, 1, None]
    assert said == ["成果：已保存的索引，成果 1 条", "需求表.csv：需求，读入 1 条"]
    (tmp_path / "需求表.csv").unlink()
    (tmp_path / "成果").rename(tmp_path / "需求")
    with pytest.raises(TableError, match="这是成果的索引，不是需求的"):
        Library.open(tmp_path)


def test_the_examples_are_a_library():
    library = Library.open(EXAMPLES)
    assert sizes(library) == [117, 49, 22]
    assert set(library.columns["file"]) == {"needs.csv", "outcomes.csv", "experts.csv", "works.csv"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "没有认得的表；文件名（不含后缀）请用 outcomes 或 成果"),
        ({"成果.csv": OUTCOMES, "outcomes.csv": OUTCOMES}, "成果.csv 都是成果；请只留一个"),
        ({"专家.csv": "专家编号,姓名\nE1,甲\n"}, "里面没有成果，也没有需求"),
    ],
)
def test_a_folder_that_is_no_library_is_refused(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(TableError, match=re.escape(message)):
        Library.open(tmp_path)
    with pytest.raises(TableError, match="找不到"):
        Library.open(tmp_path / "没有")


def test_a_port_that_is_taken_is_said(tmp_path):
    (tmp_path / "成果.csv").write_text(OUTCOMES, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ArgumentError, match=f"127.0.0.1:{port} 不能用.*请换一个端口"):
            serve(tmp_path, port=port)


def test_the_command_says_what_is_wrong_before_it_listens(run, tmp_path):
    (tmp_path / "成果.csv").write_text(OUTCOMES, "utf-8")
    for words, message in (
        (["没有"], "没有：找不到"),
        (["成果.csv", "--token", "read=short"], "口令至少 16 个字符"),
        (["成果.csv", "--port", "70000"], "太大"),
        (["成果.csv", "--pool", "没有.db"], "没有“没有.db”"),
    ):
        status, _, said = run("serve", *words)
        assert (status, message in said) == (2, True), said


def started(words):
    """A service as a process of its own: the process, the lines that it said, its port."""
    service = subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True)
    lines = []
    for line in service.stderr:
        lines.append(line)
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return service, lines, int(found[1])
    raise AssertionError(lines)


def asked(port, address, body):
    """A request that has been sent; its answer is still to come."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    line.request("POST", address, json.dumps(body), {"Content-Type": "application/json"})
    return line


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_process_starts_answers_finishes_what_is_in_hand_and_stops(tmp_path, stop):
    (tmp_path / "成果.csv").write_text(OUTCOMES, "utf-8")
    words = ["-m", "matcher.cli", "serve", str(tmp_path), "--port", "0", "--token", "read=" + "r" * 16]
    service, lines, port = started(words)
    try:
        assert lines[0] == "成果.csv：成果，读入 2 条\n"
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        body = json.dumps({"text": "机械手抓取", "k": 1}).encode()
        heads = {
            "Content-Type": "application/json",
            "Authorization": "Bearer " + "r" * 16,
            "Content-Length": str(len(body)),
        }
        line.putrequest("POST", "/api/search")
        for name, value in heads.items():
            line.putheader(name, value)
        line.endheaders()
        line.send(body[:10])
        for other in ("/api/health", "/"):
            beside = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            beside.request("GET", other)
            assert beside.getresponse().status in (200, 303)
            beside.close()
        service.send_signal(stop)  # with a request half sent
        line.send(body[10:])
        answer = line.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["hits"][0]["outcome_id"] == "C1"
        line.close()
        rest = service.stderr.read()
        assert service.wait(300) == 0
    finally:
        service.kill()
        service.stderr.close()
    *log, last = rest.strip().split("\n")
    assert last == "服务已停止"
    assert [json.loads(one)["line"]["route"] for one in log] == ["/api/health", "/", "/api/search"]
    assert "机械手" not in rest


def test_the_log_of_the_process_has_lines_of_json_alone_and_nothing_that_was_asked(tmp_path):
    """The library warns of labels that no record has; those are what somebody asked."""
    (tmp_path / "成果.csv").write_text("成果编号,成果名称,地区\nC1,机械手,兰山区\n", "utf-8")
    service, _, port = started(["-m", "matcher.cli", "serve", str(tmp_path), "--port", "0"])
    try:
        for label in ("秘密县", "兰山区"):
            answer = asked(port, "/api/search", {"text": "机械", "where": {"region": label}}).getresponse()
            assert (answer.status, len(json.loads(answer.read())["hits"])) == (200, int(label == "兰山区"))
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall("秘密\r\n\r\n".encode())
            assert stranger.recv(20).startswith(b"HTTP/1.1 400")
        service.send_signal(signal.SIGTERM)
        rest = service.stderr.read()
    finally:
        service.kill()
        service.stderr.close()
    *log, last = rest.strip().split("\n")
    assert last == "服务已停止"
    assert [json.loads(one)["line"]["status"] for one in log] == [200, 200]


SLOW = """
import sys, time
from pathlib import Path
from matcher.matching import Index
from matcher.web import Library, serve, server
from matcher.web.service import Service

folder = Path(sys.argv[1])
server.PATIENCE = 1

def begun(work, seconds, then=lambda: None):
    (folder / f"{work} begun").touch()
    time.sleep(seconds)
    then()
    return {}

Library.persons = lambda self: begun("experts", 60)
real = Index.save
Index.save = lambda self, place: begun("save", 4, lambda: real(self, place))
serve(folder / "成果", port=0, say=lambda line: print(line, file=sys.stderr, flush=True))
"""


def test_work_that_does_not_end_is_cut_off_and_a_write_is_not(tmp_path):
    """SIGTERM with endless work and a judgement in hand: the process ends once the judgement has been saved."""
    Index.build(pd.DataFrame({"outcome_id": ["C1"], "title": ["机械手"]})).save(tmp_path / "成果")
    service, _, port = started(["-c", SLOW, str(tmp_path)])
    try:
        said = {"asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳"}
        lines = [asked(port, "/api/experts", {"text": "机械"}), asked(port, "/api/feedback", said)]
        while not {"experts begun", "save begun"} <= {path.name for path in tmp_path.iterdir()}:
            time.sleep(0.05)
        told = time.monotonic()
        service.send_signal(signal.SIGTERM)
        rest = service.stderr.read()
        assert service.wait(30) == 0
        assert time.monotonic() - told < 40  # the work goes on for 60 seconds
    finally:
        service.kill()
        service.stderr.close()
    for line in lines:
        answer = line.getresponse()
        assert (answer.status, json.loads(answer.read())) == (503, {"error": "服务正在停止，没有等到结果；请稍后重试"})
    assert Index.load(tmp_path / "成果").feedback.table["record_id"].tolist() == ["C1"]
    *log, last = rest.strip().split("\n")
    assert last == "服务已停止；还在计算的已中断"
    assert [json.loads(one)["line"]["status"] for one in log] == [503, 503]
