"""Firm tables in, result tables out: headers, units, definitions, sheets to join, and the commands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.policy.firms.linkage import core_name, link, plain_name, uscc_fault
from matcher.policy.firms.table import read_firms
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped
from matcher.policy.registers.firm_years import add_years
from matcher.policy.registers.joining import add_registers
from matcher.policy.scoring import SUMMARY, VERDICTS, score
from matcher.policy.streaming import score_parquet
from matcher.tables.files.sheets import Book, Grid

ON = dt.date(2026, 6, 1)
CODE = "91371300MA3C000005"


def base(policy: str, **changes: Any) -> dict[str, Any]:
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    return {"enterprise_id": "a", **facts, **changes}


def test_chinese_headers_units_and_words_are_read(tmp_path: Path) -> None:
    table = tmp_path / "企业.csv"
    table.write_text(
        "企业编号,居民企业,职工总数,科技人员数,前三年销售收入（万元）,前二年销售收入（万元）,上一年销售收入（万元）,"
        "前三年研发费用（万元）,前二年研发费用（万元）,上一年研发费用（万元）,会计年度数\n"
        "甲,是,100,10,4000,4500,5000,200,225,250,3\n"
        "乙,否,100,9.9,4000,4500,5000,200,225,249.9999,3\n",
        encoding="utf-8-sig",
    )
    hte = load_policy("hte")
    rows = read_firms(table, [hte]).rows
    assert rows["sales_y3"].tolist() == [50_000_000, 50_000_000]
    assert rows["rd_expense_y3"].tolist() == [2_500_000, 2_499_999]
    verdicts = score(rows, hte, on=ON).verdicts
    picked = verdicts[verdicts["rule"].isin(["resident", "staff", "rd_ratio"])]
    assert picked["passed"].tolist() == ["pass", "pass", "pass", "fail", "fail", "fail"]


def test_result_tables_have_the_columns_of_the_contract() -> None:
    scored = score(pd.DataFrame([base("hte")]), ["hte", "hte-rd-expense"], on=ON)
    assert list(scored.summary.columns) == list(SUMMARY)
    assert list(scored.verdicts.columns) == list(VERDICTS)
    assert scored.summary["decision"].astype(object).where(scored.summary["decision"].notna(), None).tolist() == [
        "passes",
        None,
    ]
    assert set(scored.verdicts["kind"]) == {"condition", "points", "amount"}
    points = scored.verdicts[scored.verdicts["kind"] == "points"]
    assert points["passed"].isna().all()
    empty = score(pd.DataFrame({"enterprise_id": []}), "hte", on=ON)
    assert (len(empty.summary), len(empty.verdicts)) == (0, 0)


def test_a_column_with_two_definitions_serves_both_and_is_told() -> None:
    firms = pd.DataFrame([{**base("hte"), **base("tech-sme"), "rd_staff": 20, "employees_total": 100}])
    scored = score(firms, ["hte", "tech-sme"], on=ON)
    staff = scored.verdicts[scored.verdicts["rule"] == "staff"].set_index("policy")
    assert staff.loc["hte", "passed"] == "pass"
    assert (staff.loc["tech-sme", "points_low"], staff.loc["tech-sme", "points_high"]) == (12.0, 12.0)
    shared = scored.problems[scored.problems["level"] == "definition"]
    assert shared["policy"].unique().tolist() == ["tech-sme"]
    assert shared["column"].tolist() == ["职工总数", "科技人员数", "Ⅰ类知识产权数", "Ⅱ类知识产权数"]
    special = firms.assign(**{"tech-sme.rd_staff": 30, "tech-sme.employees_total": 100})
    staff = score(special, ["hte", "tech-sme"], on=ON).verdicts
    staff = staff[(staff["rule"] == "staff") & (staff["policy"] == "tech-sme")]
    assert staff["points_low"].tolist() == [20.0]
    blank = firms.assign(**{"tech-sme.rd_staff": None, "tech-sme.employees_total": 100})
    staff = score(blank, ["hte", "tech-sme"], on=ON).verdicts
    staff = staff[(staff["rule"] == "staff") & (staff["policy"] == "tech-sme")]
    assert staff["points_high"].tolist() == [20.0]  # a column of its own, left empty, is unknown
    alone = score(firms, "tech-sme", on=ON)
    assert alone.problems.empty


@pytest.mark.parametrize(
    ("rd", "decision", "points"),
    [(4_000_000, "passes", (66, 66)), (2_450_000, "unknown", (56, 66)), (2_300_000, "fails", (56, 56))],
)
def test_a_shared_figure_is_widened_only_where_the_decision_hangs_on_it(rd, decision, points) -> None:
    """R&D by 195号 of 6.1 % of sales may be 5.4 % by 119号: 40 points in place of 50, and no longer 60 in all."""
    firm = {**base("hte"), **base("tech-sme"), "employees_total": 100, "rd_staff": 27, "class1_ip": 0, "class2_ip": 0}
    firm |= {"sales_last_year": 40_000_000, "sales_y3": 40_000_000, "cost_expense": 90_000_000, "rd_expense_y3": rd}
    firms = pd.DataFrame([firm]).drop(columns=["rd_expense_last_year"])
    summary = score(firms, ["hte", "tech-sme"], on=ON).summary.set_index("policy")
    assert summary.loc["tech-sme", ["decision", "total_low", "total_high"]].tolist() == [decision, *points]


def test_the_last_year_has_two_names() -> None:
    firms = pd.DataFrame([{**base("hte"), **base("tech-sme")}]).drop(columns=["sales_last_year"])
    both = score(firms, ["hte", "tech-sme"], on=ON)
    sales = both.verdicts[(both.verdicts["policy"] == "tech-sme") & (both.verdicts["rule"] == "sales")]
    assert sales["value"].tolist() == firms["sales_y3"].tolist()
    other = pd.DataFrame([{**base("hte"), **base("tech-sme")}]).drop(columns=["rd_expense_y3"])
    both = score(other, ["hte", "tech-sme"], on=ON)
    assert "研究开发费用（上一年）" in both.problems["column"].tolist()


def test_the_special_column_wins_cell_by_cell() -> None:
    firms = pd.DataFrame([base("tech-sme"), base("tech-sme", enterprise_id="b")])
    firms["tech-sme.rd_staff"] = [10, None]
    points = score(firms, "tech-sme", on=ON).verdicts
    assert points[points["rule"] == "staff"]["points_low"].tolist() == [4.0, 20.0]


def test_impossible_cells_stay_unknown_and_are_reported_and_unusual_ones_are_kept() -> None:
    firms = pd.DataFrame(
        [
            base("tech-sme", sales_last_year=-5),
            base("tech-sme", enterprise_id="b", rd_staff=120),
            base("tech-sme", enterprise_id="c", sales_last_year=1000),
            base("tech-sme", enterprise_id="d", resident="也许", class1_ip=1.5),
        ]
    )
    scored = score(firms, "tech-sme", on=ON)
    problems = [(row.enterprise_id, row.column, row.level) for row in scored.problems.itertuples()]
    assert sorted(problems) == [
        ("a", "上年度销售收入", "impossible"),
        ("b", "科技人员数", "impossible"),
        ("c", "上年度研发费用", "unusual"),
        ("d", "Ⅰ类知识产权数", "impossible"),
        ("d", "中国境内（不含港澳台）注册的居民企业", "unreadable"),
    ]
    assert scored.summary["decision"].tolist() == ["unknown", "passes", "passes", "unknown"]


def test_the_row_s_own_day_chooses_edition_and_age() -> None:
    firms = pd.DataFrame([base("srdi", apply_on="2026-03-31"), base("srdi", enterprise_id="b")])
    summary = score(firms, "srdi", on="2026-05-01").summary
    assert summary["edition"].tolist() == ["2022-63", "2026-2"]
    assert summary["on"].astype(str).tolist() == ["2026-03-31", "2026-05-01"]


def test_parquet_in_pieces_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for number in range(50):
        row = base(
            "hte",
            enterprise_id=f"F{number:03d}",
            rd_staff=float(rng.integers(0, 30)),
            class1_ip=int(rng.integers(0, 2)),
        )
        row["registered_on"] = pd.Timestamp(row["registered_on"])
        row["conversions_3y"] = float(rng.integers(0, 20)) if number % 3 else None
        rows.append({k: (v == "yes" if v in ("yes", "no") else v) for k, v in row.items()})
    firms = pd.DataFrame(rows)
    firms.to_parquet(tmp_path / "firms.parquet")
    monkeypatch.setattr("matcher.policy.streaming.CHUNK", 16)
    hte = load_policy("hte")
    counted, problems = score_parquet(
        tmp_path / "firms.parquet", [hte], on=ON, summary=tmp_path / "s.parquet", verdicts=tmp_path / "v.parquet"
    )
    whole = score(firms, hte, on=ON)
    assert counted == ({"firms": 50, "summary": 50, "verdicts": len(whole.verdicts)})
    assert problems.empty
    for name, frame in (("s", whole.summary), ("v", whole.verdicts)):
        written = pd.read_parquet(tmp_path / f"{name}.parquet")
        for column in frame.columns:
            one, two = (side[column].astype(str).str[:10].tolist() for side in (written, frame))
            assert one == two, column


def test_a_firm_may_stand_in_several_rows_one_an_application(tmp_path: Path) -> None:
    table = tmp_path / "firms.csv"
    table.write_text(
        "enterprise_id,apply_on,resident\nx,2025-01-01,1\nx,2026-01-01,0\n,,1\nx,2026-01-01,\n", encoding="utf-8"
    )
    reading = read_firms(table, [load_policy("tech-sme")])
    assert reading.rows["enterprise_id"].tolist() == ["x", "x", "企业-00004", "x"]
    assert reading.problems["problem"].tolist() == [
        "没有企业编号、信用代码和企业名称，已按行号编为“企业-00004”",
        "同一企业编号、同一申请日期有不止一行",
    ]
    verdicts = score(reading.rows, "tech-sme", on=ON).verdicts
    assert verdicts[verdicts["rule"] == "resident"]["passed"].tolist() == ["pass", "fail", "pass", "unknown"]


def test_codes_are_checked_and_names_only_proposed() -> None:
    assert uscc_fault(CODE) is None
    assert uscc_fault(CODE[:-1] + "0") == "校验位应为 5"
    assert uscc_fault("9137") == "长度应为18位，现为4位"
    assert plain_name("临沂市甲（集团）有限公司") == "临沂市甲"
    assert core_name("山东省临沂市甲乙科技有限公司") == "甲乙科技"
    firms = pd.DataFrame(
        {
            "enterprise_id": ["a", "b"],
            "name": ["临沂市甲科技有限公司", "山东乙机械股份有限公司"],
            "uscc": [CODE, ""],
            "former_names": ["", "乙机械厂"],
        }
    )
    records = pd.DataFrame(
        {
            "name": ["", "甲科技有限公司", "乙机械厂", "丙公司"],
            "uscc": [CODE, CODE[:-1] + "0", "", ""],
        }
    )
    linked = link(records, firms)
    assert linked.rows["enterprise_id"].tolist() == ["a", "", "", ""]
    assert linked.links[["enterprise_id", "how", "joined"]].values.tolist() == [
        ["a", "统一社会信用代码", True],
        ["a", "信用代码校验位应为 5；去掉地名后相同，待确认", False],
        ["b", "曾用名相同，待确认", False],
        ["", "没有找到", False],
    ]
    assert link(records, firms, accepted={2: "b"}).rows["enterprise_id"].tolist() == ["a", "", "b", ""]


def test_years_rights_and_projects_become_columns() -> None:
    firms = pd.DataFrame({"enterprise_id": ["a", "b"], "name": ["甲", "乙"], "uscc": [CODE, ""]})
    years = pd.DataFrame(
        {
            "统一社会信用代码": [CODE] * 4,
            "年度": [2022, 2023, 2024, 2025],
            "销售收入（万元）": [1, 100, 200, 300],
            "净资产（元）": [1, 2, -3, 4],
            "研发费用（元）": [9, 10, 20, 30],
        }
    )
    wide = add_years(firms, years, [load_policy("hte")], on=ON).firms
    assert wide.loc[0, ["sales_y1", "sales_y2", "sales_y3", "net_assets_y2", "rd_expense_y3"]].tolist() == [
        1_000_000, 2_000_000, 3_000_000, -3, 30,
    ]  # fmt: skip
    twice = pd.concat([years, years.assign(**{"净资产（元）": 7})], ignore_index=True)
    added = add_years(firms, twice, [load_policy("hte")], on=ON)
    assert pd.isna(added.firms.loc[0, "net_assets_y3"])
    assert added.problems["problem"].tolist()[0] == "企业 a 同一年度有不同数值"

    rights = pd.DataFrame(
        {
            "统一社会信用代码": [CODE] * 6,
            "类别": ["发明专利", "实用新型", "软件著作权", "商标", "外观设计", "实用新型专利"],
            "获得方式": ["自主研发", "受让", "自主研发", "", "自主研发", "自主研发"],
            "授权日期": ["2020-01-01", "2021-01-01", "2026-06-02", "2021-01-01", "2021-01-01", "2021-01-01"],
            "已使用": ["是", "否", "否", "否", "是", "否"],
            "专利号": ["1", "2", "3", "4", "5", "2"],
        }
    )
    added = add_registers(firms, {"rights": [rights]}, "hte", on=ON)
    assert added.firms.loc[0, ["class1_ip", "class2_ip", "ip_own_rd", "ip_only_acquired"]].tolist() == [
        1,
        1,
        True,
        False,
    ]
    assert pd.isna(added.firms.loc[1, "class1_ip"])
    assert added.warnings["row"].dropna().tolist() == [4, 5, 6, 7]
    assert added.warnings["counted"].tolist()[:3] == ["不计入"] * 3

    projects = pd.DataFrame(
        {
            "统一社会信用代码": [CODE] * 3,
            "年度": [2025, 2025, 2024],
            "人员人工（元）": [400, 100, 80],
            "其他费用（元）": [500, None, 0],
            "委托境外研发（元）": [0, 50, 0],
        }
    )
    wide = add_registers(firms, {"projects": [projects]}, "hte", on=ON).firms
    assert wide.loc[0, ["rd_expense_y2", "rd_expense_y3", "rd_domestic_3y_min"]].tolist() == [80.0, 675.0, 715.0]


def test_the_headers_of_bureaus_are_read_for_two_policies_at_once(tmp_path: Path) -> None:
    table = tmp_path / "企业.csv"
    table.write_text(
        "序号,企业全称,社会统一信用代码,登记状态,从业人数（人）,其中：研发人员数,2023年营业收入（万元）,2024年营业收入（万元）,2025年营业收入（万元）,"
        "去年研发投入（万元）,有效发明专利数,实用新型,软著,总资产（万元）,2025年高品收入（万元）,成立时间,联系人\n"
        f"1,虚构甲公司,{CODE},存续,120,18,3800,4300,4800,280,2,4,2,6000,3000,2015-03-12,甲\n",
        encoding="utf-8",
    )
    reading = read_firms(table, ["hte", "tech-sme"], on=ON)
    row = reading.rows.iloc[0]
    names = ["name", "uscc", "employees_total", "rd_staff", "class1_ip", "class2_ip", "assets_total", "sales_y1"]
    assert row[names].tolist() == ["虚构甲公司", CODE, 120, 18, 2, 6, 60_000_000, 38_000_000]
    names = ["sales_y2", "sales_y3", "sales_last_year", "rd_expense_y3"]
    assert row[names].tolist() == [43_000_000, 48_000_000, 48_000_000, 2_800_000]
    assert row["hightech_income_last_year"] == 30_000_000
    assert row["registered_on"] == pd.Timestamp("2015-03-12")
    account = reading.columns.set_index("header")["use"]
    assert account[account != "已采用"].to_dict() == {"联系人": "原样保留"}


def test_a_figure_without_its_year_is_asked_about_where_a_policy_asks_by_year() -> None:
    table = pd.DataFrame({"企业编号": ["a"], "销售收入（万元）": [1200], "研发费用（元）": [5]})
    asked = read_firms(table, ["hte", "tech-sme"], on=ON)
    assert not {"sales_y3", "sales_last_year", "rd_expense_y3"} & set(asked.rows)
    assert asked.problems["action"].tolist() == [
        '请写明年份，或指定是哪一列，如 columns={"销售收入（万元）": "销售收入（上一年）"}',
        '请写明年份，或指定是哪一列，如 columns={"研发费用（元）": "研究开发费用（上一年）"}',
    ]
    alone = read_firms(table, "tech-sme")
    assert alone.rows[["sales_last_year", "rd_expense_last_year"]].values.tolist() == [[12_000_000, 5]]
    named = read_firms(table, ["hte", "tech-sme"], columns={"销售收入（万元）": "上年度销售收入"})
    assert named.rows[["sales_last_year", "sales_y3"]].values.tolist() == [[12_000_000, 12_000_000]]


def test_years_are_placed_by_today_where_no_day_is_given_and_that_is_told() -> None:
    last = dt.date.today().year - 1
    table = pd.DataFrame({"企业名称": ["虚构甲公司"], f"{last}年销售收入（万元）": [4800], "职工总数": [9]})
    rows, problems = read_firms(table, ["hte", "tech-sme"])
    assert rows[["sales_y3", "sales_last_year"]].values.tolist() == [[48_000_000, 48_000_000]]
    assert problems["problem"].str.contains("没有给判断日期").sum() == 1
    assert not read_firms(table, "hte", on=f"{last + 1}-06-01").problems["problem"].str.contains("判断日期").any()


def test_a_yes_or_no_takes_a_count_and_nothing_between() -> None:
    cells = [0, 1, 2, 7, -1, 0.5, None, "0", "3", "3.0", "2项", "0 项", "十", "1.5", "是", "无"]
    table = pd.DataFrame(
        {"enterprise_id": [str(i) for i in range(len(cells))], "legal_person": pd.Series(cells, dtype=object)}
    )
    wanted = ["fail", "pass", "pass", "pass", "unknown", "unknown", "unknown", "fail", "pass", "pass", "pass", "fail",
              "unknown", "unknown", "pass", "fail"]  # fmt: skip
    for firms in (table, table.head(7).assign(legal_person=table["legal_person"].head(7).astype(float))):
        scored = score(firms, "srdi", on="2026-05-01")
        verdicts = scored.verdicts[scored.verdicts["rule"] == "legal_person"]
        assert verdicts["passed"].astype(str).tolist() == wanted[: len(firms)]
        told = scored.problems.loc[scored.problems["level"] == "unreadable", "enterprise_id"].tolist()
        assert told == [number for number in ("4", "5", "12", "13") if int(number) < len(firms)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"发明": 0, "新型": 3, "软著": 1}, (4, 4)),
        ({"实用新型（件）": 3, "外观（件）": 1, "累计软著（件）": 2}, (6, 6)),
        ({"软著登记证书": 1, "外观专利": 1}, (2, 2)),
        ({"实用新型": 3, "专利-外观": 1}, (3, None)),
        ({"实用新型": 3, "专利（外观）": 0}, (3, 3)),  # nothing is left out
        ({"实用新型": 3, "其他专利": 1}, (3, None)),
        ({"实用新型": 3, "2025年新增软著": 1}, (3, None)),
        ({"软著": 3, "专利数": 4}, (3, None)),
        ({"实用新型": 3, "专利总数": 4, "软著": 1}, (4, 4)),  # a total of what is counted
        ({"软著": 3, "2025年新增软著": 1}, (3, 3)),  # part of a kind that is counted
        ({"实用新型": 3, "外观检测设备": 1, "软件产品收入": 9, "专利申请数": 3, "新型研发机构": 1}, (3, 3)),
    ],
)
def test_a_sum_of_kinds_is_a_lower_bound_while_a_further_kind_is_not_understood(columns, expected) -> None:
    table = pd.DataFrame({"企业名称": ["虚构甲公司"], "职工总数": [9], **{name: [n] for name, n in columns.items()}})
    reading = read_firms(table, "tech-sme", on="2026-06-10")
    row = reading.rows.iloc[0]
    exact = row["class2_ip"]
    low, high = (exact, exact) if pd.notna(exact) else (row["class2_ip_min"], row["class2_ip_max"])
    assert (low, None if pd.isna(high) else high) == expected
    told = reading.problems["problem"].str.contains("没看懂，得出的数只作下限").any()
    assert told or expected[1] is not None


def _figures(folder: Path, title: str, header: str, row: str, policy: str = "hte") -> tuple[dict[str, float], str]:
    """What a sheet of one firm says by field, in 万元, and its problems."""
    file = folder / "firms.csv"
    width = header.split("\n")[0].count(",")
    above = f"{title}{',' * width}\n" if title else ""
    file.write_text(f"{above}{header}\n{row}\n", "utf-8")
    reading = read_firms(file, policy, on="2026-06-10")
    assert reading.rows["name"].tolist() == ["虚构甲公司"]
    names = [name for name in reading.rows if name.startswith(("sales", "rd_expense", "net", "assets", "employees"))]
    return {name: reading.rows[name].iloc[0] for name in names}, "".join(reading.problems["problem"])


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("2025年度企业年报汇总表", ("y3", "y2")),
        ("某市2024年企业情况表（单位：元）", ("y2", "y1")),
        ("2025年1-12月主要指标", ("y3", "y2")),
        ("虚构科〔2021〕12号附件：2025年度汇总表", ("y3", "y2")),
        ("2026年度企业情况表", ("", "y3")),
        ("企业情况表", ()),
        ("", ()),
        ("2025年1-6月主要指标", ()),
        ("填表日期：2026年3月5日", ()),
        ("2024年和2025年对比", ()),
    ],
)
@pytest.mark.parametrize(
    "header",
    [
        "企业名称,本年销售收入,上年销售收入",
        "企业名称,销售收入（本期）,销售收入（上期）",
        "企业名称,今年销售收入,去年销售收入",
    ],
)
def test_this_year_is_that_of_the_title_and_nobody_knows_it_without_one(tmp_path, title, years, header) -> None:
    said, problems = _figures(tmp_path, title, header, "虚构甲公司,21000,4000")
    expected = dict(zip(years, (21000, 4000), strict=False))
    assert said == {f"sales_{year}": value for year, value in expected.items() if year}
    assert ("不知是哪一年的数" in problems) is (not years)
    assert problems.count("照标题的") == len(said)


@pytest.mark.parametrize(
    ("title", "header", "expected"),
    [
        ("2025年度高企培育表", "企业名称,上年度销售收入,上年度研发费用", {"sales_y3": 7, "rd_expense_y3": 3}),
        ("", "企业名称,上年度销售收入,本年度研发费用预算", {"sales_y3": 7}),
        ("", "企业名称,2025年销售收入,2024年销售收入", {"sales_y3": 7, "sales_y2": 3}),
        ("2025年度年报", "企业名称,净资产（年末）,净资产（年初）", {"net_assets_y3": 7, "net_assets_y2": 3}),
        ("", "企业名称,净资产（期末）,净资产（期初）", {}),
    ],
)
def test_last_year_alone_is_the_year_before_the_decision(tmp_path, title, header, expected) -> None:
    assert _figures(tmp_path, title, header, "虚构甲公司,7,3")[0] == expected


def test_the_end_of_the_year_is_no_beginning(tmp_path) -> None:
    said, _ = _figures(tmp_path, "", "企业名称,资产总额（期末）,资产总额（期初）", "虚构甲公司,7,3", "tech-sme")
    assert said == {"assets_total": 7}
    said, _ = _figures(tmp_path, "", "企业名称,资产总额（期初）,职工总数", "虚构甲公司,7,3", "tech-sme")
    assert said == {"employees_total": 3}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "企业名称,职工总数,销售收入,,资产总额\n,,本期金额（万元）,上期金额（万元）,万元",
            {"sales_y3": 70000, "sales_y2": 30000},
        ),
        ("企业名称,职工总数,销售收入（万元）,,资产总额\n,,本期,上期,（万元）", {"sales_y3": 70000, "sales_y2": 30000}),
        ("企业名称,职工总数,销售收入（万元）,,资产总额\n,,2025年6月末,2024年末,（万元）", {"sales_y2": 30000}),
        ("企业名称,职工总数,销售收入（万元）,,资产总额\n,,2025年1-6月,2024年上半年,（万元）", {}),
    ],
)
def test_a_second_row_of_periods_and_units_is_no_firm(tmp_path, header, expected) -> None:
    said, _ = _figures(tmp_path, "2025年度企业年报", header, "虚构甲公司,50,7,3,9")
    assert said == expected | {"employees_total": 50} | ({"assets_total": 90000} if "assets_total" in said else {})


def test_no_printed_choice_is_wrong_when_it_is_obeyed() -> None:
    wrong = ["知识产权总数", "其中：委托外部研发费用", "委外研发费用", "2025年新产品销售收入", "大专以上科技人员"]
    wrong += ["本科科技人员", "企业诉求", "企业困难", "外聘科技人员", "固定资产总额", "女职工人数", "参保职工人数"]
    wrong += ["研发费用加计扣除额"]
    for policy in ("tech-sme", "hte", "srdi"):
        table = pd.DataFrame(
            {"统一社会信用代码": [CODE], "在境内注册": ["是"], **{key: [3] for key in [*wrong, "企业名称全"]}}
        )
        hints = read_firms(table, policy, on="2026-06-10").columns.set_index("header")["hint"]
        assert hints[wrong].tolist() == [""] * len(wrong), policy
        assert hints["企业名称全"] == "企业名称全=企业名称"


def test_two_columns_are_not_proposed_for_one_field() -> None:
    table = pd.DataFrame(
        {"企业名称": ["虚构甲公司"], "全厂科技人员数": [3], "本部科技人员数": [4], "企业职工总数额": [9]}
    )
    reading = read_firms(table, "tech-sme", on="2026-06-10")
    assert reading.columns["hint"].tolist() == ["", "", "", "企业职工总数额=职工总数"]
    assert reading.problems["action"].tolist()[:2] == ["有几列都像这个字段，请各写明是什么"] * 2


@pytest.mark.parametrize("title", ["园区企业快报（2026年1-9月）", "2026年第三季度企业统计", "2025年上半年情况"])
def test_figures_without_a_year_under_a_title_of_a_part_of_one_are_asked(title: str) -> None:
    table = f"{title},,\n企业名称,总收入（元）,2025年销售收入（元）\n虚构甲公司,900000,800000\n".encode()
    read = read_firms(table, "hte", on="2026-11-29")
    assert "total_income_last_year" not in read.rows
    assert read.rows["sales_y3"].tolist() == [800_000]
    assert f"上方写的是“{title}”，不像全年的数，没有采用" in read.problems["problem"].tolist()
    named = read_firms(table, "hte", on="2026-11-29", columns={"总收入（元）": "上年度总收入"})
    assert named.rows["total_income_last_year"].tolist() == [900_000]


@pytest.mark.parametrize("title", ["2025年企业情况", "2026年第三季度高企申报企业", "填报时间：2026年9月份"])
def test_a_time_of_another_thing_above_the_header_asks_nothing(title: str) -> None:
    table = f"{title},\n企业名称,总收入（元）\n虚构甲公司,900000\n".encode()
    assert read_firms(table, "hte", on="2026-11-29").rows["total_income_last_year"].tolist() == [900_000]


def test_a_table_of_one_firm_with_years_across_is_a_record() -> None:
    lines = (
        "指标,单位,2023年,2024年,2025年",
        "企业名称：虚构甲公司,,,,",
        "销售收入,万元,98,112,129",
        "职工总数,人,1,2,3",
    )
    read = read_firms("\n".join(lines).encode(), "hte", on="2026-11-29")
    found = read.rows[["name", "sales_y1", "sales_y2", "sales_y3", "employees_total"]].to_numpy().tolist()
    assert found == [["虚构甲公司", 980_000, 1_120_000, 1_290_000, 3]]
    assert "作一条记录，共 6 项" in "".join(read.problems["problem"])
    with pytest.raises(TableError, match="像是一家企业各年的指标表"):  # two firms in one
        read_firms("指标,2023年,2024年\n甲公司收入,98,112".encode(), "hte", on="2026-11-29")


def test_a_table_of_which_only_the_numbers_of_rows_are_known_is_none_of_firms() -> None:
    with pytest.raises(TableError, match="没有“企业名称”这样的列名"):
        read_firms("序号,项目名称,项目来源\n1,翘曲控制,自选\n".encode(), "hte", on="2026-11-29")


FORM = [
    ["高新技术企业认定信息表", None, None, None],
    ["企业名称", "虚构甲有限公司", "注册时间", "2015年3月12日"],
    ["职工总数（人）", "120", "Ⅰ类知识产权（件）", 2],
]


@pytest.mark.parametrize(
    "years",
    [
        [["经营情况（万元）"], ["年度", "销售收入", "净资产"], ["2024年", 42, 15], [2025, "48.5", "－"]],
        [[None, None, "单位：万元"], ["项目", "2024年", "2025年"], ["销售收入", 42, 48.5], ["净资产", 15, "/"]],
    ],
)
def test_figures_by_year_in_a_form_are_of_its_firm(years: list[list[object]]) -> None:
    rows = [*FORM, *years, ["企业盖章：", None, "日期：2026年5月1日"]]
    rows = [[*row, *[None] * (4 - len(row))] for row in rows]
    book = Book("表", [Grid("", rows, range(1, len(rows) + 1))])
    read = read_firms(book, "hte", on="2026-11-29").rows
    assert len(read) == 1
    assert read[["name", "employees_total", "class1_ip"]].to_numpy().tolist() == [["虚构甲有限公司", 120, 2]]
    assert read[["sales_y2", "sales_y3", "net_assets_y2"]].to_numpy().tolist() == [[420_000, 485_000, 150_000]]
    assert "net_assets_y3" not in read or read["net_assets_y3"].isna().all()


@pytest.mark.parametrize(
    ("cell", "listed"),
    [("未列入", False), ("已列入", True), ("否", False), ("已移出", None), ("曾列入", None), ("未知", None)],
)
def test_a_cell_may_take_the_verb_of_the_field(cell, listed):
    """未列入 answers 经营异常名录 too, whose title is 列入经营异常名录; what says neither stays open."""
    table = pd.DataFrame({"企业编号": ["A", "B"], "经营异常名录": [cell, "否"]})
    value = read_firms(table, "tech-sme", on="2026-11-24").rows.loc[0, "listed_abnormal"]
    assert (None if pd.isna(value) else bool(value)) == listed


def test_the_name_of_a_trade_is_not_hinted_as_that_of_a_firm():
    table = pd.DataFrame({"统一社会信用代码": ["91341102MA2001003N"], "行业名称": ["仪器"], "企业名字": ["甲"]})
    nearest = read_firms(table, "hte", on="2026-11-24").columns.set_index("header")["nearest"]
    assert nearest["行业名称"] != "企业名称"


def test_columns_of_other_policies_are_carried_along():
    """A fact of this policy under another policy's definition stays a question."""
    headers = {"资产总额（万元）": 900, "重大安全事故（两年内）": "否", "tech-sme.rd_staff": 3, "幸运数字": 7}
    table = pd.DataFrame([{"企业编号": "A1", "职工总数": 20, **headers}])
    columns = read_firms(table, "hte", on="2026-11-24").columns.set_index("header")
    assert columns.loc[list(headers), "use"].tolist() == ["原样保留", "原样保留", "原样保留", "没看懂"]
    assert columns.loc[list(headers), "hint"].tolist()[:3] == ["", "", ""]


