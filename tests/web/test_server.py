"""The library that a place holds, and the real process: it starts with one command, answers, and stops well."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys

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


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_process_starts_answers_finishes_what_is_in_hand_and_stops(tmp_path, stop):
    (tmp_path / "成果.csv").write_text(OUTCOMES, "utf-8")
    words = [sys.executable, "-m", "matcher.cli", "serve", str(tmp_path), "--port", "0", "--token", "read=" + "r" * 16]
    service = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        lines = []
        for line in service.stderr:
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                break
        assert lines[0] == "成果.csv：成果，读入 2 条\n"
        line = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
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
            beside = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
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
        assert service.wait(60) == 0
    finally:
        service.kill()
        service.stderr.close()
    *log, last = rest.strip().split("\n")
    assert last == "服务已停止"
    assert [json.loads(one)["line"]["route"] for one in log] == ["/api/health", "/", "/api/search"]
    assert "机械手" not in rest
