"""JSON: each address gives what its function gives; what is wrong is said in Chinese."""

import json
import shutil

import pandas as pd
import pytest
from served import client, library, mark
from small import OUTCOMES, build

from matcher import __version__
from matcher.matching import Index, match
from matcher.policy import read_firms, score, trace
from matcher.policy.policy import shipped
from matcher.web.api import plain

JSON = [
    ("/api/search", {"text": "机械手"}),
    ("/api/match", {"rows": [{"需求名称": "机械手"}]}),
    ("/api/explain", {"text": "机械手", "id": "C1"}),
    ("/api/score", {"firms": [{"企业名称": "甲", "职工总数": 120}], "policies": ["hte"], "on": "2026-11-24"}),
    ("/api/trace", {"firm": {"企业名称": "甲", "职工总数": 120}, "policy": "hte", "on": "2026-11-24"}),
    ("/api/experts", {"text": "机械手"}),
    ("/api/feedback", {"asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳"}),
]
NAMES = [address for address, _ in JSON]


def test_health_and_version_say_what_is_there():
    browser = client()
    counts = {"status": "ok", "faults": [], "outcomes": 6, "needs": 4, "experts": 2, "pool": False}
    assert browser.get("/api/health").json() == counts
    assert browser.get("/api/version").json() == {"name": "enterprise-matcher", "version": __version__}


def test_search_goes_both_ways_with_filters():
    browser = client()
    hits = browser.post("/api/search", json={"text": "机械手抓取", "k": 2, "where": {"region": "兰山区"}}).json()[
        "hits"
    ]
    assert hits == build(OUTCOMES).search("机械手抓取", 2, where={"region": "兰山区"})
    assert [hit["outcome_id"] for hit in hits] == ["C1", "C6"]
    hits = browser.post("/api/search", json={"text": "节水灌溉，农业", "k": 1, "side": "needs"}).json()["hits"]
    assert [hit["need_id"] for hit in hits] == ["N3"]


def test_match_gives_the_table_the_problems_and_what_became_of_columns():
    rows = [{"需求编号": "X1", "需求名称": "机械手抓取", "联系电话": "13812345678", "说不清": "a"}]
    answer = client().post("/api/match", json={"rows": rows, "k": 2}).json()
    needs = pd.DataFrame({"need_id": ["X1"], "title": ["机械手抓取"]})
    assert [(pair["need_id"], pair["outcome_id"]) for pair in answer["matches"]] == [
        *match(needs, build(OUTCOMES), k=2)[["need_id", "outcome_id"]].itertuples(index=False, name=None)
    ]
    uses = {line["header"]: line["use"] for line in answer["columns"]}
    assert uses == {"需求编号": "已采用", "需求名称": "已采用", "联系电话": "原样保留", "说不清": "没看懂"}
    assert answer["problems"] == []


def test_explain_is_the_pair_alone():
    browser = client()
    hit = browser.post("/api/explain", json={"text": "机械手抓取", "id": "C4"}).json()["hit"]
    assert (hit["outcome_id"], hit["rank"]) == ("C4", 1)
    answer = browser.post("/api/explain", json={"text": "机械手", "id": "C9"})
    assert (answer.status_code, answer.json()) == (404, {"error": "库里没有“C9”这一条"})


def test_score_and_trace_are_those_of_the_library():
    browser = client()
    rows = [{"企业名称": "甲公司", "职工总数": 120, "科技人员数": 9}]
    answer = browser.post("/api/score", json={"firms": rows, "policies": ["hte"], "on": "2026-11-24"}).json()
    firms = read_firms(pd.DataFrame(rows), "hte", on="2026-11-24").rows
    scored = score(firms, "hte", on="2026-11-24")
    assert answer["summary"] == plain(scored.summary)
    assert answer["verdicts"] == plain(scored.verdicts)
    assert answer["summary"][0]["decision"] == "fails"  # 9 of 120 are fewer than 10 %
    answer = browser.post("/api/trace", json={"firm": rows[0], "policy": "hte", "on": "2026-11-24"}).json()
    assert answer["trace"] == json.loads(json.dumps(trace(firms, "hte", "甲公司", on="2026-11-24")))


