"""Things of titles are whole words (无卤电缆, not 卤电缆), and questions speak of them and of their trade."""

import pandas as pd
import pytest

from matcher.needs import triage, understand


@pytest.mark.parametrize(
    ("title", "thing"),
    [
        ("泡生法蓝宝石晶体的研发", "泡生法蓝宝石晶体"),
        ("高性能无卤低烟阻燃电力电缆研发与产业化", "无卤低烟阻燃电力电缆"),
        ("自锁型气动节流阀的研发", "自锁型气动节流阀"),
        ("阻水纱涂覆均匀性", "阻水纱"),
        ("高镍NCM三元材料", "高镍NCM"),
        ("铝合金型材无铬电化学抛光工艺技术", "铝合金型材"),
        # honest neighbours: words of their own, and characters that belong to the thing before
        ("轴承座降噪", "轴承座"),
        ("生产时铁屑的处理", "铁屑"),
        ("用于泵壳的涂层", "泵壳"),
        ("2.5吨叉车制造", "叉车"),
        ("PP介质层配方改进", "PP介质"),
        ("某水泥厂余热", "水泥厂余热"),
        ("买激光设备", "激光"),
        ("降油耗技术", "油耗"),
        ("玻璃热弯成型模具", "成型模具"),
        ("预应力系钢绞线", "钢绞线"),
    ],
)
def test_a_thing_is_a_whole_word(title, thing):
    objects = understand(title).objects
    assert thing in objects
    assert not any(text.endswith(thing) and text != thing for text in objects)


@pytest.mark.parametrize(
    ("title", "description", "words"),
    [
        ("自锁型气动节流阀的研发及其产业化", "阀芯漏气。", "自锁型气动节流阀要达到什么指标"),
        ("云服务平台开发与示范", "线路少的问题。", "云服务平台要达到什么指标"),
        ("营销机器人", "能讲解产品，现有的识别慢。", "续航时间（小时）"),
        ("土壤修复技术", "降解土壤中的污染物。", "修复后浓度（mg/kg）"),
        # honest neighbours
        ("轮毂抛光机器人", "人工抛光效率低。", "节拍（秒/件）"),
        ("土壤改良", "提高亩产，解决板结。", "亩产（公斤）"),
        ("涂层应用研究", "涂层脱落。", "涂层应用要达到什么指标"),
    ],
)
def test_questions_speak_of_the_thing_and_its_trade(title, description, words):
    needs = pd.DataFrame({"need_id": ["N1"], "title": [title], "description": [description]})
    assert words in triage(needs)["questions"][0]


@pytest.mark.parametrize(
    ("title", "business"),
    [
        ("营销机器人", False),
        ("客户管理系统", False),
        ("产品营销推广", True),
        ("品牌宣传平台", True),
        ("产品宣传材料设计", True),
    ],
)
def test_what_is_made_for_a_market_is_technical(title, business):
    reason = triage(pd.DataFrame({"need_id": ["N1"], "title": [title]}))["reason"][0]
    assert ("市场或经营" in reason) is business


def test_a_condition_is_no_figure_that_is_told():
    text = "寻求石材锯泥制备砂浆的工艺，掺量≥30%，28天抗压强度≥10MPa。"
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["锯泥制砂浆"], "description": [text]})
    told = triage(needs)["questions"][0]
    assert "已写明掺量≥30%、抗压强度≥10MPa" in told
