"""发证日期 of lists of certificates: read as those of high-tech enterprises where the numbers beside say so."""

import pandas as pd
import pytest

from matcher.policy.firms.table import read_firms

ON = "2026-07-01"


def read(policy="hte-may-apply", **columns):
    return read_firms(pd.DataFrame({"企业名称": ["甲", "乙"], **columns}), policy, on=ON)


def test_days_beside_numbers_of_certificates_are_those_of_the_certificates():
    reading = read(证书编号=["GR202337000001", "gr202437000002"], 发证日期=["2023-11-29", "2024年12月7日"])
    days = reading.rows["hte_certificate_on"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2023-11-29", "2024-12-07"]
    assert reading.problems["problem"].str.contains("照高企发证日期读").sum() == 1


@pytest.mark.parametrize(
    ("numbers", "days"),
    [
        (["ZL202310000001", "ZL202410000002"], ["2023-11-29", "2024-12-07"]),  # patents
        (["GR202337000001", "京AQB20240012"], ["2023-11-29", "2024-12-07"]),  # certificates of several kinds
        (["GR202337000001", "GR202437000002"], ["2023-11-29", "2023-12-07"]),  # a day of another year
        (["", ""], ["2023-11-29", "2024-12-07"]),
    ],
)
def test_other_numbers_leave_the_days_alone(numbers, days):
    reading = read(证书编号=numbers, 发证日期=days)
    assert "hte_certificate_on" not in reading.rows


def test_a_header_that_says_it_goes_first():
    reading = read(
        证书编号=["GR202337000001", "GR202437000002"], 高企发证日期=["2023-11-29", ""], 发证日期=["2023-01-01", ""]
    )
    assert reading.rows["hte_certificate_on"].iloc[0] == pd.Timestamp("2023-11-29")
    assert not reading.problems["problem"].str.contains("照高企发证日期读").any()


def test_a_policy_that_does_not_ask_for_it_is_not_touched():
    reading = read(
        "tech-sme", 证书编号=["GR202337000001", "GR202437000002"], 发证日期=["2023-11-29", ""], 资产总额=[1, 2]
    )
    assert "发证日期" in reading.rows
