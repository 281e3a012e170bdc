"""The five jobs in a real Chromium, on the widths of a desk and of a phone: no fault in its console, no other host.

Skipped where there is no Chromium.
"""

import os
import re
import shutil
import signal
import subprocess
import sys

import pandas as pd
import pytest
from small import EXAMPLES

from matcher.matching import Index
from matcher.pool import Book
from matcher.pool.book.follow_up import items
from matcher.pool.book.tables import read_book_firms
from matcher.tables.files.grids import read_book

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
PATIENCE = 120_000  # ms; a page that is still arriving has fewer rows than it will have
SIZES = {"desk": (1200, 900), "phone": (390, 844)}
NEED = "装载机变速箱齿轮磨齿后偶发磨削烧伤，希望不破坏零件在线检测，轻微回火烧伤检出率98%以上"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service over a saved index of the example outcomes, with a pool; its address and folder."""
    folder = tmp_path_factory.mktemp("served")
    library = folder / "library"
    library.mkdir()
    from matcher.tables import read_outcomes

    Index.build(read_outcomes(EXAMPLES / "outcomes.csv").rows).save(library / "成果")
    for name in ("needs", "experts", "works"):
        shutil.copy(EXAMPLES / f"{name}.csv", library)
    with Book.create(folder / "pool.db", on="2026-01-05", person="王岚") as book:
        rules = book.rules("2026-01-05")
        firms = read_book_firms(
            EXAMPLES / "partner_firms.csv", [rules.goal, rules.entry], on="2026-01-05", known=book.firms("2026-01-05")
        )
        book.put(firms.rows, on="2026-01-05", person="王岚")
        book.enter(["QY001", "QY002"], on="2026-01-06", person="王岚", reason="走访")
        book.snapshot(on="2026-01-31", person="王岚")
        book.snapshot(on="2026-06-30", person="王岚")
    words = ["serve", str(library), "--pool", str(folder / "pool.db"), "--port", "0", "--on", "2026-11-24"]
    service = subprocess.Popen([sys.executable, "-m", "matcher.cli", *words], stderr=subprocess.PIPE, text=True)
    try:
        address = next(found[0] for line in service.stderr if (found := re.search(r"http://[\d.:]+", line)))
        yield address, folder
    finally:
        service.send_signal(signal.SIGTERM)
        service.stderr.read()
        assert service.wait(60) == 0
        service.stderr.close()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as library:
        browser = library.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def page(request, chromium, served):
    """A page of each width; afterwards its console holds nothing, and it asked no other host."""
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults, elsewhere = [], []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(served[0]) else elsewhere.append(asked.url))
    yield page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the window"
    context.close()
    assert faults == []
    assert elsewhere == []


def send(page, words: str) -> None:
    """Clicks a button that sends a form, and waits until the page it leads to can be used."""
    with page.expect_navigation():
        page.click(f"text={words}")


def sheets_of(page, tmp_path) -> list[str]:
    """The sheets of the workbook that a page offers."""
    with page.expect_download() as waiting:
        page.click("text=下载工作簿")
    waiting.value.save_as(tmp_path / "结果.xlsx")
    return [grid.sheet for grid in read_book(tmp_path / "结果.xlsx").grids]


def test_one_searches_both_ways_while_typing(page, served):
    page.goto(served[0])
    page.locator("textarea").press_sequentially(NEED[:12], delay=20)
    page.locator("textarea").fill(NEED)
    page.locator(".hits .m b", has_text="磁弹噪声").first.wait_for()
    page.check("text=按成果找需求")
    page.fill("textarea", "基于磁弹噪声的硬齿面烧伤无损检测仪")
    page.locator(".hits .m b", has_text="磨削烧伤在线检测").first.wait_for()
    page.check("text=按需求找专家")
    page.locator(".hits .m", has_text="沈砚秋").first.wait_for()


def test_two_tables_become_a_page_and_a_workbook(page, served, tmp_path):
    page.goto(served[0] + "/match")
    page.set_input_files("input[name=needs]", EXAMPLES / "needs.csv")
    page.set_input_files("input[name=outcomes]", EXAMPLES / "outcomes.csv")
    send(page, "开始匹配")
    playwright.expect(page.locator("details.q")).to_have_count(49, timeout=PATIENCE)
    page.fill(".find input[type=search]", "磨削烧伤")
    page.locator(".find output", has_text="显示 1 / 49").wait_for()
    page.locator("details.q:visible summary").first.click()
    assert page.locator("details.q:visible .m").first.is_visible()
    page.click("text=列的去向")
    assert page.locator(".notes td", has_text="已采用").first.is_visible()
    assert sheets_of(page, tmp_path) == ["需求", "匹配结果", "问题", "列的去向", "说明"]


def test_points_move_as_facts_are_typed(page, served):
    page.goto(served[0] + "/firm")
    page.select_option("select[name=policy]", "tech-sme")
    send(page, "换政策或日期")
    page.locator("[data-score]", has_text="0 至 100").wait_for()
    page.fill("[name=employees_total]", "100")
    page.fill("[name=rd_staff]", "35")
    page.locator("[data-score]", has_text="20 至 100").wait_for()
    page.fill("[name=assets_total]", "3亿元")
    page.locator("#points .fails", has_text="不通过").wait_for()
    page.fill("[name=assets_total]", "")
    page.locator(".asks a").first.wait_for()
    asked = page.locator(".asks a").first.get_attribute("data-ask")
    assert "asked" in page.locator(f"#fact-{asked}").get_attribute("class")


def test_a_list_of_firms_becomes_a_workbook(page, served, tmp_path):
    page.goto(served[0] + "/points")
    page.set_input_files("input[name=firms]", EXAMPLES / "firms.csv")
    send(page, "开始判断")
    page.locator("#list td", has_text="虚构示例一号机械有限公司").first.wait_for()
    page.fill("[data-filter]", "三号 不通过")
    playwright.expect(page.locator("#list tbody tr:visible")).to_have_count(1, timeout=PATIENCE)
    assert sheets_of(page, tmp_path)[:4] == ["结论", "汇总", "逐条", "差距"]


def test_words_typed_before_the_script_arrives_count(page, served):
    held = []
    page.route("**/app.js", lambda route: held.append(route))
    with page.expect_request("**/app.js"):
        page.goto(served[0] + "/points", wait_until="commit")
    page.set_input_files("input[name=firms]", EXAMPLES / "firms.csv")
    with page.expect_request("**/app.js"):
        page.locator("button", has_text="开始判断").click(no_wait_after=True)
    page.fill("[data-filter]", "三号 不通过")
    held.pop().continue_()
    playwright.expect(page.locator("#list tbody tr:visible")).to_have_count(1, timeout=PATIENCE)
    with page.expect_request("**/app.js"):
        page.goto(served[0], wait_until="commit")
    page.fill("textarea", NEED)
    held.pop().continue_()
    page.locator(".hits .m b", has_text="磁弹噪声").first.wait_for()


def test_visits_and_dashboard_are_narrowed(page, served, tmp_path):
    page.goto(served[0] + "/visits")
    page.select_option("select[name=state]", "in_pool")
    send(page, "筛选")
    playwright.expect(page.locator("#list tbody tr")).to_have_count(2, timeout=PATIENCE)
    assert "走访名单" in sheets_of(page, tmp_path)
    with page.expect_navigation():
        page.click("nav >> text=培育库看板")
    page.locator(".heads li", has_text="在库企业").locator("b", has_text="2").wait_for()
    page.select_option("select[name=before]", "2026-01-31")
    page.select_option("select[name=state]", "candidate")
    send(page, "筛选")
    page.locator(".heads li", has_text="名册 10 家").wait_for()


def test_accepting_and_declining_with_a_reason_teaches(page, served, tmp_path):
    address, folder = served
    page.goto(address + "/match")
    width = page.viewport_size["width"]
    table = pd.read_csv(EXAMPLES / "needs.csv").head(1).assign(需求编号=f"X{width}")
    table.to_csv(tmp_path / "一条.csv", index=False, encoding="utf-8-sig")
    page.set_input_files("input[name=needs]", tmp_path / "一条.csv")
    send(page, "开始匹配")
    page.locator("details.q summary").first.click()
    first = page.locator(".judge").first
    second = page.locator(".judge").nth(1)
    first.locator("text=采纳").click()
    first.locator("output", has_text="请填写经办人").wait_for()
    page.fill("[data-person]", "李进")
    first.locator("text=采纳").click()
    first.locator("output", has_text="已教给库并保存").wait_for()
    if not second.is_visible():
        page.locator("details.rest summary").first.click()
    second.locator("button", has_text="拒绝").click()
    second.locator("output", has_text="请选择理由").wait_for()
    second.locator("select").select_option("太贵")
    second.locator("button", has_text="拒绝").click()
    second.locator("output", has_text="培育库记为“已拒绝”").wait_for()
    taught = Index.load(folder / "library" / "成果").feedback.table
    reasons = taught.loc[taught["asking_id"] == f"X{width}", "reason"]
    assert sorted(reasons) == ["", "too expensive"]
    with Book.open(folder / "pool.db") as book:
        known = items(book.log, on="2026-11-24").query("need_id == @table.需求编号[0]")
    assert sorted(known["status"]) == ["declined", "pushed"]
