"""What a contract's own text states of itself and of its filing; made up."""

import pandas as pd
import pytest

from matcher.contracts import check_contracts, contract_findings, read_contracts

OLD = {"signed_on": "2025-06-01", "applied_on": "2025-06-10"}
NEW = {"signed_on": "2026-06-01", "applied_on": "2026-06-10"}
PUMP = "解决循环泵轴封三天一漏的问题，测量轴振动和密封腔压力，给出间隙参数，漏量降到每小时5毫升以下。"
GLUE = "研制零下四十度不脆的密封胶，双方都还没有配方，断裂伸长率不低于300%，专利双方共有。"


def rows_of(*rows):
    base = {"seller": "甲大学", "amount": "100万元", "technical_amount": "100万元"}
    table = [
        base | days | {"contract_id": f"H{at}", "subject": text, "kind": kind, "buyer": f"乙泵业{at}"} | cells
        for at, (text, kind, days, cells) in enumerate(rows)
    ]
    return read_contracts(pd.DataFrame(table)).rows


def answers(*rows):
    return check_contracts(rows_of(*rows))["accepted"].tolist()


@pytest.mark.parametrize(
    ("told", "old", "new"),
    [
        ("落款处没有盖章，通知后甲方仍不盖章。", "no", "no"),
        ("落款处没有盖章。", "unknown", "unknown"),
        ("首页乙方为“甲大学”，末页盖的却是“乙水泵经营部”的公章，退回后未换。", "no", "no"),
        ("双方公章齐全，与名称一致，不缺章。", "yes", "yes"),
        ("封面的类别与内容不符，要求改名，双方答复：“不改。”", "no", "unknown"),
        ("名称与内容一致，不必更名。", "yes", "yes"),
        ("登记处要求改按技术咨询申请，双方次日已改正。", "unknown", "unknown"),
        ("这份合同今年四月已在市科技局登过，证号也有。", "no", "no"),
        ("所用软件的著作权去年已在版权局登记。", "yes", "yes"),
        ("乙方不许研究同类密封，自己的改进一律白给甲方。", "no", "no"),
        ("弹簧只准向甲方买，不许质疑专利。", "no", "no"),
        ("乙方不得泄露甲方图纸，改进归改进者，备件只能买到进口的。", "yes", "yes"),
    ],
)
def test_a_text_that_tells_of_its_filing_and_terms_is_refused_or_asked_about(told, old, new):
    assert answers((PUMP + told, "技术服务", OLD, {}), (PUMP + told, "技术服务", NEW, {})) == [old, new]


@pytest.mark.parametrize(
    "name", ["无纸化电子签章系统加密算法研究", "印章缺陷视觉识别方法研发", "未来城市勋章图像检索算法研究"]
)
def test_seals_that_a_name_is_about_are_not_missing(name):
    assert answers((name, "技术开发", OLD, {})) == ["yes"]


def test_a_royalty_without_a_total_is_told_and_does_not_stand_against_registration():
    text = "转让海带胶连续提取的技术秘密，工艺已用两年，归受让方，入门费15万元，另按销量每吨提成20元，总额现在算不出。"
    plain = text.replace("另按销量每吨提成20元，总额现在算不出", "资料五册")
    none = {"technical_amount": ""}
    rows = [(text, "技术转让", OLD, none), (text, "技术转让", NEW, none), (plain, "技术转让", OLD, none)]
    table = check_contracts(rows_of(*rows))
    assert table["accepted"].tolist() == ["yes", "unknown", "unknown"]
    assert "总额不能确定的，在享受优惠前补正（2001规则第五十一条）" in table["warnings"][0]


def test_experts_who_have_not_met_are_no_review():
    sums = {"amount": "900万元", "technical_amount": "900万元"}
    texts = [GLUE + told for told in ("专家尚未开会，意见栏空白。", "专家评审已经通过，意见附后。")]
    table = contract_findings(rows_of(*((text, "技术开发", NEW, sums) for text in texts)))
    assert table[["contract_id", "rule", "answer"]].to_numpy().tolist() == [
        ["H0", "large_unreviewed", "unknown"],
        ["H1", "large", "warn"],
    ]


def test_another_contract_beside_it_is_not_what_the_text_is_about():
    told = "甲方前年向乙方采购过普通胶水四吨，那批货另有买卖合同，已经结清。"
    assert answers((GLUE + told, "技术开发", OLD, {})) == ["yes"]


def test_what_the_parties_can_mend_is_asked_about_and_refused_where_they_do_not():
    vague = "乙方为甲方提供全方位前沿赋能，共同打造智慧生态，做什么由双方领导随时商量，成果形式不限，以甲方满意为准。"
    refused = vague + "登记员要求写明内容，双方拒绝补充。"
    rows = rows_of((vague, "技术开发", OLD, {}), (refused, "技术开发", OLD, {}))
    found = contract_findings(rows)
    assert found[["rule", "answer"]].to_numpy().tolist() == [["object_open", "unknown"], ["object_open", "no"]]
