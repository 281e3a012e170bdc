"""The pool's book: what is written, who is in, which tier, who moved and why; the same book again from its log."""

import datetime as dt
import filecmp
import importlib.util
import sqlite3
from decimal import Decimal

import pandas as pd
import pytest
from small import EXAMPLES

from matcher.errors import ArgumentTypeError, ConflictError, PoolError, TableError
from matcher.matching.learning.feedback import REASONS as FEEDBACK_REASONS
from matcher.policy import read_firms
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped
from matcher.pool.book.archive import export_book, rebuild_book
from matcher.pool.book.book import Book
from matcher.pool.book.diff import moves
from matcher.pool.book.edits import VERSION
from matcher.pool.book.follow_up import REASONS, added_conversions, conversions, follow, funnel, items, judged
from matcher.pool.tiers import assign_tiers

JAN, MAR, JUN = dt.date(2026, 1, 10), dt.date(2026, 3, 10), dt.date(2026, 6, 1)
GOOD = read_yaml(shipped()["hte"] / "cases.yaml")["bases"]["good"]


def firms(**columns: list) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame({**{name: [value] * size for name, value in GOOD.items()}, **columns})


@pytest.fixture
def book(tmp_path):
    made = Book.create(tmp_path / "pool.db", on=JAN, person="王")
    yield made
    made.log.close()


def test_tiers_follow_from_the_lead_times():
    """The ratio asks for 6,750,000 in three years; a third, 40 % and all of it missing are 1, 2 and 3 years."""
    good, rd = GOOD["rd_staff"], GOOD["rd_expense_y1"]
    table = firms(
        enterprise_id=["ready", "young", "staff", "third", "more", "none", "field", "unknown"],
        registered_on=[GOOD["registered_on"], "2026-01-01", *[GOOD["registered_on"]] * 6],
        rd_staff=[good, good, 0, good, good, good, good, None],
        in_field=["是", "是", "是", "是", "是", "是", "否", "是"],
        rd_expense_y1=[rd, rd, rd, 1_500_000, 1_350_000, 0, rd, rd],
    )
    for year in ("y2", "y3"):
        table[f"rd_expense_{year}"] = table["rd_expense_y1"]
    table["rd_domestic_3y"] = 3 * table["rd_expense_y1"]
    tiers = assign_tiers(table, load_policy("hte"), on=JUN)
    names = ["enterprise_id", "tier", "tier_at_best", "lead_days", "lead_days_at_best", "open_rules"]
    rows = tiers[names].astype(object).where(tiers[names].notna(), None).to_numpy().tolist()
    assert [row for row in rows if row[0] != "none"] == [
        ["ready", "ready", "ready", 0, 0, ""],
        ["young", "next_year", "next_year", 214, 214, "age:fail"],
        ["staff", "next_year", "next_year", 365, 365, "staff:fail"],
        ["third", "next_year", "next_year", 365, 365, "rd_ratio:fail"],
        ["more", "two_years", "two_years", 730, 730, "rd_ratio:fail"],
        ["field", "seed", "seed", None, None, "field:fail"],
        ["unknown", "next_year", "ready", 365, 0, "staff:unknown"],
    ]
    assert rows[5][:4] == ["none", "seed", "seed", 1095]


def test_a_table_is_written_once_and_a_fact_may_come_back(book):
    for value, day in ((1, 1), (1, 1), (2, 2), (1, 2), (1, 2)):
        book.put(
            pd.DataFrame({"enterprise_id": ["a"], "rd_staff": [value]}), on=JAN + dt.timedelta(days=day), person="王"
        )
    assert [event.body["facts"] for event in book.log.events("facts")] == [{"rd_staff": n} for n in (1, 2, 1)]
    assert book.firms(JUN).to_dict("records") == [{"enterprise_id": "a", "name": None, "rd_staff": 1}]
    assert book.firms(JAN + dt.timedelta(days=1))["rd_staff"].tolist() == [1]


