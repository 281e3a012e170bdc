"""Units that a text names beside another one: in its brackets, behind 原, 兼 or 子公司, before 退休."""

from __future__ import annotations

import re
from collections.abc import Iterator

WHOLE = re.compile("大学|学院|研究院|研究所|科学院|医院|学校|公司|集团|厂|局|协会|学会")
PART = re.compile(
    r"[(\[]?[^()\[\]]*(?:学院|学部|系|研究院|研究所|研究中心|中心|实验室|课题组|团队|医院|院区|校区|分校|本部|总部|分公司|分厂|事业部|车间"
    r"|部|处|科|室|所|站|基地|图书馆)[)\]]?"
)
_SEVERAL = re.compile(r"[、；;/／|｜\n]+|(?<=[\u4e00-\u9fff)）])[,，]+(?=[\u4e00-\u9fff])")
_ROUND = str.maketrans("（）[]【】〔〕", "()()()()")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_LEAD = (
    "曾用名|原名|又名|(?:更|改)名前[是为]?|前身[是为]?|现(?!代)[为名在任]?|原(?![料种创生材子])[系为属在任]?|前(?![进沿锋哨景])|曾经?|兼任?|双聘|返聘|受聘|任职|就职|供职|任教|退休"
    "|离职|隶属|挂靠|(?:的|之)?(?:全资|控股|参股)*(?:子公司|下属单位|下属|所属|旗下|直属|分支机构)"
)
_DAYS = r"(?:自|从|至)?\d{2,4}年?(?:\d{1,2}月)?(?:之前|以前|前|至今|起|后)?"
_SAID = re.compile(rf"{_LEAD}|[^()]{{0,8}}?(?:单位|企业|机构|高校)(?:名称)?(?:[:：]|为|是)")
_FILLING = re.compile(rf"[\s:：,，.&+＋\-—~]+|{_DAYS}|职务?|任|在|于|以及|[和与及暨]")
_BEHIND = re.compile(
    r"(?:[\s,，]*(?:已|现已|于?\d{4}年?)*(?:退休|离休|离退休|离职|返聘|改制|转制|更名|改名|双聘|兼职|任职|任教|工作|就职)"
    r"(?:教师|教授|职工|人员|专家|干部)?(?:而来|至今|前|后)?)+$"
)
_STATUS = re.compile(  # how somebody is with the unit, and no part of its name
    r"(?:双聘|兼职?|聘用|特聘|外聘|返聘|退休|离退?休|已退休|在职|全职|挂职|借调|访问|客座|顾问|合作|协作|联合|牵头|主持|参与|参加|依托"
    r"|承担|申报|主要|第[一二三四五]|盖章|公章|签章|现|原|单位|方|[、/\s]|\d)+"
)
_ENDING = re.compile(rf"(?:{WHOLE.pattern}|[院所站社馆校队园场部处室行委办]|中心|基地|联盟|政府)$")
_GENERIC = re.compile(  # 上市公司: what a unit is, and no name
    "(?:[省市县区国校院部]属|[省市县国][级直]|附属|直属|下属|所属|上市|国有|民营|私营|合资|独资|外资|全资|控股|参股|关联|合作|协作|兼职|挂靠|高新技术"
    "|事业|科技型?|中外|中小|一人|股份|有限|责任|[总分子母本])*(?:大学|学院|研究院|研究所|医院|学校|公司|集团|厂|局|协会|学会|企业|单位|机构)"
)


def apart(cell: str) -> list[str]:
    """The names of a cell, of which none ends within brackets.

    >>> apart("虚构大学、虚构公司（原甲厂、乙厂）")
    ['虚构大学', '虚构公司（原甲厂、乙厂）']
    """
    names, start = [], 0
    for match in _SEVERAL.finditer(cell):
        before = cell[start : match.start()].translate(_ROUND)
        if before.count("(") <= before.count(")"):
            names.append(cell[start : match.start()])
            start = match.end()
    return [*names, cell[start:]]


def names_beside(text: str) -> tuple[str, list[str]]:
    """A unit's name without brackets that are no part of it, and the other units that its text names.

    >>> names_beside("虚构机械公司（原虚构农机厂）"), names_beside("虚构大学（双聘）"), names_beside("虚构大学（北京）")
    (('虚构机械公司', ['虚构农机厂']), ('虚构大学', []), ('虚构大学(北京)', []))
    >>> names_beside("虚构集团子公司虚构农机厂")[1], names_beside("退休（原虚构大学）")[1]
    (['虚构集团', '虚构农机厂'], ['虚构大学'])
    """
    text = text.translate(_ROUND).strip()
    outer, found = text, []
    for bracket in _BRACKETS.finditer(text):
        said = _begun(bracket[1])[1]  # 原甲厂、乙厂 is of both
        inside = [name for piece in _SEVERAL.split(bracket[1]) for name in _named(piece, alone=True, said=said)]
        found += inside
        rest = outer.replace(bracket[0], "").strip()
        if _STATUS.fullmatch(bracket[1]) or (inside and _is_name(rest)):
            outer = rest
    found += _named(outer)
    return outer, list(dict.fromkeys(found))


def behind_wholes(key: str) -> list[str]:
    """What may be a name of its own behind another one, without a word between: 虚构农机厂 in 虚构集团虚构农机厂.

    >>> behind_wholes("虚构集团虚构农机厂"), behind_wholes("虚构集团公司")
    (['虚构农机厂'], [])
    """
    rests = [key[match.end() :] for match in WHOLE.finditer(key)]
    return [rest for rest in rests if len(rest) > 3 and _is_name(rest)]


def _named(text: str, *, alone: bool = False, said: bool = False) -> Iterator[str]:
    """The units that a text without brackets names beside others. alone: whether it stands in brackets; said: whether
    what it names is said to be another unit.
    """
    name, begun = _begun(text)
    said = said or begun
    cut = _BEHIND.sub("", name).strip()
    whole = WHOLE.search(cut)
    if _is_name(cut) and (said or cut != name or (alone and whole and whole.start() > 1 and not PART.fullmatch(cut))):
        yield cut
    for match in WHOLE.finditer(cut):
        behind = cut[match.end() :]
        rest, said = _begun(behind)
        if rest != behind and _is_name(rest) and (said or not PART.fullmatch(rest)):
            yield cut[: match.end()]
            yield _BEHIND.sub("", rest)


def _begun(text: str) -> tuple[str, bool]:
    """A text without what leads to a name, and whether that says that the name is another one."""
    said = False
    while lead := _SAID.match(text) or _FILLING.match(text):
        said = said or bool(_SAID.match(text))
        text = text[lead.end() :]
    return text.strip(), said


def _is_name(text: str) -> bool:
    return len(text) > 2 and bool(_ENDING.search(text)) and not _GENERIC.fullmatch(text)
