"""Registers as people hand them in: read, checked, summed, held against targets, written; all made up."""

import re

import pandas as pd
import pytest

from matcher.contracts import (
    check_contracts,
    contract_conversions,
    contract_findings,
    contract_summary,
    conversions_by_year,
    income_relief,
    list_rules,
    propose_contracts,
    read_contracts,
    transfer_relief,
)
from matcher.contracts.remarks import remark_problems
from matcher.contracts.rules import load_rules
from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.pool.book.event_log import Log
from matcher.pool.book.follow_up import follow, items

HEADERS = [
    *("合同编号", "项目名称", "合同类别", "受托方", "委托方", "地区", "签订日期", "申请日期", "登记日期", "登记状态"),
    *("合同成交额（万元）", "技术交易额（万元）"),
]
ROWS = [
    ("H1", "泵壳检测研发", "技术开发", "甲大学", "乙泵业", "兰山区", "01-05", "01-12", "02-02", "", 100, 80),
    ("H2", "蜜桃保鲜技术", "技术转让", "丙农学院", "丁果业", "蒙阴县", "02-05", "02-12", "02-20", "登记", 60, 60),
    ("H3", "炉温预测论证", "技术咨询", "甲大学", "戊铸造", "兰山区", "03-05", "03-12", "03-20", "变更", 15, 15),
    ("H4", "设备采购", "技术服务", "己机电", "乙泵业", "兰山区", "03-05", "03-12", "", "受理中", 90, 20),
    ("H5", "烘干节能改造", "技术服务", "庚能源", "辛木业", "费县", "03-05", "03-12", "", "受理中", 45, 30),
    ("H6", "木屑板配方", "技术许可", "丙农学院", "辛木业", "费县", "03-05", "03-12", "03-25", "注销", 70, 70),
    ("H7", "液压阀块设计", "技术开发", "甲大学", "壬重工", "", "04-05", "04-12", "", "受理中", None, None),
    ("H8", "磁粉配方", "技术转让", "丙农学院", "癸磁电", "蒙阴县", "04-05", "04-12", "04-25", "登记", 60, 61),
]  # fmt: skip
TABLE = pd.DataFrame(
    [(*row[:6], *(day and f"2026-{day}" for day in row[6:9]), *row[9:]) for row in ROWS], columns=HEADERS
)


@pytest.fixture(scope="module")
def checked():
    return check_contracts(read_contracts(TABLE).rows)


def one(**cells):
    row = {"contract_id": "H1", "kind": "技术开发", "subject": "泵壳检测研发", "seller": "甲大学", "buyer": "乙泵业"}
    days = {"signed_on": "2025-06-01", "applied_on": "2025-06-10", "amount": 100, "technical_amount": 80}
    return row | days | cells


def check(*rows, on=None):
    return check_contracts(read_contracts(pd.DataFrame(list(rows))).rows, on=on)


def test_a_register_is_read_by_the_headers_that_bureaus_use():
    reading = read_contracts(TABLE)
    assert set(reading.columns["use"]) == {"已采用"}
    row = reading.rows.iloc[0]
    names = ["contract_id", "subject", "kind", "seller", "buyer", "region", "amount", "technical_amount"]
    assert row[names].tolist() == ["H1", "泵壳检测研发", "技术开发", "甲大学", "乙泵业", "兰山区", 1_000_000, 800_000]


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        ({"amount": "10万美元"}, ["合同成交额“10万美元”是外币（美元），不知折合多少人民币，请改正后再提交"]),
        ({"technical_amount": "见附件"}, ["技术交易额“见附件”内容写在附件或别处，这里没有读到，请改正后再提交"]),
        ({"signed_on": "2025-02-30"}, ["签订日期“2025-02-30”日历上没有这一天，请改正后再提交"]),
        (
            {"applied_on": "2026-02-30", "signed_on": "2025-06-31"},
            [
                "签订日期“2025-06-31”日历上没有这一天；申请日期“2026-02-30”日历上没有这一天，请改正后再提交",
                "申请日期看不懂，不能确定适用哪一版规则：2001版自2001年7月18日、2026版自2026年3月1日施行",
            ],
        ),
        ({"amount": ""}, ["缺少合同成交额；合同应分别载明合同总额和技术交易额"]),
    ],
)
def test_what_nobody_can_read_is_told_as_it_was_written_and_not_as_missing(cells, reasons):
    rows = read_contracts(pd.DataFrame([one(**cells)])).rows
    findings = contract_findings(rows)
    assert findings[["answer", "text"]].values.tolist() == [["unknown", text] for text in reasons]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("让与方", "seller"), ("卖方/受托方/让与方", "seller"), ("研究开发人", "seller"), ("许可人", "seller"),
        ("受让方", "buyer"), ("被许可人", "buyer"), ("买方名称", "buyer"), ("合同登记编号", "contract_id"),
        ("技术性收入（元）", "technical_amount"), ("合同交易总额（元）", "amount"), ("签约日期", "signed_on"),
        ("认定登记日期", "registered_on"), ("申请登记日期", "applied_on"), ("合同名称", "subject"),
        ("合同类型", "kind"),
    ],
)  # fmt: skip
def test_other_headers_of_bureaus(header, field):
    row = {"项目名称": "某项目", header: "1"} if field != "subject" else {header: "1"}
    columns = read_contracts(pd.DataFrame([row])).columns.set_index("header")
    assert columns.loc[header, "field"] == field