def test_two_editors_lose_nothing_and_are_told_of_a_conflict(book):
    book.put(pd.DataFrame({"enterprise_id": ["a"], "rd_staff": [12], "联系电话": ["13800001234"]}), on=JAN, person="王")
    one, two = book.sheet(on=JAN), book.sheet(on=JAN)
    assert one["联系电话"].tolist() == ["138****1234"]
    book.put(one.assign(rd_staff=14), on=MAR, person="李")
    done = book.put(two.assign(rd_staff=15, class2_ip=3), on=MAR, person="张")
    assert (done.cells, done.conflicts.iloc[0].tolist()) == (1, ["a", "rd_staff", 12, 15, 14, "李", "2026-03-10"])
    assert book.firms(JUN).drop(columns="name").to_dict("records") == [
        {"enterprise_id": "a", "class2_ip": 3, "rd_staff": 14, "联系电话": "13800001234"}
    ]
    with pytest.raises(ConflictError, match="您看到的是 “12”，您改为 “15”；李 于 2026-03-10 已改为 “14”"):
        book.put(two.assign(rd_staff=15, class2_ip=9), on=MAR, person="张", refuse_conflicts=True)
    assert book.firms(JUN)["class2_ip"].tolist() == [3]
    cleared = book.sheet(on=JUN).assign(class2_ip=None)
    assert book.put(cleared, on=JUN, person="张").cells == 1
    assert "class2_ip" not in book.firms(JUN)
    assert VERSION in cleared


def test_entry_and_exit_follow_the_rules(book):
    base = read_yaml(shipped()["hte-pool"] / "cases.yaml")["bases"]["good"]
    table = pd.DataFrame({**{k: [v] * 2 for k, v in base.items()}, "enterprise_id": ["a", "b"], "rd_staff": [6, 5]})
    book.put(table, on=JAN, person="王")
    assert book.enter(on=JAN, person="王").to_numpy().tolist() == [["a", "passes"]]
    with pytest.raises(PoolError, match=r"(?s)2 处问题.*b：不确定符合入库条件.*c：库中没有这家企业"):
        book.enter(["b", "c"], on=JAN, person="王")
    assert book.enter(["b"], on=JAN, person="王", reason="区里推荐")["enterprise_id"].tolist() == ["b"]
    assert book.enter(["b"], on=JAN, person="王", reason="区里推荐").empty  # a retry
    with pytest.raises(PoolError, match="b：已在库"):
        book.enter(["b"], on=MAR, person="李")
    assert book.leave(["a"], on=MAR, person="王", reason="已认定") == ["a"]
    with pytest.raises(PoolError, match="a：不在库"):
        book.leave(["a"], on=JUN, person="王", reason="迁出")
    with pytest.raises(PoolError, match="不在列表中"):
        book.leave(["b"], on=JUN, person="王", reason="不想管")
    assert book.states(JUN).to_numpy().tolist() == [
        ["a", "graduated", "2026-01-10", "2026-03-10", "已认定"],
        ["b", "in_pool", "2026-01-10", "", ""],
    ]


def test_firms_that_are_no_more_do_not_enter(book):
    book.put(firms(enterprise_id=["a", "b"], name=["甲", "乙"], status=["开业", "吊销，未注销"]), on=JAN, person="王")
    with pytest.raises(PoolError, match="b：登记状态是“吊销，未注销”，不能入库"):
        book.enter(["a", "b"], on=JAN, person="王", reason="推荐")
    assert set(book.states(JAN)["state"]) == {"candidate"}
    assert book.enter(["a"], on=JAN, person="王", reason="推荐")["enterprise_id"].tolist() == ["a"]