def test_experts_come_with_names():
    [first] = client().post("/api/experts", json={"text": "机械手抓取零件", "k": 1}).json()["experts"]
    assert (first["expert_id"], first["name"], first["rank"], first["work_ids"]) == ("E1", "甲", 1, "W1")


def test_a_whole_number_may_have_a_point():
    answers = [client().post("/api/search", json={"text": "机械手抓取零件", "k": k}).json() for k in (2, 2.0)]
    assert answers[0] == answers[1]
    assert len(answers[0]["hits"]) == 2


def test_no_contact_leaves():
    outcomes = OUTCOMES.assign(title=lambda table: table["title"] + "，联系13812345678")
    browser = client(library(outcomes=build(outcomes)))
    for address, body in JSON[:3]:
        answer = browser.post(address, json=body)
        assert answer.status_code == 200
        assert "13812345678" not in answer.text


def test_feedback_teaches_at_once():
    """A declined pair that is 已解决 is shown no more to the need that declined it."""
    browser = client()
    row = {"rows": [{"需求编号": "N1", "需求名称": "机械手抓取"}], "k": 6}
    ids = [pair["outcome_id"] for pair in browser.post("/api/match", json=row).json()["matches"]]
    assert ids[0] == "C1"
    said = {"asking_id": "N1", "title": "机械手抓取", "record_id": "C1", "verdict": "拒绝", "reason": "已解决"}
    done = browser.post("/api/feedback", json=said).json()
    assert done == {"done": ["已教给库，本次运行有效（要长期保存，请管理员用 matcher index 存成索引文件夹）"]}
    ids = [pair["outcome_id"] for pair in browser.post("/api/match", json=row).json()["matches"]]
    assert "C1" not in ids


def test_feedback_is_kept_in_a_saved_index_beside_what_a_command_taught(tmp_path):
    """Somebody else taught the folder meanwhile: both judgements are there."""
    Index.build(OUTCOMES).save(tmp_path / "lib")
    browser = client(library(outcomes=Index.load(tmp_path / "lib")))
    other = client(library(outcomes=Index.load(tmp_path / "lib")))
    said = {"asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳"}
    assert browser.post("/api/feedback", json=said).json() == {"done": ["已教给库并保存"]}
    assert other.post("/api/feedback", json=said | {"record_id": "C5"}).json() == {"done": ["已教给库并保存"]}
    table = Index.load(tmp_path / "lib").feedback.table
    assert table[["asking_id", "record_id", "level"]].values.tolist() == [["N1", "C1", 4.0], ["N1", "C5", 4.0]]


