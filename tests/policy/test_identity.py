"""Who a firm is in the tables that people keep, and whether it still exists."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from matcher.policy.answers.advice import ask_first
from matcher.policy.firms.identity import has_ended
from matcher.policy.firms.linkage import find_firm, is_like_name, link, right_codes, says_nothing, uscc_fault
from matcher.policy.firms.table import read_firms
from matcher.policy.registers.firm_years import add_years
from matcher.policy.registers.joining import add_registers

CODE, OTHER = "91371300MA3C000005", "91350100M000100Y43"


def read(**columns: list[object]) -> tuple[list[str], pd.DataFrame, list[str]]:
    rows, problems = read_firms(pd.DataFrame({**columns, "职工总数": 10}), "tech-sme")
    return rows["enterprise_id"].tolist(), rows, problems["problem"].tolist()


def test_a_firm_is_its_id_else_its_code_else_its_name_else_its_row() -> None:
    ids, rows, problems = read(
        企业编号=["QY1", "-", "无", "/", ""],
        企业名称=["虚构甲公司", "虚构乙公司", "虚构 丙(集团)公司", "虚构丁公司", ""],
        统一社会信用代码=[OTHER, f" {CODE[:8].lower()}-{CODE[8:].lower()}", "待办理", "000000000000000000", ""],
    )
    assert ids == ["QY1", CODE, "虚构丙（集团）公司", "虚构丁公司", "企业-00006"]
    assert problems[:3] == [
        "全是 0，不是代码",
        "2 行没有企业编号和正确的统一社会信用代码，已按企业名称识别",
        "没有企业编号、信用代码和企业名称，已按行号编为“企业-00006”",
    ]
    assert rows["uscc"].tolist()[2] == ""


@pytest.mark.parametrize("names", [("统一社会信用代码", "纳税人识别号"), ("纳税人识别号", "统一社会信用代码")])
def test_a_column_of_tax_numbers_gives_codes_only_where_that_of_codes_has_none(names: tuple[str, str]) -> None:
    cells = {"统一社会信用代码": [CODE, CODE, "", ""], "纳税人识别号": [OTHER, "-", OTHER, "371302MA3C16X"]}
    firms = ["虚构甲公司", "虚构乙公司", "虚构丙公司", "虚构丁公司"]
    ids, rows, problems = read(企业名称=firms, **{name: cells[name] for name in names})
    assert ids == [CODE, CODE, OTHER, "虚构丁公司"]
    assert rows["纳税人识别号"].tolist() == cells["纳税人识别号"]
    assert f"和“统一社会信用代码”（{CODE}）不同，没有采用" in problems
    assert "1 行是空的，取了“纳税人识别号”里的 18 位代码" in problems


@pytest.mark.parametrize("header", ["序号", "No.", "行号"])
def test_a_number_of_the_row_is_carried_and_never_an_id(header: str) -> None:
    ids, rows, problems = read(**{header: [1, 2, 1], "企业名称": ["虚构甲公司", "虚构乙公司", "虚构丙公司"]})
    assert ids == ["虚构甲公司", "虚构乙公司", "虚构丙公司"]
    assert rows["serial"].tolist() == ["1", "2", "1"]
    assert problems == ["3 行没有企业编号和正确的统一社会信用代码，已按企业名称识别"]


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (["1", "2", "3"], ["虚构甲公司", "虚构乙公司", "虚构丙公司"]),
        (["1", "2", "1"], ["虚构甲公司", "虚构乙公司", "虚构丙公司"]),
        (["2", "5", "9"], ["虚构甲公司", "虚构乙公司", "虚构丙公司"]),
        (["QY1", "QY2", "QY3"], ["QY1", "QY2", "QY3"]),
        (["2026001", "2026002", "2026003"], ["2026001", "2026002", "2026003"]),
    ],
)
def test_a_general_header_is_an_id_unless_it_counts(cells: list[str], ids: list[str]) -> None:
    names = ["虚构甲公司", "虚构乙公司", "虚构丙公司"]
    found, rows, problems = read(编号=cells, 企业名称=names)
    assert found == ids
    assert ("serial" in rows) == (ids == names) == ("只是给行编号，没有当作企业编号" in problems)


def test_an_id_column_stays_whatever_it_holds_and_so_does_what_the_caller_calls_one() -> None:
    assert read(企业编号=["1", "2"], 企业名称=["虚构甲公司", "虚构乙公司"])[::2] == (["1", "2"], [])
    table = pd.DataFrame({"编号": ["1", "2"], "企业名称": ["虚构甲公司", "虚构乙公司"], "职工总数": 1})
    reading = read_firms(table, "tech-sme", columns={"编号": "企业编号"})
    assert (reading.rows["enterprise_id"].tolist(), len(reading.problems)) == (["1", "2"], 0)


def test_one_code_under_two_names_and_one_name_with_and_without_a_code_are_told() -> None:
    ids, _, problems = read(企业名称=["虚构甲公司", "虚构乙公司", "虚构甲公司"], 统一社会信用代码=[CODE, CODE, ""])
    assert ids == [CODE, CODE, "虚构甲公司"]
    assert f"和“{CODE}”同名，可能是同一家企业" in problems
    assert "同一统一社会信用代码、同一申请日期有不止一行，名称却不同：虚构甲公司、虚构乙公司" in problems


def test_a_code_that_begins_with_91_answers_whether_a_firm_is_resident() -> None:
    _, rows, problems = read(
        企业名称=["虚构甲有限公司", "虚构乙合作社", "虚构丙（有限合伙）", "虚构丁有限公司"],
        统一社会信用代码=[CODE, "93371300MA3C00000X", "", ""],
        居民企业=["", "", "", "否"],
    )
    assert [None if pd.isna(cell) else bool(cell) for cell in rows["resident"]] == [True, None, None, False]
    assert problems[-1].startswith("1 家没有填写，因统一社会信用代码以 91 开头")
    assert "resident" not in ask_first(rows[:1], "tech-sme", on="2026-06-01")["column"].tolist()


@pytest.mark.parametrize("header", ["经营状态", "主体状态"])
def test_the_state_of_a_firm_goes_by_several_headers(header: str) -> None:
    _, rows, _ = read(单位详细名称=["虚构甲公司"], **{header: ["吊销未注销"]})
    assert rows[["name", "status"]].to_numpy().tolist() == [["虚构甲公司", "吊销未注销"]]


def test_firms_that_are_no_more() -> None:
    gone = ["注销", "吊销", "吊销，未注销", "已注销", "迁出", "停业", "清算中", "撤销", "依法责令关闭", "歇业"]
    alive = ["存续", "在业", "开业", "正常", "存续（在营、开业、在册）", "未注销", "在营", "迁入"]
    assert has_ended(gone).all()
    assert not has_ended([*alive, "", None]).any()


def test_what_is_no_code_joins_nobody_and_a_right_code_only_under_a_like_name() -> None:
    assert all(map(says_nothing, ["-", "/", "无", "——", "0000", "待办理", " "]))
    assert not any(map(says_nothing, ["QY1", "10", CODE]))
    assert uscc_fault("0" * 18) == "全是 0，不是代码"
    assert right_codes(pd.Series(["0" * 18, "1" * 18, CODE.lower(), None, "-"])).tolist() == ["", "", CODE, "", ""]
    firms = pd.DataFrame(
        {"enterprise_id": ["A", "B"], "name": ["虚构甲有限公司", "虚构乙有限公司"], "uscc": [CODE, ""]}
    )
    records = pd.DataFrame({"name": ["虚构乙有限公司", "虚构甲公司", "", "虚构乙有限公司"], "uscc": [CODE] * 3 + ["-"]})
    assert link(records, firms).links[["enterprise_id", "how", "joined"]].values.tolist() == [
        ["A", "统一社会信用代码是“虚构甲有限公司”的，名称不同，待确认", False],
        ["A", "统一社会信用代码", True],
        ["A", "统一社会信用代码", True],
        ["B", "名称相同，待确认", False],
    ]
    assert link(records, firms, accepted={0: "A"}).rows["enterprise_id"].tolist() == ["A", "A", "A", ""]


@pytest.mark.parametrize(
    ("one", "other", "former", "same"),
    [
        ("虚构甲有限公司", "虚构甲有限责任公司", "", True),
        ("临沂虚构甲公司", "临沂市虚构甲有限公司", "", True),
        ("虚构甲（集团）有限公司", "虚构甲(集团) 有限公司", "", True),
        ("虚构甲有限公司", "虚构乙有限公司", "", False),
        ("虚构一号机械有限公司", "虚构二号机械有限公司", "", False),
        ("虚构旧名厂", "虚构甲有限公司", "虚构旧名厂；虚构更旧厂", True),
    ],
)
def test_names_that_can_be_one_firm_s(one: str, other: str, former: str, same: bool) -> None:
    assert is_like_name(one, other, former) is same


def test_a_firm_is_found_by_id_code_or_name() -> None:
    firms = pd.DataFrame(
        {
            "enterprise_id": ["A", "B", "C"],
            "name": ["虚构甲有限公司", "虚构乙公司", "虚构乙公司"],
            "uscc": [CODE, "", ""],
        }
    )
    assert [find_firm(firms, text) for text in ("B", CODE.lower(), "虚构甲公司", "虚构乙公司", "丁", "")] == [
        "B", "A", "A", "", "", "",
    ]  # fmt: skip


def test_detail_tables_join_firms_whose_id_is_a_code_or_a_name(tmp_path: Path) -> None:
    firms = read(企业名称=["虚构甲公司", "虚构乙公司"], 统一社会信用代码=[CODE, "-"])[1]
    years = pd.DataFrame({"编号": [1, 2], "统一社会信用代码": [CODE] * 2, "年度": [2024, 2025], "销售收入": [100, 120]})
    assert add_years(firms, years, "hte", on="2026-06-01").firms["sales_y3"].tolist()[0] == 120
    rights = pd.DataFrame({"企业名称": ["虚构乙公司"], "类别": ["发明专利"], "授权日期": ["2020-01-01"]})
    proposed = add_registers(firms, {"rights": [rights]}, "hte", on="2026-06-01")
    assert proposed.links["how"].tolist() == ["名称相同，待确认"]
    assert proposed.firms.loc[1, ["class1_ip_min", "class1_ip_max"]].tolist() == [0, 1]
    accepted = {"rights": {0: "虚构乙公司"}}
    joined = add_registers(firms, {"rights": [rights]}, "hte", on="2026-06-01", accepted=accepted).firms
    assert joined["class1_ip"].tolist()[1] == 1


def test_rows_of_the_very_name_of_one_firm_are_confirmed_together():
    firms = pd.DataFrame({"enterprise_id": ["A", "B", "C"], "name": ["虚构甲公司", "虚构乙公司", "虚构乙公司"]})
    names = ["虚构甲公司", "虚构甲有限公司", "虚构乙公司", "虚构甲公司"]
    records = pd.DataFrame({"name": names, "uscc": ["", "", "", "91310000XXXXXXXXX1"]})
    assert link(records, firms).rows["enterprise_id"].tolist() == [""] * 4
    found = link(records, firms, same_name=True)
    assert found.rows["enterprise_id"].tolist() == ["A", "", "", ""]
    assert found.links["how"].iloc[0] == "名称相同，使用者确认"
    rights = pd.DataFrame(
        {"企业名称": ["虚构甲公司"], "类别": ["发明专利"], "取得方式": ["自主研发"], "授权日期": ["2023-05-01"]}
    )
    given = {"rights": [rights.assign(知识产权名称="一种泵")]}
    for same_name, counts in ((False, [0, 1]), (True, [1, 1])):
        table = add_registers(firms, given, "hte", on="2026-06-01", same_name=same_name).firms
        bounds = table.reindex(columns=["class1_ip", "class1_ip_min", "class1_ip_max"]).iloc[0]
        low, high = bounds.fillna({"class1_ip_min": bounds["class1_ip"], "class1_ip_max": bounds["class1_ip"]})[1:]
        assert [low, high] == counts


def test_a_table_without_ids_is_asked_for_those_of_its_firms():
    read = read_firms(pd.DataFrame({"上年度销售收入（万元）": [1200]}), "tech-sme")
    told = read.problems.loc[0, ["column", "problem", "action"]].tolist()
    assert told[1:] == ["没有“企业编号”这一列，已按行号编号", "行号变了编号就会变，请加上“企业编号”"]
    assert told[0] == "企业编号"