def test_who_stands_as_registered_follows_the_state_and_the_day(checked):
    """A register that says nothing of states is one of applications: see the next test."""
    assert dict(zip(checked["contract_id"], checked["standing"], strict=True)) == {
        "H1": "registered", "H2": "registered", "H3": "registered", "H4": "open", "H5": "open",
        "H6": "withdrawn", "H7": "open", "H8": "refused",
    }  # fmt: skip
    assert checked.set_index("contract_id")["accepted"].tolist() == [
        "yes", "yes", "yes", "unknown", "yes", "yes", "unknown", "no",
    ]  # fmt: skip


def test_without_states_what_is_accepted_counts():
    table = check(
        one(), one(contract_id="H2", subject="另一项目", kind="技术服务合同、咨询"), one(contract_id="H3", kind="买卖")
    )
    assert table["standing"].tolist() == ["registered", "open", "refused"]
    assert table["month"].tolist() == ["2025-06"] * 3


def test_sums_by_kind_region_and_month(checked):
    by_kind = contract_summary(checked, by=["kind"])
    assert by_kind.to_numpy(object, na_value=None).tolist() == [
        ["技术咨询", 1, 150_000, 150_000, 0, 0, 0, 0, 0, 0, 0],
        ["技术开发", 1, 1_000_000, 800_000, 0, 1, None, 0, 0, 0, 0],
        ["技术服务", 0, 0, 0, 0, 2, 1_350_000, 0, 0, 0, 0],
        ["技术许可", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
        ["技术转让", 1, 600_000, 600_000, 0, 0, 0, 1, 0, 0, 0],
    ]
    by_region = contract_summary(checked, by=["region"])[["region", "contracts", "amount"]].to_numpy(object).tolist()
    assert by_region == [
        ["", 0, 0], ["临沂市兰山区", 2, 1_150_000], ["临沂市蒙阴县", 1, 600_000], ["临沂市费县", 0, 0],
    ]  # fmt: skip
    by_month = contract_summary(checked, by=["month"])[["month", "contracts", "technical_amount"]].to_numpy(object)
    assert by_month.tolist() == [["2026-02", 2, 1_400_000], ["2026-03", 1, 150_000], ["2026-04", 0, 0]]
    total = contract_summary(checked, by=[])
    assert total.to_numpy(object, na_value=None).tolist() == [[3, 1_750_000, 1_550_000, 0, 3, None, 1, 1, 0, 0]]
    every = contract_summary(checked)
    assert every[["contracts", "amount"]].sum().tolist() == [3, 1_750_000]
    with pytest.raises(ArgumentError, match="not 'year'"):
        contract_summary(checked, by=["year"])


def test_a_sum_says_how_many_amounts_it_is_without():
    exact, about = one(amount="120"), one(contract_id="H2", subject="另一项", amount="约120", technical_amount="约100")
    table = check(exact | {"registered_on": "2025-07-01"}, about | {"registered_on": "2025-07-01"})
    assert contract_summary(table, by=[])[["contracts", "amount", "inexact"]].to_numpy().tolist() == [[2, 120, 1]]


def test_what_was_withdrawn_is_no_refusal():
    states = {"H1": "已登记", "H2": "已撤销", "H3": "注销", "H4": "不予登记", "H5": "作废"}
    table = check(*(one(contract_id=name, subject=f"{name}项目", state=state) for name, state in states.items()))
    assert table["standing"].tolist() == ["registered", "withdrawn", "withdrawn", "refused", "withdrawn"]
    assert contract_summary(table, by=[])[["contracts", "refused", "withdrawn"]].to_numpy().tolist() == [[1, 1, 3]]
    assert table["vat_exempt_high"].tolist() == [100, 0, 0, 0, 0]


def test_rows_that_differ_in_their_number_alone_are_the_same():
    register = pd.DataFrame(
        {"序号": [1, 2, 3, 3], "合同编号": ["H1"] * 4, "项目名称": ["甲项目", "甲项目", "乙项目", "甲项目"]}
    )
    rows, problems = read_contracts(register)
    assert (rows["subject"].tolist(), problems["problem"].tolist()) == (
        ["甲项目"], ["和第 2 行只有序号不同", "和第 2 行编号相同，内容不同", "和第 2 行只有序号不同"],
    )  # fmt: skip


def test_a_day_of_registration_that_nobody_can_read_is_told_and_does_not_decide():
    row = check(one(registered_on="2025-06-31", state="")).iloc[0]
    assert (row["accepted"], row["standing"]) == ("yes", "registered")
    assert row["warnings"].startswith("登记日期“2025-06-31”日历上没有这一天，按没有登记日期统计（")
    tracked = check(one(registered_on="2025-06-31"), one(contract_id="H2", subject="乙", registered_on="2025-06-30"))
    assert tracked["standing"].tolist() == ["open", "registered"]


def test_a_header_of_two_rows_with_kinds_of_values_above(tmp_path):
    (tmp_path / "r.csv").write_text(
        "虚构县登记台账,,,,,,,\n编号,项目名称,甲方（委托方）,乙方（受托方）,日期,,金额（万元）,\n,,,,签订,登记,合同,技术交易\n"
        "H1,磁选机控制,虚构泵业,虚构大学,2026-01-05,2026-02-10,50,40\n", "utf-8",
    )  # fmt: skip
    row = read_contracts(tmp_path / "r.csv").rows.iloc[0]
    names = ["buyer", "seller", "signed_on", "registered_on", "amount", "technical_amount"]
    assert [str(cell)[:10] for cell in row[names]] == [
        "虚构泵业", "虚构大学", "2026-01-05", "2026-02-10", "500000", "400000",
    ]  # fmt: skip


def test_parties_of_the_contract_are_those_by_custom():
    reading = read_contracts(pd.DataFrame([{"编号": "H1", "合同甲方": "虚构泵业", "合同乙方": "虚构大学"}]))
    assert reading.rows[["buyer", "seller"]].to_numpy().tolist() == [["虚构泵业", "虚构大学"]]
    assert [one for one in reading.problems["problem"] if "按惯例" in one] == [
        "照“买方”读入，按惯例",
        "照“卖方”读入，按惯例",
    ]


@pytest.mark.parametrize(
    ("first", "second", "seller"),
    [
        ("合同甲方（卖方）", "合同乙方（买方）", "虚构泵业"),
        ("甲方名称（受托方）", "乙方名称（委托方）", "虚构泵业"),
        ("合同甲方（买方）", "合同乙方（卖方）", "虚构大学"),
        ("合同甲方（盖章）", "合同乙方（盖章）", "虚构大学"),
        ("甲方（单位）", "乙方（单位）", "虚构大学"),
    ],
)
def test_a_bracket_that_names_the_side_goes_before_custom(first, second, seller):
    reading = read_contracts(pd.DataFrame([{"编号": "H1", first: "虚构泵业", second: "虚构大学"}]))
    assert reading.rows[["seller", "buyer"]].iloc[0].sort_values().tolist() == ["虚构大学", "虚构泵业"]
    assert reading.rows["seller"].tolist() == [seller]


def test_parties_by_custom_are_read_and_told_and_words_of_the_desk_are_understood():
    row = {"编号": "H1", "项目名称": "磁选机控制", "甲方": "虚构泵业", "乙方": "虚构大学", "合同期限": "长期"}
    reading = read_contracts(pd.DataFrame([row | {"合同金额": "80w", "技术交易额": "7.5 W元"}]))
    names = ["buyer", "seller", "amount", "technical_amount"]
    assert reading.rows[names].to_numpy().tolist() == [["虚构泵业", "虚构大学", 800_000, 75_000]]
    assert reading.problems[["column", "problem"]].to_numpy().tolist() == [
        ["甲方", "照“买方”读入，按惯例"],
        ["乙方", "照“卖方”读入，按惯例"],
        ["合同期限", "照“有效期止”读入，两者口径可能不同"],
    ]
    both = read_contracts(pd.DataFrame([row | {"卖方": "另一大学"}])).rows  # what says which side it is comes first
    assert both[["seller", "buyer"]].to_numpy().tolist() == [["另一大学", "虚构泵业"]]
    period = read_contracts(pd.DataFrame([row | {"合同期限": "2026-01-01至2026-12-31"}])).rows
    assert period["valid_until"].dt.strftime("%Y-%m-%d").tolist() == ["2026-12-31"]


def test_subtotals_without_figures_are_no_contracts():
    register = pd.DataFrame(
        {
            "序号": [1, None, None, 2, None, 3],
            "合同编号": ["H1", None, None, "H2", None, None],
            "项目名称": ["泵壳检测", "本页小计", "技术开发小计", "阀块设计", "合计", "小计算机研制"],
            "受托方": ["甲大学", None, None, "乙大学", None, None],
            "合同成交额（万元）": [5, None, None, 6, None, None],
        }
    )
    rows, problems = read_contracts(register)
    assert rows["subject"].tolist() == ["泵壳检测", "阀块设计", "小计算机研制"]
    assert problems.loc[~problems["kept"], ["row", "problem"]].values.tolist() == [
        [3, "是合计行"], [4, "是合计行"], [6, "是合计行"],
    ]  # fmt: skip


def test_nothing_gives_nothing(checked):
    none = contract_summary(checked.iloc[:0])
    sums = ["contracts", "amount", "technical_amount", "inexact", "open", "open_amount", "refused", "withdrawn"]
    repeats = ["likely_repeats", "likely_repeats_amount"]
    assert list(none.columns) == ["kind", "region", "month", *sums, *repeats]
    assert len(none) == len(income_relief(checked.iloc[:0])) == len(contract_conversions(checked.iloc[:0])) == 0


def test_an_overdue_decision_and_what_is_not_filed_are_told_on_a_day():
    due = "2025-07-10"
    assert check(one(), on="2025-07-10")["warnings"].tolist() == [""]
    late = check(one(), on="2025-07-11").iloc[0]
    assert (f"{late['decide_by']:%Y-%m-%d}", late["accepted"]) == (due, "yes")
    unsaid = "表中没有登记日期和登记状态，不知是否已办结"  # nor what of others, so nobody knows
    assert late["warnings"].startswith(f"应不迟于 {due} 办结，{unsaid}（2000办法")
    other = one(contract_id="H2", seller="另一大学", subject="轴承检测", registered_on="2025-07-01")
    late = check(one(), other, on="2025-07-11").iloc[0]
    assert late["warnings"].startswith(f"应不迟于 {due} 办结，到 2025-07-11 没有登记（2000办法")
    open_row = check(one(applied_on=None), on="2026-02-28").iloc[0]
    assert (open_row["edition"], open_row["accepted"]) == ("2001-253", "unknown")
    assert open_row["reasons"].endswith("如在 2026-02-28 申请，适用《技术合同认定规则》（国科发政字〔2001〕253号）")
    assert check(one(applied_on=None), on="2026-03-01")["edition"].tolist() == ["2026-miit"]


@pytest.mark.parametrize(
    ("remark", "standing"),
    [
        ("作废", "withdrawn"),
        ("2026年9月已撤销登记", "withdrawn"),
        ("已注销。", "withdrawn"),
        ("原合同作废后重签", "registered"),
        ("拟撤销", "registered"),
        ("合同已解除，2026.8.3注销", "withdrawn"),
        ("测试数据，勿计", "withdrawn"),
        ("未撤销", "registered"),
        ("无取消情形", "registered"),
        ("曾解除后重签", "registered"),
        ("甲公司来函要求解除合同", "registered"),
        ("因材料不全，不予登记", "refused"),
        ("材料不全，不予登记", "refused"),
        ("乙方违约，合同解除", "withdrawn"),
        ("履行完毕，合同终止", "registered"),
        ("合同期满，协议终止", "registered"),
        ("已验收，项目终止", "registered"),
        ("验收未通过", "registered"),
        ("甲方单位已注销", "registered"),
        ("审核不通过，补正后通过", "registered"),
        ("2026年3月5日审核未通过，3月10日通过", "registered"),
        ("研发费加计扣除，不予登记", "registered"),
        ("已退税，不统计", "registered"),
        ("2025年解除，2026年再次签订", "registered"),
        ("企业放弃申请", "registered"),
        ("重复登记", "registered"),
        ("测试", "registered"),
        ("测试费", "registered"),
        ("未执行", "registered"),
        ("2025年12月31日终止", "registered"),
        ("重复录入", "withdrawn"),
        ("企业主动放弃", "withdrawn"),
        ("2026年6月30日解除", "withdrawn"),
        ("退回补正后已登记", "registered"),
        ("3月2日退回，补正后通过", "registered"),
        ("设备退回厂家", "registered"),
        ("未退回", "registered"),
        ("预付款已退回", "registered"),
    ],
)
def test_a_contract_struck_off_in_a_remark_does_not_count(remark, standing):
    table = check(one() | {"备注": remark}, one(contract_id="H2", seller="另一大学", subject="轴承检测"))
    assert table["standing"].tolist() == [standing, "registered"]
    stated = check(one(state="已登记", registered_on="2025-07-01") | {"备注": remark})
    assert stated["standing"].tolist() == [standing]


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        *((state, "withdrawn") for state in ("已解除", "终止", "登记后撤销", "注销办结", "注销审核通过", "注销完成")),
        *((state, "withdrawn") for state in ("已撤销技术合同认定登记", "注销-已审核", "已注销、已退税", "作废件")),
        *((state, "open") for state in ("拟撤销", "暂存", "未注销", "申请注销", "已撤回重报")),
        *((state, "registered") for state in ("注销后重新登记", "已登记（原合同注销）")),
    ],
)
def test_a_state_that_ends_a_contract_does_not_count(state, standing):
    assert check(one(state=state, registered_on="2025-07-01"))["standing"].tolist() == [standing]


