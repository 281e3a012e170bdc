"""A value that is reached (降低噪声到60dB以下) is a level; one by which something changes is a change."""

import pytest

from matcher.needs.comparison import compare_indicators
from matcher.needs.indicators import indicators_of


@pytest.mark.parametrize(
    ("text", "quantity", "change"),
    [
        ("急需降低轴承座噪声到60dB以下。", "轴承座噪声", 0),
        ("提高转速到3000r/min以上", "转速", 0),
        ("减少用工到3人以内", "用工", 0),
        ("缩短检测时间至5秒以内", "检测时间", 0),
        # honest neighbours
        ("降低噪声10dB以上", "噪声降低", -1),
        ("降低生产成本20%到30%", "生产成本降低", -1),
        ("成本降低达到20%", "成本降低", -1),
        ("将能耗降低到100kWh/t", "能耗", 0),
        ("提升效率达到30%以上", "效率提高", 1),
    ],
)
def test_what_is_reached_is_no_change(text, quantity, change):
    [one] = indicators_of(text)
    assert (one.quantity, one.meaning.change) == (quantity, change)


@pytest.mark.parametrize(("offered", "state"), [("轴承座噪声55dB", "met"), ("轴承座噪声降低20dB", "not_said")])
def test_a_level_is_held_against_a_level(offered, state):
    asked = indicators_of("急需降低轴承座噪声到60dB以下。")
    assert [one.state for one in compare_indicators(asked, indicators_of(offered, offered=True))] == [state]
