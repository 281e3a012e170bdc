"""Ranges, precisions, standards and fees: what is told of each."""

import math

import pytest

from matcher.resources.capabilities import asked_of, compare, offered_of
from matcher.resources.costs import cost_of
from matcher.resources.fees import Fee, fees_of
from matcher.resources.methods import methods_asked, methods_named
from matcher.resources.standards import compare_standards, standards_of


@pytest.mark.parametrize(
    ("asked", "offered", "state"),
    [
        ("最大拉力300kN", "最大试验力300kN", "met"),
        ("最大拉力301kN", "最大试验力300kN", "not_met"),
        ("最大拉力20t", "最大试验力300kN", "unknown"),  # a mass is no force
        ("载荷500N", "量程1～100kN", "not_met"),
        ("载荷1kN", "量程1～100kN", "met"),
        ("频率150Hz以上", "频率200～1000Hz", "met"),
        ("频率150Hz以上", "频率10～100Hz", "not_met"),
        ("频率150Hz", "频率200～1000Hz", "not_met"),
        ("力值不低于400kN", "载荷≥300kN", "unknown"),
        ("力值不低于300kN", "载荷≥300kN", "met"),
        ("在-60℃到150℃之间循环", "温度范围：-60℃～+150℃", "met"),
        ("在-61℃到150℃之间循环", "温度范围：-60℃～+150℃", "not_met"),
        ("在-60℃到151℃之间循环", "温度范围：-60℃～+150℃", "not_met"),
        ("在-60℃到150℃之间循环", "最低温度-70℃，最高温度180℃", "met"),
        ("在-71℃到150℃之间循环", "最低温度-70℃，最高温度180℃", "not_met"),
        ("烧结温度1500℃", "最高温度1600℃", "met"),
        ("温度-40℃", "最高温度180℃", "unknown"),
        ("温度波动±0.5℃", "温度波动±0.5℃", "met"),
        ("温度波动±0.4℃", "温度波动±0.5℃", "not_met"),
        ("分辨率≤0.8nm", "分辨率优于0.8nm@15kV", "met"),
        ("分辨率≤0.8nm", "分辨率优于1.0nm@15kV", "not_met"),
        ("分辨率≤0.8nm", "加速电压0.2～30kV", "unknown"),
        ("检出限1ppb以下", "检出限≤10ppt", "met"),
        ("检出限1ppb以下", "检出限≤0.1ppm", "not_met"),
        ("精度不低于0.5级", "准确度1级", "not_met"),
        ("精度不低于1级", "准确度0.5级", "met"),
        ("漏率不大于1×10-9Pa·m3/s", "最小可检漏率5×10-13Pa·m3/s", "met"),
        ("洁净度要求千级", "洁净车间万级，800平方米", "not_met"),
        ("洁净度要求万级", "ISO 7级洁净间", "met"),
        ("样品直径60mm", "样品尺寸≤Φ50mm×20mm", "not_met"),
        ("样品厚0.2mm", "波长范围190～1100nm", "unknown"),
        ("算力不低于100PFLOPS", "算力200PFLOPS，存储3PB", "met"),
        ("存储需要4PB", "算力200PFLOPS，存储3PB", "not_met"),
        ("频率到40GHz", "频率范围10MHz～26.5GHz", "not_met"),
        ("放大到5吨罐", "发酵罐50L、500L、5000L", "met"),
        ("放大到6吨罐", "发酵罐50L、500L、5000L", "not_met"),
        ("max load 250 kN", "Load range 1 to 300 kN", "met"),
    ],
)
def test_a_range_is_met_by_what_covers_it_and_a_precision_by_what_is_finer(asked, offered, state):
    assert [one.state for one in compare(asked_of(asked, "", {}), offered_of({"主要技术指标": offered}))] == [state]


def test_a_column_names_its_values():
    asked = asked_of("拉伸", "", {"量程": "200kN", "精度": "0.5级"})
    offered = offered_of({"量程": "0~300kN", "精度": "1级"})
    assert [one.in_words for one in compare(asked, offered)] == [
        "量程：要求 200kN，资源 量程 0~300kN，满足",
        "精度：要求 0.5级，资源 精度 1级，不满足",
    ]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("自有试验机只能到100kN，预计拉断力约800kN", ["约800kN"]),
        ("现有三坐标行程只有100mm，产品直径200mm", ["200mm"]),
        ("目前要求到-60℃", ["-60℃"]),
        ("我公司年产5万吨铸件，工件重20kg", ["20kg"]),
        ("预算2万元，需要10kN", ["10kN"]),
    ],
)
def test_what_the_firm_has_already_is_not_asked(text, asked):
    assert [one.text for one in asked_of("", text, {})] == asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GB/T228.1-2021、ASTM E8/E8M", [("GB", "228", "1", "2021"), ("ASTM", "E8", "", "")]),
        ("GB/T 2423.1、2423.2", [("GB", "2423", "1", ""), ("GB", "2423", "2", "")]),
        ("ISO 6892-1:2019，GB 8978-1996", [("ISO", "6892", "1", "2019"), ("GB", "8978", "", "1996")]),
        ("GJB 150.3A-2009、MIL-STD-810G", [("GJB", "150", "3", "2009"), ("MIL-STD", "810", "", "G")]),
        ("DB37/T 1234-2019，T/CECS 123-2020", [("DB37", "1234", "", "2019"), ("T/CECS", "123", "", "2020")]),
        ("型号XW-100，型号SEM-300", []),
    ],
)
def test_numbers_of_standards(text, found):
    assert [(one.body, one.number, one.part, one.year) for one in standards_of(text)] == found


