"""The labelled parts of a need's text: what stands at the start of a line before a colon and names what follows.

Forms are read into one text, a line a column, each behind its header (拟解决的技术难题：, 技术指标：, 现有基础条件：);
people write such lines themselves. Only words that name a part are a label: 抗拉强度要求： names a quantity.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from matcher.tables.cells.texts import is_ditto, is_nothing

_WORDS = (
    "拟|[急亟]?需要?|[急亟]?待|要求?|所|主要|关键|核心|具体|详细|预期|期望|希望|计划|目标|达到|实现|技术性?|工艺|产品|经济|性能|考核|"
    "企业|公司|单位|项目|课题|解决|攻[克关]|突破|研[发究]|开发|现[有状]?|目前|已有?|具备|前期|工作|存在|遇到|面临|"
    "的|和|及其?|与|或|、|/|难题|难点|问题|瓶颈|痛点|卡点|指标|参数|需求|描述|内容|说明|详[情述]|简[介述]|概[述况]|"
    "背景|基础|条件|情况|介绍|信息|一|二|三|四|五|六"
)
_LABEL = re.compile(
    rf"(?:^|(?<=\n))[ \t\u3000\xa0]*(?:[（(【]?[一二三四五六七八\d]{{1,2}}[)）、.．】]\s*)?[【\[]?"
    rf"((?:{_WORDS}){{1,9}})(?:[（(][^（()）\n]{{0,20}}[)）])?(?:[】\]][：:]?|[：:])[ \t\u3000\xa0]*"
)
_ANNOUNCED = re.compile(  # 但这样做会出现一个问题: what it is stands behind it
    r"(?:但是?|然而|不过|可是?|而且?|同时|[，,])*(?:这样?|那样?|如此)?(?:一?来|做|的话)?[，,]?(?:也|又|就|还|却|则|会|可能|将|总|经常|往往)*"
    r"(?:出现|产生|带来|存在|遇到|面临|发生|引起|有)[了着]?(?:以下|如下|这样|[一两几]?个|[一有]些|一?系列|另|新)+的?(?:新|技术|主要|关键)?的?(?:问题|难题|麻烦)"
)
_EDGES = " \t\r\n\xa0\u3000；;，,、：:。"
_PROBLEM = "(?:难题|难点|问题|瓶颈|痛点|卡点)"
_KINDS = (
    ("problem", re.compile(f"(?:解决|攻|突破|[拟待]|需(?!求)).*{_PROBLEM}")),
    ("fault", re.compile(f"(?:存在|遇到|面临|现|目前).*{_PROBLEM}")),
    ("problem", re.compile("难题|难点|瓶颈|卡点|(?:技术|关键|核心).*问题")),
    ("fault", re.compile(_PROBLEM)),
    ("indicators", re.compile("指标|参数")),
    ("background", re.compile("现|目前|已|前期|基础|条件|背景|企业|公司|单位")),
    ("wish", re.compile("需求|内容")),
)


class Part(NamedTuple):
    """A part of a text: problem, fault, indicators, background, wish or "", where its words begin and end.

    A fault (存在的问题) is what is wrong today, beside a part of wishes (技术需求); without one it is the problem.
    """

    kind: str
    start: int
    end: int


def labelled_parts(text: str) -> list[Part]:
    """The parts of a text in order; what stands before the first label has none.

    >>> text = "开发降噪装置。\\n技术指标：噪声≤60dB\\n拟解决的技术难题：①低频吸声；②散热"
    >>> [(part.kind, text[part.start : part.end].strip()) for part in labelled_parts(text)]
    [('', '开发降噪装置。'), ('indicators', '噪声≤60dB'), ('problem', '①低频吸声；②散热')]
    >>> labelled_parts("抗拉强度要求：≥800MPa")
    [Part(kind='', start=0, end=14)]
    """
    labels = [*_LABEL.finditer(text)] if "：" in text or ":" in text or "】" in text or "]" in text else []
    ends = [label.start() for label in labels] + [len(text)]
    parts = [Part("", 0, ends[0])] if text[: ends[0]].strip() or not labels else []
    for label, end in zip(labels, ends[1:], strict=True):
        kind = next((name for name, pattern in _KINDS if pattern.search(label[1])), "")
        parts.append(Part(kind, label.end(), end))
    if all(part.kind != "wish" for part in parts):
        parts = [part._replace(kind="problem") if part.kind == "fault" else part for part in parts]
    return parts


def without_label(sentence: str) -> str:
    """A sentence without the label that it begins with; "" for a label alone.

    >>> without_label("技术指标：氧指数≥38%"), without_label("拟解决的技术难题："), without_label("硬度要求：≥60HRC")
    ('氧指数≥38%', '', '硬度要求：≥60HRC')
    """
    label = _LABEL.match(sentence)
    return sentence[label.end() :] if label else sentence


def says_something(sentence: str) -> bool:
    """Whether a sentence says more than its label, a word for nothing (无, 见附件) and that there is a problem."""
    said = without_label(sentence).strip(_EDGES)
    return bool(said) and not is_nothing(said) and not is_ditto(said) and not _ANNOUNCED.fullmatch(said)


def tells_problem(parts: list[Part], start: int, end: int) -> bool:
    """Whether a sentence, by its place, stands in a part that is labelled as the problem to solve."""
    return any(part.kind == "problem" and part.start < end and start < part.end for part in parts)
