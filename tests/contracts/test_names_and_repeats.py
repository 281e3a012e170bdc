"""What is read in names without a telling word, and contracts that a register holds in several writings: made up."""

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from matcher.contracts import (
    check_contracts,
    contract_conversions,
    contract_findings,
    contract_summary,
    conversions_by_year,
    income_relief,
    list_rules,
    read_contracts,
)
from matcher.contracts.name_reading import HONEST, NAMES, TEXTS, NameModel
from matcher.contracts.repeats import repeat_problems
from matcher.contracts.rules import load_rules
from matcher.matching.encoding.encoders import StaticEncoder

OLD = {"signed_on": "2025-06-01", "applied_on": "2025-06-10"}
NEW = {"signed_on": "2026-06-01", "applied_on": "2026-06-10"}


def row(number, subject, kind, days=OLD, **cells):
    parties = {
        "seller": f"甲大学{number}",
        "buyer": "乙泵业有限公司",
        "amount": "100万元",
        "technical_amount": "80万元",
    }
    return {"contract_id": number, "subject": subject, "kind": kind} | days | parties | cells


def rows_of(*rows):
    return read_contracts(pd.DataFrame(list(rows))).rows


def test_a_paraphrased_exclusion_is_refused_with_its_article_and_the_reading_said():
    table = contract_findings(rows_of(row("H1", "循环水每周取样化验并报数", "技术开发")))
    columns = ["rule", "answer", "text", "article", "source"]
    assert table[columns].to_numpy().tolist() == [
        [
            "ordinary_work",
            "no",
            "名称读作“例行的检验、化验、鉴定”（由学得的判断，请核对合同内容）",
            "2001规则技术开发合同除外情形",
            "学得的判断（models/contracts-zh）；2001规则摘要",
        ]
    ]


def test_what_is_read_in_a_name_excludes_by_kind_and_edition():
    rows = rows_of(
        row("H1", "循环水每周取样化验并报数", "技术服务"),  # no problem is solved: asked
        row("H2", "循环水每周取样化验并报数", "技术开发", NEW),  # nothing new: art. 851 of the Civil Code
        row("H6", "老式剥壳机照样测绘再造一台", "技术开发", NEW),  # copying: the annex of 2026 was not seen
        row("H3", "客户来料代为车削和喷漆", "技术服务"),
        row("H4", "客户来料代为车削和喷漆", "技术服务", NEW),  # art. 878 of the Civil Code
        row("H5", "循环水结垢在线监测传感器研制", "技术开发"),
    )
    assert check_contracts(rows)["accepted"].tolist() == ["unknown", "no", "unknown", "no", "no", "yes"]


def test_in_a_text_what_the_contract_is_about_decides_and_not_what_is_done_on_the_way():
    research = "研制热解炉进料装置样机，双方均无该技术，密封寿命不低于两千小时。"
    rows = rows_of(
        row("H1", research + "样机的电机和减速器采购款单列，送第三方检测，交付后对甲方人员培训两天。", "技术开发"),
        row("H2", research + "厂房施工和配套设备采购由甲方另行发包，不在本合同内。", "技术开发"),
        row("H3", "开发热解炉智能进料系统。交付物为乙方目录在售的进料机四台，型号不改，按清单验收。", "技术开发"),
        row("H4", "甲方向乙方订购进料机四台，货到付款；另由乙方研究防堵控制方法，两部分分别计价。", "技术开发"),
        row("H5", "提供热解技术服务，客户来料，乙方按图焊接支架两百件并打磨喷漆，按件付加工费。", "技术服务", NEW),
    )
    assert check_contracts(rows)["accepted"].tolist() == ["yes", "yes", "no", "unknown", "no"]