def test_findings_say_the_rule_and_whether_it_was_seen():
    rows = read_contracts(pd.DataFrame([one(technical_amount=101, applied_on="2026-03-01")])).rows
    table = contract_findings(rows)
    assert table[["contract_id", "rule", "answer", "article", "verified"]].to_numpy().tolist() == [
        ["H1", "technical_above_total", "no", "征求意见稿第十五条（成交额与技术交易额）", False]
    ]
    assert check_contracts(rows)["unverified"].tolist() == [True]
    assert check(one(technical_amount=101))["unverified"].tolist() == [False]


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("技术开发", 80, 100),
        ("技术转让", 80, 100),
        ("技术许可", 0, 100),
        ("技术咨询", 0, 100),
        ("技术服务", 0, 100),
        ("买卖", 0, 0),
    ],
)
def test_value_added_tax_is_an_interval(kind, low, high):
    assert check(one(kind=kind))[["vat_exempt_low", "vat_exempt_high"]].to_numpy().tolist() == [[low, high]]


def test_what_is_not_accepted_yet_may_be_free_of_tax():
    table = check(one(buyer=""), one(contract_id="H2", amount=None))
    assert table["accepted"].tolist() == ["unknown", "unknown"]
    assert table["vat_exempt_low"].tolist() == [0, 0]
    assert table["vat_exempt_high"].to_numpy(object, na_value=None).tolist() == [100, None]


