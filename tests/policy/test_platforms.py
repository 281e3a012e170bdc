"""Platforms: who one is, whole months, counts of a register."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from matcher.errors import PolicyError, TableError
from matcher.policy.firms.facts import day_number
from matcher.policy.firms.table import read_firms, subject_of
from matcher.policy.language.loader import RuleFault, number, read_subject
from matcher.policy.language.measures import _months, last_start
from matcher.policy.policy import load_policies, load_policy
from matcher.policy.programmes.platforms import count_platforms, platform_remarks, read_platforms


def test_a_platform_is_its_id_else_its_name_else_its_host_never_the_hosts_code() -> None:
    table = pd.DataFrame(
        {
            "平台编号": ["P1", "", ""], "孵化器名称": ["甲孵化器", "乙孵化器", ""], "运营单位": ["丙公司"] * 3,
            "统一社会信用代码": ["91371300MA3C000018"] * 3, "在孵企业数": [1, 2, 3],
        }
    )  # fmt: skip
    reading = read_firms(table, "incubator-standard", on="2026-06-01")
    assert reading.rows[["enterprise_id", "host"]].values.tolist() == [
        ["P1", "丙公司"], ["乙孵化器", "丙公司"], ["丙公司", "丙公司"],
    ]  # fmt: skip
    assert reading.problems["problem"].tolist() == ["1 行没有平台编号和平台名称，已按依托单位识别"]


def test_running_numbers_are_no_ids_of_platforms() -> None:
    table = pd.DataFrame({"编号": ["1", "2"], "平台名称": ["甲", "乙"], "在孵企业数": [1, 2]})
    reading = read_firms(table, "incubator-standard", on="2026-06-01")
    assert reading.rows[["enterprise_id", "serial"]].values.tolist() == [["甲", "1"], ["乙", "2"]]
    assert reading.problems[["problem", "action"]].values.tolist() == [
        ["只是给行编号，没有当作平台编号", "已按平台名称、依托单位识别平台；若是平台编号，请指定 编号=平台编号"]
    ]


def test_platforms_of_another_kind_are_told_of() -> None:
    table = pd.DataFrame(
        {"平台名称": ["甲", "乙", "丙"], "类别": ["孵化器", "省重点实验室", ""], "在孵企业数": [1, 2, 3]}
    )
    reading = read_firms(table, "incubator-standard", on="2026-06-01")
    assert reading.problems[["column", "problem"]].values.tolist() == [
        ["平台类别", "1 行不是科技企业孵化器，“科技企业孵化器（标准级，原国家级）”不是给它们的"]
    ]


def test_firms_and_platforms_are_not_mixed() -> None:
    assert subject_of(load_policies(["maker-space", "incubator-standard"])).title == "平台"
    with pytest.raises(PolicyError, match=r"看平台、.*看企业，一张表不能同时判断"):
        subject_of(load_policies(["maker-space", "hte"]))
    assert load_policy("hte").subject.title == "企业"
    with pytest.raises(RuleFault, match="unknown subject 'person'"):
        read_subject({"subject": "person"})


@pytest.mark.parametrize(
    ("start", "on", "months"),
    [
        ("2024-02-29", "2025-02-28", 12), ("2024-02-29", "2025-02-27", 11), ("2024-01-31", "2024-02-29", 1),
        ("2024-01-31", "2024-02-28", 0), ("2024-01-30", "2024-03-29", 1), ("2024-01-30", "2024-03-30", 2),
        ("2024-05-01", "2024-04-30", -1), ("2024-05-01", "2024-05-01", 0),
    ],
)  # fmt: skip
def test_whole_months(start: str, on: str, months: int) -> None:
    first, day = (np.array([float(day_number(dt.date.fromisoformat(text)))]) for text in (start, on))
    assert _months(first, day).tolist() == [months]


def test_the_latest_start_is_the_last_day_that_still_counts() -> None:
    """Against every day of four years, one by one."""
    days = np.arange(day_number(dt.date(2023, 1, 1)), day_number(dt.date(2027, 2, 28)), dtype=float)
    on = np.full(len(days), float(day_number(dt.date(2027, 2, 28))))
    for months in (1, 2, 12, 18, 24, 36):
        counted = days[_months(days, on) >= months]
        assert last_start(on[:1], months)[0] == counted.max()


def test_parts_are_exact() -> None:
    assert number("1/3", "x") * 3 == 1
    with pytest.raises(RuleFault, match="expected a number or a percentage"):
        number("1/0", "x")


def test_a_register_is_read_in_plain_words() -> None:
    table = pd.DataFrame(
        {
            "名称": ["甲", "乙市级工程技术研究中心", "丙市某平台", "丁国家重点实验室"],
            "类别": ["国家级科技企业孵化器", "", "检测平台", ""],
            "级别": ["", "", "", ""],
        }
    )
    reading = read_platforms(table)
    assert reading.rows[["kind", "level"]].values.tolist() == [
        ["科技企业孵化器", "国家级"], ["工程技术研究中心", "市级"], ["检测平台", ""], ["重点实验室", "国家级"],
    ]  # fmt: skip
    assert reading.problems["problem"].tolist() == [
        "2 行没有填写，已按名称或类别判断", "不是认得的说法，照原样计数", "3 行没有填写，已按名称或类别判断",
    ]  # fmt: skip


def _rows() -> pd.DataFrame:
    days = pd.to_datetime(["2020-05-01", "2022-05-01", None, "2024-01-01", "2024-06-01"])
    return pd.DataFrame(
        {
            "enterprise_id": ["a", "a", "b", "c", "d"],
            "kind": ["重点实验室", "重点实验室", "众创空间", "众创空间", "众创空间"],
            "level": ["市级", "省级", "省级", "省级", "省级"],
            "approved_on": days,
            "approved_on_min": pd.to_datetime([None, None, "2023-01-01", None, None]),
            "approved_on_max": pd.to_datetime([None, None, "2023-12-31", None, None]),
            "status": ["", "", "", "", "已注销"],
        }
    )


def test_platforms_are_counted_by_kind_level_and_year() -> None:
    assert count_platforms(_rows()).values.tolist() == [
        ["众创空间", "省级", 2023, 1], ["众创空间", "省级", 2024, 1], ["重点实验室", "省级", 2022, 1],
        ["重点实验室", "市级", 2020, 1],
    ]  # fmt: skip
    assert count_platforms(_rows(), on="2023-12-31")["year"].tolist() == [2023, 2022, 2020]
    assert count_platforms(_rows(), since="2023-01-01")["year"].tolist() == [2023, 2024]
    assert count_platforms(_rows(), since="2023-01-02")["year"].tolist() == [2024]
    assert count_platforms(_rows().head(0)).empty


def test_what_ended_in_a_remark_or_is_not_there_yet_does_not_count_and_is_told() -> None:
    table = pd.DataFrame(
        {
            "平台名称": ["甲中心", "乙实验室", "丙孵化器", "丁站", "戊空间"],
            "类别": ["工程技术研究中心", "重点实验室", "孵化器", "院士工作站", "众创空间"],
            "级别": ["省级", "市级", "国家级（培育）", "省级", "市级"],
            "认定时间": ["2021", "2022", "2023", "拟2027年", "2020"],
            "状态": ["正常", "已整合", "", "筹建", "未撤销"], "备注": ["2026年6月撤销", "", "", "", "无取消情形"],
        }
    )  # fmt: skip
    rows = read_platforms(table).rows
    counted = count_platforms(rows, on="2026-11-24")
    assert counted[["kind", "level"]].values.tolist() == [
        ["科技企业孵化器", "国家级（培育）"], ["众创空间", "市级"], ["重点实验室", "市级"],
    ]  # fmt: skip
    assert "工程技术研究中心" in count_platforms(rows, on="2026-05-31")["kind"].tolist()
    told = platform_remarks(rows, on="2026-11-24")
    assert told[["value", "problem"]].values.tolist() == [
        ["甲中心", "写明“2026年6月撤销”，没有计数"], ["乙实验室", "写着“已整合”，仍然计数"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("2019年撤销，2021年恢复", 1), ("已注销，2022年重新认定", 1), ("2020年摘牌，2022年认定", 1), ("2027年撤销", 1),
        ("验收未通过，整改后已通过", 1), ("2021年恢复，2024年撤销", 0), ("撤销，尚未恢复", 0), ("已停业", 0),
    ],
)  # fmt: skip
def test_a_platform_is_there_by_the_last_that_its_state_says(status: str, counted: int) -> None:
    rows = pd.DataFrame({"enterprise_id": ["a"], "kind": ["众创空间"], "level": ["省级"], "status": [status]})
    assert len(count_platforms(rows.assign(approved_on=pd.to_datetime(["2024-05-01"])), on="2026-06-01")) == counted
    told = platform_remarks(rows, on="2026-06-01")["problem"]
    assert told.str.contains("仍然计数" if counted else "没有计数").all()


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("正常，培育企业20家", 1), ("2023年筹建，2025年认定", 1), ("已建成（原筹建）", 1), ("筹建中", 0), ("培育", 0),
        ("在培育期", 0), ("拟建2027年", 0), ("正常（申报中）", 0),
    ],
)  # fmt: skip
def test_a_platform_is_not_there_yet_where_its_state_ends_so(status: str, counted: int) -> None:
    rows = pd.DataFrame({"enterprise_id": ["a"], "kind": ["众创空间"], "level": ["省级"], "status": [status]})
    assert len(count_platforms(rows.assign(approved_on=pd.to_datetime(["2024-05-01"])))) == counted


def test_a_platform_recognised_again_counts_once_and_an_unknown_year_stays_so() -> None:
    rows = pd.DataFrame(
        {"enterprise_id": ["a", "a", "b"], "kind": ["众创空间"] * 3, "approved_on": ["2021-01-01", "2020-01-01", None]}
    )
    counted = count_platforms(rows)
    assert counted[["level", "platforms"]].values.tolist() == [["未知", 1], ["未知", 1]]
    assert counted["year"].tolist()[0] == 2020
    assert counted["year"].isna().tolist() == [False, True]
    with pytest.raises(TableError, match="平台表没有平台类别"):
        count_platforms(rows.drop(columns="kind"))


@pytest.mark.parametrize(
    ("level", "name", "found"),
    [
        ("国家级（培育）", "某平台", "国家级（培育）"),
        ("国家级培育", "某平台", "国家级培育"),
        ("拟申报省级", "某平台", "拟申报省级"),
        ("", "省级重点实验室（培育）", ""),
        ("国家级", "某平台", "国家级"),
        ("", "模拟仿真国家重点实验室", "国家级"),
        ("", "作物培育省级重点实验室", "省级"),
    ],
)
def test_a_level_that_is_only_aimed_at_is_none(level, name, found):
    table = pd.DataFrame({"平台名称": [name], "平台类别": ["重点实验室"], "平台级别": [level], "依托单位": ["甲公司"]})
    assert read_platforms(table).rows["level"].tolist() == [found]


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [("综合型", "甲孵化器", "科技企业孵化器"), ("专业", "甲众创空间", "众创空间"), ("专业镇", "甲孵化器", "专业镇")],
)
def test_general_or_special_is_no_kind_of_platform(kind, name, found):
    read = read_platforms(pd.DataFrame({"孵化器名称": [name], "类型": [kind]}))
    assert read.rows["kind"].tolist() == [found]
    assert kind in read.problems["value"].tolist()
