"""Honest texts and tables beside those that a mended fault was about: they are read as they always were."""

import io

import pandas as pd
import pytest

from matcher import read_firms
from matcher.assessment.states import read_state
from matcher.assignment.conflicts import listed
from matcher.contracts import check_contracts, read_contracts
from matcher.needs.indicators import indicators_of
from matcher.needs.terms import terms_of
from matcher.tables import read_needs, read_outcomes


@pytest.mark.parametrize("day", ["2025-05", "2026-05"])
@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("技术转让", "乙方将软件著作权转让给甲方，本合同转让的软件已办理计算机软件著作权登记，权属归甲方"),
        ("技术许可", "就一种阀门专利许可甲方使用，经法院判决确认该专利不构成侵权，许可期限五年"),
        ("技术开发", "乙方为甲方研发新型阀门控制算法，本合同未生效前任何一方不得披露技术资料"),
        ("技术开发", "乙方研发减振材料配方，乙方不得使用侵犯第三方知识产权的技术，不得采用第三方未授权的软件"),
        ("技术开发", "原协议已于2023年终止，双方重新订立本合同，乙方研究开发新型催化剂制备工艺，收率不低于九成"),
    ],
)
def test_contracts_that_mention_a_ground_of_refusal_are_not_refused(day, kind, subject):
    parties = {"seller": "虚构研究所", "buyer": "虚构公司"}
    dates = {"signed_on": f"{day}-01", "applied_on": f"{day}-20"}
    row = {"contract_id": "H1", "kind": kind, "subject": subject, "amount": 500_000, "technical_amount": 500_000}
    table = read_contracts(pd.DataFrame([row | parties | dates])).rows
    assert check_contracts(table)["accepted"].tolist() == ["yes"]


@pytest.mark.parametrize(
    ("text", "quantity", "low"),
    [
        ("(2)N型硅片效率≥25%", "N型硅片效率", 25),
        ("纯铜触头接触压力不低于5N", "纯铜触头接触压力", 5),
        ("能耗高，希望降低25%", "能耗降低", 25),
        ("焊缝强度（300MPa）、延伸率≥15%", "焊缝强度", 300),
    ],
)
def test_figures_beside_those_of_other_kinds(text, quantity, low):
    first = indicators_of(text)[0]
    assert (first.quantity, first.low) == (quantity, low)


@pytest.mark.parametrize("text", ["计划2026年投入100万元", "可用资金50万元", "拟用经费30万元", "改造预算200万元"])
def test_money_of_a_need_behind_words_of_other_money(text):
    assert [term.low for term in terms_of(text) if term.kind == "money"] != []


def test_a_designed_line_that_runs_is_production():
    assert read_state("设计年产能5000吨生产线已投产", "production") is True
    assert read_state("设计年产2万吨，厂房在打桩", "production") is False


@pytest.mark.parametrize("decision", ["不能参加评审", "不可参加评审", "不允许参加评审", "不同意参加评审", "无法判断"])
def test_who_must_not_review_is_kept_out(decision):
    conflicts = pd.DataFrame({"left_id": ["E1"], "right_id": ["P1"], "处理意见": [decision]})
    assert len(listed(conflicts, reason="申报回避")) == 1


def csv(*lines: str) -> io.StringIO:
    return io.StringIO("\n".join(lines))


def test_what_stands_above_a_list_is_no_owner_of_its_rows():
    head = "成果名称,成果简介"
    for above in ("单位,万元", "单位：项,", "单位：台（套）,"):
        rows = read_outcomes(csv(above, head, "虚构齿轮检测,测磨削烧伤")).rows
        assert set(rows.get("institution", pd.Series([""])).fillna("")) == {""}
    for owner in ("（盖章）", "虚构县科技局（公章）", "XXX公司"):
        rows = read_needs(csv(f"申报单位：{owner},", "需求名称,需求描述", "齿轮降噪,噪声≤70dB")).rows
        assert rows["enterprise"].fillna("").tolist() == [""]
    rows = read_firms(csv("编号：20250012,", "企业名称,上年营业收入（万元）", "虚构甲,5", "虚构乙,6"), "hte").rows
    assert rows["enterprise_id"].nunique() == 2