@pytest.mark.parametrize(
    ("income", "exempt", "half"),
    [
        (-1, 0, 0), (0, 0, 0), (4_999_999, 4_999_999, 0), (5_000_000, 5_000_000, 0), (5_000_001, 5_000_000, 1),
        (8_000_000, 5_000_000, 3_000_000),
    ],
)  # fmt: skip
def test_five_million_of_transfers_are_free_and_the_rest_is_halved(income, exempt, half):
    assert transfer_relief(income) == (exempt, half)


def transfers(*rows):
    table = [one(kind="技术转让", contract_id=f"H{at}", subject=f"第{at}项", **row) for at, row in enumerate(rows)]
    names = ["income_low", "income_high", "exempt_low", "exempt_high", "half_low", "half_high", "deduction_high"]
    return income_relief(check(*table))[names].to_numpy(object, na_value=None).tolist()


def test_income_of_a_year_adds_up_before_it_is_split():
    million = 1_000_000
    sure = {"amount": 9 * million, "technical_amount": 9 * million, "related": "否"}
    assert transfers(sure | {"transfer_income": 3 * million}, sure | {"transfer_income": 4 * million}) == [
        [7 * million, 7 * million, 5 * million, 5 * million, 2 * million, 2 * million, 6 * million]
    ]
    # nobody said whether the parties are related: it may be nothing
    open_row = {"amount": 9 * million, "technical_amount": 9 * million, "transfer_income": 3 * million}
    assert transfers(open_row) == [[0, 3 * million, 0, 3 * million, 0, 0, 3 * million]]
    # no income is given: at most the price, and a loss is possible
    assert transfers({"amount": 6 * million, "technical_amount": 6 * million, "related": "否"}) == [
        [None, 6 * million, 0, 5 * million, 0, million, 5.5 * million]
    ]
    assert transfers({"amount": 6 * million, "technical_amount": 6 * million, "related": "是"}) == []
    # a price that nobody knows has no upper end, but the free part has
    assert transfers({"amount": None, "technical_amount": None}) == [[None, None, 0, 5 * million, 0, None, None]]