@pytest.mark.parametrize(
    ("address", "body", "message"),
    [
        ("/api/search", {"txt": "x"}, "text：缺少；txt：没有这个名字"),
        ("/api/search", {"text": ""}, "text：不能为空"),
        ("/api/search", {"text": "a" * 10_001}, "text：太长"),
        ("/api/explain", {"text": " ", "id": "C1"}, "text：不能为空"),
        ("/api/explain", {"text": "x", "id": "13812345678"}, "库里没有“138****5678”这一条"),
        ("/api/experts", {"text": " "}, "text：不能为空"),
        ("/api/search", {"text": "x", "where": {"region": "a" * 10_001}}, "where.region：太长"),
        ("/api/search", {"text": "x", "where": {"region": ["b", "a" * 10_001]}}, "where.region：太长"),
        (
            "/api/search",
            {"text": "x", "where": {"zz": "a"}},
            f"where：库里没有“zz”这一列；有：{'、'.join(OUTCOMES.columns)}",
        ),
        ("/api/match", {"rows": [{"需求名称": "a"}, {"需求名称": "a" * 10_001}]}, "rows.1.需求名称：太长"),
        ("/api/trace", JSON[4][1] | {"firm": {"企业名称": "a" * 10_001}}, "firm.企业名称：太长"),
        ("/api/search", {"text": "x", "k": 51}, "k：太大"),
        ("/api/search", {"text": "x", "k": 0}, "k：太小"),
        ("/api/search", {"text": "x", "k": True}, "k：要整数"),
        ("/api/match", {"rows": [{"a": "b"}], "k": "3"}, "k：要整数"),
        ("/api/match", {"rows": [{"a": "b"}], "k": 3.5}, "k：要整数"),
        ("/api/experts", {"text": "x", "on": 1767225600}, "on：不是日期，请写成 2026-11-24"),
        ("/api/search", {"text": "x", "valid_on": "1767225600"}, "valid_on：不是日期，请写成 2026-11-24"),
        ("/api/search", {"text": "x", "side": "works"}, "side：不是可用的词"),
        ("/api/match", {"rows": []}, "rows：不能为空"),
        ("/api/match", {"rows": [{"a": "b"}] * 2001}, "rows：太多"),
        ("/api/score", {"firms": [{"a": "b"}], "policies": ["hte"], "on": "昨天"}, "on：不是日期，请写成 2026-11-24"),
        ("/api/feedback", JSON[-1][1] | {"verdict": "拒绝"}, "拒绝时请选择理由，理由会改变以后的次序"),
        ("/api/feedback", JSON[-1][1] | {"record_id": "C9"}, "库里没有“C9”这一条；请刷新页面后再试"),
    ],
)
def test_a_wrong_request_is_answered_in_chinese(address, body, message):
    answer = client().post(address, json=body)
    status = 404 if "id" in body and body["text"].strip() else 422
    assert (answer.status_code, answer.json()) == (status, {"error": message})


def test_a_cell_may_be_as_long_as_a_text():
    answer = client().post("/api/match", json={"rows": [{"需求名称": "机械手" + "。" * 9_997}], "k": 1})
    assert [pair["outcome_id"] for pair in answer.json()["matches"]] == ["C1"]


@pytest.mark.parametrize(("address", "body"), JSON)
def test_half_a_character_is_told_wherever_it_stands(address, body):
    """JSON can write it; no table and no engine takes it. As a value, within a list, as a name, as the whole body."""
    message = {"error": "请求：“机□械”中有残缺的字符（\\ud800），请改正后再用"}
    half = "机\ud800械"
    row = {"rows": [{"需求名称": half}], "firms": [{half: 1}], "firm": {"企业名称": half}, "policies": ["hte", half]}
    wrong = [body | {name: row.get(name, half)} for name in body]
    for one in [*wrong, body | {half: 1}, half, [half], {"a": [{"b": half}]}]:
        answer = client().post(address, content=json.dumps(one), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()) == (422, message)


def test_a_wrong_table_or_policy_gives_the_message_of_the_library():
    browser = client()
    answer = browser.post("/api/match", json={"rows": [{"甲": "乙"}]})
    assert answer.status_code == 422
    assert "找不到表头" in answer.json()["error"]
    answer = browser.post("/api/score", json=JSON[3][1] | {"policies": ["nope"]})
    assert answer.status_code == 422
    assert "nope" in answer.json()["error"]


def test_what_the_library_lacks_is_said():
    browser = client(library(needs=None, experts=None))
    answer = browser.post("/api/search", json={"text": "x", "side": "needs"})
    assert answer.json() == {"error": "这个库里没有需求；请管理员把需求表放进库后重新启动"}
    answer = browser.post("/api/experts", json={"text": "x"})
    assert answer.json() == {"error": "这个库里没有专家；请管理员把专家表和业绩表放进库后重新启动"}


def test_openapi_names_every_address_and_nothing_loads_from_elsewhere():
    browser = client()
    paths = browser.get("/api/openapi.json").json()["paths"]
    assert sorted(paths) == sorted([*NAMES, "/api/health", "/api/version"])
    assert [browser.get(address).status_code for address in ("/docs", "/redoc")] == [404, 404]