def test_words_that_the_whole_text_does_not_bear_out_ask_or_go():
    text = "解决泵房轴瓦异常磨损问题，测试轴系振动并给出间隙参数，寿命提高一倍，乙方到现场负责设备安装"
    stated = "解决泵房轴瓦异常磨损问题，测试轴系振动并给出间隙参数，寿命提高一倍，双方另立仪器租赁"
    table = check_contracts(rows_of(row("H1", text, "技术服务"), row("H2", stated, "技术服务")))
    assert table["accepted"].tolist() == ["yes", "unknown"]
    assert "而全文读来不是，请登记员看合同内容" in table["reasons"][1]


def test_money_and_days_that_a_text_tells_count_where_the_columns_say_nothing():
    kept = "研制热解炉进料装置样机，双方均无该技术，密封寿命不低于两千小时，价款中列明电机等设备采购费22万元。"
    unreviewed = "研发大型风机主轴承健康评估模型，预警提前三十天，尚未组织专家评审。"
    ended = "解决浮选尾矿跑尾问题，回收率提高两个百分点，合同有效期至2026年5月。"
    rows = rows_of(
        row("H1", kept, "技术开发", amount="80万元"),
        row("H2", kept, "技术开发"),  # 20 of 100 are deducted
        row("H3", unreviewed, "技术开发", NEW, amount="600万元", technical_amount="600万元"),
        row("H4", unreviewed, "技术开发", amount="600万元", technical_amount="600万元"),  # not in the rule of 2001
        row("H5", ended, "技术服务", NEW),
        row("H6", ended, "技术服务", NEW, valid_until="2027-01-01"),
        row("H7", ended.replace("2026年5月", "2026年2月30日"), "技术服务", NEW),  # in February
    )
    assert check_contracts(rows)["accepted"].tolist() == ["unknown", "yes", "unknown", "yes", "no", "yes", "no"]


@pytest.mark.parametrize(
    ("name", "kind", "accepted"),
    [
        ("逐车化验", "技术开发", "unknown"),  # four and five characters: asked about, never refused
        ("代理记账", "技术服务", "unknown"),
        ("验水质", "技术开发", "yes"),
        ("非强制检定的地磅检定", "技术服务", "yes"),
    ],
)
def test_short_names_are_asked_about_and_shorter_ones_and_those_that_negate_are_not_read(name, kind, accepted):
    assert check_contracts(rows_of(row("H1", name, kind)))["accepted"].tolist() == [accepted]


def test_a_name_of_many_words_that_name_nothing_is_read_at_once():
    subject = "任务书" * 40  # words of which a name is made in two ways would be tried in 2 ** 40
    reasons = check_contracts(rows_of(*(row(name, name, "技术开发") for name in (subject, f"{subject}泵"))))["reasons"]
    assert ["标的不明确" in one for one in reasons] == [True, False]


def test_the_models_fit_the_encoder_and_every_topic_has_its_rule():
    model, texts, book = NameModel.shipped(NAMES), NameModel.shipped(TEXTS), load_rules()
    assert set(texts.topics) == {HONEST, *book.reading.topics}
    assert set(model.topics) < set(texts.topics)
    assert {one.encoder.fingerprint for one in (model, texts)} == {StaticEncoder.load().fingerprint}
    by_rule = {rule.id: rule.kinds for rule in book.words}
    others = {rule.id for rule in book.facts} | set(book.rules)
    pairs = [(kind, rule) for topic in book.reading.topics.values() for kind, rule in topic.rules.items()]
    assert [pair for pair in pairs if pair[1] not in others and pair[0] not in by_rule[pair[1]]] == []
    assert model.probabilities(["水样化验", "a"]).sum(axis=1).round(6).tolist() == [1, 1]


def test_rules_without_words_stand_in_the_list():
    table = list_rules()
    found = table[table["rule"].isin(["staff_training", "not_technology"]) & (table["edition"] == "2001-253")]
    assert found[["rule", "answer", "article"]].to_numpy().tolist() == [
        ["staff_training", "no", "2001规则第四十六条"],
        ["not_technology", "no", "登记条件指南（技术转让的条件）"],
    ]