def test_conversions_of_sellers_and_buyers(checked):
    table = contract_conversions(checked)
    assert list(table.columns) == ["firm_id", "outcome", "kind", "converted_on", "evidence", "likely_repeat_id"]
    assert (table.pop("likely_repeat_id") == "").all()
    assert table.assign(converted_on=table["converted_on"].dt.strftime("%Y-%m-%d")).to_numpy().tolist() == [
        ["丙农学院", "蜜桃保鲜技术", "技术转让", "2026-02-20", "技术合同登记 H2"],
        ["甲大学", "泵壳检测研发", "技术开发", "2026-02-02", "技术合同登记 H1"],
    ]
    assert contract_conversions(checked, of="buyer")["firm_id"].tolist() == ["丁果业", "乙泵业"]
    with pytest.raises(ArgumentError, match="seller"):
        contract_conversions(checked, of="both")


def test_an_outcome_is_converted_once_a_firm_and_counted_by_year():
    code = "91370000000000000X"
    rows = [
        one(seller_code=code, outcome_id="C1"),
        one(contract_id="H2", seller_code=code, outcome_id="C1", subject="又一次", applied_on="2026-01-10"),
        one(contract_id="H3", seller_code=code, outcome_id="C2", subject="另一成果", applied_on="2026-01-10"),
        one(contract_id="H4", seller_code=code, subject="第三项", kind="技术服务"),
    ]
    conversions = contract_conversions(check(*rows))
    assert conversions[["firm_id", "outcome", "evidence"]].to_numpy().tolist() == [
        [code, "C1", "技术合同登记 H1"],
        [code, "C2", "技术合同登记 H3"],
    ]
    assert conversions_by_year(conversions).to_numpy(object).tolist() == [[code, 2025, 1, 0], [code, 2026, 1, 0]]


