"""Rows of needs, outcomes, experts and firms against which a remark speaks: they are read, and told in one line."""

import pandas as pd
import pytest

from matcher.export.matches import write_matches
from matcher.policy.firms.table import read_firms
from matcher.tables.reading import read_experts, read_needs, read_outcomes
from matcher.tables.rows.remarks import no_longer_offered, remarks_by_id
from matcher.tables.schemas.main import OUTCOMES


def firms(data):
    return read_firms(data, "hte", on="2026-06-01")


READERS = {
    read_needs: "需求名称",
    read_outcomes: "成果名称",
    read_experts: "专家编号,姓名",
    firms: "企业名称",
}


def told(reader, header, *remarks):
    names = READERS[reader]
    lines = [f"{'甲乙丙丁'[i]}{',某' if ',' in names else ''},某某,{remark}" for i, remark in enumerate(remarks)]
    reading = reader("\n".join([f"{names},所属行业,{header}", *lines]).encode())
    assert len(reading.rows) == len(remarks)  # all are read
    assert list(reading.rows[header].fillna("")) == list(remarks)  # with what was said
    found = reading.problems[reading.problems["problem"].str.contains("可能不再算数")]
    return found[["column", "problem"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("reader", "remark"),
    [
        *((read_needs, one) for one in ("企业已撤回", "该需求已解决", "作废", "不再征集", "与第1条重复", "暂缓")),
        *((read_outcomes, one) for one in ("已转让", "独占许可给某公司", "专利已失效", "勿推", "完成人已调离", "涉密")),
        *((read_experts, one) for one in ("已去世", "已退休", "已调离，不再参加评审", "黑名单")),
        *((firms, one) for one in ("已注销", "迁出本市", "放弃申报", "重复（同第1家）", "已并入某公司", "2025年停产")),
    ],
)
def test_a_remark_against_a_row_is_told(reader, remark):
    assert told(reader, "备注", "", remark) == [
        ["备注", f"有 1 行写着可能不再算数的话：第 3 行“{remark}”；这些行照常读入"]
    ]


@pytest.mark.parametrize(
    ("reader", "remark"),
    [
        *((read_needs, one) for one in ("预算改为80万", "希望年内解决", "拟签约合作", "未撤回", "可公开")),
        *((read_outcomes, one) for one in ("可转让", "已授权专利3项", "已在三家企业销售", "重复性好", "未转让")),
        *((read_experts, one) for one in ("有企业工作经历", "无失信记录", "博士生导师")),
        *((firms, one) for one in ("研发费用为预估数", "未停产", "无经营异常", "由外地迁入", "2019年更名")),
    ],
)
def test_other_remarks_are_not(reader, remark):
    assert told(reader, "备注", "", remark) == []


def test_states_speak_too_and_one_line_names_all():
    assert told(read_outcomes, "成果状态", "已转让", "有效", "已撤回") == [
        ["成果状态", "有 2 行写着可能不再算数的话：第 2 行“已转让”、第 4 行“已撤回”；这些行照常读入"]
    ]


@pytest.mark.parametrize("header", ["项目状态", "交易状态", "当前状态", "转化情况", "挂牌状态（截至10月）"])
@pytest.mark.parametrize("state", ["已成交", "终止挂牌", "已摘牌", "已撤牌", "已下架", "已被受让", "交易完成"])
def test_states_of_offers_speak_under_every_name(header, state):
    [[column, problem]] = told(read_outcomes, header, "", state)
    assert (column, state in problem) == (header, True)


@pytest.mark.parametrize(
    ("header", "state"),
    [
        ("项目状态", "挂牌中"),
        ("交易状态", "可转让"),
        ("转化情况", "未转化"),
        ("转化情况", "已在3家企业转化"),
        ("交易状态", "未成交"),
        ("成熟状态", "已成交"),
    ],
)
def test_other_states_of_offers_do_not(header, state):
    assert told(read_outcomes, header, "", state) == []


@pytest.mark.parametrize(
    ("reader", "header", "answer", "tells"),
    [
        (read_outcomes, "是否愿意转让", "否", True),
        (read_outcomes, "是否同意转让或许可", "不同意", True),
        (read_outcomes, "转化意愿", "无", True),
        (read_outcomes, "是否已转让", "是", True),
        (read_needs, "是否已解决", "是", True),
        (read_needs, "是否仍有需求", "否", True),
        (read_needs, "是否达成合作", "是", True),
        (read_outcomes, "是否已转让", "是（2025年转让给某公司）", True),
        (read_outcomes, "是否愿意转让", "是", False),
        (read_outcomes, "是否愿意转让", "", False),
        (read_outcomes, "是否已转让", "否", False),
        (read_outcomes, "是否有合作企业", "否", False),
        (read_needs, "是否已解决", "否", False),
        (read_needs, "是否已解决", "是（部分解决）", False),
        (read_outcomes, "是否已转让", "是，可继续许可", False),
        (read_outcomes, "是否愿意转让", "否（可许可）", False),
        (read_outcomes, "是否愿意转让", "暂可转让", False),
        (read_outcomes, "是否愿意转让", "暂不转让", True),
        (read_outcomes, "是否转化", "否", False),
        (read_outcomes, "是否转让", "否", False),
        (read_outcomes, "合作", "无", False),
        (read_outcomes, "成果名称", "开关（取消键）", False),
        (read_outcomes, "成果名称", "泵体（作废件回收）", False),
        (read_outcomes, "成果名称", "涂层（已转让）", True),
    ],
)
def test_an_answer_to_a_question_on_the_row_speaks_too(reader, header, answer, tells):
    said = [[header, f"有 1 行写着可能不再算数的话：第 2 行“{answer}”；这些行照常读入"]]
    assert told(reader, header, answer, "") == (said if tells else [])


@pytest.mark.parametrize(
    ("state", "tells"),
    [
        ("已与山东大学签约", True),
        ("已与某某公司达成合作", True),
        ("已与3所高校对接，未达成合作", False),
        ("已与某大学达成合作意向，仍需", False),
        ("已与专家沟通尚未签约", False),
    ],
)
def test_a_need_is_met_by_a_contract_and_not_by_talks(state, tells):
    assert bool(told(read_needs, "需求状态", "", state)) == tells


def test_long_texts_and_other_columns_say_nothing():
    assert told(firms, "备注", "公司成立以来一直从事机械加工，2019年搬迁到新厂区，" * 3) == []
    assert told(firms, "主要产品", "注销管理系统") == []


def test_matches_show_what_is_said_against_either_side(tmp_path):
    needs = read_needs("需求编号,需求名称,备注\nN1,降噪,企业已撤回\nN2,防冰,急\n".encode()).rows
    outcomes = read_outcomes("成果编号,成果名称,备注\nC1,消声器,已转让\nC2,涂层,\n".encode()).rows
    pairs = [("N1", "C1", ""), ("N1", "C2", ""), ("N2", "C1", "已过期"), ("N2", "C2", "")]
    matches = pd.DataFrame(pairs, columns=["need_id", "outcome_id", "note"])
    matches = matches.assign(rank=[1, 2, 1, 2], score=0.5, good_match=True)
    write_matches(tmp_path / "m.csv", matches, queries=needs, records=outcomes)
    assert pd.read_csv(tmp_path / "m.csv", dtype=str)["note"].fillna("").tolist() == [
        "需求备注“企业已撤回”；成果备注“已转让”",
        "需求备注“企业已撤回”",
        "已过期；成果备注“已转让”",
        "",
    ]


@pytest.mark.parametrize("header", ["当前法律状态", "法律状态", "[标]当前法律状态", "专利状态（截至2026年）"])
def test_patents_that_were_refused_or_have_lapsed_are_told(header):
    assert told(read_outcomes, header, "驳回", "有效", "权利终止") == []
    reading = read_outcomes(f"成果名称,所属行业,{header}\n甲,某,驳回\n乙,某,有效\n丙,某,权利终止\n".encode())
    found = reading.problems[reading.problems["problem"].str.contains("已失效")]
    assert found[["column", "problem", "action"]].to_numpy().tolist() == [
        [
            header,
            "有 2 行的专利没有授权或已失效：第 2 行“驳回”、第 4 行“权利终止”；这些行照常读入，"
            "似已没有可转让的专利权，请核对",
            "推荐时不要当作可转让、许可的专利",
        ]
    ]


@pytest.mark.parametrize(
    ("state", "lapsed"),
    [
        *((one, True) for one in ("失效", "视为放弃", "撤回", "期限届满", "未缴年费终止失效", "宣告全部无效")),
        *(
            (one, False)
            for one in ("有效", "授权", "实质审查", "公开", "部分无效", "权利恢复", "终止后恢复", "权利转移")
        ),
        *(
            (one, False)
            for one in ("驳回，复审中", "无效宣告请求审查中", "质押注销", "有效（2030年届满）", "授权，2035年到期")
        ),
    ],
)
def test_only_what_ended_for_good_has_lapsed(state, lapsed):
    rows = read_outcomes(f'成果编号,成果名称,法律状态\nC1,甲,"{state}"\n'.encode()).rows
    assert ("C1" in remarks_by_id(rows, OUTCOMES)) is lapsed


def test_matches_tell_lapsed_patents_and_the_asking_firms_own(tmp_path):
    needs = read_needs("需求编号,需求名称,企业名称\nN1,降噪,甲公司\nN2,防冰,乙公司\n".encode()).rows
    table = "成果编号,成果名称,当前法律状态,[标]当前专利权人\nC1,消声器,失效,某大学\nC2,涂层,有效,某大学;甲 公司\n"
    outcomes = read_outcomes(table.encode()).rows
    pairs = [("N1", "C1"), ("N1", "C2"), ("N2", "C2")]
    matches = pd.DataFrame(pairs, columns=["need_id", "outcome_id"])
    matches = matches.assign(rank=[1, 2, 1], score=0.5, good_match=True)
    write_matches(tmp_path / "m.csv", matches, queries=needs, records=outcomes)
    assert pd.read_csv(tmp_path / "m.csv", dtype=str)["note"].fillna("").tolist() == [
        "成果当前法律状态“失效”（似已没有可转让的专利权，请核对）",
        "成果就是提出需求的企业自己的，请不要推荐给它",
        "",
    ]


def test_what_stands_in_brackets_behind_a_name_speaks_too():
    experts = read_experts("专家编号,姓名,研究方向\nE1,甲某（已退休）,铸造\nE2,乙某（教授）,焊接\n".encode())
    assert experts.rows["name"].tolist() == ["甲某（已退休）", "乙某（教授）"]
    found = experts.problems[experts.problems["problem"].str.contains("可能不再算数")]
    assert found[["column", "problem"]].to_numpy().tolist() == [
        ["姓名", "有 1 行写着可能不再算数的话：第 2 行“甲某（已退休）”；这些行照常读入"]
    ]


def test_an_outcome_that_is_sold_by_an_answer_is_not_offered():
    table = "成果编号,成果名称,是否已转让,是否愿意转让\nC1,消声器,是,\nC2,涂层,否,否\nC3,滤芯,,\n"
    rows = read_outcomes(table.encode()).rows
    assert no_longer_offered(rows, OUTCOMES) == [True, False, False]


def test_the_state_of_registration_of_a_firm_is_told():
    table = pd.DataFrame(
        {"企业名称": ["虚构甲公司", "虚构乙公司"], "登记状态": ["存续（在营、开业、在册）", "吊销，未注销"]}
    )
    problems = read_firms(table, "tech-sme", on="2026-06-10").problems["problem"]
    assert "有 1 行写着可能不再算数的话：第 3 行“吊销，未注销”；这些行照常读入" in problems.tolist()
