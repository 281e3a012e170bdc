"""Support instruments by stage, on firms whose answers are worked out by hand from the published figures."""

import datetime as dt
import math

import pandas as pd
import pytest

from matcher.errors import PolicyError
from matcher.policy.programmes.support_programmes import INSTRUMENTS, answered, catalogue, instruments, today
from matcher.policy.scoring import score

ON = dt.date(2026, 11, 24)
VOUCHER, LOAN, NEW = "innovation-voucher-shandong", "conversion-loan-shandong", "hte-newcomer-shandong"


def firms() -> pd.DataFrame:
    """甲 meets all that the voucher asks, 乙 is no small firm, 丙 left everything empty."""
    return pd.DataFrame(
        {
            "enterprise_id": ["甲", "乙", "丙"],
            "small_or_micro": [True, False, None],
            "in_shandong": [True, True, None],
            "in_qingdao": [False, False, None],
            "shared_instrument_cost": [1_000_000.0, 1_000_000.0, None],
            "tech_sme_valid": [True, None, None],
            "conversion_loan_interest": [None, 200_000.0, None],
        }
    )


def plain(table: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    rows = table[list(names)].astype(object).itertuples(index=False, name=None)
    return [tuple(None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row) for row in rows]


def test_the_whole_answer_by_hand() -> None:
    table = instruments(firms(), on=ON, policy=[LOAN, VOUCHER])
    assert list(table.columns) == list(INSTRUMENTS)
    assert plain(
        table, "enterprise_id", "instrument", "stage", "decision", "amount_low", "amount_high", "cap", "verified"
    ) == [
        ("甲", VOUCHER, "初创、成长", "unknown", 400_000.0, 500_000.0, 500_000.0, False),
        ("甲", LOAN, "初创、成长", "passes", 0.0, 500_000.0, 500_000.0, False),
        ("乙", VOUCHER, "初创、成长", "fails", None, None, 500_000.0, False),
        ("乙", LOAN, "初创、成长", "unknown", 80_000.0, 80_000.0, 500_000.0, False),
        ("丙", VOUCHER, "初创、成长", "unknown", 0.0, 500_000.0, 500_000.0, False),
        ("丙", LOAN, "初创、成长", "unknown", 0.0, 500_000.0, 500_000.0, False),
    ]
    tickets = "有效的科技型中小企业入库登记编号；已通过省科融信平台增信评价；牵头承担省级以上科技计划项目；"
    tickets += "入选泰山产业创业领军人才的企业（团队）"
    assert list(table["missing"]) == [
        "",
        "一笔成果转化贷款的利息",
        "",
        tickets,
        "小型或微型企业；注册地在山东省；注册地在青岛市；本年度使用共享科学仪器的费用",
        f"注册地在山东省；{tickets}；一笔成果转化贷款的利息",
    ]
    assert table["what_to_do"].iloc[2] == "现在不能申请，未满足：小型或微型企业；部分依据未核实，请核对原文"
    assert table["what_to_do"].iloc[0] == (
        "条文有未定之处，请向主管部门核实；如符合，可得 400,000 至 500,000 元；部分依据未核实，请核对原文"
    )
    assert table["what_to_do"].iloc[1] == (
        "可以申请：向合作银行申请成果转化贷款，并由银行备案；金额还需知道：一笔成果转化贷款的利息；"
        "最多 500,000 元；部分依据未核实，请核对原文"
    )
    assert table["what_to_do"].iloc[3] == (
        "先问清：有效的科技型中小企业入库登记编号、已通过省科融信平台增信评价、"
        "牵头承担省级以上科技计划项目等 4 项事实；如符合，可得 80,000 元；部分依据未核实，请核对原文"
    )


def test_what_lessens_taxable_income_is_no_money() -> None:
    firm = {"resident": True, "barred_trade": False, "audited_collection": True, "deductible_rd_expense": 3_000_000.0}
    table = pd.DataFrame([{"enterprise_id": "1", **firm, "rd_intangible_amortisation": 0.0}])
    got = instruments(table, on=ON, policy=["加计扣除"])
    assert plain(got, "decision", "amount_low", "deduction_low", "deduction_high") == [
        ("passes", None, 3_000_000.0, 3_000_000.0)
    ]
    assert "应纳税所得额可少计 3,000,000 元" in got["what_to_do"].iloc[0]


def test_what_a_firm_can_have_today_stands_first() -> None:
    table = today(instruments(firms(), on=ON, policy=[LOAN, VOUCHER]))
    assert plain(table, "enterprise_id", "available", "amount_low", "amount_high") == [
        ("甲", "山东省科技成果转化贷款风险补偿和贴息（最多 500,000 元）", 0.0, 5e5),
        ("乙", "", None, None),
        ("丙", "", None, None),
    ]
    assert table["next_step"].str[:12].tolist() == [
        "山东省科技成果转化贷款风",
        "山东省科技成果转化贷款风",
        "山东省小微企业创新券：先",
    ]
    assert today(instruments(firms().head(0), on=ON)).empty


def test_a_year_whose_notice_was_not_found_has_no_sum() -> None:
    facts = {
        "first_recognised_hte": True,
        "hte_recognised_year": 2024,
        "employees_before_hte": 99,
        "sales_before_hte": 1,
    }
    table = pd.DataFrame([{"enterprise_id": "1", **facts}])
    now = instruments(table, on=ON, policy=[NEW])
    assert plain(now, "decision", "amount_low", "cap", "verified") == [("not_in_force", None, None, False)]
    assert "查询当年通知" in now["what_to_do"].iloc[0]
    then = instruments(table, on="2025-06-01", policy=[NEW])
    assert plain(then, "decision", "amount_low", "amount_high", "cap") == [("passes", 100_000.0, 100_000.0, 100_000.0)]


def test_decisions_and_problems_are_those_of_the_scorer() -> None:
    names = [entry.policy for entry in catalogue()]
    table = firms().assign(rd_staff=[5, 0, None], employees_total=[20, 10, None], resident=[True, False, None])
    table["apply_on"] = [None, "2024-06-01", None]
    got, problems = answered(table, on=ON)
    scored = score(table, names, on=ON)
    wanted = scored.summary.astype({"policy": str, "decision": str}).set_index(["enterprise_id", "policy"])["decision"]
    assert {(i, p): d for i, p, d in plain(got, "enterprise_id", "instrument", "decision")} == wanted.to_dict()
    assert list(got["enterprise_id"]) == [name for name in ("甲", "乙", "丙") for _ in names]
    assert list(got["instrument"]) == names * 3
    shared = scored.problems["level"] == "definition"
    assert shared.any()  # one sentence of the sheet 说明 says it for all of them
    pd.testing.assert_frame_equal(problems, scored.problems[~shared].reset_index(drop=True))


def test_no_firms_and_unknown_instruments() -> None:
    assert list(instruments(firms().head(0), on=ON).columns) == list(INSTRUMENTS)
    with pytest.raises(PolicyError, match="目录中没有 unicorn"):
        instruments(firms(), on=ON, policy=["unicorn"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {policy: star, stages: [上市], kind: 上市}", "entry 1"),
        ("- {policy: star, stages: [中年], kind: 上市, act: 申请}", "stages are of"),
        ("- {policy: nothing, stages: [上市], kind: 上市, act: 申请}", "not known"),
        ("- {policy: star, stages: [上市], kind: 上市, act: 申请, amounts: [x]}", "has no amount"),
        ("a: 1", "expected a list"),
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path, text: str, words: str) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=words):
        catalogue(tmp_path / "c.yaml")


def test_the_command_writes_each_kind_of_file(run, tmp_path) -> None:
    table = tmp_path / "企业.csv"
    table.write_text(
        "企业编号,小微企业,山东省企业,青岛市企业,共享仪器使用费（万元）\n甲,是,是,否,10\n", encoding="utf-8"
    )
    for name in ("o.csv", "o.parquet", "o.xlsx"):
        status, out, _ = run("policy", "programmes", table, "--on", "2026-11-24", "-p", VOUCHER, "-o", name)
        assert (status, out.splitlines()[1]) == (0, "  山东省小微企业创新券：缺少事实，未定 1 家")
    assert plain(pd.read_parquet(tmp_path / "o.parquet"), "amount_low", "amount_high") == [(40_000.0, 60_000.0)]
    assert plain(pd.read_csv(tmp_path / "o.csv"), "enterprise_id", "decision") == [("甲", "unknown")]
    book = pd.read_excel(tmp_path / "o.xlsx", sheet_name=None, engine="calamine")
    assert list(book) == ["今天可得", "政策工具", "问题", "列的去向", "说明"]
    assert plain(book["政策工具"], "企业编号", "结论", "已核实") == [("甲", "缺少事实，未定", "否")]
    status, _, err = run("policy", "programmes", table, "--on", "2026-11-24", "-p", "x", "-o", "o.csv")
    assert (status, "Traceback" in err) == (2, False)
