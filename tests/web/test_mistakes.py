"""What a program is told of its own mistakes: where they are, and what is wanted there."""

import asyncio
import json

import pytest
from served import client

from matcher.matching.learning.judgements import REASONS

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SAID = {"asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳"}


@pytest.mark.parametrize(
    ("address", "body", "message"),
    [
        ("search", {"text": 7}, "text：要文字"),
        ("search", [1], "请求：要一个 JSON 对象"),
        ("search", None, "请求：要一个 JSON 对象"),
        ("search", {"text": "x", "k": 1.5}, "k：要整数"),
        ("search", {"text": "x", "where": "小试"}, "where：要一个 JSON 对象"),
        ("search", {"text": "x", "where": {"maturity": 3}}, "where.maturity：要一个词，或一列词"),
        ("search", {"text": "x", "where": {"maturity": [["小试"]]}}, "where.maturity：要一个词，或一列词"),
        ("search", {"text": "x", "valid_on": 20261124}, "valid_on：不是日期，请写成 2026-11-24"),
        ("match", {"rows": [{"需求名称": {"a": 1}}]}, "rows.0.需求名称：要文字、数、true、false 或 null"),
        ("match", {"rows": [{}]}, "rows：表里没有任何内容"),
        ("feedback", SAID | {"reason": "太贵"}, "reason：采纳不要理由；拒绝才要"),
        (
            "feedback",
            SAID | {"title": " "},
            "title、description：不能都是空的；请给出提问一方的文字，只凭编号教不了什么",
        ),
    ],
)
def test_a_mistake_names_its_place_and_what_is_wanted(address, body, message):
    answer = client().post(f"/api/{address}", content=json.dumps(body), headers=JSON)
    assert (answer.status_code, answer.json()) == (422, {"error": message})


def test_a_decline_without_words_is_answered_with_those_there_are():
    answer = client().post("/api/feedback", json=SAID | {"verdict": "拒绝", "reason": "13812345678"})
    assert answer.status_code == 422
    assert answer.json()["error"].endswith("如 " + "、".join(word for word, _ in REASONS.values()))
    assert "13812345678" not in answer.text


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("价格过高", "理由“价格过高”记作“太贵”"),
        ("老板出差，找 13812345678", "理由“老板出差，找 138****5678”记作“其他”"),
    ],
)
def test_a_reason_in_other_words_counts_by_its_meaning_and_is_told(reason, told):
    answer = client().post("/api/feedback", json=SAID | {"verdict": "拒绝", "reason": reason})
    assert answer.json()["done"][0] == told
    for known in ("太贵", "too expensive", " 太贵 "):
        answer = client().post("/api/feedback", json=SAID | {"verdict": "拒绝", "reason": known})
        assert answer.json()["done"][0].startswith("已教给库")
    answer = client().post("/api/feedback", json=SAID | {"reason": reason})
    assert answer.json() == {"error": "reason：采纳不要理由；拒绝才要"}


@pytest.mark.parametrize("headers", [FORM, {"Content-Type": "text/plain"}, {"Content-Type": ""}])
def test_a_body_that_is_not_said_to_be_json_is_told_so(headers):
    answer = client().post("/api/search", content='{"text": "机械手"}', headers=headers)
    assert answer.status_code == 422
    assert answer.json() == {"error": "请求头里要写 Content-Type: application/json，正文写 JSON"}
    for kind in ("application/json", "application/json; charset=utf-8", "application/vnd.api+json"):
        answer = client().post("/api/search", content='{"text": "机械手"}', headers={"Content-Type": kind})
        assert answer.status_code == 200


@pytest.mark.parametrize(("body", "place"), [("text=机械手", 1), ('{"text": "机械手",}', 16), ("{", 2)])
def test_what_is_no_json_is_a_request_that_cannot_be_read(body, place):
    answer = client().post("/api/search", content=body.encode(), headers=JSON)
    assert (answer.status_code, answer.json()) == (400, {"error": f"正文不是 JSON（从第 {place} 个字起读不懂）"})


def test_filters_that_find_nothing_say_why():
    browser = client()
    answer = browser.post("/api/search", json={"text": "机械手", "where": {"region": "火星市"}}).json()
    assert answer["hits"] == []
    assert answer["notes"][0].startswith("没有一条记录的“地区”是“火星市”；有：")
    assert answer["notes"][-1] == "筛选条件没有留下任何记录"
    for body in ({"text": "机械手"}, {"text": "机械手", "where": {"region": "兰山区"}}, {"text": "x", "k": 1}):
        answer = browser.post("/api/search", json=body).json()
        assert answer["notes"] == []
        assert answer["hits"]


def test_problems_and_advice_speak_of_the_request():
    rows = [{"企业名称": "甲", "职工总数": "许多", "销售收入": 4800}]
    answer = client().post("/api/score", json={"firms": rows, "policies": ["hte"], "on": "2026-11-24"}).json()
    assert {line["file"] for line in answer["problems"]} == {"firms"}
    assert not any("--column" in line["action"] or "columns=" in line["action"] for line in answer["problems"])
    assert any("把表头“销售收入”改为“" in line["action"] for line in answer["problems"])
    assert [line["on"] for line in answer["summary"]] == ["2026-11-24"]
    wrong = client().post("/api/score", json={"firms": [{"甲": "乙"}], "policies": ["hte"], "on": "2026-11-24"})
    assert wrong.json()["error"].startswith("firms：找不到表头，前 20 行里没有“企业名称”这样的列名")


def test_what_is_said_of_filters_is_worked_out_beside_the_answers_to_others(monkeypatch):
    def notes(records, where):
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return ["说明"]

    monkeypatch.setattr("matcher.web.api.label_notes", notes)
    answer = client().post("/api/search", json={"text": "机械手", "where": {"region": "兰山区"}})
    assert answer.json()["notes"][0] == "说明"