def test_openapi_tells_what_mistakes_are_answered_with():
    """Every status that the service gives, in its one shape; 422 is not the framework's."""
    described = client().get("/api/openapi.json").json()
    always, asked = {400, 405, 413, 414, 431, 500}, {401, 403, 408, 422, 503, 504}
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Mistake"}}}
    for address, methods in described["paths"].items():
        [told] = methods.values()
        mistakes = {int(status): answer for status, answer in told["responses"].items() if status != "200"}
        more = set() if address in ("/api/health", "/api/version") else asked
        assert set(mistakes) == always | more | ({404} if address == "/api/explain" else set())
        assert all(answer["content"] == shape for answer in mistakes.values())
    assert described["components"]["schemas"]["Mistake"]["properties"] == {
        "error": {"title": "Error", "type": "string"}
    }
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_openapi_tells_of_tokens_where_there_are_some():
    closed = client(tokens={"r" * 16: "read"}).get("/api/openapi.json").json()
    assert closed["components"]["securitySchemes"] == {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
    for address, methods in closed["paths"].items():
        [told] = methods.values()
        needed = None if address in ("/api/health", "/api/version") else [{"HTTPBearer": []}]
        assert told.get("security") == needed
    assert "securitySchemes" not in client().get("/api/openapi.json").json()["components"]


def test_tokens_open_by_role():
    browser = client(tokens={"r" * 16: "read", "w" * 16: "write"})
    for address, body in JSON:
        assert browser.post(address, json=body).status_code == 401
        assert browser.post(address, json=body, headers={"Authorization": "Bearer nobody"}).status_code == 401
        read = browser.post(address, json=body, headers={"Authorization": "Bearer " + "r" * 16})
        assert read.status_code == (403 if address == "/api/feedback" else 200)
        assert browser.post(address, json=body, headers={"Authorization": "Bearer " + "w" * 16}).status_code == 200
    assert browser.get("/api/health").status_code == 200
    denied = browser.post("/api/feedback", json=JSON[-1][1], headers={"Authorization": "Bearer " + "r" * 16})
    assert denied.json() == {"error": "这个口令只能读；写入请用可写的口令"}


def test_a_policy_is_named_and_no_folder_of_the_server_is_looked_at(tmp_path, monkeypatch):
    """A folder with a policy, one without and none at all are answered alike, by every door."""
    shutil.copytree(shipped()["hte"], tmp_path / "mine")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    browser = client()
    said = mark(browser)
    for name in ("mine", "empty", "none", str(tmp_path / "mine"), str(tmp_path), "../x"):
        message = f"没有名为“{name}”的政策；可用：{'、'.join(shipped())}"
        answers = (
            browser.post("/api/score", json=JSON[3][1] | {"policies": [name]}),
            browser.post("/api/trace", json=JSON[4][1] | {"policy": name}),
            browser.get("/firm", params={"policy": name}),
            browser.post("/firm/points", data={"csrf": said, "policy": name}),
            browser.post(
                "/points", data={"csrf": said, "policy": name, "on": "2026-11-24"}, files={"firms": ("a.csv", b"a,b\n")}
            ),
        )
        assert [(answer.status_code, answer.json()) for answer in answers] == [(422, {"error": message})] * 5
    answer = browser.post("/api/score", json=JSON[3][1] | {"policies": ["高企", "小巨人"]}).json()
    assert [line["policy"] for line in answer["summary"]] == ["hte", "little-giant"]


@pytest.mark.parametrize(("address", "body"), [*JSON, ("/api/health", None), ("/api/version", None)])
def test_what_is_answered_is_as_openapi_describes_it(address, body):
    jsonschema = pytest.importorskip("jsonschema")
    browser = client()
    described = browser.get("/api/openapi.json").json()
    method = "get" if body is None else "post"
    shape = described["paths"][address][method]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = browser.request(method, address, json=body)
    assert answer.status_code == 200
    jsonschema.Draft202012Validator({**shape, "components": described["components"]}).validate(answer.json())
    named = described["components"]["schemas"].get(shape.get("$ref", "").rpartition("/")[2], {})
    assert address == "/api/version" or sorted(named["required"]) == sorted(answer.json())
