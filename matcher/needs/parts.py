"""The parts of a complete need, their points, and the official calls that ask for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of a complete need: what it is called, how many of the 100 points it has, and which calls ask it."""

    name: str
    label: str
    points: float
    source: str


# The calls ask these parts; no call weighs them. The points are this library's own: what a search and a contract need.
CALLS = {
    "赣州 2023": "0477ly.com/newsdetail/news397176.html",
    "长沙 2023": "sh-rktent.com/page15?article_id=326",
    "宜昌 2022": "chacewang.com/newsdetail/news125519.html",
    "鄂州 2024": "lierdakj.com/xwzx/tzgg/202401/t20240110_606893.html",
    "绵阳 2020": "huacezixun.com/2020/08/7957/",
    "荣成 2023": "rongcheng.gov.cn/art/2023/4/26/art_61226_3601946.html",
}
PARTS = (
    Part("object", "对象", 15, "长沙 2023、鄂州 2024（产品目标）"),
    Part("problem", "问题或效果", 15, "赣州 2023、长沙 2023、鄂州 2024、绵阳 2020（主要技术难题）"),
    Part("indicators", "指标（数值和单位）", 25, "赣州 2023、长沙 2023、鄂州 2024、绵阳 2020（核心指标须量化）"),
    Part("use", "使用条件", 8, "本软件（判断能否适用所需）"),
    Part("state", "现状和已有条件", 6, "荣成 2023（评审项：研究基础）"),
    Part("tried", "自身解决不了、试过什么", 5, "赣州 2023、长沙 2023、宜昌 2022、鄂州 2024（超出自身能力）"),
    Part("deadline", "完成时限", 6, "赣州 2023、长沙 2023（时限）、宜昌 2022（不超过 3 年）、鄂州 2024（2 年）"),
    Part("money", "经费", 7, "赣州 2023、长沙 2023（资金和付给承接方的部分）、宜昌 2022、鄂州 2024"),
    Part("rights", "成果归属", 5, "赣州 2023、长沙 2023（产权归属）"),
    Part("cooperation", "合作方式", 4, "本软件（需求表常有的一栏）"),
    Part("solver", "对承接方的要求", 4, "赣州 2023、长沙 2023（揭榜条件）"),
)
