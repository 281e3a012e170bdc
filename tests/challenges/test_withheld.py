"""Needs that are not to be published."""

import pandas as pd
import pytest

from matcher.challenges import challenge_table, find_challenges
from matcher.challenges.bids import check_bids
from matcher.challenges.results import Challenges
from matcher.challenges.withheld import withheld_needs
from matcher.challenges.workbook import write_challenges
from matcher.tables.reading import read_needs


def needs(header, *cells):
    lines = [f"N{i},设备{'甲乙丙丁'[i]}降噪,寻求风机降噪方法，噪声≤60dB,{cell}" for i, cell in enumerate(cells)]
    return read_needs("\n".join([f"需求编号,需求名称,需求描述,{header}", *lines]).encode()).rows


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("是否公开", "否"),
        ("公开方式", "不公开"),
        ("是否涉密", "是"),
        ("密级", "秘密"),
        ("备注", "企业要求暂缓公开"),
        ("审核状态", "退回"),
        ("审核状态", "未通过"),
        ("审核状态", "待审"),
        ("初审意见", "不予通过，不属于技术需求"),
        ("审核结果", "审核中"),
        ("是否公开需求名称", "否"),
        ("是否已解决", "是"),
        ("保密期限", "秘密★5年"),
        ("保密期限", "不公开"),
        ("备注", "需求保密，保密期限3年"),
        ("备注", "保密期限3年，不公开"),
        ("企业是否同意公开", "否"),
        ("企业是否同意公开", "不同意"),
        ("是否同意对外发布（必填）", "不同意"),
        ("是否允许对外公布", "否"),
        ("能否在平台发布", "不能"),
        ("是否对外发布", "否"),
        ("是否可对外发布", "否"),
        ("是否在网上发布", "否"),
        ("发布意愿", "不同意"),
        ("能否对外", "否"),
        ("是否同意由科技局统一对外发布", "否"),
        ("是否同意公开", "☑否 □是"),
        ("是否同意公开", "□是 ☑否"),
        ("公开意愿", "仅限内部使用"),
        ("是否愿意公开发布该需求", "暂不发布"),
        ("备注", "企业名称和需求内容不公开"),
        ("备注", "企业名称不公开，需求保密"),
        ("审核意见", "未审核"),
        ("审核状态", "已审核，未审批"),
        ("审核意见", "退回，修改后方可通过"),
        ("审核意见", "待审核通过后发布"),
        ("审核意见", "初审通过，复审不同意通过"),
        ("审核意见", "评审未获通过"),
        ("审核意见", "待修改后通过"),
        ("审核意见", "退回，通过系统重新提交"),
        ("审核意见", "退回，同意撤回"),
    ],
)
def test_what_says_so_is_withheld(header, said):
    table = needs(header, "", said)
    reviewed = "审" in header or "解决" in header  # its title may be seen, unlike that of what is not public
    title = "设备乙降噪" if reviewed else "（不公开）"
    assert withheld_needs(table).to_numpy().tolist() == [["N1", title, header, said]]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("是否公开", "是"),
        ("公开方式", "全部公开"),
        ("是否同意公开", "☑是 □否"),
        ("是否同意对外发布", "同意"),
        ("是否同意对外发布", ""),
        ("是否已发布", "否"),
        ("是否已在省平台发布", "否"),
        ("是否在其他平台发布过", "否"),
        ("是否曾对外发布", "否"),
        ("平台发布情况", "否"),
        ("是否同意参加对外发布会", "不同意"),
        ("授权公布号", "否"),
        ("是否同意推送专家", "不同意"),
        ("是否同意调剂", "否"),
        ("对接意愿", "不愿意"),
        ("公开意愿", "内部讨论后公开"),
        ("是否涉密", "否"),
        ("密级", "无"),
        ("备注", "需签保密协议"),
        ("保密期限", "3年"),
        ("保密期限（年）", "3"),
        ("保密期限", "长期"),
        ("合作要求", "双方保密期限3年，成果共享"),
        ("备注", "保密期限=3年"),
        ("备注", "设备已退回厂家"),
        ("审核状态", "审核通过"),
        ("审核意见", "同意发布"),
        ("备注", "。"),
        ("状态", "；；"),
        ("审核人", "王岚"),
        ("审核人", "李未核"),
        ("是否公开企业名称", "否"),
        ("是否公开联系方式", "否"),
        ("企业信息是否公开", "否"),
        ("备注", "企业名称不公开"),
        ("备注", "企业名称及联系人需保密"),
        ("备注", "不公开招标"),
        ("备注", "技术保密，需签协议"),
        ("审核意见", "初审未通过，复审通过"),
        ("审核意见", "未通过；修改后复审通过"),
        ("审核意见", "退回修改后通过"),
        ("审核意见", "驳回；复核同意发布"),
        ("审核意见", "第一次退回，再次审核通过"),
        ("评审结论", "通过（第一次不通过）"),
        ("审核结果", "未核实到问题"),
        ("审核意见", "内容完整，未审出问题"),
    ],
)
def test_other_words_withhold_nothing(header, said):
    assert withheld_needs(needs(header, "", said)).empty


