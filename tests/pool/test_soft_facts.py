"""Facts of the pool's book that are known within bounds only: one fact each, which later values replace."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import shipped
from matcher.pool.book.book import Book
from matcher.pool.book.diff import moves
from matcher.pool.discovery import estimation

CODE = "91371300MA3C000005"
HEAD = "企业名称,统一社会信用代码,上年度销售收入（万元）,职工总数,注册成立日期\n"
LATER = "企业名称,统一社会信用代码,上年度销售收入（万元）,职工总数\n"


@pytest.fixture
def book(pool, tmp_path):
    (tmp_path / "一.csv").write_text(
        f"{HEAD}虚构甲有限公司,{CODE},约4800,60余人,2015年3月\n虚构乙有限公司,,1200,30,2012-05-06\n", "utf-8"
    )
    pool("create", "库.db", "--on", "2026-01-01", "--person", "王")
    pool("import", "库.db", "一.csv", "--on", "2026-01-05", "--person", "王")
    return tmp_path / "库.db"


def bring(pool, tmp_path, text, day):
    (tmp_path / "后.csv").write_text(LATER + text, "utf-8")
    status, out = pool("import", "库.db", "后.csv", "--on", day, "--person", "李")
    assert status == 0
    return out.splitlines()[-1]


def firm(path, day, name=CODE):
    with Book.open(path) as book:
        row = book.firms(day).set_index("enterprise_id").loc[name]
    return {name: value for name, value in row.items() if not pd.isna(value)}


def test_a_soft_fact_is_kept_with_its_bounds_and_its_text(book):
    row = firm(book, "2026-01-06")
    assert "sales_y3" not in row
    assert (row["sales_y3_min"], row["sales_y3_max"], row["sales_y3_text"]) == (43_200_000, 52_800_000, "约4800万元")
    assert (row["registered_on_min"], row["registered_on_max"]) == ("2015-03-01", "2015-03-31")
    other = firm(book, "2026-01-06", "虚构乙有限公司")
    assert (other["sales_y3"], other["employees_total"]) == (12_000_000, 30)
    assert not [name for name in other if name.endswith(("_min", "_max", "_text"))]


def test_the_same_list_again_says_nothing_new(pool, book):
    status, out = pool("import", "库.db", "一.csv", "--on", "2026-02-01", "--person", "李")
    assert (status, out.splitlines()[-1]) == (0, "读入 2 家：新增 0 家，改动 0 家，共写入 0 格，冲突 0 处")


def test_an_exact_figure_replaces_the_bounds(pool, book, tmp_path):
    bring(pool, tmp_path, f"虚构甲有限公司,{CODE},4823,\n", "2026-02-01")
    row = firm(book, "2026-02-02")
    assert row["sales_y3"] == 48_230_000
    assert not [name for name in row if name.startswith("sales_y3_")]
    assert row["employees_total_text"] == "60余人"
    assert firm(book, "2026-01-31")["sales_y3_text"] == "约4800万元"


def test_bounds_around_a_known_figure_say_nothing_and_others_replace_it(pool, book, tmp_path):
    assert "改动 0 家" in bring(pool, tmp_path, "虚构乙有限公司,,约1200,30以上\n", "2026-02-01")
    assert firm(book, "2026-02-02", "虚构乙有限公司")["sales_y3"] == 12_000_000
    assert "改动 1 家，共写入 1 格" in bring(pool, tmp_path, "虚构乙有限公司,,约1200,约60\n", "2026-03-01")
    row = firm(book, "2026-03-02", "虚构乙有限公司")
    assert ("employees_total" in row, row["employees_total_text"]) == (False, "约60")


def test_the_sheet_shows_what_was_written_and_comes_back_unchanged(pool, book, tmp_path):
    pool("sheet", "库.db", "--on", "2026-01-06", "-o", "表.xlsx")
    work = openpyxl.load_workbook(tmp_path / "表.xlsx")
    head, *rows = work["企业"].iter_rows(values_only=True)
    assert not [title for title in head if "_" in title]
    cells = {row[0]: dict(zip(head, row, strict=True)) for row in rows}[CODE]
    assert (cells["销售收入（上一年）"], cells["职工总数"], cells["注册成立日期"]) == (
        "约4800万元",
        "60余人",
        "2015年3月",
    )
    words = ("import", "库.db", "表.xlsx", "--on", "2026-01-07", "--person", "李")
    assert pool(*words)[1].splitlines()[-1] == "读入 2 家：新增 0 家，改动 0 家，共写入 0 格，冲突 0 处"
    row = next(row for row in work["企业"].iter_rows(min_row=2) if row[0].value == CODE)
    row[head.index("职工总数")].value = None  # emptied: unknown
    row[head.index("销售收入（上一年）")].value = 48_230_000
    work.save(tmp_path / "表.xlsx")
    assert pool(*words)[1].splitlines()[-1] == "读入 2 家：新增 0 家，改动 1 家，共写入 2 格，冲突 0 处"
    row = firm(book, "2026-01-08")
    assert row["sales_y3"] == 48_230_000
    assert not [name for name in row if name.startswith(("sales_y3_", "employees_total"))]


def test_a_conflict_over_a_soft_fact_shows_the_texts(pool, book, tmp_path):
    pool("sheet", "库.db", "--on", "2026-01-06", "-o", "表.xlsx")
    bring(pool, tmp_path, f"虚构甲有限公司,{CODE},约5000,\n", "2026-02-01")
    work = openpyxl.load_workbook(tmp_path / "表.xlsx")
    head = [cell.value for cell in work["企业"][1]]
    row = next(row for row in work["企业"].iter_rows(min_row=2) if row[0].value == CODE)
    row[head.index("销售收入（上一年）")].value = "约6000万元"
    work.save(tmp_path / "表.xlsx")
    status, out = pool("import", "库.db", "表.xlsx", "--on", "2026-02-02", "--person", "赵")
    assert status == 1
    assert (
        "销售收入（上一年）：您看到的是 “约4800万元”，您改为 “约6000万元”；李 于 2026-02-01 已改为 “约5000万元”" in out
    )


def test_a_book_with_soft_facts_is_rebuilt_from_its_export(pool, book, tmp_path):
    pool("snapshot", "库.db", "--on", "2026-01-06", "--person", "王", "-o", "快照.xlsx")
    pool("export", "库.db", "导出", "--show-contacts")
    assert pool("replay", "导出", "-o", "再.db")[0] == 0
    assert pool("replay", "再.db")[1].splitlines()[-1] == "1 个快照，0 家与重算不一致"
    assert firm(tmp_path / "再.db", "2026-01-06") == firm(book, "2026-01-06")


def test_who_moved_because_of_a_soft_fact_is_told_with_its_text(tmp_path):
    good = read_yaml(shipped()["hte"] / "cases.yaml")["bases"]["good"]
    entry = {"enterprise_id": ["A"], "name": ["虚构甲有限公司"], **{name: [value] for name, value in good.items()}}
    soft = {"rd_staff": [None], "rd_staff_min": [5], "rd_staff_max": [9], "rd_staff_text": ["不足10"]}
    with Book.create(tmp_path / "库.db", on="2026-01-01", person="王") as book:
        book.put(pd.DataFrame({**entry, "rd_staff": [12]}), on="2026-01-02", person="王")
        book.snapshot(on="2026-01-03", person="王")
        book.put(pd.DataFrame({**entry, **soft}), on="2026-02-01", person="李", source="电话")
        book.snapshot(on="2026-02-02", person="李")
        moved = moves(book, "2026-01-03", "2026-02-02")
    assert moved["cause"].tolist() == ["fact"]
    assert moved["detail"][0].startswith("科技人员数 12 → 不足10（2026-02-01，李，电话）；")


def test_discovery_draws_within_the_bounds(monkeypatch):
    firms = pd.DataFrame(
        {
            "enterprise_id": ["A", "B", "C"],
            "employees_total": [None, None, 100],
            "employees_total_min": [900.0, None, None],
            "employees_total_max": [1100.0, None, None],
            "rd_staff": [97, 98, 99],
        }
    )
    drawn = {97: [], 98: [], 99: []}
    real = estimation.judged_chance

    def looked_at(policy, ruleset, facts, *more, **options):
        for firm, figure in zip(facts["rd_staff"].lo, facts["employees_total"].lo, strict=True):  # in any order
            drawn[int(firm)].append(figure)
        return real(policy, ruleset, facts, *more, **options)

    monkeypatch.setattr(estimation, "judged_chance", looked_at)
    estimation.discover(firms, "hte", on="2026-11-24")
    first, second, third = drawn.values()
    assert all(900 <= figure <= 1100 for figure in first)
    assert not all(900 <= figure <= 1100 for figure in second)
    assert set(third) == {100}