@pytest.mark.parametrize("design", ["新产品设计费等", "新产品设计费、新工艺规程制定费", "五、新产品设计费等（元）"])
def test_the_columns_of_an_auxiliary_account_are_the_parts_that_they_are(design: str) -> None:
    account = f"企业名称\t人员人工费用\t折旧费\t{design}\t其他相关费用\n甲公司\t600000\t50000\t300000\t120000\n"
    [row] = read_firms(account.encode(), "hte-rd-expense", on="2026-06-01").rows.to_dict("records")
    assert {name: row[name] for name in ("personnel", "depreciation", "design", "other")} == {
        "personnel": 600_000,
        "depreciation": 50_000,
        "design": 300_000,
        "other": 120_000,
    }


@pytest.mark.parametrize(
    ("cells", "staff", "rd_staff"),
    [
        (["120/18", "", "300/45"], [120, None, 300], [18, None, 45]),
        (["1,200/18", "", "300（45）"], [1200, None, 300], [18, None, 45]),
        (["120/18", "300", "90/9"], None, None),  # one cell holds one number: nobody knows which
        (["1,200", "", ""], None, None),
    ],
)
def test_two_numbers_of_one_column_are_taken_apart(
    cells: list[str], staff: list[float | None] | None, rd_staff: list[float | None] | None
) -> None:
    lines = [f'{name},机械,"{cell}"' for name, cell in zip("甲乙丙", cells, strict=True)]
    table = "\n".join(["企业名称,所属行业,职工总数/科技人员数", *lines]) + "\n"
    reading = read_firms(table.encode(), "hte", on=ON)
    told = reading.problems["problem"].tolist()
    assert ("一格里有“职工总数”“科技人员数” 2 个数，已各成一列" in told) == (staff is not None)
    for name, expected in (("employees_total", staff), ("rd_staff", rd_staff)):
        found = [None if pd.isna(one) else one for one in reading.rows.get(name, [pd.NA] * 3)]
        assert found == (expected or [None] * 3)
    assert [cell or "" for cell in reading.rows["职工总数/科技人员数"]] == cells


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"高新收入占比": "72%"}, ["高新收入占比"]),
        ({"科技人员占比": "12%"}, ["科技人员占比"]),
        ({"科技人员占比": "12%", "科技人员": 6, "占地面积": 3, "出口占比": 1}, []),
    ],
)
def test_a_share_in_place_of_its_figure_is_told(columns: dict[str, object], told: list[str]) -> None:
    read = read_firms(
        pd.DataFrame({"企业编号": ["a"], **{name: [cell] for name, cell in columns.items()}}), "hte", on=ON
    )
    lines = read.problems[read.problems["problem"].str.startswith("是占比")]
    assert lines["column"].tolist() == told