@pytest.mark.parametrize(
    ("header", "said", "owner"),
    [
        ("备注", "企业名称不公开", "（企业要求不公开名称）"),
        ("备注", "不对外公开企业名称", "（企业要求不公开名称）"),
        ("是否同意对外发布", "匿名发布", "（企业要求不公开名称）"),
        ("是否公开企业名称", "否", "（企业要求不公开名称）"),
        ("是否匿名发布", "是", "（企业要求不公开名称）"),
        ("匿名发布", "√", "（企业要求不公开名称）"),
        ("是否匿名", "☑是 □否", "（企业要求不公开名称）"),
        # honest neighbours
        ("备注", "联系人不公开", "甲泵业有限公司"),
        ("是否公开企业名称", "是", "甲泵业有限公司"),
        ("是否匿名发布", "否", "甲泵业有限公司"),
        ("是否匿名", "□是 ☑否", "甲泵业有限公司"),
        ("匿名评审", "是", "甲泵业有限公司"),
        ("备注", "企业名称已变更", "甲泵业有限公司"),
        ("备注", "开发匿名化数据发布平台", "甲泵业有限公司"),
        ("是否同意对外发布", "同意", "甲泵业有限公司"),
    ],
)
def test_a_firm_that_wants_no_name_published_is_not_named(header, said, owner):
    table = read_needs(
        f"需求编号,企业名称,需求名称,需求描述,{header}\nN1,甲泵业有限公司,风机降噪,寻求风机降噪方法，噪声≤60dB,{said}\n".encode()
    ).rows
    pairs = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C"], "good_match": [False]})
    made = Challenges.build(table, pairs).table
    assert made["owner"].tolist() == [owner]
    bids = pd.DataFrame({"bid_id": ["J1"], "challenge_id": made["challenge_id"], "bidder": ["甲泵业有限公司"]})
    state = check_bids(bids, made).set_index("check").loc["not_needer", "state"]
    assert state == ("unknown" if owner.startswith("（") else "not_met")


