"""The pool's command line and its dashboard page: a bureau's year in commands; every picture beside its figures."""

import re
import sys

import openpyxl
import pandas as pd
import pytest
from test_matching import EXAMPLES

from matcher.cli import main

STATUS = """企业编号,需求编号,成果编号,状态,日期,跟进人,合同类型,合同金额（万元）,拒绝理由
S01,N1,C1,已推送,2026-02-01,王,,,
S01,N1,C1,已签约,2026-03-01,王,技术开发,12,
S04,N2,C2,已推送,2026-02-01,李,,,
S04,N2,C2,已拒绝,2026-02-10,李,,,太早
"""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs a command of the group in an empty folder; gives status and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["matcher", "pool", *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().err.strip()

    return run


def test_a_bureaus_year(run, tmp_path):
    day, person = ("--on", "2026-01-05"), ("--person", "王")
    assert run("create", "p.db", *day, *person)[0] == 0
    assert run("create", "p.db", *day, *person) == (2, "“p.db”已存在；请换一个文件名")
    written = (0, "读入 8 家：新增 8 家，改动 0 家，共写入 346 格，冲突 0 处")
    assert run("import", "p.db", EXAMPLES / "firms.csv", *day, *person) == written
    assert run("enter", "p.db", *day, *person, "--firm", "S01")[0] == 2
    assert run("enter", "p.db", *day, *person, "--firm", "S01", "--firm", "S04", "--reason", "推荐") == (0, "入库 2 家")
    told = "8 家企业，在库 2 家（本轮可报 1、明年 1）；结果已写入 one.xlsx"
    assert run("snapshot", "p.db", *day, *person, "-o", "one.xlsx") == (0, told)
    # two people edit the same sheet; the second does not overwrite the first
    assert run("sheet", "p.db", *day, "-o", "sheet.xlsx")[0] == 0
    for name, staff in (("李.xlsx", 66), ("张.xlsx", 77)):
        book = openpyxl.load_workbook("sheet.xlsx")
        page = book.active
        heads = {cell.value: cell.column for cell in page[1]}
        row = next(row for row in range(2, 10) if page.cell(row, heads["企业编号"]).value == "S04")
        page.cell(row, heads["科技人员数"]).value = staff
        book.save(name)
    later = ("--on", "2026-02-02")
    assert run("import", "p.db", "李.xlsx", *later, "--person", "李") == (
        0, "读入 8 家：新增 0 家，改动 1 家，共写入 1 格，冲突 0 处",
    )  # fmt: skip
    status, told = run("import", "p.db", "张.xlsx", *later, "--person", "张", "--problems", "wrong.xlsx")
    assert status == 1
    assert "S04，科技人员数：您看到的是 “30”，您改为 “77”；李 于 2026-02-02 已改为 “66”；请核对后再改" in told
    assert openpyxl.load_workbook("wrong.xlsx")["冲突"].max_row == 2
    (tmp_path / "st.csv").write_text(STATUS, "utf-8-sig")
    for new in (4, 0):
        assert run("status", "p.db", "st.csv", *later) == (0, f"st.csv：4 行，新写入 {new} 条\n2 项：已推送 2")
    assert run("funnel", "p.db", "--on", "2026-04-01", "-o", "f.csv") == (0, "对接率 50.0%（1/2）；结果已写入 f.csv")
    assert run("exit", "p.db", "--on", "2026-04-01", *person, "--firm", "S01", "--reason", "已认定")[0] == 0
    assert run("snapshot", "p.db", "--on", "2026-04-01", *person, "-o", "two.csv")[0] == 0
    days = ("--before", "2026-01-05", "--after", "2026-04-01")
    assert run("diff", "p.db", *days, "-o", "moves.csv") == (0, "1 家企业有变动；结果已写入 moves.csv")
    assert pd.read_csv("moves.csv")["cause"].tolist() == ["entry"]
    assert run("export", "p.db", "out")[0] == 0
    assert run("replay", "p.db") == (0, "2 个快照，0 家与重算不一致")
    assert run("replay", "out", "-o", "again.db")[0] == 0
    assert run("export", "again.db", "out2")[0] == 0
    for name in ("events.csv", "snapshots.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "out2" / name).read_bytes()
    (tmp_path / "e.csv").write_text("name,expected,low,high,goal\n净增,92.4,81,104,100\n", "utf-8")
    (tmp_path / "h.csv").write_text(
        "cluster,link,firms,needs,outcomes\n木业,<b>胶</b>,0,3,1\n木业,板材,60,4,2\n", "utf-8"
    )
    page = ("dashboard", "p.db", "--on", "2026-04-01", "--before", "2026-01-05", "-o", "d.html")
    assert run(*page, "--expected", "e.csv", "--chains", "h.csv")[0] == 0
    html = (tmp_path / "d.html").read_text("utf-8")
    for text in (
        "92.4",
        "81–104",
        "目标在区间内",
        "对接率（1 / 2）",
        "已认定出库",
        "&lt;b&gt;胶&lt;/b&gt;",
        "缺失",
        "120,000 元",
    ):
        assert text in html
    assert "产业集群" not in html
    assert re.findall(r"(?:src|href)=|<script|https?://", html) == []
    assert run("dashboard", "p.db", "--on", "2026-04-01", "-o", "d.html", "--expected", "h.csv") == (
        2, "h.csv：缺少列 name、expected、low、high、goal",
    )  # fmt: skip
