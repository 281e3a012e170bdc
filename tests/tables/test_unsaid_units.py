"""Plain numbers in a column of money whose unit stands in some of its cells only."""

import pandas as pd

from matcher.contracts import check_contracts, read_contracts
from matcher.policy.firms.table import read_firms

ASKED = "没有写单位，同列别的格写了“万元”，不知是元还是万元，没有采用"


def test_a_contract_in_an_unsaid_unit_is_asked_about_and_not_refused():
    cells = ["120万元", "60万元", "80万元", "5", "50", "900000"]
    table = pd.DataFrame(
        {
            "合同编号": [f"C{at}" for at in range(6)],
            "项目名称": ["虚构齿轮检测方法研究"] * 6,
            "合同类别": ["技术开发"] * 6,
            "卖方": ["虚构大学"] * 6,
            "买方": ["虚构公司"] * 6,
            "签订日期": ["2026-01-05"] * 6,
            "申请日期": ["2026-01-10"] * 6,
            "合同成交额": cells,
            "技术交易额（万元）": [100, 60, 70, 5, 40, 90],
        }
    )
    reading = read_contracts(table)
    assert reading.rows["amount"].fillna(0).tolist() == [1_200_000, 600_000, 800_000, 0, 0, 900_000]
    asked = reading.problems[reading.problems["problem"] == ASKED]
    assert asked["value"].tolist() == ["5", "50"]
    checked = check_contracts(reading.rows, on="2026-02-01").set_index("contract_id")
    assert checked["accepted"].tolist()[3:5] == ["unknown", "unknown"]
    assert "合同成交额“5”没有采用" in checked.loc["C3", "reasons"]


def test_plain_yuan_among_named_units_are_read():
    for cells, expected in (
        (["500万", "5000000", "0"], [5_000_000, 5_000_000, 0]),
        (["50", "60", "900000"], [50, 60, 900_000]),  # no cell names a unit
        (["500元", "600", "7"], [500, 600, 7]),
        (["1.2亿元", "3000"], [120_000_000, None]),
        (["1680", "1340万", "12800"], [None, 13_400_000, None]),
        (["约1.2亿", "3000"], [None, None]),
        (["1340万", "12800000"], [13_400_000, 12_800_000]),
        (["45万", "0.35", "0"], [450_000, None, 0]),  # 0.35 yuan would be none
    ):
        table = pd.DataFrame({"企业编号": list("abc")[: len(cells)], "资产总额": cells})
        found = read_firms(table, "tech-sme", on="2026-06-10").rows["assets_total"]
        assert [None if pd.isna(one) else one for one in found] == expected


def test_small_money_without_a_unit_beside_columns_in_ten_thousands_is_asked_about():
    table = pd.DataFrame(
        {
            "企业编号": ["a", "b"],
            "2023年末净资产（万元）": [1200, 900],
            "2024年末净资产": [1500, None],
            "2025年末净资产（万元）": [1900, 950],
            "2025年销售收入": [48_500_000, 1_200_000],
        }
    )
    read = read_firms(table, "hte", on="2026-11-24")
    assert read.rows[["net_assets_y1", "net_assets_y3"]].to_numpy().tolist() == [
        [12_000_000, 19_000_000],
        [9_000_000, 9_500_000],
    ]
    assert "net_assets_y2" not in read.rows
    assert read.rows["sales_y3"].tolist() == [48_500_000, 1_200_000]  # too large for another unit
    told = read.problems[read.problems["column"] == "2024年末净资产"]
    assert told[["value", "problem"]].to_numpy().tolist() == [
        ["1500", "没有写单位，别的金额列写了“万元”，不知是元还是万元，没有采用"]
    ]


def test_small_money_of_small_firms_stays_yuan():
    table = pd.DataFrame(
        {"企业编号": ["a", "b"], "2025年销售收入（万元）": [35, 28], "2025年研发费用": [86_000, 42_000]}
    )
    read = read_firms(table, "hte", on="2026-11-24")
    assert read.rows[["sales_y3", "rd_expense_y3"]].to_numpy().tolist() == [[350_000, 86_000], [280_000, 42_000]]
    assert read.problems.loc[read.problems["column"] == "2025年研发费用", "problem"].tolist() == [
        "没有写单位，按元读入"
    ]
