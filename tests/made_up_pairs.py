"""Made-up pairs of an asked and an offered indicator, whose answer is known by construction."""

import random
from typing import NamedTuple

MORE, LESS, INSIDE = 1, -1, 0
QUANTITIES = [  # how it is asked for, how it is offered, what is better, units with their size, usual values
    (
        ["抗拉强度", "产品的抗拉强度"],
        ["抗拉强度", "拉伸强度", "材料的抗拉强度"],
        MORE,
        [("MPa", 1), ("兆帕", 1), ("GPa", 1000)],
        (200, 1500),
    ),
    (["屈服强度"], ["屈服强度"], MORE, [("MPa", 1), ("Mpa", 1)], (200, 900)),
    (["回收率", "金属回收率"], ["回收率", "金属的回收率"], MORE, [("%", 1), ("％", 1)], (60, 90)),
    (["识别准确率", "缺陷识别准确率"], ["识别准确率", "准确率"], MORE, [("%", 1)], (60, 90)),
    (["使用寿命", "寿命"], ["使用寿命", "寿命"], MORE, [("小时", 1), ("h", 1), ("万小时", 10000)], (1000, 30000)),
    (["导热系数", "热导率"], ["导热系数", "热导率"], MORE, [("W/(m·K)", 1), ("W/m·K", 1)], (20, 300)),
    (["续航时间"], ["续航时间", "续航"], MORE, [("小时", 60), ("分钟", 1), ("min", 1)], (30, 600)),
    (["处理能力", "日处理能力"], ["处理能力"], MORE, [("吨/小时", 1), ("t/h", 1)], (5, 200)),
    (["耐压", "最高耐压"], ["耐压"], MORE, [("MPa", 1), ("kPa", 0.001)], (5, 80)),
    (["检测速度"], ["检测速度"], MORE, [("件/分钟", 1), ("个/秒", 60), ("个/分", 1)], (30, 900)),
    (["光效"], ["光效", "发光效率"], MORE, [("lm/W", 1), ("流明/瓦", 1)], (80, 200)),
    (["能量密度"], ["能量密度", "比能量"], MORE, [("Wh/kg", 1), ("kWh/kg", 1000)], (100, 400)),
    (["含水率", "污泥含水率"], ["含水率"], LESS, [("%", 1)], (20, 70)),
    (["单齿检测时间", "单齿"], ["单齿检测时间", "单齿检测"], LESS, [("秒", 1), ("s", 1), ("毫秒", 0.001)], (2, 9)),
    (["响应时间"], ["响应时间", "系统响应时间"], LESS, [("ms", 1), ("毫秒", 1), ("s", 1000)], (20, 900)),
    (["噪声", "整机噪声"], ["噪声", "噪音"], LESS, [("dB", 1), ("分贝", 1), ("dB(A)", 1)], (40, 90)),
    (["电耗", "吨水电耗"], ["电耗"], LESS, [("kWh/t", 1), ("度电/吨", 1)], (2, 60)),
    (["定位误差"], ["定位误差", "误差"], LESS, [("mm", 1), ("毫米", 1), ("μm", 0.001), ("厘米", 10)], (1, 9)),
    (["表面粗糙度"], ["表面粗糙度"], LESS, [("μm", 1), ("微米", 1), ("nm", 0.001)], (1, 9)),
    (["生产成本"], ["生产成本"], LESS, [("元/吨", 1), ("元/kg", 1000)], (500, 9000)),
    (["出水氨氮浓度"], ["氨氮浓度", "出水氨氮浓度"], LESS, [("mg/L", 1), ("毫克/升", 1), ("g/L", 1000)], (5, 80)),
    (["误判率"], ["误判率"], LESS, [("%", 1), ("‰", 0.1)], (1, 9)),
    (["涂层厚度"], ["涂层厚度", "涂层的厚度"], INSIDE, [("μm", 1), ("微米", 1), ("mm", 1000)], (10, 90)),
    (["平均粒径", "粒径"], ["粒径", "粒度"], INSIDE, [("nm", 1), ("纳米", 1), ("μm", 1000)], (50, 900)),
    (["固化温度"], ["固化温度"], INSIDE, [("℃", 1), ("摄氏度", 1)], (60, 180)),
    (["工作频率"], ["工作频率"], INSIDE, [("kHz", 1), ("Hz", 0.001), ("千赫", 1)], (20, 200)),
]
WORDS = {
    MORE: [
        "{n}≥{v}",
        "{n}不低于{v}",
        "{n}达到{v}以上",
        "要求{n}{v}以上",
        "{n}大于等于{v}",
        "{n}至少{v}",
        "{n}不小于{v}",
        "{n}不得低于{v}",
    ],
    LESS: [
        "{n}≤{v}",
        "{n}不超过{v}",
        "{n}控制在{v}以内",
        "要求{n}{v}以下",
        "{n}小于等于{v}",
        "{n}不大于{v}",
        "{n}不高于{v}",
        "{n}不得超过{v}",
    ],
}
BOUND_OFFERS = {
    MORE: ["{n}不低于{v}", "{n}≥{v}", "{n}在{v}以上", "{n}超过{v}"],
    LESS: ["{n}不超过{v}", "{n}≤{v}", "{n}在{v}以内", "{n}小于{v}"],
}
OFFERS = ["{n}为{v}", "{n}可达{v}", "{n}：{v}", "该成果{n}达到{v}", "{n}仅{v}"]
OTHERS = ["适用于多种工况，操作简单", "外形尺寸小，重量3kg", "已获发明专利，2019年投产", "湿度85%的环境中稳定运行"]


