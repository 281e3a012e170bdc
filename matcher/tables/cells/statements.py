"""What the header of a column of yes and no states, and whether it denies that (无…, 未…). Text in, meaning out."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_BRACKET = re.compile(r"\([^()]*\)")
_ANY_BRACKET = re.compile(r"[(（][^()（）]*[)）]")
_OF_ANOTHER_SCOPE = re.compile(
    r"不|除|非|\d|[一二三两四五]年|年内|天内"
)  # what leaves something out, or names a period
_WHETHER = re.compile("是否|能否|可否|有否|是不是")
_ASKS_OF_HAVING = re.compile("有无|有没有|是否有无")
_HAVING = r"(?<![国公私所特固自专占拥具没含])有(?![效限机色])"
_HOLDS = rf"{_HAVING}|(?<!不)(?:属于|具备|具有|拥有|存在)"
_VERBS = "属于|是|存在|具备|具有|拥有|符合|满足|涉及|涉密|在|为|列入|被|适用|享受|从事|得|达标|合格|能|予|再|需|曾"
_DENIED = (
    rf"没有|从未|未曾|未(?!来|知|定|满|超|达|到|足)|不(?=(?:{_VERBS}))|^非"
    r"|(?<![有])无(?!形|线|人机|人驾|机|锡|菌|损|害|偿|尘|纺|极|论|障碍|公害|须|需|缝)"
)
_FIRST = re.compile(f"(?P<holds>{_HOLDS})|(?P<denied>{_DENIED})")
_JOINED = re.compile("[、,，“”\"'和及与的]|情况$|情形$")
_GOT = re.compile("获得过?|获过")
_HAS = re.compile(rf"拥有|{_HAVING}")
_LEADS = re.compile(rf"^(?:已|具有|拥有|具备|存在|发生过?|属于|{_HAVING}|为|是)+")


class Statement(NamedTuple):
    """words: what a header states, the same for all its writings (是否具有独立法人资格, 独立法人资格). denied: it says
    that this is not so (无严重失信行为). has: it says that something is had (有发明专利), which without that word may
    be a number of these. plain: it has neither 是否 nor such a verb.
    """

    words: str
    denied: bool
    has: bool = False
    plain: bool = False


def statement(header: str) -> Statement:
    """What a header of yes and no states.

    >>> statement("是否具有独立法人资格").words, statement("无严重失信行为")[:2]
    ('独立法人资格', ('严重失信行为', True))
    >>> statement("有无严重失信行为").denied, statement("属于不适用的行业").denied, statement("国有企业").words
    (False, False, '国有企业')
    """
    text = re.sub(r"[\s_*★☆]+", "", unicodedata.normalize("NFKC", header[:200]).lower())
    written, text = text, _WHETHER.sub("", _ASKS_OF_HAVING.sub("有", text))
    first = _FIRST.search(_BRACKET.sub(lambda found: "#" * len(found[0]), text))
    denied = bool(first and first["denied"])
    if first and denied:
        text = text[: first.start()] + text[first.end() :]
    text = _GOT.sub("获", _JOINED.sub("", text)).replace("已", "")
    words = _LEADS.sub("", text) or text
    has = bool(_HAS.match(text)) and not denied
    return Statement(words, denied, has, words == _JOINED.sub("", written))


def denies(header: str) -> bool:
    """Whether a header says that something is not so.

    >>> denies("产品不属于淘汰类"), denies("无形资产"), denies("有逾期未验收的项目"), denies("居民企业（不含港澳台）")
    (True, False, False, False)
    """
    return statement(header).denied


def in_short(title: str) -> str:
    """A title without the brackets that only explain it; one that leaves something out or names a period stays.

    >>> in_short("办法的其他条件（场地、团队）都符合"), in_short("已上市（新三板不算）")
    ('办法的其他条件都符合', '已上市（新三板不算）')
    """
    return _ANY_BRACKET.sub(lambda found: found[0] if _OF_ANOTHER_SCOPE.search(found[0]) else "", title)
