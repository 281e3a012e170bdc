"""Follow-up tables as people keep them: the headers of the guide, names of firms, cells that nobody can read."""

from matcher.policy import load_policy
from matcher.pool.book.book import Book
from matcher.pool.book.tables import read_book_firms

FIRMS = "企业编号,企业名称,地区\nQY1,虚构传动有限公司,临沂市兰山区\n"
HEAD = "虚构县跟进表,,,,,,,\n日期,企业,需求,成果,状态,跟进人,合同,合同金额（万元）\n"


def test_the_headers_of_the_guide_and_names_of_firms(pool, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS, "utf-8")
    (tmp_path / "follow.csv").write_text(
        HEAD + "2026-02-10,虚构传动有限公司,X1,C1,已推送,王,,\n2026-03-01,QY1,X1,C1,已签约,王,技术开发,12\n"
        "2026-03-04,虚构别处公司,X3,C3,已推送,王,,\n", "utf-8",
    )  # fmt: skip
    day = ("--on", "2026-06-30")
    assert pool("create", "p.db", *day, "--person", "王")[0] == 0
    assert pool("import", "p.db", "firms.csv", *day, "--person", "王")[0] == 0
    assert pool("status", "p.db", "follow.csv", *day) == (
        0,
        "follow.csv：3 行，新写入 3 条；企业 虚构别处公司 不在培育库中，按表中的写法记入\n2 项：已签约 1、已推送 1",
    )
    with Book.open(tmp_path / "p.db") as book:
        assert [(event.subject, event.body["amount"]) for event in book.log.events("follow")] == [
            ("QY1", None), ("QY1", 120_000), ("虚构别处公司", None),
        ]  # fmt: skip


def test_what_nobody_can_read_is_told_by_its_row_and_as_it_was_written(pool, tmp_path):
    (tmp_path / "follow.csv").write_text(
        HEAD + "2026-02-30,QY1,X1,C1,已推送,王,,\n2026-03-30,QY1,X1,C1,已签约,王,技术开发,10万美元\n"
        "2026-03-01至03-02,QY1,X3,C3,已推送,王,,\n", "utf-8",
    )  # fmt: skip
    day = ("--on", "2026-06-30")
    assert pool("create", "p.db", *day, "--person", "王")[0] == 0
    code, said = pool("status", "p.db", "follow.csv", *day)
    assert (code, said.splitlines()[-4:]) == (
        2,
        [
            "跟进表有 3 处问题，没有写入：",
            "  第 3 行：日期“2026-02-30”日历上没有这一天",
            "  第 4 行：合同金额“10万美元”是外币（美元），不知折合多少人民币",
            "  第 5 行：日期“2026-03-01至03-02”不是确切的值",
        ],
    )


def test_an_import_tells_a_firm_that_stands_twice_once(tmp_path):
    firms = "序号,企业编号,企业名称\n1,A,虚构甲公司\n2,A,虚构甲公司\n3,B,虚构乙公司\n4,B,虚构丙公司\n"
    (tmp_path / "firms.csv").write_text(firms, "utf-8")
    rows, problems = read_book_firms(tmp_path / "firms.csv", [load_policy("hte-pool")], on="2026-06-30")
    assert rows[["enterprise_id", "name"]].values.tolist() == [["A", "虚构甲公司"], ["B", "虚构乙公司"]]
    assert problems[["value", "problem", "kept"]].values.tolist() == [
        ["A", "同一企业不止一行，只用了第一行", False],
        ["B", "同一企业不止一行，名称却不同：虚构乙公司、虚构丙公司，只用了第一行", False],
    ]
