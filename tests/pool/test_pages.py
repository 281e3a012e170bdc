"""The pool's command line and its dashboard page: a bureau's year in commands; every picture beside its figures."""

import re
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from small import EXAMPLES

from matcher import load_policy
from matcher.errors import TableError
from matcher.pool.dashboard import dashboard_facts
from matcher.pool.targets import target_progress

STATUS = """企业编号,需求编号,成果编号,状态,日期,跟进人,合同类型,合同金额（万元）,拒绝理由
S01,N1,C1,已推送,2026-02-01,王,,,
S01,N1,C1,已签约,2026-03-01,王,技术开发,12,
S04,N2,C2,已推送,2026-02-01,李,,,
S04,N2,C2,已拒绝,2026-02-10,李,,,太早
"""


def test_a_bureaus_year(pool, tmp_path):
    day, person = ("--on", "2026-01-05"), ("--person", "王")
    assert pool("create", "p.db", *day, *person)[0] == 0
    assert pool("create", "p.db", *day, *person) == (2, "“p.db”已存在；请换一个文件名")
    written = (0, "读入 8 家：新增 8 家，改动 0 家，共写入 346 格，冲突 0 处")
    assert pool("import", "p.db", EXAMPLES / "firms.csv", *day, *person) == written
    assert pool("enter", "p.db", *day, *person, "--firm", "S01")[0] == 2
    assert pool("enter", "p.db", *day, *person, "--firm", "S01", "--firm", "S04", "--reason", "推荐") == (
        0,
        "入库 2 家",
    )
    summary = "8 家企业，在库 2 家（本轮可报 1、明年 1）；结果已写入 one.xlsx"
    assert pool("snapshot", "p.db", *day, *person, "-o", "one.xlsx") == (0, summary)
    notes = [row[0].value for row in openpyxl.load_workbook("one.xlsx")["说明"].iter_rows()]
    assert notes[1].startswith("目标：高新技术企业认定。")
    assert "提前期：企业创新能力评价综合得分70分以上（不含70分）：365 天" in notes
    # two people edit the same sheet; the second does not overwrite the first
    assert pool("sheet", "p.db", *day, "-o", "sheet.xlsx")[0] == 0
    for name, staff in (("李.xlsx", 66), ("张.xlsx", 77)):
        book = openpyxl.load_workbook("sheet.xlsx")
        page = book.active
        heads = {cell.value: cell.column for cell in page[1]}
        row = next(row for row in range(2, 10) if page.cell(row, heads["企业编号"]).value == "S04")
        page.cell(row, heads["科技人员数"]).value = staff
        book.save(name)
    later = ("--on", "2026-02-02")
    assert pool("import", "p.db", "李.xlsx", *later, "--person", "李") == (
        0, "读入 8 家：新增 0 家，改动 1 家，共写入 1 格，冲突 0 处",
    )  # fmt: skip
    status, message = pool("import", "p.db", "张.xlsx", *later, "--person", "张", "--problems", "wrong.xlsx")
    assert status == 1
    assert "S04，科技人员数：您看到的是 “30”，您改为 “77”；李 于 2026-02-02 已改为 “66”；请核对后再改" in message
    assert openpyxl.load_workbook("wrong.xlsx")["冲突"].max_row == 2
    (tmp_path / "st.csv").write_text(STATUS, "utf-8-sig")
    for new in (4, 0):
        assert pool("status", "p.db", "st.csv", *later) == (0, f"st.csv：4 行，新写入 {new} 条\n2 项：已推送 2")
    assert pool("funnel", "p.db", "--on", "2026-04-01", "-o", "f.csv") == (
        0,
        "对接率 50.0%（1/2）；结果已写入 f.csv",
    )
    assert pool("exit", "p.db", "--on", "2026-04-01", *person, "--firm", "S01", "--reason", "已认定")[0] == 0
    assert pool("snapshot", "p.db", "--on", "2026-04-01", *person, "-o", "two.csv")[0] == 0
    days = ("--before", "2026-01-05", "--after", "2026-04-01")
    assert pool("diff", "p.db", *days, "-o", "moves.csv") == (0, "1 家企业有变动；结果已写入 moves.csv")
    assert pd.read_csv("moves.csv")["cause"].tolist() == ["entry"]
    assert pool("export", "p.db", "masked")[1].startswith("已写出 masked（联系方式已遮盖，不能用来重建")
    assert "重建须用未遮盖的导出：matcher pool export" in pool("replay", "masked", "-o", "again.db")[1]
    assert pool("export", "p.db", "out", "--show-contacts") == (0, "已写出 out")
    assert pool("replay", "p.db") == (0, "2 个快照，0 家与重算不一致")
    assert pool("replay", "out", "-o", "again.db")[0] == 0
    assert pool("export", "again.db", "out2", "--show-contacts")[0] == 0
    for name in ("events.csv", "snapshots.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "out2" / name).read_bytes()
    (tmp_path / "e.csv").write_text("name,expected,low,high,goal\n净增,92.4,81,104,100\n", "utf-8")
    (tmp_path / "h.csv").write_text(
        "cluster,link,firms,needs,outcomes\n木业,<b>胶</b>,0,3,1\n木业,板材,60,4,2\n", "utf-8"
    )
    page = ("dashboard", "p.db", "--on", "2026-04-01", "--before", "2026-01-05", "-o", "d.html")
    assert pool(*page, "--expected", "e.csv", "--chains", "h.csv")[0] == 0
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
    assert pool("dashboard", "p.db", "--on", "2026-04-01", "-o", "d.html", "--expected", "h.csv") == (
        2, "预计通过数表缺少列：name、expected、low、high",
    )  # fmt: skip


def test_points_and_obstacles_of_firms_in_the_pool():
    """Firms outside the pool and firms without points do not count; a bar of all ten points ends the range."""
    snapshot = pd.DataFrame(
        [
            ("A", "in_pool", 41.0, 100.0, ""),
            ("B", "in_pool", 62.0, 70.0, "staff:fail"),
            ("C", "in_pool", 60.0, 69.9, "staff:unknown;score:fail"),
            ("D", "candidate", 10.0, 20.0, "staff:fail"),
            ("E", "in_pool", None, None, "<b>:fail"),
        ],
        columns=["enterprise_id", "state", "total_low", "total_high", "open_rules"],
    ).assign(name="甲", tier="seed", tier_at_best="seed")
    facts = dashboard_facts(on="2026-01-05", snapshot=snapshot, goal=load_policy("hte"))
    points = [(row["label"], row["count"], row["best"]) for row in facts["points"]]
    assert points == [
        ("40–49", 1, 0), ("50–59", 0, 0), ("60–69", 2, 1), ("70–79", 0, 1), ("80–89", 0, 0), ("90–100", 0, 1)
    ]  # fmt: skip
    assert [tuple(row.values()) for row in facts["obstacles"]] == [
        ("科技人员占当年职工总数的比例不低于10%", 1, 1, 1, 50.0, 100.0),
        ("<b>", 1, 0, 1, 50.0, 50.0),
        ("企业创新能力评价综合得分70分以上（不含70分）", 1, 0, 0, 0.0, 50.0),
    ]
    assert dashboard_facts(on="2026-01-05", snapshot=snapshot[4:])["points"] == []


def test_targets_that_lack_figures_are_shown_without_nan_and_a_raw_list_is_refused():
    raw = pd.DataFrame({"target_id": ["1"], "name": ["成交额"], "goal": [1.5], "unit": [None], "due": [None]})
    facts = dashboard_facts(on="2026-07-01", targets=target_progress(raw.assign(goal=None), on="2026-07-01"))
    assert [(row["actual"], row["goal"], row["status"]) for row in facts["targets"]] == [
        ("—", "—", "无法计算：没有目标值；没有完成日期")
    ]
    message = "目标表缺少列：实际值、完成比例、时间进度、状态；请先用 matcher pool targets 算出，再给 --targets"
    with pytest.raises(TableError, match=f"^{message}$"):
        dashboard_facts(on="2026-07-01", targets=raw)


FIRMS = """企业编号,企业名称,经营范围,注册资本（万元）,职工总数,科技人员
A1,甲,装载机制造；液压件制造,300,120,15
A2,乙,胶合板制造；木门销售,80,40,1
A3,丙,餐饮服务,5,9,0
"""
LINKS = "cluster,link,order,words,required\n木业,板材,1,胶合板;刨花板,是\n木业,饰面,2,装饰纸;浸渍纸,是\n"
GOALS = "目标名称,基数,目标值,实际值,起始日期,完成日期\n净增,0,100,46,2026-01-01,2026-12-31\n"


def the_tables(pool, tmp_path, suffix):
    """What a bureau's other commands write of three firms."""
    for name, text in (("firms.csv", FIRMS), ("links.csv", LINKS), ("goals.csv", GOALS)):
        (tmp_path / name).write_text(text, "utf-8-sig")
    day, person = ("--on", "2026-01-05"), ("--person", "王")
    assert pool("create", "p.db", *day, *person)[0] == 0
    assert pool("import", "p.db", "firms.csv", *day, *person)[0] == 0
    options = ("--policy", "hte", *day, "-o", f"d{suffix}", "--expected", f"e{suffix}")
    assert pool("discover", "firms.csv", *options)[0] == 0
    assert pool("firms.csv", "--scheme", "clusters", "-o", f"f{suffix}", "-q", group=("fields",))[0] == 0
    assert pool("links.csv", "--firms", "firms.csv", "-o", f"c{suffix}", "-q", group=("chains",))[0] == 0
    assert pool("targets", "goals.csv", "--on", "2026-07-01", "-o", f"t{suffix}")[0] == 0


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_the_page_takes_what_the_other_commands_write(pool, tmp_path, suffix):
    the_tables(pool, tmp_path, suffix)
    day, person = ("--on", "2026-01-05"), ("--person", "王")
    assert pool("enter", "p.db", *day, *person) == (
        0,
        "入库 0 家；其余 3 家候选不确定符合入库条件（多为缺少事实），可用 --list 走访名单 --reason 理由 入库",
    )
    listed = ("--list", f"d{suffix}", "--reason", "走访")
    assert pool("enter", "p.db", *day, *person, *listed, "--first", 1) == (0, "入库 1 家")
    assert pool("enter", "p.db", *day, *person, *listed, "--first", 2) == (
        0, "入库 1 家；名单中 1 家已在库或已认定，略过",
    )  # fmt: skip
    assert pool("snapshot", "p.db", *day, *person, "-o", "s.xlsx")[0] == 0
    tables = ("--discovered", f"d{suffix}", "--expected", f"e{suffix}", "--goal", "hte=2", "--targets", f"t{suffix}")
    tables = (*tables, "--clusters", f"f{suffix}", "--chains", f"c{suffix}")
    assert pool("dashboard", "p.db", *day, "-o", "p.html", *tables) == (0, "结果已写入 p.html")
    html = re.sub(
        r"<svg.*?</svg>|<style>.*?</style>|<[^>]+>|\s+", " ", (tmp_path / "p.html").read_text("utf-8"), flags=re.S
    )
    page = re.sub(r"\s+", " ", html)
    for message in (
        "在库企业 2 名册 3 家",
        "高新技术企业认定 0.0 0–1 2 区间达不到目标",
        "净增 46 / 100 进度落后 至 2026-12-31",
        "先进装备制造 在库 1 全部 1",
        "高端木业 在库 1 全部 1",
        "不属于任何一个 在库 0 全部 1",
        "板材 企业 1 · 需求 0 · 成果 0",
        "饰面 企业 0 · 需求 0 · 成果 0 缺失",
        "1. 甲 在库",
    ):
        assert message in page, message


def test_goals_that_fit_nothing_are_refused(pool, tmp_path):
    the_tables(pool, tmp_path, ".csv")
    day = ("--on", "2026-01-05")
    assert pool("snapshot", "p.db", *day, "--person", "王", "-o", "s.csv")[0] == 0
    page = ("dashboard", "p.db", *day, "-o", "p.html")
    wrong = "--goal 须与 --expected 一起给出\n用法见 matcher pool dashboard --help"
    assert pool(*page, "--goal", "hte=2") == (2, wrong)
    assert pool(*page, "--expected", "e.csv", "--goal", "srdi=2") == (2, "预计通过数表中没有政策 srdi；有：hte")
    assert pool(*page, "--expected", "e.csv", "--goal", "hte=多") == (
        2, "--goal 写成 政策=家数，如 hte=100，而不是“hte=多”",
    )  # fmt: skip
    assert pool(*page, "--clusters", "t.csv") == (2, "集群表缺少列：firms")
    assert pool(*page, "--chains", "links.txt") == (2, "links.txt：请给出 .csv、.parquet 或 .xlsx")


def test_registry_columns_of_the_book_are_read_and_written_in_chinese(pool, tmp_path):
    the_tables(pool, tmp_path, ".csv")
    assert pool("sheet", "p.db", "--on", "2026-01-06", "-o", "s.xlsx")[0] == 0
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook("s.xlsx").active.iter_rows()]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    assert table[["企业编号", "经营范围", "注册资本", "职工总数"]].to_numpy().tolist() == [
        ["A1", "装载机制造；液压件制造", 3_000_000, 120],
        ["A2", "胶合板制造；木门销售", 800_000, 40],
        ["A3", "餐饮服务", 50_000, 9],
    ]
    for source in ("s.xlsx", "firms.csv"):
        options = ("--policy", "hte", "--on", "2026-01-06", "-o", f"{source}.csv")
        assert pool("discover", source, *options)[0] == 0
    assert (tmp_path / "s.xlsx.csv").read_bytes() == (tmp_path / "firms.csv.csv").read_bytes()