@pytest.mark.parametrize(
    ("asked", "offered", "state", "note"),
    [
        ("GB/T 228.1", "GB/T 228.1-2021", "met", ""),
        ("GB/T 228.1-2010", "GB 228.1-2021", "met", "资源列的是 2021 版"),
        ("GB/T 228.1", "GB/T 228.2", "not_met", "资源所列标准中没有"),
        ("GB/T 228", "GB/T 228.2", "met", ""),
        ("GB/T 228.1", "GB/T 228", "unknown", "资源只写了标准号，没写是哪一部分"),
        ("GB/T 228.1", "ISO 6892-1", "not_met", "资源所列标准中没有"),
        ("GB/T 228.1", "", "unknown", ""),
    ],
)
def test_standards_are_compared_as_identifiers(asked, offered, state, note):
    compared = compare_standards(standards_of(asked), standards_of(offered))
    assert [(one, why) for _, one, why in compared] == [(state, note)]


@pytest.mark.parametrize(
    ("text", "fees"),
    [
        ("200元/小时", [Fee(200, 200, "hour")]),
        ("校内100元/小时，校外200~300元/小时", [Fee(200, 300, "hour")]),
        ("每小时200元", [Fee(200, 200, "hour")]),
        ("0.5万元/天", [Fee(5000, 5000, "day")]),
        ("100元/样；200元/小时", [Fee(100, 100, "sample"), Fee(200, 200, "hour")]),
        ("800元/机时起", [Fee(800, math.inf, "hour")]),
        ("100 CNY/hour", [Fee(100, 100, "hour")]),
        ("免费开放", [Fee(0, 0, "hour")]),
        ("面议", []),
        ("", []),
        ("8元/卡时", [Fee(8, 8, "card_hour")]),
        ("A100 0.5元/GPU·小时", [Fee(0.5, 0.5, "card_hour")]),
        ("首件500元其后100元", [Fee(100, 100, "sample", first=(500, 500), included=1)]),
        ("首小时200元，续时每半小时60元", [Fee(60, 60, "hour", 0.5, (200, 200), 1)]),
        ("3个样以内500元，每增加一个样加100元", [Fee(100, 100, "sample", first=(500, 500), included=3)]),
        ("起步价500元，超过2小时每小时100元", [Fee(100, 100, "hour", first=(500, 500), included=2)]),
        ("约1200元/天", [Fee(1080, 1320, "day")]),
        ("不低于500元/天", [Fee(500, math.inf, "day")]),
        ("按次300", [Fee(300, 300, "run")]),
        ("100-200元/样", [Fee(100, 200, "sample")]),
        ("会员价80，非会员120", [Fee(80, 80, ""), Fee(120, 120, "")]),
        ("会员价80、非会员120元/样", [Fee(80, 80, "sample"), Fee(120, 120, "sample")]),
        ("按小时计费，200元", [Fee(200, 200, "hour")]),
        ("贰佰元/样（含报告）", [Fee(200, 200, "sample")]),
        ("300元/8小时", [Fee(300, 300, "hour", 8)]),
        ("45元/平方米/月", [Fee(45, 45, "平方米/月")]),
        ("开机费200元，另每小时100元", [Fee(0, 0, "once", first=(200, 200), extra="always"), Fee(100, 100, "hour")]),
        ("200元/小时+制样50元/个", [Fee(200, 200, "hour"), Fee(50, 50, "sample", extra="always")]),
        ("100元/样 200元/小时", [Fee(100, 100, "sample"), Fee(200, 200, "hour")]),
        ("鲁价〔2019〕12号，300元/次", [Fee(300, 300, "run")]),
        ("$100/h", []),
        ("详询0539-8123456", []),
    ],
)
def test_fees(text, fees):
    assert fees_of(text) == fees


