"""A bound on the side that nobody asks for tells what is today; the same words with a wish or a no are asked."""

import pytest

from matcher.needs.asked import asked_indicators, is_asked
from matcher.needs.indicators import indicators_of


def asked(text):
    return [(one.quantity, one.text) for _, one in asked_indicators("工艺改进", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "复合肥存放三个月后结块率超过10%，用户投诉。需要新的防结块剂，半年结块率低于2%。",
            [("半年结块率", "低于2%")],
        ),
        ("漏检率高于3%，被客户索赔。希望开发检测方法，漏检率低于1%。", [("漏检率", "低于1%")]),
        ("合格率低于80%，希望开发新工艺。", []),
        ("希望解决漏检率高于3%的问题。", []),
        ("需要新工艺，改善目前合格率低于80%的状况。", []),
        # what is wished, though others wish the opposite
        ("希望开发杀虫剂，害虫死亡率高于95%。", [("害虫死亡率", "高于95%")]),
        ("寻求遮光膜，透光率低于5%。", [("透光率", "低于5%")]),
        ("希望开发离型膜，剥离强度低于1N。", [("剥离强度", "低于1N")]),
        # honest neighbours
        ("要求合格率大于95%。", [("合格率", "大于95%")]),
        ("不能让漏检率超过1%，希望开发检测设备。", [("漏检率", "超过1%")]),
        ("希望开发降噪方法，噪声低于60dB。", [("噪声", "低于60dB")]),
        ("寻求密封件，寿命超过5000小时。", [("寿命", "超过5000小时")]),
        ("希望开发检测设备，分辨率高于5μm。", [("分辨率", "高于5μm")]),
        ("希望开发新工艺，合格率≥95%。", [("合格率", "≥95%")]),
    ],
)
def test_what_is_worse_is_not_asked(text, expected):
    assert asked(text) == expected


def test_what_a_column_of_indicators_says_is_asked():
    [one] = indicators_of("透光率低于5%")
    assert is_asked(one, "indicators", "透光率低于5%", [])
    assert not is_asked(one, "problem", "透光率低于5%", [])