def test_a_signed_pair_raises_the_firms_conversions_and_a_decline_its_ranking(pool, tmp_path):
    """The whole way on files; the points of 195号 rise from eight to nine conversions in three years."""
    person = ("--person", "王")
    assert pool("create", "p.db", "--on", "2026-01-05", *person)[0] == 0
    assert pool("import", "p.db", EXAMPLES / "partner_firms.csv", "--on", "2026-01-05", *person)[0] == 0
    assert pool("enter", "p.db", "--on", "2026-01-05", *person, "--firm", "QY001", "--reason", "推荐")[0] == 0
    for day in ("2026-12-31", "2027-01-31"):
        if day == "2026-12-31":
            result = pool("status", "p.db", EXAMPLES / "followup.csv", "--on", "2026-06-30", "--judged", "judged.xlsx")
            assert result == (
                0,
                "followup.csv：50 行，新写入 50 条；企业 QY023、QY028 不在培育库中，按表中的写法记入\n"
                "19 项：已签约 4、已拒绝 7、洽谈中 2、已联系 4、已推送 2",
            )
        else:  # the figures of 2026 are those of 2025; the conversions are counted by the book
            figures = pd.read_csv(EXAMPLES / "partner_firms.csv", dtype=str).drop(columns="近三年科技成果转化数")
            figures.head(1).to_csv("figures.csv", index=False)
            assert pool("import", "p.db", "figures.csv", "--on", "2027-01-20", *person)[0] == 0
        assert pool("snapshot", "p.db", "--on", day, *person, "-o", f"{day}.csv")[0] == 0
    one, two = (pd.read_csv(f"{day}.csv").set_index("enterprise_id") for day in ("2026-12-31", "2027-01-31"))
    # 8 conversions in three years: 7 to 12 points; 9: 13 to 18
    assert one.loc["QY001", ["total_low", "total_high", "tier"]].tolist() == [17, 66, "next_year"]
    assert two.loc["QY001", ["total_low", "total_high", "tier"]].tolist() == [23, 72, "ready"]
    days = ("--before", "2026-12-31", "--after", "2027-01-31")
    assert pool("diff", "p.db", *days, "-o", "moves.csv")[0] == 0
    moves = pd.read_csv("moves.csv").set_index(["enterprise_id", "cause"])["detail"]
    assert "上一年度由 2025 年变为 2026 年，没有新数的按未知；明年 → 种子" in moves["QY001", "time"]
    assert "销售收入（上一年） 空 → 129,000,000（2027-01-20，王，figures.csv）" in moves["QY001", "fact"]
    assert moves["QY001", "fact"].endswith("种子 → 本轮可报")

    pair = (EXAMPLES / "needs.csv", EXAMPLES / "outcomes.csv", "-q")
    assert pool(*pair, "-o", "before.csv", group=("match",))[0] == 0
    assert pool(*pair, "-o", "after.csv", "--judged", "judged.xlsx", group=("match",))[0] == 0
    before, after = (pd.read_csv(name).set_index(["need_id", "outcome_id"]) for name in ("before.csv", "after.csv"))
    too_expensive, solved = ("XQ2026002", "CG20260026"), ("XQ2026017", "CG20260046")
    assert (before.loc[too_expensive, "rank"], after.loc[too_expensive, "rank"]) == (2, 3)
    assert before.loc[solved, "rank"] == 1
    assert solved not in after.index
    assert after.loc[("XQ2026023", "CG20260048"), "note"].startswith("已拒绝：描述不清")


