"""Follow-up tables as people keep them: the headers of the guide, names of firms, cells that nobody can read."""

from matcher.policy import load_policy
from matcher.pool.book.book import Book
from matcher.pool.book.follow_up import items
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


def test_headers_and_words_of_a_table_that_a_county_kept(pool, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS, "utf-8")
    (tmp_path / "follow.csv").write_text(
        "序号,企业名称,需求编号,成果编号,进展情况,日期,经办人,合同类型,合同金额（万元）,拒绝原因\n"
        "1,虚构传动,X1,C1,签约,2026.3.1,王,委托开发合同,约50,\n2,虚构传动有限公司,X2,C1,不感兴趣,2026年3月2日,王,,,\n"
        "3,虚构传动有限公司,X3,C2,对接中（已见面）,2026/3/3,王,,,\n4,虚构传动有限公司,X4,C2,已签约,2026/3/3,王,技术服务,30,\n"
        "5,虚构传动有限公司,X5,C2,拒绝,2026/3/3,王,,,太贵\n", "utf-8",
    )  # fmt: skip
    day = ("--on", "2026-06-30")
    pool("create", "p.db", *day, "--person", "王")
    pool("import", "p.db", "firms.csv", *day, "--person", "王")
    assert pool("status", "p.db", "follow.csv", *day) == (
        0, "follow.csv：5 行，新写入 5 条\n5 项：已签约 2、已拒绝 2、洽谈中 1",
    )  # fmt: skip
    with Book.open(tmp_path / "p.db") as book:
        now = items(book.log, on="2026-06-30")
    assert now["contract"].tolist() == ["技术开发", "", "", "技术服务", ""]
    assert now[["enterprise_id", "need_id", "status", "amount", "reason", "note"]].values.tolist() == [
        ["QY1", "X1", "signed", None, "", "合同金额“约50万元”不是确切的值，不计入金额合计"],
        ["QY1", "X2", "declined", None, "other", "不感兴趣"],
        ["QY1", "X3", "talks", None, "", "对接中（已见面）"],
        ["QY1", "X4", "signed", 300_000, "", ""],
        ["QY1", "X5", "declined", None, "too expensive", ""],
    ]


def test_a_contract_named_in_the_status_and_a_firm_that_does_not_consider_it_are_understood(pool, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS, "utf-8")
    (tmp_path / "follow.csv").write_text(
        "序号,对接日期,企业名称,需求编号,成果编号,进展,合同金额（万元）,跟进人\n"
        "1,2026.3.1,虚构传动,X1,C1,已签订技术开发合同,50,王\n2,2026/3/2,虚构传动,X2,C1,企业不考虑,,王\n", "utf-8",
    )  # fmt: skip
    day = ("--on", "2026-06-30")
    pool("create", "p.db", *day, "--person", "王")
    pool("import", "p.db", "firms.csv", *day, "--person", "王")
    assert pool("status", "p.db", "follow.csv", *day)[0] == 0
    with Book.open(tmp_path / "p.db") as book:
        now = items(book.log, on="2026-06-30")
    assert now[["status", "day", "contract", "reason", "note"]].astype(str).values.tolist() == [
        ["signed", "2026-03-01", "技术开发", "", ""],
        ["declined", "2026-03-02", "", "other", "企业不考虑"],
    ]


def test_firms_enter_by_a_list_of_names(pool, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS + "QY2,虚构乙有限公司,临沂市\nQY3,虚构丙有限公司,临沂市\n", "utf-8")
    (tmp_path / "list.csv").write_text(
        "2026年拟入库名单,,\n序号,单位名称,联系人\n1,虚构乙,张三\n2,虚构传动有限责任公司,李四\n", "utf-8"
    )
    (tmp_path / "more.csv").write_text("序号,企业编号,企业名称\n1,,虚构丙有限公司\n2,QY2,虚构乙有限公司\n", "utf-8")
    day = ("--on", "2026-06-30", "--person", "王")
    pool("create", "p.db", *day)
    pool("import", "p.db", "firms.csv", *day)
    assert pool("enter", "p.db", *day, "--list", "list.csv", "--reason", "区里推荐") == (0, "入库 2 家")
    assert pool("enter", "p.db", *day, "--list", "more.csv", "--reason", "区里推荐") == (
        0, "入库 1 家；名单中 1 家已在库或已认定，略过",
    )  # fmt: skip
    with Book.open(tmp_path / "p.db") as book:
        assert book.states("2026-06-30")["state"].tolist() == ["in_pool"] * 3


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


def test_a_refusal_and_its_reason_in_one_cell(pool, tmp_path):
    (tmp_path / "firms.csv").write_text(FIRMS, "utf-8")
    head, day = "走访时间,企业,需求,成果,进展状态,走访人\n", ("--on", "2026-06-30")
    pool("create", "p.db", *day, "--person", "王")
    pool("import", "p.db", "firms.csv", *day, "--person", "王")
    words = ("拒绝-价格高", "不感兴趣（技术不成熟）", "不感兴趣（已见面）", "对接中，价格在谈")
    lines = [f"2026-03-0{at},QY1,X{at},C1,{word},王\n" for at, word in enumerate(words[:3], 1)]
    (tmp_path / "follow.csv").write_text(head + "".join(lines), "utf-8")
    assert pool("status", "p.db", "follow.csv", *day)[0] == 0
    with Book.open(tmp_path / "p.db") as book:
        now = items(book.log, on="2026-06-30")
    assert now[["status", "reason", "note"]].values.tolist() == [
        ["declined", "too expensive", "拒绝理由：价格高"],
        ["declined", "too early", "拒绝理由：技术不成熟"],
        ["declined", "other", "不感兴趣（已见面）；不感兴趣"],
    ]
    for word in (words[3], "拒绝，后又同意", "暂无意向，嫌价格高"):
        (tmp_path / "follow.csv").write_text(f"{head}2026-03-09,QY1,X9,C1,{word},王\n", "utf-8")
        assert pool("status", "p.db", "follow.csv", *day)[0] == 2
