"""Targets counted from registers, on tables small enough to count by hand."""

import pandas as pd
import pytest

from matcher.policy.platforms import read_platforms
from matcher.pool.register_targets import targets_from_registers

PLATFORMS = pd.DataFrame(
    {
        "平台名称": ["甲孵化器", "乙众创空间", "丙重点实验室", "丁院士工作站"],
        "级别": ["国家级", "市级", "省级", "省级"],
        "认定时间": ["2026-03-01", "2026-05-01", "2020-01-01", "2027-01-01"],
    }
)


def target(name, *, unit="个", baseline=0, actual=None):
    row = {"target_id": "1", "name": name, "unit": unit, "baseline": baseline, "goal": 10, "actual": actual}
    days = {"start": pd.Timestamp("2026-01-01"), "due": pd.Timestamp("2026-12-31")}
    return pd.DataFrame([{**row, **days}])


@pytest.mark.parametrize(
    ("name", "baseline", "actual"),
    [
        ("新增创新平台", 0, 2),
        ("创新平台总数", 1, 3),
        ("孵化器", 0, 1),
        ("省级重点实验室", 1, 1),
        ("国家级重点实验室", 1, 0),
        ("院士工作站", 0, 0),
        ("科技服务平台资金", 0, None),
        ("培训农民", 0, None),
    ],
)
def test_platforms_by_kind_level_and_year(name, baseline, actual):
    table = targets_from_registers(
        target(name, baseline=baseline), on="2026-11-28", platforms=read_platforms(PLATFORMS).rows
    ).rows
    assert table["actual"].astype(object).where(table["actual"].notna(), None).tolist() == [actual]


def test_persons_conversions_and_a_typed_number_that_differs():
    people = pd.DataFrame({"expert_id": ["a", "b", "b", None]})
    days = pd.to_datetime(pd.Series(["2026-02-01", "2025-02-01", None]))
    conversions = pd.DataFrame({"converted_on": days})
    registers = {"commissioners": people, "conversions": conversions}
    reading = targets_from_registers(target("登记科技特派员", unit="人", actual=5), on="2026-11-28", **registers)
    assert reading.rows["actual"].tolist() == [2]
    assert reading.problems["problem"].tolist() == [
        "目标“登记科技特派员”填写的实际值 5 与登记表合计 2 不同，已用登记表的"
    ]
    done = targets_from_registers(target("转化科技成果", unit="项"), on="2026-11-28", **registers)
    assert done.rows["actual"].tolist() == [1]
    villages = targets_from_registers(target("特派员服务村", unit="个", actual=7), on="2026-11-28", **registers)
    assert villages.rows["actual"].tolist() == [7]