@pytest.mark.parametrize(
    ("fee", "hours", "samples", "cost"),
    [
        ("200~300元/小时", 10, None, (2000, 3000, "200～300元/小时")),
        ("1000元/天", 8, None, (1000, 1000, "1000元/天")),
        ("1000元/天", 8.5, None, (1000, 2000, "1000元/天")),
        ("1200元/天", 1000, None, (50400, 150000, "1200元/天")),
        ("1000元/台班", 8.5, None, (2000, 2000, "1000元/台班")),
        ("100元/样", 8, 6, (600, 600, "100元/样")),
        ("100元/样", 8, None, (0, math.inf, "100元/样，需求没有写样品数")),
        ("100元/样；20元/小时", 10, 6, (200, 800, "100元/样；20元/小时")),
        ("100元/样或20元/小时", 10, 6, (200, 600, "100元/样；20元/小时")),
        ("800元/小时起", 10, None, (8000, math.inf, "800元起/小时")),
        ("免费", None, None, (0, 0, "免费")),
        ("校内免费", 10, None, (0, math.inf, "免费，只写了校内（会员）的价")),
        ("面议", 10, 6, (0, math.inf, "费用面议")),
        ("", 10, 6, (0, math.inf, "没有写收费")),
        ("按物价局文件", 10, 6, (0, math.inf, "收费标准没有读懂")),
        ("$100/h", 10, 6, (0, math.inf, "收费是外币")),
        ("8元/卡时", 10, None, (80, math.inf, "8元/卡时（核时），用几张卡（几个核）没有写，按至少一个算")),
        ("1200元/样·次", None, 3, (3600, math.inf, "1200元/样·次，每样做几次没有写，按至少一次算")),
        ("1200元/样/次", None, None, (0, math.inf, "1200元/样·次，每样做几次没有写，按至少一次算，需求没有写样品数")),
        ("1200元/样", None, 3, (3600, 3600, "1200元/样")),
        ("1200元/次", None, 3, (1200, 3600, "1200元/次（批、组），要做几次没有写")),
        ("首件500元", None, 1, (500, 500, "前 1 样 500元，其后 没有写多少")),
        ("首件500元", None, 4, (500, math.inf, "前 1 样 500元，其后 没有写多少")),
        ("首件500元其后100元", None, 5, (900, 900, "前 1 样 500元，其后 100元/样")),
        ("首件500元其后100元", None, None, (500, math.inf, "前 1 样 500元，其后 100元/样，需求没有写样品数")),
        ("首件500元", None, 5, (500, math.inf, "前 1 样 500元，其后 没有写多少")),
        ("按次300", None, 5, (300, 1500, "300元/次（批、组），要做几次没有写")),
        ("50元/点", None, 5, (250, math.inf, "50元/点（项、针），每样几点（几项）没有写，按至少一个算")),
        ("会员价80，非会员120", 10, 5, (0, math.inf, "80元；120元，没有写按什么计费")),
        ("会员价80，非会员120元/小时", 10, 5, (800, 1200, "80元/小时；120元/小时")),
        ("200元/小时，院外加收20%", 10, None, (2000, 2400, "200元/小时，上限已加收 20%")),
        ("200元/小时，会员8折", 10, None, (1600, 2000, "200元/小时，下限已优惠到 80%")),
        ("每样50元，1000元封顶", None, 30, (1000, 1000, "50元/样，至多 1000元")),
        ("最低收费300元，每样50元", None, 5, (300, 300, "50元/样，起步 300元")),
        ("起步价500元，每小时100元", 10, None, (1000, 1500, "100元/小时，起步 500元")),
        ("200元/小时，材料费另计", 10, None, (2000, math.inf, "200元/小时，另有没写多少的费用")),
        ("200元/小时，2小时起", 10, None, (2000, math.inf, "200元/小时，没有读懂“2小时起”")),
        ("200元/小时，EDS另加100元/小时", 10, None, (2000, 3000, "200元/小时；可能另加 100元/小时")),
        ("200元/小时，不足1小时按1小时计", 9.5, None, (2000, 2000, "200元/小时")),
        ("300元/8小时", 10, None, (600, 600, "300元/8小时")),
        ("45元/平方米/月", 10, None, (0, math.inf, "45元/平方米/月，按平方米/月计费，用多少没有写")),
    ],
)
def test_a_cost_is_an_interval_and_says_what_it_rests_on(fee, hours, samples, cost):
    assert cost_of(fee, hours, samples) == cost


def test_methods_go_by_many_names():
    assert methods_named("场发射扫描电子显微镜（SEM）") == {"扫描电镜": 1.0}
    assert methods_asked("想看断口形貌") == {"扫描电镜": 0.6}
    assert methods_named("semiconductor") == {}