def test_a_signed_pair_proposes_a_contract(tmp_path):
    log = Log.create(tmp_path / "pool.db")
    pairs = [
        ("E1", "N1", "C1", "已签约", "2026-05-06", "技术开发", 500_000),
        ("E2", "N2", "C2", "已推送", "2026-05-06", "", None),
        ("E3", "N3", "C3", "已签约", "2026-06-01", "技术转让", None),
    ]
    names = ["enterprise_id", "need_id", "outcome_id", "status", "day", "contract", "amount"]
    assert follow(log, pd.DataFrame(pairs, columns=names).assign(person="王岚")) == 3
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C3"], "title": ["泵壳检测", "保鲜"], "institution": ["甲大学", ""]})
    firms = pd.DataFrame({"enterprise_id": ["E1", "E3"], "name": ["乙泵业", "丁果业"]})
    register = check(one(contract_id="R9", subject="保鲜", kind="技术转让", buyer="丁果业"))
    proposed = propose_contracts(items(log, on="2026-06-30"), outcomes=outcomes, firms=firms, register=register)
    days = proposed["signed_on"].dt.strftime("%Y-%m-%d")
    assert proposed.assign(signed_on=days).drop(columns="applied_on").to_numpy(object, na_value=None).tolist() == [
        ["签约-0001", "泵壳检测", "技术开发", "甲大学", "乙泵业", "2026-05-06", 500_000, None, "E1", "N1", "C1", ""],
        ["签约-0002", "保鲜", "技术转让", "", "丁果业", "2026-06-01", None, None, "E3", "N3", "C3", "R9"],
    ]
    # what is proposed reads as a register: it is not filed yet, and what is missing is told
    answer = check_contracts(read_contracts(proposed).rows)
    assert answer["accepted"].tolist() == ["unknown", "unknown"]
    assert "缺少技术交易额" in answer["reasons"].iloc[0]
    log.close()