@pytest.mark.parametrize(
    ("remark", "whose", "shown"),
    [
        ("匿名发布", "虚构果业有限公司", "某企业"),
        ("匿名发布", "我司虚构果业", "我司某企业"),
        ("匿名发布", "临沂虚构果业集团公司", "临沂某企业"),
        # honest neighbours
        ("匿名发布", "果业公司", "果业公司"),
        ("匿名发布", "虚构农业有限公司", "虚构农业有限公司"),
        ("", "虚构果业有限公司", "虚构果业有限公司"),
    ],
)
def test_nor_do_the_texts_name_it(remark, whose, shown):
    row = f"N1,虚构果业有限公司,风机降噪,寻求风机降噪方法，噪声≤60dB,{remark}"
    table = read_needs(f"需求编号,企业名称,需求名称,需求描述,备注\n{row}\n".encode()).rows
    found = find_challenges(table, pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C"], "good_match": [False]}))
    made = challenge_table(found.assign(wording=f"{whose}的桃只能放5天"), table)
    assert made["wording"].tolist() == [f"{shown}的桃只能放5天"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("is_deleted", "1"),
        ("是否作废", "是"),
        ("需求状态", "已撤回"),
        ("需求状态", "已解决"),
        ("备注", "企业要求撤回"),
        ("备注", "2026-03-01审核通过；2026-05-10企业要求撤回"),
        ("备注", "2026-05-10企业要求撤回；2026-03-01审核通过"),
        ("备注", "作废"),
    ],
)
def test_what_is_deleted_or_withdrawn_is_not_published(header, said):
    assert withheld_needs(needs(header, "", said)).to_numpy().tolist() == [["N1", "设备乙降噪", header, said]]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("is_deleted", "0"),
        ("是否作废", "否"),
        ("需求状态", "对接中"),
        ("需求状态", "未解决"),
        ("备注", "2026-03-01企业撤回；2026-05-10重新提交，审核通过"),
        ("备注", "2026-05-10修改后审核通过；2026-03-01企业撤回"),
        ("备注", "原合作单位已终止合作"),
        ("备注", "不得撤回"),
        ("备注", "设备停用后噪声消失"),
    ],
)
def test_what_stands_is_published(header, said):
    assert withheld_needs(needs(header, "", said)).empty


def test_a_no_under_whether_to_publish_counts_beside_a_yes():
    assert withheld_needs(needs("是否发布", "是", "否", "")).need_id.tolist() == ["N1"]
    assert withheld_needs(needs("是否张榜", "☑是 □否", "□是 ☑否")).need_id.tolist() == ["N1"]
    assert withheld_needs(needs("是否发布", "是", "×", "暂不发布")).need_id.tolist() == ["N1", "N2"]
    assert withheld_needs(needs("是否发布", "否", "否")).empty  # nothing is published yet
    assert withheld_needs(needs("是否已发布", "是", "否")).empty
    assert withheld_needs(needs("是否发布公告", "是", "否")).empty


def test_no_sheet_names_a_firm_that_wants_no_name(tmp_path):
    rows = (
        "N1,虚构重工有限公司,虚构重工有限公司轴承座降噪,寻求轴承座降噪方法，噪声≤60dB,是\n"
        "N2,甲泵业有限公司,甲泵业泵壳检测,寻求泵壳检测方法,否"
    )
    table = read_needs(f"需求编号,企业名称,需求名称,需求描述,是否匿名\n{rows}\n".encode()).rows
    pairs = pd.DataFrame({"need_id": ["N1", "N2"], "outcome_id": ["C"] * 2, "good_match": [False] * 2})
    write_challenges(tmp_path / "c.xlsx", Challenges.build(table, pairs), needs=table)
    sheets = pd.read_excel(tmp_path / "c.xlsx", sheet_name=None, dtype=str, engine="openpyxl")
    assert not any(sheet.map(lambda cell: "虚构重工" in str(cell)).any(axis=None) for sheet in sheets.values())
    assert "某企业轴承座降噪" in sheets["需求去向"]["需求名称"].tolist()
    assert "甲泵业泵壳检测" in sheets["需求去向"]["需求名称"].tolist()


def test_a_later_review_that_passes_lifts_an_earlier_refusal():
    assert withheld_needs(needs("初审意见,复审意见", "退回修改,通过", "退回修改,")).need_id.tolist() == ["N1"]


def test_withheld_needs_stand_in_no_table_but_their_own():
    table = needs("是否公开", "是", "否", "是")
    pairs = pd.DataFrame({"need_id": ["N0", "N1", "N2"], "outcome_id": ["C"] * 3, "good_match": [False] * 3})
    made = Challenges.build(table, pairs)
    assert made.withheld["need_id"].tolist() == ["N1"]
    assert made.states["need_id"].tolist() == ["N0", "N2"]
    assert set(made.found["need_id"]) == {"N0", "N2"}
    assert made.summary.endswith("；另有 1 条写明不公开、已撤回或未通过审核，没有列入")
    assert Challenges.build(table.iloc[[1]], pairs).table.empty
