"""Lists that number their firms alike, renamed firms, and a visiting list on its way into the pool."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.errors import ConflictError
from matcher.pool.book.book import Book
from matcher.pool.discovery.estimation import discover

CODE = "91371300MA3C000005"
LIST = f"""序号,企业名称,统一社会信用代码,职工总数,经营状态
1,虚构甲有限公司,{CODE},10,存续
2,虚构乙(集团)有限公司,-,20,在业
1,虚构丙有限公司,,30,吊销未注销
"""


@pytest.fixture
def book(pool, tmp_path):
    """A book in the empty folder, with the list in it."""
    (tmp_path / "一.csv").write_text(LIST, encoding="utf-8")
    pool("create", "库.db", "--on", "2026-01-01", "--person", "王")
    pool("import", "库.db", "一.csv", "--on", "2026-01-05", "--person", "王")
    return tmp_path / "库.db"


def firms(path):
    with Book.open(path) as book:
        return book.firms("2026-12-31").set_index("enterprise_id")


def test_two_lists_that_number_from_1_are_different_firms(pool, book, tmp_path):
    (tmp_path / "二.csv").write_text(
        "序号,企业名称,职工总数\n1,虚构丁有限公司,7\n2,虚构甲有限责任公司,11\n", encoding="utf-8"
    )
    status, out = pool("import", "库.db", "二.csv", "--on", "2026-02-01", "--person", "李")
    assert (status, out.splitlines()[-1]) == (0, "读入 2 家：新增 1 家，改动 1 家，共写入 4 格，冲突 0 处")
    assert firms(book)["employees_total"].to_dict() == {
        CODE: 11, "虚构乙（集团）有限公司": 20, "虚构丙有限公司": 30, "虚构丁有限公司": 7,
    }  # fmt: skip
    assert firms(book)["status"].to_dict()["虚构丙有限公司"] == "吊销未注销"


def test_another_name_or_code_behind_an_id_stops_the_row_until_it_is_confirmed(pool, book, tmp_path):
    text = f"统一社会信用代码,企业名称,职工总数\n{CODE},虚构戊有限公司,11\n"
    (tmp_path / "改名.csv").write_text(text, encoding="utf-8")
    words = ("import", "库.db", "改名.csv", "--on", "2026-02-01", "--person", "李")
    status, out = pool(*words)
    assert status == 1
    assert f"  {CODE}，企业名称：库中是“虚构甲有限公司”，表中是“虚构戊有限公司”" in out
    assert firms(book).loc[CODE, "name"] == "虚构甲有限公司"
    status, out = pool(*words, "--accept", CODE)
    assert status == 0
    row = firms(book).loc[CODE]
    assert (row["name"], row["former_names"], row["employees_total"]) == ("虚构戊有限公司", "虚构甲有限公司", 11)
    table = pd.DataFrame({"enterprise_id": [CODE], "name": ["虚构甲有限公司"], "uscc": ["91350100M000100Y43"]})
    with Book.open(book) as opened:
        written = opened.put(table, on="2026-03-01", person="李")
        assert written.strangers["column"].tolist() == ["uscc"]
        assert (written.firms, written.cells, len(written.conflicts)) == (0, 0, 0)
        with pytest.raises(ConflictError, match="在库中是另一家企业"):
            opened.put(table, on="2026-03-01", person="李", refuse_conflicts=True)


@pytest.mark.parametrize("name", ["走访.csv", "走访.xlsx"])
def test_a_visiting_list_enters_the_pool(pool, book, name):
    status, out = pool("discover", "一.csv", "--policy", "hte", "--on", "2026-01-05", "-o", name)
    assert status == 0
    assert out.splitlines()[0] == "1 家已注销、吊销、迁出等，不在名单中"
    pool("create", "新.db", "--on", "2026-01-01", "--person", "王")
    status, out = pool("import", "新.db", name, "--on", "2026-01-06", "--person", "王")
    assert (status, sorted(firms("新.db").index)) == (0, [CODE, "虚构乙（集团）有限公司"])
    assert firms("新.db").loc[CODE, "uscc"] == CODE
    assert not {"rank", "chance", "名次", "理由"} & set(firms("新.db"))
    status, out = pool("enter", "库.db", "--list", name, "--reason", "走访", "--on", "2026-01-07", "--person", "王")
    assert (status, out) == (0, "入库 2 家")
    status, out = pool(
        "exit", "库.db", "--firm", "虚构甲公司", "--reason", "迁出", "--on", "2026-01-08", "--person", "王"
    )
    assert (status, out) == (0, "出库 1 家（迁出）")


def test_firms_that_are_no_more_are_not_discovered_nor_visited(pool, tmp_path):
    table = pd.DataFrame({"enterprise_id": ["A", "B"], "status": ["注销", "存续"], "resident": ["是", "是"]})
    found = discover(table, "hte", on="2026-01-05")
    assert found.listed["enterprise_id"].tolist() == ["B"]
    assert found.ended.values.tolist() == [["A", "注销"]]
    text = "企业编号,通过概率,帮扶后通过概率,登记状态\nA,50%,99%,注销\nB,50%,60%,存续\n"
    (tmp_path / "概率.csv").write_text(text, encoding="utf-8")
    status, out = pool("allocate-visits", "概率.csv", "--visits", "1", "--target", "1", "-o", "帮扶.csv")
    assert (status, out.splitlines()[0]) == (0, "1 家已注销、吊销、迁出等，未计入")
    assert pd.read_csv("帮扶.csv")["enterprise_id"].tolist() == ["B"]


SHORT = """企业名称,统一社会信用代码,职工总数,2025年销售收入（元）
山东虚构重工机械有限公司,,120,约4800万
虚构重工,,120,
沂水虚构甲器械有限公司,,7,12000000
"""


def test_a_short_name_stays_a_firm_of_its_own_and_is_told(pool, tmp_path):
    """In the list itself, and against the book, whichever of both is short; what fits two firms is told of none."""
    (tmp_path / "一.csv").write_text(SHORT, encoding="utf-8")
    (tmp_path / "二.csv").write_text(
        "企业名称,统一社会信用代码,职工总数\n甲器械,,7\n沂水虚构,,8\n虚构重工,,121\n虚构甲器械公司,,9\n",
        encoding="utf-8",
    )
    pool("create", "库.db", "--on", "2026-01-01", "--person", "王")
    told = []
    for name in ("一", "二"):
        words = ("import", "库.db", f"{name}.csv", "--on", "2026-01-05", "--person", "王", "--problems", "问题.csv")
        assert pool(*words)[0] == 0
        problems = pd.read_csv(tmp_path / "问题.csv", dtype=str)
        told.append(problems.loc[problems["problem"].str.contains("简称"), ["value", "problem"]].values.tolist())
    assert told == [
        [
            [
                "虚构重工",
                "“虚构重工”可能是“山东虚构重工机械有限公司”（山东虚构重工机械有限公司）的简称，没有当作同一家",
            ]
        ],
        [["沂水虚构", "“沂水虚构”可能是“沂水虚构甲器械有限公司”（沂水虚构甲器械有限公司）的简称，没有当作同一家"]],
    ]
    assert sorted(firms(tmp_path / "库.db").index) == [
        "山东虚构重工机械有限公司", "沂水虚构", "沂水虚构甲器械有限公司", "甲器械", "虚构甲器械公司", "虚构重工",
    ]  # fmt: skip


def test_a_name_without_its_legal_form_does_not_replace_the_full_one(pool, book, tmp_path):
    (tmp_path / "二.csv").write_text("企业名称,职工总数\n虚构乙集团,21\n虚构丙,31\n", encoding="utf-8")
    assert pool("import", "库.db", "二.csv", "--on", "2026-02-01", "--person", "李")[0] == 0
    table = firms(book).loc[["虚构乙（集团）有限公司", "虚构丙有限公司"]]
    assert table[["name", "employees_total"]].values.tolist() == [["虚构乙集团", 21], ["虚构丙有限公司", 31]]


def test_a_number_that_leaps_is_written_and_asked_about(pool, tmp_path):
    (tmp_path / "一.csv").write_text(SHORT, encoding="utf-8")
    (tmp_path / "二.csv").write_text(
        "企业名称,职工总数,2025年销售收入（元）\n山东虚构重工机械有限公司,125,5100\n沂水虚构甲器械有限公司,6999,12000\n",
        encoding="utf-8",
    )
    pool("create", "库.db", "--on", "2026-01-01", "--person", "王")
    pool("import", "库.db", "一.csv", "--on", "2026-01-05", "--person", "王")
    table = pd.DataFrame(
        {
            "enterprise_id": ["山东虚构重工机械有限公司", "沂水虚构甲器械有限公司"],
            "employees_total": [125, 6999],
            "sales_y3": [5100, 12000],
        }
    )
    with Book.open(tmp_path / "库.db") as opened:
        written = opened.put(table, on="2026-02-01", person="李")
        assert written.cells == 4
        assert written.leaps.values.tolist() == [
            ["山东虚构重工机械有限公司", "sales_y3", 5100, "约4800万", "王", "2026-01-05"],
            ["沂水虚构甲器械有限公司", "sales_y3", 12000, 12000000, "王", "2026-01-05"],
        ]
        assert opened.put(table, on="2026-02-01", person="李").leaps.empty


def test_a_snapshot_names_firms_in_the_pool_that_are_no_more(pool, book, tmp_path):
    when = ("--on", "2026-02-01", "--person", "王")
    pool("enter", "库.db", *when, "--firm", CODE, "--reason", "推荐")
    assert "出库" not in pool("snapshot", "库.db", *when, "-o", "快照.csv")[1]
    (tmp_path / "二.csv").write_text(LIST.replace("存续", "注销"), encoding="utf-8")
    later = ("--on", "2026-03-01", "--person", "王")
    pool("import", "库.db", "二.csv", *later)
    told = f"在库的 {CODE} 登记状态已是注销、吊销等，请核对并办理出库"
    assert told in pool("snapshot", "库.db", *later, "-o", "快照2.csv")[1]


def test_a_snapshot_marks_candidates_that_are_no_more(pool, book, tmp_path):
    (tmp_path / "二.csv").write_text(LIST.replace("存续", "注销"), encoding="utf-8")
    later = ("--on", "2026-03-01", "--person", "王")
    pool("import", "库.db", "二.csv", *later)
    said = pool("snapshot", "库.db", *later, "-o", "快照.xlsx")[1]
    assert f"候选中的 {CODE}、虚构丙有限公司 登记状态已是注销、吊销等，不能入库" in said
    states = pd.read_excel("快照.xlsx", sheet_name="快照", engine="calamine").set_index("企业编号")["状态"]
    assert states.tolist() == ["候选（登记状态：注销）", "候选（登记状态：吊销未注销）", "候选"]
    pool("snapshot", "库.db", *later, "-o", "快照.csv")
    plain = pd.read_csv("快照.csv", dtype=str).set_index("enterprise_id")
    assert plain.loc[CODE, ["state", "status"]].tolist() == ["candidate", "注销"]
    assert plain["status"].fillna("").tolist() == ["注销", "吊销未注销", ""]
