"""Words of needs that name no thing or name a task: what titles wear before and behind what they are about."""

from __future__ import annotations

from importlib.resources import files


def _read() -> dict[str, frozenset[str]]:
    """The sections of vocabulary.txt."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in files("matcher.needs").joinpath("vocabulary.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            sections[name] = []
        elif line and not line.startswith("#"):
            sections[name] += line.split()
    return {name: frozenset(words) for name, words in sections.items()}


_WORDS = _read()
GENERAL = _WORDS["general"]
TOOLS = _WORDS["tools"]
QUALIFIERS = _WORDS["qualifiers"]
DOING = _WORDS["doing"]
TASKS_AFTER_ALL = _WORDS["tasks_after_all"]
CHANGING = _WORDS["changing"]
STOPS = _WORDS["stops"]
NOT_ALONE = _WORDS["not_alone"]
ATTRIBUTES = _WORDS["attributes"]
TASK_NOUNS = _WORDS["task_nouns"]

# First characters of two-character words that are tasks at the end of a thing, unless the second makes it a thing.
TASK_STARTS = frozenset(
    "脱除防抗耐去吊压喷涂镀漂焊铆磨抛烘萃熔淬渗染印织纺剥拆称测检监诊追溯调控节隔吸散蓄净消灭杀抑阻缝裁钻铣冲锻铸轧烧裂配"
)
THING_ENDS = frozenset("料具缝丝机头嘴芯层件床刀管器膜板片带线液油剂物槽箱座品泵阀炉网计仪车布纱刷盘石砂水气")

# Last characters of what is measured (合格率, 清洁度), with the words that end so and are none.
MEASURES = ("率", "度", "性", "值", "系数", "量", "期")
NO_MEASURES = frozenset(
    [
        "能量",
        "变量",
        "计量",
        "早期",
        "后期",
        "前期",
        "周期性",
        "磁性",
        "碱性",
        "酸性",
        "中性",
        "水性",
        "油性",
        "活性",
        "弹性",
        "良性",
        "急性",
        "慢性",
        "热性",
        "冷性",
    ]
)