WRITINGS = (
    row("JS-2026-001", "泵壳气孔检测方法研究", "技术开发", seller="甲科技有限公司"),
    row("JS2026001", "泵壳气孔检测方法研究", "技术开发", seller="甲科技", amount="1000000", technical_amount="800000"),
    row("登第1号", "泵壳气孔检测方法研究项目", "技术开发", seller="甲科技（有限）公司（盖章）"),
    row("JS-2026-002", "泵壳气孔检测方法研究二期", "技术开发", seller="甲科技有限公司"),  # another phase
    row("JS-2026-003", "泵壳气孔检测方法研究", "技术开发", seller="丙科技有限公司"),  # another seller
    row("JS-2026-004", "泵壳气孔检测方法研究", "技术开发", seller="甲科技股份公司", signed_on="2025-06-02"),
)


def test_one_contract_in_three_writings_is_counted_once_only_where_its_number_is_the_same():
    checked = check_contracts(rows_of(*WRITINGS))
    names = ["contract_id", "accepted", "duplicate_of", "likely_repeat_id", "standing"]
    assert checked[names].to_numpy().tolist() == [
        ["JS-2026-001", "yes", "", "", "registered"],
        ["JS2026001", "no", "JS-2026-001", "", "refused"],
        ["登第1号", "yes", "", "JS-2026-001", "registered"],
        ["JS-2026-002", "yes", "", "", "registered"],
        ["JS-2026-003", "yes", "", "", "registered"],
        ["JS-2026-004", "yes", "", "", "registered"],
    ]
    sums = contract_summary(checked, by=[])[["contracts", "amount", "likely_repeats", "likely_repeats_amount"]]
    assert sums.to_numpy().tolist() == [[5, 5_000_000, 1, 1_000_000]]
    problems = repeat_problems(checked, file="台账.csv")
    assert problems[["file", "value", "problem", "action", "kept"]].to_numpy().tolist() == [
        ["台账.csv", "JS2026001", "与 JS-2026-001 是同一份合同", "只计其中一份；请核对", True],
        ["台账.csv", "登第1号", "与 JS-2026-001 很可能是同一份合同", "两份都计入合计；如是同一份，请删去一行", True],
    ]


def test_a_supplement_counts_in_place_of_its_contract_or_is_asked_about():
    def filed(number, amount, note="", **cells):
        one = row(
            number, f"泵壳气孔检测研究{number[:3]}", "技术开发", seller="甲大学", amount=amount, technical_amount=amount
        )
        return one | {"signed_on": f"2025-05-{amount[:2]}"} | cells | {"备注": note}

    checked = check_contracts(
        rows_of(
            filed("H01", "10万元"),
            filed("H01-补1", "13万元", "原合同金额变更为13万元，以本行为准"),
            filed("H02", "20万元"),
            filed("H02变更", "22万元"),
            filed("H03", "25万元"),
            filed("H03补", "26万元", "以本行为准", seller="丙大学"),  # of another seller
        )
    )
    names = ["contract_id", "duplicate_of", "likely_repeat_id", "standing"]
    assert checked[names].to_numpy().tolist() == [
        ["H01", "H01-补1", "", "refused"],
        ["H01-补1", "", "", "registered"],
        ["H02", "", "", "registered"],
        ["H02变更", "", "H02", "registered"],
        ["H03", "", "", "registered"],
        ["H03补", "", "", "registered"],
    ]
    assert repeat_problems(checked)["problem"].tolist() == [
        "与 H01-补1 是同一份合同",
        "是 H02 的补充或变更，看不出金额是增加的还是变更后的",
    ]
    assert checked["reasons"][0].startswith("已由 H01-补1 代替（其备注写明以它为准），一份合同只计一次")