def test_a_name_is_that_of_the_firm_with_a_code(book):
    code, full = "91371312200000003W", "沂州电子（山东）有限公司"
    table = firms(enterprise_id=[code, full, "沂州电子", "蒙山食品有限公司"], uscc=[code, None, None, None],
                  name=["沂州电子(山东)有限公司", full, "沂州电子", "蒙山食品有限公司"])  # fmt: skip
    book.put(table, on=JAN, person="王")
    named = [full, "沂州电子(山东)有限公司", code, "沂州电子", "蒙山食品有限公司", "没有的公司"]
    assert book.ids_of(named, on=JAN) == [code, code, code, "沂州电子", "蒙山食品有限公司", "没有的公司"]


def test_moves_name_the_fact_the_rule_and_the_day(book):
    table = firms(
        enterprise_id=["fact", "rule", "time"],
        rd_staff=[1, 1, GOOD["rd_staff"]],
        registered_on=[GOOD["registered_on"], GOOD["registered_on"], "2025-05-20"],
    )
    book.put(table, on=JAN, person="王")
    book.snapshot(on=MAR, person="王")
    book.put(
        pd.DataFrame({"enterprise_id": ["fact"], "rd_staff": [50], "备注": ["新聘"]}),
        on=JUN,
        person="李",
        source="走访",
    )
    rules = book.rules(JUN)
    book.set_rules(on=JUN, person="王", goal=rules.goal, entry=rules.entry, leads={**rules.leads, "staff": 600})
    book.enter(["time"], on=JUN, person="王", reason="推荐")
    book.snapshot(on=JUN, person="王")
    table = moves(book, MAR, JUN)
    assert table[["enterprise_id", "cause"]].to_numpy().tolist() == [
        ["fact", "rule"], ["fact", "fact"], ["rule", "rule"], ["time", "entry"], ["time", "time"],
    ]  # fmt: skip
    assert table["detail"].tolist()[1:4] == [
        "科技人员数 1 → 50（2026-06-01，李，走访）；两年内 → 本轮可报",
        "规则改动（提前期 staff：365 → 600）；明年 → 两年内",
        "2026-06-01 入库（王）：推荐",
    ]
    assert table["detail"].iloc[4] == "日期由 2026-03-10 到 2026-06-01；明年 → 本轮可报"
    with pytest.raises(PoolError, match="2026-01-10 没有快照；已有：2026-03-10、2026-06-01"):
        moves(book, JAN, JUN)


