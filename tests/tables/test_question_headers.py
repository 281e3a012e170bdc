"""Headers of questionnaires, and of tables that only look like them."""

import pytest

from matcher.tables.headers.questions import asked_for
from matcher.tables.reading import read_needs, read_outcomes


def needs(header, cell):
    read = read_needs(f"企业名称,{header}\n甲铸造有限公司,{cell}\n".encode())
    return read.rows.iloc[0], read.columns.set_index("header")["field"]


@pytest.mark.parametrize(
    ("header", "field", "cell"),
    [
        ("5、企业目前遇到的主要技术难题是什么？（请尽量详细描述）", "problem", "壳体热节处缩松严重"),
        ("贵公司的技术需求有哪些？", "title", "壳体缩松控制"),
        ("6、希望达到的技术指标【填空题】", "indicators", "缩松废品率≤2%"),
        ("您希望达到的技术指标是多少？", "indicators", "缩松废品率≤2%"),
        ("04.请用一句话描述贵企业最想解决的技术问题(必填)", "problem", "壳体热节处缩松严重"),
        ("2、主要技术瓶颈是？", "problem", "壳体热节处缩松严重"),
    ],
)
def test_a_question_is_the_field_that_it_asks_for(header, field, cell):
    row, fields = needs(header, cell)
    assert field in fields[header]
    assert row[field] == cell


def test_an_answer_is_labelled_by_the_field_and_an_option_by_no_letter():
    table = (
        "04.请用一句话描述贵企业最想解决的技术问题(必填),06.希望达到的指标,07.愿意投入多少钱？(单选),08.希望什么时候解决？\n"
        "壳体缩松,废品率≤2%,B.10万-30万,半年以内\n"
    )
    row = read_needs(table.encode()).rows.iloc[0]
    assert row["description"] == "技术难题：壳体缩松\n06.希望达到的指标：废品率≤2%"
    assert (row["budget_min"], row["budget_max"], row["done_by"]) == (100_000, 300_000, "半年以内")


def test_sums_keep_the_unit_of_the_question_and_ways_their_signs():
    table = (
        "1、需求名称,7、计划投入多少资金？（万元）,8、希望以何种方式与高校院所合作？【多选题】,9、期望解决时间\n"
        "缩松控制,50,委托开发┋合作开发,(跳过)\n"
    )
    row = read_needs(table.encode()).rows.iloc[0]
    assert (row["budget"], row["cooperation"], row["done_by"]) == (500_000, "委托开发,合作开发", "")


@pytest.mark.parametrize(
    "header",
    [
        "需求名称",
        "是否有研发机构？",
        "10、是否愿意公开发布该需求",
        "企业能否提供现场？",
        "请详细说明",
        "填写单位名称",
        "说明企业情况",
        "联系人",
        "技术难题",
        "6、希望达到的技术指标",
    ],
)
def test_other_headers_ask_for_nothing(header):
    assert asked_for(header) == ()


def test_a_question_of_something_else_stays_unread():
    table = "需求名称,您是从什么渠道知道我们的？,有哪些意见和建议？\n缩松控制,微信,无\n"
    columns = read_needs(table.encode()).columns.set_index("header")["field"]
    assert columns.iloc[1:].tolist() == ["", ""]


@pytest.mark.parametrize(
    "header",
    [
        "贵公司有多少研发人员？",
        "贵公司有哪些技术需求和困难？",
        "贵公司研发投入是多少？（万元）",
        "企业近三年投入研发资金多少？",
        "最近一年研发投入多少万元？",
        "企业曾经与哪些高校以何种方式合作过？",
        "您希望以什么形式参加本次产学研合作大会？",
    ],
)
def test_what_was_before_events_and_numbers_are_no_part_of_a_need(header):
    reading = read_needs(f"需求名称,{header},企业名称\n缩松控制,35,甲铸造有限公司\n".encode())
    assert reading.columns["field"].tolist() == ["title", "", "enterprise"]


def test_a_header_in_plain_words_goes_before_a_question():
    table = "需求名称,技术难题,目前遇到的技术难题是什么？\n缩松控制,热节缩松,没有\n"
    assert "技术难题：热节缩松" in read_needs(table.encode()).rows.iloc[0]["problem"]


def test_lists_of_exchanges_and_of_open_licences():
    table = "挂牌编号,项目名称,转让方,挂牌价格（万元）,挂牌截止\nGP1,消声器,甲大学,58,2026/12/10\n"
    row = read_outcomes(table.encode()).rows.iloc[0]
    assert row[["outcome_id", "institution", "price"]].tolist() == ["GP1", "甲大学", "58万元"]
    assert str(row["valid_until"].date()) == "2026-12-10"
    table = "专利名称,专利权人,许可使用费支付方式和标准,许可期限届满日\n消声器,甲大学,5000元/年,2026-05-31\n"
    row = read_outcomes(table.encode()).rows.iloc[0]
    assert (row["price"], str(row["valid_until"].date())) == ("5000元/年", "2026-05-31")
