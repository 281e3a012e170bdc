"""Days with a time zone are the local ones in every function, whatever kind of column holds them."""

import pandas as pd
import pytest

from matcher import Experts, Index, match, rank_experts, score
from matcher.matching import Between
from matcher.matching.learning.declines import declined_pairs
from matcher.policy.registers.entries import application_days
from matcher.tables.cells.dates import last_day, local_times

DAY = pd.Timestamp("2025-11-25", tz="Asia/Shanghai")  # in UTC it is the 24th
COLUMNS = {
    "plain": pd.Series([pd.Timestamp("2025-11-25")]),
    "zoned": pd.Series([DAY]),
    "zoned, object": pd.Series([DAY], dtype=object),
    "zoned, arrow": pd.Series([DAY]).astype("timestamp[us, tz=Asia/Shanghai][pyarrow]"),
    "text with an offset": pd.Series(["2025-11-25T00:00:00+08:00"]),
    "text": pd.Series(["2025-11-25"]),
}
NEEDS = pd.DataFrame({"need_id": ["N"], "title": ["齿轮检测方法"]})


@pytest.fixture(params=COLUMNS)
def days(request):
    return COLUMNS[request.param]


def test_rules_take_the_local_day(days):
    firms = pd.DataFrame({"enterprise_id": ["a"], "registered_on": days})
    verdicts = score(firms, "hte", on="2026-11-24").verdicts.set_index("rule")
    assert verdicts.loc["age", ["value", "passed"]].tolist() == [364, "fail"]
    firms = pd.DataFrame({"enterprise_id": ["a"], "apply_on": days})
    assert score(firms, "hte", on="2026-11-24").summary["on"].astype(str).tolist() == ["2025-11-25"]
    assert str(application_days(firms, DAY.date())["a"]) == "2025-11-25"


def test_filters_and_validity_take_the_local_day(days):
    index = Index.build(pd.DataFrame({"outcome_id": ["C"], "title": ["齿轮检测方法"], "valid_until": days}))
    assert match(NEEDS, index, valid_on="2025-11-25")["outcome_id"].tolist() == ["C"]
    assert match(NEEDS, index, valid_on=DAY + pd.Timedelta(hours=9))["outcome_id"].tolist() == ["C"]
    assert match(NEEDS, index, valid_on="2025-11-26")["outcome_id"].tolist() == [""]
    for range_, found in (("2025-11-24", ""), ("2025-11-25", "C"), (DAY, "C")):
        wish = {"valid_until": Between(range_, range_)}
        assert match(NEEDS, index, where=wish)["outcome_id"].tolist() == [found]


def test_works_and_judgements_take_the_local_day(days):
    people = pd.DataFrame({"expert_id": ["E"]})
    works = pd.DataFrame({"work_id": ["W"], "expert_id": ["E"], "title": ["齿轮检测方法"], "date": days})
    plain = Experts.build(people, works.assign(date=COLUMNS["plain"]))
    ranked, wanted = (rank_experts(NEEDS, one, on="2035-11-25") for one in (Experts.build(people, works), plain))
    assert ranked["affinity"].tolist() == wanted["affinity"].tolist()
    judged = pd.DataFrame({"need_id": ["N"], "outcome_id": ["C"], "verdict": ["拒绝"], "day": days})
    assert declined_pairs(judged)["day"].astype(str).tolist() == ["2025-11-25"]


def test_times_of_several_zones_and_without_stand_side_by_side():
    cells = [DAY, pd.Timestamp("2026-01-01"), None, "约定", DAY.tz_convert("UTC"), "2026-01-01 10:00Z"]
    assert local_times(pd.Series(cells, dtype=object)).tolist() == [
        pd.Timestamp("2025-11-25"),
        pd.Timestamp("2026-01-01"),
        None,
        "约定",
        pd.Timestamp("2025-11-24 16:00"),
        "2026-01-01 10:00",
    ]


SAYS = {"2026年6月": "2026-06-30", "2026": "2026-12-31", "2026-06-01至2026-07-15": "2026-07-15"}
SAYS |= {"2026-02-03": "2026-02-03", "长期": "open", "已截止": "ended", "待定": "None", "随时来谈": "None"}


@pytest.mark.parametrize(("cell", "day"), SAYS.items())
def test_the_last_day_that_a_cell_names(cell, day):
    assert str(last_day(cell)) == day


def test_an_end_that_is_known_by_its_month_is_an_end_and_one_that_nobody_can_read_is_told(caplog):
    ends = ["2026年6月", "2026-12-31", "长期", "待定", "", "已截止", None]
    ids = list("ABCDEFG")
    index = Index.build(pd.DataFrame({"outcome_id": ids, "title": "齿轮检测方法", "valid_until": ends}))
    assert sorted(match(NEEDS, index, valid_on="2026-06-30")["outcome_id"]) == ["A", "B", "C", "D", "E", "G"]
    assert sorted(match(NEEDS, index, valid_on="2026-07-01")["outcome_id"]) == ["B", "C", "D", "E", "G"]
    assert caplog.messages == ["1 条记录的有效期读不成日期（如“待定”），按没有截止日处理"] * 2
    caplog.clear()
    match(NEEDS, index.remove(["D"]), valid_on="2026-07-01")
    assert caplog.messages == []