class Pair(NamedTuple):
    asked: str
    offered: str
    state: str


def _number(value: float, rng: random.Random) -> str:
    text = f"{value:.6g}"
    return (
        text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        if rng.random() < 0.05 and "e" not in text
        else text
    )


def _written(value: float, units: list[tuple[str, float]], rng: random.Random) -> str:
    unit, size = rng.choice([one for one in units if 0.001 <= value / one[1] < 1e6])
    number = _number(value / size, rng)
    return number + rng.choice(["", "", " "]) + unit


def _range(low: float, high: float, units: list[tuple[str, float]], rng: random.Random) -> str:
    unit, size = rng.choice([one for one in units if low / one[1] >= 0.001])
    return f"{low / size:.6g}{rng.choice(['~', '～', '-', '至'])}{high / size:.6g}{unit}"


def made_up_pairs(count: int, seed: int) -> list[Pair]:
    """Pairs of texts with their state: met and not met three in ten each, near and not said two in ten each."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        names, offers, better, units, (low, high) = rng.choice(QUANTITIES)
        state = rng.choice(["met"] * 3 + ["not_met"] * 3 + ["near"] * 2 + ["not_said"] * 2)
        value = round(rng.uniform(low, high), 1 if high < 100 else 0)
        if better == INSIDE:
            asked = rng.choice(names) + rng.choice(["", "为", "在", "："]) + _range(value, value * 1.5, units, rng)
            inside = {
                "met": rng.uniform(1.02, 1.48),
                "near": 1.5 * rng.uniform(1.02, 1.08),
                "not_met": rng.choice([0.6, 2.2]),
            }
            offered_value = value * inside.get(state, 1)
        else:
            asked = rng.choice(WORDS[better]).format(n=rng.choice(names), v=_written(value, units, rng))
            away = {"met": rng.uniform(0.02, 0.09), "near": -rng.uniform(0.02, 0.09), "not_met": -rng.uniform(0.2, 0.6)}
            offered_value = value * (1 + better * away.get(state, 0))
        if state == "not_said":
            others = [one for one in QUANTITIES if not set(one[1]) & set(offers)]
            names_of_other, units_of_other, (low, high) = (lambda one: (one[1], one[3], one[4]))(rng.choice(others))
            offered = rng.choice(OFFERS).format(
                n=rng.choice(names_of_other), v=_written(round(rng.uniform(low, high)), units_of_other, rng)
            )
        else:
            wordings = OFFERS + (BOUND_OFFERS[better] if better != INSIDE else [])
            offered = rng.choice(wordings).format(n=rng.choice(offers), v=_written(offered_value, units, rng))
        pairs.append(Pair(asked, f"{rng.choice(OTHERS)}。{offered}。", state))
    return pairs
