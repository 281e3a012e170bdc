"""Ranges, precisions, standards and fees: what is told of each."""

import math

import pytest

from matcher.resources.capabilities import asked_of, compare, offered_of
from matcher.resources.fees import Fee, cost_of, fees_of
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
    ],
)
def test_fees(text, fees):
    assert fees_of(text) == fees


@pytest.mark.parametrize(
    ("fee", "hours", "samples", "cost"),
    [
        ("200~300元/小时", 10, None, (2000, 3000)),
        ("1000元/天", 8, None, (1000, 1000)),
        ("1000元/天", 8.5, None, (2000, 2000)),
        ("100元/样", 8, 6, (600, 600)),
        ("100元/样", 8, None, (0, math.inf)),
        ("100元/样；20元/小时", 10, 6, (200, 600)),
        ("800元/小时起", 10, None, (8000, math.inf)),
        ("免费", None, None, (0, 0)),
        ("面议", 10, 6, (0, math.inf)),
    ],
)
def test_a_cost_is_an_interval(fee, hours, samples, cost):
    assert cost_of(fee, hours, samples) == cost


def test_methods_go_by_many_names():
    assert methods_named("场发射扫描电子显微镜（SEM）") == {"扫描电镜": 1.0}
    assert methods_asked("想看断口形貌") == {"扫描电镜": 0.6}
    assert methods_named("semiconductor") == {}
