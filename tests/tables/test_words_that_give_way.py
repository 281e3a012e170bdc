"""Of several columns that could be one field, the word that says it best is read, wherever it stands."""

import pandas as pd
import pytest

from matcher.integrity import read_records
from matcher.review.sheets.score_sheets import read_items
from matcher.tables.reading import read_table
from matcher.tables.schemas.projects import PROJECT_EVENTS, SUBJECTS
from matcher.tables.schemas.reviews import VOTES
from matcher.tables.schemas.single_commands import LINKS


@pytest.mark.parametrize(
    ("contract", "field", "other", "own"),
    [
        (SUBJECTS, "person", "课题负责人", "项目负责人"),
        (SUBJECTS, "person", "项目主持人", "姓名"),
        (SUBJECTS, "person", "带头人", "负责人"),
        (PROJECT_EVENTS, "event", "事项类型", "环节"),
        (VOTES, "voter", "专家姓名", "委员"),
    ],
)
def test_the_own_word_goes_first(contract, field, other, own):
    rest = {"项目编号": "P1", "项目名称": "甲"}
    for order in ((other, own), (own, other)):
        reading = read_table(pd.DataFrame([{**rest, **{name: f"某{name}" for name in order}}]), contract)
        assert reading.rows[field].tolist() == [f"某{own}"]
        assert other in set(reading.problems["column"])  # told, and kept
        alone = read_table(pd.DataFrame([{**rest, other: "某"}]), contract)
        assert alone.rows[field].tolist() == ["某"]


def test_days_of_events():
    table = pd.DataFrame([{"项目编号": "P1", "填报时间": "2026-11-01", "事项": "验收", "日期": "2026-10-01"}])
    assert read_table(table, PROJECT_EVENTS).rows["day"].dt.date.astype(str).tolist() == ["2026-10-01"]
    alone = read_table(table.drop(columns="日期"), PROJECT_EVENTS)
    assert alone.rows["day"].dt.date.astype(str).tolist() == ["2026-11-01"]


@pytest.mark.parametrize(
    ("field", "other", "own"),
    [
        ("starts_on", "开始时间", "限制起始日期"),
        ("ends_on", "结束时间", "限制截止日期"),
        ("decided_on", "列入日期", "决定日期"),
        ("repaired_on", "解除时间", "移出日期"),
    ],
)
def test_days_of_records(field, other, own):
    table = pd.DataFrame([{"姓名": "庞某林", "处理措施": "禁止申报", other: "2024-06-01", own: "2028-01-01"}])
    assert str(pd.Timestamp(read_records(table).rows[field].iloc[0]).date()) == "2028-01-01"
    assert str(pd.Timestamp(read_records(table.drop(columns=own)).rows[field].iloc[0]).date()) == "2024-06-01"


def test_a_decision_is_no_formal_check():
    table = pd.DataFrame(
        {
            "项目编号": ["P1", "P2"],
            "是否通过": ["是", "是"],
            "审核结论": ["通过", "通过"],
            "评审结果": ["通过", "未通过"],
        }
    )
    assert read_items(table).rows["decision"].tolist() == ["通过", "未通过"]
    assert read_items(table[["项目编号", "审核结论"]]).rows["decision"].tolist() == ["", ""]
    assert read_items(table[["项目编号", "是否通过"]]).rows["decision"].tolist() == ["是", "是"]


def test_the_first_or_second_ballot_is_no_vote():
    table = pd.DataFrame([{"项目编号": "P1", "投票情况": "二次投票", "同意票数": 12, "反对票数": 1}])
    assert read_table(table, VOTES).rows["vote"].tolist() == [""]


def test_products_of_a_link_give_way_to_its_words():
    table = pd.DataFrame([{"集群": "甲", "环节": "乙", "主要产品": "轴承", "描述词": "轴承；滚珠"}])
    assert read_table(table, LINKS).rows["words"].tolist() == ["轴承；滚珠"]
    assert read_table(table.drop(columns="描述词"), LINKS).rows["words"].tolist() == ["轴承"]
