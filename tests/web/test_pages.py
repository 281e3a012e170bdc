"""Pages: the five jobs by forms, what is refused and how, and who may do what."""

import io
import re

import pandas as pd
import pytest
from served import client, library, mark, sent
from small import OUTCOMES, build

from matcher.pool import Book
from matcher.pool.book.follow_up import items
from matcher.tables.files.grids import read_book
from matcher.web.service import MINUTES

NEEDS_CSV = (
    "某市技术需求汇总\n单位：万元\n序号,需求名称,需求描述,联系电话,预算（万元）\n"
    "1,机械手抓取,需要机械手,13812345678,50\n2,医药包装,,13900001111,\n"
).encode()
OUTCOMES_CSV = "成果编号,成果名称,成果简介\nC1,机械手,机械手抓取机械零件\nC2,医药中间体,医药合成\n".encode()
FIRMS_CSV = "企业名称,职工总数,科技人员数,联系电话\n甲公司,120,9,13812345678\n乙公司,100,30,\n".encode()


def texts(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<style>.*?</style>|<script.*?</script>|<[^>]+>", " ", html, flags=re.S).split())


def workbook(browser, html: str):
    """The workbook that a page offers: its sheets by name."""
    answer = browser.get(re.search(r'href="(/results/[^"]+)"', html)[1])
    assert answer.status_code == 200
    return {grid.sheet: grid.rows for grid in read_book(io.BytesIO(answer.content)).grids}


@pytest.fixture
def pool(tmp_path):
    """A book of three firms with two snapshots."""
    path = tmp_path / "pool.db"
    firms = pd.DataFrame(
        {
            "enterprise_id": ["A", "B", "C"],
            "name": ["甲公司", "乙公司", "丙公司"],
            "region": ["兰山区", "兰山区", "河东区"],
            "employees_total": [100, 50, 20],
        }
    )
    with Book.create(path, on="2026-01-05", person="王岚") as book:
        book.put(firms, on="2026-01-05", person="王岚")
        book.enter(["A", "C"], on="2026-01-06", person="王岚", reason="走访")
        book.snapshot(on="2026-01-31", person="王岚")
        book.snapshot(on="2026-06-30", person="王岚")
    return path


# ---- search


def test_search_shows_answers_in_the_look_of_the_pages_and_escapes_what_is_typed():
    browser = client()
    said = mark(browser)
    answer = browser.post(
        "/search", data={"csrf": said, "text": "机械手抓取<script>alert(1)</script>", "side": "outcomes"}
    )
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "机械手" in texts(answer.text)
    assert "请先补问企业，补全后再匹配" in texts(answer.text)
    assert "matcher needs" not in answer.text  # who reads a page has no command line
    assert 'data-answer="C1"' in answer.text
    needs = browser.post("/search", data={"csrf": said, "text": "农业灌溉", "side": "needs"}).text
    assert 'data-answer="N3"' in needs
    people = browser.post("/search", data={"csrf": said, "text": "机械手抓取", "side": "experts"}).text
    assert "甲" in texts(people)
    assert "data-verdict" not in people  # experts are not judged here
    assert browser.post("/search", data={"csrf": said, "text": "  "}).text.strip() == ""


def test_what_was_typed_and_declined_is_not_shown_again_to_the_same_text():
    browser = client()
    said = mark(browser)
    first = browser.post("/search", data={"csrf": said, "text": "机械手抓取"}).text
    ask = re.search(r'data-ask="([^"]+)" data-answer="C1"', first)[1]
    form = {"side": "outcomes", "asking_id": ask, "title": "机械手抓取", "record_id": "C1"}
    refused = browser.post("/feedback", data={"csrf": said, **form, "verdict": "拒绝"})
    assert (refused.status_code, refused.json()) == (422, {"error": "拒绝时请选择理由，理由会改变以后的次序"})
    done = browser.post("/feedback", data={"csrf": said, **form, "verdict": "拒绝", "reason": "已解决"})
    assert done.json()["done"][-1].startswith("已教给库")
    assert 'data-answer="C1"' not in browser.post("/search", data={"csrf": said, "text": "机械手抓取"}).text


# ---- two tables


def test_two_tables_become_a_page_and_a_workbook():
    browser = client()
    files = {"needs": ("需求.csv", NEEDS_CSV), "outcomes": ("成果.csv", OUTCOMES_CSV)}
    answer = sent(browser, "/match", {}, files=files)
    assert answer.status_code == 200
    page = texts(answer.text)
    assert "机械手抓取" in page
    assert "列的去向" in page
    assert "成果 2 条" in page
    assert "13812345678" not in answer.text
    sheets = workbook(browser, answer.text)
    assert list(sheets) == ["需求", "匹配结果", "问题", "列的去向", "说明"]
    assert "13812345678" not in str(sheets)
    pairs = [dict(zip(sheets["匹配结果"][0], row, strict=True)) for row in sheets["匹配结果"][1:]]
    assert [(row["需求名称"], row["成果编号"]) for row in pairs if row["排名"] == 1] == [
        ("机械手抓取", "C1"),
        ("医药包装", "C2"),
    ]


def test_needs_alone_meet_the_library_and_its_pairs_can_be_judged(pool):
    browser = client(pool=pool, on=pd.Timestamp("2026-11-24").date())
    answer = sent(
        browser, "/match", {}, files={"needs": ("需求.csv", NEEDS_CSV.replace("序号".encode(), "需求编号".encode()))}
    )
    assert 'data-verdict="采纳"' in answer.text
    assert "成果 6 条" in texts(answer.text)
    form = {"side": "outcomes", "asking_id": "1", "title": "机械手抓取", "record_id": "C1", "verdict": "采纳"}
    assert browser.post("/feedback", data={"csrf": mark(browser), **form}).json() == {
        "error": "请填写经办人，培育库记下谁在哪一天说的"
    }
    done = browser.post("/feedback", data={"csrf": mark(browser), **form, "person": "李进"}).json()["done"]
    assert done[0] == "培育库记为“已推送”"
    declined = form | {"record_id": "C2", "verdict": "拒绝", "reason": "太贵", "person": "李进"}
    assert browser.post("/feedback", data={"csrf": mark(browser), **declined}).json()["done"][0] == "培育库记为“已拒绝”"
    with Book.open(pool) as book:
        table = items(book.log, on="2026-11-24")
    shown = ["need_id", "outcome_id", "status", "day", "person", "reason"]
    assert table[shown].values.tolist() == [
        ["1", "C1", "pushed", "2026-11-24", "李进", ""],
        ["1", "C2", "declined", "2026-11-24", "李进", "too expensive"],
    ]


def test_the_other_way_round_takes_two_tables():
    browser = client()
    answer = sent(browser, "/match", {"push": "true"}, files={"needs": ("需求.csv", NEEDS_CSV)})
    assert "反过来匹配要两张表；请再选成果表" in answer.text
    files = {"needs": ("需求.csv", NEEDS_CSV), "outcomes": ("成果.csv", OUTCOMES_CSV)}
    assert next(iter(workbook(browser, sent(browser, "/match", {"push": "true"}, files=files).text))) == "成果"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("空.csv", b"", "需求表“空.csv”是空的；请检查选的文件"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "图.png："),
        ("坏.xlsx", b"PK\x03\x04" + b"0" * 50, "坏.xlsx："),
        ("错.csv", "甲,乙\n1,2\n".encode(), "错.csv：找不到表头"),
        ("多.csv", "需求名称\n".encode() + "机械\n".encode() * 21, "多.csv：21 行，一次最多 20 行"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(name, content, message):
    answer = sent(client(rows=20), "/match", {}, files={"needs": (name, content)})
    assert answer.status_code == 422
    assert message in texts(answer.text).replace("&#34;", '"')


def test_a_name_of_a_file_is_only_a_name():
    """A path or marks in it are neither followed nor shown as marks."""
    answer = sent(client(), "/match", {}, files={"needs": ("../../<b>etc</b>/passwd.csv", "甲,乙\n1,2\n".encode())})
    assert "<b>etc" not in answer.text
    assert "passwd.csv：找不到表头" in answer.text


def test_a_result_is_for_its_session_alone_and_for_some_minutes(monkeypatch):
    browser = client()
    page = sent(browser, "/match", {}, files={"needs": ("需求.csv", NEEDS_CSV)}).text
    address = re.search(r'href="(/results/[^"]+)"', page)[1]
    service = browser.app.state.service
    browser.cookies.clear()
    assert browser.get(address).status_code == 404
    [kept] = service._results.values()
    assert len(kept.content) > 1000
    monkeypatch.setattr("time.monotonic", lambda: kept.until + 60 * MINUTES)
    assert browser.get(address).json() == {"error": "结果不在了：只保留 15 分钟；请重新上传"}
    assert service._results == {}


# ---- one firm, a list


def test_points_move_as_facts_are_typed():
    browser = client()
    said = mark(browser, "/firm?policy=tech-sme&on=2026-11-24")
    base = {"csrf": said, "policy": "tech-sme", "on": "2026-11-24", "name": "甲公司"}
    score = re.compile(r"data-score>([^<]+) 分")
    before = browser.post("/firm/points", data=base).text
    assert "处要看一下" not in before  # nothing was typed yet
    assert score.search(before)[1] == "0 至 100"
    assert "接着问什么" in before
    staffed = browser.post("/firm/points", data=base | {"employees_total": "100", "rd_staff": "35"}).text
    assert score.search(staffed)[1] == "20 至 100"  # 30 % and more of the staff in science: 20 of 20 points
    wrong = browser.post("/firm/points", data=base | {"employees_total": "约一百人"}).text
    assert "填写的事实" in wrong
    assert "DataFrame" not in wrong
    assert "填的内容有" in wrong


def test_money_is_read_as_typed():
    browser = client()
    base = {
        "csrf": mark(browser),
        "policy": "tech-sme",
        "on": "2026-11-24",
        "employees_total": "100",
        "assets_total": "3亿",
    }
    answer = texts(browser.post("/firm/points", data=base).text)
    assert "不通过" in answer  # more than 2 亿 of assets


def test_a_list_of_firms_becomes_decisions_and_a_workbook():
    browser = client()
    data = {"policy": ["hte", "tech-sme"], "on": "2026-11-24"}
    answer = sent(browser, "/points", data, files={"firms": ("企业.csv", FIRMS_CSV)})
    page = texts(answer.text)
    assert "高新技术企业认定：不通过 1 家" in page
    assert "高新技术企业认定：缺少事实，未定 1 家" in page
    assert "13812345678" not in answer.text
    assert list(workbook(browser, answer.text)) == [
        "结论",
        "汇总",
        "逐条",
        "差距",
        "要问的事实",
        "问题",
        "列的去向",
        "说明",
    ]
    none = sent(browser, "/points", {"on": "2026-11-24"}, files={"firms": ("企业.csv", FIRMS_CSV)})
    assert "policy：缺少" in none.text


# ---- the pool


def test_without_a_pool_its_pages_say_so():
    browser = client()
    assert "走访名单" not in browser.get("/").text
    answer = browser.get("/visits", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "启动时没有给出培育库" in answer.text


def test_visits_are_listed_and_narrowed(pool):
    browser = client(pool=pool)
    everybody = browser.get("/visits?on=2026-11-24").text
    assert all(name in everybody for name in ("甲公司", "乙公司", "丙公司"))
    assert "走访名单" in workbook(browser, everybody)
    some = texts(browser.get("/visits?on=2026-11-24&state=in_pool&region=兰山区").text)
    assert ("甲公司" in some, "乙公司" in some, "丙公司" in some) == (True, False, False)
    assert "90% 区间" in texts(everybody)  # of the whole list; of a part no interval is known
    assert "1 家；预计通过 0 家（各家可能之和；区间只对整张名单给出）" in some
    assert "没有符合筛选的企业" in browser.get("/visits?on=2026-11-24&region=费县").text


def test_the_dashboard_is_that_of_a_snapshot_and_narrowed(pool):
    browser = client(pool=pool)
    whole = texts(browser.get("/pool").text)
    assert "截至 2026-06-30" in whole
    assert "在库企业 2 名册 3 家" in whole
    assert "在库企业 1 名册 2 家" in texts(browser.get("/pool?region=兰山区").text)
    earlier = texts(browser.get("/pool?on=2026-01-31").text)
    assert "截至 2026-01-31" in earlier
    assert "变动" in texts(browser.get("/pool?on=2026-06-30&before=2026-01-31").text)
    assert "没有快照" in browser.get("/pool?on=2026-02-01", headers={"Accept": "text/html"}).text


# ---- who may do what


def test_a_form_without_the_mark_of_this_session_is_refused():
    browser = client()
    mark(browser)
    for given in ({}, {"csrf": "0" * 40}, {"csrf": mark(client())}):
        for address, data in (
            ("/search", {"text": "机械"}),
            ("/feedback", {"side": "outcomes"}),
            ("/login", {"token": "x"}),
        ):
            answer = browser.post(address, data=data | given)
            assert answer.status_code in (403, 422), address
            assert answer.status_code == 403 or address == "/feedback"
        answer = browser.post("/match", data=given, files={"needs": ("需求.csv", NEEDS_CSV)})
        assert answer.json() == {"error": "这个页面已过期，没有执行；请刷新页面后再提交"}
        assert (
            browser.post(
                "/points", data=given | {"policy": "hte", "on": "2026-11-24"}, files={"firms": ("a.csv", FIRMS_CSV)}
            ).status_code
            == 403
        )
        assert browser.post("/firm/points", data=given).status_code == 403


def test_a_form_from_another_site_is_refused():
    browser = client()
    said = mark(browser)
    for origin in ("https://elsewhere.example", "null"):
        answer = browser.post("/search", data={"csrf": said, "text": "机械"}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert (
        browser.post("/search", data={"csrf": said, "text": "机械"}, headers={"Origin": "http://127.0.0.1"}).status_code
        == 200
    )


def test_with_tokens_pages_ask_for_one_and_readers_cannot_judge():
    browser = client(tokens={"r" * 16: "read", "w" * 16: "write"})
    for address in ("/", "/match", "/firm", "/points", "/visits", "/pool", "/results/x"):
        assert browser.get(address, follow_redirects=False).headers["location"] == "/login"
    assert browser.post("/search", data={"text": "机械"}).status_code == 401
    wrong = sent_login(browser, "nobody-nobody-nobody")
    assert (wrong.status_code, "口令不对" in wrong.text) == (401, True)
    for token, judging in (("r" * 16, False), ("w" * 16, True)):
        assert sent_login(browser, token).status_code == 200
        found = browser.post("/search", data={"csrf": mark(browser), "text": "机械手抓取"}).text
        assert ("data-verdict" in found) == judging
        form = {"side": "outcomes", "asking_id": "N1", "title": "机械手", "record_id": "C1", "verdict": "采纳"}
        said = browser.post("/feedback", data=form | {"csrf": mark(browser)})
        assert said.status_code == (200 if judging else 403)
    browser.post("/logout", data={"csrf": mark(browser)})
    assert browser.get("/", follow_redirects=False).status_code == 303


def sent_login(browser, token):
    said = re.search(r'name="csrf" content="([0-9a-f]{40})"', browser.get("/login").text)[1]
    return browser.post("/login", data={"csrf": said, "token": token})


def test_library_problems_stand_on_the_first_page(tmp_path):
    """What the command would say of the tables, and what became of their columns."""
    from matcher.web import Library

    (tmp_path / "成果.csv").write_text("成果编号,成果名称,说不清\nC1,机械手,a\nC1,医药,b\n", "utf-8")
    page = texts(client(Library.open(tmp_path)).get("/").text)
    assert "库中有 成果 1" in page
    assert "问题" in page
    assert "没看懂" in page


def test_records_of_a_hostile_library_are_shown_as_text():
    outcomes = OUTCOMES.assign(title="<img src=x onerror=alert(1)>机械", description='" onmouseover="x')
    browser = client(library(outcomes=build(outcomes)))
    answer = browser.post("/search", data={"csrf": mark(browser), "text": "机械"}).text
    assert "<img" not in answer
    assert 'onmouseover="x"' not in answer


def test_a_day_that_is_none_is_told_in_chinese():
    browser = client()
    answer = browser.post("/firm/points", data={"csrf": mark(browser), "employees_total": "5", "on": "昨天"})
    assert (answer.status_code, answer.json()) == (422, {"error": "日期“昨天”不是日期，请写成 2026-11-24"})


def test_a_policy_of_a_form_is_no_longer_than_a_name():
    files = {"firms": ("a.csv", FIRMS_CSV)}
    answer = sent(client(), "/points", {"policy": ["高" * 201], "on": "2026-11-24"}, files=files)
    assert (answer.status_code, "policy.0：太长" in texts(answer.text)) == (422, True)
