"""Who a reviewer is: by number, by name, and what the writings of one reviewer share. Texts in, keys out."""

from __future__ import annotations

import re

from matcher.tables.naming.names import is_unit, person_key
from matcher.tables.naming.writings import fold

# Headers of a wide table, in which each reviewer has a column: 专家1, 评委 A, 专家（二）.
_WIDE = re.compile(
    r"^(?:评审|评议)?(?:专家|评委|评审人|委员|reviewer|expert|judge|grader)[\W_第]*"
    r"(?:\d{1,3}|[a-z]|[一二三四五六七八九十]{1,3}|[甲乙丙丁戊己庚辛壬癸])"
    r"(?:[\W_]*(?:得分|评分|打分|分数|score|号))?(?:\([^()]{1,20}\))?\W*$",
    re.I,
)
# What most names of persons begin with; 网评得分 and 实得分 are of no person.
_FAMILY = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤欧司诸庄尚季耿管褚温葛米柳樊聂焦"
    "覃阮霍宁辛翟冉卜卞鲍窦傅桂洪嵇姬靳鞠柯匡赖厉凌娄骆茅闵牟穆倪庞裴蒲戚祁瞿饶芮佘邢鄢晏殷俞虞喻岳臧詹甄仲祝卓左巫伍席滕屠翁闻妫童"
)
_NO_PERSON = re.compile("^(?:方案|文本|成果|管理|金额)|评|审|辩|场|[组类轮奖]$")
_LONGER = 5  # characters that no name of a person has


def is_numbered(header: str) -> bool:
    """Whether a header is of one reviewer by number: 专家1, 委员（二）."""
    return bool(_WIDE.match(fold(header)))


def is_person(name: str) -> bool:
    """Whether a short name is a person's, by its family name."""
    return name[:1] in _FAMILY and 1 < len(name) < _LONGER and not _NO_PERSON.search(name)


def reviewer_key(label: str) -> str:
    """What the writings of one reviewer share: 李 敏 and 李敏教授 are one, two 张伟 of different units are not."""
    numbered = _WIDE.match(fold(label))  # 专家1 and 评委 1 are no names
    unit = next((part for part in re.findall("[（(](.+?)[）)]", label) if is_unit(part)), "")
    return fold(label) if numbered or unit else person_key(label) or fold(label)