PAIRS = """need_id,outcome_id,rank,good_match
N1,C1,1,True
N1,C2,2,True
N1,C3,3,False
N2,C1,1,True
N9,C1,1,True
"""
NEEDS = "需求编号,需求名称,企业编号\nN1,磨削烧伤检测,A1\nN2,无醛胶黏剂,A2\nN9,没有企业的需求,\n"


def test_recommended_pairs_are_pushed_once_and_keep_what_became_of_them(pool, tmp_path):
    (tmp_path / "pairs.csv").write_text(PAIRS, "utf-8")
    (tmp_path / "needs.csv").write_text(NEEDS, "utf-8")
    person = ("--person", "王")
    assert pool("create", "p.db", "--on", "2026-01-05", *person)[0] == 0
    push = ("push", "p.db", "pairs.csv", *person, "--on")
    message = "pairs.csv：没有企业编号；请用 --needs 给出带“企业编号”列的需求表"
    assert pool(*push, "2026-02-01") == (2, message)
    assert pool(*push, "2026-02-01", "--needs", "needs.csv", "--first", 1) == (0, "推送 2 项")
    declined = "企业编号,需求编号,成果编号,状态,日期,跟进人,拒绝理由\nA1,N1,C1,已拒绝,2026-02-10,王,太早\n"
    (tmp_path / "st.csv").write_text(declined, "utf-8")
    assert pool("status", "p.db", "st.csv", "--on", "2026-02-10")[0] == 0
    assert pool(*push, "2026-03-01", "--needs", "needs.csv") == (0, "推送 1 项；2 项已有跟进记录，略过")
    assert pool("status", "p.db", "--on", "2026-03-01", "-o", "now.csv")[0] == 0
    now = pd.read_csv("now.csv")[["enterprise_id", "need_id", "outcome_id", "status", "day"]].to_numpy().tolist()
    assert now == [
        ["A1", "N1", "C1", "declined", "2026-02-10"],
        ["A1", "N1", "C2", "pushed", "2026-03-01"],
        ["A2", "N2", "C1", "pushed", "2026-02-01"],
    ]
    assert pool(EXAMPLES / "needs.csv", EXAMPLES / "outcomes.csv", "-q", "-o", "m.xlsx", group=("match",))[0] == 0
    words = ("push", "m.db", "m.xlsx", "--on", "2026-02-01", *person, "--needs", EXAMPLES / "needs.csv", "--first", 1)
    assert pool("create", "m.db", "--on", "2026-01-05", *person)[0] == 0
    assert pool(*words) == (0, "推送 20 项")
    firms, needs, outcomes = (EXAMPLES / f"{name}.csv" for name in ("partner_firms", "needs", "outcomes"))
    words = (firms, needs, outcomes, "--policy", "hte", "--on", "2026-11-24", "-q", "-o")
    for name in ("partners.xlsx", "partners.csv"):
        assert pool(*words, name, group=("partners",))[0] == 0
    many = re.fullmatch(r"推送 ([1-9]\d*) 项", pool("push", "p.db", "partners.xlsx", "--on", "2026-11-25", *person)[1])[
        1
    ]
    again = pool("push", "p.db", "partners.csv", "--on", "2026-11-26", *person)
    assert again == (0, f"推送 0 项；{many} 项已有跟进记录，略过")


@pytest.mark.slow
def test_the_shipped_city_is_what_its_script_writes(tmp_path):
    script = [sys.executable, str(EXAMPLES / "example_city.py"), str(tmp_path)]
    output = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert output == "3000 firms, 84% of the facts missing; 64 would pass\n"
    for name in ("city.csv", "city_passes.csv"):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()