def test_rules_are_listed_with_what_was_seen():
    table = list_rules()
    assert table["edition"].unique().tolist() == ["2001-253", "2026-miit", ""]
    assert (table[["text", "article", "source"]] != "").all().all()
    draft = table[table["article"].str.contains("征求意见稿")]
    assert len(draft) >= 10
    assert not draft["verified"].any()
    values = table[table["part"] == "数值"].set_index("rule")["text"]
    assert values.to_dict() == {"large": "5000000", "licence_since": "2021-01-01", "income_free": "5000000"}


@pytest.mark.parametrize(
    ("amount", "technical", "answer", "said"),
    [
        ("1000000", "1000000.01", "no", "技术交易额1,000,000.01 元大于合同成交额1,000,000 元"),
        ("1000000.01", "1000000.01", "yes", "没有不予登记的情形"),
        ("1000000.01", "1000000.02", "no", "技术交易额1,000,000.02 元大于合同成交额1,000,000.01 元"),
        ("1000000.02", "1000000.01", "yes", "没有不予登记的情形"),
        ("1000000.49", "1000000.5", "no", "技术交易额1,000,000.5 元大于合同成交额1,000,000.49 元"),
        ("1000000.6", "1000001", "no", "技术交易额1,000,001 元大于合同成交额1,000,000.6 元"),
        ("100万元", "100.000001万元", "no", "技术交易额1,000,000.01 元大于合同成交额1,000,000 元"),
        ("1000000", "1000000.001", "yes", "没有不予登记的情形"),
    ],
)
def test_fen_are_compared_before_they_are_rounded_away(amount, technical, answer, said):
    row = check(one(amount=amount, technical_amount=technical)).iloc[0]
    assert (row["accepted"], said in row["reasons"]) == (answer, True)


def test_fen_stand_beside_the_whole_yuan():
    reading = read_contracts(pd.DataFrame([one(amount="100.5", technical_amount="99.99"), one(contract_id="H2")]))
    names = ["amount", "amount_fen", "technical_amount", "technical_amount_fen"]
    assert reading.rows[names].to_numpy().tolist() == [[101, -50, 100, -1], [100, 0, 80, 0]]
    assert reading.problems["problem"].tolist() == ["这一列有 1 格不是整元，已四舍五入到元"] * 2
    row = check_contracts(reading.rows).iloc[0]
    assert row[["amount", "technical_amount", "vat_exempt_low", "vat_exempt_high"]].tolist() == [101, 100, 99, 101]