@pytest.mark.parametrize(
    ("remark", "standing"),
    [
        ("合同金额由10万元变更为130,000元，2026年5月签", "refused"),
        ("变更后合同总金额13万元", "refused"),
        ("联系人变更为李某，经双方协商合同额变更为13万元（含税）", "refused"),
        ("变更为13万元", "refused"),
        ("以本行为准", "refused"),
        ("联系人变更为李某", "registered"),
        ("收款账户变更为某银行", "registered"),
        ("履行期限变更为2027年6月，增加费用3万元", "registered"),
        ("追加3万元，与原合同不一致的以本协议为准", "registered"),
        ("争议以本协议为准", "registered"),
        ("支付方式变更后分期支付", "registered"),
        ("首付款金额变更为3万元", "registered"),
        ("拟将合同金额变更为13万元", "registered"),
    ],
)
def test_only_a_remark_that_gives_the_sum_strikes_the_contract_of_a_supplement(remark, standing):
    first = row("H01", "泵壳气孔检测研究", "技术开发", seller="甲大学")
    later = row("H01补1", "泵壳气孔检测研究", "技术开发", seller="甲大学", amount="3万元", technical_amount="3万元")
    checked = check_contracts(rows_of(first, later | {"signed_on": "2025-05-20", "备注": remark}))
    assert checked["standing"].tolist() == [standing, "registered"]


def test_codes_decide_whether_parties_are_one():
    codes = ("91370000000000000A", "91370000000000000B")
    rows = [
        row(f"H{at}", "泵壳检测研发", "技术开发", seller="甲科技", seller_code=code) for at, code in enumerate(codes)
    ]
    other = row("H9", "泵壳检测技术研发", "技术开发", seller="乙科技", seller_code=codes[0])
    checked = check_contracts(rows_of(rows[0], rows[1] | {"subject": "泵壳检测技术研发"}, other))
    assert checked["likely_repeat_id"].tolist() == ["", "", "H0"]


def test_the_command_tells_both_sums(run, tmp_path):
    pd.DataFrame(list(WRITINGS)).to_csv(tmp_path / "台账.csv", index=False, encoding="utf-8-sig")
    status, out, err = run("contracts", "台账.csv", "-o", "out.xlsx")
    assert status == 0, err
    assert "其中 1 份很可能重复：都计为 5,000,000 元，只计一份为 4,000,000 元" in out
    assert "登第1号：与 JS-2026-001 很可能是同一份合同" in err
    lines = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_name("问题").to_python()
    assert sum("与 JS-2026-001 很可能是同一份合同" in line for line in lines) == 1


def test_likely_repeats_are_told_beside_conversions_and_relief(run, tmp_path):
    checked = check_contracts(rows_of(*(one | {"kind": "技术转让"} for one in WRITINGS[:3])))
    conversions = contract_conversions(checked)
    assert conversions[["outcome", "evidence", "likely_repeat_id"]].to_numpy().tolist() == [
        ["泵壳气孔检测方法研究", "技术合同登记 JS-2026-001", ""],
        ["泵壳气孔检测方法研究项目", "技术合同登记 登第1号", "JS-2026-001"],
    ]
    by_year = conversions_by_year(conversions)[["year", "conversions", "likely_repeats"]]
    assert by_year.to_numpy().tolist() == [[2025, 1, 0], [2025, 1, 1]]  # two writings of the seller are two firms
    relief = income_relief(checked)[["income_high", "likely_repeats", "likely_repeats_income"]]
    assert relief.to_numpy().tolist() == [[1_000_000, 0, 0], [1_000_000, 1, 1_000_000]]
    pd.DataFrame(list(WRITINGS)).to_csv(tmp_path / "台账.csv", index=False, encoding="utf-8-sig")
    status, out, err = run("contracts", "conversions", "台账.csv", "-o", "out.xlsx")
    assert (status, "（其中 1 项的合同很可能重复）" in out) == (0, True), err
    lines = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_name("问题").to_python()
    assert sum("与 JS-2026-001 很可能是同一份合同" in line for line in lines) == 1