def test_the_same_log_gives_the_same_book_byte_for_byte(book, tmp_path):
    book.put(firms(enterprise_id=["=a", "'b"]).assign(电话="0539-8123456"), on=JAN, person="王")
    book.enter(["=a"], on=JAN, person="王", reason="推荐")
    follow(book.log, statuses())
    book.snapshot(on=MAR, person="王")
    book.put(pd.DataFrame({"enterprise_id": ["'b"], "rd_staff": [2]}), on=JAN, person="李")  # late, for the same day
    book.snapshot(on=MAR, person="王")
    assert len(book.snapshots()) == 2
    assert book.replay().empty
    export_book(book, tmp_path / "one", mask=False)
    again = rebuild_book(tmp_path / "one", tmp_path / "again.db")
    export_book(again, tmp_path / "two", mask=False)
    files = [str(path.relative_to(tmp_path / "one")) for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", files, shallow=False) == (files, [], [])
    assert again.firms(JUN).equals(book.firms(JUN))


def test_an_export_with_hidden_contacts_says_so_and_makes_no_book(book, tmp_path):
    names = ["甲（联系人13800001234）", "乙"]
    book.put(
        firms(enterprise_id=["a", "b"], name=names).assign(电话="0539-8123456", 手机=13900001234), on=JAN, person="王"
    )
    book.enter(["a"], on=JAN, person="王", reason="电话13700001234推荐")
    follow(book.log, statuses().assign(note="zhang@example.com"))
    book.snapshot(on=MAR, person="王")
    export_book(book, tmp_path / "masked")
    for name in ("events.csv", "snapshots.csv"):
        text = (tmp_path / "masked" / name).read_text("utf-8-sig")
        assert not any(
            contact in text for contact in ("8123456", "13800001234", "13900001234", "13700001234", "zhang@")
        )
        assert set(pd.read_csv(tmp_path / "masked" / name)["contacts_masked"]) == {"是"}
    with pytest.raises(PoolError, match=r"联系方式已遮盖，不能用来重建；重建须用未遮盖的导出：.*--show-contacts"):
        rebuild_book(tmp_path / "masked", tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_a_damaged_export_makes_no_book(book, tmp_path):
    book.put(firms(enterprise_id=["a"]), on=JAN, person="王")
    with pytest.raises(PoolError, match="不是导出的文件夹"):
        rebuild_book(tmp_path, tmp_path / "again.db")
    export_book(book, tmp_path / "out", mask=False)
    good = (tmp_path / "out" / "events.csv").read_text("utf-8-sig")
    for text, says in (
        (good.replace("body", "内容"), "缺少列：body"),
        (good.replace('""facts""', "facts"), "已损坏"),
    ):
        (tmp_path / "out" / "events.csv").write_text(text, "utf-8-sig")
        with pytest.raises(PoolError, match=says):
            rebuild_book(tmp_path / "out", tmp_path / "again.db")
        assert not (tmp_path / "again.db").exists()


def test_days_are_dates_or_iso_texts(book):
    book.put(firms(enterprise_id=["a"]), on="2026-01-10", person="王")
    assert book.states("2026-01-10").equals(book.states(JAN))
    book.snapshot(on="2026-03-10", person="王")
    assert [event.day for event in book.log.events("facts", "snapshot")] == ["2026-01-10", "2026-03-10"]
    assert moves(book, "2026-03-10", MAR).empty


def test_rules_that_are_not_named_stay(book):
    before = book.rules(JAN)
    after = book.set_rules(on=MAR, person="王", leads={"ip": 30}, parameters={"staff_share": "8%"})
    assert (after.goal.id, after.entry.id) == (before.goal.id, before.entry.id) == ("hte", "hte-pool")
    assert dict(after.leads) == {**before.leads, "ip": 30}
    assert book.rules(JAN).texts == before.texts
    assert book.set_rules(on=JUN, person="王", leads={"age": 9}).entry.parameters == after.entry.parameters
    with pytest.raises(PoolError, match="没有政策 srdi 的提前期"):
        book.set_rules(on=JUN, person="王", goal="srdi")


def test_nothing_in_the_log_can_be_changed(book):
    book.put(pd.DataFrame({"enterprise_id": ["a"]}), on=JAN, person="王")
    other = sqlite3.connect(book.log.path)
    for command in ("UPDATE events SET person = '赵'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            other.execute(command)
    other.close()


def test_a_kept_snapshot_that_was_tampered_with_is_found(book):
    book.put(firms(enterprise_id=["a"]), on=JAN, person="王")
    book.snapshot(on=MAR, person="王")
    other = sqlite3.connect(book.log.path)
    other.execute("UPDATE snapshot_firms SET row = replace(row, 'ready', 'seed')")
    other.commit()
    assert book.replay()["enterprise_id"].tolist() == ["a"]
    other.close()


def test_what_is_no_pool_is_refused(tmp_path):
    (tmp_path / "x.db").write_text("企业编号,企业名称")
    with pytest.raises(PoolError, match="不是培育库文件"):
        Book.open(tmp_path / "x.db")
    with pytest.raises(PoolError, match="matcher pool create"):
        Book.open(tmp_path / "y.db")


# ---- follow-up


def statuses() -> pd.DataFrame:
    names = ["enterprise_id", "need_id", "outcome_id", "status", "day", "person", "contract", "amount", "reason"]
    rows = [
        ("a", "N1", "C1", "已推送", "2025-02-01", "王", "", None, ""),
        ("a", "N1", "C1", "已签约", "2025-03-03", "王", "技术许可", 500_000, ""),
        ("a", "N1", "C2", "pushed", "2025-02-01", "王", "", None, ""),
        ("a", "N1", "C2", "洽谈中", "2025-02-11", "王", "", None, ""),
        ("a", "N1", "C2", "已拒绝", "2025-02-21", "李", "", None, "太贵"),
        ("b", "N2", "C1", "已推送", "2025-02-01", "李", "", None, ""),
        ("c", "", "", "已联系", "2025-02-05", "李", "", None, ""),
        ("a", "N3", "C3", "已签约", "2025-05-05", "王", "技术咨询", 10_000, ""),
        ("a", "N4", "C1", "已签约", "2025-06-05", "王", "技术开发", 20_000, ""),
    ]
    return pd.DataFrame(rows, columns=names)


def test_the_funnel_counts_items_once_and_gives_the_rate(book):
    assert (follow(book.log, statuses()), follow(book.log, statuses())) == (9, 0)
    steps = funnel(book.log, on=JUN).set_index("step")
    assert steps["items"].to_dict() == {"pushed": 6, "contacted": 5, "talks": 4, "signed": 3, "declined": 1, "needs": 3}
    assert steps.loc["talks", "of_pushed"] == 4 / 6
    assert steps.loc["signed", ["of_before", "amount", "median_days"]].tolist() == [3 / 4, 530_000, 0.0]
    assert steps.loc["needs", "of_pushed"] == 3 / 4
    late = funnel(book.log, on=JUN, since=dt.date(2025, 5, 1)).set_index("step")
    assert late.loc["pushed", "items"] == 2
    assert funnel(book.log, on=JAN.replace(year=2024))["items"].tolist() == [0] * 6
    assert items(book.log, on=JUN)[["enterprise_id", "outcome_id", "status"]].to_numpy().tolist() == [
        ["a", "C1", "signed"], ["a", "C2", "declined"], ["a", "C3", "signed"], ["a", "C1", "signed"],
        ["b", "C1", "pushed"], ["c", "", "contacted"],
    ]  # fmt: skip


def test_signed_pairs_feed_conversions_and_declines_feed_the_ranking(book):
    follow(book.log, statuses())
    assert conversions(book.log, on=JUN)[["outcome_id", "day", "counts"]].to_numpy().tolist() == [
        ["C1", "2025-03-03", True], ["C3", "2025-05-05", False], ["C1", "2025-06-05", False],
    ]  # fmt: skip
    book.put(pd.DataFrame({"enterprise_id": ["a", "b"], "conversions_3y": [2, 2]}), on=dt.date(2025, 1, 1), person="王")
    assert book.firms(JUN)["conversions_3y"].tolist() == [3, 2]
    assert book.firms(dt.date(2025, 12, 31))["conversions_3y"].tolist() == [2, 2]  # a year counts when it is over
    events = book.log.events("follow")
    assert added_conversions(events, ["a"], ["2026-01-01"], JUN).tolist() == [0]  # the firm's own figure has it
    assert added_conversions(events, ["a"], [""], JUN).tolist() == [0]
    verdicts = judged(book.log, on=JUN)
    assert verdicts["verdict"].tolist() == ["accepted", "declined", "accepted", "accepted"]
    assert verdicts.loc[1].tolist() == ["N1", "C2", "declined", "too expensive", verdicts.loc[1, "day"]]
    assert {key: title for key, (title, _) in FEEDBACK_REASONS.items()} == REASONS


def test_every_fault_of_a_status_table_is_told(book):
    bad = pd.DataFrame(
        {
            "enterprise_id": ["a", "a", "", "a"],
            "need_id": ["", "N1", "", ""],
            "status": ["签了", "declined", "pushed", "signed"],
            "day": ["2026-01-01", None, "2026-01-01", "2026-01-01"],
            "person": ["", "王", "王", "王"],
            "amount": [None, 5, None, -1],
        }
    )
    with pytest.raises(TableError) as error:
        follow(book.log, bad)
    for part in ("9 处问题", "状态“签了”", "没有跟进人", "没有日期", "须同时填写", "已拒绝须填写理由", "须填写企业编号",
                 "已签约须填写合同类型", "金额不能为负"):  # fmt: skip
        assert part in str(error.value)
    assert book.log.events("follow") == []


def test_a_reason_in_other_words_is_kept(book):
    said = ["价格太高，超出预算", "技术不成熟", "老板出差", "太贵"]
    rows = pd.DataFrame({"enterprise_id": list("abcd"), "status": "已拒绝", "day": "2026-01-01", "person": "王",
                         "reason": said})  # fmt: skip
    follow(book.log, rows)
    kept = items(book.log, on=JUN)
    assert kept["reason"].tolist() == ["too expensive", "too early", "other", "too expensive"]
    assert kept["note"].tolist() == [*(f"拒绝理由：{text}" for text in said[:3]), ""]


# ---- two writers


def crash(runs: int) -> dict[str, int]:
    spec = importlib.util.spec_from_file_location("kill_pool_writers", EXAMPLES / "kill_pool_writers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(runs, seed=1)


@pytest.mark.slow
def test_two_writers_killed_at_random_lose_and_double_nothing():
    counts = crash(50)
    assert counts["killed_at_work"] >= 150
    assert (counts["lost"], counts["doubled"], counts["broken"]) == (0, 0, 0)


def test_an_edited_sheet_of_the_book_is_read_without_a_question(pool):
    pd.DataFrame({"企业名称": ["虚构甲机械有限公司"], "注册资本（元）": [300], "职工总数": [20]}).to_csv(
        "表.csv", index=False
    )
    assert pool("create", "库.db", "--on", "2026-01-05", "--person", "王")[0] == 0
    assert pool("import", "库.db", "表.csv", "--on", "2026-01-06", "--person", "王")[0] == 0
    assert pool("sheet", "库.db", "--on", "2026-01-06", "-o", "改.csv")[0] == 0
    sheet = pd.read_csv("改.csv", encoding="utf-8-sig")
    assert VERSION in sheet
    sheet.assign(职工总数=25).to_csv("改.csv", index=False)
    told = pool("import", "库.db", "改.csv", "--on", "2026-02-06", "--person", "李")
    assert told == (0, "读入 1 家：新增 0 家，改动 1 家，共写入 1 格，冲突 0 处")


def facts(book: Book) -> dict[str, object]:
    return book.firms(JUN).set_index("enterprise_id").loc["S", :].to_dict()


def test_nobody_writes_without_a_name(book):
    for write in (
        lambda: book.put(firms(enterprise_id=["S"]), on=JAN, person=" "),
        lambda: book.set_rules(on=JAN, person=""),
        lambda: book.snapshot(on=JAN, person=None),
    ):
        with pytest.raises(PoolError, match="没有写明经办人"):
            write()
    assert book.states(JUN).empty


def test_numbers_of_any_kind_are_one_and_a_text_in_their_place_is_told(book):
    def put(value):
        return book.put(pd.DataFrame({"enterprise_id": ["S"], "sales_y3": [value]}), on=JAN, person="王")

    assert put(48_000_000).cells == 1
    assert put(Decimal(48_000_000)).cells == put(48_000_000.0).cells == put(Decimal("NaN")).cells == 0
    assert put(Decimal("48000000.5")).leaps.empty
    assert facts(book)["sales_y3"] == 48_000_000.5
    told = put("约5000万").leaps
    assert told[["enterprise_id", "column", "yours", "theirs"]].values.tolist() == [
        ["S", "sales_y3", "约5000万", 48_000_000.5]
    ]
    assert put("约6000万").leaps.empty  # a text in place of a text


def test_ids_of_any_kind_are_one_and_none_is_refused(book):
    for firm in (8, 8.0, "8"):
        book.put(pd.DataFrame({"enterprise_id": [firm], "rd_staff": [3]}), on=JAN, person="王")
    assert book.states(JUN)["enterprise_id"].tolist() == ["8"]
    assert book.enter([8.0], on=JAN, person="王", reason="推荐")["enterprise_id"].tolist() == ["8"]
    assert book.leave([8], on=MAR, person="王", reason="其他") == ["8"]
    for ids in ([None], ["A", "A"]):
        with pytest.raises(TableError, match="编号"):
            book.put(pd.DataFrame({"enterprise_id": ids, "rd_staff": 3}), on=JAN, person="王")


def test_a_closed_book_says_so(book):
    book.close()
    for use in (lambda: book.states(JUN), lambda: book.put(firms(enterprise_id=["S"]), on=JAN, person="王")):
        with pytest.raises(PoolError, match=r"已经关闭；请重新打开后再用$"):
            use()


def table(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize("again", ["100", "100.0", 100.0, Decimal("100.00"), " 100 "])
def test_a_number_and_the_text_that_writes_it_are_one_fact(book, again):
    book.put(table(enterprise_id=["A"], employees_total=[100]), on="2026-01-06", person="王岚")
    done = book.put(table(enterprise_id=["A"], employees_total=[again]), on="2026-01-07", person="王岚")
    assert (done.cells, len(done.leaps)) == (0, 0)
    sheet = book.sheet(on="2026-01-07").astype(object)
    sheet["employees_total"] = "100"
    assert book.put(sheet, on="2026-01-08", person="李进").cells == 0
    text = book.put(table(enterprise_id=["B"], employees_total=["100"]), on="2026-01-06", person="王岚")
    assert text.cells == 1
    assert book.put(table(enterprise_id=["B"], employees_total=[100]), on="2026-01-07", person="王岚").cells == 0


@pytest.mark.parametrize(("before", "after"), [("007", 7), (100, "101"), (100, "百人"), (1, "是"), ("1e2", 100)])
def test_what_is_written_otherwise_is_another_fact(book, before, after):
    book.put(table(enterprise_id=["A"], note=[before]), on="2026-01-06", person="王岚")
    assert book.put(table(enterprise_id=["A"], note=[after]), on="2026-01-07", person="王岚").cells == 1


@pytest.mark.parametrize("number", [float("inf"), float("-inf")])
def test_a_number_without_an_end_is_refused_and_nothing_written(book, number):
    with pytest.raises(TableError, match=r"^1 格不是有限的数：B，rd_staff；没有写入任何内容"):
        book.put(table(enterprise_id=["A", "B"], rd_staff=[12.0, number]), on="2026-01-06", person="王岚")
    assert book.firms("2026-01-06").empty
    assert book.put(table(enterprise_id=["A"], rd_staff=[float("nan")]), on="2026-01-06", person="王岚").new == 1


@pytest.mark.parametrize(
    ("after", "leaps"), [("101", 0), ("99.5", 0), ("120000", 1), ("百余人", 1), (120000, 1), (101, 0)]
)
def test_a_number_that_is_written_as_a_text_leaps_as_a_number_does(book, after, leaps):
    book.put(table(enterprise_id=["A"], employees_total=[100]), on="2026-01-06", person="王岚")
    done = book.put(table(enterprise_id=["A"], employees_total=[after]), on="2026-01-07", person="王岚")
    assert (done.cells, len(done.leaps)) == (1, leaps)


YEARS = ("sales_y1", "sales_y2", "sales_y3", "hightech_income_last_year", "rd_domestic_3y", "employees_total")


def figures(book, on):
    """The figures of `YEARS` of the one firm of a book; None where it has none."""
    row = book.firms(on).iloc[0]
    return [None if name not in row or pd.isna(row[name]) else row[name] for name in YEARS]


def written(tmp_path):
    """A book with one firm whose figures of 2023 to 2025 were written in March 2026."""
    book = Book.create(tmp_path / "p.db", on="2026-01-05", person="王")
    row = dict(zip(YEARS, (21, 26, 33, 25, 50, 86), strict=True))
    book.put(pd.DataFrame({"enterprise_id": ["A"], **{name: [value] for name, value in row.items()}}), **IN_MARCH)
    return book


IN_MARCH = {"on": "2026-03-01", "person": "王"}


def test_last_years_figures_are_those_of_the_year_before_in_the_next_year(tmp_path):
    book = written(tmp_path)
    assert figures(book, "2026-03-01") == [21, 26, 33, 25, 50, 86]
    # neighbours: the same year, also its last day, changes nothing; what is of no year stays in any year
    assert figures(book, "2026-12-31") == [21, 26, 33, 25, 50, 86]
    assert figures(book, "2027-01-01") == [26, 33, None, None, None, 86]
    assert figures(book, "2028-06-30") == [33, None, None, None, None, 86]
    assert figures(book, "2029-06-30") == [None, None, None, None, None, 86]


def test_new_figures_of_last_year_do_not_overwrite_those_of_the_year_before(tmp_path):
    book = written(tmp_path)
    book.put(pd.DataFrame({"enterprise_id": ["A"], "sales_y3": [40]}), on="2027-03-01", person="李")
    assert figures(book, "2027-06-30")[:3] == [26, 33, 40]
    assert figures(book, "2026-06-30")[:3] == [21, 26, 33]  # and the past is what it was
    # a neighbour: the same figure as last year's is new, since it is of another year
    book.put(pd.DataFrame({"enterprise_id": ["A"], "sales_y3": [40]}), on="2028-03-01", person="李")
    assert figures(book, "2028-06-30")[:3] == [33, 40, 40]
    # and a correction within a year is one, written in the field of its year
    book.put(pd.DataFrame({"enterprise_id": ["A"], "sales_y2": [41]}), on="2028-04-01", person="李")
    assert figures(book, "2028-06-30")[:3] == [33, 41, 40]


def test_a_sheet_of_last_year_that_comes_back_unchanged_writes_nothing(tmp_path):
    book = written(tmp_path)
    sheet = book.sheet(on="2026-12-20")
    assert book.put(sheet, on="2027-01-10", person="李").cells == 0
    edited = sheet.assign(employees_total=90)  # a neighbour: what was edited is written
    assert book.put(edited, on="2027-01-10", person="李").cells == 1
    assert figures(book, "2027-01-10") == [26, 33, None, None, None, 90]


def test_facts_under_headers_that_nobody_read_are_told(tmp_path, caplog):
    def told(table):
        caplog.clear()
        with Book.create(tmp_path / f"{len(list(tmp_path.iterdir()))}.db", on="2026-11-01", person="王岚") as book:
            book.put(table.assign(enterprise_id="Q1"), on="2026-11-02", person="王岚")
        return [record.getMessage() for record in caplog.records]

    raw = pd.DataFrame({"企业名称": ["甲公司"], "职工总数": ["120人"]})
    [said] = told(raw)
    assert "“企业名称”应是 name、“职工总数”应是 employees_total" in said
    assert told(pd.DataFrame({"name": ["甲公司"], "employees_total": [120.0]})) == []
    assert told(pd.DataFrame({"name": ["甲公司"], "employees_total": [120.0], "职工总数": ["120人"]})) == []  # carried
    assert told(pd.DataFrame({"name": ["甲公司"], "备注": ["重点"]})) == []
    assert told(read_firms(raw, "hte", on="2026-11-02").rows[["name", "employees_total"]]) == []


def test_one_text_is_no_list_of_firms(book):
    book.put(firms(enterprise_id=["1", "2"], name=["甲公司", "乙公司"]), on=JAN, person="王")
    for write in (book.enter, book.leave):
        with pytest.raises(ArgumentTypeError, match="not one str"):
            write("12", on=JAN, person="王", reason="期满")
    assert book.states(JAN)["state"].tolist() == ["candidate", "candidate"]