def test_contracts_that_differ_by_a_fen_are_two_and_the_large_one_begins_at_its_whole_amount():
    rows = [one(amount="100"), one(contract_id="H2", amount="100.01"), one(contract_id="H3", amount="100.01")]
    assert check(*rows)["duplicate_of"].tolist() == ["", "", "H2"]
    days = {"signed_on": "2026-04-01", "applied_on": "2026-04-10"}
    below = check(one(amount="6000000", technical_amount="4999999.99", **days)).iloc[0]
    assert (below["warnings"], f"{below['decide_by']:%Y-%m-%d}") == ("", "2026-05-01")


def test_every_article_of_the_civil_code_that_is_cited_was_read():
    """Articles 851 to 884, and 843 and 850 in copies of the articles; nothing else may be cited."""
    table, kinds = list_rules(), load_rules().kinds.values()
    cited = "；".join([*table["article"], *(kind.article for kind in kinds)])
    assert set(re.findall("民法典》(第[^条]+条)", cited)) == {
        "第八百四十三条", "第八百五十条", "第八百五十一条", "第八百七十八条",
    }  # fmt: skip
    art843 = table[table["article"].str.contains("第八百四十三条")]
    assert art843["source"].str.contains("第八百四十三条的条文").all()


def test_a_word_that_only_hints_is_told_as_a_question():
    rows = [
        one(subject="国外阀门仿制"),
        one(contract_id="H2", subject="零件简单仿制"),
        one(contract_id="H3", subject="密封件研制及常规检测"),
    ]
    table = contract_findings(read_contracts(pd.DataFrame(rows)).rows)
    assert table[["contract_id", "rule", "answer", "text"]].to_numpy().tolist() == [
        ["H1", "copying", "unknown", "名称中有“仿制”，可能是一般仿制、应用，请登记员看合同内容"],
        ["H2", "copying", "no", "名称写明“简单仿制”，一般仿制和应用不是技术开发"],
        ["H3", "ordinary_work", "unknown", "名称中有“常规检测”，可能是一般检测、鉴定，请登记员看合同内容"],
    ]


def test_other_columns_of_the_file_stay():
    table = check(one(备注="乙方盖章", 空列=""))
    assert table.columns[-1] == "备注"
    assert table["备注"].tolist() == ["乙方盖章"]


def test_a_whole_reading_is_no_table():
    with pytest.raises(ArgumentTypeError, match=r"give its \.rows"):
        check_contracts(read_contracts(pd.DataFrame([one()])))


def test_short_headers_of_days_and_kind_are_read():
    table = pd.DataFrame(
        [("H1", "技术开发", "2026-01-05", "2026-01-12", "2026-02-02")],
        columns=["合同编号", "类型", "签订日", "申请日", "登记日"],
    )
    reading = read_contracts(table)
    days = reading.rows[["signed_on", "applied_on", "registered_on"]].iloc[0]
    assert [f"{day:%m-%d}" for day in days] == ["01-05", "01-12", "02-02"]
    assert reading.rows["kind"].tolist() == ["技术开发"]


@pytest.mark.parametrize("remark", ["已退回", "材料不全，退回补正", "登记机构退回", "被退回修改"])
def test_a_contract_sent_back_does_not_count_unless_it_is_said_to_be_registered(remark):
    assert check(one() | {"备注": remark})["standing"].tolist() == ["refused"]
    stated = check(one(state="已登记", registered_on="2025-07-01") | {"备注": remark})
    assert stated["standing"].tolist() == ["registered"]
    (told,) = remark_problems(stated)["problem"]
    assert "仍然计入登记" in told


@pytest.mark.parametrize(
    ("header", "cell", "secret"),
    [("备注", "涉密", True), ("密级", "秘密", True), ("备注", "非涉密", False), ("保密期限", "3年", False)],
)
def test_a_secret_contract_is_told(header, cell, secret):
    table = pd.DataFrame([{"合同编号": "H1", "项目名称": "泵壳检测", "合同成交额（万元）": 50, header: cell}])
    problems = read_contracts(table).problems["problem"]
    assert problems.str.contains("写着不公开或涉密.*参加核对和统计").any() == secret
